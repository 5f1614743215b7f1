/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-store.h"

G_BEGIN_DECLS

/* A store's calls, waited for. Those without an error argument must not fail. */
MpStore *mp_test_store_open (const char *directory, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mp_test_store_close (MpStore *store); /* (transfer full) */
MpStoreDelta *mp_test_store_load (MpStore *store) G_GNUC_WARN_UNUSED_RESULT;
MpStoredRecord *mp_test_store_find (MpStore *store, const char *id) G_GNUC_WARN_UNUSED_RESULT;
gboolean mp_test_store_check (MpStore *store);
void mp_test_store_create (MpStore *store, MpRecord *record);
gboolean mp_test_store_edit (MpStore *store, const char *id, MpChanges *changes, GError **error);
void mp_test_store_set (MpStore *store, const char *id, const char *path, const char *value);
void mp_test_store_archive (MpStore *store, const char *id, gboolean archived);
gboolean
mp_test_store_resolve (MpStore *store, MpConflict *conflict, JsonNode *value, GError **error);
gboolean mp_test_store_put_credential (MpStore *store,
                                       MpCredential *credential,
                                       MpAction action,
                                       JsonObject *payload,
                                       MpKeyChange key,
                                       GError **error);
void mp_test_store_use (MpStore *store, const char *credential_id);
GPtrArray *mp_test_store_list_waiting (MpStore *store) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *mp_test_store_freeze (MpStore *store, GPtrArray *records) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *mp_test_store_freeze_all (MpStore *store) G_GNUC_WARN_UNUSED_RESULT;
void mp_test_store_answer (MpStore *store, MpPushResult *result); /* (transfer full) */
gboolean
mp_test_store_apply_page (MpStore *store, const char *since, const char *json, GError **error);
void mp_test_store_begin_listing (MpStore *store, gboolean restored);
char *mp_test_store_get_meta (MpStore *store, const char *name) G_GNUC_WARN_UNUSED_RESULT;
void mp_test_store_set_meta (MpStore *store, const char *name, const char *value);

G_END_DECLS
