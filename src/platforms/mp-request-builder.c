/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-request-builder.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "mp-error.h"
#include "mp-json.h"
#include "mp-request-values.h"

#define ADDRESS_FLAGS (G_URI_FLAGS_ENCODED | G_URI_FLAGS_SCHEME_NORMALIZE)

struct _MpRequestBuilder
{
  MpPlatformDocument *document;
  GUri *origin; /* (nullable) */
  MpRequestValues *values;
  char *base;
};

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

/* Of a setting alone that may be missing, and is. */
static gboolean
is_left_out (MpRequestBuilder *self, const MpPair *pair)
{
  const char *place = mp_template_get_only_place (pair->value);
  const MpSettingSpec *setting =
      place != NULL ? mp_platform_spec_find_setting (self->document->spec, place) : NULL;

  return setting != NULL && !setting->required &&
         g_hash_table_lookup (self->values->settings, place) == NULL;
}

static gboolean
set_headers (MpRequestBuilder *self,
             MpHttpRequest *request,
             GPtrArray *pairs,
             gboolean is_preparing,
             GError **error)
{
  for (unsigned int i = 0; pairs != NULL && i < pairs->len; i++)
    {
      const MpPair *pair = g_ptr_array_index (pairs, i);
      gboolean is_set;
      char *value;

      /* Until prepare has its values, a header that is made of one is not sent. */
      if (is_left_out (self, pair) ||
          (is_preparing && !mp_request_values_know (self->values, pair->value)))
        continue;
      value = mp_request_values_expand (self->values, pair->value, FALSE, error);
      is_set = value != NULL && set_header (request, pair->name, value, error);
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
  char *user_text = mp_request_values_expand (self->values, user, FALSE, error);
  char *password_text =
      user_text != NULL ? mp_request_values_expand (self->values, password, FALSE, error) : NULL;

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
set_auth (MpRequestBuilder *self, MpHttpRequest *request, gboolean is_preparing, GError **error)
{
  const MpAuthSpec *auth = &self->document->auth;
  gboolean is_set;
  char *token;

  switch (auth->kind)
    {
    case MP_AUTH_HEADER:
      return set_headers (self, request, auth->headers, is_preparing, error);
    case MP_AUTH_BEARER:
      token = mp_request_values_expand (self->values, auth->token, FALSE, error);
      is_set = token != NULL && set_token (request, "Bearer", token, error);
      mp_secret_wipe_text (token);
      return is_set;
    case MP_AUTH_BASIC:
      return set_basic (self, request, auth->user, auth->password, error);
    case MP_AUTH_TOKEN:
      if (auth->headers != NULL)
        return set_headers (self, request, auth->headers, is_preparing, error);
      return set_token (request, auth->scheme != NULL ? auth->scheme : "Bearer",
                        mp_access_get_token (self->values->access), error);
    case MP_AUTH_QUERY: /* of the address */
    case MP_AUTH_NONE:
    default:
      return TRUE;
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
      g_autofree char *name = NULL;
      char *value;

      if (is_left_out (self, pair) || mp_request_values_lack_page (self->values, pair->value))
        continue;
      name = pair->named != NULL
                 ? mp_request_values_expand (self->values, pair->named, FALSE, error)
                 : g_strdup (pair->name);
      if (name == NULL)
        return FALSE;
      value = mp_request_values_expand (self->values, pair->value, FALSE, error);
      if (value == NULL)
        return FALSE;
      append_pair (text, name, value);
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

/* What the request itself calls its body, or @fallback. */
static char *
dup_content_type (MpRequestBuilder *self, const MpRequestSpec *spec, const char *fallback)
{
  for (unsigned int i = 0; spec->headers != NULL && i < spec->headers->len; i++)
    {
      const MpPair *pair = g_ptr_array_index (spec->headers, i);

      if (g_ascii_strcasecmp (pair->name, "Content-Type") == 0)
        return mp_request_values_expand (self->values, pair->value, FALSE, NULL);
    }
  return g_strdup (fallback);
}

static gboolean
set_body (MpRequestBuilder *self, MpHttpRequest *request, const MpRequestSpec *spec, GError **error)
{
  g_autofree char *type = dup_content_type (
      self, spec, spec->form != NULL ? "application/x-www-form-urlencoded" : "application/json");

  if (spec->form != NULL)
    {
      g_autoptr (GString) text = g_string_sized_new (1024);

      if (!append_pairs (self, text, spec->form, error))
        return FALSE;
      take_body (request, type, g_string_free (g_steal_pointer (&text), FALSE));
    }
  else if (spec->json != NULL)
    {
      g_autoptr (JsonNode) node = mp_request_values_expand_json (self->values, spec->json, error);

      if (node == NULL)
        return FALSE;
      take_body (request, type, mp_json_to_text (node));
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
      g_autofree char *pattern = mp_request_values_expand (
          self->values, g_ptr_array_index (self->document->hosts, i), FALSE, NULL);

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
  g_autofree char *place = mp_request_values_expand_place (
      self->values, spec->path != NULL ? spec->path : spec->address, spec->path != NULL, error);
  g_autoptr (GString) query = g_string_new (NULL);

  if (place == NULL || !append_pairs (self, query, spec->query, error))
    return NULL;
  for (unsigned int i = 0; extra_query != NULL && extra_query[i] != NULL; i += 2)
    append_pair (query, extra_query[i], extra_query[i + 1]);
  return g_strconcat (spec->path != NULL ? self->base : "", place, query->len > 0 ? "?" : "",
                      query->str, NULL);
}

static gboolean
is_pair_of (const char *text, GPtrArray *pairs)
{
  g_autofree char *name = g_uri_unescape_segment (text, strchr (text, '='), NULL);

  for (unsigned int i = 0; i < pairs->len && name != NULL; i++)
    {
      if (g_str_equal (((const MpPair *) g_ptr_array_index (pairs, i))->name, name))
        return TRUE;
    }
  return FALSE;
}

/* The address with the key in its query, for a platform that wants it there. Nothing else holds
 * it: it is made last and wiped. An answer's address of the next page may have it already. */
static char *
add_key (MpRequestBuilder *self, const char *address, GError **error)
{
  GPtrArray *parameters = self->document->auth.parameters;
  const char *mark = strchr (address, '?');
  g_auto (GStrv) given = g_strsplit (mark != NULL ? mark + 1 : "", "&", -1);
  g_autofree char *place =
      g_strndup (address, mark != NULL ? (size_t) (mark - address) : strlen (address));
  g_autoptr (GString) query = g_string_sized_new (1024);
  char *whole;

  for (unsigned int i = 0; given[i] != NULL; i++)
    {
      if (*given[i] != '\0' && !is_pair_of (given[i], parameters))
        g_string_append_printf (query, "%s%s", query->len > 0 ? "&" : "", given[i]);
    }
  if (!append_pairs (self, query, parameters, error))
    return NULL;
  whole = g_strconcat (place, "?", query->str, NULL);
  explicit_bzero (query->str, query->len);
  return whole;
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
  g_hash_table_insert (self->values->settings, g_strdup (setting->id), g_steal_pointer (&value));
  return TRUE;
}

static gboolean
check_part (MpRequestBuilder *self, const MpPartSpec *part, GError **error)
{
  const char *value = mp_secret_get (self->values->secret, part->id);
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
    return mp_request_values_expand (self->values, document->base, FALSE, error);
  value = g_hash_table_lookup (self->values->settings, document->base_setting);
  base = value != NULL ? g_hash_table_lookup (document->bases, value) : NULL;
  if (base != NULL)
    return mp_request_values_expand (self->values, base, FALSE, error);
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
  self->values = mp_request_values_new (secret, object);
  return prepare (self, connection, error) ? g_steal_pointer (&self) : NULL;
}

void
mp_request_builder_free (MpRequestBuilder *self)
{
  if (self == NULL)
    return;
  mp_platform_document_unref (self->document);
  g_clear_pointer (&self->origin, g_uri_unref);
  g_clear_pointer (&self->values, mp_request_values_free);
  g_free (self->base);
  g_free (self);
}

const char *
mp_request_builder_get_setting (MpRequestBuilder *self, const char *id)
{
  return g_hash_table_lookup (self->values->settings, id);
}

JsonNode *
mp_request_builder_make_settings (MpRequestBuilder *self)
{
  JsonObject *object = json_object_new ();
  GHashTableIter iter;
  gpointer id;
  gpointer value;

  g_hash_table_iter_init (&iter, self->values->settings);
  while (g_hash_table_iter_next (&iter, &id, &value))
    json_object_set_string_member (object, id, value);
  return mp_json_node_take_object (object);
}

void
mp_request_builder_set_page (MpRequestBuilder *self,
                             const char *name,
                             const char *text,
                             gboolean is_number)
{
  mp_request_values_set_page (self->values, name, text, is_number);
}

void
mp_request_builder_set_fields (MpRequestBuilder *self, const char *const *fields)
{
  mp_request_values_set_fields (self->values, fields);
}

void
mp_request_builder_set_field (MpRequestBuilder *self, const char *field)
{
  g_free (self->values->field);
  self->values->field = g_strdup (field);
}

gboolean
mp_request_builder_set_access (MpRequestBuilder *self, MpAccess *access, GError **error)
{
  g_clear_pointer (&self->values->access, mp_access_unref);
  self->values->access = mp_access_ref (access);
  return mp_request_builder_move (self, access, error);
}

gboolean
mp_request_builder_move (MpRequestBuilder *self, MpAccess *access, GError **error)
{
  const char *base = mp_access_get_base (access);
  g_autofree char *directed = NULL;

  if (base == NULL)
    return TRUE;
  /* The host is looked at here already, so that the fault is named with its cause. */
  directed = direct (self, base, error);
  return directed != NULL && set_base (self, g_steal_pointer (&directed));
}

/* The request without what signs it. */
static MpHttpRequest *
make_bare_request (MpRequestBuilder *self,
                   const MpRequestSpec *spec,
                   const char *address,
                   const char *const *extra_query,
                   GError **error)
{
  g_autofree char *built = address != NULL ? resolve (self, address, error)
                                           : build_address (self, spec, extra_query, error);
  g_autofree char *directed = built != NULL ? direct (self, built, error) : NULL;
  g_autoptr (MpHttpRequest) request = NULL;
  char *whole;

  if (directed == NULL)
    return NULL;
  if (self->document->auth.kind != MP_AUTH_QUERY)
    return mp_http_request_new (spec->method, directed);
  whole = add_key (self, directed, error);
  if (whole != NULL)
    request = mp_http_request_new (spec->method, whole);
  mp_secret_wipe_text (whole);
  return g_steal_pointer (&request);
}

MpHttpRequest *
mp_request_builder_make_token_request (MpRequestBuilder *self, GError **error)
{
  const MpTokenSpec *exchange = self->document->auth.exchange;
  g_autoptr (MpHttpRequest) request =
                 make_bare_request (self, exchange->request, NULL, NULL, error);

  if (request == NULL)
    return NULL;
  mp_http_request_set_header (request, "Accept", "application/json");
  if (!set_headers (self, request, exchange->request->headers, FALSE, error) ||
      (exchange->user != NULL &&
       !set_basic (self, request, exchange->user, exchange->password, error)) ||
      !set_body (self, request, exchange->request, error))
    return NULL;
  return g_steal_pointer (&request);
}

static MpHttpRequest *
make_request (MpRequestBuilder *self,
              const MpRequestSpec *spec,
              const char *address,
              const char *const *extra_query,
              gboolean is_preparing,
              GError **error)
{
  g_autoptr (MpHttpRequest) request = make_bare_request (self, spec, address, extra_query, error);

  if (request == NULL ||
      !set_headers (self, request, self->document->headers, is_preparing, error) ||
      !set_headers (self, request, spec->headers, FALSE, error) ||
      !set_auth (self, request, is_preparing, error) || !set_body (self, request, spec, error))
    return NULL;
  return g_steal_pointer (&request);
}

MpHttpRequest *
mp_request_builder_make_prepare_request (MpRequestBuilder *self,
                                         const MpPrepareSpec *step,
                                         GError **error)
{
  return make_request (self, step->request, NULL, NULL, TRUE, error);
}

MpHttpRequest *
mp_request_builder_make_request (MpRequestBuilder *self,
                                 const MpRequestSpec *spec,
                                 const char *address,
                                 const char *const *extra_query,
                                 GError **error)
{
  return make_request (self, spec, address, extra_query, FALSE, error);
}

MpRedaction *
mp_request_builder_make_redaction (MpRequestBuilder *self)
{
  return mp_request_values_make_redaction (self->values, self->document->spec);
}
