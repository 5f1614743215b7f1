/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-error.h"
#include "mp-http-client.h"

/* A key never travels unencrypted over a network. */
static void
test_only_https_or_loopback (void)
{
  static const struct
  {
    const char *address;
    int code; /* -1: accepted */
  } cases[] = {
    { "https://api.example.org/v1", -1 },
    { "https://api.example.org:8443/v1?a=b", -1 },
    { "http://127.0.0.1:8080/v1", -1 },
    { "http://[::1]:8080/", -1 },
    { "http://localhost:8080", -1 },
    { "http://api.example.org/v1", MP_ERROR_WRONG_HOST },
    { "http://127.0.0.1.example.org/", MP_ERROR_WRONG_HOST },
    { "http://localhost.example.org/", MP_ERROR_WRONG_HOST },
    { "ftp://api.example.org/", MP_ERROR_INVALID },
    { "https://", MP_ERROR_INVALID },
    { "https://somebody@example.org/", MP_ERROR_INVALID },
    { "/v1/relative", MP_ERROR_INVALID },
    { "", MP_ERROR_INVALID },
    { "https://exa mple.org/", MP_ERROR_INVALID },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      gboolean accepted;

      g_test_message ("%s", cases[i].address);
      accepted = mp_http_address_check (cases[i].address, &error);
      if (cases[i].code < 0)
        g_assert_no_error (error);
      else
        g_assert_error (error, MP_ERROR, cases[i].code);
      g_assert_cmpint (accepted, ==, cases[i].code < 0);
    }
}

static void
test_loopback_is_this_computer (void)
{
  static const char *const loopback[] = { "localhost", "LOCALHOST", "127.0.0.1",
                                          "127.9.8.7", "::1",       "[::1]" };
  static const char *const elsewhere[] = { "0.0.0.0",     "10.0.0.1",         "::",
                                           "example.org", "127.0.0.1.nip.io", "" };

  for (size_t i = 0; i < G_N_ELEMENTS (loopback); i++)
    g_assert_true (mp_http_host_is_loopback (loopback[i]));
  for (size_t i = 0; i < G_N_ELEMENTS (elsewhere); i++)
    g_assert_false (mp_http_host_is_loopback (elsewhere[i]));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/http/address/only-https-or-loopback", test_only_https_or_loopback);
  g_test_add_func ("/http/address/loopback-is-this-computer", test_loopback_is_this_computer);

  return g_test_run ();
}
