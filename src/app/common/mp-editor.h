/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-session.h"

G_BEGIN_DECLS

/*
 * Makes the edits of one session, one after another, and takes them back, those made before this
 * program was started as well. Properties: can-undo, can-redo. Main thread only.
 */
#define MP_TYPE_EDITOR (mp_editor_get_type ())
G_DECLARE_FINAL_TYPE (MpEditor, mp_editor, MP, EDITOR, GObject)

MpEditor *mp_editor_new (MpSession *session) G_GNUC_WARN_UNUSED_RESULT;
void mp_editor_edit_async (MpEditor *self,
                           MpRecordModel *record,
                           MpChanges *changes,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
gboolean mp_editor_edit_finish (MpEditor *self, GAsyncResult *result, GError **error);
gboolean mp_editor_get_can_undo (MpEditor *self);
gboolean mp_editor_get_can_redo (MpEditor *self);
void mp_editor_undo_async (MpEditor *self, GAsyncReadyCallback callback, gpointer user_data);
void mp_editor_redo_async (MpEditor *self, GAsyncReadyCallback callback, gpointer user_data);
/* @path: the first value that was put back, for its page to show it */
MpRecordModel *mp_editor_undo_finish (MpEditor *self,
                                      GAsyncResult *result,
                                      char **path,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
