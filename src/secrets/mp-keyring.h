/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-secret-store.h"

G_BEGIN_DECLS

/* MpSecretStore over libsecret (the session's keyring, or the Secret portal's file in a sandbox).
 * Nothing is kept in memory. */
#define MP_TYPE_KEYRING (mp_keyring_get_type ())
G_DECLARE_FINAL_TYPE (MpKeyring, mp_keyring, MP, KEYRING, GObject)
MpSecretStore *mp_keyring_new (void) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
