/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-api-handlers.h"

G_BEGIN_DECLS

/* One route with one method. Static. */
typedef struct
{
  const char *pattern;
  const char *method;
  MpPermission permission; /* 0: any token */
  gboolean is_public;      /* no token */
  gboolean takes_body;
  MpApiHandler handler;
} MpApiRoute;

const MpApiRoute *mp_api_route (const char *path, MpApiRequest *request, MpApiReply **refusal);
MpApiReply *mp_api_admit (MpApi *self,
                          const MpApiRoute *route,
                          MpApiRequest *request) G_GNUC_WARN_UNUSED_RESULT;
MpApiReply *mp_api_authenticate (MpApi *self, MpApiRequest *request) G_GNUC_WARN_UNUSED_RESULT;
MpApiReply *mp_api_answer (MpApi *self,
                           const MpApiRoute *route,
                           MpApiRequest *request) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
