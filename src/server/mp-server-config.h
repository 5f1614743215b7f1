/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-api-server.h"

G_BEGIN_DECLS

/* How the server is to run: from the command line and a file, where the command line wins. */
typedef struct
{
  char *path;            /* (nullable): the file, read again at a reload */
  char *listen;          /* (nullable): "127.0.0.1:8080" */
  char *certificate;     /* (nullable): a PEM file */
  char *private_key;     /* (nullable): a PEM file */
  char *platform_dir;    /* (nullable) */
  GStrv base_addresses;  /* (nullable) */
  GStrv trusted_proxies; /* (nullable): addresses and networks */
  gboolean is_behind_proxy;
  gboolean shares_port;
  gboolean calls_private;      /* tenants' platforms may stand in private networks */
  int connections;             /* 0: the default */
  int connections_per_address; /* 0: the default */
  int requests_per_minute;     /* of each token; -1: the default; 0: no limit */
} MpServerConfig;

#define MP_SERVER_CONFIG_INIT ((MpServerConfig){ .requests_per_minute = -1 })
#define MP_SERVER_CONFIG_DEFAULT_RATE 6000

MpServerConfig *mp_server_config_copy (const MpServerConfig *config) G_GNUC_WARN_UNUSED_RESULT;
void mp_server_config_clear (MpServerConfig *config);
void mp_server_config_free (MpServerConfig *config);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MpServerConfig, mp_server_config_clear)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpServerConfig, mp_server_config_free)
gboolean mp_server_config_read (MpServerConfig *config, GError **error);

/* What the listener needs of it, with the files read. */
typedef struct
{
  MpApiServerOptions options; /* its members are (owned) by those below */
  GInetSocketAddress *address;
  char *certificate;
  char *private_key;
  GPtrArray *proxies;
} MpServerListening;

void mp_server_listening_clear (MpServerListening *listening);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MpServerListening, mp_server_listening_clear)
gboolean mp_server_config_prepare (const MpServerConfig *config,
                                   int inherited_socket,
                                   MpServerListening *listening,
                                   GError **error);

G_END_DECLS
