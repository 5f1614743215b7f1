/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "mp-error.h"
#include "mp-json.h"
#include "mp-platform-private.h"
#include "mp-platforms.h"
#include "mp-sample-record.h"
#include "mp-test-server.h"
#include "mp-test-wait.h"

/*
 * Each file of contracts/ is what one platform is asked and answers, and what is made of it:
 *
 *   connection, credential   what the calls are made with
 *   secret                   what must never be shown
 *   replies                  of every call: token answers and the like; a "body", or a "text"
 *                            of a "content_type" that is sent as it stands; of what "asks" for it:
 *                            a part of the request's body
 *   calls                    "call" test, objects, fields (of "object") or sample (of its "fields",
 *                            parted by commas); "connection" and
 *                            "credential", where others than of the contract; "replies"; "requests"
 *                            that must have been made, in any order; "gives", one text for each
 * item; "continues": it uses what the call before it has kept
 */
typedef struct
{
  MpTestServer *server;
  MpHttpClient *http;
  MpPlatforms *platforms;
  JsonObject *contract;
  MpPlatform *platform;
} Fixture;

static const struct
{
  int code;
  const char *name;
} codes[] = {
  { MP_ERROR_INVALID, "invalid" },           { MP_ERROR_NOT_FOUND, "not found" },
  { MP_ERROR_UNAUTHORIZED, "unauthorized" }, { MP_ERROR_FORBIDDEN, "forbidden" },
  { MP_ERROR_RATE_LIMITED, "rate limited" }, { MP_ERROR_UNAVAILABLE, "unavailable" },
  { MP_ERROR_OFFLINE, "offline" },           { MP_ERROR_TOO_LARGE, "too large" },
  { MP_ERROR_WRONG_HOST, "wrong host" },
};

static void
set_up (Fixture *fixture, gconstpointer data)
{
  const char *name = data;
  g_autofree char *path = g_build_filename (MP_TEST_CONTRACTS, name, NULL);
  g_autofree char *id = g_strndup (name, strlen (name) - strlen (".json"));
  g_autofree char *assignment = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  fixture->contract = mp_json_parse_object (text, -1, &error);
  g_assert_no_error (error);
  fixture->server = mp_test_server_new ();
  fixture->http = mp_http_client_new ();
  fixture->platforms = mp_platforms_new (fixture->http, NULL);
  assignment = g_strdup_printf ("%s=%s", id, mp_test_server_get_address (fixture->server));
  g_assert_true (mp_platforms_set_base_address (fixture->platforms, assignment, &error));
  fixture->platform = mp_platforms_find (fixture->platforms, id);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_assert_finalize_object (fixture->platforms);
  g_assert_finalize_object (fixture->http);
  g_assert_finalize_object (fixture->server);
  json_object_unref (fixture->contract);
}

/* (nullable): the call's own, or the contract's */
static JsonObject *
get_of_call (Fixture *fixture, JsonObject *call, const char *name)
{
  JsonObject *own = mp_json_get_object (call, name);

  return own != NULL ? own : mp_json_get_object (fixture->contract, name);
}

static MpSecret *
make_secret (Fixture *fixture, JsonObject *call)
{
  JsonObject *parts = get_of_call (fixture, call, "credential");
  g_autoptr (GList) names = json_object_get_members (parts);
  MpSecret *secret = mp_secret_new ();

  for (GList *name = names; name != NULL; name = name->next)
    mp_secret_set (secret, name->data, mp_json_get_string (parts, name->data, NULL));
  return secret;
}

static void
add_replies (Fixture *fixture, JsonObject *owner)
{
  JsonArray *replies = mp_json_get_array (owner, "replies");

  for (unsigned int i = 0; replies != NULL && i < json_array_get_length (replies); i++)
    {
      JsonObject *object = mp_json_array_get_object (replies, i);
      JsonObject *headers = mp_json_get_object (object, "headers");
      g_autoptr (GList) names = headers != NULL ? json_object_get_members (headers) : NULL;
      JsonNode *body = json_object_get_member (object, "body");
      g_autofree char *text = body != NULL ? mp_json_to_text (body)
                                           : g_strdup (mp_json_get_string (object, "text", NULL));
      MpTestReply reply = {
        .method = mp_json_get_string (object, "method", NULL),
        .path = mp_json_get_string (object, "path", NULL),
        .query = mp_json_get_string (object, "query", NULL),
        .asks = mp_json_get_string (object, "asks", NULL),
        .status = (unsigned int) mp_json_get_int (object, "status", 200),
        .content_type = mp_json_get_string (object, "content_type", NULL),
        .body = text,
        .times = (unsigned int) mp_json_get_int (object, "times", 0),
      };
      unsigned int n = 0;

      for (GList *name = names; name != NULL; name = name->next)
        {
          g_assert_cmpuint (n + 2, <, G_N_ELEMENTS (reply.headers));
          reply.headers[n++] = name->data;
          reply.headers[n++] = mp_json_get_string (headers, name->data, "");
        }
      mp_test_server_add (fixture->server, &reply);
    }
}

static const char *
get_outcome (MpTestResult *result)
{
  switch (mp_test_result_get_outcome (result))
    {
    case MP_TEST_CONNECTED:
      return "connected";
    case MP_TEST_LIMITED:
      return "limited";
    case MP_TEST_REJECTED:
    default:
      return "rejected";
    }
}

static void
add_part (GString *line, const char *part)
{
  if (line->len > 0)
    g_string_append (line, " | ");
  g_string_append (line, part != NULL ? part : "-");
}

static char *
describe_result (MpTestResult *result)
{
  g_autoptr (GString) line = g_string_new (get_outcome (result));

  if (mp_test_result_get_outcome (result) == MP_TEST_CONNECTED)
    {
      add_part (line, mp_test_result_get_account (result));
      add_part (line, mp_test_result_get_account_id (result));
      add_part (line, mp_test_result_get_details (result));
      add_part (line, mp_mode_to_string (mp_test_result_get_mode (result)));
    }
  else
    add_part (line, mp_test_result_get_message (result));
  if (mp_test_result_get_missing (result) != NULL)
    add_part (line, mp_test_result_get_missing (result));
  if (mp_test_result_get_outcome (result) != MP_TEST_CONNECTED &&
      mp_test_result_get_account_id (result) != NULL)
    add_part (line, mp_test_result_get_account_id (result));
  return g_string_free (g_steal_pointer (&line), FALSE);
}

static char *
describe_object (MpCrmObject *object)
{
  return g_strdup_printf ("%s | %s%s", mp_crm_object_get_name (object),
                          mp_crm_object_get_label (object),
                          mp_crm_object_get_custom (object) ? " | custom" : "");
}

static char *
describe_field (MpCrmField *field)
{
  g_autoptr (GString) line = g_string_new (mp_crm_field_get_name (field));
  g_autoptr (GString) options = g_string_new (NULL);

  add_part (line, mp_crm_field_get_label (field));
  add_part (line, mp_field_type_to_string (mp_crm_field_get_field_type (field)));
  if (mp_crm_field_get_required (field))
    add_part (line, "required");
  if (mp_crm_field_get_read_only (field))
    add_part (line, "read-only");
  if (mp_crm_field_get_custom (field))
    add_part (line, "custom");
  if (mp_crm_field_get_restricted (field))
    add_part (line, "restricted");
  if (mp_crm_field_get_max_length (field) > 0)
    g_string_append_printf (line, " | at most %u", mp_crm_field_get_max_length (field));
  for (unsigned int i = 0; i < mp_crm_field_get_n_options (field); i++)
    {
      const MpOption *option = mp_crm_field_get_option (field, i);

      g_string_append_printf (options, "%s%s=%s", i > 0 ? ", " : "", option->value, option->label);
    }
  if (options->len > 0)
    add_part (line, options->str);
  return g_string_free (g_steal_pointer (&line), FALSE);
}

static char *
describe_error (const GError *error)
{
  g_test_message ("%s", error->message);
  g_assert_true (error->domain == MP_ERROR);
  for (size_t i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      if (codes[i].code == error->code)
        return g_strdup_printf ("%s | %s", codes[i].name, error->message);
    }
  g_assert_not_reached ();
}

/* (transfer full) (nullable): what came, or @error */
static gpointer
run (Fixture *fixture, JsonObject *call, GError **error)
{
  const char *kind = mp_json_get_string (call, "call", "");
  const char *object = mp_json_get_string (call, "object", NULL);
  JsonObject *connection = get_of_call (fixture, call, "connection");
  g_autoptr (MpSecret) secret = make_secret (fixture, call);
  g_auto (GStrv) fields = g_strsplit (mp_json_get_string (call, "fields", ""), ",", -1);
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  if (g_str_equal (kind, "test"))
    mp_platform_test_async (fixture->platform, secret, connection, NULL, mp_test_wait_cb, &place);
  else if (g_str_equal (kind, "sample"))
    mp_platform_load_sample_async (fixture->platform, object, (const char *const *) fields, secret,
                                   connection, NULL, mp_test_wait_cb, &place);
  else if (g_str_equal (kind, "objects"))
    mp_platform_load_objects_async (fixture->platform, secret, connection, NULL, mp_test_wait_cb,
                                    &place);
  else
    mp_platform_load_fields_async (fixture->platform, object, secret, connection, NULL,
                                   mp_test_wait_cb, &place);
  result = mp_test_wait (&place);
  if (g_str_equal (kind, "test"))
    return mp_platform_test_finish (fixture->platform, result, error);
  if (g_str_equal (kind, "sample"))
    return mp_platform_load_sample_finish (fixture->platform, result, error);
  if (g_str_equal (kind, "objects"))
    return mp_platform_load_objects_finish (fixture->platform, result, error);
  return mp_platform_load_fields_finish (fixture->platform, result, error);
}

static char *
describe_record (MpSampleRecord *record, JsonObject *call)
{
  g_auto (GStrv) fields = g_strsplit (mp_json_get_string (call, "fields", ""), ",", -1);
  g_autoptr (GString) line = g_string_new (NULL);

  for (unsigned int i = 0; fields[i] != NULL; i++)
    add_part (line, mp_sample_record_get_value (record, fields[i]));
  return g_string_free (g_steal_pointer (&line), FALSE);
}

static char *
describe_item (GObject *item, JsonObject *call)
{
  return MP_IS_CRM_OBJECT (item)  ? describe_object (MP_CRM_OBJECT (item))
         : MP_IS_CRM_FIELD (item) ? describe_field (MP_CRM_FIELD (item))
                                  : describe_record (MP_SAMPLE_RECORD (item), call);
}

static GPtrArray *
describe (gpointer given, JsonObject *call, const GError *error)
{
  GPtrArray *lines = g_ptr_array_new_with_free_func (g_free);

  if (given == NULL)
    g_ptr_array_add (lines, describe_error (error));
  else if (MP_IS_TEST_RESULT (given))
    g_ptr_array_add (lines, describe_result (given));
  else
    {
      for (unsigned int i = 0; i < g_list_model_get_n_items (given); i++)
        {
          g_autoptr (GObject) item = g_list_model_get_item (given, i);

          g_ptr_array_add (lines, describe_item (item, call));
        }
    }
  return lines;
}

static void
assert_lines (Fixture *fixture, JsonObject *call, GPtrArray *lines)
{
  JsonArray *expected = mp_json_get_array (call, "gives");
  const char *secret = mp_json_get_string (fixture->contract, "secret", NULL);

  g_assert_nonnull (expected);
  g_assert_nonnull (secret);
  for (unsigned int i = 0; i < lines->len; i++)
    {
      const char *line = g_ptr_array_index (lines, i);

      g_test_message ("%s", line);
      g_assert_null (strstr (line, secret));
      g_assert_null (strstr (line, "t0ken5ecret"));
      if (i < json_array_get_length (expected))
        g_assert_cmpstr (line, ==, mp_json_array_get_string (expected, i));
    }
  g_assert_cmpuint (lines->len, ==, json_array_get_length (expected));
}

/* "METHOD PATH?QUERY", then its headers and body as far as they are named. */
static gboolean
is_expected (const MpTestRequest *request, JsonObject *expected)
{
  JsonObject *headers = mp_json_get_object (expected, "headers");
  g_autoptr (GList) names = headers != NULL ? json_object_get_members (headers) : NULL;
  const char *body = mp_json_get_string (expected, "body", NULL);
  g_autofree char *line = g_strdup_printf ("%s %s%s%s", request->method, request->path,
                                           request->query != NULL ? "?" : "",
                                           request->query != NULL ? request->query : "");

  if (!g_str_equal (line, mp_json_get_string (expected, "line", "")))
    return FALSE;
  for (GList *name = names; name != NULL; name = name->next)
    {
      if (g_strcmp0 (mp_test_request_get_header (request, name->data),
                     mp_json_get_string (headers, name->data, NULL)) != 0)
        return FALSE;
    }
  return body == NULL || g_str_equal (request->body, body);
}

/* Each expected request was made, and no other. Those that do not depend on each other are under
 * way at once, and arrive in any order. */
static void
assert_requests (Fixture *fixture, JsonObject *call)
{
  JsonArray *expected = mp_json_get_array (call, "requests");
  unsigned int n = mp_test_server_get_n_requests (fixture->server);
  g_autofree gboolean *is_found = g_new0 (gboolean, n + 1);

  if (expected == NULL)
    return;
  for (unsigned int i = 0; i < json_array_get_length (expected); i++)
    {
      JsonObject *object = mp_json_array_get_object (expected, i);
      unsigned int j = 0;

      while (j < n && (is_found[j] ||
                       !is_expected (mp_test_server_get_request (fixture->server, j), object)))
        j++;
      g_test_message ("request %u: %s", i, mp_json_get_string (object, "line", ""));
      g_assert_cmpuint (j, <, n);
      is_found[j] = TRUE;
    }
  g_assert_cmpuint (n, ==, json_array_get_length (expected));
}

static void
test_calls (Fixture *fixture, gconstpointer data)
{
  JsonArray *calls = mp_json_get_array (fixture->contract, "calls");

  for (unsigned int i = 0; i < json_array_get_length (calls); i++)
    {
      JsonObject *call = mp_json_array_get_object (calls, i);
      g_autoptr (GPtrArray) lines = NULL;
      g_autoptr (GObject) given = NULL;
      g_autoptr (GError) error = NULL;

      g_test_message ("call %u", i);
      mp_test_server_clear (fixture->server);
      add_replies (fixture, call);
      add_replies (fixture, fixture->contract);
      given = run (fixture, call, &error);
      lines = describe (given, call, error);
      assert_lines (fixture, call, lines);
      assert_requests (fixture, call);
    }
}

/* What any server can do to a test, whatever the platform. */
static void
test_failures (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    MpTestReply reply;
    int code;
  } cases[] = {
    { { .status = 429, .headers = { "Retry-After", "120" }, .body = "{}" }, MP_ERROR_RATE_LIMITED },
    { { .status = 503, .body = "oops" }, MP_ERROR_UNAVAILABLE },
    { { .content_type = "text/html", .body = "<!DOCTYPE html><title>Sign in</title>" },
      MP_ERROR_INVALID },
    { { .body = "{\"data\": {\"na" }, MP_ERROR_INVALID },
    { { .body = "" }, MP_ERROR_INVALID },
    { { .body = "{\"a\": 1, \"b\": 2}", .cut = TRUE }, MP_ERROR_OFFLINE },
    { { .body = "{}", .hangs = TRUE }, MP_ERROR_OFFLINE },
    { { .status = 302, .headers = { "Location", "https://elsewhere.example/" } },
      MP_ERROR_WRONG_HOST },
  };
  g_autoptr (JsonObject) call = mp_json_parse_object ("{\"call\": \"test\"}", -1, NULL);
  const char *secret = mp_json_get_string (fixture->contract, "secret", NULL);

  mp_platform_set_deadline_ms (fixture->platform, 300);
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GObject) given = NULL;
      g_autoptr (GError) error = NULL;

      g_test_message ("%u %s", cases[i].reply.status, cases[i].reply.body);
      mp_test_server_clear (fixture->server);
      add_replies (fixture, fixture->contract);
      mp_test_server_add (fixture->server, &cases[i].reply);
      given = run (fixture, call, &error);
      g_assert_null (given);
      g_assert_error (error, MP_ERROR, cases[i].code);
      g_assert_null (strstr (error->message, secret));
    }
}

int
main (int argc, char **argv)
{
  g_autoptr (GDir) dir = NULL;
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  dir = g_dir_open (MP_TEST_CONTRACTS, 0, NULL);
  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *calls = g_strdup_printf ("/platforms/contracts/%s/calls", name);
      g_autofree char *failures = g_strdup_printf ("/platforms/contracts/%s/failures", name);
      char *kept = g_strdup (name);

      g_ptr_array_add (names, kept);
      g_test_add (calls, Fixture, kept, set_up, test_calls, tear_down);
      g_test_add (failures, Fixture, kept, set_up, test_failures, tear_down);
    }
  return g_test_run ();
}
