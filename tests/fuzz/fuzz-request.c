/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz-driver.h"

#include <glib/gstdio.h>
#include <string.h>

#include "mp-api-problem.h"
#include "mp-api-router.h"
#include "mp-json.h"
#include "mp-sqlite-db.h"
#include "mp-test-folder.h"

/* After so many requests the database begins anew: it must not grow for ever. */
#define MAX_REQUESTS 2000
#define NOW_UNIX_US (INT64_C (1780000000) * G_USEC_PER_SEC)

static struct
{
  char *folder;
  MpClock *clock;
  MpApi *api;
  unsigned int n_requests;
} server;

static MpPlatformSpec *
find_platform (const char *id, gpointer user_data)
{
  MpPlatform *platform = mp_platforms_find (MP_PLATFORMS (user_data), id);

  return platform != NULL ? mp_platform_get_spec (platform) : NULL;
}

static void
add_tenant (MpDb *db)
{
  g_autoptr (MpDbTransaction) transaction = mp_db_begin (db, NULL);
  const MpDbTenant tenant = { .id = "demo", .name = "demo", .created_unix_us = NOW_UNIX_US };

  g_assert_true (mp_db_add_tenant (db, &tenant, NULL));
  g_assert_true (mp_db_commit (transaction, NULL));
}

static void
start (void)
{
  g_autofree char *database = NULL;
  g_autofree char *audit_key = NULL;
  g_autofree char *master_key = NULL;
  g_autoptr (MpApiOutbound) outbound = mp_api_outbound_new (NULL, NULL, FALSE, NULL);
  g_autoptr (MpDb) db = NULL;
  g_autoptr (MpAuditLog) audit = NULL;
  g_autoptr (MpVault) vault = NULL;
  g_autoptr (MpAuth) auth = NULL;
  g_autoptr (GError) error = NULL;

  server.folder = mp_test_folder_new ();
  server.clock = mp_clock_new_manual (NOW_UNIX_US);
  database = g_build_filename (server.folder, "server.db", NULL);
  audit_key = g_build_filename (server.folder, "audit.key", NULL);
  master_key = g_build_filename (server.folder, "master.key", NULL);
  g_assert_true (mp_vault_create_key_file (master_key, NULL));
  db = mp_sqlite_db_new (database, &error);
  g_assert_no_error (error);
  audit = mp_audit_log_new (db, server.clock, audit_key, &error);
  vault = mp_vault_new (db, audit, master_key, &error);
  auth = mp_auth_new (db, audit, server.clock);
  add_tenant (db);
  server.api = mp_api_new (&(MpApiServices){
      .db = db,
      .audit = audit,
      .vault = vault,
      .auth = auth,
      .clock = server.clock,
      .find_platform = find_platform,
      .find_platform_data = mp_api_outbound_get_platforms (outbound),
      .outbound = outbound,
  });
  server.n_requests = 0;
}

static void
stop (void)
{
  g_clear_object (&server.api);
  g_clear_object (&server.clock);
  mp_test_folder_remove (server.folder);
  g_clear_pointer (&server.folder, g_free);
}

/* At the program's end nothing is left on the disk, or for the leak checker. */
__attribute__ ((destructor)) static void
clean_up (void)
{
  if (server.api != NULL)
    stop ();
}

/* "name=value&name=value" as libmicrohttpd hands it out, unescaped */
static void
take_query (MpApiRequest *request, const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, "&", 16);

  for (unsigned int i = 0; parts[i] != NULL; i++)
    {
      char *value = strchr (parts[i], '=');

      if (value == NULL || !g_utf8_validate (parts[i], -1, NULL))
        continue;
      *value = '\0';
      mp_api_request_set_query (request, parts[i], value + 1);
    }
}

static const char *
get_header (const char *line)
{
  return *line != '\0' && g_utf8_validate (line, -1, NULL) ? line : NULL;
}

static void
check_reply (const MpApiReply *reply)
{
  g_autoptr (JsonObject) body = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (reply->status >= 200 && reply->status < 500);
  if (g_str_has_prefix (reply->content_type, "text/plain"))
    return;
  body = mp_json_parse_object (g_bytes_get_data (reply->body, NULL),
                               (gssize) g_bytes_get_size (reply->body), &error);
  g_assert_no_error (error);
  if (reply->status < 400)
    return;
  g_assert_cmpstr (reply->content_type, ==, "application/problem+json");
  g_assert_cmpint (mp_json_get_int (body, "status", 0), ==, reply->status);
  g_assert_nonnull (mp_json_get_string (body, "type", NULL));
  g_assert_nonnull (mp_json_get_string (body, "title", NULL));
}

static void
answer (MpApiRequest *request, const char *path)
{
  MpApiReply *refusal = NULL;
  const MpApiRoute *route = mp_api_route (path, request, &refusal);
  g_autoptr (MpApiReply) reply = refusal;

  /* Nobody is waited for here, and nobody called. */
  if (route != NULL && (route->flags & MP_API_ROUTE_CALLS) != 0)
    return;
  if (request->query != NULL)
    g_hash_table_remove (request->query, "wait");
  if (route != NULL)
    {
      g_free (request->tenant);
      request->tenant = g_strdup ("demo");
      reply = mp_api_answer (server.api, route, request);
    }
  check_reply (reply);
}

/* Lines: method, path, query, If-Match, Idempotency-Key; then the body. Every one is answered, and
 * none is the server's fault. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const char *const methods[] = { "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", NULL };
  g_autofree char *text = g_strndup (size > 0 ? (const char *) data : "", size);
  g_auto (GStrv) lines = g_strsplit (text, "\n", 6);
  g_autoptr (MpApiRequest) request = NULL;

  if (g_strv_length (lines) < 6)
    return 0;
  if (server.api != NULL && server.n_requests == MAX_REQUESTS)
    stop ();
  if (server.api == NULL)
    start ();
  server.n_requests++;

  request = mp_api_request_new ();
  request->method = "OTHER";
  for (unsigned int i = 0; methods[i] != NULL; i++)
    {
      if (g_str_equal (methods[i], lines[0]))
        request->method = methods[i];
    }
  request->id = mp_clock_dup_uuid (server.clock);
  request->address = g_strdup ("127.0.0.1");
  request->if_match = get_header (lines[3]);
  request->idempotency_key = get_header (lines[4]);
  request->body = g_bytes_new (lines[5], strlen (lines[5]));
  request->identity = g_new0 (MpIdentity, 1);
  request->identity->tenant = g_strdup ("demo");
  request->identity->token_id = mp_clock_dup_uuid (server.clock);
  request->identity->actor = g_strdup ("anna");
  request->identity->role = MP_ROLE_CLIENT_ADMIN;
  take_query (request, lines[2]);
  answer (request, lines[1]);
  return 0;
}
