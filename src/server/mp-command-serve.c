/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-commands.h"

#include <glib-unix.h>
#include <malloc.h>
#include <stdio.h>
#include <sys/resource.h>

#include "mp-error.h"
#include "mp-platforms.h"
#include "mp-server-config.h"
#include "mp-service-manager.h"

#define PURGE_INTERVAL_S (24 * 3600)
#define MAX_ARENAS 2

/* The server at work. Lives on the stack of serve (). */
typedef struct
{
  MpServerHome *home;
  const MpServerConfig *command_line;
  int inherited_socket;
  MpApi *api;
  MpApiServer *server;
} Service;

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

/* As many connections as the operator allows the process, not as few as a shell does. */
static void
raise_descriptor_limit (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max)
    return;
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit (RLIMIT_NOFILE, &limit) != 0)
    g_message ("The limit of open files stays low");
}

/* The threads are few and do the same: memory that one gives back is for all, not kept apart for
 * each. */
static void
share_memory (void)
{
  mallopt (M_ARENA_MAX, MAX_ARENAS);
}

static void
set_rate (MpApi *api, const MpServerConfig *config)
{
  mp_rate_set_limit (mp_api_get_rate (api), config->requests_per_minute >= 0
                                                ? (unsigned int) config->requests_per_minute
                                                : MP_SERVER_CONFIG_DEFAULT_RATE);
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
reload (Service *service, GError **error)
{
  g_autoptr (MpServerConfig) config = mp_server_config_copy (service->command_line);
  g_auto (MpServerListening) listening = { 0 };

  if (!mp_server_config_read (config, error) ||
      !mp_server_config_prepare (config, service->inherited_socket, &listening, error) ||
      !mp_api_server_reload (service->server, &listening.options, error))
    return FALSE;
  set_rate (service->api, config);
  return TRUE;
}

/* The certificate, the limits and whom to believe; where it listens stays as it was. */
static gboolean
reload_cb (gpointer user_data)
{
  Service *service = user_data;
  g_autofree char *state =
      g_strdup_printf ("RELOADING=1\nMONOTONIC_USEC=%" G_GINT64_FORMAT, g_get_monotonic_time ());
  g_autoptr (GError) error = NULL;

  mp_service_manager_notify (state);
  if (reload (service, &error))
    fprintf (stderr, "mp-tenant-server: reloaded\n");
  else
    fprintf (stderr, "mp-tenant-server: not reloaded, goes on as before: %s\n", error->message);
  mp_service_manager_notify ("READY=1");
  return G_SOURCE_CONTINUE;
}

static gboolean
stop_cb (gpointer user_data)
{
  mp_service_manager_notify ("STOPPING=1");
  g_main_loop_quit (user_data);
  return G_SOURCE_CONTINUE;
}

static void
say_where (Service *service, const MpServerListening *listening)
{
  g_autofree char *host =
      listening->address != NULL
          ? g_inet_address_to_string (g_inet_socket_address_get_address (listening->address))
          : g_strdup ("a socket of the service manager");

  printf (strchr (host, ':') != NULL ? "listening on %s://[%s]:%u\n" : "listening on %s://%s:%u\n",
          listening->certificate != NULL ? "https" : "http", host,
          mp_api_server_get_port (service->server));
  fflush (stdout);
}

static MpExit
run (Service *service, const MpServerListening *listening)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  unsigned int source_ids[4];

  purge_cb (service->home);
  source_ids[0] = g_unix_signal_add (SIGTERM, stop_cb, loop);
  source_ids[1] = g_unix_signal_add (SIGINT, stop_cb, loop);
  source_ids[2] = g_unix_signal_add (SIGHUP, reload_cb, service);
  source_ids[3] = g_timeout_add_seconds (PURGE_INTERVAL_S, purge_cb, service->home);
  say_where (service, listening);
  mp_service_manager_notify ("READY=1");
  g_main_loop_run (loop);

  mp_api_server_stop (service->server);
  for (size_t i = 0; i < G_N_ELEMENTS (source_ids); i++)
    g_source_remove (source_ids[i]);
  return MP_EXIT_OK;
}

static MpExit
serve (MpServerHome *home,
       const MpServerConfig *config,
       const MpServerListening *listening,
       const MpServerConfig *command_line)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MpApiOutbound) outbound = mp_api_outbound_new (
      config->platform_dir, (const char *const *) config->base_addresses,
      config->calls_private || config->base_addresses != NULL, &error);
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
  Service service = {
    .home = home,
    .command_line = command_line,
    .inherited_socket = listening->options.socket,
  };

  if (outbound == NULL)
    return mp_command_fail (error);
  report_platforms (mp_api_outbound_get_platforms (outbound));
  api = mp_api_new (&services);
  set_rate (api, config);
  server = mp_api_server_new (api);
  if (!mp_api_server_start (server, &listening->options, &error))
    return mp_command_fail (error);

  service.api = api;
  service.server = server;
  return run (&service, listening);
}

/**
 * mp_command_serve:
 * @self: the command
 * @argc: the number of arguments
 * @argv: the arguments
 *
 * `serve --listen ADDRESS:PORT`, until SIGTERM; SIGHUP reads the configuration and the certificate
 * again.
 *
 * Returns: the exit code
 */
MpExit
mp_command_serve (const MpCommand *self, int argc, char **argv)
{
  g_auto (MpServerConfig) command_line = MP_SERVER_CONFIG_INIT;
  const GOptionEntry entries[] = {
    { "config", 0, 0, G_OPTION_ARG_FILENAME, &command_line.path,
      "File of settings; those of the command line win", "FILE" },
    { "listen", 0, 0, G_OPTION_ARG_STRING, &command_line.listen,
      "Where to listen (default: 127.0.0.1:8080); port 0: a free one", "ADDRESS:PORT" },
    { "certificate", 0, 0, G_OPTION_ARG_FILENAME, &command_line.certificate,
      "Certificate chain for HTTPS, PEM", "FILE" },
    { "private-key", 0, 0, G_OPTION_ARG_FILENAME, &command_line.private_key,
      "The certificate's private key, PEM", "FILE" },
    { "behind-proxy", 0, 0, G_OPTION_ARG_NONE, &command_line.is_behind_proxy,
      "A proxy in front speaks HTTPS and sets X-Forwarded-For", NULL },
    { "trusted-proxy", 0, 0, G_OPTION_ARG_STRING_ARRAY, &command_line.trusted_proxies,
      "Which proxies are believed (default: those of this machine)", "ADDRESS" },
    { "share-port", 0, 0, G_OPTION_ARG_NONE, &command_line.shares_port,
      "Several processes listen on the same port", NULL },
    { "platform-dir", 0, 0, G_OPTION_ARG_FILENAME, &command_line.platform_dir,
      "Folder of further platform documents", "DIR" },
    { "call-private-addresses", 0, 0, G_OPTION_ARG_NONE, &command_line.calls_private,
      "Tenants' platforms may stand in private networks", NULL },
    { "base-url", 0, 0, G_OPTION_ARG_STRING_ARRAY, &command_line.base_addresses,
      "For tests: sends a platform's calls to a loopback address instead", "PLATFORM=URL" },
    { 0 },
  };
  g_autofree char *data_dir = NULL;
  g_autoptr (MpServerConfig) config = NULL;
  g_autoptr (MpServerHome) home = NULL;
  g_auto (MpServerListening) listening = { 0 };
  g_autoptr (GError) error = NULL;

  if (!mp_command_parse (self, &argc, &argv, entries, &data_dir))
    return MP_EXIT_USAGE;
  raise_descriptor_limit ();
  share_memory ();
  config = mp_server_config_copy (&command_line);
  if (!mp_server_config_read (config, &error) ||
      !mp_server_config_prepare (config, mp_service_manager_take_socket (), &listening, &error))
    {
      mp_command_fail (error);
      return g_error_matches (error, MP_ERROR, MP_ERROR_INVALID) ? MP_EXIT_USAGE : MP_EXIT_FAILED;
    }

  home = mp_server_home_open (data_dir, &error);
  return home != NULL ? serve (home, config, &listening, &command_line) : mp_command_fail (error);
}
