/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-catalogue.h"
#include "mp-match-dictionary.h"
#include "mp-matcher.h"

G_BEGIN_DECLS

#define MP_MATCH_MAX_MEANINGS 4

typedef struct _MpMatchWord MpMatchWord;

/* The words of a name, or of a label. */
typedef struct
{
  GPtrArray *words; /* (element-type utf8): without those that say nothing, unless all do */
  char *joined;
  const MpMatchWord **known; /* the words, as both lists have them; set by mp_match_words_new () */
  double weight;             /* of all words */
  MpMeaning meanings[MP_MATCH_MAX_MEANINGS];
  unsigned int n_meanings;
} MpMatchName;

/* A field, prepared for matching. */
typedef struct
{
  const MpMatchInput *input; /* borrowed */
  MpMatchName names[2];      /* its label, then its name */
  unsigned int n_names;      /* 1 where they are the same */
  GPtrArray *options;        /* (element-type utf8): joined words, sorted */
  unsigned int part;         /* which part of an address it is: a meaning; G_MAXUINT: none */
  char *block;               /* (nullable): of an address's part: which address */
} MpMatchField;

MpMatchField *mp_match_field_new (const MpMatchDictionary *dictionary,
                                  const MpMatchInput *input) G_GNUC_WARN_UNUSED_RESULT;
void mp_match_field_free (MpMatchField *self);
double mp_match_field_get_meaning (const MpMatchField *self, unsigned int concept_id);
gboolean mp_match_field_is_known (const MpMatchField *self);

G_END_DECLS
