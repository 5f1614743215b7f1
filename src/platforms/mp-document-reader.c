/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-document-reader.h"

#include "mp-json.h"

static char *
dup_pointer (const char *pointer, const char *name)
{
  return name != NULL ? mp_pointer_append (pointer, name) : g_strdup (pointer);
}

void
mp_document_reader_add_fault (
    MpDocumentReader *self, const char *pointer, const char *name, const char *format, ...)
{
  g_autofree char *full = dup_pointer (pointer, name);
  g_autofree char *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  mp_field_errors_add (self->faults, MP_SEVERITY_ERROR, full, MP_FIELD_DOCUMENT, "message", message,
                       NULL);
}

/* Faults for every member that is none of @known; a misspelt one would else do nothing. */
void
mp_document_reader_check_members (MpDocumentReader *self,
                                  JsonObject *object,
                                  const char *pointer,
                                  const char *const *known)
{
  g_autofree char *expected = g_strjoinv (", ", (char **) known);
  g_autoptr (GList) members = json_object_get_members (object);

  for (GList *member = members; member != NULL; member = member->next)
    {
      if (!g_strv_contains (known, member->data))
        mp_document_reader_add_fault (self, pointer, member->data,
                                      "“%s” is not known here; known are %s",
                                      (const char *) member->data, expected);
    }
}

/* (nullable): the member, with a fault when it is required and missing */
static JsonNode *
find_member (MpDocumentReader *self,
             JsonObject *object,
             const char *pointer,
             const char *name,
             gboolean required)
{
  JsonNode *node = json_object_get_member (object, name);

  if (node == NULL && required)
    mp_document_reader_add_fault (self, pointer, name, "“%s” is missing", name);
  return node;
}

const char *
mp_document_reader_get_string (MpDocumentReader *self,
                               JsonObject *object,
                               const char *pointer,
                               const char *name,
                               gboolean required)
{
  JsonNode *node = find_member (self, object, pointer, name, required);

  if (node == NULL)
    return NULL;
  if (mp_json_node_get_string (node) == NULL)
    mp_document_reader_add_fault (self, pointer, name, "a text is expected");
  return mp_json_node_get_string (node);
}

gboolean
mp_document_reader_get_boolean (MpDocumentReader *self,
                                JsonObject *object,
                                const char *pointer,
                                const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  if (node == NULL)
    return FALSE;
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_BOOLEAN)
    mp_document_reader_add_fault (self, pointer, name, "true or false is expected");
  return mp_json_get_boolean (object, name, FALSE);
}

unsigned int
mp_document_reader_get_number (MpDocumentReader *self,
                               JsonObject *object,
                               const char *pointer,
                               const char *name,
                               unsigned int most,
                               unsigned int fallback)
{
  int64_t value;

  if (!json_object_has_member (object, name))
    return fallback;
  value = mp_json_get_int (object, name, -1);
  if (value >= 0 && value <= most)
    return (unsigned int) value;
  mp_document_reader_add_fault (self, pointer, name, "a number from 0 to %u is expected", most);
  return fallback;
}

JsonObject *
mp_document_reader_get_object (MpDocumentReader *self,
                               JsonObject *object,
                               const char *pointer,
                               const char *name,
                               gboolean required)
{
  JsonNode *node = find_member (self, object, pointer, name, required);

  if (node == NULL)
    return NULL;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    mp_document_reader_add_fault (self, pointer, name, "an object is expected");
  return mp_json_get_object (object, name);
}

JsonArray *
mp_document_reader_get_array (MpDocumentReader *self,
                              JsonObject *object,
                              const char *pointer,
                              const char *name,
                              gboolean required)
{
  JsonNode *node = find_member (self, object, pointer, name, required);

  if (node == NULL)
    return NULL;
  if (!JSON_NODE_HOLDS_ARRAY (node))
    mp_document_reader_add_fault (self, pointer, name, "an array is expected");
  return mp_json_get_array (object, name);
}

MpTemplate *
mp_document_reader_parse_template (MpDocumentReader *self, const char *text, const char *pointer)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MpTemplate) template = mp_template_parse (text, MP_TEMPLATE_REQUEST, &error);
  const char *unknown;

  if (template == NULL)
    {
      mp_document_reader_add_fault (self, pointer, NULL, "%s", error->message);
      return NULL;
    }
  unknown = mp_template_find_unknown (template, self->variables);
  if (unknown != NULL && self->elsewhere != NULL && g_strv_contains (self->elsewhere, unknown))
    {
      mp_document_reader_add_fault (self, pointer, NULL,
                                    "“{%s}” has no place in an address, which logs show: it may "
                                    "stand in headers and bodies, or be sent by “auth” of kind "
                                    "“query”",
                                    unknown);
      return NULL;
    }
  if (unknown != NULL)
    {
      g_autofree char *known = g_strjoinv (", ", (char **) self->variables);

      mp_document_reader_add_fault (self, pointer, NULL, "“{%s}” is not known; known are %s",
                                    unknown, known);
      return NULL;
    }
  return g_steal_pointer (&template);
}

MpTemplate *
mp_document_reader_get_template (MpDocumentReader *self,
                                 JsonObject *object,
                                 const char *pointer,
                                 const char *name,
                                 gboolean required)
{
  const char *text = mp_document_reader_get_string (self, object, pointer, name, required);
  g_autofree char *full = dup_pointer (pointer, name);

  return text != NULL ? mp_document_reader_parse_template (self, text, full) : NULL;
}

static MpExpression *
parse_expression (MpDocumentReader *self, const char *text, const char *pointer)
{
  g_autoptr (GError) error = NULL;
  MpExpression *expression = mp_expression_parse (text, &error);

  if (expression == NULL)
    mp_document_reader_add_fault (self, pointer, NULL, "%s", error->message);
  return expression;
}

MpExpression *
mp_document_reader_get_expression (MpDocumentReader *self,
                                   JsonObject *object,
                                   const char *pointer,
                                   const char *name)
{
  const char *text = mp_document_reader_get_string (self, object, pointer, name, FALSE);
  g_autofree char *full = dup_pointer (pointer, name);

  return text != NULL ? parse_expression (self, text, full) : NULL;
}

typedef gpointer (*ParseAlternative) (MpDocumentReader *self,
                                      const char *text,
                                      const char *pointer);

static gpointer
parse_alternative_expression (MpDocumentReader *self, const char *text, const char *pointer)
{
  return parse_expression (self, text, pointer);
}

static gpointer
parse_alternative_text (MpDocumentReader *self, const char *text, const char *pointer)
{
  g_autoptr (GError) error = NULL;
  MpTemplate *template = mp_template_parse (text, MP_TEMPLATE_ANSWER, &error);

  if (template == NULL)
    mp_document_reader_add_fault (self, pointer, NULL, "%s", error->message);
  return template;
}

static void
add_alternative (MpDocumentReader *self,
                 GPtrArray *alternatives,
                 JsonNode *node,
                 const char *pointer,
                 ParseAlternative parse)
{
  const char *text = mp_json_node_get_string (node);
  gpointer alternative;

  if (text == NULL)
    {
      mp_document_reader_add_fault (self, pointer, NULL, "a text or an array of texts is expected");
      return;
    }
  alternative = parse (self, text, pointer);
  if (alternative != NULL)
    g_ptr_array_add (alternatives, alternative);
}

/* One text, or an array of texts that are tried in order. */
static void
read_alternatives (MpDocumentReader *self,
                   GPtrArray *alternatives,
                   JsonNode *node,
                   const char *pointer,
                   ParseAlternative parse)
{
  JsonArray *array;

  if (!JSON_NODE_HOLDS_ARRAY (node))
    {
      add_alternative (self, alternatives, node, pointer, parse);
      return;
    }
  array = json_node_get_array (node);
  for (unsigned int i = 0; i < json_array_get_length (array); i++)
    {
      g_autofree char *full = g_strdup_printf ("%s/%u", pointer, i);

      add_alternative (self, alternatives, json_array_get_element (array, i), full, parse);
    }
}

MpAttribute *
mp_document_reader_get_attribute (MpDocumentReader *self,
                                  JsonObject *object,
                                  const char *pointer,
                                  const char *name,
                                  gboolean required)
{
  JsonNode *node = find_member (self, object, pointer, name, required);
  MpAttribute *attribute;

  if (node == NULL)
    return NULL;
  attribute = g_new0 (MpAttribute, 1);
  attribute->pointer = dup_pointer (pointer, name);
  attribute->alternatives = g_ptr_array_new_with_free_func ((GDestroyNotify) mp_expression_free);
  read_alternatives (self, attribute->alternatives, node, attribute->pointer,
                     parse_alternative_expression);
  return attribute;
}

MpAttribute *
mp_document_reader_make_attribute (MpDocumentReader *self,
                                   const char *pointer,
                                   const char *name,
                                   const char *text)
{
  MpAttribute *attribute = g_new0 (MpAttribute, 1);

  attribute->pointer = dup_pointer (pointer, name);
  attribute->alternatives = g_ptr_array_new_with_free_func ((GDestroyNotify) mp_expression_free);
  g_ptr_array_add (attribute->alternatives, parse_expression (self, text, attribute->pointer));
  return attribute;
}

MpTexts *
mp_document_reader_get_texts (MpDocumentReader *self,
                              JsonObject *object,
                              const char *pointer,
                              const char *name)
{
  JsonNode *node = json_object_get_member (object, name);
  MpTexts *texts;

  if (node == NULL)
    return NULL;
  texts = g_new0 (MpTexts, 1);
  texts->pointer = dup_pointer (pointer, name);
  texts->templates = g_ptr_array_new_with_free_func ((GDestroyNotify) mp_template_free);
  read_alternatives (self, texts->templates, node, texts->pointer, parse_alternative_text);
  return texts;
}

GPtrArray *
mp_document_reader_get_pairs (MpDocumentReader *self,
                              JsonObject *object,
                              const char *pointer,
                              const char *name)
{
  JsonObject *members = mp_document_reader_get_object (self, object, pointer, name, FALSE);
  g_autofree char *full = dup_pointer (pointer, name);
  GPtrArray *pairs;
  g_autoptr (GList) names = NULL;

  if (members == NULL)
    return NULL;
  pairs = g_ptr_array_new_with_free_func (mp_pair_free);
  names = json_object_get_members (members);
  for (GList *member = names; member != NULL; member = member->next)
    {
      MpTemplate *value = mp_document_reader_get_template (self, members, full, member->data, TRUE);
      MpPair *pair;

      if (value == NULL)
        continue;
      pair = g_new0 (MpPair, 1);
      pair->name = g_strdup (member->data);
      if (strchr (pair->name, '{') != NULL)
        pair->named = mp_document_reader_parse_template (self, pair->name, full);
      pair->value = value;
      g_ptr_array_add (pairs, pair);
    }
  return pairs;
}

void
mp_pair_free (gpointer data)
{
  MpPair *pair = data;

  g_free (pair->name);
  mp_template_free (pair->named);
  mp_template_free (pair->value);
  g_free (pair);
}

void
mp_attribute_free (MpAttribute *self)
{
  if (self == NULL)
    return;
  g_free (self->pointer);
  g_ptr_array_unref (self->alternatives);
  g_free (self);
}

void
mp_texts_free (MpTexts *self)
{
  if (self == NULL)
    return;
  g_free (self->pointer);
  g_ptr_array_unref (self->templates);
  g_free (self);
}
