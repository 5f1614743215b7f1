/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-page.h"

G_BEGIN_DECLS

/* What is suggested for one Member Pulse field. Owned by its list. */
typedef struct
{
  char *target;      /* name of the CRM's field */
  char *label;       /* of that field */
  char *reasons;     /* in words */
  gboolean is_sure;  /* else it is one of several that it could be */
  gboolean accepted; /* people said so before */
} MpMappingSuggestion;

/*
 * The suggestions of one mapping, made in another thread whenever the CRM's fields or people's
 * answers have changed. "changed" is emitted when others are there. Main thread only.
 */
#define MP_TYPE_MAPPING_SUGGESTIONS (mp_mapping_suggestions_get_type ())
G_DECLARE_FINAL_TYPE (
    MpMappingSuggestions, mp_mapping_suggestions, MP, MAPPING_SUGGESTIONS, GObject)

MpMappingSuggestions *
mp_mapping_suggestions_new (MpPage *page, const MpFieldSpec *mapping) G_GNUC_WARN_UNUSED_RESULT;
void mp_mapping_suggestions_update (MpMappingSuggestions *self);
const MpMappingSuggestion *mp_mapping_suggestions_find (MpMappingSuggestions *self,
                                                        const char *field);
/* @fields, @targets: (element-type utf8): of as many pairs */
void mp_mapping_suggestions_answer (MpMappingSuggestions *self,
                                    GPtrArray *fields,
                                    GPtrArray *targets,
                                    gboolean accepted);

G_END_DECLS
