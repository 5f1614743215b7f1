/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-api-handlers.h"

G_BEGIN_DECLS

typedef enum
{
  MP_API_ROUTE_PLAIN = 0,
  MP_API_ROUTE_PUBLIC = 1 << 0, /* no token */
  MP_API_ROUTE_BODY = 1 << 1,   /* takes a JSON body */
  MP_API_ROUTE_WAITS = 1 << 2,  /* knows `?wait=` */
  MP_API_ROUTE_CALLS = 1 << 3,  /* calls a platform */
  MP_API_ROUTE_KEYED = 1 << 4,  /* needs an Idempotency-Key */
  MP_API_ROUTE_QUICK = 1 << 5,  /* reads no more than a row, and writes nothing */
  MP_API_ROUTE_GROUP = 1 << 6,  /* its changes may become durable together with others' */
  MP_API_ROUTE_PACKS = 1 << 7,  /* takes and answers much: in gzip, where the client likes */
} MpApiRouteFlags;

/* One route with one method. Static. */
typedef struct
{
  const char *pattern;
  const char *method;
  MpPermission permission; /* 0: any token */
  MpApiRouteFlags flags;
  MpApiHandler handler;
  MpApiPreparer prepare; /* (nullable): what of it needs no turn among those that write */
} MpApiRoute;

const MpApiRoute *mp_api_list_routes (size_t *n_routes);
const MpApiRoute *mp_api_route (const char *path, MpApiRequest *request, MpApiReply **refusal);
MpApiReply *mp_api_admit (MpApi *self,
                          const MpApiRoute *route,
                          MpApiRequest *request) G_GNUC_WARN_UNUSED_RESULT;
void mp_api_dismiss (MpApi *self, MpApiRequest *request);
MpApiReply *mp_api_authenticate (MpApi *self, MpApiRequest *request) G_GNUC_WARN_UNUSED_RESULT;
MpApiReply *mp_api_prepare (MpApi *self,
                            const MpApiRoute *route,
                            MpApiRequest *request) G_GNUC_WARN_UNUSED_RESULT;
MpApiReply *mp_api_answer (MpApi *self,
                           const MpApiRoute *route,
                           MpApiRequest *request) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
