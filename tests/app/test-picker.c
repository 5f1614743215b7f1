/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-app-fixture.h"
#include "mp-picker-popover.h"
#include "mp-picker-row.h"

static GListModel *
new_choices (unsigned int n_choices)
{
  GListStore *choices = g_list_store_new (MP_TYPE_PICKER_ITEM);

  for (unsigned int i = 0; i < n_choices; i++)
    {
      g_autofree char *id = g_strdup_printf ("field_%u", i);
      g_autofree char *label = g_strdup_printf ("Élément %u", i);
      g_autoptr (MpPickerItem) item = mp_picker_item_new (id, label, "Text");

      g_list_store_append (choices, item);
    }
  return G_LIST_MODEL (choices);
}

static GtkWindow *
show_row (GtkWidget *row)
{
  GtkWidget *group = adw_preferences_group_new ();

  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), row);
  return mp_app_show (group);
}

/* A value the list lacks is shown as it is stored, marked; while nothing is read yet it is not. */
static void
test_missing (void)
{
  g_autoptr (GListModel) choices = new_choices (3);
  GtkWidget *row = mp_picker_row_new ();
  GtkWindow *window = show_row (row);

  mp_picker_row_set_selected (MP_PICKER_ROW (row), "field_7");
  g_object_set (row, "missing-text", "Missing at the CRM", NULL);
  g_assert_null (mp_app_find (row, GTK_TYPE_LABEL, "Missing at the CRM"));

  mp_picker_row_set_model (MP_PICKER_ROW (row), choices);
  g_assert_nonnull (mp_app_find (row, GTK_TYPE_LABEL, "Missing at the CRM"));
  g_assert_nonnull (mp_app_find (row, GTK_TYPE_LABEL, "field_7"));

  mp_picker_row_set_selected (MP_PICKER_ROW (row), "field_2");
  g_assert_null (mp_app_find (row, GTK_TYPE_LABEL, "Missing at the CRM"));
  g_assert_nonnull (mp_app_find (row, GTK_TYPE_LABEL, "Élément 2"));
  mp_app_destroy (window);
}

static void
count_cb (unsigned int *count)
{
  (*count)++;
}

static void
search_for (GtkWidget *row, const char *text)
{
  GtkWidget *entry = mp_app_find (row, GTK_TYPE_SEARCH_ENTRY, NULL);

  g_assert_true (gtk_widget_get_visible (entry));
  gtk_editable_set_text (GTK_EDITABLE (entry), text);
  g_signal_emit_by_name (entry, "activate");
  mp_app_settle ();
}

/* The list opens with the row, is searched by any part without diacritics, and Return chooses. */
static void
test_search (void)
{
  g_autoptr (GListModel) choices = new_choices (3000);
  GtkWidget *row = mp_picker_row_new ();
  GtkWindow *window = show_row (row);
  unsigned int n_chosen = 0;

  g_signal_connect_swapped (row, "chosen", G_CALLBACK (count_cb), &n_chosen);
  mp_picker_row_set_model (MP_PICKER_ROW (row), choices);
  gtk_widget_activate (row);
  mp_app_settle ();
  search_for (row, "element 2999");
  g_assert_cmpstr (mp_picker_row_get_selected (MP_PICKER_ROW (row)), ==, "field_2999");
  g_assert_cmpuint (n_chosen, ==, 1);

  mp_picker_row_open (MP_PICKER_ROW (row));
  search_for (row, "no such thing");
  g_assert_cmpstr (mp_picker_row_get_selected (MP_PICKER_ROW (row)), ==, "field_2999");
  g_assert_cmpuint (n_chosen, ==, 1);
  mp_app_destroy (window);
}

/* What must be chosen has no way to choose nothing, and says so while it is empty. */
static void
test_required (void)
{
  g_autoptr (GListModel) choices = new_choices (3);
  GtkWidget *row = mp_picker_row_new ();
  GtkWindow *window = show_row (row);

  mp_picker_row_set_model (MP_PICKER_ROW (row), choices);
  mp_picker_row_set_required (MP_PICKER_ROW (row), TRUE);
  g_assert_nonnull (mp_app_find (row, GTK_TYPE_LABEL, "Required"));

  mp_picker_row_set_selected (MP_PICKER_ROW (row), "field_1");
  mp_picker_row_open (MP_PICKER_ROW (row));
  g_assert_null (mp_app_find (row, GTK_TYPE_LABEL, "Required"));
  g_assert_null (mp_app_find (row, GTK_TYPE_BUTTON, "Choose nothing"));

  mp_picker_row_close (MP_PICKER_ROW (row));
  mp_picker_row_set_required (MP_PICKER_ROW (row), FALSE);
  mp_picker_row_open (MP_PICKER_ROW (row));
  g_signal_emit_by_name (mp_app_find (row, GTK_TYPE_BUTTON, "Choose nothing"), "clicked");
  g_assert_null (mp_picker_row_get_selected (MP_PICKER_ROW (row)));
  mp_app_destroy (window);
}

/* A row that cannot be changed does not open. A failure offers another try. */
static void
test_states (void)
{
  g_autoptr (GListModel) choices = new_choices (3);
  GtkWidget *row = mp_picker_row_new ();
  GtkWindow *window = show_row (row);
  GtkWidget *retry = mp_app_find (row, GTK_TYPE_BUTTON, "_Try again");
  unsigned int n_retries = 0;

  g_signal_connect_swapped (row, "retry", G_CALLBACK (count_cb), &n_retries);
  mp_picker_row_set_loading (MP_PICKER_ROW (row), TRUE);
  g_assert_true (gtk_widget_get_visible (mp_app_find (row, GTK_TYPE_SPINNER, NULL)));
  mp_picker_row_set_loading (MP_PICKER_ROW (row), FALSE);
  mp_picker_row_set_failure (MP_PICKER_ROW (row), "HubSpot could not be reached");
  g_assert_true (gtk_widget_get_visible (retry));
  g_signal_emit_by_name (retry, "clicked");
  g_assert_cmpuint (n_retries, ==, 1);

  mp_picker_row_set_loading (MP_PICKER_ROW (row), TRUE);
  g_assert_false (gtk_widget_get_visible (retry));
  mp_picker_row_set_model (MP_PICKER_ROW (row), choices);
  mp_picker_row_set_editable (MP_PICKER_ROW (row), FALSE);
  mp_picker_row_open (MP_PICKER_ROW (row));
  g_assert_null (mp_app_find (row, MP_TYPE_PICKER_POPOVER, NULL));
  mp_app_destroy (window);
}

/* What is only listed can be read and found, but not chosen; a record that has it says so. */
static void
test_unavailable (void)
{
  g_autoptr (GListStore) choices = G_LIST_STORE (new_choices (8));
  g_autoptr (MpPickerItem) ledger = mp_picker_item_new_unavailable (
      "ledger", "Ledger", "Not yet possible: it has no keys.");
  GtkWidget *row = mp_picker_row_new ();
  GtkWindow *window = show_row (row);
  unsigned int n_chosen = 0;

  g_list_store_append (choices, ledger);
  g_signal_connect_swapped (row, "chosen", G_CALLBACK (count_cb), &n_chosen);
  mp_picker_row_set_model (MP_PICKER_ROW (row), G_LIST_MODEL (choices));
  mp_picker_row_open (MP_PICKER_ROW (row));
  mp_app_settle ();
  g_assert_nonnull (mp_app_find (row, GTK_TYPE_LABEL, "Not yet possible: it has no keys."));
  g_assert_false (gtk_widget_is_sensitive (mp_app_find (row, GTK_TYPE_LABEL, "Ledger")));
  g_assert_true (gtk_widget_is_sensitive (mp_app_find (row, GTK_TYPE_LABEL, "Élément 7")));

  search_for (row, "ledger");
  g_assert_null (mp_picker_row_get_selected (MP_PICKER_ROW (row)));
  g_assert_cmpuint (n_chosen, ==, 0);
  mp_picker_row_close (MP_PICKER_ROW (row));
  mp_app_settle ();
  g_assert_null (mp_app_find (row, GTK_TYPE_LABEL, "Cannot be used"));

  mp_picker_row_set_selected (MP_PICKER_ROW (row), "ledger");
  g_assert_nonnull (mp_app_find (row, GTK_TYPE_LABEL, "Cannot be used"));
  mp_app_destroy (window);
}

int
main (int argc, char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add_func ("/app/picker/a-missing-value-stays-and-is-marked", test_missing);
  g_test_add_func ("/app/picker/thousands-are-searched", test_search);
  g_test_add_func ("/app/picker/required-cannot-be-emptied", test_required);
  g_test_add_func ("/app/picker/states-are-shown", test_states);
  g_test_add_func ("/app/picker/unavailable-is-only-listed", test_unavailable);
  return g_test_run ();
}
