/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-page.h"

G_BEGIN_DECLS

/*
 * A mapping of the record: a row for each Member Pulse field, required ones first. Set it up once,
 * then update it with its page. Signal "back": the person is done.
 */
#define MP_TYPE_MAPPING_EDITOR (mp_mapping_editor_get_type ())
G_DECLARE_FINAL_TYPE (MpMappingEditor, mp_mapping_editor, MP, MAPPING_EDITOR, AdwBin)

void mp_mapping_editor_set_up (MpMappingEditor *self, MpPage *page, const char *path);
/* @items: (nullable): MpPickerItem of the CRM fields that may be written; NULL: not read yet */
void mp_mapping_editor_update (MpMappingEditor *self, GListModel *items);
gboolean mp_mapping_editor_reveal (MpMappingEditor *self, const char *path);
/* "18 of 27 required fields are done" */
char *mp_mapping_editor_dup_progress (MpMappingEditor *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
