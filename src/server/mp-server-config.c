/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-server-config.h"

#include <string.h>
#include <sys/socket.h>

#include "mp-error.h"

#define DEFAULT_ADDRESS "127.0.0.1:8080"
#define GROUP_SERVER "server"
#define GROUP_LIMITS "limits"

typedef enum
{
  KIND_TEXT,
  KIND_TEXTS,
  KIND_BOOLEAN,
  KIND_NUMBER,
} Kind;

#define MEMBER(name) offsetof (MpServerConfig, name)

/* What the file may say. A number lies between @least and @most. */
static const struct
{
  const char *group;
  const char *key;
  Kind kind;
  size_t offset;
  int least;
  int most;
} settings[] = {
  { GROUP_SERVER, "listen", KIND_TEXT, MEMBER (listen), 0, 0 },
  { GROUP_SERVER, "certificate", KIND_TEXT, MEMBER (certificate), 0, 0 },
  { GROUP_SERVER, "private-key", KIND_TEXT, MEMBER (private_key), 0, 0 },
  { GROUP_SERVER, "platform-dir", KIND_TEXT, MEMBER (platform_dir), 0, 0 },
  { GROUP_SERVER, "behind-proxy", KIND_BOOLEAN, MEMBER (is_behind_proxy), 0, 0 },
  { GROUP_SERVER, "trusted-proxies", KIND_TEXTS, MEMBER (trusted_proxies), 0, 0 },
  { GROUP_SERVER, "share-port", KIND_BOOLEAN, MEMBER (shares_port), 0, 0 },
  { GROUP_SERVER, "call-private-addresses", KIND_BOOLEAN, MEMBER (calls_private), 0, 0 },
  { GROUP_LIMITS, "connections", KIND_NUMBER, MEMBER (connections), 1, 100000 },
  { GROUP_LIMITS, "connections-per-address", KIND_NUMBER, MEMBER (connections_per_address), 1,
    100000 },
  { GROUP_LIMITS, "requests-per-minute", KIND_NUMBER, MEMBER (requests_per_minute), 0, 1000000 },
};

static void *
get_member (MpServerConfig *config, size_t index)
{
  return (char *) config + settings[index].offset;
}

/**
 * mp_server_config_copy:
 * @config: a configuration
 *
 * Returns: (transfer full): a copy
 */
MpServerConfig *
mp_server_config_copy (const MpServerConfig *config)
{
  MpServerConfig *copy = g_memdup2 (config, sizeof *config);

  copy->path = g_strdup (config->path);
  copy->listen = g_strdup (config->listen);
  copy->certificate = g_strdup (config->certificate);
  copy->private_key = g_strdup (config->private_key);
  copy->platform_dir = g_strdup (config->platform_dir);
  copy->base_addresses = g_strdupv (config->base_addresses);
  copy->trusted_proxies = g_strdupv (config->trusted_proxies);
  return copy;
}

/**
 * mp_server_config_clear:
 * @config: a configuration
 *
 * Frees its members.
 */
void
mp_server_config_clear (MpServerConfig *config)
{
  g_clear_pointer (&config->path, g_free);
  g_clear_pointer (&config->listen, g_free);
  g_clear_pointer (&config->certificate, g_free);
  g_clear_pointer (&config->private_key, g_free);
  g_clear_pointer (&config->platform_dir, g_free);
  g_clear_pointer (&config->base_addresses, g_strfreev);
  g_clear_pointer (&config->trusted_proxies, g_strfreev);
}

/**
 * mp_server_config_free:
 * @config: (transfer full): a configuration
 */
void
mp_server_config_free (MpServerConfig *config)
{
  mp_server_config_clear (config);
  g_free (config);
}

/* A setting of the command line stays. */
static gboolean
is_set (MpServerConfig *config, size_t index)
{
  const void *member = get_member (config, index);

  switch (settings[index].kind)
    {
    case KIND_TEXT:
    case KIND_TEXTS:
      return *(void *const *) member != NULL;
    case KIND_BOOLEAN:
      return *(const gboolean *) member;
    case KIND_NUMBER:
      return *(const int *) member > 0;
    default:
      return TRUE;
    }
}

static gboolean
take_number (MpServerConfig *config, size_t index, GKeyFile *file, GError **error)
{
  int value = g_key_file_get_integer (file, settings[index].group, settings[index].key, error);

  if (error != NULL && *error != NULL)
    return FALSE;
  if (value < settings[index].least || value > settings[index].most)
    {
      g_set_error (error, MP_ERROR, MP_ERROR_INVALID, "“%s” is from %d to %d", settings[index].key,
                   settings[index].least, settings[index].most);
      return FALSE;
    }
  *(int *) get_member (config, index) = value;
  return TRUE;
}

static gboolean
take_setting (MpServerConfig *config, size_t index, GKeyFile *file, GError **error)
{
  const char *group = settings[index].group;
  const char *key = settings[index].key;
  g_autoptr (GError) fault = NULL;

  switch (settings[index].kind)
    {
    case KIND_TEXT:
      *(char **) get_member (config, index) = g_key_file_get_string (file, group, key, &fault);
      break;
    case KIND_TEXTS:
      *(GStrv *) get_member (config, index) =
          g_key_file_get_string_list (file, group, key, NULL, &fault);
      break;
    case KIND_BOOLEAN:
      *(gboolean *) get_member (config, index) = g_key_file_get_boolean (file, group, key, &fault);
      break;
    case KIND_NUMBER:
      take_number (config, index, file, &fault);
      break;
    default:
      break;
    }
  if (fault == NULL)
    return TRUE;
  g_set_error (error, MP_ERROR, MP_ERROR_INVALID, "%s: [%s] %s: %s", config->path, group, key,
               fault->message);
  return FALSE;
}

static gboolean
is_known (const char *group, const char *key)
{
  for (size_t i = 0; i < G_N_ELEMENTS (settings); i++)
    {
      if (g_str_equal (settings[i].group, group) && g_str_equal (settings[i].key, key))
        return TRUE;
    }
  return FALSE;
}

/* A setting that is misspelt would be missed silently. */
static gboolean
check_known (MpServerConfig *config, GKeyFile *file, GError **error)
{
  g_auto (GStrv) groups = g_key_file_get_groups (file, NULL);

  for (unsigned int i = 0; groups[i] != NULL; i++)
    {
      g_auto (GStrv) keys = g_key_file_get_keys (file, groups[i], NULL, NULL);

      for (unsigned int j = 0; keys[j] != NULL; j++)
        {
          if (is_known (groups[i], keys[j]))
            continue;
          g_set_error (error, MP_ERROR, MP_ERROR_INVALID, "%s: [%s] %s: there is no such setting",
                       config->path, groups[i], keys[j]);
          return FALSE;
        }
    }
  return TRUE;
}

/**
 * mp_server_config_read:
 * @config: a configuration with what the command line says
 * @error: return location for %MP_ERROR_INVALID, or why the file cannot be read
 *
 * Takes the rest from the file, where there is one.
 *
 * Returns: whether it was read
 */
gboolean
mp_server_config_read (MpServerConfig *config, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();

  if (config->path == NULL)
    return TRUE;
  if (!g_key_file_load_from_file (file, config->path, G_KEY_FILE_NONE, error))
    {
      g_prefix_error (error, "%s: ", config->path);
      return FALSE;
    }
  if (!check_known (config, file, error))
    return FALSE;
  for (size_t i = 0; i < G_N_ELEMENTS (settings); i++)
    {
      if (!is_set (config, i) &&
          g_key_file_has_key (file, settings[i].group, settings[i].key, NULL) &&
          !take_setting (config, i, file, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * mp_server_listening_clear:
 * @listening: what the listener needed
 *
 * Frees its members.
 */
void
mp_server_listening_clear (MpServerListening *listening)
{
  g_clear_object (&listening->address);
  g_clear_pointer (&listening->certificate, g_free);
  g_clear_pointer (&listening->private_key, g_free);
  g_clear_pointer (&listening->proxies, g_ptr_array_unref);
}

/* "127.0.0.1:8080", "[::1]:8080"; %NULL when it is something else */
static GInetSocketAddress *
parse_address (const char *text, GError **error)
{
  g_autoptr (GSocketConnectable) connectable = g_network_address_parse (text, 0, NULL);
  GNetworkAddress *address = (GNetworkAddress *) connectable;
  GSocketAddress *parsed = NULL;

  if (address != NULL && strrchr (text, ':') != NULL)
    parsed = g_inet_socket_address_new_from_string (g_network_address_get_hostname (address),
                                                    g_network_address_get_port (address));
  if (parsed == NULL)
    g_set_error (error, MP_ERROR, MP_ERROR_INVALID,
                 "“%s” is not where to listen: an IP address and a port, as in 127.0.0.1:8080",
                 text);
  return (GInetSocketAddress *) parsed;
}

static gboolean
is_loopback (const MpServerListening *listening)
{
  struct sockaddr_storage native = { 0 };
  socklen_t size = sizeof native;
  g_autoptr (GSocketAddress) address = NULL;

  if (listening->address != NULL)
    return g_inet_address_get_is_loopback (g_inet_socket_address_get_address (listening->address));
  if (getsockname (listening->options.socket, (struct sockaddr *) &native, &size) != 0)
    return FALSE;
  address = g_socket_address_new_from_native (&native, size);
  return G_IS_INET_SOCKET_ADDRESS (address) &&
         g_inet_address_get_is_loopback (
             g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address)));
}

static gboolean
read_proxies (const MpServerConfig *config, MpServerListening *listening, GError **error)
{
  if (config->trusted_proxies == NULL)
    return TRUE;
  listening->proxies = g_ptr_array_new_with_free_func (g_object_unref);
  for (unsigned int i = 0; config->trusted_proxies[i] != NULL; i++)
    {
      GInetAddressMask *mask =
          g_inet_address_mask_new_from_string (config->trusted_proxies[i], NULL);

      if (mask == NULL)
        {
          g_set_error (error, MP_ERROR, MP_ERROR_INVALID,
                       "“%s” is not a trusted proxy: an address or a network, as in 10.0.0.0/8",
                       config->trusted_proxies[i]);
          return FALSE;
        }
      g_ptr_array_add (listening->proxies, mask);
    }
  return TRUE;
}

static gboolean
read_certificate (const MpServerConfig *config, MpServerListening *listening, GError **error)
{
  if ((config->certificate == NULL) != (config->private_key == NULL))
    {
      g_set_error_literal (error, MP_ERROR, MP_ERROR_INVALID,
                           "HTTPS needs both a certificate and its private key");
      return FALSE;
    }
  return config->certificate == NULL ||
         (g_file_get_contents (config->certificate, &listening->certificate, NULL, error) &&
          g_file_get_contents (config->private_key, &listening->private_key, NULL, error));
}

/**
 * mp_server_config_prepare:
 * @config: a configuration
 * @inherited_socket: a socket that listens already; -1: none
 * @listening: (out caller-allocates): what the listener needs
 * @error: return location for %MP_ERROR_INVALID: a setting; or why a file cannot be read
 *
 * Returns: whether the listener may be started so
 */
gboolean
mp_server_config_prepare (const MpServerConfig *config,
                          int inherited_socket,
                          MpServerListening *listening,
                          GError **error)
{
  const char *listen = config->listen != NULL ? config->listen : DEFAULT_ADDRESS;

  *listening = (MpServerListening){ .options.socket = inherited_socket };
  if (inherited_socket < 0)
    {
      listening->address = parse_address (listen, error);
      if (listening->address == NULL)
        return FALSE;
    }
  if (!read_proxies (config, listening, error) || !read_certificate (config, listening, error))
    return FALSE;
  if (listening->certificate == NULL && !config->is_behind_proxy && !is_loopback (listening))
    {
      g_set_error_literal (error, MP_ERROR, MP_ERROR_INVALID,
                           "Plain HTTP is for loopback addresses only. Give a certificate; or, "
                           "with a proxy in front that speaks HTTPS, say --behind-proxy.");
      return FALSE;
    }

  listening->options.address = listening->address;
  listening->options.shares_port = config->shares_port;
  listening->options.certificate = listening->certificate;
  listening->options.private_key = listening->private_key;
  listening->options.is_behind_proxy = config->is_behind_proxy;
  listening->options.proxies = listening->proxies;
  listening->options.max_connections = (unsigned int) config->connections;
  listening->options.max_connections_per_address = (unsigned int) config->connections_per_address;
  return TRUE;
}
