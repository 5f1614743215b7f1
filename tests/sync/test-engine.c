/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-error.h"
#include "mp-json.h"
#include "mp-model-server.h"
#include "mp-test-desktop.h"
#include "mp-test-records.h"
#include "mp-test-store.h"
#include "mp-test-wait.h"

#define NAME "/name"
#define EMAIL "/crm/member_fields/email"
#define API_KEY "/crm/api_key"
#define SECOND_ID "01890a5d-ac96-774b-bcce-b302099a8058"
#define KEY_ID "01890a5d-ac96-774b-bcce-b302099a9001"

/* Two desktops of one tenant. */
typedef struct
{
  MpModelServer *server;
  MpTestDesktop *one;
  MpTestDesktop *two;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  fixture->server = mp_model_server_new ();
  fixture->one = mp_test_desktop_new (mp_model_server_get_address (fixture->server));
  fixture->two = mp_test_desktop_new (mp_model_server_get_address (fixture->server));
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  mp_test_desktop_free (fixture->one);
  mp_test_desktop_free (fixture->two);
  g_assert_finalize_object (fixture->server);
}

static void
create (MpTestDesktop *desktop, const char *id)
{
  g_autoptr (MpRecord) record = mp_test_record (id, 0, NAME, "North", EMAIL, "email", NULL);

  mp_test_store_create (desktop->store, record);
}

/* A record that both desktops and the server have. */
static void
share (Fixture *fixture, const char *id)
{
  create (fixture->one, id);
  mp_test_desktop_sync_well (fixture->one);
  mp_test_desktop_sync_well (fixture->two);
}

static void
assert_shown (MpTestDesktop *desktop, const char *path, const char *value)
{
  g_autoptr (MpStoredRecord) stored = mp_test_store_find (desktop->store, MP_TEST_ID);

  g_assert_nonnull (stored);
  g_assert_cmpstr (mp_record_get_string (mp_stored_record_get_record (stored), path), ==, value);
}

static void
assert_served (Fixture *fixture, const char *path, const char *value)
{
  MpRecord *record = mp_model_server_find (fixture->server, MP_TEST_ID);

  g_assert_nonnull (record);
  g_assert_cmpstr (mp_record_get_string (record, path), ==, value);
}

static void
assert_settled (MpTestDesktop *desktop)
{
  g_autoptr (MpStoreDelta) delta = mp_test_store_load (desktop->store);

  g_assert_cmpuint (mp_store_delta_get_pending_count (delta), ==, 0);
  g_assert_cmpuint (mp_store_delta_get_conflict_count (delta), ==, 0);
  g_assert_null (mp_store_delta_get_meta (delta, MP_META_LISTING));
  g_assert_nonnull (mp_store_delta_get_meta (delta, MP_META_SYNCED_AT));
}

static MpConflict *
take_conflict (MpTestDesktop *desktop)
{
  g_autoptr (MpStoredRecord) stored = mp_test_store_find (desktop->store, MP_TEST_ID);

  g_assert_cmpuint (mp_stored_record_get_n_conflicts (stored), ==, 1);
  return g_object_ref (mp_stored_record_get_conflict (stored, 0));
}

static void
assert_sync_fails (MpTestDesktop *desktop, MpError code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MpSyncReport) report = mp_test_desktop_sync (desktop, &error);

  g_assert_error (error, MP_ERROR, (int) code);
  g_assert_null (report);
}

static void
test_brings_changes_over (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MpSyncReport) report = NULL;

  create (fixture->one, MP_TEST_ID);
  report = mp_test_desktop_sync (fixture->one, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (mp_sync_report_get_n_pushed (report), ==, 1);
  g_assert_cmpstr (mp_tenant_info_get_actor (mp_sync_report_get_info (report)), ==, "anna");
  g_assert_null (mp_sync_report_get_audit_alarm (report));
  mp_test_desktop_sync_well (fixture->two);
  assert_shown (fixture->two, NAME, "North");

  mp_test_store_set (fixture->two->store, MP_TEST_ID, NAME, "South");
  mp_test_store_set (fixture->one->store, MP_TEST_ID, EMAIL, "mail");
  mp_test_desktop_sync_well (fixture->two);
  mp_test_desktop_sync_well (fixture->one);
  mp_test_desktop_sync_well (fixture->two);
  assert_shown (fixture->one, NAME, "South");
  assert_shown (fixture->two, EMAIL, "mail");
  assert_served (fixture, EMAIL, "mail");
  assert_settled (fixture->one);
  assert_settled (fixture->two);
}

/* Rules 3, 16: the answer got lost; the same operation goes again and is done once. */
static void
test_lost_answer (Fixture *fixture, gconstpointer unused)
{
  create (fixture->one, MP_TEST_ID);
  mp_model_server_lose_answer (fixture->server, "POST", "/changes");
  assert_sync_fails (fixture->one, MP_ERROR_UNAVAILABLE);
  mp_test_store_set (fixture->one->store, MP_TEST_ID, NAME, "South");
  mp_test_desktop_restart (fixture->one);
  mp_test_desktop_sync_well (fixture->one);

  g_assert_cmpuint (mp_model_server_get_n_applied (fixture->server), ==, 2);
  assert_served (fixture, NAME, "South");
  assert_settled (fixture->one);
}

static void
test_lost_request (Fixture *fixture, gconstpointer unused)
{
  create (fixture->one, MP_TEST_ID);
  mp_model_server_lose_request (fixture->server, "POST", "/changes");
  assert_sync_fails (fixture->one, MP_ERROR_UNAVAILABLE);
  mp_test_desktop_sync_well (fixture->one);

  g_assert_cmpuint (mp_model_server_get_n_applied (fixture->server), ==, 1);
  assert_settled (fixture->one);
}

static void
test_offline_keeps_everything (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (MpTestDesktop) alone = mp_test_desktop_new ("http://127.0.0.1:1");

  create (alone, MP_TEST_ID);
  assert_sync_fails (alone, MP_ERROR_OFFLINE);
  assert_shown (alone, NAME, "North");
}

static void
test_refused_token (Fixture *fixture, gconstpointer unused)
{
  create (fixture->one, MP_TEST_ID);
  mp_model_server_set_token_refused (fixture->server, TRUE);
  assert_sync_fails (fixture->one, MP_ERROR_UNAUTHORIZED);
  mp_model_server_set_token_refused (fixture->server, FALSE);
  mp_test_desktop_sync_well (fixture->one);
  assert_settled (fixture->one);
}

/* Rule 17: both values are kept; the choice is a change on top of theirs. */
static void
test_conflict_and_choice (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (MpConflict) conflict = NULL;
  g_autoptr (GError) error = NULL;

  share (fixture, MP_TEST_ID);
  mp_test_store_set (fixture->one->store, MP_TEST_ID, NAME, "South");
  mp_test_store_set (fixture->one->store, MP_TEST_ID, EMAIL, "mail");
  mp_test_store_set (fixture->two->store, MP_TEST_ID, NAME, "West");
  mp_test_desktop_sync_well (fixture->two);
  mp_test_desktop_sync_well (fixture->one);

  conflict = take_conflict (fixture->one);
  g_assert_cmpstr (mp_conflict_get_path (conflict), ==, NAME);
  assert_shown (fixture->one, NAME, "South");
  assert_served (fixture, NAME, "West");
  /* What nobody disagrees on has gone. */
  assert_served (fixture, EMAIL, "mail");

  g_assert_true (mp_test_store_resolve (fixture->one->store, conflict,
                                        mp_conflict_get_mine (conflict), &error));
  g_assert_no_error (error);
  mp_test_desktop_sync_well (fixture->one);
  mp_test_desktop_sync_well (fixture->two);
  assert_shown (fixture->two, NAME, "South");
  assert_settled (fixture->one);
  assert_settled (fixture->two);
}

static void
test_archive_against_edit (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (MpConflict) conflict = NULL;
  g_autoptr (GError) error = NULL;

  share (fixture, MP_TEST_ID);
  mp_test_store_archive (fixture->one->store, MP_TEST_ID, TRUE);
  mp_test_store_set (fixture->two->store, MP_TEST_ID, NAME, "West");
  mp_test_desktop_sync_well (fixture->one);
  mp_test_desktop_sync_well (fixture->two);

  conflict = take_conflict (fixture->two);
  g_assert_cmpstr (mp_conflict_get_path (conflict), ==, "");
  g_assert_true (mp_test_store_resolve (fixture->two->store, conflict,
                                        mp_conflict_get_mine (conflict), &error));
  g_assert_no_error (error);
  mp_test_desktop_sync_well (fixture->two);
  assert_served (fixture, NAME, "West");
  g_assert_false (mp_record_get_archived (mp_model_server_find (fixture->server, MP_TEST_ID)));
  assert_settled (fixture->two);
}

/* What the server refuses stays here, and nothing waits behind it. */
static void
test_refusals_block_nobody (Fixture *fixture, gconstpointer unused)
{
  static const char *const statuses[] = { "invalid", "denied" };

  create (fixture->one, SECOND_ID);
  for (size_t i = 0; i < G_N_ELEMENTS (statuses); i++)
    {
      g_autoptr (MpStoredRecord) stored = NULL;
      g_autofree char *name = g_strdup_printf ("North %zu", i);

      if (i == 0)
        create (fixture->one, MP_TEST_ID);
      mp_model_server_refuse (fixture->server, MP_TEST_ID, statuses[i], "too-long");
      mp_test_store_set (fixture->one->store, MP_TEST_ID, NAME, name);
      mp_test_store_set (fixture->one->store, SECOND_ID, NAME, name);
      mp_test_desktop_sync_well (fixture->one);

      stored = mp_test_store_find (fixture->one->store, MP_TEST_ID);
      g_assert_true (mp_stored_record_get_refused (stored));
      g_assert_cmpuint (mp_field_errors_get_size (mp_stored_record_get_server_errors (stored)), ==,
                        1);
      assert_shown (fixture->one, NAME, name);
      g_assert_cmpstr (mp_record_get_name (mp_model_server_find (fixture->server, SECOND_ID)), ==,
                       name);
      g_assert_null (mp_model_server_find (fixture->server, MP_TEST_ID));
    }

  mp_model_server_refuse (fixture->server, MP_TEST_ID, NULL, NULL);
  mp_test_store_set (fixture->one->store, MP_TEST_ID, NAME, "South");
  mp_test_desktop_sync_well (fixture->one);
  assert_served (fixture, NAME, "South");
  assert_settled (fixture->one);
}

static gboolean
is_second (MpStoredRecord *record, gpointer user_data)
{
  return g_str_equal (mp_stored_record_get_id (record), SECOND_ID);
}

/* A draft with faults stays here. */
static void
test_sends_only_what_is_fit (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MpSyncReport) report = NULL;

  create (fixture->one, MP_TEST_ID);
  create (fixture->one, SECOND_ID);
  report = mp_test_desktop_sync_with (fixture->one, is_second, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_null (mp_model_server_find (fixture->server, MP_TEST_ID));
  g_assert_nonnull (mp_model_server_find (fixture->server, SECOND_ID));
  assert_shown (fixture->one, NAME, "North");
}

static void
test_many_go_in_pages_and_batches (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (MpClock) clock = mp_clock_new ();
  g_autoptr (MpStoreDelta) delta = NULL;

  for (int i = 0; i < 620; i++)
    {
      g_autofree char *id = mp_clock_dup_uuid (clock);

      mp_model_server_set (fixture->server, id, NAME, "North");
    }
  mp_model_server_set_page_size (fixture->server, 50);
  mp_test_desktop_sync_well (fixture->one);
  delta = mp_test_store_load (fixture->one->store);
  g_assert_cmpuint (mp_store_delta_get_records (delta)->len, ==, 620);

  for (unsigned int i = 0; i < 620; i++)
    {
      MpStoredRecord *stored = mp_store_delta_get_records (delta)->pdata[i];

      mp_test_store_set (fixture->one->store, mp_stored_record_get_id (stored), NAME, "South");
    }
  mp_test_desktop_sync_well (fixture->one);
  g_assert_cmpuint (mp_model_server_get_n_applied (fixture->server), ==, 620);
  assert_settled (fixture->one);
}

/* Rule 12: the server forgot the cursor; nothing changed here is lost. */
static void
test_purged_server (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (MpConflict) conflict = NULL;
  g_autoptr (MpStoredRecord) untouched = NULL;

  share (fixture, MP_TEST_ID);
  share (fixture, SECOND_ID);
  mp_test_store_set (fixture->two->store, MP_TEST_ID, NAME, "West");
  mp_model_server_archive (fixture->server, MP_TEST_ID);
  mp_model_server_archive (fixture->server, SECOND_ID);
  mp_model_server_purge (fixture->server);
  mp_model_server_set_page_size (fixture->server, 1);
  mp_test_desktop_sync_well (fixture->two);

  conflict = take_conflict (fixture->two);
  g_assert_null (mp_conflict_get_theirs (conflict));
  assert_shown (fixture->two, NAME, "West");
  untouched = mp_test_store_find (fixture->two->store, SECOND_ID);
  g_assert_null (untouched);

  /* Without an edit it simply goes. */
  mp_test_desktop_sync_well (fixture->one);
  g_assert_null (mp_test_store_find (fixture->one->store, MP_TEST_ID));
  assert_settled (fixture->one);
}

/* Rules 13, 14: the server was restored from a backup and lost things: they are offered again. */
static void
test_restored_server (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (MpConflict) conflict = NULL;
  g_autoptr (GError) error = NULL;

  share (fixture, SECOND_ID);
  mp_model_server_back_up (fixture->server);
  share (fixture, MP_TEST_ID);
  mp_test_store_set (fixture->one->store, SECOND_ID, NAME, "West");
  mp_model_server_restore (fixture->server);
  mp_test_desktop_sync_well (fixture->one);

  conflict = take_conflict (fixture->one);
  g_assert_cmpstr (mp_conflict_get_path (conflict), ==, "");
  g_assert_null (mp_conflict_get_theirs (conflict));
  g_assert_null (mp_model_server_find (fixture->server, MP_TEST_ID));
  /* What the backup had goes on as ever. */
  g_assert_cmpstr (mp_record_get_name (mp_model_server_find (fixture->server, SECOND_ID)), ==,
                   "West");

  g_assert_true (mp_test_store_resolve (fixture->one->store, conflict,
                                        mp_conflict_get_mine (conflict), &error));
  g_assert_no_error (error);
  mp_test_desktop_sync_well (fixture->one);
  assert_served (fixture, NAME, "North");
  assert_settled (fixture->one);
}

/* The listing is cut off at any page, and goes on. */
static void
test_listing_goes_on (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *listing = NULL;
  g_autoptr (MpStoreDelta) delta = NULL;

  share (fixture, MP_TEST_ID);
  share (fixture, SECOND_ID);
  mp_model_server_back_up (fixture->server);
  mp_model_server_restore (fixture->server);
  mp_model_server_set_page_size (fixture->server, 1);
  mp_test_store_begin_listing (fixture->one->store, TRUE);
  mp_model_server_lose_answer (fixture->server, "GET", "/changes");
  assert_sync_fails (fixture->one, MP_ERROR_UNAVAILABLE);
  mp_test_desktop_restart (fixture->one);
  listing = mp_test_store_get_meta (fixture->one->store, MP_META_LISTING);
  g_assert_cmpstr (listing, ==, MP_LISTING_RESTORED);
  delta = mp_test_store_load (fixture->one->store);
  g_assert_cmpuint (mp_store_delta_get_records (delta)->len, ==, 2);

  mp_test_desktop_sync_well (fixture->one);
  assert_settled (fixture->one);
}

/* The server said who it is, and was restored before it was told the changes. */
static void
test_restored_between_two_requests (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (MpStoredRecord) lost = NULL;
  g_autoptr (MpStoredRecord) created = NULL;

  share (fixture, SECOND_ID);
  mp_model_server_back_up (fixture->server);
  mp_test_store_set (fixture->one->store, SECOND_ID, NAME, "West");
  mp_test_desktop_sync_well (fixture->one);
  create (fixture->one, MP_TEST_ID);
  mp_model_server_restore_before (fixture->server, "POST", "/changes");
  mp_test_desktop_sync_well (fixture->one);

  assert_served (fixture, NAME, "North");
  created = mp_test_store_find (fixture->one->store, MP_TEST_ID);
  g_assert_cmpuint (mp_stored_record_get_n_conflicts (created), ==, 0);
  g_assert_false (mp_stored_record_get_waiting (created));
  lost = mp_test_store_find (fixture->one->store, SECOND_ID);
  g_assert_cmpuint (mp_stored_record_get_n_conflicts (lost), ==, 1);
  g_assert_cmpstr (mp_record_get_name (mp_stored_record_get_record (lost)), ==, "West");
}

/* It answers with what is older than what is known here, so asking again would not help. */
static void
test_restored_server_disagrees (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (MpStoredRecord) stored = NULL;
  unsigned int n_requests;

  share (fixture, SECOND_ID);
  mp_model_server_back_up (fixture->server);
  mp_test_store_set (fixture->one->store, SECOND_ID, NAME, "West");
  mp_test_desktop_sync_well (fixture->one);
  mp_test_store_set (fixture->one->store, SECOND_ID, NAME, "South");
  mp_model_server_restore_before (fixture->server, "POST", "/changes");
  n_requests = mp_model_server_get_n_requests (fixture->server);
  mp_test_desktop_sync_well (fixture->one);

  g_assert_cmpuint (mp_model_server_get_n_requests (fixture->server) - n_requests, <, 20);
  stored = mp_test_store_find (fixture->one->store, SECOND_ID);
  g_assert_cmpuint (mp_stored_record_get_n_conflicts (stored), ==, 1);
  g_assert_cmpstr (mp_record_get_name (mp_stored_record_get_record (stored)), ==, "South");
}

static void
put_key (MpTestDesktop *desktop)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MpCredential) credential = mp_credential_new (&(MpCredentialInit){
      .id = KEY_ID,
      .kind = "crm",
      .platform = "hubspot",
      .label = "Main",
      .mode = MP_MODE_TEST,
      .version = 1,
  });
  g_autoptr (JsonObject) payload = mp_json_parse_object (
      "{\"kind\":\"crm\",\"platform\":\"hubspot\",\"label\":\"Main\",\"mode\":\"test\","
      "\"sealed\":\"c2VhbGVk\",\"key_id\":\"k1\"}",
      -1, NULL);

  g_assert_true (mp_test_store_put_credential (desktop->store, credential, MP_ACTION_ADD, payload,
                                               MP_KEY_KEPT, &error));
  g_assert_no_error (error);
}

static void
test_credentials_arrive (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (MpStoreDelta) here = NULL;
  g_autoptr (MpStoreDelta) there = NULL;

  create (fixture->one, MP_TEST_ID);
  mp_test_store_set (fixture->one->store, MP_TEST_ID, API_KEY, KEY_ID);
  put_key (fixture->one);
  mp_test_desktop_sync_well (fixture->one);
  mp_test_desktop_sync_well (fixture->two);

  here = mp_test_store_load (fixture->one->store);
  there = mp_test_store_load (fixture->two->store);
  g_assert_cmpuint (mp_store_delta_get_credentials (here)->len, ==, 1);
  g_assert_cmpuint (mp_store_delta_get_key_version (here, KEY_ID), ==, 1);
  g_assert_cmpuint (mp_store_delta_get_credentials (there)->len, ==, 1);
  g_assert_cmpuint (mp_store_delta_get_key_version (there, KEY_ID), ==, 0);
  assert_settled (fixture->one);
}

static void
test_reports_what_became_of_credentials (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MpSyncReport) retired = NULL;
  g_autoptr (MpSyncReport) denied = NULL;

  put_key (fixture->one);
  mp_model_server_refuse (fixture->server, KEY_ID, "invalid", MP_PUSH_KEY_RETIRED);
  retired = mp_test_desktop_sync (fixture->one, &error);
  g_assert_no_error (error);
  g_assert_true (mp_sync_report_get_needs_sealing (retired));
  g_assert_cmpuint (mp_sync_report_get_n_refusals (retired), ==, 0);

  put_key (fixture->two);
  mp_model_server_refuse (fixture->server, KEY_ID, "denied", "forbidden");
  denied = mp_test_desktop_sync (fixture->two, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (mp_sync_report_get_n_refusals (denied), ==, 1);
  g_assert_cmpstr (mp_operation_get_target (mp_sync_report_get_refused_operation (denied, 0)), ==,
                   KEY_ID);
  g_assert_cmpint (mp_push_result_get_status (mp_sync_report_get_refusal (denied, 0)), ==,
                   MP_PUSH_DENIED);
  assert_settled (fixture->two);
}

static void
test_notices_a_shorter_audit_trail (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MpSyncReport) report = NULL;

  share (fixture, MP_TEST_ID);
  mp_model_server_cut_audit (fixture->server);
  report = mp_test_desktop_sync (fixture->one, &error);

  g_assert_no_error (error);
  g_assert_cmpint (mp_audit_verdict_get_state (mp_sync_report_get_audit_alarm (report)), ==,
                   MP_AUDIT_TRUNCATED);
}

static void
test_waits_for_news (Fixture *fixture, gconstpointer unused)
{
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) quiet = NULL;
  g_autoptr (GAsyncResult) changed = NULL;
  g_autoptr (GError) error = NULL;
  gboolean news = TRUE;

  share (fixture, MP_TEST_ID);
  mp_sync_wait_async (fixture->one->sync, fixture->one->token, 1, NULL, mp_test_wait_cb, &place);
  quiet = mp_test_wait (&place);
  g_assert_true (mp_sync_wait_finish (fixture->one->sync, quiet, &news, &error));
  g_assert_no_error (error);
  g_assert_false (news);

  mp_model_server_set (fixture->server, MP_TEST_ID, NAME, "West");
  mp_sync_wait_async (fixture->one->sync, fixture->one->token, 1, NULL, mp_test_wait_cb, &place);
  changed = mp_test_wait (&place);
  g_assert_true (mp_sync_wait_finish (fixture->one->sync, changed, &news, &error));
  g_assert_true (news);
  assert_shown (fixture->one, NAME, "North");
}

static void
test_can_be_cancelled (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  create (fixture->one, MP_TEST_ID);
  g_cancellable_cancel (cancelled);
  g_assert_null (mp_test_desktop_sync_with (fixture->one, NULL, NULL, cancelled, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  mp_test_desktop_sync_well (fixture->one);
  assert_settled (fixture->one);
}

/* The application and mpctl sync the same store at the same time. */
static void
test_two_syncs_of_one_store (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MpClock) clock = mp_clock_new ();
  MpStore *store = mp_test_store_open (fixture->one->folder, &error);
  g_autoptr (MpSync) other = mp_sync_new (store, fixture->one->client, clock);
  GAsyncResult *one_place = NULL;
  GAsyncResult *other_place = NULL;

  for (int i = 0; i < 30; i++)
    {
      g_autofree char *id = mp_clock_dup_uuid (clock);

      mp_model_server_set (fixture->server, id, NAME, "North");
    }
  mp_model_server_set_page_size (fixture->server, 5);
  create (fixture->one, MP_TEST_ID);
  mp_sync_run_async (other, fixture->one->token, NULL, NULL, NULL, mp_test_wait_cb, &other_place);
  mp_sync_run_async (fixture->one->sync, fixture->one->token, NULL, NULL, NULL, mp_test_wait_cb,
                     &one_place);
  {
    g_autoptr (GAsyncResult) one_result = mp_test_wait (&one_place);
    g_autoptr (MpSyncReport) one_report =
                   mp_sync_run_finish (fixture->one->sync, one_result, &error);

    g_assert_no_error (error);
  }
  {
    g_autoptr (GAsyncResult) other_result = mp_test_wait (&other_place);
    g_autoptr (MpSyncReport) other_report = mp_sync_run_finish (other, other_result, &error);

    g_assert_no_error (error);
  }
  g_assert_cmpuint (mp_model_server_get_n_applied (fixture->server), ==, 1);
  g_assert_finalize_object (g_steal_pointer (&other));
  mp_test_store_close (store);
  assert_settled (fixture->one);
}

/* Who has read all asks once whether anything changed, also after a new start; who they are is told
 * with what changed. */
static void
test_asks_once_when_nothing_changed (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  unsigned int n_before;

  for (unsigned int i = 0; i < 3; i++)
    mp_test_desktop_sync_well (fixture->one);
  mp_test_desktop_restart (fixture->one);
  n_before = mp_model_server_get_n_requests (fixture->server);
  for (unsigned int i = 1; i <= 2; i++)
    {
      g_autoptr (MpSyncReport) report = mp_test_desktop_sync (fixture->one, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (mp_model_server_get_n_requests (fixture->server), ==, n_before + i);
      g_assert_cmpstr (mp_tenant_info_get_actor (mp_sync_report_get_info (report)), ==, "anna");
      g_assert_cmpint (mp_tenant_info_get_role (mp_sync_report_get_info (report)), ==,
                       MP_ROLE_CLIENT_ADMIN);
    }
  assert_settled (fixture->one);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*func) (Fixture *fixture, gconstpointer unused);
  } cases[] = {
    { "brings-changes-over", test_brings_changes_over },
    { "asks-once-when-nothing-changed", test_asks_once_when_nothing_changed },
    { "lost-answer", test_lost_answer },
    { "lost-request", test_lost_request },
    { "offline-keeps-everything", test_offline_keeps_everything },
    { "refused-token", test_refused_token },
    { "conflict-and-choice", test_conflict_and_choice },
    { "archive-against-edit", test_archive_against_edit },
    { "refusals-block-nobody", test_refusals_block_nobody },
    { "sends-only-what-is-fit", test_sends_only_what_is_fit },
    { "many-go-in-pages-and-batches", test_many_go_in_pages_and_batches },
    { "purged-server", test_purged_server },
    { "restored-server", test_restored_server },
    { "listing-goes-on", test_listing_goes_on },
    { "restored-between-two-requests", test_restored_between_two_requests },
    { "restored-server-disagrees", test_restored_server_disagrees },
    { "credentials-arrive", test_credentials_arrive },
    { "reports-what-became-of-credentials", test_reports_what_became_of_credentials },
    { "notices-a-shorter-audit-trail", test_notices_a_shorter_audit_trail },
    { "waits-for-news", test_waits_for_news },
    { "can-be-cancelled", test_can_be_cancelled },
    { "two-syncs-of-one-store", test_two_syncs_of_one_store },
  };

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/sync/engine/", cases[i].path, NULL);

      g_test_add (path, Fixture, NULL, set_up, cases[i].func, tear_down);
    }
  return g_test_run ();
}
