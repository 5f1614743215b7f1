/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-auth.h"
#include "mp-vault.h"

G_BEGIN_DECLS

/* A data folder that is open: its database, and the keys that lie in it. */
typedef struct
{
  MpClock *clock;
  MpDb *db;
  MpAuditLog *audit;
  MpVault *vault;
  MpAuth *auth;
} MpServerHome;

gboolean mp_server_home_create (const char *data_dir,
                                const char *conninfo,
                                const char *owner_conninfo,
                                GError **error);
MpServerHome *mp_server_home_open (const char *data_dir, GError **error) G_GNUC_WARN_UNUSED_RESULT;
MpServerHome *mp_server_home_open_copy (const char *data_dir,
                                        const char *folder,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mp_server_home_free (MpServerHome *home);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpServerHome, mp_server_home_free)

G_END_DECLS
