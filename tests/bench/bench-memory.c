/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

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

/* Of this process, as the kernel counts it (proc(5), /proc/pid/status). */
static double
read_mib (const char *name)
{
  g_autofree char *status = NULL;
  const char *line;
  guint64 kib;
  g_auto (GStrv) words = NULL;

  g_assert_true (g_file_get_contents ("/proc/self/status", &status, NULL, NULL));
  line = strstr (status, name);
  g_assert_nonnull (line);
  words = g_strsplit (g_strchug ((char *) line + strlen (name)), " ", 2);
  g_assert_true (g_ascii_string_to_unsigned (words[0], 10, 0, G_MAXUINT, &kib, NULL));
  return (double) kib / 1024;
}

/* From here on the highest level counts anew (proc(5), /proc/pid/clear_refs). */
static void
forget_peak (void)
{
  FILE *file = fopen ("/proc/self/clear_refs", "w");

  g_assert_nonnull (file);
  g_assert_cmpint (fputs ("5", file), >=, 0);
  g_assert_cmpint (fclose (file), ==, 0);
}

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
  forget_peak ();
  before_mib = read_mib ("VmRSS:");
  objects = mp_bench_load (platforms, NULL);
  fields = mp_bench_load (platforms, "Contact");
  peak_mib = read_mib ("VmHWM:") - before_mib;
  after_mib = read_mib ("VmRSS:") - before_mib;
  g_assert_cmpuint (g_list_model_get_n_items (objects), ==, OBJECTS);
  g_assert_cmpuint (g_list_model_get_n_items (fields), ==, FIELDS);
  g_print ("%d objects, %d fields; %.1f MiB before, %.1f MiB more afterwards\n", OBJECTS, FIELDS,
           before_mib, after_mib);
  return mp_bench_judge ("most extra memory", peak_mib, "MiB", MOST_MIB) ? 0 : 1;
}
