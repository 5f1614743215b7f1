/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-page.h"

G_BEGIN_DECLS

/*
 * Ties one row of a page to one path of the record chosen. It shows the value; saves what is typed
 * once it has rested 400 ms, when the focus leaves and on Return; shows the row only where the
 * registry says so; shows the value's fault in a caption under the row. @row is an AdwEntryRow (or
 * another GtkEditable) or an MpPickerRow in a list box. Main thread only.
 */
#define MP_TYPE_FIELD_BINDING (mp_field_binding_get_type ())
G_DECLARE_FINAL_TYPE (MpFieldBinding, mp_field_binding, MP, FIELD_BINDING, GObject)

MpFieldBinding *
mp_field_binding_new (MpPage *page, GtkWidget *row, const char *path) G_GNUC_WARN_UNUSED_RESULT;
GtkWidget *mp_field_binding_get_row (MpFieldBinding *self);
const char *mp_field_binding_get_path (MpFieldBinding *self);
void mp_field_binding_update (MpFieldBinding *self);
void mp_field_binding_flush (MpFieldBinding *self);
void mp_field_binding_touch (MpFieldBinding *self); /* from now on an empty value is a fault */

G_END_DECLS
