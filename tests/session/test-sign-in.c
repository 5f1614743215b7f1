/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-session-fixture.h"

static unsigned int
count_profiles (MpTestDesktop *desktop)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) profiles = mp_profile_list (desktop->folder, &error);

  g_assert_no_error (error);
  return profiles->len;
}

static void
test_keeps_the_token_in_the_keyring (MpSessionFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) profiles = NULL;
  MpProfile *profile;
  MpSession *session;
  MpSecret *token;

  mp_test_desktop_sign_in (&fixture->first, fixture->tenant, &error);

  g_assert_no_error (error);
  session = fixture->first.session;
  token = mp_test_desktop_find_secret (&fixture->first, fixture->tenant, "token");
  g_assert_nonnull (token);
  g_assert_cmpstr (mp_secret_get (token, "token"), ==, MP_TEST_TENANT_TOKEN);
  g_assert_cmpstr (mp_session_get_actor (session), ==, "anna");
  g_assert_cmpint (mp_session_get_role (session), ==, MP_ROLE_CLIENT_ADMIN);
  g_assert_true (mp_session_can (session, MP_PERMISSION_EDIT));
  g_assert_cmpint (mp_session_get_sync_state (session), ==, MP_SYNC_STATE_NEVER);

  profiles = mp_profile_list (fixture->first.folder, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (profiles->len, ==, 1);
  profile = g_ptr_array_index (profiles, 0);
  g_assert_cmpstr (profile->server, ==, mp_test_tenant_get_address (fixture->tenant));
  g_assert_cmpstr (profile->tenant, ==, MP_TEST_TENANT_NAME);
  g_assert_cmpstr (profile->actor, ==, "anna");
}

static void
test_is_refused (MpSessionFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  mp_test_tenant_revoke_token (fixture->tenant);

  mp_test_desktop_sign_in (&fixture->first, fixture->tenant, &error);

  g_assert_error (error, MP_ERROR, MP_ERROR_UNAUTHORIZED);
  g_assert_null (fixture->first.session);
  g_assert_cmpuint (mp_memory_secrets_get_size (fixture->first.secrets), ==, 0);
  g_assert_cmpuint (count_profiles (&fixture->first), ==, 0);
}

static void
test_needs_the_server (MpSessionFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  mp_test_tenant_go_away (fixture->tenant);

  mp_test_desktop_sign_in (&fixture->first, fixture->tenant, &error);

  g_assert_true (mp_error_is_offline (error));
  g_assert_cmpuint (count_profiles (&fixture->first), ==, 0);
}

static void
test_needs_the_keyring (MpSessionFixture *fixture, gconstpointer data)
{
  static const MpError codes[] = { MP_ERROR_KEYRING_LOCKED, MP_ERROR_KEYRING_MISSING };

  for (size_t i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      g_autoptr (GError) error = NULL;

      mp_memory_secrets_fail_with (fixture->first.secrets, codes[i]);

      mp_test_desktop_sign_in (&fixture->first, fixture->tenant, &error);

      g_assert_error (error, MP_ERROR, (int) codes[i]);
      g_assert_null (fixture->first.session);
      g_assert_cmpuint (count_profiles (&fixture->first), ==, 0);
    }
}

static void
test_refuses_bad_names (MpSessionFixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *server;
    const char *tenant;
    const char *token;
    MpError code;
  } cases[] = {
    { "http://mp.example", "demo", "x", MP_ERROR_WRONG_HOST },
    { "mp.example", "demo", "x", MP_ERROR_INVALID },
    { "", "demo", "x", MP_ERROR_INVALID },
    { "https://mp.example", "", "x", MP_ERROR_INVALID },
    { "https://mp.example", "a/b", "x", MP_ERROR_INVALID },
    { "https://mp.example", "..", "x", MP_ERROR_INVALID },
    { "https://mp.example", "demo", "", MP_ERROR_INVALID },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (MpSecret) token = mp_secret_new ();
      g_autoptr (GAsyncResult) answer = NULL;
      g_autoptr (GError) error = NULL;
      GAsyncResult *result = NULL;

      g_test_message ("%s %s", cases[i].server, cases[i].tenant);
      mp_secret_set (token, "token", cases[i].token);
      mp_session_sign_in_async (fixture->first.services, cases[i].server, cases[i].tenant, token,
                                NULL, mp_test_wait_cb, &result);
      answer = mp_test_wait (&result);

      g_assert_null (mp_session_sign_in_finish (answer, &error));
      g_assert_error (error, MP_ERROR, (int) cases[i].code);
    }
}

static void
test_open_needs_a_sign_in (MpSessionFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  mp_test_desktop_open (&fixture->first, fixture->tenant, &error);

  g_assert_error (error, MP_ERROR, MP_ERROR_NOT_FOUND);
}

/* All that was there is there again, without the server and without the keyring. */
static void
test_open_works_offline (MpSessionFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL;

  mp_test_desktop_sign_in (&fixture->first, fixture->tenant, &error);
  g_assert_no_error (error);
  id = mp_test_create_complete (fixture->first.session, "Club");
  mp_test_desktop_close (&fixture->first);
  mp_test_tenant_go_away (fixture->tenant);
  mp_memory_secrets_fail_with (fixture->first.secrets, MP_ERROR_KEYRING_LOCKED);

  mp_test_desktop_open (&fixture->first, fixture->tenant, &error);

  g_assert_no_error (error);
  g_assert_cmpint (mp_session_get_role (fixture->first.session), ==, MP_ROLE_CLIENT_ADMIN);
  g_assert_cmpstr (mp_record_model_get_name (mp_session_find_record (fixture->first.session, id)),
                   ==, "Club");
  g_assert_cmpuint (g_list_model_get_n_items (mp_session_get_credentials (fixture->first.session)),
                    ==, 1);
  g_assert_cmpuint (mp_session_get_pending_count (fixture->first.session), >, 0);

  g_assert_false (mp_test_sync (fixture->first.session, &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_KEYRING_LOCKED);
  g_assert_cmpint (mp_session_get_sync_state (fixture->first.session), ==,
                   MP_SYNC_STATE_SIGNED_OUT);
}

static void
sign_out (MpTestDesktop *desktop, gboolean remove_data, GError **error)
{
  g_autoptr (GAsyncResult) answer = NULL;
  GAsyncResult *result = NULL;

  mp_session_sign_out_async (desktop->session, remove_data, NULL, mp_test_wait_cb, &result);
  answer = mp_test_wait (&result);
  mp_session_sign_out_finish (desktop->session, answer, error);
}

static void
test_sign_out_keeps_the_data (MpSessionFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL;

  mp_test_desktop_sign_in (&fixture->first, fixture->tenant, &error);
  id = mp_test_create (fixture->first.session, "Club");

  sign_out (&fixture->first, FALSE, &error);

  g_assert_no_error (error);
  g_assert_null (mp_test_desktop_find_secret (&fixture->first, fixture->tenant, "token"));
  g_assert_cmpint (mp_session_get_sync_state (fixture->first.session), ==,
                   MP_SYNC_STATE_SIGNED_OUT);
  g_assert_cmpuint (count_profiles (&fixture->first), ==, 1);
  g_assert_nonnull (mp_session_find_record (fixture->first.session, id));

  g_assert_false (mp_test_sync (fixture->first.session, &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_UNAUTHORIZED);
}

static void
test_sign_out_removes_the_data (MpSessionFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) later = NULL;
  g_autofree char *id = NULL;

  mp_test_desktop_sign_in (&fixture->first, fixture->tenant, &error);
  id = mp_test_create_complete (fixture->first.session, "Club");
  g_assert_cmpuint (mp_memory_secrets_get_size (fixture->first.secrets), ==, 2);

  sign_out (&fixture->first, TRUE, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (mp_memory_secrets_get_size (fixture->first.secrets), ==, 0);
  g_assert_cmpuint (count_profiles (&fixture->first), ==, 0);
  g_assert_false (mp_test_edit (fixture->first.session, id, "/name", "Other", &later));
  g_assert_error (later, MP_ERROR, MP_ERROR_FAILED);
}

/* A locked keyring keeps everything, and it can be tried again. */
static void
test_sign_out_needs_the_keyring (MpSessionFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  mp_test_desktop_sign_in (&fixture->first, fixture->tenant, &error);
  g_assert_no_error (error);
  mp_memory_secrets_fail_with (fixture->first.secrets, MP_ERROR_KEYRING_LOCKED);

  sign_out (&fixture->first, TRUE, &error);

  g_assert_error (error, MP_ERROR, MP_ERROR_KEYRING_LOCKED);
  g_clear_error (&error);
  g_assert_cmpuint (count_profiles (&fixture->first), ==, 1);

  mp_memory_secrets_work_again (fixture->first.secrets);
  mp_test_sync (fixture->first.session, &error);
  g_assert_no_error (error);
}

static void
test_token_is_revoked (MpSessionFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  mp_test_desktop_sign_in (&fixture->first, fixture->tenant, &error);
  g_assert_no_error (error);
  mp_test_tenant_revoke_token (fixture->tenant);

  g_assert_false (mp_test_sync (fixture->first.session, &error));

  g_assert_error (error, MP_ERROR, MP_ERROR_UNAUTHORIZED);
  g_assert_cmpint (mp_session_get_sync_state (fixture->first.session), ==,
                   MP_SYNC_STATE_SIGNED_OUT);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

#define ADD(path, func)                                                                            \
  g_test_add ("/session/sign-in/" path, MpSessionFixture, NULL, mp_session_fixture_set_up, func,   \
              mp_session_fixture_tear_down)
  ADD ("keeps-the-token-in-the-keyring", test_keeps_the_token_in_the_keyring);
  ADD ("is-refused", test_is_refused);
  ADD ("needs-the-server", test_needs_the_server);
  ADD ("needs-the-keyring", test_needs_the_keyring);
  ADD ("refuses-bad-names", test_refuses_bad_names);
  ADD ("open-needs-a-sign-in", test_open_needs_a_sign_in);
  ADD ("open-works-offline", test_open_works_offline);
  ADD ("sign-out-keeps-the-data", test_sign_out_keeps_the_data);
  ADD ("sign-out-removes-the-data", test_sign_out_removes_the_data);
  ADD ("sign-out-needs-the-keyring", test_sign_out_needs_the_keyring);
  ADD ("token-is-revoked", test_token_is_revoked);

  return g_test_run ();
}
