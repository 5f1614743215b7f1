/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-catalogue.h"

#include <glib/gi18n-lib.h>

#include "mp-core-data-private.h"
#include "mp-data-text.h"
#include "mp-error.h"
#include "mp-json.h"

#define N_TYPES MP_FIELD_TYPE_OTHER

struct _MpCatalogueField
{
  GObject parent_instance;

  char *name;        /* (owned) */
  char *label;       /* (owned) */
  char *description; /* (owned) */
  GStrv options;     /* (owned) */
  MpFieldType type;
  gboolean required;
};

G_DEFINE_FINAL_TYPE (MpCatalogueField, mp_catalogue_field, G_TYPE_OBJECT)

struct _MpCatalogue
{
  GObject parent_instance;

  GPtrArray *fields;   /* (owned) (element-type MpCatalogueField) */
  GHashTable *by_name; /* (owned): name -> field, both of fields */
};

static void mp_catalogue_list_model_init (GListModelInterface *interface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MpCatalogue,
                               mp_catalogue,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL,
                                                      mp_catalogue_list_model_init))

static const struct
{
  const char *name;
  const char *label;
} types[N_TYPES + 1] = {
  [MP_FIELD_TYPE_TEXT] = { "text", N_ ("Text") },
  [MP_FIELD_TYPE_LONGTEXT] = { "longtext", N_ ("Long text") },
  [MP_FIELD_TYPE_INTEGER] = { "integer", N_ ("Whole number") },
  [MP_FIELD_TYPE_DECIMAL] = { "decimal", N_ ("Decimal number") },
  [MP_FIELD_TYPE_MONEY] = { "money", N_ ("Amount of money") },
  [MP_FIELD_TYPE_BOOLEAN] = { "boolean", N_ ("Yes or no") },
  [MP_FIELD_TYPE_DATE] = { "date", N_ ("Date") },
  [MP_FIELD_TYPE_DATETIME] = { "datetime", N_ ("Date and time") },
  [MP_FIELD_TYPE_TIME] = { "time", N_ ("Time of day") },
  [MP_FIELD_TYPE_EMAIL] = { "email", N_ ("E-mail address") },
  [MP_FIELD_TYPE_PHONE] = { "phone", N_ ("Telephone number") },
  [MP_FIELD_TYPE_URL] = { "url", N_ ("Web address") },
  [MP_FIELD_TYPE_ENUM] = { "enum", N_ ("Choice") },
  [MP_FIELD_TYPE_MULTIENUM] = { "multienum", N_ ("Several choices") },
  [MP_FIELD_TYPE_REFERENCE] = { "reference", N_ ("Reference to a record") },
  [MP_FIELD_TYPE_ID] = { "id", N_ ("Identifier") },
  [MP_FIELD_TYPE_FILE] = { "file", N_ ("File") },
  [MP_FIELD_TYPE_OTHER] = { "ot"
                            "he"
                            "r",
                            N_ ("Other") },
};

/* Names the catalogue's documents use beside the ones above. */
static const struct
{
  const char *name;
  MpFieldType type;
} synonyms[] = {
  { "select", MP_FIELD_TYPE_ENUM },
  { "multiselect", MP_FIELD_TYPE_MULTIENUM },
};

/*
 * Rows: the Member Pulse type; columns: the CRM's, in the order of MpFieldType. E exact, S safe,
 * L lossy (the CRM may refuse or shorten a value), X impossible. A type the program does not know
 * (other) may or may not take a value; nothing but an identifier can become a reference, and
 * nothing becomes a file.
 */
static const char compatibility[N_TYPES][N_TYPES + 1] = {
  /*                  tliMmbddtepuemriFo */
  /* text      */ "ESLLLXXXXLLLLLXLXL",
  /* longtext  */ "LEXXXXXXXXXXXXXXXL",
  /* integer   */ "SSESSXXXXXXXLLXLXL",
  /* decimal   */ "SSLELXXXXXXXLLXXXL",
  /* money     */ "SSLSEXXXXXXXLLXXXL",
  /* boolean   */ "SSLLXEXXXXXXLLXXXL",
  /* date      */ "SSXXXXESXXXXXXXXXL",
  /* datetime  */ "SSXXXXLELXXXXXXXXL",
  /* time      */ "SSXXXXXXEXXXXXXXXL",
  /* email     */ "SSXXXXXXXEXXXXXLXL",
  /* phone     */ "SSLLXXXXXXEXXXXLXL",
  /* url       */ "SSXXXXXXXXXEXXXXXL",
  /* enum      */ "SSXXXXXXXXXXESXXXL",
  /* multienum */ "LSXXXXXXXXXXLEXXXL",
  /* reference */ "SSXXXXXXXXXXXXELXL",
  /* id        */ "SSLXXXXXXXXXXXLEXL",
  /* file      */ "LLXXXXXXXXXLXXXXEL",
  /* other     */ "LLLLLLLLLLLLLLXLXE",
};

static MpCatalogueField *
parse_field (JsonObject *object, GError **error)
{
  g_autoptr (MpCatalogueField) field = g_object_new (MP_TYPE_CATALOGUE_FIELD, NULL);
  const char *name = mp_json_require_string (object, "name", error);
  const char *label = name != NULL ? mp_json_require_string (object, "label", error) : NULL;
  const char *type = label != NULL ? mp_json_require_string (object, "type", error) : NULL;

  if (type == NULL)
    return NULL;
  if (*name == '\0' || !mp_field_type_from_string (type, &field->type))
    {
      g_set_error (error, MP_ERROR, MP_ERROR_INVALID,
                   "The catalogue field “%s” has no name or an unknown type, %s", name, type);
      return NULL;
    }

  field->name = g_strdup (name);
  field->label = g_strdup (label);
  field->description = g_strdup (mp_json_get_string (object, "description", ""));
  field->required = mp_json_get_boolean (object, "required", FALSE);
  field->options = mp_json_dup_strings (object, "options");
  return g_steal_pointer (&field);
}

/* Takes @field. */
static gboolean
add_field (MpCatalogue *self, MpCatalogueField *field, GError **error)
{
  g_ptr_array_add (self->fields, field);
  if (g_hash_table_insert (self->by_name, field->name, field))
    return TRUE;
  g_set_error (error, MP_ERROR, MP_ERROR_INVALID, "The catalogue names the field %s twice",
               field->name);
  return FALSE;
}

static JsonNode *
field_to_json (MpCatalogueField *field)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "name", field->name);
  json_object_set_string_member (object, "label", field->label);
  json_object_set_string_member (object, "type", mp_field_type_to_string (field->type));
  json_object_set_boolean_member (object, "required", field->required);
  json_object_set_string_member (object, "description", field->description);
  if (field->options[0] != NULL)
    {
      JsonArray *options = json_array_new ();

      for (size_t i = 0; field->options[i] != NULL; i++)
        json_array_add_string_element (options, field->options[i]);
      json_object_set_array_member (object, "options", options);
    }
  return mp_json_node_take_object (object);
}

static gpointer
load_catalogue (gpointer data)
{
  g_autoptr (GBytes) bytes = mp_core_data_lookup (data);
  g_autoptr (GError) error = NULL;
  MpCatalogue *catalogue = NULL;

  if (bytes != NULL)
    catalogue = mp_catalogue_new_from_json (g_bytes_get_data (bytes, NULL),
                                            (gssize) g_bytes_get_size (bytes), &error);
  if (error != NULL)
    g_critical ("The built-in data %s cannot be read: %s", (const char *) data, error->message);
  return catalogue;
}

static GType
mp_catalogue_get_item_type (GListModel *model)
{
  return MP_TYPE_CATALOGUE_FIELD;
}

static unsigned int
mp_catalogue_get_n_items (GListModel *model)
{
  return MP_CATALOGUE (model)->fields->len;
}

static gpointer
mp_catalogue_get_item (GListModel *model, unsigned int position)
{
  MpCatalogue *self = MP_CATALOGUE (model);

  return position < self->fields->len ? g_object_ref (g_ptr_array_index (self->fields, position))
                                      : NULL;
}

static void
mp_catalogue_list_model_init (GListModelInterface *interface)
{
  interface->get_item_type = mp_catalogue_get_item_type;
  interface->get_n_items = mp_catalogue_get_n_items;
  interface->get_item = mp_catalogue_get_item;
}

static void
mp_catalogue_field_finalize (GObject *object)
{
  MpCatalogueField *self = MP_CATALOGUE_FIELD (object);

  g_free (self->name);
  g_free (self->label);
  g_free (self->description);
  g_strfreev (self->options);

  G_OBJECT_CLASS (mp_catalogue_field_parent_class)->finalize (object);
}

static void
mp_catalogue_field_class_init (MpCatalogueFieldClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mp_catalogue_field_finalize;
}

static void
mp_catalogue_field_init (MpCatalogueField *self)
{
}

static void
mp_catalogue_finalize (GObject *object)
{
  MpCatalogue *self = MP_CATALOGUE (object);

  g_clear_pointer (&self->by_name, g_hash_table_unref);
  g_clear_pointer (&self->fields, g_ptr_array_unref);

  G_OBJECT_CLASS (mp_catalogue_parent_class)->finalize (object);
}

static void
mp_catalogue_class_init (MpCatalogueClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mp_catalogue_finalize;
}

static void
mp_catalogue_init (MpCatalogue *self)
{
  self->fields = g_ptr_array_new_with_free_func (g_object_unref);
  self->by_name = g_hash_table_new (g_str_hash, g_str_equal);
}

/**
 * mp_field_type_to_string:
 * @type: a field type
 *
 * Returns: (transfer none): its name in documents
 */
const char *
mp_field_type_to_string (MpFieldType type)
{
  g_return_val_if_fail (type >= MP_FIELD_TYPE_TEXT && type <= MP_FIELD_TYPE_OTHER, NULL);
  return types[type].name;
}

/**
 * mp_field_type_from_string:
 * @text: (nullable): a name in a document
 * @type: (out): the type; set only when it is known
 *
 * Returns: whether @text names a type
 */
gboolean
mp_field_type_from_string (const char *text, MpFieldType *type)
{
  g_return_val_if_fail (type != NULL, FALSE);

  for (int i = MP_FIELD_TYPE_TEXT; i <= MP_FIELD_TYPE_OTHER; i++)
    {
      if (g_strcmp0 (text, types[i].name) == 0)
        {
          *type = (MpFieldType) i;
          return TRUE;
        }
    }
  for (size_t i = 0; i < G_N_ELEMENTS (synonyms); i++)
    {
      if (g_strcmp0 (text, synonyms[i].name) == 0)
        {
          *type = synonyms[i].type;
          return TRUE;
        }
    }
  return FALSE;
}

/**
 * mp_field_type_get_label:
 * @type: a field type
 *
 * Returns: (transfer none): what people call it, translated
 */
const char *
mp_field_type_get_label (MpFieldType type)
{
  g_return_val_if_fail (type >= MP_FIELD_TYPE_TEXT && type <= MP_FIELD_TYPE_OTHER, NULL);
  return g_dgettext (GETTEXT_PACKAGE, types[type].label);
}

/**
 * mp_field_type_check:
 * @from: the type of a Member Pulse field
 * @to: the type of a CRM field
 *
 * Can a value of one be written to the other?
 *
 * Returns: how well they fit
 */
MpCompatibility
mp_field_type_check (MpFieldType from, MpFieldType to)
{
  g_return_val_if_fail (from >= MP_FIELD_TYPE_TEXT && from <= MP_FIELD_TYPE_OTHER,
                        MP_COMPATIBILITY_IMPOSSIBLE);
  g_return_val_if_fail (to >= MP_FIELD_TYPE_TEXT && to <= MP_FIELD_TYPE_OTHER,
                        MP_COMPATIBILITY_IMPOSSIBLE);

  switch (compatibility[from - 1][to - 1])
    {
    case 'E':
      return MP_COMPATIBILITY_EXACT;
    case 'S':
      return MP_COMPATIBILITY_SAFE;
    case 'L':
      return MP_COMPATIBILITY_LOSSY;
    default:
      return MP_COMPATIBILITY_IMPOSSIBLE;
    }
}

/**
 * mp_catalogue_field_get_name:
 * @self: a Member Pulse field
 *
 * Returns: (transfer none): its name, as mappings use it
 */
const char *
mp_catalogue_field_get_name (MpCatalogueField *self)
{
  g_return_val_if_fail (MP_IS_CATALOGUE_FIELD (self), NULL);
  return self->name;
}

/**
 * mp_catalogue_field_get_label:
 * @self: a Member Pulse field
 *
 * Returns: (transfer none): what people call it, translated
 */
const char *
mp_catalogue_field_get_label (MpCatalogueField *self)
{
  g_return_val_if_fail (MP_IS_CATALOGUE_FIELD (self), NULL);
  return mp_data_text_translate (self->label);
}

/**
 * mp_catalogue_field_get_plain_label:
 * @self: a Member Pulse field
 *
 * For what compares labels: what is found must not depend on the language of the program.
 *
 * Returns: (transfer none): what people call it, as the catalogue says it
 */
const char *
mp_catalogue_field_get_plain_label (MpCatalogueField *self)
{
  g_return_val_if_fail (MP_IS_CATALOGUE_FIELD (self), NULL);
  return self->label;
}

/**
 * mp_catalogue_field_get_description:
 * @self: a Member Pulse field
 *
 * Returns: (transfer none): what it is for, translated; may be empty
 */
const char *
mp_catalogue_field_get_description (MpCatalogueField *self)
{
  g_return_val_if_fail (MP_IS_CATALOGUE_FIELD (self), NULL);
  return mp_data_text_translate (self->description);
}

/**
 * mp_catalogue_field_get_field_type:
 * @self: a Member Pulse field
 *
 * Returns: the type of its values
 */
MpFieldType
mp_catalogue_field_get_field_type (MpCatalogueField *self)
{
  g_return_val_if_fail (MP_IS_CATALOGUE_FIELD (self), MP_FIELD_TYPE_OTHER);
  return self->type;
}

/**
 * mp_catalogue_field_get_required:
 * @self: a Member Pulse field
 *
 * Returns: whether a mapping must say where it goes, or why not
 */
gboolean
mp_catalogue_field_get_required (MpCatalogueField *self)
{
  g_return_val_if_fail (MP_IS_CATALOGUE_FIELD (self), FALSE);
  return self->required;
}

/**
 * mp_catalogue_field_get_options:
 * @self: a Member Pulse field
 *
 * Returns: (transfer none) (array zero-terminated=1): its values, where they are a fixed list; else
 *   empty
 */
const char *const *
mp_catalogue_field_get_options (MpCatalogueField *self)
{
  g_return_val_if_fail (MP_IS_CATALOGUE_FIELD (self), NULL);
  return (const char *const *) self->options;
}

/**
 * mp_catalogue_new_from_json:
 * @text: a catalogue document, an array of fields
 * @length: its length in bytes, or -1
 * @error: return location
 *
 * Fails with %MP_ERROR_INVALID when the document cannot be read or names a field twice.
 *
 * Returns: (transfer full): the catalogue
 */
MpCatalogue *
mp_catalogue_new_from_json (const char *text, gssize length, GError **error)
{
  g_autoptr (MpCatalogue) self = g_object_new (MP_TYPE_CATALOGUE, NULL);
  g_autoptr (JsonNode) root = mp_json_parse (text, length, error);
  JsonArray *array;

  if (root == NULL)
    return NULL;
  if (!JSON_NODE_HOLDS_ARRAY (root))
    {
      g_set_error_literal (error, MP_ERROR, MP_ERROR_INVALID, "A catalogue is a list of fields");
      return NULL;
    }

  array = json_node_get_array (root);
  for (unsigned int i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *object = mp_json_array_get_object (array, i);
      MpCatalogueField *field;

      if (object == NULL)
        {
          g_set_error (error, MP_ERROR, MP_ERROR_INVALID, "Catalogue field %u is no object", i);
          return NULL;
        }
      field = parse_field (object, error);
      if (field == NULL || !add_field (self, field, error))
        return NULL;
    }
  return g_steal_pointer (&self);
}

/**
 * mp_catalogue_get:
 * @name: (nullable): "member" or "order"
 *
 * A catalogue this program was built with. Any thread may ask for it.
 *
 * Returns: (transfer none) (nullable): the catalogue, or %NULL when there is none of that name
 */
MpCatalogue *
mp_catalogue_get (const char *name)
{
  static GOnce member = G_ONCE_INIT;
  static GOnce order = G_ONCE_INIT;

  if (g_strcmp0 (name, "member") == 0)
    return g_once (&member, load_catalogue, (gpointer) MP_CORE_DATA_MEMBER);
  if (g_strcmp0 (name, "order") == 0)
    return g_once (&order, load_catalogue, (gpointer) MP_CORE_DATA_ORDER);
  return NULL;
}

/**
 * mp_catalogue_find:
 * @self: a catalogue
 * @name: (nullable): a field's name
 *
 * Returns: (transfer none) (nullable): the field
 */
MpCatalogueField *
mp_catalogue_find (MpCatalogue *self, const char *name)
{
  g_return_val_if_fail (MP_IS_CATALOGUE (self), NULL);
  return name != NULL ? g_hash_table_lookup (self->by_name, name) : NULL;
}

/**
 * mp_catalogue_get_size:
 * @self: a catalogue
 *
 * Returns: how many fields it has
 */
unsigned int
mp_catalogue_get_size (MpCatalogue *self)
{
  g_return_val_if_fail (MP_IS_CATALOGUE (self), 0);
  return self->fields->len;
}

/**
 * mp_catalogue_get_field:
 * @self: a catalogue
 * @index: less than mp_catalogue_get_size()
 *
 * Returns: (transfer none): the field
 */
MpCatalogueField *
mp_catalogue_get_field (MpCatalogue *self, unsigned int index)
{
  g_return_val_if_fail (MP_IS_CATALOGUE (self), NULL);
  g_return_val_if_fail (index < self->fields->len, NULL);
  return g_ptr_array_index (self->fields, index);
}

/**
 * mp_catalogue_to_json:
 * @self: a catalogue
 *
 * The catalogue as the server's API answers it.
 *
 * Returns: (transfer full): the fields
 */
JsonArray *
mp_catalogue_to_json (MpCatalogue *self)
{
  JsonArray *array;

  g_return_val_if_fail (MP_IS_CATALOGUE (self), NULL);

  array = json_array_new ();
  for (unsigned int i = 0; i < self->fields->len; i++)
    json_array_add_element (array, field_to_json (g_ptr_array_index (self->fields, i)));
  return array;
}
