/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "mp-engine-fixture.h"
#include "mp-error.h"
#include "mp-test-wait.h"

/*
 * What real servers do wrong: nothing of it hides what happened, and nothing of the key is shown.
 */
#define LOGIN "carla@example.org"
#define PASSWORD "Geh/im &7"

static const char own_auth[] =
    " \"auth\": {\"kind\": \"basic\", \"user\": \"{login}\", \"password\": \"{password}\"},";
static const char own_parts[] =
    " \"credential\": [{\"id\": \"login\", \"label\": \"Login\", \"secret\": false},"
    " {\"id\": \"password\", \"label\": \"Password\"}],"
    " \"errors\": {\"failed\": [{\"status\": 200, \"when\": \"ok == false\"}],"
    " \"message\": [\"message\", \"header:X-Status-Reason\", \"text\"]},";

static MpPlatform *
make_platform (MpEngineFixture *fixture, const char *rest)
{
  g_autofree char *all = g_strconcat (own_parts, rest, NULL);

  return mp_engine_make_platform (fixture, own_auth, all);
}

static MpSecret *
make_secret (void)
{
  MpSecret *secret = mp_secret_new ();

  mp_secret_set (secret, "login", LOGIN);
  mp_secret_set (secret, "password", PASSWORD);
  return secret;
}

static MpTestResult *
test_key (MpEngineFixture *fixture, const MpTestReply *reply, GError **error)
{
  g_autoptr (MpPlatform) platform =
                 make_platform (fixture, "\"test\": {\"request\": {\"path\": \"/me\"}}");
  g_autoptr (MpSecret) secret = make_secret ();

  mp_test_server_clear (fixture->server);
  mp_test_server_add (fixture->server, reply);
  return mp_engine_test (platform, secret, error);
}

static GListModel *
load_objects (MpPlatform *platform, GError **error)
{
  g_autoptr (MpSecret) secret = make_secret ();
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  mp_platform_load_objects_async (platform, secret, NULL, NULL, mp_test_wait_cb, &place);
  result = mp_test_wait (&place);
  return mp_platform_load_objects_finish (platform, result, error);
}

static void
assert_is_fit_to_show (const char *message)
{
  static const char *const hidden[] = { "Geh", "im &7", "carla", "Y2FybGFA", "<", "\n", NULL };

  g_assert_nonnull (message);
  for (unsigned int i = 0; hidden[i] != NULL; i++)
    {
      g_test_message ("%s", message);
      g_assert_null (strstr (message, hidden[i]));
    }
  g_assert_cmpint (g_utf8_strlen (message, -1), <, 420);
}

/* SuiteCRM and EspoCRM write the wrong password into their log and, some of them, the answer. */
static void
test_an_echoed_key_is_hidden (MpEngineFixture *fixture, gconstpointer data)
{
  g_autofree char *pair =
      g_base64_encode ((const guchar *) LOGIN ":" PASSWORD, strlen (LOGIN ":" PASSWORD));
  g_autofree char *basic = g_strdup_printf ("{\"message\": \"No: Basic %s\"}", pair);
  const struct
  {
    const char *body;
    const char *header;
    const char *expected;
  } cases[] = {
    { "{\"message\": \"Wrong password: Geh/im &7\"}", NULL, "Wrong password: ••••" },
    { "{\"message\": \"" LOGIN " / Geh/im &7: unknown\"}", NULL, "•••• / ••••: unknown" },
    { "{\"message\": \"?p=Geh%2Fim%20%267&l=carla%40example.org\"}", NULL, "?p=••••&l=••••" },
    { "{\"message\": \"{\\\"p\\\":\\\"Geh\\\\/im &7\\\"}\"}", NULL, "{\"p\":\"••••\"}" },
    { "{\"message\": \"<b>Geh/im &amp;7</b> is wrong\"}", NULL, "•••• is wrong" },
    { "Login " LOGIN " failed", NULL, "Login •••• failed" },
    { "", "Refused Geh/im &7", "Refused ••••" },
    { basic, NULL, "No: Basic ••••" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      MpTestReply reply = { .status = 401, .body = cases[i].body };
      g_autoptr (MpTestResult) result = NULL;
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", cases[i].body);
      if (cases[i].header != NULL)
        {
          reply.headers[0] = "X-Status-Reason";
          reply.headers[1] = cases[i].header;
        }
      result = test_key (fixture, &reply, &error);

      g_assert_no_error (error);
      g_assert_cmpint (mp_test_result_get_outcome (result), ==, MP_TEST_REJECTED);
      g_assert_cmpstr (mp_test_result_get_message (result), ==, cases[i].expected);
      assert_is_fit_to_show (mp_test_result_get_message (result));
    }
}

/* A page of 98 KB instead of an answer, as PHP and gateways send it. */
static char *
make_page (const char *title)
{
  g_autoptr (GString) page = g_string_new (NULL);

  g_string_append_printf (page, "<!DOCTYPE html><html><head><title>%s</title><style>", title);
  while (page->len < 98 * 1024)
    g_string_append (page, "body { color: red } <div>Geh/im &7</div>\n");
  g_string_append (page, "</style></head><body><h1>No</h1></body></html>");
  return g_string_free (g_steal_pointer (&page), FALSE);
}

static void
test_no_answer_that_can_be_read (MpEngineFixture *fixture, gconstpointer data)
{
  g_autofree char *page = make_page ("Database error: " PASSWORD);
  const struct
  {
    unsigned int status;
    const char *type;
    const char *body;
    MpError code;
    const char *said;
  } cases[] = {
    { 200, NULL, "", MP_ERROR_INVALID, "Own answered nothing." },
    { 200, NULL, " \r\n", MP_ERROR_INVALID, "Own answered nothing." },
    { 200, NULL, "{\"ok\": false, \"message\": \"down\"}", MP_ERROR_INVALID,
      "Own could not do what was asked. It says: down" },
    { 202, "text/html", page, MP_ERROR_INVALID,
      "Own answered a web page instead of data: is the address right?"
      " It says: Database error: ••••" },
    { 200, "application/json", page, MP_ERROR_INVALID,
      "Own answered a web page instead of data: is the address right?"
      " It says: Database error: ••••" },
    { 404, "text/html", page, MP_ERROR_INVALID,
      "Own answered a web page instead of data: is the address right?"
      " It says: Database error: ••••" },
    { 500, "text/html", page, MP_ERROR_UNAVAILABLE,
      "Own has a problem of its own (status 500). Try again later."
      " It says: Database error: ••••" },
    { 502, NULL, "", MP_ERROR_UNAVAILABLE,
      "Own has a problem of its own (status 502). Try again later." },
    { 200, NULL, "{\"a\": ", MP_ERROR_INVALID, "The answer of Own is cut off. Try again." },
    { 500, NULL,
      "{\"message\": \"Traceback (most recent call last):\\n  File \\\"/x.py\\\", line 3\\n"
      "KeyError: 'Geh/im &7'\"}",
      MP_ERROR_UNAVAILABLE,
      "Own has a problem of its own (status 500). Try again later. It says: KeyError: '••••'" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      MpTestReply reply = { .status = cases[i].status,
                            .content_type = cases[i].type,
                            .body = cases[i].body };
      g_autoptr (GError) error = NULL;
      g_autoptr (MpTestResult) result = test_key (fixture, &reply, &error);

      g_test_message ("%u %.40s", cases[i].status, cases[i].body);
      g_assert_null (result);
      g_assert_error (error, MP_ERROR, (int) cases[i].code);
      g_assert_cmpstr (error->message, ==, cases[i].said);
      assert_is_fit_to_show (error->message);
    }
}

/* What an answer means in this system alone is said with what to do; of no other answer. */
static void
test_hints (MpEngineFixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *type;
    const char *body;
    const char *said;
  } cases[] = {
    { "text/html", "<!DOCTYPE html><title>None</title>",
      "Own answered a web page instead of data. Name the database. It says: None" },
    { "application/json", "{\"message\": \"none\"}",
      "Own does not know what was asked for (status 404). It says: none" },
    { "application/json", "{\"message\": \"none\", \"code\": 7}",
      "Own does not know what was asked for (status 404). Look at seven. It says: none" },
  };
  g_autoptr (MpPlatform) platform = mp_engine_make_platform (
      fixture, MP_ENGINE_BEARER,
      "\"objects\": {\"request\": {\"path\": \"/o\"}, \"items\": \"o\", \"name\": \"n\"},"
      " \"errors\": {\"hints\": ["
      " {\"status\": 404, \"web_page\": true, \"say\": \"Name the database.\"},"
      " {\"status\": 404, \"when\": \"code == 7\", \"say\": \"Look at seven.\"}]}");

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GListModel) none = NULL;

      mp_test_server_clear (fixture->server);
      mp_test_server_add (
          fixture->server,
          &(MpTestReply){ .status = 404, .content_type = cases[i].type, .body = cases[i].body });
      none = mp_engine_load_objects (platform, &error);
      g_assert_null (none);
      g_assert_cmpstr (error->message, ==, cases[i].said);
    }
}

/* Who has to wait for a refusal, so that keys are not guessed, is not offline. */
static void
test_a_delayed_refusal (MpEngineFixture *fixture, gconstpointer data)
{
  const MpTestReply reply = { .status = 401, .body = "{}", .delay_ms = 400 };
  g_autoptr (GError) error = NULL;
  g_autoptr (MpTestResult) result = test_key (fixture, &reply, &error);

  g_assert_no_error (error);
  g_assert_cmpint (mp_test_result_get_outcome (result), ==, MP_TEST_REJECTED);
  /* Twenty seconds were seen. */
  g_assert_cmpuint (MP_PLATFORM_DEADLINE_MS, >=, 2 * 20 * 1000);
}

static gboolean
cancel_cb (gpointer user_data)
{
  g_cancellable_cancel (user_data);
  return G_SOURCE_REMOVE;
}

/* ... nor need anybody sit it out. */
static void
test_a_delayed_refusal_is_left (MpEngineFixture *fixture, gconstpointer data)
{
  g_autoptr (MpPlatform) platform =
                 make_platform (fixture, "\"test\": {\"request\": {\"path\": \"/me\"}}");
  g_autoptr (MpSecret) secret = make_secret ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) answer = NULL;
  g_autoptr (MpTestResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GAsyncResult *place = NULL;
  int64_t left_us;

  mp_test_server_add (fixture->server,
                      &(MpTestReply){ .status = 401, .body = "{}", .delay_ms = 20000 });
  mp_platform_test_async (platform, secret, NULL, cancellable, mp_test_wait_cb, &place);
  while (mp_test_server_get_n_requests (fixture->server) == 0)
    g_main_context_iteration (NULL, TRUE);
  left_us = g_get_monotonic_time ();
  g_idle_add (cancel_cb, cancellable);
  answer = mp_test_wait (&place);
  result = mp_platform_test_finish (platform, answer, &error);

  g_assert_null (result);
  g_assert_true (mp_error_is_cancelled (error));
  g_assert_cmpint (g_get_monotonic_time () - left_us, <, G_USEC_PER_SEC / 2);
}

/* A list fails with the same words as a test. */
static void
test_a_refused_list (MpEngineFixture *fixture, gconstpointer data)
{
  g_autoptr (MpPlatform) platform = make_platform (
      fixture, "\"objects\": {\"request\": {\"path\": \"/o\"}, \"items\": \"o\", \"name\": \"n\"}");
  g_autoptr (GListModel) objects = NULL;
  g_autoptr (GError) error = NULL;

  mp_test_server_add (
      fixture->server,
      &(MpTestReply){ .status = 400, .body = "{\"message\": \"<p>Bad Geh%2Fim+%267</p>\"}" });
  objects = load_objects (platform, &error);

  g_assert_null (objects);
  g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
  g_assert_cmpstr (error->message, ==, "Own refused the request (status 400). It says: Bad ••••");
}

static const char own_list[] = "\"objects\": {\"request\": {\"path\": \"/o\"}, \"items\": \"o\","
                               " \"name\": \"n\", \"empty\": [404, 204, {\"status\": 200,"
                               " \"when\": \"code == 'none'\"}]}";

/* Dolibarr, Close and Zoho say "none" in these ways. */
static void
test_an_empty_list (MpEngineFixture *fixture, gconstpointer data)
{
  static const MpTestReply replies[] = {
    { .status = 404, .body = "{\"error\": {\"message\": \"Not found: no member\"}}" },
    { .status = 404, .content_type = "text/html", .body = "<html><title>404</title></html>" },
    { .status = 204, .body = "" },
    { .status = 200, .body = "{\"code\": \"none\"}" },
  };
  g_autoptr (MpPlatform) platform = mp_engine_make_platform (fixture, MP_ENGINE_BEARER, own_list);

  for (size_t i = 0; i < G_N_ELEMENTS (replies); i++)
    {
      g_autoptr (GListModel) objects = NULL;
      g_autoptr (GError) error = NULL;

      g_test_message ("%u %s", replies[i].status, replies[i].body);
      mp_test_server_clear (fixture->server);
      mp_test_server_add (fixture->server, &replies[i]);
      objects = mp_engine_load_objects (platform, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (g_list_model_get_n_items (objects), ==, 0);
    }
}

/* Custom fields too: an object without any. */
static void
test_an_empty_list_of_fields (MpEngineFixture *fixture, gconstpointer data)
{
  g_autoptr (MpPlatform) platform = mp_engine_make_platform (
      fixture, MP_ENGINE_BEARER,
      "\"fields\": {\"request\": {\"path\": \"/f\"}, \"items\": \"f\", \"name\": \"n\","
      " \"type\": \"t\", \"empty\": [404], \"static\": [{\"name\": \"a\", \"type\": \"text\"}]}");
  g_autoptr (GListModel) fields = NULL;
  g_autoptr (GError) error = NULL;

  mp_test_server_add (fixture->server, &(MpTestReply){ .status = 404, .body = "{}" });
  fields = mp_engine_load_fields (platform, "o", &error);

  g_assert_no_error (error);
  g_assert_cmpuint (g_list_model_get_n_items (fields), ==, 1);
}

/* A refused key is no empty list, whatever else the document says. */
static void
test_a_refusal_is_not_empty (MpEngineFixture *fixture, gconstpointer data)
{
  g_autoptr (MpPlatform) platform = mp_engine_make_platform (
      fixture, MP_ENGINE_BEARER,
      "\"errors\": {\"bad_key\": [{\"status\": 404, \"when\": \"key == 'bad'\"}]},"
      " \"objects\": {\"request\": {\"path\": \"/o\"}, \"items\": \"o\", \"name\": \"n\","
      " \"empty\": [404]}");
  g_autoptr (GListModel) objects = NULL;
  g_autoptr (GError) error = NULL;

  mp_test_server_add (fixture->server,
                      &(MpTestReply){ .status = 404, .body = "{\"key\": \"bad\"}" });
  objects = mp_engine_load_objects (platform, &error);

  g_assert_null (objects);
  g_assert_error (error, MP_ERROR, MP_ERROR_UNAUTHORIZED);
}

/* HubSpot lists the scopes; Stripe writes the permission into its sentence. */
static void
test_the_missing_permission (MpEngineFixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *body;
    const char *missing;
  } cases[] = {
    { "{\"message\": \"No.\", \"context\": {\"scopes\": [\"crm.read\", \"crm.write\"]}}",
      "crm.read, crm.write" },
    { "{\"message\": \"No.\", \"hint\": \"needs 'rak_a_read' or 'rak_b_read'\"}", NULL },
    { "{\"message\": \"No.\", \"context\": {\"scopes\": []}}", NULL },
  };
  g_autoptr (MpPlatform) platform = mp_engine_make_platform (
      fixture, MP_ENGINE_BEARER,
      "\"errors\": {\"permission\": {\"from\": [\"context.scopes\"]}},"
      " \"objects\": {\"request\": {\"path\": \"/o\"}, \"items\": \"o\", \"name\": \"n\"}");
  g_autoptr (MpSecret) secret = mp_secret_new ();

  mp_secret_set (secret, "key", MP_ENGINE_KEY);
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (MpTestResult) result = NULL;
      g_autoptr (GListModel) objects = NULL;
      g_autofree char *expected = NULL;
      g_autoptr (GError) error = NULL;

      mp_test_server_clear (fixture->server);
      mp_test_server_add (fixture->server, &(MpTestReply){ .status = 403, .body = cases[i].body });
      result = mp_engine_test (platform, secret, &error);
      g_assert_no_error (error);
      g_assert_cmpint (mp_test_result_get_outcome (result), ==, MP_TEST_LIMITED);
      g_assert_cmpstr (mp_test_result_get_missing (result), ==, cases[i].missing);
      g_assert_cmpstr (mp_test_result_get_message (result), ==, "No.");

      objects = mp_engine_load_objects (platform, &error);
      g_assert_null (objects);
      g_assert_error (error, MP_ERROR, MP_ERROR_FORBIDDEN);
      expected = g_strdup_printf ("The key is right, but Own does not let it do this.%s%s%s It "
                                  "says: No.",
                                  cases[i].missing != NULL ? " Missing: " : "",
                                  cases[i].missing != NULL ? cases[i].missing : "",
                                  cases[i].missing != NULL ? "." : "");
      g_assert_cmpstr (error->message, ==, expected);
    }
}

static void
test_the_missing_permission_in_a_sentence (MpEngineFixture *fixture, gconstpointer data)
{
  g_autoptr (MpPlatform) platform = mp_engine_make_platform (
      fixture, MP_ENGINE_BEARER,
      "\"errors\": {\"permission\": {\"from\": [\"message\"], \"pattern\": \"'(rak_[a-z_]+)'\"},"
      " \"account\": {\"from\": [\"message\"], \"pattern\": \"(acct_[a-z0-9]+)\"}}");
  g_autoptr (MpSecret) secret = mp_secret_new ();
  g_autoptr (MpTestResult) result = NULL;
  g_autoptr (GError) error = NULL;

  mp_secret_set (secret, "key", MP_ENGINE_KEY);
  mp_test_server_add (
      fixture->server,
      &(MpTestReply){ .status = 403,
                      .body = "{\"message\": \"Needs 'rak_a_read' or 'rak_b_read' on acct_1\"}" });
  result = mp_engine_test (platform, secret, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (mp_test_result_get_missing (result), ==, "rak_a_read, rak_b_read");
  g_assert_cmpstr (mp_test_result_get_account (result), ==, "acct_1");
  g_assert_cmpstr (mp_test_result_get_account_id (result), ==, "acct_1");
}

/* How long to wait stands in one header among others, or in a part of one. */
static void
test_the_wait_is_said (MpEngineFixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *limits;
    const char *value;
    const char *expected; /* (nullable): not said */
  } cases[] = {
    { "{\"reset\": {\"header\": \"ratelimit\", \"pattern\": \"reset=(\\\\d+)\","
      " \"unit\": \"seconds\"}}",
      "limit=240; remaining=0; reset=42", "Try again in 42 seconds." },
    { "{\"limit\": {\"header\": \"ratelimit\", \"pattern\": \"limit=(\\\\d+)\"}}",
      "limit=240; remaining=0; reset=42", "Try again later. (The limit is 240.)" },
    { "{\"reset\": {\"header\": \"ratelimit\", \"unit\": \"milliseconds\"}}", "9001",
      "Try again in 10 seconds." },
    { "{\"reset\": {\"header\": \"ratelimit\", \"unit\": \"seconds\"}}", "soon",
      "Try again later." },
    { "{\"reset\": {\"header\": \"ratelimit\", \"pattern\": \"reset=(x)\","
      " \"unit\": \"seconds\"}}",
      "reset=42", "Try again later." },
    { "{}", "42", "Try again later." },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *rest = g_strdup_printf ("\"limits\": %s", cases[i].limits);
      g_autoptr (MpPlatform) platform = mp_engine_make_platform (fixture, MP_ENGINE_BEARER, rest);
      g_autoptr (MpSecret) secret = mp_secret_new ();
      g_autoptr (MpTestResult) result = NULL;
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", cases[i].limits);
      mp_secret_set (secret, "key", MP_ENGINE_KEY);
      mp_test_server_clear (fixture->server);
      mp_test_server_add (fixture->server,
                          &(MpTestReply){ .status = 429,
                                          .body = "{}",
                                          .headers = { "ratelimit", cases[i].value } });
      result = mp_engine_test (platform, secret, &error);

      g_assert_null (result);
      g_assert_error (error, MP_ERROR, MP_ERROR_RATE_LIMITED);
      g_assert_nonnull (strstr (error->message, cases[i].expected));
    }
}

/* Who may ask nothing more for a second waits for it, rather than be refused. */
static void
test_the_last_request_is_seen (MpEngineFixture *fixture, gconstpointer data)
{
  g_autoptr (MpPlatform) platform = mp_engine_make_platform (
      fixture, MP_ENGINE_BEARER,
      "\"limits\": {\"remaining\": {\"header\": \"left\"}, \"reset\": {\"header\": \"wait\","
      " \"unit\": \"seconds\"}}, \"objects\": {\"request\": {\"path\": \"/o\"}, \"items\": \"o\","
      " \"name\": \"n\", \"paging\": {\"kind\": \"page\", \"query\": \"p\", \"size\": 1}}");
  int64_t start_us = g_get_monotonic_time ();
  g_autoptr (GListModel) objects = NULL;
  g_autoptr (GError) error = NULL;

  mp_test_server_add (fixture->server, &(MpTestReply){ .query = "p=1",
                                                       .body = "{\"o\": [{\"n\": \"a\"}]}",
                                                       .headers = { "left", "0", "wait", "1" } });
  mp_test_server_add (fixture->server, &(MpTestReply){ .query = "p=2",
                                                       .body = "{\"o\": []}",
                                                       .headers = { "left", "0", "wait", "99" } });
  objects = mp_engine_load_objects (platform, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (g_list_model_get_n_items (objects), ==, 1);
  g_assert_cmpint (g_get_monotonic_time () - start_us, >=, G_USEC_PER_SEC);
}

/* A server that leads round in a circle is told by the page, not by a hundred requests. */
static void
test_pages_in_a_circle (MpEngineFixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *paging;
    const char *body;
    const char *link; /* (nullable) */
  } cases[] = {
    { "{\"kind\": \"cursor_body\", \"next\": \"next\", \"query\": \"c\"}",
      "{\"o\": [{\"n\": \"a\"}], \"next\": \"again\"}", NULL },
    { "{\"kind\": \"next_url_body\", \"next\": \"next\"}",
      "{\"o\": [{\"n\": \"a\"}], \"next\": \"/api/o?page=2\"}", NULL },
    { "{\"kind\": \"link_header\"}", "{\"o\": [{\"n\": \"a\"}]}", "</api/o?p=2>; rel=\"next\"" },
    { "{\"kind\": \"page\", \"query\": \"p\"}", "{\"o\": [{\"n\": \"a\"}]}", NULL },
    { "{\"kind\": \"offset\", \"query\": \"p\", \"size\": 1}", "{\"o\": [{\"n\": \"a\"}]}", NULL },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *rest =
          g_strdup_printf ("\"objects\": {\"request\": {\"path\": \"/o\"}, \"items\": \"o\","
                           " \"name\": \"n\", \"paging\": %s}",
                           cases[i].paging);
      g_autoptr (MpPlatform) platform = mp_engine_make_platform (fixture, MP_ENGINE_BEARER, rest);
      MpTestReply reply = { .body = cases[i].body };
      g_autoptr (GListModel) objects = NULL;
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", cases[i].paging);
      if (cases[i].link != NULL)
        {
          reply.headers[0] = "Link";
          reply.headers[1] = cases[i].link;
        }
      mp_test_server_clear (fixture->server);
      mp_test_server_add (fixture->server, &reply);
      objects = mp_engine_load_objects (platform, &error);

      g_assert_null (objects);
      g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
      g_assert_cmpstr (error->message, ==,
                       "own /objects/paging: the answer to page 2 leads back to an earlier page");
      g_assert_cmpuint (mp_test_server_get_n_requests (fixture->server), ==, 2);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  mp_engine_add_test ("/platforms/answers/hints", test_hints);
  mp_engine_add_test ("/platforms/answers/an-echoed-key-is-hidden", test_an_echoed_key_is_hidden);
  mp_engine_add_test ("/platforms/answers/no-answer-that-can-be-read",
                      test_no_answer_that_can_be_read);
  mp_engine_add_test ("/platforms/answers/a-delayed-refusal", test_a_delayed_refusal);
  mp_engine_add_test ("/platforms/answers/a-delayed-refusal-is-left",
                      test_a_delayed_refusal_is_left);
  mp_engine_add_test ("/platforms/answers/a-refused-list", test_a_refused_list);
  mp_engine_add_test ("/platforms/answers/an-empty-list", test_an_empty_list);
  mp_engine_add_test ("/platforms/answers/an-empty-list-of-fields", test_an_empty_list_of_fields);
  mp_engine_add_test ("/platforms/answers/a-refusal-is-not-empty", test_a_refusal_is_not_empty);
  mp_engine_add_test ("/platforms/answers/the-missing-permission", test_the_missing_permission);
  mp_engine_add_test ("/platforms/answers/the-missing-permission-in-a-sentence",
                      test_the_missing_permission_in_a_sentence);
  mp_engine_add_test ("/platforms/answers/the-wait-is-said", test_the_wait_is_said);
  mp_engine_add_test ("/platforms/answers/the-last-request-is-seen", test_the_last_request_is_seen);
  mp_engine_add_test ("/platforms/answers/pages-in-a-circle", test_pages_in_a_circle);

  return g_test_run ();
}
