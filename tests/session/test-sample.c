/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-session-fixture.h"

#include <string.h>

#include "mp-sample-record.h"

static const char *const fields[] = { "email", "firstname", NULL };

static GListModel *
load_sample (MpSessionFixture *fixture,
             const char *id,
             const char *object,
             GCancellable *cancellable,
             GError **error)
{
  g_autoptr (GAsyncResult) answer = NULL;
  GAsyncResult *result = NULL;

  mp_session_load_sample_async (fixture->first.session, id, object, fields, cancellable,
                                mp_test_wait_cb, &result);
  answer = mp_test_wait (&result);
  return mp_session_load_sample_finish (fixture->first.session, answer, error);
}

static void
serve_records (MpSessionFixture *fixture)
{
  mp_test_server_clear (fixture->hubspot);
  mp_test_server_add (
      fixture->hubspot,
      &(MpTestReply){ .path = "/crm/v3/objects/contacts",
                      .body = "{\"results\": [{\"id\": \"1\", \"properties\":"
                              " {\"email\": \"ada@members.example\", \"firstname\": null,"
                              " \"password_hash\": \"not-asked-for\"}}]}" });
}

/* Was the entry on disk when the keyring was asked? */
static void
looked_up_cb (const char *item, gpointer user_data)
{
  MpSessionFixture *fixture = user_data;
  g_autofree char *found = NULL;

  if (g_str_equal (item, "token"))
    return;
  found = mp_test_folder_find_bytes (fixture->first.folder, "crm.sample");
  g_assert_nonnull (found);
}

/* Only the fields that are asked for are read, with the record's key, whose opening has its entry;
 * nothing of them stays on the computer. */
static void
test_reads_and_keeps_nothing (MpSessionFixture *fixture, gconstpointer data)
{
  g_autofree char *id = mp_test_create_with_crm (fixture->first.session, "Club");
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) records = NULL;
  g_autoptr (MpSampleRecord) record = NULL;
  g_autofree char *found = NULL;
  const MpTestRequest *request;

  serve_records (fixture);
  mp_memory_secrets_set_lookup_func (fixture->first.secrets, looked_up_cb, fixture);
  records = load_sample (fixture, id, "contacts", NULL, &error);
  mp_memory_secrets_set_lookup_func (fixture->first.secrets, NULL, NULL);

  g_assert_no_error (error);
  g_assert_cmpuint (g_list_model_get_n_items (records), ==, 1);
  record = g_list_model_get_item (records, 0);
  g_assert_cmpstr (mp_sample_record_get_value (record, "email"), ==, "ada@members.example");
  g_assert_null (mp_sample_record_get_value (record, "firstname"));
  g_assert_null (mp_sample_record_get_value (record, "password_hash"));

  g_assert_cmpuint (mp_test_server_get_n_requests (fixture->hubspot), ==, 1);
  request = mp_test_server_get_request (fixture->hubspot, 0);
  g_assert_nonnull (strstr (request->query, "email"));
  g_assert_null (strstr (request->query, "password"));
  g_assert_cmpstr (mp_test_request_get_header (request, "authorization"), ==,
                   "Bearer " MP_TEST_CRM_KEY);

  found = mp_test_folder_find_bytes (fixture->first.folder, "ada@members.example");
  g_assert_cmpstr (found, ==, NULL);
  mp_test_sync (fixture->first.session, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (mp_test_tenant_count (fixture->tenant, MP_ACTION_USE), ==, 1);
}

/* Without a CRM, or a record, there is nothing to look at, and it is said what to do. */
static void
test_needs_a_crm_and_a_key (MpSessionFixture *fixture, gconstpointer data)
{
  g_autofree char *id = mp_test_create (fixture->first.session, "Club");
  const char *const ids[] = { id, "0192f000-0000-7000-8000-00000000dead" };

  for (size_t i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GListModel) none = load_sample (fixture, ids[i], "contacts", NULL, &error);

      g_assert_null (none);
      g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
      g_assert_cmpstr (error->message, ==, "Choose a CRM and enter its API key first.");
    }
  g_assert_cmpuint (mp_test_server_get_n_requests (fixture->hubspot), ==, 0);
}

static void
test_keyring_is_locked (MpSessionFixture *fixture, gconstpointer data)
{
  g_autofree char *id = mp_test_create_with_crm (fixture->first.session, "Club");
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) none = NULL;

  serve_records (fixture);
  mp_memory_secrets_fail_with (fixture->first.secrets, MP_ERROR_KEYRING_LOCKED);
  none = load_sample (fixture, id, "contacts", NULL, &error);

  g_assert_null (none);
  g_assert_error (error, MP_ERROR, MP_ERROR_KEYRING_LOCKED);
  g_assert_cmpuint (mp_test_server_get_n_requests (fixture->hubspot), ==, 0);
}

/* What the CRM refuses, and what cannot be the name of an object, is passed on. */
static void
test_failures_are_passed_on (MpSessionFixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *object;
    unsigned int status;
    int code;
  } cases[] = {
    { "contacts", 401, MP_ERROR_UNAUTHORIZED },
    { "contacts", 403, MP_ERROR_FORBIDDEN },
    { "contacts", 404, MP_ERROR_NOT_FOUND },
    { "contacts/../users", 200, MP_ERROR_INVALID },
  };
  g_autofree char *id = mp_test_create_with_crm (fixture->first.session, "Club");

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GListModel) none = NULL;

      g_test_message ("%s %u", cases[i].object, cases[i].status);
      mp_test_server_clear (fixture->hubspot);
      mp_test_server_add (fixture->hubspot,
                          &(MpTestReply){ .status = cases[i].status, .body = "{}" });
      none = load_sample (fixture, id, cases[i].object, NULL, &error);

      g_assert_null (none);
      g_assert_error (error, MP_ERROR, cases[i].code);
      g_assert_null (strstr (error->message, MP_TEST_CRM_KEY));
    }
}

static gboolean
cancel_cb (gpointer user_data)
{
  g_cancellable_cancel (user_data);
  return G_SOURCE_REMOVE;
}

static void
test_cancelled (MpSessionFixture *fixture, gconstpointer data)
{
  g_autofree char *id = mp_test_create_with_crm (fixture->first.session, "Club");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) none = NULL;

  mp_test_server_clear (fixture->hubspot);
  mp_test_server_add (fixture->hubspot, &(MpTestReply){ .body = "{}", .hangs = TRUE });
  g_timeout_add (100, cancel_cb, cancellable);
  none = load_sample (fixture, id, "contacts", cancellable, &error);

  g_assert_null (none);
  g_assert_true (mp_error_is_cancelled (error));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

#define ADD(path, func)                                                                            \
  g_test_add ("/session/sample/" path, MpSessionFixture, NULL,                                     \
              mp_session_fixture_set_up_signed_in, func, mp_session_fixture_tear_down)
  ADD ("reads-and-keeps-nothing", test_reads_and_keeps_nothing);
  ADD ("needs-a-crm-and-a-key", test_needs_a_crm_and_a_key);
  ADD ("keyring-is-locked", test_keyring_is_locked);
  ADD ("failures-are-passed-on", test_failures_are_passed_on);
  ADD ("cancelled", test_cancelled);

  return g_test_run ();
}
