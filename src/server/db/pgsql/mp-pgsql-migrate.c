/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-pgsql-db.h"
#include "mp-pgsql-private.h"

#include "mp-error.h"

#include "mp-pgsql-sql.h"

#include <string.h>

#define SQL_FOLDER "/org/memberpulse/server/db/pgsql/sql/"

static int
compare_names (const void *a, const void *b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* The scripts are `NNN-what.sql`; each moves the schema from NNN - 1 to NNN and says so itself. */
static GStrv
list_scripts (void)
{
  GStrv names = g_resource_enumerate_children (mp_pgsql_sql_get_resource (), SQL_FOLDER,
                                               G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);

  g_assert (names != NULL);
  qsort (names, g_strv_length (names), sizeof *names, compare_names);
  return names;
}

unsigned int
mp_pgsql_get_known_version (void)
{
  g_auto (GStrv) names = list_scripts ();

  return g_strv_length (names);
}

gboolean
mp_pgsql_get_version (PGconn *conn, unsigned int *version, GError **error)
{
  g_autoptr (PGresult) table =
                 mp_pgsql_run (conn, "SELECT to_regclass ('schema_version') IS NOT NULL", error);
  g_autoptr (PGresult) row = NULL;

  *version = 0;
  if (table == NULL || !mp_pgsql_get_boolean (table, 0, 0))
    return table != NULL;
  row = mp_pgsql_run (conn, "SELECT version FROM schema_version", error);
  if (row == NULL)
    return FALSE;
  *version = PQntuples (row) == 1 ? (unsigned int) mp_pgsql_get_int (row, 0, 0) : 0;
  return TRUE;
}

static gboolean
run_script (PGconn *conn, const char *name, GError **error)
{
  g_autofree char *path = g_strconcat (SQL_FOLDER, name, NULL);
  g_autoptr (GBytes) script = g_resource_lookup_data (mp_pgsql_sql_get_resource (), path,
                                                      G_RESOURCE_LOOKUP_FLAGS_NONE, error);
  g_autoptr (PGresult) result = NULL;
  g_autofree char *text = NULL;

  if (script == NULL)
    return FALSE;
  text = g_strndup (g_bytes_get_data (script, NULL), g_bytes_get_size (script));
  result = mp_pgsql_run (conn, text, error);
  if (result == NULL)
    g_prefix_error (error, "%s: ", name);
  return result != NULL;
}

static gboolean
run_scripts (PGconn *conn, GError **error)
{
  g_auto (GStrv) names = list_scripts ();
  unsigned int version;

  if (!mp_pgsql_get_version (conn, &version, error))
    return FALSE;
  if (version > g_strv_length (names))
    {
      g_set_error (error, MP_ERROR, MP_ERROR_NEWER,
                   "The database has schema %u, this program knows %u", version,
                   g_strv_length (names));
      return FALSE;
    }
  for (unsigned int i = version; names[i] != NULL; i++)
    {
      if (!run_script (conn, names[i], error))
        return FALSE;
    }
  return TRUE;
}

/* Starts the migration, alone of all processes, with the role that the scripts grant to. */
static gboolean
start (PGconn *conn, const char *role, GError **error)
{
  g_autoptr (PGresult) begun = mp_pgsql_run (conn, "BEGIN", error);
  g_autoptr (PGresult) locked = NULL;
  g_autoptr (PGresult) named = NULL;
  const char *const values[] = { role };

  if (begun == NULL)
    return FALSE;
  locked =
      mp_pgsql_run (conn, "SELECT pg_advisory_xact_lock (hashtext ('mp-tenant-server'))", error);
  if (locked == NULL)
    return FALSE;
  named = PQexecParams (conn, "SELECT set_config ('mp.role', $1, true)", 1, NULL, values, NULL,
                        NULL, 0);
  if (PQresultStatus (named) == PGRES_TUPLES_OK)
    return TRUE;
  mp_pgsql_set_error (conn, named, error);
  return FALSE;
}

/**
 * mp_pgsql_db_migrate:
 * @owner_conninfo: how to connect as the database's owner
 * @role: the server's role, which must exist
 * @error: return location
 *
 * Brings the schema to this program's, all steps in one transaction; what is there already stays.
 *
 * Fails with %MP_ERROR_NEWER when a newer program made it, with %MP_ERROR_UNAVAILABLE when the
 * database does not answer.
 *
 * Returns: whether the schema is this program's
 */
gboolean
mp_pgsql_db_migrate (const char *owner_conninfo, const char *role, GError **error)
{
  g_autoptr (PGconn) conn = NULL;
  g_autoptr (PGresult) ended = NULL;

  g_return_val_if_fail (owner_conninfo != NULL && role != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  conn = mp_pgsql_connect (owner_conninfo, error);
  if (conn == NULL || !start (conn, role, error) || !run_scripts (conn, error))
    return FALSE;
  ended = mp_pgsql_run (conn, "COMMIT", error);
  return ended != NULL;
}

/**
 * mp_pgsql_db_dup_role:
 * @conninfo: a connection string
 * @error: return location
 *
 * Fails with %MP_ERROR_UNAVAILABLE when one cannot connect with it.
 *
 * Returns: (transfer full): the role that one has then
 */
char *
mp_pgsql_db_dup_role (const char *conninfo, GError **error)
{
  g_autoptr (PGconn) conn = mp_pgsql_connect (conninfo, error);

  return conn == NULL ? NULL : g_strdup (PQuser (conn));
}
