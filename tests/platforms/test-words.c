/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib.h>
#include <string.h>

#include "mp-answer-words.h"

static const char secret[] = "Geheim & \"s/cret\" <7+ü>";
static const char long_key[] = "sk_live_Zm9vYmFyYmF6cXV4MTIzNDU2";

static MpRedaction *
make_redaction (void)
{
  MpRedaction *redaction = mp_redaction_new ();

  mp_redaction_add (redaction, secret, TRUE);
  mp_redaction_add (redaction, long_key, TRUE);
  mp_redaction_add (redaction, "carla@example.org", FALSE);
  mp_redaction_add (redaction, "ab", TRUE);
  mp_redaction_add (redaction, "tok", FALSE);
  mp_redaction_add (redaction, NULL, TRUE);
  return redaction;
}

/* A server sends back what it was sent, in the form in which it came or in its own. */
static void
test_every_form_is_hidden (void)
{
  static const struct
  {
    const char *text;
    const char *expected;
  } cases[] = {
    { "Wrong: Geheim & \"s/cret\" <7+ü>.", "Wrong: ••••." },
    { "Wrong: GEHEIM & \"S/CRET\" <7+ü>.", "Wrong: ••••." },
    { "p=Geheim%20%26%20%22s%2Fcret%22%20%3C7%2B%C3%BC%3E&x=1", "p=••••&x=1" },
    { "p=Geheim+%26+%22s/cret%22+%3c7%2b%c3%bc%3e&x=1", "p=••••&x=1" },
    { "p=Geheim%2520%2526%2520%2522s%252Fcret%2522%2520%253C7%252B%25C3%25BC%253E", "p=••••" },
    { "{\"p\":\"Geheim & \\\"s\\/cret\\\" <7+\\u00fc>\"}", "{\"p\":\"••••\"}" },
    { "Geheim &amp; &quot;s/cret&quot; &lt;7+&#252;&gt;", "••••" },
    { "Geheim \\u0026 \\u0022s/cret\\u0022 \\u003c7+ü\\u003e", "••••" },
    { "Invalid key sk_live_Zm9vYmFyYmF6cXV4MTIzNDU2", "Invalid key ••••" },
    { "Invalid key “sk_live_Zm9vYmFyYm…”", "Invalid key “••••" },
    { "A key begins with sk_live_ or rk_live_", "A key begins with sk_live_ or rk_live_" },
    { "User carla@example.org, key ab", "User ••••, key ••••" },
    { "about a crab token", "about a crab token" },
    { "Invalid key: sk_test_********a1b2", "Invalid key: ••••" },
  };
  g_autoptr (MpRedaction) redaction = make_redaction ();

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *hidden = mp_redaction_apply (redaction, cases[i].text);

      g_test_message ("%s", cases[i].text);
      g_assert_cmpstr (hidden, ==, cases[i].expected);
    }
}

/* Whatever stands before the value in what was encoded. */
static void
test_base64_is_hidden (void)
{
  static const char *const before[] = { "", "a", "me", "you", "carla@example.org:" };
  g_autoptr (MpRedaction) redaction = make_redaction ();

  for (size_t i = 0; i < G_N_ELEMENTS (before); i++)
    {
      g_autofree char *plain = g_strconcat (before[i], secret, "!", NULL);
      g_autofree char *encoded = g_base64_encode ((const guchar *) plain, strlen (plain));
      g_autofree char *header = g_strdup_printf ("Authorization: Basic %s was refused", encoded);
      g_autofree char *in_address = g_uri_escape_string (encoded, NULL, FALSE);
      g_autofree char *hidden = mp_redaction_apply (redaction, header);
      g_autofree char *hidden_address = mp_redaction_apply (redaction, in_address);

      g_assert_cmpstr (hidden, ==, "Authorization: Basic •••• was refused");
      g_assert_cmpstr (hidden_address, ==, "••••");
    }
}

/* What is shown is one short line of words. */
static void
test_words_are_cleaned (void)
{
  static const struct
  {
    const char *text;
    const char *expected;
  } cases[] = {
    { "<p>Bad <b>API</b>&nbsp;key.</p>\r\n<p>Try &eacute;&#39;&#x2026;</p>",
      "Bad API key. Try é'…" },
    { "&lt;p&gt;Encoded first&lt;/p&gt;", "Encoded first" },
    { "<head><title>x</title></head><script>if (a < b) alert ();</script>Only this", "Only this" },
    { "Broken <div class=\"never closed", "Broken" },
    { "3 < 4 and R&D; & more", "3 < 4 and R&D; & more" },
    { "a\u202eb\tc\n\n", "a b c" },
    { "Traceback (most recent call last):\n  File \"/opt/odoo/http.py\", line 1, in x\n"
      "    raise\nodoo.exceptions.AccessDenied: Access Denied\n",
      "odoo.exceptions.AccessDenied: Access Denied" },
    { "java.lang.IllegalStateException: no such table\n\tat org.x.Y.z(Y.java:12)\n\tat a.b(C)",
      "java.lang.IllegalStateException: no such table" },
    { "Uncaught PDOException: gone in /var/www/db.php:9 Stack trace: #0 /var/www/index.php(3)",
      "Uncaught PDOException: gone in /var/www/db.php:9" },
    { "We met at noon (in the office)", "We met at noon (in the office)" },
    { "The key Geheim & \"s/cret\" <7+ü> is <i>wrong</i>", "The key •••• is wrong" },
    { "Geheim &amp;amp; &amp;quot;s/cret&amp;quot; &amp;lt;7+ü&amp;gt; twice", "•••• twice" },
    { " \n\t ", NULL },
    { "<br>", NULL },
    { "", NULL },
  };
  g_autoptr (MpRedaction) redaction = make_redaction ();

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *clean =
          mp_answer_words_clean (cases[i].text, strlen (cases[i].text), redaction);

      g_test_message ("%s", cases[i].text);
      g_assert_cmpstr (clean, ==, cases[i].expected);
    }
}

/* The cut comes last: half a key would tell as much as a whole one. */
static void
test_long_words_are_cut (void)
{
  g_autoptr (MpRedaction) redaction = make_redaction ();
  g_autofree char *lead = g_strnfill (290, 'x');
  g_autofree char *echo = g_strconcat (lead, " ", long_key, " was wrong", NULL);
  g_autofree char *clean = mp_answer_words_clean (echo, strlen (echo), redaction);
  g_autofree char *huge = g_strnfill (1000 * 1000, 'y');
  g_autofree char *none = mp_answer_words_clean (huge, 1000 * 1000, redaction);

  g_assert_null (strstr (clean, "sk_live"));
  g_assert_cmpint (g_utf8_strlen (clean, -1), <=, 301);
  g_assert_true (g_str_has_suffix (clean, "…"));
  g_assert_null (none);
}

static void
test_title_of_a_page (void)
{
  static const char page[] = "<!DOCTYPE html><HTML><head><TITLE lang=en>Down &amp; out</TITLE>";
  g_autoptr (MpRedaction) redaction = make_redaction ();
  g_autofree char *title = mp_answer_words_find_title (page, strlen (page), redaction);
  g_autofree char *none = mp_answer_words_find_title ("<html><title>x", 14, redaction);

  g_assert_cmpstr (title, ==, "Down & out");
  g_assert_null (none);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/platforms/words/every-form-is-hidden", test_every_form_is_hidden);
  g_test_add_func ("/platforms/words/base64-is-hidden", test_base64_is_hidden);
  g_test_add_func ("/platforms/words/are-cleaned", test_words_are_cleaned);
  g_test_add_func ("/platforms/words/long-ones-are-cut", test_long_words_are_cut);
  g_test_add_func ("/platforms/words/title-of-a-page", test_title_of_a_page);

  return g_test_run ();
}
