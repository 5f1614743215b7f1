/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-match-dictionary.h"

#include <gio/gio.h>
#include <stdint.h>
#include <string.h>

#include "mp-json.h"
#include "mp-matching-resources.h"

#define RESOURCE "/org/memberpulse/Integrations/matching/concepts.json"
/* A word that is no word of the dictionary is taken apart into such, if it is at least this long.
 */
#define SHORTEST_COMPOUND 6
#define LONGEST_COMPOUND 48
#define SHORTEST_PIECE 2
/* A shortened word: by its beginning, or by letters from all of it; what it stands for is common.
 */
#define SHORTEST_PREFIX 3
#define SHORTEST_DRAWN 3
#define LONGEST_SHORTENED 12
#define SHORTEST_MIXED 4
#define FEWEST_PHRASES 4
/* A phrase counts when it is this much of a name. */
#define LEAST_COVERAGE 0.5
/* Of a phrase that people also use for other things. */
#define WEAK_STRENGTH 0.78

typedef struct
{
  unsigned int concept_id;
  unsigned int n_words;
  double strength;
} Phrase;

/* Letters and digits, in which words are looked up from any place of a compound. */
#define N_SYMBOLS 36

typedef struct
{
  uint16_t next[N_SYMBOLS]; /* 0: none */
  gboolean is_word;
} TrieNode;

struct _MpMatchDictionary
{
  GHashTable *abbreviations; /* (element-type utf8 GStrv) */
  GHashTable *types;         /* (element-type utf8 MpFieldType): other systems' words for them */
  GHashTable *ignored;       /* (element-type utf8): a set */
  GHashTable *qualifiers;    /* (element-type utf8): a set */
  GHashTable *things;        /* (element-type utf8): a set */
  GArray *trie;              /* (element-type TrieNode): every word of a phrase, and abbreviation */
  GPtrArray *concepts;       /* (element-type utf8): their names */
  GArray *phrases;           /* (element-type Phrase) */
  GHashTable *whole;         /* (element-type utf8 GArray): joined phrase -> indices of phrases */
  GHashTable *by_word;       /* (element-type utf8 GArray): word -> indices of phrases */
  float *relations;          /* a square: by concept and concept */
  GHashTable *counts;        /* (element-type utf8 int): word of a phrase -> in how many */
  GPtrArray *by_letter[26];  /* (element-type utf8) (nullable): the keys of counts */
  GHashTable *block_parts; /* (element-type concept concept): what a part is, and what is one too */
  GHashTable *block_ranks; /* (element-type utf8 int) */
  GHashTable *neutral;     /* (element-type utf8): a set */
};

static GHashTable *
new_set (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

static void
add_all (GHashTable *set, JsonArray *array)
{
  for (unsigned int i = 0; i < json_array_get_length (array); i++)
    g_hash_table_add (set, g_strdup (mp_json_array_get_string (array, i)));
}

static void
add_index (GHashTable *table, const char *key, unsigned int index)
{
  GArray *list = g_hash_table_lookup (table, key);

  if (list == NULL)
    {
      list = g_array_new (FALSE, FALSE, sizeof (unsigned int));
      g_hash_table_insert (table, g_strdup (key), list);
    }
  for (unsigned int i = 0; i < list->len; i++)
    {
      if (g_array_index (list, unsigned int, i) == index)
        return;
    }
  g_array_append_val (list, index);
}

static GHashTable *
new_index (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_array_unref);
}

static char *
join_words (GPtrArray *words)
{
  GString *joined = g_string_new (NULL);

  for (unsigned int i = 0; i < words->len; i++)
    g_string_append (joined, g_ptr_array_index (words, i));
  return g_string_free (joined, FALSE);
}

static void
add_phrase (MpMatchDictionary *self, unsigned int concept_id, const char *text, double strength)
{
  g_autoptr (GPtrArray) words = mp_match_dictionary_split (self, text);
  g_autofree char *joined = join_words (words);
  Phrase phrase = { concept_id, words->len, strength };

  add_index (self->whole, joined, self->phrases->len);
  for (unsigned int i = 0; i < words->len; i++)
    add_index (self->by_word, g_ptr_array_index (words, i), self->phrases->len);
  g_array_append_val (self->phrases, phrase);
}

/* -1: no letter or digit */
static int
get_symbol (char c)
{
  return g_ascii_islower (c) ? c - 'a' : g_ascii_isdigit (c) ? 26 + c - '0' : -1;
}

static TrieNode *
get_node (const MpMatchDictionary *self, unsigned int index)
{
  return &g_array_index (self->trie, TrieNode, index);
}

static void
add_to_trie (MpMatchDictionary *self, const char *word)
{
  unsigned int node = 0;

  for (const char *at = word; *at != '\0'; at++)
    {
      int symbol = get_symbol (*at);

      if (symbol < 0)
        return;
      if (get_node (self, node)->next[symbol] == 0)
        {
          TrieNode empty = { { 0 }, FALSE };

          g_array_append_val (self->trie, empty);
          get_node (self, node)->next[symbol] = (uint16_t) (self->trie->len - 1);
        }
      node = get_node (self, node)->next[symbol];
    }
  get_node (self, node)->is_word = TRUE;
}

static gboolean
is_known_word (const MpMatchDictionary *self, const char *word)
{
  unsigned int node = 0;

  for (const char *at = word; *at != '\0'; at++)
    {
      int symbol = get_symbol (*at);

      node = symbol < 0 ? 0 : get_node (self, node)->next[symbol];
      if (node == 0)
        return FALSE;
    }
  return get_node (self, node)->is_word;
}

static void
count_word (MpMatchDictionary *self, const char *word)
{
  int count = GPOINTER_TO_INT (g_hash_table_lookup (self->counts, word));

  if (count == 0 && g_ascii_islower (*word))
    {
      GPtrArray **list = &self->by_letter[*word - 'a'];
      char *key = g_strdup (word);

      if (*list == NULL)
        *list = g_ptr_array_new ();
      g_hash_table_insert (self->counts, key, GINT_TO_POINTER (1));
      g_ptr_array_add (*list, key);
    }
  else if (count > 0)
    g_hash_table_insert (self->counts, g_strdup (word), GINT_TO_POINTER (count + 1));
}

/* The words that compounds are taken apart into, before any compound is. */
static void
add_words (MpMatchDictionary *self, JsonArray *phrases)
{
  for (unsigned int i = 0; phrases != NULL && i < json_array_get_length (phrases); i++)
    {
      g_auto (GStrv) pieces = g_strsplit (mp_json_array_get_string (phrases, i), " ", -1);

      for (unsigned int j = 0; pieces[j] != NULL; j++)
        {
          if (strlen (pieces[j]) >= SHORTEST_PIECE)
            add_to_trie (self, pieces[j]);
          count_word (self, pieces[j]);
        }
    }
}

static void
load_abbreviations (MpMatchDictionary *self, JsonObject *object)
{
  g_autoptr (GList) names = json_object_get_members (object);

  for (GList *name = names; name != NULL; name = name->next)
    {
      g_hash_table_insert (self->abbreviations, g_strdup (name->data),
                           g_strsplit (mp_json_get_string (object, name->data, ""), " ", -1));
      add_to_trie (self, name->data);
    }
}

static void
load_types (MpMatchDictionary *self, JsonObject *object)
{
  g_autoptr (GList) names = json_object_get_members (object);

  self->types = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (GList *name = names; name != NULL; name = name->next)
    {
      MpFieldType type;

      if (mp_field_type_from_string (mp_json_get_string (object, name->data, ""), &type))
        g_hash_table_insert (self->types, g_strdup (name->data), GINT_TO_POINTER (type));
    }
}

static void
add_phrases (MpMatchDictionary *self, unsigned int concept_id, JsonArray *array, double strength)
{
  for (unsigned int i = 0; array != NULL && i < json_array_get_length (array); i++)
    add_phrase (self, concept_id, mp_json_array_get_string (array, i), strength);
}

static void
load_concepts (MpMatchDictionary *self, JsonArray *array)
{
  for (unsigned int i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *concept = mp_json_array_get_object (array, i);

      g_ptr_array_add (self->concepts, g_strdup (mp_json_get_string (concept, "id", "")));
      add_words (self, mp_json_get_array (concept, "phrases"));
      add_words (self, mp_json_get_array (concept, "weak"));
    }
  for (unsigned int i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *concept = mp_json_array_get_object (array, i);

      add_phrases (self, i, mp_json_get_array (concept, "phrases"), 1);
      add_phrases (self, i, mp_json_get_array (concept, "weak"), WEAK_STRENGTH);
    }
}

static float *
get_relation (const MpMatchDictionary *self, unsigned int from, unsigned int to)
{
  return &self->relations[(size_t) from * self->concepts->len + to];
}

static void
load_relations (MpMatchDictionary *self, JsonArray *array)
{
  self->relations = g_new0 (float, (size_t) self->concepts->len * self->concepts->len);
  for (unsigned int i = 0; i < self->concepts->len; i++)
    *get_relation (self, i, i) = 1;
  for (unsigned int i = 0; i < json_array_get_length (array); i++)
    {
      JsonArray *entry = json_array_get_array_element (array, i);
      float strength = (float) json_array_get_double_element (entry, 2);
      unsigned int from;
      unsigned int to;

      if (mp_match_dictionary_find_concept (self, mp_json_array_get_string (entry, 0), &from) &&
          mp_match_dictionary_find_concept (self, mp_json_array_get_string (entry, 1), &to))
        *get_relation (self, from, to) = *get_relation (self, to, from) = strength;
    }
}

static void
add_part (MpMatchDictionary *self, unsigned int concept_id, unsigned int part)
{
  g_hash_table_insert (self->block_parts, GUINT_TO_POINTER (concept_id), GUINT_TO_POINTER (part));
}

static void
load_blocks (MpMatchDictionary *self, JsonObject *object)
{
  JsonObject *also = mp_json_get_object (object, "also");
  g_autoptr (GList) names = json_object_get_members (also);
  JsonArray *parts = mp_json_get_array (object, "parts");
  JsonArray *prefer = mp_json_get_array (object, "prefer");

  self->block_parts = g_hash_table_new (NULL, NULL);
  self->block_ranks = new_set ();
  self->neutral = new_set ();
  add_all (self->neutral, mp_json_get_array (object, "neutral"));
  for (unsigned int i = 0; i < json_array_get_length (parts); i++)
    {
      unsigned int concept_id;

      if (mp_match_dictionary_find_concept (self, mp_json_array_get_string (parts, i), &concept_id))
        add_part (self, concept_id, concept_id);
    }
  for (GList *name = names; name != NULL; name = name->next)
    {
      unsigned int concept_id;
      unsigned int part;

      if (mp_match_dictionary_find_concept (self, name->data, &concept_id) &&
          mp_match_dictionary_find_concept (self, mp_json_get_string (also, name->data, ""), &part))
        add_part (self, concept_id, part);
    }
  for (unsigned int i = 0; i < json_array_get_length (prefer); i++)
    g_hash_table_insert (self->block_ranks, g_strdup (mp_json_array_get_string (prefer, i)),
                         GINT_TO_POINTER (i + 1));
}

static gpointer
load (gpointer data)
{
  MpMatchDictionary *self = g_new0 (MpMatchDictionary, 1);
  g_autoptr (GBytes) bytes = g_resource_lookup_data (mp_matching_get_resource (), RESOURCE,
                                                     G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  g_autoptr (JsonObject) object = NULL;
  g_autoptr (GError) error = NULL;
  size_t length;
  const char *text = g_bytes_get_data (bytes, &length);

  object = mp_json_parse_object (text, (gssize) length, &error);
  if (object == NULL)
    {
      g_critical ("%s: %s", RESOURCE, error->message);
      return NULL;
    }
  self->abbreviations =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_strfreev);
  self->ignored = new_set ();
  self->qualifiers = new_set ();
  self->things = new_set ();
  self->trie = g_array_new (FALSE, TRUE, sizeof (TrieNode));
  g_array_set_size (self->trie, 1);
  self->counts = new_set ();
  self->concepts = g_ptr_array_new_with_free_func (g_free);
  self->phrases = g_array_new (FALSE, FALSE, sizeof (Phrase));
  self->whole = new_index ();
  self->by_word = new_index ();
  load_abbreviations (self, mp_json_get_object (object, "abbreviations"));
  load_types (self, mp_json_get_object (object, "types"));
  add_all (self->ignored, mp_json_get_array (object, "ignored"));
  add_all (self->qualifiers, mp_json_get_array (object, "qualifiers"));
  add_all (self->things, mp_json_get_array (object, "things"));
  load_concepts (self, mp_json_get_array (object, "concepts"));
  load_relations (self, mp_json_get_array (object, "related"));
  load_blocks (self, mp_json_get_object (object, "blocks"));
  return self;
}

/**
 * mp_match_dictionary_get:
 *
 * Returns: (transfer none): the dictionary that is built in; the same one each time
 */
const MpMatchDictionary *
mp_match_dictionary_get (void)
{
  static GOnce once = G_ONCE_INIT;

  return g_once (&once, load, NULL);
}

/**
 * mp_match_dictionary_get_n_concepts:
 * @self: a dictionary
 *
 * Returns: how many meanings it knows
 */
unsigned int
mp_match_dictionary_get_n_concepts (const MpMatchDictionary *self)
{
  return self->concepts->len;
}

/**
 * mp_match_dictionary_get_concept_name:
 * @self: a dictionary
 * @concept_id: one of its meanings
 *
 * Returns: its name, such as "first-name"
 */
const char *
mp_match_dictionary_get_concept_name (const MpMatchDictionary *self, unsigned int concept_id)
{
  return g_ptr_array_index (self->concepts, concept_id);
}

/**
 * mp_match_dictionary_find_concept:
 * @self: a dictionary
 * @name: a meaning's name
 * @concept_id: (out): the meaning
 *
 * Returns: whether there is such a meaning
 */
gboolean
mp_match_dictionary_find_concept (const MpMatchDictionary *self,
                                  const char *name,
                                  unsigned int *concept_id)
{
  return g_ptr_array_find_with_equal_func (self->concepts, name, g_str_equal, concept_id);
}

/**
 * mp_match_dictionary_get_relation:
 * @self: a dictionary
 * @from: a meaning
 * @to: another one
 *
 * Returns: 1 for the same, 0 for strangers, between them where one can stand for the other
 */
double
mp_match_dictionary_get_relation (const MpMatchDictionary *self, unsigned int from, unsigned int to)
{
  return *get_relation (self, from, to);
}

/* @best: how few words the rest of @word from each place on is of, -1: it is not; @piece: how long
 * the first of them is */
static void
find_pieces (const MpMatchDictionary *self, const char *word, int *best, int *piece, int length)
{
  best[length] = 0;
  for (int start = length - 1; start >= 0; start--)
    {
      unsigned int node = 0;

      best[start] = -1;
      for (int end = start; end < length; end++)
        {
          int symbol = get_symbol (word[end]);

          node = symbol < 0 ? 0 : get_node (self, node)->next[symbol];
          if (node == 0)
            break;
          if (!get_node (self, node)->is_word || best[end + 1] < 0 || end - start + 1 == length)
            continue;
          if (best[start] < 0 || best[end + 1] + 1 <= best[start])
            {
              best[start] = best[end + 1] + 1;
              piece[start] = end - start + 1;
            }
        }
    }
}

static void add_word (const MpMatchDictionary *self, GPtrArray *words, const char *word);

/* "membershipstatus": names of databases are often written in one. Two-letter pieces are taken only
 * when nothing else is left over, and not two after each other. */
static gboolean
add_compound (const MpMatchDictionary *self, GPtrArray *words, const char *word)
{
  int length = (int) strlen (word);
  int best[LONGEST_COMPOUND + 1];
  int piece[LONGEST_COMPOUND + 1];
  int short_pieces = 0;

  if (length < SHORTEST_COMPOUND || length > LONGEST_COMPOUND || is_known_word (self, word))
    return FALSE;
  find_pieces (self, word, best, piece, length);
  if (best[0] < 2 || best[0] * 3 > length)
    return FALSE;
  for (int at = 0; at < length; at += piece[at])
    short_pieces += piece[at] <= SHORTEST_PIECE;
  if (short_pieces > 1)
    return FALSE;
  for (int at = 0; at < length; at += piece[at])
    {
      g_autofree char *part = g_strndup (word + at, (size_t) piece[at]);

      add_word (self, words, part);
    }
  return TRUE;
}

static gboolean
is_vowel (char c)
{
  return strchr ("aeiou", c) != NULL;
}

/* "nm" of "name", "gndr" of "gender": the same but for vowels after the first letter. */
static gboolean
has_same_consonants (const char *shorter, const char *longer)
{
  while (*shorter != '\0' || *longer != '\0')
    {
      if (*shorter != '\0' && *shorter == *longer)
        shorter++, longer++;
      else if (*longer != '\0' && is_vowel (*longer))
        longer++;
      else if (*shorter != '\0' && is_vowel (*shorter))
        shorter++;
      else
        return FALSE;
    }
  return TRUE;
}

/* "sts" of "status", "reqd" of "required": letters of it in their order, the first and last too. */
static gboolean
is_drawn_together (const char *shorter, const char *longer)
{
  size_t length = strlen (shorter);

  if (length < SHORTEST_DRAWN || shorter[length - 1] != longer[strlen (longer) - 1])
    return FALSE;
  for (; *longer != '\0' && *shorter != '\0'; longer++)
    shorter += *longer == *shorter;
  return *shorter == '\0';
}

/* "frist" of "first": letters that changed places, but for the first. */
static gboolean
has_same_letters (const char *word, const char *other)
{
  int counts[G_MAXUINT8 + 1] = { 0 };

  if (strlen (word) < SHORTEST_MIXED)
    return FALSE;
  for (; *word != '\0' && *other != '\0'; word++, other++)
    {
      counts[(unsigned char) *word]++;
      counts[(unsigned char) *other]--;
    }
  for (size_t i = 0; i < G_N_ELEMENTS (counts); i++)
    {
      if (counts[i] != 0)
        return FALSE;
    }
  return *word == *other;
}

/* How likely @shorter stands for @longer by its form; 0: not at all */
static int
rate_shortening (const char *shorter, const char *longer)
{
  if (strlen (longer) == strlen (shorter))
    return has_same_letters (shorter, longer) ? 4 : 0;
  if (strlen (longer) < strlen (shorter))
    return 0;
  if (has_same_consonants (shorter, longer))
    return 3;
  if (strlen (shorter) >= SHORTEST_PREFIX && g_str_has_prefix (longer, shorter))
    return 2;
  return is_drawn_together (shorter, longer) ? 1 : 0;
}

/* (nullable): the word of the dictionary that an unknown short one is a shortening of, if one is
 * meant more often than any other that it could be */
static const char *
find_shortened (const MpMatchDictionary *self, const char *word)
{
  const GPtrArray *list = g_ascii_islower (*word) ? self->by_letter[*word - 'a'] : NULL;
  const char *best = NULL;
  int best_weight = 0;

  if (strlen (word) < SHORTEST_PIECE || strlen (word) > LONGEST_SHORTENED)
    return NULL;
  for (unsigned int i = 0; list != NULL && i < list->len; i++)
    {
      const char *longer = g_ptr_array_index (list, i);
      int weight = rate_shortening (word, longer) * 1000;

      if (weight > 0)
        weight += GPOINTER_TO_INT (g_hash_table_lookup (self->counts, longer));
      if (weight % 1000 >= FEWEST_PHRASES && weight > best_weight)
        {
          best = longer;
          best_weight = weight;
        }
    }
  return best;
}

/* Written out at most once: an abbreviation is never one of another. */
static void
add_word (const MpMatchDictionary *self, GPtrArray *words, const char *word)
{
  const char *const *full = g_hash_table_lookup (self->abbreviations, word);
  size_t length = strlen (word);

  /* "E-mail" is one word. */
  if (g_str_has_prefix (word, "mail") && words->len > 0 &&
      g_str_equal (g_ptr_array_index (words, words->len - 1), "e"))
    g_ptr_array_set_size (words, (int) words->len - 1);
  if (full != NULL)
    {
      for (unsigned int i = 0; full[i] != NULL; i++)
        g_ptr_array_add (words, g_strdup (full[i]));
      return;
    }
  if (add_compound (self, words, word))
    return;
  /* "emails", not "status" or "address". */
  if (length > 3 && word[length - 1] == 's' && word[length - 2] != 's' && word[length - 2] != 'u' &&
      word[length - 2] != 'i' && !is_known_word (self, word))
    {
      g_autofree char *singular = g_strndup (word, length - 1);

      if (is_known_word (self, singular))
        {
          add_word (self, words, singular);
          return;
        }
    }
  if (!is_known_word (self, word) && find_shortened (self, word) != NULL)
    {
      const char *shortened = find_shortened (self, word);

      full = g_hash_table_lookup (self->abbreviations, shortened);
      for (unsigned int i = 0; full != NULL && full[i] != NULL; i++)
        g_ptr_array_add (words, g_strdup (full[i]));
      if (full == NULL)
        g_ptr_array_add (words, g_strdup (shortened));
      return;
    }
  g_ptr_array_add (words, g_strdup (word));
}

static gboolean
is_boundary (const char *text, size_t i)
{
  char c = text[i];
  char before = text[i - 1];

  if (g_ascii_isupper (c))
    return g_ascii_islower (before) || g_ascii_isdigit (before) ||
           (g_ascii_isupper (before) && g_ascii_islower (text[i + 1]));
  return g_ascii_isalpha (before) && g_ascii_isdigit (c)   ? TRUE
         : g_ascii_isdigit (before) && g_ascii_isalpha (c) ? TRUE
                                                           : FALSE;
}

static gboolean
is_lone_letter (const char *text, size_t i)
{
  return g_ascii_isalpha (text[i]) && (i == 0 || !g_ascii_isalnum (text[i - 1])) &&
         !g_ascii_isalnum (text[i + 1]);
}

/* Is this what separates two letters that stand alone, as in "D.O.B."? */
static gboolean
is_initial (const char *text, size_t i, size_t n_letters)
{
  return n_letters > 0 && (text[i] == '.' || text[i] == '_') && is_lone_letter (text, i - 1) &&
         text[i + 1] != '\0' && is_lone_letter (text, i + 1);
}

/**
 * mp_match_dictionary_split:
 * @self: a dictionary
 * @text: the name or the label of a field
 *
 * Splits at blanks, punctuation, digits and capitals ("MailingStreet", "phone_2", "GSTNumber"),
 * transliterates, writes abbreviations out and takes compounds of known words apart.
 *
 * Returns: (transfer full) (element-type utf8): its words
 */
GPtrArray *
mp_match_dictionary_split (const MpMatchDictionary *self, const char *text)
{
  GPtrArray *words = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *converted = g_str_is_ascii (text) ? NULL : g_str_to_ascii (text, "C");
  const char *ascii = converted != NULL ? converted : text;
  g_autoptr (GString) word = g_string_new (NULL);

  for (size_t i = 0; ascii[i] != '\0'; i++)
    {
      gboolean is_part = g_ascii_isalnum (ascii[i]);

      if (is_initial (ascii, i, word->len))
        continue;
      if (word->len > 0 && (!is_part || is_boundary (ascii, i)))
        {
          add_word (self, words, word->str);
          g_string_truncate (word, 0);
        }
      if (is_part)
        g_string_append_c (word, g_ascii_tolower (ascii[i]));
      else if (ascii[i] == '%')
        add_word (self, words, "percent");
    }
  if (word->len > 0)
    add_word (self, words, word->str);
  return words;
}

/**
 * mp_match_dictionary_is_ignored:
 * @self: a dictionary
 * @word: a word
 *
 * Returns: whether it says nothing: an article, a vendor's mark
 */
gboolean
mp_match_dictionary_is_ignored (const MpMatchDictionary *self, const char *word)
{
  return g_hash_table_contains (self->ignored, word);
}

/**
 * mp_match_dictionary_is_qualifier:
 * @self: a dictionary
 * @word: a word
 *
 * Returns: whether it tells one field from another of nearly the same name: "billing", "other"
 */
gboolean
mp_match_dictionary_is_qualifier (const MpMatchDictionary *self, const char *word)
{
  return g_hash_table_contains (self->qualifiers, word);
}

/**
 * mp_match_dictionary_is_thing:
 * @self: a dictionary
 * @word: a word
 *
 * Returns: whether it names what all fields of a list are of: the "deal" of a deal's "deal name"
 */
gboolean
mp_match_dictionary_is_thing (const MpMatchDictionary *self, const char *word)
{
  return g_hash_table_contains (self->things, word);
}

static void
add_meaning (MpMeaning *meanings,
             unsigned int *n,
             unsigned int size,
             unsigned int concept_id,
             double strength)
{
  unsigned int at = 0;

  for (unsigned int i = 0; i < *n; i++)
    {
      if (meanings[i].concept_id != concept_id)
        continue;
      if (meanings[i].strength >= strength)
        return;
      memmove (&meanings[i], &meanings[i + 1], (*n - i - 1) * sizeof *meanings);
      (*n)--;
      break;
    }
  while (at < *n && meanings[at].strength >= strength)
    at++;
  if (at == size)
    return;
  if (*n == size)
    (*n)--;
  memmove (&meanings[at + 1], &meanings[at], (*n - at) * sizeof *meanings);
  meanings[at] = (MpMeaning){ concept_id, strength };
  (*n)++;
}

/* Phrases that are part of the name, or that the name is part of. */
static void
add_contained (const MpMatchDictionary *self,
               GPtrArray *words,
               MpMeaning *meanings,
               unsigned int *n,
               unsigned int size)
{
  uint8_t *counts = g_newa0 (uint8_t, self->phrases->len);

  for (unsigned int i = 0; i < words->len; i++)
    {
      const GArray *list = g_hash_table_lookup (self->by_word, g_ptr_array_index (words, i));

      for (unsigned int j = 0; list != NULL && j < list->len; j++)
        {
          unsigned int index = g_array_index (list, unsigned int, j);
          const Phrase *phrase = &g_array_index (self->phrases, Phrase, index);
          unsigned int shorter = MIN (phrase->n_words, words->len);
          double coverage = (double) shorter / MAX (phrase->n_words, words->len);

          counts[index]++;
          /* A single word is part of too many phrases. */
          if (counts[index] == shorter && coverage >= LEAST_COVERAGE &&
              (words->len > 1 || phrase->n_words == 1))
            add_meaning (meanings, n, size, phrase->concept_id,
                         phrase->strength * MIN (0.5 + 0.4 * coverage, 0.9));
        }
    }
}

/**
 * mp_match_dictionary_find_meanings:
 * @self: a dictionary
 * @words: (element-type utf8): what mp_match_dictionary_split () made of a name
 * @meanings: (out caller-allocates) (array length=size): the meanings, the strongest first
 * @size: how many @meanings has room for
 *
 * A name that is a phrase of the dictionary as a whole means that with strength 1.
 *
 * Returns: how many there are
 */
unsigned int
mp_match_dictionary_find_meanings (const MpMatchDictionary *self,
                                   GPtrArray *words,
                                   MpMeaning *meanings,
                                   unsigned int size)
{
  g_autofree char *joined = join_words (words);
  const GArray *whole = g_hash_table_lookup (self->whole, joined);
  unsigned int n = 0;

  for (unsigned int i = 0; whole != NULL && i < whole->len; i++)
    {
      const Phrase *phrase =
          &g_array_index (self->phrases, Phrase, g_array_index (whole, unsigned int, i));

      add_meaning (meanings, &n, size, phrase->concept_id, phrase->strength);
    }
  if (n == 0)
    add_contained (self, words, meanings, &n, size);
  return n;
}

/**
 * mp_match_dictionary_find_type:
 * @self: a dictionary
 * @name: the name of a type, ours or another system's
 *
 * Returns: the type, 0 when it is not known
 */
MpFieldType
mp_match_dictionary_find_type (const MpMatchDictionary *self, const char *name)
{
  g_autofree char *lower = g_ascii_strdown (name, -1);
  MpFieldType type;

  if (mp_field_type_from_string (lower, &type))
    return type;
  return GPOINTER_TO_INT (g_hash_table_lookup (self->types, lower));
}

/**
 * mp_match_dictionary_find_block_part:
 * @self: a dictionary
 * @concept_id: a meaning
 * @part: (out) (optional): the meaning of the part
 *
 * Returns: whether it is part of an address, which is taken from one block as a whole
 */
gboolean
mp_match_dictionary_find_block_part (const MpMatchDictionary *self,
                                     unsigned int concept_id,
                                     unsigned int *part)
{
  gpointer value;

  if (!g_hash_table_lookup_extended (self->block_parts, GUINT_TO_POINTER (concept_id), NULL,
                                     &value))
    return FALSE;
  if (part != NULL)
    *part = GPOINTER_TO_UINT (value);
  return TRUE;
}

/**
 * mp_match_dictionary_is_neutral:
 * @self: a dictionary
 * @word: a word of the name of an address's part
 *
 * Returns: whether it does not tell which address that is
 */
gboolean
mp_match_dictionary_is_neutral (const MpMatchDictionary *self, const char *word)
{
  return g_hash_table_contains (self->neutral, word);
}

/**
 * mp_match_dictionary_get_block_rank:
 * @self: a dictionary
 * @block: the words that an address's fields have in common, such as "mailing"
 *
 * Returns: its place among the blocks that can be the main one, from 1; 0: it is none of them
 */
int
mp_match_dictionary_get_block_rank (const MpMatchDictionary *self, const char *block)
{
  return GPOINTER_TO_INT (g_hash_table_lookup (self->block_ranks, block));
}
