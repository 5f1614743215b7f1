/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-pgsql-private.h"

G_BEGIN_DECLS

/* What is also asked for ahead. */
#define MP_PGSQL_RECORD_SQL                                                                        \
  "SELECT id, sequence, archived, json FROM record WHERE tenant = $1 AND id = $2"
#define MP_PGSQL_CREDENTIAL_SQL                                                                    \
  "SELECT id, sequence, version, revoked, json FROM credential WHERE tenant = $1 AND id = $2"

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

  unsigned int n_writes; /* sent so far */
  GHashTable *awaited;   /* (owned) (nullable) (element-type utf8 MpPgsqlAwaited), by tenant */
  gboolean is_awaiting;  /* the answers to these are not here yet */
} MpPgsqlTransaction;

/* What a tenant's part of the transaction is about to ask for, asked ahead. */
typedef struct
{
  PGresult *row;      /* (owned) (nullable): the tenant's, locked */
  GPtrArray *records; /* (element-type MpPgsqlRow) */
  GPtrArray *credentials;
} MpPgsqlAwaited;

/* A row under its key. */
typedef struct
{
  char *id;
  PGresult *result; /* (owned) (nullable): %NULL until its answer is here */
} MpPgsqlRow;

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
/* Asks ahead for a tenant's row, locked, a record and credentials of it: those of many tenants are
 * read in one flight, by mp_pgsql_transaction_read_awaited (). To be called before anything is
 * written, and for tenants in the order of their ids, as all do who lock several. */
void mp_pgsql_transaction_await (MpPgsqlTransaction *self,
                                 const char *tenant,
                                 const char *record,
                                 const char *const *credentials);
gboolean mp_pgsql_transaction_read_awaited (MpPgsqlTransaction *self, GError **error);
/* (nullable): the answer, where one was asked for ahead and nothing was written since */
const PGresult *
mp_pgsql_transaction_find_record (MpPgsqlTransaction *self, const char *tenant, const char *id);
const PGresult *
mp_pgsql_transaction_find_credential (MpPgsqlTransaction *self, const char *tenant, const char *id);
void
mp_pgsql_transaction_forget_record (MpPgsqlTransaction *self, const char *tenant, const char *id);
void mp_pgsql_transaction_forget_credential (MpPgsqlTransaction *self,
                                             const char *tenant,
                                             const char *id);
/* Forgets the row: its tenant is being made. */
void mp_pgsql_transaction_leave (MpPgsqlTransaction *self);

G_END_DECLS
