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

/* What is asked of a record as a whole. */
static const char *
get_question (MpConflict *conflict)
{
  JsonNode *mine = mp_conflict_get_mine (conflict);
  JsonNode *theirs = mp_conflict_get_theirs (conflict);
  gboolean mine_archived;
  gboolean theirs_archived;

  if (theirs == NULL)
    return "the server lost this record: mine sends it again, theirs removes it here";

  mine_archived = mine != NULL && JSON_NODE_HOLDS_OBJECT (mine) &&
                  mp_json_get_boolean (json_node_get_object (mine), "archived", FALSE);
  theirs_archived = JSON_NODE_HOLDS_OBJECT (theirs) &&
                    mp_json_get_boolean (json_node_get_object (theirs), "archived", FALSE);
  if (theirs_archived && !mine_archived)
    return "archived on the server, changed or brought back here: mine brings it back, theirs "
           "leaves it archived";
  if (mine_archived && !theirs_archived)
    return "archived here, changed on the server: mine archives it, theirs keeps it in use";
  return "another record on the server than here: mine sends this one, theirs takes the server's";
}

static const char *
get_place (MpConflict *conflict)
{
  const char *path = mp_conflict_get_path (conflict);

  return *path == '\0' ? "\"\" (the record itself)" : path;
}

static void
print_conflict (MpRecordModel *model, MpConflict *conflict)
{
  const unsigned int widths[] = { 36, 40, 0 };

  mp_cli_print_row (widths, mp_record_model_get_id (model), get_place (conflict),
                    mp_record_model_get_name (model), NULL);
}

static void
print_details (MpRecordModel *model, MpConflict *conflict)
{
  const unsigned int widths[] = { 36, 0 };
  const unsigned int value_widths[] = { 8, 0 };
  MpRecord *base = mp_record_model_get_base (model);
  MpStamp stamp = base != NULL ? mp_record_get_updated (base) : (MpStamp){ 0 };

  mp_cli_print_row (widths, mp_record_model_get_id (model), mp_record_model_get_name (model), NULL);
  mp_cli_print_row (value_widths, "  at", get_place (conflict), NULL);
  if (stamp.by != NULL)
    {
      g_autofree char *time = mp_time_format (stamp.at_unix_us);

      mp_cli_print_row (value_widths, "  by", stamp.by, NULL);
      mp_cli_print_row (value_widths, "  on", time, NULL);
    }
  if (*mp_conflict_get_path (conflict) == '\0')
    {
      mp_cli_print_row (value_widths, "  asked", get_question (conflict), NULL);
    }
  else
    {
      g_autofree char *before = dup_value (mp_conflict_get_base (conflict));
      g_autofree char *mine = dup_value (mp_conflict_get_mine (conflict));
      g_autofree char *theirs = dup_value (mp_conflict_get_theirs (conflict));

      mp_cli_print_row (value_widths, "  before", before, NULL);
      mp_cli_print_row (value_widths, "  mine", mine, NULL);
      mp_cli_print_row (value_widths, "  theirs", theirs, NULL);
    }
}

static JsonObject *
details_to_json (MpRecordModel *model, MpConflict *conflict)
{
  JsonObject *object = mp_conflict_to_json (conflict);
  MpRecord *base = mp_record_model_get_base (model);
  MpStamp stamp = base != NULL ? mp_record_get_updated (base) : (MpStamp){ 0 };

  json_object_set_string_member (object, "name", mp_record_model_get_name (model));
  if (*mp_conflict_get_path (conflict) == '\0')
    json_object_set_string_member (object, "question", get_question (conflict));
  if (stamp.by != NULL)
    {
      g_autofree char *time = mp_time_format (stamp.at_unix_us);

      json_object_set_string_member (object, "by", stamp.by);
      json_object_set_string_member (object, "at", time);
    }
  return object;
}

/* @path: (nullable): all of them; @details: with what each side has */
static MpExit
print_conflicts (MpCli *cli, const char *path, gboolean details)
{
  GListModel *records = mp_session_get_records (cli->session);
  g_autoptr (JsonArray) array = json_array_new ();

  for (unsigned int i = 0; i < g_list_model_get_n_items (records); i++)
    {
      g_autoptr (MpRecordModel) model = g_list_model_get_item (records, i);

      for (unsigned int j = 0; j < mp_record_model_get_n_conflicts (model); j++)
        {
          MpConflict *conflict = mp_record_model_get_conflict (model, j);

          if (path != NULL && !g_str_equal (mp_conflict_get_path (conflict), path))
            continue;
          if (cli->json)
            json_array_add_object_element (array, details_to_json (model, conflict));
          else if (details)
            print_details (model, conflict);
          else
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

static MpExit
run_list (MpCli *cli, char **arguments, GError **error)
{
  return print_conflicts (cli, NULL, FALSE);
}

static MpConflict *
find_conflict (MpRecordModel *model, const char *path)
{
  for (unsigned int i = 0; i < mp_record_model_get_n_conflicts (model); i++)
    if (g_str_equal (mp_conflict_get_path (mp_record_model_get_conflict (model, i)), path))
      return mp_record_model_get_conflict (model, i);
  return NULL;
}

/* The only record with a conflict, at @path (nullable: anywhere): an archived one counts, too. */
static MpRecordModel *
find_disputed (MpCli *cli, const char *path)
{
  GListModel *records = mp_session_get_records (cli->session);
  const char *id = NULL;

  for (unsigned int i = 0; i < g_list_model_get_n_items (records); i++)
    {
      g_autoptr (MpRecordModel) model = g_list_model_get_item (records, i);

      if (path != NULL ? find_conflict (model, path) == NULL
                       : mp_record_model_get_n_conflicts (model) == 0)
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
run_show (MpCli *cli, char **arguments, GError **error)
{
  const char *path = arguments[0];
  gboolean found = path == NULL;
  GListModel *records = mp_session_get_records (cli->session);

  for (unsigned int i = 0; !found && i < g_list_model_get_n_items (records); i++)
    {
      g_autoptr (MpRecordModel) model = g_list_model_get_item (records, i);

      found = find_conflict (model, path) != NULL;
    }
  if (!found)
    {
      g_set_error (error, MP_ERROR, MP_ERROR_NOT_FOUND,
                   "There is no conflict at “%s”: see mpctl conflicts list", path);
      return MP_EXIT_FAILED;
    }
  return print_conflicts (cli, path, TRUE);
}

#define RESOLVE_USAGE "conflicts resolve PATH mine|theirs [PATH mine|theirs …], or all mine|theirs"

static gboolean
add_choice (GPtrArray *choices, MpConflict *conflict, const char *side, GError **error)
{
  const gboolean mine = g_str_equal (side, "mine");

  if (!mine && !g_str_equal (side, "theirs"))
    {
      mp_cli_set_usage_error (error, RESOLVE_USAGE);
      return FALSE;
    }
  g_ptr_array_add (choices, mp_choice_new (conflict, mine ? mp_conflict_get_mine (conflict)
                                                          : mp_conflict_get_theirs (conflict)));
  return TRUE;
}

/* @words: pairs of a path, or "all", and a side */
static gboolean
read_choices (GPtrArray *choices, MpRecordModel *model, char **words, GError **error)
{
  for (unsigned int i = 0; words[i] != NULL; i += 2)
    {
      MpConflict *conflict;

      if (words[i + 1] == NULL)
        {
          mp_cli_set_usage_error (error, RESOLVE_USAGE);
          return FALSE;
        }
      for (unsigned int j = 0;
           g_str_equal (words[i], "all") && j < mp_record_model_get_n_conflicts (model); j++)
        {
          if (!add_choice (choices, mp_record_model_get_conflict (model, j), words[i + 1], error))
            return FALSE;
        }
      if (g_str_equal (words[i], "all"))
        continue;
      conflict = require_conflict (model, words[i], error);
      if (conflict == NULL || !add_choice (choices, conflict, words[i + 1], error))
        return FALSE;
    }
  if (choices->len > 0)
    return TRUE;
  g_set_error_literal (error, MP_ERROR, MP_ERROR_NOT_FOUND,
                       "That record has no conflict: see mpctl conflicts list");
  return FALSE;
}

/* What the record would be; nothing is changed. */
static MpExit
preview (MpCli *cli, GPtrArray *choices)
{
  g_autoptr (MpFieldErrors) errors = NULL;
  g_autoptr (MpRecord) outcome = mp_session_preview_resolution (cli->session, choices, &errors);

  if (cli->json)
    {
      JsonObject *object = json_object_new ();
      g_autoptr (JsonNode) node = mp_json_node_take_object (object);

      if (outcome != NULL)
        json_object_set_object_member (object, "record", mp_record_to_json (outcome));
      else
        json_object_set_null_member (object, "record");
      json_object_set_array_member (object, "errors", mp_field_errors_to_json (errors));
      mp_cli_print_json (node);
      return MP_EXIT_DONE;
    }

  if (outcome == NULL)
    g_print ("The record would be gone from this computer\n");
  for (unsigned int i = 0; outcome != NULL && i < choices->len; i++)
    {
      const MpChoice *choice = g_ptr_array_index (choices, i);
      const char *path = mp_conflict_get_path (choice->conflict);
      const unsigned int widths[] = { 40, 0 };
      g_autofree char *value = NULL;

      if (*path == '\0')
        value = g_strdup (mp_record_get_archived (outcome) ? "archived" : "in use");
      else
        value = dup_value (mp_record_get_value (outcome, path));
      mp_cli_print_row (widths, get_place (choice->conflict), value, NULL);
    }
  mp_cli_print_errors (errors, stderr);
  return MP_EXIT_DONE;
}

static MpExit
apply (MpCli *cli, MpRecordModel *model, GPtrArray *choices, GError **error)
{
  g_autofree char *id = g_strdup (mp_record_model_get_id (model));
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;

  mp_session_resolve_async (cli->session, choices, NULL, mp_cli_ready_cb, &slot);
  result = mp_cli_wait (&slot);
  if (!mp_session_resolve_finish (cli->session, result, error))
    return MP_EXIT_FAILED;

  /* One that the server lost went with the server's side. */
  model = mp_session_find_record (cli->session, id);
  if (model != NULL)
    return mp_cli_finish_edit (cli, model, error);
  g_print ("%s  removed\n", id);
  return MP_EXIT_DONE;
}

static MpExit
run_resolve (MpCli *cli, char **arguments, GError **error)
{
  const gboolean all = g_str_equal (arguments[0], "all");
  g_autoptr (GPtrArray) choices = g_ptr_array_new_with_free_func ((GDestroyNotify) mp_choice_free);
  MpRecordModel *model =
      cli->settings == NULL ? find_disputed (cli, all ? NULL : arguments[0]) : NULL;

  if (model == NULL)
    model = mp_cli_find_record (cli, error);
  if (model == NULL || !read_choices (choices, model, arguments, error))
    return MP_EXIT_FAILED;
  return cli->dry_run ? preview (cli, choices) : apply (cli, model, choices, error);
}

const MpCommand mp_cli_conflict_commands[] = {
  { "conflicts", "list", NULL, "Where two people changed the same", 0, 0, TRUE, run_list },
  { "conflicts", "show", "[PATH]", "What stood there before, mine and theirs, and by whom", 0, 1,
    TRUE, run_show },
  { "conflicts", "resolve", "PATH mine|theirs … | all mine|theirs",
    "Choose; undo takes it back; --dry-run only says what would be", 2, -1, TRUE, run_resolve },
  { NULL },
};
