/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-message-bar.h"

struct _MpMessageBar
{
  AdwBin parent_instance;

  GtkWidget *box;
  GtkImage *icon;
  GtkLabel *label;
  GtkButton *button;
};

G_DEFINE_FINAL_TYPE (MpMessageBar, mp_message_bar, ADW_TYPE_BIN)

enum
{
  BUTTON_CLICKED,
  N_SIGNALS,
};

static unsigned int signals[N_SIGNALS];

static const struct
{
  const char *icon_name;
  const char *css_class; /* (nullable) */
} looks[] = {
  [MP_MESSAGE_INFO] = { "dialog-information-symbolic", NULL },
  [MP_MESSAGE_WARNING] = { "dialog-warning-symbolic", "warning" },
  [MP_MESSAGE_ERROR] = { "dialog-error-symbolic", "error" },
};

static void
button_clicked_cb (MpMessageBar *self)
{
  g_signal_emit (self, signals[BUTTON_CLICKED], 0);
}

static void
mp_message_bar_class_init (MpMessageBarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  signals[BUTTON_CLICKED] = g_signal_new ("button-clicked", G_TYPE_FROM_CLASS (klass),
                                          G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (
      widget_class, "/org/memberpulse/Integrations/ui/mp-message-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, MpMessageBar, box);
  gtk_widget_class_bind_template_child (widget_class, MpMessageBar, icon);
  gtk_widget_class_bind_template_child (widget_class, MpMessageBar, label);
  gtk_widget_class_bind_template_child (widget_class, MpMessageBar, button);
  gtk_widget_class_bind_template_callback (widget_class, button_clicked_cb);
}

static void
mp_message_bar_init (MpMessageBar *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  mp_message_bar_hide (self);
}

/**
 * mp_message_bar_show:
 * @self: a message bar
 * @kind: how serious it is
 * @text: what the person must know, and what to do
 *
 * Shows the text; replaces an earlier one.
 */
void
mp_message_bar_show (MpMessageBar *self, MpMessageKind kind, const char *text)
{
  g_return_if_fail (MP_IS_MESSAGE_BAR (self));
  g_return_if_fail (text != NULL);

  gtk_label_set_label (self->label, text);
  gtk_image_set_from_icon_name (self->icon, looks[kind].icon_name);
  for (size_t i = MP_MESSAGE_INFO; i < G_N_ELEMENTS (looks); i++)
    {
      if (looks[i].css_class != NULL)
        gtk_widget_remove_css_class (self->box, looks[i].css_class);
    }
  if (looks[kind].css_class != NULL)
    gtk_widget_add_css_class (self->box, looks[kind].css_class);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->box), GTK_ACCESSIBLE_PROPERTY_LABEL, text,
                                  -1);
  gtk_widget_set_visible (GTK_WIDGET (self), TRUE);
}

/**
 * mp_message_bar_set_button:
 * @self: a message bar
 * @label: (nullable): what the button does; %NULL for no button
 * @action_name: (nullable): the action it activates, beside the signal
 *
 * Sets the bar's button.
 */
void
mp_message_bar_set_button (MpMessageBar *self, const char *label, const char *action_name)
{
  g_return_if_fail (MP_IS_MESSAGE_BAR (self));

  gtk_widget_set_visible (GTK_WIDGET (self->button), label != NULL);
  gtk_button_set_label (self->button, label != NULL ? label : "");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->button), action_name);
}

/**
 * mp_message_bar_hide:
 * @self: a message bar
 *
 * Takes the text away, and the room it took.
 */
void
mp_message_bar_hide (MpMessageBar *self)
{
  g_return_if_fail (MP_IS_MESSAGE_BAR (self));

  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
  gtk_label_set_label (self->label, "");
}

/**
 * mp_message_bar_get_text:
 * @self: a message bar
 *
 * Returns: (transfer none): the text shown; empty while it is hidden
 */
const char *
mp_message_bar_get_text (MpMessageBar *self)
{
  g_return_val_if_fail (MP_IS_MESSAGE_BAR (self), NULL);

  return gtk_label_get_label (self->label);
}
