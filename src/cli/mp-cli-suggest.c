/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-cli.h"

#include "mp-error.h"
#include "mp-json.h"
#include "mp-match-list.h"

#define USAGE "mapping suggest [SETTINGS] member|order | --source FILE --target FILE"

static MpMatchList *
read_list (const char *file, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) node = NULL;
  MpMatchList *list = NULL;
  size_t length;

  if (!g_file_get_contents (file, &text, &length, error))
    return NULL;
  node = mp_json_parse (text, (gssize) length, error);
  if (node != NULL && !JSON_NODE_HOLDS_ARRAY (node))
    g_set_error_literal (error, MP_ERROR, MP_ERROR_INVALID, "a list of fields is expected");
  else if (node != NULL)
    list = mp_match_list_new_from_json (json_node_get_array (node), error);
  if (list == NULL)
    g_prefix_error (error, "%s: ", file);
  return list;
}

/* The fields of the record's CRM, from the cache or read now. */
static MpMatchList *
load_fields (MpCli *cli, const MpFieldSpec *mapping, GError **error)
{
  MpRecordModel *model = mp_cli_find_record (cli, error);
  const char *object;
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;

  if (model == NULL)
    return NULL;
  object = mp_record_get_string (mp_record_model_get_record (model), mapping->object_path);
  if (object == NULL || *object == '\0')
    {
      g_set_error (error, MP_ERROR, MP_ERROR_INVALID,
                   "No object of the CRM is chosen: mpctl settings set %s NAME",
                   mapping->object_path);
      return NULL;
    }
  mp_session_load_fields_async (cli->session, mp_record_model_get_id (model), object, cli->refresh,
                                NULL, mp_cli_ready_cb, &slot);
  result = mp_cli_wait (&slot);
  if (!mp_session_load_fields_finish (cli->session, result, error))
    return NULL;
  return mp_match_list_new_from_fields (
      mp_crm_metadata_get_fields (mp_record_model_get_metadata (model), object));
}

/* @question: (out caller-allocates): what it points to belongs to the record and the registry, but
 * for its rules: (transfer full) */
static gboolean
prepare_record (MpCli *cli,
                char **arguments,
                MpMatchList **sources,
                MpMatchList **targets,
                MpMatchQuestion *question,
                GError **error)
{
  const char *name = arguments[1] != NULL ? arguments[1] : arguments[0];
  const MpFieldSpec *mapping;
  MpRecord *record;

  if (arguments[1] != NULL)
    {
      g_free (cli->settings);
      cli->settings = g_strdup (arguments[0]);
    }
  if (!mp_cli_open_session (cli, error))
    return FALSE;
  mapping = mp_cli_find_mapping (cli, name, error);
  if (mapping == NULL)
    return FALSE;
  *sources = mp_match_list_new_from_catalogue (mp_catalogue_get (mapping->catalogue));
  *targets = load_fields (cli, mapping, error);
  if (*targets == NULL)
    return FALSE;
  record = mp_record_model_get_record (mp_cli_find_record (cli, NULL));
  *question = (MpMatchQuestion){ .rules = mp_cli_get_rules (cli),
                                 .platform = mp_record_get_string (record, "/crm/platform"),
                                 .object = mp_record_get_string (record, mapping->object_path),
                                 .path = mapping->path };
  return TRUE;
}

static void
print_suggestion (JsonObject *suggestion)
{
  const unsigned int widths[] = { 28, 36, 0 };
  JsonArray *array = mp_json_get_array (suggestion, "reasons");
  g_autoptr (GString) reasons = g_string_new (NULL);

  for (unsigned int i = 0; i < json_array_get_length (array); i++)
    g_string_append_printf (reasons, "%s%s", i > 0 ? ", " : "",
                            mp_json_array_get_string (array, i));
  mp_cli_print_row (widths, mp_json_get_string (suggestion, "source", ""),
                    mp_json_get_string (suggestion, "target", "-"), reasons->str, NULL);
}

/**
 * mp_cli_suggest_mapping:
 * @cli: this run
 * @arguments: a record and a mapping, a mapping, or nothing where two files are given
 * @error: return location
 *
 * Prints a suggestion for each field.
 *
 * Returns: the exit status
 */
MpExit
mp_cli_suggest_mapping (MpCli *cli, char **arguments, GError **error)
{
  g_autoptr (MpMatchList) sources = NULL;
  g_autoptr (MpMatchList) targets = NULL;
  g_autoptr (JsonArray) suggestions = NULL;
  g_autoptr (MpMatchRules) rules = NULL;
  MpMatchQuestion question = { 0 };
  gboolean from_files = cli->source != NULL && cli->target != NULL;

  if (from_files == (arguments[0] != NULL))
    {
      mp_cli_set_usage_error (error, USAGE);
      return MP_EXIT_USAGE;
    }
  if (from_files)
    {
      sources = read_list (cli->source, error);
      targets = sources != NULL ? read_list (cli->target, error) : NULL;
    }
  else if (!prepare_record (cli, arguments, &sources, &targets, &question, error))
    return MP_EXIT_FAILED;
  rules = (MpMatchRules *) question.rules;
  if (targets == NULL)
    return MP_EXIT_FAILED;
  suggestions = mp_match_list_suggest (sources, targets, from_files ? NULL : &question);
  if (cli->json)
    {
      g_autoptr (JsonNode) node = json_node_init_array (json_node_alloc (), suggestions);

      mp_cli_print_json (node);
      return MP_EXIT_DONE;
    }
  for (unsigned int i = 0; i < json_array_get_length (suggestions); i++)
    print_suggestion (mp_json_array_get_object (suggestions, i));
  return MP_EXIT_DONE;
}
