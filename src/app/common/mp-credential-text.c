/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-credential-text.h"

#include <glib/gi18n-lib.h>

static const char *
get_mode_text (MpMode mode)
{
  switch (mode)
    {
    case MP_MODE_TEST:
      return C_ ("credential mode", "Test");
    case MP_MODE_LIVE:
      return C_ ("credential mode", "Live");
    case MP_MODE_UNKNOWN:
      return NULL;
    default:
      g_return_val_if_reached (NULL);
    }
}

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
  add (text, get_mode_text (mp_credential_get_mode (credential)));
  add (text, mp_credential_get_account (credential));
  add (text, who);
  if (!on_this_computer)
    add (text, _ ("kept by the server, not on this computer"));
  return g_string_free (text, FALSE);
}
