/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-test-api.h"

#include <gio/gio.h>
#include <stdio.h>

#include "mp-sealing.h"
#include "mp-test-db.h"
#include "mp-test-folder.h"

#define START_UNIX_US (INT64_C (1780000000) * G_USEC_PER_SEC)
#define TOKEN_LIFE_US (INT64_C (3600) * G_USEC_PER_SEC)

static const char *const documents[] = {
  "{\"version\":1,\"id\":\"hubspot\",\"kind\":\"crm\",\"label\":\"HubSpot\","
  "\"credential\":[{\"id\":\"key\",\"label\":\"Token\",\"secret\":true}]}",
  "{\"version\":1,\"id\":\"ledger\",\"kind\":\"accounting\",\"label\":\"Ledger\","
  "\"unavailable\":\"It has no keys.\"}",
  "{\"version\":1,\"id\":\"stripe\",\"kind\":\"payment\",\"label\":\"Stripe\",\"credential\":[{"
  "\"id\":\"key\",\"label\":\"Secret key\",\"secret\":true,\"pattern\":\"sk_test_[a-z0-9]+\"}]}",
};

static MpPlatformSpec *
find_platform (const char *id, gpointer user_data)
{
  return g_hash_table_lookup (((MpTestApi *) user_data)->platforms, id);
}

static void
load_platforms (MpTestApi *self)
{
  self->platforms = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_object_unref);
  for (size_t i = 0; i < G_N_ELEMENTS (documents); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonObject) document = mp_json_parse_object (documents[i], -1, &error);
      MpPlatformSpec *spec;

      g_assert_no_error (error);
      spec = mp_platform_spec_new_from_json (document, &error);
      g_assert_no_error (error);
      g_hash_table_insert (self->platforms, (gpointer) mp_platform_spec_get_id (spec), spec);
    }
}

static void
open_data (MpTestApi *self)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *audit_key = g_build_filename (self->folder, "audit.key", NULL);
  g_autofree char *master_key = g_build_filename (self->folder, "master.key", NULL);

  g_assert_true (mp_vault_create_key_file (master_key, &error));
  self->db = mp_test_db_open (self->folder);
  self->audit = mp_audit_log_new (self->db, self->clock, audit_key, &error);
  g_assert_no_error (error);
  self->vault = mp_vault_new (self->db, self->audit, master_key, &error);
  g_assert_no_error (error);
  self->auth = mp_auth_new (self->db, self->audit, self->clock);
}

static void
add_tenant (MpTestApi *self, const char *id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MpDbTransaction) transaction = mp_db_begin (self->db, &error);
  MpDbTenant tenant = { .id = id, .name = id, .created_unix_us = START_UNIX_US };

  g_assert_no_error (error);
  g_assert_true (mp_db_add_tenant (self->db, &tenant, &error));
  g_assert_true (mp_db_commit (transaction, &error));
}

static char *
issue (MpTestApi *self, const char *tenant, MpRole role, const char *actor)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MpSecret) token = mp_auth_issue_token (
      self->auth, tenant, actor, role, START_UNIX_US + TOKEN_LIFE_US, "test", NULL, &error);

  g_assert_no_error (error);
  return g_strdup (mp_secret_get (token, "token"));
}

MpApiServer *
mp_test_api_new_server (MpTestApi *self)
{
  const MpApiServices services = {
    .db = self->db,
    .audit = self->audit,
    .vault = self->vault,
    .auth = self->auth,
    .clock = self->clock,
    .find_platform = find_platform,
    .find_platform_data = self,
    .outbound = self->outbound,
  };
  g_autoptr (MpApi) api = mp_api_new (&services);

  return mp_api_server_new (api);
}

static void
start (MpTestApi *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  const MpApiServerOptions options = { .address = G_INET_SOCKET_ADDRESS (address) };

  self->server = mp_test_api_new_server (self);
  g_assert_true (mp_api_server_start (self->server, &options, &error));
  g_assert_no_error (error);
}

void
mp_test_api_set_up (MpTestApi *self, gconstpointer data)
{
  self->folder = mp_test_folder_new ();
  self->clock = mp_clock_new_manual (START_UNIX_US);
  load_platforms (self);
  self->outbound = mp_api_outbound_new (NULL, data, data != NULL,
                                        NULL); /* data: base addresses, where a test has some */
  open_data (self);
  add_tenant (self, "demo");
  add_tenant (self, "other");
  self->admin = issue (self, "demo", MP_ROLE_CLIENT_ADMIN, "anna");
  self->user = issue (self, "demo", MP_ROLE_CLIENT_USER, "uwe");
  self->auditor = issue (self, "demo", MP_ROLE_AUDITOR, "aud");
  self->staff = issue (self, "demo", MP_ROLE_PLATFORM_ADMIN, "staff");
  self->stranger = issue (self, "other", MP_ROLE_CLIENT_ADMIN, "otto");
  start (self);
  self->session = soup_session_new_with_options ("max-conns", 64, "max-conns-per-host", 64, NULL);
}

void
mp_test_api_keep_trail (MpTestApi *self)
{
  mp_test_db_run_sql (
      self->folder,
      mp_test_db_is_postgresql ()
          ? "ALTER TABLE audit DISABLE TRIGGER USER;"
            "CREATE TABLE kept AS SELECT * FROM audit;"
            "CREATE TABLE kept_head AS SELECT id, audit_sequence, audit_hash, audit_signature"
            " FROM tenant"
          : "DROP TRIGGER audit_is_not_changed; DROP TRIGGER audit_is_not_deleted;"
            "CREATE TABLE kept AS SELECT * FROM audit;"
            "CREATE TABLE kept_head AS SELECT * FROM audit_head");
}

void
mp_test_api_put_trail_back (MpTestApi *self)
{
  mp_test_db_run_sql (self->folder, "DELETE FROM audit; INSERT INTO audit SELECT * FROM kept");
  mp_test_db_run_sql (
      self->folder,
      mp_test_db_is_postgresql ()
          ? "UPDATE tenant SET audit_sequence = kept_head.audit_sequence,"
            " audit_hash = kept_head.audit_hash, audit_signature = kept_head.audit_signature"
            " FROM kept_head WHERE kept_head.id = tenant.id"
          : "DELETE FROM audit_head; INSERT INTO audit_head SELECT * FROM kept_head");
}

/* After every test the trail verifies. */
static void
assert_trail_is_intact (MpTestApi *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MpAuditVerdict) verdict = mp_audit_log_verify (self->audit, "demo", NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpint (mp_audit_verdict_get_state (verdict), ==, MP_AUDIT_INTACT);
}

void
mp_test_api_tear_down (MpTestApi *self, gconstpointer data)
{
  char *leak;

  assert_trail_is_intact (self);
  g_clear_object (&self->session);
  mp_api_server_stop (self->server);
  g_assert_finalize_object (self->server);
  g_assert_finalize_object (self->outbound);
  g_assert_finalize_object (self->auth);
  g_assert_finalize_object (self->vault);
  g_assert_finalize_object (self->audit);

  leak = mp_test_folder_find_bytes (self->folder, MP_TEST_KEY);
  g_assert_cmpstr (leak, ==, NULL);
  leak = mp_test_folder_find_bytes (self->folder, self->admin);
  g_assert_cmpstr (leak, ==, NULL);
  g_assert_finalize_object (self->db);
  g_assert_finalize_object (self->clock);
  mp_test_folder_remove (self->folder);

  g_hash_table_unref (self->platforms);
  g_free (self->admin);
  g_free (self->user);
  g_free (self->auditor);
  g_free (self->staff);
  g_free (self->stranger);
  g_free (self->folder);
}

void
mp_test_answer_free (MpTestAnswer *answer)
{
  g_free (answer->type);
  g_free (answer->etag);
  g_free (answer->allow);
  g_free (answer->location);
  g_free (answer->retry_after);
  g_free (answer->text);
  g_clear_pointer (&answer->body, json_object_unref);
  g_free (answer);
}

static MpTestAnswer *
read_answer (SoupMessage *message, GBytes *bytes)
{
  MpTestAnswer *answer = g_new0 (MpTestAnswer, 1);
  SoupMessageHeaders *headers = soup_message_get_response_headers (message);
  g_autoptr (GError) error = NULL;

  answer->status = soup_message_get_status (message);
  answer->type = g_strdup (soup_message_headers_get_content_type (headers, NULL));
  answer->etag = g_strdup (soup_message_headers_get_one (headers, "ETag"));
  answer->allow = g_strdup (soup_message_headers_get_one (headers, "Allow"));
  answer->location = g_strdup (soup_message_headers_get_one (headers, "Location"));
  answer->retry_after = g_strdup (soup_message_headers_get_one (headers, "Retry-After"));
  g_assert_cmpstr (soup_message_headers_get_one (headers, "Cache-Control"), ==, "no-store");
  answer->text = g_strndup (g_bytes_get_size (bytes) > 0 ? g_bytes_get_data (bytes, NULL) : "",
                            g_bytes_get_size (bytes));
  if (answer->type != NULL && g_str_has_suffix (answer->type, "json") &&
      g_bytes_get_size (bytes) > 0)
    {
      answer->body = mp_json_parse_object (g_bytes_get_data (bytes, NULL),
                                           (gssize) g_bytes_get_size (bytes), &error);
      g_assert_no_error (error);
    }
  return answer;
}

static SoupMessage *
new_message (MpTestApi *self, const MpTestRequest *request)
{
  gboolean is_whole = *request->path == '!';
  g_autofree char *address =
      g_strdup_printf ("http://127.0.0.1:%u%s%s", mp_api_server_get_port (self->server),
                       is_whole ? "" : "/v1/tenants/demo", request->path + (is_whole ? 1 : 0));
  SoupMessage *message =
      soup_message_new (request->method != NULL ? request->method : "GET", address);
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);

  if (request->token != NULL)
    {
      g_autofree char *bearer = g_strconcat ("Bearer ", request->token, NULL);

      soup_message_headers_append (headers, "Authorization", bearer);
    }
  if (request->if_match != NULL)
    soup_message_headers_append (headers, "If-Match", request->if_match);
  if (request->if_none_match != NULL)
    soup_message_headers_append (headers, "If-None-Match", request->if_none_match);
  if (request->packed != NULL)
    {
      soup_message_headers_append (headers, "Content-Encoding", "gzip");
      soup_message_set_request_body_from_bytes (message, "application/json", request->packed);
    }
  if (request->key == NULL && g_strcmp0 (request->method, "POST") == 0)
    {
      g_autofree char *key = mp_test_uuid (self);

      soup_message_headers_append (headers, "Idempotency-Key", key);
    }
  else if (request->key != NULL && *request->key != '\0')
    {
      soup_message_headers_append (headers, "Idempotency-Key", request->key);
    }
  if (request->body != NULL)
    {
      g_autoptr (GBytes) bytes = g_bytes_new (request->body, strlen (request->body));

      soup_message_set_request_body_from_bytes (
          message, request->type != NULL ? request->type : "application/json", bytes);
    }
  return message;
}

/* Adds the answer to the file that MP_TEST_ANSWERS names, one line of JSON each. */
static void
collect (SoupMessage *message, GBytes *bytes)
{
  const char *path = g_getenv ("MP_TEST_ANSWERS");
  SoupMessageHeaders *headers = soup_message_get_response_headers (message);
  g_autoptr (JsonObject) line = json_object_new ();
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), line);
  g_autofree char *body = NULL;
  g_autofree char *text = NULL;
  FILE *file = path != NULL ? fopen (path, "ae") : NULL;

  if (file == NULL)
    return;
  body = g_strndup (g_bytes_get_size (bytes) > 0 ? g_bytes_get_data (bytes, NULL) : "",
                    g_bytes_get_size (bytes));
  json_object_set_string_member (line, "method", soup_message_get_method (message));
  json_object_set_string_member (line, "path", g_uri_get_path (soup_message_get_uri (message)));
  json_object_set_int_member (line, "status", soup_message_get_status (message));
  json_object_set_string_member (line, "type",
                                 soup_message_headers_get_content_type (headers, NULL));
  json_object_set_string_member (line, "body", body);
  text = mp_json_to_text (node);
  fprintf (file, "%s\n", text);
  fclose (file);
}

MpTestAnswer *
mp_test_api_call (MpTestApi *self, const MpTestRequest *request)
{
  g_autoptr (SoupMessage) message = new_message (self, request);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = soup_session_send_and_read (self->session, message, NULL, &error);

  g_assert_no_error (error);
  collect (message, bytes);
  return read_answer (message, bytes);
}

MpTestAnswer *
mp_test_api_get (MpTestApi *self, const char *token, const char *path)
{
  return mp_test_api_call (self, &(MpTestRequest){ .token = token, .path = path });
}

MpTestAnswer *
mp_test_api_post (MpTestApi *self, const char *path, char *body)
{
  g_autofree char *owned = body;

  return mp_test_api_call (
      self,
      &(MpTestRequest){ .token = self->admin, .method = "POST", .path = path, .body = owned });
}

void
mp_test_assert_problem (MpTestAnswer *answer, unsigned int status, const char *code)
{
  g_autofree char *type = g_strconcat ("https://memberpulse.org/problems/", code, NULL);

  g_assert_cmpuint (answer->status, ==, status);
  g_assert_cmpstr (answer->type, ==, "application/problem+json");
  g_assert_cmpstr (mp_test_string (answer->body, "/type"), ==, type);
  g_assert_cmpint (mp_json_get_int (answer->body, "status", 0), ==, status);
  g_assert_nonnull (mp_test_string (answer->body, "/title"));
}

void
mp_test_assert_error (JsonObject *object, const char *pointer, const char *code)
{
  JsonArray *errors = mp_json_get_array (object, "errors");

  g_assert_nonnull (errors);
  for (unsigned int i = 0; i < json_array_get_length (errors); i++)
    {
      JsonObject *error = mp_json_array_get_object (errors, i);

      g_assert_nonnull (mp_test_string (error, "/message"));
      g_test_message ("%s %s", mp_test_string (error, "/pointer"), mp_test_string (error, "/code"));
      if (g_strcmp0 (mp_test_string (error, "/pointer"), pointer) == 0 &&
          g_strcmp0 (mp_test_string (error, "/code"), code) == 0)
        return;
    }
  g_assert_not_reached ();
}

char *
mp_test_uuid (MpTestApi *self)
{
  return mp_clock_dup_uuid (self->clock);
}

const char *
mp_test_string (JsonObject *object, const char *pointer)
{
  g_autoptr (JsonNode) root = json_node_init_object (json_node_alloc (), object);
  JsonNode *node = mp_pointer_get (root, pointer);

  return node != NULL ? mp_json_node_get_string (node) : NULL;
}

char *
mp_test_seal (MpTestApi *self, const char *key)
{
  g_autoptr (MpTestAnswer) answer = mp_test_api_get (self, self->admin, "/sealing-key");
  g_autoptr (MpSecret) secret = mp_secret_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *sealed = NULL;

  mp_secret_set (secret, "key", key);
  sealed = mp_sealing_seal (secret, mp_test_string (answer->body, "/public_key"), &error);
  g_assert_no_error (error);
  return g_strdup_printf ("\"sealed\":\"%s\",\"key_id\":\"%s\"", sealed,
                          mp_test_string (answer->body, "/key_id"));
}

char *
mp_test_api_add_key (MpTestApi *self, const char *platform, const char *kind)
{
  g_autofree char *sealed = mp_test_seal (self, MP_TEST_KEY);
  g_autoptr (MpTestAnswer) answer = mp_test_api_post (
      self, "/credentials",
      g_strdup_printf ("{\"kind\":\"%s\",\"platform\":\"%s\",\"label\":\"Shop\",\"mode\":\"test\","
                       "\"hint\":\"0815\",%s}",
                       kind, platform, sealed));

  g_assert_cmpuint (answer->status, ==, 201);
  return g_strdup (mp_test_string (answer->body, "/id"));
}

char *
mp_test_content (const char *name, const char *credential)
{
  return g_strdup_printf (
      "\"name\":\"%s\",\"payment_gateway\":{\"platform\":\"stripe\",\"api_key\":\"%s\"}", name,
      credential);
}

JsonObject *
mp_test_push (MpTestApi *self, const char *token, const char *op, const char *members)
{
  g_autofree char *body = g_strdup_printf ("{\"operations\":[{\"op\":\"%s\",%s}]}", op, members);
  g_autoptr (MpTestAnswer) answer = mp_test_api_call (
      self, &(MpTestRequest){ .token = token, .method = "POST", .path = "/changes", .body = body });
  JsonArray *results;

  g_assert_cmpuint (answer->status, ==, 200);
  g_assert_nonnull (mp_test_string (answer->body, "/audit_head/signature"));
  results = mp_json_get_array (answer->body, "results");
  g_assert_cmpuint (json_array_get_length (results), ==, 1);
  g_assert_cmpstr (mp_test_string (mp_json_array_get_object (results, 0), "/op"), ==, op);
  return json_object_ref (mp_json_array_get_object (results, 0));
}
