/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-db-conformance.h"

#define GUARD_US (30 * G_USEC_PER_SEC)
#define N_WRITERS 4
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

static void *
run_writer (void *data)
{
  DbFixture *fixture = data;

  for (int i = 0; i < N_WRITES; i++)
    {
      g_autofree char *id = g_uuid_string_random ();

      db_fixture_put_record (fixture, "a", id);
    }
  return NULL;
}

/* Reads a growing feed while it is written: never a gap. */
static void *
run_reader (void *data)
{
  DbFixture *fixture = data;
  int64_t seen = 0;

  while (seen < N_WRITERS * N_WRITES)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) changes = mp_db_list_changes (fixture->db, "a", seen, 1000, &error);

      g_assert_no_error (error);
      for (unsigned int i = 0; i < changes->len; i++)
        g_assert_cmpint (((MpDbChange *) changes->pdata[i])->sequence, ==, ++seen);
      if (changes->len == 0)
        mp_db_wait_for_change (fixture->db, "a", seen, g_get_monotonic_time () + GUARD_US);
    }
  return NULL;
}

static void
test_threads (DbFixture *fixture, const void *data)
{
  GThread *threads[2 * N_WRITERS];

  for (size_t i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("db", i < N_WRITERS ? run_writer : run_reader, fixture);
  for (size_t i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
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
  ADD ("threads-write-without-gaps", test_threads);
}
