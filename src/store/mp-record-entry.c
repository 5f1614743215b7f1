/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-record-entry-private.h"

#include <glib/gi18n-lib.h>

#include "mp-error.h"
#include "mp-json.h"
#include "mp-mapping-entry.h"
#include "mp-revision.h"

/*
 * The state machine of one record. What was changed here lies in three places: an operation in
 * flight (frozen: it may be sent again, never changed), what is pending behind it, and conflicts,
 * whose values are shown here but not sent. A conflict about the whole record (path "") holds all
 * that is local; then nothing is in flight or pending.
 *
 *  event \ local      | nothing      | pending             | in flight (+ pending)
 *  -------------------+--------------+---------------------+------------------------------------
 *  edit               | pending      | into the pending    | into the pending behind it
 *  pull, other paths  | base         | base, new expect    | base; judged when the answer comes
 *  pull, same path    | base         | path to a conflict  | base; judged when the answer comes
 *  pull, same target  | base         | both to conflicts   | base; judged when the answer comes
 *  pull, archived     | base         | whole conflict      | base; judged when the answer comes
 *  restored, older    | whole: lost  | whole: lost         | whole: lost
 *  not listed         | removed      | whole: lost         | whole: lost
 *  applied            | -            | -                   | base if newer; pending judged anew
 *  conflict           | -            | -                   | base if newer; all pending, judged
 *  invalid, denied    | -            | -                   | errors; all pending, held if unedited
 *  gone               | -            | -                   | whole: lost
 *  answer to an operation that is not in flight: ignored
 *
 * "Judged": every path whose expected value, or whose determinant's, is no longer the server's
 * becomes a conflict; one that the server already has as wanted is done; the others stay pending
 * and expect what the server has now. A conflict keeps an archiving from being sent, so nobody
 * archives what nobody saw.
 */

static gboolean
equal_values (JsonNode *a, JsonNode *b)
{
  const gboolean a_unset = a == NULL || JSON_NODE_HOLDS_NULL (a);
  const gboolean b_unset = b == NULL || JSON_NODE_HOLDS_NULL (b);

  if (a_unset || b_unset)
    return a_unset && b_unset;
  return mp_json_node_equal (a, b);
}

static JsonNode *
record_to_node (MpRecord *record)
{
  return record != NULL ? mp_json_node_take_object (mp_record_to_json (record)) : NULL;
}

static char *
digest_content (MpRecord *record)
{
  return mp_json_digest (mp_record_get_content (record));
}

static MpConflict *
find_conflict (MpRecordEntry *entry, const char *path)
{
  for (unsigned int i = 0; i < entry->conflicts->len; i++)
    {
      MpConflict *conflict = g_ptr_array_index (entry->conflicts, i);

      if (g_str_equal (mp_conflict_get_path (conflict), path))
        return conflict;
    }
  return NULL;
}

static MpConflict *
dup_conflict (MpRecordEntry *entry, const char *path)
{
  MpConflict *conflict = find_conflict (entry, path);

  return conflict != NULL ? g_object_ref (conflict) : NULL;
}

static void
put_conflict (
    MpRecordEntry *entry, const char *path, JsonNode *base, JsonNode *mine, JsonNode *theirs)
{
  MpConflict *conflict = mp_conflict_new (entry->id, path, base, mine, theirs);
  MpConflict *old = find_conflict (entry, path);

  if (old != NULL)
    g_ptr_array_remove (entry->conflicts, old);
  g_ptr_array_add (entry->conflicts, conflict);
}

static void
clear_pending (MpPending *pending)
{
  g_clear_pointer (&pending->set, mp_changes_unref);
  g_clear_pointer (&pending->expect, mp_changes_unref);
  g_clear_pointer (&pending->seen_digest, g_free);
  *pending = (MpPending){
    .set = mp_changes_new (),
    .expect = mp_changes_new (),
    .lifecycle = MP_LIFECYCLE_NONE,
  };
}

static void
set_lifecycle (MpPending *pending, MpLifecycle lifecycle, MpRecord *seen)
{
  pending->lifecycle = lifecycle;
  g_free (pending->seen_digest);
  pending->seen_digest = lifecycle == MP_LIFECYCLE_ARCHIVE ? digest_content (seen) : NULL;
}

static void
set_base (MpRecordEntry *entry, MpRecord *base)
{
  g_set_object (&entry->base, base);
}

/* The record without its conflicts: what the server would have once all is sent. */
static MpRecord *
build_target (MpRecordEntry *entry)
{
  g_autoptr (MpRecord) record = NULL;
  gboolean archived;

  if (entry->base != NULL)
    record = g_object_ref (entry->base);
  else
    record = mp_record_new (entry->id, (MpStamp){ entry->created.at_unix_us, entry->created_by });
  archived = mp_record_get_archived (record);

  if (entry->in_flight != NULL)
    {
      MpAction action = mp_operation_get_action (entry->in_flight);
      MpChanges *set = mp_operation_get_set (entry->in_flight);

      if (set != NULL)
        {
          g_autoptr (MpRecord) before = g_steal_pointer (&record);

          record = mp_record_with_changes (before, set);
        }
      if (action == MP_ACTION_ARCHIVE || action == MP_ACTION_RESTORE)
        archived = action == MP_ACTION_ARCHIVE;
    }

  if (entry->pending.lifecycle != MP_LIFECYCLE_NONE)
    archived = entry->pending.lifecycle == MP_LIFECYCLE_ARCHIVE;
  if (mp_changes_get_size (entry->pending.set) > 0)
    {
      g_autoptr (MpRecord) before = g_steal_pointer (&record);

      record = mp_record_with_changes (before, entry->pending.set);
    }
  if (archived == mp_record_get_archived (record))
    return g_steal_pointer (&record);
  return mp_record_with_archived (record, archived);
}

/* Who works on what they are archiving archives what they see then. */
static void
note_seen (MpRecordEntry *entry)
{
  g_autoptr (MpRecord) target = NULL;

  if (entry->pending.lifecycle != MP_LIFECYCLE_ARCHIVE)
    return;
  target = build_target (entry);
  set_lifecycle (&entry->pending, MP_LIFECYCLE_ARCHIVE, target);
}

/* Puts all that is local into one conflict about the whole record; its base is what it was. */
static void
raise_whole (MpRecordEntry *entry, MpRecord *old_base, MpRecord *shown)
{
  g_autoptr (JsonNode) base = record_to_node (old_base);
  g_autoptr (JsonNode) mine = record_to_node (shown);
  g_autoptr (JsonNode) theirs = record_to_node (entry->base);

  g_clear_object (&entry->in_flight);
  entry->in_flight_order = 0;
  clear_pending (&entry->pending);
  g_ptr_array_set_size (entry->conflicts, 0);
  put_conflict (entry, "", base, mine, theirs);
}

/* The server's state moved on: conflicts show its present values; those settled by it go. */
static void
refresh_conflicts (MpRecordEntry *entry)
{
  g_autoptr (GPtrArray) old = g_steal_pointer (&entry->conflicts);

  entry->conflicts = g_ptr_array_new_with_free_func (g_object_unref);
  for (unsigned int i = 0; i < old->len; i++)
    {
      MpConflict *conflict = g_ptr_array_index (old, i);
      const char *path = mp_conflict_get_path (conflict);
      const gboolean whole = path[0] == '\0';
      g_autoptr (JsonNode) whole_theirs = whole ? record_to_node (entry->base) : NULL;
      JsonNode *theirs = whole_theirs;

      if (!whole && entry->base != NULL)
        theirs = mp_record_get_value (entry->base, path);
      if (whole || !equal_values (mp_conflict_get_mine (conflict), theirs))
        put_conflict (entry, path, mp_conflict_get_base (conflict), mp_conflict_get_mine (conflict),
                      theirs);
    }
}

static gboolean
is_determined_by (MpRegistry *registry, const char *path, const char *determinant)
{
  const MpFieldSpec *field = mp_registry_find (registry, path);

  return field != NULL && field->determined_by != NULL &&
         g_strv_contains ((const char *const *) field->determined_by, determinant);
}

/* Does the disagreement at @pointer (perhaps a determinant's) concern the change at @path? */
static gboolean
concerns (MpRegistry *registry, const char *pointer, const char *path)
{
  return mp_pointer_has_prefix (path, pointer) || is_determined_by (registry, path, pointer);
}

static void
move_to_conflict (MpRecordEntry *entry, const char *path)
{
  MpPending *pending = &entry->pending;

  put_conflict (entry, path, mp_changes_get (pending->expect, path),
                mp_changes_get (pending->set, path), mp_record_get_value (entry->base, path));
  mp_changes_forget (pending->set, path);
}

/* The pending paths that @pointer concerns become conflicts. */
static void
move_concerned (MpRecordEntry *entry, MpRegistry *registry, const char *pointer)
{
  MpPending *pending = &entry->pending;

  for (unsigned int i = mp_changes_get_size (pending->set); i > 0; i--)
    {
      g_autofree char *path = g_strdup (mp_changes_get_path (pending->set, i - 1));

      if (concerns (registry, pointer, path))
        move_to_conflict (entry, path);
    }
}

/* Another field that the server now maps to @target, and did not when it was last seen. */
static const char *
find_rival (MpRecordEntry *entry,
            MpRecord *old_base,
            const char *const *paths,
            const char *path,
            const char *target)
{
  for (unsigned int i = 0; paths[i] != NULL; i++)
    {
      if (!g_str_equal (paths[i], path) && !mp_changes_contains (entry->pending.set, paths[i]) &&
          g_strcmp0 (mp_mapping_get_target (mp_record_get_value (entry->base, paths[i])), target) ==
              0 &&
          g_strcmp0 (mp_mapping_get_target (mp_record_get_value (old_base, paths[i])), target) != 0)
        return paths[i];
    }
  return NULL;
}

/* Two people mapped different fields to the same one of the CRM: no path collides, and yet only one
 * of them can be. Both paths are then asked about, so that mine is whole, and theirs as well. */
static void
move_rivals (MpRecordEntry *entry, MpRegistry *registry, MpRecord *old_base)
{
  MpPending *pending = &entry->pending;

  for (unsigned int i = mp_changes_get_size (pending->set); old_base != NULL && i > 0; i--)
    {
      g_autofree char *path = g_strdup (mp_changes_get_path (pending->set, i - 1));
      const MpFieldSpec *field = mp_registry_find (registry, path);
      const char *target = mp_mapping_get_target (mp_changes_get (pending->set, path));
      g_auto (GStrv) paths = NULL;
      const char *rival;

      if (field == NULL || field->input != MP_INPUT_MAPPING || target == NULL)
        continue;
      paths = mp_record_list_paths (entry->base, field->path);
      rival = find_rival (entry, old_base, (const char *const *) paths, path, target);
      if (rival == NULL)
        continue;
      put_conflict (entry, rival, mp_record_get_value (old_base, rival),
                    mp_record_get_value (old_base, rival),
                    mp_record_get_value (entry->base, rival));
      move_to_conflict (entry, path);
    }
}

static gboolean
is_satisfied (MpRecordEntry *entry, const char *path)
{
  return equal_values (mp_changes_get (entry->pending.set, path),
                       mp_record_get_value (entry->base, path));
}

static gboolean
has_unsatisfied (MpRecordEntry *entry)
{
  for (unsigned int i = 0; i < mp_changes_get_size (entry->pending.set); i++)
    {
      if (!is_satisfied (entry, mp_changes_get_path (entry->pending.set, i)))
        return TRUE;
    }
  return FALSE;
}

static void
drop_satisfied (MpRecordEntry *entry)
{
  MpPending *pending = &entry->pending;

  for (unsigned int i = mp_changes_get_size (pending->set); i > 0; i--)
    {
      g_autofree char *path = g_strdup (mp_changes_get_path (pending->set, i - 1));

      if (is_satisfied (entry, path))
        mp_changes_forget (pending->set, path);
    }
}

/*
 * Judges what is pending against the base (see above). @pointers: (nullable): what the server said
 * to disagree on, where it said so of exactly this base.
 */
static void
judge_pending (MpRecordEntry *entry,
               MpRegistry *registry,
               MpRecord *old_base,
               MpRecord *shown,
               const char *const *pointers)
{
  MpPending *pending = &entry->pending;
  const gboolean was_archived = old_base != NULL && mp_record_get_archived (old_base);
  const gboolean is_archived = mp_record_get_archived (entry->base);
  g_autoptr (GPtrArray) disagreements = NULL;
  unsigned int n_edits;
  gboolean has_something;
  gboolean unexplained;

  /* It exists already; what differs was never seen, and says so by not being in expect. */
  pending->create = FALSE;
  if (is_archived == (pending->lifecycle == MP_LIFECYCLE_ARCHIVE))
    set_lifecycle (pending, MP_LIFECYCLE_NONE, NULL);
  n_edits = mp_changes_get_size (pending->set);
  has_something = has_unsatisfied (entry) || pending->lifecycle != MP_LIFECYCLE_NONE;

  for (unsigned int i = 0; pointers != NULL && pointers[i] != NULL; i++)
    {
      if (pointers[i][0] != '\0')
        move_concerned (entry, registry, pointers[i]);
      else if (has_something)
        {
          raise_whole (entry, old_base, shown);
          return;
        }
    }

  disagreements = mp_merge_check_expect (registry, entry->base, pending->set, pending->expect);
  for (unsigned int i = 0; i < disagreements->len; i++)
    move_concerned (entry, registry, mp_conflict_get_path (disagreements->pdata[i]));
  drop_satisfied (entry);
  move_rivals (entry, registry, old_base);
  refresh_conflicts (entry);

  /* The server refused to merge, and it can't be seen why: the person decides, not a loop. */
  unexplained = pointers != NULL && n_edits > 0 && mp_changes_get_size (pending->set) == n_edits;
  if (unexplained ||
      (is_archived && !was_archived && pending->lifecycle == MP_LIFECYCLE_NONE &&
       (mp_changes_get_size (pending->set) > 0 || entry->conflicts->len > 0)) ||
      (pending->lifecycle == MP_LIFECYCLE_ARCHIVE && entry->conflicts->len > 0))
    {
      raise_whole (entry, old_base, shown);
      return;
    }

  if (pending->lifecycle == MP_LIFECYCLE_ARCHIVE)
    {
      g_autoptr (MpRecord) target = build_target (entry);
      g_autofree char *digest = digest_content (target);

      if (g_strcmp0 (digest, pending->seen_digest) != 0)
        {
          raise_whole (entry, old_base, shown);
          return;
        }
    }

  g_clear_pointer (&pending->expect, mp_changes_unref);
  pending->expect = mp_merge_build_expect (registry, entry->base, pending->set);
}

/* What was in flight is pending again, below what was changed since. */
static void
take_back_in_flight (MpRecordEntry *entry, MpRecord *old_base)
{
  g_autoptr (MpOperation) op = g_steal_pointer (&entry->in_flight);
  MpPending *pending = &entry->pending;
  MpAction action = mp_operation_get_action (op);

  entry->in_flight_order = 0;
  if (action == MP_ACTION_ARCHIVE || action == MP_ACTION_RESTORE)
    {
      /* An opposite wish behind it: both are off. */
      if (pending->lifecycle != MP_LIFECYCLE_NONE)
        set_lifecycle (pending, MP_LIFECYCLE_NONE, NULL);
      else
        set_lifecycle (pending,
                       action == MP_ACTION_ARCHIVE ? MP_LIFECYCLE_ARCHIVE : MP_LIFECYCLE_RESTORE,
                       old_base);
      return;
    }

  if (action == MP_ACTION_CREATE)
    pending->create = TRUE;
  if (mp_operation_get_set (op) != NULL)
    {
      g_autoptr (MpChanges) set = mp_changes_copy (mp_operation_get_set (op));

      mp_changes_merge (set, pending->set);
      mp_changes_unref (g_steal_pointer (&pending->set));
      pending->set = g_steal_pointer (&set);
    }
  if (mp_operation_get_expect (op) != NULL)
    mp_changes_merge (pending->expect, mp_operation_get_expect (op));
}

/* The person did something about the record: what was refused is asked for once more, so that it
 * never waits without a word. */
static void
release (MpRecordEntry *entry)
{
  g_clear_pointer (&entry->errors, mp_field_errors_unref);
  entry->pending.held = FALSE;
}

static gboolean
has_edits (MpPending *pending)
{
  return pending->create || mp_changes_get_size (pending->set) > 0;
}

/* Adds @changes (leaves) to what is pending; @seen is what the person saw. */
static void
add_pending (MpRecordEntry *entry, MpRegistry *registry, MpRecord *seen, MpChanges *changes)
{
  MpPending *pending = &entry->pending;
  g_autoptr (MpChanges) expect = mp_merge_build_expect (registry, seen, changes);

  for (unsigned int i = 0; !pending->create && i < mp_changes_get_size (expect); i++)
    {
      const char *path = mp_changes_get_path (expect, i);

      if (!mp_changes_contains (pending->expect, path))
        mp_changes_set (pending->expect, path, mp_changes_get_value (expect, i));
    }
  mp_changes_merge (pending->set, changes);
}

/* An edit taken back leaves nothing to send. */
static void
drop_undone (MpRecordEntry *entry, MpRegistry *registry)
{
  MpPending *pending = &entry->pending;
  g_autoptr (MpChanges) needed = NULL;

  if (pending->create)
    {
      for (unsigned int i = mp_changes_get_size (pending->set); i > 0; i--)
        {
          g_autofree char *path = g_strdup (mp_changes_get_path (pending->set, i - 1));

          if (equal_values (mp_changes_get (pending->set, path), NULL))
            mp_changes_forget (pending->set, path);
        }
      return;
    }

  for (unsigned int i = mp_changes_get_size (pending->set); i > 0; i--)
    {
      g_autofree char *path = g_strdup (mp_changes_get_path (pending->set, i - 1));

      if (equal_values (mp_changes_get (pending->set, path),
                        mp_changes_get (pending->expect, path)))
        mp_changes_forget (pending->set, path);
    }

  if (entry->base == NULL)
    return;
  needed = mp_merge_build_expect (registry, entry->base, pending->set);
  for (unsigned int i = mp_changes_get_size (pending->expect); i > 0; i--)
    {
      g_autofree char *path = g_strdup (mp_changes_get_path (pending->expect, i - 1));

      if (!mp_changes_contains (needed, path))
        mp_changes_forget (pending->expect, path);
    }
}

/* @changes on a record that is one whole conflict: they go into what is kept of mine. */
static void
replace_whole_mine (MpRecordEntry *entry, MpRecord *mine)
{
  g_autoptr (MpConflict) whole = dup_conflict (entry, "");
  g_autoptr (JsonNode) node = record_to_node (mine);

  put_conflict (entry, "", mp_conflict_get_base (whole), node, mp_conflict_get_theirs (whole));
}

/*
 * Makes the record of an answer the base if it is newer than what is known. Sequence numbers tell
 * that, except after the server was restored from a backup, which shows in an epoch that neither
 * the feed nor the base has; then the coming listing tells (@foreign).
 * Returns whether the base is now that record.
 */
static gboolean
install_answer (MpRecordEntry *entry, MpRecord *record, const MpFeedMark *mark, gboolean *foreign)
{
  g_autofree char *epoch = NULL;
  g_autofree char *base_epoch = NULL;
  int64_t sequence;
  int64_t known = mark->sequence;

  *foreign = FALSE;
  if (record == NULL || !mp_revision_parse (mp_record_get_revision (record), &epoch, &sequence))
    return FALSE;

  if (entry->base != NULL)
    mp_revision_parse (mp_record_get_revision (entry->base), &base_epoch, &known);
  *foreign = mark->epoch != NULL && !g_str_equal (mark->epoch, epoch) &&
             g_strcmp0 (base_epoch, epoch) != 0;
  if (*foreign)
    return FALSE;
  if (entry->base != NULL && sequence == known)
    return TRUE;
  /* Not beyond what is known: the answer is a replay, its record an old snapshot. */
  if (sequence <= known && (entry->base != NULL || mark->epoch != NULL))
    return FALSE;

  set_base (entry, record);
  return TRUE;
}

static void
take_errors (MpRecordEntry *entry, MpPushResult *result)
{
  MpFieldErrors *errors = mp_push_result_get_errors (result);

  g_clear_pointer (&entry->errors, mp_field_errors_unref);
  if (mp_field_errors_get_size (errors) > 0)
    {
      entry->errors = mp_field_errors_ref (errors);
      return;
    }

  entry->errors = mp_field_errors_new ();
  mp_field_errors_add (entry->errors, MP_SEVERITY_ERROR, "", MP_FIELD_SERVER, "message",
                       mp_push_result_get_status (result) == MP_PUSH_DENIED
                       ? _ ("The server does not allow you to change this")
                       : _ ("The server refused this without saying why"), NULL);
}

static void
take_refusal (MpRecordEntry *entry, MpPushResult *result)
{
  MpAction action = mp_operation_get_action (entry->in_flight);
  const gboolean edited_since = has_edits (&entry->pending);

  take_back_in_flight (entry, entry->base);
  if (action == MP_ACTION_ARCHIVE || action == MP_ACTION_RESTORE)
    set_lifecycle (&entry->pending, MP_LIFECYCLE_NONE, NULL);
  entry->pending.held = !edited_since && has_edits (&entry->pending);
  take_errors (entry, result);
}

static gboolean
resolve_whole (MpRecordEntry *entry,
               MpRegistry *registry,
               MpConflict *conflict,
               JsonNode *value,
               GError **error)
{
  g_autoptr (MpRecord) empty = NULL;
  g_autoptr (MpRecord) wanted = NULL;
  g_autoptr (MpChanges) changes = NULL;
  JsonObject *object;
  gboolean archived;

  if (equal_values (value, mp_conflict_get_theirs (conflict)))
    {
      g_ptr_array_remove (entry->conflicts, conflict);
      return TRUE;
    }
  if (value == NULL || !JSON_NODE_HOLDS_OBJECT (value))
    {
      g_set_error_literal (error, MP_ERROR, MP_ERROR_INVALID,
                           "the choice of a whole record is no object");
      return FALSE;
    }

  object = json_node_get_object (value);
  empty = mp_record_new (entry->id, (MpStamp){ entry->created.at_unix_us, entry->created_by });
  wanted = mp_record_with_content (empty, object, error);
  if (wanted == NULL)
    return FALSE;
  archived = mp_json_get_boolean (object, "archived", FALSE);

  g_ptr_array_remove (entry->conflicts, conflict);
  entry->pending.create = entry->base == NULL;
  changes = mp_record_diff (entry->base != NULL ? entry->base : empty, wanted);
  add_pending (entry, registry, entry->base != NULL ? entry->base : empty, changes);
  mp_record_entry_set_archived (entry, archived);
  return TRUE;
}

/**
 * mp_record_entry_new:
 * @id: a UUID
 * @created: when, and by whom
 *
 * Returns: (transfer full): a record of which nothing is known
 */
MpRecordEntry *
mp_record_entry_new (const char *id, MpStamp created)
{
  MpRecordEntry *entry = g_new0 (MpRecordEntry, 1);

  entry->id = g_strdup (id);
  entry->created = (MpStamp){ created.at_unix_us, NULL };
  entry->created_by = g_strdup (created.by);
  entry->conflicts = g_ptr_array_new_with_free_func (g_object_unref);
  clear_pending (&entry->pending);
  return entry;
}

/**
 * mp_record_entry_free:
 * @entry: (transfer full): an entry
 */
void
mp_record_entry_free (MpRecordEntry *entry)
{
  g_free (entry->id);
  g_free (entry->created_by);
  g_clear_object (&entry->base);
  g_clear_object (&entry->in_flight);
  g_clear_pointer (&entry->pending.set, mp_changes_unref);
  g_clear_pointer (&entry->pending.expect, mp_changes_unref);
  g_clear_pointer (&entry->pending.seen_digest, g_free);
  g_clear_pointer (&entry->conflicts, g_ptr_array_unref);
  g_clear_pointer (&entry->errors, mp_field_errors_unref);
  g_free (entry);
}

/**
 * mp_record_entry_dup_shown:
 * @entry: an entry
 *
 * The record as the person sees it: the server's state, what is in flight, what is pending, and
 * where there is a conflict, mine.
 *
 * Returns: (transfer full): the record
 */
MpRecord *
mp_record_entry_dup_shown (MpRecordEntry *entry)
{
  g_autoptr (MpRecord) target = build_target (entry);
  g_autoptr (MpChanges) mine = NULL;
  MpConflict *whole = find_conflict (entry, "");

  if (whole != NULL && mp_conflict_get_mine (whole) != NULL)
    {
      JsonObject *object = json_node_get_object (mp_conflict_get_mine (whole));
      g_autoptr (MpRecord) content = mp_record_with_content (target, object, NULL);

      if (content != NULL)
        return mp_record_with_archived (content, mp_json_get_boolean (object, "archived", FALSE));
    }

  mine = mp_changes_new ();
  for (unsigned int i = 0; whole == NULL && i < entry->conflicts->len; i++)
    {
      MpConflict *conflict = g_ptr_array_index (entry->conflicts, i);

      mp_changes_set (mine, mp_conflict_get_path (conflict), mp_conflict_get_mine (conflict));
    }
  if (mp_changes_get_size (mine) == 0)
    return g_steal_pointer (&target);
  return mp_record_with_changes (target, mine);
}

/**
 * mp_record_entry_has_pending:
 * @entry: an entry
 *
 * Returns: whether something was changed here that is not under way
 */
gboolean
mp_record_entry_has_pending (MpRecordEntry *entry)
{
  return has_edits (&entry->pending) || entry->pending.lifecycle != MP_LIFECYCLE_NONE;
}

/**
 * mp_record_entry_can_freeze:
 * @entry: an entry
 *
 * Returns: whether something pending could be sent now
 */
gboolean
mp_record_entry_can_freeze (MpRecordEntry *entry)
{
  if (entry->in_flight != NULL || entry->pending.held || find_conflict (entry, "") != NULL)
    return FALSE;
  if (entry->base == NULL && !entry->pending.create)
    return FALSE;
  if (has_edits (&entry->pending))
    return TRUE;
  return entry->pending.lifecycle == MP_LIFECYCLE_RESTORE ||
         (entry->pending.lifecycle == MP_LIFECYCLE_ARCHIVE && entry->conflicts->len == 0);
}

/**
 * mp_record_entry_is_void:
 * @entry: an entry
 *
 * Returns: whether nothing is left of it
 */
gboolean
mp_record_entry_is_void (MpRecordEntry *entry)
{
  return entry->base == NULL && entry->in_flight == NULL && entry->conflicts->len == 0 &&
         !has_edits (&entry->pending);
}

/**
 * mp_record_entry_create:
 * @entry: a new entry
 * @registry: what a record is
 * @record: its content
 */
void
mp_record_entry_create (MpRecordEntry *entry, MpRegistry *registry, MpRecord *record)
{
  g_autoptr (MpRecord) empty = build_target (entry);
  g_autoptr (MpChanges) changes = mp_record_diff (empty, record);

  entry->pending.create = TRUE;
  add_pending (entry, registry, empty, changes);
}

/**
 * mp_record_entry_edit:
 * @entry: an entry
 * @registry: what a record is
 * @changes: what the person changed
 *
 * Returns: (transfer full): what @changes really change, by leaf
 */
MpChanges *
mp_record_entry_edit (MpRecordEntry *entry, MpRegistry *registry, MpChanges *changes)
{
  g_autoptr (MpRecord) seen = mp_record_entry_dup_shown (entry);
  g_autoptr (MpRecord) wanted = mp_record_with_changes (seen, changes);
  g_autoptr (MpChanges) leaves = mp_record_diff (seen, wanted);
  g_autoptr (MpChanges) free_leaves = mp_changes_new ();

  if (mp_changes_get_size (leaves) == 0)
    return g_steal_pointer (&leaves);

  release (entry);
  if (find_conflict (entry, "") != NULL)
    {
      replace_whole_mine (entry, wanted);
      return g_steal_pointer (&leaves);
    }

  for (unsigned int i = 0; i < mp_changes_get_size (leaves); i++)
    {
      const char *path = mp_changes_get_path (leaves, i);
      JsonNode *value = mp_changes_get_value (leaves, i);
      g_autoptr (MpConflict) conflict = dup_conflict (entry, path);

      /* A disagreement stays one until the person chooses; only mine is another now. */
      if (conflict != NULL && equal_values (value, mp_conflict_get_theirs (conflict)))
        g_ptr_array_remove (entry->conflicts, conflict);
      else if (conflict != NULL)
        {
          put_conflict (entry, path, mp_conflict_get_base (conflict), value,
                        mp_conflict_get_theirs (conflict));
        }
      else
        mp_changes_set (free_leaves, path, value);
    }

  if (mp_changes_get_size (free_leaves) > 0)
    {
      g_autoptr (MpRecord) target = build_target (entry);

      add_pending (entry, registry, target, free_leaves);
      drop_undone (entry, registry);
    }
  note_seen (entry);
  return g_steal_pointer (&leaves);
}

/**
 * mp_record_entry_set_archived:
 * @entry: an entry
 * @archived: what the person wants
 */
void
mp_record_entry_set_archived (MpRecordEntry *entry, gboolean archived)
{
  g_autoptr (MpRecord) seen = mp_record_entry_dup_shown (entry);

  if (mp_record_get_archived (seen) == archived)
    return;

  release (entry);
  if (find_conflict (entry, "") != NULL)
    {
      g_autoptr (MpRecord) wanted = mp_record_with_archived (seen, archived);

      replace_whole_mine (entry, wanted);
      return;
    }

  if (entry->pending.lifecycle != MP_LIFECYCLE_NONE)
    set_lifecycle (&entry->pending, MP_LIFECYCLE_NONE, NULL);
  else
    {
      g_autoptr (MpRecord) target = build_target (entry);

      set_lifecycle (&entry->pending, archived ? MP_LIFECYCLE_ARCHIVE : MP_LIFECYCLE_RESTORE,
                     target);
    }
}

/**
 * mp_record_entry_resolve:
 * @entry: an entry
 * @registry: what a record is
 * @conflict: one of its conflicts, as the person saw it
 * @value: (nullable): what shall stand there
 * @error: return location
 *
 * Fails with %MP_ERROR_NOT_FOUND when there is no such conflict (any more), %MP_ERROR_CONFLICT when
 * the server's side of it changed since, %MP_ERROR_INVALID when @value cannot be.
 *
 * Returns: %TRUE, or %FALSE with @error set and nothing changed
 */
gboolean
mp_record_entry_resolve (MpRecordEntry *entry,
                         MpRegistry *registry,
                         MpConflict *conflict,
                         JsonNode *value,
                         GError **error)
{
  const char *path = mp_conflict_get_path (conflict);
  MpConflict *own = find_conflict (entry, path);
  g_autoptr (MpRecord) target = NULL;
  g_autoptr (MpChanges) changes = NULL;

  if (own == NULL)
    {
      g_set_error (error, MP_ERROR, MP_ERROR_NOT_FOUND, "no conflict on “%s”", path);
      return FALSE;
    }
  if (!equal_values (mp_conflict_get_theirs (own), mp_conflict_get_theirs (conflict)))
    {
      g_set_error (error, MP_ERROR, MP_ERROR_CONFLICT, "“%s” was changed again on the server",
                   path);
      return FALSE;
    }
  release (entry);
  if (path[0] == '\0')
    return resolve_whole (entry, registry, own, value, error);

  if (equal_values (value, mp_conflict_get_theirs (own)))
    {
      g_ptr_array_remove (entry->conflicts, own);
      return TRUE;
    }

  changes = mp_changes_new ();
  mp_changes_set (changes, path, value);
  g_ptr_array_remove (entry->conflicts, own);
  target = build_target (entry);
  add_pending (entry, registry, target, changes);
  note_seen (entry);
  return TRUE;
}

/**
 * mp_record_entry_freeze:
 * @entry: an entry for which mp_record_entry_can_freeze () holds
 * @op: a new UUID
 *
 * Makes the next operation out of what is pending. It stays as it is until its answer came.
 */
void
mp_record_entry_freeze (MpRecordEntry *entry, const char *op)
{
  MpPending *pending = &entry->pending;
  const char *revision = entry->base != NULL ? mp_record_get_revision (entry->base) : NULL;

  g_return_if_fail (mp_record_entry_can_freeze (entry));

  if (pending->lifecycle == MP_LIFECYCLE_RESTORE && !pending->create)
    {
      entry->in_flight =
          mp_operation_new (op, MP_ACTION_RESTORE, entry->id, revision, NULL, NULL, NULL);
      set_lifecycle (pending, MP_LIFECYCLE_NONE, NULL);
    }
  else if (has_edits (pending))
    {
      entry->in_flight =
          mp_operation_new (op, pending->create ? MP_ACTION_CREATE : MP_ACTION_UPDATE, entry->id,
                            revision, pending->set, pending->create ? NULL : pending->expect, NULL);
      pending->create = FALSE;
      g_clear_pointer (&pending->set, mp_changes_unref);
      g_clear_pointer (&pending->expect, mp_changes_unref);
      pending->set = mp_changes_new ();
      pending->expect = mp_changes_new ();
    }
  else
    {
      entry->in_flight =
          mp_operation_new (op, MP_ACTION_ARCHIVE, entry->id, revision, NULL, NULL, NULL);
      set_lifecycle (pending, MP_LIFECYCLE_NONE, NULL);
    }
  entry->in_flight_order = pending->order;
  pending->order = 0;
}

/**
 * mp_record_entry_answer:
 * @entry: an entry
 * @registry: what a record is
 * @result: the server's answer to an operation
 * @mark: how far the feed was read
 *
 * Returns: whether it was the operation in flight; otherwise nothing changed
 */
gboolean
mp_record_entry_answer (MpRecordEntry *entry,
                        MpRegistry *registry,
                        MpPushResult *result,
                        const MpFeedMark *mark)
{
  const MpPushStatus status = mp_push_result_get_status (result);
  g_autoptr (MpRecord) shown = NULL;
  g_autoptr (MpRecord) old_base = NULL;
  gboolean installed;
  gboolean foreign;

  if (entry->in_flight == NULL ||
      g_strcmp0 (mp_operation_get_op (entry->in_flight), mp_push_result_get_op (result)) != 0)
    return FALSE;

  shown = mp_record_entry_dup_shown (entry);
  old_base = entry->base != NULL ? g_object_ref (entry->base) : NULL;

  if (status == MP_PUSH_INVALID || status == MP_PUSH_DENIED)
    {
      take_refusal (entry, result);
      if (entry->base != NULL)
        judge_pending (entry, registry, old_base, shown, NULL);
      return TRUE;
    }
  if (status == MP_PUSH_GONE)
    {
      set_base (entry, NULL);
      raise_whole (entry, old_base, shown);
      return TRUE;
    }

  g_clear_pointer (&entry->errors, mp_field_errors_unref);
  installed = install_answer (entry, mp_push_result_get_record (result), mark, &foreign);
  if (status == MP_PUSH_APPLIED && !foreign)
    {
      g_clear_object (&entry->in_flight);
      entry->in_flight_order = 0;
      if (entry->base != NULL)
        judge_pending (entry, registry, old_base, shown, NULL);
      else
        raise_whole (entry, NULL, shown);
      return TRUE;
    }

  /* Applied by a server that was restored meanwhile: the feed will tell. */
  take_back_in_flight (entry, old_base);
  if (entry->base != NULL && !foreign)
    judge_pending (entry, registry, old_base, shown,
                   installed || mp_push_result_get_record (result) == NULL
                       ? mp_push_result_get_conflict_paths (result)
                       : NULL);
  return TRUE;
}

/**
 * mp_record_entry_pull:
 * @entry: an entry
 * @registry: what a record is
 * @record: the server's state, from its feed
 * @restored: whether this is the first listing after the server was restored from a backup
 *
 * Returns: whether anything changed
 */
gboolean
mp_record_entry_pull (MpRecordEntry *entry,
                      MpRegistry *registry,
                      MpRecord *record,
                      gboolean restored)
{
  g_autoptr (MpRecord) shown = mp_record_entry_dup_shown (entry);
  g_autoptr (MpRecord) old_base = entry->base != NULL ? g_object_ref (entry->base) : NULL;
  gboolean lost = FALSE;

  if (old_base != NULL &&
      !mp_revision_is_newer (mp_record_get_revision (record), mp_record_get_revision (old_base)))
    {
      /* What was here before and is not there now, a restored server lost. */
      lost = !mp_record_equal_content (record, old_base) ||
             mp_record_get_archived (record) != mp_record_get_archived (old_base);
      if (!restored || (!lost && g_strcmp0 (mp_record_get_revision (record),
                                            mp_record_get_revision (old_base)) == 0))
        return FALSE;
    }

  set_base (entry, record);
  if (find_conflict (entry, "") != NULL)
    refresh_conflicts (entry);
  else if (lost)
    raise_whole (entry, old_base, shown);
  else if (entry->in_flight != NULL)
    refresh_conflicts (entry);
  else
    judge_pending (entry, registry, old_base, shown, NULL);
  return TRUE;
}

/**
 * mp_record_entry_unlisted:
 * @entry: an entry
 * @restored: whether the server was restored from a backup
 *
 * The server was asked for everything, and this record was not there.
 *
 * Returns: whether anything changed; perhaps nothing is left of it
 */
gboolean
mp_record_entry_unlisted (MpRecordEntry *entry, gboolean restored)
{
  g_autoptr (MpRecord) old_base = NULL;
  g_autoptr (MpRecord) shown = NULL;
  gboolean purged;

  /* A new one waits for the server; without a base it is otherwise one whose base was damaged. */
  if (entry->base == NULL && (entry->pending.create || entry->in_flight != NULL))
    return FALSE;

  shown = mp_record_entry_dup_shown (entry);
  old_base = entry->base != NULL ? g_object_ref (entry->base) : NULL;
  purged = !restored || old_base == NULL || mp_record_get_archived (old_base);
  set_base (entry, NULL);

  if (find_conflict (entry, "") != NULL)
    refresh_conflicts (entry);
  else if (!purged || entry->in_flight != NULL || mp_record_entry_has_pending (entry) ||
           entry->conflicts->len > 0)
    raise_whole (entry, old_base, shown);
  return TRUE;
}
