/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-audit-head.h"
#include "mp-credential.h"
#include "mp-record.h"

G_BEGIN_DECLS

/* One page of the server's feed of changes. Immutable. */
#define MP_TYPE_FEED_PAGE (mp_feed_page_get_type ())
G_DECLARE_FINAL_TYPE (MpFeedPage, mp_feed_page, MP, FEED_PAGE, GObject)

MpFeedPage *mp_feed_page_new_from_json (JsonObject *object,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
MpFeedPage *mp_feed_page_new_from_text (const char *text,
                                        size_t length,
                                        const char *tag,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
MpFeedPage *mp_feed_page_new_unchanged (void) G_GNUC_WARN_UNUSED_RESULT;
MpFeedPage *mp_feed_page_new_expired (void) G_GNUC_WARN_UNUSED_RESULT;
gboolean mp_feed_page_get_expired (MpFeedPage *self);
const char *mp_feed_page_get_epoch (MpFeedPage *self);
const char *mp_feed_page_get_cursor (MpFeedPage *self);
gboolean mp_feed_page_get_more (MpFeedPage *self);
GPtrArray *mp_feed_page_get_records (MpFeedPage *self);
GPtrArray *mp_feed_page_get_credentials (MpFeedPage *self);
MpAuditHead *mp_feed_page_get_audit_head (MpFeedPage *self);
gboolean mp_feed_page_get_unchanged (MpFeedPage *self);
const char *mp_feed_page_get_about (MpFeedPage *self);
const char *mp_feed_page_get_tag (MpFeedPage *self);

G_END_DECLS
