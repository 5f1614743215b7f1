/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-crm-metadata.h"

#include <string.h>

#include "mp-error.h"
#include "mp-json.h"

struct _MpCrmObject
{
  GObject parent_instance;

  char *name;  /* (owned) */
  char *label; /* (owned) */
  gboolean custom;
};

G_DEFINE_FINAL_TYPE (MpCrmObject, mp_crm_object, G_TYPE_OBJECT)

struct _MpCrmField
{
  GObject parent_instance;

  char *name;        /* (owned) */
  char *label;       /* (owned) */
  char *vendor_type; /* (owned) (nullable): the CRM does not say */
  MpOption *options; /* (owned) (nullable): no fixed list; their texts are in the same block */
  unsigned int n_options;
  MpFieldType type;
  unsigned int max_length;
  gboolean required;
  gboolean read_only;
  gboolean custom;
  gboolean restricted;
};

G_DEFINE_FINAL_TYPE (MpCrmField, mp_crm_field, G_TYPE_OBJECT)

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

static char *
append_text (char **end, const char *text)
{
  const size_t size = strlen (text) + 1;
  char *copy = memcpy (*end, text, size);

  *end += size;
  return copy;
}

/* A CRM's object can have a hundred thousand options: each field keeps its own in one block, which
 * takes the least memory and no time to free. */
static MpOption *
pack_options (GPtrArray *options)
{
  size_t size = options->len * sizeof (MpOption);
  MpOption *packed;
  char *end;

  for (unsigned int i = 0; i < options->len; i++)
    {
      const MpOption *option = g_ptr_array_index (options, i);

      size += strlen (option->value) + 1 + strlen (option->label) + 1;
    }

  packed = g_malloc (size);
  end = (char *) (packed + options->len);
  for (unsigned int i = 0; i < options->len; i++)
    {
      const MpOption *option = g_ptr_array_index (options, i);

      packed[i].value = append_text (&end, option->value);
      packed[i].label = append_text (&end, option->label);
    }
  return packed;
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

  json_object_set_string_member (object, "name", self->name);
  json_object_set_string_member (object, "label", self->label);
  json_object_set_boolean_member (object, "custom", self->custom);
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
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "name", self->name);
  json_object_set_string_member (object, "label", self->label);
  json_object_set_string_member (object, "type", mp_field_type_to_string (self->type));
  if (self->vendor_type != NULL)
    json_object_set_string_member (object, "vendor_type", self->vendor_type);
  json_object_set_boolean_member (object, "required", self->required);
  json_object_set_boolean_member (object, "read_only", self->read_only);
  json_object_set_boolean_member (object, "custom", self->custom);
  json_object_set_boolean_member (object, "restricted", self->restricted);
  json_object_set_int_member (object, "max_length", self->max_length);
  if (self->options != NULL)
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
mp_crm_object_finalize (GObject *object)
{
  MpCrmObject *self = MP_CRM_OBJECT (object);

  g_free (self->name);
  g_free (self->label);

  G_OBJECT_CLASS (mp_crm_object_parent_class)->finalize (object);
}

static void
mp_crm_object_class_init (MpCrmObjectClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mp_crm_object_finalize;
}

static void
mp_crm_object_init (MpCrmObject *self)
{
}

static void
mp_crm_field_finalize (GObject *object)
{
  MpCrmField *self = MP_CRM_FIELD (object);

  g_free (self->name);
  g_free (self->label);
  g_free (self->vendor_type);
  g_free (self->options);

  G_OBJECT_CLASS (mp_crm_field_parent_class)->finalize (object);
}

static void
mp_crm_field_class_init (MpCrmFieldClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mp_crm_field_finalize;
}

static void
mp_crm_field_init (MpCrmField *self)
{
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
 * mp_crm_object_new:
 * @name: the name its API uses
 * @label: (nullable): what people call it; %NULL for the name
 * @custom: whether the customer made it
 *
 * Returns: (transfer full): the object
 */
MpCrmObject *
mp_crm_object_new (const char *name, const char *label, gboolean custom)
{
  MpCrmObject *self;

  g_return_val_if_fail (name != NULL, NULL);

  self = g_object_new (MP_TYPE_CRM_OBJECT, NULL);
  self->name = g_strdup (name);
  self->label = g_strdup (label != NULL ? label : name);
  self->custom = custom;
  return self;
}

/**
 * mp_crm_field_new:
 * @init: its members, which are copied
 *
 * Returns: (transfer full): the field
 */
MpCrmField *
mp_crm_field_new (const MpCrmFieldInit *init)
{
  MpCrmField *self;

  g_return_val_if_fail (init != NULL && init->name != NULL, NULL);
  g_return_val_if_fail (init->type >= MP_FIELD_TYPE_TEXT && init->type <= MP_FIELD_TYPE_OTHER,
                        NULL);

  self = g_object_new (MP_TYPE_CRM_FIELD, NULL);
  self->name = g_strdup (init->name);
  self->label = g_strdup (init->label != NULL ? init->label : init->name);
  self->type = init->type;
  self->vendor_type = g_strdup (init->vendor_type);
  self->required = init->required;
  self->read_only = init->read_only;
  self->custom = init->custom;
  self->restricted = init->restricted;
  self->max_length = init->max_length;
  if (init->options != NULL && init->options->len > 0)
    {
      self->options = pack_options (init->options);
      self->n_options = init->options->len;
    }
  return self;
}

/**
 * mp_option_new:
 * @value: what the CRM stores
 * @label: (nullable): what it shows; %NULL for the value
 *
 * Returns: (transfer full): the option; free with mp_option_free()
 */
MpOption *
mp_option_new (const char *value, const char *label)
{
  MpOption *option;

  g_return_val_if_fail (value != NULL, NULL);

  option = g_new0 (MpOption, 1);
  option->value = g_strdup (value);
  option->label = g_strdup (label != NULL ? label : value);
  return option;
}

/**
 * mp_option_free:
 * @option: (transfer full) (nullable): an option
 */
void
mp_option_free (MpOption *option)
{
  if (option == NULL)
    return;
  g_free (option->value);
  g_free (option->label);
  g_free (option);
}

/**
 * mp_crm_object_get_name:
 * @self: an object of a CRM
 *
 * Returns: (transfer none): the name its API uses
 */
const char *
mp_crm_object_get_name (MpCrmObject *self)
{
  g_return_val_if_fail (MP_IS_CRM_OBJECT (self), NULL);
  return self->name;
}

/**
 * mp_crm_object_get_label:
 * @self: an object of a CRM
 *
 * Returns: (transfer none): what people call it
 */
const char *
mp_crm_object_get_label (MpCrmObject *self)
{
  g_return_val_if_fail (MP_IS_CRM_OBJECT (self), NULL);
  return self->label;
}

/**
 * mp_crm_object_get_custom:
 * @self: an object of a CRM
 *
 * Returns: whether the customer made it
 */
gboolean
mp_crm_object_get_custom (MpCrmObject *self)
{
  g_return_val_if_fail (MP_IS_CRM_OBJECT (self), FALSE);
  return self->custom;
}

/**
 * mp_crm_field_get_name:
 * @self: a field of a CRM
 *
 * Returns: (transfer none): the name its API uses
 */
const char *
mp_crm_field_get_name (MpCrmField *self)
{
  g_return_val_if_fail (MP_IS_CRM_FIELD (self), NULL);
  return self->name;
}

/**
 * mp_crm_field_get_label:
 * @self: a field of a CRM
 *
 * Returns: (transfer none): what people call it
 */
const char *
mp_crm_field_get_label (MpCrmField *self)
{
  g_return_val_if_fail (MP_IS_CRM_FIELD (self), NULL);
  return self->label;
}

/**
 * mp_crm_field_get_field_type:
 * @self: a field of a CRM
 *
 * Returns: the type of its values
 */
MpFieldType
mp_crm_field_get_field_type (MpCrmField *self)
{
  g_return_val_if_fail (MP_IS_CRM_FIELD (self), MP_FIELD_TYPE_OTHER);
  return self->type;
}

/**
 * mp_crm_field_get_vendor_type:
 * @self: a field of a CRM
 *
 * Returns: (transfer none) (nullable): the type as the CRM calls it
 */
const char *
mp_crm_field_get_vendor_type (MpCrmField *self)
{
  g_return_val_if_fail (MP_IS_CRM_FIELD (self), NULL);
  return self->vendor_type;
}

/**
 * mp_crm_field_get_required:
 * @self: a field of a CRM
 *
 * Returns: whether the CRM refuses a new record without it
 */
gboolean
mp_crm_field_get_required (MpCrmField *self)
{
  g_return_val_if_fail (MP_IS_CRM_FIELD (self), FALSE);
  return self->required;
}

/**
 * mp_crm_field_get_read_only:
 * @self: a field of a CRM
 *
 * Returns: whether nobody can write it
 */
gboolean
mp_crm_field_get_read_only (MpCrmField *self)
{
  g_return_val_if_fail (MP_IS_CRM_FIELD (self), FALSE);
  return self->read_only;
}

/**
 * mp_crm_field_get_custom:
 * @self: a field of a CRM
 *
 * Returns: whether the customer made it
 */
gboolean
mp_crm_field_get_custom (MpCrmField *self)
{
  g_return_val_if_fail (MP_IS_CRM_FIELD (self), FALSE);
  return self->custom;
}

/**
 * mp_crm_field_get_restricted:
 * @self: a field of a CRM
 *
 * Returns: whether only its options are allowed
 */
gboolean
mp_crm_field_get_restricted (MpCrmField *self)
{
  g_return_val_if_fail (MP_IS_CRM_FIELD (self), FALSE);
  return self->restricted;
}

/**
 * mp_crm_field_get_max_length:
 * @self: a field of a CRM
 *
 * Returns: the most characters it takes; 0: not known
 */
unsigned int
mp_crm_field_get_max_length (MpCrmField *self)
{
  g_return_val_if_fail (MP_IS_CRM_FIELD (self), 0);
  return self->max_length;
}

/**
 * mp_crm_field_get_n_options:
 * @self: a field of a CRM
 *
 * Returns: how many options it has; 0 for none
 */
unsigned int
mp_crm_field_get_n_options (MpCrmField *self)
{
  g_return_val_if_fail (MP_IS_CRM_FIELD (self), 0);
  return self->n_options;
}

/**
 * mp_crm_field_get_option:
 * @self: a field of a CRM
 * @index: less than mp_crm_field_get_n_options()
 *
 * Returns: (transfer none): the option
 */
const MpOption *
mp_crm_field_get_option (MpCrmField *self, unsigned int index)
{
  g_return_val_if_fail (MP_IS_CRM_FIELD (self), NULL);
  g_return_val_if_fail (index < self->n_options, NULL);
  return &self->options[index];
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
