/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The tenant server itself, in this process, behind names that go with a desktop's. */
typedef struct _MpRealServer MpRealServer;

MpRealServer *mp_real_server_new (void) G_GNUC_WARN_UNUSED_RESULT;
void mp_real_server_free (MpRealServer *self);
char *mp_real_server_dup_address (MpRealServer *self) G_GNUC_WARN_UNUSED_RESULT;
unsigned int mp_real_server_get_port (MpRealServer *self);
const char *mp_real_server_get_token (MpRealServer *self);
const char *mp_real_server_get_reader_token (MpRealServer *self);
/* "sealed": …, "key_id": … */
char *mp_real_server_dup_sealed (MpRealServer *self, const char *key) G_GNUC_WARN_UNUSED_RESULT;
void mp_real_server_rotate_sealing_key (MpRealServer *self);
/* As the operator does after bringing a backup back. */
void mp_real_server_renew_epoch (MpRealServer *self);
/* What happens to the audit trail past the server: mp_test_api_keep_trail () and so on. */
void mp_real_server_keep_trail (MpRealServer *self);
void mp_real_server_put_trail_back (MpRealServer *self);
void mp_real_server_run_sql (MpRealServer *self, const char *sql);
/* Anybody's entry. */
void mp_real_server_append_audit (MpRealServer *self, const char *actor);
/* (nullable): of a record, as text */
char *mp_real_server_dup_value (MpRealServer *self,
                                const char *id,
                                const char *pointer) G_GNUC_WARN_UNUSED_RESULT;
char *mp_real_server_add_payment_key (MpRealServer *self) G_GNUC_WARN_UNUSED_RESULT; /* its id */
unsigned int mp_real_server_count_revisions (MpRealServer *self, const char *id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpRealServer, mp_real_server_free)

G_END_DECLS
