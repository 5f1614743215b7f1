/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mp-error.h"
#include "mp-json.h"
#include "mp-test-folder.h"
#include "mp-test-records.h"
#include "mp-test-store.h"
#include "mp-test-wait.h"

/*
 * What a damaged file makes of a store: no wrong value is shown, what the server has comes again,
 * and what was changed here is kept or said to be lost. MP_TEST_FLIPS: how many single bits are
 * flipped, each in a fresh copy of the same file.
 */

#define NAME "/name"
#define EMAIL "/crm/member_fields/email"
#define PHONE "/crm/member_fields/phone"
#define CONFLICTING MP_TEST_ID
#define CHANGED "01890a5d-ac96-774b-bcce-b302099a8001"
#define UNTOUCHED "01890a5d-ac96-774b-bcce-b302099a8002"
#define CREATED "01890a5d-ac96-774b-bcce-b302099a8003"
#define IN_FLIGHT "01890a5d-ac96-774b-bcce-b302099a8004"
#define KEY "01890a5d-ac96-774b-bcce-b302099a9001"
#define DEFAULT_FLIPS 40

#define RECORD(id, sequence, name)                                                                 \
  "{\"kind\":\"settings\",\"record\":{\"id\":\"" id "\",\"revision\":\"" MP_TEST_EPOCH             \
  "." sequence "\",\"archived\":false,\"created\":{\"at\":\"2026-01-01T10:00:00Z\",\"by\":"        \
  "\"ben\"},\"name\":\"" name "\",\"crm\":{\"member_fields\":{\"email\":\"email\",\"phone\":"      \
  "\"phone\"}}}}"
#define CREDENTIAL                                                                                 \
  "{\"kind\":\"credential\",\"credential\":{\"id\":\"" KEY "\",\"kind\":\"payment\",\"platform\":" \
  "\"stripe\",\"label\":\"Main\",\"mode\":\"test\",\"hint\":\"9512\",\"version\":1,\"created\":"   \
  "{\"at\":\"2026-01-01T10:00:00Z\",\"by\":\"anna\"}}}"
#define PAGE(cursor, changes)                                                                      \
  "{\"schema\":1,\"epoch\":\"" MP_TEST_EPOCH "\",\"cursor\":\"" MP_TEST_EPOCH "." cursor           \
  "\",\"more\":false,\"changes\":[" changes "]}"
#define FIRST_PAGE                                                                                 \
  PAGE ("9", RECORD (CONFLICTING, "5", "North") "," RECORD (CHANGED, "6", "East") "," RECORD (     \
                 UNTOUCHED, "7", "West") "," RECORD (IN_FLIGHT, "8", "Inland") "," CREDENTIAL)
#define WHOLE_LISTING                                                                              \
  PAGE ("10", RECORD (CONFLICTING, "10", "Theirs") "," RECORD (CHANGED, "6", "East") "," RECORD (  \
                  UNTOUCHED, "7", "West") "," RECORD (IN_FLIGHT, "8", "Inland") "," CREDENTIAL)

typedef struct
{
  char *folder;
  char *file;
  char *bytes; /* of the sound file */
  size_t size;
  GHashTable *shown; /* (element-type utf8 MpStoredRecord): what is there in truth */
} Fixture;

static MpStore *
open_store (const char *folder)
{
  g_autoptr (GError) error = NULL;
  MpStore *store = mp_test_store_open (folder, &error);

  g_assert_no_error (error);
  return store;
}

static void
apply (MpStore *store, const char *since, const char *page)
{
  g_autoptr (GError) error = NULL;

  mp_test_store_apply_page (store, since, page, &error);
  g_assert_no_error (error);
}

static void
keep_key (MpStore *store)
{
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  mp_store_set_key_async (store, KEY, 1, NULL, mp_test_wait_cb, &place);
  result = mp_test_wait (&place);
  g_assert_true (mp_store_set_key_finish (store, result, NULL));
}

/* A record of each kind. */
static void
fill (MpStore *store)
{
  g_autoptr (MpRecord) made = mp_test_record (CREATED, 0, NAME, "South", EMAIL, "mail", NULL);
  g_autoptr (GPtrArray) frozen = NULL;

  apply (store, NULL, FIRST_PAGE);
  mp_test_store_set (store, IN_FLIGHT, NAME, "Overseas");
  frozen = mp_test_store_freeze_all (store);
  g_assert_cmpuint (frozen->len, ==, 1);
  mp_test_store_set (store, CONFLICTING, NAME, "Mine");
  apply (store, MP_TEST_EPOCH ".9", PAGE ("10", RECORD (CONFLICTING, "10", "Theirs")));
  mp_test_store_set (store, CHANGED, EMAIL, "mail");
  mp_test_store_set (store, CHANGED, PHONE, NULL);
  mp_test_store_create (store, made);
  mp_test_store_set_meta (store, MP_META_ACTOR, "anna");
  keep_key (store);
}

static GHashTable *
load_shown (MpStore *store)
{
  g_autoptr (MpStoreDelta) delta = mp_test_store_load (store);
  GPtrArray *records = mp_store_delta_get_records (delta);
  GHashTable *shown = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_object_unref);

  for (unsigned int i = 0; i < records->len; i++)
    {
      MpStoredRecord *stored = g_object_ref (g_ptr_array_index (records, i));

      g_hash_table_insert (shown, (gpointer) mp_stored_record_get_id (stored), stored);
    }
  return shown;
}

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  MpStore *store;

  fixture->folder = mp_test_folder_new ();
  fixture->file = g_build_filename (fixture->folder, MP_STORE_FILE, NULL);
  store = open_store (fixture->folder);
  fill (store);
  fixture->shown = load_shown (store);
  g_assert_cmpuint (g_hash_table_size (fixture->shown), ==, 5);
  mp_test_store_close (store);
  g_assert_true (g_file_get_contents (fixture->file, &fixture->bytes, &fixture->size, NULL));
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  mp_test_folder_remove (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->file);
  g_free (fixture->bytes);
  g_hash_table_unref (fixture->shown);
}

static char *
dup_content (MpRecord *record)
{
  return mp_json_to_canonical (mp_record_get_content (record));
}

static gboolean
has_value (MpRecord *record, const char *path, JsonNode *value)
{
  return record != NULL && mp_json_node_equal (mp_record_get_value (record, path), value);
}

/* Where the person was told of a loss, what is left is what was once there. */
static void
assert_remains (MpStoredRecord *found, MpStoredRecord *truth)
{
  MpRecord *record = mp_stored_record_get_record (found);
  g_auto (GStrv) paths = mp_record_list_paths (record, NULL);

  for (unsigned int i = 0; paths[i] != NULL; i++)
    {
      JsonNode *value = mp_record_get_value (record, paths[i]);

      g_assert_true (has_value (mp_stored_record_get_record (truth), paths[i], value) ||
                     has_value (mp_stored_record_get_base (truth), paths[i], value));
    }
}

static void
assert_conflicts (MpStoredRecord *found, MpStoredRecord *truth)
{
  const unsigned int n_conflicts = mp_stored_record_get_n_conflicts (found);

  g_assert_cmpuint (n_conflicts, ==, mp_stored_record_get_n_conflicts (truth));
  for (unsigned int i = 0; i < n_conflicts; i++)
    {
      g_autoptr (JsonNode) one = mp_json_node_take_object (
          mp_conflict_to_json (mp_stored_record_get_conflict (found, i)));
      g_autoptr (JsonNode) other = mp_json_node_take_object (
          mp_conflict_to_json (mp_stored_record_get_conflict (truth, i)));

      g_assert_true (mp_json_node_equal (one, other));
    }
}

static gboolean
is_told (MpStoredRecord *found)
{
  return mp_field_errors_get_size (mp_stored_record_get_server_errors (found)) > 0;
}

static void
assert_stored (MpStoredRecord *found, MpStoredRecord *truth)
{
  g_autofree char *one = dup_content (mp_stored_record_get_record (found));
  g_autofree char *other = dup_content (mp_stored_record_get_record (truth));

  if (is_told (found))
    {
      assert_remains (found, truth);
      return;
    }

  g_assert_cmpstr (one, ==, other);
  assert_conflicts (found, truth);
  g_assert_cmpint (mp_stored_record_get_waiting (found), ==, mp_stored_record_get_waiting (truth));
}

static gboolean
has_local_change (MpStoredRecord *truth)
{
  return mp_stored_record_get_waiting (truth) || mp_stored_record_get_n_conflicts (truth) > 0;
}

static void
assert_nothing_wrong (Fixture *fixture, MpStore *store, gboolean after_listing)
{
  g_autoptr (GHashTable) shown = load_shown (store);
  g_autofree char *lost = mp_test_store_get_meta (store, MP_META_LOST_CHANGES);
  g_autofree char *actor = mp_test_store_get_meta (store, MP_META_ACTOR);
  GHashTableIter iter;
  gpointer id;
  gpointer value;

  g_assert_true (actor == NULL || g_str_equal (actor, "anna"));
  g_hash_table_iter_init (&iter, shown);
  while (g_hash_table_iter_next (&iter, &id, &value))
    {
      MpStoredRecord *truth = g_hash_table_lookup (fixture->shown, id);

      g_assert_nonnull (truth);
      if (lost != NULL || after_listing)
        assert_remains (value, truth);
      else
        assert_stored (value, truth);
    }

  g_hash_table_iter_init (&iter, fixture->shown);
  while (g_hash_table_iter_next (&iter, &id, &value))
    {
      if (!g_hash_table_contains (shown, id))
        g_assert_true (after_listing ? lost != NULL : lost != NULL || !has_local_change (value));
    }
}

static void
assert_credentials (MpStore *store)
{
  g_autoptr (MpStoreDelta) delta = mp_test_store_load (store);
  GPtrArray *credentials = mp_store_delta_get_credentials (delta);

  g_assert_cmpuint (credentials->len, <=, 1);
  if (credentials->len == 1)
    {
      MpCredential *credential = g_ptr_array_index (credentials, 0);

      g_assert_cmpstr (mp_credential_get_id (credential), ==, KEY);
      g_assert_cmpstr (mp_credential_get_label (credential), ==, "Main");
      g_assert_cmpstr (mp_credential_get_hint (credential), ==, "9512");
      g_assert_cmpuint (mp_credential_get_version (credential), ==, 1);
    }
  g_assert_cmpuint (mp_store_delta_get_key_version (delta, KEY), <=, 1);
}

static gboolean
is_known_edit (JsonObject *after)
{
  static const struct
  {
    const char *path;
    const char *value; /* (nullable) */
  } made[] = { { NAME, "Overseas" }, { NAME, "Mine" }, { EMAIL, "mail" }, { PHONE, NULL } };

  for (size_t i = 0; i < G_N_ELEMENTS (made); i++)
    {
      JsonNode *node = json_object_get_member (after, made[i].path);

      if (node != NULL && g_strcmp0 (mp_json_node_get_string (node), made[i].value) == 0)
        return TRUE;
    }
  return FALSE;
}

static void
assert_edits (MpStore *store, const char *id)
{
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) edits = NULL;
  g_autoptr (GError) error = NULL;

  mp_store_list_edits_async (store, id, NULL, mp_test_wait_cb, &place);
  result = mp_test_wait (&place);
  edits = mp_store_list_edits_finish (store, result, &error);
  g_assert_no_error (error);
  for (unsigned int i = 0; i < edits->len; i++)
    {
      const MpStoredEdit *edit = g_ptr_array_index (edits, i);
      g_autoptr (JsonObject) after = mp_changes_to_json (edit->after);

      g_assert_true (is_known_edit (after));
      g_assert_false (edit->undone);
    }
}

static void
remove_beside (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_assert_cmpint (g_unlink (path), ==, 0);
    }
}

static char *
find_set_aside (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      if (g_str_has_prefix (name, MP_STORE_FILE ".damaged-") && !g_str_has_suffix (name, "-wal"))
        return g_strdup (name);
    }
  return NULL;
}

/* Returns whether the file was opened. */
static gboolean
judge_flip (Fixture *fixture, size_t byte, unsigned int bit)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *name = NULL;
  g_autofree char *set_aside = NULL;
  g_autofree char *cursor = NULL;
  MpStore *store;

  remove_beside (fixture->folder);
  fixture->bytes[byte] = (char) (fixture->bytes[byte] ^ (1 << bit));
  g_assert_true (g_file_set_contents (fixture->file, fixture->bytes, (gssize) fixture->size, NULL));
  fixture->bytes[byte] = (char) (fixture->bytes[byte] ^ (1 << bit));

  store = mp_test_store_open (fixture->folder, &error);
  if (store == NULL)
    {
      /* The number of its version is all that such a file says of itself. */
      g_assert_error (error, MP_ERROR, MP_ERROR_NEWER);
      return FALSE;
    }

  assert_nothing_wrong (fixture, store, FALSE);
  assert_credentials (store);
  assert_edits (store, CHANGED);
  assert_edits (store, CONFLICTING);
  name = find_set_aside (fixture->folder);
  set_aside = mp_test_store_get_meta (store, MP_META_SET_ASIDE);
  g_assert_cmpstr (name, ==, set_aside);

  cursor = mp_test_store_get_meta (store, MP_META_CURSOR);
  apply (store, cursor, WHOLE_LISTING);
  assert_nothing_wrong (fixture, store, TRUE);
  assert_credentials (store);
  mp_test_store_close (store);
  return TRUE;
}

static void
test_flipped_bits (Fixture *fixture, gconstpointer unused)
{
  const char *wanted = g_getenv ("MP_TEST_FLIPS");
  g_autoptr (GRand) rand = g_rand_new_with_seed (20260101);
  gint64 n_flips = DEFAULT_FLIPS;
  unsigned int n_refused = 0;
  unsigned int n_aside = 0;

  if (wanted != NULL)
    g_assert_true (g_ascii_string_to_signed (wanted, 10, 1, 1000000, &n_flips, NULL));

  for (gint64 i = 0; i < n_flips; i++)
    {
      size_t byte = (size_t) g_rand_int_range (rand, 0, (int) fixture->size);
      unsigned int bit = (unsigned int) g_rand_int_range (rand, 0, 8);
      g_autofree char *name = NULL;

      g_test_message ("byte %zu, bit %u", byte, bit);
      if (!judge_flip (fixture, byte, bit))
        n_refused++;
      name = find_set_aside (fixture->folder);
      n_aside += name != NULL;
    }
  g_test_message ("%d flips in %zu bytes: %u files set aside, %u refused as newer", (int) n_flips,
                  fixture->size, n_aside, n_refused);
}

/* A header of which nothing is right but that it is ours. */
static void
test_damaged_header (Fixture *fixture, gconstpointer unused)
{
  static const size_t bytes[] = { 0, 15, 16, 17, 18, 19, 21, 22, 28, 32, 44, 47, 56, 59, 68, 71 };

  for (size_t i = 0; i < G_N_ELEMENTS (bytes); i++)
    {
      g_test_message ("byte %zu", bytes[i]);
      g_assert_true (judge_flip (fixture, bytes[i], 1));
    }
}

static void
write_noise (const char *file, off_t at, off_t length)
{
  g_autofree char *noise = g_strnfill ((size_t) length, '\xa5');
  int fd = g_open (file, O_RDWR, 0);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (pwrite (fd, noise, (size_t) length, at), ==, (ssize_t) length);
  close (fd);
}

/* All but the first page is lost: the person is told, and what the server has comes again. */
static void
test_all_pages (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *set_aside = NULL;
  g_autofree char *name = NULL;
  g_autofree char *listing = NULL;
  g_autofree char *path = NULL;
  g_autoptr (MpStoredRecord) west = NULL;
  GStatBuf info;
  MpStore *store;

  write_noise (fixture->file, 4096, (off_t) fixture->size - 4096);
  store = open_store (fixture->folder);

  name = find_set_aside (fixture->folder);
  g_assert_nonnull (name);
  set_aside = mp_test_store_get_meta (store, MP_META_SET_ASIDE);
  g_assert_cmpstr (set_aside, ==, name);
  path = g_build_filename (fixture->folder, name, NULL);
  g_assert_cmpint (g_stat (path, &info), ==, 0);
  g_assert_cmpint (info.st_size, ==, (off_t) fixture->size);
  listing = mp_test_store_get_meta (store, MP_META_LISTING);
  g_assert_cmpstr (listing, ==, MP_LISTING_EXPIRED);

  apply (store, NULL, WHOLE_LISTING);
  west = mp_test_store_find (store, UNTOUCHED);
  g_assert_cmpstr (mp_record_get_string (mp_stored_record_get_record (west), NAME), ==, "West");
  mp_test_store_set (store, UNTOUCHED, NAME, "Farther west");
  mp_test_store_close (store);
}

/* A page in the middle of one table: the changes in the others are all there. */
static void
test_one_page (Fixture *fixture, gconstpointer unused)
{
  unsigned int n_kept = 0;
  unsigned int n_pages = (unsigned int) (fixture->size / 4096);

  for (unsigned int page = 1; page < n_pages; page++)
    {
      g_autoptr (GHashTable) shown = NULL;
      MpStore *store;

      remove_beside (fixture->folder);
      g_assert_true (
          g_file_set_contents (fixture->file, fixture->bytes, (gssize) fixture->size, NULL));
      write_noise (fixture->file, (off_t) page * 4096, 4096);
      store = open_store (fixture->folder);
      apply (store, NULL, WHOLE_LISTING);
      shown = load_shown (store);
      if (g_hash_table_contains (shown, CREATED))
        n_kept++;
      mp_test_store_close (store);
    }
  /* Only the page of the outbox has it. */
  g_assert_cmpuint (n_kept, >=, n_pages - 2);
}

/* Nobody may have the file open when another one takes its place. */
static void
test_two_programs (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MpStore) second = NULL;
  g_autofree char *name = NULL;
  MpStore *first = open_store (fixture->folder);

  write_noise (fixture->file, 4096, (off_t) fixture->size - 4096);
  second = mp_test_store_open (fixture->folder, &error);
  g_assert_error (error, MP_ERROR, MP_ERROR_STORAGE);
  g_assert_null (second);
  name = find_set_aside (fixture->folder);
  g_assert_null (name);
  mp_test_store_close (first);
}

static void
assert_old_file_opens (const char *folder)
{
  g_autoptr (MpStoreDelta) delta = NULL;
  g_autoptr (MpStoredRecord) north = NULL;
  g_autoptr (MpStoredRecord) west = NULL;
  MpStore *store = open_store (folder);

  delta = mp_test_store_load (store);
  g_assert_cmpuint (mp_store_delta_get_conflict_count (delta), ==, 1);
  g_assert_cmpuint (mp_store_delta_get_key_version (delta, KEY), ==, 1);
  g_assert_cmpuint (mp_store_delta_get_credentials (delta)->len, ==, 1);
  g_assert_true (mp_store_delta_get_can_undo (delta));
  g_assert_cmpstr (mp_store_delta_get_meta (delta, MP_META_ACTOR), ==, "anna");
  g_assert_cmpstr (mp_store_delta_get_meta (delta, MP_META_CURSOR), ==, MP_TEST_EPOCH ".6");
  north = mp_test_store_find (store, MP_TEST_ID);
  g_assert_cmpstr (mp_record_get_string (mp_stored_record_get_record (north), NAME), ==, "South");
  g_assert_cmpstr (mp_record_get_string (mp_stored_record_get_record (north), EMAIL), ==, "mail");
  west = mp_test_store_find (store, "01890a5d-ac96-774b-bcce-b302099a8058");
  g_assert_cmpstr (mp_record_get_string (mp_stored_record_get_record (west), NAME), ==, "West");
  mp_test_store_close (store);
}

static void
copy_old_file (Fixture *fixture)
{
  g_autofree char *old = g_test_build_filename (G_TEST_DIST, "data", "settings-v1.sqlite", NULL);
  g_autofree char *bytes = NULL;
  size_t size;

  g_assert_true (g_file_get_contents (old, &bytes, &size, NULL));
  remove_beside (fixture->folder);
  g_assert_true (g_file_set_contents (fixture->file, bytes, (gssize) size, NULL));
}

/* A file of each version that ever was still opens, and stays beside the new one as it was. */
static void
test_old_version (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *copy = g_strconcat (fixture->file, ".version-1", NULL);
  sqlite3 *db = NULL;
  sqlite3_stmt *statement = NULL;
  GStatBuf info;

  copy_old_file (fixture);
  assert_old_file_opens (fixture->folder);

  g_assert_cmpint (g_stat (copy, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
  g_assert_cmpint (sqlite3_open_v2 (copy, &db, SQLITE_OPEN_READONLY, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (db, "SELECT body FROM conflicts", -1, &statement, NULL), ==,
                   SQLITE_OK);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  sqlite3_finalize (statement);
  sqlite3_close (db);
}

/* An old file that is damaged, too: it is read as what it was. */
static void
test_damaged_old_version (Fixture *fixture, gconstpointer unused)
{
  copy_old_file (fixture);
  write_noise (fixture->file, 22, 1);
  {
    g_autofree char *name = NULL;
    g_autoptr (MpStoredRecord) west = NULL;
    MpStore *store = open_store (fixture->folder);

    name = find_set_aside (fixture->folder);
    g_assert_nonnull (name);
    west = mp_test_store_find (store, "01890a5d-ac96-774b-bcce-b302099a8058");
    g_assert_cmpstr (mp_record_get_string (mp_stored_record_get_record (west), NAME), ==, "West");
    mp_test_store_close (store);
  }
}

/* No copy, no migration: the file stays as it is. */
static void
test_no_room_for_a_copy (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *copy = g_strconcat (fixture->file, ".version-1", NULL);
  g_autofree char *inside = g_build_filename (copy, "in-the-way", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (MpStore) store = NULL;

  copy_old_file (fixture);
  g_assert_cmpint (g_mkdir_with_parents (inside, 0700), ==, 0);
  store = mp_test_store_open (fixture->folder, &error);
  g_assert_null (store);
  g_assert_error (error, MP_ERROR, MP_ERROR_STORAGE);

  g_assert_cmpint (g_rmdir (inside), ==, 0);
  g_assert_cmpint (g_rmdir (copy), ==, 0);
  assert_old_file_opens (fixture->folder);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*func) (Fixture *fixture, gconstpointer unused);
  } cases[] = {
    { "flipped-bits-show-nothing-wrong", test_flipped_bits },
    { "a-damaged-header-is-written-anew", test_damaged_header },
    { "set-aside-and-told", test_all_pages },
    { "other-pages-are-kept", test_one_page },
    { "not-while-another-program-has-it", test_two_programs },
    { "an-old-version-is-moved-and-kept", test_old_version },
    { "a-damaged-old-version", test_damaged_old_version },
    { "no-copy-no-migration", test_no_room_for_a_copy },
  };

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/store/damage/", cases[i].path, NULL);

      g_test_add (path, Fixture, NULL, set_up, cases[i].func, tear_down);
    }
  return g_test_run ();
}
