/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-db.h"

G_BEGIN_DECLS

/* The embedded driver: one file, made 0600 where it does not exist, brought to this program's
 * schema where it is older. MP_ERROR_NEWER: made by a newer program. Thread-safe, as MpDb. */
MpDb *mp_sqlite_db_new (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Copies a database file as it is at one moment, whoever uses it, into another, which has the old
 * content until then; made 0600 where it does not exist. MP_ERROR_INVALID: @from is damaged, or not
 * a server's. */
gboolean mp_sqlite_db_copy (const char *from, const char *to, GError **error);
/* Removes a database file that nobody uses. */
void mp_sqlite_db_remove (const char *path);

G_END_DECLS
