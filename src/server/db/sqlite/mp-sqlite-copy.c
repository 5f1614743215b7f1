/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-sqlite-db.h"

#include "mp-error.h"
#include "mp-sqlite-private.h"

#include <glib/gstdio.h>

/* Whether the file is a server's database, and whole. */
static gboolean
check_source (sqlite3 *db, const char *path, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = mp_sqlite_prepare (
      db, NULL,
      "SELECT (SELECT count (*) FROM meta WHERE name = 'epoch') = 1"
      " AND (SELECT group_concat (integrity_check) FROM pragma_integrity_check) = 'ok'",
      "");

  if (statement != NULL && mp_sqlite_step (statement, NULL) == MP_SQLITE_ROW &&
      sqlite3_column_int (statement, 0) == 1)
    return TRUE;
  g_set_error (error, MP_ERROR, MP_ERROR_INVALID, "%s is damaged, or not a server's database",
               path);
  return FALSE;
}

/* All in one step: the source is read as it is at one moment, and the target changes at once. */
static gboolean
copy_pages (sqlite3 *from, sqlite3 *to, GError **error)
{
  sqlite3_backup *backup = sqlite3_backup_init (to, "main", from, "main");
  int result;

  if (backup == NULL)
    {
      mp_sqlite_set_error (to, "Starting the copy", error);
      return FALSE;
    }
  sqlite3_backup_step (backup, -1);
  result = sqlite3_backup_finish (backup);
  if (result == SQLITE_OK)
    return TRUE;
  g_set_error (error, MP_ERROR, MP_ERROR_STORAGE, "Copying the database: %s",
               sqlite3_errstr (result));
  return FALSE;
}

/**
 * mp_sqlite_db_copy:
 * @from: a server's database
 * @to: where the copy is to be; what is there is replaced, or stays when this fails
 * @error: return location
 *
 * Fails with %MP_ERROR_INVALID when @from is damaged or something else, with %MP_ERROR_STORAGE when
 * it cannot be read or the copy not written.
 *
 * Returns: whether the copy is on the disk
 */
gboolean
mp_sqlite_db_copy (const char *from, const char *to, GError **error)
{
  g_autoptr (sqlite3) source = NULL;
  g_autoptr (sqlite3) target = NULL;

  g_return_val_if_fail (from != NULL && to != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  source = mp_sqlite_open (from, FALSE, error);
  if (source == NULL || !check_source (source, from, error))
    return FALSE;
  target = mp_sqlite_open (to, TRUE, error);
  return target != NULL && copy_pages (source, target, error);
}

/**
 * mp_sqlite_db_remove:
 * @path: a database file that nobody uses; it need not exist
 */
void
mp_sqlite_db_remove (const char *path)
{
  static const char *const endings[] = { "", "-wal", "-shm" };

  for (size_t i = 0; i < G_N_ELEMENTS (endings); i++)
    {
      g_autofree char *file = g_strconcat (path, endings[i], NULL);

      g_remove (file);
    }
}
