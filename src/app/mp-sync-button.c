/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-sync-button.h"

#include "mp-sync-text.h"

#include <glib/gi18n-lib.h>

struct _MpSyncButton
{
  AdwBin parent_instance;

  GtkMenuButton *button;
  GtkImage *icon;
  GtkLabel *label;
  GtkLabel *state_label;
  GtkLabel *details_label;
  GtkWidget *conflicts_button;
  GtkWidget *sign_in_button;
  GtkWidget *sync_button;

  MpContext *context; /* (owned) (nullable): not set yet */
};

G_DEFINE_FINAL_TYPE (MpSyncButton, mp_sync_button, ADW_TYPE_BIN)

static void
update (MpSyncButton *self)
{
  MpSession *session = mp_context_get_session (self->context);
  g_autofree char *text = NULL;
  g_autofree char *details = NULL;
  MpSyncState state;

  if (session == NULL)
    return;

  state = mp_session_get_sync_state (session);
  text = mp_sync_text_dup_short (session);
  details = mp_sync_text_dup_details (session);
  gtk_image_set_from_icon_name (self->icon, mp_sync_text_get_icon_name (session));
  gtk_label_set_label (self->label, text);
  gtk_label_set_label (self->state_label, text);
  gtk_label_set_label (self->details_label, details);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  text, -1);
  /* A status whose name changes is read out by screen readers. */
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  gtk_widget_set_visible (self->conflicts_button, mp_session_get_conflict_count (session) > 0);
  gtk_widget_set_visible (self->sign_in_button, state == MP_SYNC_STATE_SIGNED_OUT);
  gtk_widget_set_sensitive (self->sync_button, state != MP_SYNC_STATE_SYNCING);
}

static void
popover_shown_cb (MpSyncButton *self)
{
  update (self); /* the times ago moved on */
}

static void
close_popover_cb (MpSyncButton *self)
{
  gtk_menu_button_popdown (self->button);
}

static void
mp_sync_button_dispose (GObject *object)
{
  MpSyncButton *self = MP_SYNC_BUTTON (object);

  g_clear_object (&self->context);
  G_OBJECT_CLASS (mp_sync_button_parent_class)->dispose (object);
}

static void
mp_sync_button_class_init (MpSyncButtonClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mp_sync_button_dispose;

  gtk_widget_class_set_template_from_resource (
      widget_class, "/org/memberpulse/Integrations/ui/mp-sync-button.ui");
  gtk_widget_class_bind_template_child (widget_class, MpSyncButton, button);
  gtk_widget_class_bind_template_child (widget_class, MpSyncButton, icon);
  gtk_widget_class_bind_template_child (widget_class, MpSyncButton, label);
  gtk_widget_class_bind_template_child (widget_class, MpSyncButton, state_label);
  gtk_widget_class_bind_template_child (widget_class, MpSyncButton, details_label);
  gtk_widget_class_bind_template_child (widget_class, MpSyncButton, conflicts_button);
  gtk_widget_class_bind_template_child (widget_class, MpSyncButton, sign_in_button);
  gtk_widget_class_bind_template_child (widget_class, MpSyncButton, sync_button);
  gtk_widget_class_bind_template_callback (widget_class, popover_shown_cb);
  gtk_widget_class_bind_template_callback (widget_class, close_popover_cb);
}

static void
mp_sync_button_init (MpSyncButton *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * mp_sync_button_set_context:
 * @self: a sync button
 * @context: what the pages share
 *
 * Says whose sync it shows; once.
 */
void
mp_sync_button_set_context (MpSyncButton *self, MpContext *context)
{
  g_return_if_fail (MP_IS_SYNC_BUTTON (self));
  g_return_if_fail (MP_IS_CONTEXT (context) && self->context == NULL);

  self->context = g_object_ref (context);
  g_signal_connect_object (context, "refreshed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (context, "notify::session", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
  update (self);
}
