/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-record-entry-private.h"
#include "mp-stored-record.h"

G_BEGIN_DECLS

MpStoredRecord *mp_stored_record_new (MpRecordEntry *entry) G_GNUC_WARN_UNUSED_RESULT;
MpStoredRecord *mp_stored_record_new_plain (MpRecord *record,
                                            int64_t version) G_GNUC_WARN_UNUSED_RESULT;
int64_t mp_stored_record_get_version (MpStoredRecord *self);

G_END_DECLS
