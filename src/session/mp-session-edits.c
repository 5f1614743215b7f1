/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-session-private.h"

#include "mp-error.h"
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
 * mp_session_resolve_conflict_async:
 * @self: a session
 * @conflict: a conflict of one of the records
 * @value: (nullable): what to keep; %NULL: the path is not set
 * @cancellable: (nullable): a #GCancellable
 * @callback: called in the caller's main context
 * @user_data: data for @callback
 *
 * Ends a conflict: the choice is a new edit on top of the server's state. For a conflict about the
 * whole record (its path is ""), @value is the conflict's mine or theirs.
 */
void
mp_session_resolve_conflict_async (MpSession *self,
                                   MpConflict *conflict,
                                   JsonNode *value,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  GTask *task;

  g_return_if_fail (MP_IS_SESSION (self));
  g_return_if_fail (MP_IS_CONFLICT (conflict));

  task = mp_session_begin (self, MP_PERMISSION_EDIT, mp_session_resolve_conflict_async, cancellable,
                           callback, user_data);
  if (task != NULL)
    mp_store_resolve_async (self->store, conflict, value, cancellable, resolved_cb, task);
}

/**
 * mp_session_resolve_conflict_finish:
 * @self: a session
 * @result: the result given to the callback
 * @error: return location
 *
 * Fails with %MP_ERROR_FORBIDDEN, %MP_ERROR_NOT_FOUND when it was resolved before,
 * %MP_ERROR_STORAGE.
 *
 * Returns: %TRUE when the choice is on disk
 */
gboolean
mp_session_resolve_conflict_finish (MpSession *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
