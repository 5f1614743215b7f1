/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-accounting-page.h"
#include "mp-activity-page.h"
#include "mp-app-fixture.h"
#include "mp-conflicts-dialog.h"
#include "mp-credential-dialog.h"
#include "mp-credentials-page.h"
#include "mp-crm-page.h"
#include "mp-message-bar.h"
#include "mp-overview-page.h"
#include "mp-payment-page.h"

static const struct
{
  GType (*get_type) (void);
  gboolean needs_record;
} pages[] = {
  { mp_overview_page_get_type, TRUE },     { mp_crm_page_get_type, TRUE },
  { mp_accounting_page_get_type, TRUE },   { mp_payment_page_get_type, TRUE },
  { mp_credentials_page_get_type, FALSE }, { mp_activity_page_get_type, FALSE },
};

static GtkWidget *
new_page (MpAppFixture *fixture, GType type)
{
  return g_object_new (type, "context", fixture->context, NULL);
}

/* Every page has a name and an icon, and goes without a trace. */
static void
test_build (MpAppFixture *fixture, gconstpointer data)
{
  for (size_t i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      GtkWidget *page = new_page (fixture, pages[i].get_type ());
      GtkWindow *window = mp_app_show (page);

      g_object_ref (page);
      g_test_message ("%s", G_OBJECT_TYPE_NAME (page));
      g_assert_nonnull (mp_page_get_title (MP_PAGE (page)));
      g_assert_true (
          gtk_icon_theme_has_icon (gtk_icon_theme_get_for_display (gdk_display_get_default ()),
                                   mp_page_get_icon_name (MP_PAGE (page))));
      g_assert_true (mp_page_get_editable (MP_PAGE (page)));
      mp_page_enter (MP_PAGE (page));
      mp_app_destroy (window);
      g_assert_true (g_cancellable_is_cancelled (mp_page_get_cancellable (MP_PAGE (page))));
      g_assert_finalize_object (page);
    }
}

/* Without a record a page offers to make one, and nothing else. */
static void
test_no_record (MpAppFixture *fixture, gconstpointer data)
{
  mp_context_set_record (fixture->context, NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      GtkWidget *page = new_page (fixture, pages[i].get_type ());
      GtkWindow *window = mp_app_show (page);
      GtkWidget *none = mp_app_find (page, ADW_TYPE_STATUS_PAGE, NULL);

      g_test_message ("%s", G_OBJECT_TYPE_NAME (page));
      g_assert_cmpint (gtk_widget_get_mapped (none), ==, pages[i].needs_record);
      mp_app_destroy (window);
    }
}

/* A role that may only read sees everything; the page says why nothing can be changed. */
static void
test_read_only (MpAppFixture *fixture, gconstpointer data)
{
  mp_app_fixture_become (fixture, "client_user");
  for (size_t i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      GtkWidget *page = new_page (fixture, pages[i].get_type ());
      GtkWindow *window = mp_app_show (page);
      MpMessageBar *bar = MP_MESSAGE_BAR (mp_app_find (page, MP_TYPE_MESSAGE_BAR, NULL));

      g_test_message ("%s", G_OBJECT_TYPE_NAME (page));
      if (!MP_IS_ACTIVITY_PAGE (page)) /* where nobody changes anything */
        {
          g_assert_false (mp_page_get_editable (MP_PAGE (page)));
          g_assert_nonnull (strstr (mp_message_bar_get_text (bar), "may only read"));
        }
      mp_app_destroy (window);
    }
}

static void
set_archived (MpAppFixture *fixture)
{
  MpSession *session = fixture->session.first.session;
  g_autoptr (GAsyncResult) answer = NULL;
  g_autoptr (GError) error = NULL;
  GAsyncResult *result = NULL;

  mp_session_set_archived_async (session, mp_record_model_get_id (fixture->record), TRUE, NULL,
                                 mp_test_wait_cb, &result);
  answer = mp_test_wait (&result);
  mp_session_set_archived_finish (session, answer, &error);
  g_assert_no_error (error);
}

/* An archived record is shown and not changed. */
static void
test_archived (MpAppFixture *fixture, gconstpointer data)
{
  GtkWidget *page = new_page (fixture, MP_TYPE_OVERVIEW_PAGE);
  GtkWindow *window = mp_app_show (page);
  GtkWidget *row = mp_app_find (page, ADW_TYPE_ENTRY_ROW, "Name");
  MpMessageBar *bar = MP_MESSAGE_BAR (mp_app_find (page, MP_TYPE_MESSAGE_BAR, NULL));

  g_assert_true (gtk_editable_get_editable (GTK_EDITABLE (row)));
  set_archived (fixture);
  g_assert_false (gtk_editable_get_editable (GTK_EDITABLE (row)));
  g_assert_nonnull (strstr (mp_message_bar_get_text (bar), "archived"));
  mp_app_destroy (window);
}

/* The overview tells what is to be done in each section. */
static void
test_overview (MpAppFixture *fixture, gconstpointer data)
{
  GtkWidget *page = new_page (fixture, MP_TYPE_OVERVIEW_PAGE);
  GtkWindow *window = mp_app_show (page);
  GtkWidget *row = mp_app_find (page, ADW_TYPE_EXPANDER_ROW, "Payment Gateway");
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (adw_expander_row_get_subtitle (ADW_EXPANDER_ROW (row)), ==,
                   "Not set up: 1 thing to be done");
  mp_test_edit (fixture->session.first.session, mp_record_model_get_id (fixture->record),
                "/payment_gateway/platform", "stripe", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (adw_expander_row_get_subtitle (ADW_EXPANDER_ROW (row)), ==,
                   "1 thing to be done");
  g_assert_nonnull (mp_app_find (row, ADW_TYPE_ACTION_ROW, "Payment Gateway › API Key"));
  g_assert_false (adw_expander_row_get_expanded (ADW_EXPANDER_ROW (row)));
  mp_app_destroy (window);
}

/* A key is listed with what may be known of it; revoked ones only when asked for. */
static void
test_credentials (MpAppFixture *fixture, gconstpointer data)
{
  GtkWidget *page = new_page (fixture, MP_TYPE_CREDENTIALS_PAGE);
  GtkWindow *window = mp_app_show (page);
  g_autoptr (MpCredential) credential = NULL;
  g_autoptr (GError) error = NULL;
  GtkWidget *row;

  g_assert_null (mp_app_find (page, ADW_TYPE_EXPANDER_ROW, "Key"));
  credential =
      mp_test_add_key (fixture->session.first.session, "stripe", MP_TEST_STRIPE_KEY, &error);
  g_assert_no_error (error);
  row = mp_app_find (page, ADW_TYPE_EXPANDER_ROW, "Key");
  g_assert_nonnull (row);
  g_assert_nonnull (
      strstr (adw_expander_row_get_subtitle (ADW_EXPANDER_ROW (row)), "Stripe · ••••1234"));
  g_assert_nonnull (mp_app_find (row, GTK_TYPE_LABEL, "Yes, in the keyring"));
  mp_app_destroy (window);
}

/* The dialogs build, with and without a platform given, and close. */
static void
test_dialogs (MpAppFixture *fixture, gconstpointer data)
{
  GtkWindow *parent = mp_app_show (gtk_label_new ("Parent"));
  g_autoptr (MpCredential) credential = NULL;
  g_autoptr (GError) error = NULL;
  GtkWindow *dialogs[4];

  credential =
      mp_test_add_key (fixture->session.first.session, "stripe", MP_TEST_STRIPE_KEY, &error);
  g_assert_no_error (error);
  dialogs[0] = mp_credential_dialog_new_add (GTK_WIDGET (parent), fixture->context, NULL, NULL);
  dialogs[1] = mp_credential_dialog_new_add (GTK_WIDGET (parent), fixture->context, "hubspot",
                                             fixture->record);
  dialogs[2] = mp_credential_dialog_new_replace (GTK_WIDGET (parent), fixture->context, credential);
  dialogs[3] = mp_conflicts_dialog_new (parent, fixture->context);
  for (size_t i = 0; i < G_N_ELEMENTS (dialogs); i++)
    {
      gtk_window_present (dialogs[i]);
      mp_app_settle ();
      mp_app_destroy (dialogs[i]);
    }
  mp_app_destroy (parent);
}

static void
saved_cb (MpCredentialDialog *dialog, MpCredential *credential, MpCredential **saved)
{
  *saved = g_object_ref (credential);
}

/* A key of the wrong kind is refused by name; a right one is tested, then kept. */
static void
test_add_key (MpAppFixture *fixture, gconstpointer data)
{
  GtkWindow *parent = mp_app_show (gtk_label_new ("Parent"));
  GtkWindow *dialog =
      mp_credential_dialog_new_add (GTK_WIDGET (parent), fixture->context, "stripe", NULL);
  GtkWidget *row;
  GtkWidget *save;
  MpCredential *saved = NULL;

  g_signal_connect (dialog, "saved", G_CALLBACK (saved_cb), &saved);
  gtk_window_present (dialog);
  mp_app_settle ();
  row = mp_app_find (GTK_WIDGET (dialog), ADW_TYPE_PASSWORD_ENTRY_ROW, NULL);
  save = mp_app_find (GTK_WIDGET (dialog), GTK_TYPE_BUTTON, "_Save");

  gtk_editable_set_text (GTK_EDITABLE (row), "pk_test_0123456789");
  g_signal_emit_by_name (save, "clicked");
  mp_app_settle ();
  g_assert_true (gtk_widget_has_css_class (row, "error"));
  g_assert_null (saved);

  gtk_editable_set_text (GTK_EDITABLE (row), MP_TEST_STRIPE_KEY);
  g_assert_false (gtk_widget_has_css_class (row, "error"));
  g_signal_emit_by_name (save, "clicked");
  MP_TEST_WAIT_UNTIL (saved != NULL);
  g_assert_cmpstr (mp_credential_get_hint (saved), ==, "1234");
  g_object_unref (saved);
  mp_app_destroy (parent);
}

static void
choose (GtkWindow *dialog, const char *row_title)
{
  GtkWidget *row = mp_app_find (GTK_WIDGET (dialog), ADW_TYPE_ACTION_ROW, row_title);

  g_assert_nonnull (row);
  adw_action_row_activate (ADW_ACTION_ROW (row));
  mp_app_settle ();
}

/* Both changed the name; the dialog shows both and what a choice makes of it. Applied, it ends the
 * conflict, and can be undone. */
static void
test_conflict (MpAppFixture *fixture, gconstpointer data)
{
  MpSession *session = fixture->session.first.session;
  g_autofree char *id = mp_test_create_complete (session, "Shared");
  MpRecordModel *record = mp_session_find_record (session, id);
  GtkWindow *parent = mp_app_show (gtk_label_new ("Parent"));
  g_autoptr (MpChanges) theirs = mp_changes_new ();
  g_autoptr (MpRecordModel) undone = NULL;
  g_autoptr (GAsyncResult) answer = NULL;
  GAsyncResult *result = NULL;
  GtkWidget *apply;
  GtkWindow *dialog;
  g_autoptr (GError) error = NULL;

  mp_test_sync (session, &error);
  g_assert_no_error (error);
  mp_changes_set_string (theirs, "/name", "Theirs");
  mp_test_tenant_edit (fixture->session.tenant, id, theirs);
  mp_test_edit (session, id, "/name", "Mine", &error);
  g_assert_no_error (error);
  mp_test_sync (session, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (mp_record_model_get_n_conflicts (record), ==, 1);

  dialog = mp_conflicts_dialog_new (parent, fixture->context);
  gtk_window_present (dialog);
  mp_app_settle ();
  g_assert_nonnull (mp_app_find (GTK_WIDGET (dialog), GTK_TYPE_LABEL, "Shared"));
  g_assert_nonnull (mp_app_find (GTK_WIDGET (dialog), GTK_TYPE_LABEL, "Mine"));
  g_assert_nonnull (mp_app_find (GTK_WIDGET (dialog), GTK_TYPE_LABEL, "Theirs"));
  apply = mp_app_find (GTK_WIDGET (dialog), GTK_TYPE_BUTTON, "_Apply");
  g_assert_false (gtk_widget_get_sensitive (apply));
  choose (dialog, "Yours");
  g_assert_true (gtk_widget_get_sensitive (apply));
  g_assert_cmpuint (mp_record_model_get_n_conflicts (record), ==, 1);

  g_signal_emit_by_name (apply, "clicked");
  MP_TEST_WAIT_UNTIL (mp_record_model_get_n_conflicts (record) == 0);
  g_assert_cmpstr (mp_record_model_get_name (record), ==, "Mine");
  mp_app_settle ();

  mp_editor_undo_async (mp_context_get_editor (fixture->context), mp_test_wait_cb, &result);
  answer = mp_test_wait (&result);
  undone = mp_editor_undo_finish (MP_EDITOR (mp_context_get_editor (fixture->context)), answer,
                                  NULL, &error);
  g_assert_no_error (error);
  g_assert_true (undone == record);
  g_assert_cmpstr (mp_record_model_get_name (record), ==, "Theirs");
  mp_app_destroy (parent);
}

/* That the trail is not the one seen before stands on its page, whether or not the role may read
 * the entries. */
static void
test_audit_alarm (MpAppFixture *fixture, gconstpointer data)
{
  static const char *const roles[] = { "auditor", "client_user" };

  mp_app_fixture_become (fixture, roles[0]);
  mp_test_tenant_cut_audit (fixture->session.tenant, 1);
  for (size_t i = 0; i < G_N_ELEMENTS (roles); i++)
    {
      GtkWidget *page = new_page (fixture, MP_TYPE_ACTIVITY_PAGE);
      GtkWindow *window;
      GtkWidget *label;
      g_autofree char *alarm = NULL;

      mp_app_fixture_become (fixture, roles[i]);
      window = mp_app_show (page);
      mp_page_enter (MP_PAGE (page));
      alarm = mp_session_dup_audit_alarm (mp_context_get_session (fixture->context));
      g_assert_nonnull (alarm);
      label = mp_app_find (page, GTK_TYPE_LABEL, alarm);
      g_assert_nonnull (label);
      g_assert_true (gtk_widget_get_mapped (label));
      mp_app_destroy (window);
    }
}

int
main (int argc, char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  MP_APP_TEST ("/app/pages/every-page-builds", test_build);
  MP_APP_TEST ("/app/pages/no-record-chosen", test_no_record);
  MP_APP_TEST ("/app/pages/a-role-that-only-reads", test_read_only);
  MP_APP_TEST ("/app/pages/tells-an-alarm-of-the-trail", test_audit_alarm);
  MP_APP_TEST ("/app/pages/an-archived-record", test_archived);
  MP_APP_TEST ("/app/pages/overview-tells-what-is-missing", test_overview);
  MP_APP_TEST ("/app/pages/credentials-are-listed", test_credentials);
  MP_APP_TEST ("/app/pages/every-dialog-builds", test_dialogs);
  MP_APP_TEST ("/app/pages/a-key-is-tested-then-kept", test_add_key);
  MP_APP_TEST ("/app/pages/a-conflict-is-settled", test_conflict);
  return g_test_run ();
}
