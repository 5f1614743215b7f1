/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-http-client.h"

G_BEGIN_DECLS

/*
 * The requests of one call, of which those that do not depend on each other's answers are under way
 * at once: at most MP_REQUEST_QUEUE_WIDTH, those whose answers are not taken yet included. The
 * answers come in the order of the requests. A platform that asks for patience is asked nothing
 * more meanwhile. In the thread of its maker.
 */
#define MP_REQUEST_QUEUE_WIDTH 4
typedef struct _MpRequestQueue MpRequestQueue;

/* @deadline_ms: how long one request may take */
MpRequestQueue *mp_request_queue_new (MpHttpClient *http,
                                      unsigned int deadline_ms,
                                      unsigned int max_retries,
                                      GCancellable *cancellable) G_GNUC_WARN_UNUSED_RESULT;
/* Ends what is under way; nothing is called any more but the callback of a close. */
void mp_request_queue_free (MpRequestQueue *self);
/* Sends nothing for so long; what is too long to be waited for is not: the refusal of the next
 * request tells when to come again. 0: there is room for all again. */
void mp_request_queue_pause (MpRequestQueue *self, int64_t seconds);
/* May another request be sent before an answer was taken? */
gboolean mp_request_queue_has_room (MpRequestQueue *self);
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
