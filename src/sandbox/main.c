/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-sandbox.h"

#include "mp-json.h"

#include <glib-unix.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

/* HubSpot's limit for private apps is 190 in ten seconds (changelog "Increasing our API limits");
 * ours is tighter. */
#define WINDOW_SECONDS 10
#define WINDOW_REQUESTS 100

typedef struct
{
  MpSandboxFaults *faults;
  GQueue *times; /* (element-type gint64): of the last requests to the CRM, monotonic */
  unsigned int n_requests;
  int n_fields;
} Sandbox;

/* Filled by the message's headers; the token is kept for the time of one request. */
static char *
dup_token (SoupServerMessage *message)
{
  const char *header = soup_message_headers_get_one (
      soup_server_message_get_request_headers (message), "Authorization");
  size_t length;
  unsigned char *decoded;
  char *text;

  if (header == NULL)
    return NULL;
  if (g_str_has_prefix (header, "Bearer "))
    return g_strdup (header + strlen ("Bearer "));
  if (!g_str_has_prefix (header, "Basic "))
    return NULL;
  decoded = g_base64_decode (header + strlen ("Basic "), &length);
  text = g_strndup ((const char *) decoded, length);
  g_free (decoded);
  return text;
}

/**
 * mp_sandbox_is_key:
 * @token: (nullable): what came
 * @prefix: how the vendor's keys begin
 *
 * Returns: whether it is a key that a sandbox accepts: of that form, and saying "sandbox"
 */
gboolean
mp_sandbox_is_key (const char *token, const char *prefix)
{
  return token != NULL && g_str_has_prefix (token, prefix) && strstr (token, "sandbox") != NULL;
}

/**
 * mp_sandbox_answer_text:
 * @answer: an answer
 * @status: its status
 * @json: its body
 *
 * Sets both.
 */
void
mp_sandbox_answer_text (MpSandboxAnswer *answer, unsigned int status, const char *json)
{
  answer->status = status;
  answer->body = json_from_string (json, NULL);
}

static gboolean
is_throttled (Sandbox *sandbox, MpSandboxAnswer *answer)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (answer->message);
  int64_t now = g_get_monotonic_time ();
  g_autofree char *remaining = NULL;
  int64_t *time;

  if (!g_str_has_prefix (answer->path, "/crm"))
    return FALSE;
  while ((time = g_queue_peek_head (sandbox->times)) != NULL &&
         now - *time > WINDOW_SECONDS * G_USEC_PER_SEC)
    g_free (g_queue_pop_head (sandbox->times));
  if (g_queue_get_length (sandbox->times) >= WINDOW_REQUESTS)
    {
      soup_message_headers_replace (headers, "Retry-After", "10");
      mp_sandbox_answer_text (
          answer, 429,
          "{\"status\":\"error\",\"message\":\"You have reached your ten_secondly_rolling limit.\","
          "\"category\":\"RATE_LIMITS\"}");
      return TRUE;
    }
  g_queue_push_tail (sandbox->times, g_memdup2 (&now, sizeof now));
  remaining = g_strdup_printf ("%u", WINDOW_REQUESTS - g_queue_get_length (sandbox->times));
  soup_message_headers_replace (headers, "x-hubspot-ratelimit-max", G_STRINGIFY (WINDOW_REQUESTS));
  soup_message_headers_replace (headers, "x-hubspot-ratelimit-remaining", remaining);
  soup_message_headers_replace (headers, "x-hubspot-ratelimit-interval-milliseconds", "10000");
  return FALSE;
}

static void
answer_vendor (Sandbox *sandbox, MpSandboxAnswer *answer)
{
  if (mp_sandbox_faults_apply (sandbox->faults, answer) || is_throttled (sandbox, answer))
    return;
  if (!mp_sandbox_hubspot (answer, (unsigned int) sandbox->n_fields) &&
      !mp_sandbox_stripe (answer) && !mp_sandbox_xero (answer) && !mp_sandbox_salesforce (answer))
    mp_sandbox_answer_text (answer, 404, "{\"message\":\"The sandbox has nothing here\"}");
}

static void
send_answer (MpSandboxAnswer *answer)
{
  g_autofree char *text = NULL;

  if (answer->status == 0)
    return;
  text = answer->body != NULL ? mp_json_to_text (answer->body) : g_strdup ("{}");
  soup_server_message_set_status (answer->message, answer->status, NULL);
  soup_server_message_set_response (answer->message, "application/json", SOUP_MEMORY_COPY, text,
                                    strlen (text));
}

static void
request_cb (SoupServer *server,
            SoupServerMessage *message,
            const char *path,
            GHashTable *query,
            gpointer user_data)
{
  Sandbox *sandbox = user_data;
  g_autofree char *token = dup_token (message);
  MpSandboxAnswer answer = { message, path, token, 0, NULL };

  sandbox->n_requests++;
  answer_vendor (sandbox, &answer);
  send_answer (&answer);
  g_clear_pointer (&answer.body, json_node_unref);
}

/* The control of the sandbox itself: told by a test. */
static void
control_cb (SoupServer *server,
            SoupServerMessage *message,
            const char *path,
            GHashTable *query,
            gpointer user_data)
{
  Sandbox *sandbox = user_data;
  MpSandboxAnswer answer = { message, path, NULL, 200, NULL };
  const char *method = soup_server_message_get_method (message);
  g_autoptr (GError) error = NULL;

  if (g_str_equal (path, "/_sandbox/requests"))
    {
      g_autofree char *text = g_strdup_printf ("{\"count\":%u}", sandbox->n_requests);

      mp_sandbox_answer_text (&answer, 200, text);
    }
  else if (g_str_equal (method, "DELETE"))
    {
      mp_sandbox_faults_clear (sandbox->faults);
    }
  else
    {
      g_autoptr (GBytes) body =
                     soup_message_body_flatten (soup_server_message_get_request_body (message));

      if (!mp_sandbox_faults_set (sandbox->faults, body, &error))
        answer.status = 400;
    }
  send_answer (&answer);
  g_clear_pointer (&answer.body, json_node_unref);
}

static gboolean
quit_cb (gpointer user_data)
{
  g_main_loop_quit (user_data);
  return G_SOURCE_CONTINUE;
}

static char *
dup_address (SoupServer *server)
{
  GSList *uris = soup_server_get_uris (server);
  char *address = g_strdup_printf ("http://127.0.0.1:%d", g_uri_get_port (uris->data));

  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  return address;
}

static int
run (Sandbox *sandbox, int port, const char *platform_folder)
{
  g_autoptr (SoupServer) server = soup_server_new ("server-header", "mp-sandbox", NULL);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autofree char *address = NULL;
  g_autoptr (GError) error = NULL;

  soup_server_add_handler (server, NULL, request_cb, sandbox, NULL);
  soup_server_add_handler (server, "/_sandbox", control_cb, sandbox, NULL);
  if (!soup_server_listen_local (server, (unsigned int) port, SOUP_SERVER_LISTEN_IPV4_ONLY, &error))
    {
      g_printerr ("mp-sandbox: %s\n", error->message);
      return 1;
    }
  address = dup_address (server);
  if (platform_folder != NULL && !mp_sandbox_write_platform (platform_folder, address, &error))
    {
      g_printerr ("mp-sandbox: %s\n", error->message);
      return 1;
    }
  g_print ("listening on %s\n", address);
  fflush (stdout);
  g_unix_signal_add (SIGTERM, quit_cb, loop);
  g_unix_signal_add (SIGINT, quit_cb, loop);
  g_main_loop_run (loop);
  return 0;
}

int
main (int argc, char **argv)
{
  Sandbox sandbox = { .n_fields = 3000 };
  int port = 0;
  g_autofree char *platform_folder = NULL;
  const GOptionEntry entries[] = {
    { "port", 0, 0, G_OPTION_ARG_INT, &port, "Loopback port (default: a free one)", "PORT" },
    { "fields", 0, 0, G_OPTION_ARG_INT, &sandbox.n_fields,
      "How many fields contacts have (default: 3000)", "N" },
    { "write-platform", 0, 0, G_OPTION_ARG_FILENAME, &platform_folder,
      "Write a platform document for this sandbox there", "DIR" },
    { NULL },
  };
  g_autoptr (GOptionContext) context =
                 g_option_context_new ("- stands in for the platforms' servers on loopback");
  g_autoptr (GError) error = NULL;
  int status;

  setlocale (LC_ALL, "");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      g_printerr ("mp-sandbox: %s\n", error->message);
      return 2;
    }
  sandbox.faults = mp_sandbox_faults_new ();
  sandbox.times = g_queue_new ();
  status = run (&sandbox, port, platform_folder);
  g_queue_free_full (sandbox.times, g_free);
  mp_sandbox_faults_free (sandbox.faults);
  return status;
}
