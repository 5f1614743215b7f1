/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "mp-engine-fixture.h"
#include "mp-error.h"
#include "mp-json.h"
#include "mp-test-wait.h"

static MpTestResult *
test_of (MpPlatform *platform, const char *key, const char *connection, GError **error)
{
  g_autoptr (MpSecret) secret = mp_secret_new ();
  g_autoptr (JsonObject) object = mp_json_parse_object (connection, -1, NULL);
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  mp_secret_set (secret, "key", key);
  mp_platform_test_async (platform, secret, object, NULL, mp_test_wait_cb, &place);
  result = mp_test_wait (&place);
  return mp_platform_test_finish (platform, result, error);
}

/* A live key in the sandbox would be refused there, and nobody would know why. */
static void
test_key_of_other_mode (MpEngineFixture *fixture, gconstpointer data)
{
  static const char both[] =
      "\"mode\": [{\"setting\": \"site\", \"pattern\": \".*/test\", \"mode\": \"test\"},"
      " {\"setting\": \"site\", \"pattern\": \".*/live\", \"mode\": \"live\"},"
      " {\"part\": \"key\", \"pattern\": \"t_.*\", \"mode\": \"test\"},"
      " {\"part\": \"key\", \"pattern\": \"l_.*\", \"mode\": \"live\"}],"
      " \"test\": {\"request\": {\"path\": \"/me\"}}";
  static const struct
  {
    const char *key;
    const char *site;
    MpMode mode;
    const char *fault;
  } cases[] = {
    { "t_key", "test", MP_MODE_TEST, NULL },
    { "l_key", "live", MP_MODE_LIVE, NULL },
    { "l_key", "other", MP_MODE_LIVE, NULL },
    { "key", "test", MP_MODE_TEST, NULL },
    { "key", "other", MP_MODE_UNKNOWN, NULL },
    { "t_key", "live", 0, "This is a test key, but “Site” is “" },
    { "l_key", "test", 0, "This is a live key, but “Site” is “" },
  };
  g_autoptr (MpPlatform) platform = mp_engine_make_platform (fixture, MP_ENGINE_BEARER, both);

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *connection = g_strdup_printf (
          "{\"site\": \"%s/%s\"}", mp_test_server_get_address (fixture->server), cases[i].site);
      g_autofree char *path = g_strdup_printf ("/%s/api/me", cases[i].site);
      g_autoptr (MpTestResult) result = NULL;
      g_autoptr (GError) error = NULL;

      g_test_message ("%s at %s", cases[i].key, cases[i].site);
      mp_test_server_clear (fixture->server);
      mp_engine_add_reply (fixture, path, NULL, "{}");
      result = test_of (platform, cases[i].key, connection, &error);
      if (cases[i].fault == NULL)
        {
          g_assert_no_error (error);
          g_assert_cmpint (mp_test_result_get_mode (result), ==, cases[i].mode);
          continue;
        }
      g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
      g_assert_true (g_str_has_prefix (error->message, cases[i].fault));
      g_assert_cmpuint (mp_test_server_get_n_requests (fixture->server), ==, 0);
    }
}

/* Whose key it is was answered; that more may not be seen does not make it a wrong one. */
static void
test_refused_join (MpEngineFixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *optional;
    unsigned int status;
    gboolean is_connected;
  } cases[] = {
    { "true", 401, TRUE },   { "true", 403, TRUE },   { "true", 404, TRUE },
    { "false", 401, FALSE }, { "false", 403, FALSE },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *rest =
          g_strdup_printf ("\"test\": {\"request\": {\"path\": \"/me\"}, \"account\": \"{name}\","
                           " \"details\": \"{@more.country}\", \"joins\": {\"more\":"
                           " {\"request\": {\"path\": \"/more\"}, \"optional\": %s}}}",
                           cases[i].optional);
      g_autoptr (MpPlatform) platform = mp_engine_make_platform (fixture, MP_ENGINE_BEARER, rest);
      g_autoptr (MpTestResult) result = NULL;
      g_autoptr (GError) error = NULL;

      g_test_message ("optional %s, %u", cases[i].optional, cases[i].status);
      mp_test_server_clear (fixture->server);
      mp_engine_add_reply (fixture, "/api/me", NULL, "{\"name\": \"Example\"}");
      mp_test_server_add (
          fixture->server,
          &(MpTestReply){ .path = "/api/more", .status = cases[i].status, .body = "{}" });
      result = test_of (platform, MP_ENGINE_KEY, "{}", &error);
      if (cases[i].is_connected)
        {
          g_assert_no_error (error);
          g_assert_cmpint (mp_test_result_get_outcome (result), ==, MP_TEST_CONNECTED);
          g_assert_cmpstr (mp_test_result_get_account (result), ==, "Example");
          g_assert_null (mp_test_result_get_details (result));
        }
      else if (result != NULL)
        g_assert_cmpint (mp_test_result_get_outcome (result), ==, MP_TEST_REJECTED);
      else
        g_assert_error (error, MP_ERROR, MP_ERROR_FORBIDDEN);
    }
}

/* Some gateways can only be asked for what is not there: a right key is told so. */
static void
test_accepted (MpEngineFixture *fixture, gconstpointer data)
{
  static const struct
  {
    MpTestReply reply;
    MpTestOutcome outcome; /* 0: a failure with @code */
    int code;
  } cases[] = {
    { { .status = 404, .body = "{}" }, MP_TEST_CONNECTED, 0 },
    { { .status = 404, .body = "" }, MP_TEST_CONNECTED, 0 },
    { { .status = 404, .body = "not there", .content_type = "text/plain" }, MP_TEST_CONNECTED, 0 },
    { { .status = 422, .body = "{\"code\": 7}" }, MP_TEST_CONNECTED, 0 },
    { { .status = 422, .body = "{\"code\": 8}" }, 0, MP_ERROR_INVALID },
    { { .status = 404, .body = "<html>no such host", .content_type = "text/html" },
      0,
      MP_ERROR_INVALID },
    { { .status = 401, .body = "{}" }, MP_TEST_REJECTED, 0 },
    { { .status = 500, .body = "{}" }, 0, MP_ERROR_UNAVAILABLE },
  };
  static const char rest[] =
      "\"test\": {\"request\": {\"path\": \"/none\"},"
      " \"accepted\": [404, {\"status\": 422, \"when\": \"code == 7\"}], \"account\": \"{name}\"}";
  g_autoptr (MpPlatform) platform = mp_engine_make_platform (fixture, MP_ENGINE_BEARER, rest);

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (MpTestResult) result = NULL;
      g_autoptr (GError) error = NULL;

      g_test_message ("%u %s", cases[i].reply.status, cases[i].reply.body);
      mp_test_server_clear (fixture->server);
      mp_test_server_add (fixture->server, &cases[i].reply);
      result = test_of (platform, MP_ENGINE_KEY, "{}", &error);
      if (cases[i].outcome == 0)
        {
          g_assert_error (error, MP_ERROR, cases[i].code);
          continue;
        }
      g_assert_no_error (error);
      g_assert_cmpint (mp_test_result_get_outcome (result), ==, cases[i].outcome);
      g_assert_null (mp_test_result_get_account (result));
    }
}

/* A key that does not show its mode is refused on the other mode's server too. */
static void
test_rejected_of_which_mode (MpEngineFixture *fixture, gconstpointer data)
{
  static const char rest[] =
      "\"test\": {\"request\": {\"path\": \"/me\"}},"
      " \"mode\": [{\"setting\": \"site\", \"pattern\": \".*\", \"mode\": \"test\"},"
      " {\"part\": \"key\", \"pattern\": \"t_.*\", \"mode\": \"test\"}]";
  static const struct
  {
    const char *key;
    const char *body;
    const char *start;
    gboolean is_asked;
  } cases[] = {
    { "k_1234", "{\"message\": \"Wrong key\"}", "Wrong key (“Site” is “", TRUE },
    { "k_1234", "{}", "“Site” is “", TRUE },
    { "t_1234", "{\"message\": \"Wrong key\"}", "Wrong key", FALSE },
  };
  g_autoptr (MpPlatform) platform = mp_engine_make_platform (fixture, MP_ENGINE_BEARER, rest);

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (MpTestResult) result = NULL;
      g_autoptr (GError) error = NULL;
      const char *message;

      mp_test_server_clear (fixture->server);
      mp_test_server_add (fixture->server, &(MpTestReply){ .status = 401, .body = cases[i].body });
      result = test_of (platform, cases[i].key, "{}", &error);
      g_assert_no_error (error);
      g_assert_cmpint (mp_test_result_get_outcome (result), ==, MP_TEST_REJECTED);
      message = mp_test_result_get_message (result);
      g_test_message ("%s", message);
      g_assert_true (g_str_has_prefix (message, cases[i].start));
      g_assert_cmpint (strstr (message, "is the key from there?") != NULL, ==, cases[i].is_asked);
    }
}

/* Some other server, or a wall before it, says nothing of the key when it forbids. */
static void
test_forbidding_page (MpEngineFixture *fixture, gconstpointer data)
{
  static const char page[] = "Access to a page that needs a token is refused.";
  g_autoptr (MpPlatform) platform = mp_engine_make_platform (
      fixture, MP_ENGINE_BEARER, "\"test\": {\"request\": {\"path\": \"/me\"}}");
  g_autoptr (MpTestResult) result = NULL;
  g_autoptr (GError) error = NULL;

  mp_test_server_add (fixture->server, &(MpTestReply){ .path = "/api/me",
                                                       .status = 403,
                                                       .content_type = "text/html",
                                                       .body = page });
  result = test_of (platform, MP_ENGINE_KEY, "{}", &error);
  g_assert_null (result);
  g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "is the address right?"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  mp_engine_add_test ("/platforms/test/key-of-other-mode", test_key_of_other_mode);
  mp_engine_add_test ("/platforms/test/refused-join", test_refused_join);
  mp_engine_add_test ("/platforms/test/accepted", test_accepted);
  mp_engine_add_test ("/platforms/test/forbidding-page", test_forbidding_page);
  mp_engine_add_test ("/platforms/test/rejected-of-which-mode", test_rejected_of_which_mode);

  return g_test_run ();
}
