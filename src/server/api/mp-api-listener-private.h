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

/* What it calls, and how. */
typedef struct
{
  MHD_AccessHandlerCallback handler;      /* gets the listener as its data */
  MHD_RequestCompletedCallback completed; /* gets nothing */
  gpointer owner;                         /* for mp_api_listener_get_owner () */
  unsigned int n_threads; /* that share the connections; 0: each connection has its own */
} MpApiListenerCalls;

int mp_api_listener_open_socket (const MpApiServerOptions *options, GError **error);
MpApiListener *mp_api_listener_new (int listening_socket,
                                    const MpApiServerOptions *options,
                                    const MpApiListenerCalls *calls,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
gpointer mp_api_listener_get_owner (MpApiListener *self);
char *mp_api_listener_dup_address (MpApiListener *self,
                                   struct MHD_Connection *connection) G_GNUC_WARN_UNUSED_RESULT;
/* What the connection is at has to be done within so many seconds. */
void mp_api_listener_set_deadline (MpApiListener *self,
                                   struct MHD_Connection *connection,
                                   unsigned int seconds);
/* Where connections share threads: takes a connection out of its thread, which goes on with others,
 * until it is resumed, from any thread. %FALSE: it has to be answered where it is. */
gboolean mp_api_listener_suspend (MpApiListener *self, struct MHD_Connection *connection);
void mp_api_listener_resume (MpApiListener *self, struct MHD_Connection *connection);
/* A request is under way, or ended. */
void mp_api_listener_count (MpApiListener *self, int change);
/* Takes no more connections; keep-alive ends with the next answer. */
void mp_api_listener_close (MpApiListener *self);
gboolean mp_api_listener_is_closing (MpApiListener *self);
/* Lets the requests that are under way end, for so many seconds, and frees the listener. */
void mp_api_listener_finish (MpApiListener *self, unsigned int seconds);

G_END_DECLS
