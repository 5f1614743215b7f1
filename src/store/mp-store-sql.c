/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-store-sql-private.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mp-error.h"
#include "mp-store-names.h"
#include "mp-store-resources.h"

#define BUSY_TIMEOUT_MS 5000
#define APPLICATION_ID 0x4d505354 /* "MPST"; set by the first script */

/* The script at index i moves version i to i + 1. */
static const char *const scripts[] = {
  "001-settings.sql",
};

static void
set_sql_error (GError **error, sqlite3 *db, int code)
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
                   BUSY_TIMEOUT_MS / 1000, detail);
      break;
    case SQLITE_NOTADB:
      g_set_error (error, MP_ERROR, MP_ERROR_INVALID, "this is not a settings file (%s)", detail);
      break;
    case SQLITE_CORRUPT:
      g_set_error (error, MP_ERROR, MP_ERROR_STORAGE, "the settings file is damaged (%s)", detail);
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
exec (sqlite3 *db, const char *sql, GError **error)
{
  int code = sqlite3_exec (db, sql, NULL, NULL, NULL);

  if (code != SQLITE_OK)
    set_sql_error (error, db, code);
  return code == SQLITE_OK;
}

static gboolean
set_file_error (GError **error, const char *path)
{
  int code = errno;

  g_set_error (error, MP_ERROR, MP_ERROR_STORAGE, "“%s” cannot be made or opened: %s", path,
               g_strerror (code));
  return FALSE;
}

/* Only the person themselves may read what lies here. */
static gboolean
prepare_file (const char *directory, const char *path, GError **error)
{
  int fd;

  if (g_mkdir_with_parents (directory, 0700) != 0)
    return set_file_error (error, directory);

  fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0)
    return set_file_error (error, path);
  if (fchmod (fd, 0600) != 0)
    {
      set_file_error (error, path);
      close (fd);
      return FALSE;
    }
  close (fd);
  return TRUE;
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

static sqlite3_stmt *
query_valist (sqlite3 *db, GError **error, const char *sql, const char *types, va_list values)
{
  g_autoptr (sqlite3_stmt) statement = NULL;
  int code = sqlite3_prepare_v2 (db, sql, -1, &statement, NULL);

  if (code != SQLITE_OK || !bind_values (statement, types, values))
    {
      set_sql_error (error, db, sqlite3_errcode (db));
      return NULL;
    }
  return g_steal_pointer (&statement);
}

static gboolean
run_script (sqlite3 *db, unsigned int version, GError **error)
{
  g_autofree char *path = g_strconcat ("/org/memberpulse/store/sql/", scripts[version], NULL);
  g_autoptr (GBytes) script = g_resource_lookup_data (mp_store_get_resource (), path,
                                                      G_RESOURCE_LOOKUP_FLAGS_NONE, error);

  return script != NULL && exec (db, g_bytes_get_data (script, NULL), error);
}

/* Whose file is it, and of which version? A new one has neither tables nor an id. */
static gboolean
check_identity (sqlite3 *db, int64_t *version, GError **error)
{
  int64_t application_id;
  int64_t n_tables;

  if (!mp_store_sql_get_int (db, "PRAGMA application_id", &application_id, error) ||
      !mp_store_sql_get_int (db, "PRAGMA user_version", version, error) ||
      !mp_store_sql_get_int (db, "SELECT count(*) FROM sqlite_schema", &n_tables, error))
    return FALSE;

  if (application_id != APPLICATION_ID && (application_id != 0 || *version != 0 || n_tables > 0))
    {
      g_set_error_literal (error, MP_ERROR, MP_ERROR_INVALID,
                           "this is the database of another program");
      return FALSE;
    }
  if (*version > (int64_t) G_N_ELEMENTS (scripts))
    {
      g_set_error (error, MP_ERROR, MP_ERROR_NEWER,
                   "the settings file is of a newer version of this program (%" G_GINT64_FORMAT
                   ", this one knows %u)",
                   *version, (unsigned int) G_N_ELEMENTS (scripts));
      return FALSE;
    }
  return TRUE;
}

static gboolean
migrate (sqlite3 *db, GError **error)
{
  int64_t version;

  if (!check_identity (db, &version, error))
    return FALSE;

  while (version < (int64_t) G_N_ELEMENTS (scripts))
    {
      /* Once more inside: another process may be doing the same. */
      if (!exec (db, "BEGIN IMMEDIATE", error))
        return FALSE;
      if (!check_identity (db, &version, error) ||
          (version < (int64_t) G_N_ELEMENTS (scripts) &&
           !run_script (db, (unsigned int) version, error)) ||
          !exec (db, "COMMIT", error))
        {
          exec (db, "ROLLBACK", NULL);
          return FALSE;
        }
      if (!check_identity (db, &version, error))
        return FALSE;
    }
  return TRUE;
}

/*
 * mp_store_sql_open:
 * @directory: a store's folder; made when it is missing
 * @error: return location
 *
 * Fails with %MP_ERROR_NEWER, %MP_ERROR_INVALID when the file is none of ours, %MP_ERROR_STORAGE.
 *
 * Returns: (transfer full): the open file, of the newest version
 */
sqlite3 *
mp_store_sql_open (const char *directory, GError **error)
{
  g_autofree char *path = g_build_filename (directory, MP_STORE_FILE, NULL);
  g_autoptr (sqlite3) db = NULL;
  int64_t version;
  int code;

  if (!prepare_file (directory, path, error))
    return NULL;

  code = sqlite3_open_v2 (path, &db,
                          SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW, NULL);
  if (code != SQLITE_OK)
    {
      set_sql_error (error, db, code);
      return NULL;
    }
  sqlite3_extended_result_codes (db, 1);
  sqlite3_busy_timeout (db, BUSY_TIMEOUT_MS);

  /* Before anything is written, so that a file of somebody else stays as it is. */
  if (!check_identity (db, &version, error) || !exec (db, "PRAGMA journal_mode = WAL", error) ||
      !exec (db, "PRAGMA synchronous = FULL", error) ||
      !exec (db, "PRAGMA foreign_keys = ON", error) ||
      !exec (db, "PRAGMA trusted_schema = OFF", error) || !migrate (db, error))
    return NULL;
  return g_steal_pointer (&db);
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
  set_sql_error (error, sqlite3_db_handle (statement), code);
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
