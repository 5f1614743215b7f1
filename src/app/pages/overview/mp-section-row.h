/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-context.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* One section of the record: ready, not set up, or what is missing; each fault leads to its row. */
#define MP_TYPE_SECTION_ROW (mp_section_row_get_type ())
G_DECLARE_FINAL_TYPE (MpSectionRow, mp_section_row, MP, SECTION_ROW, AdwExpanderRow)

GtkWidget *mp_section_row_new (MpContext *context,
                               const MpSectionSpec *section) G_GNUC_WARN_UNUSED_RESULT;
void mp_section_row_update (MpSectionRow *self, MpRecordModel *record);

G_END_DECLS
