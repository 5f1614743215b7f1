/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-operation.h"

#include "mp-clock.h"
#include "mp-error.h"
#include "mp-json.h"

typedef struct
{
  const char *name;
  gboolean credential;
  gboolean needs_base;
  const char *payload[7]; /* members that must be texts */
} ActionSpec;

struct _MpOperation
{
  GObject parent_instance;

  char *op;
  MpAction action;
  char *target;
  char *base;          /* (owned) (nullable) */
  MpChanges *set;      /* (owned) */
  MpChanges *expect;   /* (owned) */
  JsonObject *payload; /* (owned) (nullable) */
};

G_DEFINE_FINAL_TYPE (MpOperation, mp_operation, G_TYPE_OBJECT)

static const ActionSpec actions[] = {
  [MP_ACTION_CREATE] = { "create", FALSE, FALSE, { NULL } },
  [MP_ACTION_UPDATE] = { "update", FALSE, FALSE, { NULL } },
  [MP_ACTION_ARCHIVE] = { "archive", FALSE, TRUE, { NULL } },
  [MP_ACTION_RESTORE] = { "restore", FALSE, TRUE, { NULL } },
  [MP_ACTION_ADD] = { "add",
                      TRUE,
                      FALSE,
                      { "kind", "platform", "label", "mode", "sealed", "key_id", NULL } },
  [MP_ACTION_REPLACE] = { "replace", TRUE, FALSE, { "sealed", "key_id", NULL } },
  [MP_ACTION_RENAME] = { "rename", TRUE, FALSE, { "label", NULL } },
  [MP_ACTION_REVOKE] = { "revoke", TRUE, FALSE, { NULL } },
  [MP_ACTION_USE] = { "use", TRUE, FALSE, { "purpose", "at", NULL } },
};

static const ActionSpec *
get_spec (MpAction action)
{
  g_return_val_if_fail (action >= MP_ACTION_CREATE && action <= MP_ACTION_USE, NULL);

  return &actions[action];
}

static gboolean
fail_invalid (GError **error, const char *message)
{
  g_set_error_literal (error, MP_ERROR, MP_ERROR_INVALID, message);
  return FALSE;
}

static char *
read_uuid (JsonObject *object, const char *name, GError **error)
{
  const char *text = mp_json_require_string (object, name, error);

  if (text == NULL)
    return NULL;

  if (!mp_uuid_is_valid (text))
    {
      g_set_error (error, MP_ERROR, MP_ERROR_INVALID, "“%s” is not a UUID", name);
      return NULL;
    }
  return g_strdup (text);
}

static gboolean
read_action (JsonObject *object, MpAction *action, GError **error)
{
  const char *text = mp_json_require_string (object, "action", error);

  if (text == NULL)
    return FALSE;

  if (!mp_action_from_string (text, action))
    {
      g_set_error (error, MP_ERROR, MP_ERROR_INVALID, "there is no action “%s”", text);
      return FALSE;
    }
  return TRUE;
}

/* A member that is not there is an empty list. */
static MpChanges *
read_changes (JsonObject *object, const char *name, GError **error)
{
  MpChanges *changes;
  JsonObject *member;

  if (!json_object_has_member (object, name))
    return mp_changes_new ();

  member = mp_json_require_object (object, name, error);
  if (member == NULL)
    return NULL;

  changes = mp_changes_new_from_json (member, error);
  if (changes == NULL)
    g_prefix_error (error, "“%s”: ", name);
  return changes;
}

static gboolean
check_payload (MpOperation *self, const ActionSpec *spec, GError **error)
{
  if (spec->payload[0] != NULL && self->payload == NULL)
    return fail_invalid (error, "the payload is missing");

  for (unsigned int i = 0; spec->payload[i] != NULL; i++)
    {
      if (mp_json_require_string (self->payload, spec->payload[i], error) == NULL)
        {
          g_prefix_error (error, "the payload: ");
          return FALSE;
        }
    }
  return TRUE;
}

/* Without what was seen, an update would overwrite blindly. */
static gboolean
check_update (MpOperation *self, GError **error)
{
  if (mp_changes_get_size (self->set) == 0)
    return fail_invalid (error, "the update changes nothing");

  for (unsigned int i = 0; i < mp_changes_get_size (self->set); i++)
    {
      const char *path = mp_changes_get_path (self->set, i);

      if (!mp_changes_contains (self->expect, path))
        {
          g_set_error (error, MP_ERROR, MP_ERROR_INVALID, "“expect” lacks “%s”", path);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
check_complete (MpOperation *self, GError **error)
{
  const ActionSpec *spec = &actions[self->action];

  if (spec->needs_base && self->base == NULL)
    return fail_invalid (error, "the member “base” is missing");
  if (self->action == MP_ACTION_UPDATE && !check_update (self, error))
    return FALSE;
  return check_payload (self, spec, error);
}

static gboolean
read_members (MpOperation *self, JsonObject *object, GError **error)
{
  self->op = read_uuid (object, "op", error);
  if (self->op == NULL || !read_action (object, &self->action, error))
    return FALSE;

  self->target = read_uuid (object, "target", error);
  if (self->target == NULL)
    return FALSE;

  self->set = read_changes (object, "set", error);
  if (self->set == NULL)
    return FALSE;

  self->expect = read_changes (object, "expect", error);
  if (self->expect == NULL)
    return FALSE;

  self->base = g_strdup (mp_json_get_string (object, "base", NULL));
  if (json_object_has_member (object, "payload"))
    {
      JsonObject *payload = mp_json_require_object (object, "payload", error);

      if (payload == NULL)
        return FALSE;
      self->payload = mp_json_object_copy (payload);
    }
  return check_complete (self, error);
}

static void
mp_operation_finalize (GObject *object)
{
  MpOperation *self = MP_OPERATION (object);

  g_free (self->op);
  g_free (self->target);
  g_free (self->base);
  g_clear_pointer (&self->set, mp_changes_unref);
  g_clear_pointer (&self->expect, mp_changes_unref);
  g_clear_pointer (&self->payload, json_object_unref);

  G_OBJECT_CLASS (mp_operation_parent_class)->finalize (object);
}

static void
mp_operation_class_init (MpOperationClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mp_operation_finalize;
}

static void
mp_operation_init (MpOperation *self)
{
}

/**
 * mp_action_to_string:
 * @action: an action
 *
 * Returns: (transfer none): its name on the wire
 */
const char *
mp_action_to_string (MpAction action)
{
  const ActionSpec *spec = get_spec (action);

  return spec != NULL ? spec->name : NULL;
}

/**
 * mp_action_from_string:
 * @text: (nullable): a name, perhaps from outside
 * @action: (out): the action
 *
 * Returns: whether there is an action of that name
 */
gboolean
mp_action_from_string (const char *text, MpAction *action)
{
  for (size_t i = MP_ACTION_CREATE; i < G_N_ELEMENTS (actions); i++)
    {
      if (g_strcmp0 (actions[i].name, text) == 0)
        {
          *action = (MpAction) i;
          return TRUE;
        }
    }
  return FALSE;
}

/**
 * mp_action_is_credential:
 * @action: an action
 *
 * Returns: whether its target is a credential, else it is a record
 */
gboolean
mp_action_is_credential (MpAction action)
{
  const ActionSpec *spec = get_spec (action);

  return spec != NULL && spec->credential;
}

/**
 * mp_operation_new:
 * @op: its own UUID: with it the server knows the operation again
 * @action: what to do
 * @target: the UUID of the record or credential
 * @base: (nullable): the revision it was made on
 * @set: (nullable) (transfer none): the paths it changes; copied
 * @expect: (nullable) (transfer none): what was seen there, by mp_merge_build_expect (); copied
 * @payload: (nullable) (transfer none): for a credential; copied
 *
 * Returns: (transfer full): the operation
 */
MpOperation *
mp_operation_new (const char *op,
                  MpAction action,
                  const char *target,
                  const char *base,
                  MpChanges *set,
                  MpChanges *expect,
                  JsonObject *payload)
{
  MpOperation *self;

  g_return_val_if_fail (mp_uuid_is_valid (op), NULL);
  g_return_val_if_fail (get_spec (action) != NULL, NULL);
  g_return_val_if_fail (mp_uuid_is_valid (target), NULL);

  self = g_object_new (MP_TYPE_OPERATION, NULL);
  self->op = g_strdup (op);
  self->action = action;
  self->target = g_strdup (target);
  self->base = g_strdup (base);
  self->set = set != NULL ? mp_changes_copy (set) : mp_changes_new ();
  self->expect = expect != NULL ? mp_changes_copy (expect) : mp_changes_new ();
  self->payload = payload != NULL ? mp_json_object_copy (payload) : NULL;
  return self;
}

/**
 * mp_operation_new_from_json:
 * @object: an operation, from the wire or the store
 * @error: return location for a %MP_ERROR_INVALID
 *
 * Refuses what lacks something that its action needs; an update must say what was seen at each path
 * that it sets.
 *
 * Returns: (transfer full): the operation, or %NULL with @error set
 */
MpOperation *
mp_operation_new_from_json (JsonObject *object, GError **error)
{
  g_autoptr (MpOperation) self = g_object_new (MP_TYPE_OPERATION, NULL);

  g_return_val_if_fail (object != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!read_members (self, object, error))
    {
      g_prefix_error (error, "an operation: ");
      return NULL;
    }
  return g_steal_pointer (&self);
}

/**
 * mp_operation_to_json:
 * @self: an operation
 *
 * Returns: (transfer full): the operation as it stands on the wire and in the store
 */
JsonObject *
mp_operation_to_json (MpOperation *self)
{
  JsonObject *object;

  g_return_val_if_fail (MP_IS_OPERATION (self), NULL);

  object = json_object_new ();
  json_object_set_string_member (object, "op", self->op);
  json_object_set_string_member (object, "action", mp_action_to_string (self->action));
  json_object_set_string_member (object, "target", self->target);
  if (self->base != NULL)
    json_object_set_string_member (object, "base", self->base);
  if (mp_changes_get_size (self->set) > 0)
    json_object_set_object_member (object, "set", mp_changes_to_json (self->set));
  if (mp_changes_get_size (self->expect) > 0)
    json_object_set_object_member (object, "expect", mp_changes_to_json (self->expect));
  if (self->payload != NULL)
    json_object_set_object_member (object, "payload", mp_json_object_copy (self->payload));
  return object;
}

/**
 * mp_operation_get_op:
 * @self: an operation
 *
 * Returns: (transfer none): its own UUID
 */
const char *
mp_operation_get_op (MpOperation *self)
{
  g_return_val_if_fail (MP_IS_OPERATION (self), NULL);

  return self->op;
}

/**
 * mp_operation_get_action:
 * @self: an operation
 *
 * Returns: what to do
 */
MpAction
mp_operation_get_action (MpOperation *self)
{
  g_return_val_if_fail (MP_IS_OPERATION (self), MP_ACTION_CREATE);

  return self->action;
}

/**
 * mp_operation_get_target:
 * @self: an operation
 *
 * Returns: (transfer none): the UUID of the record or credential
 */
const char *
mp_operation_get_target (MpOperation *self)
{
  g_return_val_if_fail (MP_IS_OPERATION (self), NULL);

  return self->target;
}

/**
 * mp_operation_get_base:
 * @self: an operation
 *
 * Returns: (transfer none) (nullable): the revision it was made on
 */
const char *
mp_operation_get_base (MpOperation *self)
{
  g_return_val_if_fail (MP_IS_OPERATION (self), NULL);

  return self->base;
}

/**
 * mp_operation_get_set:
 * @self: an operation
 *
 * Returns: (transfer none): the paths it changes, perhaps none; not to be changed
 */
MpChanges *
mp_operation_get_set (MpOperation *self)
{
  g_return_val_if_fail (MP_IS_OPERATION (self), NULL);

  return self->set;
}

/**
 * mp_operation_get_expect:
 * @self: an operation
 *
 * Returns: (transfer none): what was seen, perhaps nothing; not to be changed
 */
MpChanges *
mp_operation_get_expect (MpOperation *self)
{
  g_return_val_if_fail (MP_IS_OPERATION (self), NULL);

  return self->expect;
}

/**
 * mp_operation_get_payload:
 * @self: an operation
 *
 * Returns: (transfer none) (nullable): what comes with an action on a credential; not to be changed
 */
JsonObject *
mp_operation_get_payload (MpOperation *self)
{
  g_return_val_if_fail (MP_IS_OPERATION (self), NULL);

  return self->payload;
}
