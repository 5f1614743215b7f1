/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

void mp_toast_show (GtkWidget *from, const char *text);
void mp_toast_show_action (GtkWidget *from,
                           const char *text,
                           const char *button_label,
                           const char *action_name);

G_END_DECLS
