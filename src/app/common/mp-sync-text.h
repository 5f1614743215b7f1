/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-session.h"

G_BEGIN_DECLS

/* How a session and its server stand, in words. */
char *mp_sync_text_dup_short (MpSession *session) G_GNUC_WARN_UNUSED_RESULT;
char *mp_sync_text_dup_details (MpSession *session) G_GNUC_WARN_UNUSED_RESULT;
const char *mp_sync_text_get_icon_name (MpSession *session);
const char *mp_record_state_get_text (MpRecordState state);

G_END_DECLS
