/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-context.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* The program's window: the tenant, the record chosen, the sections, and the sync state. */
#define MP_TYPE_WINDOW (mp_window_get_type ())
G_DECLARE_FINAL_TYPE (MpWindow, mp_window, MP, WINDOW, AdwApplicationWindow)

GtkWidget *mp_window_new (AdwApplication *application,
                          MpContext *context) G_GNUC_WARN_UNUSED_RESULT;
/* Opens the tenant used last, or asks to sign in. */
void mp_window_start (MpWindow *self);
/* @link: a sign-in link from outside; its token is not used. */
void mp_window_open_link (MpWindow *self, const char *link);

G_END_DECLS
