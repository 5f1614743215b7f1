/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-sync-run-private.h"

#include "mp-error.h"

struct _MpSync
{
  GObject parent_instance;

  MpStore *store;
  MpTenantClient *client;
  MpClock *clock;
  gboolean running;
};

G_DEFINE_FINAL_TYPE (MpSync, mp_sync, G_TYPE_OBJECT)

/* What a long poll needs until its answer. */
typedef struct
{
  MpSecret *token;
  unsigned int seconds;
} Wait;

static void
wait_free (Wait *wait)
{
  mp_secret_unref (wait->token);
  g_free (wait);
}

static void
news_pulled_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MpFeedPage) page =
                 mp_tenant_client_pull_finish (MP_TENANT_CLIENT (source), result, &error);

  if (page == NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_boolean (task, mp_feed_page_get_expired (page) ||
                                     mp_feed_page_get_records (page)->len > 0 ||
                                     mp_feed_page_get_credentials (page)->len > 0);
}

static void
cursor_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  MpSync *self = g_task_get_source_object (task);
  const Wait *wait = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autofree char *since = mp_store_get_meta_finish (self->store, result, &error);

  if (error != NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  mp_tenant_client_pull_async (self->client, wait->token, since, NULL, 1, wait->seconds,
                               g_task_get_cancellable (task), news_pulled_cb, g_object_ref (task));
}

/* Before the caller hears of it, so that they can start the next one. */
static void
run_ended_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  MpSyncReport *report = g_task_propagate_pointer (G_TASK (result), &error);

  MP_SYNC (source)->running = FALSE;
  if (report == NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_pointer (task, report, g_object_unref);
}

static void
mp_sync_dispose (GObject *object)
{
  MpSync *self = MP_SYNC (object);

  g_clear_object (&self->store);
  g_clear_object (&self->client);
  g_clear_object (&self->clock);

  G_OBJECT_CLASS (mp_sync_parent_class)->dispose (object);
}

static void
mp_sync_class_init (MpSyncClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = mp_sync_dispose;
}

static void
mp_sync_init (MpSync *self)
{
}

/**
 * mp_sync_new:
 * @store: what is here
 * @client: what is there
 * @clock: the time
 *
 * Returns: (transfer full): what brings both together, when it is told to
 */
MpSync *
mp_sync_new (MpStore *store, MpTenantClient *client, MpClock *clock)
{
  MpSync *self;

  g_return_val_if_fail (MP_IS_STORE (store), NULL);
  g_return_val_if_fail (MP_IS_TENANT_CLIENT (client), NULL);
  g_return_val_if_fail (MP_IS_CLOCK (clock), NULL);

  self = g_object_new (MP_TYPE_SYNC, NULL);
  self->store = g_object_ref (store);
  self->client = g_object_ref (client);
  self->clock = g_object_ref (clock);
  return self;
}

/**
 * mp_sync_run_async:
 * @self: a sync; no other run is on
 * @token: the token; kept until the run has ended
 * @eligible: (nullable) (scope async): tells which records may go; %NULL: all
 * @eligible_data: for @eligible; must live until @callback
 * @cancellable: (nullable): to end it with, at the next step
 * @callback: called when it has ended
 * @user_data: for @callback
 *
 * Sends what was changed here, takes in what was changed there. The store tells meanwhile what
 * changes, by its signal.
 */
void
mp_sync_run_async (MpSync *self,
                   MpSecret *token,
                   MpSyncEligibleFunc eligible,
                   gpointer eligible_data,
                   GCancellable *cancellable,
                   GAsyncReadyCallback callback,
                   gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (GTask) run = NULL;

  g_return_if_fail (MP_IS_SYNC (self));
  g_return_if_fail (token != NULL);
  g_return_if_fail (!self->running);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, mp_sync_run_async);
  g_task_set_check_cancellable (task, FALSE);
  run = g_task_new (self, cancellable, run_ended_cb, g_steal_pointer (&task));
  g_task_set_check_cancellable (run, FALSE);
  self->running = TRUE;
  mp_sync_run_start (g_steal_pointer (&run), self->store, self->client, self->clock, token,
                     eligible, eligible_data);
}

/**
 * mp_sync_run_finish:
 * @self: a sync
 * @result: the result given to the callback
 * @error: return location
 *
 * Fails with the errors of #MpTenantClient and #MpStore. What was done until then stays done; the
 * next run goes on.
 *
 * Returns: (transfer full): what the run did, or %NULL with @error set
 */
MpSyncReport *
mp_sync_run_finish (MpSync *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (MP_IS_SYNC (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, mp_sync_run_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * mp_sync_is_running:
 * @self: a sync
 *
 * Returns: whether a run is on
 */
gboolean
mp_sync_is_running (MpSync *self)
{
  g_return_val_if_fail (MP_IS_SYNC (self), FALSE);

  return self->running;
}

/**
 * mp_sync_wait_async:
 * @self: a sync
 * @token: the token; kept until the answer
 * @seconds: how long at most; the server allows 50
 * @cancellable: (nullable): to cancel it with
 * @callback: called with the answer
 * @user_data: for @callback
 *
 * Waits until the server has something that the store has not read.
 */
void
mp_sync_wait_async (MpSync *self,
                    MpSecret *token,
                    unsigned int seconds,
                    GCancellable *cancellable,
                    GAsyncReadyCallback callback,
                    gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  Wait *wait;

  g_return_if_fail (MP_IS_SYNC (self));
  g_return_if_fail (token != NULL);

  wait = g_new0 (Wait, 1);
  wait->token = mp_secret_ref (token);
  wait->seconds = seconds;
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, mp_sync_wait_async);
  g_task_set_task_data (task, wait, (GDestroyNotify) wait_free);
  mp_store_get_meta_async (self->store, MP_META_CURSOR, cancellable, cursor_read_cb,
                           g_steal_pointer (&task));
}

/**
 * mp_sync_wait_finish:
 * @self: a sync
 * @result: the result given to the callback
 * @news: (out): whether a run would bring something
 * @error: return location
 *
 * Returns: %TRUE, or %FALSE with @error set
 */
gboolean
mp_sync_wait_finish (MpSync *self, GAsyncResult *result, gboolean *news, GError **error)
{
  const gboolean failed = g_task_had_error (G_TASK (result));

  g_return_val_if_fail (MP_IS_SYNC (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, mp_sync_wait_async), FALSE);

  *news = g_task_propagate_boolean (G_TASK (result), error);
  return !failed;
}
