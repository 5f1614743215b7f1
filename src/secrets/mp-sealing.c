/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-sealing.h"

#include "mp-error.h"

#include <sodium.h>
#include <string.h>

#include <glib/gi18n-lib.h>

static gboolean
decode_public_key (const char *text, unsigned char key[crypto_box_PUBLICKEYBYTES], GError **error)
{
  size_t length = 0;

  if (sodium_base642bin (key, crypto_box_PUBLICKEYBYTES, text, strlen (text), NULL, &length, NULL,
                         sodium_base64_VARIANT_ORIGINAL) == 0 &&
      length == crypto_box_PUBLICKEYBYTES)
    return TRUE;

  g_set_error_literal (error, MP_ERROR, MP_ERROR_INVALID,
                       _ ("The server's sealing key can't be read."));
  return FALSE;
}

/**
 * mp_sealing_seal:
 * @secret: the secret
 * @public_key: the server's X25519 public key, base64
 * @error: return location
 *
 * Seals @secret so that only the server can open it (crypto_box_seal of libsodium). Not even this
 * program can, so the result may be kept and sent.
 *
 * Fails with %MP_ERROR_INVALID when the key is not one. Any thread.
 *
 * Returns: (transfer full): the sealed text, base64
 */
char *
mp_sealing_seal (MpSecret *secret, const char *public_key, GError **error)
{
  unsigned char key[crypto_box_PUBLICKEYBYTES];
  g_autofree unsigned char *sealed = NULL;
  char *text;
  size_t length;
  int status;

  g_return_val_if_fail (secret != NULL && public_key != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (sodium_init () < 0)
    {
      g_set_error_literal (error, MP_ERROR, MP_ERROR_FAILED, "libsodium cannot be used");
      return NULL;
    }

  if (!decode_public_key (public_key, key, error))
    return NULL;

  text = mp_secret_to_text (secret);
  length = strlen (text);
  sealed = g_malloc (length + crypto_box_SEALBYTES);
  status = crypto_box_seal (sealed, (const unsigned char *) text, length, key);
  mp_secret_wipe_text (text);

  if (status != 0)
    {
      /* A point of low order: whoever sent it, nothing may be sealed to it. */
      g_set_error_literal (error, MP_ERROR, MP_ERROR_INVALID,
                           _ ("The server's sealing key can't be used."));
      return NULL;
    }

  return g_base64_encode (sealed, length + crypto_box_SEALBYTES);
}
