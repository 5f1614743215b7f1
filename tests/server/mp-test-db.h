/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-db.h"

G_BEGIN_DECLS

/* The database of a test's folder: a file in it, or beside tests/fixtures/with-postgresql one there
 * that has the folder's name. Made where it does not exist; opened again, it is the same. */
MpDb *mp_test_db_open (const char *folder) G_GNUC_WARN_UNUSED_RESULT;
/* Whether the test runs beside tests/fixtures/with-postgresql. */
gboolean mp_test_db_is_postgresql (void);
/* Whether it, or a file in its folder, has the text anywhere. */
gboolean mp_test_db_holds (const char *folder, const char *text);
/* Runs SQL on it past the server, as whoever has the file or is the cluster's superuser could. */
void mp_test_db_run_sql (const char *folder, const char *sql);

G_END_DECLS
