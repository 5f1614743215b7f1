/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-page.h"
#include "mp-window.h"

G_BEGIN_DECLS

MpContext *mp_window_get_context (MpWindow *self);
void mp_window_open_profile (MpWindow *self, const char *server, const char *tenant);
void mp_window_show_sign_in (MpWindow *self, const char *server, const char *tenant);
void mp_window_show_section (MpWindow *self, const char *name);
void mp_window_show_field (MpWindow *self, const char *path);
void mp_window_open_record_chooser (MpWindow *self);
void mp_window_update_actions (MpWindow *self);
void mp_window_leave_session (MpWindow *self);
MpPage *mp_window_get_page (MpWindow *self); /* (nullable): the one that is shown */

void mp_window_install_actions (GtkWidgetClass *widget_class);

G_END_DECLS
