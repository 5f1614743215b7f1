/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-record.h"

#include <string.h>

#include "mp-error.h"
#include "mp-json.h"
#include "mp-mapping-entry.h"

#define RECORD_ID "01890000-0000-7000-8000-000000000001"

static JsonObject *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  JsonObject *object = mp_json_parse_object (text, -1, &error);

  g_assert_no_error (error);
  return object;
}

static MpRecord *
read_record (const char *text)
{
  g_autoptr (JsonObject) object = parse (text);
  g_autoptr (GError) error = NULL;
  MpRecord *record = mp_record_new_from_json (object, &error);

  g_assert_no_error (error);
  return record;
}

/* A record whose content is @content, without its braces. */
static MpRecord *
read_content (const char *content)
{
  g_autofree char *text = g_strdup_printf ("{\"id\":\"" RECORD_ID "\",%s}", content);

  return read_record (text);
}

static MpChanges *
read_changes (const char *text)
{
  g_autoptr (JsonObject) object = parse (text);
  g_autoptr (GError) error = NULL;
  MpChanges *changes = mp_changes_new_from_json (object, &error);

  g_assert_no_error (error);
  return changes;
}

static char *
write_content (MpRecord *record)
{
  return mp_json_to_canonical (mp_record_get_content (record));
}

static char *
write_changes (MpChanges *changes)
{
  g_autoptr (JsonNode) node = mp_json_node_take_object (mp_changes_to_json (changes));

  return mp_json_to_canonical (node);
}

static void
assert_content (MpRecord *record, const char *expected)
{
  g_autofree char *content = write_content (record);

  g_assert_cmpstr (content, ==, expected);
}

static void
test_new (void)
{
  g_autoptr (MpRecord) record = mp_record_new (RECORD_ID, (MpStamp){ 1000000, "anna" });
  g_autoptr (JsonNode) node = mp_json_node_take_object (mp_record_to_json (record));
  g_autofree char *text = mp_json_to_canonical (node);

  g_assert_cmpstr (mp_record_get_id (record), ==, RECORD_ID);
  g_assert_null (mp_record_get_revision (record));
  g_assert_null (mp_record_get_name (record));
  g_assert_false (mp_record_get_archived (record));
  g_assert_cmpstr (text, ==,
                   "{\"archived\":false,"
                   "\"created\":{\"at\":\"1970-01-01T00:00:01.000000Z\",\"by\":\"anna\"},"
                   "\"id\":\"" RECORD_ID "\","
                   "\"updated\":{\"at\":\"1970-01-01T00:00:01.000000Z\",\"by\":\"anna\"}}");
}

static void
test_round_trip (void)
{
  static const char text[] =
      "{\"accounting\":{\"connection\":{\"environment\":\"demo\"}},\"archived\":true,"
      "\"created\":{\"at\":\"2026-05-01T10:00:00.000000Z\",\"by\":\"anna\"},"
      "\"crm\":{\"member_fields\":{\"email\":\"Email\",\"photoUrl\":{\"not_sent\":\"none\"}}},"
      "\"from_a_newer_version\":{\"a\":{\"b\":{\"c\":[1,{\"d\":null}]}}},"
      "\"id\":\"" RECORD_ID "\",\"name\":\"North\",\"revision\":\"e.12\","
      "\"updated\":{\"at\":\"2026-05-02T10:00:00.500000Z\",\"by\":\"ben\"}}";
  g_autoptr (MpRecord) record = read_record (text);
  g_autoptr (JsonNode) node = mp_json_node_take_object (mp_record_to_json (record));
  g_autofree char *written = mp_json_to_canonical (node);

  g_assert_cmpstr (written, ==, text);
  g_assert_cmpstr (mp_record_get_revision (record), ==, "e.12");
  g_assert_cmpstr (mp_record_get_name (record), ==, "North");
  g_assert_true (mp_record_get_archived (record));
  g_assert_cmpstr (mp_record_get_created (record).by, ==, "anna");
  g_assert_cmpstr (mp_record_get_updated (record).by, ==, "ben");
  g_assert_cmpint (mp_record_get_updated (record).at_unix_us % G_USEC_PER_SEC, ==, 500000);
}

static void
test_refuses (void)
{
  static const char *const invalid[] = {
    "{}",
    "{\"id\":1}",
    "{\"id\":null}",
    "{\"id\":\"\"}",
    "{\"id\":\"../../etc/passwd\"}",
    "{\"id\":\"01890000-0000-7000-8000-00000000000A\"}",
    "{\"id\":\"" RECORD_ID "\",\"archived\":1}",
    "{\"id\":\"" RECORD_ID "\",\"archived\":\"true\"}",
    "{\"id\":\"" RECORD_ID "\",\"archived\":{}}",
    "{\"id\":\"" RECORD_ID "\",\"created\":\"2026\"}",
    "{\"id\":\"" RECORD_ID "\",\"created\":{\"at\":\"yesterday\"}}",
    "{\"id\":\"" RECORD_ID "\",\"updated\":[]}",
    "{\"id\":\"" RECORD_ID "\",\"updated\":{\"at\":\"2026-02-30T10:00:00Z\"}}",
  };

  for (size_t i = 0; i < G_N_ELEMENTS (invalid); i++)
    {
      g_autoptr (JsonObject) object = parse (invalid[i]);
      g_autoptr (GError) error = NULL;
      g_autoptr (MpRecord) record = mp_record_new_from_json (object, &error);

      g_test_message ("%s", invalid[i]);
      g_assert_null (record);
      g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
    }
}

static void
test_any_content (void)
{
  /* a draft is kept, however wrong it is */
  g_autoptr (MpRecord) record = read_content (
      "\"name\":[1],\"crm\":\"text\",\"accounting\":{\"platform\":{\"x\":1}}");

  assert_content (record,
                  "{\"accounting\":{\"platform\":{\"x\":1}},\"crm\":\"text\",\"name\":[1]}");
  g_assert_null (mp_record_get_name (record));
  g_assert_null (mp_record_get_string (record, "/crm/platform"));
  g_assert_false (mp_record_is_set (record, "/crm/platform"));
}

static void
test_prunes (void)
{
  g_autoptr (MpRecord) record = read_content (
      "\"name\":null,\"crm\":{\"platform\":null,\"member_fields\":{\"a\":null}},\"accounting\":{},"
      "\"payment_gateway\":{\"connection\":{},\"api_key\":\"\"},\"odd\":{\"x\":{\"y\":{}}}");

  assert_content (record, "{\"odd\":{\"x\":{\"y\":{}}},\"payment_gateway\":{\"api_key\":\"\"}}");
  g_assert_false (mp_record_is_set (record, "/payment_gateway/api_key"));
}

static void
test_input_stays (void)
{
  g_autoptr (JsonObject) object =
                 parse ("{\"id\":\"" RECORD_ID "\",\"crm\":{\"a\":null,\"b\":{}}}");
  g_autoptr (MpRecord) record = mp_record_new_from_json (object, NULL);

  g_assert_true (json_object_has_member (object, "id"));
  g_assert_true (json_object_has_member (json_object_get_object_member (object, "crm"), "a"));
  json_object_set_string_member (object, "name", "later");
  g_assert_null (mp_record_get_name (record));
}

static void
test_output_is_free (void)
{
  g_autoptr (MpRecord) record = read_content ("\"crm\":{\"platform\":\"hubspot\"}");
  g_autoptr (JsonObject) object = mp_record_to_json (record);

  json_object_set_string_member (mp_json_get_object (object, "crm"), "platform", "salesforce");
  g_assert_cmpstr (mp_record_get_string (record, "/crm/platform"), ==, "hubspot");
}

static void
test_limit (void)
{
  g_autoptr (JsonObject) content = json_object_new ();
  g_autoptr (MpRecord) record = mp_record_new (RECORD_ID, (MpStamp){ 0 });
  g_autoptr (MpRecord) full = NULL;
  g_autoptr (GError) error = NULL;

  for (unsigned int i = 0; i < MP_CHANGES_MAX_SIZE; i++)
    {
      g_autofree char *name = g_strdup_printf ("m%u", i);

      json_object_set_int_member (content, name, i);
    }
  full = mp_record_with_content (record, content, &error);
  g_assert_no_error (error);

  json_object_set_int_member (content, "one more", 1);
  g_assert_null (mp_record_with_content (record, content, &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
  g_clear_error (&error);

  json_object_set_string_member (content, "id", RECORD_ID);
  g_assert_null (mp_record_new_from_json (content, &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
}

static void
test_paths (void)
{
  g_autoptr (MpRecord) record = read_content (
      "\"name\":\"N\",\"crm\":{\"platform\":\"h\",\"member_fields\":{\"email\":\"E\",\"a/b\":"
      "{\"not_sent\":\"r\"}},\"list\":[{\"x\":1}]},\"crm2\":1");
  g_auto (GStrv) all = mp_record_list_paths (record, NULL);
  g_auto (GStrv) crm = mp_record_list_paths (record, "/crm");
  g_auto (GStrv) one = mp_record_list_paths (record, "/crm/platform");
  g_auto (GStrv) none = mp_record_list_paths (record, "/accounting");
  g_autofree char *all_text = g_strjoinv (" ", all);
  g_autofree char *crm_text = g_strjoinv (" ", crm);
  g_autofree char *one_text = g_strjoinv (" ", one);

  g_assert_cmpstr (crm_text, ==,
                   "/crm/list /crm/member_fields/a~1b /crm/member_fields/email /crm/platform");
  g_assert_cmpstr (all_text, ==,
                   "/crm/list /crm/member_fields/a~1b /crm/member_fields/email /crm/platform /crm2 "
                   "/name");
  g_assert_cmpstr (one_text, ==, "/crm/platform");
  g_assert_cmpuint (g_strv_length (none), ==, 0);
}

static void
test_with_changes (void)
{
  static const struct
  {
    const char *changes;
    const char *content;
  } cases[] = {
    { "{}", "{\"crm\":{\"m\":{\"a\":\"A\",\"b\":\"B\"},\"platform\":\"h\"},\"name\":\"N\"}" },
    { "{\"/name\":null}", "{\"crm\":{\"m\":{\"a\":\"A\",\"b\":\"B\"},\"platform\":\"h\"}}" },
    { "{\"/crm/m/a\":null,\"/crm/m/b\":null}", "{\"crm\":{\"platform\":\"h\"},\"name\":\"N\"}" },
    { "{\"/crm/m\":null,\"/crm/platform\":null}", "{\"name\":\"N\"}" },
    { "{\"/crm\":null}", "{\"name\":\"N\"}" },
    { "{\"/x/y/z\":null,\"/crm/platform/z\":null}",
      "{\"crm\":{\"m\":{\"a\":\"A\",\"b\":\"B\"},\"platform\":\"h\"},\"name\":\"N\"}" },
    { "{\"/crm\":null,\"/x/y/z\":[1],\"/x/w\":{\"p\":{}}}",
      "{\"name\":\"N\",\"x\":{\"w\":{\"p\":{}},\"y\":{\"z\":[1]}}}" },
    { "{\"/crm/m\":{\"c\":\"C\"},\"/crm/platform\":\"s\"}",
      "{\"crm\":{\"m\":{\"c\":\"C\"},\"platform\":\"s\"},\"name\":\"N\"}" },
    { "{\"/crm\":{},\"/name\":{\"deep\":{\"x\":true}}}", "{\"name\":{\"deep\":{\"x\":true}}}" },
    { "{\"/crm/platform/deep\":1,\"/crm/m\":null}",
      "{\"crm\":{\"platform\":{\"deep\":1}},\"name\":\"N\"}" },
    { "{\"/crm/m/a~1b\":\"x\",\"/crm/m/a\":null,\"/crm/m/b\":null,\"/crm/platform\":null}",
      "{\"crm\":{\"m\":{\"a/b\":\"x\"}},\"name\":\"N\"}" },
  };
  g_autoptr (MpRecord) record = read_content (
      "\"name\":\"N\",\"crm\":{\"platform\":\"h\",\"m\":{\"a\":\"A\",\"b\":\"B\"}}");

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (MpChanges) changes = read_changes (cases[i].changes);
      g_autoptr (MpRecord) changed = mp_record_with_changes (record, changes);
      g_autoptr (MpChanges) diff = mp_record_diff (record, changed);
      g_autoptr (MpRecord) again = mp_record_with_changes (record, diff);

      assert_content (changed, cases[i].content);
      assert_content (again, cases[i].content);
      g_assert_true (mp_record_equal_content (again, changed));
    }
  assert_content (record, cases[0].content);
}

static void
test_diff (void)
{
  g_autoptr (MpRecord) from = read_content (
      "\"name\":\"N\",\"crm\":{\"platform\":\"h\",\"m\":{\"a\":\"A\",\"b\":{\"not_sent\":\"r\"}}}");
  g_autoptr (MpRecord) to = read_content ("\"name\":\"N\",\"crm\":{\"m\":{\"a\":\"A2\",\"b\":{"
                                          "\"not_sent\":\"r2\"},\"c\":\"C\"}},\"n\":1");
  g_autoptr (MpChanges) diff = mp_record_diff (from, to);
  g_autoptr (MpChanges) back = mp_record_diff (to, from);
  g_autoptr (MpChanges) nothing = mp_record_diff (to, to);
  g_autofree char *text = write_changes (diff);
  g_autofree char *back_text = write_changes (back);

  g_assert_cmpstr (text, ==,
                   "{\"/crm/m/a\":\"A2\",\"/crm/m/b\":{\"not_sent\":\"r2\"},\"/crm/m/c\":\"C\","
                   "\"/crm/platform\":null,\"/n\":1}");
  g_assert_cmpstr (back_text, ==,
                   "{\"/crm/m/a\":\"A\",\"/crm/m/b\":{\"not_sent\":\"r\"},\"/crm/m/c\":null,"
                   "\"/crm/platform\":\"h\",\"/n\":null}");
  g_assert_cmpuint (mp_changes_get_size (nothing), ==, 0);
  g_assert_true (mp_record_equal_content (to, to));
  g_assert_false (mp_record_equal_content (from, to));
}

static void
test_diff_between_shapes (void)
{
  static const char *const contents[] = {
    "\"x\":1",
    "\"crm\":\"text\"",
    "\"crm\":{\"m\":\"text\"}",
    "\"crm\":{\"m\":{\"a\":\"A\"}}",
    "\"crm\":{\"m\":{\"a\":{\"not_sent\":\"r\"}},\"n\":[1]}",
    "\"crm\":[{\"m\":1}]",
  };

  for (size_t i = 0; i < G_N_ELEMENTS (contents); i++)
    {
      for (size_t j = 0; j < G_N_ELEMENTS (contents); j++)
        {
          g_autoptr (MpRecord) from = read_content (contents[i]);
          g_autoptr (MpRecord) to = read_content (contents[j]);
          g_autoptr (MpChanges) diff = mp_record_diff (from, to);
          g_autoptr (MpRecord) changed = mp_record_with_changes (from, diff);

          g_assert_true (mp_record_equal_content (changed, to));
        }
    }
}

static void
test_with_content (void)
{
  g_autoptr (MpRecord) record = read_record ("{\"id\":\"" RECORD_ID "\",\"revision\":\"e.1\","
                                             "\"archived\":true,\"name\":\"N\"}");
  g_autoptr (JsonObject) sent_back = parse ("{\"id\":\"" RECORD_ID "\",\"revision\":\"e.9\","
                                            "\"archived\":false,\"created\":1,\"name\":\"M\"}");
  g_autoptr (JsonObject) other = parse ("{\"id\":\"01890000-0000-7000-8000-000000000002\"}");
  g_autoptr (JsonObject) odd = parse ("{\"id\":7}");
  g_autoptr (GError) error = NULL;
  g_autoptr (MpRecord) changed = mp_record_with_content (record, sent_back, &error);

  g_assert_no_error (error);
  assert_content (changed, "{\"name\":\"M\"}");
  g_assert_cmpstr (mp_record_get_revision (changed), ==, "e.1");
  g_assert_true (mp_record_get_archived (changed));

  g_assert_null (mp_record_with_content (record, other, &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (mp_record_with_content (record, odd, &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
}

static void
test_with_state (void)
{
  g_autoptr (MpRecord) record = read_content ("\"name\":\"N\"");
  g_autoptr (MpRecord) revised = mp_record_with_revision (record, "e.5", (MpStamp){ 5, "ben" });
  g_autoptr (MpRecord) archived = mp_record_with_archived (revised, TRUE);
  g_autoptr (MpRecord) unrevised = mp_record_with_revision (archived, NULL, (MpStamp){ 0 });

  g_assert_null (mp_record_get_revision (record));
  g_assert_cmpstr (mp_record_get_revision (archived), ==, "e.5");
  g_assert_cmpstr (mp_record_get_updated (archived).by, ==, "ben");
  g_assert_true (mp_record_get_archived (archived));
  g_assert_false (mp_record_get_archived (revised));
  g_assert_null (mp_record_get_revision (unrevised));
  g_assert_null (mp_record_get_updated (unrevised).by);
  g_assert_true (mp_record_equal_content (record, unrevised));
}

static void
test_changes_list (void)
{
  g_autoptr (MpChanges) changes = mp_changes_new ();
  g_autoptr (MpChanges) later = read_changes ("{\"/b\":null,\"/d\":4}");
  g_autoptr (MpChanges) copy = NULL;
  g_autofree char *text = NULL;
  g_autofree char *copy_text = NULL;

  mp_changes_set_string (changes, "/c", "3");
  mp_changes_set_string (changes, "/a", "1");
  mp_changes_set_string (changes, "/b", "2");
  mp_changes_unset (changes, "/a");
  mp_changes_set (changes, "/e", NULL);
  mp_changes_forget (changes, "/e");
  mp_changes_forget (changes, "/missing");

  g_assert_cmpuint (mp_changes_get_size (changes), ==, 3);
  g_assert_cmpstr (mp_changes_get_path (changes, 0), ==, "/a");
  g_assert_true (JSON_NODE_HOLDS_NULL (mp_changes_get_value (changes, 0)));
  g_assert_true (mp_changes_contains (changes, "/a"));
  g_assert_false (mp_changes_contains (changes, "/d"));
  g_assert_null (mp_changes_get (changes, "/d"));
  g_assert_cmpstr (json_node_get_string (mp_changes_get (changes, "/b")), ==, "2");

  copy = mp_changes_copy (changes);
  mp_changes_merge (changes, later);
  text = write_changes (changes);
  copy_text = write_changes (copy);
  g_assert_cmpstr (text, ==, "{\"/a\":null,\"/b\":null,\"/c\":\"3\",\"/d\":4}");
  g_assert_cmpstr (copy_text, ==, "{\"/a\":null,\"/b\":\"2\",\"/c\":\"3\"}");
}

static void
test_changes_copy_values (void)
{
  g_autoptr (MpChanges) changes = mp_changes_new ();
  g_autoptr (JsonNode) value = mp_mapping_not_sent_new ("a");

  mp_changes_set (changes, "/x", value);
  json_object_set_string_member (json_node_get_object (value), "not_sent", "b");
  g_assert_cmpstr (mp_mapping_get_not_sent (mp_changes_get (changes, "/x")), ==, "a");
}

static void
test_changes_refuse (void)
{
  static const char *const not_paths[] = {
    "",         "name",      "/a/b/c/d", "/id",  "/revision", "/created/at",
    "/updated", "/archived", "/a~2",     "/a/~", "a/b",       "#/a",
  };

  for (size_t i = 0; i < G_N_ELEMENTS (not_paths); i++)
    {
      g_autofree char *text = g_strdup_printf ("{\"/name\":1,\"%s\":1}", not_paths[i]);
      g_autoptr (JsonObject) object = parse (text);
      g_autoptr (GError) error = NULL;
      g_autoptr (MpChanges) changes = mp_changes_new_from_json (object, &error);

      g_assert_false (mp_changes_is_path (not_paths[i]));
      g_assert_null (changes);
      g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
    }
  g_assert_false (mp_changes_is_path (NULL));
  g_assert_true (mp_changes_is_path ("/name"));
  g_assert_true (mp_changes_is_path ("/crm/member_fields/a~1b"));
}

static void
test_changes_limit (void)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (GError) error = NULL;

  for (unsigned int i = 0; i <= MP_CHANGES_MAX_SIZE; i++)
    {
      g_autofree char *path = g_strdup_printf ("/m%u", i);

      json_object_set_int_member (object, path, i);
    }
  g_assert_null (mp_changes_new_from_json (object, &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
}

static void *
read_everything (void *user_data)
{
  for (unsigned int i = 0; i < 300; i++)
    {
      g_autoptr (MpRecord) changed = NULL;
      g_autoptr (MpChanges) changes = mp_changes_new ();
      g_autoptr (JsonObject) object = mp_record_to_json (user_data);

      mp_changes_set_string (changes, "/crm/platform", "s");
      changed = mp_record_with_changes (user_data, changes);
      g_assert_cmpstr (mp_record_get_string (changed, "/crm/platform"), ==, "s");
      g_assert_cmpstr (mp_record_get_string (user_data, "/crm/platform"), ==, "h");
      g_assert_cmpint (json_object_get_size (object), ==, 4);
    }
  return NULL;
}

static void
test_threads (void)
{
  g_autoptr (MpRecord) record = read_content (
      "\"name\":\"N\",\"crm\":{\"platform\":\"h\",\"m\":{\"a\":{\"not_sent\":\"r\"}}}");
  GThread *threads[4];

  for (size_t i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("record", read_everything, record);
  for (size_t i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/record/new-is-empty", test_new);
  g_test_add_func ("/core/record/round-trip-keeps-the-unknown", test_round_trip);
  g_test_add_func ("/core/record/refuses-wrong-own-members", test_refuses);
  g_test_add_func ("/core/record/keeps-any-content", test_any_content);
  g_test_add_func ("/core/record/prunes-what-says-nothing", test_prunes);
  g_test_add_func ("/core/record/input-stays-the-callers", test_input_stays);
  g_test_add_func ("/core/record/output-is-a-copy", test_output_is_free);
  g_test_add_func ("/core/record/limits-values", test_limit);
  g_test_add_func ("/core/record/lists-paths", test_paths);
  g_test_add_func ("/core/record/with-changes", test_with_changes);
  g_test_add_func ("/core/record/diff", test_diff);
  g_test_add_func ("/core/record/diff-between-shapes", test_diff_between_shapes);
  g_test_add_func ("/core/record/with-content-leaves-own-members", test_with_content);
  g_test_add_func ("/core/record/with-revision-and-archived", test_with_state);
  g_test_add_func ("/core/record/crosses-threads", test_threads);
  g_test_add_func ("/core/changes/list", test_changes_list);
  g_test_add_func ("/core/changes/values-are-copied", test_changes_copy_values);
  g_test_add_func ("/core/changes/refuse-what-is-no-path", test_changes_refuse);
  g_test_add_func ("/core/changes/limit", test_changes_limit);
  return g_test_run ();
}
