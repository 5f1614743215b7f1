/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-search.h"

#include <glib.h>

/* Case and diacritics do not matter, in any script that decomposes. */
static void
test_fold (void)
{
  static const struct
  {
    const char *text;
    const char *folded;
  } cases[] = {
    { NULL, "" },
    { "", "" },
    { "École", "ecole" },
    { "STRASSE", "strasse" },
    { "Straße", "strasse" },
    { "Ångström", "angstrom" },
    { "ﬁeld", "field" },
    { "Ё", "е" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *folded = mp_search_fold (cases[i].text);

      g_assert_cmpstr (folded, ==, cases[i].folded);
    }
}

/* A field is found by any part of its name, and by words in any order. */
static void
test_matches (void)
{
  static const struct
  {
    const char *query;
    gboolean found;
  } cases[] = {
    { "", TRUE },        { "naissance", TRUE }, { "de nais", TRUE }, { "naissance date", TRUE },
    { "date x", FALSE }, { "  date ", TRUE },
  };
  g_autofree char *text = mp_search_fold ("Date de naissance");

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("%s", cases[i].query);
      g_assert_cmpint (mp_search_matches (text, cases[i].query), ==, cases[i].found);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/app/search/fold-drops-case-and-diacritics", test_fold);
  g_test_add_func ("/app/search/words-match-anywhere", test_matches);
  return g_test_run ();
}
