/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-pgsql-private.h"

#include "mp-error.h"

#include <poll.h>
#include <string.h>

#define MAX_ARGUMENTS 9

/* Answers that nobody has read are kept by both sides; before they are many, they are read. */
#define MAX_QUEUED 200

/* Reads until the end of a connection that its server closed is seen behind its last words. */
#define MAX_LAST_WORDS 4

/* A statement on its way. */
typedef struct
{
  const char *sql;
  PGresult **result; /* (nullable) */
  gboolean is_preparation;
} Step;

struct _MpPgsql
{
  PGconn *conn;
  GHashTable *names; /* (element-type gpointer utf8): of the prepared statements, by their SQL */
  unsigned int n_names;
  GArray *queue; /* (element-type Step) */
  GError *error; /* (owned) (nullable): of answers read before the collect */
  gboolean is_broken;
};

/* Classes of SQLSTATE (PostgreSQL 15, Appendix A) after which another attempt, perhaps at another
 * host, may succeed: connection exceptions, an operator's intervention such as a shutdown,
 * serialization failures, a lock that is not had in time. */
static const char *const passing_states[] = { "08", "57P", "40", "55P03" };

/* Those after which this connection is of no use: also a server that has become a standby. */
static const char *const breaking_states[] = { "08", "57P", "25006" };

static gboolean
has_state (const char *state, const char *const *list, size_t length)
{
  for (size_t i = 0; state != NULL && i < length; i++)
    {
      if (g_str_has_prefix (state, list[i]))
        return TRUE;
    }
  return FALSE;
}

static int
get_error_code (PGconn *conn, const char *state)
{
  if (state == NULL || PQstatus (conn) == CONNECTION_BAD ||
      has_state (state, passing_states, G_N_ELEMENTS (passing_states)) ||
      has_state (state, breaking_states, G_N_ELEMENTS (breaking_states)))
    return MP_ERROR_UNAVAILABLE;
  if (g_str_equal (state, "23505"))
    return MP_ERROR_CONFLICT;
  if (g_str_equal (state, "23503"))
    return MP_ERROR_NOT_FOUND;
  return MP_ERROR_STORAGE;
}

/* The primary message only: the details of some errors quote what is stored. */
void
mp_pgsql_set_error (PGconn *conn, const PGresult *result, GError **error)
{
  const char *state = result == NULL ? NULL : PQresultErrorField (result, PG_DIAG_SQLSTATE);
  const char *message =
      result == NULL ? NULL : PQresultErrorField (result, PG_DIAG_MESSAGE_PRIMARY);
  g_autofree char *text = g_strchomp (g_strdup (message != NULL ? message : PQerrorMessage (conn)));

  g_set_error (error, MP_ERROR, get_error_code (conn, state), "The database server: %s", text);
}

PGresult *
mp_pgsql_run (PGconn *conn, const char *sql, GError **error)
{
  g_autoptr (PGresult) result = PQexec (conn, sql);
  ExecStatusType status = PQresultStatus (result);

  if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK)
    return g_steal_pointer (&result);
  mp_pgsql_set_error (conn, result, error);
  return NULL;
}

/* What a connection string leaves open. A server that is no primary, or does not answer, is not
 * waited for: there may be others in the list. */
static const struct
{
  const char *keyword;
  const char *value;
} defaults[] = {
  { "target_session_attrs", "read-write" },
  { "connect_timeout", "5" },
  { "tcp_user_timeout", "10000" },
  { "fallback_application_name", "mp-tenant-server" },
  { "client_encoding", "UTF8" },
};

static const char *
find_default (const char *keyword)
{
  for (size_t i = 0; i < G_N_ELEMENTS (defaults); i++)
    {
      if (g_str_equal (defaults[i].keyword, keyword))
        return defaults[i].value;
    }
  return NULL;
}

static void
free_options (PQconninfoOption *options)
{
  PQconninfoFree (options);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PQconninfoOption, free_options)

static PGconn *
connect_with (PQconninfoOption *options, GError **error)
{
  g_autoptr (GPtrArray) keywords = g_ptr_array_new ();
  g_autoptr (GPtrArray) values = g_ptr_array_new ();

  for (PQconninfoOption *option = options; option->keyword != NULL; option++)
    {
      const char *value = option->val != NULL ? option->val : find_default (option->keyword);

      if (g_str_equal (option->keyword, "password") && option->val != NULL)
        {
          g_set_error (error, MP_ERROR, MP_ERROR_INVALID,
                       "The connection string has a password in it. Put it into a file that libpq "
                       "reads, mode 0600, and name that: passfile=FILE");
          return NULL;
        }
      if (value == NULL)
        continue;
      g_ptr_array_add (keywords, option->keyword);
      g_ptr_array_add (values, (gpointer) value);
    }
  g_ptr_array_add (keywords, NULL);
  g_ptr_array_add (values, NULL);
  return PQconnectdbParams ((const char *const *) keywords->pdata,
                            (const char *const *) values->pdata, 0);
}

static void
ignore_notice (void *data, const PGresult *result)
{
}

/* Each commit is on the disk before it is answered, whatever the server's configuration says; who
 * waits for standbys too goes on doing so. */
static gboolean
set_up (PGconn *conn, GError **error)
{
  g_autoptr (PGresult) result =
                 mp_pgsql_run (conn,
                               "SELECT set_config ('lock_timeout', '10s', false),"
                               " set_config ('synchronous_commit', CASE"
                               " WHEN current_setting ('synchronous_commit') IN ('off', 'local')"
                               " THEN 'on' ELSE current_setting ('synchronous_commit') END, false)",
                               error);

  return result != NULL;
}

PGconn *
mp_pgsql_connect (const char *conninfo, GError **error)
{
  char *message = NULL;
  g_autoptr (PQconninfoOption) options = PQconninfoParse (conninfo, &message);
  g_autoptr (PGconn) conn = NULL;

  if (options == NULL)
    {
      /* The message quotes the string. */
      PQfreemem (message);
      g_set_error (error, MP_ERROR, MP_ERROR_INVALID,
                   "This is no connection string of PostgreSQL; one is: host=db1,db2 dbname=pulse");
      return NULL;
    }
  conn = connect_with (options, error);
  if (conn == NULL)
    return NULL;
  if (PQstatus (conn) != CONNECTION_OK)
    {
      mp_pgsql_set_error (conn, NULL, error);
      return NULL;
    }
  PQsetNoticeReceiver (conn, ignore_notice, NULL);
  return set_up (conn, error) ? g_steal_pointer (&conn) : NULL;
}

MpPgsql *
mp_pgsql_open (const char *conninfo, GError **error)
{
  g_autoptr (PGconn) conn = mp_pgsql_connect (conninfo, error);
  MpPgsql *self;

  if (conn == NULL)
    return NULL;
  if (!PQenterPipelineMode (conn))
    {
      mp_pgsql_set_error (conn, NULL, error);
      return NULL;
    }
  self = g_new0 (MpPgsql, 1);
  self->conn = g_steal_pointer (&conn);
  self->names = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->queue = g_array_new (FALSE, FALSE, sizeof (Step));
  return self;
}

void
mp_pgsql_close (MpPgsql *self)
{
  if (self == NULL)
    return;
  PQfinish (self->conn);
  g_hash_table_unref (self->names);
  g_array_unref (self->queue);
  g_clear_error (&self->error);
  g_free (self);
}

static gboolean
has_input (MpPgsql *self)
{
  struct pollfd file = { .fd = PQsocket (self->conn), .events = POLLIN };

  return poll (&file, 1, 0) > 0;
}

/* An idle server says little, unless it says why it closes the connection, and then does. */
gboolean
mp_pgsql_is_usable (MpPgsql *self)
{
  for (int i = 0; !self->is_broken && i < MAX_LAST_WORDS && has_input (self); i++)
    self->is_broken = !PQconsumeInput (self->conn);
  return !self->is_broken && PQstatus (self->conn) == CONNECTION_OK;
}

gboolean
mp_pgsql_is_in_transaction (MpPgsql *self)
{
  return PQtransactionStatus (self->conn) != PQTRANS_IDLE;
}

typedef struct
{
  const char *values[MAX_ARGUMENTS];
  int lengths[MAX_ARGUMENTS];
  int formats[MAX_ARGUMENTS];
  char numbers[MAX_ARGUMENTS][24];
  int n;
} Arguments;

static void
read_arguments (Arguments *arguments, const char *types, va_list list)
{
  for (arguments->n = 0; types[arguments->n] != '\0'; arguments->n++)
    {
      int i = arguments->n;

      g_assert (i < MAX_ARGUMENTS);
      arguments->formats[i] = 0;
      switch (types[i])
        {
        case 's':
          arguments->values[i] = va_arg (list, const char *);
          break;
        case 'i':
          g_snprintf (arguments->numbers[i], sizeof arguments->numbers[i], "%" G_GINT64_FORMAT,
                      va_arg (list, int64_t));
          arguments->values[i] = arguments->numbers[i];
          break;
        case 'b':
          {
            size_t size;

            arguments->values[i] = g_bytes_get_data (va_arg (list, GBytes *), &size);
            arguments->lengths[i] = (int) size;
            arguments->formats[i] = 1;
          }
          break;
        default:
          g_assert_not_reached ();
        }
    }
}

static void
enqueue (MpPgsql *self, const char *sql, PGresult **result, gboolean is_preparation)
{
  const Step step = { sql, result, is_preparation };

  g_array_append_val (self->queue, step);
}

static const char *
ensure_prepared (MpPgsql *self, const char *sql)
{
  char *name = g_hash_table_lookup (self->names, sql);

  if (name != NULL)
    return name;
  name = g_strdup_printf ("s%u", self->n_names++);
  g_hash_table_insert (self->names, (gpointer) sql, name);
  if (PQsendPrepare (self->conn, name, sql, 0, NULL))
    enqueue (self, sql, NULL, TRUE);
  else
    self->is_broken = TRUE;
  return name;
}

static gboolean
take_result (MpPgsql *self, const Step *step, PGresult *result, GError **error)
{
  ExecStatusType status = PQresultStatus (result);

  if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK)
    {
      if (step->result != NULL)
        *step->result = result;
      else
        PQclear (result);
      return TRUE;
    }

  if (step->is_preparation)
    g_hash_table_remove (self->names, step->sql);
  if (status != PGRES_PIPELINE_ABORTED && error != NULL && *error == NULL)
    mp_pgsql_set_error (self->conn, result, error);
  if (result == NULL || PQstatus (self->conn) == CONNECTION_BAD ||
      has_state (PQresultErrorField (result, PG_DIAG_SQLSTATE), breaking_states,
                 G_N_ELEMENTS (breaking_states)))
    self->is_broken = TRUE;
  PQclear (result);
  return FALSE;
}

/* The answers to a step: its result, then an end mark. */
static gboolean
read_step (MpPgsql *self, const Step *step, GError **error)
{
  gboolean done = take_result (self, step, PQgetResult (self->conn), error);
  PGresult *more;

  while (!self->is_broken && (more = PQgetResult (self->conn)) != NULL)
    PQclear (more);
  return done;
}

static gboolean
read_sync (MpPgsql *self)
{
  g_autoptr (PGresult) result = PQgetResult (self->conn);

  return PQresultStatus (result) == PGRES_PIPELINE_SYNC;
}

static gboolean
read_queue (MpPgsql *self, GError **error)
{
  gboolean done = !self->is_broken && PQpipelineSync (self->conn);

  if (!done)
    {
      self->is_broken = TRUE;
      mp_pgsql_set_error (self->conn, NULL, error);
    }
  for (unsigned int i = 0; i < self->queue->len && !self->is_broken; i++)
    done &= read_step (self, &g_array_index (self->queue, Step, i), error);
  g_array_set_size (self->queue, 0);
  if (!self->is_broken && !read_sync (self))
    self->is_broken = TRUE;
  return done && !self->is_broken;
}

/* Answers that nobody reads otherwise. */
static void
make_room (MpPgsql *self)
{
  GError *error = NULL;

  if (self->queue->len < MAX_QUEUED || read_queue (self, &error))
    return;
  if (self->error == NULL)
    self->error = error;
  else
    g_clear_error (&error);
}

void
mp_pgsql_send_list (
    MpPgsql *self, PGresult **result, const char *sql, const char *types, va_list list)
{
  Arguments arguments;
  const char *name;

  if (result != NULL)
    *result = NULL;
  make_room (self);
  read_arguments (&arguments, types, list);
  name = ensure_prepared (self, sql);
  if (PQsendQueryPrepared (self->conn, name, arguments.n, arguments.values, arguments.lengths,
                           arguments.formats, 0))
    enqueue (self, sql, result, FALSE);
  else
    self->is_broken = TRUE;
}

void
mp_pgsql_send (MpPgsql *self, PGresult **result, const char *sql, const char *types, ...)
{
  va_list arguments;

  va_start (arguments, types);
  mp_pgsql_send_list (self, result, sql, types, arguments);
  va_end (arguments);
}

gboolean
mp_pgsql_collect (MpPgsql *self, GError **error)
{
  g_autoptr (GError) failure = NULL;
  gboolean done = self->queue->len == 0 && !self->is_broken ? TRUE : read_queue (self, &failure);

  if (self->error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&self->error));
      return FALSE;
    }
  if (done)
    return TRUE;
  if (failure == NULL)
    g_set_error (&failure, MP_ERROR, MP_ERROR_UNAVAILABLE, "The database server does not answer");
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

char *
mp_pgsql_dup_text (const PGresult *result, int row, int column)
{
  return PQgetisnull (result, row, column) ? NULL : g_strdup (PQgetvalue (result, row, column));
}

int64_t
mp_pgsql_get_int (const PGresult *result, int row, int column)
{
  gint64 number = 0;

  g_ascii_string_to_signed (PQgetvalue (result, row, column), 10, INT64_MIN, INT64_MAX, &number,
                            NULL);
  return number;
}

gboolean
mp_pgsql_get_boolean (const PGresult *result, int row, int column)
{
  return *PQgetvalue (result, row, column) == 't';
}

GBytes *
mp_pgsql_dup_bytes (const PGresult *result, int row, int column)
{
  size_t size = 0;
  unsigned char *data =
      PQunescapeBytea ((const unsigned char *) PQgetvalue (result, row, column), &size);
  GBytes *bytes = g_bytes_new (data, size);

  PQfreemem (data);
  return bytes;
}
