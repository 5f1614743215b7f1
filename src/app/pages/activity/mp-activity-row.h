/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-context.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* One entry of the audit trail in the list; recycled. */
#define MP_TYPE_ACTIVITY_ROW (mp_activity_row_get_type ())
G_DECLARE_FINAL_TYPE (MpActivityRow, mp_activity_row, MP, ACTIVITY_ROW, AdwBin)

GtkWidget *mp_activity_row_new (void) G_GNUC_WARN_UNUSED_RESULT;
void mp_activity_row_show (MpActivityRow *self, MpContext *context, MpAuditEntry *entry);

G_END_DECLS
