/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-http-client.h"
#include "mp-platform-document.h"
#include "mp-redaction.h"

G_BEGIN_DECLS

/* Reads the JSON of an answer, or says in words why there is none. Any thread; a large answer takes
 * tens of milliseconds. @said: (out) (nullable): the platform's own words, fit to be shown, also
 * with an error */
JsonNode *mp_platform_answer_read (const MpPlatformDocument *document,
                                   MpHttpResponse *response,
                                   const MpRedaction *redaction,
                                   gboolean is_token,
                                   char **said,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
