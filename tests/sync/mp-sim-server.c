/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-sim-server.h"

#include <libsoup/soup.h>
#include <sqlite3.h>

#include "mp-api-router.h"
#include "mp-api-stored.h"
#include "mp-error.h"
#include "mp-http-private.h"
#include "mp-json.h"
#include "mp-sqlite-db.h"
#include "mp-test-folder.h"

#define TENANT "demo"
#define START_UNIX_US (INT64_C (1780000000) * G_USEC_PER_SEC)
/* What is archived longer than so many changes is forgotten by a purge. */
#define PURGED_BEFORE 2

struct _MpSimServer
{
  char *folder;
  char *backup_folder;
  gboolean has_backup;
  MpClock *clock;
  GHashTable *platforms; /* (element-type utf8 MpPlatformSpec): made as they are asked for */
  char *admin;
  char *reader;

  MpDb *db;
  MpAuditLog *audit;
  MpVault *vault;
  MpAuth *auth;
  MpApiOutbound *outbound;
  MpApi *api;
};

static char *
format_path (MpSimServer *self)
{
  return g_build_filename (self->folder, "server.db", NULL);
}

static char *
format_backup_path (MpSimServer *self)
{
  return g_build_filename (self->backup_folder, "server.db", NULL);
}

/* Every name is a platform's, so that each value can be told from all others. */
static MpPlatformSpec *
find_platform (const char *id, gpointer user_data)
{
  MpSimServer *self = user_data;
  MpPlatformSpec *spec = g_hash_table_lookup (self->platforms, id);
  const gboolean is_payment = g_str_equal (id, MP_SIM_PAYMENT);
  g_autofree char *text = NULL;
  g_autoptr (JsonObject) document = NULL;
  g_autoptr (GError) error = NULL;

  if (spec != NULL)
    return spec;
  text = g_strdup_printf ("{\"version\":1,\"id\":\"%s\",\"kind\":\"%s\",\"label\":\"%s\","
                          "\"credential\":[{\"id\":\"key\",\"label\":\"Key\",\"secret\":true}]}",
                          id, is_payment ? "payment" : "crm", id);
  document = mp_json_parse_object (text, -1, &error);
  g_assert_no_error (error);
  spec = mp_platform_spec_new_from_json (document, &error);
  g_assert_no_error (error);
  g_hash_table_insert (self->platforms, g_strdup (id), spec);
  return spec;
}

static void
open_data (MpSimServer *self)
{
  g_autofree char *path = format_path (self);
  g_autofree char *audit_key = g_build_filename (self->folder, "audit.key", NULL);
  g_autofree char *master_key = g_build_filename (self->folder, "master.key", NULL);
  g_autoptr (GError) error = NULL;
  MpApiServices services = { .find_platform = find_platform, .find_platform_data = self };

  self->db = mp_sqlite_db_new (path, &error);
  g_assert_no_error (error);
  self->audit = mp_audit_log_new (self->db, self->clock, audit_key, &error);
  g_assert_no_error (error);
  self->vault = mp_vault_new (self->db, self->audit, master_key, &error);
  g_assert_no_error (error);
  self->auth = mp_auth_new (self->db, self->audit, self->clock);
  self->outbound = mp_api_outbound_new (NULL, NULL, FALSE, NULL);
  services.db = self->db;
  services.audit = self->audit;
  services.vault = self->vault;
  services.auth = self->auth;
  services.clock = self->clock;
  services.outbound = self->outbound;
  self->api = mp_api_new (&services);
}

static void
close_data (MpSimServer *self)
{
  g_assert_finalize_object (g_steal_pointer (&self->api));
  g_assert_finalize_object (g_steal_pointer (&self->outbound));
  g_assert_finalize_object (g_steal_pointer (&self->auth));
  g_assert_finalize_object (g_steal_pointer (&self->vault));
  g_assert_finalize_object (g_steal_pointer (&self->audit));
  g_assert_finalize_object (g_steal_pointer (&self->db));
}

static char *
issue (MpSimServer *self, const char *actor, MpRole role)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MpSecret) token =
                 mp_auth_issue_token (self->auth, TENANT, actor, role, 0, "test", NULL, &error);

  g_assert_no_error (error);
  return g_strdup (mp_secret_get (token, "token"));
}

static void
add_tenant (MpSimServer *self)
{
  const MpDbTenant tenant = { .id = TENANT, .name = TENANT, .created_unix_us = START_UNIX_US };
  const MpDbCredential credential = {
    .id = MP_SIM_CREDENTIAL,
    .version = 1,
    .sequence = 1,
    .json = "{\"id\":\"" MP_SIM_CREDENTIAL "\",\"revision\":\"x.1\",\"kind\":\"payment\","
            "\"platform\":\"" MP_SIM_PAYMENT "\",\"label\":\"Shop\",\"mode\":\"test\","
            "\"version\":1}",
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (MpDbTransaction) transaction = mp_db_begin (self->db, &error);
  int64_t sequence;

  g_assert_no_error (error);
  g_assert_true (mp_db_add_tenant (self->db, &tenant, &error));
  g_assert_true (mp_db_next_sequence (self->db, TENANT, &sequence, &error));
  g_assert_true (mp_db_put_credential (self->db, TENANT, &credential, &error));
  g_assert_true (mp_db_commit (transaction, &error));
  g_assert_no_error (error);
}

MpSimServer *
mp_sim_server_new (void)
{
  MpSimServer *self = g_new0 (MpSimServer, 1);
  g_autofree char *master_key = NULL;
  g_autoptr (GError) error = NULL;

  self->folder = mp_test_folder_new ();
  self->backup_folder = mp_test_folder_new ();
  self->clock = mp_clock_new_manual (START_UNIX_US);
  self->platforms = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  master_key = g_build_filename (self->folder, "master.key", NULL);
  g_assert_true (mp_vault_create_key_file (master_key, &error));
  open_data (self);
  add_tenant (self);
  self->admin = issue (self, "anna", MP_ROLE_CLIENT_ADMIN);
  self->reader = issue (self, "uwe", MP_ROLE_CLIENT_USER);
  return self;
}

void
mp_sim_server_free (MpSimServer *self)
{
  close_data (self);
  mp_test_folder_remove (self->folder);
  mp_test_folder_remove (self->backup_folder);
  g_free (self->folder);
  g_free (self->backup_folder);
  g_assert_finalize_object (self->clock);
  g_hash_table_unref (self->platforms);
  g_free (self->admin);
  g_free (self->reader);
  g_free (self);
}

const char *
mp_sim_server_get_token (MpSimServer *self, gboolean may_edit)
{
  return may_edit ? self->admin : self->reader;
}

const char *
mp_sim_server_get_folder (MpSimServer *self)
{
  return self->folder;
}

static MpHttpResponse *
response_new (unsigned int status, const char *type, GBytes *body)
{
  SoupMessageHeaders *headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_RESPONSE);
  MpHttpResponse *response;

  soup_message_headers_append (headers, "Content-Type", type);
  response = mp_http_response_new (status, headers, body);
  soup_message_headers_unref (headers);
  return response;
}

/* @body: (transfer full) */
MpHttpResponse *
mp_sim_response_new (unsigned int status, JsonObject *body)
{
  g_autoptr (JsonNode) node = mp_json_node_take_object (body);
  char *text = mp_json_to_text (node);
  g_autoptr (GBytes) bytes = g_bytes_new_take (text, strlen (text));

  return response_new (status, status == 200 ? "application/json" : "application/problem+json",
                       bytes);
}

static void
read_query (MpApiRequest *request, GUri *address, unsigned int limit)
{
  g_autofree char *fewer = g_strdup_printf ("%u", limit);
  g_autoptr (GHashTable) query = NULL;
  GHashTableIter iter;
  gpointer name;
  gpointer value;

  if (g_uri_get_query (address) == NULL)
    return;
  query = g_uri_parse_params (g_uri_get_query (address), -1, "&", G_URI_PARAMS_NONE, NULL);
  g_assert_nonnull (query);
  g_hash_table_iter_init (&iter, query);
  while (g_hash_table_iter_next (&iter, &name, &value))
    mp_api_request_set_query (request, name,
                              limit > 0 && g_str_equal (name, "limit") ? fewer : value);
}

/* What the listener does with a request that it has read. */
MpHttpResponse *
mp_sim_server_ask (MpSimServer *self, const MpSimRequest *request, unsigned int limit)
{
  g_autoptr (MpApiRequest) own = mp_api_request_new ();
  g_autoptr (MpApiReply) reply = NULL;
  const MpApiRoute *route;

  own->id = mp_clock_dup_uuid (self->clock);
  own->method = request->method;
  own->address = g_strdup ("127.0.0.1");
  own->authorization = request->authorization;
  own->content_type = request->body != NULL ? "application/json" : NULL;
  own->body = request->body != NULL ? g_bytes_ref (request->body) : NULL;
  read_query (own, request->address, limit);

  route = mp_api_route (g_uri_get_path (request->address), own, &reply);
  if (route != NULL)
    reply = mp_api_admit (self->api, route, own);
  if (reply == NULL)
    reply = mp_api_prepare (self->api, route, own);
  if (reply == NULL)
    reply = mp_api_answer (self->api, route, own);
  mp_api_dismiss (self->api, own);
  return response_new (reply->status, reply->content_type, reply->body);
}

void
mp_sim_server_let_time_pass (MpSimServer *self, int64_t by_us)
{
  mp_clock_advance (self->clock, by_us);
}

void
mp_sim_server_restart (MpSimServer *self)
{
  close_data (self);
  open_data (self);
}

static void
copy (const char *from, const char *to)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (mp_sqlite_db_copy (from, to, &error));
  g_assert_no_error (error);
}

void
mp_sim_server_back_up (MpSimServer *self)
{
  g_autofree char *path = format_path (self);
  g_autofree char *backup = format_backup_path (self);

  copy (path, backup);
  self->has_backup = TRUE;
}

gboolean
mp_sim_server_has_backup (MpSimServer *self)
{
  return self->has_backup;
}

static void
begin_epoch (MpSimServer *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MpDbTransaction) transaction = mp_db_begin (self->db, &error);
  g_autofree char *epoch = mp_clock_dup_uuid (self->clock);

  g_assert_no_error (error);
  g_assert_true (mp_db_set_epoch (self->db, epoch, &error));
  g_assert_true (mp_db_commit (transaction, &error));
  g_assert_no_error (error);
}

void
mp_sim_server_restore (MpSimServer *self, gboolean begins_epoch)
{
  g_autofree char *path = format_path (self);
  g_autofree char *backup = format_backup_path (self);

  close_data (self);
  copy (backup, path);
  open_data (self);
  if (begins_epoch)
    begin_epoch (self);
}

/* Past the server, as nothing but the operator's own hand on the file may. */
static int64_t
run_sql (MpSimServer *self, const char *sql)
{
  g_autofree char *path = format_path (self);
  sqlite3 *db = NULL;
  sqlite3_stmt *statement = NULL;
  int64_t number = 0;
  int code;

  g_assert_cmpint (sqlite3_open_v2 (path, &db, SQLITE_OPEN_READWRITE, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (db, sql, -1, &statement, NULL), ==, SQLITE_OK);
  code = sqlite3_step (statement);
  if (code == SQLITE_ROW)
    number = sqlite3_column_int64 (statement, 0);
  else
    g_assert_cmpint (code, ==, SQLITE_DONE);
  sqlite3_finalize (statement);
  sqlite3_close (db);
  return number;
}

int64_t
mp_sim_server_purge (MpSimServer *self)
{
  const int64_t before = run_sql (self, "SELECT sequence FROM tenant") - PURGED_BEFORE;
  const char *const tables[] = { "record_credential WHERE record", "history WHERE id",
                                 "record WHERE id" };
  g_autofree char *which = g_strdup_printf (
      " IN (SELECT id FROM record WHERE archived AND sequence <= %" G_GINT64_FORMAT ")", before);
  g_autofree char *newest = g_strconcat ("SELECT max (sequence) FROM record WHERE id", which, NULL);
  const int64_t mark = run_sql (self, newest);

  for (size_t i = 0; i < G_N_ELEMENTS (tables); i++)
    {
      g_autofree char *sql = g_strconcat ("DELETE FROM ", tables[i], which, NULL);

      run_sql (self, sql);
    }
  return mark;
}

void
mp_sim_server_forget_operations (MpSimServer *self)
{
  run_sql (self, "DELETE FROM operation");
}

MpRecord *
mp_sim_server_dup_record (MpSimServer *self, const char *id)
{
  g_autoptr (GError) error = NULL;
  MpRecord *record = mp_api_stored_get_record (self->db, TENANT, id, &error);

  if (record == NULL)
    g_assert_error (error, MP_ERROR, MP_ERROR_NOT_FOUND);
  return record;
}

static void
add_records (MpSimServer *self, gboolean archived, GPtrArray *records)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) rows = mp_db_list_records (self->db, TENANT, archived, NULL, 10000, &error);

  g_assert_no_error (error);
  for (unsigned int i = 0; i < rows->len; i++)
    {
      const MpDbRecord *row = rows->pdata[i];
      g_autoptr (JsonObject) object = mp_json_parse_object (row->json, -1, &error);

      g_assert_no_error (error);
      g_ptr_array_add (records, mp_record_new_from_json (object, &error));
      g_assert_no_error (error);
    }
}

GPtrArray *
mp_sim_server_list (MpSimServer *self)
{
  GPtrArray *records = g_ptr_array_new_with_free_func (g_object_unref);

  add_records (self, FALSE, records);
  add_records (self, TRUE, records);
  return records;
}

char *
mp_sim_server_dup_cursor (MpSimServer *self)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *epoch = mp_db_dup_epoch (self->db, &error);
  int64_t sequence;

  g_assert_no_error (error);
  g_assert_true (mp_db_get_sequence (self->db, TENANT, &sequence, &error));
  return mp_db_format_revision (epoch, sequence);
}

int64_t
mp_sim_server_count_changes (MpSimServer *self, const char *id, int64_t sequence)
{
  g_autofree char *sql = g_strdup_printf ("SELECT count (*) FROM history WHERE id = '%s' AND"
                                          " sequence <= %" G_GINT64_FORMAT,
                                          id, sequence);

  return run_sql (self, sql);
}

int64_t
mp_sim_server_find_change (MpSimServer *self, const char *id, int64_t number)
{
  g_autofree char *sql =
      g_strdup_printf ("SELECT sequence FROM history WHERE id = '%s' ORDER BY sequence"
                       " LIMIT 1 OFFSET %" G_GINT64_FORMAT,
                       id, number - 1);

  return run_sql (self, sql);
}

gboolean
mp_sim_server_trail_is_intact (MpSimServer *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MpAuditVerdict) verdict = mp_audit_log_verify (self->audit, TENANT, NULL, &error);

  g_assert_no_error (error);
  return mp_audit_verdict_get_state (verdict) == MP_AUDIT_INTACT;
}
