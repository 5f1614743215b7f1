/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-platform-test.h"

#include <glib/gi18n-lib.h>

#include "mp-error.h"

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
                              const MpTestResultInit *known,
                              const MpScope *scope,
                              GError **error)
{
  const MpTestSpec *test = &document->test;
  const char *id = mp_platform_document_get_id (document);
  g_autofree char *account = NULL;
  g_autofree char *account_id = NULL;
  g_autofree char *details = NULL;
  g_autoptr (GError) local_error = NULL;
  MpTestResultInit init = *known;

  if (init.outcome == MP_TEST_CONNECTED)
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

/* (nullable): the first rule, of those over parts or of those over settings, that fits. */
static const MpModeRule *
find_rule (const MpPlatformDocument *document,
           MpSecret *secret,
           MpRequestBuilder *builder,
           gboolean of_settings)
{
  for (unsigned int i = 0; i < document->mode_rules->len; i++)
    {
      const MpModeRule *rule = g_ptr_array_index (document->mode_rules, i);
      const char *value;

      if ((rule->setting != NULL) != of_settings)
        continue;
      value = of_settings ? mp_request_builder_get_setting (builder, rule->setting)
                          : mp_secret_get (secret, rule->part);
      if (value != NULL && g_regex_match (rule->pattern, value, G_REGEX_MATCH_DEFAULT, NULL))
        return rule;
    }
  return NULL;
}

MpMode
mp_platform_document_guess_mode (const MpPlatformDocument *document,
                                 MpSecret *secret,
                                 MpRequestBuilder *builder)
{
  const MpModeRule *rule = find_rule (document, secret, builder, FALSE);

  if (rule == NULL && builder != NULL)
    rule = find_rule (document, secret, builder, TRUE);
  return rule != NULL ? rule->mode : MP_MODE_UNKNOWN;
}

char *
mp_platform_document_dup_rejection (const MpPlatformDocument *document,
                                    MpSecret *secret,
                                    MpRequestBuilder *builder,
                                    const char *said)
{
  const MpModeRule *of_key = find_rule (document, secret, builder, FALSE);
  const MpModeRule *chosen = find_rule (document, secret, builder, TRUE);
  const char *label;
  const char *value;

  if (of_key != NULL || chosen == NULL)
    return g_strdup (said);
  label = mp_platform_spec_find_setting (document->spec, chosen->setting)->label;
  value = mp_request_builder_get_setting (builder, chosen->setting);
  if (said == NULL)
    /* Translators: the name of a setting, then what was chosen for it */
    return g_strdup_printf (_ ("“%s” is “%s”: is the key from there?"), label, value);
  /* Translators: what the other side says, the name of a setting, what was chosen for it */
  return g_strdup_printf (_ ("%s (“%s” is “%s”: is the key from there?)"), said, label, value);
}

gboolean
mp_platform_document_check_mode (const MpPlatformDocument *document,
                                 MpSecret *secret,
                                 MpRequestBuilder *builder,
                                 GError **error)
{
  const MpModeRule *of_key = find_rule (document, secret, builder, FALSE);
  const MpModeRule *chosen = find_rule (document, secret, builder, TRUE);

  if (of_key == NULL || chosen == NULL || of_key->mode == chosen->mode)
    return TRUE;
  g_set_error (error, MP_ERROR, MP_ERROR_INVALID,
               of_key->mode == MP_MODE_TEST
               /* Translators: the name of a setting, then what was chosen for it */
               ? _ ("This is a test key, but “%s” is “%s”. Change the one or the other.")
               /* Translators: the name of a setting, then what was chosen for it */
               : _ ("This is a live key, but “%s” is “%s”. Change the one or the other."),
                    mp_platform_spec_find_setting (document->spec, chosen->setting)->label,
                    mp_request_builder_get_setting (builder, chosen->setting));
  return FALSE;
}
