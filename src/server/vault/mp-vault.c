/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-vault.h"

#include "mp-error.h"
#include "mp-vault-private.h"

#include <string.h>

#define KEY_FILE "master.key"
#define SYSTEMD_CREDENTIAL "mp-master-key"

G_DEFINE_FINAL_TYPE (MpVault, mp_vault, G_TYPE_OBJECT)

/* Binds a ciphertext to its row: moved to another, it does not open. */
static char *
format_context (const MpDbSecret *place, const char *key_id)
{
  return g_strdup_printf ("%s|%s|%u|%s", place->tenant, place->credential, place->version, key_id);
}

/* The first start: what is encrypted from now on is under this key. */
static gboolean
remember_key (MpVault *self, GError **error)
{
  g_autoptr (MpDbTransaction) transaction = mp_db_begin (self->db, error);

  return transaction != NULL &&
         mp_db_set_meta (self->db, MP_VAULT_META_MASTER, self->key->id, error) &&
         mp_vault_make_sealing_pair (self, self->key, error) && mp_db_commit (transaction, error);
}

/* A rotation that was cut off between its commit and the key file's change ends here. */
static gboolean
finish_rotation (MpVault *self, const char *known, GError **error)
{
  g_autofree char *new_path = mp_vault_format_new_path (self->key_path);
  g_autoptr (MpVaultKey) new_key = mp_vault_key_read (new_path, NULL);

  if (new_key == NULL || !g_str_equal (new_key->id, known))
    {
      g_set_error (error, MP_ERROR, MP_ERROR_INVALID, "%s is not this database's master key",
                   self->key_path);
      return FALSE;
    }
  if (!mp_vault_replace_key_file (self->key_path, error))
    return FALSE;
  mp_vault_key_unref (self->key);
  self->key = g_steal_pointer (&new_key);
  return TRUE;
}

static gboolean
set_up_key (MpVault *self, GError **error)
{
  g_autofree char *known = NULL;

  self->key = mp_vault_key_read (self->key_path, error);
  if (self->key == NULL || !mp_db_get_meta (self->db, MP_VAULT_META_MASTER, &known, error))
    return FALSE;
  if (known == NULL)
    return remember_key (self, error);
  return g_str_equal (self->key->id, known) || finish_rotation (self, known, error);
}

static void
mp_vault_finalize (GObject *object)
{
  MpVault *self = MP_VAULT (object);

  g_clear_object (&self->db);
  g_clear_object (&self->audit);
  g_clear_pointer (&self->key, mp_vault_key_unref);
  g_free (self->key_path);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (mp_vault_parent_class)->finalize (object);
}

static void
mp_vault_class_init (MpVaultClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mp_vault_finalize;
}

static void
mp_vault_init (MpVault *self)
{
  g_mutex_init (&self->lock);
}

MpVaultKey *
mp_vault_dup_key (MpVault *self, const char *key_id, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  g_autofree char *new_path = mp_vault_format_new_path (self->key_path);
  /* Another process may have rotated. Its key stands beside the file until it takes the file's
   * place: read in this order, it is met wherever it is then. */
  const char *const paths[] = { new_path, self->key_path };

  for (size_t i = 0; i < G_N_ELEMENTS (paths) && !g_str_equal (self->key->id, key_id); i++)
    {
      g_autoptr (MpVaultKey) key = mp_vault_key_read (paths[i], NULL);

      if (key == NULL || !g_str_equal (key->id, key_id))
        continue;
      mp_vault_key_unref (self->key);
      self->key = g_steal_pointer (&key);
    }
  if (g_str_equal (self->key->id, key_id))
    return mp_vault_key_ref (self->key);

  g_set_error (error, MP_ERROR, MP_ERROR_INVALID, "%s does not hold the master key %s",
               self->key_path, key_id);
  return NULL;
}

MpVaultKey *
mp_vault_dup_current_key (MpVault *self, GError **error)
{
  g_autofree char *key_id = NULL;

  if (!mp_db_get_meta (self->db, MP_VAULT_META_MASTER, &key_id, error))
    return NULL;
  g_assert (key_id != NULL);
  return mp_vault_dup_key (self, key_id, error);
}

GBytes *
mp_vault_encrypt_row (const MpVaultKey *key, const MpDbSecret *place, const void *text, size_t size)
{
  g_autofree char *context = format_context (place, key->id);

  return mp_vault_encrypt (key, context, text, size);
}

static gboolean
write_row (
    MpVault *self, const MpVaultKey *key, const MpDbSecret *place, const char *text, GError **error)
{
  g_autoptr (GBytes) ciphertext = mp_vault_encrypt_row (key, place, text, strlen (text));
  MpDbSecret row = *place;

  row.key_id = key->id;
  row.ciphertext = ciphertext;
  return mp_db_put_secret (self->db, &row, error);
}

MpKeyBytes *
mp_vault_read_row (MpVault *self, const MpDbSecret *row, size_t *size, GError **error)
{
  g_autoptr (MpVaultKey) key = mp_vault_dup_key (self, row->key_id, error);
  g_autofree char *context = NULL;

  if (key == NULL)
    return NULL;
  context = format_context (row, key->id);
  return mp_vault_decrypt (key, context, row->ciphertext, size, error);
}

/* The row and its audit entry in one transaction: what was opened is what the entry says. */
static MpDbSecret *
record_use (MpVault *self,
            const char *tenant,
            const char *credential,
            const MpVaultUse *use,
            GError **error)
{
  g_autoptr (MpDbTransaction) transaction = mp_db_begin (self->db, error);
  g_autofree char *resource = g_strconcat ("credential/", credential, NULL);
  g_autoptr (MpDbSecret) row = NULL;
  MpAuditEntryInit entry = {
    .actor = use->actor,
    .role = mp_role_to_string (use->role),
    .action = "credential.use",
    .resource = resource,
    .request = use->request,
    .address = use->address,
    .detail = use->purpose,
  };

  if (transaction == NULL)
    return NULL;
  row = mp_db_get_secret (self->db, tenant, credential, error);
  if (row == NULL)
    return NULL;
  if (!mp_audit_log_append (self->audit, tenant, &entry, error) ||
      !mp_db_commit (transaction, error))
    {
      g_prefix_error (error, "The key stays closed, since its use cannot be recorded: ");
      return NULL;
    }
  return g_steal_pointer (&row);
}

/* A rotation that ended just now took the key that the row was under: the row is read anew, as long
 * as there was one. */
static MpKeyBytes *
read_recorded_row (MpVault *self, MpDbSecret **row, GError **error)
{
  for (;;)
    {
      g_autoptr (GError) failure = NULL;
      g_autoptr (MpDbSecret) again = NULL;
      size_t size;
      MpKeyBytes *text = mp_vault_read_row (self, *row, &size, &failure);

      if (text != NULL)
        return text;
      again = mp_db_get_secret (self->db, (*row)->tenant, (*row)->credential, NULL);
      if (again == NULL || again->version != (*row)->version ||
          g_str_equal (again->key_id, (*row)->key_id))
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return NULL;
        }
      mp_db_secret_free (*row);
      *row = g_steal_pointer (&again);
    }
}

/**
 * mp_vault_create_key_file:
 * @path: where; it must not exist
 * @error: return location
 *
 * Makes a master key of random bytes, mode 0600, on the disk when this returns. Fails with
 * %MP_ERROR_CONFLICT when the file exists.
 *
 * Returns: whether it was made
 */
gboolean
mp_vault_create_key_file (const char *path, GError **error)
{
  g_return_val_if_fail (path != NULL, FALSE);

  return mp_key_file_create (path, error);
}

/**
 * mp_vault_dup_default_key_path:
 * @data_dir: the server's data folder
 *
 * Returns: (transfer full): the systemd credential `mp-master-key` where the service was given it,
 *   else `master.key` in @data_dir
 */
char *
mp_vault_dup_default_key_path (const char *data_dir)
{
  const char *credentials = mp_key_file_get_credentials_directory ();
  g_autofree char *path = NULL;

  g_return_val_if_fail (data_dir != NULL, NULL);

  if (credentials != NULL)
    path = g_build_filename (credentials, SYSTEMD_CREDENTIAL, NULL);
  if (path != NULL && g_file_test (path, G_FILE_TEST_EXISTS))
    return g_steal_pointer (&path);
  return g_build_filename (data_dir, KEY_FILE, NULL);
}

/**
 * mp_vault_new:
 * @db: the database
 * @audit: its audit log
 * @key_path: the master key's file
 * @error: return location
 *
 * Opens the vault; at the first start the key becomes this database's, and a sealing pair is made.
 *
 * Fails with %MP_ERROR_NOT_FOUND when there is no key file, with %MP_ERROR_INVALID when it is
 * damaged, readable by others, or another database's.
 *
 * Returns: (transfer full): the vault; its functions may be called from any thread
 */
MpVault *
mp_vault_new (MpDb *db, MpAuditLog *audit, const char *key_path, GError **error)
{
  g_autoptr (MpVault) self = NULL;

  g_return_val_if_fail (MP_IS_DB (db) && MP_IS_AUDIT_LOG (audit), NULL);
  g_return_val_if_fail (key_path != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  self = g_object_new (MP_TYPE_VAULT, NULL);
  self->db = g_object_ref (db);
  self->audit = g_object_ref (audit);
  self->key_path = g_strdup (key_path);
  if (!set_up_key (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

/**
 * mp_vault_store_secret:
 * @self: the vault
 * @tenant: a tenant's id
 * @credential: a credential's id; its row must exist
 * @version: the credential's version that has this secret
 * @secret: what to keep
 * @error: return location
 *
 * Encrypts and writes within the calling thread's transaction; an earlier secret is gone then.
 *
 * Returns: whether it is written
 */
gboolean
mp_vault_store_secret (MpVault *self,
                       const char *tenant,
                       const char *credential,
                       unsigned int version,
                       MpSecret *secret,
                       GError **error)
{
  MpDbSecret place = { .tenant = tenant, .credential = credential, .version = version };
  g_autoptr (MpVaultKey) key = NULL;
  char *text;
  gboolean stored;

  g_return_val_if_fail (MP_IS_VAULT (self) && tenant != NULL && credential != NULL, FALSE);
  g_return_val_if_fail (strchr (credential, '|') == NULL && secret != NULL, FALSE);

  key = mp_vault_dup_current_key (self, error);
  if (key == NULL)
    return FALSE;
  text = mp_secret_to_text (secret);
  stored = write_row (self, key, &place, text, error);
  mp_secret_wipe_text (text);
  return stored;
}

/**
 * mp_vault_destroy_secret:
 * @self: the vault
 * @tenant: a tenant's id
 * @credential: a credential's id
 * @error: return location
 *
 * Removes the ciphertext of a revoked credential, within the calling thread's transaction. That
 * there is none is no error.
 *
 * Returns: whether there is none now
 */
gboolean
mp_vault_destroy_secret (MpVault *self, const char *tenant, const char *credential, GError **error)
{
  g_return_val_if_fail (MP_IS_VAULT (self) && tenant != NULL && credential != NULL, FALSE);

  return mp_db_remove_secret (self->db, tenant, credential, error);
}

/**
 * mp_vault_open_secret:
 * @self: the vault
 * @tenant: a tenant's id
 * @credential: a credential's id
 * @use: who opens it, and what for
 * @error: return location
 *
 * Commits the audit entry `credential.use` and only then decrypts. Not inside a transaction, which
 * could still be rolled back.
 *
 * Fails with %MP_ERROR_NOT_FOUND when the tenant has no such credential or its secret is
 * destroyed, with %MP_ERROR_STORAGE when the entry cannot be written, with %MP_ERROR_INVALID when
 * the ciphertext is not this credential's.
 *
 * Returns: (transfer full): the secret, for one call to its platform
 */
MpSecret *
mp_vault_open_secret (MpVault *self,
                      const char *tenant,
                      const char *credential,
                      const MpVaultUse *use,
                      GError **error)
{
  g_autoptr (MpDbSecret) row = NULL;
  g_autoptr (MpKeyBytes) text = NULL;

  g_return_val_if_fail (MP_IS_VAULT (self) && tenant != NULL && credential != NULL, NULL);
  g_return_val_if_fail (use != NULL && use->actor != NULL && use->purpose != NULL, NULL);

  row = record_use (self, tenant, credential, use, error);
  if (row == NULL)
    return NULL;
  text = read_recorded_row (self, &row, error);
  return text == NULL ? NULL : mp_secret_new_from_text ((const char *) text, error);
}
