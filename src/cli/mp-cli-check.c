/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-cli.h"

#include "mp-error.h"
#include "mp-field-fit.h"
#include "mp-json.h"
#include "mp-mapping-entry.h"
#include "mp-validation.h"

#define REST "*"

/* What one mapping is checked with. */
typedef struct
{
  MpCli *cli;
  MpRecordModel *model;
  const MpFieldSpec *mapping;
  const char *object; /* (nullable): none is chosen */
} Check;

static const char *
get_fit_name (MpCompatibility fit)
{
  switch (fit)
    {
    case MP_COMPATIBILITY_EXACT:
      return "exact";
    case MP_COMPATIBILITY_SAFE:
      return "safe";
    case MP_COMPATIBILITY_LOSSY:
      return "lossy";
    case MP_COMPATIBILITY_IMPOSSIBLE:
    default:
      return "impossible";
    }
}

static JsonArray *
list_faults (MpFieldErrors *errors, const char *path)
{
  g_autoptr (JsonArray) all = mp_field_errors_to_json (errors);
  JsonArray *faults = json_array_new ();

  for (unsigned int i = 0; i < json_array_get_length (all); i++)
    {
      JsonObject *fault = mp_json_array_get_object (all, i);

      if (g_str_equal (mp_json_get_string (fault, "pointer", ""), path))
        json_array_add_object_element (faults, json_object_ref (fault));
    }
  return faults;
}

/* Member Pulse's values, what is sent for each, and whether the CRM has that choice. */
static JsonArray *
list_values (MpCatalogueField *field, MpCrmField *target, JsonNode *entry)
{
  g_auto (GStrv) values = mp_field_fit_list_values (field);
  JsonArray *array = json_array_new ();

  for (unsigned int i = 0; values[i] != NULL; i++)
    {
      const char *sent = mp_mapping_get_sent (entry, values[i]);
      JsonObject *value = json_object_new ();

      json_object_set_string_member (value, "value", values[i]);
      json_object_set_string_member (value, "sent", sent);
      json_object_set_boolean_member (value, "accepted", mp_field_fit_accepts (target, sent));
      json_array_add_object_element (array, value);
    }
  return array;
}

static void
describe_target (JsonObject *row, MpCatalogueField *field, MpCrmField *target, JsonNode *entry)
{
  MpCompatibility fit = mp_field_fit_check_types (field, target, entry);
  const char *convention = mp_field_fit_get_convention (mp_catalogue_field_get_field_type (field),
                                                        mp_crm_field_get_field_type (target));

  json_object_set_string_member (row, "fit", get_fit_name (fit));
  if (convention != NULL)
    json_object_set_string_member (row, "convention", convention);
  if (mp_crm_field_get_max_length (target) > 0)
    json_object_set_int_member (row, "max_length", mp_crm_field_get_max_length (target));
  json_object_set_array_member (row, "values", list_values (field, target, entry));
}

static JsonObject *
check_row (const Check *self, MpCatalogueField *field)
{
  const char *name = mp_catalogue_field_get_name (field);
  g_autofree char *path = mp_pointer_append (self->mapping->path, name);
  JsonNode *entry = mp_record_get_value (mp_record_model_get_record (self->model), path);
  const char *target_name = mp_mapping_get_target (entry);
  MpCrmField *target = target_name != NULL && self->object != NULL
                           ? mp_crm_metadata_find_field (mp_record_model_get_metadata (self->model),
                                                         self->object, target_name)
                           : NULL;
  JsonObject *row = json_object_new ();

  json_object_set_string_member (row, "field", name);
  if (target_name != NULL)
    json_object_set_string_member (row, "target", target_name);
  if (mp_mapping_get_not_sent (entry) != NULL)
    json_object_set_string_member (row, "not_sent", mp_mapping_get_not_sent (entry));
  if (target != NULL)
    describe_target (row, field, target, entry);
  json_object_set_array_member (row, "faults",
                                list_faults (mp_record_model_get_errors (self->model), path));
  return row;
}

static void
print_row (JsonObject *row)
{
  const unsigned int widths[] = { 28, 32, 10, 0 };

  if (json_object_has_member (row, "target"))
    mp_cli_print_row (widths, mp_json_get_string (row, "field", ""),
                      mp_json_get_string (row, "target", ""), mp_json_get_string (row, "fit", "?"),
                      mp_json_get_string (row, "convention", ""), NULL);
}

static JsonArray *
check_mapping (const Check *self)
{
  MpCatalogue *catalogue = mp_catalogue_get (self->mapping->catalogue);
  JsonArray *rows = json_array_new ();

  for (unsigned int i = 0; i < mp_catalogue_get_size (catalogue); i++)
    {
      JsonObject *row = check_row (self, mp_catalogue_get_field (catalogue, i));

      json_array_add_object_element (rows, row);
      if (!self->cli->json)
        print_row (row);
    }
  return rows;
}

/* The CRM's fields are read, or taken from what is kept; without them only the record is checked.
 */
static void
load_targets (const Check *self)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GAsyncResult *slot = NULL;

  if (self->object == NULL || *self->object == '\0')
    return;
  mp_session_load_fields_async (self->cli->session, mp_record_model_get_id (self->model),
                                self->object, self->cli->refresh, NULL, mp_cli_ready_cb, &slot);
  result = mp_cli_wait (&slot);
  if (!mp_session_load_fields_finish (self->cli->session, result, &error))
    g_printerr ("mpctl: the fields of %s are not known: %s\n", self->object, error->message);
}

static gboolean
has_errors (MpRecordModel *model, const char *path)
{
  return mp_field_errors_count (mp_record_model_get_errors (model), MP_SEVERITY_ERROR, path) > 0;
}

/**
 * mp_cli_check_mapping:
 * @cli: this run, with a session
 * @arguments: a record, or nothing
 * @error: return location
 *
 * Prints of each mapped field how it fits and how it is written, then the faults of both mappings.
 *
 * Returns: the exit status
 */
MpExit
mp_cli_check_mapping (MpCli *cli, char **arguments, GError **error)
{
  static const char *const names[] = { "member", "order" };
  g_autoptr (JsonNode) node = NULL;
  JsonObject *object;
  gboolean is_wrong = FALSE;
  MpRecordModel *model;

  if (arguments[0] != NULL)
    {
      g_free (cli->settings);
      cli->settings = g_strdup (arguments[0]);
    }
  model = mp_cli_find_record (cli, error);
  if (model == NULL)
    return MP_EXIT_FAILED;
  object = json_object_new ();
  node = mp_json_node_take_object (object);
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      Check check = { .cli = cli, .model = model };

      check.mapping = mp_cli_find_mapping (cli, names[i], error);
      if (check.mapping == NULL)
        return MP_EXIT_FAILED;
      check.object =
          mp_record_get_string (mp_record_model_get_record (model), check.mapping->object_path);
      load_targets (&check);
      json_object_set_array_member (object, names[i], check_mapping (&check));
      is_wrong = is_wrong || has_errors (model, check.mapping->path);
    }
  if (cli->json)
    mp_cli_print_json (node);
  else
    mp_cli_print_errors (mp_record_model_get_errors (model), stdout);
  return is_wrong ? MP_EXIT_INVALID : MP_EXIT_DONE;
}

/**
 * mp_cli_set_mapping_value:
 * @cli: this run, with a session
 * @arguments: member or order, the field, its value ("*": any without a rule), perhaps what is sent
 * @error: return location
 *
 * Sets, or removes, what is sent for a value.
 *
 * Returns: the exit status
 */
MpExit
mp_cli_set_mapping_value (MpCli *cli, char **arguments, GError **error)
{
  const MpFieldSpec *mapping = mp_cli_find_mapping (cli, arguments[0], error);
  MpRecordModel *model = mapping != NULL ? mp_cli_find_record (cli, error) : NULL;
  g_autoptr (MpChanges) changes = mp_changes_new ();
  g_autoptr (JsonNode) changed = NULL;
  g_autofree char *path = NULL;
  JsonNode *entry;

  if (model == NULL)
    return MP_EXIT_FAILED;
  path = mp_pointer_append (mapping->path, arguments[1]);
  entry = mp_record_get_value (mp_record_model_get_record (model), path);
  if (mp_mapping_get_target (entry) == NULL)
    {
      g_set_error (error, MP_ERROR, MP_ERROR_INVALID,
                   "“%s” is not mapped: mpctl mapping set %s %s CRM-FIELD", arguments[1],
                   arguments[0], arguments[1]);
      return MP_EXIT_FAILED;
    }
  changed = g_str_equal (arguments[2], REST)
                ? mp_mapping_with_rest (entry, arguments[3])
                : mp_mapping_with_value (entry, arguments[2], arguments[3]);
  mp_changes_set (changes, path, changed);
  return mp_cli_edit (cli, model, changes, error) ? mp_cli_finish_edit (cli, model, error)
                                                  : MP_EXIT_FAILED;
}
