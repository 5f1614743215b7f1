/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-app-fixture.h"
#include "mp-overview-page.h"
#include "mp-record-chooser.h"
#include "mp-sign-in-page.h"
#include "mp-sync-button.h"
#include "mp-sync-text.h"
#include "mp-window.h"

typedef struct
{
  MpSessionFixture session;
  MpContext *context;
  AdwApplication *application;
  GtkWidget *window;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  if (data != NULL)
    {
      mp_session_fixture_set_up_signed_in (&fixture->session, NULL);
      g_free (mp_test_create (fixture->session.first.session, "Main"));
      mp_test_desktop_close (&fixture->session.first);
    }
  else
    {
      mp_session_fixture_set_up (&fixture->session, NULL);
    }
  fixture->context = mp_context_new (fixture->session.first.services, NULL);
  fixture->application =
      adw_application_new ("org.memberpulse.Integrations.Test", G_APPLICATION_NON_UNIQUE);
  g_application_register (G_APPLICATION (fixture->application), NULL, &error);
  g_assert_no_error (error);
  fixture->window = mp_window_new (fixture->application, fixture->context);
  gtk_window_present (GTK_WINDOW (fixture->window));
  mp_window_start (MP_WINDOW (fixture->window));
}

/* The window closes its session before it goes. */
static void
tear_down (Fixture *fixture, gconstpointer data)
{
  gtk_window_close (GTK_WINDOW (fixture->window));
  MP_TEST_WAIT_UNTIL (gtk_application_get_windows (GTK_APPLICATION (fixture->application)) == NULL);
  mp_app_settle ();
  mp_context_set_session (fixture->context, NULL);
  g_assert_finalize_object (fixture->context);
  g_object_unref (fixture->application);
  mp_app_settle ();
  mp_session_fixture_tear_down (&fixture->session, NULL);
}

static GtkWidget *
find (Fixture *fixture, GType type, const char *name)
{
  return mp_app_find (fixture->window, type, name);
}

/* The first start asks to sign in. */
static void
test_first_start (Fixture *fixture, gconstpointer data)
{
  mp_app_settle ();
  g_assert_true (gtk_widget_get_mapped (find (fixture, MP_TYPE_SIGN_IN_PAGE, NULL)));
}

/* Later starts open the tenant used last, with a record chosen, also without the server. */
static void
test_later_start (Fixture *fixture, gconstpointer data)
{
  MpRecordModel *record;

  mp_test_tenant_go_away (fixture->session.tenant);
  MP_TEST_WAIT_UNTIL (mp_context_get_record (fixture->context) != NULL);
  mp_app_settle ();
  record = mp_context_get_record (fixture->context);
  g_assert_cmpstr (mp_record_model_get_name (record), ==, "Main");
  g_assert_true (gtk_widget_get_mapped (find (fixture, MP_TYPE_OVERVIEW_PAGE, NULL)));
  g_assert_nonnull (
      mp_app_find (find (fixture, MP_TYPE_RECORD_CHOOSER, NULL), GTK_TYPE_LABEL, "Main"));
}

/* The sync state stands in the header in words. */
static void
test_sync_state (Fixture *fixture, gconstpointer data)
{
  GtkWidget *button = find (fixture, MP_TYPE_SYNC_BUTTON, NULL);
  g_autofree char *text = NULL;

  mp_test_tenant_go_away (fixture->session.tenant);
  MP_TEST_WAIT_UNTIL (mp_context_get_session (fixture->context) != NULL);
  MP_TEST_WAIT_UNTIL (mp_session_get_sync_state (mp_context_get_session (fixture->context)) ==
                      MP_SYNC_STATE_OFFLINE);
  mp_app_settle ();
  text = mp_sync_text_dup_short (mp_context_get_session (fixture->context));
  g_assert_true (g_str_has_prefix (text, "Offline since "));
  g_assert_true (g_str_has_suffix (text, ", 1 change waiting"));
  g_assert_nonnull (mp_app_find (button, GTK_TYPE_LABEL, text));
}

static const char *
get_row_text (Fixture *fixture, const char *title)
{
  return gtk_editable_get_text (GTK_EDITABLE (find (fixture, ADW_TYPE_ENTRY_ROW, title)));
}

/* A link from outside leads to the token; what it brings as one is not trusted to be secret. */
static void
test_link_to_new_tenant (Fixture *fixture, gconstpointer data)
{
  mp_window_open_link (MP_WINDOW (fixture->window), "mp-integrations://pulse.example.org/other#x");
  mp_app_settle ();
  g_assert_true (gtk_widget_get_mapped (find (fixture, MP_TYPE_SIGN_IN_PAGE, NULL)));
  g_assert_cmpstr (get_row_text (fixture, "Server address"), ==, "https://pulse.example.org");
  g_assert_cmpstr (get_row_text (fixture, "Tenant"), ==, "other");
  g_assert_cmpstr (get_row_text (fixture, "Token"), ==, "");
}

/* A link to a tenant that is signed in to opens it; a wrong one changes nothing. */
static void
test_link_to_known_tenant (Fixture *fixture, gconstpointer data)
{
  const char *server = mp_test_tenant_get_address (fixture->session.tenant);
  g_autofree char *link =
      g_strdup_printf ("mp-integrations%s/%s", strchr (server, ':'), MP_TEST_TENANT_NAME);
  MpSession *session;

  MP_TEST_WAIT_UNTIL (mp_context_get_record (fixture->context) != NULL);
  session = mp_context_get_session (fixture->context);
  mp_window_open_link (MP_WINDOW (fixture->window), link);
  mp_window_open_link (MP_WINDOW (fixture->window), "mp-integrations://");
  mp_app_settle ();
  g_assert_true (mp_context_get_session (fixture->context) == session);
  g_assert_false (gtk_widget_get_mapped (find (fixture, MP_TYPE_SIGN_IN_PAGE, NULL)));
}

/* An action brings the person to the row of a fault. */
static void
test_show_field (Fixture *fixture, gconstpointer data)
{
  GtkWidget *focus;

  MP_TEST_WAIT_UNTIL (mp_context_get_record (fixture->context) != NULL);
  gtk_widget_activate_action (fixture->window, "win.show-field", "s", "/payment_gateway/platform");
  mp_app_settle ();
  focus = gtk_window_get_focus (GTK_WINDOW (fixture->window));
  g_assert_nonnull (focus);
  g_assert_cmpstr (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (focus)), ==, "Platform");
  g_assert_true (gtk_widget_has_css_class (focus, "error"));
}

int
main (int argc, char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
#define ADD(path, signed_in, func) g_test_add (path, Fixture, signed_in, set_up, func, tear_down)
  ADD ("/app/window/the-first-start-asks-to-sign-in", NULL, test_first_start);
  ADD ("/app/window/later-starts-open-what-was-used", "signed in", test_later_start);
  ADD ("/app/window/the-sync-state-in-words", "signed in", test_sync_state);
  ADD ("/app/window/a-fault-leads-to-its-row", "signed in", test_show_field);
  ADD ("/app/window/a-link-to-a-new-tenant-asks-for-its-token", "signed in",
       test_link_to_new_tenant);
  ADD ("/app/window/a-link-to-a-known-tenant-opens-it", "signed in", test_link_to_known_tenant);
  return g_test_run ();
}
