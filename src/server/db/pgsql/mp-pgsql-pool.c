/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-pgsql-pool.h"

/* Of each process. More do not make the database's processors more. */
#define MAX_CONNECTIONS 8
#define MAX_WRITERS 6

struct _MpPgsqlPool
{
  char *conninfo;

  GMutex lock;
  GCond reader_turn;
  GCond writer_turn;
  unsigned int n_lent;
  unsigned int n_writers;
  GPtrArray *idle; /* (element-type MpPgsql) */
};

MpPgsqlPool *
mp_pgsql_pool_new (const char *conninfo)
{
  MpPgsqlPool *self = g_new0 (MpPgsqlPool, 1);

  self->conninfo = g_strdup (conninfo);
  g_mutex_init (&self->lock);
  g_cond_init (&self->reader_turn);
  g_cond_init (&self->writer_turn);
  self->idle = g_ptr_array_new_with_free_func ((GDestroyNotify) mp_pgsql_close);
  return self;
}

void
mp_pgsql_pool_free (MpPgsqlPool *self)
{
  g_assert (self->n_lent == 0);
  g_ptr_array_unref (self->idle);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->reader_turn);
  g_cond_clear (&self->writer_turn);
  g_free (self->conninfo);
  g_free (self);
}

/* A place, and the connection used last where one is idle. */
static MpPgsql *
take_place (MpPgsqlPool *self, gboolean is_writer)
{
  MpPgsql *connection = NULL;

  g_mutex_lock (&self->lock);
  while (self->n_lent >= MAX_CONNECTIONS || (is_writer && self->n_writers >= MAX_WRITERS))
    g_cond_wait (is_writer ? &self->writer_turn : &self->reader_turn, &self->lock);
  self->n_lent++;
  self->n_writers += is_writer ? 1 : 0;
  if (self->idle->len > 0)
    connection = g_ptr_array_steal_index_fast (self->idle, self->idle->len - 1);
  g_mutex_unlock (&self->lock);
  return connection;
}

MpPgsql *
mp_pgsql_pool_borrow (MpPgsqlPool *self, gboolean is_writer, GError **error)
{
  MpPgsql *connection = take_place (self, is_writer);

  if (connection != NULL && mp_pgsql_is_usable (connection))
    return connection;
  mp_pgsql_close (connection);
  connection = mp_pgsql_open (self->conninfo, error);
  if (connection == NULL)
    mp_pgsql_pool_give_back (self, NULL, is_writer);
  return connection;
}

void
mp_pgsql_pool_give_back (MpPgsqlPool *self, MpPgsql *connection, gboolean is_writer)
{
  gboolean is_kept = connection != NULL && mp_pgsql_is_usable (connection) &&
                     !mp_pgsql_is_in_transaction (connection);

  g_mutex_lock (&self->lock);
  self->n_lent--;
  self->n_writers -= is_writer ? 1 : 0;
  if (is_kept)
    g_ptr_array_add (self->idle, connection);
  g_cond_signal (&self->reader_turn);
  g_cond_signal (&self->writer_turn);
  g_mutex_unlock (&self->lock);
  if (!is_kept)
    mp_pgsql_close (connection);
}
