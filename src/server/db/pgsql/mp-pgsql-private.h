/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <libpq-fe.h>
#include <stdarg.h>
#include <stdint.h>

G_BEGIN_DECLS

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PGresult, PQclear)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PGconn, PQfinish)

/* Opens a plain connection, as all of ours are set. MP_ERROR_INVALID: the string is none, or has a
 * password in it; MP_ERROR_UNAVAILABLE: nobody answers who takes writes. */
PGconn *mp_pgsql_connect (const char *conninfo, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* One statement on a plain connection, without parameters. */
PGresult *mp_pgsql_run (PGconn *conn, const char *sql, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mp_pgsql_set_error (PGconn *conn, const PGresult *result, GError **error);

/* The number of the newest script, and what the database has; 0: no schema. */
unsigned int mp_pgsql_get_known_version (void);
gboolean mp_pgsql_get_version (PGconn *conn, unsigned int *version, GError **error);

/**
 * MpPgsql:
 *
 * A connection whose statements are sent without waiting for each other's answers, and prepared at
 * their first use. Not to be shared by threads at the same time.
 */
typedef struct _MpPgsql MpPgsql;
MpPgsql *mp_pgsql_open (const char *conninfo, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mp_pgsql_close (MpPgsql *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpPgsql, mp_pgsql_close)

/* %FALSE when the other side has closed it, or is no primary any more. */
gboolean mp_pgsql_is_usable (MpPgsql *self);
gboolean mp_pgsql_is_in_transaction (MpPgsql *self);

/* Queues a statement. @sql is a static string; @types has a letter for each argument, which are
 * $1, $2, ...: s const char * (nullable), i int64_t, b GBytes *. They are copied. @result: (out)
 * (nullable) gets its answer at the next collect, or %NULL. */
void mp_pgsql_send (MpPgsql *self, PGresult **result, const char *sql, const char *types, ...);
void mp_pgsql_send_list (
    MpPgsql *self, PGresult **result, const char *sql, const char *types, va_list arguments);
/* Waits for the answers to all that is queued. The first failure is the error; what came after it
 * was not done. */
gboolean mp_pgsql_collect (MpPgsql *self, GError **error);

char *mp_pgsql_dup_text (const PGresult *result, int row, int column) G_GNUC_WARN_UNUSED_RESULT;
int64_t mp_pgsql_get_int (const PGresult *result, int row, int column);
gboolean mp_pgsql_get_boolean (const PGresult *result, int row, int column);
GBytes *mp_pgsql_dup_bytes (const PGresult *result, int row, int column) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
