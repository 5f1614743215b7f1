/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-data-text.h"

#include <glib/gi18n-lib.h>

/**
 * mp_data_text_translate:
 * @text: (nullable): a text of a data file: a label, a help, a reason
 *
 * Which texts of the data files can be translated is said in po/data-strings.py; one of a file
 * that did not come with the program stays as it is.
 *
 * Returns: (transfer none) (nullable): @text in the language of the program
 */
const char *
mp_data_text_translate (const char *text)
{
  /* The translation of nothing would be the head of the catalogue of messages. */
  if (text == NULL || *text == '\0')
    return text;
  return g_dgettext (GETTEXT_PACKAGE, text);
}
