/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-document-parse-private.h"

#include "mp-humanise.h"
#include "mp-json.h"

#define MAX_LENGTH 1000000000

typedef GObject *(*ParseItem) (MpDocumentReader *reader, JsonObject *object, const char *pointer);

/* (nullable): the label, made of the name where there is none */
static char *
read_label (MpDocumentReader *reader, JsonObject *object, const char *pointer, const char *name)
{
  const char *label = mp_document_reader_get_string (reader, object, pointer, "label", FALSE);

  if (label != NULL)
    return g_strdup (label);
  return name != NULL ? mp_humanise (name) : NULL;
}

static GObject *
parse_object (MpDocumentReader *reader, JsonObject *object, const char *pointer)
{
  static const char *const members[] = { "name", "label", "custom", NULL };
  const char *name = mp_document_reader_get_string (reader, object, pointer, "name", TRUE);
  g_autofree char *label = read_label (reader, object, pointer, name);
  gboolean custom = mp_document_reader_get_boolean (reader, object, pointer, "custom");

  mp_document_reader_check_members (reader, object, pointer, members);
  return name != NULL ? G_OBJECT (mp_crm_object_new (name, label, custom)) : NULL;
}

static MpOption *
parse_option (MpDocumentReader *reader, JsonObject *object, const char *pointer)
{
  static const char *const members[] = { "value", "label", NULL };
  const char *value = mp_document_reader_get_string (reader, object, pointer, "value", TRUE);
  const char *label = mp_document_reader_get_string (reader, object, pointer, "label", FALSE);

  mp_document_reader_check_members (reader, object, pointer, members);
  return value != NULL ? mp_option_new (value, label != NULL ? label : value) : NULL;
}

static GPtrArray *
parse_options (MpDocumentReader *reader, JsonObject *owner, const char *pointer)
{
  JsonArray *array = mp_document_reader_get_array (reader, owner, pointer, "options", FALSE);
  GPtrArray *options = g_ptr_array_new_with_free_func ((GDestroyNotify) mp_option_free);

  for (unsigned int i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      g_autofree char *at = mp_document_dup_element_pointer (pointer, "options", i);
      JsonObject *object = mp_document_reader_get_element (reader, array, i, at);
      MpOption *option = object != NULL ? parse_option (reader, object, at) : NULL;

      if (option != NULL)
        g_ptr_array_add (options, option);
    }
  return options;
}

static GObject *
parse_field (MpDocumentReader *reader, JsonObject *object, const char *pointer)
{
  static const char *const members[] = { "name",      "label",  "type",       "required",
                                         "read_only", "custom", "restricted", "max_length",
                                         "options",   NULL };
  const char *type = mp_document_reader_get_string (reader, object, pointer, "type", TRUE);
  g_autoptr (GPtrArray) options = parse_options (reader, object, pointer);
  const char *name = mp_document_reader_get_string (reader, object, pointer, "name", TRUE);
  g_autofree char *label = read_label (reader, object, pointer, name);
  MpCrmFieldInit init = {
    .name = name,
    .label = label,
    .required = mp_document_reader_get_boolean (reader, object, pointer, "required"),
    .read_only = mp_document_reader_get_boolean (reader, object, pointer, "read_only"),
    .custom = mp_document_reader_get_boolean (reader, object, pointer, "custom"),
    .restricted = mp_document_reader_get_boolean (reader, object, pointer, "restricted"),
    .max_length =
        mp_document_reader_get_number (reader, object, pointer, "max_length", MAX_LENGTH, 0),
    .options = options,
  };

  mp_document_reader_check_members (reader, object, pointer, members);
  if (init.restricted && options->len == 0)
    mp_document_reader_add_fault (reader, pointer, "options",
                                  "a “restricted” field has the only values that it takes here");
  if (type != NULL && !mp_field_type_from_string (type, &init.type))
    {
      mp_document_reader_add_fault (reader, pointer, "type", "“%s” is no type of a field", type);
      return NULL;
    }
  return init.name != NULL && type != NULL ? G_OBJECT (mp_crm_field_new (&init)) : NULL;
}

static gboolean
take_name (MpDocumentReader *reader, GHashTable *names, const char *name, const char *pointer)
{
  if (name == NULL || g_hash_table_add (names, (char *) name))
    return name != NULL;
  mp_document_reader_add_fault (reader, pointer, NULL, "“%s” stands twice", name);
  return FALSE;
}

/* The items that stand in the document itself. */
GPtrArray *
mp_document_parse_static (MpDocumentReader *reader,
                          JsonObject *owner,
                          const char *pointer,
                          gboolean of_fields)
{
  ParseItem parse = of_fields ? parse_field : parse_object;
  JsonArray *array = mp_document_reader_get_array (reader, owner, pointer, "static", FALSE);
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *items = g_ptr_array_new_with_free_func (g_object_unref);

  for (unsigned int i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      g_autofree char *at = mp_document_dup_element_pointer (pointer, "static", i);
      JsonObject *object = mp_document_reader_get_element (reader, array, i, at);
      GObject *item = object != NULL ? parse (reader, object, at) : NULL;

      if (item == NULL)
        continue;
      g_ptr_array_add (items, item);
      take_name (reader, names, mp_json_get_string (object, "name", NULL), at);
    }
  return items;
}

/* The names that stand before all others; NULL-terminated. */
GStrv
mp_document_parse_names (MpDocumentReader *reader,
                         JsonObject *owner,
                         const char *pointer,
                         const char *member)
{
  JsonArray *array = mp_document_reader_get_array (reader, owner, pointer, member, FALSE);
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GStrvBuilder) list = g_strv_builder_new ();

  for (unsigned int i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      g_autofree char *at = mp_document_dup_element_pointer (pointer, member, i);
      const char *name = mp_json_array_get_string (array, i);

      if (name == NULL)
        mp_document_reader_add_fault (reader, at, NULL, "a text is expected");
      else if (take_name (reader, names, name, at))
        g_strv_builder_add (list, name);
    }
  return g_strv_builder_end (list);
}
