/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-context.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* One stored key: what is known of it, and the buttons to test, rename, replace and revoke it. */
#define MP_TYPE_CREDENTIAL_ROW (mp_credential_row_get_type ())
G_DECLARE_FINAL_TYPE (MpCredentialRow, mp_credential_row, MP, CREDENTIAL_ROW, AdwExpanderRow)

GtkWidget *mp_credential_row_new (MpContext *context,
                                  MpCredential *credential,
                                  gboolean editable) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
