/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-clock.h"
#include "mp-record-entry-private.h"
#include "mp-store-delta-private.h"
#include "mp-store-file-private.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* What the worker thread works with. The sets are those of the transaction that is on. */
typedef struct
{
  MpStoreFile file;
  sqlite3 *db; /* the file's */
  MpRegistry *registry;
  MpClock *clock;
  GHashTable *touched_records;     /* (element-type utf8 MpStoredRecord): as it is now, or NULL: it
                                      stands in the tables */
  GHashTable *touched_credentials; /* (element-type utf8) */
  GHashTable *damaged_records;     /* (element-type utf8): their digest is wrong */
  int64_t data_version;
} MpStoreConnection;

/* Records. */
MpRecordEntry *mp_store_rows_load_entry (MpStoreConnection *connection,
                                         const char *id,
                                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean
mp_store_rows_save_entry (MpStoreConnection *connection, MpRecordEntry *entry, GError **error);
gboolean mp_store_rows_pull_plain (MpStoreConnection *connection,
                                   MpRecord *record,
                                   gboolean *done,
                                   GError **error);
GPtrArray *mp_store_rows_list_ids (MpStoreConnection *connection,
                                   const char *sql,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
MpStoreDelta *mp_store_rows_build_delta (MpStoreConnection *connection,
                                         gboolean complete,
                                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Credentials: @base and @local are JSON texts. */
gboolean mp_store_rows_load_credential (
    MpStoreConnection *connection, const char *id, char **base, char **local, GError **error);
gboolean mp_store_rows_save_credential (MpStoreConnection *connection,
                                        const char *id,
                                        const char *base,
                                        const char *local,
                                        GError **error);
gboolean
mp_store_rows_add_operation (MpStoreConnection *connection, MpOperation *operation, GError **error);
gboolean mp_store_rows_has_operations (MpStoreConnection *connection,
                                       const char *target,
                                       gboolean *has,
                                       GError **error);

/* The rest. */
gboolean mp_store_rows_get_meta (MpStoreConnection *connection,
                                 const char *name,
                                 char **value,
                                 GError **error);
gboolean
mp_store_rows_list_meta (MpStoreConnection *connection, GHashTable *values, GError **error);
gboolean mp_store_rows_set_meta (MpStoreConnection *connection,
                                 const char *name,
                                 const char *value,
                                 GError **error);
gboolean
mp_store_rows_add_lost (MpStoreConnection *connection, unsigned int n_changes, GError **error);
gboolean
mp_store_rows_begin_listing (MpStoreConnection *connection, const char *why, GError **error);

/* mp-store-verify.c */
gboolean mp_store_verify (MpStoreConnection *connection, const char *set_aside, GError **error);

/* A body as it is stored beside its digest. */
char *mp_store_body_new (JsonObject *object, char **digest) G_GNUC_WARN_UNUSED_RESULT;
JsonObject *mp_store_body_read (const char *text, const char *digest) G_GNUC_WARN_UNUSED_RESULT;
MpRecord *mp_store_base_read (const char *text, const char *digest) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
