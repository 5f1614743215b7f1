/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-http-client.h"
#include "mp-platform-document.h"

G_BEGIN_DECLS

/* A validator says which state of a list one has (RFC 9110, section 13): a text of ours, with the
 * document that read it, the header that asks by it, and its value. */

/* (nullable): what @response says of the state of @list */
char *mp_platform_dup_validator (const MpPlatformDocument *document,
                                 const MpListSpec *list,
                                 MpHttpResponse *response) G_GNUC_WARN_UNUSED_RESULT;
/* FALSE: it is not of this document as it is now, and nothing was set. */
gboolean mp_platform_set_condition (const MpPlatformDocument *document,
                                    const MpListSpec *list,
                                    const char *validator,
                                    MpHttpRequest *request);

G_END_DECLS
