/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-humanise.h"

#include <string.h>

/* Longer ones in capitals are words, not abbreviations such as URL. */
#define LONGEST_ABBREVIATION 4

static gboolean
is_separator (gunichar c)
{
  return c == '_' || c == '-' || c == '.' || c == ':' || c == '/';
}

static gboolean
is_shouted (const char *name)
{
  gboolean has_separator = FALSE;

  for (const char *p = name; *p != '\0'; p = g_utf8_next_char (p))
    {
      if (g_unichar_islower (g_utf8_get_char (p)))
        return FALSE;
      has_separator = has_separator || is_separator (g_utf8_get_char (p));
    }
  return has_separator || g_utf8_strlen (name, -1) > LONGEST_ABBREVIATION;
}

/* Does a word begin at @p inside a name such as `dateOfBirth` or `HTMLBody`? */
static gboolean
begins_word (const char *p)
{
  gunichar before = g_utf8_get_char (g_utf8_prev_char (p));
  gunichar after = g_utf8_get_char (g_utf8_next_char (p));

  if (!g_unichar_isupper (g_utf8_get_char (p)))
    return FALSE;
  return g_unichar_islower (before) || g_unichar_isdigit (before) ||
         (g_unichar_isupper (before) && g_unichar_islower (after));
}

/* @word: of the name as it is; the first of the label gets its capital later */
static void
append_word (GString *label, const char *word, size_t length, gboolean shouted)
{
  g_autofree char *text = g_strndup (word, length);
  gboolean is_abbreviation = !shouted && g_utf8_strlen (text, -1) > 1;

  for (const char *p = text; *p != '\0' && is_abbreviation; p = g_utf8_next_char (p))
    is_abbreviation = !g_unichar_islower (g_utf8_get_char (p));
  if (label->len > 0)
    g_string_append_c (label, ' ');
  if (is_abbreviation)
    g_string_append (label, text);
  else
    {
      g_autofree char *lower = g_utf8_strdown (text, -1);

      g_string_append (label, lower);
    }
}

static char *
capitalise (const char *text)
{
  g_autofree char *first = g_strndup (text, (size_t) (g_utf8_next_char (text) - text));
  g_autofree char *upper = g_utf8_strup (first, -1);

  return g_strconcat (upper, g_utf8_next_char (text), NULL);
}

char *
mp_humanise (const char *name)
{
  g_autoptr (GString) label = g_string_new (NULL);
  const char *word = name;
  gboolean shouted;

  /* Somebody wrote words already. */
  if (strchr (name, ' ') != NULL || !g_utf8_validate (name, -1, NULL))
    return g_strdup (name);
  shouted = is_shouted (name);
  for (const char *p = name; TRUE; p = g_utf8_next_char (p))
    {
      gboolean ends = *p == '\0' || is_separator (g_utf8_get_char (p));

      if (p > word && (ends || (!shouted && begins_word (p))))
        {
          append_word (label, word, (size_t) (p - word), shouted);
          word = p;
        }
      if (*p == '\0')
        break;
      if (ends)
        word = g_utf8_next_char (p);
    }
  return label->len > 0 ? capitalise (label->str) : g_strdup (name);
}
