/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-audit-trail.h"
#include "mp-clock.h"
#include "mp-db.h"

G_BEGIN_DECLS

/**
 * MpAuditLog:
 *
 * The tenants' audit trails: appends entries to their hash chains and signs each new head with a
 * key that lies outside the database. Thread-safe.
 */
#define MP_TYPE_AUDIT_LOG (mp_audit_log_get_type ())
G_DECLARE_FINAL_TYPE (MpAuditLog, mp_audit_log, MP, AUDIT_LOG, GObject)

/* @key_path: the Ed25519 key file, made (0600) at the first start. MP_ERROR_INVALID: it is damaged,
 * or not the key that signed this database. */
MpAuditLog *mp_audit_log_new (MpDb *db, MpClock *clock, const char *key_path, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
const char *mp_audit_log_get_public_key (MpAuditLog *self); /* base64: `audit_key` */
/* Whether a database has its key, which then lies in some server's folder. */
gboolean mp_audit_log_has_key (MpDb *db, gboolean *has_key, GError **error);

/* Appends within the calling thread's transaction, so entry and change are committed together.
 * @init's sequence is set here; so is its time where it is 0. */
gboolean mp_audit_log_append (MpAuditLog *self,
                              const char *tenant,
                              const MpAuditEntryInit *init,
                              GError **error);
/* The same in a transaction of its own, committed on return: sign-in, refusal, export, opening. */
gboolean mp_audit_log_append_many (MpAuditLog *self,
                                   const char *tenant,
                                   const MpAuditEntryInit *inits,
                                   unsigned int n_inits,
                                   GError **error);
gboolean mp_audit_log_append_alone (MpAuditLog *self,
                                    const char *tenant,
                                    const MpAuditEntryInit *init,
                                    GError **error);

/* A signed head, as on the wire. */
typedef struct
{
  int64_t sequence; /* 0: no entry yet */
  char *hash;       /* 64 hexadecimal digits */
  char *signature;  /* base64, Ed25519 over "member-pulse/TENANT\nSEQUENCE\nHASH\n" */
  char *key;        /* base64 */
} MpAuditHead;
MpAuditHead *mp_audit_log_get_head (MpAuditLog *self,
                                    const char *tenant,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
JsonObject *mp_audit_head_to_json (const MpAuditHead *head) G_GNUC_WARN_UNUSED_RESULT;
gboolean mp_audit_head_verify (const MpAuditHead *head, const char *tenant, const char *key);
void mp_audit_head_free (MpAuditHead *head);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpAuditHead, mp_audit_head_free)

/* (element-type MpAuditEntry), ascending, after the filter's `since`; *next: (out) (optional) the
 * `since` of the next page, 0 when this is the last */
GPtrArray *mp_audit_log_list (MpAuditLog *self,
                              const char *tenant,
                              const MpAuditFilter *filter,
                              unsigned int limit,
                              int64_t *next,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* (element-type utf8): the digests of the entries after @after up to @last, at most @limit; what a
 * witness computes the chain from. */
GPtrArray *mp_audit_log_list_digests (MpAuditLog *self,
                                      const char *tenant,
                                      int64_t after,
                                      int64_t last,
                                      unsigned int limit,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Recomputes the tenant's whole chain against its signed head and, where given, an earlier one. */
MpAuditVerdict *mp_audit_log_verify (MpAuditLog *self,
                                     const char *tenant,
                                     const MpAuditHead *seen,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The trail as JSON Lines with its signed head, and what such a file is worth: no database is
 * needed. */
gboolean
mp_audit_log_export (MpAuditLog *self, const char *tenant, GOutputStream *stream, GError **error);
MpAuditVerdict *mp_audit_export_verify (const char *path,
                                        const char *key,
                                        char **tenant,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A checkpoint: the signed heads of all tenants in one file (0600), to be kept elsewhere. */
gboolean mp_audit_log_save_checkpoint (MpAuditLog *self, const char *path, GError **error);
/* MP_ERROR_NOT_FOUND: the file does not name the tenant; MP_ERROR_INVALID: it cannot be read, or
 * its signature is not this key's */
MpAuditHead *mp_audit_log_load_checkpoint (MpAuditLog *self,
                                           const char *path,
                                           const char *tenant,
                                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
