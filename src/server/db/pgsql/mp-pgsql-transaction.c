/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-pgsql-transaction.h"

#include "mp-error.h"

#include <string.h>

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

void
mp_pgsql_transaction_enter (MpPgsqlTransaction *self, const char *tenant)
{
  mp_pgsql_transaction_see (self, tenant);
  if (self->is_locked)
    return;

  self->is_locked = TRUE;
  mp_pgsql_send (self->connection, &self->row,
                 "SELECT sequence, audit_sequence, audit_hash, audit_signature,"
                 " (SELECT value FROM meta WHERE name = 'epoch')"
                 " FROM tenant WHERE id = $1 FOR NO KEY UPDATE",
                 "s", tenant);
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
