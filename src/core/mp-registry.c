/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-registry.h"

#include "mp-core-data-private.h"
#include "mp-data-text.h"
#include "mp-error.h"
#include "mp-json.h"

#define VERSION 1

struct _MpRegistry
{
  GObject parent_instance;

  GPtrArray *fields;   /* (owned) (element-type MpFieldSpec) */
  GPtrArray *sections; /* (owned) (element-type MpSectionSpec) */
};

G_DEFINE_FINAL_TYPE (MpRegistry, mp_registry, G_TYPE_OBJECT)

static const struct
{
  const char *name;
  MpInput input;
} inputs[] = {
  { "text", MP_INPUT_TEXT },
  { "platform", MP_INPUT_PLATFORM },
  { "connection", MP_INPUT_CONNECTION },
  { "credential", MP_INPUT_CREDENTIAL },
  { "object", MP_INPUT_OBJECT },
  { "field", MP_INPUT_FIELD },
  { "mapping", MP_INPUT_MAPPING },
};

static void
free_field (MpFieldSpec *field)
{
  g_free (field->path);
  g_free (field->section);
  g_free (field->label);
  g_free (field->shown_path);
  g_free (field->kind);
  g_free (field->platform_path);
  g_free (field->catalogue);
  g_free (field->object_path);
  g_strfreev (field->determined_by);
  g_free (field);
}

static void
free_section (MpSectionSpec *section)
{
  g_free (section->id);
  g_free (section->label);
  g_free (section->kind);
  g_free (section);
}

static JsonObject *
require_object (JsonArray *array, unsigned int index, const char *what, GError **error)
{
  JsonObject *object = mp_json_array_get_object (array, index);

  if (object == NULL)
    g_set_error (error, MP_ERROR, MP_ERROR_INVALID, "%s %u is not an object", what, index);
  return object;
}

static gboolean
parse_input (const char *name, MpInput *input, GError **error)
{
  for (size_t i = 0; i < G_N_ELEMENTS (inputs); i++)
    {
      if (g_str_equal (name, inputs[i].name))
        {
          *input = inputs[i].input;
          return TRUE;
        }
    }
  g_set_error (error, MP_ERROR, MP_ERROR_INVALID, "The input type %s is not known", name);
  return FALSE;
}

static gboolean
check_references (const MpFieldSpec *field, GError **error)
{
  const char *missing = NULL;

  if (field->input == MP_INPUT_PLATFORM && field->kind == NULL)
    missing = "kind";
  else if ((field->input == MP_INPUT_CONNECTION || field->input == MP_INPUT_CREDENTIAL) &&
           field->platform_path == NULL)
    missing = "platform";
  else if ((field->input == MP_INPUT_FIELD || field->input == MP_INPUT_MAPPING) &&
           field->object_path == NULL)
    missing = "object";
  else if (field->input == MP_INPUT_MAPPING && field->catalogue == NULL)
    missing = "catalogue";

  if (missing == NULL)
    return TRUE;
  g_set_error (error, MP_ERROR, MP_ERROR_INVALID, "The field %s lacks %s", field->path, missing);
  return FALSE;
}

static MpFieldSpec *
parse_field (JsonObject *object, GError **error)
{
  const char *path = mp_json_require_string (object, "path", error);
  const char *section = path != NULL ? mp_json_require_string (object, "section", error) : NULL;
  const char *label = section != NULL ? mp_json_require_string (object, "label", error) : NULL;
  const char *input_name = label != NULL ? mp_json_require_string (object, "input", error) : NULL;
  int64_t max_length = mp_json_get_int (object, "max_length", 0);
  MpFieldSpec *field;
  MpInput input;

  if (input_name == NULL || !parse_input (input_name, &input, error))
    return NULL;
  if (path[0] != '/' || max_length < 0 || max_length > G_MAXINT)
    {
      g_set_error (error, MP_ERROR, MP_ERROR_INVALID, "The field %s has a bad path or limit", path);
      return NULL;
    }

  field = g_new0 (MpFieldSpec, 1);
  field->path = g_strdup (path);
  field->section = g_strdup (section);
  field->label = g_strdup (label);
  field->input = input;
  field->required = mp_json_get_boolean (object, "required", FALSE);
  field->shown_path = g_strdup (mp_json_get_string (object, "shown", NULL));
  field->kind = g_strdup (mp_json_get_string (object, "kind", NULL));
  field->platform_path = g_strdup (mp_json_get_string (object, "platform", NULL));
  field->catalogue = g_strdup (mp_json_get_string (object, "catalogue", NULL));
  field->object_path = g_strdup (mp_json_get_string (object, "object", NULL));
  field->is_private = mp_json_get_boolean (object, "private", FALSE);
  field->max_length = (unsigned int) max_length;
  field->determined_by = mp_json_dup_strings (object, "determined_by");
  return field;
}

static const MpFieldSpec *
find_exact (MpRegistry *self, const char *path)
{
  for (unsigned int i = 0; i < self->fields->len; i++)
    {
      const MpFieldSpec *field = g_ptr_array_index (self->fields, i);

      if (g_str_equal (field->path, path))
        return field;
    }
  return NULL;
}

/* Does a row stand alone under its path, after the row that makes it appear? */
static gboolean
check_order (MpRegistry *self, const MpFieldSpec *field, GError **error)
{
  if (find_exact (self, field->path) == NULL &&
      (field->shown_path == NULL || find_exact (self, field->shown_path) != NULL))
    return TRUE;
  g_set_error (error, MP_ERROR, MP_ERROR_INVALID,
               "The field %s stands twice, or before the one that shows it", field->path);
  return FALSE;
}

static gboolean
parse_fields (MpRegistry *self, JsonArray *array, GError **error)
{
  for (unsigned int i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *object = require_object (array, i, "Field", error);
      MpFieldSpec *field = object != NULL ? parse_field (object, error) : NULL;

      if (field == NULL)
        return FALSE;
      if (!check_order (self, field, error) || !check_references (field, error))
        {
          free_field (field);
          return FALSE;
        }
      g_ptr_array_add (self->fields, field);
    }
  return TRUE;
}

static gboolean
parse_sections (MpRegistry *self, JsonArray *array, GError **error)
{
  for (unsigned int i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *object = require_object (array, i, "Section", error);
      const char *id = object != NULL ? mp_json_require_string (object, "id", error) : NULL;
      const char *label = id != NULL ? mp_json_require_string (object, "label", error) : NULL;
      MpSectionSpec *section;

      if (label == NULL)
        return FALSE;
      section = g_new0 (MpSectionSpec, 1);
      section->id = g_strdup (id);
      section->label = g_strdup (label);
      section->kind = g_strdup (mp_json_get_string (object, "kind", NULL));
      g_ptr_array_add (self->sections, section);
    }
  return TRUE;
}

static gboolean
is_filled (MpRecord *record, const char *path)
{
  const char *text = mp_record_get_string (record, path);

  return text != NULL && *text != '\0';
}

static gpointer
load_default (gpointer data)
{
  g_autoptr (GBytes) bytes = mp_core_data_lookup (MP_CORE_DATA_REGISTRY);
  g_autoptr (GError) error = NULL;
  MpRegistry *registry = NULL;

  if (bytes != NULL)
    registry = mp_registry_new_from_json (g_bytes_get_data (bytes, NULL),
                                          (gssize) g_bytes_get_size (bytes), &error);
  if (error != NULL)
    g_critical ("The built-in registry cannot be read: %s", error->message);
  return registry;
}

static void
mp_registry_finalize (GObject *object)
{
  MpRegistry *self = MP_REGISTRY (object);

  g_clear_pointer (&self->fields, g_ptr_array_unref);
  g_clear_pointer (&self->sections, g_ptr_array_unref);

  G_OBJECT_CLASS (mp_registry_parent_class)->finalize (object);
}

static void
mp_registry_class_init (MpRegistryClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mp_registry_finalize;
}

static void
mp_registry_init (MpRegistry *self)
{
  self->fields = g_ptr_array_new_with_free_func ((GDestroyNotify) free_field);
  self->sections = g_ptr_array_new_with_free_func ((GDestroyNotify) free_section);
}

/**
 * mp_registry_new_from_json:
 * @text: a registry document
 * @length: its length in bytes, or -1
 * @error: return location
 *
 * Fails with %MP_ERROR_INVALID when the document cannot be read, and with %MP_ERROR_NEWER when it
 * is of a later version.
 *
 * Returns: (transfer full): the registry
 */
MpRegistry *
mp_registry_new_from_json (const char *text, gssize length, GError **error)
{
  g_autoptr (MpRegistry) self = g_object_new (MP_TYPE_REGISTRY, NULL);
  g_autoptr (JsonObject) document = mp_json_parse_object (text, length, error);
  JsonArray *sections;
  JsonArray *fields;

  if (document == NULL)
    return NULL;
  if (mp_json_get_int (document, "version", VERSION) > VERSION)
    {
      g_set_error_literal (error, MP_ERROR, MP_ERROR_NEWER,
                           "The registry is of a later version than this program");
      return NULL;
    }

  sections = mp_json_require_array (document, "sections", error);
  fields = sections != NULL ? mp_json_require_array (document, "fields", error) : NULL;
  if (fields == NULL || !parse_sections (self, sections, error) ||
      !parse_fields (self, fields, error))
    return NULL;
  return g_steal_pointer (&self);
}

/**
 * mp_registry_get_default:
 *
 * The registry this program was built with. Any thread may ask for it.
 *
 * Returns: (transfer none): the registry
 */
MpRegistry *
mp_registry_get_default (void)
{
  static GOnce once = G_ONCE_INIT;

  return g_once (&once, load_default, NULL);
}

/**
 * mp_registry_get_n_fields:
 * @self: a registry
 *
 * Returns: how many rows there are
 */
unsigned int
mp_registry_get_n_fields (MpRegistry *self)
{
  g_return_val_if_fail (MP_IS_REGISTRY (self), 0);
  return self->fields->len;
}

/**
 * mp_registry_get_field:
 * @self: a registry
 * @index: less than mp_registry_get_n_fields()
 *
 * Returns: (transfer none): the row
 */
const MpFieldSpec *
mp_registry_get_field (MpRegistry *self, unsigned int index)
{
  g_return_val_if_fail (MP_IS_REGISTRY (self), NULL);
  g_return_val_if_fail (index < self->fields->len, NULL);
  return g_ptr_array_index (self->fields, index);
}

/**
 * mp_registry_get_n_sections:
 * @self: a registry
 *
 * Returns: how many sections there are
 */
unsigned int
mp_registry_get_n_sections (MpRegistry *self)
{
  g_return_val_if_fail (MP_IS_REGISTRY (self), 0);
  return self->sections->len;
}

/**
 * mp_registry_get_section:
 * @self: a registry
 * @index: less than mp_registry_get_n_sections()
 *
 * Returns: (transfer none): the section
 */
const MpSectionSpec *
mp_registry_get_section (MpRegistry *self, unsigned int index)
{
  g_return_val_if_fail (MP_IS_REGISTRY (self), NULL);
  g_return_val_if_fail (index < self->sections->len, NULL);
  return g_ptr_array_index (self->sections, index);
}

/**
 * mp_registry_find:
 * @self: a registry
 * @path: a path into a record
 *
 * The row that governs @path: its own, or that of the connection or mapping it lies in.
 *
 * Returns: (transfer none) (nullable): the row
 */
const MpFieldSpec *
mp_registry_find (MpRegistry *self, const char *path)
{
  const MpFieldSpec *exact;

  g_return_val_if_fail (MP_IS_REGISTRY (self), NULL);
  g_return_val_if_fail (path != NULL, NULL);

  exact = find_exact (self, path);
  if (exact != NULL)
    return exact;

  for (unsigned int i = 0; i < self->fields->len; i++)
    {
      const MpFieldSpec *field = g_ptr_array_index (self->fields, i);

      if ((field->input == MP_INPUT_CONNECTION || field->input == MP_INPUT_MAPPING) &&
          mp_pointer_has_prefix (path, field->path))
        return field;
    }
  return NULL;
}

/**
 * mp_registry_find_hiding_path:
 * @self: a registry
 * @field: one of its rows
 * @record: a record
 *
 * What must be filled in before @field is shown: the first empty path of the chain that leads to
 * it. Without a platform there is no key to enter, and without a key no member object.
 *
 * Returns: (transfer none) (nullable): the path, or %NULL when @field is shown
 */
const char *
mp_registry_find_hiding_path (MpRegistry *self, const MpFieldSpec *field, MpRecord *record)
{
  const char *hiding = NULL;

  g_return_val_if_fail (MP_IS_REGISTRY (self), NULL);
  g_return_val_if_fail (MP_IS_RECORD (record), NULL);

  while (field != NULL && field->shown_path != NULL)
    {
      if (!is_filled (record, field->shown_path))
        hiding = field->shown_path;
      field = find_exact (self, field->shown_path);
    }
  return hiding;
}

/**
 * mp_registry_is_shown:
 * @self: a registry
 * @field: one of its rows
 * @record: a record
 *
 * Returns: whether @record has what makes @field appear
 */
gboolean
mp_registry_is_shown (MpRegistry *self, const MpFieldSpec *field, MpRecord *record)
{
  return mp_registry_find_hiding_path (self, field, record) == NULL;
}

/**
 * mp_registry_is_required:
 * @self: a registry
 * @field: one of its rows
 * @record: a record
 *
 * Returns: whether @record must have a value for @field
 */
gboolean
mp_registry_is_required (MpRegistry *self, const MpFieldSpec *field, MpRecord *record)
{
  g_return_val_if_fail (field != NULL, FALSE);
  return field->required && mp_registry_is_shown (self, field, record);
}

/**
 * mp_field_spec_get_label:
 * @field: a row of the registry
 *
 * Returns: (transfer none): its label, translated
 */
const char *
mp_field_spec_get_label (const MpFieldSpec *field)
{
  g_return_val_if_fail (field != NULL, NULL);
  return mp_data_text_translate (field->label);
}

/**
 * mp_section_spec_get_label:
 * @section: a section of the registry
 *
 * Returns: (transfer none): its label, translated
 */
const char *
mp_section_spec_get_label (const MpSectionSpec *section)
{
  g_return_val_if_fail (section != NULL, NULL);
  return mp_data_text_translate (section->label);
}
