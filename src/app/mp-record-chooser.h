/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-context.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* The button above the sections that names the record chosen and opens the list of records. */
#define MP_TYPE_RECORD_CHOOSER (mp_record_chooser_get_type ())
G_DECLARE_FINAL_TYPE (MpRecordChooser, mp_record_chooser, MP, RECORD_CHOOSER, AdwBin)

void mp_record_chooser_set_context (MpRecordChooser *self, MpContext *context);
void mp_record_chooser_open (MpRecordChooser *self);

G_END_DECLS
