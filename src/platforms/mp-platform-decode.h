/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-platform-document.h"

G_BEGIN_DECLS

/* A field whose options another answer has. */
typedef struct
{
  const MpOptionsSpec *spec;
  unsigned int index; /* of the field among the items */
  char *name;
  char *key;      /* (nullable) */
  JsonNode *item; /* what the field was read from */
  JsonNode *page;
} MpPendingOptions;

/* The items of one page. Any thread. */
typedef struct
{
  const MpPlatformDocument *document;
  const MpListSpec *list;
  gboolean of_fields;
  const char *const *fields; /* (nullable): the items are records, of which these are read */
  GHashTable *joins;         /* (nullable) (element-type utf8 JsonNode) */
  GPtrArray *items;          /* (element-type GObject): MpCrmObject or MpCrmField; added to */
  GHashTable *names;  /* (element-type utf8): of @items; added to, so that none comes twice */
  unsigned int most;  /* of all items */
  const char *object; /* (nullable): whose fields */
  GPtrArray *pending; /* (nullable) (element-type MpPendingOptions); added to */
  JsonNode *page;     /* (nullable): the answer at hand */
  JsonNode *answer;   /* (nullable): with the options of the field at hand */
  gboolean may_lack;  /* a page without a place of items is no fault: another may have it */
  gboolean is_found;  /* set: the page had one */
} MpPlatformDecoder;

/* @count: (out): how many items the page had, also those not kept */
gboolean mp_platform_decode_page (MpPlatformDecoder *self,
                                  JsonNode *root,
                                  unsigned int *count,
                                  GError **error);
/* The error of a list of which no page has a place with items. */
void mp_platform_set_lacking_error (const MpPlatformDocument *document,
                                    const MpListSpec *list,
                                    GError **error);
/* The field again, with the options of @answer. */
gboolean mp_platform_decode_options (MpPlatformDecoder *self,
                                     const MpPendingOptions *pending,
                                     JsonNode *answer,
                                     GError **error);
void mp_pending_options_free (MpPendingOptions *self);

G_END_DECLS
