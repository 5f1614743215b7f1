/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-error.h"
#include "mp-sign-in-link.h"

#include <string.h>

#define TOKEN "mpt_MarkerOfTheLinkTest42"

static void
test_right (void)
{
  static const struct
  {
    const char *text;
    const char *server;
    const char *tenant;
    const char *token; /* (nullable) */
  } cases[] = {
    { "mp-integrations://pulse.example.org/demo", "https://pulse.example.org", "demo", NULL },
    { "mp-integrations://pulse.example.org/demo/", "https://pulse.example.org", "demo", NULL },
    { "mp-integrations://pulse.example.org/demo#", "https://pulse.example.org", "demo", NULL },
    { "mp-integrations://pulse.example.org:8443/demo#" TOKEN, "https://pulse.example.org:8443",
      "demo", TOKEN },
    { " \nMP-Integrations://Pulse.Example.org/demo#" TOKEN "\n ", "https://pulse.example.org",
      "demo", TOKEN },
    { "mp-integrations://127.0.0.1:8084/demo", "http://127.0.0.1:8084", "demo", NULL },
    { "mp-integrations://[::1]:8084/demo", "http://[::1]:8084", "demo", NULL },
    { "mp-integrations://localhost/demo", "http://localhost", "demo", NULL },
    { "mp-integrations://127.0.0.1.example.org/demo", "https://127.0.0.1.example.org", "demo",
      NULL },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (MpSignInLink) link = NULL;
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", cases[i].text);
      link = mp_sign_in_link_parse (cases[i].text, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (link->server, ==, cases[i].server);
      g_assert_cmpstr (link->tenant, ==, cases[i].tenant);
      g_assert_cmpstr (link->token != NULL ? mp_secret_get (link->token, "token") : NULL, ==,
                       cases[i].token);
    }
}

static void
test_wrong (void)
{
  static const char *const cases[] = {
    "",
    "demo",
    "https://pulse.example.org/demo#" TOKEN,
    "mp-integrations:",
    "mp-integrations://",
    "mp-integrations:///demo#" TOKEN,
    "mp-integrations://pulse.example.org#" TOKEN,
    "mp-integrations://pulse.example.org/#" TOKEN,
    "mp-integrations://pulse.example.org/a/b#" TOKEN,
    "mp-integrations://anna@pulse.example.org/demo#" TOKEN,
    "mp-integrations://pulse.example.org/demo?x=1#" TOKEN,
    "mp-integrations://pulse.example.org:99999/demo#" TOKEN,
    "mp-integrations://pulse.example.org/%ff#" TOKEN,
    "mp-integrations://pulse.example.org/demo#\xff" TOKEN,
  };
  g_autofree char *large = g_strnfill (100000, 'a');
  g_autofree char *long_link = g_strconcat ("mp-integrations://a/", large, NULL);
  g_autoptr (GError) error = NULL;

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("%s", cases[i]);
      g_assert_null (mp_sign_in_link_parse (cases[i], &error));
      g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
      g_assert_null (strstr (error->message, TOKEN));
      g_clear_error (&error);
    }
  g_assert_null (mp_sign_in_link_parse (long_link, &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
  g_assert_cmpuint (strlen (error->message), <, 200);
}

static void
test_is (void)
{
  g_assert_true (mp_sign_in_link_is ("mp-integrations:"));
  g_assert_true (mp_sign_in_link_is ("MP-INTEGRATIONS://x"));
  g_assert_false (mp_sign_in_link_is (""));
  g_assert_false (mp_sign_in_link_is ("mp-integrations"));
  g_assert_false (mp_sign_in_link_is ("https://pulse.example.org"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/session/sign-in-link/right", test_right);
  g_test_add_func ("/session/sign-in-link/wrong", test_wrong);
  g_test_add_func ("/session/sign-in-link/is-one", test_is);
  return g_test_run ();
}
