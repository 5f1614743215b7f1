/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <arpa/inet.h>
#include <errno.h>
#include <gio/gio.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "mp-test-folder.h"
#include "mp-test-program.h"

#define N_SLOW 2000
#define SLOW_TIMEOUT_S 60
#define FAST_US (50 * 1000)
/* Some sockets of a hostile client; its address is another than everybody else's. */
#define HOSTILE_ADDRESS "127.0.0.9"

static uint16_t
get_port (const char *address)
{
  return (uint16_t) g_ascii_strtoull (strrchr (address, ':') + 1, NULL, 10);
}

/* @from: (nullable): the client's address */
static int
open_connection (const char *address, const char *from)
{
  struct sockaddr_in server = { .sin_family = AF_INET, .sin_port = htons (get_port (address)) };
  struct sockaddr_in client = { .sin_family = AF_INET };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (fd, >=, 0);
  if (from != NULL)
    {
      g_assert_cmpint (inet_pton (AF_INET, from, &client.sin_addr), ==, 1);
      g_assert_cmpint (bind (fd, (struct sockaddr *) &client, sizeof client), ==, 0);
    }
  inet_pton (AF_INET, "127.0.0.1", &server.sin_addr);
  if (connect (fd, (struct sockaddr *) &server, sizeof server) == 0)
    return fd;
  close (fd);
  return -1;
}

static gboolean
send_text (int fd, const char *text, size_t size)
{
  while (size > 0)
    {
      ssize_t n_sent = send (fd, text, size, MSG_NOSIGNAL);

      if (n_sent <= 0)
        return FALSE;
      text += n_sent;
      size -= (size_t) n_sent;
    }
  return TRUE;
}

/* All that comes back until the server closes. */
static char *
receive_all (int fd)
{
  GString *text = g_string_new (NULL);
  char buffer[4096];
  ssize_t n_read;

  while ((n_read = recv (fd, buffer, sizeof buffer, 0)) > 0)
    g_string_append_len (text, buffer, n_read);
  return g_string_free (text, FALSE);
}

static long
get_resident_kib (GSubprocess *process)
{
  g_autofree char *path =
      g_strdup_printf ("/proc/%s/status", g_subprocess_get_identifier (process));
  g_autofree char *text = NULL;
  const char *line;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  line = strstr (text, "VmHWM:");
  return line != NULL ? (long) g_ascii_strtoll (line + 6, NULL, 10) : 0;
}

/* How long somebody else waits for an answer on a connection of its own. */
static int64_t
time_answer_us (const char *address)
{
  static const char request[] = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  int64_t start_us = g_get_monotonic_time ();
  int fd = open_connection (address, NULL);
  g_autofree char *answer = NULL;

  g_assert_cmpint (fd, >=, 0);
  g_assert_true (send_text (fd, request, strlen (request)));
  answer = receive_all (fd);
  close (fd);
  g_assert_true (g_str_has_prefix (answer, "HTTP/1.1 200"));
  return g_get_monotonic_time () - start_us;
}

static int
compare_times (const void *a, const void *b)
{
  int64_t left = *(const int64_t *) a;
  int64_t right = *(const int64_t *) b;

  return (left > right) - (left < right);
}

static unsigned int
count_open (struct pollfd *polls, unsigned int length)
{
  unsigned int n_open = 0;

  poll (polls, length, 0);
  for (unsigned int i = 0; i < length; i++)
    {
      char byte;

      if (polls[i].fd < 0)
        continue;
      if ((polls[i].revents & (POLLIN | POLLHUP | POLLERR)) != 0 &&
          recv (polls[i].fd, &byte, 1, MSG_DONTWAIT) <= 0 && errno != EAGAIN)
        {
          close (polls[i].fd);
          polls[i].fd = -1;
          continue;
        }
      n_open++;
    }
  return n_open;
}

/* 2,000 requests that never end, each sent on a byte a second: all are closed within a minute, and
 * meanwhile others are answered at once (the middle one of their times; a machine that is busy with
 * other things may hold up a single one). */
static void
test_slow_clients (MpTestProgram *fixture, gconstpointer data)
{
  static const char start[] = "GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ";
  g_autofree struct pollfd *polls = g_new0 (struct pollfd, N_SLOW);
  g_autofree char *address = NULL;
  GSubprocess *process = mp_test_program_serve (fixture, "", &address);
  g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (int64_t));
  struct rlimit limit;
  int64_t start_us = g_get_monotonic_time ();
  int64_t second_us = start_us;
  unsigned int n_open = N_SLOW;

  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < N_SLOW + 100)
    {
      mp_test_program_stop (process, SIGTERM);
      g_test_skip ("too few descriptors are allowed here");
      return;
    }

  for (unsigned int i = 0; i < N_SLOW; i++)
    {
      polls[i] =
          (struct pollfd){ .fd = open_connection (address, HOSTILE_ADDRESS), .events = POLLIN };
      if (polls[i].fd >= 0)
        send_text (polls[i].fd, start, strlen (start));
    }
  while (n_open > 0 && g_get_monotonic_time () - start_us < SLOW_TIMEOUT_S * G_USEC_PER_SEC)
    {
      int64_t time_us = time_answer_us (address);

      g_array_append_val (times, time_us);
      n_open = count_open (polls, N_SLOW);
      for (unsigned int i = 0; g_get_monotonic_time () - second_us > G_USEC_PER_SEC && i < N_SLOW;
           i++)
        {
          if (polls[i].fd >= 0)
            send_text (polls[i].fd, "x", 1);
          if (i == N_SLOW - 1)
            second_us = g_get_monotonic_time ();
        }
      g_usleep (20000);
    }
  g_array_sort (times, compare_times);
  g_test_message ("closed after %.1f s; others: %u answers, middle %.1f ms, slowest %.1f ms",
                  (double) (g_get_monotonic_time () - start_us) / G_USEC_PER_SEC, times->len,
                  (double) g_array_index (times, int64_t, times->len / 2) / 1000,
                  (double) g_array_index (times, int64_t, times->len - 1) / 1000);
  g_assert_cmpuint (n_open, ==, 0);
  g_assert_cmpint (g_array_index (times, int64_t, times->len / 2), <, FAST_US);
  mp_test_program_stop (process, SIGTERM);
}

/* With every descriptor taken nobody is answered; when they are free again everybody is, at once.
 */
static void
test_descriptors (MpTestProgram *fixture, gconstpointer data)
{
  const char *const wrapper[] = { "/bin/sh", "-c", "ulimit -n 60; exec \"$0\" \"$@\"", NULL };
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_autofree char *token = mp_test_program_add_token (fixture, "client_user");
  g_autofree char *address = NULL;
  GSubprocess *process =
      mp_test_program_serve_with (fixture, launcher, wrapper, "--listen 127.0.0.1:0", &address);
  int fds[100];
  int64_t freed_us;
  int64_t answer_us;

  for (size_t i = 0; i < G_N_ELEMENTS (fds); i++)
    {
      fds[i] = open_connection (address, NULL);
      send_text (fds[i], "GET /", 5);
    }
  g_usleep (500000);
  for (size_t i = 0; i < G_N_ELEMENTS (fds); i++)
    close (fds[i]);
  freed_us = g_get_monotonic_time ();
  answer_us = time_answer_us (address);
  g_test_message ("answered %.1f ms after they were free", (double) answer_us / 1000);
  g_assert_cmpint (g_get_monotonic_time () - freed_us, <, G_USEC_PER_SEC);
  g_assert_cmpuint (mp_test_program_ask (fixture, address, "/", token), ==, 200);
  mp_test_program_stop (process, SIGTERM);
}

/* 200 MB with a bad token, announced or in chunks: refused, and never kept. */
static void
test_large_body (MpTestProgram *fixture, gconstpointer data)
{
  static const char *const heads[] = { "Content-Length: 209715200", "Transfer-Encoding: chunked" };
  g_autofree char *address = NULL;
  GSubprocess *process = mp_test_program_serve (fixture, "", &address);
  g_autofree char *megabyte = g_strnfill (1024 * 1024, 'a');
  g_autofree char *chunk = g_strdup_printf ("100000\r\n%s\r\n", megabyte);
  long before_kib;
  long after_kib;

  time_answer_us (address);
  before_kib = get_resident_kib (process);
  for (size_t i = 0; i < G_N_ELEMENTS (heads); i++)
    {
      g_autofree char *head = g_strdup_printf (
          "POST /v1/tenants/demo/changes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer mpt_x\r\n"
          "Content-Type: application/json\r\n%s\r\n\r\n",
          heads[i]);
      int fd = open_connection (address, NULL);
      gboolean goes_on = send_text (fd, head, strlen (head));

      for (unsigned int sent = 0; goes_on && sent < 200; sent++)
        goes_on =
            i == 0 ? send_text (fd, megabyte, 1024 * 1024) : send_text (fd, chunk, strlen (chunk));
      g_assert_false (goes_on);
      close (fd);
    }
  after_kib = get_resident_kib (process);
  g_test_message ("resident memory at its highest: %ld KiB before, %ld KiB after", before_kib,
                  after_kib);
  g_assert_cmpint (after_kib - before_kib, <=, 2 * 1024);
  time_answer_us (address);
  mp_test_program_stop (process, SIGTERM);
}

/* A head of 90 KB is told to be too large. */
static char *
send_head (const char *address, const char *format, size_t size)
{
  g_autofree char *value = g_strnfill (size, 'a');
  g_autoptr (GString) head = g_string_new (format);
  int fd = open_connection (address, NULL);
  char *answer;

  g_string_replace (head, "LONG", value, 0);
  send_text (fd, head->str, head->len);
  answer = receive_all (fd);
  close (fd);
  return answer;
}

/* Ours as a problem, like everything; what the library has no memory for, with the same status. */
static void
test_large_head (MpTestProgram *fixture, gconstpointer data)
{
  static const char *const formats[] = {
    "GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: LONG\r\nConnection: close\r\n\r\n",
    "GET /healthz?LONG HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
  };
  g_autofree char *address = NULL;
  GSubprocess *process = mp_test_program_serve (fixture, "", &address);
  g_autofree char *huge = send_head (address, formats[0], 90 * 1024);

  g_assert_true (g_str_has_prefix (huge, "HTTP/1.1 431"));
  for (size_t i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_autofree char *fits = send_head (address, formats[i], 7 * 1024);
      g_autofree char *large = send_head (address, formats[i], 9 * 1024);

      g_assert_true (g_str_has_prefix (fits, "HTTP/1.1 200"));
      g_assert_true (g_str_has_prefix (large, "HTTP/1.1 431"));
      g_assert_nonnull (strstr (large, "application/problem+json"));
      g_assert_nonnull (strstr (large, "/head-too-large\""));
    }
  mp_test_program_stop (process, SIGTERM);
}

/* One address has so many connections and no more; another has its own. */
static void
test_connections (MpTestProgram *fixture, gconstpointer data)
{
  static const char request[] = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
  g_autofree char *path = g_build_filename (fixture->folder, "server.conf", NULL);
  g_autofree char *options = g_strconcat ("--config ", path, NULL);
  g_autofree char *address = NULL;
  GSubprocess *process;
  int fds[8];
  unsigned int n_answered = 0;

  g_assert_true (g_file_set_contents (path, "[limits]\nconnections-per-address=5\n", -1, NULL));
  process = mp_test_program_serve (fixture, options, &address);
  for (size_t i = 0; i < G_N_ELEMENTS (fds); i++)
    {
      char byte;

      fds[i] = open_connection (address, HOSTILE_ADDRESS);
      n_answered +=
          send_text (fds[i], request, strlen (request)) && recv (fds[i], &byte, 1, 0) == 1;
    }
  g_assert_cmpuint (n_answered, ==, 5);
  time_answer_us (address);
  for (size_t i = 0; i < G_N_ELEMENTS (fds); i++)
    close (fds[i]);
  mp_test_program_stop (process, SIGTERM);
}

/* A token has so many requests a minute: it is told how many are left, and when there are more.
 * Another token has its own. */
static void
test_rate (MpTestProgram *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "server.conf", NULL);
  g_autofree char *options = g_strconcat ("--config ", path, NULL);
  g_autofree char *token = mp_test_program_add_token (fixture, "client_user");
  g_autofree char *other = mp_test_program_add_token (fixture, "client_user");
  g_autofree char *address = NULL;
  g_autofree char *head = NULL;
  g_autofree char *answer = NULL;
  GSubprocess *process;
  int fd;

  g_assert_true (g_file_set_contents (path, "[limits]\nrequests-per-minute=6\n", -1, NULL));
  process = mp_test_program_serve (fixture, options, &address);
  for (unsigned int i = 0; i < 6; i++)
    g_assert_cmpuint (mp_test_program_ask (fixture, address, "/", token), ==, 200);
  head = g_strdup_printf ("GET /v1/tenants/demo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                          "Authorization: Bearer %s\r\n\r\n",
                          token);
  fd = open_connection (address, NULL);
  send_text (fd, head, strlen (head));
  answer = receive_all (fd);
  close (fd);
  g_test_message ("%.20s", answer);
  g_assert_true (g_str_has_prefix (answer, "HTTP/1.1 429"));
  g_assert_nonnull (strstr (answer, "RateLimit-Policy: \"token\";q=6;w=60\r\n"));
  g_assert_nonnull (strstr (answer, "RateLimit: \"token\";r=0;t="));
  g_assert_true (g_regex_match_simple ("Retry-After: ([1-9]|10)\r\n", answer, 0, 0));
  g_assert_cmpuint (mp_test_program_ask (fixture, address, "/", other), ==, 200);
  mp_test_program_stop (process, SIGTERM);
}

#define ADD(path, function)                                                                        \
  g_test_add ("/server/limits/" path, MpTestProgram, NULL, mp_test_program_set_up, function,       \
              mp_test_program_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  ADD ("cuts-slow-clients", test_slow_clients);
  ADD ("recovers-descriptors", test_descriptors);
  ADD ("keeps-no-large-body", test_large_body);
  ADD ("refuses-a-large-head", test_large_head);
  ADD ("limits-connections", test_connections);
  ADD ("limits-requests", test_rate);

  return g_test_run ();
}
