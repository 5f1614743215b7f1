/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-credential.h"
#include "mp-platform.h"

G_BEGIN_DECLS

char *mp_credential_text_dup_details (MpCredential *credential,
                                      gboolean on_this_computer) G_GNUC_WARN_UNUSED_RESULT;

/* "Connected to Example Association (AUD), live mode" */
char *mp_credential_text_dup_result (MpTestResult *result,
                                     const char *platform_label) G_GNUC_WARN_UNUSED_RESULT;
const char *mp_credential_text_get_mode (MpMode mode); /* translated: "Test", "Live" */

G_END_DECLS
