/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <string.h>

#include "mp-error.h"
#include "mp-platforms.h"

static const char own_document[] =
    "{\"id\": \"%s\", \"version\": 1, \"kind\": \"payment\", \"label\": \"%s\", %s"
    " \"credential\": [{\"id\": \"key\", \"label\": \"Key\"}],"
    " \"hosts\": [\"api.example.org\"], \"base\": \"https://api.example.org\","
    " \"auth\": {\"kind\": \"bearer\", \"token\": \"{key}\"},"
    " \"test\": {\"request\": {\"path\": \"/me\"}}}";

typedef struct
{
  MpHttpClient *http;
  char *directory;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->http = mp_http_client_new ();
  fixture->directory = g_dir_make_tmp ("mp-platforms-XXXXXX", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GDir) dir = g_dir_open (fixture->directory, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (fixture->directory, name, NULL);

      g_unlink (path);
    }
  g_rmdir (fixture->directory);
  g_free (fixture->directory);
  g_assert_finalize_object (fixture->http);
}

static void
write_file (Fixture *fixture, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (fixture->directory, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
write_document (
    Fixture *fixture, const char *name, const char *id, const char *label, const char *more)
{
  g_auto (GStrv) pieces = g_strsplit (own_document, "%s", 4);
  g_autofree char *text =
      g_strconcat (pieces[0], id, pieces[1], label, pieces[2], more, pieces[3], NULL);

  write_file (fixture, name, text);
}

static void
test_shipped_by_label (Fixture *fixture, gconstpointer data)
{
  static const char *const expected[] = { "hubspot", "salesforce", "stripe", "xero" };
  g_autoptr (MpPlatforms) platforms = mp_platforms_new (fixture->http, NULL);
  const char *last = "";

  for (unsigned int i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (platforms)); i++)
    {
      g_autoptr (MpPlatform) platform = g_list_model_get_item (G_LIST_MODEL (platforms), i);

      g_assert_cmpint (g_utf8_collate (last, mp_platform_get_label (platform)), <, 0);
      last = mp_platform_get_label (platform);
    }
  for (size_t i = 0; i < G_N_ELEMENTS (expected); i++)
    g_assert_nonnull (mp_platforms_find (platforms, expected[i]));
  g_assert_null (mp_platforms_find (platforms, "nobody"));
  g_assert_null (mp_platforms_find (platforms, NULL));
  g_assert_cmpuint (mp_platforms_get_n_problems (platforms), ==, 0);
}

/* What cannot be connected is listed by itself, with the reason. */
static void
test_unavailable (Fixture *fixture, gconstpointer data)
{
  static const char *const expected[] = { "blackbaud",      "exact-online", "freeagent",
                                          "freshbooks",     "myob",         "quickbooks",
                                          "sage-accounting" };
  g_autoptr (MpPlatforms) platforms = mp_platforms_new (fixture->http, NULL);

  g_assert_cmpuint (mp_platforms_get_n_unavailable (platforms), ==, G_N_ELEMENTS (expected));
  for (unsigned int i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      MpPlatformSpec *spec = mp_platforms_get_unavailable (platforms, i);

      g_assert_cmpstr (mp_platform_spec_get_id (spec), ==, expected[i]);
      g_assert_cmpuint (strlen (mp_platform_spec_get_unavailable (spec)), >, 60);
      g_assert_cmpuint (mp_platform_spec_get_n_parts (spec), ==, 0);
      g_assert_null (mp_platforms_find (platforms, expected[i]));
      g_assert_true (mp_platforms_find_spec (platforms, expected[i]) == spec);
    }
  g_assert_null (mp_platform_spec_get_unavailable (mp_platforms_find_spec (platforms, "stripe")));
  g_assert_null (mp_platforms_find_spec (platforms, "nobody"));
}

/* Somebody may have found a way, or lost one. */
static void
test_unavailable_is_replaced (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MpPlatforms) platforms = NULL;

  write_document (fixture, "myob.json", "myob", "Own MYOB", "\"replaces\": true,");
  write_document (fixture, "freeagent.json", "freeagent", "Own FreeAgent", "");
  write_file (fixture, "stripe.json",
              "{\"id\": \"stripe\", \"version\": 1, \"kind\": \"payment\", \"label\": \"Stripe\","
              " \"replaces\": true, \"unavailable\": \"Our bank forbids it.\"}");
  platforms = mp_platforms_new (fixture->http, fixture->directory);

  g_assert_cmpstr (mp_platform_get_label (mp_platforms_find (platforms, "myob")), ==, "Own MYOB");
  g_assert_null (mp_platforms_find (platforms, "stripe"));
  g_assert_cmpstr (mp_platform_spec_get_unavailable (mp_platforms_find_spec (platforms, "stripe")),
                   ==, "Our bank forbids it.");
  g_assert_cmpuint (mp_platforms_get_n_unavailable (platforms), ==, 7);
  g_assert_cmpuint (mp_platforms_get_n_problems (platforms), ==, 1);
  g_assert_nonnull (strstr (mp_platforms_get_problem (platforms, 0)->message, "freeagent"));
}

static void
test_own_document_appears (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MpPlatforms) platforms = NULL;

  write_document (fixture, "mine.json", "mine", "Mine", "");
  write_file (fixture, "notes.txt", "not a document");
  platforms = mp_platforms_new (fixture->http, fixture->directory);

  g_assert_cmpuint (mp_platforms_get_n_problems (platforms), ==, 0);
  g_assert_cmpstr (mp_platform_get_label (mp_platforms_find (platforms, "mine")), ==, "Mine");
}

static void
test_missing_folder_is_no_problem (Fixture *fixture, gconstpointer data)
{
  g_autofree char *absent = g_build_filename (fixture->directory, "absent", NULL);
  g_autoptr (MpPlatforms) platforms = mp_platforms_new (fixture->http, absent);

  g_assert_cmpuint (mp_platforms_get_n_problems (platforms), ==, 0);
}

static void
test_broken_documents_are_problems (Fixture *fixture, gconstpointer data)
{
  static const char *const words[] = { "/colour: “colour” is not known here", "line",
                                       "must be called “mine.json”", "already shipped" };
  g_autoptr (MpPlatforms) platforms = NULL;

  write_document (fixture, "a.json", "a", "A", "\"colour\": 1,");
  write_file (fixture, "b.json", "{\"id\": ");
  write_document (fixture, "c.json", "mine", "C", "");
  write_document (fixture, "stripe.json", "stripe", "My Stripe", "");
  platforms = mp_platforms_new (fixture->http, fixture->directory);

  g_assert_cmpuint (mp_platforms_get_n_problems (platforms), ==, G_N_ELEMENTS (words));
  for (unsigned int i = 0; i < G_N_ELEMENTS (words); i++)
    {
      const MpPlatformProblem *problem = mp_platforms_get_problem (platforms, i);

      g_test_message ("%s: %s", problem->file, problem->message);
      g_assert_true (g_str_has_prefix (problem->file, fixture->directory));
      g_assert_nonnull (strstr (problem->message, words[i]));
    }
  g_assert_cmpstr (mp_platform_get_label (mp_platforms_find (platforms, "stripe")), ==, "Stripe");
  g_assert_null (mp_platforms_find (platforms, "mine"));
}

static void
test_replaces_when_it_says_so (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MpPlatforms) platforms = NULL;

  write_document (fixture, "stripe.json", "stripe", "My Stripe", "\"replaces\": true,");
  platforms = mp_platforms_new (fixture->http, fixture->directory);

  g_assert_cmpuint (mp_platforms_get_n_problems (platforms), ==, 0);
  g_assert_cmpstr (mp_platform_get_label (mp_platforms_find (platforms, "stripe")), ==,
                   "My Stripe");
}

static void
test_base_address_is_on_this_computer (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *assignment;
    int code; /* -1: accepted */
  } cases[] = {
    { "hubspot=http://127.0.0.1:8080", -1 },
    { "hubspot=https://localhost:8443/", -1 },
    { "hubspot=http://example.org", MP_ERROR_WRONG_HOST },
    { "hubspot=https://example.org", MP_ERROR_WRONG_HOST },
    { "nobody=http://127.0.0.1:8080", MP_ERROR_NOT_FOUND },
    { "hubspot", MP_ERROR_INVALID },
    { "hubspot=nonsense", MP_ERROR_INVALID },
  };
  g_autoptr (MpPlatforms) platforms = mp_platforms_new (fixture->http, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      gboolean accepted;

      g_test_message ("%s", cases[i].assignment);
      accepted = mp_platforms_set_base_address (platforms, cases[i].assignment, &error);
      if (cases[i].code < 0)
        g_assert_no_error (error);
      else
        g_assert_error (error, MP_ERROR, cases[i].code);
      g_assert_cmpint (accepted, ==, cases[i].code < 0);
    }
}

static void
add (const char *path, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  add ("/platforms/platforms/shipped-by-label", test_shipped_by_label);
  add ("/platforms/platforms/own-document-appears", test_own_document_appears);
  add ("/platforms/platforms/unavailable", test_unavailable);
  add ("/platforms/platforms/unavailable-is-replaced", test_unavailable_is_replaced);
  add ("/platforms/platforms/missing-folder-is-no-problem", test_missing_folder_is_no_problem);
  add ("/platforms/platforms/broken-documents-are-problems", test_broken_documents_are_problems);
  add ("/platforms/platforms/replaces-when-it-says-so", test_replaces_when_it_says_so);
  add ("/platforms/platforms/base-address-is-on-this-computer",
       test_base_address_is_on_this_computer);

  return g_test_run ();
}
