/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-sync.h"

G_BEGIN_DECLS

/* One desktop: its store in a folder of its own, and its sync with a server's tenant "demo". */
typedef struct
{
  char *folder;
  MpStore *store;
  MpTenantClient *client;
  MpSync *sync;
  MpSecret *token;
} MpTestDesktop;

MpTestDesktop *mp_test_desktop_new (const char *server) G_GNUC_WARN_UNUSED_RESULT;
void mp_test_desktop_free (MpTestDesktop *desktop);
void mp_test_desktop_restart (MpTestDesktop *desktop);
MpSyncReport *mp_test_desktop_sync (MpTestDesktop *desktop,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
MpSyncReport *mp_test_desktop_sync_with (MpTestDesktop *desktop,
                                         MpSyncEligibleFunc eligible,
                                         gpointer eligible_data,
                                         GCancellable *cancellable,
                                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mp_test_desktop_sync_well (MpTestDesktop *desktop);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpTestDesktop, mp_test_desktop_free)

G_END_DECLS
