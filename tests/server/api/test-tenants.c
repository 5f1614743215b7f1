/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-test-api.h"

#include "mp-api-server.h"

/* What each tenant's data says of itself, and no answer to another may say. */
#define OWN_NAME "Canary of demo 4711"
#define OTHER_NAME "Canary of other 0815"

#define N_RECORDS 5
#define N_REQUESTS 1000
#define SEED 20240229

typedef struct
{
  MpTestApi api;
  MpApiServer *behind_proxy;
  GRand *rand;
  GPtrArray *own;   /* (element-type utf8): ids of demo's records and credentials */
  GPtrArray *other; /* (element-type utf8): the same of the other tenant */
} Fixture;

/* What may be asked below a tenant; "ID" stands for something of a tenant. */
static const struct
{
  const char *method;
  const char *path;
} requests[] = {
  { "GET", "" },
  { "GET", "/integration-settings" },
  { "GET", "/integration-settings?archived=true" },
  { "POST", "/integration-settings" },
  { "GET", "/integration-settings/ID" },
  { "PUT", "/integration-settings/ID" },
  { "PATCH", "/integration-settings/ID" },
  { "DELETE", "/integration-settings/ID" },
  { "POST", "/integration-settings/ID/restore" },
  { "GET", "/integration-settings/ID/history" },
  { "GET", "/changes" },
  { "GET", "/changes?limit=3" },
  { "POST", "/changes" },
  { "GET", "/credentials" },
  { "POST", "/credentials" },
  { "PUT", "/credentials/ID/secret" },
  { "DELETE", "/credentials/ID" },
  { "GET", "/crm/objects?settings=ID" },
  { "GET", "/crm/objects/Contact/fields?settings=ID" },
  { "POST", "/test?settings=ID&section=crm" },
  { "GET", "/audit" },
  { "GET", "/audit/head" },
  { "GET", "/audit/proof?from=1" },
  { "GET", "/sealing-key" },
};

static const char *
pick_id (Fixture *fixture, GPtrArray *ids)
{
  return g_ptr_array_index (ids,
                            (unsigned int) g_rand_int_range (fixture->rand, 0, (gint32) ids->len));
}

/* Many addresses ask, since one that is refused ten times has to wait. */
static SoupMessage *
new_message (Fixture *fixture, const char *token, const char *tenant, const char *id)
{
  size_t index = (size_t) g_rand_int_range (fixture->rand, 0, G_N_ELEMENTS (requests));
  g_auto (GStrv) parts = g_strsplit (requests[index].path, "ID", -1);
  g_autofree char *path = g_strjoinv (id, parts);
  g_autofree char *address =
      g_strdup_printf ("http://127.0.0.1:%u/v1/tenants/%s%s",
                       mp_api_server_get_port (fixture->behind_proxy), tenant, path);
  g_autofree char *bearer = g_strconcat ("Bearer ", token, NULL);
  g_autofree char *forwarded =
      g_strdup_printf ("10.%u.%u.1", g_rand_int_range (fixture->rand, 0, 256),
                       g_rand_int_range (fixture->rand, 0, 256));
  SoupMessage *message = soup_message_new (requests[index].method, address);
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);
  g_autofree char *content = mp_test_content (OWN_NAME, id);
  g_autofree char *text = g_strdup_printf ("{%s}", content);
  g_autoptr (GBytes) body = g_bytes_new (text, strlen (text));

  soup_message_headers_append (headers, "Authorization", bearer);
  soup_message_headers_append (headers, "X-Forwarded-For", forwarded);
  soup_message_headers_append (headers, "If-Match", "*");
  if (!g_str_equal (soup_message_get_method (message), "GET"))
    soup_message_set_request_body_from_bytes (message, "application/json", body);
  return message;
}

static unsigned int
ask (Fixture *fixture, const char *token, const char *tenant, const char *id, char **text)
{
  g_autoptr (SoupMessage) message = new_message (fixture, token, tenant, id);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes =
                 soup_session_send_and_read (fixture->api.session, message, NULL, &error);
  g_autofree char *address = g_uri_to_string (soup_message_get_uri (message));

  g_assert_no_error (error);
  *text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_test_message ("%s %s: %u", soup_message_get_method (message), address,
                  soup_message_get_status (message));
  return soup_message_get_status (message);
}

/* Straight into the database, as the rules of a record are not what is tested. */
static void
add_rows (Fixture *fixture, const char *tenant, const char *name, GPtrArray *ids)
{
  MpDb *db = fixture->api.db;
  g_autoptr (GError) error = NULL;
  g_autoptr (MpDbTransaction) transaction = mp_db_begin (db, &error);
  g_autofree char *epoch = mp_db_dup_epoch (db, NULL);

  for (int i = 0; i < N_RECORDS; i++)
    {
      g_autofree char *json = NULL;
      g_autofree char *revision = NULL;
      g_autofree char *credential_json = NULL;
      char *id = mp_test_uuid (&fixture->api);
      char *credential_id = mp_test_uuid (&fixture->api);
      MpDbRecord record = { .id = id };
      MpDbCredential credential = { .id = credential_id, .version = 1 };

      g_assert_true (mp_db_next_sequence (db, tenant, &record.sequence, &error));
      revision = mp_db_format_revision (epoch, record.sequence);
      json = g_strdup_printf ("{\"id\":\"%s\",\"revision\":\"%s\",\"archived\":false,"
                              "\"created\":{\"at\":\"2026-01-01T00:00:00Z\",\"by\":\"x\"},"
                              "\"updated\":{\"at\":\"2026-01-01T00:00:00Z\",\"by\":\"x\"},"
                              "\"name\":\"%s\"}",
                              id, revision, name);
      record.json = json;
      g_assert_true (mp_db_put_record (db, tenant, &record, NULL, name, 1, &error));
      g_assert_true (mp_db_next_sequence (db, tenant, &credential.sequence, &error));
      credential_json =
          g_strdup_printf ("{\"id\":\"%s\",\"kind\":\"payment\",\"platform\":\"stripe\","
                           "\"label\":\"%s\"}",
                           credential_id, name);
      credential.json = credential_json;
      g_assert_true (mp_db_put_credential (db, tenant, &credential, &error));
      g_ptr_array_add (ids, id);
      g_ptr_array_add (ids, credential_id);
    }
  g_assert_true (mp_db_commit (transaction, &error));
}

static void
set_up (Fixture *fixture, const void *data)
{
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  const MpApiServerOptions options = {
    .address = G_INET_SOCKET_ADDRESS (address),
    .is_behind_proxy = TRUE,
  };
  g_autoptr (GError) error = NULL;

  mp_test_api_set_up (&fixture->api, NULL);
  fixture->behind_proxy = mp_test_api_new_server (&fixture->api);
  g_assert_true (mp_api_server_start (fixture->behind_proxy, &options, &error));
  fixture->rand = g_rand_new_with_seed (SEED);
  fixture->own = g_ptr_array_new_with_free_func (g_free);
  fixture->other = g_ptr_array_new_with_free_func (g_free);
  add_rows (fixture, "demo", OWN_NAME, fixture->own);
  add_rows (fixture, "other", OTHER_NAME, fixture->other);
}

static void
tear_down (Fixture *fixture, const void *data)
{
  soup_session_abort (fixture->api.session);
  mp_api_server_stop (fixture->behind_proxy);
  g_assert_finalize_object (fixture->behind_proxy);
  g_ptr_array_unref (fixture->own);
  g_ptr_array_unref (fixture->other);
  g_rand_free (fixture->rand);
  mp_test_api_tear_down (&fixture->api, NULL);
}

/* At another tenant's address there is nothing, whoever asks. */
static void
test_other_address (Fixture *fixture, const void *data)
{
  const char *const tokens[] = { fixture->api.admin, fixture->api.user, fixture->api.auditor,
                                 fixture->api.staff };

  for (int i = 0; i < N_REQUESTS; i++)
    {
      GPtrArray *ids = g_rand_boolean (fixture->rand) ? fixture->own : fixture->other;
      g_autofree char *text = NULL;
      const char *token = tokens[g_rand_int_range (fixture->rand, 0, G_N_ELEMENTS (tokens))];
      unsigned int status = ask (fixture, token, "other", pick_id (fixture, ids), &text);

      g_assert_cmpuint (status, ==, 404);
      g_assert_null (strstr (text, OTHER_NAME));
    }
}

/* Within one's own, another tenant's ids name nothing. What a client may do at its own address is
 * done; nothing of the other tenant comes into any answer, and nothing of it is changed. */
static void
test_other_ids (Fixture *fixture, const void *data)
{
  g_autoptr (GPtrArray) before = mp_db_list_changes (fixture->api.db, "other", 0, 1000, NULL);
  g_autoptr (GPtrArray) after = NULL;

  for (int i = 0; i < N_REQUESTS; i++)
    {
      g_autofree char *text = NULL;
      unsigned int status =
          ask (fixture, fixture->api.admin, "demo", pick_id (fixture, fixture->other), &text);

      /* 502, 503: no platform is there that could be asked. */
      g_assert_cmpuint (status, !=, 500);
      g_assert_null (strstr (text, OTHER_NAME));
    }

  after = mp_db_list_changes (fixture->api.db, "other", 0, 1000, NULL);
  g_assert_cmpuint (after->len, ==, before->len);
  for (unsigned int i = 0; i < after->len; i++)
    {
      const MpDbChange *was = before->pdata[i];
      const MpDbChange *is = after->pdata[i];

      g_assert_cmpint (is->sequence, ==, was->sequence);
      g_assert_cmpstr (is->json, ==, was->json);
    }
}

#define ADD(name, function)                                                                        \
  g_test_add ("/server/api/tenants/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("other-addresses-hold-nothing", test_other_address);
  ADD ("other-ids-name-nothing", test_other_ids);
  return g_test_run ();
}
