/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-pgsql-transaction.h"

#include "mp-error.h"

#include <string.h>

static void
row_free (void *data)
{
  MpPgsqlRow *row = data;

  g_free (row->id);
  g_clear_pointer (&row->result, PQclear);
  g_free (row);
}

static void
awaited_free (void *data)
{
  MpPgsqlAwaited *awaited = data;

  g_clear_pointer (&awaited->row, PQclear);
  g_ptr_array_unref (awaited->records);
  g_ptr_array_unref (awaited->credentials);
  g_free (awaited);
}

static MpPgsqlAwaited *
find_awaited (MpPgsqlTransaction *self, const char *tenant)
{
  return self->awaited != NULL ? g_hash_table_lookup (self->awaited, tenant) : NULL;
}

MpPgsqlTransaction *
mp_pgsql_transaction_new (MpPgsql *connection)
{
  MpPgsqlTransaction *self = g_new0 (MpPgsqlTransaction, 1);

  self->connection = connection;
  mp_pgsql_send (connection, NULL, "BEGIN", "");
  return self;
}

void
mp_pgsql_transaction_free (MpPgsqlTransaction *self)
{
  g_clear_pointer (&self->row, PQclear);
  g_clear_pointer (&self->awaited, g_hash_table_unref);
  g_free (self->tenant);
  g_free (self->audit_hash);
  g_free (self->audit_signature);
  g_free (self->epoch);
  g_free (self->absent_op);
  g_free (self);
}

void
mp_pgsql_transaction_leave (MpPgsqlTransaction *self)
{
  if (self->is_changed)
    mp_pgsql_send (self->connection, NULL,
                   "UPDATE tenant SET sequence = $2, audit_sequence = $3, audit_hash = $4,"
                   " audit_signature = $5 WHERE id = $1",
                   "siiss", self->tenant, self->sequence, self->audit_sequence, self->audit_hash,
                   self->audit_signature);
  g_clear_pointer (&self->row, PQclear);
  g_clear_pointer (&self->tenant, g_free);
  g_clear_pointer (&self->absent_op, g_free);
  self->is_locked = FALSE;
  self->is_known = FALSE;
  self->is_changed = FALSE;
}

void
mp_pgsql_transaction_see (MpPgsqlTransaction *self, const char *tenant)
{
  if (g_strcmp0 (self->tenant, tenant) == 0)
    return;

  mp_pgsql_transaction_leave (self);
  self->tenant = g_strdup (tenant);
  mp_pgsql_send (self->connection, NULL, "SELECT set_config ('mp.tenant', $1, true)", "s", tenant);
}

static void
lock_tenant (MpPgsqlTransaction *self, const char *tenant, PGresult **row)
{
  mp_pgsql_send (self->connection, row,
                 "SELECT sequence, audit_sequence, audit_hash, audit_signature,"
                 " (SELECT value FROM meta WHERE name = 'epoch')"
                 " FROM tenant WHERE id = $1 FOR NO KEY UPDATE",
                 "s", tenant);
}

void
mp_pgsql_transaction_enter (MpPgsqlTransaction *self, const char *tenant)
{
  MpPgsqlAwaited *awaited;

  mp_pgsql_transaction_see (self, tenant);
  if (self->is_locked)
    return;

  self->is_locked = TRUE;
  awaited = find_awaited (self, tenant);
  if (awaited != NULL && awaited->row != NULL)
    self->row = g_steal_pointer (&awaited->row);
  else
    lock_tenant (self, tenant, &self->row);
}

static MpPgsqlRow *
find_row (GPtrArray *rows, const char *id)
{
  for (unsigned int i = 0; i < rows->len; i++)
    {
      MpPgsqlRow *row = rows->pdata[i];

      if (g_str_equal (row->id, id))
        return row;
    }
  return NULL;
}

static void
await_row (
    MpPgsqlTransaction *self, GPtrArray *rows, const char *sql, const char *tenant, const char *id)
{
  MpPgsqlRow *row;

  if (find_row (rows, id) != NULL)
    return;
  row = g_new0 (MpPgsqlRow, 1);
  row->id = g_strdup (id);
  g_ptr_array_add (rows, row);
  mp_pgsql_send (self->connection, &row->result, sql, "ss", tenant, id);
}

void
mp_pgsql_transaction_await (MpPgsqlTransaction *self,
                            const char *tenant,
                            const char *record,
                            const char *const *credentials)
{
  MpPgsqlAwaited *awaited = find_awaited (self, tenant);

  mp_pgsql_transaction_see (self, tenant);
  if (self->awaited == NULL)
    self->awaited = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, awaited_free);
  if (awaited == NULL)
    {
      awaited = g_new0 (MpPgsqlAwaited, 1);
      awaited->records = g_ptr_array_new_with_free_func (row_free);
      awaited->credentials = g_ptr_array_new_with_free_func (row_free);
      g_hash_table_insert (self->awaited, g_strdup (tenant), awaited);
      lock_tenant (self, tenant, &awaited->row);
    }
  await_row (self, awaited->records, MP_PGSQL_RECORD_SQL, tenant, record);
  self->is_awaiting = TRUE;
  for (size_t i = 0; credentials[i] != NULL; i++)
    await_row (self, awaited->credentials, MP_PGSQL_CREDENTIAL_SQL, tenant, credentials[i]);
}

gboolean
mp_pgsql_transaction_read_awaited (MpPgsqlTransaction *self, GError **error)
{
  if (!self->is_awaiting)
    return TRUE;
  self->is_awaiting = FALSE;
  return mp_pgsql_collect (self->connection, error);
}

static const PGresult *
find_result (GPtrArray *rows, const char *id)
{
  MpPgsqlRow *row = find_row (rows, id);

  return row != NULL ? row->result : NULL;
}

const PGresult *
mp_pgsql_transaction_find_record (MpPgsqlTransaction *self, const char *tenant, const char *id)
{
  MpPgsqlAwaited *awaited = find_awaited (self, tenant);

  return awaited != NULL ? find_result (awaited->records, id) : NULL;
}

const PGresult *
mp_pgsql_transaction_find_credential (MpPgsqlTransaction *self, const char *tenant, const char *id)
{
  MpPgsqlAwaited *awaited = find_awaited (self, tenant);

  return awaited != NULL ? find_result (awaited->credentials, id) : NULL;
}

void
mp_pgsql_transaction_forget_record (MpPgsqlTransaction *self, const char *tenant, const char *id)
{
  MpPgsqlAwaited *awaited = find_awaited (self, tenant);

  if (awaited != NULL)
    g_ptr_array_remove_fast (awaited->records, find_row (awaited->records, id));
}

void
mp_pgsql_transaction_forget_credential (MpPgsqlTransaction *self,
                                        const char *tenant,
                                        const char *id)
{
  MpPgsqlAwaited *awaited = find_awaited (self, tenant);

  if (awaited != NULL)
    g_ptr_array_remove_fast (awaited->credentials, find_row (awaited->credentials, id));
}

static void
read_row (MpPgsqlTransaction *self)
{
  self->is_known = TRUE;
  self->is_tenant = PQntuples (self->row) == 1;
  if (!self->is_tenant)
    return;

  self->sequence = mp_pgsql_get_int (self->row, 0, 0);
  self->audit_sequence = mp_pgsql_get_int (self->row, 0, 1);
  g_free (self->audit_hash);
  self->audit_hash = mp_pgsql_dup_text (self->row, 0, 2);
  g_free (self->audit_signature);
  self->audit_signature = mp_pgsql_dup_text (self->row, 0, 3);
  g_free (self->epoch);
  self->epoch = mp_pgsql_dup_text (self->row, 0, 4);
}

gboolean
mp_pgsql_transaction_is_in (MpPgsqlTransaction *self)
{
  if (!self->is_known && self->row != NULL)
    read_row (self);
  return self->is_known && self->is_tenant && self->epoch != NULL;
}

gboolean
mp_pgsql_transaction_lock (MpPgsqlTransaction *self, const char *tenant, GError **error)
{
  mp_pgsql_transaction_enter (self, tenant);
  if (!self->is_known)
    {
      if (self->row == NULL && !mp_pgsql_collect (self->connection, error))
        return FALSE;
      if (self->row == NULL)
        {
          g_set_error (error, MP_ERROR, MP_ERROR_STORAGE, "The transaction failed before");
          return FALSE;
        }
      read_row (self);
    }
  if (self->is_tenant)
    return TRUE;

  g_set_error (error, MP_ERROR, MP_ERROR_NOT_FOUND, "There is no such tenant");
  return FALSE;
}

/* After a failure the statements behind it were not done, the end of the transaction neither. */
static void
end_failed (MpPgsqlTransaction *self)
{
  mp_pgsql_send (self->connection, NULL, "ROLLBACK", "");
  if (mp_pgsql_collect (self->connection, NULL) || !mp_pgsql_is_usable (self->connection))
    return;
  mp_pgsql_send (self->connection, NULL, "ROLLBACK", "");
  mp_pgsql_collect (self->connection, NULL);
}

gboolean
mp_pgsql_transaction_commit (MpPgsqlTransaction *self, GError **error)
{
  g_autoptr (PGresult) result = NULL;

  mp_pgsql_transaction_leave (self);
  mp_pgsql_send (self->connection, &result, "COMMIT", "");
  if (!mp_pgsql_collect (self->connection, error))
    {
      end_failed (self);
      return FALSE;
    }
  if (strcmp (PQcmdStatus (result), "COMMIT") == 0)
    return TRUE;

  g_set_error (error, MP_ERROR, MP_ERROR_STORAGE, "A part of the transaction had failed");
  return FALSE;
}

void
mp_pgsql_transaction_rollback (MpPgsqlTransaction *self)
{
  end_failed (self);
}
