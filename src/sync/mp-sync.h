/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-store.h"
#include "mp-tenant-client.h"

G_BEGIN_DECLS

/* May this record's changes go to the server? (No: it has faults.) Called on the main thread. */
typedef gboolean (*MpSyncEligibleFunc) (MpStoredRecord *record, gpointer user_data);

/* What one run did. Immutable. */
#define MP_TYPE_SYNC_REPORT (mp_sync_report_get_type ())
G_DECLARE_FINAL_TYPE (MpSyncReport, mp_sync_report, MP, SYNC_REPORT, GObject)
MpTenantInfo *mp_sync_report_get_info (MpSyncReport *self);
unsigned int mp_sync_report_get_n_pushed (MpSyncReport *self);
unsigned int mp_sync_report_get_n_pulled (MpSyncReport *self);
/* Operations on credentials that the server refused and that were taken back here. */
unsigned int mp_sync_report_get_n_refusals (MpSyncReport *self);
MpOperation *mp_sync_report_get_refused_operation (MpSyncReport *self, unsigned int index);
MpPushResult *mp_sync_report_get_refusal (MpSyncReport *self, unsigned int index);
/* Secrets that must be sealed again: mp_store_list_unsealed_async (). */
gboolean mp_sync_report_get_needs_sealing (MpSyncReport *self);
/* The audit trail is shorter than, or another than, what was seen before. */
MpAuditVerdict *mp_sync_report_get_audit_alarm (MpSyncReport *self); /* (nullable) */

/*
 * Brings a store and the tenant server together. One run at a time; cut off anywhere, the next run
 * goes on. Main thread only.
 */
#define MP_TYPE_SYNC (mp_sync_get_type ())
G_DECLARE_FINAL_TYPE (MpSync, mp_sync, MP, SYNC, GObject)

MpSync *
mp_sync_new (MpStore *store, MpTenantClient *client, MpClock *clock) G_GNUC_WARN_UNUSED_RESULT;
/* @eligible: (nullable): all are. Not while another run is on. */
void mp_sync_run_async (MpSync *self,
                        MpSecret *token,
                        MpSyncEligibleFunc eligible,
                        gpointer eligible_data,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data);
MpSyncReport *
mp_sync_run_finish (MpSync *self, GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean mp_sync_is_running (MpSync *self);
/* Long poll: answers when the server has news since the last run, or when the time is over. */
void mp_sync_wait_async (MpSync *self,
                         MpSecret *token,
                         unsigned int seconds,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data);
gboolean mp_sync_wait_finish (MpSync *self, GAsyncResult *result, gboolean *news, GError **error);

G_END_DECLS
