/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-sqlite-db.h"

#include "mp-db-private.h"
#include "mp-error.h"
#include "mp-sqlite-private.h"
#include "mp-sqlite-writer.h"

/*
 * One connection writes; its writer gives it to one thread at a time, which also reads through it,
 * and commits what several threads wrote together. Other threads read through connections of their
 * own, taken from a pool, so that no reader waits for a commit to reach the disk.
 */
#define MP_TYPE_SQLITE_DB (mp_sqlite_db_get_type ())
G_DECLARE_FINAL_TYPE (MpSqliteDb, mp_sqlite_db, MP, SQLITE_DB, MpDb)

struct _MpSqliteDb
{
  MpDb parent_instance;

  char *path;
  sqlite3 *writer;
  MpSqliteWriter *turns; /* whose turn it is to use the writer */
  GMutex readers_lock;
  GPtrArray *readers; /* (element-type sqlite3): those idle */
};

G_DEFINE_FINAL_TYPE (MpSqliteDb, mp_sqlite_db, MP_TYPE_DB)

/* A connection lent to one call. */
typedef struct
{
  MpSqliteDb *owner;
  sqlite3 *db;
} Loan;

/* Idle connections beyond these are closed: they cost memory, opening one costs 0.2 ms. */
#define MAX_IDLE_READERS 16

static Loan
borrow (MpDb *db, GError **error)
{
  MpSqliteDb *self = MP_SQLITE_DB (db);
  Loan loan = { self, NULL };

  if (mp_db_in_transaction (db) || mp_db_get_group_state (db) != NULL)
    {
      loan.db = self->writer;
      return loan;
    }
  g_mutex_lock (&self->readers_lock);
  if (self->readers->len > 0)
    loan.db = g_ptr_array_steal_index_fast (self->readers, self->readers->len - 1);
  g_mutex_unlock (&self->readers_lock);
  if (loan.db == NULL)
    loan.db = mp_sqlite_open (self->path, FALSE, error);
  return loan;
}

static void
give_back (Loan *loan)
{
  g_autoptr (sqlite3) surplus = NULL;

  if (loan->db == NULL || loan->db == loan->owner->writer)
    return;
  g_mutex_lock (&loan->owner->readers_lock);
  if (loan->owner->readers->len < MAX_IDLE_READERS)
    g_ptr_array_add (loan->owner->readers, loan->db);
  else
    surplus = loan->db;
  g_mutex_unlock (&loan->owner->readers_lock);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Loan, give_back)

typedef gpointer (*RowReader) (sqlite3_stmt *statement);

/* The one row that a statement finds. */
static gpointer
read_one (sqlite3_stmt *statement, RowReader read_row, const char *what, GError **error)
{
  if (statement == NULL)
    return NULL;
  switch (mp_sqlite_step (statement, error))
    {
    case MP_SQLITE_ROW:
      return read_row (statement);
    case MP_SQLITE_DONE:
      g_set_error (error, MP_ERROR, MP_ERROR_NOT_FOUND, "There is no such %s", what);
      return NULL;
    case MP_SQLITE_FAILED:
    default:
      return NULL;
    }
}

static GPtrArray *
read_all (sqlite3_stmt *statement, RowReader read_row, GDestroyNotify free_row, GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (free_row);

  if (statement == NULL)
    return NULL;
  while (TRUE)
    {
      switch (mp_sqlite_step (statement, error))
        {
        case MP_SQLITE_ROW:
          g_ptr_array_add (rows, read_row (statement));
          break;
        case MP_SQLITE_DONE:
          return g_steal_pointer (&rows);
        case MP_SQLITE_FAILED:
        default:
          return NULL;
        }
    }
}

/* A text that may not be there: TRUE and NULL then. */
static gboolean
read_text (sqlite3_stmt *statement, char **text, GError **error)
{
  *text = NULL;
  if (statement == NULL)
    return FALSE;
  switch (mp_sqlite_step (statement, error))
    {
    case MP_SQLITE_ROW:
      *text = mp_sqlite_dup_text (statement, 0);
      return TRUE;
    case MP_SQLITE_DONE:
      return TRUE;
    case MP_SQLITE_FAILED:
    default:
      return FALSE;
    }
}

static gboolean
require_a_change (MpDb *db, const char *what, GError **error)
{
  if (sqlite3_changes (MP_SQLITE_DB (db)->writer) > 0)
    return TRUE;

  g_set_error (error, MP_ERROR, MP_ERROR_NOT_FOUND, "There is no such %s", what);
  return FALSE;
}

static gpointer
read_tenant (sqlite3_stmt *statement)
{
  MpDbTenant *tenant = g_new0 (MpDbTenant, 1);

  tenant->id = mp_sqlite_dup_text (statement, 0);
  tenant->name = mp_sqlite_dup_text (statement, 1);
  tenant->created_unix_us = sqlite3_column_int64 (statement, 2);
  return tenant;
}

#define TOKEN_COLUMNS "id, tenant, hash, actor, role, created, expires, used, revoked"

static gpointer
read_token (sqlite3_stmt *statement)
{
  MpDbToken *token = g_new0 (MpDbToken, 1);

  token->id = mp_sqlite_dup_text (statement, 0);
  token->tenant = mp_sqlite_dup_text (statement, 1);
  token->hash = mp_sqlite_dup_text (statement, 2);
  token->actor = mp_sqlite_dup_text (statement, 3);
  /* A role this program does not know may do nothing: 0 has no permissions. */
  if (!mp_role_from_string ((const char *) sqlite3_column_text (statement, 4), &token->role))
    token->role = 0;
  token->created_unix_us = sqlite3_column_int64 (statement, 5);
  token->expires_unix_us = sqlite3_column_int64 (statement, 6);
  token->used_unix_us = sqlite3_column_int64 (statement, 7);
  token->revoked_unix_us = sqlite3_column_int64 (statement, 8);
  return token;
}

static gpointer
read_record (sqlite3_stmt *statement)
{
  MpDbRecord *record = g_new0 (MpDbRecord, 1);

  record->id = mp_sqlite_dup_text (statement, 0);
  record->sequence = sqlite3_column_int64 (statement, 1);
  record->archived = sqlite3_column_int (statement, 2);
  record->json = mp_sqlite_dup_text (statement, 3);
  return record;
}

static gpointer
read_revision (sqlite3_stmt *statement)
{
  MpDbRevision *revision = g_new0 (MpDbRevision, 1);

  revision->sequence = sqlite3_column_int64 (statement, 0);
  revision->at_unix_us = sqlite3_column_int64 (statement, 1);
  revision->actor = mp_sqlite_dup_text (statement, 2);
  revision->json = mp_sqlite_dup_text (statement, 3);
  return revision;
}

static gpointer
read_credential (sqlite3_stmt *statement)
{
  MpDbCredential *credential = g_new0 (MpDbCredential, 1);

  credential->id = mp_sqlite_dup_text (statement, 0);
  credential->sequence = sqlite3_column_int64 (statement, 1);
  credential->version = (unsigned int) sqlite3_column_int64 (statement, 2);
  credential->revoked = sqlite3_column_int (statement, 3);
  credential->json = mp_sqlite_dup_text (statement, 4);
  return credential;
}

static gpointer
read_secret (sqlite3_stmt *statement)
{
  MpDbSecret *secret = g_new0 (MpDbSecret, 1);
  const void *ciphertext = sqlite3_column_blob (statement, 4);

  secret->tenant = mp_sqlite_dup_text (statement, 0);
  secret->credential = mp_sqlite_dup_text (statement, 1);
  secret->version = (unsigned int) sqlite3_column_int64 (statement, 2);
  secret->key_id = mp_sqlite_dup_text (statement, 3);
  secret->ciphertext = g_bytes_new (ciphertext, (size_t) sqlite3_column_bytes (statement, 4));
  return secret;
}

static gpointer
read_change (sqlite3_stmt *statement)
{
  MpDbChange *change = g_new0 (MpDbChange, 1);

  change->kind = (MpDbChangeKind) sqlite3_column_int (statement, 0);
  change->id = mp_sqlite_dup_text (statement, 1);
  change->sequence = sqlite3_column_int64 (statement, 2);
  change->json = mp_sqlite_dup_text (statement, 3);
  return change;
}

static gpointer
read_audit_row (sqlite3_stmt *statement)
{
  MpDbAuditRow *row = g_new0 (MpDbAuditRow, 1);

  row->sequence = sqlite3_column_int64 (statement, 0);
  row->entry = mp_sqlite_dup_text (statement, 1);
  row->hash = mp_sqlite_dup_text (statement, 2);
  return row;
}

static gpointer
read_audit_head (sqlite3_stmt *statement)
{
  MpDbAuditHead *head = g_new0 (MpDbAuditHead, 1);

  head->sequence = sqlite3_column_int64 (statement, 0);
  head->hash = mp_sqlite_dup_text (statement, 1);
  head->signature = mp_sqlite_dup_text (statement, 2);
  return head;
}

static gboolean
mp_sqlite_db_begin (MpDb *db, gpointer *state, GError **error)
{
  return mp_sqlite_writer_begin (MP_SQLITE_DB (db)->turns, error);
}

static gboolean
mp_sqlite_db_commit (MpDb *db, gpointer state, GError **error)
{
  return mp_sqlite_writer_commit (MP_SQLITE_DB (db)->turns, error);
}

static void
mp_sqlite_db_rollback (MpDb *db, gpointer state)
{
  mp_sqlite_writer_rollback (MP_SQLITE_DB (db)->turns);
}

static gpointer
mp_sqlite_db_begin_group (MpDb *db)
{
  mp_sqlite_writer_keep (MP_SQLITE_DB (db)->turns);
  return MP_SQLITE_DB (db)->turns;
}

/* A commit that failed may have reached the disk. */
static gboolean
mp_sqlite_db_commit_group (MpDb *db, gpointer state, gboolean *is_undone, GError **error)
{
  return mp_sqlite_writer_let_go (state, error);
}

static gpointer
read_line (sqlite3_stmt *statement)
{
  return mp_sqlite_dup_text (statement, 0);
}

static GPtrArray *
mp_sqlite_db_check (MpDb *db, GError **error)
{
  g_auto (Loan) loan = borrow (db, error);
  g_autoptr (sqlite3_stmt) pages = NULL;
  g_autoptr (sqlite3_stmt) references = NULL;
  g_autoptr (GPtrArray) faults = NULL;
  g_autoptr (GPtrArray) tables = NULL;

  if (loan.db == NULL)
    return NULL;
  pages = mp_sqlite_prepare (loan.db, error, "PRAGMA integrity_check", "");
  faults = read_all (pages, read_line, g_free, error);
  if (faults == NULL)
    return NULL;
  if (faults->len == 1 && g_strcmp0 (faults->pdata[0], "ok") == 0)
    g_ptr_array_set_size (faults, 0);

  references = mp_sqlite_prepare (loan.db, error, "PRAGMA foreign_key_check", "");
  tables = read_all (references, read_line, g_free, error);
  if (tables == NULL)
    return NULL;
  for (unsigned int i = 0; i < tables->len; i++)
    g_ptr_array_add (faults, g_strdup_printf ("a row of the table %s belongs to none that is there",
                                              (char *) tables->pdata[i]));
  return g_steal_pointer (&faults);
}

static gboolean
mp_sqlite_db_get_meta (MpDb *db, const char *name, char **value, GError **error)
{
  g_auto (Loan) loan = borrow (db, error);
  g_autoptr (sqlite3_stmt) statement = NULL;

  if (loan.db == NULL)
    return FALSE;
  statement =
      mp_sqlite_prepare (loan.db, error, "SELECT value FROM meta WHERE name = ?1", "s", name);
  return read_text (statement, value, error);
}

static gboolean
mp_sqlite_db_set_meta (MpDb *db, const char *name, const char *value, GError **error)
{
  return mp_sqlite_run (MP_SQLITE_DB (db)->writer, error,
                        "INSERT INTO meta (name, value) VALUES (?1, ?2)"
                        " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                        "ss", name, value);
}

static gboolean
mp_sqlite_db_add_tenant (MpDb *db, const MpDbTenant *tenant, GError **error)
{
  return mp_sqlite_run (MP_SQLITE_DB (db)->writer, error,
                        "INSERT INTO tenant (id, name, created) VALUES (?1, ?2, ?3)", "ssi",
                        tenant->id, tenant->name, tenant->created_unix_us);
}

static MpDbTenant *
mp_sqlite_db_get_tenant (MpDb *db, const char *id, GError **error)
{
  g_auto (Loan) loan = borrow (db, error);
  g_autoptr (sqlite3_stmt) statement = NULL;

  if (loan.db == NULL)
    return NULL;
  statement = mp_sqlite_prepare (loan.db, error,
                                 "SELECT id, name, created FROM tenant WHERE id = ?1", "s", id);
  return read_one (statement, read_tenant, "tenant", error);
}

static GPtrArray *
mp_sqlite_db_list_tenants (MpDb *db, GError **error)
{
  g_auto (Loan) loan = borrow (db, error);
  g_autoptr (sqlite3_stmt) statement = NULL;

  if (loan.db == NULL)
    return NULL;
  statement =
      mp_sqlite_prepare (loan.db, error, "SELECT id, name, created FROM tenant ORDER BY id", "");
  return read_all (statement, read_tenant, (GDestroyNotify) mp_db_tenant_free, error);
}

static gboolean
mp_sqlite_db_add_token (MpDb *db, const MpDbToken *token, GError **error)
{
  return mp_sqlite_run (MP_SQLITE_DB (db)->writer, error,
                        "INSERT INTO token (" TOKEN_COLUMNS ")"
                        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                        "sssssiiii", token->id, token->tenant, token->hash, token->actor,
                        mp_role_to_string (token->role), token->created_unix_us,
                        token->expires_unix_us, token->used_unix_us, token->revoked_unix_us);
}

static MpDbToken *
mp_sqlite_db_find_token (MpDb *db, const char *hash, GError **error)
{
  g_auto (Loan) loan = borrow (db, error);
  g_autoptr (sqlite3_stmt) statement = NULL;

  if (loan.db == NULL)
    return NULL;
  statement = mp_sqlite_prepare (loan.db, error,
                                 "SELECT " TOKEN_COLUMNS " FROM token WHERE hash = ?1", "s", hash);
  return read_one (statement, read_token, "token", error);
}

static GPtrArray *
mp_sqlite_db_list_tokens (MpDb *db, const char *tenant, GError **error)
{
  g_auto (Loan) loan = borrow (db, error);
  g_autoptr (sqlite3_stmt) statement = NULL;

  if (loan.db == NULL)
    return NULL;
  statement = mp_sqlite_prepare (
      loan.db, error, "SELECT " TOKEN_COLUMNS " FROM token WHERE tenant = ?1 ORDER BY created, id",
      "s", tenant);
  return read_all (statement, read_token, (GDestroyNotify) mp_db_token_free, error);
}

static gboolean
mp_sqlite_db_touch_token (
    MpDb *db, const char *tenant, const char *id, int64_t at_unix_us, GError **error)
{
  return mp_sqlite_run (MP_SQLITE_DB (db)->writer, error,
                        "UPDATE token SET used = ?3 WHERE tenant = ?1 AND id = ?2", "ssi", tenant,
                        id, at_unix_us) &&
         require_a_change (db, "token", error);
}

static gboolean
mp_sqlite_db_revoke_token (
    MpDb *db, const char *tenant, const char *id, int64_t at_unix_us, GError **error)
{
  return mp_sqlite_run (MP_SQLITE_DB (db)->writer, error,
                        "UPDATE token SET revoked = iif (revoked = 0, ?3, revoked)"
                        " WHERE tenant = ?1 AND id = ?2",
                        "ssi", tenant, id, at_unix_us) &&
         require_a_change (db, "token", error);
}

static gboolean
read_sequence (sqlite3_stmt *statement, int64_t *sequence, GError **error)
{
  if (statement == NULL)
    return FALSE;
  switch (mp_sqlite_step (statement, error))
    {
    case MP_SQLITE_ROW:
      *sequence = sqlite3_column_int64 (statement, 0);
      return TRUE;
    case MP_SQLITE_DONE:
      g_set_error (error, MP_ERROR, MP_ERROR_NOT_FOUND, "There is no such tenant");
      return FALSE;
    case MP_SQLITE_FAILED:
    default:
      return FALSE;
    }
}

static gboolean
mp_sqlite_db_get_sequence (MpDb *db, const char *tenant, int64_t *sequence, GError **error)
{
  g_auto (Loan) loan = borrow (db, error);
  g_autoptr (sqlite3_stmt) statement = NULL;

  if (loan.db == NULL)
    return FALSE;
  statement =
      mp_sqlite_prepare (loan.db, error, "SELECT sequence FROM tenant WHERE id = ?1", "s", tenant);
  return read_sequence (statement, sequence, error);
}

static gboolean
mp_sqlite_db_next_sequence (MpDb *db, const char *tenant, int64_t *sequence, GError **error)
{
  return mp_sqlite_run (MP_SQLITE_DB (db)->writer, error,
                        "UPDATE tenant SET sequence = sequence + 1 WHERE id = ?1", "s", tenant) &&
         mp_sqlite_db_get_sequence (db, tenant, sequence, error);
}

static gboolean
put_references (sqlite3 *db,
                const char *tenant,
                const char *record,
                const char *const *credentials,
                GError **error)
{
  if (!mp_sqlite_run (db, error, "DELETE FROM record_credential WHERE tenant = ?1 AND record = ?2",
                      "ss", tenant, record))
    return FALSE;

  for (size_t i = 0; credentials != NULL && credentials[i] != NULL; i++)
    {
      if (!mp_sqlite_run (db, error,
                          "INSERT OR IGNORE INTO record_credential (tenant, record, credential)"
                          " VALUES (?1, ?2, ?3)",
                          "sss", tenant, record, credentials[i]))
        return FALSE;
    }
  return TRUE;
}

static gboolean
mp_sqlite_db_put_record (MpDb *db,
                         const char *tenant,
                         const MpDbRecord *record,
                         const char *const *credentials,
                         const char *actor,
                         int64_t at_unix_us,
                         GError **error)
{
  sqlite3 *writer = MP_SQLITE_DB (db)->writer;

  return mp_sqlite_run (writer, error,
                        "INSERT INTO record (tenant, id, sequence, archived, json)"
                        " VALUES (?1, ?2, ?3, ?4, ?5)"
                        " ON CONFLICT (tenant, id) DO UPDATE SET sequence = excluded.sequence,"
                        " archived = excluded.archived, json = excluded.json",
                        "ssiis", tenant, record->id, record->sequence,
                        (int64_t) (record->archived != FALSE), record->json) &&
         (record->keeps_references ||
          put_references (writer, tenant, record->id, credentials, error)) &&
         mp_sqlite_run (writer, error,
                        "INSERT INTO history (tenant, id, sequence, at, actor, json)"
                        " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                        "ssiiss", tenant, record->id, record->sequence, at_unix_us, actor,
                        record->json);
}

static MpDbRecord *
mp_sqlite_db_get_record (MpDb *db, const char *tenant, const char *id, GError **error)
{
  g_auto (Loan) loan = borrow (db, error);
  g_autoptr (sqlite3_stmt) statement = NULL;

  if (loan.db == NULL)
    return NULL;
  statement = mp_sqlite_prepare (loan.db, error,
                                 "SELECT id, sequence, archived, json FROM record"
                                 " WHERE tenant = ?1 AND id = ?2",
                                 "ss", tenant, id);
  return read_one (statement, read_record, "record", error);
}

static GPtrArray *
mp_sqlite_db_list_records (MpDb *db,
                           const char *tenant,
                           gboolean archived,
                           const char *after,
                           unsigned int limit,
                           GError **error)
{
  g_auto (Loan) loan = borrow (db, error);
  g_autoptr (sqlite3_stmt) statement = NULL;

  if (loan.db == NULL)
    return NULL;
  statement = mp_sqlite_prepare (loan.db, error,
                                 "SELECT id, sequence, archived, json FROM record"
                                 " WHERE tenant = ?1 AND archived = ?2 AND id > ?3"
                                 " ORDER BY id LIMIT ?4",
                                 "sisi", tenant, (int64_t) (archived != FALSE),
                                 after == NULL ? "" : after, (int64_t) limit);
  return read_all (statement, read_record, (GDestroyNotify) mp_db_record_free, error);
}

static GPtrArray *
mp_sqlite_db_list_credential_users (MpDb *db,
                                    const char *tenant,
                                    const char *credential,
                                    GError **error)
{
  g_auto (Loan) loan = borrow (db, error);
  g_autoptr (sqlite3_stmt) statement = NULL;

  if (loan.db == NULL)
    return NULL;
  statement = mp_sqlite_prepare (loan.db, error,
                                 "SELECT record.id, sequence, archived, json"
                                 " FROM record_credential AS used"
                                 " JOIN record ON record.tenant = used.tenant"
                                 " AND record.id = used.record"
                                 " WHERE used.tenant = ?1 AND used.credential = ?2"
                                 " ORDER BY record.id",
                                 "ss", tenant, credential);
  return read_all (statement, read_record, (GDestroyNotify) mp_db_record_free, error);
}

static GPtrArray *
mp_sqlite_db_list_history (MpDb *db,
                           const char *tenant,
                           const char *id,
                           int64_t before,
                           unsigned int limit,
                           GError **error)
{
  g_auto (Loan) loan = borrow (db, error);
  g_autoptr (sqlite3_stmt) statement = NULL;

  if (loan.db == NULL)
    return NULL;
  statement =
      mp_sqlite_prepare (loan.db, error,
                         "SELECT sequence, at, actor, json FROM history"
                         " WHERE tenant = ?1 AND id = ?2 AND sequence < ?3"
                         " ORDER BY sequence DESC LIMIT ?4",
                         "ssii", tenant, id, before == 0 ? INT64_MAX : before, (int64_t) limit);
  return read_all (statement, read_revision, (GDestroyNotify) mp_db_revision_free, error);
}

static gboolean
mp_sqlite_db_put_credential (MpDb *db,
                             const char *tenant,
                             const MpDbCredential *credential,
                             GError **error)
{
  return mp_sqlite_run (MP_SQLITE_DB (db)->writer, error,
                        "INSERT INTO credential (tenant, id, sequence, version, revoked, json)"
                        " VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
                        " ON CONFLICT (tenant, id) DO UPDATE SET sequence = excluded.sequence,"
                        " version = excluded.version, revoked = excluded.revoked,"
                        " json = excluded.json",
                        "ssiiis", tenant, credential->id, credential->sequence,
                        (int64_t) credential->version, (int64_t) (credential->revoked != FALSE),
                        credential->json);
}

static MpDbCredential *
mp_sqlite_db_get_credential (MpDb *db, const char *tenant, const char *id, GError **error)
{
  g_auto (Loan) loan = borrow (db, error);
  g_autoptr (sqlite3_stmt) statement = NULL;

  if (loan.db == NULL)
    return NULL;
  statement = mp_sqlite_prepare (loan.db, error,
                                 "SELECT id, sequence, version, revoked, json FROM credential"
                                 " WHERE tenant = ?1 AND id = ?2",
                                 "ss", tenant, id);
  return read_one (statement, read_credential, "credential", error);
}

static GPtrArray *
mp_sqlite_db_list_credentials (MpDb *db, const char *tenant, GError **error)
{
  g_auto (Loan) loan = borrow (db, error);
  g_autoptr (sqlite3_stmt) statement = NULL;

  if (loan.db == NULL)
    return NULL;
  statement = mp_sqlite_prepare (loan.db, error,
                                 "SELECT id, sequence, version, revoked, json FROM credential"
                                 " WHERE tenant = ?1 ORDER BY id",
                                 "s", tenant);
  return read_all (statement, read_credential, (GDestroyNotify) mp_db_credential_free, error);
}

static gboolean
mp_sqlite_db_put_secret (MpDb *db, const MpDbSecret *secret, GError **error)
{
  return mp_sqlite_run (MP_SQLITE_DB (db)->writer, error,
                        "INSERT INTO secret (tenant, credential, version, key_id, ciphertext)"
                        " VALUES (?1, ?2, ?3, ?4, ?5)"
                        " ON CONFLICT (tenant, credential) DO UPDATE SET"
                        " version = excluded.version, key_id = excluded.key_id,"
                        " ciphertext = excluded.ciphertext",
                        "ssisb", secret->tenant, secret->credential, (int64_t) secret->version,
                        secret->key_id, secret->ciphertext);
}

static MpDbSecret *
mp_sqlite_db_get_secret (MpDb *db, const char *tenant, const char *credential, GError **error)
{
  g_auto (Loan) loan = borrow (db, error);
  g_autoptr (sqlite3_stmt) statement = NULL;

  if (loan.db == NULL)
    return NULL;
  statement = mp_sqlite_prepare (loan.db, error,
                                 "SELECT tenant, credential, version, key_id, ciphertext"
                                 " FROM secret WHERE tenant = ?1 AND credential = ?2",
                                 "ss", tenant, credential);
  return read_one (statement, read_secret, "secret", error);
}

static gboolean
mp_sqlite_db_remove_secret (MpDb *db, const char *tenant, const char *credential, GError **error)
{
  return mp_sqlite_run (MP_SQLITE_DB (db)->writer, error,
                        "DELETE FROM secret WHERE tenant = ?1 AND credential = ?2", "ss", tenant,
                        credential);
}

static gboolean
mp_sqlite_db_rewrap_secret (MpDb *db, const MpDbSecret *secret, GError **error)
{
  return mp_sqlite_run (MP_SQLITE_DB (db)->writer, error,
                        "UPDATE secret SET key_id = ?4, ciphertext = ?5"
                        " WHERE tenant = ?1 AND credential = ?2 AND version = ?3",
                        "ssisb", secret->tenant, secret->credential, (int64_t) secret->version,
                        secret->key_id, secret->ciphertext);
}

static GPtrArray *
mp_sqlite_db_list_secrets_not_under (MpDb *db,
                                     const char *key_id,
                                     unsigned int limit,
                                     GError **error)
{
  g_auto (Loan) loan = borrow (db, error);
  g_autoptr (sqlite3_stmt) statement = NULL;

  if (loan.db == NULL)
    return NULL;
  statement = mp_sqlite_prepare (loan.db, error,
                                 "SELECT tenant, credential, version, key_id, ciphertext"
                                 " FROM secret WHERE key_id <> ?1 LIMIT ?2",
                                 "si", key_id, (int64_t) limit);
  return read_all (statement, read_secret, (GDestroyNotify) mp_db_secret_free, error);
}

static GPtrArray *
mp_sqlite_db_list_changes (
    MpDb *db, const char *tenant, int64_t after, unsigned int limit, GError **error)
{
  g_auto (Loan) loan = borrow (db, error);
  g_autoptr (sqlite3_stmt) statement = NULL;

  G_STATIC_ASSERT (MP_DB_CHANGE_SETTINGS == 1 && MP_DB_CHANGE_CREDENTIAL == 2);
  if (loan.db == NULL)
    return NULL;
  statement = mp_sqlite_prepare (loan.db, error,
                                 "SELECT 1, id, sequence, json FROM record"
                                 " WHERE tenant = ?1 AND sequence > ?2"
                                 " UNION ALL"
                                 " SELECT 2, id, sequence, json FROM credential"
                                 " WHERE tenant = ?1 AND sequence > ?2"
                                 " ORDER BY sequence LIMIT ?3",
                                 "sii", tenant, after, (int64_t) limit);
  return read_all (statement, read_change, (GDestroyNotify) mp_db_change_free, error);
}

static gboolean
mp_sqlite_db_get_operation_result (
    MpDb *db, const char *tenant, const char *op, char **result, GError **error)
{
  g_auto (Loan) loan = borrow (db, error);
  g_autoptr (sqlite3_stmt) statement = NULL;

  if (loan.db == NULL)
    return FALSE;
  statement = mp_sqlite_prepare (loan.db, error,
                                 "SELECT result FROM operation WHERE tenant = ?1 AND op = ?2", "ss",
                                 tenant, op);
  return read_text (statement, result, error);
}

static gboolean
mp_sqlite_db_put_operation_result (MpDb *db,
                                   const char *tenant,
                                   const char *op,
                                   const char *result,
                                   int64_t at_unix_us,
                                   GError **error)
{
  return mp_sqlite_run (MP_SQLITE_DB (db)->writer, error,
                        "INSERT INTO operation (tenant, op, result, at) VALUES (?1, ?2, ?3, ?4)",
                        "sssi", tenant, op, result, at_unix_us);
}

static gboolean
mp_sqlite_db_purge_operation_results (MpDb *db, int64_t before_unix_us, GError **error)
{
  return mp_sqlite_run (MP_SQLITE_DB (db)->writer, error, "DELETE FROM operation WHERE at < ?1",
                        "i", before_unix_us);
}

static gboolean
mp_sqlite_db_append_audit (MpDb *db,
                           const char *tenant,
                           const MpDbAuditRow *row,
                           const MpAuditEntryInit *init,
                           const char *signature,
                           GError **error)
{
  sqlite3 *writer = MP_SQLITE_DB (db)->writer;

  return mp_sqlite_run (writer, error,
                        "INSERT INTO audit (tenant, sequence, actor, action, resource, entry, hash)"
                        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                        "sisssss", tenant, row->sequence, init->actor, init->action, init->resource,
                        row->entry, row->hash) &&
         (signature == NULL ||
          mp_sqlite_run (writer, error,
                         "INSERT INTO audit_head (tenant, sequence, hash, signature)"
                         " VALUES (?1, ?2, ?3, ?4)"
                         " ON CONFLICT (tenant) DO UPDATE SET sequence = excluded.sequence,"
                         " hash = excluded.hash, signature = excluded.signature",
                         "siss", tenant, row->sequence, row->hash, signature));
}

static gboolean
mp_sqlite_db_get_audit_head (MpDb *db, const char *tenant, MpDbAuditHead **head, GError **error)
{
  g_auto (Loan) loan = borrow (db, error);
  g_autoptr (sqlite3_stmt) statement = NULL;
  g_autoptr (GPtrArray) heads = NULL;

  if (loan.db == NULL)
    return FALSE;
  statement = mp_sqlite_prepare (
      loan.db, error, "SELECT sequence, hash, signature FROM audit_head WHERE tenant = ?1", "s",
      tenant);
  heads = read_all (statement, read_audit_head, (GDestroyNotify) mp_db_audit_head_free, error);
  if (heads == NULL)
    return FALSE;
  *head = heads->len == 0 ? NULL : g_ptr_array_steal_index (heads, 0);
  return TRUE;
}

static GPtrArray *
mp_sqlite_db_list_audit (
    MpDb *db, const char *tenant, const MpAuditFilter *filter, unsigned int limit, GError **error)
{
  g_auto (Loan) loan = borrow (db, error);
  g_autoptr (sqlite3_stmt) statement = NULL;

  if (loan.db == NULL)
    return NULL;
  statement = mp_sqlite_prepare (loan.db, error,
                                 "SELECT sequence, entry, hash FROM audit"
                                 " WHERE tenant = ?1 AND sequence > ?2"
                                 " AND (?3 IS NULL OR actor = ?3)"
                                 " AND (?4 IS NULL OR action = ?4)"
                                 " AND (?5 IS NULL OR resource = ?5)"
                                 " ORDER BY sequence LIMIT ?6",
                                 "sisssi", tenant, filter->since, filter->actor, filter->action,
                                 filter->resource, (int64_t) limit);
  return read_all (statement, read_audit_row, (GDestroyNotify) mp_db_audit_row_free, error);
}

static void
mp_sqlite_db_finalize (GObject *object)
{
  MpSqliteDb *self = MP_SQLITE_DB (object);

  g_clear_pointer (&self->readers, g_ptr_array_unref);
  g_clear_pointer (&self->turns, mp_sqlite_writer_free);
  g_clear_pointer (&self->writer, mp_sqlite_close);
  g_mutex_clear (&self->readers_lock);
  g_free (self->path);
  G_OBJECT_CLASS (mp_sqlite_db_parent_class)->finalize (object);
}

static void
mp_sqlite_db_class_init (MpSqliteDbClass *klass)
{
  MpDbClass *db_class = MP_DB_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = mp_sqlite_db_finalize;
  db_class->begin = mp_sqlite_db_begin;
  db_class->commit = mp_sqlite_db_commit;
  db_class->rollback = mp_sqlite_db_rollback;
  db_class->is_embedded = TRUE;
  db_class->begin_group = mp_sqlite_db_begin_group;
  db_class->commit_group = mp_sqlite_db_commit_group;
  db_class->check = mp_sqlite_db_check;
  db_class->get_meta = mp_sqlite_db_get_meta;
  db_class->set_meta = mp_sqlite_db_set_meta;
  db_class->add_tenant = mp_sqlite_db_add_tenant;
  db_class->get_tenant = mp_sqlite_db_get_tenant;
  db_class->list_tenants = mp_sqlite_db_list_tenants;
  db_class->add_token = mp_sqlite_db_add_token;
  db_class->find_token = mp_sqlite_db_find_token;
  db_class->list_tokens = mp_sqlite_db_list_tokens;
  db_class->touch_token = mp_sqlite_db_touch_token;
  db_class->revoke_token = mp_sqlite_db_revoke_token;
  db_class->next_sequence = mp_sqlite_db_next_sequence;
  db_class->get_sequence = mp_sqlite_db_get_sequence;
  db_class->put_record = mp_sqlite_db_put_record;
  db_class->get_record = mp_sqlite_db_get_record;
  db_class->list_records = mp_sqlite_db_list_records;
  db_class->list_credential_users = mp_sqlite_db_list_credential_users;
  db_class->list_history = mp_sqlite_db_list_history;
  db_class->put_credential = mp_sqlite_db_put_credential;
  db_class->get_credential = mp_sqlite_db_get_credential;
  db_class->list_credentials = mp_sqlite_db_list_credentials;
  db_class->put_secret = mp_sqlite_db_put_secret;
  db_class->get_secret = mp_sqlite_db_get_secret;
  db_class->remove_secret = mp_sqlite_db_remove_secret;
  db_class->rewrap_secret = mp_sqlite_db_rewrap_secret;
  db_class->list_secrets_not_under = mp_sqlite_db_list_secrets_not_under;
  db_class->list_changes = mp_sqlite_db_list_changes;
  db_class->get_operation_result = mp_sqlite_db_get_operation_result;
  db_class->put_operation_result = mp_sqlite_db_put_operation_result;
  db_class->purge_operation_results = mp_sqlite_db_purge_operation_results;
  db_class->append_audit = mp_sqlite_db_append_audit;
  db_class->get_audit_head = mp_sqlite_db_get_audit_head;
  db_class->list_audit = mp_sqlite_db_list_audit;
}

static void
mp_sqlite_db_init (MpSqliteDb *self)
{
  g_mutex_init (&self->readers_lock);
  self->readers = g_ptr_array_new_with_free_func ((GDestroyNotify) mp_sqlite_close);
}

/* A new database has its epoch from the start. */
static gboolean
ensure_epoch (MpDb *db, GError **error)
{
  g_autoptr (MpDbTransaction) transaction = mp_db_begin (db, error);
  g_autofree char *epoch = NULL;
  g_autofree char *uuid = g_uuid_string_random ();

  if (transaction == NULL || !mp_sqlite_db_get_meta (db, MP_DB_META_EPOCH, &epoch, error))
    return FALSE;
  if (epoch != NULL)
    return TRUE;
  return mp_db_set_epoch (db, uuid, error) && mp_db_commit (transaction, error);
}

/**
 * mp_sqlite_db_new:
 * @path: the database file; made, with mode 0600, where it does not exist
 * @error: return location
 *
 * Opens the database and brings its schema to this program's.
 *
 * Fails with %MP_ERROR_NEWER when a newer program made the file (which stays as it is), with
 * %MP_ERROR_STORAGE when it cannot be opened or is no database.
 *
 * Returns: (transfer full): the database; its functions may be called from any thread
 */
MpDb *
mp_sqlite_db_new (const char *path, GError **error)
{
  g_autoptr (MpSqliteDb) self = NULL;

  g_return_val_if_fail (path != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  self = g_object_new (MP_TYPE_SQLITE_DB, NULL);
  self->path = g_strdup (path);
  self->writer = mp_sqlite_open (path, TRUE, error);
  if (self->writer == NULL || !mp_sqlite_migrate (self->writer, error))
    return NULL;
  self->turns = mp_sqlite_writer_new (self->writer);
  if (!ensure_epoch (MP_DB (self), error))
    return NULL;
  return MP_DB (g_steal_pointer (&self));
}
