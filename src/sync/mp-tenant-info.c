/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-tenant-info-private.h"

#include "mp-error.h"
#include "mp-json.h"
#include "mp-store-names.h"

struct _MpTenantInfo
{
  GObject parent_instance;

  char *name;
  char *actor;
  MpRole role;
  GStrv permissions;
  char *epoch;
  char *sealing_key_id;
  char *sealing_public_key;
  char *audit_key;
};

G_DEFINE_FINAL_TYPE (MpTenantInfo, mp_tenant_info, G_TYPE_OBJECT)

/* The newest form of a record that this program understands. */
#define SCHEMA 1

static void
mp_tenant_info_finalize (GObject *object)
{
  MpTenantInfo *self = MP_TENANT_INFO (object);

  g_free (self->name);
  g_free (self->actor);
  g_strfreev (self->permissions);
  g_free (self->epoch);
  g_free (self->sealing_key_id);
  g_free (self->sealing_public_key);
  g_free (self->audit_key);

  G_OBJECT_CLASS (mp_tenant_info_parent_class)->finalize (object);
}

static void
mp_tenant_info_class_init (MpTenantInfoClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mp_tenant_info_finalize;
}

static void
mp_tenant_info_init (MpTenantInfo *self)
{
}

static gboolean
read_texts (MpTenantInfo *self, JsonObject *object, GError **error)
{
  JsonObject *tenant = mp_json_require_object (object, "tenant", error);
  const char *role;

  if (tenant == NULL)
    return FALSE;
  self->name = g_strdup (mp_json_get_string (tenant, "name", ""));

  self->actor = g_strdup (mp_json_require_string (object, "actor", error));
  if (self->actor == NULL)
    return FALSE;
  self->epoch = g_strdup (mp_json_require_string (object, "epoch", error));
  if (self->epoch == NULL)
    return FALSE;
  role = mp_json_require_string (object, "role", error);
  if (role == NULL)
    return FALSE;
  /* A role that came after this version: it may read, and the server knows what else. */
  if (!mp_role_from_string (role, &self->role))
    self->role = MP_ROLE_CLIENT_USER;

  self->permissions = mp_json_dup_strings (object, "permissions");
  self->audit_key = g_strdup (mp_json_get_string (object, "audit_key", NULL));
  return TRUE;
}

/*
 * mp_tenant_info_new_from_json:
 * @object: the server's answer
 * @error: return location for a %MP_ERROR_INVALID or %MP_ERROR_NEWER
 *
 * Returns: (transfer full): what it says, or %NULL with @error set
 */
MpTenantInfo *
mp_tenant_info_new_from_json (JsonObject *object, GError **error)
{
  g_autoptr (MpTenantInfo) self = g_object_new (MP_TYPE_TENANT_INFO, NULL);
  JsonObject *key;

  if (mp_json_get_int (object, "schema", SCHEMA) > SCHEMA)
    {
      g_set_error_literal (error, MP_ERROR, MP_ERROR_NEWER,
                           "the server's settings have a newer form than this version knows");
      return NULL;
    }
  if (!read_texts (self, object, error))
    return NULL;

  key = mp_json_get_object (object, "sealing_key");
  if (key != NULL)
    {
      self->sealing_key_id = g_strdup (mp_json_get_string (key, "key_id", NULL));
      self->sealing_public_key = g_strdup (mp_json_get_string (key, "public_key", NULL));
    }
  return g_steal_pointer (&self);
}

/*
 * mp_tenant_info_new_from_meta:
 * @meta: (element-type utf8 utf8): what a store kept, by mp_tenant_info_to_meta () and beside it
 *
 * Returns: (transfer full) (nullable): the same, or %NULL when the store does not know it
 */
MpTenantInfo *
mp_tenant_info_new_from_meta (GHashTable *meta)
{
  g_autoptr (MpTenantInfo) self = NULL;
  const char *actor = g_hash_table_lookup (meta, MP_META_ACTOR);
  const char *role = g_hash_table_lookup (meta, MP_META_ROLE);
  const char *epoch = g_hash_table_lookup (meta, MP_META_EPOCH);
  const char *permissions = g_hash_table_lookup (meta, MP_META_PERMISSIONS);
  const char *name = g_hash_table_lookup (meta, MP_META_TENANT_NAME);

  if (actor == NULL || role == NULL || epoch == NULL || permissions == NULL)
    return NULL;

  self = g_object_new (MP_TYPE_TENANT_INFO, NULL);
  self->name = g_strdup (name != NULL ? name : "");
  self->actor = g_strdup (actor);
  if (!mp_role_from_string (role, &self->role))
    self->role = MP_ROLE_CLIENT_USER;
  self->permissions = g_strsplit (permissions, " ", -1);
  self->epoch = g_strdup (epoch);
  self->sealing_key_id = g_strdup (g_hash_table_lookup (meta, MP_META_SEALING_KEY_ID));
  self->sealing_public_key = g_strdup (g_hash_table_lookup (meta, MP_META_SEALING_PUBLIC_KEY));
  self->audit_key = g_strdup (g_hash_table_lookup (meta, MP_META_AUDIT_KEY));
  return g_steal_pointer (&self);
}

/**
 * mp_tenant_info_get_name:
 * @self: an info
 *
 * Returns: (transfer none): the tenant's name; perhaps ""
 */
const char *
mp_tenant_info_get_name (MpTenantInfo *self)
{
  g_return_val_if_fail (MP_IS_TENANT_INFO (self), NULL);

  return self->name;
}

/**
 * mp_tenant_info_get_actor:
 * @self: an info
 *
 * Returns: (transfer none): whom the token belongs to
 */
const char *
mp_tenant_info_get_actor (MpTenantInfo *self)
{
  g_return_val_if_fail (MP_IS_TENANT_INFO (self), NULL);

  return self->actor;
}

/**
 * mp_tenant_info_get_role:
 * @self: an info
 *
 * Returns: their role; one that this version does not know may only read here
 */
MpRole
mp_tenant_info_get_role (MpTenantInfo *self)
{
  g_return_val_if_fail (MP_IS_TENANT_INFO (self), MP_ROLE_CLIENT_USER);

  return self->role;
}

/**
 * mp_tenant_info_get_permissions:
 * @self: an info
 *
 * Returns: (transfer none): what they may do, by the names on the wire
 */
const char *const *
mp_tenant_info_get_permissions (MpTenantInfo *self)
{
  g_return_val_if_fail (MP_IS_TENANT_INFO (self), NULL);

  return (const char *const *) self->permissions;
}

/**
 * mp_tenant_info_get_epoch:
 * @self: an info
 *
 * Returns: (transfer none): the server's epoch; another one after it was restored from a backup
 */
const char *
mp_tenant_info_get_epoch (MpTenantInfo *self)
{
  g_return_val_if_fail (MP_IS_TENANT_INFO (self), NULL);

  return self->epoch;
}

/**
 * mp_tenant_info_get_sealing_key_id:
 * @self: an info
 *
 * Returns: (transfer none) (nullable): the id of the key that secrets are sealed to
 */
const char *
mp_tenant_info_get_sealing_key_id (MpTenantInfo *self)
{
  g_return_val_if_fail (MP_IS_TENANT_INFO (self), NULL);

  return self->sealing_key_id;
}

/**
 * mp_tenant_info_get_sealing_public_key:
 * @self: an info
 *
 * Returns: (transfer none) (nullable): that key, in base64
 */
const char *
mp_tenant_info_get_sealing_public_key (MpTenantInfo *self)
{
  g_return_val_if_fail (MP_IS_TENANT_INFO (self), NULL);

  return self->sealing_public_key;
}

/**
 * mp_tenant_info_get_audit_key:
 * @self: an info
 *
 * Returns: (transfer none) (nullable): the key that signs the audit trail, in base64
 */
const char *
mp_tenant_info_get_audit_key (MpTenantInfo *self)
{
  g_return_val_if_fail (MP_IS_TENANT_INFO (self), NULL);

  return self->audit_key;
}

/**
 * mp_tenant_info_to_meta:
 * @self: an info
 *
 * Not the epoch: that changes with the feed's cursor.
 *
 * Returns: (transfer full) (element-type utf8 utf8): what a store keeps of it, for
 *   mp_store_set_meta_async ()
 */
GHashTable *
mp_tenant_info_to_meta (MpTenantInfo *self)
{
  GHashTable *meta;

  g_return_val_if_fail (MP_IS_TENANT_INFO (self), NULL);

  meta = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  g_hash_table_insert (meta, (gpointer) MP_META_TENANT_NAME, g_strdup (self->name));
  g_hash_table_insert (meta, (gpointer) MP_META_ACTOR, g_strdup (self->actor));
  g_hash_table_insert (meta, (gpointer) MP_META_ROLE, g_strdup (mp_role_to_string (self->role)));
  g_hash_table_insert (meta, (gpointer) MP_META_PERMISSIONS, g_strjoinv (" ", self->permissions));
  g_hash_table_insert (meta, (gpointer) MP_META_SEALING_KEY_ID, g_strdup (self->sealing_key_id));
  g_hash_table_insert (meta, (gpointer) MP_META_SEALING_PUBLIC_KEY,
                       g_strdup (self->sealing_public_key));
  g_hash_table_insert (meta, (gpointer) MP_META_AUDIT_KEY, g_strdup (self->audit_key));
  return meta;
}
