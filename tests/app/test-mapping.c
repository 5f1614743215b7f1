/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-app-fixture.h"
#include "mp-crm-page.h"
#include "mp-mapping-entry.h"
#include "mp-mapping-row.h"
#include "mp-mapping-values.h"
#include "mp-match-rules.h"
#include "mp-picker-popover.h"

#define OBJECT "leads"

/* The CRM page with the member fields open, of a record that has a CRM with a few fields. */
typedef struct
{
  GtkWidget *page;
  GtkWindow *window;
  MpRecordModel *record; /* (unowned) */
} Editor;

static MpSession *
get_session (MpAppFixture *fixture)
{
  return fixture->session.first.session;
}

static void
open_editor (MpAppFixture *fixture, Editor *editor)
{
  g_autofree char *id = mp_test_create_with_crm (get_session (fixture), "Club");
  g_autoptr (GError) error = NULL;

  mp_test_server_add (
      fixture->session.hubspot,
      &(MpTestReply){
          .path = "/crm/v3/properties/" OBJECT,
          .body =
              "{\"results\": ["
              "{\"name\": \"firstname\", \"label\": \"First Name\", \"type\": \"string\"},"
              "{\"name\": \"lastname\", \"label\": \"Last Name\", \"type\": \"string\"},"
              "{\"name\": \"email\", \"label\": \"E-mail\", \"type\": \"string\"},"
              "{\"name\": \"q7\", \"label\": \"Odd choice\", \"type\": \"enumeration\","
              " \"options\": [{\"value\": \"M\", \"label\": \"Male\"},"
              " {\"value\": \"F\", \"label\": \"Female\"}, {\"value\": \"1\"}, {\"value\": \"2\"},"
              " {\"value\": \"3\"}, {\"value\": \"4\"}, {\"value\": \"5\"}]},"
              "{\"name\": \"odd\", \"label\": \"Odd\", \"type\": \"string\"}]}",
      });
  mp_test_edit (get_session (fixture), id, "/crm/member_object", OBJECT, &error);
  g_assert_no_error (error);
  mp_test_load_fields (get_session (fixture), id, OBJECT, FALSE, &error);
  g_assert_no_error (error);
  editor->record = mp_session_find_record (get_session (fixture), id);
  mp_context_set_record (fixture->context, editor->record);
  editor->page = g_object_new (MP_TYPE_CRM_PAGE, "context", fixture->context, NULL);
  editor->window = mp_app_show (editor->page);
  mp_page_reveal (MP_PAGE (editor->page), "/crm/member_fields");
}

static const char *
get_target (Editor *editor, const char *path)
{
  return mp_mapping_get_target (
      mp_record_get_value (mp_record_model_get_record (editor->record), path));
}

/* (nullable): a visible button whose text begins so; mnemonics are left out */
static GtkWidget *
find_button (GtkWidget *root, const char *text)
{
  const char *label = GTK_IS_BUTTON (root) ? gtk_button_get_label (GTK_BUTTON (root)) : NULL;
  g_auto (GStrv) pieces = label != NULL ? g_strsplit (label, "_", -1) : NULL;
  g_autofree char *plain = pieces != NULL ? g_strjoinv ("", pieces) : NULL;

  if (plain != NULL && g_str_has_prefix (plain, text) && gtk_widget_get_mapped (root))
    return root;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_button (child, text);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static GtkWidget *
find_row (GtkWidget *root, const char *field)
{
  if (MP_IS_MAPPING_ROW (root) &&
      g_str_equal (mp_catalogue_field_get_name (mp_mapping_row_get_field (MP_MAPPING_ROW (root))),
                   field))
    return root;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_row (child, field);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static void
click (GtkWidget *button)
{
  g_assert_nonnull (button);
  g_signal_emit_by_name (button, "clicked");
}

static void
undo (MpAppFixture *fixture)
{
  MpEditor *editor = mp_context_get_editor (fixture->context);
  g_autoptr (GAsyncResult) answer = NULL;
  g_autoptr (MpRecordModel) undone = NULL;
  g_autoptr (GError) error = NULL;
  GAsyncResult *result = NULL;

  mp_editor_undo_async (editor, mp_test_wait_cb, &result);
  answer = mp_test_wait (&result);
  undone = mp_editor_undo_finish (editor, answer, NULL, &error);
  g_assert_no_error (error);
}

/* All that is sure is accepted at once, and taken back at once; that it was right is remembered. */
static void
test_accept_all (MpAppFixture *fixture, gconstpointer data)
{
  Editor editor;
  g_autoptr (MpMatchRules) rules = NULL;

  open_editor (fixture, &editor);
  MP_TEST_WAIT_UNTIL (find_button (editor.page, "Accept 3 Suggestions") != NULL);
  click (find_button (editor.page, "Accept 3 Suggestions"));
  MP_TEST_WAIT_UNTIL (get_target (&editor, "/crm/member_fields/email") != NULL);
  g_assert_cmpstr (get_target (&editor, "/crm/member_fields/firstName"), ==, "firstname");
  g_assert_cmpstr (get_target (&editor, "/crm/member_fields/lastName"), ==, "lastname");
  MP_TEST_WAIT_UNTIL (mp_session_get_kept (get_session (fixture), MP_KEPT_MAPPING_RULES) != NULL);
  rules = mp_match_rules_new (mp_session_get_kept (get_session (fixture), MP_KEPT_MAPPING_RULES));
  g_assert_cmpuint (mp_match_rules_get_size (rules), ==, 3);
  g_assert_true (mp_match_rules_get (rules, 0)->accepted);

  undo (fixture);
  g_assert_null (get_target (&editor, "/crm/member_fields/email"));
  g_assert_null (get_target (&editor, "/crm/member_fields/firstName"));
  mp_app_destroy (editor.window);
}

/* What was refused is not suggested again, here or after a restart. */
static void
test_refuse (MpAppFixture *fixture, gconstpointer data)
{
  Editor editor;
  GtkWidget *row;

  open_editor (fixture, &editor);
  row = find_row (editor.page, "email");
  MP_TEST_WAIT_UNTIL (mp_mapping_row_get_suggested (MP_MAPPING_ROW (row)));
  click (find_button (row, "Refuse"));
  MP_TEST_WAIT_UNTIL (!mp_mapping_row_get_suggested (MP_MAPPING_ROW (row)));
  g_assert_nonnull (find_button (editor.page, "Accept 2 Suggestions"));
  g_assert_null (get_target (&editor, "/crm/member_fields/email"));
  mp_app_destroy (editor.window);
}

/* One is accepted; it then says why it is so, and that less is left. */
static void
test_accept_one (MpAppFixture *fixture, gconstpointer data)
{
  Editor editor;
  GtkWidget *row;

  open_editor (fixture, &editor);
  row = find_row (editor.page, "firstName");
  MP_TEST_WAIT_UNTIL (mp_mapping_row_get_suggested (MP_MAPPING_ROW (row)));
  click (find_button (row, "Accept"));
  MP_TEST_WAIT_UNTIL (get_target (&editor, "/crm/member_fields/firstName") != NULL);
  g_assert_false (mp_mapping_row_get_suggested (MP_MAPPING_ROW (row)));
  g_assert_null (find_button (row, "Accept"));
  mp_app_destroy (editor.window);
}

/* A field that something else has by now is not suggested any more. */
static void
test_used (MpAppFixture *fixture, gconstpointer data)
{
  Editor editor;
  GtkWidget *row;
  g_autoptr (GError) error = NULL;

  open_editor (fixture, &editor);
  row = find_row (editor.page, "email");
  MP_TEST_WAIT_UNTIL (mp_mapping_row_get_suggested (MP_MAPPING_ROW (row)));
  mp_test_edit (get_session (fixture), mp_record_model_get_id (editor.record),
                "/crm/member_fields/company", "email", &error);
  g_assert_no_error (error);
  MP_TEST_WAIT_UNTIL (!mp_mapping_row_get_suggested (MP_MAPPING_ROW (row)));
  mp_app_destroy (editor.window);
}

static GtkWidget *
find_values (void)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (unsigned int i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWidget) window = g_list_model_get_item (windows, i);

      if (MP_IS_MAPPING_VALUES (window))
        return window;
    }
  return NULL;
}

static char *
dup_entry (Editor *editor, const char *path)
{
  JsonNode *entry = mp_record_get_value (mp_record_model_get_record (editor->record), path);

  return entry != NULL ? mp_json_to_canonical (entry) : g_strdup ("");
}

static gboolean
is_entry (Editor *editor, const char *path, const char *expected)
{
  g_autofree char *entry = dup_entry (editor, path);

  return g_str_equal (entry, expected);
}

/* Both lists of choices side by side: matched by name, one by hand, and a rule for the rest. */
static void
test_values (MpAppFixture *fixture, gconstpointer data)
{
  const char *path = "/crm/member_fields/gender";
  Editor editor;
  GtkWidget *values;
  GtkWidget *other;
  g_autoptr (GError) error = NULL;

  open_editor (fixture, &editor);
  g_assert_null (find_button (find_row (editor.page, "gender"), "Values"));
  mp_test_edit (get_session (fixture), mp_record_model_get_id (editor.record), path, "q7", &error);
  g_assert_no_error (error);
  MP_TEST_WAIT_UNTIL (find_button (find_row (editor.page, "gender"), "Values") != NULL);
  click (find_button (find_row (editor.page, "gender"), "Values"));
  values = find_values ();
  mp_app_settle ();
  click (find_button (values, "Match by Name"));
  MP_TEST_WAIT_UNTIL (
      is_entry (&editor, path, "{\"field\":\"q7\",\"values\":{\"Female\":\"F\",\"Male\":\"M\"}}"));
  other = mp_app_find (values, ADW_TYPE_COMBO_ROW, "Any other value");
  adw_combo_row_set_selected (ADW_COMBO_ROW (other), 1);
  MP_TEST_WAIT_UNTIL (is_entry (&editor, path,
                                "{\"field\":\"q7\",\"rest\":\"\",\"values\":{\"Female\":"
                                "\"F\",\"Male\":\"M\"}}"));
  other = mp_app_find (values, ADW_TYPE_COMBO_ROW, "Other");
  adw_combo_row_set_selected (ADW_COMBO_ROW (other), 3);
  MP_TEST_WAIT_UNTIL (is_entry (&editor, path,
                                "{\"field\":\"q7\",\"rest\":\"\",\"values\":{\"Female\":"
                                "\"F\",\"Male\":\"M\",\"Other\":\"F\"}}"));
  mp_test_edit (get_session (fixture), mp_record_model_get_id (editor.record), path, "odd", &error);
  g_assert_no_error (error);
  MP_TEST_WAIT_UNTIL (find_values () == NULL);
  mp_app_destroy (editor.window);
}

/* Where nothing fits, the CRM may have it by now. */
static void
test_refresh (MpAppFixture *fixture, gconstpointer data)
{
  Editor editor;
  GtkWidget *row;
  GtkWidget *popover;
  unsigned int n_requests;

  open_editor (fixture, &editor);
  row = find_row (editor.page, "email");
  MP_TEST_WAIT_UNTIL (mp_mapping_row_get_suggested (MP_MAPPING_ROW (row)));
  g_signal_emit_by_name (row, "target-clicked", row);
  mp_app_settle ();
  popover = mp_app_find (row, MP_TYPE_PICKER_POPOVER, NULL);
  g_assert_null (find_button (popover, "Refresh from CRM"));
  gtk_editable_set_text (GTK_EDITABLE (mp_app_find (popover, GTK_TYPE_SEARCH_ENTRY, NULL)), "zzz");
  MP_TEST_WAIT_UNTIL (find_button (popover, "Refresh from CRM") != NULL);
  n_requests = mp_test_server_get_n_requests (fixture->session.hubspot);
  click (find_button (popover, "Refresh from CRM"));
  MP_TEST_WAIT_UNTIL (mp_test_server_get_n_requests (fixture->session.hubspot) > n_requests);
  mp_app_destroy (editor.window);
}

static unsigned int
count_shown_rows (GtkWidget *root)
{
  unsigned int count = MP_IS_MAPPING_ROW (root) && gtk_widget_get_child_visible (root);

  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    count += count_shown_rows (child);
  return count;
}

static GtkWidget *
find_filter (GtkWidget *root)
{
  if (GTK_IS_DROP_DOWN (root) && gtk_widget_get_mapped (root))
    return root;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_filter (child);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static void
test_filter (MpAppFixture *fixture, gconstpointer data)
{
  Editor editor;
  GtkDropDown *filter;
  unsigned int all;
  g_autoptr (GError) error = NULL;

  open_editor (fixture, &editor);
  MP_TEST_WAIT_UNTIL (find_button (editor.page, "Accept 3 Suggestions") != NULL);
  filter = GTK_DROP_DOWN (find_filter (editor.page));
  all = count_shown_rows (editor.page);
  gtk_drop_down_set_selected (filter, 1);
  g_assert_cmpuint (count_shown_rows (editor.page), <, all);
  gtk_drop_down_set_selected (filter, 3);
  mp_app_settle ();
  g_assert_cmpuint (all - count_shown_rows (editor.page), >=, 60);
  gtk_drop_down_set_selected (filter, 2);
  mp_test_edit (get_session (fixture), mp_record_model_get_id (editor.record),
                "/crm/member_fields/bio", "gone_field", &error);
  g_assert_no_error (error);
  MP_TEST_WAIT_UNTIL (gtk_widget_get_child_visible (find_row (editor.page, "bio")));
  g_assert_false (gtk_widget_get_child_visible (find_row (editor.page, "email")));
  mp_app_destroy (editor.window);
}

int
main (int argc, char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  MP_APP_TEST ("/app/mapping/accept-all-is-one-step", test_accept_all);
  MP_APP_TEST ("/app/mapping/accept-one", test_accept_one);
  MP_APP_TEST ("/app/mapping/refused-is-not-suggested-again", test_refuse);
  MP_APP_TEST ("/app/mapping/used-is-not-suggested", test_used);
  MP_APP_TEST ("/app/mapping/values-side-by-side", test_values);
  MP_APP_TEST ("/app/mapping/nothing-found-offers-to-refresh", test_refresh);
  MP_APP_TEST ("/app/mapping/filter", test_filter);
  return g_test_run ();
}
