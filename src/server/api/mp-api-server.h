/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-api.h"

G_BEGIN_DECLS

#define MP_API_DEFAULT_CONNECTIONS 512
/* A person has a few programs; behind a proxy everybody has the proxy's address. */
#define MP_API_DEFAULT_CONNECTIONS_PER_ADDRESS 128

/* Where and how to listen. */
typedef struct
{
  GInetSocketAddress *address; /* (nullable): there is a socket already; port 0: a free one */
  int socket;               /* that listens, where there is no address; given away at the start */
  gboolean shares_port;     /* with other processes that say the same */
  const char *certificate;  /* (nullable): PEM, the whole chain; plain HTTP without one */
  const char *private_key;  /* (nullable): PEM */
  gboolean is_behind_proxy; /* the client's address stands in X-Forwarded-For */
  GPtrArray *proxies;       /* (nullable) (element-type GInetAddressMask): whose word on that is
                               believed; %NULL: those of this machine */
  unsigned int max_connections;             /* 0: the default */
  unsigned int max_connections_per_address; /* 0: the default; not counted behind a proxy */
} MpApiServerOptions;

/**
 * MpApiServer:
 *
 * The HTTP listener: few threads that share the connections where the database is embedded, else a
 * thread for each connection; with limits on their number, time and memory. Reads requests, asks
 * #MpApi, writes replies and one log line for each. Start, reload and stop it from one thread.
 */
#define MP_TYPE_API_SERVER (mp_api_server_get_type ())
G_DECLARE_FINAL_TYPE (MpApiServer, mp_api_server, MP, API_SERVER, GObject)

MpApiServer *mp_api_server_new (MpApi *api) G_GNUC_WARN_UNUSED_RESULT;
gboolean mp_api_server_start (MpApiServer *self, const MpApiServerOptions *options, GError **error);
gboolean
mp_api_server_reload (MpApiServer *self, const MpApiServerOptions *options, GError **error);
unsigned int mp_api_server_get_port (MpApiServer *self);
void mp_api_server_stop (MpApiServer *self);

G_END_DECLS
