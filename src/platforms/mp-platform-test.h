/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-platform-private.h"
#include "mp-request-builder.h"

G_BEGIN_DECLS

/* What a test found out. @known: all of it that is not in the answers; @scope: the answers of a
 * connected key */
MpTestResult *mp_platform_make_test_result (const MpPlatformDocument *document,
                                            const MpTestResultInit *known,
                                            const MpScope *scope,
                                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The mode that the secret shows by itself. @builder: (nullable): a connection, which shows it
 * too */
MpMode mp_platform_document_guess_mode (const MpPlatformDocument *document,
                                        MpSecret *secret,
                                        MpRequestBuilder *builder);
/* (nullable): what is told of a key that was refused. A key that does not show its mode is refused
 * where the other mode was chosen, too: so that is asked. @said: (nullable) */
char *mp_platform_document_dup_rejection (const MpPlatformDocument *document,
                                          MpSecret *secret,
                                          MpRequestBuilder *builder,
                                          const char *said) G_GNUC_WARN_UNUSED_RESULT;
/* MP_ERROR_INVALID when the secret shows one mode and the connection the other: such a key would
 * only be sent to a server that cannot know it. */
gboolean mp_platform_document_check_mode (const MpPlatformDocument *document,
                                          MpSecret *secret,
                                          MpRequestBuilder *builder,
                                          GError **error);

G_END_DECLS
