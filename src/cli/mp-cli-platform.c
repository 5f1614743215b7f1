/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-cli.h"

#include "mp-error.h"
#include "mp-json.h"

#include <stdio.h>

void
mp_cli_set_no_platform_error (MpCli *cli, const char *id, GError **error)
{
  MpPlatformSpec *spec = mp_platforms_find_spec (mp_services_get_platforms (cli->services), id);

  if (spec != NULL)
    g_set_error (error, MP_ERROR, MP_ERROR_NOT_FOUND, "%s cannot be connected yet. %s",
                 mp_platform_spec_get_label (spec), mp_platform_spec_get_unavailable (spec));
  else
    g_set_error (error, MP_ERROR, MP_ERROR_NOT_FOUND,
                 "There is no platform “%s”: see mpctl platform list", id == NULL ? "" : id);
}

static JsonObject *
input_to_json (const char *id, const char *label, const char *help, const char *example)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "id", id);
  json_object_set_string_member (object, "label", label);
  if (help != NULL)
    json_object_set_string_member (object, "help", help);
  if (example != NULL)
    json_object_set_string_member (object, "example", example);
  return object;
}

static JsonArray *
settings_to_json (MpPlatformSpec *spec)
{
  JsonArray *array = json_array_new ();

  for (unsigned int i = 0; i < mp_platform_spec_get_n_settings (spec); i++)
    {
      const MpSettingSpec *setting = mp_platform_spec_get_setting (spec, i);
      JsonObject *object =
          input_to_json (setting->id, setting->label, setting->help, setting->example);

      json_object_set_boolean_member (object, "required", setting->required);
      json_array_add_object_element (array, object);
    }
  return array;
}

static JsonArray *
parts_to_json (MpPlatformSpec *spec)
{
  JsonArray *array = json_array_new ();

  for (unsigned int i = 0; i < mp_platform_spec_get_n_parts (spec); i++)
    {
      const MpPartSpec *part = mp_platform_spec_get_part (spec, i);
      JsonObject *object = input_to_json (part->id, part->label, part->help, part->example);

      json_object_set_boolean_member (object, "secret", part->secret);
      json_array_add_object_element (array, object);
    }
  return array;
}

static JsonObject *
write_to_json (const MpWriteSpec *write)
{
  const struct
  {
    const char *name;
    const char *value;
  } members[] = {
    { "place", write->place },           { "custom_place", write->custom_place },
    { "entry_name", write->entry_name }, { "entry_value", write->entry_value },
    { "multiple", write->multiple },     { "date", write->date },
    { "datetime", write->datetime },     { "zone", write->zone },
    { "true", write->true_text },        { "false", write->false_text },
  };
  JsonObject *object = json_object_new ();

  for (size_t i = 0; i < G_N_ELEMENTS (members); i++)
    {
      if (members[i].value != NULL)
        json_object_set_string_member (object, members[i].name, members[i].value);
    }
  return object;
}

/* How values are written, a line each. */
static void
print_write (const MpWriteSpec *write)
{
  g_autoptr (JsonObject) object = write_to_json (write);
  g_autoptr (GList) names = json_object_get_members (object);
  const unsigned int widths[] = { 18, 28, 0 };

  for (GList *name = names; name != NULL; name = name->next)
    {
      const char *value = mp_json_get_string (object, name->data, "");
      g_autofree char *label = g_strdup_printf ("write %s", (const char *) name->data);

      mp_cli_print_row (widths, label, *value != '\0' ? value : "(the body itself)", "", NULL);
    }
}

static JsonObject *
platform_to_json (MpPlatform *platform)
{
  MpPlatformSpec *spec = mp_platform_get_spec (platform);
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "id", mp_platform_get_id (platform));
  json_object_set_string_member (object, "kind", mp_platform_spec_get_kind (spec));
  json_object_set_string_member (object, "label", mp_platform_get_label (platform));
  if (mp_platform_get_unverified (platform) != NULL)
    {
      json_object_set_boolean_member (object, "verified", FALSE);
      json_object_set_string_member (object, "unverified", mp_platform_get_unverified (platform));
    }
  if (mp_platform_spec_get_key_help (spec) != NULL)
    json_object_set_string_member (object, "key_help", mp_platform_spec_get_key_help (spec));
  json_object_set_array_member (object, "connection", settings_to_json (spec));
  json_object_set_array_member (object, "credential", parts_to_json (spec));
  if (mp_platform_get_write (platform) != NULL)
    json_object_set_object_member (object, "write",
                                   write_to_json (mp_platform_get_write (platform)));
  return object;
}

static JsonObject *
unavailable_to_json (MpPlatformSpec *spec)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "id", mp_platform_spec_get_id (spec));
  json_object_set_string_member (object, "kind", mp_platform_spec_get_kind (spec));
  json_object_set_string_member (object, "label", mp_platform_spec_get_label (spec));
  json_object_set_string_member (object, "unavailable", mp_platform_spec_get_unavailable (spec));
  return object;
}

/* Those that cannot be connected yet stand behind the others, each with its reason. */
static void
list_unavailable (MpCli *cli, MpPlatforms *platforms, JsonArray *array)
{
  const unsigned int widths[] = { 16, 12, 24, 0 };

  for (unsigned int i = 0; i < mp_platforms_get_n_unavailable (platforms); i++)
    {
      MpPlatformSpec *spec = mp_platforms_get_unavailable (platforms, i);
      g_autofree char *reason = NULL;

      if (cli->json)
        {
          json_array_add_object_element (array, unavailable_to_json (spec));
          continue;
        }
      reason = g_strdup_printf ("not yet possible: %s", mp_platform_spec_get_unavailable (spec));
      mp_cli_print_row (widths, mp_platform_spec_get_id (spec), mp_platform_spec_get_kind (spec),
                        mp_platform_spec_get_label (spec), reason, NULL);
    }
}

static MpExit
run_list (MpCli *cli, char **arguments, GError **error)
{
  const unsigned int widths[] = { 16, 12, 24, 0 };
  MpServices *services = mp_cli_get_services (cli, error);
  g_autoptr (JsonArray) array = json_array_new ();
  MpPlatforms *platforms;

  if (services == NULL)
    return MP_EXIT_FAILED;
  platforms = mp_services_get_platforms (services);
  for (unsigned int i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (platforms)); i++)
    {
      g_autoptr (MpPlatform) platform = g_list_model_get_item (G_LIST_MODEL (platforms), i);

      if (cli->json)
        json_array_add_object_element (array, platform_to_json (platform));
      else
        mp_cli_print_row (widths, mp_platform_get_id (platform),
                          mp_platform_spec_get_kind (mp_platform_get_spec (platform)),
                          mp_platform_get_label (platform),
                          mp_platform_get_unverified (platform) != NULL ? "not verified" : "",
                          NULL);
    }
  list_unavailable (cli, platforms, array);
  for (unsigned int i = 0; i < mp_platforms_get_n_problems (platforms); i++)
    g_printerr ("not used: %s: %s\n", mp_platforms_get_problem (platforms, i)->file,
                mp_platforms_get_problem (platforms, i)->message);
  if (cli->json)
    {
      g_autoptr (JsonNode) node = json_node_init_array (json_node_alloc (), array);

      mp_cli_print_json (node);
    }
  return MP_EXIT_DONE;
}

/* What the person reads of one part of a key or one setting. */
static void
print_input (const char *id, const char *label, gboolean secret, const char *help)
{
  const unsigned int widths[] = { 18, 28, 0 };

  mp_cli_print_row (widths, id, label, secret ? "secret" : help != NULL ? help : "", NULL);
}

static MpExit
run_show (MpCli *cli, char **arguments, GError **error)
{
  MpServices *services = mp_cli_get_services (cli, error);
  MpPlatform *platform =
      services == NULL ? NULL
                       : mp_platforms_find (mp_services_get_platforms (services), arguments[0]);
  MpPlatformSpec *spec;

  if (platform == NULL)
    {
      if (services != NULL)
        mp_cli_set_no_platform_error (cli, arguments[0], error);
      return MP_EXIT_FAILED;
    }
  if (cli->json)
    {
      g_autoptr (JsonNode) node = mp_json_node_take_object (platform_to_json (platform));

      mp_cli_print_json (node);
      return MP_EXIT_DONE;
    }
  spec = mp_platform_get_spec (platform);
  g_print ("%s (%s)\n", mp_platform_get_label (platform), mp_platform_spec_get_kind (spec));
  if (mp_platform_get_unverified (platform) != NULL)
    g_print ("Not verified: %s\n", mp_platform_get_unverified (platform));
  if (mp_platform_spec_get_key_help (spec) != NULL)
    g_print ("%s\n", mp_platform_spec_get_key_help (spec));
  for (unsigned int i = 0; i < mp_platform_spec_get_n_settings (spec); i++)
    {
      const MpSettingSpec *setting = mp_platform_spec_get_setting (spec, i);

      print_input (setting->id, setting->label, FALSE, setting->help);
    }
  for (unsigned int i = 0; i < mp_platform_spec_get_n_parts (spec); i++)
    {
      const MpPartSpec *part = mp_platform_spec_get_part (spec, i);

      print_input (part->id, part->label, part->secret, part->help);
    }
  if (mp_platform_get_write (platform) != NULL)
    print_write (mp_platform_get_write (platform));
  return MP_EXIT_DONE;
}

static MpExit
run_check (MpCli *cli, char **arguments, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (MpFieldErrors) faults = NULL;
  size_t length;

  if (!g_file_get_contents (arguments[0], &text, &length, error))
    return MP_EXIT_FAILED;
  faults = mp_platform_check_document (text, (gssize) length, error);
  if (faults == NULL)
    {
      g_prefix_error (error, "%s: ", arguments[0]);
      return MP_EXIT_FAILED;
    }
  if (cli->json)
    {
      g_autoptr (JsonArray) array = mp_field_errors_to_json (faults);
      g_autoptr (JsonNode) node = json_node_init_array (json_node_alloc (), array);

      mp_cli_print_json (node);
    }
  else
    {
      mp_cli_print_errors (faults, stdout);
    }
  return mp_field_errors_get_size (faults) > 0 ? MP_EXIT_INVALID : MP_EXIT_DONE;
}

static JsonObject *
test_result_to_json (MpTestResult *tested)
{
  const char *const outcomes[] = { "", "connected", "limited", "rejected" };
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "outcome", outcomes[mp_test_result_get_outcome (tested)]);
  json_object_set_string_member (object, "mode",
                                 mp_mode_to_string (mp_test_result_get_mode (tested)));
  if (mp_test_result_get_account (tested) != NULL)
    json_object_set_string_member (object, "account", mp_test_result_get_account (tested));
  if (mp_test_result_get_account_id (tested) != NULL)
    json_object_set_string_member (object, "account_id", mp_test_result_get_account_id (tested));
  if (mp_test_result_get_details (tested) != NULL)
    json_object_set_string_member (object, "details", mp_test_result_get_details (tested));
  if (mp_test_result_get_missing (tested) != NULL)
    json_object_set_string_member (object, "missing", mp_test_result_get_missing (tested));
  if (mp_test_result_get_message (tested) != NULL)
    json_object_set_string_member (object, "message", mp_test_result_get_message (tested));
  return object;
}

MpExit
mp_cli_print_tested (MpCli *cli, MpTestResult *tested)
{
  g_autoptr (JsonNode) node = mp_json_node_take_object (test_result_to_json (tested));

  if (cli->json)
    {
      mp_cli_print_json (node);
    }
  else
    {
      JsonObject *object = json_node_get_object (node);

      const char *missing = mp_json_get_string (object, "missing", NULL);

      g_print ("%s  %s  %s  %s%s  %s\n", mp_json_get_string (object, "outcome", ""),
               mp_json_get_string (object, "account", "-"),
               mp_json_get_string (object, "mode", "-"), missing != NULL ? "missing: " : "",
               missing != NULL ? missing : "", mp_json_get_string (object, "message", ""));
    }
  return mp_test_result_get_outcome (tested) == MP_TEST_REJECTED ? MP_EXIT_REFUSED : MP_EXIT_DONE;
}

/* Tests the key of one section of the record, with what stands beside it there. */
static MpExit
test_section (MpCli *cli, const char *section, GError **error)
{
  MpRecordModel *model = mp_cli_find_record (cli, error);
  g_autofree char *key_path = g_strdup_printf ("/%s/api_key", section);
  g_autofree char *connection_path = g_strdup_printf ("/%s/connection", section);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (MpTestResult) tested = NULL;
  GAsyncResult *slot = NULL;
  const char *credential;
  JsonNode *connection;

  if (model == NULL)
    return MP_EXIT_FAILED;
  credential = mp_record_get_string (mp_record_model_get_record (model), key_path);
  if (credential == NULL)
    {
      g_set_error (error, MP_ERROR, MP_ERROR_NOT_FOUND,
                   "No key is set: mpctl credential add --for %s", key_path);
      return MP_EXIT_FAILED;
    }
  connection = mp_record_get_value (mp_record_model_get_record (model), connection_path);
  mp_session_test_credential_async (cli->session, credential,
                                    connection != NULL ? json_node_get_object (connection) : NULL,
                                    NULL, mp_cli_ready_cb, &slot);
  result = mp_cli_wait (&slot);
  tested = mp_session_test_credential_finish (cli->session, result, error);
  return tested == NULL ? MP_EXIT_FAILED : mp_cli_print_tested (cli, tested);
}

static MpExit
run_crm_test (MpCli *cli, char **arguments, GError **error)
{
  return test_section (cli, "crm", error);
}

static MpExit
run_accounting_test (MpCli *cli, char **arguments, GError **error)
{
  return test_section (cli, "accounting", error);
}

static MpExit
run_payment_test (MpCli *cli, char **arguments, GError **error)
{
  return test_section (cli, "payment_gateway", error);
}

static MpExit
run_try (MpCli *cli, char **arguments, GError **error)
{
  return mp_cli_try_platform (cli, arguments[0], arguments[1], arguments[2], error);
}

const MpCommand mp_cli_platform_commands[] = {
  { "platform", "list", NULL, "The systems that can be connected", 0, 0, FALSE, run_list },
  { "platform", "show", "ID", "What a system asks for: settings, and the parts of its key", 1, 1,
    FALSE, run_show },
  { "platform", "check", "FILE", "Faults of a platform document", 1, 1, FALSE, run_check },
  { "platform", "try", "ID test|objects|fields [OBJECT] [--connection SETTING=VALUE …]",
    "What a system answers to a key, which is read and not kept", 2, 3, FALSE, run_try },
  { "crm", "test", NULL, "Is the record's CRM key accepted?", 0, 0, TRUE, run_crm_test },
  { "accounting", "test", NULL, "Is the record's accounting key accepted?", 0, 0, TRUE,
    run_accounting_test },
  { "payment", "test", NULL, "Is the record's payment key accepted?", 0, 0, TRUE,
    run_payment_test },
  { NULL },
};
