/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-cli.h"

#include "mp-error.h"
#include "mp-json.h"

#include <stdio.h>

static char *
dup_value (JsonNode *node)
{
  if (node == NULL)
    return g_strdup ("(not set)");
  return JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_dup_string (node)
             : mp_json_to_text (node);
}

static void
print_conflict (MpRecordModel *model, MpConflict *conflict)
{
  g_autofree char *base = dup_value (mp_conflict_get_base (conflict));
  g_autofree char *mine = dup_value (mp_conflict_get_mine (conflict));
  g_autofree char *theirs = dup_value (mp_conflict_get_theirs (conflict));
  const char *path = mp_conflict_get_path (conflict);
  const unsigned int widths[] = { 36, 0 };
  const unsigned int value_widths[] = { 8, 0 };

  mp_cli_print_row (widths, mp_record_model_get_id (model), mp_record_model_get_name (model), NULL);
  mp_cli_print_row (value_widths, "  at", *path == '\0' ? "\"\" (the record itself)" : path, NULL);
  mp_cli_print_row (value_widths, "  before", base, NULL);
  mp_cli_print_row (value_widths, "  mine", mine, NULL);
  mp_cli_print_row (value_widths, "  theirs", theirs, NULL);
}

static MpExit
run_list (MpCli *cli, char **arguments, GError **error)
{
  GListModel *records = mp_session_get_records (cli->session);
  g_autoptr (JsonArray) array = json_array_new ();

  for (unsigned int i = 0; i < g_list_model_get_n_items (records); i++)
    {
      g_autoptr (MpRecordModel) model = g_list_model_get_item (records, i);

      for (unsigned int j = 0; j < mp_record_model_get_n_conflicts (model); j++)
        {
          MpConflict *conflict = mp_record_model_get_conflict (model, j);

          json_array_add_object_element (array, mp_conflict_to_json (conflict));
          if (!cli->json)
            print_conflict (model, conflict);
        }
    }
  if (cli->json)
    {
      g_autoptr (JsonNode) node = json_node_init_array (json_node_alloc (), array);

      mp_cli_print_json (node);
    }
  return MP_EXIT_DONE;
}

static MpConflict *
find_conflict (MpRecordModel *model, const char *path)
{
  for (unsigned int i = 0; i < mp_record_model_get_n_conflicts (model); i++)
    if (g_str_equal (mp_conflict_get_path (mp_record_model_get_conflict (model, i)), path))
      return mp_record_model_get_conflict (model, i);
  return NULL;
}

/* The only record with a conflict at @path: one that was archived counts, too. */
static MpRecordModel *
find_disputed (MpCli *cli, const char *path)
{
  GListModel *records = mp_session_get_records (cli->session);
  const char *id = NULL;

  for (unsigned int i = 0; i < g_list_model_get_n_items (records); i++)
    {
      g_autoptr (MpRecordModel) model = g_list_model_get_item (records, i);

      if (find_conflict (model, path) == NULL)
        continue;
      if (id != NULL)
        return NULL;
      id = mp_record_model_get_id (model);
    }
  return id != NULL ? mp_session_find_record (cli->session, id) : NULL;
}

static MpConflict *
require_conflict (MpRecordModel *model, const char *path, GError **error)
{
  MpConflict *conflict = find_conflict (model, path);

  if (conflict != NULL)
    return conflict;
  g_set_error (error, MP_ERROR, MP_ERROR_NOT_FOUND,
               "There is no conflict at “%s”: see mpctl conflicts list", path);
  return NULL;
}

static MpExit
run_resolve (MpCli *cli, char **arguments, GError **error)
{
  MpRecordModel *model = cli->settings == NULL ? find_disputed (cli, arguments[0]) : NULL;
  g_autoptr (GPtrArray) choices = g_ptr_array_new_with_free_func ((GDestroyNotify) mp_choice_free);
  g_autoptr (MpConflict) conflict = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;
  JsonNode *value;

  if (model == NULL)
    model = mp_cli_find_record (cli, error);
  if (model == NULL)
    return MP_EXIT_FAILED;
  /* A reference of its own: resolving drops the model's. */
  if (!g_set_object (&conflict, require_conflict (model, arguments[0], error)))
    return MP_EXIT_FAILED;
  if (g_str_equal (arguments[1], "mine"))
    {
      value = mp_conflict_get_mine (conflict);
    }
  else if (g_str_equal (arguments[1], "theirs"))
    {
      value = mp_conflict_get_theirs (conflict);
    }
  else
    {
      mp_cli_set_usage_error (error, "conflicts resolve PATH mine|theirs");
      return MP_EXIT_USAGE;
    }
  g_ptr_array_add (choices, mp_choice_new (conflict, value));
  mp_session_resolve_async (cli->session, choices, NULL, mp_cli_ready_cb, &slot);
  result = mp_cli_wait (&slot);
  if (!mp_session_resolve_finish (cli->session, result, error))
    return MP_EXIT_FAILED;
  return mp_cli_finish_edit (cli, model, error);
}

const MpCommand mp_cli_conflict_commands[] = {
  { "conflicts", "list", NULL, "What two people changed differently", 0, 0, TRUE, run_list },
  { "conflicts", "resolve", "PATH mine|theirs", "Choose", 2, 2, TRUE, run_resolve },
  { NULL },
};
