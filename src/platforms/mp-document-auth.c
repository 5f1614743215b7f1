/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-document-parse-private.h"

#include "mp-json.h"

#define OAUTH2 "oauth2_client_credentials"

static const struct
{
  const char *name;
  MpAuthKind kind;
} auth_kinds[] = {
  { "header", MP_AUTH_HEADER }, { "bearer", MP_AUTH_BEARER }, { "basic", MP_AUTH_BASIC },
  { "none", MP_AUTH_NONE },     { "query", MP_AUTH_QUERY },   { "token", MP_AUTH_TOKEN },
  { OAUTH2, MP_AUTH_TOKEN },
};

static void
add_pair (GPtrArray *pairs, const char *name, MpTemplate *value /* (transfer full) */)
{
  MpPair *pair = g_new0 (MpPair, 1);

  pair->name = g_strdup (name);
  pair->value = value;
  g_ptr_array_add (pairs, pair);
}

/* The request of the short form: RFC 6749, section 4.4. */
static MpRequestSpec *
parse_oauth2_request (MpDocumentReader *reader,
                      const MpDocumentNames *names,
                      MpTokenSpec *exchange,
                      JsonObject *object,
                      const char *pointer)
{
  MpRequestSpec *request = g_new0 (MpRequestSpec, 1);
  MpTemplate *address;
  MpTemplate *id;
  MpTemplate *secret;
  MpTemplate *scope;
  GPtrArray *more;
  const char *send;

  request->pointer = g_strdup (pointer);
  request->method = g_strdup ("POST");
  mp_document_reader_use_address_names (reader, names, names->address);
  address = mp_document_reader_get_template (reader, object, pointer, "token_url", TRUE);
  if (g_str_has_prefix (mp_json_get_string (object, "token_url", ""), "/"))
    request->path = address;
  else
    request->address = address;
  mp_document_reader_use_names (reader, names->all);
  request->form = g_ptr_array_new_with_free_func (mp_pair_free);
  add_pair (request->form, "grant_type",
            mp_template_parse ("client_credentials", MP_TEMPLATE_REQUEST, NULL));
  more = mp_document_reader_get_pairs (reader, object, pointer, "parameters");
  if (more != NULL)
    g_ptr_array_extend_and_steal (request->form, more);
  scope = mp_document_reader_get_template (reader, object, pointer, "scope", FALSE);
  if (scope != NULL)
    add_pair (request->form, "scope", scope);
  id = mp_document_reader_get_template (reader, object, pointer, "client_id", TRUE);
  secret = mp_document_reader_get_template (reader, object, pointer, "client_secret", TRUE);
  send = mp_document_reader_get_string (reader, object, pointer, "send", TRUE);
  if (send != NULL && !g_str_equal (send, "body") && !g_str_equal (send, "basic"))
    mp_document_reader_add_fault (reader, pointer, "send", "“body” or “basic” is expected");
  if (g_strcmp0 (send, "basic") == 0 || id == NULL || secret == NULL)
    {
      exchange->user = id;
      exchange->password = secret;
      return request;
    }
  add_pair (request->form, "client_id", id);
  add_pair (request->form, "client_secret", secret);
  return request;
}

static void
parse_oauth2 (MpDocumentReader *reader,
              const MpDocumentNames *names,
              MpAuthSpec *auth,
              JsonObject *object,
              const char *pointer)
{
  static const char *const members[] = { "kind",   "token_url", "client_id",  "client_secret",
                                         "send",   "scope",     "parameters", "base_from",
                                         "scheme", NULL };
  MpTokenSpec *exchange = g_new0 (MpTokenSpec, 1);

  auth->exchange = exchange;
  mp_document_reader_check_members (reader, object, pointer, members);
  exchange->request = parse_oauth2_request (reader, names, exchange, object, pointer);
  exchange->token = mp_document_reader_make_attribute (reader, pointer, "token", "access_token");
  exchange->expires_in =
      mp_document_reader_make_attribute (reader, pointer, "expires_in", "expires_in");
  exchange->base_from =
      mp_document_reader_get_attribute (reader, object, pointer, "base_from", FALSE);
  auth->scheme =
      g_strdup (mp_document_reader_get_string (reader, object, pointer, "scheme", FALSE));
}

/* Basic authentication of the request for a token, and of no other. */
static void
parse_basic (MpDocumentReader *reader,
             MpTokenSpec *exchange,
             JsonObject *owner,
             const char *pointer)
{
  static const char *const members[] = { "user", "password", NULL };
  JsonObject *object = mp_document_reader_get_object (reader, owner, pointer, "basic", FALSE);
  g_autofree char *at = mp_pointer_append (pointer, "basic");

  if (object == NULL)
    return;
  mp_document_reader_check_members (reader, object, at, members);
  exchange->user = mp_document_reader_get_template (reader, object, at, "user", TRUE);
  exchange->password = mp_document_reader_get_template (reader, object, at, "password", TRUE);
}

static MpAttribute *
get_attribute_or (MpDocumentReader *reader,
                  JsonObject *object,
                  const char *pointer,
                  const char *name,
                  const char *fallback)
{
  return json_object_has_member (object, name)
             ? mp_document_reader_get_attribute (reader, object, pointer, name, TRUE)
             : mp_document_reader_make_attribute (reader, pointer, name, fallback);
}

static void
parse_token (MpDocumentReader *reader,
             const MpDocumentNames *names,
             const MpDocumentNames *signed_names,
             MpAuthSpec *auth,
             JsonObject *object,
             const char *pointer)
{
  static const char *const members[] = { "kind",    "request",   "basic",  "token",   "expires_in",
                                         "refused", "base_from", "scheme", "headers", NULL };
  JsonObject *request = mp_json_get_object (object, "request");
  MpTokenSpec *exchange = g_new0 (MpTokenSpec, 1);

  auth->exchange = exchange;
  mp_document_reader_check_members (reader, object, pointer, members);
  exchange->request = mp_document_parse_request (reader, names, object, pointer, TRUE);
  if (exchange->request != NULL && !json_object_has_member (request, "method"))
    {
      g_free (exchange->request->method);
      exchange->request->method = g_strdup ("POST");
    }
  mp_document_reader_use_names (reader, names->all);
  parse_basic (reader, exchange, object, pointer);
  exchange->token = get_attribute_or (reader, object, pointer, "token", "access_token");
  exchange->expires_in = get_attribute_or (reader, object, pointer, "expires_in", "expires_in");
  exchange->refused = mp_document_reader_get_attribute (reader, object, pointer, "refused", FALSE);
  exchange->base_from =
      mp_document_reader_get_attribute (reader, object, pointer, "base_from", FALSE);
  auth->scheme =
      g_strdup (mp_document_reader_get_string (reader, object, pointer, "scheme", FALSE));
  mp_document_reader_use_names (reader, signed_names->all);
  auth->headers = mp_document_reader_get_pairs (reader, object, pointer, "headers");
  if (auth->scheme != NULL && auth->headers != NULL)
    mp_document_reader_add_fault (reader, pointer, "scheme",
                                  "a token is sent either by “scheme” or by “headers”");
}

static void
parse_query (MpDocumentReader *reader, MpAuthSpec *auth, JsonObject *object, const char *pointer)
{
  static const char *const members[] = { "kind", "parameters", NULL };
  JsonObject *parameters =
      mp_document_reader_get_object (reader, object, pointer, "parameters", TRUE);

  mp_document_reader_check_members (reader, object, pointer, members);
  if (parameters != NULL && json_object_get_size (parameters) == 0)
    mp_document_reader_add_fault (reader, pointer, "parameters",
                                  "a name and what it is sent with, such as “{key}”, is expected");
  auth->parameters = mp_document_reader_get_pairs (reader, object, pointer, "parameters");
}

static void
parse_auth_kind (MpDocumentReader *reader,
                 const MpDocumentNames *names,
                 const MpDocumentNames *signed_names,
                 MpAuthSpec *auth,
                 JsonObject *object,
                 const char *pointer)
{
  static const char *const none_members[] = { "kind", NULL };
  static const char *const header_members[] = { "kind", "headers", NULL };
  static const char *const bearer_members[] = { "kind", "token", NULL };
  static const char *const basic_members[] = { "kind", "user", "password", NULL };

  mp_document_reader_use_names (reader, signed_names->all);
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
    case MP_AUTH_QUERY:
      parse_query (reader, auth, object, pointer);
      break;
    case MP_AUTH_TOKEN:
      if (g_str_equal (mp_json_get_string (object, "kind", ""), OAUTH2))
        parse_oauth2 (reader, names, auth, object, pointer);
      else
        parse_token (reader, names, signed_names, auth, object, pointer);
      break;
    case MP_AUTH_NONE:
    default:
      mp_document_reader_check_members (reader, object, pointer, none_members);
      break;
    }
}

/* Is the key exchanged for a token? */
gboolean
mp_document_wants_token (JsonObject *document)
{
  JsonObject *object = mp_json_get_object (document, "auth");
  const char *kind = object != NULL ? mp_json_get_string (object, "kind", "") : "";

  return g_str_equal (kind, "token") || g_str_equal (kind, OAUTH2);
}

/* @names: for the request of a token; @signed_names: for what is sent with it */
void
mp_document_parse_auth (MpDocumentReader *reader,
                        const MpDocumentNames *names,
                        const MpDocumentNames *signed_names,
                        MpAuthSpec *auth,
                        JsonObject *document)
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
      parse_auth_kind (reader, names, signed_names, auth, object, "/auth");
      return;
    }
  if (kind != NULL)
    mp_document_reader_add_fault (reader, "/auth", "kind",
                                  "“%s” is not known here; known are header, bearer, basic, none, "
                                  "query, token, " OAUTH2,
                                  kind);
}
