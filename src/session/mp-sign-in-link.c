/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-sign-in-link.h"

#include "mp-error.h"
#include "mp-http-client.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#define MAX_LENGTH 2048

static MpSignInLink *
refuse (GError **error, const char *reason)
{
  g_set_error (error, MP_ERROR, MP_ERROR_INVALID, _ ("This is no sign-in link: %s."), reason);
  return NULL;
}

/* Only a server on this computer is asked without encryption, as everywhere. */
static char *
dup_server (const char *host, int port)
{
  const char *scheme = mp_http_host_is_loopback (host) ? "http" : "https";
  g_autofree char *lower = g_ascii_strdown (host, -1);

  return g_uri_join (G_URI_FLAGS_NONE, scheme, NULL, lower, port, "", NULL, NULL);
}

static char *
dup_tenant (const char *path)
{
  size_t length;

  if (*path == '/')
    path++;
  length = strlen (path);
  if (length > 0 && path[length - 1] == '/')
    length--;
  return g_strndup (path, length);
}

/**
 * mp_sign_in_link_is:
 * @text: what was pasted, or opened from outside
 *
 * Returns: whether it means to be a sign-in link, right or wrong
 */
gboolean
mp_sign_in_link_is (const char *text)
{
  g_return_val_if_fail (text != NULL, FALSE);

  return g_ascii_strncasecmp (text, MP_SIGN_IN_LINK_SCHEME ":",
                              strlen (MP_SIGN_IN_LINK_SCHEME ":")) == 0;
}

/**
 * mp_sign_in_link_parse:
 * @text: a link, blanks around it allowed
 * @error: return location for %MP_ERROR_INVALID
 *
 * The token stands behind `#` and goes into wiped memory alone.
 *
 * Returns: (transfer full): what it says
 */
MpSignInLink *
mp_sign_in_link_parse (const char *text, GError **error)
{
  g_autofree char *address = NULL;
  g_autofree char *tenant = NULL;
  g_autoptr (GUri) uri = NULL;
  MpSignInLink *self;
  const char *token;

  g_return_val_if_fail (text != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  token = strchr (text, '#');
  address = g_strstrip (token != NULL ? g_strndup (text, (size_t) (token - text))
                                      : g_strndup (text, MAX_LENGTH + 1));
  if (strlen (text) > MAX_LENGTH)
    return refuse (error, _ ("it is too long"));
  if (!g_utf8_validate (text, -1, NULL))
    return refuse (error, _ ("it is not readable text"));
  uri = g_uri_parse (address, G_URI_FLAGS_NONE, NULL);
  if (uri == NULL || g_ascii_strcasecmp (g_uri_get_scheme (uri), MP_SIGN_IN_LINK_SCHEME) != 0)
    return refuse (error, _ ("it looks like mp-integrations://pulse.example.org/tenant"));
  if (g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0')
    return refuse (error, _ ("it names no server"));
  if (g_uri_get_userinfo (uri) != NULL || g_uri_get_query (uri) != NULL)
    return refuse (error, _ ("it has more than a server, a tenant and a token"));
  tenant = dup_tenant (g_uri_get_path (uri));
  if (*tenant == '\0' || strchr (tenant, '/') != NULL)
    return refuse (error, _ ("it must name one tenant behind the server"));

  self = g_new0 (MpSignInLink, 1);
  self->server = dup_server (g_uri_get_host (uri), g_uri_get_port (uri));
  self->tenant = g_steal_pointer (&tenant);
  if (token != NULL && token[1] != '\0')
    {
      self->token = mp_secret_new ();
      mp_secret_set (self->token, "token", token + 1);
    }
  return self;
}

/**
 * mp_sign_in_link_free:
 * @self: (transfer full) (nullable): a link's parts
 *
 * Wipes the token when nobody else holds it.
 */
void
mp_sign_in_link_free (MpSignInLink *self)
{
  if (self == NULL)
    return;
  g_free (self->server);
  g_free (self->tenant);
  g_clear_pointer (&self->token, mp_secret_unref);
  g_free (self);
}
