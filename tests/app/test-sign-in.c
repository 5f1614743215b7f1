/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-app-fixture.h"
#include "mp-message-bar.h"
#include "mp-row-caption.h"
#include "mp-sign-in-page.h"

typedef struct
{
  MpSessionFixture session;
  MpContext *context;
  GtkWidget *page;
  GtkWindow *window;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  mp_session_fixture_set_up (&fixture->session, NULL);
  fixture->context = mp_context_new (fixture->session.first.services, NULL);
  fixture->page = g_object_new (MP_TYPE_SIGN_IN_PAGE, NULL);
  mp_sign_in_page_set_context (MP_SIGN_IN_PAGE (fixture->page), fixture->context);
  fixture->window = mp_app_show (fixture->page);
  mp_sign_in_page_start (MP_SIGN_IN_PAGE (fixture->page), NULL, NULL, FALSE);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  mp_app_destroy (fixture->window);
  g_assert_finalize_object (fixture->context);
  mp_session_fixture_tear_down (&fixture->session, NULL);
}

static GtkWidget *
find_row (Fixture *fixture, const char *title)
{
  return mp_app_find (fixture->page, ADW_TYPE_ENTRY_ROW, title);
}

static const char *
get_fault (Fixture *fixture, const char *title)
{
  return mp_row_caption_get_text (mp_row_caption_get (find_row (fixture, title)));
}

static void
submit (Fixture *fixture, const char *server, const char *tenant, const char *token)
{
  gtk_editable_set_text (GTK_EDITABLE (find_row (fixture, "Server address")), server);
  gtk_editable_set_text (GTK_EDITABLE (find_row (fixture, "Tenant")), tenant);
  gtk_editable_set_text (GTK_EDITABLE (find_row (fixture, "Token")), token);
  g_signal_emit_by_name (mp_app_find (fixture->page, GTK_TYPE_BUTTON, "_Sign in"), "clicked");
}

/* A token crosses no network in clear. */
static void
test_addresses (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *address;
    const char *part;
  } cases[] = {
    { "", "Type the address" },
    { "pulse.example.org", "no web address" },
    { "https://", "no web address" },
    { "http://pulse.example.org", "must begin with https" },
    { "ftp://pulse.example.org", "must begin with https" },
    { "http://127.0.0.1.example.org", "must begin with https" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("%s", cases[i].address);
      submit (fixture, cases[i].address, "demo", "token");
      g_assert_nonnull (strstr (get_fault (fixture, "Server address"), cases[i].part));
    }
}

/* A link pasted as the address fills the three rows; the token is in clear in none of them. */
static void
test_link (Fixture *fixture, gconstpointer data)
{
  GtkEditable *server = GTK_EDITABLE (find_row (fixture, "Server address"));
  GtkEditable *token = GTK_EDITABLE (find_row (fixture, "Token"));

  gtk_editable_set_text (server, "mp-integrations://pulse.example.org/demo#mpt_secret");
  g_assert_cmpstr (gtk_editable_get_text (server), ==, "https://pulse.example.org");
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (find_row (fixture, "Tenant"))), ==, "demo");
  g_assert_cmpstr (gtk_editable_get_text (token), ==, "mpt_secret");

  gtk_editable_set_text (server, "mp-integrations://pulse.example.org");
  g_assert_nonnull (strstr (get_fault (fixture, "Server address"), "no sign-in link"));
}

/* All that is missing is said at once. */
static void
test_empty (Fixture *fixture, gconstpointer data)
{
  submit (fixture, "", "", "");
  g_assert_cmpstr (get_fault (fixture, "Server address"), !=, "");
  g_assert_cmpstr (get_fault (fixture, "Tenant"), !=, "");
  g_assert_cmpstr (get_fault (fixture, "Token"), !=, "");
}

static void
test_refused (Fixture *fixture, gconstpointer data)
{
  submit (fixture, mp_test_tenant_get_address (fixture->session.tenant), MP_TEST_TENANT_NAME,
          "mpt_wrong");
  MP_TEST_WAIT_UNTIL (*get_fault (fixture, "Token") != '\0');
  g_assert_nonnull (strstr (get_fault (fixture, "Token"), "refused this token"));
}

static void
test_unreachable (Fixture *fixture, gconstpointer data)
{
  mp_test_tenant_go_away (fixture->session.tenant);
  submit (fixture, mp_test_tenant_get_address (fixture->session.tenant), MP_TEST_TENANT_NAME,
          MP_TEST_TENANT_TOKEN);
  MP_TEST_WAIT_UNTIL (*get_fault (fixture, "Server address") != '\0');
  g_assert_nonnull (strstr (get_fault (fixture, "Server address"), "could not be reached"));
}

/* A locked keyring is said with what to do; the token stays typed for the next try. */
static void
test_keyring (Fixture *fixture, gconstpointer data)
{
  MpMessageBar *bar = MP_MESSAGE_BAR (mp_app_find (fixture->page, MP_TYPE_MESSAGE_BAR, NULL));

  mp_memory_secrets_fail_with (fixture->session.first.secrets, MP_ERROR_KEYRING_LOCKED);
  submit (fixture, mp_test_tenant_get_address (fixture->session.tenant), MP_TEST_TENANT_NAME,
          MP_TEST_TENANT_TOKEN);
  MP_TEST_WAIT_UNTIL (*mp_message_bar_get_text (bar) != '\0');
  g_assert_nonnull (strstr (mp_message_bar_get_text (bar), "Unlock it"));
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (find_row (fixture, "Token"))), ==,
                   MP_TEST_TENANT_TOKEN);
}

static void
signed_in_cb (MpSignInPage *page, MpSession *session, MpSession **place)
{
  *place = g_object_ref (session);
}

/* The token is taken and its entry emptied; the next time the tenant is on the list. */
static void
test_accepted (Fixture *fixture, gconstpointer data)
{
  g_signal_connect (fixture->page, "signed-in", G_CALLBACK (signed_in_cb),
                    &fixture->session.first.session);
  submit (fixture, mp_test_tenant_get_address (fixture->session.tenant), MP_TEST_TENANT_NAME,
          MP_TEST_TENANT_TOKEN);
  MP_TEST_WAIT_UNTIL (fixture->session.first.session != NULL);
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (find_row (fixture, "Token"))), ==, "");

  mp_sign_in_page_start (MP_SIGN_IN_PAGE (fixture->page), NULL, NULL, FALSE);
  g_assert_nonnull (mp_app_find (fixture->page, ADW_TYPE_ACTION_ROW, MP_TEST_TENANT_NAME));
}

int
main (int argc, char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  ADD ("/app/sign-in/only-safe-addresses", test_addresses);
  ADD ("/app/sign-in/all-that-is-missing-at-once", test_empty);
  ADD ("/app/sign-in/a-refused-token", test_refused);
  ADD ("/app/sign-in/an-unreachable-server", test_unreachable);
  ADD ("/app/sign-in/a-locked-keyring", test_keyring);
  ADD ("/app/sign-in/an-accepted-token", test_accepted);
  ADD ("/app/sign-in/a-link-fills-the-rows", test_link);
  return g_test_run ();
}
