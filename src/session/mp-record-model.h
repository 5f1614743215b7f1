/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-crm-metadata.h"
#include "mp-field-errors.h"
#include "mp-merge.h"
#include "mp-record.h"

G_BEGIN_DECLS

typedef enum
{
  MP_RECORD_STATE_SYNCED = 1, /* the server has it as it is here */
  MP_RECORD_STATE_DRAFT,      /* saved here; its faults keep it from the server */
  MP_RECORD_STATE_WAITING,    /* saved here; goes to the server with the next sync */
  MP_RECORD_STATE_REFUSED,    /* the server refused it: see the errors */
  MP_RECORD_STATE_CONFLICT,   /* somebody changed the same; the person chooses */
} MpRecordState;

/*
 * One record as it stands on this computer, kept up to date by its MpSession: widgets bind to it.
 * "changed" is emitted after any of its values changed. Main thread only. Properties: id, name,
 * record, state, errors, archived.
 */
#define MP_TYPE_RECORD_MODEL (mp_record_model_get_type ())
G_DECLARE_FINAL_TYPE (MpRecordModel, mp_record_model, MP, RECORD_MODEL, GObject)
const char *mp_record_model_get_id (MpRecordModel *self);
const char *mp_record_model_get_name (MpRecordModel *self);
MpRecord *mp_record_model_get_record (MpRecordModel *self);
MpRecord *
mp_record_model_get_base (MpRecordModel *self); /* (nullable): the server does not have it yet */
MpRecordState mp_record_model_get_state (MpRecordModel *self);
MpFieldErrors *mp_record_model_get_errors (
    MpRecordModel *self); /* of the rules here, and the server's last refusal */
unsigned int mp_record_model_get_n_conflicts (MpRecordModel *self);
MpConflict *mp_record_model_get_conflict (MpRecordModel *self, unsigned int index);
MpCrmMetadata *mp_record_model_get_metadata (
    MpRecordModel *self); /* never NULL; empty until objects were loaded */
/* @object: (nullable): the objects, not the fields of one; 0: not read yet */
int64_t mp_record_model_get_metadata_unix_us (MpRecordModel *self, const char *object);
gboolean mp_record_model_is_metadata_live (MpRecordModel *self, const char *object);

G_END_DECLS
