/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <sqlite3.h>
#include <stdint.h>

G_BEGIN_DECLS

/* A connection keeps the statements that were prepared on it; to let one go is to lay it ready for
 * its next use. */
void mp_sqlite_close (sqlite3 *db);
void mp_sqlite_release (sqlite3_stmt *statement);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (sqlite3, mp_sqlite_close)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (sqlite3_stmt, mp_sqlite_release)

/* Opens a connection as all of ours are; not to be shared by threads at the same time. */
sqlite3 *
mp_sqlite_open (const char *path, gboolean writable, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean mp_sqlite_migrate (sqlite3 *db, GError **error);

/* Sets @error from the connection's last one: taken keys are MP_ERROR_CONFLICT, a missing parent
 * row MP_ERROR_NOT_FOUND, the rest MP_ERROR_STORAGE. */
void mp_sqlite_set_error (sqlite3 *db, const char *attempt, GError **error);

/* @types: one letter for each argument, bound to ?1, ?2, ...: s const char * (nullable),
 * i int64_t, b GBytes *. What is bound must outlive the statement. */
sqlite3_stmt *mp_sqlite_prepare (
    sqlite3 *db, GError **error, const char *sql, const char *types, ...) G_GNUC_WARN_UNUSED_RESULT;
/* The same for a statement without rows. */
gboolean mp_sqlite_run (sqlite3 *db, GError **error, const char *sql, const char *types, ...);

typedef enum
{
  MP_SQLITE_ROW = 1,
  MP_SQLITE_DONE,
  MP_SQLITE_FAILED, /* the error is set */
} MpSqliteStep;
MpSqliteStep mp_sqlite_step (sqlite3_stmt *statement, GError **error);
char *mp_sqlite_dup_text (sqlite3_stmt *statement, int column) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
