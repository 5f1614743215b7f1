/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-match-score.h"

#include <string.h>

/*
 * How sure each evidence is by itself, and what weakens it. The numbers were set on the lists of
 * tests/matching/data; the benchmark there prints what each of them brings.
 */
#define SAME_LABEL 0.96
#define SAME_NAME 0.95
/* Both are the same, but "E-mail" is not written as "email" is. */
#define SAME_THROUGHOUT 0.95
#define SAME_MEANING 0.96
#define SAME_WORDS 0.92
#define SAME_OPTIONS 0.85
/* What a second evidence adds of what the first leaves open. */
#define SECOND_SHARE 0.3
#define OPTIONS_SHARE 0.6
/* From which share of common options on they say something, and alone. */
#define SOME_OPTIONS 0.4
#define SAME_OPTIONS_ALONE 0.75
/* Two meanings that are known, and not the same. */
#define OTHER_MEANING 0.45
#define CONTRADICTION 0.94
#define LONE_QUALIFIER 0.8
#define OTHER_OPTIONS 0.93
#define IN_BLOCK 0.9
/* Below what is chosen, whatever else is the same. */
#define OFFERED_ONLY 0.68
#define IN_OTHER_BLOCK 0.55

/* Where label and name say different things, neither is quite sure. */
static double
weigh_contradiction (const MpMatchField *field, unsigned int concept_id)
{
  for (unsigned int i = 0; i < field->n_names; i++)
    {
      gboolean agrees = field->names[i].n_meanings == 0;

      for (unsigned int j = 0; j < field->names[i].n_meanings && !agrees; j++)
        agrees = field->names[i].meanings[j].concept_id == concept_id;
      if (!agrees)
        return CONTRADICTION;
    }
  return 1;
}

static double
compare_meanings (const MpMatchDictionary *dictionary,
                  const MpMatchField *source,
                  const MpMatchField *target,
                  gboolean *is_related)
{
  double strongest = 0;

  *is_related = FALSE;
  for (unsigned int i = 0; i < source->n_names; i++)
    {
      for (unsigned int j = 0; j < source->names[i].n_meanings; j++)
        {
          const MpMeaning *own = &source->names[i].meanings[j];

          for (unsigned int k = 0; k < target->n_names; k++)
            {
              for (unsigned int l = 0; l < target->names[k].n_meanings; l++)
                {
                  const MpMeaning *other = &target->names[k].meanings[l];
                  double relation = mp_match_dictionary_get_relation (dictionary, own->concept_id,
                                                                      other->concept_id);
                  double strength = relation * own->strength * other->strength;

                  if (relation > 0)
                    strength *= weigh_contradiction (target, other->concept_id);

                  if (strength <= strongest)
                    continue;
                  strongest = strength;
                  *is_related = relation < 1;
                }
            }
        }
    }
  return strongest;
}

static gboolean
is_written_alike (const MpMatchInput *source, const MpMatchInput *target)
{
  const char *label = source->label != NULL ? source->label : source->name;
  const char *other = target->label != NULL ? target->label : target->name;

  return g_ascii_strcasecmp (source->name, target->name) == 0 ||
         g_ascii_strcasecmp (label, other) == 0;
}

/* Of two fields with the same label, the one whose name is the same too is meant. */
static gboolean
is_same_throughout (const MpMatchField *source, const MpMatchField *target)
{
  for (unsigned int i = 0; i < target->n_names; i++)
    {
      gboolean is_found = FALSE;

      for (unsigned int j = 0; j < source->n_names && !is_found; j++)
        is_found = g_str_equal (source->names[j].joined, target->names[i].joined);
      if (!is_found)
        return FALSE;
    }
  return TRUE;
}

static double
compare_names (const MpMatchField *source,
               const MpMatchField *target,
               MpMatchEvidence left_out,
               MpMatchEvidence *evidence)
{
  double best = 0;

  for (unsigned int i = 0; i < source->n_names; i++)
    {
      for (unsigned int j = 0; j < target->n_names; j++)
        {
          gboolean by_spelling;
          double share =
              mp_match_words_compare (&source->names[i], &target->names[j], &by_spelling);
          MpMatchEvidence same = i == 0 && j == 0 ? MP_MATCH_SAME_LABEL : MP_MATCH_SAME_NAME;
          MpMatchEvidence why = by_spelling ? MP_MATCH_SIMILAR_SPELLING : MP_MATCH_SAME_WORDS;
          double score = SAME_WORDS * share;

          if (!(left_out & same) && g_str_equal (source->names[i].joined, target->names[j].joined))
            {
              why = same;
              score = i == 0 && j == 0 ? SAME_LABEL : SAME_NAME;
            }
          if ((left_out & why) || score <= best)
            continue;
          best = score;
          *evidence = why;
        }
    }
  return best;
}

/* The share of the smaller list that the other one has too. */
static double
compare_options (const MpMatchField *source, const MpMatchField *target)
{
  unsigned int common = 0;

  if (source->options->len < 2 || target->options->len < 2)
    return -1;
  for (unsigned int i = 0, j = 0; i < source->options->len && j < target->options->len;)
    {
      int order =
          strcmp (g_ptr_array_index (source->options, i), g_ptr_array_index (target->options, j));

      common += order == 0;
      i += order <= 0;
      j += order >= 0;
    }
  return (double) common / (source->options->len + target->options->len - common);
}

static double
get_common_options (const MpMatchField *source,
                    const MpMatchField *target,
                    MpMatchEvidence left_out)
{
  return left_out & MP_MATCH_SAME_OPTIONS ? -1 : compare_options (source, target);
}

/* "Billing email" is not "Email", however much they have in common. */
static double
weaken_by_qualifiers (const MpMatchField *source, const MpMatchField *target, double score)
{
  unsigned int fewest = G_MAXUINT;

  for (unsigned int i = 0; i < source->n_names; i++)
    {
      for (unsigned int j = 0; j < target->n_names; j++)
        {
          unsigned int count =
              mp_match_words_count_lone_qualifiers (&source->names[i], &target->names[j]);

          fewest = MIN (fewest, count);
        }
    }
  for (unsigned int i = 0; i < fewest; i++)
    score *= LONE_QUALIFIER;
  return score;
}

static double
add_evidence (double first, double second, double share)
{
  double most = MAX (first, second);

  return most + (1 - most) * share * MIN (first, second);
}

/* Types that say what a value is, not only how it is written. */
gboolean
mp_match_is_telling (MpFieldType type)
{
  return type == MP_FIELD_TYPE_EMAIL || type == MP_FIELD_TYPE_PHONE || type == MP_FIELD_TYPE_DATE ||
         type == MP_FIELD_TYPE_DATETIME;
}

/* A reference cannot take the value, but often is what people mean: it is offered, not chosen. */
gboolean
mp_match_is_offered_only (const MpMatchInput *source, const MpMatchInput *target)
{
  return target->type == MP_FIELD_TYPE_REFERENCE &&
         (source->type == MP_FIELD_TYPE_TEXT || source->type == MP_FIELD_TYPE_ENUM);
}

/* The name of what a reference leads to can be written. */
static double
weigh_impossible (const MpMatchInput *source, const MpMatchInput *target)
{
  if (source->type == MP_FIELD_TYPE_REFERENCE && target->type == MP_FIELD_TYPE_ENUM)
    return 0.9;
  return mp_match_is_offered_only (source, target) ? OFFERED_ONLY : 0;
}

static double
weigh_types (const MpMatchInput *source, const MpMatchInput *target)
{
  if (source->type == 0 || target->type == 0)
    return 0.99;
  switch (mp_field_type_check (source->type, target->type))
    {
    case MP_COMPATIBILITY_EXACT:
      return 1;
    case MP_COMPATIBILITY_SAFE:
      return mp_match_is_telling (source->type) ? 0.94 : 0.98;
    case MP_COMPATIBILITY_LOSSY:
      return 0.93;
    case MP_COMPATIBILITY_IMPOSSIBLE:
    default:
      return weigh_impossible (source, target);
    }
}

static double
weigh_options (double score, double share, MpMatchEvidence *evidence)
{
  if (share < 0)
    return score;
  if (share >= SOME_OPTIONS)
    {
      *evidence |= MP_MATCH_SAME_OPTIONS;
      score = add_evidence (score, share, OPTIONS_SHARE);
      return share >= SAME_OPTIONS_ALONE ? MAX (score, SAME_OPTIONS * share) : score;
    }
  return share < 0.05 ? score * OTHER_OPTIONS : score;
}

/* 0 to 1: how sure it is that both are the same. */
double
mp_match_score (const MpMatchDictionary *dictionary,
                MpMatchEvidence left_out,
                const MpMatchField *source,
                const MpMatchField *target,
                MpMatchEvidence *evidence)
{
  double types = weigh_types (source->input, target->input);
  gboolean is_related = FALSE;
  double by_name;
  double by_meaning;
  double score;

  *evidence = 0;
  if (types <= 0)
    return 0;
  by_name = compare_names (source, target, left_out, evidence);
  by_meaning = compare_meanings (dictionary, source, target, &is_related);
  if (left_out & (is_related ? MP_MATCH_RELATED_MEANING : MP_MATCH_SAME_MEANING))
    by_meaning = 0;
  if (*evidence & (MP_MATCH_SAME_LABEL | MP_MATCH_SAME_NAME) && is_same_throughout (source, target))
    *evidence |= MP_MATCH_SAME_LABEL | MP_MATCH_SAME_NAME;
  if ((*evidence & MP_MATCH_SAME_LABEL) && (*evidence & MP_MATCH_SAME_NAME))
    return weigh_options (is_written_alike (source->input, target->input) ? 1 : SAME_THROUGHOUT,
                          get_common_options (source, target, left_out), evidence) *
           types;
  score = by_name;
  if (!(*evidence & (MP_MATCH_SAME_LABEL | MP_MATCH_SAME_NAME)))
    {
      gboolean both_known = mp_match_field_is_known (source) && mp_match_field_is_known (target);

      if (by_meaning < 0.9 || is_related)
        score = weaken_by_qualifiers (source, target, by_name);
      if (both_known && by_meaning <= 0)
        score *= OTHER_MEANING;
    }
  if (by_meaning >= 0.5)
    *evidence |= is_related ? MP_MATCH_RELATED_MEANING : MP_MATCH_SAME_MEANING;
  score = add_evidence (score, SAME_MEANING * by_meaning, SECOND_SHARE);
  score = weigh_options (score, get_common_options (source, target, left_out), evidence);
  return score * types;
}

/* The same part of the address that was chosen as a whole. */
double
mp_match_score_in_block (double score)
{
  return MAX (score, IN_BLOCK);
}

double
mp_match_score_in_other_block (double score)
{
  return score * IN_OTHER_BLOCK;
}
