/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-sim-mutation.h"

G_BEGIN_DECLS

/* What one history was made of. */
typedef struct
{
  unsigned int n_edits;
  unsigned int n_applied;
  unsigned int n_shown; /* conflicts, each time somebody looked */
  unsigned int n_crashes;
  unsigned int n_restores;
  unsigned int n_syncs;
} MpSimCount;

/*
 * One history of three people with a desktop each and a server, all of it the product's own code on
 * real files, made by @seed alone. Answers what went wrong, %NULL when nothing did.
 */
char *mp_sim_run (unsigned int seed,
                  unsigned int n_steps,
                  MpSimMutation mutation,
                  MpSimCount *count) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
