/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>
#include <stdint.h>

G_BEGIN_DECLS

/*
 * One entry of a tenant's audit trail. The chain: digest_i = SHA-256 (canonical JSON of the entry's
 * body), hash_i = SHA-256 (0x01 || hash_(i-1) || digest_i) on raw bytes, hash_0 = 32 zero bytes.
 * Immutable.
 */
#define MP_TYPE_AUDIT_ENTRY (mp_audit_entry_get_type ())
G_DECLARE_FINAL_TYPE (MpAuditEntry, mp_audit_entry, MP, AUDIT_ENTRY, GObject)
typedef struct
{
  int64_t sequence; /* 1, 2, ... without a gap */
  int64_t at_unix_us;
  const char *actor;
  const char *role;
  const char *action;   /* "settings.update", "credential.use", "sign-in", ... */
  const char *resource; /* (nullable): "settings/ID", "credential/ID" */
  JsonObject *changes;  /* (nullable): {path: {"old":, "new":}}; never a secret */
  const char *request;  /* (nullable) */
  const char *address;  /* (nullable) */
  const char *detail;   /* (nullable): purpose, reason of a refusal */
} MpAuditEntryInit;
MpAuditEntry *mp_audit_entry_new (const MpAuditEntryInit *init) G_GNUC_WARN_UNUSED_RESULT;
MpAuditEntry *mp_audit_entry_new_from_json (JsonObject *object, GError **error)
    G_GNUC_WARN_UNUSED_RESULT; /* {"entry": body, "hash": hex} */
JsonObject *mp_audit_entry_to_json (MpAuditEntry *self) G_GNUC_WARN_UNUSED_RESULT;
const MpAuditEntryInit *mp_audit_entry_get_init (MpAuditEntry *self);
const char *mp_audit_entry_get_hash (MpAuditEntry *self); /* (nullable): hex, as stored */
char *mp_audit_entry_to_canonical (MpAuditEntry *self) G_GNUC_WARN_UNUSED_RESULT;
char *mp_audit_entry_compute_hash (MpAuditEntry *self, const char *previous_hash)
    G_GNUC_WARN_UNUSED_RESULT; /* hex; NULL previous: the first */
MpAuditEntry *mp_audit_entry_with_hash (MpAuditEntry *self,
                                        const char *hash) G_GNUC_WARN_UNUSED_RESULT;

/* The hash after @previous_hash of an entry whose digest is known; NULL: one of them is none. */
char *mp_audit_link (const char *previous_hash, const char *digest) G_GNUC_WARN_UNUSED_RESULT;

typedef struct
{
  const char *actor; /* each (nullable): any */
  const char *action;
  const char *resource;
  int64_t since; /* sequence; 0: from the start */
} MpAuditFilter;

typedef enum
{
  MP_AUDIT_INTACT = 1,
  MP_AUDIT_CHANGED, /* an entry's content does not fit its hash */
  MP_AUDIT_MISSING, /* a sequence number is left out */
  MP_AUDIT_REORDERED,
  MP_AUDIT_TRUNCATED, /* shorter than the head, or than a head seen earlier */
  MP_AUDIT_FORKED,    /* another hash where an earlier head was seen */
  MP_AUDIT_UNSIGNED,  /* the head's signature does not verify */
  MP_AUDIT_RESTORED,  /* shorter or another, but of a new epoch: an older copy was put back */
} MpAuditState;

/* What a verification found. Immutable. */
#define MP_TYPE_AUDIT_VERDICT (mp_audit_verdict_get_type ())
G_DECLARE_FINAL_TYPE (MpAuditVerdict, mp_audit_verdict, MP, AUDIT_VERDICT, GObject)
MpAuditState mp_audit_verdict_get_state (MpAuditVerdict *self);
int64_t mp_audit_verdict_get_sequence (
    MpAuditVerdict *self); /* the first bad entry, or the number verified */
char *mp_audit_verdict_dup_text (MpAuditVerdict *self) G_GNUC_WARN_UNUSED_RESULT; /* translated */
MpAuditVerdict *mp_audit_verdict_new (MpAuditState state,
                                      int64_t sequence) G_GNUC_WARN_UNUSED_RESULT;
char *mp_audit_verdict_to_string (MpAuditVerdict *self) G_GNUC_WARN_UNUSED_RESULT; /* to keep it */
MpAuditVerdict *
mp_audit_verdict_new_from_string (const char *text) G_GNUC_WARN_UNUSED_RESULT; /* (nullable) */

/* Verifies @entries (GListModel or array of MpAuditEntry, ascending from 1) against a head and,
 * where @seen_sequence is not 0, an earlier head. */
MpAuditVerdict *mp_audit_verify (GPtrArray *entries,
                                 int64_t head_sequence,
                                 const char *head_hash,
                                 int64_t seen_sequence,
                                 const char *seen_hash) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
