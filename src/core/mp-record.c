/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-record.h"

#include <string.h>

#include "mp-clock.h"
#include "mp-error.h"
#include "mp-json-text.h"
#include "mp-json.h"
#include "mp-stamp-private.h"

/* Values stand at this level at the latest, and are taken whole there. */
#define LEAF_LEVEL 3
/* Of an object in a record that is read without making its tree; ours have up to 65. */
#define MAX_PLAIN_MEMBERS 128

struct _MpRecord
{
  GObject parent_instance;

  char *id;
  char *revision; /* (owned) (nullable): never on a server */
  gboolean archived;
  MpOwnStamp created;
  MpOwnStamp updated;
  JsonNode *content; /* (owned) (nullable): an object, sealed; no nulls, no empty objects above the
                        leaves; NULL: nobody has asked yet, and it stands in the text */
  char *text;        /* (owned) (nullable): the whole record in its canonical form, as it came */
};

G_DEFINE_FINAL_TYPE (MpRecord, mp_record, G_TYPE_OBJECT)

/* Removes what says nothing: nulls, and objects above the leaves without a leaf. */
static void
prune_object (JsonObject *object, unsigned int level)
{
  g_autoptr (GList) names = json_object_get_members (object);

  for (GList *item = names; item != NULL; item = item->next)
    {
      JsonNode *value = json_object_get_member (object, item->data);
      gboolean says_nothing = JSON_NODE_HOLDS_NULL (value);

      if (level < LEAF_LEVEL && JSON_NODE_HOLDS_OBJECT (value))
        {
          prune_object (json_node_get_object (value), level + 1);
          says_nothing = mp_json_node_is_empty (value);
        }
      if (says_nothing)
        json_object_remove_member (object, item->data);
    }
}

/* Leaves what is content: not the record's own members. */
static void
remove_own_members (JsonObject *object)
{
  g_autoptr (GList) names = json_object_get_members (object);

  for (GList *item = names; item != NULL; item = item->next)
    {
      g_autofree char *path = mp_pointer_append ("", item->data);

      if (!mp_changes_is_path (path))
        json_object_remove_member (object, item->data);
    }
}

/* @content: (transfer full) */
static JsonNode *
seal_content (JsonObject *content)
{
  JsonNode *node;

  remove_own_members (content);
  prune_object (content, 1);
  node = mp_json_node_take_object (content);
  json_node_seal (node);
  return node;
}

/* @content: (transfer full) */
static MpRecord *
take_content (MpRecord *self, JsonObject *content)
{
  g_clear_pointer (&self->content, json_node_unref);
  self->content = seal_content (content);
  return self;
}

/* The content, which is made of the text when somebody first asks. */
static JsonNode *
get_content (MpRecord *self)
{
  if (g_once_init_enter (&self->content))
    {
      g_autoptr (JsonObject) object = mp_json_parse_object (self->text, -1, NULL);

      g_once_init_leave (&self->content, seal_content (g_steal_pointer (&object)));
    }
  return self->content;
}

/* A copy of everything; the sealed content is shared. */
static MpRecord *
copy_record (MpRecord *self)
{
  MpRecord *copy = g_object_new (MP_TYPE_RECORD, NULL);

  copy->id = g_strdup (self->id);
  copy->revision = g_strdup (self->revision);
  copy->archived = self->archived;
  mp_own_stamp_set (&copy->created, mp_own_stamp_get (&self->created));
  mp_own_stamp_set (&copy->updated, mp_own_stamp_get (&self->updated));
  copy->content = json_node_ref (get_content (self));
  return copy;
}

static JsonObject *
ensure_object (JsonObject *parent, const char *name)
{
  JsonObject *object = mp_json_get_object (parent, name);

  if (object == NULL)
    {
      object = json_object_new ();
      json_object_set_object_member (parent, name, object);
    }
  return object;
}

static void
apply_change (JsonObject *content, const char *path, JsonNode *value)
{
  g_auto (GStrv) tokens = mp_pointer_split (path);
  const gboolean unset = JSON_NODE_HOLDS_NULL (value);
  JsonObject *object = content;
  unsigned int i;

  for (i = 0; tokens[i + 1] != NULL; i++)
    {
      object = unset ? mp_json_get_object (object, tokens[i]) : ensure_object (object, tokens[i]);
      if (object == NULL)
        return;
    }

  if (!unset)
    json_object_set_member (object, tokens[i], mp_json_node_copy (value));
  else if (json_object_has_member (object, tokens[i]))
    json_object_remove_member (object, tokens[i]);
}

static void
collect_paths (JsonObject *object, const char *pointer, unsigned int level, GPtrArray *paths)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  json_object_iter_init (&iter, object);
  while (json_object_iter_next (&iter, &name, &value))
    {
      g_autofree char *path = mp_pointer_append (pointer, name);

      if (level < LEAF_LEVEL && JSON_NODE_HOLDS_OBJECT (value))
        collect_paths (json_node_get_object (value), path, level + 1, paths);
      else
        g_ptr_array_add (paths, g_steal_pointer (&path));
    }
}

static int
compare_paths (const void *a, const void *b)
{
  return g_strcmp0 (*(const char *const *) a, *(const char *const *) b);
}

/* Is there more below @value, which stands at @level, that is a value of its own? */
static gboolean
is_inner (JsonNode *value, unsigned int level)
{
  return value != NULL && level < LEAF_LEVEL && JSON_NODE_HOLDS_OBJECT (value);
}

static void diff_objects (
    MpChanges *changes, const char *pointer, unsigned int level, JsonObject *from, JsonObject *to);

/* @from, @to: (nullable): what stands at @path on either side */
static void
diff_values (MpChanges *changes, const char *path, unsigned int level, JsonNode *from, JsonNode *to)
{
  const gboolean is_from_inner = is_inner (from, level);
  const gboolean is_to_inner = is_inner (to, level);

  if (is_from_inner || is_to_inner)
    diff_objects (changes, path, level + 1, is_from_inner ? json_node_get_object (from) : NULL,
                  is_to_inner ? json_node_get_object (to) : NULL);
  if (to != NULL && !is_to_inner)
    {
      if (is_from_inner || !mp_json_node_equal (from, to))
        mp_changes_set (changes, path, to);
    }
  else if (from != NULL && !is_from_inner)
    mp_changes_unset (changes, path);
}

static void
diff_member (MpChanges *changes,
             const char *pointer,
             unsigned int level,
             const char *name,
             JsonNode *from,
             JsonNode *to)
{
  g_autofree char *path = mp_pointer_append (pointer, name);

  diff_values (changes, path, level, from, to);
}

/* @from, @to: (nullable): the same as an empty one */
static void
diff_objects (
    MpChanges *changes, const char *pointer, unsigned int level, JsonObject *from, JsonObject *to)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  if (from != NULL)
    json_object_iter_init (&iter, from);
  while (from != NULL && json_object_iter_next (&iter, &name, &value))
    {
      JsonNode *other = to != NULL ? json_object_get_member (to, name) : NULL;

      if (other != NULL && !is_inner (value, level) && !is_inner (other, level) &&
          mp_json_node_equal (value, other))
        continue;
      diff_member (changes, pointer, level, name, value, other);
    }

  if (to != NULL)
    json_object_iter_init (&iter, to);
  while (to != NULL && json_object_iter_next (&iter, &name, &value))
    {
      if (from == NULL || !json_object_has_member (from, name))
        diff_member (changes, pointer, level, name, NULL, value);
    }
}

static unsigned int
count_values (JsonObject *object, unsigned int level)
{
  unsigned int n_values = 0;
  JsonObjectIter iter;
  JsonNode *value;

  json_object_iter_init (&iter, object);
  while (json_object_iter_next (&iter, NULL, &value))
    n_values +=
        is_inner (value, level) ? count_values (json_node_get_object (value), level + 1) : 1;
  return n_values;
}

static gboolean
check_size (MpRecord *self, GError **error)
{
  if (mp_record_count_values (self) <= MP_CHANGES_MAX_SIZE)
    return TRUE;
  g_set_error (error, MP_ERROR, MP_ERROR_INVALID, "more than %d values in a record",
               MP_CHANGES_MAX_SIZE);
  return FALSE;
}

static gboolean
read_own_members (MpRecord *self, JsonObject *object, GError **error)
{
  const char *id = mp_json_require_string (object, "id", error);

  if (id == NULL)
    return FALSE;
  if (!mp_uuid_is_valid (id))
    {
      g_set_error (error, MP_ERROR, MP_ERROR_INVALID, "“%s” is not a UUID", id);
      return FALSE;
    }
  self->id = g_strdup (id);

  if (json_object_has_member (object, "archived") &&
      json_node_get_value_type (json_object_get_member (object, "archived")) != G_TYPE_BOOLEAN)
    {
      g_set_error_literal (error, MP_ERROR, MP_ERROR_INVALID,
                           "“archived” is neither true nor false");
      return FALSE;
    }
  self->archived = mp_json_get_boolean (object, "archived", FALSE);
  self->revision = g_strdup (mp_json_get_string (object, "revision", NULL));

  return mp_own_stamp_read (&self->created, object, "created", error) &&
         mp_own_stamp_read (&self->updated, object, "updated", error);
}

/* Is all of it what seal_content () would leave as it is? @n_values: gets how many values it has.
 */
static gboolean
is_pruned (const MpJsonSpan *value, unsigned int level, unsigned int *n_values)
{
  MpJsonSpan members[MAX_PLAIN_MEMBERS];
  int n_members;

  if (*value->value == 'n')
    return FALSE;
  if (level > LEAF_LEVEL || *value->value != '{')
    {
      (*n_values)++;
      return TRUE;
    }

  n_members = mp_json_text_split (value->value, value->value_length, members, MAX_PLAIN_MEMBERS);
  for (int i = 0; i < n_members; i++)
    {
      if (!is_pruned (&members[i], level + 1, n_values))
        return FALSE;
    }
  return n_members > 0;
}

/* A stamp in exactly the form that mp_own_stamp_write () gives it. */
static gboolean
take_stamp (MpOwnStamp *stamp, const MpJsonSpan *span)
{
  MpJsonSpan members[2];
  int n_members = mp_json_text_split (span->value, span->value_length, members, 2);
  const MpJsonSpan *at = mp_json_text_find (members, n_members, "at");
  const MpJsonSpan *by = mp_json_text_find (members, n_members, "by");

  if (*span->value != '{' || n_members != (at != NULL) + (by != NULL) || n_members == 0 ||
      (by != NULL && !mp_json_span_is_string (by)) ||
      (at != NULL && (!mp_json_span_is_string (at) ||
                      !mp_time_read_own (at->value + 1, at->value_length - 2, &stamp->at_unix_us))))
    return FALSE;
  stamp->by = mp_json_span_dup_string (by);
  return TRUE;
}

/* @is_fit: (out): whether its value is as mp_record_to_json () writes it */
static gboolean
take_own_member (MpRecord *self, const MpJsonSpan *span, gboolean *is_fit)
{
  if (mp_json_span_is_named (span, "id"))
    {
      self->id = mp_json_span_dup_string (span);
      *is_fit = mp_uuid_is_valid (self->id);
    }
  else if (mp_json_span_is_named (span, "revision"))
    {
      self->revision = mp_json_span_dup_string (span);
      *is_fit = self->revision != NULL;
    }
  else if (mp_json_span_is_named (span, "created"))
    *is_fit = take_stamp (&self->created, span);
  else if (mp_json_span_is_named (span, "updated"))
    *is_fit = take_stamp (&self->updated, span);
  else if (mp_json_span_is_named (span, "archived"))
    {
      self->archived = mp_json_span_is (span, "true");
      *is_fit = self->archived || mp_json_span_is (span, "false");
    }
  else
    return FALSE;
  return TRUE;
}

/* Takes a text that is, but for the order of its members, what mp_record_to_json () would make of
 * it again. */
static gboolean
take_plain_text (MpRecord *self, const char *text, size_t length)
{
  MpJsonSpan members[MAX_PLAIN_MEMBERS];
  const int n_members = mp_json_text_split (text, length, members, MAX_PLAIN_MEMBERS);
  g_autoptr (GString) canonical = g_string_sized_new (length + 1);
  unsigned int n_values = 0;

  if (n_members < 0 || *text != '{' || mp_json_text_find (members, n_members, "archived") == NULL ||
      !mp_json_text_append_canonical (canonical, text, length))
    return FALSE;
  for (int i = 0; i < n_members; i++)
    {
      gboolean is_fit;

      if (!take_own_member (self, &members[i], &is_fit))
        is_fit = is_pruned (&members[i], 2, &n_values);
      if (!is_fit)
        return FALSE;
    }
  if (self->id == NULL || n_values > MP_CHANGES_MAX_SIZE)
    return FALSE;
  self->text = g_string_free (g_steal_pointer (&canonical), FALSE);
  return TRUE;
}

static void
mp_record_finalize (GObject *object)
{
  MpRecord *self = MP_RECORD (object);

  g_free (self->id);
  g_free (self->revision);
  mp_own_stamp_clear (&self->created);
  mp_own_stamp_clear (&self->updated);
  g_clear_pointer (&self->content, json_node_unref);
  g_free (self->text);

  G_OBJECT_CLASS (mp_record_parent_class)->finalize (object);
}

static void
mp_record_class_init (MpRecordClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mp_record_finalize;
}

static void
mp_record_init (MpRecord *self)
{
}

static JsonObject *
write_own_members (MpRecord *self)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "id", self->id);
  if (self->revision != NULL)
    json_object_set_string_member (object, "revision", self->revision);
  mp_own_stamp_write (&self->created, object, "created");
  mp_own_stamp_write (&self->updated, object, "updated");
  json_object_set_boolean_member (object, "archived", self->archived);
  return object;
}

/* @object: (transfer full) */
static MpRecord *
new_taking (JsonObject *object, GError **error)
{
  g_autoptr (MpRecord) self = g_object_new (MP_TYPE_RECORD, NULL);

  if (!read_own_members (self, object, error))
    {
      json_object_unref (object);
      g_prefix_error (error, "a record: ");
      return NULL;
    }
  take_content (self, object);
  return check_size (self, error) ? g_steal_pointer (&self) : NULL;
}

/**
 * mp_record_new:
 * @id: its UUID
 * @created: when, and by whom
 *
 * Returns: (transfer full): a record without content
 */
MpRecord *
mp_record_new (const char *id, MpStamp created)
{
  MpRecord *self;

  g_return_val_if_fail (mp_uuid_is_valid (id), NULL);

  self = g_object_new (MP_TYPE_RECORD, NULL);
  self->id = g_strdup (id);
  mp_own_stamp_set (&self->created, created);
  mp_own_stamp_set (&self->updated, created);
  return take_content (self, json_object_new ());
}

/**
 * mp_record_new_from_json:
 * @object: a record, from the wire or the store
 * @error: return location for a %MP_ERROR_INVALID
 *
 * Only the record's own members must be right; its content may be any, and is for validation to
 * judge, with at most %MP_CHANGES_MAX_SIZE values. Members with a null are left out.
 *
 * Returns: (transfer full): the record, or %NULL with @error set
 */
MpRecord *
mp_record_new_from_json (JsonObject *object, GError **error)
{
  g_return_val_if_fail (object != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return new_taking (mp_json_object_copy (object), error);
}

/**
 * mp_record_new_from_text:
 * @text: a record, from the wire or the store
 * @error: return location for a %MP_ERROR_INVALID
 *
 * As mp_record_new_from_json (), of the text.
 *
 * Returns: (transfer full): the record, or %NULL with @error set
 */
MpRecord *
mp_record_new_from_text (const char *text, GError **error)
{
  g_autoptr (JsonObject) object = NULL;

  g_return_val_if_fail (text != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  object = mp_json_parse_object (text, -1, error);
  return object != NULL ? new_taking (g_steal_pointer (&object), error) : NULL;
}

/**
 * mp_record_new_unparsed:
 * @text: a record, from the wire or the store
 * @length: its bytes
 * @error: return location for a %MP_ERROR_INVALID
 *
 * The same record that mp_record_new_from_json () makes of the parsed text. Of a plain text
 * (mp-json-text.h) no tree is made before somebody asks for a value of it. Any thread.
 *
 * Returns: (transfer full): the record, or %NULL with @error set
 */
MpRecord *
mp_record_new_unparsed (const char *text, size_t length, GError **error)
{
  g_autoptr (MpRecord) self = g_object_new (MP_TYPE_RECORD, NULL);
  g_autoptr (JsonObject) object = NULL;

  g_return_val_if_fail (text != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (take_plain_text (self, text, length))
    return g_steal_pointer (&self);
  object = mp_json_parse_object (text, (gssize) length, error);
  return object != NULL ? mp_record_new_from_json (object, error) : NULL;
}

/**
 * mp_record_dup_text:
 * @self: a record
 *
 * Returns: (transfer full): the canonical form of mp_record_to_json ()
 */
char *
mp_record_dup_text (MpRecord *self)
{
  g_autoptr (JsonNode) node = NULL;

  g_return_val_if_fail (MP_IS_RECORD (self), NULL);

  if (self->text != NULL)
    return g_strdup (self->text);
  node = mp_json_node_take_object (mp_record_to_json (self));
  return mp_json_to_canonical (node);
}

/**
 * mp_record_to_json:
 * @self: a record
 *
 * Returns: (transfer full): the record as it stands on the wire and in the store
 */
JsonObject *
mp_record_to_json (MpRecord *self)
{
  JsonObject *object;
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  g_return_val_if_fail (MP_IS_RECORD (self), NULL);

  object = write_own_members (self);
  json_object_iter_init_ordered (&iter, json_node_get_object (get_content (self)));
  while (json_object_iter_next_ordered (&iter, &name, &value))
    json_object_set_member (object, name, mp_json_node_copy (value));
  return object;
}

/**
 * mp_record_to_text:
 * @self: a record
 *
 * Returns: (transfer full): what mp_record_to_json () says, on one line
 */
char *
mp_record_to_text (MpRecord *self)
{
  g_autoptr (JsonNode) own = NULL;
  g_autofree char *head = NULL;
  g_autofree char *content = NULL;

  g_return_val_if_fail (MP_IS_RECORD (self), NULL);

  own = mp_json_node_take_object (write_own_members (self));
  head = mp_json_to_text (own);
  if (mp_json_node_is_empty (get_content (self)))
    return g_steal_pointer (&head);
  content = mp_json_to_text (get_content (self));
  head[strlen (head) - 1] = ',';
  return g_strconcat (head, content + 1, NULL);
}

/**
 * mp_record_get_id:
 * @self: a record
 *
 * Returns: (transfer none): its UUID
 */
const char *
mp_record_get_id (MpRecord *self)
{
  g_return_val_if_fail (MP_IS_RECORD (self), NULL);

  return self->id;
}

/**
 * mp_record_get_revision:
 * @self: a record
 *
 * Returns: (transfer none) (nullable): the server's revision, or %NULL when none has it yet
 */
const char *
mp_record_get_revision (MpRecord *self)
{
  g_return_val_if_fail (MP_IS_RECORD (self), NULL);

  return self->revision;
}

/**
 * mp_record_get_name:
 * @self: a record
 *
 * Returns: (transfer none) (nullable): its name, or %NULL when it has none
 */
const char *
mp_record_get_name (MpRecord *self)
{
  return mp_record_get_string (self, "/name");
}

/**
 * mp_record_get_archived:
 * @self: a record
 *
 * Returns: whether it is in the archive
 */
gboolean
mp_record_get_archived (MpRecord *self)
{
  g_return_val_if_fail (MP_IS_RECORD (self), FALSE);

  return self->archived;
}

/**
 * mp_record_get_created:
 * @self: a record
 *
 * Returns: when it was created, and by whom; the name belongs to @self
 */
MpStamp
mp_record_get_created (MpRecord *self)
{
  g_return_val_if_fail (MP_IS_RECORD (self), (MpStamp){ 0 });

  return mp_own_stamp_get (&self->created);
}

/**
 * mp_record_get_updated:
 * @self: a record
 *
 * Returns: when it was changed last, and by whom; the name belongs to @self
 */
MpStamp
mp_record_get_updated (MpRecord *self)
{
  g_return_val_if_fail (MP_IS_RECORD (self), (MpStamp){ 0 });

  return mp_own_stamp_get (&self->updated);
}

/**
 * mp_record_get_content:
 * @self: a record
 *
 * Returns: (transfer none): its content, an object that cannot be changed; mp_json_node_copy ()
 *   makes one that can
 */
JsonNode *
mp_record_get_content (MpRecord *self)
{
  g_return_val_if_fail (MP_IS_RECORD (self), NULL);

  return get_content (self);
}

/**
 * mp_record_get_value:
 * @self: a record
 * @path: a path
 *
 * Returns: (transfer none) (nullable): the value there, which cannot be changed, or %NULL
 */
JsonNode *
mp_record_get_value (MpRecord *self, const char *path)
{
  g_return_val_if_fail (MP_IS_RECORD (self), NULL);
  g_return_val_if_fail (path != NULL, NULL);

  return mp_pointer_get (get_content (self), path);
}

/**
 * mp_record_get_string:
 * @self: a record
 * @path: a path
 *
 * Returns: (transfer none) (nullable): the text there, or %NULL when there is none
 */
const char *
mp_record_get_string (MpRecord *self, const char *path)
{
  JsonNode *value = mp_record_get_value (self, path);

  if (value == NULL || json_node_get_value_type (value) != G_TYPE_STRING)
    return NULL;
  return json_node_get_string (value);
}

/**
 * mp_record_is_set:
 * @self: a record
 * @path: a path
 *
 * Returns: whether something stands there; an empty text or object is nothing
 */
gboolean
mp_record_is_set (MpRecord *self, const char *path)
{
  return !mp_json_node_is_empty (mp_record_get_value (self, path));
}

/**
 * mp_record_list_paths:
 * @self: a record
 * @prefix: (nullable): a path, or %NULL for all
 *
 * The paths of the values at or below @prefix, sorted. Values stand at the third level at the
 * latest.
 *
 * Returns: (transfer full): the paths
 */
GStrv
mp_record_list_paths (MpRecord *self, const char *prefix)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);

  g_return_val_if_fail (MP_IS_RECORD (self), NULL);

  collect_paths (json_node_get_object (get_content (self)), "", 1, paths);
  for (unsigned int i = paths->len; prefix != NULL && i > 0; i--)
    {
      if (!mp_pointer_has_prefix (paths->pdata[i - 1], prefix))
        g_ptr_array_remove_index_fast (paths, i - 1);
    }

  g_ptr_array_sort (paths, compare_paths);
  g_ptr_array_add (paths, NULL);
  return (GStrv) g_ptr_array_steal (paths, NULL);
}

/**
 * mp_record_count_values:
 * @self: a record
 *
 * Returns: the number of its paths, as mp_record_list_paths () lists them
 */
unsigned int
mp_record_count_values (MpRecord *self)
{
  g_return_val_if_fail (MP_IS_RECORD (self), 0);

  return count_values (json_node_get_object (get_content (self)), 1);
}

/**
 * mp_record_with_changes:
 * @self: a record
 * @changes: what to set and unset
 *
 * Returns: (transfer full): a new record with them
 */
MpRecord *
mp_record_with_changes (MpRecord *self, MpChanges *changes)
{
  JsonObject *content;

  g_return_val_if_fail (MP_IS_RECORD (self), NULL);
  g_return_val_if_fail (changes != NULL, NULL);

  content = mp_json_object_copy (json_node_get_object (get_content (self)));
  for (unsigned int i = 0; i < mp_changes_get_size (changes); i++)
    apply_change (content, mp_changes_get_path (changes, i), mp_changes_get_value (changes, i));
  return take_content (copy_record (self), content);
}

/**
 * mp_record_with_content:
 * @self: a record
 * @content: (transfer none): its new content, from outside
 * @error: return location for a %MP_ERROR_INVALID
 *
 * The record's own members may stand in @content, as in what a client has read and sends back: they
 * are left out. An id that names another record is refused, and so are more than
 * %MP_CHANGES_MAX_SIZE values.
 *
 * Returns: (transfer full): a new record with it, or %NULL with @error set
 */
MpRecord *
mp_record_with_content (MpRecord *self, JsonObject *content, GError **error)
{
  g_return_val_if_fail (content != NULL, NULL);

  return mp_record_take_content (self, mp_json_object_copy (content), error);
}

/**
 * mp_record_take_content:
 * @self: a record
 * @content: (transfer full): the new content, that nobody else has
 * @error: return location for a %MP_ERROR_INVALID
 *
 * As mp_record_with_content (), without a copy of the content.
 *
 * Returns: (transfer full): the record with it, or %NULL with @error set
 */
MpRecord *
mp_record_take_content (MpRecord *self, JsonObject *content, GError **error)
{
  g_autoptr (JsonObject) own = content;
  g_autoptr (MpRecord) copy = NULL;

  g_return_val_if_fail (MP_IS_RECORD (self), NULL);
  g_return_val_if_fail (content != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (json_object_has_member (content, "id") &&
      g_strcmp0 (mp_json_get_string (content, "id", NULL), self->id) != 0)
    {
      g_set_error_literal (error, MP_ERROR, MP_ERROR_INVALID, "“id” names another record");
      return NULL;
    }

  copy = take_content (copy_record (self), g_steal_pointer (&own));
  return check_size (copy, error) ? g_steal_pointer (&copy) : NULL;
}

/**
 * mp_record_with_revision:
 * @self: a record
 * @revision: (nullable): the server's revision
 * @updated: when it was changed, and by whom
 *
 * Returns: (transfer full): a new record with both
 */
MpRecord *
mp_record_with_revision (MpRecord *self, const char *revision, MpStamp updated)
{
  MpRecord *copy;

  g_return_val_if_fail (MP_IS_RECORD (self), NULL);

  copy = copy_record (self);
  g_free (copy->revision);
  copy->revision = g_strdup (revision);
  mp_own_stamp_set (&copy->updated, updated);
  return copy;
}

/**
 * mp_record_with_archived:
 * @self: a record
 * @archived: whether it is in the archive
 *
 * Returns: (transfer full): a new record with it
 */
MpRecord *
mp_record_with_archived (MpRecord *self, gboolean archived)
{
  MpRecord *copy;

  g_return_val_if_fail (MP_IS_RECORD (self), NULL);

  copy = copy_record (self);
  copy->archived = archived;
  return copy;
}

/**
 * mp_record_diff:
 * @from: a record
 * @to: a record
 *
 * Returns: (transfer full): what turns the content of @from into that of @to
 */
MpChanges *
mp_record_diff (MpRecord *from, MpRecord *to)
{
  MpChanges *changes;

  g_return_val_if_fail (MP_IS_RECORD (from), NULL);
  g_return_val_if_fail (MP_IS_RECORD (to), NULL);

  changes = mp_changes_new ();
  diff_objects (changes, "", 1, json_node_get_object (get_content (from)),
                json_node_get_object (get_content (to)));
  return changes;
}

/**
 * mp_record_equal_content:
 * @a: a record
 * @b: a record
 *
 * Returns: whether both have the same content
 */
gboolean
mp_record_equal_content (MpRecord *a, MpRecord *b)
{
  g_return_val_if_fail (MP_IS_RECORD (a), FALSE);
  g_return_val_if_fail (MP_IS_RECORD (b), FALSE);

  return mp_json_node_equal (get_content (a), get_content (b));
}
