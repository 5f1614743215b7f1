/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-api-server.h"

#include <microhttpd.h>

G_BEGIN_DECLS

/*
 * One daemon of libmicrohttpd on the server's socket, with its limits: a reload makes another
 * beside it and lets this one end its requests.
 *
 * libmicrohttpd ends a connection that is silent; one that sends a byte now and then it would keep.
 * So each connection has a deadline for what it is at, and is cut when that has passed.
 */
typedef struct _MpApiListener MpApiListener;

int mp_api_listener_open_socket (const MpApiServerOptions *options, GError **error);
MpApiListener *mp_api_listener_new (int listening_socket,
                                    const MpApiServerOptions *options,
                                    MHD_AccessHandlerCallback handler,
                                    MHD_RequestCompletedCallback completed,
                                    gpointer owner,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
gpointer mp_api_listener_get_owner (MpApiListener *self);
char *mp_api_listener_dup_address (MpApiListener *self,
                                   struct MHD_Connection *connection) G_GNUC_WARN_UNUSED_RESULT;
/* What the connection is at has to be done within so many seconds. */
void mp_api_listener_set_deadline (MpApiListener *self,
                                   struct MHD_Connection *connection,
                                   unsigned int seconds);
/* A request is under way, or ended. */
void mp_api_listener_count (MpApiListener *self, int change);
/* Takes no more connections; keep-alive ends with the next answer. */
void mp_api_listener_close (MpApiListener *self);
gboolean mp_api_listener_is_closing (MpApiListener *self);
/* Lets the requests that are under way end, for so many seconds, and frees the listener. */
void mp_api_listener_finish (MpApiListener *self, unsigned int seconds);

G_END_DECLS
