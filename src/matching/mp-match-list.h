/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-crm-metadata.h"
#include "mp-match-rules.h"
#include "mp-matcher.h"

G_BEGIN_DECLS

/* The fields of one side, as mp_matcher_suggest () takes them. Immutable. */
typedef struct _MpMatchList MpMatchList;

MpMatchList *mp_match_list_new_from_json (JsonArray *array,
                                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
MpMatchList *mp_match_list_new_from_catalogue (MpCatalogue *catalogue) G_GNUC_WARN_UNUSED_RESULT;
MpMatchList *mp_match_list_new_from_fields (GListModel *fields) G_GNUC_WARN_UNUSED_RESULT;
void mp_match_list_free (MpMatchList *self);
unsigned int mp_match_list_get_size (const MpMatchList *self);
const MpMatchInput *mp_match_list_get_inputs (const MpMatchList *self);
/* What is asked for. */
typedef struct
{
  const MpMatchRules *rules; /* (nullable): what people said before */
  const char *platform;      /* (nullable): with rules: of which CRM */
  const char *object;        /* (nullable): with rules: of which of its objects */
  const char *path;          /* (nullable): with rules: of the mapping */
  MpMatchEvidence left_out;  /* which evidence does not count */
} MpMatchQuestion;

MpSuggestion *
mp_match_list_find_suggestions (const MpMatchList *sources,
                                const MpMatchList *targets,
                                const MpMatchQuestion *question) G_GNUC_WARN_UNUSED_RESULT;
JsonArray *mp_match_list_suggest (const MpMatchList *sources,
                                  const MpMatchList *targets,
                                  const MpMatchQuestion *question) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpMatchList, mp_match_list_free)

G_END_DECLS
