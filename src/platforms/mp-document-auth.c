/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-document-parse-private.h"

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
  const char *send;
  MpTemplate *scope;

  mp_document_reader_check_members (reader, object, pointer, members);
  mp_document_reader_use_names (reader, names->settings);
  auth->token_url = mp_document_reader_get_template (reader, object, pointer, "token_url", TRUE);
  mp_document_reader_use_names (reader, names->all);
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
                 const MpDocumentNames *names,
                 MpAuthSpec *auth,
                 JsonObject *object,
                 const char *pointer)
{
  static const char *const header_members[] = { "kind", "headers", NULL };
  static const char *const bearer_members[] = { "kind", "token", NULL };
  static const char *const basic_members[] = { "kind", "user", "password", NULL };

  mp_document_reader_use_names (reader, names->all);
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

void
mp_document_parse_auth (MpDocumentReader *reader,
                        const MpDocumentNames *names,
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
      parse_auth_kind (reader, names, auth, object, "/auth");
      return;
    }
  if (kind != NULL)
    mp_document_reader_add_fault (
        reader, "/auth", "kind",
        "“%s” is not known here; known are header, bearer, basic, oauth2_client_credentials", kind);
}
