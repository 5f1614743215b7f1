/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-http-client.h"
#include "mp-platform-answer.h"
#include "mp-platform-decode.h"
#include "mp-platform-paging.h"

G_BEGIN_DECLS

/* One answer that is read in a worker thread. Nothing else uses @items, @names, @pending and
 * @paging meanwhile. Each pointer that is not const is owned. */
typedef struct
{
  MpPlatformDocument *document;
  MpHttpResponse *response; /* (nullable): the items are those of the joins alone */
  MpRedaction *redaction;
  gboolean is_token;
  gboolean is_secret;     /* the answer is wiped once it is read */
  const MpTestSpec *test; /* (nullable): of the document, when this is its answer */
  const MpListSpec *list; /* (nullable): no items in it; of the document */
  GType item_type;
  GStrv fields; /* (nullable): of a sample */
  GHashTable *joins;
  GPtrArray *items;
  GHashTable *names;
  char *object;                    /* (nullable) */
  GPtrArray *pending;              /* (element-type MpPendingOptions) */
  const MpPendingOptions *options; /* (nullable): of @pending: what the answer is for */
  gboolean is_last;                /* of the answers with options */
  MpPaging *paging;                /* (unowned) (nullable): of a page: is turned */
  gboolean is_found;               /* there was a place with items, in an earlier answer too */

  /* What was read */
  MpPlatformAnswer answer; /* of a list without the root */
  gboolean has_next;       /* there is another page */
  GListModel *listing;     /* (nullable): the whole list, when this was the last answer of it */
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
