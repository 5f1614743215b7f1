/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "mp-error.h"
#include "mp-json.h"
#include "mp-platform-private.h"
#include "mp-test-server.h"
#include "mp-test-wait.h"

/*
 * What the language of the documents can say beyond what the shipped ones do: each test writes its
 * own document around one feature.
 */
typedef struct
{
  MpTestServer *server;
  MpHttpClient *http;
} Fixture;

static const char head[] =
    "{\"id\": \"own\", \"version\": 1, \"kind\": \"crm\", \"label\": \"Own\","
    " \"connection\": [{\"id\": \"site\", \"label\": \"Site\", \"default\": \"SITE\"}],"
    " \"credential\": [{\"id\": \"key\", \"label\": \"Key\"}],"
    " \"hosts\": [\"{site}\"], \"base\": \"{site}/api/\", \"types\": {\"*\": \"text\"},"
    " \"test\": {\"request\": {\"path\": \"/me\"}},";

/* Of a document that is about its objects. */
static const char no_fields[] =
    ", \"fields\": {\"static\": [{\"name\": \"a\", \"type\": \"text\"}]}";

static const char bearer[] = " \"auth\": {\"kind\": \"bearer\", \"token\": \"{key}\"},";

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->server = mp_test_server_new ();
  fixture->http = mp_http_client_new ();
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_assert_finalize_object (fixture->http);
  g_assert_finalize_object (fixture->server);
}

/* @rest: the members after the head, without the closing brace */
static MpPlatform *
make_platform (Fixture *fixture, const char *auth, const char *rest)
{
  g_autoptr (GString) text = g_string_new (head);
  g_autoptr (MpFieldErrors) faults = mp_field_errors_new ();
  g_autoptr (JsonObject) object = NULL;
  g_autoptr (MpPlatformDocument) document = NULL;
  g_autoptr (GError) error = NULL;

  g_string_append_printf (text, "%s %s%s}", auth, rest,
                          strstr (rest, "\"fields\"") != NULL ? "" : no_fields);
  g_string_replace (text, "SITE", mp_test_server_get_address (fixture->server), 0);
  object = mp_json_parse_object (text->str, -1, &error);
  g_assert_no_error (error);
  document = mp_platform_document_new (object, faults);
  for (unsigned int i = 0; i < mp_field_errors_get_size (faults); i++)
    {
      const MpFieldError *fault = mp_field_errors_get (faults, i);
      g_autofree char *message = mp_field_error_dup_text (fault);

      g_test_message ("%s: %s", fault->pointer, message);
    }
  g_assert_nonnull (document);
  return mp_platform_new (document, fixture->http);
}

static GListModel *
load_objects (MpPlatform *platform, GError **error)
{
  g_autoptr (MpSecret) secret = mp_secret_new ();
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  mp_secret_set (secret, "key", "5ecret");
  mp_platform_load_objects_async (platform, secret, NULL, NULL, mp_test_wait_cb, &place);
  result = mp_test_wait (&place);
  return mp_platform_load_objects_finish (platform, result, error);
}

static GListModel *
load_fields (MpPlatform *platform, GError **error)
{
  g_autoptr (MpSecret) secret = mp_secret_new ();
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  mp_secret_set (secret, "key", "5ecret");
  mp_platform_load_fields_async (platform, "obj", secret, NULL, NULL, mp_test_wait_cb, &place);
  result = mp_test_wait (&place);
  return mp_platform_load_fields_finish (platform, result, error);
}

static void
add_reply (Fixture *fixture, const char *path, const char *query, const char *body)
{
  mp_test_server_add (fixture->server,
                      &(MpTestReply){ .path = path, .query = query, .body = body });
}

/* The names, joined by commas. */
static char *
join_names (GListModel *objects)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (unsigned int i = 0; i < g_list_model_get_n_items (objects); i++)
    {
      g_autoptr (MpCrmObject) object = g_list_model_get_item (objects, i);

      g_string_append_printf (names, "%s%s", i > 0 ? "," : "", mp_crm_object_get_name (object));
    }
  return g_string_free (g_steal_pointer (&names), FALSE);
}

static void
assert_objects (Fixture *fixture, const char *auth, const char *rest, const char *expected)
{
  g_autoptr (MpPlatform) platform = make_platform (fixture, auth, rest);
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) objects = load_objects (platform, &error);
  g_autofree char *names = NULL;

  g_assert_no_error (error);
  names = join_names (objects);
  g_assert_cmpstr (names, ==, expected);
}

static void
test_cursor_in_the_body (Fixture *fixture, gconstpointer data)
{
  add_reply (fixture, "/api/o", "after=p%202",
             "{\"items\": [{\"n\": \"c\"}], \"paging\": {\"next\": null}}");
  add_reply (fixture, "/api/o", NULL,
             "{\"items\": [{\"n\": \"a\"}, {\"n\": \"b\"}],"
             " \"paging\": {\"next\": {\"after\": \"p 2\"}}}");
  assert_objects (fixture, bearer,
                  "\"objects\": {\"request\": {\"path\": \"/o\"}, \"items\": \"items\","
                  " \"name\": \"n\", \"paging\": {\"kind\": \"cursor_body\","
                  " \"next\": \"paging.next.after\", \"query\": \"after\","
                  " \"size_query\": \"limit\", \"size\": 2}}",
                  "a,b,c");
  g_assert_cmpstr (mp_test_server_get_request (fixture->server, 0)->query, ==, "limit=2");
}

static void
test_next_address_in_the_body (Fixture *fixture, gconstpointer data)
{
  add_reply (fixture, "/api/o", NULL, "{\"items\": [{\"n\": \"a\"}], \"next\": \"/more?page=2\"}");
  add_reply (fixture, "/more", "page=2", "{\"items\": [{\"n\": \"b\"}]}");
  assert_objects (fixture, bearer,
                  "\"objects\": {\"request\": {\"path\": \"/o\"}, \"items\": \"items\","
                  " \"name\": \"n\","
                  " \"paging\": {\"kind\": \"next_url_body\", \"next\": \"next\"}}",
                  "a,b");
}

/* The key goes to no host that an answer names, only to those of the document. */
static void
test_next_address_elsewhere (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MpPlatform) platform = make_platform (
      fixture, bearer,
      "\"objects\": {\"request\": {\"path\": \"/o\"}, \"items\": \"items\","
      " \"name\": \"n\","
      " \"paging\": {\"kind\": \"next_url_body\", \"next\": \"next\"}}");
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) objects = NULL;

  add_reply (fixture, "/api/o", NULL, "{\"items\": [], \"next\": \"https://elsewhere.example/o\"}");
  objects = load_objects (platform, &error);

  g_assert_null (objects);
  g_assert_error (error, MP_ERROR, MP_ERROR_WRONG_HOST);
  g_assert_nonnull (strstr (error->message, "elsewhere.example"));
}

static void
test_offset (Fixture *fixture, gconstpointer data)
{
  add_reply (fixture, "/api/o", "start=0", "[\"a\", \"b\"]");
  add_reply (fixture, "/api/o", "start=2", "[\"c\"]");
  assert_objects (fixture, bearer,
                  "\"objects\": {\"request\": {\"path\": \"/o\"}, \"items\": \"@item\","
                  " \"name\": \"@item\", \"paging\": {\"kind\": \"offset\", \"query\": \"start\","
                  " \"size_query\": \"n\", \"size\": 2}}",
                  "a,b,c");
}

static void
test_pages_with_more (Fixture *fixture, gconstpointer data)
{
  add_reply (fixture, "/api/o", "page=1", "{\"o\": [{\"n\": \"a\"}], \"info\": {\"more\": true}}");
  add_reply (fixture, "/api/o", "page=2", "{\"o\": [{\"n\": \"b\"}], \"info\": {\"more\": false}}");
  assert_objects (fixture, bearer,
                  "\"objects\": {\"request\": {\"path\": \"/o\"}, \"items\": \"o\","
                  " \"name\": \"n\", \"paging\": {\"kind\": \"page\", \"query\": \"page\","
                  " \"more\": \"info.more\"}}",
                  "a,b");
}

static void
test_link_header (Fixture *fixture, gconstpointer data)
{
  mp_test_server_add (fixture->server,
                      &(MpTestReply){ .path = "/api/o",
                                      .body = "[\"a\"]",
                                      .headers = { "Link", "</api/p>; rel=\"prev\", </api/n>; "
                                                           "rel=\"next\"" } });
  add_reply (fixture, "/api/n", NULL, "[\"b\"]");
  assert_objects (fixture, bearer,
                  "\"objects\": {\"request\": {\"path\": \"/o\"}, \"items\": \"@item\","
                  " \"name\": \"@item\", \"paging\": {\"kind\": \"link_header\"}}",
                  "a,b");
}

/* A platform whose pages never end is stopped. */
static void
test_page_limit (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MpPlatform) platform = make_platform (
      fixture, bearer,
      "\"objects\": {\"request\": {\"path\": \"/o\"}, \"items\": \"items\","
      " \"name\": \"n\", \"paging\": {\"kind\": \"cursor_body\","
      " \"next\": \"next\", \"query\": \"c\", \"max_pages\": 3}}");
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) objects = NULL;

  add_reply (fixture, "/api/o", NULL, "{\"items\": [], \"next\": 1}");
  objects = load_objects (platform, &error);

  g_assert_null (objects);
  g_assert_error (error, MP_ERROR, MP_ERROR_TOO_LARGE);
  g_assert_nonnull (strstr (error->message, "own /objects/paging"));
  g_assert_cmpuint (mp_test_server_get_n_requests (fixture->server), ==, 3);
}

static void
test_map_of_items (Fixture *fixture, gconstpointer data)
{
  add_reply (fixture, "/api/o", NULL,
             "{\"data\": {\"Contact\": {\"entity\": true}, \"Log\": {\"entity\": false},"
             " \"Lead\": {\"entity\": true, \"disabled\": \"1\"}}}");
  assert_objects (fixture, bearer,
                  "\"objects\": {\"request\": {\"path\": \"/o\"}, \"entries\": \"data\","
                  " \"name\": \"@key\", \"keep\": \"entity && !disabled\"}",
                  "Contact");
}

/* Static items first; a live one of the same name takes the place; no name twice. */
static void
test_static_and_live (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MpPlatform) platform = make_platform (
      fixture, bearer,
      "\"objects\": {\"request\": {\"path\": \"/o\"}, \"items\": [\"standard\", \"custom\"],"
      " \"name\": \"n\", \"label\": \"l\","
      " \"static\": [{\"name\": \"a\"}, {\"name\": \"b\", \"label\": \"Static B\"}]}");
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) objects = NULL;
  g_autoptr (MpCrmObject) second = NULL;
  g_autofree char *names = NULL;

  add_reply (fixture, "/api/o", NULL,
             "{\"standard\": [{\"n\": \"b\", \"l\": \"Live B\"}],"
             " \"custom\": [{\"n\": \"c\"}, {\"n\": \"b\"}]}");
  objects = load_objects (platform, &error);

  g_assert_no_error (error);
  names = join_names (objects);
  g_assert_cmpstr (names, ==, "a,b,c");
  second = g_list_model_get_item (objects, 1);
  g_assert_cmpstr (mp_crm_object_get_label (second), ==, "Live B");
}

static void
test_header_auth_and_json_body (Fixture *fixture, gconstpointer data)
{
  const MpTestRequest *request;

  add_reply (fixture, "/api/o", NULL, "[\"a\"]");
  assert_objects (fixture,
                  " \"auth\": {\"kind\": \"header\", \"headers\": {\"X-Api-Key\": \"k {key}\"}},",
                  "\"objects\": {\"request\": {\"path\": \"/o\","
                  " \"json\": {\"limit\": 5, \"where\": [\"{key}\", null]},"
                  " \"headers\": {\"X-More\": \"1\"}},"
                  " \"items\": \"@item\", \"name\": \"@item\"}",
                  "a");
  request = mp_test_server_get_request (fixture->server, 0);
  g_assert_cmpstr (request->method, ==, "POST");
  g_assert_cmpstr (request->body, ==, "{\"limit\":5,\"where\":[\"5ecret\",null]}");
  g_assert_cmpstr (mp_test_request_get_header (request, "x-api-key"), ==, "k 5ecret");
  g_assert_cmpstr (mp_test_request_get_header (request, "x-more"), ==, "1");
  g_assert_cmpstr (mp_test_request_get_header (request, "content-type"), ==, "application/json");
}

static void
test_basic_auth_and_form_body (Fixture *fixture, gconstpointer data)
{
  const MpTestRequest *request;

  add_reply (fixture, "/api/o", NULL, "[\"a\"]");
  assert_objects (fixture,
                  " \"auth\": {\"kind\": \"basic\", \"user\": \"{key}\", \"password\": \"\"},",
                  "\"objects\": {\"request\": {\"path\": \"/o\", \"form\": {\"a b\": \"&{key}\"}},"
                  " \"items\": \"@item\", \"name\": \"@item\"}",
                  "a");
  request = mp_test_server_get_request (fixture->server, 0);
  g_assert_cmpstr (request->body, ==, "a%20b=%265ecret");
  g_assert_cmpstr (mp_test_request_get_header (request, "authorization"), ==, "Basic NWVjcmV0Og==");
}

/* An answer may move the base address, within the hosts that the document allows. */
static void
test_base_from_the_token (Fixture *fixture, gconstpointer data)
{
  static const char auth[] =
      " \"auth\": {\"kind\": \"oauth2_client_credentials\", \"token_url\": \"{site}/token\","
      " \"client_id\": \"i\", \"client_secret\": \"{key}\", \"send\": \"body\","
      " \"parameters\": {\"soid\": \"7\"}, \"base_from\": \"api_domain\"},";
  static const char objects[] = "\"objects\": {\"request\": {\"path\": \"/o\"},"
                                " \"items\": \"@item\", \"name\": \"@item\"}";
  g_autofree char *here = g_strdup_printf ("{\"access_token\": \"t\", \"expires_in\": \"3600\","
                                           " \"api_domain\": \"%s/moved\"}",
                                           mp_test_server_get_address (fixture->server));
  g_autoptr (MpPlatform) platform = NULL;
  g_autoptr (GListModel) none = NULL;
  g_autoptr (GError) error = NULL;

  add_reply (fixture, "/token", NULL, here);
  add_reply (fixture, "/moved/o", NULL, "[\"a\"]");
  assert_objects (fixture, auth, objects, "a");
  g_assert_cmpstr (mp_test_server_get_request (fixture->server, 0)->body, ==,
                   "grant_type=client_credentials&soid=7&client_id=i&client_secret=5ecret");

  mp_test_server_clear (fixture->server);
  add_reply (fixture, "/token", NULL,
             "{\"access_token\": \"t\", \"api_domain\": \"https://elsewhere.example\"}");
  platform = make_platform (fixture, auth, objects);
  none = load_objects (platform, &error);
  g_assert_null (none);
  g_assert_error (error, MP_ERROR, MP_ERROR_WRONG_HOST);
}

/* Some want another word than Bearer, and refuse a client with a good status. */
static void
test_scheme_and_refused_client (Fixture *fixture, gconstpointer data)
{
  static const char auth[] =
      " \"auth\": {\"kind\": \"oauth2_client_credentials\", \"token_url\": \"/token\","
      " \"client_id\": \"i\", \"client_secret\": \"{key}\", \"send\": \"body\","
      " \"scheme\": \"Own-token\"},";
  static const char objects[] = "\"objects\": {\"request\": {\"path\": \"/o\"},"
                                " \"items\": [\"data.o\", \"data\"], \"name\": \"@item\"}";
  g_autoptr (MpPlatform) platform = make_platform (fixture, auth, objects);
  g_autoptr (GListModel) none = NULL;
  g_autoptr (GError) error = NULL;

  add_reply (fixture, "/api/token", NULL, "{\"access_token\": \"t\"}");
  add_reply (fixture, "/api/o", NULL, "{\"data\": [\"a\"]}");
  assert_objects (fixture, auth, objects, "a");
  g_assert_cmpstr (
      mp_test_request_get_header (mp_test_server_get_request (fixture->server, 1), "authorization"),
      ==, "Own-token t");

  mp_test_server_clear (fixture->server);
  add_reply (fixture, "/api/token", NULL, "{\"error\": \"invalid_client\"}");
  none = load_objects (platform, &error);
  g_assert_null (none);
  g_assert_error (error, MP_ERROR, MP_ERROR_UNAUTHORIZED);
  g_assert_nonnull (strstr (error->message, "invalid_client"));
}

static void
test_token_without_token (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MpPlatform) platform = make_platform (
      fixture,
      " \"auth\": {\"kind\": \"oauth2_client_credentials\", \"token_url\": \"{site}/token\","
      " \"client_id\": \"i\", \"client_secret\": \"{key}\", \"send\": \"basic\"},",
      "\"objects\": {\"static\": [{\"name\": \"a\"}]}");
  g_autoptr (GListModel) objects = NULL;
  g_autoptr (GError) error = NULL;

  add_reply (fixture, "/token", NULL, "[]");
  objects = load_objects (platform, &error);

  g_assert_null (objects);
  g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "no access token"));
}

/* Text bodies and headers can hold what a platform says. */
static void
test_message_sources (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    MpTestReply reply;
    const char *said;
  } cases[] = {
    { { .status = 400, .headers = { "X-Status-Reason", "No such field" } }, "No such field" },
    { { .status = 400, .body = "plain\n  words", .content_type = "text/plain" }, "plain words" },
    { { .status = 400, .body = "{\"fault\": {\"text\": \"deep\"}}" }, "deep" },
    { { .status = 400, .body = "{\"fault\": {\"text\": \"has 5ecret in it\"}}" },
      "has •••• in it" },
  };
  g_autoptr (MpPlatform) platform = make_platform (
      fixture, bearer,
      "\"objects\": {\"request\": {\"path\": \"/o\"}, \"items\": \"@item\", \"name\": \"@item\"},"
      " \"errors\": {\"message\": [\"header:X-Status-Reason\", \"fault.text\", \"text\"]}");

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *words = g_strdup_printf ("It says: %s", cases[i].said);
      g_autoptr (GListModel) objects = NULL;
      g_autoptr (GError) error = NULL;

      mp_test_server_clear (fixture->server);
      mp_test_server_add (fixture->server, &cases[i].reply);
      objects = load_objects (platform, &error);
      g_assert_null (objects);
      g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
      g_test_message ("%s", error->message);
      g_assert_nonnull (strstr (error->message, words));
    }
}

/* Thousands of items are read without holding up the main loop. */
static void
test_too_many_items (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GString) body = g_string_new ("[");
  g_autoptr (MpPlatform) platform = make_platform (
      fixture, bearer,
      "\"objects\": {\"request\": {\"path\": \"/o\"}, \"items\": \"@item\", \"name\": \"@item\"}");
  g_autoptr (GListModel) objects = NULL;
  g_autoptr (GError) error = NULL;

  for (unsigned int i = 0; i < 5001; i++)
    g_string_append_printf (body, "%s\"o%u\"", i > 0 ? "," : "", i);
  g_string_append_c (body, ']');
  add_reply (fixture, "/api/o", NULL, body->str);
  objects = load_objects (platform, &error);

  g_assert_null (objects);
  g_assert_error (error, MP_ERROR, MP_ERROR_TOO_LARGE);
}

static char *
join_options (MpCrmField *field)
{
  g_autoptr (GString) text = g_string_new (mp_crm_field_get_label (field));

  for (unsigned int i = 0; i < mp_crm_field_get_n_options (field); i++)
    g_string_append_printf (text, ",%s=%s", mp_crm_field_get_option (field, i)->value,
                            mp_crm_field_get_option (field, i)->label);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static const char options_document[] =
    "\"objects\": {\"static\": [{\"name\": \"o\"}]},"
    " \"fields\": {\"request\": {\"path\": \"/f\"}, \"items\": \"f\", \"name\": \"n\","
    " \"label\": [\"@page.labels[n]\", \"n\"], \"type\": \"t\","
    " \"options\": [{\"when\": \"t == 'far'\", \"optional\": true,"
    " \"request\": {\"path\": \"/f/{object}/{field}\"}, \"items\": \"o\", \"value\": \"@item\","
    " \"label\": \"@page.labels[@item]\"},"
    " {\"when\": \"t == 'near'\", \"items\": \"@page.all\", \"keep\": \"of == @field.id\","
    " \"value\": \"v\", \"label\": \"@name\"}]}";

/* Options can stand beside the fields, or be asked for field by field. */
static void
test_options_elsewhere (Fixture *fixture, gconstpointer data)
{
  static const char *const expected[] = { "Near,x=near", "far,a=A,b=b", "lost", "plain" };
  g_autoptr (MpPlatform) platform = make_platform (fixture, bearer, options_document);
  g_autoptr (GListModel) fields = NULL;
  g_autoptr (GError) error = NULL;

  add_reply (fixture, "/api/f", NULL,
             "{\"f\": [{\"n\": \"near\", \"t\": \"near\", \"id\": 2},"
             " {\"n\": \"far\", \"t\": \"far\"}, {\"n\": \"lost\", \"t\": \"far\"},"
             " {\"n\": \"plain\", \"t\": \"text\"}],"
             " \"all\": [{\"of\": 1, \"v\": \"w\"}, {\"of\": 2, \"v\": \"x\"}],"
             " \"labels\": {\"near\": \"Near\", \"a\": \"A\"}}");
  add_reply (fixture, "/api/f/obj/far", NULL, "{\"o\": [\"a\", \"b\"]}");
  fields = load_fields (platform, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (g_list_model_get_n_items (fields), ==, G_N_ELEMENTS (expected));
  for (unsigned int i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      g_autoptr (MpCrmField) field = g_list_model_get_item (fields, i);
      g_autofree char *text = join_options (field);

      g_assert_cmpstr (text, ==, expected[i]);
    }
  g_assert_cmpuint (mp_test_server_get_n_requests (fixture->server), ==, 3);
}

/* A refusal of options that are not optional ends the call. */
static void
test_options_refused (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GString) document = g_string_new (options_document);
  g_autoptr (MpPlatform) platform = NULL;
  g_autoptr (GListModel) fields = NULL;
  g_autoptr (GError) error = NULL;

  g_string_replace (document, "\"optional\": true", "\"optional\": false", 0);
  platform = make_platform (fixture, bearer, document->str);
  add_reply (fixture, "/api/f", NULL, "{\"f\": [{\"n\": \"far\", \"t\": \"far\"}]}");
  fields = load_fields (platform, &error);

  g_assert_null (fields);
  g_assert_error (error, MP_ERROR, MP_ERROR_NOT_FOUND);
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

  add ("/platforms/engine/cursor-in-the-body", test_cursor_in_the_body);
  add ("/platforms/engine/next-address-in-the-body", test_next_address_in_the_body);
  add ("/platforms/engine/next-address-elsewhere", test_next_address_elsewhere);
  add ("/platforms/engine/offset", test_offset);
  add ("/platforms/engine/pages-with-more", test_pages_with_more);
  add ("/platforms/engine/link-header", test_link_header);
  add ("/platforms/engine/page-limit", test_page_limit);
  add ("/platforms/engine/map-of-items", test_map_of_items);
  add ("/platforms/engine/static-and-live", test_static_and_live);
  add ("/platforms/engine/header-auth-and-json-body", test_header_auth_and_json_body);
  add ("/platforms/engine/basic-auth-and-form-body", test_basic_auth_and_form_body);
  add ("/platforms/engine/base-from-the-token", test_base_from_the_token);
  add ("/platforms/engine/scheme-and-refused-client", test_scheme_and_refused_client);
  add ("/platforms/engine/token-without-token", test_token_without_token);
  add ("/platforms/engine/message-sources", test_message_sources);
  add ("/platforms/engine/options-elsewhere", test_options_elsewhere);
  add ("/platforms/engine/options-refused", test_options_refused);
  add ("/platforms/engine/too-many-items", test_too_many_items);

  return g_test_run ();
}
