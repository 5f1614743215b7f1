/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-server-home.h"

#include <errno.h>
#include <glib/gstdio.h>

#include "mp-error.h"
#include "mp-server-database.h"

#define AUDIT_KEY_NAME "audit.key"

/* @database_dir: where the database is; the keys are in @data_dir */
static MpServerHome *
open_parts (const char *data_dir, const char *database_dir, GError **error)
{
  g_autoptr (MpServerHome) home = g_new0 (MpServerHome, 1);
  g_autofree char *audit_key = g_build_filename (data_dir, AUDIT_KEY_NAME, NULL);
  g_autofree char *master_key = mp_vault_dup_default_key_path (data_dir);

  home->clock = mp_clock_new ();
  home->db = mp_server_database_open (database_dir, error);
  if (home->db == NULL)
    return NULL;
  home->audit = mp_audit_log_new (home->db, home->clock, audit_key, error);
  if (home->audit == NULL)
    return NULL;
  home->vault = mp_vault_new (home->db, home->audit, master_key, error);
  if (home->vault == NULL)
    return NULL;
  home->auth = mp_auth_new (home->db, home->audit, home->clock);
  return g_steal_pointer (&home);
}

/**
 * mp_server_home_create:
 * @data_dir: a folder; made (0700) where it does not exist
 * @conninfo: (nullable): the database of PostgreSQL to use; %NULL: a file in the folder
 * @owner_conninfo: (nullable): how its owner connects, who makes the schema
 * @error: return location
 *
 * Makes the database and the keys. %MP_ERROR_CONFLICT: there is a database already.
 *
 * Returns: whether they are there now
 */
gboolean
mp_server_home_create (const char *data_dir,
                       const char *conninfo,
                       const char *owner_conninfo,
                       GError **error)
{
  g_autofree char *master_key = mp_vault_dup_default_key_path (data_dir);
  g_autoptr (MpServerHome) home = NULL;

  if (mp_server_database_exists (data_dir))
    {
      g_set_error (error, MP_ERROR, MP_ERROR_CONFLICT, "%s has a database already", data_dir);
      return FALSE;
    }
  if (g_mkdir_with_parents (data_dir, 0700) != 0)
    {
      g_set_error (error, MP_ERROR, MP_ERROR_STORAGE, "Cannot make %s: %s", data_dir,
                   g_strerror (errno));
      return FALSE;
    }
  if (conninfo != NULL && !mp_server_database_take (data_dir, conninfo, owner_conninfo, error))
    return FALSE;
  if (!g_file_test (master_key, G_FILE_TEST_EXISTS) &&
      !mp_vault_create_key_file (master_key, error))
    return FALSE;

  home = open_parts (data_dir, data_dir, error);
  return home != NULL;
}

/**
 * mp_server_home_open:
 * @data_dir: a folder made by mp_server_home_create ()
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the open folder; %MP_ERROR_NOT_FOUND when there is no
 *   database in it
 */
MpServerHome *
mp_server_home_open (const char *data_dir, GError **error)
{
  if (!mp_server_database_exists (data_dir))
    {
      g_set_error (error, MP_ERROR, MP_ERROR_NOT_FOUND,
                   "%s has no database; make one: mp-tenant-server init --data-dir %s", data_dir,
                   data_dir);
      return NULL;
    }
  return open_parts (data_dir, data_dir, error);
}

/**
 * mp_server_home_open_copy:
 * @data_dir: a data folder, for its keys
 * @folder: the folder of a copy of its database
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the copy, open as the data folder would be
 */
MpServerHome *
mp_server_home_open_copy (const char *data_dir, const char *folder, GError **error)
{
  return open_parts (data_dir, folder, error);
}

/**
 * mp_server_home_free:
 * @home: (transfer full) (nullable): an open folder
 */
void
mp_server_home_free (MpServerHome *home)
{
  if (home == NULL)
    return;

  g_clear_object (&home->auth);
  g_clear_object (&home->vault);
  g_clear_object (&home->audit);
  g_clear_object (&home->db);
  g_clear_object (&home->clock);
  g_free (home);
}
