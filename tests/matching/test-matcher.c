/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "mp-error.h"
#include "mp-json.h"
#include "mp-match-list.h"

/* What is asked of the lists in data/, by their kind; each file has fields of one system, those of
 * another or the name of a catalogue, and which are the same ("a/b": either). */
typedef struct
{
  const char *kind;
  double least_recall;
  double least_precision;
  double least_among_three;
  unsigned int expected;
  unsigned int right;
  unsigned int wrong;
  unsigned int among_three;
} Goal;

static JsonObject *
read_case (const char *name)
{
  g_autofree char *path = g_build_filename (MP_TEST_LISTS, name, NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  JsonObject *object;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  object = mp_json_parse_object (text, -1, &error);
  g_assert_no_error (error);
  return object;
}

static MpMatchList *
read_list (JsonObject *object, const char *name)
{
  const char *catalogue = mp_json_get_string (object, name, NULL);
  g_autoptr (GError) error = NULL;
  MpMatchList *list;

  if (catalogue != NULL)
    return mp_match_list_new_from_catalogue (mp_catalogue_get (catalogue));
  list = mp_match_list_new_from_json (mp_json_get_array (object, name), &error);
  g_assert_no_error (error);
  return list;
}

static gboolean
is_right (const char *expected, const char *target)
{
  g_auto (GStrv) either = g_strsplit (expected, "/", -1);

  return g_strv_contains ((const char *const *) either, target);
}

static gboolean
is_among (const char *expected, JsonObject *suggestion, unsigned int most)
{
  JsonArray *alternatives = mp_json_get_array (suggestion, "alternatives");

  for (unsigned int i = 0; i < MIN (most, json_array_get_length (alternatives)); i++)
    {
      JsonObject *alternative = mp_json_array_get_object (alternatives, i);

      if (is_right (expected, mp_json_get_string (alternative, "target", "")))
        return TRUE;
    }
  return FALSE;
}

static void
count (Goal *goal, JsonObject *expected, JsonObject *suggestion)
{
  const char *source = mp_json_get_string (suggestion, "source", "");
  const char *target = mp_json_get_string (suggestion, "target", NULL);
  const char *right = mp_json_get_string (expected, source, NULL);
  gboolean is_hit = target != NULL && right != NULL && is_right (right, target);

  goal->expected += right != NULL;
  goal->right += is_hit;
  goal->wrong += target != NULL && !is_hit;
  goal->among_three +=
      is_hit || (right != NULL && is_among (right, suggestion, target != NULL ? 2 : 3));
  if (target != NULL && !is_hit)
    g_test_message ("wrong: %s to %s", source, target);
  else if (right != NULL && !is_hit)
    g_test_message ("missed: %s to %s", source, right);
}

static void
evaluate (Goal *goal, MpMatchEvidence left_out, const char *name)
{
  const MpMatchQuestion question = { .left_out = left_out };
  g_autoptr (JsonObject) object = read_case (name);
  g_autoptr (MpMatchList) sources = NULL;
  g_autoptr (MpMatchList) targets = NULL;
  g_autoptr (JsonArray) suggestions = NULL;

  if (!g_str_equal (mp_json_get_string (object, "kind", ""), goal->kind))
    return;
  g_test_message ("%s", name);
  sources = read_list (object, "source");
  targets = read_list (object, "target");
  suggestions = mp_match_list_suggest (sources, targets, &question);
  for (unsigned int i = 0; i < json_array_get_length (suggestions); i++)
    count (goal, mp_json_get_object (object, "expected"),
           mp_json_array_get_object (suggestions, i));
}

static void
evaluate_all (Goal *goal, MpMatchEvidence left_out)
{
  g_autoptr (GDir) dir = g_dir_open (MP_TEST_LISTS, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    evaluate (goal, left_out, name);
}

static double
get_recall (const Goal *goal)
{
  return (double) goal->right / goal->expected;
}

static double
get_precision (const Goal *goal)
{
  return (double) goal->right / MAX (goal->right + goal->wrong, 1);
}

static double
get_among_three (const Goal *goal)
{
  return (double) goal->among_three / goal->expected;
}

/* A wrong suggestion costs more than none: it is believed. */
static void
test_lists (void)
{
  Goal goals[] = {
    { "catalogue", 0.85, 0.97, 0.95, 0, 0, 0, 0 },
    { "custom", 0.85, 0.95, 0.95, 0, 0, 0, 0 },
    { "published", 0.75, 0.95, 0.95, 0, 0, 0, 0 },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (goals); i++)
    {
      evaluate_all (&goals[i], 0);
      g_test_message ("%s: recall %.3f, precision %.3f, among three %.3f", goals[i].kind,
                      get_recall (&goals[i]), get_precision (&goals[i]),
                      get_among_three (&goals[i]));
      g_assert_cmpfloat (get_recall (&goals[i]), >=, goals[i].least_recall);
      g_assert_cmpfloat (get_precision (&goals[i]), >=, goals[i].least_precision);
      g_assert_cmpfloat (get_among_three (&goals[i]), >=, goals[i].least_among_three);
    }
}

/* Each kind of evidence earns its place: without it, less is found, or more of it is wrong. */
static void
test_each_evidence (void)
{
  static const struct
  {
    MpMatchEvidence evidence;
    const char *name;
  } kinds[] = {
    { 0, "nothing left out" },
    { MP_MATCH_SAME_LABEL | MP_MATCH_SAME_NAME, "same label, same name" },
    { MP_MATCH_SAME_MEANING, "same meaning" },
    { MP_MATCH_RELATED_MEANING, "related meaning" },
    { MP_MATCH_SAME_WORDS, "same words" },
    { MP_MATCH_SIMILAR_SPELLING, "similar spelling" },
    { MP_MATCH_SAME_OPTIONS, "same options" },
    { MP_MATCH_SAME_BLOCK, "same block" },
  };
  double all = 0;

  for (size_t i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      Goal goals[] = { { .kind = "catalogue" }, { .kind = "custom" }, { .kind = "published" } };
      double sum = 0;

      for (size_t j = 0; j < G_N_ELEMENTS (goals); j++)
        {
          evaluate_all (&goals[j], kinds[i].evidence);
          sum += get_recall (&goals[j]) + get_precision (&goals[j]) + get_among_three (&goals[j]);
          g_test_message ("without %s: %s: recall %.3f, precision %.3f, among three %.3f",
                          kinds[i].name, goals[j].kind, get_recall (&goals[j]),
                          get_precision (&goals[j]), get_among_three (&goals[j]));
        }
      if (i == 0)
        all = sum;
      g_assert_cmpfloat (sum, <=, all);
    }
}

static char *
suggest (const char *sources_text, const char *targets_text)
{
  g_autoptr (JsonNode) source_node = mp_json_parse (sources_text, -1, NULL);
  g_autoptr (JsonNode) target_node = mp_json_parse (targets_text, -1, NULL);
  g_autoptr (MpMatchList) sources =
                 mp_match_list_new_from_json (json_node_get_array (source_node), NULL);
  g_autoptr (MpMatchList) targets =
                 mp_match_list_new_from_json (json_node_get_array (target_node), NULL);
  g_autoptr (JsonArray) suggestions = mp_match_list_suggest (sources, targets, NULL);
  g_autoptr (GString) text = g_string_new (NULL);

  for (unsigned int i = 0; i < json_array_get_length (suggestions); i++)
    {
      JsonObject *suggestion = mp_json_array_get_object (suggestions, i);

      g_string_append_printf (text, "%s%s=%s", i > 0 ? " " : "",
                              mp_json_get_string (suggestion, "source", ""),
                              mp_json_get_string (suggestion, "target", "-"));
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* One rule a case. */
static void
test_rules (void)
{
  static const struct
  {
    const char *rule;
    const char *sources;
    const char *targets;
    const char *suggested;
  } cases[] = {
    { "nothing to choose from", "[{\"name\": \"email\"}]", "[]", "email=-" },
    { "nothing in common", "[{\"name\": \"email\"}]", "[{\"name\": \"colour\"}]", "email=-" },
    { "one target for one source", "[{\"name\": \"email\"}, {\"name\": \"e_mail\"}]",
      "[{\"name\": \"Email\"}]", "email=Email e_mail=-" },
    { "two that are as good: none", "[{\"name\": \"phone\"}]",
      "[{\"name\": \"a\", \"label\": \"Phone\"}, {\"name\": \"b\", \"label\": \"Phone\"}]",
      "phone=-" },
    { "never one that cannot be written", "[{\"name\": \"city\"}]",
      "[{\"name\": \"City\", \"writable\": false}]", "city=-" },
    { "never a type that cannot hold it", "[{\"name\": \"when\", \"type\": \"datetime\"}]",
      "[{\"name\": \"When\", \"type\": \"boolean\"}]", "when=-" },
    { "the same options without any name",
      "[{\"name\": \"x1\", \"options\": [\"Male\", \"Female\", \"Other\"]}]",
      "[{\"name\": \"q7\", \"options\": [\"male\", \"female\", \"other\"]}]", "x1=q7" },
    { "an address from one block",
      "[{\"name\": \"street\"}, {\"name\": \"city\"}, {\"name\": \"country\"}]",
      "[{\"name\": \"OtherStreet\"}, {\"name\": \"OtherCity\"}, {\"name\": \"MailingStreet\"},"
      " {\"name\": \"MailingCity\"}, {\"name\": \"MailingCountry\"}]",
      "street=MailingStreet city=MailingCity country=MailingCountry" },
    { "not the billing one", "[{\"name\": \"email\"}]", "[{\"name\": \"billing_email\"}]",
      "email=-" },
    { "a slip of the pen", "[{\"name\": \"licence_plate\"}]", "[{\"name\": \"license_plate\"}]",
      "licence_plate=license_plate" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *suggested = suggest (cases[i].sources, cases[i].targets);

      g_test_message ("%s", cases[i].rule);
      g_assert_cmpstr (suggested, ==, cases[i].suggested);
    }
}

static void
test_reasons (void)
{
  const char *const options[] = { "Male", "Female", "Other", "Not said", NULL };
  MpMatchInput field = { .name = "sex", .type = MP_FIELD_TYPE_ENUM, .options = options };
  g_auto (GStrv) reasons = mp_match_evidence_describe (
      MP_MATCH_SAME_MEANING | MP_MATCH_SAME_OPTIONS, &field, &field);
  const char *const expected[] = { "another word for the same",
                                   "same options: Male, Female, Other, …", "same type", NULL };

  g_assert_cmpstrv (reasons, expected);
}

/* Lists come from files that people write. */
static void
test_refuses_lists (void)
{
  static const struct
  {
    const char *text;
    const char *message;
  } cases[] = {
    { "[1]", "/0: an object is expected" },
    { "[{\"name\": \"a\"}, {\"label\": \"b\"}]", "/1: " },
    { "[{\"name\": 5}]", "/0: " },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (JsonNode) node = mp_json_parse (cases[i].text, -1, NULL);
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", cases[i].text);
      g_assert_null (mp_match_list_new_from_json (json_node_get_array (node), &error));
      g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
      g_assert_true (g_str_has_prefix (error->message, cases[i].message));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/matching/matcher/lists", test_lists);
  g_test_add_func ("/matching/matcher/each-evidence-earns-its-place", test_each_evidence);
  g_test_add_func ("/matching/matcher/rules", test_rules);
  g_test_add_func ("/matching/matcher/reasons", test_reasons);
  g_test_add_func ("/matching/matcher/refuses-lists", test_refuses_lists);
  return g_test_run ();
}
