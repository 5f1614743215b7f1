/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-test-api.h"

#include "mp-catalogue.h"

#define UNKNOWN_ID "018f0000-0000-7000-8000-000000000000"

/* A CRM in a thread of its own: the test's thread waits for the server, which waits for the CRM. */
typedef struct
{
  MpTestApi api;
  GThread *thread;
  GMainContext *context;
  GMainLoop *loop;
  char *address;
  GMutex lock;
  GCond changed;
  unsigned int status; /* of the next answers; 0: never answers */
  unsigned int n_asked;
  char *authorization; /* of the last question */
} Fixture;

static const char *
get_body (const char *path)
{
  if (g_str_has_suffix (path, "/details"))
    return "{\"portalId\":7,\"accountType\":\"STANDARD\"}";
  if (g_str_has_suffix (path, "/schemas"))
    return "{\"results\":[{\"fullyQualifiedName\":\"p7_course\",\"labels\":{\"plural\":\"Courses "
           "taken\"}}]}";
  return "{\"results\":[{\"name\":\"email\",\"label\":\"Email\",\"type\":\"string\",\"fieldType\":"
         "\"text\",\"hubspotDefined\":true}]}";
}

static void
asked_cb (SoupServer *server,
          SoupServerMessage *message,
          const char *path,
          GHashTable *query,
          gpointer user_data)
{
  Fixture *fixture = user_data;
  const char *body = get_body (path);
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);

  g_mutex_lock (&fixture->lock);
  fixture->n_asked++;
  g_free (fixture->authorization);
  fixture->authorization = g_strdup (soup_message_headers_get_one (headers, "Authorization"));
  if (fixture->status == 0)
    soup_server_message_pause (message);
  else
    soup_server_message_set_status (message, fixture->status, NULL);
  g_mutex_unlock (&fixture->lock);
  /* Too long to be waited for. */
  soup_message_headers_append (soup_server_message_get_response_headers (message), "Retry-After",
                               "600");
  soup_server_message_set_response (message, "application/json", SOUP_MEMORY_STATIC, body,
                                    strlen (body));
}

static gpointer
run_crm (gpointer data)
{
  Fixture *fixture = data;
  g_autoptr (SoupServer) server = NULL;
  GSList *uris;

  g_main_context_push_thread_default (fixture->context);
  server = soup_server_new (NULL, NULL);
  soup_server_add_handler (server, NULL, asked_cb, fixture, NULL);
  soup_server_listen_local (server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, NULL);
  uris = soup_server_get_uris (server);
  g_mutex_lock (&fixture->lock);
  fixture->address =
      g_strdup_printf ("hubspot=http://127.0.0.1:%d", g_uri_get_port ((GUri *) uris->data));
  g_cond_signal (&fixture->changed);
  g_mutex_unlock (&fixture->lock);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);

  g_main_loop_run (fixture->loop);
  soup_server_disconnect (server);
  g_main_context_pop_thread_default (fixture->context);
  return NULL;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  const char *addresses[2] = { NULL, NULL };

  g_mutex_init (&fixture->lock);
  g_cond_init (&fixture->changed);
  fixture->status = 200;
  fixture->context = g_main_context_new ();
  fixture->loop = g_main_loop_new (fixture->context, FALSE);
  fixture->thread = g_thread_new ("crm", run_crm, fixture);
  g_mutex_lock (&fixture->lock);
  while (fixture->address == NULL)
    g_cond_wait (&fixture->changed, &fixture->lock);
  g_mutex_unlock (&fixture->lock);
  addresses[0] = fixture->address;
  mp_test_api_set_up (&fixture->api, addresses);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  mp_test_api_tear_down (&fixture->api, data);
  g_main_loop_quit (fixture->loop);
  g_thread_join (fixture->thread);
  g_main_loop_unref (fixture->loop);
  g_main_context_unref (fixture->context);
  g_free (fixture->address);
  g_free (fixture->authorization);
  g_mutex_clear (&fixture->lock);
  g_cond_clear (&fixture->changed);
}

static void
set_status (Fixture *fixture, unsigned int status)
{
  g_mutex_lock (&fixture->lock);
  fixture->status = status;
  fixture->n_asked = 0;
  g_mutex_unlock (&fixture->lock);
}

static unsigned int
count_asked (Fixture *fixture)
{
  unsigned int n_asked;

  g_mutex_lock (&fixture->lock);
  n_asked = fixture->n_asked;
  g_mutex_unlock (&fixture->lock);
  return n_asked;
}

/* Each required field of Member Pulse, not sent for a reason. */
static char *
dup_mapping (void)
{
  MpCatalogue *catalogue = mp_catalogue_get ("member");
  GString *text = g_string_new (NULL);

  for (unsigned int i = 0; i < mp_catalogue_get_size (catalogue); i++)
    {
      MpCatalogueField *field = mp_catalogue_get_field (catalogue, i);

      if (mp_catalogue_field_get_required (field))
        g_string_append_printf (text, "%s\"%s\":{\"not_sent\":\"a test\"}",
                                text->len > 0 ? "," : "", mp_catalogue_field_get_name (field));
    }
  return g_string_free (text, FALSE);
}

/* A record with a CRM's key; its id. */
static char *
add_record (Fixture *fixture, const char **key)
{
  MpTestApi *api = &fixture->api;
  g_autofree char *shop = mp_test_api_add_key (api, "stripe", "payment");
  g_autofree char *crm = mp_test_api_add_key (api, "hubspot", "crm");
  g_autofree char *content = mp_test_content ("A", shop);
  g_autofree char *mapping = dup_mapping ();
  g_autoptr (MpTestAnswer) made = mp_test_api_post (
      api, "/integration-settings",
      g_strdup_printf ("{%s,\"crm\":{\"platform\":\"hubspot\",\"api_key\":\"%s\","
                       "\"member_object\":\"contacts\",\"event_tag\":\"tag\","
                       "\"member_fields\":{%s}}}",
                       content, crm, mapping));

  g_assert_cmpuint (made->status, ==, 201);
  if (key != NULL)
    *key = g_intern_string (crm);
  return g_strdup (mp_test_string (made->body, "/id"));
}

static MpTestAnswer *
ask (Fixture *fixture, const char *method, const char *format, const char *id)
{
  g_auto (GStrv) parts = g_strsplit (format, "%s", 2);
  g_autofree char *path = g_strconcat (parts[0], id, parts[1], NULL);

  return mp_test_api_call (
      &fixture->api,
      &(MpTestRequest){ .token = fixture->api.admin, .method = method, .path = path });
}

static unsigned int
count_uses (Fixture *fixture)
{
  g_autoptr (MpTestAnswer) trail = mp_test_api_get (&fixture->api, fixture->api.auditor,
                                                    "/audit?action=credential.use");

  return json_array_get_length (mp_json_get_array (trail->body, "entries"));
}

/* Objects, fields and the test are the platform's, read with the record's key; each opening of it
 * is on the trail with its purpose, and shows on the key. */
static void
test_answers (Fixture *fixture, gconstpointer data)
{
  const char *key;
  g_autofree char *id = add_record (fixture, &key);
  g_autofree char *key_path = g_strconcat ("credential/", key, NULL);
  g_autofree char *filter = g_strconcat ("/audit?action=credential.use&resource=", key_path, NULL);
  g_autoptr (MpTestAnswer) objects = ask (fixture, "GET", "/crm/objects?settings=%s", id);
  g_autoptr (MpTestAnswer) fields =
                 ask (fixture, "GET", "/crm/objects/contacts/fields?settings=%s", id);
  g_autoptr (MpTestAnswer) tested = ask (fixture, "POST", "/test?section=crm&settings=%s", id);
  g_autoptr (MpTestAnswer) trail = mp_test_api_get (&fixture->api, fixture->api.auditor, filter);
  g_autoptr (MpTestAnswer) keys =
                 mp_test_api_get (&fixture->api, fixture->api.user, "/credentials");
  g_autoptr (MpCrmMetadata) read = NULL;
  g_autoptr (GError) error = NULL;
  JsonArray *entries = mp_json_get_array (trail->body, "entries");
  static const char *const purposes[] = { "crm.objects", "crm.fields", "test" };
  unsigned int n_used = 0;

  g_assert_cmpuint (objects->status, ==, 200);
  read = mp_crm_metadata_new_from_json (objects->body, &error);
  g_assert_no_error (error);
  g_assert_nonnull (mp_crm_metadata_find_object (read, "p7_course"));
  g_assert_nonnull (mp_crm_metadata_find_object (read, "contacts"));
  g_clear_object (&read);

  g_assert_cmpuint (fields->status, ==, 200);
  read = mp_crm_metadata_new_from_json (fields->body, &error);
  g_assert_no_error (error);
  g_assert_nonnull (mp_crm_metadata_find_field (read, "contacts", "email"));

  g_assert_cmpuint (tested->status, ==, 200);
  g_assert_cmpstr (mp_test_string (tested->body, "/outcome"), ==, "connected");
  g_assert_cmpstr (mp_test_string (tested->body, "/mode"), ==, "live");
  g_assert_cmpstr (mp_test_string (tested->body, "/account_id"), ==, "7");

  g_assert_cmpuint (json_array_get_length (entries), ==, G_N_ELEMENTS (purposes));
  for (unsigned int i = 0; i < G_N_ELEMENTS (purposes); i++)
    {
      JsonObject *entry = mp_json_array_get_object (entries, i);

      g_assert_cmpstr (mp_test_string (entry, "/entry/detail"), ==, purposes[i]);
      g_assert_cmpstr (mp_test_string (entry, "/entry/actor"), ==, "anna");
    }
  for (unsigned int i = 0; i < 2; i++)
    {
      JsonObject *item = mp_json_array_get_object (mp_json_get_array (keys->body, "items"), i);

      n_used += g_strcmp0 (mp_test_string (item, "/used/by"), "anna") == 0;
    }
  g_assert_cmpuint (n_used, ==, 1);
  g_assert_cmpstr (fixture->authorization, ==, "Bearer " MP_TEST_KEY);
}

/* What the platform says wrong is told apart, and never with the key. */
static void
test_failures (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    unsigned int crm;
    unsigned int status;
    const char *code;
  } cases[] = {
    { 401, 502, "platform-unauthorized" },
    { 429, 503, "platform-busy" },
    { 500, 502, "platform-failed" },
    { 0, 504, "platform-timeout" },
  };
  g_autofree char *id = add_record (fixture, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (MpTestAnswer) answer = NULL;
      unsigned int n_before = count_uses (fixture);

      set_status (fixture, cases[i].crm);
      if (cases[i].crm == 0)
        mp_api_outbound_set_timeout_ms (fixture->api.outbound, 500);
      answer = ask (fixture, "GET", "/crm/objects/contacts/fields?settings=%s", id);
      g_test_message ("%u: %s", cases[i].crm, mp_test_string (answer->body, "/detail"));
      mp_test_assert_problem (answer, cases[i].status, cases[i].code);
      g_assert_nonnull (mp_test_string (answer->body, "/detail"));
      g_assert_null (strstr (mp_test_string (answer->body, "/detail"), MP_TEST_KEY));
      g_assert_cmpuint (count_uses (fixture), ==, n_before + 1);
    }
}

/* Without a right, a record, a platform or a key, no key is opened and nobody is called. */
static void
test_refusals (Fixture *fixture, gconstpointer data)
{
  MpTestApi *api = &fixture->api;
  g_autofree char *id = add_record (fixture, NULL);
  g_autofree char *shop = mp_test_api_add_key (api, "stripe", "payment");
  g_autofree char *content = mp_test_content ("B", shop);
  g_autoptr (MpTestAnswer) bare =
                 mp_test_api_post (api, "/integration-settings", g_strdup_printf ("{%s}", content));
  const char *bare_id = mp_test_string (bare->body, "/id");
  const struct
  {
    const char *token;
    const char *method;
    const char *path;
    const char *id;
    unsigned int status;
  } cases[] = {
    { api->admin, "GET", "/crm/objects%s", "", 400 },
    { api->admin, "GET", "/crm/objects?settings=%s", "x", 400 },
    { api->admin, "POST", "/test?settings=%s", id, 400 },
    { api->admin, "POST", "/test?section=general&settings=%s", id, 400 },
    { api->admin, "GET", "/crm/objects?settings=%s", UNKNOWN_ID, 404 },
    { api->admin, "GET", "/crm/objects?settings=%s", bare_id, 422 },
    { api->admin, "POST", "/test?section=accounting&settings=%s", id, 422 },
    { api->user, "GET", "/crm/objects?settings=%s", id, 403 },
    { api->auditor, "GET", "/crm/objects?settings=%s", id, 403 },
    { api->staff, "GET", "/crm/objects?settings=%s", id, 403 },
    { api->stranger, "GET", "/crm/objects?settings=%s", id, 404 },
    { NULL, "POST", "/test?section=crm&settings=%s", id, 401 },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (GStrv) parts = g_strsplit (cases[i].path, "%s", 2);
      g_autofree char *path = g_strconcat (parts[0], cases[i].id, parts[1], NULL);
      g_autoptr (MpTestAnswer) answer = mp_test_api_call (
          api,
          &(MpTestRequest){ .token = cases[i].token, .method = cases[i].method, .path = path });

      g_test_message ("%s %s", cases[i].method, path);
      g_assert_cmpuint (answer->status, ==, cases[i].status);
      if (answer->status == 422)
        mp_test_assert_error (answer->body,
                              cases[i].method[0] == 'G' ? "/crm/platform" : "/accounting/platform",
                              "required");
    }
  g_assert_cmpuint (count_uses (fixture), ==, 0);
  g_assert_cmpuint (count_asked (fixture), ==, 0);
}

static gpointer
ask_in_thread (gpointer data)
{
  gpointer *arguments = data;
  Fixture *fixture = arguments[0];
  g_autoptr (SoupSession) session = soup_session_new ();
  g_autofree char *address = g_strdup_printf (
      "http://127.0.0.1:%u/v1/tenants/demo/crm/objects/contacts/fields?settings=%s",
      mp_api_server_get_port (fixture->api.server), (char *) arguments[1]);
  g_autofree char *bearer = g_strconcat ("Bearer ", fixture->api.admin, NULL);
  g_autoptr (SoupMessage) message = soup_message_new ("GET", address);
  g_autoptr (GBytes) bytes = NULL;

  soup_message_headers_append (soup_message_get_request_headers (message), "Authorization", bearer);
  bytes = soup_session_send_and_read (session, message, NULL, NULL);
  return NULL;
}

/* While a platform keeps some waiting, the others are answered. */
static void
test_others_go_on (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = add_record (fixture, NULL);
  gpointer arguments[] = { fixture, id };
  GThread *threads[8];
  int64_t slowest_us = 0;

  set_status (fixture, 0);
  mp_api_outbound_set_timeout_ms (fixture->api.outbound, 3000);
  for (size_t i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("asks", ask_in_thread, arguments);
  while (count_asked (fixture) == 0)
    g_usleep (1000);
  for (unsigned int i = 0; i < 20; i++)
    {
      int64_t start_us = g_get_monotonic_time ();
      g_autoptr (MpTestAnswer) answer =
                     mp_test_api_get (&fixture->api, fixture->api.user, "/integration-settings");

      g_assert_cmpuint (answer->status, ==, 200);
      slowest_us = MAX (slowest_us, g_get_monotonic_time () - start_us);
    }
  g_test_message ("slowest %" G_GINT64_FORMAT " us", slowest_us);
  g_assert_cmpint (slowest_us, <, 500 * 1000);
  for (size_t i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

#define ADD(path, function)                                                                        \
  g_test_add ("/server/api/platforms/" path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  ADD ("answers-for-an-administrator", test_answers);
  ADD ("tells-whose-fault-it-is", test_failures);
  ADD ("opens-no-key-in-vain", test_refusals);
  ADD ("keeps-nobody-else-waiting", test_others_go_on);

  return g_test_run ();
}
