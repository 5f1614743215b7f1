/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz-driver.h"

#include <glib.h>

#include "mp-secret.h"

/* The reader of secrets is not json-glib's; one that it accepts is the same after it was written.
 */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *input = size > 0 ? g_strndup ((const char *) data, size) : g_strdup ("");
  g_autoptr (GError) error = NULL;
  g_autoptr (MpSecret) secret = mp_secret_new_from_text (input, &error);
  g_autoptr (MpSecret) again = NULL;
  char *text;

  g_assert_true ((secret == NULL) == (error != NULL));
  if (secret == NULL)
    return 0;

  text = mp_secret_to_text (secret);
  again = mp_secret_new_from_text (text, &error);
  mp_secret_wipe_text (text);
  g_assert_no_error (error);
  g_assert_cmpuint (mp_secret_get_size (again), ==, mp_secret_get_size (secret));
  for (unsigned int i = 0; i < mp_secret_get_size (secret); i++)
    {
      const char *part = mp_secret_get_part (secret, i);

      g_assert_cmpstr (mp_secret_get (again, part), ==, mp_secret_get (secret, part));
    }
  return 0;
}
