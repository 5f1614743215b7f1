/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-api-metrics.h"
#include "mp-api-outbound.h"
#include "mp-audit-log.h"
#include "mp-auth.h"
#include "mp-clock.h"
#include "mp-db.h"
#include "mp-platform-spec.h"
#include "mp-rate.h"
#include "mp-vault.h"

G_BEGIN_DECLS

/* What the API stands on. */
typedef struct
{
  MpDb *db;
  MpAuditLog *audit;
  MpVault *vault;
  MpAuth *auth;
  MpClock *clock;
  MpPlatformSpec *(*find_platform) (const char *id,
                                    gpointer user_data); /* thread-safe; borrowed or NULL */
  gpointer find_platform_data;
  MpApiOutbound *outbound;
} MpApiServices;

/**
 * MpApi:
 *
 * The tenant server's rules: what each route does. Knows requests and replies, not how they travel.
 * Thread-safe.
 */
#define MP_TYPE_API (mp_api_get_type ())
G_DECLARE_FINAL_TYPE (MpApi, mp_api, MP, API, GObject)

MpApi *mp_api_new (const MpApiServices *services) G_GNUC_WARN_UNUSED_RESULT;
const MpApiServices *mp_api_get_services (MpApi *self);
MpApiMetrics *mp_api_get_metrics (MpApi *self);
MpRate *mp_api_get_rate (MpApi *self);
/* A tenant's Idempotency-Key is one request's at a time; NULL: it is another's. */
char *mp_api_hold_key (MpApi *self, const char *tenant, const char *key) G_GNUC_WARN_UNUSED_RESULT;
void mp_api_release_key (MpApi *self, char *held);

G_END_DECLS
