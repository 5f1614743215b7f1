/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>
#include <json-glib/json-glib.h>
#include <stdint.h>

G_BEGIN_DECLS

/* The signed head of a tenant's audit trail, as the server told it. Immutable. */
#define MP_TYPE_AUDIT_HEAD (mp_audit_head_get_type ())
G_DECLARE_FINAL_TYPE (MpAuditHead, mp_audit_head, MP, AUDIT_HEAD, GObject)

MpAuditHead *mp_audit_head_new_from_json (JsonObject *object,
                                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
int64_t mp_audit_head_get_sequence (MpAuditHead *self);
const char *mp_audit_head_get_hash (MpAuditHead *self);
const char *mp_audit_head_get_signature (MpAuditHead *self);
const char *mp_audit_head_get_key (MpAuditHead *self);

G_END_DECLS
