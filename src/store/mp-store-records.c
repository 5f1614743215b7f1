/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-store-private.h"

#include "mp-error.h"
#include "mp-json.h"
#include "mp-store-edits-private.h"
#include "mp-stored-record-private.h"

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

static gboolean
edit_entry (MpStoreConnection *connection,
            MpRecordEntry *entry,
            const RecordInput *input,
            GError **error)
{
  g_autoptr (MpChanges) changes = mp_store_edits_read (input->body, error);
  g_autoptr (MpRecord) seen = NULL;
  g_autoptr (MpChanges) before = NULL;
  g_autoptr (MpChanges) after = NULL;

  if (changes == NULL)
    return FALSE;

  seen = mp_record_entry_dup_shown (entry);
  after = mp_record_entry_edit (entry, connection->registry, changes);
  before = mp_store_edits_values_of (seen, after);
  return mp_changes_get_size (after) == 0 ||
         mp_store_edits_remember (connection, entry->id, before, after, MP_STORE_EDIT_STAYS, error);
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
  g_autoptr (MpRecord) seen = mp_record_entry_dup_shown (entry);
  g_autoptr (MpChanges) none = mp_changes_new ();

  if (mp_record_get_archived (seen) == input->archived)
    return TRUE;

  mp_record_entry_set_archived (entry, input->archived);
  return mp_store_edits_remember (connection, entry->id, none, none,
                                  input->archived ? MP_STORE_EDIT_ARCHIVES : MP_STORE_EDIT_RESTORES,
                                  error);
}

static gboolean
archive_record (MpStoreConnection *connection, gpointer input, gpointer *output, GError **error)
{
  return change_record (connection, input, archive_entry, output, error);
}

/* What the choices of one resolution change, each way: taken back, the other side stands there. */
typedef struct
{
  MpChanges *before;
  MpChanges *after;
  MpStoreEditKind kind;
} Resolution;

static void
note_whole_choice (Resolution *resolution, MpRecord *mine, MpRecord *theirs, gboolean is_theirs)
{
  MpRecord *from = is_theirs ? mine : theirs;
  MpRecord *to = is_theirs ? theirs : mine;
  g_autoptr (MpChanges) after = mp_record_diff (from, to);
  g_autoptr (MpChanges) before = mp_record_diff (to, from);

  mp_changes_merge (resolution->after, after);
  mp_changes_merge (resolution->before, before);
  if (mp_record_get_archived (from) != mp_record_get_archived (to))
    resolution->kind =
        mp_record_get_archived (to) ? MP_STORE_EDIT_ARCHIVES : MP_STORE_EDIT_RESTORES;
}

static void
note_choice (Resolution *resolution,
             MpRecordEntry *entry,
             MpRecord *seen,
             MpConflict *conflict,
             JsonNode *value)
{
  const char *path = mp_conflict_get_path (conflict);
  JsonNode *theirs = mp_conflict_get_theirs (conflict);
  const gboolean is_theirs =
      value == NULL || theirs == NULL ? value == theirs : mp_json_node_equal (value, theirs);

  if (*path != '\0')
    {
      mp_changes_set (resolution->before, path,
                      is_theirs ? mp_record_get_value (seen, path) : theirs);
      mp_changes_set (resolution->after, path, value);
    }
  /* A record that the server lost goes, or is made anew: neither is a change of its values. */
  else if (entry->base != NULL)
    note_whole_choice (resolution, seen, entry->base, is_theirs);
}

/* @choice: {"conflict": {…}, "value": …} */
static gboolean
resolve_one (MpStoreConnection *connection,
             MpRecordEntry *entry,
             MpRecord *seen,
             JsonObject *choice,
             Resolution *resolution,
             GError **error)
{
  JsonObject *object = mp_json_require_object (choice, "conflict", error);
  g_autoptr (MpConflict) conflict =
                 object != NULL ? mp_conflict_new_from_json (object, error) : NULL;
  JsonNode *value = json_object_get_member (choice, "value");

  if (conflict == NULL)
    return FALSE;
  if (value != NULL && JSON_NODE_HOLDS_NULL (value))
    value = NULL;

  note_choice (resolution, entry, seen, conflict, value);
  return mp_record_entry_resolve (entry, connection->registry, conflict, value, error);
}

/* The body: {"choices": […]} */
static gboolean
resolve_entry (MpStoreConnection *connection,
               MpRecordEntry *entry,
               const RecordInput *input,
               GError **error)
{
  g_autoptr (JsonObject) body = mp_json_parse_object (input->body, -1, error);
  JsonArray *choices = body != NULL ? mp_json_require_array (body, "choices", error) : NULL;
  g_autoptr (MpRecord) seen = mp_record_entry_dup_shown (entry);
  g_autoptr (MpChanges) before = mp_changes_new ();
  g_autoptr (MpChanges) after = mp_changes_new ();
  Resolution resolution = { before, after, MP_STORE_EDIT_STAYS };

  if (choices == NULL)
    return FALSE;

  for (unsigned int i = 0; i < json_array_get_length (choices); i++)
    {
      if (!resolve_one (connection, entry, seen, mp_json_array_get_object (choices, i), &resolution,
                        error))
        return FALSE;
    }
  if (mp_record_entry_is_void (entry) ||
      (mp_changes_get_size (after) == 0 && resolution.kind == MP_STORE_EDIT_STAYS))
    return TRUE;
  return mp_store_edits_remember (connection, entry->id, before, after, resolution.kind, error);
}

static gboolean
resolve_record (MpStoreConnection *connection, gpointer input, gpointer *output, GError **error)
{
  return change_record (connection, input, resolve_entry, output, error);
}

static JsonObject *
choice_to_json (const MpChoice *choice)
{
  JsonObject *object = json_object_new ();

  json_object_set_object_member (object, "conflict", mp_conflict_to_json (choice->conflict));
  if (choice->value != NULL)
    json_object_set_member (object, "value", mp_json_node_copy (choice->value));
  return object;
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
 * @choices: (element-type MpChoice): at least one, all of the same record
 * @cancellable: (nullable): to cancel it with, before it has begun
 * @callback: called when it is on disk
 * @user_data: for @callback
 *
 * Ends conflicts, all of @choices or none. What is not the server's value becomes a new change on
 * top of the server's state. Taken back by mp_store_undo_async (), the other side's values stand
 * there.
 */
void
mp_store_resolve_async (MpStore *self,
                        GPtrArray *choices,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  g_autoptr (JsonObject) body = json_object_new ();
  JsonArray *array = json_array_new ();
  const MpChoice *first;

  g_return_if_fail (MP_IS_STORE (self));
  g_return_if_fail (choices != NULL && choices->len > 0);

  first = g_ptr_array_index (choices, 0);
  g_return_if_fail (mp_conflict_get_record_id (first->conflict) != NULL);

  for (unsigned int i = 0; i < choices->len; i++)
    json_array_add_object_element (array, choice_to_json (g_ptr_array_index (choices, i)));
  json_object_set_array_member (body, "choices", array);
  push_change (self, mp_store_resolve_async, resolve_record,
               record_input_new (mp_conflict_get_record_id (first->conflict), body), cancellable,
               callback, user_data);
}

/**
 * mp_store_resolve_finish:
 * @self: a store
 * @result: the result given to the callback
 * @error: return location
 *
 * Fails with %MP_ERROR_NOT_FOUND when one was resolved before, %MP_ERROR_CONFLICT when the server's
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
