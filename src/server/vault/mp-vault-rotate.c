/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-vault-private.h"

#include "mp-error.h"

#include <errno.h>
#include <glib/gstdio.h>

/* Secrets re-encrypted at once. */
#define PAGE 200

char *
mp_vault_format_new_path (const char *key_path)
{
  return g_strconcat (key_path, ".new", NULL);
}

/* The old key's file is gone with this; nothing is encrypted under it any more. */
gboolean
mp_vault_replace_key_file (const char *key_path, GError **error)
{
  g_autofree char *new_path = mp_vault_format_new_path (key_path);

  if (g_rename (new_path, key_path) == 0)
    return TRUE;

  g_set_error (error, MP_ERROR, MP_ERROR_STORAGE, "Replacing %s: %s", key_path, g_strerror (errno));
  return FALSE;
}

static gboolean
rewrap (MpVault *self, const MpVaultKey *key, const MpDbSecret *row, GError **error)
{
  size_t size;
  g_autoptr (MpKeyBytes) text = mp_vault_read_row (self, row, &size, error);
  g_autoptr (GBytes) ciphertext = NULL;
  MpDbSecret rewrapped = *row;

  if (text != NULL)
    {
      ciphertext = mp_vault_encrypt_row (key, row, text, size);
      rewrapped.key_id = key->id;
      rewrapped.ciphertext = ciphertext;
      if (mp_db_rewrap_secret (self->db, &rewrapped, error))
        return TRUE;
    }
  g_prefix_error (error, "Credential %s of %s: ", row->credential, row->tenant);
  return FALSE;
}

static gboolean
rewrap_all (MpVault *self, const MpVaultKey *key, unsigned int *n_secrets, GError **error)
{
  unsigned int n_rows;

  do
    {
      g_autoptr (GPtrArray) rows = mp_db_list_secrets_not_under (self->db, key->id, PAGE, error);

      if (rows == NULL)
        return FALSE;
      n_rows = rows->len;
      for (unsigned int i = 0; i < n_rows; i++)
        {
          if (!rewrap (self, key, rows->pdata[i], error))
            return FALSE;
        }
      *n_secrets += n_rows;
    }
  while (n_rows > 0);
  return TRUE;
}

/* The new key is named first: who stores a secret has read the name of the old one, and is waited
 * for, or reads the new one's after this. So no secret is left behind. */
static gboolean
rewrap_database (MpVault *self, const MpVaultKey *key, unsigned int *n_secrets, GError **error)
{
  g_autoptr (MpDbTransaction) transaction = mp_db_begin (self->db, error);

  return transaction != NULL && mp_db_set_meta (self->db, MP_VAULT_META_MASTER, key->id, error) &&
         rewrap_all (self, key, n_secrets, error) &&
         mp_vault_rewrap_sealing_pair (self, key, error) && mp_db_commit (transaction, error);
}

static void
take_key (MpVault *self, MpVaultKey *key, const char *path)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  mp_vault_key_unref (self->key);
  self->key = mp_vault_key_ref (key);
  if (path != NULL)
    {
      g_free (self->key_path);
      self->key_path = g_strdup (path);
    }
}

/* A new key beside the present one; one left over from a rotation that was cut off serves too. */
static char *
make_new_key_file (MpVault *self, GError **error)
{
  g_autofree char *path = mp_vault_format_new_path (self->key_path);
  g_autoptr (GError) local_error = NULL;

  if (mp_key_file_create (path, &local_error) ||
      g_error_matches (local_error, MP_ERROR, MP_ERROR_CONFLICT))
    return g_steal_pointer (&path);

  g_propagate_error (error, g_steal_pointer (&local_error));
  return NULL;
}

/**
 * mp_vault_rotate_master_key:
 * @self: the vault
 * @new_key_path: (nullable): a key file made before, to which the server's configuration will
 *   point; %NULL: one is made and takes the place of the present file
 * @n_secrets: (out) (optional): how many credentials' secrets were encrypted anew
 * @error: return location
 *
 * Encrypts every secret and the sealing key under a new master key, in one transaction: cut off
 * anywhere, either key file serves. A server that runs meanwhile takes the new key by itself when
 * its file is replaced. One rotation at a time; not inside a transaction.
 *
 * Fails with %MP_ERROR_INVALID when a secret does not open: nothing is changed then.
 *
 * Returns: whether the new key is in force
 */
gboolean
mp_vault_rotate_master_key (MpVault *self,
                            const char *new_key_path,
                            unsigned int *n_secrets,
                            GError **error)
{
  g_autofree char *made_path = NULL;
  g_autoptr (MpVaultKey) key = NULL;
  unsigned int n_rewrapped = 0;

  g_return_val_if_fail (MP_IS_VAULT (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (new_key_path == NULL && (made_path = make_new_key_file (self, error)) == NULL)
    return FALSE;
  key = mp_vault_key_read (new_key_path != NULL ? new_key_path : made_path, error);
  if (key == NULL || !rewrap_database (self, key, &n_rewrapped, error))
    return FALSE;

  take_key (self, key, new_key_path);
  if (n_secrets != NULL)
    *n_secrets = n_rewrapped;
  return new_key_path != NULL || mp_vault_replace_key_file (self->key_path, error);
}

/**
 * mp_vault_is_whole:
 * @self: the vault
 * @is_whole: (out): whether every secret is under the present master key
 * @error: return location
 *
 * Opens no secret.
 *
 * Returns: whether it could be found out
 */
gboolean
mp_vault_is_whole (MpVault *self, gboolean *is_whole, GError **error)
{
  g_autoptr (MpVaultKey) key = NULL;
  g_autoptr (GPtrArray) others = NULL;

  g_return_val_if_fail (MP_IS_VAULT (self) && is_whole != NULL, FALSE);

  key = mp_vault_dup_current_key (self, error);
  others = key == NULL ? NULL : mp_db_list_secrets_not_under (self->db, key->id, 1, error);
  if (others == NULL)
    return FALSE;
  *is_whole = others->len == 0;
  return TRUE;
}
