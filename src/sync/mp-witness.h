/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-store.h"
#include "mp-tenant-client.h"

G_BEGIN_DECLS

/*
 * This computer as a witness of the tenant's audit trail: it keeps the newest signed head that it
 * could follow, and whoever shows it another one has to prove that the trail goes on from there.
 * What does not is kept as MP_META_AUDIT_SUSPECT, until a verification finds all well.
 */
void mp_witness_check_async (MpStore *store,
                             MpTenantClient *client,
                             MpSecret *token,
                             MpAuditHead *shown,
                             const char *epoch,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
MpAuditVerdict *mp_witness_check_finish (MpStore *store,
                                         GAsyncResult *result,
                                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean mp_witness_is_signed (MpAuditHead *head, const char *tenant, const char *key);

G_END_DECLS
