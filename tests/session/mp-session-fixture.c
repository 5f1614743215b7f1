/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-session-fixture.h"

static MpSecret *
new_token (void)
{
  MpSecret *token = mp_secret_new ();

  mp_secret_set (token, "token", MP_TEST_TENANT_TOKEN);
  return token;
}

static void
set_base_address (MpPlatforms *platforms, const char *platform, MpTestServer *server)
{
  g_autofree char *assignment =
      g_strdup_printf ("%s=%s", platform, mp_test_server_get_address (server));
  g_autoptr (GError) error = NULL;

  mp_platforms_set_base_address (platforms, assignment, &error);
  g_assert_no_error (error);
}

static void
set_up_desktop (MpSessionFixture *fixture, MpTestDesktop *desktop)
{
  g_autoptr (MpClock) clock = mp_clock_new ();
  g_autoptr (MpHttpClient) http = mp_http_client_new ();
  g_autoptr (MpPlatforms) platforms = mp_platforms_new (http, NULL);

  set_base_address (platforms, "hubspot", fixture->hubspot);
  set_base_address (platforms, "stripe", fixture->stripe);
  desktop->folder = mp_test_folder_new ();
  desktop->secrets = mp_memory_secrets_new ();
  desktop->services =
      mp_services_new (desktop->folder, clock, MP_SECRET_STORE (desktop->secrets), http, platforms);
}

static void
tear_down_desktop (MpTestDesktop *desktop)
{
  static const char *const secrets[] = { MP_TEST_CRM_KEY, MP_TEST_OTHER_CRM_KEY, MP_TEST_STRIPE_KEY,
                                         MP_TEST_TENANT_TOKEN };

  for (size_t i = 0; i < G_N_ELEMENTS (secrets); i++)
    {
      g_autofree char *found = mp_test_folder_find_bytes (desktop->folder, secrets[i]);

      g_assert_cmpstr (found, ==, NULL);
    }

  mp_test_desktop_close (desktop);
  g_assert_finalize_object (desktop->services);
  g_assert_finalize_object (desktop->secrets);
  mp_test_folder_remove (desktop->folder);
  g_free (desktop->folder);
}

static void
add_replies (MpSessionFixture *fixture)
{
  mp_test_server_add (fixture->hubspot, &(MpTestReply){
                                            .path = "/account-info/v3/details",
                                            .body = "{\"portalId\": 42,"
                                                    " \"accountType\": \"STANDARD\"}",
                                        });
  mp_test_server_add (fixture->hubspot, &(MpTestReply){
                                            .path = "/crm-object-schemas/v3/schemas",
                                            .body = "{\"results\": []}",
                                        });
  mp_test_server_add (fixture->hubspot,
                      &(MpTestReply){
                          .path = "/crm/v3/properties/contacts",
                          .body = "{\"results\": [{\"name\": \"email\", \"label\": \"E-mail\","
                                  " \"type\": \"string\", \"fieldType\": \"text\"}]}",
                      });
  mp_test_server_add (fixture->stripe,
                      &(MpTestReply){ .path = "/v1/account", .body = "{\"id\": \"acct_1\"}" });
}

void
mp_session_fixture_set_up (MpSessionFixture *fixture, gconstpointer data)
{
  fixture->tenant = mp_test_tenant_new ();
  fixture->hubspot = mp_test_server_new ();
  fixture->stripe = mp_test_server_new ();
  add_replies (fixture);
  set_up_desktop (fixture, &fixture->first);
  set_up_desktop (fixture, &fixture->second);
}

void
mp_session_fixture_set_up_signed_in (MpSessionFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  mp_session_fixture_set_up (fixture, data);
  mp_test_desktop_sign_in (&fixture->first, fixture->tenant, &error);
  g_assert_no_error (error);
}

void
mp_session_fixture_tear_down (MpSessionFixture *fixture, gconstpointer data)
{
  const char *traffic = mp_test_tenant_get_traffic (fixture->tenant);

  g_assert_null (strstr (traffic, MP_TEST_CRM_KEY));
  g_assert_null (strstr (traffic, MP_TEST_STRIPE_KEY));
  tear_down_desktop (&fixture->first);
  tear_down_desktop (&fixture->second);
  g_assert_finalize_object (fixture->tenant);
  g_assert_finalize_object (fixture->hubspot);
  g_assert_finalize_object (fixture->stripe);
}

void
mp_test_desktop_sign_in (MpTestDesktop *desktop, MpTestTenant *tenant, GError **error)
{
  g_autoptr (MpSecret) token = new_token ();
  g_autoptr (GAsyncResult) answer = NULL;
  GAsyncResult *result = NULL;

  mp_session_sign_in_async (desktop->services, mp_test_tenant_get_address (tenant),
                            MP_TEST_TENANT_NAME, token, NULL, mp_test_wait_cb, &result);
  answer = mp_test_wait (&result);
  desktop->session = mp_session_sign_in_finish (answer, error);
}

void
mp_test_desktop_open (MpTestDesktop *desktop, MpTestTenant *tenant, GError **error)
{
  g_autoptr (GAsyncResult) answer = NULL;
  GAsyncResult *result = NULL;

  mp_session_open_async (desktop->services, mp_test_tenant_get_address (tenant),
                         MP_TEST_TENANT_NAME, NULL, mp_test_wait_cb, &result);
  answer = mp_test_wait (&result);
  desktop->session = mp_session_open_finish (answer, error);
}

void
mp_test_desktop_close (MpTestDesktop *desktop)
{
  GAsyncResult *result = NULL;
  GAsyncResult *answer;
  g_autoptr (GError) error = NULL;

  if (desktop->session == NULL)
    return;

  mp_session_close_async (desktop->session, mp_test_wait_cb, &result);
  answer = mp_test_wait (&result);
  mp_session_close_finish (desktop->session, answer, &error);
  g_assert_no_error (error);
  g_object_unref (answer);

  /* What was cancelled still has to say so. */
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (g_steal_pointer (&desktop->session));
}

/* (transfer none) (nullable) */
MpSecret *
mp_test_desktop_find_secret (MpTestDesktop *desktop, MpTestTenant *tenant, const char *item)
{
  const MpSecretName name = { mp_test_tenant_get_address (tenant), MP_TEST_TENANT_NAME, item };

  return mp_memory_secrets_find (desktop->secrets, &name);
}

gboolean
mp_test_sync (MpSession *session, GError **error)
{
  g_autoptr (GAsyncResult) answer = NULL;
  GAsyncResult *result = NULL;

  mp_session_sync_async (session, NULL, mp_test_wait_cb, &result);
  answer = mp_test_wait (&result);

  return mp_session_sync_finish (session, answer, error);
}

char *
mp_test_create (MpSession *session, const char *name)
{
  g_autoptr (GAsyncResult) answer = NULL;
  g_autoptr (MpRecordModel) model = NULL;
  g_autoptr (GError) error = NULL;
  GAsyncResult *result = NULL;

  mp_session_create_record_async (session, name, NULL, mp_test_wait_cb, &result);
  answer = mp_test_wait (&result);
  model = mp_session_create_record_finish (session, answer, &error);
  g_assert_no_error (error);

  return g_strdup (mp_record_model_get_id (model));
}

gboolean
mp_test_edit (
    MpSession *session, const char *id, const char *path, const char *value, GError **error)
{
  g_autoptr (MpChanges) changes = mp_changes_new ();
  g_autoptr (GAsyncResult) answer = NULL;
  GAsyncResult *result = NULL;

  if (value != NULL)
    mp_changes_set_string (changes, path, value);
  else
    mp_changes_unset (changes, path);
  mp_session_edit_async (session, id, changes, NULL, mp_test_wait_cb, &result);
  answer = mp_test_wait (&result);

  return mp_session_edit_finish (session, answer, error);
}

MpCredential *
mp_test_add_key (MpSession *session, const char *platform, const char *key, GError **error)
{
  const MpNewCredential credential = { .platform = platform, .label = "Key", .mode = MP_MODE_TEST };
  g_autoptr (MpSecret) secret = mp_secret_new ();
  g_autoptr (GAsyncResult) answer = NULL;
  GAsyncResult *result = NULL;

  mp_secret_set (secret, "key", key);
  mp_session_add_credential_async (session, &credential, secret, NULL, mp_test_wait_cb, &result);
  answer = mp_test_wait (&result);

  return mp_session_add_credential_finish (session, answer, error);
}

gboolean
mp_test_load_objects (MpSession *session, const char *id, gboolean refresh, GError **error)
{
  g_autoptr (GAsyncResult) answer = NULL;
  GAsyncResult *result = NULL;

  mp_session_load_objects_async (session, id, refresh, NULL, mp_test_wait_cb, &result);
  answer = mp_test_wait (&result);

  return mp_session_load_objects_finish (session, answer, error);
}

gboolean
mp_test_load_fields (
    MpSession *session, const char *id, const char *object, gboolean refresh, GError **error)
{
  g_autoptr (GAsyncResult) answer = NULL;
  GAsyncResult *result = NULL;

  mp_session_load_fields_async (session, id, object, refresh, NULL, mp_test_wait_cb, &result);
  answer = mp_test_wait (&result);

  return mp_session_load_fields_finish (session, answer, error);
}

static void
set_platform (
    MpSession *session, const char *id, const char *section, const char *platform, const char *key)
{
  g_autofree char *platform_path = g_strdup_printf ("/%s/platform", section);
  g_autofree char *key_path = g_strdup_printf ("/%s/api_key", section);
  g_autoptr (GError) error = NULL;
  g_autoptr (MpCredential) credential = mp_test_add_key (session, platform, key, &error);

  g_assert_no_error (error);
  mp_test_edit (session, id, platform_path, platform, &error);
  g_assert_no_error (error);
  mp_test_edit (session, id, key_path, mp_credential_get_id (credential), &error);
  g_assert_no_error (error);
}

char *
mp_test_create_complete (MpSession *session, const char *name)
{
  char *id = mp_test_create (session, name);

  set_platform (session, id, "payment_gateway", "stripe", MP_TEST_STRIPE_KEY);
  return id;
}

char *
mp_test_create_with_crm (MpSession *session, const char *name)
{
  char *id = mp_test_create (session, name);

  set_platform (session, id, "crm", "hubspot", MP_TEST_CRM_KEY);
  return id;
}
