/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-engine-fixture.h"

#include <string.h>

#include "mp-error.h"

static const char bearer[] = MP_ENGINE_BEARER;

static void
test_cursor_in_the_body (MpEngineFixture *fixture, gconstpointer data)
{
  mp_engine_add_reply (fixture, "/api/o", "after=p%202",
                       "{\"items\": [{\"n\": \"c\"}], \"paging\": {\"next\": null}}");
  mp_engine_add_reply (fixture, "/api/o", NULL,
                       "{\"items\": [{\"n\": \"a\"}, {\"n\": \"b\"}],"
                       " \"paging\": {\"next\": {\"after\": \"p 2\"}}}");
  mp_engine_assert_objects (fixture, bearer,
                            "\"objects\": {\"request\": {\"path\": \"/o\"}, \"items\": \"items\","
                            " \"name\": \"n\", \"paging\": {\"kind\": \"cursor_body\","
                            " \"next\": \"paging.next.after\", \"query\": \"after\","
                            " \"size_query\": \"limit\", \"size\": 2}}",
                            "a,b,c");
  g_assert_cmpstr (mp_test_server_get_request (fixture->server, 0)->query, ==, "limit=2");
}

/* A page can be asked for in the body, too; the first has no cursor yet. */
static void
test_cursor_of_the_body (MpEngineFixture *fixture, gconstpointer data)
{
  static const char *const bodies[] = { "{\"v\":{\"n\":2},\"a\":[null]}",
                                        "{\"v\":{\"after\":\"p 2\",\"n\":2},\"a\":[\"p 2\"]}",
                                        "{\"v\":{\"after\":7,\"n\":2},\"a\":[7]}" };
  static const char *const pages[] = { "{\"i\": [\"a\"], \"next\": \"p 2\"}",
                                       "{\"i\": [\"b\"], \"next\": 7}", "{\"i\": [\"c\"]}" };

  for (size_t i = 0; i < G_N_ELEMENTS (pages); i++)
    mp_test_server_add (fixture->server,
                        &(MpTestReply){ .path = "/api/o", .body = pages[i], .times = 1 });
  mp_engine_assert_objects (fixture, bearer,
                            "\"objects\": {\"request\": {\"path\": \"/o\", \"json\":"
                            " {\"v\": {\"after\": \"{cursor}\", \"n\": \"{size}\"},"
                            " \"a\": [\"{cursor}\"]}}, \"items\": \"i\", \"name\": \"@item\","
                            " \"paging\": {\"kind\": \"cursor_body\", \"next\": \"next\","
                            " \"size\": 2}}",
                            "a,b,c");
  for (unsigned int i = 0; i < G_N_ELEMENTS (bodies); i++)
    g_assert_cmpstr (mp_test_server_get_request (fixture->server, i)->body, ==, bodies[i]);
}

static void
test_offset_of_the_body (MpEngineFixture *fixture, gconstpointer data)
{
  mp_test_server_add (
      fixture->server,
      &(MpTestReply){ .path = "/api/o", .query = "at=0", .body = "{\"i\": [\"a\", \"b\"]}" });
  mp_test_server_add (
      fixture->server,
      &(MpTestReply){ .path = "/api/o", .query = "at=2", .body = "{\"i\": [\"c\"]}" });
  mp_engine_assert_objects (
      fixture, bearer,
      "\"objects\": {\"request\": {\"path\": \"/o\", \"query\": {\"at\": \"{offset}\"},"
      " \"form\": {\"limit\": \"{size}\"}}, \"items\": \"i\", \"name\": \"@item\","
      " \"paging\": {\"kind\": \"offset\", \"size\": 2}}",
      "a,b,c");
  g_assert_cmpstr (mp_test_server_get_request (fixture->server, 1)->body, ==, "limit=2");
}

static void
test_page_of_the_body (MpEngineFixture *fixture, gconstpointer data)
{
  static const char *const pages[] = { "{\"i\": [\"a\"], \"more\": true}", "{\"i\": [\"b\"]}" };

  for (size_t i = 0; i < G_N_ELEMENTS (pages); i++)
    mp_test_server_add (fixture->server,
                        &(MpTestReply){ .path = "/api/o", .body = pages[i], .times = 1 });
  mp_engine_assert_objects (
      fixture, bearer,
      "\"objects\": {\"request\": {\"path\": \"/o\", \"json\": {\"p\": \"{page}\"}},"
      " \"items\": \"i\", \"name\": \"@item\","
      " \"paging\": {\"kind\": \"page\", \"more\": \"more\", \"first\": 0}}",
      "a,b");
  g_assert_cmpstr (mp_test_server_get_request (fixture->server, 1)->body, ==, "{\"p\":1}");
}

static void
test_next_address_in_the_body (MpEngineFixture *fixture, gconstpointer data)
{
  mp_engine_add_reply (fixture, "/api/o", NULL,
                       "{\"items\": [{\"n\": \"a\"}], \"next\": \"/more?page=2\"}");
  mp_engine_add_reply (fixture, "/more", "page=2", "{\"items\": [{\"n\": \"b\"}]}");
  mp_engine_assert_objects (fixture, bearer,
                            "\"objects\": {\"request\": {\"path\": \"/o\"}, \"items\": \"items\","
                            " \"name\": \"n\","
                            " \"paging\": {\"kind\": \"next_url_body\", \"next\": \"next\"}}",
                            "a,b");
}

/* The key goes to no host that an answer names, only to those of the document. */
static void
test_next_address_elsewhere (MpEngineFixture *fixture, gconstpointer data)
{
  g_autoptr (MpPlatform) platform = mp_engine_make_platform (
      fixture, bearer,
      "\"objects\": {\"request\": {\"path\": \"/o\"}, \"items\": \"items\","
      " \"name\": \"n\","
      " \"paging\": {\"kind\": \"next_url_body\", \"next\": \"next\"}}");
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) objects = NULL;

  mp_engine_add_reply (fixture, "/api/o", NULL,
                       "{\"items\": [], \"next\": \"https://elsewhere.example/o\"}");
  objects = mp_engine_load_objects (platform, &error);

  g_assert_null (objects);
  g_assert_error (error, MP_ERROR, MP_ERROR_WRONG_HOST);
  g_assert_nonnull (strstr (error->message, "elsewhere.example"));
}

static void
test_offset (MpEngineFixture *fixture, gconstpointer data)
{
  mp_engine_add_reply (fixture, "/api/o", "start=0", "[\"a\", \"b\"]");
  mp_engine_add_reply (fixture, "/api/o", "start=2", "[\"c\"]");
  mp_engine_assert_objects (
      fixture, bearer,
      "\"objects\": {\"request\": {\"path\": \"/o\"}, \"items\": \"@item\","
      " \"name\": \"@item\", \"paging\": {\"kind\": \"offset\", \"query\": \"start\","
      " \"size_query\": \"n\", \"size\": 2}}",
      "a,b,c");
}

static void
test_pages_with_more (MpEngineFixture *fixture, gconstpointer data)
{
  mp_engine_add_reply (fixture, "/api/o", "page=1",
                       "{\"o\": [{\"n\": \"a\"}], \"info\": {\"more\": true}}");
  mp_engine_add_reply (fixture, "/api/o", "page=2",
                       "{\"o\": [{\"n\": \"b\"}], \"info\": {\"more\": false}}");
  mp_engine_assert_objects (
      fixture, bearer,
      "\"objects\": {\"request\": {\"path\": \"/o\"}, \"items\": \"o\","
      " \"name\": \"n\", \"paging\": {\"kind\": \"page\", \"query\": \"page\","
      " \"more\": \"info.more\"}}",
      "a,b");
}

static void
test_link_header (MpEngineFixture *fixture, gconstpointer data)
{
  mp_test_server_add (fixture->server,
                      &(MpTestReply){ .path = "/api/o",
                                      .body = "[\"a\"]",
                                      .headers = { "Link", "</api/p>; rel=\"prev\", </api/n>; "
                                                           "rel=\"next\"" } });
  mp_engine_add_reply (fixture, "/api/n", NULL, "[\"b\"]");
  mp_engine_assert_objects (fixture, bearer,
                            "\"objects\": {\"request\": {\"path\": \"/o\"}, \"items\": \"@item\","
                            " \"name\": \"@item\", \"paging\": {\"kind\": \"link_header\"}}",
                            "a,b");
}

/* A platform whose pages never end is stopped. */
static void
test_page_limit (MpEngineFixture *fixture, gconstpointer data)
{
  g_autoptr (MpPlatform) platform = mp_engine_make_platform (
      fixture, bearer,
      "\"objects\": {\"request\": {\"path\": \"/o\"}, \"items\": \"items\","
      " \"name\": \"n\", \"paging\": {\"kind\": \"cursor_body\","
      " \"next\": \"next\", \"query\": \"c\", \"max_pages\": 3}}");
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) objects = NULL;

  mp_engine_add_reply (fixture, "/api/o", "c=1", "{\"items\": [], \"next\": 2}");
  mp_engine_add_reply (fixture, "/api/o", "c=2", "{\"items\": [], \"next\": 3}");
  mp_engine_add_reply (fixture, "/api/o", NULL, "{\"items\": [], \"next\": 1}");
  objects = mp_engine_load_objects (platform, &error);

  g_assert_null (objects);
  g_assert_error (error, MP_ERROR, MP_ERROR_TOO_LARGE);
  g_assert_nonnull (strstr (error->message, "own /objects/paging"));
  g_assert_cmpuint (mp_test_server_get_n_requests (fixture->server), ==, 3);
}

static void
test_map_of_items (MpEngineFixture *fixture, gconstpointer data)
{
  mp_engine_add_reply (fixture, "/api/o", NULL,
                       "{\"data\": {\"Contact\": {\"entity\": true}, \"Log\": {\"entity\": false},"
                       " \"Lead\": {\"entity\": true, \"disabled\": \"1\"}}}");
  mp_engine_assert_objects (fixture, bearer,
                            "\"objects\": {\"request\": {\"path\": \"/o\"}, \"entries\": \"data\","
                            " \"name\": \"@key\", \"keep\": \"entity && !disabled\"}",
                            "Contact");
}

/* Static items first; a live one of the same name takes the place; no name twice. */
static void
test_static_and_live (MpEngineFixture *fixture, gconstpointer data)
{
  g_autoptr (MpPlatform) platform = mp_engine_make_platform (
      fixture, bearer,
      "\"objects\": {\"request\": {\"path\": \"/o\"}, \"items\": [\"standard\", \"custom\"],"
      " \"name\": \"n\", \"label\": \"l\","
      " \"static\": [{\"name\": \"a\"}, {\"name\": \"b\", \"label\": \"Static B\"}]}");
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) objects = NULL;
  g_autoptr (MpCrmObject) second = NULL;
  g_autofree char *names = NULL;

  mp_engine_add_reply (fixture, "/api/o", NULL,
                       "{\"standard\": [{\"n\": \"b\", \"l\": \"Live B\"}],"
                       " \"custom\": [{\"n\": \"c\"}, {\"n\": \"b\"}]}");
  objects = mp_engine_load_objects (platform, &error);

  g_assert_no_error (error);
  names = mp_engine_join_names (objects);
  g_assert_cmpstr (names, ==, "a,b,c");
  second = g_list_model_get_item (objects, 1);
  g_assert_cmpstr (mp_crm_object_get_label (second), ==, "Live B");
}

static void
test_header_auth_and_json_body (MpEngineFixture *fixture, gconstpointer data)
{
  const MpTestRequest *request;

  mp_engine_add_reply (fixture, "/api/o", NULL, "[\"a\"]");
  mp_engine_assert_objects (
      fixture, " \"auth\": {\"kind\": \"header\", \"headers\": {\"X-Api-Key\": \"k {key}\"}},",
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
test_basic_auth_and_form_body (MpEngineFixture *fixture, gconstpointer data)
{
  const MpTestRequest *request;

  mp_engine_add_reply (fixture, "/api/o", NULL, "[\"a\"]");
  mp_engine_assert_objects (
      fixture, " \"auth\": {\"kind\": \"basic\", \"user\": \"{key}\", \"password\": \"\"},",
      "\"objects\": {\"request\": {\"path\": \"/o\", \"form\": {\"a b\": \"&{key}\"}},"
      " \"items\": \"@item\", \"name\": \"@item\"}",
      "a");
  request = mp_test_server_get_request (fixture->server, 0);
  g_assert_cmpstr (request->body, ==, "a%20b=%265ecret");
  g_assert_cmpstr (mp_test_request_get_header (request, "authorization"), ==, "Basic NWVjcmV0Og==");
}

/* An answer may move the base address, within the hosts that the document allows. */
static void
test_base_from_the_token (MpEngineFixture *fixture, gconstpointer data)
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

  mp_engine_add_reply (fixture, "/token", NULL, here);
  mp_engine_add_reply (fixture, "/moved/o", NULL, "[\"a\"]");
  mp_engine_assert_objects (fixture, auth, objects, "a");
  g_assert_cmpstr (mp_test_server_get_request (fixture->server, 0)->body, ==,
                   "grant_type=client_credentials&soid=7&client_id=i&client_secret=5ecret");

  mp_test_server_clear (fixture->server);
  mp_engine_add_reply (fixture, "/token", NULL,
                       "{\"access_token\": \"t\", \"api_domain\": \"https://elsewhere.example\"}");
  platform = mp_engine_make_platform (fixture, auth, objects);
  none = mp_engine_load_objects (platform, &error);
  g_assert_null (none);
  g_assert_error (error, MP_ERROR, MP_ERROR_WRONG_HOST);
}

/* Some want another word than Bearer, and refuse a client with a good status. */
static void
test_scheme_and_refused_client (MpEngineFixture *fixture, gconstpointer data)
{
  static const char auth[] =
      " \"auth\": {\"kind\": \"oauth2_client_credentials\", \"token_url\": \"/token\","
      " \"client_id\": \"i\", \"client_secret\": \"{key}\", \"send\": \"body\","
      " \"scheme\": \"Own-token\"},";
  static const char objects[] = "\"objects\": {\"request\": {\"path\": \"/o\"},"
                                " \"items\": [\"data.o\", \"data\"], \"name\": \"@item\"}";
  g_autoptr (MpPlatform) platform = mp_engine_make_platform (fixture, auth, objects);
  g_autoptr (GListModel) none = NULL;
  g_autoptr (GError) error = NULL;

  mp_engine_add_reply (fixture, "/api/token", NULL, "{\"access_token\": \"t\"}");
  mp_engine_add_reply (fixture, "/api/o", NULL, "{\"data\": [\"a\"]}");
  mp_engine_assert_objects (fixture, auth, objects, "a");
  g_assert_cmpstr (
      mp_test_request_get_header (mp_test_server_get_request (fixture->server, 1), "authorization"),
      ==, "Own-token t");

  mp_test_server_clear (fixture->server);
  mp_engine_add_reply (fixture, "/api/token", NULL, "{\"error\": \"invalid_client\"}");
  none = mp_engine_load_objects (platform, &error);
  g_assert_null (none);
  g_assert_error (error, MP_ERROR, MP_ERROR_UNAUTHORIZED);
  g_assert_nonnull (strstr (error->message, "invalid_client"));
}

static void
test_token_without_token (MpEngineFixture *fixture, gconstpointer data)
{
  g_autoptr (MpPlatform) platform = mp_engine_make_platform (
      fixture,
      " \"auth\": {\"kind\": \"oauth2_client_credentials\", \"token_url\": \"{site}/token\","
      " \"client_id\": \"i\", \"client_secret\": \"{key}\", \"send\": \"basic\"},",
      "\"objects\": {\"static\": [{\"name\": \"a\"}]}");
  g_autoptr (GListModel) objects = NULL;
  g_autoptr (GError) error = NULL;

  mp_engine_add_reply (fixture, "/token", NULL, "[]");
  objects = mp_engine_load_objects (platform, &error);

  g_assert_null (objects);
  g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "no access token"));
}

/* Text bodies and headers can hold what a platform says. */
static void
test_message_sources (MpEngineFixture *fixture, gconstpointer data)
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
  g_autoptr (MpPlatform) platform = mp_engine_make_platform (
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
      objects = mp_engine_load_objects (platform, &error);
      g_assert_null (objects);
      g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
      g_test_message ("%s", error->message);
      g_assert_nonnull (strstr (error->message, words));
    }
}

/* Thousands of items are read without holding up the main loop. */
static void
test_too_many_items (MpEngineFixture *fixture, gconstpointer data)
{
  g_autoptr (GString) body = g_string_new ("[");
  g_autoptr (MpPlatform) platform = mp_engine_make_platform (
      fixture, bearer,
      "\"objects\": {\"request\": {\"path\": \"/o\"}, \"items\": \"@item\", \"name\": \"@item\"}");
  g_autoptr (GListModel) objects = NULL;
  g_autoptr (GError) error = NULL;

  for (unsigned int i = 0; i < 5001; i++)
    g_string_append_printf (body, "%s\"o%u\"", i > 0 ? "," : "", i);
  g_string_append_c (body, ']');
  mp_engine_add_reply (fixture, "/api/o", NULL, body->str);
  objects = mp_engine_load_objects (platform, &error);

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
test_options_elsewhere (MpEngineFixture *fixture, gconstpointer data)
{
  static const char *const expected[] = { "Near,x=near", "far,a=A,b=b", "lost", "plain" };
  g_autoptr (MpPlatform) platform = mp_engine_make_platform (fixture, bearer, options_document);
  g_autoptr (GListModel) fields = NULL;
  g_autoptr (GError) error = NULL;

  mp_engine_add_reply (fixture, "/api/f", NULL,
                       "{\"f\": [{\"n\": \"near\", \"t\": \"near\", \"id\": 2},"
                       " {\"n\": \"far\", \"t\": \"far\"}, {\"n\": \"lost\", \"t\": \"far\"},"
                       " {\"n\": \"plain\", \"t\": \"text\"}],"
                       " \"all\": [{\"of\": 1, \"v\": \"w\"}, {\"of\": 2, \"v\": \"x\"}],"
                       " \"labels\": {\"near\": \"Near\", \"a\": \"A\"}}");
  mp_engine_add_reply (fixture, "/api/f/obj/far", NULL, "{\"o\": [\"a\", \"b\"]}");
  fields = mp_engine_load_fields (platform, "obj", &error);

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
test_options_refused (MpEngineFixture *fixture, gconstpointer data)
{
  g_autoptr (GString) document = g_string_new (options_document);
  g_autoptr (MpPlatform) platform = NULL;
  g_autoptr (GListModel) fields = NULL;
  g_autoptr (GError) error = NULL;

  g_string_replace (document, "\"optional\": true", "\"optional\": false", 0);
  platform = mp_engine_make_platform (fixture, bearer, document->str);
  mp_engine_add_reply (fixture, "/api/f", NULL, "{\"f\": [{\"n\": \"far\", \"t\": \"far\"}]}");
  fields = mp_engine_load_fields (platform, "obj", &error);

  g_assert_null (fields);
  g_assert_error (error, MP_ERROR, MP_ERROR_NOT_FOUND);
}

/* Pages that each come in time, without an end: the call as a whole has a limit, too. */
static void
test_call_takes_too_long (MpEngineFixture *fixture, gconstpointer data)
{
  g_autoptr (MpPlatform) platform = mp_engine_make_platform (
      fixture, MP_ENGINE_BEARER,
      "\"objects\": {\"request\": {\"path\": \"/objects\"}, \"items\": \"items\", \"name\": \"n\","
      " \"paging\": {\"kind\": \"page\", \"query\": \"p\", \"more\": \"true\"}}");
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) objects = NULL;

  mp_platform_set_call_deadline_ms (platform, 300);
  /* "p=11" before "p=1", which it has, too. */
  for (unsigned int i = 99; i > 0; i--)
    {
      g_autofree char *query = g_strdup_printf ("p=%u", i);
      g_autofree char *body = g_strdup_printf ("{\"items\": [{\"n\": \"o%u\"}]}", i);

      mp_test_server_add (
          fixture->server,
          &(MpTestReply){ .path = "/api/objects", .query = query, .body = body, .delay_ms = 20 });
    }
  objects = mp_engine_load_objects (platform, &error);

  g_assert_null (objects);
  g_assert_error (error, MP_ERROR, MP_ERROR_OFFLINE);
  g_assert_nonnull (strstr (error->message, "took too long"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  mp_engine_add_test ("/platforms/engine/call-takes-too-long", test_call_takes_too_long);
  mp_engine_add_test ("/platforms/engine/cursor-in-the-body", test_cursor_in_the_body);
  mp_engine_add_test ("/platforms/engine/cursor-of-the-body", test_cursor_of_the_body);
  mp_engine_add_test ("/platforms/engine/offset-of-the-body", test_offset_of_the_body);
  mp_engine_add_test ("/platforms/engine/page-of-the-body", test_page_of_the_body);
  mp_engine_add_test ("/platforms/engine/next-address-in-the-body", test_next_address_in_the_body);
  mp_engine_add_test ("/platforms/engine/next-address-elsewhere", test_next_address_elsewhere);
  mp_engine_add_test ("/platforms/engine/offset", test_offset);
  mp_engine_add_test ("/platforms/engine/pages-with-more", test_pages_with_more);
  mp_engine_add_test ("/platforms/engine/link-header", test_link_header);
  mp_engine_add_test ("/platforms/engine/page-limit", test_page_limit);
  mp_engine_add_test ("/platforms/engine/map-of-items", test_map_of_items);
  mp_engine_add_test ("/platforms/engine/static-and-live", test_static_and_live);
  mp_engine_add_test ("/platforms/engine/header-auth-and-json-body",
                      test_header_auth_and_json_body);
  mp_engine_add_test ("/platforms/engine/basic-auth-and-form-body", test_basic_auth_and_form_body);
  mp_engine_add_test ("/platforms/engine/base-from-the-token", test_base_from_the_token);
  mp_engine_add_test ("/platforms/engine/scheme-and-refused-client",
                      test_scheme_and_refused_client);
  mp_engine_add_test ("/platforms/engine/token-without-token", test_token_without_token);
  mp_engine_add_test ("/platforms/engine/message-sources", test_message_sources);
  mp_engine_add_test ("/platforms/engine/options-elsewhere", test_options_elsewhere);
  mp_engine_add_test ("/platforms/engine/options-refused", test_options_refused);
  mp_engine_add_test ("/platforms/engine/too-many-items", test_too_many_items);

  return g_test_run ();
}
