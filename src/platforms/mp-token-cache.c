/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-token-cache.h"

#include <stdint.h>

typedef struct
{
  MpToken token;
  int64_t expires_us; /* of the monotonic clock */
} Entry;

struct _MpTokenCache
{
  GHashTable *entries; /* (element-type utf8 Entry) */
};

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  mp_secret_wipe_text (entry->token.token);
  g_free (entry->token.base);
  g_free (entry);
}

MpTokenCache *
mp_token_cache_new (void)
{
  MpTokenCache *self = g_new0 (MpTokenCache, 1);

  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, entry_free);
  return self;
}

void
mp_token_cache_free (MpTokenCache *self)
{
  g_hash_table_unref (self->entries);
  g_free (self);
}

/* Tells secrets apart without keeping them. */
char *
mp_token_cache_dup_key (MpSecret *secret, const char *token_url)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  char *text = mp_secret_to_text (secret);

  g_checksum_update (checksum, (const guchar *) text, -1);
  g_checksum_update (checksum, (const guchar *) token_url, -1);
  mp_secret_wipe_text (text);
  return g_strdup (g_checksum_get_string (checksum));
}

/* (nullable): a token that is still good; borrowed until the cache changes */
const MpToken *
mp_token_cache_find (MpTokenCache *self, const char *key)
{
  Entry *entry = g_hash_table_lookup (self->entries, key);

  if (entry == NULL)
    return NULL;
  if (entry->expires_us > g_get_monotonic_time ())
    return &entry->token;
  g_hash_table_remove (self->entries, key);
  return NULL;
}

void
mp_token_cache_add (MpTokenCache *self,
                    const char *key,
                    const char *token,
                    const char *base,
                    unsigned int lifetime_s)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->token.token = g_strdup (token);
  entry->token.base = g_strdup (base);
  entry->expires_us = g_get_monotonic_time () + (int64_t) lifetime_s * G_USEC_PER_SEC;
  g_hash_table_replace (self->entries, g_strdup (key), entry);
}

void
mp_token_cache_forget (MpTokenCache *self, const char *key)
{
  g_hash_table_remove (self->entries, key);
}
