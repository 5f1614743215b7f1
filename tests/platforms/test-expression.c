/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-error.h"
#include "mp-expression.h"
#include "mp-json.h"
#include "mp-template.h"

static const char item_text[] =
    "{\"name\": \"email\", \"type\": \"string\", \"nillable\": false, \"createable\": true,"
    " \"length\": 80, \"ratio\": 0.5, \"zero\": \"0\", \"empty\": \"\", \"labels\": {\"singular\": "
    "\"E\"},"
    " \"list\": [\"a\", {\"b\": 7}], \"none\": null, \"@odata.type\": \"x\", \"big\": 12345678901,"
    " \"endless\": \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\"}";

typedef struct
{
  JsonNode *item;
  GHashTable *joins;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->item = mp_json_parse (item_text, -1, NULL);
  fixture->joins =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) json_node_unref);
  g_hash_table_insert (fixture->joins, (gpointer) "schema",
                       mp_json_parse ("{\"requiredProperties\": [\"email\", 3],"
                                      " \"labels\": {\"email\": \"E-mail\"},"
                                      " \"rows\": [{\"id\": \"a\", \"n\": 1},"
                                      " {\"id\": \"b\", \"n\": 2}]}",
                                      -1, NULL));
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  json_node_unref (fixture->item);
  g_hash_table_unref (fixture->joins);
}

static void
test_evaluates (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *text;
    gboolean expected;
  } cases[] = {
    { "createable", TRUE },
    { "nillable", FALSE },
    { "!nillable && createable && !defaultedOnCreate", TRUE },
    { "missing", FALSE },
    { "missing.deeper.still", FALSE },
    { "name.deeper", FALSE },
    { "!missing", TRUE },
    { "zero", FALSE },
    { "empty || name", TRUE },
    { "type == 'string'", TRUE },
    { "type == \"string\"", TRUE },
    { "type != string2", TRUE },
    { "type in [text, string]", TRUE },
    { "type in ['long text', 3]", FALSE },
    { "length in [79, 80]", TRUE },
    { "length > 79.5 && length <= 80", TRUE },
    { "length < -1", FALSE },
    { "ratio == 0.5", TRUE },
    { "none == null", TRUE },
    { "missing == null", TRUE },
    { "missing > 3", FALSE },
    { "name < 'f'", TRUE },
    { "nillable == false", TRUE },
    { "(nillable || createable) && !(length == 0)", TRUE },
    { "nillable || createable && nillable", FALSE },
    { "labels.singular == 'E'", TRUE },
    { "list.0 == 'a' && list.1.b == 7", TRUE },
    { "list.9", FALSE },
    { "name ~ '^em' && !(name ~ '^mail')", TRUE },
    { "name ~ \"mail$\" && type != 'x'", TRUE },
    { "missing ~ '.*'", FALSE },
    { "length ~ '80'", FALSE },
    { "[\"@odata.type\"] == 'x'", TRUE },
    { "name in @schema.requiredProperties", TRUE },
    { "type in @schema.requiredProperties", FALSE },
    { "name in @absent.requiredProperties", FALSE },
    { "@item.name == 'email'", TRUE },
    { "@key == 'k'", TRUE },
    { "list", TRUE },
    { "true && !false && !null", TRUE },
    { "inner", FALSE },
    { "trueish == null", TRUE },
    { "labels[@key] == null && labels['singular'] == 'E'", TRUE },
    { "@schema.labels[name] == 'E-mail'", TRUE },
    { "@schema.labels[missing]", FALSE },
    { "@schema.rows[?id == @item.id].n == 2", FALSE },
    { "@schema.rows[?id == @object].n == 2", TRUE },
    { "@schema.rows[?id == 'c'].n", FALSE },
    { "name[?id]", FALSE },
    { "@page.name == 'email' && @field.name == 'email' && @name == 'n'", TRUE },
  };
  MpScope scope = { .item = fixture->item,
                    .key = "k",
                    .joins = fixture->joins,
                    .page = fixture->item,
                    .field = fixture->item,
                    .name = "n",
                    .object = "b" };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MpExpression) expression = mp_expression_parse (cases[i].text, &error);
      MpValue value;

      g_test_message ("%s", cases[i].text);
      g_assert_no_error (error);
      g_assert_true (mp_expression_evaluate (expression, &scope, &value, &error));
      g_assert_no_error (error);
      g_assert_cmpint (mp_value_is_true (&value), ==, cases[i].expected);
    }
}

static void
test_gives_texts (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *text;
    const char *expected;
  } cases[] = {
    { "name", "email" },
    { "length", "80" },
    { "big", "12345678901" },
    { "createable", "true" },
    { "empty", NULL },
    { "labels", NULL },
    { "none", NULL },
    { "'text'", "text" },
    { "12", "12" },
    { "labels.singular", "E" },
    { "createable ? name : type", "email" },
    { "nillable ? name : 'other'", "other" },
    { "nillable ? 'a' : length > 79 ? 'b' : 'c'", "b" },
    { "(nillable ? 'a' : createable ? 'b' : 'c')", "b" },
    { "missing ? 'a' : none", NULL },
  };
  MpScope scope = { .item = fixture->item };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (MpExpression) expression = mp_expression_parse (cases[i].text, NULL);
      g_autofree char *text = NULL;
      MpValue value;

      g_test_message ("%s", cases[i].text);
      g_assert_true (mp_expression_evaluate (expression, &scope, &value, NULL));
      text = mp_value_dup_text (&value);
      g_assert_cmpstr (text, ==, cases[i].expected);
    }
}

/* A document's author reads where and what. */
static void
test_refuses_bad_text (Fixture *fixture, gconstpointer data)
{
  static const char *const cases[] = {
    "",           "a &&",
    "&& a",       "(a",
    "a)",         "a == ",
    "a b",        "a in [b",
    "'open",      "a ..b",
    "!",          "a = b",
    "[\"x\"",     "1a",
    "a in [b,]",  "a.",
    "#",          "a || || b",
    "-",          "[]",
    "a ~ b",      "a ~ '['",
    "a ? b",      "a ? : c",
    "a ? b : ",   "? b : c",
    "a in [1 2]", "((((((((((((((((((((((((((((((a))))))))))))))))))))))))))))))",
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MpExpression) expression = mp_expression_parse (cases[i], &error);

      g_test_message ("%s", cases[i]);
      g_assert_null (expression);
      g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
    }
}

static void
test_faults_of_an_answer (Fixture *fixture, gconstpointer data)
{
  static const char *const cases[] = { "length < 'a'", "name in length", "name > 3",
                                       "endless ~ '^(a+)+$'" };
  MpScope scope = { .item = fixture->item };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MpExpression) expression = mp_expression_parse (cases[i], NULL);
      MpValue value;

      g_test_message ("%s", cases[i]);
      g_assert_false (mp_expression_evaluate (expression, &scope, &value, &error));
      g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
    }
}

static const char *
lookup (const char *name, gpointer user_data)
{
  return g_str_equal (name, "object") ? "a/b ü" : NULL;
}

static void
test_templates (Fixture *fixture, gconstpointer data)
{
  MpScope scope = { .item = fixture->item };
  g_autoptr (MpTemplate) path = mp_template_parse ("/x/{object}/y", MP_TEMPLATE_REQUEST, NULL);
  g_autoptr (MpTemplate) unset = mp_template_parse ("{other}", MP_TEMPLATE_REQUEST, NULL);
  g_autoptr (MpTemplate) answer =
                 mp_template_parse ("{name|upper} ({length})", MP_TEMPLATE_ANSWER, NULL);
  g_autoptr (MpTemplate) absent = mp_template_parse ("{name} {none}", MP_TEMPLATE_ANSWER, NULL);
  g_autofree char *escaped = mp_template_expand (path, TRUE, lookup, NULL, NULL);
  g_autofree char *plain = mp_template_expand (path, FALSE, lookup, NULL, NULL);
  g_autofree char *filled = NULL;
  g_autofree char *empty = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (escaped, ==, "/x/a%2Fb%20%C3%BC/y");
  g_assert_cmpstr (plain, ==, "/x/a/b ü/y");
  g_assert_true (mp_template_fill (answer, &scope, &filled, NULL));
  g_assert_cmpstr (filled, ==, "EMAIL (80)");
  g_assert_true (mp_template_fill (absent, &scope, &empty, NULL));
  g_assert_null (empty);
  g_assert_null (mp_template_expand (unset, FALSE, lookup, NULL, &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
  g_assert_null (mp_template_parse ("{open", MP_TEMPLATE_REQUEST, NULL));
  g_assert_null (mp_template_parse ("{a ==}", MP_TEMPLATE_ANSWER, NULL));
}

static void
add (const char *path, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  add ("/platforms/expression/evaluates", test_evaluates);
  add ("/platforms/expression/gives-texts", test_gives_texts);
  add ("/platforms/expression/refuses-bad-text", test_refuses_bad_text);
  add ("/platforms/expression/faults-of-an-answer", test_faults_of_an_answer);
  add ("/platforms/expression/templates", test_templates);

  return g_test_run ();
}
