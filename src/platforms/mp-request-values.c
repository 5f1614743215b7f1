/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-request-values.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "mp-error.h"
#include "mp-json.h"

#define SHORTEST_SESSION 8

static void
page_value_free (gpointer data)
{
  MpPageValue *value = data;

  g_free (value->text);
  g_free (value);
}

MpRequestValues *
mp_request_values_new (MpSecret *secret, const char *object)
{
  MpRequestValues *self = g_new0 (MpRequestValues, 1);

  self->secret = mp_secret_ref (secret);
  self->settings = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->object = g_strdup (object);
  self->page = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, page_value_free);
  return self;
}

void
mp_request_values_free (MpRequestValues *self)
{
  mp_secret_unref (self->secret);
  g_hash_table_unref (self->settings);
  g_hash_table_unref (self->page);
  g_clear_pointer (&self->access, mp_access_unref);
  g_free (self->object);
  g_free (self->field);
  g_strfreev (self->fields);
  g_free (self->all_fields);
  g_free (self->fields_json);
  g_free (self);
}

static const char *
lookup (const char *name, gpointer user_data)
{
  MpRequestValues *self = user_data;
  const char *value = g_hash_table_lookup (self->settings, name);
  const MpPageValue *page = g_hash_table_lookup (self->page, name);

  if (page != NULL)
    return page->text;
  if (value == NULL)
    value = mp_secret_get (self->secret, name);
  if (value == NULL && self->access != NULL)
    value = mp_access_find_text (self->access, name);
  if (value != NULL)
    return value;
  if (g_str_equal (name, "object"))
    return self->object;
  if (g_str_equal (name, "field"))
    return self->field;
  if (g_str_equal (name, "fields"))
    return self->all_fields;
  if (g_str_equal (name, "fields_json"))
    return self->fields_json;
  return g_str_equal (name, "token") && self->access != NULL ? mp_access_get_token (self->access)
                                                             : NULL;
}

void
mp_request_values_set_page (MpRequestValues *self,
                            const char *name,
                            const char *text,
                            gboolean is_number)
{
  MpPageValue *value = g_new0 (MpPageValue, 1);

  value->text = g_strdup (text);
  value->is_number = is_number;
  g_hash_table_replace (self->page, g_strdup (name), value);
}

void
mp_request_values_set_fields (MpRequestValues *self, const char *const *fields)
{
  g_autoptr (JsonNode) list = json_node_new (JSON_NODE_ARRAY);
  JsonArray *array = json_array_new ();

  g_strfreev (self->fields);
  g_free (self->all_fields);
  g_free (self->fields_json);
  self->fields = g_strdupv ((char **) fields);
  self->all_fields = g_strjoinv (",", self->fields);
  for (unsigned int i = 0; fields[i] != NULL; i++)
    json_array_add_string_element (array, fields[i]);
  json_node_take_array (list, array);
  self->fields_json = mp_json_to_text (list);
}

gboolean
mp_request_values_lack_page (MpRequestValues *self, const MpTemplate *template)
{
  const char *place = mp_template_get_only_place (template);
  const MpPageValue *value = place != NULL ? g_hash_table_lookup (self->page, place) : NULL;

  return value != NULL && value->text == NULL;
}

/* (nullable): a number that is sent as one */
static JsonNode *
make_page_number (MpRequestValues *self, const char *place)
{
  const MpPageValue *value = g_hash_table_lookup (self->page, place);
  gint64 number;
  JsonNode *node;

  if (value == NULL || !value->is_number || value->text == NULL ||
      !g_ascii_string_to_signed (value->text, 10, G_MININT64, G_MAXINT64, &number, NULL))
    return NULL;
  node = json_node_new (JSON_NODE_VALUE);
  json_node_set_int (node, number);
  return node;
}

/* Has every place of it a value yet? */
gboolean
mp_request_values_know (MpRequestValues *self, const MpTemplate *template)
{
  return mp_template_has_values (template, lookup, self);
}

char *
mp_request_values_expand (MpRequestValues *self,
                          const MpTemplate *template,
                          gboolean escape,
                          GError **error)
{
  return mp_template_expand (template, escape, lookup, self, error);
}

/* Where a value stands in a path. */
typedef struct
{
  MpRequestValues *values;
  const char *wrong; /* (nullable): the name of one that must not */
} Place;

static gboolean
may_stand_in_path (MpRequestValues *self, const char *name, const char *value)
{
  if (self->access == NULL || mp_access_find_text (self->access, name) != value)
    return !g_str_equal (value, ".") && !g_str_equal (value, "..");
  for (const char *at = value; *at != '\0'; at++)
    {
      if (g_ascii_iscntrl (*at) || strchr ("/\\?#%", *at) != NULL)
        return FALSE;
    }
  return *value != '\0' && !g_str_equal (value, ".") && strstr (value, "..") == NULL;
}

static const char *
lookup_in_place (const char *name, gpointer user_data)
{
  Place *place = user_data;
  const char *value = lookup (name, place->values);

  if (value != NULL && !may_stand_in_path (place->values, name, value))
    place->wrong = name;
  return value;
}

char *
mp_request_values_expand_place (MpRequestValues *self,
                                const MpTemplate *template,
                                gboolean escape,
                                GError **error)
{
  Place place = { .values = self };
  char *text = mp_template_expand (template, escape, lookup_in_place, &place, error);

  if (text == NULL || place.wrong == NULL)
    return text;
  mp_secret_wipe_text (text);
  g_set_error (error, MP_ERROR, MP_ERROR_INVALID,
               /* Translators: the name of a place in an address. */
               _ ("What is to stand for “%s” in an address is no name or id"), place.wrong);
  return NULL;
}

static gboolean
is_left_out (MpRequestValues *self, JsonNode *node)
{
  const char *text = mp_json_node_get_string (node);
  g_autoptr (MpTemplate) template =
                 text != NULL ? mp_template_parse (text, MP_TEMPLATE_REQUEST, NULL) : NULL;

  return template != NULL && mp_request_values_lack_page (self, template);
}

static JsonNode *
expand_object (MpRequestValues *self, JsonObject *object, GError **error)
{
  g_autoptr (JsonObject) expanded = json_object_new ();
  g_autoptr (GList) names = json_object_get_members (object);

  for (GList *name = names; name != NULL; name = name->next)
    {
      JsonNode *node = json_object_get_member (object, name->data);
      JsonNode *member;

      if (is_left_out (self, node))
        continue;
      member = mp_request_values_expand_json (self, node, error);
      if (member == NULL)
        return NULL;
      json_object_set_member (expanded, name->data, member);
    }
  return mp_json_node_take_object (g_steal_pointer (&expanded));
}

/* “{fields}” alone in a list: it becomes the names. */
static gboolean
is_fields (MpRequestValues *self, JsonNode *node)
{
  return self->fields != NULL && g_strcmp0 (mp_json_node_get_string (node), "{fields}") == 0;
}

static JsonNode *
expand_array (MpRequestValues *self, JsonArray *array, GError **error)
{
  g_autoptr (JsonArray) expanded = json_array_new ();
  JsonNode *whole;

  for (unsigned int i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);
      JsonNode *element;

      if (is_fields (self, node))
        {
          for (unsigned int j = 0; self->fields[j] != NULL; j++)
            json_array_add_string_element (expanded, self->fields[j]);
          continue;
        }
      element = is_left_out (self, node) ? mp_json_node_new_null ()
                                         : mp_request_values_expand_json (self, node, error);
      if (element == NULL)
        return NULL;
      json_array_add_element (expanded, element);
    }
  whole = json_node_new (JSON_NODE_ARRAY);
  json_node_take_array (whole, g_steal_pointer (&expanded));
  return whole;
}

JsonNode *
mp_request_values_expand_json (MpRequestValues *self, JsonNode *node, GError **error)
{
  g_autoptr (MpTemplate) template = NULL;
  JsonNode *expanded = NULL;
  const char *place;
  char *text;

  if (JSON_NODE_HOLDS_OBJECT (node))
    return expand_object (self, json_node_get_object (node), error);
  if (JSON_NODE_HOLDS_ARRAY (node))
    return expand_array (self, json_node_get_array (node), error);
  if (mp_json_node_get_string (node) == NULL)
    return mp_json_node_copy (node);

  template = mp_template_parse (mp_json_node_get_string (node), MP_TEMPLATE_REQUEST, error);
  if (template == NULL)
    return NULL;
  place = mp_template_get_only_place (template);
  if (place != NULL && self->access != NULL)
    expanded = mp_access_find_node (self->access, place);
  if (expanded != NULL)
    return mp_json_node_copy (expanded);
  expanded = place != NULL ? make_page_number (self, place) : NULL;
  if (expanded != NULL)
    return expanded;
  text = mp_request_values_expand (self, template, FALSE, error);
  if (text == NULL)
    return NULL;
  expanded = mp_json_node_new_string (text);
  mp_secret_wipe_text (text);
  return expanded;
}

static void
add_exchanged (const char *text, gpointer redaction)
{
  /* A value of prepare may be a number that stands in many a message; a session's id is long. */
  mp_redaction_add (redaction, text, strlen (text) >= SHORTEST_SESSION);
}

MpRedaction *
mp_request_values_make_redaction (MpRequestValues *self, MpPlatformSpec *spec)
{
  MpRedaction *redaction = mp_redaction_new ();

  for (unsigned int i = 0; i < mp_platform_spec_get_n_parts (spec); i++)
    {
      const MpPartSpec *part = mp_platform_spec_get_part (spec, i);

      mp_redaction_add (redaction, mp_secret_get (self->secret, part->id), part->secret);
    }
  if (self->access != NULL)
    {
      mp_redaction_add (redaction, mp_access_get_token (self->access), TRUE);
      mp_access_foreach_value (self->access, add_exchanged, redaction);
    }
  return redaction;
}
