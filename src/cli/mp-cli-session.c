/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-cli.h"

#include "mp-error.h"
#include "mp-json.h"

#include <stdio.h>

static MpExit
run_logout (MpCli *cli, char **arguments, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;

  mp_session_sign_out_async (cli->session, FALSE, NULL, mp_cli_ready_cb, &slot);
  result = mp_cli_wait (&slot);
  return mp_session_sign_out_finish (cli->session, result, error) ? MP_EXIT_DONE : MP_EXIT_FAILED;
}

static char *
dup_last_synced (MpSession *session)
{
  int64_t at = mp_session_get_last_synced_unix_us (session);

  return at == 0 ? g_strdup ("never") : mp_time_format (at);
}

static MpExit
run_status (MpCli *cli, char **arguments, GError **error)
{
  MpSession *session = cli->session;
  g_autofree char *last_synced = dup_last_synced (session);

  if (cli->json)
    {
      JsonObject *object = json_object_new ();
      g_autoptr (JsonNode) node = mp_json_node_take_object (object);

      json_object_set_string_member (object, "server", mp_session_get_server (session));
      json_object_set_string_member (object, "tenant", mp_session_get_tenant (session));
      json_object_set_string_member (object, "actor", mp_session_get_actor (session));
      json_object_set_string_member (object, "role",
                                     mp_role_to_string (mp_session_get_role (session)));
      json_object_set_int_member (object, "records",
                                  g_list_model_get_n_items (mp_session_get_records (session)));
      json_object_set_int_member (object, "pending", mp_session_get_pending_count (session));
      json_object_set_int_member (object, "conflicts", mp_session_get_conflict_count (session));
      json_object_set_string_member (object, "message", mp_session_get_sync_message (session));
      json_object_set_string_member (object, "last_synced", last_synced);
      mp_cli_print_json (node);
      return MP_EXIT_DONE;
    }
  g_print ("Server     %s\n"
           "Tenant     %s\n"
           "Signed in  %s (%s)\n"
           "Records    %u\n"
           "Waiting    %u\n"
           "Conflicts  %u\n"
           "Synced     %s\n",
           mp_session_get_server (session), mp_session_get_tenant (session),
           mp_session_get_actor (session), mp_role_get_label (mp_session_get_role (session)),
           g_list_model_get_n_items (mp_session_get_records (session)),
           mp_session_get_pending_count (session), mp_session_get_conflict_count (session),
           last_synced);
  return MP_EXIT_DONE;
}

static MpExit
run_login (MpCli *cli, char **arguments, GError **error)
{
  MpServices *services = mp_cli_get_services (cli, error);
  g_autoptr (MpSecret) token = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;

  if (services == NULL)
    return MP_EXIT_FAILED;
  if (cli->server == NULL || cli->tenant == NULL)
    {
      mp_cli_set_usage_error (error, "login --server ADDRESS --tenant NAME < TOKEN");
      return MP_EXIT_USAGE;
    }
  token = mp_cli_read_secret (cli->secret_fd, NULL, "token", error);
  if (token == NULL)
    return MP_EXIT_FAILED;
  mp_session_sign_in_async (services, cli->server, cli->tenant, token, NULL, mp_cli_ready_cb,
                            &slot);
  result = mp_cli_wait (&slot);
  cli->session = mp_session_sign_in_finish (result, error);
  if (cli->session == NULL)
    return MP_EXIT_FAILED;
  if (cli->json)
    return run_status (cli, arguments, error);
  g_print ("Signed in to %s as %s (%s)\n", mp_session_get_tenant (cli->session),
           mp_session_get_actor (cli->session),
           mp_role_to_string (mp_session_get_role (cli->session)));
  return MP_EXIT_DONE;
}

/* Each record that the server refused, with its fields. Returns how many there are. */
static unsigned int
print_refused (MpCli *cli)
{
  GListModel *records = mp_session_get_records (cli->session);
  unsigned int n_refused = 0;

  for (unsigned int i = 0; i < g_list_model_get_n_items (records); i++)
    {
      g_autoptr (MpRecordModel) model = g_list_model_get_item (records, i);
      g_autofree char *name = NULL;

      if (mp_record_model_get_state (model) != MP_RECORD_STATE_REFUSED)
        continue;
      name = mp_cli_dup_plain (mp_record_model_get_name (model));
      g_printerr ("refused: %s  %s\n", mp_record_model_get_id (model), name);
      mp_cli_print_errors (mp_record_model_get_errors (model), stderr);
      n_refused++;
    }
  return n_refused;
}

static MpExit
run_sync (MpCli *cli, char **arguments, GError **error)
{
  unsigned int n_refused;

  if (!mp_cli_sync (cli, error))
    return MP_EXIT_FAILED;
  if (cli->json)
    run_status (cli, arguments, error);
  else
    g_print ("Synced. Waiting: %u, conflicts: %u\n", mp_session_get_pending_count (cli->session),
             mp_session_get_conflict_count (cli->session));
  n_refused = print_refused (cli);
  if (mp_session_get_conflict_count (cli->session) > 0)
    return MP_EXIT_CONFLICT;
  return n_refused > 0 ? MP_EXIT_INVALID : MP_EXIT_DONE;
}

static MpExit
undo (MpCli *cli, gboolean redo, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (MpRecordModel) model = NULL;
  GAsyncResult *slot = NULL;

  mp_session_undo_async (cli->session, redo, NULL, mp_cli_ready_cb, &slot);
  result = mp_cli_wait (&slot);
  model = mp_session_undo_finish (cli->session, result, NULL, error);
  return model != NULL ? mp_cli_finish_edit (cli, model, error) : MP_EXIT_FAILED;
}

static MpExit
run_undo (MpCli *cli, char **arguments, GError **error)
{
  return undo (cli, FALSE, error);
}

static MpExit
run_redo (MpCli *cli, char **arguments, GError **error)
{
  return undo (cli, TRUE, error);
}

const MpCommand mp_cli_session_commands[] = {
  { "login", NULL, "--server ADDRESS --tenant NAME", "Sign in; the token comes on standard input",
    0, 0, FALSE, run_login },
  { "logout", NULL, NULL, "Forget the token on this computer", 0, 0, TRUE, run_logout },
  { "status", NULL, NULL, "Who is signed in, what waits", 0, 0, TRUE, run_status },
  { "sync", NULL, NULL, "Send what waits, read what is new", 0, 0, TRUE, run_sync },
  { "undo", NULL, NULL, "Take the newest edit back, of whatever record", 0, 0, TRUE, run_undo },
  { "redo", NULL, NULL, "Make the edit again that was taken back last", 0, 0, TRUE, run_redo },
  { NULL },
};
