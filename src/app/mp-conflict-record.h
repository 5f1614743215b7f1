/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-context.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/*
 * All conflicts of one record: the choices, what the record would be with them, and the button that
 * makes it so.
 */
#define MP_TYPE_CONFLICT_RECORD (mp_conflict_record_get_type ())
G_DECLARE_FINAL_TYPE (MpConflictRecord, mp_conflict_record, MP, CONFLICT_RECORD, GtkBox)

GtkWidget *mp_conflict_record_new (MpContext *context,
                                   MpRecordModel *record,
                                   GtkWindow *window) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
