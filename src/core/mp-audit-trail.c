/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-audit-trail.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "mp-clock.h"
#include "mp-error.h"
#include "mp-json.h"

#define HASH_BYTES 32

struct _MpAuditEntry
{
  GObject parent_instance;

  JsonNode *body; /* (owned): sealed; as it came, so that what a newer server adds is hashed too */
  char *hash;     /* (owned) (nullable) */
  MpAuditEntryInit init; /* points into the body */
};

G_DEFINE_FINAL_TYPE (MpAuditEntry, mp_audit_entry, G_TYPE_OBJECT)

struct _MpAuditVerdict
{
  GObject parent_instance;

  MpAuditState state;
  int64_t sequence;
};

G_DEFINE_FINAL_TYPE (MpAuditVerdict, mp_audit_verdict, G_TYPE_OBJECT)

/* As a verdict is kept. */
static const char *const state_names[] = {
  [MP_AUDIT_INTACT] = "intact",       [MP_AUDIT_CHANGED] = "changed",
  [MP_AUDIT_MISSING] = "missing",     [MP_AUDIT_REORDERED] = "reordered",
  [MP_AUDIT_TRUNCATED] = "truncated", [MP_AUDIT_FORKED] = "forked",
  [MP_AUDIT_UNSIGNED] = "unsigned",   [MP_AUDIT_RESTORED] = "restored",
};

static void
set_optional_string (JsonObject *object, const char *name, const char *value)
{
  if (value != NULL)
    json_object_set_string_member (object, name, value);
}

static JsonObject *
build_body (const MpAuditEntryInit *init)
{
  g_autofree char *at = mp_time_format (init->at_unix_us);
  JsonObject *body = json_object_new ();

  json_object_set_int_member (body, "sequence", init->sequence);
  json_object_set_string_member (body, "at", at);
  json_object_set_string_member (body, "actor", init->actor);
  json_object_set_string_member (body, "role", init->role);
  json_object_set_string_member (body, "action", init->action);
  set_optional_string (body, "resource", init->resource);
  if (init->changes != NULL)
    json_object_set_object_member (body, "changes", mp_json_object_copy (init->changes));
  set_optional_string (body, "request", init->request);
  set_optional_string (body, "address", init->address);
  set_optional_string (body, "detail", init->detail);
  return body;
}

static gboolean
read_body (MpAuditEntryInit *init, JsonObject *body, GError **error)
{
  const char *at;

  if (!mp_json_require_int (body, "sequence", &init->sequence, error))
    return FALSE;
  if (init->sequence < 1)
    {
      g_set_error_literal (error, MP_ERROR, MP_ERROR_INVALID, "“sequence” is below 1");
      return FALSE;
    }

  at = mp_json_require_string (body, "at", error);
  if (at == NULL || !mp_time_parse (at, &init->at_unix_us, error))
    return FALSE;

  init->actor = mp_json_require_string (body, "actor", error);
  if (init->actor == NULL)
    return FALSE;

  init->role = mp_json_require_string (body, "role", error);
  if (init->role == NULL)
    return FALSE;

  init->action = mp_json_require_string (body, "action", error);
  if (init->action == NULL)
    return FALSE;

  init->resource = mp_json_get_string (body, "resource", NULL);
  init->changes = mp_json_get_object (body, "changes");
  init->request = mp_json_get_string (body, "request", NULL);
  init->address = mp_json_get_string (body, "address", NULL);
  init->detail = mp_json_get_string (body, "detail", NULL);
  return TRUE;
}

/* @body: (transfer full) */
static MpAuditEntry *
take_body (JsonObject *body, const char *hash, GError **error)
{
  g_autoptr (MpAuditEntry) self = g_object_new (MP_TYPE_AUDIT_ENTRY, NULL);

  self->body = mp_json_node_take_object (body);
  json_node_seal (self->body);
  self->hash = g_strdup (hash);
  if (!read_body (&self->init, body, error))
    return NULL;
  return g_steal_pointer (&self);
}

static gboolean
is_hash (const char *text)
{
  return strlen (text) == 2 * HASH_BYTES && strspn (text, "0123456789abcdef") == 2 * HASH_BYTES;
}

static void
read_hash (const char *text, uint8_t bytes[HASH_BYTES])
{
  for (size_t i = 0; i < HASH_BYTES; i++)
    bytes[i] = (uint8_t) (g_ascii_xdigit_value (text[2 * i]) * 16 +
                          g_ascii_xdigit_value (text[2 * i + 1]));
}

static gboolean
has_later (GPtrArray *entries, unsigned int from, int64_t sequence)
{
  for (unsigned int i = from; i < entries->len; i++)
    {
      const MpAuditEntry *entry = entries->pdata[i];

      if (entry->init.sequence == sequence)
        return TRUE;
    }
  return FALSE;
}

/* The chain alone: numbers without a gap, and hashes that fit. */
static MpAuditState
check_entry (GPtrArray *entries, unsigned int index, const char *previous_hash)
{
  MpAuditEntry *entry = entries->pdata[index];
  g_autofree char *hash = NULL;
  int64_t sequence = (int64_t) index + 1;

  if (entry->init.sequence != sequence)
    {
      gboolean present =
          entry->init.sequence < sequence || has_later (entries, index + 1, sequence);

      return present ? MP_AUDIT_REORDERED : MP_AUDIT_MISSING;
    }

  hash = mp_audit_entry_compute_hash (entry, previous_hash);
  return g_strcmp0 (hash, entry->hash) == 0 ? MP_AUDIT_INTACT : MP_AUDIT_CHANGED;
}

static gboolean
is_other_head (MpAuditEntry *entry, int64_t head_sequence, const char *head_hash)
{
  return entry->init.sequence == head_sequence && g_strcmp0 (entry->hash, head_hash) != 0;
}

static void
mp_audit_entry_finalize (GObject *object)
{
  MpAuditEntry *self = MP_AUDIT_ENTRY (object);

  g_clear_pointer (&self->body, json_node_unref);
  g_free (self->hash);

  G_OBJECT_CLASS (mp_audit_entry_parent_class)->finalize (object);
}

static void
mp_audit_entry_class_init (MpAuditEntryClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mp_audit_entry_finalize;
}

static void
mp_audit_entry_init (MpAuditEntry *self)
{
}

static void
mp_audit_verdict_class_init (MpAuditVerdictClass *klass)
{
}

static void
mp_audit_verdict_init (MpAuditVerdict *self)
{
}

/**
 * mp_audit_entry_new:
 * @init: what it holds; copied
 *
 * Returns: (transfer full): an entry, still without a hash
 */
MpAuditEntry *
mp_audit_entry_new (const MpAuditEntryInit *init)
{
  g_return_val_if_fail (init != NULL, NULL);
  g_return_val_if_fail (init->sequence > 0, NULL);
  g_return_val_if_fail (init->actor != NULL && init->role != NULL && init->action != NULL, NULL);

  return take_body (build_body (init), NULL, NULL);
}

/**
 * mp_audit_entry_new_from_json:
 * @object: `{entry: body, hash: hexadecimal}`
 * @error: return location for a %MP_ERROR_INVALID
 *
 * Members of the body that this program does not know are kept, because they are part of the hash.
 *
 * Returns: (transfer full): the entry, or %NULL with @error set
 */
MpAuditEntry *
mp_audit_entry_new_from_json (JsonObject *object, GError **error)
{
  MpAuditEntry *self;
  JsonObject *body;
  const char *hash;

  g_return_val_if_fail (object != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  body = mp_json_require_object (object, "entry", error);
  if (body == NULL)
    return NULL;

  hash = mp_json_require_string (object, "hash", error);
  if (hash == NULL)
    return NULL;
  if (!is_hash (hash))
    {
      g_set_error_literal (error, MP_ERROR, MP_ERROR_INVALID, "“hash” is not a SHA-256");
      return NULL;
    }

  self = take_body (mp_json_object_copy (body), hash, error);
  if (self == NULL)
    g_prefix_error (error, "an audit entry: ");
  return self;
}

/**
 * mp_audit_entry_to_json:
 * @self: an entry
 *
 * Returns: (transfer full): `{entry: body, hash: hexadecimal}`, without the hash where it has none
 */
JsonObject *
mp_audit_entry_to_json (MpAuditEntry *self)
{
  JsonObject *object;

  g_return_val_if_fail (MP_IS_AUDIT_ENTRY (self), NULL);

  object = json_object_new ();
  json_object_set_member (object, "entry", mp_json_node_copy (self->body));
  set_optional_string (object, "hash", self->hash);
  return object;
}

/**
 * mp_audit_entry_get_init:
 * @self: an entry
 *
 * Returns: (transfer none): what it holds; not to be changed
 */
const MpAuditEntryInit *
mp_audit_entry_get_init (MpAuditEntry *self)
{
  g_return_val_if_fail (MP_IS_AUDIT_ENTRY (self), NULL);

  return &self->init;
}

/**
 * mp_audit_entry_get_hash:
 * @self: an entry
 *
 * Returns: (transfer none) (nullable): its hash as stored, in hexadecimal
 */
const char *
mp_audit_entry_get_hash (MpAuditEntry *self)
{
  g_return_val_if_fail (MP_IS_AUDIT_ENTRY (self), NULL);

  return self->hash;
}

/**
 * mp_audit_entry_to_canonical:
 * @self: an entry
 *
 * Returns: (transfer full): its body in canonical JSON, the bytes that are hashed
 */
char *
mp_audit_entry_to_canonical (MpAuditEntry *self)
{
  g_return_val_if_fail (MP_IS_AUDIT_ENTRY (self), NULL);

  return mp_json_to_canonical (self->body);
}

/**
 * mp_audit_entry_compute_hash:
 * @self: an entry
 * @previous_hash: (nullable): the hash of the entry before it, or %NULL for the first
 *
 * Returns: (transfer full): the hash that @self must have, in hexadecimal
 */
char *
mp_audit_entry_compute_hash (MpAuditEntry *self, const char *previous_hash)
{
  g_autofree char *digest = NULL;

  g_return_val_if_fail (MP_IS_AUDIT_ENTRY (self), NULL);
  g_return_val_if_fail (previous_hash == NULL || is_hash (previous_hash), NULL);

  digest = mp_json_digest (self->body);
  return mp_audit_link (previous_hash, digest);
}

/**
 * mp_audit_link:
 * @previous_hash: (nullable): the hash of the entry before, or %NULL for the first
 * @digest: the digest of an entry
 *
 * A link of the chain, for whoever knows of an entry no more than its digest. Both may be from
 * outside.
 *
 * Returns: (transfer full) (nullable): the entry's hash, in hexadecimal; %NULL when one of the two
 *   is no SHA-256
 */
char *
mp_audit_link (const char *previous_hash, const char *digest)
{
  static const uint8_t link_mark = 0x01;
  g_autoptr (GChecksum) checksum = NULL;
  uint8_t previous[HASH_BYTES] = { 0 };
  uint8_t own[HASH_BYTES];

  g_return_val_if_fail (digest != NULL, NULL);

  if (!is_hash (digest) || (previous_hash != NULL && !is_hash (previous_hash)))
    return NULL;
  if (previous_hash != NULL)
    read_hash (previous_hash, previous);
  read_hash (digest, own);

  checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_checksum_update (checksum, &link_mark, sizeof link_mark);
  g_checksum_update (checksum, previous, sizeof previous);
  g_checksum_update (checksum, own, sizeof own);
  return g_strdup (g_checksum_get_string (checksum));
}

/**
 * mp_audit_entry_with_hash:
 * @self: an entry
 * @hash: its hash, in hexadecimal
 *
 * Returns: (transfer full): a new entry with it
 */
MpAuditEntry *
mp_audit_entry_with_hash (MpAuditEntry *self, const char *hash)
{
  g_return_val_if_fail (MP_IS_AUDIT_ENTRY (self), NULL);
  g_return_val_if_fail (hash != NULL && is_hash (hash), NULL);

  return take_body (mp_json_object_copy (json_node_get_object (self->body)), hash, NULL);
}

/**
 * mp_audit_verdict_get_state:
 * @self: a verdict
 *
 * Returns: what was found
 */
MpAuditState
mp_audit_verdict_get_state (MpAuditVerdict *self)
{
  g_return_val_if_fail (MP_IS_AUDIT_VERDICT (self), MP_AUDIT_UNSIGNED);

  return self->state;
}

/**
 * mp_audit_verdict_get_sequence:
 * @self: a verdict
 *
 * Returns: the number of the first bad entry; of an intact trail, how many were verified
 */
int64_t
mp_audit_verdict_get_sequence (MpAuditVerdict *self)
{
  g_return_val_if_fail (MP_IS_AUDIT_VERDICT (self), 0);

  return self->sequence;
}

/**
 * mp_audit_verdict_dup_text:
 * @self: a verdict
 *
 * Returns: (transfer full): the verdict in a sentence, translated
 */
char *
mp_audit_verdict_dup_text (MpAuditVerdict *self)
{
  long long sequence;

  g_return_val_if_fail (MP_IS_AUDIT_VERDICT (self), NULL);

  sequence = self->sequence;
  switch (self->state)
    {
    case MP_AUDIT_INTACT:
      return g_strdup_printf (ngettext ("The audit trail is intact: %lld entry verified.",
                                        "The audit trail is intact: %lld entries verified.",
                                        (unsigned long) sequence),
                              sequence);
    case MP_AUDIT_CHANGED:
      return g_strdup_printf (_ ("Entry %lld was changed after it was written."), sequence);
    case MP_AUDIT_MISSING:
      return g_strdup_printf (_ ("Entry %lld is missing."), sequence);
    case MP_AUDIT_REORDERED:
      return g_strdup_printf (_ ("Entry %lld is not in its place."), sequence);
    case MP_AUDIT_TRUNCATED:
      return g_strdup_printf (_ ("The audit trail was cut off: entry %lld was there and is gone."),
                                 sequence);
    case MP_AUDIT_FORKED:
      return g_strdup_printf (_ ("The audit trail was rewritten: entry %lld is another one."),
                                 sequence);
    case MP_AUDIT_UNSIGNED:
      return g_strdup (_ ("The signature of the audit trail is not valid."));
    case MP_AUDIT_RESTORED:
      return g_strdup_printf (
          _ ("The server was put back from a backup: entry %lld, which was seen "
                                 "before, is gone from the audit trail."),
             sequence);
    default:
      g_return_val_if_reached (NULL);
    }
}

/**
 * mp_audit_verdict_new:
 * @state: what was found
 * @sequence: the number of the first bad entry, or how many were verified
 *
 * Returns: (transfer full): the verdict
 */
MpAuditVerdict *
mp_audit_verdict_new (MpAuditState state, int64_t sequence)
{
  MpAuditVerdict *self;

  g_return_val_if_fail (state >= MP_AUDIT_INTACT && state <= MP_AUDIT_RESTORED, NULL);

  self = g_object_new (MP_TYPE_AUDIT_VERDICT, NULL);
  self->state = state;
  self->sequence = sequence;
  return self;
}

/**
 * mp_audit_verdict_to_string:
 * @self: a verdict
 *
 * Returns: (transfer full): the verdict as it is kept, for mp_audit_verdict_new_from_string ()
 */
char *
mp_audit_verdict_to_string (MpAuditVerdict *self)
{
  g_return_val_if_fail (MP_IS_AUDIT_VERDICT (self), NULL);

  return g_strdup_printf ("%s %" G_GINT64_FORMAT, state_names[self->state], self->sequence);
}

/**
 * mp_audit_verdict_new_from_string:
 * @text: a verdict as it was kept
 *
 * Returns: (transfer full) (nullable): the verdict, or %NULL when it is none
 */
MpAuditVerdict *
mp_audit_verdict_new_from_string (const char *text)
{
  g_auto (GStrv) parts = NULL;
  gint64 sequence;

  g_return_val_if_fail (text != NULL, NULL);

  parts = g_strsplit (text, " ", 2);
  for (int state = MP_AUDIT_INTACT; state <= MP_AUDIT_RESTORED; state++)
    {
      if (g_strcmp0 (parts[0], state_names[state]) == 0 && parts[1] != NULL &&
          g_ascii_string_to_signed (parts[1], 10, 0, G_MAXINT64, &sequence, NULL))
        return mp_audit_verdict_new ((MpAuditState) state, sequence);
    }
  return NULL;
}

/**
 * mp_audit_verify:
 * @entries: (element-type MpAuditEntry): the whole trail, from the first entry on
 * @head_sequence: the number of the last entry, as the server signed it
 * @head_hash: (nullable): its hash; %NULL for an empty trail
 * @seen_sequence: the number of the last entry of a head seen earlier; 0 for none
 * @seen_hash: (nullable): its hash
 *
 * Recomputes the chain and compares it with both heads. Entries that came after the head are
 * checked too, but not counted as verified. The signature of the head is for the caller to check.
 *
 * Returns: (transfer full): what was found
 */
MpAuditVerdict *
mp_audit_verify (GPtrArray *entries,
                 int64_t head_sequence,
                 const char *head_hash,
                 int64_t seen_sequence,
                 const char *seen_hash)
{
  const char *previous_hash = NULL;

  g_return_val_if_fail (entries != NULL, NULL);

  for (unsigned int i = 0; i < entries->len; i++)
    {
      MpAuditEntry *entry = entries->pdata[i];
      MpAuditState state = check_entry (entries, i, previous_hash);

      if (state != MP_AUDIT_INTACT)
        return mp_audit_verdict_new (state, (int64_t) i + 1);
      if (is_other_head (entry, head_sequence, head_hash) ||
          is_other_head (entry, seen_sequence, seen_hash))
        return mp_audit_verdict_new (MP_AUDIT_FORKED, entry->init.sequence);
      previous_hash = entry->hash;
    }

  if (entries->len < head_sequence || entries->len < seen_sequence)
    return mp_audit_verdict_new (MP_AUDIT_TRUNCATED, (int64_t) entries->len + 1);
  if (head_sequence < seen_sequence)
    return mp_audit_verdict_new (MP_AUDIT_TRUNCATED, head_sequence + 1);
  return mp_audit_verdict_new (MP_AUDIT_INTACT, head_sequence);
}
