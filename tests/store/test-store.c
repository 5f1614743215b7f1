/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mp-error.h"
#include "mp-json.h"
#include "mp-test-folder.h"
#include "mp-test-records.h"
#include "mp-test-store.h"
#include "mp-test-wait.h"

#define NAME "/name"
#define EMAIL "/crm/member_fields/email"

typedef struct
{
  char *folder;
  char *file;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  fixture->folder = mp_test_folder_new ();
  fixture->file = g_build_filename (fixture->folder, MP_STORE_FILE, NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  mp_test_folder_remove (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->file);
}

static MpStore *
open_store (const char *folder)
{
  g_autoptr (GError) error = NULL;
  MpStore *store = mp_test_store_open (folder, &error);

  g_assert_no_error (error);
  return store;
}

static void
create_north (MpStore *store)
{
  g_autoptr (MpRecord) record = mp_test_record (MP_TEST_ID, 0, NAME, "North", EMAIL, "email", NULL);

  mp_test_store_create (store, record);
}

static void
assert_value (MpStore *store, const char *path, const char *value)
{
  g_autoptr (MpStoredRecord) stored = mp_test_store_find (store, MP_TEST_ID);

  g_assert_nonnull (stored);
  g_assert_cmpstr (mp_record_get_string (mp_stored_record_get_record (stored), path), ==, value);
}

/* Behind the store's back. */
static void
run_sql (const char *file, const char *sql)
{
  sqlite3 *db = NULL;
  char *message = NULL;

  g_assert_cmpint (sqlite3_open (file, &db), ==, SQLITE_OK);
  sqlite3_exec (db, sql, NULL, NULL, &message);
  g_assert_cmpstr (message, ==, NULL);
  g_assert_cmpint (sqlite3_close (db), ==, SQLITE_OK);
}

static void
test_keeps_what_it_acknowledged (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (MpStoredRecord) stored = NULL;
  MpStore *store = open_store (fixture->folder);

  create_north (store);
  mp_test_store_set (store, MP_TEST_ID, NAME, "South");
  mp_test_store_close (store);

  store = open_store (fixture->folder);
  assert_value (store, NAME, "South");
  stored = mp_test_store_find (store, MP_TEST_ID);
  g_assert_null (mp_stored_record_get_base (stored));
  g_assert_true (mp_stored_record_get_waiting (stored));
  g_assert_cmpstr (mp_record_get_created (mp_stored_record_get_record (stored)).by, ==, "anna");
  mp_test_store_close (store);
}

/* The child is killed as soon as it said that the edit is saved. */
static void
test_survives_kill (Fixture *fixture, gconstpointer unused)
{
  for (int i = 0; i < 5; i++)
    {
      g_autofree char *value = g_strdup_printf ("edit %d", i);
      int ends[2];
      char byte;
      pid_t child;
      int status;
      MpStore *store;

      g_assert_cmpint (pipe2 (ends, O_CLOEXEC), ==, 0);
      child = fork ();
      g_assert_cmpint (child, >=, 0);
      if (child == 0)
        {
          store = open_store (fixture->folder);
          if (i == 0)
            create_north (store);
          mp_test_store_set (store, MP_TEST_ID, NAME, value);
          g_assert_cmpint (write (ends[1], "x", 1), ==, 1);
          while (TRUE)
            pause ();
        }
      g_assert_cmpint (read (ends[0], &byte, 1), ==, 1);
      g_assert_cmpint (kill (child, SIGKILL), ==, 0);
      g_assert_cmpint (waitpid (child, &status, 0), ==, child);
      close (ends[0]);
      close (ends[1]);

      store = open_store (fixture->folder);
      assert_value (store, NAME, value);
      mp_test_store_close (store);
    }
}

static void
test_only_its_owner_may_read_it (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *folder = g_build_filename (fixture->folder, "deep", "store", NULL);
  g_autofree char *file = g_build_filename (folder, MP_STORE_FILE, NULL);
  GStatBuf info;
  MpStore *store = open_store (folder);

  create_north (store);
  g_assert_cmpint (g_stat (folder, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0700);
  g_assert_cmpint (g_stat (file, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
  mp_test_store_close (store);
}

static void
assert_cannot_open (const char *folder, MpError code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MpStore) store = mp_test_store_open (folder, &error);

  g_assert_error (error, MP_ERROR, (int) code);
  g_assert_null (store);
  g_test_message ("%s", error->message);
}

static void
test_refuses_a_newer_file (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  size_t length;
  size_t length_after;
  MpStore *store = open_store (fixture->folder);

  create_north (store);
  mp_test_store_close (store);
  run_sql (fixture->file, "PRAGMA user_version = 99");
  g_assert_true (g_file_get_contents (fixture->file, &before, &length, NULL));

  assert_cannot_open (fixture->folder, MP_ERROR_NEWER);

  g_assert_true (g_file_get_contents (fixture->file, &after, &length_after, NULL));
  g_assert_cmpmem (before, length, after, length_after);
}

static void
test_refuses_what_is_no_store (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *text = g_strnfill (8192, 'x');

  g_assert_true (g_file_set_contents (fixture->file, text, -1, NULL));
  assert_cannot_open (fixture->folder, MP_ERROR_INVALID);

  g_assert_cmpint (g_remove (fixture->file), ==, 0);
  run_sql (fixture->file, "CREATE TABLE somebody_elses (a)");
  assert_cannot_open (fixture->folder, MP_ERROR_INVALID);
}

/* Root may write where nobody else may, so the folder is one that cannot be. */
static void
test_says_that_the_folder_cannot_be_written (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *below_a_file = g_build_filename (fixture->folder, "file", "store", NULL);
  g_autofree char *file = g_build_filename (fixture->folder, "file", NULL);

  g_assert_true (g_file_set_contents (file, "", 0, NULL));
  assert_cannot_open (below_a_file, MP_ERROR_STORAGE);

  if (mount ("tmpfs", fixture->folder, "tmpfs", MS_RDONLY, "size=1m") == 0)
    {
      assert_cannot_open (fixture->folder, MP_ERROR_STORAGE);
      g_assert_cmpint (umount (fixture->folder), ==, 0);
    }
  g_assert_cmpint (g_remove (file), ==, 0);
}

/* Edits until one fails; answers the name of the last that did not. */
static char *
edit_until_it_fails (MpStore *store)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *long_text = g_strnfill (3000, 'x');
  char *last = g_strdup ("North");

  for (int i = 0; error == NULL; i++)
    {
      g_autofree char *value = g_strdup_printf ("%d", i);
      g_autoptr (MpChanges) changes =
                     mp_test_changes (NAME, value, EMAIL, i % 2 == 0 ? long_text : "email", NULL);

      g_assert_cmpint (i, <, 1000);
      if (mp_test_store_edit (store, MP_TEST_ID, changes, &error))
        {
          g_free (last);
          last = g_steal_pointer (&value);
        }
    }
  g_assert_error (error, MP_ERROR, MP_ERROR_STORAGE);
  g_test_message ("%s", error->message);
  return last;
}

/* No room in the middle of work: the edit fails with clear words, nothing acknowledged is lost, and
 * after room was made it goes on. */
static void
test_survives_a_file_limit (Fixture *fixture, gconstpointer unused)
{
  MpStore *store = open_store (fixture->folder);
  g_autofree char *last = NULL;
  struct rlimit before;
  struct rlimit small;
  void (*handler) (int) = signal (SIGXFSZ, SIG_IGN);

  create_north (store);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &before), ==, 0);
  small = before;
  small.rlim_cur = 256 * 1024;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &small), ==, 0);
  last = edit_until_it_fails (store);
  assert_value (store, NAME, last);

  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &before), ==, 0);
  signal (SIGXFSZ, handler);
  mp_test_store_set (store, MP_TEST_ID, NAME, "after");
  mp_test_store_close (store);
  store = open_store (fixture->folder);
  assert_value (store, NAME, "after");
  mp_test_store_close (store);
}

static void
test_survives_a_full_disk (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *last = NULL;
  MpStore *store;

  if (mount ("tmpfs", fixture->folder, "tmpfs", 0, "size=512k") != 0)
    {
      g_test_skip ("needs to mount a file system");
      return;
    }

  store = open_store (fixture->folder);
  create_north (store);
  last = edit_until_it_fails (store);
  assert_value (store, NAME, last);

  g_assert_cmpint (mount (NULL, fixture->folder, NULL, MS_REMOUNT, "size=4m"), ==, 0);
  mp_test_store_set (store, MP_TEST_ID, NAME, "after");
  mp_test_store_close (store);
  store = open_store (fixture->folder);
  assert_value (store, NAME, "after");
  mp_test_store_close (store);
  g_assert_cmpint (umount (fixture->folder), ==, 0);
}

#define PAGE_OF_NORTH                                                                              \
  "{\"schema\":1,\"epoch\":\"" MP_TEST_EPOCH "\",\"cursor\":\"" MP_TEST_EPOCH                      \
  ".5\",\"more\":false,\"changes\":[{\"kind\":\"settings\",\"record\":{\"id\":\"" MP_TEST_ID       \
  "\",\"revision\":\"" MP_TEST_EPOCH                                                               \
  ".5\",\"archived\":false,\"name\":\"North\",\"crm\":{\"member_fields\":{\"email\":\"email\"}}}}" \
  "]}"

static void
pull_north (MpStore *store)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (mp_test_store_apply_page (store, NULL, PAGE_OF_NORTH, &error));
  g_assert_no_error (error);
}

/* A flipped bit that SQLite does not notice: the record is asked for again, the edit stays. */
static void
test_notices_a_wrong_digest (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *cursor = NULL;
  g_autofree char *listing = NULL;
  g_autoptr (MpStoredRecord) stored = NULL;
  g_autoptr (GPtrArray) waiting = NULL;
  MpStore *store = open_store (fixture->folder);

  pull_north (store);
  mp_test_store_set (store, MP_TEST_ID, EMAIL, "mail");
  mp_test_store_close (store);
  run_sql (fixture->file, "UPDATE records SET base = replace (base, 'North', 'Nortg')");

  store = open_store (fixture->folder);
  stored = mp_test_store_find (store, MP_TEST_ID);
  g_assert_nonnull (stored);
  g_assert_cmpstr (mp_record_get_string (mp_stored_record_get_record (stored), EMAIL), ==, "mail");
  cursor = mp_test_store_get_meta (store, MP_META_CURSOR);
  g_assert_null (cursor);
  listing = mp_test_store_get_meta (store, MP_META_LISTING);
  g_assert_cmpstr (listing, ==, MP_LISTING_EXPIRED);
  /* Without a base nothing can be said of what it was changed on. */
  waiting = mp_test_store_list_waiting (store);
  g_assert_cmpuint (waiting->len, ==, 0);

  pull_north (store);
  assert_value (store, NAME, "North");
  assert_value (store, EMAIL, "mail");
  g_clear_pointer (&waiting, g_ptr_array_unref);
  waiting = mp_test_store_list_waiting (store);
  g_assert_cmpuint (waiting->len, ==, 1);
  mp_test_store_close (store);
}

static void
test_untouched_record_with_a_wrong_digest_comes_again (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (MpStoredRecord) stored = NULL;
  MpStore *store = open_store (fixture->folder);

  pull_north (store);
  mp_test_store_close (store);
  run_sql (fixture->file, "UPDATE records SET base = replace (base, 'North', 'Nortg')");

  store = open_store (fixture->folder);
  stored = mp_test_store_find (store, MP_TEST_ID);
  g_assert_null (stored);
  pull_north (store);
  assert_value (store, NAME, "North");
  mp_test_store_close (store);
}

static void
count_changes_cb (MpStore *store, MpStoreDelta *delta, unsigned int *count)
{
  (*count)++;
}

/* The application and mpctl have it open at the same time. */
static void
test_two_open_it (Fixture *fixture, gconstpointer unused)
{
  unsigned int n_changes = 0;
  MpStore *one = open_store (fixture->folder);
  MpStore *two = open_store (fixture->folder);

  create_north (one);
  g_signal_connect (two, "changed", G_CALLBACK (count_changes_cb), &n_changes);
  g_assert_true (mp_test_store_check (two));
  g_assert_cmpuint (n_changes, ==, 1);
  g_assert_false (mp_test_store_check (two));
  g_assert_cmpuint (n_changes, ==, 1);

  mp_test_store_set (two, MP_TEST_ID, NAME, "South");
  g_assert_cmpuint (n_changes, ==, 2);
  assert_value (one, NAME, "South");
  g_assert_true (mp_test_store_check (one));
  mp_test_store_close (one);
  mp_test_store_close (two);
}

static void
keep_delta_cb (MpStore *store, MpStoreDelta *delta, MpStoreDelta **place)
{
  g_set_object (place, delta);
}

static void
test_tells_what_changed (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (MpStoreDelta) delta = NULL;
  MpStore *store = open_store (fixture->folder);

  g_signal_connect (store, "changed", G_CALLBACK (keep_delta_cb), &delta);
  create_north (store);

  g_assert_nonnull (delta);
  g_assert_false (mp_store_delta_get_complete (delta));
  g_assert_cmpuint (mp_store_delta_get_records (delta)->len, ==, 1);
  g_assert_cmpuint (mp_store_delta_get_pending_count (delta), ==, 1);
  g_assert_cmpuint (mp_store_delta_get_conflict_count (delta), ==, 0);

  mp_test_store_set_meta (store, MP_META_ACTOR, "anna");
  g_assert_cmpstr (mp_store_delta_get_meta (delta, MP_META_ACTOR), ==, "anna");
  g_assert_cmpuint (mp_store_delta_get_records (delta)->len, ==, 0);
  mp_test_store_set_meta (store, MP_META_ACTOR, NULL);
  g_assert_null (mp_store_delta_get_meta (delta, MP_META_ACTOR));
  mp_test_store_close (store);
}

static void
test_remembers_edits_for_undo (Fixture *fixture, gconstpointer unused)
{
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) edits = NULL;
  const MpStoredEdit *last;
  MpStore *store = open_store (fixture->folder);

  create_north (store);
  mp_test_store_set (store, MP_TEST_ID, NAME, "South");
  mp_test_store_set (store, MP_TEST_ID, EMAIL, NULL);
  mp_store_list_edits_async (store, MP_TEST_ID, NULL, mp_test_wait_cb, &place);
  result = mp_test_wait (&place);
  edits = mp_store_list_edits_finish (store, result, NULL);

  g_assert_cmpuint (edits->len, ==, 2);
  last = edits->pdata[0];
  mp_test_store_edit (store, MP_TEST_ID, last->before, NULL);
  assert_value (store, EMAIL, "email");
  mp_test_store_close (store);
}

static void
undo (MpStore *store, gboolean redo, const char *path)
{
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (MpStoredRecord) stored = NULL;
  g_autofree char *changed = NULL;
  g_autoptr (GError) error = NULL;

  mp_store_undo_async (store, redo, NULL, mp_test_wait_cb, &place);
  result = mp_test_wait (&place);
  stored = mp_store_undo_finish (store, result, &changed, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (changed, ==, path);
}

static MpStore *
open_again (const char *folder, MpStore *store)
{
  mp_test_store_close (store);
  return open_store (folder);
}

/* What was done and undone is known to the next start. */
static void
test_undoes_after_a_restart (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (MpStoreDelta) done = NULL;
  g_autoptr (MpStoreDelta) again = NULL;
  g_autoptr (MpStoredRecord) stored = NULL;
  MpStore *store = open_store (fixture->folder);

  create_north (store);
  mp_test_store_set (store, MP_TEST_ID, NAME, "South");
  mp_test_store_archive (store, MP_TEST_ID, TRUE);

  store = open_again (fixture->folder, store);
  undo (store, FALSE, NULL);
  stored = mp_test_store_find (store, MP_TEST_ID);
  g_assert_false (mp_record_get_archived (mp_stored_record_get_record (stored)));
  undo (store, FALSE, NAME);
  assert_value (store, NAME, "North");
  done = mp_test_store_load (store);
  g_assert_false (mp_store_delta_get_can_undo (done));
  g_assert_true (mp_store_delta_get_can_redo (done));

  store = open_again (fixture->folder, store);
  undo (store, TRUE, NAME);
  assert_value (store, NAME, "South");
  mp_test_store_set (store, MP_TEST_ID, NAME, "West");
  again = mp_test_store_load (store);
  g_assert_false (mp_store_delta_get_can_redo (again));
  mp_test_store_close (store);
}

#define PAGE_OF_THEIRS                                                                             \
  "{\"schema\":1,\"epoch\":\"" MP_TEST_EPOCH "\",\"cursor\":\"" MP_TEST_EPOCH                      \
  ".6\",\"more\":false,\"changes\":[{\"kind\":\"settings\",\"record\":{\"id\":\"" MP_TEST_ID       \
  "\",\"revision\":\"" MP_TEST_EPOCH ".6\",\"archived\":false,\"name\":\"Theirs\",\"crm\":{"       \
  "\"member_fields\":{\"email\":\"their\"}}}}"                                                     \
  "]}"

/* Choices in several conflicts are one edit: undone, the other side's values stand there. */
static void
test_undoes_choices (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GPtrArray) choices = g_ptr_array_new_with_free_func ((GDestroyNotify) mp_choice_free);
  g_autoptr (MpStoredRecord) stored = NULL;
  g_autoptr (MpStoredRecord) resolved = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *place = NULL;
  g_autoptr (GError) error = NULL;
  MpStore *store = open_store (fixture->folder);

  pull_north (store);
  mp_test_store_set (store, MP_TEST_ID, NAME, "South");
  mp_test_store_set (store, MP_TEST_ID, EMAIL, "mail");
  g_assert_true (mp_test_store_apply_page (store, MP_TEST_EPOCH ".5", PAGE_OF_THEIRS, &error));
  stored = mp_test_store_find (store, MP_TEST_ID);
  g_assert_cmpuint (mp_stored_record_get_n_conflicts (stored), ==, 2);
  for (unsigned int i = 0; i < 2; i++)
    {
      MpConflict *conflict = mp_stored_record_get_conflict (stored, i);
      const gboolean mine = g_str_equal (mp_conflict_get_path (conflict), NAME);

      g_ptr_array_add (choices, mp_choice_new (conflict, mine ? mp_conflict_get_mine (conflict)
                                                              : mp_conflict_get_theirs (conflict)));
    }
  mp_store_resolve_async (store, choices, NULL, mp_test_wait_cb, &place);
  result = mp_test_wait (&place);
  resolved = mp_store_resolve_finish (store, result, &error);
  g_assert_no_error (error);
  assert_value (store, NAME, "South");
  assert_value (store, EMAIL, "their");

  undo (store, FALSE, EMAIL);
  assert_value (store, NAME, "Theirs");
  assert_value (store, EMAIL, "mail");
  undo (store, TRUE, EMAIL);
  assert_value (store, NAME, "South");
  assert_value (store, EMAIL, "their");
  mp_test_store_close (store);
}

static void
test_keeps_answers_of_platforms (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (MpCrmMetadata) empty = mp_crm_metadata_new ();
  g_autoptr (GListStore) objects = g_list_store_new (MP_TYPE_CRM_OBJECT);
  g_autoptr (MpCrmObject) object = mp_crm_object_new ("Contact", "Contacts", TRUE);
  g_autoptr (MpCrmMetadata) metadata = NULL;
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) put = NULL;
  g_autoptr (GAsyncResult) got = NULL;
  g_autoptr (GAsyncResult) missed = NULL;
  g_autoptr (MpCrmMetadata) read = NULL;
  g_autoptr (GError) error = NULL;
  int64_t fetched_unix_us = 0;
  MpStore *store = open_store (fixture->folder);

  g_list_store_append (objects, object);
  metadata = mp_crm_metadata_with_objects (empty, G_LIST_MODEL (objects));
  mp_store_put_cache_async (store, "objects/1", metadata, NULL, mp_test_wait_cb, &place);
  put = mp_test_wait (&place);
  g_assert_true (mp_store_put_cache_finish (store, put, NULL));

  mp_store_get_cache_async (store, "objects/1", NULL, mp_test_wait_cb, &place);
  got = mp_test_wait (&place);
  read = mp_store_get_cache_finish (store, got, &fetched_unix_us, NULL);
  g_assert_true (mp_crm_object_get_custom (mp_crm_metadata_find_object (read, "Contact")));
  g_assert_cmpint (fetched_unix_us, >, 0);

  mp_store_get_cache_async (store, "objects/2", NULL, mp_test_wait_cb, &place);
  missed = mp_test_wait (&place);
  g_assert_null (mp_store_get_cache_finish (store, missed, NULL, &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_NOT_FOUND);
  mp_test_store_close (store);
}

static void
test_refuses_what_cannot_be (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (MpChanges) changes = mp_test_changes (NAME, "South", NULL);
  g_autoptr (MpRecord) record = mp_test_record (MP_TEST_ID, 0, NAME, "North", NULL);
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) twice = NULL;
  g_autoptr (GAsyncResult) stopped = NULL;
  g_autoptr (MpStore) store = open_store (fixture->folder);

  g_assert_false (mp_test_store_edit (store, MP_TEST_ID, changes, &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_NOT_FOUND);
  g_clear_error (&error);

  mp_test_store_create (store, record);
  mp_store_create_async (store, record, NULL, mp_test_wait_cb, &place);
  twice = mp_test_wait (&place);
  g_assert_null (mp_store_create_finish (store, twice, &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
  g_clear_error (&error);

  g_cancellable_cancel (cancelled);
  mp_store_edit_async (store, MP_TEST_ID, changes, cancelled, mp_test_wait_cb, &place);
  stopped = mp_test_wait (&place);
  g_assert_null (mp_store_edit_finish (store, stopped, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  assert_value (store, NAME, "North");

  mp_test_store_close (g_object_ref (store));
  g_assert_false (mp_test_store_edit (store, MP_TEST_ID, changes, &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_FAILED);
}

/* Nobody closes it: the last reference does. */
static void
test_goes_with_its_last_reference (Fixture *fixture, gconstpointer unused)
{
  MpStore *store = open_store (fixture->folder);

  create_north (store);
  g_assert_finalize_object (store);
  store = open_store (fixture->folder);
  assert_value (store, NAME, "North");
  mp_test_store_close (store);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*func) (Fixture *fixture, gconstpointer unused);
  } cases[] = {
    /* First: it forks, and must be the only thread then. */
    { "survives-kill", test_survives_kill },
    { "keeps-what-it-acknowledged", test_keeps_what_it_acknowledged },
    { "only-its-owner-may-read-it", test_only_its_owner_may_read_it },
    { "refuses-a-newer-file", test_refuses_a_newer_file },
    { "refuses-what-is-no-store", test_refuses_what_is_no_store },
    { "says-that-the-folder-cannot-be-written", test_says_that_the_folder_cannot_be_written },
    { "survives-a-file-limit", test_survives_a_file_limit },
    { "survives-a-full-disk", test_survives_a_full_disk },
    { "notices-a-wrong-digest", test_notices_a_wrong_digest },
    { "untouched-record-with-a-wrong-digest-comes-again",
      test_untouched_record_with_a_wrong_digest_comes_again },
    { "two-open-it", test_two_open_it },
    { "tells-what-changed", test_tells_what_changed },
    { "remembers-edits-for-undo", test_remembers_edits_for_undo },
    { "undoes-after-a-restart", test_undoes_after_a_restart },
    { "undoes-choices", test_undoes_choices },
    { "keeps-answers-of-platforms", test_keeps_answers_of_platforms },
    { "refuses-what-cannot-be", test_refuses_what_cannot_be },
    { "goes-with-its-last-reference", test_goes_with_its_last_reference },
  };

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/store/store/", cases[i].path, NULL);

      g_test_add (path, Fixture, NULL, set_up, cases[i].func, tear_down);
    }
  return g_test_run ();
}
