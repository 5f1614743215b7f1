/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-http-client.h"

G_BEGIN_DECLS

/*
 * Requests that do not depend on each other's answers: at most MP_REQUEST_QUEUE_WIDTH are under way
 * at once, and the answers come in the order of the requests. In the thread of its maker.
 */
#define MP_REQUEST_QUEUE_WIDTH 4
typedef struct _MpRequestQueue MpRequestQueue;

MpRequestQueue *mp_request_queue_new (MpHttpClient *http,
                                      GCancellable *cancellable) G_GNUC_WARN_UNUSED_RESULT;
/* Ends what is under way; nothing is called any more but the callback of a close. */
void mp_request_queue_free (MpRequestQueue *self);
void mp_request_queue_push (MpRequestQueue *self, MpHttpRequest *request);
unsigned int mp_request_queue_get_length (MpRequestQueue *self);

/* The answer to the oldest request, which leaves the queue; one such call at a time. */
void
mp_request_queue_pop_async (MpRequestQueue *self, GAsyncReadyCallback callback, gpointer user_data);
MpHttpResponse *mp_request_queue_pop_finish (GAsyncResult *result,
                                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Ends what is under way, and calls back once it has ended. */
void mp_request_queue_close_async (MpRequestQueue *self,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);

G_END_DECLS
