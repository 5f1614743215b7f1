/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-matcher.h"

#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>

#include "mp-match-field.h"
#include "mp-match-score.h"

/* A pair below this is no candidate at all. */
#define LEAST_SCORE 0.3
/* Chosen: sure enough, and clearly before the next one. Measured on tests/matching/data. */
#define CHOSEN_SCORE 0.70
#define CHOSEN_MARGIN 0.04
/* A word of more fields than these says too little to look at all of them. */
#define COMMON_WORD_SHARE 10
#define COMMON_WORD_FIELDS 50
#define MAX_LOOKED_AT 48
/* Of an address that is none of the usual ones. */
#define UNKNOWN_RANK 30

typedef struct
{
  unsigned int source;
  unsigned int target;
  double score;
  MpMatchEvidence evidence;
} Pair;

/* What a target means, and how strongly. */
typedef struct
{
  unsigned int target;
  double strength;
} Meant;

/* What a target has in common with a source, at a glance. */
typedef struct
{
  unsigned int target;
  float sum;
} Rough;

typedef struct
{
  const MpMatchDictionary *dictionary;
  const MpMatchOptions *options;
  GPtrArray *sources; /* (element-type MpMatchField) */
  GPtrArray *targets; /* (element-type MpMatchField) */
  MpMatchWords *words;
  GHashTable *by_meaning; /* (element-type concept GArray): of Meant */
  GHashTable *by_option;  /* (element-type utf8 GArray): indices of targets */
  GHashTable *blocks;     /* (element-type utf8 utf8): the source's block to the target's */
  GArray *pairs;          /* (element-type Pair) */
} Matcher;

static GPtrArray *
prepare (const MpMatchDictionary *dictionary, const MpMatchInput *inputs, unsigned int n)
{
  GPtrArray *fields = g_ptr_array_new_with_free_func ((GDestroyNotify) mp_match_field_free);

  for (unsigned int i = 0; i < n; i++)
    g_ptr_array_add (fields, mp_match_field_new (dictionary, &inputs[i]));
  return fields;
}

static void
append_index (GHashTable *table, gpointer key, unsigned int index)
{
  GArray *list = g_hash_table_lookup (table, key);

  if (list == NULL)
    {
      list = g_array_new (FALSE, FALSE, sizeof (unsigned int));
      g_hash_table_insert (table, key, list);
    }
  if (list->len == 0 || g_array_index (list, unsigned int, list->len - 1) != index)
    g_array_append_val (list, index);
}

static void
add_meant (Matcher *self, unsigned int target, const MpMeaning *meaning)
{
  gpointer key = GUINT_TO_POINTER (meaning->concept_id);
  GArray *list = g_hash_table_lookup (self->by_meaning, key);
  Meant meant = { target, meaning->strength };

  if (list == NULL)
    {
      list = g_array_new (FALSE, FALSE, sizeof (Meant));
      g_hash_table_insert (self->by_meaning, key, list);
    }
  g_array_append_val (list, meant);
}

static void
index_targets (Matcher *self)
{
  for (unsigned int i = 0; i < self->targets->len; i++)
    {
      const MpMatchField *field = g_ptr_array_index (self->targets, i);

      for (unsigned int j = 0; j < field->n_names; j++)
        {
          for (unsigned int k = 0; k < field->names[j].n_meanings; k++)
            add_meant (self, i, &field->names[j].meanings[k]);
        }
      for (unsigned int j = 0; j < field->options->len; j++)
        append_index (self->by_option, g_ptr_array_index (field->options, j), i);
    }
}

static void
add_meanings_up (const Matcher *self, const MpMatchField *source, float *sums)
{
  unsigned int n = mp_match_dictionary_get_n_concepts (self->dictionary);

  for (unsigned int i = 0; i < source->n_names; i++)
    {
      for (unsigned int j = 0; j < source->names[i].n_meanings; j++)
        {
          const MpMeaning *own = &source->names[i].meanings[j];

          for (unsigned int to = 0; to < n; to++)
            {
              double relation =
                  mp_match_dictionary_get_relation (self->dictionary, own->concept_id, to);
              const GArray *list =
                  relation > 0 ? g_hash_table_lookup (self->by_meaning, GUINT_TO_POINTER (to))
                               : NULL;

              for (unsigned int k = 0; list != NULL && k < list->len; k++)
                {
                  const Meant *meant = &g_array_index (list, Meant, k);

                  sums[meant->target] += (float) (relation * own->strength * meant->strength);
                }
            }
        }
    }
}

static void
add_options_up (const Matcher *self, const MpMatchField *source, unsigned int most, float *sums)
{
  for (unsigned int i = 0; i < source->options->len; i++)
    {
      const GArray *list =
          g_hash_table_lookup (self->by_option, g_ptr_array_index (source->options, i));

      for (unsigned int j = 0; list != NULL && list->len <= most && j < list->len; j++)
        sums[g_array_index (list, unsigned int, j)] += 1.0f / (float) source->options->len;
    }
}

/* The smallest of the kept ones stands first: a heap. */
static void
sift_down (Rough *kept, unsigned int n)
{
  unsigned int at = 0;
  Rough swapped;

  while (2 * at + 1 < n)
    {
      unsigned int child = 2 * at + 1;

      if (child + 1 < n && kept[child + 1].sum < kept[child].sum)
        child++;
      if (kept[at].sum <= kept[child].sum)
        return;
      swapped = kept[at];
      kept[at] = kept[child];
      kept[child] = swapped;
      at = child;
    }
}

static int
compare_rough (gconstpointer a, gconstpointer b)
{
  const Rough *left = a;
  const Rough *right = b;

  return left->sum < right->sum ? -1 : left->sum > right->sum;
}

/* The targets that have most in common with the source, at a glance: only they are looked at. */
static unsigned int
find_rough (const Matcher *self, unsigned int index, float *sums, Rough *kept)
{
  const MpMatchField *source = g_ptr_array_index (self->sources, index);
  unsigned int most = MAX (COMMON_WORD_FIELDS, self->targets->len / COMMON_WORD_SHARE);
  unsigned int n = 0;

  memset (sums, 0, self->targets->len * sizeof *sums);
  add_meanings_up (self, source, sums);
  mp_match_words_add_up (source, most, sums);
  add_options_up (self, source, most, sums);
  for (unsigned int i = 0; i < self->targets->len; i++)
    {
      if (sums[i] <= 0)
        continue;
      if (n < MAX_LOOKED_AT)
        {
          kept[n++] = (Rough){ i, sums[i] };
          if (n == MAX_LOOKED_AT)
            qsort (kept, n, sizeof *kept, compare_rough);
        }
      else if (sums[i] > kept[0].sum)
        {
          kept[0] = (Rough){ i, sums[i] };
          sift_down (kept, n);
        }
    }
  return n;
}

static void
score_pairs (Matcher *self)
{
  g_autofree float *sums = g_new (float, self->targets->len + 1);
  Rough kept[MAX_LOOKED_AT];

  for (unsigned int i = 0; i < self->sources->len; i++)
    {
      unsigned int n = find_rough (self, i, sums, kept);

      for (unsigned int j = 0; j < n; j++)
        {
          Pair pair = { .source = i, .target = kept[j].target };

          pair.score = mp_match_score (
              self->dictionary, self->options->left_out, g_ptr_array_index (self->sources, i),
              g_ptr_array_index (self->targets, pair.target), &pair.evidence);
          if (pair.score >= LEAST_SCORE)
            g_array_append_val (self->pairs, pair);
        }
    }
}

static const MpMatchField *
get_source (const Matcher *self, const Pair *pair)
{
  return g_ptr_array_index (self->sources, pair->source);
}

static const MpMatchField *
get_target (const Matcher *self, const Pair *pair)
{
  return g_ptr_array_index (self->targets, pair->target);
}

static gboolean
is_of_blocks (const Matcher *self, const Pair *pair)
{
  const MpMatchField *source = get_source (self, pair);

  return source->part != G_MAXUINT && source->part == get_target (self, pair)->part;
}

static gboolean
is_offered_only (const Matcher *self, const Pair *pair)
{
  return mp_match_is_offered_only (get_source (self, pair)->input, get_target (self, pair)->input);
}

static int
get_rank (const Matcher *self, const char *block)
{
  int rank = mp_match_dictionary_get_block_rank (self->dictionary, block);

  return rank > 0 ? rank : UNKNOWN_RANK;
}

/* An address of the source and one of the target: how many parts both have, and how well the names
 * of both go together. */
typedef struct
{
  const char *from;
  const char *to;
  unsigned int n_parts;
  int distance;
} BlockPair;

static BlockPair *
find_block_pair (GArray *list, const char *from, const char *to)
{
  for (unsigned int i = 0; i < list->len; i++)
    {
      BlockPair *pair = &g_array_index (list, BlockPair, i);

      if (g_str_equal (pair->from, from) && g_str_equal (pair->to, to))
        return pair;
    }
  return NULL;
}

static int
measure_blocks (const Matcher *self, const char *from, const char *to)
{
  if (g_str_equal (from, to))
    return 0;
  return 1 + get_rank (self, from) + get_rank (self, to);
}

/* Pairs of fields come in the order of the sources, so each part is counted when its source
 * begins. */
static GArray *
list_block_pairs (const Matcher *self)
{
  GArray *list = g_array_new (FALSE, FALSE, sizeof (BlockPair));
  g_autoptr (GHashTable) counted = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (unsigned int i = 0; i < self->pairs->len; i++)
    {
      const Pair *pair = &g_array_index (self->pairs, Pair, i);
      const char *from = get_source (self, pair)->block;
      const char *to = get_target (self, pair)->block;
      BlockPair new_pair = { from, to, 0, 0 };
      BlockPair *found;

      if (!is_of_blocks (self, pair))
        continue;
      found = find_block_pair (list, from, to);
      if (found == NULL)
        {
          new_pair.distance = measure_blocks (self, from, to);
          g_array_append_val (list, new_pair);
          found = &g_array_index (list, BlockPair, list->len - 1);
        }
      found->n_parts += g_hash_table_add (
          counted, g_strdup_printf ("%u %s %s", get_source (self, pair)->part, from, to));
    }
  return list;
}

/* The same name goes first; else what has most parts; else the addresses that people use most. */
static int
compare_block_pairs (gconstpointer a, gconstpointer b)
{
  const BlockPair *left = a;
  const BlockPair *right = b;
  gboolean left_same = left->distance == 0 && *left->from != '\0';
  gboolean right_same = right->distance == 0 && *right->from != '\0';

  if (left_same != right_same)
    return left_same ? -1 : 1;
  if (left->n_parts != right->n_parts)
    return left->n_parts > right->n_parts ? -1 : 1;
  return left->distance - right->distance;
}

static gboolean
is_taken (GHashTable *blocks, const char *to)
{
  GHashTableIter iter;
  gpointer taken;

  g_hash_table_iter_init (&iter, blocks);
  while (g_hash_table_iter_next (&iter, NULL, &taken))
    {
      if (g_str_equal (taken, to))
        return TRUE;
    }
  return FALSE;
}

/* An address is taken from one block as a whole, and each block by one address. */
static void
choose_blocks (Matcher *self)
{
  g_autoptr (GArray) list = list_block_pairs (self);

  g_array_sort (list, compare_block_pairs);
  for (unsigned int i = 0; i < list->len; i++)
    {
      const BlockPair *pair = &g_array_index (list, BlockPair, i);

      if (!g_hash_table_contains (self->blocks, pair->from) && !is_taken (self->blocks, pair->to))
        g_hash_table_insert (self->blocks, (gpointer) pair->from, (gpointer) pair->to);
    }
}

static void
apply_blocks (Matcher *self)
{
  for (unsigned int i = 0; i < self->pairs->len; i++)
    {
      Pair *pair = &g_array_index (self->pairs, Pair, i);
      const char *chosen;

      if (!is_of_blocks (self, pair) || is_offered_only (self, pair))
        continue;
      chosen = g_hash_table_lookup (self->blocks, get_source (self, pair)->block);
      if (chosen != NULL && g_str_equal (chosen, get_target (self, pair)->block))
        {
          pair->score = mp_match_score_in_block (pair->score);
          pair->evidence |= MP_MATCH_SAME_BLOCK;
        }
      else
        pair->score = mp_match_score_in_other_block (pair->score);
    }
}

static Pair *
find_pair (Matcher *self, const MpMatchVerdict *verdict)
{
  Pair missing = { .source = verdict->source, .target = verdict->target };

  for (unsigned int i = 0; i < self->pairs->len; i++)
    {
      Pair *pair = &g_array_index (self->pairs, Pair, i);

      if (pair->source == verdict->source && pair->target == verdict->target)
        return pair;
    }
  g_array_append_val (self->pairs, missing);
  return &g_array_index (self->pairs, Pair, self->pairs->len - 1);
}

/* What people said outweighs all else. */
static void
apply_verdicts (Matcher *self)
{
  for (unsigned int i = 0; i < self->options->n_verdicts; i++)
    {
      const MpMatchVerdict *verdict = &self->options->verdicts[i];
      Pair *pair = find_pair (self, verdict);

      pair->score = verdict->accepted ? 1 : 0;
      if (verdict->accepted)
        pair->evidence |= MP_MATCH_ACCEPTED;
    }
  for (unsigned int i = self->pairs->len; i > 0; i--)
    {
      if (g_array_index (self->pairs, Pair, i - 1).score <= 0)
        g_array_remove_index (self->pairs, i - 1);
    }
}

static int
compare_pairs (gconstpointer a, gconstpointer b)
{
  const Pair *left = a;
  const Pair *right = b;

  if (left->score > right->score || left->score < right->score)
    return left->score > right->score ? -1 : 1;
  if (left->source != right->source)
    return left->source < right->source ? -1 : 1;
  return left->target < right->target ? -1 : left->target > right->target;
}

/* Same label and name, same label, same name: such a pair fears only rivals that have as much. */
static unsigned int
count_same (const Pair *pair)
{
  if (pair->evidence & MP_MATCH_ACCEPTED)
    return 4;
  if (pair->evidence & MP_MATCH_SAME_LABEL)
    return pair->evidence & MP_MATCH_SAME_NAME ? 3 : 2;
  return pair->evidence & MP_MATCH_SAME_NAME ? 1 : 0;
}

/* The same label stands against what else seems surer, unless the types speak against it ("Contact
 * number" that is no telephone number); the same name alone does not. */
static gboolean
is_no_danger (const Matcher *self, const Pair *rival, const Pair *pair)
{
  MpFieldType from = get_source (self, pair)->input->type;
  MpFieldType to = get_target (self, pair)->input->type;
  gboolean stands = (pair->evidence & MP_MATCH_SAME_LABEL) &&
                    (from == 0 || to == 0 || !mp_match_is_telling (from) || from == to);

  return count_same (rival) < count_same (pair) && (stands || rival->score <= pair->score);
}

/* Is there no other pair with one end of this one that is nearly as sure, or surer? */
static gboolean
is_clear (const Matcher *self,
          const Pair *pair,
          const gboolean *used_sources,
          const gboolean *used_targets)
{
  for (unsigned int i = 0; i < self->pairs->len; i++)
    {
      const Pair *rival = &g_array_index (self->pairs, Pair, i);

      if (rival->score <= pair->score - CHOSEN_MARGIN)
        return TRUE;
      if (rival == pair || get_target (self, rival)->input->read_only ||
          is_no_danger (self, rival, pair))
        continue;
      if (rival->source == pair->source && !used_targets[rival->target])
        return FALSE;
      if (rival->target == pair->target && !used_sources[rival->source])
        return FALSE;
    }
  return TRUE;
}

static void
add_candidate (MpSuggestion *suggestion, const Pair *pair)
{
  if (suggestion->n_candidates == MP_MATCH_MAX_CANDIDATES)
    return;
  suggestion->candidates[suggestion->n_candidates++] =
      (MpMatchCandidate){ pair->target, pair->score, pair->evidence };
}

/* From the surest pair on: each source and each target once. What another one has is offered last.
 */
static MpSuggestion *
assign (Matcher *self)
{
  MpSuggestion *suggestions = g_new0 (MpSuggestion, MAX (self->sources->len, 1));
  g_autofree gboolean *used_sources = g_new0 (gboolean, self->sources->len + 1);
  g_autofree gboolean *used_targets = g_new0 (gboolean, self->targets->len + 1);

  g_array_sort (self->pairs, compare_pairs);
  for (unsigned int i = 0; i < self->pairs->len; i++)
    {
      const Pair *pair = &g_array_index (self->pairs, Pair, i);

      if (pair->score < CHOSEN_SCORE)
        break;
      if (used_sources[pair->source] || used_targets[pair->target] ||
          get_target (self, pair)->input->read_only ||
          !is_clear (self, pair, used_sources, used_targets))
        continue;
      used_sources[pair->source] = used_targets[pair->target] = TRUE;
      suggestions[pair->source].is_chosen = TRUE;
      add_candidate (&suggestions[pair->source], pair);
    }
  for (int pass = 0; pass < 2; pass++)
    {
      for (unsigned int i = 0; i < self->pairs->len; i++)
        {
          const Pair *pair = &g_array_index (self->pairs, Pair, i);
          MpSuggestion *suggestion = &suggestions[pair->source];

          if (used_targets[pair->target] != (pass == 1) ||
              (suggestion->is_chosen && suggestion->candidates[0].target == pair->target))
            continue;
          add_candidate (suggestion, pair);
        }
    }
  return suggestions;
}

/**
 * mp_matcher_suggest:
 * @sources: (array length=n_sources): fields that want a counterpart
 * @n_sources: how many
 * @targets: (array length=n_targets): fields of the other side
 * @n_targets: how many
 * @options: (nullable): what people said, and what is left out
 *
 * Finds for each source the target that is the same, each target for one source at most: by label,
 * name, meaning, words, spelling and options, with types and write access considered, addresses
 * taken from one block. What people accepted is chosen again, what they refused never. Abstains
 * where the best candidate is not sure or not clearly before the next. Nothing leaves this
 * computer; the same lists give the same answer. Any thread.
 *
 * Returns: (transfer full) (array length=n_sources): a suggestion for each source; free with
 *   g_free()
 */
MpSuggestion *
mp_matcher_suggest (const MpMatchInput *sources,
                    unsigned int n_sources,
                    const MpMatchInput *targets,
                    unsigned int n_targets,
                    const MpMatchOptions *options)
{
  static const MpMatchOptions no_options = { 0 };
  Matcher self = { .dictionary = mp_match_dictionary_get () };
  MpSuggestion *suggestions;

  self.options = options != NULL ? options : &no_options;
  self.sources = prepare (self.dictionary, sources, n_sources);
  self.targets = prepare (self.dictionary, targets, n_targets);
  self.words = mp_match_words_new (self.dictionary, self.sources, self.targets);
  self.by_meaning = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) g_array_unref);
  self.by_option =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) g_array_unref);
  self.blocks = g_hash_table_new (g_str_hash, g_str_equal);
  self.pairs = g_array_new (FALSE, FALSE, sizeof (Pair));

  index_targets (&self);
  score_pairs (&self);
  if (!(self.options->left_out & MP_MATCH_SAME_BLOCK))
    {
      choose_blocks (&self);
      apply_blocks (&self);
    }
  apply_verdicts (&self);
  suggestions = assign (&self);

  g_array_unref (self.pairs);
  g_hash_table_unref (self.blocks);
  g_hash_table_unref (self.by_option);
  g_hash_table_unref (self.by_meaning);
  mp_match_words_free (self.words);
  g_ptr_array_unref (self.targets);
  g_ptr_array_unref (self.sources);
  return suggestions;
}

static char *
describe_options (const MpMatchInput *source)
{
  g_autoptr (GString) list = g_string_new (NULL);

  for (unsigned int i = 0; source->options != NULL && source->options[i] != NULL && i < 3; i++)
    g_string_append_printf (list, "%s%s", i > 0 ? ", " : "", source->options[i]);
  if (source->options != NULL && g_strv_length ((GStrv) source->options) > 3)
    g_string_append (list, ", …");
  /* Translators: the beginning of the list of choices that two fields have */
  return g_strdup_printf (_ ("same options: %s"), list->str);
}

/**
 * mp_match_evidence_describe:
 * @evidence: why two fields are taken for the same
 * @source: one of them
 * @target: the other one
 *
 * Returns: (transfer full): the reasons in words, the strongest first
 */
GStrv
mp_match_evidence_describe (MpMatchEvidence evidence,
                            const MpMatchInput *source,
                            const MpMatchInput *target)
{
  static const struct
  {
    MpMatchEvidence evidence;
    const char *words;
  } reasons[] = {
    { MP_MATCH_ACCEPTED, N_ ("you accepted it before") },
    { MP_MATCH_SAME_LABEL, N_ ("same label") },
    { MP_MATCH_SAME_NAME, N_ ("same name") },
    { MP_MATCH_SAME_MEANING, N_ ("another word for the same") },
    { MP_MATCH_RELATED_MEANING, N_ ("nearly the same meaning") },
    { MP_MATCH_SAME_BLOCK, N_ ("part of the same address") },
    { MP_MATCH_SAME_WORDS, N_ ("words in common") },
    { MP_MATCH_SIMILAR_SPELLING, N_ ("similar spelling") },
  };
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (size_t i = 0; i < G_N_ELEMENTS (reasons); i++)
    {
      if (evidence & reasons[i].evidence)
        g_strv_builder_add (builder, _ (reasons[i].words));
    }
  if (evidence & MP_MATCH_SAME_OPTIONS)
    {
      g_autofree char *options = describe_options (source);

      g_strv_builder_add (builder, options);
    }
  if (target->type != 0 && source->type == target->type)
    g_strv_builder_add (builder, _ ("same type"));
  return g_strv_builder_end (builder);
}
