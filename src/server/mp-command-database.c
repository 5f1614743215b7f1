/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-commands.h"

#include <stdio.h>

#include "mp-server-database.h"

/**
 * mp_command_init:
 * @self: the command
 * @argc: the number of arguments
 * @argv: the arguments
 *
 * `init [--database STRING --owner-database STRING]`: makes a data folder.
 *
 * Returns: the exit code
 */
MpExit
mp_command_init (const MpCommand *self, int argc, char **argv)
{
  g_autofree char *conninfo = NULL;
  g_autofree char *owner_conninfo = NULL;
  const GOptionEntry entries[] = {
    { "database", 0, 0, G_OPTION_ARG_STRING, &conninfo,
      "The connection string of PostgreSQL, as libpq has it, without a password "
      "(default: a file in the folder)",
      "STRING" },
    { "owner-database", 0, 0, G_OPTION_ARG_STRING, &owner_conninfo,
      "How the database's owner connects, who makes the schema", "STRING" },
    { 0 },
  };
  g_autofree char *data_dir = NULL;
  g_autoptr (GError) error = NULL;

  if (!mp_command_parse (self, &argc, &argv, entries, &data_dir))
    return MP_EXIT_USAGE;
  if ((conninfo == NULL) != (owner_conninfo == NULL))
    return mp_command_misuse ("--database and --owner-database go together: the server connects as "
                              "a role that does not own the tables");
  if (!mp_server_home_create (data_dir, conninfo, owner_conninfo, &error))
    return mp_command_fail (error);

  printf ("Made the database and the keys in %s.\n", data_dir);
  printf ("Keep a copy of master.key and audit.key elsewhere: no backup of the database holds "
          "them.\n");
  return MP_EXIT_OK;
}

/**
 * mp_command_migrate:
 * @self: the command
 * @argc: the number of arguments
 * @argv: the arguments
 *
 * `migrate --owner-database STRING`: the schema in PostgreSQL follows a newer program.
 *
 * Returns: the exit code
 */
MpExit
mp_command_migrate (const MpCommand *self, int argc, char **argv)
{
  g_autofree char *owner_conninfo = NULL;
  const GOptionEntry entries[] = {
    { "owner-database", 0, 0, G_OPTION_ARG_STRING, &owner_conninfo,
      "How the database's owner connects", "STRING" },
    { 0 },
  };
  g_autofree char *data_dir = NULL;
  g_autoptr (GError) error = NULL;

  if (!mp_command_parse (self, &argc, &argv, entries, &data_dir))
    return MP_EXIT_USAGE;
  if (owner_conninfo == NULL)
    return mp_command_misuse ("--owner-database STRING is needed");
  return mp_server_database_migrate (data_dir, owner_conninfo, &error) ? MP_EXIT_OK
                                                                       : mp_command_fail (error);
}
