/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "mp-test-wait.h"

static double
get_ms (clockid_t clock)
{
  struct timespec now;

  clock_gettime (clock, &now);
  return (double) now.tv_sec * 1e3 + (double) now.tv_nsec / 1e6;
}

static int
compare (const void *a, const void *b)
{
  const double *left = a;
  const double *right = b;

  return *left < *right ? -1 : *left > *right;
}

double
mp_bench_get_process_ms (void)
{
  return get_ms (CLOCK_PROCESS_CPUTIME_ID);
}

double
mp_bench_get_thread_ms (void)
{
  return get_ms (CLOCK_THREAD_CPUTIME_ID);
}

double
mp_bench_read_mib (const char *name)
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

void
mp_bench_forget_peak (void)
{
  FILE *file = fopen ("/proc/self/clear_refs", "w");

  g_assert_nonnull (file);
  g_assert_cmpint (fputs ("5", file), >=, 0);
  g_assert_cmpint (fclose (file), ==, 0);
}

double
mp_bench_find_median (double *values, unsigned int n)
{
  qsort (values, n, sizeof *values, compare);
  return n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

double
mp_bench_find_least (const double *values, unsigned int n)
{
  double least = values[0];

  for (unsigned int i = 1; i < n; i++)
    least = MIN (least, values[i]);
  return least;
}

double
mp_bench_find_most (const double *values, unsigned int n)
{
  double most = values[0];

  for (unsigned int i = 1; i < n; i++)
    most = MAX (most, values[i]);
  return most;
}

gboolean
mp_bench_judge (const char *what, double value, const char *unit, double limit)
{
  gboolean is_within = value <= limit;

  g_print ("%s  %s: %.2f %s, at most %.2f\n", is_within ? "ok  " : "OVER", what, value, unit,
           limit);
  return is_within;
}

MpPlatforms *
mp_bench_make_platforms (const char *address)
{
  g_autoptr (MpHttpClient) http = mp_http_client_new ();
  g_autoptr (MpPlatforms) platforms = mp_platforms_new (http, NULL);
  g_autofree char *assignment = g_strdup_printf ("salesforce=%s", address);
  g_autoptr (GError) error = NULL;

  mp_platforms_set_base_address (platforms, assignment, &error);
  g_assert_no_error (error);
  return g_steal_pointer (&platforms);
}

GListModel *
mp_bench_load (MpPlatforms *platforms, const char *object)
{
  MpPlatform *platform = mp_platforms_find (platforms, "salesforce");
  g_autoptr (MpSecret) secret = mp_secret_new ();
  g_autoptr (JsonObject) connection = json_object_new ();
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GListModel *items;

  mp_secret_set (secret, "client_id", "3MVG9benchmark");
  mp_secret_set (secret, "client_secret", "0123456789");
  json_object_set_string_member (connection, "domain", "example.my.salesforce.com");
  if (object != NULL)
    mp_platform_load_fields_async (platform, object, secret, connection, NULL, mp_test_wait_cb,
                                   &place);
  else
    mp_platform_load_objects_async (platform, secret, connection, NULL, mp_test_wait_cb, &place);
  result = mp_test_wait (&place);
  items = object != NULL ? mp_platform_load_fields_finish (platform, result, &error)
                         : mp_platform_load_objects_finish (platform, result, &error);
  g_assert_no_error (error);
  return items;
}
