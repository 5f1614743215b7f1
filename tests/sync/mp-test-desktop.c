/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-test-desktop.h"

#include "mp-test-folder.h"
#include "mp-test-store.h"
#include "mp-test-wait.h"

static void
start (MpTestDesktop *desktop)
{
  g_autoptr (MpClock) clock = mp_clock_new ();
  g_autoptr (GError) error = NULL;

  desktop->store = mp_test_store_open (desktop->folder, &error);
  g_assert_no_error (error);
  desktop->sync = mp_sync_new (desktop->store, desktop->client, clock);
}

MpTestDesktop *
mp_test_desktop_new (const char *server)
{
  MpTestDesktop *desktop = g_new0 (MpTestDesktop, 1);
  g_autoptr (MpHttpClient) http = mp_http_client_new ();

  desktop->folder = mp_test_folder_new ();
  desktop->client = mp_tenant_client_new (http, server, "demo");
  desktop->token = mp_secret_new ();
  mp_secret_set (desktop->token, MP_TOKEN_PART, "mpt_test");
  start (desktop);
  return desktop;
}

void
mp_test_desktop_free (MpTestDesktop *desktop)
{
  g_assert_finalize_object (desktop->sync);
  mp_test_store_close (desktop->store);
  g_assert_finalize_object (desktop->client);
  mp_secret_unref (desktop->token);
  mp_test_folder_remove (desktop->folder);
  g_free (desktop->folder);
  g_free (desktop);
}

void
mp_test_desktop_restart (MpTestDesktop *desktop)
{
  g_assert_finalize_object (desktop->sync);
  mp_test_store_close (desktop->store);
  start (desktop);
}

MpSyncReport *
mp_test_desktop_sync_with (MpTestDesktop *desktop,
                           MpSyncEligibleFunc eligible,
                           gpointer eligible_data,
                           GCancellable *cancellable,
                           GError **error)
{
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  mp_sync_run_async (desktop->sync, desktop->token, eligible, eligible_data, cancellable,
                     mp_test_wait_cb, &place);
  g_assert_true (mp_sync_is_running (desktop->sync));
  result = mp_test_wait (&place);
  g_assert_false (mp_sync_is_running (desktop->sync));
  return mp_sync_run_finish (desktop->sync, result, error);
}

MpSyncReport *
mp_test_desktop_sync (MpTestDesktop *desktop, GError **error)
{
  return mp_test_desktop_sync_with (desktop, NULL, NULL, NULL, error);
}

void
mp_test_desktop_sync_well (MpTestDesktop *desktop)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MpSyncReport) report = mp_test_desktop_sync (desktop, &error);

  g_assert_no_error (error);
  g_assert_nonnull (report);
}
