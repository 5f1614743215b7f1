/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-sync.h"

#include <stdio.h>
#include <stdlib.h>

#include "mp-json.h"

/*
 * A desktop without a window, to be killed: makes records, edits one and syncs, until it is ended,
 * and says what was saved; or syncs until nothing waits and says what it has.
 *
 * usage: mp-sync-worker work|finish FOLDER SERVER TOKEN CREDENTIAL NUMBER
 */

#define EDITED_ID "01890a5d-ac96-774b-bcce-b302099a8057"
#define MAX_TRIES 600
#define PAUSE_US 20000

typedef struct
{
  MpStore *store;
  MpSync *sync;
  MpSecret *token;
  const char *credential;
} Worker;

static void
take_result_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static GAsyncResult *
wait_for (GAsyncResult **place)
{
  while (*place == NULL)
    g_main_context_iteration (NULL, TRUE);
  return g_steal_pointer (place);
}

static MpStore *
open_store (const char *folder)
{
  g_autoptr (MpClock) clock = mp_clock_new ();
  g_autoptr (GError) error = NULL;
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  MpStore *store;

  mp_store_open_async (folder, mp_registry_get_default (), clock, NULL, take_result_cb, &place);
  result = wait_for (&place);
  store = mp_store_open_finish (result, &error);
  if (store == NULL)
    g_printerr ("the store does not open: %s\n", error->message);
  return store;
}

static void
say_saved (const char *id, const char *name)
{
  printf ("saved %s %s\n", id, name);
  fflush (stdout);
}

static gboolean
create (Worker *worker, const char *id, const char *name)
{
  g_autoptr (MpRecord) empty = mp_record_new (id, (MpStamp){ 1, "x" });
  g_autoptr (MpChanges) changes = mp_changes_new ();
  g_autoptr (MpRecord) record = NULL;
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (MpStoredRecord) stored = NULL;

  mp_changes_set_string (changes, "/name", name);
  mp_changes_set_string (changes, "/payment_gateway/platform", "stripe");
  mp_changes_set_string (changes, "/payment_gateway/api_key", worker->credential);
  record = mp_record_with_changes (empty, changes);
  mp_store_create_async (worker->store, record, NULL, take_result_cb, &place);
  result = wait_for (&place);
  stored = mp_store_create_finish (worker->store, result, NULL);
  if (stored != NULL)
    say_saved (id, name);
  return stored != NULL;
}

/* The one record that is edited again and again. */
static gboolean
edit (Worker *worker, const char *name)
{
  g_autoptr (MpChanges) changes = mp_changes_new ();
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (MpStoredRecord) stored = NULL;

  mp_changes_set_string (changes, "/name", name);
  mp_store_edit_async (worker->store, EDITED_ID, changes, NULL, take_result_cb, &place);
  result = wait_for (&place);
  stored = mp_store_edit_finish (worker->store, result, NULL);
  if (stored == NULL)
    return create (worker, EDITED_ID, name);
  say_saved (EDITED_ID, name);
  return TRUE;
}

static gboolean
sync_once (Worker *worker, GError **error)
{
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (MpSyncReport) report = NULL;

  mp_sync_run_async (worker->sync, worker->token, NULL, NULL, NULL, take_result_cb, &place);
  result = wait_for (&place);
  report = mp_sync_run_finish (worker->sync, result, error);
  return report != NULL;
}

static int
work (Worker *worker, const char *number)
{
  g_autoptr (MpClock) clock = mp_clock_new ();

  for (unsigned int i = 0;; i++)
    {
      g_autofree char *id = mp_clock_dup_uuid (clock);
      g_autofree char *name = g_strdup_printf ("%s-%u", number, i);

      if (!create (worker, id, name) || !edit (worker, name))
        return EXIT_FAILURE;
      /* The server may be gone. */
      if (!sync_once (worker, NULL))
        g_usleep (PAUSE_US);
    }
}

static MpStoreDelta *
load (Worker *worker)
{
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  mp_store_load_async (worker->store, NULL, take_result_cb, &place);
  result = wait_for (&place);
  return mp_store_load_finish (worker->store, result, NULL);
}

static int
finish (Worker *worker)
{
  for (unsigned int i = 0; i < MAX_TRIES; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MpStoreDelta) delta = NULL;

      if (!sync_once (worker, &error))
        {
          g_printerr ("the sync failed: %s\n", error->message);
          g_usleep (PAUSE_US);
          continue;
        }
      delta = load (worker);
      if (mp_store_delta_get_pending_count (delta) == 0)
        {
          printf ("settled %u %u\n", mp_store_delta_get_records (delta)->len,
                  mp_store_delta_get_conflict_count (delta));
          return EXIT_SUCCESS;
        }
    }
  g_printerr ("it is stuck\n");
  return EXIT_FAILURE;
}

int
main (int argc, char **argv)
{
  g_autoptr (MpHttpClient) http = mp_http_client_new ();
  g_autoptr (MpTenantClient) client = NULL;
  g_autoptr (MpClock) clock = mp_clock_new ();
  g_autoptr (MpSecret) token = mp_secret_new ();
  g_autoptr (MpStore) store = NULL;
  g_autoptr (MpSync) sync = NULL;
  Worker worker;

  if (argc != 7)
    return EXIT_FAILURE;
  store = open_store (argv[2]);
  if (store == NULL)
    return EXIT_FAILURE;
  mp_secret_set (token, MP_TOKEN_PART, argv[4]);
  client = mp_tenant_client_new (http, argv[3], "demo");
  sync = mp_sync_new (store, client, clock);
  worker = (Worker){ store, sync, token, argv[5] };
  return g_str_equal (argv[1], "work") ? work (&worker, argv[6]) : finish (&worker);
}
