/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-json.h"

#include <math.h>
#include <string.h>

#include "mp-error.h"
#include "mp-json-private.h"

static gboolean
is_value_of (JsonNode *node, GType type)
{
  return node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == type;
}

static gboolean
is_null (JsonNode *node)
{
  return node == NULL || JSON_NODE_HOLDS_NULL (node) ||
         (is_value_of (node, G_TYPE_STRING) && json_node_get_string (node) == NULL);
}

static gboolean
is_number (JsonNode *node)
{
  return is_value_of (node, G_TYPE_INT64) || is_value_of (node, G_TYPE_DOUBLE);
}

/* An integer, also when it is written as 3.0 or 3e2, as some servers do. */
static gboolean
read_int (JsonNode *node, int64_t *value)
{
  const double largest_exact = 9007199254740992.0; /* 2^53 */
  double number;

  if (is_value_of (node, G_TYPE_INT64))
    {
      *value = json_node_get_int (node);
      return TRUE;
    }
  if (!is_value_of (node, G_TYPE_DOUBLE))
    return FALSE;

  number = json_node_get_double (node);
  if (number != trunc (number) || fabs (number) > largest_exact)
    return FALSE;

  *value = (int64_t) number;
  return TRUE;
}

static JsonNode *
require_member (JsonObject *object, const char *name, GError **error)
{
  JsonNode *node = json_object_get_member (object, name);

  if (node == NULL)
    g_set_error (error, MP_ERROR, MP_ERROR_INVALID, "the member “%s” is missing", name);
  return node;
}

static void
set_type_error (GError **error, const char *name, const char *expected)
{
  g_set_error (error, MP_ERROR, MP_ERROR_INVALID, "the member “%s” is not %s", name, expected);
}

static gboolean
equal_objects (JsonObject *a, JsonObject *b)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  if (json_object_get_size (a) != json_object_get_size (b))
    return FALSE;

  json_object_iter_init (&iter, a);
  while (json_object_iter_next (&iter, &name, &value))
    {
      JsonNode *other = json_object_get_member (b, name);

      if (other == NULL || !mp_json_node_equal (value, other))
        return FALSE;
    }
  return TRUE;
}

static gboolean
equal_arrays (JsonArray *a, JsonArray *b)
{
  unsigned int length = json_array_get_length (a);

  if (length != json_array_get_length (b))
    return FALSE;

  for (unsigned int i = 0; i < length; i++)
    {
      if (!mp_json_node_equal (json_array_get_element (a, i), json_array_get_element (b, i)))
        return FALSE;
    }
  return TRUE;
}

static gboolean
equal_values (JsonNode *a, JsonNode *b)
{
  if (is_value_of (a, G_TYPE_INT64) && is_value_of (b, G_TYPE_INT64))
    return json_node_get_int (a) == json_node_get_int (b);
  if (is_number (a) && is_number (b))
    return !(json_node_get_double (a) < json_node_get_double (b)) &&
           !(json_node_get_double (a) > json_node_get_double (b));
  if (json_node_get_value_type (a) != json_node_get_value_type (b))
    return FALSE;
  if (is_value_of (a, G_TYPE_BOOLEAN))
    return json_node_get_boolean (a) == json_node_get_boolean (b);
  return g_strcmp0 (json_node_get_string (a), json_node_get_string (b)) == 0;
}

static JsonNode *
copy_array (JsonArray *array)
{
  g_autoptr (JsonArray) copy = json_array_new ();

  for (unsigned int i = 0; i < json_array_get_length (array); i++)
    json_array_add_element (copy, mp_json_node_copy (json_array_get_element (array, i)));
  return json_node_init_array (json_node_alloc (), copy);
}

static JsonNode *
copy_value (JsonNode *node)
{
  JsonNode *copy = json_node_alloc ();

  if (is_value_of (node, G_TYPE_STRING))
    return json_node_init_string (copy, json_node_get_string (node));
  if (is_value_of (node, G_TYPE_INT64))
    return json_node_init_int (copy, json_node_get_int (node));
  if (is_value_of (node, G_TYPE_DOUBLE))
    return json_node_init_double (copy, json_node_get_double (node));
  if (is_value_of (node, G_TYPE_BOOLEAN))
    return json_node_init_boolean (copy, json_node_get_boolean (node));
  return json_node_init_null (copy);
}

/**
 * mp_json_parse:
 * @text: the text; needs no closing NUL when @length is given
 * @length: its bytes, or -1 when it is NUL-terminated
 * @error: return location for a %MP_ERROR_INVALID, which names line and column
 *
 * Reads one JSON value. Refuses what is not strict JSON in UTF-8, a name that stands twice in an
 * object, more than %MP_JSON_MAX_DEPTH levels, and numbers that would be read with a wrong value.
 * A byte order mark before the value is skipped. Any thread.
 *
 * Returns: (transfer full): the value, or %NULL with @error set
 */
JsonNode *
mp_json_parse (const char *text, gssize length, GError **error)
{
  static const char mark[] = "\xef\xbb\xbf";
  size_t size;

  g_return_val_if_fail (text != NULL || length == 0, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  size = length < 0 ? strlen (text) : (size_t) length;
  if (size >= strlen (mark) && memcmp (text, mark, strlen (mark)) == 0)
    {
      text += strlen (mark);
      size -= strlen (mark);
    }

  return mp_json_read (text, size, error);
}

/**
 * mp_json_parse_object:
 * @text: the text
 * @length: its bytes, or -1 when it is NUL-terminated
 * @error: return location for a %MP_ERROR_INVALID
 *
 * As mp_json_parse (), for a text that must be an object. Any thread.
 *
 * Returns: (transfer full): the object, or %NULL with @error set
 */
JsonObject *
mp_json_parse_object (const char *text, gssize length, GError **error)
{
  g_autoptr (JsonNode) node = mp_json_parse (text, length, error);

  if (node == NULL)
    return NULL;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      g_set_error_literal (error, MP_ERROR, MP_ERROR_INVALID, "the JSON is not an object");
      return NULL;
    }
  return json_node_dup_object (node);
}

/**
 * mp_json_require_string:
 * @object: an object from outside
 * @name: the member's name
 * @error: return location for a %MP_ERROR_INVALID that names the member
 *
 * Returns: (transfer none): the text, owned by @object, or %NULL with @error set
 */
const char *
mp_json_require_string (JsonObject *object, const char *name, GError **error)
{
  JsonNode *node = require_member (object, name, error);

  if (node == NULL)
    return NULL;

  if (!is_value_of (node, G_TYPE_STRING) || is_null (node))
    {
      set_type_error (error, name, "a text");
      return NULL;
    }
  return json_node_get_string (node);
}

/**
 * mp_json_get_string:
 * @object: an object from outside
 * @name: the member's name
 * @fallback: (nullable): what to answer when the member is missing or no text
 *
 * Returns: (transfer none) (nullable): the text, owned by @object, or @fallback
 */
const char *
mp_json_get_string (JsonObject *object, const char *name, const char *fallback)
{
  JsonNode *node = json_object_get_member (object, name);

  return is_value_of (node, G_TYPE_STRING) && !is_null (node) ? json_node_get_string (node)
                                                              : fallback;
}

/**
 * mp_json_require_int:
 * @object: an object from outside
 * @name: the member's name
 * @value: (out): the number
 * @error: return location for a %MP_ERROR_INVALID that names the member
 *
 * Returns: %TRUE, or %FALSE with @error set when the member is missing or no whole number
 */
gboolean
mp_json_require_int (JsonObject *object, const char *name, int64_t *value, GError **error)
{
  JsonNode *node = require_member (object, name, error);

  if (node == NULL)
    return FALSE;

  if (!read_int (node, value))
    {
      set_type_error (error, name, "a whole number");
      return FALSE;
    }
  return TRUE;
}

/**
 * mp_json_get_int:
 * @object: an object from outside
 * @name: the member's name
 * @fallback: what to answer when the member is missing or no whole number
 *
 * Returns: the number, or @fallback
 */
int64_t
mp_json_get_int (JsonObject *object, const char *name, int64_t fallback)
{
  int64_t value;

  return read_int (json_object_get_member (object, name), &value) ? value : fallback;
}

/**
 * mp_json_get_boolean:
 * @object: an object from outside
 * @name: the member's name
 * @fallback: what to answer when the member is missing or no boolean
 *
 * Returns: the value, or @fallback
 */
gboolean
mp_json_get_boolean (JsonObject *object, const char *name, gboolean fallback)
{
  JsonNode *node = json_object_get_member (object, name);

  return is_value_of (node, G_TYPE_BOOLEAN) ? json_node_get_boolean (node) : fallback;
}

/**
 * mp_json_get_object:
 * @object: an object from outside
 * @name: the member's name
 *
 * Returns: (transfer none) (nullable): the member, or %NULL when it is missing or no object
 */
JsonObject *
mp_json_get_object (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

/**
 * mp_json_get_array:
 * @object: an object from outside
 * @name: the member's name
 *
 * Returns: (transfer none) (nullable): the member, or %NULL when it is missing or no array
 */
JsonArray *
mp_json_get_array (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

/**
 * mp_json_require_object:
 * @object: an object from outside
 * @name: the member's name
 * @error: return location for a %MP_ERROR_INVALID that names the member
 *
 * Returns: (transfer none): the member, or %NULL with @error set
 */
JsonObject *
mp_json_require_object (JsonObject *object, const char *name, GError **error)
{
  JsonNode *node = require_member (object, name, error);

  if (node == NULL)
    return NULL;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      set_type_error (error, name, "an object");
      return NULL;
    }
  return json_node_get_object (node);
}

/**
 * mp_json_require_array:
 * @object: an object from outside
 * @name: the member's name
 * @error: return location for a %MP_ERROR_INVALID that names the member
 *
 * Returns: (transfer none): the member, or %NULL with @error set
 */
JsonArray *
mp_json_require_array (JsonObject *object, const char *name, GError **error)
{
  JsonNode *node = require_member (object, name, error);

  if (node == NULL)
    return NULL;

  if (!JSON_NODE_HOLDS_ARRAY (node))
    {
      set_type_error (error, name, "an array");
      return NULL;
    }
  return json_node_get_array (node);
}

/**
 * mp_json_node_get_string:
 * @node: (nullable): a value from outside
 *
 * Returns: (transfer none) (nullable): the text, owned by @node, or %NULL when it is anything else
 */
const char *
mp_json_node_get_string (JsonNode *node)
{
  return is_value_of (node, G_TYPE_STRING) ? json_node_get_string (node) : NULL;
}

/**
 * mp_json_array_get_string:
 * @array: an array from outside
 * @index: less than its length
 *
 * Returns: (transfer none) (nullable): the text, or %NULL when the element is anything else
 */
const char *
mp_json_array_get_string (JsonArray *array, unsigned int index)
{
  return mp_json_node_get_string (json_array_get_element (array, index));
}

/**
 * mp_json_array_get_object:
 * @array: an array from outside
 * @index: less than its length
 *
 * Returns: (transfer none) (nullable): the object, or %NULL when the element is anything else
 */
JsonObject *
mp_json_array_get_object (JsonArray *array, unsigned int index)
{
  JsonNode *node = json_array_get_element (array, index);

  return JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

/**
 * mp_json_dup_strings:
 * @object: an object from outside
 * @name: a member's name
 *
 * Returns: (transfer full): the texts of that array, without what is no text; empty when the member
 *   is missing or no array
 */
GStrv
mp_json_dup_strings (JsonObject *object, const char *name)
{
  JsonArray *array = mp_json_get_array (object, name);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (unsigned int i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      const char *text = mp_json_array_get_string (array, i);

      if (text != NULL)
        g_strv_builder_add (builder, text);
    }
  return g_strv_builder_end (builder);
}

/**
 * mp_json_node_new_string:
 * @value: (nullable): a text, or %NULL for a JSON null
 *
 * Returns: (transfer full): a new node
 */
JsonNode *
mp_json_node_new_string (const char *value)
{
  if (value == NULL)
    return mp_json_node_new_null ();
  return json_node_init_string (json_node_alloc (), value);
}

/**
 * mp_json_node_take_object:
 * @object: (transfer full): an object
 *
 * Returns: (transfer full): a new node that owns @object
 */
JsonNode *
mp_json_node_take_object (JsonObject *object)
{
  JsonNode *node;

  g_return_val_if_fail (object != NULL, NULL);

  node = json_node_alloc ();
  json_node_init (node, JSON_NODE_OBJECT);
  json_node_take_object (node, object);
  return node;
}

/**
 * mp_json_node_new_null:
 *
 * Returns: (transfer full): a new JSON null
 */
JsonNode *
mp_json_node_new_null (void)
{
  return json_node_init_null (json_node_alloc ());
}

/**
 * mp_json_node_copy:
 * @node: a value
 *
 * A copy of everything below @node, to be changed, or to be used in another thread.
 * json_node_copy () is fit for neither: it shares what it copies, and counts the references to it
 * without a lock.
 *
 * Returns: (transfer full): a new node that shares nothing with @node
 */
JsonNode *
mp_json_node_copy (JsonNode *node)
{
  g_return_val_if_fail (node != NULL, NULL);

  if (JSON_NODE_HOLDS_OBJECT (node))
    return mp_json_node_take_object (mp_json_object_copy (json_node_get_object (node)));
  if (JSON_NODE_HOLDS_ARRAY (node))
    return copy_array (json_node_get_array (node));
  return copy_value (node);
}

/**
 * mp_json_object_copy:
 * @object: an object
 *
 * As mp_json_node_copy ().
 *
 * Returns: (transfer full): a new object that shares nothing with @object
 */
JsonObject *
mp_json_object_copy (JsonObject *object)
{
  JsonObject *copy;
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  g_return_val_if_fail (object != NULL, NULL);

  copy = json_object_new ();
  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &name, &value))
    json_object_set_member (copy, name, mp_json_node_copy (value));
  return copy;
}

/**
 * mp_json_node_equal:
 * @a: (nullable): a value
 * @b: (nullable): a value
 *
 * Are both the same value? The order of members does not count, and 1 is 1.0. %NULL is the same as
 * a JSON null: both say "not set".
 *
 * Returns: whether they are the same
 */
gboolean
mp_json_node_equal (JsonNode *a, JsonNode *b)
{
  if (is_null (a) || is_null (b))
    return is_null (a) && is_null (b);
  if (json_node_get_node_type (a) != json_node_get_node_type (b))
    return FALSE;
  if (JSON_NODE_HOLDS_OBJECT (a))
    return equal_objects (json_node_get_object (a), json_node_get_object (b));
  if (JSON_NODE_HOLDS_ARRAY (a))
    return equal_arrays (json_node_get_array (a), json_node_get_array (b));
  return equal_values (a, b);
}

/**
 * mp_json_node_is_empty:
 * @node: (nullable): a value
 *
 * Is there nothing in it: %NULL, null, "", {} or []? Zero and false are something.
 *
 * Returns: whether it is empty
 */
gboolean
mp_json_node_is_empty (JsonNode *node)
{
  if (is_null (node))
    return TRUE;
  if (JSON_NODE_HOLDS_OBJECT (node))
    return json_object_get_size (json_node_get_object (node)) == 0;
  if (JSON_NODE_HOLDS_ARRAY (node))
    return json_array_get_length (json_node_get_array (node)) == 0;
  return is_value_of (node, G_TYPE_STRING) && json_node_get_string (node)[0] == '\0';
}
