/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-keyring.h"

#include "mp-error.h"
#include "mp-secret-calls.h"
#include "mp-test-folder.h"

#include <string.h>

#define SERVICE "org.freedesktop.secrets"
#define SERVICE_PATH "/org/freedesktop/secrets"
#define SERVICE_INTERFACE "org.freedesktop.Secret.Service"
#define LOGIN_COLLECTION "/org/freedesktop/secrets/collection/login"

/* The private bus of bus.conf, and on it a real gnome-keyring in empty folders. */
typedef struct
{
  GSubprocess *daemon; /* (owned) (nullable) */
  char *folder;
  MpSecretStore *store;
} Fixture;

static const MpSecretName name = { "https://mp.example", "demo", "0191-a" };

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = mp_test_folder_new ();
  fixture->store = mp_keyring_new ();
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_assert_finalize_object (fixture->store);
  if (fixture->daemon != NULL)
    {
      g_subprocess_force_exit (fixture->daemon);
      g_subprocess_wait (fixture->daemon, NULL, NULL);
      g_object_unref (fixture->daemon);
    }
  mp_test_folder_remove (fixture->folder);
  g_free (fixture->folder);
}

static gboolean
service_is_there (GDBusConnection *connection)
{
  g_autoptr (GVariant) answer = g_dbus_connection_call_sync (
      connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
      "NameHasOwner", g_variant_new ("(s)", SERVICE), G_VARIANT_TYPE ("(b)"),
      G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);
  gboolean is_there = FALSE;

  g_assert_nonnull (answer);
  g_variant_get (answer, "(b)", &is_there);

  return is_there;
}

static void
start_daemon (Fixture *fixture)
{
  static const char *const arguments[] = { "gnome-keyring-daemon", "--unlock", "--foreground",
                                           "--components=secrets", NULL };
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_SILENCE |
      G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autoptr (GDBusConnection) connection = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, NULL);
  g_autoptr (GError) error = NULL;
  GOutputStream *input;

  g_subprocess_launcher_setenv (launcher, "HOME", fixture->folder, TRUE);
  g_subprocess_launcher_setenv (launcher, "XDG_DATA_HOME", fixture->folder, TRUE);
  g_subprocess_launcher_setenv (launcher, "XDG_RUNTIME_DIR", fixture->folder, TRUE);
  g_subprocess_launcher_unsetenv (launcher, "DISPLAY");
  /* Its warnings are not ours. */
  g_subprocess_launcher_unsetenv (launcher, "G_DEBUG");
  fixture->daemon = g_subprocess_launcher_spawnv (launcher, arguments, &error);
  g_assert_no_error (error);

  input = g_subprocess_get_stdin_pipe (fixture->daemon);
  g_output_stream_write_all (input, "test", strlen ("test"), NULL, NULL, &error);
  g_assert_no_error (error);
  g_output_stream_close (input, NULL, NULL);

  while (!service_is_there (connection))
    g_usleep (10000);
}

static void
lock_collection (void)
{
  static const char *const collections[] = { LOGIN_COLLECTION, NULL };
  g_autoptr (GDBusConnection) connection = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = g_dbus_connection_call_sync (
      connection, SERVICE, SERVICE_PATH, SERVICE_INTERFACE, "Lock",
      g_variant_new ("(^ao)", collections), NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);

  g_assert_no_error (error);
}

static void
test_unlocked (Fixture *fixture, gconstpointer data)
{
  start_daemon (fixture);

  mp_secret_calls_check_store (fixture->store);
  mp_secret_calls_check_refusals (fixture->store);
}

/* A locked keyring whose prompt nobody can answer says so; it is never "there is no key". */
static void
test_locked (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) lookup_error = NULL;
  g_autoptr (GError) store_error = NULL;
  g_autoptr (GError) clear_error = NULL;

  start_daemon (fixture);
  mp_secret_calls_store (fixture->store, &name, "HubSpot", "pat-na1-11111111", &error);
  g_assert_no_error (error);

  lock_collection ();

  g_assert_null (mp_secret_calls_lookup (fixture->store, &name, &lookup_error));
  g_assert_error (lookup_error, MP_ERROR, MP_ERROR_KEYRING_LOCKED);
  g_assert_false (
      mp_secret_calls_store (fixture->store, &name, "HubSpot", "pat-na1-22222222", &store_error));
  g_assert_error (store_error, MP_ERROR, MP_ERROR_KEYRING_LOCKED);
  g_assert_false (mp_secret_calls_clear (fixture->store, &name, &clear_error));
  g_assert_error (clear_error, MP_ERROR, MP_ERROR_KEYRING_LOCKED);
}

static void
test_missing (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) lookup_error = NULL;
  g_autoptr (GError) store_error = NULL;
  g_autoptr (GError) clear_error = NULL;

  g_assert_null (mp_secret_calls_lookup (fixture->store, &name, &lookup_error));
  g_assert_error (lookup_error, MP_ERROR, MP_ERROR_KEYRING_MISSING);
  g_assert_false (
      mp_secret_calls_store (fixture->store, &name, "HubSpot", "pat-na1-22222222", &store_error));
  g_assert_error (store_error, MP_ERROR, MP_ERROR_KEYRING_MISSING);
  g_assert_false (mp_secret_calls_clear (fixture->store, &name, &clear_error));
  g_assert_error (clear_error, MP_ERROR, MP_ERROR_KEYRING_MISSING);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add ("/secrets/keyring-daemon/missing", Fixture, NULL, set_up, test_missing, tear_down);
  g_test_add ("/secrets/keyring-daemon/unlocked", Fixture, NULL, set_up, test_unlocked, tear_down);
  g_test_add ("/secrets/keyring-daemon/locked", Fixture, NULL, set_up, test_locked, tear_down);

  return g_test_run ();
}
