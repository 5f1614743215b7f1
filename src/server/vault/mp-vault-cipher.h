/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-key-file.h"

G_BEGIN_DECLS

/**
 * MpVaultKey:
 *
 * A master key and the name derived from it. Immutable; reference counted (atomically), since a
 * thread may use it while another takes its successor; wiped when the last reference goes.
 */
typedef struct
{
  MpKeyBytes *bytes;
  char *id; /* (owned) */
} MpVaultKey;
MpVaultKey *mp_vault_key_read (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
MpVaultKey *mp_vault_key_ref (MpVaultKey *key);
void mp_vault_key_unref (MpVaultKey *key);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpVaultKey, mp_vault_key_unref)

/* XChaCha20-Poly1305: a random nonce, then the ciphertext. What is encrypted opens only with the
 * same @context, which says where it stands. */
GBytes *mp_vault_encrypt (const MpVaultKey *key,
                          const char *context,
                          const void *plain,
                          size_t size) G_GNUC_WARN_UNUSED_RESULT;
/* MP_ERROR_INVALID: another key, another context, or changed. @size: (out): of the result, which
 * is followed by a NUL byte. */
MpKeyBytes *mp_vault_decrypt (const MpVaultKey *key,
                              const char *context,
                              GBytes *ciphertext,
                              size_t *size,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
