/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-operation.h"
#include "mp-record.h"

G_BEGIN_DECLS

/*
 * A tenant server that keeps the protocol's rules in memory, on a free loopback port, in the
 * thread-default main context of its maker; and does to its clients what networks, operators and
 * other people do. Its tenant is "demo".
 */
#define MP_TYPE_MODEL_SERVER (mp_model_server_get_type ())
G_DECLARE_FINAL_TYPE (MpModelServer, mp_model_server, MP, MODEL_SERVER, GObject)

/* What was applied; @before: (nullable) */
typedef void (*MpModelApplied) (MpOperation *operation,
                                MpRecord *before,
                                MpRecord *after,
                                gpointer user_data);

MpModelServer *mp_model_server_new (void) G_GNUC_WARN_UNUSED_RESULT;
const char *mp_model_server_get_address (MpModelServer *self);
void mp_model_server_watch (MpModelServer *self, MpModelApplied applied, gpointer user_data);

/* Faults: each is used up once. */
void mp_model_server_lose_request (MpModelServer *self, const char *method, const char *path);
void mp_model_server_lose_answer (MpModelServer *self, const char *method, const char *path);
void mp_model_server_restore_before (MpModelServer *self, const char *method, const char *path);
void mp_model_server_clear_faults (MpModelServer *self);
void mp_model_server_set_page_size (MpModelServer *self, unsigned int size);
/* @status, @code: what the operations on @target are answered; NULL status: judged again */
void mp_model_server_refuse (MpModelServer *self,
                             const char *target,
                             const char *status,
                             const char *code);
void mp_model_server_set_token_refused (MpModelServer *self, gboolean refused);

/* What other people do. @value: (nullable): unset */
void mp_model_server_set (MpModelServer *self, const char *id, const char *path, const char *value);
void mp_model_server_archive (MpModelServer *self, const char *id);
/* What its operator does. */
void mp_model_server_purge (MpModelServer *self); /* forgets what is archived */
void mp_model_server_back_up (MpModelServer *self);
void mp_model_server_restore (MpModelServer *self);
void mp_model_server_cut_audit (MpModelServer *self);

GList *mp_model_server_list (MpModelServer *self) G_GNUC_WARN_UNUSED_RESULT; /* of MpRecord */
MpRecord *mp_model_server_find (MpModelServer *self, const char *id);
unsigned int mp_model_server_get_n_applied (MpModelServer *self);
unsigned int mp_model_server_get_n_requests (MpModelServer *self);

G_END_DECLS
