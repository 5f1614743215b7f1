/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-clock.h"

G_BEGIN_DECLS

#define MP_RATE_WINDOW_S 60

/**
 * MpRate:
 *
 * How much each token may still ask: a bucket that fills evenly, so many requests a minute, and
 * holds a minute's worth. Bounded in memory. Thread-safe.
 */
typedef struct _MpRate MpRate;

/* What is left to a token. */
typedef struct
{
  unsigned int limit;     /* requests a minute; 0: no limit */
  unsigned int remaining; /* requests that may follow at once */
  unsigned int reset_s;   /* until the bucket is full again */
  unsigned int wait_s;    /* 0: the request may go on; else it may after so long */
} MpRateState;

MpRate *mp_rate_new (MpClock *clock) G_GNUC_WARN_UNUSED_RESULT;
void mp_rate_free (MpRate *self);
void mp_rate_set_limit (MpRate *self, unsigned int requests_per_minute);
MpRateState mp_rate_take (MpRate *self, const char *token_id);

G_END_DECLS
