/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-memory-secrets.h"
#include "mp-secret-calls.h"

typedef struct
{
  MpMemorySecrets *memory;
  MpSecretStore *store; /* the same */
} Fixture;

static const MpSecretName name = { "https://mp.example", "demo", "0191-a" };

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->memory = mp_memory_secrets_new ();
  fixture->store = MP_SECRET_STORE (fixture->memory);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_assert_finalize_object (fixture->memory);
}

static void
test_keeps (Fixture *fixture, gconstpointer data)
{
  mp_secret_calls_check_store (fixture->store);
}

/* A line end in a keyring without password destroys it: it must not even reach the store. */
static void
test_refuses_control_characters (Fixture *fixture, gconstpointer data)
{
  mp_secret_calls_check_refusals (fixture->store);
  g_assert_cmpuint (mp_memory_secrets_get_size (fixture->memory), ==, 0);
}

static void
test_fails_as_told (Fixture *fixture, gconstpointer data)
{
  static const MpError codes[] = { MP_ERROR_KEYRING_LOCKED, MP_ERROR_KEYRING_MISSING };

  for (size_t i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      g_autoptr (GError) store_error = NULL;
      g_autoptr (GError) lookup_error = NULL;
      g_autoptr (GError) clear_error = NULL;

      mp_memory_secrets_fail_with (fixture->memory, codes[i]);

      g_assert_false (mp_secret_calls_store (fixture->store, &name, "Key", "abc", &store_error));
      g_assert_error (store_error, MP_ERROR, (int) codes[i]);
      g_assert_null (mp_secret_calls_lookup (fixture->store, &name, &lookup_error));
      g_assert_error (lookup_error, MP_ERROR, (int) codes[i]);
      g_assert_false (mp_secret_calls_clear (fixture->store, &name, &clear_error));
      g_assert_error (clear_error, MP_ERROR, (int) codes[i]);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add ("/secrets/memory/keeps", Fixture, NULL, set_up, test_keeps, tear_down);
  g_test_add ("/secrets/memory/refuses-control-characters", Fixture, NULL, set_up,
              test_refuses_control_characters, tear_down);
  g_test_add ("/secrets/memory/fails-as-told", Fixture, NULL, set_up, test_fails_as_told,
              tear_down);

  return g_test_run ();
}
