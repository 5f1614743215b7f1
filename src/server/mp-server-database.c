/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "mp-server-database.h"

#include "mp-audit-log.h"
#include "mp-error.h"
#include "mp-sqlite-db.h"

#ifdef MP_HAVE_POSTGRESQL
#include "mp-pgsql-db.h"
#endif

#define DATABASE_FILE "server.db"
/* One line: the connection string of PostgreSQL. */
#define NAME_FILE "database"

static char *
format_name_path (const char *data_dir)
{
  return g_build_filename (data_dir, NAME_FILE, NULL);
}

static char *
read_conninfo (const char *data_dir, GError **error)
{
  g_autofree char *path = format_name_path (data_dir);
  g_autoptr (GError) failure = NULL;
  char *conninfo;

  if (g_file_get_contents (path, &conninfo, NULL, &failure))
    return g_strstrip (conninfo);
  g_set_error (error, MP_ERROR, MP_ERROR_STORAGE, "Reading which database it is: %s",
               failure->message);
  return NULL;
}

#ifdef MP_HAVE_POSTGRESQL
static MpDb *
open_named (const char *conninfo, GError **error)
{
  return mp_pgsql_db_new (conninfo, error);
}

static gboolean
migrate_named (const char *conninfo, const char *owner_conninfo, GError **error)
{
  g_autofree char *role = mp_pgsql_db_dup_role (conninfo, error);

  return role != NULL && mp_pgsql_db_migrate (owner_conninfo, role, error);
}
#else
static gboolean
refuse_named (GError **error)
{
  g_set_error (error, MP_ERROR, MP_ERROR_FAILED, "This program was built without PostgreSQL");
  return FALSE;
}

static MpDb *
open_named (const char *conninfo, GError **error)
{
  refuse_named (error);
  return NULL;
}

static gboolean
migrate_named (const char *conninfo, const char *owner_conninfo, GError **error)
{
  return refuse_named (error);
}
#endif

/**
 * mp_server_database_format_path:
 * @data_dir: a data folder
 *
 * Returns: (transfer full): where the database is that is a file
 */
char *
mp_server_database_format_path (const char *data_dir)
{
  return g_build_filename (data_dir, DATABASE_FILE, NULL);
}

/**
 * mp_server_database_is_named:
 * @data_dir: a data folder
 *
 * Returns: whether its database is one of PostgreSQL
 */
gboolean
mp_server_database_is_named (const char *data_dir)
{
  g_autofree char *path = format_name_path (data_dir);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

/**
 * mp_server_database_exists:
 * @data_dir: a folder
 *
 * Returns: whether it is of a database
 */
gboolean
mp_server_database_exists (const char *data_dir)
{
  g_autofree char *path = mp_server_database_format_path (data_dir);

  return mp_server_database_is_named (data_dir) || g_file_test (path, G_FILE_TEST_EXISTS);
}

/**
 * mp_server_database_open:
 * @data_dir: a data folder
 * @error: return location
 *
 * Returns: (transfer full) (nullable): its database
 */
MpDb *
mp_server_database_open (const char *data_dir, GError **error)
{
  g_autofree char *path = mp_server_database_format_path (data_dir);
  g_autofree char *conninfo = NULL;

  if (!mp_server_database_is_named (data_dir))
    return mp_sqlite_db_new (path, error);
  conninfo = read_conninfo (data_dir, error);
  return conninfo == NULL ? NULL : open_named (conninfo, error);
}

/**
 * mp_server_database_take:
 * @data_dir: a folder without a database
 * @conninfo: how the server connects
 * @owner_conninfo: how the database's owner does
 * @error: return location
 *
 * Returns: whether the database has this program's schema, and the folder names it
 */
gboolean
mp_server_database_take (const char *data_dir,
                         const char *conninfo,
                         const char *owner_conninfo,
                         GError **error)
{
  g_autofree char *path = format_name_path (data_dir);
  g_autofree char *line = g_strconcat (conninfo, "\n", NULL);
  g_autoptr (MpDb) db = NULL;
  gboolean has_key;

  if (!migrate_named (conninfo, owner_conninfo, error))
    return FALSE;
  db = open_named (conninfo, error);
  if (db == NULL || !mp_audit_log_has_key (db, &has_key, error))
    return FALSE;
  if (has_key)
    {
      g_set_error (error, MP_ERROR, MP_ERROR_CONFLICT,
                   "The database has its server's keys already. For another server of it, copy the "
                   "data folder (database, audit.key, master.key)");
      return FALSE;
    }
  return g_file_set_contents_full (
      path, line, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, error);
}

/**
 * mp_server_database_migrate:
 * @data_dir: a data folder
 * @owner_conninfo: how the database's owner connects
 * @error: return location
 *
 * Returns: whether the schema is this program's
 */
gboolean
mp_server_database_migrate (const char *data_dir, const char *owner_conninfo, GError **error)
{
  g_autofree char *conninfo = NULL;

  if (!mp_server_database_is_named (data_dir))
    {
      g_set_error (error, MP_ERROR, MP_ERROR_INVALID,
                   "The database of %s is a file, whose schema follows the program by itself",
                   data_dir);
      return FALSE;
    }
  conninfo = read_conninfo (data_dir, error);
  return conninfo != NULL && migrate_named (conninfo, owner_conninfo, error);
}
