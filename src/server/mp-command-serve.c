/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-commands.h"

#include <glib-unix.h>
#include <stdio.h>

#include "mp-api-server.h"
#include "mp-platforms.h"

#define DEFAULT_ADDRESS "127.0.0.1:8080"
#define PURGE_INTERVAL_S (24 * 3600)

/* "127.0.0.1:8080", "[::1]:8080"; %NULL when it is something else */
static GInetSocketAddress *
parse_address (const char *text)
{
  g_autoptr (GSocketConnectable) connectable = g_network_address_parse (text, 0, NULL);
  GNetworkAddress *address = (GNetworkAddress *) connectable;

  if (address == NULL || strrchr (text, ':') == NULL)
    return NULL;
  return (GInetSocketAddress *) g_inet_socket_address_new_from_string (
      g_network_address_get_hostname (address), g_network_address_get_port (address));
}

static gboolean
is_loopback (GInetSocketAddress *address)
{
  return g_inet_address_get_is_loopback (g_inet_socket_address_get_address (address));
}

static MpPlatformSpec *
find_platform (const char *id, gpointer user_data)
{
  return mp_platforms_find_spec (MP_PLATFORMS (user_data), id);
}

static void
report_platforms (MpPlatforms *platforms)
{
  for (unsigned int i = 0; i < mp_platforms_get_n_problems (platforms); i++)
    {
      const MpPlatformProblem *problem = mp_platforms_get_problem (platforms, i);

      fprintf (stderr, "mp-tenant-server: %s: %s\n", problem->file, problem->message);
    }
}

static gboolean
purge_cb (gpointer user_data)
{
  MpServerHome *home = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MpDbTransaction) transaction = mp_db_begin (home->db, &error);

  if (transaction == NULL ||
      !mp_db_purge_operation_results (home->db, mp_clock_get_now_unix_us (home->clock), &error) ||
      !mp_db_commit (transaction, &error))
    g_warning ("Old results of operations were not forgotten: %s", error->message);
  return G_SOURCE_CONTINUE;
}

static gboolean
stop_cb (gpointer user_data)
{
  g_main_loop_quit (user_data);
  return G_SOURCE_CONTINUE;
}

static MpExit
run (MpApiServer *server, MpServerHome *home, GInetSocketAddress *address)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autofree char *host = g_inet_address_to_string (g_inet_socket_address_get_address (address));
  gboolean is_ipv6 =
      g_socket_address_get_family (G_SOCKET_ADDRESS (address)) == G_SOCKET_FAMILY_IPV6;
  unsigned int term_id = g_unix_signal_add (SIGTERM, stop_cb, loop);
  unsigned int interrupt_id = g_unix_signal_add (SIGINT, stop_cb, loop);
  unsigned int purge_id;

  purge_cb (home);
  purge_id = g_timeout_add_seconds (PURGE_INTERVAL_S, purge_cb, home);
  printf (is_ipv6 ? "listening on http://[%s]:%u\n" : "listening on http://%s:%u\n", host,
          mp_api_server_get_port (server));
  fflush (stdout);
  g_main_loop_run (loop);

  mp_api_server_stop (server);
  g_source_remove (term_id);
  g_source_remove (interrupt_id);
  g_source_remove (purge_id);
  return MP_EXIT_OK;
}

static MpExit
serve (MpServerHome *home,
       const MpApiServerOptions *options,
       const char *platform_dir,
       const char *const *base_addresses)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MpApiOutbound) outbound = mp_api_outbound_new (platform_dir, base_addresses, &error);
  const MpApiServices services = {
    .db = home->db,
    .audit = home->audit,
    .vault = home->vault,
    .auth = home->auth,
    .clock = home->clock,
    .find_platform = find_platform,
    .find_platform_data = outbound != NULL ? mp_api_outbound_get_platforms (outbound) : NULL,
    .outbound = outbound,
  };
  g_autoptr (MpApi) api = NULL;
  g_autoptr (MpApiServer) server = NULL;

  if (outbound == NULL)
    return mp_command_fail (error);
  report_platforms (mp_api_outbound_get_platforms (outbound));
  api = mp_api_new (&services);
  server = mp_api_server_new (api);
  if (!mp_api_server_start (server, options, &error))
    return mp_command_fail (error);
  return run (server, home, options->address);
}

/**
 * mp_command_serve:
 * @self: the command
 * @argc: the number of arguments
 * @argv: the arguments
 *
 * `serve --listen ADDRESS:PORT`, until SIGTERM.
 *
 * Returns: the exit code
 */
MpExit
mp_command_serve (const MpCommand *self, int argc, char **argv)
{
  g_autofree char *listen = NULL;
  g_autofree char *platform_dir = NULL;
  g_auto (GStrv) base_addresses = NULL;
  gboolean is_behind_proxy = FALSE;
  const GOptionEntry entries[] = {
    { "listen", 0, 0, G_OPTION_ARG_STRING, &listen,
      "Where to listen (default: " DEFAULT_ADDRESS "); port 0: a free one", "ADDRESS:PORT" },
    { "behind-proxy", 0, 0, G_OPTION_ARG_NONE, &is_behind_proxy,
      "A proxy in front speaks HTTPS and sets X-Forwarded-For", NULL },
    { "platform-dir", 0, 0, G_OPTION_ARG_FILENAME, &platform_dir,
      "Folder of further platform documents", "DIR" },
    { "base-url", 0, 0, G_OPTION_ARG_STRING_ARRAY, &base_addresses,
      "For tests: sends a platform's calls to a loopback address instead", "PLATFORM=URL" },
    { 0 },
  };
  g_autofree char *data_dir = NULL;
  g_autoptr (GInetSocketAddress) address = NULL;
  g_autoptr (MpServerHome) home = NULL;
  g_autoptr (GError) error = NULL;
  MpApiServerOptions options = { 0 };

  if (!mp_command_parse (self, &argc, &argv, entries, &data_dir))
    return MP_EXIT_USAGE;
  address = parse_address (listen != NULL ? listen : DEFAULT_ADDRESS);
  if (address == NULL)
    return mp_command_misuse ("--listen is an IP address and a port, as in 127.0.0.1:8080");
  if (!is_loopback (address) && !is_behind_proxy)
    return mp_command_misuse ("Plain HTTP is for loopback addresses only. With a proxy in front "
                              "that speaks HTTPS, add --behind-proxy.");

  home = mp_server_home_open (data_dir, &error);
  if (home == NULL)
    return mp_command_fail (error);

  options.address = address;
  options.is_behind_proxy = is_behind_proxy;
  return serve (home, &options, platform_dir, (const char *const *) base_addresses);
}
