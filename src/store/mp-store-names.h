/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* The file of a store, in its folder. */
#define MP_STORE_FILE "settings.sqlite"
/* Held by every process that has the file open. */
#define MP_STORE_LOCK_FILE "settings.lock"

/* Names of what mp_store_delta_get_meta () answers. */
#define MP_META_CURSOR "cursor"        /* EPOCH.SEQ up to which the feed was read */
#define MP_META_EPOCH "epoch"          /* of the server, when it was last seen */
#define MP_META_FEED_TAG "feed-tag"    /* of the answer that brought the cursor, when it was all */
#define MP_META_LISTING "listing"      /* while everything is read anew: why; MP_LISTING_… */
#define MP_LISTING_EXPIRED "expired"   /* the server no longer knows the cursor */
#define MP_LISTING_RESTORED "restored" /* the server was restored from a backup */
#define MP_META_ACTOR "actor"
#define MP_META_ROLE "role"
#define MP_META_PERMISSIONS "permissions" /* names, separated by blanks */
#define MP_META_TENANT_NAME "tenant-name"
#define MP_META_SEALING_KEY_ID "sealing-key-id"
#define MP_META_SEALING_PUBLIC_KEY "sealing-public-key"
#define MP_META_AUDIT_KEY "audit-key"               /* that the server names today */
#define MP_META_PINNED_AUDIT_KEY "pinned-audit-key" /* that it named at the first sign-in */
#define MP_META_AUDIT_SEQUENCE "audit-sequence"     /* of the newest head that was followed */
#define MP_META_AUDIT_HASH "audit-hash"
#define MP_META_AUDIT_EPOCH "audit-epoch"
#define MP_META_AUDIT_SUSPECT                                                                      \
  "audit-suspect"                     /* the verdict, when it was not the trail of before          \
                                       */
#define MP_META_SYNCED_AT "synced-at" /* unix microseconds of the last complete sync */
/* What was damaged here, until the person has read of it: mp_store_set_meta_async () forgets it. */
#define MP_META_SET_ASIDE "set-aside"       /* the damaged file's name */
#define MP_META_LOST_CHANGES "lost-changes" /* how many changes could not be read any more */
/* What people work with beside the records, on this computer only. */
#define MP_META_KEPT_PREFIX "kept-"
