/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-store-file-private.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mp-error.h"
#include "mp-store-names.h"
#include "mp-store-resources.h"

/*
 * Opening a store's file: whose is it, of which version, and is it whole? A damaged one is set
 * aside and a new one put in its place, with all that can still be read.
 */

#define APPLICATION_ID 0x4d505354 /* "MPST"; set by the first script */

/* The header of a SQLite file (https://www.sqlite.org/fileformat2.html#the_database_header). */
#define HEADER_BYTES 100
#define MAGIC "SQLite format 3"
#define APPLICATION_ID_AT 68
/* So many bits of what tells whose file it is may be wrong, and it is still ours, but damaged. */
#define FEW_BITS 3

typedef enum
{
  STATE_GOOD = 1,
  STATE_DAMAGED,
  STATE_FAILED, /* with an error */
} State;

/* The script at index i moves version i to i + 1. */
static const char *const scripts[] = {
  "001-settings.sql",
  "002-marks.sql",
};

static gboolean
set_file_error (GError **error, const char *path)
{
  int code = errno;

  g_set_error (error, MP_ERROR, MP_ERROR_STORAGE, "“%s” cannot be made or opened: %s", path,
               g_strerror (code));
  return FALSE;
}

/* Only the person themselves may read what lies here. Returns a descriptor, or -1 */
static int
make_private_file (const char *path, GError **error)
{
  int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

  if (fd < 0 || fchmod (fd, 0600) != 0)
    {
      set_file_error (error, path);
      if (fd >= 0)
        close (fd);
      return -1;
    }
  return fd;
}

/* Waits while another process puts a new file in the place of a damaged one. */
static gboolean
lock (const char *directory, int *fd, GError **error)
{
  g_autofree char *path = g_build_filename (directory, MP_STORE_LOCK_FILE, NULL);

  if (g_mkdir_with_parents (directory, 0700) != 0)
    return set_file_error (error, directory);

  *fd = make_private_file (path, error);
  if (*fd < 0)
    return FALSE;
  if (flock (*fd, LOCK_SH) == 0)
    return TRUE;

  set_file_error (error, path);
  close (*fd);
  *fd = -1;
  return FALSE;
}

/* Nothing is wrong with what was asked, so the file is not what it says of itself. */
static gboolean
blame_file (sqlite3 *db, GError **error)
{
  if ((sqlite3_errcode (db) & 0xff) == SQLITE_ERROR && error != NULL)
    (*error)->code = MP_ERROR_DAMAGED;
  return FALSE;
}

static gboolean
run_script (sqlite3 *db, unsigned int version, GError **error)
{
  g_autofree char *path = g_strconcat ("/org/memberpulse/store/sql/", scripts[version], NULL);
  g_autoptr (GBytes) script = g_resource_lookup_data (mp_store_get_resource (), path,
                                                      G_RESOURCE_LOOKUP_FLAGS_NONE, error);

  if (script == NULL || mp_store_sql_exec (db, g_bytes_get_data (script, NULL), error))
    return script != NULL;

  return blame_file (db, error);
}

static unsigned int
count_differing_bits (const unsigned char *a, const unsigned char *b, size_t size)
{
  unsigned int count = 0;

  for (size_t i = 0; i < size; i++)
    count += (unsigned int) __builtin_popcount ((unsigned int) (a[i] ^ b[i]));
  return count;
}

/* Whose file is it? Told from the bytes, because SQLite opens no file with a damaged header. */
static State
judge_header (const char *path, GError **error)
{
  const unsigned char id[] = { 0x4d, 0x50, 0x53, 0x54 };
  const unsigned char no_id[4] = { 0 };
  unsigned char header[HEADER_BYTES] = { 0 };
  unsigned int id_bits;
  unsigned int magic_bits;
  ssize_t length;
  int fd = make_private_file (path, error);

  if (fd < 0)
    return STATE_FAILED;
  length = pread (fd, header, sizeof header, 0);
  close (fd);
  if (length == 0)
    return STATE_GOOD;

  magic_bits = count_differing_bits (header, (const unsigned char *) MAGIC, sizeof MAGIC);
  id_bits = count_differing_bits (header + APPLICATION_ID_AT, id, sizeof id);
  if (magic_bits == 0 && (id_bits == 0 || memcmp (header + APPLICATION_ID_AT, no_id, 4) == 0))
    return STATE_GOOD;
  if (magic_bits + id_bits <= FEW_BITS)
    return STATE_DAMAGED;

  if (magic_bits == 0)
    g_set_error_literal (error, MP_ERROR, MP_ERROR_INVALID,
                         "this is the database of another program");
  else
    g_set_error (error, MP_ERROR, MP_ERROR_INVALID, "“%s” is not a settings file", path);
  return STATE_FAILED;
}

/* Of which version is it? A new one has neither tables nor an id. */
static gboolean
check_identity (sqlite3 *db, int64_t *version, GError **error)
{
  int64_t application_id;
  int64_t n_tables;

  if (!mp_store_sql_get_int (db, "PRAGMA application_id", &application_id, error) ||
      !mp_store_sql_get_int (db, "PRAGMA user_version", version, error) ||
      !mp_store_sql_get_int (db, "SELECT count(*) FROM sqlite_schema", &n_tables, error))
    return blame_file (db, error);

  if (application_id != APPLICATION_ID && (*version != 0 || n_tables > 0))
    {
      g_set_error_literal (error, MP_ERROR, MP_ERROR_INVALID,
                           "this is the database of another program");
      return FALSE;
    }
  if (*version > mp_store_file_get_newest_version ())
    {
      g_set_error (error, MP_ERROR, MP_ERROR_NEWER,
                   "the settings file is of a newer version of this program (%" G_GINT64_FORMAT
                   ", this one knows %" G_GINT64_FORMAT "): use the newer program; the file stays "
                   "as it is",
                   *version, mp_store_file_get_newest_version ());
      return FALSE;
    }
  return TRUE;
}

/* What was there before a migration stays beside the file, whatever the migration makes of it. */
static gboolean
keep_copy (sqlite3 *db, const char *path, int64_t version, GError **error)
{
  g_autofree char *copy = g_strdup_printf ("%s.version-%" G_GINT64_FORMAT, path, version);
  g_autofree char *unfinished = g_strconcat (copy, ".part", NULL);
  int fd;

  g_unlink (unfinished);
  fd = make_private_file (unfinished, error);
  if (fd < 0)
    return FALSE;
  if (!mp_store_sql_run (db, error, "VACUUM INTO ?1", "t", unfinished) || fsync (fd) != 0 ||
      g_rename (unfinished, copy) != 0)
    {
      if (error != NULL && *error == NULL)
        set_file_error (error, copy);
      g_prefix_error (error, "no copy can be kept of the settings file before it is moved to a new "
                             "version, so it was not moved: ");
      g_unlink (unfinished);
      close (fd);
      return FALSE;
    }
  close (fd);
  return TRUE;
}

static gboolean
prepare (sqlite3 *db, const char *path, GError **error)
{
  int64_t version;

  /* Before anything is written, so that a file of somebody else stays as it is. */
  if (!check_identity (db, &version, error))
    return FALSE;
  if (version > 0 && version < mp_store_file_get_newest_version () &&
      !keep_copy (db, path, version, error))
    return FALSE;

  return mp_store_sql_exec (db, "PRAGMA journal_mode = WAL", error) &&
         mp_store_file_migrate (db, error);
}

/* Every page and index, and the rules of the tables: what SQLite can find by itself. */
static State
check_whole (sqlite3 *db, GError **error)
{
  g_autoptr (sqlite3_stmt) statement =
                 mp_store_sql_query (db, error, "PRAGMA integrity_check (1)", "");
  const char *text;

  if (mp_store_sql_step (statement, error) != MP_STORE_ROW)
    return STATE_FAILED;

  text = mp_store_sql_text (statement, 0);
  if (g_strcmp0 (text, "ok") == 0)
    return STATE_GOOD;
  g_message ("the settings file is damaged: %s", text);
  return STATE_DAMAGED;
}

static State
try_open (const char *path, sqlite3 **db, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  State state = judge_header (path, error);

  if (state != STATE_GOOD)
    return state;

  *db = mp_store_file_connect (path, &local_error);
  if (*db != NULL && prepare (*db, path, &local_error))
    state = check_whole (*db, &local_error);
  if (local_error == NULL)
    return state;

  if (g_error_matches (local_error, MP_ERROR, MP_ERROR_DAMAGED))
    {
      g_message ("%s", local_error->message);
      return STATE_DAMAGED;
    }
  g_propagate_error (error, g_steal_pointer (&local_error));
  return STATE_FAILED;
}

static gboolean
replace_damaged (const char *directory, MpStoreFile *file, GError **error)
{
  gboolean replaced;

  if (flock (file->lock, LOCK_EX | LOCK_NB) != 0)
    {
      g_set_error_literal (error, MP_ERROR, MP_ERROR_STORAGE,
                           "the settings file is damaged, and another program has it open: close "
                           "that, then open this again");
      return FALSE;
    }
  replaced = mp_store_salvage (directory, &file->set_aside, error);
  return flock (file->lock, LOCK_SH) == 0 && replaced;
}

int64_t
mp_store_file_get_newest_version (void)
{
  return G_N_ELEMENTS (scripts);
}

/*
 * mp_store_file_migrate:
 *
 * Each script in a transaction of its own.
 */
gboolean
mp_store_file_migrate (sqlite3 *db, GError **error)
{
  int64_t version;

  if (!check_identity (db, &version, error))
    return FALSE;

  while (version < mp_store_file_get_newest_version ())
    {
      /* Once more inside: another process may be doing the same. */
      if (!mp_store_sql_exec (db, "BEGIN IMMEDIATE", error))
        return FALSE;
      if (!check_identity (db, &version, error) ||
          (version < mp_store_file_get_newest_version () &&
           !run_script (db, (unsigned int) version, error)) ||
          !mp_store_sql_exec (db, "COMMIT", error))
        {
          mp_store_sql_exec (db, "ROLLBACK", NULL);
          return FALSE;
        }
      if (!check_identity (db, &version, error))
        return FALSE;
    }
  return TRUE;
}

/*
 * mp_store_file_connect:
 *
 * Returns: (transfer full): the file as SQLite opens it, of whatever version
 */
sqlite3 *
mp_store_file_connect (const char *path, GError **error)
{
  g_autoptr (sqlite3) db = NULL;
  int fd = make_private_file (path, error);
  int code;

  if (fd < 0)
    return NULL;
  close (fd);

  code = sqlite3_open_v2 (path, &db,
                          SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW, NULL);
  if (code != SQLITE_OK)
    {
      mp_store_sql_set_error (error, db, code);
      return NULL;
    }
  sqlite3_extended_result_codes (db, 1);
  sqlite3_busy_timeout (db, MP_STORE_BUSY_TIMEOUT_MS);

  if (!mp_store_sql_exec (db, "PRAGMA synchronous = FULL", error) ||
      !mp_store_sql_exec (db, "PRAGMA foreign_keys = ON", error) ||
      !mp_store_sql_exec (db, "PRAGMA trusted_schema = OFF", error) ||
      !mp_store_sql_add_functions (db, error))
    {
      blame_file (db, error);
      return NULL;
    }
  return g_steal_pointer (&db);
}

/*
 * mp_store_file_open:
 * @directory: a store's folder; made when it is missing
 * @file: (out caller-allocates): the open file, of the newest version
 * @error: return location
 *
 * Fails with %MP_ERROR_NEWER, %MP_ERROR_INVALID when the file is none of ours, %MP_ERROR_STORAGE.
 */
gboolean
mp_store_file_open (const char *directory, MpStoreFile *file, GError **error)
{
  g_autofree char *path = g_build_filename (directory, MP_STORE_FILE, NULL);
  State state;

  *file = (MpStoreFile){ .lock = -1 };
  if (!lock (directory, &file->lock, error))
    return FALSE;

  state = try_open (path, &file->db, error);
  if (state == STATE_DAMAGED)
    {
      g_clear_pointer (&file->db, mp_store_sql_close);
      if (!replace_damaged (directory, file, error))
        state = STATE_FAILED;
      else
        state = try_open (path, &file->db, error);
    }
  if (state == STATE_GOOD)
    return TRUE;

  if (state == STATE_DAMAGED)
    g_set_error_literal (error, MP_ERROR, MP_ERROR_STORAGE,
                         "a new settings file is damaged as soon as it is made: check the disk");
  mp_store_file_close (file);
  return FALSE;
}

void
mp_store_file_close (MpStoreFile *file)
{
  g_clear_pointer (&file->db, mp_store_sql_close);
  g_clear_pointer (&file->set_aside, g_free);
  if (file->lock >= 0)
    close (file->lock);
  file->lock = -1;
}
