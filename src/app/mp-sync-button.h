/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-context.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* Says in words how this computer and the server stand; opens the details and "Sync now". */
#define MP_TYPE_SYNC_BUTTON (mp_sync_button_get_type ())
G_DECLARE_FINAL_TYPE (MpSyncButton, mp_sync_button, MP, SYNC_BUTTON, AdwBin)

void mp_sync_button_set_context (MpSyncButton *self, MpContext *context);

G_END_DECLS
