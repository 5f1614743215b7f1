/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-error.h"
#include "mp-real-server.h"
#include "mp-test-desktop.h"
#include "mp-test-proxy.h"
#include "mp-test-records.h"
#include "mp-test-store.h"

/*
 * The engine, the tenant server itself, and a bad line between them: each sync ends by itself,
 * once, in bounded time, and what it wanted is done once. MP_TEST_SLOW also waits for the
 * deadlines.
 */

#define NAME "/name"
#define N_EXCHANGES 5
/* Without what a black hole takes: two more tries, their pauses, and a busy machine. */
#define SHORT_TIME_US (20 * G_USEC_PER_SEC)
#define DEADLINE_US (INT64_C (60) * G_USEC_PER_SEC)
#define CANCELLED_WITHIN_US (G_USEC_PER_SEC / 2)
#define CANCELLED_AFTER_MS 200

typedef struct
{
  MpRealServer *server;
  MpTestProxy *proxy;
  MpTestDesktop *desktop;
  unsigned int n_edits;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *address = NULL;
  g_autofree char *key = NULL;
  g_autoptr (MpRecord) record = NULL;

  fixture->server = mp_real_server_new ();
  fixture->proxy = mp_test_proxy_new (mp_real_server_get_port (fixture->server));
  address = g_strdup_printf ("http://127.0.0.1:%u", mp_test_proxy_get_port (fixture->proxy));
  fixture->desktop = mp_test_desktop_new (address);
  mp_secret_set (fixture->desktop->token, MP_TOKEN_PART,
                 mp_real_server_get_token (fixture->server));
  key = mp_real_server_add_payment_key (fixture->server);
  record = mp_test_record (MP_TEST_ID, 0, NAME, "North", "/payment_gateway/platform", "stripe",
                           "/payment_gateway/api_key", key, NULL);
  mp_test_store_create (fixture->desktop->store, record);
  mp_test_desktop_sync_well (fixture->desktop);
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  mp_test_desktop_free (fixture->desktop);
  mp_test_proxy_free (fixture->proxy);
  mp_real_server_free (fixture->server);
}

static void
edit (Fixture *fixture)
{
  g_autofree char *name = g_strdup_printf ("Name %u", ++fixture->n_edits);

  mp_test_store_set (fixture->desktop->store, MP_TEST_ID, NAME, name);
}

/* Everything arrived, and each edit once. */
static void
assert_done (Fixture *fixture)
{
  g_autofree char *name = g_strdup_printf ("Name %u", fixture->n_edits);
  g_autofree char *served = NULL;
  g_autoptr (MpStoreDelta) delta = NULL;

  mp_test_proxy_set_fault (fixture->proxy, MP_TEST_PROXY_PASS, 0, 0);
  mp_test_desktop_sync_well (fixture->desktop);
  served = mp_real_server_dup_value (fixture->server, MP_TEST_ID, NAME);
  g_assert_cmpstr (served, ==, name);
  g_assert_cmpuint (mp_real_server_count_revisions (fixture->server, MP_TEST_ID), ==,
                    1 + fixture->n_edits);
  delta = mp_test_store_load (fixture->desktop->store);
  g_assert_cmpuint (mp_store_delta_get_pending_count (delta), ==, 0);
  g_assert_cmpuint (mp_store_delta_get_conflict_count (delta), ==, 0);
}

/* %NULL: it failed, and because of the line. */
static MpSyncReport *
sync_badly (Fixture *fixture, int64_t within_us)
{
  const int64_t started_us = g_get_monotonic_time ();
  g_autoptr (GError) error = NULL;
  MpSyncReport *report = mp_test_desktop_sync (fixture->desktop, &error);

  g_assert_cmpint (g_get_monotonic_time () - started_us, <, within_us);
  if (report == NULL)
    g_assert_error (error, MP_ERROR, MP_ERROR_OFFLINE);
  return report;
}

/* Each message of a sync meets it once; the engine asks again. */
static void
test_once (Fixture *fixture, gconstpointer data)
{
  const MpTestProxyFault fault = GPOINTER_TO_UINT (data);

  for (unsigned int skip = 0; skip < N_EXCHANGES; skip++)
    {
      g_autoptr (MpSyncReport) report = NULL;

      g_test_message ("after %u answers", skip);
      edit (fixture);
      mp_test_proxy_set_fault (fixture->proxy, fault, skip, 1);
      report = sync_badly (fixture, SHORT_TIME_US);
      assert_done (fixture);
    }
}

/* From one message on every one meets it. */
static void
test_from_then_on (Fixture *fixture, gconstpointer data)
{
  const MpTestProxyFault fault = GPOINTER_TO_UINT (data);

  for (unsigned int skip = 0; skip < 3; skip++)
    {
      g_autoptr (MpSyncReport) report = NULL;

      g_test_message ("after %u answers", skip);
      edit (fixture);
      mp_test_proxy_set_fault (fixture->proxy, fault, skip, 0);
      report = sync_badly (fixture, SHORT_TIME_US);
      /* Slices are no failure. */
      g_assert_cmpint (report != NULL, ==,
                       fault == MP_TEST_PROXY_SLICE || fault == MP_TEST_PROXY_SLOW);
      assert_done (fixture);
    }
}

static gboolean
cancel_cb (gpointer user_data)
{
  g_cancellable_cancel (user_data);
  return G_SOURCE_REMOVE;
}

static void
test_cancelled_in_a_black_hole (Fixture *fixture, gconstpointer unused)
{
  for (unsigned int skip = 0; skip < 3; skip++)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_autoptr (GError) error = NULL;
      g_autoptr (MpSyncReport) report = NULL;
      const int64_t started_us = g_get_monotonic_time ();
      int64_t took_us;

      edit (fixture);
      mp_test_proxy_set_fault (fixture->proxy, MP_TEST_PROXY_BLACK_HOLE, skip, 0);
      g_timeout_add (CANCELLED_AFTER_MS, cancel_cb, cancellable);
      report = mp_test_desktop_sync_with (fixture->desktop, NULL, NULL, cancellable, &error);
      took_us = g_get_monotonic_time () - started_us - CANCELLED_AFTER_MS * 1000;
      g_test_message ("ended %" G_GINT64_FORMAT " us after it was cancelled", took_us);
      g_assert_null (report);
      g_assert_true (mp_error_is_cancelled (error));
      g_assert_cmpint (took_us, <, CANCELLED_WITHIN_US);
      assert_done (fixture);
    }
}

static void
test_black_hole_ends (Fixture *fixture, gconstpointer unused)
{
  const int64_t started_us = g_get_monotonic_time ();
  g_autoptr (MpSyncReport) report = NULL;

  if (g_getenv ("MP_TEST_SLOW") == NULL)
    {
      g_test_skip ("the deadlines are waited for with MP_TEST_SLOW");
      return;
    }
  edit (fixture);
  mp_test_proxy_set_fault (fixture->proxy, MP_TEST_PROXY_BLACK_HOLE, 0, 0);
  report = sync_badly (fixture, DEADLINE_US);
  g_assert_null (report);
  g_test_message ("ended after %" G_GINT64_FORMAT " ms",
                  (g_get_monotonic_time () - started_us) / 1000);
  assert_done (fixture);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    MpTestProxyFault fault;
  } faults[] = {
    { "reset", MP_TEST_PROXY_RESET },
    { "cut", MP_TEST_PROXY_CUT },
    { "slice", MP_TEST_PROXY_SLICE },
    { "slow", MP_TEST_PROXY_SLOW },
    { "lost-answer", MP_TEST_PROXY_LOSE_ANSWER },
  };

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autofree char *once = g_strconcat ("/sync/network/once/", faults[i].name, NULL);
      g_autofree char *always = g_strconcat ("/sync/network/from-then-on/", faults[i].name, NULL);

      g_test_add (once, Fixture, GUINT_TO_POINTER (faults[i].fault), set_up, test_once, tear_down);
      g_test_add (always, Fixture, GUINT_TO_POINTER (faults[i].fault), set_up, test_from_then_on,
                  tear_down);
    }
  g_test_add ("/sync/network/black-hole/can-be-cancelled", Fixture, NULL, set_up,
              test_cancelled_in_a_black_hole, tear_down);
  g_test_add ("/sync/network/black-hole/ends", Fixture, NULL, set_up, test_black_hole_ends,
              tear_down);
  return g_test_run ();
}
