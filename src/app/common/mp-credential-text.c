/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-credential-text.h"

#include <glib/gi18n-lib.h>

static void
add (GString *text, const char *part)
{
  if (part == NULL || *part == '\0')
    return;
  if (text->len > 0)
    g_string_append (text, " · ");
  g_string_append (text, part);
}

/**
 * mp_credential_text_dup_details:
 * @credential: a credential
 * @on_this_computer: whether this computer's keyring has the secret
 *
 * What tells one key from another: "••••1234 · Test · Example Association · added by anna".
 *
 * Returns: (transfer full): one line, translated
 */
char *
mp_credential_text_dup_details (MpCredential *credential, gboolean on_this_computer)
{
  GString *text = g_string_new (NULL);
  MpStamp rotated = mp_credential_get_rotated (credential);
  MpStamp created = mp_credential_get_created (credential);
  g_autofree char *masked = mp_credential_dup_masked (credential);
  g_autofree char *who = NULL;

  if (rotated.by != NULL && rotated.at_unix_us > created.at_unix_us)
    /* Translators: %s is a person's name */
    who = g_strdup_printf (_ ("replaced by %s"), rotated.by);
  else if (created.by != NULL)
    /* Translators: %s is a person's name */
    who = g_strdup_printf (_ ("added by %s"), created.by);
  add (text, masked);
  if (mp_credential_get_mode (credential) != MP_MODE_UNKNOWN)
    add (text, mp_credential_text_get_mode (mp_credential_get_mode (credential)));
  add (text, mp_credential_get_account (credential));
  add (text, who);
  if (!on_this_computer)
    add (text, _ ("kept by the server, not on this computer"));
  return g_string_free (text, FALSE);
}

/**
 * mp_credential_text_get_mode:
 * @mode: a mode
 *
 * Returns: (transfer none): its name, translated
 */
const char *
mp_credential_text_get_mode (MpMode mode)
{
  switch (mode)
    {
    case MP_MODE_TEST:
      return C_ ("mode of a key", "Test");
    case MP_MODE_LIVE:
      return C_ ("mode of a key", "Live");
    case MP_MODE_UNKNOWN:
    default:
      return C_ ("mode of a key", "Mode not known");
    }
}

static char *
dup_account_text (MpTestResult *result)
{
  g_autoptr (GPtrArray) parts = g_ptr_array_new ();

  if (mp_test_result_get_account (result) != NULL)
    g_ptr_array_add (parts, (gpointer) mp_test_result_get_account (result));
  if (mp_test_result_get_details (result) != NULL)
    g_ptr_array_add (parts, (gpointer) mp_test_result_get_details (result));
  if (mp_test_result_get_mode (result) != MP_MODE_UNKNOWN)
    g_ptr_array_add (parts,
                     (gpointer) mp_credential_text_get_mode (mp_test_result_get_mode (result)));
  g_ptr_array_add (parts, NULL);
  return g_strjoinv (" · ", (char **) parts->pdata);
}

/**
 * mp_credential_text_dup_result:
 * @result: the answer of a test
 * @platform_label: the platform's name
 *
 * Returns: (transfer full): the answer in people's words
 */
char *
mp_credential_text_dup_result (MpTestResult *result, const char *platform_label)
{
  g_autofree char *account = NULL;
  const char *message;

  g_return_val_if_fail (MP_IS_TEST_RESULT (result), NULL);

  account = dup_account_text (result);
  message = mp_test_result_get_message (result);
  switch (mp_test_result_get_outcome (result))
    {
    case MP_TEST_CONNECTED:
      if (*account == '\0')
        /* Translators: %s is a platform, such as HubSpot. */
        return g_strdup_printf (_ ("Connected to %s"), platform_label);
      /* Translators: 1 is a platform, 2 an account's name with its currency and mode. */
      return g_strdup_printf (_ ("Connected to %s: %s"), platform_label, account);
    case MP_TEST_LIMITED:
      if (mp_test_result_get_missing (result) != NULL &&
          mp_test_result_get_account (result) != NULL)
        /* Translators: 1 is a platform, 2 an account, 3 the permissions that the key lacks. */
        return g_strdup_printf (_ ("%s accepts the key of %s, but it may not do everything. Missing: %s"), platform_label,
            mp_test_result_get_account (result), mp_test_result_get_missing (result));
      if (mp_test_result_get_missing (result) != NULL)
        /* Translators: 1 is a platform, 2 the permissions that the key lacks, in its words. */
        return g_strdup_printf (_ ("%s accepts the key, but it may not do everything. Missing: %s"),
                                   platform_label, mp_test_result_get_missing (result));
      /* Translators: 1 is a platform, 2 what the key may not do. */
      return g_strdup_printf (_ ("%s accepts the key, but it is limited: %s"), platform_label,
                                 message != NULL ? message : account);
    case MP_TEST_REJECTED:
    default:
      if (message == NULL)
        /* Translators: %s is a platform, such as HubSpot. */
        return g_strdup_printf (_ ("%s did not accept the key."), platform_label);
      /* Translators: 1 is a platform, 2 what it answered. */
      return g_strdup_printf (_ ("%s did not accept the key: %s"), platform_label, message);
    }
}
