/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <libsoup/soup.h>
#include <signal.h>

#include "mp-json.h"
#include "mp-test-folder.h"
#include "mp-test-program.h"

/* From nothing to an answered request and back; the log tells of it without the token. */
static void
test_operation (MpTestProgram *fixture, gconstpointer data)
{
  g_autofree char *token = mp_test_program_add_token (fixture, "client_admin");
  g_autofree char *address = NULL;
  GSubprocess *process = mp_test_program_serve (fixture, "", &address);
  g_auto (MpTestOutcome) tenants = mp_test_program_run (fixture, "tenant list");
  g_auto (MpTestOutcome) tokens = { 0 };
  g_autofree char *revoke = NULL;
  g_autofree char *log = NULL;
  g_autofree char *leak = NULL;
  GStatBuf status;

  g_assert_cmpstr (tenants.output, ==, "demo\tDemonstration");
  g_assert_cmpuint (mp_test_program_ask (fixture, address, "/?purpose=sign-in", token), ==, 200);

  tokens = mp_test_program_run (fixture, "token list demo");
  g_assert_nonnull (strstr (tokens.output, "\tclient_admin\tanna\t"));
  revoke = g_strdup_printf ("token revoke demo %.36s", tokens.output);
  mp_test_program_assert_run (fixture, revoke, 0);
  g_assert_cmpuint (mp_test_program_ask (fixture, address, "/", token), ==, 401);
  mp_test_program_stop (process, SIGTERM);

  mp_test_program_assert_run (fixture, "audit verify --tenant demo", 0);
  g_assert_true (g_file_get_contents (fixture->log, &log, NULL, NULL));
  g_assert_nonnull (strstr (log, "\"route\":\"/v1/tenants/{tenant}\",\"status\":200"));
  g_assert_null (strstr (log, "sign-in"));
  leak = mp_test_folder_find_bytes (fixture->folder, token);
  g_assert_cmpstr (leak, ==, NULL);
  g_assert_cmpint (g_stat (fixture->data_dir, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0077, ==, 0);
}

/* The trail in a file is verified anywhere with the key alone; a changed one is found out. */
static void
test_export (MpTestProgram *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "trail.jsonl", NULL);
  g_autofree char *command = g_strconcat ("audit export demo ", path, NULL);
  g_auto (MpTestOutcome) exported = { 0 };
  g_autofree char *verify = NULL;
  g_autofree char *text = NULL;
  g_autofree char *verify_copy = NULL;
  g_autofree char *copy = g_build_filename (fixture->folder, "copy.jsonl", NULL);
  g_autoptr (GString) changed = NULL;

  g_free (mp_test_program_add_token (fixture, "auditor"));
  exported = mp_test_program_run (fixture, command);
  g_assert_cmpint (exported.status, ==, 0);
  verify = g_strdup_printf ("audit verify-file %s --key %s", path, exported.output);
  mp_test_program_assert_run (fixture, verify, 0);

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  changed = g_string_new (text);
  g_assert_cmpuint (g_string_replace (changed, "anna as auditor", "anna as nobody", 1), ==, 1);
  g_assert_true (g_file_set_contents (copy, changed->str, -1, NULL));
  verify_copy = g_strdup_printf ("audit verify-file %s --key %s", copy, exported.output);
  mp_test_program_assert_run (fixture, verify_copy, 3);
}

/* What was answered is there after the power failed. */
static void
test_killed (MpTestProgram *fixture, gconstpointer data)
{
  g_autofree char *token = mp_test_program_add_token (fixture, "client_user");
  g_autofree char *address = NULL;
  g_autofree char *again = NULL;
  GSubprocess *process = mp_test_program_serve (fixture, "", &address);

  g_assert_cmpuint (mp_test_program_ask (fixture, address, "/?purpose=sign-in", token), ==, 200);
  mp_test_program_stop (process, SIGKILL);
  process = mp_test_program_serve (fixture, "", &again);
  g_assert_cmpuint (mp_test_program_ask (fixture, again, "/", token), ==, 200);
  mp_test_program_stop (process, SIGTERM);
  mp_test_program_assert_run (fixture, "audit verify --tenant demo", 0);
}

/* A database put back from an old copy is found out by a later checkpoint. */
static void
test_old_copy (MpTestProgram *fixture, gconstpointer data)
{
  g_autofree char *database = g_build_filename (fixture->data_dir, "server.db", NULL);
  g_autofree char *checkpoint = g_build_filename (fixture->folder, "heads", NULL);
  g_autofree char *save = g_strconcat ("audit checkpoint ", checkpoint, NULL);
  g_autofree char *verify =
      g_strconcat ("audit verify --tenant demo --checkpoint ", checkpoint, NULL);
  g_autofree char *token = mp_test_program_add_token (fixture, "auditor");
  g_autofree char *copy = NULL;
  size_t length;

  g_assert_true (g_file_get_contents (database, &copy, &length, NULL));
  g_free (mp_test_program_add_token (fixture, "auditor"));
  mp_test_program_assert_run (fixture, save, 0);
  mp_test_program_assert_run (fixture, verify, 0);
  g_assert_true (g_file_set_contents (database, copy, (gssize) length, NULL));
  mp_test_program_assert_run (fixture, "audit verify --tenant demo", 0);
  mp_test_program_assert_run (fixture, verify, 3);
}

/* The cursor of the feed's end. */
static char *
dup_cursor (MpTestProgram *fixture, const char *address, const char *token)
{
  g_autofree char *uri = g_strconcat (address, "/v1/tenants/demo/changes", NULL);
  g_autofree char *bearer = g_strconcat ("Bearer ", token, NULL);
  g_autoptr (SoupMessage) message = soup_message_new ("GET", uri);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) body = NULL;
  g_autoptr (JsonObject) page = NULL;

  soup_message_headers_append (soup_message_get_request_headers (message), "Authorization", bearer);
  body = soup_session_send_and_read (fixture->session, message, NULL, &error);
  g_assert_no_error (error);
  page = mp_json_parse_object (g_bytes_get_data (body, NULL), (gssize) g_bytes_get_size (body),
                               &error);
  g_assert_no_error (error);
  return g_strdup (mp_json_get_string (page, "cursor", NULL));
}

/* The numbers of an old copy are given out a second time: what they meant before must not be taken
 * for what they mean then. The trail tells of it and goes on. */
static void
test_restored (MpTestProgram *fixture, gconstpointer data)
{
  g_autofree char *token = mp_test_program_add_token (fixture, "auditor");
  g_autofree char *address = NULL;
  GSubprocess *process = mp_test_program_serve (fixture, "", &address);
  g_autofree char *cursor = dup_cursor (fixture, address, token);
  g_autofree char *since = g_strconcat ("/changes?since=", cursor, NULL);
  g_autofree char *again = NULL;
  g_autofree char *next = NULL;

  g_assert_cmpuint (mp_test_program_ask (fixture, address, since, token), ==, 200);
  mp_test_program_stop (process, SIGTERM);
  mp_test_program_assert_run (fixture, "restored", 0);

  process = mp_test_program_serve (fixture, "", &again);
  g_assert_cmpuint (mp_test_program_ask (fixture, again, since, token), ==, 410);
  next = dup_cursor (fixture, again, token);
  g_assert_cmpstr (next, !=, cursor);
  mp_test_program_stop (process, SIGTERM);
  mp_test_program_assert_run (fixture, "audit verify --tenant demo", 0);
}

/* Does the running server know a CRM's platform? The record breaks other rules in any case. */
static gboolean
knows_platform (MpTestProgram *fixture,
                const char *address,
                const char *token,
                const char *platform)
{
  g_autofree char *uri = g_strconcat (address, "/v1/tenants/demo/integration-settings", NULL);
  g_autofree char *bearer = g_strconcat ("Bearer ", token, NULL);
  g_autofree char *key = g_uuid_string_random ();
  g_autofree char *text = g_strdup_printf ("{\"crm\":{\"platform\":\"%s\"}}", platform);
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (SoupMessage) message = soup_message_new ("POST", uri);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) answer = NULL;

  soup_message_headers_append (soup_message_get_request_headers (message), "Authorization", bearer);
  soup_message_headers_append (soup_message_get_request_headers (message), "Idempotency-Key", key);
  soup_message_set_request_body_from_bytes (message, "application/json", bytes);
  answer = soup_session_send_and_read (fixture->session, message, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (soup_message_get_status (message), ==, 422);
  return g_strstr_len (g_bytes_get_data (answer, NULL), (gssize) g_bytes_get_size (answer),
                       "\"unknown-platform\"") == NULL;
}

/* The shipped documents are known, and those of the folder that the operator names; a document that
 * is damaged is told, and keeps nothing from working. */
static void
test_platforms (MpTestProgram *fixture, gconstpointer data)
{
  g_autofree char *shipped = g_build_filename (g_getenv ("MP_PLATFORMS"), "hubspot.json", NULL);
  g_autofree char *own = g_build_filename (fixture->folder, "own-crm.json", NULL);
  g_autofree char *damaged = g_build_filename (fixture->folder, "damaged.json", NULL);
  g_autofree char *options = g_strconcat ("--platform-dir ", fixture->folder, NULL);
  g_autofree char *token = mp_test_program_add_token (fixture, "client_admin");
  g_autoptr (GString) document = g_string_new (NULL);
  g_autofree char *text = NULL;
  g_autofree char *address = NULL;
  g_autofree char *log = NULL;
  GSubprocess *process;

  g_assert_true (g_file_get_contents (shipped, &text, NULL, NULL));
  g_string_assign (document, text);
  g_string_replace (document, "\"id\": \"hubspot\"", "\"id\": \"own-crm\"", 1);
  g_assert_true (g_file_set_contents (own, document->str, -1, NULL));
  g_assert_true (g_file_set_contents (damaged, "{", -1, NULL));

  process = mp_test_program_serve (fixture, options, &address);
  g_assert_true (knows_platform (fixture, address, token, "hubspot"));
  g_assert_true (knows_platform (fixture, address, token, "own-crm"));
  g_assert_false (knows_platform (fixture, address, token, "damaged"));
  mp_test_program_stop (process, SIGTERM);
  g_assert_true (g_file_get_contents (fixture->log, &log, NULL, NULL));
  g_assert_nonnull (strstr (log, "damaged.json"));
}

static void
test_exit_codes (MpTestProgram *fixture, gconstpointer data)
{
  static const struct
  {
    const char *line;
    int status;
  } cases[] = {
    { "frobnicate", 2 },
    { "tenant", 2 },
    { "tenant add", 2 },
    { "tenant add a b", 2 },
    { "token add demo --role boss --actor x", 2 },
    { "token add demo --role auditor", 2 },
    { "token add demo --role auditor --actor x --expires-days -1", 2 },
    { "serve --listen nowhere", 2 },
    { "serve --listen 0.0.0.0:0", 2 },
    { "serve --listen 192.0.2.1:0", 2 },
    { "serve --frob", 2 },
    { "audit verify", 2 },
    { "audit verify-file nowhere", 2 },
    { "audit verify-file nowhere --key x", 1 },
    { "audit export nobody nowhere", 1 },
    { "init", 1 },
    { "tenant add demo", 1 },
    { "tenant add Demo!", 1 },
    { "token add nobody --role auditor --actor x", 1 },
    { "token list nobody", 1 },
    { "token revoke demo nothing", 1 },
    { "audit verify --tenant nobody", 1 },
    { "serve --listen 192.0.2.1:0 --behind-proxy", 1 },
    { "restored now", 2 },
    { "key rotate", 0 },
    { "key rotate --sealing", 0 },
    { "serve --help", 0 },
    { "token add --help", 0 },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    mp_test_program_assert_run (fixture, cases[i].line, cases[i].status);
}

#define ADD(path, function)                                                                        \
  g_test_add ("/server/program/" path, MpTestProgram, NULL, mp_test_program_set_up, function,      \
              mp_test_program_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  ADD ("serves-and-stops", test_operation);
  ADD ("exports-the-trail", test_export);
  ADD ("survives-being-killed", test_killed);
  ADD ("finds-out-an-old-copy", test_old_copy);
  ADD ("begins-an-epoch-after-a-restore", test_restored);
  ADD ("knows-the-platforms", test_platforms);
  ADD ("says-how-it-ended", test_exit_codes);

  return g_test_run ();
}
