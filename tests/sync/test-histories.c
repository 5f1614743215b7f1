/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-error.h"
#include "mp-json.h"
#include "mp-model-server.h"
#include "mp-test-desktop.h"
#include "mp-test-store.h"

/*
 * Three desktops and a server through histories made by a seeded generator: edits, archiving,
 * lost requests and answers, restarts, purges, backups brought back, choices. Each value written is
 * unique, so what became of it can be told. The checks know nothing of how the store works:
 *
 *  - nobody overwrites a value, or what gives it its meaning, that they have not seen;
 *  - each operation is applied once;
 *  - each edit was applied, replaced by the same person's later one, or shown to them as a
 * conflict;
 *  - what a restored server lost is offered again;
 *  - in the end all have the same, and nothing is left to send.
 *
 * MP_TEST_SEEDS and MP_TEST_STEPS make it longer.
 */

#define N_DESKTOPS 3
#define DEFAULT_SEEDS 8
#define DEFAULT_STEPS 80

static const char *const paths[] = {
  "/crm/platform",        "/crm/member_object", "/crm/member_fields/a",
  "/crm/member_fields/b", "/crm/event_tag",
};

typedef struct
{
  unsigned int number;
  MpTestDesktop *desktop;
  GHashTable *seen;      /* (element-type utf8): "record path value" */
  GHashTable *last_edit; /* (element-type utf8 utf8): "record path" -> value */
} Person;

typedef struct
{
  uint32_t random;
  MpModelServer *server;
  Person people[N_DESKTOPS];
  unsigned int n_values;
  unsigned int epoch;
  gboolean has_backup;
  GHashTable *writers;    /* (element-type utf8 Person): who wrote a value */
  GHashTable *ended;      /* (element-type utf8): values of which the fate is known */
  GHashTable *done;       /* (element-type utf8): operations applied */
  GHashTable *done_saved; /* (element-type utf8): as of the backup */
  GHashTable *touched;    /* (element-type utf8): "epoch record" the server changed */
  GHashTable *told;       /* (element-type utf8): "epoch person record" offered again */
  GHashTable *lost;       /* (element-type utf8 utf8): "epoch person record" -> "epoch record" */
  char *trouble;
} World;

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

static unsigned int
choose (World *world, unsigned int below)
{
  world->random ^= world->random << 13;
  world->random ^= world->random >> 17;
  world->random ^= world->random << 5;
  return world->random % below;
}

static void
note_trouble (World *world, const char *what, const char *which)
{
  if (world->trouble == NULL)
    world->trouble = g_strdup_printf ("%s: %s", what, which);
}

static char *
join (const char *a, const char *b, const char *c)
{
  return g_strjoin (" ", a, b, c, NULL);
}

static void
see_record (Person *person, MpRecord *record)
{
  for (size_t i = 0; record != NULL && i < G_N_ELEMENTS (paths); i++)
    {
      const char *value = mp_record_get_string (record, paths[i]);

      g_hash_table_add (person->seen,
                        join (mp_record_get_id (record), paths[i], value != NULL ? value : "-"));
    }
}

static MpRecord *
read_side (JsonNode *node)
{
  return node != NULL && JSON_NODE_HOLDS_OBJECT (node)
             ? mp_record_new_from_json (json_node_get_object (node), NULL)
             : NULL;
}

/* Everything of @record that this person wrote is shown to them as theirs. */
static void
end_all (World *world, MpRecord *record)
{
  for (size_t i = 0; record != NULL && i < G_N_ELEMENTS (paths); i++)
    {
      const char *value = mp_record_get_string (record, paths[i]);

      if (value != NULL)
        g_hash_table_add (world->ended, g_strdup (value));
    }
}

static void
look_at_conflict (World *world, Person *person, MpConflict *conflict)
{
  const char *id = mp_conflict_get_record_id (conflict);
  const char *path = mp_conflict_get_path (conflict);
  const char *mine = mp_json_node_get_string (mp_conflict_get_mine (conflict));
  const char *theirs = mp_json_node_get_string (mp_conflict_get_theirs (conflict));

  if (path[0] == '\0')
    {
      g_autoptr (MpRecord) my_record = read_side (mp_conflict_get_mine (conflict));
      g_autoptr (MpRecord) their_record = read_side (mp_conflict_get_theirs (conflict));

      end_all (world, my_record);
      see_record (person, their_record);
      g_hash_table_add (world->told,
                        g_strdup_printf ("%u %u %s", world->epoch, person->number, id));
      return;
    }
  if (mine != NULL)
    g_hash_table_add (world->ended, g_strdup (mine));
  g_hash_table_add (person->seen, join (id, path, theirs != NULL ? theirs : "-"));
}

/* What the person has before them. */
static MpStoreDelta *
look (World *world, Person *person)
{
  MpStoreDelta *delta = mp_test_store_load (person->desktop->store);
  GPtrArray *records = mp_store_delta_get_records (delta);

  for (unsigned int i = 0; i < records->len; i++)
    {
      MpStoredRecord *stored = g_ptr_array_index (records, i);

      see_record (person, mp_stored_record_get_record (stored));
      for (unsigned int j = 0; j < mp_stored_record_get_n_conflicts (stored); j++)
        look_at_conflict (world, person, mp_stored_record_get_conflict (stored, j));
    }
  return delta;
}

/* The server applied something. */
static void
applied_cb (MpOperation *operation, MpRecord *before, MpRecord *after, gpointer user_data)
{
  World *world = user_data;
  const char *id = mp_record_get_id (after);
  MpChanges *set = mp_operation_get_set (operation);
  Person *writer = NULL;

  if (!g_hash_table_add (world->done, g_strdup (mp_operation_get_op (operation))))
    note_trouble (world, "applied twice", mp_operation_get_op (operation));
  g_hash_table_add (world->touched, g_strdup_printf ("%u %s", world->epoch, id));

  for (unsigned int i = 0; i < mp_changes_get_size (set); i++)
    {
      const char *path = mp_changes_get_path (set, i);
      const char *value = mp_json_node_get_string (mp_changes_get_value (set, i));
      const char *old = before != NULL ? mp_record_get_string (before, path) : NULL;
      g_autofree char *known = join (id, path, old != NULL ? old : "-");

      g_hash_table_add (world->ended, g_strdup (value));
      writer = g_hash_table_lookup (world->writers, value);
      if (before != NULL && writer != NULL && g_strcmp0 (old, value) != 0 &&
          !g_hash_table_contains (writer->seen, known))
        note_trouble (world, "overwritten unseen", known);
    }
  if (before != NULL && writer != NULL && !mp_changes_contains (set, paths[0]))
    {
      const char *platform = mp_record_get_string (before, paths[0]);
      g_autofree char *known = join (id, paths[0], platform != NULL ? platform : "-");

      if (!g_hash_table_contains (writer->seen, known))
        note_trouble (world, "merged over an unseen platform", known);
    }
}

static char *
new_value (World *world, Person *person)
{
  char *value = g_strdup_printf ("p%u-%u", person->number, ++world->n_values);

  g_hash_table_insert (world->writers, g_strdup (value), person);
  return value;
}

static void
remember_edit (World *world, Person *person, const char *id, const char *path, const char *value)
{
  g_autofree char *place = join (id, path, NULL);
  const char *earlier = g_hash_table_lookup (person->last_edit, place);

  if (earlier != NULL)
    g_hash_table_add (world->ended, g_strdup (earlier));
  g_hash_table_insert (person->last_edit, g_steal_pointer (&place), g_strdup (value));
}

static void
create (World *world, Person *person)
{
  g_autofree char *id = g_strdup_printf ("00000000-0000-7000-8000-%012u", ++world->n_values);
  g_autoptr (MpRecord) empty = mp_record_new (id, (MpStamp){ 1000000, "x" });
  g_autoptr (MpChanges) changes = mp_changes_new ();
  g_autoptr (MpRecord) record = NULL;

  for (size_t i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autofree char *value = new_value (world, person);

      mp_changes_set_string (changes, paths[i], value);
      remember_edit (world, person, id, paths[i], value);
    }
  record = mp_record_with_changes (empty, changes);
  mp_test_store_create (person->desktop->store, record);
}

static MpStoredRecord *
pick (World *world, MpStoreDelta *delta)
{
  GPtrArray *records = mp_store_delta_get_records (delta);

  return records->len > 0 ? records->pdata[choose (world, records->len)] : NULL;
}

static void
edit (World *world, Person *person, MpStoredRecord *stored)
{
  const char *id = mp_stored_record_get_id (stored);
  const char *path = paths[choose (world, G_N_ELEMENTS (paths))];
  g_autofree char *value = NULL;

  if (mp_record_get_archived (mp_stored_record_get_record (stored)))
    return;
  value = new_value (world, person);
  mp_test_store_set (person->desktop->store, id, path, value);
  remember_edit (world, person, id, path, value);
}

static void
resolve (World *world, Person *person, MpStoredRecord *stored)
{
  MpConflict *conflict;
  g_autoptr (GError) error = NULL;

  if (mp_stored_record_get_n_conflicts (stored) == 0)
    return;
  conflict = mp_stored_record_get_conflict (stored, 0);
  mp_test_store_resolve (person->desktop->store, conflict,
                         choose (world, 2) == 0 ? mp_conflict_get_mine (conflict)
                                                : mp_conflict_get_theirs (conflict),
                         &error);
  g_assert_no_error (error);
}

static void
arrange_fault (World *world)
{
  static const char *const requests[][2] = {
    { "POST", "/changes" }, { "GET", "/changes" }, { "POST", "/changes" }, { "GET", "" }
  };
  const char *const *request = requests[choose (world, G_N_ELEMENTS (requests))];

  switch (choose (world, 6))
    {
    case 0:
      mp_model_server_lose_request (world->server, request[0], request[1]);
      break;
    case 1:
    case 2:
      mp_model_server_lose_answer (world->server, request[0], request[1]);
      break;
    default:
      break;
    }
}

static void
run_sync (World *world, Person *person, gboolean must_work)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MpSyncReport) report = mp_test_desktop_sync (person->desktop, &error);

  mp_model_server_clear_faults (world->server);
  if (report == NULL && (must_work || !g_error_matches (error, MP_ERROR, MP_ERROR_UNAVAILABLE)))
    note_trouble (world, "the sync failed", error->message);
}

static gboolean
is_lost (World *world, MpRecord *base)
{
  MpRecord *now = mp_model_server_find (world->server, mp_record_get_id (base));

  return !mp_record_get_archived (base) &&
         (now == NULL ||
          (!mp_record_equal_content (now, base) &&
           g_strcmp0 (mp_record_get_revision (now), mp_record_get_revision (base)) != 0));
}

static void
restore (World *world)
{
  mp_model_server_restore (world->server);
  world->epoch++;
  g_hash_table_unref (world->done);
  world->done = copy_set (world->done_saved);

  /* Only those that do not know of something newer: a purge or an older backup hides that. */
  for (unsigned int n = 0; n < N_DESKTOPS; n++)
    {
      Person *person = &world->people[n];
      g_autoptr (MpStoreDelta) delta = look (world, person);
      GPtrArray *records = mp_store_delta_get_records (delta);

      for (unsigned int i = 0; i < records->len; i++)
        {
          MpStoredRecord *stored = g_ptr_array_index (records, i);
          MpRecord *base = mp_stored_record_get_base (stored);

          if (base != NULL && mp_stored_record_get_n_conflicts (stored) == 0 &&
              mp_model_server_find (world->server, mp_record_get_id (base)) == NULL &&
              is_lost (world, base))
            g_hash_table_insert (
                world->lost, g_strdup_printf ("%u %u %s", world->epoch, n, mp_record_get_id (base)),
                g_strdup_printf ("%u %s", world->epoch, mp_record_get_id (base)));
        }
    }
  /* The looking above counted what was shown before as told in the new epoch. */
  g_hash_table_remove_all (world->told);
}

static void
step (World *world)
{
  Person *person = &world->people[choose (world, N_DESKTOPS)];
  g_autoptr (MpStoreDelta) before = look (world, person);
  MpStoredRecord *stored = pick (world, before);
  const unsigned int what = choose (world, 100);
  g_autoptr (MpStoreDelta) after = NULL;

  if (what < 10)
    create (world, person);
  else if (what < 48 && stored != NULL)
    edit (world, person, stored);
  else if (what < 53 && stored != NULL)
    mp_test_store_archive (person->desktop->store, mp_stored_record_get_id (stored),
                           choose (world, 3) > 0);
  else if (what < 80)
    {
      arrange_fault (world);
      run_sync (world, person, FALSE);
    }
  else if (what < 90 && stored != NULL)
    resolve (world, person, stored);
  else if (what < 93)
    mp_test_desktop_restart (person->desktop);
  else if (what < 95)
    mp_model_server_purge (world->server);
  else if (what < 98)
    {
      mp_model_server_back_up (world->server);
      world->has_backup = TRUE;
      g_hash_table_unref (world->done_saved);
      world->done_saved = copy_set (world->done);
    }
  else if (world->has_backup)
    restore (world);

  after = look (world, person);
}

/* Nothing is lost any more, and all make their choices. */
static void
settle (World *world)
{
  unsigned int n_quiet = 0;

  for (unsigned int round = 0; round < 40 && world->trouble == NULL; round++)
    {
      gboolean settled = TRUE;

      for (unsigned int n = 0; n < N_DESKTOPS; n++)
        {
          Person *person = &world->people[n];
          g_autoptr (MpStoreDelta) delta = NULL;

          run_sync (world, person, TRUE);
          delta = look (world, person);
          settled = settled && mp_store_delta_get_pending_count (delta) == 0 &&
                    mp_store_delta_get_conflict_count (delta) == 0;
          for (unsigned int i = 0; i < mp_store_delta_get_records (delta)->len; i++)
            resolve (world, person, mp_store_delta_get_records (delta)->pdata[i]);
        }
      /* Twice: what the last one sent, the first one has not read yet. */
      n_quiet = settled ? n_quiet + 1 : 0;
      if (n_quiet == 2)
        return;
    }
  note_trouble (world, "does not settle", "");
}

static void
check_same (World *world, Person *person)
{
  g_autolist (MpRecord) served = mp_model_server_list (world->server);
  g_autoptr (MpStoreDelta) delta = look (world, person);
  GPtrArray *records = mp_store_delta_get_records (delta);

  for (GList *link = served; link != NULL; link = link->next)
    {
      g_autoptr (MpStoredRecord) stored =
                     mp_test_store_find (person->desktop->store, mp_record_get_id (link->data));

      if (stored == NULL ||
          !mp_record_equal_content (mp_stored_record_get_record (stored), link->data) ||
          mp_record_get_archived (mp_stored_record_get_record (stored)) !=
              mp_record_get_archived (link->data))
        note_trouble (world, "not the same", mp_record_get_id (link->data));
    }
  for (unsigned int i = 0; i < records->len; i++)
    {
      MpRecord *record = mp_stored_record_get_record (records->pdata[i]);

      /* What the server purged may still be in the archive here. */
      if (mp_model_server_find (world->server, mp_record_get_id (record)) == NULL &&
          !mp_record_get_archived (record))
        note_trouble (world, "only here", mp_record_get_id (record));
    }
}

static void
check (World *world)
{
  GHashTableIter iter;
  gpointer name;
  gpointer value;

  g_hash_table_iter_init (&iter, world->writers);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    {
      if (!g_hash_table_contains (world->ended, name))
        note_trouble (world, "an edit without a fate", name);
    }
  g_hash_table_iter_init (&iter, world->lost);
  while (g_hash_table_iter_next (&iter, &name, &value))
    {
      g_autofree char *epoch = g_strdup_printf ("%u ", world->epoch);

      if (g_str_has_prefix (name, epoch) && !g_hash_table_contains (world->told, name) &&
          !g_hash_table_contains (world->touched, value))
        note_trouble (world, "lost and not offered again", name);
    }
  for (unsigned int n = 0; n < N_DESKTOPS; n++)
    check_same (world, &world->people[n]);
}

static char *
run_history (unsigned int seed, unsigned int steps)
{
  World world = {
    .random = seed * 2654435761u,
    .server = mp_model_server_new (),
    .epoch = 1,
    .writers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL),
    .ended = new_set (),
    .done = new_set (),
    .done_saved = new_set (),
    .touched = new_set (),
    .told = new_set (),
    .lost = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free),
  };

  mp_model_server_watch (world.server, applied_cb, &world);
  mp_model_server_set_page_size (world.server, 2);
  for (unsigned int n = 0; n < N_DESKTOPS; n++)
    world.people[n] = (Person){
      .number = n,
      .desktop = mp_test_desktop_new (mp_model_server_get_address (world.server)),
      .seen = new_set (),
      .last_edit = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free),
    };

  for (unsigned int i = 0; i < steps && world.trouble == NULL; i++)
    step (&world);
  settle (&world);
  if (world.trouble == NULL)
    check (&world);

  for (unsigned int n = 0; n < N_DESKTOPS; n++)
    {
      mp_test_desktop_free (world.people[n].desktop);
      g_hash_table_unref (world.people[n].seen);
      g_hash_table_unref (world.people[n].last_edit);
    }
  g_assert_finalize_object (world.server);
  g_hash_table_unref (world.writers);
  g_hash_table_unref (world.ended);
  g_hash_table_unref (world.done);
  g_hash_table_unref (world.done_saved);
  g_hash_table_unref (world.touched);
  g_hash_table_unref (world.told);
  g_hash_table_unref (world.lost);
  return world.trouble;
}

static unsigned int
read_number (const char *variable, unsigned int fallback)
{
  const char *text = g_getenv (variable);
  uint64_t number;

  return text != NULL && g_ascii_string_to_unsigned (text, 10, 1, 1000000, &number, NULL)
             ? (unsigned int) number
             : fallback;
}

static void
test_rules_hold (void)
{
  const unsigned int seeds = read_number ("MP_TEST_SEEDS", DEFAULT_SEEDS);
  const unsigned int first = read_number ("MP_TEST_FIRST_SEED", 1);
  const unsigned int steps = read_number ("MP_TEST_STEPS", DEFAULT_STEPS);

  for (unsigned int seed = first; seed < first + seeds; seed++)
    {
      g_autofree char *trouble = run_history (seed, steps);

      if (trouble != NULL)
        {
          g_test_message ("seed %u: %s", seed, trouble);
          g_test_fail ();
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/sync/histories/rules-hold", test_rules_hold);
  return g_test_run ();
}
