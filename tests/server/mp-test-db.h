/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-db.h"

G_BEGIN_DECLS

/* The database of a test's folder: a file in it, or beside tests/fixtures/with-postgresql one there
 * that has the folder's name. Made where it does not exist; opened again, it is the same. */
MpDb *mp_test_db_open (const char *folder) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
