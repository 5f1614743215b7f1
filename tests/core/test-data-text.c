/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-data-text.h"

/* What has no translation stays as it is, and nothing is not the head of a catalogue of messages.
 */
static void
test_untranslated (void)
{
  g_assert_null (mp_data_text_translate (NULL));
  g_assert_cmpstr (mp_data_text_translate (""), ==, "");
  g_assert_cmpstr (mp_data_text_translate ("A label of my own"), ==, "A label of my own");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/core/data-text/untranslated", test_untranslated);

  return g_test_run ();
}
