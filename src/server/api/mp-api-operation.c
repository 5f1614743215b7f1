/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-api-handlers.h"

#include "mp-api-problem.h"
#include "mp-api-resources.h"
#include "mp-http-client.h"

#define DESCRIPTION "/org/memberpulse/Integrations/api/openapi.json"

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
 * mp_api_get_description:
 * @self: the API
 * @request: a request of anybody
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the OpenAPI document of all this
 */
MpApiReply *
mp_api_get_description (MpApi *self, MpApiRequest *request, GError **error)
{
  g_autoptr (GBytes) bytes = g_resource_lookup_data (mp_api_get_resource (), DESCRIPTION,
                                                     G_RESOURCE_LOOKUP_FLAGS_NONE, error);
  size_t size;
  const char *text = bytes != NULL ? g_bytes_get_data (bytes, &size) : NULL;

  return text != NULL ? mp_api_reply_new_text (200, "application/json", g_strndup (text, size))
                      : NULL;
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
