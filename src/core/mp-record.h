/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-changes.h"

#include <glib-object.h>
#include <stdint.h>

G_BEGIN_DECLS

/**
 * MpRecord:
 *
 * One Integration Settings record: id, revision, who made and changed it, archived or not, and its
 * content, a JSON object of three levels (`crm` / `member_fields` / `email`). A path names a value
 * of the content; what stands at the third level is taken whole, so `/crm/member_fields/photoUrl`
 * may be the object `{"not_sent": "the reason"}`.
 *
 * Immutable, so it may cross threads.
 */
#define MP_TYPE_RECORD (mp_record_get_type ())
G_DECLARE_FINAL_TYPE (MpRecord, mp_record, MP, RECORD, GObject)

/* A stamp: when, and by whom (the actor's name). */
typedef struct
{
  int64_t at_unix_us; /* 0: not known */
  const char *by;     /* (nullable) */
} MpStamp;

MpRecord *mp_record_new (const char *id, MpStamp created) G_GNUC_WARN_UNUSED_RESULT;
MpRecord *mp_record_new_from_json (JsonObject *object, GError **error) G_GNUC_WARN_UNUSED_RESULT;
MpRecord *mp_record_new_from_text (const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;
MpRecord *
mp_record_new_unparsed (const char *text, size_t length, GError **error) G_GNUC_WARN_UNUSED_RESULT;
char *mp_record_dup_text (MpRecord *self) G_GNUC_WARN_UNUSED_RESULT;
JsonObject *mp_record_to_json (MpRecord *self) G_GNUC_WARN_UNUSED_RESULT;
char *mp_record_to_text (MpRecord *self) G_GNUC_WARN_UNUSED_RESULT;

const char *mp_record_get_id (MpRecord *self);
const char *mp_record_get_revision (MpRecord *self);
const char *mp_record_get_name (MpRecord *self);
gboolean mp_record_get_archived (MpRecord *self);
MpStamp mp_record_get_created (MpRecord *self);
MpStamp mp_record_get_updated (MpRecord *self);

JsonNode *mp_record_get_content (MpRecord *self);
JsonNode *mp_record_get_value (MpRecord *self, const char *path);
const char *mp_record_get_string (MpRecord *self, const char *path);
gboolean mp_record_is_set (MpRecord *self, const char *path);
unsigned int mp_record_count_values (MpRecord *self);
GStrv mp_record_list_paths (MpRecord *self, const char *prefix) G_GNUC_WARN_UNUSED_RESULT;

MpRecord *mp_record_with_changes (MpRecord *self, MpChanges *changes) G_GNUC_WARN_UNUSED_RESULT;
MpRecord *mp_record_with_content (MpRecord *self,
                                  JsonObject *content,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
MpRecord *mp_record_take_content (MpRecord *self,
                                  JsonObject *content,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
MpRecord *mp_record_with_revision (MpRecord *self,
                                   const char *revision,
                                   MpStamp updated) G_GNUC_WARN_UNUSED_RESULT;
MpRecord *mp_record_with_archived (MpRecord *self, gboolean archived) G_GNUC_WARN_UNUSED_RESULT;

MpChanges *mp_record_diff (MpRecord *from, MpRecord *to) G_GNUC_WARN_UNUSED_RESULT;
gboolean mp_record_equal_content (MpRecord *a, MpRecord *b);

G_END_DECLS
