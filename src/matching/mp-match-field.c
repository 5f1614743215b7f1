/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-match-field.h"

#include <string.h>

static GPtrArray *
keep_telling_words (const MpMatchDictionary *dictionary, GPtrArray *words)
{
  g_autoptr (GPtrArray) kept = g_ptr_array_new_with_free_func (g_free);

  for (unsigned int i = 0; i < words->len; i++)
    {
      const char *word = g_ptr_array_index (words, i);

      if (!mp_match_dictionary_is_ignored (dictionary, word))
        g_ptr_array_add (kept, g_strdup (word));
    }
  return kept->len > 0 ? g_steal_pointer (&kept) : g_ptr_array_ref (words);
}

static void
init_name (const MpMatchDictionary *dictionary, MpMatchName *name, const char *text)
{
  g_autoptr (GPtrArray) all = mp_match_dictionary_split (dictionary, text);
  g_autoptr (GString) joined = g_string_new (NULL);

  name->words = keep_telling_words (dictionary, all);
  for (unsigned int i = 0; i < name->words->len; i++)
    g_string_append (joined, g_ptr_array_index (name->words, i));
  name->joined = g_string_free (g_steal_pointer (&joined), FALSE);
  name->n_meanings =
      mp_match_dictionary_find_meanings (dictionary, all, name->meanings, MP_MATCH_MAX_MEANINGS);
  if (name->n_meanings == 0 || name->meanings[0].strength < 1)
    name->n_meanings = mp_match_dictionary_find_meanings (dictionary, name->words, name->meanings,
                                                          MP_MATCH_MAX_MEANINGS);
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
      if (mp_match_dictionary_is_block_part (dictionary, meanings[i].concept_id))
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

/* "MailingStreet" is the street of the block "mailing". */
static void
find_block (const MpMatchDictionary *dictionary, MpMatchField *self)
{
  const MpMatchName *name = &self->names[0];
  g_autoptr (GString) block = g_string_new (NULL);

  self->part = G_MAXUINT;
  for (unsigned int i = 0; i < self->n_names && self->part == G_MAXUINT; i++)
    {
      name = &self->names[i];
      for (unsigned int j = 0; j < name->n_meanings && self->part == G_MAXUINT; j++)
        {
          if (mp_match_dictionary_is_block_part (dictionary, name->meanings[j].concept_id))
            self->part = name->meanings[j].concept_id;
        }
    }
  if (self->part == G_MAXUINT)
    return;
  for (unsigned int i = 0; i < name->words->len; i++)
    {
      const char *word = g_ptr_array_index (name->words, i);

      if (is_number_of_block (name, i) || !is_of_part (dictionary, word))
        g_string_append (block, word);
    }
  self->block = g_string_free (g_steal_pointer (&block), FALSE);
}

/* @input: borrowed for as long as the result lives */
MpMatchField *
mp_match_field_new (const MpMatchDictionary *dictionary, const MpMatchInput *input)
{
  MpMatchField *self = g_new0 (MpMatchField, 1);
  const char *label = input->label != NULL ? input->label : input->name;

  self->input = input;
  init_name (dictionary, &self->names[0], label);
  self->n_names = 1;
  if (g_ascii_strcasecmp (label, input->name) != 0)
    {
      init_name (dictionary, &self->names[1], input->name);
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
