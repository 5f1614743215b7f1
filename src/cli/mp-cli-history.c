/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-cli.h"

#include "mp-error.h"
#include "mp-json.h"

#include <string.h>

/* A record's revisions: what each changed, what differs between two, and one made that of now. */

static const unsigned int revision_widths[] = { 10, 27, 0 };
static const unsigned int change_widths[] = { 8, 40, 0 };

static char *
dup_value (JsonNode *node)
{
  const char *text = node != NULL ? mp_json_node_get_string (node) : NULL;

  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return g_strdup ("(not set)");
  return text != NULL ? g_strdup (text) : mp_json_to_text (node);
}

/* The number of a revision: what is behind the epoch. */
static const char *
get_number (MpRecord *revision)
{
  const char *text = mp_record_get_revision (revision);
  const char *dot = text != NULL ? strrchr (text, '.') : NULL;

  return dot != NULL ? dot + 1 : "";
}

static GListModel *
load (MpCli *cli, MpRecordModel *model, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;

  mp_session_load_history_async (cli->session, mp_record_model_get_id (model), NULL,
                                 mp_cli_ready_cb, &slot);
  result = mp_cli_wait (&slot);
  return mp_session_load_history_finish (cli->session, result, error);
}

static MpRecord *
find_revision (GListModel *revisions, const char *number, GError **error)
{
  for (unsigned int i = 0; i < g_list_model_get_n_items (revisions); i++)
    {
      g_autoptr (MpRecord) revision = g_list_model_get_item (revisions, i);

      if (g_str_equal (get_number (revision), number))
        return g_steal_pointer (&revision);
    }
  g_set_error (error, MP_ERROR, MP_ERROR_NOT_FOUND,
               "The record has no revision “%s”: see mpctl settings history", number);
  return NULL;
}

static gboolean
is_archived_differently (MpRecord *from, MpRecord *to)
{
  return from != NULL && mp_record_get_archived (from) != mp_record_get_archived (to);
}

/* @from: (nullable): there was none before */
static MpChanges *
diff (MpRecord *from, MpRecord *to)
{
  g_autoptr (MpRecord) empty = NULL;

  if (from != NULL)
    return mp_record_diff (from, to);
  empty = mp_record_new (mp_record_get_id (to), (MpStamp){ 0 });
  return mp_record_diff (empty, to);
}

static JsonObject *
changes_to_json (MpRecord *from, MpRecord *to)
{
  g_autoptr (MpChanges) changes = diff (from, to);
  JsonObject *object = json_object_new ();

  for (unsigned int i = 0; i < mp_changes_get_size (changes); i++)
    {
      const char *path = mp_changes_get_path (changes, i);
      JsonNode *before = from != NULL ? mp_record_get_value (from, path) : NULL;
      JsonNode *after = mp_record_get_value (to, path);
      JsonObject *change = json_object_new ();

      json_object_set_member (
          change, "before", before != NULL ? mp_json_node_copy (before) : mp_json_node_new_null ());
      json_object_set_member (change, "after",
                              after != NULL ? mp_json_node_copy (after) : mp_json_node_new_null ());
      json_object_set_object_member (object, path, change);
    }
  return object;
}

static void
print_changes (MpRecord *from, MpRecord *to)
{
  g_autoptr (MpChanges) changes = diff (from, to);

  if (is_archived_differently (from, to))
    g_print ("  %s\n", mp_record_get_archived (to) ? "archived" : "brought back from the archive");
  for (unsigned int i = 0; i < mp_changes_get_size (changes); i++)
    {
      const char *path = mp_changes_get_path (changes, i);
      g_autofree char *before = dup_value (from != NULL ? mp_record_get_value (from, path) : NULL);
      g_autofree char *after = dup_value (mp_record_get_value (to, path));

      mp_cli_print_row (change_widths, "  at", path, NULL);
      mp_cli_print_row (change_widths, "  before", before, NULL);
      mp_cli_print_row (change_widths, "  after", after, NULL);
    }
}

static void
print_revision (MpRecord *revision, MpRecord *before)
{
  MpStamp stamp = mp_record_get_updated (revision);
  g_autofree char *time = mp_time_format (stamp.at_unix_us);

  mp_cli_print_row (revision_widths, get_number (revision), time, stamp.by != NULL ? stamp.by : "",
                    NULL);
  print_changes (before, revision);
}

static JsonObject *
revision_to_json (MpRecord *revision, MpRecord *before)
{
  MpStamp stamp = mp_record_get_updated (revision);
  g_autofree char *time = mp_time_format (stamp.at_unix_us);
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "revision", get_number (revision));
  json_object_set_string_member (object, "at", time);
  json_object_set_string_member (object, "by", stamp.by);
  json_object_set_boolean_member (object, "archived", mp_record_get_archived (revision));
  json_object_set_object_member (object, "changes", changes_to_json (before, revision));
  return object;
}

/**
 * mp_cli_run_history:
 * @cli: this run, with a session
 * @arguments: none
 * @error: return location
 *
 * Prints the record's revisions, newest first, with what each changed.
 *
 * Returns: the exit code
 */
MpExit
mp_cli_run_history (MpCli *cli, char **arguments, GError **error)
{
  MpRecordModel *model = mp_cli_find_record (cli, error);
  g_autoptr (GListModel) revisions = model != NULL ? load (cli, model, error) : NULL;
  g_autoptr (JsonArray) array = json_array_new ();

  if (revisions == NULL)
    return MP_EXIT_FAILED;

  for (unsigned int i = 0; i < g_list_model_get_n_items (revisions); i++)
    {
      g_autoptr (MpRecord) revision = g_list_model_get_item (revisions, i);
      g_autoptr (MpRecord) before = g_list_model_get_item (revisions, i + 1);

      if (cli->json)
        json_array_add_object_element (array, revision_to_json (revision, before));
      else
        print_revision (revision, before);
    }
  if (cli->json)
    {
      g_autoptr (JsonNode) node = json_node_init_array (json_node_alloc (), array);

      mp_cli_print_json (node);
    }
  return MP_EXIT_DONE;
}

/**
 * mp_cli_run_compare:
 * @cli: this run, with a session
 * @arguments: the numbers of two revisions
 * @error: return location
 *
 * Prints what differs between two revisions.
 *
 * Returns: the exit code
 */
MpExit
mp_cli_run_compare (MpCli *cli, char **arguments, GError **error)
{
  MpRecordModel *model = mp_cli_find_record (cli, error);
  g_autoptr (GListModel) revisions = model != NULL ? load (cli, model, error) : NULL;
  g_autoptr (MpRecord) from = NULL;
  g_autoptr (MpRecord) to = NULL;

  if (revisions == NULL)
    return MP_EXIT_FAILED;
  from = find_revision (revisions, arguments[0], error);
  to = from != NULL ? find_revision (revisions, arguments[1], error) : NULL;
  if (to == NULL)
    return MP_EXIT_FAILED;

  if (cli->json)
    {
      g_autoptr (JsonNode) node = mp_json_node_take_object (changes_to_json (from, to));

      mp_cli_print_json (node);
    }
  else
    {
      print_changes (from, to);
    }
  return MP_EXIT_DONE;
}

/**
 * mp_cli_run_revert:
 * @cli: this run, with a session
 * @arguments: the number of a revision
 * @error: return location
 *
 * Makes a revision's values those of now, as a new edit.
 *
 * Returns: the exit code
 */
MpExit
mp_cli_run_revert (MpCli *cli, char **arguments, GError **error)
{
  MpRecordModel *model = mp_cli_find_record (cli, error);
  g_autoptr (GListModel) revisions = model != NULL ? load (cli, model, error) : NULL;
  g_autoptr (MpRecord) revision = NULL;
  g_autoptr (MpChanges) changes = NULL;

  if (revisions == NULL)
    return MP_EXIT_FAILED;
  revision = find_revision (revisions, arguments[0], error);
  if (revision == NULL)
    return MP_EXIT_FAILED;

  changes = mp_record_diff (mp_record_model_get_record (model), revision);
  if (mp_changes_get_size (changes) > 0 && !mp_cli_edit (cli, model, changes, error))
    return MP_EXIT_FAILED;
  return mp_cli_finish_edit (cli, model, error);
}
