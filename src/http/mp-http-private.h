/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libsoup/soup.h>

#include "mp-http-client.h"

G_BEGIN_DECLS

GUri *mp_http_address_parse (const char *address, GError **error) G_GNUC_WARN_UNUSED_RESULT;

SoupMessage *mp_http_request_make_message (MpHttpRequest *self,
                                           GUri *uri) G_GNUC_WARN_UNUSED_RESULT;
const char *mp_http_request_get_method (MpHttpRequest *self);
const char *mp_http_request_get_address (MpHttpRequest *self);
unsigned int mp_http_request_get_total_timeout_ms (MpHttpRequest *self);
unsigned int mp_http_request_get_max_retries (MpHttpRequest *self);
unsigned int mp_http_request_get_longest_wait_s (MpHttpRequest *self);
MpHttpGate *mp_http_request_get_gate (MpHttpRequest *self); /* (nullable) */
size_t mp_http_request_get_max_body_bytes (MpHttpRequest *self);

MpHttpResponse *mp_http_response_new (unsigned int status,
                                      SoupMessageHeaders *headers,
                                      GBytes *body) G_GNUC_WARN_UNUSED_RESULT;

/*
 * One request on its way: its redirects, its retries, its deadlines. Lives until it has answered.
 */
#define MP_TYPE_HTTP_EXCHANGE (mp_http_exchange_get_type ())
G_DECLARE_FINAL_TYPE (MpHttpExchange, mp_http_exchange, MP, HTTP_EXCHANGE, GObject)

MpHttpExchange *mp_http_exchange_new (SoupSession *session,
                                      MpHttpRequest *request,
                                      gboolean public_only) G_GNUC_WARN_UNUSED_RESULT;
void mp_http_exchange_run_async (MpHttpExchange *self,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
MpHttpResponse *mp_http_exchange_run_finish (MpHttpExchange *self,
                                             GAsyncResult *result,
                                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
