/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-clock.h"
#include "mp-crm-metadata.h"
#include "mp-feed-page.h"
#include "mp-operation.h"
#include "mp-push-result.h"
#include "mp-registry.h"
#include "mp-store-delta.h"
#include "mp-store-names.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* What became of this computer's copy of a credential's secret. */
typedef enum
{
  MP_KEY_UNCHANGED = 1,
  MP_KEY_KEPT,    /* the keyring has the credential's present version */
  MP_KEY_CLEARED, /* the keyring has none any more */
} MpKeyChange;

typedef enum
{
  MP_STORE_EDIT_STAYS = 1,
  MP_STORE_EDIT_ARCHIVES,
  MP_STORE_EDIT_RESTORES,
} MpStoreEditKind;

/* One change of a local record, newest first where they are listed. */
typedef struct
{
  int64_t at_unix_us;
  MpChanges *before;
  MpChanges *after;
  MpStoreEditKind kind; /* what it did to the record beside its values */
  gboolean undone;      /* it was taken back, and can be made again */
} MpStoredEdit;

/*
 * One tenant's settings on this computer: a SQLite file that several processes may have open, used
 * from one worker thread. Each call is one durable transaction; when its _finish returns success,
 * it is on disk. Signal "changed" (MpStoreDelta): after a transaction of this process, or when
 * mp_store_check_async () finds another process' one; always before the call's own callback.
 *
 * Failures: MP_ERROR_STORAGE (disk full, read-only, damaged, busy for 5 s), MP_ERROR_NOT_FOUND (no
 * such record), MP_ERROR_INVALID, G_IO_ERROR_CANCELLED (only when nothing was done yet).
 * Use from the thread that opened it.
 */
#define MP_TYPE_STORE (mp_store_get_type ())
G_DECLARE_FINAL_TYPE (MpStore, mp_store, MP, STORE, GObject)

/* Makes the folder (0700) and the file (0600) where they are missing. MP_ERROR_NEWER: of a newer
 * version; MP_ERROR_INVALID: not a store. */
void mp_store_open_async (const char *directory,
                          MpRegistry *registry,
                          MpClock *clock,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data);
MpStore *mp_store_open_finish (GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Waits for the calls before it; later ones fail. */
void mp_store_close_async (MpStore *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean mp_store_close_finish (MpStore *self, GAsyncResult *result, GError **error);

/* Everything; the answer is complete. */
void mp_store_load_async (MpStore *self,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data);
MpStoreDelta *mp_store_load_finish (MpStore *self,
                                    GAsyncResult *result,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Did another process write since the last look? Then "changed" is emitted, complete. Cheap. */
void mp_store_check_async (MpStore *self,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
gboolean
mp_store_check_finish (MpStore *self, GAsyncResult *result, gboolean *changed, GError **error);

/* Records. Each answers the record as it is now. */
void mp_store_create_async (MpStore *self,
                            MpRecord *record,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
MpStoredRecord *mp_store_create_finish (MpStore *self,
                                        GAsyncResult *result,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mp_store_edit_async (MpStore *self,
                          const char *record_id,
                          MpChanges *changes,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data);
MpStoredRecord *mp_store_edit_finish (MpStore *self,
                                      GAsyncResult *result,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mp_store_set_archived_async (MpStore *self,
                                  const char *record_id,
                                  gboolean archived,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
MpStoredRecord *mp_store_set_archived_finish (MpStore *self,
                                              GAsyncResult *result,
                                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
/*
 * Ends conflicts of one record. A path of "" is a conflict about the whole record (archived there
 * and changed here, or the other way round; or lost by the server: theirs is NULL): base, mine and
 * theirs are then records' JSON objects, and the value is mine or theirs. Answers NULL without an
 * error when the record went with theirs. MP_ERROR_NOT_FOUND: it was resolved before.
 */
void mp_store_resolve_async (MpStore *self,
                             GPtrArray *choices /* (element-type MpChoice) */,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
MpStoredRecord *mp_store_resolve_finish (MpStore *self,
                                         GAsyncResult *result,
                                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mp_store_list_edits_async (MpStore *self,
                                const char *record_id,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
GPtrArray *mp_store_list_edits_finish (MpStore *self, GAsyncResult *result, GError **error)
    G_GNUC_WARN_UNUSED_RESULT; /* (element-type MpStoredEdit) */
/* Takes the newest edit back that was not taken back yet, of whatever record; or makes the one
 * again that was taken back last. MP_ERROR_NOT_FOUND: there is none. @path: (nullable): the first
 * that changed; none when only the whole record did. */
void mp_store_undo_async (MpStore *self,
                          gboolean redo,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data);
MpStoredRecord *mp_store_undo_finish (MpStore *self,
                                      GAsyncResult *result,
                                      char **path,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Credentials: what is shown from now on, the operation for the server, and the local key's marker,
 * in one transaction. @payload: see mp-operation.h. */
void mp_store_put_credential_async (MpStore *self,
                                    MpCredential *credential,
                                    MpAction action,
                                    JsonObject *payload,
                                    MpKeyChange key,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
gboolean mp_store_put_credential_finish (MpStore *self, GAsyncResult *result, GError **error);
/* The audit entry of a key opened here; call and wait before the key is used. */
void mp_store_record_use_async (MpStore *self,
                                const char *credential_id,
                                const char *purpose,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
gboolean mp_store_record_use_finish (MpStore *self, GAsyncResult *result, GError **error);
/* Only the marker; @version 0: none. */
void mp_store_set_key_async (MpStore *self,
                             const char *credential_id,
                             unsigned int version,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
gboolean mp_store_set_key_finish (MpStore *self, GAsyncResult *result, GError **error);
/* Operations whose secret must be sealed again: the server retired the key. They wait until then.
 */
void mp_store_list_unsealed_async (MpStore *self,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
GPtrArray *mp_store_list_unsealed_finish (MpStore *self, GAsyncResult *result, GError **error)
    G_GNUC_WARN_UNUSED_RESULT; /* (element-type MpOperation) */
void mp_store_reseal_async (MpStore *self,
                            MpOperation *operation,
                            const char *sealed,
                            const char *key_id,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
gboolean mp_store_reseal_finish (MpStore *self, GAsyncResult *result, GError **error);

/* What platforms answered, by any key. */
void mp_store_put_cache_async (MpStore *self,
                               const char *key,
                               MpCrmMetadata *metadata,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
gboolean mp_store_put_cache_finish (MpStore *self, GAsyncResult *result, GError **error);
/* MP_ERROR_NOT_FOUND: nothing under that key. */
void mp_store_get_cache_async (MpStore *self,
                               const char *key,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
MpCrmMetadata *mp_store_get_cache_finish (MpStore *self,
                                          GAsyncResult *result,
                                          int64_t *fetched_unix_us,
                                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Names of mp-store-names.h; a NULL value forgets it. */
void mp_store_set_meta_async (MpStore *self,
                              GHashTable *values,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
gboolean mp_store_set_meta_finish (MpStore *self, GAsyncResult *result, GError **error);
void mp_store_get_meta_async (MpStore *self,
                              const char *name,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
char *mp_store_get_meta_finish (MpStore *self,
                                GAsyncResult *result,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mp_store_list_meta_async (MpStore *self,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
GHashTable *mp_store_list_meta_finish (MpStore *self, GAsyncResult *result, GError **error)
    G_GNUC_WARN_UNUSED_RESULT; /* (element-type utf8 utf8) */

/* For the sync engine. */
void mp_store_list_waiting_async (MpStore *self,
                                  int64_t after,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
GPtrArray *
mp_store_list_waiting_finish (MpStore *self, GAsyncResult *result, int64_t *last, GError **error)
    G_GNUC_WARN_UNUSED_RESULT; /* (element-type MpStoredRecord) */
/* Freezes what goes to the server next: whatever is in flight, else credentials, else those of
 * @records that did not change since they were read. Empty: nothing (left). */
void mp_store_freeze_async (MpStore *self,
                            GPtrArray *records,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
GPtrArray *mp_store_freeze_finish (MpStore *self, GAsyncResult *result, GError **error)
    G_GNUC_WARN_UNUSED_RESULT; /* (element-type MpOperation) */
/* @results: (transfer full) (element-type MpPushResult): they go to another thread. */
void mp_store_apply_results_async (MpStore *self,
                                   GPtrArray *results,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
gboolean mp_store_apply_results_finish (MpStore *self, GAsyncResult *result, GError **error);
/* @since: the cursor that the page was asked with (nullable); @page: (transfer full): it goes to
 * another thread. MP_ERROR_CONFLICT: another process
 * moved it meanwhile; nothing was applied. */
void mp_store_apply_page_async (MpStore *self,
                                const char *since,
                                MpFeedPage *page,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
gboolean mp_store_apply_page_finish (MpStore *self, GAsyncResult *result, GError **error);
/* Forgets the cursor: all is read anew; what does not come again by the last page is gone there.
 * @restored: the server was restored from a backup: what it lost is offered again. */
void mp_store_begin_listing_async (MpStore *self,
                                   gboolean restored,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
gboolean mp_store_begin_listing_finish (MpStore *self, GAsyncResult *result, GError **error);

G_END_DECLS
