/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-platform-decode.h"

#include "mp-error.h"
#include "mp-json.h"

static const char *
get_id (const MpPlatformDecoder *self)
{
  return mp_platform_document_get_id (self->document);
}

static gboolean
get_text (const MpPlatformDecoder *self,
          const MpAttribute *attribute,
          const MpScope *scope,
          char **text,
          GError **error)
{
  return mp_attribute_get_text (attribute, get_id (self), scope, text, error);
}

static gboolean
get_boolean (const MpPlatformDecoder *self,
             const MpAttribute *attribute,
             const MpScope *scope,
             gboolean *value,
             GError **error)
{
  return mp_attribute_get_boolean (attribute, get_id (self), scope, FALSE, value, error);
}

static gboolean
is_kept (const MpPlatformDecoder *self,
         const MpAttribute *keep,
         const MpScope *scope,
         gboolean *kept,
         GError **error)
{
  return mp_attribute_get_boolean (keep, get_id (self), scope, TRUE, kept, error);
}

static gboolean
add_option (const MpPlatformDecoder *self, GPtrArray *options, const MpScope *scope, GError **error)
{
  const MpOptionsSpec *spec = self->list->options;
  g_autofree char *value = NULL;
  g_autofree char *label = NULL;
  gboolean kept;

  if (!is_kept (self, spec->keep, scope, &kept, error) ||
      !get_text (self, spec->value, scope, &value, error) ||
      !get_text (self, spec->label, scope, &label, error))
    return FALSE;
  /* An empty value is the vendor's "nothing chosen", not a choice. */
  if (kept && value != NULL)
    g_ptr_array_add (options, mp_option_new (value, label != NULL ? label : value));
  return TRUE;
}

static gboolean
add_map_options (const MpPlatformDecoder *self,
                 GPtrArray *options,
                 JsonObject *map,
                 const MpScope *field_scope,
                 GError **error)
{
  g_autoptr (GList) names = json_object_get_members (map);

  for (GList *name = names; name != NULL; name = name->next)
    {
      MpScope scope = { .item = json_object_get_member (map, name->data),
                        .key = name->data,
                        .joins = field_scope->joins };

      if (!add_option (self, options, &scope, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
read_options (const MpPlatformDecoder *self,
              GPtrArray *options,
              const MpScope *scope,
              GError **error)
{
  MpValue value;
  JsonArray *array;

  if (self->list->options == NULL)
    return TRUE;
  if (!mp_attribute_evaluate (self->list->options->items, get_id (self), scope, &value, error))
    return FALSE;
  if (value.kind != MP_VALUE_NODE)
    return TRUE;
  if (JSON_NODE_HOLDS_OBJECT (value.node))
    return add_map_options (self, options, json_node_get_object (value.node), scope, error);
  array = json_node_get_array (value.node);
  for (unsigned int i = 0; i < json_array_get_length (array); i++)
    {
      MpScope option_scope = { .item = json_array_get_element (array, i), .joins = scope->joins };

      if (!add_option (self, options, &option_scope, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
read_max_length (const MpPlatformDecoder *self,
                 const MpScope *scope,
                 unsigned int *max_length,
                 GError **error)
{
  MpValue value;

  *max_length = 0;
  if (self->list->max_length == NULL)
    return TRUE;
  if (!mp_attribute_evaluate (self->list->max_length, get_id (self), scope, &value, error))
    return FALSE;
  if (value.kind == MP_VALUE_NUMBER && value.number > 0 && value.number <= G_MAXINT)
    *max_length = (unsigned int) value.number;
  return TRUE;
}

static GObject *
make_object (const MpPlatformDecoder *self,
             const char *name,
             const char *label,
             const MpScope *scope,
             GError **error)
{
  gboolean custom;

  if (!get_boolean (self, self->list->custom, scope, &custom, error))
    return NULL;
  return G_OBJECT (mp_crm_object_new (name, label != NULL ? label : name, custom));
}

static GObject *
make_field (const MpPlatformDecoder *self,
            const char *name,
            const char *label,
            const MpScope *scope,
            GError **error)
{
  const MpListSpec *list = self->list;
  g_autofree char *type = NULL;
  g_autofree char *subtype = NULL;
  g_autoptr (GPtrArray) options = g_ptr_array_new_with_free_func ((GDestroyNotify) mp_option_free);
  MpCrmFieldInit init = { .name = name, .label = label, .options = options };

  if (!get_text (self, list->type, scope, &type, error) ||
      !get_text (self, list->subtype, scope, &subtype, error) ||
      !get_boolean (self, list->required, scope, &init.required, error) ||
      !get_boolean (self, list->read_only, scope, &init.read_only, error) ||
      !get_boolean (self, list->custom, scope, &init.custom, error) ||
      !get_boolean (self, list->restricted, scope, &init.restricted, error) ||
      !read_max_length (self, scope, &init.max_length, error) ||
      !read_options (self, options, scope, error))
    return NULL;
  init.vendor_type = type;
  init.type = mp_platform_document_find_type (self->document, type != NULL ? type : "", subtype);
  return G_OBJECT (mp_crm_field_new (&init));
}

static gboolean
check_room (const MpPlatformDecoder *self, GError **error)
{
  if (self->items->len < self->most)
    return TRUE;
  g_set_error (error, MP_ERROR, MP_ERROR_TOO_LARGE, "%s %s: more than %u items", get_id (self),
               self->list->pointer, self->most);
  return FALSE;
}

static gboolean
decode_item (MpPlatformDecoder *self, const MpScope *scope, GError **error)
{
  g_autofree char *name = NULL;
  g_autofree char *label = NULL;
  GObject *item;
  gboolean kept;

  if (!is_kept (self, self->list->keep, scope, &kept, error))
    return FALSE;
  if (!kept)
    return TRUE;
  if (!get_text (self, self->list->name, scope, &name, error) ||
      !get_text (self, self->list->label, scope, &label, error))
    return FALSE;
  if (name == NULL)
    {
      g_set_error (error, MP_ERROR, MP_ERROR_INVALID, "%s %s: an item of the answer has no name",
                   get_id (self), self->list->name->pointer);
      return FALSE;
    }
  if (g_hash_table_contains (self->names, name))
    return TRUE;
  if (!check_room (self, error))
    return FALSE;
  item = self->of_fields ? make_field (self, name, label, scope, error)
                         : make_object (self, name, label, scope, error);
  if (item == NULL)
    return FALSE;
  g_ptr_array_add (self->items, item);
  g_hash_table_add (self->names, g_steal_pointer (&name));
  return TRUE;
}

static gboolean
decode_array (MpPlatformDecoder *self, JsonArray *array, unsigned int *count, GError **error)
{
  for (unsigned int i = 0; i < json_array_get_length (array); i++)
    {
      MpScope scope = { .item = json_array_get_element (array, i), .joins = self->joins };

      ++*count;
      if (!decode_item (self, &scope, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
decode_map (MpPlatformDecoder *self, JsonObject *map, unsigned int *count, GError **error)
{
  g_autoptr (GList) names = json_object_get_members (map);

  for (GList *name = names; name != NULL; name = name->next)
    {
      MpScope scope = { .item = json_object_get_member (map, name->data),
                        .key = name->data,
                        .joins = self->joins };

      ++*count;
      if (!decode_item (self, &scope, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
decode_source (MpPlatformDecoder *self,
               const MpAttribute *source,
               JsonNode *root,
               unsigned int *count,
               GError **error)
{
  MpScope scope = { .item = root, .joins = self->joins };
  MpValue value;

  if (!mp_attribute_evaluate (source, get_id (self), &scope, &value, error))
    return FALSE;
  if (value.kind == MP_VALUE_NODE && !self->list->is_map && JSON_NODE_HOLDS_ARRAY (value.node))
    return decode_array (self, json_node_get_array (value.node), count, error);
  if (value.kind == MP_VALUE_NODE && self->list->is_map && JSON_NODE_HOLDS_OBJECT (value.node))
    return decode_map (self, json_node_get_object (value.node), count, error);
  g_set_error (error, MP_ERROR, MP_ERROR_INVALID,
               self->list->is_map ? "%s %s: the answer has no map of items there"
                                  : "%s %s: the answer has no list of items there",
               get_id (self), source->pointer);
  return FALSE;
}

gboolean
mp_platform_decode_page (MpPlatformDecoder *self,
                         JsonNode *root,
                         unsigned int *count,
                         GError **error)
{
  *count = 0;
  for (unsigned int i = 0; i < self->list->items->len; i++)
    {
      if (!decode_source (self, g_ptr_array_index (self->list->items, i), root, count, error))
        return FALSE;
    }
  return TRUE;
}
