/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-error.h"
#include "mp-json.h"
#include "mp-store-names.h"
#include "mp-tenant-client.h"
#include "mp-test-server.h"
#include "mp-test-wait.h"

#define TENANT "/v1/tenants/demo"
#define TOKEN "mpt_0123456789012345678901234567890123456789012"
#define OP "01890a5d-ac96-774b-bcce-b302099a0001"
#define OTHER_OP "01890a5d-ac96-774b-bcce-b302099a0002"
#define ID "01890a5d-ac96-774b-bcce-b302099a8057"

#define INFO                                                                                       \
  "{\"tenant\":{\"id\":\"demo\",\"name\":\"Demo\"},\"actor\":\"anna\",\"role\":\"client_admin\","  \
  "\"permissions\":[\"read\",\"edit\"],\"schema\":1,\"epoch\":\"e1\","                             \
  "\"sealing_key\":{\"key_id\":\"k1\",\"public_key\":\"cHVi\"},\"audit_key\":\"YXVk\"}"
#define PAGE                                                                                       \
  "{\"schema\":1,\"epoch\":\"e1\",\"changes\":[{\"kind\":\"settings\",\"record\":{\"id\":\"" ID    \
  "\",\"revision\":\"e1.4\",\"archived\":false,\"name\":\"North\"}},{\"kind\":\"weather\"}],"      \
  "\"cursor\":\"e1.4\",\"more\":true,\"audit_head\":{\"sequence\":7,\"hash\":\"ab\","              \
  "\"signature\":\"c2ln\",\"key\":\"YXVk\"}}"

typedef struct
{
  MpTestServer *server;
  MpTenantClient *client;
  MpSecret *token;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (MpHttpClient) http = mp_http_client_new ();
  g_autofree char *address = NULL;

  fixture->server = mp_test_server_new ();
  address = g_strconcat (mp_test_server_get_address (fixture->server), "/", NULL);
  fixture->client = mp_tenant_client_new (http, address, "demo");
  fixture->token = mp_secret_new ();
  mp_secret_set (fixture->token, MP_TOKEN_PART, TOKEN);
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  g_assert_finalize_object (fixture->client);
  g_object_unref (fixture->server);
  mp_secret_unref (fixture->token);
}

static void
reply (Fixture *fixture, const char *method, const char *path, const char *body)
{
  mp_test_server_add (fixture->server,
                      &(MpTestReply){ .method = method, .path = path, .body = body });
}

static MpTenantInfo *
identify (Fixture *fixture, gboolean sign_in, GError **error)
{
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  mp_tenant_client_identify_async (fixture->client, fixture->token, sign_in, NULL, mp_test_wait_cb,
                                   &place);
  result = mp_test_wait (&place);
  return mp_tenant_client_identify_finish (fixture->client, result, error);
}

static MpFeedPage *
pull (Fixture *fixture, const char *since, unsigned int wait_seconds, GError **error)
{
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  mp_tenant_client_pull_async (fixture->client, fixture->token, since, NULL, 500, wait_seconds,
                               NULL, mp_test_wait_cb, &place);
  result = mp_test_wait (&place);
  return mp_tenant_client_pull_finish (fixture->client, result, error);
}

static GPtrArray *
push (Fixture *fixture, GError **error)
{
  g_autoptr (GPtrArray) operations = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (MpChanges) set = mp_changes_new ();
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  mp_changes_set_string (set, "/name", "North");
  g_ptr_array_add (operations, mp_operation_new (OP, MP_ACTION_CREATE, ID, NULL, set, NULL, NULL));
  mp_tenant_client_push_async (fixture->client, fixture->token, operations, NULL, mp_test_wait_cb,
                               &place);
  result = mp_test_wait (&place);
  return mp_tenant_client_push_finish (fixture->client, result, error);
}

static void
test_identifies (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MpTenantInfo) info = NULL;
  g_autoptr (GHashTable) meta = NULL;
  const MpTestRequest *request;

  reply (fixture, "GET", TENANT, INFO);
  info = identify (fixture, TRUE, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (mp_tenant_info_get_name (info), ==, "Demo");
  g_assert_cmpstr (mp_tenant_info_get_actor (info), ==, "anna");
  g_assert_cmpint (mp_tenant_info_get_role (info), ==, MP_ROLE_CLIENT_ADMIN);
  g_assert_cmpstr (mp_tenant_info_get_epoch (info), ==, "e1");
  g_assert_cmpstr (mp_tenant_info_get_sealing_key_id (info), ==, "k1");
  g_assert_true (g_strv_contains (mp_tenant_info_get_permissions (info), "edit"));
  meta = mp_tenant_info_to_meta (info);
  g_assert_cmpstr (g_hash_table_lookup (meta, MP_META_PERMISSIONS), ==, "read edit");

  request = mp_test_server_get_request (fixture->server, 0);
  g_assert_cmpstr (request->query, ==, "purpose=sign-in");
  g_assert_cmpstr (mp_test_request_get_header (request, "authorization"), ==, "Bearer " TOKEN);
}

static void
test_pulls (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MpFeedPage) page = NULL;

  reply (fixture, "GET", TENANT "/changes", PAGE);
  page = pull (fixture, "e1.3", 20, &error);

  g_assert_no_error (error);
  g_assert_false (mp_feed_page_get_expired (page));
  g_assert_cmpuint (mp_feed_page_get_records (page)->len, ==, 1);
  g_assert_cmpuint (mp_feed_page_get_credentials (page)->len, ==, 0);
  g_assert_cmpstr (mp_feed_page_get_cursor (page), ==, "e1.4");
  g_assert_true (mp_feed_page_get_more (page));
  g_assert_cmpint (mp_audit_head_get_sequence (mp_feed_page_get_audit_head (page)), ==, 7);
  g_assert_cmpstr (mp_test_server_get_request (fixture->server, 0)->query, ==,
                   "limit=500&since=e1.3&wait=20");
}

static void
test_expired_cursor_is_no_failure (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MpFeedPage) page = NULL;

  mp_test_server_add (fixture->server, &(MpTestReply){ .path = TENANT "/changes",
                                                       .status = 410,
                                                       .content_type = "application/problem+json",
                                                       .body = "{\"title\":\"Gone\"}" });
  page = pull (fixture, "e0.3", 0, &error);

  g_assert_no_error (error);
  g_assert_true (mp_feed_page_get_expired (page));
}

static void
test_pushes (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) results = NULL;
  const MpTestRequest *request;

  reply (fixture, "POST", TENANT "/changes",
         "{\"results\":[{\"op\":\"" OP "\",\"status\":\"invalid\",\"duplicate\":true,"
         "\"errors\":[{\"pointer\":\"/name\",\"code\":\"key-retired\",\"message\":\"No\"}]}]}");
  results = push (fixture, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (results->len, ==, 1);
  g_assert_cmpint (mp_push_result_get_status (results->pdata[0]), ==, MP_PUSH_INVALID);
  g_assert_true (mp_push_result_get_duplicate (results->pdata[0]));
  /* A code that field errors do not know is known here all the same. */
  g_assert_true (mp_push_result_has_error (results->pdata[0], MP_PUSH_KEY_RETIRED));
  request = mp_test_server_get_request (fixture->server, 0);
  g_assert_cmpstr (request->method, ==, "POST");
  g_assert_cmpstr (request->body, ==,
                   "{\"operations\":[{\"op\":\"" OP "\",\"action\":\"create\",\"target\":\"" ID
                   "\",\"set\":{\"/name\":\"North\"}}]}");
}

/* Results that cannot be told apart would end the wrong operations. */
static void
test_refuses_wrong_results (Fixture *fixture, gconstpointer unused)
{
  static const char *const bodies[] = {
    "{\"results\":[]}",
    "{\"results\":[{\"op\":\"" OTHER_OP "\",\"status\":\"applied\"}]}",
    "{\"results\":[{\"op\":\"" OP "\",\"status\":\"perhaps\"}]}",
    "{\"results\":[{\"status\":\"applied\"}]}",
    "{\"results\":[7]}",
    "{\"results\":7}",
    "[]",
    "{",
  };

  for (size_t i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) results = NULL;

      g_test_message ("%s", bodies[i]);
      mp_test_server_clear (fixture->server);
      reply (fixture, "POST", TENANT "/changes", bodies[i]);
      results = push (fixture, &error);

      g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
      g_assert_null (results);
    }
}

static void
test_refuses_bad_pages (Fixture *fixture, gconstpointer unused)
{
  static const struct
  {
    const char *body;
    MpError code;
  } cases[] = {
    { "{\"schema\":2,\"epoch\":\"e1\",\"cursor\":\"e1.4\",\"changes\":[]}", MP_ERROR_NEWER },
    { "{\"schema\":1,\"cursor\":\"e1.4\",\"changes\":[]}", MP_ERROR_INVALID },
    { "{\"schema\":1,\"epoch\":\"e1\",\"changes\":[]}", MP_ERROR_INVALID },
    { "{\"schema\":1,\"epoch\":\"e1\",\"cursor\":\"e1.4\"}", MP_ERROR_INVALID },
    { "{\"schema\":1,\"epoch\":\"e1\",\"cursor\":\"e1.4\",\"changes\":[1]}", MP_ERROR_INVALID },
    { "{\"schema\":1,\"epoch\":\"e1\",\"cursor\":\"e1.4\",\"changes\":[{\"kind\":\"settings\"}]}",
      MP_ERROR_INVALID },
    { "{\"schema\":1,\"epoch\":\"e1\",\"cursor\":\"e1.4\",\"changes\":[{\"kind\":\"settings\","
      "\"record\":{\"id\":\"x\"}}]}",
      MP_ERROR_INVALID },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MpFeedPage) page = NULL;

      g_test_message ("%s", cases[i].body);
      mp_test_server_clear (fixture->server);
      reply (fixture, "GET", TENANT "/changes", cases[i].body);
      page = pull (fixture, NULL, 0, &error);

      g_assert_error (error, MP_ERROR, (int) cases[i].code);
      g_assert_null (page);
    }
}

static void
test_maps_statuses (Fixture *fixture, gconstpointer unused)
{
  static const struct
  {
    unsigned int status;
    const char *content_type;
    MpError code;
  } cases[] = {
    { 401, "application/problem+json", MP_ERROR_UNAUTHORIZED },
    { 403, "application/problem+json", MP_ERROR_FORBIDDEN },
    { 404, "application/problem+json", MP_ERROR_NOT_FOUND },
    { 410, "application/problem+json", MP_ERROR_NOT_FOUND },
    { 412, "application/problem+json", MP_ERROR_CONFLICT },
    { 413, "application/problem+json", MP_ERROR_TOO_LARGE },
    { 422, "application/problem+json", MP_ERROR_REFUSED },
    { 418, "application/problem+json", MP_ERROR_INVALID },
    { 401, "text/html", MP_ERROR_UNAUTHORIZED },
    { 404, "text/html", MP_ERROR_INVALID },
    { 200, "text/html", MP_ERROR_INVALID },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MpTenantInfo) info = NULL;

      g_test_message ("%u %s", cases[i].status, cases[i].content_type);
      mp_test_server_clear (fixture->server);
      mp_test_server_add (
          fixture->server,
          &(MpTestReply){ .path = TENANT,
                          .status = cases[i].status,
                          .content_type = cases[i].content_type,
                          .body = "{\"title\":\"No\",\"detail\":\"because\",\"errors\":[{"
                                  "\"pointer\":\"/name\",\"message\":\"too long\"}]}" });
      info = identify (fixture, FALSE, &error);

      g_assert_error (error, MP_ERROR, (int) cases[i].code);
      g_assert_null (info);
      g_assert_null (strstr (error->message, TOKEN));
      if (cases[i].status == 422)
        {
          g_assert_nonnull (strstr (error->message, "because"));
          g_assert_nonnull (strstr (error->message, "/name"));
        }
    }
}

/* These may be repeated, and are; then the caller hears of it. */
static void
test_repeats_when_the_server_is_busy (Fixture *fixture, gconstpointer unused)
{
  static const struct
  {
    unsigned int status;
    MpError code;
  } cases[] = { { 429, MP_ERROR_RATE_LIMITED }, { 503, MP_ERROR_UNAVAILABLE } };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) results = NULL;

      mp_test_server_clear (fixture->server);
      mp_test_server_add (fixture->server,
                          &(MpTestReply){ .path = TENANT "/changes",
                                          .status = cases[i].status,
                                          .content_type = "application/problem+json",
                                          .body = "{}",
                                          .headers = { "Retry-After", "0" } });
      results = push (fixture, &error);

      g_assert_error (error, MP_ERROR, (int) cases[i].code);
      g_assert_cmpuint (mp_test_server_get_n_requests (fixture->server), >, 1);
    }
}

static void
test_reads_the_audit_trail (Fixture *fixture, gconstpointer unused)
{
  const MpAuditFilter filter = { .actor = "anna & co", .since = 5 };
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GAsyncResult) head_result = NULL;
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (MpAuditHead) head = NULL;
  g_autoptr (GError) error = NULL;
  int64_t next = -1;

  reply (fixture, "GET", TENANT "/audit", "{\"entries\":[],\"next\":null}");
  reply (fixture, "GET", TENANT "/audit/head",
         "{\"sequence\":9,\"hash\":\"cd\",\"signature\":\"c2ln\",\"key\":\"YXVk\"}");
  mp_tenant_client_list_audit_async (fixture->client, fixture->token, &filter, 100, NULL,
                                     mp_test_wait_cb, &place);
  result = mp_test_wait (&place);
  entries = mp_tenant_client_list_audit_finish (fixture->client, result, &next, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (entries->len, ==, 0);
  g_assert_cmpint (next, ==, 0);
  g_assert_cmpstr (mp_test_server_get_request (fixture->server, 0)->query, ==,
                   "since=5&limit=100&actor=anna%20%26%20co");

  mp_tenant_client_get_audit_head_async (fixture->client, fixture->token, NULL, mp_test_wait_cb,
                                         &place);
  head_result = mp_test_wait (&place);
  head = mp_tenant_client_get_audit_head_finish (fixture->client, head_result, &error);
  g_assert_no_error (error);
  g_assert_cmpint (mp_audit_head_get_sequence (head), ==, 9);
}

static void
test_reads_the_sealing_key (Fixture *fixture, gconstpointer unused)
{
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *key_id = NULL;
  g_autofree char *public_key = NULL;

  reply (fixture, "GET", TENANT "/sealing-key", "{\"key_id\":\"k2\",\"public_key\":\"cHVi\"}");
  mp_tenant_client_get_sealing_key_async (fixture->client, fixture->token, NULL, mp_test_wait_cb,
                                          &place);
  result = mp_test_wait (&place);
  g_assert_true (mp_tenant_client_get_sealing_key_finish (fixture->client, result, &key_id,
                                                          &public_key, NULL));
  g_assert_cmpstr (key_id, ==, "k2");
}

static void
test_without_a_token_nothing_is_sent (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  mp_secret_unref (fixture->token);
  fixture->token = mp_secret_new ();
  g_assert_null (identify (fixture, FALSE, &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_UNAUTHORIZED);
  g_assert_cmpuint (mp_test_server_get_n_requests (fixture->server), ==, 0);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*func) (Fixture *fixture, gconstpointer unused);
  } cases[] = {
    { "identifies", test_identifies },
    { "pulls", test_pulls },
    { "expired-cursor-is-no-failure", test_expired_cursor_is_no_failure },
    { "pushes", test_pushes },
    { "refuses-wrong-results", test_refuses_wrong_results },
    { "refuses-bad-pages", test_refuses_bad_pages },
    { "maps-statuses", test_maps_statuses },
    { "repeats-when-the-server-is-busy", test_repeats_when_the_server_is_busy },
    { "reads-the-audit-trail", test_reads_the_audit_trail },
    { "reads-the-sealing-key", test_reads_the_sealing_key },
    { "without-a-token-nothing-is-sent", test_without_a_token_nothing_is_sent },
  };

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/sync/tenant-client/", cases[i].path, NULL);

      g_test_add (path, Fixture, NULL, set_up, cases[i].func, tear_down);
    }
  return g_test_run ();
}
