/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-audit-trail.h"
#include "mp-feed-page.h"
#include "mp-http-client.h"
#include "mp-operation.h"
#include "mp-push-result.h"
#include "mp-role.h"
#include "mp-secret.h"

G_BEGIN_DECLS

/* The part of a token's MpSecret. */
#define MP_TOKEN_PART "token"

/* Who the server says that we are, and with which keys it works. Immutable. */
#define MP_TYPE_TENANT_INFO (mp_tenant_info_get_type ())
G_DECLARE_FINAL_TYPE (MpTenantInfo, mp_tenant_info, MP, TENANT_INFO, GObject)
const char *mp_tenant_info_get_name (MpTenantInfo *self);
const char *mp_tenant_info_get_actor (MpTenantInfo *self);
MpRole mp_tenant_info_get_role (MpTenantInfo *self);
const char *const *mp_tenant_info_get_permissions (MpTenantInfo *self);
const char *mp_tenant_info_get_epoch (MpTenantInfo *self);
const char *mp_tenant_info_get_sealing_key_id (MpTenantInfo *self);
const char *mp_tenant_info_get_sealing_public_key (MpTenantInfo *self);
const char *mp_tenant_info_get_audit_key (MpTenantInfo *self);
/* By the names of mp-store-names.h: for mp_store_set_meta_async (). */
GHashTable *mp_tenant_info_to_meta (MpTenantInfo *self) G_GNUC_WARN_UNUSED_RESULT;

/*
 * The tenant server's API, one call a method. Failures: MP_ERROR_UNAUTHORIZED, _FORBIDDEN,
 * _NOT_FOUND, _CONFLICT, _REFUSED, _RATE_LIMITED, _UNAVAILABLE, _OFFLINE, _TOO_LARGE, _INVALID (the
 * answer cannot be read), _NEWER (of a newer version), G_IO_ERROR_CANCELLED. Main thread only.
 */
#define MP_TYPE_TENANT_CLIENT (mp_tenant_client_get_type ())
G_DECLARE_FINAL_TYPE (MpTenantClient, mp_tenant_client, MP, TENANT_CLIENT, GObject)

MpTenantClient *mp_tenant_client_new (MpHttpClient *http,
                                      const char *server,
                                      const char *tenant) G_GNUC_WARN_UNUSED_RESULT;
const char *mp_tenant_client_get_tenant (MpTenantClient *self);
unsigned int mp_tenant_client_get_rest_ms (MpTenantClient *self);
/* @sign_in: the server notes it in the audit trail. */
void mp_tenant_client_identify_async (MpTenantClient *self,
                                      MpSecret *token,
                                      gboolean sign_in,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
MpTenantInfo *mp_tenant_client_identify_finish (MpTenantClient *self,
                                                GAsyncResult *result,
                                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* @since: (nullable): from the start; @wait_seconds: for news, at most 50. A cursor that the server
 * no longer knows gives an expired page. */
void mp_tenant_client_pull_async (MpTenantClient *self,
                                  MpSecret *token,
                                  const char *since,
                                  const char *tag,
                                  unsigned int limit,
                                  unsigned int wait_seconds,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
MpFeedPage *mp_tenant_client_pull_finish (MpTenantClient *self,
                                          GAsyncResult *result,
                                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* At most 500 MpOperation and 1 MiB; answers one MpPushResult for each, in their order. */
void mp_tenant_client_push_async (MpTenantClient *self,
                                  MpSecret *token,
                                  GPtrArray *operations,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
GPtrArray *mp_tenant_client_push_finish (MpTenantClient *self,
                                         GAsyncResult *result,
                                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mp_tenant_client_get_sealing_key_async (MpTenantClient *self,
                                             MpSecret *token,
                                             GCancellable *cancellable,
                                             GAsyncReadyCallback callback,
                                             gpointer user_data);
gboolean mp_tenant_client_get_sealing_key_finish (
    MpTenantClient *self, GAsyncResult *result, char **key_id, char **public_key, GError **error);
/* One page of a record's revisions (MpRecord), newest first; @before: (0: from the newest) those
 * before that one; @next: before of the next page, 0 at the end. */
void mp_tenant_client_list_history_async (MpTenantClient *self,
                                          MpSecret *token,
                                          const char *record_id,
                                          int64_t before,
                                          unsigned int limit,
                                          GCancellable *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer user_data);
GPtrArray *mp_tenant_client_list_history_finish (MpTenantClient *self,
                                                 GAsyncResult *result,
                                                 int64_t *next,
                                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* One page of entries (MpAuditEntry), ascending; @next: since of the next page, 0 at the end. */
void mp_tenant_client_list_audit_async (MpTenantClient *self,
                                        MpSecret *token,
                                        const MpAuditFilter *filter,
                                        unsigned int limit,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);
GPtrArray *mp_tenant_client_list_audit_finish (MpTenantClient *self,
                                               GAsyncResult *result,
                                               int64_t *next,
                                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mp_tenant_client_get_audit_head_async (MpTenantClient *self,
                                            MpSecret *token,
                                            GCancellable *cancellable,
                                            GAsyncReadyCallback callback,
                                            gpointer user_data);
MpAuditHead *mp_tenant_client_get_audit_head_finish (MpTenantClient *self,
                                                     GAsyncResult *result,
                                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What leads from an entry to the head of the trail. */
typedef struct
{
  char *epoch;
  GStrv digests;     /* of the entries that come next; perhaps not all; perhaps no digests at all */
  MpAuditHead *head; /* of today */
} MpAuditProof;
void mp_audit_proof_free (MpAuditProof *proof);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpAuditProof, mp_audit_proof_free)
void mp_tenant_client_get_audit_proof_async (MpTenantClient *self,
                                             MpSecret *token,
                                             int64_t from,
                                             GCancellable *cancellable,
                                             GAsyncReadyCallback callback,
                                             gpointer user_data);
MpAuditProof *mp_tenant_client_get_audit_proof_finish (MpTenantClient *self,
                                                       GAsyncResult *result,
                                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
