/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-vault-private.h"

#include "mp-error.h"
#include "mp-json.h"

#include <sodium.h>
#include <string.h>

/* The sealing pair's fact in the database: a JSON object, so that its parts change together. */
#define META_SEALING "sealing-key"
#define MEMBER_ID "key_id"
#define MEMBER_PUBLIC "public_key"
#define MEMBER_SECRET "secret" /* encrypted, base64 */
#define MEMBER_MASTER "master" /* the id of the master key it is encrypted under */

#define ID_SIZE 8
#define MAX_SEALED_SIZE (64 * 1024)

static char *
derive_id (const unsigned char *public_key)
{
  unsigned char hash[crypto_generichash_BYTES_MIN];
  char id[2 * ID_SIZE + 1];

  crypto_generichash (hash, sizeof hash, public_key, crypto_box_PUBLICKEYBYTES, NULL, 0);
  sodium_bin2hex (id, sizeof id, hash, ID_SIZE);
  return g_strdup (id);
}

static char *
format_context (const char *key_id, const MpVaultKey *master)
{
  return g_strdup_printf ("sealing|%s|%s", key_id, master->id);
}

static gboolean
write_pair (MpVault *self,
            const MpVaultKey *master,
            const unsigned char *public_key,
            const MpKeyBytes *secret_key,
            GError **error)
{
  g_autofree char *key_id = derive_id (public_key);
  g_autofree char *context = format_context (key_id, master);
  g_autofree char *public_text = g_base64_encode (public_key, crypto_box_PUBLICKEYBYTES);
  g_autoptr (GBytes) secret =
                 mp_vault_encrypt (master, context, secret_key, crypto_box_SECRETKEYBYTES);
  g_autofree char *secret_text =
      g_base64_encode (g_bytes_get_data (secret, NULL), g_bytes_get_size (secret));
  JsonObject *object = json_object_new ();
  g_autoptr (JsonNode) node = mp_json_node_take_object (object);
  g_autofree char *text = NULL;

  json_object_set_string_member (object, MEMBER_ID, key_id);
  json_object_set_string_member (object, MEMBER_PUBLIC, public_text);
  json_object_set_string_member (object, MEMBER_SECRET, secret_text);
  json_object_set_string_member (object, MEMBER_MASTER, master->id);
  text = mp_json_to_text (node);
  return mp_db_set_meta (self->db, META_SEALING, text, error);
}

static JsonObject *
read_fact (MpVault *self, GError **error)
{
  g_autofree char *text = NULL;

  if (!mp_db_get_meta (self->db, META_SEALING, &text, error))
    return NULL;
  if (text == NULL)
    {
      g_set_error (error, MP_ERROR, MP_ERROR_INVALID, "The database has no sealing key");
      return NULL;
    }
  return mp_json_parse_object (text, -1, error);
}

static gboolean
decode_public (JsonObject *fact, unsigned char *public_key, GError **error)
{
  const char *text = mp_json_require_string (fact, MEMBER_PUBLIC, error);
  size_t length;

  if (text == NULL)
    return FALSE;
  if (sodium_base642bin (public_key, crypto_box_PUBLICKEYBYTES, text, strlen (text), NULL, &length,
                         NULL, sodium_base64_VARIANT_ORIGINAL) == 0 &&
      length == crypto_box_PUBLICKEYBYTES)
    return TRUE;

  g_set_error (error, MP_ERROR, MP_ERROR_INVALID, "The stored sealing key is damaged");
  return FALSE;
}

static MpKeyBytes *
decrypt_secret (MpVault *self, JsonObject *fact, GError **error)
{
  const char *key_id = mp_json_require_string (fact, MEMBER_ID, error);
  const char *text;
  const char *master_id;
  g_autoptr (MpVaultKey) master = NULL;
  g_autoptr (MpKeyBytes) secret = NULL;
  g_autoptr (GBytes) ciphertext = NULL;
  g_autofree char *context = NULL;
  unsigned char *bytes;
  size_t size;

  if (key_id == NULL || (text = mp_json_require_string (fact, MEMBER_SECRET, error)) == NULL ||
      (master_id = mp_json_require_string (fact, MEMBER_MASTER, error)) == NULL)
    return NULL;
  master = mp_vault_dup_key (self, master_id, error);
  if (master == NULL)
    return NULL;

  bytes = g_base64_decode (text, &size);
  ciphertext = g_bytes_new_take (bytes, size);
  context = format_context (key_id, master);
  secret = mp_vault_decrypt (master, context, ciphertext, &size, error);
  if (secret == NULL)
    return NULL;
  if (size != crypto_box_SECRETKEYBYTES)
    {
      g_set_error (error, MP_ERROR, MP_ERROR_INVALID, "The stored sealing key is damaged");
      return NULL;
    }
  return g_steal_pointer (&secret);
}

gboolean
mp_vault_make_sealing_pair (MpVault *self, const MpVaultKey *key, GError **error)
{
  unsigned char public_key[crypto_box_PUBLICKEYBYTES];
  g_autoptr (MpKeyBytes) secret_key = mp_key_bytes_new (crypto_box_SECRETKEYBYTES);

  crypto_box_keypair (public_key, secret_key);
  return write_pair (self, key, public_key, secret_key, error);
}

gboolean
mp_vault_rewrap_sealing_pair (MpVault *self, const MpVaultKey *key, GError **error)
{
  g_autoptr (JsonObject) fact = read_fact (self, error);
  g_autoptr (MpKeyBytes) secret_key = NULL;
  unsigned char public_key[crypto_box_PUBLICKEYBYTES];

  if (fact == NULL || !decode_public (fact, public_key, error))
    return FALSE;
  secret_key = decrypt_secret (self, fact, error);
  return secret_key != NULL && write_pair (self, key, public_key, secret_key, error);
}

/* A rotation that ended just now took the master key: the fact is read anew, as long as there was
 * one. */
static MpKeyBytes *
read_secret_key (MpVault *self, JsonObject **fact, GError **error)
{
  for (;;)
    {
      g_autoptr (GError) failure = NULL;
      g_autoptr (JsonObject) again = NULL;
      MpKeyBytes *secret = decrypt_secret (self, *fact, &failure);

      if (secret != NULL)
        return secret;
      again = read_fact (self, NULL);
      if (again == NULL || g_strcmp0 (mp_json_get_string (again, MEMBER_MASTER, NULL),
                                      mp_json_get_string (*fact, MEMBER_MASTER, NULL)) == 0)
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return NULL;
        }
      json_object_unref (*fact);
      *fact = g_steal_pointer (&again);
    }
}

static GBytes *
decode_box (const char *sealed, GError **error)
{
  size_t length = strlen (sealed);
  g_autofree unsigned char *bytes = NULL;
  size_t size;

  if (length <= MAX_SEALED_SIZE)
    {
      bytes = g_malloc (length + 1);
      if (sodium_base642bin (bytes, length + 1, sealed, length, NULL, &size, NULL,
                             sodium_base64_VARIANT_ORIGINAL) == 0 &&
          size > crypto_box_SEALBYTES)
        return g_bytes_new_take (g_steal_pointer (&bytes), size);
    }
  g_set_error (error, MP_ERROR, MP_ERROR_INVALID, "A sealed secret is base64 of a sealed box");
  return NULL;
}

static MpSecret *
open_box (GBytes *box,
          const unsigned char *public_key,
          const MpKeyBytes *secret_key,
          GError **error)
{
  size_t size = g_bytes_get_size (box) - crypto_box_SEALBYTES;
  g_autoptr (MpKeyBytes) text = mp_key_bytes_new (size + 1);

  text[size] = '\0';
  if (crypto_box_seal_open (text, g_bytes_get_data (box, NULL), g_bytes_get_size (box), public_key,
                            secret_key) != 0)
    {
      g_set_error (error, MP_ERROR, MP_ERROR_INVALID,
                   "The sealed secret was not sealed to this server's key");
      return NULL;
    }
  if (memchr (text, '\0', size) != NULL)
    {
      g_set_error (error, MP_ERROR, MP_ERROR_INVALID, "The sealed box holds no secret");
      return NULL;
    }
  return mp_secret_new_from_text ((const char *) text, error);
}

/**
 * mp_vault_get_sealing_key:
 * @self: the vault
 * @key_id: (out): the id that a desktop sends beside what it sealed
 * @public_key: (out): the key to seal to, base64
 * @error: return location
 *
 * Returns: whether it could be read
 */
gboolean
mp_vault_get_sealing_key (MpVault *self, char **key_id, char **public_key, GError **error)
{
  g_autoptr (JsonObject) fact = NULL;
  const char *id;
  const char *key;

  g_return_val_if_fail (MP_IS_VAULT (self) && key_id != NULL && public_key != NULL, FALSE);

  fact = read_fact (self, error);
  if (fact == NULL || (id = mp_json_require_string (fact, MEMBER_ID, error)) == NULL ||
      (key = mp_json_require_string (fact, MEMBER_PUBLIC, error)) == NULL)
    return FALSE;
  *key_id = g_strdup (id);
  *public_key = g_strdup (key);
  return TRUE;
}

/**
 * mp_vault_unseal:
 * @self: the vault
 * @key_id: the id of the key it was sealed to
 * @sealed: a sealed box, base64, from outside
 * @error: return location
 *
 * Fails with %MP_ERROR_NOT_FOUND when the key is retired: the desktop seals again. Fails with
 * %MP_ERROR_INVALID when @sealed is no box for this key or holds no secret.
 *
 * Returns: (transfer full): the secret, to be stored at once
 */
MpSecret *
mp_vault_unseal (MpVault *self, const char *key_id, const char *sealed, GError **error)
{
  g_autoptr (JsonObject) fact = NULL;
  g_autoptr (GBytes) box = NULL;
  g_autoptr (MpKeyBytes) secret_key = NULL;
  unsigned char public_key[crypto_box_PUBLICKEYBYTES];

  g_return_val_if_fail (MP_IS_VAULT (self) && key_id != NULL && sealed != NULL, NULL);

  fact = read_fact (self, error);
  if (fact == NULL)
    return NULL;
  if (!g_str_equal (mp_json_get_string (fact, MEMBER_ID, ""), key_id))
    {
      g_set_error (error, MP_ERROR, MP_ERROR_NOT_FOUND, "That sealing key is retired");
      return NULL;
    }
  box = decode_box (sealed, error);
  if (box == NULL || !decode_public (fact, public_key, error))
    return NULL;
  secret_key = read_secret_key (self, &fact, error);
  return secret_key == NULL ? NULL : open_box (box, public_key, secret_key, error);
}

/**
 * mp_vault_rotate_sealing_key:
 * @self: the vault
 * @error: return location
 *
 * Makes a new sealing pair and forgets the old one. Desktops find out by `key-retired` and seal
 * again. Not inside a transaction.
 *
 * Returns: whether the new pair is in force
 */
gboolean
mp_vault_rotate_sealing_key (MpVault *self, GError **error)
{
  g_autoptr (MpDbTransaction) transaction = NULL;
  g_autoptr (MpVaultKey) key = NULL;

  g_return_val_if_fail (MP_IS_VAULT (self), FALSE);

  transaction = mp_db_begin (self->db, error);
  if (transaction == NULL)
    return FALSE;
  key = mp_vault_dup_current_key (self, error);
  return key != NULL && mp_vault_make_sealing_pair (self, key, error) &&
         mp_db_commit (transaction, error);
}
