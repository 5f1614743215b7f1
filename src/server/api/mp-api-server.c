/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-api-server.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <microhttpd.h>

#include "mp-api-problem.h"
#include "mp-api-router.h"
#include "mp-error.h"
#include "mp-json.h"

#define MAX_CONNECTIONS 512
/* A person has a few programs; behind a proxy everybody has the proxy's address. */
#define MAX_CONNECTIONS_PER_ADDRESS 128
/* Those who wait for news leave connections to those who do not. */
#define MAX_WAITING 384
#define WAITING_RETRY_AFTER "10"
#define CONNECTION_TIMEOUT_S 30
#define CONNECTION_MEMORY_BYTES (64 * 1024)
/* A refused body is read and dropped, so that the client gets to read the answer; up to here. */
#define MAX_DROPPED_BYTES (8 * 1024 * 1024)
/* How long stopping waits for requests that are being answered. */
#define STOP_TIMEOUT_S 10

struct _MpApiServer
{
  GObject parent_instance;

  MpApi *api;                /* (owned) */
  struct MHD_Daemon *daemon; /* (owned) (nullable): not started */
  gboolean is_behind_proxy;

  GMutex lock;
  GCond idle;
  unsigned int n_active;  /* requests, under the lock */
  unsigned int n_waiting; /* requests that wait for news, under the lock */
  gboolean is_stopping;   /* under the lock */
};

G_DEFINE_FINAL_TYPE (MpApiServer, mp_api_server, G_TYPE_OBJECT)

/* One request on its way through libmicrohttpd's callbacks. Used by its connection's thread. */
typedef struct
{
  MpApiServer *server;     /* (owned) */
  MpApiRequest *request;   /* (owned) */
  const MpApiRoute *route; /* (nullable): refused before there was one */
  MpApiReply *reply;       /* (owned) (nullable): decided already: the body is dropped */
  GByteArray *body;        /* (owned) */
  uint64_t n_received;
  gboolean is_waiting;
  gboolean is_replied;
  unsigned int status; /* 0: nothing was answered */
  int64_t started_us;
} Exchange;

static const char *const known_methods[] = { "GET",   "HEAD",   "POST",    "PUT",
                                             "PATCH", "DELETE", "OPTIONS", NULL };

/* Text that no client chose, for replies and log alike. */
static const char *
intern_method (const char *method)
{
  for (unsigned int i = 0; known_methods[i] != NULL; i++)
    {
      if (g_str_equal (known_methods[i], method))
        return known_methods[i];
    }
  return "OTHER";
}

static void
count_exchange (MpApiServer *self, int change)
{
  g_mutex_lock (&self->lock);
  self->n_active += (unsigned int) change;
  if (self->n_active == 0)
    g_cond_signal (&self->idle);
  g_mutex_unlock (&self->lock);
}

/* Takes a place among those who wait for news. */
static gboolean
start_waiting (Exchange *exchange)
{
  MpApiServer *self = exchange->server;

  g_mutex_lock (&self->lock);
  exchange->is_waiting = self->n_waiting < MAX_WAITING;
  if (exchange->is_waiting)
    self->n_waiting++;
  g_mutex_unlock (&self->lock);
  return exchange->is_waiting;
}

static void
stop_waiting (Exchange *exchange)
{
  if (!exchange->is_waiting)
    return;

  g_mutex_lock (&exchange->server->lock);
  exchange->server->n_waiting--;
  g_mutex_unlock (&exchange->server->lock);
  exchange->is_waiting = FALSE;
}

static void
exchange_free (Exchange *exchange)
{
  stop_waiting (exchange);
  mp_api_metrics_finish (mp_api_get_metrics (exchange->server->api),
                         exchange->route != NULL ? exchange->route->pattern : "-",
                         exchange->request->method, exchange->status,
                         g_get_monotonic_time () - exchange->started_us);
  count_exchange (exchange->server, -1);
  g_clear_pointer (&exchange->reply, mp_api_reply_free);
  g_clear_pointer (&exchange->request, mp_api_request_free);
  g_byte_array_unref (exchange->body);
  g_object_unref (exchange->server);
  g_free (exchange);
}

/* One line of JSON: what was asked and answered, no value of the query, nothing of the body. */
static void
log_exchange (const Exchange *exchange)
{
  const MpIdentity *identity = exchange->request->identity;
  g_autofree char *time = mp_time_format (g_get_real_time ());
  g_autoptr (JsonObject) line = json_object_new ();
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), line);
  g_autofree char *text = NULL;

  json_object_set_string_member (line, "time", time);
  json_object_set_string_member (line, "request", exchange->request->id);
  json_object_set_string_member (line, "method", exchange->request->method);
  json_object_set_string_member (line, "route",
                                 exchange->route != NULL ? exchange->route->pattern : "-");
  json_object_set_int_member (line, "status", exchange->status);
  json_object_set_int_member (line, "ms", (g_get_monotonic_time () - exchange->started_us) / 1000);
  json_object_set_string_member (line, "address", exchange->request->address);
  if (identity != NULL)
    {
      json_object_set_string_member (line, "tenant", identity->tenant);
      json_object_set_string_member (line, "actor", identity->actor);
    }
  text = mp_json_to_text (node);
  fprintf (stderr, "%s\n", text);
}

/* What the proxy in front says: the last address of the list, which it added itself. */
static char *
dup_forwarded_address (struct MHD_Connection *connection)
{
  const char *list = MHD_lookup_connection_value (connection, MHD_HEADER_KIND, "X-Forwarded-For");
  const char *comma = list != NULL ? strrchr (list, ',') : NULL;
  g_autofree char *last = NULL;
  g_autoptr (GInetAddress) address = NULL;

  if (list == NULL)
    return NULL;
  last = g_strstrip (g_strdup (comma != NULL ? comma + 1 : list));
  address = g_inet_address_new_from_string (last);
  return address != NULL ? g_inet_address_to_string (address) : NULL;
}

static char *
dup_address (MpApiServer *self, struct MHD_Connection *connection)
{
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info (connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  char *forwarded = self->is_behind_proxy ? dup_forwarded_address (connection) : NULL;
  g_autoptr (GSocketAddress) address = NULL;

  if (forwarded != NULL)
    return forwarded;
  address = g_socket_address_new_from_native (info->client_addr, sizeof (struct sockaddr_in6));
  if (!G_IS_INET_SOCKET_ADDRESS (address))
    return g_strdup ("-");
  return g_inet_address_to_string (
      g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address)));
}

/* Values that are no text are left out of the request, as if they were not there. */
static enum MHD_Result
take_query (void *data, enum MHD_ValueKind kind, const char *name, const char *value)
{
  MpApiRequest *request = data;

  if (value != NULL && g_utf8_validate (name, -1, NULL) && g_utf8_validate (value, -1, NULL))
    g_hash_table_insert (request->query, g_strdup (name), g_strdup (value));
  return MHD_YES;
}

static const char *
get_header (struct MHD_Connection *connection, const char *name)
{
  const char *value = MHD_lookup_connection_value (connection, MHD_HEADER_KIND, name);

  return value != NULL && g_utf8_validate (value, -1, NULL) ? value : NULL;
}

static Exchange *
exchange_new (MpApiServer *self, struct MHD_Connection *connection, const char *method)
{
  Exchange *exchange = g_new0 (Exchange, 1);
  MpApiRequest *request = mp_api_request_new ();

  exchange->server = g_object_ref (self);
  exchange->request = request;
  exchange->body = g_byte_array_new ();
  exchange->started_us = g_get_monotonic_time ();

  request->id = mp_clock_dup_uuid (mp_api_get_services (self->api)->clock);
  request->method = intern_method (method);
  request->address = dup_address (self, connection);
  request->authorization = get_header (connection, MHD_HTTP_HEADER_AUTHORIZATION);
  request->content_type = get_header (connection, MHD_HTTP_HEADER_CONTENT_TYPE);
  request->content_encoding = get_header (connection, MHD_HTTP_HEADER_CONTENT_ENCODING);
  request->if_match = get_header (connection, MHD_HTTP_HEADER_IF_MATCH);
  request->idempotency_key = get_header (connection, "Idempotency-Key");
  MHD_get_connection_values (connection, MHD_GET_ARGUMENT_KIND, take_query, request);

  mp_api_metrics_start (mp_api_get_metrics (self->api));
  count_exchange (self, 1);
  return exchange;
}

static uint64_t
get_content_length (struct MHD_Connection *connection)
{
  const char *text = get_header (connection, MHD_HTTP_HEADER_CONTENT_LENGTH);
  uint64_t length = 0;

  if (text != NULL)
    g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT64, &length, NULL);
  return length;
}

/* How long the connection may be silent: longer when the client waits for news. */
static void
set_timeout (Exchange *exchange, struct MHD_Connection *connection)
{
  int64_t wait_s = 0;
  int64_t call_s = 0;

  if (exchange->route != NULL && (exchange->route->flags & MP_API_ROUTE_WAITS) != 0)
    mp_api_request_get_query_int (exchange->request, "wait", 0, 0, MP_API_MAX_WAIT_S, &wait_s);
  if (exchange->route != NULL && (exchange->route->flags & MP_API_ROUTE_CALLS) != 0)
    call_s = MP_API_OUTBOUND_TIMEOUT_S;
  MHD_set_connection_option (connection, MHD_CONNECTION_OPTION_TIMEOUT,
                             (unsigned int) (CONNECTION_TIMEOUT_S + wait_s + call_s));

  if (wait_s > 0 && exchange->reply == NULL && !start_waiting (exchange))
    {
      exchange->reply =
          mp_api_problem_new (MP_PROBLEM_RATE_LIMITED, "Too many clients wait for news.");
      mp_api_reply_set_header (exchange->reply, "Retry-After", WAITING_RETRY_AFTER);
    }
}

/* Decides what the headers alone decide, before any of the body is kept. */
static void
admit (Exchange *exchange, struct MHD_Connection *connection, const char *path)
{
  exchange->route = mp_api_route (path, exchange->request, &exchange->reply);
  if (exchange->route != NULL)
    exchange->reply = mp_api_admit (exchange->server->api, exchange->route, exchange->request);
  if (exchange->reply == NULL && get_content_length (connection) > MP_API_MAX_BODY_BYTES)
    exchange->reply = mp_api_problem_new (MP_PROBLEM_TOO_LARGE, "At most 1 MiB.");
  set_timeout (exchange, connection);
}

/* Keeps a piece of the body, or drops it when the answer is decided. */
static enum MHD_Result
receive (Exchange *exchange, const char *data, size_t *size)
{
  exchange->n_received += *size;
  if (exchange->n_received > MAX_DROPPED_BYTES)
    return MHD_NO;

  if (exchange->reply == NULL && exchange->n_received > MP_API_MAX_BODY_BYTES)
    {
      g_byte_array_set_size (exchange->body, 0);
      exchange->reply = mp_api_problem_new (MP_PROBLEM_TOO_LARGE, "At most 1 MiB.");
    }
  if (exchange->reply == NULL)
    g_byte_array_append (exchange->body, (const uint8_t *) data, (unsigned int) *size);
  *size = 0;
  return MHD_YES;
}

static void
free_bytes (void *data)
{
  g_bytes_unref (data);
}

static gboolean
is_stopping (MpApiServer *self)
{
  gboolean stopping;

  g_mutex_lock (&self->lock);
  stopping = self->is_stopping;
  g_mutex_unlock (&self->lock);
  return stopping;
}

static enum MHD_Result
send_reply (Exchange *exchange, struct MHD_Connection *connection)
{
  const MpApiReply *reply = exchange->reply;
  size_t size;
  const void *data = g_bytes_get_data (reply->body, &size);
  struct MHD_Response *response;
  GHashTableIter iter;
  gpointer name;
  gpointer value;
  enum MHD_Result result;

  response = MHD_create_response_from_buffer_with_free_callback_cls (
      size, (void *) data, free_bytes, g_bytes_ref (reply->body));
  MHD_add_response_header (response, MHD_HTTP_HEADER_CONTENT_TYPE, reply->content_type);
  MHD_add_response_header (response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
  MHD_add_response_header (response, "X-Content-Type-Options", "nosniff");
  MHD_add_response_header (response, "X-Request-Id", exchange->request->id);
  if (is_stopping (exchange->server))
    MHD_add_response_header (response, MHD_HTTP_HEADER_CONNECTION, "close");

  g_hash_table_iter_init (&iter, reply->headers);
  while (g_hash_table_iter_next (&iter, &name, &value))
    MHD_add_response_header (response, name, value);

  result = MHD_queue_response (connection, reply->status, response);
  MHD_destroy_response (response);
  if (result == MHD_YES)
    exchange->status = reply->status;
  exchange->is_replied = TRUE;
  return result;
}

/* Called with the headers, then with each piece of the body, then once more at its end. */
static enum MHD_Result
handle_request (void *data,
                struct MHD_Connection *connection,
                const char *path,
                const char *method,
                const char *version,
                const char *upload,
                size_t *upload_size,
                void **state)
{
  MpApiServer *self = data;
  Exchange *exchange = *state;

  if (exchange == NULL)
    {
      exchange = exchange_new (self, connection, method);
      *state = exchange;
      admit (exchange, connection, path);
      /* A client that asks before sending, or would send very much, is told at once. */
      if (exchange->reply != NULL && (get_header (connection, MHD_HTTP_HEADER_EXPECT) != NULL ||
                                      get_content_length (connection) > MAX_DROPPED_BYTES))
        return send_reply (exchange, connection);
      return MHD_YES;
    }
  if (*upload_size > 0)
    return receive (exchange, upload, upload_size);

  if (exchange->reply == NULL)
    {
      exchange->request->body = g_byte_array_free_to_bytes (exchange->body);
      exchange->body = g_byte_array_new ();
      exchange->reply = mp_api_answer (self->api, exchange->route, exchange->request);
      stop_waiting (exchange);
    }
  return send_reply (exchange, connection);
}

static void
request_completed_cb (void *data,
                      struct MHD_Connection *connection,
                      void **state,
                      enum MHD_RequestTerminationCode code)
{
  Exchange *exchange = *state;

  if (exchange == NULL)
    return;
  log_exchange (exchange);
  exchange_free (exchange);
  *state = NULL;
}

G_GNUC_PRINTF (2, 0)
static void
log_cb (void *data, const char *format, va_list arguments)
{
  g_autofree char *text = g_strdup_vprintf (format, arguments);

  g_debug ("%s", g_strchomp (text));
}

static void
mp_api_server_dispose (GObject *object)
{
  MpApiServer *self = MP_API_SERVER (object);

  mp_api_server_stop (self);
  g_clear_object (&self->api);

  G_OBJECT_CLASS (mp_api_server_parent_class)->dispose (object);
}

static void
mp_api_server_finalize (GObject *object)
{
  MpApiServer *self = MP_API_SERVER (object);

  g_mutex_clear (&self->lock);
  g_cond_clear (&self->idle);

  G_OBJECT_CLASS (mp_api_server_parent_class)->finalize (object);
}

static void
mp_api_server_class_init (MpApiServerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = mp_api_server_dispose;
  object_class->finalize = mp_api_server_finalize;
}

static void
mp_api_server_init (MpApiServer *self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->idle);
}

/**
 * mp_api_server_new:
 * @api: what answers the requests
 *
 * Returns: (transfer full): a listener that does not listen yet
 */
MpApiServer *
mp_api_server_new (MpApi *api)
{
  MpApiServer *self;

  g_return_val_if_fail (MP_IS_API (api), NULL);

  self = g_object_new (MP_TYPE_API_SERVER, NULL);
  self->api = g_object_ref (api);
  return self;
}

/**
 * mp_api_server_start:
 * @self: a listener
 * @options: where and how
 * @error: return location for %MP_ERROR_UNAVAILABLE: the address cannot be listened on
 *
 * Returns: whether it listens
 */
gboolean
mp_api_server_start (MpApiServer *self, const MpApiServerOptions *options, GError **error)
{
  GSocketAddress *address = G_SOCKET_ADDRESS (options->address);
  struct sockaddr_storage native = { 0 };
  unsigned int flags = MHD_USE_AUTO | MHD_USE_INTERNAL_POLLING_THREAD |
                       MHD_USE_THREAD_PER_CONNECTION | MHD_USE_ITC | MHD_USE_ERROR_LOG;
  const struct MHD_OptionItem limits[] = {
    { MHD_OPTION_EXTERNAL_LOGGER, (intptr_t) log_cb, NULL },
    { MHD_OPTION_SOCK_ADDR, 0, &native },
    { MHD_OPTION_CONNECTION_LIMIT, MAX_CONNECTIONS, NULL },
    { MHD_OPTION_PER_IP_CONNECTION_LIMIT,
      options->is_behind_proxy ? 0 : MAX_CONNECTIONS_PER_ADDRESS, NULL },
    { MHD_OPTION_CONNECTION_TIMEOUT, CONNECTION_TIMEOUT_S, NULL },
    { MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY_BYTES, NULL },
    { MHD_OPTION_NOTIFY_COMPLETED, (intptr_t) request_completed_cb, NULL },
    { MHD_OPTION_END, 0, NULL },
  };

  g_return_val_if_fail (MP_IS_API_SERVER (self) && self->daemon == NULL, FALSE);

  if (!g_socket_address_to_native (address, &native, sizeof native, error))
    return FALSE;
  if (g_socket_address_get_family (address) == G_SOCKET_FAMILY_IPV6)
    flags |= MHD_USE_IPv6;

  self->is_behind_proxy = options->is_behind_proxy;
  self->daemon = MHD_start_daemon (flags, 0, NULL, NULL, handle_request, self, MHD_OPTION_ARRAY,
                                   limits, MHD_OPTION_END);
  if (self->daemon == NULL)
    {
      g_autofree char *text =
          g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (options->address));

      g_set_error (error, MP_ERROR, MP_ERROR_UNAVAILABLE, "Cannot listen on %s: %s", text,
                   g_strerror (errno));
      return FALSE;
    }
  return TRUE;
}

/**
 * mp_api_server_get_port:
 * @self: a listener that was started
 *
 * Returns: the port it listens on
 */
unsigned int
mp_api_server_get_port (MpApiServer *self)
{
  const union MHD_DaemonInfo *info;

  g_return_val_if_fail (MP_IS_API_SERVER (self) && self->daemon != NULL, 0);

  info = MHD_get_daemon_info (self->daemon, MHD_DAEMON_INFO_BIND_PORT);
  return info != NULL ? info->port : 0;
}

/* Requests that wait for news are answered now; the others get some time. */
static void
drain (MpApiServer *self)
{
  int64_t deadline_us = g_get_monotonic_time () + STOP_TIMEOUT_S * G_USEC_PER_SEC;

  mp_db_end_waiting (mp_api_get_services (self->api)->db);
  g_mutex_lock (&self->lock);
  self->is_stopping = TRUE;
  while (self->n_active > 0 && g_cond_wait_until (&self->idle, &self->lock, deadline_us))
    continue;
  g_mutex_unlock (&self->lock);
}

/**
 * mp_api_server_stop:
 * @self: a listener
 *
 * Takes no more connections, lets the requests that are being answered end, and stops.
 */
void
mp_api_server_stop (MpApiServer *self)
{
  int listener;

  g_return_if_fail (MP_IS_API_SERVER (self));

  if (self->daemon == NULL)
    return;

  listener = MHD_quiesce_daemon (self->daemon);
  drain (self);
  g_clear_pointer (&self->daemon, MHD_stop_daemon);
  if (listener >= 0)
    close (listener);
}
