/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-json-private.h"

#include <math.h>
#include <string.h>

#include "mp-error.h"
#include "mp-json.h"

/*
 * Strict RFC 8259, before json-glib sees the text. json-glib takes more than JSON, wraps numbers
 * that do not fit, keeps the last of two equal names and recurses as deep as the text says.
 */
typedef struct
{
  const char *start;
  const char *at;
  const char *end;
  GArray *long_integers;                /* (nullable) (element-type size_t): where they end */
  GHashTable *names[MP_JSON_MAX_DEPTH]; /* (owned) (nullable): of the open object at that depth */
} Scanner;

static gboolean scan_value (Scanner *self, unsigned int depth, GError **error);

static void
scanner_clear (Scanner *self)
{
  for (size_t i = 0; i < G_N_ELEMENTS (self->names); i++)
    g_clear_pointer (&self->names[i], g_hash_table_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Scanner, scanner_clear)

G_GNUC_PRINTF (3, 4)
static gboolean
fail_at (Scanner *self, GError **error, const char *format, ...)
{
  g_autofree char *message = NULL;
  unsigned int line = 1;
  unsigned int column = 1;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);

  for (const char *p = self->start; p < self->at; p++)
    {
      if (*p == '\n')
        {
          line++;
          column = 1;
        }
      else if (((unsigned char) *p & 0xc0) != 0x80)
        {
          column++;
        }
    }

  g_set_error (error, MP_ERROR, MP_ERROR_INVALID, "line %u, column %u: %s", line, column, message);
  return FALSE;
}

static gboolean
fail_unexpected (Scanner *self, GError **error)
{
  if (self->at == self->end)
    return fail_at (self, error, "the text ends too early");
  return fail_at (self, error, "this is not JSON");
}

static void
skip_blanks (Scanner *self)
{
  while (self->at < self->end && strchr (" \t\r\n", *self->at) != NULL)
    self->at++;
}

static gboolean
take_char (Scanner *self, char c)
{
  if (self->at == self->end || *self->at != c)
    return FALSE;

  self->at++;
  return TRUE;
}

static gboolean
scan_hex4 (Scanner *self, gunichar *unit, GError **error)
{
  *unit = 0;
  for (unsigned int i = 0; i < 4; i++)
    {
      if (self->at == self->end || !g_ascii_isxdigit (*self->at))
        return fail_unexpected (self, error);
      *unit = *unit * 16 + (gunichar) g_ascii_xdigit_value (*self->at);
      self->at++;
    }
  return TRUE;
}

static gboolean
scan_unicode_escape (Scanner *self, GString *decoded, GError **error)
{
  gunichar c;
  gunichar low;

  if (!scan_hex4 (self, &c, error))
    return FALSE;

  if (c == 0)
    return fail_at (self, error, "a text may not hold the character U+0000");
  if (c >= 0xdc00 && c <= 0xdfff)
    return fail_at (self, error, "half of a surrogate pair");

  if (c >= 0xd800 && c <= 0xdbff)
    {
      if (!take_char (self, '\\') || !take_char (self, 'u'))
        return fail_at (self, error, "half of a surrogate pair");
      if (!scan_hex4 (self, &low, error))
        return FALSE;
      if (low < 0xdc00 || low > 0xdfff)
        return fail_at (self, error, "half of a surrogate pair");
      c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
    }

  if (decoded != NULL)
    g_string_append_unichar (decoded, c);
  return TRUE;
}

static gboolean
scan_escape (Scanner *self, GString *decoded, GError **error)
{
  static const char letters[] = "\"\\/bfnrt";
  static const char meanings[] = "\"\\/\b\f\n\r\t";
  const char *letter;

  if (take_char (self, 'u'))
    return scan_unicode_escape (self, decoded, error);

  letter = self->at < self->end && *self->at != '\0' ? strchr (letters, *self->at) : NULL;
  if (letter == NULL)
    return fail_unexpected (self, error);

  self->at++;
  if (decoded != NULL)
    g_string_append_c (decoded, meanings[letter - letters]);
  return TRUE;
}

/* @decoded is (nullable): only the names of members are needed */
static gboolean
scan_string (Scanner *self, GString *decoded, GError **error)
{
  if (!take_char (self, '"'))
    return fail_unexpected (self, error);

  while (self->at < self->end)
    {
      const char c = *self->at;

      if ((unsigned char) c < 0x20)
        return fail_at (self, error, "a control character inside a text");

      self->at++;
      if (c == '"')
        return TRUE;

      if (c == '\\')
        {
          if (!scan_escape (self, decoded, error))
            return FALSE;
        }
      else if (decoded != NULL)
        {
          g_string_append_c (decoded, c);
        }
    }

  return fail_unexpected (self, error);
}

static gboolean
skip_digits (Scanner *self)
{
  const char *start = self->at;

  while (self->at < self->end && g_ascii_isdigit (*self->at))
    self->at++;
  return self->at > start;
}

/* Beyond 64 bits only what a double holds to the last digit, as canonical JSON writes it. */
static gboolean
check_integer (Scanner *self, const char *text)
{
  const size_t end = (size_t) (self->at - self->start);
  g_autofree char *exact = NULL;
  double value;

  if (g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, NULL, NULL))
    return TRUE;

  value = g_ascii_strtod (text, NULL);
  exact = mp_json_dup_number (value);
  if (strcmp (exact, text) != 0)
    return FALSE;

  if (self->long_integers != NULL)
    g_array_append_val (self->long_integers, end);
  return TRUE;
}

static gboolean
scan_number (Scanner *self, GError **error)
{
  const char *start = self->at;
  g_autofree char *text = NULL;
  gboolean integer = TRUE;

  take_char (self, '-');
  if (!take_char (self, '0') && !skip_digits (self))
    return fail_unexpected (self, error);

  if (take_char (self, '.'))
    {
      integer = FALSE;
      if (!skip_digits (self))
        return fail_unexpected (self, error);
    }
  if (take_char (self, 'e') || take_char (self, 'E'))
    {
      integer = FALSE;
      if (!take_char (self, '+'))
        take_char (self, '-');
      if (!skip_digits (self))
        return fail_unexpected (self, error);
    }

  text = g_strndup (start, (size_t) (self->at - start));
  if (!(integer ? check_integer (self, text) : isfinite (g_ascii_strtod (text, NULL))))
    {
      self->at = start;
      return fail_at (self, error, "a number out of range");
    }
  return TRUE;
}

static gboolean
scan_word (Scanner *self, const char *word, GError **error)
{
  for (const char *p = word; *p != '\0'; p++)
    {
      if (!take_char (self, *p))
        return fail_unexpected (self, error);
    }
  return TRUE;
}

static gboolean
scan_member (Scanner *self, unsigned int depth, GError **error)
{
  const char *start = self->at;
  g_autoptr (GString) name = g_string_new (NULL);

  if (!scan_string (self, name, error))
    return FALSE;

  if (!g_hash_table_add (self->names[depth], g_strdup (name->str)))
    {
      self->at = start;
      return fail_at (self, error, "the member “%s” stands twice", name->str);
    }

  skip_blanks (self);
  if (!take_char (self, ':'))
    return fail_unexpected (self, error);
  return scan_value (self, depth + 1, error);
}

static gboolean
scan_element (Scanner *self, unsigned int depth, GError **error)
{
  return scan_value (self, depth + 1, error);
}

/* What stands between the brackets; the opening one is taken already. */
static gboolean
scan_items (Scanner *self,
            unsigned int depth,
            char closing,
            gboolean (*scan_item) (Scanner *, unsigned int, GError **),
            GError **error)
{
  skip_blanks (self);
  if (take_char (self, closing))
    return TRUE;

  do
    {
      skip_blanks (self);
      if (!scan_item (self, depth, error))
        return FALSE;
      skip_blanks (self);
    }
  while (take_char (self, ','));

  return take_char (self, closing) || fail_unexpected (self, error);
}

static gboolean
scan_object (Scanner *self, unsigned int depth, GError **error)
{
  if (self->names[depth] == NULL)
    self->names[depth] = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  else
    g_hash_table_remove_all (self->names[depth]);

  return scan_items (self, depth, '}', scan_member, error);
}

static gboolean
scan_value (Scanner *self, unsigned int depth, GError **error)
{
  skip_blanks (self);
  if (self->at == self->end)
    return fail_unexpected (self, error);

  if (strchr ("{[", *self->at) != NULL && depth == MP_JSON_MAX_DEPTH)
    return fail_at (self, error, "more than %d levels deep", MP_JSON_MAX_DEPTH);

  switch (*self->at)
    {
    case '{':
      self->at++;
      return scan_object (self, depth, error);
    case '[':
      self->at++;
      return scan_items (self, depth, ']', scan_element, error);
    case '"':
      return scan_string (self, NULL, error);
    case 't':
      return scan_word (self, "true", error);
    case 'f':
      return scan_word (self, "false", error);
    case 'n':
      return scan_word (self, "null", error);
    default:
      return scan_number (self, error);
    }
}

/*
 * mp_json_scan:
 *
 * Is @text one value of strict JSON that json-glib will read without loss? Errors are
 * %MP_ERROR_INVALID and name line and column; of the text they hold at most a member's name.
 * @long_integers (nullable) gets where the integers beyond 64 bits end, which json-glib would
 * misread.
 */
gboolean
mp_json_scan (const char *text, size_t length, GArray *long_integers, GError **error)
{
  g_auto (Scanner) scanner = {
    .start = text, .at = text, .end = text + length, .long_integers = long_integers
  };
  const char *valid_end;

  if (!g_utf8_validate_len (text, length, &valid_end))
    {
      scanner.at = valid_end;
      return fail_at (&scanner, error, "this is not UTF-8");
    }

  if (!scan_value (&scanner, 0, error))
    return FALSE;

  skip_blanks (&scanner);
  if (scanner.at < scanner.end)
    return fail_at (&scanner, error, "more text after the value");
  return TRUE;
}

/*
 * mp_json_read_string:
 *
 * Appends the text that stands at @at, in quotes, to @decoded. What it appends is never longer than
 * what it reads. Returns where it ends, or NULL when it is not a valid text.
 */
const char *
mp_json_read_string (const char *at, const char *end, GString *decoded)
{
  Scanner scanner = { .start = at, .at = at, .end = end };

  return scan_string (&scanner, decoded, NULL) ? scanner.at : NULL;
}
