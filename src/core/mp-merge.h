/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-record.h"
#include "mp-registry.h"

G_BEGIN_DECLS

/* One path on which two people disagree. Values are NULL where the path is not set. Immutable. */
#define MP_TYPE_CONFLICT (mp_conflict_get_type ())
G_DECLARE_FINAL_TYPE (MpConflict, mp_conflict, MP, CONFLICT, GObject)

MpConflict *mp_conflict_new (const char *record_id,
                             const char *path,
                             JsonNode *base,
                             JsonNode *mine,
                             JsonNode *theirs) G_GNUC_WARN_UNUSED_RESULT;
MpConflict *mp_conflict_new_from_json (JsonObject *object,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
JsonObject *mp_conflict_to_json (MpConflict *self) G_GNUC_WARN_UNUSED_RESULT;
const char *mp_conflict_get_record_id (MpConflict *self);
const char *mp_conflict_get_path (MpConflict *self);
JsonNode *mp_conflict_get_base (MpConflict *self);
JsonNode *mp_conflict_get_mine (MpConflict *self);
JsonNode *mp_conflict_get_theirs (MpConflict *self);

/* What a person chose where two disagree. */
typedef struct
{
  MpConflict *conflict;
  JsonNode *value; /* (nullable): not set */
} MpChoice;
MpChoice *mp_choice_new (MpConflict *conflict, JsonNode *value) G_GNUC_WARN_UNUSED_RESULT;
void mp_choice_free (MpChoice *choice);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpChoice, mp_choice_free)

/* Three-way merge per path. @conflicts gets MpConflict; merged holds theirs where they conflict. */
MpRecord *mp_merge_three_way (MpRegistry *registry,
                              MpRecord *base,
                              MpRecord *mine,
                              MpRecord *theirs,
                              GPtrArray **conflicts) G_GNUC_WARN_UNUSED_RESULT;

/* The optimistic check of an operation: what was seen for every path set and for each of its
 * determinants. */
MpChanges *mp_merge_build_expect (MpRegistry *registry,
                                  MpRecord *seen,
                                  MpChanges *set) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *mp_merge_check_expect (MpRegistry *registry,
                                  MpRecord *current,
                                  MpChanges *set,
                                  MpChanges *expect) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
