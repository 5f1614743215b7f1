/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-picker-item.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/*
 * A searchable list of MpPickerItem in a popover; one can serve any number of rows, since the list
 * is only filled while it is open. Give it a parent with gtk_widget_set_parent () (and unparent it
 * again). Signals: "chosen" (const char *id, nullable: nothing), "refresh".
 */
#define MP_TYPE_PICKER_POPOVER (mp_picker_popover_get_type ())
G_DECLARE_FINAL_TYPE (MpPickerPopover, mp_picker_popover, MP, PICKER_POPOVER, GtkPopover)

GtkWidget *mp_picker_popover_new (void) G_GNUC_WARN_UNUSED_RESULT;
/* @clear_label: (nullable): what choosing nothing is called; NULL: something must be chosen */
void mp_picker_popover_open (MpPickerPopover *self,
                             GListModel *model,
                             const char *selected,
                             const char *clear_label);
void mp_picker_popover_set_can_refresh (MpPickerPopover *self, gboolean can_refresh);
void mp_picker_popover_set_footer (MpPickerPopover *self, GtkWidget *footer);

G_END_DECLS
