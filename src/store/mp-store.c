/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-store-private.h"

#include "mp-error.h"
#include "mp-stored-record-private.h"

/*
 * The file is used by one thread only, which takes the calls in their order; each is a transaction.
 * Texts go there, new objects come back.
 */
struct _MpStore
{
  GObject parent_instance;

  GThread *thread; /* (nullable): closed */
  GAsyncQueue *queue;
};

G_DEFINE_FINAL_TYPE (MpStore, mp_store, G_TYPE_OBJECT)

enum
{
  CHANGED,
  N_SIGNALS,
};

static unsigned int signals[N_SIGNALS];

typedef struct
{
  GTask *task; /* (nullable): nobody waits: the thread shall end */
  GMainContext *context;
  MpStoreCall call;
  gboolean last;
  gpointer output;
  GError *error;
  MpStoreDelta *delta;
} Job;

/* What the thread starts with. */
typedef struct
{
  char *directory;
  MpRegistry *registry;
  MpClock *clock;
  GAsyncQueue *queue;
  Job *opening;
} Start;

static void
job_free (Job *job)
{
  g_clear_object (&job->task);
  g_clear_pointer (&job->context, g_main_context_unref);
  g_clear_error (&job->error);
  g_clear_object (&job->delta);
  if (job->output != NULL && job->call.free_output != NULL)
    job->call.free_output (job->output);
  g_free (job);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Job, job_free)

static Job *
job_new (GTask *task, const MpStoreCall *call)
{
  Job *job = g_new0 (Job, 1);

  job->task = task;
  job->context = g_main_context_ref (g_task_get_context (task));
  if (call != NULL)
    job->call = *call;
  return job;
}

static void
start_free (Start *start)
{
  g_free (start->directory);
  g_object_unref (start->registry);
  g_object_unref (start->clock);
  g_async_queue_unref (start->queue);
  g_free (start);
}

/* @stored: (nullable) */
static void
free_stored_record (gpointer stored)
{
  g_clear_object ((MpStoredRecord **) &stored);
}

static void
connection_free (MpStoreConnection *connection)
{
  mp_store_file_close (&connection->file);
  g_object_unref (connection->registry);
  g_object_unref (connection->clock);
  g_hash_table_unref (connection->touched_records);
  g_hash_table_unref (connection->touched_credentials);
  g_hash_table_unref (connection->damaged_records);
  g_free (connection);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpStoreConnection, connection_free)

static MpStoreConnection *
connection_new (const Start *start, GError **error)
{
  g_autoptr (MpStoreConnection) connection = g_new0 (MpStoreConnection, 1);

  connection->file.lock = -1;
  connection->registry = g_object_ref (start->registry);
  connection->clock = g_object_ref (start->clock);
  connection->touched_records =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_stored_record);
  connection->touched_credentials = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  connection->damaged_records = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  if (!mp_store_file_open (start->directory, &connection->file, error))
    return NULL;

  connection->db = connection->file.db;
  if (!mp_store_verify (connection, connection->file.set_aside, error) ||
      !mp_store_sql_get_int (connection->db, "PRAGMA data_version", &connection->data_version,
                             error))
    return NULL;
  return g_steal_pointer (&connection);
}

static gboolean
begin (MpStoreConnection *connection, MpStoreAccess access, GError **error)
{
  g_hash_table_remove_all (connection->touched_records);
  g_hash_table_remove_all (connection->touched_credentials);
  return mp_store_sql_run (connection->db, error,
                           access == MP_STORE_READS ? "BEGIN" : "BEGIN IMMEDIATE", "");
}

static void
roll_back (MpStoreConnection *connection)
{
  if (!sqlite3_get_autocommit (connection->db))
    mp_store_sql_run (connection->db, NULL, "ROLLBACK", "");
}

/*
 * Damaged rows are written anew without what is damaged, and the next sync reads everything again.
 */
static gboolean
write_repaired (MpStoreConnection *connection, GError **error)
{
  g_autoptr (GList) ids = g_hash_table_get_keys (connection->damaged_records);

  for (GList *item = ids; item != NULL; item = item->next)
    {
      g_autofree char *id = g_strdup (item->data);
      g_autoptr (GError) local_error = NULL;
      g_autoptr (MpRecordEntry) entry = mp_store_rows_load_entry (connection, id, &local_error);

      if (g_error_matches (local_error, MP_ERROR, MP_ERROR_NOT_FOUND))
        continue;
      if (entry == NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      /* Lost with all there was of it: no record is left to say so. */
      if (mp_record_entry_is_void (entry) && entry->errors != NULL &&
          !mp_store_rows_add_lost (connection, 1, error))
        return FALSE;
      if (!mp_store_rows_save_entry (connection, entry, error))
        return FALSE;
    }
  return mp_store_rows_begin_listing (connection, MP_LISTING_EXPIRED, error);
}

static void
repair (MpStoreConnection *connection, Job *job)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MpStoreDelta) delta = NULL;

  if (!begin (connection, MP_STORE_WRITES, &error) || !write_repaired (connection, &error) ||
      (delta = mp_store_rows_build_delta (connection, TRUE, &error)) == NULL ||
      !mp_store_sql_run (connection->db, &error, "COMMIT", ""))
    {
      g_message ("the damaged rows could not be written anew: %s", error->message);
      roll_back (connection);
    }
  else
    {
      g_set_object (&job->delta, delta);
    }
  g_hash_table_remove_all (connection->damaged_records);
}

static gboolean
commit (MpStoreConnection *connection, Job *job)
{
  if (job->call.access == MP_STORE_WRITES)
    {
      MpStoreDelta *delta = mp_store_rows_build_delta (connection, FALSE, &job->error);

      if (delta == NULL)
        return FALSE;
      g_clear_object (&job->delta);
      job->delta = delta;
    }
  if (mp_store_sql_run (connection->db, &job->error, "COMMIT", ""))
    return TRUE;

  /* It may be durable all the same: whoever watches sees what is really there. */
  roll_back (connection);
  g_clear_object (&job->delta);
  if (begin (connection, MP_STORE_READS, NULL))
    {
      job->delta = mp_store_rows_build_delta (connection, TRUE, NULL);
      roll_back (connection);
    }
  return FALSE;
}

static void
run_call (MpStoreConnection *connection, Job *job)
{
  GCancellable *cancellable = g_task_get_cancellable (job->task);

  if (!g_cancellable_set_error_if_cancelled (cancellable, &job->error) &&
      begin (connection, job->call.access, &job->error))
    {
      if (!job->call.work (connection, job->call.input, &job->output, &job->error) ||
          !commit (connection, job))
        roll_back (connection);
    }
  if (g_hash_table_size (connection->damaged_records) > 0)
    repair (connection, job);

  if (job->call.free_input != NULL)
    job->call.free_input (job->call.input);
  job->call.input = NULL;
}

/* Back in the caller's thread. */
static gboolean
deliver_job_cb (gpointer user_data)
{
  Job *job = user_data;
  gpointer source = g_task_get_source_object (job->task);
  gpointer opened = g_task_get_task_data (job->task);

  if (job->delta != NULL && source != NULL)
    g_signal_emit (source, signals[CHANGED], 0, job->delta);

  if (job->last && source != NULL)
    g_clear_pointer (&MP_STORE (source)->thread, g_thread_join);
  if (job->error != NULL && opened != NULL)
    g_clear_pointer (&MP_STORE (opened)->thread, g_thread_join);

  if (job->error != NULL)
    g_task_return_error (job->task, g_steal_pointer (&job->error));
  else if (opened != NULL)
    g_task_return_pointer (job->task, g_object_ref (opened), g_object_unref);
  else
    g_task_return_pointer (job->task, g_steal_pointer (&job->output), job->call.free_output);
  return G_SOURCE_REMOVE;
}

/* @job: (transfer full). Not g_main_context_invoke (): it may call here, in this thread. */
static void
deliver (Job *job)
{
  g_autoptr (GMainContext) context = g_main_context_ref (job->context);
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, deliver_job_cb, job, (GDestroyNotify) job_free);
  g_source_attach (source, context);
}

static gpointer
worker_main (gpointer user_data)
{
  Start *start = user_data;
  g_autoptr (GAsyncQueue) queue = g_async_queue_ref (start->queue);
  Job *opening = start->opening;
  MpStoreConnection *connection = connection_new (start, &opening->error);
  gboolean last = connection == NULL;

  start_free (start);
  deliver (opening);

  while (!last)
    {
      Job *job = g_async_queue_pop (queue);

      last = job->last;
      if (job->task == NULL)
        {
          job_free (job);
          continue;
        }
      if (last)
        g_clear_pointer (&connection, connection_free);
      else
        run_call (connection, job);
      deliver (job);
    }
  g_clear_pointer (&connection, connection_free);
  return NULL;
}

static gboolean
load_everything (MpStoreConnection *connection, gpointer input, gpointer *output, GError **error)
{
  *output = mp_store_rows_build_delta (connection, TRUE, error);
  return *output != NULL;
}

static gboolean
load_if_changed (MpStoreConnection *connection, gpointer input, gpointer *output, GError **error)
{
  int64_t data_version;

  if (!mp_store_sql_get_int (connection->db, "PRAGMA data_version", &data_version, error))
    return FALSE;
  if (data_version == connection->data_version)
    return TRUE;
  if (!load_everything (connection, NULL, output, error))
    return FALSE;

  connection->data_version = data_version;
  return TRUE;
}

static void
mp_store_dispose (GObject *object)
{
  MpStore *self = MP_STORE (object);

  if (self->thread != NULL)
    {
      Job *job = g_new0 (Job, 1);

      job->last = TRUE;
      g_async_queue_push (self->queue, job);
      g_clear_pointer (&self->thread, g_thread_join);
    }

  G_OBJECT_CLASS (mp_store_parent_class)->dispose (object);
}

static void
mp_store_finalize (GObject *object)
{
  MpStore *self = MP_STORE (object);

  g_clear_pointer (&self->queue, g_async_queue_unref);

  G_OBJECT_CLASS (mp_store_parent_class)->finalize (object);
}

static void
mp_store_class_init (MpStoreClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = mp_store_dispose;
  object_class->finalize = mp_store_finalize;

  /**
   * MpStore::changed:
   * @self: the store
   * @delta: what changed
   *
   * After a transaction of this process, or when another process' one was noticed.
   */
  signals[CHANGED] = g_signal_new ("changed", MP_TYPE_STORE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 1, MP_TYPE_STORE_DELTA);
}

static void
mp_store_init (MpStore *self)
{
  self->queue = g_async_queue_new ();
}

/*
 * mp_store_push:
 * @call: what to do; its input is taken over
 */
void
mp_store_push (MpStore *self,
               const MpStoreCall *call,
               GCancellable *cancellable,
               GAsyncReadyCallback callback,
               gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, call->source_tag);
  /* What is committed is not reported as cancelled. */
  g_task_set_check_cancellable (task, FALSE);

  if (self->thread == NULL)
    {
      if (call->free_input != NULL)
        call->free_input (call->input);
      g_task_return_new_error (task, MP_ERROR, MP_ERROR_FAILED, "the store is closed");
      return;
    }
  g_async_queue_push (self->queue, job_new (g_steal_pointer (&task), call));
}

/*
 * mp_store_take_output:
 *
 * Returns: (transfer full) (nullable): what the work handed out
 */
gpointer
mp_store_take_output (MpStore *self, GAsyncResult *result, gpointer source_tag, GError **error)
{
  g_return_val_if_fail (MP_IS_STORE (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, source_tag), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/*
 * mp_store_take_success:
 *
 * For work that hands out nothing.
 */
gboolean
mp_store_take_success (MpStore *self, GAsyncResult *result, gpointer source_tag, GError **error)
{
  const gboolean failed = g_task_had_error (G_TASK (result));
  gpointer output = mp_store_take_output (self, result, source_tag, error);

  g_return_val_if_fail (output == NULL, FALSE);
  return !failed;
}

/**
 * mp_store_open_async:
 * @directory: the store's folder; made when it is missing
 * @registry: what a record is
 * @clock: the time
 * @cancellable: (nullable): not used: opening is short
 * @callback: called when it is open
 * @user_data: for @callback
 *
 * Opens a store, moving its file to the newest version.
 */
void
mp_store_open_async (const char *directory,
                     MpRegistry *registry,
                     MpClock *clock,
                     GCancellable *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer user_data)
{
  g_autoptr (MpStore) self = NULL;
  g_autoptr (GTask) task = NULL;
  Start *start;

  g_return_if_fail (directory != NULL);
  g_return_if_fail (MP_IS_REGISTRY (registry));
  g_return_if_fail (MP_IS_CLOCK (clock));

  self = g_object_new (MP_TYPE_STORE, NULL);
  task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_source_tag (task, mp_store_open_async);
  g_task_set_task_data (task, g_object_ref (self), g_object_unref);

  start = g_new0 (Start, 1);
  start->directory = g_strdup (directory);
  start->registry = g_object_ref (registry);
  start->clock = g_object_ref (clock);
  start->queue = g_async_queue_ref (self->queue);
  start->opening = job_new (g_steal_pointer (&task), NULL);
  self->thread = g_thread_new ("mp-store", worker_main, start);
}

/**
 * mp_store_open_finish:
 * @result: the result given to the callback
 * @error: return location
 *
 * Fails with %MP_ERROR_NEWER for the file of a newer version, which stays as it is,
 * %MP_ERROR_INVALID when the file is no store, %MP_ERROR_STORAGE.
 *
 * Returns: (transfer full): the store, or %NULL with @error set
 */
MpStore *
mp_store_open_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, mp_store_open_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * mp_store_close_async:
 * @self: a store
 * @callback: called when the file is closed
 * @user_data: for @callback
 *
 * Ends the store after the calls made before. Later ones fail.
 */
void
mp_store_close_async (MpStore *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  Job *job;

  g_return_if_fail (MP_IS_STORE (self));

  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, mp_store_close_async);
  if (self->thread == NULL)
    {
      g_task_return_pointer (task, NULL, NULL);
      return;
    }
  job = job_new (g_steal_pointer (&task), NULL);
  job->last = TRUE;
  g_async_queue_push (self->queue, job);
}

/**
 * mp_store_close_finish:
 * @self: a store
 * @result: the result given to the callback
 * @error: return location
 *
 * Returns: %TRUE
 */
gboolean
mp_store_close_finish (MpStore *self, GAsyncResult *result, GError **error)
{
  return mp_store_take_success (self, result, mp_store_close_async, error);
}

/**
 * mp_store_load_async:
 * @self: a store
 * @cancellable: (nullable): to cancel it with
 * @callback: called when it is read
 * @user_data: for @callback
 *
 * Reads everything.
 */
void
mp_store_load_async (MpStore *self,
                     GCancellable *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer user_data)
{
  const MpStoreCall call = {
    .source_tag = mp_store_load_async,
    .access = MP_STORE_READS,
    .work = load_everything,
    .free_output = g_object_unref,
  };

  g_return_if_fail (MP_IS_STORE (self));

  mp_store_push (self, &call, cancellable, callback, user_data);
}

/**
 * mp_store_load_finish:
 * @self: a store
 * @result: the result given to the callback
 * @error: return location
 *
 * Returns: (transfer full): all that the store holds, or %NULL with @error set
 */
MpStoreDelta *
mp_store_load_finish (MpStore *self, GAsyncResult *result, GError **error)
{
  return mp_store_take_output (self, result, mp_store_load_async, error);
}

/**
 * mp_store_check_async:
 * @self: a store
 * @cancellable: (nullable): to cancel it with
 * @callback: called when it is known
 * @user_data: for @callback
 *
 * Looks whether another process wrote to the file; cheap enough for every other second.
 */
void
mp_store_check_async (MpStore *self,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  const MpStoreCall call = {
    .source_tag = mp_store_check_async,
    .access = MP_STORE_READS,
    .work = load_if_changed,
    .free_output = g_object_unref,
  };

  g_return_if_fail (MP_IS_STORE (self));

  mp_store_push (self, &call, cancellable, callback, user_data);
}

/**
 * mp_store_check_finish:
 * @self: a store
 * @result: the result given to the callback
 * @changed: (out) (optional): whether another process wrote; "changed" has then told what is there
 * @error: return location
 *
 * Returns: %TRUE, or %FALSE with @error set
 */
gboolean
mp_store_check_finish (MpStore *self, GAsyncResult *result, gboolean *changed, GError **error)
{
  const gboolean failed = g_task_had_error (G_TASK (result));
  g_autoptr (MpStoreDelta) delta = mp_store_take_output (self, result, mp_store_check_async, error);

  if (changed != NULL)
    *changed = delta != NULL;
  if (delta != NULL)
    g_signal_emit (self, signals[CHANGED], 0, delta);
  return !failed;
}
