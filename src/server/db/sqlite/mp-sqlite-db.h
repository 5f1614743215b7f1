/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-db.h"

G_BEGIN_DECLS

/* The embedded driver: one file, made 0600 where it does not exist, brought to this program's
 * schema where it is older. MP_ERROR_NEWER: made by a newer program. Thread-safe, as MpDb. */
MpDb *mp_sqlite_db_new (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
