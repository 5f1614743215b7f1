/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <json-glib/json-glib.h>
#include <string.h>

#include "mp-bench-answers.h"
#include "mp-bench-server.h"
#include "mp-bench.h"

/*
 * What it costs to make the fields of a large answer's text, beside what json-glib alone takes to
 * parse that text. All of it happens outside the main thread; the main thread only receives.
 */
#define REPETITIONS 15
#define FIELDS 800
#define PICKLIST_EVERY 2
#define VALUES 98
#define LEAST_BYTES 5000000
#define LARGEST_RATIO 1.3

/* Without freeing what was parsed. */
static double
parse (const char *text)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  const double start_ms = mp_bench_get_process_ms ();

  g_assert_true (json_parser_load_from_data (parser, text, -1, NULL));
  return mp_bench_get_process_ms () - start_ms;
}

/* The time of all threads but this one. */
static double
load (MpPlatforms *platforms, double *main_ms)
{
  const double process_start_ms = mp_bench_get_process_ms ();
  const double main_start_ms = mp_bench_get_thread_ms ();
  g_autoptr (GListModel) fields = mp_bench_load (platforms, "Contact");

  g_assert_cmpuint (g_list_model_get_n_items (fields), ==, FIELDS);
  *main_ms = mp_bench_get_thread_ms () - main_start_ms;
  return mp_bench_get_process_ms () - process_start_ms - *main_ms;
}

int
main (void)
{
  g_autofree char *text = mp_bench_make_describe (FIELDS, PICKLIST_EVERY, VALUES);
  g_autoptr (MpBenchServer) server = mp_bench_server_new (NULL, g_strdup (text));
  g_autoptr (MpPlatforms) platforms =
                 mp_bench_make_platforms (mp_bench_server_get_address (server));
  double parse_ms[REPETITIONS];
  double load_ms[REPETITIONS];
  double main_ms[REPETITIONS];
  double ratios[REPETITIONS];

  g_assert_cmpuint (strlen (text), >=, LEAST_BYTES);
  /* The first of each warms up. */
  parse (text);
  load (platforms, &main_ms[0]);
  for (unsigned int i = 0; i < REPETITIONS; i++)
    {
      parse_ms[i] = parse (text);
      load_ms[i] = load (platforms, &main_ms[i]);
      ratios[i] = load_ms[i] / parse_ms[i];
    }
  g_print (
      "%d fields, %" G_GSIZE_FORMAT " bytes; CPU time, medians of %d: json-glib's parse %.1f ms; "
      "parsed and extracted %.1f ms, beside them the main thread %.1f ms\n",
      FIELDS, strlen (text), REPETITIONS, mp_bench_find_median (parse_ms, REPETITIONS),
      mp_bench_find_median (load_ms, REPETITIONS), mp_bench_find_median (main_ms, REPETITIONS));
  return mp_bench_judge ("parsing and extracting, in a worker thread",
                         mp_bench_find_median (ratios, REPETITIONS), "times json-glib's parse",
                         LARGEST_RATIO)
             ? 0
             : 1;
}
