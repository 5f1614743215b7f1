/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>
#include <stdint.h>

G_BEGIN_DECLS

#define MP_JSON_MAX_DEPTH 64

/* Parsing: the whole text is UTF-8, one value, at most MP_JSON_MAX_DEPTH deep, no key twice in an
 * object. */
JsonNode *mp_json_parse (const char *text, gssize length, GError **error) G_GNUC_WARN_UNUSED_RESULT;
JsonObject *
mp_json_parse_object (const char *text, gssize length, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Typed readers of a JSON object that we did not write. @name is what the error names. */
const char *mp_json_require_string (JsonObject *object, const char *name, GError **error);
const char *mp_json_get_string (JsonObject *object, const char *name, const char *fallback);
gboolean mp_json_require_int (JsonObject *object, const char *name, int64_t *value, GError **error);
int64_t mp_json_get_int (JsonObject *object, const char *name, int64_t fallback);
gboolean mp_json_get_boolean (JsonObject *object, const char *name, gboolean fallback);
JsonObject *mp_json_get_object (JsonObject *object, const char *name);
JsonArray *mp_json_get_array (JsonObject *object, const char *name);
JsonObject *mp_json_require_object (JsonObject *object, const char *name, GError **error);
JsonArray *mp_json_require_array (JsonObject *object, const char *name, GError **error);
const char *mp_json_node_get_string (JsonNode *node); /* (nullable): it is no text */
const char *mp_json_array_get_string (JsonArray *array, unsigned int index);
JsonObject *mp_json_array_get_object (JsonArray *array, unsigned int index);
GStrv mp_json_dup_strings (JsonObject *object, const char *name) G_GNUC_WARN_UNUSED_RESULT;

/* Writing. */
void mp_json_append_string (GString *text, const char *value);
char *mp_json_to_text (JsonNode *node) G_GNUC_WARN_UNUSED_RESULT;
char *mp_json_to_pretty_text (JsonNode *node) G_GNUC_WARN_UNUSED_RESULT;
char *mp_json_to_canonical (JsonNode *node) G_GNUC_WARN_UNUSED_RESULT;
char *mp_json_digest (JsonNode *node) G_GNUC_WARN_UNUSED_RESULT;
JsonNode *mp_json_node_new_string (const char *value) G_GNUC_WARN_UNUSED_RESULT;
JsonNode *mp_json_node_take_object (JsonObject *object) G_GNUC_WARN_UNUSED_RESULT;
JsonNode *mp_json_node_new_null (void) G_GNUC_WARN_UNUSED_RESULT;
JsonNode *mp_json_node_copy (JsonNode *node) G_GNUC_WARN_UNUSED_RESULT;
JsonObject *mp_json_object_copy (JsonObject *object) G_GNUC_WARN_UNUSED_RESULT;
gboolean mp_json_node_equal (JsonNode *a, JsonNode *b);
gboolean mp_json_node_is_empty (JsonNode *node);

/* JSON Pointers (RFC 6901). */
char *mp_pointer_append (const char *pointer, const char *token) G_GNUC_WARN_UNUSED_RESULT;
GStrv mp_pointer_split (const char *pointer) G_GNUC_WARN_UNUSED_RESULT;
char *mp_pointer_dup_last (const char *pointer) G_GNUC_WARN_UNUSED_RESULT;
gboolean mp_pointer_has_prefix (const char *pointer, const char *prefix);
JsonNode *mp_pointer_get (JsonNode *root, const char *pointer);

G_END_DECLS
