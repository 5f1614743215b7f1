/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-db.h"

G_BEGIN_DECLS

/* The driver for PostgreSQL: any number of server processes on one database. @conninfo is libpq's
 * connection string, with several hosts where there are standbys. Thread-safe, as MpDb. */
MpDb *mp_pgsql_db_new (const char *conninfo, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Brings the schema to this program's, as the database's owner; @role is the server's, that
 * mp_pgsql_db_new () connects as. */
gboolean mp_pgsql_db_migrate (const char *owner_conninfo, const char *role, GError **error);
/* The role that a connection string is of. */
char *mp_pgsql_db_dup_role (const char *conninfo, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
