/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-api-handlers.h"

#include "mp-api-problem.h"
#include "mp-catalogue.h"

#define SCHEMA 1

static JsonObject *
describe_sealing_key (MpApi *self, GError **error)
{
  g_autofree char *key_id = NULL;
  g_autofree char *public_key = NULL;
  JsonObject *object;

  if (!mp_vault_get_sealing_key (mp_api_get_services (self)->vault, &key_id, &public_key, error))
    return NULL;
  object = json_object_new ();
  json_object_set_string_member (object, "key_id", key_id);
  json_object_set_string_member (object, "public_key", public_key);
  return object;
}

static JsonArray *
list_permissions (MpRole role)
{
  static const struct
  {
    MpPermission permission;
    const char *name;
  } names[] = {
    { MP_PERMISSION_READ, "read" },
    { MP_PERMISSION_EDIT, "edit" },
    { MP_PERMISSION_CREDENTIALS, "credentials" },
    { MP_PERMISSION_AUDIT, "audit" },
    { MP_PERMISSION_EXPORT, "export" },
    { MP_PERMISSION_TENANTS, "tenants" },
  };
  JsonArray *array = json_array_new ();

  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      if (mp_role_can (role, names[i].permission))
        json_array_add_string_element (array, names[i].name);
    }
  return array;
}

static gboolean
audit_sign_in (MpApi *self, const MpApiRequest *request, GError **error)
{
  MpAuditEntryInit init = {
    .actor = request->identity->actor,
    .role = mp_role_to_string (request->identity->role),
    .action = "sign-in",
    .request = request->id,
    .address = request->address,
  };

  return mp_audit_log_append_alone (mp_api_get_services (self)->audit, request->tenant, &init,
                                    error);
}

/**
 * mp_api_describe_tenant:
 * @self: the API
 * @request: a request whose token was recognised
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the tenant, who asks and what they may do, the server's keys
 */
JsonObject *
mp_api_describe_tenant (MpApi *self, const MpApiRequest *request, GError **error)
{
  const MpApiServices *services = mp_api_get_services (self);
  const MpIdentity *identity = request->identity;
  g_autoptr (MpDbTenant) tenant = mp_db_get_tenant (services->db, request->tenant, error);
  g_autofree char *epoch = tenant != NULL ? mp_db_dup_epoch (services->db, error) : NULL;
  g_autoptr (JsonObject) key = epoch != NULL ? describe_sealing_key (self, error) : NULL;
  JsonObject *about;
  JsonObject *body;

  if (key == NULL)
    return NULL;

  about = json_object_new ();
  json_object_set_string_member (about, "id", tenant->id);
  json_object_set_string_member (about, "name", tenant->name);
  body = json_object_new ();
  json_object_set_object_member (body, "tenant", about);
  json_object_set_string_member (body, "actor", identity->actor);
  json_object_set_string_member (body, "role", mp_role_to_string (identity->role));
  json_object_set_array_member (body, "permissions", list_permissions (identity->role));
  json_object_set_int_member (body, "schema", SCHEMA);
  json_object_set_string_member (body, "epoch", epoch);
  json_object_set_object_member (body, "sealing_key", g_steal_pointer (&key));
  json_object_set_string_member (body, "audit_key", mp_audit_log_get_public_key (services->audit));
  return body;
}

/**
 * mp_api_get_tenant:
 * @self: the API
 * @request: `?purpose=sign-in` writes an audit entry
 * @error: return location
 *
 * Returns: (transfer full) (nullable): what mp_api_describe_tenant () says
 */
MpApiReply *
mp_api_get_tenant (MpApi *self, MpApiRequest *request, GError **error)
{
  g_autoptr (JsonObject) body = mp_api_describe_tenant (self, request, error);

  if (body == NULL || (g_strcmp0 (mp_api_request_get_query (request, "purpose"), "sign-in") == 0 &&
                       !audit_sign_in (self, request, error)))
    return NULL;
  return mp_api_reply_new (200, g_steal_pointer (&body));
}

/**
 * mp_api_get_sealing_key:
 * @self: the API
 * @request: the key's address
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the key that secrets are sealed to
 */
MpApiReply *
mp_api_get_sealing_key (MpApi *self, MpApiRequest *request, GError **error)
{
  JsonObject *key = describe_sealing_key (self, error);

  return key != NULL ? mp_api_reply_new (200, key) : NULL;
}

/**
 * mp_api_get_catalogue:
 * @self: the API
 * @request: `member` or `order`
 * @error: return location
 *
 * Returns: (transfer full) (nullable): Member Pulse's own fields
 */
MpApiReply *
mp_api_get_catalogue (MpApi *self, MpApiRequest *request, GError **error)
{
  JsonObject *body;

  if (!g_str_equal (request->target, "member") && !g_str_equal (request->target, "order"))
    return mp_api_problem_new (MP_PROBLEM_NOT_FOUND, NULL);

  body = json_object_new ();
  json_object_set_string_member (body, "catalogue", request->target);
  json_object_set_array_member (body, "fields",
                                mp_catalogue_to_json (mp_catalogue_get (request->target)));
  return mp_api_reply_new (200, body);
}
