/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-api-handlers.h"

#include "mp-api-problem.h"
#include "mp-http-client.h"

static MpApiReply *
new_status (const char *status)
{
  JsonObject *body = json_object_new ();

  json_object_set_string_member (body, "status", status);
  return mp_api_reply_new (200, body);
}

/**
 * mp_api_get_health:
 * @self: the API
 * @request: a request of anybody
 * @error: return location
 *
 * Returns: (transfer full): that the process answers
 */
MpApiReply *
mp_api_get_health (MpApi *self, MpApiRequest *request, GError **error)
{
  return new_status ("ok");
}

/**
 * mp_api_get_readiness:
 * @self: the API
 * @request: a request of anybody
 * @error: return location; %MP_ERROR_STORAGE becomes 503
 *
 * Returns: (transfer full) (nullable): that the database answers
 */
MpApiReply *
mp_api_get_readiness (MpApi *self, MpApiRequest *request, GError **error)
{
  g_autofree char *epoch = mp_db_dup_epoch (mp_api_get_services (self)->db, error);

  return epoch != NULL ? new_status ("ready") : NULL;
}

/**
 * mp_api_get_metrics_text:
 * @self: the API
 * @request: a request from this machine; to others there is nothing here
 * @error: return location
 *
 * Returns: (transfer full): the counters for Prometheus
 */
MpApiReply *
mp_api_get_metrics_text (MpApi *self, MpApiRequest *request, GError **error)
{
  if (!mp_http_host_is_loopback (request->address))
    return mp_api_problem_new (MP_PROBLEM_NOT_FOUND, NULL);
  return mp_api_reply_new_text (200, "text/plain; version=0.0.4; charset=utf-8",
                                mp_api_metrics_to_text (mp_api_get_metrics (self)));
}
