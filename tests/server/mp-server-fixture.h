/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-audit-log.h"
#include "mp-clock.h"
#include "mp-db.h"

G_BEGIN_DECLS

#define SERVER_NOW_UNIX_US INT64_C (1700000000000000)
#define SERVER_TENANT "demo"
#define SERVER_OTHER_TENANT "other"

/* A server's database with two tenants, its audit log and a clock that stands still. */
typedef struct
{
  char *folder;
  MpClock *clock;
  MpDb *db;
  MpAuditLog *audit;
} ServerFixture;

void server_fixture_set_up (ServerFixture *fixture, const void *data);
void server_fixture_tear_down (ServerFixture *fixture, const void *data);
char *server_fixture_path (ServerFixture *fixture, const char *name) G_GNUC_WARN_UNUSED_RESULT;
/* Runs SQL past the server: mp_test_db_run_sql (). */
void server_fixture_run_sql (ServerFixture *fixture, const char *sql);
/* A credential without a secret. */
void server_fixture_add_credential (ServerFixture *fixture, const char *tenant, const char *id);
unsigned int
server_fixture_count_entries (ServerFixture *fixture, const char *tenant, const char *action);

G_END_DECLS
