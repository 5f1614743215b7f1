/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-context.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* One conflict: what stood there before, what this computer and what the server has, and a button
 * to keep either. Signal "settled" after the choice is saved. */
#define MP_TYPE_CONFLICT_GROUP (mp_conflict_group_get_type ())
G_DECLARE_FINAL_TYPE (MpConflictGroup, mp_conflict_group, MP, CONFLICT_GROUP, AdwPreferencesGroup)

GtkWidget *mp_conflict_group_new (MpContext *context,
                                  MpRecordModel *record,
                                  MpConflict *conflict) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
