/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-db.h"

G_BEGIN_DECLS

/* Which database a data folder is of: the file in it, or the one of PostgreSQL that a connection
 * string in it names. */

char *mp_server_database_format_path (const char *data_dir) G_GNUC_WARN_UNUSED_RESULT;
gboolean mp_server_database_is_named (const char *data_dir);
gboolean mp_server_database_exists (const char *data_dir);
MpDb *mp_server_database_open (const char *data_dir, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Makes the schema in a database of PostgreSQL, as its owner, and names it in the folder. */
gboolean mp_server_database_take (const char *data_dir,
                                  const char *conninfo,
                                  const char *owner_conninfo,
                                  GError **error);
/* Brings the schema of the one that is named to this program's. */
gboolean
mp_server_database_migrate (const char *data_dir, const char *owner_conninfo, GError **error);

G_END_DECLS
