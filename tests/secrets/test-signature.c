/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-signature.h"

#include <sodium.h>
#include <string.h>

#define TEXT "member-pulse/demo\n1\nab\n"

/* Another text, another key, or what is no signature at all, is not signed. */
static void
test_signature (void)
{
  unsigned char public_key[crypto_sign_PUBLICKEYBYTES];
  unsigned char secret_key[crypto_sign_SECRETKEYBYTES];
  unsigned char bytes[crypto_sign_BYTES];
  g_autofree char *key = NULL;
  g_autofree char *signature = NULL;
  g_autofree char *other_key = NULL;

  g_assert_cmpint (sodium_init (), >=, 0);
  crypto_sign_keypair (public_key, secret_key);
  crypto_sign_detached (bytes, NULL, (const unsigned char *) TEXT, strlen (TEXT), secret_key);
  key = g_base64_encode (public_key, sizeof public_key);
  signature = g_base64_encode (bytes, sizeof bytes);
  crypto_sign_keypair (public_key, secret_key);
  other_key = g_base64_encode (public_key, sizeof public_key);

  g_assert_true (mp_signature_is_valid (TEXT, signature, key));
  g_assert_false (mp_signature_is_valid (TEXT " ", signature, key));
  g_assert_false (mp_signature_is_valid (TEXT, signature, other_key));
  g_assert_false (mp_signature_is_valid (TEXT, key, key));
  g_assert_false (mp_signature_is_valid (TEXT, "", key));
  g_assert_false (mp_signature_is_valid (TEXT, signature, ""));
  g_assert_false (mp_signature_is_valid (TEXT, signature, signature));
  g_assert_false (mp_signature_is_valid (TEXT, "no base64!", key));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/secrets/signature/is-valid", test_signature);
  return g_test_run ();
}
