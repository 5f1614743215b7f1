/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Salesforce in a process of its own, whose times and memory are not this one's. Made before the
 * first thread of this process. */
typedef struct _MpBenchServer MpBenchServer;

/* @sobjects, @describe: (nullable) (transfer full): what it answers, of "Contact" */
MpBenchServer *mp_bench_server_new (char *sobjects, char *describe) G_GNUC_WARN_UNUSED_RESULT;
const char *mp_bench_server_get_address (MpBenchServer *self);
void mp_bench_server_free (MpBenchServer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpBenchServer, mp_bench_server_free)

G_END_DECLS
