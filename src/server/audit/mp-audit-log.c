/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-audit-log.h"

#include "mp-audit-log-private.h"
#include "mp-error.h"
#include "mp-json.h"
#include "mp-key-file.h"

#include <sodium.h>
#include <string.h>

#define META_KEY "audit-key" /* the public key that signs this database's heads */
#define NO_HASH "0000000000000000000000000000000000000000000000000000000000000000"

struct _MpAuditLog
{
  GObject parent_instance;

  MpDb *db;
  MpClock *clock;
  MpKeyBytes *secret_key;
  char *public_key; /* (owned): base64 */
};

G_DEFINE_FINAL_TYPE (MpAuditLog, mp_audit_log, G_TYPE_OBJECT)

static gboolean
set_keys (MpAuditLog *self, const MpKeyBytes *seed)
{
  unsigned char public_key[crypto_sign_PUBLICKEYBYTES];

  self->secret_key = mp_key_bytes_new (crypto_sign_SECRETKEYBYTES);
  crypto_sign_seed_keypair (public_key, self->secret_key, seed);
  self->public_key = g_base64_encode (public_key, sizeof public_key);
  return TRUE;
}

/* The first start makes the key; a later one that does not find it must not make another. */
static gboolean
load_key (MpAuditLog *self, const char *path, gboolean first_start, GError **error)
{
  g_autoptr (MpKeyBytes) seed = NULL;

  G_STATIC_ASSERT (crypto_sign_SEEDBYTES == MP_KEY_FILE_SIZE);
  if (first_start && !g_file_test (path, G_FILE_TEST_EXISTS) && !mp_key_file_create (path, error))
    return FALSE;
  seed = mp_key_file_read (path, error);
  return seed != NULL && set_keys (self, seed);
}

static gboolean
remember_key (MpAuditLog *self, GError **error)
{
  g_autoptr (MpDbTransaction) transaction = mp_db_begin (self->db, error);

  return transaction != NULL && mp_db_set_meta (self->db, META_KEY, self->public_key, error) &&
         mp_db_commit (transaction, error);
}

static gboolean
set_up_key (MpAuditLog *self, const char *path, GError **error)
{
  g_autofree char *known = NULL;

  if (!mp_db_get_meta (self->db, META_KEY, &known, error) ||
      !load_key (self, path, known == NULL, error))
    return FALSE;
  if (known == NULL)
    return remember_key (self, error);
  if (g_str_equal (known, self->public_key))
    return TRUE;

  g_set_error (error, MP_ERROR, MP_ERROR_INVALID,
               "%s is not the key that signs this database's audit trail", path);
  return FALSE;
}

static void
mp_audit_log_finalize (GObject *object)
{
  MpAuditLog *self = MP_AUDIT_LOG (object);

  g_clear_object (&self->db);
  g_clear_object (&self->clock);
  g_clear_pointer (&self->secret_key, mp_key_bytes_free);
  g_free (self->public_key);
  G_OBJECT_CLASS (mp_audit_log_parent_class)->finalize (object);
}

static void
mp_audit_log_class_init (MpAuditLogClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mp_audit_log_finalize;
}

static void
mp_audit_log_init (MpAuditLog *self)
{
}

MpDb *
mp_audit_log_get_db (MpAuditLog *self)
{
  return self->db;
}

MpAuditEntry *
mp_audit_log_read_row (const MpDbAuditRow *row, GError **error)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (JsonObject) body = mp_json_parse_object (row->entry, -1, error);
  g_autoptr (MpAuditEntry) entry = NULL;
  g_autofree char *written = NULL;

  if (body == NULL)
    return NULL;
  json_object_set_object_member (object, "entry", g_steal_pointer (&body));
  json_object_set_string_member (object, "hash", row->hash);
  entry = mp_audit_entry_new_from_json (object, error);
  if (entry == NULL)
    return NULL;

  written = mp_audit_entry_to_canonical (entry);
  if (g_strcmp0 (written, row->entry) != 0)
    {
      g_set_error (error, MP_ERROR, MP_ERROR_INVALID,
                   "Audit entry %" G_GINT64_FORMAT " is not in the form it was written in",
                   row->sequence);
      return NULL;
    }
  return g_steal_pointer (&entry);
}

/**
 * mp_audit_log_new:
 * @db: the database
 * @clock: the clock for the entries' times
 * @key_path: the signing key's file, beside the database; made at the first start
 * @error: return location
 *
 * Fails with %MP_ERROR_NOT_FOUND when the file of a database that has a key is gone, with
 * %MP_ERROR_INVALID when it is damaged or another database's.
 *
 * Returns: (transfer full): the log; its functions may be called from any thread
 */
MpAuditLog *
mp_audit_log_new (MpDb *db, MpClock *clock, const char *key_path, GError **error)
{
  g_autoptr (MpAuditLog) self = NULL;

  g_return_val_if_fail (MP_IS_DB (db) && MP_IS_CLOCK (clock) && key_path != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  self = g_object_new (MP_TYPE_AUDIT_LOG, NULL);
  self->db = g_object_ref (db);
  self->clock = g_object_ref (clock);
  if (!set_up_key (self, key_path, error))
    return NULL;
  return g_steal_pointer (&self);
}

/**
 * mp_audit_log_get_public_key:
 * @self: the log
 *
 * Returns: (transfer none): the key that verifies the heads, base64
 */
const char *
mp_audit_log_get_public_key (MpAuditLog *self)
{
  g_return_val_if_fail (MP_IS_AUDIT_LOG (self), NULL);

  return self->public_key;
}

/**
 * mp_audit_log_has_key:
 * @db: a database
 * @has_key: (out): whether a log of it was made before, with a key
 * @error: return location
 *
 * Returns: whether it could be read
 */
gboolean
mp_audit_log_has_key (MpDb *db, gboolean *has_key, GError **error)
{
  g_autofree char *known = NULL;

  g_return_val_if_fail (MP_IS_DB (db) && has_key != NULL, FALSE);

  if (!mp_db_get_meta (db, META_KEY, &known, error))
    return FALSE;
  *has_key = known != NULL;
  return TRUE;
}

/**
 * mp_audit_log_append:
 * @self: the log
 * @tenant: whose trail
 * @init: the entry; its sequence is ignored, a time of 0 is now
 * @error: return location
 *
 * Appends an entry and signs the new head, within the calling thread's transaction: what the entry
 * says and the entry itself are committed together or not at all.
 *
 * Returns: whether it is written
 */
gboolean
mp_audit_log_append (MpAuditLog *self,
                     const char *tenant,
                     const MpAuditEntryInit *init,
                     GError **error)
{
  return mp_audit_log_append_many (self, tenant, init, 1, error);
}

/**
 * mp_audit_log_append_many:
 * @self: the log
 * @tenant: whose trail
 * @inits: (array length=n_inits): entries in their order, as for mp_audit_log_append ()
 * @n_inits: how many
 * @error: return location
 *
 * Appends them one after the other, and signs the head behind the last one alone: nobody gets to
 * see the others.
 *
 * Returns: whether they are written
 */
gboolean
mp_audit_log_append_many (MpAuditLog *self,
                          const char *tenant,
                          const MpAuditEntryInit *inits,
                          unsigned int n_inits,
                          GError **error)
{
  g_autoptr (MpDbAuditHead) head = NULL;
  g_autofree char *previous = NULL;
  int64_t sequence;

  g_return_val_if_fail (MP_IS_AUDIT_LOG (self) && tenant != NULL && inits != NULL, FALSE);

  if (!mp_db_get_audit_head (self->db, tenant, &head, error))
    return FALSE;
  previous = head != NULL ? g_strdup (head->hash) : NULL;
  sequence = head != NULL ? head->sequence : 0;
  for (unsigned int i = 0; i < n_inits; i++)
    {
      MpAuditEntryInit full = inits[i];
      g_autoptr (MpAuditEntry) entry = NULL;
      g_autofree char *text = NULL;
      g_autofree char *digest = NULL;
      g_autofree char *hash = NULL;
      g_autofree char *signature = NULL;
      MpDbAuditRow row;

      full.sequence = ++sequence;
      if (full.at_unix_us == 0)
        full.at_unix_us = mp_clock_get_now_unix_us (self->clock);
      entry = mp_audit_entry_new (&full);
      text = mp_audit_entry_to_canonical (entry);
      digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
      hash = mp_audit_link (previous, digest);
      if (hash == NULL)
        {
          g_set_error (error, MP_ERROR, MP_ERROR_STORAGE, "The head of the audit trail is damaged");
          return FALSE;
        }
      if (i + 1 == n_inits)
        signature = mp_audit_head_sign (tenant, sequence, hash, self->secret_key);
      row = (MpDbAuditRow){ .sequence = sequence, .entry = text, .hash = hash };
      if (!mp_db_append_audit (self->db, tenant, &row, &full, signature, error))
        return FALSE;
      g_free (previous);
      previous = g_steal_pointer (&hash);
    }
  return TRUE;
}

/**
 * mp_audit_log_append_alone:
 * @self: the log
 * @tenant: whose trail
 * @init: the entry, as for mp_audit_log_append ()
 * @error: return location
 *
 * For what changes nothing else: a sign-in, a refusal, an export, the opening of a secret. Not
 * inside a transaction.
 *
 * Returns: whether it is committed
 */
gboolean
mp_audit_log_append_alone (MpAuditLog *self,
                           const char *tenant,
                           const MpAuditEntryInit *init,
                           GError **error)
{
  g_autoptr (MpDbTransaction) transaction = NULL;

  g_return_val_if_fail (MP_IS_AUDIT_LOG (self), FALSE);

  transaction = mp_db_begin (self->db, error);
  return transaction != NULL && mp_audit_log_append (self, tenant, init, error) &&
         mp_db_commit (transaction, error);
}

/**
 * mp_audit_log_get_head:
 * @self: the log
 * @tenant: whose trail
 * @error: return location
 *
 * The newest head with the signature made when its entry was written.
 *
 * Returns: (transfer full): the head; its sequence is 0 before the first entry
 */
MpAuditHead *
mp_audit_log_get_head (MpAuditLog *self, const char *tenant, GError **error)
{
  g_autoptr (MpDbAuditHead) stored = NULL;
  g_autofree char *signature = NULL;

  g_return_val_if_fail (MP_IS_AUDIT_LOG (self) && tenant != NULL, NULL);

  if (!mp_db_get_audit_head (self->db, tenant, &stored, error))
    return NULL;
  if (stored != NULL)
    return mp_audit_head_new (stored->sequence, stored->hash, stored->signature, self->public_key);

  signature = mp_audit_head_sign (tenant, 0, NO_HASH, self->secret_key);
  return mp_audit_head_new (0, NO_HASH, signature, self->public_key);
}

/**
 * mp_audit_log_list:
 * @self: the log
 * @tenant: whose trail
 * @filter: which entries
 * @limit: at most so many
 * @next: (out) (optional): the `since` of the next page; 0 when this is the last
 * @error: return location
 *
 * Fails with %MP_ERROR_INVALID when a stored entry cannot be read: see mp_audit_log_verify ().
 *
 * Returns: (transfer full) (element-type MpAuditEntry): the entries, ascending
 */
GPtrArray *
mp_audit_log_list (MpAuditLog *self,
                   const char *tenant,
                   const MpAuditFilter *filter,
                   unsigned int limit,
                   int64_t *next,
                   GError **error)
{
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (g_object_unref);

  g_return_val_if_fail (MP_IS_AUDIT_LOG (self) && tenant != NULL && filter != NULL, NULL);
  g_return_val_if_fail (limit > 0, NULL);

  rows = mp_db_list_audit (self->db, tenant, filter, limit + 1, error);
  if (rows == NULL)
    return NULL;
  for (unsigned int i = 0; i < rows->len && i < limit; i++)
    {
      MpAuditEntry *entry = mp_audit_log_read_row (rows->pdata[i], error);

      if (entry == NULL)
        return NULL;
      g_ptr_array_add (entries, entry);
    }
  if (next != NULL)
    *next = rows->len > limit ? ((MpDbAuditRow *) rows->pdata[limit - 1])->sequence : 0;
  return g_steal_pointer (&entries);
}

/**
 * mp_audit_log_list_digests:
 * @self: the log
 * @tenant: whose trail
 * @after: the number of an entry
 * @last: the number of a later one
 * @limit: at most so many
 * @error: return location
 *
 * Computes each from what is stored of the entry, whatever that is: a changed one leads to another
 * hash than the head's.
 *
 * Returns: (transfer full) (element-type utf8): the SHA-256 of each entry after @after up to @last,
 *   ascending, in hexadecimal
 */
GPtrArray *
mp_audit_log_list_digests (MpAuditLog *self,
                           const char *tenant,
                           int64_t after,
                           int64_t last,
                           unsigned int limit,
                           GError **error)
{
  const MpAuditFilter filter = { .since = after };
  g_autoptr (GPtrArray) digests = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) rows = NULL;

  g_return_val_if_fail (MP_IS_AUDIT_LOG (self) && tenant != NULL && limit > 0, NULL);

  if (after >= last)
    return g_steal_pointer (&digests);
  rows = mp_db_list_audit (self->db, tenant, &filter, limit, error);
  if (rows == NULL)
    return NULL;
  for (unsigned int i = 0; i < rows->len; i++)
    {
      const MpDbAuditRow *row = g_ptr_array_index (rows, i);

      if (row->sequence > last)
        break;
      g_ptr_array_add (digests, g_compute_checksum_for_string (G_CHECKSUM_SHA256, row->entry, -1));
    }
  return g_steal_pointer (&digests);
}
