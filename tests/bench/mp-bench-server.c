/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-bench-server.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mp-test-server.h"

struct _MpBenchServer
{
  pid_t process;
  char address[64];
};

static const char token[] = "{\"access_token\":\"00Dbenchmark\","
                            "\"instance_url\":\"https://example.my.salesforce.com\"}";

/* Until it is killed, at the latest with the process that made it. */
static void
serve (const char *sobjects, const char *describe, int out)
{
  MpTestServer *server = mp_test_server_new ();
  const char *address = mp_test_server_get_address (server);
  const MpTestReply replies[] = {
    { .path = "/services/oauth2/token", .body = token },
    { .path = "/services/data/v62.0/sobjects", .body = sobjects },
    { .path = "/services/data/v62.0/sobjects/Contact/describe", .body = describe },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (replies); i++)
    mp_test_server_add (server, &replies[i]);
  if (write (out, address, strlen (address) + 1) < 0)
    _exit (1);
  while (TRUE)
    g_main_context_iteration (NULL, TRUE);
}

MpBenchServer *
mp_bench_server_new (char *sobjects, char *describe)
{
  MpBenchServer *self = g_new0 (MpBenchServer, 1);
  int ends[2];

  g_assert_cmpint (pipe (ends), ==, 0);
  self->process = fork ();
  g_assert_cmpint (self->process, >=, 0);
  if (self->process == 0)
    {
      prctl (PR_SET_PDEATHSIG, SIGKILL);
      close (ends[0]);
      serve (sobjects, describe, ends[1]);
    }
  close (ends[1]);
  g_assert_cmpint (read (ends[0], self->address, sizeof self->address - 1), >, 0);
  close (ends[0]);
  g_free (sobjects);
  g_free (describe);
  return self;
}

const char *
mp_bench_server_get_address (MpBenchServer *self)
{
  return self->address;
}

void
mp_bench_server_free (MpBenchServer *self)
{
  kill (self->process, SIGKILL);
  waitpid (self->process, NULL, 0);
  g_free (self);
}
