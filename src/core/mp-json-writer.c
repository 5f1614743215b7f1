/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-json.h"

#include <math.h>
#include <string.h>

#include "mp-json-private.h"

#define INDENT 2

/*
 * Our own, because json-glib writes 1e22 as "1e+22.0", which nobody can read, and 0.1 with
 * seventeen digits.
 */
typedef struct
{
  GString *text;
  gboolean canonical; /* as RFC 8785: the one text that everybody writes the same */
  gboolean pretty;
  unsigned int level;
} Writer;

static void append_node (Writer *self, JsonNode *node);

/* Members are ordered by their UTF-16 code units, which differs from the order of the bytes where
 * characters above U+FFFF meet those from U+E000. */
static int
compare_names (const void *a, const void *b)
{
  const char *p = *(const char *const *) a;
  const char *q = *(const char *const *) b;
  gunichar c;
  gunichar d;

  while (*p != '\0' && *p == *q)
    {
      p++;
      q++;
    }
  while (((unsigned char) *p & 0xc0) == 0x80 && ((unsigned char) *q & 0xc0) == 0x80)
    {
      p--;
      q--;
    }

  c = g_utf8_get_char (p);
  d = g_utf8_get_char (q);
  if ((c > 0xffff) != (d > 0xffff))
    {
      /* the first unit of a pair is a surrogate: above U+D7FF, below U+E000 */
      gboolean c_first = c > 0xffff ? d >= 0xe000 : c < 0xe000;

      return c_first ? -1 : 1;
    }
  return c < d ? -1 : c > d;
}

static gboolean
is_plain (char c)
{
  return (unsigned char) c >= 0x20 && c != '"' && c != '\\';
}

static void
append_escape (GString *text, unsigned char c)
{
  static const char letters[] = {
    ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'
  };

  if (c >= 0x20)
    g_string_append_printf (text, "\\%c", c);
  else if (c < G_N_ELEMENTS (letters) && letters[c] != '\0')
    g_string_append_printf (text, "\\%c", letters[c]);
  else
    g_string_append_printf (text, "\\u%04x", c);
}

/**
 * mp_json_append_string:
 * @text: a JSON text in the making
 * @value: a text, UTF-8
 *
 * Appends @value as a JSON string, the way the canonical form has it.
 */
void
mp_json_append_string (GString *text, const char *value)
{
  g_string_append_c (text, '"');
  while (*value != '\0')
    {
      const char *start = value;

      while (is_plain (*value))
        value++;
      g_string_append_len (text, start, value - start);
      if (*value != '\0')
        append_escape (text, (unsigned char) *value++);
    }
  g_string_append_c (text, '"');
}

/* One more in the last place of the decimal @digits, which does not end up longer. */
static void
increment_digits (char *digits, int *exponent)
{
  size_t i = strlen (digits);

  while (i > 0 && digits[i - 1] == '9')
    digits[--i] = '0';

  if (i > 0)
    {
      digits[i - 1]++;
      return;
    }
  digits[0] = '1';
  (*exponent)++;
}

static gboolean
reads_back (const char *digits, int exponent, double value)
{
  g_autofree char *text = g_strdup_printf ("0.%se%d", digits, exponent);
  double read = g_ascii_strtod (text, NULL);

  return memcmp (&read, &value, sizeof read) == 0;
}

/* The fewest digits that read back as @value (positive): value = 0.DIGITS * 10^exponent. */
static void
find_digits (double value, char digits[18], int *exponent)
{
  for (int n = 1; n <= 17; n++)
    {
      char text[32];
      char format[8];
      size_t length;

      g_snprintf (format, sizeof format, "%%.%de", n - 1);
      g_ascii_formatd (text, sizeof text, format, value);

      length = 0;
      for (const char *p = text; *p != 'e'; p++)
        {
          if (*p != '.')
            digits[length++] = *p;
        }
      digits[length] = '\0';
      *exponent = (int) g_ascii_strtoll (strchr (text, 'e') + 1, NULL, 10) + 1;

      if (reads_back (digits, *exponent, value))
        break;

      /* below a power of two the neighbours are nearer than above it, so that the next decimal up
       * may read back although the nearest does not */
      increment_digits (digits, exponent);
      if (reads_back (digits, *exponent, value))
        break;
    }

  for (size_t last = strlen (digits); last > 1 && digits[last - 1] == '0'; last--)
    digits[last - 1] = '\0';
}

/* As ECMAScript writes a number. */
static void
append_double (GString *text, double value)
{
  char digits[18];
  int exponent;
  int n_digits;

  if (!isfinite (value))
    {
      g_string_append (text, "null");
      return;
    }
  if (fpclassify (value) == FP_ZERO)
    {
      g_string_append_c (text, '0');
      return;
    }
  if (value < 0)
    g_string_append_c (text, '-');

  find_digits (fabs (value), digits, &exponent);
  n_digits = (int) strlen (digits);

  if (exponent > 21 || exponent <= -6)
    {
      g_string_append_c (text, digits[0]);
      if (n_digits > 1)
        g_string_append_printf (text, ".%s", digits + 1);
      g_string_append_printf (text, "e%+d", exponent - 1);
    }
  else if (exponent <= 0)
    {
      g_string_append (text, "0.");
      for (int i = exponent; i < 0; i++)
        g_string_append_c (text, '0');
      g_string_append (text, digits);
    }
  else if (n_digits > exponent)
    {
      g_string_append_len (text, digits, exponent);
      g_string_append_printf (text, ".%s", digits + exponent);
    }
  else
    {
      g_string_append (text, digits);
      for (int i = n_digits; i < exponent; i++)
        g_string_append_c (text, '0');
    }
}

static void
append_line_start (Writer *self)
{
  if (!self->pretty)
    return;

  g_string_append_c (self->text, '\n');
  for (unsigned int i = 0; i < INDENT * self->level; i++)
    g_string_append_c (self->text, ' ');
}

static GPtrArray *
list_names (Writer *self, JsonObject *object)
{
  GPtrArray *names = g_ptr_array_new ();
  JsonObjectIter iter;
  const char *name;

  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &name, NULL))
    g_ptr_array_add (names, (char *) name);
  if (self->canonical)
    g_ptr_array_sort (names, compare_names);
  return names;
}

static void
append_object (Writer *self, JsonObject *object)
{
  g_autoptr (GPtrArray) names = list_names (self, object);

  g_string_append_c (self->text, '{');
  self->level++;
  for (unsigned int i = 0; i < names->len; i++)
    {
      if (i > 0)
        g_string_append_c (self->text, ',');
      append_line_start (self);
      mp_json_append_string (self->text, names->pdata[i]);
      g_string_append (self->text, self->pretty ? ": " : ":");
      append_node (self, json_object_get_member (object, names->pdata[i]));
    }
  self->level--;
  if (names->len > 0)
    append_line_start (self);
  g_string_append_c (self->text, '}');
}

static void
append_array (Writer *self, JsonArray *array)
{
  unsigned int length = json_array_get_length (array);

  g_string_append_c (self->text, '[');
  self->level++;
  for (unsigned int i = 0; i < length; i++)
    {
      if (i > 0)
        g_string_append_c (self->text, ',');
      append_line_start (self);
      append_node (self, json_array_get_element (array, i));
    }
  self->level--;
  if (length > 0)
    append_line_start (self);
  g_string_append_c (self->text, ']');
}

static void
append_value (Writer *self, JsonNode *node)
{
  const GType type = json_node_get_value_type (node);
  const char *string = json_node_get_string (node);

  if (type == G_TYPE_BOOLEAN)
    g_string_append (self->text, json_node_get_boolean (node) ? "true" : "false");
  else if (type == G_TYPE_INT64 && !self->canonical)
    g_string_append_printf (self->text, "%" G_GINT64_FORMAT, json_node_get_int (node));
  else if (type == G_TYPE_INT64 || type == G_TYPE_DOUBLE)
    append_double (self->text, json_node_get_double (node));
  else if (string != NULL)
    mp_json_append_string (self->text, string);
  else
    g_string_append (self->text, "null");
}

static void
append_node (Writer *self, JsonNode *node)
{
  switch (json_node_get_node_type (node))
    {
    case JSON_NODE_OBJECT:
      append_object (self, json_node_get_object (node));
      break;
    case JSON_NODE_ARRAY:
      append_array (self, json_node_get_array (node));
      break;
    case JSON_NODE_VALUE:
      append_value (self, node);
      break;
    case JSON_NODE_NULL:
      g_string_append (self->text, "null");
      break;
    default:
      g_assert_not_reached ();
    }
}

static char *
write_node (JsonNode *node, gboolean canonical, gboolean pretty)
{
  Writer writer = { g_string_new (NULL), canonical, pretty, 0 };

  append_node (&writer, node);
  return g_string_free (writer.text, FALSE);
}

/*
 * mp_json_dup_number:
 *
 * @value as ECMAScript, and so RFC 8785, writes it.
 */
char *
mp_json_dup_number (double value)
{
  GString *text = g_string_new (NULL);

  append_double (text, value);
  return g_string_free (text, FALSE);
}

/**
 * mp_json_to_text:
 * @node: a value
 *
 * Returns: (transfer full): the value on one line, members in the order they were set
 */
char *
mp_json_to_text (JsonNode *node)
{
  g_return_val_if_fail (node != NULL, NULL);

  return write_node (node, FALSE, FALSE);
}

/**
 * mp_json_to_pretty_text:
 * @node: a value
 *
 * Returns: (transfer full): the value on indented lines, for people; without a line end
 */
char *
mp_json_to_pretty_text (JsonNode *node)
{
  g_return_val_if_fail (node != NULL, NULL);

  return write_node (node, FALSE, TRUE);
}

/**
 * mp_json_to_canonical:
 * @node: a value
 *
 * The canonical form of RFC 8785, over which digests and hashes are made. Numbers count as double
 * precision numbers there: whole numbers beyond 2^53 lose their last digits.
 *
 * Returns: (transfer full): the text
 */
char *
mp_json_to_canonical (JsonNode *node)
{
  g_return_val_if_fail (node != NULL, NULL);

  return write_node (node, TRUE, FALSE);
}

/**
 * mp_json_digest:
 * @node: a value
 *
 * Returns: (transfer full): the SHA-256 of the value's canonical form, in hexadecimal
 */
char *
mp_json_digest (JsonNode *node)
{
  g_autofree char *text = mp_json_to_canonical (node);

  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
}
