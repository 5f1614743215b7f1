/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-session-private.h"

#include "mp-store-names.h"

static void
kept_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (mp_store_set_meta_finish (MP_STORE (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/**
 * mp_session_get_kept:
 * @self: a session
 * @name: what it is: MP_KEPT_…
 *
 * Returns: (transfer none) (nullable): what this computer keeps of the tenant's work under that
 *   name, until the next change
 */
const char *
mp_session_get_kept (MpSession *self, const char *name)
{
  g_return_val_if_fail (MP_IS_SESSION (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  return self->latest != NULL ? mp_store_delta_get_meta (self->latest, name) : NULL;
}

/**
 * mp_session_keep_async:
 * @self: a session
 * @name: what it is: MP_KEPT_…
 * @text: (nullable): what to keep; %NULL: nothing
 * @callback: called when it is kept
 * @user_data: data for @callback
 *
 * Keeps a text on this computer, beside the tenant's records. It is no part of a record and never
 * goes to the server.
 */
void
mp_session_keep_async (MpSession *self,
                       const char *name,
                       const char *text,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  g_autoptr (GHashTable) values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (MP_IS_SESSION (self));
  g_return_if_fail (g_str_has_prefix (name, MP_META_KEPT_PREFIX));

  task = mp_session_begin (self, 0, mp_session_keep_async, NULL, callback, user_data);
  if (task == NULL)
    return;
  g_hash_table_insert (values, g_strdup (name), g_strdup (text));
  mp_store_set_meta_async (self->store, values, NULL, kept_cb, g_steal_pointer (&task));
}

/**
 * mp_session_keep_finish:
 * @self: a session
 * @result: the result given to the callback
 * @error: return location
 *
 * Fails with %MP_ERROR_FAILED when the session is closed or the store cannot be written.
 *
 * Returns: whether it is kept
 */
gboolean
mp_session_keep_finish (MpSession *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
