/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-match-score.h"

#include <math.h>
#include <string.h>

/* What even a word that every field has weighs beside one that only one field has. */
#define LEAST_WEIGHT 0.35
/* A word for what the whole list is of tells one field from another less than any other. */
#define THING_FACTOR 0.35
/* Words are nearly the same from this similarity on, and count so much less. */
#define LEAST_SIMILARITY 0.9
#define SIMILARITY_FACTOR 0.85
#define SHORTEST_SIMILAR 4
#define LONGEST_COMPARED 64

struct _MpMatchWords
{
  GHashTable *words; /* (element-type utf8 MpMatchWord) */
};

static void
word_free (gpointer data)
{
  MpMatchWord *word = data;

  g_array_unref (word->fields);
  g_clear_pointer (&word->similar, g_ptr_array_unref);
  g_free (word);
}

static MpMatchWord *
get_word (MpMatchWords *self, const MpMatchDictionary *dictionary, const char *text)
{
  MpMatchWord *word = g_hash_table_lookup (self->words, text);

  if (word == NULL)
    {
      word = g_new0 (MpMatchWord, 1);
      word->fields = g_array_new (FALSE, FALSE, sizeof (unsigned int));
      word->is_qualifier = mp_match_dictionary_is_qualifier (dictionary, text);
      word->is_thing = mp_match_dictionary_is_thing (dictionary, text);
      g_hash_table_insert (self->words, (gpointer) text, word);
    }
  return word;
}

static void
add_posting (MpMatchWord *word, unsigned int field)
{
  if (word->fields->len == 0 ||
      g_array_index (word->fields, unsigned int, word->fields->len - 1) != field)
    g_array_append_val (word->fields, field);
}

static void
add_fields (MpMatchWords *self,
            const MpMatchDictionary *dictionary,
            GPtrArray *fields,
            gboolean are_targets)
{
  for (unsigned int i = 0; i < fields->len; i++)
    {
      MpMatchField *field = g_ptr_array_index (fields, i);

      for (unsigned int j = 0; j < field->n_names; j++)
        {
          MpMatchName *name = &field->names[j];

          name->known = g_new (const MpMatchWord *, MAX (name->words->len, 1));
          for (unsigned int k = 0; k < name->words->len; k++)
            {
              MpMatchWord *word = get_word (self, dictionary, g_ptr_array_index (name->words, k));

              name->known[k] = word;
              if (are_targets)
                add_posting (word, i);
            }
        }
    }
}

/* Jaro's similarity with Winkler's bonus for a common beginning; 0 to 1. */
static double
measure_similarity (const char *a, const char *b)
{
  int a_length = (int) strlen (a);
  int b_length = (int) strlen (b);
  int reach = MAX (MAX (a_length, b_length) / 2 - 1, 0);
  gboolean a_used[LONGEST_COMPARED] = { FALSE };
  gboolean b_used[LONGEST_COMPARED] = { FALSE };
  int matches = 0;
  int swaps = 0;
  int prefix = 0;
  double jaro;

  if (a_length > LONGEST_COMPARED || b_length > LONGEST_COMPARED)
    return 0;
  for (int i = 0; i < a_length; i++)
    {
      for (int j = MAX (0, i - reach); j <= MIN (b_length - 1, i + reach); j++)
        {
          if (b_used[j] || a[i] != b[j])
            continue;
          a_used[i] = b_used[j] = TRUE;
          matches++;
          break;
        }
    }
  if (matches == 0)
    return 0;
  for (int i = 0, j = 0; i < a_length; i++)
    {
      if (!a_used[i])
        continue;
      while (!b_used[j])
        j++;
      swaps += a[i] != b[j++];
    }
  jaro = ((double) matches / a_length + (double) matches / b_length +
          (matches - swaps / 2.0) / matches) /
         3;
  while (prefix < 4 && a[prefix] != '\0' && a[prefix] == b[prefix])
    prefix++;
  return jaro + prefix * 0.1 * (1 - jaro);
}

/* Typing errors seldom hit the first letter, and change the length little: that spares most of the
 * comparisons. */
static gboolean
can_be_similar (const char *a, const char *b)
{
  size_t a_length = strlen (a);
  size_t b_length = strlen (b);

  return *a == *b && a_length >= SHORTEST_SIMILAR && b_length >= SHORTEST_SIMILAR &&
         a_length <= b_length + 3 && b_length <= a_length + 3;
}

/* @by_letter: (element-type letter GPtrArray): the texts of the targets' words */
static void
add_similar (MpMatchWords *self, MpMatchWord *word, const char *own, GHashTable *by_letter)
{
  GPtrArray *list = g_hash_table_lookup (by_letter, GINT_TO_POINTER (*own));

  word->similar = g_ptr_array_new ();
  for (unsigned int i = 0; list != NULL && i < list->len; i++)
    {
      const char *other = g_ptr_array_index (list, i);

      if (!g_str_equal (own, other) && can_be_similar (own, other) &&
          measure_similarity (own, other) >= LEAST_SIMILARITY)
        g_ptr_array_add (word->similar, g_hash_table_lookup (self->words, other));
    }
}

static GHashTable *
sort_by_letter (MpMatchWords *self)
{
  GHashTable *by_letter =
      g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) g_ptr_array_unref);
  GHashTableIter iter;
  gpointer text;
  gpointer value;

  g_hash_table_iter_init (&iter, self->words);
  while (g_hash_table_iter_next (&iter, &text, &value))
    {
      gpointer letter = GINT_TO_POINTER (*(const char *) text);
      GPtrArray *list = g_hash_table_lookup (by_letter, letter);

      if (((MpMatchWord *) value)->fields->len == 0)
        continue;
      if (list == NULL)
        {
          list = g_ptr_array_new ();
          g_hash_table_insert (by_letter, letter, list);
        }
      g_ptr_array_add (list, text);
    }
  return by_letter;
}

static void
find_similar (MpMatchWords *self, GPtrArray *sources)
{
  g_autoptr (GHashTable) by_letter = sort_by_letter (self);

  for (unsigned int i = 0; i < sources->len; i++)
    {
      const MpMatchField *field = g_ptr_array_index (sources, i);

      for (unsigned int j = 0; j < field->n_names; j++)
        {
          for (unsigned int k = 0; k < field->names[j].words->len; k++)
            {
              const char *own = g_ptr_array_index (field->names[j].words, k);
              MpMatchWord *word = g_hash_table_lookup (self->words, own);

              if (word->similar == NULL)
                add_similar (self, word, own, by_letter);
            }
        }
    }
}

static void
weigh (MpMatchWords *self, unsigned int n_fields)
{
  double most = log (1.0 + n_fields);
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->words);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      MpMatchWord *word = value;
      double rarity = log ((1.0 + n_fields) / MAX (word->fields->len, 1)) / most;

      word->weight = LEAST_WEIGHT + (1 - LEAST_WEIGHT) * CLAMP (rarity, 0, 1);
      if (word->is_thing)
        word->weight *= THING_FACTOR;
    }
}

static void
weigh_names (GPtrArray *fields)
{
  for (unsigned int i = 0; i < fields->len; i++)
    {
      MpMatchField *field = g_ptr_array_index (fields, i);

      for (unsigned int j = 0; j < field->n_names; j++)
        {
          for (unsigned int k = 0; k < field->names[j].words->len; k++)
            field->names[j].weight += field->names[j].known[k]->weight;
        }
    }
}

/* The fields must live as long as the result, and get their words from it. */
MpMatchWords *
mp_match_words_new (const MpMatchDictionary *dictionary, GPtrArray *sources, GPtrArray *targets)
{
  MpMatchWords *self = g_new0 (MpMatchWords, 1);

  self->words = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, word_free);
  add_fields (self, dictionary, sources, FALSE);
  add_fields (self, dictionary, targets, TRUE);
  weigh (self, targets->len);
  weigh_names (sources);
  weigh_names (targets);
  find_similar (self, sources);
  return self;
}

void
mp_match_words_free (MpMatchWords *self)
{
  g_hash_table_unref (self->words);
  g_free (self);
}

static void
add_to_sums (const MpMatchWord *word, unsigned int most, double factor, float *sums)
{
  if (word->fields->len > most)
    return;
  for (unsigned int i = 0; i < word->fields->len; i++)
    sums[g_array_index (word->fields, unsigned int, i)] += (float) (word->weight * factor);
}

/* Adds to the sum of each target what it has of the source's words; words of more than @most
 * targets are left out. */
void
mp_match_words_add_up (const MpMatchField *source, unsigned int most, float *sums)
{
  for (unsigned int i = 0; i < source->n_names; i++)
    {
      for (unsigned int j = 0; j < source->names[i].words->len; j++)
        {
          const MpMatchWord *word = source->names[i].known[j];
          double share = 1 / source->names[i].weight;

          add_to_sums (word, most, share, sums);
          for (unsigned int k = 0; k < word->similar->len; k++)
            add_to_sums (g_ptr_array_index (word->similar, k), most, share * SIMILARITY_FACTOR,
                         sums);
        }
    }
}

static gboolean
has_word (const MpMatchName *name, const MpMatchWord *word)
{
  for (unsigned int i = 0; i < name->words->len; i++)
    {
      if (name->known[i] == word)
        return TRUE;
    }
  return FALSE;
}

/* How much of both names is the same, 0 to 1; rare words count more. */
double
mp_match_words_compare (const MpMatchName *source, const MpMatchName *target, gboolean *by_spelling)
{
  double common = 0;

  *by_spelling = FALSE;
  for (unsigned int i = 0; i < source->words->len; i++)
    {
      const MpMatchWord *word = source->known[i];

      if (has_word (target, word))
        {
          common += word->weight;
          continue;
        }
      for (unsigned int j = 0; j < word->similar->len; j++)
        {
          if (!has_word (target, g_ptr_array_index (word->similar, j)))
            continue;
          common += word->weight * SIMILARITY_FACTOR;
          *by_spelling = TRUE;
          break;
        }
    }
  return MIN (1, 2 * common / (source->weight + target->weight));
}

static unsigned int
count_qualifiers_without (const MpMatchName *name, const MpMatchName *other)
{
  unsigned int count = 0;

  for (unsigned int i = 0; i < name->words->len; i++)
    count += name->known[i]->is_qualifier && !has_word (other, name->known[i]);
  return count;
}

/* How many words that tell one field from another only one of both has. */
unsigned int
mp_match_words_count_lone_qualifiers (const MpMatchName *a, const MpMatchName *b)
{
  return count_qualifiers_without (a, b) + count_qualifiers_without (b, a);
}
