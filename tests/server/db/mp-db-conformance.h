/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-db.h"

G_BEGIN_DECLS

/* What every driver must do, tested through the interface alone. @open makes an empty database in a
 * new folder. */
typedef MpDb *(*DbOpener) (const char *folder);

typedef struct
{
  char *folder;
  MpDb *db;
} DbFixture;
void db_fixture_set_up (DbFixture *fixture, const void *opener);
void db_fixture_tear_down (DbFixture *fixture, const void *opener);
/* Puts a record at the next sequence, in a transaction of its own. */
int64_t db_fixture_put_record (DbFixture *fixture, const char *tenant, const char *id);

void db_conformance_add_tests (DbOpener open);
void db_conformance_add_wait_tests (DbOpener open);

G_END_DECLS
