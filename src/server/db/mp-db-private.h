/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-db.h"

G_BEGIN_DECLS

/* The fact every database has from the start. */
#define MP_DB_META_EPOCH "epoch"

/* What a driver implements; the meaning of each is that of the public function. The base class
 * knows which thread has a transaction open, and checks the arguments.
 *
 * begin waits until the driver can run one more transaction, and hands out what it knows of it;
 * exactly one of commit and rollback ends it. A commit that fails has rolled back. Within a
 * transaction nobody else changes what it read of a tenant.
 *
 * begin_group hands out what the driver knows of the calling thread's group; those three find it by
 * mp_db_get_group_state (), and commit leaves it to commit_group to wait for the disk. */
struct _MpDbClass
{
  GObjectClass parent_class;

  gboolean is_embedded; /* reads answer at once */

  gboolean (*begin) (MpDb *self, gpointer *state, GError **error);
  gboolean (*commit) (MpDb *self, gpointer state, GError **error);
  void (*rollback) (MpDb *self, gpointer state);

  gpointer (*begin_group) (MpDb *self);
  /* (nullable): for a driver that gains by knowing */
  void (*expect) (MpDb *self,
                  gpointer state,
                  const char *tenant,
                  const char *record,
                  const char *const *credentials);
  gboolean (*commit_group) (MpDb *self, gpointer state, gboolean *is_undone, GError **error);

  GPtrArray *(*check) (MpDb *self, GError **error);

  gboolean (*get_meta) (MpDb *self, const char *name, char **value, GError **error);
  gboolean (*set_meta) (MpDb *self, const char *name, const char *value, GError **error);

  gboolean (*add_tenant) (MpDb *self, const MpDbTenant *tenant, GError **error);
  MpDbTenant *(*get_tenant) (MpDb *self, const char *id, GError **error);
  GPtrArray *(*list_tenants) (MpDb *self, GError **error);

  gboolean (*add_token) (MpDb *self, const MpDbToken *token, GError **error);
  MpDbToken *(*find_token) (MpDb *self, const char *hash, GError **error);
  GPtrArray *(*list_tokens) (MpDb *self, const char *tenant, GError **error);
  gboolean (*touch_token) (
      MpDb *self, const char *tenant, const char *id, int64_t at_unix_us, GError **error);
  gboolean (*revoke_token) (
      MpDb *self, const char *tenant, const char *id, int64_t at_unix_us, GError **error);

  gboolean (*next_sequence) (MpDb *self, const char *tenant, int64_t *sequence, GError **error);
  gboolean (*get_sequence) (MpDb *self, const char *tenant, int64_t *sequence, GError **error);

  gboolean (*put_record) (MpDb *self,
                          const char *tenant,
                          const MpDbRecord *record,
                          const char *const *credentials,
                          const char *actor,
                          int64_t at_unix_us,
                          GError **error);
  MpDbRecord *(*get_record) (MpDb *self, const char *tenant, const char *id, GError **error);
  GPtrArray *(*list_records) (MpDb *self,
                              const char *tenant,
                              gboolean archived,
                              const char *after,
                              unsigned int limit,
                              GError **error);
  GPtrArray *(*list_credential_users) (MpDb *self,
                                       const char *tenant,
                                       const char *credential,
                                       GError **error);
  GPtrArray *(*list_history) (MpDb *self,
                              const char *tenant,
                              const char *id,
                              int64_t before,
                              unsigned int limit,
                              GError **error);

  gboolean (*put_credential) (MpDb *self,
                              const char *tenant,
                              const MpDbCredential *credential,
                              GError **error);
  MpDbCredential *(*get_credential) (MpDb *self,
                                     const char *tenant,
                                     const char *id,
                                     GError **error);
  GPtrArray *(*list_credentials) (MpDb *self, const char *tenant, GError **error);

  gboolean (*put_secret) (MpDb *self, const MpDbSecret *secret, GError **error);
  MpDbSecret *(*get_secret) (MpDb *self,
                             const char *tenant,
                             const char *credential,
                             GError **error);
  gboolean (*remove_secret) (MpDb *self,
                             const char *tenant,
                             const char *credential,
                             GError **error);
  gboolean (*rewrap_secret) (MpDb *self, const MpDbSecret *secret, GError **error);
  GPtrArray *(*list_secrets_not_under) (MpDb *self,
                                        const char *key_id,
                                        unsigned int limit,
                                        GError **error);

  GPtrArray *(*list_changes) (
      MpDb *self, const char *tenant, int64_t after, unsigned int limit, GError **error);

  gboolean (*get_operation_result) (
      MpDb *self, const char *tenant, const char *op, char **result, GError **error);
  gboolean (*put_operation_result) (MpDb *self,
                                    const char *tenant,
                                    const char *op,
                                    const char *result,
                                    int64_t at_unix_us,
                                    GError **error);
  gboolean (*purge_operation_results) (MpDb *self, int64_t before_unix_us, GError **error);

  gboolean (*append_audit) (MpDb *self,
                            const char *tenant,
                            const MpDbAuditRow *row,
                            const MpAuditEntryInit *init,
                            const char *signature,
                            GError **error);
  gboolean (*get_audit_head) (MpDb *self, const char *tenant, MpDbAuditHead **head, GError **error);
  GPtrArray *(*list_audit) (MpDb *self,
                            const char *tenant,
                            const MpAuditFilter *filter,
                            unsigned int limit,
                            GError **error);
};

/* What begin handed out to the calling thread; NULL outside a transaction. */
gpointer mp_db_get_transaction_state (MpDb *self);
/* What begin_group handed out to the calling thread; NULL outside a group. */
gpointer mp_db_get_group_state (MpDb *self);

G_END_DECLS
