/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-document-parse-private.h"

#include "mp-json.h"

/* What the engine itself gives a value. */
static const char *const reserved_names[] = { "object", "field", "fields", "fields_json", "cursor",
                                              "offset", "page",  "size",   NULL };

gboolean
mp_document_is_reserved_name (const char *name)
{
  return g_strv_contains (reserved_names, name);
}

void
mp_document_names_free (MpDocumentNames *names)
{
  g_ptr_array_unref (names->settings);
  g_ptr_array_unref (names->address);
  g_ptr_array_unref (names->all);
  g_free (names);
}

static GPtrArray *
new_list (void)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (g_free);

  g_ptr_array_add (list, NULL);
  return list;
}

static void
add_name (GPtrArray *list, const char *name)
{
  g_ptr_array_insert (list, (int) list->len - 1, g_strdup (name));
}

/* The settings of the connection and the parts of the key. */
MpDocumentNames *
mp_document_names_new (MpPlatformSpec *spec)
{
  MpDocumentNames *names = g_new0 (MpDocumentNames, 1);

  names->settings = new_list ();
  names->address = new_list ();
  names->all = new_list ();
  for (unsigned int i = 0; i < mp_platform_spec_get_n_settings (spec); i++)
    {
      const char *id = mp_platform_spec_get_setting (spec, i)->id;

      add_name (names->settings, id);
      mp_document_names_add (names, id, TRUE);
    }
  for (unsigned int i = 0; i < mp_platform_spec_get_n_parts (spec); i++)
    mp_document_names_add (names, mp_platform_spec_get_part (spec, i)->id, FALSE);
  return names;
}

static GPtrArray *
copy_list (GPtrArray *list)
{
  GPtrArray *copy = new_list ();

  for (unsigned int i = 0; i + 1 < list->len; i++)
    add_name (copy, g_ptr_array_index (list, i));
  return copy;
}

/* @more: (nullable): a name that has a place in addresses too */
MpDocumentNames *
mp_document_names_copy (const MpDocumentNames *names, const char *more)
{
  MpDocumentNames *copy = g_new0 (MpDocumentNames, 1);

  copy->settings = copy_list (names->settings);
  copy->address = copy_list (names->address);
  copy->all = copy_list (names->all);
  if (more != NULL)
    mp_document_names_add (copy, more, TRUE);
  return copy;
}

void
mp_document_names_add (MpDocumentNames *names, const char *name, gboolean in_addresses)
{
  if (in_addresses)
    add_name (names->address, name);
  add_name (names->all, name);
}

gboolean
mp_document_names_contain (const MpDocumentNames *names, const char *name)
{
  return g_strv_contains ((const char *const *) names->all->pdata, name);
}

void
mp_document_reader_use_names (MpDocumentReader *reader, GPtrArray *names)
{
  reader->variables = (const char *const *) names->pdata;
  reader->elsewhere = NULL;
}

/* Those of an address, or of less: hosts and base. */
void
mp_document_reader_use_address_names (MpDocumentReader *reader,
                                      const MpDocumentNames *names,
                                      GPtrArray *list)
{
  mp_document_reader_use_names (reader, list);
  reader->elsewhere = (const char *const *) names->all->pdata;
}

char *
mp_document_dup_element_pointer (const char *pointer, const char *name, unsigned int index)
{
  return g_strdup_printf ("%s/%s/%u", pointer, name, index);
}

/* (nullable): the element, with a fault when it is no object */
JsonObject *
mp_document_reader_get_element (MpDocumentReader *reader,
                                JsonArray *array,
                                unsigned int index,
                                const char *pointer)
{
  JsonObject *object = mp_json_array_get_object (array, index);

  if (object == NULL)
    mp_document_reader_add_fault (reader, pointer, NULL, "an object is expected");
  return object;
}

static void
join_free (gpointer data)
{
  MpJoin *join = data;

  g_free (join->name);
  mp_request_spec_free (join->request);
  g_free (join);
}

static void
check_body_strings (MpDocumentReader *reader, JsonNode *node, const char *pointer)
{
  if (JSON_NODE_HOLDS_OBJECT (node))
    {
      JsonObject *object = json_node_get_object (node);
      g_autoptr (GList) names = json_object_get_members (object);

      for (GList *name = names; name != NULL; name = name->next)
        {
          g_autofree char *full = mp_pointer_append (pointer, name->data);

          check_body_strings (reader, json_object_get_member (object, name->data), full);
        }
    }
  else if (JSON_NODE_HOLDS_ARRAY (node))
    {
      JsonArray *array = json_node_get_array (node);

      for (unsigned int i = 0; i < json_array_get_length (array); i++)
        {
          g_autofree char *full = g_strdup_printf ("%s/%u", pointer, i);

          check_body_strings (reader, json_array_get_element (array, i), full);
        }
    }
  else if (mp_json_node_get_string (node) != NULL)
    mp_template_free (
        mp_document_reader_parse_template (reader, mp_json_node_get_string (node), pointer));
}

static void
parse_body (MpDocumentReader *reader, MpRequestSpec *request, JsonObject *object)
{
  JsonNode *json = json_object_get_member (object, "json");

  request->form = mp_document_reader_get_pairs (reader, object, request->pointer, "form");
  if (json != NULL && request->form != NULL)
    mp_document_reader_add_fault (reader, request->pointer, "json",
                                  "a request has either “form” or “json”");
  if (json != NULL)
    {
      g_autofree char *full = mp_pointer_append (request->pointer, "json");

      check_body_strings (reader, json, full);
      request->json = mp_json_node_copy (json);
    }
}

/* A path below the base, or a whole address. */
static void
parse_address (MpDocumentReader *reader, MpRequestSpec *request, JsonObject *object)
{
  gboolean is_whole = json_object_has_member (object, "address");
  const char *path =
      mp_document_reader_get_string (reader, object, request->pointer, "path", !is_whole);

  if (is_whole && path != NULL)
    mp_document_reader_add_fault (reader, request->pointer, "address",
                                  "a request has either “path” or “address”");
  if (path != NULL && *path != '/')
    mp_document_reader_add_fault (reader, request->pointer, "path",
                                  "a path that begins with “/” is expected");
  request->path = mp_document_reader_get_template (reader, object, request->pointer, "path", FALSE);
  request->address =
      mp_document_reader_get_template (reader, object, request->pointer, "address", FALSE);
}

MpRequestSpec *
mp_document_parse_request (MpDocumentReader *reader,
                           const MpDocumentNames *names,
                           JsonObject *owner,
                           const char *pointer,
                           gboolean required)
{
  static const char *const members[] = { "method",  "path", "address", "query",
                                         "headers", "form", "json",    NULL };
  static const char *const methods[] = { "GET", "POST", NULL };
  JsonObject *object = mp_document_reader_get_object (reader, owner, pointer, "request", required);
  MpRequestSpec *request;
  const char *method;

  if (object == NULL)
    return NULL;
  request = g_new0 (MpRequestSpec, 1);
  request->pointer = mp_pointer_append (pointer, "request");
  mp_document_reader_check_members (reader, object, request->pointer, members);
  method = mp_document_reader_get_string (reader, object, request->pointer, "method", FALSE);
  if (method != NULL && !g_strv_contains (methods, method))
    mp_document_reader_add_fault (reader, request->pointer, "method", "GET or POST is expected");

  /* No part of a key stands in an address: addresses are logged on the way. */
  mp_document_reader_use_address_names (reader, names, names->address);
  parse_address (reader, request, object);
  request->query = mp_document_reader_get_pairs (reader, object, request->pointer, "query");
  mp_document_reader_use_names (reader, names->all);
  request->headers = mp_document_reader_get_pairs (reader, object, request->pointer, "headers");
  parse_body (reader, request, object);
  request->method = g_strdup (method != NULL                                   ? method
                              : request->form != NULL || request->json != NULL ? "POST"
                                                                               : "GET");
  return request;
}

static gboolean
is_only_place (const MpTemplate *template, const char *name)
{
  return g_strcmp0 (mp_template_get_only_place (template), name) == 0;
}

static gboolean
pairs_use (GPtrArray *pairs, const char *name)
{
  for (unsigned int i = 0; pairs != NULL && i < pairs->len; i++)
    {
      if (is_only_place (((const MpPair *) g_ptr_array_index (pairs, i))->value, name))
        return TRUE;
    }
  return FALSE;
}

static gboolean
body_uses (JsonNode *node, const char *name)
{
  g_autoptr (GList) members = NULL;
  g_autoptr (MpTemplate) template = NULL;
  const char *text;

  if (JSON_NODE_HOLDS_OBJECT (node))
    members = json_object_get_values (json_node_get_object (node));
  else if (JSON_NODE_HOLDS_ARRAY (node))
    members = json_array_get_elements (json_node_get_array (node));
  for (GList *member = members; member != NULL; member = member->next)
    {
      if (body_uses (member->data, name))
        return TRUE;
    }
  text = mp_json_node_get_string (node);
  template = text != NULL ? mp_template_parse (text, MP_TEMPLATE_REQUEST, NULL) : NULL;
  return template != NULL && is_only_place (template, name);
}

gboolean
mp_document_request_uses (const MpRequestSpec *request, const char *name)
{
  return pairs_use (request->query, name) || pairs_use (request->form, name) ||
         (request->json != NULL && body_uses (request->json, name));
}

GPtrArray *
mp_document_parse_joins (MpDocumentReader *reader,
                         const MpDocumentNames *names,
                         JsonObject *owner,
                         const char *pointer)
{
  static const char *const members[] = { "request", "optional", NULL };
  static const char *const taken[] = { "item",   "key",   "page",    "field", "name",
                                       "object", "token", "prepare", NULL };
  JsonObject *object = mp_document_reader_get_object (reader, owner, pointer, "joins", FALSE);
  g_autofree char *full = mp_pointer_append (pointer, "joins");
  GPtrArray *joins = g_ptr_array_new_with_free_func (join_free);
  g_autoptr (GList) ids = object != NULL ? json_object_get_members (object) : NULL;

  for (GList *id = ids; id != NULL; id = id->next)
    {
      JsonObject *member = mp_document_reader_get_object (reader, object, full, id->data, TRUE);
      g_autofree char *at = mp_pointer_append (full, id->data);
      MpJoin *join;

      if (g_strv_contains (taken, id->data))
        mp_document_reader_add_fault (reader, full, id->data, "a join cannot be called that");
      if (member == NULL)
        continue;
      mp_document_reader_check_members (reader, member, at, members);
      join = g_new0 (MpJoin, 1);
      join->name = g_strdup (id->data);
      join->request = mp_document_parse_request (reader, names, member, at, TRUE);
      join->optional = mp_document_reader_get_boolean (reader, member, at, "optional");
      g_ptr_array_add (joins, join);
    }
  return joins;
}
