/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-session-fixture.h"

static GListModel *
load (MpSession *session, const MpAuditFilter *filter, GError **error)
{
  g_autoptr (GAsyncResult) answer = NULL;
  GAsyncResult *result = NULL;

  mp_session_load_audit_async (session, filter, NULL, mp_test_wait_cb, &result);
  answer = mp_test_wait (&result);

  return mp_session_load_audit_finish (session, answer, error);
}

static MpAuditVerdict *
verify (MpSession *session, GError **error)
{
  g_autoptr (GAsyncResult) answer = NULL;
  GAsyncResult *result = NULL;

  mp_session_verify_audit_async (session, NULL, mp_test_wait_cb, &result);
  answer = mp_test_wait (&result);

  return mp_session_verify_audit_finish (session, answer, error);
}

static void
assert_verdict (MpSessionFixture *fixture, MpAuditState state)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MpAuditVerdict) verdict = verify (fixture->first.session, &error);

  g_assert_no_error (error);
  g_assert_cmpint (mp_audit_verdict_get_state (verdict), ==, state);
}

static void
become (MpSessionFixture *fixture, const char *role)
{
  g_autoptr (GError) error = NULL;

  mp_test_tenant_set_role (fixture->tenant, role);
  mp_test_sync (fixture->first.session, &error);
  g_assert_no_error (error);
}

/* Some entries: the sign-in, a key, settings; then an auditor comes. */
static void
fill (MpSessionFixture *fixture)
{
  g_autofree char *id = mp_test_create_complete (fixture->first.session, "Club");
  g_autoptr (GError) error = NULL;

  mp_test_sync (fixture->first.session, &error);
  g_assert_no_error (error);
  become (fixture, "auditor");
}

static void
test_newest_is_first (MpSessionFixture *fixture, gconstpointer data)
{
  const MpAuditFilter filter = { .action = "sign-in" };
  g_autoptr (GListModel) all = NULL;
  g_autoptr (GListModel) some = NULL;
  g_autoptr (MpAuditEntry) first = NULL;
  g_autoptr (GError) error = NULL;

  fill (fixture);

  all = load (fixture->first.session, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_list_model_get_n_items (all), ==, 3);
  first = g_list_model_get_item (all, 0);
  g_assert_cmpint (mp_audit_entry_get_init (first)->sequence, ==, 3);

  some = load (fixture->first.session, &filter, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_list_model_get_n_items (some), ==, 1);
}

static void
test_intact (MpSessionFixture *fixture, gconstpointer data)
{
  fill (fixture);

  assert_verdict (fixture, MP_AUDIT_INTACT);
  assert_verdict (fixture, MP_AUDIT_INTACT);
}

/* A server that shows less than it once did is found out, however well it signs. */
static void
test_shorter_than_seen (MpSessionFixture *fixture, gconstpointer data)
{
  g_autofree char *alarm = NULL;
  g_autoptr (GError) error = NULL;

  fill (fixture);
  assert_verdict (fixture, MP_AUDIT_INTACT);
  mp_test_tenant_cut_audit (fixture->tenant, 1);

  assert_verdict (fixture, MP_AUDIT_TRUNCATED);

  mp_test_sync (fixture->first.session, &error);
  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (mp_session_get_sync_message (fixture->first.session),
                                   "The server's audit"));
  alarm = mp_session_dup_audit_alarm (fixture->first.session);
  g_assert_cmpstr (alarm, ==, "The audit trail was cut off: entry 3 was there and is gone.");
}

/* The witness needs no right to read the entries, and its alarm no verification. */
static void
test_user_is_a_witness (MpSessionFixture *fixture, gconstpointer data)
{
  g_autofree char *id = mp_test_create_complete (fixture->first.session, "Club");
  g_autofree char *alarm = NULL;

  become (fixture, "client_user");
  assert_verdict (fixture, MP_AUDIT_INTACT);
  g_assert_null (mp_session_dup_audit_alarm (fixture->first.session));

  mp_test_tenant_cut_audit (fixture->tenant, 1);
  become (fixture, "client_user");
  alarm = mp_session_dup_audit_alarm (fixture->first.session);
  g_assert_nonnull (strstr (alarm, "cut off"));
  assert_verdict (fixture, MP_AUDIT_TRUNCATED);
}

/* The key of the first sign-in counts, whatever the server names later. */
static void
test_signed_by_another (MpSessionFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fill (fixture);
  mp_test_tenant_change_audit_key (fixture->tenant);
  mp_test_sync (fixture->first.session, &error);
  g_assert_no_error (error);

  assert_verdict (fixture, MP_AUDIT_UNSIGNED);
}

static void
test_role_may_not_read_it (MpSessionFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  become (fixture, "client_user");

  g_assert_null (load (fixture->first.session, NULL, &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_FORBIDDEN);
}

static void
test_server_is_away (MpSessionFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  become (fixture, "auditor");
  mp_test_tenant_go_away (fixture->tenant);

  g_assert_null (load (fixture->first.session, NULL, &error));
  g_assert_true (mp_error_is_offline (error));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

#define ADD(path, func)                                                                            \
  g_test_add ("/session/audit/" path, MpSessionFixture, NULL, mp_session_fixture_set_up_signed_in, \
              func, mp_session_fixture_tear_down)
  ADD ("newest-is-first", test_newest_is_first);
  ADD ("intact", test_intact);
  ADD ("shorter-than-seen", test_shorter_than_seen);
  ADD ("user-is-a-witness", test_user_is_a_witness);
  ADD ("signed-by-another", test_signed_by_another);
  ADD ("role-may-not-read-it", test_role_may_not_read_it);
  ADD ("server-is-away", test_server_is_away);

  return g_test_run ();
}
