/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-redaction.h"

G_BEGIN_DECLS

/* What a server says, made fit to be shown: one short line without the parts of the key, tags,
 * entities and traces of a program's calls. @text: of @length bytes, as it came; any thread.
 * Returns: (nullable): nothing is left */
char *mp_answer_words_clean (const char *text,
                             size_t length,
                             const MpRedaction *redaction) G_GNUC_WARN_UNUSED_RESULT;
/* (nullable): the title of a web page, cleaned in the same way */
char *mp_answer_words_find_title (const char *page,
                                  size_t length,
                                  const MpRedaction *redaction) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
