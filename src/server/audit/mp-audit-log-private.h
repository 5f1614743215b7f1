/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-audit-log.h"

G_BEGIN_DECLS

MpDb *mp_audit_log_get_db (MpAuditLog *self);

char *mp_audit_head_sign (const char *tenant,
                          int64_t sequence,
                          const char *hash,
                          const unsigned char *secret_key) G_GNUC_WARN_UNUSED_RESULT;
MpAuditHead *mp_audit_head_new (int64_t sequence,
                                const char *hash,
                                const char *signature,
                                const char *key) G_GNUC_WARN_UNUSED_RESULT;

/* Reads a stored row; MP_ERROR_INVALID when it is not an entry, or not written as we write one. */
MpAuditEntry *mp_audit_log_read_row (const MpDbAuditRow *row,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
