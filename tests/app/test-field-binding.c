/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-app-fixture.h"
#include "mp-overview-page.h"
#include "mp-picker-row.h"
#include "mp-row-caption.h"

static const char *
get_name (MpAppFixture *fixture)
{
  return mp_record_model_get_name (fixture->record);
}

static GtkWidget *
new_page (MpAppFixture *fixture)
{
  return g_object_new (MP_TYPE_OVERVIEW_PAGE, "context", fixture->context, NULL);
}

static GtkEditable *
find_name_row (GtkWidget *page)
{
  return GTK_EDITABLE (mp_app_find (page, ADW_TYPE_ENTRY_ROW, "Name"));
}

/* What is typed is saved once it has rested, with no button. */
static void
test_rest (MpAppFixture *fixture, gconstpointer data)
{
  GtkWidget *page = new_page (fixture);
  GtkWindow *window = mp_app_show (page);

  g_assert_cmpstr (gtk_editable_get_text (find_name_row (page)), ==, "Main");
  gtk_editable_set_text (find_name_row (page), " Renamed ");
  g_assert_cmpstr (get_name (fixture), ==, "Main");
  MP_TEST_WAIT_UNTIL (g_str_equal (get_name (fixture), "Renamed"));
  mp_app_destroy (window);
}

/* Another record chosen, or the page gone: what was typed goes to the record it was typed in. */
static void
test_flush (MpAppFixture *fixture, gconstpointer data)
{
  g_autofree char *id = mp_test_create (fixture->session.first.session, "Other");
  MpRecordModel *other = mp_session_find_record (fixture->session.first.session, id);
  GtkWidget *page = new_page (fixture);
  GtkWindow *window = mp_app_show (page);

  gtk_editable_set_text (find_name_row (page), "Renamed");
  mp_context_set_record (fixture->context, other);
  g_assert_cmpstr (gtk_editable_get_text (find_name_row (page)), ==, "Other");
  MP_TEST_WAIT_UNTIL (g_str_equal (get_name (fixture), "Renamed"));
  g_assert_cmpstr (mp_record_model_get_name (other), ==, "Other");

  gtk_editable_set_text (find_name_row (page), "Other one");
  mp_app_destroy (window);
  MP_TEST_WAIT_UNTIL (g_str_equal (mp_record_model_get_name (other), "Other one"));
}

/* Somebody else's change is shown, but never over what is being typed. */
static void
test_outside (MpAppFixture *fixture, gconstpointer data)
{
  MpSession *session = fixture->session.first.session;
  GtkWidget *page = new_page (fixture);
  GtkWindow *window = mp_app_show (page);
  g_autoptr (GError) error = NULL;

  mp_test_edit (session, mp_record_model_get_id (fixture->record), "/name", "Theirs", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (gtk_editable_get_text (find_name_row (page)), ==, "Theirs");

  gtk_editable_set_text (find_name_row (page), "Typ");
  mp_test_edit (session, mp_record_model_get_id (fixture->record), "/crm/platform", "hubspot",
                &error);
  g_assert_no_error (error);
  g_assert_cmpstr (gtk_editable_get_text (find_name_row (page)), ==, "Typ");
  mp_app_destroy (window);
}

/* A fault stands under its row, which says that it is invalid; it goes with the fault. */
static void
test_fault (MpAppFixture *fixture, gconstpointer data)
{
  GtkWidget *page = new_page (fixture);
  GtkWindow *window = mp_app_show (page);
  GtkWidget *row = GTK_WIDGET (find_name_row (page));
  MpRowCaption *caption = mp_row_caption_get (row);

  g_assert_cmpstr (mp_row_caption_get_text (caption), ==, "");
  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (caption)));

  gtk_editable_set_text (GTK_EDITABLE (row), "");
  MP_TEST_WAIT_UNTIL (*mp_row_caption_get_text (caption) != '\0');
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (caption)));
  g_assert_true (gtk_widget_has_css_class (row, "error"));
  g_assert_true (
      gtk_test_accessible_has_state (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_STATE_INVALID));
  g_assert_true (gtk_test_accessible_has_relation (GTK_ACCESSIBLE (row),
                                                   GTK_ACCESSIBLE_RELATION_DESCRIBED_BY));

  gtk_editable_set_text (GTK_EDITABLE (row), "Named again");
  MP_TEST_WAIT_UNTIL (*mp_row_caption_get_text (caption) == '\0');
  g_assert_false (gtk_widget_has_css_class (row, "error"));
  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (caption)));
  mp_app_destroy (window);
}

/* Why a list could not be read is said where it is missed, and is no fault of what is chosen. */
static void
test_choices (MpAppFixture *fixture, gconstpointer data)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *page = new_page (fixture);
  GtkWidget *group = adw_preferences_group_new ();
  GtkWidget *row = mp_picker_row_new ();
  MpRowCaption *caption;
  GtkWindow *window;

  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), row);
  gtk_box_append (GTK_BOX (box), page);
  gtk_box_append (GTK_BOX (box), group);
  window = mp_app_show (box);
  mp_page_bind_field (MP_PAGE (page), row, "/crm/member_object");
  caption = mp_row_caption_get (row);

  mp_picker_row_set_failure (MP_PICKER_ROW (row), "HubSpot could not be reached");
  g_assert_cmpstr (mp_row_caption_get_text (caption), ==, "HubSpot could not be reached");
  g_assert_false (gtk_widget_has_css_class (row, "error"));
  mp_picker_row_set_failure (MP_PICKER_ROW (row), NULL);
  g_assert_cmpstr (mp_row_caption_get_text (caption), ==, "");
  mp_page_unbind_field (MP_PAGE (page), row);
  mp_app_destroy (window);
}

/* The caption goes with its row. */
static void
test_hidden (void)
{
  GtkWidget *group = adw_preferences_group_new ();
  GtkWidget *row = adw_entry_row_new ();
  MpRowCaption *caption;
  GtkWindow *window;

  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), row);
  window = mp_app_show (group);
  caption = mp_row_caption_get (row);
  mp_row_caption_set (caption, MP_CAPTION_ERROR, "Wrong");
  g_assert_true (caption == mp_row_caption_get (row));
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (caption)));

  gtk_widget_set_visible (row, FALSE);
  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (caption)));
  gtk_widget_set_visible (row, TRUE);
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (caption)));
  mp_app_destroy (window);
}

int
main (int argc, char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  MP_APP_TEST ("/app/field-binding/typed-text-is-saved-by-itself", test_rest);
  MP_APP_TEST ("/app/field-binding/nothing-typed-is-lost", test_flush);
  MP_APP_TEST ("/app/field-binding/typing-is-not-overwritten", test_outside);
  MP_APP_TEST ("/app/field-binding/a-fault-stands-under-its-row", test_fault);
  MP_APP_TEST ("/app/field-binding/unread-choices-are-told-under-the-row", test_choices);
  g_test_add_func ("/app/field-binding/a-caption-goes-with-its-row", test_hidden);
  return g_test_run ();
}
