/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-engine-fixture.h"

#include <string.h>

#include "mp-error.h"

/* How a key is sent, exchanged for a token, and what is prepared with it. */

static const char plain_objects[] =
    "\"objects\": {\"request\": {\"path\": \"/o\"}, \"items\": \"@item\", \"name\": \"@item\"}";

static MpTestResult *
run_test (MpPlatform *platform, GError **error)
{
  g_autoptr (MpSecret) secret = mp_secret_new ();

  mp_secret_set (secret, "key", MP_ENGINE_KEY);
  return mp_engine_test (platform, secret, error);
}

static const char *
get_sent_header (MpEngineFixture *fixture, unsigned int request, const char *name)
{
  return mp_test_request_get_header (mp_test_server_get_request (fixture->server, request), name);
}

static void
test_none (MpEngineFixture *fixture, gconstpointer data)
{
  mp_engine_add_reply (fixture, "/api/o", NULL, "[\"a\"]");
  mp_engine_assert_objects (fixture, " \"auth\": {\"kind\": \"none\"},",
                            "\"objects\": {\"request\": {\"path\": \"/o\","
                            " \"json\": {\"login\": [\"db\", \"{key}\"]}},"
                            " \"items\": \"@item\", \"name\": \"@item\"}",
                            "a");
  g_assert_cmpstr (mp_test_server_get_request (fixture->server, 0)->body, ==,
                   "{\"login\":[\"db\",\"" MP_ENGINE_KEY "\"]}");
  g_assert_null (get_sent_header (fixture, 0, "authorization"));
}

static void
keep_log_cb (const char *domain, GLogLevelFlags level, const char *message, gpointer user_data)
{
  g_string_append_printf (user_data, "%s\n", message);
}

static const char query_auth[] =
    " \"auth\": {\"kind\": \"query\", \"parameters\": {\"api token\": \"{key}&x\"}},";

/* The key stands in the address that is sent, and nowhere else. */
static void
test_query (MpEngineFixture *fixture, gconstpointer data)
{
  g_autoptr (GString) log = g_string_new (NULL);
  GLogFunc before = g_log_set_default_handler (keep_log_cb, log);

  mp_engine_add_reply (fixture, "/api/o", "page=2", "{\"o\": [\"b\"]}");
  mp_engine_add_reply (fixture, "/api/o", NULL,
                       "{\"o\": [\"a\"], \"next\": \"/api/o?api%20token=old&page=2\"}");
  mp_engine_assert_objects (fixture, query_auth,
                            "\"objects\": {\"request\": {\"path\": \"/o\","
                            " \"query\": {\"q\": \"1\"}}, \"items\": \"o\", \"name\": \"@item\","
                            " \"paging\": {\"kind\": \"next_url_body\", \"next\": \"next\"}}",
                            "a,b");
  g_log_set_default_handler (before, NULL);
  g_assert_cmpstr (mp_test_server_get_request (fixture->server, 0)->query, ==,
                   "q=1&api%20token=" MP_ENGINE_KEY "%26x");
  g_assert_cmpstr (mp_test_server_get_request (fixture->server, 1)->query, ==,
                   "page=2&api%20token=" MP_ENGINE_KEY "%26x");
  g_assert_nonnull (strstr (log->str, "/api/o"));
  g_assert_null (strstr (log->str, MP_ENGINE_KEY));
}

/* Also when the platform says its address, or cannot be reached. */
static void
test_query_in_errors (MpEngineFixture *fixture, gconstpointer data)
{
  static const MpTestReply replies[] = {
    { .status = 400, .body = "{\"message\": \"bad: /o?api%20token=" MP_ENGINE_KEY "%26x\"}" },
    { .status = 404, .body = "{\"message\": \"no " MP_ENGINE_KEY "\"}" },
    { .cut = TRUE, .body = "[\"a\"]" },
    { .status = 302, .headers = { "Location", "https://elsewhere.example/?k=" MP_ENGINE_KEY } },
  };
  g_autoptr (MpPlatform) platform = mp_engine_make_platform (fixture, query_auth, plain_objects);

  for (size_t i = 0; i < G_N_ELEMENTS (replies); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MpTestResult) result = NULL;

      mp_test_server_clear (fixture->server);
      mp_test_server_add (fixture->server, &replies[i]);
      result = run_test (platform, &error);
      g_assert_null (result);
      g_test_message ("%s", error->message);
      g_assert_null (strstr (error->message, MP_ENGINE_KEY));
    }
}

/* A token of a JSON request with its own headers and Basic authentication, anywhere in the answer.
 */
static void
test_token (MpEngineFixture *fixture, gconstpointer data)
{
  static const char auth[] =
      " \"auth\": {\"kind\": \"token\", \"request\": {\"address\": \"{site}/sign/in\","
      " \"headers\": {\"Accept\": \"application/vnd.api+json\","
      " \"Content-Type\": \"application/vnd.api+json\"},"
      " \"json\": {\"grant_type\": \"password\", \"password\": \"{key}\"}},"
      " \"basic\": {\"user\": \"APIKEY\", \"password\": \"{key}\"},"
      " \"token\": \"data.token\", \"expires_in\": \"data.ttl\", \"scheme\": \"Own\","
      " \"base_from\": \"data.base\"},";
  g_autofree char *answer = g_strdup_printf (
      "{\"data\": {\"token\": \"t0ken1234\", \"ttl\": \"3600\", \"base\": \"%s/moved\"}}",
      mp_test_server_get_address (fixture->server));

  mp_engine_add_reply (fixture, "/sign/in", NULL, answer);
  mp_engine_add_reply (fixture, "/moved/o", NULL, "[\"a\"]");
  mp_engine_assert_objects (fixture, auth, plain_objects, "a");
  g_assert_cmpstr (mp_test_server_get_request (fixture->server, 0)->method, ==, "POST");
  g_assert_cmpstr (mp_test_server_get_request (fixture->server, 0)->body, ==,
                   "{\"grant_type\":\"password\",\"password\":\"" MP_ENGINE_KEY "\"}");
  g_assert_cmpstr (get_sent_header (fixture, 0, "accept"), ==, "application/vnd.api+json");
  g_assert_cmpstr (get_sent_header (fixture, 0, "content-type"), ==, "application/vnd.api+json");
  g_assert_cmpstr (get_sent_header (fixture, 0, "authorization"), ==, "Basic QVBJS0VZOjVlY3JldA==");
  g_assert_cmpstr (get_sent_header (fixture, 1, "authorization"), ==, "Own t0ken1234");
}

/* The token can go into a header of its own, and into a body. */
static void
test_token_in_headers (MpEngineFixture *fixture, gconstpointer data)
{
  mp_engine_add_reply (fixture, "/api/t", NULL, "{\"access_token\": \"t0ken1234\"}");
  mp_engine_add_reply (fixture, "/api/o", NULL, "[\"a\"]");
  mp_engine_assert_objects (fixture,
                            " \"auth\": {\"kind\": \"token\", \"request\": {\"path\": \"/t\","
                            " \"form\": {\"k\": \"{key}\"}},"
                            " \"headers\": {\"X-Session\": \"s={token}\"}},",
                            "\"objects\": {\"request\": {\"path\": \"/o\","
                            " \"form\": {\"session\": \"{token}\"}},"
                            " \"items\": \"@item\", \"name\": \"@item\"}",
                            "a");
  g_assert_null (get_sent_header (fixture, 0, "x-session"));
  g_assert_cmpstr (get_sent_header (fixture, 1, "x-session"), ==, "s=t0ken1234");
  g_assert_null (get_sent_header (fixture, 1, "authorization"));
  g_assert_cmpstr (mp_test_server_get_request (fixture->server, 1)->body, ==, "session=t0ken1234");
}

/* The request for a token has the key in it: its host counts too, and nothing is sent. */
static void
test_token_elsewhere (MpEngineFixture *fixture, gconstpointer data)
{
  g_autoptr (MpPlatform) platform = mp_engine_make_platform (
      fixture,
      " \"auth\": {\"kind\": \"token\", \"request\": {\"address\": \"https://elsewhere.example/t\","
      " \"form\": {\"k\": \"{key}\"}}},",
      plain_objects);
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) objects = mp_engine_load_objects (platform, &error);

  g_assert_null (objects);
  g_assert_error (error, MP_ERROR, MP_ERROR_WRONG_HOST);
  g_assert_nonnull (strstr (error->message, "elsewhere.example"));
}

/* An answer of 200 can refuse, in words that the document knows. */
static void
test_token_refused (MpEngineFixture *fixture, gconstpointer data)
{
  g_autoptr (MpPlatform) platform = mp_engine_make_platform (
      fixture,
      " \"auth\": {\"kind\": \"token\", \"request\": {\"path\": \"/t\", \"form\": {}},"
      " \"refused\": \"error == 'invalid_code'\"},",
      plain_objects);
  g_autoptr (GError) error = NULL;
  g_autoptr (MpTestResult) result = NULL;

  mp_engine_add_reply (fixture, "/api/t", NULL, "{\"error\": \"invalid_code\"}");
  result = run_test (platform, &error);
  g_assert_no_error (error);
  g_assert_cmpint (mp_test_result_get_outcome (result), ==, MP_TEST_REJECTED);
}

static const char prepared[] =
    "\"headers\": {\"X-Account\": \"{account}\"},"
    " \"prepare\": [{\"request\": {\"path\": \"/login\", \"json\": [\"{key}\"]},"
    " \"values\": {\"uid\": \"result\", \"ok\": \"ok\"}, \"refused\": \"result == false\"},"
    " {\"request\": {\"path\": \"/accounts/{uid}\"}, \"values\": {\"account\": \"0.id\"}}],"
    " \"objects\": {\"request\": {\"path\": \"/{account}/o\","
    " \"json\": {\"uid\": \"{uid}\", \"text\": \"u{uid}\", \"ok\": \"{ok}\", \"k\": \"{key}\"}},"
    " \"items\": \"@item\", \"name\": \"@item\"}";

static void
add_prepare_replies (MpEngineFixture *fixture)
{
  mp_engine_add_reply (fixture, "/api/login", NULL, "{\"result\": 7, \"ok\": true}");
  mp_engine_add_reply (fixture, "/api/accounts/7", NULL, "[{\"id\": \"acc 1\"}]");
}

/* Steps before all others give names to the requests after them; a number stays a number. */
static void
test_prepare (MpEngineFixture *fixture, gconstpointer data)
{
  g_autoptr (MpPlatform) platform =
                 mp_engine_make_platform (fixture, " \"auth\": {\"kind\": \"none\"},", prepared);
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) objects = NULL;
  g_autoptr (GListModel) again = NULL;

  add_prepare_replies (fixture);
  mp_engine_add_reply (fixture, "/api/acc%201/o", NULL, "[\"a\"]");
  objects = mp_engine_load_objects (platform, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (mp_test_server_get_n_requests (fixture->server), ==, 3);
  g_assert_cmpstr (mp_test_server_get_request (fixture->server, 2)->body, ==,
                   "{\"uid\":7,\"text\":\"u7\",\"ok\":true,\"k\":\"" MP_ENGINE_KEY "\"}");
  /* A header that is made of what is prepared waits for it. */
  g_assert_null (get_sent_header (fixture, 0, "x-account"));
  g_assert_null (get_sent_header (fixture, 1, "x-account"));
  g_assert_cmpstr (get_sent_header (fixture, 2, "x-account"), ==, "acc 1");

  again = mp_engine_load_objects (platform, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (mp_test_server_get_n_requests (fixture->server), ==, 4);
}

/* What is kept can end early: then one signs in anew, once. */
static void
test_prepare_again (MpEngineFixture *fixture, gconstpointer data)
{
  g_autoptr (MpPlatform) platform =
                 mp_engine_make_platform (fixture, " \"auth\": {\"kind\": \"none\"},", prepared);
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) objects = NULL;
  g_autoptr (GListModel) none = NULL;

  add_prepare_replies (fixture);
  mp_test_server_add (fixture->server,
                      &(MpTestReply){ .path = "/api/acc%201/o", .body = "[\"a\"]", .times = 1 });
  mp_test_server_add (fixture->server, &(MpTestReply){ .path = "/api/acc%201/o", .status = 401 });
  objects = mp_engine_load_objects (platform, &error);
  g_assert_no_error (error);
  none = mp_engine_load_objects (platform, &error);
  g_assert_null (none);
  g_assert_error (error, MP_ERROR, MP_ERROR_UNAUTHORIZED);
  g_assert_cmpuint (mp_test_server_get_n_requests (fixture->server), ==, 3 + 1 + 3);
}

static void
test_prepare_refused (MpEngineFixture *fixture, gconstpointer data)
{
  g_autoptr (MpPlatform) platform =
                 mp_engine_make_platform (fixture, " \"auth\": {\"kind\": \"none\"},", prepared);
  g_autoptr (GError) error = NULL;
  g_autoptr (MpTestResult) result = NULL;
  g_autoptr (GListModel) none = NULL;

  mp_engine_add_reply (fixture, "/api/login", NULL, "{\"result\": false}");
  result = run_test (platform, &error);
  g_assert_no_error (error);
  g_assert_cmpint (mp_test_result_get_outcome (result), ==, MP_TEST_REJECTED);
  none = mp_engine_load_objects (platform, &error);
  g_assert_null (none);
  g_assert_error (error, MP_ERROR, MP_ERROR_UNAUTHORIZED);
}

/* An answer without what the document promises names the place in it. */
static void
test_prepare_without_value (MpEngineFixture *fixture, gconstpointer data)
{
  g_autoptr (MpPlatform) platform =
                 mp_engine_make_platform (fixture, " \"auth\": {\"kind\": \"none\"},", prepared);
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) none = NULL;

  mp_engine_add_reply (fixture, "/api/login", NULL, "{\"result\": 7}");
  none = mp_engine_load_objects (platform, &error);
  g_assert_null (none);
  g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
  g_assert_cmpstr (error->message, ==, "own /prepare/0/values/ok: the answer has no such value");
}

/* What an answer gave stands in an address only as an id: it leads nowhere else. */
static void
test_prepared_is_an_id (MpEngineFixture *fixture, gconstpointer data)
{
  static const char *const wrong[] = { "7/../8", "..", ".", "a?b", "a#b", "a%2fb", "a\\\\b", "" };

  for (size_t i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (MpPlatform) platform = mp_engine_make_platform (
          fixture, " \"auth\": {\"kind\": \"none\"},",
          "\"prepare\": [{\"request\": {\"path\": \"/me\"}, \"values\": {\"account\": \"id\"}}],"
          " \"objects\": {\"request\": {\"path\": \"/{account}/o\"}, \"items\": \"@item\","
          " \"name\": \"@item\"}");
      g_autofree char *body = g_strdup_printf ("{\"id\": \"%s\"}", wrong[i]);
      g_autoptr (GError) error = NULL;
      g_autoptr (GListModel) none = NULL;

      g_test_message ("%s", wrong[i]);
      mp_test_server_clear (fixture->server);
      mp_engine_add_reply (fixture, "/api/me", NULL, body);
      none = mp_engine_load_objects (platform, &error);
      g_assert_null (none);
      g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
      g_assert_nonnull (strstr (error->message, "account"));
      g_assert_cmpuint (mp_test_server_get_n_requests (fixture->server), ==, 1);
    }
}

/* Neither does an object's name. */
static void
test_name_leads_nowhere_else (MpEngineFixture *fixture, gconstpointer data)
{
  g_autoptr (MpPlatform) platform = mp_engine_make_platform (
      fixture, MP_ENGINE_BEARER,
      "\"fields\": {\"request\": {\"path\": \"/o/{object}/fields\"}, \"items\": \"@item\","
      " \"name\": \"@item\", \"type\": \"'x'\"}");
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) none = mp_engine_load_fields (platform, "..", &error);

  g_assert_null (none);
  g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
  g_assert_cmpuint (mp_test_server_get_n_requests (fixture->server), ==, 0);
}

static const char tested_by_token[] =
    "\"prepare\": [{\"request\": {\"path\": \"/me\"}}],"
    " \"test\": {\"account\": \"{@prepare.0.name} of {@token.org}\","
    " \"details\": [\"{@token.access_token}\"], \"test_mode\": \"@token.sandbox\"}";

static const char token_auth[] =
    " \"auth\": {\"kind\": \"token\", \"request\": {\"path\": \"/t\", \"form\": {}}},";

/* Where signing in is the test, each test signs in anew; the token itself is never shown. */
static void
test_without_request (MpEngineFixture *fixture, gconstpointer data)
{
  g_autoptr (MpPlatform) platform = mp_engine_make_platform (fixture, token_auth, tested_by_token);

  mp_engine_add_reply (
      fixture, "/api/t", NULL,
      "{\"access_token\": \"t0ken1234\", \"org\": \"Own Club\", \"sandbox\": true}");
  mp_engine_add_reply (fixture, "/api/me", NULL, "{\"name\": \"Ann\"}");
  for (unsigned int i = 1; i <= 2; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MpTestResult) result = run_test (platform, &error);

      g_assert_no_error (error);
      g_assert_cmpint (mp_test_result_get_outcome (result), ==, MP_TEST_CONNECTED);
      g_assert_cmpstr (mp_test_result_get_account (result), ==, "Ann of Own Club");
      g_assert_cmpstr (mp_test_result_get_details (result), ==, "••••");
      g_assert_cmpint (mp_test_result_get_mode (result), ==, MP_MODE_TEST);
      g_assert_cmpuint (mp_test_server_get_n_requests (fixture->server), ==, 2 * i);
      g_assert_cmpstr (get_sent_header (fixture, 2 * i - 1, "authorization"), ==,
                       "Bearer t0ken1234");
    }
}

/* A key that gets a token, but may not look at what is prepared, is right. */
static void
test_limited_at_prepare (MpEngineFixture *fixture, gconstpointer data)
{
  g_autoptr (MpPlatform) platform = mp_engine_make_platform (fixture, token_auth, tested_by_token);
  g_autoptr (GError) error = NULL;
  g_autoptr (MpTestResult) result = NULL;

  mp_engine_add_reply (fixture, "/api/t", NULL, "{\"access_token\": \"t0ken1234\"}");
  mp_test_server_add (fixture->server, &(MpTestReply){ .path = "/api/me", .status = 403 });
  result = run_test (platform, &error);
  g_assert_no_error (error);
  g_assert_cmpint (mp_test_result_get_outcome (result), ==, MP_TEST_LIMITED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  mp_engine_add_test ("/platforms/sign-in/none", test_none);
  mp_engine_add_test ("/platforms/sign-in/query", test_query);
  mp_engine_add_test ("/platforms/sign-in/query-in-errors", test_query_in_errors);
  mp_engine_add_test ("/platforms/sign-in/token", test_token);
  mp_engine_add_test ("/platforms/sign-in/token-in-headers", test_token_in_headers);
  mp_engine_add_test ("/platforms/sign-in/token-elsewhere", test_token_elsewhere);
  mp_engine_add_test ("/platforms/sign-in/token-refused", test_token_refused);
  mp_engine_add_test ("/platforms/sign-in/prepare", test_prepare);
  mp_engine_add_test ("/platforms/sign-in/prepare-again", test_prepare_again);
  mp_engine_add_test ("/platforms/sign-in/prepare-refused", test_prepare_refused);
  mp_engine_add_test ("/platforms/sign-in/prepare-without-value", test_prepare_without_value);
  mp_engine_add_test ("/platforms/sign-in/prepared-is-an-id", test_prepared_is_an_id);
  mp_engine_add_test ("/platforms/sign-in/name-leads-nowhere-else", test_name_leads_nowhere_else);
  mp_engine_add_test ("/platforms/sign-in/without-request", test_without_request);
  mp_engine_add_test ("/platforms/sign-in/limited-at-prepare", test_limited_at_prepare);

  return g_test_run ();
}
