/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-sim-judge.h"
#include "mp-sim-mutation.h"

G_BEGIN_DECLS

#define MP_SIM_N_PEOPLE 3

/* A number below @below, the next of the history's. */
typedef unsigned int (*MpSimChoose) (unsigned int below, gpointer user_data);
/* Something else happens while a message is on its way from or to @person. */
typedef void (*MpSimMeanwhile) (MpSimPerson *person, gpointer user_data);

/*
 * What lies between the desktops and the server: loses, repeats and delays messages, stops the
 * server at any write, and shows the judge what passes.
 */
typedef struct _MpSimNetwork MpSimNetwork;

MpSimNetwork *mp_sim_network_new (MpSimServer *server,
                                  MpSimJudge *judge,
                                  MpSimMutation mutation,
                                  MpSimChoose choose,
                                  MpSimMeanwhile meanwhile,
                                  gpointer user_data) G_GNUC_WARN_UNUSED_RESULT;
void mp_sim_network_free (MpSimNetwork *self);
void mp_sim_network_connect (MpSimNetwork *self, MpSimPerson *person); /* borrowed */

/* One sync of @person, which may fail. */
void mp_sim_network_sync (MpSimNetwork *self, MpSimPerson *person, gboolean is_faulty);
gboolean mp_sim_network_is_busy (MpSimNetwork *self);
void mp_sim_network_deliver_late (MpSimNetwork *self);
void mp_sim_network_drop_late (MpSimNetwork *self);
void mp_sim_network_purge (MpSimNetwork *self);
void mp_sim_network_restored (MpSimNetwork *self);
unsigned int mp_sim_network_get_n_crashes (MpSimNetwork *self);
unsigned int mp_sim_network_get_n_syncs (MpSimNetwork *self);

G_END_DECLS
