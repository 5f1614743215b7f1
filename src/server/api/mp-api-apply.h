/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-api-message.h"
#include "mp-api.h"
#include "mp-operation.h"

G_BEGIN_DECLS

/* How exactly a settings operation has to know what it changes. */
typedef enum
{
  MP_API_SEEN_PATHS = 1, /* by `expect`: the batch push */
  MP_API_SEEN_REVISION,  /* by `base`, the revision: plain REST's If-Match */
} MpApiSeen;

/* A result's status: the operation's id was used by another request before. */
#define MP_API_STATUS_REUSED "reused"

JsonObject *mp_api_apply (MpApi *self,
                          const MpApiRequest *request,
                          MpOperation *operation,
                          MpApiSeen seen,
                          const char *digest,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
JsonArray *mp_api_apply_batch (MpApi *self,
                               const MpApiRequest *request,
                               GPtrArray *operations,
                               GPtrArray *digests,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean mp_api_find_result (MpApi *self,
                             const MpApiRequest *request,
                             const char *op,
                             const char *digest,
                             JsonObject **result,
                             GError **error);
MpPermission mp_api_get_permission (MpAction action);
char *mp_api_dup_resource (MpAction action, const char *target) G_GNUC_WARN_UNUSED_RESULT;

/* The result of an operation that was not even begun: `invalid` with one error. */
JsonObject *mp_api_result_new_unreadable (const char *op,
                                          const char *code,
                                          const char *message) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
