/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "mp-test-db.h"

#include "mp-sqlite-db.h"
#include "mp-test-folder.h"

#include <sqlite3.h>

#ifdef MP_HAVE_POSTGRESQL
#include "mp-pgsql-db.h"
#include "mp-test-postgresql.h"

static MpDb *
open_in_cluster (const char *folder, GError **error)
{
  g_autofree char *database = g_path_get_basename (folder);
  g_autofree char *marker = g_build_filename (folder, "made", NULL);
  g_autofree char *owner = mp_test_postgresql_format ("mp_owner", database);
  g_autofree char *server = mp_test_postgresql_format ("mp_server", database);

  if (!g_file_test (marker, G_FILE_TEST_EXISTS))
    {
      mp_test_postgresql_create (database);
      if (!mp_pgsql_db_migrate (owner, "mp_server", error) ||
          !g_file_set_contents (marker, "", 0, error))
        return NULL;
    }
  return mp_pgsql_db_new (server, error);
}

static gboolean
cluster_holds (const char *folder, const char *text)
{
  g_autofree char *database = g_path_get_basename (folder);
  g_autofree char *sql = g_strdup_printf (
      "SELECT position ('%s' IN database_to_xml (true, false, '')::text) > 0", text);
  g_autofree char *value = mp_test_postgresql_run ("postgres", database, sql);

  return g_strcmp0 (value, "t") == 0;
}

static void
run_in_cluster (const char *folder, const char *sql)
{
  g_autofree char *database = g_path_get_basename (folder);
  g_autofree char *value = mp_test_postgresql_run ("postgres", database, sql);
}
#endif

gboolean
mp_test_db_is_postgresql (void)
{
#ifdef MP_HAVE_POSTGRESQL
  return g_getenv ("MP_TEST_POSTGRESQL") != NULL;
#else
  return FALSE;
#endif
}

gboolean
mp_test_db_holds (const char *folder, const char *text)
{
  g_autofree char *found = mp_test_folder_find_bytes (folder, text);

#ifdef MP_HAVE_POSTGRESQL
  if (mp_test_db_is_postgresql () && cluster_holds (folder, text))
    return TRUE;
#endif
  return found != NULL;
}

static void
run_in_file (const char *folder, const char *sql)
{
  g_autofree char *path = g_build_filename (folder, "server.db", NULL);
  char *message = NULL;
  sqlite3 *db;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  sqlite3_exec (db, sql, NULL, NULL, &message);
  g_assert_cmpstr (message, ==, NULL);
  sqlite3_close (db);
}

void
mp_test_db_run_sql (const char *folder, const char *sql)
{
#ifdef MP_HAVE_POSTGRESQL
  if (mp_test_db_is_postgresql ())
    {
      run_in_cluster (folder, sql);
      return;
    }
#endif
  run_in_file (folder, sql);
}

MpDb *
mp_test_db_open (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "server.db", NULL);
  g_autoptr (GError) error = NULL;
  MpDb *db = NULL;

#ifdef MP_HAVE_POSTGRESQL
  if (mp_test_db_is_postgresql ())
    db = open_in_cluster (folder, &error);
  else
#endif
    db = mp_sqlite_db_new (path, &error);
  g_assert_no_error (error);
  return db;
}
