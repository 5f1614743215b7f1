/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-credential.h"

G_BEGIN_DECLS

char *mp_credential_text_dup_details (MpCredential *credential,
                                      gboolean on_this_computer) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
