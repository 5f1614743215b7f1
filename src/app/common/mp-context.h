/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-editor.h"
#include "mp-session.h"

G_BEGIN_DECLS

/*
 * What every page of the window shares: the services, this computer's preferences, the tenant
 * signed in to and the record chosen. Properties session, record and editor notify; "refreshed" is
 * emitted when keys, roles or sync of the session changed. Main thread only.
 */
#define MP_TYPE_CONTEXT (mp_context_get_type ())
G_DECLARE_FINAL_TYPE (MpContext, mp_context, MP, CONTEXT, GObject)

MpContext *mp_context_new (MpServices *services, GSettings *settings) G_GNUC_WARN_UNUSED_RESULT;
MpServices *mp_context_get_services (MpContext *self);
GSettings *mp_context_get_settings (MpContext *self); /* (nullable): none installed */
MpSession *mp_context_get_session (MpContext *self);  /* (nullable): not signed in */
void mp_context_set_session (MpContext *self, MpSession *session);
MpEditor *mp_context_get_editor (MpContext *self);      /* (nullable): not signed in */
MpRecordModel *mp_context_get_record (MpContext *self); /* (nullable): none chosen */
void mp_context_set_record (MpContext *self, MpRecordModel *record);

G_END_DECLS
