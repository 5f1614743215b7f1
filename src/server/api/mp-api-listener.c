/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-api-listener-private.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "mp-error.h"

#define BACKLOG 1024
/* For a request's head; libmicrohttpd clears all of it after each request. */
#define CONNECTION_MEMORY_BYTES (16 * 1024)
/* Silence of this length ends a connection. */
#define SILENCE_TIMEOUT_S 30
/* From the connection to the end of its first request's head. */
#define HEAD_TIMEOUT_S 20
#define TLS_PRIORITIES "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

struct _MpApiListener
{
  MpApiListenerCalls calls; /* their owner outlives the listener */
  struct MHD_Daemon *daemon;
  char *certificate; /* (owned) (nullable) */
  char *private_key; /* (owned) (nullable) */
  gboolean is_behind_proxy;
  GPtrArray *proxies; /* (owned) (nullable) (element-type GInetAddressMask) */
  GThread *cutter;    /* (owned): cuts connections whose deadline has passed */

  int n_active;   /* requests, atomic */
  int is_closing; /* atomic */

  GMutex lock;
  GCond changed;
  GCond cutting;
  GQueue watches;           /* (element-type Watch), under the lock */
  unsigned int n_suspended; /* connections, under the lock */
  gboolean is_ending;       /* under the lock: nothing is suspended any more */
  gboolean ends_cutting;    /* under the lock */
};

/* A connection that is open. In a queue under the listener's lock. */
typedef struct
{
  int socket;
  _Atomic int64_t deadline_us;
  GList link;
} Watch;

G_GNUC_PRINTF (2, 0)
static void
log_cb (void *data, const char *format, va_list arguments)
{
  g_autofree char *text = g_strdup_vprintf (format, arguments);

  g_debug ("%s", g_strchomp (text));
}

static int64_t
get_deadline_us (unsigned int seconds)
{
  return g_get_monotonic_time () + (int64_t) seconds * G_USEC_PER_SEC;
}

/* libmicrohttpd tells the end of a connection before it closes the socket: its number is not
 * another's while the watch is there. */
static void
connection_cb (void *data,
               struct MHD_Connection *connection,
               void **context,
               enum MHD_ConnectionNotificationCode code)
{
  MpApiListener *self = data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  Watch *watch = *context;

  if (code == MHD_CONNECTION_NOTIFY_STARTED)
    {
      watch = g_new0 (Watch, 1);
      watch->socket =
          MHD_get_connection_info (connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
      watch->deadline_us = get_deadline_us (HEAD_TIMEOUT_S);
      watch->link.data = watch;
      g_queue_push_tail_link (&self->watches, &watch->link);
      *context = watch;
    }
  else if (watch != NULL)
    {
      g_queue_unlink (&self->watches, &watch->link);
      g_free (watch);
      *context = NULL;
    }
}

static gpointer
cut_late (gpointer data)
{
  MpApiListener *self = data;

  g_mutex_lock (&self->lock);
  while (!self->ends_cutting)
    {
      int64_t now_us = g_get_monotonic_time ();

      for (GList *item = self->watches.head; item != NULL; item = item->next)
        {
          const Watch *watch = item->data;

          if (watch->deadline_us <= now_us)
            shutdown (watch->socket, SHUT_RDWR);
        }
      g_cond_wait_until (&self->cutting, &self->lock, now_us + G_USEC_PER_SEC);
    }
  g_mutex_unlock (&self->lock);
  return NULL;
}

static gboolean
set_socket_options (int fd, const MpApiServerOptions *options)
{
  const int yes = 1;

  return setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
         (!options->shares_port ||
          setsockopt (fd, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof yes) == 0);
}

/**
 * mp_api_listener_open_socket:
 * @options: with an address
 * @error: return location for %MP_ERROR_UNAVAILABLE
 *
 * Returns: a socket that listens, or -1
 */
int
mp_api_listener_open_socket (const MpApiServerOptions *options, GError **error)
{
  GSocketAddress *address = G_SOCKET_ADDRESS (options->address);
  struct sockaddr_storage native = { 0 };
  int fd;

  if (!g_socket_address_to_native (address, &native, sizeof native, error))
    return -1;
  fd = socket (native.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0 || !set_socket_options (fd, options) ||
      bind (fd, (struct sockaddr *) &native,
            (socklen_t) g_socket_address_get_native_size (address)) != 0 ||
      listen (fd, BACKLOG) != 0)
    {
      g_autofree char *text =
          g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (options->address));

      g_set_error (error, MP_ERROR, MP_ERROR_UNAVAILABLE, "Cannot listen on %s: %s", text,
                   g_strerror (errno));
      if (fd >= 0)
        close (fd);
      return -1;
    }
  return fd;
}

static gboolean
check_tls (const MpApiServerOptions *options, GError **error)
{
  if (options->certificate == NULL || MHD_is_feature_supported (MHD_FEATURE_TLS) == MHD_YES)
    return TRUE;
  g_set_error_literal (error, MP_ERROR, MP_ERROR_UNAVAILABLE,
                       "This libmicrohttpd cannot speak HTTPS: put a proxy in front");
  return FALSE;
}

static gboolean
start_daemon (MpApiListener *self,
              int listening_socket,
              const MpApiServerOptions *options,
              GError **error)
{
  /* Not epoll: libmicrohttpd 0.9.75 asks it for edges, and does not see a client go that had sent
   * half a request (recv_param_adapter () in its connection.c). */
  unsigned int n_threads = self->calls.n_threads;
  unsigned int flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_ITC | MHD_USE_ERROR_LOG |
                       (n_threads > 0 ? MHD_USE_POLL | MHD_ALLOW_SUSPEND_RESUME
                                      : MHD_USE_AUTO | MHD_USE_THREAD_PER_CONNECTION);
  unsigned int per_address = options->max_connections_per_address;
  const struct MHD_OptionItem limits[] = {
    { MHD_OPTION_EXTERNAL_LOGGER, (intptr_t) log_cb, NULL },
    { MHD_OPTION_LISTEN_SOCKET, listening_socket, NULL },
    { MHD_OPTION_CONNECTION_LIMIT,
      options->max_connections > 0 ? options->max_connections : MP_API_DEFAULT_CONNECTIONS, NULL },
    { MHD_OPTION_PER_IP_CONNECTION_LIMIT,
      options->is_behind_proxy ? 0
      : per_address > 0        ? per_address
                               : MP_API_DEFAULT_CONNECTIONS_PER_ADDRESS,
      NULL },
    { MHD_OPTION_CONNECTION_TIMEOUT, SILENCE_TIMEOUT_S, NULL },
    { MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY_BYTES, NULL },
    { MHD_OPTION_NOTIFY_COMPLETED, (intptr_t) self->calls.completed, NULL },
    { MHD_OPTION_NOTIFY_CONNECTION, (intptr_t) connection_cb, self },
    { n_threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, n_threads, NULL },
    { MHD_OPTION_END, 0, NULL },
  };
  const struct MHD_OptionItem plain[] = { { MHD_OPTION_END, 0, NULL } };
  const struct MHD_OptionItem tls[] = {
    { MHD_OPTION_HTTPS_MEM_CERT, 0, self->certificate },
    { MHD_OPTION_HTTPS_MEM_KEY, 0, self->private_key },
    { MHD_OPTION_HTTPS_PRIORITIES, 0, (char *) TLS_PRIORITIES },
    { MHD_OPTION_END, 0, NULL },
  };

  if (self->certificate != NULL)
    flags |= MHD_USE_TLS;
  self->daemon =
      MHD_start_daemon (flags, 0, NULL, NULL, self->calls.handler, self, MHD_OPTION_ARRAY, limits,
                        MHD_OPTION_ARRAY, self->certificate != NULL ? tls : plain, MHD_OPTION_END);
  if (self->daemon != NULL)
    return TRUE;
  g_set_error_literal (error, MP_ERROR, MP_ERROR_UNAVAILABLE,
                       self->certificate != NULL
                           ? "Cannot serve HTTPS: the certificate and its key do not fit each "
                             "other, or are damaged"
                           : "Cannot serve HTTP: out of memory or descriptors");
  return FALSE;
}

static void
listener_free (MpApiListener *self)
{
  g_clear_pointer (&self->daemon, MHD_stop_daemon);
  g_mutex_lock (&self->lock);
  self->ends_cutting = TRUE;
  g_cond_signal (&self->cutting);
  g_mutex_unlock (&self->lock);
  g_thread_join (self->cutter);
  g_clear_pointer (&self->proxies, g_ptr_array_unref);
  g_free (self->certificate);
  g_free (self->private_key);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  g_cond_clear (&self->cutting);
  g_free (self);
}

/**
 * mp_api_listener_new:
 * @listening_socket: a socket that listens; the listener has a descriptor of its own for it
 * @options: the limits, and the certificate
 * @calls: what it calls
 * @error: return location for %MP_ERROR_UNAVAILABLE
 *
 * Returns: (transfer full) (nullable): a listener at work; mp_api_listener_finish () ends it
 */
MpApiListener *
mp_api_listener_new (int listening_socket,
                     const MpApiServerOptions *options,
                     const MpApiListenerCalls *calls,
                     GError **error)
{
  MpApiListener *self;
  int own_socket;

  if (!check_tls (options, error))
    return NULL;
  own_socket = fcntl (listening_socket, F_DUPFD_CLOEXEC, 0);
  if (own_socket < 0)
    {
      g_set_error (error, MP_ERROR, MP_ERROR_UNAVAILABLE, "Cannot listen: %s", g_strerror (errno));
      return NULL;
    }

  self = g_new0 (MpApiListener, 1);
  self->calls = *calls;
  self->is_behind_proxy = options->is_behind_proxy;
  self->proxies = options->proxies != NULL ? g_ptr_array_ref (options->proxies) : NULL;
  self->certificate = g_strdup (options->certificate);
  self->private_key = g_strdup (options->private_key);
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  g_cond_init (&self->cutting);
  g_queue_init (&self->watches);
  self->cutter = g_thread_new ("mp-cutter", cut_late, self);
  if (!start_daemon (self, own_socket, options, error))
    {
      listener_free (self);
      return NULL;
    }
  return self;
}

/**
 * mp_api_listener_get_owner:
 * @self: a listener
 *
 * Returns: (transfer none): what it was made with
 */
gpointer
mp_api_listener_get_owner (MpApiListener *self)
{
  return self->calls.owner;
}

static gboolean
is_proxy (MpApiListener *self, GInetAddress *address)
{
  if (self->proxies == NULL)
    return g_inet_address_get_is_loopback (address);
  for (unsigned int i = 0; i < self->proxies->len; i++)
    {
      if (g_inet_address_mask_matches (g_ptr_array_index (self->proxies, i), address))
        return TRUE;
    }
  return FALSE;
}

/* Each proxy adds whom it was asked by at the end: from there on as long as they are believed. */
static GInetAddress *
find_client (MpApiListener *self, GInetAddress *peer, const char *list)
{
  g_auto (GStrv) addresses = g_strsplit (list, ",", -1);
  g_autoptr (GInetAddress) client = g_object_ref (peer);

  for (unsigned int i = g_strv_length (addresses); i > 0 && is_proxy (self, client); i--)
    {
      GInetAddress *before = g_inet_address_new_from_string (g_strstrip (addresses[i - 1]));

      if (before == NULL)
        break;
      g_object_unref (client);
      client = before;
    }
  return g_steal_pointer (&client);
}

static char *
dup_ipv4 (const struct sockaddr_in *address)
{
  char text[INET_ADDRSTRLEN];

  return g_strdup (inet_ntop (AF_INET, &address->sin_addr, text, sizeof text));
}

/**
 * mp_api_listener_dup_address:
 * @self: a listener
 * @connection: a connection of it
 *
 * Returns: (transfer full): the client's address; behind a proxy, what that says
 */
char *
mp_api_listener_dup_address (MpApiListener *self, struct MHD_Connection *connection)
{
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info (connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  const char *list =
      self->is_behind_proxy
          ? MHD_lookup_connection_value (connection, MHD_HEADER_KIND, "X-Forwarded-For")
          : NULL;
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GInetAddress) client = NULL;
  GInetAddress *peer;

  if (list == NULL && info->client_addr->sa_family == AF_INET)
    return dup_ipv4 ((const struct sockaddr_in *) info->client_addr);
  address = g_socket_address_new_from_native (info->client_addr, sizeof (struct sockaddr_in6));
  if (!G_IS_INET_SOCKET_ADDRESS (address))
    return g_strdup ("-");
  peer = g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address));
  if (list != NULL)
    client = find_client (self, peer, list);
  return g_inet_address_to_string (client != NULL ? client : peer);
}

/**
 * mp_api_listener_set_deadline:
 * @self: a listener
 * @connection: a connection of it
 * @seconds: how long what it is at may take
 */
void
mp_api_listener_set_deadline (MpApiListener *self,
                              struct MHD_Connection *connection,
                              unsigned int seconds)
{
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info (connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
  Watch *watch = info != NULL ? info->socket_context : NULL;

  if (watch != NULL)
    watch->deadline_us = get_deadline_us (seconds);
}

/**
 * mp_api_listener_suspend:
 * @self: a listener
 * @connection: the connection whose handler calls this
 *
 * Takes the connection out of its thread until mp_api_listener_resume (), after which its handler
 * is called once more.
 *
 * Returns: whether it is out; %FALSE where each connection has its own thread, and at the end
 */
gboolean
mp_api_listener_suspend (MpApiListener *self, struct MHD_Connection *connection)
{
  g_autoptr (GMutexLocker) locker = NULL;

  if (self->calls.n_threads == 0)
    return FALSE;
  locker = g_mutex_locker_new (&self->lock);
  if (self->is_ending)
    return FALSE;
  self->n_suspended++;
  MHD_suspend_connection (connection);
  return TRUE;
}

/**
 * mp_api_listener_resume:
 * @self: a listener
 * @connection: a connection that was suspended
 *
 * Any thread.
 */
void
mp_api_listener_resume (MpApiListener *self, struct MHD_Connection *connection)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  MHD_resume_connection (connection);
  self->n_suspended--;
  if (self->n_suspended == 0)
    g_cond_broadcast (&self->changed);
}

/**
 * mp_api_listener_count:
 * @self: a listener
 * @change: 1: a request is under way; -1: it ended
 */
void
mp_api_listener_count (MpApiListener *self, int change)
{
  g_autoptr (GMutexLocker) locker = NULL;

  if (g_atomic_int_add (&self->n_active, change) + change > 0 ||
      !g_atomic_int_get (&self->is_closing))
    return;
  /* Who waits for the last one looks with the lock. */
  locker = g_mutex_locker_new (&self->lock);
  g_cond_broadcast (&self->changed);
}

/**
 * mp_api_listener_close:
 * @self: a listener
 *
 * Takes no more connections.
 */
void
mp_api_listener_close (MpApiListener *self)
{
  int own_socket = MHD_quiesce_daemon (self->daemon);

  g_atomic_int_set (&self->is_closing, TRUE);
  if (own_socket >= 0)
    close (own_socket);
}

/**
 * mp_api_listener_is_closing:
 * @self: a listener
 *
 * Returns: whether mp_api_listener_close () was called
 */
gboolean
mp_api_listener_is_closing (MpApiListener *self)
{
  return g_atomic_int_get (&self->is_closing);
}

/**
 * mp_api_listener_finish:
 * @self: (transfer full): a closed listener
 * @seconds: how long its requests may take to end
 */
void
mp_api_listener_finish (MpApiListener *self, unsigned int seconds)
{
  int64_t deadline_us = get_deadline_us (seconds);

  g_mutex_lock (&self->lock);
  while (g_atomic_int_get (&self->n_active) > 0 &&
         g_cond_wait_until (&self->changed, &self->lock, deadline_us))
    continue;
  /* A connection that is out of its thread cannot be ended. What it waits for ends by itself. */
  self->is_ending = TRUE;
  while (self->n_suspended > 0)
    g_cond_wait (&self->changed, &self->lock);
  g_mutex_unlock (&self->lock);
  listener_free (self);
}
