/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-server-fixture.h"

#include "mp-test-db.h"
#include "mp-test-folder.h"

char *
server_fixture_path (ServerFixture *fixture, const char *name)
{
  return g_build_filename (fixture->folder, name, NULL);
}

static void
add_tenant (MpDb *db, const char *id)
{
  MpDbTenant tenant = { .id = id, .name = "A tenant", .created_unix_us = SERVER_NOW_UNIX_US };
  g_autoptr (GError) error = NULL;

  mp_db_add_tenant (db, &tenant, &error);
  g_assert_no_error (error);
}

void
server_fixture_set_up (ServerFixture *fixture, const void *data)
{
  g_autoptr (MpDbTransaction) transaction = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *key_path = NULL;

  fixture->folder = mp_test_folder_new ();
  key_path = server_fixture_path (fixture, "audit.key");
  fixture->clock = mp_clock_new_manual (SERVER_NOW_UNIX_US);
  fixture->db = mp_test_db_open (fixture->folder);
  fixture->audit = mp_audit_log_new (fixture->db, fixture->clock, key_path, &error);
  g_assert_no_error (error);

  transaction = mp_db_begin (fixture->db, &error);
  g_assert_no_error (error);
  add_tenant (fixture->db, SERVER_TENANT);
  add_tenant (fixture->db, SERVER_OTHER_TENANT);
  mp_db_commit (transaction, &error);
  g_assert_no_error (error);
}

void
server_fixture_tear_down (ServerFixture *fixture, const void *data)
{
  g_assert_finalize_object (fixture->audit);
  g_assert_finalize_object (fixture->db);
  g_assert_finalize_object (fixture->clock);
  mp_test_folder_remove (fixture->folder);
  g_free (fixture->folder);
}

void
server_fixture_run_sql (ServerFixture *fixture, const char *sql)
{
  mp_test_db_run_sql (fixture->folder, sql);
}

void
server_fixture_add_credential (ServerFixture *fixture, const char *tenant, const char *id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MpDbTransaction) transaction = mp_db_begin (fixture->db, &error);
  MpDbCredential credential = { .id = id, .version = 1, .json = "{}" };

  g_assert_no_error (error);
  mp_db_next_sequence (fixture->db, tenant, &credential.sequence, &error);
  g_assert_no_error (error);
  mp_db_put_credential (fixture->db, tenant, &credential, &error);
  g_assert_no_error (error);
  mp_db_commit (transaction, &error);
  g_assert_no_error (error);
}

unsigned int
server_fixture_count_entries (ServerFixture *fixture, const char *tenant, const char *action)
{
  MpAuditFilter filter = { .action = action };
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) entries =
                 mp_audit_log_list (fixture->audit, tenant, &filter, 1000, NULL, &error);

  g_assert_no_error (error);
  return entries->len;
}
