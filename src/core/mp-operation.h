/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-changes.h"

G_BEGIN_DECLS

typedef enum
{
  MP_ACTION_CREATE = 1, /* settings */
  MP_ACTION_UPDATE,     /* settings */
  MP_ACTION_ARCHIVE,    /* settings */
  MP_ACTION_RESTORE,    /* settings */
  MP_ACTION_ADD,        /* credential: metadata and sealed secret */
  MP_ACTION_REPLACE,    /* credential: sealed secret */
  MP_ACTION_RENAME,     /* credential: label */
  MP_ACTION_REVOKE,     /* credential */
  MP_ACTION_USE,        /* credential: it was opened on a desktop; an audit entry */
} MpAction;

const char *mp_action_to_string (MpAction action);
gboolean mp_action_from_string (const char *text, MpAction *action);
gboolean mp_action_is_credential (MpAction action);

/**
 * MpOperation:
 *
 * One thing to be done on the server exactly once: `{op, target, action, base, set, expect,
 * payload}`. `target` is the record's or credential's id; `base` the revision it was made on;
 * `payload` is for credentials
 * (`ADD`: the metadata with `sealed`, `key_id`; `REPLACE`: `hint`, `mode`, `account`, `sealed`,
 * `key_id`; `RENAME`: `label`; `USE`: `purpose`, `at`). Immutable.
 */
#define MP_TYPE_OPERATION (mp_operation_get_type ())
G_DECLARE_FINAL_TYPE (MpOperation, mp_operation, MP, OPERATION, GObject)

MpOperation *mp_operation_new (const char *op,
                               MpAction action,
                               const char *target,
                               const char *base,
                               MpChanges *set,
                               MpChanges *expect,
                               JsonObject *payload) G_GNUC_WARN_UNUSED_RESULT;
MpOperation *mp_operation_new_from_json (JsonObject *object,
                                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
JsonObject *mp_operation_to_json (MpOperation *self) G_GNUC_WARN_UNUSED_RESULT;
const char *mp_operation_get_op (MpOperation *self);
MpAction mp_operation_get_action (MpOperation *self);
const char *mp_operation_get_target (MpOperation *self);
const char *mp_operation_get_base (MpOperation *self);
MpChanges *mp_operation_get_set (MpOperation *self);
MpChanges *mp_operation_get_expect (MpOperation *self);
JsonObject *mp_operation_get_payload (MpOperation *self);

G_END_DECLS
