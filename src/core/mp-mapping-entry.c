/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-mapping-entry.h"

#include "mp-json.h"

#define FIELD "field"
#define VALUES "values"
#define REST "rest"
#define NOT_SENT "not_sent"

/* (nullable) */
static JsonObject *
get_object (JsonNode *entry)
{
  return entry != NULL && JSON_NODE_HOLDS_OBJECT (entry) ? json_node_get_object (entry) : NULL;
}

static gboolean
is_all_text (JsonObject *values)
{
  JsonObjectIter iter;
  JsonNode *value;

  json_object_iter_init (&iter, values);
  while (json_object_iter_next (&iter, NULL, &value))
    {
      if (mp_json_node_get_string (value) == NULL)
        return FALSE;
    }
  return TRUE;
}

static gboolean
is_well_formed_object (JsonObject *object)
{
  JsonObject *values = mp_json_get_object (object, VALUES);
  gboolean is_rest_right =
      !json_object_has_member (object, REST) || mp_json_get_string (object, REST, NULL) != NULL;

  if (json_object_has_member (object, NOT_SENT))
    return json_object_get_size (object) == 1 && mp_json_get_string (object, NOT_SENT, NULL);
  if (json_object_has_member (object, VALUES) && (values == NULL || !is_all_text (values)))
    return FALSE;
  return is_rest_right && *mp_json_get_string (object, FIELD, "") != '\0' &&
         json_object_get_size (object) ==
             1U + json_object_has_member (object, VALUES) + json_object_has_member (object, REST);
}

/* @values: (transfer full) (nullable); the shortest form that says the same */
static JsonNode *
take_entry (const char *target, JsonObject *values, const char *rest)
{
  JsonObject *object;

  if (values != NULL && json_object_get_size (values) == 0)
    g_clear_pointer (&values, json_object_unref);
  if (values == NULL && rest == NULL)
    return mp_json_node_new_string (target);
  object = json_object_new ();
  json_object_set_string_member (object, FIELD, target);
  if (values != NULL)
    json_object_set_object_member (object, VALUES, values);
  if (rest != NULL)
    json_object_set_string_member (object, REST, rest);
  return mp_json_node_take_object (object);
}

static JsonObject *
copy_values (JsonNode *entry)
{
  JsonObject *values = mp_mapping_get_values (entry);

  return values != NULL ? mp_json_object_copy (values) : json_object_new ();
}

/**
 * mp_mapping_not_sent_new:
 * @reason: why the field is not sent to the CRM
 *
 * Returns: (transfer full): a mapping's entry that says so
 */
JsonNode *
mp_mapping_not_sent_new (const char *reason)
{
  JsonObject *object;

  g_return_val_if_fail (reason != NULL, NULL);

  object = json_object_new ();
  json_object_set_string_member (object, NOT_SENT, reason);
  return mp_json_node_take_object (object);
}

/**
 * mp_mapping_get_not_sent:
 * @entry: (nullable): a mapping's entry, perhaps from outside
 *
 * Returns: (transfer none) (nullable): why the field is not sent, perhaps "", or %NULL when the
 *   entry does not say that it is not sent
 */
const char *
mp_mapping_get_not_sent (JsonNode *entry)
{
  JsonObject *object = get_object (entry);

  return object != NULL ? mp_json_get_string (object, NOT_SENT, NULL) : NULL;
}

/**
 * mp_mapping_get_target:
 * @entry: (nullable): a mapping's entry, perhaps from outside
 *
 * Returns: (transfer none) (nullable): the CRM's field, or %NULL when the entry names none
 */
const char *
mp_mapping_get_target (JsonNode *entry)
{
  JsonObject *object = get_object (entry);
  const char *target;

  if (entry == NULL || !mp_mapping_is_well_formed (entry))
    return NULL;
  target = object != NULL ? mp_json_get_string (object, FIELD, NULL) : json_node_get_string (entry);
  return target != NULL && target[0] != '\0' ? target : NULL;
}

/**
 * mp_mapping_is_well_formed:
 * @entry: a mapping's entry, perhaps from outside
 *
 * Returns: whether it has one of the forms that an entry has
 */
gboolean
mp_mapping_is_well_formed (JsonNode *entry)
{
  JsonObject *object = get_object (entry);

  g_return_val_if_fail (entry != NULL, FALSE);

  if (object == NULL)
    return mp_json_node_get_string (entry) != NULL;
  return is_well_formed_object (object);
}

/**
 * mp_mapping_get_values:
 * @entry: (nullable): a mapping's entry
 *
 * Returns: (transfer none) (nullable): its rules: a Member Pulse value to what is sent for it
 */
JsonObject *
mp_mapping_get_values (JsonNode *entry)
{
  JsonObject *object = get_object (entry);

  return object != NULL && mp_mapping_get_target (entry) != NULL
             ? mp_json_get_object (object, VALUES)
             : NULL;
}

/**
 * mp_mapping_get_rest:
 * @entry: (nullable): a mapping's entry
 *
 * Returns: (transfer none) (nullable): what is sent for a value without a rule of its own: "" for
 *   nothing, %NULL for the value as it is
 */
const char *
mp_mapping_get_rest (JsonNode *entry)
{
  JsonObject *object = get_object (entry);

  return object != NULL && mp_mapping_get_target (entry) != NULL
             ? mp_json_get_string (object, REST, NULL)
             : NULL;
}

/**
 * mp_mapping_get_sent:
 * @entry: (nullable): a mapping's entry
 * @value: a Member Pulse value
 *
 * Returns: (transfer none): what is sent for it by the entry's rules; "" when it is left out
 */
const char *
mp_mapping_get_sent (JsonNode *entry, const char *value)
{
  JsonObject *values = mp_mapping_get_values (entry);
  const char *rest = mp_mapping_get_rest (entry);

  g_return_val_if_fail (value != NULL, NULL);

  if (values != NULL && json_object_has_member (values, value))
    return mp_json_get_string (values, value, value);
  return rest != NULL ? rest : value;
}

/**
 * mp_mapping_with_target:
 * @entry: (nullable): a mapping's entry, if there is one
 * @target: the CRM's field
 *
 * The rules for values belong to the field that they were made for: they stay only where @target
 * is that field, or the entry's field under another name.
 *
 * Returns: (transfer full): an entry with the rules of @entry that goes to @target
 */
JsonNode *
mp_mapping_with_target (JsonNode *entry, const char *target)
{
  g_return_val_if_fail (target != NULL, NULL);

  return take_entry (target, copy_values (entry), mp_mapping_get_rest (entry));
}

/**
 * mp_mapping_with_value:
 * @entry: a mapping's entry that names a field
 * @value: a Member Pulse value
 * @sent: (nullable): what is sent for it; "" leaves it out; %NULL: no rule of its own
 *
 * Returns: (transfer full): an entry with that rule
 */
JsonNode *
mp_mapping_with_value (JsonNode *entry, const char *value, const char *sent)
{
  JsonObject *values;

  g_return_val_if_fail (mp_mapping_get_target (entry) != NULL, NULL);
  g_return_val_if_fail (value != NULL, NULL);

  values = copy_values (entry);
  if (sent != NULL)
    json_object_set_string_member (values, value, sent);
  else if (json_object_has_member (values, value))
    json_object_remove_member (values, value);
  return take_entry (mp_mapping_get_target (entry), values, mp_mapping_get_rest (entry));
}

/**
 * mp_mapping_with_rest:
 * @entry: a mapping's entry that names a field
 * @sent: (nullable): what is sent for a value without a rule of its own; "" leaves it out; %NULL:
 *   the value as it is
 *
 * Returns: (transfer full): an entry with that rule
 */
JsonNode *
mp_mapping_with_rest (JsonNode *entry, const char *sent)
{
  g_return_val_if_fail (mp_mapping_get_target (entry) != NULL, NULL);

  return take_entry (mp_mapping_get_target (entry), copy_values (entry), sent);
}
