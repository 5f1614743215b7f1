/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-access.h"
#include "mp-platform-document.h"

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

/* Of what has no stated end. Salesforce does not say how long a token lives: its session's
 * time-out decides. */
#define MP_UNSTATED_LIFETIME_S 600

G_END_DECLS
