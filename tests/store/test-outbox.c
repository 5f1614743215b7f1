/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-error.h"
#include "mp-json.h"
#include "mp-test-folder.h"
#include "mp-test-records.h"
#include "mp-test-store.h"
#include "mp-test-wait.h"

#define NAME "/name"
#define EMAIL "/crm/member_fields/email"
#define API_KEY "/crm/api_key"
#define SECOND_ID "01890a5d-ac96-774b-bcce-b302099a8058"
#define KEY_ID "01890a5d-ac96-774b-bcce-b302099a9001"

typedef struct
{
  char *folder;
  MpStore *store;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  fixture->folder = mp_test_folder_new ();
  fixture->store = mp_test_store_open (fixture->folder, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  mp_test_store_close (fixture->store);
  mp_test_folder_remove (fixture->folder);
  g_free (fixture->folder);
}

static void
reopen (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  mp_test_store_close (fixture->store);
  fixture->store = mp_test_store_open (fixture->folder, &error);
  g_assert_no_error (error);
}

static void
create (Fixture *fixture, const char *id)
{
  g_autoptr (MpRecord) record = mp_test_record (id, 0, NAME, "North", EMAIL, "email", NULL);

  mp_test_store_create (fixture->store, record);
}

static void
put_key (Fixture *fixture, MpAction action)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MpCredential) credential = mp_credential_new (&(MpCredentialInit){
      .id = KEY_ID,
      .kind = "crm",
      .platform = "hubspot",
      .label = "Main",
      .mode = MP_MODE_TEST,
      .hint = "1234",
      .version = 1,
      .revoked = action == MP_ACTION_REVOKE,
  });
  g_autoptr (JsonObject) payload = mp_json_parse_object (
      "{\"kind\":\"crm\",\"platform\":\"hubspot\",\"label\":\"Main\",\"mode\":\"test\","
      "\"hint\":\"1234\",\"sealed\":\"c2VhbGVk\",\"key_id\":\"k1\"}",
      -1, NULL);

  g_assert_true (mp_test_store_put_credential (
      fixture->store, credential, action, action == MP_ACTION_REVOKE ? NULL : payload,
      action == MP_ACTION_REVOKE ? MP_KEY_CLEARED : MP_KEY_KEPT, &error));
  g_assert_no_error (error);
}

static MpOperation *
freeze_one (Fixture *fixture)
{
  g_autoptr (GPtrArray) operations = mp_test_store_freeze_all (fixture->store);

  g_assert_cmpuint (operations->len, ==, 1);
  return g_object_ref (operations->pdata[0]);
}

static void
assert_nothing_to_send (Fixture *fixture)
{
  g_autoptr (GPtrArray) operations = mp_test_store_freeze_all (fixture->store);

  g_assert_cmpuint (operations->len, ==, 0);
}

/* The server applies @operation, a creation or an update, as @sequence. */
static void
apply (Fixture *fixture, MpOperation *operation, int64_t sequence)
{
  const char *target = mp_operation_get_target (operation);
  g_autoptr (MpRecord) plain =
                 mp_test_record (target, sequence, NAME, "North", EMAIL, "email", NULL);
  g_autoptr (MpRecord) record = mp_record_with_changes (plain, mp_operation_get_set (operation));

  mp_test_store_answer (fixture->store,
                        mp_test_result (mp_operation_get_op (operation), "applied", record, NULL));
}

/* Rule 16: whatever happens to the answer, the same operation goes again, under the same id. */
static void
test_in_flight_goes_again_unchanged (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (MpOperation) first = NULL;
  g_autoptr (MpOperation) again = NULL;
  g_autoptr (MpOperation) next = NULL;

  create (fixture, MP_TEST_ID);
  first = freeze_one (fixture);
  mp_test_store_set (fixture->store, MP_TEST_ID, NAME, "South");
  reopen (fixture);
  again = freeze_one (fixture);
  g_assert_cmpstr (mp_operation_get_op (first), ==, mp_operation_get_op (again));
  g_assert_cmpstr (mp_json_node_get_string (mp_changes_get (mp_operation_get_set (again), NAME)),
                   ==, "North");

  apply (fixture, again, 1);
  next = freeze_one (fixture);
  g_assert_cmpstr (mp_operation_get_op (next), !=, mp_operation_get_op (again));
  g_assert_cmpint (mp_operation_get_action (next), ==, MP_ACTION_UPDATE);
  g_assert_cmpstr (mp_operation_get_base (next), ==, MP_TEST_EPOCH ".1");
  apply (fixture, next, 2);
  assert_nothing_to_send (fixture);
}

static void
test_edits_coalesce_behind_it (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (MpOperation) first = NULL;
  g_autoptr (MpOperation) next = NULL;

  create (fixture, MP_TEST_ID);
  first = freeze_one (fixture);
  for (int i = 0; i < 20; i++)
    {
      g_autofree char *value = g_strdup_printf ("edit %d", i);

      mp_test_store_set (fixture->store, MP_TEST_ID, NAME, value);
    }
  apply (fixture, first, 1);
  next = freeze_one (fixture);

  g_assert_cmpuint (mp_changes_get_size (mp_operation_get_set (next)), ==, 1);
  g_assert_cmpstr (mp_json_node_get_string (mp_changes_get (mp_operation_get_set (next), NAME)), ==,
                   "edit 19");
  g_assert_cmpstr (mp_json_node_get_string (mp_changes_get (mp_operation_get_expect (next), NAME)),
                   ==, "North");
}

/* A second answer to the same operation, as after a lost one, does nothing. */
static void
test_answers_once (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (MpOperation) first = NULL;
  g_autoptr (MpStoredRecord) stored = NULL;

  create (fixture, MP_TEST_ID);
  first = freeze_one (fixture);
  apply (fixture, first, 1);
  mp_test_store_answer (fixture->store,
                        mp_test_result (mp_operation_get_op (first), "gone", NULL, NULL));

  stored = mp_test_store_find (fixture->store, MP_TEST_ID);
  g_assert_cmpuint (mp_stored_record_get_n_conflicts (stored), ==, 0);
  g_assert_false (mp_stored_record_get_waiting (stored));
}

/* What was judged fit is not what would be sent any more. */
static void
test_leaves_out_what_changed_since (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GPtrArray) waiting = NULL;
  g_autoptr (GPtrArray) operations = NULL;

  create (fixture, MP_TEST_ID);
  create (fixture, SECOND_ID);
  waiting = mp_test_store_list_waiting (fixture->store);
  g_assert_cmpuint (waiting->len, ==, 2);
  mp_test_store_set (fixture->store, MP_TEST_ID, NAME, "South");

  operations = mp_test_store_freeze (fixture->store, waiting);
  g_assert_cmpuint (operations->len, ==, 1);
  g_assert_cmpstr (mp_operation_get_target (operations->pdata[0]), ==, SECOND_ID);
}

static void
test_refused_waits_for_an_edit (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (MpOperation) first = NULL;
  g_autoptr (MpOperation) next = NULL;
  g_autoptr (MpStoredRecord) stored = NULL;

  create (fixture, MP_TEST_ID);
  create (fixture, SECOND_ID);
  {
    g_autoptr (GPtrArray) operations = mp_test_store_freeze_all (fixture->store);

    g_assert_cmpuint (operations->len, ==, 2);
    first = g_object_ref (operations->pdata[0]);
    apply (fixture, operations->pdata[1], 1);
  }
  mp_test_store_answer (fixture->store,
                        mp_test_invalid (mp_operation_get_op (first), EMAIL, "missing-at-crm"));
  reopen (fixture);
  assert_nothing_to_send (fixture);
  stored = mp_test_store_find (fixture->store, mp_operation_get_target (first));
  g_assert_true (mp_stored_record_get_refused (stored));
  g_assert_false (mp_stored_record_get_waiting (stored));
  g_assert_cmpuint (mp_field_errors_get_size (mp_stored_record_get_server_errors (stored)), ==, 1);
  g_assert_cmpstr (mp_record_get_string (mp_stored_record_get_record (stored), EMAIL), ==, "email");

  mp_test_store_set (fixture->store, mp_operation_get_target (first), EMAIL, "mail");
  next = freeze_one (fixture);
  g_assert_cmpint (mp_operation_get_action (next), ==, MP_ACTION_CREATE);
  g_assert_cmpstr (mp_operation_get_op (next), !=, mp_operation_get_op (first));
}

static void
test_conflict_survives_reopening (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (MpOperation) created = NULL;
  g_autoptr (MpOperation) update = NULL;
  g_autoptr (MpRecord) current = mp_test_record (MP_TEST_ID, 3, NAME, "West", EMAIL, "email", NULL);
  g_autoptr (MpStoredRecord) stored = NULL;
  g_autoptr (MpConflict) conflict = NULL;
  g_autoptr (GError) error = NULL;

  create (fixture, MP_TEST_ID);
  created = freeze_one (fixture);
  apply (fixture, created, 1);
  mp_test_store_set (fixture->store, MP_TEST_ID, NAME, "South");
  update = freeze_one (fixture);
  mp_test_store_answer (fixture->store,
                        mp_test_result (mp_operation_get_op (update), "conflict", current, NAME));
  reopen (fixture);

  stored = mp_test_store_find (fixture->store, MP_TEST_ID);
  g_assert_cmpuint (mp_stored_record_get_n_conflicts (stored), ==, 1);
  g_assert_cmpstr (mp_record_get_name (mp_stored_record_get_record (stored)), ==, "South");
  g_assert_cmpstr (mp_record_get_name (mp_stored_record_get_base (stored)), ==, "West");
  conflict = g_object_ref (mp_stored_record_get_conflict (stored, 0));
  assert_nothing_to_send (fixture);

  g_assert_true (
      mp_test_store_resolve (fixture->store, conflict, mp_conflict_get_mine (conflict), &error));
  g_assert_no_error (error);
  g_assert_false (mp_test_store_resolve (fixture->store, conflict, NULL, &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_NOT_FOUND);
  {
    g_autoptr (MpOperation) choice = freeze_one (fixture);

    g_assert_cmpstr (
        mp_json_node_get_string (mp_changes_get (mp_operation_get_expect (choice), NAME)), ==,
        "West");
  }
}

/* Records refer to credentials, so those go first; and the marker of the key is there at once. */
static void
test_credentials_go_first (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (MpOperation) add = NULL;
  g_autoptr (MpOperation) record = NULL;
  g_autoptr (MpStoreDelta) delta = NULL;

  create (fixture, MP_TEST_ID);
  mp_test_store_set (fixture->store, MP_TEST_ID, API_KEY, KEY_ID);
  put_key (fixture, MP_ACTION_ADD);
  delta = mp_test_store_load (fixture->store);
  g_assert_cmpuint (mp_store_delta_get_credentials (delta)->len, ==, 1);
  g_assert_cmpuint (mp_store_delta_get_key_version (delta, KEY_ID), ==, 1);

  add = freeze_one (fixture);
  g_assert_cmpint (mp_operation_get_action (add), ==, MP_ACTION_ADD);
  mp_test_store_answer (fixture->store,
                        mp_test_result (mp_operation_get_op (add), "applied", NULL, NULL));
  record = freeze_one (fixture);
  g_assert_cmpstr (mp_operation_get_target (record), ==, MP_TEST_ID);
}

/* The server retired the key that the secret was sealed to: the credential, its uses and the record
 * that needs it wait. */
static void
test_retired_sealing_key (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (MpOperation) add = NULL;
  g_autoptr (MpOperation) again = NULL;
  g_autoptr (GPtrArray) unsealed = NULL;
  g_autoptr (MpStoreDelta) delta = NULL;
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) listed = NULL;
  g_autoptr (GAsyncResult) resealed = NULL;

  create (fixture, MP_TEST_ID);
  mp_test_store_set (fixture->store, MP_TEST_ID, API_KEY, KEY_ID);
  put_key (fixture, MP_ACTION_ADD);
  add = freeze_one (fixture);
  mp_test_store_answer (
      fixture->store, mp_test_invalid (mp_operation_get_op (add), "/key_id", MP_PUSH_KEY_RETIRED));
  mp_test_store_use (fixture->store, KEY_ID);
  assert_nothing_to_send (fixture);
  delta = mp_test_store_load (fixture->store);
  g_assert_true (mp_store_delta_get_has_unsealed (delta));

  mp_store_list_unsealed_async (fixture->store, NULL, mp_test_wait_cb, &place);
  listed = mp_test_wait (&place);
  unsealed = mp_store_list_unsealed_finish (fixture->store, listed, NULL);
  g_assert_cmpuint (unsealed->len, ==, 1);
  mp_store_reseal_async (fixture->store, unsealed->pdata[0], "bmV3", "k2", NULL, mp_test_wait_cb,
                         &place);
  resealed = mp_test_wait (&place);
  g_assert_true (mp_store_reseal_finish (fixture->store, resealed, NULL));

  {
    g_autoptr (GPtrArray) operations = mp_test_store_freeze_all (fixture->store);

    g_assert_cmpuint (operations->len, ==, 2);
    again = g_object_ref (operations->pdata[0]);
    g_assert_cmpint (mp_operation_get_action (operations->pdata[1]), ==, MP_ACTION_USE);
  }
  g_assert_cmpstr (mp_operation_get_op (again), !=, mp_operation_get_op (add));
  g_assert_cmpstr (mp_json_get_string (mp_operation_get_payload (again), "key_id", NULL), ==, "k2");
  g_assert_cmpstr (mp_json_get_string (mp_operation_get_payload (again), "sealed", NULL), ==,
                   "bmV3");
}

static void
test_refused_credential_is_taken_back (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (MpOperation) add = NULL;
  g_autoptr (MpStoreDelta) delta = NULL;

  put_key (fixture, MP_ACTION_ADD);
  add = freeze_one (fixture);
  mp_test_store_use (fixture->store, KEY_ID);
  mp_test_store_answer (fixture->store,
                        mp_test_result (mp_operation_get_op (add), "denied", NULL, NULL));

  delta = mp_test_store_load (fixture->store);
  g_assert_cmpuint (mp_store_delta_get_credentials (delta)->len, ==, 0);
  g_assert_cmpuint (mp_store_delta_get_key_version (delta, KEY_ID), ==, 0);
  assert_nothing_to_send (fixture);
}

/* A key that the server's record still refers to is revoked after that record was changed there. */
static void
test_revoking_waits_for_the_records (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (MpOperation) created = NULL;
  g_autoptr (MpOperation) unset = NULL;
  g_autoptr (MpOperation) revoke = NULL;
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  g_autoptr (GPtrArray) nothing = NULL;

  create (fixture, MP_TEST_ID);
  mp_test_store_set (fixture->store, MP_TEST_ID, API_KEY, KEY_ID);
  created = freeze_one (fixture);
  apply (fixture, created, 1);

  put_key (fixture, MP_ACTION_REVOKE);
  mp_test_store_set (fixture->store, MP_TEST_ID, API_KEY, NULL);
  /* The record is not fit to be sent: the key is not revoked under it. */
  nothing = mp_test_store_freeze (fixture->store, none);
  g_assert_cmpuint (nothing->len, ==, 0);

  unset = freeze_one (fixture);
  g_assert_cmpint (mp_operation_get_action (unset), ==, MP_ACTION_UPDATE);
  apply (fixture, unset, 2);
  revoke = freeze_one (fixture);
  g_assert_cmpint (mp_operation_get_action (revoke), ==, MP_ACTION_REVOKE);
}

static void
test_refuses_an_incomplete_payload (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (JsonObject) payload = json_object_new ();
  g_autoptr (MpStoreDelta) delta = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (MpCredential) credential = mp_credential_new (&(MpCredentialInit){
      .id = KEY_ID,
      .kind = "crm",
      .platform = "hubspot",
      .label = "Main",
      .mode = MP_MODE_TEST,
      .version = 1,
  });

  g_assert_false (mp_test_store_put_credential (fixture->store, credential, MP_ACTION_ADD, payload,
                                                MP_KEY_KEPT, &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
  delta = mp_test_store_load (fixture->store);
  g_assert_cmpuint (mp_store_delta_get_credentials (delta)->len, ==, 0);
  g_assert_cmpuint (mp_store_delta_get_key_version (delta, KEY_ID), ==, 0);
}

static void
test_batches_are_bounded (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *text = g_strnfill (3900, 'x');
  g_autoptr (GPtrArray) operations = NULL;
  g_autoptr (MpClock) clock = mp_clock_new ();
  size_t size_bytes = 0;

  for (int i = 0; i < 300; i++)
    {
      g_autofree char *id = mp_clock_dup_uuid (clock);
      g_autoptr (MpRecord) record = mp_test_record (id, 0, NAME, "North", EMAIL, text, NULL);

      mp_test_store_create (fixture->store, record);
    }
  operations = mp_test_store_freeze_all (fixture->store);
  for (unsigned int i = 0; i < operations->len; i++)
    {
      g_autoptr (JsonObject) object = mp_operation_to_json (operations->pdata[i]);
      g_autoptr (JsonNode) node = mp_json_node_take_object (g_steal_pointer (&object));
      g_autofree char *body = mp_json_to_text (node);

      size_bytes += strlen (body) + 1;
    }
  g_assert_cmpuint (operations->len, >, 100);
  g_assert_cmpuint (operations->len, <, 300);
  g_assert_cmpuint (size_bytes, <, 1024 * 1024);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*func) (Fixture *fixture, gconstpointer unused);
  } cases[] = {
    { "in-flight-goes-again-unchanged", test_in_flight_goes_again_unchanged },
    { "edits-coalesce-behind-it", test_edits_coalesce_behind_it },
    { "answers-once", test_answers_once },
    { "leaves-out-what-changed-since", test_leaves_out_what_changed_since },
    { "refused-waits-for-an-edit", test_refused_waits_for_an_edit },
    { "conflict-survives-reopening", test_conflict_survives_reopening },
    { "credentials-go-first", test_credentials_go_first },
    { "retired-sealing-key", test_retired_sealing_key },
    { "refused-credential-is-taken-back", test_refused_credential_is_taken_back },
    { "revoking-waits-for-the-records", test_revoking_waits_for_the_records },
    { "refuses-an-incomplete-payload", test_refuses_an_incomplete_payload },
    { "batches-are-bounded", test_batches_are_bounded },
  };

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/store/outbox/", cases[i].path, NULL);

      g_test_add (path, Fixture, NULL, set_up, cases[i].func, tear_down);
    }
  return g_test_run ();
}
