/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-error.h"
#include "mp-json.h"
#include "mp-platforms.h"

/* The smallest document that may be used. */
static const char minimal[] =
    "{\"id\": \"small\", \"version\": 1, \"kind\": \"payment\", \"label\": \"Small\","
    " \"credential\": [{\"id\": \"key\", \"label\": \"Key\"}],"
    " \"hosts\": [\"api.example.org\"], \"base\": \"https://api.example.org\","
    " \"auth\": {\"kind\": \"bearer\", \"token\": \"{key}\"},"
    " \"test\": {\"request\": {\"path\": \"/me\"}}}";

static MpFieldErrors *
check (const char *text)
{
  g_autoptr (GError) error = NULL;
  MpFieldErrors *faults = mp_platform_check_document (text, -1, &error);

  g_assert_no_error (error);
  return faults;
}

/* The minimal document with one member of the pointer's object set or, with NULL, removed. */
static char *
make_changed (const char *pointer, const char *name, const char *json)
{
  g_autoptr (JsonNode) root = mp_json_parse (minimal, -1, NULL);
  JsonObject *object = json_node_get_object (mp_pointer_get (root, pointer));

  if (json != NULL)
    json_object_set_member (object, name, mp_json_parse (json, -1, NULL));
  else
    json_object_remove_member (object, name);
  return mp_json_to_text (root);
}

static void
test_shipped_are_right (void)
{
  g_autoptr (GDir) dir = g_dir_open (MP_PLATFORMS_DATA, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (MP_PLATFORMS_DATA, name, NULL);
      g_autofree char *text = NULL;
      g_autoptr (MpFieldErrors) faults = NULL;

      if (!g_str_has_suffix (name, ".json") || g_str_equal (name, "platform.schema.json"))
        continue;
      g_test_message ("%s", path);
      g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
      faults = check (text);
      for (unsigned int j = 0; j < mp_field_errors_get_size (faults); j++)
        {
          const MpFieldError *fault = mp_field_errors_get (faults, j);
          g_autofree char *message = mp_field_error_dup_text (fault);

          g_test_message ("%s: %s", fault->pointer, message);
        }
      g_assert_cmpuint (mp_field_errors_get_size (faults), ==, 0);
    }
}

static void
test_minimal_is_right (void)
{
  g_autoptr (MpFieldErrors) faults = check (minimal);

  g_assert_cmpuint (mp_field_errors_get_size (faults), ==, 0);
}

static void
test_faults_name_their_pointer (void)
{
  static const struct
  {
    const char *pointer; /* of the object changed */
    const char *name;
    const char *json; /* (nullable): removed */
    const char *fault;
  } cases[] = {
    { "", "colour", "1", "/colour" },
    { "", "hosts", NULL, "/hosts" },
    { "", "hosts", "[]", "/hosts" },
    { "", "hosts", "[\"*\"]", "/hosts/0" },
    { "", "base", NULL, "/base" },
    { "", "base", "{\"setting\": \"where\", \"values\": {}}", "/base/setting" },
    { "/test/request", "json", "{\"query\": \"{{ a }\"}", "/test/request/json/query" },
    { "", "base", "\"https://{region}.example.org\"", "/base" },
    /* A key has no place in an address. */
    { "", "base", "\"https://api.example.org/{key}\"", "/base" },
    { "/test/request", "path", "\"/me/{key}\"", "/test/request/path" },
    { "/test/request", "query", "{\"k\": \"{key}\"}", "/test/request/query/k" },
    { "/test/request", "path", "\"me\"", "/test/request/path" },
    { "/test/request", "methd", "\"GET\"", "/test/request/methd" },
    { "/test/request", "method", "\"DELETE\"", "/test/request/method" },
    { "/test/request", "json", "{\"a\": [\"{nobody}\"]}", "/test/request/json/a/0" },
    { "", "auth", NULL, "/auth" },
    { "", "auth", "{\"kind\": \"magic\"}", "/auth/kind" },
    { "", "auth", "{\"kind\": \"basic\", \"user\": \"{key}\"}", "/auth/password" },
    { "", "auth", "{\"kind\": \"bearer\", \"token\": 1}", "/auth/token" },
    { "", "auth", "{\"kind\": \"header\"}", "/auth/headers" },
    { "", "auth", "{\"kind\": \"none\", \"token\": \"{key}\"}", "/auth/token" },
    { "", "auth", "{\"kind\": \"query\"}", "/auth/parameters" },
    { "", "auth", "{\"kind\": \"query\", \"parameters\": {}}", "/auth/parameters" },
    { "", "auth", "{\"kind\": \"query\", \"parameters\": {\"k\": \"{kay}\"}}",
      "/auth/parameters/k" },
    { "", "auth", "{\"kind\": \"token\"}", "/auth/request" },
    { "", "auth", "{\"kind\": \"token\", \"request\": {\"path\": \"/t/{key}\"}}",
      "/auth/request/path" },
    { "", "auth", "{\"kind\": \"token\", \"request\": {\"address\": \"https://x/{key}\"}}",
      "/auth/request/address" },
    { "", "auth",
      "{\"kind\": \"token\", \"request\": {\"path\": \"/t\", \"address\": \"https://x/\"}}",
      "/auth/request/address" },
    { "", "auth",
      "{\"kind\": \"token\", \"request\": {\"path\": \"/t\", \"form\": {\"t\": \"{token}\"}}}",
      "/auth/request/form/t" },
    { "", "auth",
      "{\"kind\": \"token\", \"request\": {\"path\": \"/t\"}, \"scheme\": \"S\","
      " \"headers\": {\"A\": \"{token}\"}}",
      "/auth/scheme" },
    { "", "auth",
      "{\"kind\": \"token\", \"request\": {\"path\": \"/t\"}, \"basic\": {\"user\": \"u\"}}",
      "/auth/basic/password" },
    { "", "auth", "{\"kind\": \"token\", \"request\": {\"path\": \"/t\"}, \"token\": \"(\"}",
      "/auth/token" },
    { "", "auth", "{\"kind\": \"token\", \"request\": {\"path\": \"/t\"}, \"refused\": \"=\"}",
      "/auth/refused" },
    { "", "prepare", "[1]", "/prepare/0" },
    { "", "prepare", "[{\"values\": {\"a\": \"b\"}}]", "/prepare/0/request" },
    { "", "prepare", "[{\"request\": {\"path\": \"/p\"}, \"values\": {\"A b\": \"b\"}}]",
      "/prepare/0/values/A b" },
    { "", "prepare", "[{\"request\": {\"path\": \"/p\"}, \"values\": {\"key\": \"b\"}}]",
      "/prepare/0/values/key" },
    { "", "prepare", "[{\"request\": {\"path\": \"/p\"}, \"values\": {\"object\": \"b\"}}]",
      "/prepare/0/values/object" },
    { "", "prepare",
      "[{\"request\": {\"path\": \"/p\"}, \"values\": {\"a\": \"b\"}},"
      " {\"request\": {\"path\": \"/p\"}, \"values\": {\"a\": \"b\"}}]",
      "/prepare/1/values/a" },
    { "", "prepare",
      "[{\"request\": {\"path\": \"/{b}\"}},"
      " {\"request\": {\"path\": \"/p\"}, \"values\": {\"b\": \"b\"}}]",
      "/prepare/0/request/path" },
    { "", "prepare", "[{\"request\": {\"path\": \"/p\"}, \"refused\": \"a ==\"}]",
      "/prepare/0/refused" },
    { "", "test", "{\"account\": \"{a}\"}", "/test/request" },
    { "/test/request", "path", "\"/me/{object}\"", "/test/request/path" },
    { "", "connection", "[{\"id\": \"page\", \"label\": \"P\"}]", "/connection" },
    { "", "test", NULL, "/test" },
    { "/test", "account", "[\"{a\"]", "/test/account/0" },
    { "/test", "account_id", "\"a ==\"", "/test/account_id" },
    { "/test", "joins", "{\"key\": {\"request\": {\"path\": \"/\"}}}", "/test/joins/key" },
    { "", "kind", "\"crm\"", "/objects" },
    { "", "objects", "{}", "/objects" },
    { "", "objects", "{\"static\": [{\"label\": \"x\"}]}", "/objects/static/0/name" },
    { "", "objects", "{\"static\": [1]}", "/objects/static/0" },
    { "", "objects", "{\"request\": {\"path\": \"/o\"}, \"items\": \"o\"}", "/objects/name" },
    { "", "objects",
      "{\"request\": {\"path\": \"/o\"}, \"items\": \"o\", \"entries\": \"o\", \"name\": \"n\"}",
      "/objects/entries" },
    { "", "objects",
      "{\"request\": {\"path\": \"/o\"}, \"items\": \"o\", \"name\": \"n\","
      " \"paging\": {\"kind\": \"cursor_body\", \"query\": \"c\"}}",
      "/objects/paging/next" },
    { "", "objects",
      "{\"request\": {\"path\": \"/o\"}, \"items\": \"o\", \"name\": \"n\", \"type\": \"t\"}",
      "/objects/type" },
    { "", "objects", "[]", "/objects" },
    { "", "objects",
      "{\"conditional\": true, \"request\": {\"path\": \"/o\"}, \"items\": \"o\", \"name\": \"n\","
      " \"paging\": {\"kind\": \"page\", \"query\": \"p\"}}",
      "/objects/conditional" },
    { "", "objects", "{\"conditional\": true, \"static\": [{\"name\": \"a\"}]}",
      "/objects/conditional" },
    { "", "objects", "[1]", "/objects/0" },
    { "", "objects", "[{\"static\": [{\"name\": \"a\"}]}, {\"static\": [{\"name\": \"a\"}]}]",
      "/objects/0/when" },
    { "", "objects", "[{\"when\": \"(\", \"static\": [{\"name\": \"a\"}]}]", "/objects/0/when" },
    { "", "objects", "{\"static\": [{\"name\": \"a\"}, {\"name\": \"a\"}]}", "/objects/static/1" },
    { "", "objects", "{\"static\": [{\"name\": \"a\"}], \"first\": [\"a\", \"a\"]}",
      "/objects/first/1" },
    { "", "objects", "{\"static\": [{\"name\": \"a\"}], \"first\": [1]}", "/objects/first/0" },
    { "", "fields",
      "{\"static\": [{\"name\": \"a\", \"type\": \"enum\", \"options\": [{\"label\": \"x\"}]}]}",
      "/fields/static/0/options/0/value" },
    { "", "fields", "{\"static\": [{\"name\": \"a\", \"type\": \"enum\", \"restricted\": true}]}",
      "/fields/static/0/options" },
    { "", "fields", "{\"static\": [{\"name\": \"a\", \"type\": \"text\", \"max_length\": -1}]}",
      "/fields/static/0/max_length" },
    { "", "objects",
      "{\"request\": {\"path\": \"/o\"}, \"items\": \"o\", \"name\": \"n\","
      " \"paging\": {\"kind\": \"offset\", \"size\": 5}}",
      "/objects/paging/query" },
    { "", "objects",
      "{\"request\": {\"path\": \"/o\", \"json\": \"after {cursor}\"}, \"items\": \"o\","
      " \"name\": \"n\", \"paging\": {\"kind\": \"cursor_body\", \"next\": \"c\"}}",
      "/objects/paging/query" },
    { "", "objects",
      "{\"request\": {\"path\": \"/o\", \"json\": \"{page}\"}, \"items\": \"o\","
      " \"name\": \"n\", \"paging\": {\"kind\": \"offset\", \"size\": 5}}",
      "/objects/request/json" },
    { "", "write", "{}", "/write" },
    { "", "write", "{\"plaice\": \"a\"}", "/write/plaice" },
    { "", "write", "{\"place\": \"a..b\"}", "/write/place" },
    { "", "write", "{\"custom_place\": \"a b\"}", "/write/custom_place" },
    { "", "write", "{\"entries\": {\"name\": \"field\"}}", "/write/entries/value" },
    { "", "write", "{\"multiple\": \"\"}", "/write/multiple" },
    { "", "write", "{\"date\": \"YYYY-MM\"}", "/write/date" },
    { "", "write", "{\"datetime\": \"YYYY-MM-DD\"}", "/write/datetime" },
    { "", "write", "{\"datetime\": \"%Y-%m-%d\"}", "/write/datetime" },
    { "", "write", "{\"zone\": \"CET\"}", "/write/zone" },
    { "", "write", "{\"boolean\": [\"yes\"]}", "/write/boolean" },
    { "", "write", "{\"boolean\": [\"1\", \"1\"]}", "/write/boolean" },
    { "", "types", "{\"a\": \"texty\"}", "/types/a" },
    { "", "types", "{\"a\": {\"b\": 1}}", "/types/a/b" },
    { "", "errors", "{\"bad_key\": [\"401\"]}", "/errors/bad_key/0" },
    { "", "errors", "{\"throttled\": [{\"status\": 403, \"when\": \"(\"}]}",
      "/errors/throttled/0/when" },
    { "", "errors", "{\"message\": [\"a b\"]}", "/errors/message/0" },
    { "", "errors", "{\"failed\": [{\"status\": 200, \"when\": \"a[?\"}]}",
      "/errors/failed/0/when" },
    { "", "fields",
      "{\"request\": {\"path\": \"/f\"}, \"items\": \"f\", \"name\": \"n\", \"type\": \"t\","
      " \"options\": [{\"items\": \"o\", \"value\": \"v\"}, {\"value\": \"v\"}]}",
      "/fields/options/1/items" },
    { "", "fields",
      "{\"request\": {\"path\": \"/f/{field}\"}, \"items\": \"f\", \"name\": \"n\","
      " \"type\": \"t\"}",
      "/fields/request/path" },
    { "", "mode", "[{\"setting\": \"where\", \"pattern\": \"x\", \"mode\": \"test\"}]",
      "/mode/0/setting" },
    { "", "limits", "{\"reset\": {\"header\": \"x\", \"unit\": \"days\"}}", "/limits/reset/unit" },
    { "", "limits", "{\"reset\": {\"header\": \"x\"}}", "/limits/reset/unit" },
    { "", "limits", "{\"remaining\": {\"pattern\": \"(\"}}", "/limits/remaining/header" },
    { "", "errors", "{\"hints\": [{\"status\": 404}]}", "/errors/hints/0/say" },
    { "", "errors", "{\"hints\": [{\"say\": \"Look.\"}]}", "/errors/hints/0/status" },
    { "", "errors", "{\"hints\": [{\"status\": 404, \"say\": \"a\", \"when\": \"(\"}]}",
      "/errors/hints/0/when" },
    { "", "limits", "{\"limit\": {\"header\": \"x\", \"pattern\": \"(\"}}",
      "/limits/limit/pattern" },
    { "", "errors", "{\"permission\": {\"pattern\": \"x\"}}", "/errors/permission/from" },
    { "", "errors", "{\"permission\": {\"from\": [\"(\"]}}", "/errors/permission/from/0" },
    { "", "errors", "{\"permission\": {\"from\": [\"a\"], \"pattern\": \"(\"}}",
      "/errors/permission/pattern" },
    { "", "objects", "{\"static\": [{\"name\": \"a\"}], \"empty\": [99]}", "/objects/empty/0" },
    { "", "mode", "[{\"part\": \"other\", \"pattern\": \"x\", \"mode\": \"test\"}]",
      "/mode/0/part" },
    { "", "mode", "[{\"part\": \"key\", \"pattern\": \"(\", \"mode\": \"test\"}]",
      "/mode/0/pattern" },
    { "/credential/0", "secrte", "true", "/credential/0/secrte" },
    { "", "connection", "[{\"id\": \"key\", \"label\": \"K\"}]", "/connection" },
    { "", "headers", "{\"A\": \"{nobody}\"}", "/headers/A" },
    { "", "replaces", "1", "/replaces" },
    { "", "verified", "false", "/unverified" },
    { "", "verified", "true", "/verified" },
    { "", "unverified", "\"was not seen\"", "/verified" },
    { "", "unavailable", "\"has no keys\"", "/auth" },
    { "", "unavailable", "\"\"", "/unavailable" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = make_changed (cases[i].pointer, cases[i].name, cases[i].json);
      g_autoptr (MpFieldErrors) faults = check (text);

      g_test_message ("%s", text);
      for (unsigned int j = 0; j < mp_field_errors_get_size (faults); j++)
        g_test_message ("fault at %s", mp_field_errors_get (faults, j)->pointer);
      g_assert_nonnull (mp_field_errors_find (faults, cases[i].fault));
    }
}

/* Both members may be wrong at once: all faults are told. */
static void
test_all_faults_at_once (void)
{
  g_autofree char *text = make_changed ("", "hosts", "[1, \"*\"]");
  g_autoptr (MpFieldErrors) faults = check (text);

  g_assert_cmpuint (mp_field_errors_get_size (faults), ==, 2);
}

static void
test_unknown_member_tells_the_known_ones (void)
{
  g_autofree char *text = make_changed ("/test", "acount", "\"{a}\"");
  g_autoptr (MpFieldErrors) faults = check (text);
  g_autofree char *message = mp_field_error_dup_text (mp_field_errors_get (faults, 0));

  g_assert_cmpstr (
      message, ==,
      "“acount” is not known here; known are request, accepted, joins, account, account_id, "
      "details, test_mode, live_mode");
}

/* What people try first is answered with what to do. */
static void
test_key_in_an_address (void)
{
  static const char *const cases[][3] = {
    { "/test/request", "path", "\"/me/{key}\"" },
    { "/test/request", "query", "{\"k\": \"{key}\"}" },
    { "", "base", "\"https://api.example.org/{key}\"" },
    { "", "auth", "{\"kind\": \"token\", \"request\": {\"address\": \"https://x/{key}\"}}" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = make_changed (cases[i][0], cases[i][1], cases[i][2]);
      g_autoptr (MpFieldErrors) faults = check (text);
      g_autofree char *message = mp_field_error_dup_text (mp_field_errors_get (faults, 0));

      g_assert_true (g_str_has_prefix (message, "“{key}” has no place in an address"));
    }
}

static void
test_no_json_is_an_error (void)
{
  static const char *const cases[] = { "", "[]", "{\"id\": }", "nonsense" };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (mp_platform_check_document (cases[i], -1, &error));
      g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/platforms/document/shipped-are-right", test_shipped_are_right);
  g_test_add_func ("/platforms/document/minimal-is-right", test_minimal_is_right);
  g_test_add_func ("/platforms/document/faults-name-their-pointer", test_faults_name_their_pointer);
  g_test_add_func ("/platforms/document/all-faults-at-once", test_all_faults_at_once);
  g_test_add_func ("/platforms/document/unknown-member-tells-the-known-ones",
                   test_unknown_member_tells_the_known_ones);
  g_test_add_func ("/platforms/document/key-in-an-address", test_key_in_an_address);
  g_test_add_func ("/platforms/document/no-json-is-an-error", test_no_json_is_an_error);

  return g_test_run ();
}
