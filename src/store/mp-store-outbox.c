/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-store-private.h"

#include <string.h>

#include "mp-error.h"
#include "mp-json.h"
#include "mp-revision.h"
#include "mp-stored-record-private.h"

/* What goes to the server, and what its answers do to the store. */

/* What the server takes at once, with room for what is around the operations. */
#define MAX_OPERATIONS 500
#define MAX_BATCH_BYTES (900 * 1024)

/* A record as it was when it was found fit to be sent. */
typedef struct
{
  char *id;
  int64_t version;
} Candidate;

typedef struct
{
  GPtrArray *operations; /* (element-type MpOperation) */
  size_t size_bytes;
} Batch;

static void
candidate_free (Candidate *candidate)
{
  g_free (candidate->id);
  g_free (candidate);
}

static gboolean
batch_has_room (const Batch *batch, size_t size_bytes)
{
  return batch->operations->len == 0 || (batch->operations->len < MAX_OPERATIONS &&
                                         batch->size_bytes + size_bytes <= MAX_BATCH_BYTES);
}

static void
batch_take (Batch *batch, MpOperation *operation, size_t size_bytes)
{
  g_ptr_array_add (batch->operations, operation);
  batch->size_bytes += size_bytes;
}

static gboolean
delete_operation (MpStoreConnection *connection, const char *op, GError **error)
{
  return mp_store_sql_run (connection->db, error, "DELETE FROM outbox WHERE op = ?1", "t", op);
}

/* Adds the operations that @sql (kind, target, op, body, digest) finds, as many as fit. */
static gboolean
read_operations (MpStoreConnection *connection, const char *sql, Batch *batch, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = mp_store_sql_query (connection->db, error, sql, "");
  MpStoreStep step;

  while ((step = mp_store_sql_step (statement, error)) == MP_STORE_ROW)
    {
      const char *text = mp_store_sql_text (statement, 3);
      g_autoptr (JsonObject) body = mp_store_body_read (text, mp_store_sql_text (statement, 4));
      MpOperation *operation = body != NULL ? mp_operation_new_from_json (body, NULL) : NULL;

      if (operation == NULL && g_str_equal (mp_store_sql_text (statement, 0), "settings"))
        g_hash_table_add (connection->damaged_records, g_strdup (mp_store_sql_text (statement, 1)));
      else if (operation == NULL)
        {
          g_message ("an operation on credential %s was damaged and is lost",
                     mp_store_sql_text (statement, 1));
          if (!delete_operation (connection, mp_store_sql_text (statement, 2), error) ||
              !mp_store_rows_add_lost (connection, 1, error))
            return FALSE;
        }
      else if (!batch_has_room (batch, strlen (text)))
        {
          g_object_unref (operation);
          return TRUE;
        }
      else
        batch_take (batch, operation, strlen (text));
    }
  return step == MP_STORE_DONE;
}

static gboolean
mark_in_flight (MpStoreConnection *connection, const Batch *batch, GError **error)
{
  for (unsigned int i = 0; i < batch->operations->len; i++)
    {
      MpOperation *operation = g_ptr_array_index (batch->operations, i);

      if (!mp_store_sql_run (connection->db, error,
                             "UPDATE outbox SET state = 'in-flight',"
                             " mark = mp_digest (op, kind, target, action, 'in-flight')"
                             " WHERE op = ?1",
                             "t", mp_operation_get_op (operation)))
        return FALSE;
    }
  return TRUE;
}

/* Does what is pending refer to a credential that the server does not have yet? */
static gboolean
needs_unsent (MpRecordEntry *entry, GPtrArray *unsent)
{
  MpChanges *set = entry->pending.set;

  for (unsigned int i = 0; i < mp_changes_get_size (set); i++)
    {
      const char *text = mp_json_node_get_string (mp_changes_get_value (set, i));

      if (text != NULL && g_ptr_array_find_with_equal_func (unsent, text, g_str_equal, NULL))
        return TRUE;
    }
  return FALSE;
}

static gboolean
freeze_record (MpStoreConnection *connection,
               const Candidate *candidate,
               GPtrArray *unsent,
               Batch *batch,
               GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (MpRecordEntry) entry =
                 mp_store_rows_load_entry (connection, candidate->id, &local_error);
  g_autofree char *op = NULL;
  g_autoptr (JsonObject) body = NULL;
  g_autofree char *text = NULL;

  if (g_error_matches (local_error, MP_ERROR, MP_ERROR_NOT_FOUND))
    return TRUE;
  if (entry == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (entry->version != candidate->version || !mp_record_entry_can_freeze (entry) ||
      needs_unsent (entry, unsent))
    return TRUE;

  op = mp_clock_dup_uuid (connection->clock);
  mp_record_entry_freeze (entry, op);
  body = mp_operation_to_json (entry->in_flight);
  text = mp_store_body_new (body, NULL);
  if (!batch_has_room (batch, strlen (text)))
    return TRUE;

  batch_take (batch, g_object_ref (entry->in_flight), strlen (text));
  return mp_store_rows_save_entry (connection, entry, error);
}

static gboolean
freeze_records (MpStoreConnection *connection, GPtrArray *candidates, Batch *batch, GError **error)
{
  g_autoptr (GPtrArray) unsent = mp_store_rows_list_ids (
      connection, "SELECT target FROM outbox WHERE kind = 'credential' AND action = 'add'", error);

  if (unsent == NULL)
    return FALSE;

  for (unsigned int i = 0; i < candidates->len; i++)
    {
      if (!freeze_record (connection, candidates->pdata[i], unsent, batch, error))
        return FALSE;
    }
  return TRUE;
}

/*
 * In this order: what is in flight already (its answer got lost); credentials, because records
 * refer to them; records; and credentials to be revoked, once the server's records no longer refer
 * to them.
 */
static gboolean
freeze (MpStoreConnection *connection, gpointer input, gpointer *output, GError **error)
{
  g_autoptr (GPtrArray) operations = g_ptr_array_new_with_free_func (g_object_unref);
  Batch batch = { operations, 0 };

  if (!read_operations (connection,
                        "SELECT kind, target, op, body, digest FROM outbox"
                        " WHERE state = 'in-flight' ORDER BY position",
                        &batch, error))
    return FALSE;
  if (operations->len == 0 &&
      (!read_operations (connection,
                         "SELECT kind, target, op, body, digest FROM outbox"
                         " WHERE kind = 'credential' AND state = 'pending' AND action <> 'revoke'"
                         " AND target NOT IN"
                         " (SELECT target FROM outbox WHERE state = 'unsealed')"
                         " ORDER BY position",
                         &batch, error) ||
       !mark_in_flight (connection, &batch, error)))
    return FALSE;
  if (operations->len == 0 && !freeze_records (connection, input, &batch, error))
    return FALSE;
  if (operations->len == 0 &&
      (!read_operations (connection,
                         "SELECT kind, target, op, body, digest FROM outbox"
                         " WHERE kind = 'credential' AND state = 'pending' AND action = 'revoke'"
                         " AND target NOT IN"
                         " (SELECT target FROM outbox WHERE state = 'unsealed')"
                         " AND NOT EXISTS (SELECT 1 FROM records WHERE instr (base, target) > 0"
                         " AND NOT json_extract (base, '$.archived'))"
                         " ORDER BY position",
                         &batch, error) ||
       !mark_in_flight (connection, &batch, error)))
    return FALSE;

  *output = g_steal_pointer (&operations);
  return TRUE;
}

/* The first records that wait behind a place in the outbox. */
typedef struct
{
  GPtrArray *records; /* (element-type MpStoredRecord) */
  int64_t last;       /* the place of the last one that was looked at */
} Waiting;

static void
waiting_free (Waiting *waiting)
{
  g_clear_pointer (&waiting->records, g_ptr_array_unref);
  g_free (waiting);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Waiting, waiting_free)

static gboolean
add_waiting (MpStoreConnection *connection, Waiting *waiting, const char *id, GError **error)
{
  g_autoptr (MpRecordEntry) entry = mp_store_rows_load_entry (connection, id, error);

  if (entry == NULL)
    return FALSE;
  if (mp_record_entry_can_freeze (entry))
    g_ptr_array_add (waiting->records, mp_stored_record_new (entry));
  return TRUE;
}

static gboolean
list_waiting (MpStoreConnection *connection, gpointer input, gpointer *output, GError **error)
{
  const int64_t *after = input;
  g_autoptr (Waiting) waiting = g_new0 (Waiting, 1);
  g_autoptr (sqlite3_stmt) statement = mp_store_sql_query (
      connection->db, error,
      "SELECT target, position FROM outbox"
      " WHERE kind = 'settings' AND state = 'pending' AND position > ?1"
      " ORDER BY position LIMIT " G_STRINGIFY (MAX_OPERATIONS),
      "i", *after);
  MpStoreStep step;

  waiting->records = g_ptr_array_new_with_free_func (g_object_unref);
  while ((step = mp_store_sql_step (statement, error)) == MP_STORE_ROW)
    {
      if (!add_waiting (connection, waiting, mp_store_sql_text (statement, 0), error))
        return FALSE;
      waiting->last = sqlite3_column_int64 (statement, 1);
    }
  *output = g_steal_pointer (&waiting);
  return step == MP_STORE_DONE;
}

static gboolean
answer_record (MpStoreConnection *connection, const char *id, MpPushResult *result, GError **error)
{
  g_autoptr (MpRecordEntry) entry = mp_store_rows_load_entry (connection, id, error);
  g_autofree char *cursor = NULL;
  g_autofree char *epoch = NULL;
  MpFeedMark mark = { 0 };

  if (entry == NULL || !mp_store_rows_get_meta (connection, MP_META_CURSOR, &cursor, error))
    return FALSE;

  if (mp_revision_parse (cursor, &epoch, &mark.sequence))
    mark.epoch = epoch;
  return !mp_record_entry_answer (entry, connection->registry, result, &mark) ||
         mp_store_rows_save_entry (connection, entry, error);
}

static gboolean
is_key_retired (MpPushResult *result)
{
  return mp_push_result_get_status (result) == MP_PUSH_INVALID &&
         mp_push_result_has_error (result, MP_PUSH_KEY_RETIRED);
}

/* The server never got the credential: nothing that was to be done with it can be done. */
static gboolean
forget_credential (MpStoreConnection *connection, const char *id, GError **error)
{
  return mp_store_sql_run (connection->db, error,
                           "DELETE FROM outbox WHERE kind = 'credential' AND target = ?1", "t",
                           id) &&
         mp_store_sql_run (connection->db, error, "DELETE FROM keys WHERE credential = ?1", "t",
                           id) &&
         mp_store_rows_save_credential (connection, id, NULL, NULL, error);
}

static gboolean
answer_credential (MpStoreConnection *connection,
                   const char *id,
                   const char *action,
                   MpPushResult *result,
                   GError **error)
{
  const gboolean applied = mp_push_result_get_status (result) == MP_PUSH_APPLIED;
  const gboolean is_add = g_str_equal (action, "add");
  /* A server that has it already took the addition before its records of it were purged. */
  const gboolean done =
      applied || (is_add && mp_push_result_get_status (result) == MP_PUSH_CONFLICT);
  MpCredential *credential = mp_push_result_get_credential (result);
  g_autoptr (JsonObject) object = NULL;
  g_autofree char *base = NULL;
  g_autofree char *local = NULL;
  g_autofree char *shown = NULL;
  gboolean has_operations;

  if (is_key_retired (result))
    return mp_store_sql_run (connection->db, error,
                             "UPDATE outbox SET state = 'unsealed',"
                             " mark = mp_digest (op, kind, target, action, 'unsealed')"
                             " WHERE op = ?1",
                             "t", mp_push_result_get_op (result));

  if (!delete_operation (connection, mp_push_result_get_op (result), error) ||
      !mp_store_rows_load_credential (connection, id, &base, &local, error) ||
      !mp_store_rows_has_operations (connection, id, &has_operations, error))
    return FALSE;
  if (base == NULL && local == NULL)
    return TRUE;
  if (is_add && !done && base == NULL)
    return forget_credential (connection, id, error);

  /* Somebody replaced it before us: our secret has another version than we gave it. */
  if (applied && credential != NULL && g_str_equal (action, "replace") &&
      !mp_store_sql_run (connection->db, error,
                         "UPDATE keys SET version = ?2, mark = mp_digest (credential, ?2)"
                         " WHERE credential = ?1",
                         "ti", id, (int64_t) mp_credential_get_version (credential)))
    return FALSE;

  /* Until the feed brings it, what the server answered is shown, unless the feed has been here. */
  if (has_operations)
    shown = g_steal_pointer (&local);
  else if (done && credential != NULL && (base == NULL || !mp_push_result_get_duplicate (result)))
    {
      object = mp_credential_to_json (credential);
      shown = mp_store_body_new (object, NULL);
    }
  return mp_store_rows_save_credential (connection, id, base, shown, error);
}

static gboolean
apply_result (MpStoreConnection *connection, MpPushResult *result, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = mp_store_sql_query (
      connection->db, error,
      "SELECT kind, target, action FROM outbox WHERE op = ?1 AND state = 'in-flight'", "t",
      mp_push_result_get_op (result));
  g_autofree char *target = NULL;
  g_autofree char *action = NULL;
  gboolean is_record;

  switch (mp_store_sql_step (statement, error))
    {
    case MP_STORE_ROW:
      is_record = g_str_equal (mp_store_sql_text (statement, 0), "settings");
      target = g_strdup (mp_store_sql_text (statement, 1));
      action = g_strdup (mp_store_sql_text (statement, 2));
      break;
    case MP_STORE_DONE:
      return TRUE; /* It has had its answer, perhaps through another process. */
    case MP_STORE_FAILED:
    default:
      return FALSE;
    }
  return is_record ? answer_record (connection, target, result, error)
                   : answer_credential (connection, target, action, result, error);
}

static gboolean
apply_results (MpStoreConnection *connection, gpointer input, gpointer *output, GError **error)
{
  GPtrArray *results = input;

  for (unsigned int i = 0; i < results->len; i++)
    {
      if (!apply_result (connection, results->pdata[i], error))
        return FALSE;
    }
  return TRUE;
}

/**
 * mp_store_list_waiting_async:
 * @self: a store
 * @after: a place in the outbox; 0: from its start
 * @cancellable: (nullable): to cancel it with
 * @callback: called when they are read
 * @user_data: for @callback
 *
 * Lists the first records behind @after with changes that could go to the server: as many as one
 * request takes.
 */
void
mp_store_list_waiting_async (MpStore *self,
                             int64_t after,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  const MpStoreCall call = {
    .source_tag = mp_store_list_waiting_async,
    .access = MP_STORE_READS,
    .work = list_waiting,
    .input = g_memdup2 (&after, sizeof after),
    .free_input = g_free,
    .free_output = (GDestroyNotify) waiting_free,
  };

  g_return_if_fail (MP_IS_STORE (self));

  mp_store_push (self, &call, cancellable, callback, user_data);
}

/**
 * mp_store_list_waiting_finish:
 * @self: a store
 * @result: the result given to the callback
 * @last: (out): the place from which to list the next ones; 0: there are no more
 * @error: return location
 *
 * Returns: (transfer full) (element-type MpStoredRecord): the records, those first that wait
 * longest
 */
GPtrArray *
mp_store_list_waiting_finish (MpStore *self, GAsyncResult *result, int64_t *last, GError **error)
{
  g_autoptr (Waiting) waiting =
                 mp_store_take_output (self, result, mp_store_list_waiting_async, error);

  g_return_val_if_fail (last != NULL, NULL);

  if (waiting == NULL)
    return NULL;
  *last = waiting->last;
  return g_steal_pointer (&waiting->records);
}

/**
 * mp_store_freeze_async:
 * @self: a store
 * @records: (element-type MpStoredRecord): those of mp_store_list_waiting_finish () that may go
 * @cancellable: (nullable): to cancel it with, before it has begun
 * @callback: called when it is on disk
 * @user_data: for @callback
 *
 * Makes the next batch of operations for the server. They stay as they are, and are handed out
 * again and again, until mp_store_apply_results_async () had their answers. A record that changed
 * since it was listed is left out.
 */
void
mp_store_freeze_async (MpStore *self,
                       GPtrArray *records,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  GPtrArray *candidates;
  MpStoreCall call = {
    .source_tag = mp_store_freeze_async,
    .access = MP_STORE_WRITES_QUIETLY,
    .work = freeze,
    .free_input = (GDestroyNotify) g_ptr_array_unref,
    .free_output = (GDestroyNotify) g_ptr_array_unref,
  };

  g_return_if_fail (MP_IS_STORE (self));
  g_return_if_fail (records != NULL);

  candidates = g_ptr_array_new_with_free_func ((GDestroyNotify) candidate_free);
  for (unsigned int i = 0; i < records->len; i++)
    {
      Candidate *candidate = g_new0 (Candidate, 1);

      candidate->id = g_strdup (mp_stored_record_get_id (records->pdata[i]));
      candidate->version = mp_stored_record_get_version (records->pdata[i]);
      g_ptr_array_add (candidates, candidate);
    }
  call.input = candidates;
  mp_store_push (self, &call, cancellable, callback, user_data);
}

/**
 * mp_store_freeze_finish:
 * @self: a store
 * @result: the result given to the callback
 * @error: return location
 *
 * Returns: (transfer full) (element-type MpOperation): the batch, in the order in which it must be
 *   done; empty when there is nothing to send
 */
GPtrArray *
mp_store_freeze_finish (MpStore *self, GAsyncResult *result, GError **error)
{
  return mp_store_take_output (self, result, mp_store_freeze_async, error);
}

/**
 * mp_store_apply_results_async:
 * @self: a store
 * @results: (element-type MpPushResult) (transfer full): the server's answers; they go to another
 *   thread
 * @cancellable: (nullable): to cancel it with, before it has begun
 * @callback: called when it is on disk
 * @user_data: for @callback
 *
 * Ends operations. An answer that came before, or for which nothing waits, does nothing.
 */
void
mp_store_apply_results_async (MpStore *self,
                              GPtrArray *results,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  MpStoreCall call = {
    .source_tag = mp_store_apply_results_async,
    .access = MP_STORE_WRITES,
    .work = apply_results,
    .input = results,
    .free_input = (GDestroyNotify) g_ptr_array_unref,
  };

  g_return_if_fail (MP_IS_STORE (self));
  g_return_if_fail (results != NULL);

  mp_store_push (self, &call, cancellable, callback, user_data);
}

/**
 * mp_store_apply_results_finish:
 * @self: a store
 * @result: the result given to the callback
 * @error: return location
 *
 * Returns: %TRUE, or %FALSE with @error set: then the operations are still in flight
 */
gboolean
mp_store_apply_results_finish (MpStore *self, GAsyncResult *result, GError **error)
{
  return mp_store_take_success (self, result, mp_store_apply_results_async, error);
}
