/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-json.h"

#include <string.h>

/* A name of this length is looked up without a copy on the heap. */
#define TOKEN_BYTES 128

/* NULL when a ~ is followed by something else than 0 or 1. */
static char *
unescape_token (const char *token)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (const char *p = token; *p != '\0'; p++)
    {
      if (*p != '~')
        {
          g_string_append_c (text, *p);
          continue;
        }

      p++;
      if (*p != '0' && *p != '1')
        return NULL;
      g_string_append_c (text, *p == '0' ? '~' : '/');
    }

  return g_strdup (text->str);
}

static JsonNode *
get_element (JsonArray *array, const char *token)
{
  guint64 index;

  if (token[0] == '0' && token[1] != '\0')
    return NULL;
  if (!g_ascii_string_to_unsigned (token, 10, 0, G_MAXUINT, &index, NULL) ||
      index >= json_array_get_length (array))
    return NULL;
  return json_array_get_element (array, (unsigned int) index);
}

/**
 * mp_pointer_append:
 * @pointer: a JSON Pointer
 * @token: the name of a member, not escaped
 *
 * Returns: (transfer full): the pointer to that member
 */
char *
mp_pointer_append (const char *pointer, const char *token)
{
  GString *text;

  g_return_val_if_fail (pointer != NULL, NULL);
  g_return_val_if_fail (token != NULL, NULL);

  text = g_string_new (pointer);
  g_string_append_c (text, '/');
  for (const char *p = token; *p != '\0'; p++)
    {
      if (*p == '~')
        g_string_append (text, "~0");
      else if (*p == '/')
        g_string_append (text, "~1");
      else
        g_string_append_c (text, *p);
    }
  return g_string_free (text, FALSE);
}

/**
 * mp_pointer_split:
 * @pointer: a text, perhaps from outside
 *
 * The names along a JSON Pointer, unescaped; none for the pointer "".
 *
 * Returns: (transfer full) (nullable): the names, or %NULL when @pointer is no JSON Pointer
 */
GStrv
mp_pointer_split (const char *pointer)
{
  g_auto (GStrv) tokens = NULL;

  g_return_val_if_fail (pointer != NULL, NULL);

  if (pointer[0] == '\0')
    return g_new0 (char *, 1);
  if (pointer[0] != '/')
    return NULL;

  tokens = g_strsplit (pointer + 1, "/", -1);
  if (tokens[0] == NULL)
    {
      /* g_strsplit () makes nothing of "", here it is one name */
      g_strfreev (tokens);
      tokens = g_new0 (char *, 2);
      tokens[0] = g_strdup ("");
    }

  for (unsigned int i = 0; tokens[i] != NULL; i++)
    {
      char *token = unescape_token (tokens[i]);

      if (token == NULL)
        return NULL;
      g_free (tokens[i]);
      tokens[i] = token;
    }
  return g_steal_pointer (&tokens);
}

/**
 * mp_pointer_dup_last:
 * @pointer: a JSON Pointer
 *
 * Returns: (transfer full): its last name, unescaped; "" where there is none
 */
char *
mp_pointer_dup_last (const char *pointer)
{
  g_auto (GStrv) tokens = NULL;
  unsigned int length;

  g_return_val_if_fail (pointer != NULL, NULL);

  tokens = mp_pointer_split (pointer);
  length = tokens != NULL ? g_strv_length (tokens) : 0;
  return g_strdup (length > 0 ? tokens[length - 1] : "");
}

/**
 * mp_pointer_has_prefix:
 * @pointer: a JSON Pointer
 * @prefix: a JSON Pointer
 *
 * Does @pointer name the same value as @prefix, or one within it?
 *
 * Returns: whether it does
 */
gboolean
mp_pointer_has_prefix (const char *pointer, const char *prefix)
{
  size_t length;

  g_return_val_if_fail (pointer != NULL, FALSE);
  g_return_val_if_fail (prefix != NULL, FALSE);

  length = strlen (prefix);
  return strncmp (pointer, prefix, length) == 0 &&
         (pointer[length] == '\0' || pointer[length] == '/');
}

static JsonNode *
get_child (JsonNode *node, const char *token)
{
  if (JSON_NODE_HOLDS_OBJECT (node))
    return json_object_get_member (json_node_get_object (node), token);
  if (JSON_NODE_HOLDS_ARRAY (node))
    return get_element (json_node_get_array (node), token);
  return NULL;
}

/* Whatever the pointer has in it. */
static JsonNode *
get_any (JsonNode *root, const char *pointer)
{
  g_auto (GStrv) tokens = mp_pointer_split (pointer);
  JsonNode *node = tokens != NULL ? root : NULL;

  for (unsigned int i = 0; node != NULL && tokens[i] != NULL; i++)
    node = get_child (node, tokens[i]);
  return node;
}

/**
 * mp_pointer_get:
 * @root: a value
 * @pointer: a JSON Pointer
 *
 * Returns: (transfer none) (nullable): the value it names within @root, or %NULL
 */
JsonNode *
mp_pointer_get (JsonNode *root, const char *pointer)
{
  JsonNode *node = root;
  const char *at = pointer;

  g_return_val_if_fail (root != NULL, NULL);
  g_return_val_if_fail (pointer != NULL, NULL);

  /* Rules look up some hundred values of a record: most pointers are read where they stand. */
  while (*at == '/' && node != NULL)
    {
      size_t length = strcspn (++at, "/~");
      char token[TOKEN_BYTES];

      if (at[length] == '~' || length >= sizeof token)
        return get_any (root, pointer);
      memcpy (token, at, length);
      token[length] = '\0';
      node = get_child (node, token);
      at += length;
    }
  return *at == '\0' ? node : NULL;
}
