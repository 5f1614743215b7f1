/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-secret-calls.h"

#include "mp-error.h"
#include "mp-test-wait.h"

static const MpSecretName name = { "https://mp.example", "demo", "0191-a" };
static const MpSecretName other_tenant = { "https://mp.example", "other", "0191-a" };

gboolean
mp_secret_calls_store (MpSecretStore *store,
                       const MpSecretName *secret_name,
                       const char *label,
                       const char *key,
                       GError **error)
{
  g_autoptr (MpSecret) secret = mp_secret_new ();
  g_autoptr (GAsyncResult) answer = NULL;
  GAsyncResult *result = NULL;

  mp_secret_set (secret, "key", key);
  mp_secret_store_store_async (store, secret_name, label, secret, NULL, mp_test_wait_cb, &result);
  answer = mp_test_wait (&result);

  return mp_secret_store_store_finish (store, answer, error);
}

MpSecret *
mp_secret_calls_lookup (MpSecretStore *store, const MpSecretName *secret_name, GError **error)
{
  g_autoptr (GAsyncResult) answer = NULL;
  GAsyncResult *result = NULL;

  mp_secret_store_lookup_async (store, secret_name, NULL, mp_test_wait_cb, &result);
  answer = mp_test_wait (&result);

  return mp_secret_store_lookup_finish (store, answer, error);
}

gboolean
mp_secret_calls_clear (MpSecretStore *store, const MpSecretName *secret_name, GError **error)
{
  g_autoptr (GAsyncResult) answer = NULL;
  GAsyncResult *result = NULL;

  mp_secret_store_clear_async (store, secret_name, NULL, mp_test_wait_cb, &result);
  answer = mp_test_wait (&result);

  return mp_secret_store_clear_finish (store, answer, error);
}

static void
assert_key (MpSecretStore *store, const MpSecretName *secret_name, const char *key)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MpSecret) secret = mp_secret_calls_lookup (store, secret_name, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (mp_secret_get (secret, "key"), ==, key);
}

static void
assert_none (MpSecretStore *store, const MpSecretName *secret_name)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (mp_secret_calls_lookup (store, secret_name, &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_NOT_FOUND);
}

/* Stores, replaces, keeps names apart, clears once and again. */
void
mp_secret_calls_check_store (MpSecretStore *store)
{
  g_autoptr (GError) error = NULL;

  assert_none (store, &name);

  mp_secret_calls_store (store, &name, "HubSpot", "pat-na1-11111111", &error);
  g_assert_no_error (error);
  assert_key (store, &name, "pat-na1-11111111");
  assert_none (store, &other_tenant);

  mp_secret_calls_store (store, &name, "HubSpot", "pat-na1-“ü\"\\22", &error);
  g_assert_no_error (error);
  assert_key (store, &name, "pat-na1-“ü\"\\22");

  for (int i = 0; i < 2; i++)
    {
      mp_secret_calls_clear (store, &name, &error);
      g_assert_no_error (error);
      assert_none (store, &name);
    }
}

void
mp_secret_calls_check_refusals (MpSecretStore *store)
{
  static const struct
  {
    const char *label;
    const char *key;
  } cases[] = {
    { "HubSpot", "abc\ndef" },
    { "HubSpot", "abc\x01"
                 "def" },
    { "HubSpot", "abc\xc2\x85"
                 "def" },
    { "Hub\nSpot", "abcdef" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("case %zu", i);
      g_assert_false (mp_secret_calls_store (store, &name, cases[i].label, cases[i].key, &error));
      g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
      assert_none (store, &name);
    }
}
