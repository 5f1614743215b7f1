/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-signature.h"

#include <sodium.h>
#include <string.h>

static gboolean
decode (const char *text, unsigned char *bytes, size_t size)
{
  size_t length = 0;

  return sodium_base642bin (bytes, size, text, strlen (text), NULL, &length, NULL,
                            sodium_base64_VARIANT_ORIGINAL) == 0 &&
         length == size;
}

/**
 * mp_signature_is_valid:
 * @text: what is said to be signed
 * @signature: an Ed25519 signature, base64
 * @key: the public key that should have signed, base64
 *
 * Returns: whether the signature is that key's over this text
 */
gboolean
mp_signature_is_valid (const char *text, const char *signature, const char *key)
{
  unsigned char signature_bytes[crypto_sign_BYTES];
  unsigned char key_bytes[crypto_sign_PUBLICKEYBYTES];

  g_return_val_if_fail (text != NULL && signature != NULL && key != NULL, FALSE);

  return sodium_init () >= 0 && decode (signature, signature_bytes, sizeof signature_bytes) &&
         decode (key, key_bytes, sizeof key_bytes) &&
         crypto_sign_verify_detached (signature_bytes, (const unsigned char *) text, strlen (text),
                                      key_bytes) == 0;
}
