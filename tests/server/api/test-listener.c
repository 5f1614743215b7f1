/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-test-api.h"

#include "mp-error.h"

#define MIB (1024 * 1024)

/* Sends bytes as they are, and answers all that comes back until the server closes. */
static char *
send_raw (MpTestApi *self, const char *host, const char *head, size_t n_body_bytes)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketConnection) connection = g_socket_client_connect_to_host (
      client, host, (uint16_t) mp_api_server_get_port (self->server), NULL, &error);
  GOutputStream *output = g_io_stream_get_output_stream (G_IO_STREAM (connection));
  GInputStream *input = g_io_stream_get_input_stream (G_IO_STREAM (connection));
  g_autofree char *body = g_malloc (n_body_bytes + 1);
  GString *answer = g_string_new (NULL);
  char buffer[4096];
  gssize n_read;

  g_assert_no_error (error);
  memset (body, ' ', n_body_bytes);
  g_output_stream_write_all (output, head, strlen (head), NULL, NULL, NULL);
  /* The server may close before it has everything. */
  g_output_stream_write_all (output, body, n_body_bytes, NULL, NULL, NULL);
  while ((n_read = g_input_stream_read (input, buffer, sizeof buffer, NULL, NULL)) > 0)
    g_string_append_len (answer, buffer, n_read);
  return g_string_free (answer, FALSE);
}

/* The body's type and form are named before its content is judged. */
static void
test_bodies (MpTestApi *self, gconstpointer data)
{
  static const struct
  {
    const char *body;
    const char *type;
    unsigned int status;
    const char *code;
  } cases[] = {
    { "{}", "text/plain", 415, "unsupported-media-type" },
    { "{}", "application/x-www-form-urlencoded", 415, "unsupported-media-type" },
    { "{}", "application/merge-patch+json", 415, "unsupported-media-type" },
    { "{\"name\":}", "application/json; charset=utf-8", 400, "bad-json" },
    { "", "application/json", 400, "bad-json" },
    { "null", "application/json", 400, "bad-json" },
    { "{\"name\":\"\xff\"}", "application/json", 400, "bad-json" },
    { "{}{}", "application/json", 400, "bad-json" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (MpTestAnswer) answer =
                     mp_test_api_call (self, &(MpTestRequest){ .token = self->admin,
                                                               .method = "POST",
                                                               .path = "/integration-settings",
                                                               .body = cases[i].body,
                                                               .type = cases[i].type });

      g_test_message ("case %zu as %s", i, cases[i].type);
      mp_test_assert_problem (answer, cases[i].status, cases[i].code);
    }
}

/* The place of the fault in the text is told. */
static void
test_place_of_fault (MpTestApi *self, gconstpointer data)
{
  g_autoptr (MpTestAnswer) answer = mp_test_api_post (self, "/integration-settings",
                                                      g_strdup ("{\n  \"name\": oops\n}"));
  const char *detail = mp_test_string (answer->body, "/detail");

  g_test_message ("%s", detail);
  mp_test_assert_problem (answer, 400, "bad-json");
  g_assert_nonnull (strstr (detail, "2"));
}

static void
test_methods (MpTestApi *self, gconstpointer data)
{
  static const struct
  {
    const char *method;
    const char *path;
    const char *allow;
  } cases[] = {
    { "DELETE", "/changes", "GET, HEAD, POST" },
    { "PUT", "/integration-settings", "GET, HEAD, POST" },
    { "POST", "/integration-settings/x", "GET, HEAD, PUT, PATCH, DELETE" },
    { "OPTIONS", "/audit", "GET, HEAD" },
    { "BREW", "!/healthz", "GET, HEAD" },
  };
  g_autoptr (MpTestAnswer) head = mp_test_api_call (
      self, &(MpTestRequest){ .token = self->admin, .method = "HEAD", .path = "/changes" });

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (MpTestAnswer) answer = mp_test_api_call (
          self, &(MpTestRequest){
                    .token = self->admin, .method = cases[i].method, .path = cases[i].path });

      g_test_message ("%s %s", cases[i].method, cases[i].path);
      mp_test_assert_problem (answer, 405, "method-not-allowed");
      g_assert_cmpstr (answer->allow, ==, cases[i].allow);
    }
  g_assert_cmpuint (head->status, ==, 200);
  g_assert_null (head->body);
}

/* Too much is refused, with a length and without, with a token and without; and never kept. */
static void
test_too_large (MpTestApi *self, gconstpointer data)
{
  const struct
  {
    const char *token;
    const char *length;
    size_t n_bytes;
    const char *status;
  } cases[] = {
    { self->admin, "Content-Length: 1048577\r\n", MIB + 1, "HTTP/1.1 413" },
    { self->admin, "Content-Length: 209715200\r\n", 0, "HTTP/1.1 413" },
    { self->admin, "Content-Length: 209715200\r\nExpect: 100-continue\r\n", 0, "HTTP/1.1 413" },
    { "mpt_x", "Content-Length: 2097152\r\n", 2 * MIB, "HTTP/1.1 401" },
    { "mpt_x", "Content-Length: 209715200\r\n", 0, "HTTP/1.1 401" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *head = g_strdup_printf (
          "POST /v1/tenants/demo/changes HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
          "Content-Type: application/json\r\nAuthorization: Bearer %s\r\n%s\r\n",
          cases[i].token, cases[i].length);
      g_autofree char *answer = send_raw (self, "127.0.0.1", head, cases[i].n_bytes);

      g_test_message ("%s %.60s", cases[i].length, answer);
      g_assert_true (g_str_has_prefix (answer, cases[i].status));
    }
}

/* A body in chunks has no length to judge by: it is counted as it comes. */
static void
test_too_large_in_chunks (MpTestApi *self, gconstpointer data)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *chunk = g_strnfill (4096, ' ');
  g_autofree char *answer = NULL;

  g_string_append_printf (text,
                          "POST /v1/tenants/demo/changes HTTP/1.1\r\nHost: x\r\n"
                          "Connection: close\r\nContent-Type: application/json\r\n"
                          "Authorization: Bearer %s\r\nTransfer-Encoding: chunked\r\n\r\n",
                          self->admin);
  for (unsigned int i = 0; i < MIB / 4096 + 1; i++)
    g_string_append_printf (text, "1000\r\n%s\r\n", chunk);
  g_string_append (text, "0\r\n\r\n");
  answer = send_raw (self, "127.0.0.1", text->str, 0);
  g_assert_true (g_str_has_prefix (answer, "HTTP/1.1 413"));
}

/* What is no HTTP, or goes over the limits of a head, ends its own connection only. */
static void
test_nonsense (MpTestApi *self, gconstpointer data)
{
  static const char *const heads[] = {
    "GET\r\n\r\n",
    "GET / HTTP/9.9\r\n\r\n",
    "POST /v1/tenants/demo/changes HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    "POST /v1/tenants/demo/changes HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n",
    "GET /%00 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
  };
  g_autofree char *long_value = g_strnfill (200000, 'a');
  g_autofree char *long_head =
      g_strdup_printf ("GET /healthz HTTP/1.1\r\nHost: x\r\nX: %s\r\n\r\n", long_value);
  g_autofree char *long_answer = send_raw (self, "127.0.0.1", long_head, 0);
  g_autoptr (MpTestAnswer) after = NULL;

  g_assert_false (g_str_has_prefix (long_answer, "HTTP/1.1 200"));
  for (size_t i = 0; i < G_N_ELEMENTS (heads); i++)
    {
      g_autofree char *answer = send_raw (self, "127.0.0.1", heads[i], 0);

      g_test_message ("%s", heads[i]);
      g_assert_false (g_str_has_prefix (answer, "HTTP/1.1 2"));
    }
  after = mp_test_api_get (self, NULL, "!/healthz");
  g_assert_cmpuint (after->status, ==, 200);
}

/* Every reply has its request's id, and the types are not to be guessed. */
static void
test_headers (MpTestApi *self, gconstpointer data)
{
  g_autofree char *answer = send_raw (
      self, "127.0.0.1", "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 0);

  g_assert_nonnull (strstr (answer, "X-Request-Id: "));
  g_assert_nonnull (strstr (answer, "X-Content-Type-Options: nosniff"));
  g_assert_nonnull (strstr (answer, "Cache-Control: no-store"));
}

/* A second listener on the same port is refused, not silently shared. */
static void
test_port_in_use (MpTestApi *self, gconstpointer data)
{
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string (
      "127.0.0.1", mp_api_server_get_port (self->server));
  const MpApiServerOptions options = { .address = G_INET_SOCKET_ADDRESS (address) };
  g_autoptr (MpApiServer) second = mp_test_api_new_server (self);
  g_autoptr (GError) error = NULL;

  g_assert_false (mp_api_server_start (second, &options, &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_UNAVAILABLE);
}

/* Behind a proxy the client is who the proxy says, and only the proxy: what the client itself put
 * into the header stands before. */
static void
test_behind_proxy (MpTestApi *self, gconstpointer data)
{
  static const struct
  {
    const char *header;
    const char *address;
  } cases[] = {
    { "X-Forwarded-For: 192.0.2.7\r\n", "192.0.2.7" },
    { "X-Forwarded-For: 198.51.100.1, 2001:db8::7\r\n", "2001:db8::7" },
    { "X-Forwarded-For: nonsense\r\n", "::1" },
    { "", "::1" },
  };
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string ("::1", 0);
  const MpApiServerOptions options = {
    .address = G_INET_SOCKET_ADDRESS (address),
    .is_behind_proxy = TRUE,
  };
  g_autoptr (GError) error = NULL;
  const MpAuditFilter filter = { .action = "sign-in" };
  g_autoptr (GPtrArray) entries = NULL;

  mp_api_server_stop (self->server);
  g_object_unref (self->server);
  self->server = mp_test_api_new_server (self);
  if (!mp_api_server_start (self->server, &options, &error))
    {
      g_test_skip ("no IPv6 here");
      return;
    }

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *head = g_strdup_printf (
          "GET /v1/tenants/demo/?purpose=sign-in HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
          "Authorization: Bearer %s\r\n%s\r\n",
          self->user, cases[i].header);
      g_autofree char *answer = send_raw (self, "::1", head, 0);

      g_assert_true (g_str_has_prefix (answer, "HTTP/1.1 200"));
    }

  entries = mp_audit_log_list (self->audit, "demo", &filter, 10, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (entries->len, ==, G_N_ELEMENTS (cases));
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpstr (mp_audit_entry_get_init (g_ptr_array_index (entries, i))->address, ==,
                     cases[i].address);
}

#define ADD(path, function)                                                                        \
  g_test_add ("/server/api/listener/" path, MpTestApi, NULL, mp_test_api_set_up, function,         \
              mp_test_api_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  ADD ("wants-json", test_bodies);
  ADD ("tells-the-place-of-a-fault", test_place_of_fault);
  ADD ("tells-the-methods", test_methods);
  ADD ("refuses-too-much", test_too_large);
  ADD ("refuses-too-much-in-chunks", test_too_large_in_chunks);
  ADD ("survives-nonsense", test_nonsense);
  ADD ("sets-its-headers", test_headers);
  ADD ("wants-its-own-port", test_port_in_use);
  ADD ("believes-the-proxy", test_behind_proxy);

  return g_test_run ();
}
