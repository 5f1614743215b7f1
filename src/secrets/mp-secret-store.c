/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-secret-store.h"

#include "mp-error.h"

#include <glib/gi18n-lib.h>

/*
 * The wrappers hold what is true for every implementation, so that the double of the tests refuses
 * what the keyring refuses.
 */
G_DEFINE_INTERFACE (MpSecretStore, mp_secret_store, G_TYPE_OBJECT)

static void
mp_secret_store_default_init (MpSecretStoreInterface *iface)
{
}

static gboolean
has_control_character (const char *text)
{
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    if (g_unichar_iscntrl (g_utf8_get_char (at)))
      return TRUE;

  return FALSE;
}

/* gnome-keyring 50 writes text secrets unescaped into keyrings without a password: one line end
 * destroys the whole collection at its next start (omacom/omarchy#5105, read 2026). */
static gboolean
secret_may_be_stored (MpSecret *secret, const char *label)
{
  if (!g_utf8_validate (label, -1, NULL) || has_control_character (label))
    return FALSE;

  for (unsigned int i = 0; i < mp_secret_get_size (secret); i++)
    {
      const char *part = mp_secret_get_part (secret, i);
      const char *value = mp_secret_get (secret, part);

      if (has_control_character (part) || !g_utf8_validate (value, -1, NULL) ||
          has_control_character (value))
        return FALSE;
    }

  return TRUE;
}

/**
 * mp_secret_store_store_async:
 * @self: a secret store
 * @name: what the secret is called; copied
 * @label: what a person sees in a keyring's program
 * @secret: the secret
 * @cancellable: (nullable): a #GCancellable
 * @callback: called in the caller's main context
 * @user_data: data for @callback
 *
 * Stores @secret in place of what had the name, and reads it back.
 */
void
mp_secret_store_store_async (MpSecretStore *self,
                             const MpSecretName *name,
                             const char *label,
                             MpSecret *secret,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_return_if_fail (MP_IS_SECRET_STORE (self));
  g_return_if_fail (name != NULL && label != NULL && secret != NULL);

  if (!secret_may_be_stored (secret, label))
    {
      g_task_report_new_error (self, callback, user_data, mp_secret_store_store_async, MP_ERROR,
                               MP_ERROR_INVALID,
                               _ ("A key can't contain line ends or other control characters."));
      return;
    }

  MP_SECRET_STORE_GET_IFACE (self)->store_async (self, name, label, secret, cancellable, callback,
                                                 user_data);
}

/**
 * mp_secret_store_store_finish:
 * @self: a secret store
 * @result: the result given to the callback
 * @error: return location
 *
 * Fails with %MP_ERROR_INVALID for a secret with control characters, %MP_ERROR_KEYRING_LOCKED,
 * %MP_ERROR_KEYRING_MISSING, %MP_ERROR_FAILED when the keyring did not give back what it was given,
 * %G_IO_ERROR_CANCELLED.
 *
 * Returns: %TRUE when the secret is stored
 */
gboolean
mp_secret_store_store_finish (MpSecretStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (MP_IS_SECRET_STORE (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (g_async_result_is_tagged (result, mp_secret_store_store_async))
    return g_task_propagate_boolean (G_TASK (result), error);

  return MP_SECRET_STORE_GET_IFACE (self)->store_finish (self, result, error);
}

/**
 * mp_secret_store_lookup_async:
 * @self: a secret store
 * @name: what the secret is called; copied
 * @cancellable: (nullable): a #GCancellable
 * @callback: called in the caller's main context
 * @user_data: data for @callback
 *
 * Reads a secret. A locked keyring may ask the person for its password meanwhile.
 */
void
mp_secret_store_lookup_async (MpSecretStore *self,
                              const MpSecretName *name,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_return_if_fail (MP_IS_SECRET_STORE (self));
  g_return_if_fail (name != NULL);

  MP_SECRET_STORE_GET_IFACE (self)->lookup_async (self, name, cancellable, callback, user_data);
}

/**
 * mp_secret_store_lookup_finish:
 * @self: a secret store
 * @result: the result given to the callback
 * @error: return location
 *
 * Fails with %MP_ERROR_NOT_FOUND when there is no such secret, %MP_ERROR_INVALID when it cannot be
 * read as one, %MP_ERROR_KEYRING_LOCKED, %MP_ERROR_KEYRING_MISSING, %G_IO_ERROR_CANCELLED.
 *
 * Returns: (transfer full): the secret
 */
MpSecret *
mp_secret_store_lookup_finish (MpSecretStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (MP_IS_SECRET_STORE (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return MP_SECRET_STORE_GET_IFACE (self)->lookup_finish (self, result, error);
}

/**
 * mp_secret_store_clear_async:
 * @self: a secret store
 * @name: what the secret is called; copied
 * @cancellable: (nullable): a #GCancellable
 * @callback: called in the caller's main context
 * @user_data: data for @callback
 *
 * Removes a secret.
 */
void
mp_secret_store_clear_async (MpSecretStore *self,
                             const MpSecretName *name,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_return_if_fail (MP_IS_SECRET_STORE (self));
  g_return_if_fail (name != NULL);

  MP_SECRET_STORE_GET_IFACE (self)->clear_async (self, name, cancellable, callback, user_data);
}

/**
 * mp_secret_store_clear_finish:
 * @self: a secret store
 * @result: the result given to the callback
 * @error: return location
 *
 * Fails with %MP_ERROR_KEYRING_LOCKED, %MP_ERROR_KEYRING_MISSING, %G_IO_ERROR_CANCELLED.
 *
 * Returns: %TRUE when there is no such secret any more, or never was
 */
gboolean
mp_secret_store_clear_finish (MpSecretStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (MP_IS_SECRET_STORE (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return MP_SECRET_STORE_GET_IFACE (self)->clear_finish (self, result, error);
}
