/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-session-private.h"

#include "mp-error.h"
#include "mp-sealing.h"

#include <string.h>

#include <glib/gi18n-lib.h>

/* A shorter secret would be half shown by its last four characters. */
#define HINT_MIN_CHARACTERS 12
#define HINT_CHARACTERS 4

/* A change of a credential on its way: sealed, then into the keyring, then into the store. */
typedef struct
{
  MpCredential *credential; /* as it will be shown */
  MpAction action;
  JsonObject *payload;
  GError *failure; /* (nullable): of the store, while the keyring is cleaned up */
} Change;

static void
change_free (Change *change)
{
  g_clear_object (&change->credential);
  g_clear_pointer (&change->payload, json_object_unref);
  g_clear_error (&change->failure);
  g_free (change);
}

static MpPlatformSpec *
find_spec (MpSession *self, const char *id, GError **error)
{
  MpPlatform *platform = mp_platforms_find (mp_services_get_platforms (self->services), id);

  if (platform != NULL)
    return mp_platform_get_spec (platform);

  g_set_error (error, MP_ERROR, MP_ERROR_INVALID,
               _ ("This program does not know the platform “%s”."), id);
  return NULL;
}

static gboolean
check_parts (MpPlatformSpec *spec, MpSecret *secret, GError **error)
{
  for (unsigned int i = 0; i < mp_platform_spec_get_n_parts (spec); i++)
    {
      const MpPartSpec *part = mp_platform_spec_get_part (spec, i);
      g_autofree char *fault = mp_part_spec_dup_fault (part, mp_secret_get (secret, part->id));

      if (fault != NULL)
        {
          g_set_error (error, MP_ERROR, MP_ERROR_INVALID, "%s: %s", part->label, fault);
          return FALSE;
        }
    }

  return TRUE;
}

/* (nullable): the last characters of the first part that is secret */
static char *
dup_hint (MpPlatformSpec *spec, MpSecret *secret)
{
  for (unsigned int i = 0; i < mp_platform_spec_get_n_parts (spec); i++)
    {
      const MpPartSpec *part = mp_platform_spec_get_part (spec, i);
      const char *value = mp_secret_get (secret, part->id);
      long length;

      if (!part->secret || value == NULL)
        continue;

      length = g_utf8_strlen (value, -1);
      if (length < HINT_MIN_CHARACTERS)
        return NULL;

      return g_strdup (g_utf8_offset_to_pointer (value, length - HINT_CHARACTERS));
    }

  return NULL;
}

static void
set_text (JsonObject *object, const char *name, const char *value)
{
  if (value != NULL)
    json_object_set_string_member (object, name, value);
}

static gboolean
add_sealed (MpSession *self, JsonObject *payload, MpSecret *secret, GError **error)
{
  const char *key_id = mp_store_delta_get_meta (self->latest, MP_META_SEALING_KEY_ID);
  const char *public_key = mp_store_delta_get_meta (self->latest, MP_META_SEALING_PUBLIC_KEY);
  g_autofree char *sealed = NULL;

  if (key_id == NULL || public_key == NULL)
    {
      g_set_error_literal (error, MP_ERROR, MP_ERROR_FAILED,
                           _ ("The server's sealing key is not known yet. Sync once, then try "
                              "again."));
      return FALSE;
    }

  sealed = mp_sealing_seal (secret, public_key, error);
  if (sealed == NULL)
    return FALSE;

  json_object_set_string_member (payload, "sealed", sealed);
  json_object_set_string_member (payload, "key_id", key_id);
  return TRUE;
}

static char *
dup_keyring_label (MpSession *self, MpPlatformSpec *spec, const char *label)
{
  /* Translators: the name of a key in the keyring: platform, the person's name for it, tenant */
  return g_strdup_printf (_ ("Member Pulse: %s key “%s” of %s"), mp_platform_spec_get_label (spec),
                             label, self->profile->tenant);
}

static void
key_taken_back_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Change *change = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  if (!mp_secret_store_clear_finish (MP_SECRET_STORE (source), result, &error))
    g_message ("a key that was not saved stays in the keyring: %s", error->message);
  g_task_return_error (task, g_steal_pointer (&change->failure));
}

static void
key_cleared_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  MpSession *self = g_task_get_source_object (task);
  Change *change = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  /* Revoked it is; what a locked keyring still has is cleared after a later sync. */
  if (!mp_secret_store_clear_finish (MP_SECRET_STORE (source), result, &error))
    {
      g_debug ("a revoked key stays in the keyring: %s", error->message);
      g_task_return_boolean (task, TRUE);
      return;
    }

  if (self->store != NULL)
    mp_store_set_key_async (self->store, mp_credential_get_id (change->credential), 0, NULL, NULL,
                            NULL);
  g_task_return_boolean (task, TRUE);
}

static void
put_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  MpSession *self = g_task_get_source_object (task);
  MpSecretStore *secrets = mp_services_get_secrets (self->services);
  Change *change = g_task_get_task_data (task);
  const char *id = mp_credential_get_id (change->credential);
  MpSecretName name = mp_session_name_secret (self, id);
  GError *error = NULL;

  if (!mp_store_put_credential_finish (MP_STORE (source), result, &error))
    {
      change->failure = error;
      /* A new key that nothing refers to must not stay behind. */
      if (change->action == MP_ACTION_ADD)
        mp_secret_store_clear_async (secrets, &name, NULL, key_taken_back_cb,
                                     g_steal_pointer (&task));
      else
        g_task_return_error (task, g_steal_pointer (&change->failure));
      return;
    }

  mp_session_note_edit (self);
  if (change->action == MP_ACTION_REVOKE)
    mp_secret_store_clear_async (secrets, &name, NULL, key_cleared_cb, g_steal_pointer (&task));
  else
    g_task_return_boolean (task, TRUE);
}

static void
put_credential (GTask *task, MpKeyChange key)
{
  MpSession *self = g_task_get_source_object (task);
  Change *change = g_task_get_task_data (task);

  if (self->store == NULL)
    {
      g_task_return_new_error (task, MP_ERROR, MP_ERROR_FAILED, _ ("This tenant was closed."));
      g_object_unref (task);
      return;
    }

  mp_store_put_credential_async (self->store, change->credential, change->action, change->payload,
                                 key, NULL, put_cb, task);
}

static void
key_stored_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (mp_secret_store_store_finish (MP_SECRET_STORE (source), result, &error))
    put_credential (g_steal_pointer (&task), MP_KEY_KEPT);
  else
    g_task_return_error (task, error);
}

/* The keyring first: what fails there has changed nothing yet. */
static void
store_key (GTask *task, MpPlatformSpec *spec, MpSecret *secret)
{
  MpSession *self = g_task_get_source_object (task);
  Change *change = g_task_get_task_data (task);
  MpSecretName name = mp_session_name_secret (self, mp_credential_get_id (change->credential));
  g_autofree char *label =
      dup_keyring_label (self, spec, mp_credential_get_label (change->credential));

  mp_secret_store_store_async (mp_services_get_secrets (self->services), &name, label, secret,
                               g_task_get_cancellable (task), key_stored_cb, task);
}

static Change *
set_change (GTask *task, const MpCredentialInit *init, MpAction action, JsonObject *payload)
{
  Change *change = g_new0 (Change, 1);

  change->credential = mp_credential_new (init);
  change->action = action;
  change->payload = payload;
  g_task_set_task_data (task, change, (GDestroyNotify) change_free);

  return change;
}

static MpStamp
get_stamp (MpSession *self)
{
  return (MpStamp){ mp_clock_get_now_unix_us (mp_services_get_clock (self->services)),
                    mp_session_get_actor (self) };
}

/* (nullable): the credential to change, or NULL with the task failed */
static MpCredential *
find_living (MpSession *self, GTask *task, const char *id)
{
  MpCredential *credential = mp_session_find_credential (self, id);

  if (credential != NULL && !mp_credential_get_revoked (credential))
    return credential;

  g_task_return_new_error (task, MP_ERROR, MP_ERROR_NOT_FOUND,
                           _ ("This key does not exist any more."));
  return NULL;
}

/* (nullable): a label without blanks around it, or NULL with the task failed */
static char *
dup_label (GTask *task, const char *label)
{
  g_autofree char *trimmed = g_strstrip (g_strdup (label));

  if (mp_credential_label_is_valid (trimmed))
    return g_steal_pointer (&trimmed);

  g_task_return_new_error (task, MP_ERROR, MP_ERROR_INVALID,
                           *trimmed == '\0' ? _ ("Enter a name for the key.")
                                            : _ ("Enter a shorter name for the key, on one line."));
  return NULL;
}

/**
 * mp_session_add_credential_async:
 * @self: a session
 * @credential: what it is; copied
 * @secret: the key
 * @cancellable: (nullable): a #GCancellable
 * @callback: called in the caller's main context
 * @user_data: data for @callback
 *
 * Keeps a new key: in the keyring, then, sealed for the server, in the outbox together with what
 * may be known of it. Nothing is kept when the keyring does not take it.
 */
void
mp_session_add_credential_async (MpSession *self,
                                 const MpNewCredential *credential,
                                 MpSecret *secret,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (JsonObject) payload = NULL;
  g_autofree char *id = NULL;
  g_autofree char *label = NULL;
  g_autofree char *hint = NULL;
  GError *error = NULL;
  MpPlatformSpec *spec;

  g_return_if_fail (MP_IS_SESSION (self));
  g_return_if_fail (credential != NULL && secret != NULL);
  g_return_if_fail (credential->platform != NULL && credential->label != NULL);

  task = mp_session_begin (self, MP_PERMISSION_CREDENTIALS, mp_session_add_credential_async,
                           cancellable, callback, user_data);
  if (task == NULL)
    return;

  label = dup_label (task, credential->label);
  if (label == NULL)
    return;

  payload = json_object_new ();
  spec = find_spec (self, credential->platform, &error);
  if (spec == NULL || !check_parts (spec, secret, &error) ||
      !add_sealed (self, payload, secret, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  id = mp_clock_dup_uuid (mp_services_get_clock (self->services));
  hint = dup_hint (spec, secret);
  set_text (payload, "kind", mp_platform_spec_get_kind (spec));
  set_text (payload, "platform", credential->platform);
  set_text (payload, "label", label);
  set_text (payload, "mode", mp_mode_to_string (credential->mode));
  set_text (payload, "account", credential->account);
  set_text (payload, "hint", hint);
  set_text (payload, "record_id", credential->record_id);
  set_change (task,
              &(MpCredentialInit){
                  .id = id,
                  .kind = mp_platform_spec_get_kind (spec),
                  .platform = credential->platform,
                  .label = label,
                  .mode = credential->mode,
                  .account = credential->account,
                  .hint = hint,
                  .record_id = credential->record_id,
                  .version = 1,
                  .created = get_stamp (self),
              },
              MP_ACTION_ADD, g_steal_pointer (&payload));
  store_key (g_steal_pointer (&task), spec, secret);
}

/**
 * mp_session_add_credential_finish:
 * @self: a session
 * @result: the result given to the callback
 * @error: return location
 *
 * Fails with %MP_ERROR_FORBIDDEN, %MP_ERROR_INVALID for a key that the platform's document refuses,
 * as mp_secret_store_store_finish() does, %MP_ERROR_STORAGE.
 *
 * Returns: (transfer full): the new credential
 */
MpCredential *
mp_session_add_credential_finish (MpSession *self, GAsyncResult *result, GError **error)
{
  Change *change;

  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;

  change = g_task_get_task_data (G_TASK (result));
  return g_object_ref (change->credential);
}

/**
 * mp_session_replace_credential_async:
 * @self: a session
 * @credential_id: a credential's id
 * @secret: the new key
 * @tested: (nullable): what the platform said about it, for account and mode
 * @cancellable: (nullable): a #GCancellable
 * @callback: called in the caller's main context
 * @user_data: data for @callback
 *
 * Puts a new key in the place of the old one: the id stays, the version grows, so whatever refers
 * to it goes on with the new key.
 */
void
mp_session_replace_credential_async (MpSession *self,
                                     const char *credential_id,
                                     MpSecret *secret,
                                     MpTestResult *tested,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (JsonObject) payload = NULL;
  g_autofree char *hint = NULL;
  GError *error = NULL;
  MpCredential *credential;
  MpCredentialInit init;
  MpPlatformSpec *spec;

  g_return_if_fail (MP_IS_SESSION (self));
  g_return_if_fail (credential_id != NULL && secret != NULL);

  task = mp_session_begin (self, MP_PERMISSION_CREDENTIALS, mp_session_replace_credential_async,
                           cancellable, callback, user_data);
  if (task == NULL)
    return;

  credential = find_living (self, task, credential_id);
  if (credential == NULL)
    return;

  payload = json_object_new ();
  spec = find_spec (self, mp_credential_get_platform (credential), &error);
  if (spec == NULL || !check_parts (spec, secret, &error) ||
      !add_sealed (self, payload, secret, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  hint = dup_hint (spec, secret);
  init = mp_credential_get_init (credential);
  init.version++;
  init.hint = hint;
  init.rotated = get_stamp (self);
  if (tested != NULL)
    {
      init.mode = mp_test_result_get_mode (tested);
      if (mp_test_result_get_account (tested) != NULL)
        init.account = mp_test_result_get_account (tested);
      set_text (payload, "mode", mp_mode_to_string (init.mode));
      set_text (payload, "account", init.account);
    }
  set_text (payload, "hint", hint);
  set_change (task, &init, MP_ACTION_REPLACE, g_steal_pointer (&payload));
  store_key (g_steal_pointer (&task), spec, secret);
}

/**
 * mp_session_replace_credential_finish:
 * @self: a session
 * @result: the result given to the callback
 * @error: return location
 *
 * Fails as mp_session_add_credential_finish() does, and with %MP_ERROR_NOT_FOUND.
 *
 * Returns: %TRUE when the new key is kept
 */
gboolean
mp_session_replace_credential_finish (MpSession *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * mp_session_rename_credential_async:
 * @self: a session
 * @credential_id: a credential's id
 * @label: its new label
 * @cancellable: (nullable): a #GCancellable
 * @callback: called in the caller's main context
 * @user_data: data for @callback
 *
 * Gives a credential another label.
 */
void
mp_session_rename_credential_async (MpSession *self,
                                    const char *credential_id,
                                    const char *label,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autofree char *trimmed = NULL;
  MpCredential *credential;
  MpCredentialInit init;
  JsonObject *payload;

  g_return_if_fail (MP_IS_SESSION (self));
  g_return_if_fail (credential_id != NULL && label != NULL);

  task = mp_session_begin (self, MP_PERMISSION_CREDENTIALS, mp_session_rename_credential_async,
                           cancellable, callback, user_data);
  credential = task != NULL ? find_living (self, task, credential_id) : NULL;
  trimmed = credential != NULL ? dup_label (task, label) : NULL;
  if (trimmed == NULL)
    return;

  payload = json_object_new ();
  set_text (payload, "label", trimmed);
  init = mp_credential_get_init (credential);
  init.label = trimmed;
  set_change (task, &init, MP_ACTION_RENAME, payload);
  put_credential (g_steal_pointer (&task), MP_KEY_UNCHANGED);
}

/**
 * mp_session_rename_credential_finish:
 * @self: a session
 * @result: the result given to the callback
 * @error: return location
 *
 * Fails with %MP_ERROR_FORBIDDEN, %MP_ERROR_INVALID for an empty label, %MP_ERROR_NOT_FOUND,
 * %MP_ERROR_STORAGE.
 *
 * Returns: %TRUE when the label is on disk
 */
gboolean
mp_session_rename_credential_finish (MpSession *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static char *
dup_user_names (GPtrArray *users)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (unsigned int i = 0; i < users->len; i++)
    {
      const char *name = mp_record_model_get_name (g_ptr_array_index (users, i));

      g_ptr_array_add (names, (gpointer) (name != NULL ? name : _ ("(without name)")));
    }
  g_ptr_array_add (names, NULL);

  return g_strjoinv (", ", (char **) names->pdata);
}

/**
 * mp_session_revoke_credential_async:
 * @self: a session
 * @credential_id: a credential's id
 * @cancellable: (nullable): a #GCancellable
 * @callback: called in the caller's main context
 * @user_data: data for @callback
 *
 * Ends a credential for good, and clears this computer's copy of the key.
 */
void
mp_session_revoke_credential_async (MpSession *self,
                                    const char *credential_id,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (GPtrArray) users = NULL;
  MpCredential *credential;
  MpCredentialInit init;

  g_return_if_fail (MP_IS_SESSION (self));
  g_return_if_fail (credential_id != NULL);

  task = mp_session_begin (self, MP_PERMISSION_CREDENTIALS, mp_session_revoke_credential_async,
                           cancellable, callback, user_data);
  credential = task != NULL ? find_living (self, task, credential_id) : NULL;
  if (credential == NULL)
    return;

  users = mp_session_list_credential_users (self, credential_id);
  if (users->len > 0)
    {
      g_autofree char *names = dup_user_names (users);

      /* Translators: the first %s is the name of a key, the second the names of settings */
      g_task_return_new_error (task, MP_ERROR, MP_ERROR_CONFLICT,
                               _ ("The key “%s” is in use: %s. Choose another one there first."),
                                  mp_credential_get_label (credential), names);
      return;
    }

  init = mp_credential_get_init (credential);
  init.revoked = TRUE;
  set_change (task, &init, MP_ACTION_REVOKE, json_object_new ());
  put_credential (g_steal_pointer (&task), MP_KEY_UNCHANGED);
}

/**
 * mp_session_revoke_credential_finish:
 * @self: a session
 * @result: the result given to the callback
 * @error: return location
 *
 * Fails with %MP_ERROR_FORBIDDEN, %MP_ERROR_CONFLICT while settings use it, %MP_ERROR_NOT_FOUND,
 * %MP_ERROR_STORAGE.
 *
 * Returns: %TRUE when the revocation is on disk
 */
gboolean
mp_session_revoke_credential_finish (MpSession *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static gboolean
record_uses (MpSession *self, MpRecord *record, const char *credential_id)
{
  MpRegistry *registry = mp_services_get_registry (self->services);

  for (unsigned int i = 0; i < mp_registry_get_n_fields (registry); i++)
    {
      const MpFieldSpec *field = mp_registry_get_field (registry, i);

      if (field->input == MP_INPUT_CREDENTIAL &&
          g_strcmp0 (mp_record_get_string (record, field->path), credential_id) == 0)
        return TRUE;
    }

  return FALSE;
}

/**
 * mp_session_list_credential_users:
 * @self: a session
 * @credential_id: a credential's id
 *
 * Returns: (transfer full) (element-type MpRecordModel): the records that use the key, but for
 *   archived ones
 */
GPtrArray *
mp_session_list_credential_users (MpSession *self, const char *credential_id)
{
  GListModel *records;
  GPtrArray *users;

  g_return_val_if_fail (MP_IS_SESSION (self), NULL);
  g_return_val_if_fail (credential_id != NULL, NULL);

  records = G_LIST_MODEL (self->records);
  users = g_ptr_array_new_with_free_func (g_object_unref);
  for (unsigned int i = 0; i < g_list_model_get_n_items (records); i++)
    {
      g_autoptr (MpRecordModel) model = g_list_model_get_item (records, i);
      MpRecord *record = mp_record_model_get_record (model);

      if (!mp_record_get_archived (record) && record_uses (self, record, credential_id))
        g_ptr_array_add (users, g_steal_pointer (&model));
    }

  return users;
}
