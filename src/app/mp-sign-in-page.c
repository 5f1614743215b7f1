/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-sign-in-page.h"

#include "mp-app-text.h"
#include "mp-error.h"
#include "mp-http-client.h"
#include "mp-message-bar.h"
#include "mp-row-caption.h"
#include "mp-sign-in-link.h"

#include <glib/gi18n-lib.h>

struct _MpSignInPage
{
  AdwBin parent_instance;

  GtkWidget *leave_button;
  MpMessageBar *message_bar;
  GtkWidget *server_row;
  GtkWidget *tenant_row;
  GtkWidget *token_row;
  GtkWidget *sign_in_button;
  GtkSpinner *spinner;
  GtkWidget *profiles_group;
  GtkListBox *profiles_list;

  MpContext *context;        /* (owned) (nullable): not set yet */
  GPtrArray *profiles;       /* (owned) (nullable) (element-type MpProfile): those in the list */
  GCancellable *cancellable; /* (owned) (nullable): of the sign-in that runs */
  long server_length;        /* characters in the address when it was last typed */
};

G_DEFINE_FINAL_TYPE (MpSignInPage, mp_sign_in_page, ADW_TYPE_BIN)

enum
{
  SIGNED_IN,
  OPEN_REQUESTED,
  LEFT,
  N_SIGNALS,
};

static unsigned int signals[N_SIGNALS];

static char *
dup_text (GtkWidget *row)
{
  return g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (row))));
}

static void
set_fault (GtkWidget *row, const char *text)
{
  mp_row_caption_set (mp_row_caption_get (row), text != NULL ? MP_CAPTION_ERROR : MP_CAPTION_NONE,
                      text);
}

static gboolean
require (GtkWidget *row, const char *fault)
{
  set_fault (row, fault);
  if (fault != NULL)
    gtk_widget_grab_focus (row);
  return fault == NULL;
}

/* The fault of a typed address; a token must not cross a network in clear. */
static const char *
find_address_fault (const char *address)
{
  g_autoptr (GUri) uri = NULL;

  if (*address == '\0')
    return _ ("Type the address of your tenant server, such as https://pulse.example.org.");

  uri = g_uri_parse (address, G_URI_FLAGS_NONE, NULL);
  if (uri == NULL || g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0')
    return _ ("This is no web address. It looks like https://pulse.example.org.");
  if (g_str_equal (g_uri_get_scheme (uri), "https"))
    return NULL;
  if (g_str_equal (g_uri_get_scheme (uri), "http") &&
      mp_http_host_is_loopback (g_uri_get_host (uri)))
    return NULL;
  return _ ("The address must begin with https://, so that nobody on the way can read the token. "
            "Only a server on this computer may use http://.");
}

/* The fields are checked from below, so that the focus ends at the first that is wrong. */
static gboolean
check (MpSignInPage *self)
{
  g_autofree char *server = dup_text (self->server_row);
  g_autofree char *tenant = dup_text (self->tenant_row);
  g_autofree char *token = dup_text (self->token_row);
  gboolean right;

  right = require (self->token_row, *token == '\0' ? _ ("Type or paste the token.") : NULL);
  right = require (self->tenant_row,
                   *tenant == '\0' ? _ ("Type the tenant's short name.") : NULL) && right;
  return require (self->server_row, find_address_fault (server)) && right;
}

static void
set_busy (MpSignInPage *self, gboolean busy)
{
  gtk_widget_set_sensitive (self->sign_in_button, !busy);
  gtk_widget_set_visible (GTK_WIDGET (self->spinner), busy);
  gtk_spinner_set_spinning (self->spinner, busy);
}

/* Each failure stands at the row that can mend it. */
static void
show_failure (MpSignInPage *self, const GError *error)
{
  g_autofree char *text = NULL;

  if (g_error_matches (error, MP_ERROR, MP_ERROR_UNAUTHORIZED))
    {
      require (self->token_row,
               _ ("The server refused this token: it is wrong, expired or revoked. "
                                   "Ask the operator for a new one."));
      return;
    }
  if (g_error_matches (error, MP_ERROR, MP_ERROR_NOT_FOUND))
    {
      require (self->tenant_row, _ ("The server has no such tenant, or the token belongs to "
                                    "another one."));
      return;
    }

  text = mp_app_text_dup_error (error, NULL);
  if (mp_error_is_keyring (error) || g_error_matches (error, MP_ERROR, MP_ERROR_STORAGE))
    mp_message_bar_show (self->message_bar, MP_MESSAGE_ERROR, text);
  else
    require (self->server_row, text);
}

static void
signed_in_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MpSignInPage) self = user_data;
  g_autoptr (MpSession) session = NULL;
  g_autoptr (GError) error = NULL;

  session = mp_session_sign_in_finish (result, &error);
  set_busy (self, FALSE);
  if (mp_error_is_cancelled (error))
    return;

  if (session == NULL)
    {
      show_failure (self, error);
      return;
    }

  gtk_editable_set_text (GTK_EDITABLE (self->token_row), "");
  g_signal_emit (self, signals[SIGNED_IN], 0, session);
}

static void
show_link (MpSignInPage *self, const MpSignInLink *link)
{
  gtk_editable_set_text (GTK_EDITABLE (self->server_row), link->server);
  gtk_editable_set_text (GTK_EDITABLE (self->tenant_row), link->tenant);
  if (link->token != NULL)
    gtk_editable_set_text (GTK_EDITABLE (self->token_row), mp_secret_get (link->token, "token"));
  gtk_widget_grab_focus (link->token != NULL ? self->sign_in_button : self->token_row);
}

/* A link in the place of the address fills all three rows. */
static gboolean
take_link (MpSignInPage *self)
{
  g_autofree char *text = dup_text (self->server_row);
  g_autoptr (MpSignInLink) link = NULL;
  g_autoptr (GError) error = NULL;

  if (!mp_sign_in_link_is (text))
    return FALSE;

  link = mp_sign_in_link_parse (text, &error);
  if (link == NULL)
    require (self->server_row, error->message);
  else
    show_link (self, link);
  return TRUE;
}

static void
submit_cb (MpSignInPage *self)
{
  g_autofree char *server = dup_text (self->server_row);
  g_autofree char *tenant = dup_text (self->tenant_row);
  g_autofree char *token = dup_text (self->token_row);
  g_autoptr (MpSecret) secret = NULL;

  mp_message_bar_hide (self->message_bar);
  if (!gtk_widget_get_sensitive (self->sign_in_button) || take_link (self) || !check (self))
    {
      mp_secret_wipe_text (g_steal_pointer (&token));
      return;
    }

  secret = mp_secret_new ();
  mp_secret_set (secret, "token", token);
  mp_secret_wipe_text (g_steal_pointer (&token));
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  set_busy (self, TRUE);
  mp_session_sign_in_async (mp_context_get_services (self->context), server, tenant, secret,
                            self->cancellable, signed_in_cb, g_object_ref (self));
}

/* What grows by more than a character was pasted. */
static void
server_typed_cb (MpSignInPage *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->server_row));
  const long length = g_utf8_strlen (text, -1);
  const gboolean is_pasted = length > self->server_length + 1;

  self->server_length = length;
  set_fault (self->server_row, NULL);
  if (is_pasted)
    take_link (self);
}

static void
tenant_typed_cb (MpSignInPage *self)
{
  set_fault (self->tenant_row, NULL);
}

static void
token_typed_cb (MpSignInPage *self)
{
  set_fault (self->token_row, NULL);
}

static void
leave_clicked_cb (MpSignInPage *self)
{
  g_cancellable_cancel (self->cancellable);
  g_signal_emit (self, signals[LEFT], 0);
}

static void
profile_activated_cb (MpSignInPage *self, GtkListBoxRow *row)
{
  const MpProfile *profile =
      g_ptr_array_index (self->profiles, (unsigned int) gtk_list_box_row_get_index (row));

  g_signal_emit (self, signals[OPEN_REQUESTED], 0, profile->server, profile->tenant);
}

static void
fill_profiles (MpSignInPage *self)
{
  g_autoptr (GError) error = NULL;
  GtkWidget *row;

  while ((row = gtk_widget_get_first_child (GTK_WIDGET (self->profiles_list))) != NULL)
    gtk_list_box_remove (self->profiles_list, row);

  g_clear_pointer (&self->profiles, g_ptr_array_unref);
  self->profiles =
      mp_profile_list (mp_services_get_data_dir (mp_context_get_services (self->context)), &error);
  gtk_widget_set_visible (self->profiles_group, self->profiles != NULL && self->profiles->len > 0);
  if (self->profiles == NULL)
    {
      g_autofree char *text = mp_app_text_dup_error (error, NULL);

      mp_message_bar_show (self->message_bar, MP_MESSAGE_ERROR, text);
      return;
    }

  for (unsigned int i = 0; i < self->profiles->len; i++)
    {
      const MpProfile *profile = g_ptr_array_index (self->profiles, i);
      g_autofree char *subtitle = g_markup_escape_text (profile->server, -1);

      row = adw_action_row_new ();
      adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), profile->tenant);
      adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
      gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
      adw_action_row_add_suffix (ADW_ACTION_ROW (row),
                                 gtk_image_new_from_icon_name ("go-next-symbolic"));
      gtk_list_box_append (self->profiles_list, row);
    }
}

static void
mp_sign_in_page_dispose (GObject *object)
{
  MpSignInPage *self = MP_SIGN_IN_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->profiles, g_ptr_array_unref);
  g_clear_object (&self->context);
  G_OBJECT_CLASS (mp_sign_in_page_parent_class)->dispose (object);
}

static void
mp_sign_in_page_class_init (MpSignInPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mp_sign_in_page_dispose;

  signals[SIGNED_IN] = g_signal_new ("signed-in", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                     G_TYPE_NONE, 1, MP_TYPE_SESSION);
  signals[OPEN_REQUESTED] = g_signal_new ("open-requested", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                          NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
  signals[LEFT] =
      g_signal_new ("left", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  g_type_ensure (MP_TYPE_MESSAGE_BAR);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/org/memberpulse/Integrations/ui/mp-sign-in-page.ui");
  gtk_widget_class_bind_template_child (widget_class, MpSignInPage, leave_button);
  gtk_widget_class_bind_template_child (widget_class, MpSignInPage, message_bar);
  gtk_widget_class_bind_template_child (widget_class, MpSignInPage, server_row);
  gtk_widget_class_bind_template_child (widget_class, MpSignInPage, tenant_row);
  gtk_widget_class_bind_template_child (widget_class, MpSignInPage, token_row);
  gtk_widget_class_bind_template_child (widget_class, MpSignInPage, sign_in_button);
  gtk_widget_class_bind_template_child (widget_class, MpSignInPage, spinner);
  gtk_widget_class_bind_template_child (widget_class, MpSignInPage, profiles_group);
  gtk_widget_class_bind_template_child (widget_class, MpSignInPage, profiles_list);
  gtk_widget_class_bind_template_callback (widget_class, submit_cb);
  gtk_widget_class_bind_template_callback (widget_class, server_typed_cb);
  gtk_widget_class_bind_template_callback (widget_class, tenant_typed_cb);
  gtk_widget_class_bind_template_callback (widget_class, token_typed_cb);
  gtk_widget_class_bind_template_callback (widget_class, leave_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, profile_activated_cb);
}

static void
mp_sign_in_page_init (MpSignInPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * mp_sign_in_page_set_context:
 * @self: a sign-in page
 * @context: what the pages share
 *
 * Says what it signs in with; once.
 */
void
mp_sign_in_page_set_context (MpSignInPage *self, MpContext *context)
{
  g_return_if_fail (MP_IS_SIGN_IN_PAGE (self));
  g_return_if_fail (MP_IS_CONTEXT (context) && self->context == NULL);

  self->context = g_object_ref (context);
}

/**
 * mp_sign_in_page_start:
 * @self: a sign-in page
 * @server: (nullable): address to begin with
 * @tenant: (nullable): tenant to begin with
 * @may_leave: whether there is something to go back to
 *
 * Begins anew, with an empty token.
 */
void
mp_sign_in_page_start (MpSignInPage *self,
                       const char *server,
                       const char *tenant,
                       gboolean may_leave)
{
  g_return_if_fail (MP_IS_SIGN_IN_PAGE (self));

  mp_message_bar_hide (self->message_bar);
  gtk_editable_set_text (GTK_EDITABLE (self->server_row), server != NULL ? server : "");
  gtk_editable_set_text (GTK_EDITABLE (self->tenant_row), tenant != NULL ? tenant : "");
  gtk_editable_set_text (GTK_EDITABLE (self->token_row), "");
  gtk_widget_set_visible (self->leave_button, may_leave);
  set_busy (self, FALSE);
  fill_profiles (self);
  gtk_widget_grab_focus (server == NULL || *server == '\0' ? self->server_row : self->token_row);
}
