/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-auth.h"
#include "mp-error.h"
#include "mp-server-fixture.h"
#include "mp-test-db.h"

#include <string.h>

#define HOUR_US (INT64_C (3600) * G_USEC_PER_SEC)
#define ADDRESS "192.0.2.1"

typedef struct
{
  ServerFixture server;
  MpAuth *auth;
  MpSecret *token; /* anna's, client_user of SERVER_TENANT */
  char *token_id;
} AuthFixture;

static MpSecret *
issue (AuthFixture *fixture, const char *actor, MpRole role, int64_t expires_unix_us, char **id)
{
  g_autoptr (GError) error = NULL;
  MpSecret *token = mp_auth_issue_token (fixture->auth, SERVER_TENANT, actor, role, expires_unix_us,
                                         "operator", id, &error);

  g_assert_no_error (error);
  return token;
}

static void
set_up (AuthFixture *fixture, const void *data)
{
  server_fixture_set_up (&fixture->server, data);
  fixture->auth = mp_auth_new (fixture->server.db, fixture->server.audit, fixture->server.clock);
  fixture->token = issue (fixture, "anna", MP_ROLE_CLIENT_USER, 0, &fixture->token_id);
}

static void
tear_down (AuthFixture *fixture, const void *data)
{
  g_assert_finalize_object (fixture->auth);
  mp_secret_unref (fixture->token);
  g_free (fixture->token_id);
  server_fixture_tear_down (&fixture->server, data);
}

static MpAuthOutcome
try (AuthFixture *fixture,
     const char *tenant,
     const char *authorization,
     const char *address,
     MpIdentity **identity)
{
  MpAuthRequest request = {
    .authorization = authorization, .tenant = tenant, .address = address, .request = "q-1"
  };
  g_autoptr (MpIdentity) unused = NULL;
  g_autoptr (GError) error = NULL;
  unsigned int retry_after_s = 0;
  MpAuthOutcome outcome = mp_auth_authenticate (
      fixture->auth, &request, identity != NULL ? identity : &unused, &retry_after_s, &error);

  g_assert_no_error (error);
  g_assert_cmpint (retry_after_s > 0, ==, outcome == MP_AUTH_RATE_LIMITED);
  g_assert_cmpuint (retry_after_s, <=, 60);
  return outcome;
}

static MpAuthOutcome
try_token (AuthFixture *fixture, const char *tenant, MpSecret *token)
{
  g_autofree char *header = g_strconcat ("Bearer ", mp_secret_get (token, "token"), NULL);

  return try (fixture, tenant, header, ADDRESS, NULL);
}

static void
test_granted (AuthFixture *fixture, const void *data)
{
  const char *text = mp_secret_get (fixture->token, "token");
  g_autofree char *header = g_strconcat ("bearer  ", text, NULL);
  g_autoptr (MpIdentity) identity = NULL;

  g_assert_true (g_regex_match_simple ("^mpt_[A-Za-z0-9_-]{43}$", text, 0, 0));
  g_assert_cmpint (try (fixture, SERVER_TENANT, header, ADDRESS, &identity), ==, MP_AUTH_GRANTED);
  g_assert_cmpstr (identity->tenant, ==, SERVER_TENANT);
  g_assert_cmpstr (identity->token_id, ==, fixture->token_id);
  g_assert_cmpstr (identity->actor, ==, "anna");
  g_assert_cmpint (identity->role, ==, MP_ROLE_CLIENT_USER);
}

/* The database holds the hash alone. */
static void
test_hashed (AuthFixture *fixture, const void *data)
{
  const char *text = mp_secret_get (fixture->token, "token");
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);

  g_assert_false (mp_test_db_holds (fixture->server.folder, text + 4));
  g_assert_true (mp_test_db_holds (fixture->server.folder, hash));
}

static void
test_malformed (AuthFixture *fixture, const void *data)
{
  const char *text = mp_secret_get (fixture->token, "token");
  g_autofree char *bare = g_strdup (text);
  g_autofree char *basic = g_strconcat ("Basic ", text, NULL);
  g_autofree char *longer = g_strconcat ("Bearer ", text, "x", NULL);
  g_autofree char *shorter = g_strndup (longer, strlen (longer) - 2);
  g_autofree char *upper = g_strconcat ("Bearer MPT_", text + 4, NULL);
  const char *const headers[] = {
    NULL, "", "Bearer", "Bearer ", bare, basic, longer, shorter, upper,
  };

  for (size_t i = 0; i < G_N_ELEMENTS (headers); i++)
    g_assert_cmpint (try (fixture, SERVER_TENANT, headers[i], ADDRESS, NULL), ==,
                     MP_AUTH_UNAUTHORIZED);
}

static void
test_unknown (AuthFixture *fixture, const void *data)
{
  g_autofree char *text = g_strdup (mp_secret_get (fixture->token, "token"));
  g_autofree char *header = NULL;

  text[10] = text[10] == 'A' ? 'B' : 'A';
  header = g_strconcat ("Bearer ", text, NULL);
  g_assert_cmpint (try (fixture, SERVER_TENANT, header, ADDRESS, NULL), ==, MP_AUTH_UNAUTHORIZED);
  g_assert_cmpint (try (fixture, "no-such-tenant", header, ADDRESS, NULL), ==,
                   MP_AUTH_UNAUTHORIZED);
  g_assert_cmpuint (
      server_fixture_count_entries (&fixture->server, SERVER_TENANT, "access.refused"), ==, 1);
}

static void
test_expired (AuthFixture *fixture, const void *data)
{
  g_autoptr (MpSecret) token =
                 issue (fixture, "otto", MP_ROLE_AUDITOR, SERVER_NOW_UNIX_US + HOUR_US, NULL);

  mp_clock_advance (fixture->server.clock, HOUR_US - 1);
  g_assert_cmpint (try_token (fixture, SERVER_TENANT, token), ==, MP_AUTH_GRANTED);
  mp_clock_advance (fixture->server.clock, 1);
  g_assert_cmpint (try_token (fixture, SERVER_TENANT, token), ==, MP_AUTH_TOKEN_EXPIRED);
}

static void
test_revoked (AuthFixture *fixture, const void *data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (mp_auth_revoke_token (fixture->auth, SERVER_OTHER_TENANT, fixture->token_id,
                                        "operator", &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_cmpint (try_token (fixture, SERVER_TENANT, fixture->token), ==, MP_AUTH_GRANTED);

  g_assert_true (
      mp_auth_revoke_token (fixture->auth, SERVER_TENANT, fixture->token_id, "operator", &error));
  g_assert_no_error (error);
  g_assert_cmpint (try_token (fixture, SERVER_TENANT, fixture->token), ==, MP_AUTH_TOKEN_REVOKED);
  g_assert_cmpuint (server_fixture_count_entries (&fixture->server, SERVER_TENANT, "token.revoke"),
                    ==, 1);
}

/* Another tenant does not exist for the token, and does not learn whose it is. */
static void
test_other_tenant (AuthFixture *fixture, const void *data)
{
  MpAuditFilter filter = { .action = "access.refused" };
  g_autoptr (GPtrArray) entries = NULL;
  const MpAuditEntryInit *entry;

  g_assert_cmpint (try_token (fixture, SERVER_OTHER_TENANT, fixture->token), ==, MP_AUTH_NOT_FOUND);
  g_assert_cmpint (try_token (fixture, "no-such-tenant", fixture->token), ==, MP_AUTH_NOT_FOUND);

  entries = mp_audit_log_list (fixture->server.audit, SERVER_OTHER_TENANT, &filter, 10, NULL, NULL);
  g_assert_cmpuint (entries->len, ==, 1);
  entry = mp_audit_entry_get_init (entries->pdata[0]);
  g_assert_cmpstr (entry->actor, ==, "unknown");
  g_assert_cmpstr (entry->detail, ==, "not-found");
  g_assert_cmpstr (entry->address, ==, ADDRESS);
}

static void
test_rate_limit (AuthFixture *fixture, const void *data)
{
  for (int i = 0; i < 10; i++)
    g_assert_cmpint (try (fixture, SERVER_TENANT, "Bearer x", ADDRESS, NULL), ==,
                     MP_AUTH_UNAUTHORIZED);
  for (int i = 0; i < 3; i++)
    g_assert_cmpint (try (fixture, SERVER_TENANT, "Bearer x", ADDRESS, NULL), ==,
                     MP_AUTH_RATE_LIMITED);
  g_assert_cmpuint (
      server_fixture_count_entries (&fixture->server, SERVER_TENANT, "access.refused"), ==, 10);

  g_assert_cmpint (try (fixture, SERVER_TENANT, "Bearer x", "192.0.2.2", NULL), ==,
                   MP_AUTH_UNAUTHORIZED);
  g_assert_cmpint (try_token (fixture, SERVER_TENANT, fixture->token), ==, MP_AUTH_GRANTED);

  mp_clock_advance (fixture->server.clock, 59 * G_USEC_PER_SEC);
  g_assert_cmpint (try (fixture, SERVER_TENANT, "Bearer x", ADDRESS, NULL), ==,
                   MP_AUTH_RATE_LIMITED);
  mp_clock_advance (fixture->server.clock, 1 * G_USEC_PER_SEC);
  g_assert_cmpint (try (fixture, SERVER_TENANT, "Bearer x", ADDRESS, NULL), ==,
                   MP_AUTH_UNAUTHORIZED);
}

static int64_t
get_used (AuthFixture *fixture)
{
  g_autoptr (GPtrArray) tokens = mp_db_list_tokens (fixture->server.db, SERVER_TENANT, NULL);

  return ((MpDbToken *) tokens->pdata[0])->used_unix_us;
}

static void
test_last_use (AuthFixture *fixture, const void *data)
{
  g_assert_cmpint (get_used (fixture), ==, 0);
  try_token (fixture, SERVER_TENANT, fixture->token);
  g_assert_cmpint (get_used (fixture), ==, SERVER_NOW_UNIX_US);
  mp_clock_advance (fixture->server.clock, 30 * G_USEC_PER_SEC);
  try_token (fixture, SERVER_TENANT, fixture->token);
  g_assert_cmpint (get_used (fixture), ==, SERVER_NOW_UNIX_US);
  mp_clock_advance (fixture->server.clock, 30 * G_USEC_PER_SEC);
  try_token (fixture, SERVER_TENANT, fixture->token);
  g_assert_cmpint (get_used (fixture), ==, SERVER_NOW_UNIX_US + 60 * G_USEC_PER_SEC);
}

static void
test_permissions (AuthFixture *fixture, const void *data)
{
  MpAuthRequest request = { .tenant = SERVER_TENANT, .address = ADDRESS, .request = "q-9" };
  MpIdentity identity = { .tenant = (char *) SERVER_TENANT,
                          .actor = (char *) "anna",
                          .role = MP_ROLE_CLIENT_USER };
  MpAuditFilter filter = { .action = "access.refused", .resource = "settings/r" };
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (
      mp_auth_check (fixture->auth, &identity, MP_PERMISSION_READ, "settings/r", &request, &error));
  g_assert_no_error (error);
  g_assert_false (
      mp_auth_check (fixture->auth, &identity, MP_PERMISSION_EDIT, "settings/r", &request, &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_FORBIDDEN);

  entries = mp_audit_log_list (fixture->server.audit, SERVER_TENANT, &filter, 10, NULL, NULL);
  g_assert_cmpuint (entries->len, ==, 1);
  g_assert_cmpstr (mp_audit_entry_get_init (entries->pdata[0])->request, ==, "q-9");
}

static void
test_no_tenant (AuthFixture *fixture, const void *data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (mp_auth_issue_token (fixture->auth, "nobody", "anna", MP_ROLE_AUDITOR, 0,
                                      "operator", NULL, &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_NOT_FOUND);
}

static void
test_codes (void)
{
  g_assert_cmpstr (mp_auth_outcome_get_code (MP_AUTH_UNAUTHORIZED), ==, "unauthorized");
  g_assert_cmpstr (mp_auth_outcome_get_code (MP_AUTH_TOKEN_EXPIRED), ==, "token-expired");
  g_assert_cmpstr (mp_auth_outcome_get_code (MP_AUTH_TOKEN_REVOKED), ==, "token-revoked");
  g_assert_cmpstr (mp_auth_outcome_get_code (MP_AUTH_NOT_FOUND), ==, "not-found");
  g_assert_cmpstr (mp_auth_outcome_get_code (MP_AUTH_RATE_LIMITED), ==, "rate-limited");
  g_assert_cmpstr (mp_auth_outcome_get_code (MP_AUTH_FAILED), ==, "internal");
}

#define ADD(name, function)                                                                        \
  g_test_add ("/server/auth/" name, AuthFixture, NULL, set_up, function, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("token-says-who-it-is", test_granted);
  ADD ("token-is-stored-as-its-hash", test_hashed);
  ADD ("what-is-no-token-is-refused", test_malformed);
  ADD ("unknown-token-is-refused", test_unknown);
  ADD ("expired-token-is-told", test_expired);
  ADD ("revoked-token-is-told", test_revoked);
  ADD ("other-tenant-does-not-exist", test_other_tenant);
  ADD ("failures-are-slowed-down", test_rate_limit);
  ADD ("last-use-is-noted-once-a-minute", test_last_use);
  ADD ("forbidden-is-recorded", test_permissions);
  ADD ("token-needs-a-tenant", test_no_tenant);
  g_test_add_func ("/server/auth/outcomes-have-codes", test_codes);
  return g_test_run ();
}
