/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-app-fixture.h"

static void
edit (MpAppFixture *fixture, const char *path, const char *value)
{
  MpEditor *editor = mp_context_get_editor (fixture->context);
  g_autoptr (MpChanges) changes = mp_changes_new ();
  g_autoptr (GAsyncResult) answer = NULL;
  g_autoptr (GError) error = NULL;
  GAsyncResult *result = NULL;

  mp_changes_set_string (changes, path, value);
  mp_editor_edit_async (editor, fixture->record, changes, mp_test_wait_cb, &result);
  answer = mp_test_wait (&result);
  mp_editor_edit_finish (editor, answer, &error);
  g_assert_no_error (error);
}

static char *
undo_or_redo (MpAppFixture *fixture, gboolean is_undo, GError **error)
{
  MpEditor *editor = mp_context_get_editor (fixture->context);
  g_autoptr (GAsyncResult) answer = NULL;
  g_autoptr (MpRecordModel) record = NULL;
  GAsyncResult *result = NULL;
  char *path = NULL;

  if (is_undo)
    mp_editor_undo_async (editor, mp_test_wait_cb, &result);
  else
    mp_editor_redo_async (editor, mp_test_wait_cb, &result);
  answer = mp_test_wait (&result);
  record = mp_editor_undo_finish (editor, answer, &path, error);
  g_assert_true ((record == NULL) == (path == NULL));
  return path;
}

static const char *
get_value (MpAppFixture *fixture, const char *path)
{
  return mp_record_get_string (mp_record_model_get_record (fixture->record), path);
}

/* Each edit can be taken back, newest first, and made again. */
static void
test_undo (MpAppFixture *fixture, gconstpointer data)
{
  MpEditor *editor = mp_context_get_editor (fixture->context);
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autofree char *again = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (mp_editor_get_can_undo (editor));
  edit (fixture, "/name", "Second");
  edit (fixture, "/crm/platform", "hubspot");

  first = undo_or_redo (fixture, TRUE, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (first, ==, "/crm/platform");
  g_assert_null (get_value (fixture, "/crm/platform"));

  second = undo_or_redo (fixture, TRUE, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (second, ==, "/name");
  g_assert_cmpstr (get_value (fixture, "/name"), ==, "Main");
  g_assert_false (mp_editor_get_can_undo (editor));

  again = undo_or_redo (fixture, FALSE, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (get_value (fixture, "/name"), ==, "Second");
  g_assert_true (mp_editor_get_can_redo (editor));
}

/* A new edit ends what could be made again. */
static void
test_new_edit (MpAppFixture *fixture, gconstpointer data)
{
  MpEditor *editor = mp_context_get_editor (fixture->context);
  g_autofree char *path = NULL;
  g_autofree char *nothing = NULL;
  g_autoptr (GError) error = NULL;

  edit (fixture, "/name", "Second");
  path = undo_or_redo (fixture, TRUE, &error);
  g_assert_no_error (error);
  edit (fixture, "/name", "Third");
  g_assert_false (mp_editor_get_can_redo (editor));

  nothing = undo_or_redo (fixture, FALSE, &error);
  g_assert_error (error, MP_ERROR, MP_ERROR_NOT_FOUND);
  g_assert_null (nothing);
}

/* What the session refuses is no step. */
static void
test_refused (MpAppFixture *fixture, gconstpointer data)
{
  MpEditor *editor = mp_context_get_editor (fixture->context);
  g_autoptr (MpChanges) changes = mp_changes_new ();
  g_autoptr (GAsyncResult) answer = NULL;
  g_autoptr (GError) error = NULL;
  GAsyncResult *result = NULL;

  mp_app_fixture_become (fixture, "client_user");
  mp_changes_set_string (changes, "/name", "Second");
  mp_editor_edit_async (editor, fixture->record, changes, mp_test_wait_cb, &result);
  answer = mp_test_wait (&result);

  g_assert_false (mp_editor_edit_finish (editor, answer, &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_FORBIDDEN);
  g_assert_false (mp_editor_get_can_undo (editor));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  MP_APP_TEST ("/app/editor/edits-are-taken-back-in-order", test_undo);
  MP_APP_TEST ("/app/editor/a-new-edit-ends-redo", test_new_edit);
  MP_APP_TEST ("/app/editor/a-refused-edit-is-no-step", test_refused);
  return g_test_run ();
}
