/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz-driver.h"

#include <string.h>

#include "mp-expression.h"
#include "mp-json.h"

static void
evaluate (const MpExpression *expression, JsonNode *root)
{
  g_autoptr (GHashTable) joins = g_hash_table_new (g_str_hash, g_str_equal);
  MpScope scope = {
    .item = root,
    .key = "first_name",
    .joins = joins,
    .page = root,
    .field = root,
    .name = "first_name",
    .object = "contacts",
  };
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  MpValue value;

  g_hash_table_insert (joins, (char *) "schema", root);
  if (!mp_expression_evaluate (expression, &scope, &value, &error))
    {
      g_assert_nonnull (error);
      return;
    }
  g_assert_no_error (error);
  text = mp_value_dup_text (&value);
  /* What has a text, and is not one of the words for "no", is true. */
  if (text == NULL && value.kind != MP_VALUE_NODE)
    g_assert_false (mp_value_is_true (&value));
  g_assert_true (text == NULL || g_utf8_validate (text, -1, NULL));
}

/* The first line is an expression, the rest an answer: a value, or an error, and no harm. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *input = size > 0 ? g_strndup ((const char *) data, size) : g_strdup ("");
  char *end = strchr (input, '\n');
  g_autoptr (MpExpression) expression = NULL;
  g_autoptr (JsonNode) root = NULL;
  g_autoptr (GError) error = NULL;

  if (end != NULL)
    *end = '\0';
  if (!g_utf8_validate (input, -1, NULL))
    return 0;
  expression = mp_expression_parse (input, &error);
  g_assert_true ((expression == NULL) == (error != NULL));
  if (expression == NULL)
    return 0;

  evaluate (expression, NULL);
  root = end != NULL ? mp_json_parse (end + 1, -1, NULL) : NULL;
  if (root != NULL)
    evaluate (expression, root);
  return 0;
}
