/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-secret-store.h"

G_BEGIN_DECLS

/* The calls of a secret store, waited for; and what every store must do. */
gboolean mp_secret_calls_store (MpSecretStore *store,
                                const MpSecretName *name,
                                const char *label,
                                const char *key,
                                GError **error);
MpSecret *mp_secret_calls_lookup (MpSecretStore *store, const MpSecretName *name, GError **error);
gboolean mp_secret_calls_clear (MpSecretStore *store, const MpSecretName *name, GError **error);
void mp_secret_calls_check_store (MpSecretStore *store);
void mp_secret_calls_check_refusals (MpSecretStore *store);

G_END_DECLS
