/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-session-private.h"

#include "mp-error.h"
#include "mp-json.h"
#include "mp-validation.h"

#include <glib/gi18n-lib.h>

/* Ends a task of an edit: @error (transfer full) (nullable): it failed. */
static void
finish_edit (GTask *task, GError *error)
{
  MpSession *self = g_task_get_source_object (task);

  if (error != NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  mp_session_note_edit (self);
  g_task_return_boolean (task, TRUE);
}

static void
created_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  MpSession *self = g_task_get_source_object (task);
  GError *error = NULL;
  g_autoptr (MpStoredRecord) stored = mp_store_create_finish (MP_STORE (source), result, &error);
  MpRecordModel *model;

  if (stored == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  model = mp_session_find_record (self, mp_stored_record_get_id (stored));
  mp_session_note_edit (self);
  g_task_return_pointer (task, g_object_ref (model), g_object_unref);
}

static void
edited_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (MpStoredRecord) stored = mp_store_edit_finish (MP_STORE (source), result, &error);

  finish_edit (task, error);
}

static void
archived_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (MpStoredRecord) stored =
                 mp_store_set_archived_finish (MP_STORE (source), result, &error);

  finish_edit (task, error);
}

static void
resolved_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  /* Nothing without an error: the record went with their choice. */
  g_autoptr (MpStoredRecord) stored = mp_store_resolve_finish (MP_STORE (source), result, &error);

  finish_edit (task, error);
}

/**
 * mp_session_create_record_async:
 * @self: a session
 * @name: the record's name
 * @cancellable: (nullable): a #GCancellable
 * @callback: called in the caller's main context
 * @user_data: data for @callback
 *
 * Makes a record with nothing but a name; it stays a draft until it is complete.
 */
void
mp_session_create_record_async (MpSession *self,
                                const char *name,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (MpChanges) changes = NULL;
  g_autoptr (MpRecord) empty = NULL;
  g_autoptr (MpRecord) record = NULL;
  g_autofree char *id = NULL;
  g_autofree char *trimmed = NULL;
  MpClock *clock;

  g_return_if_fail (MP_IS_SESSION (self));
  g_return_if_fail (name != NULL);

  task = mp_session_begin (self, MP_PERMISSION_EDIT, mp_session_create_record_async, cancellable,
                           callback, user_data);
  if (task == NULL)
    return;

  trimmed = g_strstrip (g_strdup (name));
  if (*trimmed == '\0')
    {
      g_task_return_new_error (task, MP_ERROR, MP_ERROR_INVALID, _ ("Enter a name."));
      return;
    }

  clock = mp_services_get_clock (self->services);
  id = mp_clock_dup_uuid (clock);
  empty = mp_record_new (
      id, (MpStamp){ mp_clock_get_now_unix_us (clock), mp_session_get_actor (self) });
  changes = mp_changes_new ();
  mp_changes_set_string (changes, "/name", trimmed);
  record = mp_record_with_changes (empty, changes);
  mp_store_create_async (self->store, record, cancellable, created_cb, g_steal_pointer (&task));
}

/**
 * mp_session_create_record_finish:
 * @self: a session
 * @result: the result given to the callback
 * @error: return location
 *
 * Fails with %MP_ERROR_FORBIDDEN, %MP_ERROR_INVALID for an empty name, %MP_ERROR_STORAGE.
 *
 * Returns: (transfer full): the new record's model
 */
MpRecordModel *
mp_session_create_record_finish (MpSession *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * mp_session_edit_async:
 * @self: a session
 * @record_id: a record's id
 * @changes: values by path
 * @cancellable: (nullable): a #GCancellable
 * @callback: called in the caller's main context
 * @user_data: data for @callback
 *
 * Changes a record, however wrong it becomes: the model's errors say what is. A record with errors
 * does not go to the server. Only what cannot be kept in a file is refused: something else than an
 * id where a key is chosen.
 */
void
mp_session_edit_async (MpSession *self,
                       const char *record_id,
                       MpChanges *changes,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (MpFieldErrors) errors = NULL;

  g_return_if_fail (MP_IS_SESSION (self));
  g_return_if_fail (record_id != NULL && changes != NULL);

  task = mp_session_begin (self, MP_PERMISSION_EDIT, mp_session_edit_async, cancellable, callback,
                           user_data);
  if (task == NULL)
    return;

  errors = mp_validate_credential_ids (mp_services_get_registry (self->services), changes);
  if (mp_field_errors_get_size (errors) > 0)
    {
      g_task_return_new_error (task, MP_ERROR, MP_ERROR_INVALID,
                               /* Translators: the path of a setting, such as /crm/api_key */
                               _ ("At %s stands which stored key is used, never a key itself. "
                                  "Nothing was saved."),
                                  mp_field_errors_get (errors, 0)->pointer);
      return;
    }
  mp_store_edit_async (self->store, record_id, changes, cancellable, edited_cb,
                       g_steal_pointer (&task));
}

/**
 * mp_session_edit_finish:
 * @self: a session
 * @result: the result given to the callback
 * @error: return location
 *
 * Fails with %MP_ERROR_FORBIDDEN, %MP_ERROR_INVALID, %MP_ERROR_NOT_FOUND, %MP_ERROR_STORAGE.
 *
 * Returns: %TRUE when the change is on disk
 */
gboolean
mp_session_edit_finish (MpSession *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * mp_session_set_archived_async:
 * @self: a session
 * @record_id: a record's id
 * @archived: archive it, or bring it back
 * @cancellable: (nullable): a #GCancellable
 * @callback: called in the caller's main context
 * @user_data: data for @callback
 *
 * Archives or restores a record.
 */
void
mp_session_set_archived_async (MpSession *self,
                               const char *record_id,
                               gboolean archived,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  GTask *task;

  g_return_if_fail (MP_IS_SESSION (self));
  g_return_if_fail (record_id != NULL);

  task = mp_session_begin (self, MP_PERMISSION_EDIT, mp_session_set_archived_async, cancellable,
                           callback, user_data);
  if (task != NULL)
    mp_store_set_archived_async (self->store, record_id, archived, cancellable, archived_cb, task);
}

/**
 * mp_session_set_archived_finish:
 * @self: a session
 * @result: the result given to the callback
 * @error: return location
 *
 * Fails with %MP_ERROR_FORBIDDEN, %MP_ERROR_NOT_FOUND, %MP_ERROR_STORAGE.
 *
 * Returns: %TRUE when the change is on disk
 */
gboolean
mp_session_set_archived_finish (MpSession *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * mp_session_resolve_async:
 * @self: a session
 * @choices: (element-type MpChoice): at least one, all of the same record
 * @cancellable: (nullable): a #GCancellable
 * @callback: called in the caller's main context
 * @user_data: data for @callback
 *
 * Ends conflicts, all of @choices or none: they are a new edit on top of the server's state, which
 * can be undone. For a conflict about the whole record (its path is ""), the value is the
 * conflict's mine or theirs.
 */
void
mp_session_resolve_async (MpSession *self,
                          GPtrArray *choices,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  GTask *task;

  g_return_if_fail (MP_IS_SESSION (self));
  g_return_if_fail (choices != NULL && choices->len > 0);

  task = mp_session_begin (self, MP_PERMISSION_EDIT, mp_session_resolve_async, cancellable,
                           callback, user_data);
  if (task != NULL)
    mp_store_resolve_async (self->store, choices, cancellable, resolved_cb, task);
}

/**
 * mp_session_resolve_finish:
 * @self: a session
 * @result: the result given to the callback
 * @error: return location
 *
 * Fails with %MP_ERROR_FORBIDDEN, %MP_ERROR_NOT_FOUND when one was resolved before,
 * %MP_ERROR_CONFLICT when the server's side of one changed meanwhile, %MP_ERROR_STORAGE.
 *
 * Returns: %TRUE when the choices are on disk
 */
gboolean
mp_session_resolve_finish (MpSession *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static MpRecord *
record_of_side (MpRecord *shown, JsonNode *side)
{
  JsonObject *object = json_node_get_object (side);
  g_autoptr (MpRecord) record = mp_record_with_content (shown, object, NULL);

  if (record == NULL)
    return g_object_ref (shown);
  return mp_record_with_archived (record, mp_json_get_boolean (object, "archived", FALSE));
}

/**
 * mp_session_preview_resolution:
 * @self: a session
 * @choices: (element-type MpChoice): at least one, all of the same record
 * @errors: (out) (transfer full): what the rules say of the outcome
 *
 * What a record would be after mp_session_resolve_async (); nothing is changed. Conflicts that are
 * not among @choices keep mine.
 *
 * Returns: (transfer full) (nullable): the record; %NULL: it would be gone from this computer
 */
MpRecord *
mp_session_preview_resolution (MpSession *self, GPtrArray *choices, MpFieldErrors **errors)
{
  const MpChoice *first;
  MpRecordModel *model;
  g_autoptr (MpRecord) outcome = NULL;
  g_autoptr (MpChanges) changes = NULL;

  g_return_val_if_fail (MP_IS_SESSION (self), NULL);
  g_return_val_if_fail (choices != NULL && choices->len > 0, NULL);
  g_return_val_if_fail (errors != NULL, NULL);

  *errors = mp_field_errors_new ();
  first = g_ptr_array_index (choices, 0);
  model = mp_session_find_record (self, mp_conflict_get_record_id (first->conflict));
  if (model == NULL)
    return NULL;

  changes = mp_changes_new ();
  for (unsigned int i = 0; i < choices->len; i++)
    {
      const MpChoice *choice = g_ptr_array_index (choices, i);
      const char *path = mp_conflict_get_path (choice->conflict);

      if (*path == '\0' && choice->value == NULL)
        return NULL;
      if (*path == '\0')
        outcome = record_of_side (mp_record_model_get_record (model), choice->value);
      else
        mp_changes_set (changes, path, choice->value);
    }
  if (outcome == NULL)
    outcome = mp_record_with_changes (mp_record_model_get_record (model), changes);
  mp_field_errors_unref (*errors);
  *errors = mp_session_validate (self, outcome, mp_record_model_get_metadata (model));
  return g_steal_pointer (&outcome);
}

static void
undone_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  MpSession *self = g_task_get_source_object (task);
  GError *error = NULL;
  char *path = NULL;
  g_autoptr (MpStoredRecord) stored =
                 mp_store_undo_finish (MP_STORE (source), result, &path, &error);

  if (stored == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  mp_session_note_edit (self);
  g_task_set_task_data (task, path, g_free);
  g_task_return_pointer (
      task, g_object_ref (mp_session_find_record (self, mp_stored_record_get_id (stored))),
      g_object_unref);
}

/**
 * mp_session_undo_async:
 * @self: a session
 * @redo: make the edit again that was taken back last, instead of taking back the newest one
 * @cancellable: (nullable): a #GCancellable
 * @callback: called in the caller's main context
 * @user_data: data for @callback
 *
 * Takes an edit back, of whatever record, also one made before this program was started. For the
 * server that is a new edit.
 */
void
mp_session_undo_async (MpSession *self,
                       gboolean redo,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  GTask *task;

  g_return_if_fail (MP_IS_SESSION (self));

  task = mp_session_begin (self, MP_PERMISSION_EDIT, mp_session_undo_async, cancellable, callback,
                           user_data);
  if (task != NULL)
    mp_store_undo_async (self->store, redo, cancellable, undone_cb, task);
}

/**
 * mp_session_undo_finish:
 * @self: a session
 * @result: the result given to the callback
 * @path: (out) (optional) (transfer full) (nullable): the first path that changed; %NULL when only
 *   the record as a whole did
 * @error: return location
 *
 * Fails with %MP_ERROR_FORBIDDEN, %MP_ERROR_NOT_FOUND when there is no such edit,
 * %MP_ERROR_STORAGE.
 *
 * Returns: (transfer full): the record that was changed
 */
MpRecordModel *
mp_session_undo_finish (MpSession *self, GAsyncResult *result, char **path, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  if (path != NULL)
    *path = g_strdup (g_task_get_task_data (G_TASK (result)));
  return g_task_propagate_pointer (G_TASK (result), error);
}
