/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-document-reader.h"

#include <string.h>

#include "mp-error.h"
#include "mp-json.h"

#define DEFAULT_MAX_PAGES 100
#define MAX_PAGES 1000
#define MAX_PAGE_SIZE 10000

/* The names that templates may use, by what they are for. */
typedef struct
{
  GPtrArray *settings;        /* (element-type utf8), NULL-terminated */
  GPtrArray *settings_object; /* these and "object" */
  GPtrArray *all;             /* settings, parts and "object" */
} Names;

static const struct
{
  const char *name;
  MpAuthKind kind;
} auth_kinds[] = {
  { "header", MP_AUTH_HEADER },
  { "bearer", MP_AUTH_BEARER },
  { "basic", MP_AUTH_BASIC },
  { "oauth2_client_credentials", MP_AUTH_OAUTH2_CLIENT_CREDENTIALS },
};

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

static const struct
{
  const char *name;
  MpResetUnit unit;
} reset_units[] = {
  { "seconds", MP_RESET_SECONDS },
  { "milliseconds", MP_RESET_MILLISECONDS },
  { "epoch", MP_RESET_EPOCH },
};

/* Of a credential's answer when the document does not say: RFC 9457, OAuth 2 and common habits. */
static const char *const default_messages[] = {
  "message", "error.message", "error_description", "detail", "title", "error", "text",
};

static void
names_free (Names *names)
{
  g_ptr_array_unref (names->settings);
  g_ptr_array_unref (names->settings_object);
  g_ptr_array_unref (names->all);
  g_free (names);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Names, names_free)

/* @more: (nullable): a name that requests may use too */
static Names *
collect_names (MpPlatformSpec *spec, const char *more)
{
  Names *names = g_new0 (Names, 1);

  names->settings = g_ptr_array_new_with_free_func (g_free);
  names->settings_object = g_ptr_array_new_with_free_func (g_free);
  names->all = g_ptr_array_new_with_free_func (g_free);
  for (unsigned int i = 0; i < mp_platform_spec_get_n_settings (spec); i++)
    {
      const char *id = mp_platform_spec_get_setting (spec, i)->id;

      g_ptr_array_add (names->settings, g_strdup (id));
      g_ptr_array_add (names->settings_object, g_strdup (id));
      g_ptr_array_add (names->all, g_strdup (id));
    }
  for (unsigned int i = 0; i < mp_platform_spec_get_n_parts (spec); i++)
    g_ptr_array_add (names->all, g_strdup (mp_platform_spec_get_part (spec, i)->id));
  g_ptr_array_add (names->settings_object, g_strdup ("object"));
  g_ptr_array_add (names->all, g_strdup ("object"));
  if (more != NULL)
    {
      g_ptr_array_add (names->settings_object, g_strdup (more));
      g_ptr_array_add (names->all, g_strdup (more));
    }
  g_ptr_array_add (names->settings, NULL);
  g_ptr_array_add (names->settings_object, NULL);
  g_ptr_array_add (names->all, NULL);
  return names;
}

static void
use_names (MpDocumentReader *reader, GPtrArray *names)
{
  reader->variables = (const char *const *) names->pdata;
}

static void
condition_free (gpointer data)
{
  MpCondition *condition = data;

  mp_expression_free (condition->when);
  g_free (condition);
}

static void
mode_rule_free (gpointer data)
{
  MpModeRule *rule = data;

  g_free (rule->part);
  g_free (rule->setting);
  g_clear_pointer (&rule->pattern, g_regex_unref);
  g_free (rule);
}

static void
join_free (gpointer data)
{
  MpJoin *join = data;

  g_free (join->name);
  mp_request_spec_free (join->request);
  g_free (join);
}

static char *
dup_element_pointer (const char *pointer, const char *name, unsigned int index)
{
  return g_strdup_printf ("%s/%s/%u", pointer, name, index);
}

/* (nullable): the element, with a fault when it is no object */
static JsonObject *
get_element (MpDocumentReader *reader, JsonArray *array, unsigned int index, const char *pointer)
{
  JsonObject *object = mp_json_array_get_object (array, index);

  if (object == NULL)
    mp_document_reader_add_fault (reader, pointer, NULL, "an object is expected");
  return object;
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

static MpRequestSpec *
parse_request (MpDocumentReader *reader,
               const Names *names,
               JsonObject *owner,
               const char *pointer,
               gboolean required)
{
  static const char *const members[] = {
    "method", "path", "query", "headers", "form", "json", NULL
  };
  static const char *const methods[] = { "GET", "POST", NULL };
  JsonObject *object = mp_document_reader_get_object (reader, owner, pointer, "request", required);
  MpRequestSpec *request;
  const char *method;
  const char *path;

  if (object == NULL)
    return NULL;
  request = g_new0 (MpRequestSpec, 1);
  request->pointer = mp_pointer_append (pointer, "request");
  mp_document_reader_check_members (reader, object, request->pointer, members);
  method = mp_document_reader_get_string (reader, object, request->pointer, "method", FALSE);
  if (method != NULL && !g_strv_contains (methods, method))
    mp_document_reader_add_fault (reader, request->pointer, "method", "GET or POST is expected");

  /* No part of a key stands in an address: addresses are logged on the way. */
  use_names (reader, names->settings_object);
  path = mp_document_reader_get_string (reader, object, request->pointer, "path", TRUE);
  if (path != NULL && *path != '/')
    mp_document_reader_add_fault (reader, request->pointer, "path",
                                  "a path that begins with “/” is expected");
  request->path = mp_document_reader_get_template (reader, object, request->pointer, "path", FALSE);
  request->query = mp_document_reader_get_pairs (reader, object, request->pointer, "query");
  use_names (reader, names->all);
  request->headers = mp_document_reader_get_pairs (reader, object, request->pointer, "headers");
  parse_body (reader, request, object);
  request->method = g_strdup (method != NULL                                   ? method
                              : request->form != NULL || request->json != NULL ? "POST"
                                                                               : "GET");
  return request;
}

static GPtrArray *
parse_joins (MpDocumentReader *reader, const Names *names, JsonObject *owner, const char *pointer)
{
  static const char *const members[] = { "request", "optional", NULL };
  static const char *const taken[] = { "item", "key", "page", "field", "name", "object", NULL };
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
      join->request = parse_request (reader, names, member, at, TRUE);
      join->optional = mp_document_reader_get_boolean (reader, member, at, "optional");
      g_ptr_array_add (joins, join);
    }
  return joins;
}

static void
parse_oauth2 (MpDocumentReader *reader,
              const Names *names,
              MpAuthSpec *auth,
              JsonObject *object,
              const char *pointer)
{
  static const char *const members[] = { "kind",   "token_url", "client_id",  "client_secret",
                                         "send",   "scope",     "parameters", "base_from",
                                         "scheme", NULL };
  const char *send;
  MpTemplate *scope;

  mp_document_reader_check_members (reader, object, pointer, members);
  use_names (reader, names->settings);
  auth->token_url = mp_document_reader_get_template (reader, object, pointer, "token_url", TRUE);
  use_names (reader, names->all);
  auth->client_id = mp_document_reader_get_template (reader, object, pointer, "client_id", TRUE);
  auth->client_secret =
      mp_document_reader_get_template (reader, object, pointer, "client_secret", TRUE);
  send = mp_document_reader_get_string (reader, object, pointer, "send", TRUE);
  auth->send_basic = g_strcmp0 (send, "basic") == 0;
  if (send != NULL && !auth->send_basic && !g_str_equal (send, "body"))
    mp_document_reader_add_fault (reader, pointer, "send", "“body” or “basic” is expected");
  auth->parameters = mp_document_reader_get_pairs (reader, object, pointer, "parameters");
  auth->scheme =
      g_strdup (mp_document_reader_get_string (reader, object, pointer, "scheme", FALSE));
  auth->base_from = mp_document_reader_get_expression (reader, object, pointer, "base_from");
  scope = mp_document_reader_get_template (reader, object, pointer, "scope", FALSE);
  if (scope != NULL)
    {
      MpPair *pair = g_new0 (MpPair, 1);

      pair->name = g_strdup ("scope");
      pair->value = scope;
      if (auth->parameters == NULL)
        auth->parameters = g_ptr_array_new_with_free_func (mp_pair_free);
      g_ptr_array_add (auth->parameters, pair);
    }
}

static void
parse_auth_kind (MpDocumentReader *reader,
                 const Names *names,
                 MpAuthSpec *auth,
                 JsonObject *object,
                 const char *pointer)
{
  static const char *const header_members[] = { "kind", "headers", NULL };
  static const char *const bearer_members[] = { "kind", "token", NULL };
  static const char *const basic_members[] = { "kind", "user", "password", NULL };

  use_names (reader, names->all);
  switch (auth->kind)
    {
    case MP_AUTH_HEADER:
      mp_document_reader_check_members (reader, object, pointer, header_members);
      mp_document_reader_get_object (reader, object, pointer, "headers", TRUE);
      auth->headers = mp_document_reader_get_pairs (reader, object, pointer, "headers");
      break;
    case MP_AUTH_BEARER:
      mp_document_reader_check_members (reader, object, pointer, bearer_members);
      auth->token = mp_document_reader_get_template (reader, object, pointer, "token", TRUE);
      break;
    case MP_AUTH_BASIC:
      mp_document_reader_check_members (reader, object, pointer, basic_members);
      auth->user = mp_document_reader_get_template (reader, object, pointer, "user", TRUE);
      auth->password = mp_document_reader_get_template (reader, object, pointer, "password", TRUE);
      break;
    case MP_AUTH_OAUTH2_CLIENT_CREDENTIALS:
    default:
      parse_oauth2 (reader, names, auth, object, pointer);
      break;
    }
}

static void
parse_auth (MpDocumentReader *reader, const Names *names, MpAuthSpec *auth, JsonObject *document)
{
  JsonObject *object = mp_document_reader_get_object (reader, document, "", "auth", TRUE);
  const char *kind;

  if (object == NULL)
    return;
  kind = mp_document_reader_get_string (reader, object, "/auth", "kind", TRUE);
  for (size_t i = 0; kind != NULL && i < G_N_ELEMENTS (auth_kinds); i++)
    {
      if (!g_str_equal (kind, auth_kinds[i].name))
        continue;
      auth->kind = auth_kinds[i].kind;
      parse_auth_kind (reader, names, auth, object, "/auth");
      return;
    }
  if (kind != NULL)
    mp_document_reader_add_fault (
        reader, "/auth", "kind",
        "“%s” is not known here; known are header, bearer, basic, oauth2_client_credentials", kind);
}

static void
parse_test (MpDocumentReader *reader, const Names *names, MpTestSpec *test, JsonObject *document)
{
  static const char *const members[] = { "request", "joins",     "account",   "account_id",
                                         "details", "test_mode", "live_mode", NULL };
  JsonObject *object = mp_document_reader_get_object (reader, document, "", "test", TRUE);

  if (object == NULL)
    return;
  mp_document_reader_check_members (reader, object, "/test", members);
  test->request = parse_request (reader, names, object, "/test", TRUE);
  test->joins = parse_joins (reader, names, object, "/test");
  test->account = mp_document_reader_get_texts (reader, object, "/test", "account");
  test->account_id =
      mp_document_reader_get_attribute (reader, object, "/test", "account_id", FALSE);
  test->details = mp_document_reader_get_texts (reader, object, "/test", "details");
  test->test_mode = mp_document_reader_get_attribute (reader, object, "/test", "test_mode", FALSE);
  test->live_mode = mp_document_reader_get_attribute (reader, object, "/test", "live_mode", FALSE);
}

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
  gboolean has_query;

  paging->kind = MP_PAGING_NONE;
  paging->max_pages = 1;
  if (object == NULL)
    return;
  mp_document_reader_check_members (reader, object, pointer, members);
  paging->kind = parse_paging_kind (reader, object, pointer);
  has_next = paging->kind == MP_PAGING_CURSOR_BODY || paging->kind == MP_PAGING_NEXT_URL_BODY;
  has_query = paging->kind == MP_PAGING_CURSOR_BODY || paging->kind == MP_PAGING_OFFSET ||
              paging->kind == MP_PAGING_PAGE;
  paging->next = mp_document_reader_get_attribute (reader, object, pointer, "next", has_next);
  paging->more = mp_document_reader_get_attribute (reader, object, pointer, "more", FALSE);
  paging->query =
      g_strdup (mp_document_reader_get_string (reader, object, pointer, "query", has_query));
  paging->size_query =
      g_strdup (mp_document_reader_get_string (reader, object, pointer, "size_query", FALSE));
  paging->size = mp_document_reader_get_number (reader, object, pointer, "size", MAX_PAGE_SIZE, 0);
  paging->first = mp_document_reader_get_number (reader, object, pointer, "first", 1, 1);
  paging->max_pages = mp_document_reader_get_number (reader, object, pointer, "max_pages",
                                                     MAX_PAGES, DEFAULT_MAX_PAGES);
  if (paging->kind == MP_PAGING_OFFSET && paging->size == 0)
    mp_document_reader_add_fault (reader, pointer, "size", "the size of a page is expected");
}

static MpOptionsSpec *
parse_option_source (MpDocumentReader *reader,
                     MpPlatformSpec *spec,
                     JsonObject *object,
                     char *pointer /* (transfer full) */)
{
  static const char *const members[] = { "when", "request", "optional", "items",
                                         "keep", "value",   "label",    NULL };
  g_autoptr (Names) names = collect_names (spec, "field");
  MpOptionsSpec *options = g_new0 (MpOptionsSpec, 1);

  options->pointer = pointer;
  mp_document_reader_check_members (reader, object, pointer, members);
  options->when = mp_document_reader_get_attribute (reader, object, pointer, "when", FALSE);
  options->request = parse_request (reader, names, object, pointer, FALSE);
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
               MpPlatformSpec *spec,
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
      char *at = dup_element_pointer (list_pointer, "options", i);

      object = get_element (reader, several, i, at);
      if (object != NULL)
        g_ptr_array_add (sources, parse_option_source (reader, spec, object, at));
      else
        g_free (at);
    }
  object = several == NULL
               ? mp_document_reader_get_object (reader, owner, list_pointer, "options", TRUE)
               : NULL;
  if (object != NULL)
    g_ptr_array_add (sources, parse_option_source (reader, spec, object,
                                                   mp_pointer_append (list_pointer, "options")));
  return sources;
}

static GObject *
parse_static_object (MpDocumentReader *reader, JsonObject *object, const char *pointer)
{
  static const char *const members[] = { "name", "label", "custom", NULL };
  const char *name = mp_document_reader_get_string (reader, object, pointer, "name", TRUE);
  const char *label = mp_document_reader_get_string (reader, object, pointer, "label", FALSE);

  mp_document_reader_check_members (reader, object, pointer, members);
  if (name == NULL)
    return NULL;
  return G_OBJECT (
      mp_crm_object_new (name, label != NULL ? label : name,
                         mp_document_reader_get_boolean (reader, object, pointer, "custom")));
}

static GObject *
parse_static_field (MpDocumentReader *reader, JsonObject *object, const char *pointer)
{
  static const char *const members[] = { "name", "label", "type", "required", "read_only", NULL };
  const char *type = mp_document_reader_get_string (reader, object, pointer, "type", TRUE);
  MpCrmFieldInit init = {
    .name = mp_document_reader_get_string (reader, object, pointer, "name", TRUE),
    .label = mp_document_reader_get_string (reader, object, pointer, "label", FALSE),
    .required = mp_document_reader_get_boolean (reader, object, pointer, "required"),
    .read_only = mp_document_reader_get_boolean (reader, object, pointer, "read_only"),
  };

  mp_document_reader_check_members (reader, object, pointer, members);
  if (type != NULL && !mp_field_type_from_string (type, &init.type))
    {
      mp_document_reader_add_fault (reader, pointer, "type", "“%s” is no type of a field", type);
      return NULL;
    }
  return init.name != NULL && type != NULL ? G_OBJECT (mp_crm_field_new (&init)) : NULL;
}

static GPtrArray *
parse_static (MpDocumentReader *reader,
              JsonObject *owner,
              const char *pointer,
              GObject *(*parse) (MpDocumentReader *, JsonObject *, const char *) )
{
  JsonArray *array = mp_document_reader_get_array (reader, owner, pointer, "static", FALSE);
  GPtrArray *items = g_ptr_array_new_with_free_func (g_object_unref);

  for (unsigned int i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      g_autofree char *at = dup_element_pointer (pointer, "static", i);
      JsonObject *object = get_element (reader, array, i, at);
      GObject *item = object != NULL ? parse (reader, object, at) : NULL;

      if (item != NULL)
        g_ptr_array_add (items, item);
    }
  return items;
}

static void
mp_attribute_free_item (gpointer data)
{
  mp_attribute_free (data);
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
  all = mp_document_reader_get_attribute (
      reader, object, list->pointer, list->is_map ? "entries" : "items", list->request != NULL);
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
                        MpPlatformSpec *spec,
                        MpListSpec *list,
                        JsonObject *object)
{
  gboolean live = list->request != NULL;

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
  list->options = parse_options (reader, spec, object, list->pointer);
}

static MpListSpec *
parse_list (MpDocumentReader *reader,
            MpPlatformSpec *spec,
            const Names *names,
            JsonObject *document,
            const char *name,
            gboolean required)
{
  static const char *const object_members[] = { "request", "optional", "joins",  "paging",
                                                "items",   "entries",  "keep",   "name",
                                                "label",   "custom",   "static", NULL };
  static const char *const field_members[] = { "request",    "optional", "joins",     "paging",
                                               "items",      "entries",  "keep",      "name",
                                               "label",      "custom",   "static",    "type",
                                               "subtype",    "required", "read_only", "restricted",
                                               "max_length", "options",  NULL };
  JsonObject *object = mp_document_reader_get_object (reader, document, "", name, required);
  gboolean of_fields = g_str_equal (name, "fields");
  MpListSpec *list;
  gboolean live;

  if (object == NULL)
    return NULL;
  list = g_new0 (MpListSpec, 1);
  list->pointer = mp_pointer_append ("", name);
  mp_document_reader_check_members (reader, object, list->pointer,
                                    of_fields ? field_members : object_members);
  list->request = parse_request (reader, names, object, list->pointer, FALSE);
  live = list->request != NULL;
  list->optional = mp_document_reader_get_boolean (reader, object, list->pointer, "optional");
  list->joins = parse_joins (reader, names, object, list->pointer);
  parse_paging (reader, &list->paging, object, list->pointer);
  parse_items (reader, list, object);
  list->keep = mp_document_reader_get_attribute (reader, object, list->pointer, "keep", FALSE);
  list->name = mp_document_reader_get_attribute (reader, object, list->pointer, "name", live);
  list->label = mp_document_reader_get_attribute (reader, object, list->pointer, "label", FALSE);
  list->custom = mp_document_reader_get_attribute (reader, object, list->pointer, "custom", FALSE);
  if (of_fields)
    parse_field_attributes (reader, spec, list, object);
  list->static_items = parse_static (reader, object, list->pointer,
                                     of_fields ? parse_static_field : parse_static_object);
  if (!live && list->static_items->len == 0)
    mp_document_reader_add_fault (reader, list->pointer, NULL, "“request” or “static” is expected");
  return list;
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

static void
parse_types (MpDocumentReader *reader, GHashTable *types, JsonObject *document, gboolean required)
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

/* A status, or an object with a status and an expression over the answer. */
static void
parse_condition (MpDocumentReader *reader,
                 GPtrArray *conditions,
                 JsonNode *node,
                 const char *pointer)
{
  static const char *const members[] = { "status", "when", NULL };
  MpCondition *condition = g_new0 (MpCondition, 1);

  g_ptr_array_add (conditions, condition);
  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_INT64)
    condition->status = (unsigned int) CLAMP (json_node_get_int (node), 0, 999);
  else if (JSON_NODE_HOLDS_OBJECT (node))
    {
      JsonObject *object = json_node_get_object (node);

      mp_document_reader_check_members (reader, object, pointer, members);
      condition->status = mp_document_reader_get_number (reader, object, pointer, "status", 599, 0);
      condition->when = mp_document_reader_get_expression (reader, object, pointer, "when");
    }
  if (condition->status < 200 || condition->status > 599)
    mp_document_reader_add_fault (reader, pointer, NULL,
                                  "an HTTP status, or an object with a “status”, is expected");
}

static GPtrArray *
parse_conditions (MpDocumentReader *reader,
                  JsonObject *object,
                  const char *name,
                  unsigned int fallback)
{
  JsonArray *array =
      object != NULL ? mp_document_reader_get_array (reader, object, "/errors", name, FALSE) : NULL;
  GPtrArray *conditions = g_ptr_array_new_with_free_func (condition_free);

  for (unsigned int i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      g_autofree char *at = dup_element_pointer ("/errors", name, i);

      parse_condition (reader, conditions, json_array_get_element (array, i), at);
    }
  if (array == NULL && fallback != 0)
    {
      MpCondition *condition = g_new0 (MpCondition, 1);

      condition->status = fallback;
      g_ptr_array_add (conditions, condition);
    }
  return conditions;
}

static GPtrArray *
parse_messages (MpDocumentReader *reader, JsonObject *object)
{
  JsonArray *array =
      object != NULL ? mp_document_reader_get_array (reader, object, "/errors", "message", FALSE)
                     : NULL;
  GPtrArray *messages = g_ptr_array_new_with_free_func (g_free);

  for (unsigned int i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      const char *text = mp_json_array_get_string (array, i);
      g_autofree char *at = dup_element_pointer ("/errors", "message", i);
      g_autoptr (GError) error = NULL;

      if (text == NULL)
        {
          mp_document_reader_add_fault (reader, at, NULL, "a text is expected");
          continue;
        }
      if (!g_str_has_prefix (text, "header:"))
        mp_expression_free (mp_expression_parse (text, &error));
      if (error != NULL)
        mp_document_reader_add_fault (reader, at, NULL, "%s", error->message);
      g_ptr_array_add (messages, g_strdup (text));
    }
  for (size_t i = 0; array == NULL && i < G_N_ELEMENTS (default_messages); i++)
    g_ptr_array_add (messages, g_strdup (default_messages[i]));
  return messages;
}

static void
parse_errors (MpDocumentReader *reader, MpPlatformDocument *self, JsonObject *document)
{
  static const char *const members[] = { "bad_key", "limited", "throttled",
                                         "failed",  "message", NULL };
  JsonObject *object = mp_document_reader_get_object (reader, document, "", "errors", FALSE);

  if (object != NULL)
    mp_document_reader_check_members (reader, object, "/errors", members);
  self->bad_key = parse_conditions (reader, object, "bad_key", 401);
  self->limited = parse_conditions (reader, object, "limited", 403);
  self->throttled = parse_conditions (reader, object, "throttled", 429);
  self->failed = parse_conditions (reader, object, "failed", 0);
  self->messages = parse_messages (reader, object);
}

static void
parse_limits (MpDocumentReader *reader, MpPlatformDocument *self, JsonObject *document)
{
  static const char *const members[] = { "reset_header", "reset_unit", NULL };
  JsonObject *object = mp_document_reader_get_object (reader, document, "", "limits", FALSE);
  const char *unit;

  if (object == NULL)
    return;
  mp_document_reader_check_members (reader, object, "/limits", members);
  self->reset_header =
      g_strdup (mp_document_reader_get_string (reader, object, "/limits", "reset_header", TRUE));
  unit = mp_document_reader_get_string (reader, object, "/limits", "reset_unit", TRUE);
  for (size_t i = 0; unit != NULL && i < G_N_ELEMENTS (reset_units); i++)
    {
      if (g_str_equal (unit, reset_units[i].name))
        self->reset_unit = reset_units[i].unit;
    }
  if (unit != NULL && self->reset_unit == 0)
    mp_document_reader_add_fault (reader, "/limits", "reset_unit",
                                  "seconds, milliseconds or epoch is expected");
}

static gboolean
has_part (MpPlatformSpec *spec, const char *id)
{
  for (unsigned int i = 0; i < mp_platform_spec_get_n_parts (spec); i++)
    {
      if (g_str_equal (mp_platform_spec_get_part (spec, i)->id, id))
        return TRUE;
    }
  return FALSE;
}

static void
parse_mode_rule (MpDocumentReader *reader,
                 MpPlatformDocument *self,
                 JsonObject *object,
                 const char *pointer)
{
  static const char *const members[] = { "part", "setting", "pattern", "mode", NULL };
  const char *setting = mp_document_reader_get_string (reader, object, pointer, "setting", FALSE);
  const char *part =
      mp_document_reader_get_string (reader, object, pointer, "part", setting == NULL);
  const char *pattern = mp_document_reader_get_string (reader, object, pointer, "pattern", TRUE);
  const char *mode = mp_document_reader_get_string (reader, object, pointer, "mode", TRUE);
  g_autoptr (GError) error = NULL;
  g_autofree char *anchored = NULL;
  MpModeRule *rule;

  mp_document_reader_check_members (reader, object, pointer, members);
  if ((part == NULL && setting == NULL) || pattern == NULL || mode == NULL)
    return;
  if (part != NULL && setting != NULL)
    mp_document_reader_add_fault (reader, pointer, "setting",
                                  "a rule has either “part” or “setting”");
  if (setting != NULL && mp_platform_spec_find_setting (self->spec, setting) == NULL)
    mp_document_reader_add_fault (reader, pointer, "setting", "the connection has no setting “%s”",
                                  setting);
  if (part != NULL && !has_part (self->spec, part))
    mp_document_reader_add_fault (reader, pointer, "part", "the credential has no part “%s”", part);
  if (!g_str_equal (mode, "test") && !g_str_equal (mode, "live"))
    mp_document_reader_add_fault (reader, pointer, "mode", "“test” or “live” is expected");
  rule = g_new0 (MpModeRule, 1);
  rule->part = g_strdup (part);
  rule->setting = g_strdup (setting);
  rule->mode = g_str_equal (mode, "test") ? MP_MODE_TEST : MP_MODE_LIVE;
  anchored = g_strdup_printf ("\\A(?:%s)\\z", pattern);
  rule->pattern = g_regex_new (anchored, G_REGEX_OPTIMIZE, G_REGEX_MATCH_DEFAULT, &error);
  if (rule->pattern == NULL)
    mp_document_reader_add_fault (reader, pointer, "pattern", "%s", error->message);
  g_ptr_array_add (self->mode_rules, rule);
}

static void
parse_mode (MpDocumentReader *reader, MpPlatformDocument *self, JsonObject *document)
{
  JsonArray *array = mp_document_reader_get_array (reader, document, "", "mode", FALSE);

  self->mode_rules = g_ptr_array_new_with_free_func (mode_rule_free);
  for (unsigned int i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      g_autofree char *at = dup_element_pointer ("", "mode", i);
      JsonObject *object = get_element (reader, array, i, at);

      if (object != NULL)
        parse_mode_rule (reader, self, object, at);
    }
}

static void
parse_hosts (MpDocumentReader *reader, MpPlatformDocument *self, JsonObject *document)
{
  JsonArray *array = mp_document_reader_get_array (reader, document, "", "hosts", TRUE);

  self->hosts = g_ptr_array_new_with_free_func ((GDestroyNotify) mp_template_free);
  for (unsigned int i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      const char *text = mp_json_array_get_string (array, i);
      g_autofree char *at = dup_element_pointer ("", "hosts", i);
      MpTemplate *host = NULL;

      if (text == NULL || *text == '\0' || g_str_equal (text, "*"))
        mp_document_reader_add_fault (reader, at, NULL,
                                      "a host such as “api.example.org” or “*.example.org” is "
                                      "expected");
      else
        host = mp_document_reader_parse_template (reader, text, at);
      if (host != NULL)
        g_ptr_array_add (self->hosts, host);
    }
  if (array != NULL && json_array_get_length (array) == 0)
    mp_document_reader_add_fault (reader, "/hosts", NULL,
                                  "the hosts that a key may be sent to are expected");
}

/* An address for each value of a setting: {"setting": "environment", "values": {"live": …}}. */
static void
parse_bases (MpDocumentReader *reader, MpPlatformDocument *self, JsonObject *object)
{
  static const char *const members[] = { "setting", "values", NULL };
  JsonObject *values = mp_document_reader_get_object (reader, object, "/base", "values", TRUE);
  const MpSettingSpec *setting = NULL;

  mp_document_reader_check_members (reader, object, "/base", members);
  self->bases =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) mp_template_free);
  self->base_setting =
      g_strdup (mp_document_reader_get_string (reader, object, "/base", "setting", TRUE));
  if (self->base_setting != NULL)
    setting = mp_platform_spec_find_setting (self->spec, self->base_setting);
  if (setting == NULL || setting->choices == NULL || setting->fallback == NULL)
    {
      mp_document_reader_add_fault (reader, "/base", "setting",
                                    "a setting that has “choices” and a “default” is expected");
      return;
    }
  for (unsigned int i = 0; values != NULL && setting->choices[i] != NULL; i++)
    {
      MpTemplate *base = mp_document_reader_get_template (reader, values, "/base/values",
                                                          setting->choices[i], TRUE);

      if (base != NULL)
        g_hash_table_replace (self->bases, g_strdup (setting->choices[i]), base);
    }
}

static void
parse_base (MpDocumentReader *reader, MpPlatformDocument *self, JsonObject *document)
{
  JsonObject *object = mp_json_get_object (document, "base");

  if (object != NULL)
    parse_bases (reader, self, object);
  else
    self->base = mp_document_reader_get_template (reader, document, "", "base", TRUE);
}

static void
check_entries (MpDocumentReader *reader,
               JsonObject *document,
               const char *name,
               const char *const *members)
{
  JsonArray *array = mp_document_reader_get_array (reader, document, "", name, FALSE);

  for (unsigned int i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      g_autofree char *at = dup_element_pointer ("", name, i);
      JsonObject *object = get_element (reader, array, i, at);

      if (object != NULL)
        mp_document_reader_check_members (reader, object, at, members);
    }
}

/* core reads these members; here they are only looked at for what it would not see. */
static void
check_head (MpDocumentReader *reader, JsonObject *document)
{
  static const char *const members[] = { "$schema",  "id",         "version",     "kind",
                                         "label",    "key_help",   "key_address", "unverified",
                                         "replaces", "connection", "credential",  "hosts",
                                         "base",     "headers",    "auth",        "mode",
                                         "test",     "objects",    "fields",      "types",
                                         "errors",   "limits",     NULL };
  static const char *const settings[] = { "id",      "label",   "help",     "pattern", "example",
                                          "default", "choices", "required", NULL };
  static const char *const parts[] = { "id",      "label",  "help",   "pattern",
                                       "example", "secret", "refuse", NULL };

  mp_document_reader_check_members (reader, document, "", members);
  check_entries (reader, document, "connection", settings);
  check_entries (reader, document, "credential", parts);
}

static void
check_names (MpDocumentReader *reader, MpPlatformSpec *spec)
{
  for (unsigned int i = 0; i < mp_platform_spec_get_n_settings (spec); i++)
    {
      const char *id = mp_platform_spec_get_setting (spec, i)->id;

      if (has_part (spec, id) || g_str_equal (id, "object"))
        mp_document_reader_add_fault (reader, "/connection", NULL, "“%s” has two meanings", id);
    }
}

/* A compiled document; NULL, and faults in @faults, when it cannot be used. */
MpPlatformDocument *
mp_platform_document_new (JsonObject *object, MpFieldErrors *faults)
{
  g_autoptr (MpPlatformDocument) self = g_new0 (MpPlatformDocument, 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (Names) names = NULL;
  MpDocumentReader reader = { .faults = faults };
  gboolean is_crm;

  self->reference_count = 1;
  check_head (&reader, object);
  self->spec = mp_platform_spec_new_from_json (object, &error);
  if (self->spec == NULL)
    {
      mp_document_reader_add_fault (&reader, "", NULL, "%s", error->message);
      return NULL;
    }
  names = collect_names (self->spec, NULL);
  is_crm = g_str_equal (mp_platform_spec_get_kind (self->spec), "crm");

  check_names (&reader, self->spec);
  self->unverified =
      g_strdup (mp_document_reader_get_string (&reader, object, "", "unverified", FALSE));
  self->replaces = mp_document_reader_get_boolean (&reader, object, "", "replaces");
  use_names (&reader, names->settings);
  parse_hosts (&reader, self, object);
  parse_base (&reader, self, object);
  use_names (&reader, names->all);
  self->headers = mp_document_reader_get_pairs (&reader, object, "", "headers");
  parse_auth (&reader, names, &self->auth, object);
  parse_mode (&reader, self, object);
  parse_test (&reader, names, &self->test, object);
  self->objects = parse_list (&reader, self->spec, names, object, "objects", is_crm);
  self->fields = parse_list (&reader, self->spec, names, object, "fields", is_crm);
  self->types = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  parse_types (&reader, self->types, object, self->fields != NULL && self->fields->request != NULL);
  parse_errors (&reader, self, object);
  parse_limits (&reader, self, object);

  return mp_field_errors_get_size (faults) == 0 ? g_steal_pointer (&self) : NULL;
}
