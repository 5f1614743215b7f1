/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-editor.h"

#include "mp-error.h"

/* More steps back than anybody takes. */
#define MAX_STEPS 100

/* What one edit did to a record, both ways. */
typedef struct
{
  char *record_id;
  MpChanges *before;
  MpChanges *after;
} Step;

struct _MpEditor
{
  GObject parent_instance;

  MpSession *session; /* (owned) */
  GQueue done;        /* (element-type Step): newest first */
  GQueue undone;      /* (element-type Step): newest first */
};

G_DEFINE_FINAL_TYPE (MpEditor, mp_editor, G_TYPE_OBJECT)

typedef enum
{
  PROP_CAN_UNDO = 1,
  PROP_CAN_REDO,
} MpEditorProperty;

static GParamSpec *properties[PROP_CAN_REDO + 1];

static void
step_free (Step *step)
{
  g_free (step->record_id);
  g_clear_pointer (&step->before, mp_changes_unref);
  g_clear_pointer (&step->after, mp_changes_unref);
  g_free (step);
}

/* What the paths of @changes hold now. */
static MpChanges *
read_values (MpRecord *record, MpChanges *changes)
{
  MpChanges *values = mp_changes_new ();

  for (unsigned int i = 0; i < mp_changes_get_size (changes); i++)
    {
      const char *path = mp_changes_get_path (changes, i);
      JsonNode *value = mp_record_get_value (record, path);

      if (value != NULL)
        mp_changes_set (values, path, value);
      else
        mp_changes_unset (values, path);
    }
  return values;
}

static void
notify_can (MpEditor *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CAN_UNDO]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CAN_REDO]);
}

static void
clear_steps (GQueue *steps)
{
  g_queue_clear_full (steps, (GDestroyNotify) step_free);
}

static void
push_step (GQueue *steps, Step *step)
{
  g_queue_push_head (steps, step);
  while (steps->length > MAX_STEPS)
    step_free (g_queue_pop_tail (steps));
}

static void
edited_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  MpEditor *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;
  Step *step = g_task_get_task_data (task);

  if (!mp_session_edit_finish (MP_SESSION (source), result, &error))
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }

  clear_steps (&self->undone);
  push_step (&self->done, g_memdup2 (step, sizeof *step));
  memset (step, 0, sizeof *step); /* its members moved to the queue */
  notify_can (self);
  g_task_return_boolean (task, TRUE);
}

/* The two queues of a step that is taken back or made again. */
static GQueue *
get_target_queue (MpEditor *self, gboolean is_undo)
{
  return is_undo ? &self->undone : &self->done;
}

static void
reverted_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  MpEditor *self = g_task_get_source_object (task);
  gboolean is_undo = g_task_get_source_tag (task) == mp_editor_undo_async;
  g_autoptr (GError) error = NULL;
  Step *step = g_task_get_task_data (task);
  char *path = g_strdup (mp_changes_get_path (step->after, 0));

  if (!mp_session_edit_finish (MP_SESSION (source), result, &error))
    {
      g_free (path);
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }

  push_step (get_target_queue (self, is_undo), g_memdup2 (step, sizeof *step));
  memset (step, 0, sizeof *step);
  notify_can (self);
  g_task_return_pointer (task, path, g_free);
}

static void
revert (MpEditor *self, gboolean is_undo, GTask *task)
{
  g_autoptr (GTask) owned_task = task;
  Step *step = g_queue_pop_head (is_undo ? &self->done : &self->undone);

  notify_can (self);
  if (step == NULL)
    {
      g_task_return_new_error (task, MP_ERROR, MP_ERROR_NOT_FOUND, "there is no step left");
      return;
    }

  g_task_set_task_data (task, step, (GDestroyNotify) step_free);
  mp_session_edit_async (self->session, step->record_id, is_undo ? step->before : step->after, NULL,
                         reverted_cb, g_steal_pointer (&owned_task));
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
  MpEditor *self = MP_EDITOR (object);

  clear_steps (&self->done);
  clear_steps (&self->undone);
  g_clear_object (&self->session);
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
  g_queue_init (&self->done);
  g_queue_init (&self->undone);
}

/**
 * mp_editor_new:
 * @session: whose records are edited
 *
 * Returns: (transfer full): an editor with nothing to undo
 */
MpEditor *
mp_editor_new (MpSession *session)
{
  MpEditor *self;

  g_return_val_if_fail (MP_IS_SESSION (session), NULL);

  self = g_object_new (MP_TYPE_EDITOR, NULL);
  self->session = g_object_ref (session);
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
  g_autoptr (GTask) task = NULL;
  Step *step;

  g_return_if_fail (MP_IS_EDITOR (self));
  g_return_if_fail (MP_IS_RECORD_MODEL (record));
  g_return_if_fail (changes != NULL && mp_changes_get_size (changes) > 0);

  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, mp_editor_edit_async);
  step = g_new0 (Step, 1);
  step->record_id = g_strdup (mp_record_model_get_id (record));
  step->before = read_values (mp_record_model_get_record (record), changes);
  step->after = mp_changes_copy (changes);
  g_task_set_task_data (task, step, (GDestroyNotify) step_free);
  mp_session_edit_async (self->session, step->record_id, changes, NULL, edited_cb,
                         g_steal_pointer (&task));
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

  return !g_queue_is_empty (&self->done);
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

  return !g_queue_is_empty (&self->undone);
}

/**
 * mp_editor_undo_async:
 * @self: an editor
 * @callback: called when the old values are back
 * @user_data: for @callback
 *
 * Takes the last edit back. That is a new edit on the server's side.
 */
void
mp_editor_undo_async (MpEditor *self, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task;

  g_return_if_fail (MP_IS_EDITOR (self));

  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, mp_editor_undo_async);
  revert (self, TRUE, task);
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
  revert (self, FALSE, task);
}

/**
 * mp_editor_undo_finish:
 * @self: an editor
 * @result: the result given to the callback of undo or redo
 * @error: return location
 *
 * Fails with %MP_ERROR_NOT_FOUND when there was nothing to undo.
 *
 * Returns: (transfer full): the first path that was put back
 */
char *
mp_editor_undo_finish (MpEditor *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
