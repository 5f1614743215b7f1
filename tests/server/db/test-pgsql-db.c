/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-db-conformance.h"
#include "mp-error.h"
#include "mp-pgsql-db.h"
#include "mp-test-db.h"
#include "mp-test-postgresql.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define INSUFFICIENT_PRIVILEGE "42501"
#define RAISED "P0001"

/* A test's database has the name of its folder. */
static char *
dup_database (const char *folder)
{
  return g_path_get_basename (folder);
}

static char *
run_as (DbFixture *fixture, const char *role, const char *sql)
{
  g_autofree char *database = dup_database (fixture->folder);

  return mp_test_postgresql_run (role, database, sql);
}

static void
assert_value (DbFixture *fixture, const char *role, const char *sql, const char *expected)
{
  g_autofree char *value = run_as (fixture, role, sql);

  g_test_message ("%s: %s", role, sql);
  g_assert_cmpstr (value, ==, expected);
}

static void
assert_refused (DbFixture *fixture, const char *role, const char *sql, const char *state)
{
  g_autofree char *database = dup_database (fixture->folder);
  g_autofree char *actual = mp_test_postgresql_fail (role, database, sql);

  g_test_message ("%s: %s", role, sql);
  g_assert_cmpstr (actual, ==, state);
}

/* The tables that are a tenant's, with their tenant's column. */
static const char *const tenant_tables[][2] = {
  { "tenant", "id" },         { "token", "tenant" },   { "record", "tenant" },
  { "credential", "tenant" }, { "history", "tenant" }, { "record_credential", "tenant" },
  { "secret", "tenant" },     { "audit", "tenant" },   { "operation", "tenant" },
};

static void
fill (DbFixture *fixture, const char *tenant)
{
  static const char *const used[] = { "c", NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new_static ("x", 1);
  g_autoptr (MpDbTransaction) transaction = mp_db_begin (fixture->db, &error);
  MpDb *db = fixture->db;
  MpDbRecord record = { .id = "r", .json = "{}" };
  MpDbCredential credential = { .id = "c", .version = 1, .json = "{}" };
  MpDbSecret secret = { tenant, "c", 1, "k", bytes };
  MpAuditEntryInit init = { .actor = "anna", .action = "sign-in" };
  MpDbAuditRow row = { 1, "{}", "h" };
  MpDbToken token = { tenant, tenant, tenant, "anna", MP_ROLE_AUDITOR, 1, 0, 0, 0 };

  g_assert_no_error (error);
  g_assert_true (mp_db_next_sequence (db, tenant, &record.sequence, &error));
  g_assert_true (mp_db_put_record (db, tenant, &record, used, "anna", 1, &error));
  g_assert_true (mp_db_next_sequence (db, tenant, &credential.sequence, &error));
  g_assert_true (mp_db_put_credential (db, tenant, &credential, &error));
  g_assert_true (mp_db_put_secret (db, &secret, &error));
  g_assert_true (mp_db_append_audit (db, tenant, &row, &init, "s", &error));
  g_assert_true (mp_db_put_operation_result (db, tenant, "o", "{}", 1, &error));
  g_assert_true (mp_db_add_token (db, &token, &error));
  mp_db_commit (transaction, &error);
  g_assert_no_error (error);
}

/* Row-level security: without a tenant nothing is seen, with one its rows alone. */
static void
test_row_level_security (DbFixture *fixture, const void *data)
{
  fill (fixture, "a");
  fill (fixture, "b");
  for (size_t i = 0; i < G_N_ELEMENTS (tenant_tables); i++)
    {
      const char *table = tenant_tables[i][0];
      const char *column = tenant_tables[i][1];
      g_autofree char *all = g_strdup_printf ("SELECT count (*) FROM %s", table);
      g_autofree char *own = g_strdup_printf (
          "SET mp.tenant = 'a'; SELECT string_agg (DISTINCT %s, ',') FROM %s", column, table);
      g_autofree char *other = g_strdup_printf (
          "SET mp.tenant = 'a'; SELECT count (*) FROM %s WHERE %s = 'b'", table, column);

      assert_value (fixture, "postgres", all, "2");
      assert_value (fixture, "mp_server", all, "0");
      assert_value (fixture, "mp_server", own, "a");
      assert_value (fixture, "mp_server", other, "0");
    }
}

static void
test_writes_stay_within_the_tenant (DbFixture *fixture, const void *data)
{
  fill (fixture, "a");
  fill (fixture, "b");
  assert_refused (fixture, "mp_server",
                  "SET mp.tenant = 'a'; INSERT INTO record VALUES ('b', 'x', 9, false, '{}')",
                  INSUFFICIENT_PRIVILEGE);
  assert_refused (fixture, "mp_server", "INSERT INTO record VALUES ('b', 'x', 9, false, '{}')",
                  INSUFFICIENT_PRIVILEGE);
  assert_refused (fixture, "mp_server",
                  "SET mp.tenant = 'a'; UPDATE record SET tenant = 'b', id = 'y'",
                  INSUFFICIENT_PRIVILEGE);
  assert_value (fixture, "mp_server",
                "SET mp.tenant = 'a'; WITH changed AS (UPDATE record SET json = '[]'"
                " WHERE tenant = 'b' RETURNING 1) SELECT count (*) FROM changed",
                "0");
  /* A token is known to who presents it, and changed by nobody on that ground. */
  assert_value (fixture, "mp_server", "SET mp.token = 'a'; SELECT string_agg (id, ',') FROM token",
                "a");
  assert_value (fixture, "mp_server",
                "SET mp.token = 'a'; WITH changed AS (UPDATE token SET revoked = 1 RETURNING 1)"
                " SELECT count (*) FROM changed",
                "0");
}

static void
test_audit_is_kept (DbFixture *fixture, const void *data)
{
  static const char *const attempts[] = { "UPDATE audit SET entry = '[]'", "DELETE FROM audit",
                                          "TRUNCATE audit" };

  fill (fixture, "a");
  for (size_t i = 0; i < G_N_ELEMENTS (attempts); i++)
    {
      g_autofree char *within = g_strconcat ("SET mp.tenant = 'a'; ", attempts[i], NULL);

      assert_refused (fixture, "mp_server", within, INSUFFICIENT_PRIVILEGE);
      assert_refused (fixture, "mp_owner", attempts[i], RAISED);
    }
  assert_refused (fixture, "mp_server", "SET mp.tenant = 'a'; DELETE FROM history",
                  INSUFFICIENT_PRIVILEGE);
}

/* Roles whom row-level security does not hold are not let in. */
static void
test_roles (DbFixture *fixture, const void *data)
{
  static const char *const roles[] = { "postgres", "mp_owner" };
  g_autofree char *database = dup_database (fixture->folder);

  for (size_t i = 0; i < G_N_ELEMENTS (roles); i++)
    {
      g_autofree char *conninfo = mp_test_postgresql_format (roles[i], database);
      g_autoptr (GError) error = NULL;

      g_assert_null (mp_pgsql_db_new (conninfo, &error));
      g_assert_error (error, MP_ERROR, MP_ERROR_FORBIDDEN);
      g_assert_nonnull (strstr (error->message, roles[i]));
    }
}

static void
test_schema_versions (DbFixture *fixture, const void *data)
{
  static const struct
  {
    const char *sql;
    MpError code;
  } cases[] = {
    { "UPDATE schema_version SET version = 1000", MP_ERROR_NEWER },
    { "UPDATE schema_version SET version = 0", MP_ERROR_NOT_FOUND },
    { "DROP TABLE schema_version", MP_ERROR_NOT_FOUND },
  };
  g_autofree char *database = dup_database (fixture->folder);
  g_autofree char *owner = mp_test_postgresql_format ("mp_owner", database);
  g_autofree char *server = mp_test_postgresql_format ("mp_server", database);
  g_autoptr (GError) error = NULL;

  g_assert_true (mp_pgsql_db_migrate (owner, "mp_server", &error));
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *nothing = run_as (fixture, "mp_owner", cases[i].sql);

      g_test_message ("%s", cases[i].sql);
      g_assert_null (mp_pgsql_db_new (server, &error));
      g_assert_error (error, MP_ERROR, (int) cases[i].code);
      g_clear_error (&error);
      if (cases[i].code != MP_ERROR_NEWER)
        continue;
      g_assert_false (mp_pgsql_db_migrate (owner, "mp_server", &error));
      g_assert_error (error, MP_ERROR, MP_ERROR_NEWER);
      g_clear_error (&error);
    }
}

static void
test_connection_strings (void)
{
  static const struct
  {
    const char *conninfo;
    MpError code;
  } cases[] = {
    { "host", MP_ERROR_INVALID },
    { "host=/nowhere password=geheim", MP_ERROR_INVALID },
    { "postgresql://anna:geheim@127.0.0.1/x", MP_ERROR_INVALID },
    { "host=/nowhere dbname=x", MP_ERROR_UNAVAILABLE },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", cases[i].conninfo);
      g_assert_null (mp_pgsql_db_new (cases[i].conninfo, &error));
      g_assert_error (error, MP_ERROR, (int) cases[i].code);
      g_assert_null (strstr (error->message, "geheim"));
    }
}

/* The host that answers is found behind others that do not. */
static void
test_hosts (DbFixture *fixture, const void *data)
{
  g_autofree char *database = dup_database (fixture->folder);
  g_auto (GStrv) parts = g_strsplit (g_getenv ("MP_TEST_POSTGRESQL"), " ", 2);
  g_autofree char *conninfo = g_strdup_printf ("host=/nowhere,%s user=mp_server dbname=%s",
                                               parts[0] + strlen ("host="), database);
  g_autoptr (GError) error = NULL;
  g_autoptr (MpDb) db = mp_pgsql_db_new (conninfo, &error);
  g_autoptr (MpDbTenant) tenant = NULL;

  g_assert_no_error (error);
  tenant = mp_db_get_tenant (db, "a", &error);
  g_assert_no_error (error);
}

static void
end_connections (DbFixture *fixture)
{
  g_autofree char *n = run_as (fixture, "postgres",
                               "SELECT count (pg_terminate_backend (pid, 5000))"
                               " FROM pg_stat_activity WHERE usename = 'mp_server'");

  g_assert_cmpstr (n, !=, "0");
}

/* As after a failover: the connections are gone, the next call has a new one. What was begun on an
 * old one fails as not available, and leaves nothing. */
static void
test_lost_connections (DbFixture *fixture, const void *data)
{
  g_autoptr (MpDbRecord) record = NULL;
  g_autoptr (GError) error = NULL;

  db_fixture_put_record (fixture, "a", "r");
  end_connections (fixture);
  record = mp_db_get_record (fixture->db, "a", "r", &error);
  g_assert_no_error (error);
  end_connections (fixture);
  g_assert_cmpint (db_fixture_put_record (fixture, "a", "s"), ==, 2);

  {
    g_autoptr (MpDbTransaction) transaction = mp_db_begin (fixture->db, &error);
    int64_t sequence;

    g_assert_true (mp_db_next_sequence (fixture->db, "a", &sequence, &error));
    end_connections (fixture);
    g_assert_true (mp_db_set_meta (fixture->db, "fact", "1", &error));
    g_assert_false (mp_db_commit (transaction, &error));
    g_assert_error (error, MP_ERROR, MP_ERROR_UNAVAILABLE);
    g_clear_error (&error);
  }
  g_assert_cmpint (db_fixture_put_record (fixture, "a", "t"), ==, 3);
}

/* A failure in the middle is the commit's, and the connection is as good as before. */
static void
test_late_failure (DbFixture *fixture, const void *data)
{
  MpDbRecord record = { .id = "r", .sequence = 1, .json = "{}" };
  g_autoptr (GError) error = NULL;
  g_autofree char *value = NULL;

  db_fixture_put_record (fixture, "a", "taken");
  for (int i = 0; i < 10; i++)
    {
      g_autoptr (MpDbTransaction) transaction = mp_db_begin (fixture->db, &error);

      g_assert_true (mp_db_set_meta (fixture->db, "fact", "1", &error));
      g_assert_true (mp_db_put_record (fixture->db, "a", &record, NULL, "anna", 1, &error));
      g_assert_false (mp_db_commit (transaction, &error));
      g_assert_error (error, MP_ERROR, MP_ERROR_CONFLICT);
      g_clear_error (&error);
    }
  g_assert_true (mp_db_get_meta (fixture->db, "fact", &value, &error));
  g_assert_null (value);
  g_assert_cmpint (db_fixture_put_record (fixture, "a", "next"), ==, 2);
}

/* Whatever the role's own setting is: a fact that is written says how it was committed. */
static void
test_durable (DbFixture *fixture, const void *data)
{
  g_autofree char *off = run_as (fixture, "postgres",
                                 "ALTER ROLE mp_server SET synchronous_commit = off;"
                                 "CREATE FUNCTION note () RETURNS trigger LANGUAGE plpgsql AS $$ "
                                 "BEGIN NEW.value := current_setting ('synchronous_commit');"
                                 " RETURN NEW; END $$;"
                                 "CREATE TRIGGER note BEFORE INSERT ON meta FOR EACH ROW"
                                 " EXECUTE FUNCTION note ()");
  g_autoptr (MpDb) db = mp_test_db_open (fixture->folder);
  g_autoptr (GError) error = NULL;
  g_autoptr (MpDbTransaction) transaction = mp_db_begin (db, &error);
  g_autofree char *value = NULL;
  g_autofree char *reset = NULL;

  g_assert_true (mp_db_set_meta (db, "fact", "1", &error));
  g_assert_true (mp_db_commit (transaction, &error));
  g_assert_true (mp_db_get_meta (db, "fact", &value, &error));
  g_assert_cmpstr (value, ==, "on");
  reset = run_as (fixture, "postgres", "ALTER ROLE mp_server RESET synchronous_commit");
}

/* The child says which sequence it committed; then it is killed in the middle of its work. */
static void
write_until_killed (const char *folder, int round, int pipe_end)
{
  DbFixture fixture = { .folder = (char *) folder, .db = mp_test_db_open (folder) };

  for (int i = 0;; i++)
    {
      g_autofree char *id = g_strdup_printf ("%d-%d", round, i);
      int64_t sequence = db_fixture_put_record (&fixture, "a", id);

      if (write (pipe_end, &sequence, sizeof sequence) != sizeof sequence)
        _exit (1);
    }
}

static void
test_killed (DbFixture *fixture, const void *data)
{
  for (int round = 0; round < 5; round++)
    {
      int64_t acknowledged = 0;
      int64_t sequence = 0;
      int64_t stored;
      int ends[2];
      pid_t child;

      g_clear_object (&fixture->db);
      g_assert_cmpint (pipe (ends), ==, 0);
      child = fork ();
      if (child == 0)
        write_until_killed (fixture->folder, round, ends[1]);
      close (ends[1]);
      for (int i = 0; i < 20 + round; i++)
        g_assert_cmpint (read (ends[0], &acknowledged, sizeof acknowledged), ==,
                         sizeof acknowledged);
      kill (child, SIGKILL);
      while (read (ends[0], &sequence, sizeof sequence) == sizeof sequence)
        acknowledged = sequence;
      close (ends[0]);
      g_assert_cmpint (waitpid (child, NULL, 0), ==, child);

      fixture->db = mp_test_db_open (fixture->folder);
      g_assert_true (mp_db_get_sequence (fixture->db, "a", &stored, NULL));
      g_assert_cmpint (stored, >=, acknowledged);
    }
}

#define ADD(name, function)                                                                        \
  g_test_add ("/server/db/pgsql/" name, DbFixture, (const void *) mp_test_db_open,                 \
              db_fixture_set_up, function, db_fixture_tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("row-level-security-shows-one-tenant", test_row_level_security);
  ADD ("writes-stay-within-the-tenant", test_writes_stay_within_the_tenant);
  ADD ("audit-rows-are-kept", test_audit_is_kept);
  ADD ("roles-that-pass-by-are-refused", test_roles);
  ADD ("schema-versions", test_schema_versions);
  ADD ("hosts-that-do-not-answer-are-passed", test_hosts);
  ADD ("lost-connections-are-replaced", test_lost_connections);
  ADD ("failure-shows-at-the-commit", test_late_failure);
  ADD ("commits-wait-for-the-disk", test_durable);
  ADD ("acknowledged-is-there-after-a-kill", test_killed);
  g_test_add_func ("/server/db/pgsql/connection-strings", test_connection_strings);
  db_conformance_add_tests (mp_test_db_open);
  return g_test_run ();
}
