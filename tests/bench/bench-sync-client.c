/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "mp-bench.h"
#include "mp-registry.h"
#include "mp-sync.h"
#include "mp-test-wait.h"

/*
 * What a desktop does, one thing in a process of its own, so that the most memory it took is that
 * thing's: bench-sync-client DIRECTORY make | run ADDRESS TENANT TOKEN | edit COUNT VALUE (the ids
 * on standard input). Tells as JSON what it did.
 */

/* More than a first sync of 100,000 records takes on any machine that is of use. */
#define GUARD_SECONDS 600

typedef struct
{
  MpStore *store;
  unsigned int n_told; /* records that "changed" told of */
  GAsyncResult *result;
} Desktop;

static void
store_changed_cb (MpStore *store, MpStoreDelta *delta, Desktop *desktop)
{
  desktop->n_told += mp_store_delta_get_records (delta)->len;
}

static gboolean
guard_cb (gpointer user_data)
{
  g_assert_not_reached ();
  return G_SOURCE_REMOVE;
}

static GAsyncResult *
wait_for (Desktop *desktop)
{
  while (desktop->result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return g_steal_pointer (&desktop->result);
}

static void
open_store (Desktop *desktop, const char *directory)
{
  g_autoptr (MpClock) clock = mp_clock_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  mp_store_open_async (directory, mp_registry_get_default (), clock, NULL, mp_test_wait_cb,
                       &desktop->result);
  result = wait_for (desktop);
  desktop->store = mp_store_open_finish (result, &error);
  g_assert_no_error (error);
  g_signal_connect (desktop->store, "changed", G_CALLBACK (store_changed_cb), desktop);
}

static void
run_sync (Desktop *desktop, const char *address, const char *tenant, const char *token_text)
{
  g_autoptr (MpHttpClient) http = mp_http_client_new ();
  g_autoptr (MpTenantClient) client = mp_tenant_client_new (http, address, tenant);
  g_autoptr (MpClock) clock = mp_clock_new ();
  g_autoptr (MpSync) sync = mp_sync_new (desktop->store, client, clock);
  g_autoptr (MpSecret) token = mp_secret_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (MpSyncReport) report = NULL;
  g_autoptr (GError) error = NULL;
  double before_mib;
  int64_t start_us;
  double ms;

  mp_secret_set (token, MP_TOKEN_PART, token_text);
  mp_bench_forget_peak ();
  before_mib = mp_bench_read_mib ("VmRSS:");
  start_us = g_get_monotonic_time ();
  mp_sync_run_async (sync, token, NULL, NULL, NULL, mp_test_wait_cb, &desktop->result);
  result = wait_for (desktop);
  ms = (double) (g_get_monotonic_time () - start_us) / 1e3;
  report = mp_sync_run_finish (sync, result, &error);
  g_assert_no_error (error);
  g_print ("{\"ms\":%.2f,\"cpu_ms\":%.1f,\"pushed\":%u,\"pulled\":%u,\"told\":%u,\"idle_mib\":%.1f,"
           "\"extra_mib\":%.1f}\n",
           ms, mp_bench_get_process_ms (), mp_sync_report_get_n_pushed (report),
           mp_sync_report_get_n_pulled (report), desktop->n_told, before_mib,
           mp_bench_read_mib ("VmHWM:") - before_mib);
}

/* One edit of each record; each waits until it is shown as saved. */
static void
edit (Desktop *desktop, unsigned int count, const char *value)
{
  g_autofree double *ms = g_new (double, count);
  char line[64];

  for (unsigned int i = 0; i < count && fgets (line, sizeof line, stdin) != NULL; i++)
    {
      g_autoptr (MpChanges) changes = mp_changes_new ();
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (MpStoredRecord) stored = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *text = g_strdup_printf ("%s_%u", value, i);
      const int64_t start_us = g_get_monotonic_time ();

      mp_changes_set_string (changes, "/crm/member_fields/email", text);
      mp_store_edit_async (desktop->store, g_strchomp (line), changes, NULL, mp_test_wait_cb,
                           &desktop->result);
      result = wait_for (desktop);
      stored = mp_store_edit_finish (desktop->store, result, &error);
      g_assert_no_error (error);
      g_assert_true (mp_stored_record_get_waiting (stored));
      ms[i] = (double) (g_get_monotonic_time () - start_us) / 1e3;
    }
  g_print ("{\"edits\":%u,\"median_ms\":%.4f}\n", count, mp_bench_find_median (ms, count));
}

int
main (int argc, char *argv[])
{
  Desktop desktop = { 0 };
  g_autoptr (GAsyncResult) result = NULL;
  guint64 count;

  g_assert_cmpint (argc, >=, 3);
  g_timeout_add_seconds (GUARD_SECONDS, guard_cb, NULL);
  open_store (&desktop, argv[1]);
  if (g_str_equal (argv[2], "run"))
    {
      g_assert_cmpint (argc, ==, 6);
      run_sync (&desktop, argv[3], argv[4], argv[5]);
    }
  else if (g_str_equal (argv[2], "edit"))
    {
      g_assert_cmpint (argc, ==, 5);
      g_assert_true (g_ascii_string_to_unsigned (argv[3], 10, 1, G_MAXUINT32, &count, NULL));
      edit (&desktop, (unsigned int) count, argv[4]);
    }
  mp_store_close_async (desktop.store, mp_test_wait_cb, &desktop.result);
  result = wait_for (&desktop);
  g_object_unref (desktop.store);
  return 0;
}
