/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-audit-log.h"
#include "mp-db.h"
#include "mp-secret.h"

G_BEGIN_DECLS

/**
 * MpVault:
 *
 * The credentials' secrets on the server: received sealed to its public key, kept encrypted under a
 * master key that lies outside the database, opened only with an audit entry committed before.
 * Thread-safe.
 */
#define MP_TYPE_VAULT (mp_vault_get_type ())
G_DECLARE_FINAL_TYPE (MpVault, mp_vault, MP, VAULT, GObject)

/* Makes a master key file (32 random bytes, 0600). MP_ERROR_CONFLICT: the file exists. */
gboolean mp_vault_create_key_file (const char *path, GError **error);
/* The master key's path: `mp-master-key` among systemd's credentials where it is there, else
 * `master.key` in @data_dir. */
char *mp_vault_dup_default_key_path (const char *data_dir) G_GNUC_WARN_UNUSED_RESULT;

/* Makes the sealing key pair at the first start. MP_ERROR_NOT_FOUND: no key file; MP_ERROR_INVALID:
 * not 32 bytes, readable by others, or not the key of this database. */
MpVault *mp_vault_new (MpDb *db, MpAuditLog *audit, const char *key_path, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

/* The key that desktops seal to. Both strings are new; the public key is base64. */
gboolean mp_vault_get_sealing_key (MpVault *self, char **key_id, char **public_key, GError **error);
/* MP_ERROR_NOT_FOUND: sealed to a key that is retired (problem `key-retired`); MP_ERROR_INVALID:
 * not a box for this key, or no secret in it. */
MpSecret *mp_vault_unseal (MpVault *self, const char *key_id, const char *sealed, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

/* Encrypts and stores, within the calling thread's transaction; the credential's row must exist. */
gboolean mp_vault_store_secret (MpVault *self,
                                const char *tenant,
                                const char *credential,
                                unsigned int version,
                                MpSecret *secret,
                                GError **error);
/* Destroys the ciphertext (revocation), within the calling thread's transaction. */
gboolean
mp_vault_destroy_secret (MpVault *self, const char *tenant, const char *credential, GError **error);

/* Who opens a secret, and what for. */
typedef struct
{
  const char *actor;
  MpRole role;
  const char *purpose; /* "crm.objects": becomes the entry's detail */
  const char *request; /* (nullable) */
  const char *address; /* (nullable) */
} MpVaultUse;
/* Commits the audit entry `credential.use`, then decrypts; when the entry cannot be written, the
 * secret stays closed. Not inside a transaction. MP_ERROR_NOT_FOUND: no such credential or secret;
 * MP_ERROR_INVALID: the ciphertext is not this credential's. */
MpSecret *mp_vault_open_secret (MpVault *self,
                                const char *tenant,
                                const char *credential,
                                const MpVaultUse *use,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Encrypts everything anew under a new master key. @new_key_path: a key file made before, to which
 * the server's configuration will point; %NULL: one is made and takes the place of the present
 * file. All or nothing; a server that runs meanwhile reads its key file again by itself.
 * @n_secrets: (out) (optional) */
gboolean mp_vault_rotate_master_key (MpVault *self,
                                     const char *new_key_path,
                                     unsigned int *n_secrets,
                                     GError **error);
/* A new sealing pair; boxes sealed to the old one are refused from now on. */
gboolean mp_vault_rotate_sealing_key (MpVault *self, GError **error);

/* Whether every secret is under the present master key. */
gboolean mp_vault_is_whole (MpVault *self, gboolean *is_whole, GError **error);

G_END_DECLS
