/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-credentials-page.h"

#include "mp-credential-dialog.h"
#include "mp-credential-row.h"
#include "mp-toast.h"

#include <glib/gi18n-lib.h>

struct _MpCredentialsPage
{
  MpPage parent_instance;

  GtkStack *stack;
  GtkWidget *first_button;
  GtkWidget *add_button;
  GtkListBox *list_box;
  GtkSwitch *revoked_switch;

  GtkFilterListModel *shown; /* (owned) */
  GtkCustomFilter *filter;   /* (owned) */
  MpSession *session;        /* (unowned) (nullable): whose keys are shown */
  gboolean editable;         /* as the rows were made */
};

G_DEFINE_FINAL_TYPE (MpCredentialsPage, mp_credentials_page, MP_TYPE_PAGE)

static gboolean
is_shown (gpointer item, gpointer user_data)
{
  MpCredentialsPage *self = user_data;

  return !mp_credential_get_revoked (item) || gtk_switch_get_active (self->revoked_switch);
}

static GtkWidget *
make_row (gpointer item, gpointer user_data)
{
  MpCredentialsPage *self = MP_CREDENTIALS_PAGE (user_data);

  return mp_credential_row_new (mp_page_get_context (MP_PAGE (self)), item,
                                mp_page_get_editable (MP_PAGE (self)));
}

static void
added_cb (MpCredentialsPage *self, MpCredential *credential)
{
  g_autofree char *text =
      /* Translators: %s is the name of a key. */
      g_strdup_printf (_ ("“%s” is saved"), mp_credential_get_label (credential));

  mp_toast_show (GTK_WIDGET (self), text);
}

static void
add_clicked_cb (MpCredentialsPage *self)
{
  GtkWindow *dialog = mp_credential_dialog_new_add (
      GTK_WIDGET (self), mp_page_get_context (MP_PAGE (self)), NULL, NULL);

  g_signal_connect_object (dialog, "saved", G_CALLBACK (added_cb), self, G_CONNECT_SWAPPED);
  gtk_window_present (dialog);
}

static void
revoked_toggled_cb (MpCredentialsPage *self)
{
  gtk_filter_changed (GTK_FILTER (self->filter), GTK_FILTER_CHANGE_DIFFERENT);
}

/* The rows know neither the records that use a key nor the role: they are made anew with them. */
static void
show_list (MpCredentialsPage *self)
{
  MpSession *session = mp_page_get_session (MP_PAGE (self));
  gboolean editable = mp_page_get_editable (MP_PAGE (self));

  if (self->session == session && self->editable == editable)
    return;

  self->session = session;
  self->editable = editable;
  gtk_list_box_bind_model (self->list_box, NULL, NULL, NULL, NULL);
  gtk_filter_list_model_set_model (self->shown,
                                   session != NULL ? mp_session_get_credentials (session) : NULL);
  gtk_list_box_bind_model (self->list_box, G_LIST_MODEL (self->shown), make_row, self, NULL);
}

static void
mp_credentials_page_update (MpPage *page)
{
  MpCredentialsPage *self = MP_CREDENTIALS_PAGE (page);
  MpSession *session = mp_page_get_session (page);
  gboolean any =
      session != NULL && g_list_model_get_n_items (mp_session_get_credentials (session)) > 0;

  show_list (self);
  gtk_stack_set_visible_child_name (self->stack, any ? "list" : "empty");
  gtk_widget_set_visible (self->add_button, mp_page_get_editable (page));
  gtk_widget_set_visible (self->first_button, mp_page_get_editable (page));
}

/* Which records use a key, and whether it is on this computer, may have changed meanwhile. */
static void
mp_credentials_page_entered (MpPage *page)
{
  MP_CREDENTIALS_PAGE (page)->session = NULL;
  show_list (MP_CREDENTIALS_PAGE (page));
}

static void
mp_credentials_page_constructed (GObject *object)
{
  G_OBJECT_CLASS (mp_credentials_page_parent_class)->constructed (object);
  mp_page_update (MP_PAGE (object));
}

static void
mp_credentials_page_dispose (GObject *object)
{
  MpCredentialsPage *self = MP_CREDENTIALS_PAGE (object);

  g_clear_object (&self->shown);
  g_clear_object (&self->filter);
  G_OBJECT_CLASS (mp_credentials_page_parent_class)->dispose (object);
}

static void
mp_credentials_page_class_init (MpCredentialsPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->constructed = mp_credentials_page_constructed;
  object_class->dispose = mp_credentials_page_dispose;
  MP_PAGE_CLASS (klass)->update = mp_credentials_page_update;
  MP_PAGE_CLASS (klass)->entered = mp_credentials_page_entered;

  gtk_widget_class_set_template_from_resource (
      widget_class, "/org/memberpulse/Integrations/ui/mp-credentials-page.ui");
  gtk_widget_class_bind_template_child (widget_class, MpCredentialsPage, stack);
  gtk_widget_class_bind_template_child (widget_class, MpCredentialsPage, first_button);
  gtk_widget_class_bind_template_child (widget_class, MpCredentialsPage, add_button);
  gtk_widget_class_bind_template_child (widget_class, MpCredentialsPage, list_box);
  gtk_widget_class_bind_template_child (widget_class, MpCredentialsPage, revoked_switch);
  gtk_widget_class_bind_template_callback (widget_class, add_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, revoked_toggled_cb);
}

static void
mp_credentials_page_init (MpCredentialsPage *self)
{
  self->filter = gtk_custom_filter_new (is_shown, self, NULL);
  self->shown = gtk_filter_list_model_new (NULL, g_object_ref (GTK_FILTER (self->filter)));
  gtk_widget_init_template (GTK_WIDGET (self));
  g_object_set (self, "permission", (unsigned int) MP_PERMISSION_CREDENTIALS, NULL);
}
