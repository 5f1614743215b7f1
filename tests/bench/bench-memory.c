/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-bench-answers.h"
#include "mp-bench-server.h"
#include "mp-bench.h"

/*
 * What a large CRM adds to the memory of the program: at the worst moment of loading it, and as
 * long as it is known.
 */
#define OBJECTS 2000
#define FIELDS 5000
#define PICKLIST_EVERY 10
#define VALUES 20
#define MOST_MIB 60.0

int
main (void)
{
  g_autoptr (MpBenchServer) small =
                 mp_bench_server_new (mp_bench_make_sobjects (1), mp_bench_make_describe (1, 1, 1));
  g_autoptr (MpBenchServer) large = mp_bench_server_new (
      mp_bench_make_sobjects (OBJECTS), mp_bench_make_describe (FIELDS, PICKLIST_EVERY, VALUES));
  g_autoptr (MpPlatforms) warm_up = mp_bench_make_platforms (mp_bench_server_get_address (small));
  g_autoptr (MpPlatforms) platforms = mp_bench_make_platforms (mp_bench_server_get_address (large));
  g_autoptr (GListModel) objects = NULL;
  g_autoptr (GListModel) fields = NULL;
  double before_mib;
  double peak_mib;
  double after_mib;

  /* What every program has that ever loaded one list. */
  g_object_unref (mp_bench_load (warm_up, NULL));
  g_object_unref (mp_bench_load (warm_up, "Contact"));
  mp_bench_forget_peak ();
  before_mib = mp_bench_read_mib ("VmRSS:");
  objects = mp_bench_load (platforms, NULL);
  fields = mp_bench_load (platforms, "Contact");
  peak_mib = mp_bench_read_mib ("VmHWM:") - before_mib;
  after_mib = mp_bench_read_mib ("VmRSS:") - before_mib;
  g_assert_cmpuint (g_list_model_get_n_items (objects), ==, OBJECTS);
  g_assert_cmpuint (g_list_model_get_n_items (fields), ==, FIELDS);
  g_print ("%d objects, %d fields; %.1f MiB before, %.1f MiB more afterwards\n", OBJECTS, FIELDS,
           before_mib, after_mib);
  return mp_bench_judge ("most extra memory", peak_mib, "MiB", MOST_MIB) ? 0 : 1;
}
