/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-engine-fixture.h"

#include <string.h>

#include "mp-error.h"
#include "mp-humanise.h"
#include "mp-sample-record.h"
#include "mp-test-wait.h"

/* Alternative lists, static items, and what stands first. */

static const char two_ways[] =
    "\"fields\": [{\"when\": \"@object in [contacts, leads]\","
    " \"request\": {\"path\": \"/people\"}, \"items\": \"@item\", \"name\": \"n\", \"type\": \"t\","
    " \"static\": [{\"name\": \"email\", \"type\": \"email\"}]},"
    " {\"when\": \"@object == 'deals' && site != ''\","
    " \"static\": [{\"name\": \"sum\", \"type\": \"money\"}]}]";

static void
assert_fields (MpPlatform *platform, const char *object, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) fields = mp_engine_load_fields (platform, object, &error);
  g_autofree char *names = NULL;

  g_assert_no_error (error);
  names = mp_engine_join_names (fields);
  g_assert_cmpstr (names, ==, expected);
}

/* The first list that is for the object counts; a setting can decide too. */
static void
test_list_by_object (MpEngineFixture *fixture, gconstpointer data)
{
  g_autoptr (MpPlatform) platform = mp_engine_make_platform (fixture, MP_ENGINE_BEARER, two_ways);

  mp_engine_add_reply (fixture, "/api/people", NULL, "[{\"n\": \"size\", \"t\": \"x\"}]");
  assert_fields (platform, "contacts", "email,size");
  assert_fields (platform, "leads", "email,size");
  g_assert_cmpuint (mp_test_server_get_n_requests (fixture->server), ==, 2);
  assert_fields (platform, "deals", "sum");
  g_assert_cmpuint (mp_test_server_get_n_requests (fixture->server), ==, 2);
}

/* An object that no list is for is an error in words, and nothing is asked. */
static void
test_no_list_fits (MpEngineFixture *fixture, gconstpointer data)
{
  g_autoptr (MpPlatform) platform = mp_engine_make_platform (fixture, MP_ENGINE_BEARER, two_ways);
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) fields = mp_engine_load_fields (platform, "orders", &error);

  g_assert_null (fields);
  g_assert_error (error, MP_ERROR, MP_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "orders"));
  g_assert_cmpuint (mp_test_server_get_n_requests (fixture->server), ==, 0);
}

/* What cannot be evaluated names its place in the document. */
static void
test_when_that_fails (MpEngineFixture *fixture, gconstpointer data)
{
  g_autoptr (MpPlatform) platform = mp_engine_make_platform (
      fixture, MP_ENGINE_BEARER,
      "\"objects\": [{\"when\": \"site < 3\", \"static\": [{\"name\": \"a\"}]}]");
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) objects = mp_engine_load_objects (platform, &error);

  g_assert_null (objects);
  g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "own /objects/0/when: "));
}

static void
test_whole_static_field (MpEngineFixture *fixture, gconstpointer data)
{
  g_autoptr (MpPlatform) platform = mp_engine_make_platform (
      fixture, MP_ENGINE_BEARER,
      "\"fields\": {\"static\": [{\"name\": \"kind\", \"label\": \"Kind\", \"type\": \"enum\","
      " \"custom\": true, \"required\": true, \"read_only\": true, \"restricted\": true,"
      " \"max_length\": 40, \"options\": [{\"value\": \"a\", \"label\": \"A\"},"
      " {\"value\": \"b\"}]}]}");
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) fields = mp_engine_load_fields (platform, "o", &error);
  g_autoptr (MpCrmField) field = NULL;

  g_assert_no_error (error);
  g_assert_cmpuint (g_list_model_get_n_items (fields), ==, 1);
  field = g_list_model_get_item (fields, 0);
  g_assert_cmpstr (mp_crm_field_get_label (field), ==, "Kind");
  g_assert_cmpint (mp_crm_field_get_field_type (field), ==, MP_FIELD_TYPE_ENUM);
  g_assert_true (mp_crm_field_get_custom (field));
  g_assert_true (mp_crm_field_get_required (field));
  g_assert_true (mp_crm_field_get_read_only (field));
  g_assert_true (mp_crm_field_get_restricted (field));
  g_assert_cmpuint (mp_crm_field_get_max_length (field), ==, 40);
  g_assert_cmpuint (mp_crm_field_get_n_options (field), ==, 2);
  g_assert_cmpstr (mp_crm_field_get_option (field, 0)->label, ==, "A");
  g_assert_cmpstr (mp_crm_field_get_option (field, 1)->label, ==, "b");
}

/* Of hundreds of objects, those that one looks for stand first. */
static void
test_first (MpEngineFixture *fixture, gconstpointer data)
{
  mp_engine_add_reply (fixture, "/api/o", NULL, "[\"a\", \"c\", \"d\"]");
  mp_engine_assert_objects (fixture, MP_ENGINE_BEARER,
                            "\"objects\": {\"request\": {\"path\": \"/o\"}, \"items\": \"@item\","
                            " \"name\": \"@item\", \"first\": [\"d\", \"none\", \"b\"],"
                            " \"static\": [{\"name\": \"b\"}, {\"name\": \"x\"}]}",
                            "d,b,x,a,c");
}

/* Where the API calls a field otherwise than it lists it. */
static void
test_prefix (MpEngineFixture *fixture, gconstpointer data)
{
  g_autoptr (MpPlatform) platform = mp_engine_make_platform (
      fixture, MP_ENGINE_BEARER,
      "\"fields\": {\"request\": {\"path\": \"/f\"}, \"entries\": \"@item\", \"name\": \"@key\","
      " \"prefix\": \"options_\", \"type\": \"t\", \"max_length\": \"size\","
      " \"static\": [{\"name\": \"level\", \"type\": \"text\"}]}");
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) fields = NULL;
  g_autofree char *names = NULL;
  g_autoptr (MpCrmField) field = NULL;

  mp_engine_add_reply (fixture, "/api/f", NULL,
                       "{\"level\": {\"t\": \"x\", \"size\": \"80\"},"
                       " \"price\": {\"t\": \"x\", \"size\": \"24,8\"}}");
  fields = mp_engine_load_fields (platform, "o", &error);

  g_assert_no_error (error);
  names = mp_engine_join_names (fields);
  g_assert_cmpstr (names, ==, "level,options_level,options_price");
  field = g_list_model_get_item (fields, 1);
  g_assert_cmpstr (mp_crm_field_get_label (field), ==, "Level");
  g_assert_cmpuint (mp_crm_field_get_max_length (field), ==, 80);
  g_clear_object (&field);
  field = g_list_model_get_item (fields, 2);
  g_assert_cmpuint (mp_crm_field_get_max_length (field), ==, 0);
}

/* PHP knows one empty array for lists and maps; one that is not empty is no map. */
static void
test_empty_map (MpEngineFixture *fixture, gconstpointer data)
{
  static const char document[] =
      "\"objects\": {\"request\": {\"path\": \"/o\"}, \"entries\": \"@item\","
      " \"name\": \"@key\", \"static\": [{\"name\": \"a\"}]}";
  g_autoptr (MpPlatform) platform = NULL;
  g_autoptr (GListModel) objects = NULL;
  g_autoptr (GError) error = NULL;

  mp_engine_add_reply (fixture, "/api/o", NULL, "[]");
  mp_engine_assert_objects (fixture, MP_ENGINE_BEARER, document, "a");
  mp_engine_assert_objects (
      fixture, MP_ENGINE_BEARER,
      "\"objects\": {\"request\": {\"path\": \"/o\"}, \"entries\": \"deep.er\","
      " \"name\": \"@key\", \"static\": [{\"name\": \"a\"}]}",
      "a");
  mp_test_server_clear (fixture->server);
  mp_engine_add_reply (fixture, "/api/o", NULL, "[\"b\"]");
  platform = mp_engine_make_platform (fixture, MP_ENGINE_BEARER, document);
  objects = mp_engine_load_objects (platform, &error);
  g_assert_null (objects);
  g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
}

static void
add_status (MpEngineFixture *fixture, const char *path, unsigned int status, const char *body)
{
  mp_test_server_add (fixture->server,
                      &(MpTestReply){ .path = path, .status = status, .body = body });
}

static const char joined[] =
    "\"objects\": {\"joins\": {\"a\": {\"request\": {\"path\": \"/a\"}, \"optional\": true},"
    " \"b\": {\"request\": {\"path\": \"/b\"}, \"optional\": true}},"
    " \"items\": [\"@a.list\", \"@b\"], \"name\": \"@item\"},"
    "\"errors\": {\"not_found\": [{\"status\": 200, \"when\": \"error == 'no method'\"}],"
    " \"message\": [\"error\"]}";

/* Of two ways to a list each has what it may see; what does not exist can be said with a 200. */
static void
test_items_of_joins (MpEngineFixture *fixture, gconstpointer data)
{
  mp_engine_add_reply (fixture, "/api/a", NULL, "{\"list\": [\"x\", \"y\"]}");
  mp_engine_add_reply (fixture, "/api/b", NULL, "[\"y\", \"z\"]");
  mp_engine_assert_objects (fixture, MP_ENGINE_BEARER, joined, "x,y,z");
  mp_test_server_clear (fixture->server);
  mp_engine_add_reply (fixture, "/api/a", NULL, "{\"error\": \"no method\"}");
  mp_engine_add_reply (fixture, "/api/b", NULL, "[\"z\"]");
  mp_engine_assert_objects (fixture, MP_ENGINE_BEARER, joined, "z");
}

static void
test_no_items_of_joins (MpEngineFixture *fixture, gconstpointer data)
{
  g_autoptr (MpPlatform) platform = mp_engine_make_platform (fixture, MP_ENGINE_BEARER, joined);
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) objects = NULL;

  mp_engine_add_reply (fixture, "/api/a", NULL, "{\"error\": \"no method\"}");
  add_status (fixture, "/api/b", 403, "{\"error\": \"not for you\"}");
  objects = mp_engine_load_objects (platform, &error);

  g_assert_null (objects);
  g_assert_error (error, MP_ERROR, MP_ERROR_FORBIDDEN);
  g_assert_nonnull (strstr (error->message, "not for you"));
}

/* The list's own answer is optional: the joins' items are there without it. */
static void
test_items_beside_a_refusal (MpEngineFixture *fixture, gconstpointer data)
{
  add_status (fixture, "/api/o", 403, "{}");
  mp_engine_add_reply (fixture, "/api/a", NULL, "[\"x\"]");
  mp_engine_assert_objects (fixture, MP_ENGINE_BEARER,
                            "\"objects\": {\"request\": {\"path\": \"/o\"}, \"optional\": true,"
                            " \"joins\": {\"a\": {\"request\": {\"path\": \"/a\"}}},"
                            " \"items\": [\"o\", \"@a\"], \"name\": \"@item\","
                            " \"static\": [{\"name\": \"s\"}]}",
                            "s,x");
}

static const char on_some_pages[] =
    "\"fields\": {\"request\": {\"path\": \"/o\"}, \"items\": \"data[?n == @object].f\","
    " \"name\": \"@item\", \"type\": \"'x'\", \"paging\": {\"kind\": \"cursor_body\","
    " \"query\": \"c\", \"next\": \"next\", \"more\": \"more\"}}";

/* An object may stand on any page, and the last page may name a cursor, too. */
static void
test_items_on_some_pages (MpEngineFixture *fixture, gconstpointer data)
{
  g_autoptr (MpPlatform) platform =
                 mp_engine_make_platform (fixture, MP_ENGINE_BEARER, on_some_pages);
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) fields = NULL;

  mp_engine_add_reply (
      fixture, "/api/o", "c=2",
      "{\"data\": [{\"n\": \"b\", \"f\": [\"k\"]}], \"next\": \"3\", \"more\": false}");
  mp_engine_add_reply (fixture, "/api/o", NULL,
                       "{\"data\": [{\"n\": \"a\", \"f\": []}], \"next\": \"2\", \"more\": true}");
  assert_fields (platform, "b", "k");
  g_assert_cmpuint (mp_test_server_get_n_requests (fixture->server), ==, 2);
  fields = mp_engine_load_fields (platform, "c", &error);
  g_assert_null (fields);
  g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "/fields/items: "));
}

static GListModel *
load_sample (MpPlatform *platform, const char *object, const char *const *fields, GError **error)
{
  g_autoptr (MpSecret) secret = mp_secret_new ();
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  mp_secret_set (secret, "key", MP_ENGINE_KEY);
  mp_platform_load_sample_async (platform, object, fields, secret, NULL, NULL, mp_test_wait_cb,
                                 &place);
  result = mp_test_wait (&place);
  return mp_platform_load_sample_finish (platform, result, error);
}

/* Three records, of which only the fields asked for are read, whatever else they hold. */
static void
test_sample (MpEngineFixture *fixture, gconstpointer data)
{
  static const char *const fields[] = { "name", "tags", "number", "none", "place", NULL };
  g_autoptr (MpPlatform) platform = mp_engine_make_platform (
      fixture, MP_ENGINE_BEARER,
      "\"sample\": [{\"when\": \"@object == 'a'\", \"request\": {\"path\": \"/{object}\","
      " \"query\": {\"f[{object}]\": \"{fields}\"}, \"json\": {\"f\": [\"id\", \"{fields}\"],"
      " \"j\": \"s={fields_json}\"}},"
      " \"items\": \"list\", \"value\": [\"p[@name]\", \"@item[@name]\"],"
      " \"without\": [\"number\"]}]");
  g_autoptr (GListModel) records = NULL;
  g_autoptr (MpSampleRecord) record = NULL;
  g_autoptr (GError) error = NULL;

  mp_engine_add_reply (
      fixture, "/api/a", NULL,
      "{\"list\": [{\"name\": \"Ada\", \"p\": {\"tags\": [\"x\", 7]}, \"none\": null,"
      " \"place\": {\"city\": \"Ulm\"}, \"number\": 8, \"password\": \"h\"}, {}, {}, {}]}");
  records = load_sample (platform, "a", fields, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (g_list_model_get_n_items (records), ==, 3);
  record = g_list_model_get_item (records, 0);
  g_assert_cmpstr (mp_sample_record_get_value (record, "name"), ==, "Ada");
  g_assert_cmpstr (mp_sample_record_get_value (record, "tags"), ==, "x, 7");
  g_assert_cmpstr (mp_sample_record_get_value (record, "place"), ==, "{\"city\":\"Ulm\"}");
  g_assert_cmpstr (mp_sample_record_get_value (record, "number"), ==, "8");
  g_assert_null (mp_sample_record_get_value (record, "none"));
  g_assert_null (mp_sample_record_get_value (record, "password"));
  g_assert_cmpstr (mp_test_server_get_request (fixture->server, 0)->query, ==,
                   "f%5Ba%5D=name%2Ctags%2Cnone%2Cplace");
  g_assert_cmpstr (mp_test_server_get_request (fixture->server, 0)->body, ==,
                   "{\"f\":[\"id\",\"name\",\"tags\",\"none\",\"place\"],"
                   "\"j\":\"s=[\\\"name\\\",\\\"tags\\\",\\\"none\\\",\\\"place\\\"]\"}");
}

/* A name that says more than a name in a query, a path or a list is not sent. */
static void
test_sample_injects_nothing (MpEngineFixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *object;
    const char *fields[3];
  } cases[] = {
    { "a", { "name FROM User" } },
    { "a WHERE 1=1", { "name" } },
    { "a", { "name", "id,password" } },
    { "a", { "(SELECT" } },
    { "a", { "name\n" } },
    { "../users", { "name" } },
    { "a", { "" } },
    { "a", { "x'" } },
    { "a", { "--x" } },
    { "a", { "x\"y" } },
    { "a", { "x\xff" } },
    { "..", { "name" } },
  };
  g_autoptr (MpPlatform) platform = mp_engine_make_platform (
      fixture, MP_ENGINE_BEARER,
      "\"sample\": {\"request\": {\"path\": \"/q\", \"query\": {\"q\": \"SELECT {fields} FROM"
      " {object}\"}}, \"items\": \"rows\", \"value\": \"@item[@name]\"}");

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GListModel) records =
                     load_sample (platform, cases[i].object, cases[i].fields, &error);

      g_assert_null (records);
      g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
      g_assert_nonnull (strstr (error->message, "has no object or field"));
    }
  g_assert_cmpuint (mp_test_server_get_n_requests (fixture->server), ==, 0);
}

static void
test_no_sample (MpEngineFixture *fixture, gconstpointer data)
{
  static const char *const fields[] = { "name", NULL };
  g_autoptr (MpPlatform) platform =
                 mp_engine_make_platform (fixture, MP_ENGINE_BEARER, "\"limits\": {}");
  g_autoptr (GError) error = NULL;

  g_assert_null (load_sample (platform, "a", fields, &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_NOT_FOUND);
}

static void
test_humanised_names (void)
{
  static const char *const cases[][2] = {
    { "first_name", "First name" },
    { "dateOfBirth", "Date of birth" },
    { "HTMLBody", "HTML body" },
    { "websiteURL", "Website URL" },
    { "FIRST_NAME", "First name" },
    { "URL", "URL" },
    { "address2Line", "Address2 line" },
    { "group.field-x", "Group field x" },
    { "__x__", "X" },
    { "Already Two Words", "Already Two Words" },
    { "straße_nr", "Straße nr" },
    { "élan", "Élan" },
    { "___", "___" },
    { "", "" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *label = mp_humanise (cases[i][0]);

      g_assert_cmpstr (label, ==, cases[i][1]);
    }
}

/* Without a label in answer or document there is still one that can be read. */
static void
test_labels_of_names (MpEngineFixture *fixture, gconstpointer data)
{
  static const char *const expected[] = { "Home page", "Date of birth", "Said" };
  g_autoptr (MpPlatform) platform = mp_engine_make_platform (
      fixture, MP_ENGINE_BEARER,
      "\"fields\": {\"request\": {\"path\": \"/f\"}, \"items\": \"@item\", \"name\": \"n\","
      " \"label\": \"l\", \"type\": \"n\","
      " \"static\": [{\"name\": \"home_page\", \"type\": \"url\"}]}");
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) fields = NULL;

  mp_engine_add_reply (fixture, "/api/f", NULL,
                       "[{\"n\": \"dateOfBirth\"}, {\"n\": \"x_y\", \"l\": \"Said\"}]");
  fields = mp_engine_load_fields (platform, "o", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_list_model_get_n_items (fields), ==, G_N_ELEMENTS (expected));
  for (unsigned int i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      g_autoptr (MpCrmField) field = g_list_model_get_item (fields, i);

      g_assert_cmpstr (mp_crm_field_get_label (field), ==, expected[i]);
    }
}

/* How values are written is told to whoever writes them. */
static void
test_write (MpEngineFixture *fixture, gconstpointer data)
{
  g_autoptr (MpPlatform) silent = mp_engine_make_platform (fixture, MP_ENGINE_BEARER, two_ways);
  g_autoptr (MpPlatform) platform = mp_engine_make_platform (
      fixture, MP_ENGINE_BEARER,
      "\"objects\": {\"static\": [{\"name\": \"o\"}]}, \"write\": {\"custom_place\": "
      "\"data.custom\","
      " \"entries\": {\"name\": \"field\", \"value\": \"value\"}, \"multiple\": \";\","
      " \"date\": \"YYYY-MM-DD\", \"datetime\": \"epoch_ms\", \"zone\": \"UTC\","
      " \"boolean\": [\"1\", \"0\"]}");
  const MpWriteSpec *write = mp_platform_get_write (platform);

  g_assert_null (mp_platform_get_write (silent));
  g_assert_cmpstr (write->place, ==, "");
  g_assert_cmpstr (write->custom_place, ==, "data.custom");
  g_assert_cmpstr (write->entry_name, ==, "field");
  g_assert_cmpstr (write->entry_value, ==, "value");
  g_assert_cmpstr (write->multiple, ==, ";");
  g_assert_cmpstr (write->date, ==, "YYYY-MM-DD");
  g_assert_cmpstr (write->datetime, ==, "epoch_ms");
  g_assert_cmpstr (write->zone, ==, "UTC");
  g_assert_cmpstr (write->true_text, ==, "1");
  g_assert_cmpstr (write->false_text, ==, "0");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  mp_engine_add_test ("/platforms/lists/list-by-object", test_list_by_object);
  mp_engine_add_test ("/platforms/lists/no-list-fits", test_no_list_fits);
  mp_engine_add_test ("/platforms/lists/when-that-fails", test_when_that_fails);
  mp_engine_add_test ("/platforms/lists/whole-static-field", test_whole_static_field);
  mp_engine_add_test ("/platforms/lists/first", test_first);
  mp_engine_add_test ("/platforms/lists/prefix", test_prefix);
  mp_engine_add_test ("/platforms/lists/empty-map", test_empty_map);
  mp_engine_add_test ("/platforms/lists/sample", test_sample);
  mp_engine_add_test ("/platforms/lists/sample-injects-nothing", test_sample_injects_nothing);
  mp_engine_add_test ("/platforms/lists/no-sample", test_no_sample);
  mp_engine_add_test ("/platforms/lists/items-of-joins", test_items_of_joins);
  mp_engine_add_test ("/platforms/lists/no-items-of-joins", test_no_items_of_joins);
  mp_engine_add_test ("/platforms/lists/items-beside-a-refusal", test_items_beside_a_refusal);
  mp_engine_add_test ("/platforms/lists/items-on-some-pages", test_items_on_some_pages);
  mp_engine_add_test ("/platforms/lists/write", test_write);
  g_test_add_func ("/platforms/lists/humanised-names", test_humanised_names);
  mp_engine_add_test ("/platforms/lists/labels-of-names", test_labels_of_names);

  return g_test_run ();
}
