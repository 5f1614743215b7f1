/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-picker-item.h"

#include <adwaita.h>

G_BEGIN_DECLS

/*
 * A row whose value is chosen from a list that may have thousands of items: the value stands in the
 * subtitle, the list opens in a searchable popover. A value that the list lacks stays, marked
 * missing. Properties: model (of MpPickerItem), selected (id, nullable), placeholder, missing-text,
 * required, editable, loading. Signals: "chosen" after the person chose (selected has changed by
 * then); "retry".
 */
#define MP_TYPE_PICKER_ROW (mp_picker_row_get_type ())
G_DECLARE_FINAL_TYPE (MpPickerRow, mp_picker_row, MP, PICKER_ROW, AdwActionRow)

GtkWidget *mp_picker_row_new (void) G_GNUC_WARN_UNUSED_RESULT;
GListModel *mp_picker_row_get_model (MpPickerRow *self);
void mp_picker_row_set_model (MpPickerRow *self, GListModel *model);
const char *mp_picker_row_get_selected (MpPickerRow *self);
void mp_picker_row_set_selected (MpPickerRow *self, const char *id);
void mp_picker_row_set_required (MpPickerRow *self, gboolean required);
void mp_picker_row_set_editable (MpPickerRow *self, gboolean editable);
/* While it reads the list. */
void mp_picker_row_set_loading (MpPickerRow *self, gboolean loading);
/* @text: (nullable): why the list could not be read; shown with a button that emits "retry" */
void mp_picker_row_set_failure (MpPickerRow *self, const char *text);
const char *mp_picker_row_get_failure (MpPickerRow *self);
/* What stands under the list in the popover, such as "Add a key…". */
void mp_picker_row_set_footer (MpPickerRow *self, GtkWidget *footer);
void mp_picker_row_open (MpPickerRow *self);
void mp_picker_row_close (MpPickerRow *self);

G_END_DECLS
