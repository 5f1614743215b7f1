/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-vault-cipher.h"

#include "mp-error.h"

#include <sodium.h>
#include <string.h>

#define NONCE_SIZE crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_SIZE crypto_aead_xchacha20poly1305_ietf_ABYTES

/* A key's name says which key it is and nothing about its bytes. */
#define ID_SIZE 8
#define ID_CONTEXT "member-pulse master key id"

static char *
derive_id (const MpKeyBytes *key)
{
  unsigned char hash[crypto_generichash_BYTES_MIN];
  char id[2 * ID_SIZE + 1];

  crypto_generichash (hash, sizeof hash, (const unsigned char *) ID_CONTEXT, strlen (ID_CONTEXT),
                      key, MP_KEY_FILE_SIZE);
  sodium_bin2hex (id, sizeof id, hash, ID_SIZE);
  return g_strdup (id);
}

static void
clear_key (void *data)
{
  MpVaultKey *key = data;

  mp_key_bytes_free (key->bytes);
  g_free (key->id);
}

MpVaultKey *
mp_vault_key_read (const char *path, GError **error)
{
  MpKeyBytes *bytes = mp_key_file_read (path, error);
  MpVaultKey *key;

  G_STATIC_ASSERT (crypto_aead_xchacha20poly1305_ietf_KEYBYTES == MP_KEY_FILE_SIZE);
  if (bytes == NULL)
    return NULL;
  key = g_atomic_rc_box_new0 (MpVaultKey);
  key->bytes = bytes;
  key->id = derive_id (bytes);
  return key;
}

MpVaultKey *
mp_vault_key_ref (MpVaultKey *key)
{
  return g_atomic_rc_box_acquire (key);
}

void
mp_vault_key_unref (MpVaultKey *key)
{
  g_atomic_rc_box_release_full (key, clear_key);
}

GBytes *
mp_vault_encrypt (const MpVaultKey *key, const char *context, const void *plain, size_t size)
{
  unsigned char *bytes = g_malloc (NONCE_SIZE + size + TAG_SIZE);

  randombytes_buf (bytes, NONCE_SIZE);
  crypto_aead_xchacha20poly1305_ietf_encrypt (bytes + NONCE_SIZE, NULL, plain, size,
                                              (const unsigned char *) context, strlen (context),
                                              NULL, bytes, key->bytes);
  return g_bytes_new_take (bytes, NONCE_SIZE + size + TAG_SIZE);
}

MpKeyBytes *
mp_vault_decrypt (
    const MpVaultKey *key, const char *context, GBytes *ciphertext, size_t *size, GError **error)
{
  size_t length;
  const unsigned char *bytes = g_bytes_get_data (ciphertext, &length);
  g_autoptr (MpKeyBytes) plain = NULL;

  if (length >= NONCE_SIZE + TAG_SIZE)
    {
      *size = length - NONCE_SIZE - TAG_SIZE;
      plain = mp_key_bytes_new (*size + 1);
      plain[*size] = '\0';
      if (crypto_aead_xchacha20poly1305_ietf_decrypt (
              plain, NULL, NULL, bytes + NONCE_SIZE, length - NONCE_SIZE,
              (const unsigned char *) context, strlen (context), bytes, key->bytes) == 0)
        return g_steal_pointer (&plain);
    }
  g_set_error (error, MP_ERROR, MP_ERROR_INVALID,
               "The ciphertext was changed, or does not belong where it stands");
  return NULL;
}
