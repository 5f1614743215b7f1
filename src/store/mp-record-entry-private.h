/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-merge.h"
#include "mp-operation.h"
#include "mp-push-result.h"

G_BEGIN_DECLS

typedef enum
{
  MP_LIFECYCLE_NONE = 1,
  MP_LIFECYCLE_ARCHIVE,
  MP_LIFECYCLE_RESTORE,
} MpLifecycle;

/* What was changed here and is not yet under way to the server. */
typedef struct
{
  gboolean create;
  MpChanges *set;
  MpChanges *expect;     /* what was seen for every path set and for what determines it */
  MpLifecycle lifecycle; /* after the changes, except that a restore goes before them */
  char *seen_digest;     /* (nullable): of the content that was archived */
  gboolean held;         /* refused by the server: waits for the next edit */
  int64_t order;         /* 0: new */
} MpPending;

/* One record with all that is known of it: the state of the state machine. Not thread-safe. */
typedef struct
{
  char *id;
  MpStamp created;
  char *created_by;       /* (nullable) */
  MpRecord *base;         /* (nullable): the server does not have it, as far as is known */
  MpOperation *in_flight; /* (nullable): frozen */
  int64_t in_flight_order;
  MpPending pending;
  GPtrArray *conflicts;  /* (element-type MpConflict) */
  MpFieldErrors *errors; /* (nullable): of the server */
  int64_t version;       /* one more with each change stored */
} MpRecordEntry;

/* How far the feed was read, and of which server. */
typedef struct
{
  const char *epoch; /* (nullable): nothing read yet */
  int64_t sequence;
} MpFeedMark;

MpRecordEntry *mp_record_entry_new (const char *id, MpStamp created) G_GNUC_WARN_UNUSED_RESULT;
void mp_record_entry_free (MpRecordEntry *entry);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpRecordEntry, mp_record_entry_free)

MpRecord *mp_record_entry_dup_shown (MpRecordEntry *entry) G_GNUC_WARN_UNUSED_RESULT;
gboolean mp_record_entry_has_pending (MpRecordEntry *entry);
gboolean mp_record_entry_can_freeze (MpRecordEntry *entry);
gboolean mp_record_entry_is_void (MpRecordEntry *entry);

/* Events. */
void mp_record_entry_create (MpRecordEntry *entry, MpRegistry *registry, MpRecord *record);
MpChanges *mp_record_entry_edit (MpRecordEntry *entry,
                                 MpRegistry *registry,
                                 MpChanges *changes) G_GNUC_WARN_UNUSED_RESULT;
void mp_record_entry_set_archived (MpRecordEntry *entry, gboolean archived);
gboolean mp_record_entry_resolve (MpRecordEntry *entry,
                                  MpRegistry *registry,
                                  MpConflict *conflict,
                                  JsonNode *value,
                                  GError **error);
void mp_record_entry_freeze (MpRecordEntry *entry, const char *op);
gboolean mp_record_entry_answer (MpRecordEntry *entry,
                                 MpRegistry *registry,
                                 MpPushResult *result,
                                 const MpFeedMark *mark);
gboolean mp_record_entry_pull (MpRecordEntry *entry,
                               MpRegistry *registry,
                               MpRecord *record,
                               gboolean restored);
gboolean mp_record_entry_unlisted (MpRecordEntry *entry, gboolean restored);

G_END_DECLS
