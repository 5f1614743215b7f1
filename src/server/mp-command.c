/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-commands.h"

#include <stdio.h>

#include "mp-error.h"

/**
 * mp_command_parse:
 * @self: the command
 * @argc: (inout): the number of arguments
 * @argv: (inout): the arguments; the options are taken out, what is left begins at 1
 * @entries: (nullable): the command's own options, beside `--data-dir`
 * @data_dir: (out) (optional) (transfer full): the data folder; a command without one takes %NULL
 *
 * Says on stderr what is wrong; that is exit code %MP_EXIT_USAGE.
 *
 * Returns: whether the command may run
 */
gboolean
mp_command_parse (
    const MpCommand *self, int *argc, char ***argv, const GOptionEntry *entries, char **data_dir)
{
  g_autofree char *folder = NULL;
  const GOptionEntry common[] = {
    { "data-dir", 0, 0, G_OPTION_ARG_FILENAME, &folder,
      "Folder of the database and the keys (default: $STATE_DIRECTORY)", "DIR" },
    { 0 },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (self->arguments);
  g_autoptr (GError) error = NULL;

  g_option_context_set_summary (context, self->summary);
  g_option_context_add_main_entries (context, common, NULL);
  if (entries != NULL)
    g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, &error))
    {
      mp_command_misuse (error->message);
      return FALSE;
    }
  if (*argc != (int) self->n_arguments + 1)
    {
      fprintf (stderr, "Usage: %s %s\n", g_get_prgname (),
               self->arguments != NULL ? self->arguments : "");
      return FALSE;
    }

  if (data_dir == NULL)
    return TRUE;
  if (folder == NULL)
    folder = g_strdup (g_getenv ("STATE_DIRECTORY"));
  if (folder == NULL)
    {
      mp_command_misuse ("--data-dir DIR is needed");
      return FALSE;
    }
  *data_dir = g_steal_pointer (&folder);
  return TRUE;
}

/**
 * mp_command_check_tenant:
 * @home: an open folder
 * @tenant: a tenant's id
 * @error: return location for %MP_ERROR_NOT_FOUND
 *
 * Returns: whether there is such a tenant
 */
gboolean
mp_command_check_tenant (MpServerHome *home, const char *tenant, GError **error)
{
  g_autoptr (MpDbTenant) known = NULL;
  g_autoptr (GError) failure = NULL;

  known = mp_db_get_tenant (home->db, tenant, &failure);
  if (known != NULL)
    return TRUE;
  if (g_error_matches (failure, MP_ERROR, MP_ERROR_NOT_FOUND))
    g_set_error (error, MP_ERROR, MP_ERROR_NOT_FOUND, "There is no tenant “%s”", tenant);
  else
    g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/**
 * mp_command_fail:
 * @error: why the command failed
 *
 * Returns: the exit code of a failure
 */
MpExit
mp_command_fail (const GError *error)
{
  fprintf (stderr, "mp-tenant-server: %s\n", error->message);
  return MP_EXIT_FAILED;
}

/**
 * mp_command_misuse:
 * @message: how the command line is wrong, or how it is used
 *
 * Returns: the exit code of a wrong command line
 */
MpExit
mp_command_misuse (const char *message)
{
  fprintf (stderr, "mp-tenant-server: %s\n", message);
  fprintf (stderr, "Try “mp-tenant-server --help”.\n");
  return MP_EXIT_USAGE;
}

/**
 * mp_command_dup_operator:
 *
 * Returns: (transfer full): who gives the command, for the audit trail
 */
char *
mp_command_dup_operator (void)
{
  return g_strconcat ("operator:", g_get_user_name (), NULL);
}
