/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean mp_json_scan (const char *text, size_t length, GArray *long_integers, GError **error);
char *mp_json_dup_number (double value) G_GNUC_WARN_UNUSED_RESULT;

const char *mp_json_read_string (const char *at, const char *end, GString *decoded);

G_END_DECLS
