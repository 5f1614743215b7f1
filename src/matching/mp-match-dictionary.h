/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-catalogue.h"

G_BEGIN_DECLS

/* How much one meaning can stand for another one. */
typedef struct
{
  unsigned int concept_id;
  double strength; /* 0 to 1 */
} MpMeaning;

/* data/matching/concepts.json, compiled: what is known of the words in names of fields. Immutable
 * once loaded; any thread. */
typedef struct _MpMatchDictionary MpMatchDictionary;

const MpMatchDictionary *mp_match_dictionary_get (void);

unsigned int mp_match_dictionary_get_n_concepts (const MpMatchDictionary *self);
const char *mp_match_dictionary_get_concept_name (const MpMatchDictionary *self,
                                                  unsigned int concept_id);
gboolean mp_match_dictionary_find_concept (const MpMatchDictionary *self,
                                           const char *name,
                                           unsigned int *concept_id);
double mp_match_dictionary_get_relation (const MpMatchDictionary *self,
                                         unsigned int from,
                                         unsigned int to);

/* Words: lower case, no marks, abbreviations written out. */
GPtrArray *mp_match_dictionary_split (const MpMatchDictionary *self,
                                      const char *text) G_GNUC_WARN_UNUSED_RESULT;
gboolean mp_match_dictionary_is_ignored (const MpMatchDictionary *self, const char *word);
gboolean mp_match_dictionary_is_qualifier (const MpMatchDictionary *self, const char *word);
gboolean mp_match_dictionary_is_thing (const MpMatchDictionary *self, const char *word);

/* What a name of these words means: at most @size meanings, the strongest first. */
unsigned int mp_match_dictionary_find_meanings (const MpMatchDictionary *self,
                                                GPtrArray *words,
                                                MpMeaning *meanings,
                                                unsigned int size);

MpFieldType mp_match_dictionary_find_type (const MpMatchDictionary *self, const char *name);

/* Address blocks. */
gboolean mp_match_dictionary_find_block_part (const MpMatchDictionary *self,
                                              unsigned int concept_id,
                                              unsigned int *part);
gboolean mp_match_dictionary_is_neutral (const MpMatchDictionary *self, const char *word);
int mp_match_dictionary_get_block_rank (const MpMatchDictionary *self, const char *block);

G_END_DECLS
