/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz-driver.h"

#include "mp-api-problem.h"
#include "mp-json.h"

/* Whatever a text of a client's comes into, the problem is JSON with its members. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *raw = g_strndup (size > 0 ? (const char *) data : "", size);
  g_autofree char *text = g_utf8_make_valid (raw, -1);
  g_autoptr (MpFieldErrors) errors = mp_field_errors_new ();
  g_autoptr (MpApiReply) reply = NULL;
  g_autoptr (JsonObject) body = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *pointer = mp_pointer_append ("", text);
  JsonArray *written;

  mp_field_errors_add (errors, MP_SEVERITY_ERROR, pointer, MP_FIELD_UNKNOWN_MEMBER, "name", text,
                       NULL);
  mp_field_errors_add (errors, MP_SEVERITY_ERROR, text, text, "message", text, NULL);
  reply =
      mp_api_problem_new_with_errors (MP_PROBLEM_INVALID, text, mp_field_errors_to_json (errors));
  body = mp_json_parse_object (g_bytes_get_data (reply->body, NULL),
                               (gssize) g_bytes_get_size (reply->body), &error);
  g_assert_no_error (error);
  g_assert_cmpint (mp_json_get_int (body, "status", 0), ==, 422);
  g_assert_cmpstr (mp_json_get_string (body, "detail", NULL), ==, text);
  written = mp_json_get_array (body, "errors");
  g_assert_cmpuint (json_array_get_length (written), ==, 2);
  g_assert_cmpstr (mp_json_get_string (mp_json_array_get_object (written, 0), "pointer", NULL), ==,
                   pointer);
  return 0;
}
