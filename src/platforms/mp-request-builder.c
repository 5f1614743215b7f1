/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-request-builder.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "mp-error.h"
#include "mp-json.h"

#define ADDRESS_FLAGS (G_URI_FLAGS_ENCODED | G_URI_FLAGS_SCHEME_NORMALIZE)

struct _MpRequestBuilder
{
  MpPlatformDocument *document;
  GUri *origin; /* (nullable) */
  MpSecret *secret;
  GHashTable *settings; /* (element-type utf8 utf8): the connection, with its fallbacks */
  char *object;         /* (nullable) */
  char *field;          /* (nullable): whose options are asked for */
  char *base;
  char *token; /* (nullable): wiped */
};

static const char *
lookup_variable (const char *name, gpointer user_data)
{
  MpRequestBuilder *self = user_data;
  const char *setting = g_hash_table_lookup (self->settings, name);

  if (setting != NULL)
    return setting;
  if (g_str_equal (name, "object"))
    return self->object;
  if (g_str_equal (name, "field"))
    return self->field;
  return mp_secret_get (self->secret, name);
}

static char *
expand (MpRequestBuilder *self, const MpTemplate *template, gboolean escape, GError **error)
{
  return mp_template_expand (template, escape, lookup_variable, self, error);
}

static gboolean
set_header (MpHttpRequest *request, const char *name, const char *value, GError **error)
{
  if (strpbrk (value, "\r\n") != NULL)
    {
      g_set_error (error, MP_ERROR, MP_ERROR_INVALID,
                   _ ("What is sent as “%s” has more than one line"), name);
      return FALSE;
    }
  mp_http_request_set_header (request, name, value);
  return TRUE;
}

static gboolean
set_headers (MpRequestBuilder *self, MpHttpRequest *request, GPtrArray *pairs, GError **error)
{
  for (unsigned int i = 0; pairs != NULL && i < pairs->len; i++)
    {
      const MpPair *pair = g_ptr_array_index (pairs, i);
      char *value = expand (self, pair->value, FALSE, error);
      gboolean is_set = value != NULL && set_header (request, pair->name, value, error);

      mp_secret_wipe_text (value);
      if (!is_set)
        return FALSE;
    }
  return TRUE;
}

static gboolean
set_basic (MpRequestBuilder *self,
           MpHttpRequest *request,
           const MpTemplate *user,
           const MpTemplate *password,
           GError **error)
{
  char *user_text = expand (self, user, FALSE, error);
  char *password_text = user_text != NULL ? expand (self, password, FALSE, error) : NULL;

  if (password_text != NULL)
    {
      char *both = g_strconcat (user_text, ":", password_text, NULL);
      char *encoded = g_base64_encode ((const guchar *) both, strlen (both));
      char *header = g_strconcat ("Basic ", encoded, NULL);

      mp_http_request_set_header (request, "Authorization", header);
      mp_secret_wipe_text (header);
      mp_secret_wipe_text (encoded);
      mp_secret_wipe_text (both);
    }
  mp_secret_wipe_text (user_text);
  mp_secret_wipe_text (password_text);
  return password_text != NULL;
}

static gboolean
set_token (MpHttpRequest *request, const char *scheme, const char *token, GError **error)
{
  char *header = g_strconcat (scheme, " ", token, NULL);
  gboolean is_set = set_header (request, "Authorization", header, error);

  mp_secret_wipe_text (header);
  return is_set;
}

static gboolean
set_auth (MpRequestBuilder *self, MpHttpRequest *request, GError **error)
{
  const MpAuthSpec *auth = &self->document->auth;
  gboolean is_set;
  char *token;

  switch (auth->kind)
    {
    case MP_AUTH_HEADER:
      return set_headers (self, request, auth->headers, error);
    case MP_AUTH_BEARER:
      token = expand (self, auth->token, FALSE, error);
      is_set = token != NULL && set_token (request, "Bearer", token, error);
      mp_secret_wipe_text (token);
      return is_set;
    case MP_AUTH_BASIC:
      return set_basic (self, request, auth->user, auth->password, error);
    case MP_AUTH_OAUTH2_CLIENT_CREDENTIALS:
    default:
      return set_token (request, auth->scheme != NULL ? auth->scheme : "Bearer", self->token,
                        error);
    }
}

static void
append_pair (GString *text, const char *name, const char *value)
{
  if (text->len > 0)
    g_string_append_c (text, '&');
  g_string_append_uri_escaped (text, name, NULL, FALSE);
  g_string_append_c (text, '=');
  g_string_append_uri_escaped (text, value, NULL, FALSE);
}

static gboolean
append_pairs (MpRequestBuilder *self, GString *text, GPtrArray *pairs, GError **error)
{
  for (unsigned int i = 0; pairs != NULL && i < pairs->len; i++)
    {
      const MpPair *pair = g_ptr_array_index (pairs, i);
      char *value = expand (self, pair->value, FALSE, error);

      if (value == NULL)
        return FALSE;
      append_pair (text, pair->name, value);
      mp_secret_wipe_text (value);
    }
  return TRUE;
}

static void
wipe_body (gpointer text)
{
  mp_secret_wipe_text (text);
}

static void
take_body (MpHttpRequest *request, const char *type, char *text /* (transfer full) */)
{
  g_autoptr (GBytes) body = g_bytes_new_with_free_func (text, strlen (text), wipe_body, text);

  mp_http_request_set_body (request, type, body);
}

static JsonNode *expand_json (MpRequestBuilder *self, JsonNode *node, GError **error);

static JsonNode *
expand_json_object (MpRequestBuilder *self, JsonObject *object, GError **error)
{
  g_autoptr (JsonObject) expanded = json_object_new ();
  g_autoptr (GList) names = json_object_get_members (object);

  for (GList *name = names; name != NULL; name = name->next)
    {
      JsonNode *member = expand_json (self, json_object_get_member (object, name->data), error);

      if (member == NULL)
        return NULL;
      json_object_set_member (expanded, name->data, member);
    }
  return mp_json_node_take_object (g_steal_pointer (&expanded));
}

static JsonNode *
expand_json_array (MpRequestBuilder *self, JsonArray *array, GError **error)
{
  g_autoptr (JsonArray) expanded = json_array_new ();
  JsonNode *node;

  for (unsigned int i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *element = expand_json (self, json_array_get_element (array, i), error);

      if (element == NULL)
        return NULL;
      json_array_add_element (expanded, element);
    }
  node = json_node_new (JSON_NODE_ARRAY);
  json_node_take_array (node, g_steal_pointer (&expanded));
  return node;
}

static JsonNode *
expand_json (MpRequestBuilder *self, JsonNode *node, GError **error)
{
  g_autoptr (MpTemplate) template = NULL;
  JsonNode *expanded;
  char *text;

  if (JSON_NODE_HOLDS_OBJECT (node))
    return expand_json_object (self, json_node_get_object (node), error);
  if (JSON_NODE_HOLDS_ARRAY (node))
    return expand_json_array (self, json_node_get_array (node), error);
  if (mp_json_node_get_string (node) == NULL)
    return mp_json_node_copy (node);

  template = mp_template_parse (mp_json_node_get_string (node), MP_TEMPLATE_REQUEST, error);
  text = template != NULL ? expand (self, template, FALSE, error) : NULL;
  if (text == NULL)
    return NULL;
  expanded = mp_json_node_new_string (text);
  mp_secret_wipe_text (text);
  return expanded;
}

static gboolean
set_body (MpRequestBuilder *self, MpHttpRequest *request, const MpRequestSpec *spec, GError **error)
{
  if (spec->form != NULL)
    {
      g_autoptr (GString) text = g_string_sized_new (1024);

      if (!append_pairs (self, text, spec->form, error))
        return FALSE;
      take_body (request, "application/x-www-form-urlencoded",
                 g_string_free (g_steal_pointer (&text), FALSE));
    }
  else if (spec->json != NULL)
    {
      g_autoptr (JsonNode) node = expand_json (self, spec->json, error);

      if (node == NULL)
        return FALSE;
      take_body (request, "application/json", mp_json_to_text (node));
    }
  return TRUE;
}

/* "*.example.org" is any host below example.org; a setting may hold an address or a host. */
static gboolean
is_match (const char *pattern, const char *host)
{
  g_autoptr (GUri) uri = NULL;

  if (strstr (pattern, "://") != NULL)
    {
      uri = g_uri_parse (pattern, ADDRESS_FLAGS, NULL);
      pattern = uri != NULL ? g_uri_get_host (uri) : NULL;
    }
  if (pattern == NULL)
    return FALSE;
  if (g_str_has_prefix (pattern, "*."))
    {
      g_autofree char *lower = g_ascii_strdown (host, -1);
      g_autofree char *suffix = g_ascii_strdown (pattern + 1, -1);

      return strlen (lower) > strlen (suffix) && g_str_has_suffix (lower, suffix);
    }
  return g_ascii_strcasecmp (pattern, host) == 0;
}

static gboolean
is_allowed (MpRequestBuilder *self, const char *host)
{
  for (unsigned int i = 0; i < self->document->hosts->len; i++)
    {
      g_autofree char *pattern =
          expand (self, g_ptr_array_index (self->document->hosts, i), FALSE, NULL);

      if (pattern != NULL && is_match (pattern, host))
        return TRUE;
    }
  return FALSE;
}

/* The address that a request really goes to, or MP_ERROR_WRONG_HOST. */
static char *
direct (MpRequestBuilder *self, const char *address, GError **error)
{
  g_autoptr (GUri) uri = g_uri_parse (address, ADDRESS_FLAGS, NULL);
  g_autoptr (GUri) moved = NULL;

  if (uri == NULL || g_uri_get_host (uri) == NULL)
    {
      g_set_error (error, MP_ERROR, MP_ERROR_INVALID, _ ("“%s” is not a web address"), address);
      return NULL;
    }
  if (self->origin != NULL)
    {
      moved = g_uri_build (ADDRESS_FLAGS, g_uri_get_scheme (self->origin), NULL,
                           g_uri_get_host (self->origin), g_uri_get_port (self->origin),
                           g_uri_get_path (uri), g_uri_get_query (uri), NULL);
      return g_uri_to_string (moved);
    }
  if (!is_allowed (self, g_uri_get_host (uri)))
    {
      g_set_error (error, MP_ERROR, MP_ERROR_WRONG_HOST,
                   /* Translators: the name of a platform, then that of a host */
                   _ ("A key for %s must not be sent to %s"),
                      mp_platform_spec_get_label (self->document->spec), g_uri_get_host (uri));
      return NULL;
    }
  return mp_http_address_check (address, error) ? g_strdup (address) : NULL;
}

static char *
build_address (MpRequestBuilder *self,
               const MpRequestSpec *spec,
               const char *const *extra_query,
               GError **error)
{
  g_autofree char *path = expand (self, spec->path, TRUE, error);
  g_autoptr (GString) query = g_string_new (NULL);

  if (path == NULL || !append_pairs (self, query, spec->query, error))
    return NULL;
  for (unsigned int i = 0; extra_query != NULL && extra_query[i] != NULL; i += 2)
    append_pair (query, extra_query[i], extra_query[i + 1]);
  return g_strconcat (self->base, path, query->len > 0 ? "?" : "", query->str, NULL);
}

static char *
resolve (MpRequestBuilder *self, const char *address, GError **error)
{
  char *resolved = g_uri_resolve_relative (self->base, address, ADDRESS_FLAGS, NULL);

  if (resolved == NULL)
    g_set_error (error, MP_ERROR, MP_ERROR_INVALID, _ ("“%s” is not a web address"), address);
  return resolved;
}

static gboolean
read_setting (MpRequestBuilder *self,
              const MpSettingSpec *setting,
              JsonObject *connection,
              GError **error)
{
  const char *given =
      connection != NULL ? mp_json_get_string (connection, setting->id, NULL) : NULL;
  g_autofree char *value = g_strdup (given != NULL ? given : setting->fallback);

  if (value != NULL)
    g_strstrip (value);
  if (value == NULL || *value == '\0')
    {
      if (!setting->required)
        return TRUE;
      g_set_error (error, MP_ERROR, MP_ERROR_INVALID, _ ("“%s” is not set"), setting->label);
      return FALSE;
    }
  if (!mp_setting_spec_accepts (setting, value))
    {
      g_set_error (error, MP_ERROR, MP_ERROR_INVALID,
                   _ ("“%s” does not have the right form"), setting->label);
      return FALSE;
    }
  while (g_str_has_suffix (value, "/"))
    value[strlen (value) - 1] = '\0';
  g_hash_table_insert (self->settings, g_strdup (setting->id), g_steal_pointer (&value));
  return TRUE;
}

static gboolean
check_part (MpRequestBuilder *self, const MpPartSpec *part, GError **error)
{
  const char *value = mp_secret_get (self->secret, part->id);
  g_autofree char *fault = mp_part_spec_dup_fault (part, value != NULL ? value : "");

  if (fault == NULL)
    return TRUE;
  g_set_error_literal (error, MP_ERROR, MP_ERROR_INVALID, fault);
  return FALSE;
}

static gboolean
set_base (MpRequestBuilder *self, char *base /* (transfer full) */)
{
  g_free (self->base);
  self->base = base;
  while (base != NULL && g_str_has_suffix (base, "/"))
    base[strlen (base) - 1] = '\0';
  return base != NULL;
}

/* (nullable): the document knows no address for the setting's value */
static char *
make_base (MpRequestBuilder *self, GError **error)
{
  const MpPlatformDocument *document = self->document;
  const char *value;
  MpTemplate *base;

  if (document->base != NULL)
    return expand (self, document->base, FALSE, error);
  value = g_hash_table_lookup (self->settings, document->base_setting);
  base = value != NULL ? g_hash_table_lookup (document->bases, value) : NULL;
  if (base != NULL)
    return expand (self, base, FALSE, error);
  g_set_error (error, MP_ERROR, MP_ERROR_INVALID,
               _ ("“%s” does not have the right form"),
                  mp_platform_spec_find_setting (document->spec, document->base_setting)->label);
  return NULL;
}

static gboolean
prepare (MpRequestBuilder *self, JsonObject *connection, GError **error)
{
  MpPlatformSpec *spec = self->document->spec;

  for (unsigned int i = 0; i < mp_platform_spec_get_n_settings (spec); i++)
    {
      if (!read_setting (self, mp_platform_spec_get_setting (spec, i), connection, error))
        return FALSE;
    }
  for (unsigned int i = 0; i < mp_platform_spec_get_n_parts (spec); i++)
    {
      if (!check_part (self, mp_platform_spec_get_part (spec, i), error))
        return FALSE;
    }
  return set_base (self, make_base (self, error));
}

/* MP_ERROR_INVALID when a part or setting is missing or has not the right form. */
MpRequestBuilder *
mp_request_builder_new (MpPlatformDocument *document,
                        const char *origin,
                        MpSecret *secret,
                        JsonObject *connection,
                        const char *object,
                        GError **error)
{
  g_autoptr (MpRequestBuilder) self = g_new0 (MpRequestBuilder, 1);

  self->document = mp_platform_document_ref (document);
  self->origin = origin != NULL ? g_uri_parse (origin, ADDRESS_FLAGS, NULL) : NULL;
  self->secret = mp_secret_ref (secret);
  self->object = g_strdup (object);
  self->settings = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return prepare (self, connection, error) ? g_steal_pointer (&self) : NULL;
}

void
mp_request_builder_free (MpRequestBuilder *self)
{
  if (self == NULL)
    return;
  mp_platform_document_unref (self->document);
  g_clear_pointer (&self->origin, g_uri_unref);
  mp_secret_unref (self->secret);
  g_hash_table_unref (self->settings);
  g_free (self->object);
  g_free (self->field);
  g_free (self->base);
  mp_secret_wipe_text (self->token);
  g_free (self);
}

/* Also what tells one token from another. */
char *
mp_request_builder_dup_token_url (MpRequestBuilder *self, GError **error)
{
  g_autofree char *text = expand (self, self->document->auth.token_url, FALSE, error);
  g_autofree char *address = NULL;

  if (text == NULL)
    return NULL;
  address = g_strconcat (*text == '/' ? self->base : "", text, NULL);
  return direct (self, address, error);
}

const char *
mp_request_builder_get_setting (MpRequestBuilder *self, const char *id)
{
  return g_hash_table_lookup (self->settings, id);
}

JsonNode *
mp_request_builder_make_settings (MpRequestBuilder *self)
{
  JsonObject *object = json_object_new ();
  GHashTableIter iter;
  gpointer id;
  gpointer value;

  g_hash_table_iter_init (&iter, self->settings);
  while (g_hash_table_iter_next (&iter, &id, &value))
    json_object_set_string_member (object, id, value);
  return mp_json_node_take_object (object);
}

void
mp_request_builder_set_field (MpRequestBuilder *self, const char *field)
{
  g_free (self->field);
  self->field = g_strdup (field);
}

MpHttpRequest *
mp_request_builder_make_token_request (MpRequestBuilder *self, GError **error)
{
  const MpAuthSpec *auth = &self->document->auth;
  g_autofree char *address = mp_request_builder_dup_token_url (self, error);
  g_autoptr (MpHttpRequest) request = NULL;
  g_autoptr (GString) body = g_string_sized_new (1024);

  if (address == NULL)
    return NULL;
  request = mp_http_request_new ("POST", address);
  mp_http_request_set_header (request, "Accept", "application/json");
  append_pair (body, "grant_type", "client_credentials");
  if (!append_pairs (self, body, auth->parameters, error))
    return NULL;
  if (auth->send_basic)
    {
      if (!set_basic (self, request, auth->client_id, auth->client_secret, error))
        return NULL;
    }
  else
    {
      g_autofree char *id = expand (self, auth->client_id, FALSE, error);
      char *secret = id != NULL ? expand (self, auth->client_secret, FALSE, error) : NULL;

      if (secret == NULL)
        return NULL;
      append_pair (body, "client_id", id);
      append_pair (body, "client_secret", secret);
      mp_secret_wipe_text (secret);
    }
  take_body (request, "application/x-www-form-urlencoded",
             g_string_free (g_steal_pointer (&body), FALSE));
  return g_steal_pointer (&request);
}

gboolean
mp_request_builder_set_token (MpRequestBuilder *self,
                              const char *token,
                              const char *base,
                              GError **error)
{
  g_autofree char *directed = NULL;

  mp_secret_wipe_text (self->token);
  self->token = g_strdup (token);
  if (base == NULL)
    return TRUE;
  /* The host is looked at here already, so that the fault is named with its cause. */
  directed = direct (self, base, error);
  return directed != NULL && set_base (self, g_steal_pointer (&directed));
}

MpHttpRequest *
mp_request_builder_make_request (MpRequestBuilder *self,
                                 const MpRequestSpec *spec,
                                 const char *address,
                                 const char *const *extra_query,
                                 GError **error)
{
  g_autofree char *built = address != NULL ? resolve (self, address, error)
                                           : build_address (self, spec, extra_query, error);
  g_autofree char *directed = built != NULL ? direct (self, built, error) : NULL;
  g_autoptr (MpHttpRequest) request = NULL;

  if (directed == NULL)
    return NULL;
  request = mp_http_request_new (spec->method, directed);
  if (!set_headers (self, request, self->document->headers, error) ||
      !set_headers (self, request, spec->headers, error) || !set_auth (self, request, error) ||
      !set_body (self, request, spec, error))
    return NULL;
  return g_steal_pointer (&request);
}

MpRedaction *
mp_request_builder_make_redaction (MpRequestBuilder *self)
{
  MpRedaction *redaction = mp_redaction_new ();

  for (unsigned int i = 0; i < mp_platform_spec_get_n_parts (self->document->spec); i++)
    {
      const MpPartSpec *part = mp_platform_spec_get_part (self->document->spec, i);

      mp_redaction_add (redaction, mp_secret_get (self->secret, part->id), part->secret);
    }
  mp_redaction_add (redaction, self->token, TRUE);
  return redaction;
}
