/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-store-private.h"

#include "mp-error.h"
#include "mp-json.h"

/* The input of a call about one credential; what is JSON is a text until it is in the worker. */
typedef struct
{
  char *id;
  MpAction action;
  char *credential; /* (nullable) */
  char *payload;    /* (nullable) */
  MpKeyChange key;
  unsigned int version;
  char *op; /* (nullable) */
  char *sealed;
  char *key_id;
} CredentialInput;

static void
credential_input_free (CredentialInput *input)
{
  g_free (input->id);
  g_free (input->credential);
  g_free (input->payload);
  g_free (input->op);
  g_free (input->sealed);
  g_free (input->key_id);
  g_free (input);
}

static gboolean
set_key (MpStoreConnection *connection, const char *id, unsigned int version, GError **error)
{
  if (version == 0)
    return mp_store_sql_run (connection->db, error, "DELETE FROM keys WHERE credential = ?1", "t",
                             id);
  return mp_store_sql_run (connection->db, error,
                           "INSERT INTO keys (credential, version, mark)"
                           " VALUES (?1, ?2, mp_digest (?1, ?2))"
                           " ON CONFLICT (credential) DO UPDATE SET version = ?2,"
                           " mark = excluded.mark",
                           "ti", id, (int64_t) version);
}

/* What the store could not read back is refused before it is stored. */
static MpOperation *
new_operation (MpStoreConnection *connection,
               MpAction action,
               const char *target,
               JsonObject *payload,
               GError **error)
{
  g_autofree char *op = mp_clock_dup_uuid (connection->clock);
  g_autoptr (MpOperation) operation =
                 mp_operation_new (op, action, target, NULL, NULL, NULL, payload);
  g_autoptr (JsonObject) object = mp_operation_to_json (operation);

  return mp_operation_new_from_json (object, error);
}

static gboolean
put_credential (MpStoreConnection *connection, gpointer data, gpointer *output, GError **error)
{
  const CredentialInput *input = data;
  g_autoptr (JsonObject) payload =
                 input->payload != NULL ? mp_json_parse_object (input->payload, -1, error) : NULL;
  g_autoptr (MpOperation) operation = NULL;
  g_autofree char *base = NULL;
  g_autofree char *local = NULL;

  if (input->payload != NULL && payload == NULL)
    return FALSE;

  operation = new_operation (connection, input->action, input->id, payload, error);
  if (operation == NULL ||
      !mp_store_rows_load_credential (connection, input->id, &base, &local, error) ||
      !mp_store_rows_save_credential (connection, input->id, base, input->credential, error) ||
      !mp_store_rows_add_operation (connection, operation, error))
    return FALSE;

  return input->key == MP_KEY_UNCHANGED ||
         set_key (connection, input->id, input->key == MP_KEY_KEPT ? input->version : 0, error);
}

static gboolean
record_use (MpStoreConnection *connection, gpointer data, gpointer *output, GError **error)
{
  const CredentialInput *input = data;
  g_autofree char *now = mp_time_format (mp_clock_get_now_unix_us (connection->clock));
  g_autoptr (JsonObject) payload = json_object_new ();
  g_autoptr (MpOperation) operation = NULL;

  json_object_set_string_member (payload, "purpose", input->payload);
  json_object_set_string_member (payload, "at", now);
  operation = new_operation (connection, MP_ACTION_USE, input->id, payload, error);
  return operation != NULL && mp_store_rows_add_operation (connection, operation, error);
}

static gboolean
mark_key (MpStoreConnection *connection, gpointer data, gpointer *output, GError **error)
{
  const CredentialInput *input = data;

  return set_key (connection, input->id, input->version, error);
}

static gboolean
list_unsealed (MpStoreConnection *connection, gpointer data, gpointer *output, GError **error)
{
  g_autoptr (GPtrArray) operations = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (sqlite3_stmt) statement = mp_store_sql_query (
      connection->db, error, "SELECT body FROM outbox WHERE state = 'unsealed' ORDER BY position",
      "");
  MpStoreStep step;

  while ((step = mp_store_sql_step (statement, error)) == MP_STORE_ROW)
    {
      g_autoptr (JsonObject) body =
                     mp_json_parse_object (mp_store_sql_text (statement, 0), -1, error);
      MpOperation *operation = body != NULL ? mp_operation_new_from_json (body, error) : NULL;

      if (operation == NULL)
        return FALSE;
      g_ptr_array_add (operations, operation);
    }
  if (step != MP_STORE_DONE)
    return FALSE;

  *output = g_steal_pointer (&operations);
  return TRUE;
}

/* With a new op: the old one has its answer. */
static gboolean
reseal (MpStoreConnection *connection, gpointer data, gpointer *output, GError **error)
{
  const CredentialInput *input = data;
  g_autofree char *op = mp_clock_dup_uuid (connection->clock);
  g_autoptr (JsonObject) body = mp_json_parse_object (input->payload, -1, error);
  g_autofree char *text = NULL;
  g_autofree char *digest = NULL;
  JsonObject *payload;

  if (body == NULL)
    return FALSE;
  payload = mp_json_require_object (body, "payload", error);
  if (payload == NULL)
    return FALSE;

  json_object_set_string_member (body, "op", op);
  json_object_set_string_member (payload, "sealed", input->sealed);
  json_object_set_string_member (payload, "key_id", input->key_id);
  text = mp_store_body_new (body, &digest);
  if (!mp_store_sql_run (connection->db, error,
                         "UPDATE outbox SET op = ?2, body = ?3, digest = ?4, state = 'pending',"
                         " mark = mp_digest (?2, kind, target, action, 'pending')"
                         " WHERE op = ?1 AND state = 'unsealed'",
                         "tttt", input->op, op, text, digest))
    return FALSE;

  if (sqlite3_changes (connection->db) == 0)
    {
      g_set_error_literal (error, MP_ERROR, MP_ERROR_NOT_FOUND, "it does not wait to be sealed");
      return FALSE;
    }
  return TRUE;
}

static void
push_call (MpStore *self,
           gpointer source_tag,
           MpStoreAccess access,
           MpStoreWork work,
           CredentialInput *input,
           GCancellable *cancellable,
           GAsyncReadyCallback callback,
           gpointer user_data)
{
  const MpStoreCall call = {
    .source_tag = source_tag,
    .access = access,
    .work = work,
    .input = input,
    .free_input = (GDestroyNotify) credential_input_free,
  };

  mp_store_push (self, &call, cancellable, callback, user_data);
}

/**
 * mp_store_put_credential_async:
 * @self: a store
 * @credential: what is known of it, as it shall be shown from now on
 * @action: what was done: add, replace, rename or revoke
 * @payload: (nullable) (transfer none): of the operation for the server; the secret in it is sealed
 * @key: what became of this computer's copy of the secret
 * @cancellable: (nullable): to cancel it with, before it has begun
 * @callback: called when it is on disk
 * @user_data: for @callback
 *
 * Stores a credential, the operation that tells the server, and the marker of the local key, in one
 * transaction.
 */
void
mp_store_put_credential_async (MpStore *self,
                               MpCredential *credential,
                               MpAction action,
                               JsonObject *payload,
                               MpKeyChange key,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  g_autoptr (JsonObject) object = NULL;
  CredentialInput *input;

  g_return_if_fail (MP_IS_STORE (self));
  g_return_if_fail (MP_IS_CREDENTIAL (credential));
  g_return_if_fail (mp_action_is_credential (action) && action != MP_ACTION_USE);

  object = mp_credential_to_json (credential);
  input = g_new0 (CredentialInput, 1);
  input->id = g_strdup (mp_credential_get_id (credential));
  input->action = action;
  input->credential = mp_store_body_new (object, NULL);
  input->payload = payload != NULL ? mp_store_body_new (payload, NULL) : NULL;
  input->key = key;
  input->version = mp_credential_get_version (credential);
  push_call (self, mp_store_put_credential_async, MP_STORE_WRITES, put_credential, input,
             cancellable, callback, user_data);
}

/**
 * mp_store_put_credential_finish:
 * @self: a store
 * @result: the result given to the callback
 * @error: return location
 *
 * Fails with %MP_ERROR_INVALID when the payload lacks something, %MP_ERROR_STORAGE.
 *
 * Returns: %TRUE, or %FALSE with @error set
 */
gboolean
mp_store_put_credential_finish (MpStore *self, GAsyncResult *result, GError **error)
{
  return mp_store_take_success (self, result, mp_store_put_credential_async, error);
}

/**
 * mp_store_record_use_async:
 * @self: a store
 * @credential_id: the credential whose secret is about to be opened
 * @purpose: what for, in a few words; shown in the audit trail
 * @cancellable: (nullable): to cancel it with, before it has begun
 * @callback: called when it is on disk; only then may the secret be used
 * @user_data: for @callback
 *
 * Stores the audit entry of a use; the server gets it with the next sync.
 */
void
mp_store_record_use_async (MpStore *self,
                           const char *credential_id,
                           const char *purpose,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  CredentialInput *input;

  g_return_if_fail (MP_IS_STORE (self));
  g_return_if_fail (credential_id != NULL);
  g_return_if_fail (purpose != NULL);

  input = g_new0 (CredentialInput, 1);
  input->id = g_strdup (credential_id);
  input->payload = g_strdup (purpose);
  push_call (self, mp_store_record_use_async, MP_STORE_WRITES_QUIETLY, record_use, input,
             cancellable, callback, user_data);
}

/**
 * mp_store_record_use_finish:
 * @self: a store
 * @result: the result given to the callback
 * @error: return location
 *
 * Returns: %TRUE, or %FALSE with @error set: then the secret must not be used
 */
gboolean
mp_store_record_use_finish (MpStore *self, GAsyncResult *result, GError **error)
{
  return mp_store_take_success (self, result, mp_store_record_use_async, error);
}

/**
 * mp_store_set_key_async:
 * @self: a store
 * @credential_id: a credential's id
 * @version: of which version this computer's keyring has the secret; 0: none
 * @cancellable: (nullable): to cancel it with, before it has begun
 * @callback: called when it is on disk
 * @user_data: for @callback
 *
 * Stores the marker of a local key.
 */
void
mp_store_set_key_async (MpStore *self,
                        const char *credential_id,
                        unsigned int version,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  CredentialInput *input;

  g_return_if_fail (MP_IS_STORE (self));
  g_return_if_fail (credential_id != NULL);

  input = g_new0 (CredentialInput, 1);
  input->id = g_strdup (credential_id);
  input->version = version;
  push_call (self, mp_store_set_key_async, MP_STORE_WRITES, mark_key, input, cancellable, callback,
             user_data);
}

/**
 * mp_store_set_key_finish:
 * @self: a store
 * @result: the result given to the callback
 * @error: return location
 *
 * Returns: %TRUE, or %FALSE with @error set
 */
gboolean
mp_store_set_key_finish (MpStore *self, GAsyncResult *result, GError **error)
{
  return mp_store_take_success (self, result, mp_store_set_key_async, error);
}

/**
 * mp_store_list_unsealed_async:
 * @self: a store
 * @cancellable: (nullable): to cancel it with
 * @callback: called when they are read
 * @user_data: for @callback
 *
 * Lists the operations whose secret was sealed to a key that the server no longer has. They, and
 * the records that need them, wait until mp_store_reseal_async ().
 */
void
mp_store_list_unsealed_async (MpStore *self,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  const MpStoreCall call = {
    .source_tag = mp_store_list_unsealed_async,
    .access = MP_STORE_READS,
    .work = list_unsealed,
    .free_output = (GDestroyNotify) g_ptr_array_unref,
  };

  g_return_if_fail (MP_IS_STORE (self));

  mp_store_push (self, &call, cancellable, callback, user_data);
}

/**
 * mp_store_list_unsealed_finish:
 * @self: a store
 * @result: the result given to the callback
 * @error: return location
 *
 * Returns: (transfer full) (element-type MpOperation): the operations, oldest first
 */
GPtrArray *
mp_store_list_unsealed_finish (MpStore *self, GAsyncResult *result, GError **error)
{
  return mp_store_take_output (self, result, mp_store_list_unsealed_async, error);
}

/**
 * mp_store_reseal_async:
 * @self: a store
 * @operation: one of mp_store_list_unsealed_finish ()
 * @sealed: its secret, sealed to the server's present key
 * @key_id: that key's id
 * @cancellable: (nullable): to cancel it with, before it has begun
 * @callback: called when it is on disk
 * @user_data: for @callback
 *
 * Lets an operation go to the server after all.
 */
void
mp_store_reseal_async (MpStore *self,
                       MpOperation *operation,
                       const char *sealed,
                       const char *key_id,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  g_autoptr (JsonObject) body = NULL;
  CredentialInput *input;

  g_return_if_fail (MP_IS_STORE (self));
  g_return_if_fail (MP_IS_OPERATION (operation));
  g_return_if_fail (sealed != NULL && key_id != NULL);

  body = mp_operation_to_json (operation);
  input = g_new0 (CredentialInput, 1);
  input->op = g_strdup (mp_operation_get_op (operation));
  input->payload = mp_store_body_new (body, NULL);
  input->sealed = g_strdup (sealed);
  input->key_id = g_strdup (key_id);
  push_call (self, mp_store_reseal_async, MP_STORE_WRITES, reseal, input, cancellable, callback,
             user_data);
}

/**
 * mp_store_reseal_finish:
 * @self: a store
 * @result: the result given to the callback
 * @error: return location
 *
 * Fails with %MP_ERROR_NOT_FOUND when the operation does not wait to be sealed, %MP_ERROR_STORAGE.
 *
 * Returns: %TRUE, or %FALSE with @error set
 */
gboolean
mp_store_reseal_finish (MpStore *self, GAsyncResult *result, GError **error)
{
  return mp_store_take_success (self, result, mp_store_reseal_async, error);
}
