/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-session-private.h"

#include "mp-error.h"

#include <glib/gi18n-lib.h>

/* A session that is being made: at a sign-in, or of an earlier one. */
typedef struct
{
  MpServices *services;
  MpProfile *profile;
  MpTenantClient *client;
  MpSecret *token;    /* (nullable): at a sign-in */
  MpTenantInfo *info; /* (nullable): at a sign-in, what the server said */
  MpSession *session; /* (nullable): not yet */
} Opening;

/* A sign-out under way. */
typedef struct
{
  gboolean remove_data;
  GPtrArray *items; /* (element-type utf8): what is cleared from the keyring; the last one first */
} SigningOut;

static void
opening_free (Opening *opening)
{
  g_clear_object (&opening->services);
  g_clear_pointer (&opening->profile, mp_profile_free);
  g_clear_object (&opening->client);
  g_clear_pointer (&opening->token, mp_secret_unref);
  g_clear_object (&opening->info);
  g_clear_object (&opening->session);
  g_free (opening);
}

static void
signing_out_free (SigningOut *signing_out)
{
  g_ptr_array_unref (signing_out->items);
  g_free (signing_out);
}

static MpProfile *
copy_profile (MpProfile *profile)
{
  MpProfile *copy = g_new0 (MpProfile, 1);

  copy->server = g_strdup (profile->server);
  copy->tenant = g_strdup (profile->tenant);
  copy->actor = g_strdup (profile->actor);
  copy->directory = g_strdup (profile->directory);

  return copy;
}

static void
return_session (GTask *task)
{
  Opening *opening = g_task_get_task_data (task);

  g_task_return_pointer (task, g_object_ref (opening->session), g_object_unref);
}

/* A session that failed half way is closed without a word. */
static void
fail_opening (GTask *task, GError *error)
{
  Opening *opening = g_task_get_task_data (task);

  if (opening->session != NULL)
    mp_session_close_async (opening->session, NULL, NULL);
  g_task_return_error (task, error);
}

static void
restored_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;

  return_session (task);
}

/* The rules need to know what was cached of the CRMs before anybody looks at the faults. */
static void
wait_for_metadata (GTask *task)
{
  Opening *opening = g_task_get_task_data (task);
  MpSession *session = opening->session;

  if (session->n_restoring == 0)
    {
      return_session (task);
      g_object_unref (task);
      return;
    }

  session->opening = g_task_new (session, NULL, restored_cb, task);
  g_task_set_source_tag (session->opening, wait_for_metadata);
}

static void
meta_set_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (mp_store_set_meta_finish (MP_STORE (source), result, &error))
    wait_for_metadata (g_steal_pointer (&task));
  else
    fail_opening (task, error);
}

static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Opening *opening = g_task_get_task_data (task);
  MpStore *store = MP_STORE (source);
  GError *error = NULL;
  g_autoptr (MpStoreDelta) delta = mp_store_load_finish (store, result, &error);
  g_autoptr (GHashTable) meta = NULL;

  if (delta == NULL)
    {
      fail_opening (task, error);
      return;
    }

  mp_session_apply_delta (opening->session, delta);
  if (opening->info == NULL)
    {
      wait_for_metadata (g_steal_pointer (&task));
      return;
    }

  meta = mp_tenant_info_to_meta (opening->info);
  if (mp_store_delta_get_meta (delta, MP_META_PINNED_AUDIT_KEY) == NULL)
    g_hash_table_insert (meta, (gpointer) MP_META_PINNED_AUDIT_KEY,
                         g_strdup (mp_tenant_info_get_audit_key (opening->info)));
  mp_store_set_meta_async (store, meta, NULL, meta_set_cb, g_steal_pointer (&task));
}

static void
store_opened_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Opening *opening = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (MpStore) store = mp_store_open_finish (result, &error);

  if (store == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  opening->session =
      mp_session_new (opening->services, copy_profile (opening->profile), opening->client, store);
  mp_store_load_async (store, NULL, loaded_cb, g_steal_pointer (&task));
}

static void
profile_written_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Opening *opening = g_task_get_task_data (task);
  GError *error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      g_task_return_error (task, error);
      return;
    }

  mp_store_open_async (opening->profile->directory, mp_services_get_registry (opening->services),
                       mp_services_get_clock (opening->services), NULL, store_opened_cb,
                       g_steal_pointer (&task));
}

static gboolean
write_profile (Opening *opening, GError **error)
{
  int64_t now = mp_clock_get_now_unix_us (mp_services_get_clock (opening->services));
  g_autoptr (GError) cause = NULL;

  if (opening->info != NULL)
    return mp_profile_write (opening->profile, mp_tenant_info_get_actor (opening->info), now,
                             error);

  if (!mp_profile_exists (opening->profile))
    {
      g_set_error (error, MP_ERROR, MP_ERROR_NOT_FOUND,
                   _ ("You are not signed in to %s at %s on this computer."),
                      opening->profile->tenant, opening->profile->server);
      return FALSE;
    }

  /* That it was used now is worth no refusal on a full disk. */
  if (!mp_profile_touch (opening->profile, now, &cause))
    g_message ("%s", cause->message);
  return TRUE;
}

static void
write_profile_in_thread (GTask *task,
                         gpointer source,
                         gpointer task_data,
                         GCancellable *cancellable)
{
  GError *error = NULL;

  if (write_profile (task_data, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* Nobody else touches the opening until the thread has ended. */
static void
open_profile (GTask *task)
{
  g_autoptr (GTask) writing = g_task_new (NULL, NULL, profile_written_cb, task);

  g_task_set_source_tag (writing, open_profile);
  g_task_set_task_data (writing, g_task_get_task_data (task), NULL);
  g_task_run_in_thread (writing, write_profile_in_thread);
}

static void
token_stored_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (mp_secret_store_store_finish (MP_SECRET_STORE (source), result, &error))
    open_profile (g_steal_pointer (&task));
  else
    g_task_return_error (task, error);
}

static void
identified_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Opening *opening = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  MpSecretName name = { opening->profile->server, opening->profile->tenant, MP_SESSION_TOKEN_ITEM };
  GError *error = NULL;
  g_autofree char *label = NULL;

  opening->info = mp_tenant_client_identify_finish (MP_TENANT_CLIENT (source), result, &error);
  if (opening->info == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  /* Translators: the name of the sign-in token in the keyring; %s is a tenant */
  label = g_strdup_printf (_ ("Member Pulse: sign-in to %s"), opening->profile->tenant);
  mp_secret_store_store_async (mp_services_get_secrets (opening->services), &name, label,
                               opening->token, cancellable, token_stored_cb,
                               g_steal_pointer (&task));
}

/* A task with an opening for data; NULL when the address or name cannot be one: it has failed. */
static GTask *
begin_opening (MpServices *services,
               const char *server,
               const char *tenant,
               gpointer tag,
               GCancellable *cancellable,
               GAsyncReadyCallback callback,
               gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Opening *opening = g_new0 (Opening, 1);
  GError *error = NULL;

  g_task_set_source_tag (task, tag);
  g_task_set_task_data (task, opening, (GDestroyNotify) opening_free);
  opening->services = g_object_ref (services);
  opening->profile = mp_profile_new (mp_services_get_data_dir (services), server, tenant, &error);
  if (opening->profile == NULL)
    {
      g_task_return_error (task, error);
      return NULL;
    }

  opening->client = mp_tenant_client_new (mp_services_get_http (services), opening->profile->server,
                                          opening->profile->tenant);
  return g_steal_pointer (&task);
}

/**
 * mp_session_sign_in_async:
 * @services: what the session works with
 * @server: address of the tenant server
 * @tenant: the tenant's id
 * @token: the token, part "token"
 * @cancellable: (nullable): a #GCancellable
 * @callback: called in the caller's main context
 * @user_data: data for @callback
 *
 * Asks the server who the token is, puts it into the keyring and opens this computer's copy of the
 * tenant's settings. Where anything fails before the keyring has the token, nothing was changed.
 */
void
mp_session_sign_in_async (MpServices *services,
                          const char *server,
                          const char *tenant,
                          MpSecret *token,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  Opening *opening;
  const char *text;

  g_return_if_fail (MP_IS_SERVICES (services));
  g_return_if_fail (server != NULL && tenant != NULL && token != NULL);

  task = begin_opening (services, server, tenant, mp_session_sign_in_async, cancellable, callback,
                        user_data);
  if (task == NULL)
    return;

  text = mp_secret_get (token, MP_TOKEN_PART);
  if (text == NULL || *text == '\0')
    {
      g_task_return_new_error (task, MP_ERROR, MP_ERROR_INVALID, _ ("Enter the sign-in token."));
      return;
    }

  opening = g_task_get_task_data (task);
  opening->token = mp_secret_ref (token);
  mp_tenant_client_identify_async (opening->client, token, TRUE, cancellable, identified_cb,
                                   g_steal_pointer (&task));
}

/**
 * mp_session_sign_in_finish:
 * @result: the result given to the callback
 * @error: return location
 *
 * Fails with %MP_ERROR_INVALID or %MP_ERROR_WRONG_HOST for a bad address, name or token, as
 * #MpTenantClient, #MpSecretStore and #MpStore do.
 *
 * Returns: (transfer full): the session; end it with mp_session_close_async()
 */
MpSession *
mp_session_sign_in_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, mp_session_sign_in_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * mp_session_open_async:
 * @services: what the session works with
 * @server: address of the tenant server
 * @tenant: the tenant's id
 * @cancellable: (nullable): a #GCancellable
 * @callback: called in the caller's main context
 * @user_data: data for @callback
 *
 * Opens this computer's copy of an earlier sign-in, without the server and without the keyring.
 */
void
mp_session_open_async (MpServices *services,
                       const char *server,
                       const char *tenant,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  GTask *task;

  g_return_if_fail (MP_IS_SERVICES (services));
  g_return_if_fail (server != NULL && tenant != NULL);

  task = begin_opening (services, server, tenant, mp_session_open_async, cancellable, callback,
                        user_data);
  if (task != NULL)
    open_profile (task);
}

/**
 * mp_session_open_finish:
 * @result: the result given to the callback
 * @error: return location
 *
 * Fails with %MP_ERROR_NOT_FOUND when there was no sign-in, %MP_ERROR_INVALID or
 * %MP_ERROR_WRONG_HOST for a bad address or name, and as #MpStore does.
 *
 * Returns: (transfer full): the session; end it with mp_session_close_async()
 */
MpSession *
mp_session_open_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, mp_session_open_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
delete_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  GError *error = NULL;

  if (mp_profile_delete (task_data, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
deleted_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (g_task_propagate_boolean (G_TASK (result), &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
closed_for_removal_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  MpSession *self = g_task_get_source_object (task);
  g_autoptr (GTask) deleting = NULL;
  GError *error = NULL;

  if (!mp_store_close_finish (MP_STORE (source), result, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  /* The thread may let go of its task last: it must not be what ends the session. */
  deleting = g_task_new (NULL, NULL, deleted_cb, g_steal_pointer (&task));
  g_task_set_source_tag (deleting, delete_in_thread);
  g_task_set_task_data (deleting, copy_profile (self->profile), (GDestroyNotify) mp_profile_free);
  g_task_run_in_thread (deleting, delete_in_thread);
}

static void
finish_sign_out (GTask *task)
{
  MpSession *self = g_task_get_source_object (task);
  SigningOut *signing_out = g_task_get_task_data (task);
  g_autoptr (MpStore) store = NULL;

  mp_session_set_sync_state (self, MP_SYNC_STATE_SIGNED_OUT, NULL);
  if (!signing_out->remove_data || self->store == NULL)
    {
      g_task_return_boolean (task, TRUE);
      g_object_unref (task);
      return;
    }

  store = g_object_ref (self->store);
  mp_session_forget_store (self);
  mp_store_close_async (store, closed_for_removal_cb, task);
}

static void clear_next (GTask *task);

static void
item_cleared_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  SigningOut *signing_out = g_task_get_task_data (task);
  GError *error = NULL;

  if (!mp_secret_store_clear_finish (MP_SECRET_STORE (source), result, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  g_ptr_array_remove_index (signing_out->items, signing_out->items->len - 1);
  clear_next (g_steal_pointer (&task));
}

static void
clear_next (GTask *task)
{
  MpSession *self = g_task_get_source_object (task);
  SigningOut *signing_out = g_task_get_task_data (task);
  MpSecretName name;

  if (signing_out->items->len == 0)
    {
      finish_sign_out (task);
      return;
    }

  name = mp_session_name_secret (
      self, g_ptr_array_index (signing_out->items, signing_out->items->len - 1));
  mp_secret_store_clear_async (mp_services_get_secrets (self->services), &name, NULL,
                               item_cleared_cb, task);
}

static void
stopped_for_sign_out_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  clear_next (G_TASK (user_data));
}

/**
 * mp_session_sign_out_async:
 * @self: a session
 * @remove_data: also remove this computer's copy of the settings, and the keys
 * @cancellable: (nullable): a #GCancellable
 * @callback: called in the caller's main context
 * @user_data: data for @callback
 *
 * Forgets the token; then nothing syncs any more. With @remove_data, what the server does not have
 * yet is lost.
 */
void
mp_session_sign_out_async (MpSession *self,
                           gboolean remove_data,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  SigningOut *signing_out;
  GHashTableIter iter;
  gpointer id;
  GTask *task;

  g_return_if_fail (MP_IS_SESSION (self));

  task = mp_session_begin (self, 0, mp_session_sign_out_async, cancellable, callback, user_data);
  if (task == NULL)
    return;

  signing_out = g_new0 (SigningOut, 1);
  signing_out->remove_data = remove_data;
  signing_out->items = g_ptr_array_new_with_free_func (g_free);
  g_task_set_task_data (task, signing_out, (GDestroyNotify) signing_out_free);

  g_hash_table_iter_init (&iter, self->credentials_by_id);
  while (remove_data && g_hash_table_iter_next (&iter, &id, NULL))
    if (mp_store_delta_get_key_version (self->latest, id) > 0)
      g_ptr_array_add (signing_out->items, g_strdup (id));
  g_ptr_array_add (signing_out->items, g_strdup (MP_SESSION_TOKEN_ITEM));

  mp_session_stop_async (self, stopped_for_sign_out_cb, task);
}

/**
 * mp_session_sign_out_finish:
 * @self: a session
 * @result: the result given to the callback
 * @error: return location
 *
 * Fails as mp_secret_store_clear_finish() does, and with %MP_ERROR_STORAGE; then it may be tried
 * again.
 *
 * Returns: %TRUE when the token, and what else was asked for, is gone
 */
gboolean
mp_session_sign_out_finish (MpSession *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
store_closed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (mp_store_close_finish (MP_STORE (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
stopped_for_close_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  MpSession *self = g_task_get_source_object (task);
  g_autoptr (MpStore) store = NULL;

  if (self->store == NULL)
    {
      g_task_return_boolean (task, TRUE);
      return;
    }

  store = g_object_ref (self->store);
  mp_session_forget_store (self);
  mp_store_close_async (store, store_closed_cb, g_steal_pointer (&task));
}

/**
 * mp_session_close_async:
 * @self: a session
 * @callback: (nullable): called in the caller's main context
 * @user_data: data for @callback
 *
 * Ends what runs by itself, waits for edits under way and closes the store. The last call; a second
 * one changes nothing.
 */
void
mp_session_close_async (MpSession *self, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task;

  g_return_if_fail (MP_IS_SESSION (self));

  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, mp_session_close_async);
  mp_session_stop_async (self, stopped_for_close_cb, task);
}

/**
 * mp_session_close_finish:
 * @self: a session
 * @result: the result given to the callback
 * @error: return location
 *
 * Fails with %MP_ERROR_STORAGE.
 *
 * Returns: %TRUE when the store is closed
 */
gboolean
mp_session_close_finish (MpSession *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
