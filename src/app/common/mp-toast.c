/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-toast.h"

#include <adwaita.h>

static AdwToastOverlay *
find_overlay (GtkWidget *from)
{
  GtkWidget *overlay = gtk_widget_get_ancestor (from, ADW_TYPE_TOAST_OVERLAY);
  GtkRoot *root;
  GtkWidget *content = NULL;

  if (overlay != NULL)
    return ADW_TOAST_OVERLAY (overlay);

  /* libadwaita's windows have a child of their own around what was put into them. */
  root = gtk_widget_get_root (from);
  if (ADW_IS_APPLICATION_WINDOW (root))
    content = adw_application_window_get_content (ADW_APPLICATION_WINDOW (root));
  else if (ADW_IS_WINDOW (root))
    content = adw_window_get_content (ADW_WINDOW (root));
  else if (GTK_IS_WINDOW (root))
    content = gtk_window_get_child (GTK_WINDOW (root));
  return ADW_IS_TOAST_OVERLAY (content) ? ADW_TOAST_OVERLAY (content) : NULL;
}

static void
show (GtkWidget *from, AdwToast *toast)
{
  AdwToastOverlay *overlay = find_overlay (from);

  if (overlay != NULL)
    adw_toast_overlay_add_toast (overlay, g_object_ref (toast));
}

/**
 * mp_toast_show:
 * @from: a widget of the window that shows it
 * @text: what happened, in people's words
 *
 * Says something short that needs no answer.
 */
void
mp_toast_show (GtkWidget *from, const char *text)
{
  mp_toast_show_action (from, text, NULL, NULL);
}

/**
 * mp_toast_show_action:
 * @from: a widget of the window that shows it
 * @text: what happened, in people's words
 * @button_label: (nullable): what can be done about it
 * @action_name: (nullable): the action of the button, such as `win.undo`
 *
 * Like mp_toast_show (), with a button.
 */
void
mp_toast_show_action (GtkWidget *from,
                      const char *text,
                      const char *button_label,
                      const char *action_name)
{
  g_autoptr (AdwToast) toast = NULL;
  g_autofree char *title = NULL;

  g_return_if_fail (GTK_IS_WIDGET (from));
  g_return_if_fail (text != NULL);

  title = g_markup_escape_text (text, -1);
  toast = adw_toast_new (title);
  adw_toast_set_button_label (toast, button_label);
  adw_toast_set_action_name (toast, action_name);
  show (from, toast);
}
