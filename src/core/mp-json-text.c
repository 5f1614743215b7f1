/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-json-text.h"

#include <stdlib.h>
#include <string.h>

#define MAX_DIGITS 15
/* Objects with up to so many members are put in order without memory of their own. */
#define SMALL 80

/* Each answers where its value ends, or NULL when it is not plain. */
static const char *skip_value (const char *at, const char *end, unsigned int depth);

static const char *
skip_string (const char *at, const char *end, gboolean is_name)
{
  const char *start = ++at;
  gboolean is_ascii = TRUE;

  for (; at < end && *at != '"'; at++)
    {
      const unsigned char c = (unsigned char) *at;

      if (c < 0x20 || c == '\\')
        return NULL;
      if (c >= 0x80)
        is_ascii = FALSE;
    }
  if (at == end ||
      (!is_ascii && (is_name || !g_utf8_validate_len (start, (size_t) (at - start), NULL))))
    return NULL;
  return at + 1;
}

static const char *
skip_number (const char *at, const char *end)
{
  const char *start;

  if (*at == '-')
    at++;
  start = at;
  while (at < end && g_ascii_isdigit (*at))
    at++;
  if (at == start || at - start > MAX_DIGITS ||
      (*start == '0' && (at - start > 1 || start[-1] == '-')))
    return NULL;
  return at < end && strchr (".eE", *at) != NULL ? NULL : at;
}

static const char *
skip_word (const char *at, const char *end, const char *word)
{
  const size_t length = strlen (word);

  return (size_t) (end - at) >= length && memcmp (at, word, length) == 0 ? at + length : NULL;
}

/* The next member or element, from @at on. */
static const char *
read_span (
    const char *at, const char *end, gboolean is_object, unsigned int depth, MpJsonSpan *span)
{
  *span = (MpJsonSpan){ 0 };
  if (is_object)
    {
      if (at >= end || *at != '"')
        return NULL;
      span->name = at + 1;
      at = skip_string (at, end, TRUE);
      if (at == NULL || at >= end || *at != ':')
        return NULL;
      span->name_length = (size_t) (at - 1 - span->name);
      at++;
    }
  span->value = at;
  at = skip_value (at, end, depth);
  span->value_length = at != NULL ? (size_t) (at - span->value) : 0;
  return at;
}

/* An object or array, and where @spans is not NULL what it consists of. */
static const char *
read_spans (const char *at,
            const char *end,
            unsigned int depth,
            MpJsonSpan *spans,
            unsigned int max,
            unsigned int *n_spans)
{
  const gboolean is_object = *at == '{';
  const char closing = is_object ? '}' : ']';
  MpJsonSpan own;

  *n_spans = 0;
  if (depth > MP_JSON_TEXT_MAX_DEPTH)
    return NULL;
  if (++at < end && *at == closing)
    return at + 1;

  while (*n_spans < max)
    {
      at = read_span (at, end, is_object, depth, spans != NULL ? &spans[*n_spans] : &own);
      (*n_spans)++;
      if (at == NULL || at >= end)
        return NULL;
      if (*at == closing)
        return at + 1;
      if (*at++ != ',')
        return NULL;
    }
  return NULL;
}

static const char *
skip_value (const char *at, const char *end, unsigned int depth)
{
  unsigned int n_spans;

  if (at >= end)
    return NULL;
  switch (*at)
    {
    case '"':
      return skip_string (at, end, FALSE);
    case '{':
    case '[':
      return read_spans (at, end, depth + 1, NULL, MP_JSON_TEXT_MAX_MEMBERS, &n_spans);
    case 't':
      return skip_word (at, end, "true");
    case 'f':
      return skip_word (at, end, "false");
    case 'n':
      return skip_word (at, end, "null");
    default:
      return skip_number (at, end);
    }
}

static int
compare_names (const void *a, const void *b)
{
  const MpJsonSpan *first = a;
  const MpJsonSpan *second = b;
  int order = memcmp (first->name, second->name, MIN (first->name_length, second->name_length));

  if (order != 0)
    return order;
  return first->name_length < second->name_length ? -1 : first->name_length > second->name_length;
}

/* FALSE: a name stands twice. */
static gboolean
sort_spans (MpJsonSpan *spans, int n_spans)
{
  gboolean is_sorted = TRUE;

  for (int i = 1; i < n_spans && is_sorted; i++)
    is_sorted = compare_names (&spans[i - 1], &spans[i]) < 0;
  if (is_sorted)
    return TRUE;

  qsort (spans, (size_t) n_spans, sizeof *spans, compare_names);
  for (int i = 1; i < n_spans; i++)
    {
      if (compare_names (&spans[i - 1], &spans[i]) == 0)
        return FALSE;
    }
  return TRUE;
}

static gboolean
append_spans (GString *canonical, const MpJsonSpan *spans, int n_spans, gboolean is_object)
{
  g_string_append_c (canonical, is_object ? '{' : '[');
  for (int i = 0; i < n_spans; i++)
    {
      const MpJsonSpan *span = &spans[i];

      if (i > 0)
        g_string_append_c (canonical, ',');
      if (is_object)
        {
          g_string_append_len (canonical, span->name - 1, (gssize) span->name_length + 2);
          g_string_append_c (canonical, ':');
        }
      if (*span->value == '{' || *span->value == '[')
        {
          if (!mp_json_text_append_canonical (canonical, span->value, span->value_length))
            return FALSE;
        }
      else
        g_string_append_len (canonical, span->value, (gssize) span->value_length);
    }
  g_string_append_c (canonical, is_object ? '}' : ']');
  return TRUE;
}

/**
 * mp_json_text_split:
 * @text: an object or an array
 * @length: its bytes
 * @spans: (out caller-allocates) (array length=max): gets its members or elements, in their order
 * @max: how many there is room for
 *
 * Names that stand twice are not noticed. Any thread.
 *
 * Returns: how many there are; -1 when @text is neither an object nor an array, is not plain, or
 *   there are more than @max
 */
int
mp_json_text_split (const char *text, size_t length, MpJsonSpan *spans, unsigned int max)
{
  unsigned int n_spans = 0;

  g_return_val_if_fail (text != NULL && spans != NULL, -1);

  if (length == 0 || (*text != '{' && *text != '[') ||
      read_spans (text, text + length, 1, spans, max, &n_spans) != text + length)
    return -1;
  return (int) n_spans;
}

/**
 * mp_json_text_find:
 * @spans: (array length=n_spans): an object's members
 * @n_spans: how many
 * @name: a name
 *
 * Returns: (transfer none) (nullable): the member of that name
 */
const MpJsonSpan *
mp_json_text_find (const MpJsonSpan *spans, int n_spans, const char *name)
{
  for (int i = 0; i < n_spans; i++)
    {
      if (mp_json_span_is_named (&spans[i], name))
        return &spans[i];
    }
  return NULL;
}

/**
 * mp_json_text_has_unique_names:
 * @spans: (array length=n_spans): an object's members
 * @n_spans: how many; a few
 *
 * Returns: whether no name stands twice among them
 */
gboolean
mp_json_text_has_unique_names (const MpJsonSpan *spans, int n_spans)
{
  for (int i = 1; i < n_spans; i++)
    {
      for (int j = 0; j < i; j++)
        {
          if (compare_names (&spans[i], &spans[j]) == 0)
            return FALSE;
        }
    }
  return TRUE;
}

/**
 * mp_json_text_is_plain:
 * @text: a text
 * @length: its bytes
 *
 * Names that stand twice are not noticed. Any thread.
 *
 * Returns: whether it is one plain value
 */
gboolean
mp_json_text_is_plain (const char *text, size_t length)
{
  g_return_val_if_fail (text != NULL, FALSE);

  return skip_value (text, text + length, 0) == text + length;
}

/**
 * mp_json_text_append_canonical:
 * @canonical: gets the canonical form (RFC 8785) of @text at its end
 * @text: an object or an array
 * @length: its bytes
 *
 * The same text that mp_json_to_canonical () makes of the parsed one. Any thread.
 *
 * Returns: %FALSE when @text is not plain, or a name stands twice in an object of it: what was
 *   appended is cut off again
 */
gboolean
mp_json_text_append_canonical (GString *canonical, const char *text, size_t length)
{
  MpJsonSpan small[SMALL];
  g_autofree MpJsonSpan *large = NULL;
  MpJsonSpan *spans = small;
  const size_t start = canonical->len;
  int n_spans = mp_json_text_split (text, length, small, SMALL);

  if (n_spans < 0)
    {
      spans = large = g_new (MpJsonSpan, MP_JSON_TEXT_MAX_MEMBERS);
      n_spans = mp_json_text_split (text, length, large, MP_JSON_TEXT_MAX_MEMBERS);
    }
  if (n_spans >= 0 && (*text == '[' || sort_spans (spans, n_spans)) &&
      append_spans (canonical, spans, n_spans, *text == '{'))
    return TRUE;
  g_string_truncate (canonical, start);
  return FALSE;
}

/**
 * mp_json_span_is_named:
 * @span: a member
 * @name: a name
 *
 * Returns: whether it is the member's
 */
gboolean
mp_json_span_is_named (const MpJsonSpan *span, const char *name)
{
  return span->name_length == strlen (name) && memcmp (span->name, name, span->name_length) == 0;
}

/**
 * mp_json_span_is_string:
 * @span: (nullable): a member or element
 *
 * Returns: whether its value is a string
 */
gboolean
mp_json_span_is_string (const MpJsonSpan *span)
{
  return span != NULL && *span->value == '"';
}

/**
 * mp_json_span_is:
 * @span: (nullable): a member or element
 * @text: a value as it stands in a text, such as `"create"` with its quotation marks
 *
 * Returns: whether it is that value
 */
gboolean
mp_json_span_is (const MpJsonSpan *span, const char *text)
{
  return span != NULL && span->value_length == strlen (text) &&
         memcmp (span->value, text, span->value_length) == 0;
}

/**
 * mp_json_span_dup_string:
 * @span: (nullable): a member or element
 *
 * Returns: (transfer full) (nullable): its string, or %NULL when it is anything else
 */
char *
mp_json_span_dup_string (const MpJsonSpan *span)
{
  return mp_json_span_is_string (span) ? g_strndup (span->value + 1, span->value_length - 2) : NULL;
}
