/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-commands.h"

#include <stdio.h>

#define ACTION_RESTORED "server.restored"

/* The entry that begins the new epoch; it names what the trail goes on from. */
static gboolean
append_entry (MpServerHome *home, const char *tenant, const char *operator_name, GError **error)
{
  g_autoptr (MpAuditHead) head = mp_audit_log_get_head (home->audit, tenant, error);
  g_autofree char *detail = NULL;

  if (head == NULL)
    return FALSE;
  detail =
      g_strdup_printf ("continues from entry %" G_GINT64_FORMAT ", %s", head->sequence, head->hash);
  return mp_audit_log_append (home->audit, tenant,
                              &(MpAuditEntryInit){
                                  .actor = operator_name,
                                  .role = "operator",
                                  .action = ACTION_RESTORED,
                                  .detail = detail,
                              },
                              error);
}

static gboolean
begin_epoch (MpServerHome *home, GError **error)
{
  g_autofree char *epoch = g_uuid_string_random ();
  g_autofree char *operator_name = mp_command_dup_operator ();
  g_autoptr (GPtrArray) tenants = mp_db_list_tenants (home->db, error);
  g_autoptr (MpDbTransaction) transaction = tenants != NULL ? mp_db_begin (home->db, error) : NULL;

  if (transaction == NULL || !mp_db_set_epoch (home->db, epoch, error))
    return FALSE;

  for (unsigned int i = 0; i < tenants->len; i++)
    {
      const MpDbTenant *tenant = g_ptr_array_index (tenants, i);

      if (!append_entry (home, tenant->id, operator_name, error))
        return FALSE;
    }
  return mp_db_commit (transaction, error);
}

/**
 * mp_command_begin_epoch_in:
 * @data_dir: the folder that holds the keys
 * @folder: the folder of a copy of the database
 * @error: return location
 *
 * Returns: whether the copy's new epoch has begun
 */
gboolean
mp_command_begin_epoch_in (const char *data_dir, const char *folder, GError **error)
{
  g_autoptr (MpServerHome) home = mp_server_home_open_copy (data_dir, folder, error);

  return home != NULL && begin_epoch (home, error);
}

/**
 * mp_command_restored:
 * @self: the command
 * @argc: the number of arguments
 * @argv: the arguments
 *
 * `restored`: the database was put back from a copy. It cannot see that by itself, and its numbers
 * would be given out a second time; a new epoch makes every client compare all that it knows.
 *
 * Returns: the exit code
 */
MpExit
mp_command_restored (const MpCommand *self, int argc, char **argv)
{
  g_autofree char *data_dir = NULL;
  g_autoptr (MpServerHome) home = NULL;
  g_autoptr (GError) error = NULL;

  if (!mp_command_parse (self, &argc, &argv, NULL, &data_dir))
    return MP_EXIT_USAGE;

  home = mp_server_home_open (data_dir, &error);
  if (home == NULL || !begin_epoch (home, &error))
    return mp_command_fail (error);

  printf ("A new epoch has begun: every desktop will compare what it knows.\n");
  return MP_EXIT_OK;
}
