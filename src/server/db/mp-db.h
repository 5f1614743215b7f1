/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-audit-trail.h"
#include "mp-role.h"

#include <glib-object.h>
#include <stdint.h>

G_BEGIN_DECLS

/**
 * MpDb:
 *
 * What the tenant server keeps, behind methods of the domain; no SQL passes this interface. One
 * object serves the whole process.
 *
 * Thread-safe: every function may be called from any thread. Outside a transaction a read sees the
 * last committed state. The functions marked [T] need the calling thread's transaction and abort
 * without it. Inside it, the thread's reads see its own writes, and what it has read of a tenant
 * nobody else changes until its end; others wait for it. Fails with MP_ERROR_STORAGE where nothing
 * else is said, with MP_ERROR_UNAVAILABLE where a database server does not answer.
 *
 * Rows are handed out as structs that own their members; passed in, they are borrowed.
 */
#define MP_TYPE_DB (mp_db_get_type ())
G_DECLARE_DERIVABLE_TYPE (MpDb, mp_db, MP, DB, GObject)

/* A transaction. Freeing one that was not committed rolls it back, so a
 * g_autoptr (MpDbTransaction) makes every early return right. Not recursive: a second begin in the
 * same thread aborts. */
typedef struct _MpDbTransaction MpDbTransaction;
MpDbTransaction *mp_db_begin (MpDb *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean mp_db_commit (MpDbTransaction *transaction, GError **error);
void mp_db_transaction_free (MpDbTransaction *transaction);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpDbTransaction, mp_db_transaction_free)
gboolean mp_db_in_transaction (MpDb *self); /* does the calling thread hold one? */

/* Several transactions of the calling thread, one after the other, that become durable together:
 * what they commit, and what they read meanwhile, is acknowledged by the group's commit. Those of
 * other threads wait. One that is rolled back after it wrote may undo all of them (is_undone). Not
 * inside a transaction, nor a group. */
typedef struct _MpDbGroup MpDbGroup;
MpDbGroup *mp_db_group_new (MpDb *self) G_GNUC_WARN_UNUSED_RESULT;
/* Says what one of its transactions is about to read, before the first begins; for tenants in the
 * order of their ids. @credentials: their ids */
void mp_db_group_expect (MpDbGroup *group,
                         const char *tenant,
                         const char *record,
                         const char *const *credentials);
gboolean mp_db_group_commit (MpDbGroup *group, gboolean *is_undone, GError **error);

/* Does a read answer at once, or does it wait for a server? */
gboolean mp_db_is_embedded (MpDb *self);

/* Revisions: "EPOCH.SEQUENCE", the tenant's sequence within the database's epoch. */
char *mp_db_dup_epoch (MpDb *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean mp_db_set_epoch (MpDb *self, const char *epoch, GError **error); /* [T] after a restore */
char *mp_db_format_revision (const char *epoch, int64_t sequence) G_GNUC_WARN_UNUSED_RESULT;
gboolean mp_db_parse_revision (const char *text, char **epoch, int64_t *sequence);

/* (element-type utf8): what is wrong with the database, for its operator; nothing is changed */
GPtrArray *mp_db_check (MpDb *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Server facts by name. A name never set: TRUE, and *value is NULL. What is read within a
 * transaction nobody sets before its end, and what is set nobody reads. */
gboolean mp_db_get_meta (MpDb *self, const char *name, char **value, GError **error);
gboolean mp_db_set_meta (MpDb *self, const char *name, const char *value, GError **error); /* [T] */

/* Tenants. An id is [a-z0-9][a-z0-9-]{0,62}. */
typedef struct
{
  const char *id;
  const char *name;
  int64_t created_unix_us;
} MpDbTenant;
gboolean mp_db_tenant_id_is_valid (const char *id);
/* [T] MP_ERROR_INVALID: the id's form; MP_ERROR_CONFLICT: it exists */
gboolean mp_db_add_tenant (MpDb *self, const MpDbTenant *tenant, GError **error);
/* MP_ERROR_NOT_FOUND */
MpDbTenant *mp_db_get_tenant (MpDb *self, const char *id, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* (element-type MpDbTenant), by id */
GPtrArray *mp_db_list_tenants (MpDb *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mp_db_tenant_free (MpDbTenant *tenant);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpDbTenant, mp_db_tenant_free)

/* Tokens: known by the SHA-256 of their text; the text is nowhere. */
typedef struct
{
  const char *id;
  const char *tenant;
  const char *hash; /* 64 hexadecimal digits */
  const char *actor;
  MpRole role;
  int64_t created_unix_us;
  int64_t expires_unix_us; /* 0: never */
  int64_t used_unix_us;    /* 0: not yet */
  int64_t revoked_unix_us; /* 0: valid */
} MpDbToken;
gboolean mp_db_add_token (MpDb *self, const MpDbToken *token, GError **error); /* [T] */
/* MP_ERROR_NOT_FOUND */
MpDbToken *
mp_db_find_token (MpDb *self, const char *hash, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* (element-type MpDbToken), oldest first */
GPtrArray *
mp_db_list_tokens (MpDb *self, const char *tenant, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* [T] MP_ERROR_NOT_FOUND */
gboolean mp_db_touch_token (
    MpDb *self, const char *tenant, const char *id, int64_t at_unix_us, GError **error);
/* [T] MP_ERROR_NOT_FOUND; one revoked already keeps its time */
gboolean mp_db_revoke_token (
    MpDb *self, const char *tenant, const char *id, int64_t at_unix_us, GError **error);
void mp_db_token_free (MpDbToken *token);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpDbToken, mp_db_token_free)

/* The tenant's sequence: each change of a record or credential takes the next number. */
gboolean
mp_db_next_sequence (MpDb *self, const char *tenant, int64_t *sequence, GError **error); /* [T] */
gboolean mp_db_get_sequence (MpDb *self, const char *tenant, int64_t *sequence, GError **error);

/* Records: the newest state, every revision, and a place in the feed, written together. */
typedef struct
{
  const char *id;
  int64_t sequence;
  gboolean archived;
  const char *json;          /* the record as on the wire, with its revision */
  gboolean keeps_references; /* when put: it is there, and refers to the same credentials */
} MpDbRecord;
/* [T] @credentials (nullable): ids of the credentials that the record refers to;
 * @actor and @at_unix_us go into the history. */
gboolean mp_db_put_record (MpDb *self,
                           const char *tenant,
                           const MpDbRecord *record,
                           const char *const *credentials,
                           const char *actor,
                           int64_t at_unix_us,
                           GError **error);
/* MP_ERROR_NOT_FOUND */
MpDbRecord *mp_db_get_record (MpDb *self, const char *tenant, const char *id, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
/* (element-type MpDbRecord), by id, those after @after (nullable) */
GPtrArray *mp_db_list_records (MpDb *self,
                               const char *tenant,
                               gboolean archived,
                               const char *after,
                               unsigned int limit,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* (element-type MpDbRecord): those that refer to a credential, archived ones too */
GPtrArray *mp_db_list_credential_users (MpDb *self,
                                        const char *tenant,
                                        const char *credential,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mp_db_record_free (MpDbRecord *record);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpDbRecord, mp_db_record_free)

typedef struct
{
  int64_t sequence;
  int64_t at_unix_us;
  const char *actor;
  const char *json;
} MpDbRevision;
/* (element-type MpDbRevision), newest first, those before @before (0: all) */
GPtrArray *mp_db_list_history (MpDb *self,
                               const char *tenant,
                               const char *id,
                               int64_t before,
                               unsigned int limit,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mp_db_revision_free (MpDbRevision *revision);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpDbRevision, mp_db_revision_free)

/* Credentials: what may be known of them. */
typedef struct
{
  const char *id;
  int64_t sequence;
  unsigned int version;
  gboolean revoked;
  const char *json; /* the credential as on the wire */
} MpDbCredential;
/* [T] also a place in the feed */
gboolean mp_db_put_credential (MpDb *self,
                               const char *tenant,
                               const MpDbCredential *credential,
                               GError **error);
/* MP_ERROR_NOT_FOUND */
MpDbCredential *mp_db_get_credential (MpDb *self,
                                      const char *tenant,
                                      const char *id,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* (element-type MpDbCredential), by id, revoked ones too */
GPtrArray *
mp_db_list_credentials (MpDb *self, const char *tenant, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mp_db_credential_free (MpDbCredential *credential);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpDbCredential, mp_db_credential_free)

/* A credential's secret, encrypted. For the vault; nobody else reads or writes these. */
typedef struct
{
  const char *tenant;
  const char *credential;
  unsigned int version;
  const char *key_id;
  GBytes *ciphertext;
} MpDbSecret;
/* [T] takes the place of an earlier one; MP_ERROR_NOT_FOUND: no such credential */
gboolean mp_db_put_secret (MpDb *self, const MpDbSecret *secret, GError **error);
/* MP_ERROR_NOT_FOUND */
MpDbSecret *mp_db_get_secret (MpDb *self,
                              const char *tenant,
                              const char *credential,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* [T] */
gboolean
mp_db_remove_secret (MpDb *self, const char *tenant, const char *credential, GError **error);
/* [T] the same secret under another key, while others change other secrets: one that is gone, or
 * was replaced meanwhile, stays so. */
gboolean mp_db_rewrap_secret (MpDb *self, const MpDbSecret *secret, GError **error);
/* (element-type MpDbSecret): of all tenants, not encrypted under @key_id */
GPtrArray *mp_db_list_secrets_not_under (MpDb *self,
                                         const char *key_id,
                                         unsigned int limit,
                                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mp_db_secret_free (MpDbSecret *secret);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpDbSecret, mp_db_secret_free)

/* The feed: each record and credential once, at its newest sequence. */
typedef enum
{
  MP_DB_CHANGE_SETTINGS = 1,
  MP_DB_CHANGE_CREDENTIAL,
} MpDbChangeKind;
typedef struct
{
  MpDbChangeKind kind;
  const char *id;
  int64_t sequence;
  const char *json;
} MpDbChange;
/* (element-type MpDbChange), ascending, those after the sequence @after */
GPtrArray *mp_db_list_changes (MpDb *self,
                               const char *tenant,
                               int64_t after,
                               unsigned int limit,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mp_db_change_free (MpDbChange *change);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpDbChange, mp_db_change_free)

/* Waits until the tenant's committed sequence is beyond @after, or g_get_monotonic_time () reaches
 * @deadline_monotonic_us, or mp_db_end_waiting (). Returns whether there is news. Not inside a
 * transaction. */
gboolean mp_db_wait_for_change (MpDb *self,
                                const char *tenant,
                                int64_t after,
                                int64_t deadline_monotonic_us);
/* For shutdown: ends all waiting, now and later. */
void mp_db_end_waiting (MpDb *self);

/* Results of operations, kept so that an operation sent twice is done once. */
#define MP_DB_OPERATION_DAYS 180
/* Unknown operation: TRUE, and *result is NULL. */
gboolean mp_db_get_operation_result (
    MpDb *self, const char *tenant, const char *op, char **result, GError **error);
/* [T] MP_ERROR_CONFLICT: has one already */
gboolean mp_db_put_operation_result (MpDb *self,
                                     const char *tenant,
                                     const char *op,
                                     const char *result,
                                     int64_t at_unix_us,
                                     GError **error);
/* [T] forgets those older than MP_DB_OPERATION_DAYS */
gboolean mp_db_purge_operation_results (MpDb *self, int64_t now_unix_us, GError **error);

/* Audit rows. For the audit log (mp-audit-log.h); nobody else writes these. */
typedef struct
{
  int64_t sequence;
  const char *entry; /* canonical JSON of the body, the bytes that were hashed */
  const char *hash;
} MpDbAuditRow;
typedef struct
{
  int64_t sequence;
  const char *hash;
  const char *signature; /* base64 */
} MpDbAuditHead;
/* [T] the row and the new head (@signature NULL: the row alone, the next one follows at once);
 * MP_ERROR_CONFLICT: the sequence is taken */
gboolean mp_db_append_audit (MpDb *self,
                             const char *tenant,
                             const MpDbAuditRow *row,
                             const MpAuditEntryInit *init,
                             const char *signature,
                             GError **error);
/* No entry yet: TRUE, and *head is NULL */
gboolean
mp_db_get_audit_head (MpDb *self, const char *tenant, MpDbAuditHead **head, GError **error);
/* (element-type MpDbAuditRow), ascending, those after the filter's `since` */
GPtrArray *mp_db_list_audit (MpDb *self,
                             const char *tenant,
                             const MpAuditFilter *filter,
                             unsigned int limit,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mp_db_audit_row_free (MpDbAuditRow *row);
void mp_db_audit_head_free (MpDbAuditHead *head);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpDbAuditRow, mp_db_audit_row_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpDbAuditHead, mp_db_audit_head_free)

G_END_DECLS
