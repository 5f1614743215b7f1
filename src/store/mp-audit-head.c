/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-audit-head.h"

#include "mp-json.h"

struct _MpAuditHead
{
  GObject parent_instance;

  int64_t sequence;
  char *hash;
  char *signature;
  char *key;
};

G_DEFINE_FINAL_TYPE (MpAuditHead, mp_audit_head, G_TYPE_OBJECT)

static void
mp_audit_head_finalize (GObject *object)
{
  MpAuditHead *self = MP_AUDIT_HEAD (object);

  g_free (self->hash);
  g_free (self->signature);
  g_free (self->key);

  G_OBJECT_CLASS (mp_audit_head_parent_class)->finalize (object);
}

static void
mp_audit_head_class_init (MpAuditHeadClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mp_audit_head_finalize;
}

static void
mp_audit_head_init (MpAuditHead *self)
{
}

/**
 * mp_audit_head_new_from_json:
 * @object: a head as the server tells it
 * @error: return location for a %MP_ERROR_INVALID
 *
 * Reads it; whether its signature is right is for the reader to check.
 *
 * Returns: (transfer full): the head, or %NULL with @error set
 */
MpAuditHead *
mp_audit_head_new_from_json (JsonObject *object, GError **error)
{
  g_autoptr (MpAuditHead) self = g_object_new (MP_TYPE_AUDIT_HEAD, NULL);
  const char *hash;

  g_return_val_if_fail (object != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  hash = mp_json_require_string (object, "hash", error);
  if (hash == NULL || !mp_json_require_int (object, "sequence", &self->sequence, error))
    return NULL;

  self->hash = g_strdup (hash);
  self->signature = g_strdup (mp_json_get_string (object, "signature", ""));
  self->key = g_strdup (mp_json_get_string (object, "key", ""));
  return g_steal_pointer (&self);
}

/**
 * mp_audit_head_get_sequence:
 * @self: a head
 *
 * Returns: the number of the last entry
 */
int64_t
mp_audit_head_get_sequence (MpAuditHead *self)
{
  g_return_val_if_fail (MP_IS_AUDIT_HEAD (self), 0);

  return self->sequence;
}

/**
 * mp_audit_head_get_hash:
 * @self: a head
 *
 * Returns: (transfer none): the hash of the last entry, in hexadecimal
 */
const char *
mp_audit_head_get_hash (MpAuditHead *self)
{
  g_return_val_if_fail (MP_IS_AUDIT_HEAD (self), NULL);

  return self->hash;
}

/**
 * mp_audit_head_get_signature:
 * @self: a head
 *
 * Returns: (transfer none): the Ed25519 signature in base64; perhaps ""
 */
const char *
mp_audit_head_get_signature (MpAuditHead *self)
{
  g_return_val_if_fail (MP_IS_AUDIT_HEAD (self), NULL);

  return self->signature;
}

/**
 * mp_audit_head_get_key:
 * @self: a head
 *
 * Returns: (transfer none): the public key in base64 that the server says signed it; perhaps ""
 */
const char *
mp_audit_head_get_key (MpAuditHead *self)
{
  g_return_val_if_fail (MP_IS_AUDIT_HEAD (self), NULL);

  return self->key;
}
