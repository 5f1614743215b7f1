/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-sim-person.h"
#include "mp-sim-server.h"

G_BEGIN_DECLS

/* Each breaks one rule of the protocol, between the programs or in their files. */
typedef enum
{
  MP_SIM_SOUND,
  MP_SIM_NO_EXPECT,
  MP_SIM_NO_DETERMINANTS,
  MP_SIM_NO_OPERATION_LOG,
  MP_SIM_SHORT_OPERATION_LOG,
  MP_SIM_PULL_DROPS_PENDING,
  MP_SIM_EDIT_IN_FLIGHT,
  MP_SIM_CURSOR_BEFORE_PAGE,
  MP_SIM_OLD_ANSWER_INSTALLED,
  MP_SIM_REVISION_PER_RECORD,
  MP_SIM_ARCHIVE_OF_ANYTHING,
  MP_SIM_NO_TOMBSTONES,
  MP_SIM_PURGE_WITHOUT_LISTING,
  MP_SIM_SAME_EPOCH,
  MP_SIM_RESTORED_IS_TRUSTED,
  MP_SIM_EARLY_ANSWER,
  MP_SIM_NEW_OPERATION_ID,
  MP_SIM_CONFLICT_DROPPED,
  MP_SIM_N_MUTATIONS,
} MpSimMutation;

const char *mp_sim_mutation_get_name (MpSimMutation mutation);

/* Of messages: their bodies are changed in place. @ids: (element-type utf8 utf8): the operation
 * that each made-up id stands for. */
void mp_sim_break_request (MpSimMutation mutation,
                           MpSimServer *server,
                           JsonObject *body,
                           GHashTable *ids);
void mp_sim_break_answer (MpSimMutation mutation,
                          MpSimServer *server,
                          JsonObject *body,
                          GHashTable *ids);
/* What a server answers that promises to do it later. */
JsonObject *mp_sim_answer_early (MpSimServer *server, JsonObject *body) G_GNUC_WARN_UNUSED_RESULT;

/* Of a desktop's file, as another program that has it open could. @pulled: (element-type utf8):
 * records that a page brought; @stale: (element-type MpRecord): of answers given a second time;
 * @lost_cursor: (nullable): of a page that did not arrive */
void mp_sim_break_store (MpSimMutation mutation,
                         MpSimPerson *person,
                         GHashTable *pulled,
                         GPtrArray *stale,
                         const char *lost_cursor);
void mp_sim_break_listing (MpSimPerson *person);
void mp_sim_break_edit (MpSimPerson *person, const char *id);

G_END_DECLS
