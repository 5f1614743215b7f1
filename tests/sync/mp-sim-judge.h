/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-operation.h"
#include "mp-store.h"

G_BEGIN_DECLS

#define MP_SIM_N_PATHS 6

/* The paths that people edit; the first gives most of the others their meaning. */
extern const char *const mp_sim_paths[MP_SIM_N_PATHS];

/*
 * Watches what people see and do, and what the server does to records; knows nothing of how either
 * comes about. Holds against both:
 *
 *  - nobody overwrites a value, or what gives it its meaning, that they had not seen when they
 *    wished for it, and nobody archives what they had not seen;
 *  - each operation is applied once;
 *  - each edit stays before its user's eyes until it was applied, replaced by their own later one,
 *    shown to them as a conflict, or shown as refused;
 *  - nothing comes back that nobody chose to have back;
 *  - what a restored server lost is offered again.
 */
typedef struct _MpSimJudge MpSimJudge;

MpSimJudge *mp_sim_judge_new (void) G_GNUC_WARN_UNUSED_RESULT;
void mp_sim_judge_free (MpSimJudge *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpSimJudge, mp_sim_judge_free)

/* What people do. @seen: the record before, as they saw it. */
void mp_sim_judge_created (MpSimJudge *self, unsigned int person, MpRecord *record);
void mp_sim_judge_edited (MpSimJudge *self,
                          unsigned int person,
                          MpStoredRecord *seen,
                          const char *path,
                          const char *value);
void mp_sim_judge_chose (MpSimJudge *self,
                         unsigned int person,
                         MpStoredRecord *seen,
                         MpConflict *conflict,
                         gboolean mine);
void mp_sim_judge_set_archived (MpSimJudge *self,
                                unsigned int person,
                                MpRecord *seen,
                                gboolean archived);
void mp_sim_judge_looked (MpSimJudge *self, unsigned int person, MpStoreDelta *delta);

/* What the server does. @before, @after: (nullable) */
void mp_sim_judge_sent (MpSimJudge *self, unsigned int person, MpOperation *operation);
void mp_sim_judge_answered (MpSimJudge *self,
                            unsigned int person,
                            MpOperation *operation,
                            MpRecord *before,
                            MpRecord *after,
                            gboolean says_applied);
void mp_sim_judge_backed_up (MpSimJudge *self);
void mp_sim_judge_restored (MpSimJudge *self);
/* @person's program knows @id in a state that the restored server lost. */
void mp_sim_judge_lost (MpSimJudge *self, unsigned int person, const char *id);

/* At the end. */
void mp_sim_judge_conclude (MpSimJudge *self);
void mp_sim_judge_complain (MpSimJudge *self, const char *what, const char *which);
const char *mp_sim_judge_get_complaint (MpSimJudge *self); /* (nullable): the first */
unsigned int mp_sim_judge_get_n_edits (MpSimJudge *self);
unsigned int mp_sim_judge_get_n_applied (MpSimJudge *self);
unsigned int mp_sim_judge_get_n_shown (MpSimJudge *self);

G_END_DECLS
