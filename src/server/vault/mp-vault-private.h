/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-vault-cipher.h"
#include "mp-vault.h"

G_BEGIN_DECLS

struct _MpVault
{
  GObject parent_instance;

  MpDb *db;
  MpAuditLog *audit;

  GMutex lock;
  char *key_path;  /* (owned) (lock) */
  MpVaultKey *key; /* (owned) (lock): the one last read */
};

/* The id of the master key that new secrets are encrypted under. */
#define MP_VAULT_META_MASTER "master-key"

/* The master key of that id; reads the key file again when it was rotated since. */
MpVaultKey *
mp_vault_dup_key (MpVault *self, const char *key_id, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The one for new secrets. */
MpVaultKey *mp_vault_dup_current_key (MpVault *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Where a rotation keeps the new key until it takes the place of the old. */
char *mp_vault_format_new_path (const char *key_path) G_GNUC_WARN_UNUSED_RESULT;
gboolean mp_vault_replace_key_file (const char *key_path, GError **error);

/* The text of a secret as it is kept in its row. */
GBytes *mp_vault_encrypt_row (const MpVaultKey *key,
                              const MpDbSecret *place,
                              const void *text,
                              size_t size) G_GNUC_WARN_UNUSED_RESULT;
MpKeyBytes *mp_vault_read_row (MpVault *self, const MpDbSecret *row, size_t *size, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

/* In a transaction: makes a new sealing pair, or keeps the pair and encrypts its secret half
 * anew under @key. */
gboolean mp_vault_make_sealing_pair (MpVault *self, const MpVaultKey *key, GError **error);
gboolean mp_vault_rewrap_sealing_pair (MpVault *self, const MpVaultKey *key, GError **error);

G_END_DECLS
