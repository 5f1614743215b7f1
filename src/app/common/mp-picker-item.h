/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* One choice of a picker: what it is stored as, what people read, what tells it apart. Immutable.
 */
#define MP_TYPE_PICKER_ITEM (mp_picker_item_get_type ())
G_DECLARE_FINAL_TYPE (MpPickerItem, mp_picker_item, MP, PICKER_ITEM, GObject)

MpPickerItem *mp_picker_item_new (const char *id,
                                  const char *label,
                                  const char *detail) G_GNUC_WARN_UNUSED_RESULT;
MpPickerItem *mp_picker_item_new_unavailable (const char *id,
                                              const char *label,
                                              const char *reason) G_GNUC_WARN_UNUSED_RESULT;
const char *mp_picker_item_get_id (MpPickerItem *self);
const char *mp_picker_item_get_label (MpPickerItem *self);
const char *mp_picker_item_get_detail (MpPickerItem *self); /* (nullable) */
gboolean mp_picker_item_get_available (MpPickerItem *self);
gboolean mp_picker_item_matches (MpPickerItem *self, const char *folded_query);
MpPickerItem *mp_picker_item_find (GListModel *model, const char *id); /* borrowed (nullable) */

G_END_DECLS
