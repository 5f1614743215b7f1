/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-access.h"
#include "mp-secret.h"

G_BEGIN_DECLS

/* What keys were exchanged for, by key and connection. In memory only; not thread-safe. */
typedef struct _MpAccessCache MpAccessCache;

MpAccessCache *mp_access_cache_new (void) G_GNUC_WARN_UNUSED_RESULT;
void mp_access_cache_free (MpAccessCache *self);
/* Tells secrets apart without keeping them. @connection: what else belongs to it */
char *mp_access_cache_dup_key (MpSecret *secret, const char *connection) G_GNUC_WARN_UNUSED_RESULT;
/* (nullable): what is still good; borrowed until the cache changes */
MpAccess *mp_access_cache_find (MpAccessCache *self, const char *key);
void mp_access_cache_add (MpAccessCache *self,
                          const char *key,
                          MpAccess *access,
                          unsigned int lifetime_s);
void mp_access_cache_forget (MpAccessCache *self, const char *key);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpAccessCache, mp_access_cache_free)

G_END_DECLS
