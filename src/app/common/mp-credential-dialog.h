/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-context.h"

#include <adwaita.h>

G_BEGIN_DECLS

/*
 * Asks for a new key, or for the replacement of a stored one: the parts are typed, tested with the
 * platform, and then kept. What the platform refuses is not kept; what it limits, or what could not
 * be tested, only when the person says so. Signal "saved" (MpCredential). Present it with
 * gtk_window_present ().
 */
#define MP_TYPE_CREDENTIAL_DIALOG (mp_credential_dialog_get_type ())
G_DECLARE_FINAL_TYPE (MpCredentialDialog, mp_credential_dialog, MP, CREDENTIAL_DIALOG, AdwWindow)

/* @platform: (nullable): the person chooses among the platforms whose keys several records may use.
 * @record: (nullable): whose connection the key is tested with. */
GtkWindow *mp_credential_dialog_new_add (GtkWidget *parent,
                                         MpContext *context,
                                         const char *platform,
                                         MpRecordModel *record) G_GNUC_WARN_UNUSED_RESULT;
GtkWindow *mp_credential_dialog_new_replace (GtkWidget *parent,
                                             MpContext *context,
                                             MpCredential *credential) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
