/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-audit-log-private.h"

#include <sodium.h>
#include <string.h>

/* The text that a head's signature is over. */
static char *
format_head (const char *tenant, int64_t sequence, const char *hash)
{
  return g_strdup_printf ("member-pulse/%s\n%" G_GINT64_FORMAT "\n%s\n", tenant, sequence, hash);
}

static gboolean
decode (const char *text, unsigned char *bytes, size_t size)
{
  size_t length;

  return sodium_base642bin (bytes, size, text, strlen (text), NULL, &length, NULL,
                            sodium_base64_VARIANT_ORIGINAL) == 0 &&
         length == size;
}

char *
mp_audit_head_sign (const char *tenant,
                    int64_t sequence,
                    const char *hash,
                    const unsigned char *secret_key)
{
  g_autofree char *text = format_head (tenant, sequence, hash);
  unsigned char signature[crypto_sign_BYTES];

  crypto_sign_detached (signature, NULL, (const unsigned char *) text, strlen (text), secret_key);
  return g_base64_encode (signature, sizeof signature);
}

MpAuditHead *
mp_audit_head_new (int64_t sequence, const char *hash, const char *signature, const char *key)
{
  MpAuditHead *head = g_new0 (MpAuditHead, 1);

  head->sequence = sequence;
  head->hash = g_strdup (hash);
  head->signature = g_strdup (signature);
  head->key = g_strdup (key);
  return head;
}

/**
 * mp_audit_head_to_json:
 * @head: a head
 *
 * Returns: (transfer full): `audit_head` as on the wire
 */
JsonObject *
mp_audit_head_to_json (const MpAuditHead *head)
{
  JsonObject *object = json_object_new ();

  g_return_val_if_fail (head != NULL, object);

  json_object_set_int_member (object, "sequence", head->sequence);
  json_object_set_string_member (object, "hash", head->hash);
  json_object_set_string_member (object, "signature", head->signature);
  json_object_set_string_member (object, "key", head->key);
  return object;
}

/**
 * mp_audit_head_verify:
 * @head: a head
 * @tenant: the tenant it is said to be of
 * @key: the public key that should have signed it, base64; the head's own says nothing
 *
 * Returns: whether the signature is that key's over this tenant, number and hash
 */
gboolean
mp_audit_head_verify (const MpAuditHead *head, const char *tenant, const char *key)
{
  g_autofree char *text = NULL;
  unsigned char signature[crypto_sign_BYTES];
  unsigned char public_key[crypto_sign_PUBLICKEYBYTES];

  g_return_val_if_fail (head != NULL && tenant != NULL && key != NULL, FALSE);

  if (!decode (head->signature, signature, sizeof signature) ||
      !decode (key, public_key, sizeof public_key))
    return FALSE;
  text = format_head (tenant, head->sequence, head->hash);
  return crypto_sign_verify_detached (signature, (const unsigned char *) text, strlen (text),
                                      public_key) == 0;
}

/**
 * mp_audit_head_free:
 * @head: (transfer full) (nullable): a head
 */
void
mp_audit_head_free (MpAuditHead *head)
{
  if (head == NULL)
    return;
  g_free (head->hash);
  g_free (head->signature);
  g_free (head->key);
  g_free (head);
}
