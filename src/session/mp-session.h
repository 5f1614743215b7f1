/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-audit-trail.h"
#include "mp-record-model.h"
#include "mp-role.h"
#include "mp-services.h"

G_BEGIN_DECLS

/* One tenant this computer signed in to: where its store lies. */
typedef struct
{
  char *server;
  char *tenant;
  char *actor; /* (nullable) */
  char *directory;
} MpProfile;
void mp_profile_free (MpProfile *profile);
GPtrArray *mp_profile_list (const char *data_dir, GError **error)
    G_GNUC_WARN_UNUSED_RESULT; /* (element-type MpProfile), last used first; reads a file */

typedef enum
{
  MP_SYNC_STATE_NEVER = 1, /* not synced since the program started */
  MP_SYNC_STATE_SYNCING,
  MP_SYNC_STATE_SYNCED,
  MP_SYNC_STATE_OFFLINE,    /* the server cannot be reached; tried again by itself */
  MP_SYNC_STATE_SIGNED_OUT, /* the server refused the token, or the keyring does not give it */
  MP_SYNC_STATE_FAILED,     /* something else: see the sync message */
} MpSyncState;

/*
 * One signed-in tenant: its store, its keys, its sync and its platforms' answers, for the window
 * and for mpctl alike. Main thread only. Properties (all notify): sync-state, sync-message,
 * pending-count, conflict-count, last-synced-unix-us, role, can-undo, can-redo, damage.
 */
#define MP_TYPE_SESSION (mp_session_get_type ())
G_DECLARE_FINAL_TYPE (MpSession, mp_session, MP, SESSION, GObject)

/* Asks the server who the token is (fails when it refuses or cannot be reached), stores the token
 * in the keyring, opens the store. */
void mp_session_sign_in_async (MpServices *services,
                               const char *server,
                               const char *tenant,
                               MpSecret *token /* part "token" */,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
MpSession *mp_session_sign_in_finish (GAsyncResult *result,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Opens the store of an earlier sign-in; works offline and with a locked keyring. */
void mp_session_open_async (MpServices *services,
                            const char *server,
                            const char *tenant,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
MpSession *mp_session_open_finish (GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Forgets the token and, with @remove_data, this computer's copy and keys. */
void mp_session_sign_out_async (MpSession *self,
                                gboolean remove_data,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
gboolean mp_session_sign_out_finish (MpSession *self, GAsyncResult *result, GError **error);
/* Ends background work and closes the store; the last call. */
void mp_session_close_async (MpSession *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean mp_session_close_finish (MpSession *self, GAsyncResult *result, GError **error);

const char *mp_session_get_server (MpSession *self);
const char *mp_session_get_tenant (MpSession *self);
const char *mp_session_get_actor (MpSession *self);
MpRole mp_session_get_role (MpSession *self);
gboolean mp_session_can (MpSession *self, MpPermission permission);
MpServices *mp_session_get_services (MpSession *self);
MpSyncState mp_session_get_sync_state (MpSession *self);
const char *mp_session_get_sync_message (MpSession *self);
unsigned int mp_session_get_pending_count (MpSession *self);
unsigned int mp_session_get_conflict_count (MpSession *self);
int64_t mp_session_get_last_synced_unix_us (MpSession *self);   /* 0: never */
int64_t mp_session_get_offline_since_unix_us (MpSession *self); /* 0: it is not */
unsigned int mp_session_count_refused_fields (MpSession *self);

/* What was damaged on this computer and what became of it, for the person to read once; (nullable).
 * Property: damage. */
char *mp_session_dup_damage (MpSession *self) G_GNUC_WARN_UNUSED_RESULT;
void mp_session_forget_damage (MpSession *self);

GListModel *
mp_session_get_records (MpSession *self); /* of MpRecordModel, by name, archived ones too */
GListModel *
mp_session_get_credentials (MpSession *self); /* of MpCredential, by label, revoked ones too */
MpRecordModel *mp_session_find_record (MpSession *self, const char *id);
MpCredential *mp_session_find_credential (MpSession *self, const char *id);
gboolean mp_session_has_key (MpSession *self,
                             const char *credential_id); /* this computer keeps the secret */

/* What this computer keeps beside the records; never sent. */
#define MP_KEPT_MAPPING_RULES "kept-mapping-rules"
const char *mp_session_get_kept (MpSession *self, const char *name);
void mp_session_keep_async (MpSession *self,
                            const char *name,
                            const char *text,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
gboolean mp_session_keep_finish (MpSession *self, GAsyncResult *result, GError **error);

/* Edits. Each is one durable transaction; when _finish returns, the model shows it. All fail with
 * MP_ERROR_FORBIDDEN for a role that may only read. */
void mp_session_create_record_async (MpSession *self,
                                     const char *name,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
MpRecordModel *mp_session_create_record_finish (MpSession *self,
                                                GAsyncResult *result,
                                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mp_session_edit_async (MpSession *self,
                            const char *record_id,
                            MpChanges *changes,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
gboolean mp_session_edit_finish (MpSession *self, GAsyncResult *result, GError **error);
void mp_session_set_archived_async (MpSession *self,
                                    const char *record_id,
                                    gboolean archived,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
gboolean mp_session_set_archived_finish (MpSession *self, GAsyncResult *result, GError **error);
/* @choices: (element-type MpChoice), of one record. They are a new edit on top of the server's
 * state. */
void mp_session_resolve_async (MpSession *self,
                               GPtrArray *choices,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
gboolean mp_session_resolve_finish (MpSession *self, GAsyncResult *result, GError **error);
MpRecord *mp_session_preview_resolution (MpSession *self,
                                         GPtrArray *choices,
                                         MpFieldErrors **errors) G_GNUC_WARN_UNUSED_RESULT;
/* The newest edit, of whatever record, or with @redo the one that was taken back last. */
gboolean mp_session_get_can_undo (MpSession *self);
gboolean mp_session_get_can_redo (MpSession *self);
void mp_session_undo_async (MpSession *self,
                            gboolean redo,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
MpRecordModel *mp_session_undo_finish (MpSession *self,
                                       GAsyncResult *result,
                                       char **path,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Credentials. The secret goes to the keyring and, sealed, into the outbox; nowhere else. */
typedef struct
{
  const char *platform;
  const char *label;
  MpMode mode;
  const char *account;   /* (nullable) */
  const char *record_id; /* (nullable): private to that record */
} MpNewCredential;
void mp_session_add_credential_async (MpSession *self,
                                      const MpNewCredential *credential,
                                      MpSecret *secret,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
MpCredential *mp_session_add_credential_finish (MpSession *self,
                                                GAsyncResult *result,
                                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* @tested: (nullable): result of the test, for account and mode */
void mp_session_replace_credential_async (MpSession *self,
                                          const char *credential_id,
                                          MpSecret *secret,
                                          MpTestResult *tested,
                                          GCancellable *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer user_data);
gboolean
mp_session_replace_credential_finish (MpSession *self, GAsyncResult *result, GError **error);
void mp_session_rename_credential_async (MpSession *self,
                                         const char *credential_id,
                                         const char *label,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data);
gboolean
mp_session_rename_credential_finish (MpSession *self, GAsyncResult *result, GError **error);
/* MP_ERROR_CONFLICT while a record uses it; the message names the records. Also clears this
 * computer's copy. */
void mp_session_revoke_credential_async (MpSession *self,
                                         const char *credential_id,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data);
gboolean
mp_session_revoke_credential_finish (MpSession *self, GAsyncResult *result, GError **error);
GPtrArray *mp_session_list_credential_users (MpSession *self, const char *credential_id)
    G_GNUC_WARN_UNUSED_RESULT; /* (element-type MpRecordModel) */

/* Live calls to a platform. Opening a stored key is an audit entry, committed before; without it no
 * call is made. */
void mp_session_test_secret_async (MpSession *self,
                                   const char *platform,
                                   JsonObject *connection,
                                   MpSecret *secret,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
MpTestResult *mp_session_test_secret_finish (MpSession *self,
                                             GAsyncResult *result,
                                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mp_session_test_credential_async (MpSession *self,
                                       const char *credential_id,
                                       JsonObject *connection,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
MpTestResult *mp_session_test_credential_finish (MpSession *self,
                                                 GAsyncResult *result,
                                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Fill the record model's metadata: from the cache at once where it has them, live when it has not
 * or with @refresh. */
void mp_session_load_objects_async (MpSession *self,
                                    const char *record_id,
                                    gboolean refresh,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
gboolean mp_session_load_objects_finish (MpSession *self, GAsyncResult *result, GError **error);
void mp_session_load_fields_async (MpSession *self,
                                   const char *record_id,
                                   const char *object,
                                   gboolean refresh,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
gboolean mp_session_load_fields_finish (MpSession *self, GAsyncResult *result, GError **error);
void mp_session_load_sample_async (MpSession *self,
                                   const char *record_id,
                                   const char *object,
                                   const char *const *fields,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
GListModel *mp_session_load_sample_finish (MpSession *self,
                                           GAsyncResult *result,
                                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* @object: (nullable): the objects, not the fields of one */
gboolean mp_session_is_metadata_old (MpSession *self, const char *record_id, const char *object);

/* Sync. One at a time: a second call joins the running one. */
void mp_session_sync_async (MpSession *self,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
gboolean mp_session_sync_finish (MpSession *self, GAsyncResult *result, GError **error);
/* From now on: sync at once, after each edit has rested 1 s, on the server's news (long poll),
 * again with back-off when offline. */
void mp_session_start_background_sync (MpSession *self);

/* A record's revisions, read from the server. */
void mp_session_load_history_async (MpSession *self,
                                    const char *record_id,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
GListModel *mp_session_load_history_finish (MpSession *self, GAsyncResult *result, GError **error)
    G_GNUC_WARN_UNUSED_RESULT; /* of MpRecord, newest first */

/* The tenant's audit trail, read from the server. */
void mp_session_load_audit_async (MpSession *self,
                                  const MpAuditFilter *filter,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
GListModel *mp_session_load_audit_finish (MpSession *self, GAsyncResult *result, GError **error)
    G_GNUC_WARN_UNUSED_RESULT; /* of MpAuditEntry, newest first */
void mp_session_verify_audit_async (MpSession *self,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
MpAuditVerdict *mp_session_verify_audit_finish (MpSession *self,
                                                GAsyncResult *result,
                                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
const char *mp_session_get_audit_key (MpSession *self); /* (nullable): base64 */
char *mp_session_dup_audit_alarm (MpSession *self) G_GNUC_WARN_UNUSED_RESULT; /* (nullable) */

G_END_DECLS
