/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "mp-cli.h"

#include "mp-error.h"
#include "mp-json.h"
#include "mp-secret.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

static const MpCommand *const command_tables[] = {
  mp_cli_session_commands,  mp_cli_settings_commands, mp_cli_credential_commands,
  mp_cli_platform_commands, mp_cli_crm_commands,      mp_cli_mapping_commands,
  mp_cli_conflict_commands, mp_cli_audit_commands,
};

static char *
dup_usage (const MpCommand *command)
{
  return g_strdup_printf ("%s%s%s%s%s", command->group, command->name != NULL ? " " : "",
                          command->name != NULL ? command->name : "",
                          command->synopsis != NULL ? " " : "",
                          command->synopsis != NULL ? command->synopsis : "");
}

static char *
dup_command_list (void)
{
  GString *text = g_string_new ("Commands:\n");

  for (size_t i = 0; i < G_N_ELEMENTS (command_tables); i++)
    for (const MpCommand *command = command_tables[i]; command->group != NULL; command++)
      {
        g_autofree char *usage = dup_usage (command);

        g_string_append_printf (text, "  %s\n        %s\n", usage, command->summary);
      }
  g_string_append (text,
                   "\nExit status: 0 done, 1 failed, 2 wrong use, 3 field errors, 4 token, key or "
                   "role refused,\n"
                   "5 a host did not answer, 6 conflict, 7 keyring locked or missing.\n"
                   "Secrets are read from standard input or --secret-fd, never from an argument.");
  return g_string_free (text, FALSE);
}

static const MpCommand *
find_command (const char *group, const char *name)
{
  for (size_t i = 0; i < G_N_ELEMENTS (command_tables); i++)
    for (const MpCommand *command = command_tables[i]; command->group != NULL; command++)
      if (g_strcmp0 (command->group, group) == 0 &&
          (command->name == NULL || g_strcmp0 (command->name, name) == 0))
        return command;
  return NULL;
}

static MpExit
exit_of_error (const GError *error)
{
  if (error->domain == G_OPTION_ERROR)
    return MP_EXIT_USAGE;
  if (mp_error_is_keyring (error))
    return MP_EXIT_KEYRING;
  if (mp_error_is_offline (error))
    return MP_EXIT_OFFLINE;
  if (g_error_matches (error, MP_ERROR, MP_ERROR_UNAUTHORIZED) ||
      g_error_matches (error, MP_ERROR, MP_ERROR_FORBIDDEN))
    return MP_EXIT_REFUSED;
  if (g_error_matches (error, MP_ERROR, MP_ERROR_CONFLICT))
    return MP_EXIT_CONFLICT;
  if (g_error_matches (error, MP_ERROR, MP_ERROR_REFUSED))
    return MP_EXIT_INVALID;
  return MP_EXIT_FAILED;
}

static MpExit
report (MpCli *cli, const GError *error)
{
  if (cli->json)
    {
      g_autoptr (JsonObject) object = json_object_new ();
      g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), object);
      g_autofree char *text = NULL;

      json_object_set_string_member (object, "error", error->message);
      json_object_set_string_member (object, "code", mp_error_get_code_name (error));
      text = mp_json_to_text (node);
      g_printerr ("%s\n", text);
    }
  else
    {
      g_autofree char *text = mp_cli_dup_plain (error->message);

      g_printerr ("mpctl: %s\n", text);
    }
  return exit_of_error (error);
}

static void
close_session (MpCli *cli)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GAsyncResult *slot = NULL;

  if (cli->session == NULL)
    return;
  mp_session_close_async (cli->session, mp_cli_ready_cb, &slot);
  result = mp_cli_wait (&slot);
  if (!mp_session_close_finish (cli->session, result, &error))
    g_printerr ("mpctl: %s\n", error->message);
  g_clear_object (&cli->session);
}

static MpExit
run_command (MpCli *cli, const MpCommand *command, char **arguments)
{
  g_autoptr (GError) error = NULL;
  MpExit status;

  if (command->needs_session && !mp_cli_open_session (cli, &error))
    return report (cli, error);
  status = command->run (cli, arguments, &error);
  if (error != NULL)
    status = report (cli, error);
  close_session (cli);
  return status;
}

static gboolean
count_fits (const MpCommand *command, char **arguments)
{
  int count = (int) g_strv_length (arguments);

  return count >= command->min_arguments &&
         (command->max_arguments < 0 || count <= command->max_arguments);
}

static MpExit
parse_and_run (MpCli *cli, char **words)
{
  gboolean version = FALSE;
  const GOptionEntry entries[] = {
    { "data-dir", 0, 0, G_OPTION_ARG_FILENAME, &cli->data_dir, "Where this computer's copy lies",
      "DIR" },
    { "server", 0, 0, G_OPTION_ARG_STRING, &cli->server, "Address of the tenant server",
      "ADDRESS" },
    { "tenant", 0, 0, G_OPTION_ARG_STRING, &cli->tenant, "Tenant", "NAME" },
    { "settings", 0, 0, G_OPTION_ARG_STRING, &cli->settings,
      "The record meant, where there are several", "ID|NAME" },
    { "base-url", 0, 0, G_OPTION_ARG_STRING_ARRAY, &cli->base_urls,
      "Sends a platform's calls to a test server on this machine", "PLATFORM=URL" },
    { "connection", 0, 0, G_OPTION_ARG_STRING_ARRAY, &cli->connection,
      "platform try: a setting of the connection", "SETTING=VALUE" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &cli->json, "Print JSON", NULL },
    { "no-sync", 0, 0, G_OPTION_ARG_NONE, &cli->no_sync, "Save here only; do not ask the server",
      NULL },
    { "archived", 0, 0, G_OPTION_ARG_NONE, &cli->archived, "settings list: the archive", NULL },
    { "refresh", 0, 0, G_OPTION_ARG_NONE, &cli->refresh,
      "crm: ask the CRM again, whatever is cached", NULL },
    { "age", 0, 0, G_OPTION_ARG_NONE, &cli->age,
      "crm: say of which moment a list is; with --json in an object around the list", NULL },
    { "no-test", 0, 0, G_OPTION_ARG_NONE, &cli->no_test, "credential: save the key untested",
      NULL },
    { "dry-run", 0, 0, G_OPTION_ARG_NONE, &cli->dry_run,
      "conflicts resolve: only say what would come of it", NULL },
    { "secret-fd", 0, 0, G_OPTION_ARG_INT, &cli->secret_fd, "Where a secret is read (default: 0)",
      "FD" },
    { "platform", 0, 0, G_OPTION_ARG_STRING, &cli->platform, "credential add: the platform", "ID" },
    { "label", 0, 0, G_OPTION_ARG_STRING, &cli->label, "credential add: its name", "TEXT" },
    { "for", 0, 0, G_OPTION_ARG_STRING, &cli->for_path,
      "credential add: put it into the record there", "PATH" },
    { "fields", 0, 0, G_OPTION_ARG_STRING, &cli->fields, "crm sample: names of fields", "A,B" },
    { "not-sent", 0, 0, G_OPTION_ARG_STRING, &cli->not_sent, "mapping set: not sent, because",
      "REASON" },
    { "source", 0, 0, G_OPTION_ARG_FILENAME, &cli->source,
      "mapping suggest: a list of fields as JSON, instead of Member Pulse's", "FILE" },
    { "target", 0, 0, G_OPTION_ARG_FILENAME, &cli->target,
      "mapping suggest: a list of fields as JSON, instead of the record's CRM's", "FILE" },
    { "actor", 0, 0, G_OPTION_ARG_STRING, &cli->actor, "audit list: by whom", "NAME" },
    { "action", 0, 0, G_OPTION_ARG_STRING, &cli->action, "audit list: what", "ACTION" },
    { "resource", 0, 0, G_OPTION_ARG_STRING, &cli->resource, "audit list: of which thing", "ID" },
    { "key", 0, 0, G_OPTION_ARG_STRING, &cli->key,
      "audit verify FILE: the server's public key, if not the one known here", "KEY" },
    { "version", 0, 0, G_OPTION_ARG_NONE, &version, "Print the version", NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("COMMAND [ARGUMENT …]");
  g_autofree char *description = dup_command_list ();
  g_autoptr (GError) error = NULL;
  const MpCommand *command;
  char **arguments;

  g_option_context_set_description (context, description);
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse_strv (context, &words, &error))
    return report (cli, error);
  if (version)
    {
      g_print ("mpctl %s\n", MP_VERSION);
      return MP_EXIT_DONE;
    }
  command = words[1] == NULL ? NULL : find_command (words[1], words[2]);
  if (command == NULL)
    {
      g_set_error_literal (&error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                           "which command? See mpctl --help");
      return report (cli, error);
    }
  arguments = words + (command->name == NULL ? 2 : 3);
  if (!count_fits (command, arguments))
    {
      g_autofree char *usage = dup_usage (command);

      mp_cli_set_usage_error (&error, usage);
      return report (cli, error);
    }
  return run_command (cli, command, arguments);
}

int
main (int argc, char **argv)
{
  MpCli cli = { 0 };
  g_auto (GStrv) words = g_strdupv (argv);
  MpExit status;

  mp_secret_refuse_core_dumps ();
  /* Letters are those of the terminal; words stay English, which scripts and the manual know. */
  setlocale (LC_CTYPE, "");
  status = parse_and_run (&cli, words);
  g_clear_object (&cli.services);
  g_clear_pointer (&cli.base_urls, g_strfreev);
  g_clear_pointer (&cli.connection, g_strfreev);
  g_free (cli.data_dir);
  g_free (cli.server);
  g_free (cli.tenant);
  g_free (cli.settings);
  g_free (cli.platform);
  g_free (cli.label);
  g_free (cli.key);
  g_free (cli.for_path);
  g_free (cli.fields);
  g_free (cli.not_sent);
  g_free (cli.source);
  g_free (cli.target);
  g_free (cli.actor);
  g_free (cli.action);
  g_free (cli.resource);
  return (int) status;
}
