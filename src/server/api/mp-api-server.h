/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-api.h"

G_BEGIN_DECLS

/* Where and how to listen. */
typedef struct
{
  GInetSocketAddress *address; /* port 0: a free one */
  gboolean is_behind_proxy;    /* the client's address is the last of X-Forwarded-For */
} MpApiServerOptions;

/**
 * MpApiServer:
 *
 * The HTTP listener: a thread for each connection, with limits on their number, time and memory.
 * Reads requests, asks #MpApi, writes replies and one log line for each. Start and stop it from one
 * thread.
 */
#define MP_TYPE_API_SERVER (mp_api_server_get_type ())
G_DECLARE_FINAL_TYPE (MpApiServer, mp_api_server, MP, API_SERVER, GObject)

MpApiServer *mp_api_server_new (MpApi *api) G_GNUC_WARN_UNUSED_RESULT;
gboolean mp_api_server_start (MpApiServer *self, const MpApiServerOptions *options, GError **error);
unsigned int mp_api_server_get_port (MpApiServer *self);
void mp_api_server_stop (MpApiServer *self);

G_END_DECLS
