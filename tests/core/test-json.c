/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-json.h"

#include <math.h>
#include <string.h>

#include "mp-error.h"
#include "mp-test-mutation.h"

static const char valid_record[] =
    "{\"id\":\"01890000-0000-7000-8000-000000000001\",\"revision\":\"e.12\",\"archived\":false,\n"
    " \"created\":{\"at\":\"2026-05-01T10:00:00Z\",\"by\":\"Anna \\u00e9\\ud83d\\ude00\"},\n"
    " \"name\":\"Caf\xc3\xa9 \\\"north\\\" \\/ \\\\\",\n"
    " \"crm\":{\"platform\":\"hubspot\",\"member_fields\":{\"email\":\"email\",\"photoUrl\":"
    "{\"not_sent\":\"no field\"}},\"numbers\":[0,-1,1.5,-2.5e-3,1E+2,9223372036854775807]},\n"
    " \"empty\":[{},[],\"\",null,true]}";

static JsonNode *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  JsonNode *node = mp_json_parse (text, -1, &error);

  g_assert_no_error (error);
  g_assert_nonnull (node);
  return node;
}

static char *
nest (unsigned int depth)
{
  GString *text = g_string_new (NULL);

  for (unsigned int i = 0; i < depth; i++)
    g_string_append (text, i % 2 == 0 ? "{\"a\":" : "[");
  g_string_append_c (text, '1');
  for (unsigned int i = depth; i > 0; i--)
    g_string_append_c (text, i % 2 == 1 ? '}' : ']');
  return g_string_free (text, FALSE);
}

static void
test_accepts (void)
{
  static const struct
  {
    const char *text;
    const char *canonical;
  } cases[] = {
    { "null", "null" },
    { " \t\r\ntrue\n", "true" },
    { "\xef\xbb\xbf{}", "{}" },
    { "[]", "[]" },
    { "[ 1 , 2 ]", "[1,2]" },
    { "{ \"b\" : 1 , \"a\" : [ ] }", "{\"a\":[],\"b\":1}" },
    { "\"\"", "\"\"" },
    { "\"\\u0041\\n\\t\\b\\f\\r\\/\"", "\"A\\n\\t\\b\\f\\r/\"" },
    { "\"\\ud83d\\ude00\"", "\"\xf0\x9f\x98\x80\"" },
    { "\"\\u0001\\u001f\\u007f\"", "\"\\u0001\\u001f\x7f\"" },
    { "-0", "0" },
    { "0", "0" },
    { "9223372036854775807", "9223372036854776000" },
    { "-9223372036854775808", "-9223372036854776000" },
    { "1e2", "100" },
    { "{\"a\":{\"a\":1},\"b\":{\"a\":1}}", "{\"a\":{\"a\":1},\"b\":{\"a\":1}}" },
    { "{\"\":1}", "{\"\":1}" },
    { "[100000000000000000000,-18446744073709552000]",
      "[100000000000000000000,-18446744073709552000]" },
    { "{\"a\":[10000000000000000000],\"b\":1e20}",
      "{\"a\":[10000000000000000000],\"b\":100000000000000000000}" },
    { "[1e21,1e22,-1e300,1e-7]", "[1e+21,1e+22,-1e+300,1e-7]" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (JsonNode) node = parse (cases[i].text);
      g_autofree char *canonical = mp_json_to_canonical (node);

      g_assert_cmpstr (canonical, ==, cases[i].canonical);
    }
}

static void
test_refuses (void)
{
  static const struct
  {
    const char *text;
    const char *where; /* how the message begins */
  } cases[] = {
    { "", "line 1, column 1: the text ends too early" },
    { "   ", "line 1, column 4: the text ends too early" },
    { "{", "line 1, column 2: the text ends too early" },
    { "[1", "line 1, column 3: the text ends too early" },
    { "[1,]", "line 1, column 4: " },
    { "[,1]", "line 1, column 2: " },
    { "{,}", "line 1, column 2: " },
    { "{\"a\":1,}", "line 1, column 8: " },
    { "{\"a\" 1}", "line 1, column 6: " },
    { "{\"a\":}", "line 1, column 6: " },
    { "{a:1}", "line 1, column 2: " },
    { "{'a':1}", "line 1, column 2: " },
    { "{1:1}", "line 1, column 2: " },
    { "[1 2]", "line 1, column 4: " },
    { "[1}", "line 1, column 3: " },
    { "{\"a\":1]", "line 1, column 7: " },
    { "\"abc", "line 1, column 5: the text ends too early" },
    { "\"a\nb\"", "line 1, column 3: a control character" },
    { "\"\\x\"", "line 1, column 3: " },
    { "\"\\", "line 1, column 3: " },
    { "\"\\u12\"", "line 1, column 6: " },
    { "\"\\u12g4\"", "line 1, column 6: " },
    { "\"\\ud83d\"", "line 1, column 8: half" },
    { "\"\\ud83dx\"", "line 1, column 8: half" },
    { "\"\\ud83d\\u0041\"", "line 1, column 14: half" },
    { "\"\\ude00\"", "line 1, column 8: half" },
    { "\"\\u0000\"", "line 1, column 8: a text may not" },
    { "tru", "line 1, column 4: the text ends too early" },
    { "trux", "line 1, column 4: " },
    { "True", "line 1, column 1: " },
    { "nul", "line 1, column 4: " },
    { "undefined", "line 1, column 1: " },
    { "NaN", "line 1, column 1: " },
    { "Infinity", "line 1, column 1: " },
    { "-", "line 1, column 2: " },
    { "+1", "line 1, column 1: " },
    { "01", "line 1, column 2: more text" },
    { "-01", "line 1, column 3: more text" },
    { "1.", "line 1, column 3: " },
    { ".5", "line 1, column 1: " },
    { "1.e3", "line 1, column 3: " },
    { "1e", "line 1, column 3: " },
    { "1e+", "line 1, column 4: " },
    { "0x10", "line 1, column 2: more text" },
    { "9223372036854775808", "line 1, column 1: a number out of range" },
    { "-9223372036854775809", "line 1, column 1: a number out of range" },
    { "18446744073709551615", "line 1, column 1: a number out of range" },
    { "100000000000000000001", "line 1, column 1: a number out of range" },
    { "1000000000000000000000", "line 1, column 1: a number out of range" },
    { "[1e400]", "line 1, column 2: a number out of range" },
    { "{} {}", "line 1, column 4: more text" },
    { "1 // one", "line 1, column 3: more text" },
    { "/* */ 1", "line 1, column 1: " },
    { "{\"a\":1,\"a\":2}", "line 1, column 8: the member “a” stands twice" },
    { "{\"a\":1,\"\\u0061\":2}", "line 1, column 8: the member “a” stands twice" },
    { "{\"x\":{\"a\":1,\n\"b\":2,\n  \"b\":3}}", "line 3, column 3: the member “b” stands twice" },
    { "\xff", "line 1, column 1: this is not UTF-8" },
    { "[\"\xc3\xa9\",\n \"\xc3(\"]", "line 2, column 3: this is not UTF-8" },
    { "\"\xed\xa0\x80\"", "line 1, column 2: this is not UTF-8" },
    { "\"\xc0\x80\"", "line 1, column 2: this is not UTF-8" },
    { "[\"\xc3\xa9\xe2\x82\xac\", x]", "line 1, column 8: " },
    { "\xef\xbb\xbf", "line 1, column 1: the text ends too early" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonNode) node = mp_json_parse (cases[i].text, -1, &error);
      g_autofree char *shown = g_strescape (cases[i].text, NULL);

      g_test_message ("%s", shown);
      g_assert_null (node);
      g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
      if (!g_str_has_prefix (error->message, cases[i].where))
        g_assert_cmpstr (error->message, ==, cases[i].where);
    }
}

static void
test_length (void)
{
  static const char with_nul[] = "[1,\0 2]";
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = mp_json_parse ("[1]garbage", 3, NULL);

  g_assert_nonnull (node);
  g_assert_null (mp_json_parse (with_nul, sizeof with_nul - 1, &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
  g_clear_error (&error);

  g_assert_null (mp_json_parse (NULL, 0, &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
}

static void
test_depth (void)
{
  g_autofree char *deep = nest (MP_JSON_MAX_DEPTH);
  g_autofree char *too_deep = nest (MP_JSON_MAX_DEPTH + 1);
  g_autofree char *bottomless = g_strnfill (1000000, '[');
  g_autoptr (JsonNode) node = parse (deep);
  g_autoptr (GError) error = NULL;

  g_assert_null (mp_json_parse (too_deep, -1, &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "levels deep"));
  g_clear_error (&error);

  g_assert_null (mp_json_parse (bottomless, -1, &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
}

static void
test_parse_object (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) object = mp_json_parse_object ("{\"a\":1}", -1, &error);

  g_assert_no_error (error);
  g_assert_cmpint (mp_json_get_int (object, "a", 0), ==, 1);
  g_assert_null (mp_json_parse_object ("[1]", -1, &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
}

/* What is accepted must be the same to json-glib's own parser, and must survive being written. */
static void
check_text (const char *text, size_t length)
{
  g_autoptr (JsonNode) node = mp_json_parse (text, (gssize) length, NULL);
  g_autoptr (JsonNode) again = NULL;
  g_autoptr (JsonNode) from_canonical = NULL;
  g_autoptr (JsonParser) parser = NULL;
  g_autofree char *written = NULL;
  g_autofree char *canonical = NULL;
  g_autofree char *twice = NULL;

  if (node == NULL)
    return;

  parser = json_parser_new ();
  g_assert_true (json_parser_load_from_data (parser, text, (gssize) length, NULL));
  g_assert_true (mp_json_node_equal (json_parser_get_root (parser), node));

  written = mp_json_to_text (node);
  again = parse (written);
  g_assert_true (mp_json_node_equal (again, node));

  canonical = mp_json_to_canonical (node);
  from_canonical = parse (canonical);
  twice = mp_json_to_canonical (from_canonical);
  g_assert_cmpstr (twice, ==, canonical);
}

static void
test_mutations (void)
{
  g_autoptr (GRand) chance = g_rand_new_with_seed (20260501);

  check_text (valid_record, strlen (valid_record));
  for (unsigned int i = 0; i < 5000; i++)
    {
      g_autoptr (GString) text = g_string_new (valid_record);

      mp_test_mutate (chance, text);
      check_text (text->str, text->len);
    }
}

static void
test_every_cut (void)
{
  for (size_t length = 0; length < strlen (valid_record); length++)
    {
      g_autofree char *cut = g_memdup2 (valid_record, length); /* no byte behind it to read */

      g_assert_null (mp_json_parse (cut, (gssize) length, NULL));
    }
}

static void
test_canonical_numbers (void)
{
  /* from RFC 8785, appendix B, and powers of two, whose neighbours lie at different distances */
  static const struct
  {
    uint64_t bits;
    const char *text;
  } cases[] = {
    { 0x0000000000000000, "0" },
    { 0x8000000000000000, "0" },
    { 0x0000000000000001, "5e-324" },
    { 0x8000000000000001, "-5e-324" },
    { 0x7fefffffffffffff, "1.7976931348623157e+308" },
    { 0xffefffffffffffff, "-1.7976931348623157e+308" },
    { 0x4340000000000000, "9007199254740992" },
    { 0xc340000000000000, "-9007199254740992" },
    { 0x4430000000000000, "295147905179352830000" },
    { 0x44b52d02c7e14af5, "9.999999999999997e+22" },
    { 0x44b52d02c7e14af6, "1e+23" },
    { 0x44b52d02c7e14af7, "1.0000000000000001e+23" },
    { 0x444b1ae4d6e2ef4e, "999999999999999700000" },
    { 0x444b1ae4d6e2ef4f, "999999999999999900000" },
    { 0x444b1ae4d6e2ef50, "1e+21" },
    { 0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7" },
    { 0x3eb0c6f7a0b5ed8d, "0.000001" },
    { 0x41b3de4355555553, "333333333.3333332" },
    { 0x41b3de4355555554, "333333333.33333325" },
    { 0x41b3de4355555555, "333333333.3333333" },
    { 0x41b3de4355555556, "333333333.3333334" },
    { 0x41b3de4355555557, "333333333.33333343" },
    { 0xbecbf647612f3696, "-0.0000033333333333333333" },
    { 0x43143ff3c1cb0959, "1424953923781206.2" },
    { 0x3d30000000000000, "5.684341886080802e-14" },
    { 0x3ff8000000000000, "1.5" },
    { 0x4059000000000000, "100" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (JsonNode) node = json_node_alloc ();
      g_autofree char *text = NULL;
      double value;

      memcpy (&value, &cases[i].bits, sizeof value);
      json_node_init_double (node, value);
      text = mp_json_to_canonical (node);
      g_assert_cmpstr (text, ==, cases[i].text);
    }
}

static void
test_canonical_order (void)
{
  /* the example of RFC 8785, 3.2.3, and prefixes */
  g_autoptr (JsonNode) node =
                 parse ("{\"\\u20ac\":1,\"\\r\":2,\"\\ufb33\":3,\"1\":4,\"\\ud83d\\ude00\":5,"
                        "\"\\u0080\":6,\"\\u00f6\":7,\"aa\":8,\"a\":9}");
  g_autofree char *text = mp_json_to_canonical (node);

  g_assert_cmpstr (text, ==,
                   "{\"\\r\":2,\"1\":4,\"a\":9,\"aa\":8,\"\xc2\x80\":6,\"\xc3\xb6\":7,"
                   "\"\xe2\x82\xac\":1,\"\xf0\x9f\x98\x80\":5,\"\xef\xac\xb3\":3}");
}

static void
test_text (void)
{
  static const struct
  {
    const char *text;
    const char *written;
    const char *pretty;
  } cases[] = {
    { "{ \"b\":1, \"a\":[] }", "{\"b\":1,\"a\":[]}", "{\n  \"b\": 1,\n  \"a\": []\n}" },
    { "[1,{\"a\":{}}]", "[1,{\"a\":{}}]", "[\n  1,\n  {\n    \"a\": {}\n  }\n]" },
    { "9007199254740993", "9007199254740993", "9007199254740993" },
    { "-9223372036854775808", "-9223372036854775808", "-9223372036854775808" },
    { "[0.1,1e22,1.0]", "[0.1,1e+22,1]", "[\n  0.1,\n  1e+22,\n  1\n]" },
    { "\"\\u0007\\n\\\"\\/\"", "\"\\u0007\\n\\\"/\"", "\"\\u0007\\n\\\"/\"" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (JsonNode) node = parse (cases[i].text);
      g_autofree char *written = mp_json_to_text (node);
      g_autofree char *pretty = mp_json_to_pretty_text (node);

      g_assert_cmpstr (written, ==, cases[i].written);
      g_assert_cmpstr (pretty, ==, cases[i].pretty);
    }
}

static void
test_not_finite (void)
{
  g_autoptr (JsonNode) node = json_node_init_double (json_node_alloc (), INFINITY);
  g_autofree char *text = mp_json_to_text (node);

  g_assert_cmpstr (text, ==, "null");
}

static void
test_digest (void)
{
  g_autoptr (JsonNode) a = parse ("{\"a\":1.0,\"b\":[true]}");
  g_autoptr (JsonNode) b = parse (" { \"b\" : [ true ], \"a\" : 1 } ");
  g_autofree char *digest_a = mp_json_digest (a);
  g_autofree char *digest_b = mp_json_digest (b);
  g_autofree char *expected =
      g_compute_checksum_for_string (G_CHECKSUM_SHA256, "{\"a\":1,\"b\":[true]}", -1);

  g_assert_cmpstr (digest_a, ==, expected);
  g_assert_cmpstr (digest_b, ==, expected);
}

static void
test_readers (void)
{
  g_autoptr (JsonNode) node = parse ("{\"s\":\"text\",\"i\":7,\"d\":7.0,\"f\":7.5,\"h\":1e300,"
                                     "\"b\":true,\"n\":null,\"o\":{},\"a\":[]}");
  JsonObject *object = json_node_get_object (node);
  int64_t value = 0;

  g_assert_cmpstr (mp_json_require_string (object, "s", NULL), ==, "text");
  g_assert_cmpstr (mp_json_get_string (object, "i", "x"), ==, "x");
  g_assert_cmpstr (mp_json_get_string (object, "n", "x"), ==, "x");
  g_assert_null (mp_json_get_string (object, "missing", NULL));
  g_assert_true (mp_json_require_int (object, "i", &value, NULL));
  g_assert_cmpint (value, ==, 7);
  g_assert_cmpint (mp_json_get_int (object, "d", 0), ==, 7);
  g_assert_cmpint (mp_json_get_int (object, "f", -1), ==, -1);
  g_assert_cmpint (mp_json_get_int (object, "h", -1), ==, -1);
  g_assert_cmpint (mp_json_get_int (object, "s", -1), ==, -1);
  g_assert_cmpint (mp_json_get_int (object, "missing", -1), ==, -1);
  g_assert_true (mp_json_get_boolean (object, "b", FALSE));
  g_assert_true (mp_json_get_boolean (object, "i", TRUE));
  g_assert_nonnull (mp_json_get_object (object, "o"));
  g_assert_null (mp_json_get_object (object, "a"));
  g_assert_null (mp_json_get_object (object, "missing"));
  g_assert_nonnull (mp_json_get_array (object, "a"));
  g_assert_null (mp_json_get_array (object, "o"));
  g_assert_nonnull (mp_json_require_object (object, "o", NULL));
  g_assert_nonnull (mp_json_require_array (object, "a", NULL));
}

static void
assert_names_member (GError **error, const char *name)
{
  g_assert_error (*error, MP_ERROR, MP_ERROR_INVALID);
  g_assert_nonnull (strstr ((*error)->message, name));
  g_clear_error (error);
}

static void
test_readers_refuse (void)
{
  g_autoptr (JsonNode) node = parse ("{\"s\":\"text\",\"n\":null,\"f\":1.5}");
  g_autoptr (GError) error = NULL;
  JsonObject *object = json_node_get_object (node);
  int64_t value;

  g_assert_null (mp_json_require_string (object, "missing", &error));
  assert_names_member (&error, "“missing” is missing");
  g_assert_null (mp_json_require_string (object, "n", &error));
  assert_names_member (&error, "“n”");
  g_assert_null (mp_json_require_string (object, "f", &error));
  assert_names_member (&error, "“f”");
  g_assert_false (mp_json_require_int (object, "f", &value, &error));
  assert_names_member (&error, "“f”");
  g_assert_false (mp_json_require_int (object, "missing", &value, &error));
  assert_names_member (&error, "“missing”");
  g_assert_null (mp_json_require_object (object, "s", &error));
  assert_names_member (&error, "“s”");
  g_assert_null (mp_json_require_array (object, "s", &error));
  assert_names_member (&error, "“s”");
}

static void
test_equal (void)
{
  static const struct
  {
    const char *a;
    const char *b;
    gboolean equal;
  } cases[] = {
    { "{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":1}", TRUE },
    { "{\"a\":1}", "{\"a\":1,\"b\":2}", FALSE },
    { "{\"a\":null}", "{\"b\":null}", FALSE },
    { "[1,2]", "[2,1]", FALSE },
    { "[1]", "[1,1]", FALSE },
    { "[]", "{}", FALSE },
    { "1", "1.0", TRUE },
    { "1", "1.5", FALSE },
    { "9007199254740993", "9007199254740992", FALSE },
    { "1", "\"1\"", FALSE },
    { "1", "true", FALSE },
    { "true", "true", TRUE },
    { "true", "false", FALSE },
    { "\"a\"", "\"a\"", TRUE },
    { "\"a\"", "\"A\"", FALSE },
    { "null", "\"\"", FALSE },
    { "null", "null", TRUE },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (JsonNode) a = parse (cases[i].a);
      g_autoptr (JsonNode) b = parse (cases[i].b);

      g_test_message ("%s %s", cases[i].a, cases[i].b);
      g_assert_cmpint (mp_json_node_equal (a, b), ==, cases[i].equal);
      g_assert_cmpint (mp_json_node_equal (b, a), ==, cases[i].equal);
    }
}

static void
test_null_is_nothing (void)
{
  g_autoptr (JsonNode) null = mp_json_node_new_null ();
  g_autoptr (JsonNode) no_string = mp_json_node_new_string (NULL);
  g_autoptr (JsonNode) zero = parse ("0");
  g_autoptr (JsonNode) no = parse ("false");
  g_autoptr (JsonNode) empty = parse ("\"\"");
  g_autoptr (JsonNode) blank = parse ("\" \"");
  g_autoptr (JsonNode) object = parse ("{}");
  g_autoptr (JsonNode) array = parse ("[]");

  g_assert_true (mp_json_node_equal (NULL, NULL));
  g_assert_true (mp_json_node_equal (NULL, null));
  g_assert_true (mp_json_node_equal (no_string, null));
  g_assert_false (mp_json_node_equal (NULL, empty));
  g_assert_true (mp_json_node_is_empty (NULL));
  g_assert_true (mp_json_node_is_empty (null));
  g_assert_true (mp_json_node_is_empty (empty));
  g_assert_true (mp_json_node_is_empty (object));
  g_assert_true (mp_json_node_is_empty (array));
  g_assert_false (mp_json_node_is_empty (zero));
  g_assert_false (mp_json_node_is_empty (no));
  g_assert_false (mp_json_node_is_empty (blank));
}

static void
test_copy (void)
{
  g_autoptr (JsonNode) node = parse (valid_record);
  g_autoptr (JsonNode) copy = NULL;

  json_node_seal (node);
  copy = mp_json_node_copy (node);
  g_assert_true (mp_json_node_equal (copy, node));

  json_object_set_string_member (json_node_get_object (mp_pointer_get (copy, "/crm")), "platform",
                                 "x");
  json_array_add_null_element (json_node_get_array (mp_pointer_get (copy, "/crm/numbers")));
  g_assert_cmpstr (json_node_get_string (mp_pointer_get (node, "/crm/platform")), ==, "hubspot");
  g_assert_cmpint (
      json_array_get_length (json_node_get_array (mp_pointer_get (node, "/crm/numbers"))), ==, 6);
}

static void
test_pointer_get (void)
{
  g_autoptr (JsonNode) root = parse (
      "{\"foo\":[\"bar\",\"baz\"],\"\":0,\"a/b\":1,\"m~n\":2,\"o\":{\"\":{\"p\":3}}}");

  g_assert_true (mp_pointer_get (root, "") == root);
  g_assert_cmpstr (json_node_get_string (mp_pointer_get (root, "/foo/1")), ==, "baz");
  g_assert_cmpint (json_node_get_int (mp_pointer_get (root, "/")), ==, 0);
  g_assert_cmpint (json_node_get_int (mp_pointer_get (root, "/a~1b")), ==, 1);
  g_assert_cmpint (json_node_get_int (mp_pointer_get (root, "/m~0n")), ==, 2);
  g_assert_cmpint (json_node_get_int (mp_pointer_get (root, "/o//p")), ==, 3);
  g_assert_null (mp_pointer_get (root, "/foo/2"));
  g_assert_null (mp_pointer_get (root, "/foo/-"));
  g_assert_null (mp_pointer_get (root, "/foo/00"));
  g_assert_null (mp_pointer_get (root, "/foo/99999999999999999999"));
  g_assert_null (mp_pointer_get (root, "/foo/0/x"));
  g_assert_null (mp_pointer_get (root, "/missing"));
  g_assert_null (mp_pointer_get (root, "foo"));
  g_assert_null (mp_pointer_get (root, "/m~2n"));
}

static void
test_pointer_parts (void)
{
  g_autofree char *pointer = mp_pointer_append ("/crm", "a/b~c");
  g_autofree char *last = mp_pointer_dup_last (pointer);
  g_autofree char *none = mp_pointer_dup_last ("");
  g_autofree char *bad = mp_pointer_dup_last ("crm");
  g_auto (GStrv) tokens = mp_pointer_split (pointer);
  g_auto (GStrv) root = mp_pointer_split ("");
  g_auto (GStrv) blank = mp_pointer_split ("/");

  g_assert_cmpstr (pointer, ==, "/crm/a~1b~0c");
  g_assert_cmpstr (last, ==, "a/b~c");
  g_assert_cmpstr (none, ==, "");
  g_assert_cmpstr (bad, ==, "");
  g_assert_cmpuint (g_strv_length (tokens), ==, 2);
  g_assert_cmpstr (tokens[0], ==, "crm");
  g_assert_cmpuint (g_strv_length (root), ==, 0);
  g_assert_cmpuint (g_strv_length (blank), ==, 1);
  g_assert_null (mp_pointer_split ("crm"));
  g_assert_null (mp_pointer_split ("/a~"));
  g_assert_null (mp_pointer_split ("/a~3"));
}

static void
test_pointer_prefix (void)
{
  g_assert_true (mp_pointer_has_prefix ("/crm/platform", "/crm"));
  g_assert_true (mp_pointer_has_prefix ("/crm", "/crm"));
  g_assert_true (mp_pointer_has_prefix ("/crm", ""));
  g_assert_false (mp_pointer_has_prefix ("/crmx", "/crm"));
  g_assert_false (mp_pointer_has_prefix ("/cr", "/crm"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/json/accepts-strict-json", test_accepts);
  g_test_add_func ("/core/json/refuses-and-says-where", test_refuses);
  g_test_add_func ("/core/json/reads-no-further-than-length", test_length);
  g_test_add_func ("/core/json/limits-depth", test_depth);
  g_test_add_func ("/core/json/object-only", test_parse_object);
  g_test_add_func ("/core/json/mutations-never-crash", test_mutations);
  g_test_add_func ("/core/json/every-cut-is-refused", test_every_cut);
  g_test_add_func ("/core/json/canonical-numbers", test_canonical_numbers);
  g_test_add_func ("/core/json/canonical-order", test_canonical_order);
  g_test_add_func ("/core/json/text-keeps-order-and-digits", test_text);
  g_test_add_func ("/core/json/not-finite-is-null", test_not_finite);
  g_test_add_func ("/core/json/digest-ignores-layout", test_digest);
  g_test_add_func ("/core/json/typed-readers", test_readers);
  g_test_add_func ("/core/json/typed-readers-refuse", test_readers_refuse);
  g_test_add_func ("/core/json/equality", test_equal);
  g_test_add_func ("/core/json/null-is-nothing", test_null_is_nothing);
  g_test_add_func ("/core/json/copy-shares-nothing", test_copy);
  g_test_add_func ("/core/pointer/get", test_pointer_get);
  g_test_add_func ("/core/pointer/parts", test_pointer_parts);
  g_test_add_func ("/core/pointer/prefix", test_pointer_prefix);
  return g_test_run ();
}
