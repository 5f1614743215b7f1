/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-session-fixture.h"

#include <string.h>

static MpRecordModel *
find (MpSessionFixture *fixture, const char *id)
{
  return mp_session_find_record (fixture->first.session, id);
}

static MpRecordState
get_state (MpSessionFixture *fixture, const char *id)
{
  return mp_record_model_get_state (find (fixture, id));
}

static void
count_cb (MpRecordModel *model, gpointer user_data)
{
  (*(unsigned int *) user_data)++;
}

static void
count_notify_cb (GObject *object, GParamSpec *pspec, gpointer user_data)
{
  (*(unsigned int *) user_data)++;
}

/* When an edit is told as saved, the model shows it and widgets were told. */
static void
test_shows_what_is_saved (MpSessionFixture *fixture, gconstpointer data)
{
  g_autofree char *id = mp_test_create (fixture->first.session, " Club ");
  MpRecordModel *model = find (fixture, id);
  g_autoptr (GError) error = NULL;
  unsigned int n_changed = 0;
  unsigned int n_name = 0;
  unsigned int n_pending = 0;

  g_assert_cmpstr (mp_record_model_get_name (model), ==, "Club");
  g_assert_null (mp_record_model_get_base (model));
  g_signal_connect (model, "changed", G_CALLBACK (count_cb), &n_changed);
  g_signal_connect (model, "notify::name", G_CALLBACK (count_notify_cb), &n_name);
  g_signal_connect (fixture->first.session, "notify::pending-count", G_CALLBACK (count_notify_cb),
                    &n_pending);

  mp_test_edit (fixture->first.session, id, "/name", "Society", &error);

  g_assert_no_error (error);
  g_assert_cmpstr (mp_record_model_get_name (model), ==, "Society");
  g_assert_cmpuint (n_changed, ==, 1);
  g_assert_cmpuint (n_name, ==, 1);
  g_assert_cmpuint (n_pending, ==, 0);
  g_assert_cmpuint (mp_session_get_pending_count (fixture->first.session), ==, 1);
}

static void
test_keeps_names_in_order (MpSessionFixture *fixture, gconstpointer data)
{
  g_autofree char *b = mp_test_create (fixture->first.session, "B");
  g_autofree char *a = mp_test_create (fixture->first.session, "A");
  g_autofree char *c = mp_test_create (fixture->first.session, "C");
  GListModel *records = mp_session_get_records (fixture->first.session);
  const char *const ids[] = { b, c, a };
  g_autoptr (GError) error = NULL;

  mp_test_edit (fixture->first.session, a, "/name", "D", &error);

  g_assert_no_error (error);
  g_assert_cmpuint (g_list_model_get_n_items (records), ==, 3);
  for (unsigned int i = 0; i < 3; i++)
    {
      g_autoptr (MpRecordModel) model = g_list_model_get_item (records, i);

      g_assert_cmpstr (mp_record_model_get_id (model), ==, ids[i]);
    }
}

/* However wrong, it is kept; but it does not go to the server. */
static void
test_draft_stays_here (MpSessionFixture *fixture, gconstpointer data)
{
  g_autofree char *id = mp_test_create (fixture->first.session, "Club");
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (get_state (fixture, id), ==, MP_RECORD_STATE_DRAFT);
  g_assert_nonnull (mp_field_errors_find (mp_record_model_get_errors (find (fixture, id)),
                                          "/payment_gateway/platform"));

  mp_test_sync (fixture->first.session, &error);

  g_assert_no_error (error);
  g_assert_null (mp_test_tenant_get_record (fixture->tenant, id));
  g_assert_cmpint (get_state (fixture, id), ==, MP_RECORD_STATE_DRAFT);
  g_assert_cmpstr (mp_session_get_sync_message (fixture->first.session), ==, "1 change waiting");
}

static void
test_offline_edit_arrives_later (MpSessionFixture *fixture, gconstpointer data)
{
  g_autofree char *id = NULL;
  g_autoptr (GError) error = NULL;
  MpRecord *record;

  mp_test_tenant_go_away (fixture->tenant);
  id = mp_test_create_complete (fixture->first.session, "Club");
  g_assert_cmpint (get_state (fixture, id), ==, MP_RECORD_STATE_WAITING);

  g_assert_false (mp_test_sync (fixture->first.session, &error));
  g_assert_true (mp_error_is_offline (error));
  g_assert_cmpint (mp_session_get_sync_state (fixture->first.session), ==, MP_SYNC_STATE_OFFLINE);
  g_assert_true (
      g_str_has_prefix (mp_session_get_sync_message (fixture->first.session), "Offline since "));
  g_assert_true (g_str_has_suffix (mp_session_get_sync_message (fixture->first.session),
                                   ", 2 changes waiting"));

  g_clear_error (&error);
  mp_test_tenant_come_back (fixture->tenant);
  mp_test_sync (fixture->first.session, &error);

  g_assert_no_error (error);
  record = mp_test_tenant_get_record (fixture->tenant, id);
  g_assert_nonnull (record);
  g_assert_cmpstr (mp_record_get_name (record), ==, "Club");
  g_assert_cmpint (get_state (fixture, id), ==, MP_RECORD_STATE_SYNCED);
  g_assert_nonnull (mp_record_model_get_base (find (fixture, id)));
  g_assert_cmpint (mp_session_get_sync_state (fixture->first.session), ==, MP_SYNC_STATE_SYNCED);
  g_assert_cmpstr (mp_session_get_sync_message (fixture->first.session), ==, "Synced");
  g_assert_cmpuint (mp_session_get_pending_count (fixture->first.session), ==, 0);
  g_assert_cmpint (mp_session_get_last_synced_unix_us (fixture->first.session), >, 0);
}

/* Two calls are one sync. */
static void
test_sync_is_joined (MpSessionFixture *fixture, gconstpointer data)
{
  g_autoptr (GAsyncResult) first_answer = NULL;
  g_autoptr (GAsyncResult) second_answer = NULL;
  GAsyncResult *first = NULL;
  GAsyncResult *second = NULL;
  g_autoptr (GError) error = NULL;

  mp_session_sync_async (fixture->first.session, NULL, mp_test_wait_cb, &first);
  mp_session_sync_async (fixture->first.session, NULL, mp_test_wait_cb, &second);
  g_assert_cmpint (mp_session_get_sync_state (fixture->first.session), ==, MP_SYNC_STATE_SYNCING);
  first_answer = mp_test_wait (&first);
  second_answer = mp_test_wait (&second);

  mp_session_sync_finish (fixture->first.session, first_answer, &error);
  g_assert_no_error (error);
  mp_session_sync_finish (fixture->first.session, second_answer, &error);
  g_assert_no_error (error);
}

/* What the server refuses stays a draft, with its words at the field until that is edited. */
static void
test_refusal_shows_until_edited (MpSessionFixture *fixture, gconstpointer data)
{
  g_autofree char *id = mp_test_create_complete (fixture->first.session, "Club");
  g_autoptr (GError) error = NULL;
  const MpFieldError *fault;

  mp_test_tenant_refuse (fixture->tenant, "/name");
  mp_test_sync (fixture->first.session, &error);

  g_assert_no_error (error);
  g_assert_cmpint (get_state (fixture, id), ==, MP_RECORD_STATE_REFUSED);
  fault = mp_field_errors_find (mp_record_model_get_errors (find (fixture, id)), "/name");
  g_assert_nonnull (fault);
  g_assert_cmpstr (mp_session_get_sync_message (fixture->first.session), ==,
                   "The server refused 1 field");

  mp_test_tenant_refuse (fixture->tenant, NULL);
  mp_test_edit (fixture->first.session, id, "/name", "Society", &error);
  g_assert_no_error (error);
  g_assert_cmpint (get_state (fixture, id), ==, MP_RECORD_STATE_WAITING);
  g_assert_null (mp_field_errors_find (mp_record_model_get_errors (find (fixture, id)), "/name"));

  mp_test_sync (fixture->first.session, &error);
  g_assert_no_error (error);
  g_assert_cmpint (get_state (fixture, id), ==, MP_RECORD_STATE_SYNCED);
}

static void
resolve (MpSession *session, MpConflict *conflict, JsonNode *value, GError **error)
{
  g_autoptr (GPtrArray) choices = g_ptr_array_new_with_free_func ((GDestroyNotify) mp_choice_free);
  g_autoptr (GAsyncResult) answer = NULL;
  GAsyncResult *result = NULL;

  g_ptr_array_add (choices, mp_choice_new (conflict, value));
  mp_session_resolve_async (session, choices, NULL, mp_test_wait_cb, &result);
  answer = mp_test_wait (&result);
  mp_session_resolve_finish (session, answer, error);
}

/* Nothing is overwritten silently: the person chooses, and the choice arrives. */
static void
test_conflict_is_the_persons (MpSessionFixture *fixture, gconstpointer data)
{
  g_autofree char *id = mp_test_create_complete (fixture->first.session, "Club");
  g_autoptr (MpChanges) theirs = mp_changes_new ();
  g_autoptr (MpConflict) conflict = NULL;
  g_autoptr (JsonNode) mine = NULL;
  g_autoptr (GError) error = NULL;

  mp_test_sync (fixture->first.session, &error);
  g_assert_no_error (error);
  mp_changes_set_string (theirs, "/name", "Theirs");
  mp_test_tenant_edit (fixture->tenant, id, theirs);
  mp_test_edit (fixture->first.session, id, "/name", "Mine", &error);
  mp_test_sync (fixture->first.session, &error);

  g_assert_no_error (error);
  g_assert_cmpint (get_state (fixture, id), ==, MP_RECORD_STATE_CONFLICT);
  g_assert_cmpuint (mp_session_get_conflict_count (fixture->first.session), ==, 1);
  g_assert_cmpuint (mp_record_model_get_n_conflicts (find (fixture, id)), ==, 1);
  g_assert_cmpstr (mp_session_get_sync_message (fixture->first.session), ==,
                   "1 conflict to resolve");

  conflict = g_object_ref (mp_record_model_get_conflict (find (fixture, id), 0));
  mine = mp_json_node_new_string ("Mine");
  resolve (fixture->first.session, conflict, mine, &error);
  g_assert_no_error (error);
  mp_test_sync (fixture->first.session, &error);

  g_assert_no_error (error);
  g_assert_cmpint (get_state (fixture, id), ==, MP_RECORD_STATE_SYNCED);
  g_assert_cmpstr (mp_record_get_name (mp_test_tenant_get_record (fixture->tenant, id)), ==,
                   "Mine");

  resolve (fixture->first.session, conflict, mine, &error);
  g_assert_error (error, MP_ERROR, MP_ERROR_NOT_FOUND);
}

static void
set_archived (MpSession *session, const char *id, gboolean archived, GError **error)
{
  g_autoptr (GAsyncResult) answer = NULL;
  GAsyncResult *result = NULL;

  mp_session_set_archived_async (session, id, archived, NULL, mp_test_wait_cb, &result);
  answer = mp_test_wait (&result);
  mp_session_set_archived_finish (session, answer, error);
}

static void
test_archives_and_restores (MpSessionFixture *fixture, gconstpointer data)
{
  g_autofree char *id = mp_test_create_complete (fixture->first.session, "Club");
  g_autoptr (GError) error = NULL;

  for (int archived = 1; archived >= 0; archived--)
    {
      set_archived (fixture->first.session, id, archived, &error);
      g_assert_no_error (error);
      g_assert_cmpint (mp_record_get_archived (mp_record_model_get_record (find (fixture, id))), ==,
                       archived);

      mp_test_sync (fixture->first.session, &error);
      g_assert_no_error (error);
      g_assert_cmpint (mp_record_get_archived (mp_test_tenant_get_record (fixture->tenant, id)), ==,
                       archived);
    }
}

static void
assert_forbidden (GError *taken)
{
  g_autoptr (GError) error = taken;

  g_assert_error (error, MP_ERROR, MP_ERROR_FORBIDDEN);
  g_assert_nonnull (strstr (error->message, "Your role"));
}

/* A role that may only read: everything is shown, nothing changes, and it is said why. */
static void
test_role_may_only_read (MpSessionFixture *fixture, gconstpointer data)
{
  g_autofree char *id = mp_test_create_complete (fixture->first.session, "Club");
  MpSession *session = fixture->first.session;
  g_autoptr (MpCredential) credential =
                 g_list_model_get_item (mp_session_get_credentials (session), 0);
  const char *credential_id = mp_credential_get_id (credential);
  g_autoptr (GAsyncResult) created = NULL;
  g_autoptr (GAsyncResult) renamed = NULL;
  g_autoptr (GAsyncResult) revoked = NULL;
  GAsyncResult *result = NULL;
  GError *error = NULL;

  mp_test_tenant_set_role (fixture->tenant, "client_user");
  mp_test_sync (session, &error);
  g_assert_no_error (error);
  g_assert_cmpint (mp_session_get_role (session), ==, MP_ROLE_CLIENT_USER);

  mp_session_create_record_async (session, "Other", NULL, mp_test_wait_cb, &result);
  created = mp_test_wait (&result);
  g_assert_null (mp_session_create_record_finish (session, created, &error));
  assert_forbidden (g_steal_pointer (&error));

  g_assert_false (mp_test_edit (session, id, "/name", "Other", &error));
  assert_forbidden (g_steal_pointer (&error));

  set_archived (session, id, TRUE, &error);
  assert_forbidden (g_steal_pointer (&error));

  g_assert_null (mp_test_add_key (session, "stripe", MP_TEST_STRIPE_KEY, &error));
  assert_forbidden (g_steal_pointer (&error));

  mp_session_rename_credential_async (session, credential_id, "Other", NULL, mp_test_wait_cb,
                                      &result);
  renamed = mp_test_wait (&result);
  g_assert_false (mp_session_rename_credential_finish (session, renamed, &error));
  assert_forbidden (g_steal_pointer (&error));

  mp_session_revoke_credential_async (session, credential_id, NULL, mp_test_wait_cb, &result);
  revoked = mp_test_wait (&result);
  g_assert_false (mp_session_revoke_credential_finish (session, revoked, &error));
  assert_forbidden (g_steal_pointer (&error));

  g_assert_cmpstr (mp_record_model_get_name (find (fixture, id)), ==, "Club");
  g_assert_cmpuint (g_list_model_get_n_items (mp_session_get_records (session)), ==, 1);
}

static void
test_refuses_what_is_not_there (MpSessionFixture *fixture, gconstpointer data)
{
  g_autoptr (GAsyncResult) answer = NULL;
  GAsyncResult *result = NULL;
  g_autoptr (GError) edit_error = NULL;
  g_autoptr (GError) name_error = NULL;

  g_assert_false (mp_test_edit (fixture->first.session, "0192f000-0000-7000-8000-00000000dead",
                                "/name", "x", &edit_error));
  g_assert_error (edit_error, MP_ERROR, MP_ERROR_NOT_FOUND);

  mp_session_create_record_async (fixture->first.session, "  ", NULL, mp_test_wait_cb, &result);
  answer = mp_test_wait (&result);
  g_assert_null (mp_session_create_record_finish (fixture->first.session, answer, &name_error));
  g_assert_error (name_error, MP_ERROR, MP_ERROR_INVALID);
}

/* A key typed where a stored one is chosen comes into no file: the end of every test looks. */
static void
test_keeps_no_key_as_a_value (MpSessionFixture *fixture, gconstpointer data)
{
  g_autofree char *id = mp_test_create (fixture->first.session, "Club");
  g_autoptr (GError) error = NULL;

  g_assert_false (
      mp_test_edit (fixture->first.session, id, "/crm/api_key", MP_TEST_CRM_KEY, &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
  g_assert_null (strstr (error->message, MP_TEST_CRM_KEY));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

#define ADD(path, func)                                                                            \
  g_test_add ("/session/edits/" path, MpSessionFixture, NULL, mp_session_fixture_set_up_signed_in, \
              func, mp_session_fixture_tear_down)
  ADD ("shows-what-is-saved", test_shows_what_is_saved);
  ADD ("keeps-names-in-order", test_keeps_names_in_order);
  ADD ("draft-stays-here", test_draft_stays_here);
  ADD ("offline-edit-arrives-later", test_offline_edit_arrives_later);
  ADD ("sync-is-joined", test_sync_is_joined);
  ADD ("refusal-shows-until-edited", test_refusal_shows_until_edited);
  ADD ("conflict-is-the-persons", test_conflict_is_the_persons);
  ADD ("archives-and-restores", test_archives_and_restores);
  ADD ("role-may-only-read", test_role_may_only_read);
  ADD ("keeps-no-key-as-a-value", test_keeps_no_key_as_a_value);
  ADD ("refuses-what-is-not-there", test_refuses_what_is_not_there);

  return g_test_run ();
}
