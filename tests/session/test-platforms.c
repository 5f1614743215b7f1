/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-session-fixture.h"

#include "mp-store-sql-private.h"

#include <sqlite3.h>
#include <string.h>

static GListModel *
get_objects (MpTestDesktop *desktop, const char *id)
{
  return mp_crm_metadata_get_objects (
      mp_record_model_get_metadata (mp_session_find_record (desktop->session, id)));
}

/* Asks of the files of @folder, when the keyring is asked, whether the audit entry is there. */
typedef struct
{
  const char *folder;
  const char *purpose;
  unsigned int n_lookups;
  unsigned int n_too_early;
} Watch;

static void
looked_up_cb (const char *item, gpointer user_data)
{
  Watch *watch = user_data;
  g_autofree char *found = NULL;

  if (g_str_equal (item, "token"))
    return;

  watch->n_lookups++;
  found = mp_test_folder_find_bytes (watch->folder, watch->purpose);
  if (found == NULL)
    watch->n_too_early++;
}

/* The entry that says so is on disk before the keyring is asked, and arrives at the server. */
static void
test_key_is_opened_after_its_entry (MpSessionFixture *fixture, gconstpointer data)
{
  g_autofree char *id = mp_test_create_with_crm (fixture->first.session, "Club");
  Watch watch = { fixture->first.folder, "crm.objects", 0, 0 };
  const MpTestRequest *request;
  g_autoptr (GError) error = NULL;

  mp_memory_secrets_set_lookup_func (fixture->first.secrets, looked_up_cb, &watch);
  mp_test_load_objects (fixture->first.session, id, FALSE, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (watch.n_lookups, ==, 1);
  g_assert_cmpuint (watch.n_too_early, ==, 0);
  g_assert_nonnull (get_objects (&fixture->first, id));
  /* The list, and the labels of what else there is. */
  g_assert_cmpuint (mp_test_server_get_n_requests (fixture->hubspot), ==, 2);
  request = mp_test_server_get_request (fixture->hubspot, 0);
  g_assert_cmpstr (mp_test_request_get_header (request, "authorization"), ==,
                   "Bearer " MP_TEST_CRM_KEY);

  mp_memory_secrets_set_lookup_func (fixture->first.secrets, NULL, NULL);
  mp_test_sync (fixture->first.session, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (mp_test_tenant_count (fixture->tenant, MP_ACTION_USE), ==, 1);
}

static char *
find_store_file (const char *folder)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) profiles = mp_profile_list (folder, &error);
  MpProfile *profile = g_ptr_array_index (profiles, 0);

  return g_build_filename (profile->directory, "settings.sqlite", NULL);
}

/* If the entry cannot be written, the key stays closed and nothing is asked. */
static void
test_no_entry_no_call (MpSessionFixture *fixture, gconstpointer data)
{
  g_autofree char *id = mp_test_create_with_crm (fixture->first.session, "Club");
  g_autofree char *file = find_store_file (fixture->first.folder);
  Watch watch = { fixture->first.folder, "crm.objects", 0, 0 };
  g_autoptr (GError) error = NULL;
  sqlite3 *other = NULL;

  mp_memory_secrets_set_lookup_func (fixture->first.secrets, looked_up_cb, &watch);
  g_assert_cmpint (sqlite3_open (file, &other), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (other, "BEGIN IMMEDIATE", NULL, NULL, NULL), ==, SQLITE_OK);

  g_assert_false (mp_test_load_objects (fixture->first.session, id, FALSE, &error));

  g_assert_error (error, MP_ERROR, MP_ERROR_STORAGE);
  g_assert_cmpuint (watch.n_lookups, ==, 0);
  g_assert_cmpuint (mp_test_server_get_n_requests (fixture->hubspot), ==, 0);
  g_assert_cmpint (sqlite3_close (other), ==, SQLITE_OK);
}

static void
test_keyring_is_locked (MpSessionFixture *fixture, gconstpointer data)
{
  g_autofree char *id = mp_test_create_with_crm (fixture->first.session, "Club");
  g_autoptr (GError) error = NULL;

  mp_memory_secrets_fail_with (fixture->first.secrets, MP_ERROR_KEYRING_LOCKED);

  g_assert_false (mp_test_load_objects (fixture->first.session, id, FALSE, &error));

  g_assert_error (error, MP_ERROR, MP_ERROR_KEYRING_LOCKED);
  g_assert_cmpuint (mp_test_server_get_n_requests (fixture->hubspot), ==, 0);
  g_assert_null (get_objects (&fixture->first, id));
}

/* Somebody emptied the keyring: it is said, and the key is no longer promised. */
static void
test_key_is_lost (MpSessionFixture *fixture, gconstpointer data)
{
  g_autofree char *id = mp_test_create_with_crm (fixture->first.session, "Club");
  g_autofree char *credential_id = g_strdup (mp_record_get_string (
      mp_record_model_get_record (mp_session_find_record (fixture->first.session, id)),
      "/crm/api_key"));
  const MpSecretName name = { mp_test_tenant_get_address (fixture->tenant), MP_TEST_TENANT_NAME,
                              credential_id };
  g_autoptr (GAsyncResult) answer = NULL;
  GAsyncResult *result = NULL;
  g_autoptr (GError) error = NULL;

  mp_secret_store_clear_async (MP_SECRET_STORE (fixture->first.secrets), &name, NULL,
                               mp_test_wait_cb, &result);
  answer = mp_test_wait (&result);

  g_assert_false (mp_test_load_objects (fixture->first.session, id, FALSE, &error));

  g_assert_error (error, MP_ERROR, MP_ERROR_NOT_FOUND);
  g_assert_false (mp_session_has_key (fixture->first.session, credential_id));
}

/* What the CRM answered once is there, also after a new start without it, until it is refreshed. */
static void
test_answers_are_cached (MpSessionFixture *fixture, gconstpointer data)
{
  g_autofree char *id = mp_test_create_with_crm (fixture->first.session, "Club");
  g_autoptr (GError) error = NULL;
  unsigned int n_asked;
  MpCrmMetadata *metadata;

  mp_test_edit (fixture->first.session, id, "/crm/member_object", "contacts", &error);
  mp_test_load_objects (fixture->first.session, id, FALSE, &error);
  g_assert_no_error (error);
  mp_test_load_fields (fixture->first.session, id, "contacts", FALSE, &error);
  g_assert_no_error (error);
  n_asked = mp_test_server_get_n_requests (fixture->hubspot);

  mp_test_load_objects (fixture->first.session, id, FALSE, &error);
  mp_test_load_fields (fixture->first.session, id, "contacts", FALSE, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (mp_test_server_get_n_requests (fixture->hubspot), ==, n_asked);

  mp_test_desktop_close (&fixture->first);
  mp_test_desktop_open (&fixture->first, fixture->tenant, &error);
  g_assert_no_error (error);
  metadata = mp_record_model_get_metadata (mp_session_find_record (fixture->first.session, id));
  g_assert_nonnull (mp_crm_metadata_find_object (metadata, "contacts"));
  g_assert_nonnull (mp_crm_metadata_find_field (metadata, "contacts", "email"));
  g_assert_cmpuint (mp_test_server_get_n_requests (fixture->hubspot), ==, n_asked);

  mp_test_load_objects (fixture->first.session, id, TRUE, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (mp_test_server_get_n_requests (fixture->hubspot), >, n_asked);
}

/* What is kept tells of which moment it is, and when it is time to ask again. */
static void
test_age_is_known (MpSessionFixture *fixture, gconstpointer data)
{
  MpClock *clock = mp_services_get_clock (fixture->first.services);
  g_autofree char *id = mp_test_create_with_crm (fixture->first.session, "Club");
  MpRecordModel *model = mp_session_find_record (fixture->first.session, id);
  g_autoptr (GError) error = NULL;
  int64_t read_unix_us;

  g_assert_cmpint (mp_record_model_get_metadata_unix_us (model, NULL), ==, 0);
  g_assert_false (mp_session_is_metadata_old (fixture->first.session, id, NULL));

  mp_test_load_objects (fixture->first.session, id, FALSE, &error);
  g_assert_no_error (error);
  read_unix_us = mp_record_model_get_metadata_unix_us (model, NULL);
  g_assert_cmpint (read_unix_us, >, 0);
  g_assert_cmpint (read_unix_us, <=, mp_clock_get_now_unix_us (clock));
  g_assert_true (mp_record_model_is_metadata_live (model, NULL));
  g_assert_cmpint (mp_record_model_get_metadata_unix_us (model, "contacts"), ==, 0);

  mp_test_desktop_close (&fixture->first);
  mp_test_desktop_open (&fixture->first, fixture->tenant, &error);
  g_assert_no_error (error);
  model = mp_session_find_record (fixture->first.session, id);
  g_assert_cmpint (mp_record_model_get_metadata_unix_us (model, NULL) - read_unix_us, >=, 0);
  g_assert_cmpint (mp_record_model_get_metadata_unix_us (model, NULL) - read_unix_us, <,
                   G_TIME_SPAN_MINUTE);
  g_assert_false (mp_record_model_is_metadata_live (model, NULL));
  g_assert_false (mp_session_is_metadata_old (fixture->first.session, id, NULL));
}

/* Two days later the CRM cannot be reached: what is kept stays, with its old time. */
static void
test_old_ones_stay_when_offline (MpSessionFixture *fixture, gconstpointer data)
{
  g_autofree char *id = mp_test_create_with_crm (fixture->first.session, "Club");
  g_autofree char *file = find_store_file (fixture->first.folder);
  g_autoptr (GError) error = NULL;
  MpRecordModel *model;
  int64_t read_unix_us;
  sqlite3 *store = NULL;

  mp_test_load_objects (fixture->first.session, id, FALSE, &error);
  g_assert_no_error (error);
  mp_test_desktop_close (&fixture->first);
  g_assert_cmpint (sqlite3_open (file, &store), ==, SQLITE_OK);
  g_assert_true (mp_store_sql_add_functions (store, NULL));
  g_assert_cmpint (sqlite3_exec (store,
                                 "UPDATE cache SET fetched_at = fetched_at - 172800000000,"
                                 " mark = mp_digest (name, body, fetched_at - 172800000000)",
                                 NULL, NULL, NULL),
                   ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_close (store), ==, SQLITE_OK);
  mp_test_desktop_open (&fixture->first, fixture->tenant, &error);
  g_assert_no_error (error);
  mp_test_server_clear (fixture->hubspot);
  mp_test_server_add (fixture->hubspot, &(MpTestReply){ .status = 500, .body = "{}" });

  mp_test_load_objects (fixture->first.session, id, FALSE, &error);
  g_assert_no_error (error);
  model = mp_session_find_record (fixture->first.session, id);
  read_unix_us = mp_record_model_get_metadata_unix_us (model, NULL);
  g_assert_true (mp_session_is_metadata_old (fixture->first.session, id, NULL));

  g_assert_false (mp_test_load_objects (fixture->first.session, id, TRUE, &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_UNAVAILABLE);
  g_assert_nonnull (get_objects (&fixture->first, id));
  g_assert_cmpint (mp_record_model_get_metadata_unix_us (model, NULL), ==, read_unix_us);
  g_assert_true (mp_session_is_metadata_old (fixture->first.session, id, NULL));
}

/* A record whose CRM can say that its lists still hold. */
static char *
create_with_salesforce (MpSessionFixture *fixture)
{
  MpPlatforms *platforms = mp_services_get_platforms (fixture->first.services);
  const MpNewCredential credential = { .platform = "salesforce",
                                       .label = "Key",
                                       .mode = MP_MODE_LIVE };
  MpSession *session = fixture->first.session;
  g_autofree char *assignment =
      g_strconcat ("salesforce=", mp_test_server_get_address (fixture->hubspot), NULL);
  g_autofree char *id = mp_test_create (session, "Club");
  g_autoptr (MpSecret) secret = mp_secret_new ();
  g_autoptr (GAsyncResult) answer = NULL;
  g_autoptr (MpCredential) added = NULL;
  g_autoptr (GError) error = NULL;
  GAsyncResult *result = NULL;

  g_assert_true (mp_platforms_set_base_address (platforms, assignment, &error));
  mp_secret_set (secret, "client_id", "3MVG9consumer");
  mp_secret_set (secret, "client_secret", "5ecret00consumer");
  mp_session_add_credential_async (session, &credential, secret, NULL, mp_test_wait_cb, &result);
  answer = mp_test_wait (&result);
  added = mp_session_add_credential_finish (session, answer, &error);
  g_assert_no_error (error);
  mp_test_edit (session, id, "/crm/platform", "salesforce", &error);
  mp_test_edit (session, id, "/crm/connection/domain", "example.my.salesforce.com", &error);
  mp_test_edit (session, id, "/crm/api_key", mp_credential_get_id (added), &error);
  g_assert_no_error (error);
  return g_steal_pointer (&id);
}

static void
serve_salesforce (MpSessionFixture *fixture, unsigned int status)
{
  mp_test_server_clear (fixture->hubspot);
  mp_test_server_add (fixture->hubspot,
                      &(MpTestReply){ .path = "/services/oauth2/token",
                                      .body = "{\"access_token\": \"t0ken5ecret\"}" });
  mp_test_server_add (
      fixture->hubspot,
      &(MpTestReply){ .status = status,
                      .headers = { "Last-Modified", "Fri, 27 Nov 2026 10:00:00 GMT" },
                      .body = "{\"sobjects\": [{\"name\": \"Contact\", \"label\": \"Contact\","
                              " \"createable\": true, \"updateable\": true,"
                              " \"searchable\": true}]}" });
}

/* The list that a CRM says still holds is not read again, and is as good as new. */
static void
test_unchanged_list_is_renewed (MpSessionFixture *fixture, gconstpointer data)
{
  g_autofree char *id = create_with_salesforce (fixture);
  g_autoptr (GError) error = NULL;
  MpRecordModel *model = mp_session_find_record (fixture->first.session, id);
  const MpTestRequest *request;
  int64_t read_unix_us;

  serve_salesforce (fixture, 200);
  mp_test_load_objects (fixture->first.session, id, FALSE, &error);
  g_assert_no_error (error);
  read_unix_us = mp_record_model_get_metadata_unix_us (model, NULL);

  serve_salesforce (fixture, 304);
  mp_test_load_objects (fixture->first.session, id, TRUE, &error);
  g_assert_no_error (error);
  request = mp_test_server_get_request (fixture->hubspot,
                                        mp_test_server_get_n_requests (fixture->hubspot) - 1);
  g_assert_cmpstr (mp_test_request_get_header (request, "if-modified-since"), ==,
                   "Fri, 27 Nov 2026 10:00:00 GMT");
  g_assert_cmpuint (g_list_model_get_n_items (get_objects (&fixture->first, id)), ==, 1);
  g_assert_cmpint (mp_record_model_get_metadata_unix_us (model, NULL), >, read_unix_us);
  g_assert_true (mp_record_model_is_metadata_live (model, NULL));
}

/* The rules know the CRM's fields as soon as they were read; another key has another CRM. */
static void
test_metadata_are_of_one_crm (MpSessionFixture *fixture, gconstpointer data)
{
  g_autofree char *id = mp_test_create_with_crm (fixture->first.session, "Club");
  MpRecordModel *model = mp_session_find_record (fixture->first.session, id);
  g_autoptr (MpCredential) other = NULL;
  g_autoptr (GError) error = NULL;

  mp_test_edit (fixture->first.session, id, "/crm/member_object", "nothing", &error);
  g_assert_null (mp_field_errors_find (mp_record_model_get_errors (model), "/crm/member_object"));

  mp_test_load_objects (fixture->first.session, id, FALSE, &error);
  g_assert_no_error (error);
  g_assert_nonnull (
      mp_field_errors_find (mp_record_model_get_errors (model), "/crm/member_object"));

  other = mp_test_add_key (fixture->first.session, "hubspot", MP_TEST_OTHER_CRM_KEY, &error);
  mp_test_edit (fixture->first.session, id, "/crm/api_key", mp_credential_get_id (other), &error);
  g_assert_no_error (error);
  g_assert_null (get_objects (&fixture->first, id));
  g_assert_null (mp_field_errors_find (mp_record_model_get_errors (model), "/crm/member_object"));
}

static void
test_needs_a_crm_and_a_key (MpSessionFixture *fixture, gconstpointer data)
{
  g_autofree char *id = mp_test_create (fixture->first.session, "Club");
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) missing_error = NULL;

  g_assert_false (mp_test_load_objects (fixture->first.session, id, FALSE, &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
  g_assert_false (mp_test_load_objects (
      fixture->first.session, "0192f000-0000-7000-8000-00000000dead", FALSE, &missing_error));
  g_assert_error (missing_error, MP_ERROR, MP_ERROR_NOT_FOUND);
}

/* A typed key is asked about without an entry: it was never stored. */
static void
test_typed_key (MpSessionFixture *fixture, gconstpointer data)
{
  g_autoptr (MpSecret) secret = mp_secret_new ();
  g_autoptr (GAsyncResult) answer = NULL;
  GAsyncResult *result = NULL;
  g_autoptr (MpTestResult) tested = NULL;
  g_autoptr (GError) error = NULL;

  mp_secret_set (secret, "key", MP_TEST_CRM_KEY);
  mp_session_test_secret_async (fixture->first.session, "hubspot", NULL, secret, NULL,
                                mp_test_wait_cb, &result);
  answer = mp_test_wait (&result);
  tested = mp_session_test_secret_finish (fixture->first.session, answer, &error);

  g_assert_no_error (error);
  g_assert_cmpint (mp_test_result_get_outcome (tested), ==, MP_TEST_CONNECTED);
  g_assert_cmpint (mp_test_result_get_mode (tested), ==, MP_MODE_LIVE);
  g_assert_cmpuint (mp_session_get_pending_count (fixture->first.session), ==, 0);
  g_assert_cmpuint (mp_memory_secrets_get_size (fixture->first.secrets), ==, 1);
}

static void
test_stored_key (MpSessionFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MpCredential) credential =
                 mp_test_add_key (fixture->first.session, "hubspot", MP_TEST_CRM_KEY, &error);
  g_autoptr (GAsyncResult) answer = NULL;
  GAsyncResult *result = NULL;
  g_autoptr (MpTestResult) tested = NULL;

  mp_session_test_credential_async (fixture->first.session, mp_credential_get_id (credential), NULL,
                                    NULL, mp_test_wait_cb, &result);
  answer = mp_test_wait (&result);
  tested = mp_session_test_credential_finish (fixture->first.session, answer, &error);

  g_assert_no_error (error);
  g_assert_cmpint (mp_test_result_get_outcome (tested), ==, MP_TEST_CONNECTED);
  mp_test_sync (fixture->first.session, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (mp_test_tenant_count (fixture->tenant, MP_ACTION_USE), ==, 1);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

#define ADD(path, func)                                                                            \
  g_test_add ("/session/platforms/" path, MpSessionFixture, NULL,                                  \
              mp_session_fixture_set_up_signed_in, func, mp_session_fixture_tear_down)
  ADD ("key-is-opened-after-its-entry", test_key_is_opened_after_its_entry);
  ADD ("no-entry-no-call", test_no_entry_no_call);
  ADD ("keyring-is-locked", test_keyring_is_locked);
  ADD ("key-is-lost", test_key_is_lost);
  ADD ("answers-are-cached", test_answers_are_cached);
  ADD ("age-is-known", test_age_is_known);
  ADD ("old-ones-stay-when-offline", test_old_ones_stay_when_offline);
  ADD ("unchanged-list-is-renewed", test_unchanged_list_is_renewed);
  ADD ("metadata-are-of-one-crm", test_metadata_are_of_one_crm);
  ADD ("needs-a-crm-and-a-key", test_needs_a_crm_and_a_key);
  ADD ("typed-key", test_typed_key);
  ADD ("stored-key", test_stored_key);

  return g_test_run ();
}
