/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-platforms.h"

G_BEGIN_DECLS

/* What the benchmarks share: figures, and calls of the platform that they are made with. */

/* CPU time: what else the machine does is not in it. */
double mp_bench_get_process_ms (void);
double mp_bench_get_thread_ms (void);

/* Of this process, as the kernel counts it (proc(5), /proc/pid/status): "VmRSS:", "VmHWM:". */
double mp_bench_read_mib (const char *name);
/* From here on the highest level counts anew (proc(5), /proc/pid/clear_refs). */
void mp_bench_forget_peak (void);

double mp_bench_find_median (double *values, unsigned int n); /* sorts them */
double mp_bench_find_least (const double *values, unsigned int n);
double mp_bench_find_most (const double *values, unsigned int n);

/* Prints the figure beside its limit; FALSE when it is over. */
gboolean mp_bench_judge (const char *what, double value, const char *unit, double limit);

/* Salesforce, at a server on this computer. */
MpPlatforms *mp_bench_make_platforms (const char *address) G_GNUC_WARN_UNUSED_RESULT;
/* Its objects, or with @object the fields of that; waits for them. */
GListModel *mp_bench_load (MpPlatforms *platforms, const char *object) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
