/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-store-file-private.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "mp-error.h"
#include "mp-store-names.h"

/*
 * A damaged file is set aside; a copy of it, with the header and the schema as they must be, is
 * read row by row, from both ends until where it cannot be read, into a new one. The marks and
 * digests of the rows tell afterwards which are whole.
 */

/* The header of a file as it is made here: what is the same in each of them. */
static const unsigned char header_start[] = "SQLite format 3\0\x10\0\x02\x02\0\x40\x20\x20";
#define HEADER_START_BYTES 24
static const unsigned char header_formats[] = { 0, 0, 0, 4 };  /* schema format, at 44 */
static const unsigned char header_encoding[] = { 0, 0, 0, 1 }; /* UTF-8, at 56 */

/* One table. A row of a file from before there were marks gets one. */
typedef struct
{
  const char *read_up;
  const char *read_down;
  int n_columns;
  const char *write;
} Table;

#define RECORDS                                                                                    \
  "SELECT id, created_at, created_by, base, base_revision, digest, errors, version, mark"          \
  " FROM records ORDER BY id"
#define OUTBOX "SELECT position, op, kind, target, action, body, digest, state, mark FROM outbox"
#define CONFLICTS "SELECT record, path, body, mark FROM conflicts ORDER BY record"
#define EDITS "SELECT position, record, at, before, after, archived, undone, mark FROM edits"
#define CREDENTIALS "SELECT id, base, local, mark FROM credentials ORDER BY id"
#define KEYS "SELECT credential, version, mark FROM keys ORDER BY credential"
#define CACHE "SELECT name, body, fetched_at, mark FROM cache ORDER BY name"
#define META "SELECT name, value, mark FROM meta ORDER BY name"

static const Table tables[] = {
  { RECORDS, RECORDS " DESC", 9,
    "INSERT OR IGNORE INTO records (id, created_at, created_by, base, base_revision, digest,"
    " errors, version, mark) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8,"
    " CASE ?9 WHEN '' THEN mp_digest (?1, ?2, ?3, ?5, ?7) ELSE ?9 END)" },
  /* What the state was, the body tells. */
  { OUTBOX " ORDER BY position", OUTBOX " ORDER BY position DESC", 9,
    "INSERT OR IGNORE INTO outbox (position, op, kind, target, action, body, digest, state, mark)"
    " VALUES (?1, ?2, CASE WHEN ?3 IN ('settings', 'credential') THEN ?3 ELSE 'settings' END,"
    " ?4, ?5, ?6, ?7, CASE WHEN ?8 IN ('pending', 'in-flight', 'held', 'unsealed') THEN ?8"
    " ELSE 'pending' END, CASE ?9 WHEN '' THEN mp_digest (?2, ?3, ?4, ?5, ?8) ELSE ?9 END)" },
  { CONFLICTS ", path", CONFLICTS " DESC, path DESC", 4,
    "INSERT OR IGNORE INTO conflicts (record, path, body, mark) VALUES (?1, ?2, ?3,"
    " CASE ?4 WHEN '' THEN mp_digest (?1, ?2, ?3) ELSE ?4 END)" },
  { EDITS " ORDER BY position", EDITS " ORDER BY position DESC", 8,
    "INSERT OR IGNORE INTO edits (position, record, at, before, after, archived, undone, mark)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7,"
    " CASE ?8 WHEN '' THEN mp_digest (?2, ?3, ?4, ?5, ?6, ?7) ELSE ?8 END)" },
  { CREDENTIALS, CREDENTIALS " DESC", 4,
    "INSERT OR IGNORE INTO credentials (id, base, local, mark) VALUES (?1, ?2, ?3,"
    " CASE ?4 WHEN '' THEN mp_digest (?1, ?2, ?3) ELSE ?4 END)" },
  { KEYS, KEYS " DESC", 3,
    "INSERT OR IGNORE INTO keys (credential, version, mark) VALUES (?1, ?2,"
    " CASE ?3 WHEN '' THEN mp_digest (?1, ?2) ELSE ?3 END)" },
  { CACHE, CACHE " DESC", 4,
    "INSERT OR IGNORE INTO cache (name, body, fetched_at, mark) VALUES (?1, ?2, ?3,"
    " CASE ?4 WHEN '' THEN mp_digest (?1, ?2, ?3) ELSE ?4 END)" },
  { META, META " DESC", 3,
    "INSERT OR IGNORE INTO meta (name, value, mark) VALUES (?1, ?2,"
    " CASE ?3 WHEN '' THEN mp_digest (?1, ?2) ELSE ?3 END)" },
};

/* Where the files of a salvage lie. */
typedef struct
{
  char *main;
  char *log; /* SQLite's write-ahead log */
  char *copy;
  char *copy_log;
  char *fresh;
  char *aside;
  char *aside_log;
} Paths;

static void
paths_free (Paths *paths)
{
  g_free (paths->main);
  g_free (paths->log);
  g_free (paths->copy);
  g_free (paths->copy_log);
  g_free (paths->fresh);
  g_free (paths->aside);
  g_free (paths->aside_log);
  g_free (paths);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Paths, paths_free)

static Paths *
paths_new (const char *directory)
{
  Paths *paths = g_new0 (Paths, 1);
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *time = g_date_time_format (now, "%Y%m%dT%H%M%SZ");

  paths->main = g_build_filename (directory, MP_STORE_FILE, NULL);
  paths->log = g_strconcat (paths->main, "-wal", NULL);
  paths->copy = g_strconcat (paths->main, ".reading", NULL);
  paths->copy_log = g_strconcat (paths->copy, "-wal", NULL);
  paths->fresh = g_strconcat (paths->main, ".new", NULL);
  for (unsigned int i = 1; i == 1 || g_file_test (paths->aside, G_FILE_TEST_EXISTS); i++)
    {
      g_free (paths->aside);
      paths->aside = i == 1 ? g_strdup_printf ("%s.damaged-%s", paths->main, time)
                            : g_strdup_printf ("%s.damaged-%s-%u", paths->main, time, i);
    }
  paths->aside_log = g_strconcat (paths->aside, "-wal", NULL);
  return paths;
}

static void
remove_database (const char *path)
{
  g_autofree char *log = g_strconcat (path, "-wal", NULL);
  g_autofree char *index = g_strconcat (path, "-shm", NULL);

  g_unlink (path);
  g_unlink (log);
  g_unlink (index);
}

static gboolean
copy_file (const char *from, const char *to, GError **error)
{
  g_autoptr (GFile) source = g_file_new_for_path (from);
  g_autoptr (GFile) target = g_file_new_for_path (to);
  g_autoptr (GError) cause = NULL;

  if (g_file_copy (source, target, G_FILE_COPY_OVERWRITE, NULL, NULL, NULL, &cause))
    return TRUE;

  g_set_error (error, MP_ERROR, MP_ERROR_STORAGE,
               "the settings file is damaged, and no copy can be made to read it from: %s",
               cause->message);
  return FALSE;
}

static void
write_header (const char *path)
{
  int fd = g_open (path, O_RDWR | O_CLOEXEC, 0);

  if (fd < 0)
    return;
  if (pwrite (fd, header_start, HEADER_START_BYTES, 0) != HEADER_START_BYTES ||
      pwrite (fd, header_formats, sizeof header_formats, 44) != sizeof header_formats ||
      pwrite (fd, header_encoding, sizeof header_encoding, 56) != sizeof header_encoding)
    g_message ("the header of “%s” cannot be written: %s", path, g_strerror (errno));
  close (fd);
}

/* The scripts made the same schema here, row by row; only where the tables lie is the file's own.
 */
static void
write_schema (const char *path, sqlite3 *fresh)
{
  g_autoptr (sqlite3) db = NULL;
  g_autoptr (sqlite3_stmt) rows = NULL;

  /* Before anything else: a schema that cannot be read is then none that stops it. */
  if (sqlite3_open_v2 (path, &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
    return;
  sqlite3_db_config (db, SQLITE_DBCONFIG_DEFENSIVE, 0, NULL);
  sqlite3_db_config (db, SQLITE_DBCONFIG_WRITABLE_SCHEMA, 1, NULL);
  rows = mp_store_sql_query (fresh, NULL,
                             "SELECT rowid, type, name, tbl_name, sql FROM sqlite_schema", "");
  while (mp_store_sql_step (rows, NULL) == MP_STORE_ROW)
    mp_store_sql_run (db, NULL,
                      "UPDATE sqlite_schema SET type = ?2, name = ?3, tbl_name = ?4, sql = ?5"
                      " WHERE rowid = ?1",
                      "itttt", (int64_t) sqlite3_column_int64 (rows, 0),
                      mp_store_sql_text (rows, 1), mp_store_sql_text (rows, 2),
                      mp_store_sql_text (rows, 3), mp_store_sql_text (rows, 4));
}

/* Until the end, or until where it cannot be read. Returns whether that was the end. */
static gboolean
copy_rows (sqlite3 *from, const char *read, sqlite3 *to, const Table *table)
{
  g_autoptr (sqlite3_stmt) rows = mp_store_sql_query (from, NULL, read, "");
  g_autoptr (sqlite3_stmt) write = mp_store_sql_query (to, NULL, table->write, "");
  MpStoreStep step;

  if (rows == NULL || write == NULL)
    return FALSE;

  while ((step = mp_store_sql_step (rows, NULL)) == MP_STORE_ROW)
    {
      for (int i = 0; i < table->n_columns; i++)
        sqlite3_bind_value (write, i + 1, sqlite3_column_value (rows, i));
      /* A row that breaks the table's rules is none that was written. */
      sqlite3_step (write);
      sqlite3_reset (write);
    }
  return step == MP_STORE_DONE;
}

static gboolean
copy_tables (const char *path, sqlite3 *fresh, GError **error)
{
  g_autoptr (sqlite3) damaged = mp_store_file_connect (path, NULL);

  if (!mp_store_sql_exec (fresh, "PRAGMA foreign_keys = OFF", error) ||
      !mp_store_sql_exec (fresh, "BEGIN IMMEDIATE", error))
    return FALSE;
  for (size_t i = 0; damaged != NULL && i < G_N_ELEMENTS (tables); i++)
    {
      if (!copy_rows (damaged, tables[i].read_up, fresh, &tables[i]))
        copy_rows (damaged, tables[i].read_down, fresh, &tables[i]);
    }
  return mp_store_sql_exec (fresh, "COMMIT", error);
}

static gboolean
rename_all (const Paths *paths, GError **error)
{
  g_autofree char *index = g_strconcat (paths->main, "-shm", NULL);

  /* A link, so that at no moment there is no file; where there are no links, it is moved. */
  if ((link (paths->main, paths->aside) == 0 || g_rename (paths->main, paths->aside) == 0) &&
      (g_rename (paths->log, paths->aside_log) == 0 || errno == ENOENT) &&
      (g_unlink (index) == 0 || errno == ENOENT) && g_rename (paths->fresh, paths->main) == 0)
    return TRUE;

  g_set_error (error, MP_ERROR, MP_ERROR_STORAGE,
               "the damaged settings file “%s” cannot be set aside: %s", paths->main,
               g_strerror (errno));
  return FALSE;
}

static gboolean
make_fresh (const Paths *paths, GError **error)
{
  g_autoptr (sqlite3) fresh = mp_store_file_connect (paths->fresh, error);

  if (fresh == NULL || !mp_store_file_migrate (fresh, error))
    return FALSE;

  write_header (paths->copy);
  write_schema (paths->copy, fresh);
  return copy_tables (paths->copy, fresh, error);
}

/*
 * mp_store_salvage:
 * @directory: a store's folder
 * @set_aside: (out) (transfer full): the damaged file's name from now on
 * @error: return location
 *
 * The caller has the folder for itself, and the file closed.
 */
gboolean
mp_store_salvage (const char *directory, char **set_aside, GError **error)
{
  g_autoptr (Paths) paths = paths_new (directory);
  gboolean done;

  remove_database (paths->copy);
  remove_database (paths->fresh);
  if (!copy_file (paths->main, paths->copy, error))
    return FALSE;
  if (g_file_test (paths->log, G_FILE_TEST_EXISTS) &&
      !copy_file (paths->log, paths->copy_log, error))
    return FALSE;

  done = make_fresh (paths, error) && rename_all (paths, error);
  remove_database (paths->copy);
  if (!done)
    {
      remove_database (paths->fresh);
      return FALSE;
    }

  *set_aside = g_path_get_basename (paths->aside);
  g_message ("the damaged settings file was set aside as “%s”", paths->aside);
  return TRUE;
}
