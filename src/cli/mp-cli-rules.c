/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-cli.h"

#include "mp-error.h"
#include "mp-json.h"
#include "mp-match-list.h"

/**
 * mp_cli_get_rules:
 * @cli: this run, with a session
 *
 * Returns: (transfer full): what people said to suggestions
 */
MpMatchRules *
mp_cli_get_rules (MpCli *cli)
{
  return mp_match_rules_new (mp_session_get_kept (cli->session, MP_KEPT_MAPPING_RULES));
}

static gboolean
keep_rules (MpCli *cli, MpMatchRules *rules, GError **error)
{
  g_autofree char *text =
      mp_match_rules_get_size (rules) > 0 ? mp_match_rules_to_text (rules) : NULL;
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;

  mp_session_keep_async (cli->session, MP_KEPT_MAPPING_RULES, text, mp_cli_ready_cb, &slot);
  result = mp_cli_wait (&slot);
  return mp_session_keep_finish (cli->session, result, error);
}

static MpExit
list_rules (MpCli *cli, MpMatchRules *rules)
{
  const unsigned int widths[] = { 4, 9, 34, 28, 0 };

  if (cli->json)
    {
      g_autoptr (JsonArray) array = mp_match_rules_to_json (rules);
      g_autoptr (JsonNode) node = json_node_init_array (json_node_alloc (), array);

      mp_cli_print_json (node);
      return MP_EXIT_DONE;
    }
  for (unsigned int i = 0; i < mp_match_rules_get_size (rules); i++)
    {
      const MpMatchRule *rule = mp_match_rules_get (rules, i);
      g_autofree char *number = g_strdup_printf ("%u", i + 1);
      g_autofree char *object = g_strdup_printf ("%s %s", rule->platform, rule->object);

      mp_cli_print_row (widths, number, rule->accepted ? "accepted" : "refused", rule->path,
                        rule->target, object, NULL);
    }
  return MP_EXIT_DONE;
}

static MpExit
remove_rule (MpCli *cli, MpMatchRules *rules, const char *number, GError **error)
{
  guint64 index;

  if (!g_ascii_string_to_unsigned (number, 10, 1, mp_match_rules_get_size (rules), &index, NULL))
    {
      g_set_error (error, MP_ERROR, MP_ERROR_NOT_FOUND,
                   "There is no rule %s: see mpctl mapping rules list", number);
      return MP_EXIT_FAILED;
    }
  mp_match_rules_remove (rules, (unsigned int) index - 1);
  return keep_rules (cli, rules, error) ? MP_EXIT_DONE : MP_EXIT_FAILED;
}

static MpExit
add_rule (MpCli *cli, MpMatchRules *rules, char **arguments, GError **error)
{
  const MpFieldSpec *mapping = mp_cli_find_mapping (cli, arguments[1], error);
  MpRecordModel *model = mapping != NULL ? mp_cli_find_record (cli, error) : NULL;
  MpRecord *record = model != NULL ? mp_record_model_get_record (model) : NULL;
  g_autofree char *path = NULL;
  MpMatchRule rule = { .target = arguments[3], .accepted = g_str_equal (arguments[0], "accept") };

  if (record == NULL)
    return MP_EXIT_FAILED;
  rule.path = path = mp_pointer_append (mapping->path, arguments[2]);
  rule.platform = (char *) mp_record_get_string (record, "/crm/platform");
  rule.object = (char *) mp_record_get_string (record, mapping->object_path);
  if (rule.platform == NULL || rule.object == NULL ||
      mp_catalogue_find (mp_catalogue_get (mapping->catalogue), arguments[2]) == NULL)
    {
      g_set_error (error, MP_ERROR, MP_ERROR_INVALID,
                   "A CRM, its object and a Member Pulse field are needed: “%s” is none, or "
                   "nothing is chosen at %s",
                   arguments[2], mapping->object_path);
      return MP_EXIT_FAILED;
    }
  mp_match_rules_set (rules, &rule);
  return keep_rules (cli, rules, error) ? MP_EXIT_DONE : MP_EXIT_FAILED;
}

/**
 * mp_cli_mapping_rules:
 * @cli: this run, with a session
 * @arguments: list; remove and a number; accept or refuse, a mapping and both fields
 * @error: return location
 *
 * Lists, adds or forgets what people said to suggestions.
 *
 * Returns: the exit status
 */
MpExit
mp_cli_mapping_rules (MpCli *cli, char **arguments, GError **error)
{
  g_autoptr (MpMatchRules) rules = mp_cli_get_rules (cli);
  unsigned int n = g_strv_length (arguments);

  if (n == 1 && g_str_equal (arguments[0], "list"))
    return list_rules (cli, rules);
  if (n == 2 && g_str_equal (arguments[0], "remove"))
    return remove_rule (cli, rules, arguments[1], error);
  if (n == 4 && (g_str_equal (arguments[0], "accept") || g_str_equal (arguments[0], "refuse")))
    return add_rule (cli, rules, arguments, error);
  mp_cli_set_usage_error (error, "mapping rules " MP_CLI_RULES_SYNOPSIS);
  return MP_EXIT_USAGE;
}
