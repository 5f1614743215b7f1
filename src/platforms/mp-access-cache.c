/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-access-cache.h"

#include <stdint.h>

typedef struct
{
  MpAccess *access;
  int64_t expires_us; /* of the monotonic clock */
} Entry;

struct _MpAccessCache
{
  GHashTable *entries; /* (element-type utf8 Entry) */
};

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  mp_access_unref (entry->access);
  g_free (entry);
}

MpAccessCache *
mp_access_cache_new (void)
{
  MpAccessCache *self = g_new0 (MpAccessCache, 1);

  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, entry_free);
  return self;
}

void
mp_access_cache_free (MpAccessCache *self)
{
  g_hash_table_unref (self->entries);
  g_free (self);
}

char *
mp_access_cache_dup_key (MpSecret *secret, const char *connection)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  char *text = mp_secret_to_text (secret);

  g_checksum_update (checksum, (const guchar *) text, -1);
  g_checksum_update (checksum, (const guchar *) connection, -1);
  mp_secret_wipe_text (text);
  return g_strdup (g_checksum_get_string (checksum));
}

MpAccess *
mp_access_cache_find (MpAccessCache *self, const char *key)
{
  Entry *entry = g_hash_table_lookup (self->entries, key);

  if (entry == NULL)
    return NULL;
  if (entry->expires_us > g_get_monotonic_time ())
    return entry->access;
  g_hash_table_remove (self->entries, key);
  return NULL;
}

void
mp_access_cache_add (MpAccessCache *self,
                     const char *key,
                     MpAccess *access,
                     unsigned int lifetime_s)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->access = mp_access_ref (access);
  entry->expires_us = g_get_monotonic_time () + (int64_t) lifetime_s * G_USEC_PER_SEC;
  g_hash_table_replace (self->entries, g_strdup (key), entry);
}

void
mp_access_cache_forget (MpAccessCache *self, const char *key)
{
  g_hash_table_remove (self->entries, key);
}
