/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "mp-secret.h"

G_BEGIN_DECLS

/* Access tokens by the secret that they were given for. In memory only; not thread-safe. */
typedef struct _MpTokenCache MpTokenCache;

typedef struct
{
  char *token; /* wiped */
  char *base;  /* (nullable): the base address that came with it */
} MpToken;

MpTokenCache *mp_token_cache_new (void) G_GNUC_WARN_UNUSED_RESULT;
void mp_token_cache_free (MpTokenCache *self);
char *mp_token_cache_dup_key (MpSecret *secret, const char *token_url) G_GNUC_WARN_UNUSED_RESULT;
const MpToken *mp_token_cache_find (MpTokenCache *self, const char *key);
void mp_token_cache_add (MpTokenCache *self,
                         const char *key,
                         const char *token,
                         const char *base,
                         unsigned int lifetime_s);
void mp_token_cache_forget (MpTokenCache *self, const char *key);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpTokenCache, mp_token_cache_free)

G_END_DECLS
