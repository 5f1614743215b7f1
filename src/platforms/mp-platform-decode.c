/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-platform-decode.h"

#include "mp-error.h"
#include "mp-humanise.h"
#include "mp-json.h"
#include "mp-sample-record.h"

#define MAX_SAMPLES 3
#define MAX_SAMPLE_CHARACTERS 200

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
add_option (const MpPlatformDecoder *self,
            const MpOptionsSpec *spec,
            GPtrArray *options,
            const MpScope *scope,
            GError **error)
{
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
add_options (const MpPlatformDecoder *self,
             const MpOptionsSpec *spec,
             GPtrArray *options,
             JsonNode *node,
             const MpScope *field_scope,
             GError **error)
{
  JsonArray *array = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  JsonObject *map = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  g_autoptr (GList) names = map != NULL ? json_object_get_members (map) : NULL;
  MpScope scope = *field_scope;

  scope.field = field_scope->item;
  scope.key = NULL;
  for (GList *name = names; name != NULL; name = name->next)
    {
      scope.item = json_object_get_member (map, name->data);
      scope.key = name->data;
      if (!add_option (self, spec, options, &scope, error))
        return FALSE;
    }
  for (unsigned int i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      scope.item = json_array_get_element (array, i);
      if (!add_option (self, spec, options, &scope, error))
        return FALSE;
    }
  return TRUE;
}

/* @spec: (out) (nullable): where the field's options are; NULL when it has none */
static gboolean
find_options (const MpPlatformDecoder *self,
              const MpScope *scope,
              const MpOptionsSpec **spec,
              GError **error)
{
  GPtrArray *sources = self->list->options;

  *spec = NULL;
  for (unsigned int i = 0; sources != NULL && i < sources->len && *spec == NULL; i++)
    {
      const MpOptionsSpec *source = g_ptr_array_index (sources, i);
      gboolean fits;

      if (!mp_attribute_get_boolean (source->when, get_id (self), scope, TRUE, &fits, error))
        return FALSE;
      if (fits)
        *spec = source;
    }
  return TRUE;
}

static gboolean
read_options (const MpPlatformDecoder *self,
              GPtrArray *options,
              const MpScope *scope,
              GError **error)
{
  const MpOptionsSpec *spec;
  MpScope source = *scope;
  MpValue value;

  if (!find_options (self, scope, &spec, error))
    return FALSE;
  if (spec == NULL || (spec->request != NULL && self->answer == NULL))
    return TRUE;
  source.field = scope->item;
  if (spec->request != NULL)
    source.item = self->answer;
  if (!mp_attribute_evaluate (spec->items, get_id (self), &source, &value, error))
    return FALSE;
  return value.kind != MP_VALUE_NODE || add_options (self, spec, options, value.node, scope, error);
}

static gboolean
read_max_length (const MpPlatformDecoder *self,
                 const MpScope *scope,
                 unsigned int *max_length,
                 GError **error)
{
  g_autofree char *text = NULL;
  guint64 number;

  *max_length = 0;
  if (self->list->max_length == NULL)
    return TRUE;
  if (!get_text (self, self->list->max_length, scope, &text, error))
    return FALSE;
  /* Some answer the number as text; what is no number ("26,6" of a decimal) says nothing. */
  if (text != NULL && g_ascii_string_to_unsigned (text, 10, 1, G_MAXINT, &number, NULL))
    *max_length = (unsigned int) number;
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
  return G_OBJECT (mp_crm_object_new (name, label, custom));
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

/* Notes a field whose options are still to be asked for. */
static gboolean
note_pending (MpPlatformDecoder *self, const MpScope *scope, GError **error)
{
  const MpOptionsSpec *spec;
  MpPendingOptions *pending;

  if (self->pending == NULL)
    return TRUE;
  if (!find_options (self, scope, &spec, error))
    return FALSE;
  if (spec == NULL || spec->request == NULL)
    return TRUE;
  pending = g_new0 (MpPendingOptions, 1);
  pending->spec = spec;
  pending->index = self->items->len - 1;
  pending->name = g_strdup (scope->name);
  pending->key = g_strdup (scope->key);
  pending->item = json_node_ref (scope->item);
  pending->page = json_node_ref (scope->page);
  g_ptr_array_add (self->pending, pending);
  return TRUE;
}

/* Where a live item is called by another name than where it is listed. */
static void
add_prefix (const MpPlatformDecoder *self, char **name /* (inout) */)
{
  char *full;

  if (self->list->prefix == NULL)
    return;
  full = g_strconcat (self->list->prefix, *name, NULL);
  g_free (*name);
  *name = full;
}

/* Cut to what a person looks at; a list of texts in one line, another value as JSON. */
static char *
make_sample_text (const MpValue *value)
{
  g_autoptr (GString) line = g_string_new (NULL);
  JsonArray *array = value->kind == MP_VALUE_NODE && JSON_NODE_HOLDS_ARRAY (value->node)
                         ? json_node_get_array (value->node)
                         : NULL;

  for (unsigned int i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      g_autofree char *text = mp_json_to_text (json_array_get_element (array, i));
      const char *plain = mp_json_array_get_string (array, i);

      g_string_append_printf (line, "%s%s", i > 0 ? ", " : "", plain != NULL ? plain : text);
    }
  if (array == NULL)
    {
      g_autofree char *text =
          value->kind == MP_VALUE_NODE ? mp_json_to_text (value->node) : mp_value_dup_text (value);

      g_string_append (line, text != NULL ? text : "");
    }
  if (g_utf8_strlen (line->str, -1) > MAX_SAMPLE_CHARACTERS)
    {
      g_string_truncate (
          line, (size_t) (g_utf8_offset_to_pointer (line->str, MAX_SAMPLE_CHARACTERS) - line->str));
      g_string_append (line, "…");
    }
  return g_string_free (g_steal_pointer (&line), FALSE);
}

/* Only the fields that were asked for are looked at: a record may hold hashes and keys. */
static gboolean
decode_record (MpPlatformDecoder *self, const MpScope *scope, GError **error)
{
  g_autoptr (GStrvBuilder) values = g_strv_builder_new ();
  g_auto (GStrv) texts = NULL;
  gboolean kept;

  if (self->items->len >= MAX_SAMPLES)
    return TRUE;
  if (!is_kept (self, self->list->keep, scope, &kept, error))
    return FALSE;
  if (!kept)
    return TRUE;
  for (unsigned int i = 0; self->fields[i] != NULL; i++)
    {
      MpScope named = *scope;
      g_autofree char *text = NULL;
      MpValue value;

      named.name = self->fields[i];
      if (!mp_attribute_evaluate (self->list->value, get_id (self), &named, &value, error))
        return FALSE;
      text = make_sample_text (&value);
      g_strv_builder_add (values, text);
    }
  texts = g_strv_builder_end (values);
  g_ptr_array_add (self->items, mp_sample_record_new (self->fields, texts));
  return TRUE;
}

static gboolean
decode_item (MpPlatformDecoder *self, const MpScope *scope, GError **error)
{
  MpScope named = *scope;
  g_autofree char *name = NULL;
  g_autofree char *label = NULL;
  GObject *item;
  gboolean kept;

  if (self->fields != NULL)
    return decode_record (self, scope, error);
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
  if (label == NULL)
    label = mp_humanise (name);
  add_prefix (self, &name);
  if (g_hash_table_contains (self->names, name))
    return TRUE;
  if (!check_room (self, error))
    return FALSE;
  named.name = name;
  item = self->of_fields ? make_field (self, name, label, &named, error)
                         : make_object (self, name, label, scope, error);
  if (item == NULL)
    return FALSE;
  g_ptr_array_add (self->items, item);
  if (self->of_fields && !note_pending (self, &named, error))
    return FALSE;
  g_hash_table_add (self->names, g_steal_pointer (&name));
  return TRUE;
}

static MpScope
make_scope (const MpPlatformDecoder *self, JsonNode *item, const char *key)
{
  return (MpScope){
    .item = item, .key = key, .joins = self->joins, .page = self->page, .object = self->object
  };
}

static gboolean
decode_array (MpPlatformDecoder *self, JsonArray *array, unsigned int *count, GError **error)
{
  for (unsigned int i = 0; i < json_array_get_length (array); i++)
    {
      MpScope scope = make_scope (self, json_array_get_element (array, i), NULL);

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
      MpScope scope = make_scope (self, json_object_get_member (map, name->data), name->data);

      ++*count;
      if (!decode_item (self, &scope, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
is_empty_array (JsonNode *node)
{
  return JSON_NODE_HOLDS_ARRAY (node) && json_array_get_length (json_node_get_array (node)) == 0;
}

static gboolean
decode_source (MpPlatformDecoder *self,
               const MpAttribute *source,
               JsonNode *root,
               unsigned int *count,
               gboolean *found,
               GError **error)
{
  MpScope scope = make_scope (self, root, NULL);
  MpValue value;

  *found = TRUE;
  if (!mp_attribute_evaluate (source, get_id (self), &scope, &value, error))
    return FALSE;
  if (value.kind == MP_VALUE_NODE && !self->list->is_map && JSON_NODE_HOLDS_ARRAY (value.node))
    return decode_array (self, json_node_get_array (value.node), count, error);
  if (value.kind == MP_VALUE_NODE && self->list->is_map && JSON_NODE_HOLDS_OBJECT (value.node))
    return decode_map (self, json_node_get_object (value.node), count, error);
  /* PHP writes a map without members as []: where the items stand, or above that place. */
  if (self->list->is_map && is_empty_array (value.kind == MP_VALUE_NODE ? value.node : root))
    return TRUE;
  *found = FALSE;
  return TRUE;
}

void
mp_platform_set_lacking_error (const MpPlatformDocument *document,
                               const MpListSpec *list,
                               GError **error)
{
  const MpAttribute *items = g_ptr_array_index (list->items, 0);

  g_set_error (error, MP_ERROR, MP_ERROR_INVALID,
               list->is_map ? "%s %s: the answer has no map of items there"
                            : "%s %s: the answer has no list of items there",
               mp_platform_document_get_id (document), items->pointer);
}

gboolean
mp_platform_decode_page (MpPlatformDecoder *self,
                         JsonNode *root,
                         unsigned int *count,
                         GError **error)
{
  self->is_found = self->list->items->len == 0;
  *count = 0;
  self->page = root;
  for (unsigned int i = 0; i < self->list->items->len; i++)
    {
      gboolean found;

      if (!decode_source (self, g_ptr_array_index (self->list->items, i), root, count, &found,
                          error))
        return FALSE;
      self->is_found = self->is_found || found;
    }
  if (self->is_found || self->may_lack)
    return TRUE;
  mp_platform_set_lacking_error (self->document, self->list, error);
  return FALSE;
}

gboolean
mp_platform_decode_options (MpPlatformDecoder *self,
                            const MpPendingOptions *pending,
                            JsonNode *answer,
                            GError **error)
{
  g_autofree char *label = NULL;
  GObject *field;
  MpScope scope;

  self->page = pending->page;
  self->answer = answer;
  scope = make_scope (self, pending->item, pending->key);
  scope.name = pending->name;
  if (!get_text (self, self->list->label, &scope, &label, error))
    return FALSE;
  if (label == NULL)
    label = mp_humanise (pending->name);
  field = make_field (self, pending->name, label, &scope, error);
  if (field == NULL)
    return FALSE;
  g_object_unref (g_ptr_array_index (self->items, pending->index));
  g_ptr_array_index (self->items, pending->index) = field;
  return TRUE;
}

void
mp_pending_options_free (MpPendingOptions *self)
{
  g_free (self->name);
  g_free (self->key);
  json_node_unref (self->item);
  json_node_unref (self->page);
  g_free (self);
}
