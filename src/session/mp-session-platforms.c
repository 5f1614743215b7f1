/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-session-private.h"

#include "mp-error.h"

#include <glib/gi18n-lib.h>

/* A test of a key: of one that was typed, or of a stored one, which is opened for it. */
typedef struct
{
  MpPlatform *platform;
  JsonObject *connection; /* (nullable) */
} Test;

static void
test_free (Test *test)
{
  g_object_unref (test->platform);
  g_clear_pointer (&test->connection, json_object_unref);
  g_free (test);
}

static void
tested_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  MpTestResult *answer = mp_platform_test_finish (MP_PLATFORM (source), result, &error);

  if (answer != NULL)
    g_task_return_pointer (task, answer, g_object_unref);
  else
    g_task_return_error (task, error);
}

static void
ask (GTask *task, MpSecret *secret)
{
  Test *test = g_task_get_task_data (task);

  mp_platform_test_async (test->platform, secret, test->connection, g_task_get_cancellable (task),
                          tested_cb, task);
}

static void
key_opened_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (MpSecret) secret = mp_session_open_key_finish (MP_SESSION (source), result, &error);

  if (secret != NULL)
    ask (g_steal_pointer (&task), secret);
  else
    g_task_return_error (task, error);
}

/* Sets what is to be tested; FALSE with the task failed. */
static gboolean
set_test (MpSession *self, GTask *task, const char *platform_id, JsonObject *connection)
{
  MpPlatform *platform =
      mp_platforms_find (mp_services_get_platforms (self->services), platform_id);
  Test *test;

  if (platform == NULL)
    {
      g_task_return_new_error (task, MP_ERROR, MP_ERROR_NOT_FOUND,
                               _ ("This program does not know the platform “%s”."), platform_id);
      return FALSE;
    }

  test = g_new0 (Test, 1);
  test->platform = g_object_ref (platform);
  test->connection = connection != NULL ? json_object_ref (connection) : NULL;
  g_task_set_task_data (task, test, (GDestroyNotify) test_free);

  return TRUE;
}

/**
 * mp_session_test_secret_async:
 * @self: a session
 * @platform: a platform's id
 * @connection: (nullable): the connection's settings
 * @secret: a key as it was typed
 * @cancellable: (nullable): a #GCancellable
 * @callback: called in the caller's main context
 * @user_data: data for @callback
 *
 * Asks the platform what it thinks of a key that is not stored.
 */
void
mp_session_test_secret_async (MpSession *self,
                              const char *platform,
                              JsonObject *connection,
                              MpSecret *secret,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (MP_IS_SESSION (self));
  g_return_if_fail (platform != NULL && secret != NULL);

  task = mp_session_begin (self, MP_PERMISSION_CREDENTIALS, mp_session_test_secret_async,
                           cancellable, callback, user_data);
  if (task != NULL && set_test (self, task, platform, connection))
    ask (g_steal_pointer (&task), secret);
}

/**
 * mp_session_test_secret_finish:
 * @self: a session
 * @result: the result given to the callback
 * @error: return location
 *
 * Fails with %MP_ERROR_FORBIDDEN, %MP_ERROR_NOT_FOUND for an unknown platform, and as #MpPlatform
 * does.
 *
 * Returns: (transfer full): what the platform said; also that it refused the key
 */
MpTestResult *
mp_session_test_secret_finish (MpSession *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * mp_session_test_credential_async:
 * @self: a session
 * @credential_id: a credential's id
 * @connection: (nullable): the connection's settings
 * @cancellable: (nullable): a #GCancellable
 * @callback: called in the caller's main context
 * @user_data: data for @callback
 *
 * Asks the platform what it thinks of a stored key, whose opening is an audit entry committed
 * before.
 */
void
mp_session_test_credential_async (MpSession *self,
                                  const char *credential_id,
                                  JsonObject *connection,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  MpCredential *credential;

  g_return_if_fail (MP_IS_SESSION (self));
  g_return_if_fail (credential_id != NULL);

  task = mp_session_begin (self, MP_PERMISSION_CREDENTIALS, mp_session_test_credential_async,
                           cancellable, callback, user_data);
  if (task == NULL)
    return;

  credential = mp_session_find_credential (self, credential_id);
  if (credential == NULL)
    g_task_return_new_error (task, MP_ERROR, MP_ERROR_NOT_FOUND,
                             _ ("This key does not exist any more."));
  else if (set_test (self, task, mp_credential_get_platform (credential), connection))
    mp_session_open_key_async (self, credential_id, "test", cancellable, key_opened_cb,
                               g_steal_pointer (&task));
}

/**
 * mp_session_test_credential_finish:
 * @self: a session
 * @result: the result given to the callback
 * @error: return location
 *
 * Fails with %MP_ERROR_FORBIDDEN, %MP_ERROR_NOT_FOUND when there is no such key on this computer,
 * as #MpSecretStore does, and as #MpPlatform does.
 *
 * Returns: (transfer full): what the platform said; also that it refused the key
 */
MpTestResult *
mp_session_test_credential_finish (MpSession *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
