/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-context.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* The revisions of one record on the server: who made each, when, and what differs; one of them can
 * be brought back. */
#define MP_TYPE_HISTORY_DIALOG (mp_history_dialog_get_type ())
G_DECLARE_FINAL_TYPE (MpHistoryDialog, mp_history_dialog, MP, HISTORY_DIALOG, AdwWindow)

GtkWindow *mp_history_dialog_new (GtkWindow *parent, MpContext *context, MpRecordModel *record);

G_END_DECLS
