/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-crm-metadata.h"

#include "mp-error.h"
#include "mp-json.h"

/* A list, and its items by name: a CRM's object can have thousands of fields. */
typedef struct
{
  GListModel *items;   /* (owned) */
  GHashTable *by_name; /* (owned): name -> item, both of items */
} Index;

struct _MpCrmMetadata
{
  GObject parent_instance;

  Index *objects;         /* (owned) (nullable): not read yet */
  GHashTable *fields;     /* (owned): object's name -> Index */
  GHashTable *validators; /* (owned): object's name, empty for the objects' list -> text */
};

G_DEFINE_FINAL_TYPE (MpCrmMetadata, mp_crm_metadata, G_TYPE_OBJECT)

static const char *
get_item_name (gpointer item)
{
  return MP_IS_CRM_OBJECT (item) ? mp_crm_object_get_name (item) : mp_crm_field_get_name (item);
}

static void
clear_index (Index *index)
{
  g_clear_pointer (&index->by_name, g_hash_table_unref);
  g_clear_object (&index->items);
}

static void
unref_index (Index *index)
{
  g_atomic_rc_box_release_full (index, (GDestroyNotify) clear_index);
}

static Index *
new_index (GListModel *items)
{
  Index *index = g_atomic_rc_box_new0 (Index);

  index->items = g_object_ref (items);
  index->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  for (unsigned int i = 0; i < g_list_model_get_n_items (items); i++)
    {
      /* The list keeps it alive. */
      g_autoptr (GObject) item = g_list_model_get_item (items, i);

      g_hash_table_insert (index->by_name, (gpointer) get_item_name (item), item);
    }
  return index;
}

static MpCrmMetadata *
copy_metadata (MpCrmMetadata *self)
{
  MpCrmMetadata *copy = mp_crm_metadata_new ();
  GHashTableIter iter;
  gpointer object;
  gpointer index;
  gpointer validator;

  if (self->objects != NULL)
    copy->objects = g_atomic_rc_box_acquire (self->objects);
  g_hash_table_iter_init (&iter, self->fields);
  while (g_hash_table_iter_next (&iter, &object, &index))
    g_hash_table_insert (copy->fields, g_strdup (object), g_atomic_rc_box_acquire (index));
  g_hash_table_iter_init (&iter, self->validators);
  while (g_hash_table_iter_next (&iter, &object, &validator))
    g_hash_table_insert (copy->validators, g_strdup (object), g_strdup (validator));
  return copy;
}

static GPtrArray *
options_from_json (JsonArray *array)
{
  GPtrArray *options = g_ptr_array_new_with_free_func ((GDestroyNotify) mp_option_free);

  for (unsigned int i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *object = mp_json_array_get_object (array, i);
      const char *value = object != NULL ? mp_json_get_string (object, "value", NULL) : NULL;

      if (value != NULL)
        g_ptr_array_add (options,
                         mp_option_new (value, mp_json_get_string (object, "label", NULL)));
    }
  return options;
}

static JsonArray *
options_to_json (MpCrmField *field)
{
  JsonArray *array = json_array_new ();

  for (unsigned int i = 0; i < mp_crm_field_get_n_options (field); i++)
    {
      const MpOption *option = mp_crm_field_get_option (field, i);
      JsonObject *object = json_object_new ();

      json_object_set_string_member (object, "value", option->value);
      json_object_set_string_member (object, "label", option->label);
      json_array_add_object_element (array, object);
    }
  return array;
}

static gpointer
object_from_json (JsonObject *object, GError **error)
{
  const char *name = mp_json_require_string (object, "name", error);

  if (name == NULL)
    return NULL;
  return mp_crm_object_new (name, mp_json_get_string (object, "label", NULL),
                            mp_json_get_boolean (object, "custom", FALSE));
}

static JsonObject *
object_to_json (gpointer item)
{
  MpCrmObject *self = MP_CRM_OBJECT (item);
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "name", mp_crm_object_get_name (self));
  json_object_set_string_member (object, "label", mp_crm_object_get_label (self));
  json_object_set_boolean_member (object, "custom", mp_crm_object_get_custom (self));
  return object;
}

/* What a newer program wrote is still a field: an unknown type is %MP_FIELD_TYPE_OTHER. */
static gpointer
field_from_json (JsonObject *object, GError **error)
{
  int64_t max_length = mp_json_get_int (object, "max_length", 0);
  JsonArray *array = mp_json_get_array (object, "options");
  g_autoptr (GPtrArray) options = array != NULL ? options_from_json (array) : NULL;
  MpCrmFieldInit init = {
    .label = mp_json_get_string (object, "label", NULL),
    .type = MP_FIELD_TYPE_OTHER,
    .vendor_type = mp_json_get_string (object, "vendor_type", NULL),
    .required = mp_json_get_boolean (object, "required", FALSE),
    .read_only = mp_json_get_boolean (object, "read_only", FALSE),
    .custom = mp_json_get_boolean (object, "custom", FALSE),
    .restricted = mp_json_get_boolean (object, "restricted", FALSE),
    .max_length = (unsigned int) CLAMP (max_length, 0, G_MAXINT),
    .options = options,
  };

  init.name = mp_json_require_string (object, "name", error);
  if (init.name == NULL)
    return NULL;
  mp_field_type_from_string (mp_json_get_string (object, "type", NULL), &init.type);
  return mp_crm_field_new (&init);
}

static JsonObject *
field_to_json (gpointer item)
{
  MpCrmField *self = MP_CRM_FIELD (item);
  const char *vendor_type = mp_crm_field_get_vendor_type (self);
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "name", mp_crm_field_get_name (self));
  json_object_set_string_member (object, "label", mp_crm_field_get_label (self));
  json_object_set_string_member (object, "type",
                                 mp_field_type_to_string (mp_crm_field_get_field_type (self)));
  if (vendor_type != NULL)
    json_object_set_string_member (object, "vendor_type", vendor_type);
  json_object_set_boolean_member (object, "required", mp_crm_field_get_required (self));
  json_object_set_boolean_member (object, "read_only", mp_crm_field_get_read_only (self));
  json_object_set_boolean_member (object, "custom", mp_crm_field_get_custom (self));
  json_object_set_boolean_member (object, "restricted", mp_crm_field_get_restricted (self));
  json_object_set_int_member (object, "max_length", mp_crm_field_get_max_length (self));
  if (mp_crm_field_get_n_options (self) > 0)
    json_object_set_array_member (object, "options", options_to_json (self));
  return object;
}

static Index *
index_from_json (JsonArray *array,
                 GType type,
                 gpointer (*parse) (JsonObject *object, GError **error),
                 GError **error)
{
  g_autoptr (GListStore) items = g_list_store_new (type);

  for (unsigned int i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *object = mp_json_array_get_object (array, i);
      g_autoptr (GObject) item = NULL;

      if (object == NULL)
        {
          g_set_error (error, MP_ERROR, MP_ERROR_INVALID, "Element %u is not an object", i);
          return NULL;
        }
      item = parse (object, error);
      if (item == NULL)
        return NULL;
      g_list_store_append (items, item);
    }
  return new_index (G_LIST_MODEL (items));
}

static JsonArray *
index_to_json (Index *index, JsonObject *(*write) (gpointer item))
{
  JsonArray *array = json_array_new ();

  for (unsigned int i = 0; i < g_list_model_get_n_items (index->items); i++)
    {
      g_autoptr (GObject) item = g_list_model_get_item (index->items, i);

      json_array_add_object_element (array, write (item));
    }
  return array;
}

static gboolean
fields_from_json (MpCrmMetadata *self, JsonObject *fields, GError **error)
{
  g_autoptr (GList) names = json_object_get_members (fields);

  for (GList *item = names; item != NULL; item = item->next)
    {
      JsonArray *array = mp_json_require_array (fields, item->data, error);
      Index *index =
          array != NULL ? index_from_json (array, MP_TYPE_CRM_FIELD, field_from_json, error) : NULL;

      if (index == NULL)
        return FALSE;
      g_hash_table_insert (self->fields, g_strdup (item->data), index);
    }
  return TRUE;
}

static void
validators_from_json (MpCrmMetadata *self, JsonObject *validators)
{
  g_autoptr (GList) names = json_object_get_members (validators);

  for (GList *item = names; item != NULL; item = item->next)
    {
      const char *validator = mp_json_get_string (validators, item->data, NULL);

      if (validator != NULL)
        g_hash_table_insert (self->validators, g_strdup (item->data), g_strdup (validator));
    }
}

static JsonObject *
validators_to_json (MpCrmMetadata *self)
{
  JsonObject *object = json_object_new ();
  GHashTableIter iter;
  gpointer name;
  gpointer validator;

  g_hash_table_iter_init (&iter, self->validators);
  while (g_hash_table_iter_next (&iter, &name, &validator))
    json_object_set_string_member (object, name, validator);
  return object;
}

static void
mp_crm_metadata_finalize (GObject *object)
{
  MpCrmMetadata *self = MP_CRM_METADATA (object);

  g_clear_pointer (&self->objects, unref_index);
  g_clear_pointer (&self->fields, g_hash_table_unref);
  g_clear_pointer (&self->validators, g_hash_table_unref);

  G_OBJECT_CLASS (mp_crm_metadata_parent_class)->finalize (object);
}

static void
mp_crm_metadata_class_init (MpCrmMetadataClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mp_crm_metadata_finalize;
}

static void
mp_crm_metadata_init (MpCrmMetadata *self)
{
  self->fields =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) unref_index);
  self->validators = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

/**
 * mp_crm_metadata_new:
 *
 * Returns: (transfer full): metadata of a CRM of which nothing was read yet
 */
MpCrmMetadata *
mp_crm_metadata_new (void)
{
  return g_object_new (MP_TYPE_CRM_METADATA, NULL);
}

/**
 * mp_crm_metadata_new_from_json:
 * @object: what mp_crm_metadata_to_json() made
 * @error: return location
 *
 * Fails with %MP_ERROR_INVALID when it cannot be read.
 *
 * Returns: (transfer full): the metadata
 */
MpCrmMetadata *
mp_crm_metadata_new_from_json (JsonObject *object, GError **error)
{
  g_autoptr (MpCrmMetadata) self = mp_crm_metadata_new ();
  JsonArray *objects;
  JsonObject *fields;
  JsonObject *validators;

  g_return_val_if_fail (object != NULL, NULL);

  objects = mp_json_get_array (object, "objects");
  if (objects != NULL)
    {
      self->objects = index_from_json (objects, MP_TYPE_CRM_OBJECT, object_from_json, error);
      if (self->objects == NULL)
        return NULL;
    }
  fields = mp_json_get_object (object, "fields");
  if (fields != NULL && !fields_from_json (self, fields, error))
    return NULL;
  validators = mp_json_get_object (object, "validators");
  if (validators != NULL)
    validators_from_json (self, validators);
  return g_steal_pointer (&self);
}

/**
 * mp_crm_metadata_to_json:
 * @self: metadata of a CRM
 *
 * Returns: (transfer full): all of it, to be kept for working offline
 */
JsonObject *
mp_crm_metadata_to_json (MpCrmMetadata *self)
{
  JsonObject *object;
  JsonObject *fields;
  GHashTableIter iter;
  gpointer name;
  gpointer index;

  g_return_val_if_fail (MP_IS_CRM_METADATA (self), NULL);

  object = json_object_new ();
  if (self->objects != NULL)
    json_object_set_array_member (object, "objects", index_to_json (self->objects, object_to_json));
  fields = json_object_new ();
  g_hash_table_iter_init (&iter, self->fields);
  while (g_hash_table_iter_next (&iter, &name, &index))
    json_object_set_array_member (fields, name, index_to_json (index, field_to_json));
  json_object_set_object_member (object, "fields", fields);
  if (g_hash_table_size (self->validators) > 0)
    json_object_set_object_member (object, "validators", validators_to_json (self));
  return object;
}

/**
 * mp_crm_metadata_with_objects:
 * @self: metadata of a CRM
 * @objects: a list of #MpCrmObject, which nobody changes any more
 *
 * Returns: (transfer full): the same metadata with these objects
 */
MpCrmMetadata *
mp_crm_metadata_with_objects (MpCrmMetadata *self, GListModel *objects)
{
  MpCrmMetadata *copy;

  g_return_val_if_fail (MP_IS_CRM_METADATA (self), NULL);
  g_return_val_if_fail (G_IS_LIST_MODEL (objects), NULL);
  g_return_val_if_fail (g_list_model_get_item_type (objects) == MP_TYPE_CRM_OBJECT, NULL);

  copy = copy_metadata (self);
  g_clear_pointer (&copy->objects, unref_index);
  copy->objects = new_index (objects);
  return copy;
}

/**
 * mp_crm_metadata_with_fields:
 * @self: metadata of a CRM
 * @object: an object's name
 * @fields: a list of #MpCrmField, which nobody changes any more
 *
 * Returns: (transfer full): the same metadata with these fields of @object
 */
MpCrmMetadata *
mp_crm_metadata_with_fields (MpCrmMetadata *self, const char *object, GListModel *fields)
{
  MpCrmMetadata *copy;

  g_return_val_if_fail (MP_IS_CRM_METADATA (self), NULL);
  g_return_val_if_fail (object != NULL, NULL);
  g_return_val_if_fail (G_IS_LIST_MODEL (fields), NULL);
  g_return_val_if_fail (g_list_model_get_item_type (fields) == MP_TYPE_CRM_FIELD, NULL);

  copy = copy_metadata (self);
  g_hash_table_insert (copy->fields, g_strdup (object), new_index (fields));
  return copy;
}

/**
 * mp_crm_metadata_with_validator:
 * @self: metadata of a CRM
 * @object: (nullable): an object's name; %NULL for the list of objects
 * @validator: (nullable): what the CRM is asked with whether that list still holds
 *
 * Returns: (transfer full): the same metadata with this validator, or without one
 */
MpCrmMetadata *
mp_crm_metadata_with_validator (MpCrmMetadata *self, const char *object, const char *validator)
{
  const char *name = object != NULL ? object : "";
  MpCrmMetadata *copy;

  g_return_val_if_fail (MP_IS_CRM_METADATA (self), NULL);

  copy = copy_metadata (self);
  if (validator != NULL)
    g_hash_table_insert (copy->validators, g_strdup (name), g_strdup (validator));
  else
    g_hash_table_remove (copy->validators, name);
  return copy;
}

/**
 * mp_crm_metadata_get_validator:
 * @self: metadata of a CRM
 * @object: (nullable): an object's name; %NULL for the list of objects
 *
 * Returns: (transfer none) (nullable): the validator of that list
 */
const char *
mp_crm_metadata_get_validator (MpCrmMetadata *self, const char *object)
{
  g_return_val_if_fail (MP_IS_CRM_METADATA (self), NULL);

  return g_hash_table_lookup (self->validators, object != NULL ? object : "");
}

/**
 * mp_crm_metadata_get_objects:
 * @self: metadata of a CRM
 *
 * Returns: (transfer none) (nullable): its objects, or %NULL when they were not read yet
 */
GListModel *
mp_crm_metadata_get_objects (MpCrmMetadata *self)
{
  g_return_val_if_fail (MP_IS_CRM_METADATA (self), NULL);
  return self->objects != NULL ? self->objects->items : NULL;
}

/**
 * mp_crm_metadata_get_fields:
 * @self: metadata of a CRM
 * @object: (nullable): an object's name
 *
 * Returns: (transfer none) (nullable): its fields, or %NULL when they were not read yet
 */
GListModel *
mp_crm_metadata_get_fields (MpCrmMetadata *self, const char *object)
{
  const Index *index;

  g_return_val_if_fail (MP_IS_CRM_METADATA (self), NULL);

  index = object != NULL ? g_hash_table_lookup (self->fields, object) : NULL;
  return index != NULL ? index->items : NULL;
}

/**
 * mp_crm_metadata_find_object:
 * @self: metadata of a CRM
 * @name: (nullable): an object's name
 *
 * Returns: (transfer none) (nullable): the object, if it is known
 */
MpCrmObject *
mp_crm_metadata_find_object (MpCrmMetadata *self, const char *name)
{
  g_return_val_if_fail (MP_IS_CRM_METADATA (self), NULL);

  if (self->objects == NULL || name == NULL)
    return NULL;
  return g_hash_table_lookup (self->objects->by_name, name);
}

/**
 * mp_crm_metadata_find_field:
 * @self: metadata of a CRM
 * @object: (nullable): an object's name
 * @name: (nullable): a field's name
 *
 * Returns: (transfer none) (nullable): the field, if it is known
 */
MpCrmField *
mp_crm_metadata_find_field (MpCrmMetadata *self, const char *object, const char *name)
{
  const Index *index;

  g_return_val_if_fail (MP_IS_CRM_METADATA (self), NULL);

  index = object != NULL ? g_hash_table_lookup (self->fields, object) : NULL;
  return index != NULL && name != NULL ? g_hash_table_lookup (index->by_name, name) : NULL;
}
