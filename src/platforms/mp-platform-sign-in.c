/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-platform-sign-in.h"

#include <glib/gi18n-lib.h>

#include "mp-error.h"
#include "mp-json.h"
#include "mp-secret.h"

#define LIFETIME_MARGIN_S 60

void
mp_platform_join_access (MpAccess *access, GHashTable *joins)
{
  JsonNode *token = mp_access_get_token_answer (access);

  if (token != NULL)
    g_hash_table_insert (joins, (char *) "token", json_node_ref (token));
  g_hash_table_insert (joins, (char *) "prepare",
                       json_node_ref (mp_access_get_prepare_answers (access)));
}

static GHashTable *
make_joins (MpAccess *access)
{
  GHashTable *joins =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) json_node_unref);

  mp_platform_join_access (access, joins);
  return joins;
}

static gboolean
check_refused (const MpPlatformDocument *document,
               const MpAttribute *refused,
               const MpScope *scope,
               GError **error)
{
  gboolean is_refused;

  if (!mp_attribute_get_boolean (refused, mp_platform_document_get_id (document), scope, FALSE,
                                 &is_refused, error))
    return FALSE;
  if (is_refused)
    g_set_error (error, MP_ERROR, MP_ERROR_UNAUTHORIZED,
                 _ ("%s did not accept the key."), mp_platform_spec_get_label (document->spec));
  return !is_refused;
}

static gboolean
read_lifetime (const MpPlatformDocument *document,
               const MpScope *scope,
               unsigned int *lifetime_s,
               GError **error)
{
  g_autofree char *text = NULL;
  guint64 seconds;

  /* Some answer the number as text. */
  if (!mp_attribute_get_text (document->auth.exchange->expires_in,
                              mp_platform_document_get_id (document), scope, &text, error))
    return FALSE;
  *lifetime_s = MP_UNSTATED_LIFETIME_S;
  if (text != NULL && g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT, &seconds, NULL))
    *lifetime_s = seconds > LIFETIME_MARGIN_S ? (unsigned int) seconds - LIFETIME_MARGIN_S : 0;
  return TRUE;
}

gboolean
mp_platform_read_token (const MpPlatformDocument *document,
                        JsonNode *root,
                        MpAccess *access,
                        unsigned int *lifetime_s,
                        GError **error)
{
  const MpTokenSpec *exchange = document->auth.exchange;
  const char *id = mp_platform_document_get_id (document);
  g_autoptr (JsonNode) owned = root;
  MpScope scope = { .item = root };
  g_autofree char *base = NULL;
  char *token = NULL;

  if (!check_refused (document, exchange->refused, &scope, error) ||
      !read_lifetime (document, &scope, lifetime_s, error) ||
      !mp_attribute_get_text (exchange->base_from, id, &scope, &base, error) ||
      !mp_attribute_get_text (exchange->token, id, &scope, &token, error))
    return FALSE;
  if (token == NULL)
    {
      g_set_error (error, MP_ERROR, MP_ERROR_INVALID,
                   _ ("The answer of %s has no access token."),
                      mp_platform_spec_get_label (document->spec));
      return FALSE;
    }
  mp_access_set_token (access, token, base);
  mp_secret_wipe_text (token);
  mp_access_take_token_answer (access, g_steal_pointer (&owned));
  return TRUE;
}

static gboolean
read_value (const MpPlatformDocument *document,
            const MpPreparedSpec *prepared,
            const MpScope *scope,
            MpAccess *access,
            GError **error)
{
  const char *id = mp_platform_document_get_id (document);
  MpValue value;

  if (!mp_attribute_evaluate (prepared->value, id, scope, &value, error))
    return FALSE;
  if (mp_access_add_value (access, prepared->name, &value))
    return TRUE;
  g_set_error (error, MP_ERROR, MP_ERROR_INVALID, "%s %s: the answer has no such value", id,
               prepared->value->pointer);
  return FALSE;
}

gboolean
mp_platform_read_prepared (const MpPlatformDocument *document,
                           const MpPrepareSpec *step,
                           JsonNode *root,
                           MpAccess *access,
                           GError **error)
{
  g_autoptr (JsonNode) owned = root;
  g_autoptr (GHashTable) joins = make_joins (access);
  MpScope scope = { .item = root, .joins = joins };

  if (!check_refused (document, step->refused, &scope, error))
    return FALSE;
  for (unsigned int i = 0; i < step->values->len; i++)
    {
      if (!read_value (document, g_ptr_array_index (step->values, i), &scope, access, error))
        return FALSE;
    }
  mp_access_take_prepare_answer (access, g_steal_pointer (&owned));
  return TRUE;
}

void
mp_sign_in_init (MpSignIn *self,
                 const MpPlatformDocument *document,
                 MpAccessCache *accesses,
                 MpSecret *secret,
                 JsonNode *settings)
{
  g_autofree char *connection = NULL;

  self->document = document;
  self->accesses = accesses;
  if (document->auth.exchange == NULL && document->prepare->len == 0)
    return;
  connection = mp_json_to_canonical (settings);
  self->key = mp_access_cache_dup_key (secret, connection);
}

void
mp_sign_in_clear (MpSignIn *self)
{
  g_clear_pointer (&self->key, g_free);
  g_clear_pointer (&self->access, mp_access_unref);
}

gboolean
mp_sign_in_begin (MpSignIn *self, gboolean anew, MpRequestBuilder *builder, GError **error)
{
  MpAccess *kept;

  if (self->key == NULL)
    return TRUE;
  if (anew)
    mp_access_cache_forget (self->accesses, self->key);
  kept = mp_access_cache_find (self->accesses, self->key);
  self->was_kept = kept != NULL;
  self->lifetime_s = MP_UNSTATED_LIFETIME_S;
  self->next_prepare = kept != NULL ? self->document->prepare->len : 0;
  g_clear_pointer (&self->access, mp_access_unref);
  self->access = kept != NULL ? mp_access_ref (kept) : mp_access_new ();
  return mp_request_builder_set_access (builder, self->access, error);
}

gboolean
mp_sign_in_wants_token (const MpSignIn *self)
{
  return self->key != NULL && self->document->auth.exchange != NULL &&
         mp_access_get_token (self->access) == NULL;
}

gboolean
mp_sign_in_is_done (const MpSignIn *self)
{
  return self->key == NULL ||
         (!mp_sign_in_wants_token (self) && self->next_prepare == self->document->prepare->len);
}

MpHttpRequest *
mp_sign_in_make_request (MpSignIn *self, MpRequestBuilder *builder, GError **error)
{
  if (mp_sign_in_wants_token (self))
    return mp_request_builder_make_token_request (builder, error);
  return mp_request_builder_make_prepare_request (
      builder, g_ptr_array_index (self->document->prepare, self->next_prepare), error);
}

gboolean
mp_sign_in_read (MpSignIn *self, JsonNode *root, MpRequestBuilder *builder, GError **error)
{
  if (mp_sign_in_wants_token (self))
    return mp_platform_read_token (self->document, root, self->access, &self->lifetime_s, error) &&
           mp_request_builder_move (builder, self->access, error);
  return mp_platform_read_prepared (
      self->document, g_ptr_array_index (self->document->prepare, self->next_prepare++), root,
      self->access, error);
}

void
mp_sign_in_finish (MpSignIn *self, GHashTable *joins)
{
  if (self->key == NULL)
    return;
  mp_platform_join_access (self->access, joins);
  if (!self->was_kept)
    mp_access_cache_add (self->accesses, self->key, self->access, self->lifetime_s);
}

gboolean
mp_sign_in_forget (MpSignIn *self)
{
  if (!self->was_kept)
    return FALSE;
  mp_access_cache_forget (self->accesses, self->key);
  self->was_kept = FALSE;
  return TRUE;
}
