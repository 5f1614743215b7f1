/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-app-fixture.h"

static void
use_session (MpAppFixture *fixture)
{
  g_autofree char *id = mp_test_create (fixture->session.first.session, "Main");

  mp_context_set_session (fixture->context, fixture->session.first.session);
  fixture->record = mp_session_find_record (fixture->session.first.session, id);
  mp_context_set_record (fixture->context, fixture->record);
}

void
mp_app_fixture_set_up (MpAppFixture *fixture, gconstpointer data)
{
  mp_session_fixture_set_up_signed_in (&fixture->session, NULL);
  fixture->context = mp_context_new (fixture->session.first.services, NULL);
  use_session (fixture);
}

void
mp_app_fixture_tear_down (MpAppFixture *fixture, gconstpointer data)
{
  mp_app_settle ();
  mp_context_set_session (fixture->context, NULL);
  g_assert_finalize_object (fixture->context);
  mp_session_fixture_tear_down (&fixture->session, NULL);
}

void
mp_app_fixture_become (MpAppFixture *fixture, const char *role)
{
  g_autoptr (GError) error = NULL;

  mp_test_tenant_set_role (fixture->session.tenant, role);
  mp_test_sync (fixture->session.first.session, &error);
  g_assert_no_error (error);
}

void
mp_app_settle (void)
{
  for (unsigned int i = 0; i < 1000 && g_main_context_iteration (NULL, FALSE); i++)
    ;
}

GtkWindow *
mp_app_show (GtkWidget *child)
{
  GtkWidget *window = adw_window_new ();

  adw_window_set_content (ADW_WINDOW (window), child);
  gtk_window_present (GTK_WINDOW (window));
  mp_app_settle ();
  return GTK_WINDOW (window);
}

void
mp_app_destroy (GtkWindow *window)
{
  gtk_window_destroy (window);
  mp_app_settle ();
}

static const char *
get_name (GtkWidget *widget)
{
  if (ADW_IS_PREFERENCES_ROW (widget))
    return adw_preferences_row_get_title (ADW_PREFERENCES_ROW (widget));
  if (GTK_IS_BUTTON (widget))
    return gtk_button_get_label (GTK_BUTTON (widget));
  if (GTK_IS_LABEL (widget))
    return gtk_label_get_text (GTK_LABEL (widget));
  return NULL;
}

GtkWidget *
mp_app_find (GtkWidget *root, GType type, const char *name)
{
  if (g_type_is_a (G_OBJECT_TYPE (root), type) &&
      (name == NULL || g_strcmp0 (get_name (root), name) == 0))
    return root;

  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = mp_app_find (child, type, name);

      if (found != NULL)
        return found;
    }
  return NULL;
}
