/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-json.h"
#include "mp-real-server.h"
#include "mp-test-desktop.h"
#include "mp-test-folder.h"
#include "mp-test-records.h"
#include "mp-test-store.h"
#include "mp-test-wait.h"

/* The engine against the tenant server itself, with its rules, its chain and its vault. */

#define NAME "/name"
#define PAYMENT "/payment_gateway/platform"
#define PAYMENT_KEY "/payment_gateway/api_key"
#define KEY_ID "01890a5d-ac96-774b-bcce-b302099a9001"
#define PRIVATE_KEY_ID "01890a5d-ac96-774b-bcce-b302099a9002"
#define CRM "/crm/platform"
#define CRM_KEY "/crm/api_key"
#define N_MANY 500
#define N_INVALID 123
#define N_FORBIDDEN 321
#define SECRET "sk_test_canary4711secret0815"

typedef struct
{
  MpRealServer *server;
  MpTestDesktop *one;
  MpTestDesktop *two;
} Fixture;

static void
set_token (MpTestDesktop *desktop, const char *token)
{
  mp_secret_set (desktop->token, MP_TOKEN_PART, token);
}

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *address = NULL;

  fixture->server = mp_real_server_new ();
  address = mp_real_server_dup_address (fixture->server);
  fixture->one = mp_test_desktop_new (address);
  fixture->two = mp_test_desktop_new (address);
  set_token (fixture->one, mp_real_server_get_token (fixture->server));
  set_token (fixture->two, mp_real_server_get_token (fixture->server));
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  mp_test_desktop_free (fixture->one);
  mp_test_desktop_free (fixture->two);
  mp_real_server_free (fixture->server);
}

static void
add_key_for (
    Fixture *fixture, const char *id, const char *kind, const char *platform, const char *record_id)
{
  g_autofree char *sealed = mp_real_server_dup_sealed (fixture->server, SECRET);
  g_autofree char *owner =
      record_id != NULL ? g_strdup_printf ("\"record_id\":\"%s\",", record_id) : g_strdup ("");
  g_autofree char *text =
      g_strdup_printf ("{\"kind\":\"%s\",\"platform\":\"%s\",\"label\":\"Shop\",%s"
                       "\"mode\":\"test\",\"hint\":\"0815\",%s}",
                       kind, platform, owner, sealed);
  g_autoptr (JsonObject) payload = mp_json_parse_object (text, -1, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (MpCredential) credential = mp_credential_new (&(MpCredentialInit){
      .id = id,
      .kind = kind,
      .platform = platform,
      .label = "Shop",
      .mode = MP_MODE_TEST,
      .hint = "0815",
      .record_id = record_id,
      .version = 1,
  });

  g_assert_true (mp_test_store_put_credential (fixture->one->store, credential, MP_ACTION_ADD,
                                               payload, MP_KEY_KEPT, &error));
  g_assert_no_error (error);
}

static void
add_key (Fixture *fixture)
{
  add_key_for (fixture, KEY_ID, "payment", "stripe", NULL);
}

/* A record that keeps the rules, with the key that it needs. */
static void
create (Fixture *fixture)
{
  g_autoptr (MpRecord) record = mp_test_record (MP_TEST_ID, 0, NAME, "North", PAYMENT, "stripe",
                                                PAYMENT_KEY, KEY_ID, NULL);

  mp_test_store_create (fixture->one->store, record);
  add_key (fixture);
}

static void
share (Fixture *fixture)
{
  create (fixture);
  mp_test_desktop_sync_well (fixture->one);
  mp_test_desktop_sync_well (fixture->two);
}

static void
assert_served (Fixture *fixture, const char *pointer, const char *value)
{
  g_autofree char *found = mp_real_server_dup_value (fixture->server, MP_TEST_ID, pointer);

  g_assert_cmpstr (found, ==, value);
}

static void
assert_settled (MpTestDesktop *desktop)
{
  g_autoptr (MpStoreDelta) delta = mp_test_store_load (desktop->store);

  g_assert_cmpuint (mp_store_delta_get_pending_count (delta), ==, 0);
  g_assert_cmpuint (mp_store_delta_get_conflict_count (delta), ==, 0);
  g_assert_null (mp_store_delta_get_meta (delta, MP_META_LISTING));
  g_assert_null (mp_store_delta_get_meta (delta, MP_META_AUDIT_SUSPECT));
}

static MpConflict *
take_conflict (MpTestDesktop *desktop)
{
  g_autoptr (MpStoredRecord) stored = mp_test_store_find (desktop->store, MP_TEST_ID);

  g_assert_cmpuint (mp_stored_record_get_n_conflicts (stored), ==, 1);
  return g_object_ref (mp_stored_record_get_conflict (stored, 0));
}

static void
choose_mine (MpTestDesktop *desktop)
{
  g_autoptr (MpConflict) conflict = take_conflict (desktop);
  g_autoptr (GError) error = NULL;

  g_assert_true (
      mp_test_store_resolve (desktop->store, conflict, mp_conflict_get_mine (conflict), &error));
  g_assert_no_error (error);
}

static void
test_record_and_key_arrive (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (MpStoreDelta) there = NULL;
  MpCredential *credential;
  g_autofree char *found = NULL;

  share (fixture);
  assert_settled (fixture->one);
  assert_settled (fixture->two);
  assert_served (fixture, NAME, "North");
  there = mp_test_store_load (fixture->two->store);
  g_assert_cmpuint (mp_store_delta_get_records (there)->len, ==, 1);
  g_assert_cmpuint (mp_store_delta_get_credentials (there)->len, ==, 1);
  credential = mp_store_delta_get_credentials (there)->pdata[0];
  g_assert_cmpstr (mp_credential_get_hint (credential), ==, "0815");
  g_assert_cmpstr (mp_credential_get_created (credential).by, ==, "anna");
  g_assert_cmpstr (mp_store_delta_get_meta (there, MP_META_ACTOR), ==, "anna");
  g_assert_nonnull (mp_store_delta_get_meta (there, MP_META_SEALING_PUBLIC_KEY));

  /* The outbox held only the sealed box. */
  found = mp_test_folder_find_bytes (fixture->one->folder, SECRET);
  g_assert_null (found);
}

static void
test_merges_and_conflicts (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (MpStoredRecord) stored = NULL;

  share (fixture);
  mp_test_store_set (fixture->one->store, MP_TEST_ID, NAME, "South");
  mp_test_store_set (fixture->two->store, MP_TEST_ID, NAME, "West");
  mp_test_desktop_sync_well (fixture->two);
  mp_test_desktop_sync_well (fixture->one);
  assert_served (fixture, NAME, "West");

  choose_mine (fixture->one);
  mp_test_desktop_sync_well (fixture->one);
  mp_test_desktop_sync_well (fixture->two);
  assert_served (fixture, NAME, "South");
  stored = mp_test_store_find (fixture->two->store, MP_TEST_ID);
  g_assert_cmpstr (mp_record_get_name (mp_stored_record_get_record (stored)), ==, "South");
  assert_settled (fixture->one);
  assert_settled (fixture->two);
}

static void
test_archives_and_restores (Fixture *fixture, gconstpointer unused)
{
  share (fixture);
  mp_test_store_set (fixture->one->store, MP_TEST_ID, NAME, "South");
  mp_test_store_archive (fixture->one->store, MP_TEST_ID, TRUE);
  mp_test_desktop_sync_well (fixture->one);
  mp_test_store_set (fixture->two->store, MP_TEST_ID, NAME, "West");
  mp_test_desktop_sync_well (fixture->two);

  choose_mine (fixture->two);
  mp_test_desktop_sync_well (fixture->two);
  mp_test_desktop_sync_well (fixture->one);
  assert_served (fixture, NAME, "West");
  assert_settled (fixture->one);
  assert_settled (fixture->two);
}

static void
test_faults_stay_here (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (MpStoredRecord) stored = NULL;
  g_autofree char *long_name = g_strnfill (300, 'x');

  share (fixture);
  mp_test_store_set (fixture->one->store, MP_TEST_ID, NAME, long_name);
  mp_test_desktop_sync_well (fixture->one);
  stored = mp_test_store_find (fixture->one->store, MP_TEST_ID);
  g_assert_true (mp_stored_record_get_refused (stored));
  g_assert_nonnull (mp_field_errors_find (mp_stored_record_get_server_errors (stored), NAME));

  mp_test_store_set (fixture->one->store, MP_TEST_ID, NAME, "South");
  mp_test_desktop_sync_well (fixture->one);
  assert_served (fixture, NAME, "South");
  assert_settled (fixture->one);
}

/* @crm_key: (nullable): a key of the CRM */
static void
create_one_of_many (Fixture *fixture, unsigned int number, const char *name, const char *crm_key)
{
  g_autofree char *id = g_strdup_printf ("01890a5d-ac96-774b-bcce-%012u", number);
  g_autoptr (MpRecord) record = mp_test_record (id, 0, NAME, name, PAYMENT, "stripe", PAYMENT_KEY,
                                                KEY_ID, CRM, "hubspot", CRM_KEY, crm_key, NULL);

  mp_test_store_create (fixture->one->store, record);
}

static void
assert_refused_at (MpTestDesktop *desktop, unsigned int number, const char *pointer)
{
  g_autofree char *id = g_strdup_printf ("01890a5d-ac96-774b-bcce-%012u", number);
  g_autoptr (MpStoredRecord) stored = mp_test_store_find (desktop->store, id);

  g_assert_true (mp_stored_record_get_refused (stored));
  g_assert_nonnull (mp_field_errors_find (mp_stored_record_get_server_errors (stored), pointer));
}

/* One breaks a rule and one takes a key that is another's: these two stay here with their reasons,
 * and hold up nobody. */
static void
test_two_refused_among_many (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *long_name = g_strnfill (300, 'x');
  g_autoptr (MpStoreDelta) here = NULL;
  g_autoptr (MpStoreDelta) there = NULL;
  unsigned int n_refused = 0;

  for (unsigned int i = 0; i < N_MANY; i++)
    create_one_of_many (fixture, i, i == N_INVALID ? long_name : "North",
                        i == N_FORBIDDEN ? PRIVATE_KEY_ID : NULL);
  add_key (fixture);
  add_key_for (fixture, PRIVATE_KEY_ID, "crm", "hubspot", MP_TEST_ID);
  mp_test_desktop_sync_well (fixture->one);
  mp_test_desktop_sync_well (fixture->two);

  here = mp_test_store_load (fixture->one->store);
  for (unsigned int i = 0; i < mp_store_delta_get_records (here)->len; i++)
    n_refused += mp_stored_record_get_refused (mp_store_delta_get_records (here)->pdata[i]) ? 1 : 0;
  g_assert_cmpuint (n_refused, ==, 2);
  assert_refused_at (fixture->one, N_INVALID, NAME);
  assert_refused_at (fixture->one, N_FORBIDDEN, CRM_KEY);
  there = mp_test_store_load (fixture->two->store);
  g_assert_cmpuint (mp_store_delta_get_records (there)->len, ==, N_MANY - 2);
  assert_settled (fixture->two);
}

static void
test_reader_may_not (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (MpStoredRecord) stored = NULL;

  share (fixture);
  set_token (fixture->two, mp_real_server_get_reader_token (fixture->server));
  mp_test_store_set (fixture->two->store, MP_TEST_ID, NAME, "West");
  mp_test_desktop_sync_well (fixture->two);

  assert_served (fixture, NAME, "North");
  stored = mp_test_store_find (fixture->two->store, MP_TEST_ID);
  g_assert_true (mp_stored_record_get_refused (stored));
  g_assert_cmpstr (mp_record_get_name (mp_stored_record_get_record (stored)), ==, "West");
}

static void
test_retired_sealing_key (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MpSyncReport) report = NULL;
  g_autoptr (GPtrArray) unsealed = NULL;
  g_autofree char *members = NULL;
  g_autofree char *text = NULL;
  g_autoptr (JsonObject) sealed = NULL;
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) listed = NULL;
  g_autoptr (GAsyncResult) resealed = NULL;

  create (fixture);
  mp_real_server_rotate_sealing_key (fixture->server);
  report = mp_test_desktop_sync (fixture->one, &error);
  g_assert_no_error (error);
  g_assert_true (mp_sync_report_get_needs_sealing (report));
  assert_served (fixture, NAME, NULL);

  mp_store_list_unsealed_async (fixture->one->store, NULL, mp_test_wait_cb, &place);
  listed = mp_test_wait (&place);
  unsealed = mp_store_list_unsealed_finish (fixture->one->store, listed, NULL);
  g_assert_cmpuint (unsealed->len, ==, 1);
  members = mp_real_server_dup_sealed (fixture->server, SECRET);
  text = g_strdup_printf ("{%s}", members);
  sealed = mp_json_parse_object (text, -1, NULL);
  mp_store_reseal_async (
      fixture->one->store, unsealed->pdata[0], mp_json_get_string (sealed, "sealed", NULL),
      mp_json_get_string (sealed, "key_id", NULL), NULL, mp_test_wait_cb, &place);
  resealed = mp_test_wait (&place);
  g_assert_true (mp_store_reseal_finish (fixture->one->store, resealed, NULL));

  mp_test_desktop_sync_well (fixture->one);
  assert_served (fixture, NAME, "North");
  assert_settled (fixture->one);
}

/* Used, then revoked while the record lets go of it: in the order that the server accepts. */
static void
test_credential_is_used_and_revoked (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (MpStoreDelta) before = NULL;
  g_autoptr (MpStoreDelta) after = NULL;
  g_autoptr (MpCredential) revoked = NULL;
  g_autoptr (GError) error = NULL;
  MpCredentialInit init;

  share (fixture);
  mp_test_store_use (fixture->two->store, KEY_ID);
  before = mp_test_store_load (fixture->two->store);
  init = mp_credential_get_init (mp_store_delta_get_credentials (before)->pdata[0]);
  init.revoked = TRUE;
  revoked = mp_credential_new (&init);
  g_assert_true (mp_test_store_put_credential (fixture->two->store, revoked, MP_ACTION_REVOKE, NULL,
                                               MP_KEY_CLEARED, &error));
  g_assert_no_error (error);
  mp_test_store_archive (fixture->two->store, MP_TEST_ID, TRUE);
  mp_test_desktop_sync_well (fixture->two);
  assert_settled (fixture->two);

  mp_test_desktop_sync_well (fixture->one);
  after = mp_test_store_load (fixture->one->store);
  g_assert_true (mp_credential_get_revoked (mp_store_delta_get_credentials (after)->pdata[0]));
  g_assert_cmpstr (mp_credential_get_used (mp_store_delta_get_credentials (after)->pdata[0]).by, ==,
                   "anna");
}

/* A restored server that lost nothing: everything is compared, and nobody is asked anything. */
static void
test_renewed_epoch (Fixture *fixture, gconstpointer unused)
{
  share (fixture);
  mp_test_store_set (fixture->one->store, MP_TEST_ID, NAME, "South");
  mp_real_server_renew_epoch (fixture->server);
  mp_test_desktop_sync_well (fixture->one);
  mp_test_desktop_sync_well (fixture->two);

  assert_served (fixture, NAME, "South");
  assert_settled (fixture->one);
  assert_settled (fixture->two);
  mp_test_store_set (fixture->two->store, MP_TEST_ID, NAME, "West");
  mp_test_store_archive (fixture->two->store, MP_TEST_ID, TRUE);
  mp_test_desktop_sync_well (fixture->two);
  assert_settled (fixture->two);
}

static void
assert_alarm (MpTestDesktop *desktop, MpAuditState state)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MpSyncReport) report = mp_test_desktop_sync (desktop, &error);
  MpAuditVerdict *alarm;

  g_assert_no_error (error);
  alarm = mp_sync_report_get_audit_alarm (report);
  g_assert_nonnull (alarm);
  g_assert_cmpint (mp_audit_verdict_get_state (alarm), ==, state);
  g_assert_cmpint (mp_audit_verdict_get_sequence (alarm), >, 0);
}

/* More entries than an answer has room for: the chain is followed over several. */
static void
test_follows_a_long_trail (Fixture *fixture, gconstpointer unused)
{
  share (fixture);
  for (unsigned int i = 0; i < 1100; i++)
    mp_real_server_append_audit (fixture->server, "otto");
  mp_test_desktop_sync_well (fixture->one);
  assert_settled (fixture->one);
  mp_test_desktop_sync_well (fixture->one);
  assert_settled (fixture->one);
}

/* An older copy of the trail, put back past the server. */
static void
test_finds_a_cut_trail (Fixture *fixture, gconstpointer unused)
{
  mp_real_server_keep_trail (fixture->server);
  share (fixture);
  mp_real_server_put_trail_back (fixture->server);

  assert_alarm (fixture->one, MP_AUDIT_TRUNCATED);
  /* It stays until it was verified. */
  assert_alarm (fixture->one, MP_AUDIT_TRUNCATED);
}

/* Longer again than what was seen, and signed with the right key: another trail all the same. */
static void
test_finds_a_forked_trail (Fixture *fixture, gconstpointer unused)
{
  mp_real_server_keep_trail (fixture->server);
  share (fixture);
  mp_real_server_put_trail_back (fixture->server);
  for (unsigned int i = 0; i < 20; i++)
    mp_real_server_append_audit (fixture->server, "otto");

  assert_alarm (fixture->one, MP_AUDIT_FORKED);
}

/* As long as before, and nothing is new in the feed. */
static void
test_finds_another_trail_of_the_same_length (Fixture *fixture, gconstpointer unused)
{
  share (fixture);
  mp_real_server_keep_trail (fixture->server);
  mp_real_server_append_audit (fixture->server, "otto");
  mp_test_desktop_sync_well (fixture->one);
  mp_real_server_put_trail_back (fixture->server);
  mp_real_server_append_audit (fixture->server, "eve");

  assert_alarm (fixture->one, MP_AUDIT_FORKED);
}

/* An entry that came after the last sync does not say any more what was signed. */
static void
test_finds_a_rewritten_entry (Fixture *fixture, gconstpointer unused)
{
  share (fixture);
  mp_real_server_keep_trail (fixture->server);
  mp_real_server_append_audit (fixture->server, "otto");
  mp_real_server_append_audit (fixture->server, "otto");
  mp_real_server_run_sql (fixture->server,
                          "UPDATE audit SET entry = replace (entry, 'otto', 'anna')"
                          " WHERE sequence = (SELECT max (sequence) - 1 FROM audit)");

  assert_alarm (fixture->one, MP_AUDIT_FORKED);
  mp_real_server_put_trail_back (fixture->server);
}

static void
test_finds_a_removed_entry (Fixture *fixture, gconstpointer unused)
{
  share (fixture);
  mp_real_server_keep_trail (fixture->server);
  mp_real_server_append_audit (fixture->server, "otto");
  mp_real_server_append_audit (fixture->server, "otto");
  mp_real_server_run_sql (fixture->server,
                          "DELETE FROM audit WHERE sequence = (SELECT max (sequence) FROM audit)");

  assert_alarm (fixture->one, MP_AUDIT_MISSING);
  mp_real_server_put_trail_back (fixture->server);
}

/* A backup put back is told from a cut: the server says so by its epoch. Who had seen less than it
 * holds has nothing to be told. */
static void
test_knows_a_restore (Fixture *fixture, gconstpointer unused)
{
  share (fixture);
  mp_real_server_keep_trail (fixture->server);
  mp_real_server_append_audit (fixture->server, "otto");
  mp_test_desktop_sync_well (fixture->two);
  mp_real_server_put_trail_back (fixture->server);
  mp_real_server_renew_epoch (fixture->server);
  mp_real_server_append_audit (fixture->server, "restored");

  mp_test_desktop_sync_well (fixture->one);
  assert_settled (fixture->one);
  assert_alarm (fixture->two, MP_AUDIT_RESTORED);

  /* From here on it goes on. */
  mp_real_server_append_audit (fixture->server, "otto");
  assert_alarm (fixture->two, MP_AUDIT_RESTORED);
}

static void
test_waits_for_news (Fixture *fixture, gconstpointer unused)
{
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  gboolean news = FALSE;

  share (fixture);
  mp_sync_wait_async (fixture->two->sync, fixture->two->token, 20, NULL, mp_test_wait_cb, &place);
  mp_test_store_set (fixture->one->store, MP_TEST_ID, NAME, "South");
  mp_test_desktop_sync_well (fixture->one);
  result = mp_test_wait (&place);
  g_assert_true (mp_sync_wait_finish (fixture->two->sync, result, &news, &error));
  g_assert_no_error (error);
  g_assert_true (news);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*func) (Fixture *fixture, gconstpointer unused);
  } cases[] = {
    { "record-and-key-arrive", test_record_and_key_arrive },
    { "merges-and-conflicts", test_merges_and_conflicts },
    { "archives-and-restores", test_archives_and_restores },
    { "faults-stay-here", test_faults_stay_here },
    { "two-refused-among-many", test_two_refused_among_many },
    { "reader-may-not", test_reader_may_not },
    { "retired-sealing-key", test_retired_sealing_key },
    { "credential-is-used-and-revoked", test_credential_is_used_and_revoked },
    { "renewed-epoch", test_renewed_epoch },
    { "follows-a-long-trail", test_follows_a_long_trail },
    { "finds-a-cut-trail", test_finds_a_cut_trail },
    { "finds-a-forked-trail", test_finds_a_forked_trail },
    { "finds-another-trail-of-the-same-length", test_finds_another_trail_of_the_same_length },
    { "finds-a-rewritten-entry", test_finds_a_rewritten_entry },
    { "finds-a-removed-entry", test_finds_a_removed_entry },
    { "knows-a-restore", test_knows_a_restore },
    { "waits-for-news", test_waits_for_news },
  };

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/sync/server/", cases[i].path, NULL);

      g_test_add (path, Fixture, NULL, set_up, cases[i].func, tear_down);
    }
  return g_test_run ();
}
