/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-http-client.h"
#include "mp-platform-answer.h"
#include "mp-platform-decode.h"

G_BEGIN_DECLS

/* One answer that is read in a worker thread. Nothing else uses @items, @names and @pending
 * meanwhile. Each pointer that is not const is owned. */
typedef struct
{
  MpPlatformDocument *document;
  MpHttpResponse *response; /* (nullable): the items are those of the joins alone */
  MpRedaction *redaction;
  gboolean is_token;
  gboolean is_secret;     /* the answer is wiped once it is read */
  const MpTestSpec *test; /* (nullable): of the document, when this is its answer */
  const MpListSpec *list; /* (nullable): no items in it; of the document */
  gboolean of_fields;
  GHashTable *joins;
  GPtrArray *items;
  GHashTable *names;
  char *object;                    /* (nullable) */
  GPtrArray *pending;              /* (element-type MpPendingOptions) */
  const MpPendingOptions *options; /* (nullable): of @pending: what the answer is for */
  MpPlatformAnswer answer;
  unsigned int count; /* of the items */
  gboolean is_found;  /* there was a place with items */
} MpPlatformReading;

/* @self: taken; until @callback has returned it is the result's */
void mp_platform_reading_run_async (MpPlatformReading *self,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
/* What was read stands in the result then, also beside an error. */
gboolean
mp_platform_reading_run_finish (GAsyncResult *result, MpPlatformReading **reading, GError **error);

G_END_DECLS
