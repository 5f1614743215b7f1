/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-audit-log-private.h"

#include "mp-error.h"
#include "mp-json.h"

/* Where a checkpoint's members stand. */
#define CHECKPOINT_HEADS "heads"
#define CHECKPOINT_TENANT "tenant"

static MpAuditHead *
read_head (JsonObject *object, GError **error)
{
  int64_t sequence;
  const char *hash;
  const char *signature;
  const char *key;

  if (!mp_json_require_int (object, "sequence", &sequence, error) ||
      (hash = mp_json_require_string (object, "hash", error)) == NULL ||
      (signature = mp_json_require_string (object, "signature", error)) == NULL ||
      (key = mp_json_require_string (object, "key", error)) == NULL)
    return NULL;
  return mp_audit_head_new (sequence, hash, signature, key);
}

static JsonArray *
read_checkpoint (const char *path, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (JsonObject) object = NULL;
  g_autoptr (GError) local_error = NULL;
  JsonArray *heads;
  size_t length;

  if (!g_file_get_contents (path, &text, &length, &local_error))
    {
      g_set_error (error, MP_ERROR,
                   g_error_matches (local_error, G_FILE_ERROR, G_FILE_ERROR_NOENT)
                       ? MP_ERROR_NOT_FOUND
                       : MP_ERROR_STORAGE,
                   "Reading the checkpoint: %s", local_error->message);
      return NULL;
    }
  object = mp_json_parse_object (text, (gssize) length, error);
  if (object == NULL)
    return NULL;
  heads = mp_json_require_array (object, CHECKPOINT_HEADS, error);
  return heads == NULL ? NULL : json_array_ref (heads);
}

static JsonObject *
find_head (JsonArray *heads, const char *tenant)
{
  for (unsigned int i = 0; i < json_array_get_length (heads); i++)
    {
      JsonObject *head = mp_json_array_get_object (heads, i);

      if (head != NULL && g_str_equal (mp_json_get_string (head, CHECKPOINT_TENANT, ""), tenant))
        return head;
    }
  return NULL;
}

static gboolean
extends (JsonObject *new, JsonObject *old)
{
  int64_t old_sequence = mp_json_get_int (old, "sequence", 0);
  int64_t new_sequence = new == NULL ? -1 : mp_json_get_int (new, "sequence", 0);

  return new_sequence > old_sequence ||
         (new_sequence == old_sequence && g_strcmp0 (mp_json_get_string (old, "hash", NULL),
                                                     mp_json_get_string (new, "hash", NULL)) == 0);
}

/* A checkpoint is a witness: it goes forward only, also for a tenant that the database lost. */
static gboolean
check_extends (MpAuditLog *self, const char *path, JsonArray *heads, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (JsonArray) earlier = read_checkpoint (path, &local_error);

  if (earlier == NULL)
    {
      if (g_error_matches (local_error, MP_ERROR, MP_ERROR_NOT_FOUND))
        return TRUE;
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  for (unsigned int i = 0; i < json_array_get_length (earlier); i++)
    {
      JsonObject *old = mp_json_array_get_object (earlier, i);
      const char *tenant = old == NULL ? "" : mp_json_get_string (old, CHECKPOINT_TENANT, "");

      if (old != NULL && extends (find_head (heads, tenant), old))
        continue;
      g_set_error (error, MP_ERROR, MP_ERROR_CONFLICT,
                   "The audit trail of `%s` does not extend the checkpoint %s", tenant, path);
      return FALSE;
    }
  return TRUE;
}

static JsonArray *
collect_heads (MpAuditLog *self, GError **error)
{
  g_autoptr (JsonArray) heads = json_array_new ();
  g_autoptr (GPtrArray) tenants = mp_db_list_tenants (mp_audit_log_get_db (self), error);

  if (tenants == NULL)
    return NULL;
  for (unsigned int i = 0; i < tenants->len; i++)
    {
      const MpDbTenant *tenant = tenants->pdata[i];
      g_autoptr (MpAuditHead) head = mp_audit_log_get_head (self, tenant->id, error);
      JsonObject *object;

      if (head == NULL)
        return NULL;
      object = mp_audit_head_to_json (head);
      json_object_set_string_member (object, CHECKPOINT_TENANT, tenant->id);
      json_array_add_object_element (heads, object);
    }
  return g_steal_pointer (&heads);
}

/**
 * mp_audit_log_save_checkpoint:
 * @self: the log
 * @path: the file; takes the place of an earlier checkpoint
 * @error: return location
 *
 * Writes the signed heads of all tenants, durably and at once, to be kept where whoever could cut
 * the database cannot reach.
 *
 * Fails with %MP_ERROR_CONFLICT, keeping the earlier file, when a trail does not extend what that
 * file says of it.
 *
 * Returns: whether it is written
 */
gboolean
mp_audit_log_save_checkpoint (MpAuditLog *self, const char *path, GError **error)
{
  g_autoptr (JsonArray) heads = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *text = NULL;
  JsonObject *object;

  g_return_val_if_fail (MP_IS_AUDIT_LOG (self) && path != NULL, FALSE);

  heads = collect_heads (self, error);
  if (heads == NULL || !check_extends (self, path, heads, error))
    return FALSE;
  object = json_object_new ();
  json_object_set_array_member (object, CHECKPOINT_HEADS, g_steal_pointer (&heads));
  node = mp_json_node_take_object (object);
  text = mp_json_to_pretty_text (node);
  if (g_file_set_contents_full (path, text, -1,
                                G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600,
                                error))
    return TRUE;

  g_prefix_error (error, "Writing the checkpoint: ");
  return FALSE;
}

/**
 * mp_audit_log_load_checkpoint:
 * @self: the log
 * @path: a file of mp_audit_log_save_checkpoint ()
 * @tenant: whose head to take from it
 * @error: return location
 *
 * Fails with %MP_ERROR_NOT_FOUND when there is no file or it does not name the tenant, with
 * %MP_ERROR_INVALID when it cannot be read or this key did not sign it.
 *
 * Returns: (transfer full): the head, for mp_audit_log_verify ()
 */
MpAuditHead *
mp_audit_log_load_checkpoint (MpAuditLog *self,
                              const char *path,
                              const char *tenant,
                              GError **error)
{
  g_autoptr (JsonArray) heads = NULL;
  g_autoptr (MpAuditHead) head = NULL;
  JsonObject *object;

  g_return_val_if_fail (MP_IS_AUDIT_LOG (self) && path != NULL && tenant != NULL, NULL);

  heads = read_checkpoint (path, error);
  if (heads == NULL)
    return NULL;
  object = find_head (heads, tenant);
  if (object == NULL)
    {
      g_set_error (error, MP_ERROR, MP_ERROR_NOT_FOUND, "The checkpoint %s does not name %s", path,
                   tenant);
      return NULL;
    }
  head = read_head (object, error);
  if (head == NULL)
    return NULL;
  if (!mp_audit_head_verify (head, tenant, mp_audit_log_get_public_key (self)))
    {
      g_set_error (error, MP_ERROR, MP_ERROR_INVALID,
                   "The checkpoint %s is not signed by this database's key", path);
      return NULL;
    }
  return g_steal_pointer (&head);
}
