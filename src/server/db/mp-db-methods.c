/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-db.h"

#include "mp-db-private.h"
#include "mp-error.h"

/* The methods that a driver answers alone: here their arguments are checked, and that those which
 * write do so in a transaction. */

#define DAY_US (INT64_C (24) * 60 * 60 * G_USEC_PER_SEC)
#define MAX_TENANT_ID 63

static void
assert_transaction (MpDb *self)
{
  g_assert (mp_db_in_transaction (self));
}

/**
 * mp_db_check:
 * @self: a database
 * @error: return location
 *
 * Reads the database through as far as it can tell by itself whether it is whole, and how it is
 * set up. Takes time in proportion to its size.
 *
 * Returns: (transfer full) (element-type utf8): what is wrong, in words; nothing when all is well
 */
GPtrArray *
mp_db_check (MpDb *self, GError **error)
{
  g_return_val_if_fail (MP_IS_DB (self), NULL);

  return MP_DB_GET_CLASS (self)->check (self, error);
}

/**
 * mp_db_get_meta:
 * @self: a database
 * @name: a fact's name
 * @value: (out) (nullable): its value; %NULL when it was never set
 * @error: return location
 *
 * Returns: whether the database could be read
 */
gboolean
mp_db_get_meta (MpDb *self, const char *name, char **value, GError **error)
{
  g_return_val_if_fail (MP_IS_DB (self) && name != NULL && value != NULL, FALSE);

  return MP_DB_GET_CLASS (self)->get_meta (self, name, value, error);
}

/**
 * mp_db_set_meta:
 * @self: a database
 * @name: a fact's name
 * @value: its new value
 * @error: return location
 *
 * Within the calling thread's transaction.
 *
 * Returns: whether it is written
 */
gboolean
mp_db_set_meta (MpDb *self, const char *name, const char *value, GError **error)
{
  g_return_val_if_fail (MP_IS_DB (self) && name != NULL && value != NULL, FALSE);

  assert_transaction (self);
  return MP_DB_GET_CLASS (self)->set_meta (self, name, value, error);
}

/**
 * mp_db_tenant_id_is_valid:
 * @id: (nullable): a text
 *
 * An id stands in paths, in the audit heads and in the additional data of ciphertexts, so its form
 * is narrow: 1 to 63 of a-z, 0-9 and `-`, not starting with `-`.
 *
 * Returns: whether @id can be a tenant's
 */
gboolean
mp_db_tenant_id_is_valid (const char *id)
{
  size_t length = id == NULL ? 0 : strlen (id);

  return length > 0 && length <= MAX_TENANT_ID && id[0] != '-' &&
         strspn (id, "abcdefghijklmnopqrstuvwxyz0123456789-") == length;
}

/**
 * mp_db_add_tenant:
 * @self: a database
 * @tenant: the new tenant
 * @error: return location
 *
 * Within the calling thread's transaction. Fails with %MP_ERROR_INVALID when the id has not the
 * form of one, with %MP_ERROR_CONFLICT when it is taken.
 *
 * Returns: whether it is written
 */
gboolean
mp_db_add_tenant (MpDb *self, const MpDbTenant *tenant, GError **error)
{
  g_return_val_if_fail (MP_IS_DB (self) && tenant != NULL && tenant->name != NULL, FALSE);

  assert_transaction (self);
  if (!mp_db_tenant_id_is_valid (tenant->id))
    {
      g_set_error (error, MP_ERROR, MP_ERROR_INVALID,
                   "A tenant's id is 1 to 63 of a-z, 0-9 and -, not starting with -");
      return FALSE;
    }
  return MP_DB_GET_CLASS (self)->add_tenant (self, tenant, error);
}

/**
 * mp_db_get_tenant:
 * @self: a database
 * @id: a tenant's id
 * @error: return location
 *
 * Fails with %MP_ERROR_NOT_FOUND when there is none.
 *
 * Returns: (transfer full): the tenant
 */
MpDbTenant *
mp_db_get_tenant (MpDb *self, const char *id, GError **error)
{
  g_return_val_if_fail (MP_IS_DB (self) && id != NULL, NULL);

  return MP_DB_GET_CLASS (self)->get_tenant (self, id, error);
}

/**
 * mp_db_list_tenants:
 * @self: a database
 * @error: return location
 *
 * Returns: (transfer full) (element-type MpDbTenant): all tenants by id
 */
GPtrArray *
mp_db_list_tenants (MpDb *self, GError **error)
{
  g_return_val_if_fail (MP_IS_DB (self), NULL);

  return MP_DB_GET_CLASS (self)->list_tenants (self, error);
}

/**
 * mp_db_add_token:
 * @self: a database
 * @token: the new token
 * @error: return location
 *
 * Within the calling thread's transaction. Fails with %MP_ERROR_NOT_FOUND when there is no such
 * tenant.
 *
 * Returns: whether it is written
 */
gboolean
mp_db_add_token (MpDb *self, const MpDbToken *token, GError **error)
{
  g_return_val_if_fail (MP_IS_DB (self) && token != NULL, FALSE);

  assert_transaction (self);
  return MP_DB_GET_CLASS (self)->add_token (self, token, error);
}

/**
 * mp_db_find_token:
 * @self: a database
 * @hash: the SHA-256 of a token's text, 64 hexadecimal digits
 * @error: return location
 *
 * Finds expired and revoked ones too, of any tenant. Fails with %MP_ERROR_NOT_FOUND.
 *
 * Returns: (transfer full): the token; its role is 0 when this program does not know it
 */
MpDbToken *
mp_db_find_token (MpDb *self, const char *hash, GError **error)
{
  g_return_val_if_fail (MP_IS_DB (self) && hash != NULL, NULL);

  return MP_DB_GET_CLASS (self)->find_token (self, hash, error);
}

/**
 * mp_db_list_tokens:
 * @self: a database
 * @tenant: a tenant's id
 * @error: return location
 *
 * Returns: (transfer full) (element-type MpDbToken): the tenant's tokens, oldest first
 */
GPtrArray *
mp_db_list_tokens (MpDb *self, const char *tenant, GError **error)
{
  g_return_val_if_fail (MP_IS_DB (self) && tenant != NULL, NULL);

  return MP_DB_GET_CLASS (self)->list_tokens (self, tenant, error);
}

/**
 * mp_db_touch_token:
 * @self: a database
 * @tenant: a tenant's id
 * @id: a token's id
 * @at_unix_us: when it was used
 * @error: return location
 *
 * Within the calling thread's transaction. Fails with %MP_ERROR_NOT_FOUND when
 * the tenant has no such token.
 *
 * Returns: whether it is written
 */
gboolean
mp_db_touch_token (
    MpDb *self, const char *tenant, const char *id, int64_t at_unix_us, GError **error)
{
  g_return_val_if_fail (MP_IS_DB (self) && tenant != NULL && id != NULL, FALSE);

  assert_transaction (self);
  return MP_DB_GET_CLASS (self)->touch_token (self, tenant, id, at_unix_us, error);
}

/**
 * mp_db_revoke_token:
 * @self: a database
 * @tenant: a tenant's id
 * @id: a token's id
 * @at_unix_us: when it is revoked
 * @error: return location
 *
 * Within the calling thread's transaction. A token that is revoked keeps its time. Fails with
 * %MP_ERROR_NOT_FOUND when the tenant has no such token.
 *
 * Returns: whether it is written
 */
gboolean
mp_db_revoke_token (
    MpDb *self, const char *tenant, const char *id, int64_t at_unix_us, GError **error)
{
  g_return_val_if_fail (MP_IS_DB (self) && tenant != NULL && id != NULL, FALSE);

  assert_transaction (self);
  return MP_DB_GET_CLASS (self)->revoke_token (self, tenant, id, at_unix_us, error);
}

/**
 * mp_db_put_record:
 * @self: a database
 * @tenant: a tenant's id
 * @record: the record's new state, at a number from mp_db_next_sequence ()
 * @credentials: (nullable) (array zero-terminated=1): ids of the credentials it refers to
 * @actor: who changed it
 * @at_unix_us: when
 * @error: return location
 *
 * Writes the newest state, its place in the feed, the references and one row of history, within
 * the calling thread's transaction.
 *
 * Returns: whether it is written
 */
gboolean
mp_db_put_record (MpDb *self,
                  const char *tenant,
                  const MpDbRecord *record,
                  const char *const *credentials,
                  const char *actor,
                  int64_t at_unix_us,
                  GError **error)
{
  g_return_val_if_fail (MP_IS_DB (self) && tenant != NULL && record != NULL && actor != NULL,
                        FALSE);

  assert_transaction (self);
  return MP_DB_GET_CLASS (self)->put_record (self, tenant, record, credentials, actor, at_unix_us,
                                             error);
}

/**
 * mp_db_get_record:
 * @self: a database
 * @tenant: a tenant's id
 * @id: a record's id
 * @error: return location
 *
 * Fails with %MP_ERROR_NOT_FOUND when this tenant has no such record, whoever else may have it.
 *
 * Returns: (transfer full): the record, archived or not
 */
MpDbRecord *
mp_db_get_record (MpDb *self, const char *tenant, const char *id, GError **error)
{
  g_return_val_if_fail (MP_IS_DB (self) && tenant != NULL && id != NULL, NULL);

  return MP_DB_GET_CLASS (self)->get_record (self, tenant, id, error);
}

/**
 * mp_db_list_records:
 * @self: a database
 * @tenant: a tenant's id
 * @archived: whether to list the archive instead of the records in use
 * @after: (nullable): the last id of the page before
 * @limit: at most so many
 * @error: return location
 *
 * Returns: (transfer full) (element-type MpDbRecord): the records by id
 */
GPtrArray *
mp_db_list_records (MpDb *self,
                    const char *tenant,
                    gboolean archived,
                    const char *after,
                    unsigned int limit,
                    GError **error)
{
  g_return_val_if_fail (MP_IS_DB (self) && tenant != NULL, NULL);

  return MP_DB_GET_CLASS (self)->list_records (self, tenant, archived, after, limit, error);
}

/**
 * mp_db_list_credential_users:
 * @self: a database
 * @tenant: a tenant's id
 * @credential: a credential's id
 * @error: return location
 *
 * Returns: (transfer full) (element-type MpDbRecord): the records that refer to it, archived ones
 *   too, by id
 */
GPtrArray *
mp_db_list_credential_users (MpDb *self, const char *tenant, const char *credential, GError **error)
{
  g_return_val_if_fail (MP_IS_DB (self) && tenant != NULL && credential != NULL, NULL);

  return MP_DB_GET_CLASS (self)->list_credential_users (self, tenant, credential, error);
}

/**
 * mp_db_list_history:
 * @self: a database
 * @tenant: a tenant's id
 * @id: a record's id
 * @before: the last sequence of the page before; 0: from the newest
 * @limit: at most so many
 * @error: return location
 *
 * Returns: (transfer full) (element-type MpDbRevision): the record's states, newest first
 */
GPtrArray *
mp_db_list_history (MpDb *self,
                    const char *tenant,
                    const char *id,
                    int64_t before,
                    unsigned int limit,
                    GError **error)
{
  g_return_val_if_fail (MP_IS_DB (self) && tenant != NULL && id != NULL, NULL);

  return MP_DB_GET_CLASS (self)->list_history (self, tenant, id, before, limit, error);
}

/**
 * mp_db_put_credential:
 * @self: a database
 * @tenant: a tenant's id
 * @credential: the credential's new state, at a number from mp_db_next_sequence ()
 * @error: return location
 *
 * Writes the newest state and its place in the feed, within the calling thread's transaction. The
 * secret is the vault's.
 *
 * Returns: whether it is written
 */
gboolean
mp_db_put_credential (MpDb *self,
                      const char *tenant,
                      const MpDbCredential *credential,
                      GError **error)
{
  g_return_val_if_fail (MP_IS_DB (self) && tenant != NULL && credential != NULL, FALSE);

  assert_transaction (self);
  return MP_DB_GET_CLASS (self)->put_credential (self, tenant, credential, error);
}

/**
 * mp_db_get_credential:
 * @self: a database
 * @tenant: a tenant's id
 * @id: a credential's id
 * @error: return location
 *
 * Fails with %MP_ERROR_NOT_FOUND when this tenant has no such credential.
 *
 * Returns: (transfer full): the credential, revoked or not
 */
MpDbCredential *
mp_db_get_credential (MpDb *self, const char *tenant, const char *id, GError **error)
{
  g_return_val_if_fail (MP_IS_DB (self) && tenant != NULL && id != NULL, NULL);

  return MP_DB_GET_CLASS (self)->get_credential (self, tenant, id, error);
}

/**
 * mp_db_list_credentials:
 * @self: a database
 * @tenant: a tenant's id
 * @error: return location
 *
 * Returns: (transfer full) (element-type MpDbCredential): all of the tenant's by id, revoked too
 */
GPtrArray *
mp_db_list_credentials (MpDb *self, const char *tenant, GError **error)
{
  g_return_val_if_fail (MP_IS_DB (self) && tenant != NULL, NULL);

  return MP_DB_GET_CLASS (self)->list_credentials (self, tenant, error);
}

/**
 * mp_db_put_secret:
 * @self: a database
 * @secret: an encrypted secret; takes the place of an earlier one
 * @error: return location
 *
 * Within the calling thread's transaction. Fails with %MP_ERROR_NOT_FOUND when the tenant has no
 * such credential.
 *
 * Returns: whether it is written
 */
gboolean
mp_db_put_secret (MpDb *self, const MpDbSecret *secret, GError **error)
{
  g_return_val_if_fail (MP_IS_DB (self) && secret != NULL, FALSE);

  assert_transaction (self);
  return MP_DB_GET_CLASS (self)->put_secret (self, secret, error);
}

/**
 * mp_db_get_secret:
 * @self: a database
 * @tenant: a tenant's id
 * @credential: a credential's id
 * @error: return location
 *
 * Fails with %MP_ERROR_NOT_FOUND when there is none.
 *
 * Returns: (transfer full): the encrypted secret
 */
MpDbSecret *
mp_db_get_secret (MpDb *self, const char *tenant, const char *credential, GError **error)
{
  g_return_val_if_fail (MP_IS_DB (self) && tenant != NULL && credential != NULL, NULL);

  return MP_DB_GET_CLASS (self)->get_secret (self, tenant, credential, error);
}

/**
 * mp_db_remove_secret:
 * @self: a database
 * @tenant: a tenant's id
 * @credential: a credential's id
 * @error: return location
 *
 * Within the calling thread's transaction. That there is none is no error.
 *
 * Returns: whether there is none now
 */
gboolean
mp_db_remove_secret (MpDb *self, const char *tenant, const char *credential, GError **error)
{
  g_return_val_if_fail (MP_IS_DB (self) && tenant != NULL && credential != NULL, FALSE);

  assert_transaction (self);
  return MP_DB_GET_CLASS (self)->remove_secret (self, tenant, credential, error);
}

/**
 * mp_db_rewrap_secret:
 * @self: a database
 * @secret: a secret that was listed, under another key
 * @error: return location
 *
 * For the rotation of the master key, within the calling thread's transaction: unlike the other
 * functions it does not keep others from changing the secret's tenant. One that is gone or was
 * replaced since it was listed is left as it is.
 *
 * Returns: whether it could be written
 */
gboolean
mp_db_rewrap_secret (MpDb *self, const MpDbSecret *secret, GError **error)
{
  g_return_val_if_fail (MP_IS_DB (self) && secret != NULL && secret->ciphertext != NULL, FALSE);

  assert_transaction (self);
  return MP_DB_GET_CLASS (self)->rewrap_secret (self, secret, error);
}

/**
 * mp_db_list_secrets_not_under:
 * @self: a database
 * @key_id: a master key's id
 * @limit: at most so many
 * @error: return location
 *
 * What a rotation has still to do, of all tenants.
 *
 * Returns: (transfer full) (element-type MpDbSecret): secrets encrypted under other keys
 */
GPtrArray *
mp_db_list_secrets_not_under (MpDb *self, const char *key_id, unsigned int limit, GError **error)
{
  g_return_val_if_fail (MP_IS_DB (self) && key_id != NULL, NULL);

  return MP_DB_GET_CLASS (self)->list_secrets_not_under (self, key_id, limit, error);
}

/**
 * mp_db_list_changes:
 * @self: a database
 * @tenant: a tenant's id
 * @after: a sequence; 0: from the start
 * @limit: at most so many
 * @error: return location
 *
 * Returns: (transfer full) (element-type MpDbChange): what changed since, ascending, each record
 *   and credential once
 */
GPtrArray *
mp_db_list_changes (
    MpDb *self, const char *tenant, int64_t after, unsigned int limit, GError **error)
{
  g_return_val_if_fail (MP_IS_DB (self) && tenant != NULL, NULL);

  return MP_DB_GET_CLASS (self)->list_changes (self, tenant, after, limit, error);
}

/**
 * mp_db_get_operation_result:
 * @self: a database
 * @tenant: a tenant's id
 * @op: an operation's id
 * @result: (out) (nullable): the first result stored for it; %NULL for an operation never seen
 * @error: return location
 *
 * Returns: whether the database could be read
 */
gboolean
mp_db_get_operation_result (
    MpDb *self, const char *tenant, const char *op, char **result, GError **error)
{
  g_return_val_if_fail (MP_IS_DB (self) && tenant != NULL && op != NULL && result != NULL, FALSE);

  return MP_DB_GET_CLASS (self)->get_operation_result (self, tenant, op, result, error);
}

/**
 * mp_db_put_operation_result:
 * @self: a database
 * @tenant: a tenant's id
 * @op: an operation's id
 * @result: its result as on the wire
 * @at_unix_us: when
 * @error: return location
 *
 * Within the calling thread's transaction, that of the operation itself. Fails with
 * %MP_ERROR_CONFLICT when the operation has a result.
 *
 * Returns: whether it is written
 */
gboolean
mp_db_put_operation_result (MpDb *self,
                            const char *tenant,
                            const char *op,
                            const char *result,
                            int64_t at_unix_us,
                            GError **error)
{
  g_return_val_if_fail (MP_IS_DB (self) && tenant != NULL && op != NULL && result != NULL, FALSE);

  assert_transaction (self);
  return MP_DB_GET_CLASS (self)->put_operation_result (self, tenant, op, result, at_unix_us, error);
}

/**
 * mp_db_purge_operation_results:
 * @self: a database
 * @now_unix_us: the present time
 * @error: return location
 *
 * Forgets results older than %MP_DB_OPERATION_DAYS days, within the calling thread's transaction.
 *
 * Returns: whether that is done
 */
gboolean
mp_db_purge_operation_results (MpDb *self, int64_t now_unix_us, GError **error)
{
  g_return_val_if_fail (MP_IS_DB (self), FALSE);

  assert_transaction (self);
  return MP_DB_GET_CLASS (self)->purge_operation_results (
      self, now_unix_us - MP_DB_OPERATION_DAYS * DAY_US, error);
}

/**
 * mp_db_append_audit:
 * @self: a database
 * @tenant: a tenant's id
 * @row: the entry, at the sequence after the head's
 * @init: the same entry's members, for the filters
 * @signature: (nullable): the new head's signature; %NULL: another entry follows at once, and the
 *   head is its
 * @error: return location
 *
 * Writes the row and the head, within the calling thread's transaction. Fails with
 * %MP_ERROR_CONFLICT when the sequence is taken.
 *
 * Returns: whether it is written
 */
gboolean
mp_db_append_audit (MpDb *self,
                    const char *tenant,
                    const MpDbAuditRow *row,
                    const MpAuditEntryInit *init,
                    const char *signature,
                    GError **error)
{
  g_return_val_if_fail (MP_IS_DB (self) && tenant != NULL && row != NULL && init != NULL, FALSE);

  assert_transaction (self);
  return MP_DB_GET_CLASS (self)->append_audit (self, tenant, row, init, signature, error);
}

/**
 * mp_db_get_audit_head:
 * @self: a database
 * @tenant: a tenant's id
 * @head: (out) (nullable): the newest entry's number, hash and signature; %NULL before the first
 * @error: return location
 *
 * Returns: whether the database could be read
 */
gboolean
mp_db_get_audit_head (MpDb *self, const char *tenant, MpDbAuditHead **head, GError **error)
{
  g_return_val_if_fail (MP_IS_DB (self) && tenant != NULL && head != NULL, FALSE);

  return MP_DB_GET_CLASS (self)->get_audit_head (self, tenant, head, error);
}

/**
 * mp_db_list_audit:
 * @self: a database
 * @tenant: a tenant's id
 * @filter: which entries
 * @limit: at most so many
 * @error: return location
 *
 * Returns: (transfer full) (element-type MpDbAuditRow): the rows, ascending
 */
GPtrArray *
mp_db_list_audit (
    MpDb *self, const char *tenant, const MpAuditFilter *filter, unsigned int limit, GError **error)
{
  g_return_val_if_fail (MP_IS_DB (self) && tenant != NULL && filter != NULL, NULL);

  return MP_DB_GET_CLASS (self)->list_audit (self, tenant, filter, limit, error);
}
