/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-db-conformance.h"

#define GUARD_US (30 * G_USEC_PER_SEC)
#define N_WRITERS 16
#define N_WRITES 25

typedef struct
{
  MpDb *db;
  const char *tenant;
  int64_t after;
  int started; /* (atomic) */
  gboolean news;
} Waiter;

static void *
run_waiter (void *data)
{
  Waiter *waiter = data;

  g_atomic_int_set (&waiter->started, 1);
  waiter->news = mp_db_wait_for_change (waiter->db, waiter->tenant, waiter->after,
                                        g_get_monotonic_time () + GUARD_US);
  return NULL;
}

static GThread *
start_waiter (Waiter *waiter)
{
  GThread *thread = g_thread_new ("waiter", run_waiter, waiter);

  while (!g_atomic_int_get (&waiter->started))
    g_thread_yield ();
  return thread;
}

static void
test_commit_wakes (DbFixture *fixture, const void *data)
{
  Waiter waiter = { .db = fixture->db, .tenant = "a" };
  Waiter other = { .db = fixture->db, .tenant = "b" };
  GThread *thread = start_waiter (&waiter);
  GThread *other_thread = start_waiter (&other);

  db_fixture_put_record (fixture, "a", "r");
  g_thread_join (thread);
  g_assert_true (waiter.news);

  mp_db_end_waiting (fixture->db);
  g_thread_join (other_thread);
  g_assert_false (other.news);
}

static void
test_old_news (DbFixture *fixture, const void *data)
{
  int64_t start = g_get_monotonic_time ();

  db_fixture_put_record (fixture, "a", "r");
  g_assert_true (mp_db_wait_for_change (fixture->db, "a", 0, start + GUARD_US));
  g_assert_cmpint (g_get_monotonic_time () - start, <, GUARD_US);
  g_assert_false (mp_db_wait_for_change (fixture->db, "a", 1, start + 1000));
  g_assert_false (mp_db_wait_for_change (fixture->db, "no-tenant", 0, start + GUARD_US));
}

static void
test_rollback_wakes_nobody (DbFixture *fixture, const void *data)
{
  g_autoptr (GError) error = NULL;
  int64_t sequence;

  {
    g_autoptr (MpDbTransaction) transaction = mp_db_begin (fixture->db, &error);

    g_assert_true (mp_db_next_sequence (fixture->db, "a", &sequence, &error));
  }
  g_assert_false (mp_db_wait_for_change (fixture->db, "a", 0, g_get_monotonic_time () + 20000));
}

static void
test_end_is_final (DbFixture *fixture, const void *data)
{
  int64_t start = g_get_monotonic_time ();

  mp_db_end_waiting (fixture->db);
  g_assert_false (mp_db_wait_for_change (fixture->db, "a", 0, start + GUARD_US));
  g_assert_cmpint (g_get_monotonic_time () - start, <, GUARD_US);
}

static void
begin_and_give_up (MpDb *db)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MpDbTransaction) transaction = mp_db_begin (db, &error);
  int64_t sequence;

  g_assert_no_error (error);
  mp_db_next_sequence (db, "a", &sequence, &error);
  g_assert_no_error (error);
}

/* Every third transaction is rolled back, and leaves no gap. */
static void *
run_writer (void *data)
{
  DbFixture *handle = data;

  for (int i = 0; i < N_WRITES; i++)
    {
      g_autofree char *id = g_uuid_string_random ();

      if (i % 3 == 0)
        begin_and_give_up (handle->db);
      db_fixture_put_record (handle, "a", id);
    }
  return NULL;
}

/* Reads a growing feed while it is written. A number that became visible after a higher one would
 * have been passed over. */
static void *
run_reader (void *data)
{
  DbFixture *handle = data;
  int64_t seen = 0;

  while (seen < N_WRITERS * N_WRITES)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) changes = mp_db_list_changes (handle->db, "a", seen, 7, &error);

      g_assert_no_error (error);
      for (unsigned int i = 0; i < changes->len; i++)
        g_assert_cmpint (((MpDbChange *) changes->pdata[i])->sequence, ==, ++seen);
      if (changes->len == 0)
        mp_db_wait_for_change (handle->db, "a", seen, g_get_monotonic_time () + GUARD_US);
    }
  return NULL;
}

/* Two handles on one database, as two processes have: writers on both, a reader on each. */
static void
test_threads (DbFixture *fixture, const void *opener)
{
  DbFixture other = { fixture->folder, ((DbOpener) opener) (fixture->folder) };
  GThread *threads[N_WRITERS + 2];

  for (size_t i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] =
        g_thread_new ("db", i < N_WRITERS ? run_writer : run_reader, i % 2 == 0 ? fixture : &other);
  for (size_t i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_finalize_object (other.db);
}

/* What another process commits is news too. */
static void
test_other_process (DbFixture *fixture, const void *opener)
{
  DbFixture other = { fixture->folder, ((DbOpener) opener) (fixture->folder) };
  g_autoptr (MpDbRecord) record = NULL;
  g_autoptr (GError) error = NULL;

  db_fixture_put_record (&other, "a", "r");
  g_assert_true (mp_db_wait_for_change (fixture->db, "a", 0, g_get_monotonic_time () + GUARD_US));
  record = mp_db_get_record (fixture->db, "a", "r", &error);
  g_assert_no_error (error);
  g_assert_finalize_object (other.db);
}

#define ADD(name, function)                                                                        \
  g_test_add ("/server/db/" name, DbFixture, (const void *) open, db_fixture_set_up, function,     \
              db_fixture_tear_down)

void
db_conformance_add_wait_tests (DbOpener open)
{
  ADD ("commit-wakes-its-tenants-waiters", test_commit_wakes);
  ADD ("waiting-for-old-news-does-not-wait", test_old_news);
  ADD ("rollback-wakes-nobody", test_rollback_wakes_nobody);
  ADD ("end-of-waiting-is-final", test_end_is_final);
  ADD ("feed-skips-nothing-under-16-writers", test_threads);
  ADD ("other-processes-changes-are-seen", test_other_process);
}
