/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-store-delta.h"

G_BEGIN_DECLS

/* Filled by the worker, then not changed any more. */
struct _MpStoreDelta
{
  GObject parent_instance;

  gboolean complete;
  GPtrArray *records;             /* (element-type MpStoredRecord) */
  GPtrArray *removed_records;     /* (element-type utf8) */
  GPtrArray *credentials;         /* (element-type MpCredential) */
  GPtrArray *removed_credentials; /* (element-type utf8) */
  GHashTable *keys;               /* (element-type utf8 guint): by credential */
  GHashTable *meta;               /* (element-type utf8 utf8) */
  unsigned int pending_count;
  unsigned int conflict_count;
  gboolean has_unsealed;
  gboolean can_undo;
  gboolean can_redo;
};

MpStoreDelta *mp_store_delta_new (gboolean complete) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
