/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-commands.h"

#include <stdio.h>

#include "mp-error.h"

static gboolean
add_tenant (MpServerHome *home, const char *id, const char *name, GError **error)
{
  MpDbTenant tenant = {
    .id = id,
    .name = name,
    .created_unix_us = mp_clock_get_now_unix_us (home->clock),
  };
  g_autoptr (MpDbTransaction) transaction = mp_db_begin (home->db, error);
  g_autoptr (GError) failure = NULL;

  if (transaction == NULL)
    return FALSE;
  if (mp_db_add_tenant (home->db, &tenant, &failure))
    return mp_db_commit (transaction, error);

  if (g_error_matches (failure, MP_ERROR, MP_ERROR_CONFLICT))
    g_set_error (error, MP_ERROR, MP_ERROR_CONFLICT, "There is a tenant “%s” already", id);
  else
    g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/**
 * mp_command_tenant_add:
 * @self: the command
 * @argc: the number of arguments
 * @argv: the arguments
 *
 * `tenant add ID --name NAME`
 *
 * Returns: the exit code
 */
MpExit
mp_command_tenant_add (const MpCommand *self, int argc, char **argv)
{
  g_autofree char *name = NULL;
  const GOptionEntry entries[] = {
    { "name", 0, 0, G_OPTION_ARG_STRING, &name, "What people call it (default: the id)", "NAME" },
    { 0 },
  };
  g_autofree char *data_dir = NULL;
  g_autoptr (MpServerHome) home = NULL;
  g_autoptr (GError) error = NULL;

  if (!mp_command_parse (self, &argc, &argv, entries, &data_dir))
    return MP_EXIT_USAGE;

  home = mp_server_home_open (data_dir, &error);
  if (home == NULL || !add_tenant (home, argv[1], name != NULL ? name : argv[1], &error))
    return mp_command_fail (error);
  return MP_EXIT_OK;
}

/**
 * mp_command_tenant_list:
 * @self: the command
 * @argc: the number of arguments
 * @argv: the arguments
 *
 * `tenant list`: id and name of each, with a tab between.
 *
 * Returns: the exit code
 */
MpExit
mp_command_tenant_list (const MpCommand *self, int argc, char **argv)
{
  g_autofree char *data_dir = NULL;
  g_autoptr (MpServerHome) home = NULL;
  g_autoptr (GPtrArray) tenants = NULL;
  g_autoptr (GError) error = NULL;

  if (!mp_command_parse (self, &argc, &argv, NULL, &data_dir))
    return MP_EXIT_USAGE;

  home = mp_server_home_open (data_dir, &error);
  if (home != NULL)
    tenants = mp_db_list_tenants (home->db, &error);
  if (tenants == NULL)
    return mp_command_fail (error);

  for (unsigned int i = 0; i < tenants->len; i++)
    {
      const MpDbTenant *tenant = g_ptr_array_index (tenants, i);

      printf ("%s\t%s\n", tenant->id, tenant->name);
    }
  return MP_EXIT_OK;
}
