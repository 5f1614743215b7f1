/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz-driver.h"

#include <string.h>

#include "mp-json.h"
#include "mp-secret.h"
#include "mp-template.h"

static const char *const known[] = { "object", "key", "site", NULL };

/* (nullable): not set */
static const char *
look_up (const char *name, gpointer user_data)
{
  return g_str_equal (name, "object") ? "Custom / Object"
         : g_str_equal (name, "key")  ? "\xc3\xa9"
                                      : NULL;
}

static void
check_request (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MpTemplate) template = mp_template_parse (text, MP_TEMPLATE_REQUEST, &error);

  g_assert_true ((template == NULL) == (error != NULL));
  if (template == NULL)
    return;
  for (unsigned int escape = 0; escape <= 1; escape++)
    {
      g_autoptr (GError) missing = NULL;
      char *expanded = mp_template_expand (template, escape > 0, look_up, NULL, &missing);

      g_assert_true ((expanded == NULL) == (missing != NULL));
      if (mp_template_find_unknown (template, known) != NULL)
        g_assert_null (expanded);
      if (expanded != NULL)
        mp_secret_wipe_text (expanded);
    }
}

static void
check_answer (const char *text, JsonNode *root)
{
  MpScope scope = { .item = root, .page = root, .object = "contacts" };
  g_autoptr (GError) error = NULL;
  g_autoptr (MpTemplate) template = mp_template_parse (text, MP_TEMPLATE_ANSWER, &error);
  g_autofree char *filled = NULL;

  g_assert_true ((template == NULL) == (error != NULL));
  if (template == NULL)
    return;
  if (!mp_template_fill (template, &scope, &filled, &error))
    g_assert_nonnull (error);
  g_assert_true (filled == NULL || g_utf8_validate (filled, -1, NULL));
}

/* The first line is a template, of a request or of an answer; the rest is that answer. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *input = size > 0 ? g_strndup ((const char *) data, size) : g_strdup ("");
  char *end = strchr (input, '\n');
  g_autoptr (JsonNode) root = end != NULL ? mp_json_parse (end + 1, -1, NULL) : NULL;

  if (end != NULL)
    *end = '\0';
  if (!g_utf8_validate (input, -1, NULL))
    return 0;
  check_request (input);
  check_answer (input, root);
  return 0;
}
