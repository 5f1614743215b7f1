/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-context.h"

G_BEGIN_DECLS

/* Entries of the audit trail as people read them. */
const char *mp_activity_text_get_action (const char *action);
char *mp_activity_text_dup_title (MpContext *context,
                                  MpAuditEntry *entry) G_GNUC_WARN_UNUSED_RESULT;
char *mp_activity_text_dup_origin (MpAuditEntry *entry) G_GNUC_WARN_UNUSED_RESULT;
/* One line a change: "CRM › Platform: HubSpot → Salesforce" */
char *mp_activity_text_dup_changes (MpContext *context,
                                    MpAuditEntry *entry) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
