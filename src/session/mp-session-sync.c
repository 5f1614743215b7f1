/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-session-private.h"

#include "mp-error.h"

#include <glib/gi18n-lib.h>

/*
 * One sync at a time: the token is read from the keyring, the engine runs, secrets sealed to a key
 * that the server no longer has are sealed anew (then it runs once more), and the state is told.
 */

static void run (MpSession *self);

/* What the person has to know of a sync that went well. */
static char *
dup_notice (MpSyncReport *report)
{
  MpAuditVerdict *alarm = mp_sync_report_get_audit_alarm (report);
  MpPushResult *refusal;
  MpFieldErrors *errors;
  g_autofree char *text = NULL;

  if (alarm != NULL)
    {
      text = mp_audit_verdict_dup_text (alarm);
      /* Translators: %s is a sentence that says what is wrong with the audit trail. */
      return g_strdup_printf (
          _ ("The server's audit trail is not the one seen before. %s Verify it under Activity."),
             text);
    }

  if (mp_sync_report_get_n_refusals (report) == 0)
    return NULL;

  refusal = mp_sync_report_get_refusal (report, 0);
  errors = mp_push_result_get_errors (refusal);
  if (errors == NULL || mp_field_errors_get_size (errors) == 0)
    return g_strdup (_ ("The server refused a change of a key"));

  text = mp_field_error_dup_text (mp_field_errors_get (errors, 0));
  return g_strdup_printf (_ ("The server refused a change of a key: %s"), text);
}

/* A key that the server did not take is no key: nothing refers to what the keyring has of it. */
static void
forget_refused_keys (MpSession *self, MpSyncReport *report)
{
  for (unsigned int i = 0; i < mp_sync_report_get_n_refusals (report); i++)
    {
      MpOperation *operation = mp_sync_report_get_refused_operation (report, i);

      if (mp_operation_get_action (operation) == MP_ACTION_ADD)
        mp_session_clear_key (self, mp_operation_get_target (operation));
    }
}

static void
answer_waiters (MpSession *self, const GError *error)
{
  g_autoptr (GPtrArray) waiters = g_steal_pointer (&self->sync_waiters);

  self->sync_waiters = g_ptr_array_new_with_free_func (g_object_unref);
  for (unsigned int i = 0; i < waiters->len; i++)
    {
      GTask *task = g_ptr_array_index (waiters, i);

      if (error != NULL)
        g_task_return_error (task, g_error_copy (error));
      else
        g_task_return_boolean (task, TRUE);
    }
}

static MpSyncState
get_state_of_error (const GError *error)
{
  if (g_error_matches (error, MP_ERROR, MP_ERROR_UNAUTHORIZED) || mp_error_is_keyring (error))
    return MP_SYNC_STATE_SIGNED_OUT;

  if (mp_error_is_offline (error) || mp_error_is_retryable (error))
    return MP_SYNC_STATE_OFFLINE;

  return MP_SYNC_STATE_FAILED;
}

/* Ends the sync. @error: (transfer full) (nullable) */
static void
end_sync (MpSession *self, GError *taken)
{
  g_autoptr (GError) error = taken;

  self->is_syncing = FALSE;
  if (error == NULL)
    mp_session_set_sync_state (self, MP_SYNC_STATE_SYNCED, NULL);
  else if (mp_error_is_cancelled (error))
    mp_session_set_sync_state (self, MP_SYNC_STATE_NEVER, NULL);
  else
    mp_session_set_sync_state (self, get_state_of_error (error), error);

  answer_waiters (self, error);
  mp_session_background_synced (self, error);
}

static void
resealed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MpSession) self = MP_SESSION (user_data);
  GError *error = NULL;

  if (mp_session_reseal_finish (self, result, &error))
    run (self);
  else
    end_sync (self, error);
}

static void
synced_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MpSession) self = MP_SESSION (user_data);
  GError *error = NULL;
  g_autoptr (MpSyncReport) report = mp_sync_run_finish (MP_SYNC (source), result, &error);

  if (report == NULL)
    {
      end_sync (self, error);
      return;
    }

  mp_session_take_notice (self, dup_notice (report));
  forget_refused_keys (self, report);
  if (mp_sync_report_get_needs_sealing (report) && !self->has_resealed)
    {
      self->has_resealed = TRUE;
      mp_session_reseal_async (self, self->cancellable, resealed_cb, g_object_ref (self));
      return;
    }

  mp_session_tidy_keys (self);
  end_sync (self, NULL);
}

static void
token_looked_up_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MpSession) self = MP_SESSION (user_data);
  GError *error = NULL;
  g_autoptr (MpSecret) token =
                 mp_secret_store_lookup_finish (MP_SECRET_STORE (source), result, &error);

  if (g_error_matches (error, MP_ERROR, MP_ERROR_NOT_FOUND))
    {
      g_clear_error (&error);
      error = g_error_new_literal (MP_ERROR, MP_ERROR_UNAUTHORIZED,
                                   _ ("Signed out: sign in again to sync"));
    }

  if (token == NULL)
    end_sync (self, error);
  else if (self->sync == NULL)
    end_sync (self, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "closed"));
  else
    mp_sync_run_async (self->sync, token, mp_session_is_eligible, self, self->cancellable,
                       synced_cb, g_object_ref (self));
}

static void
run (MpSession *self)
{
  MpSecretName name = mp_session_name_secret (self, MP_SESSION_TOKEN_ITEM);

  mp_secret_store_lookup_async (mp_services_get_secrets (self->services), &name, self->cancellable,
                                token_looked_up_cb, g_object_ref (self));
}

/* Stops what runs by itself; answers when a sync that was on has ended. */
void
mp_session_stop_async (MpSession *self, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, mp_session_stop_async);
  mp_session_background_stop (self);
  g_cancellable_cancel (self->cancellable);
  g_object_unref (self->cancellable);
  /* A sign-out that fails leaves the session at work. */
  self->cancellable = g_cancellable_new ();

  g_ptr_array_add (self->sync_waiters, task);
  if (!self->is_syncing)
    answer_waiters (self, NULL);
}

/**
 * mp_session_sync_async:
 * @self: a session
 * @cancellable: (nullable): a #GCancellable; a sync that others wait for goes on all the same
 * @callback: called in the caller's main context
 * @user_data: data for @callback
 *
 * Brings this computer and the server in step. A call during a sync waits for that one.
 */
void
mp_session_sync_async (MpSession *self,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  GTask *task;

  g_return_if_fail (MP_IS_SESSION (self));

  task = mp_session_begin (self, 0, mp_session_sync_async, cancellable, callback, user_data);
  if (task == NULL)
    return;

  g_ptr_array_add (self->sync_waiters, task);
  if (self->is_syncing)
    return;

  self->is_syncing = TRUE;
  self->has_resealed = FALSE;
  mp_session_background_pause (self);
  mp_session_set_sync_state (self, MP_SYNC_STATE_SYNCING, NULL);
  run (self);
}

/**
 * mp_session_sync_finish:
 * @self: a session
 * @result: the result given to the callback
 * @error: return location
 *
 * Fails with %MP_ERROR_UNAUTHORIZED when the token was refused or is not there, as #MpSecretStore
 * does when the token cannot be read, and as #MpTenantClient does. What was done until then stays.
 *
 * Returns: %TRUE when all was exchanged; a record may be refused or in conflict all the same
 */
gboolean
mp_session_sync_finish (MpSession *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
