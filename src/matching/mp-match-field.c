/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-match-field.h"

#include <string.h>

/* Of one of several names that stand beside each other. */
#define ALTERNATIVE_STRENGTH 0.95

static GPtrArray *
keep_telling_words (const MpMatchDictionary *dictionary, GPtrArray *words)
{
  g_autoptr (GPtrArray) kept = NULL;
  gboolean are_all_telling = TRUE;

  for (unsigned int i = 0; i < words->len && are_all_telling; i++)
    are_all_telling = !mp_match_dictionary_is_ignored (dictionary, g_ptr_array_index (words, i));
  if (are_all_telling)
    return g_ptr_array_ref (words);
  kept = g_ptr_array_new_with_free_func (g_free);
  for (unsigned int i = 0; i < words->len; i++)
    {
      const char *word = g_ptr_array_index (words, i);

      if (!mp_match_dictionary_is_ignored (dictionary, word))
        g_ptr_array_add (kept, g_strdup (word));
    }
  return kept->len > 0 ? g_steal_pointer (&kept) : g_ptr_array_ref (words);
}

/* "Street/road name of postal address": what stands before the "of", or one of several names. */
static void
find_alternative_meanings (const MpMatchDictionary *dictionary, MpMatchName *name, const char *text)
{
  const char *of = strstr (text, " of ");
  g_autofree char *head = of != NULL ? g_strndup (text, (size_t) (of - text)) : g_strdup (text);
  g_auto (GStrv) parts = g_strsplit (head, "/", -1);

  if (of == NULL && (parts[0] == NULL || parts[1] == NULL || name->n_meanings > 0))
    return;
  for (unsigned int i = 0; parts[i] != NULL; i++)
    {
      g_autoptr (GPtrArray) words = mp_match_dictionary_split (dictionary, parts[i]);
      MpMeaning meanings[MP_MATCH_MAX_MEANINGS];
      unsigned int n =
          mp_match_dictionary_find_meanings (dictionary, words, meanings, MP_MATCH_MAX_MEANINGS);

      if (n == 0 || meanings[0].strength < 1)
        continue;
      for (unsigned int j = 0; j < n; j++)
        {
          name->meanings[j] = meanings[j];
          name->meanings[j].strength *= ALTERNATIVE_STRENGTH;
        }
      name->n_meanings = n;
      return;
    }
}

static gboolean
is_block_word (const MpMatchDictionary *dictionary, const char *word)
{
  return g_ascii_isdigit (*word) || mp_match_dictionary_is_neutral (dictionary, word) ||
         mp_match_dictionary_get_block_rank (dictionary, word) > 0;
}

/* "Address 1: extended address", "mailing town": a part of an address, after which address it is.
 */
static void
find_part_meaning (const MpMatchDictionary *dictionary, MpMatchName *name)
{
  g_autoptr (GPtrArray) rest = g_ptr_array_new ();

  for (unsigned int i = 1; i < name->words->len; i++)
    {
      MpMeaning meanings[MP_MATCH_MAX_MEANINGS];

      if (!is_block_word (dictionary, g_ptr_array_index (name->words, i - 1)))
        return;
      g_ptr_array_set_size (rest, 0);
      for (unsigned int j = i; j < name->words->len; j++)
        g_ptr_array_add (rest, g_ptr_array_index (name->words, j));
      if (mp_match_dictionary_find_meanings (dictionary, rest, meanings, MP_MATCH_MAX_MEANINGS) ==
              0 ||
          meanings[0].strength < 1 ||
          !mp_match_dictionary_find_block_part (dictionary, meanings[0].concept_id, NULL))
        continue;
      name->meanings[0] = (MpMeaning){ meanings[0].concept_id, ALTERNATIVE_STRENGTH };
      name->n_meanings = 1;
      return;
    }
}

static void
find_meanings (const MpMatchDictionary *dictionary,
               MpMatchName *name,
               GPtrArray *all_words,
               const char *text)
{
  name->n_meanings = mp_match_dictionary_find_meanings (dictionary, all_words, name->meanings,
                                                        MP_MATCH_MAX_MEANINGS);
  if (all_words != name->words && (name->n_meanings == 0 || name->meanings[0].strength < 1))
    name->n_meanings = mp_match_dictionary_find_meanings (dictionary, name->words, name->meanings,
                                                          MP_MATCH_MAX_MEANINGS);
  if (name->n_meanings == 0 || name->meanings[0].strength < ALTERNATIVE_STRENGTH)
    find_alternative_meanings (dictionary, name, text);
  if (name->n_meanings == 0 || name->meanings[0].strength < ALTERNATIVE_STRENGTH)
    find_part_meaning (dictionary, name);
}

/* @label: (nullable): what is known of its label, if @text is its name: both often say the same */
static void
init_name (const MpMatchDictionary *dictionary,
           MpMatchName *name,
           const char *text,
           const MpMatchName *label)
{
  g_autoptr (GPtrArray) all = mp_match_dictionary_split (dictionary, text);
  g_autoptr (GString) joined = g_string_new (NULL);

  name->words = keep_telling_words (dictionary, all);
  for (unsigned int i = 0; i < name->words->len; i++)
    g_string_append (joined, g_ptr_array_index (name->words, i));
  name->joined = g_string_free (g_steal_pointer (&joined), FALSE);
  if (label == NULL || !g_str_equal (name->joined, label->joined))
    {
      find_meanings (dictionary, name, all, text);
      return;
    }
  memcpy (name->meanings, label->meanings, sizeof name->meanings);
  name->n_meanings = label->n_meanings;
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static GPtrArray *
prepare_options (const char *const *options)
{
  GPtrArray *prepared = g_ptr_array_new_with_free_func (g_free);

  for (unsigned int i = 0; options != NULL && options[i] != NULL; i++)
    {
      g_autofree char *ascii =
          g_str_is_ascii (options[i]) ? g_strdup (options[i]) : g_str_to_ascii (options[i], "C");
      char *end = ascii;

      for (const char *at = ascii; *at != '\0'; at++)
        {
          if (g_ascii_isalnum (*at))
            *end++ = g_ascii_tolower (*at);
        }
      *end = '\0';
      if (end > ascii)
        g_ptr_array_add (prepared, g_steal_pointer (&ascii));
    }
  g_ptr_array_sort (prepared, compare_texts);
  return prepared;
}

/* Does @word name a part of an address, as "street" of "mailing street" does? */
static gboolean
is_of_part (const MpMatchDictionary *dictionary, const char *word)
{
  g_autoptr (GPtrArray) alone = g_ptr_array_new ();
  MpMeaning meanings[MP_MATCH_MAX_MEANINGS];
  unsigned int n;

  g_ptr_array_add (alone, (gpointer) word);
  n = mp_match_dictionary_find_meanings (dictionary, alone, meanings, MP_MATCH_MAX_MEANINGS);
  for (unsigned int i = 0; i < n; i++)
    {
      if (mp_match_dictionary_find_block_part (dictionary, meanings[i].concept_id, NULL))
        return TRUE;
    }
  return mp_match_dictionary_is_neutral (dictionary, word);
}

/* "Address 1: City" is of the first address, "Address 1" the first line of the only one. */
static gboolean
is_number_of_block (const MpMatchName *name, unsigned int index)
{
  const char *word = g_ptr_array_index (name->words, index);

  return g_ascii_isdigit (*word) && index > 0 && index + 1 < name->words->len &&
         g_str_equal (g_ptr_array_index (name->words, index - 1), "address");
}

static unsigned int
find_part (const MpMatchDictionary *dictionary, const MpMatchName *name)
{
  unsigned int part;

  for (unsigned int i = 0; i < name->n_meanings; i++)
    {
      if (mp_match_dictionary_find_block_part (dictionary, name->meanings[i].concept_id, &part))
        return part;
    }
  return G_MAXUINT;
}

/* Is it sure that the name means something else than a part of an address? */
static gboolean
is_no_part (const MpMatchDictionary *dictionary, const MpMatchName *name)
{
  return name->n_meanings > 0 && name->meanings[0].strength >= ALTERNATIVE_STRENGTH &&
         find_part (dictionary, name) == G_MAXUINT;
}

static char *
dup_block (const MpMatchDictionary *dictionary, const MpMatchName *name)
{
  GString *block = g_string_new (NULL);

  for (unsigned int i = 0; i < name->words->len; i++)
    {
      const char *word = g_ptr_array_index (name->words, i);

      if (is_number_of_block (name, i) ||
          (!is_of_part (dictionary, word) && !mp_match_dictionary_is_thing (dictionary, word)))
        g_string_append (block, word);
    }
  return g_string_free (block, FALSE);
}

/* "MailingStreet" is the street of the block "mailing". */
static void
find_block (const MpMatchDictionary *dictionary, MpMatchField *self)
{
  self->part = G_MAXUINT;
  if (is_no_part (dictionary, &self->names[0]))
    return;
  for (unsigned int i = 0; i < self->n_names; i++)
    {
      unsigned int part = find_part (dictionary, &self->names[i]);

      if (part == G_MAXUINT ||
          (self->part != G_MAXUINT && (*self->block != '\0' || part != self->part)))
        continue;
      self->part = part;
      g_free (self->block);
      self->block = dup_block (dictionary, &self->names[i]);
    }
}

/* @input: borrowed for as long as the result lives */
MpMatchField *
mp_match_field_new (const MpMatchDictionary *dictionary, const MpMatchInput *input)
{
  MpMatchField *self = g_new0 (MpMatchField, 1);
  const char *label = input->label != NULL ? input->label : input->name;

  self->input = input;
  init_name (dictionary, &self->names[0], label, NULL);
  self->n_names = 1;
  if (g_ascii_strcasecmp (label, input->name) != 0)
    {
      init_name (dictionary, &self->names[1], input->name, &self->names[0]);
      self->n_names = 2;
    }
  self->options = prepare_options (input->options);
  find_block (dictionary, self);
  return self;
}

void
mp_match_field_free (MpMatchField *self)
{
  for (unsigned int i = 0; i < self->n_names; i++)
    {
      g_ptr_array_unref (self->names[i].words);
      g_free (self->names[i].joined);
      g_free (self->names[i].known);
    }
  g_ptr_array_unref (self->options);
  g_free (self->block);
  g_free (self);
}

/* How strongly the field means that; the label says more than the name. */
double
mp_match_field_get_meaning (const MpMatchField *self, unsigned int concept_id)
{
  double strongest = 0;

  for (unsigned int i = 0; i < self->n_names; i++)
    {
      for (unsigned int j = 0; j < self->names[i].n_meanings; j++)
        {
          if (self->names[i].meanings[j].concept_id == concept_id)
            strongest = MAX (strongest, self->names[i].meanings[j].strength);
        }
    }
  return strongest;
}

/* Does the dictionary know its label or name as a whole? */
gboolean
mp_match_field_is_known (const MpMatchField *self)
{
  for (unsigned int i = 0; i < self->n_names; i++)
    {
      if (self->names[i].n_meanings > 0 && self->names[i].meanings[0].strength >= 1)
        return TRUE;
    }
  return FALSE;
}
