/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-catalogue.h"

G_BEGIN_DECLS

/* What is known of a field that is to be matched. */
typedef struct
{
  const char *name;
  const char *label; /* (nullable): the name */
  MpFieldType type;  /* 0: not known */
  gboolean required;
  gboolean read_only;
  const char *const *options; /* (nullable) */
} MpMatchInput;

/* Why two fields are taken for the same; several can be true. */
typedef enum
{
  MP_MATCH_SAME_LABEL = 1 << 0,
  MP_MATCH_SAME_NAME = 1 << 1,
  MP_MATCH_SAME_MEANING = 1 << 2,
  MP_MATCH_RELATED_MEANING = 1 << 3,
  MP_MATCH_SAME_WORDS = 1 << 4,
  MP_MATCH_SIMILAR_SPELLING = 1 << 5,
  MP_MATCH_SAME_OPTIONS = 1 << 6,
  MP_MATCH_SAME_BLOCK = 1 << 7,
  MP_MATCH_ACCEPTED = 1 << 8, /* people said so */
} MpMatchEvidence;

/* What people said of a pair of fields. */
typedef struct
{
  unsigned int source;
  unsigned int target;
  gboolean accepted; /* else refused */
} MpMatchVerdict;

typedef struct
{
  MpMatchEvidence left_out;       /* which evidence does not count: what it brings is measured so */
  const MpMatchVerdict *verdicts; /* (nullable) */
  unsigned int n_verdicts;
} MpMatchOptions;

typedef struct
{
  unsigned int target; /* its place in the list given */
  double score;        /* 0 to 1 */
  MpMatchEvidence evidence;
} MpMatchCandidate;

#define MP_MATCH_MAX_CANDIDATES 3

/* What is suggested for one source. */
typedef struct
{
  gboolean is_chosen; /* the first candidate is sure enough to be suggested */
  unsigned int n_candidates;
  MpMatchCandidate candidates[MP_MATCH_MAX_CANDIDATES]; /* the best first */
} MpSuggestion;

MpSuggestion *mp_matcher_suggest (const MpMatchInput *sources,
                                  unsigned int n_sources,
                                  const MpMatchInput *targets,
                                  unsigned int n_targets,
                                  const MpMatchOptions *options) G_GNUC_WARN_UNUSED_RESULT;
GStrv mp_match_evidence_describe (MpMatchEvidence evidence,
                                  const MpMatchInput *source,
                                  const MpMatchInput *target) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
