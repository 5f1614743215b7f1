/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-app-text.h"

#include "mp-error.h"

#include <glib/gi18n-lib.h>

/* Neither the way there nor the key. */
static char *
dup_connection_error (const GError *error, const char *who)
{
  if (mp_error_is_offline (error))
    /* Translators: 1 is "The tenant server" or a platform such as HubSpot, 2 the technical message.
     */
    return g_strdup_printf (_ ("%s could not be reached (%s). Check the connection and try again."),
                               who, error->message);
  if (g_error_matches (error, MP_ERROR, MP_ERROR_UNAUTHORIZED))
    /* Translators: %s is "The tenant server" or a platform such as HubSpot. */
    return g_strdup_printf (_ ("%s did not accept the key. Replace it with a valid one."), who);
  return NULL;
}

/* What a platform's messages say by themselves, in whole sentences. */
static char *
dup_server_error (const GError *error)
{
  if (g_error_matches (error, MP_ERROR, MP_ERROR_FORBIDDEN))
    /* Translators: %s is the technical message. */
    return g_strdup_printf (_ ("The tenant server does not allow this: %s"), error->message);
  if (g_error_matches (error, MP_ERROR, MP_ERROR_RATE_LIMITED))
    /* Translators: %s is the technical message. */
    return g_strdup_printf (_ ("The tenant server asks to wait before the next request: %s"),
                               error->message);
  if (g_error_matches (error, MP_ERROR, MP_ERROR_UNAVAILABLE))
    /* Translators: %s is the technical message. */
    return g_strdup_printf (
        _ ("The tenant server cannot work at the moment. Try again later. (%s)"), error->message);
  if (g_error_matches (error, MP_ERROR, MP_ERROR_INVALID))
    /* Translators: %s is the technical message. */
    return g_strdup_printf (_ ("The answer of the tenant server cannot be read: %s"),
                               error->message);
  return NULL;
}

/**
 * mp_app_text_dup_error:
 * @error: what went wrong; not a cancellation
 * @who: (nullable): the other side, such as "HubSpot"; %NULL for the tenant server
 *
 * Says in people's words what happened and what to do.
 *
 * Returns: (transfer full): the text
 */
char *
mp_app_text_dup_error (const GError *error, const char *who)
{
  g_autofree char *text = NULL;

  g_return_val_if_fail (error != NULL, NULL);

  text = dup_connection_error (error, who != NULL ? who : _ ("The tenant server"));
  if (text == NULL && who == NULL)
    text = dup_server_error (error);
  if (text != NULL)
    return g_steal_pointer (&text);
  if (g_error_matches (error, MP_ERROR, MP_ERROR_KEYRING_LOCKED))
    return g_strdup (_ ("The keyring is locked, so no key can be read or kept. Unlock it (you are "
                        "asked for its password) and try again."));
  if (g_error_matches (error, MP_ERROR, MP_ERROR_KEYRING_MISSING))
    return g_strdup (
        _ ("No keyring answers, and keys are kept nowhere else. Install and start one, "
                        "such as GNOME Keyring, and try again."));
  if (g_error_matches (error, MP_ERROR, MP_ERROR_STORAGE))
    /* Translators: %s is the technical message. */
    return g_strdup_printf (_ ("It could not be saved on this computer: %s"), error->message);
  if (g_error_matches (error, MP_ERROR, MP_ERROR_NEWER))
    return g_strdup (_ ("This was written by a newer version of this program. Update it."));
  return g_strdup (error->message);
}

/**
 * mp_app_text_dup_time:
 * @unix_us: a time; 0: not known
 *
 * Returns: (transfer full): date and time in the person's zone and language
 */
char *
mp_app_text_dup_time (int64_t unix_us)
{
  g_autoptr (GDateTime) time = NULL;
  g_autoptr (GDateTime) local = NULL;

  if (unix_us == 0)
    return g_strdup (C_ ("time", "Not known"));

  time = g_date_time_new_from_unix_utc (unix_us / G_USEC_PER_SEC);
  local = g_date_time_to_local (time);
  /* Translators: a date and a time, as strftime () writes them. */
  return g_date_time_format (local, C_ ("time format", "%-d %B %Y, %H:%M"));
}

/**
 * mp_app_text_dup_age:
 * @unix_us: a time; 0: never
 * @now_unix_us: the time now
 *
 * Returns: (transfer full): how long ago it was; from a week on, the date
 */
char *
mp_app_text_dup_age (int64_t unix_us, int64_t now_unix_us)
{
  int64_t minutes = (now_unix_us - unix_us) / G_USEC_PER_SEC / 60;

  if (unix_us == 0)
    return g_strdup (C_ ("time", "Never"));
  if (minutes < 1)
    return g_strdup (C_ ("time", "Just now"));
  if (minutes < 60)
    return g_strdup_printf (ngettext ("%d minute ago", "%d minutes ago", (unsigned long) minutes),
                            (int) minutes);
  if (minutes < 24 * 60)
    return g_strdup_printf (
        ngettext ("%d hour ago", "%d hours ago", (unsigned long) (minutes / 60)),
        (int) (minutes / 60));
  if (minutes < 7 * 24 * 60)
    return g_strdup_printf (
        ngettext ("%d day ago", "%d days ago", (unsigned long) (minutes / 60 / 24)),
        (int) (minutes / 60 / 24));
  return mp_app_text_dup_time (unix_us);
}
