/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-sqlite-private.h"

#include "mp-error.h"

#include "mp-db-sql.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#define SQL_FOLDER "/org/memberpulse/server/db/sql/"

/* Other processes (the operator's commands) write for milliseconds; longer means a fault. A server
 * that is busy leaves short gaps between its commits: who waits for one looks often. */
#define BUSY_LOOK_AGAIN_US 1000
#define BUSY_MAX_LOOKS 10000

static gboolean
create_private_file (const char *path, GError **error)
{
  int file = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

  if (file < 0)
    {
      g_set_error (error, MP_ERROR, MP_ERROR_STORAGE, "Opening %s: %s", path, g_strerror (errno));
      return FALSE;
    }
  close (file);
  return TRUE;
}

static int
wait_while_busy (void *data, int n_looks)
{
  if (n_looks >= BUSY_MAX_LOOKS)
    return 0;
  g_usleep (BUSY_LOOK_AGAIN_US);
  return 1;
}

static gboolean
run_script (sqlite3 *db, const char *sql, const char *attempt, GError **error)
{
  if (sqlite3_exec (db, sql, NULL, NULL, NULL) == SQLITE_OK)
    return TRUE;

  mp_sqlite_set_error (db, attempt, error);
  return FALSE;
}

static void
bind_arguments (sqlite3_stmt *statement, const char *types, va_list arguments)
{
  for (int i = 1; *types != '\0'; i++, types++)
    {
      switch (*types)
        {
        case 's':
          sqlite3_bind_text (statement, i, va_arg (arguments, const char *), -1, SQLITE_STATIC);
          break;
        case 'i':
          sqlite3_bind_int64 (statement, i, va_arg (arguments, int64_t));
          break;
        case 'b':
          {
            size_t size;
            const void *data = g_bytes_get_data (va_arg (arguments, GBytes *), &size);

            sqlite3_bind_blob64 (statement, i, data, size, SQLITE_STATIC);
          }
          break;
        default:
          g_assert_not_reached ();
        }
    }
}

/* There are some forty, and their texts differ early. */
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
prepare_with_list (
    sqlite3 *db, GError **error, const char *sql, const char *types, va_list arguments)
{
  sqlite3_stmt *statement = find_kept (db, sql);

  if (statement == NULL &&
      sqlite3_prepare_v3 (db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) != SQLITE_OK)
    {
      mp_sqlite_set_error (db, "Preparing a statement", error);
      return NULL;
    }
  bind_arguments (statement, types, arguments);
  return statement;
}

static gboolean
get_schema_version (sqlite3 *db, int64_t *version, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = mp_sqlite_prepare (db, error, "PRAGMA user_version", "");

  if (statement == NULL || mp_sqlite_step (statement, error) != MP_SQLITE_ROW)
    return FALSE;
  *version = sqlite3_column_int64 (statement, 0);
  return TRUE;
}

/* The scripts are `NNN-what.sql`; each moves the schema from NNN - 1 to NNN and says so itself. */
static gboolean
run_migration (sqlite3 *db, GResource *resource, const char *name, GError **error)
{
  g_autofree char *path = g_strconcat (SQL_FOLDER, name, NULL);
  g_autoptr (GBytes) script =
                 g_resource_lookup_data (resource, path, G_RESOURCE_LOOKUP_FLAGS_NONE, error);
  g_autofree char *text = NULL;

  if (script == NULL)
    return FALSE;
  text = g_strndup (g_bytes_get_data (script, NULL), g_bytes_get_size (script));
  return run_script (db, text, name, error);
}

static int
compare_names (const void *a, const void *b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static gboolean
run_migrations (sqlite3 *db, GError **error)
{
  GResource *resource = mp_db_sql_get_resource ();
  g_auto (GStrv) names = g_resource_enumerate_children (resource, SQL_FOLDER,
                                                        G_RESOURCE_LOOKUP_FLAGS_NONE, error);
  int64_t version;

  if (names == NULL || !get_schema_version (db, &version, error))
    return FALSE;
  if (version > (int64_t) g_strv_length (names))
    {
      g_set_error (error, MP_ERROR, MP_ERROR_NEWER,
                   "The database has schema %" G_GINT64_FORMAT ", this program knows %u", version,
                   g_strv_length (names));
      return FALSE;
    }

  qsort (names, g_strv_length (names), sizeof *names, compare_names);
  for (int64_t i = version; names[i] != NULL; i++)
    {
      if (!run_migration (db, resource, names[i], error))
        return FALSE;
    }
  return TRUE;
}

/* Opens a connection, the way all of ours are set: the write-ahead log, each commit on the disk
 * before it is answered. */
sqlite3 *
mp_sqlite_open (const char *path, gboolean writable, GError **error)
{
  static const char settings[] = "PRAGMA trusted_schema = OFF;"
                                 "PRAGMA foreign_keys = ON;"
                                 "PRAGMA secure_delete = FAST;"
                                 "PRAGMA journal_mode = WAL;"
                                 "PRAGMA synchronous = FULL;";
  /* There may be many readers, and what they miss the system has: 512 KiB are enough for each. */
  static const char reader_settings[] = "PRAGMA query_only = ON;"
                                        "PRAGMA cache_size = -512;";
  g_autoptr (sqlite3) db = NULL;

  if (writable && !create_private_file (path, error))
    return NULL;
  if (sqlite3_open_v2 (path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
    {
      mp_sqlite_set_error (db, "Opening the database", error);
      return NULL;
    }
  sqlite3_extended_result_codes (db, 1);
  sqlite3_busy_handler (db, wait_while_busy, NULL);
  if (!run_script (db, settings, "Setting up the database", error))
    return NULL;
  if (!writable && !run_script (db, reader_settings, "Setting up a reader", error))
    return NULL;
  return g_steal_pointer (&db);
}

/* Brings the schema to this program's, all steps in one transaction. MP_ERROR_NEWER: the file is
 * from a newer program; it is left as it is. */
gboolean
mp_sqlite_migrate (sqlite3 *db, GError **error)
{
  if (!run_script (db, "BEGIN IMMEDIATE", "Starting the migration", error))
    return FALSE;
  if (!run_migrations (db, error) || !run_script (db, "COMMIT", "Ending the migration", error))
    {
      sqlite3_exec (db, "ROLLBACK", NULL, NULL, NULL);
      return FALSE;
    }
  return TRUE;
}

void
mp_sqlite_close (sqlite3 *db)
{
  sqlite3_stmt *statement;

  while (db != NULL && (statement = sqlite3_next_stmt (db, NULL)) != NULL)
    sqlite3_finalize (statement);
  sqlite3_close (db);
}

void
mp_sqlite_release (sqlite3_stmt *statement)
{
  if (statement == NULL)
    return;
  sqlite3_reset (statement);
  sqlite3_clear_bindings (statement);
}

void
mp_sqlite_set_error (sqlite3 *db, const char *attempt, GError **error)
{
  int code = MP_ERROR_STORAGE;

  switch (sqlite3_extended_errcode (db))
    {
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_UNIQUE:
      code = MP_ERROR_CONFLICT;
      break;
    case SQLITE_CONSTRAINT_FOREIGNKEY:
      code = MP_ERROR_NOT_FOUND;
      break;
    default:
      break;
    }
  g_set_error (error, MP_ERROR, code, "%s: %s", attempt, sqlite3_errmsg (db));
}

sqlite3_stmt *
mp_sqlite_prepare (sqlite3 *db, GError **error, const char *sql, const char *types, ...)
{
  sqlite3_stmt *statement;
  va_list arguments;

  va_start (arguments, types);
  statement = prepare_with_list (db, error, sql, types, arguments);
  va_end (arguments);
  return statement;
}

gboolean
mp_sqlite_run (sqlite3 *db, GError **error, const char *sql, const char *types, ...)
{
  g_autoptr (sqlite3_stmt) statement = NULL;
  va_list arguments;

  va_start (arguments, types);
  statement = prepare_with_list (db, error, sql, types, arguments);
  va_end (arguments);
  return statement != NULL && mp_sqlite_step (statement, error) == MP_SQLITE_DONE;
}

MpSqliteStep
mp_sqlite_step (sqlite3_stmt *statement, GError **error)
{
  switch (sqlite3_step (statement))
    {
    case SQLITE_ROW:
      return MP_SQLITE_ROW;
    case SQLITE_DONE:
      return MP_SQLITE_DONE;
    default:
      mp_sqlite_set_error (sqlite3_db_handle (statement), "Running a statement", error);
      return MP_SQLITE_FAILED;
    }
}

char *
mp_sqlite_dup_text (sqlite3_stmt *statement, int column)
{
  return g_strdup ((const char *) sqlite3_column_text (statement, column));
}
