/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-platform-test.h"

static char *
join_texts (const MpPlatformDocument *document,
            const MpTexts *texts,
            const MpScope *scope,
            gboolean only_first,
            GError **error)
{
  g_autoptr (GString) joined = g_string_new (NULL);

  for (unsigned int i = 0; texts != NULL && i < texts->templates->len; i++)
    {
      g_autofree char *text = NULL;

      if (!mp_template_fill (g_ptr_array_index (texts->templates, i), scope, &text, error))
        {
          g_prefix_error (error, "%s %s: ", mp_platform_document_get_id (document), texts->pointer);
          return NULL;
        }
      if (text == NULL)
        continue;
      if (joined->len > 0)
        g_string_append (joined, ", ");
      g_string_append (joined, text);
      if (only_first)
        break;
    }
  return joined->len > 0 ? g_string_free (g_steal_pointer (&joined), FALSE) : NULL;
}

static gboolean
read_mode (const MpPlatformDocument *document, const MpScope *scope, MpMode *mode, GError **error)
{
  const MpTestSpec *test = &document->test;
  const char *id = mp_platform_document_get_id (document);
  gboolean is_test;
  gboolean is_live;

  if (!mp_attribute_get_boolean (test->test_mode, id, scope, FALSE, &is_test, error) ||
      !mp_attribute_get_boolean (test->live_mode, id, scope, FALSE, &is_live, error))
    return FALSE;
  if (is_test || is_live)
    *mode = is_test ? MP_MODE_TEST : MP_MODE_LIVE;
  return TRUE;
}

MpTestResult *
mp_platform_make_test_result (const MpPlatformDocument *document,
                              MpTestOutcome outcome,
                              MpMode guessed_mode,
                              const MpScope *scope,
                              const char *said,
                              GError **error)
{
  const MpTestSpec *test = &document->test;
  const char *id = mp_platform_document_get_id (document);
  g_autofree char *account = NULL;
  g_autofree char *account_id = NULL;
  g_autofree char *details = NULL;
  g_autoptr (GError) local_error = NULL;
  MpTestResultInit init = { .outcome = outcome, .mode = guessed_mode, .message = said };

  if (outcome == MP_TEST_CONNECTED)
    {
      init.account = account = join_texts (document, test->account, scope, TRUE, &local_error);
      if (local_error == NULL)
        init.details = details = join_texts (document, test->details, scope, FALSE, &local_error);
      if (local_error != NULL ||
          !mp_attribute_get_text (test->account_id, id, scope, &account_id, &local_error) ||
          !read_mode (document, scope, &init.mode, &local_error))
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return NULL;
        }
      init.account_id = account_id;
    }
  return mp_test_result_new (&init);
}

MpMode
mp_platform_document_guess_mode (const MpPlatformDocument *document,
                                 MpSecret *secret,
                                 MpRequestBuilder *builder)
{
  for (unsigned int i = 0; i < document->mode_rules->len; i++)
    {
      const MpModeRule *rule = g_ptr_array_index (document->mode_rules, i);
      const char *value = rule->part != NULL ? mp_secret_get (secret, rule->part)
                          : builder != NULL
                              ? mp_request_builder_get_setting (builder, rule->setting)
                              : NULL;

      if (value != NULL && g_regex_match (rule->pattern, value, G_REGEX_MATCH_DEFAULT, NULL))
        return rule->mode;
    }
  return MP_MODE_UNKNOWN;
}
