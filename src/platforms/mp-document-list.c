/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-document-parse-private.h"

#include "mp-json.h"

#define DEFAULT_MAX_PAGES 100
#define MAX_PAGES 1000
#define MAX_PAGE_SIZE 10000

typedef enum
{
  KIND_OBJECTS = 1,
  KIND_FIELDS,
  KIND_SAMPLES,
} Kind;

static const struct
{
  const char *name;
  MpPagingKind kind;
} paging_kinds[] = {
  { "none", MP_PAGING_NONE },
  { "cursor_body", MP_PAGING_CURSOR_BODY },
  { "next_url_body", MP_PAGING_NEXT_URL_BODY },
  { "offset", MP_PAGING_OFFSET },
  { "page", MP_PAGING_PAGE },
  { "link_header", MP_PAGING_LINK_HEADER },
};

static MpPagingKind
parse_paging_kind (MpDocumentReader *reader, JsonObject *object, const char *pointer)
{
  const char *kind = mp_document_reader_get_string (reader, object, pointer, "kind", TRUE);

  for (size_t i = 0; kind != NULL && i < G_N_ELEMENTS (paging_kinds); i++)
    {
      if (g_str_equal (kind, paging_kinds[i].name))
        return paging_kinds[i].kind;
    }
  if (kind != NULL)
    mp_document_reader_add_fault (reader, pointer, "kind",
                                  "“%s” is not known here; known are none, cursor_body, "
                                  "next_url_body, offset, page, link_header",
                                  kind);
  return MP_PAGING_NONE;
}

static void
parse_paging (MpDocumentReader *reader,
              MpPagingSpec *paging,
              JsonObject *owner,
              const char *list_pointer)
{
  static const char *const members[] = { "kind", "next",  "more",      "query", "size_query",
                                         "size", "first", "max_pages", NULL };
  JsonObject *object = mp_document_reader_get_object (reader, owner, list_pointer, "paging", FALSE);
  g_autofree char *pointer = mp_pointer_append (list_pointer, "paging");
  gboolean has_next;

  paging->kind = MP_PAGING_NONE;
  paging->max_pages = 1;
  if (object == NULL)
    return;
  mp_document_reader_check_members (reader, object, pointer, members);
  paging->kind = parse_paging_kind (reader, object, pointer);
  has_next = paging->kind == MP_PAGING_CURSOR_BODY || paging->kind == MP_PAGING_NEXT_URL_BODY;
  paging->next = mp_document_reader_get_attribute (reader, object, pointer, "next", has_next);
  paging->more = mp_document_reader_get_attribute (reader, object, pointer, "more", FALSE);
  paging->query =
      g_strdup (mp_document_reader_get_string (reader, object, pointer, "query", FALSE));
  paging->size_query =
      g_strdup (mp_document_reader_get_string (reader, object, pointer, "size_query", FALSE));
  paging->size = mp_document_reader_get_number (reader, object, pointer, "size", MAX_PAGE_SIZE, 0);
  paging->first = mp_document_reader_get_number (reader, object, pointer, "first", 1, 1);
  paging->max_pages = mp_document_reader_get_number (reader, object, pointer, "max_pages",
                                                     MAX_PAGES, DEFAULT_MAX_PAGES);
  if (paging->kind == MP_PAGING_OFFSET && paging->size == 0)
    mp_document_reader_add_fault (reader, pointer, "size", "the size of a page is expected");
}

/* (nullable): what a request calls the place of a page, when no name of a query carries it */
static const char *
get_place_name (const MpPagingSpec *paging)
{
  if (paging->query != NULL)
    return NULL;
  switch (paging->kind)
    {
    case MP_PAGING_CURSOR_BODY:
      return "cursor";
    case MP_PAGING_OFFSET:
      return "offset";
    case MP_PAGING_PAGE:
      return "page";
    case MP_PAGING_NONE:
    case MP_PAGING_NEXT_URL_BODY:
    case MP_PAGING_LINK_HEADER:
    default:
      return NULL;
    }
}

static MpRequestSpec *
parse_list_request (MpDocumentReader *reader,
                    const MpDocumentNames *names,
                    const MpPagingSpec *paging,
                    JsonObject *object,
                    const char *pointer)
{
  g_autoptr (MpDocumentNames) page_names = mp_document_names_copy (names, NULL);
  const char *place = get_place_name (paging);
  g_autofree char *paging_pointer = mp_pointer_append (pointer, "paging");
  MpRequestSpec *request;

  if (place != NULL)
    mp_document_names_add (page_names, place, TRUE);
  if (paging->size > 0 && paging->size_query == NULL)
    mp_document_names_add (page_names, "size", TRUE);
  request = mp_document_parse_request (reader, page_names, object, pointer, FALSE);
  if (request != NULL && place != NULL && !mp_document_request_uses (request, place))
    mp_document_reader_add_fault (reader, paging_pointer, "query",
                                  "“query” is missing, or the place of a page in the request: "
                                  "“{%s}” alone in a text",
                                  place);
  return request;
}

static MpOptionsSpec *
parse_option_source (MpDocumentReader *reader,
                     const MpDocumentNames *names,
                     JsonObject *object,
                     char *pointer /* (transfer full) */)
{
  static const char *const members[] = { "when", "request", "optional", "items",
                                         "keep", "value",   "label",    NULL };
  g_autoptr (MpDocumentNames) field_names = mp_document_names_copy (names, "field");
  MpOptionsSpec *options = g_new0 (MpOptionsSpec, 1);

  options->pointer = pointer;
  mp_document_reader_check_members (reader, object, pointer, members);
  options->when = mp_document_reader_get_attribute (reader, object, pointer, "when", FALSE);
  options->request = mp_document_parse_request (reader, field_names, object, pointer, FALSE);
  options->optional = mp_document_reader_get_boolean (reader, object, pointer, "optional");
  options->items = mp_document_reader_get_attribute (reader, object, pointer, "items", TRUE);
  options->keep = mp_document_reader_get_attribute (reader, object, pointer, "keep", FALSE);
  options->value = mp_document_reader_get_attribute (reader, object, pointer, "value", TRUE);
  options->label = mp_document_reader_get_attribute (reader, object, pointer, "label", FALSE);
  return options;
}

/* One source of options, or several for different kinds of fields. */
static GPtrArray *
parse_options (MpDocumentReader *reader,
               const MpDocumentNames *names,
               JsonObject *owner,
               const char *list_pointer)
{
  JsonArray *several = mp_json_get_array (owner, "options");
  GPtrArray *sources;
  JsonObject *object;

  if (!json_object_has_member (owner, "options"))
    return NULL;
  sources = g_ptr_array_new_with_free_func ((GDestroyNotify) mp_options_spec_free);
  for (unsigned int i = 0; several != NULL && i < json_array_get_length (several); i++)
    {
      char *at = mp_document_dup_element_pointer (list_pointer, "options", i);

      object = mp_document_reader_get_element (reader, several, i, at);
      if (object != NULL)
        g_ptr_array_add (sources, parse_option_source (reader, names, object, at));
      else
        g_free (at);
    }
  object = several == NULL
               ? mp_document_reader_get_object (reader, owner, list_pointer, "options", TRUE)
               : NULL;
  if (object != NULL)
    g_ptr_array_add (sources, parse_option_source (reader, names, object,
                                                   mp_pointer_append (list_pointer, "options")));
  return sources;
}

static void
mp_attribute_free_item (gpointer data)
{
  mp_attribute_free (data);
}

/* The items come from an answer: the list's own, or those of the joins. */
static gboolean
is_live (const MpListSpec *list)
{
  return list->request != NULL || list->joins->len > 0;
}

/* `items` (arrays) or `entries` (maps): a path, or several whose items are taken together. */
static void
parse_items (MpDocumentReader *reader, MpListSpec *list, JsonObject *object)
{
  MpAttribute *all;

  list->items = g_ptr_array_new_with_free_func (mp_attribute_free_item);
  list->is_map = json_object_has_member (object, "entries");
  if (list->is_map && json_object_has_member (object, "items"))
    mp_document_reader_add_fault (reader, list->pointer, "entries",
                                  "a list has either “items” or “entries”");
  all = mp_document_reader_get_attribute (reader, object, list->pointer,
                                          list->is_map ? "entries" : "items", is_live (list));
  if (all == NULL)
    return;
  for (unsigned int i = 0; i < all->alternatives->len; i++)
    {
      MpAttribute *one = g_new0 (MpAttribute, 1);

      one->pointer = g_strdup (all->pointer);
      one->alternatives = g_ptr_array_new_with_free_func ((GDestroyNotify) mp_expression_free);
      g_ptr_array_add (one->alternatives, g_steal_pointer (&all->alternatives->pdata[i]));
      g_ptr_array_add (list->items, one);
    }
  mp_attribute_free (all);
}

static void
parse_field_attributes (MpDocumentReader *reader,
                        const MpDocumentNames *names,
                        MpListSpec *list,
                        JsonObject *object)
{
  gboolean live = is_live (list);

  list->type = mp_document_reader_get_attribute (reader, object, list->pointer, "type", live);
  list->subtype =
      mp_document_reader_get_attribute (reader, object, list->pointer, "subtype", FALSE);
  list->required =
      mp_document_reader_get_attribute (reader, object, list->pointer, "required", FALSE);
  list->read_only =
      mp_document_reader_get_attribute (reader, object, list->pointer, "read_only", FALSE);
  list->restricted =
      mp_document_reader_get_attribute (reader, object, list->pointer, "restricted", FALSE);
  list->max_length =
      mp_document_reader_get_attribute (reader, object, list->pointer, "max_length", FALSE);
  list->options = parse_options (reader, names, object, list->pointer);
}

static Kind
get_kind (const char *name)
{
  return g_str_equal (name, "fields")   ? KIND_FIELDS
         : g_str_equal (name, "sample") ? KIND_SAMPLES
                                        : KIND_OBJECTS;
}

/* Of several answers one can change while the others say that they still hold. */
static void
parse_conditional (MpDocumentReader *reader, MpListSpec *list, JsonObject *object)
{
  gboolean has_option_requests = FALSE;

  list->is_conditional =
      mp_document_reader_get_boolean (reader, object, list->pointer, "conditional");
  for (unsigned int i = 0; list->options != NULL && i < list->options->len; i++)
    has_option_requests |=
        ((const MpOptionsSpec *) g_ptr_array_index (list->options, i))->request != NULL;
  if (list->is_conditional && (list->request == NULL || list->joins->len > 0 ||
                               list->paging.kind != MP_PAGING_NONE || has_option_requests))
    mp_document_reader_add_fault (reader, list->pointer, "conditional",
                                  "only a list of one answer can be asked for on a condition: "
                                  "without “joins”, “paging” and requests for options");
}

static MpListSpec *
parse_list (MpDocumentReader *reader,
            const MpDocumentNames *names,
            JsonObject *object,
            char *pointer /* (transfer full) */,
            Kind kind)
{
  static const char *const sample_members[] = { "when",  "request", "optional", "empty",
                                                "joins", "items",   "entries",  "keep",
                                                "value", "without", NULL };
  static const char *const object_members[] = {
    "when", "request", "optional", "empty",  "joins", "paging", "items",       "entries", "keep",
    "name", "label",   "custom",   "static", "first", "prefix", "conditional", NULL
  };
  static const char *const field_members[] = {
    "when",    "request", "optional",    "empty",     "joins",      "paging",     "items",
    "entries", "keep",    "name",        "label",     "custom",     "static",     "first",
    "type",    "subtype", "required",    "read_only", "restricted", "max_length", "options",
    "prefix",  "empty",   "conditional", NULL
  };
  MpListSpec *list = g_new0 (MpListSpec, 1);
  gboolean live;

  list->pointer = pointer;
  mp_document_reader_check_members (reader, object, pointer,
                                    kind == KIND_FIELDS    ? field_members
                                    : kind == KIND_SAMPLES ? sample_members
                                                           : object_members);
  list->when = mp_document_reader_get_attribute (reader, object, pointer, "when", FALSE);
  parse_paging (reader, &list->paging, object, pointer);
  list->request = parse_list_request (reader, names, &list->paging, object, pointer);
  list->optional = mp_document_reader_get_boolean (reader, object, pointer, "optional");
  list->empty = mp_document_parse_conditions (reader, object, pointer, "empty", 0);
  list->joins = mp_document_parse_joins (reader, names, object, pointer);
  live = is_live (list);
  parse_items (reader, list, object);
  list->keep = mp_document_reader_get_attribute (reader, object, pointer, "keep", FALSE);
  list->name = mp_document_reader_get_attribute (reader, object, pointer, "name",
                                                 live && kind != KIND_SAMPLES);
  list->value =
      mp_document_reader_get_attribute (reader, object, pointer, "value", kind == KIND_SAMPLES);
  list->prefix =
      g_strdup (mp_document_reader_get_string (reader, object, pointer, "prefix", FALSE));
  list->label = mp_document_reader_get_attribute (reader, object, pointer, "label", FALSE);
  list->custom = mp_document_reader_get_attribute (reader, object, pointer, "custom", FALSE);
  if (kind == KIND_FIELDS)
    parse_field_attributes (reader, names, list, object);
  parse_conditional (reader, list, object);
  list->static_items = mp_document_parse_static (reader, object, pointer, kind == KIND_FIELDS);
  list->first = mp_document_parse_names (reader, object, pointer, "first");
  list->without = mp_document_parse_names (reader, object, pointer, "without");
  if (!live && list->static_items->len == 0)
    mp_document_reader_add_fault (reader, pointer, NULL,
                                  kind == KIND_SAMPLES
                                      ? "“request” is expected"
                                      : "“request”, “joins” or “static” is expected");
  return list;
}

static void
parse_alternatives (MpDocumentReader *reader,
                    const MpDocumentNames *names,
                    GPtrArray *lists,
                    JsonArray *array,
                    const char *name)
{
  for (unsigned int i = 0; i < json_array_get_length (array); i++)
    {
      g_autofree char *at = mp_document_dup_element_pointer ("", name, i);
      JsonObject *object = mp_document_reader_get_element (reader, array, i, at);
      MpListSpec *list;

      if (object == NULL)
        continue;
      list = parse_list (reader, names, object, g_strdup (at), get_kind (name));
      g_ptr_array_add (lists, list);
      if (list->when == NULL && i + 1 < json_array_get_length (array))
        mp_document_reader_add_fault (reader, at, "when",
                                      "“when” is missing: no list behind this one would be read");
    }
  if (json_array_get_length (array) == 0)
    mp_document_reader_add_fault (reader, "", name, "a list, or an array of lists, is expected");
}

/* One list, or several of which the first that fits counts. */
GPtrArray *
mp_document_parse_lists (MpDocumentReader *reader,
                         const MpDocumentNames *names,
                         JsonObject *document,
                         const char *name,
                         gboolean required)
{
  JsonArray *several = mp_json_get_array (document, name);
  g_autoptr (GPtrArray) lists = g_ptr_array_new_with_free_func ((GDestroyNotify) mp_list_spec_free);
  JsonObject *object;

  if (several != NULL)
    {
      parse_alternatives (reader, names, lists, several, name);
      return g_steal_pointer (&lists);
    }
  object = mp_document_reader_get_object (reader, document, "", name, required);
  if (object == NULL)
    return NULL;
  g_ptr_array_add (
      lists, parse_list (reader, names, object, mp_pointer_append ("", name), get_kind (name)));
  return g_steal_pointer (&lists);
}

static void
add_type (MpDocumentReader *reader,
          GHashTable *types,
          JsonObject *object,
          const char *pointer,
          const char *name,
          char *key /* (transfer full) */)
{
  const char *text = mp_document_reader_get_string (reader, object, pointer, name, TRUE);
  MpFieldType type;

  if (text != NULL && !mp_field_type_from_string (text, &type))
    mp_document_reader_add_fault (reader, pointer, name, "“%s” is no type of a field", text);
  else if (text != NULL)
    {
      g_hash_table_replace (types, key, GINT_TO_POINTER (type));
      return;
    }
  g_free (key);
}

void
mp_document_parse_types (MpDocumentReader *reader,
                         GHashTable *types,
                         JsonObject *document,
                         gboolean required)
{
  JsonObject *object = mp_document_reader_get_object (reader, document, "", "types", required);
  g_autoptr (GList) names = object != NULL ? json_object_get_members (object) : NULL;

  for (GList *name = names; name != NULL; name = name->next)
    {
      JsonObject *subtypes = mp_json_get_object (object, name->data);
      g_autofree char *pointer = mp_pointer_append ("/types", name->data);
      g_autoptr (GList) subnames = subtypes != NULL ? json_object_get_members (subtypes) : NULL;

      if (subtypes == NULL)
        add_type (reader, types, object, "/types", name->data, g_strdup (name->data));
      for (GList *subname = subnames; subname != NULL; subname = subname->next)
        add_type (reader, types, subtypes, pointer, subname->data,
                  g_strdup_printf ("%s\n%s", (char *) name->data, (char *) subname->data));
    }
}
