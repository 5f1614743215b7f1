/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-rate.h"

/* Tokens kept at most; beyond it those whose bucket is full again are dropped, then all. */
#define MAX_TOKENS 100000
#define WINDOW_US (INT64_C (1) * MP_RATE_WINDOW_S * G_USEC_PER_SEC)

struct _MpRate
{
  MpClock *clock;
  GMutex lock;
  unsigned int limit;  /* under the lock */
  GHashTable *full_at; /* (element-type utf8 int64_t): when each bucket is full again */
};

/**
 * mp_rate_new:
 * @clock: the clock
 *
 * Returns: (transfer full): a count without a limit
 */
MpRate *
mp_rate_new (MpClock *clock)
{
  MpRate *self = g_new0 (MpRate, 1);

  self->clock = g_object_ref (clock);
  g_mutex_init (&self->lock);
  self->full_at = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

/**
 * mp_rate_free:
 * @self: (transfer full): a count
 */
void
mp_rate_free (MpRate *self)
{
  g_hash_table_unref (self->full_at);
  g_mutex_clear (&self->lock);
  g_object_unref (self->clock);
  g_free (self);
}

/**
 * mp_rate_set_limit:
 * @self: a count
 * @requests_per_minute: what each token may ask; 0: no limit
 */
void
mp_rate_set_limit (MpRate *self, unsigned int requests_per_minute)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  self->limit = requests_per_minute;
  g_hash_table_remove_all (self->full_at);
}

static gboolean
is_full (void *token_id, void *full_at, void *now_unix_us)
{
  return *(int64_t *) full_at <= *(int64_t *) now_unix_us;
}

static int64_t *
find_bucket (MpRate *self, const char *token_id, int64_t now_unix_us)
{
  int64_t *full_at = g_hash_table_lookup (self->full_at, token_id);

  if (full_at != NULL)
    return full_at;
  if (g_hash_table_size (self->full_at) >= MAX_TOKENS)
    g_hash_table_foreach_remove (self->full_at, is_full, &now_unix_us);
  if (g_hash_table_size (self->full_at) >= MAX_TOKENS)
    g_hash_table_remove_all (self->full_at);
  full_at = g_new0 (int64_t, 1);
  g_hash_table_insert (self->full_at, g_strdup (token_id), full_at);
  return full_at;
}

static unsigned int
to_seconds (int64_t duration_us)
{
  return (unsigned int) ((duration_us + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC);
}

/**
 * mp_rate_take:
 * @self: a count
 * @token_id: who asks
 *
 * Takes one request out of the token's bucket, where there is one left.
 *
 * Returns: what is left; with `wait_s` when the request has to wait
 */
MpRateState
mp_rate_take (MpRate *self, const char *token_id)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  int64_t now_unix_us = mp_clock_get_now_unix_us (self->clock);
  MpRateState state = { .limit = self->limit };
  int64_t cost_us;
  int64_t *full_at;
  int64_t debt_us;

  if (self->limit == 0)
    return state;

  cost_us = WINDOW_US / self->limit;
  full_at = find_bucket (self, token_id, now_unix_us);
  /* A clock that was set back keeps nobody waiting for longer than a minute. */
  debt_us = CLAMP (*full_at - now_unix_us, 0, WINDOW_US);
  if (debt_us + cost_us > WINDOW_US)
    state.wait_s = to_seconds (debt_us + cost_us - WINDOW_US);
  else
    debt_us += cost_us;
  *full_at = now_unix_us + debt_us;
  state.remaining = (unsigned int) ((WINDOW_US - debt_us) / cost_us);
  state.reset_s = to_seconds (debt_us);
  return state;
}
