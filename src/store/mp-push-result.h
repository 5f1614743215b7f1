/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-credential.h"
#include "mp-field-errors.h"
#include "mp-record.h"

G_BEGIN_DECLS

typedef enum
{
  MP_PUSH_APPLIED = 1,
  MP_PUSH_CONFLICT, /* something expected is no longer so: nothing was applied */
  MP_PUSH_INVALID,  /* it breaks a rule: see the errors */
  MP_PUSH_DENIED,   /* the token may not do it */
  MP_PUSH_GONE,     /* the server does not have what it is about */
} MpPushStatus;

/* Ends an operation whose secret was sealed to a key that the server no longer has. */
#define MP_PUSH_KEY_RETIRED "key-retired"

/* The server's answer to one operation. Immutable. */
#define MP_TYPE_PUSH_RESULT (mp_push_result_get_type ())
G_DECLARE_FINAL_TYPE (MpPushResult, mp_push_result, MP, PUSH_RESULT, GObject)

MpPushResult *mp_push_result_new_from_json (JsonObject *object,
                                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
const char *mp_push_result_get_op (MpPushResult *self);
MpPushStatus mp_push_result_get_status (MpPushResult *self);
gboolean mp_push_result_get_duplicate (MpPushResult *self);
MpRecord *mp_push_result_get_record (MpPushResult *self);
MpCredential *mp_push_result_get_credential (MpPushResult *self);
const char *const *mp_push_result_get_conflict_paths (MpPushResult *self);
MpFieldErrors *mp_push_result_get_errors (MpPushResult *self);
gboolean mp_push_result_has_error (MpPushResult *self, const char *code);

G_END_DECLS
