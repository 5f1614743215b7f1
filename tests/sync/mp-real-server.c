/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-real-server.h"

#include "mp-test-api.h"
#include "mp-test-db.h"

struct _MpRealServer
{
  MpTestApi api;
};

MpRealServer *
mp_real_server_new (void)
{
  MpRealServer *self = g_new0 (MpRealServer, 1);

  mp_test_api_set_up (&self->api, NULL);
  return self;
}

void
mp_real_server_free (MpRealServer *self)
{
  mp_test_api_tear_down (&self->api, NULL);
  g_free (self);
}

char *
mp_real_server_dup_address (MpRealServer *self)
{
  return g_strdup_printf ("http://127.0.0.1:%u", mp_api_server_get_port (self->api.server));
}

unsigned int
mp_real_server_get_port (MpRealServer *self)
{
  return mp_api_server_get_port (self->api.server);
}

const char *
mp_real_server_get_token (MpRealServer *self)
{
  return self->api.admin;
}

const char *
mp_real_server_get_reader_token (MpRealServer *self)
{
  return self->api.user;
}

char *
mp_real_server_dup_sealed (MpRealServer *self, const char *key)
{
  return mp_test_seal (&self->api, key);
}

void
mp_real_server_rotate_sealing_key (MpRealServer *self)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (mp_vault_rotate_sealing_key (self->api.vault, &error));
  g_assert_no_error (error);
}

void
mp_real_server_renew_epoch (MpRealServer *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MpDbTransaction) transaction = mp_db_begin (self->api.db, &error);
  g_autofree char *epoch = mp_clock_dup_uuid (self->api.clock);

  g_assert_no_error (error);
  g_assert_true (mp_db_set_epoch (self->api.db, epoch, &error));
  g_assert_true (mp_db_commit (transaction, &error));
}

void
mp_real_server_keep_trail (MpRealServer *self)
{
  mp_test_api_keep_trail (&self->api);
}

void
mp_real_server_put_trail_back (MpRealServer *self)
{
  mp_test_api_put_trail_back (&self->api);
}

void
mp_real_server_run_sql (MpRealServer *self, const char *sql)
{
  mp_test_db_run_sql (self->api.folder, sql);
}

void
mp_real_server_append_audit (MpRealServer *self, const char *actor)
{
  const MpAuditEntryInit entry = { .actor = actor, .role = "operator", .action = "audit.export" };
  g_autoptr (GError) error = NULL;

  g_assert_true (mp_audit_log_append_alone (self->api.audit, "demo", &entry, &error));
  g_assert_no_error (error);
}

char *
mp_real_server_dup_value (MpRealServer *self, const char *id, const char *pointer)
{
  g_autofree char *path = g_strconcat ("/integration-settings/", id, NULL);
  g_autoptr (MpTestAnswer) answer = mp_test_api_get (&self->api, self->api.admin, path);

  return answer->status == 200 ? g_strdup (mp_test_string (answer->body, pointer)) : NULL;
}

char *
mp_real_server_add_payment_key (MpRealServer *self)
{
  return mp_test_api_add_key (&self->api, "stripe", "payment");
}

unsigned int
mp_real_server_count_revisions (MpRealServer *self, const char *id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) revisions = mp_db_list_history (self->api.db, "demo", id, 0, 10000, &error);

  g_assert_no_error (error);
  return revisions->len;
}
