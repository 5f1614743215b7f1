/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-store-private.h"

#include "mp-error.h"
#include "mp-json.h"
#include "mp-stored-record-private.h"

/* How many edits of a record are kept for undo. */
#define MAX_EDITS_TEXT "200"

/* The input of a call about one record; what is JSON is a text until it is in the worker. */
typedef struct
{
  char *id;
  char *body; /* (nullable) */
  gboolean archived;
} RecordInput;

/* A change to a record that is there: what one of the calls below does to it. */
typedef gboolean (*ChangeEntry) (MpStoreConnection *connection,
                                 MpRecordEntry *entry,
                                 const RecordInput *input,
                                 GError **error);

static void
record_input_free (RecordInput *input)
{
  g_free (input->id);
  g_free (input->body);
  g_free (input);
}

static RecordInput *
record_input_new (const char *id, JsonObject *body)
{
  RecordInput *input = g_new0 (RecordInput, 1);

  input->id = g_strdup (id);
  input->body = body != NULL ? mp_store_body_new (body, NULL) : NULL;
  return input;
}

static void
stored_edit_free (MpStoredEdit *edit)
{
  g_clear_pointer (&edit->before, mp_changes_unref);
  g_clear_pointer (&edit->after, mp_changes_unref);
  g_free (edit);
}

static gboolean
save_and_answer (MpStoreConnection *connection,
                 MpRecordEntry *entry,
                 gpointer *output,
                 GError **error)
{
  if (!mp_store_rows_save_entry (connection, entry, error))
    return FALSE;
  if (mp_record_entry_is_void (entry))
    return TRUE;

  entry->version++;
  *output = mp_stored_record_new (entry);
  return TRUE;
}

static gboolean
create_record (MpStoreConnection *connection, gpointer data, gpointer *output, GError **error)
{
  const RecordInput *input = data;
  g_autoptr (JsonObject) object = mp_json_parse_object (input->body, -1, error);
  g_autoptr (MpRecord) record = object != NULL ? mp_record_new_from_json (object, error) : NULL;
  g_autoptr (MpRecordEntry) existing = NULL;
  g_autoptr (MpRecordEntry) entry = NULL;

  if (record == NULL)
    return FALSE;

  existing = mp_store_rows_load_entry (connection, input->id, NULL);
  if (existing != NULL)
    {
      g_set_error (error, MP_ERROR, MP_ERROR_INVALID, "there is a record %s already", input->id);
      return FALSE;
    }
  entry = mp_record_entry_new (input->id, mp_record_get_created (record));
  mp_record_entry_create (entry, connection->registry, record);
  entry->version = 0;
  return save_and_answer (connection, entry, output, error);
}

static gboolean
change_record (MpStoreConnection *connection,
               const RecordInput *input,
               ChangeEntry change,
               gpointer *output,
               GError **error)
{
  g_autoptr (MpRecordEntry) entry = mp_store_rows_load_entry (connection, input->id, error);

  if (entry == NULL || !change (connection, entry, input, error))
    return FALSE;
  return save_and_answer (connection, entry, output, error);
}

static char *
changes_to_text (MpChanges *changes)
{
  g_autoptr (JsonObject) object = mp_changes_to_json (changes);

  return mp_store_body_new (object, NULL);
}

static MpChanges *
changes_from_text (const char *text, GError **error)
{
  g_autoptr (JsonObject) object = mp_json_parse_object (text, -1, error);

  return object != NULL ? mp_changes_new_from_json (object, error) : NULL;
}

/* Keeps what an edit changed, for undo. @after: leaf by leaf */
static gboolean
remember_edit (MpStoreConnection *connection, MpRecord *seen, MpChanges *after, GError **error)
{
  const char *id = mp_record_get_id (seen);
  g_autoptr (MpChanges) before = mp_changes_new ();
  g_autofree char *before_text = NULL;
  g_autofree char *after_text = changes_to_text (after);

  for (unsigned int i = 0; i < mp_changes_get_size (after); i++)
    {
      const char *path = mp_changes_get_path (after, i);

      mp_changes_set (before, path, mp_record_get_value (seen, path));
    }
  before_text = changes_to_text (before);

  return mp_store_sql_run (connection->db, error,
                           "INSERT INTO edits (record, at, before, after)"
                           " VALUES (?1, ?2, ?3, ?4)",
                           "titt", id, mp_clock_get_now_unix_us (connection->clock), before_text,
                           after_text) &&
         mp_store_sql_run (connection->db, error,
                           "DELETE FROM edits WHERE record = ?1 AND position NOT IN"
                           " (SELECT position FROM edits WHERE record = ?1"
                           " ORDER BY position DESC LIMIT " MAX_EDITS_TEXT ")",
                           "t", id);
}

static gboolean
edit_entry (MpStoreConnection *connection,
            MpRecordEntry *entry,
            const RecordInput *input,
            GError **error)
{
  g_autoptr (MpChanges) changes = changes_from_text (input->body, error);
  g_autoptr (MpRecord) seen = NULL;
  g_autoptr (MpChanges) leaves = NULL;

  if (changes == NULL)
    return FALSE;

  seen = mp_record_entry_dup_shown (entry);
  leaves = mp_record_entry_edit (entry, connection->registry, changes);
  return mp_changes_get_size (leaves) == 0 || remember_edit (connection, seen, leaves, error);
}

static gboolean
edit_record (MpStoreConnection *connection, gpointer input, gpointer *output, GError **error)
{
  return change_record (connection, input, edit_entry, output, error);
}

static gboolean
archive_entry (MpStoreConnection *connection,
               MpRecordEntry *entry,
               const RecordInput *input,
               GError **error)
{
  mp_record_entry_set_archived (entry, input->archived);
  return TRUE;
}

static gboolean
archive_record (MpStoreConnection *connection, gpointer input, gpointer *output, GError **error)
{
  return change_record (connection, input, archive_entry, output, error);
}

/* The body: {"conflict": {…}, "value": …} */
static gboolean
resolve_entry (MpStoreConnection *connection,
               MpRecordEntry *entry,
               const RecordInput *input,
               GError **error)
{
  g_autoptr (JsonObject) body = mp_json_parse_object (input->body, -1, error);
  JsonObject *object = body != NULL ? mp_json_require_object (body, "conflict", error) : NULL;
  g_autoptr (MpConflict) conflict =
                 object != NULL ? mp_conflict_new_from_json (object, error) : NULL;

  return conflict != NULL &&
         mp_record_entry_resolve (entry, connection->registry, conflict,
                                  json_object_get_member (body, "value"), error);
}

static gboolean
resolve_record (MpStoreConnection *connection, gpointer input, gpointer *output, GError **error)
{
  return change_record (connection, input, resolve_entry, output, error);
}

static gboolean
list_edits (MpStoreConnection *connection, gpointer data, gpointer *output, GError **error)
{
  const RecordInput *input = data;
  g_autoptr (GPtrArray) edits = g_ptr_array_new_with_free_func ((GDestroyNotify) stored_edit_free);
  g_autoptr (sqlite3_stmt) statement = mp_store_sql_query (
      connection->db, error,
      "SELECT at, before, after FROM edits WHERE record = ?1 ORDER BY position DESC", "t",
      input->id);
  MpStoreStep step;

  while ((step = mp_store_sql_step (statement, error)) == MP_STORE_ROW)
    {
      MpStoredEdit *edit = g_new0 (MpStoredEdit, 1);

      g_ptr_array_add (edits, edit);
      edit->at_unix_us = sqlite3_column_int64 (statement, 0);
      edit->before = changes_from_text (mp_store_sql_text (statement, 1), error);
      edit->after =
          edit->before != NULL ? changes_from_text (mp_store_sql_text (statement, 2), error) : NULL;
      if (edit->after == NULL)
        return FALSE;
    }
  if (step != MP_STORE_DONE)
    return FALSE;

  *output = g_steal_pointer (&edits);
  return TRUE;
}

static void
push_change (MpStore *self,
             gpointer source_tag,
             MpStoreWork work,
             RecordInput *input,
             GCancellable *cancellable,
             GAsyncReadyCallback callback,
             gpointer user_data)
{
  const MpStoreCall call = {
    .source_tag = source_tag,
    .access = MP_STORE_WRITES,
    .work = work,
    .input = input,
    .free_input = (GDestroyNotify) record_input_free,
    .free_output = g_object_unref,
  };

  mp_store_push (self, &call, cancellable, callback, user_data);
}

/**
 * mp_store_create_async:
 * @self: a store
 * @record: the record; its revision is not used
 * @cancellable: (nullable): to cancel it with, before it has begun
 * @callback: called when it is on disk
 * @user_data: for @callback
 *
 * Adds a record that goes to the server with the next sync that finds no fault in it.
 */
void
mp_store_create_async (MpStore *self,
                       MpRecord *record,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  g_autoptr (JsonObject) body = NULL;

  g_return_if_fail (MP_IS_STORE (self));
  g_return_if_fail (MP_IS_RECORD (record));

  body = mp_record_to_json (record);
  push_change (self, mp_store_create_async, create_record,
               record_input_new (mp_record_get_id (record), body), cancellable, callback,
               user_data);
}

/**
 * mp_store_create_finish:
 * @self: a store
 * @result: the result given to the callback
 * @error: return location
 *
 * Fails with %MP_ERROR_INVALID when there is such a record already, %MP_ERROR_STORAGE.
 *
 * Returns: (transfer full): the record as it is now
 */
MpStoredRecord *
mp_store_create_finish (MpStore *self, GAsyncResult *result, GError **error)
{
  return mp_store_take_output (self, result, mp_store_create_async, error);
}

/**
 * mp_store_edit_async:
 * @self: a store
 * @record_id: a record's id
 * @changes: what the person changed; may be changed by the caller afterwards
 * @cancellable: (nullable): to cancel it with, before it has begun
 * @callback: called when it is on disk
 * @user_data: for @callback
 *
 * Changes a record here. It goes to the server with the next sync that finds no fault in it.
 */
void
mp_store_edit_async (MpStore *self,
                     const char *record_id,
                     MpChanges *changes,
                     GCancellable *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer user_data)
{
  g_autoptr (JsonObject) body = NULL;

  g_return_if_fail (MP_IS_STORE (self));
  g_return_if_fail (record_id != NULL);
  g_return_if_fail (changes != NULL);

  body = mp_changes_to_json (changes);
  push_change (self, mp_store_edit_async, edit_record, record_input_new (record_id, body),
               cancellable, callback, user_data);
}

/**
 * mp_store_edit_finish:
 * @self: a store
 * @result: the result given to the callback
 * @error: return location
 *
 * Fails with %MP_ERROR_NOT_FOUND, %MP_ERROR_STORAGE.
 *
 * Returns: (transfer full): the record as it is now
 */
MpStoredRecord *
mp_store_edit_finish (MpStore *self, GAsyncResult *result, GError **error)
{
  return mp_store_take_output (self, result, mp_store_edit_async, error);
}

/**
 * mp_store_set_archived_async:
 * @self: a store
 * @record_id: a record's id
 * @archived: whether it shall be in the archive
 * @cancellable: (nullable): to cancel it with, before it has begun
 * @callback: called when it is on disk
 * @user_data: for @callback
 *
 * Archives a record or brings it back.
 */
void
mp_store_set_archived_async (MpStore *self,
                             const char *record_id,
                             gboolean archived,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  RecordInput *input;

  g_return_if_fail (MP_IS_STORE (self));
  g_return_if_fail (record_id != NULL);

  input = record_input_new (record_id, NULL);
  input->archived = archived;
  push_change (self, mp_store_set_archived_async, archive_record, input, cancellable, callback,
               user_data);
}

/**
 * mp_store_set_archived_finish:
 * @self: a store
 * @result: the result given to the callback
 * @error: return location
 *
 * Fails with %MP_ERROR_NOT_FOUND, %MP_ERROR_STORAGE.
 *
 * Returns: (transfer full): the record as it is now
 */
MpStoredRecord *
mp_store_set_archived_finish (MpStore *self, GAsyncResult *result, GError **error)
{
  return mp_store_take_output (self, result, mp_store_set_archived_async, error);
}

/**
 * mp_store_resolve_async:
 * @self: a store
 * @conflict: a conflict, as the person saw it
 * @value: (nullable): what shall stand there; for a conflict about the whole record (path "") its
 *   mine or theirs
 * @cancellable: (nullable): to cancel it with, before it has begun
 * @callback: called when it is on disk
 * @user_data: for @callback
 *
 * Ends a conflict. What is not the server's value becomes a new change on top of the server's
 * state.
 */
void
mp_store_resolve_async (MpStore *self,
                        MpConflict *conflict,
                        JsonNode *value,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  g_autoptr (JsonObject) body = json_object_new ();

  g_return_if_fail (MP_IS_STORE (self));
  g_return_if_fail (MP_IS_CONFLICT (conflict));
  g_return_if_fail (mp_conflict_get_record_id (conflict) != NULL);

  json_object_set_object_member (body, "conflict", mp_conflict_to_json (conflict));
  if (value != NULL)
    json_object_set_member (body, "value", mp_json_node_copy (value));
  push_change (self, mp_store_resolve_async, resolve_record,
               record_input_new (mp_conflict_get_record_id (conflict), body), cancellable, callback,
               user_data);
}

/**
 * mp_store_resolve_finish:
 * @self: a store
 * @result: the result given to the callback
 * @error: return location
 *
 * Fails with %MP_ERROR_NOT_FOUND when it was resolved before, %MP_ERROR_CONFLICT when the server's
 * side of it changed since it was read, %MP_ERROR_INVALID when the value cannot be,
 * %MP_ERROR_STORAGE.
 *
 * Returns: (transfer full) (nullable): the record as it is now; %NULL without an error when nothing
 *   is left of it, because the server's side was that there is none
 */
MpStoredRecord *
mp_store_resolve_finish (MpStore *self, GAsyncResult *result, GError **error)
{
  return mp_store_take_output (self, result, mp_store_resolve_async, error);
}

/**
 * mp_store_list_edits_async:
 * @self: a store
 * @record_id: a record's id
 * @cancellable: (nullable): to cancel it with
 * @callback: called when they are read
 * @user_data: for @callback
 *
 * Lists what was changed in a record here, for undo.
 */
void
mp_store_list_edits_async (MpStore *self,
                           const char *record_id,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  MpStoreCall call = {
    .source_tag = mp_store_list_edits_async,
    .access = MP_STORE_READS,
    .work = list_edits,
    .free_input = (GDestroyNotify) record_input_free,
    .free_output = (GDestroyNotify) g_ptr_array_unref,
  };

  g_return_if_fail (MP_IS_STORE (self));
  g_return_if_fail (record_id != NULL);

  call.input = record_input_new (record_id, NULL);
  mp_store_push (self, &call, cancellable, callback, user_data);
}

/**
 * mp_store_list_edits_finish:
 * @self: a store
 * @result: the result given to the callback
 * @error: return location
 *
 * Returns: (transfer full) (element-type MpStoredEdit): the last 200, newest first
 */
GPtrArray *
mp_store_list_edits_finish (MpStore *self, GAsyncResult *result, GError **error)
{
  return mp_store_take_output (self, result, mp_store_list_edits_async, error);
}
