/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-sim-person.h"

#include "mp-test-folder.h"
#include "mp-test-wait.h"

#define GUARD_S 60

/* Opens what a program that ended left. */
void
mp_sim_person_start (MpSimPerson *self)
{
  g_autoptr (GError) error = NULL;
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  mp_store_open_async (self->folder, mp_registry_get_default (), self->clock, NULL, mp_test_wait_cb,
                       &place);
  result = mp_test_wait (&place);
  self->store = mp_store_open_finish (result, &error);
  g_assert_no_error (error);
  self->sync = mp_sync_new (self->store, self->client, self->clock);
}

static gboolean
guard_cb (gpointer user_data)
{
  g_assert_not_reached ();
  return G_SOURCE_REMOVE;
}

/* A run that failed to store a page ends before the next one, which is on its way, has arrived:
 * what it holds goes then. */
static void
wait_for_end (MpStore *store)
{
  gpointer weak = store;
  const unsigned int guard = g_timeout_add_seconds (GUARD_S, guard_cb, NULL);

  g_object_add_weak_pointer (G_OBJECT (store), &weak);
  g_object_unref (store);
  while (weak != NULL)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (guard);
}

void
mp_sim_person_stop (MpSimPerson *self)
{
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  g_assert_finalize_object (g_steal_pointer (&self->sync));
  mp_store_close_async (self->store, mp_test_wait_cb, &place);
  result = mp_test_wait (&place);
  g_assert_true (mp_store_close_finish (self->store, result, NULL));
  g_clear_object (&result);
  wait_for_end (g_steal_pointer (&self->store));
}

MpSimPerson *
mp_sim_person_new (unsigned int number, int64_t now_unix_us)
{
  MpSimPerson *self = g_new0 (MpSimPerson, 1);
  g_autofree char *address = g_strdup_printf ("http://127.0.0.1:%u", number);
  g_autoptr (MpHttpClient) http = mp_http_client_new ();

  self->number = number;
  self->folder = mp_test_folder_new ();
  self->clock = mp_clock_new_manual (now_unix_us);
  self->client = mp_tenant_client_new (http, address, "demo");
  self->token = mp_secret_new ();
  mp_sim_person_start (self);
  return self;
}

void
mp_sim_person_free (MpSimPerson *self)
{
  mp_sim_person_stop (self);
  g_assert_finalize_object (self->client);
  g_assert_finalize_object (self->clock);
  mp_secret_unref (self->token);
  mp_test_folder_remove (self->folder);
  g_free (self->folder);
  g_free (self);
}

void
mp_sim_person_set_token (MpSimPerson *self, const char *token)
{
  mp_secret_set (self->token, MP_TOKEN_PART, token);
}

gboolean
mp_sim_person_sync (MpSimPerson *self, gboolean *audit_suspect, GError **error)
{
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (MpSyncReport) report = NULL;
  MpAuditVerdict *alarm;

  mp_sync_run_async (self->sync, self->token, NULL, NULL, NULL, mp_test_wait_cb, &place);
  result = mp_test_wait (&place);
  report = mp_sync_run_finish (self->sync, result, error);
  alarm = report != NULL ? mp_sync_report_get_audit_alarm (report) : NULL;
  *audit_suspect = alarm != NULL && mp_audit_verdict_get_state (alarm) != MP_AUDIT_RESTORED;
  return report != NULL;
}

gboolean
mp_sim_person_create (MpSimPerson *self, MpRecord *record, GError **error)
{
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (MpStoredRecord) stored = NULL;

  mp_store_create_async (self->store, record, NULL, mp_test_wait_cb, &place);
  result = mp_test_wait (&place);
  stored = mp_store_create_finish (self->store, result, error);
  return stored != NULL;
}

gboolean
mp_sim_person_edit (
    MpSimPerson *self, const char *id, const char *path, const char *value, GError **error)
{
  g_autoptr (MpChanges) changes = mp_changes_new ();
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (MpStoredRecord) stored = NULL;

  mp_changes_set_string (changes, path, value);
  mp_store_edit_async (self->store, id, changes, NULL, mp_test_wait_cb, &place);
  result = mp_test_wait (&place);
  stored = mp_store_edit_finish (self->store, result, error);
  return stored != NULL;
}
