/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-pgsql-db.h"

#include "mp-db-private.h"
#include "mp-error.h"
#include "mp-pgsql-pool.h"
#include "mp-pgsql-transaction.h"

#define MP_TYPE_PGSQL_DB (mp_pgsql_db_get_type ())
G_DECLARE_FINAL_TYPE (MpPgsqlDb, mp_pgsql_db, MP, PGSQL_DB, MpDb)

struct _MpPgsqlDb
{
  MpDb parent_instance;

  MpPgsqlPool *pool;
};

G_DEFINE_FINAL_TYPE (MpPgsqlDb, mp_pgsql_db, MP_TYPE_DB)

/* Transactions that are one of the database. */
typedef struct
{
  MpPgsqlTransaction *transaction; /* (owned) (nullable): not begun */
  unsigned int n_writes_before;    /* when the one under way began */
  GError *error;                   /* (owned) (nullable): why it cannot be committed */
} Group;

/* (nullable): the calling thread's, also between the transactions of its group */
static MpPgsqlTransaction *
get_transaction (MpDb *db)
{
  MpPgsqlTransaction *transaction = mp_db_get_transaction_state (db);
  const Group *group = transaction == NULL ? mp_db_get_group_state (db) : NULL;

  return group != NULL ? group->transaction : transaction;
}

/* What a statement of its own may say before it: whose rows it is to see. */
#define SET_TENANT "SELECT set_config ('mp.tenant', $1, true)"
#define SET_TOKEN "SELECT set_config ('mp.token', $1, true)"

/* The statements up to a collect are one transaction of the database, so a setting made before
 * holds for them and is gone after. @setting: (nullable) */
static PGresult *
read_once (MpPgsql *connection,
           const char *setting,
           const char *value,
           const char *sql,
           const char *types,
           va_list arguments,
           GError **error)
{
  g_autoptr (PGresult) result = NULL;

  if (setting != NULL)
    mp_pgsql_send (connection, NULL, setting, "s", value);
  mp_pgsql_send_list (connection, &result, sql, types, arguments);
  return mp_pgsql_collect (connection, error) ? g_steal_pointer (&result) : NULL;
}

/* Reads outside a transaction; once more where the connection turns out to be lost. */
static PGresult *
read_alone (MpPgsqlDb *self,
            const char *setting,
            const char *value,
            const char *sql,
            const char *types,
            va_list arguments,
            GError **error)
{
  MpPgsql *connection = mp_pgsql_pool_borrow (self->pool, FALSE, error);
  g_autoptr (GError) failure = NULL;
  gboolean is_lost;
  PGresult *result;
  va_list again;

  if (connection == NULL)
    return NULL;
  va_copy (again, arguments);
  result = read_once (connection, setting, value, sql, types, arguments, &failure);
  is_lost = result == NULL && !mp_pgsql_is_usable (connection);
  mp_pgsql_pool_give_back (self->pool, connection, FALSE);

  if (is_lost && (connection = mp_pgsql_pool_borrow (self->pool, FALSE, NULL)) != NULL)
    {
      g_clear_error (&failure);
      result = read_once (connection, setting, value, sql, types, again, &failure);
      mp_pgsql_pool_give_back (self->pool, connection, FALSE);
    }
  va_end (again);
  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  return result;
}

/* Runs a statement and waits for its answer, in the calling thread's transaction where it has one.
 * @tenant: (nullable): the one it is about; a statement without sees no tenant's rows */
static PGresult *
query (MpDb *db, const char *tenant, GError **error, const char *sql, const char *types, ...)
{
  MpPgsqlTransaction *transaction = get_transaction (db);
  g_autoptr (PGresult) result = NULL;
  va_list arguments;

  va_start (arguments, types);
  if (transaction == NULL)
    result = read_alone (MP_PGSQL_DB (db), tenant == NULL ? NULL : SET_TENANT, tenant, sql, types,
                         arguments, error);
  else
    {
      if (tenant != NULL)
        mp_pgsql_transaction_enter (transaction, tenant);
      mp_pgsql_send_list (transaction->connection, &result, sql, types, arguments);
      if (!mp_pgsql_collect (transaction->connection, error))
        g_clear_pointer (&result, PQclear);
    }
  va_end (arguments);
  return g_steal_pointer (&result);
}

/* Sends a statement of the calling thread's transaction, whose answer nobody waits for. */
static void
send (MpDb *db, const char *tenant, const char *sql, const char *types, ...)
{
  MpPgsqlTransaction *transaction = mp_db_get_transaction_state (db);
  va_list arguments;

  if (tenant != NULL)
    mp_pgsql_transaction_enter (transaction, tenant);
  transaction->n_writes++;
  va_start (arguments, types);
  mp_pgsql_send_list (transaction->connection, NULL, sql, types, arguments);
  va_end (arguments);
}

typedef gpointer (*RowReader) (const PGresult *result, int row);

/* The one row that a statement finds. */
static gpointer
read_one (const PGresult *result, RowReader read_row, const char *what, GError **error)
{
  if (result == NULL)
    return NULL;
  if (PQntuples (result) > 0)
    return read_row (result, 0);
  g_set_error (error, MP_ERROR, MP_ERROR_NOT_FOUND, "There is no such %s", what);
  return NULL;
}

static GPtrArray *
read_all (const PGresult *result, RowReader read_row, GDestroyNotify free_row)
{
  GPtrArray *rows;

  if (result == NULL)
    return NULL;
  rows = g_ptr_array_new_with_free_func (free_row);
  for (int i = 0; i < PQntuples (result); i++)
    g_ptr_array_add (rows, read_row (result, i));
  return rows;
}

/* A text that may not be there: TRUE and NULL then. */
static gboolean
read_text (const PGresult *result, char **text)
{
  *text = result != NULL && PQntuples (result) > 0 ? mp_pgsql_dup_text (result, 0, 0) : NULL;
  return result != NULL;
}

/* Whether a statement changed anything; @code is what it means that it did not. */
static gboolean
require_a_change (PGresult *result, int code, const char *message, GError **error)
{
  if (result == NULL)
    return FALSE;
  if (*PQcmdTuples (result) != '\0' && *PQcmdTuples (result) != '0')
    return TRUE;

  g_set_error_literal (error, MP_ERROR, code, message);
  return FALSE;
}

static gpointer
read_tenant (const PGresult *result, int row)
{
  MpDbTenant *tenant = g_new0 (MpDbTenant, 1);

  tenant->id = mp_pgsql_dup_text (result, row, 0);
  tenant->name = mp_pgsql_dup_text (result, row, 1);
  tenant->created_unix_us = mp_pgsql_get_int (result, row, 2);
  return tenant;
}

#define TOKEN_COLUMNS "id, tenant, hash, actor, role, created, expires, used, revoked"

static gpointer
read_token (const PGresult *result, int row)
{
  MpDbToken *token = g_new0 (MpDbToken, 1);

  token->id = mp_pgsql_dup_text (result, row, 0);
  token->tenant = mp_pgsql_dup_text (result, row, 1);
  token->hash = mp_pgsql_dup_text (result, row, 2);
  token->actor = mp_pgsql_dup_text (result, row, 3);
  /* A role this program does not know may do nothing: 0 has no permissions. */
  if (!mp_role_from_string (PQgetvalue (result, row, 4), &token->role))
    token->role = 0;
  token->created_unix_us = mp_pgsql_get_int (result, row, 5);
  token->expires_unix_us = mp_pgsql_get_int (result, row, 6);
  token->used_unix_us = mp_pgsql_get_int (result, row, 7);
  token->revoked_unix_us = mp_pgsql_get_int (result, row, 8);
  return token;
}

static gpointer
read_record (const PGresult *result, int row)
{
  MpDbRecord *record = g_new0 (MpDbRecord, 1);

  record->id = mp_pgsql_dup_text (result, row, 0);
  record->sequence = mp_pgsql_get_int (result, row, 1);
  record->archived = mp_pgsql_get_boolean (result, row, 2);
  record->json = mp_pgsql_dup_text (result, row, 3);
  return record;
}

static gpointer
read_revision (const PGresult *result, int row)
{
  MpDbRevision *revision = g_new0 (MpDbRevision, 1);

  revision->sequence = mp_pgsql_get_int (result, row, 0);
  revision->at_unix_us = mp_pgsql_get_int (result, row, 1);
  revision->actor = mp_pgsql_dup_text (result, row, 2);
  revision->json = mp_pgsql_dup_text (result, row, 3);
  return revision;
}

static gpointer
read_credential (const PGresult *result, int row)
{
  MpDbCredential *credential = g_new0 (MpDbCredential, 1);

  credential->id = mp_pgsql_dup_text (result, row, 0);
  credential->sequence = mp_pgsql_get_int (result, row, 1);
  credential->version = (unsigned int) mp_pgsql_get_int (result, row, 2);
  credential->revoked = mp_pgsql_get_boolean (result, row, 3);
  credential->json = mp_pgsql_dup_text (result, row, 4);
  return credential;
}

static gpointer
read_secret (const PGresult *result, int row)
{
  MpDbSecret *secret = g_new0 (MpDbSecret, 1);

  secret->tenant = mp_pgsql_dup_text (result, row, 0);
  secret->credential = mp_pgsql_dup_text (result, row, 1);
  secret->version = (unsigned int) mp_pgsql_get_int (result, row, 2);
  secret->key_id = mp_pgsql_dup_text (result, row, 3);
  secret->ciphertext = mp_pgsql_dup_bytes (result, row, 4);
  return secret;
}

static gpointer
read_change (const PGresult *result, int row)
{
  MpDbChange *change = g_new0 (MpDbChange, 1);

  change->kind = (MpDbChangeKind) mp_pgsql_get_int (result, row, 0);
  change->id = mp_pgsql_dup_text (result, row, 1);
  change->sequence = mp_pgsql_get_int (result, row, 2);
  change->json = mp_pgsql_dup_text (result, row, 3);
  return change;
}

static gpointer
read_audit_row (const PGresult *result, int row)
{
  MpDbAuditRow *entry = g_new0 (MpDbAuditRow, 1);

  entry->sequence = mp_pgsql_get_int (result, row, 0);
  entry->entry = mp_pgsql_dup_text (result, row, 1);
  entry->hash = mp_pgsql_dup_text (result, row, 2);
  return entry;
}

/* %NULL: no entry yet */
static MpDbAuditHead *
new_audit_head (int64_t sequence, const char *hash, const char *signature)
{
  MpDbAuditHead *head;

  if (sequence == 0)
    return NULL;
  head = g_new0 (MpDbAuditHead, 1);
  head->sequence = sequence;
  head->hash = g_strdup (hash);
  head->signature = g_strdup (signature);
  return head;
}

static void
end_transaction (MpDb *db, MpPgsqlTransaction *transaction)
{
  mp_pgsql_pool_give_back (MP_PGSQL_DB (db)->pool, transaction->connection, TRUE);
  mp_pgsql_transaction_free (transaction);
}

/* @group: (nullable): none: a transaction by itself */
static gboolean
ensure_transaction (MpDb *db, Group *group, GError **error)
{
  MpPgsql *connection;

  if (group->transaction != NULL)
    return TRUE;
  connection = mp_pgsql_pool_borrow (MP_PGSQL_DB (db)->pool, TRUE, error);
  if (connection == NULL)
    return FALSE;
  group->transaction = mp_pgsql_transaction_new (connection);
  return TRUE;
}

/* The next of a group's transactions, which are one of the database. */
static gboolean
begin_in_group (MpDb *db, Group *group, gpointer *state, GError **error)
{
  if (!ensure_transaction (db, group, error))
    return FALSE;
  if (group->error == NULL)
    mp_pgsql_transaction_read_awaited (group->transaction, &group->error);
  if (group->error != NULL)
    {
      if (error != NULL)
        *error = g_error_copy (group->error);
      return FALSE;
    }
  group->n_writes_before = group->transaction->n_writes;
  *state = group->transaction;
  return TRUE;
}

static gboolean
mp_pgsql_db_begin (MpDb *db, gpointer *state, GError **error)
{
  Group *group = mp_db_get_group_state (db);
  Group own = { 0 };

  if (group != NULL)
    return begin_in_group (db, group, state, error);
  if (!ensure_transaction (db, &own, error))
    return FALSE;
  *state = own.transaction;
  return TRUE;
}

static gboolean
mp_pgsql_db_commit (MpDb *db, gpointer state, GError **error)
{
  gboolean committed;

  if (mp_db_get_group_state (db) != NULL)
    return TRUE;
  committed = mp_pgsql_transaction_commit (state, error);
  end_transaction (db, state);
  return committed;
}

/* One that wrote something takes its group with it, whose others are tried again then: a savepoint
 * for each would cost all of them. */
static void
mp_pgsql_db_rollback (MpDb *db, gpointer state)
{
  Group *group = mp_db_get_group_state (db);

  if (group == NULL)
    {
      mp_pgsql_transaction_rollback (state);
      end_transaction (db, state);
    }
  else if (group->error == NULL && group->transaction->n_writes > group->n_writes_before)
    g_set_error (&group->error, MP_ERROR, MP_ERROR_UNAVAILABLE,
                 "A transaction of the group was rolled back");
}

static gpointer
mp_pgsql_db_begin_group (MpDb *db)
{
  return g_new0 (Group, 1);
}

static void
mp_pgsql_db_expect (MpDb *db,
                    gpointer state,
                    const char *tenant,
                    const char *record,
                    const char *const *credentials)
{
  Group *group = state;

  if (ensure_transaction (db, group, NULL))
    mp_pgsql_transaction_await (group->transaction, tenant, record, credentials);
}

static void
group_free (Group *group)
{
  g_clear_error (&group->error);
  g_free (group);
}

/* Where the connection is still good, the server has said that it rolled back. */
static gboolean
mp_pgsql_db_commit_group (MpDb *db, gpointer state, gboolean *is_undone, GError **error)
{
  Group *group = state;
  MpPgsqlTransaction *transaction = group->transaction;
  gboolean is_committed = group->error == NULL;

  if (!is_committed)
    {
      *is_undone = TRUE;
      g_propagate_error (error, g_steal_pointer (&group->error));
    }
  if (transaction != NULL && !is_committed)
    mp_pgsql_transaction_rollback (transaction);
  else if (transaction != NULL)
    {
      is_committed = mp_pgsql_transaction_commit (transaction, error);
      *is_undone = !is_committed && mp_pgsql_is_usable (transaction->connection);
    }
  if (transaction != NULL)
    end_transaction (db, transaction);
  group_free (group);
  return is_committed;
}

static gpointer
read_line (const PGresult *result, int row)
{
  return mp_pgsql_dup_text (result, row, 0);
}

/* Without these what was acknowledged may be gone after a crash; damage is found by PostgreSQL's
 * own checksums, where the cluster has them. */
static GPtrArray *
mp_pgsql_db_check (MpDb *db, GError **error)
{
  g_autoptr (PGresult) result =
                 query (db, NULL, error,
                        "SELECT 'the setting ' || name || ' is ' || setting || ', and should be on'"
                        " FROM pg_settings"
                        " WHERE name IN ('fsync', 'full_page_writes', 'data_checksums')"
                        " AND setting <> 'on' ORDER BY name",
                        "");

  return read_all (result, read_line, g_free);
}

static gboolean
mp_pgsql_db_get_meta (MpDb *db, const char *name, char **value, GError **error)
{
  MpPgsqlTransaction *transaction = get_transaction (db);
  g_autoptr (PGresult) result = NULL;

  if (transaction == NULL)
    result = query (db, NULL, error, "SELECT value FROM meta WHERE name = $1", "s", name);
  else if (g_str_equal (name, MP_DB_META_EPOCH) && mp_pgsql_transaction_is_in (transaction))
    {
      *value = g_strdup (transaction->epoch);
      return TRUE;
    }
  else
    result = query (db, NULL, error, "SELECT value FROM meta WHERE name = $1 FOR SHARE", "s", name);
  return read_text (result, value);
}

static gboolean
mp_pgsql_db_set_meta (MpDb *db, const char *name, const char *value, GError **error)
{
  MpPgsqlTransaction *transaction = mp_db_get_transaction_state (db);

  g_clear_pointer (&transaction->epoch, g_free);
  send (db, NULL,
        "INSERT INTO meta (name, value) VALUES ($1, $2)"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        "ss", name, value);
  return TRUE;
}

static gboolean
mp_pgsql_db_add_tenant (MpDb *db, const MpDbTenant *tenant, GError **error)
{
  g_autoptr (PGresult) result = query (db, tenant->id, error,
                                       "INSERT INTO tenant (id, name, created) VALUES ($1, $2, $3)"
                                       " ON CONFLICT DO NOTHING",
                                       "ssi", tenant->id, tenant->name, tenant->created_unix_us);

  mp_pgsql_transaction_leave (mp_db_get_transaction_state (db));
  return require_a_change (result, MP_ERROR_CONFLICT, "The tenant's id is taken", error);
}

static MpDbTenant *
mp_pgsql_db_get_tenant (MpDb *db, const char *id, GError **error)
{
  g_autoptr (PGresult) result = query (
      db, id, error, "SELECT id, name, created FROM tenant WHERE id = $1", "s", id);

  return read_one (result, read_tenant, "tenant", error);
}

static GPtrArray *
mp_pgsql_db_list_tenants (MpDb *db, GError **error)
{
  g_autoptr (PGresult) result =
                 query (db, NULL, error, "SELECT id, name, created FROM mp_tenants ()", "");

  return read_all (result, read_tenant, (GDestroyNotify) mp_db_tenant_free);
}

static gboolean
mp_pgsql_db_add_token (MpDb *db, const MpDbToken *token, GError **error)
{
  MpPgsqlTransaction *transaction = mp_db_get_transaction_state (db);
  g_autoptr (PGresult) result = NULL;

  if (!mp_pgsql_transaction_lock (transaction, token->tenant, error))
    return FALSE;
  result = query (db, token->tenant, error,
                  "INSERT INTO token (" TOKEN_COLUMNS ")"
                  " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING",
                  "sssssiiii", token->id, token->tenant, token->hash, token->actor,
                  mp_role_to_string (token->role), token->created_unix_us, token->expires_unix_us,
                  token->used_unix_us, token->revoked_unix_us);
  return require_a_change (result, MP_ERROR_CONFLICT, "The token's id is taken", error);
}

/* Known by what its owner presents: of which tenant it is, is not known before. */
static PGresult *
query_token (MpDb *db, GError **error, const char *hash, ...)
{
  static const char sql[] = "SELECT " TOKEN_COLUMNS " FROM token WHERE hash = $1";
  MpPgsqlTransaction *transaction = get_transaction (db);
  PGresult *result;
  va_list arguments;

  if (transaction != NULL)
    {
      mp_pgsql_send (transaction->connection, NULL, SET_TOKEN, "s", hash);
      return query (db, NULL, error, sql, "s", hash);
    }
  va_start (arguments, hash);
  result = read_alone (MP_PGSQL_DB (db), SET_TOKEN, hash, sql, "s", arguments, error);
  va_end (arguments);
  return result;
}

static MpDbToken *
mp_pgsql_db_find_token (MpDb *db, const char *hash, GError **error)
{
  g_autoptr (PGresult) result = query_token (db, error, hash, hash);

  return read_one (result, read_token, "token", error);
}

static GPtrArray *
mp_pgsql_db_list_tokens (MpDb *db, const char *tenant, GError **error)
{
  g_autoptr (PGresult) result = query (db, tenant, error,
                                       "SELECT " TOKEN_COLUMNS " FROM token WHERE tenant = $1"
                                       " ORDER BY created, id",
                                       "s", tenant);

  return read_all (result, read_token, (GDestroyNotify) mp_db_token_free);
}

static gboolean
mp_pgsql_db_touch_token (
    MpDb *db, const char *tenant, const char *id, int64_t at_unix_us, GError **error)
{
  g_autoptr (PGresult) result = query (db, tenant, error,
                                       "UPDATE token SET used = $3 WHERE tenant = $1 AND id = $2",
                                       "ssi", tenant, id, at_unix_us);

  return require_a_change (result, MP_ERROR_NOT_FOUND, "There is no such token", error);
}

static gboolean
mp_pgsql_db_revoke_token (
    MpDb *db, const char *tenant, const char *id, int64_t at_unix_us, GError **error)
{
  g_autoptr (PGresult) result =
                 query (db, tenant, error,
                        "UPDATE token SET revoked = CASE WHEN revoked = 0 THEN $3 ELSE revoked END"
                        " WHERE tenant = $1 AND id = $2",
                        "ssi", tenant, id, at_unix_us);

  return require_a_change (result, MP_ERROR_NOT_FOUND, "There is no such token", error);
}

static gboolean
mp_pgsql_db_get_sequence (MpDb *db, const char *tenant, int64_t *sequence, GError **error)
{
  MpPgsqlTransaction *transaction = get_transaction (db);
  g_autoptr (PGresult) result = NULL;

  if (transaction != NULL)
    {
      if (!mp_pgsql_transaction_lock (transaction, tenant, error))
        return FALSE;
      *sequence = transaction->sequence;
      return TRUE;
    }
  result = query (db, tenant, error, "SELECT sequence FROM tenant WHERE id = $1", "s", tenant);
  if (result == NULL)
    return FALSE;
  if (PQntuples (result) == 0)
    {
      g_set_error (error, MP_ERROR, MP_ERROR_NOT_FOUND, "There is no such tenant");
      return FALSE;
    }
  *sequence = mp_pgsql_get_int (result, 0, 0);
  return TRUE;
}

static gboolean
mp_pgsql_db_next_sequence (MpDb *db, const char *tenant, int64_t *sequence, GError **error)
{
  MpPgsqlTransaction *transaction = mp_db_get_transaction_state (db);

  if (!mp_pgsql_transaction_lock (transaction, tenant, error))
    return FALSE;
  *sequence = ++transaction->sequence;
  transaction->n_writes++;
  transaction->is_changed = TRUE;
  return TRUE;
}

static void
put_references (MpDb *db, const char *tenant, const char *record, const char *const *credentials)
{
  send (db, tenant, "DELETE FROM record_credential WHERE tenant = $1 AND record = $2", "ss", tenant,
        record);
  for (size_t i = 0; credentials != NULL && credentials[i] != NULL; i++)
    send (db, tenant,
          "INSERT INTO record_credential (tenant, record, credential) VALUES ($1, $2, $3)"
          " ON CONFLICT DO NOTHING",
          "sss", tenant, record, credentials[i]);
}

static gboolean
mp_pgsql_db_put_record (MpDb *db,
                        const char *tenant,
                        const MpDbRecord *record,
                        const char *const *credentials,
                        const char *actor,
                        int64_t at_unix_us,
                        GError **error)
{
  mp_pgsql_transaction_forget_record (mp_db_get_transaction_state (db), tenant, record->id);
  send (db, tenant,
        "INSERT INTO record (tenant, id, sequence, archived, json) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (tenant, id) DO UPDATE SET sequence = excluded.sequence,"
        " archived = excluded.archived, json = excluded.json",
        "ssiss", tenant, record->id, record->sequence, record->archived ? "t" : "f", record->json);
  if (!record->keeps_references)
    put_references (db, tenant, record->id, credentials);
  send (db, tenant,
        "INSERT INTO history (tenant, id, sequence, at, actor, json)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        "ssiiss", tenant, record->id, record->sequence, at_unix_us, actor, record->json);
  return TRUE;
}

static MpDbRecord *
mp_pgsql_db_get_record (MpDb *db, const char *tenant, const char *id, GError **error)
{
  MpPgsqlTransaction *transaction = get_transaction (db);
  const PGresult *known =
      transaction == NULL ? NULL : mp_pgsql_transaction_find_record (transaction, tenant, id);
  g_autoptr (PGresult) result = NULL;

  if (known != NULL)
    return read_one (known, read_record, "record", error);
  result = query (db, tenant, error, MP_PGSQL_RECORD_SQL, "ss", tenant, id);
  return read_one (result, read_record, "record", error);
}

static GPtrArray *
mp_pgsql_db_list_records (MpDb *db,
                          const char *tenant,
                          gboolean archived,
                          const char *after,
                          unsigned int limit,
                          GError **error)
{
  g_autoptr (PGresult) result = query (
      db, tenant, error,
      "SELECT id, sequence, archived, json FROM record"
      " WHERE tenant = $1 AND archived = $2 AND id > $3 ORDER BY id LIMIT $4",
      "sssi", tenant, archived ? "t" : "f", after == NULL ? "" : after, (int64_t) limit);

  return read_all (result, read_record, (GDestroyNotify) mp_db_record_free);
}

static GPtrArray *
mp_pgsql_db_list_credential_users (MpDb *db,
                                   const char *tenant,
                                   const char *credential,
                                   GError **error)
{
  g_autoptr (PGresult) result =
                 query (db, tenant, error,
                        "SELECT record.id, sequence, archived, json FROM record_credential AS used"
                        " JOIN record ON record.tenant = used.tenant AND record.id = used.record"
                        " WHERE used.tenant = $1 AND used.credential = $2 ORDER BY record.id",
                        "ss", tenant, credential);

  return read_all (result, read_record, (GDestroyNotify) mp_db_record_free);
}

static GPtrArray *
mp_pgsql_db_list_history (MpDb *db,
                          const char *tenant,
                          const char *id,
                          int64_t before,
                          unsigned int limit,
                          GError **error)
{
  g_autoptr (PGresult) result = query (
      db, tenant, error,
      "SELECT sequence, at, actor, json FROM history"
      " WHERE tenant = $1 AND id = $2 AND sequence < $3 ORDER BY sequence DESC LIMIT $4",
      "ssii", tenant, id, before == 0 ? INT64_MAX : before, (int64_t) limit);

  return read_all (result, read_revision, (GDestroyNotify) mp_db_revision_free);
}

static gboolean
mp_pgsql_db_put_credential (MpDb *db,
                            const char *tenant,
                            const MpDbCredential *credential,
                            GError **error)
{
  mp_pgsql_transaction_forget_credential (mp_db_get_transaction_state (db), tenant, credential->id);
  send (db, tenant,
        "INSERT INTO credential (tenant, id, sequence, version, revoked, json)"
        " VALUES ($1, $2, $3, $4, $5, $6)"
        " ON CONFLICT (tenant, id) DO UPDATE SET sequence = excluded.sequence,"
        " version = excluded.version, revoked = excluded.revoked, json = excluded.json",
        "ssiiss", tenant, credential->id, credential->sequence, (int64_t) credential->version,
        credential->revoked ? "t" : "f", credential->json);
  return TRUE;
}

static MpDbCredential *
mp_pgsql_db_get_credential (MpDb *db, const char *tenant, const char *id, GError **error)
{
  MpPgsqlTransaction *transaction = get_transaction (db);
  const PGresult *known =
      transaction == NULL ? NULL : mp_pgsql_transaction_find_credential (transaction, tenant, id);
  g_autoptr (PGresult) result = NULL;

  if (known != NULL)
    return read_one (known, read_credential, "credential", error);
  result = query (db, tenant, error, MP_PGSQL_CREDENTIAL_SQL, "ss", tenant, id);
  return read_one (result, read_credential, "credential", error);
}

static GPtrArray *
mp_pgsql_db_list_credentials (MpDb *db, const char *tenant, GError **error)
{
  g_autoptr (PGresult) result = query (db, tenant, error,
                                       "SELECT id, sequence, version, revoked, json FROM credential"
                                       " WHERE tenant = $1 ORDER BY id",
                                       "s", tenant);

  return read_all (result, read_credential, (GDestroyNotify) mp_db_credential_free);
}

static gboolean
mp_pgsql_db_put_secret (MpDb *db, const MpDbSecret *secret, GError **error)
{
  g_autoptr (PGresult) result =
                 query (db, secret->tenant, error,
                        "INSERT INTO secret (tenant, credential, version, key_id, ciphertext)"
                        " SELECT $1, $2, $3, $4, $5"
                        " WHERE EXISTS (SELECT FROM credential WHERE tenant = $1 AND id = $2)"
                        " ON CONFLICT (tenant, credential) DO UPDATE SET"
                        " version = excluded.version, key_id = excluded.key_id,"
                        " ciphertext = excluded.ciphertext",
                        "ssisb", secret->tenant, secret->credential, (int64_t) secret->version,
                        secret->key_id, secret->ciphertext);

  return require_a_change (result, MP_ERROR_NOT_FOUND, "There is no such credential", error);
}

static MpDbSecret *
mp_pgsql_db_get_secret (MpDb *db, const char *tenant, const char *credential, GError **error)
{
  g_autoptr (PGresult) result =
                 query (db, tenant, error,
                        "SELECT tenant, credential, version, key_id, ciphertext FROM secret"
                        " WHERE tenant = $1 AND credential = $2",
                        "ss", tenant, credential);

  return read_one (result, read_secret, "secret", error);
}

static gboolean
mp_pgsql_db_remove_secret (MpDb *db, const char *tenant, const char *credential, GError **error)
{
  send (db, tenant, "DELETE FROM secret WHERE tenant = $1 AND credential = $2", "ss", tenant,
        credential);
  return TRUE;
}

static gboolean
mp_pgsql_db_rewrap_secret (MpDb *db, const MpDbSecret *secret, GError **error)
{
  MpPgsqlTransaction *transaction = mp_db_get_transaction_state (db);

  mp_pgsql_transaction_see (transaction, secret->tenant);
  send (db, NULL,
        "UPDATE secret SET key_id = $4, ciphertext = $5"
        " WHERE tenant = $1 AND credential = $2 AND version = $3",
        "ssisb", secret->tenant, secret->credential, (int64_t) secret->version, secret->key_id,
        secret->ciphertext);
  return TRUE;
}

static GPtrArray *
mp_pgsql_db_list_secrets_not_under (MpDb *db,
                                    const char *key_id,
                                    unsigned int limit,
                                    GError **error)
{
  g_autoptr (PGresult) result = query (db, NULL, error,
                                       "SELECT tenant, credential, version, key_id, ciphertext"
                                       " FROM mp_secrets_not_under ($1, $2)",
                                       "si", key_id, (int64_t) limit);

  return read_all (result, read_secret, (GDestroyNotify) mp_db_secret_free);
}

static GPtrArray *
mp_pgsql_db_list_changes (
    MpDb *db, const char *tenant, int64_t after, unsigned int limit, GError **error)
{
  g_autoptr (PGresult) result = NULL;

  G_STATIC_ASSERT (MP_DB_CHANGE_SETTINGS == 1 && MP_DB_CHANGE_CREDENTIAL == 2);
  result = query (db, tenant, error,
                  "(SELECT 1, id, sequence, json FROM record"
                  " WHERE tenant = $1 AND sequence > $2 ORDER BY sequence LIMIT $3)"
                  " UNION ALL"
                  " (SELECT 2, id, sequence, json FROM credential"
                  " WHERE tenant = $1 AND sequence > $2 ORDER BY sequence LIMIT $3)"
                  " ORDER BY sequence LIMIT $3",
                  "sii", tenant, after, (int64_t) limit);
  return read_all (result, read_change, (GDestroyNotify) mp_db_change_free);
}

static gboolean
mp_pgsql_db_get_operation_result (
    MpDb *db, const char *tenant, const char *op, char **result, GError **error)
{
  MpPgsqlTransaction *transaction = get_transaction (db);
  g_autoptr (PGresult) row = query (db, tenant, error,
                                    "SELECT result FROM operation WHERE tenant = $1 AND op = $2",
                                    "ss", tenant, op);

  if (!read_text (row, result))
    return FALSE;
  if (transaction != NULL && *result == NULL)
    {
      g_free (transaction->absent_op);
      transaction->absent_op = g_strdup (op);
    }
  return TRUE;
}

static gboolean
mp_pgsql_db_put_operation_result (MpDb *db,
                                  const char *tenant,
                                  const char *op,
                                  const char *result,
                                  int64_t at_unix_us,
                                  GError **error)
{
  static const char sql[] = "INSERT INTO operation (tenant, op, result, at) VALUES ($1, $2, $3, $4)"
                            " ON CONFLICT DO NOTHING";
  MpPgsqlTransaction *transaction = mp_db_get_transaction_state (db);
  g_autoptr (PGresult) inserted = NULL;

  mp_pgsql_transaction_enter (transaction, tenant);
  /* The tenant is locked: an operation that had no result then has none now. */
  if (g_strcmp0 (transaction->absent_op, op) == 0)
    {
      g_clear_pointer (&transaction->absent_op, g_free);
      send (db, tenant, sql, "sssi", tenant, op, result, at_unix_us);
      return TRUE;
    }
  inserted = query (db, tenant, error, sql, "sssi", tenant, op, result, at_unix_us);
  return require_a_change (inserted, MP_ERROR_CONFLICT, "The operation has a result", error);
}

static gboolean
mp_pgsql_db_purge_operation_results (MpDb *db, int64_t before_unix_us, GError **error)
{
  send (db, NULL, "SELECT mp_purge_operations ($1)", "i", before_unix_us);
  return TRUE;
}

static gboolean
mp_pgsql_db_append_audit (MpDb *db,
                          const char *tenant,
                          const MpDbAuditRow *row,
                          const MpAuditEntryInit *init,
                          const char *signature,
                          GError **error)
{
  MpPgsqlTransaction *transaction = mp_db_get_transaction_state (db);

  if (!mp_pgsql_transaction_lock (transaction, tenant, error))
    return FALSE;
  if (row->sequence <= transaction->audit_sequence)
    {
      g_set_error (error, MP_ERROR, MP_ERROR_CONFLICT, "The audit entry's number is taken");
      return FALSE;
    }
  send (db, tenant,
        "INSERT INTO audit (tenant, sequence, actor, action, resource, entry, hash)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        "sisssss", tenant, row->sequence, init->actor, init->action, init->resource, row->entry,
        row->hash);
  transaction->audit_sequence = row->sequence;
  g_free (transaction->audit_hash);
  transaction->audit_hash = g_strdup (row->hash);
  g_free (transaction->audit_signature);
  transaction->audit_signature = g_strdup (signature);
  transaction->is_changed = TRUE;
  return TRUE;
}

static gboolean
mp_pgsql_db_get_audit_head (MpDb *db, const char *tenant, MpDbAuditHead **head, GError **error)
{
  MpPgsqlTransaction *transaction = get_transaction (db);
  g_autoptr (PGresult) result = NULL;

  *head = NULL;
  if (transaction != NULL)
    {
      if (!mp_pgsql_transaction_lock (transaction, tenant, error))
        return FALSE;
      *head = new_audit_head (transaction->audit_sequence, transaction->audit_hash,
                              transaction->audit_signature);
      return TRUE;
    }
  result = query (db, tenant, error,
                  "SELECT audit_sequence, audit_hash, audit_signature FROM tenant WHERE id = $1",
                  "s", tenant);
  if (result == NULL)
    return FALSE;
  if (PQntuples (result) > 0)
    *head = new_audit_head (mp_pgsql_get_int (result, 0, 0), PQgetvalue (result, 0, 1),
                            PQgetvalue (result, 0, 2));
  return TRUE;
}

static GPtrArray *
mp_pgsql_db_list_audit (
    MpDb *db, const char *tenant, const MpAuditFilter *filter, unsigned int limit, GError **error)
{
  g_autoptr (PGresult) result = query (db, tenant, error,
                                       "SELECT sequence, entry, hash FROM audit"
                                       " WHERE tenant = $1 AND sequence > $2"
                                       " AND ($3::text IS NULL OR actor = $3)"
                                       " AND ($4::text IS NULL OR action = $4)"
                                       " AND ($5::text IS NULL OR resource = $5)"
                                       " ORDER BY sequence LIMIT $6",
                                       "sisssi", tenant, filter->since, filter->actor,
                                       filter->action, filter->resource, (int64_t) limit);

  return read_all (result, read_audit_row, (GDestroyNotify) mp_db_audit_row_free);
}

static void
mp_pgsql_db_finalize (GObject *object)
{
  g_clear_pointer (&MP_PGSQL_DB (object)->pool, mp_pgsql_pool_free);
  G_OBJECT_CLASS (mp_pgsql_db_parent_class)->finalize (object);
}

static void
mp_pgsql_db_class_init (MpPgsqlDbClass *klass)
{
  MpDbClass *db_class = MP_DB_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = mp_pgsql_db_finalize;
  db_class->begin = mp_pgsql_db_begin;
  db_class->commit = mp_pgsql_db_commit;
  db_class->rollback = mp_pgsql_db_rollback;
  db_class->begin_group = mp_pgsql_db_begin_group;
  db_class->commit_group = mp_pgsql_db_commit_group;
  db_class->expect = mp_pgsql_db_expect;
  db_class->check = mp_pgsql_db_check;
  db_class->get_meta = mp_pgsql_db_get_meta;
  db_class->set_meta = mp_pgsql_db_set_meta;
  db_class->add_tenant = mp_pgsql_db_add_tenant;
  db_class->get_tenant = mp_pgsql_db_get_tenant;
  db_class->list_tenants = mp_pgsql_db_list_tenants;
  db_class->add_token = mp_pgsql_db_add_token;
  db_class->find_token = mp_pgsql_db_find_token;
  db_class->list_tokens = mp_pgsql_db_list_tokens;
  db_class->touch_token = mp_pgsql_db_touch_token;
  db_class->revoke_token = mp_pgsql_db_revoke_token;
  db_class->next_sequence = mp_pgsql_db_next_sequence;
  db_class->get_sequence = mp_pgsql_db_get_sequence;
  db_class->put_record = mp_pgsql_db_put_record;
  db_class->get_record = mp_pgsql_db_get_record;
  db_class->list_records = mp_pgsql_db_list_records;
  db_class->list_credential_users = mp_pgsql_db_list_credential_users;
  db_class->list_history = mp_pgsql_db_list_history;
  db_class->put_credential = mp_pgsql_db_put_credential;
  db_class->get_credential = mp_pgsql_db_get_credential;
  db_class->list_credentials = mp_pgsql_db_list_credentials;
  db_class->put_secret = mp_pgsql_db_put_secret;
  db_class->get_secret = mp_pgsql_db_get_secret;
  db_class->remove_secret = mp_pgsql_db_remove_secret;
  db_class->rewrap_secret = mp_pgsql_db_rewrap_secret;
  db_class->list_secrets_not_under = mp_pgsql_db_list_secrets_not_under;
  db_class->list_changes = mp_pgsql_db_list_changes;
  db_class->get_operation_result = mp_pgsql_db_get_operation_result;
  db_class->put_operation_result = mp_pgsql_db_put_operation_result;
  db_class->purge_operation_results = mp_pgsql_db_purge_operation_results;
  db_class->append_audit = mp_pgsql_db_append_audit;
  db_class->get_audit_head = mp_pgsql_db_get_audit_head;
  db_class->list_audit = mp_pgsql_db_list_audit;
}

static void
mp_pgsql_db_init (MpPgsqlDb *self)
{
}

/* Row-level security holds only a role that owns nothing and is no superuser. */
static gboolean
check_role (PGconn *conn, GError **error)
{
  g_autoptr (PGresult) result =
                 mp_pgsql_run (conn,
                               "SELECT rolsuper OR rolbypassrls"
                               " OR pg_has_role (relowner, 'MEMBER'), rolname"
                               " FROM pg_roles, pg_class WHERE rolname = current_user"
                               " AND pg_class.oid = 'public.tenant'::regclass",
                               error);

  if (result == NULL)
    return FALSE;
  if (PQntuples (result) == 1 && !mp_pgsql_get_boolean (result, 0, 0))
    return TRUE;
  g_set_error (error, MP_ERROR, MP_ERROR_FORBIDDEN,
               "The role %s passes by row-level security: connect as one that neither owns the "
               "tables nor is a superuser",
               PQntuples (result) == 1 ? PQgetvalue (result, 0, 1) : "given");
  return FALSE;
}

static gboolean
check_schema (PGconn *conn, GError **error)
{
  unsigned int known = mp_pgsql_get_known_version ();
  unsigned int version;

  if (!mp_pgsql_get_version (conn, &version, error))
    return FALSE;
  if (version == known)
    return TRUE;
  if (version > known)
    g_set_error (error, MP_ERROR, MP_ERROR_NEWER,
                 "The database has schema %u, this program knows %u", version, known);
  else
    g_set_error (error, MP_ERROR, MP_ERROR_NOT_FOUND,
                 "The database has schema %u, this program needs %u: run “mp-tenant-server "
                 "migrate” as its owner",
                 version, known);
  return FALSE;
}

/**
 * mp_pgsql_db_new:
 * @conninfo: libpq's connection string, without a password (`passfile=` names a file of them);
 *   with several hosts the one that takes writes is found
 * @error: return location
 *
 * Opens a database that mp_pgsql_db_migrate () has brought to this program's schema. Connections
 * are made when needed, and anew when one breaks.
 *
 * Fails with %MP_ERROR_INVALID when @conninfo is no such string, %MP_ERROR_UNAVAILABLE when nobody
 * answers, %MP_ERROR_FORBIDDEN when the role would pass by row-level security,
 * %MP_ERROR_NOT_FOUND when the schema is not there or older, %MP_ERROR_NEWER when a newer program
 * made it.
 *
 * Returns: (transfer full): the database; its functions may be called from any thread
 */
MpDb *
mp_pgsql_db_new (const char *conninfo, GError **error)
{
  g_autoptr (PGconn) conn = NULL;
  MpPgsqlDb *self;

  g_return_val_if_fail (conninfo != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  conn = mp_pgsql_connect (conninfo, error);
  if (conn == NULL || !check_schema (conn, error) || !check_role (conn, error))
    return NULL;
  self = g_object_new (MP_TYPE_PGSQL_DB, NULL);
  self->pool = mp_pgsql_pool_new (conninfo);
  return MP_DB (self);
}
