/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-mapping-entry.h"

#include "mp-json.h"

static JsonNode *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  JsonNode *node = mp_json_parse (text, -1, &error);

  g_assert_no_error (error);
  return node;
}

static void
assert_takes (JsonNode *entry /* (transfer full) */, const char *expected)
{
  g_autoptr (JsonNode) taken = entry;
  g_autofree char *text = mp_json_to_canonical (entry);

  g_assert_cmpstr (text, ==, expected);
}

/* Whatever stands in a file or an answer, it is read as one of the three forms or as none. */
static void
test_forms (void)
{
  static const struct
  {
    const char *entry;
    gboolean is_well_formed;
    const char *target;
    const char *not_sent;
  } cases[] = {
    { "\"Email\"", TRUE, "Email", NULL },
    { "\"\"", TRUE, NULL, NULL },
    { "{\"not_sent\":\"no field\"}", TRUE, NULL, "no field" },
    { "{\"not_sent\":\"\"}", TRUE, NULL, "" },
    { "{\"field\":\"G\"}", TRUE, "G", NULL },
    { "{\"field\":\"G\",\"values\":{\"a\":\"b\",\"c\":\"\"},\"rest\":\"\"}", TRUE, "G", NULL },
    { "{\"field\":\"\"}", FALSE, NULL, NULL },
    { "{\"field\":5}", FALSE, NULL, NULL },
    { "{\"values\":{\"a\":\"b\"}}", FALSE, NULL, NULL },
    { "{\"field\":\"G\",\"values\":[]}", FALSE, NULL, NULL },
    { "{\"field\":\"G\",\"values\":{\"a\":1}}", FALSE, NULL, NULL },
    { "{\"field\":\"G\",\"rest\":null}", FALSE, NULL, NULL },
    { "{\"field\":\"G\",\"more\":\"x\"}", FALSE, NULL, NULL },
    { "{\"field\":\"G\",\"not_sent\":\"x\"}", FALSE, NULL, "x" },
    { "{\"not_sent\":5}", FALSE, NULL, NULL },
    { "[\"Email\"]", FALSE, NULL, NULL },
    { "null", FALSE, NULL, NULL },
    { "7", FALSE, NULL, NULL },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (JsonNode) entry = parse (cases[i].entry);

      g_test_message ("%s", cases[i].entry);
      g_assert_cmpint (mp_mapping_is_well_formed (entry), ==, cases[i].is_well_formed);
      g_assert_cmpstr (mp_mapping_get_target (entry), ==, cases[i].target);
      g_assert_cmpstr (mp_mapping_get_not_sent (entry), ==, cases[i].not_sent);
      if (!cases[i].is_well_formed)
        g_assert_null (mp_mapping_get_values (entry));
    }
  g_assert_null (mp_mapping_get_target (NULL));
  g_assert_null (mp_mapping_get_not_sent (NULL));
  g_assert_null (mp_mapping_get_values (NULL));
  g_assert_null (mp_mapping_get_rest (NULL));
}

static void
test_sent (void)
{
  static const struct
  {
    const char *entry;
    const char *value;
    const char *sent;
  } cases[] = {
    { "\"G\"", "Male", "Male" },
    { "{\"field\":\"G\",\"values\":{\"Male\":\"M\"}}", "Male", "M" },
    { "{\"field\":\"G\",\"values\":{\"Male\":\"M\"}}", "Other", "Other" },
    { "{\"field\":\"G\",\"values\":{\"Male\":\"M\"},\"rest\":\"X\"}", "Other", "X" },
    { "{\"field\":\"G\",\"values\":{\"Male\":\"M\"},\"rest\":\"\"}", "Other", "" },
    { "{\"field\":\"G\",\"values\":{\"Male\":\"\"},\"rest\":\"X\"}", "Male", "" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (JsonNode) entry = parse (cases[i].entry);

      g_assert_cmpstr (mp_mapping_get_sent (entry, cases[i].value), ==, cases[i].sent);
    }
  g_assert_cmpstr (mp_mapping_get_sent (NULL, "Male"), ==, "Male");
}

/* An entry has the shortest form that says it: two people who say the same have no conflict. */
static void
test_changes (void)
{
  g_autoptr (JsonNode) plain = parse ("\"G\"");
  g_autoptr (JsonNode) one = mp_mapping_with_value (plain, "Male", "M");
  g_autoptr (JsonNode) both = mp_mapping_with_rest (one, "X");

  assert_takes (json_node_ref (plain), "\"G\"");
  assert_takes (json_node_ref (one), "{\"field\":\"G\",\"values\":{\"Male\":\"M\"}}");
  assert_takes (json_node_ref (both),
                "{\"field\":\"G\",\"rest\":\"X\",\"values\":{\"Male\":\"M\"}}");
  assert_takes (mp_mapping_with_value (one, "Male", NULL), "\"G\"");
  assert_takes (mp_mapping_with_value (both, "Male", NULL), "{\"field\":\"G\",\"rest\":\"X\"}");
  assert_takes (mp_mapping_with_rest (both, NULL), "{\"field\":\"G\",\"values\":{\"Male\":\"M\"}}");
  assert_takes (mp_mapping_with_target (both, "H"),
                "{\"field\":\"H\",\"rest\":\"X\",\"values\":{\"Male\":\"M\"}}");
  assert_takes (mp_mapping_with_target (NULL, "H"), "\"H\"");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/mapping-entry/forms", test_forms);
  g_test_add_func ("/core/mapping-entry/what-is-sent", test_sent);
  g_test_add_func ("/core/mapping-entry/changes-keep-it-short", test_changes);
  return g_test_run ();
}
