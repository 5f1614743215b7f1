/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-push-result.h"

#include "mp-error.h"
#include "mp-json.h"

struct _MpPushResult
{
  GObject parent_instance;

  char *op;
  MpPushStatus status;
  gboolean duplicate;
  MpRecord *record;         /* (nullable) */
  MpCredential *credential; /* (nullable) */
  GStrv conflict_paths;     /* (nullable): no conflict */
  MpFieldErrors *errors;
  GStrv error_codes; /* as the server says them, also those that MpFieldErrors does not know */
};

G_DEFINE_FINAL_TYPE (MpPushResult, mp_push_result, G_TYPE_OBJECT)

static const char *const status_names[] = {
  [MP_PUSH_APPLIED] = "applied", [MP_PUSH_CONFLICT] = "conflict", [MP_PUSH_INVALID] = "invalid",
  [MP_PUSH_DENIED] = "denied",   [MP_PUSH_GONE] = "gone",
};

static void
mp_push_result_finalize (GObject *object)
{
  MpPushResult *self = MP_PUSH_RESULT (object);

  g_free (self->op);
  g_clear_object (&self->record);
  g_clear_object (&self->credential);
  g_clear_pointer (&self->conflict_paths, g_strfreev);
  g_clear_pointer (&self->errors, mp_field_errors_unref);
  g_clear_pointer (&self->error_codes, g_strfreev);

  G_OBJECT_CLASS (mp_push_result_parent_class)->finalize (object);
}

static void
mp_push_result_class_init (MpPushResultClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mp_push_result_finalize;
}

static void
mp_push_result_init (MpPushResult *self)
{
}

static gboolean
read_status (MpPushResult *self, JsonObject *object, GError **error)
{
  const char *name = mp_json_require_string (object, "status", error);

  if (name == NULL)
    return FALSE;

  for (unsigned int i = MP_PUSH_APPLIED; i < G_N_ELEMENTS (status_names); i++)
    {
      if (g_str_equal (status_names[i], name))
        {
          self->status = (MpPushStatus) i;
          return TRUE;
        }
    }
  g_set_error (error, MP_ERROR, MP_ERROR_INVALID, "the result “%s” is not known", name);
  return FALSE;
}

/* The texts at @name of the objects in @array. */
static GStrv
read_texts (JsonArray *array, const char *name)
{
  g_autoptr (GStrvBuilder) texts = g_strv_builder_new ();

  for (unsigned int i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonObject *object = mp_json_array_get_object (array, i);

      if (object != NULL)
        g_strv_builder_add (texts, mp_json_get_string (object, name, ""));
    }
  return g_strv_builder_end (texts);
}

static gboolean
read_state (MpPushResult *self, JsonObject *object, GError **error)
{
  JsonObject *record = mp_json_get_object (object, "record");
  JsonObject *credential = mp_json_get_object (object, "credential");
  JsonArray *errors = mp_json_get_array (object, "errors");

  if (record != NULL)
    {
      self->record = mp_record_new_from_json (record, error);
      if (self->record == NULL)
        return FALSE;
    }
  if (credential != NULL)
    {
      self->credential = mp_credential_new_from_json (credential, error);
      if (self->credential == NULL)
        return FALSE;
    }
  self->errors =
      errors != NULL ? mp_field_errors_new_from_json (errors, error) : mp_field_errors_new ();
  self->error_codes = read_texts (errors, "code");
  return self->errors != NULL;
}

/**
 * mp_push_result_new_from_json:
 * @object: one result, as the server answers it
 * @error: return location for a %MP_ERROR_INVALID
 *
 * Any thread.
 *
 * Returns: (transfer full): the result, or %NULL with @error set
 */
MpPushResult *
mp_push_result_new_from_json (JsonObject *object, GError **error)
{
  g_autoptr (MpPushResult) self = g_object_new (MP_TYPE_PUSH_RESULT, NULL);
  const char *op;

  g_return_val_if_fail (object != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  op = mp_json_require_string (object, "op", error);
  if (op == NULL || !read_status (self, object, error) || !read_state (self, object, error))
    return NULL;

  self->op = g_strdup (op);
  self->duplicate = mp_json_get_boolean (object, "duplicate", FALSE);
  if (self->status == MP_PUSH_CONFLICT)
    self->conflict_paths = read_texts (mp_json_get_array (object, "conflicts"), "pointer");
  return g_steal_pointer (&self);
}

/**
 * mp_push_result_get_op:
 * @self: a result
 *
 * Returns: (transfer none): the operation's UUID
 */
const char *
mp_push_result_get_op (MpPushResult *self)
{
  g_return_val_if_fail (MP_IS_PUSH_RESULT (self), NULL);

  return self->op;
}

/**
 * mp_push_result_get_status:
 * @self: a result
 *
 * Returns: what became of the operation
 */
MpPushStatus
mp_push_result_get_status (MpPushResult *self)
{
  g_return_val_if_fail (MP_IS_PUSH_RESULT (self), MP_PUSH_INVALID);

  return self->status;
}

/**
 * mp_push_result_get_duplicate:
 * @self: a result
 *
 * Returns: whether the server answers a second time, so that what it says may be old
 */
gboolean
mp_push_result_get_duplicate (MpPushResult *self)
{
  g_return_val_if_fail (MP_IS_PUSH_RESULT (self), FALSE);

  return self->duplicate;
}

/**
 * mp_push_result_get_record:
 * @self: a result
 *
 * Returns: (transfer none) (nullable): the record as it was on the server after the operation
 */
MpRecord *
mp_push_result_get_record (MpPushResult *self)
{
  g_return_val_if_fail (MP_IS_PUSH_RESULT (self), NULL);

  return self->record;
}

/**
 * mp_push_result_get_credential:
 * @self: a result
 *
 * Returns: (transfer none) (nullable): the credential as it was on the server after the operation
 */
MpCredential *
mp_push_result_get_credential (MpPushResult *self)
{
  g_return_val_if_fail (MP_IS_PUSH_RESULT (self), NULL);

  return self->credential;
}

/**
 * mp_push_result_get_conflict_paths:
 * @self: a result
 *
 * Returns: (transfer none) (nullable): where the server disagrees; %NULL when it is no conflict
 */
const char *const *
mp_push_result_get_conflict_paths (MpPushResult *self)
{
  g_return_val_if_fail (MP_IS_PUSH_RESULT (self), NULL);

  return (const char *const *) self->conflict_paths;
}

/**
 * mp_push_result_get_errors:
 * @self: a result
 *
 * Returns: (transfer none): the rules that the operation breaks; perhaps empty
 */
MpFieldErrors *
mp_push_result_get_errors (MpPushResult *self)
{
  g_return_val_if_fail (MP_IS_PUSH_RESULT (self), NULL);

  return self->errors;
}

/**
 * mp_push_result_has_error:
 * @self: a result
 * @code: a field error's code
 *
 * Returns: whether one of the errors is @code
 */
gboolean
mp_push_result_has_error (MpPushResult *self, const char *code)
{
  g_return_val_if_fail (MP_IS_PUSH_RESULT (self), FALSE);

  return g_strv_contains ((const char *const *) self->error_codes, code);
}
