/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-store.h"

#include <unistd.h>

#include "mp-json.h"
#include "mp-test-folder.h"
#include "mp-test-records.h"
#include "mp-test-store.h"
#include "mp-test-vfs.h"
#include "mp-test-wait.h"

/*
 * Whatever fails at whatever point, once or from then on: what was said to be done is on the disk,
 * what was said to have failed is there as a whole or not at all, and the program goes on.
 * MP_TEST_EVERY=1 tries every point of memory, too; otherwise those lie further and further apart.
 */

#define NAME "/name"
#define EMAIL "/crm/member_fields/email"
#define CURSOR MP_TEST_EPOCH ".9"
#define MAX_POINTS 100000
/* Memory, where there is such a folder: which points there are does not depend on it. */
#define FAST_FOLDER "/dev/shm"

/* One thing that a store does, and how to tell whether it was done. */
typedef struct
{
  const char *name;
  void (*prepare) (MpStore *store);
  gboolean (*act) (MpStore *store, GError **error);
  gboolean (*is_done) (MpStore *store); /* asserts that it is nothing between */
} Act;

static gboolean
shows (MpStore *store, const char *path, const char *value)
{
  g_autoptr (MpStoredRecord) stored = mp_test_store_find (store, MP_TEST_ID);

  return stored != NULL &&
         g_strcmp0 (mp_record_get_string (mp_stored_record_get_record (stored), path), value) == 0;
}

static char *
write_page (int64_t sequence, const char *name, const char *email)
{
  g_autoptr (MpRecord) record =
                 mp_test_record (MP_TEST_ID, sequence, NAME, name, EMAIL, email, NULL);
  g_autoptr (JsonObject) object = mp_record_to_json (record);
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), object);
  g_autofree char *text = mp_json_to_text (node);

  return g_strdup_printf ("{\"schema\":1,\"epoch\":\"%s\",\"cursor\":\"%s.%" G_GINT64_FORMAT
                          "\",\"more\":false,\"changes\":[{\"kind\":\"settings\",\"record\":%s}]}",
                          MP_TEST_EPOCH, MP_TEST_EPOCH, sequence, text);
}

static void
prepare_record (MpStore *store)
{
  g_autofree char *page = write_page (5, "North", "email");
  g_autoptr (GError) error = NULL;

  g_assert_true (mp_test_store_apply_page (store, NULL, page, &error));
  g_assert_no_error (error);
}

static gboolean
act_save (MpStore *store, GError **error)
{
  g_autoptr (MpChanges) changes = mp_test_changes (NAME, "South", EMAIL, "mail", NULL);

  return mp_test_store_edit (store, MP_TEST_ID, changes, error);
}

static gboolean
is_saved (MpStore *store)
{
  const gboolean done = shows (store, NAME, "South");

  g_assert_cmpint (shows (store, EMAIL, "mail"), ==, done);
  g_assert_cmpint (shows (store, NAME, "North"), ==, !done);
  return done;
}

static gboolean
act_pull (MpStore *store, GError **error)
{
  g_autofree char *page = write_page (9, "West", "other");

  return mp_test_store_apply_page (store, MP_TEST_EPOCH ".5", page, error);
}

/* Rule 7: the page and its cursor, or neither. */
static gboolean
is_pulled (MpStore *store)
{
  g_autofree char *cursor = mp_test_store_get_meta (store, MP_META_CURSOR);
  const gboolean done = g_strcmp0 (cursor, CURSOR) == 0;

  g_assert_cmpint (shows (store, NAME, "West"), ==, done);
  g_assert_cmpint (shows (store, NAME, "North"), ==, !done);
  return done;
}

static void
prepare_edited (MpStore *store)
{
  prepare_record (store);
  mp_test_store_set (store, MP_TEST_ID, NAME, "South");
}

static gboolean
act_freeze (MpStore *store, GError **error)
{
  g_autoptr (GPtrArray) waiting = NULL;
  g_autoptr (GPtrArray) frozen = NULL;
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) listed = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  int64_t last;

  mp_store_list_waiting_async (store, 0, NULL, mp_test_wait_cb, &place);
  listed = mp_test_wait (&place);
  waiting = mp_store_list_waiting_finish (store, listed, &last, error);
  if (waiting == NULL)
    return FALSE;
  mp_store_freeze_async (store, waiting, NULL, mp_test_wait_cb, &place);
  result = mp_test_wait (&place);
  frozen = mp_store_freeze_finish (store, result, error);
  g_assert_true (frozen == NULL || frozen->len == 1);
  return frozen != NULL;
}

/* The edit is there in either way, once. */
static gboolean
is_frozen (MpStore *store)
{
  g_autoptr (GPtrArray) waiting = mp_test_store_list_waiting (store);
  g_autoptr (MpStoreDelta) delta = mp_test_store_load (store);

  g_assert_true (shows (store, NAME, "South"));
  g_assert_cmpuint (mp_store_delta_get_pending_count (delta), ==, 1);
  return waiting->len == 0;
}

static void
prepare_frozen (MpStore *store)
{
  g_autoptr (GPtrArray) frozen = NULL;

  prepare_edited (store);
  frozen = mp_test_store_freeze_all (store);
  g_assert_cmpuint (frozen->len, ==, 1);
}

static gboolean
act_answer (MpStore *store, GError **error)
{
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  g_autoptr (GPtrArray) frozen = NULL;
  g_autoptr (MpRecord) record = mp_test_record (MP_TEST_ID, 7, NAME, "South", EMAIL, "email", NULL);
  GPtrArray *results;
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) listed = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  mp_store_freeze_async (store, none, NULL, mp_test_wait_cb, &place);
  listed = mp_test_wait (&place);
  frozen = mp_store_freeze_finish (store, listed, error);
  if (frozen == NULL || frozen->len == 0)
    return frozen != NULL;

  results = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_add (
      results, mp_test_result (mp_operation_get_op (frozen->pdata[0]), "applied", record, NULL));
  mp_store_apply_results_async (store, results, NULL, mp_test_wait_cb, &place);
  result = mp_test_wait (&place);
  return mp_store_apply_results_finish (store, result, error);
}

static gboolean
is_answered (MpStore *store)
{
  g_autoptr (MpStoreDelta) delta = mp_test_store_load (store);
  g_autoptr (MpStoredRecord) stored = mp_test_store_find (store, MP_TEST_ID);
  const gboolean done = mp_store_delta_get_pending_count (delta) == 0;

  g_assert_true (shows (store, NAME, "South"));
  g_assert_cmpstr (mp_record_get_revision (mp_stored_record_get_base (stored)), ==,
                   done ? MP_TEST_EPOCH ".7" : MP_TEST_EPOCH ".5");
  return done;
}

static void
prepare_conflict (MpStore *store)
{
  g_autofree char *page = write_page (9, "West", "email");
  g_autoptr (GError) error = NULL;

  prepare_edited (store);
  g_assert_true (mp_test_store_apply_page (store, MP_TEST_EPOCH ".5", page, &error));
  g_assert_no_error (error);
}

static gboolean
act_resolve (MpStore *store, GError **error)
{
  g_autoptr (JsonNode) base = mp_json_node_new_string ("North");
  g_autoptr (JsonNode) mine = mp_json_node_new_string ("South");
  g_autoptr (JsonNode) theirs = mp_json_node_new_string ("West");
  g_autoptr (MpConflict) conflict = mp_conflict_new (MP_TEST_ID, NAME, base, mine, theirs);

  return mp_test_store_resolve (store, conflict, mine, error);
}

/* A question, or the answer to it: never neither. */
static gboolean
is_resolved (MpStore *store)
{
  g_autoptr (GPtrArray) waiting = mp_test_store_list_waiting (store);
  g_autoptr (MpStoredRecord) stored = mp_test_store_find (store, MP_TEST_ID);
  const gboolean done = waiting->len == 1;

  g_assert_true (shows (store, NAME, "South"));
  g_assert_cmpuint (mp_stored_record_get_n_conflicts (stored), ==, done ? 0 : 1);
  return done;
}

static void
copy_files (const char *from, const char *to)
{
  g_autoptr (GDir) dir = g_dir_open (from, 0, NULL);

  for (const char *name = g_dir_read_name (dir); name != NULL; name = g_dir_read_name (dir))
    {
      g_autofree char *source = g_build_filename (from, name, NULL);
      g_autofree char *target = g_build_filename (to, name, NULL);
      g_autofree char *content = NULL;
      size_t size;
      g_autoptr (GError) error = NULL;

      g_assert_true (g_file_get_contents (source, &content, &size, &error));
      g_assert_true (g_file_set_contents_full (target, content, (gssize) size,
                                               G_FILE_SET_CONTENTS_NONE, 0600, &error));
    }
}

static MpStore *
open_well (const char *folder)
{
  g_autoptr (GError) error = NULL;
  MpStore *store = mp_test_store_open (folder, &error);

  g_assert_no_error (error);
  return store;
}

/* Done by the person's next try, unless it was done in spite of the failure. */
static void
go_on (const Act *act, MpStore *store)
{
  g_autoptr (GError) error = NULL;

  if (!act->is_done (store))
    {
      g_assert_true (act->act (store, &error));
      g_assert_no_error (error);
    }
  g_assert_true (act->is_done (store));
}

/* One point; answers whether there was something to fail. */
static gboolean
fail_at (const Act *act, const char *template, MpTestVfsOps ops, unsigned int nth, gboolean goes_on)
{
  g_autofree char *folder = mp_test_folder_new ();
  g_autoptr (GError) error = NULL;
  MpStore *store;
  gboolean acted;
  MpTestVfsCount count;

  copy_files (template, folder);
  store = open_well (folder);
  mp_test_vfs_arm (folder, ops, nth, goes_on);
  acted = act->act (store, &error);
  g_assert_cmpint (acted, ==, error == NULL);
  if (goes_on)
    {
      /* The disk is dead until the program is gone. */
      mp_test_store_close (store);
      count = mp_test_vfs_disarm (folder);
      store = open_well (folder);
      g_assert_true (!acted || act->is_done (store));
    }
  else
    {
      count = mp_test_vfs_disarm (folder);
      g_assert_true (!acted || act->is_done (store));
    }
  go_on (act, store);
  mp_test_store_close (store);
  store = open_well (folder);
  g_assert_true (act->is_done (store));
  mp_test_store_close (store);
  mp_test_folder_remove (folder);
  return count.n_failed > 0;
}

static unsigned int
next_point (MpTestVfsOps ops, unsigned int nth)
{
  const gboolean every = ops != MP_TEST_VFS_MEMORY || g_getenv ("MP_TEST_EVERY") != NULL;

  return every ? nth + 1 : nth + 1 + nth / 6;
}

static void
test_act (gconstpointer data)
{
  static const MpTestVfsOps kinds[] = { MP_TEST_VFS_WRITE, MP_TEST_VFS_SYNC, MP_TEST_VFS_MEMORY };
  const Act *act = data;
  g_autofree char *template = mp_test_folder_new ();
  MpStore *store = open_well (template);
  unsigned int n_points = 0;

  act->prepare (store);
  g_assert_false (act->is_done (store));
  mp_test_store_close (store);
  for (size_t i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      for (unsigned int mode = 0; mode < 2; mode++)
        {
          unsigned int nth = 1;

          for (; nth < MAX_POINTS && fail_at (act, template, kinds[i], nth, mode == 1);
               nth = next_point (kinds[i], nth))
            n_points++;
          g_assert_cmpuint (nth, >, 1);
        }
    }
  g_test_message ("%u points of failure", n_points);
  mp_test_folder_remove (template);
}

/* A file that is being made or brought to this version. */
static void
test_migrate (void)
{
  static const MpTestVfsOps kinds[] = { MP_TEST_VFS_WRITE, MP_TEST_VFS_SYNC, MP_TEST_VFS_OPEN,
                                        MP_TEST_VFS_MEMORY };
  unsigned int n_points = 0;

  for (unsigned int mode = 0; mode < 2 * G_N_ELEMENTS (kinds); mode++)
    {
      MpTestVfsCount count = { .n_failed = 1 };

      for (unsigned int nth = 1; count.n_failed > 0; nth = next_point (kinds[mode / 2], nth))
        {
          g_autofree char *folder = mp_test_folder_new ();
          g_autoptr (GError) error = NULL;
          MpStore *store;

          mp_test_vfs_arm (folder, kinds[mode / 2], nth, mode % 2 == 1);
          store = mp_test_store_open (folder, &error);
          g_assert_cmpint (store != NULL, ==, error == NULL);
          if (store != NULL)
            mp_test_store_close (store);
          count = mp_test_vfs_disarm (folder);
          n_points += count.n_failed > 0 ? 1 : 0;

          store = open_well (folder);
          prepare_edited (store);
          g_assert_true (shows (store, NAME, "South"));
          mp_test_store_close (store);
          mp_test_folder_remove (folder);
        }
    }
  g_test_message ("%u points of failure", n_points);
}

/* The disk says that it failed, and has it: nothing is doubled, and the truth is shown. */
static void
test_durable_in_spite_of_a_failure (void)
{
  g_autofree char *folder = mp_test_folder_new ();
  MpStore *store = open_well (folder);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) frozen = NULL;
  g_autoptr (GPtrArray) again = NULL;
  unsigned int n_durable = 0;

  prepare_record (store);
  for (unsigned int i = 0; i < 20; i++)
    {
      g_autofree char *name = g_strdup_printf ("South %u", i);
      g_autoptr (MpChanges) changes = mp_test_changes (NAME, name, NULL);

      g_clear_error (&error);
      mp_test_vfs_arm (folder, MP_TEST_VFS_SYNC, 1, TRUE);
      g_assert_false (mp_test_store_edit (store, MP_TEST_ID, changes, &error));
      g_assert_nonnull (error);
      mp_test_store_close (store);
      mp_test_vfs_disarm (folder);
      store = open_well (folder);
      n_durable += shows (store, NAME, name) ? 1 : 0;
    }
  g_test_message ("%u of 20 are durable", n_durable);
  g_assert_cmpuint (n_durable, >, 0);

  frozen = mp_test_store_freeze_all (store);
  again = mp_test_store_freeze_all (store);
  g_assert_cmpuint (frozen->len, ==, 1);
  g_assert_cmpuint (again->len, ==, 1);
  g_assert_cmpstr (mp_operation_get_op (frozen->pdata[0]), ==,
                   mp_operation_get_op (again->pdata[0]));
  mp_test_store_close (store);
  mp_test_folder_remove (folder);
}

static void
drop_message_cb (const char *domain, GLogLevelFlags level, const char *message, gpointer unused)
{
}

int
main (int argc, char **argv)
{
  static const Act acts[] = {
    { "save", prepare_record, act_save, is_saved },
    { "pull", prepare_record, act_pull, is_pulled },
    { "freeze", prepare_edited, act_freeze, is_frozen },
    { "answer", prepare_frozen, act_answer, is_answered },
    { "resolve", prepare_conflict, act_resolve, is_resolved },
  };

  if (access (FAST_FOLDER, W_OK) == 0)
    g_setenv ("TMPDIR", FAST_FOLDER, TRUE);
  mp_test_vfs_install ();
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_log_set_handler ("mp-store", G_LOG_LEVEL_MESSAGE, drop_message_cb, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (acts); i++)
    {
      g_autofree char *path = g_strconcat ("/store/failures/", acts[i].name, NULL);

      g_test_add_data_func (path, &acts[i], test_act);
    }
  g_test_add_func ("/store/failures/migrate", test_migrate);
  g_test_add_func ("/store/failures/durable-in-spite-of-a-failure",
                   test_durable_in_spite_of_a_failure);
  return g_test_run ();
}
