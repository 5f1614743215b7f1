/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-test-program.h"

#include <gio/gio.h>
#include <signal.h>
#include <string.h>

#include "mp-test-folder.h"

void
mp_test_outcome_clear (MpTestOutcome *outcome)
{
  g_free (outcome->output);
}

static GPtrArray *
new_arguments (MpTestProgram *fixture, const char *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", -1);
  GPtrArray *arguments = g_ptr_array_new_with_free_func (g_free);

  g_ptr_array_add (arguments, g_strdup (g_getenv ("MP_TENANT_SERVER")));
  for (unsigned int i = 0; words[i] != NULL; i++)
    g_ptr_array_add (arguments, g_strdup (words[i]));
  g_ptr_array_add (arguments, g_strconcat ("--data-dir=", fixture->data_dir, NULL));
  g_ptr_array_add (arguments, NULL);
  return arguments;
}

/* Runs a command to its end; answers its exit code and what it printed. */
MpTestOutcome
mp_test_program_run (MpTestProgram *fixture, const char *line)
{
  g_autoptr (GPtrArray) arguments = new_arguments (fixture, line);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = g_subprocess_newv (
      (const char *const *) arguments->pdata,
      G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error);
  MpTestOutcome outcome = { 0 };

  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (process, NULL, NULL, &outcome.output, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_if_exited (process));
  outcome.status = g_subprocess_get_exit_status (process);
  g_test_message ("%s: %d", line, outcome.status);
  g_strchomp (outcome.output);
  return outcome;
}

void
mp_test_program_assert_run (MpTestProgram *fixture, const char *line, int status)
{
  g_auto (MpTestOutcome) outcome = mp_test_program_run (fixture, line);

  g_assert_cmpint (outcome.status, ==, status);
}

GSubprocess *
mp_test_program_serve_with (MpTestProgram *self,
                            GSubprocessLauncher *launcher,
                            const char *const *wrapper,
                            const char *options,
                            char **address)
{
  g_autofree char *command = g_strconcat ("serve ", options, NULL);
  g_autoptr (GPtrArray) arguments = new_arguments (self, g_strchomp (command));
  g_autoptr (GError) error = NULL;
  g_autoptr (GDataInputStream) lines = NULL;
  g_autofree char *line = NULL;
  GSubprocess *process;

  for (unsigned int i = 0; wrapper != NULL && wrapper[i] != NULL; i++)
    g_ptr_array_insert (arguments, (int) i, g_strdup (wrapper[i]));
  g_subprocess_launcher_set_flags (launcher, G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_subprocess_launcher_set_stderr_file_path (launcher, self->log);
  process = g_subprocess_launcher_spawnv (launcher, (const char *const *) arguments->pdata, &error);
  g_assert_no_error (error);
  lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (process));
  line = g_data_input_stream_read_line_utf8 (lines, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (line);
  g_assert_true (g_str_has_prefix (line, "listening on http"));
  *address = g_strdup (line + strlen ("listening on "));
  return process;
}

GSubprocess *
mp_test_program_serve (MpTestProgram *self, const char *options, char **address)
{
  g_autofree char *all = g_strconcat ("--listen 127.0.0.1:0 ", options, NULL);
  g_autoptr (GSubprocessLauncher) launcher =
                 g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);

  return mp_test_program_serve_with (self, launcher, NULL, all, address);
}

void
mp_test_program_stop (GSubprocess *process, int signal_number)
{
  g_autoptr (GError) error = NULL;

  g_subprocess_send_signal (process, signal_number);
  g_subprocess_wait (process, NULL, &error);
  g_assert_no_error (error);
  if (signal_number == SIGTERM)
    {
      g_assert_true (g_subprocess_get_if_exited (process));
      g_assert_cmpint (g_subprocess_get_exit_status (process), ==, 0);
    }
  g_object_unref (process);
}

/* Asks the running server; answers the status. */
unsigned int
mp_test_program_ask (MpTestProgram *fixture,
                     const char *address,
                     const char *path,
                     const char *token)
{
  g_autofree char *uri = g_strconcat (address, "/v1/tenants/demo", path, NULL);
  g_autofree char *bearer = g_strconcat ("Bearer ", token, NULL);
  g_autoptr (SoupMessage) message = soup_message_new ("GET", uri);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) body = NULL;

  soup_message_headers_append (soup_message_get_request_headers (message), "Authorization", bearer);
  body = soup_session_send_and_read (fixture->session, message, NULL, &error);
  g_assert_no_error (error);
  return soup_message_get_status (message);
}

char *
mp_test_program_add_token (MpTestProgram *fixture, const char *role)
{
  g_autofree char *line = g_strdup_printf ("token add demo --role %s --actor anna", role);
  g_auto (MpTestOutcome) outcome = mp_test_program_run (fixture, line);

  g_assert_cmpint (outcome.status, ==, 0);
  g_assert_true (g_str_has_prefix (outcome.output, "mpt_"));
  return g_steal_pointer (&outcome.output);
}

void
mp_test_program_set_up (MpTestProgram *fixture, gconstpointer data)
{
  fixture->folder = mp_test_folder_new ();
  fixture->data_dir = g_build_filename (fixture->folder, "data", NULL);
  fixture->log = g_build_filename (fixture->folder, "log", NULL);
  fixture->session = soup_session_new ();
  mp_test_program_assert_run (fixture, "init", 0);
  mp_test_program_assert_run (fixture, "tenant add demo --name Demonstration", 0);
}

void
mp_test_program_tear_down (MpTestProgram *fixture, gconstpointer data)
{
  g_clear_object (&fixture->session);
  mp_test_folder_remove (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->data_dir);
  g_free (fixture->log);
}
