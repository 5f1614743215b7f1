/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>

#include "mp-commands.h"
#include "mp-secret.h"

#define PROGRAM "mp-tenant-server"

static const MpCommand commands[] = {
  { "init", "[--database STRING --owner-database STRING]", 0, "Makes the database and the keys.",
    mp_command_init },
  { "migrate", "--owner-database STRING", 0, "Brings the schema in PostgreSQL to this program's.",
    mp_command_migrate },
  { "tenant add", "ID --name NAME", 1, "Adds a tenant.", mp_command_tenant_add },
  { "tenant list", NULL, 0, "Lists the tenants: id, name.", mp_command_tenant_list },
  { "token add", "TENANT --role ROLE --actor NAME [--expires-days N]", 1,
    "Makes a token and prints it, once.", mp_command_token_add },
  { "token list", "TENANT", 1, "Lists the tokens: id, role, whose, expires, last used, revoked.",
    mp_command_token_list },
  { "token revoke", "TENANT ID", 2, "Ends a token.", mp_command_token_revoke },
  { "audit verify", "--tenant TENANT [--checkpoint FILE]", 0,
    "Recomputes a tenant's audit trail against its signed head.", mp_command_audit_verify },
  { "audit export", "TENANT FILE", 2, "Writes a tenant's trail to a file, as JSON Lines.",
    mp_command_audit_export },
  { "audit verify-file", "FILE --key KEY", 1,
    "Verifies a file of “audit export”; needs no database.", mp_command_audit_verify_file },
  { "audit checkpoint", "FILE", 1, "Saves the signed heads of all trails, to be kept elsewhere.",
    mp_command_audit_checkpoint },
  { "key rotate", "[--sealing] [--new-key FILE]", 0, "Encrypts all secrets under a new key.",
    mp_command_key_rotate },
  { "backup", "FILE", 1, "Saves the database in a file, while the server runs.",
    mp_command_backup },
  { "restore", "FILE", 1, "Puts a file of “backup” back, and begins a new epoch.",
    mp_command_restore },
  { "doctor", NULL, 0, "Looks at all that the server stands on, and changes nothing.",
    mp_command_doctor },
  { "restored", NULL, 0, "To be given when the database was put back from a copy, before “serve”.",
    mp_command_restored },
  { "serve", "[--config FILE] [--listen ADDRESS:PORT] [OPTION…]", 0,
    "Answers requests until SIGTERM; SIGHUP reads settings and certificate again.",
    mp_command_serve },
};

static void
print_help (void)
{
  printf ("Usage: " PROGRAM " COMMAND [OPTION…] --data-dir DIR\n\n"
          "The tenant server of Member Pulse Integrations.\n\nCommands:\n");
  for (size_t i = 0; i < G_N_ELEMENTS (commands); i++)
    printf ("  %s%s%s\n        %s\n", commands[i].name, commands[i].arguments != NULL ? " " : "",
            commands[i].arguments != NULL ? commands[i].arguments : "", commands[i].summary);
  printf ("\nOptions:\n"
          "  --data-dir DIR  folder of the database and the keys (default: $STATE_DIRECTORY)\n"
          "  --help          also after a command\n"
          "  --version\n\n"
          "Exit codes: 0 done, 1 failed, 2 wrong command line, 3 an audit trail is not intact.\n");
}

/* The command that the first words name; @n_words: (out) how many these are. */
static const MpCommand *
find_command (int argc, char **argv, int *n_words)
{
  for (size_t i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      g_auto (GStrv) words = g_strsplit (commands[i].name, " ", -1);
      int length = (int) g_strv_length (words);
      gboolean fits = argc > length;

      for (int word = 0; fits && word < length; word++)
        fits = g_str_equal (words[word], argv[word + 1]);
      if (!fits)
        continue;
      *n_words = length;
      return &commands[i];
    }
  return NULL;
}

int
main (int argc, char **argv)
{
  const MpCommand *command;
  g_autofree char *name = NULL;
  int n_words = 0;

  mp_secret_refuse_core_dumps ();
  setlocale (LC_ALL, "");
  signal (SIGPIPE, SIG_IGN);
  /* Nothing that the server writes is for others. */
  umask (077);

  if (argc == 2 && (g_str_equal (argv[1], "--help") || g_str_equal (argv[1], "-h")))
    {
      print_help ();
      return MP_EXIT_OK;
    }
  if (argc == 2 && g_str_equal (argv[1], "--version"))
    {
      printf (PROGRAM " %s\n", MP_VERSION);
      return MP_EXIT_OK;
    }

  command = find_command (argc, argv, &n_words);
  if (command == NULL)
    return (int) mp_command_misuse ("There is no such command.");

  name = g_strconcat (PROGRAM " ", command->name, NULL);
  g_set_prgname (name);
  return (int) command->run (command, argc - n_words, argv + n_words);
}
