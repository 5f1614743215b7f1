/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-cli.h"

#include "mp-error.h"
#include "mp-json.h"

#include <stdio.h>

static const unsigned int list_widths[] = { 36, 8, 0 };

static MpExit
run_list (MpCli *cli, char **arguments, GError **error)
{
  GListModel *records = mp_session_get_records (cli->session);
  g_autoptr (JsonArray) array = json_array_new ();

  for (unsigned int i = 0; i < g_list_model_get_n_items (records); i++)
    {
      g_autoptr (MpRecordModel) model = g_list_model_get_item (records, i);

      if (mp_record_get_archived (mp_record_model_get_record (model)) != cli->archived)
        continue;
      if (cli->json)
        json_array_add_object_element (array, mp_cli_record_to_json (model));
      else
        mp_cli_print_row (list_widths, mp_record_model_get_id (model),
                          mp_cli_state_text (mp_record_model_get_state (model)),
                          mp_record_model_get_name (model), NULL);
    }
  if (cli->json)
    {
      g_autoptr (JsonNode) node = json_node_init_array (json_node_alloc (), array);

      mp_cli_print_json (node);
    }
  return MP_EXIT_DONE;
}

static MpExit
run_show (MpCli *cli, char **arguments, GError **error)
{
  MpRecordModel *model = mp_cli_find_record (cli, error);
  g_auto (GStrv) paths = NULL;

  if (model == NULL)
    return MP_EXIT_FAILED;
  if (cli->json)
    {
      g_autoptr (JsonNode) node = mp_json_node_take_object (mp_cli_record_to_json (model));

      mp_cli_print_json (node);
      return MP_EXIT_DONE;
    }
  g_print ("%s  %s\n", mp_record_model_get_id (model),
           mp_cli_state_text (mp_record_model_get_state (model)));
  paths = mp_record_list_paths (mp_record_model_get_record (model), NULL);
  for (unsigned int i = 0; paths[i] != NULL; i++)
    {
      const unsigned int widths[] = { 40, 0 };
      g_autofree char *value = NULL;
      const char *string = mp_record_get_string (mp_record_model_get_record (model), paths[i]);

      if (string == NULL)
        value =
            mp_json_to_text (mp_record_get_value (mp_record_model_get_record (model), paths[i]));
      mp_cli_print_row (widths, paths[i], string != NULL ? string : value, NULL);
    }
  return MP_EXIT_DONE;
}

static MpExit
run_create (MpCli *cli, char **arguments, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (MpRecordModel) model = NULL;
  GAsyncResult *slot = NULL;

  mp_session_create_record_async (cli->session, arguments[0], NULL, mp_cli_ready_cb, &slot);
  result = mp_cli_wait (&slot);
  model = mp_session_create_record_finish (cli->session, result, error);
  return model == NULL ? MP_EXIT_FAILED : mp_cli_finish_edit (cli, model, error);
}

/* A path that the registry does not know, or one that holds an object, is a mistake of the
 * person's. */
static gboolean
check_path (MpCli *cli, const char *path, GError **error)
{
  const MpFieldSpec *field = mp_registry_find (mp_services_get_registry (cli->services), path);

  if (field == NULL || !mp_changes_is_path (path))
    {
      g_set_error (error, MP_ERROR, MP_ERROR_INVALID,
                   "“%s” is no path of a record, such as /crm/platform", path);
      return FALSE;
    }
  if ((field->input == MP_INPUT_MAPPING || field->input == MP_INPUT_CONNECTION) &&
      g_str_equal (field->path, path))
    {
      g_set_error (error, MP_ERROR, MP_ERROR_INVALID,
                   "%s holds several values: name one of them, %s/NAME", path, path);
      return FALSE;
    }
  return TRUE;
}

static MpExit
change (MpCli *cli, const char *path, const char *value, GError **error)
{
  MpRecordModel *model = mp_cli_find_record (cli, error);
  g_autoptr (MpChanges) changes = mp_changes_new ();

  if (model == NULL || !check_path (cli, path, error))
    return MP_EXIT_FAILED;
  if (value == NULL)
    mp_changes_unset (changes, path);
  else
    mp_changes_set_string (changes, path, value);
  return mp_cli_edit (cli, model, changes, error) ? mp_cli_finish_edit (cli, model, error)
                                                  : MP_EXIT_FAILED;
}

static MpExit
run_set (MpCli *cli, char **arguments, GError **error)
{
  return change (cli, arguments[0], arguments[1], error);
}

static MpExit
run_unset (MpCli *cli, char **arguments, GError **error)
{
  return change (cli, arguments[0], NULL, error);
}

static MpExit
set_archived (MpCli *cli, gboolean archived, GError **error)
{
  MpRecordModel *model = mp_cli_find_record (cli, error);
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;

  if (model == NULL)
    return MP_EXIT_FAILED;
  mp_session_set_archived_async (cli->session, mp_record_model_get_id (model), archived, NULL,
                                 mp_cli_ready_cb, &slot);
  result = mp_cli_wait (&slot);
  if (!mp_session_set_archived_finish (cli->session, result, error))
    return MP_EXIT_FAILED;
  return mp_cli_finish_edit (cli, model, error);
}

static MpExit
run_archive (MpCli *cli, char **arguments, GError **error)
{
  return set_archived (cli, TRUE, error);
}

static MpExit
run_restore (MpCli *cli, char **arguments, GError **error)
{
  return set_archived (cli, FALSE, error);
}

static MpExit
run_validate (MpCli *cli, char **arguments, GError **error)
{
  MpRecordModel *model = mp_cli_find_record (cli, error);
  MpFieldErrors *errors;

  if (model == NULL)
    return MP_EXIT_FAILED;
  errors = mp_record_model_get_errors (model);
  if (cli->json)
    {
      g_autoptr (JsonArray) array = mp_field_errors_to_json (errors);
      g_autoptr (JsonNode) node = json_node_init_array (json_node_alloc (), array);

      mp_cli_print_json (node);
    }
  else
    {
      mp_cli_print_errors (errors, stdout);
    }
  return mp_field_errors_count (errors, MP_SEVERITY_ERROR, NULL) > 0 ? MP_EXIT_INVALID
                                                                     : MP_EXIT_DONE;
}

const MpCommand mp_cli_settings_commands[] = {
  { "settings", "list", "[--archived]", "The records", 0, 0, TRUE, run_list },
  { "settings", "show", NULL, "One record, value by value", 0, 0, TRUE, run_show },
  { "settings", "create", "NAME", "A new record", 1, 1, TRUE, run_create },
  { "settings", "set", "PATH VALUE", "Change a value, such as /crm/platform hubspot", 2, 2, TRUE,
    run_set },
  { "settings", "unset", "PATH", "Remove a value", 1, 1, TRUE, run_unset },
  { "settings", "archive", NULL, "Move a record to the archive", 0, 0, TRUE, run_archive },
  { "settings", "restore", NULL, "Bring a record back from the archive", 0, 0, TRUE, run_restore },
  { "settings", "validate", NULL, "All faults of a record", 0, 0, TRUE, run_validate },
  { "settings", "history", NULL, "The revisions of a record: who changed what, and when", 0, 0,
    TRUE, mp_cli_run_history },
  { "settings", "compare", "REVISION REVISION", "What differs between two revisions", 2, 2, TRUE,
    mp_cli_run_compare },
  { "settings", "revert", "REVISION", "Make the values of a revision those of now", 1, 1, TRUE,
    mp_cli_run_revert },
  { NULL },
};
