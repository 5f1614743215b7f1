/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-secret.h"

G_BEGIN_DECLS

/* Seals a secret's text to the server's public key (libsodium sealed box, X25519). Both are base64.
 * MP_ERROR_INVALID: the key. */
char *mp_sealing_seal (MpSecret *secret,
                       const char *public_key,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
