/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-context.h"

G_BEGIN_DECLS

/* A question about a record as a whole, and its two answers. Immutable, translated. */
typedef struct
{
  const char *question;
  const char *mine;
  const char *theirs;
} MpConflictWords;

MpConflictWords mp_conflict_text_get_words (MpConflict *conflict);
char *mp_conflict_text_dup_label (MpContext *context,
                                  MpRecordModel *record,
                                  MpConflict *conflict) G_GNUC_WARN_UNUSED_RESULT;
/* Who changed the record on the server last, and when; (nullable) */
char *mp_conflict_text_dup_other (MpRecordModel *record) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
