/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-commands.h"

#include <stdio.h>

#define MAX_EXPIRES_DAYS 3650
#define DAY_US (INT64_C (24) * 3600 * G_USEC_PER_SEC)

/* The token goes to stdout once; it is nowhere else. */
static gboolean
issue_token (MpServerHome *home,
             const char *tenant,
             const char *actor,
             MpRole role,
             int expires_days,
             GError **error)
{
  g_autofree char *by = mp_command_dup_operator ();
  int64_t expires_unix_us =
      expires_days > 0 ? mp_clock_get_now_unix_us (home->clock) + expires_days * DAY_US : 0;
  g_autoptr (MpSecret) secret = mp_auth_issue_token (home->auth, tenant, actor, role,
                                                     expires_unix_us, by, NULL, error);

  if (secret == NULL)
    return FALSE;
  printf ("%s\n", mp_secret_get (secret, "token"));
  return TRUE;
}

/**
 * mp_command_token_add:
 * @self: the command
 * @argc: the number of arguments
 * @argv: the arguments
 *
 * `token add TENANT --role ROLE --actor NAME [--expires-days N]`
 *
 * Returns: the exit code
 */
MpExit
mp_command_token_add (const MpCommand *self, int argc, char **argv)
{
  g_autofree char *role_name = NULL;
  g_autofree char *actor = NULL;
  int expires_days = 0;
  const GOptionEntry entries[] = {
    { "role", 0, 0, G_OPTION_ARG_STRING, &role_name,
      "client_user, client_admin, auditor or platform_admin", "ROLE" },
    { "actor", 0, 0, G_OPTION_ARG_STRING, &actor, "Whose token it is, for the audit trail",
      "NAME" },
    { "expires-days", 0, 0, G_OPTION_ARG_INT, &expires_days,
      "After how many days it ends (default: never)", "N" },
    { 0 },
  };
  g_autofree char *data_dir = NULL;
  g_autoptr (MpServerHome) home = NULL;
  g_autoptr (GError) error = NULL;
  MpRole role;

  if (!mp_command_parse (self, &argc, &argv, entries, &data_dir))
    return MP_EXIT_USAGE;
  if (role_name == NULL || !mp_role_from_string (role_name, &role))
    return mp_command_misuse ("--role is client_user, client_admin, auditor or platform_admin");
  if (actor == NULL || *actor == '\0')
    return mp_command_misuse ("--actor NAME is needed");
  if (expires_days < 0 || expires_days > MAX_EXPIRES_DAYS)
    return mp_command_misuse ("--expires-days is from 1 to 3650");

  home = mp_server_home_open (data_dir, &error);
  if (home == NULL || !mp_command_check_tenant (home, argv[1], &error) ||
      !issue_token (home, argv[1], actor, role, expires_days, &error))
    return mp_command_fail (error);
  return MP_EXIT_OK;
}

static char *
dup_time (int64_t unix_us)
{
  return unix_us != 0 ? mp_time_format (unix_us) : g_strdup ("-");
}

/**
 * mp_command_token_list:
 * @self: the command
 * @argc: the number of arguments
 * @argv: the arguments
 *
 * `token list TENANT`: id, role, whose, until when, last used, revoked when, with tabs between.
 *
 * Returns: the exit code
 */
MpExit
mp_command_token_list (const MpCommand *self, int argc, char **argv)
{
  g_autofree char *data_dir = NULL;
  g_autoptr (MpServerHome) home = NULL;
  g_autoptr (GPtrArray) tokens = NULL;
  g_autoptr (GError) error = NULL;

  if (!mp_command_parse (self, &argc, &argv, NULL, &data_dir))
    return MP_EXIT_USAGE;

  home = mp_server_home_open (data_dir, &error);
  if (home != NULL && mp_command_check_tenant (home, argv[1], &error))
    tokens = mp_db_list_tokens (home->db, argv[1], &error);
  if (tokens == NULL)
    return mp_command_fail (error);

  for (unsigned int i = 0; i < tokens->len; i++)
    {
      const MpDbToken *token = g_ptr_array_index (tokens, i);
      g_autofree char *expires = dup_time (token->expires_unix_us);
      g_autofree char *used = dup_time (token->used_unix_us);
      g_autofree char *revoked = dup_time (token->revoked_unix_us);

      printf ("%s\t%s\t%s\t%s\t%s\t%s\n", token->id, mp_role_to_string (token->role), token->actor,
              expires, used, revoked);
    }
  return MP_EXIT_OK;
}

/**
 * mp_command_token_revoke:
 * @self: the command
 * @argc: the number of arguments
 * @argv: the arguments
 *
 * `token revoke TENANT ID`
 *
 * Returns: the exit code
 */
MpExit
mp_command_token_revoke (const MpCommand *self, int argc, char **argv)
{
  g_autofree char *by = mp_command_dup_operator ();
  g_autofree char *data_dir = NULL;
  g_autoptr (MpServerHome) home = NULL;
  g_autoptr (GError) error = NULL;

  if (!mp_command_parse (self, &argc, &argv, NULL, &data_dir))
    return MP_EXIT_USAGE;

  home = mp_server_home_open (data_dir, &error);
  if (home == NULL || !mp_command_check_tenant (home, argv[1], &error) ||
      !mp_auth_revoke_token (home->auth, argv[1], argv[2], by, &error))
    return mp_command_fail (error);
  return MP_EXIT_OK;
}
