/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-mnemonics.h"

/**
 * mp_mnemonics_name_buttons:
 * @widget: a widget, such as a window
 *
 * Gives the buttons in @widget that have a mnemonic their proper name for screen readers. GTK 4.8
 * (gtk/gtkbutton.c, gtk_button_set_label ()) tells them the label with its underscore, before the
 * label's own text: "_Save Save". Without that property the button is named by its label alone.
 *
 * Call it again for what is added later.
 */
void
mp_mnemonics_name_buttons (GtkWidget *widget)
{
  g_return_if_fail (GTK_IS_WIDGET (widget));

  if (GTK_IS_BUTTON (widget) && gtk_button_get_use_underline (GTK_BUTTON (widget)))
    gtk_accessible_reset_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL);

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    mp_mnemonics_name_buttons (child);
}
