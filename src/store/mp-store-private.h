/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-store-rows-private.h"
#include "mp-store.h"

G_BEGIN_DECLS

typedef enum
{
  MP_STORE_READS = 1,
  MP_STORE_WRITES,
  MP_STORE_WRITES_QUIETLY, /* nothing that "changed" would tell */
} MpStoreAccess;

/*
 * The work of one call, in the worker thread, inside a transaction that is ended according to what
 * it answers. @output: (out) (nullable): what the call's _finish hands out.
 */
typedef gboolean (*MpStoreWork) (MpStoreConnection *connection,
                                 gpointer input,
                                 gpointer *output,
                                 GError **error);

/*
 * One call. Its input belongs to the worker once it is pushed, and is freed there: the JSON in
 * records is not counted atomically, so what is in @input must not be used elsewhere any more.
 */
typedef struct
{
  gpointer source_tag;
  MpStoreAccess access;
  MpStoreWork work;
  gpointer input;
  GDestroyNotify free_input;
  GDestroyNotify free_output;
} MpStoreCall;

void mp_store_push (MpStore *self,
                    const MpStoreCall *call,
                    GCancellable *cancellable,
                    GAsyncReadyCallback callback,
                    gpointer user_data);
gpointer mp_store_take_output (MpStore *self,
                               GAsyncResult *result,
                               gpointer source_tag,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean
mp_store_take_success (MpStore *self, GAsyncResult *result, gpointer source_tag, GError **error);

G_END_DECLS
