/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <string.h>

#include "mp-error.h"
#include "mp-json.h"
#include "mp-platforms.h"
#include "mp-test-wait.h"

#define N_FIELDS 3000

/* The program as it is installed, on a port of its own, and the platforms directed to it. */
typedef struct
{
  GSubprocess *process;
  char *directory;
  char *address;
  MpHttpClient *http;
  MpPlatforms *platforms;
} Fixture;

static char *
read_address (GSubprocess *process)
{
  g_autoptr (GDataInputStream) lines =
                 g_data_input_stream_new (g_subprocess_get_stdout_pipe (process));
  g_autofree char *line = g_data_input_stream_read_line (lines, NULL, NULL, NULL);

  g_assert_nonnull (line);
  g_assert_true (g_str_has_prefix (line, "listening on http://127.0.0.1:"));
  return g_strdup (line + strlen ("listening on "));
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  static const char *const ids[] = { "hubspot", "salesforce", "xero", "stripe" };
  g_autoptr (GError) error = NULL;

  fixture->directory = g_dir_make_tmp ("mp-sandbox-XXXXXX", NULL);
  fixture->process =
      g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, MP_SANDBOX, "--fields",
                        G_STRINGIFY (N_FIELDS), "--write-platform", fixture->directory, NULL);
  g_assert_no_error (error);
  fixture->address = read_address (fixture->process);
  fixture->http = mp_http_client_new ();
  fixture->platforms = mp_platforms_new (fixture->http, fixture->directory);
  for (size_t i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_autofree char *assignment = g_strdup_printf ("%s=%s", ids[i], fixture->address);

      g_assert_true (mp_platforms_set_base_address (fixture->platforms, assignment, &error));
    }
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autofree char *document = g_build_filename (fixture->directory, "sandbox-crm.json", NULL);

  g_subprocess_send_signal (fixture->process, 15);
  g_assert_true (g_subprocess_wait (fixture->process, NULL, NULL));
  g_assert_cmpint (g_subprocess_get_exit_status (fixture->process), ==, 0);
  g_unlink (document);
  g_rmdir (fixture->directory);
  g_object_unref (fixture->process);
  g_assert_finalize_object (fixture->platforms);
  g_assert_finalize_object (fixture->http);
  g_free (fixture->address);
  g_free (fixture->directory);
}

static MpHttpResponse *
send (Fixture *fixture, const char *method, const char *path, const char *body)
{
  g_autofree char *address = g_strconcat (fixture->address, path, NULL);
  g_autoptr (MpHttpRequest) request = mp_http_request_new (method, address);
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  if (body != NULL)
    {
      g_autoptr (GBytes) bytes = g_bytes_new_static (body, strlen (body));

      mp_http_request_set_body (request, "application/json", bytes);
    }
  mp_http_client_send_async (fixture->http, request, NULL, mp_test_wait_cb, &place);
  result = mp_test_wait (&place);
  return mp_http_client_send_finish (fixture->http, result, NULL);
}

static void
set_fault (Fixture *fixture, const char *fault)
{
  g_autoptr (MpHttpResponse) response = send (fixture, "POST", "/_sandbox/fault", fault);

  g_assert_cmpuint (mp_http_response_get_status (response), ==, 200);
}

static MpSecret *
make_secret (const char *part, const char *value, const char *other, const char *other_value)
{
  MpSecret *secret = mp_secret_new ();

  mp_secret_set (secret, part, value);
  if (other != NULL)
    mp_secret_set (secret, other, other_value);
  return secret;
}

static MpTestResult *
test (
    Fixture *fixture, const char *id, MpSecret *secret, const char *connection_text, GError **error)
{
  MpPlatform *platform = mp_platforms_find (fixture->platforms, id);
  g_autoptr (JsonObject) connection =
                 connection_text != NULL ? mp_json_parse_object (connection_text, -1, NULL) : NULL;
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  mp_platform_test_async (platform, secret, connection, NULL, mp_test_wait_cb, &place);
  result = mp_test_wait (&place);
  return mp_platform_test_finish (platform, result, error);
}

static GListModel *
load_fields (Fixture *fixture, const char *id, const char *object, MpSecret *secret, GError **error)
{
  MpPlatform *platform = mp_platforms_find (fixture->platforms, id);
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  mp_platform_load_fields_async (platform, object, secret, NULL, NULL, mp_test_wait_cb, &place);
  result = mp_test_wait (&place);
  return mp_platform_load_fields_finish (platform, result, error);
}

static void
assert_has_field (GListModel *fields, const char *name)
{
  for (unsigned int i = 0; i < g_list_model_get_n_items (fields); i++)
    {
      g_autoptr (MpCrmField) field = g_list_model_get_item (fields, i);

      if (g_str_equal (mp_crm_field_get_name (field), name))
        return;
    }
  g_test_message ("%s", name);
  g_test_fail ();
}

static void
test_accepts_sandbox_keys (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MpSecret) token = make_secret ("key", "pat-na1-sandbox-1", NULL, NULL);
  g_autoptr (MpSecret) stripe = make_secret ("key", "sk_test_sandbox1234", NULL, NULL);
  g_autoptr (MpSecret) oauth =
                 make_secret ("client_id", "client-of-tests", "client_secret", "sandbox-secret");
  const struct
  {
    const char *id;
    MpSecret *secret;
    const char *connection;
    const char *account;
  } cases[] = {
    { "sandbox-crm", token, NULL, "Account 1234567" },
    { "hubspot", token, NULL, "Account 1234567" },
    { "stripe", stripe, NULL, "Example Association Inc" },
    { "xero", oauth, NULL, "Demo Association (AU)" },
    { "salesforce", oauth, "{\"domain\": \"example.my.salesforce.com\"}",
      "Example Association Inc" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MpTestResult) result = NULL;

      g_test_message ("%s", cases[i].id);
      result = test (fixture, cases[i].id, cases[i].secret, cases[i].connection, &error);
      g_assert_no_error (error);
      g_assert_cmpint (mp_test_result_get_outcome (result), ==, MP_TEST_CONNECTED);
      g_assert_cmpstr (mp_test_result_get_account (result), ==, cases[i].account);
      g_assert_cmpint (mp_test_result_get_mode (result), ==, MP_MODE_TEST);
    }
}

static void
test_refuses_other_keys (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MpSecret) token = make_secret ("key", "pat-na1-other-1", NULL, NULL);
  g_autoptr (MpSecret) stripe = make_secret ("key", "sk_test_other1234", NULL, NULL);
  g_autoptr (MpSecret) limited = make_secret ("key", "rk_test_sandboxlimited", NULL, NULL);
  g_autoptr (MpSecret) oauth =
                 make_secret ("client_id", "client-of-tests", "client_secret", "other-secret");
  const struct
  {
    const char *id;
    MpSecret *secret;
    MpTestOutcome outcome;
  } cases[] = {
    { "sandbox-crm", token, MP_TEST_REJECTED },
    { "stripe", stripe, MP_TEST_REJECTED },
    { "stripe", limited, MP_TEST_LIMITED },
    { "xero", oauth, MP_TEST_REJECTED },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MpTestResult) result = test (fixture, cases[i].id, cases[i].secret, NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpint (mp_test_result_get_outcome (result), ==, cases[i].outcome);
    }
}

static void
test_has_thousands_of_fields (Fixture *fixture, gconstpointer data)
{
  static const char *const names[] = { "firstname", "email", "member_date_of_birth", "event_tags",
                                       "course_tags" };
  g_autoptr (MpSecret) token = make_secret ("key", "pat-na1-sandbox-1", NULL, NULL);
  g_autoptr (GListModel) contacts = load_fields (fixture, "sandbox-crm", "contacts", token, NULL);
  g_autoptr (GListModel) orders = load_fields (fixture, "sandbox-crm", "orders", token, NULL);

  g_assert_cmpuint (g_list_model_get_n_items (contacts), ==, N_FIELDS);
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    assert_has_field (contacts, names[i]);
  assert_has_field (orders, "hs_order_name");
  assert_has_field (orders, "mp_invoice_number");
}

static void
test_fails_as_told (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *fault;
    int code;
    const char *words;
  } cases[] = {
    { "{\"status\": 401}", MP_ERROR_UNAUTHORIZED, "did not accept the key" },
    { "{\"status\": 403}", MP_ERROR_FORBIDDEN, "does not let it" },
    { "{\"status\": 429, \"retry_after\": 90}", MP_ERROR_RATE_LIMITED, "in 90 seconds" },
    { "{\"status\": 500}", MP_ERROR_UNAVAILABLE, "status 500" },
    { "{\"mode\": \"html\"}", MP_ERROR_INVALID, "a web page" },
    { "{\"mode\": \"cut\"}", MP_ERROR_INVALID, "cut off" },
  };
  g_autoptr (MpSecret) token = make_secret ("key", "pat-na1-sandbox-1", NULL, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *fault =
          g_strdup_printf ("%.*s, \"path\": \"/crm/v3/properties\", \"count\": 5}",
                           (int) strlen (cases[i].fault) - 1, cases[i].fault);
      g_autoptr (GError) error = NULL;
      g_autoptr (GListModel) fields = NULL;

      g_test_message ("%s", fault);
      set_fault (fixture, fault);
      fields = load_fields (fixture, "sandbox-crm", "contacts", token, &error);
      g_assert_null (fields);
      g_assert_error (error, MP_ERROR, cases[i].code);
      g_assert_nonnull (strstr (error->message, cases[i].words));
    }
}

/* The fault is over after its count, and at once when it is taken back. */
static void
test_recovers (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MpSecret) token = make_secret ("key", "pat-na1-sandbox-1", NULL, NULL);
  g_autoptr (MpHttpResponse) cleared = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (MpTestResult) first = NULL;
  g_autoptr (MpTestResult) second = NULL;

  set_fault (fixture, "{\"status\": 401, \"count\": 1}");
  first = test (fixture, "hubspot", token, NULL, &error);
  g_assert_cmpint (mp_test_result_get_outcome (first), ==, MP_TEST_REJECTED);
  set_fault (fixture, "{\"status\": 500, \"count\": 100}");
  cleared = send (fixture, "DELETE", "/_sandbox/fault", NULL);
  second = test (fixture, "hubspot", token, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (mp_test_result_get_outcome (second), ==, MP_TEST_CONNECTED);
}

/* A cut connection and a moment's pause are retried without anybody noticing. */
static void
test_retries_a_cut_connection (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MpSecret) token = make_secret ("key", "pat-na1-sandbox-1", NULL, NULL);
  g_autoptr (GListModel) fields = NULL;
  g_autoptr (GError) error = NULL;

  set_fault (fixture, "{\"mode\": \"drop\", \"path\": \"/crm/v3/properties\", \"count\": 1}");
  fields = load_fields (fixture, "sandbox-crm", "orders", token, &error);

  g_assert_no_error (error);
  g_assert_nonnull (fields);
}

static void
test_limits_the_rate (Fixture *fixture, gconstpointer data)
{
  unsigned int status = 0;

  for (unsigned int i = 0; i < 150 && status != 429; i++)
    {
      g_autoptr (MpHttpResponse) response = send (fixture, "GET", "/crm/v3/limits/records", NULL);

      status = mp_http_response_get_status (response);
      if (status == 429)
        g_assert_cmpint (mp_http_response_get_retry_after_seconds (response), >, 0);
    }
  g_assert_cmpuint (status, ==, 429);
}

static void
add (const char *path, void (*function) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, set_up, function, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  add ("/sandbox/sandbox/accepts-sandbox-keys", test_accepts_sandbox_keys);
  add ("/sandbox/sandbox/refuses-other-keys", test_refuses_other_keys);
  add ("/sandbox/sandbox/has-thousands-of-fields", test_has_thousands_of_fields);
  add ("/sandbox/sandbox/fails-as-told", test_fails_as_told);
  add ("/sandbox/sandbox/recovers", test_recovers);
  add ("/sandbox/sandbox/retries-a-cut-connection", test_retries_a_cut_connection);
  add ("/sandbox/sandbox/limits-the-rate", test_limits_the_rate);

  return g_test_run ();
}
