/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-keyring.h"

#include "mp-error.h"

#include <string.h>

#include <glib/gi18n-lib.h>
#include <libsecret/secret.h>

/* Longer than any keyring that works takes (facts: 8-19 ms, worst 304 ms), as long as a D-Bus call
 * waits, and long enough to type a password into its prompt. */
#define DEADLINE_SECONDS 25
/* How long libsecret may take to end a cancelled call. */
#define GRACE_MS 500

struct _MpKeyring
{
  GObject parent_instance;
};

/* One call, with the deadline that libsecret does not have. */
typedef struct
{
  GHashTable *attributes;    /* (owned) */
  char *text;                /* (owned) (nullable): what is stored; wiped */
  GCancellable *caller;      /* (owned) (nullable) */
  gulong caller_handler;     /* on caller */
  GCancellable *cancellable; /* (owned): what libsecret gets */
  unsigned int deadline_id;
  gboolean is_over; /* it was answered at the deadline: what libsecret says later is dropped */
} KeyringCall;

static void mp_keyring_secret_store_init (MpSecretStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MpKeyring,
                               mp_keyring,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (MP_TYPE_SECRET_STORE,
                                                      mp_keyring_secret_store_init))

static const SecretSchema schema = {
  "org.memberpulse.Integrations.Secret",
  SECRET_SCHEMA_NONE,
  {
      { "server", SECRET_SCHEMA_ATTRIBUTE_STRING },
      { "tenant", SECRET_SCHEMA_ATTRIBUTE_STRING },
      { "item", SECRET_SCHEMA_ATTRIBUTE_STRING },
      { NULL, 0 },
  },
};

static void
keyring_call_free (KeyringCall *call)
{
  g_clear_handle_id (&call->deadline_id, g_source_remove);
  g_cancellable_disconnect (call->caller, call->caller_handler);
  g_clear_object (&call->caller);
  g_clear_object (&call->cancellable);
  g_clear_pointer (&call->attributes, g_hash_table_unref);
  g_clear_pointer (&call->text, mp_secret_wipe_text);
  g_free (call);
}

static GError *
new_locked_error (void)
{
  return g_error_new_literal (MP_ERROR, MP_ERROR_KEYRING_LOCKED,
                              _ ("The keyring is locked. Unlock it (usually with the password of "
                                 "your login), then try again."));
}

/* libsecret 0.20 may never answer a call whose prompt was cancelled (secret-prompt.c returns its
 * task twice, or with no error), so the answer is given here. GNOME Keyring forgets its session
 * with a client whose prompt was dismissed; the next call opens another. */
static gboolean
deadline_passed_cb (gpointer user_data)
{
  g_autoptr (GTask) task = g_object_ref (user_data);
  KeyringCall *call = g_task_get_task_data (task);

  call->deadline_id = 0;
  call->is_over = TRUE;
  g_cancellable_cancel (call->cancellable);
  secret_service_disconnect ();
  g_clear_pointer (&call->text, mp_secret_wipe_text);
  if (!g_task_return_error_if_cancelled (task))
    g_task_return_error (task, new_locked_error ());
  return G_SOURCE_REMOVE;
}

static void
caller_cancelled_cb (GCancellable *caller, gpointer user_data)
{
  KeyringCall *call = g_task_get_task_data (user_data);

  if (call->is_over)
    return;

  g_clear_handle_id (&call->deadline_id, g_source_remove);
  call->deadline_id = g_timeout_add (GRACE_MS, deadline_passed_cb, user_data);
  g_cancellable_cancel (call->cancellable);
}

static GTask *
start_call (MpSecretStore *store,
            const MpSecretName *name,
            gpointer tag,
            GCancellable *cancellable,
            GAsyncReadyCallback callback,
            gpointer user_data)
{
  GTask *task = g_task_new (store, cancellable, callback, user_data);
  KeyringCall *call = g_new0 (KeyringCall, 1);

  call->attributes = secret_attributes_build (&schema, "server", name->server, "tenant",
                                              name->tenant, "item", name->item, NULL);
  call->cancellable = g_cancellable_new ();
  call->deadline_id = g_timeout_add_seconds (DEADLINE_SECONDS, deadline_passed_cb, task);
  g_task_set_source_tag (task, tag);
  g_task_set_task_data (task, call, (GDestroyNotify) keyring_call_free);
  if (cancellable != NULL)
    {
      call->caller = g_object_ref (cancellable);
      call->caller_handler =
          g_cancellable_connect (cancellable, G_CALLBACK (caller_cancelled_cb), task, NULL);
    }

  return task;
}

static GError *
new_missing_error (void)
{
  return g_error_new_literal (MP_ERROR, MP_ERROR_KEYRING_MISSING,
                              _ ("No keyring is running, so keys can't be kept safely. Install "
                                 "and start GNOME Keyring (package gnome-keyring) or KWallet, "
                                 "then try again."));
}

static gboolean
error_is_locked (const GError *error)
{
  return g_error_matches (error, SECRET_ERROR, SECRET_ERROR_IS_LOCKED) ||
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT) ||
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ||
         g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_TIMEOUT) ||
         g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_TIMED_OUT);
}

/* No bus, nobody who owns the name, a service that cannot be started, a service without any
 * collection, a portal without a keyring behind it. */
static gboolean
error_is_missing (const GError *error)
{
  static const int bus_codes[] = {
    G_DBUS_ERROR_SERVICE_UNKNOWN,
    G_DBUS_ERROR_NAME_HAS_NO_OWNER,
    G_DBUS_ERROR_NO_SERVER,
    G_DBUS_ERROR_NO_REPLY,
    G_DBUS_ERROR_NO_NETWORK,
    G_DBUS_ERROR_DISCONNECTED,
    G_DBUS_ERROR_SPAWN_EXEC_FAILED,
    G_DBUS_ERROR_SPAWN_FORK_FAILED,
    G_DBUS_ERROR_SPAWN_CHILD_EXITED,
    G_DBUS_ERROR_SPAWN_CHILD_SIGNALED,
    G_DBUS_ERROR_SPAWN_FAILED,
    G_DBUS_ERROR_SPAWN_SETUP_FAILED,
    G_DBUS_ERROR_SPAWN_CONFIG_INVALID,
    G_DBUS_ERROR_SPAWN_SERVICE_INVALID,
    G_DBUS_ERROR_SPAWN_SERVICE_NOT_FOUND,
    G_DBUS_ERROR_SPAWN_PERMISSIONS_INVALID,
    G_DBUS_ERROR_SPAWN_FILE_INVALID,
    G_DBUS_ERROR_SPAWN_NO_MEMORY,
  };
  static const int io_codes[] = {
    G_IO_ERROR_NOT_FOUND,   G_IO_ERROR_CONNECTION_REFUSED, G_IO_ERROR_CLOSED,
    G_IO_ERROR_BROKEN_PIPE, G_IO_ERROR_INVALID_ARGUMENT,   G_IO_ERROR_FAILED,
  };

  for (size_t i = 0; i < G_N_ELEMENTS (bus_codes); i++)
    if (g_error_matches (error, G_DBUS_ERROR, bus_codes[i]))
      return TRUE;

  for (size_t i = 0; i < G_N_ELEMENTS (io_codes); i++)
    if (g_error_matches (error, G_IO_ERROR, io_codes[i]))
      return TRUE;

  return g_error_matches (error, SECRET_ERROR, SECRET_ERROR_NO_SUCH_OBJECT);
}

/* Ends the call with what @error, libsecret's, means. */
static void
return_failure (GTask *task, GError *error)
{
  g_autoptr (GError) cause = error;

  if (g_task_return_error_if_cancelled (task))
    return;

  g_debug ("keyring: %s", cause->message);
  if (error_is_locked (cause))
    g_task_return_error (task, new_locked_error ());
  else if (error_is_missing (cause))
    g_task_return_error (task, new_missing_error ());
  else
    g_task_return_new_error (task, MP_ERROR, MP_ERROR_FAILED,
                             _ ("The keyring failed: %s"), cause->message);
}

/* Then libsecret's late answer is dropped. */
static gboolean
is_over (GTask *task)
{
  KeyringCall *call = g_task_get_task_data (task);

  return call->is_over;
}

/* Was nothing found because there is nothing, or because it is locked? A locked item is found, but
 * not given. */
static gboolean
search_says_locked (GTask *task, GAsyncResult *result, gboolean *is_locked)
{
  GError *error = NULL;
  GList *items = secret_password_search_finish (result, &error);

  if (error != NULL)
    {
      return_failure (task, error);
      return FALSE;
    }

  *is_locked = items != NULL;
  g_list_free_full (items, g_object_unref);
  return TRUE;
}

static void
lookup_searched_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  gboolean is_locked;

  if (is_over (task) || !search_says_locked (task, result, &is_locked))
    return;

  if (is_locked)
    g_task_return_error (task, new_locked_error ());
  else
    g_task_return_new_error (task, MP_ERROR, MP_ERROR_NOT_FOUND,
                             _ ("The keyring of this computer does not hold this key."));
}

static void
looked_up_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  KeyringCall *call = g_task_get_task_data (task);
  GError *error = NULL;
  char *text = secret_password_lookup_nonpageable_finish (result, &error);
  MpSecret *secret;

  if (is_over (task))
    {
      g_clear_error (&error);
      secret_password_free (text);
      return;
    }

  if (error != NULL)
    {
      return_failure (task, error);
      return;
    }

  if (text == NULL)
    {
      secret_password_searchv (&schema, call->attributes, SECRET_SEARCH_ALL, call->cancellable,
                               lookup_searched_cb, g_steal_pointer (&task));
      return;
    }

  secret = mp_secret_new_from_text (text, NULL);
  secret_password_free (text);
  if (secret == NULL)
    g_task_return_new_error (task, MP_ERROR, MP_ERROR_INVALID,
                             _ ("The key in the keyring can't be read. Enter it again."));
  else
    g_task_return_pointer (task, secret, (GDestroyNotify) mp_secret_unref);
}

static void
read_back_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  KeyringCall *call = g_task_get_task_data (task);
  GError *error = NULL;
  char *text = secret_password_lookup_nonpageable_finish (result, &error);
  gboolean is_same = g_strcmp0 (text, call->text) == 0;

  secret_password_free (text);
  if (is_over (task))
    g_clear_error (&error);
  else if (error != NULL)
    return_failure (task, error);
  else if (is_same)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_new_error (task, MP_ERROR, MP_ERROR_FAILED,
                             _ ("The keyring did not keep the key. Nothing was saved."));
}

static void
stored_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  KeyringCall *call = g_task_get_task_data (task);
  GError *error = NULL;

  if (is_over (task))
    return;

  if (!secret_password_store_finish (result, &error))
    {
      return_failure (task, error != NULL ? error : new_locked_error ());
      return;
    }

  secret_password_lookupv (&schema, call->attributes, call->cancellable, read_back_cb,
                           g_steal_pointer (&task));
}

static void
clear_searched_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  gboolean is_locked;

  if (is_over (task) || !search_says_locked (task, result, &is_locked))
    return;

  if (is_locked)
    g_task_return_error (task, new_locked_error ());
  else
    g_task_return_boolean (task, TRUE);
}

static void
cleared_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  KeyringCall *call = g_task_get_task_data (task);
  GError *error = NULL;

  if (is_over (task))
    return;

  if (secret_password_clear_finish (result, &error))
    g_task_return_boolean (task, TRUE);
  else if (error != NULL)
    return_failure (task, error);
  else
    secret_password_searchv (&schema, call->attributes, SECRET_SEARCH_ALL, call->cancellable,
                             clear_searched_cb, g_steal_pointer (&task));
}

static void
mp_keyring_store_async (MpSecretStore *store,
                        const MpSecretName *name,
                        const char *label,
                        MpSecret *secret,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  GTask *task = start_call (store, name, mp_keyring_store_async, cancellable, callback, user_data);
  KeyringCall *call = g_task_get_task_data (task);

  call->text = mp_secret_to_text (secret);
  secret_password_storev (&schema, call->attributes, SECRET_COLLECTION_DEFAULT, label, call->text,
                          call->cancellable, stored_cb, task);
}

static gboolean
mp_keyring_store_finish (MpSecretStore *store, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
mp_keyring_lookup_async (MpSecretStore *store,
                         const MpSecretName *name,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  GTask *task = start_call (store, name, mp_keyring_lookup_async, cancellable, callback, user_data);
  KeyringCall *call = g_task_get_task_data (task);

  secret_password_lookupv (&schema, call->attributes, call->cancellable, looked_up_cb, task);
}

static MpSecret *
mp_keyring_lookup_finish (MpSecretStore *store, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
mp_keyring_clear_async (MpSecretStore *store,
                        const MpSecretName *name,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  GTask *task = start_call (store, name, mp_keyring_clear_async, cancellable, callback, user_data);
  KeyringCall *call = g_task_get_task_data (task);

  secret_password_clearv (&schema, call->attributes, call->cancellable, cleared_cb, task);
}

static gboolean
mp_keyring_clear_finish (MpSecretStore *store, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
mp_keyring_secret_store_init (MpSecretStoreInterface *iface)
{
  iface->store_async = mp_keyring_store_async;
  iface->store_finish = mp_keyring_store_finish;
  iface->lookup_async = mp_keyring_lookup_async;
  iface->lookup_finish = mp_keyring_lookup_finish;
  iface->clear_async = mp_keyring_clear_async;
  iface->clear_finish = mp_keyring_clear_finish;
}

static void
mp_keyring_class_init (MpKeyringClass *klass)
{
}

static void
mp_keyring_init (MpKeyring *self)
{
}

/**
 * mp_keyring_new:
 *
 * Only secret_password_* is used: in a sandbox it works through the Secret portal, where the
 * Secret Service itself cannot be reached. Main thread only.
 *
 * Returns: (transfer full): a store of secrets in the person's keyring
 */
MpSecretStore *
mp_keyring_new (void)
{
  return g_object_new (MP_TYPE_KEYRING, NULL);
}
