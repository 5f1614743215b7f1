/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdint.h>

G_BEGIN_DECLS

/**
 * MpApiMetrics:
 *
 * Counts what was answered, for Prometheus. Its size depends on the routes, never on what clients
 * send. Thread-safe.
 */
typedef struct _MpApiMetrics MpApiMetrics;

MpApiMetrics *mp_api_metrics_new (void) G_GNUC_WARN_UNUSED_RESULT;
void mp_api_metrics_free (MpApiMetrics *self);
void mp_api_metrics_start (MpApiMetrics *self);
void mp_api_metrics_finish (MpApiMetrics *self,
                            const char *route,
                            const char *method,
                            unsigned int status,
                            int64_t duration_us);
char *mp_api_metrics_to_text (MpApiMetrics *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
