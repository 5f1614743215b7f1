/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "mp-test-folder.h"
#include "mp-test-program.h"
#include "mp-test-wait.h"

#define WAIT_S 20

/* Makes a certificate for 127.0.0.1 with openssl; its files are NAME.pem and NAME.key. */
static gboolean
make_certificate (MpTestProgram *fixture, const char *name)
{
  g_autofree char *certificate = g_strdup_printf ("%s/%s.pem", fixture->folder, name);
  g_autofree char *key = g_strdup_printf ("%s/%s.key", fixture->folder, name);
  g_autofree char *subject = g_strdup_printf ("/CN=%s", name);
  g_autoptr (GSubprocess) process = g_subprocess_new (
      G_SUBPROCESS_FLAGS_STDERR_SILENCE, NULL, "openssl", "req", "-x509", "-newkey", "ec",
      "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", subject, "-addext",
      "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate, NULL);

  return process != NULL && g_subprocess_wait_check (process, NULL, NULL);
}

static gboolean
accept_cb (SoupMessage *message,
           GTlsCertificate *certificate,
           GTlsCertificateFlags errors,
           gpointer user_data)
{
  char **subject = user_data;

  g_free (*subject);
  *subject = g_tls_certificate_get_subject_name (certificate);
  return TRUE;
}

/* Asks over a new connection; answers the status, and whom the certificate names. */
static unsigned int
ask_tls (const char *address, char **subject)
{
  g_autoptr (SoupSession) session = soup_session_new ();
  g_autofree char *uri = g_strconcat (address, "/healthz", NULL);
  g_autoptr (SoupMessage) message = soup_message_new ("GET", uri);
  g_autoptr (GBytes) body = NULL;
  g_autoptr (GError) error = NULL;

  g_signal_connect (message, "accept-certificate", G_CALLBACK (accept_cb), subject);
  body = soup_session_send_and_read (session, message, NULL, &error);
  g_assert_no_error (error);
  return soup_message_get_status (message);
}

static void
write_config (MpTestProgram *fixture, const char *name, const char *more)
{
  g_autofree char *path = g_build_filename (fixture->folder, "server.conf", NULL);
  g_autofree char *text =
      g_strdup_printf ("[server]\ncertificate=%s/%s.pem\nprivate-key=%s/%s.key\n%s",
                       fixture->folder, name, fixture->folder, name, more);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
wait_for_log (MpTestProgram *fixture, const char *text, unsigned int times)
{
  int64_t deadline_us = g_get_monotonic_time () + WAIT_S * G_USEC_PER_SEC;

  while (g_get_monotonic_time () < deadline_us)
    {
      g_autofree char *log = NULL;
      unsigned int n_found = 0;

      g_assert_true (g_file_get_contents (fixture->log, &log, NULL, NULL));
      for (const char *place = log; (place = strstr (place, text)) != NULL; place++)
        n_found++;
      if (n_found >= times)
        return;
      g_usleep (10000);
    }
  g_assert_not_reached ();
}

/* HTTPS by itself; a new certificate is taken without a connection refused, a damaged one is told
 * and the old one stays. */
static void
test_tls (MpTestProgram *fixture, gconstpointer data)
{
  g_autofree char *options = g_strdup_printf ("--config %s/server.conf", fixture->folder);
  g_autofree char *address = NULL;
  g_autofree char *subject = NULL;
  GSubprocess *process;

  if (!make_certificate (fixture, "first") || !make_certificate (fixture, "second"))
    {
      g_test_skip ("openssl is not here");
      return;
    }
  write_config (fixture, "first", "");
  process = mp_test_program_serve (fixture, options, &address);
  g_assert_true (g_str_has_prefix (address, "https://127.0.0.1:"));
  g_assert_cmpuint (ask_tls (address, &subject), ==, 200);
  g_assert_cmpstr (subject, ==, "CN=first");

  write_config (fixture, "second", "");
  g_subprocess_send_signal (process, SIGHUP);
  wait_for_log (fixture, "mp-tenant-server: reloaded", 1);
  g_assert_cmpuint (ask_tls (address, &subject), ==, 200);
  g_assert_cmpstr (subject, ==, "CN=second");

  write_config (fixture, "third", "");
  g_subprocess_send_signal (process, SIGHUP);
  wait_for_log (fixture, "not reloaded", 1);
  g_assert_cmpuint (ask_tls (address, &subject), ==, 200);
  g_assert_cmpstr (subject, ==, "CN=second");
  mp_test_program_stop (process, SIGTERM);
}

/* A request that waits for news is answered when the server stops, not cut. */
static gpointer
wait_for_news (gpointer data)
{
  gpointer *arguments = data;

  return GUINT_TO_POINTER (
      mp_test_program_ask (arguments[0], arguments[1], "/changes?wait=30", arguments[2]));
}

static void
test_graceful_stop (MpTestProgram *fixture, gconstpointer data)
{
  g_autofree char *token = mp_test_program_add_token (fixture, "client_user");
  g_autofree char *address = NULL;
  GSubprocess *process = mp_test_program_serve (fixture, "", &address);
  gpointer arguments[] = { fixture, address, token };
  GThread *thread;
  int64_t start_us = g_get_monotonic_time ();

  thread = g_thread_new ("waits", wait_for_news, arguments);
  g_usleep (300000);
  mp_test_program_stop (process, SIGTERM);
  g_assert_cmpuint (GPOINTER_TO_UINT (g_thread_join (thread)), ==, 200);
  g_assert_cmpint (g_get_monotonic_time () - start_us, <, 15 * G_USEC_PER_SEC);
}

/* Two processes that say so share a port; one that does not is refused it. */
static void
test_shared_port (MpTestProgram *fixture, gconstpointer data)
{
  g_autofree char *token = mp_test_program_add_token (fixture, "client_user");
  g_autofree char *address = NULL;
  g_autofree char *same = NULL;
  g_autofree char *again = NULL;
  GSubprocess *first = mp_test_program_serve (fixture, "--share-port", &address);
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_autofree char *listen = g_strdup_printf ("--listen %s --share-port", address + 7);
  g_autofree char *alone = g_strdup_printf ("serve --listen %s", address + 7);
  GSubprocess *second = mp_test_program_serve_with (fixture, launcher, NULL, listen, &same);

  g_assert_cmpstr (same, ==, address);
  mp_test_program_assert_run (fixture, alone, 1);
  mp_test_program_stop (first, SIGTERM);
  for (unsigned int i = 0; i < 10; i++)
    g_assert_cmpuint (mp_test_program_ask (fixture, address, "/", token), ==, 200);
  mp_test_program_stop (second, SIGTERM);
}

/* systemd's side: a socket that listens already, and the messages it is sent. */
static void
test_service_manager (MpTestProgram *fixture, gconstpointer data)
{
  const char *const wrapper[] = { "/bin/sh", "-c", "LISTEN_PID=$$ exec \"$0\" \"$@\"", NULL };
  g_autofree char *token = mp_test_program_add_token (fixture, "client_user");
  g_autofree char *notify = g_build_filename (fixture->folder, "notify", NULL);
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_autoptr (GSocket) listener = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM,
                                               G_SOCKET_PROTOCOL_DEFAULT, NULL);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GSocketAddress) bound = NULL;
  struct sockaddr_un place = { .sun_family = AF_UNIX };
  g_autofree char *said = NULL;
  g_autofree char *address = NULL;
  char message[128] = "";
  int messages = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  GSubprocess *process;

  g_strlcpy (place.sun_path, notify, sizeof place.sun_path);
  g_assert_cmpint (bind (messages, (struct sockaddr *) &place, sizeof place), ==, 0);
  g_assert_true (g_socket_bind (listener, any, TRUE, NULL) && g_socket_listen (listener, NULL));
  bound = g_socket_get_local_address (listener, NULL);
  g_subprocess_launcher_setenv (launcher, "LISTEN_FDS", "1", TRUE);
  g_subprocess_launcher_setenv (launcher, "NOTIFY_SOCKET", notify, TRUE);
  g_subprocess_launcher_take_fd (launcher, dup (g_socket_get_fd (listener)), 3);
  process = mp_test_program_serve_with (fixture, launcher, wrapper, "", &said);
  g_assert_cmpint (recv (messages, message, sizeof message - 1, 0), >, 0);
  g_assert_cmpstr (message, ==, "READY=1");

  address = g_strdup_printf ("http://127.0.0.1:%u",
                             g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound)));
  g_assert_cmpuint (mp_test_program_ask (fixture, address, "/", token), ==, 200);
  mp_test_program_stop (process, SIGTERM);
  memset (message, 0, sizeof message);
  g_assert_cmpint (recv (messages, message, sizeof message - 1, 0), >, 0);
  g_assert_cmpstr (message, ==, "STOPPING=1");
  close (messages);
}

/* A file that is not understood is refused with the place, before anything listens. */
static void
test_configuration (MpTestProgram *fixture, gconstpointer data)
{
  static const struct
  {
    const char *text;
    int status;
  } cases[] = {
    { "[server]\nlisten=127.0.0.1:x\n", 2 },
    { "[server]\nlisten=0.0.0.0:8080\n", 2 },
    { "[server]\nlistn=127.0.0.1:0\n", 2 },
    { "[sever]\nlisten=127.0.0.1:0\n", 2 },
    { "[server]\nbehind-proxy=perhaps\n", 2 },
    { "[server]\ntrusted-proxies=10.0.0.0/99\n", 2 },
    { "[server]\ncertificate=/nowhere\n", 2 },
    { "[server]\ncertificate=/nowhere\nprivate-key=/nowhere\n", 1 },
    { "[limits]\nconnections=0\n", 2 },
    { "[limits]\nrequests-per-minute=many\n", 2 },
    { "nonsense", 1 },
  };
  g_autofree char *path = g_build_filename (fixture->folder, "server.conf", NULL);
  g_autofree char *line = g_strconcat ("serve --config ", path, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_assert_true (g_file_set_contents (path, cases[i].text, -1, NULL));
      mp_test_program_assert_run (fixture, line, cases[i].status);
    }
}

#define ADD(path, function)                                                                        \
  g_test_add ("/server/service/" path, MpTestProgram, NULL, mp_test_program_set_up, function,      \
              mp_test_program_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  ADD ("speaks-https-and-reloads", test_tls);
  ADD ("lets-requests-end", test_graceful_stop);
  ADD ("shares-its-port", test_shared_port);
  ADD ("works-with-a-service-manager", test_service_manager);
  ADD ("understands-its-configuration", test_configuration);

  return g_test_run ();
}
