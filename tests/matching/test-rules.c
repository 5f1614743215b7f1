/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-json.h"
#include "mp-match-list.h"

static MpMatchRule
make_rule (const char *path, const char *target, gboolean accepted)
{
  return (MpMatchRule){ (char *) "acme", (char *) "Contact", (char *) path, (char *) target,
                        accepted };
}

/* One answer for a pair, and one accepted target for a field: the last one counts. */
static void
test_last_answer_counts (void)
{
  g_autoptr (MpMatchRules) rules = mp_match_rules_new (NULL);
  const MpMatchRule answers[] = {
    make_rule ("/m/email", "A", TRUE),  make_rule ("/m/email", "A", FALSE),
    make_rule ("/m/email", "B", TRUE),  make_rule ("/m/email", "C", TRUE),
    make_rule ("/m/phone", "C", FALSE),
  };

  for (size_t i = 0; i < G_N_ELEMENTS (answers); i++)
    mp_match_rules_set (rules, &answers[i]);
  g_assert_cmpuint (mp_match_rules_get_size (rules), ==, 3);
  g_assert_false (mp_match_rules_get (rules, 0)->accepted);
  g_assert_cmpstr (mp_match_rules_get (rules, 1)->target, ==, "C");
  g_assert_null (mp_match_rules_get (rules, 3));
  mp_match_rules_remove (rules, 0);
  g_assert_cmpuint (mp_match_rules_get_size (rules), ==, 2);
}

/* What was kept is read again, whatever else stands there. */
static void
test_text (void)
{
  g_autoptr (MpMatchRules) rules = mp_match_rules_new (NULL);
  const MpMatchRule rule = make_rule ("/m/email", "Mail \"x\"", TRUE);
  g_autofree char *text = NULL;
  g_autoptr (MpMatchRules) again = NULL;
  static const char *const wrong[] = { "", "{", "{}", "[1, null, {}]", "[{\"platform\": 5}]" };

  mp_match_rules_set (rules, &rule);
  text = mp_match_rules_to_text (rules);
  again = mp_match_rules_new (text);
  g_assert_cmpuint (mp_match_rules_get_size (again), ==, 1);
  g_assert_cmpstr (mp_match_rules_get (again, 0)->target, ==, "Mail \"x\"");
  g_assert_true (mp_match_rules_get (again, 0)->accepted);
  for (size_t i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (MpMatchRules) none = mp_match_rules_new (wrong[i]);

      g_assert_cmpuint (mp_match_rules_get_size (none), ==, 0);
    }
}

static MpMatchList *
make_list (const char *text)
{
  g_autoptr (JsonNode) node = mp_json_parse (text, -1, NULL);

  return mp_match_list_new_from_json (json_node_get_array (node), NULL);
}

static void
check_suggestions (MpMatchRules *rules, const char *object, const char *expected)
{
  g_autoptr (MpMatchList) sources = make_list ("[{\"name\":\"email\"},{\"name\":\"phone\"}]");
  g_autoptr (MpMatchList) targets = make_list (
      "[{\"name\":\"Email\"},{\"name\":\"Phone\"},{\"name\":\"Odd\"},{\"name\":\"Locked\","
      "\"writable\":false}]");
  const MpMatchQuestion question = { rules, "acme", object, "/m", 0 };
  g_autoptr (JsonArray) suggestions = mp_match_list_suggest (sources, targets, &question);
  g_autofree char *found = NULL;

  found = g_strjoin (
      " ", mp_json_get_string (mp_json_array_get_object (suggestions, 0), "target", "-"),
      mp_json_get_string (mp_json_array_get_object (suggestions, 1), "target", "-"), NULL);
  g_assert_cmpstr (found, ==, expected);
}

/* Refused: not again. Accepted: again, however odd. Of another object: no matter. */
static void
test_suggestions_heed_rules (void)
{
  static const struct
  {
    const char *path;
    const char *target;
    gboolean accepted;
    const char *suggested;
  } cases[] = {
    { "/m/email", "Email", FALSE, "- Phone" },     { "/m/email", "Odd", TRUE, "Odd Phone" },
    { "/m/email", "Phone", TRUE, "Phone -" },      { "/m/email", "Gone", TRUE, "Email Phone" },
    { "/m/email", "Locked", TRUE, "Email Phone" }, { "/o/email", "Odd", TRUE, "Email Phone" },
    { "/m/other", "Odd", TRUE, "Email Phone" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (MpMatchRules) rules = mp_match_rules_new (NULL);
      const MpMatchRule rule = make_rule (cases[i].path, cases[i].target, cases[i].accepted);

      g_test_message ("%s to %s", cases[i].path, cases[i].target);
      mp_match_rules_set (rules, &rule);
      check_suggestions (rules, "Contact", cases[i].suggested);
      check_suggestions (rules, "Lead", "Email Phone");
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/matching/rules/last-answer-counts", test_last_answer_counts);
  g_test_add_func ("/matching/rules/are-kept-as-text", test_text);
  g_test_add_func ("/matching/rules/suggestions-heed-them", test_suggestions_heed_rules);
  return g_test_run ();
}
