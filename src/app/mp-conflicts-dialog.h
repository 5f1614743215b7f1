/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-context.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* Every conflict of the session, by record; closes itself when the last is settled. */
#define MP_TYPE_CONFLICTS_DIALOG (mp_conflicts_dialog_get_type ())
G_DECLARE_FINAL_TYPE (MpConflictsDialog, mp_conflicts_dialog, MP, CONFLICTS_DIALOG, AdwWindow)

GtkWindow *mp_conflicts_dialog_new (GtkWindow *parent,
                                    MpContext *context) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
