/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-session-private.h"

#include "mp-error.h"
#include "mp-sealing.h"

#include <glib/gi18n-lib.h>

/*
 * This computer's copies of the keys, which the keyring alone holds: opened for one call at a time,
 * sealed again when the server changed its sealing key, cleared when they are revoked.
 */

/* The operations whose secret the server could not open, one after the other. */
typedef struct
{
  GPtrArray *operations; /* (element-type MpOperation) */
  unsigned int next;
} Resealing;

static void
resealing_free (Resealing *resealing)
{
  g_clear_pointer (&resealing->operations, g_ptr_array_unref);
  g_free (resealing);
}

static GError *
new_no_key_error (MpSession *self, const char *credential_id)
{
  MpCredential *credential = mp_session_find_credential (self, credential_id);

  if (credential == NULL || mp_credential_get_revoked (credential))
    return g_error_new_literal (MP_ERROR, MP_ERROR_NOT_FOUND,
                                _ ("This key was removed. Enter another one."));

  return g_error_new (MP_ERROR, MP_ERROR_NOT_FOUND,
                      _ ("The key “%s” is not on this computer. Enter it here again, or work on "
                         "the computer on which it was entered last."),
                         mp_credential_get_label (credential));
}

static void
marker_cleared_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  MpSession *self = g_task_get_source_object (task);

  /* Without the marker cleared, the next try comes here again. */
  if (!mp_store_set_key_finish (MP_STORE (source), result, NULL))
    g_debug ("the marker of a lost key stays");
  g_task_return_error (task, new_no_key_error (self, g_task_get_task_data (task)));
}

static void
key_looked_up_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  MpSession *self = g_task_get_source_object (task);
  const char *credential_id = g_task_get_task_data (task);
  GError *error = NULL;
  MpSecret *secret = mp_secret_store_lookup_finish (MP_SECRET_STORE (source), result, &error);

  if (secret != NULL)
    {
      g_task_return_pointer (task, secret, (GDestroyNotify) mp_secret_unref);
      return;
    }

  if (!g_error_matches (error, MP_ERROR, MP_ERROR_NOT_FOUND) || self->store == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  /* Somebody emptied the keyring: the marker must not promise a key any longer. */
  g_error_free (error);
  mp_store_set_key_async (self->store, credential_id, 0, NULL, marker_cleared_cb,
                          g_steal_pointer (&task));
}

static void
use_recorded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  MpSession *self = g_task_get_source_object (task);
  MpSecretName name = mp_session_name_secret (self, g_task_get_task_data (task));
  GCancellable *cancellable = g_task_get_cancellable (task);
  GError *error = NULL;

  if (!mp_store_record_use_finish (MP_STORE (source), result, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  mp_session_note_edit (self);
  mp_secret_store_lookup_async (mp_services_get_secrets (self->services), &name, cancellable,
                                key_looked_up_cb, g_steal_pointer (&task));
}

/*
 * Opens a stored key for one call. The audit entry that says so is on disk before the keyring is
 * asked; if it cannot be written, the key stays closed.
 */
void
mp_session_open_key_async (MpSession *self,
                           const char *credential_id,
                           const char *purpose,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_autoptr (GTask) task = mp_session_begin (
      self, MP_PERMISSION_CREDENTIALS, mp_session_open_key_async, cancellable, callback, user_data);

  if (task == NULL)
    return;

  if (!mp_session_has_key (self, credential_id))
    {
      g_task_return_error (task, new_no_key_error (self, credential_id));
      return;
    }

  g_task_set_task_data (task, g_strdup (credential_id), g_free);
  mp_store_record_use_async (self->store, credential_id, purpose, cancellable, use_recorded_cb,
                             g_steal_pointer (&task));
}

MpSecret *
mp_session_open_key_finish (MpSession *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void reseal_next (GTask *task);

static void
resealed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (mp_store_reseal_finish (MP_STORE (source), result, &error))
    reseal_next (g_steal_pointer (&task));
  else
    g_task_return_error (task, error);
}

static void
sealed_key_looked_up_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  MpSession *self = g_task_get_source_object (task);
  Resealing *resealing = g_task_get_task_data (task);
  MpOperation *operation = g_ptr_array_index (resealing->operations, resealing->next - 1);
  const char *key_id = mp_store_delta_get_meta (self->latest, MP_META_SEALING_KEY_ID);
  const char *public_key = mp_store_delta_get_meta (self->latest, MP_META_SEALING_PUBLIC_KEY);
  GError *error = NULL;
  g_autoptr (MpSecret) secret =
                 mp_secret_store_lookup_finish (MP_SECRET_STORE (source), result, &error);
  g_autofree char *sealed = NULL;

  if (secret != NULL && key_id != NULL && public_key != NULL)
    sealed = mp_sealing_seal (secret, public_key, &error);

  if (sealed != NULL && self->store != NULL)
    mp_store_reseal_async (self->store, operation, sealed, key_id, NULL, resealed_cb,
                           g_steal_pointer (&task));
  else if (error != NULL && !g_error_matches (error, MP_ERROR, MP_ERROR_NOT_FOUND))
    g_task_return_error (task, error);
  else
    {
      /* Entered on another computer, or lost: it waits until somebody enters it again. */
      g_clear_error (&error);
      reseal_next (g_steal_pointer (&task));
    }
}

static void
reseal_next (GTask *task)
{
  MpSession *self = g_task_get_source_object (task);
  Resealing *resealing = g_task_get_task_data (task);
  MpSecretName name;

  if (self->store == NULL || resealing->next >= resealing->operations->len)
    {
      g_task_return_boolean (task, TRUE);
      g_object_unref (task);
      return;
    }

  name = mp_session_name_secret (
      self, mp_operation_get_target (g_ptr_array_index (resealing->operations, resealing->next)));
  resealing->next++;
  mp_secret_store_lookup_async (mp_services_get_secrets (self->services), &name,
                                g_task_get_cancellable (task), sealed_key_looked_up_cb, task);
}

static void
unsealed_listed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Resealing *resealing = g_task_get_task_data (task);
  GError *error = NULL;

  resealing->operations = mp_store_list_unsealed_finish (MP_STORE (source), result, &error);
  if (resealing->operations != NULL)
    reseal_next (g_steal_pointer (&task));
  else
    g_task_return_error (task, error);
}

/*
 * Seals the waiting secrets to the server's present key. This is no use of a key beside the
 * operation that brings it to the server, which has an audit entry of its own.
 */
void
mp_session_reseal_async (MpSession *self,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  g_autoptr (GTask) task = mp_session_begin (self, 0, mp_session_reseal_async, cancellable,
                                             callback, user_data);

  if (task == NULL)
    return;

  g_task_set_task_data (task, g_new0 (Resealing, 1), (GDestroyNotify) resealing_free);
  mp_store_list_unsealed_async (self->store, cancellable, unsealed_listed_cb,
                                g_steal_pointer (&task));
}

gboolean
mp_session_reseal_finish (MpSession *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
tidied_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!mp_store_set_key_finish (MP_STORE (source), result, &error))
    g_debug ("key marker: %s", error->message);
}

static void
stale_key_cleared_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  MpSession *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;

  /* A locked keyring keeps it until a later sync. */
  if (!mp_secret_store_clear_finish (MP_SECRET_STORE (source), result, &error))
    g_debug ("a revoked key stays in the keyring: %s", error->message);
  else if (self->store != NULL)
    mp_store_set_key_async (self->store, g_task_get_task_data (task), 0, NULL, tidied_cb, NULL);
  g_task_return_boolean (task, TRUE);
}

/* Clears this computer's copy of a key that is no more. */
void
mp_session_clear_key (MpSession *self, const char *credential_id)
{
  MpSecretName name = mp_session_name_secret (self, credential_id);
  GTask *task = g_task_new (self, NULL, NULL, NULL);

  g_task_set_source_tag (task, mp_session_clear_key);
  g_task_set_task_data (task, g_strdup (credential_id), g_free);
  mp_secret_store_clear_async (mp_services_get_secrets (self->services), &name, NULL,
                               stale_key_cleared_cb, task);
}

/* Clears this computer's copies of keys that somebody, somewhere, revoked. */
void
mp_session_tidy_keys (MpSession *self)
{
  GHashTableIter iter;
  gpointer id;
  gpointer credential;

  g_hash_table_iter_init (&iter, self->credentials_by_id);
  while (g_hash_table_iter_next (&iter, &id, &credential))
    if (mp_credential_get_revoked (credential) &&
        mp_store_delta_get_key_version (self->latest, id) > 0)
      mp_session_clear_key (self, id);
}
