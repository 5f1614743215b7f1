/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-context.h"

#include <adwaita.h>

G_BEGIN_DECLS

/*
 * One conflict: what stood there before, what each side has, and which of the two shall stand.
 * Emits "chosen" when the person chose.
 */
#define MP_TYPE_CONFLICT_GROUP (mp_conflict_group_get_type ())
G_DECLARE_FINAL_TYPE (MpConflictGroup, mp_conflict_group, MP, CONFLICT_GROUP, AdwPreferencesGroup)

GtkWidget *mp_conflict_group_new (MpContext *context,
                                  MpRecordModel *record,
                                  MpConflict *conflict) G_GNUC_WARN_UNUSED_RESULT;
void mp_conflict_group_choose (MpConflictGroup *self, gboolean mine);
MpChoice *mp_conflict_group_dup_choice (MpConflictGroup *self)
    G_GNUC_WARN_UNUSED_RESULT; /* (nullable): nothing was chosen yet */

G_END_DECLS
