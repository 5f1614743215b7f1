/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-sqlite-writer.h"

#include "mp-error.h"
#include "mp-sqlite-private.h"

/* Other processes get at the database between two groups, so none grows without end. */
#define MAX_MEMBERS 128

/* The transactions that are committed together. */
typedef struct
{
  int ref_count; /* under the lock, as all of it */
  unsigned int n_members;
  gboolean has_ended;
  GError *error; /* (owned) (nullable): why it was not committed */
} Group;

struct _MpSqliteWriter
{
  sqlite3 *db;

  GMutex lock;
  GCond turn;
  GCond ended;
  gboolean is_busy;       /* a thread has its turn, or commits the group */
  unsigned int n_waiting; /* for their turn */
  Group *group;           /* (owned) (nullable): the open one */
  GThread *keeper;        /* (nullable): keeps its turn; read by others without the lock */
};

static void
group_unref (Group *group)
{
  if (--group->ref_count > 0)
    return;
  g_clear_error (&group->error);
  g_free (group);
}

static void
take_turn (MpSqliteWriter *self)
{
  g_mutex_lock (&self->lock);
  self->n_waiting++;
  while (self->is_busy)
    g_cond_wait (&self->turn, &self->lock);
  self->n_waiting--;
  self->is_busy = TRUE;
  g_mutex_unlock (&self->lock);
}

static void
set_given_up (GError **error)
{
  g_set_error (error, MP_ERROR, MP_ERROR_STORAGE,
               "Writing: the database gave up what was being written; is its disk full?");
}

/* Commits the open group, or ends it when nothing of it is left. By the thread that has its turn;
 * called and left with the lock, which it lets go meanwhile. */
static void
end_group (MpSqliteWriter *self)
{
  Group *group = g_steal_pointer (&self->group);
  GError *error = NULL;

  g_mutex_unlock (&self->lock);
  if (sqlite3_get_autocommit (self->db))
    set_given_up (&error);
  else if (group->n_members > 0)
    mp_sqlite_run (self->db, &error, "COMMIT", "");
  /* SQLite ends the transaction itself after some failures, such as a full disk. */
  if (!sqlite3_get_autocommit (self->db))
    mp_sqlite_run (self->db, NULL, "ROLLBACK", "");
  g_mutex_lock (&self->lock);

  group->error = error;
  group->has_ended = TRUE;
  g_cond_broadcast (&self->ended);
  group_unref (group);
}

/* Lets the next thread add to the group; where none waits, the group is complete. With the lock. */
static void
pass_turn (MpSqliteWriter *self)
{
  if (self->group != NULL && (self->n_waiting == 0 || self->group->n_members >= MAX_MEMBERS ||
                              sqlite3_get_autocommit (self->db)))
    end_group (self);
  self->is_busy = FALSE;
  g_cond_signal (&self->turn);
}

static gboolean
is_kept (MpSqliteWriter *self)
{
  return g_atomic_pointer_get (&self->keeper) == g_thread_self ();
}

/* Ends the turn of the calling thread, unless it keeps it. */
static void
end_turn (MpSqliteWriter *self)
{
  if (is_kept (self))
    return;
  g_mutex_lock (&self->lock);
  pass_turn (self);
  g_mutex_unlock (&self->lock);
}

/* With the lock, which it lets go meanwhile. */
static gboolean
await_group (MpSqliteWriter *self, Group *group, GError **error)
{
  gboolean committed;

  while (!group->has_ended)
    g_cond_wait (&self->ended, &self->lock);
  committed = group->error == NULL;
  if (!committed && error != NULL)
    *error = g_error_copy (group->error);
  group_unref (group);
  return committed;
}

static gboolean
open_savepoint (MpSqliteWriter *self, GError **error)
{
  if (self->group == NULL)
    {
      if (!mp_sqlite_run (self->db, error, "BEGIN IMMEDIATE", ""))
        return FALSE;
      self->group = g_new0 (Group, 1);
      self->group->ref_count = 1;
    }
  else if (sqlite3_get_autocommit (self->db))
    {
      set_given_up (error);
      return FALSE;
    }
  return mp_sqlite_run (self->db, error, "SAVEPOINT member", "");
}

/**
 * mp_sqlite_writer_new:
 * @db: the connection that writes; outlives the writer
 *
 * Returns: (transfer full): the writer
 */
MpSqliteWriter *
mp_sqlite_writer_new (sqlite3 *db)
{
  MpSqliteWriter *self = g_new0 (MpSqliteWriter, 1);

  self->db = db;
  g_mutex_init (&self->lock);
  g_cond_init (&self->turn);
  g_cond_init (&self->ended);
  return self;
}

/**
 * mp_sqlite_writer_free:
 * @self: (transfer full): a writer that no thread uses
 */
void
mp_sqlite_writer_free (MpSqliteWriter *self)
{
  g_assert (!self->is_busy && self->group == NULL);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->turn);
  g_cond_clear (&self->ended);
  g_free (self);
}

/**
 * mp_sqlite_writer_begin:
 * @self: the writer
 * @error: return location
 *
 * Waits until no other thread has its turn.
 *
 * Returns: whether the calling thread has it now
 */
gboolean
mp_sqlite_writer_begin (MpSqliteWriter *self, GError **error)
{
  if (!is_kept (self))
    take_turn (self);
  if (open_savepoint (self, error))
    return TRUE;

  end_turn (self);
  return FALSE;
}

/**
 * mp_sqlite_writer_commit:
 * @self: the writer
 * @error: return location
 *
 * Adds what the thread wrote to the group, and waits for the group's commit. What fails the group
 * fails each of its members: none of them is acknowledged. A thread that keeps its turn waits when
 * it lets that go.
 *
 * Returns: whether everything is on the disk, or for the keeper of a turn, is about to be
 */
gboolean
mp_sqlite_writer_commit (MpSqliteWriter *self, GError **error)
{
  Group *group;
  gboolean committed = TRUE;

  if (!mp_sqlite_run (self->db, error, "RELEASE member", ""))
    {
      mp_sqlite_writer_rollback (self);
      return FALSE;
    }

  g_mutex_lock (&self->lock);
  group = self->group;
  group->n_members++;
  if (!is_kept (self))
    {
      group->ref_count++;
      pass_turn (self);
      committed = await_group (self, group, error);
    }
  g_mutex_unlock (&self->lock);
  return committed;
}

/**
 * mp_sqlite_writer_rollback:
 * @self: the writer
 *
 * Undoes what the calling thread wrote, and nothing of the others of its group.
 */
void
mp_sqlite_writer_rollback (MpSqliteWriter *self)
{
  if (!sqlite3_get_autocommit (self->db) &&
      (!mp_sqlite_run (self->db, NULL, "ROLLBACK TO member", "") ||
       !mp_sqlite_run (self->db, NULL, "RELEASE member", "")))
    mp_sqlite_run (self->db, NULL, "ROLLBACK", "");
  end_turn (self);
}

/**
 * mp_sqlite_writer_keep:
 * @self: the writer
 *
 * Waits until no other thread has its turn. What the calling thread begins and ends from now on is
 * within this one turn, until mp_sqlite_writer_let_go ().
 */
void
mp_sqlite_writer_keep (MpSqliteWriter *self)
{
  take_turn (self);
  g_atomic_pointer_set (&self->keeper, g_thread_self ());
}

/**
 * mp_sqlite_writer_let_go:
 * @self: the writer
 * @error: return location
 *
 * Ends a turn that was kept, and waits for the commit of what was written in it.
 *
 * Returns: whether everything is on the disk
 */
gboolean
mp_sqlite_writer_let_go (MpSqliteWriter *self, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  Group *group = self->group;

  g_atomic_pointer_set (&self->keeper, NULL);
  if (group != NULL)
    group->ref_count++;
  pass_turn (self);
  return group == NULL || await_group (self, group, error);
}
