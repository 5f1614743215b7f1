/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-accounting-page.h"
#include "mp-activity-page.h"
#include "mp-app-fixture.h"
#include "mp-conflicts-dialog.h"
#include "mp-credential-dialog.h"
#include "mp-credentials-page.h"
#include "mp-crm-page.h"
#include "mp-overview-page.h"
#include "mp-payment-page.h"
#include "mp-sign-in-page.h"
#include "mp-window.h"

#include <glib/gi18n-lib.h>
#include <locale.h>

#define OPENING "⟦" /* of each text, as make-pseudo-locale writes it */
#define CLOSING "⟧"

/* Every text of the program is in brackets here: see make-pseudo-locale. */

static GType (*const page_types[]) (void) = {
  mp_overview_page_get_type, mp_crm_page_get_type,         mp_accounting_page_get_type,
  mp_payment_page_get_type,  mp_credentials_page_get_type, mp_activity_page_get_type,
};

/* What tells of the person's own data, or of another's system, is not translated. */
static gboolean
is_data (MpServices *services, const char *text)
{
  /* The last one is libadwaita's own, and translated there. */
  static const char *const known[] = {
    "Main", "Key", "demo", "anna", "Contacts", "Show Text", NULL
  };
  GListModel *platforms = G_LIST_MODEL (mp_services_get_platforms (services));

  if (g_strv_contains (known, text) || strstr (text, "://") != NULL)
    return TRUE;
  for (unsigned int i = 0; i < g_list_model_get_n_items (platforms); i++)
    {
      g_autoptr (MpPlatform) platform = g_list_model_get_item (platforms, i);
      MpPlatformSpec *spec = mp_platform_get_spec (platform);

      if (g_str_equal (mp_platform_spec_get_label (spec), text))
        return TRUE;
    }
  return FALSE;
}

static gboolean
has_letters (const char *text)
{
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      if (g_unichar_isalpha (g_utf8_get_char (p)))
        return TRUE;
    }
  return FALSE;
}

/* What stands outside of all brackets: " › " of "⟦a⟧ › ⟦b⟧", but "Ready, " of "Ready, ⟦a⟧". */
static char *
dup_outside (const char *text)
{
  GString *outside = g_string_new (NULL);
  int depth = 0;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      if (g_str_has_prefix (p, OPENING))
        depth++;
      else if (g_str_has_prefix (p, CLOSING))
        depth--;
      else if (depth == 0)
        g_string_append_unichar (outside, g_utf8_get_char (p));
    }
  return g_string_free (outside, FALSE);
}

static void
check_text (MpServices *services, GtkWidget *widget, const char *text, unsigned int *n_faults)
{
  g_autofree char *outside = text != NULL ? dup_outside (text) : NULL;

  if (outside == NULL || !has_letters (outside))
    return;
  g_auto (GStrv) parts = g_strsplit_set (outside, "·›•\n", -1);
  for (size_t i = 0; parts[i] != NULL; i++)
    {
      if (has_letters (parts[i]) && !is_data (services, g_strstrip (parts[i])))
        {
          g_test_message ("not translatable: “%s” of “%s” (%s in %s)", parts[i], text,
                          G_OBJECT_TYPE_NAME (widget),
                          G_OBJECT_TYPE_NAME (gtk_widget_get_parent (widget)));
          (*n_faults)++;
        }
    }
}

/* A value of the person's may be cut off where there is no room; a text of the program may not,
 * but in a header bar, where the title gives way to the buttons. */
static void
check_room (GtkLabel *label, unsigned int *n_faults)
{
  const char *text = gtk_label_get_text (label);

  if (gtk_widget_get_ancestor (GTK_WIDGET (label), ADW_TYPE_HEADER_BAR) != NULL)
    return;
  if (strstr (text, OPENING) == NULL || !pango_layout_is_ellipsized (gtk_label_get_layout (label)))
    return;
  g_test_message (
      "cut off: “%s” (%d px in %s in %s)", text, gtk_widget_get_width (GTK_WIDGET (label)),
      G_OBJECT_TYPE_NAME (gtk_widget_get_parent (GTK_WIDGET (label))),
      G_OBJECT_TYPE_NAME (gtk_widget_get_parent (gtk_widget_get_parent (GTK_WIDGET (label)))));
  (*n_faults)++;
}

static void
check_widgets (MpServices *services, GtkWidget *widget, unsigned int *n_faults)
{
  if (!gtk_widget_get_mapped (widget))
    return;
  check_text (services, widget, gtk_widget_get_tooltip_text (widget), n_faults);
  if (GTK_IS_LABEL (widget))
    {
      check_text (services, widget, gtk_label_get_text (GTK_LABEL (widget)), n_faults);
      check_room (GTK_LABEL (widget), n_faults);
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    check_widgets (services, child, n_faults);
}

static unsigned int
check_window (MpServices *services, GtkWindow *window)
{
  unsigned int n_faults = 0;

  mp_app_settle ();
  gtk_test_widget_wait_for_draw (GTK_WIDGET (window));
  mp_app_settle ();
  check_widgets (services, GTK_WIDGET (window), &n_faults);
  return n_faults;
}

static void
fail_for (unsigned int n_faults)
{
  if (n_faults > 0)
    g_test_fail_printf ("%u texts are named above", n_faults);
}

static GtkWindow *
show (GtkWidget *child, int width)
{
  GtkWidget *window = adw_window_new ();

  adw_window_set_content (ADW_WINDOW (window), child);
  gtk_window_set_default_size (GTK_WINDOW (window), width, 900);
  gtk_window_present (GTK_WINDOW (window));
  return GTK_WINDOW (window);
}

static void
check_pages (MpAppFixture *fixture)
{
  unsigned int n_faults = 0;

  for (size_t i = 0; i < G_N_ELEMENTS (page_types); i++)
    {
      GtkWidget *page = g_object_new (page_types[i](), "context", fixture->context, NULL);
      GtkWindow *window = show (page, 360);

      g_test_message ("%s", G_OBJECT_TYPE_NAME (page));
      mp_page_enter (MP_PAGE (page));
      n_faults += check_window (fixture->session.first.services, window);
      mp_app_destroy (window);
    }
  fail_for (n_faults);
}

/* A new record, and none at all. */
static void
test_empty (MpAppFixture *fixture, gconstpointer data)
{
  check_pages (fixture);
  mp_context_set_record (fixture->context, NULL);
  check_pages (fixture);
}

/* With a CRM and keys, everything that applies is shown. */
static void
test_complete (MpAppFixture *fixture, gconstpointer data)
{
  MpSession *session = fixture->session.first.session;
  g_autofree char *id = mp_test_create_with_crm (session, "Main");
  g_autoptr (GError) error = NULL;

  mp_context_set_record (fixture->context, mp_session_find_record (session, id));
  mp_test_load_objects (session, id, FALSE, &error);
  g_assert_no_error (error);
  check_pages (fixture);
}

/* Why nothing can be changed is told on each page. */
static void
test_read_only (MpAppFixture *fixture, gconstpointer data)
{
  mp_app_fixture_become (fixture, "client_user");
  check_pages (fixture);
}

/* So is what comes without the server. */
static void
test_offline (MpAppFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  mp_test_tenant_go_away (fixture->session.tenant);
  mp_test_sync (fixture->session.first.session, &error);
  g_assert_nonnull (error);
  check_pages (fixture);
}

/* Every platform's own labels and helps, where its key is entered. */
static void
test_platforms (MpAppFixture *fixture, gconstpointer data)
{
  MpServices *services = fixture->session.first.services;
  GListModel *platforms = G_LIST_MODEL (mp_services_get_platforms (services));
  GtkWindow *parent = mp_app_show (gtk_label_new (OPENING CLOSING));
  unsigned int n_faults = 0;

  for (unsigned int i = 0; i < g_list_model_get_n_items (platforms); i++)
    {
      g_autoptr (MpPlatform) platform = g_list_model_get_item (platforms, i);
      MpPlatformSpec *spec = mp_platform_get_spec (platform);
      GtkWindow *dialog = mp_credential_dialog_new_add (GTK_WIDGET (parent), fixture->context,
                                                        mp_platform_spec_get_id (spec), NULL);

      gtk_window_present (dialog);
      g_test_message ("%s", mp_platform_spec_get_id (spec));
      n_faults += check_window (services, dialog);
      mp_app_destroy (dialog);
    }
  mp_app_destroy (parent);
  fail_for (n_faults);
}

/* What is asked at the sign-in, and where conflicts are settled. */
static void
test_window (MpAppFixture *fixture, gconstpointer data)
{
  MpServices *services = fixture->session.first.services;
  GtkWidget *sign_in = g_object_new (MP_TYPE_SIGN_IN_PAGE, NULL);
  GtkWindow *window = show (sign_in, 360);
  GtkWindow *conflicts = mp_conflicts_dialog_new (window, fixture->context);
  unsigned int n_faults;

  mp_sign_in_page_set_context (MP_SIGN_IN_PAGE (sign_in), fixture->context);
  mp_sign_in_page_start (MP_SIGN_IN_PAGE (sign_in), NULL, NULL, TRUE);
  n_faults = check_window (services, window);
  gtk_window_present (conflicts);
  n_faults += check_window (services, conflicts);
  mp_app_destroy (conflicts);
  mp_app_destroy (window);
  fail_for (n_faults);
}

/* The program as it starts: side bar, record, sync state; wide and narrow. */
static void
test_start (MpSessionFixture *fixture, gconstpointer data)
{
  static const int widths[] = { 1000, 360 };
  MpServices *services = fixture->first.services;
  g_autoptr (MpContext) context = mp_context_new (services, NULL);
  g_autoptr (AdwApplication) application = adw_application_new ("org.memberpulse.Integrations.Test",
                                                                G_APPLICATION_NON_UNIQUE);
  unsigned int n_faults = 0;
  g_autoptr (GError) error = NULL;

  g_free (mp_test_create (fixture->first.session, "Main"));
  mp_test_desktop_close (&fixture->first);
  g_application_register (G_APPLICATION (application), NULL, &error);
  g_assert_no_error (error);
  for (size_t i = 0; i < G_N_ELEMENTS (widths); i++)
    {
      GtkWidget *window = mp_window_new (application, context);

      gtk_window_set_default_size (GTK_WINDOW (window), widths[i], 720);
      gtk_window_present (GTK_WINDOW (window));
      mp_window_start (MP_WINDOW (window));
      MP_TEST_WAIT_UNTIL (mp_context_get_record (context) != NULL);
      n_faults += check_window (services, GTK_WINDOW (window));
      gtk_window_close (GTK_WINDOW (window));
      MP_TEST_WAIT_UNTIL (gtk_application_get_windows (GTK_APPLICATION (application)) == NULL);
      mp_app_settle ();
      mp_context_set_session (context, NULL);
    }
  fail_for (n_faults);
}

int
main (int argc, char *argv[])
{
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, g_getenv ("MP_TEST_LOCALE_DIR"));
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);

  g_test_init (&argc, &argv, NULL);
  gtk_init ();
  adw_init ();
  MP_APP_TEST ("/app/languages/an-empty-record", test_empty);
  MP_APP_TEST ("/app/languages/a-complete-record", test_complete);
  g_test_add ("/app/languages/the-start", MpSessionFixture, NULL,
              mp_session_fixture_set_up_signed_in, test_start, mp_session_fixture_tear_down);
  MP_APP_TEST ("/app/languages/for-a-role-that-reads", test_read_only);
  MP_APP_TEST ("/app/languages/offline", test_offline);
  MP_APP_TEST ("/app/languages/the-keys-of-every-platform", test_platforms);
  MP_APP_TEST ("/app/languages/dialogs", test_window);
  return g_test_run ();
}
