/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-credential.h"
#include "mp-stored-record.h"

G_BEGIN_DECLS

/*
 * What a transaction changed in a store, or (complete) all that the store holds. Immutable. Where
 * it is complete, what is not in it does not exist (any more).
 */
#define MP_TYPE_STORE_DELTA (mp_store_delta_get_type ())
G_DECLARE_FINAL_TYPE (MpStoreDelta, mp_store_delta, MP, STORE_DELTA, GObject)

gboolean mp_store_delta_get_complete (MpStoreDelta *self);
GPtrArray *mp_store_delta_get_records (MpStoreDelta *self);
GPtrArray *mp_store_delta_get_removed_records (MpStoreDelta *self);
GPtrArray *mp_store_delta_get_credentials (MpStoreDelta *self);
GPtrArray *mp_store_delta_get_removed_credentials (MpStoreDelta *self);
unsigned int mp_store_delta_get_key_version (MpStoreDelta *self, const char *credential_id);
const char *mp_store_delta_get_meta (MpStoreDelta *self, const char *name);
unsigned int mp_store_delta_get_pending_count (MpStoreDelta *self);
unsigned int mp_store_delta_get_conflict_count (MpStoreDelta *self);
gboolean mp_store_delta_get_has_unsealed (MpStoreDelta *self);
gboolean mp_store_delta_get_can_undo (MpStoreDelta *self);
gboolean mp_store_delta_get_can_redo (MpStoreDelta *self);

G_END_DECLS
