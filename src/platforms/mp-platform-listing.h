/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-platform-document.h"

G_BEGIN_DECLS

/* The whole list: the static items of @list come first, in their order, then @items; a live one of
 * the same name takes the place of a static one. Before them all stand those that the document
 * calls first. @names: (element-type utf8): of @items. Any thread. */
GListModel *mp_platform_make_listing (const MpListSpec *list,
                                      GType item_type,
                                      GPtrArray *items,
                                      GHashTable *names) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
