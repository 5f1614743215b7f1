/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-http-client.h"
#include "mp-platform-document.h"

G_BEGIN_DECLS

/* Where in the pages of a list one is. */
typedef struct
{
  const MpPlatformDocument *document; /* (unowned) */
  const MpListSpec *list;             /* (unowned) */
  unsigned int pages;                 /* read so far */
  unsigned int offset;
  char *cursor; /* (nullable) */
  gboolean cursor_is_number;
  char *address;     /* (nullable): of the next page */
  GHashTable *seen;  /* (owned) (nullable) (element-type utf8): cursors and addresses so far */
  GBytes *last_page; /* (owned) (nullable): of a list whose pages are numbered */
} MpPaging;

/* The names and values that ask for one page, NULL-terminated; their texts are the paging's. */
typedef struct
{
  char *size;
  char *place;      /* (nullable): the first page by a cursor */
  const char *name; /* (nullable): what a request calls the place: "cursor", "offset", "page" */
  gboolean is_number;
  const char *query[5];
} MpPageQuery;

void mp_paging_clear (MpPaging *self);
void mp_paging_make_query (const MpPaging *self, MpPageQuery *query);
void mp_page_query_clear (MpPageQuery *self);
/* After a page of @count items: is there another, and where? */
gboolean mp_paging_advance (MpPaging *self,
                            const MpScope *scope,
                            MpHttpResponse *response,
                            unsigned int count,
                            gboolean *has_next,
                            GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MpPaging, mp_paging_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MpPageQuery, mp_page_query_clear)

G_END_DECLS
