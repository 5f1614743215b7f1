/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-cli.h"

#include "mp-error.h"
#include "mp-json.h"
#include "mp-sample-record.h"

/* (transfer full): when the list was read, as RFC 3339 has it */
static char *
dup_list_time (MpRecordModel *model, const char *object)
{
  int64_t unix_us = mp_record_model_get_metadata_unix_us (model, object);
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (unix_us / G_USEC_PER_SEC);

  return g_date_time_format_iso8601 (time);
}

/* Prints a list of the CRM as JSON; with --age in an object that tells where it comes from. */
static void
print_list (MpCli *cli, MpRecordModel *model, const char *object, JsonArray *array)
{
  g_autoptr (JsonNode) node = NULL;
  JsonObject *around;
  g_autofree char *time = dup_list_time (model, object);

  if (!cli->age)
    {
      node = json_node_init_array (json_node_alloc (), array);
      mp_cli_print_json (node);
      return;
    }
  around = json_object_new ();
  json_object_set_string_member (
      around, "source", mp_record_model_is_metadata_live (model, object) ? "live" : "cache");
  json_object_set_string_member (around, "as_of", time);
  json_object_set_array_member (around, object != NULL ? "fields" : "objects",
                                json_array_ref (array));
  node = mp_json_node_take_object (around);
  mp_cli_print_json (node);
}

/* What is said beside a list that people read. */
static void
print_age (MpCli *cli, MpRecordModel *model, const char *object)
{
  g_autofree char *time = dup_list_time (model, object);

  if (cli->age && !cli->json)
    g_printerr ("%s, as of %s\n",
                mp_record_model_is_metadata_live (model, object) ? "From the CRM" : "Kept here",
                time);
}

/* The CRM is asked, too, for what is older than a day; what is kept stands in when it does not
 * answer. */
static gboolean
is_kept_enough (MpCli *cli, const GError *refresh_error)
{
  if (!mp_error_is_offline (refresh_error) &&
      !g_error_matches (refresh_error, MP_ERROR, MP_ERROR_UNAVAILABLE))
    return FALSE;
  g_printerr ("mpctl: %s What is kept here is shown.\n", refresh_error->message);
  return TRUE;
}

/* @object: (nullable): the objects, not the fields of one */
static gboolean
ask_for_list (
    MpCli *cli, MpRecordModel *model, const char *object, gboolean refresh, GError **error)
{
  const char *id = mp_record_model_get_id (model);
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;

  if (object == NULL)
    mp_session_load_objects_async (cli->session, id, refresh, NULL, mp_cli_ready_cb, &slot);
  else
    mp_session_load_fields_async (cli->session, id, object, refresh, NULL, mp_cli_ready_cb, &slot);
  result = mp_cli_wait (&slot);
  return object == NULL ? mp_session_load_objects_finish (cli->session, result, error)
                        : mp_session_load_fields_finish (cli->session, result, error);
}

static gboolean
load_list (MpCli *cli, MpRecordModel *model, const char *object, GError **error)
{
  g_autoptr (GError) refresh_error = NULL;

  if (!ask_for_list (cli, model, object, cli->refresh, error))
    return FALSE;
  if (mp_session_is_metadata_old (cli->session, mp_record_model_get_id (model), object) &&
      !ask_for_list (cli, model, object, TRUE, &refresh_error) &&
      !is_kept_enough (cli, refresh_error))
    {
      g_propagate_error (error, g_steal_pointer (&refresh_error));
      return FALSE;
    }
  print_age (cli, model, object);
  return TRUE;
}

JsonArray *
mp_cli_list_objects (MpCli *cli, GListModel *objects)
{
  const unsigned int widths[] = { 32, 0 };
  JsonArray *array = json_array_new ();

  for (unsigned int i = 0; i < g_list_model_get_n_items (objects); i++)
    {
      g_autoptr (MpCrmObject) object = g_list_model_get_item (objects, i);
      JsonObject *entry = json_object_new ();

      json_object_set_string_member (entry, "name", mp_crm_object_get_name (object));
      json_object_set_string_member (entry, "label", mp_crm_object_get_label (object));
      json_object_set_boolean_member (entry, "custom", mp_crm_object_get_custom (object));
      json_array_add_object_element (array, entry);
      if (!cli->json)
        mp_cli_print_row (widths, mp_crm_object_get_name (object), mp_crm_object_get_label (object),
                          NULL);
    }
  return array;
}

static MpExit
run_objects (MpCli *cli, char **arguments, GError **error)
{
  MpRecordModel *model = mp_cli_find_record (cli, error);
  g_autoptr (JsonArray) array = NULL;

  if (model == NULL || !load_list (cli, model, NULL, error))
    return MP_EXIT_FAILED;
  array =
      mp_cli_list_objects (cli, mp_crm_metadata_get_objects (mp_record_model_get_metadata (model)));
  if (cli->json)
    print_list (cli, model, NULL, array);
  return MP_EXIT_DONE;
}

static JsonObject *
field_to_json (MpCrmField *field)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "name", mp_crm_field_get_name (field));
  json_object_set_string_member (object, "label", mp_crm_field_get_label (field));
  json_object_set_string_member (object, "type",
                                 mp_field_type_to_string (mp_crm_field_get_field_type (field)));
  json_object_set_boolean_member (object, "required", mp_crm_field_get_required (field));
  json_object_set_boolean_member (object, "writable", !mp_crm_field_get_read_only (field));
  json_object_set_boolean_member (object, "custom", mp_crm_field_get_custom (field));
  json_object_set_boolean_member (object, "restricted", mp_crm_field_get_restricted (field));
  if (mp_crm_field_get_max_length (field) > 0)
    json_object_set_int_member (object, "max_length", mp_crm_field_get_max_length (field));
  if (mp_crm_field_get_n_options (field) > 0)
    {
      JsonArray *options = json_array_new ();

      for (unsigned int i = 0; i < mp_crm_field_get_n_options (field); i++)
        json_array_add_string_element (options, mp_crm_field_get_option (field, i)->value);
      json_object_set_array_member (object, "options", options);
    }
  return object;
}

JsonArray *
mp_cli_list_fields (MpCli *cli, GListModel *fields)
{
  const unsigned int widths[] = { 40, 10, 0 };
  JsonArray *array = json_array_new ();

  for (unsigned int i = 0; i < g_list_model_get_n_items (fields); i++)
    {
      g_autoptr (MpCrmField) field = g_list_model_get_item (fields, i);

      json_array_add_object_element (array, field_to_json (field));
      if (!cli->json)
        mp_cli_print_row (widths, mp_crm_field_get_name (field),
                          mp_field_type_to_string (mp_crm_field_get_field_type (field)),
                          mp_crm_field_get_label (field), NULL);
    }
  return array;
}

static MpExit
run_fields (MpCli *cli, char **arguments, GError **error)
{
  MpRecordModel *model = mp_cli_find_record (cli, error);
  g_autoptr (JsonArray) array = NULL;

  if (model == NULL || !load_list (cli, model, arguments[0], error))
    return MP_EXIT_FAILED;
  array = mp_cli_list_fields (
      cli, mp_crm_metadata_get_fields (mp_record_model_get_metadata (model), arguments[0]));
  if (cli->json)
    print_list (cli, model, arguments[0], array);
  return MP_EXIT_DONE;
}

static JsonObject *
record_to_json (MpSampleRecord *record, char **fields)
{
  JsonObject *object = json_object_new ();

  for (unsigned int i = 0; fields[i] != NULL; i++)
    {
      const char *value = mp_sample_record_get_value (record, fields[i]);

      if (value != NULL)
        json_object_set_string_member (object, fields[i], value);
      else
        json_object_set_null_member (object, fields[i]);
    }
  return object;
}

static void
print_record (MpSampleRecord *record, char **fields)
{
  const unsigned int widths[] = { 40, 0 };

  for (unsigned int i = 0; fields[i] != NULL; i++)
    {
      const char *value = mp_sample_record_get_value (record, fields[i]);

      mp_cli_print_row (widths, fields[i], value != NULL ? value : "-", NULL);
    }
}

static MpExit
run_sample (MpCli *cli, char **arguments, GError **error)
{
  MpRecordModel *model = mp_cli_find_record (cli, error);
  g_auto (GStrv) fields = cli->fields != NULL ? g_strsplit (cli->fields, ",", -1) : NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (JsonArray) array = json_array_new ();
  g_autoptr (GListModel) records = NULL;
  GAsyncResult *slot = NULL;

  if (model == NULL)
    return MP_EXIT_FAILED;
  if (fields == NULL || *fields == NULL || **fields == '\0')
    {
      g_set_error_literal (error, MP_ERROR, MP_ERROR_INVALID,
                           "Name the fields: --fields email,lastName");
      return MP_EXIT_USAGE;
    }
  mp_session_load_sample_async (cli->session, mp_record_model_get_id (model), arguments[0],
                                (const char *const *) fields, NULL, mp_cli_ready_cb, &slot);
  result = mp_cli_wait (&slot);
  records = mp_session_load_sample_finish (cli->session, result, error);
  if (records == NULL)
    return MP_EXIT_FAILED;
  for (unsigned int i = 0; i < g_list_model_get_n_items (records); i++)
    {
      g_autoptr (MpSampleRecord) record = g_list_model_get_item (records, i);

      json_array_add_object_element (array, record_to_json (record, fields));
      if (!cli->json)
        print_record (record, fields);
    }
  if (cli->json)
    {
      g_autoptr (JsonNode) node = json_node_init_array (json_node_alloc (), array);

      mp_cli_print_json (node);
    }
  return MP_EXIT_DONE;
}

const MpCommand mp_cli_crm_commands[] = {
  { "crm", "objects", "[--refresh] [--age]", "The CRM's objects", 0, 0, TRUE, run_objects },
  { "crm", "fields", "OBJECT [--refresh] [--age]", "Fields of one of its objects", 1, 1, TRUE,
    run_fields },
  { "crm", "sample", "OBJECT --fields A,B", "What some records hold", 1, 1, TRUE, run_sample },
  { NULL },
};
