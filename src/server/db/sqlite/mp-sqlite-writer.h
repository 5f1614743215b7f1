/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

/**
 * MpSqliteWriter:
 *
 * The one connection that writes, lent to a thread at a time. The transactions of threads that
 * come close together are one transaction of the database, a savepoint each: the disk is waited for
 * once for all of them, and each is acknowledged after that. Thread-safe.
 */
typedef struct _MpSqliteWriter MpSqliteWriter;
MpSqliteWriter *mp_sqlite_writer_new (sqlite3 *db) G_GNUC_WARN_UNUSED_RESULT;
void mp_sqlite_writer_free (MpSqliteWriter *self);

/* Waits for the calling thread's turn; it ends with exactly one of the other two. */
gboolean mp_sqlite_writer_begin (MpSqliteWriter *self, GError **error);
/* Returns when the thread's writes, and all that it could read, are on the disk. */
gboolean mp_sqlite_writer_commit (MpSqliteWriter *self, GError **error);
void mp_sqlite_writer_rollback (MpSqliteWriter *self);

/* Waits for the calling thread's turn and keeps it, for several begins and ends: a commit does not
 * wait for the disk then, letting go does. */
void mp_sqlite_writer_keep (MpSqliteWriter *self);
gboolean mp_sqlite_writer_let_go (MpSqliteWriter *self, GError **error);

G_END_DECLS
