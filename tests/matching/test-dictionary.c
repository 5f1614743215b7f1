/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-match-dictionary.h"

static char *
split (const char *text)
{
  g_autoptr (GPtrArray) words = mp_match_dictionary_split (mp_match_dictionary_get (), text);

  g_ptr_array_add (words, NULL);
  return g_strjoinv (" ", (GStrv) words->pdata);
}

/* Names are written in many ways; their words are the same. */
static void
test_splits (void)
{
  static const struct
  {
    const char *text;
    const char *words;
  } cases[] = {
    { "MailingStreet", "mailing street" },
    { "first_name", "first name" },
    { "firstname", "first name" },
    { "GSTNumber", "tax number" },
    { "Date of Birth", "date of birth" },
    { "DOB__c", "birth date c" },
    { "Straße", "strasse" },
    { "Prénom", "prenom" },
    { "address1_line2", "address 1 line 2" },
    { "membershipstatus", "membership status" },
    { "Emails", "email" },
    { "status", "status" },
    /* One word, a mark that is one, letters that are one. */
    { "E-mail", "email" },
    { "e_mail_2", "email 2" },
    { "Discount (%)", "discount percent" },
    { "D.O.B.", "birth date" },
    { "D_O_B", "birth date" },
    /* Shortened and mistyped words of the dictionary; a word of its own stays. */
    { "Gndr", "gender" },
    { "Membr Nm", "member name" },
    { "Reqd", "required" },
    { "Frist Name", "first name" },
    { "Colour", "color" },
    { "Skype", "skype" },
    { "Zip/Postal Code", "postcode postal code" },
    { "", "" },
    { "…", "" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *words = split (cases[i].text);

      g_test_message ("%s", cases[i].text);
      g_assert_cmpstr (words, ==, cases[i].words);
    }
}

static gboolean
means (const char *text, const char *concept_name)
{
  const MpMatchDictionary *dictionary = mp_match_dictionary_get ();
  g_autoptr (GPtrArray) words = mp_match_dictionary_split (dictionary, text);
  MpMeaning meanings[4];
  unsigned int n = mp_match_dictionary_find_meanings (dictionary, words, meanings, 4);

  for (unsigned int i = 0; i < n; i++)
    {
      if (meanings[i].strength > 0.7 &&
          g_str_equal (mp_match_dictionary_get_concept_name (dictionary, meanings[i].concept_id),
                       concept_name))
        return TRUE;
    }
  return FALSE;
}

/* People call the same thing by different names, in several languages. */
static void
test_meanings (void)
{
  static const struct
  {
    const char *text;
    const char *concept_name;
  } cases[] = {
    { "Given Name", "first-name" },      { "Vorname", "first-name" },
    { "Achternaam", "last-name" },       { "Fecha de nacimiento", "birth-date" },
    { "Zip/Postal Code", "postcode" },   { "Date d'adhésion", "join-date" },
    { "Paid Until", "membership-end" },  { "Tax ID", "company-tax-number" },
    { "Do Not Email", "email-opt-out" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("%s", cases[i].text);
      g_assert_true (means (cases[i].text, cases[i].concept_name));
    }
  g_assert_false (means ("T-shirt size", "email"));
}

/* Whoever adds a field to the catalogue says what it means. */
static void
test_knows_catalogue (void)
{
  static const char *const names[] = { "member", "order" };
  const MpMatchDictionary *dictionary = mp_match_dictionary_get ();

  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      MpCatalogue *catalogue = mp_catalogue_get (names[i]);

      for (unsigned int j = 0; j < mp_catalogue_get_size (catalogue); j++)
        {
          const char *label = mp_catalogue_field_get_label (mp_catalogue_get_field (catalogue, j));
          g_autoptr (GPtrArray) words = mp_match_dictionary_split (dictionary, label);
          MpMeaning meanings[1];

          g_test_message ("%s", label);
          g_assert_cmpuint (mp_match_dictionary_find_meanings (dictionary, words, meanings, 1), ==,
                            1);
          g_assert_cmpfloat (meanings[0].strength, >, 0.7);
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/matching/dictionary/splits", test_splits);
  g_test_add_func ("/matching/dictionary/meanings", test_meanings);
  g_test_add_func ("/matching/dictionary/knows-catalogue", test_knows_catalogue);
  return g_test_run ();
}
