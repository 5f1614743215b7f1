/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-session-private.h"

#define PAGE_SIZE 100
/* More than anybody looks at. */
#define MAX_REVISIONS 1000

/* A record's revisions, read page by page. */
typedef struct
{
  char *id;
  MpSecret *token;     /* (nullable): not read yet */
  GListStore *records; /* (element-type MpRecord): newest first */
} Reading;

static void
reading_free (Reading *reading)
{
  g_free (reading->id);
  g_clear_pointer (&reading->token, mp_secret_unref);
  g_clear_object (&reading->records);
  g_free (reading);
}

static void read_page (GTask *task, int64_t before);

static void
page_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Reading *reading = g_task_get_task_data (task);
  GError *error = NULL;
  int64_t next = 0;
  g_autoptr (GPtrArray) page = mp_tenant_client_list_history_finish (MP_TENANT_CLIENT (source),
                                                                     result, &next, &error);

  if (page == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  g_list_store_splice (reading->records, g_list_model_get_n_items (G_LIST_MODEL (reading->records)),
                       0, page->pdata, page->len);
  if (next != 0 && g_list_model_get_n_items (G_LIST_MODEL (reading->records)) < MAX_REVISIONS)
    read_page (g_steal_pointer (&task), next);
  else
    g_task_return_pointer (task, g_object_ref (reading->records), g_object_unref);
}

/* @task: (transfer full) */
static void
read_page (GTask *task, int64_t before)
{
  MpSession *self = g_task_get_source_object (task);
  Reading *reading = g_task_get_task_data (task);

  mp_tenant_client_list_history_async (self->client, reading->token, reading->id, before, PAGE_SIZE,
                                       g_task_get_cancellable (task), page_read_cb, task);
}

static void
token_looked_up_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Reading *reading = g_task_get_task_data (task);
  GError *error = NULL;

  reading->token = mp_secret_store_lookup_finish (MP_SECRET_STORE (source), result, &error);
  if (reading->token != NULL)
    read_page (g_steal_pointer (&task), 0);
  else
    g_task_return_error (task, error);
}

/**
 * mp_session_load_history_async:
 * @self: a session
 * @record_id: a record's id
 * @cancellable: (nullable): a #GCancellable
 * @callback: called in the caller's main context
 * @user_data: data for @callback
 *
 * Reads a record's revisions from the server, at most its newest 1,000. To bring one back, edit the
 * record with mp_record_diff () of what it is to what it was.
 */
void
mp_session_load_history_async (MpSession *self,
                               const char *record_id,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  MpSecretName name;
  Reading *reading;
  GTask *task;

  g_return_if_fail (MP_IS_SESSION (self));
  g_return_if_fail (record_id != NULL);

  task = mp_session_begin (self, MP_PERMISSION_READ, mp_session_load_history_async, cancellable,
                           callback, user_data);
  if (task == NULL)
    return;

  reading = g_new0 (Reading, 1);
  reading->id = g_strdup (record_id);
  reading->records = g_list_store_new (MP_TYPE_RECORD);
  g_task_set_task_data (task, reading, (GDestroyNotify) reading_free);
  name = mp_session_name_secret (self, MP_SESSION_TOKEN_ITEM);
  mp_secret_store_lookup_async (mp_services_get_secrets (self->services), &name, cancellable,
                                token_looked_up_cb, task);
}

/**
 * mp_session_load_history_finish:
 * @self: a session
 * @result: the result given to the callback
 * @error: return location
 *
 * Fails with %MP_ERROR_NOT_FOUND when the server does not have the record, as #MpSecretStore does
 * for the token, as #MpTenantClient does.
 *
 * Returns: (transfer full): the record as it was, newest first, as #MpRecord: who made a revision,
 *   and when, is its mp_record_get_updated ()
 */
GListModel *
mp_session_load_history_finish (MpSession *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
