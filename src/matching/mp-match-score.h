/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-match-field.h"

G_BEGIN_DECLS

/* One word of either list. */
struct _MpMatchWord
{
  GArray *fields; /* (element-type guint): indices of targets that have it */
  double weight;  /* 0 to 1: how rare it is */
  gboolean is_qualifier;
  gboolean is_thing;
  GPtrArray *similar; /* (nullable) (element-type MpMatchWord): words of targets, of a source's */
};

/* The words of both lists. */
typedef struct _MpMatchWords MpMatchWords;

MpMatchWords *mp_match_words_new (const MpMatchDictionary *dictionary,
                                  GPtrArray *sources,
                                  GPtrArray *targets) G_GNUC_WARN_UNUSED_RESULT;
void mp_match_words_free (MpMatchWords *self);
void mp_match_words_add_up (const MpMatchField *source, unsigned int most, float *sums);
double mp_match_words_compare (const MpMatchName *source,
                               const MpMatchName *target,
                               gboolean *by_spelling);
unsigned int mp_match_words_count_lone_qualifiers (const MpMatchName *a, const MpMatchName *b);

gboolean mp_match_is_telling (MpFieldType type);
gboolean mp_match_is_offered_only (const MpMatchInput *source, const MpMatchInput *target);
double mp_match_score (const MpMatchDictionary *dictionary,
                       MpMatchEvidence left_out,
                       const MpMatchField *source,
                       const MpMatchField *target,
                       MpMatchEvidence *evidence);
double mp_match_score_in_block (double score);
double mp_match_score_in_other_block (double score);

G_END_DECLS
