/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-http-client.h"

G_BEGIN_DECLS

/*
 * Takes the place of the HTTP client in a program that links it: requests go to a function of this
 * process, without sockets and without time.
 */
typedef struct
{
  const char *method;
  GUri *address;             /* its port tells who asks */
  const char *authorization; /* (nullable) */
  GBytes *body;              /* (nullable): unpacked */
} MpSimRequest;

/* Returns: (transfer full) (nullable): the answer; %NULL: it got lost, or the request did */
typedef MpHttpResponse *(*MpSimAsk) (const MpSimRequest *request, gpointer user_data);

void mp_sim_http_set (MpSimAsk ask, gpointer user_data);

G_END_DECLS
