/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-record.h"
#include "mp-sim-http.h"

G_BEGIN_DECLS

/* The credential that every record of the simulation pays with. */
#define MP_SIM_CREDENTIAL "01890a5d-ac96-774b-bcce-b302099a9001"
#define MP_SIM_PAYMENT "stripe"

/*
 * The tenant server itself, without its listener: its rules, its trail and its database file, which
 * can be cut off, put aside and brought back.
 */
typedef struct _MpSimServer MpSimServer;

MpSimServer *mp_sim_server_new (void) G_GNUC_WARN_UNUSED_RESULT;
void mp_sim_server_free (MpSimServer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpSimServer, mp_sim_server_free)

const char *mp_sim_server_get_token (MpSimServer *self, gboolean may_edit);
const char *mp_sim_server_get_folder (MpSimServer *self);
/* What the API answers; @limit 0: as many changes as were asked for */
MpHttpResponse *mp_sim_server_ask (MpSimServer *self,
                                   const MpSimRequest *request,
                                   unsigned int limit) G_GNUC_WARN_UNUSED_RESULT;
MpHttpResponse *mp_sim_response_new (unsigned int status,
                                     JsonObject *body) G_GNUC_WARN_UNUSED_RESULT;

/* What operators and accidents do. */
void mp_sim_server_let_time_pass (MpSimServer *self, int64_t by_us);
void mp_sim_server_restart (MpSimServer *self);
void mp_sim_server_back_up (MpSimServer *self);
gboolean mp_sim_server_has_backup (MpSimServer *self);
void mp_sim_server_restore (MpSimServer *self, gboolean begins_epoch);
/* Forgets what was archived before the last few changes; answers how far. */
int64_t mp_sim_server_purge (MpSimServer *self);
void mp_sim_server_forget_operations (MpSimServer *self);

/* What it has. */
MpRecord *mp_sim_server_dup_record (MpSimServer *self,
                                    const char *id) G_GNUC_WARN_UNUSED_RESULT; /* (nullable) */
GPtrArray *mp_sim_server_list (MpSimServer *self)
    G_GNUC_WARN_UNUSED_RESULT; /* (element-type MpRecord), archived ones too */
char *mp_sim_server_dup_cursor (MpSimServer *self) G_GNUC_WARN_UNUSED_RESULT;
/* Which change of @id the one with @sequence is, from 1; and the other way round */
int64_t mp_sim_server_count_changes (MpSimServer *self, const char *id, int64_t sequence);
int64_t mp_sim_server_find_change (MpSimServer *self, const char *id, int64_t number);
gboolean mp_sim_server_trail_is_intact (MpSimServer *self);

G_END_DECLS
