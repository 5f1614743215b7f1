/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-search.h"

#include <string.h>

/**
 * mp_search_fold:
 * @text: (nullable): a text that people read
 *
 * The text without case and diacritics, so that "Strasse" finds "Straße" and "ecole" finds "École".
 *
 * Returns: (transfer full): the folded text
 */
char *
mp_search_fold (const char *text)
{
  g_autofree char *decomposed = NULL;
  g_autoptr (GString) bare = NULL;

  if (text == NULL)
    return g_strdup ("");

  decomposed = g_utf8_normalize (text, -1, G_NORMALIZE_NFKD);
  if (decomposed == NULL) /* not UTF-8 */
    return g_ascii_strdown (text, -1);

  bare = g_string_sized_new (strlen (decomposed));
  for (const char *at = decomposed; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar character = g_utf8_get_char (at);

      if (g_unichar_type (character) != G_UNICODE_NON_SPACING_MARK)
        g_string_append_unichar (bare, character);
    }
  return g_utf8_casefold (bare->str, bare->len);
}

/**
 * mp_search_matches:
 * @folded_text: a text from mp_search_fold ()
 * @folded_query: what is looked for, from mp_search_fold ()
 *
 * Does each word of the query stand anywhere in the text? An empty query matches all.
 *
 * Returns: whether it does
 */
gboolean
mp_search_matches (const char *folded_text, const char *folded_query)
{
  g_auto (GStrv) words = NULL;

  g_return_val_if_fail (folded_text != NULL, FALSE);
  g_return_val_if_fail (folded_query != NULL, FALSE);

  if (strstr (folded_text, folded_query) != NULL)
    return TRUE;

  words = g_strsplit (folded_query, " ", -1);
  for (char **word = words; *word != NULL; word++)
    {
      if (strstr (folded_text, *word) == NULL)
        return FALSE;
    }
  return TRUE;
}
