/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-changes.h"

#include <string.h>

#include "mp-error.h"
#include "mp-json.h"

/* A record has so many levels. */
#define MAX_TOKENS 3

typedef struct
{
  char *path;
  JsonNode *value; /* never NULL: a JSON null unsets */
} Change;

struct _MpChanges
{
  gatomicrefcount ref_count;
  GPtrArray *items; /* (element-type Change), in path order */
};

G_DEFINE_BOXED_TYPE (MpChanges, mp_changes, mp_changes_ref, mp_changes_unref)

static void
change_free (Change *change)
{
  g_free (change->path);
  json_node_unref (change->value);
  g_free (change);
}

/* Where @path stands, or would have to stand. */
static gboolean
find_index (MpChanges *self, const char *path, unsigned int *index)
{
  unsigned int low = 0;
  unsigned int high = self->items->len;

  while (low < high)
    {
      unsigned int middle = low + (high - low) / 2;
      const Change *change = self->items->pdata[middle];
      int order = g_strcmp0 (change->path, path);

      if (order == 0)
        {
          *index = middle;
          return TRUE;
        }
      if (order < 0)
        low = middle + 1;
      else
        high = middle;
    }

  *index = low;
  return FALSE;
}

static void
take_value (MpChanges *self, const char *path, JsonNode *value)
{
  unsigned int index;
  Change *change;

  if (find_index (self, path, &index))
    {
      change = self->items->pdata[index];
      json_node_unref (change->value);
      change->value = value;
      return;
    }

  change = g_new0 (Change, 1);
  change->path = g_strdup (path);
  change->value = value;
  g_ptr_array_insert (self->items, (int) index, change);
}

/* Does @token, up to its end, name one of the record's own members? */
static gboolean
is_own_member (const char *token)
{
  static const char *const names[] = { "id", "revision", "created", "updated", "archived" };
  size_t length = strcspn (token, "/");

  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      if (strlen (names[i]) == length && strncmp (names[i], token, length) == 0)
        return TRUE;
    }
  return FALSE;
}

/**
 * mp_changes_new:
 *
 * Returns: (transfer full): an empty list
 */
MpChanges *
mp_changes_new (void)
{
  MpChanges *self = g_new0 (MpChanges, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->items = g_ptr_array_new_with_free_func ((GDestroyNotify) change_free);
  return self;
}

/**
 * mp_changes_new_from_json:
 * @object: `{path: value}`, from outside
 * @error: return location for a %MP_ERROR_INVALID
 *
 * Returns: (transfer full): the changes, or %NULL with @error set when a name is no path of a
 * record's content
 */
MpChanges *
mp_changes_new_from_json (JsonObject *object, GError **error)
{
  g_autoptr (MpChanges) self = mp_changes_new ();
  JsonObjectIter iter;
  const char *path;
  JsonNode *value;

  g_return_val_if_fail (object != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (json_object_get_size (object) > MP_CHANGES_MAX_SIZE)
    {
      g_set_error (error, MP_ERROR, MP_ERROR_INVALID, "more than %d paths", MP_CHANGES_MAX_SIZE);
      return NULL;
    }

  json_object_iter_init (&iter, object);
  while (json_object_iter_next (&iter, &path, &value))
    {
      if (!mp_changes_is_path (path))
        {
          g_set_error (error, MP_ERROR, MP_ERROR_INVALID, "“%s” is not a path", path);
          return NULL;
        }
      mp_changes_set (self, path, value);
    }
  return g_steal_pointer (&self);
}

/**
 * mp_changes_copy:
 * @self: changes
 *
 * Returns: (transfer full): a list of its own with the same changes
 */
MpChanges *
mp_changes_copy (MpChanges *self)
{
  MpChanges *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = mp_changes_new ();
  mp_changes_merge (copy, self);
  return copy;
}

/**
 * mp_changes_ref:
 * @self: changes
 *
 * Returns: (transfer full): @self
 */
MpChanges *
mp_changes_ref (MpChanges *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * mp_changes_unref:
 * @self: (transfer full): changes
 */
void
mp_changes_unref (MpChanges *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_ptr_array_unref (self->items);
  g_free (self);
}

/**
 * mp_changes_to_json:
 * @self: changes
 *
 * Returns: (transfer full): `{path: value}`
 */
JsonObject *
mp_changes_to_json (MpChanges *self)
{
  JsonObject *object;

  g_return_val_if_fail (self != NULL, NULL);

  object = json_object_new ();
  for (unsigned int i = 0; i < self->items->len; i++)
    {
      const Change *change = self->items->pdata[i];

      json_object_set_member (object, change->path, mp_json_node_copy (change->value));
    }
  return object;
}

/**
 * mp_changes_is_path:
 * @text: (nullable): a text, perhaps from outside
 *
 * Is it a path of a record's content: a JSON Pointer of one to three names, the first of which is
 * not one of the record's own members? To be asked before a path from outside is set.
 *
 * Returns: whether it is
 */
gboolean
mp_changes_is_path (const char *text)
{
  unsigned int n_tokens = 0;

  if (text == NULL)
    return FALSE;
  for (const char *at = text; *at != '\0'; at++)
    {
      if (*at == '/')
        n_tokens++;
      else if (at == text || (*at == '~' && at[1] != '0' && at[1] != '1'))
        return FALSE;
    }
  return n_tokens >= 1 && n_tokens <= MAX_TOKENS && !is_own_member (text + 1);
}

/**
 * mp_changes_set:
 * @self: changes
 * @path: a path
 * @value: (nullable) (transfer none): its value, which is copied; %NULL and a JSON null unset
 */
void
mp_changes_set (MpChanges *self, const char *path, JsonNode *value)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (mp_changes_is_path (path));

  take_value (self, path, value != NULL ? mp_json_node_copy (value) : mp_json_node_new_null ());
}

/**
 * mp_changes_set_string:
 * @self: changes
 * @path: a path
 * @value: (nullable): its value; %NULL unsets
 */
void
mp_changes_set_string (MpChanges *self, const char *path, const char *value)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (mp_changes_is_path (path));

  take_value (self, path, mp_json_node_new_string (value));
}

/**
 * mp_changes_unset:
 * @self: changes
 * @path: a path, which shall have no value
 */
void
mp_changes_unset (MpChanges *self, const char *path)
{
  mp_changes_set_string (self, path, NULL);
}

/**
 * mp_changes_forget:
 * @self: changes
 * @path: a path, which shall not be changed
 */
void
mp_changes_forget (MpChanges *self, const char *path)
{
  unsigned int index;

  g_return_if_fail (self != NULL);
  g_return_if_fail (path != NULL);

  if (find_index (self, path, &index))
    g_ptr_array_remove_index (self->items, index);
}

/**
 * mp_changes_merge:
 * @self: changes
 * @later: more changes, which win
 */
void
mp_changes_merge (MpChanges *self, MpChanges *later)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (later != NULL && later != self);

  for (unsigned int i = 0; i < later->items->len; i++)
    {
      const Change *change = later->items->pdata[i];

      take_value (self, change->path, mp_json_node_copy (change->value));
    }
}

/**
 * mp_changes_contains:
 * @self: changes
 * @path: a path
 *
 * Returns: whether @path is set or unset by @self
 */
gboolean
mp_changes_contains (MpChanges *self, const char *path)
{
  return mp_changes_get (self, path) != NULL;
}

/**
 * mp_changes_get:
 * @self: changes
 * @path: a path
 *
 * Returns: (transfer none) (nullable): its value, a JSON null when it is unset, or %NULL when @self
 *   does not change it
 */
JsonNode *
mp_changes_get (MpChanges *self, const char *path)
{
  unsigned int index;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (path != NULL, NULL);

  return find_index (self, path, &index) ? mp_changes_get_value (self, index) : NULL;
}

/**
 * mp_changes_get_size:
 * @self: changes
 *
 * Returns: how many paths it changes
 */
unsigned int
mp_changes_get_size (MpChanges *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->items->len;
}

/**
 * mp_changes_get_path:
 * @self: changes
 * @index: below mp_changes_get_size ()
 *
 * Returns: (transfer none): the path there
 */
const char *
mp_changes_get_path (MpChanges *self, unsigned int index)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (index < self->items->len, NULL);

  return ((const Change *) self->items->pdata[index])->path;
}

/**
 * mp_changes_get_value:
 * @self: changes
 * @index: below mp_changes_get_size ()
 *
 * Returns: (transfer none): the value there; a JSON null when the path is unset
 */
JsonNode *
mp_changes_get_value (MpChanges *self, unsigned int index)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (index < self->items->len, NULL);

  return ((const Change *) self->items->pdata[index])->value;
}
