/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-context.h"

G_BEGIN_DECLS

/* Paths and values of records as people read them: in conflicts and in the audit trail. */
/* @record: (nullable): whose platform names the connection's settings */
char *mp_value_text_dup_label (MpContext *context,
                               MpRecord *record,
                               const char *path) G_GNUC_WARN_UNUSED_RESULT;
/* @value: (nullable): not set */
char *mp_value_text_dup_value (MpContext *context,
                               const char *path,
                               JsonNode *value) G_GNUC_WARN_UNUSED_RESULT;
/* "3 March 2026, 14:05, by anna" */
char *mp_value_text_dup_stamp (MpStamp stamp) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
