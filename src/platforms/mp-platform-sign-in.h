/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-access-cache.h"
#include "mp-platform-document.h"
#include "mp-request-builder.h"

G_BEGIN_DECLS

/* What the answers to signing in give. @root is taken. MP_ERROR_UNAUTHORIZED: the answer says, in
 * the document's words, that the key was not accepted. */

/* @lifetime_s: (out): how long the token may be kept */
gboolean mp_platform_read_token (const MpPlatformDocument *document,
                                 JsonNode *root,
                                 MpAccess *access,
                                 unsigned int *lifetime_s,
                                 GError **error);
gboolean mp_platform_read_prepared (const MpPlatformDocument *document,
                                    const MpPrepareSpec *step,
                                    JsonNode *root,
                                    MpAccess *access,
                                    GError **error);
/* @joins: (element-type utf8 JsonNode): what expressions see as @token and @prepare is added */
void mp_platform_join_access (MpAccess *access, GHashTable *joins);

/* One call's way to what lets its requests in: a token, then the values of prepare; or what an
 * earlier call has kept. Sends nothing by itself. */
typedef struct
{
  const MpPlatformDocument *document; /* (unowned) */
  MpAccessCache *accesses;            /* (unowned) */
  char *key;                          /* (owned) (nullable): there is nothing to sign in for */
  MpAccess *access;                   /* (owned) (nullable): signing in, or signed in */
  gboolean was_kept;
  unsigned int lifetime_s;
  unsigned int next_prepare;
} MpSignIn;

/* @settings: of the connection; they and @secret tell one access from another */
void mp_sign_in_init (MpSignIn *self,
                      const MpPlatformDocument *document,
                      MpAccessCache *accesses,
                      MpSecret *secret,
                      JsonNode *settings);
void mp_sign_in_clear (MpSignIn *self);
/* @anew: without what is kept. What there is of an access is given to @builder. */
gboolean
mp_sign_in_begin (MpSignIn *self, gboolean anew, MpRequestBuilder *builder, GError **error);
/* Is the next request that for the token? */
gboolean mp_sign_in_wants_token (const MpSignIn *self);
/* Is there nothing to be asked any more? */
gboolean mp_sign_in_is_done (const MpSignIn *self);
MpHttpRequest *mp_sign_in_make_request (MpSignIn *self,
                                        MpRequestBuilder *builder,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* @root: taken: the answer to the request that was made last */
gboolean
mp_sign_in_read (MpSignIn *self, JsonNode *root, MpRequestBuilder *builder, GError **error);
/* Done: kept for the next calls, and seen by expressions. */
void mp_sign_in_finish (MpSignIn *self, GHashTable *joins);
/* A token can end before its time. TRUE: what was used was kept from an earlier call, and is
 * forgotten; to begin again may help, once. */
gboolean mp_sign_in_forget (MpSignIn *self);

/* Of what has no stated end. Salesforce does not say how long a token lives: its session's
 * time-out decides. */
#define MP_UNSTATED_LIFETIME_S 600

G_END_DECLS
