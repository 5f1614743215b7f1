/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "mp-http-private.h"

#define MAX_CONNECTIONS 20
/* A long poll to the tenant server holds one for most of a minute. */
#define MAX_CONNECTIONS_PER_HOST 6

struct _MpHttpClient
{
  GObject parent_instance;

  SoupSession *session;
  gboolean public_only;
};

G_DEFINE_FINAL_TYPE (MpHttpClient, mp_http_client, G_TYPE_OBJECT)

static void
exchange_done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (MpHttpResponse) response = NULL;
  g_autoptr (GError) error = NULL;

  response = mp_http_exchange_run_finish (MP_HTTP_EXCHANGE (source), result, &error);
  if (response == NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_pointer (task, g_steal_pointer (&response), g_object_unref);
}

static void
mp_http_client_finalize (GObject *object)
{
  MpHttpClient *self = MP_HTTP_CLIENT (object);

  g_object_unref (self->session);

  G_OBJECT_CLASS (mp_http_client_parent_class)->finalize (object);
}

static void
mp_http_client_class_init (MpHttpClientClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mp_http_client_finalize;
}

static void
mp_http_client_init (MpHttpClient *self)
{
  /* The deadlines are the exchange's own: libsoup's time-out would also end a long poll. */
  self->session = soup_session_new_with_options (
      "user-agent", "member-pulse-integrations/" MP_VERSION, "timeout", 0, "max-conns",
      MAX_CONNECTIONS, "max-conns-per-host", MAX_CONNECTIONS_PER_HOST, NULL);
  if (!soup_session_has_feature (self->session, SOUP_TYPE_CONTENT_DECODER))
    soup_session_add_feature_by_type (self->session, SOUP_TYPE_CONTENT_DECODER);
}

/**
 * mp_http_client_new:
 *
 * Returns: (transfer full): a client, for the thread that makes it
 */
MpHttpClient *
mp_http_client_new (void)
{
  return g_object_new (MP_TYPE_HTTP_CLIENT, NULL);
}

/**
 * mp_http_client_set_public_only:
 * @self: a client
 * @public_only: whether addresses of private networks are refused
 *
 * A request to one fails with %MP_ERROR_WRONG_HOST then, before anything is sent. Before the first
 * request.
 */
void
mp_http_client_set_public_only (MpHttpClient *self, gboolean public_only)
{
  g_return_if_fail (MP_IS_HTTP_CLIENT (self));

  self->public_only = public_only;
}

/**
 * mp_http_client_send_async:
 * @self: a client
 * @request: what to send; not changed any more
 * @cancellable: (nullable): ends the call
 * @callback: called in the caller's main context
 * @user_data: for @callback
 *
 * Sends the request and reads the whole answer.
 */
void
mp_http_client_send_async (MpHttpClient *self,
                           MpHttpRequest *request,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (MpHttpExchange) exchange = NULL;

  g_return_if_fail (MP_IS_HTTP_CLIENT (self));
  g_return_if_fail (MP_IS_HTTP_REQUEST (request));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, mp_http_client_send_async);

  exchange = mp_http_exchange_new (self->session, request, self->public_only);
  mp_http_exchange_run_async (exchange, cancellable, exchange_done_cb, g_steal_pointer (&task));
}

/**
 * mp_http_client_send_finish:
 * @self: a client
 * @result: the result given to the callback
 * @error: return location
 *
 * Any status is an answer. Fails with %MP_ERROR_OFFLINE when the other side could not be reached or
 * did not answer in time, %MP_ERROR_TOO_LARGE, %MP_ERROR_WRONG_HOST for an unencrypted address or a
 * redirect elsewhere, %MP_ERROR_INVALID for what is no address, %G_IO_ERROR_CANCELLED.
 *
 * Returns: (transfer full): the answer
 */
MpHttpResponse *
mp_http_client_send_finish (MpHttpClient *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (MP_IS_HTTP_CLIENT (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
