/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-record-model.h"
#include "mp-stored-record.h"

G_BEGIN_DECLS

/* The session's side of a record model. */
MpRecordModel *mp_record_model_new (MpStoredRecord *stored) G_GNUC_WARN_UNUSED_RESULT;
MpStoredRecord *mp_record_model_get_stored (MpRecordModel *self);
/* The two below change nothing that is seen until mp_record_model_set_errors () is called. */
void mp_record_model_set_stored (MpRecordModel *self, MpStoredRecord *stored);
void
mp_record_model_set_metadata (MpRecordModel *self, const char *source, MpCrmMetadata *metadata);
/* When a part of the metadata was read: the fields of @object, or (nullable) the objects. @is_live:
 * by this program, not from what was kept */
void mp_record_model_note_metadata (MpRecordModel *self,
                                    const char *object,
                                    int64_t read_unix_us,
                                    gboolean is_live);
/* @local: what the rules here say; the server's last refusal is added. */
void mp_record_model_set_errors (MpRecordModel *self, MpFieldErrors *local);
/* Which CRM the metadata are of (nullable): of none. */
const char *mp_record_model_get_source (MpRecordModel *self);

G_END_DECLS
