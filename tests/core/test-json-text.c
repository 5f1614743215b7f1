/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-json-text.h"

#include <string.h>

#include "mp-clock.h"
#include "mp-json.h"
#include "mp-record.h"
#include "mp-test-mutation.h"

#define N_RANDOM 4000
#define RECORD_ID "01890000-0000-7000-8000-000000000001"

static const char *const values[] = {
  "\"c_1z\"",
  "\"\"",
  "\"Caf\xc3\xa9\"",
  "\"\\n\"",
  "\"\\u00e9\"",
  "0",
  "-0",
  "-1",
  "12",
  "01",
  "1.0",
  "123456789012345",
  "1e3",
  "9007199254740993",
  "true",
  "false",
  "null",
  "{}",
  "[]",
  "[1]",
  "{\"not_sent\":\"no\"}",
  "\"\xff\"",
  "[\"a\",null]",
  "{\"a\":null}",
  "nul",
  "{\"b\":1,\"a\":2}",
  "-",
  "{\"a\":1,\"a\":1}",
};

static const char *const names[] = {
  "name", "crm", "member_fields", "email", "a", "b", "A", "caf\xc3\xa9", "", "x\\ty", "email-2",
};

static void
append_object (GRand *chance, GString *text, unsigned int level)
{
  const int n_members = g_rand_int_range (chance, 0, 5);

  g_string_append_c (text, '{');
  for (int i = 0; i < n_members; i++)
    {
      const char *name = names[g_rand_int_range (chance, 0, G_N_ELEMENTS (names))];

      g_string_append_printf (text, "%s\"%s\":%s", i > 0 ? "," : "", name,
                              g_rand_int_range (chance, 0, 30) == 0 ? " " : "");
      if (level < 4 && g_rand_boolean (chance))
        append_object (chance, text, level + 1);
      else
        /* mostly the first few, so that many texts are plain as a whole */
        g_string_append (
            text, values[g_rand_int_range (
                      chance, 0,
                      g_rand_int_range (chance, 0, 8) == 0 ? (int) G_N_ELEMENTS (values) : 3)]);
    }
  g_string_append_c (text, '}');
}

/* What is taken apart by its characters is what the parser finds, and never what it refuses. */
static void
test_same_as_parsed (void)
{
  g_autoptr (GRand) chance = g_rand_new_with_seed (5);
  unsigned int n_plain = 0;

  for (unsigned int i = 0; i < N_RANDOM; i++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (GString) canonical = g_string_new ("before");
      g_autoptr (JsonNode) node = NULL;
      g_autofree char *expected = NULL;

      append_object (chance, text, 1);
      if (i % 4 == 0)
        mp_test_mutate (chance, text);
      if (text->len == 0 || !mp_json_text_append_canonical (canonical, text->str, text->len))
        {
          g_assert_cmpstr (canonical->str, ==, "before");
          continue;
        }
      g_test_message ("%u", i);
      n_plain++;
      g_assert_true (mp_json_text_is_plain (text->str, text->len));
      node = mp_json_parse (text->str, (gssize) text->len, NULL);
      g_assert_nonnull (node);
      expected = mp_json_to_canonical (node);
      g_assert_cmpstr (canonical->str + strlen ("before"), ==, expected);
    }
  g_assert_cmpuint (n_plain, >, N_RANDOM / 4);
}

static void
test_plain (void)
{
  static const struct
  {
    const char *text;
    gboolean plain;
  } cases[] = {
    { "{}", TRUE },
    { "[]", TRUE },
    { "{\"a\":[1,-2,{\"b\":\"\xc3\xa9\"}],\"c\":null}", TRUE },
    { "999999999999999", TRUE },
    { "", FALSE },
    { "{", FALSE },
    { "{\"a\"}", FALSE },
    { "{\"a\":1,}", FALSE },
    { "{\"a\":1}}", FALSE },
    { "[1 ]", FALSE },
    { "\"", FALSE },
    { "\"\\n\"", FALSE },
    { "\"\x7f\x01\"", FALSE },
    { "\"\xc3\"", FALSE },
    { "{\"\xc3\xa9\":1}", FALSE },
    { "01", FALSE },
    { "-0", FALSE },
    { "1.5", FALSE },
    { "1e5", FALSE },
    { "1234567890123456", FALSE },
    { "tru", FALSE },
    { "[[[[[[[[1]]]]]]]]", TRUE },
    { "[[[[[[[[[1]]]]]]]]]", FALSE },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("%zu", i);
      g_assert_cmpint (mp_json_text_is_plain (cases[i].text, strlen (cases[i].text)), ==,
                       cases[i].plain);
    }
}

static void
test_split (void)
{
  static const char text[] = "{\"op\":\"create\",\"set\":{\"/a\":\"b\"},\"n\":[1,2]}";
  MpJsonSpan spans[3];
  g_autofree char *value = NULL;

  g_assert_cmpint (mp_json_text_split (text, strlen (text), spans, 3), ==, 3);
  g_assert_true (mp_json_span_is (mp_json_text_find (spans, 3, "op"), "\"create\""));
  g_assert_true (mp_json_span_is (mp_json_text_find (spans, 3, "n"), "[1,2]"));
  g_assert_false (mp_json_span_is (mp_json_text_find (spans, 3, "n"), "[1,2"));
  g_assert_null (mp_json_text_find (spans, 3, "o"));
  value = mp_json_span_dup_string (&spans[0]);
  g_assert_cmpstr (value, ==, "create");
  g_assert_null (mp_json_span_dup_string (&spans[1]));
  g_assert_cmpint (mp_json_text_split (text, strlen (text), spans, 2), ==, -1);
  g_assert_cmpint (mp_json_text_split ("1", 1, spans, 3), ==, -1);
  g_assert_cmpint (mp_json_text_split ("{}", 2, spans, 3), ==, 0);
}

static char *
make_record (GRand *chance)
{
  static const char *const own[] = {
    "\"id\":\"" RECORD_ID "\"",
    "\"id\":\"" RECORD_ID "\"",
    "\"id\":\"01890000-0000-7000-8000-00000000000A\"",
    "\"archived\":false",
    "\"archived\":true",
    "\"archived\":1",
    "\"revision\":\"e.12\"",
    "\"revision\":12",
    "\"created\":{\"at\":\"2026-05-01T10:00:00.000000Z\",\"by\":\"anna\"}",
    "\"updated\":{\"by\":\"anna\",\"at\":\"2026-05-01T10:00:00.123456Z\"}",
    "\"updated\":{\"by\":\"anna\"}",
    "\"updated\":{\"at\":\"2026-05-01T10:00:00Z\"}",
    "\"updated\":{\"at\":\"2026-02-30T10:00:00.123456Z\"}",
    "\"updated\":{\"at\":\"1970-01-01T00:00:00.000000Z\"}",
    "\"updated\":{}",
    "\"created\":{\"at\":\"2026-05-01T10:00:00.000000Z\",\"with\":\"what\"}",
    "\"created\":null",
  };
  g_autoptr (GString) text = g_string_new (NULL);

  append_object (chance, text, 1);
  for (int i = g_rand_int_range (chance, 2, 6); i > 0; i--)
    {
      const int most = g_rand_int_range (chance, 0, 4) == 0 ? (int) G_N_ELEMENTS (own) : 10;

      g_string_insert (text, 1, text->str[1] == '}' ? "" : ",");
      g_string_insert (text, 1, own[g_rand_int_range (chance, 0, most)]);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* A record that is read without its tree is the one that its tree makes, or none where that is
 * none. */
static void
test_record (void)
{
  g_autoptr (GRand) chance = g_rand_new_with_seed (7);
  unsigned int n_good = 0;

  for (unsigned int i = 0; i < N_RANDOM; i++)
    {
      g_autofree char *text = make_record (chance);
      g_autoptr (JsonObject) object = mp_json_parse_object (text, -1, NULL);
      g_autoptr (MpRecord) slow = object != NULL ? mp_record_new_from_json (object, NULL) : NULL;
      g_autoptr (MpRecord) fast = mp_record_new_unparsed (text, strlen (text), NULL);
      g_autofree char *slow_text = NULL;
      g_autofree char *fast_text = NULL;
      g_autofree char *fast_tree = NULL;

      g_test_message ("%u", i);
      g_assert_cmpint (fast != NULL, ==, slow != NULL);
      if (slow == NULL)
        continue;
      n_good++;
      slow_text = mp_record_dup_text (slow);
      fast_text = mp_record_dup_text (fast);
      g_assert_cmpstr (fast_text, ==, slow_text);
      g_assert_cmpint (mp_record_get_archived (fast), ==, mp_record_get_archived (slow));
      g_assert_cmpstr (mp_record_get_id (fast), ==, mp_record_get_id (slow));
      g_assert_cmpstr (mp_record_get_revision (fast), ==, mp_record_get_revision (slow));
      g_assert_cmpint (mp_record_get_created (fast).at_unix_us, ==,
                       mp_record_get_created (slow).at_unix_us);
      g_assert_cmpint (mp_record_get_updated (fast).at_unix_us, ==,
                       mp_record_get_updated (slow).at_unix_us);
      g_assert_cmpstr (mp_record_get_updated (fast).by, ==, mp_record_get_updated (slow).by);
      g_assert_true (mp_record_equal_content (fast, slow));
      {
        g_autoptr (JsonNode) node = mp_json_node_take_object (mp_record_to_json (fast));

        fast_tree = mp_json_to_canonical (node);
      }
      g_assert_cmpstr (fast_tree, ==, slow_text);
    }
  g_assert_cmpuint (n_good, >, N_RANDOM / 20);
}

/* The quick reader of our own times knows the calendar. */
static void
test_times (void)
{
  static const int64_t days[] = { -719162, -1, 0, 58, 59, 11016, 20000, 2932896 };

  for (size_t i = 0; i < G_N_ELEMENTS (days); i++)
    {
      const int64_t unix_us = (days[i] * 86400 + 45296) * G_USEC_PER_SEC + 789;
      g_autofree char *text = mp_time_format (unix_us);
      int64_t read;

      g_assert_true (mp_time_read_own (text, strlen (text), &read));
      g_assert_cmpint (read, ==, unix_us);
      g_assert_false (mp_time_read_own (text, strlen (text) - 1, &read));
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/core/json-text/plain", test_plain);
  g_test_add_func ("/core/json-text/split", test_split);
  g_test_add_func ("/core/json-text/same-as-parsed", test_same_as_parsed);
  g_test_add_func ("/core/json-text/record-same-as-of-its-tree", test_record);
  g_test_add_func ("/core/json-text/times", test_times);

  return g_test_run ();
}
