/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-editor.h"

struct _MpEditor
{
  GObject parent_instance;

  MpSession *session; /* (owned): keeps the edits, so that they can be undone after a restart */
};

G_DEFINE_FINAL_TYPE (MpEditor, mp_editor, G_TYPE_OBJECT)

typedef enum
{
  PROP_CAN_UNDO = 1,
  PROP_CAN_REDO,
} MpEditorProperty;

static GParamSpec *properties[PROP_CAN_REDO + 1];

static void
edited_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (mp_session_edit_finish (MP_SESSION (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
reverted_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  char *path = NULL;
  MpRecordModel *record = mp_session_undo_finish (MP_SESSION (source), result, &path, &error);

  g_task_set_task_data (task, path, g_free);
  if (record != NULL)
    g_task_return_pointer (task, record, g_object_unref);
  else
    g_task_return_error (task, error);
}

static void
can_undo_changed_cb (MpEditor *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CAN_UNDO]);
}

static void
can_redo_changed_cb (MpEditor *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CAN_REDO]);
}

static void
mp_editor_get_property (GObject *object, unsigned int prop_id, GValue *value, GParamSpec *pspec)
{
  MpEditor *self = MP_EDITOR (object);

  switch ((MpEditorProperty) prop_id)
    {
    case PROP_CAN_UNDO:
      g_value_set_boolean (value, mp_editor_get_can_undo (self));
      break;
    case PROP_CAN_REDO:
      g_value_set_boolean (value, mp_editor_get_can_redo (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
mp_editor_finalize (GObject *object)
{
  g_clear_object (&MP_EDITOR (object)->session);
  G_OBJECT_CLASS (mp_editor_parent_class)->finalize (object);
}

static void
mp_editor_class_init (MpEditorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->finalize = mp_editor_finalize;
  object_class->get_property = mp_editor_get_property;

  properties[PROP_CAN_UNDO] = g_param_spec_boolean ("can-undo", NULL, NULL, FALSE, flags);
  properties[PROP_CAN_REDO] = g_param_spec_boolean ("can-redo", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
mp_editor_init (MpEditor *self)
{
}

/**
 * mp_editor_new:
 * @session: whose records are edited
 *
 * Returns: (transfer full): an editor
 */
MpEditor *
mp_editor_new (MpSession *session)
{
  MpEditor *self;

  g_return_val_if_fail (MP_IS_SESSION (session), NULL);

  self = g_object_new (MP_TYPE_EDITOR, NULL);
  self->session = g_object_ref (session);
  g_signal_connect_object (session, "notify::can-undo", G_CALLBACK (can_undo_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::can-redo", G_CALLBACK (can_redo_changed_cb), self,
                           G_CONNECT_SWAPPED);
  return self;
}

/**
 * mp_editor_edit_async:
 * @self: an editor
 * @record: the record
 * @changes: the new values; at least one
 * @callback: called when the edit is durable
 * @user_data: for @callback
 *
 * Makes one edit, which can then be undone. What was undone before can no longer be made again.
 */
void
mp_editor_edit_async (MpEditor *self,
                      MpRecordModel *record,
                      MpChanges *changes,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  GTask *task;

  g_return_if_fail (MP_IS_EDITOR (self));
  g_return_if_fail (MP_IS_RECORD_MODEL (record));
  g_return_if_fail (changes != NULL && mp_changes_get_size (changes) > 0);

  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, mp_editor_edit_async);
  mp_session_edit_async (self->session, mp_record_model_get_id (record), changes, NULL, edited_cb,
                         task);
}

/**
 * mp_editor_edit_finish:
 * @self: an editor
 * @result: the result given to the callback
 * @error: return location
 *
 * Fails as mp_session_edit_finish () does.
 *
 * Returns: whether the edit is durable
 */
gboolean
mp_editor_edit_finish (MpEditor *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * mp_editor_get_can_undo:
 * @self: an editor
 *
 * Returns: whether there is an edit to take back
 */
gboolean
mp_editor_get_can_undo (MpEditor *self)
{
  g_return_val_if_fail (MP_IS_EDITOR (self), FALSE);

  return mp_session_get_can_undo (self->session);
}

/**
 * mp_editor_get_can_redo:
 * @self: an editor
 *
 * Returns: whether an edit was taken back and can be made again
 */
gboolean
mp_editor_get_can_redo (MpEditor *self)
{
  g_return_val_if_fail (MP_IS_EDITOR (self), FALSE);

  return mp_session_get_can_redo (self->session);
}

/**
 * mp_editor_undo_async:
 * @self: an editor
 * @callback: called when the old values are back
 * @user_data: for @callback
 *
 * Takes the last edit back, of whatever record. That is a new edit on the server's side.
 */
void
mp_editor_undo_async (MpEditor *self, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task;

  g_return_if_fail (MP_IS_EDITOR (self));

  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, mp_editor_undo_async);
  mp_session_undo_async (self->session, FALSE, NULL, reverted_cb, task);
}

/**
 * mp_editor_redo_async:
 * @self: an editor
 * @callback: called when the edit is made again
 * @user_data: for @callback
 *
 * Makes the edit again that was taken back last.
 */
void
mp_editor_redo_async (MpEditor *self, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task;

  g_return_if_fail (MP_IS_EDITOR (self));

  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, mp_editor_redo_async);
  mp_session_undo_async (self->session, TRUE, NULL, reverted_cb, task);
}

/**
 * mp_editor_undo_finish:
 * @self: an editor
 * @result: the result given to the callback of undo or redo
 * @path: (out) (optional) (transfer full) (nullable): the first path that was put back; %NULL when
 *   only the record as a whole was
 * @error: return location
 *
 * Fails with %MP_ERROR_NOT_FOUND when there was nothing to undo, and as mp_session_undo_finish ().
 *
 * Returns: (transfer full): the record that was changed
 */
MpRecordModel *
mp_editor_undo_finish (MpEditor *self, GAsyncResult *result, char **path, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  if (path != NULL)
    *path = g_strdup (g_task_get_task_data (G_TASK (result)));
  return g_task_propagate_pointer (G_TASK (result), error);
}
