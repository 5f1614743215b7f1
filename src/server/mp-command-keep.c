/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-commands.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <sys/statvfs.h>

#include "mp-error.h"
#include "mp-server-database.h"
#include "mp-sqlite-db.h"

/* Less is soon nothing: a day's log and trail of a busy tenant. */
#define LEAST_FREE_BYTES (UINT64_C (256) * 1024 * 1024)

static gboolean
refuse_named (const char *data_dir, const char *instead, GError **error)
{
  if (!mp_server_database_is_named (data_dir))
    return TRUE;

  g_set_error (error, MP_ERROR, MP_ERROR_INVALID,
               "The database is one of PostgreSQL, whose own tools keep it: %s", instead);
  return FALSE;
}

static gboolean
back_up (const char *data_dir, const char *path, GError **error)
{
  g_autofree char *database = mp_server_database_format_path (data_dir);

  if (!refuse_named (data_dir, "pg_dump --format=custom --file FILE, as the database's owner",
                     error))
    return FALSE;
  if (!mp_server_database_exists (data_dir) || g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, MP_ERROR, MP_ERROR_CONFLICT, "%s",
                   mp_server_database_exists (data_dir) ? "That file exists already"
                                                        : "There is no database in this folder");
      return FALSE;
    }
  return mp_sqlite_db_copy (database, path, error);
}

/**
 * mp_command_backup:
 * @self: the command
 * @argc: the number of arguments
 * @argv: the arguments
 *
 * `backup FILE`: the database as it is at one moment, while the server runs.
 *
 * Returns: the exit code
 */
MpExit
mp_command_backup (const MpCommand *self, int argc, char **argv)
{
  g_autofree char *data_dir = NULL;
  g_autoptr (GError) error = NULL;

  if (!mp_command_parse (self, &argc, &argv, NULL, &data_dir))
    return MP_EXIT_USAGE;
  if (!back_up (data_dir, argv[1], &error))
    return mp_command_fail (error);

  printf ("Saved the database in %s. The keys are not in it: keep master.key and audit.key too.\n",
          argv[1]);
  return MP_EXIT_OK;
}

/* A copy of the backup beside the database, in which the new epoch begins; so the database never
 * is the old state with the old epoch, whenever this is cut off. */
static gboolean
restore (const char *data_dir, const char *path, GError **error)
{
  g_autofree char *database = mp_server_database_format_path (data_dir);
  g_autofree char *folder = g_build_filename (data_dir, "restoring", NULL);
  g_autofree char *copy = mp_server_database_format_path (folder);
  gboolean restored;

  if (!refuse_named (data_dir, "pg_restore, as its owner, then “mp-tenant-server restored”", error))
    return FALSE;
  if (g_mkdir_with_parents (folder, 0700) != 0)
    {
      g_set_error (error, MP_ERROR, MP_ERROR_STORAGE, "Cannot make %s", folder);
      return FALSE;
    }
  restored = mp_sqlite_db_copy (path, copy, error) &&
             mp_command_begin_epoch_in (data_dir, folder, error) &&
             mp_sqlite_db_copy (copy, database, error);
  mp_sqlite_db_remove (copy);
  g_rmdir (folder);
  return restored;
}

/**
 * mp_command_restore:
 * @self: the command
 * @argc: the number of arguments
 * @argv: the arguments
 *
 * `restore FILE`: puts a backup back, with a new epoch.
 *
 * Returns: the exit code
 */
MpExit
mp_command_restore (const MpCommand *self, int argc, char **argv)
{
  g_autofree char *data_dir = NULL;
  g_autoptr (GError) error = NULL;

  if (!mp_command_parse (self, &argc, &argv, NULL, &data_dir))
    return MP_EXIT_USAGE;
  if (!restore (data_dir, argv[1], &error))
    return mp_command_fail (error);

  printf ("The database is as in %s. A new epoch has begun: every desktop will compare what it "
          "knows.\n",
          argv[1]);
  return MP_EXIT_OK;
}

/* One line for each thing that was looked at. */
typedef struct
{
  unsigned int n_problems;
} Findings;

G_GNUC_PRINTF (3, 4)
static void
note (Findings *findings, gboolean is_well, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  printf ("%s: %s\n", is_well ? "well" : "PROBLEM", text);
  findings->n_problems += is_well ? 0 : 1;
}

static void
check_files (Findings *findings, const char *data_dir)
{
  static const char *const names[] = { "", "server.db", "database", "audit.key", "master.key" };
  gboolean is_well = TRUE;

  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (data_dir, names[i], NULL);
      GStatBuf status;

      if (g_stat (path, &status) != 0 || (status.st_mode & 0077) == 0)
        continue;
      note (findings, FALSE, "%s can be read by others: chmod go= %s", path, path);
      is_well = FALSE;
    }
  if (is_well)
    note (findings, TRUE, "nobody else can read the files in %s", data_dir);
}

static void
check_space (Findings *findings, const char *data_dir)
{
  struct statvfs status;
  g_autofree char *size = NULL;
  uint64_t n_bytes;

  if (statvfs (data_dir, &status) != 0)
    {
      note (findings, FALSE, "the disk of %s does not say what is free", data_dir);
      return;
    }
  n_bytes = (uint64_t) status.f_bavail * status.f_frsize;
  size = g_format_size (n_bytes);
  note (findings, n_bytes >= LEAST_FREE_BYTES, "%s are free on the disk of %s", size, data_dir);
}

static void
check_database (Findings *findings, MpServerHome *home)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) faults = mp_db_check (home->db, &error);

  if (faults == NULL)
    note (findings, FALSE, "the database: %s", error->message);
  for (unsigned int i = 0; faults != NULL && i < faults->len; i++)
    note (findings, FALSE, "the database: %s", (char *) faults->pdata[i]);
  if (faults != NULL && faults->len == 0)
    note (findings, TRUE, "the database is whole");
}

static void
check_secrets (Findings *findings, MpServerHome *home)
{
  g_autoptr (GError) error = NULL;
  gboolean is_whole = FALSE;

  if (!mp_vault_is_whole (home->vault, &is_whole, &error))
    note (findings, FALSE, "the keys: %s", error->message);
  else if (is_whole)
    note (findings, TRUE, "all secrets are under the present master key");
  else
    note (findings, FALSE,
          "some secrets are under another master key: mp-tenant-server key rotate");
}

static void
check_trails (Findings *findings, MpServerHome *home)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) tenants = mp_db_list_tenants (home->db, &error);

  if (tenants == NULL)
    note (findings, FALSE, "the tenants: %s", error->message);
  for (unsigned int i = 0; tenants != NULL && i < tenants->len; i++)
    {
      const MpDbTenant *tenant = tenants->pdata[i];
      g_autoptr (GError) failure = NULL;
      g_autoptr (MpAuditVerdict) verdict =
                     mp_audit_log_verify (home->audit, tenant->id, NULL, &failure);
      g_autofree char *text = verdict == NULL ? NULL : mp_audit_verdict_dup_text (verdict);

      note (findings, verdict != NULL && mp_audit_verdict_get_state (verdict) == MP_AUDIT_INTACT,
            "%s: %s", tenant->id, text != NULL ? text : failure->message);
    }
}

/**
 * mp_command_doctor:
 * @self: the command
 * @argc: the number of arguments
 * @argv: the arguments
 *
 * `doctor`: looks at everything that the server stands on, and changes nothing.
 *
 * Returns: the exit code; %MP_EXIT_FAILED when there is a problem
 */
MpExit
mp_command_doctor (const MpCommand *self, int argc, char **argv)
{
  g_autofree char *data_dir = NULL;
  g_autoptr (MpServerHome) home = NULL;
  g_autoptr (GError) error = NULL;
  Findings findings = { 0 };

  if (!mp_command_parse (self, &argc, &argv, NULL, &data_dir))
    return MP_EXIT_USAGE;

  check_files (&findings, data_dir);
  check_space (&findings, data_dir);
  home = mp_server_home_open (data_dir, &error);
  note (&findings, home != NULL, "%s",
        home != NULL ? "the database opens, and its keys are there" : error->message);
  if (home != NULL)
    {
      check_database (&findings, home);
      check_secrets (&findings, home);
      check_trails (&findings, home);
    }
  return findings.n_problems == 0 ? MP_EXIT_OK : MP_EXIT_FAILED;
}
