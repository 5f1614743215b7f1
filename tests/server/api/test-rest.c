/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-test-api.h"

#define UNKNOWN_ID "018f0000-0000-7000-8000-000000000000"

static MpTestAnswer *
create (MpTestApi *self, const char *name)
{
  g_autofree char *key = mp_test_api_add_key (self, "stripe", "payment");
  g_autofree char *content = mp_test_content (name, key);
  MpTestAnswer *answer =
      mp_test_api_post (self, "/integration-settings", g_strdup_printf ("{%s}", content));

  g_assert_cmpuint (answer->status, ==, 201);
  return answer;
}

static char *
path_of (MpTestAnswer *record, const char *rest)
{
  return g_strconcat ("/integration-settings/", mp_test_string (record->body, "/id"), rest, NULL);
}

/* A record is made, read, changed as a whole and in part, archived and brought back; each state has
 * its own ETag. */
static void
test_life_of_a_record (MpTestApi *self, gconstpointer data)
{
  g_autoptr (MpTestAnswer) made = create (self, "Main");
  g_autofree char *path = path_of (made, "");
  g_autofree char *restore = path_of (made, "/restore");
  g_autofree char *history = path_of (made, "/history");
  g_autofree char *content =
      mp_test_content ("Renamed", mp_test_string (made->body, "/payment_gateway/api_key"));
  g_autofree char *whole = g_strdup_printf ("{%s,\"archived\":true}", content);
  g_autofree char *location = g_strconcat ("/v1/tenants/demo", path, NULL);
  g_autoptr (MpTestAnswer) read = mp_test_api_get (self, self->user, path);
  g_autoptr (MpTestAnswer) put = NULL;
  g_autoptr (MpTestAnswer) patched = NULL;
  g_autoptr (MpTestAnswer) deleted = NULL;
  g_autoptr (MpTestAnswer) archived_put = NULL;
  g_autoptr (MpTestAnswer) listed = NULL;
  g_autoptr (MpTestAnswer) archive = NULL;
  g_autoptr (MpTestAnswer) restored = NULL;
  g_autoptr (MpTestAnswer) revisions = NULL;
  g_autoptr (MpTestAnswer) older = NULL;

  g_assert_cmpstr (made->location, ==, location);
  g_assert_cmpuint (read->status, ==, 200);
  g_assert_cmpstr (read->etag, ==, made->etag);
  g_assert_cmpstr (mp_test_string (read->body, "/created/by"), ==, "anna");

  put = mp_test_api_call (self, &(MpTestRequest){ .token = self->admin,
                                                  .method = "PUT",
                                                  .path = path,
                                                  .body = whole,
                                                  .if_match = made->etag });
  g_assert_cmpuint (put->status, ==, 200);
  g_assert_cmpstr (mp_test_string (put->body, "/name"), ==, "Renamed");
  g_assert_false (mp_json_get_boolean (put->body, "archived", TRUE));
  g_assert_cmpstr (put->etag, !=, made->etag);

  patched = mp_test_api_call (self, &(MpTestRequest){ .token = self->admin,
                                                      .method = "PATCH",
                                                      .path = path,
                                                      .body = "{\"name\":\"Patched\",\"x\":null}",
                                                      .type = "application/merge-patch+json",
                                                      .if_match = put->etag });
  g_assert_cmpuint (patched->status, ==, 200);
  g_assert_cmpstr (mp_test_string (patched->body, "/name"), ==, "Patched");
  g_assert_cmpstr (mp_test_string (patched->body, "/payment_gateway/platform"), ==, "stripe");

  deleted = mp_test_api_call (self, &(MpTestRequest){ .token = self->admin,
                                                      .method = "DELETE",
                                                      .path = path,
                                                      .if_match = patched->etag });
  g_assert_cmpuint (deleted->status, ==, 200);
  g_assert_true (mp_json_get_boolean (deleted->body, "archived", FALSE));
  archived_put = mp_test_api_call (self, &(MpTestRequest){ .token = self->admin,
                                                           .method = "PUT",
                                                           .path = path,
                                                           .body = whole,
                                                           .if_match = deleted->etag });
  mp_test_assert_problem (archived_put, 409, "stale");

  listed = mp_test_api_get (self, self->user, "/integration-settings");
  archive = mp_test_api_get (self, self->user, "/integration-settings?archived=true");
  g_assert_cmpuint (json_array_get_length (mp_json_get_array (listed->body, "items")), ==, 0);
  g_assert_cmpuint (json_array_get_length (mp_json_get_array (archive->body, "items")), ==, 1);

  restored = mp_test_api_call (self, &(MpTestRequest){ .token = self->admin,
                                                       .method = "POST",
                                                       .path = restore,
                                                       .if_match = deleted->etag });
  g_assert_cmpuint (restored->status, ==, 200);
  g_assert_false (mp_json_get_boolean (restored->body, "archived", TRUE));

  revisions = mp_test_api_get (self, self->user, history);
  g_assert_cmpuint (json_array_get_length (mp_json_get_array (revisions->body, "items")), ==, 5);
  g_clear_pointer (&history, g_free);
  history = path_of (made, "/history?limit=2");
  older = mp_test_api_get (self, self->user, history);
  g_assert_cmpuint (json_array_get_length (mp_json_get_array (older->body, "items")), ==, 2);
  g_assert_cmpint (mp_json_get_int (older->body, "next", 0), >, 0);
}

/* Nobody changes what they have not seen: 428 without If-Match, 412 with an old one. */
static void
test_preconditions (MpTestApi *self, gconstpointer data)
{
  static const char *const methods[] = { "PUT", "PATCH", "DELETE", "POST" };
  g_autoptr (MpTestAnswer) made = create (self, "Main");
  g_autofree char *path = path_of (made, "");
  g_autofree char *restore = path_of (made, "/restore");

  for (size_t i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      MpTestRequest request = {
        .token = self->admin,
        .method = methods[i],
        .path = g_str_equal (methods[i], "POST") ? restore : path,
        .body = "{\"name\":\"Other\"}",
      };
      g_autoptr (MpTestAnswer) without = mp_test_api_call (self, &request);
      g_autoptr (MpTestAnswer) stale = NULL;
      g_autoptr (MpTestAnswer) weak = NULL;
      g_autofree char *weak_tag = g_strconcat ("W/", made->etag, NULL);

      g_test_message ("%s", methods[i]);
      mp_test_assert_problem (without, 428, "precondition-required");
      request.if_match = "\"" UNKNOWN_ID ".1\"";
      stale = mp_test_api_call (self, &request);
      mp_test_assert_problem (stale, 412, "stale");
      g_assert_cmpstr (stale->etag, ==, made->etag);
      request.if_match = weak_tag;
      weak = mp_test_api_call (self, &request);
      mp_test_assert_problem (weak, 412, "stale");
    }
}

/* All faults at once, with their pointers; nothing is kept. */
static void
test_field_errors (MpTestApi *self, gconstpointer data)
{
  g_autoptr (MpTestAnswer) answer = mp_test_api_post (
      self, "/integration-settings",
      g_strdup ("{\"crm\":{\"platform\":\"nocrm\"},\"payment_gateway\":{\"platform\":\"hubspot\","
                "\"api_key\":\"" UNKNOWN_ID "\"}}"));
  g_autoptr (MpTestAnswer) no_uuid = mp_test_api_post (self, "/integration-settings",
                                                       g_strdup ("{\"id\":\"7\",\"name\":\"x\"}"));
  g_autoptr (MpTestAnswer) listed = mp_test_api_get (self, self->admin, "/integration-settings");

  mp_test_assert_problem (answer, 422, "invalid");
  mp_test_assert_error (answer->body, "/name", "required");
  mp_test_assert_error (answer->body, "/crm/platform", "unknown-platform");
  mp_test_assert_error (answer->body, "/payment_gateway/platform", "wrong-kind");
  mp_test_assert_error (answer->body, "/payment_gateway/api_key", "unknown-credential");
  mp_test_assert_problem (no_uuid, 422, "invalid");
  g_assert_cmpuint (json_array_get_length (mp_json_get_array (listed->body, "items")), ==, 0);
}

/* The same Idempotency-Key does it once, whatever the state is by then. */
static void
test_idempotency_key (MpTestApi *self, gconstpointer data)
{
  g_autofree char *op = mp_test_uuid (self);
  g_autofree char *edit = mp_test_uuid (self);
  g_autofree char *quoted = g_strdup_printf ("\"%s\"", edit);
  g_autofree char *key = mp_test_api_add_key (self, "stripe", "payment");
  g_autofree char *content = mp_test_content ("Main", key);
  g_autofree char *body = g_strdup_printf ("{%s}", content);
  MpTestRequest post = {
    .token = self->admin,
    .method = "POST",
    .path = "/integration-settings",
    .body = body,
    .key = op,
  };
  g_autoptr (MpTestAnswer) first = mp_test_api_call (self, &post);
  g_autoptr (MpTestAnswer) again = mp_test_api_call (self, &post);
  g_autoptr (MpTestAnswer) listed = mp_test_api_get (self, self->admin, "/integration-settings");
  g_autofree char *path = path_of (first, "");
  MpTestRequest patch = {
    .token = self->admin,
    .method = "PATCH",
    .path = path,
    .body = "{\"name\":\"Once\"}",
    .if_match = first->etag,
    .key = quoted,
  };
  g_autoptr (MpTestAnswer) patched = mp_test_api_call (self, &patch);
  g_autoptr (MpTestAnswer) patched_again = mp_test_api_call (self, &patch);
  g_autoptr (MpTestAnswer) other_body = NULL;
  g_autoptr (MpTestAnswer) other_method = NULL;
  g_autoptr (MpTestAnswer) taken = NULL;
  g_autoptr (MpTestAnswer) no_uuid = NULL;
  g_autofree char *with_id =
      g_strdup_printf ("{\"id\":\"%s\",%s}", mp_test_string (first->body, "/id"), content);

  g_assert_cmpuint (first->status, ==, 201);
  g_assert_cmpuint (again->status, ==, 201);
  g_assert_cmpstr (again->etag, ==, first->etag);
  g_assert_cmpuint (json_array_get_length (mp_json_get_array (listed->body, "items")), ==, 1);
  g_assert_cmpuint (patched_again->status, ==, 200);
  g_assert_cmpstr (patched_again->etag, ==, patched->etag);

  patch.body = "{\"name\":\"Twice\"}";
  other_body = mp_test_api_call (self, &patch);
  mp_test_assert_problem (other_body, 422, "key-reused");
  g_assert_nonnull (mp_test_string (other_body->body, "/detail"));
  patch.body = "{\"name\":\"Once\"}";
  patch.method = "PUT";
  other_method = mp_test_api_call (self, &patch);
  mp_test_assert_problem (other_method, 422, "key-reused");

  taken = mp_test_api_post (self, "/integration-settings", g_steal_pointer (&with_id));
  mp_test_assert_problem (taken, 409, "stale");
  post.key = "once";
  no_uuid = mp_test_api_call (self, &post);
  mp_test_assert_problem (no_uuid, 400, "invalid");
}

/* What makes something needs a key; what changes what is there has its revision. */
static void
test_key_is_needed (MpTestApi *self, gconstpointer data)
{
  static const char *const paths[] = {
    "/integration-settings",
    "/credentials",
    "/integration-settings/0192f000-0000-7000-8000-000000000009/restore",
  };

  for (size_t i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (MpTestAnswer) answer = mp_test_api_call (
          self,
          &(MpTestRequest){
              .token = self->admin, .method = "POST", .path = paths[i], .body = "{}", .key = "" });

      g_test_message ("%s", paths[i]);
      mp_test_assert_problem (answer, 400, "key-needed");
    }
}

/* A request of its own thread. */
typedef struct
{
  MpTestApi *api;
  const MpTestRequest *request;
  GAsyncQueue *answers; /* (element-type MpTestAnswer) */
} Call;

static gpointer
call_in_thread (gpointer data)
{
  const Call *call = data;

  g_async_queue_push (call->answers, mp_test_api_call (call->api, call->request));
  return NULL;
}

/* Two at once: while one waits for the disk, the other is told so; whoever comes later gets the
 * one's answer. */
static void
test_key_in_progress (MpTestApi *self, gconstpointer data)
{
  g_autofree char *key = mp_test_api_add_key (self, "stripe", "payment");
  g_autofree char *content = mp_test_content ("Main", key);
  g_autofree char *body = g_strdup_printf ("{%s}", content);
  g_autofree char *op = mp_test_uuid (self);
  const MpTestRequest post = {
    .token = self->admin,
    .method = "POST",
    .path = "/integration-settings",
    .body = body,
    .key = op,
  };
  Call call = { self, &post, g_async_queue_new () };
  GThread *threads[2];
  g_autoptr (MpTestAnswer) refused = NULL;
  g_autoptr (MpTestAnswer) made = NULL;
  g_autoptr (MpTestAnswer) again = NULL;

  {
    g_autoptr (GError) error = NULL;
    g_autoptr (MpDbTransaction) transaction = mp_db_begin (self->db, &error);
    int64_t sequence;

    g_assert_no_error (error);
    g_assert_true (mp_db_next_sequence (self->db, "demo", &sequence, &error));
    for (size_t i = 0; i < G_N_ELEMENTS (threads); i++)
      threads[i] = g_thread_new ("call", call_in_thread, &call);
    refused = g_async_queue_pop (call.answers);
  }
  made = g_async_queue_pop (call.answers);
  for (size_t i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_async_queue_unref (call.answers);

  mp_test_assert_problem (refused, 409, "key-in-progress");
  g_assert_cmpstr (refused->retry_after, ==, "1");
  g_assert_cmpuint (made->status, ==, 201);
  again = mp_test_api_call (self, &post);
  g_assert_cmpuint (again->status, ==, 201);
  g_assert_cmpstr (again->etag, ==, made->etag);
}

static void
test_pages (MpTestApi *self, gconstpointer data)
{
  g_autofree char *path = g_strdup ("/integration-settings?limit=2");
  unsigned int n_items = 0;
  unsigned int n_pages = 0;

  for (unsigned int i = 0; i < 5; i++)
    {
      g_autoptr (MpTestAnswer) made = create (self, "One of five");
    }
  while (path != NULL)
    {
      g_autoptr (MpTestAnswer) page = mp_test_api_get (self, self->user, path);
      const char *next = mp_json_get_string (page->body, "next", NULL);

      n_items += json_array_get_length (mp_json_get_array (page->body, "items"));
      n_pages++;
      g_free (path);
      path =
          next != NULL ? g_strdup_printf ("/integration-settings?limit=2&cursor=%s", next) : NULL;
    }
  g_assert_cmpuint (n_items, ==, 5);
  g_assert_cmpuint (n_pages, ==, 3);
}

/* What cannot be understood is not taken for something else. */
static void
test_refuses_queries (MpTestApi *self, gconstpointer data)
{
  static const char *const queries[] = { "limit=0",      "limit=501", "limit=1e2",
                                         "archived=yes", "archived=", "cursor=zzz" };

  for (size_t i = 0; i < G_N_ELEMENTS (queries); i++)
    {
      g_autofree char *path = g_strconcat ("/integration-settings?", queries[i], NULL);
      g_autoptr (MpTestAnswer) answer = mp_test_api_get (self, self->user, path);

      g_test_message ("%s", queries[i]);
      mp_test_assert_problem (answer, 400, "invalid");
    }
}

/* Another tenant's record does not exist: not to be read, not to be changed, not to be guessed. */
static void
test_other_tenant (MpTestApi *self, gconstpointer data)
{
  static const char *const methods[] = { "GET", "PUT", "PATCH", "DELETE" };
  g_autoptr (MpTestAnswer) made = create (self, "Main");
  g_autofree char *path = path_of (made, "");
  g_autofree char *theirs = g_strconcat ("!/v1/tenants/other", path, NULL);
  g_autoptr (MpTestAnswer) listed =
                 mp_test_api_get (self, self->stranger, "!/v1/tenants/other/credentials");
  g_autoptr (MpTestAnswer) foreign_key = NULL;
  g_autofree char *body = NULL;
  g_autofree char *content =
      mp_test_content ("Stolen", mp_test_string (made->body, "/payment_gateway/api_key"));

  for (size_t i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      MpTestRequest request = {
        .token = self->stranger,
        .method = methods[i],
        .path = theirs,
        .body = g_str_equal (methods[i], "GET") ? NULL : "{\"name\":\"x\"}",
        .if_match = made->etag,
      };
      g_autoptr (MpTestAnswer) in_own = mp_test_api_call (self, &request);
      g_autoptr (MpTestAnswer) in_theirs = NULL;

      g_test_message ("%s", methods[i]);
      mp_test_assert_problem (in_own, 404, "not-found");
      request.path = path;
      in_theirs = mp_test_api_call (self, &request);
      mp_test_assert_problem (in_theirs, 404, "not-found");
    }
  g_assert_cmpuint (json_array_get_length (mp_json_get_array (listed->body, "items")), ==, 0);

  body = g_strdup_printf ("{%s}", content);
  foreign_key =
      mp_test_api_call (self, &(MpTestRequest){ .token = self->stranger,
                                                .method = "POST",
                                                .path = "!/v1/tenants/other/integration-settings",
                                                .body = body });
  mp_test_assert_problem (foreign_key, 422, "invalid");
  mp_test_assert_error (foreign_key->body, "/payment_gateway/api_key", "unknown-credential");
}

static void
test_unknown (MpTestApi *self, gconstpointer data)
{
  static const char *const paths[] = {
    "/integration-settings/" UNKNOWN_ID,
    "/integration-settings/" UNKNOWN_ID "/history",
    "/integration-settings/x",
    "/catalogue/event",
    "/nothing",
    "!/v2/tenants/demo/",
    "!/v1/tenants/demo/integration-settings/",
    "!/",
    "!/%ff",
  };

  for (size_t i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (MpTestAnswer) answer = mp_test_api_get (self, self->admin, paths[i]);

      g_test_message ("%s", paths[i]);
      mp_test_assert_problem (answer, 404, "not-found");
    }
}

static void
test_catalogue (MpTestApi *self, gconstpointer data)
{
  g_autoptr (MpTestAnswer) member = mp_test_api_get (self, self->user, "/catalogue/member");
  g_autoptr (MpTestAnswer) order = mp_test_api_get (self, self->user, "/catalogue/order");

  g_assert_cmpuint (json_array_get_length (mp_json_get_array (member->body, "fields")), >, 20);
  g_assert_cmpuint (json_array_get_length (mp_json_get_array (order->body, "fields")), >, 10);
}

#define N_PUTS 12

/* A client with a thread, and so a session, of its own. */
typedef struct
{
  MpTestApi api;
  char *path;
  char *etag; /* (nullable): of the record, which nobody else changes; %NULL: others do */
  char *key;  /* the payment credential */
  unsigned int number;
} Writer;

static gpointer
put_in_thread (gpointer data)
{
  Writer *writer = data;
  g_autoptr (GMainContext) context = g_main_context_new ();

  g_main_context_push_thread_default (context);
  writer->api.session = soup_session_new ();
  for (unsigned int i = 0; i < N_PUTS; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u from %u", i, writer->number);
      g_autofree char *content = mp_test_content (name, writer->key);
      g_autofree char *body = g_strdup_printf ("{%s}", content);
      g_autoptr (MpTestAnswer) answer = mp_test_api_call (
          &writer->api, &(MpTestRequest){ .token = writer->api.admin,
                                          .method = "PUT",
                                          .path = writer->path,
                                          .body = body,
                                          .if_match = writer->etag != NULL ? writer->etag : "*" });

      g_assert_cmpuint (answer->status, ==, 200);
      g_assert_cmpstr (mp_test_string (answer->body, "/name"), ==, name);
      if (writer->etag != NULL)
        {
          g_assert_cmpstr (answer->etag, !=, writer->etag);
          g_free (writer->etag);
          writer->etag = g_strdup (answer->etag);
        }
    }
  g_clear_object (&writer->api.session);
  g_main_context_pop_thread_default (context);
  return NULL;
}

/* Writers that come at once are answered together, and each gets what it asked for: those with a
 * record of their own, and those who write over each other. Every change is in the history, and
 * (when the test ends) in the trail. */
static void
test_at_once (MpTestApi *self, gconstpointer data)
{
  g_autofree char *key = mp_test_api_add_key (self, "stripe", "payment");
  g_autoptr (MpTestAnswer) shared = create (self, "Shared");
  g_autofree char *history = path_of (shared, "/history");
  g_autoptr (MpTestAnswer) revisions = NULL;
  Writer writers[12] = { 0 };
  GThread *threads[G_N_ELEMENTS (writers)];
  unsigned int n_shared = 0;

  for (unsigned int i = 0; i < G_N_ELEMENTS (writers); i++)
    {
      g_autoptr (MpTestAnswer) own = i % 2 == 0 ? create (self, "Own") : NULL;

      n_shared += own == NULL ? 1 : 0;
      writers[i] = (Writer){ .api = *self,
                             .path = path_of (own != NULL ? own : shared, ""),
                             .etag = own != NULL ? g_strdup (own->etag) : NULL,
                             .key = key,
                             .number = i };
    }
  for (unsigned int i = 0; i < G_N_ELEMENTS (writers); i++)
    threads[i] = g_thread_new ("writing", put_in_thread, &writers[i]);
  for (unsigned int i = 0; i < G_N_ELEMENTS (writers); i++)
    {
      g_thread_join (threads[i]);
      g_free (writers[i].path);
      g_free (writers[i].etag);
    }
  revisions = mp_test_api_get (self, self->user, history);
  g_assert_cmpuint (json_array_get_length (mp_json_get_array (revisions->body, "items")), ==,
                    1 + n_shared * N_PUTS);
}

/* What a replacement was judged by may be gone when its turn comes: a key that was revoked. */
static void
test_revoked_key (MpTestApi *self, gconstpointer data)
{
  g_autofree char *key = mp_test_api_add_key (self, "stripe", "payment");
  g_autoptr (MpTestAnswer) made = create (self, "Main");
  g_autofree char *path = path_of (made, "");
  g_autofree char *address = g_strconcat ("/credentials/", key, NULL);
  g_autofree char *content = mp_test_content ("Other", key);
  g_autofree char *body = g_strdup_printf ("{%s}", content);
  g_autoptr (MpTestAnswer) revoked = mp_test_api_call (
      self, &(MpTestRequest){ .token = self->admin, .method = "DELETE", .path = address });
  g_autoptr (MpTestAnswer) put = mp_test_api_call (
      self,
      &(MpTestRequest){
          .token = self->admin, .method = "PUT", .path = path, .body = body, .if_match = "*" });

  g_assert_cmpuint (revoked->status, ==, 200);
  mp_test_assert_problem (put, 422, "invalid");
  mp_test_assert_error (put->body, "/payment_gateway/api_key", "credential-revoked");
}

#define ADD(path, function)                                                                        \
  g_test_add ("/server/api/rest/" path, MpTestApi, NULL, mp_test_api_set_up, function,             \
              mp_test_api_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  ADD ("life-of-a-record", test_life_of_a_record);
  ADD ("changes-only-what-was-seen", test_preconditions);
  ADD ("tells-all-field-errors", test_field_errors);
  ADD ("does-the-same-key-once", test_idempotency_key);
  ADD ("makes-nothing-without-a-key", test_key_is_needed);
  ADD ("answers-one-request-of-a-key", test_key_in_progress);
  ADD ("takes-writers-at-once", test_at_once);
  ADD ("refuses-a-revoked-key", test_revoked_key);
  ADD ("lists-in-pages", test_pages);
  ADD ("refuses-queries-it-does-not-understand", test_refuses_queries);
  ADD ("hides-other-tenants", test_other_tenant);
  ADD ("answers-404-for-the-unknown", test_unknown);
  ADD ("serves-the-catalogues", test_catalogue);

  return g_test_run ();
}
