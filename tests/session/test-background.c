/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-session-fixture.h"

static MpSyncState
get_state (MpSessionFixture *fixture)
{
  return mp_session_get_sync_state (fixture->first.session);
}

static void
start (MpSessionFixture *fixture)
{
  mp_session_start_background_sync (fixture->first.session);
  MP_TEST_WAIT_UNTIL (get_state (fixture) == MP_SYNC_STATE_SYNCED);
}

static void
test_edit_arrives_by_itself (MpSessionFixture *fixture, gconstpointer data)
{
  g_autofree char *id = NULL;

  start (fixture);
  id = mp_test_create_complete (fixture->first.session, "Club");

  MP_TEST_WAIT_UNTIL (mp_test_tenant_get_record (fixture->tenant, id) != NULL);
  MP_TEST_WAIT_UNTIL (get_state (fixture) == MP_SYNC_STATE_SYNCED);
  g_assert_cmpuint (mp_session_get_pending_count (fixture->first.session), ==, 0);
}

static void
test_news_arrive_by_themselves (MpSessionFixture *fixture, gconstpointer data)
{
  g_autofree char *id = mp_test_create_complete (fixture->first.session, "Club");
  g_autoptr (MpChanges) theirs = mp_changes_new ();
  MpRecordModel *model = mp_session_find_record (fixture->first.session, id);

  start (fixture);
  mp_changes_set_string (theirs, "/name", "Society");
  mp_test_tenant_edit (fixture->tenant, id, theirs);

  MP_TEST_WAIT_UNTIL (g_strcmp0 (mp_record_model_get_name (model), "Society") == 0);
}

/* The server goes and comes: what was edited meanwhile arrives, and nobody pressed anything. */
static void
test_server_comes_back (MpSessionFixture *fixture, gconstpointer data)
{
  g_autofree char *id = NULL;

  start (fixture);
  mp_test_tenant_go_away (fixture->tenant);
  id = mp_test_create_complete (fixture->first.session, "Club");
  MP_TEST_WAIT_UNTIL (get_state (fixture) == MP_SYNC_STATE_OFFLINE);
  mp_test_tenant_come_back (fixture->tenant);

  MP_TEST_WAIT_UNTIL (mp_test_tenant_get_record (fixture->tenant, id) != NULL);
  MP_TEST_WAIT_UNTIL (get_state (fixture) == MP_SYNC_STATE_SYNCED);
}

/* Nobody is asked again and again with a token that is refused. */
static void
test_refused_token_ends_it (MpSessionFixture *fixture, gconstpointer data)
{
  g_autofree char *id = NULL;

  start (fixture);
  mp_test_tenant_revoke_token (fixture->tenant);
  id = mp_test_create (fixture->first.session, "Club");

  MP_TEST_WAIT_UNTIL (get_state (fixture) == MP_SYNC_STATE_SIGNED_OUT);
}

/* Closed in the middle of everything: nothing is left behind (tear_down asserts it). */
static void
test_closes_while_it_works (MpSessionFixture *fixture, gconstpointer data)
{
  mp_session_start_background_sync (fixture->first.session);
  g_main_context_iteration (NULL, FALSE);
  mp_test_desktop_close (&fixture->first);
}

/* A second program works on the same tenant: what it wrote is shown. */
static void
test_other_program_is_seen (MpSessionFixture *fixture, gconstpointer data)
{
  MpTestDesktop other = fixture->first;
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL;

  start (fixture);
  other.session = NULL;
  mp_test_desktop_open (&other, fixture->tenant, &error);
  g_assert_no_error (error);
  id = mp_test_create (other.session, "Club");

  MP_TEST_WAIT_UNTIL (mp_session_find_record (fixture->first.session, id) != NULL);
  mp_test_desktop_close (&other);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

#define ADD(path, func)                                                                            \
  g_test_add ("/session/background/" path, MpSessionFixture, NULL,                                 \
              mp_session_fixture_set_up_signed_in, func, mp_session_fixture_tear_down)
  ADD ("edit-arrives-by-itself", test_edit_arrives_by_itself);
  ADD ("news-arrive-by-themselves", test_news_arrive_by_themselves);
  ADD ("server-comes-back", test_server_comes_back);
  ADD ("refused-token-ends-it", test_refused_token_ends_it);
  ADD ("closes-while-it-works", test_closes_while_it_works);
  ADD ("other-program-is-seen", test_other_program_is_seen);

  return g_test_run ();
}
