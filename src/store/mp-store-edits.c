/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-store-edits-private.h"

#include "mp-error.h"
#include "mp-json.h"
#include "mp-stored-record-private.h"

/*
 * The edits made here, in their order, so that they can be taken back and made again, after a
 * restart as well. A new edit ends what could be made again.
 */

/* How many edits of a record are kept. */
#define MAX_EDITS_TEXT "200"

#define INTACT "mark IS mp_digest (record, at, before, after, archived, undone)"

/* One edit that is taken back or made again. */
typedef struct
{
  int64_t position;
  char *record;
  MpChanges *before;
  MpChanges *after;
  MpStoreEditKind kind;
} Step;

typedef struct
{
  gboolean redo;
} UndoInput;

typedef struct
{
  MpStoredRecord *stored;
  char *path; /* (nullable) */
} Undone;

static void
step_free (Step *step)
{
  g_free (step->record);
  g_clear_pointer (&step->before, mp_changes_unref);
  g_clear_pointer (&step->after, mp_changes_unref);
  g_free (step);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Step, step_free)

static void
undone_free (Undone *undone)
{
  g_clear_object (&undone->stored);
  g_free (undone->path);
  g_free (undone);
}

static void
stored_edit_free (MpStoredEdit *edit)
{
  g_clear_pointer (&edit->before, mp_changes_unref);
  g_clear_pointer (&edit->after, mp_changes_unref);
  g_free (edit);
}

static char *
changes_to_text (MpChanges *changes)
{
  g_autoptr (JsonObject) object = mp_changes_to_json (changes);

  return mp_store_body_new (object, NULL);
}

static MpStoreEditKind
read_kind (sqlite3_stmt *statement, int column)
{
  if (sqlite3_column_type (statement, column) == SQLITE_NULL)
    return MP_STORE_EDIT_STAYS;
  return sqlite3_column_int (statement, column) ? MP_STORE_EDIT_ARCHIVES : MP_STORE_EDIT_RESTORES;
}

/* NULL without an error: there is none. */
static Step *
read_step (MpStoreConnection *connection, const char *sql, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = mp_store_sql_query (connection->db, error, sql, "");
  g_autoptr (Step) step = NULL;

  if (mp_store_sql_step (statement, error) != MP_STORE_ROW)
    return NULL;

  step = g_new0 (Step, 1);
  step->position = sqlite3_column_int64 (statement, 0);
  step->record = g_strdup (mp_store_sql_text (statement, 1));
  step->before = mp_store_edits_read (mp_store_sql_text (statement, 2), error);
  step->after =
      step->before != NULL ? mp_store_edits_read (mp_store_sql_text (statement, 3), error) : NULL;
  step->kind = read_kind (statement, 4);
  return step->after != NULL ? g_steal_pointer (&step) : NULL;
}

#define STEP "SELECT position, record, before, after, archived FROM edits WHERE " INTACT

static gboolean
undo (MpStoreConnection *connection, gpointer data, gpointer *output, GError **error)
{
  const UndoInput *input = data;
  g_autoptr (GError) local_error = NULL;
  g_autoptr (Step) step =
                 read_step (connection,
                            input->redo ? STEP " AND undone = 1 ORDER BY position LIMIT 1"
                                        : STEP " AND undone = 0 ORDER BY position DESC LIMIT 1",
                            &local_error);
  g_autoptr (MpRecordEntry) entry = NULL;
  g_autoptr (MpChanges) leaves = NULL;
  MpChanges *changes;
  Undone *undone;

  if (step == NULL && local_error == NULL)
    g_set_error_literal (&local_error, MP_ERROR, MP_ERROR_NOT_FOUND, "there is no edit left");
  if (step == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  entry = mp_store_rows_load_entry (connection, step->record, error);
  if (entry == NULL)
    return FALSE;
  changes = input->redo ? step->after : step->before;
  if (step->kind != MP_STORE_EDIT_STAYS)
    mp_record_entry_set_archived (entry, (step->kind == MP_STORE_EDIT_ARCHIVES) == input->redo);
  leaves = mp_record_entry_edit (entry, connection->registry, changes);
  if (!mp_store_rows_save_entry (connection, entry, error) ||
      !mp_store_sql_run (connection->db, error,
                         "UPDATE edits SET undone = ?2,"
                         " mark = mp_digest (record, at, before, after, archived, ?2)"
                         " WHERE position = ?1",
                         "ii", step->position, (int64_t) !input->redo))
    return FALSE;

  entry->version++;
  undone = g_new0 (Undone, 1);
  undone->stored = mp_stored_record_new (entry);
  undone->path =
      mp_changes_get_size (changes) > 0 ? g_strdup (mp_changes_get_path (changes, 0)) : NULL;
  *output = undone;
  return TRUE;
}

static gboolean
list_edits (MpStoreConnection *connection, gpointer data, gpointer *output, GError **error)
{
  const char *id = data;
  g_autoptr (GPtrArray) edits = g_ptr_array_new_with_free_func ((GDestroyNotify) stored_edit_free);
  g_autoptr (sqlite3_stmt) statement = mp_store_sql_query (
      connection->db, error,
      "SELECT at, before, after, archived, undone FROM edits WHERE record = ?1 AND " INTACT
      " ORDER BY position DESC",
      "t", id);
  MpStoreStep step;

  while ((step = mp_store_sql_step (statement, error)) == MP_STORE_ROW)
    {
      MpStoredEdit *edit = g_new0 (MpStoredEdit, 1);

      g_ptr_array_add (edits, edit);
      edit->at_unix_us = sqlite3_column_int64 (statement, 0);
      edit->before = mp_store_edits_read (mp_store_sql_text (statement, 1), error);
      edit->after = edit->before != NULL
                        ? mp_store_edits_read (mp_store_sql_text (statement, 2), error)
                        : NULL;
      if (edit->after == NULL)
        return FALSE;
      edit->kind = read_kind (statement, 3);
      edit->undone = sqlite3_column_int (statement, 4) != 0;
    }
  if (step != MP_STORE_DONE)
    return FALSE;

  *output = g_steal_pointer (&edits);
  return TRUE;
}

/*
 * mp_store_edits_read:
 *
 * Returns: (transfer full): the changes kept as @text
 */
MpChanges *
mp_store_edits_read (const char *text, GError **error)
{
  g_autoptr (JsonObject) object = mp_json_parse_object (text, -1, error);

  return object != NULL ? mp_changes_new_from_json (object, error) : NULL;
}

MpChanges *
mp_store_edits_values_of (MpRecord *record, MpChanges *changes)
{
  MpChanges *values = mp_changes_new ();

  for (unsigned int i = 0; i < mp_changes_get_size (changes); i++)
    {
      const char *path = mp_changes_get_path (changes, i);

      mp_changes_set (values, path, mp_record_get_value (record, path));
    }
  return values;
}

/*
 * mp_store_edits_remember:
 * @before, @after: leaf by leaf, the same paths
 */
gboolean
mp_store_edits_remember (MpStoreConnection *connection,
                         const char *id,
                         MpChanges *before,
                         MpChanges *after,
                         MpStoreEditKind kind,
                         GError **error)
{
  g_autofree char *before_text = changes_to_text (before);
  g_autofree char *after_text = changes_to_text (after);
  const char *archived = NULL;

  if (kind != MP_STORE_EDIT_STAYS)
    archived = kind == MP_STORE_EDIT_ARCHIVES ? "1" : "0";
  return mp_store_sql_run (connection->db, error, "DELETE FROM edits WHERE undone = 1", "") &&
         mp_store_sql_run (connection->db, error,
                           "INSERT INTO edits (record, at, before, after, archived, undone, mark)"
                           " VALUES (?1, ?2, ?3, ?4, CAST (?5 AS INTEGER), 0,"
                           " mp_digest (?1, ?2, ?3, ?4, CAST (?5 AS INTEGER), 0))",
                           "titt"
                           "t",
                           id, mp_clock_get_now_unix_us (connection->clock), before_text,
                           after_text, archived) &&
         mp_store_sql_run (connection->db, error,
                           "DELETE FROM edits WHERE record = ?1 AND position NOT IN"
                           " (SELECT position FROM edits WHERE record = ?1"
                           " ORDER BY position DESC LIMIT " MAX_EDITS_TEXT ")",
                           "t", id);
}

/**
 * mp_store_list_edits_async:
 * @self: a store
 * @record_id: a record's id
 * @cancellable: (nullable): to cancel it with
 * @callback: called when they are read
 * @user_data: for @callback
 *
 * Lists what was changed in a record here.
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
    .free_input = g_free,
    .free_output = (GDestroyNotify) g_ptr_array_unref,
  };

  g_return_if_fail (MP_IS_STORE (self));
  g_return_if_fail (record_id != NULL);

  call.input = g_strdup (record_id);
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

/**
 * mp_store_undo_async:
 * @self: a store
 * @redo: make the edit again that was taken back last, instead of taking back the newest one
 * @cancellable: (nullable): to cancel it with, before it has begun
 * @callback: called when it is on disk
 * @user_data: for @callback
 *
 * Takes an edit back. For the server that is a new edit.
 */
void
mp_store_undo_async (MpStore *self,
                     gboolean redo,
                     GCancellable *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer user_data)
{
  MpStoreCall call = {
    .source_tag = mp_store_undo_async,
    .access = MP_STORE_WRITES,
    .work = undo,
    .free_input = g_free,
    .free_output = (GDestroyNotify) undone_free,
  };
  UndoInput *input;

  g_return_if_fail (MP_IS_STORE (self));

  input = g_new0 (UndoInput, 1);
  input->redo = redo;
  call.input = input;
  mp_store_push (self, &call, cancellable, callback, user_data);
}

/**
 * mp_store_undo_finish:
 * @self: a store
 * @result: the result given to the callback
 * @path: (out) (transfer full) (nullable): the first path that changed; %NULL when only the record
 *   as a whole did
 * @error: return location
 *
 * Fails with %MP_ERROR_NOT_FOUND when there is no such edit, %MP_ERROR_STORAGE.
 *
 * Returns: (transfer full): the record as it is now
 */
MpStoredRecord *
mp_store_undo_finish (MpStore *self, GAsyncResult *result, char **path, GError **error)
{
  Undone *undone = mp_store_take_output (self, result, mp_store_undo_async, error);
  MpStoredRecord *stored;

  if (undone == NULL)
    return NULL;

  *path = g_steal_pointer (&undone->path);
  stored = g_steal_pointer (&undone->stored);
  undone_free (undone);
  return stored;
}
