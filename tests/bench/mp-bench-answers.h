/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Answers as Salesforce gives them, with all their members, and the same in each run. */

/* Of one object: each @every-th field is a picklist of that many values. */
char *mp_bench_make_describe (unsigned int n_fields,
                              unsigned int every,
                              unsigned int n_values) G_GNUC_WARN_UNUSED_RESULT;
/* Of all objects. */
char *mp_bench_make_sobjects (unsigned int n_objects) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
