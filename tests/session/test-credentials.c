/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-session-fixture.h"

#include <string.h>

static MpCredential *
add (MpSessionFixture *fixture)
{
  g_autoptr (GError) error = NULL;
  MpCredential *credential =
      mp_test_add_key (fixture->first.session, "hubspot", MP_TEST_CRM_KEY, &error);

  g_assert_no_error (error);
  return credential;
}

static void
sync_desktop (MpTestDesktop *desktop)
{
  g_autoptr (GError) error = NULL;

  mp_test_sync (desktop->session, &error);
  g_assert_no_error (error);
}

/* The key is in the keyring and, sealed, on the server: nowhere else (see also tear_down). */
static void
test_goes_to_keyring_and_server (MpSessionFixture *fixture, gconstpointer data)
{
  g_autoptr (MpCredential) credential = add (fixture);
  const char *id = mp_credential_get_id (credential);
  MpSecret *kept = mp_test_desktop_find_secret (&fixture->first, fixture->tenant, id);
  g_autofree char *found = NULL;

  g_assert_nonnull (kept);
  g_assert_cmpstr (mp_secret_get (kept, "key"), ==, MP_TEST_CRM_KEY);
  g_assert_cmpstr (mp_credential_get_kind (credential), ==, "crm");
  g_assert_cmpstr (mp_credential_get_hint (credential), ==, "9876");
  g_assert_cmpuint (mp_credential_get_version (credential), ==, 1);
  g_assert_true (mp_session_has_key (fixture->first.session, id));
  g_assert_nonnull (mp_session_find_credential (fixture->first.session, id));
  g_assert_cmpuint (mp_session_get_pending_count (fixture->first.session), ==, 1);
  found = mp_test_folder_find_bytes (fixture->first.folder, MP_TEST_CRM_KEY);
  g_assert_null (found);

  sync_desktop (&fixture->first);

  g_assert_nonnull (strstr (mp_test_tenant_get_secret (fixture->tenant, id), MP_TEST_CRM_KEY));
  g_assert_true (mp_session_has_key (fixture->first.session, id));
  g_assert_cmpuint (mp_session_get_pending_count (fixture->first.session), ==, 0);
}

/* Without the keyring, nothing happens at all. */
static void
test_keyring_fails (MpSessionFixture *fixture, gconstpointer data)
{
  static const MpError codes[] = { MP_ERROR_KEYRING_LOCKED, MP_ERROR_KEYRING_MISSING };

  for (size_t i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      g_autoptr (GError) error = NULL;

      mp_memory_secrets_fail_with (fixture->first.secrets, codes[i]);

      g_assert_null (mp_test_add_key (fixture->first.session, "hubspot", MP_TEST_CRM_KEY, &error));

      g_assert_error (error, MP_ERROR, (int) codes[i]);
      g_assert_cmpuint (
          g_list_model_get_n_items (mp_session_get_credentials (fixture->first.session)), ==, 0);
      g_assert_cmpuint (mp_session_get_pending_count (fixture->first.session), ==, 0);
    }
}

static void
test_refuses_bad_keys (MpSessionFixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *platform;
    const char *key;
  } cases[] = {
    { "stripe", "pk_test_SECRETSECRET1234" },
    { "stripe", "" },
    { "stripe", "nonsense" },
    { "hubspot", "two words" },
    { "unknown", "abcd" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("%s %s", cases[i].platform, cases[i].key);
      g_assert_null (
          mp_test_add_key (fixture->first.session, cases[i].platform, cases[i].key, &error));
      g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
      g_assert_null (*cases[i].key != '\0' ? strstr (error->message, cases[i].key) : NULL);
      g_assert_cmpuint (mp_memory_secrets_get_size (fixture->first.secrets), ==, 1);
    }
}

static void
replace_key (MpSession *session, const char *id, const char *key, GError **error)
{
  g_autoptr (MpSecret) secret = mp_secret_new ();
  g_autoptr (GAsyncResult) answer = NULL;
  GAsyncResult *result = NULL;

  mp_secret_set (secret, "key", key);
  mp_session_replace_credential_async (session, id, secret, NULL, NULL, mp_test_wait_cb, &result);
  answer = mp_test_wait (&result);
  mp_session_replace_credential_finish (session, answer, error);
}

static void
test_replace_keeps_the_id (MpSessionFixture *fixture, gconstpointer data)
{
  g_autoptr (MpCredential) credential = add (fixture);
  const char *id = mp_credential_get_id (credential);
  g_autoptr (GError) error = NULL;
  MpCredential *now;

  sync_desktop (&fixture->first);
  replace_key (fixture->first.session, id, MP_TEST_OTHER_CRM_KEY, &error);

  g_assert_no_error (error);
  now = mp_session_find_credential (fixture->first.session, id);
  g_assert_cmpuint (mp_credential_get_version (now), ==, 2);
  g_assert_cmpstr (mp_credential_get_hint (now), ==, "5432");
  g_assert_true (mp_session_has_key (fixture->first.session, id));
  g_assert_cmpstr (
      mp_secret_get (mp_test_desktop_find_secret (&fixture->first, fixture->tenant, id), "key"), ==,
      MP_TEST_OTHER_CRM_KEY);

  sync_desktop (&fixture->first);

  g_assert_nonnull (
      strstr (mp_test_tenant_get_secret (fixture->tenant, id), MP_TEST_OTHER_CRM_KEY));
  g_assert_true (mp_session_has_key (fixture->first.session, id));
}

static void
test_rename (MpSessionFixture *fixture, gconstpointer data)
{
  g_autoptr (MpCredential) credential = add (fixture);
  const char *id = mp_credential_get_id (credential);
  MpSession *session = fixture->first.session;
  g_autoptr (GAsyncResult) answer = NULL;
  GAsyncResult *result = NULL;
  g_autoptr (GError) error = NULL;

  mp_session_rename_credential_async (session, id, " Main key ", NULL, mp_test_wait_cb, &result);
  answer = mp_test_wait (&result);

  mp_session_rename_credential_finish (session, answer, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (mp_credential_get_label (mp_session_find_credential (session, id)), ==,
                   "Main key");
  g_assert_true (mp_session_has_key (session, id));

  sync_desktop (&fixture->first);
  g_assert_cmpuint (mp_test_tenant_count (fixture->tenant, MP_ACTION_RENAME), ==, 1);
  g_assert_cmpstr (mp_credential_get_label (mp_session_find_credential (session, id)), ==,
                   "Main key");
}

static void
revoke_key (MpSession *session, const char *id, GError **error)
{
  g_autoptr (GAsyncResult) answer = NULL;
  GAsyncResult *result = NULL;

  mp_session_revoke_credential_async (session, id, NULL, mp_test_wait_cb, &result);
  answer = mp_test_wait (&result);
  mp_session_revoke_credential_finish (session, answer, error);
}

static void
test_key_in_use_is_not_revoked (MpSessionFixture *fixture, gconstpointer data)
{
  g_autofree char *id = mp_test_create_complete (fixture->first.session, "Club");
  MpSession *session = fixture->first.session;
  g_autofree char *credential_id = g_strdup (
      mp_record_get_string (mp_record_model_get_record (mp_session_find_record (session, id)),
                            "/payment_gateway/api_key"));
  g_autoptr (GPtrArray) users = mp_session_list_credential_users (session, credential_id);
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (users->len, ==, 1);

  revoke_key (session, credential_id, &error);

  g_assert_error (error, MP_ERROR, MP_ERROR_CONFLICT);
  g_assert_nonnull (strstr (error->message, "Club"));
  g_assert_true (mp_session_has_key (session, credential_id));

  g_clear_error (&error);
  mp_test_edit (session, id, "/payment_gateway/api_key", NULL, &error);
  g_assert_no_error (error);
  revoke_key (session, credential_id, &error);

  g_assert_no_error (error);
  g_assert_true (mp_credential_get_revoked (mp_session_find_credential (session, credential_id)));
  g_assert_false (mp_session_has_key (session, credential_id));
  g_assert_null (mp_test_desktop_find_secret (&fixture->first, fixture->tenant, credential_id));
}

/* Revoked where the keyring is locked: the copy goes with a later sync. */
static void
test_revoked_key_is_cleared_later (MpSessionFixture *fixture, gconstpointer data)
{
  g_autoptr (MpCredential) credential = add (fixture);
  const char *id = mp_credential_get_id (credential);
  g_autoptr (GError) error = NULL;

  sync_desktop (&fixture->first);
  mp_memory_secrets_fail_with (fixture->first.secrets, MP_ERROR_KEYRING_LOCKED);
  revoke_key (fixture->first.session, id, &error);
  g_assert_no_error (error);
  g_assert_false (mp_session_has_key (fixture->first.session, id));
  g_assert_nonnull (mp_test_desktop_find_secret (&fixture->first, fixture->tenant, id));

  mp_memory_secrets_work_again (fixture->first.secrets);
  sync_desktop (&fixture->first);

  MP_TEST_WAIT_UNTIL (mp_test_desktop_find_secret (&fixture->first, fixture->tenant, id) == NULL);
}

/* Another computer sees the key as set, with its last characters; it does not get it. */
static void
test_second_computer_has_no_key (MpSessionFixture *fixture, gconstpointer data)
{
  g_autofree char *record_id = mp_test_create_with_crm (fixture->first.session, "Club");
  g_autofree char *complete_id = mp_test_create_complete (fixture->first.session, "Society");
  g_autoptr (GError) error = NULL;
  g_autoptr (MpCredential) seen = NULL;
  GListModel *credentials;

  sync_desktop (&fixture->first);
  mp_test_desktop_sign_in (&fixture->second, fixture->tenant, &error);
  g_assert_no_error (error);
  sync_desktop (&fixture->second);

  g_assert_nonnull (mp_session_find_record (fixture->second.session, complete_id));
  g_assert_null (mp_session_find_record (fixture->second.session, record_id));
  credentials = mp_session_get_credentials (fixture->second.session);
  g_assert_cmpuint (g_list_model_get_n_items (credentials), ==, 2);
  for (unsigned int i = 0; i < 2; i++)
    {
      g_autoptr (MpCredential) credential = g_list_model_get_item (credentials, i);

      g_assert_nonnull (mp_credential_get_hint (credential));
      g_assert_false (
          mp_session_has_key (fixture->second.session, mp_credential_get_id (credential)));
    }
  g_assert_cmpuint (mp_memory_secrets_get_size (fixture->second.secrets), ==, 1);
}

static void
test_replaced_elsewhere (MpSessionFixture *fixture, gconstpointer data)
{
  g_autoptr (MpCredential) credential = add (fixture);
  const char *id = mp_credential_get_id (credential);
  g_autoptr (GAsyncResult) answer = NULL;
  GAsyncResult *result = NULL;
  g_autoptr (GError) error = NULL;

  sync_desktop (&fixture->first);
  mp_test_tenant_replace_key (fixture->tenant, id);
  sync_desktop (&fixture->first);

  g_assert_false (mp_session_has_key (fixture->first.session, id));

  mp_session_test_credential_async (fixture->first.session, id, NULL, NULL, mp_test_wait_cb,
                                    &result);
  answer = mp_test_wait (&result);
  g_assert_null (mp_session_test_credential_finish (fixture->first.session, answer, &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_NOT_FOUND);
  g_assert_cmpuint (mp_test_server_get_n_requests (fixture->hubspot), ==, 0);
}

/* Two computers replaced it at the same time: who came last has the key that counts. */
static void
test_replaced_on_both (MpSessionFixture *fixture, gconstpointer data)
{
  g_autoptr (MpCredential) credential = add (fixture);
  const char *id = mp_credential_get_id (credential);
  g_autoptr (GError) error = NULL;
  MpCredential *now;

  sync_desktop (&fixture->first);
  mp_test_tenant_replace_key (fixture->tenant, id);
  replace_key (fixture->first.session, id, MP_TEST_OTHER_CRM_KEY, &error);
  g_assert_no_error (error);

  sync_desktop (&fixture->first);

  now = mp_session_find_credential (fixture->first.session, id);
  g_assert_cmpuint (mp_credential_get_version (now), ==, 3);
  g_assert_true (mp_session_has_key (fixture->first.session, id));
}

/* The server has another sealing key: the secret is sealed again, within the same sync. */
static void
test_is_sealed_again (MpSessionFixture *fixture, gconstpointer data)
{
  g_autoptr (MpCredential) credential = add (fixture);
  const char *id = mp_credential_get_id (credential);

  mp_test_tenant_rotate_sealing_key (fixture->tenant);
  sync_desktop (&fixture->first);

  g_assert_nonnull (mp_test_tenant_get_secret (fixture->tenant, id));
  g_assert_nonnull (strstr (mp_test_tenant_get_secret (fixture->tenant, id), MP_TEST_CRM_KEY));
  g_assert_cmpuint (mp_session_get_pending_count (fixture->first.session), ==, 0);
}

/* A key that the server does not take is taken back, and said. */
static void
test_denied_key_is_taken_back (MpSessionFixture *fixture, gconstpointer data)
{
  g_autoptr (MpCredential) credential = add (fixture);
  const char *id = mp_credential_get_id (credential);

  mp_test_tenant_deny (fixture->tenant, MP_ACTION_ADD);
  sync_desktop (&fixture->first);

  g_assert_null (mp_session_find_credential (fixture->first.session, id));
  g_assert_nonnull (
      strstr (mp_session_get_sync_message (fixture->first.session), "refused a change of a key"));
  MP_TEST_WAIT_UNTIL (mp_test_desktop_find_secret (&fixture->first, fixture->tenant, id) == NULL);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

#define ADD(path, func)                                                                            \
  g_test_add ("/session/credentials/" path, MpSessionFixture, NULL,                                \
              mp_session_fixture_set_up_signed_in, func, mp_session_fixture_tear_down)
  ADD ("goes-to-keyring-and-server", test_goes_to_keyring_and_server);
  ADD ("keyring-fails", test_keyring_fails);
  ADD ("refuses-bad-keys", test_refuses_bad_keys);
  ADD ("replace-keeps-the-id", test_replace_keeps_the_id);
  ADD ("rename", test_rename);
  ADD ("key-in-use-is-not-revoked", test_key_in_use_is_not_revoked);
  ADD ("revoked-key-is-cleared-later", test_revoked_key_is_cleared_later);
  ADD ("second-computer-has-no-key", test_second_computer_has_no_key);
  ADD ("replaced-elsewhere", test_replaced_elsewhere);
  ADD ("replaced-on-both", test_replaced_on_both);
  ADD ("is-sealed-again", test_is_sealed_again);
  ADD ("denied-key-is-taken-back", test_denied_key_is_taken_back);

  return g_test_run ();
}
