/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-platform-document.h"

G_BEGIN_DECLS

/* The items of one page. Any thread. */
typedef struct
{
  const MpPlatformDocument *document;
  const MpListSpec *list;
  gboolean of_fields;
  GHashTable *joins; /* (nullable) (element-type utf8 JsonNode) */
  GPtrArray *items;  /* (element-type GObject): MpCrmObject or MpCrmField; added to */
  GHashTable *names; /* (element-type utf8): of @items; added to, so that none comes twice */
  unsigned int most; /* of all items */
} MpPlatformDecoder;

/* @count: (out): how many items the page had, also those not kept */
gboolean mp_platform_decode_page (MpPlatformDecoder *self,
                                  JsonNode *root,
                                  unsigned int *count,
                                  GError **error);

G_END_DECLS
