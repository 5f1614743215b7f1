/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz-driver.h"

#include "mp-http-client.h"
#include "mp-sign-in-link.h"

#include <string.h>

/* A sign-in link from outside. What is taken names one tenant, and leads nowhere in clear. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup (size > 0 ? (const char *) data : "", size);
  g_autoptr (MpSignInLink) link = NULL;
  g_autoptr (GUri) uri = NULL;

  link = mp_sign_in_link_parse (text, NULL);
  if (link == NULL)
    return 0;

  g_assert_true (*link->tenant != '\0' && strchr (link->tenant, '/') == NULL);
  uri = g_uri_parse (link->server, G_URI_FLAGS_NONE, NULL);
  g_assert_nonnull (uri);
  if (!g_str_equal (g_uri_get_scheme (uri), "https"))
    g_assert_true (mp_http_host_is_loopback (g_uri_get_host (uri)));
  return 0;
}
