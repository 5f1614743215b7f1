/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz-driver.h"

#include <glib.h>
#include <string.h>

#include "mp-test-mutation.h"

/*
 * Stands in for libFuzzer: fuzz-TARGET CORPUS-FOLDER MUTATIONS [SEED] gives the target each file of
 * the corpus, then that many broken ones. The same seed breaks them the same way.
 */

#define DEFAULT_SEED 20260501

/* In memory of exactly its size, so that the sanitizer sees a byte read too far. */
static void
run (const char *text, size_t size)
{
  g_autofree uint8_t *data = g_memdup2 (text, size);

  LLVMFuzzerTestOneInput (data, size);
}

static GPtrArray *
read_corpus (const char *folder, GError **error)
{
  g_autoptr (GPtrArray) corpus = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, error);
  const char *name;

  if (dir == NULL)
    return NULL;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      char *text;
      size_t size;

      if (!g_file_get_contents (path, &text, &size, error))
        return NULL;
      g_ptr_array_add (corpus, g_bytes_new_take (text, size));
    }
  return g_steal_pointer (&corpus);
}

/* By content: the order of a folder's files is not the same everywhere. */
static int
compare_texts (const void *a, const void *b)
{
  return g_bytes_compare (*(GBytes *const *) a, *(GBytes *const *) b);
}

static void
run_mutation (GPtrArray *corpus, GRand *chance)
{
  GBytes *original = corpus->pdata[g_rand_int_range (chance, 0, (int) corpus->len)];
  g_autoptr (GString) text = g_string_new_len (g_bytes_get_data (original, NULL),
                                               (gssize) g_bytes_get_size (original));

  mp_test_mutate (chance, text);
  run (text->str, text->len);
}

int
main (int argc, char *argv[])
{
  g_autoptr (GPtrArray) corpus = NULL;
  g_autoptr (GRand) chance = NULL;
  g_autoptr (GError) error = NULL;
  guint64 n_mutations;
  guint64 seed = DEFAULT_SEED;

  if (argc < 3 || !g_ascii_string_to_unsigned (argv[2], 10, 0, G_MAXINT, &n_mutations, NULL) ||
      (argc > 3 && !g_ascii_string_to_unsigned (argv[3], 10, 0, G_MAXUINT32, &seed, NULL)))
    {
      g_printerr ("usage: %s CORPUS-FOLDER MUTATIONS [SEED]\n", argv[0]);
      return 2;
    }

  corpus = read_corpus (argv[1], &error);
  if (corpus == NULL || corpus->len == 0)
    {
      g_printerr ("%s: %s\n", argv[1], error != NULL ? error->message : "no files");
      return 1;
    }

  g_ptr_array_sort (corpus, compare_texts);
  for (unsigned int i = 0; i < corpus->len; i++)
    run (g_bytes_get_data (corpus->pdata[i], NULL), g_bytes_get_size (corpus->pdata[i]));

  chance = g_rand_new_with_seed ((uint32_t) seed);
  for (guint64 i = 0; i < n_mutations; i++)
    run_mutation (corpus, chance);

  g_print ("%u files, %" G_GUINT64_FORMAT " mutations, seed %" G_GUINT64_FORMAT "\n", corpus->len,
           n_mutations, seed);
  return 0;
}
