/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-redaction.h"

#include <string.h>

#include "mp-secret.h"

#define MASK "••••"
/* Shorter ones stand in ordinary words too, so that they are hidden only as whole words. */
#define SHORTEST_ANYWHERE 4
/* A server that cuts what it echoes leaves a piece: half a key of this length is hidden as well. */
#define SHORTEST_PIECE 8
/* A base64 text holds three bytes in four characters, so a value stands in it in three ways. */
#define BASE64_WAYS 3

typedef enum
{
  FORM_WORDS = 1, /* as it is, percent-encoded, escaped for JSON or HTML */
  FORM_WHOLE,     /* the same, but not within a word */
  FORM_PIECE,     /* the same, and what follows it in its word */
  FORM_BASE64,    /* the characters that it alone decides, and all that stand beside them */
} Form;

typedef struct
{
  char *text; /* wiped */
  Form form;
} Value;

struct _MpRedaction
{
  int reference_count;
  GPtrArray *values; /* (element-type Value) */
};

static void
value_free (gpointer data)
{
  Value *value = data;

  mp_secret_wipe_text (value->text);
  g_free (value);
}

static void
add_value (MpRedaction *self, char *text /* (transfer full) */, Form form)
{
  Value *value = g_new0 (Value, 1);

  value->text = text;
  value->form = form;
  g_ptr_array_add (self->values, value);
}

/* @lead: how many bytes stand before the value in its first group of three. */
static void
add_base64 (MpRedaction *self, const char *text, size_t lead)
{
  size_t length = strlen (text);
  size_t first = (lead * 8 + 5) / 6;
  size_t end = (lead + length) * 8 / 6;
  char *led = g_strnfill (lead + length, 'x');
  char *encoded;

  memcpy (led + lead, text, length);
  encoded = g_base64_encode ((const guchar *) led, lead + length);
  add_value (self, g_strndup (encoded + first, end - first), FORM_BASE64);
  mp_secret_wipe_text (encoded);
  mp_secret_wipe_text (led);
}

/* Characters that the plain text stands for in JSON, HTML and addresses. */
static const struct
{
  const char *entity;
  char plain;
} entities[] = {
  { "&amp;", '&' }, { "&lt;", '<' }, { "&gt;", '>' }, { "&quot;", '"' }, { "&apos;", '\'' },
};

static int
read_hex (const char *at, unsigned int digits)
{
  int number = 0;

  for (unsigned int i = 0; i < digits; i++)
    {
      if (!g_ascii_isxdigit (at[i]))
        return -1;
      number = number * 16 + g_ascii_xdigit_value (at[i]);
    }
  return number;
}

/* A character by its number: "&#38;", "&#x26;". */
static size_t
read_numeric_entity (const char *at, gunichar *character)
{
  gboolean is_hex;
  const char *digits;
  char *end;
  guint64 number;

  if (at[0] != '&' || at[1] != '#')
    return 0;
  is_hex = g_ascii_tolower (at[2]) == 'x';
  digits = at + (is_hex ? 3 : 2);
  if (!g_ascii_isxdigit (*digits))
    return 0;
  number = g_ascii_strtoull (digits, &end, is_hex ? 16 : 10);
  if (*end != ';' || number == 0 || number > 0x10ffff)
    return 0;
  *character = (gunichar) number;
  return (size_t) (end + 1 - at);
}

/* "\u00e9", also as two halves. */
static size_t
read_json_escape (const char *at, gunichar *character)
{
  int high = at[0] == '\\' && at[1] == 'u' ? read_hex (at + 2, 4) : -1;
  int low;

  if (high <= 0)
    return 0;
  *character = (gunichar) high;
  if (high < 0xd800 || high > 0xdbff)
    return 6;
  low = at[6] == '\\' && at[7] == 'u' ? read_hex (at + 8, 4) : -1;
  if (low < 0xdc00 || low > 0xdfff)
    return 0;
  *character = 0x10000 + (((gunichar) high - 0xd800) << 10) + ((gunichar) low - 0xdc00);
  return 12;
}

static gboolean
is_same (char a, char b, Form form)
{
  if (form != FORM_BASE64)
    return g_ascii_tolower (a) == g_ascii_tolower (b);
  return a == b || (a == '-' && b == '+') || (a == '_' && b == '/');
}

static size_t match (const char *at, const char *value, Form form);

/* @used bytes of the text stand for the value's next @n bytes. */
static size_t
match_rest (const char *at, size_t used, const char *value, size_t n, Form form)
{
  size_t rest;

  if (value[n] == '\0')
    return used;
  rest = match (at + used, value + n, form);
  return rest > 0 ? used + rest : 0;
}

/* "%41", and "%2541" of what was encoded twice. */
static size_t
match_percent (const char *at, const char *value, Form form)
{
  const char *digits = at + 1;
  size_t matched = 0;

  if (*at != '%')
    return 0;
  while (matched == 0)
    {
      int byte = read_hex (digits, 2);

      if (byte > 0 && is_same ((char) byte, *value, form))
        matched = match_rest (at, (size_t) (digits + 2 - at), value, 1, form);
      if (strncmp (digits, "25", 2) != 0)
        break;
      digits += 2;
    }
  return matched;
}

static size_t
match_character (const char *at, const char *value, Form form)
{
  gunichar character = 0;
  size_t used = read_json_escape (at, &character);
  char bytes[6];
  int n;

  if (used == 0)
    used = read_numeric_entity (at, &character);
  if (used == 0)
    return 0;
  n = g_unichar_to_utf8 (character, bytes);
  for (int i = 0; i < n; i++)
    {
      if (!is_same (bytes[i], value[i], form))
        return 0;
    }
  return match_rest (at, used, value, (size_t) n, form);
}

static size_t
match_escape (const char *at, const char *value, Form form)
{
  size_t matched = 0;

  if (*at == '\\' && at[1] != '\0' && at[1] == *value)
    matched = match_rest (at, 2, value, 1, form);
  if (matched == 0 && *at == '+' && *value == ' ')
    matched = match_rest (at, 1, value, 1, form);
  for (size_t i = 0; *at == '&' && matched == 0 && i < G_N_ELEMENTS (entities); i++)
    {
      if (*value == entities[i].plain && g_str_has_prefix (at, entities[i].entity))
        matched = match_rest (at, strlen (entities[i].entity), value, 1, form);
    }
  return matched > 0 ? matched : match_character (at, value, form);
}

/* How many bytes of the text stand for the whole value; 0: it does not stand there. */
static size_t
match (const char *at, const char *value, Form form)
{
  size_t matched = 0;

  if (*at == '\0')
    return 0;
  if (is_same (*at, *value, form))
    matched = match_rest (at, 1, value, 1, form);
  if (matched == 0)
    matched = match_percent (at, value, form);
  if (matched == 0)
    matched = match_escape (at, value, form);
  return matched;
}

static gboolean
is_of_word (char c)
{
  return g_ascii_isalnum (c) || (guchar) c >= 0x80;
}

static gboolean
is_of_base64 (char c)
{
  return g_ascii_isalnum (c) || (c != '\0' && strchr ("+/-_=%", c) != NULL);
}

static gboolean
is_of_piece (char c)
{
  return c != '\0' && !g_ascii_isspace (c) && strchr ("\"'<>,;&)]}", c) == NULL;
}

/* Does the value stand at @at? Then the bytes before and from there that go with it. */
static gboolean
find_value (const Value *value, const char *text, const char *at, size_t *before, size_t *length)
{
  *before = 0;
  *length = match (at, value->text, value->form);
  if (*length == 0)
    return FALSE;
  switch (value->form)
    {
    case FORM_WHOLE:
      return (at == text || !is_of_word (at[-1])) && !is_of_word (at[*length]);
    case FORM_PIECE:
      while (is_of_piece (at[*length]))
        ++*length;
      return TRUE;
    case FORM_BASE64:
      while (at - *before > text && is_of_base64 (at[-(gssize) *before - 1]))
        ++*before;
      while (is_of_base64 (at[*length]))
        ++*length;
      return TRUE;
    case FORM_WORDS:
    default:
      return TRUE;
    }
}

static char *
hide (const Value *value, const char *text)
{
  g_autoptr (GString) hidden = g_string_new (NULL);
  const char *copied = text;
  const char *at = text;

  while (*at != '\0')
    {
      size_t before;
      size_t length;

      if (!find_value (value, text, at, &before, &length))
        {
          at++;
          continue;
        }
      before = MIN (before, (size_t) (at - copied));
      g_string_append_len (hidden, copied, at - copied - (gssize) before);
      g_string_append (hidden, MASK);
      at = copied = at + length;
    }
  g_string_append (hidden, copied);
  return g_string_free (g_steal_pointer (&hidden), FALSE);
}

MpRedaction *
mp_redaction_new (void)
{
  MpRedaction *self = g_new0 (MpRedaction, 1);

  self->reference_count = 1;
  self->values = g_ptr_array_new_with_free_func (value_free);
  return self;
}

MpRedaction *
mp_redaction_ref (MpRedaction *self)
{
  g_atomic_int_inc (&self->reference_count);
  return self;
}

void
mp_redaction_unref (MpRedaction *self)
{
  if (!g_atomic_int_dec_and_test (&self->reference_count))
    return;
  g_ptr_array_unref (self->values);
  g_free (self);
}

void
mp_redaction_add (MpRedaction *self, const char *value, gboolean is_secret)
{
  size_t length = value != NULL ? strlen (value) : 0;

  if (length == 0 || (length < SHORTEST_ANYWHERE && !is_secret))
    return;
  /* The longest form first: nothing is left beside its mask. */
  for (size_t lead = 0; length >= SHORTEST_ANYWHERE && lead < BASE64_WAYS; lead++)
    add_base64 (self, value, lead);
  add_value (self, g_strdup (value),
             is_secret && length >= SHORTEST_ANYWHERE ? FORM_WORDS : FORM_WHOLE);
  if (is_secret && length >= 2 * SHORTEST_PIECE)
    add_value (self, g_strndup (value, length / 2), FORM_PIECE);
}

char *
mp_redaction_apply (const MpRedaction *self, const char *text)
{
  g_autoptr (GRegex) half_masked = NULL;
  g_autofree char *hidden = g_strdup (text);

  for (unsigned int i = 0; i < self->values->len; i++)
    {
      char *next = hide (g_ptr_array_index (self->values, i), hidden);

      mp_secret_wipe_text (hidden);
      hidden = next;
    }
  /* Vendors mask a key only in part: "sk_test_********************a1b2". */
  half_masked =
      g_regex_new ("[^\\s\"']*\\*{3,}[^\\s\"']*", G_REGEX_RAW, G_REGEX_MATCH_DEFAULT, NULL);
  return g_regex_replace_literal (half_masked, hidden, -1, 0, MASK, G_REGEX_MATCH_DEFAULT, NULL);
}
