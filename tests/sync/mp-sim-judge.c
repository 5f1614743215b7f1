/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-sim-judge.h"

#include "mp-json.h"
#include "mp-revision.h"

#define UNSET "-"

const char *const mp_sim_paths[MP_SIM_N_PATHS] = {
  "/crm/platform",        "/crm/member_object", "/crm/member_fields/a",
  "/crm/member_fields/b", "/crm/event_tag",     "/name",
};

struct _MpSimJudge
{
  unsigned int epoch;
  unsigned int n_edits;
  unsigned int n_applied;
  unsigned int n_shown;
  GHashTable *licences; /* (element-type utf8 GHashTable): "person record path value about" -> what
                           may stand at "about" when "value" is written */
  GHashTable *open;     /* (element-type utf8 utf8): "person record path" -> value */
  GHashTable *bases;    /* (element-type utf8 utf8): of .open: the revision that it was made on */
  GHashTable *states;   /* (element-type utf8 GPtrArray): record -> all that the server had of it */
  GHashTable *views;    /* (element-type utf8 MpRecord): "person record": seen when archived */
  GHashTable *wanted;   /* (element-type utf8): "person record": to be had back */
  GHashTable *known;    /* (element-type utf8): "person record": known to be on the server */
  GHashTable *reviving; /* (element-type utf8): of a record that their maker knew */
  GHashTable *sent;     /* (element-type utf8): operations */
  GHashTable *done;     /* (element-type utf8): operations applied, by this state of the server */
  GHashTable *done_then; /* (element-type utf8): as of the backup */
  GHashTable *touched;   /* (element-type utf8): "epoch record" */
  GHashTable *told;      /* (element-type utf8): "epoch person record" */
  GHashTable *lost;      /* (element-type utf8 utf8): "epoch person record" -> "epoch record" */
  char *complaint;       /* (nullable) */
};

/* For whoever looks into a history: MP_TEST_TRACE. */
G_GNUC_PRINTF (1, 2)
static void
trace (const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  if (g_getenv ("MP_TEST_TRACE") == NULL)
    return;
  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_test_message ("%s", text);
}

static GHashTable *
new_set (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

static GHashTable *
copy_set (GHashTable *set)
{
  GHashTable *copy = new_set ();
  GHashTableIter iter;
  gpointer item;

  g_hash_table_iter_init (&iter, set);
  while (g_hash_table_iter_next (&iter, &item, NULL))
    g_hash_table_add (copy, g_strdup (item));
  return copy;
}

static const char *
value_of (MpRecord *record, const char *path)
{
  const char *value = record != NULL ? mp_record_get_string (record, path) : NULL;

  return value != NULL ? value : UNSET;
}

static const char *
text_of (JsonNode *node)
{
  const char *text = node != NULL ? mp_json_node_get_string (node) : NULL;

  return text != NULL ? text : UNSET;
}

static MpRecord *
record_of (JsonNode *node)
{
  return node != NULL && JSON_NODE_HOLDS_OBJECT (node)
             ? mp_record_new_from_json (json_node_get_object (node), NULL)
             : NULL;
}

static char *
name_record (unsigned int person, const char *id)
{
  return g_strdup_printf ("%u %s", person, id);
}

static char *
name_place (unsigned int person, const char *id, const char *path)
{
  return g_strdup_printf ("%u %s %s", person, id, path);
}

static int64_t
sequence_of (MpRecord *record)
{
  g_autofree char *epoch = NULL;
  int64_t sequence = 0;

  if (record != NULL)
    g_assert_true (mp_revision_parse (mp_record_get_revision (record), &epoch, &sequence));
  return sequence;
}

/* What gives @path its meaning: the registry's word, read by hand. */
static const char *const *
list_determinants (const char *path)
{
  static const char *const none[] = { NULL };
  static const char *const platform[] = { "/crm/platform", NULL };
  static const char *const both[] = { "/crm/platform", "/crm/member_object", NULL };

  if (g_str_equal (path, "/crm/member_object"))
    return platform;
  if (g_str_has_prefix (path, "/crm/member_fields/") || g_str_equal (path, "/crm/event_tag"))
    return both;
  return none;
}

static GHashTable *
find_licence (MpSimJudge *self,
              unsigned int person,
              const char *id,
              const char *path,
              const char *value,
              const char *about)
{
  g_autofree char *key = g_strdup_printf ("%u %s %s %s %s", person, id, path, value, about);
  GHashTable *licence = g_hash_table_lookup (self->licences, key);

  if (licence == NULL)
    {
      licence = new_set ();
      g_hash_table_insert (self->licences, g_steal_pointer (&key), licence);
    }
  return licence;
}

static void
grant (MpSimJudge *self,
       unsigned int person,
       const char *id,
       const char *path,
       const char *value,
       const char *about,
       const char *old)
{
  g_hash_table_add (find_licence (self, person, id, path, value, about), g_strdup (old));
}

/* Who replaces their own wish saw what they saw when they made that. */
static void
inherit (MpSimJudge *self,
         unsigned int person,
         const char *id,
         const char *path,
         const char *value,
         const char *about,
         const char *earlier)
{
  GHashTable *from = find_licence (self, person, id, path, earlier, about);
  GHashTableIter iter;
  gpointer old;

  if (g_str_equal (value, earlier))
    return;
  g_hash_table_iter_init (&iter, from);
  while (g_hash_table_iter_next (&iter, &old, NULL))
    grant (self, person, id, path, value, about, old);
}

static void
end_edit (
    MpSimJudge *self, unsigned int person, const char *id, const char *path, const char *value)
{
  g_autofree char *place = name_place (person, id, path);

  if (g_strcmp0 (g_hash_table_lookup (self->open, place), value) == 0)
    g_hash_table_remove (self->open, place);
}

static void
open_edit (MpSimJudge *self,
           unsigned int person,
           const char *id,
           const char *path,
           const char *value,
           MpRecord *base)
{
  g_hash_table_replace (self->open, name_place (person, id, path), g_strdup (value));
  g_hash_table_replace (self->bases, name_place (person, id, path),
                        g_strdup (base != NULL ? mp_record_get_revision (base) : NULL));
  self->n_edits++;
}

/* Did the server have, since the edit was made, what it wished for? Who takes back what was not
 * sent yet wishes for what is there. */
static gboolean
was_fulfilled (
    MpSimJudge *self, const char *id, const char *path, const char *place, const char *value)
{
  GPtrArray *states = g_hash_table_lookup (self->states, id);
  const char *base = g_hash_table_lookup (self->bases, place);
  unsigned int first = 0;

  for (unsigned int i = 0; states != NULL && i < states->len; i++)
    {
      if (g_strcmp0 (mp_record_get_revision (states->pdata[i]), base) == 0)
        first = i;
    }
  for (unsigned int i = first; states != NULL && i < states->len; i++)
    {
      if (g_str_equal (value_of (states->pdata[i], path), value))
        return TRUE;
    }
  return FALSE;
}

static MpConflict *
find_conflict (MpStoredRecord *stored, const char *path)
{
  for (unsigned int i = 0; i < mp_stored_record_get_n_conflicts (stored); i++)
    {
      MpConflict *conflict = mp_stored_record_get_conflict (stored, i);

      if (g_str_equal (mp_conflict_get_path (conflict), path))
        return conflict;
    }
  return NULL;
}

/* What stands before the person where a wish's meaning comes from: both sides of a conflict. */
static void
grant_determinants (MpSimJudge *self,
                    unsigned int person,
                    MpStoredRecord *seen,
                    const char *path,
                    const char *value)
{
  const char *id = mp_stored_record_get_id (seen);

  for (const char *const *about = list_determinants (path); *about != NULL; about++)
    {
      MpConflict *conflict = find_conflict (seen, *about);

      grant (self, person, id, path, value, *about,
             value_of (mp_stored_record_get_record (seen), *about));
      if (conflict != NULL)
        grant (self, person, id, path, value, *about, text_of (mp_conflict_get_theirs (conflict)));
    }
}

/* Who changes what gives others their meaning has those before them, and means them so. */
static void
grant_dependents (MpSimJudge *self,
                  unsigned int person,
                  MpStoredRecord *seen,
                  const char *path,
                  const char *value)
{
  const char *id = mp_stored_record_get_id (seen);

  for (size_t i = 0; i < MP_SIM_N_PATHS; i++)
    {
      if (g_strv_contains (list_determinants (mp_sim_paths[i]), path))
        grant (self, person, id, mp_sim_paths[i],
               value_of (mp_stored_record_get_record (seen), mp_sim_paths[i]), path, value);
    }
}

/* A person who works on what they archived has seen it anew. */
static void
renew_view (MpSimJudge *self,
            unsigned int person,
            MpStoredRecord *seen,
            const char *path,
            const char *value)
{
  g_autofree char *key = name_record (person, mp_stored_record_get_id (seen));
  g_autoptr (MpChanges) changes = mp_changes_new ();

  mp_changes_set_string (changes, path, value);
  if (g_hash_table_contains (self->views, key))
    g_hash_table_replace (self->views, g_steal_pointer (&key),
                          mp_record_with_changes (mp_stored_record_get_record (seen), changes));
}

MpSimJudge *
mp_sim_judge_new (void)
{
  MpSimJudge *self = g_new0 (MpSimJudge, 1);

  self->epoch = 1;
  self->licences =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_hash_table_unref);
  self->open = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->bases = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->states =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  self->views = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  self->wanted = new_set ();
  self->known = new_set ();
  self->reviving = new_set ();
  self->sent = new_set ();
  self->done = new_set ();
  self->done_then = new_set ();
  self->touched = new_set ();
  self->told = new_set ();
  self->lost = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
mp_sim_judge_free (MpSimJudge *self)
{
  GHashTable *const tables[] = { self->licences, self->open,     self->views, self->wanted,
                                 self->known,    self->reviving, self->sent,  self->done,
                                 self->touched,  self->told,     self->lost,  self->done_then };

  for (size_t i = 0; i < G_N_ELEMENTS (tables); i++)
    g_hash_table_unref (tables[i]);
  g_free (self->complaint);
  g_free (self);
}

void
mp_sim_judge_complain (MpSimJudge *self, const char *what, const char *which)
{
  if (self->complaint == NULL)
    self->complaint = g_strdup_printf ("%s: %s", what, which);
}

void
mp_sim_judge_created (MpSimJudge *self, unsigned int person, MpRecord *record)
{
  trace ("person %u creates %s", person, mp_record_get_id (record));
  for (size_t i = 0; i < MP_SIM_N_PATHS; i++)
    open_edit (self, person, mp_record_get_id (record), mp_sim_paths[i],
               value_of (record, mp_sim_paths[i]), NULL);
}

void
mp_sim_judge_edited (MpSimJudge *self,
                     unsigned int person,
                     MpStoredRecord *seen,
                     const char *path,
                     const char *value)
{
  const char *id = mp_stored_record_get_id (seen);
  const char *earlier = value_of (mp_stored_record_get_record (seen), path);
  MpConflict *conflict = find_conflict (seen, path);

  trace ("person %u edits %s %s: %s to %s", person, id, path, earlier, value);
  grant (self, person, id, path, value, path, earlier);
  inherit (self, person, id, path, value, path, earlier);
  grant_determinants (self, person, seen, path, value);
  for (const char *const *about = list_determinants (path); *about != NULL; about++)
    inherit (self, person, id, path, value, *about, earlier);
  grant_dependents (self, person, seen, path, value);
  /* Who writes what the others wrote has chosen theirs. */
  if (conflict != NULL && g_str_equal (value, text_of (mp_conflict_get_theirs (conflict))))
    end_edit (self, person, id, path, earlier);
  else
    open_edit (self, person, id, path, value, mp_stored_record_get_base (seen));
  renew_view (self, person, seen, path, value);
}

static void
chose_whole (MpSimJudge *self, unsigned int person, MpConflict *conflict)
{
  const char *id = mp_conflict_get_record_id (conflict);
  g_autoptr (MpRecord) mine = record_of (mp_conflict_get_mine (conflict));
  g_autoptr (MpRecord) theirs = record_of (mp_conflict_get_theirs (conflict));

  for (size_t i = 0; i < MP_SIM_N_PATHS; i++)
    {
      const char *path = mp_sim_paths[i];
      const char *value = value_of (mine, path);

      grant (self, person, id, path, value, path, value_of (theirs, path));
      for (const char *const *about = list_determinants (path); *about != NULL; about++)
        {
          grant (self, person, id, path, value, *about, value_of (theirs, *about));
          grant (self, person, id, path, value, *about, value_of (mine, *about));
        }
    }
  if (mp_record_get_archived (mine))
    g_hash_table_replace (self->views, name_record (person, id), g_object_ref (mine));
  g_hash_table_add (self->wanted, name_record (person, id));
}

void
mp_sim_judge_chose (MpSimJudge *self,
                    unsigned int person,
                    MpStoredRecord *seen,
                    MpConflict *conflict,
                    gboolean mine)
{
  const char *id = mp_stored_record_get_id (seen);
  const char *path = mp_conflict_get_path (conflict);
  const char *theirs = text_of (mp_conflict_get_theirs (conflict));
  const char *value = mine ? text_of (mp_conflict_get_mine (conflict)) : theirs;

  trace ("person %u chooses %s of %s “%s”", person, mine ? "mine" : "theirs", id, path);
  if (*path == '\0')
    {
      if (mine)
        chose_whole (self, person, conflict);
      return;
    }
  grant (self, person, id, path, value, path, theirs);
  grant_determinants (self, person, seen, path, value);
  grant_dependents (self, person, seen, path, value);
  renew_view (self, person, seen, path, value);
}

void
mp_sim_judge_set_archived (MpSimJudge *self, unsigned int person, MpRecord *seen, gboolean archived)
{
  g_autofree char *key = name_record (person, mp_record_get_id (seen));

  trace ("person %u %s %s", person, archived ? "archives" : "restores", mp_record_get_id (seen));
  if (archived)
    g_hash_table_replace (self->views, g_steal_pointer (&key), g_object_ref (seen));
  else
    g_hash_table_add (self->wanted, g_steal_pointer (&key));
}

static void
show_all (MpSimJudge *self, unsigned int person, const char *id, MpRecord *record)
{
  for (size_t i = 0; record != NULL && i < MP_SIM_N_PATHS; i++)
    end_edit (self, person, id, mp_sim_paths[i], value_of (record, mp_sim_paths[i]));
}

static void
look_at_conflict (MpSimJudge *self, unsigned int person, MpConflict *conflict)
{
  const char *id = mp_conflict_get_record_id (conflict);
  const char *path = mp_conflict_get_path (conflict);

  self->n_shown++;
  trace ("person %u sees a conflict of %s “%s”: %s, %s, %s", person, id, path,
         text_of (mp_conflict_get_base (conflict)), text_of (mp_conflict_get_mine (conflict)),
         text_of (mp_conflict_get_theirs (conflict)));
  if (*path == '\0')
    {
      g_autoptr (MpRecord) mine = record_of (mp_conflict_get_mine (conflict));

      show_all (self, person, id, mine);
      g_hash_table_add (self->told, g_strdup_printf ("%u %u %s", self->epoch, person, id));
      return;
    }
  end_edit (self, person, id, path, text_of (mp_conflict_get_mine (conflict)));
}

/* The wish is before the person's eyes; where the server is known to have it, it is fulfilled. */
static void
look_at_edits (MpSimJudge *self, unsigned int person, MpStoredRecord *stored)
{
  const char *id = mp_stored_record_get_id (stored);
  MpRecord *base = mp_stored_record_get_base (stored);

  for (size_t i = 0; i < MP_SIM_N_PATHS; i++)
    {
      const char *path = mp_sim_paths[i];
      g_autofree char *place = name_place (person, id, path);
      const char *value = g_hash_table_lookup (self->open, place);

      if (value == NULL)
        continue;
      if (!g_str_equal (value, value_of (mp_stored_record_get_record (stored), path)) &&
          !was_fulfilled (self, id, path, place, value))
        {
          g_autofree char *which = g_strdup_printf (
              "%s %s, shown %s, base %s", place, value,
              value_of (mp_stored_record_get_record (stored), path), value_of (base, path));

          mp_sim_judge_complain (self, "an edit vanished", which);
        }
      else if (!g_str_equal (value, value_of (mp_stored_record_get_record (stored), path)) ||
               (base != NULL && g_str_equal (value, value_of (base, path))))
        g_hash_table_remove (self->open, place);
    }
}

static gboolean
is_of (gpointer key, gpointer value, gpointer data)
{
  return g_str_has_prefix (key, data);
}

void
mp_sim_judge_looked (MpSimJudge *self, unsigned int person, MpStoreDelta *delta)
{
  GPtrArray *records = mp_store_delta_get_records (delta);
  g_autoptr (GHashTable) here = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree char *prefix = g_strdup_printf ("%u ", person);
  GHashTableIter iter;
  gpointer place;

  for (unsigned int i = 0; i < records->len; i++)
    {
      MpStoredRecord *stored = records->pdata[i];
      MpFieldErrors *errors = mp_stored_record_get_server_errors (stored);

      g_hash_table_add (here, (gpointer) mp_stored_record_get_id (stored));
      look_at_edits (self, person, stored);
      if (mp_stored_record_get_base (stored) != NULL)
        g_hash_table_add (self->known, name_record (person, mp_stored_record_get_id (stored)));
      for (unsigned int j = 0; j < mp_stored_record_get_n_conflicts (stored); j++)
        look_at_conflict (self, person, mp_stored_record_get_conflict (stored, j));
      if (errors != NULL && mp_field_errors_get_size (errors) > 0)
        show_all (self, person, mp_stored_record_get_id (stored),
                  mp_stored_record_get_record (stored));
      else if (mp_stored_record_get_refused (stored))
        mp_sim_judge_complain (self, "refused without a word", mp_stored_record_get_id (stored));
    }

  g_hash_table_iter_init (&iter, self->open);
  while (g_hash_table_iter_next (&iter, &place, NULL))
    {
      g_auto (GStrv) parts = g_strsplit (place, " ", 3);

      if (is_of (place, NULL, prefix) && !g_hash_table_contains (here, parts[1]))
        mp_sim_judge_complain (self, "an edit vanished with its record", place);
    }
}

void
mp_sim_judge_sent (MpSimJudge *self, unsigned int person, MpOperation *operation)
{
  const char *op = mp_operation_get_op (operation);
  g_autofree char *key = name_record (person, mp_operation_get_target (operation));

  if (g_hash_table_add (self->sent, g_strdup (op)) && g_hash_table_contains (self->known, key))
    g_hash_table_add (self->reviving, g_strdup (op));
}

static void
check_licence (MpSimJudge *self,
               unsigned int person,
               const char *id,
               const char *path,
               const char *value,
               const char *about,
               const char *old)
{
  if (!g_hash_table_contains (find_licence (self, person, id, path, value, about), old))
    {
      g_autofree char *which = g_strdup_printf ("person %u set %s %s to %s, where %s was %s",
                                                person, id, path, value, about, old);

      mp_sim_judge_complain (
          self, g_str_equal (path, about) ? "overwritten unseen" : "merged over an unseen meaning",
          which);
    }
}

static void
check_values (MpSimJudge *self, unsigned int person, MpOperation *operation, MpRecord *before)
{
  const char *id = mp_operation_get_target (operation);
  MpChanges *set = mp_operation_get_set (operation);

  for (unsigned int i = 0; i < mp_changes_get_size (set); i++)
    {
      const char *path = mp_changes_get_path (set, i);
      const char *value = text_of (mp_changes_get_value (set, i));

      if (before == NULL || g_str_equal (value_of (before, path), value) ||
          g_str_has_prefix (path, "/payment_gateway/"))
        continue;
      check_licence (self, person, id, path, value, path, value_of (before, path));
      for (const char *const *about = list_determinants (path); *about != NULL; about++)
        {
          if (!mp_changes_contains (set, *about))
            check_licence (self, person, id, path, value, *about, value_of (before, *about));
        }
    }
}

static void
check_lifecycle (MpSimJudge *self, unsigned int person, MpOperation *operation, MpRecord *before)
{
  const char *id = mp_operation_get_target (operation);
  const MpAction action = mp_operation_get_action (operation);
  g_autofree char *key = name_record (person, id);
  MpRecord *view = g_hash_table_lookup (self->views, key);

  if (action == MP_ACTION_ARCHIVE &&
      (before == NULL || view == NULL || !mp_record_equal_content (view, before)))
    mp_sim_judge_complain (self, "archived unseen", key);
  if ((action == MP_ACTION_RESTORE ||
       g_hash_table_contains (self->reviving, mp_operation_get_op (operation))) &&
      before == NULL && action != MP_ACTION_UPDATE && !g_hash_table_contains (self->wanted, key))
    mp_sim_judge_complain (self, "came back unasked", key);
  if (action == MP_ACTION_RESTORE && !g_hash_table_contains (self->wanted, key))
    mp_sim_judge_complain (self, "restored unasked", key);
}

static void
note_state (MpSimJudge *self, MpRecord *record)
{
  GPtrArray *states = g_hash_table_lookup (self->states, mp_record_get_id (record));

  if (states == NULL)
    {
      states = g_ptr_array_new_with_free_func (g_object_unref);
      g_hash_table_insert (self->states, g_strdup (mp_record_get_id (record)), states);
    }
  g_ptr_array_add (states, g_object_ref (record));
}

void
mp_sim_judge_answered (MpSimJudge *self,
                       unsigned int person,
                       MpOperation *operation,
                       MpRecord *before,
                       MpRecord *after,
                       gboolean says_applied)
{
  const char *id = mp_operation_get_target (operation);
  const char *op = mp_operation_get_op (operation);
  MpChanges *set = mp_operation_get_set (operation);
  const gboolean changed = sequence_of (after) > sequence_of (before);

  trace ("person %u's %s of %s (%s, on %s): %s, %s to %s", person,
         mp_action_to_string (mp_operation_get_action (operation)), id, op,
         mp_operation_get_base (operation), says_applied ? "applied" : "not applied",
         before != NULL ? mp_record_get_revision (before) : "nothing",
         after != NULL ? mp_record_get_revision (after) : "nothing");
  for (unsigned int i = 0;
       set != NULL && (changed || says_applied) && i < mp_changes_get_size (set); i++)
    end_edit (self, person, id, mp_changes_get_path (set, i),
              text_of (mp_changes_get_value (set, i)));
  if (!changed)
    return;

  self->n_applied++;
  note_state (self, after);
  g_hash_table_add (self->touched, g_strdup_printf ("%u %s", self->epoch, id));
  if (!g_hash_table_add (self->done, g_strdup (op)))
    mp_sim_judge_complain (self, "applied twice", op);
  if (set != NULL)
    check_values (self, person, operation, before);
  check_lifecycle (self, person, operation, before);
}

void
mp_sim_judge_backed_up (MpSimJudge *self)
{
  g_hash_table_unref (self->done_then);
  self->done_then = copy_set (self->done);
}

/* What people saw before was not told of the new epoch. */
void
mp_sim_judge_restored (MpSimJudge *self)
{
  trace ("the server is restored");
  self->epoch++;
  g_hash_table_unref (self->done);
  self->done = copy_set (self->done_then);
}

void
mp_sim_judge_lost (MpSimJudge *self, unsigned int person, const char *id)
{
  g_hash_table_insert (self->lost, g_strdup_printf ("%u %u %s", self->epoch, person, id),
                       g_strdup_printf ("%u %s", self->epoch, id));
}

void
mp_sim_judge_conclude (MpSimJudge *self)
{
  g_autofree char *epoch = g_strdup_printf ("%u ", self->epoch);
  GHashTableIter iter;
  gpointer name;
  gpointer value;

  g_hash_table_iter_init (&iter, self->open);
  while (g_hash_table_iter_next (&iter, &name, &value))
    {
      g_autofree char *which = g_strconcat (name, " ", value, NULL);

      mp_sim_judge_complain (self, "an edit without a fate", which);
    }
  g_hash_table_iter_init (&iter, self->lost);
  while (g_hash_table_iter_next (&iter, &name, &value))
    {
      if (g_str_has_prefix (name, epoch) && !g_hash_table_contains (self->told, name) &&
          !g_hash_table_contains (self->touched, value))
        mp_sim_judge_complain (self, "lost and not offered again", name);
    }
}

const char *
mp_sim_judge_get_complaint (MpSimJudge *self)
{
  return self->complaint;
}

unsigned int
mp_sim_judge_get_n_edits (MpSimJudge *self)
{
  return self->n_edits;
}

unsigned int
mp_sim_judge_get_n_applied (MpSimJudge *self)
{
  return self->n_applied;
}

unsigned int
mp_sim_judge_get_n_shown (MpSimJudge *self)
{
  return self->n_shown;
}
