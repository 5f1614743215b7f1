/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-api-message.h"
#include "mp-test-api.h"

#define UNKNOWN_ID "018f0000-0000-7000-8000-000000000000"

static const char *
status_of (JsonObject *result)
{
  return mp_test_string (result, "/status");
}

/* "action":"create" of a record that keeps the rules */
static char *
create_members (const char *target, const char *name, const char *key)
{
  return g_strdup_printf ("\"action\":\"create\",\"target\":\"%s\",\"set\":{\"/name\":\"%s\","
                          "\"/payment_gateway/platform\":\"stripe\","
                          "\"/payment_gateway/api_key\":\"%s\"}",
                          target, name, key);
}

/* "action":"update" of the name */
static char *
rename_members (const char *target, const char *from, const char *to)
{
  return g_strdup_printf ("\"action\":\"update\",\"target\":\"%s\",\"set\":{\"/name\":\"%s\"},"
                          "\"expect\":{\"/name\":\"%s\"}",
                          target, to, from);
}

static JsonObject *
push (MpTestApi *self, const char *members)
{
  g_autofree char *op = mp_test_uuid (self);

  return mp_test_push (self, self->admin, op, members);
}

static JsonObject *
push_create (MpTestApi *self, const char *target, const char *name)
{
  g_autofree char *key = mp_test_api_add_key (self, "stripe", "payment");
  g_autofree char *members = create_members (target, name, key);
  JsonObject *result = push (self, members);

  g_assert_cmpstr (status_of (result), ==, "applied");
  return result;
}

/* Two edits of one path: the second is a conflict that names base, yours and theirs; an edit that
 * comes to the same value is none. */
static void
test_expect (MpTestApi *self, gconstpointer data)
{
  g_autofree char *target = mp_test_uuid (self);
  g_autoptr (JsonObject) made = push_create (self, target, "A");
  g_autofree char *first = rename_members (target, "A", "B");
  g_autofree char *second = rename_members (target, "A", "C");
  g_autoptr (JsonObject) applied = push (self, first);
  g_autoptr (JsonObject) conflict = push (self, second);
  g_autoptr (JsonObject) same = push (self, first);
  JsonObject *detail;

  g_assert_cmpstr (status_of (applied), ==, "applied");
  g_assert_cmpstr (mp_test_string (applied, "/record/name"), ==, "B");
  g_assert_cmpstr (mp_test_string (applied, "/record/updated/by"), ==, "anna");
  g_assert_cmpstr (mp_test_string (applied, "/record/revision"), !=,
                   mp_test_string (made, "/record/revision"));

  g_assert_cmpstr (status_of (conflict), ==, "conflict");
  g_assert_cmpstr (mp_test_string (conflict, "/record/name"), ==, "B");
  detail = mp_json_array_get_object (mp_json_get_array (conflict, "conflicts"), 0);
  g_assert_cmpstr (mp_test_string (detail, "/pointer"), ==, "/name");
  g_assert_cmpstr (mp_test_string (detail, "/base"), ==, "A");
  g_assert_cmpstr (mp_test_string (detail, "/yours"), ==, "C");
  g_assert_cmpstr (mp_test_string (detail, "/theirs"), ==, "B");

  g_assert_cmpstr (status_of (same), ==, "applied");
  g_assert_cmpstr (mp_test_string (same, "/record/revision"), ==,
                   mp_test_string (applied, "/record/revision"));
}

/* An operation that comes again is answered as the first time, whatever happened since. */
static void
test_duplicates (MpTestApi *self, gconstpointer data)
{
  g_autofree char *target = mp_test_uuid (self);
  g_autofree char *op = mp_test_uuid (self);
  g_autofree char *refused_op = mp_test_uuid (self);
  g_autofree char *key = mp_test_api_add_key (self, "stripe", "payment");
  g_autofree char *create = create_members (target, "A", key);
  g_autofree char *rename = rename_members (target, "A", "B");
  g_autoptr (JsonObject) first = mp_test_push (self, self->admin, op, create);
  g_autoptr (JsonObject) between = push (self, rename);
  g_autoptr (JsonObject) again = mp_test_push (self, self->admin, op, create);
  g_autoptr (JsonObject) refused = mp_test_push (self, self->admin, refused_op, rename);
  g_autoptr (JsonObject) back = NULL;
  g_autoptr (JsonObject) refused_again = NULL;
  g_autoptr (JsonObject) other = NULL;
  g_autofree char *rename_back = rename_members (target, "B", "A");

  g_assert_false (json_object_has_member (first, "duplicate"));
  g_assert_true (mp_json_get_boolean (again, "duplicate", FALSE));
  g_assert_cmpstr (mp_test_string (again, "/record/revision"), ==,
                   mp_test_string (first, "/record/revision"));
  g_assert_cmpstr (mp_test_string (between, "/record/name"), ==, "B");

  g_assert_cmpstr (status_of (refused), ==, "applied");
  back = push (self, rename_back);
  g_assert_cmpstr (status_of (back), ==, "applied");
  refused_again = mp_test_push (self, self->admin, refused_op, rename);
  g_assert_cmpstr (mp_test_string (refused_again, "/record/name"), ==, "B");
  g_assert_true (mp_json_get_boolean (refused_again, "duplicate", FALSE));

  /* The same id with another content is another operation, which is not done. */
  other = mp_test_push (self, self->admin, op, rename);
  g_assert_cmpstr (status_of (other), ==, "invalid");
  mp_test_assert_error (other, "", "op-reused");
}

/* To archive or restore, the exact state must have been seen; an archived record is not edited. */
static void
test_archive (MpTestApi *self, gconstpointer data)
{
  g_autofree char *target = mp_test_uuid (self);
  g_autoptr (JsonObject) made = push_create (self, target, "A");
  g_autofree char *rename = rename_members (target, "A", "B");
  g_autoptr (JsonObject) renamed = push (self, rename);
  g_autofree char *stale =
      g_strdup_printf ("\"action\":\"archive\",\"target\":\"%s\",\"base\":\"%s\"", target,
                       mp_test_string (made, "/record/revision"));
  g_autofree char *exact =
      g_strdup_printf ("\"action\":\"archive\",\"target\":\"%s\",\"base\":\"%s\"", target,
                       mp_test_string (renamed, "/record/revision"));
  g_autoptr (JsonObject) conflict = push (self, stale);
  g_autoptr (JsonObject) archived = push (self, exact);
  g_autofree char *edit = rename_members (target, "B", "C");
  g_autoptr (JsonObject) edited = push (self, edit);
  g_autofree char *restore =
      g_strdup_printf ("\"action\":\"restore\",\"target\":\"%s\",\"base\":\"%s\"", target,
                       mp_test_string (archived, "/record/revision"));
  g_autoptr (JsonObject) restored = push (self, restore);
  JsonObject *detail = mp_json_array_get_object (mp_json_get_array (conflict, "conflicts"), 0);

  g_assert_cmpstr (status_of (conflict), ==, "conflict");
  g_assert_cmpstr (mp_test_string (detail, "/pointer"), ==, "");
  g_assert_cmpstr (status_of (archived), ==, "applied");
  g_assert_true (mp_json_get_boolean (mp_json_get_object (archived, "record"), "archived", FALSE));
  g_assert_cmpstr (status_of (edited), ==, "conflict");
  g_assert_cmpstr (status_of (restored), ==, "applied");
}

/* What cannot be done says why, and the next operation goes on. */
static void
test_refusals (MpTestApi *self, gconstpointer data)
{
  static const struct
  {
    const char *members;
    const char *status;
  } cases[] = {
    { "\"action\":\"fly\",\"target\":\"" UNKNOWN_ID "\"", "invalid" },
    { "\"action\":\"create\",\"target\":\"7\",\"set\":{}", "invalid" },
    { "\"action\":\"create\",\"target\":\"" UNKNOWN_ID "\",\"set\":{\"/id\":\"x\"}", "invalid" },
    { "\"action\":\"create\",\"target\":\"" UNKNOWN_ID "\",\"set\":{\"/name\":\"\"}", "invalid" },
    { "\"action\":\"create\",\"target\":\"" UNKNOWN_ID
      "\",\"set\":{\"/crm\":{\"api_key\":\"" MP_TEST_KEY "\"}}",
      "invalid" },
    { "\"action\":\"update\",\"target\":\"" UNKNOWN_ID "\",\"set\":{\"/name\":\"x\"}", "invalid" },
    { "\"action\":\"update\",\"target\":\"" UNKNOWN_ID
      "\",\"set\":{\"/name\":\"x\"},\"expect\":{\"/name\":null}",
      "gone" },
    { "\"action\":\"archive\",\"target\":\"" UNKNOWN_ID "\",\"base\":\"x.1\"", "gone" },
    { "\"action\":\"rename\",\"target\":\"" UNKNOWN_ID "\",\"payload\":{\"label\":\"x\"}", "gone" },
  };
  g_autofree char *target = mp_test_uuid (self);
  g_autoptr (JsonObject) made = push_create (self, target, "A");
  g_autofree char *create = create_members (target, "B", UNKNOWN_ID);
  g_autoptr (JsonObject) exists = push (self, create);
  g_autofree char *empty =
      g_strdup_printf ("\"action\":\"update\",\"target\":\"%s\",\"set\":{\"/name\":null},"
                       "\"expect\":{\"/name\":\"A\"}",
                       target);
  g_autoptr (JsonObject) invalid = push (self, empty);

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (JsonObject) result = push (self, cases[i].members);

      g_test_message ("%s", cases[i].members);
      g_assert_cmpstr (status_of (result), ==, cases[i].status);
      g_assert_cmpint (json_object_has_member (result, "errors"), ==,
                       g_str_equal (cases[i].status, "invalid"));
    }
  g_assert_cmpstr (status_of (exists), ==, "conflict");
  g_assert_cmpstr (mp_test_string (exists, "/record/name"), ==, "A");
  g_assert_cmpstr (status_of (invalid), ==, "invalid");
  mp_test_assert_error (invalid, "/name", "required");
}

/* The envelope is right, or nothing of it is done. */
static void
test_envelope (MpTestApi *self, gconstpointer data)
{
  static const struct
  {
    const char *body;
    unsigned int status;
    const char *code;
  } cases[] = {
    { "{", 400, "bad-json" },
    { "[]", 400, "bad-json" },
    { "{\"operations\":[],\"operations\":[]}", 400, "bad-json" },
    { "{\"operations\":{}}", 422, "invalid" },
    { "{}", 422, "invalid" },
    { "{\"operations\":[{\"action\":\"create\"}]}", 422, "invalid" },
    { "{\"operations\":[{\"op\":\"1\"}]}", 422, "invalid" },
    { "{\"operations\":[7]}", 422, "invalid" },
  };
  g_autoptr (GString) many = g_string_new ("{\"operations\":[");
  g_autoptr (MpTestAnswer) too_many = NULL;

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (MpTestAnswer) answer =
                     mp_test_api_post (self, "/changes", g_strdup (cases[i].body));

      g_test_message ("%s", cases[i].body);
      mp_test_assert_problem (answer, cases[i].status, cases[i].code);
    }

  for (unsigned int i = 0; i < 501; i++)
    g_string_append_printf (many, "%s{\"op\":\"" UNKNOWN_ID "\"}", i > 0 ? "," : "");
  g_string_append (many, "]}");
  too_many = mp_test_api_post (self, "/changes", g_strdup (many->str));
  mp_test_assert_problem (too_many, 413, "too-large");
}

static void
assert_page (MpTestAnswer *page, unsigned int n_changes, gboolean more)
{
  g_assert_cmpuint (page->status, ==, 200);
  g_assert_cmpuint (json_array_get_length (mp_json_get_array (page->body, "changes")), ==,
                    n_changes);
  g_assert_cmpint (mp_json_get_boolean (page->body, "more", !more), ==, more);
  g_assert_cmpint (mp_json_get_int (page->body, "schema", 0), ==, 1);
  g_assert_nonnull (mp_test_string (page->body, "/audit_head/hash"));
}

static char *
since (MpTestAnswer *page, const char *rest)
{
  return g_strconcat ("/changes?since=", mp_test_string (page->body, "/cursor"), rest, NULL);
}

/* Records and credentials in the order of their newest change, each once. */
static void
test_feed (MpTestApi *self, gconstpointer data)
{
  g_autofree char *target = mp_test_uuid (self);
  g_autoptr (MpTestAnswer) empty = mp_test_api_get (self, self->user, "/changes");
  g_autoptr (JsonObject) made = push_create (self, target, "A");
  g_autofree char *key = mp_test_api_add_key (self, "stripe", "payment");
  g_autofree char *rename = rename_members (target, "A", "B");
  g_autoptr (JsonObject) renamed = push (self, rename);
  g_autoptr (MpTestAnswer) all = mp_test_api_get (self, self->user, "/changes");
  g_autoptr (MpTestAnswer) first = mp_test_api_get (self, self->user, "/changes?limit=2");
  g_autofree char *next = since (first, "&limit=2");
  g_autoptr (MpTestAnswer) second = mp_test_api_get (self, self->user, next);
  g_autofree char *last = since (second, "");
  g_autoptr (MpTestAnswer) nothing = mp_test_api_get (self, self->user, last);
  JsonArray *changes = mp_json_get_array (all->body, "changes");

  assert_page (empty, 0, FALSE);
  assert_page (all, 3, FALSE);
  assert_page (first, 2, TRUE);
  assert_page (second, 1, FALSE);
  assert_page (nothing, 0, FALSE);
  g_assert_cmpstr (mp_test_string (nothing->body, "/cursor"), ==,
                   mp_test_string (second->body, "/cursor"));
  g_assert_cmpstr (mp_test_string (mp_json_array_get_object (changes, 0), "/kind"), ==,
                   "credential");
  g_assert_cmpstr (mp_test_string (mp_json_array_get_object (changes, 1), "/credential/id"), ==,
                   key);
  g_assert_cmpstr (mp_test_string (mp_json_array_get_object (changes, 2), "/record/name"), ==, "B");
}

/* A cursor of another time is told from one that is no cursor. */
static void
test_cursors (MpTestApi *self, gconstpointer data)
{
  g_autoptr (MpTestAnswer) page = mp_test_api_get (self, self->user, "/changes");
  g_autofree char *ahead =
      g_strdup_printf ("/changes?since=%s.99", mp_test_string (page->body, "/epoch"));
  const struct
  {
    const char *path;
    unsigned int status;
    const char *code;
  } cases[] = {
    { "/changes?since=" UNKNOWN_ID ".1", 410, "cursor-expired" },
    { ahead, 410, "cursor-expired" },
    { "/changes?since=now", 400, "invalid" },
    { "/changes?limit=0", 400, "invalid" },
    { "/changes?limit=501", 400, "invalid" },
    { "/changes?wait=51", 400, "invalid" },
    { "/changes?wait=x", 400, "invalid" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (MpTestAnswer) answer = mp_test_api_get (self, self->user, cases[i].path);

      g_test_message ("%s", cases[i].path);
      mp_test_assert_problem (answer, cases[i].status, cases[i].code);
    }
}

/* One thread of a test that has its own session: libsoup's belongs to one thread. */
typedef struct
{
  MpTestApi api;
  const char *path;
  const char *members;
  const char *op;
  MpTestAnswer *answer;
  JsonObject *result;
} Client;

static void
client_init (Client *client, const MpTestApi *api)
{
  client->api = *api;
  client->api.session = NULL;
}

static gpointer
get_in_thread (gpointer data)
{
  Client *client = data;
  g_autoptr (GMainContext) context = g_main_context_new ();

  g_main_context_push_thread_default (context);
  client->api.session = soup_session_new ();
  client->answer = mp_test_api_get (&client->api, client->api.user, client->path);
  g_clear_object (&client->api.session);
  g_main_context_pop_thread_default (context);
  return NULL;
}

static gpointer
push_in_thread (gpointer data)
{
  Client *client = data;
  g_autoptr (GMainContext) context = g_main_context_new ();

  g_main_context_push_thread_default (context);
  client->api.session = soup_session_new ();
  client->result = mp_test_push (&client->api, client->api.admin, client->op, client->members);
  g_clear_object (&client->api.session);
  g_main_context_pop_thread_default (context);
  return NULL;
}

/* Those who wait hold up nobody, and hear of the change at once. */
static void
test_long_poll (MpTestApi *self, gconstpointer data)
{
  Client clients[40] = { 0 };
  GThread *threads[G_N_ELEMENTS (clients)];
  g_autofree char *target = mp_test_uuid (self);
  int64_t started_us = g_get_monotonic_time ();
  g_autoptr (JsonObject) made = NULL;

  for (size_t i = 0; i < G_N_ELEMENTS (clients); i++)
    {
      client_init (&clients[i], self);
      clients[i].path = "/changes?wait=50";
      threads[i] = g_thread_new ("waiting", get_in_thread, &clients[i]);
    }
  made = push_create (self, target, "News");

  for (size_t i = 0; i < G_N_ELEMENTS (clients); i++)
    {
      g_thread_join (threads[i]);
      g_assert_cmpuint (clients[i].answer->status, ==, 200);
      g_assert_cmpuint (
          json_array_get_length (mp_json_get_array (clients[i].answer->body, "changes")), >, 0);
      g_clear_pointer (&clients[i].answer, mp_test_answer_free);
    }
  g_assert_cmpint (g_get_monotonic_time () - started_us, <, 40 * G_USEC_PER_SEC);
}

/* Without news there is an empty page when the time is over, and when the server stops. */
static void
test_long_poll_ends (MpTestApi *self, gconstpointer data)
{
  g_autoptr (MpTestAnswer) empty = mp_test_api_get (self, self->user, "/changes?wait=1");
  Client client = { 0 };
  GThread *thread;
  int64_t started_us = g_get_monotonic_time ();

  assert_page (empty, 0, FALSE);
  client_init (&client, self);
  client.path = "/changes?wait=50";
  thread = g_thread_new ("waiting", get_in_thread, &client);
  g_usleep (G_USEC_PER_SEC / 5);
  mp_api_server_stop (self->server);
  g_thread_join (thread);
  assert_page (client.answer, 0, FALSE);
  g_assert_cmpint (g_get_monotonic_time () - started_us, <, 30 * G_USEC_PER_SEC);
  mp_test_answer_free (client.answer);
}

/* A token that ends while its holder waits gets nothing. */
static void
test_long_poll_ended_token (MpTestApi *self, gconstpointer data)
{
  Client client = { 0 };
  GThread *thread;

  client_init (&client, self);
  client.path = "/changes?wait=1";
  thread = g_thread_new ("waiting", get_in_thread, &client);
  g_usleep (G_USEC_PER_SEC / 5);
  mp_clock_advance (self->clock, INT64_C (7200) * G_USEC_PER_SEC);
  g_thread_join (thread);
  mp_test_assert_problem (client.answer, 401, "token-expired");
  mp_test_answer_free (client.answer);
}

/* The same operation at once from many: done once, and all get the same answer. */
static void
test_at_once (MpTestApi *self, gconstpointer data)
{
  Client clients[8] = { 0 };
  GThread *threads[G_N_ELEMENTS (clients)];
  g_autofree char *target = mp_test_uuid (self);
  g_autofree char *op = mp_test_uuid (self);
  g_autofree char *key = mp_test_api_add_key (self, "stripe", "payment");
  g_autofree char *members = create_members (target, "A", key);
  unsigned int n_first = 0;

  for (size_t i = 0; i < G_N_ELEMENTS (clients); i++)
    {
      client_init (&clients[i], self);
      clients[i].members = members;
      clients[i].op = op;
      threads[i] = g_thread_new ("pushing", push_in_thread, &clients[i]);
    }
  for (size_t i = 0; i < G_N_ELEMENTS (clients); i++)
    {
      g_thread_join (threads[i]);
      g_assert_cmpstr (status_of (clients[i].result), ==, "applied");
      n_first += mp_json_get_boolean (clients[i].result, "duplicate", FALSE) ? 0 : 1;
      g_clear_pointer (&clients[i].result, json_object_unref);
    }
  g_assert_cmpuint (n_first, ==, 1);
}

/* In one request each is judged by itself: what is refused keeps nothing back. */
static void
test_batch (MpTestApi *self, gconstpointer data)
{
  static const char *const wanted[] = { "gone", "invalid", "gone", "invalid" };
  g_autofree char *first = mp_test_uuid (self);
  g_autofree char *second = mp_test_uuid (self);
  g_autoptr (MpTestAnswer) answer = mp_test_api_post (
      self, "/changes",
      g_strdup_printf ("{\"operations\":["
                       "{\"op\":\"%s\",\"action\":\"archive\",\"base\":\"e.1\",\"target\":\"%s\"},"
                       "{\"op\":\"%s\",\"action\":\"create\",\"target\":\"%s\",\"set\":{}},"
                       "{\"op\":\"%s\",\"action\":\"archive\",\"base\":\"e.1\",\"target\":\"%s\"},"
                       "{\"op\":\"%s\",\"action\":\"create\",\"target\":\"%s\",\"set\":{}}]}",
                       first, first, second, second, first, first, second, second));
  JsonArray *results = mp_json_get_array (answer->body, "results");

  g_assert_cmpuint (json_array_get_length (results), ==, G_N_ELEMENTS (wanted));
  for (unsigned int i = 0; i < G_N_ELEMENTS (wanted); i++)
    {
      JsonObject *result = mp_json_array_get_object (results, i);

      g_assert_cmpstr (status_of (result), ==, wanted[i]);
      g_assert_cmpint (mp_json_get_boolean (result, "duplicate", FALSE), ==, i >= 2);
    }
}

/* The body in gzip. */
static GBytes *
pack (const char *text)
{
  g_autoptr (GConverter) compressor =
                 G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 9));
  g_autoptr (GInputStream) plain =
                 g_memory_input_stream_new_from_data (text, (gssize) strlen (text), NULL);
  g_autoptr (GInputStream) packed = g_converter_input_stream_new (plain, compressor);
  g_autoptr (GError) error = NULL;
  char buffer[8192];
  size_t size;

  g_input_stream_read_all (packed, buffer, sizeof buffer, &size, NULL, &error);
  g_assert_no_error (error);
  return g_bytes_new (buffer, size);
}

static char *
fill (size_t length)
{
  char *text = g_malloc (length + 1);

  memset (text, ' ', length);
  text[length] = '\0';
  return text;
}

/* A batch may come in gzip, and no more may come out of it than may come as it is. */
static void
test_packed (MpTestApi *self, gconstpointer data)
{
  g_autofree char *op = mp_test_uuid (self);
  g_autofree char *text =
      g_strdup_printf ("{\"operations\":[{\"op\":\"%s\",\"action\":\"archive\",\"base\":\"e.1\","
                       "\"target\":\"%s\"}]}",
                       op, op);
  g_autofree char *bomb = fill (MP_API_MAX_BODY_BYTES + 1);
  const struct
  {
    const char *path;
    GBytes *packed;
    unsigned int status;
    const char *code;
  } cases[] = {
    { "/changes", pack (text), 200, NULL },
    { "/changes", pack (bomb), 413, "too-large" },
    { "/changes", g_bytes_new_static (text, strlen (text)), 400, "bad-json" },
    { "/changes", g_bytes_new_static ("", 0), 400, "bad-json" },
    { "/integration-settings", pack (text), 415, "unsupported-media-type" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GBytes) packed = cases[i].packed;
      g_autoptr (MpTestAnswer) answer = mp_test_api_call (
          self,
          &(MpTestRequest){
              .token = self->admin, .method = "POST", .path = cases[i].path, .packed = packed });

      g_test_message ("case %zu", i);
      if (cases[i].code != NULL)
        mp_test_assert_problem (answer, cases[i].status, cases[i].code);
      else
        g_assert_cmpuint (answer->status, ==, cases[i].status);
    }
}

/* Who has read all is told so in few bytes, until anything of it changes. */
static void
test_unchanged (MpTestApi *self, gconstpointer data)
{
  g_autoptr (MpTestAnswer) all = NULL;
  g_autofree char *path = NULL;
  const char *tag;

  g_free (mp_test_api_add_key (self, "stripe", "payment"));
  all = mp_test_api_get (self, self->admin, "/changes");
  path = g_strconcat ("/changes?since=", mp_test_string (all->body, "/cursor"), NULL);
  tag = all->etag;
  g_assert_nonnull (tag);
  g_assert_cmpstr (mp_test_string (all->body, "/about/actor"), ==, "anna");

  for (unsigned int i = 0; i < 3; i++)
    {
      const char *token = i == 1 ? self->user : self->admin;
      g_autoptr (MpTestAnswer) answer = NULL;

      if (i == 2)
        g_free (mp_test_api_add_key (self, "stripe", "payment"));
      answer = mp_test_api_call (
          self, &(MpTestRequest){ .token = token, .path = path, .if_none_match = tag });
      g_test_message ("%u", i);
      g_assert_cmpuint (answer->status, ==, i == 0 ? 304 : 200);
      g_assert_cmpint (strlen (answer->text) == 0, ==, i == 0);
      g_assert_cmpint (g_strcmp0 (answer->etag, tag) == 0, ==, i == 0);
    }
}

#define ADD(path, function)                                                                        \
  g_test_add ("/server/api/push/" path, MpTestApi, NULL, mp_test_api_set_up, function,             \
              mp_test_api_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  ADD ("applies-what-was-seen", test_expect);
  ADD ("does-an-operation-once", test_duplicates);
  ADD ("archives-the-exact-state", test_archive);
  ADD ("says-why-not", test_refusals);
  ADD ("checks-the-envelope", test_envelope);
  ADD ("feeds-each-change-once", test_feed);
  ADD ("knows-its-cursors", test_cursors);
  ADD ("wakes-those-who-wait", test_long_poll);
  ADD ("ends-waiting", test_long_poll_ends);
  ADD ("checks-the-token-after-waiting", test_long_poll_ended_token);
  ADD ("does-it-once-for-many", test_at_once);
  ADD ("judges-each-of-many", test_batch);
  ADD ("takes-it-in-gzip", test_packed);
  ADD ("says-that-nothing-changed", test_unchanged);

  return g_test_run ();
}
