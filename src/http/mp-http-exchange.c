/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-http-private.h"

#include <glib/gi18n-lib.h>

#include "mp-error.h"

#define CONNECT_TIMEOUT_MS 10000
/* Some delay what they answer to a wrong key by 20 s, so that it is not guessed. */
#define IDLE_TIMEOUT_MS 45000
#define CHUNK_BYTES (64 * 1024)
#define MAX_REDIRECTS 5
#define TOO_MANY_REQUESTS 429 /* RFC 6585; libsoup has no name for it */
#define FIRST_RETRY_MS 500
#define LAST_RETRY_MS 5000

/* Which of the deadlines ended it. */
typedef enum
{
  ENDED_NOT = 1,
  ENDED_TOTAL,
  ENDED_CONNECT,
  ENDED_IDLE,
  ENDED_PRIVATE, /* the name leads into a private network */
} Ended;

struct _MpHttpExchange
{
  GObject parent_instance;

  SoupSession *session;
  MpHttpRequest *request;
  gboolean public_only;

  /* In progress */
  GTask *task;               /* (owned) (nullable): not running */
  GCancellable *cancellable; /* cancelled by the caller's or by a deadline */
  gulong caller_handler;
  GSource *total_source; /* (owned) (nullable) */
  GSource *step_source;  /* (owned) (nullable): connecting or reading */
  GSource *wait_source;  /* (owned) (nullable): before the next attempt */
  Ended ended;
  GUri *uri;
  SoupMessage *message; /* (owned) (nullable) */
  GInputStream *stream; /* (owned) (nullable) */
  GByteArray *body;
  unsigned int redirects;
  unsigned int retries;
  int64_t started_us;
};

G_DEFINE_FINAL_TYPE (MpHttpExchange, mp_http_exchange, G_TYPE_OBJECT)

static void pass_gate (MpHttpExchange *self);
static void start_attempt (MpHttpExchange *self);

static void
clear_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

/* Ends everything that is in progress; returns the task to answer through. */
static GTask *
stop (MpHttpExchange *self)
{
  clear_source (&self->total_source);
  clear_source (&self->step_source);
  clear_source (&self->wait_source);
  if (self->message != NULL)
    g_signal_handlers_disconnect_by_data (self->message, self);
  g_clear_object (&self->message);
  g_clear_object (&self->stream);
  g_cancellable_disconnect (g_task_get_cancellable (self->task), self->caller_handler);
  self->caller_handler = 0;
  return g_steal_pointer (&self->task);
}

static const char *
get_host (MpHttpExchange *self)
{
  return g_uri_get_host (self->uri);
}

/* The path alone: a query may hold what is nobody's business. */
static void
log_outcome (MpHttpExchange *self, const char *outcome)
{
  g_debug ("%s %s%s: %s, %" G_GINT64_FORMAT " ms", mp_http_request_get_method (self->request),
           get_host (self), g_uri_get_path (self->uri), outcome,
           (g_get_monotonic_time () - self->started_us) / 1000);
}

static void
fail (MpHttpExchange *self, GError *error)
{
  g_autoptr (GTask) task = NULL;

  log_outcome (self, error->message);
  task = stop (self);
  g_task_return_error (task, error);
}

static void
succeed (MpHttpExchange *self, MpHttpResponse *response)
{
  g_autofree char *outcome =
      g_strdup_printf ("%u, %" G_GSIZE_FORMAT " bytes", mp_http_response_get_status (response),
                       g_bytes_get_size (mp_http_response_get_body (response)));
  g_autoptr (GTask) task = NULL;

  log_outcome (self, outcome);
  task = stop (self);
  g_task_return_pointer (task, g_object_ref (response), g_object_unref);
}

static GError *
make_timeout_error (MpHttpExchange *self, unsigned int timeout_ms)
{
  unsigned int seconds = MAX (1, timeout_ms / 1000);

  /* Translators: %s is a host name. */
  return g_error_new (MP_ERROR, MP_ERROR_OFFLINE,
                      g_dngettext (GETTEXT_PACKAGE, "%s did not answer within %u second",
                                   "%s did not answer within %u seconds", seconds),
                      get_host (self), seconds);
}

/* One fact has several domains: here each becomes the code that callers know. */
static GError *
translate_error (MpHttpExchange *self, const GError *error)
{
  if (g_cancellable_is_cancelled (g_task_get_cancellable (self->task)))
    return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("Cancelled"));

  switch (self->ended)
    {
    case ENDED_TOTAL:
      return make_timeout_error (self, mp_http_request_get_total_timeout_ms (self->request));
    case ENDED_CONNECT:
      return make_timeout_error (self, CONNECT_TIMEOUT_MS);
    case ENDED_IDLE:
      return g_error_new (MP_ERROR, MP_ERROR_OFFLINE,
                          _ ("%s stopped in the middle of its answer"), get_host (self));
    case ENDED_PRIVATE:
      /* Translators: %s is a host name. */
      return g_error_new (MP_ERROR, MP_ERROR_WRONG_HOST,
                          _ ("%s is within a private network, which is not called from here"),
                             get_host (self));
    case ENDED_NOT:
    default:
      break;
    }

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT))
    return g_error_new (MP_ERROR, MP_ERROR_OFFLINE,
                        _ ("%s closed the connection before its answer was complete"),
                           get_host (self));
  if (error->domain == G_TLS_ERROR)
    return g_error_new (MP_ERROR, MP_ERROR_OFFLINE,
                        _ ("No safe connection to %s could be made: %s"), get_host (self),
                           error->message);
  if (error->domain == MP_ERROR)
    return g_error_copy (error);
  return g_error_new (MP_ERROR, MP_ERROR_OFFLINE,
                      _ ("%s could not be reached: %s"), get_host (self), error->message);
}

static unsigned int
get_remaining_ms (MpHttpExchange *self)
{
  int64_t passed_ms = (g_get_monotonic_time () - self->started_us) / 1000;
  int64_t total_ms = mp_http_request_get_total_timeout_ms (self->request);

  return (unsigned int) MAX (0, total_ms - passed_ms);
}

/* Full jitter: anything up to a bound that doubles. */
static unsigned int
choose_delay_ms (unsigned int retries)
{
  unsigned int bound = MIN (LAST_RETRY_MS, FIRST_RETRY_MS << MIN (retries, 8));

  return (unsigned int) g_random_int_range (0, (int) bound + 1);
}

static gboolean
waited_cb (gpointer user_data)
{
  MpHttpExchange *self = user_data;
  g_autoptr (GError) error = NULL;

  clear_source (&self->wait_source);
  if (g_cancellable_set_error_if_cancelled (self->cancellable, &error))
    fail (self, translate_error (self, error));
  else
    pass_gate (self);
  return G_SOURCE_REMOVE;
}

static void
wait_before_attempt (MpHttpExchange *self, unsigned int delay_ms)
{
  g_autoptr (GSource) cancelled = g_cancellable_source_new (self->cancellable);

  self->wait_source = g_timeout_source_new (delay_ms);
  g_source_set_callback (self->wait_source, waited_cb, self, NULL);
  g_source_set_dummy_callback (cancelled);
  g_source_add_child_source (self->wait_source, cancelled);
  g_source_attach (self->wait_source, g_task_get_context (self->task));
}

/* Sends, as soon as whoever shares the way has not been asked for patience. */
static void
pass_gate (MpHttpExchange *self)
{
  MpHttpGate *gate = mp_http_request_get_gate (self->request);
  unsigned int wait_ms = gate != NULL ? mp_http_gate_get_wait_ms (gate) : 0;

  if (wait_ms > 0)
    wait_before_attempt (self, wait_ms);
  else
    start_attempt (self);
}

/* Waits and sends again, where the request allows it and its time suffices.
 * @for_all: the others that share its way wait, too */
static gboolean
retry (MpHttpExchange *self, int64_t retry_after_s, gboolean for_all)
{
  MpHttpGate *gate = mp_http_request_get_gate (self->request);
  unsigned int delay_ms = choose_delay_ms (self->retries);

  if (self->retries >= mp_http_request_get_max_retries (self->request) ||
      g_cancellable_is_cancelled (self->cancellable) ||
      retry_after_s > (int64_t) mp_http_request_get_longest_wait_s (self->request))
    return FALSE;
  if (retry_after_s > 0)
    delay_ms += (unsigned int) retry_after_s * 1000;
  if (delay_ms >= get_remaining_ms (self))
    return FALSE;

  self->retries++;
  if (for_all && gate != NULL)
    mp_http_gate_close (gate, delay_ms);
  wait_before_attempt (self, delay_ms);
  return TRUE;
}

static gboolean
is_redirect (unsigned int status)
{
  return status == SOUP_STATUS_MOVED_PERMANENTLY || status == SOUP_STATUS_FOUND ||
         status == SOUP_STATUS_SEE_OTHER || status == SOUP_STATUS_TEMPORARY_REDIRECT ||
         status == SOUP_STATUS_PERMANENT_REDIRECT;
}

/* A key goes to its own host only, so a redirect must stay on the same scheme, host and port. */
static gboolean
is_same_origin (GUri *a, GUri *b)
{
  return g_str_equal (g_uri_get_scheme (a), g_uri_get_scheme (b)) &&
         g_ascii_strcasecmp (g_uri_get_host (a), g_uri_get_host (b)) == 0 &&
         g_uri_get_port (a) == g_uri_get_port (b);
}

/* Follows a redirect. FALSE: it is no such answer, or one that cannot be followed by itself. */
static gboolean
redirect (MpHttpExchange *self, MpHttpResponse *response)
{
  const char *method = mp_http_request_get_method (self->request);
  unsigned int status = mp_http_response_get_status (response);
  const char *location = mp_http_response_get_header (response, "location");
  g_autoptr (GUri) target = NULL;
  gboolean keeps_method;

  if (!is_redirect (status) || location == NULL)
    return FALSE;

  target = g_uri_parse_relative (self->uri, location, SOUP_HTTP_URI_FLAGS, NULL);
  if (target == NULL || g_uri_get_host (target) == NULL || !is_same_origin (self->uri, target))
    {
      fail (self, g_error_new (MP_ERROR, MP_ERROR_WRONG_HOST,
                               /* Translators: two host names. */
                               _ ("%s wants to send the request on to %s, which is not allowed"),
                                  get_host (self),
                                  target != NULL && g_uri_get_host (target) != NULL
                                      ? g_uri_get_host (target)
                                      : _ ("an unreadable address")));
      return TRUE;
    }

  keeps_method =
      status == SOUP_STATUS_TEMPORARY_REDIRECT || status == SOUP_STATUS_PERMANENT_REDIRECT;
  if (!keeps_method && !g_str_equal (method, "GET") && !g_str_equal (method, "HEAD"))
    return FALSE;
  if (self->redirects++ >= MAX_REDIRECTS)
    {
      fail (self, g_error_new (MP_ERROR, MP_ERROR_OFFLINE,
                               _ ("%s sends the request round in a circle"), get_host (self)));
      return TRUE;
    }
  g_clear_pointer (&self->uri, g_uri_unref);
  self->uri = g_steal_pointer (&target);
  start_attempt (self);
  return TRUE;
}

static gboolean
is_worth_retrying (unsigned int status)
{
  return status == TOO_MANY_REQUESTS || status == SOUP_STATUS_BAD_GATEWAY ||
         status == SOUP_STATUS_SERVICE_UNAVAILABLE || status == SOUP_STATUS_GATEWAY_TIMEOUT;
}

static void
attempt_answered (MpHttpExchange *self)
{
  g_autoptr (GBytes) body = NULL;
  g_autoptr (MpHttpResponse) response = NULL;
  unsigned int status;
  int64_t retry_after_s;

  body = g_byte_array_free_to_bytes (g_steal_pointer (&self->body));
  response = mp_http_response_new (soup_message_get_status (self->message),
                                   soup_message_get_response_headers (self->message), body);
  if (redirect (self, response))
    return;
  status = mp_http_response_get_status (response);
  retry_after_s = mp_http_response_get_retry_after_seconds (response);
  if (is_worth_retrying (status) &&
      retry (self, retry_after_s, status == TOO_MANY_REQUESTS || retry_after_s >= 0))
    return;
  succeed (self, response);
}

static void
attempt_failed (MpHttpExchange *self, const GError *error)
{
  g_autoptr (GError) translated = translate_error (self, error);

  if (mp_error_is_offline (translated) && retry (self, -1, FALSE))
    return;
  fail (self, g_steal_pointer (&translated));
}

static void
end (MpHttpExchange *self, Ended ended)
{
  self->ended = ended;
  g_cancellable_cancel (self->cancellable);
}

static gboolean
total_timeout_cb (gpointer user_data)
{
  end (user_data, ENDED_TOTAL);
  return G_SOURCE_REMOVE;
}

static gboolean
connect_timeout_cb (gpointer user_data)
{
  end (user_data, ENDED_CONNECT);
  return G_SOURCE_REMOVE;
}

static gboolean
idle_timeout_cb (gpointer user_data)
{
  end (user_data, ENDED_IDLE);
  return G_SOURCE_REMOVE;
}

static void
set_timeout (MpHttpExchange *self, GSource **source, unsigned int timeout_ms, GSourceFunc callback)
{
  clear_source (source);
  *source = g_timeout_source_new (timeout_ms);
  g_source_set_callback (*source, callback, self, NULL);
  g_source_attach (*source, g_task_get_context (self->task));
}

/* Waiting for one of the session's connections is no connecting, so the clock starts here. */
/* Asked for each address, after its name was resolved: a name that leads elsewhere the second time
 * does not get past. */
static gboolean
is_private (GIOStream *connection)
{
  g_autoptr (GSocketAddress) address = NULL;

  if (!G_IS_SOCKET_CONNECTION (connection))
    return FALSE;
  address = g_socket_connection_get_remote_address (G_SOCKET_CONNECTION (connection), NULL);
  return !G_IS_INET_SOCKET_ADDRESS (address) ||
         !mp_http_address_is_public (
             g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address)));
}

static void
network_event_cb (SoupMessage *message,
                  GSocketClientEvent event,
                  GIOStream *connection,
                  gpointer user_data)
{
  MpHttpExchange *self = user_data;

  if (event == G_SOCKET_CLIENT_RESOLVING)
    set_timeout (self, &self->step_source, CONNECT_TIMEOUT_MS, connect_timeout_cb);
  else if (event == G_SOCKET_CLIENT_CONNECTING && self->public_only && is_private (connection))
    end (self, ENDED_PRIVATE);
  else if (event == G_SOCKET_CLIENT_COMPLETE)
    clear_source (&self->step_source);
}

static void
fail_too_large (MpHttpExchange *self)
{
  fail (self, g_error_new (MP_ERROR, MP_ERROR_TOO_LARGE,
                           _ ("The answer of %s is larger than expected"), get_host (self)));
}

/* Whether it is said beforehand that more comes than is taken. */
static gboolean
is_announced_too_large (MpHttpExchange *self)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (self->message);

  return soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CONTENT_LENGTH &&
         (guint64) soup_message_headers_get_content_length (headers) >
             mp_http_request_get_max_body_bytes (self->request);
}

static void read_chunk (MpHttpExchange *self);

static void
chunk_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MpHttpExchange) self = user_data;
  g_autoptr (GBytes) chunk = NULL;
  g_autoptr (GError) error = NULL;

  clear_source (&self->step_source);
  chunk = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, &error);
  if (chunk == NULL)
    {
      attempt_failed (self, error);
      return;
    }
  if (g_bytes_get_size (chunk) == 0)
    {
      attempt_answered (self);
      return;
    }
  if (self->body->len + g_bytes_get_size (chunk) >
      mp_http_request_get_max_body_bytes (self->request))
    {
      fail_too_large (self);
      return;
    }
  g_byte_array_append (self->body, g_bytes_get_data (chunk, NULL),
                       (unsigned int) g_bytes_get_size (chunk));
  read_chunk (self);
}

static void
read_chunk (MpHttpExchange *self)
{
  set_timeout (self, &self->step_source, IDLE_TIMEOUT_MS, idle_timeout_cb);
  g_input_stream_read_bytes_async (self->stream, CHUNK_BYTES, G_PRIORITY_DEFAULT, self->cancellable,
                                   chunk_read_cb, g_object_ref (self));
}

static void
sent_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MpHttpExchange) self = user_data;
  g_autoptr (GError) error = NULL;

  clear_source (&self->step_source);
  self->stream = soup_session_send_finish (SOUP_SESSION (source), result, &error);
  if (self->stream == NULL)
    {
      attempt_failed (self, error);
      return;
    }
  if (is_announced_too_large (self))
    {
      fail_too_large (self);
      return;
    }
  self->body = g_byte_array_new ();
  read_chunk (self);
}

static void
start_attempt (MpHttpExchange *self)
{
  if (self->total_source == NULL)
    {
      self->started_us = g_get_monotonic_time ();
      set_timeout (self, &self->total_source, mp_http_request_get_total_timeout_ms (self->request),
                   total_timeout_cb);
    }
  if (self->message != NULL)
    g_signal_handlers_disconnect_by_data (self->message, self);
  g_clear_object (&self->message);
  g_clear_object (&self->stream);
  g_clear_pointer (&self->body, g_byte_array_unref);

  self->message = mp_http_request_make_message (self->request, self->uri);
  g_signal_connect (self->message, "network-event", G_CALLBACK (network_event_cb), self);
  soup_session_send_async (self->session, self->message, G_PRIORITY_DEFAULT, self->cancellable,
                           sent_cb, g_object_ref (self));
}

static void
caller_cancelled_cb (GCancellable *caller, gpointer user_data)
{
  MpHttpExchange *self = user_data;

  g_cancellable_cancel (self->cancellable);
}

static void
mp_http_exchange_dispose (GObject *object)
{
  MpHttpExchange *self = MP_HTTP_EXCHANGE (object);

  g_assert (self->task == NULL);
  g_clear_object (&self->session);
  g_clear_object (&self->request);

  G_OBJECT_CLASS (mp_http_exchange_parent_class)->dispose (object);
}

static void
mp_http_exchange_finalize (GObject *object)
{
  MpHttpExchange *self = MP_HTTP_EXCHANGE (object);

  g_clear_pointer (&self->uri, g_uri_unref);
  g_clear_pointer (&self->body, g_byte_array_unref);
  g_object_unref (self->cancellable);

  G_OBJECT_CLASS (mp_http_exchange_parent_class)->finalize (object);
}

static void
mp_http_exchange_class_init (MpHttpExchangeClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = mp_http_exchange_dispose;
  G_OBJECT_CLASS (klass)->finalize = mp_http_exchange_finalize;
}

static void
mp_http_exchange_init (MpHttpExchange *self)
{
  self->cancellable = g_cancellable_new ();
  self->ended = ENDED_NOT;
}

MpHttpExchange *
mp_http_exchange_new (SoupSession *session, MpHttpRequest *request, gboolean public_only)
{
  MpHttpExchange *self = g_object_new (MP_TYPE_HTTP_EXCHANGE, NULL);

  self->session = g_object_ref (session);
  self->request = g_object_ref (request);
  self->public_only = public_only;
  return self;
}

void
mp_http_exchange_run_async (MpHttpExchange *self,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (GError) error = NULL;

  g_task_set_source_tag (task, mp_http_exchange_run_async);
  if (g_task_return_error_if_cancelled (task))
    return;
  self->uri = mp_http_address_parse (mp_http_request_get_address (self->request), &error);
  if (self->uri == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }

  self->task = g_steal_pointer (&task);
  self->started_us = g_get_monotonic_time ();
  if (cancellable != NULL)
    self->caller_handler =
        g_cancellable_connect (cancellable, G_CALLBACK (caller_cancelled_cb), self, NULL);
  pass_gate (self);
}

MpHttpResponse *
mp_http_exchange_run_finish (MpHttpExchange *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
