/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-sync.h"

G_BEGIN_DECLS

/* One person at a desktop of their own, whose clock is wrong by years. */
typedef struct
{
  unsigned int number; /* from 1: the port by which the network knows it */
  char *folder;
  MpClock *clock;
  MpTenantClient *client;
  MpSecret *token;
  MpStore *store;
  MpSync *sync;
} MpSimPerson;

MpSimPerson *mp_sim_person_new (unsigned int number, int64_t now_unix_us) G_GNUC_WARN_UNUSED_RESULT;
void mp_sim_person_free (MpSimPerson *self);
void mp_sim_person_set_token (MpSimPerson *self, const char *token);
/* The program ends, and is started again. */
void mp_sim_person_stop (MpSimPerson *self);
void mp_sim_person_start (MpSimPerson *self);

/* Each ends by itself; FALSE: it failed, and @error says why. */
gboolean mp_sim_person_sync (MpSimPerson *self, gboolean *audit_suspect, GError **error);
gboolean mp_sim_person_create (MpSimPerson *self, MpRecord *record, GError **error);
gboolean mp_sim_person_edit (
    MpSimPerson *self, const char *id, const char *path, const char *value, GError **error);

G_END_DECLS
