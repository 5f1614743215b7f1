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

/* What a tenant names is called with the server's reach: its own networks are not for tenants. */
static void
test_public_is_no_private_network (void)
{
  static const char *const public[] = { "1.1.1.1",     "172.15.0.1", "172.32.0.1",
                                        "192.167.1.1", "100.63.0.1", "2606:4700::1111" };
  static const char *const private[] = {
    "127.0.0.1",   "127.9.9.9",       "0.0.0.0",
    "10.1.2.3",    "172.16.0.1",      "172.31.9.9",
    "192.168.0.1", "169.254.169.254", "100.64.0.1",
    "224.0.0.1",   "255.255.255.255", "::",
    "::1",         "fe80::1",         "fd00::1",
    "fec0::1",     "::ffff:10.0.0.1", "::127.0.0.1",
    "ff02::1",     "64:ff9b::a00:1",  "2002:a00:1::",
    "198.18.0.1",
  };

  for (size_t i = 0; i < G_N_ELEMENTS (public); i++)
    {
      g_autoptr (GInetAddress) address = g_inet_address_new_from_string (public[i]);

      g_test_message ("%s", public[i]);
      g_assert_true (mp_http_address_is_public (address));
    }
  for (size_t i = 0; i < G_N_ELEMENTS (private); i++)
    {
      g_autoptr (GInetAddress) address = g_inet_address_new_from_string (private[i]);

      g_test_message ("%s", private[i]);
      g_assert_false (mp_http_address_is_public (address));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/http/address/only-https-or-loopback", test_only_https_or_loopback);
  g_test_add_func ("/http/address/loopback-is-this-computer", test_loopback_is_this_computer);
  g_test_add_func ("/http/address/public-is-no-private-network", test_public_is_no_private_network);

  return g_test_run ();
}
