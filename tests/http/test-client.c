/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "mp-error.h"
#include "mp-http-client.h"
#include "mp-test-server.h"
#include "mp-test-wait.h"

typedef struct
{
  MpTestServer *server;
  MpHttpClient *client;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->server = mp_test_server_new ();
  fixture->client = mp_http_client_new ();
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_assert_finalize_object (fixture->client);
  g_assert_finalize_object (fixture->server);
}

static MpHttpRequest *
make_request (Fixture *fixture, const char *method, const char *path)
{
  g_autofree char *address = mp_test_server_dup_url (fixture->server, path);

  return mp_http_request_new (method, address);
}

static MpHttpResponse *
send (Fixture *fixture, MpHttpRequest *request, GCancellable *cancellable, GError **error)
{
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  mp_http_client_send_async (fixture->client, request, cancellable, mp_test_wait_cb, &place);
  result = mp_test_wait (&place);
  return mp_http_client_send_finish (fixture->client, result, error);
}

static void
assert_body (MpHttpResponse *response, const char *expected)
{
  GBytes *body = mp_http_response_get_body (response);

  g_assert_cmpmem (g_bytes_get_data (body, NULL), g_bytes_get_size (body), expected,
                   strlen (expected));
}

static void
test_sends_and_reads (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MpHttpRequest) request = make_request (fixture, "POST", "/things?a=1");
  g_autoptr (GBytes) body = g_bytes_new_static ("{}", 2);
  g_autoptr (MpHttpResponse) response = NULL;
  g_autoptr (GError) error = NULL;
  const MpTestRequest *seen;

  mp_test_server_add (fixture->server, &(MpTestReply){ .method = "POST",
                                                       .path = "/things",
                                                       .status = 201,
                                                       .body = "[1]",
                                                       .headers = { "ETag", "\"7\"" } });
  mp_http_request_set_header (request, "Authorization", "Bearer first");
  mp_http_request_set_header (request, "authorization", "Bearer second");
  mp_http_request_set_body (request, "application/json", body);

  response = send (fixture, request, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (mp_http_response_get_status (response), ==, 201);
  g_assert_cmpstr (mp_http_response_get_header (response, "etag"), ==, "\"7\"");
  g_assert_cmpstr (mp_http_response_get_content_type (response), ==, "application/json");
  assert_body (response, "[1]");
  seen = mp_test_server_get_request (fixture->server, 0);
  g_assert_cmpstr (seen->query, ==, "a=1");
  g_assert_cmpstr (seen->body, ==, "{}");
  g_assert_cmpstr (mp_test_request_get_header (seen, "authorization"), ==, "Bearer second");
  g_assert_true (g_str_has_prefix (mp_test_request_get_header (seen, "user-agent"),
                                   "member-pulse-integrations/"));
}

/* Any status is an answer: what it means is the caller's. */
static void
test_any_status_is_an_answer (Fixture *fixture, gconstpointer data)
{
  static const unsigned int statuses[] = { 204, 304, 401, 403, 404, 412, 422, 429, 500, 503 };

  for (size_t i = 0; i < G_N_ELEMENTS (statuses); i++)
    {
      g_autoptr (MpHttpRequest) request = make_request (fixture, "GET", "/");
      g_autoptr (MpHttpResponse) response = NULL;
      g_autoptr (GError) error = NULL;

      g_test_message ("%u", statuses[i]);
      mp_test_server_clear (fixture->server);
      mp_test_server_add (fixture->server, &(MpTestReply){ .status = statuses[i] });
      response = send (fixture, request, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (mp_http_response_get_status (response), ==, statuses[i]);
      g_assert_cmpuint (mp_test_server_get_n_requests (fixture->server), ==, 1);
    }
}

static void
test_keeps_no_cookies (Fixture *fixture, gconstpointer data)
{
  mp_test_server_add (fixture->server,
                      &(MpTestReply){ .headers = { "Set-Cookie", "session=1; Path=/" } });
  for (unsigned int i = 0; i < 2; i++)
    {
      g_autoptr (MpHttpRequest) request = make_request (fixture, "GET", "/");
      g_autoptr (MpHttpResponse) response = send (fixture, request, NULL, NULL);

      g_assert_nonnull (response);
      g_assert_null (
          mp_test_request_get_header (mp_test_server_get_request (fixture->server, i), "cookie"));
    }
}

static void
test_deadline_is_kept (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MpHttpRequest) request = make_request (fixture, "GET", "/");
  g_autoptr (MpHttpResponse) response = NULL;
  g_autoptr (GError) error = NULL;

  mp_test_server_add (fixture->server, &(MpTestReply){ .body = "{}", .hangs = TRUE });
  mp_http_request_set_total_timeout_ms (request, 100);
  mp_http_request_set_max_retries (request, 3);

  response = send (fixture, request, NULL, &error);

  g_assert_null (response);
  g_assert_error (error, MP_ERROR, MP_ERROR_OFFLINE);
  g_assert_nonnull (strstr (error->message, "did not answer within"));
  g_assert_cmpuint (mp_test_server_get_n_requests (fixture->server), ==, 1);
}

static gboolean
cancel_cb (gpointer user_data)
{
  g_cancellable_cancel (user_data);
  return G_SOURCE_REMOVE;
}

static void
test_cancelled_on_the_way (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MpHttpRequest) request = make_request (fixture, "GET", "/");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (MpHttpResponse) response = NULL;
  g_autoptr (GError) error = NULL;

  mp_test_server_add (fixture->server, &(MpTestReply){ .body = "{}", .hangs = TRUE });
  g_timeout_add (20, cancel_cb, cancellable);

  response = send (fixture, request, cancellable, &error);

  g_assert_null (response);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* A wait before the next attempt ends with the caller's patience. */
static void
test_cancelled_while_waiting (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MpHttpRequest) request = make_request (fixture, "GET", "/");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (MpHttpResponse) response = NULL;
  g_autoptr (GError) error = NULL;
  int64_t started_us = g_get_monotonic_time ();

  mp_test_server_add (fixture->server,
                      &(MpTestReply){ .status = 429, .headers = { "Retry-After", "20" } });
  mp_http_request_set_max_retries (request, 1);
  g_timeout_add (20, cancel_cb, cancellable);

  response = send (fixture, request, cancellable, &error);

  g_assert_null (response);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (g_get_monotonic_time () - started_us, <, 10 * G_USEC_PER_SEC);
}

static void
test_cut_off_answer (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MpHttpRequest) request = make_request (fixture, "GET", "/");
  g_autoptr (MpHttpResponse) response = NULL;
  g_autoptr (GError) error = NULL;

  mp_test_server_add (fixture->server, &(MpTestReply){ .body = "{\"a\": 1}", .cut = TRUE });

  response = send (fixture, request, NULL, &error);

  g_assert_null (response);
  g_assert_error (error, MP_ERROR, MP_ERROR_OFFLINE);
  g_assert_nonnull (strstr (error->message, "before its answer was complete"));
}

static void
test_nobody_listens (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MpHttpRequest) request = mp_http_request_new ("GET", "http://127.0.0.1:1/");
  g_autoptr (MpHttpResponse) response = NULL;
  g_autoptr (GError) error = NULL;

  response = send (fixture, request, NULL, &error);

  g_assert_null (response);
  g_assert_error (error, MP_ERROR, MP_ERROR_OFFLINE);
}

static void
test_unencrypted_address_is_refused (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MpHttpRequest) request = mp_http_request_new ("GET", "http://example.org/");
  g_autoptr (MpHttpResponse) response = NULL;
  g_autoptr (GError) error = NULL;

  response = send (fixture, request, NULL, &error);

  g_assert_null (response);
  g_assert_error (error, MP_ERROR, MP_ERROR_WRONG_HOST);
}

/* The server runs in this thread: a client that drained the rest would block for good. */
static void
test_large_answer_is_refused (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MpHttpRequest) request = make_request (fixture, "GET", "/");
  g_autofree char *body = g_strnfill (8 * 1024 * 1024, 'x');
  g_autoptr (MpHttpResponse) response = NULL;
  g_autoptr (GError) error = NULL;

  mp_test_server_add (fixture->server, &(MpTestReply){ .body = body });
  mp_http_request_set_max_body_bytes (request, 1000);

  response = send (fixture, request, NULL, &error);

  g_assert_null (response);
  g_assert_error (error, MP_ERROR, MP_ERROR_TOO_LARGE);
}

/* Were it read, it would be one that ends too early. */
static void
test_announced_large_answer_is_not_read (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MpHttpRequest) request = make_request (fixture, "GET", "/");
  g_autofree char *body = g_strnfill (1500, 'x');
  g_autoptr (MpHttpResponse) response = NULL;
  g_autoptr (GError) error = NULL;

  mp_test_server_add (fixture->server, &(MpTestReply){ .body = body, .cut = TRUE });
  mp_http_request_set_max_body_bytes (request, 1000);

  response = send (fixture, request, NULL, &error);

  g_assert_null (response);
  g_assert_error (error, MP_ERROR, MP_ERROR_TOO_LARGE);
}

static void
test_redirect_on_the_same_host (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MpHttpRequest) request = make_request (fixture, "GET", "/old");
  g_autoptr (MpHttpResponse) response = NULL;
  g_autoptr (GError) error = NULL;

  mp_test_server_add (
      fixture->server,
      &(MpTestReply){ .path = "/old", .status = 301, .headers = { "Location", "/new?x=1" } });
  mp_test_server_add (fixture->server, &(MpTestReply){ .path = "/new", .body = "1" });
  mp_http_request_set_header (request, "Authorization", "Bearer key");

  response = send (fixture, request, NULL, &error);

  g_assert_no_error (error);
  assert_body (response, "1");
  g_assert_cmpstr (
      mp_test_request_get_header (mp_test_server_get_request (fixture->server, 1), "authorization"),
      ==, "Bearer key");
}

/* A key goes only where it belongs, whatever the answer says. */
static void
test_redirect_elsewhere_is_refused (Fixture *fixture, gconstpointer data)
{
  static const char *const targets[] = { "https://elsewhere.example/", "http://127.0.0.1:9/",
                                         "//elsewhere.example/x", "http://localhost/" };

  for (size_t i = 0; i < G_N_ELEMENTS (targets); i++)
    {
      g_autoptr (MpHttpRequest) request = make_request (fixture, i % 2 ? "POST" : "GET", "/");
      g_autoptr (MpHttpResponse) response = NULL;
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", targets[i]);
      mp_test_server_clear (fixture->server);
      mp_test_server_add (fixture->server,
                          &(MpTestReply){ .status = 307, .headers = { "Location", targets[i] } });
      response = send (fixture, request, NULL, &error);
      g_assert_null (response);
      g_assert_error (error, MP_ERROR, MP_ERROR_WRONG_HOST);
    }
}

static void
test_redirect_circle_ends (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MpHttpRequest) request = make_request (fixture, "GET", "/");
  g_autoptr (MpHttpResponse) response = NULL;
  g_autoptr (GError) error = NULL;

  mp_test_server_add (fixture->server,
                      &(MpTestReply){ .status = 302, .headers = { "Location", "/" } });

  response = send (fixture, request, NULL, &error);

  g_assert_null (response);
  g_assert_error (error, MP_ERROR, MP_ERROR_OFFLINE);
}

static void
test_retries_what_may_pass (Fixture *fixture, gconstpointer data)
{
  static const MpTestReply failures[] = {
    { .status = 429, .headers = { "Retry-After", "0" }, .times = 1 },
    { .status = 503, .times = 1 },
    { .body = "{\"a\": 1}", .cut = TRUE, .times = 1 },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (failures); i++)
    {
      g_autoptr (MpHttpRequest) request = make_request (fixture, "GET", "/");
      g_autoptr (MpHttpResponse) response = NULL;
      g_autoptr (GError) error = NULL;

      mp_test_server_clear (fixture->server);
      mp_test_server_add (fixture->server, &failures[i]);
      mp_test_server_add (fixture->server, &(MpTestReply){ .body = "2" });
      mp_http_request_set_max_retries (request, 1);
      response = send (fixture, request, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (mp_http_response_get_status (response), ==, 200);
      g_assert_cmpuint (mp_test_server_get_n_requests (fixture->server), ==, 2);
    }
}

static void
test_retries_are_bounded (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MpHttpRequest) request = make_request (fixture, "GET", "/");
  g_autoptr (MpHttpResponse) response = NULL;
  g_autoptr (GError) error = NULL;

  mp_test_server_add (fixture->server, &(MpTestReply){ .status = 503 });
  mp_http_request_set_max_retries (request, 1);

  response = send (fixture, request, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (mp_http_response_get_status (response), ==, 503);
  g_assert_cmpuint (mp_test_server_get_n_requests (fixture->server), ==, 2);
}

/* Longer than a person waits: the answer goes back, with the time in it. */
static void
test_long_retry_after_is_given_back (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MpHttpRequest) request = make_request (fixture, "GET", "/");
  g_autoptr (MpHttpResponse) response = NULL;
  g_autoptr (GError) error = NULL;

  mp_test_server_add (fixture->server,
                      &(MpTestReply){ .status = 429, .headers = { "Retry-After", "300" } });
  mp_http_request_set_max_retries (request, 5);

  response = send (fixture, request, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpint (mp_http_response_get_retry_after_seconds (response), ==, 300);
  g_assert_cmpuint (mp_test_server_get_n_requests (fixture->server), ==, 1);
}

/* Who shares the way of one that was asked for patience waits as long. */
static void
test_gate_holds_all_back (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MpHttpGate) gate = mp_http_gate_new ();
  g_autoptr (MpHttpRequest) first = make_request (fixture, "GET", "/first");
  g_autoptr (MpHttpRequest) second = make_request (fixture, "GET", "/second");
  GAsyncResult *places[] = { NULL, NULL };
  g_autoptr (GAsyncResult) first_result = NULL;
  g_autoptr (GAsyncResult) second_result = NULL;
  g_autoptr (MpHttpResponse) first_response = NULL;
  g_autoptr (MpHttpResponse) second_response = NULL;
  int64_t refused_us;

  mp_test_server_add (fixture->server, &(MpTestReply){ .path = "/first",
                                                       .status = 429,
                                                       .headers = { "Retry-After", "1" },
                                                       .times = 1 });
  mp_test_server_add (fixture->server, &(MpTestReply){ .body = "{}" });
  mp_http_request_set_gate (first, gate);
  mp_http_request_set_max_retries (first, 1);
  mp_http_request_set_gate (second, gate);
  /* Less than the wait, which is none of its time. */
  mp_http_request_set_total_timeout_ms (second, 500);

  mp_http_client_send_async (fixture->client, first, NULL, mp_test_wait_cb, &places[0]);
  while (mp_http_gate_get_wait_ms (gate) == 0)
    g_main_context_iteration (NULL, TRUE);
  refused_us = mp_test_server_get_request (fixture->server, 0)->arrived_us;
  mp_http_client_send_async (fixture->client, second, NULL, mp_test_wait_cb, &places[1]);
  first_result = mp_test_wait (&places[0]);
  second_result = mp_test_wait (&places[1]);
  first_response = mp_http_client_send_finish (fixture->client, first_result, NULL);
  second_response = mp_http_client_send_finish (fixture->client, second_result, NULL);

  g_assert_cmpuint (mp_http_response_get_status (first_response), ==, 200);
  g_assert_cmpuint (mp_http_response_get_status (second_response), ==, 200);
  g_assert_cmpuint (mp_test_server_get_n_requests (fixture->server), ==, 3);
  for (unsigned int i = 1; i < 3; i++)
    g_assert_cmpint (mp_test_server_get_request (fixture->server, i)->arrived_us - refused_us, >=,
                     G_USEC_PER_SEC);
}

static void
test_cancelled_at_the_gate (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MpHttpGate) gate = mp_http_gate_new ();
  g_autoptr (MpHttpRequest) request = make_request (fixture, "GET", "/");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (MpHttpResponse) response = NULL;
  g_autoptr (GError) error = NULL;

  mp_http_gate_close (gate, 20000);
  mp_http_gate_close (gate, 10); /* does not open it sooner */
  mp_http_request_set_gate (request, gate);
  g_timeout_add (50, cancel_cb, cancellable);

  response = send (fixture, request, cancellable, &error);

  g_assert_null (response);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (mp_test_server_get_n_requests (fixture->server), ==, 0);
}

static void
test_reads_retry_after (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *value;
    int64_t least;
    int64_t most;
  } cases[] = {
    { "7", 7, 7 },
    { "Mon, 01 Jan 2001 00:00:00 GMT", 0, 0 },
    { "Fri, 01 Jan 2100 00:00:00 GMT", 1000000, G_MAXINT64 },
    { "soon", -1, -1 },
    { "-5", -1, -1 },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (MpHttpRequest) request = make_request (fixture, "GET", "/");
      g_autoptr (MpHttpResponse) response = NULL;
      int64_t seconds;

      g_test_message ("%s", cases[i].value);
      mp_test_server_clear (fixture->server);
      mp_test_server_add (
          fixture->server,
          &(MpTestReply){ .status = 429, .headers = { "Retry-After", cases[i].value } });
      response = send (fixture, request, NULL, NULL);
      seconds = mp_http_response_get_retry_after_seconds (response);
      g_assert_cmpint (seconds, >=, cases[i].least);
      g_assert_cmpint (seconds, <=, cases[i].most);
    }
}

/* By address or by name: nothing reaches a server of a private network. */
static void
test_private_networks_are_not_called (Fixture *fixture, gconstpointer data)
{
  static const char *const hosts[] = { "127.0.0.1", "localhost" };
  const char *port = strrchr (mp_test_server_get_address (fixture->server), ':');

  mp_test_server_add (fixture->server, &(MpTestReply){ .body = "secret" });
  mp_http_client_set_public_only (fixture->client, TRUE);
  for (size_t i = 0; i < G_N_ELEMENTS (hosts); i++)
    {
      g_autofree char *address = g_strdup_printf ("http://%s%s/", hosts[i], port);
      g_autoptr (MpHttpRequest) request = mp_http_request_new ("GET", address);
      g_autoptr (GError) error = NULL;
      g_autoptr (MpHttpResponse) response = send (fixture, request, NULL, &error);

      g_test_message ("%s", address);
      g_assert_null (response);
      g_assert_error (error, MP_ERROR, MP_ERROR_WRONG_HOST);
    }
  g_assert_cmpuint (mp_test_server_get_n_requests (fixture->server), ==, 0);
}

static void
add (const char *path, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  add ("/http/client/sends-and-reads", test_sends_and_reads);
  add ("/http/client/any-status-is-an-answer", test_any_status_is_an_answer);
  add ("/http/client/private-networks-are-not-called", test_private_networks_are_not_called);
  add ("/http/client/keeps-no-cookies", test_keeps_no_cookies);
  add ("/http/client/deadline-is-kept", test_deadline_is_kept);
  add ("/http/client/cancelled-on-the-way", test_cancelled_on_the_way);
  add ("/http/client/cancelled-while-waiting", test_cancelled_while_waiting);
  add ("/http/client/cut-off-answer", test_cut_off_answer);
  add ("/http/client/nobody-listens", test_nobody_listens);
  add ("/http/client/unencrypted-address-is-refused", test_unencrypted_address_is_refused);
  add ("/http/client/large-answer-is-refused", test_large_answer_is_refused);
  add ("/http/client/announced-large-answer-is-not-read", test_announced_large_answer_is_not_read);
  add ("/http/client/redirect-on-the-same-host", test_redirect_on_the_same_host);
  add ("/http/client/redirect-elsewhere-is-refused", test_redirect_elsewhere_is_refused);
  add ("/http/client/redirect-circle-ends", test_redirect_circle_ends);
  add ("/http/client/retries-what-may-pass", test_retries_what_may_pass);
  add ("/http/client/retries-are-bounded", test_retries_are_bounded);
  add ("/http/client/long-retry-after-is-given-back", test_long_retry_after_is_given_back);
  add ("/http/client/gate-holds-all-back", test_gate_holds_all_back);
  add ("/http/client/cancelled-at-the-gate", test_cancelled_at_the_gate);
  add ("/http/client/reads-retry-after", test_reads_retry_after);

  return g_test_run ();
}
