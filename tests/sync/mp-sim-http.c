/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-sim-http.h"

#include "mp-error.h"

/* The functions of mp-http-client.h that stand in mp-http-client.c and mp-http-request.c: all of
 * them, because the linker takes a file as a whole. */

struct _MpHttpRequest
{
  GObject parent_instance;

  char *method;
  char *address;
  GHashTable *headers; /* (element-type utf8 utf8) */
  GBytes *body;        /* (nullable) */
};

G_DEFINE_FINAL_TYPE (MpHttpRequest, mp_http_request, G_TYPE_OBJECT)

struct _MpHttpClient
{
  GObject parent_instance;
};

G_DEFINE_FINAL_TYPE (MpHttpClient, mp_http_client, G_TYPE_OBJECT)

/* Of the one simulation that is on. */
static struct
{
  MpSimAsk ask;
  gpointer user_data;
} network;

static void
mp_http_request_finalize (GObject *object)
{
  MpHttpRequest *self = MP_HTTP_REQUEST (object);

  g_free (self->method);
  g_free (self->address);
  g_hash_table_unref (self->headers);
  g_clear_pointer (&self->body, g_bytes_unref);

  G_OBJECT_CLASS (mp_http_request_parent_class)->finalize (object);
}

static void
mp_http_request_class_init (MpHttpRequestClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mp_http_request_finalize;
}

static void
mp_http_request_init (MpHttpRequest *self)
{
  self->headers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

static void
mp_http_client_class_init (MpHttpClientClass *klass)
{
}

static void
mp_http_client_init (MpHttpClient *self)
{
}

MpHttpRequest *
mp_http_request_new (const char *method, const char *address)
{
  MpHttpRequest *self = g_object_new (MP_TYPE_HTTP_REQUEST, NULL);

  self->method = g_strdup (method);
  self->address = g_strdup (address);
  return self;
}

void
mp_http_request_set_header (MpHttpRequest *self, const char *name, const char *value)
{
  g_hash_table_insert (self->headers, g_strdup (name), g_strdup (value));
}

void
mp_http_request_set_body (MpHttpRequest *self, const char *content_type, GBytes *body)
{
  g_clear_pointer (&self->body, g_bytes_unref);
  self->body = g_bytes_ref (body);
}

/* There is no time. */
void
mp_http_request_set_total_timeout_ms (MpHttpRequest *self, unsigned int timeout_ms)
{
}

/* The simulation repeats requests itself. */
void
mp_http_request_set_max_retries (MpHttpRequest *self, unsigned int retries)
{
}

void
mp_http_request_set_longest_wait_s (MpHttpRequest *self, unsigned int seconds)
{
}

void
mp_http_request_set_gate (MpHttpRequest *self, MpHttpGate *gate)
{
}

void
mp_http_request_set_max_body_bytes (MpHttpRequest *self, size_t bytes)
{
}

MpHttpClient *
mp_http_client_new (void)
{
  return g_object_new (MP_TYPE_HTTP_CLIENT, NULL);
}

void
mp_http_client_set_public_only (MpHttpClient *self, gboolean public_only)
{
}

/* What a packed body says; others as they are. */
static GBytes *
unpack (GBytes *body, const char *encoding)
{
  g_autoptr (GInputStream) packed = NULL;
  g_autoptr (GConverter) converter = NULL;
  g_autoptr (GInputStream) stream = NULL;
  g_autoptr (GOutputStream) unpacked = NULL;
  g_autoptr (GError) error = NULL;

  if (body == NULL || encoding == NULL)
    return body != NULL ? g_bytes_ref (body) : NULL;

  packed = g_memory_input_stream_new_from_bytes (body);
  converter = G_CONVERTER (g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP));
  stream = g_converter_input_stream_new (packed, converter);
  unpacked = g_memory_output_stream_new_resizable ();
  g_output_stream_splice (unpacked, stream, G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET, NULL, &error);
  g_assert_no_error (error);
  return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (unpacked));
}

static gboolean
ask_cb (gpointer user_data)
{
  GTask *task = user_data;
  MpHttpRequest *request = g_task_get_task_data (task);
  g_autoptr (GUri) address = g_uri_parse (request->address, G_URI_FLAGS_NONE, NULL);
  g_autoptr (GBytes) body =
                 unpack (request->body, g_hash_table_lookup (request->headers, "Content-Encoding"));
  const MpSimRequest asked = {
    .method = request->method,
    .address = address,
    .authorization = g_hash_table_lookup (request->headers, "Authorization"),
    .body = body,
  };
  MpHttpResponse *response = NULL;

  if (g_task_return_error_if_cancelled (task))
    return G_SOURCE_REMOVE;
  response = network.ask (&asked, network.user_data);
  if (response != NULL)
    g_task_return_pointer (task, response, g_object_unref);
  else
    g_task_return_new_error (task, MP_ERROR, MP_ERROR_OFFLINE, "lost on the way");
  return G_SOURCE_REMOVE;
}

void
mp_http_client_send_async (MpHttpClient *self,
                           MpHttpRequest *request,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, mp_http_client_send_async);
  g_task_set_task_data (task, g_object_ref (request), g_object_unref);
  g_idle_add_full (G_PRIORITY_DEFAULT, ask_cb, task, g_object_unref);
}

MpHttpResponse *
mp_http_client_send_finish (MpHttpClient *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
mp_sim_http_set (MpSimAsk ask, gpointer user_data)
{
  network.ask = ask;
  network.user_data = user_data;
}
