/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <sqlite3.h>
#include <stdint.h>

G_BEGIN_DECLS

void mp_store_sql_close (sqlite3 *db);
/* Statements belong to their connection, which keeps them for the next time; this gives one back.
 */
void mp_store_sql_release (sqlite3_stmt *statement);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (sqlite3, mp_store_sql_close)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (sqlite3_stmt, mp_store_sql_release)

/* How long another process' transaction is waited for. */
#define MP_STORE_BUSY_TIMEOUT_MS 5000

typedef enum
{
  MP_STORE_ROW = 1,
  MP_STORE_DONE,
  MP_STORE_FAILED,
} MpStoreStep;

void mp_store_sql_set_error (GError **error, sqlite3 *db, int code);
gboolean mp_store_sql_add_functions (sqlite3 *db, GError **error);
gboolean mp_store_sql_exec (sqlite3 *db, const char *sql, GError **error);

/* ...: one value for each letter of @types: t (const char *, NULL: null), i (int64_t) */
sqlite3_stmt *mp_store_sql_query (
    sqlite3 *db, GError **error, const char *sql, const char *types, ...) G_GNUC_WARN_UNUSED_RESULT;
MpStoreStep mp_store_sql_step (sqlite3_stmt *statement, GError **error);
gboolean mp_store_sql_run (sqlite3 *db, GError **error, const char *sql, const char *types, ...);
gboolean mp_store_sql_get_int (sqlite3 *db, const char *sql, int64_t *value, GError **error);
const char *mp_store_sql_text (sqlite3_stmt *statement, int column);

G_END_DECLS
