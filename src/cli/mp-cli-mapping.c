/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-cli.h"

#include "mp-error.h"
#include "mp-json.h"
#include "mp-mapping-entry.h"
#include "mp-validation.h"

#include <stdio.h>

#define SYNOPSIS_SET "member|order FIELD [CRM-FIELD | --not-sent REASON]"
#define USAGE_SET "mapping set " SYNOPSIS_SET

/**
 * mp_cli_find_mapping:
 * @cli: this run, with services
 * @name: "member" or "order"
 * @error: return location
 *
 * Fails with %MP_ERROR_INVALID.
 *
 * Returns: (transfer none) (nullable): the registry's row of that mapping
 */
const MpFieldSpec *
mp_cli_find_mapping (MpCli *cli, const char *name, GError **error)
{
  MpRegistry *registry = mp_services_get_registry (cli->services);

  for (unsigned int i = 0; i < mp_registry_get_n_fields (registry); i++)
    {
      const MpFieldSpec *field = mp_registry_get_field (registry, i);

      if (field->input == MP_INPUT_MAPPING && g_str_equal (field->catalogue, name))
        return field;
    }
  g_set_error (error, MP_ERROR, MP_ERROR_INVALID, "“%s” is no mapping; there are member and order",
               name);
  return NULL;
}

static MpExit
run_list (MpCli *cli, char **arguments, GError **error)
{
  const unsigned int widths[] = { 28, 1, 10, 0 };
  const MpFieldSpec *mapping = mp_cli_find_mapping (cli, arguments[0], error);
  MpRecordModel *model = mapping == NULL ? NULL : mp_cli_find_record (cli, error);
  g_autoptr (JsonArray) array = json_array_new ();
  MpCatalogue *catalogue;

  if (model == NULL)
    return MP_EXIT_FAILED;
  catalogue = mp_catalogue_get (mapping->catalogue);
  for (unsigned int i = 0; i < mp_catalogue_get_size (catalogue); i++)
    {
      MpCatalogueField *field = mp_catalogue_get_field (catalogue, i);
      const char *name = mp_catalogue_field_get_name (field);
      g_autofree char *path = mp_pointer_append (mapping->path, name);
      JsonNode *entry = mp_record_get_value (mp_record_model_get_record (model), path);
      gboolean locked = mp_validation_is_locked (mp_record_model_get_record (model), mapping, name);
      const char *target = entry == NULL ? NULL : mp_mapping_get_target (entry);
      const char *reason = entry == NULL ? NULL : mp_mapping_get_not_sent (entry);
      JsonObject *row = json_object_new ();

      json_object_set_string_member (row, "field", name);
      json_object_set_boolean_member (row, "required", mp_catalogue_field_get_required (field));
      json_object_set_boolean_member (row, "locked", locked);
      if (target != NULL)
        json_object_set_string_member (row, "target", target);
      if (reason != NULL)
        json_object_set_string_member (row, "not_sent", reason);
      json_array_add_object_element (array, row);
      if (!cli->json)
        mp_cli_print_row (widths, name, mp_catalogue_field_get_required (field) ? "*" : " ",
                          mp_field_type_to_string (mp_catalogue_field_get_field_type (field)),
                          locked           ? "(locked)"
                          : target != NULL ? target
                          : reason != NULL ? reason
                                           : "-",
                          NULL);
    }
  if (cli->json)
    {
      g_autoptr (JsonNode) node = json_node_init_array (json_node_alloc (), array);

      mp_cli_print_json (node);
    }
  return MP_EXIT_DONE;
}

static MpExit
run_set (MpCli *cli, char **arguments, GError **error)
{
  const MpFieldSpec *mapping = mp_cli_find_mapping (cli, arguments[0], error);
  MpRecordModel *model = mapping == NULL ? NULL : mp_cli_find_record (cli, error);
  g_autoptr (MpChanges) changes = mp_changes_new ();
  g_autofree char *path = NULL;

  if (model == NULL)
    return MP_EXIT_FAILED;
  if (mp_catalogue_find (mp_catalogue_get (mapping->catalogue), arguments[1]) == NULL)
    {
      g_set_error (error, MP_ERROR, MP_ERROR_INVALID, "Member Pulse has no %s field “%s”",
                   arguments[0], arguments[1]);
      return MP_EXIT_FAILED;
    }
  if (arguments[2] != NULL && cli->not_sent != NULL)
    {
      mp_cli_set_usage_error (error, USAGE_SET);
      return MP_EXIT_USAGE;
    }
  if (mp_validation_is_locked (mp_record_model_get_record (model), mapping, arguments[1]))
    {
      g_set_error (error, MP_ERROR, MP_ERROR_INVALID,
                   "“%s” is filled in by the connection and is not mapped", arguments[1]);
      return MP_EXIT_FAILED;
    }
  path = mp_pointer_append (mapping->path, arguments[1]);
  if (cli->not_sent != NULL)
    {
      g_autoptr (JsonNode) entry = mp_mapping_not_sent_new (cli->not_sent);

      mp_changes_set (changes, path, entry);
    }
  else if (arguments[2] != NULL && *arguments[2] != '\0')
    {
      mp_changes_set_string (changes, path, arguments[2]);
    }
  else
    {
      mp_changes_unset (changes, path);
    }
  return mp_cli_edit (cli, model, changes, error) ? mp_cli_finish_edit (cli, model, error)
                                                  : MP_EXIT_FAILED;
}

const MpCommand mp_cli_mapping_commands[] = {
  { "mapping", "list", "member|order", "Member Pulse's fields and where they go (* required)", 1, 1,
    TRUE, run_list },
  { "mapping", "suggest", "[SETTINGS] member|order | --source FILE --target FILE",
    "Which fields are the same, and why", 0, 2, FALSE, mp_cli_suggest_mapping },
  { "mapping", "set", SYNOPSIS_SET, "Map a field; nothing given: not mapped", 2, 3, TRUE, run_set },
  { "mapping", "value", "member|order FIELD VALUE [CRM-VALUE]",
    "What is sent for a value (* any other, \"\" nothing); nothing given: as it is", 3, 4, TRUE,
    mp_cli_set_mapping_value },
  { "mapping", "rules", MP_CLI_RULES_SYNOPSIS,
    "What was said to suggestions; the next ones heed it", 1, 4, TRUE, mp_cli_mapping_rules },
  { "mapping", "export", "member|order", "The mapping as CSV, with --json as JSON", 1, 1, TRUE,
    mp_cli_export_mapping },
  { "mapping", "import", "member|order FILE", "Map as a file says that export wrote", 2, 2, TRUE,
    mp_cli_import_mapping },
  { "mapping", "check", "[SETTINGS]", "How each field fits, how it is written, and what is wrong",
    0, 1, TRUE, mp_cli_check_mapping },
  { NULL },
};
