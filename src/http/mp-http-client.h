/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <stdint.h>

G_BEGIN_DECLS

#define MP_HTTP_MAX_BODY_BYTES (64 * 1024 * 1024)

/* A way that several requests share: whoever is asked for patience closes it for all. In the thread
 * of its maker. */
#define MP_TYPE_HTTP_GATE (mp_http_gate_get_type ())
G_DECLARE_FINAL_TYPE (MpHttpGate, mp_http_gate, MP, HTTP_GATE, GObject)
MpHttpGate *mp_http_gate_new (void) G_GNUC_WARN_UNUSED_RESULT;
void mp_http_gate_close (MpHttpGate *self, unsigned int wait_ms);
unsigned int mp_http_gate_get_wait_ms (MpHttpGate *self);

/* One request. Filled by its owner, then not changed any more once it is sent. */
#define MP_TYPE_HTTP_REQUEST (mp_http_request_get_type ())
G_DECLARE_FINAL_TYPE (MpHttpRequest, mp_http_request, MP, HTTP_REQUEST, GObject)
MpHttpRequest *mp_http_request_new (const char *method,
                                    const char *address) G_GNUC_WARN_UNUSED_RESULT;
void mp_http_request_set_header (MpHttpRequest *self,
                                 const char *name,
                                 const char *value); /* a value of a credential header is wiped */
void mp_http_request_set_body (MpHttpRequest *self, const char *content_type, GBytes *body);
void mp_http_request_set_total_timeout_ms (MpHttpRequest *self,
                                           unsigned int timeout_ms); /* default 60000 */
void mp_http_request_set_max_retries (
    MpHttpRequest *self,
    unsigned int retries); /* default 0; only for requests that may be repeated */
void mp_http_request_set_longest_wait_s (
    MpHttpRequest *self,
    unsigned int seconds); /* default 30; a longer Retry-After is given back at once */
void mp_http_request_set_gate (MpHttpRequest *self,
                               MpHttpGate *gate); /* default: it waits for no other */
void mp_http_request_set_max_body_bytes (MpHttpRequest *self, size_t bytes); /* of the answer */

/* What was answered. Immutable. */
#define MP_TYPE_HTTP_RESPONSE (mp_http_response_get_type ())
G_DECLARE_FINAL_TYPE (MpHttpResponse, mp_http_response, MP, HTTP_RESPONSE, GObject)
unsigned int mp_http_response_get_status (MpHttpResponse *self);
const char *mp_http_response_get_header (MpHttpResponse *self, const char *name);
GBytes *mp_http_response_get_body (MpHttpResponse *self);
const char *mp_http_response_get_content_type (MpHttpResponse *self);
int64_t mp_http_response_get_retry_after_seconds (
    MpHttpResponse *self); /* -1: not said; seconds or HTTP date */

/*
 * The one HTTP client of a process: deadlines (connect 10 s, idle 45 s, total 60 s), bounded
 * retries with full jitter and Retry-After, redirects to the same host only, HTTPS only (plain HTTP
 * to loopback), body limit, redacted debug log. Any status is a success of the call; failures are
 * MP_ERROR_OFFLINE, _TOO_LARGE, _WRONG_HOST, G_IO_ERROR_CANCELLED.
 */
#define MP_TYPE_HTTP_CLIENT (mp_http_client_get_type ())
G_DECLARE_FINAL_TYPE (MpHttpClient, mp_http_client, MP, HTTP_CLIENT, GObject)
MpHttpClient *mp_http_client_new (void) G_GNUC_WARN_UNUSED_RESULT;
void mp_http_client_send_async (MpHttpClient *self,
                                MpHttpRequest *request,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
MpHttpResponse *mp_http_client_send_finish (MpHttpClient *self,
                                            GAsyncResult *result,
                                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* For a server that calls on others' behalf: no address within a private network, this computer's
 * own included, is connected to, whatever name leads there. Before the first request. */
void mp_http_client_set_public_only (MpHttpClient *self, gboolean public_only);

gboolean mp_http_address_check (const char *address,
                                GError **error); /* absolute https, or http to loopback */
gboolean mp_http_host_is_loopback (const char *host);
gboolean mp_http_address_is_public (GInetAddress *address);

G_END_DECLS
