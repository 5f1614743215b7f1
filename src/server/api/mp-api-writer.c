/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-api-writer.h"

#include <string.h>

#include "mp-api-problem.h"
#include "mp-api-replace.h"

/* A reply is not kept waiting for more others than these. */
#define MAX_GROUP 64

/* The jobs of some tenants, and the thread that answers them: two threads would wait for each other
 * at the same tenant. */
typedef struct
{
  MpApi *api;
  GThread *thread;

  GMutex lock;
  GCond pushed;
  GQueue jobs; /* (element-type MpApiJob), under the lock */
  gboolean is_ending;
} Lane;

struct _MpApiWriter
{
  unsigned int n_lanes;
  Lane *lanes;
};

/* Somebody who waits for a job. */
typedef struct
{
  GMutex lock;
  GCond done;
  gboolean is_done;
} Waiter;

static void
answer (Lane *self, MpApiJob *job)
{
  job->reply = mp_api_answer (self->api, job->route, job->request);
}

/* What the group's members were told is not true: each is told what is. @is_undone: and nothing of
 * it is in the database, so that each can be tried by itself. */
static void
answer_again (Lane *self, GPtrArray *jobs, gboolean is_undone, const GError *error)
{
  for (unsigned int i = 0; i < jobs->len; i++)
    {
      MpApiJob *job = jobs->pdata[i];

      g_clear_pointer (&job->reply, mp_api_reply_free);
      if (is_undone)
        answer (self, job);
      else
        job->reply = mp_api_problem_new_from_error (error);
    }
}

static int
compare_tenants (const void *a, const void *b)
{
  const MpApiJob *left = *(const MpApiJob *const *) a;
  const MpApiJob *right = *(const MpApiJob *const *) b;

  return strcmp (left->request->tenant, right->request->tenant);
}

static void
answer_together (Lane *self, GPtrArray *jobs)
{
  g_autoptr (GError) error = NULL;
  gboolean is_undone = FALSE;
  MpDbGroup *group = mp_db_group_new (mp_api_get_services (self->api)->db);

  /* A group holds the tenants that it came to until its end: nobody waits in a circle where all
   * come to them in the same order. Requests of one tenant stay in the order they came in. */
  g_ptr_array_sort (jobs, compare_tenants);
  for (unsigned int i = 0; i < jobs->len; i++)
    mp_api_expect_replacement (((MpApiJob *) jobs->pdata[i])->request, group);
  for (unsigned int i = 0; i < jobs->len; i++)
    answer (self, jobs->pdata[i]);
  if (!mp_db_group_commit (group, &is_undone, &error))
    answer_again (self, jobs, is_undone, error);
}

/* Waits for jobs; %FALSE at the end. */
static gboolean
take_jobs (Lane *self, GPtrArray *jobs)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  g_ptr_array_set_size (jobs, 0);
  while (self->jobs.length == 0 && !self->is_ending)
    g_cond_wait (&self->pushed, &self->lock);
  while (self->jobs.length > 0 && jobs->len < MAX_GROUP)
    g_ptr_array_add (jobs, g_queue_pop_head_link (&self->jobs)->data);
  return jobs->len > 0;
}

static gpointer
work (gpointer data)
{
  Lane *self = data;
  g_autoptr (GPtrArray) jobs = g_ptr_array_new ();

  while (take_jobs (self, jobs))
    {
      answer_together (self, jobs);
      for (unsigned int i = 0; i < jobs->len; i++)
        {
          MpApiJob *job = jobs->pdata[i];

          job->done (job->owner);
        }
    }
  return NULL;
}

/**
 * mp_api_writer_new:
 * @api: what answers; outlives the writer
 * @n_threads: how many threads answer
 *
 * Returns: (transfer full): a writer at work
 */
MpApiWriter *
mp_api_writer_new (MpApi *api, unsigned int n_threads)
{
  MpApiWriter *self = g_new0 (MpApiWriter, 1);

  self->n_lanes = n_threads;
  self->lanes = g_new0 (Lane, n_threads);
  for (unsigned int i = 0; i < n_threads; i++)
    {
      Lane *lane = &self->lanes[i];

      lane->api = api;
      g_mutex_init (&lane->lock);
      g_cond_init (&lane->pushed);
      g_queue_init (&lane->jobs);
      lane->thread = g_thread_new ("mp-writer", work, lane);
    }
  return self;
}

static void
end_lane (Lane *lane)
{
  g_mutex_lock (&lane->lock);
  lane->is_ending = TRUE;
  g_cond_signal (&lane->pushed);
  g_mutex_unlock (&lane->lock);
  g_thread_join (lane->thread);
  g_mutex_clear (&lane->lock);
  g_cond_clear (&lane->pushed);
}

/**
 * mp_api_writer_free:
 * @self: (transfer full): a writer that nobody pushes to any more
 */
void
mp_api_writer_free (MpApiWriter *self)
{
  for (unsigned int i = 0; i < self->n_lanes; i++)
    end_lane (&self->lanes[i]);
  g_free (self->lanes);
  g_free (self);
}

/**
 * mp_api_writer_push:
 * @self: a writer
 * @job: a request of a tenant that was let in; it and its request stay until it is done
 */
void
mp_api_writer_push (MpApiWriter *self, MpApiJob *job)
{
  Lane *lane = &self->lanes[g_str_hash (job->request->tenant) % self->n_lanes];
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lane->lock);

  job->link = (GList){ .data = job };
  g_queue_push_tail_link (&lane->jobs, &job->link);
  g_cond_signal (&lane->pushed);
}

static void
wake_waiter (gpointer data)
{
  Waiter *waiter = data;

  g_mutex_lock (&waiter->lock);
  waiter->is_done = TRUE;
  g_cond_signal (&waiter->done);
  g_mutex_unlock (&waiter->lock);
}

/**
 * mp_api_writer_run:
 * @self: a writer
 * @job: a request that was let in
 *
 * Blocks until the job is done.
 */
void
mp_api_writer_run (MpApiWriter *self, MpApiJob *job)
{
  Waiter waiter = { .is_done = FALSE };

  g_mutex_init (&waiter.lock);
  g_cond_init (&waiter.done);
  job->done = wake_waiter;
  job->owner = &waiter;
  mp_api_writer_push (self, job);

  g_mutex_lock (&waiter.lock);
  while (!waiter.is_done)
    g_cond_wait (&waiter.done, &waiter.lock);
  g_mutex_unlock (&waiter.lock);
  g_mutex_clear (&waiter.lock);
  g_cond_clear (&waiter.done);
}
