/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-clock.h"

G_BEGIN_DECLS

/* Failures of an address within MP_FAILURES_WINDOW_S seconds, after which it has to wait. */
#define MP_FAILURES_MAX 10
#define MP_FAILURES_WINDOW_S 60

/**
 * MpFailures:
 *
 * Which addresses failed to authenticate lately. Bounded in memory. Thread-safe.
 */
typedef struct _MpFailures MpFailures;
MpFailures *mp_failures_new (MpClock *clock) G_GNUC_WARN_UNUSED_RESULT;
void mp_failures_free (MpFailures *self);

/* Seconds that the address has still to wait; 0: none. */
unsigned int mp_failures_get_wait_s (MpFailures *self, const char *address);
void mp_failures_add (MpFailures *self, const char *address);

G_END_DECLS
