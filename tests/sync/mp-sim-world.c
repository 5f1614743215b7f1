/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-sim-world.h"

#include "mp-error.h"
#include "mp-json.h"
#include "mp-revision.h"
#include "mp-sim-network.h"
#include "mp-test-store.h"
#include "mp-test-vfs.h"

#define START_UNIX_US (INT64_C (1780000000) * G_USEC_PER_SEC)
#define HOUR_US (INT64_C (3600) * G_USEC_PER_SEC)
#define TEN_YEARS_US (87660 * HOUR_US)
#define MAX_RECORDS 7
#define MAX_ROUNDS 60

typedef enum
{
  ACCIDENT_PROGRAM_ENDS,
  ACCIDENT_SERVER_ENDS,
  ACCIDENT_PURGE,
  ACCIDENT_BACKUP,
  ACCIDENT_RESTORE,
  ACCIDENT_ROLE,
  ACCIDENT_CLOCK,
  N_ACCIDENTS,
} Accident;

typedef struct
{
  uint32_t random;
  MpSimMutation mutation;
  MpSimServer *server;
  MpSimJudge *judge;
  MpSimNetwork *network;
  MpSimPerson *people[MP_SIM_N_PEOPLE];
  unsigned int n_values;
  unsigned int n_records;
  unsigned int n_restores;
  unsigned int accidents[N_ACCIDENTS]; /* how often each */
  unsigned int n_accidents;
  GHashTable *former; /* (element-type utf8 utf8): "record path" -> a value that stood there */
} World;

static unsigned int
choose (unsigned int below, gpointer user_data)
{
  World *world = user_data;

  world->random ^= world->random << 13;
  world->random ^= world->random >> 17;
  world->random ^= world->random << 5;
  return world->random % below;
}

/* What the person has before them. */
static MpStoreDelta *
look (World *world, MpSimPerson *person)
{
  MpStoreDelta *delta = mp_test_store_load (person->store);

  mp_sim_judge_looked (world->judge, person->number, delta);
  return delta;
}

static MpStoredRecord *
pick (World *world, MpStoreDelta *delta)
{
  GPtrArray *records = mp_store_delta_get_records (delta);

  return records->len > 0 ? records->pdata[choose (records->len, world)] : NULL;
}

static char *
new_value (World *world, MpSimPerson *person)
{
  return g_strdup_printf ("p%u-%u", person->number, ++world->n_values);
}

static void
create (World *world, MpSimPerson *person)
{
  g_autofree char *id = g_strdup_printf ("00000000-0000-7000-8000-%012u", ++world->n_records);
  g_autoptr (MpRecord) empty = mp_record_new (id, (MpStamp){ 1000000, "x" });
  g_autoptr (MpChanges) changes = mp_changes_new ();
  g_autoptr (MpRecord) record = NULL;
  g_autoptr (GError) error = NULL;

  for (size_t i = 0; i < MP_SIM_N_PATHS; i++)
    {
      g_autofree char *value = new_value (world, person);

      mp_changes_set_string (changes, mp_sim_paths[i], value);
    }
  mp_changes_set_string (changes, "/payment_gateway/platform", MP_SIM_PAYMENT);
  mp_changes_set_string (changes, "/payment_gateway/api_key", MP_SIM_CREDENTIAL);
  record = mp_record_with_changes (empty, changes);
  g_assert_true (mp_sim_person_create (person, record, &error));
  g_assert_no_error (error);
  mp_sim_judge_created (world->judge, person->number, record);
}

/* Mostly something new; now and then what stood there before, as undoing does; seldom what the
 * server does not take. */
static char *
choose_value (World *world, MpSimPerson *person, MpStoredRecord *stored, const char *path)
{
  g_autofree char *place = g_strconcat (mp_stored_record_get_id (stored), " ", path, NULL);
  const char *former = g_hash_table_lookup (world->former, place);
  const char *present = mp_record_get_string (mp_stored_record_get_record (stored), path);
  g_autofree char *value = NULL;
  const unsigned int what = choose (20, world);

  if (former != NULL && what < 5 && g_strcmp0 (former, present) != 0)
    value = g_strdup (former);
  else if (g_str_equal (path, "/name") && what == 5)
    value = g_strdup_printf ("p%u-%u-%0250d", person->number, ++world->n_values, 0);
  else
    value = new_value (world, person);
  if (present != NULL && strlen (present) < 100)
    g_hash_table_replace (world->former, g_steal_pointer (&place), g_strdup (present));
  return g_steal_pointer (&value);
}

/* The program is stopped while it saves: what it had said to be saved is there, and of what it was
 * saving all or nothing. */
static gboolean
save_and_crash (
    World *world, MpSimPerson *person, const char *id, const char *path, const char *value)
{
  g_autoptr (MpStoredRecord) stored = NULL;
  gboolean saved;

  mp_test_vfs_arm (person->folder, MP_TEST_VFS_ANY, 1 + choose (8, world), TRUE);
  saved = mp_sim_person_edit (person, id, path, value, NULL);
  mp_sim_person_stop (person);
  mp_test_vfs_disarm (person->folder);
  mp_sim_person_start (person);
  stored = mp_test_store_find (person->store, id);
  return saved ||
         g_strcmp0 (mp_record_get_string (mp_stored_record_get_record (stored), path), value) == 0;
}

static void
edit_path (World *world,
           MpSimPerson *person,
           MpStoredRecord *stored,
           const char *path,
           const char *value,
           gboolean crashes)
{
  const char *id = mp_stored_record_get_id (stored);
  g_autoptr (GError) error = NULL;

  if (crashes && !save_and_crash (world, person, id, path, value))
    return;
  if (!crashes)
    {
      g_assert_true (mp_sim_person_edit (person, id, path, value, &error));
      g_assert_no_error (error);
    }
  mp_sim_judge_edited (world->judge, person->number, stored, path, value);
  if (world->mutation == MP_SIM_EDIT_IN_FLIGHT)
    mp_sim_break_edit (person, id);
}

static void
edit (World *world, MpSimPerson *person, MpStoredRecord *stored)
{
  const char *path = mp_sim_paths[choose (MP_SIM_N_PATHS, world)];
  g_autofree char *value = NULL;
  const gboolean crashes = !mp_sim_network_is_busy (world->network) && choose (25, world) == 0;

  if (mp_record_get_archived (mp_stored_record_get_record (stored)))
    return;
  value = choose_value (world, person, stored, path);
  if (g_strcmp0 (mp_record_get_string (mp_stored_record_get_record (stored), path), value) != 0)
    edit_path (world, person, stored, path, value, crashes);
}

static void
set_archived (World *world, MpSimPerson *person, MpStoredRecord *stored)
{
  MpRecord *record = mp_stored_record_get_record (stored);
  const gboolean archived = choose (3, world) > 0;

  if (mp_record_get_archived (record) == archived)
    return;
  mp_sim_judge_set_archived (world->judge, person->number, record, archived);
  mp_test_store_archive (person->store, mp_record_get_id (record), archived);
}

static void
resolve (World *world, MpSimPerson *person, MpStoredRecord *stored)
{
  const unsigned int n_conflicts = mp_stored_record_get_n_conflicts (stored);
  const gboolean mine = choose (2, world) == 0;
  MpConflict *conflict;
  g_autoptr (GError) error = NULL;

  if (n_conflicts == 0)
    return;
  conflict = mp_stored_record_get_conflict (stored, choose (n_conflicts, world));
  mp_test_store_resolve (person->store, conflict,
                         mine ? mp_conflict_get_mine (conflict) : mp_conflict_get_theirs (conflict),
                         &error);
  g_assert_no_error (error);
  mp_sim_judge_chose (world->judge, person->number, stored, conflict, mine);
}

/* While a message is on its way, its own person goes on working, or another one syncs. */
static void
meanwhile (MpSimPerson *person, gpointer user_data)
{
  World *world = user_data;
  MpSimPerson *other = world->people[choose (MP_SIM_N_PEOPLE, world)];
  g_autoptr (MpStoreDelta) before = look (world, other);
  g_autoptr (MpStoreDelta) after = NULL;
  MpStoredRecord *stored = pick (world, before);

  if (other != person && choose (2, world) == 0)
    mp_sim_network_sync (world->network, other, TRUE);
  else if (stored != NULL)
    edit (world, other, stored);
  after = look (world, other);
}

static gboolean
is_lost (MpRecord *base, MpRecord *now)
{
  g_autofree char *epoch = NULL;
  g_autofree char *now_epoch = NULL;
  int64_t sequence;
  int64_t now_sequence;

  if (now == NULL)
    return TRUE;
  return mp_revision_parse (mp_record_get_revision (base), &epoch, &sequence) &&
         mp_revision_parse (mp_record_get_revision (now), &now_epoch, &now_sequence) &&
         now_sequence < sequence && !mp_record_equal_content (base, now);
}

static void
note_lost (World *world, MpSimPerson *person)
{
  g_autoptr (MpStoreDelta) delta = look (world, person);
  GPtrArray *records = mp_store_delta_get_records (delta);

  for (unsigned int i = 0; i < records->len; i++)
    {
      MpRecord *base = mp_stored_record_get_base (records->pdata[i]);
      g_autoptr (MpRecord) now = NULL;

      if (base == NULL || mp_record_get_archived (base) ||
          mp_stored_record_get_n_conflicts (records->pdata[i]) > 0)
        continue;
      now = mp_sim_server_dup_record (world->server, mp_record_get_id (base));
      if (is_lost (base, now))
        mp_sim_judge_lost (world->judge, person->number, mp_record_get_id (base));
    }
}

static void
restore (World *world)
{
  if (!mp_sim_server_has_backup (world->server))
    return;
  mp_sim_server_restore (world->server, world->mutation != MP_SIM_SAME_EPOCH);
  mp_sim_judge_restored (world->judge);
  mp_sim_network_restored (world->network);
  world->n_restores++;
  for (unsigned int i = 0; i < MP_SIM_N_PEOPLE; i++)
    note_lost (world, world->people[i]);
}

static void
set_role (World *world, MpSimPerson *person, gboolean may_edit)
{
  mp_sim_person_set_token (person, mp_sim_server_get_token (world->server, may_edit));
}

/* What happens around the people; each history has more of one thing or the other. */
static void
have_accident (World *world, MpSimPerson *person)
{
  unsigned int what = choose (MAX (world->n_accidents, 1), world);
  unsigned int kind = 0;

  for (; kind < ACCIDENT_CLOCK && what >= world->accidents[kind]; kind++)
    what -= world->accidents[kind];
  switch ((Accident) kind)
    {
    case ACCIDENT_PROGRAM_ENDS:
      mp_sim_person_stop (person);
      mp_sim_person_start (person);
      break;
    case ACCIDENT_SERVER_ENDS:
      mp_sim_server_restart (world->server);
      break;
    case ACCIDENT_PURGE:
      mp_sim_network_purge (world->network);
      break;
    case ACCIDENT_BACKUP:
      mp_sim_server_back_up (world->server);
      mp_sim_judge_backed_up (world->judge);
      break;
    case ACCIDENT_RESTORE:
      restore (world);
      break;
    case ACCIDENT_ROLE:
      set_role (world, person, choose (3, world) > 0);
      break;
    case ACCIDENT_CLOCK:
    case N_ACCIDENTS:
    default:
      mp_clock_advance (person->clock, ((int64_t) choose (3, world) - 1) * TEN_YEARS_US);
      break;
    }
}

static void
choose_accidents (World *world)
{
  for (unsigned int i = 0; i < N_ACCIDENTS; i++)
    {
      world->accidents[i] = choose (5, world);
      world->n_accidents += world->accidents[i];
    }
}

static void
step (World *world)
{
  MpSimPerson *person = world->people[choose (MP_SIM_N_PEOPLE, world)];
  g_autoptr (MpStoreDelta) before = look (world, person);
  g_autoptr (MpStoreDelta) after = NULL;
  MpStoredRecord *stored = pick (world, before);
  const unsigned int what = choose (100, world);

  mp_sim_server_let_time_pass (world->server, choose (6, world) * HOUR_US);
  mp_clock_advance (person->clock, choose (6, world) * HOUR_US);
  if (what < 8 && mp_store_delta_get_records (before)->len < MAX_RECORDS)
    create (world, person);
  else if (what < 38 && stored != NULL)
    edit (world, person, stored);
  else if (what < 43 && stored != NULL)
    set_archived (world, person, stored);
  else if (what < 72)
    mp_sim_network_sync (world->network, person, TRUE);
  else if (what < 86 && stored != NULL)
    resolve (world, person, stored);
  else if (what < 90)
    mp_sim_network_deliver_late (world->network);
  else if (what < 99)
    have_accident (world, person);
  after = look (world, person);
}

/* Somebody who is told that the server refuses something does something about it. */
static void
mend (World *world, MpSimPerson *person, MpStoredRecord *stored)
{
  g_autofree char *value = NULL;

  if (!mp_stored_record_get_refused (stored))
    return;
  if (mp_record_get_archived (mp_stored_record_get_record (stored)))
    {
      mp_sim_judge_set_archived (world->judge, person->number, mp_stored_record_get_record (stored),
                                 FALSE);
      mp_test_store_archive (person->store, mp_stored_record_get_id (stored), FALSE);
      return;
    }
  value = new_value (world, person);
  edit_path (world, person, stored, "/name", value, FALSE);
}

static gboolean
settle_person (World *world, MpSimPerson *person)
{
  g_autoptr (MpStoreDelta) delta = NULL;
  GPtrArray *records;
  gboolean is_settled;

  mp_sim_network_sync (world->network, person, FALSE);
  delta = look (world, person);
  records = mp_store_delta_get_records (delta);
  is_settled = mp_store_delta_get_pending_count (delta) == 0 &&
               mp_store_delta_get_conflict_count (delta) == 0;
  for (unsigned int i = 0; i < records->len; i++)
    {
      if (mp_stored_record_get_n_conflicts (records->pdata[i]) > 0)
        resolve (world, person, records->pdata[i]);
      else
        mend (world, person, records->pdata[i]);
    }
  return is_settled;
}

static void
complain_of_rest (World *world, MpSimPerson *person)
{
  g_autoptr (MpStoreDelta) delta = look (world, person);
  GPtrArray *records = mp_store_delta_get_records (delta);

  for (unsigned int i = 0; i < records->len; i++)
    {
      MpStoredRecord *stored = records->pdata[i];
      g_autofree char *which = NULL;

      if (!mp_stored_record_get_waiting (stored) && !mp_stored_record_get_refused (stored) &&
          mp_stored_record_get_n_conflicts (stored) == 0)
        continue;
      which = g_strdup_printf (
          "person %u, %s:%s%s%s, %u conflicts, base %s", person->number,
          mp_stored_record_get_id (stored), mp_stored_record_get_waiting (stored) ? " waiting" : "",
          mp_stored_record_get_refused (stored) ? " refused" : "",
          mp_record_get_archived (mp_stored_record_get_record (stored)) ? " archived" : "",
          mp_stored_record_get_n_conflicts (stored),
          mp_stored_record_get_base (stored) != NULL
              ? mp_record_get_revision (mp_stored_record_get_base (stored))
              : "none");
      mp_sim_judge_complain (world->judge, "does not settle", which);
    }
}

/* Nothing is lost any more, everybody may edit, and all make their choices. */
static void
settle (World *world)
{
  unsigned int n_quiet = 0;

  mp_sim_network_drop_late (world->network);
  for (unsigned int i = 0; i < MP_SIM_N_PEOPLE; i++)
    set_role (world, world->people[i], TRUE);
  for (unsigned int round = 0; round < MAX_ROUNDS; round++)
    {
      gboolean is_settled = TRUE;

      for (unsigned int i = 0; i < MP_SIM_N_PEOPLE; i++)
        is_settled = settle_person (world, world->people[i]) && is_settled;
      /* Twice: what the last one sent, the first one has not read yet. */
      n_quiet = is_settled ? n_quiet + 1 : 0;
      if (n_quiet == 2 || mp_sim_judge_get_complaint (world->judge) != NULL)
        return;
    }
  for (unsigned int i = 0; i < MP_SIM_N_PEOPLE; i++)
    complain_of_rest (world, world->people[i]);
  mp_sim_judge_complain (world->judge, "does not settle", "after so many rounds");
}

static void
compare (World *world, MpSimPerson *person)
{
  g_autoptr (GPtrArray) served = mp_sim_server_list (world->server);
  g_autoptr (MpStoreDelta) delta = look (world, person);
  GPtrArray *records = mp_store_delta_get_records (delta);
  g_autoptr (GHashTable) here = g_hash_table_new (g_str_hash, g_str_equal);

  for (unsigned int i = 0; i < records->len; i++)
    {
      MpRecord *record = mp_stored_record_get_record (records->pdata[i]);
      g_autoptr (MpRecord) there =
                     mp_sim_server_dup_record (world->server, mp_record_get_id (record));

      g_hash_table_insert (here, (gpointer) mp_record_get_id (record), record);
      /* What the server purged may still be in the archive here. */
      if (there == NULL && !mp_record_get_archived (record))
        mp_sim_judge_complain (world->judge, "only here", mp_record_get_id (record));
    }
  for (unsigned int i = 0; i < served->len; i++)
    {
      MpRecord *record = g_hash_table_lookup (here, mp_record_get_id (served->pdata[i]));

      if (record == NULL || !mp_record_equal_content (record, served->pdata[i]) ||
          mp_record_get_archived (record) != mp_record_get_archived (served->pdata[i]))
        mp_sim_judge_complain (world->judge, "not the same", mp_record_get_id (served->pdata[i]));
    }
}

static void
conclude (World *world)
{
  settle (world);
  if (mp_sim_judge_get_complaint (world->judge) != NULL)
    return;
  mp_sim_judge_conclude (world->judge);
  for (unsigned int i = 0; i < MP_SIM_N_PEOPLE; i++)
    compare (world, world->people[i]);
  if (!mp_sim_server_trail_is_intact (world->server))
    mp_sim_judge_complain (world->judge, "the trail", "is not intact");
}

static void
add_person (World *world, unsigned int index)
{
  MpSimPerson *person =
      mp_sim_person_new (index + 1, START_UNIX_US + (int64_t) (index - 1) * TEN_YEARS_US);

  world->people[index] = person;
  mp_sim_network_connect (world->network, person);
  set_role (world, person, TRUE);
}

char *
mp_sim_run (unsigned int seed, unsigned int n_steps, MpSimMutation mutation, MpSimCount *count)
{
  World world = {
    .random = seed * 2654435761u,
    .mutation = mutation,
    .server = mp_sim_server_new (),
    .judge = mp_sim_judge_new (),
    .former = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free),
  };
  char *complaint;

  choose_accidents (&world);
  world.network =
      mp_sim_network_new (world.server, world.judge, mutation, choose, meanwhile, &world);
  for (unsigned int i = 0; i < MP_SIM_N_PEOPLE; i++)
    add_person (&world, i);

  for (unsigned int i = 0; i < n_steps && mp_sim_judge_get_complaint (world.judge) == NULL; i++)
    step (&world);
  if (mp_sim_judge_get_complaint (world.judge) == NULL)
    conclude (&world);

  complaint = g_strdup (mp_sim_judge_get_complaint (world.judge));
  count->n_edits += mp_sim_judge_get_n_edits (world.judge);
  count->n_applied += mp_sim_judge_get_n_applied (world.judge);
  count->n_shown += mp_sim_judge_get_n_shown (world.judge);
  count->n_crashes += mp_sim_network_get_n_crashes (world.network);
  count->n_syncs += mp_sim_network_get_n_syncs (world.network);
  count->n_restores += world.n_restores;
  for (unsigned int i = 0; i < MP_SIM_N_PEOPLE; i++)
    mp_sim_person_free (world.people[i]);
  mp_sim_network_free (world.network);
  mp_sim_judge_free (world.judge);
  mp_sim_server_free (world.server);
  g_hash_table_unref (world.former);
  return complaint;
}
