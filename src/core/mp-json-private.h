/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

JsonNode *mp_json_read (const char *text, size_t length, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean mp_json_check (const char *text, size_t length);
char *mp_json_dup_number (double value) G_GNUC_WARN_UNUSED_RESULT;

const char *mp_json_read_string (const char *at, const char *end, GString *decoded);

G_END_DECLS
