/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-profile-private.h"
#include "mp-session.h"
#include "mp-store.h"
#include "mp-sync.h"

G_BEGIN_DECLS

/* The name of the sign-in token among the secrets. */
#define MP_SESSION_TOKEN_ITEM "token"

/* What runs by itself once it was started; see mp-session-background.c. */
typedef struct
{
  gboolean is_on;
  unsigned int edit_id;     /* the sync after an edit has rested */
  unsigned int retry_id;    /* the next try when the last one failed */
  unsigned int check_id;    /* looks for what other processes wrote */
  unsigned int failures;    /* in a row */
  GCancellable *wait;       /* (owned) (nullable): of the long poll under way */
  GNetworkMonitor *monitor; /* (owned) (nullable) */
  unsigned long monitor_handler;
} MpSessionBackground;

struct _MpSession
{
  GObject parent_instance;

  MpServices *services;   /* (owned) */
  MpProfile *profile;     /* (owned) */
  MpTenantClient *client; /* (owned) */
  MpStore *store;         /* (owned) (nullable): closed */
  unsigned long store_handler;
  MpSync *sync;              /* (owned) (nullable): closed */
  GCancellable *cancellable; /* (owned): of all that runs by itself */

  GListStore *records;           /* (owned) (element-type MpRecordModel): by name */
  GHashTable *models;            /* (owned) (element-type utf8 MpRecordModel): by id */
  GListStore *credentials;       /* (owned) (element-type MpCredential): by label */
  GHashTable *credentials_by_id; /* (owned) (element-type utf8 MpCredential) */
  MpStoreDelta *latest;          /* (owned) (nullable): knows the meta and the keys */
  MpRole role;
  unsigned int n_restoring; /* models whose metadata is being read from the cache */
  GTask *opening;           /* (owned) (nullable): waits for them */

  MpSyncState sync_state;
  char *sync_message; /* (owned) */
  char *failure;      /* (owned) (nullable): why it is signed out or failed */
  char *notice;       /* (owned) (nullable): what the person must know although it is synced */
  int64_t offline_since_unix_us;
  gboolean is_syncing;
  gboolean has_resealed;   /* in this sync */
  GPtrArray *sync_waiters; /* (owned) (element-type GTask) */
  MpSessionBackground background;
};

/* mp-session.c */
MpSession *mp_session_new (MpServices *services,
                           MpProfile *profile,
                           MpTenantClient *client,
                           MpStore *store) G_GNUC_WARN_UNUSED_RESULT;
/* A task of the session; NULL when the permission (0: none is needed) is missing or the session is
 * closed: then it has failed already. A committed change is not reported as cancelled. */
GTask *mp_session_begin (MpSession *self,
                         MpPermission permission,
                         gpointer tag,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data) G_GNUC_WARN_UNUSED_RESULT;
void mp_session_forget_store (MpSession *self);
void mp_session_notify_delta (MpSession *self, MpStoreDelta *before);
void mp_session_set_sync_state (MpSession *self, MpSyncState state, const GError *error);
void mp_session_take_notice (MpSession *self, char *notice);
MpSecretName mp_session_name_secret (MpSession *self, const char *item);

/* mp-session-models.c */
void mp_session_apply_delta (MpSession *self, MpStoreDelta *delta);
MpFieldErrors *mp_session_validate (MpSession *self,
                                    MpRecord *record,
                                    MpCrmMetadata *metadata) G_GNUC_WARN_UNUSED_RESULT;
void mp_session_validate_model (MpSession *self, MpRecordModel *model);
gboolean mp_session_is_eligible (MpStoredRecord *stored, gpointer session);

/* mp-session-metadata.c */
char *mp_session_dup_metadata_source (MpRecord *record) G_GNUC_WARN_UNUSED_RESULT;
void mp_session_restore_metadata (MpSession *self, MpRecordModel *model);

/* mp-session-keys.c: opens a stored key, after the audit entry of it is committed. */
void mp_session_open_key_async (MpSession *self,
                                const char *credential_id,
                                const char *purpose,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
MpSecret *mp_session_open_key_finish (MpSession *self,
                                      GAsyncResult *result,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mp_session_reseal_async (MpSession *self,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
gboolean mp_session_reseal_finish (MpSession *self, GAsyncResult *result, GError **error);
void mp_session_clear_key (MpSession *self, const char *credential_id);
void mp_session_tidy_keys (MpSession *self);

/* mp-session-sync.c */
void mp_session_stop_async (MpSession *self, GAsyncReadyCallback callback, gpointer user_data);

/* mp-session-background.c */
void mp_session_note_edit (MpSession *self);
void mp_session_background_synced (MpSession *self, const GError *error);
void mp_session_background_pause (MpSession *self);
void mp_session_background_stop (MpSession *self);

G_END_DECLS
