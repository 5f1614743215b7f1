/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-cli.h"

#include "mp-error.h"
#include "mp-json.h"
#include "mp-mapping-file.h"

/**
 * mp_cli_export_mapping:
 * @cli: this run, with a session
 * @arguments: member or order
 * @error: return location
 *
 * Prints a mapping as CSV, or as JSON where JSON is wanted.
 *
 * Returns: the exit status
 */
MpExit
mp_cli_export_mapping (MpCli *cli, char **arguments, GError **error)
{
  const MpFieldSpec *mapping = mp_cli_find_mapping (cli, arguments[0], error);
  MpRecordModel *model = mapping != NULL ? mp_cli_find_record (cli, error) : NULL;
  g_autoptr (JsonObject) none = json_object_new ();
  g_autofree char *text = NULL;
  JsonNode *value;

  if (model == NULL)
    return MP_EXIT_FAILED;
  value = mp_record_get_value (mp_record_model_get_record (model), mapping->path);
  text = (cli->json ? mp_mapping_file_to_json : mp_mapping_file_to_csv) (
      mapping,
      value != NULL && JSON_NODE_HOLDS_OBJECT (value) ? json_node_get_object (value) : none);
  fputs (text, stdout);
  return MP_EXIT_DONE;
}

/**
 * mp_cli_import_mapping:
 * @cli: this run, with a session
 * @arguments: member or order, and a file
 * @error: return location
 *
 * Maps fields as a file says that mapping export wrote; the others stay as they are.
 *
 * Returns: the exit status
 */
MpExit
mp_cli_import_mapping (MpCli *cli, char **arguments, GError **error)
{
  const MpFieldSpec *mapping = mp_cli_find_mapping (cli, arguments[0], error);
  MpRecordModel *model = mapping != NULL ? mp_cli_find_record (cli, error) : NULL;
  g_autofree char *text = NULL;
  g_autoptr (MpChanges) changes = NULL;

  if (model == NULL || !g_file_get_contents (arguments[1], &text, NULL, error))
    return MP_EXIT_FAILED;
  changes = mp_mapping_file_read (mapping, text, error);
  if (changes == NULL)
    {
      g_prefix_error (error, "%s: ", arguments[1]);
      return MP_EXIT_FAILED;
    }
  return mp_cli_edit (cli, model, changes, error) ? mp_cli_finish_edit (cli, model, error)
                                                  : MP_EXIT_FAILED;
}
