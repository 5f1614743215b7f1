/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-commands.h"

#include <stdio.h>

static MpAuditVerdict *
verify (MpServerHome *home, const char *tenant, const char *checkpoint, GError **error)
{
  g_autoptr (MpAuditHead) seen = NULL;

  if (!mp_command_check_tenant (home, tenant, error))
    return NULL;
  if (checkpoint != NULL)
    {
      seen = mp_audit_log_load_checkpoint (home->audit, checkpoint, tenant, error);
      if (seen == NULL)
        return NULL;
    }
  return mp_audit_log_verify (home->audit, tenant, seen, error);
}

/**
 * mp_command_audit_verify:
 * @self: the command
 * @argc: the number of arguments
 * @argv: the arguments
 *
 * `audit verify --tenant TENANT [--checkpoint FILE]`
 *
 * Returns: the exit code; %MP_EXIT_NOT_INTACT when the trail is not what it was
 */
MpExit
mp_command_audit_verify (const MpCommand *self, int argc, char **argv)
{
  g_autofree char *tenant = NULL;
  g_autofree char *checkpoint = NULL;
  const GOptionEntry entries[] = {
    { "tenant", 0, 0, G_OPTION_ARG_STRING, &tenant, "Whose trail", "TENANT" },
    { "checkpoint", 0, 0, G_OPTION_ARG_FILENAME, &checkpoint,
      "A file of “audit checkpoint”, to find out a trail that was cut or replaced", "FILE" },
    { 0 },
  };
  g_autofree char *data_dir = NULL;
  g_autofree char *text = NULL;
  g_autoptr (MpServerHome) home = NULL;
  g_autoptr (MpAuditVerdict) verdict = NULL;
  g_autoptr (GError) error = NULL;

  if (!mp_command_parse (self, &argc, &argv, entries, &data_dir))
    return MP_EXIT_USAGE;
  if (tenant == NULL)
    return mp_command_misuse ("--tenant TENANT is needed");

  home = mp_server_home_open (data_dir, &error);
  if (home != NULL)
    verdict = verify (home, tenant, checkpoint, &error);
  if (verdict == NULL)
    return mp_command_fail (error);

  text = mp_audit_verdict_dup_text (verdict);
  printf ("%s\n", text);
  return mp_audit_verdict_get_state (verdict) == MP_AUDIT_INTACT ? MP_EXIT_OK : MP_EXIT_NOT_INTACT;
}

/* The export itself is on the trail, and so in the file. */
static gboolean
export_trail (MpServerHome *home, const char *tenant, const char *path, GError **error)
{
  g_autofree char *operator_name = mp_command_dup_operator ();
  const MpAuditEntryInit entry = {
    .actor = operator_name,
    .role = "operator",
    .action = "audit.export",
  };
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileOutputStream) stream = NULL;

  if (!mp_command_check_tenant (home, tenant, error) ||
      !mp_audit_log_append_alone (home->audit, tenant, &entry, error))
    return FALSE;
  stream = g_file_replace (file, NULL, FALSE, G_FILE_CREATE_PRIVATE, NULL, error);
  return stream != NULL &&
         mp_audit_log_export (home->audit, tenant, G_OUTPUT_STREAM (stream), error) &&
         g_output_stream_close (G_OUTPUT_STREAM (stream), NULL, error);
}

/**
 * mp_command_audit_export:
 * @self: the command
 * @argc: the number of arguments
 * @argv: the arguments
 *
 * `audit export TENANT FILE`: the trail as JSON Lines, its signed head in the last line. Prints the
 * key that verifies it, which is to be kept apart from the file.
 *
 * Returns: the exit code
 */
MpExit
mp_command_audit_export (const MpCommand *self, int argc, char **argv)
{
  g_autofree char *data_dir = NULL;
  g_autoptr (MpServerHome) home = NULL;
  g_autoptr (GError) error = NULL;

  if (!mp_command_parse (self, &argc, &argv, NULL, &data_dir))
    return MP_EXIT_USAGE;

  home = mp_server_home_open (data_dir, &error);
  if (home == NULL || !export_trail (home, argv[1], argv[2], &error))
    return mp_command_fail (error);
  printf ("%s\n", mp_audit_log_get_public_key (home->audit));
  return MP_EXIT_OK;
}

/**
 * mp_command_audit_verify_file:
 * @self: the command
 * @argc: the number of arguments
 * @argv: the arguments
 *
 * `audit verify-file FILE --key KEY`, on any machine.
 *
 * Returns: the exit code; %MP_EXIT_NOT_INTACT when the file is not what the server wrote
 */
MpExit
mp_command_audit_verify_file (const MpCommand *self, int argc, char **argv)
{
  g_autofree char *key = NULL;
  const GOptionEntry entries[] = {
    { "key", 0, 0, G_OPTION_ARG_STRING, &key,
      "The server's public key, as “audit export” printed it; the API says it as audit_key",
      "KEY" },
    { 0 },
  };
  g_autofree char *tenant = NULL;
  g_autofree char *text = NULL;
  g_autoptr (MpAuditVerdict) verdict = NULL;
  g_autoptr (GError) error = NULL;

  if (!mp_command_parse (self, &argc, &argv, entries, NULL))
    return MP_EXIT_USAGE;
  if (key == NULL)
    return mp_command_misuse ("--key KEY is needed: a key that stands in the file proves nothing");

  verdict = mp_audit_export_verify (argv[1], key, &tenant, &error);
  if (verdict == NULL)
    return mp_command_fail (error);
  text = mp_audit_verdict_dup_text (verdict);
  printf ("%s: %s\n", tenant, text);
  return mp_audit_verdict_get_state (verdict) == MP_AUDIT_INTACT ? MP_EXIT_OK : MP_EXIT_NOT_INTACT;
}

/**
 * mp_command_audit_checkpoint:
 * @self: the command
 * @argc: the number of arguments
 * @argv: the arguments
 *
 * `audit checkpoint FILE`: the signed heads of all trails, to be kept elsewhere.
 *
 * Returns: the exit code
 */
MpExit
mp_command_audit_checkpoint (const MpCommand *self, int argc, char **argv)
{
  g_autofree char *data_dir = NULL;
  g_autoptr (MpServerHome) home = NULL;
  g_autoptr (GError) error = NULL;

  if (!mp_command_parse (self, &argc, &argv, NULL, &data_dir))
    return MP_EXIT_USAGE;

  home = mp_server_home_open (data_dir, &error);
  if (home == NULL || !mp_audit_log_save_checkpoint (home->audit, argv[1], &error))
    return mp_command_fail (error);
  return MP_EXIT_OK;
}

/**
 * mp_command_key_rotate:
 * @self: the command
 * @argc: the number of arguments
 * @argv: the arguments
 *
 * `key rotate [--sealing]`: a new master key, with all secrets encrypted anew; or a new key that
 * desktops seal to.
 *
 * Returns: the exit code
 */
MpExit
mp_command_key_rotate (const MpCommand *self, int argc, char **argv)
{
  gboolean is_sealing = FALSE;
  g_autofree char *new_key = NULL;
  const GOptionEntry entries[] = {
    { "sealing", 0, 0, G_OPTION_ARG_NONE, &is_sealing,
      "The key that desktops seal to, not the master key", NULL },
    { "new-key", 0, 0, G_OPTION_ARG_FILENAME, &new_key,
      "The new master key's file (default: one is made in place of the present one)", "FILE" },
    { 0 },
  };
  unsigned int n_secrets = 0;
  g_autofree char *data_dir = NULL;
  g_autoptr (MpServerHome) home = NULL;
  g_autoptr (GError) error = NULL;

  if (!mp_command_parse (self, &argc, &argv, entries, &data_dir))
    return MP_EXIT_USAGE;

  home = mp_server_home_open (data_dir, &error);
  if (home == NULL)
    return mp_command_fail (error);
  if (is_sealing)
    return mp_vault_rotate_sealing_key (home->vault, &error) ? MP_EXIT_OK : mp_command_fail (error);
  if (!mp_vault_rotate_master_key (home->vault, new_key, &n_secrets, &error))
    return mp_command_fail (error);

  printf ("Encrypted %u secrets under the new master key.\n", n_secrets);
  return MP_EXIT_OK;
}
