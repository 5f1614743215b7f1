/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-cli.h"

#include "mp-error.h"
#include "mp-json.h"

#include <stdio.h>

static const unsigned int added_widths[] = { 36, 8, 0 };
static const unsigned int list_widths[] = { 36, 12, 8, 10, 0 };

static MpExit
run_list (MpCli *cli, char **arguments, GError **error)
{
  GListModel *credentials = mp_session_get_credentials (cli->session);
  g_autoptr (JsonArray) array = json_array_new ();

  for (unsigned int i = 0; i < g_list_model_get_n_items (credentials); i++)
    {
      g_autoptr (MpCredential) credential = g_list_model_get_item (credentials, i);
      gboolean here = mp_session_has_key (cli->session, mp_credential_get_id (credential));
      g_autofree char *masked = mp_credential_dup_masked (credential);

      if (cli->json)
        {
          JsonObject *object = mp_credential_to_json (credential);

          json_object_set_boolean_member (object, "on_this_computer", here);
          json_array_add_object_element (array, object);
          continue;
        }
      mp_cli_print_row (list_widths, mp_credential_get_id (credential),
                        mp_credential_get_platform (credential),
                        mp_credential_get_revoked (credential)
                            ? "revoked"
                            : mp_mode_to_string (mp_credential_get_mode (credential)),
                        masked, mp_credential_get_label (credential), NULL);
    }
  if (cli->json)
    {
      g_autoptr (JsonNode) node = json_node_init_array (json_node_alloc (), array);

      mp_cli_print_json (node);
    }
  return MP_EXIT_DONE;
}

static MpPlatform *
find_platform (MpCli *cli, const char *id, GError **error)
{
  MpPlatform *platform =
      id == NULL ? NULL : mp_platforms_find (mp_services_get_platforms (cli->services), id);

  if (platform == NULL)
    mp_cli_set_no_platform_error (cli, id, error);
  return platform;
}

static MpTestResult *
test_secret (
    MpCli *cli, const char *platform, JsonObject *connection, MpSecret *secret, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;

  mp_session_test_secret_async (cli->session, platform, connection, secret, NULL, mp_cli_ready_cb,
                                &slot);
  result = mp_cli_wait (&slot);
  return mp_session_test_secret_finish (cli->session, result, error);
}

/* A rejected key is not saved; one that could not be tested now is. FALSE with @error: rejected. */
static gboolean
test_before_saving (MpCli *cli,
                    const char *platform,
                    JsonObject *connection,
                    MpSecret *secret,
                    MpTestResult **tested,
                    GError **error)
{
  g_autoptr (GError) test_error = NULL;

  if (cli->no_test)
    return TRUE;
  *tested = test_secret (cli, platform, connection, secret, &test_error);
  if (*tested == NULL)
    {
      if (g_error_matches (test_error, MP_ERROR, MP_ERROR_UNAUTHORIZED))
        {
          g_propagate_error (error, g_steal_pointer (&test_error));
          return FALSE;
        }
      g_printerr ("Not tested: %s\n", test_error->message);
      return TRUE;
    }
  if (mp_test_result_get_outcome (*tested) == MP_TEST_REJECTED)
    {
      g_set_error (
          error, MP_ERROR, MP_ERROR_UNAUTHORIZED,
          "The platform did not accept this key%s%s. It was not saved (--no-test saves it all the "
          "same)",
          mp_test_result_get_message (*tested) != NULL ? ": " : "",
          mp_test_result_get_message (*tested) != NULL ? mp_test_result_get_message (*tested) : "");
      return FALSE;
    }
  return TRUE;
}

static const MpFieldSpec *
find_credential_field (MpCli *cli, GError **error)
{
  const MpFieldSpec *field =
      mp_registry_find (mp_services_get_registry (cli->services), cli->for_path);

  if (field != NULL && field->input == MP_INPUT_CREDENTIAL &&
      g_str_equal (field->path, cli->for_path))
    return field;
  g_set_error (error, MP_ERROR, MP_ERROR_INVALID,
               "%s holds no API key; --for takes /crm/api_key and the like", cli->for_path);
  return NULL;
}

static MpCredential *
add (MpCli *cli, const MpNewCredential *credential, MpSecret *secret, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;

  mp_session_add_credential_async (cli->session, credential, secret, NULL, mp_cli_ready_cb, &slot);
  result = mp_cli_wait (&slot);
  return mp_session_add_credential_finish (cli->session, result, error);
}

static void
sync_after_change (MpCli *cli)
{
  g_autoptr (GError) error = NULL;

  if (!cli->no_sync && !mp_cli_sync (cli, &error))
    g_printerr ("Saved here; not sent yet: %s\n", error->message);
}

static MpExit
print_added (MpCli *cli, MpCredential *credential)
{
  if (cli->json)
    {
      g_autoptr (JsonNode) node = mp_json_node_take_object (mp_credential_to_json (credential));

      mp_cli_print_json (node);
    }
  else
    {
      g_autofree char *masked = mp_credential_dup_masked (credential);

      mp_cli_print_row (added_widths, mp_credential_get_id (credential), masked,
                        mp_credential_get_label (credential), NULL);
    }
  return MP_EXIT_DONE;
}

static JsonObject *
get_connection (MpRecordModel *model, const MpFieldSpec *field)
{
  g_autofree char *path = g_strdup_printf ("/%s/connection", field->section);
  JsonNode *node = mp_record_get_value (mp_record_model_get_record (model), path);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static MpExit
put_into_record (MpCli *cli, MpRecordModel *model, MpCredential *credential, GError **error)
{
  g_autoptr (MpChanges) changes = mp_changes_new ();

  mp_changes_set_string (changes, cli->for_path, mp_credential_get_id (credential));
  if (!mp_cli_edit (cli, model, changes, error))
    return MP_EXIT_FAILED;
  return mp_cli_finish_edit (cli, model, error);
}

static MpExit
run_add (MpCli *cli, char **arguments, GError **error)
{
  const MpFieldSpec *field = cli->for_path != NULL ? find_credential_field (cli, error) : NULL;
  MpRecordModel *model = field != NULL ? mp_cli_find_record (cli, error) : NULL;
  g_autoptr (MpSecret) secret = NULL;
  g_autoptr (MpTestResult) tested = NULL;
  g_autoptr (MpCredential) credential = NULL;
  MpNewCredential new_credential = { 0 };
  MpPlatform *platform;

  if (cli->for_path == NULL && cli->platform == NULL)
    {
      mp_cli_set_usage_error (error, "credential add --platform ID | --for PATH");
      return MP_EXIT_USAGE;
    }
  if (cli->for_path != NULL && model == NULL)
    return MP_EXIT_FAILED;
  if (model != NULL && cli->platform == NULL)
    cli->platform =
        g_strdup (mp_record_get_string (mp_record_model_get_record (model), field->platform_path));
  platform = find_platform (cli, cli->platform, error);
  if (platform == NULL)
    return MP_EXIT_FAILED;
  secret = mp_cli_read_secret (cli->secret_fd, mp_platform_get_spec (platform), NULL, error);
  if (secret == NULL ||
      !test_before_saving (cli, cli->platform, model != NULL ? get_connection (model, field) : NULL,
                           secret, &tested, error))
    return MP_EXIT_FAILED;
  new_credential.platform = cli->platform;
  new_credential.label = cli->label != NULL ? cli->label : mp_platform_get_label (platform);
  new_credential.mode =
      tested != NULL ? mp_test_result_get_mode (tested) : mp_platform_guess_mode (platform, secret);
  new_credential.account = tested != NULL ? mp_test_result_get_account (tested) : NULL;
  new_credential.record_id =
      field != NULL && field->is_private ? mp_record_model_get_id (model) : NULL;
  credential = add (cli, &new_credential, secret, error);
  if (credential == NULL)
    return MP_EXIT_FAILED;
  if (model != NULL)
    return put_into_record (cli, model, credential, error);
  sync_after_change (cli);
  return print_added (cli, credential);
}

static MpCredential *
find_credential (MpCli *cli, const char *id, GError **error)
{
  MpCredential *credential = mp_session_find_credential (cli->session, id);

  if (credential == NULL)
    g_set_error (error, MP_ERROR, MP_ERROR_NOT_FOUND,
                 "There is no credential “%s”: see mpctl credential list", id);
  return credential;
}

/* (nullable): the connection of the record that alone uses the key */
static JsonObject *
find_connection (MpCli *cli, MpCredential *credential)
{
  MpRegistry *registry = mp_services_get_registry (cli->services);
  const char *record_id = mp_credential_get_record_id (credential);
  MpRecordModel *model =
      record_id != NULL ? mp_session_find_record (cli->session, record_id) : NULL;

  for (unsigned int i = 0; model != NULL && i < mp_registry_get_n_fields (registry); i++)
    {
      const MpFieldSpec *field = mp_registry_get_field (registry, i);

      if (field->input == MP_INPUT_CREDENTIAL &&
          g_strcmp0 (mp_record_get_string (mp_record_model_get_record (model), field->path),
                     mp_credential_get_id (credential)) == 0)
        return get_connection (model, field);
    }
  return NULL;
}

static MpExit
run_replace (MpCli *cli, char **arguments, GError **error)
{
  MpCredential *credential = find_credential (cli, arguments[0], error);
  MpPlatform *platform = credential == NULL
                             ? NULL
                             : find_platform (cli, mp_credential_get_platform (credential), error);
  g_autoptr (MpSecret) secret = NULL;
  g_autoptr (MpTestResult) tested = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;

  if (platform == NULL)
    return MP_EXIT_FAILED;
  secret = mp_cli_read_secret (cli->secret_fd, mp_platform_get_spec (platform), NULL, error);
  if (secret == NULL ||
      !test_before_saving (cli, mp_credential_get_platform (credential),
                           find_connection (cli, credential), secret, &tested, error))
    return MP_EXIT_FAILED;
  mp_session_replace_credential_async (cli->session, arguments[0], secret, tested, NULL,
                                       mp_cli_ready_cb, &slot);
  result = mp_cli_wait (&slot);
  if (!mp_session_replace_credential_finish (cli->session, result, error))
    return MP_EXIT_FAILED;
  sync_after_change (cli);
  return print_added (cli, mp_session_find_credential (cli->session, arguments[0]));
}

static MpExit
run_remove (MpCli *cli, char **arguments, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;

  if (find_credential (cli, arguments[0], error) == NULL)
    return MP_EXIT_FAILED;
  mp_session_revoke_credential_async (cli->session, arguments[0], NULL, mp_cli_ready_cb, &slot);
  result = mp_cli_wait (&slot);
  if (!mp_session_revoke_credential_finish (cli->session, result, error))
    return MP_EXIT_FAILED;
  sync_after_change (cli);
  return MP_EXIT_DONE;
}

const MpCommand mp_cli_credential_commands[] = {
  { "credential", "list", NULL, "Stored keys, without the secrets", 0, 0, TRUE, run_list },
  { "credential", "add", "--platform ID | --for PATH",
    "Store a key; the secret comes on standard input", 0, 0, TRUE, run_add },
  { "credential", "replace", "ID", "Replace a key's secret", 1, 1, TRUE, run_replace },
  { "credential", "remove", "ID", "Revoke a key that no record uses", 1, 1, TRUE, run_remove },
  { NULL },
};
