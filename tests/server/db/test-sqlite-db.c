/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-db-conformance.h"
#include "mp-error.h"
#include "mp-sqlite-db.h"
#include "mp-test-folder.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static MpDb *
open_in (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "server.db", NULL);
  g_autoptr (GError) error = NULL;
  MpDb *db = mp_sqlite_db_new (path, &error);

  g_assert_no_error (error);
  return db;
}

/* Past the driver; returns SQLite's result. */
static int
run_sql (DbFixture *fixture, const char *sql)
{
  g_autofree char *path = g_build_filename (fixture->folder, "server.db", NULL);
  sqlite3 *db;
  int result;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  result = sqlite3_exec (db, sql, NULL, NULL, NULL);
  sqlite3_close (db);
  return result;
}

static void
test_private_files (DbFixture *fixture, const void *data)
{
  static const char *const names[] = { "server.db", "server.db-wal", "server.db-shm" };

  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (fixture->folder, names[i], NULL);
      GStatBuf status;

      g_assert_cmpint (g_stat (path, &status), ==, 0);
      g_assert_cmpint (status.st_mode & 0777, ==, 0600);
    }
}

static void
test_reopen (DbFixture *fixture, const void *data)
{
  g_autofree char *epoch = mp_db_dup_epoch (fixture->db, NULL);
  g_autofree char *same = NULL;
  g_autoptr (MpDbRecord) record = NULL;

  db_fixture_put_record (fixture, "a", "r");
  g_assert_finalize_object (fixture->db);
  fixture->db = open_in (fixture->folder);

  record = mp_db_get_record (fixture->db, "a", "r", NULL);
  g_assert_nonnull (record);
  same = mp_db_dup_epoch (fixture->db, NULL);
  g_assert_cmpstr (same, ==, epoch);
}

static void
test_newer (DbFixture *fixture, const void *data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "server.db", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (run_sql (fixture, "PRAGMA user_version = 1000"), ==, SQLITE_OK);
  g_assert_null (mp_sqlite_db_new (path, &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_NEWER);
}

static void
test_no_database (void)
{
  g_autofree char *folder = mp_test_folder_new ();
  g_autofree char *path = g_build_filename (folder, "server.db", NULL);
  g_autofree char *nowhere = g_build_filename (folder, "missing", "server.db", NULL);
  g_autofree char *text = g_strnfill (5000, 'x');
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  g_assert_null (mp_sqlite_db_new (path, &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_STORAGE);
  g_clear_error (&error);
  g_assert_null (mp_sqlite_db_new (nowhere, &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_STORAGE);
  mp_test_folder_remove (folder);
}

static void
test_triggers (DbFixture *fixture, const void *data)
{
  g_assert_cmpint (
      run_sql (fixture, "INSERT INTO audit VALUES ('a', 1, 'x', 'y', NULL, '{}', 'h')"), ==,
      SQLITE_OK);
  g_assert_cmpint (run_sql (fixture, "UPDATE audit SET entry = '[]'"), ==, SQLITE_CONSTRAINT);
  g_assert_cmpint (run_sql (fixture, "DELETE FROM audit"), ==, SQLITE_CONSTRAINT);
}

/* A transaction that the disk refuses leaves the database as it was, and usable. */
static void
test_full_disk (DbFixture *fixture, const void *data)
{
  g_autofree char *large = g_strnfill (4 * 1024 * 1024, ' ');
  MpDbRecord record = { .id = "large", .json = large };
  struct rlimit limit;
  struct rlimit small;
  g_autoptr (GError) error = NULL;

  db_fixture_put_record (fixture, "a", "before");
  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  small = limit;
  small.rlim_cur = 1024 * 1024;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &small), ==, 0);
  {
    g_autoptr (MpDbTransaction) transaction = mp_db_begin (fixture->db, &error);

    g_assert_no_error (error);
    g_assert_true (mp_db_next_sequence (fixture->db, "a", &record.sequence, &error));
    g_assert_false (mp_db_put_record (fixture->db, "a", &record, NULL, "anna", 1, &error) &&
                    mp_db_commit (transaction, &error));
    g_assert_error (error, MP_ERROR, MP_ERROR_STORAGE);
    g_clear_error (&error);
  }
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);

  g_assert_null (mp_db_get_record (fixture->db, "a", "large", &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_NOT_FOUND);
  g_assert_cmpint (db_fixture_put_record (fixture, "a", "after"), ==, 2);
}

#define N_MEMBERS 8
#define N_ROUNDS 20

/* Half of what a thread writes it gives up again. */
static void *
run_member (void *data)
{
  DbFixture *fixture = data;

  for (int i = 0; i < N_ROUNDS; i++)
    {
      g_autofree char *kept = g_uuid_string_random ();
      g_autoptr (GError) error = NULL;
      g_autoptr (MpDbTransaction) transaction = NULL;

      db_fixture_put_record (fixture, "a", kept);
      transaction = mp_db_begin (fixture->db, &error);
      g_assert_no_error (error);
      mp_db_set_meta (fixture->db, "given-up", kept, &error);
      g_assert_no_error (error);
    }
  return NULL;
}

/* Threads whose transactions are committed together do not undo each other's. */
static void
test_group (DbFixture *fixture, const void *data)
{
  GThread *threads[N_MEMBERS];
  g_autofree char *given_up = NULL;
  g_autoptr (GPtrArray) changes = NULL;
  g_autoptr (GError) error = NULL;

  for (size_t i = 0; i < N_MEMBERS; i++)
    threads[i] = g_thread_new ("member", run_member, fixture);
  for (size_t i = 0; i < N_MEMBERS; i++)
    g_thread_join (threads[i]);

  changes = mp_db_list_changes (fixture->db, "a", 0, 1000, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (changes->len, ==, N_MEMBERS * N_ROUNDS);
  g_assert_true (mp_db_get_meta (fixture->db, "given-up", &given_up, &error));
  g_assert_null (given_up);
}

/* The child says which sequence it committed; then it is killed in the middle of its work. */
static void
write_until_killed (const char *folder, int round, int pipe_end)
{
  DbFixture fixture = { .folder = (char *) folder, .db = open_in (folder) };

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

      fixture->db = open_in (fixture->folder);
      g_assert_true (mp_db_get_sequence (fixture->db, "a", &stored, NULL));
      g_assert_cmpint (stored, >=, acknowledged);
      {
        g_autoptr (GPtrArray) changes = mp_db_list_changes (fixture->db, "a", 0, 100000, NULL);

        g_assert_cmpint (changes->len, ==, stored);
      }
    }
}

#define ADD(name, function)                                                                        \
  g_test_add ("/server/db/sqlite/" name, DbFixture, (const void *) open_in, db_fixture_set_up,     \
              function, db_fixture_tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("acknowledged-is-there-after-a-kill", test_killed);
  ADD ("members-of-a-group-are-apart", test_group);
  ADD ("files-are-private", test_private_files);
  ADD ("reopened-it-is-the-same", test_reopen);
  ADD ("newer-schema-is-refused", test_newer);
  ADD ("audit-rows-are-not-changed", test_triggers);
  ADD ("full-disk-changes-nothing", test_full_disk);
  g_test_add_func ("/server/db/sqlite/what-is-no-database-is-refused", test_no_database);
  db_conformance_add_tests (open_in);
  return g_test_run ();
}
