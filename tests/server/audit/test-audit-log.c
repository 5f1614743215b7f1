/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-error.h"
#include "mp-server-fixture.h"
#include "mp-test-db.h"

#include <glib/gstdio.h>
#include <string.h>

/* Nothing keeps whoever has the database from it. */
static void
drop_triggers (ServerFixture *fixture)
{
  server_fixture_run_sql (fixture, mp_test_db_is_postgresql ()
                                       ? "ALTER TABLE audit DISABLE TRIGGER USER"
                                       : "DROP TRIGGER audit_is_not_changed;"
                                         "DROP TRIGGER audit_is_not_deleted");
}

/* A copy of the trail, as of now. */
static void
keep (ServerFixture *fixture)
{
  server_fixture_run_sql (fixture, "CREATE TABLE saved AS SELECT * FROM audit");
  server_fixture_run_sql (fixture,
                          mp_test_db_is_postgresql ()
                              ? "CREATE TABLE saved_head AS SELECT id, audit_sequence, audit_hash,"
                                " audit_signature FROM tenant"
                              : "CREATE TABLE saved_head AS SELECT * FROM audit_head");
}

static void
put_back (ServerFixture *fixture)
{
  server_fixture_run_sql (fixture, "DELETE FROM audit; INSERT INTO audit SELECT * FROM saved");
  server_fixture_run_sql (
      fixture, mp_test_db_is_postgresql ()
                   ? "UPDATE tenant SET audit_sequence = saved_head.audit_sequence,"
                     " audit_hash = saved_head.audit_hash,"
                     " audit_signature = saved_head.audit_signature"
                     " FROM saved_head WHERE saved_head.id = tenant.id"
                   : "DELETE FROM audit_head; INSERT INTO audit_head SELECT * FROM saved_head");
}

static void
append (ServerFixture *fixture, const char *actor, const char *action, const char *resource)
{
  MpAuditEntryInit init = {
    .actor = actor,
    .role = "client_admin",
    .action = action,
    .resource = resource,
    .request = "q-1",
    .address = "192.0.2.1",
  };
  g_autoptr (GError) error = NULL;

  mp_audit_log_append_alone (fixture->audit, SERVER_TENANT, &init, &error);
  g_assert_no_error (error);
}

static void
append_five (ServerFixture *fixture)
{
  append (fixture, "anna", "sign-in", NULL);
  append (fixture, "anna", "settings.create", "settings/r");
  append (fixture, "otto", "settings.update", "settings/r");
  append (fixture, "otto", "credential.use", "credential/c");
  append (fixture, "anna", "settings.update", "settings/r");
}

static void
assert_verdict (ServerFixture *fixture,
                const MpAuditHead *seen,
                MpAuditState state,
                int64_t sequence)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MpAuditVerdict) verdict =
                 mp_audit_log_verify (fixture->audit, SERVER_TENANT, seen, &error);

  g_assert_no_error (error);
  g_assert_cmpint (mp_audit_verdict_get_state (verdict), ==, state);
  g_assert_cmpint (mp_audit_verdict_get_sequence (verdict), ==, sequence);
}

static void
test_append (ServerFixture *fixture, const void *data)
{
  MpAuditFilter all = { 0 };
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (GError) error = NULL;
  const MpAuditEntryInit *first;
  int64_t next = -1;

  append_five (fixture);
  entries = mp_audit_log_list (fixture->audit, SERVER_TENANT, &all, 5, &next, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (entries->len, ==, 5);
  g_assert_cmpint (next, ==, 0);
  first = mp_audit_entry_get_init (entries->pdata[0]);
  g_assert_cmpint (first->sequence, ==, 1);
  g_assert_cmpint (first->at_unix_us, ==, SERVER_NOW_UNIX_US);
  g_assert_cmpstr (first->actor, ==, "anna");
  g_assert_cmpstr (first->address, ==, "192.0.2.1");
  assert_verdict (fixture, NULL, MP_AUDIT_INTACT, 5);
}

static void
test_list (ServerFixture *fixture, const void *data)
{
  static const struct
  {
    MpAuditFilter filter;
    unsigned int limit;
    const char *sequences;
    int64_t next;
  } cases[] = {
    { { 0 }, 2, "12", 2 },
    { { .since = 2 }, 2, "34", 4 },
    { { .since = 4 }, 2, "5", 0 },
    { { .actor = "otto" }, 10, "34", 0 },
    { { .action = "settings.update" }, 1, "3", 3 },
    { { .action = "settings.update", .since = 3 }, 1, "5", 0 },
    { { .resource = "settings/r", .actor = "anna" }, 10, "25", 0 },
    { { .resource = "settings/none" }, 10, "", 0 },
  };

  append_five (fixture);
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GString) sequences = g_string_new (NULL);
      int64_t next = -1;
      g_autoptr (GPtrArray) entries = mp_audit_log_list (
          fixture->audit, SERVER_TENANT, &cases[i].filter, cases[i].limit, &next, &error);

      g_test_message ("%s", cases[i].sequences);
      g_assert_no_error (error);
      for (unsigned int j = 0; j < entries->len; j++)
        g_string_append_printf (sequences, "%d",
                                (int) mp_audit_entry_get_init (entries->pdata[j])->sequence);
      g_assert_cmpstr (sequences->str, ==, cases[i].sequences);
      g_assert_cmpint (next, ==, cases[i].next);
    }
}

/* The entry goes with the change that it records. */
static void
test_rollback (ServerFixture *fixture, const void *data)
{
  MpAuditEntryInit init = { .actor = "anna", .role = "client_admin", .action = "settings.create" };
  g_autoptr (GError) error = NULL;

  append (fixture, "anna", "sign-in", NULL);
  {
    g_autoptr (MpDbTransaction) transaction = mp_db_begin (fixture->db, &error);

    g_assert_true (mp_audit_log_append (fixture->audit, SERVER_TENANT, &init, &error));
  }
  assert_verdict (fixture, NULL, MP_AUDIT_INTACT, 1);
  append (fixture, "anna", "sign-in", NULL);
  assert_verdict (fixture, NULL, MP_AUDIT_INTACT, 2);
}

/* Many at once are a chain as well, signed behind the last one. */
static void
test_append_many (ServerFixture *fixture, const void *data)
{
  const MpAuditEntryInit inits[] = {
    { .actor = "anna", .role = "client_admin", .action = "settings.create" },
    { .actor = "anna", .role = "client_admin", .action = "settings.refused", .detail = "/name" },
    { .actor = "anna", .role = "client_admin", .action = "settings.update" },
  };
  g_autoptr (MpAuditHead) head = NULL;
  g_autoptr (GError) error = NULL;

  append (fixture, "anna", "sign-in", NULL);
  {
    g_autoptr (MpDbTransaction) transaction = mp_db_begin (fixture->db, &error);

    g_assert_true (mp_audit_log_append_many (fixture->audit, SERVER_TENANT, inits,
                                             G_N_ELEMENTS (inits), &error));
    g_assert_true (mp_db_commit (transaction, &error));
  }
  assert_verdict (fixture, NULL, MP_AUDIT_INTACT, 4);
  head = mp_audit_log_get_head (fixture->audit, SERVER_TENANT, &error);
  g_assert_true (
      mp_audit_head_verify (head, SERVER_TENANT, mp_audit_log_get_public_key (fixture->audit)));
}

static void
test_chains_are_separate (ServerFixture *fixture, const void *data)
{
  g_autoptr (MpAuditHead) head = NULL;
  g_autoptr (MpAuditHead) other = NULL;
  const char *key = mp_audit_log_get_public_key (fixture->audit);

  append_five (fixture);
  head = mp_audit_log_get_head (fixture->audit, SERVER_TENANT, NULL);
  other = mp_audit_log_get_head (fixture->audit, SERVER_OTHER_TENANT, NULL);

  g_assert_cmpint (head->sequence, ==, 5);
  g_assert_cmpint (other->sequence, ==, 0);
  g_assert_true (mp_audit_head_verify (head, SERVER_TENANT, key));
  g_assert_true (mp_audit_head_verify (other, SERVER_OTHER_TENANT, key));
  g_assert_false (mp_audit_head_verify (head, SERVER_OTHER_TENANT, key));
  head->sequence--;
  g_assert_false (mp_audit_head_verify (head, SERVER_TENANT, key));
}

static void
test_tampering (ServerFixture *fixture, const void *data)
{
  static const struct
  {
    const char *sql;
    MpAuditState state;
    int64_t sequence;
    const char *pgsql; /* (nullable): the same; there the head is a part of the tenant's row */
  } cases[] = {
    { "UPDATE audit SET entry = replace (entry, 'otto', 'anna') WHERE sequence = 3",
      MP_AUDIT_CHANGED, 3 },
    { "UPDATE audit SET entry = entry || ' ' WHERE sequence = 2", MP_AUDIT_CHANGED, 2 },
    { "UPDATE audit SET entry = 'nonsense' WHERE sequence = 4", MP_AUDIT_CHANGED, 4 },
    { "UPDATE audit SET hash = substr (hash, 2) || 'x' WHERE sequence = 5", MP_AUDIT_CHANGED, 5 },
    { "UPDATE audit SET hash = (SELECT hash FROM audit WHERE sequence = 1) WHERE sequence = 2",
      MP_AUDIT_CHANGED, 2 },
    { "DELETE FROM audit WHERE sequence = 3", MP_AUDIT_MISSING, 3 },
    { "DELETE FROM audit WHERE sequence = 1", MP_AUDIT_MISSING, 1 },
    { "UPDATE audit SET sequence = 100 WHERE sequence = 2;"
      "UPDATE audit SET sequence = 2 WHERE sequence = 4;"
      "UPDATE audit SET sequence = 4 WHERE sequence = 100",
      MP_AUDIT_REORDERED, 2 },
    { "DELETE FROM audit WHERE sequence = 5", MP_AUDIT_TRUNCATED, 5 },
    { "DELETE FROM audit", MP_AUDIT_TRUNCATED, 1 },
    { "UPDATE audit_head SET sequence = 4,"
      " hash = (SELECT hash FROM audit WHERE sequence = 4)",
      MP_AUDIT_UNSIGNED, 5,
      "UPDATE tenant SET audit_sequence = 4,"
      " audit_hash = (SELECT hash FROM audit WHERE sequence = 4)" },
    { "DELETE FROM audit WHERE sequence = 5; UPDATE audit_head SET sequence = 4,"
      " hash = (SELECT hash FROM audit WHERE sequence = 4)",
      MP_AUDIT_UNSIGNED, 4,
      "DELETE FROM audit WHERE sequence = 5; UPDATE tenant SET audit_sequence = 4,"
      " audit_hash = (SELECT hash FROM audit WHERE sequence = 4)" },
    { "DELETE FROM audit_head", MP_AUDIT_UNSIGNED, 1,
      "UPDATE tenant SET audit_sequence = 0, audit_hash = NULL, audit_signature = NULL" },
    { "UPDATE audit_head SET signature = 'AAAA'", MP_AUDIT_UNSIGNED, 5,
      "UPDATE tenant SET audit_signature = 'AAAA'" },
    { "UPDATE audit_head SET hash = (SELECT hash FROM audit WHERE sequence = 1)", MP_AUDIT_FORKED,
      5, "UPDATE tenant SET audit_hash = (SELECT hash FROM audit WHERE sequence = 1)" },
  };

  append_five (fixture);
  drop_triggers (fixture);
  keep (fixture);
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const char *sql =
          mp_test_db_is_postgresql () && cases[i].pgsql != NULL ? cases[i].pgsql : cases[i].sql;

      g_test_message ("%s", sql);
      server_fixture_run_sql (fixture, sql);
      assert_verdict (fixture, NULL, cases[i].state, cases[i].sequence);
      put_back (fixture);
      assert_verdict (fixture, NULL, MP_AUDIT_INTACT, 5);
    }
}

/* SQL that makes a character of the second entry the next one, or the one before. */
static char *
dup_shift (size_t place, int change)
{
  return g_strdup_printf ("UPDATE audit SET entry = substr (entry, 1, %zu) ||"
                          " %s (%s (substr (entry, %zu, 1)) + %d) || substr (entry, %zu)"
                          " WHERE sequence = 2",
                          place - 1, mp_test_db_is_postgresql () ? "chr" : "char",
                          mp_test_db_is_postgresql () ? "ascii" : "unicode", place, change,
                          place + 1);
}

/* Each byte of an entry counts. */
static void
test_every_byte (ServerFixture *fixture, const void *data)
{
  MpAuditFilter all = { .since = 1 };
  g_autoptr (GPtrArray) rows = NULL;
  size_t length;

  append (fixture, "anna", "sign-in", NULL);
  append (fixture, "anna", "settings.create", "settings/r");
  append (fixture, "anna", "sign-in", NULL);
  drop_triggers (fixture);
  rows = mp_db_list_audit (fixture->db, SERVER_TENANT, &all, 1, NULL);
  length = strlen (((MpDbAuditRow *) rows->pdata[0])->entry);
  for (size_t i = 1; i <= length; i++)
    {
      g_autofree char *change = dup_shift (i, 1);
      g_autofree char *back = dup_shift (i, -1);
      g_autoptr (MpAuditVerdict) verdict = NULL;

      server_fixture_run_sql (fixture, change);
      verdict = mp_audit_log_verify (fixture->audit, SERVER_TENANT, NULL, NULL);
      g_assert_cmpint (mp_audit_verdict_get_state (verdict), !=, MP_AUDIT_INTACT);
      g_assert_cmpint (mp_audit_verdict_get_sequence (verdict), ==, 2);
      server_fixture_run_sql (fixture, back);
    }
  assert_verdict (fixture, NULL, MP_AUDIT_INTACT, 3);
}

/* An older copy of the whole database is intact in itself; only a witness knows better. */
static void
test_checkpoint (ServerFixture *fixture, const void *data)
{
  g_autofree char *path = server_fixture_path (fixture, "heads.json");
  g_autoptr (MpAuditHead) seen = NULL;
  g_autoptr (GError) error = NULL;
  GStatBuf status;

  append (fixture, "anna", "sign-in", NULL);
  drop_triggers (fixture);
  keep (fixture);
  append (fixture, "anna", "settings.create", "settings/r");
  g_assert_true (mp_audit_log_save_checkpoint (fixture->audit, path, &error));
  g_assert_no_error (error);
  g_assert_cmpint (g_stat (path, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0600);

  seen = mp_audit_log_load_checkpoint (fixture->audit, path, SERVER_TENANT, &error);
  g_assert_no_error (error);
  g_assert_cmpint (seen->sequence, ==, 2);
  assert_verdict (fixture, seen, MP_AUDIT_INTACT, 2);

  put_back (fixture);
  assert_verdict (fixture, NULL, MP_AUDIT_INTACT, 1);
  assert_verdict (fixture, seen, MP_AUDIT_TRUNCATED, 2);
  g_assert_false (mp_audit_log_save_checkpoint (fixture->audit, path, &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_CONFLICT);
  g_clear_error (&error);

  append (fixture, "otto", "settings.create", "settings/r");
  append (fixture, "otto", "settings.create", "settings/s");
  assert_verdict (fixture, NULL, MP_AUDIT_INTACT, 3);
  assert_verdict (fixture, seen, MP_AUDIT_FORKED, 2);
}

static void
test_bad_checkpoints (ServerFixture *fixture, const void *data)
{
  static const struct
  {
    const char *text;
    MpError code;
  } cases[] = {
    { "", MP_ERROR_INVALID },
    { "[]", MP_ERROR_INVALID },
    { "{\"heads\":{}}", MP_ERROR_INVALID },
    { "{\"heads\":[1,null,\"x\"]}", MP_ERROR_NOT_FOUND },
    { "{\"heads\":[{\"tenant\":\"other\"}]}", MP_ERROR_NOT_FOUND },
    { "{\"heads\":[{\"tenant\":\"demo\",\"sequence\":\"1\"}]}", MP_ERROR_INVALID },
    { "{\"heads\":[{\"tenant\":\"demo\",\"sequence\":1,\"hash\":\"00\",\"signature\":\"AAAA\","
      "\"key\":\"AAAA\"}]}",
      MP_ERROR_INVALID },
  };
  g_autofree char *path = server_fixture_path (fixture, "heads.json");
  g_autoptr (GError) error = NULL;

  g_assert_null (mp_audit_log_load_checkpoint (fixture->audit, path, SERVER_TENANT, &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_NOT_FOUND);
  g_clear_error (&error);
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("%s", cases[i].text);
      g_assert_true (g_file_set_contents (path, cases[i].text, -1, NULL));
      g_assert_null (mp_audit_log_load_checkpoint (fixture->audit, path, SERVER_TENANT, &error));
      g_assert_error (error, MP_ERROR, (int) cases[i].code);
      g_clear_error (&error);
    }
}

static MpAuditLog *
open_again (ServerFixture *fixture, const char *key_name, GError **error)
{
  g_autofree char *path = server_fixture_path (fixture, key_name);

  return mp_audit_log_new (fixture->db, fixture->clock, path, error);
}

/* A lost key is not quietly replaced: that would make a new chain of trust. */
static void
test_key (ServerFixture *fixture, const void *data)
{
  g_autofree char *path = server_fixture_path (fixture, "audit.key");
  g_autoptr (MpAuditLog) again = NULL;
  g_autoptr (GError) error = NULL;

  again = open_again (fixture, "audit.key", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (mp_audit_log_get_public_key (again), ==,
                   mp_audit_log_get_public_key (fixture->audit));

  g_assert_null (open_again (fixture, "lost.key", &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_NOT_FOUND);
  g_clear_error (&error);

  g_assert_true (
      g_file_set_contents_full (path, "0123456789abcdef0123456789abcdef", 32, 0, 0600, NULL));
  g_assert_null (open_again (fixture, "audit.key", &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
}

/* Verifying while others write finds nothing wrong. */
static void *
append_many (void *data)
{
  for (int i = 0; i < 100; i++)
    append (data, "anna", "sign-in", NULL);
  return NULL;
}

static void
test_verify_while_written (ServerFixture *fixture, const void *data)
{
  GThread *threads[2];
  int64_t verified = 0;

  for (size_t i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("append", append_many, fixture);
  while (verified < 200)
    {
      g_autoptr (MpAuditVerdict) verdict =
                     mp_audit_log_verify (fixture->audit, SERVER_TENANT, NULL, NULL);

      g_assert_cmpint (mp_audit_verdict_get_state (verdict), ==, MP_AUDIT_INTACT);
      verified = mp_audit_verdict_get_sequence (verdict);
    }
  for (size_t i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

#define ADD(name, function)                                                                        \
  g_test_add ("/server/audit/" name, ServerFixture, NULL, server_fixture_set_up, function,         \
              server_fixture_tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("entries-are-chained", test_append);
  ADD ("list-is-filtered-and-paged", test_list);
  ADD ("rollback-takes-the-entry-along", test_rollback);
  ADD ("many-at-once-are-chained", test_append_many);
  ADD ("each-tenant-has-its-chain", test_chains_are_separate);
  ADD ("tampering-is-found-and-located", test_tampering);
  ADD ("every-byte-counts", test_every_byte);
  ADD ("checkpoint-goes-forward-only", test_checkpoint);
  ADD ("bad-checkpoints-are-refused", test_bad_checkpoints);
  ADD ("key-is-not-replaced", test_key);
  ADD ("verifying-bears-writers", test_verify_while_written);
  return g_test_run ();
}
