/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-pgsql-private.h"

G_BEGIN_DECLS

/**
 * MpPgsqlPool:
 *
 * The process's connections, lent to a call or to a transaction at a time. One that broke is
 * replaced by a new one, to whichever host takes writes then. Thread-safe.
 */
typedef struct _MpPgsqlPool MpPgsqlPool;
MpPgsqlPool *mp_pgsql_pool_new (const char *conninfo) G_GNUC_WARN_UNUSED_RESULT;
void mp_pgsql_pool_free (MpPgsqlPool *self);

/* Waits for a connection. @is_writer: for a transaction; some connections are kept from these, so
 * that reads go on while transactions wait for each other. */
MpPgsql *mp_pgsql_pool_borrow (MpPgsqlPool *self,
                               gboolean is_writer,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mp_pgsql_pool_give_back (MpPgsqlPool *self, MpPgsql *connection, gboolean is_writer);

G_END_DECLS
