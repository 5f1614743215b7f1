/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "mp-error.h"
#include "mp-json.h"
#include "mp-platform-private.h"
#include "mp-platforms.h"
#include "mp-test-server.h"
#include "mp-test-wait.h"

/* What is needed to call each shipped platform. */
typedef struct
{
  const char *id;
  const char *connection; /* (nullable) */
  const char *parts[5];   /* id, value, ..., NULL */
  const char *secret;     /* what must never be shown */
  const char *token_path; /* (nullable): it is asked for a token first */
  const char *test_path;
  const char *bad_key_body;
} Connector;

static const Connector hubspot = {
  .id = "hubspot",
  .parts = { "key", "pat-na1-5ecret00-0000-4000-8000-00000000abcd" },
  .secret = "5ecret00",
  .test_path = "/account-info/v3/details",
  .bad_key_body = "{\"status\":\"error\",\"message\":\"Authentication credentials not found\"}",
};

static const Connector salesforce = {
  .id = "salesforce",
  .connection = "{\"domain\": \"example.my.salesforce.com\"}",
  .parts = { "client_id", "3MVG9consumer", "client_secret", "5ecret00consumer" },
  .secret = "5ecret00consumer",
  .token_path = "/services/oauth2/token",
  .test_path = "/services/data/v62.0/limits",
  .bad_key_body =
      "[{\"message\":\"Session expired or invalid\",\"errorCode\":\"INVALID_SESSION_ID\"}]",
};

static const Connector xero = {
  .id = "xero",
  .parts = { "client_id", "0123456789ABCDEF", "client_secret", "5ecret00custom" },
  .secret = "5ecret00custom",
  .token_path = "/connect/token",
  .test_path = "/api.xro/2.0/Organisation",
  .bad_key_body = "{\"Title\":\"Unauthorized\",\"Status\":401,\"Detail\":"
                  "\"AuthenticationUnsuccessful\"}",
};

static const Connector stripe = {
  .id = "stripe",
  .parts = { "key", "sk_test_5ecret00abcdefgh" },
  .secret = "5ecret00abcdefgh",
  .test_path = "/v1/account",
  .bad_key_body = "{\"error\":{\"message\":\"Invalid API Key provided: sk_test_5ecret00abcdefgh "
                  "(sk_test_************efgh)\",\"type\":\"invalid_request_error\"}}",
};

static const Connector *const connectors[] = { &hubspot, &salesforce, &xero, &stripe };

typedef struct
{
  MpTestServer *server;
  MpHttpClient *http;
  MpPlatforms *platforms;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->server = mp_test_server_new ();
  fixture->http = mp_http_client_new ();
  fixture->platforms = mp_platforms_new (fixture->http, NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (connectors); i++)
    {
      g_autofree char *assignment = g_strdup_printf ("%s=%s", connectors[i]->id,
                                                     mp_test_server_get_address (fixture->server));

      g_assert_true (mp_platforms_set_base_address (fixture->platforms, assignment, NULL));
    }
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_assert_finalize_object (fixture->platforms);
  g_assert_finalize_object (fixture->http);
  g_assert_finalize_object (fixture->server);
}

static MpPlatform *
get_platform (Fixture *fixture, const Connector *connector)
{
  return mp_platforms_find (fixture->platforms, connector->id);
}

static MpSecret *
make_secret (const Connector *connector)
{
  MpSecret *secret = mp_secret_new ();

  for (unsigned int i = 0; connector->parts[i] != NULL; i += 2)
    mp_secret_set (secret, connector->parts[i], connector->parts[i + 1]);
  return secret;
}

static JsonObject *
make_connection (const Connector *connector)
{
  return connector->connection != NULL ? mp_json_parse_object (connector->connection, -1, NULL)
                                       : NULL;
}

static void
add_reply (Fixture *fixture, const char *path, unsigned int status, const char *body)
{
  mp_test_server_add (fixture->server,
                      &(MpTestReply){ .path = path, .status = status, .body = body });
}

static void
add_token (Fixture *fixture, const Connector *connector)
{
  if (connector->token_path != NULL)
    add_reply (fixture, connector->token_path, 200,
               "{\"access_token\": \"t0ken5ecret\", \"token_type\": \"Bearer\","
               " \"instance_url\": \"https://example.my.salesforce.com\"}");
}

/* The example answer that stands under @path in the vendor's file of tests/platforms/data. */
static char *
read_example (const char *vendor, const char *path, const char *status)
{
  g_autofree char *file = g_strdup_printf (MP_TEST_DATA "/%s.json", vendor);
  g_autofree char *text = NULL;
  g_autoptr (JsonObject) examples = NULL;
  JsonObject *answers;

  g_assert_true (g_file_get_contents (file, &text, NULL, NULL));
  examples = mp_json_parse_object (text, -1, NULL);
  answers = mp_json_get_object (examples, path);
  g_assert_nonnull (answers);
  return mp_json_to_text (json_object_get_member (answers, status));
}

static void
add_example (Fixture *fixture, const char *vendor, const char *path, const char *template)
{
  g_autofree char *body = read_example (vendor, template, "200");

  add_reply (fixture, path, 200, body);
}

static MpTestResult *
test (Fixture *fixture, const Connector *connector, GError **error)
{
  MpPlatform *platform = get_platform (fixture, connector);
  g_autoptr (MpSecret) secret = make_secret (connector);
  g_autoptr (JsonObject) connection = make_connection (connector);
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  mp_platform_test_async (platform, secret, connection, NULL, mp_test_wait_cb, &place);
  result = mp_test_wait (&place);
  return mp_platform_test_finish (platform, result, error);
}

static GListModel *
load_objects (Fixture *fixture, const Connector *connector, GError **error)
{
  MpPlatform *platform = get_platform (fixture, connector);
  g_autoptr (MpSecret) secret = make_secret (connector);
  g_autoptr (JsonObject) connection = make_connection (connector);
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  mp_platform_load_objects_async (platform, secret, connection, NULL, mp_test_wait_cb, &place);
  result = mp_test_wait (&place);
  return mp_platform_load_objects_finish (platform, result, error);
}

static GListModel *
load_fields (Fixture *fixture, const Connector *connector, const char *object, GError **error)
{
  MpPlatform *platform = get_platform (fixture, connector);
  g_autoptr (MpSecret) secret = make_secret (connector);
  g_autoptr (JsonObject) connection = make_connection (connector);
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  mp_platform_load_fields_async (platform, object, secret, connection, NULL, mp_test_wait_cb,
                                 &place);
  result = mp_test_wait (&place);
  return mp_platform_load_fields_finish (platform, result, error);
}

static MpCrmField *
find_field (GListModel *fields, const char *name)
{
  for (unsigned int i = 0; i < g_list_model_get_n_items (fields); i++)
    {
      g_autoptr (MpCrmField) field = g_list_model_get_item (fields, i);

      if (g_str_equal (mp_crm_field_get_name (field), name))
        return field; /* the list keeps it */
    }
  return NULL;
}

static MpCrmObject *
find_object (GListModel *objects, const char *name)
{
  for (unsigned int i = 0; i < g_list_model_get_n_items (objects); i++)
    {
      g_autoptr (MpCrmObject) object = g_list_model_get_item (objects, i);

      if (g_str_equal (mp_crm_object_get_name (object), name))
        return object; /* the list keeps it */
    }
  return NULL;
}

static const MpTestRequest *
get_last_request (Fixture *fixture)
{
  return mp_test_server_get_request (fixture->server,
                                     mp_test_server_get_n_requests (fixture->server) - 1);
}

static void
assert_hides_secret (const Connector *connector, const char *message)
{
  g_test_message ("%s", message);
  g_assert_null (strstr (message, connector->secret));
  g_assert_null (strstr (message, "t0ken5ecret"));
}

static void
test_hubspot_test (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MpTestResult) result = NULL;

  add_example (fixture, "hubspot", hubspot.test_path, hubspot.test_path);
  result = test (fixture, &hubspot, &error);

  g_assert_no_error (error);
  g_assert_cmpint (mp_test_result_get_outcome (result), ==, MP_TEST_CONNECTED);
  g_assert_cmpstr (mp_test_result_get_account (result), ==, "Account 1234567");
  g_assert_cmpstr (mp_test_result_get_account_id (result), ==, "1234567");
  g_assert_cmpstr (mp_test_result_get_details (result), ==, "EUR, Europe/Berlin");
  g_assert_cmpint (mp_test_result_get_mode (result), ==, MP_MODE_LIVE);
  g_assert_cmpstr (mp_test_request_get_header (get_last_request (fixture), "authorization"), ==,
                   "Bearer pat-na1-5ecret00-0000-4000-8000-00000000abcd");
}

static void
test_hubspot_objects (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) objects = NULL;
  MpCrmObject *custom;

  add_example (fixture, "hubspot", "/crm-object-schemas/v3/schemas",
               "/crm-object-schemas/v3/schemas");
  objects = load_objects (fixture, &hubspot, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (mp_crm_object_get_label (find_object (objects, "contacts")), ==, "Contacts");
  g_assert_nonnull (find_object (objects, "orders"));
  custom = find_object (objects, "p1234567_membership");
  g_assert_cmpstr (mp_crm_object_get_label (custom), ==, "Memberships");
  g_assert_true (mp_crm_object_get_custom (custom));
}

/* A private app without the scope for custom objects still has the standard ones. */
static void
test_hubspot_objects_without_scope (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) objects = NULL;

  add_reply (fixture, "/crm-object-schemas/v3/schemas", 403, "{\"category\":\"MISSING_SCOPES\"}");
  objects = load_objects (fixture, &hubspot, &error);

  g_assert_no_error (error);
  g_assert_nonnull (find_object (objects, "contacts"));
}

static void
test_hubspot_fields (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) fields = NULL;
  MpCrmField *field;

  add_example (fixture, "hubspot", "/crm/v3/properties/contacts",
               "/crm/v3/properties/{objectType}");
  add_reply (fixture, "/crm-object-schemas/v3/schemas/contacts", 200,
             "{\"name\": \"contact\", \"requiredProperties\": [\"email\"]}");
  fields = load_fields (fixture, &hubspot, "contacts", &error);

  g_assert_no_error (error);
  g_assert_cmpuint (g_list_model_get_n_items (fields), ==, 3);
  field = find_field (fields, "email");
  g_assert_true (mp_crm_field_get_required (field));
  g_assert_false (mp_crm_field_get_read_only (field));
  g_assert_false (mp_crm_field_get_custom (field));
  g_assert_cmpint (mp_crm_field_get_field_type (field), ==, MP_FIELD_TYPE_TEXT);
  field = find_field (fields, "member_level");
  g_assert_cmpint (mp_crm_field_get_field_type (field), ==, MP_FIELD_TYPE_ENUM);
  g_assert_true (mp_crm_field_get_custom (field));
  g_assert_true (mp_crm_field_get_restricted (field));
  g_assert_cmpuint (mp_crm_field_get_n_options (field), ==, 1);
  g_assert_cmpstr (mp_crm_field_get_option (field, 0)->value, ==, "gold");
  g_assert_cmpstr (mp_crm_field_get_option (field, 0)->label, ==, "Gold");
  field = find_field (fields, "hs_object_id");
  g_assert_true (mp_crm_field_get_read_only (field));
  g_assert_false (mp_crm_field_get_required (field));
  g_assert_cmpint (mp_crm_field_get_field_type (field), ==, MP_FIELD_TYPE_DECIMAL);
  g_assert_cmpstr (mp_crm_field_get_vendor_type (field), ==, "number");
  g_assert_cmpstr (get_last_request (fixture)->query, ==, "archived=false");
}

/* The join is optional: without it nothing is known to be required. */
static void
test_hubspot_fields_without_schema (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) fields = NULL;

  add_example (fixture, "hubspot", "/crm/v3/properties/a%2Fb", "/crm/v3/properties/{objectType}");
  fields = load_fields (fixture, &hubspot, "a/b", &error);

  g_assert_no_error (error);
  g_assert_false (mp_crm_field_get_required (find_field (fields, "email")));
}

static void
test_hubspot_object_unknown (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) fields = load_fields (fixture, &hubspot, "nothing", &error);

  g_assert_null (fields);
  g_assert_error (error, MP_ERROR, MP_ERROR_NOT_FOUND);
}

static void
test_salesforce_test (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MpTestResult) result = NULL;
  const MpTestRequest *request;

  add_token (fixture, &salesforce);
  add_example (fixture, "salesforce", salesforce.test_path, salesforce.test_path);
  add_reply (fixture, "/services/data/v62.0/query", 200,
             "{\"totalSize\": 1, \"done\": true, \"records\": [{\"Id\": \"00D000000000001\","
             " \"Name\": \"Example Association\", \"OrganizationType\": \"Enterprise Edition\","
             " \"IsSandbox\": true}]}");
  result = test (fixture, &salesforce, &error);

  g_assert_no_error (error);
  g_assert_cmpint (mp_test_result_get_outcome (result), ==, MP_TEST_CONNECTED);
  g_assert_cmpstr (mp_test_result_get_account (result), ==, "Example Association");
  g_assert_cmpstr (mp_test_result_get_account_id (result), ==, "00D000000000001");
  g_assert_cmpint (mp_test_result_get_mode (result), ==, MP_MODE_TEST);
  request = mp_test_server_get_request (fixture->server, 0);
  g_assert_cmpstr (request->method, ==, "POST");
  g_assert_cmpstr (request->body, ==,
                   "grant_type=client_credentials&client_id=3MVG9consumer&"
                   "client_secret=5ecret00consumer");
  g_assert_cmpstr (mp_test_request_get_header (get_last_request (fixture), "authorization"), ==,
                   "Bearer t0ken5ecret");
}

/* The organisation's name is a courtesy: a key that may not query is connected all the same. */
static void
test_salesforce_test_without_query (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MpTestResult) result = NULL;

  add_token (fixture, &salesforce);
  add_example (fixture, "salesforce", salesforce.test_path, salesforce.test_path);
  add_reply (fixture, "/services/data/v62.0/query", 403,
             "[{\"message\":\"no\",\"errorCode\":\"INSUFFICIENT_ACCESS\"}]");
  result = test (fixture, &salesforce, &error);

  g_assert_no_error (error);
  g_assert_cmpint (mp_test_result_get_outcome (result), ==, MP_TEST_CONNECTED);
  g_assert_null (mp_test_result_get_account (result));
  g_assert_cmpint (mp_test_result_get_mode (result), ==, MP_MODE_UNKNOWN);
}

static void
test_salesforce_objects (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) objects = NULL;

  add_token (fixture, &salesforce);
  add_example (fixture, "salesforce", "/services/data/v62.0/sobjects",
               "/services/data/v62.0/sobjects");
  objects = load_objects (fixture, &salesforce, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (mp_crm_object_get_label (find_object (objects, "Contact")), ==, "Contacts");
  g_assert_true (mp_crm_object_get_custom (find_object (objects, "Membership__c")));
  g_assert_null (find_object (objects, "ContactHistory"));
}

static void
test_salesforce_fields (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *name;
    MpFieldType type;
    gboolean required;
    gboolean read_only;
  } expected[] = {
    { "Id", MP_FIELD_TYPE_ID, FALSE, TRUE },
    { "LastName", MP_FIELD_TYPE_TEXT, TRUE, FALSE },
    { "Email", MP_FIELD_TYPE_EMAIL, FALSE, FALSE },
    { "Birthdate", MP_FIELD_TYPE_DATE, FALSE, FALSE },
    { "Member_Level__c", MP_FIELD_TYPE_ENUM, FALSE, FALSE },
    { "Courses__c", MP_FIELD_TYPE_MULTIENUM, FALSE, FALSE },
    { "AccountId", MP_FIELD_TYPE_REFERENCE, FALSE, FALSE },
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) fields = NULL;

  add_token (fixture, &salesforce);
  add_example (fixture, "salesforce", "/services/data/v62.0/sobjects/Contact/describe",
               "/services/data/v62.0/sobjects/{object}/describe");
  fields = load_fields (fixture, &salesforce, "Contact", &error);

  g_assert_no_error (error);
  g_assert_cmpuint (g_list_model_get_n_items (fields), ==, G_N_ELEMENTS (expected));
  for (size_t i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      MpCrmField *field = find_field (fields, expected[i].name);

      g_test_message ("%s", expected[i].name);
      g_assert_cmpint (mp_crm_field_get_field_type (field), ==, expected[i].type);
      g_assert_cmpint (mp_crm_field_get_required (field), ==, expected[i].required);
      g_assert_cmpint (mp_crm_field_get_read_only (field), ==, expected[i].read_only);
    }
  g_assert_cmpuint (mp_crm_field_get_max_length (find_field (fields, "LastName")), ==, 80);
  g_assert_true (mp_crm_field_get_restricted (find_field (fields, "Member_Level__c")));
}

/* Salesforce says "throttled" with a 403. */
static void
test_salesforce_limit (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MpTestResult) result = NULL;

  add_token (fixture, &salesforce);
  add_reply (fixture, salesforce.test_path, 403,
             "[{\"message\":\"TotalRequests Limit exceeded.\","
             "\"errorCode\":\"REQUEST_LIMIT_EXCEEDED\"}]");
  result = test (fixture, &salesforce, &error);

  g_assert_null (result);
  g_assert_error (error, MP_ERROR, MP_ERROR_RATE_LIMITED);
  g_assert_nonnull (strstr (error->message, "TotalRequests Limit exceeded."));
}

static void
test_salesforce_domain_is_needed (Fixture *fixture, gconstpointer data)
{
  static const char *const connections[] = {
    NULL,
    "{\"domain\": \"\"}",
    "{\"domain\": \"example.lightning.force.com\"}",
    "{\"domain\": \"evil.org/#.my.salesforce.com\"}",
    "{\"domain\": 7}",
  };

  for (size_t i = 0; i < G_N_ELEMENTS (connections); i++)
    {
      Connector connector = salesforce;
      g_autoptr (GError) error = NULL;
      g_autoptr (MpTestResult) result = NULL;

      connector.connection = connections[i];
      result = test (fixture, &connector, &error);
      g_assert_null (result);
      g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
      g_assert_nonnull (strstr (error->message, "My Domain"));
      g_assert_cmpuint (mp_test_server_get_n_requests (fixture->server), ==, 0);
    }
}

/* One token serves the calls after it. */
static void
test_token_is_kept (Fixture *fixture, gconstpointer data)
{
  add_token (fixture, &xero);
  add_reply (fixture, xero.test_path, 200, "{\"Organisations\": []}");
  for (unsigned int i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MpTestResult) result = test (fixture, &xero, &error);

      g_assert_no_error (error);
    }
  g_assert_cmpuint (mp_test_server_get_n_requests (fixture->server), ==, 3);
}

/* A session may end before its time: then a new token is fetched, once. */
static void
test_token_is_renewed (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MpTestResult) first = NULL;
  g_autoptr (MpTestResult) second = NULL;

  add_token (fixture, &xero);
  mp_test_server_add (
      fixture->server,
      &(MpTestReply){ .path = xero.test_path, .body = "{\"Organisations\": []}", .times = 1 });
  mp_test_server_add (fixture->server, &(MpTestReply){ .path = xero.test_path,
                                                       .status = 401,
                                                       .body = xero.bad_key_body,
                                                       .times = 1 });
  add_reply (fixture, xero.test_path, 200, "{\"Organisations\": []}");
  first = test (fixture, &xero, &error);
  g_assert_no_error (error);
  second = test (fixture, &xero, &error);
  g_assert_no_error (error);

  g_assert_cmpint (mp_test_result_get_outcome (second), ==, MP_TEST_CONNECTED);
  g_assert_cmpuint (mp_test_server_get_n_requests (fixture->server), ==, 5);
}

/* OAuth 2 says "wrong secret" with a 400. */
static void
test_refused_client (Fixture *fixture, gconstpointer data)
{
  static const Connector *const cases[] = { &salesforce, &xero };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MpTestResult) result = NULL;

      mp_test_server_clear (fixture->server);
      add_reply (fixture, cases[i]->token_path, 400,
                 "{\"error\": \"invalid_client\","
                 " \"error_description\": \"invalid client credentials\"}");
      result = test (fixture, cases[i], &error);
      g_assert_no_error (error);
      g_assert_cmpint (mp_test_result_get_outcome (result), ==, MP_TEST_REJECTED);
      g_assert_cmpstr (mp_test_result_get_message (result), ==, "invalid client credentials");
    }
}

static void
test_xero_test (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MpTestResult) result = NULL;
  const MpTestRequest *request;

  add_token (fixture, &xero);
  add_reply (fixture, xero.test_path, 200,
             "{\"Organisations\": [{\"Name\": \"Example Association\", \"CountryCode\": \"AU\","
             " \"BaseCurrency\": \"AUD\", \"IsDemoCompany\": false,"
             " \"OrganisationID\": \"b2c885a9-4bb9-4a00-9b6e-6c2bf60b1a2b\"}]}");
  result = test (fixture, &xero, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (mp_test_result_get_account (result), ==, "Example Association");
  g_assert_cmpstr (mp_test_result_get_account_id (result), ==,
                   "b2c885a9-4bb9-4a00-9b6e-6c2bf60b1a2b");
  g_assert_cmpstr (mp_test_result_get_details (result), ==, "AU, AUD");
  g_assert_cmpint (mp_test_result_get_mode (result), ==, MP_MODE_LIVE);
  request = mp_test_server_get_request (fixture->server, 0);
  g_assert_cmpstr (request->body, ==,
                   "grant_type=client_credentials&scope=accounting.settings.read");
  g_assert_cmpstr (mp_test_request_get_header (request, "authorization"), ==,
                   "Basic MDEyMzQ1Njc4OUFCQ0RFRjo1ZWNyZXQwMGN1c3RvbQ==");
  g_assert_cmpstr (mp_test_request_get_header (get_last_request (fixture), "accept"), ==,
                   "application/json");
}

static void
test_accounting_has_no_objects (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) objects = load_objects (fixture, &xero, &error);

  g_assert_null (objects);
  g_assert_error (error, MP_ERROR, MP_ERROR_NOT_FOUND);
}

static void
test_stripe_test (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *body;
    const char *account;
  } cases[] = {
    { "{\"id\": \"acct_1\", \"business_profile\": {\"name\": \"Example\"}, \"country\": \"AU\","
      " \"default_currency\": \"aud\", \"settings\": {\"dashboard\": {\"display_name\": \"D\"}}}",
      "Example" },
    { "{\"id\": \"acct_1\", \"business_profile\": {\"name\": null}, \"country\": \"AU\","
      " \"default_currency\": \"aud\", \"settings\": {\"dashboard\": {\"display_name\": \"D\"}}}",
      "D" },
    { "{\"id\": \"acct_1\", \"country\": \"AU\", \"default_currency\": \"aud\"}",
      "Account acct_1" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MpTestResult) result = NULL;

      mp_test_server_clear (fixture->server);
      add_reply (fixture, stripe.test_path, 200, cases[i].body);
      result = test (fixture, &stripe, &error);
      g_assert_no_error (error);
      g_assert_cmpint (mp_test_result_get_outcome (result), ==, MP_TEST_CONNECTED);
      g_assert_cmpstr (mp_test_result_get_account (result), ==, cases[i].account);
      g_assert_cmpstr (mp_test_result_get_account_id (result), ==, "acct_1");
      g_assert_cmpstr (mp_test_result_get_details (result), ==, "AU, AUD");
      g_assert_cmpint (mp_test_result_get_mode (result), ==, MP_MODE_TEST);
    }
}

/* Keys of the wrong kind are told by name, before anything is sent. */
static void
test_stripe_wrong_kinds (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *key;
    const char *words;
  } cases[] = {
    { "pk_test_0123456789abcdef", "publishable key" },
    { "whsec_0123456789abcdef", "webhook" },
    { "acct_1PgafTB7WZ01zgkW", "id of an account" },
    { "sk_test_with blank", "does not look right" },
    { "", "empty" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Connector connector = stripe;
      g_autoptr (GError) error = NULL;
      g_autoptr (MpTestResult) result = NULL;

      connector.parts[1] = cases[i].key;
      result = test (fixture, &connector, &error);
      g_assert_null (result);
      g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
      g_test_message ("%s", error->message);
      g_assert_nonnull (strstr (error->message, cases[i].words));
      g_assert_cmpuint (mp_test_server_get_n_requests (fixture->server), ==, 0);
    }
}

static void
test_stripe_mode (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *key;
    MpMode mode;
  } cases[] = {
    { "sk_test_0123456789", MP_MODE_TEST },    { "rk_test_0123456789", MP_MODE_TEST },
    { "sk_live_0123456789", MP_MODE_LIVE },    { "rk_live_0123456789", MP_MODE_LIVE },
    { "pk_live_0123456789", MP_MODE_UNKNOWN },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (MpSecret) secret = mp_secret_new ();

      mp_secret_set (secret, "key", cases[i].key);
      g_assert_cmpint (mp_platform_guess_mode (get_platform (fixture, &stripe), secret), ==,
                       cases[i].mode);
    }
}

/* Which permission a key lacks is said in the platform's own words. */
static void
test_missing_permission_named (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const Connector *connector;
    const char *body;
    const char *missing;
  } cases[] = {
    { &hubspot,
      "{\"status\":\"error\",\"category\":\"MISSING_SCOPES\",\"errors\":[{\"context\":"
      "{\"requiredGranularScopes\":[\"oauth\",\"crm.schemas.contacts.read\"]}}]}",
      "oauth, crm.schemas.contacts.read" },
    { &stripe,
      "{\"error\":{\"message\":\"The provided key 'rk_live_****' does not have the required "
      "permissions. Having the 'rak_accounts_kyc_id_numbers_read' permission would allow this.\"}}",
      "rak_accounts_kyc_id_numbers_read" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MpTestResult) limited = NULL;

      mp_test_server_clear (fixture->server);
      add_reply (fixture, cases[i].connector->test_path, 403, cases[i].body);
      limited = test (fixture, cases[i].connector, &error);

      g_assert_no_error (error);
      g_assert_cmpint (mp_test_result_get_outcome (limited), ==, MP_TEST_LIMITED);
      g_assert_cmpstr (mp_test_result_get_missing (limited), ==, cases[i].missing);
    }
}

/* A refused key and one that may not do everything are results, with the platform's words. */
static void
test_refused_and_limited (Fixture *fixture, gconstpointer data)
{
  for (size_t i = 0; i < G_N_ELEMENTS (connectors); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MpTestResult) rejected = NULL;
      g_autoptr (MpTestResult) limited = NULL;

      g_test_message ("%s", connectors[i]->id);
      mp_test_server_clear (fixture->server);
      add_token (fixture, connectors[i]);
      add_reply (fixture, connectors[i]->test_path, 401, connectors[i]->bad_key_body);
      rejected = test (fixture, connectors[i], &error);
      g_assert_no_error (error);
      g_assert_cmpint (mp_test_result_get_outcome (rejected), ==, MP_TEST_REJECTED);
      assert_hides_secret (connectors[i], mp_test_result_get_message (rejected));

      mp_test_server_clear (fixture->server);
      add_token (fixture, connectors[i]);
      add_reply (fixture, connectors[i]->test_path, 403, connectors[i]->bad_key_body);
      limited = test (fixture, connectors[i], &error);
      g_assert_no_error (error);
      g_assert_cmpint (mp_test_result_get_outcome (limited), ==, MP_TEST_LIMITED);
      assert_hides_secret (connectors[i], mp_test_result_get_message (limited));
    }
}

static void
test_masked_key_is_hidden_too (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MpTestResult) result = NULL;

  add_reply (fixture, stripe.test_path, 401, stripe.bad_key_body);
  result = test (fixture, &stripe, &error);

  g_assert_cmpstr (mp_test_result_get_message (result), ==, "Invalid API Key provided: •••• ••••");
}

/* What else can come back, for each platform: a code, and words that say what to do. */
static void
test_failures_are_clear (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    MpTestReply reply;
    int code;
    const char *words;
  } cases[] = {
    { { .status = 429, .headers = { "Retry-After", "120" }, .body = "{}" },
      MP_ERROR_RATE_LIMITED,
      "Try again in 120 seconds" },
    { { .status = 429, .body = "{}" }, MP_ERROR_RATE_LIMITED, "too many requests" },
    { { .status = 500, .body = "oops" }, MP_ERROR_UNAVAILABLE, "status 500" },
    { { .status = 503 }, MP_ERROR_UNAVAILABLE, "Try again later" },
    { { .status = 404, .body = "{}" }, MP_ERROR_NOT_FOUND, "404" },
    { { .status = 418, .body = "{}" }, MP_ERROR_INVALID, "418" },
    { { .content_type = "text/html", .body = "<!DOCTYPE html><title>Sign in</title>" },
      MP_ERROR_INVALID,
      "a web page instead of data" },
    { { .status = 404, .content_type = "text/html", .body = "<html></html>" },
      MP_ERROR_INVALID,
      "a web page instead of data" },
    { { .body = "{\"results\": [{\"na" }, MP_ERROR_INVALID, "cut off" },
    { { .body = "{\"a\": 1, \"b\": 2}", .cut = TRUE }, MP_ERROR_OFFLINE, "complete" },
    { { .body = "" }, MP_ERROR_INVALID, "nothing" },
    { { .body = "{\"a\": x}" }, MP_ERROR_INVALID, "cannot be read" },
    { { .body = "{}", .hangs = TRUE }, MP_ERROR_OFFLINE, "did not answer within" },
    { { .status = 302, .headers = { "Location", "https://elsewhere.example/" } },
      MP_ERROR_WRONG_HOST,
      "elsewhere.example" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (connectors); i++)
    {
      mp_platform_set_deadline_ms (get_platform (fixture, connectors[i]), 300);
      for (size_t j = 0; j < G_N_ELEMENTS (cases); j++)
        {
          MpTestReply reply = cases[j].reply;
          g_autoptr (GError) error = NULL;
          g_autoptr (MpTestResult) result = NULL;

          g_test_message ("%s: %u %s", connectors[i]->id, reply.status, reply.body);
          mp_test_server_clear (fixture->server);
          add_token (fixture, connectors[i]);
          reply.path = connectors[i]->test_path;
          mp_test_server_add (fixture->server, &reply);
          result = test (fixture, connectors[i], &error);
          g_assert_null (result);
          g_assert_error (error, MP_ERROR, cases[j].code);
          g_assert_nonnull (strstr (error->message, cases[j].words));
          assert_hides_secret (connectors[i], error->message);
        }
    }
}

/* HubSpot names its window where it does not name the wait. */
static void
test_wait_from_a_header (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MpTestResult) result = NULL;

  mp_test_server_add (
      fixture->server,
      &(MpTestReply){ .path = hubspot.test_path,
                      .status = 429,
                      .headers = { "x-hubspot-ratelimit-interval-milliseconds", "10000" } });
  result = test (fixture, &hubspot, &error);

  g_assert_error (error, MP_ERROR, MP_ERROR_RATE_LIMITED);
  g_assert_nonnull (strstr (error->message, "in 10 seconds"));
}

/* An answer of another shape names document and pointer. */
static void
test_unexpected_shape (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *body;
    const char *words;
  } cases[] = {
    { "{\"result\": []}", "hubspot /fields/items" },
    { "{\"results\": {}}", "hubspot /fields/items" },
    { "[]", "hubspot /fields/items" },
    { "{\"results\": [{\"label\": \"x\"}]}", "hubspot /fields/name" },
    { "{\"results\": [7]}", "hubspot /fields/name" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GListModel) fields = NULL;

      mp_test_server_clear (fixture->server);
      add_reply (fixture, "/crm/v3/properties/contacts", 200, cases[i].body);
      fields = load_fields (fixture, &hubspot, "contacts", &error);
      g_assert_null (fields);
      g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
      g_test_message ("%s", error->message);
      g_assert_nonnull (strstr (error->message, cases[i].words));
    }
}

static void
test_cancelled (Fixture *fixture, gconstpointer data)
{
  MpPlatform *platform = get_platform (fixture, &hubspot);
  g_autoptr (MpSecret) secret = make_secret (&hubspot);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  mp_test_server_add (fixture->server, &(MpTestReply){ .body = "{}", .hangs = TRUE });
  mp_platform_load_fields_async (platform, "contacts", secret, NULL, cancellable, mp_test_wait_cb,
                                 &place);
  g_cancellable_cancel (cancellable);
  result = mp_test_wait (&place);

  g_assert_null (mp_platform_load_fields_finish (platform, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
add (const char *path, void (*function) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, set_up, function, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  add ("/platforms/connectors/hubspot/test", test_hubspot_test);
  add ("/platforms/connectors/hubspot/objects", test_hubspot_objects);
  add ("/platforms/connectors/hubspot/objects-without-scope", test_hubspot_objects_without_scope);
  add ("/platforms/connectors/hubspot/fields", test_hubspot_fields);
  add ("/platforms/connectors/hubspot/fields-without-schema", test_hubspot_fields_without_schema);
  add ("/platforms/connectors/hubspot/object-unknown", test_hubspot_object_unknown);
  add ("/platforms/connectors/salesforce/test", test_salesforce_test);
  add ("/platforms/connectors/salesforce/test-without-query", test_salesforce_test_without_query);
  add ("/platforms/connectors/salesforce/objects", test_salesforce_objects);
  add ("/platforms/connectors/salesforce/fields", test_salesforce_fields);
  add ("/platforms/connectors/salesforce/limit", test_salesforce_limit);
  add ("/platforms/connectors/salesforce/domain-is-needed", test_salesforce_domain_is_needed);
  add ("/platforms/connectors/token-is-kept", test_token_is_kept);
  add ("/platforms/connectors/token-is-renewed", test_token_is_renewed);
  add ("/platforms/connectors/refused-client", test_refused_client);
  add ("/platforms/connectors/xero/test", test_xero_test);
  add ("/platforms/connectors/accounting-has-no-objects", test_accounting_has_no_objects);
  add ("/platforms/connectors/stripe/test", test_stripe_test);
  add ("/platforms/connectors/stripe/wrong-kinds", test_stripe_wrong_kinds);
  add ("/platforms/connectors/stripe/mode", test_stripe_mode);
  add ("/platforms/connectors/refused-and-limited", test_refused_and_limited);
  add ("/platforms/connectors/missing-permission-named", test_missing_permission_named);
  add ("/platforms/connectors/masked-key-is-hidden-too", test_masked_key_is_hidden_too);
  add ("/platforms/connectors/failures-are-clear", test_failures_are_clear);
  add ("/platforms/connectors/wait-from-a-header", test_wait_from_a_header);
  add ("/platforms/connectors/unexpected-shape", test_unexpected_shape);
  add ("/platforms/connectors/cancelled", test_cancelled);

  return g_test_run ();
}
