/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-merge.h"

#include "mp-error.h"
#include "mp-json.h"

struct _MpConflict
{
  GObject parent_instance;

  char *record_id;  /* (owned) (nullable): in a server's answer the record stands elsewhere */
  char *path;       /* (owned): "" for archived or not */
  JsonNode *base;   /* (owned) (nullable) */
  JsonNode *mine;   /* (owned) (nullable) */
  JsonNode *theirs; /* (owned) (nullable) */
};

G_DEFINE_FINAL_TYPE (MpConflict, mp_conflict, G_TYPE_OBJECT)

/* Both sides of a merge, seen from one of them. */
typedef struct
{
  MpRegistry *registry;
  MpRecord *base;
  MpRecord *mine;
  MpRecord *theirs;
  MpChanges *my_changes;
  MpChanges *their_changes;
} Merge;

static JsonNode *
copy_value (JsonNode *value)
{
  if (value == NULL || JSON_NODE_HOLDS_NULL (value))
    return NULL;
  return mp_json_node_copy (value);
}

static void
write_value (JsonObject *object, const char *name, JsonNode *value)
{
  json_object_set_member (object, name,
                          value != NULL ? mp_json_node_copy (value) : mp_json_node_new_null ());
}

/* Adds the paths whose change gives @path another meaning, and those that do so to them. */
static void
collect_determinants (MpRegistry *registry, const char *path, GHashTable *found)
{
  const MpFieldSpec *field = mp_registry_find (registry, path);

  if (field == NULL || field->determined_by == NULL)
    return;

  for (unsigned int i = 0; field->determined_by[i] != NULL; i++)
    {
      if (g_hash_table_add (found, field->determined_by[i]))
        collect_determinants (registry, field->determined_by[i], found);
    }
}

static gboolean
differs (const Merge *merge, const char *path)
{
  return !mp_json_node_equal (mp_record_get_value (merge->mine, path),
                              mp_record_get_value (merge->theirs, path));
}

/* Has @by given @path another meaning, which the other side has not? */
static gboolean
is_undermined (const Merge *merge, const char *path, MpChanges *by)
{
  g_autoptr (GHashTable) determinants = g_hash_table_new (g_str_hash, g_str_equal);
  GHashTableIter iter;
  void *determinant;

  collect_determinants (merge->registry, path, determinants);
  g_hash_table_iter_init (&iter, determinants);
  while (g_hash_table_iter_next (&iter, &determinant, NULL))
    {
      if (mp_changes_contains (by, determinant) && differs (merge, determinant))
        return TRUE;
    }
  return FALSE;
}

static MpConflict *
new_conflict (const Merge *merge, const char *path)
{
  return mp_conflict_new (
      mp_record_get_id (merge->base), path, mp_record_get_value (merge->base, path),
      mp_record_get_value (merge->mine, path), mp_record_get_value (merge->theirs, path));
}

/* What of my changes stands beside theirs. */
static MpChanges *
merge_my_changes (const Merge *merge, GPtrArray *conflicts)
{
  MpChanges *kept = mp_changes_new ();

  for (unsigned int i = 0; i < mp_changes_get_size (merge->my_changes); i++)
    {
      const char *path = mp_changes_get_path (merge->my_changes, i);

      if (!differs (merge, path))
        continue;

      if (mp_changes_contains (merge->their_changes, path) ||
          is_undermined (merge, path, merge->their_changes))
        g_ptr_array_add (conflicts, new_conflict (merge, path));
      else
        mp_changes_set (kept, path, mp_changes_get_value (merge->my_changes, i));
    }
  return kept;
}

/* Their changes that mine give another meaning. */
static void
check_their_changes (const Merge *merge, GPtrArray *conflicts)
{
  for (unsigned int i = 0; i < mp_changes_get_size (merge->their_changes); i++)
    {
      const char *path = mp_changes_get_path (merge->their_changes, i);

      if (!mp_changes_contains (merge->my_changes, path) && differs (merge, path) &&
          is_undermined (merge, path, merge->my_changes))
        g_ptr_array_add (conflicts, new_conflict (merge, path));
    }
}

static JsonNode *
new_boolean (gboolean value)
{
  return json_node_init_boolean (json_node_alloc (), value);
}

/* Archived by one and edited by the other is a conflict; else the change stands. */
static gboolean
merge_archived (const Merge *merge, GPtrArray *conflicts)
{
  const gboolean base = mp_record_get_archived (merge->base);
  const gboolean mine = mp_record_get_archived (merge->mine);
  const gboolean theirs = mp_record_get_archived (merge->theirs);
  g_autoptr (JsonNode) base_node = new_boolean (base);
  g_autoptr (JsonNode) my_node = new_boolean (mine);
  g_autoptr (JsonNode) their_node = new_boolean (theirs);
  MpChanges *edits_beside = mine != base ? merge->their_changes : merge->my_changes;

  if (mine == theirs)
    return theirs;
  if (mp_changes_get_size (edits_beside) == 0)
    return !base;

  g_ptr_array_add (conflicts, mp_conflict_new (mp_record_get_id (merge->base), "", base_node,
                                               my_node, their_node));
  return theirs;
}

static void
check_path (
    MpRecord *current, MpChanges *set, const char *path, JsonNode *seen, GPtrArray *conflicts)
{
  JsonNode *now = mp_record_get_value (current, path);
  JsonNode *wanted = mp_changes_get (set, path);

  if (mp_json_node_equal (now, seen) || (wanted != NULL && mp_json_node_equal (now, wanted)))
    return;

  g_ptr_array_add (conflicts, mp_conflict_new (mp_record_get_id (current), path, seen,
                                               wanted != NULL ? wanted : seen, now));
}

static int
compare_conflicts (const void *a, const void *b)
{
  const MpConflict *first = *(MpConflict *const *) a;
  const MpConflict *second = *(MpConflict *const *) b;

  return g_strcmp0 (first->path, second->path);
}

static void
mp_conflict_finalize (GObject *object)
{
  MpConflict *self = MP_CONFLICT (object);

  g_free (self->record_id);
  g_free (self->path);
  g_clear_pointer (&self->base, json_node_unref);
  g_clear_pointer (&self->mine, json_node_unref);
  g_clear_pointer (&self->theirs, json_node_unref);

  G_OBJECT_CLASS (mp_conflict_parent_class)->finalize (object);
}

static void
mp_conflict_class_init (MpConflictClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mp_conflict_finalize;
}

static void
mp_conflict_init (MpConflict *self)
{
}

/**
 * mp_conflict_new:
 * @record_id: (nullable): the record's UUID, where it is known
 * @path: the path, or "" when one side archived the record
 * @base: (nullable) (transfer none): the value both started from; copied, as the others
 * @mine: (nullable) (transfer none): the value here
 * @theirs: (nullable) (transfer none): the value on the other side
 *
 * Returns: (transfer full): the conflict
 */
MpConflict *
mp_conflict_new (
    const char *record_id, const char *path, JsonNode *base, JsonNode *mine, JsonNode *theirs)
{
  MpConflict *self;

  g_return_val_if_fail (path != NULL, NULL);

  self = g_object_new (MP_TYPE_CONFLICT, NULL);
  self->record_id = g_strdup (record_id);
  self->path = g_strdup (path);
  self->base = copy_value (base);
  self->mine = copy_value (mine);
  self->theirs = copy_value (theirs);
  return self;
}

/**
 * mp_conflict_new_from_json:
 * @object: `{record?, pointer, base, yours, theirs}`, from the wire or the store
 * @error: return location for a %MP_ERROR_INVALID
 *
 * Returns: (transfer full): the conflict, or %NULL with @error set
 */
MpConflict *
mp_conflict_new_from_json (JsonObject *object, GError **error)
{
  const char *path;

  g_return_val_if_fail (object != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  path = mp_json_require_string (object, "pointer", error);
  if (path == NULL)
    {
      g_prefix_error (error, "a conflict: ");
      return NULL;
    }
  if (path[0] != '\0' && !mp_changes_is_path (path))
    {
      g_set_error (error, MP_ERROR, MP_ERROR_INVALID, "a conflict: “%s” is not a path", path);
      return NULL;
    }

  return mp_conflict_new (
      mp_json_get_string (object, "record", NULL), path, json_object_get_member (object, "base"),
      json_object_get_member (object, "yours"), json_object_get_member (object, "theirs"));
}

/**
 * mp_conflict_to_json:
 * @self: a conflict
 *
 * Returns: (transfer full): `{record?, pointer, base, yours, theirs}`, with null where the path is
 *   not set
 */
JsonObject *
mp_conflict_to_json (MpConflict *self)
{
  JsonObject *object;

  g_return_val_if_fail (MP_IS_CONFLICT (self), NULL);

  object = json_object_new ();
  if (self->record_id != NULL)
    json_object_set_string_member (object, "record", self->record_id);
  json_object_set_string_member (object, "pointer", self->path);
  write_value (object, "base", self->base);
  write_value (object, "yours", self->mine);
  write_value (object, "theirs", self->theirs);
  return object;
}

/**
 * mp_conflict_get_record_id:
 * @self: a conflict
 *
 * Returns: (transfer none) (nullable): the record's UUID, where it is known
 */
const char *
mp_conflict_get_record_id (MpConflict *self)
{
  g_return_val_if_fail (MP_IS_CONFLICT (self), NULL);

  return self->record_id;
}

/**
 * mp_conflict_get_path:
 * @self: a conflict
 *
 * Returns: (transfer none): the path, or "" when one side archived the record; then the values are
 *   booleans: archived or not
 */
const char *
mp_conflict_get_path (MpConflict *self)
{
  g_return_val_if_fail (MP_IS_CONFLICT (self), NULL);

  return self->path;
}

/**
 * mp_conflict_get_base:
 * @self: a conflict
 *
 * Returns: (transfer none) (nullable): the value both started from, or %NULL when it was not set
 */
JsonNode *
mp_conflict_get_base (MpConflict *self)
{
  g_return_val_if_fail (MP_IS_CONFLICT (self), NULL);

  return self->base;
}

/**
 * mp_conflict_get_mine:
 * @self: a conflict
 *
 * Returns: (transfer none) (nullable): the value here, or %NULL when it is not set
 */
JsonNode *
mp_conflict_get_mine (MpConflict *self)
{
  g_return_val_if_fail (MP_IS_CONFLICT (self), NULL);

  return self->mine;
}

/**
 * mp_conflict_get_theirs:
 * @self: a conflict
 *
 * Returns: (transfer none) (nullable): the value on the other side, or %NULL when it is not set
 */
JsonNode *
mp_conflict_get_theirs (MpConflict *self)
{
  g_return_val_if_fail (MP_IS_CONFLICT (self), NULL);

  return self->theirs;
}

/**
 * mp_choice_new:
 * @conflict: a conflict, as the person saw it
 * @value: (nullable): what shall stand there; for a conflict about the whole record (path "") its
 *   mine or theirs
 *
 * Returns: (transfer full): the choice
 */
MpChoice *
mp_choice_new (MpConflict *conflict, JsonNode *value)
{
  MpChoice *choice;

  g_return_val_if_fail (MP_IS_CONFLICT (conflict), NULL);

  choice = g_new0 (MpChoice, 1);
  choice->conflict = g_object_ref (conflict);
  choice->value = value != NULL ? mp_json_node_copy (value) : NULL;
  return choice;
}

/**
 * mp_choice_free:
 * @choice: (transfer full): a choice
 */
void
mp_choice_free (MpChoice *choice)
{
  g_object_unref (choice->conflict);
  g_clear_pointer (&choice->value, json_node_unref);
  g_free (choice);
}

/**
 * mp_merge_three_way:
 * @registry: says which paths give others their meaning
 * @base: what both sides started from
 * @mine: the record here
 * @theirs: the record on the other side
 * @conflicts: (out) (transfer full) (element-type MpConflict): the paths on which they disagree, in
 *   path order; empty when there are none
 *
 * Brings two changes of one record together, path by path. A conflict is: both set a path to
 * different values; one changed a path whose meaning the other changed (a mapped field, while the
 * CRM's platform was changed); one archived what the other edited (path ""). In the result theirs
 * stands there, and every other change of both.
 *
 * Returns: (transfer full): the merged record, with the revision and stamps of @theirs
 */
MpRecord *
mp_merge_three_way (
    MpRegistry *registry, MpRecord *base, MpRecord *mine, MpRecord *theirs, GPtrArray **conflicts)
{
  g_autoptr (MpChanges) my_changes = NULL;
  g_autoptr (MpChanges) their_changes = NULL;
  g_autoptr (MpChanges) kept = NULL;
  g_autoptr (MpRecord) merged = NULL;
  gboolean archived;
  Merge merge;

  g_return_val_if_fail (MP_IS_REGISTRY (registry), NULL);
  g_return_val_if_fail (MP_IS_RECORD (base), NULL);
  g_return_val_if_fail (MP_IS_RECORD (mine), NULL);
  g_return_val_if_fail (MP_IS_RECORD (theirs), NULL);
  g_return_val_if_fail (conflicts != NULL, NULL);

  my_changes = mp_record_diff (base, mine);
  their_changes = mp_record_diff (base, theirs);
  merge = (Merge){ registry, base, mine, theirs, my_changes, their_changes };

  *conflicts = g_ptr_array_new_with_free_func (g_object_unref);
  kept = merge_my_changes (&merge, *conflicts);
  check_their_changes (&merge, *conflicts);
  merged = mp_record_with_changes (theirs, kept);
  archived = merge_archived (&merge, *conflicts);
  g_ptr_array_sort (*conflicts, compare_conflicts);
  return mp_record_with_archived (merged, archived);
}

/**
 * mp_merge_build_expect:
 * @registry: says which paths give others their meaning
 * @seen: the record as its editor saw it
 * @set: what was changed
 *
 * Returns: (transfer full): the values in @seen of every path in @set and of every path that gives
 *   one of them its meaning; null where it was not set
 */
MpChanges *
mp_merge_build_expect (MpRegistry *registry, MpRecord *seen, MpChanges *set)
{
  g_autoptr (GHashTable) paths = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (MpChanges) expect = mp_changes_new ();
  GHashTableIter iter;
  void *path;

  g_return_val_if_fail (MP_IS_REGISTRY (registry), NULL);
  g_return_val_if_fail (MP_IS_RECORD (seen), NULL);
  g_return_val_if_fail (set != NULL, NULL);

  for (unsigned int i = 0; i < mp_changes_get_size (set); i++)
    {
      const char *changed = mp_changes_get_path (set, i);

      collect_determinants (registry, changed, paths);
      mp_changes_set (expect, changed, mp_record_get_value (seen, changed));
    }

  g_hash_table_iter_init (&iter, paths);
  while (g_hash_table_iter_next (&iter, &path, NULL))
    mp_changes_set (expect, path, mp_record_get_value (seen, path));
  return g_steal_pointer (&expect);
}

/**
 * mp_merge_check_expect:
 * @registry: says which paths give others their meaning
 * @current: the record as it is
 * @set: what shall be changed
 * @expect: what its editor saw, from mp_merge_build_expect ()
 *
 * May @set be applied although others may have changed the record meanwhile? A path that already
 * has its new value is none to disagree on. What @expect leaves out was not seen: as if it had not
 * been set.
 *
 * Returns: (transfer full) (element-type MpConflict): the paths that are no longer as they were
 *   seen, in path order; empty when @set may be applied
 */
GPtrArray *
mp_merge_check_expect (MpRegistry *registry, MpRecord *current, MpChanges *set, MpChanges *expect)
{
  g_autoptr (GPtrArray) conflicts = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (MpChanges) seen = NULL;

  g_return_val_if_fail (MP_IS_REGISTRY (registry), NULL);
  g_return_val_if_fail (MP_IS_RECORD (current), NULL);
  g_return_val_if_fail (set != NULL, NULL);
  g_return_val_if_fail (expect != NULL, NULL);

  /* every path that had to be seen, with null, then what was seen */
  seen = mp_merge_build_expect (registry, current, set);
  for (unsigned int i = 0; i < mp_changes_get_size (seen); i++)
    mp_changes_unset (seen, mp_changes_get_path (seen, i));
  mp_changes_merge (seen, expect);

  for (unsigned int i = 0; i < mp_changes_get_size (seen); i++)
    check_path (current, set, mp_changes_get_path (seen, i), mp_changes_get_value (seen, i),
                conflicts);
  return g_steal_pointer (&conflicts);
}
