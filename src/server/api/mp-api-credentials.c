/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-api-handlers.h"

#include "mp-api-problem.h"
#include "mp-api-rest.h"
#include "mp-api-stored.h"
#include "mp-json.h"

/**
 * mp_api_list_credentials:
 * @self: the API
 * @request: the credentials' address
 * @error: return location
 *
 * Returns: (transfer full) (nullable): what may be known of all credentials, revoked ones too
 */
MpApiReply *
mp_api_list_credentials (MpApi *self, MpApiRequest *request, GError **error)
{
  g_autoptr (GPtrArray) rows =
                 mp_db_list_credentials (mp_api_get_services (self)->db, request->tenant, error);
  g_autoptr (JsonArray) items = json_array_new ();
  JsonObject *body;

  if (rows == NULL)
    return NULL;

  for (unsigned int i = 0; i < rows->len; i++)
    {
      const MpDbCredential *row = g_ptr_array_index (rows, i);
      JsonObject *object = mp_api_stored_parse (row->json, error);

      if (object == NULL)
        return NULL;
      json_array_add_object_element (items, object);
    }
  body = json_object_new ();
  json_object_set_array_member (body, "items", g_steal_pointer (&items));
  return mp_api_reply_new (200, body);
}

static MpApiReply *
do_action (
    MpApi *self, MpApiRequest *request, MpAction action, unsigned int success, GError **error)
{
  gboolean takes_body = action != MP_ACTION_REVOKE;
  g_autoptr (JsonObject) payload = NULL;
  g_autoptr (MpOperation) operation = NULL;
  g_autofree char *op = NULL;
  g_autofree char *target = g_strdup (request->target);
  MpApiReply *refusal = NULL;

  if (!mp_api_start_operation (self, request, success, &op, &refusal, error))
    return refusal;
  if (takes_body)
    refusal = mp_api_read_object (request, &payload);
  if (refusal != NULL)
    return refusal;

  if (target == NULL)
    target = g_strdup (mp_json_get_string (payload, "id", NULL));
  if (target == NULL)
    target = mp_clock_dup_uuid (mp_api_get_services (self)->clock);
  if (!mp_uuid_is_valid (target))
    return request->target != NULL
               ? mp_api_problem_new (MP_PROBLEM_NOT_FOUND, NULL)
               : mp_api_problem_new (MP_PROBLEM_INVALID, "The id is not a UUID.");
  operation = mp_operation_new (op, action, target, NULL, NULL, NULL, payload);
  return mp_api_finish_operation (self, request, operation, success, error);
}

/**
 * mp_api_post_credential:
 * @self: the API
 * @request: a new credential with its sealed secret; without an `id` it gets one
 * @error: return location
 *
 * Returns: (transfer full) (nullable): what may be known of it
 */
MpApiReply *
mp_api_post_credential (MpApi *self, MpApiRequest *request, GError **error)
{
  return do_action (self, request, MP_ACTION_ADD, 201, error);
}

/**
 * mp_api_put_secret:
 * @self: the API
 * @request: a new sealed secret
 * @error: return location
 *
 * Returns: (transfer full) (nullable): what may be known of the credential now
 */
MpApiReply *
mp_api_put_secret (MpApi *self, MpApiRequest *request, GError **error)
{
  return do_action (self, request, MP_ACTION_REPLACE, 200, error);
}

/**
 * mp_api_delete_credential:
 * @self: the API
 * @request: a credential's address
 * @error: return location
 *
 * Revokes it and destroys its secret.
 *
 * Returns: (transfer full) (nullable): what may be known of it now
 */
MpApiReply *
mp_api_delete_credential (MpApi *self, MpApiRequest *request, GError **error)
{
  return do_action (self, request, MP_ACTION_REVOKE, 200, error);
}
