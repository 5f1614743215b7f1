/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-session.h"

#include <adwaita.h>

G_BEGIN_DECLS

/*
 * A group of rows in which the parts of a key are typed, with what the platform says about them: a
 * row per part, its fault under it, a Test button, and the result of the test. Never shows a stored
 * secret. Properties: tested (the MpTestResult of what is typed now; notifies). Signal "typed".
 */
#define MP_TYPE_SECRET_EDITOR (mp_secret_editor_get_type ())
G_DECLARE_FINAL_TYPE (MpSecretEditor, mp_secret_editor, MP, SECRET_EDITOR, AdwPreferencesGroup)

/* Both (nullable): no rows. @session: who makes the test. */
void mp_secret_editor_set_platform (MpSecretEditor *self, MpSession *session, MpPlatform *platform);
/* @connection: (nullable): the settings to test the key with */
void mp_secret_editor_set_connection (MpSecretEditor *self, JsonObject *connection);
/* Shows the fault of every part and focuses the first; FALSE: there is one. */
gboolean mp_secret_editor_check (MpSecretEditor *self);
MpSecret *mp_secret_editor_dup_secret (MpSecretEditor *self) G_GNUC_WARN_UNUSED_RESULT;
MpMode mp_secret_editor_get_mode (MpSecretEditor *self); /* as tested, or as the key shows it */
MpTestResult *mp_secret_editor_get_tested (MpSecretEditor *self); /* (nullable): not tested */
void mp_secret_editor_test_async (MpSecretEditor *self,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
/* FALSE: the platform could not be asked; the result is shown either way. */
gboolean mp_secret_editor_test_finish (MpSecretEditor *self, GAsyncResult *result, GError **error);
void mp_secret_editor_clear (MpSecretEditor *self); /* empties the entries */

G_END_DECLS
