/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-api-server.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "mp-api-listener-private.h"
#include "mp-api-pack.h"
#include "mp-api-problem.h"
#include "mp-api-router.h"
#include "mp-api-writer.h"
#include "mp-json.h"

/* Those who wait for news leave connections to those who do not. */
#define MAX_WAITING 384
#define WAITING_RETRY_AFTER "10"
/* Silence of this length ends a connection, unless the client waits for news or a platform. */
#define SILENCE_TIMEOUT_S 30
/* What each step of a request may take, however busy the client is. */
#define BODY_TIMEOUT_S 60
#define ANSWER_TIMEOUT_S 60
#define NEXT_HEAD_TIMEOUT_S 50
/* Of the address and the headers. Below what libmicrohttpd has memory for: it answers a head that
 * does not fit, or that is no HTTP, by itself, with a page that nobody can choose (0.9.75). */
#define MAX_HEAD_BYTES (8 * 1024)
/* A refused body is read and dropped, so that the client gets to read the answer; up to here. */
#define MAX_DROPPED_BYTES (8 * 1024 * 1024)
/* How long stopping waits for requests that are being answered, and a reload for those of before.
 */
#define STOP_TIMEOUT_S 10
#define RETIRE_TIMEOUT_S 120
/* Threads that share the connections, where nothing that they do waits for long. */
#define MAX_THREADS 4
/* Groups of changes that a database server is given at a time. */
#define WRITERS 3
#define LOG_LINE_BYTES 512

struct _MpApiServer
{
  GObject parent_instance;

  MpApi *api;              /* (owned) */
  MpApiListener *listener; /* (owned) (nullable): not started */
  int socket;              /* that listens; -1: not started */
  GPtrArray *retiring;     /* (element-type GThread): end the requests from before a reload */
  MpApiWriter *writer;     /* (owned) (nullable): not started */
  GThreadPool *workers; /* (owned) (nullable) (element-type Exchange): connections share threads */

  GMutex lock;
  unsigned int n_waiting; /* requests that wait for news, under the lock */
};

G_DEFINE_FINAL_TYPE (MpApiServer, mp_api_server, G_TYPE_OBJECT)

/* One request on its way through libmicrohttpd's callbacks. Used by its connection's thread. */
typedef struct
{
  MpApiServer *server;     /* (owned) */
  MpApiListener *listener; /* its connection's */
  MpApiRequest *request;   /* (owned) */
  const MpApiRoute *route; /* (nullable): refused before there was one */
  MpApiReply *reply;       /* (owned) (nullable): decided already: the body is dropped */
  GByteArray *body;        /* (owned) (nullable): nothing came yet */
  uint64_t n_received;
  unsigned int patience_s; /* beyond what a request may take: for news, or a platform */
  gboolean is_waiting;
  unsigned int status; /* 0: nothing was answered */
  int64_t started_us;
  struct MHD_Connection *connection; /* while another thread answers */
  MpApiJob job;                      /* for the writer */
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
  mp_api_dismiss (exchange->server->api, exchange->request);
  mp_api_metrics_finish (mp_api_get_metrics (exchange->server->api),
                         exchange->route != NULL ? exchange->route->pattern : "-",
                         exchange->request->method, exchange->status,
                         g_get_monotonic_time () - exchange->started_us);
  mp_api_listener_count (exchange->listener, -1);
  g_clear_pointer (&exchange->reply, mp_api_reply_free);
  g_clear_pointer (&exchange->request, mp_api_request_free);
  g_clear_pointer (&exchange->body, g_byte_array_unref);
  g_object_unref (exchange->server);
  g_free (exchange);
}

static void
append_member (GString *line, const char *name, const char *value)
{
  g_string_append_printf (line, ",\"%s\":", name);
  mp_json_append_string (line, value);
}

/* One line of JSON: what was asked and answered, no value of the query, nothing of the body. */
static void
log_exchange (const Exchange *exchange)
{
  const MpIdentity *identity = exchange->request->identity;
  g_autofree char *time = mp_time_format (g_get_real_time ());
  g_autoptr (GString) line = g_string_sized_new (LOG_LINE_BYTES);

  g_string_append_printf (line, "{\"time\":\"%s\",\"request\":\"%s\",\"method\":\"%s\"", time,
                          exchange->request->id, exchange->request->method);
  append_member (line, "route", exchange->route != NULL ? exchange->route->pattern : "-");
  g_string_append_printf (line, ",\"status\":%u,\"ms\":%" G_GINT64_FORMAT, exchange->status,
                          (g_get_monotonic_time () - exchange->started_us) / 1000);
  append_member (line, "address", exchange->request->address);
  if (identity != NULL)
    {
      append_member (line, "tenant", identity->tenant);
      append_member (line, "actor", identity->actor);
    }
  g_string_append (line, "}\n");
  fwrite (line->str, line->len, 1, stderr);
}

/* Values that are no text are left out of the request, as if they were not there. */
static enum MHD_Result
take_query (void *data, enum MHD_ValueKind kind, const char *name, const char *value)
{
  MpApiRequest *request = data;

  if (value != NULL && g_utf8_validate (name, -1, NULL) && g_utf8_validate (value, -1, NULL))
    mp_api_request_set_query (request, name, value);
  return MHD_YES;
}

static const char *
get_header (struct MHD_Connection *connection, const char *name)
{
  const char *value = MHD_lookup_connection_value (connection, MHD_HEADER_KIND, name);

  return value != NULL && g_utf8_validate (value, -1, NULL) ? value : NULL;
}

static Exchange *
exchange_new (MpApiListener *listener, struct MHD_Connection *connection, const char *method)
{
  MpApiServer *self = mp_api_listener_get_owner (listener);
  Exchange *exchange = g_new0 (Exchange, 1);
  MpApiRequest *request = mp_api_request_new ();

  exchange->server = g_object_ref (self);
  exchange->listener = listener;
  exchange->request = request;
  exchange->started_us = g_get_monotonic_time ();

  request->id = mp_clock_dup_uuid (mp_api_get_services (self->api)->clock);
  request->method = intern_method (method);
  request->address = mp_api_listener_dup_address (listener, connection);
  request->authorization = get_header (connection, MHD_HTTP_HEADER_AUTHORIZATION);
  request->content_type = get_header (connection, MHD_HTTP_HEADER_CONTENT_TYPE);
  request->content_encoding = get_header (connection, MHD_HTTP_HEADER_CONTENT_ENCODING);
  request->accept_encoding = get_header (connection, MHD_HTTP_HEADER_ACCEPT_ENCODING);
  request->if_match = get_header (connection, MHD_HTTP_HEADER_IF_MATCH);
  request->if_none_match = get_header (connection, MHD_HTTP_HEADER_IF_NONE_MATCH);
  request->idempotency_key = get_header (connection, "Idempotency-Key");
  MHD_get_connection_values (connection, MHD_GET_ARGUMENT_KIND, take_query, request);

  mp_api_metrics_start (mp_api_get_metrics (self->api));
  mp_api_listener_count (listener, 1);
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

static size_t
get_head_size (struct MHD_Connection *connection)
{
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info (connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);

  return info != NULL ? info->header_size : 0;
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
  exchange->patience_s = (unsigned int) (wait_s + call_s);
  /* Out of its thread a connection may be silent for as long as it takes. */
  if (exchange->server->workers == NULL)
    MHD_set_connection_option (connection, MHD_CONNECTION_OPTION_TIMEOUT,
                               SILENCE_TIMEOUT_S + exchange->patience_s);
  mp_api_listener_set_deadline (exchange->listener, connection,
                                BODY_TIMEOUT_S + exchange->patience_s);

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
  if (get_head_size (connection) > MAX_HEAD_BYTES)
    exchange->reply = mp_api_problem_new (MP_PROBLEM_HEAD_TOO_LARGE,
                                          "At most 8 KiB, the address and the headers together.");
  else
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
      g_clear_pointer (&exchange->body, g_byte_array_unref);
      exchange->reply = mp_api_problem_new (MP_PROBLEM_TOO_LARGE, "At most 1 MiB.");
    }
  if (exchange->reply == NULL && exchange->body == NULL)
    exchange->body = g_byte_array_new ();
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

/* As draft-ietf-httpapi-ratelimit-headers, "RateLimit header fields for HTTP", has them. */
static void
add_rate (struct MHD_Response *response, const MpRateState *rate)
{
  g_autofree char *policy = NULL;
  g_autofree char *state = NULL;

  if (rate->limit == 0)
    return;
  policy = g_strdup_printf ("\"token\";q=%u;w=%d", rate->limit, MP_RATE_WINDOW_S);
  state = g_strdup_printf ("\"token\";r=%u;t=%u", rate->remaining, rate->reset_s);
  MHD_add_response_header (response, "RateLimit-Policy", policy);
  MHD_add_response_header (response, "RateLimit", state);
}

static enum MHD_Result
send_reply (Exchange *exchange, struct MHD_Connection *connection)
{
  const MpApiReply *reply = exchange->reply;
  size_t size;
  const void *data = g_bytes_get_data (reply->body, &size);
  struct MHD_Response *response;
  enum MHD_Result result;

  response = MHD_create_response_from_buffer_with_free_callback_cls (
      size, (void *) data, free_bytes, g_bytes_ref (reply->body));
  if (size > 0)
    {
      MHD_add_response_header (response, MHD_HTTP_HEADER_CONTENT_TYPE, reply->content_type);
      MHD_add_response_header (response, "X-Content-Type-Options", "nosniff");
    }
  MHD_add_response_header (response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
  MHD_add_response_header (response, "X-Request-Id", exchange->request->id);
  if (mp_api_listener_is_closing (exchange->listener))
    MHD_add_response_header (response, MHD_HTTP_HEADER_CONNECTION, "close");

  add_rate (response, &exchange->request->rate);

  for (unsigned int i = 0; i < reply->n_headers; i++)
    MHD_add_response_header (response, reply->headers[i].name, reply->headers[i].value);

  mp_api_listener_set_deadline (exchange->listener, connection, ANSWER_TIMEOUT_S);
  /* Before the client has the answer, and perhaps asks again. */
  mp_api_dismiss (exchange->server->api, exchange->request);
  result = MHD_queue_response (connection, reply->status, response);
  MHD_destroy_response (response);
  if (result == MHD_YES)
    exchange->status = reply->status;
  return result;
}

static void
resume (gpointer data)
{
  Exchange *exchange = data;

  exchange->reply = g_steal_pointer (&exchange->job.reply);
  mp_api_listener_resume (exchange->listener, exchange->connection);
}

/* In the thread that has the time for it. */
static void
pack_reply (const Exchange *exchange, MpApiReply *reply)
{
  GBytes *packed = NULL;

  if ((exchange->route->flags & MP_API_ROUTE_PACKS) != 0 &&
      mp_api_pack_is_accepted (exchange->request->accept_encoding))
    packed = mp_api_pack (reply->body);
  if (packed == NULL)
    return;
  g_bytes_unref (reply->body);
  reply->body = packed;
  mp_api_reply_set_header (reply, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
}

static void
work (gpointer data, gpointer user_data)
{
  Exchange *exchange = data;

  exchange->job.reply = mp_api_answer (exchange->server->api, exchange->route, exchange->request);
  pack_reply (exchange, exchange->job.reply);
  resume (exchange);
}

/* In another thread, where the answer may take its time; the handler is called once more then.
 * %FALSE: here and now. */
static gboolean
answer_elsewhere (Exchange *exchange, struct MHD_Connection *connection)
{
  MpApiServer *self = exchange->server;
  gboolean is_group = (exchange->route->flags & MP_API_ROUTE_GROUP) != 0;

  exchange->job = (MpApiJob){
    .route = exchange->route, .request = exchange->request, .done = resume, .owner = exchange
  };
  if ((exchange->route->flags & MP_API_ROUTE_QUICK) != 0)
    return FALSE;
  if (!mp_api_listener_suspend (exchange->listener, connection))
    {
      if (!is_group)
        return FALSE;
      mp_api_writer_run (self->writer, &exchange->job);
      exchange->reply = g_steal_pointer (&exchange->job.reply);
      return FALSE;
    }
  exchange->connection = connection;
  if (is_group)
    mp_api_writer_push (self->writer, &exchange->job);
  else
    g_thread_pool_push (self->workers, exchange, NULL);
  return TRUE;
}

/* The whole body is there. What was packed may not be more than what comes as it is. */
static void
take_body (Exchange *exchange)
{
  MpApiRequest *request = exchange->request;
  g_autoptr (GBytes) packed = NULL;

  if (exchange->body != NULL)
    request->body = g_byte_array_free_to_bytes (g_steal_pointer (&exchange->body));
  if (request->body == NULL || request->content_encoding == NULL ||
      (exchange->route->flags & MP_API_ROUTE_BODY) == 0)
    return;

  packed = g_steal_pointer (&request->body);
  switch (mp_api_unpack (packed, MP_API_MAX_BODY_BYTES, &request->body))
    {
    case MP_API_UNPACK_DAMAGED:
      exchange->reply = mp_api_problem_new (MP_PROBLEM_BAD_JSON, "The body is no gzip.");
      break;
    case MP_API_UNPACK_TOO_LARGE:
      exchange->reply = mp_api_problem_new (MP_PROBLEM_TOO_LARGE, "At most 1 MiB, unpacked.");
      break;
    case MP_API_UNPACKED:
    default:
      break;
    }
}

/* Called with the headers, then with each piece of the body, then once more at its end, and again
 * when another thread has answered. */
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
  Exchange *exchange = *state;

  if (exchange == NULL)
    {
      exchange = exchange_new (data, connection, method);
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
    take_body (exchange);
  if (exchange->reply == NULL)
    {
      exchange->reply = mp_api_prepare (exchange->server->api, exchange->route, exchange->request);
      if (exchange->reply == NULL && answer_elsewhere (exchange, connection))
        return MHD_YES;
      if (exchange->reply == NULL)
        {
          exchange->reply =
              mp_api_answer (exchange->server->api, exchange->route, exchange->request);
          pack_reply (exchange, exchange->reply);
        }
    }
  stop_waiting (exchange);
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
  mp_api_listener_set_deadline (exchange->listener, connection, NEXT_HEAD_TIMEOUT_S);
  exchange_free (exchange);
  *state = NULL;
}

static void
mp_api_server_dispose (GObject *object)
{
  MpApiServer *self = MP_API_SERVER (object);

  mp_api_server_stop (self);
  g_clear_pointer (&self->writer, mp_api_writer_free);
  if (self->workers != NULL)
    g_thread_pool_free (g_steal_pointer (&self->workers), FALSE, TRUE);
  g_clear_object (&self->api);

  G_OBJECT_CLASS (mp_api_server_parent_class)->dispose (object);
}

static void
mp_api_server_finalize (GObject *object)
{
  MpApiServer *self = MP_API_SERVER (object);

  g_ptr_array_unref (self->retiring);
  g_mutex_clear (&self->lock);

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
  self->socket = -1;
  self->retiring = g_ptr_array_new ();
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

/* Where reads are quick, few threads share the connections, and what waits for something is handed
 * to others; where each read waits for a database server, each connection has its thread. */
static void
set_up_threads (MpApiServer *self)
{
  gboolean is_embedded = mp_db_is_embedded (mp_api_get_services (self->api)->db);

  if (self->writer != NULL)
    return;
  self->writer = mp_api_writer_new (self->api, is_embedded ? 1 : WRITERS);
  if (is_embedded)
    self->workers = g_thread_pool_new (work, NULL, -1, FALSE, NULL);
}

static MpApiListener *
open_listener (MpApiServer *self, const MpApiServerOptions *options, GError **error)
{
  const MpApiListenerCalls calls = {
    .handler = handle_request,
    .completed = request_completed_cb,
    .owner = self,
    .n_threads = self->workers != NULL ? MIN (g_get_num_processors (), MAX_THREADS) : 0,
  };

  return mp_api_listener_new (self->socket, options, &calls, error);
}

/**
 * mp_api_server_start:
 * @self: a listener
 * @options: where and how
 * @error: return location for %MP_ERROR_UNAVAILABLE: the address cannot be listened on, or the
 *   certificate not be served
 *
 * Returns: whether it listens
 */
gboolean
mp_api_server_start (MpApiServer *self, const MpApiServerOptions *options, GError **error)
{
  g_return_val_if_fail (MP_IS_API_SERVER (self) && self->listener == NULL, FALSE);

  set_up_threads (self);
  self->socket =
      options->address != NULL ? mp_api_listener_open_socket (options, error) : options->socket;
  if (self->socket < 0)
    return FALSE;
  self->listener = open_listener (self, options, error);
  if (self->listener == NULL)
    {
      close (self->socket);
      self->socket = -1;
    }
  return self->listener != NULL;
}

static gpointer
retire (gpointer data)
{
  mp_api_listener_finish (data, RETIRE_TIMEOUT_S);
  return NULL;
}

/**
 * mp_api_server_reload:
 * @self: a listener that was started
 * @options: the certificate and the limits from now on; where it listens does not change
 * @error: return location for %MP_ERROR_UNAVAILABLE: the certificate cannot be served; everything
 *   is as before then
 *
 * Takes new connections under the new options on the same socket, so that none is refused
 * meanwhile; requests under way end as they began.
 *
 * Returns: whether the options are taken
 */
gboolean
mp_api_server_reload (MpApiServer *self, const MpApiServerOptions *options, GError **error)
{
  MpApiListener *listener;

  g_return_val_if_fail (MP_IS_API_SERVER (self) && self->listener != NULL, FALSE);

  listener = open_listener (self, options, error);
  if (listener == NULL)
    return FALSE;
  mp_api_listener_close (self->listener);
  g_ptr_array_add (self->retiring, g_thread_new ("mp-retire", retire, self->listener));
  self->listener = listener;
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
  struct sockaddr_storage native = { 0 };
  socklen_t size = sizeof native;
  g_autoptr (GSocketAddress) address = NULL;

  g_return_val_if_fail (MP_IS_API_SERVER (self) && self->listener != NULL, 0);

  if (getsockname (self->socket, (struct sockaddr *) &native, &size) != 0)
    return 0;
  address = g_socket_address_new_from_native (&native, size);
  return G_IS_INET_SOCKET_ADDRESS (address)
             ? g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address))
             : 0;
}

/**
 * mp_api_server_stop:
 * @self: a listener
 *
 * Takes no more connections, lets the requests that are being answered end, and stops. Requests
 * that wait for news are answered now.
 */
void
mp_api_server_stop (MpApiServer *self)
{
  g_return_if_fail (MP_IS_API_SERVER (self));

  if (self->listener == NULL)
    return;

  mp_api_listener_close (self->listener);
  mp_db_end_waiting (mp_api_get_services (self->api)->db);
  mp_api_listener_finish (g_steal_pointer (&self->listener), STOP_TIMEOUT_S);
  for (unsigned int i = 0; i < self->retiring->len; i++)
    g_thread_join (g_ptr_array_index (self->retiring, i));
  g_ptr_array_set_size (self->retiring, 0);
  close (self->socket);
  self->socket = -1;
}
