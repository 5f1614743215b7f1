/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-answer-words.h"

#include <string.h>

#define MAX_MESSAGE_CHARACTERS 300
/* What is looked at: a message stands at the beginning, and some answer with megabytes. */
#define MAX_READ_BYTES (64 * 1024)

/* HTML's own names that messages really have; the rest are numbers. */
static const struct
{
  const char *name;
  const char *text;
} entities[] = {
  { "amp", "&" },    { "lt", "<" },     { "gt", ">" },     { "quot", "\"" },  { "apos", "'" },
  { "nbsp", " " },   { "hellip", "…" }, { "ndash", "–" },  { "mdash", "—" },  { "lsquo", "‘" },
  { "rsquo", "’" },  { "ldquo", "“" },  { "rdquo", "”" },  { "laquo", "«" },  { "raquo", "»" },
  { "eacute", "é" }, { "egrave", "è" }, { "agrave", "à" }, { "ccedil", "ç" }, { "auml", "ä" },
  { "ouml", "ö" },   { "uuml", "ü" },   { "szlig", "ß" },  { "copy", "©" },
};

/* Elements that stand within a word or a sentence; all others part words. */
static const char *const inline_elements[] = { "a", "b",    "code",   "em", "font",
                                               "i", "span", "strong", "u",  NULL };

/* Elements whose content nobody reads. */
static const char *const unread_elements[] = { "script", "style", "head", NULL };

/* Just beyond the element's end tag; NULL: it has none. */
static const char *
skip_element (const char *at, const char *name)
{
  size_t length = strlen (name);

  for (const char *end = strstr (at, "</"); end != NULL; end = strstr (end + 2, "</"))
    {
      if (g_ascii_strncasecmp (end + 2, name, length) == 0 && !g_ascii_isalnum (end[2 + length]))
        {
          const char *close = strchr (end, '>');

          return close != NULL ? close + 1 : NULL;
        }
    }
  return NULL;
}

/* Is this a tag, not a "less than"? */
static gboolean
is_tag (const char *at)
{
  return at[0] == '<' && (g_ascii_isalpha (at[1]) || at[1] == '!' || at[1] == '?' ||
                          (at[1] == '/' && g_ascii_isalpha (at[2])));
}

/* Just beyond the tag, or what it begins when nobody reads that. */
static const char *
skip_tag (const char *at, gboolean *parts_words)
{
  const char *start = at + (at[1] == '/' ? 2 : 1);
  size_t length = 0;
  g_autofree char *name = NULL;
  const char *end;

  if (g_str_has_prefix (at, "<!--"))
    {
      end = strstr (at, "-->");
      *parts_words = TRUE;
      return end != NULL ? end + 3 : at + strlen (at);
    }
  while (g_ascii_isalnum (start[length]))
    length++;
  name = g_ascii_strdown (start, (gssize) length);
  *parts_words = !g_strv_contains (inline_elements, name);
  end = at[1] != '/' && g_strv_contains (unread_elements, name) ? skip_element (at, name) : NULL;
  if (end == NULL)
    {
      end = strchr (at, '>');
      end = end != NULL ? end + 1 : at + strlen (at);
    }
  return end;
}

static char *
strip_tags (const char *text)
{
  g_autoptr (GString) stripped = g_string_new (NULL);

  while (*text != '\0')
    {
      gboolean parts_words;

      if (!is_tag (text))
        {
          g_string_append_c (stripped, *text++);
          continue;
        }
      text = skip_tag (text, &parts_words);
      if (parts_words)
        g_string_append_c (stripped, '\n');
    }
  return g_string_free (g_steal_pointer (&stripped), FALSE);
}

/* How many bytes the entity at @text has; 0: it is none. */
static size_t
decode_entity (const char *text, GString *decoded)
{
  const char *end = strchr (text, ';');
  size_t length = end != NULL ? (size_t) (end - text) : 0;
  gboolean is_hex;
  const char *digits;
  char *stop;
  guint64 number;

  if (length < 3 || length > 10)
    return 0;
  for (size_t i = 0; i < G_N_ELEMENTS (entities); i++)
    {
      if (strlen (entities[i].name) == length - 1 &&
          strncmp (text + 1, entities[i].name, length - 1) == 0)
        {
          g_string_append (decoded, entities[i].text);
          return length + 1;
        }
    }
  if (text[1] != '#')
    return 0;
  is_hex = g_ascii_tolower (text[2]) == 'x';
  digits = text + (is_hex ? 3 : 2);
  number = g_ascii_strtoull (digits, &stop, is_hex ? 16 : 10);
  if (stop != end || number == 0 || number > 0x10ffff || !g_unichar_validate ((gunichar) number))
    return 0;
  g_string_append_unichar (decoded, (gunichar) number);
  return length + 1;
}

static char *
decode_entities (const char *text)
{
  g_autoptr (GString) decoded = g_string_new (NULL);

  while (*text != '\0')
    {
      size_t length = *text == '&' ? decode_entity (text, decoded) : 0;

      if (length == 0)
        g_string_append_c (decoded, *text++);
      text += length;
    }
  return g_string_free (g_steal_pointer (&decoded), FALSE);
}

/* Python, PHP, Java, .NET and Ruby: how a line of a trace begins. */
static gboolean
is_of_trace (const char *line)
{
  static const char *const starts[] = { "Traceback (most recent call last)",
                                        "Stack trace:",
                                        "stack trace:",
                                        "File \"",
                                        "Call Stack",
                                        NULL };
  const char *word;

  while (g_ascii_isspace (*line))
    line++;
  for (unsigned int i = 0; starts[i] != NULL; i++)
    {
      if (g_str_has_prefix (line, starts[i]))
        return TRUE;
    }
  if (line[0] == '#' && g_ascii_isdigit (line[1]))
    return TRUE;
  if (!g_str_has_prefix (line, "at "))
    return FALSE;
  word = line + strlen ("at ");
  return word[strcspn (word, "( ")] == '(';
}

/* What stands before the trace, or its last line: there Python says what happened. */
static char *
drop_trace (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  unsigned int n = g_strv_length (lines);
  unsigned int trace = 0;
  g_autoptr (GString) kept = g_string_new (NULL);

  while (trace < n && !is_of_trace (lines[trace]))
    trace++;
  for (unsigned int i = 0; i < trace; i++)
    {
      /* PHP puts all on one line. */
      char *inside = strstr (lines[i], "Stack trace:");

      if (inside != NULL)
        *inside = '\0';
      g_string_append_printf (kept, "%s\n", lines[i]);
      if (inside != NULL)
        break;
    }
  g_strchug (kept->str);
  kept->len = strlen (kept->str);
  for (unsigned int i = n; kept->len == 0 && i > trace + 1; i--)
    {
      if (*g_strstrip (lines[i - 1]) != '\0' && !is_of_trace (lines[i - 1]))
        g_string_append (kept, lines[i - 1]);
    }
  return g_string_free (g_steal_pointer (&kept), FALSE);
}

/* Control characters, and those that turn the direction of what follows them. */
static gboolean
is_blank (gunichar c)
{
  return g_unichar_isspace (c) || g_unichar_iscntrl (c) || (c >= 0x202a && c <= 0x202e) ||
         (c >= 0x2066 && c <= 0x2069) || c == 0x2028 || c == 0x2029;
}

/* (nullable): one line, not too long */
static char *
make_line (const char *text)
{
  g_autoptr (GString) line = g_string_new (NULL);
  gboolean blank = FALSE;
  unsigned int count = 0;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (is_blank (c))
        {
          blank = line->len > 0;
          continue;
        }
      if (count + (blank ? 1 : 0) >= MAX_MESSAGE_CHARACTERS)
        {
          g_string_append (line, "…");
          break;
        }
      if (blank)
        g_string_append_c (line, ' ');
      count += blank ? 2 : 1;
      blank = FALSE;
      g_string_append_unichar (line, c);
    }
  return line->len > 0 ? g_string_free (g_steal_pointer (&line), FALSE) : NULL;
}

/* The beginning of the text; what is cut is cut between words, so that no half key is left. */
static char *
take_start (const char *text, size_t length)
{
  size_t taken = strnlen (text, MIN (length, MAX_READ_BYTES));
  char *start;

  if (taken == MAX_READ_BYTES)
    {
      while (taken > 0 && !g_ascii_isspace (text[taken - 1]))
        taken--;
    }
  start = g_utf8_make_valid (text, (gssize) taken);
  return start;
}

char *
mp_answer_words_clean (const char *text, size_t length, const MpRedaction *redaction)
{
  g_autofree char *start = take_start (text, length);
  g_autofree char *redacted = mp_redaction_apply (redaction, start);
  g_autofree char *stripped = strip_tags (redacted);
  g_autofree char *decoded = decode_entities (stripped);
  /* Some encode their tags first. */
  g_autofree char *bare = strip_tags (decoded);
  g_autofree char *kept = drop_trace (bare);
  /* What was encoded twice is readable only now. */
  g_autofree char *safe = mp_redaction_apply (redaction, kept);

  return make_line (safe);
}

char *
mp_answer_words_find_title (const char *page, size_t length, const MpRedaction *redaction)
{
  g_autofree char *start = take_start (page, length);
  g_autofree char *lower = g_ascii_strdown (start, -1);
  const char *title = strstr (lower, "<title");
  const char *open = title != NULL ? strchr (title, '>') : NULL;
  const char *end = open != NULL ? strstr (open, "</title") : NULL;

  return end != NULL ? mp_answer_words_clean (start + (open + 1 - lower), (size_t) (end - open - 1),
                                              redaction)
                     : NULL;
}
