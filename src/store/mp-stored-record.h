/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-field-errors.h"
#include "mp-merge.h"
#include "mp-record.h"

G_BEGIN_DECLS

/*
 * One record as the store holds it: the server's last known state and, on top of it, what was
 * changed here. Immutable: a change gives a new one.
 */
#define MP_TYPE_STORED_RECORD (mp_stored_record_get_type ())
G_DECLARE_FINAL_TYPE (MpStoredRecord, mp_stored_record, MP, STORED_RECORD, GObject)

const char *mp_stored_record_get_id (MpStoredRecord *self);
MpRecord *mp_stored_record_get_record (MpStoredRecord *self);
MpRecord *mp_stored_record_get_base (MpStoredRecord *self);
gboolean mp_stored_record_get_waiting (MpStoredRecord *self);
gboolean mp_stored_record_get_refused (MpStoredRecord *self);
MpFieldErrors *mp_stored_record_get_server_errors (MpStoredRecord *self);
unsigned int mp_stored_record_get_n_conflicts (MpStoredRecord *self);
MpConflict *mp_stored_record_get_conflict (MpStoredRecord *self, unsigned int index);

G_END_DECLS
