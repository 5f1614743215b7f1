/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-store-sql-private.h"

#include <stdarg.h>
#include <string.h>

#include "mp-error.h"

static void
digest_value (GChecksum *checksum, sqlite3_value *value)
{
  const gboolean is_null = sqlite3_value_type (value) == SQLITE_NULL;
  const unsigned char *text = sqlite3_value_text (value);
  const int64_t length = is_null ? -1 : sqlite3_value_bytes (value);

  g_checksum_update (checksum, (const unsigned char *) &length, sizeof length);
  if (length > 0)
    g_checksum_update (checksum, text, (gssize) length);
}

/* mp_digest (…): SHA-256 of the values with their lengths; a null is something else than "". */
static void
digest_values (sqlite3_context *context, int n_values, sqlite3_value **values)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);

  for (int i = 0; i < n_values; i++)
    digest_value (checksum, values[i]);
  sqlite3_result_text (context, g_checksum_get_string (checksum), -1, SQLITE_TRANSIENT);
}

/*
 * mp_store_sql_set_error:
 * @db: (nullable): where it happened
 * @code: SQLite's result
 */
void
mp_store_sql_set_error (GError **error, sqlite3 *db, int code)
{
  const char *detail = db != NULL ? sqlite3_errmsg (db) : sqlite3_errstr (code);

  switch (code & 0xff)
    {
    case SQLITE_FULL:
      g_set_error (error, MP_ERROR, MP_ERROR_STORAGE,
                   "the disk is full: the settings cannot be saved (%s)", detail);
      break;
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      g_set_error (error, MP_ERROR, MP_ERROR_STORAGE,
                   "the settings file cannot be written: is its folder read-only? (%s)", detail);
      break;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      g_set_error (error, MP_ERROR, MP_ERROR_STORAGE,
                   "another program has been writing the settings file for %d s (%s)",
                   MP_STORE_BUSY_TIMEOUT_MS / 1000, detail);
      break;
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      g_set_error (error, MP_ERROR, MP_ERROR_DAMAGED,
                   "the settings file is damaged: close this program and open it again; it then "
                   "keeps what can be read (%s)",
                   detail);
      break;
    case SQLITE_IOERR:
      g_set_error (error, MP_ERROR, MP_ERROR_STORAGE,
                   "the disk failed while the settings were read or written (%s)", detail);
      break;
    default:
      g_set_error (error, MP_ERROR, MP_ERROR_STORAGE, "the settings file: %s", detail);
    }
}

static gboolean
bind_values (sqlite3_stmt *statement, const char *types, va_list values)
{
  for (int i = 0; types[i] != '\0'; i++)
    {
      int code;

      if (types[i] == 't')
        code = sqlite3_bind_text (statement, i + 1, va_arg (values, const char *), -1,
                                  SQLITE_TRANSIENT);
      else
        code = sqlite3_bind_int64 (statement, i + 1, va_arg (values, int64_t));
      if (code != SQLITE_OK)
        return FALSE;
    }
  return TRUE;
}

/* There are some fifty, and their texts differ early. */
static sqlite3_stmt *
find_kept (sqlite3 *db, const char *sql)
{
  for (sqlite3_stmt *statement = sqlite3_next_stmt (db, NULL); statement != NULL;
       statement = sqlite3_next_stmt (db, statement))
    {
      if (!sqlite3_stmt_busy (statement) && strcmp (sqlite3_sql (statement), sql) == 0)
        return statement;
    }
  return NULL;
}

static sqlite3_stmt *
query_valist (sqlite3 *db, GError **error, const char *sql, const char *types, va_list values)
{
  g_autoptr (sqlite3_stmt) statement = find_kept (db, sql);
  int code = SQLITE_OK;

  if (statement == NULL)
    code = sqlite3_prepare_v3 (db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL);
  if (code != SQLITE_OK || !bind_values (statement, types, values))
    {
      mp_store_sql_set_error (error, db, sqlite3_errcode (db));
      return NULL;
    }
  return g_steal_pointer (&statement);
}

/*
 * mp_store_sql_close:
 * @db: (transfer full) (nullable): a connection, none of whose statements is in use
 */
void
mp_store_sql_close (sqlite3 *db)
{
  sqlite3_stmt *statement;

  while (db != NULL && (statement = sqlite3_next_stmt (db, NULL)) != NULL)
    sqlite3_finalize (statement);
  sqlite3_close_v2 (db);
}

/*
 * mp_store_sql_release:
 * @statement: (nullable): a statement that mp_store_sql_query () answered
 */
void
mp_store_sql_release (sqlite3_stmt *statement)
{
  if (statement == NULL)
    return;
  sqlite3_reset (statement);
  sqlite3_clear_bindings (statement);
}

/*
 * mp_store_sql_query:
 *
 * Returns: (transfer full): the statement with its values, or %NULL with @error set
 */
sqlite3_stmt *
mp_store_sql_query (sqlite3 *db, GError **error, const char *sql, const char *types, ...)
{
  sqlite3_stmt *statement;
  va_list values;

  va_start (values, types);
  statement = query_valist (db, error, sql, types, values);
  va_end (values);
  return statement;
}

/*
 * mp_store_sql_step:
 * @statement: (nullable): a statement; %NULL when it could not be made, with @error set then
 */
MpStoreStep
mp_store_sql_step (sqlite3_stmt *statement, GError **error)
{
  int code;

  if (statement == NULL)
    return MP_STORE_FAILED;

  code = sqlite3_step (statement);
  if (code == SQLITE_ROW)
    return MP_STORE_ROW;
  if (code == SQLITE_DONE)
    return MP_STORE_DONE;
  mp_store_sql_set_error (error, sqlite3_db_handle (statement), code);
  return MP_STORE_FAILED;
}

/*
 * mp_store_sql_run:
 *
 * Runs a statement whose rows nobody reads.
 */
gboolean
mp_store_sql_run (sqlite3 *db, GError **error, const char *sql, const char *types, ...)
{
  g_autoptr (sqlite3_stmt) statement = NULL;
  MpStoreStep step;
  va_list values;

  va_start (values, types);
  statement = query_valist (db, error, sql, types, values);
  va_end (values);

  do
    step = mp_store_sql_step (statement, error);
  while (step == MP_STORE_ROW);
  return step == MP_STORE_DONE;
}

/*
 * mp_store_sql_get_int:
 *
 * The number in the one row of @sql, which takes no values; 0 without a row.
 */
gboolean
mp_store_sql_get_int (sqlite3 *db, const char *sql, int64_t *value, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = mp_store_sql_query (db, error, sql, "");
  MpStoreStep step = mp_store_sql_step (statement, error);

  *value = step == MP_STORE_ROW ? sqlite3_column_int64 (statement, 0) : 0;
  return step != MP_STORE_FAILED;
}

/*
 * mp_store_sql_text:
 *
 * Returns: (transfer none) (nullable): until the next step
 */
const char *
mp_store_sql_text (sqlite3_stmt *statement, int column)
{
  return (const char *) sqlite3_column_text (statement, column);
}

/*
 * mp_store_sql_exec:
 *
 * Runs a script.
 */
gboolean
mp_store_sql_exec (sqlite3 *db, const char *sql, GError **error)
{
  int code = sqlite3_exec (db, sql, NULL, NULL, NULL);

  if (code != SQLITE_OK)
    mp_store_sql_set_error (error, db, code);
  return code == SQLITE_OK;
}

/*
 * mp_store_sql_add_functions:
 *
 * What the scripts and statements of a store call beside SQLite's own functions.
 */
gboolean
mp_store_sql_add_functions (sqlite3 *db, GError **error)
{
  int code = sqlite3_create_function_v2 (db, "mp_digest", -1,
                                         SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY,
                                         NULL, digest_values, NULL, NULL, NULL);

  if (code != SQLITE_OK)
    mp_store_sql_set_error (error, db, code);
  return code == SQLITE_OK;
}
