/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-sealing.h"

#include "mp-error.h"

#include <sodium.h>
#include <string.h>

static void
test_server_opens_it (void)
{
  unsigned char public_key[crypto_box_PUBLICKEYBYTES];
  unsigned char private_key[crypto_box_SECRETKEYBYTES];
  g_autoptr (MpSecret) secret = mp_secret_new ();
  g_autoptr (MpSecret) opened = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *key = NULL;
  g_autofree char *sealed = NULL;
  g_autofree unsigned char *bytes = NULL;
  g_autofree char *text = NULL;
  size_t length;

  crypto_box_keypair (public_key, private_key);
  key = g_base64_encode (public_key, sizeof public_key);
  mp_secret_set (secret, "client_id", "an id");
  mp_secret_set (secret, "client_secret", "a \"secret\" ü");

  sealed = mp_sealing_seal (secret, key, &error);

  g_assert_no_error (error);
  bytes = g_base64_decode (sealed, &length);
  text = g_malloc0 (length);
  g_assert_cmpint (
      crypto_box_seal_open ((unsigned char *) text, bytes, length, public_key, private_key), ==, 0);
  opened = mp_secret_new_from_text (text, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (mp_secret_get (opened, "client_id"), ==, "an id");
  g_assert_cmpstr (mp_secret_get (opened, "client_secret"), ==, "a \"secret\" ü");
}

/* The same secret sealed twice looks different: nobody sees that two keys are equal. */
static void
test_differs_each_time (void)
{
  unsigned char public_key[crypto_box_PUBLICKEYBYTES];
  unsigned char private_key[crypto_box_SECRETKEYBYTES];
  g_autoptr (MpSecret) secret = mp_secret_new ();
  g_autofree char *key = NULL;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;

  crypto_box_keypair (public_key, private_key);
  key = g_base64_encode (public_key, sizeof public_key);
  mp_secret_set (secret, "key", "abc");

  first = mp_sealing_seal (secret, key, NULL);
  second = mp_sealing_seal (secret, key, NULL);

  g_assert_nonnull (first);
  g_assert_cmpstr (first, !=, second);
}

static void
test_refuses_bad_keys (void)
{
  static const char *const keys[] = {
    "",
    "abc",
    "not base64 at all!",
    "AAAA",
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", /* a point of low order */
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
  };
  g_autoptr (MpSecret) secret = mp_secret_new ();

  mp_secret_set (secret, "key", "abc");

  for (size_t i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", keys[i]);
      g_assert_null (mp_sealing_seal (secret, keys[i], &error));
      g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_assert_cmpint (sodium_init (), >=, 0);

  g_test_add_func ("/secrets/sealing/server-opens-it", test_server_opens_it);
  g_test_add_func ("/secrets/sealing/differs-each-time", test_differs_each_time);
  g_test_add_func ("/secrets/sealing/refuses-bad-keys", test_refuses_bad_keys);

  return g_test_run ();
}
