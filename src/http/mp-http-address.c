/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-http-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "mp-error.h"

/**
 * mp_http_host_is_loopback:
 * @host: a host name or address, an IPv6 one with or without brackets
 *
 * Does the name mean this computer? Only there may a request go without TLS.
 *
 * Returns: whether it does
 */
gboolean
mp_http_host_is_loopback (const char *host)
{
  g_autoptr (GInetAddress) address = NULL;
  g_autofree char *bare = NULL;
  size_t length;

  g_return_val_if_fail (host != NULL, FALSE);

  length = strlen (host);
  if (length > 2 && host[0] == '[' && host[length - 1] == ']')
    bare = g_strndup (host + 1, length - 2);
  else
    bare = g_strdup (host);

  if (g_ascii_strcasecmp (bare, "localhost") == 0)
    return TRUE;
  address = g_inet_address_new_from_string (bare);
  return address != NULL && g_inet_address_get_is_loopback (address);
}

/* The address as a GUri, or why it cannot be one to send to. */
GUri *
mp_http_address_parse (const char *address, GError **error)
{
  g_autoptr (GUri) uri = NULL;
  const char *scheme;
  const char *host;

  uri = g_uri_parse (address, SOUP_HTTP_URI_FLAGS, NULL);
  scheme = uri != NULL ? g_uri_get_scheme (uri) : NULL;
  host = uri != NULL ? g_uri_get_host (uri) : NULL;
  /* GUri takes a blank in a host for a part of its name. */
  if (host == NULL || *host == '\0' || strpbrk (host, " \t\r\n%<>\"\\") != NULL ||
      g_uri_get_userinfo (uri) != NULL ||
      (g_strcmp0 (scheme, "https") != 0 && g_strcmp0 (scheme, "http") != 0))
    {
      g_set_error (error, MP_ERROR, MP_ERROR_INVALID, _ ("“%s” is not a web address"), address);
      return NULL;
    }
  if (g_str_equal (scheme, "http") && !mp_http_host_is_loopback (host))
    {
      g_set_error (error, MP_ERROR, MP_ERROR_WRONG_HOST,
                   _ ("“%s” is not encrypted: the address must begin with https://"), address);
      return NULL;
    }
  return g_steal_pointer (&uri);
}

/**
 * mp_http_address_check:
 * @address: an address
 * @error: return location
 *
 * May a request go to this address? It must be absolute, without a user name in it, and https;
 * plain http to this computer alone.
 *
 * Fails with %MP_ERROR_INVALID when it is no web address, %MP_ERROR_WRONG_HOST when it would go
 * unencrypted over a network.
 *
 * Returns: %TRUE when it may
 */
gboolean
mp_http_address_check (const char *address, GError **error)
{
  g_autoptr (GUri) uri = NULL;

  g_return_val_if_fail (address != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  uri = mp_http_address_parse (address, error);
  return uri != NULL;
}

/* Networks that are not the public one (IANA's registries of special-purpose addresses, RFC 6890,
 * read 2026-11), beyond those that GInetAddress knows by itself. */
static const char *const private_networks[] = {
  "0.0.0.0/8",       "100.64.0.0/10",  "192.0.0.0/24", "192.0.2.0/24", "198.18.0.0/15",
  "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",  "::/96",        "::ffff:0:0/96",
  "64:ff9b::/96",    "64:ff9b:1::/48", "100::/64",     "2001::/23",    "2001:db8::/32",
  "2002::/16",       "fc00::/7",
};

/**
 * mp_http_address_is_public:
 * @address: an address
 *
 * Does it belong to the public network? An address of this computer, of a local or private network
 * does not, nor one that stands for an IPv4 address within IPv6.
 *
 * Returns: whether it does
 */
gboolean
mp_http_address_is_public (GInetAddress *address)
{
  g_return_val_if_fail (G_IS_INET_ADDRESS (address), FALSE);

  if (g_inet_address_get_is_any (address) || g_inet_address_get_is_loopback (address) ||
      g_inet_address_get_is_link_local (address) || g_inet_address_get_is_site_local (address) ||
      g_inet_address_get_is_multicast (address))
    return FALSE;
  for (size_t i = 0; i < G_N_ELEMENTS (private_networks); i++)
    {
      g_autoptr (GInetAddressMask) mask =
                     g_inet_address_mask_new_from_string (private_networks[i], NULL);

      if (g_inet_address_mask_get_family (mask) == g_inet_address_get_family (address) &&
          g_inet_address_mask_matches (mask, address))
        return FALSE;
    }
  return TRUE;
}
