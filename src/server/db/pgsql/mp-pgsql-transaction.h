/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-pgsql-private.h"

G_BEGIN_DECLS

/**
 * MpPgsqlTransaction:
 *
 * A transaction on one connection, within one tenant at a time. Its writes are sent without
 * waiting for their answers; a failure shows at the next read, or at the commit. To be used by one
 * thread.
 */
typedef struct
{
  MpPgsql *connection; /* borrowed */

  char *tenant;       /* (owned) (nullable): the one it is within */
  gboolean is_locked; /* its row is, or is about to be */
  PGresult *row;      /* (owned) (nullable): that row; %NULL until its answer is here */

  /* What the row says, and what is to be written to it; when it was read. */
  gboolean is_known;
  gboolean is_tenant; /* there is such a tenant */
  gboolean is_changed;
  int64_t sequence;
  int64_t audit_sequence;
  char *audit_hash;      /* (owned) (nullable) */
  char *audit_signature; /* (owned) (nullable) */
  char *epoch;           /* (owned) (nullable) */

  char *absent_op; /* (owned) (nullable): an operation known to have no result */
} MpPgsqlTransaction;

MpPgsqlTransaction *mp_pgsql_transaction_new (MpPgsql *connection) G_GNUC_WARN_UNUSED_RESULT;
gboolean mp_pgsql_transaction_commit (MpPgsqlTransaction *self, GError **error);
void mp_pgsql_transaction_rollback (MpPgsqlTransaction *self);
void mp_pgsql_transaction_free (MpPgsqlTransaction *self);

/* Goes to a tenant: what is sent next sees that tenant alone, whom nobody else changes then. */
void mp_pgsql_transaction_enter (MpPgsqlTransaction *self, const char *tenant);
/* The same, and the row's members are set. MP_ERROR_NOT_FOUND: there is no such tenant. */
gboolean mp_pgsql_transaction_lock (MpPgsqlTransaction *self, const char *tenant, GError **error);
/* Goes to a tenant without keeping others from changing it. */
void mp_pgsql_transaction_see (MpPgsqlTransaction *self, const char *tenant);
/* Whether it is within a tenant that there is, whose row's members are set. */
gboolean mp_pgsql_transaction_is_in (MpPgsqlTransaction *self);
/* Forgets the row: its tenant is being made. */
void mp_pgsql_transaction_leave (MpPgsqlTransaction *self);

G_END_DECLS
