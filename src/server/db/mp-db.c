/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-db.h"

#include "mp-db-private.h"
#include "mp-error.h"

#define DAY_US (INT64_C (24) * 60 * 60 * G_USEC_PER_SEC)
#define MAX_TENANT_ID 63
#define EPOCH_LENGTH 36 /* a UUID */

/* A tenant's newest committed sequence, and those who wait for the next. Lives as long as the
 * database; there are as many as tenants that anybody waited for or changed. */
typedef struct
{
  int64_t sequence;
  GCond news;
} Topic;

typedef struct
{
  GMutex write_lock;
  GThread *writer;      /* (nullable) (atomic): who holds the write lock */
  GHashTable *advanced; /* (element-type utf8 gint64): the open transaction's new sequences */

  GMutex topics_lock;
  GHashTable *topics; /* (element-type utf8 Topic) */
  gboolean waiting_ended;
} MpDbPrivate;

struct _MpDbTransaction
{
  MpDb *db;
  gboolean committed;
};

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (MpDb, mp_db, G_TYPE_OBJECT)

static void
topic_free (void *data)
{
  Topic *topic = data;

  g_cond_clear (&topic->news);
  g_free (topic);
}

/* With topics_lock held. */
static Topic *
ensure_topic (MpDbPrivate *priv, const char *tenant)
{
  Topic *topic = g_hash_table_lookup (priv->topics, tenant);

  if (topic == NULL)
    {
      topic = g_new0 (Topic, 1);
      g_cond_init (&topic->news);
      g_hash_table_insert (priv->topics, g_strdup (tenant), topic);
    }
  return topic;
}

static void
announce (MpDbPrivate *priv)
{
  GHashTableIter iter;
  void *tenant;
  void *sequence;

  g_mutex_lock (&priv->topics_lock);
  g_hash_table_iter_init (&iter, priv->advanced);
  while (g_hash_table_iter_next (&iter, &tenant, &sequence))
    {
      Topic *topic = ensure_topic (priv, tenant);

      topic->sequence = MAX (topic->sequence, *(int64_t *) sequence);
      g_cond_broadcast (&topic->news);
    }
  g_mutex_unlock (&priv->topics_lock);
}

static void
assert_transaction (MpDb *self)
{
  g_assert (mp_db_in_transaction (self));
}

static void
mp_db_finalize (GObject *object)
{
  MpDbPrivate *priv = mp_db_get_instance_private (MP_DB (object));

  g_assert (priv->writer == NULL);
  g_clear_pointer (&priv->advanced, g_hash_table_unref);
  g_clear_pointer (&priv->topics, g_hash_table_unref);
  g_mutex_clear (&priv->write_lock);
  g_mutex_clear (&priv->topics_lock);
  G_OBJECT_CLASS (mp_db_parent_class)->finalize (object);
}

static void
mp_db_class_init (MpDbClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mp_db_finalize;
}

static void
mp_db_init (MpDb *self)
{
  MpDbPrivate *priv = mp_db_get_instance_private (self);

  g_mutex_init (&priv->write_lock);
  g_mutex_init (&priv->topics_lock);
  priv->advanced = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  priv->topics = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, topic_free);
}

/**
 * mp_db_begin:
 * @self: a database
 * @error: return location
 *
 * Waits until no other thread holds a transaction, then starts one for the calling thread, which
 * alone may use and end it. A thread that holds one already aborts: it would wait for itself.
 *
 * Returns: (transfer full): the transaction; freeing it rolls back what was not committed
 */
MpDbTransaction *
mp_db_begin (MpDb *self, GError **error)
{
  MpDbPrivate *priv = mp_db_get_instance_private (self);
  MpDbTransaction *transaction;

  g_return_val_if_fail (MP_IS_DB (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  g_assert (!mp_db_in_transaction (self));
  g_mutex_lock (&priv->write_lock);
  g_atomic_pointer_set (&priv->writer, g_thread_self ());
  if (!MP_DB_GET_CLASS (self)->begin (self, error))
    {
      g_atomic_pointer_set (&priv->writer, NULL);
      g_mutex_unlock (&priv->write_lock);
      return NULL;
    }
  transaction = g_new0 (MpDbTransaction, 1);
  transaction->db = g_object_ref (self);
  return transaction;
}

/**
 * mp_db_commit:
 * @transaction: the calling thread's transaction
 * @error: return location
 *
 * Makes the transaction durable and wakes those who wait for its changes. After a failure it is
 * only left to free the transaction. A failed commit may have reached the disk all the same; an
 * operation sent again finds its stored result then.
 *
 * Returns: whether everything is on the disk
 */
gboolean
mp_db_commit (MpDbTransaction *transaction, GError **error)
{
  MpDb *self = transaction->db;

  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  assert_transaction (self);
  g_assert (!transaction->committed);
  transaction->committed = MP_DB_GET_CLASS (self)->commit (self, error);
  if (transaction->committed)
    announce (mp_db_get_instance_private (self));
  return transaction->committed;
}

/**
 * mp_db_transaction_free:
 * @transaction: (transfer full) (nullable): the calling thread's transaction
 *
 * Ends the transaction: rolls it back unless it was committed, and lets the next thread write.
 */
void
mp_db_transaction_free (MpDbTransaction *transaction)
{
  MpDbPrivate *priv;

  if (transaction == NULL)
    return;

  priv = mp_db_get_instance_private (transaction->db);
  assert_transaction (transaction->db);
  if (!transaction->committed)
    MP_DB_GET_CLASS (transaction->db)->rollback (transaction->db);
  g_hash_table_remove_all (priv->advanced);
  g_atomic_pointer_set (&priv->writer, NULL);
  g_mutex_unlock (&priv->write_lock);
  g_object_unref (transaction->db);
  g_free (transaction);
}

/**
 * mp_db_in_transaction:
 * @self: a database
 *
 * Returns: whether the calling thread holds the transaction
 */
gboolean
mp_db_in_transaction (MpDb *self)
{
  MpDbPrivate *priv = mp_db_get_instance_private (self);

  g_return_val_if_fail (MP_IS_DB (self), FALSE);

  return g_atomic_pointer_get (&priv->writer) == g_thread_self ();
}

/**
 * mp_db_dup_epoch:
 * @self: a database
 * @error: return location
 *
 * Returns: (transfer full): the database's epoch, a UUID
 */
char *
mp_db_dup_epoch (MpDb *self, GError **error)
{
  g_autofree char *epoch = NULL;

  if (!mp_db_get_meta (self, MP_DB_META_EPOCH, &epoch, error))
    return NULL;
  g_assert (epoch != NULL);
  return g_steal_pointer (&epoch);
}

/**
 * mp_db_set_epoch:
 * @self: a database
 * @epoch: a new UUID
 * @error: return location
 *
 * After a restore from a backup: makes every cursor and revision handed out before invalid, since
 * what they count may be lost. Within the calling thread's transaction.
 *
 * Returns: whether it is written
 */
gboolean
mp_db_set_epoch (MpDb *self, const char *epoch, GError **error)
{
  g_return_val_if_fail (epoch != NULL && strlen (epoch) == EPOCH_LENGTH, FALSE);

  return mp_db_set_meta (self, MP_DB_META_EPOCH, epoch, error);
}

/**
 * mp_db_format_revision:
 * @epoch: the database's epoch
 * @sequence: the tenant's sequence
 *
 * Returns: (transfer full): the revision or cursor "EPOCH.SEQUENCE"
 */
char *
mp_db_format_revision (const char *epoch, int64_t sequence)
{
  return g_strdup_printf ("%s.%" G_GINT64_FORMAT, epoch, sequence);
}

/**
 * mp_db_parse_revision:
 * @text: (nullable): text from outside
 * @epoch: (out): the epoch
 * @sequence: (out): the sequence
 *
 * Returns: whether @text has the form of a revision; %FALSE leaves the results unset
 */
gboolean
mp_db_parse_revision (const char *text, char **epoch, int64_t *sequence)
{
  gint64 number;

  if (text == NULL || strlen (text) <= EPOCH_LENGTH + 1 || text[EPOCH_LENGTH] != '.' ||
      strchr (text, '.') != text + EPOCH_LENGTH ||
      !g_ascii_string_to_signed (text + EPOCH_LENGTH + 1, 10, 0, INT64_MAX, &number, NULL))
    return FALSE;

  *epoch = g_strndup (text, EPOCH_LENGTH);
  *sequence = number;
  return TRUE;
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
 * @id: a token's id
 * @at_unix_us: when it was used
 * @error: return location
 *
 * Within the calling thread's transaction. Fails with %MP_ERROR_NOT_FOUND.
 *
 * Returns: whether it is written
 */
gboolean
mp_db_touch_token (MpDb *self, const char *id, int64_t at_unix_us, GError **error)
{
  g_return_val_if_fail (MP_IS_DB (self) && id != NULL, FALSE);

  assert_transaction (self);
  return MP_DB_GET_CLASS (self)->touch_token (self, id, at_unix_us, error);
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
 * mp_db_next_sequence:
 * @self: a database
 * @tenant: a tenant's id
 * @sequence: (out): the number taken
 * @error: return location
 *
 * Takes the tenant's next number for one change, within the calling thread's transaction; a
 * rollback gives it back. Fails with %MP_ERROR_NOT_FOUND when there is no such tenant.
 *
 * Returns: whether a number was taken
 */
gboolean
mp_db_next_sequence (MpDb *self, const char *tenant, int64_t *sequence, GError **error)
{
  MpDbPrivate *priv = mp_db_get_instance_private (self);

  g_return_val_if_fail (MP_IS_DB (self) && tenant != NULL && sequence != NULL, FALSE);

  assert_transaction (self);
  if (!MP_DB_GET_CLASS (self)->next_sequence (self, tenant, sequence, error))
    return FALSE;
  g_hash_table_replace (priv->advanced, g_strdup (tenant), g_memdup2 (sequence, sizeof *sequence));
  return TRUE;
}

/**
 * mp_db_get_sequence:
 * @self: a database
 * @tenant: a tenant's id
 * @sequence: (out): its newest number; 0 before the first change
 * @error: return location
 *
 * Fails with %MP_ERROR_NOT_FOUND when there is no such tenant.
 *
 * Returns: whether it could be read
 */
gboolean
mp_db_get_sequence (MpDb *self, const char *tenant, int64_t *sequence, GError **error)
{
  g_return_val_if_fail (MP_IS_DB (self) && tenant != NULL && sequence != NULL, FALSE);

  return MP_DB_GET_CLASS (self)->get_sequence (self, tenant, sequence, error);
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
 * mp_db_wait_for_change:
 * @self: a database
 * @tenant: a tenant's id
 * @after: a sequence
 * @deadline_monotonic_us: when to give up, as g_get_monotonic_time () counts
 *
 * Blocks until a change of the tenant beyond @after is committed by this process. Not inside a
 * transaction, which no other could then pass.
 *
 * Returns: whether there is one; %FALSE at the deadline, after mp_db_end_waiting (), or when the
 *   database cannot be read
 */
gboolean
mp_db_wait_for_change (MpDb *self, const char *tenant, int64_t after, int64_t deadline_monotonic_us)
{
  MpDbPrivate *priv = mp_db_get_instance_private (self);
  int64_t committed;
  gboolean news;
  Topic *topic;

  g_return_val_if_fail (MP_IS_DB (self) && tenant != NULL, FALSE);

  g_assert (!mp_db_in_transaction (self));
  if (!mp_db_get_sequence (self, tenant, &committed, NULL))
    return FALSE;

  /* A commit between that reading and this lock is announced to the topic. */
  g_mutex_lock (&priv->topics_lock);
  topic = ensure_topic (priv, tenant);
  topic->sequence = MAX (topic->sequence, committed);
  while (topic->sequence <= after && !priv->waiting_ended)
    {
      if (!g_cond_wait_until (&topic->news, &priv->topics_lock, deadline_monotonic_us))
        break;
    }
  news = topic->sequence > after;
  g_mutex_unlock (&priv->topics_lock);
  return news;
}

/**
 * mp_db_end_waiting:
 * @self: a database
 *
 * Ends every mp_db_wait_for_change (), those running and those to come: the server shuts down.
 */
void
mp_db_end_waiting (MpDb *self)
{
  MpDbPrivate *priv = mp_db_get_instance_private (self);
  GHashTableIter iter;
  void *topic;

  g_return_if_fail (MP_IS_DB (self));

  g_mutex_lock (&priv->topics_lock);
  priv->waiting_ended = TRUE;
  g_hash_table_iter_init (&iter, priv->topics);
  while (g_hash_table_iter_next (&iter, NULL, &topic))
    g_cond_broadcast (&((Topic *) topic)->news);
  g_mutex_unlock (&priv->topics_lock);
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
 * @signature: the new head's signature
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
