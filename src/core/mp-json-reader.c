/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-json-private.h"

#include <math.h>
#include <string.h>

#include "mp-error.h"
#include "mp-json.h"

/*
 * Strict RFC 8259, into json-glib's tree. json-glib's own parser takes more than JSON, wraps
 * numbers that do not fit, keeps the last of two equal names and recurses as deep as the text says;
 * and it takes twice as long.
 */
typedef struct
{
  const char *start;
  const char *at;
  const char *end;
  GString *text; /* (unowned) (nullable): where texts are decoded; without, they are only checked */
  /* (unowned): most values of large answers are one of these, which cannot be changed */
  JsonNode *null;
  JsonNode *yes;
  JsonNode *no;
} Reader;

static gboolean read_value (Reader *self, JsonNode *node, unsigned int depth, GError **error);

G_GNUC_PRINTF (3, 4)
static gboolean
fail_at (Reader *self, GError **error, const char *format, ...)
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
fail_unexpected (Reader *self, GError **error)
{
  if (self->at == self->end)
    return fail_at (self, error, "the text ends too early");
  return fail_at (self, error, "this is not JSON");
}

static gboolean
is_blank (char c)
{
  return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static void
skip_blanks (Reader *self)
{
  while (self->at < self->end && is_blank (*self->at))
    self->at++;
}

static gboolean
take_char (Reader *self, char c)
{
  if (self->at == self->end || *self->at != c)
    return FALSE;

  self->at++;
  return TRUE;
}

static gboolean
read_hex4 (Reader *self, gunichar *unit, GError **error)
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
read_unicode_escape (Reader *self, GError **error)
{
  gunichar c;
  gunichar low;

  if (!read_hex4 (self, &c, error))
    return FALSE;

  if (c == 0)
    return fail_at (self, error, "a text may not hold the character U+0000");
  if (c >= 0xdc00 && c <= 0xdfff)
    return fail_at (self, error, "half of a surrogate pair");

  if (c >= 0xd800 && c <= 0xdbff)
    {
      if (!take_char (self, '\\') || !take_char (self, 'u'))
        return fail_at (self, error, "half of a surrogate pair");
      if (!read_hex4 (self, &low, error))
        return FALSE;
      if (low < 0xdc00 || low > 0xdfff)
        return fail_at (self, error, "half of a surrogate pair");
      c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
    }

  if (self->text != NULL)
    g_string_append_unichar (self->text, c);
  return TRUE;
}

static gboolean
read_escape (Reader *self, GError **error)
{
  static const char letters[] = "\"\\/bfnrt";
  static const char meanings[] = "\"\\/\b\f\n\r\t";
  const char *letter;

  if (take_char (self, 'u'))
    return read_unicode_escape (self, error);

  letter = self->at < self->end && *self->at != '\0' ? strchr (letters, *self->at) : NULL;
  if (letter == NULL)
    return fail_unexpected (self, error);

  self->at++;
  if (self->text != NULL)
    g_string_append_c (self->text, meanings[letter - letters]);
  return TRUE;
}

static gboolean
is_plain (char c)
{
  return (unsigned char) c >= 0x20 && c != '"' && c != '\\';
}

/* Appends it to the reader's text. */
static gboolean
read_text (Reader *self, GError **error)
{
  if (!take_char (self, '"'))
    return fail_unexpected (self, error);

  while (TRUE)
    {
      const char *plain = self->at;

      while (self->at < self->end && is_plain (*self->at))
        self->at++;
      if (self->text != NULL)
        g_string_append_len (self->text, plain, self->at - plain);

      if (take_char (self, '"'))
        return TRUE;
      if (self->at == self->end)
        return fail_unexpected (self, error);
      if (!take_char (self, '\\'))
        return fail_at (self, error, "a control character inside a text");
      if (!read_escape (self, error))
        return FALSE;
    }
}

static gboolean
read_string (Reader *self, JsonNode *node, GError **error)
{
  if (self->text != NULL)
    g_string_truncate (self->text, 0);
  if (!read_text (self, error))
    return FALSE;

  if (node != NULL)
    json_node_init_string (node, self->text->str);
  return TRUE;
}

static gboolean
skip_digits (Reader *self)
{
  const char *start = self->at;

  while (self->at < self->end && g_ascii_isdigit (*self->at))
    self->at++;
  return self->at > start;
}

/* Beyond 64 bits only what a double holds to the last digit, as canonical JSON writes it. */
static gboolean
set_integer (JsonNode *node, const char *text)
{
  g_autofree char *exact = NULL;
  int64_t integer;
  double number;

  if (g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, &integer, NULL))
    {
      if (node != NULL)
        json_node_init_int (node, integer);
      return TRUE;
    }

  number = g_ascii_strtod (text, NULL);
  exact = mp_json_dup_number (number);
  if (strcmp (exact, text) != 0)
    return FALSE;

  if (node != NULL)
    json_node_init_double (node, number);
  return TRUE;
}

static gboolean
set_double (JsonNode *node, const char *text)
{
  const double number = g_ascii_strtod (text, NULL);

  if (!isfinite (number))
    return FALSE;

  if (node != NULL)
    json_node_init_double (node, number);
  return TRUE;
}

static gboolean
read_number (Reader *self, JsonNode *node, GError **error)
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
  if (!(integer ? set_integer (node, text) : set_double (node, text)))
    {
      self->at = start;
      return fail_at (self, error, "a number out of range");
    }
  return TRUE;
}

static gboolean
read_word (Reader *self, const char *word, GError **error)
{
  for (const char *p = word; *p != '\0'; p++)
    {
      if (!take_char (self, *p))
        return fail_unexpected (self, error);
    }
  return TRUE;
}

/* (transfer full): the node for the value that comes next */
static JsonNode *
make_node (Reader *self)
{
  skip_blanks (self);
  switch (self->at < self->end ? *self->at : '\0')
    {
    case 't':
      return json_node_ref (self->yes);
    case 'f':
      return json_node_ref (self->no);
    case 'n':
      return json_node_ref (self->null);
    default:
      return json_node_init_null (json_node_alloc ());
    }
}

/* A new member of @parent, named by the text, for the value that comes next. */
static gboolean
add_member (Reader *self, JsonNode *parent, JsonNode **value)
{
  JsonObject *object = json_node_get_object (parent);
  const unsigned int size = json_object_get_size (object);

  *value = make_node (self);
  json_object_set_member (object, self->text->str, *value);
  return json_object_get_size (object) > size;
}

static gboolean
read_member (Reader *self, JsonNode *parent, unsigned int depth, GError **error)
{
  const char *start = self->at;
  JsonNode *value = NULL;

  if (!read_string (self, NULL, error))
    return FALSE;
  skip_blanks (self);
  if (!take_char (self, ':'))
    return fail_unexpected (self, error);

  if (parent != NULL && !add_member (self, parent, &value))
    {
      self->at = start;
      return fail_at (self, error, "the member “%s” stands twice", self->text->str);
    }
  return read_value (self, value, depth + 1, error);
}

static gboolean
read_element (Reader *self, JsonNode *parent, unsigned int depth, GError **error)
{
  JsonNode *value = NULL;

  if (parent != NULL)
    {
      value = make_node (self);
      json_array_add_element (json_node_get_array (parent), value);
    }
  return read_value (self, value, depth + 1, error);
}

typedef gboolean (*ReadItem) (Reader *self, JsonNode *parent, unsigned int depth, GError **error);

/* What stands between the brackets; the opening one is taken already. */
static gboolean
read_items (Reader *self,
            JsonNode *parent,
            unsigned int depth,
            char closing,
            ReadItem read_item,
            GError **error)
{
  skip_blanks (self);
  if (take_char (self, closing))
    return TRUE;

  do
    {
      skip_blanks (self);
      if (!read_item (self, parent, depth, error))
        return FALSE;
      skip_blanks (self);
    }
  while (take_char (self, ','));

  return take_char (self, closing) || fail_unexpected (self, error);
}

static gboolean
read_object (Reader *self, JsonNode *node, unsigned int depth, GError **error)
{
  self->at++;
  if (node != NULL)
    {
      json_node_init (node, JSON_NODE_OBJECT);
      json_node_take_object (node, json_object_new ());
    }
  return read_items (self, node, depth, '}', read_member, error);
}

static gboolean
read_array (Reader *self, JsonNode *node, unsigned int depth, GError **error)
{
  self->at++;
  if (node != NULL)
    {
      json_node_init (node, JSON_NODE_ARRAY);
      json_node_take_array (node, json_array_new ());
    }
  return read_items (self, node, depth, ']', read_element, error);
}

/* @node: (nullable): what make_node () made for it */
static gboolean
read_value (Reader *self, JsonNode *node, unsigned int depth, GError **error)
{
  skip_blanks (self);
  if (self->at == self->end)
    return fail_unexpected (self, error);

  if ((*self->at == '{' || *self->at == '[') && depth == MP_JSON_MAX_DEPTH)
    return fail_at (self, error, "more than %d levels deep", MP_JSON_MAX_DEPTH);

  switch (*self->at)
    {
    case '{':
      return read_object (self, node, depth, error);
    case '[':
      return read_array (self, node, depth, error);
    case '"':
      return read_string (self, node, error);
    case 't':
      return read_word (self, "true", error);
    case 'f':
      return read_word (self, "false", error);
    case 'n':
      return read_word (self, "null", error);
    default:
      return read_number (self, node, error);
    }
}

/* @root: (out) (optional) */
static gboolean
read_root (Reader *self, JsonNode **root, GError **error)
{
  if (!g_utf8_validate_len (self->start, (size_t) (self->end - self->start), &self->at))
    return fail_at (self, error, "this is not UTF-8");

  self->at = self->start;
  if (root != NULL)
    *root = make_node (self);
  if (!read_value (self, root != NULL ? *root : NULL, 0, error))
    return FALSE;

  skip_blanks (self);
  if (self->at < self->end)
    return fail_at (self, error, "more text after the value");
  return TRUE;
}

static JsonNode *
make_constant (JsonNode *node)
{
  json_node_seal (node);
  return node;
}

/*
 * mp_json_read:
 *
 * The one value of strict JSON that @text is, or NULL. Errors are %MP_ERROR_INVALID and name line
 * and column; of the text they hold at most a member's name.
 */
JsonNode *
mp_json_read (const char *text, size_t length, GError **error)
{
  g_autoptr (GString) decoded = g_string_new (NULL);
  g_autoptr (JsonNode) null = make_constant (json_node_init_null (json_node_alloc ()));
  g_autoptr (JsonNode) yes = make_constant (json_node_init_boolean (json_node_alloc (), TRUE));
  g_autoptr (JsonNode) no = make_constant (json_node_init_boolean (json_node_alloc (), FALSE));
  Reader reader = {
    .start = text,
    .at = text,
    .end = text + length,
    .text = decoded,
    .null = null,
    .yes = yes,
    .no = no,
  };
  g_autoptr (JsonNode) root = NULL;

  return read_root (&reader, &root, error) ? g_steal_pointer (&root) : NULL;
}

/*
 * mp_json_check:
 *
 * Is @text one value of JSON? Only that a name stands twice is not seen. Nothing of the text is
 * copied.
 */
gboolean
mp_json_check (const char *text, size_t length)
{
  Reader reader = { .start = text, .at = text, .end = text + length };

  return read_root (&reader, NULL, NULL);
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
  Reader reader = { .start = at, .at = at, .end = end, .text = decoded };

  return read_text (&reader, NULL) ? reader.at : NULL;
}
