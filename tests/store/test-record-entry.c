/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-record-entry-private.h"

#include "mp-json.h"
#include "mp-error.h"
#include "mp-test-records.h"

/* The table in mp-record-entry.c, cell by cell. */

#define NAME "/name"
#define PLATFORM "/crm/platform"
#define EMAIL "/crm/member_fields/email"
#define PHONE "/crm/member_fields/phone"
#define OTHER_PHONE "/crm/member_fields/mobilePhone"
#define TAG "/crm/event_tag"
#define SECOND_OP "01890a5d-ac96-774b-bcce-b302099a0002"
#define OTHER_EPOCH "5f0e9d3a-0000-4000-8000-000000000002"

static const MpFeedMark mark = { MP_TEST_EPOCH, 10 };

static MpRegistry *
registry (void)
{
  return mp_registry_get_default ();
}

/* A record that the server has as sequence 5. */
static MpRecordEntry *
new_synced (void)
{
  MpRecordEntry *entry = mp_record_entry_new (MP_TEST_ID, (MpStamp){ 1000000, "anna" });

  entry->base = mp_test_record (MP_TEST_ID, 5, NAME, "North", PLATFORM, "hubspot", EMAIL, "email",
                                TAG, "tag", NULL);
  return entry;
}

static void
edit (MpRecordEntry *entry, const char *path, const char *value)
{
  g_autoptr (MpChanges) changes = mp_test_changes (path, value, NULL);
  g_autoptr (MpChanges) leaves = mp_record_entry_edit (entry, registry (), changes);

  g_assert_nonnull (leaves);
}

static gboolean
pull (MpRecordEntry *entry, int64_t sequence, const char *path, const char *value)
{
  g_autoptr (MpRecord) plain = mp_test_record (MP_TEST_ID, sequence, NAME, "North", PLATFORM,
                                               "hubspot", EMAIL, "email", TAG, "tag", NULL);
  g_autoptr (MpChanges) changes = mp_test_changes (path, value, NULL);
  g_autoptr (MpRecord) record = mp_record_with_changes (plain, changes);

  return mp_record_entry_pull (entry, registry (), record, FALSE);
}

static gboolean
answer (MpRecordEntry *entry, MpPushResult *result)
{
  g_autoptr (MpPushResult) taken = result;

  return mp_record_entry_answer (entry, registry (), taken, &mark);
}

static void
assert_shown (MpRecordEntry *entry, const char *path, const char *value)
{
  g_autoptr (MpRecord) shown = mp_record_entry_dup_shown (entry);

  g_assert_cmpstr (mp_record_get_string (shown, path), ==, value);
}

static void
assert_shown_archived (MpRecordEntry *entry, gboolean archived)
{
  g_autoptr (MpRecord) shown = mp_record_entry_dup_shown (entry);

  g_assert_cmpint (mp_record_get_archived (shown), ==, archived);
}

static const char *
pending_value (MpRecordEntry *entry, const char *path)
{
  return mp_json_node_get_string (mp_changes_get (entry->pending.set, path));
}

static const char *
expected_value (MpRecordEntry *entry, const char *path)
{
  return mp_json_node_get_string (mp_changes_get (entry->pending.expect, path));
}

static void
assert_conflict (
    MpRecordEntry *entry, const char *path, const char *base, const char *mine, const char *theirs)
{
  MpConflict *conflict;

  g_assert_cmpuint (entry->conflicts->len, ==, 1);
  conflict = g_ptr_array_index (entry->conflicts, 0);
  g_assert_cmpstr (mp_conflict_get_path (conflict), ==, path);
  g_assert_cmpstr (mp_json_node_get_string (mp_conflict_get_base (conflict)), ==, base);
  g_assert_cmpstr (mp_json_node_get_string (mp_conflict_get_mine (conflict)), ==, mine);
  g_assert_cmpstr (mp_json_node_get_string (mp_conflict_get_theirs (conflict)), ==, theirs);
}

static MpConflict *
assert_whole (MpRecordEntry *entry)
{
  MpConflict *conflict;

  g_assert_cmpuint (entry->conflicts->len, ==, 1);
  conflict = g_ptr_array_index (entry->conflicts, 0);
  g_assert_cmpstr (mp_conflict_get_path (conflict), ==, "");
  g_assert_null (entry->in_flight);
  g_assert_false (mp_record_entry_has_pending (entry));
  g_assert_false (mp_record_entry_can_freeze (entry));
  return conflict;
}

static void
resolve (MpRecordEntry *entry, JsonNode *value)
{
  g_autoptr (MpConflict) conflict = g_object_ref (entry->conflicts->pdata[0]);
  g_autoptr (GError) error = NULL;

  g_assert_true (mp_record_entry_resolve (entry, registry (), conflict, value, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (entry->conflicts->len, ==, 0);
}

static void
test_edit_pends (void)
{
  g_autoptr (MpRecordEntry) entry = new_synced ();

  edit (entry, EMAIL, "mail");

  assert_shown (entry, EMAIL, "mail");
  g_assert_true (mp_record_entry_can_freeze (entry));
  g_assert_cmpstr (expected_value (entry, EMAIL), ==, "email");
  /* Rule 2: what gives the mapping its meaning was seen too. */
  g_assert_cmpstr (expected_value (entry, PLATFORM), ==, "hubspot");
}

/* Edits before the push are one operation, which expects what was seen first. */
static void
test_edits_coalesce (void)
{
  g_autoptr (MpRecordEntry) entry = new_synced ();

  edit (entry, EMAIL, "mail");
  edit (entry, EMAIL, "mail2");
  edit (entry, NAME, "South");

  g_assert_cmpuint (mp_changes_get_size (entry->pending.set), ==, 2);
  g_assert_cmpstr (pending_value (entry, EMAIL), ==, "mail2");
  g_assert_cmpstr (expected_value (entry, EMAIL), ==, "email");
}

static void
test_undone_edit_leaves_nothing (void)
{
  g_autoptr (MpRecordEntry) entry = new_synced ();

  edit (entry, EMAIL, "mail");
  edit (entry, EMAIL, "email");

  g_assert_false (mp_record_entry_has_pending (entry));
  g_assert_cmpuint (mp_changes_get_size (entry->pending.expect), ==, 0);
}

/* Rule 6: what was sent stays as it is; later edits queue behind it. */
static void
test_in_flight_is_frozen (void)
{
  g_autoptr (MpRecordEntry) entry = new_synced ();

  edit (entry, EMAIL, "mail");
  mp_record_entry_freeze (entry, MP_TEST_OP);
  edit (entry, EMAIL, "mail2");

  g_assert_cmpstr (
      mp_json_node_get_string (mp_changes_get (mp_operation_get_set (entry->in_flight), EMAIL)), ==,
      "mail");
  g_assert_cmpstr (pending_value (entry, EMAIL), ==, "mail2");
  g_assert_cmpstr (expected_value (entry, EMAIL), ==, "mail");
  g_assert_false (mp_record_entry_can_freeze (entry));
  assert_shown (entry, EMAIL, "mail2");
}

static void
test_applied_moves_the_base (void)
{
  g_autoptr (MpRecordEntry) entry = new_synced ();
  g_autoptr (MpRecord) after = mp_test_record (MP_TEST_ID, 11, NAME, "North", PLATFORM, "hubspot",
                                               EMAIL, "mail", TAG, "tag", NULL);

  edit (entry, EMAIL, "mail");
  mp_record_entry_freeze (entry, MP_TEST_OP);
  edit (entry, EMAIL, "mail2");
  g_assert_true (answer (entry, mp_test_result (MP_TEST_OP, "applied", after, NULL)));

  g_assert_cmpstr (mp_record_get_revision (entry->base), ==, mp_record_get_revision (after));
  g_assert_null (entry->in_flight);
  g_assert_cmpuint (entry->conflicts->len, ==, 0);
  g_assert_cmpstr (expected_value (entry, EMAIL), ==, "mail");
  g_assert_true (mp_record_entry_can_freeze (entry));
}

/* Rule 8: the answer is a replay; the feed has brought something newer. */
static void
test_old_answer_is_not_installed (void)
{
  g_autoptr (MpRecordEntry) entry = new_synced ();
  g_autoptr (MpRecord) old = mp_test_record (MP_TEST_ID, 6, NAME, "North", PLATFORM, "hubspot",
                                             EMAIL, "mail", TAG, "tag", NULL);

  edit (entry, EMAIL, "mail");
  mp_record_entry_freeze (entry, MP_TEST_OP);
  g_assert_true (pull (entry, 9, EMAIL, "theirs"));
  g_assert_true (answer (entry, mp_test_result (MP_TEST_OP, "applied", old, NULL)));

  assert_shown (entry, EMAIL, "theirs");
  g_assert_false (mp_record_entry_has_pending (entry));
}

static void
test_answer_to_another_operation_is_ignored (void)
{
  g_autoptr (MpRecordEntry) entry = new_synced ();

  edit (entry, EMAIL, "mail");
  mp_record_entry_freeze (entry, MP_TEST_OP);

  g_assert_false (answer (entry, mp_test_result (SECOND_OP, "gone", NULL, NULL)));
  g_assert_nonnull (entry->in_flight);
}

/* Rule 5: a pull drops no edit; what does not disagree stays, with what is now expected. */
static void
test_pull_keeps_other_paths (void)
{
  g_autoptr (MpRecordEntry) entry = new_synced ();

  edit (entry, EMAIL, "mail");
  g_assert_true (pull (entry, 9, TAG, "tag2"));

  assert_shown (entry, EMAIL, "mail");
  assert_shown (entry, TAG, "tag2");
  g_assert_cmpuint (entry->conflicts->len, ==, 0);
  g_assert_true (mp_record_entry_can_freeze (entry));
}

static void
test_pull_of_the_same_value_ends_the_edit (void)
{
  g_autoptr (MpRecordEntry) entry = new_synced ();

  edit (entry, EMAIL, "mail");
  g_assert_true (pull (entry, 9, EMAIL, "mail"));

  g_assert_false (mp_record_entry_has_pending (entry));
  g_assert_cmpuint (entry->conflicts->len, ==, 0);
}

static void
test_pull_of_the_same_path_conflicts (void)
{
  g_autoptr (MpRecordEntry) entry = new_synced ();

  edit (entry, EMAIL, "mail");
  edit (entry, NAME, "South");
  g_assert_true (pull (entry, 9, EMAIL, "theirs"));

  assert_conflict (entry, EMAIL, "email", "mail", "theirs");
  assert_shown (entry, EMAIL, "mail");
  /* The rest goes without it. */
  g_assert_true (mp_record_entry_can_freeze (entry));
  g_assert_false (mp_changes_contains (entry->pending.set, EMAIL));
  g_assert_cmpstr (pending_value (entry, NAME), ==, "South");
}

static void
assert_sides (MpRecordEntry *entry, const char *path, const char *mine, const char *theirs)
{
  for (unsigned int i = 0; i < entry->conflicts->len; i++)
    {
      MpConflict *conflict = g_ptr_array_index (entry->conflicts, i);
      JsonNode *my_value = mp_conflict_get_mine (conflict);
      JsonNode *their_value = mp_conflict_get_theirs (conflict);

      if (!g_str_equal (mp_conflict_get_path (conflict), path))
        continue;
      g_assert_cmpstr (my_value != NULL ? mp_json_node_get_string (my_value) : NULL, ==, mine);
      g_assert_cmpstr (their_value != NULL ? mp_json_node_get_string (their_value) : NULL, ==,
                       theirs);
      return;
    }
  g_assert_not_reached ();
}

/* Two fields mapped to one of the CRM by two people: no path collides, and both are asked about. */
static void
test_pull_of_the_same_target_conflicts (void)
{
  g_autoptr (MpRecordEntry) entry = new_synced ();
  MpConflict *mine;
  g_autoptr (GError) error = NULL;

  edit (entry, PHONE, "mobile");
  edit (entry, NAME, "South");
  g_assert_true (pull (entry, 9, OTHER_PHONE, "mobile"));

  g_assert_cmpuint (entry->conflicts->len, ==, 2);
  assert_sides (entry, PHONE, "mobile", NULL);
  assert_sides (entry, OTHER_PHONE, NULL, "mobile");
  assert_shown (entry, PHONE, "mobile");
  assert_shown (entry, OTHER_PHONE, NULL);
  g_assert_cmpstr (pending_value (entry, NAME), ==, "South");

  /* With mine, theirs goes; nothing is left to ask. */
  for (unsigned int i = entry->conflicts->len; i > 0; i--)
    {
      mine = g_ptr_array_index (entry->conflicts, i - 1);
      g_object_ref (mine);
      g_assert_true (
          mp_record_entry_resolve (entry, registry (), mine, mp_conflict_get_mine (mine), &error));
      g_assert_no_error (error);
      g_object_unref (mine);
    }
  g_assert_cmpuint (entry->conflicts->len, ==, 0);
  assert_shown (entry, PHONE, "mobile");
  assert_shown (entry, OTHER_PHONE, NULL);
}

/* What stood so before, or is another target, is none of it. */
static void
test_pull_of_another_target_stays (void)
{
  g_autoptr (MpRecordEntry) entry = new_synced ();

  edit (entry, PHONE, "email");
  g_assert_true (pull (entry, 9, OTHER_PHONE, "mobile"));
  g_assert_cmpuint (entry->conflicts->len, ==, 0);
  g_assert_cmpstr (pending_value (entry, PHONE), ==, "email");
}

/* Rule 2: another platform makes another thing of the mapped field. */
static void
test_pull_of_a_determinant_conflicts (void)
{
  g_autoptr (MpRecordEntry) entry = new_synced ();

  edit (entry, EMAIL, "mail");
  g_assert_true (pull (entry, 9, PLATFORM, "xero"));

  assert_conflict (entry, EMAIL, "email", "mail", "email");
  g_assert_false (mp_record_entry_has_pending (entry));
}

static void
test_old_page_changes_nothing (void)
{
  g_autoptr (MpRecordEntry) entry = new_synced ();

  g_assert_false (pull (entry, 5, EMAIL, "theirs"));
  g_assert_false (pull (entry, 4, EMAIL, "theirs"));
  assert_shown (entry, EMAIL, "email");
}

/* What is pending behind an operation in flight is judged when that has its answer. */
static void
test_pull_waits_for_the_answer (void)
{
  g_autoptr (MpRecordEntry) entry = new_synced ();
  g_autoptr (MpRecord) current = mp_test_record (MP_TEST_ID, 12, NAME, "North", PLATFORM, "hubspot",
                                                 EMAIL, "theirs", TAG, "tag", NULL);

  edit (entry, EMAIL, "mail");
  mp_record_entry_freeze (entry, MP_TEST_OP);
  edit (entry, NAME, "South");
  g_assert_true (pull (entry, 11, EMAIL, "theirs"));
  g_assert_nonnull (entry->in_flight);
  g_assert_cmpuint (entry->conflicts->len, ==, 0);

  g_assert_true (answer (entry, mp_test_result (MP_TEST_OP, "conflict", current, EMAIL)));
  assert_conflict (entry, EMAIL, "email", "mail", "theirs");
  g_assert_cmpstr (pending_value (entry, NAME), ==, "South");
}

static void
test_conflict_answer_keeps_both_values (void)
{
  g_autoptr (MpRecordEntry) entry = new_synced ();
  g_autoptr (MpRecord) current = mp_test_record (MP_TEST_ID, 12, NAME, "North", PLATFORM, "hubspot",
                                                 EMAIL, "theirs", TAG, "tag", NULL);

  edit (entry, EMAIL, "mail");
  edit (entry, TAG, "tag2");
  mp_record_entry_freeze (entry, MP_TEST_OP);
  edit (entry, TAG, "tag3");
  g_assert_true (answer (entry, mp_test_result (MP_TEST_OP, "conflict", current, EMAIL)));

  assert_conflict (entry, EMAIL, "email", "mail", "theirs");
  g_assert_cmpstr (pending_value (entry, TAG), ==, "tag3");
  g_assert_cmpstr (expected_value (entry, TAG), ==, "tag");
}

/* A server that will not say why: the person decides, it is not sent for ever. */
static void
test_unexplained_conflict_is_shown (void)
{
  g_autoptr (MpRecordEntry) entry = new_synced ();
  g_autoptr (MpRecord) current = g_object_ref (entry->base);

  edit (entry, EMAIL, "mail");
  mp_record_entry_freeze (entry, MP_TEST_OP);
  g_assert_true (answer (entry, mp_test_result (MP_TEST_OP, "conflict", current, "/accounting")));

  assert_whole (entry);
  assert_shown (entry, EMAIL, "mail");
}

/* A refusal is final for the operation; the values stay and wait for an edit. */
static void
test_invalid_is_held (void)
{
  g_autoptr (MpRecordEntry) entry = new_synced ();

  edit (entry, EMAIL, "mail");
  mp_record_entry_freeze (entry, MP_TEST_OP);
  g_assert_true (answer (entry, mp_test_invalid (MP_TEST_OP, EMAIL, "missing-at-crm")));

  assert_shown (entry, EMAIL, "mail");
  g_assert_true (mp_record_entry_has_pending (entry));
  g_assert_false (mp_record_entry_can_freeze (entry));
  g_assert_cmpuint (mp_field_errors_get_size (entry->errors), ==, 1);

  edit (entry, EMAIL, "mail2");
  g_assert_true (mp_record_entry_can_freeze (entry));
  g_assert_null (entry->errors);
  g_assert_cmpstr (expected_value (entry, EMAIL), ==, "email");
}

/* Whatever takes the server's words off the record asks it again: nothing waits without a word. */
static void
test_held_goes_again_after_any_act (void)
{
  g_autoptr (MpRecordEntry) archived = new_synced ();
  g_autoptr (MpRecordEntry) resolved = new_synced ();
  g_autoptr (JsonNode) theirs = mp_json_node_new_string ("theirs");

  edit (archived, EMAIL, "mail");
  mp_record_entry_freeze (archived, MP_TEST_OP);
  g_assert_true (answer (archived, mp_test_invalid (MP_TEST_OP, EMAIL, "missing-at-crm")));
  mp_record_entry_set_archived (archived, TRUE);
  mp_record_entry_set_archived (archived, FALSE);
  g_assert_null (archived->errors);
  g_assert_true (mp_record_entry_can_freeze (archived));

  edit (resolved, EMAIL, "mail");
  edit (resolved, TAG, "tag3");
  mp_record_entry_freeze (resolved, MP_TEST_OP);
  g_assert_true (answer (resolved, mp_test_invalid (MP_TEST_OP, TAG, "missing-at-crm")));
  g_assert_true (pull (resolved, 9, EMAIL, "theirs"));
  resolve (resolved, theirs);
  g_assert_null (resolved->errors);
  g_assert_true (mp_record_entry_can_freeze (resolved));
}

static void
test_invalid_with_a_later_edit_goes_again (void)
{
  g_autoptr (MpRecordEntry) entry = new_synced ();

  edit (entry, EMAIL, "mail");
  mp_record_entry_freeze (entry, MP_TEST_OP);
  edit (entry, EMAIL, "mail2");
  g_assert_true (answer (entry, mp_test_invalid (MP_TEST_OP, EMAIL, "missing-at-crm")));

  g_assert_true (mp_record_entry_can_freeze (entry));
  g_assert_cmpstr (pending_value (entry, EMAIL), ==, "mail2");
  g_assert_cmpstr (expected_value (entry, EMAIL), ==, "email");
}

static void
test_denied_says_so (void)
{
  g_autoptr (MpRecordEntry) entry = new_synced ();

  edit (entry, EMAIL, "mail");
  mp_record_entry_freeze (entry, MP_TEST_OP);
  g_assert_true (answer (entry, mp_test_result (MP_TEST_OP, "denied", NULL, NULL)));

  assert_shown (entry, EMAIL, "mail");
  g_assert_false (mp_record_entry_can_freeze (entry));
  g_assert_cmpuint (mp_field_errors_get_size (entry->errors), ==, 1);
}

static void
test_gone_keeps_mine (void)
{
  g_autoptr (MpRecordEntry) entry = new_synced ();
  MpConflict *conflict;

  edit (entry, EMAIL, "mail");
  mp_record_entry_freeze (entry, MP_TEST_OP);
  edit (entry, NAME, "South");
  g_assert_true (answer (entry, mp_test_result (MP_TEST_OP, "gone", NULL, NULL)));

  conflict = assert_whole (entry);
  g_assert_null (mp_conflict_get_theirs (conflict));
  assert_shown (entry, EMAIL, "mail");
  assert_shown (entry, NAME, "South");
}

static void
test_create (void)
{
  g_autoptr (MpRecordEntry) entry = mp_record_entry_new (MP_TEST_ID, (MpStamp){ 1, "anna" });
  g_autoptr (MpRecord) record = mp_test_record (MP_TEST_ID, 0, NAME, "North", NULL);
  g_autoptr (MpRecord) after = mp_test_record (MP_TEST_ID, 11, NAME, "North", NULL);

  mp_record_entry_create (entry, registry (), record);
  edit (entry, EMAIL, "mail");
  edit (entry, EMAIL, NULL);
  g_assert_true (mp_record_entry_can_freeze (entry));
  mp_record_entry_freeze (entry, MP_TEST_OP);
  g_assert_cmpint (mp_operation_get_action (entry->in_flight), ==, MP_ACTION_CREATE);
  g_assert_cmpuint (mp_changes_get_size (mp_operation_get_set (entry->in_flight)), ==, 1);
  g_assert_false (mp_record_entry_is_void (entry));

  g_assert_true (answer (entry, mp_test_result (MP_TEST_OP, "applied", after, NULL)));
  g_assert_cmpstr (mp_record_get_revision (entry->base), ==, mp_record_get_revision (after));
  g_assert_false (mp_record_entry_has_pending (entry));
}

/* The answer to the creation got lost, and the feed brought the record first. */
static void
test_created_by_a_lost_answer (void)
{
  g_autoptr (MpRecordEntry) entry = mp_record_entry_new (MP_TEST_ID, (MpStamp){ 1, "anna" });
  g_autoptr (MpRecord) record = mp_test_record (MP_TEST_ID, 0, NAME, "North", NULL);
  g_autoptr (MpRecord) after = mp_test_record (MP_TEST_ID, 11, NAME, "North", NULL);

  mp_record_entry_create (entry, registry (), record);
  mp_record_entry_freeze (entry, MP_TEST_OP);
  g_assert_true (mp_record_entry_pull (entry, registry (), after, FALSE));
  g_assert_nonnull (entry->in_flight);
  g_assert_true (answer (entry, mp_test_result (MP_TEST_OP, "applied", after, NULL)));

  g_assert_cmpuint (entry->conflicts->len, ==, 0);
  g_assert_false (mp_record_entry_has_pending (entry));
}

/* The same id exists there, made differently: what differs was never seen. */
static void
test_create_of_what_exists (void)
{
  g_autoptr (MpRecordEntry) entry = mp_record_entry_new (MP_TEST_ID, (MpStamp){ 1, "anna" });
  g_autoptr (MpRecord) record =
                 mp_test_record (MP_TEST_ID, 0, NAME, "North", PLATFORM, "hubspot", NULL);
  g_autoptr (MpRecord) there =
                 mp_test_record (MP_TEST_ID, 11, NAME, "West", PLATFORM, "hubspot", NULL);

  mp_record_entry_create (entry, registry (), record);
  g_assert_true (mp_record_entry_pull (entry, registry (), there, FALSE));

  assert_conflict (entry, NAME, NULL, "North", "West");
  g_assert_false (mp_record_entry_has_pending (entry));
}

static void
test_archive_goes_last (void)
{
  g_autoptr (MpRecordEntry) entry = new_synced ();
  g_autoptr (MpRecord) edited = mp_test_record (MP_TEST_ID, 11, NAME, "North", PLATFORM, "hubspot",
                                                EMAIL, "mail", TAG, "tag", NULL);

  edit (entry, EMAIL, "mail");
  mp_record_entry_set_archived (entry, TRUE);
  assert_shown_archived (entry, TRUE);
  mp_record_entry_freeze (entry, MP_TEST_OP);
  g_assert_cmpint (mp_operation_get_action (entry->in_flight), ==, MP_ACTION_UPDATE);
  g_assert_true (answer (entry, mp_test_result (MP_TEST_OP, "applied", edited, NULL)));

  g_assert_true (mp_record_entry_can_freeze (entry));
  mp_record_entry_freeze (entry, SECOND_OP);
  g_assert_cmpint (mp_operation_get_action (entry->in_flight), ==, MP_ACTION_ARCHIVE);
  g_assert_cmpstr (mp_operation_get_base (entry->in_flight), ==, MP_TEST_EPOCH ".11");
}

static void
test_archive_taken_back (void)
{
  g_autoptr (MpRecordEntry) entry = new_synced ();

  mp_record_entry_set_archived (entry, TRUE);
  mp_record_entry_set_archived (entry, FALSE);

  g_assert_false (mp_record_entry_has_pending (entry));
  assert_shown_archived (entry, FALSE);
}

/* Rule 10: nobody archives what nobody saw. */
static void
test_archive_of_what_changed (void)
{
  g_autoptr (MpRecordEntry) entry = new_synced ();
  MpConflict *conflict;

  mp_record_entry_set_archived (entry, TRUE);
  g_assert_true (pull (entry, 9, TAG, "tag2"));

  conflict = assert_whole (entry);
  g_assert_true (mp_json_get_boolean (json_node_get_object (mp_conflict_get_mine (conflict)),
                                      "archived", FALSE));
  g_assert_false (mp_json_get_boolean (json_node_get_object (mp_conflict_get_theirs (conflict)),
                                       "archived", TRUE));
}

static void
test_archive_refused_because_it_changed (void)
{
  g_autoptr (MpRecordEntry) entry = new_synced ();
  g_autoptr (MpRecord) current = mp_test_record (MP_TEST_ID, 12, NAME, "North", PLATFORM, "hubspot",
                                                 EMAIL, "theirs", TAG, "tag", NULL);

  mp_record_entry_set_archived (entry, TRUE);
  mp_record_entry_freeze (entry, MP_TEST_OP);
  g_assert_true (answer (entry, mp_test_result (MP_TEST_OP, "conflict", current, "")));

  assert_whole (entry);
  assert_shown_archived (entry, TRUE);
}

static void
test_archived_there_and_edited_here (void)
{
  g_autoptr (MpRecordEntry) entry = new_synced ();
  g_autoptr (MpRecord) plain = mp_test_record (MP_TEST_ID, 9, NAME, "North", PLATFORM, "hubspot",
                                               EMAIL, "email", TAG, "tag", NULL);
  g_autoptr (MpRecord) archived = mp_record_with_archived (plain, TRUE);

  edit (entry, EMAIL, "mail");
  g_assert_true (mp_record_entry_pull (entry, registry (), archived, FALSE));

  assert_whole (entry);
  assert_shown_archived (entry, FALSE);
  assert_shown (entry, EMAIL, "mail");
}

static void
test_archived_on_both_sides (void)
{
  g_autoptr (MpRecordEntry) entry = new_synced ();
  g_autoptr (MpRecord) plain = mp_test_record (MP_TEST_ID, 9, NAME, "North", PLATFORM, "hubspot",
                                               EMAIL, "email", TAG, "tag", NULL);
  g_autoptr (MpRecord) archived = mp_record_with_archived (plain, TRUE);

  mp_record_entry_set_archived (entry, TRUE);
  g_assert_true (mp_record_entry_pull (entry, registry (), archived, FALSE));

  g_assert_cmpuint (entry->conflicts->len, ==, 0);
  g_assert_false (mp_record_entry_has_pending (entry));
}

/* A record that was purged: with edits it is asked about, without it just goes. */
static void
test_unlisted (void)
{
  g_autoptr (MpRecordEntry) untouched = new_synced ();
  g_autoptr (MpRecordEntry) edited = new_synced ();
  g_autoptr (MpRecordEntry) created = mp_record_entry_new (MP_TEST_ID, (MpStamp){ 1, "anna" });
  g_autoptr (MpRecord) record = mp_test_record (MP_TEST_ID, 0, NAME, "North", NULL);

  g_assert_true (mp_record_entry_unlisted (untouched, FALSE));
  g_assert_true (mp_record_entry_is_void (untouched));

  edit (edited, EMAIL, "mail");
  g_assert_true (mp_record_entry_unlisted (edited, FALSE));
  assert_whole (edited);
  assert_shown (edited, EMAIL, "mail");

  mp_record_entry_create (created, registry (), record);
  g_assert_false (mp_record_entry_unlisted (created, TRUE));
  g_assert_true (mp_record_entry_can_freeze (created));
}

/* Rule 14: what a restored server lost is offered again. */
static void
test_lost_by_a_restored_server (void)
{
  g_autoptr (MpRecordEntry) gone = new_synced ();
  g_autoptr (MpRecordEntry) older = new_synced ();
  g_autoptr (MpRecordEntry) same = new_synced ();
  g_autoptr (MpRecord) before = mp_test_record (MP_TEST_ID, 3, NAME, "Old", NULL);
  g_autoptr (MpRecord) equal = mp_test_record (MP_TEST_ID, 5, NAME, "North", PLATFORM, "hubspot",
                                               EMAIL, "email", TAG, "tag", NULL);

  g_assert_true (mp_record_entry_unlisted (gone, TRUE));
  g_assert_null (mp_conflict_get_theirs (assert_whole (gone)));

  g_assert_true (mp_record_entry_pull (older, registry (), before, TRUE));
  g_assert_nonnull (mp_conflict_get_theirs (assert_whole (older)));
  assert_shown (older, NAME, "North");

  g_assert_false (mp_record_entry_pull (same, registry (), equal, TRUE));
  g_assert_cmpuint (same->conflicts->len, ==, 0);
}

/* An answer of a server that was restored since: the listing that follows tells what is true. */
static void
test_answer_of_another_epoch (void)
{
  g_autoptr (MpRecordEntry) entry = new_synced ();
  g_autoptr (MpRecord) plain = mp_test_record (MP_TEST_ID, 0, NAME, "North", EMAIL, "mail", NULL);
  g_autoptr (MpRecord) foreign =
                 mp_record_with_revision (plain, OTHER_EPOCH ".4", (MpStamp){ 1, "x" });

  edit (entry, EMAIL, "mail");
  mp_record_entry_freeze (entry, MP_TEST_OP);
  g_assert_true (answer (entry, mp_test_result (MP_TEST_OP, "applied", foreign, NULL)));

  assert_shown (entry, EMAIL, "mail");
  g_assert_cmpstr (mp_record_get_revision (entry->base), ==, MP_TEST_EPOCH ".5");
  g_assert_true (mp_record_entry_has_pending (entry));
}

/* Rule 17: the choice is a new change that expects theirs. */
static void
test_resolve_with_mine (void)
{
  g_autoptr (MpRecordEntry) entry = new_synced ();
  g_autoptr (JsonNode) mine = mp_json_node_new_string ("mail");

  edit (entry, EMAIL, "mail");
  pull (entry, 9, EMAIL, "theirs");
  resolve (entry, mine);

  g_assert_cmpstr (pending_value (entry, EMAIL), ==, "mail");
  g_assert_cmpstr (expected_value (entry, EMAIL), ==, "theirs");
}

/* A choice made on a record that is being archived is seen by who archives it: no question more. */
static void
test_resolve_while_archiving (void)
{
  g_autoptr (MpRecordEntry) entry = new_synced ();
  g_autoptr (MpRecord) merged = mp_test_record (MP_TEST_ID, 11, NAME, "North", PLATFORM, "hubspot",
                                                EMAIL, "mail", TAG, "tag", NULL);
  g_autoptr (JsonNode) mine = mp_json_node_new_string ("mail");

  edit (entry, EMAIL, "mail");
  pull (entry, 9, EMAIL, "theirs");
  mp_record_entry_set_archived (entry, TRUE);
  resolve (entry, mine);
  mp_record_entry_freeze (entry, MP_TEST_OP);
  g_assert_true (answer (entry, mp_test_result (MP_TEST_OP, "applied", merged, NULL)));

  g_assert_cmpuint (entry->conflicts->len, ==, 0);
  mp_record_entry_freeze (entry, SECOND_OP);
  g_assert_cmpint (mp_operation_get_action (entry->in_flight), ==, MP_ACTION_ARCHIVE);
}

static void
test_resolve_with_theirs (void)
{
  g_autoptr (MpRecordEntry) entry = new_synced ();
  g_autoptr (JsonNode) theirs = mp_json_node_new_string ("theirs");

  edit (entry, EMAIL, "mail");
  pull (entry, 9, EMAIL, "theirs");
  resolve (entry, theirs);

  g_assert_false (mp_record_entry_has_pending (entry));
  assert_shown (entry, EMAIL, "theirs");
}

/* What the person saw of theirs is no longer it. */
static void
test_resolve_too_late (void)
{
  g_autoptr (MpRecordEntry) entry = new_synced ();
  g_autoptr (MpConflict) seen = NULL;
  g_autoptr (JsonNode) mine = mp_json_node_new_string ("mail");
  g_autoptr (GError) error = NULL;

  edit (entry, EMAIL, "mail");
  pull (entry, 9, EMAIL, "theirs");
  seen = g_object_ref (entry->conflicts->pdata[0]);
  pull (entry, 10, EMAIL, "theirs2");

  g_assert_false (mp_record_entry_resolve (entry, registry (), seen, mine, &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_CONFLICT);
  assert_conflict (entry, EMAIL, "email", "mail", "theirs2");
}

static void
test_edit_in_a_conflict (void)
{
  g_autoptr (MpRecordEntry) entry = new_synced ();

  edit (entry, EMAIL, "mail");
  pull (entry, 9, EMAIL, "theirs");
  edit (entry, EMAIL, "mail2");
  assert_conflict (entry, EMAIL, "email", "mail2", "theirs");

  edit (entry, EMAIL, "theirs");
  g_assert_cmpuint (entry->conflicts->len, ==, 0);
}

/* What the server lost is made anew only on the person's choice. */
static void
test_resolve_what_was_lost (void)
{
  g_autoptr (MpRecordEntry) kept = new_synced ();
  g_autoptr (MpRecordEntry) dropped = new_synced ();
  g_autoptr (JsonNode) mine = NULL;

  g_assert_true (mp_record_entry_unlisted (kept, TRUE));
  mine = json_node_copy (mp_conflict_get_mine (assert_whole (kept)));
  resolve (kept, mine);
  mp_record_entry_freeze (kept, MP_TEST_OP);
  g_assert_cmpint (mp_operation_get_action (kept->in_flight), ==, MP_ACTION_CREATE);
  g_assert_cmpuint (mp_changes_get_size (mp_operation_get_set (kept->in_flight)), ==, 4);

  g_assert_true (mp_record_entry_unlisted (dropped, TRUE));
  resolve (dropped, NULL);
  g_assert_true (mp_record_entry_is_void (dropped));
}

static void
test_resolve_archived_with_mine (void)
{
  g_autoptr (MpRecordEntry) entry = new_synced ();
  g_autoptr (MpRecord) plain = mp_test_record (MP_TEST_ID, 9, NAME, "North", PLATFORM, "hubspot",
                                               EMAIL, "email", TAG, "tag", NULL);
  g_autoptr (MpRecord) archived = mp_record_with_archived (plain, TRUE);
  g_autoptr (JsonNode) mine = NULL;

  edit (entry, EMAIL, "mail");
  g_assert_true (mp_record_entry_pull (entry, registry (), archived, FALSE));
  mine = json_node_copy (mp_conflict_get_mine (assert_whole (entry)));
  resolve (entry, mine);

  assert_shown_archived (entry, FALSE);
  assert_shown (entry, EMAIL, "mail");
  mp_record_entry_freeze (entry, MP_TEST_OP);
  g_assert_cmpint (mp_operation_get_action (entry->in_flight), ==, MP_ACTION_RESTORE);
  g_assert_cmpstr (mp_operation_get_base (entry->in_flight), ==, MP_TEST_EPOCH ".9");
  g_assert_cmpstr (pending_value (entry, EMAIL), ==, "mail");
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    GTestFunc func;
  } cases[] = {
    { "edit-pends", test_edit_pends },
    { "edits-coalesce", test_edits_coalesce },
    { "undone-edit-leaves-nothing", test_undone_edit_leaves_nothing },
    { "in-flight-is-frozen", test_in_flight_is_frozen },
    { "applied-moves-the-base", test_applied_moves_the_base },
    { "old-answer-is-not-installed", test_old_answer_is_not_installed },
    { "answer-to-another-operation-is-ignored", test_answer_to_another_operation_is_ignored },
    { "pull-keeps-other-paths", test_pull_keeps_other_paths },
    { "pull-of-the-same-value-ends-the-edit", test_pull_of_the_same_value_ends_the_edit },
    { "pull-of-the-same-path-conflicts", test_pull_of_the_same_path_conflicts },
    { "pull-of-the-same-target-conflicts", test_pull_of_the_same_target_conflicts },
    { "pull-of-another-target-stays", test_pull_of_another_target_stays },
    { "pull-of-a-determinant-conflicts", test_pull_of_a_determinant_conflicts },
    { "old-page-changes-nothing", test_old_page_changes_nothing },
    { "pull-waits-for-the-answer", test_pull_waits_for_the_answer },
    { "conflict-answer-keeps-both-values", test_conflict_answer_keeps_both_values },
    { "unexplained-conflict-is-shown", test_unexplained_conflict_is_shown },
    { "invalid-is-held", test_invalid_is_held },
    { "held-goes-again-after-any-act", test_held_goes_again_after_any_act },
    { "invalid-with-a-later-edit-goes-again", test_invalid_with_a_later_edit_goes_again },
    { "denied-says-so", test_denied_says_so },
    { "gone-keeps-mine", test_gone_keeps_mine },
    { "create", test_create },
    { "created-by-a-lost-answer", test_created_by_a_lost_answer },
    { "create-of-what-exists", test_create_of_what_exists },
    { "archive-goes-last", test_archive_goes_last },
    { "archive-taken-back", test_archive_taken_back },
    { "archive-of-what-changed", test_archive_of_what_changed },
    { "archive-refused-because-it-changed", test_archive_refused_because_it_changed },
    { "archived-there-and-edited-here", test_archived_there_and_edited_here },
    { "archived-on-both-sides", test_archived_on_both_sides },
    { "unlisted", test_unlisted },
    { "lost-by-a-restored-server", test_lost_by_a_restored_server },
    { "answer-of-another-epoch", test_answer_of_another_epoch },
    { "resolve-with-mine", test_resolve_with_mine },
    { "resolve-while-archiving", test_resolve_while_archiving },
    { "resolve-with-theirs", test_resolve_with_theirs },
    { "resolve-too-late", test_resolve_too_late },
    { "edit-in-a-conflict", test_edit_in_a_conflict },
    { "resolve-what-was-lost", test_resolve_what_was_lost },
    { "resolve-archived-with-mine", test_resolve_archived_with_mine },
  };

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/store/record-entry/", cases[i].path, NULL);

      g_test_add_func (path, cases[i].func);
    }
  return g_test_run ();
}
