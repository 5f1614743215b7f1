/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-store-private.h"

G_BEGIN_DECLS

/* What was changed here, kept for undo. In the worker thread, inside the change's transaction. */
gboolean mp_store_edits_remember (MpStoreConnection *connection,
                                  const char *id,
                                  MpChanges *before,
                                  MpChanges *after,
                                  MpStoreEditKind kind,
                                  GError **error);
MpChanges *mp_store_edits_read (const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* What stands in @record at the paths of @changes. */
MpChanges *mp_store_edits_values_of (MpRecord *record,
                                     MpChanges *changes) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
