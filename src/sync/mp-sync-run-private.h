/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-sync-report-private.h"

G_BEGIN_DECLS

/* One run of a sync. It owns itself until its task has returned. */
#define MP_TYPE_SYNC_RUN (mp_sync_run_get_type ())
G_DECLARE_FINAL_TYPE (MpSyncRun, mp_sync_run, MP, SYNC_RUN, GObject)

void mp_sync_run_start (GTask *task,
                        MpStore *store,
                        MpTenantClient *client,
                        MpClock *clock,
                        MpSecret *token,
                        MpSyncEligibleFunc eligible,
                        gpointer eligible_data);

G_END_DECLS
