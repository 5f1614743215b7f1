/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-keyring.h"

#include "mp-error.h"
#include "mp-secret-calls.h"
#include "mp-test-folder.h"

/* The real keyring code on libsecret's file backend: no daemon, no bus, the person's own keyring
 * is out of reach (the environment is set by meson.build and main). */
static void
test_keeps (void)
{
  g_autoptr (MpSecretStore) store = mp_keyring_new ();

  mp_secret_calls_check_store (store);
}

static void
test_refuses_control_characters (void)
{
  g_autoptr (MpSecretStore) store = mp_keyring_new ();

  mp_secret_calls_check_refusals (store);
}

/* What the file holds is encrypted. */
static void
test_file_has_no_secret (void)
{
  static const MpSecretName name = { "https://mp.example", "demo", "0191-b" };
  g_autoptr (MpSecretStore) store = mp_keyring_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_path_get_dirname (g_getenv ("SECRET_FILE_TEST_PATH"));

  mp_secret_calls_store (store, &name, "HubSpot", "pat-na1-very-secret", &error);

  g_assert_no_error (error);
  g_assert_null (mp_test_folder_find_bytes (folder, "very-secret"));
}

static void
cancelled_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  gboolean *is_done = user_data;
  g_autoptr (GError) error = NULL;

  g_assert_null (mp_secret_store_lookup_finish (MP_SECRET_STORE (source), result, &error));
  g_assert_true (mp_error_is_cancelled (error));
  *is_done = TRUE;
}

static void
test_is_cancelled (void)
{
  static const MpSecretName name = { "https://mp.example", "demo", "0191-c" };
  g_autoptr (MpSecretStore) store = mp_keyring_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  gboolean is_done = FALSE;

  mp_secret_store_lookup_async (store, &name, cancellable, cancelled_cb, &is_done);
  g_cancellable_cancel (cancellable);
  while (!is_done)
    g_main_context_iteration (NULL, TRUE);
}

int
main (int argc, char *argv[])
{
  g_autofree char *folder = mp_test_folder_new ();
  g_autofree char *file = g_build_filename (folder, "keyring", NULL);
  int status;

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_setenv ("SECRET_BACKEND", "file", TRUE);
  g_setenv ("SECRET_FILE_TEST_PATH", file, TRUE);
  g_setenv ("SECRET_FILE_TEST_PASSWORD", "password of the test", TRUE);

  g_test_add_func ("/secrets/keyring/keeps", test_keeps);
  g_test_add_func ("/secrets/keyring/refuses-control-characters", test_refuses_control_characters);
  g_test_add_func ("/secrets/keyring/file-has-no-secret", test_file_has_no_secret);
  g_test_add_func ("/secrets/keyring/is-cancelled", test_is_cancelled);
  status = g_test_run ();

  mp_test_folder_remove (folder);

  return status;
}
