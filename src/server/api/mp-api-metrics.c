/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-api-metrics.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

/* Upper bounds of the histogram, in seconds; a request that waits for news takes up to 50. */
static const double bounds[] = { 0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10, 60 };

/* One route, method and status. Strings are static. */
typedef struct
{
  const char *route;
  const char *method;
  unsigned int status;
} Key;

struct _MpApiMetrics
{
  GMutex lock;
  GHashTable *counts; /* (element-type Key uint64_t) */
  uint64_t buckets[G_N_ELEMENTS (bounds) + 1];
  uint64_t n_requests;
  double total_s;
  unsigned int n_active;
  int64_t started_unix_us;
};

static unsigned int
hash_key (gconstpointer data)
{
  const Key *key = data;

  return g_str_hash (key->route) * 31 + g_str_hash (key->method) * 7 + key->status;
}

static gboolean
equal_keys (gconstpointer a, gconstpointer b)
{
  const Key *left = a;
  const Key *right = b;

  return left->status == right->status && g_str_equal (left->route, right->route) &&
         g_str_equal (left->method, right->method);
}

static int
compare_keys (gconstpointer a, gconstpointer b)
{
  const Key *left = a;
  const Key *right = b;
  int order = g_strcmp0 (left->route, right->route);

  if (order == 0)
    order = g_strcmp0 (left->method, right->method);
  return order != 0 ? order : (int) left->status - (int) right->status;
}

/**
 * mp_api_metrics_new:
 *
 * Returns: (transfer full): counters that stand at zero
 */
MpApiMetrics *
mp_api_metrics_new (void)
{
  MpApiMetrics *self = g_new0 (MpApiMetrics, 1);

  g_mutex_init (&self->lock);
  self->counts = g_hash_table_new_full (hash_key, equal_keys, g_free, g_free);
  self->started_unix_us = g_get_real_time ();
  return self;
}

/**
 * mp_api_metrics_free:
 * @self: (transfer full): counters
 */
void
mp_api_metrics_free (MpApiMetrics *self)
{
  g_hash_table_unref (self->counts);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/**
 * mp_api_metrics_start:
 * @self: counters
 *
 * A request began; mp_api_metrics_finish () ends it.
 */
void
mp_api_metrics_start (MpApiMetrics *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  self->n_active++;
}

/**
 * mp_api_metrics_finish:
 * @self: counters
 * @route: the route's pattern, or "-"; static
 * @method: the method; static
 * @status: the answer's status; 0 when there was none
 * @duration_us: how long it took
 */
void
mp_api_metrics_finish (MpApiMetrics *self,
                       const char *route,
                       const char *method,
                       unsigned int status,
                       int64_t duration_us)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  const Key key = { .route = route, .method = method, .status = status };
  uint64_t *count = g_hash_table_lookup (self->counts, &key);
  double duration_s = (double) duration_us / G_USEC_PER_SEC;
  unsigned int bucket = 0;

  if (count == NULL)
    {
      count = g_new0 (uint64_t, 1);
      g_hash_table_insert (self->counts, g_memdup2 (&key, sizeof key), count);
    }
  (*count)++;
  while (bucket < G_N_ELEMENTS (bounds) && duration_s > bounds[bucket])
    bucket++;
  self->buckets[bucket]++;
  self->n_requests++;
  self->total_s += duration_s;
  self->n_active--;
}

static void
add_head (GString *text, const char *name, const char *type, const char *help)
{
  g_string_append_printf (text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void
add_counts (MpApiMetrics *self, GString *text)
{
  g_autoptr (GList) keys =
                 g_list_sort (g_hash_table_get_keys (self->counts), (GCompareFunc) compare_keys);

  add_head (text, "mp_http_requests_total", "counter", "Requests, by route, method and status.");
  for (GList *item = keys; item != NULL; item = item->next)
    {
      const Key *key = item->data;
      const uint64_t *count = g_hash_table_lookup (self->counts, key);

      g_string_append_printf (
          text, "mp_http_requests_total{route=\"%s\",method=\"%s\",status=\"%u\"} %" PRIu64 "\n",
          key->route, key->method, key->status, *count);
    }
}

static void
add_number (GString *text, double value)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append (text, g_ascii_formatd (buffer, sizeof buffer, "%.9g", value));
}

static void
add_histogram (MpApiMetrics *self, GString *text)
{
  const char *name = "mp_http_request_duration_seconds";
  uint64_t sum = 0;

  add_head (text, name, "histogram", "Time from a request's head to its answer's end.");
  for (size_t i = 0; i < G_N_ELEMENTS (bounds); i++)
    {
      sum += self->buckets[i];
      g_string_append_printf (text, "%s_bucket{le=\"", name);
      add_number (text, bounds[i]);
      g_string_append_printf (text, "\"} %" PRIu64 "\n", sum);
    }
  g_string_append_printf (text, "%s_bucket{le=\"+Inf\"} %" PRIu64 "\n%s_sum ", name,
                          self->n_requests, name);
  add_number (text, self->total_s);
  g_string_append_printf (text, "\n%s_count %" PRIu64 "\n", name, self->n_requests);
}

static void
add_gauge (GString *text, const char *name, const char *help, double value)
{
  add_head (text, name, "gauge", help);
  g_string_append_printf (text, "%s ", name);
  add_number (text, value);
  g_string_append_c (text, '\n');
}

/* Where the kernel does not tell, the gauge is left out. */
static void
add_process (GString *text)
{
  unsigned long size;
  unsigned long resident;
  unsigned int n_open = 0;
  FILE *statm = fopen ("/proc/self/statm", "re");
  DIR *folder = opendir ("/proc/self/fd");

  if (statm != NULL && fscanf (statm, "%lu %lu", &size, &resident) == 2)
    add_gauge (text, "process_resident_memory_bytes", "Resident memory.",
               (double) resident * (double) sysconf (_SC_PAGESIZE));
  if (statm != NULL)
    fclose (statm);
  if (folder == NULL)
    return;
  while (readdir (folder) != NULL)
    n_open++;
  closedir (folder);
  add_gauge (text, "process_open_fds", "Open file descriptors.", n_open);
}

/**
 * mp_api_metrics_to_text:
 * @self: counters
 *
 * Returns: (transfer full): their state in the text form of Prometheus, version 0.0.4
 */
char *
mp_api_metrics_to_text (MpApiMetrics *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  GString *text = g_string_new (NULL);

  add_counts (self, text);
  add_histogram (self, text);
  add_gauge (text, "mp_http_requests_in_flight", "Requests that are being answered.",
             self->n_active);
  add_gauge (text, "process_start_time_seconds", "Start of the process, since 1970.",
             (double) self->started_unix_us / G_USEC_PER_SEC);
  add_process (text);
  return g_string_free (text, FALSE);
}
