/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-merge.h"

#include <string.h>

#include "mp-error.h"
#include "mp-json.h"
#include "mp-mapping-entry.h"

#define RECORD_ID "01890000-0000-7000-8000-000000000001"

/* What most of the cases start from. */
#define BASE                                                                                       \
  "\"name\":\"N\",\"crm\":{\"platform\":\"hubspot\",\"api_key\":\"k\",\"member_object\":"          \
  "\"contacts\","                                                                                  \
  "\"event_tag\":\"tag\",\"member_fields\":{\"email\":\"email\",\"phone\":\"phone\"}}"

static MpRecord *
read_record (const char *content, gboolean archived)
{
  g_autofree char *text =
      g_strdup_printf ("{\"id\":\"" RECORD_ID "\",\"archived\":%s%s%s}",
                       archived ? "true" : "false", content[0] != '\0' ? "," : "", content);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) object = mp_json_parse_object (text, -1, &error);
  MpRecord *record;

  g_assert_no_error (error);
  record = mp_record_new_from_json (object, &error);
  g_assert_no_error (error);
  return record;
}

static MpChanges *
read_changes (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) object = mp_json_parse_object (text, -1, &error);
  MpChanges *changes;

  g_assert_no_error (error);
  changes = mp_changes_new_from_json (object, &error);
  g_assert_no_error (error);
  return changes;
}

static MpRecord *
edit (MpRecord *record, const char *changes_text, gboolean archived)
{
  g_autoptr (MpChanges) changes = read_changes (changes_text);
  g_autoptr (MpRecord) changed = mp_record_with_changes (record, changes);

  return mp_record_with_archived (changed, archived);
}

/* "/path base mine theirs" for each conflict, joined by "; ". */
static char *
write_conflicts (GPtrArray *conflicts)
{
  GString *text = g_string_new (NULL);

  for (unsigned int i = 0; i < conflicts->len; i++)
    {
      MpConflict *conflict = conflicts->pdata[i];
      JsonNode *values[] = { mp_conflict_get_base (conflict), mp_conflict_get_mine (conflict),
                             mp_conflict_get_theirs (conflict) };

      g_assert_cmpstr (mp_conflict_get_record_id (conflict), ==, RECORD_ID);
      if (i > 0)
        g_string_append (text, "; ");
      g_string_append (text, mp_conflict_get_path (conflict));
      for (size_t j = 0; j < G_N_ELEMENTS (values); j++)
        {
          g_autofree char *value = values[j] != NULL ? mp_json_to_canonical (values[j]) : NULL;

          g_string_append_printf (text, " %s", value != NULL ? value : "-");
        }
    }
  return g_string_free (text, FALSE);
}

typedef struct
{
  const char *what;
  const char *mine;   /* changes on BASE */
  const char *theirs; /* changes on BASE */
  const char *merged; /* changes on BASE */
  const char *conflicts;
} MergeCase;

static void
check_merge (const MergeCase *c)
{
  MpRegistry *registry = mp_registry_get_default ();
  g_autoptr (MpRecord) base = read_record (BASE, FALSE);
  g_autoptr (MpRecord) mine = edit (base, c->mine, FALSE);
  g_autoptr (MpRecord) theirs = edit (base, c->theirs, FALSE);
  g_autoptr (MpRecord) expected = edit (base, c->merged, FALSE);
  g_autoptr (GPtrArray) conflicts = NULL;
  g_autoptr (MpRecord) merged = mp_merge_three_way (registry, base, mine, theirs, &conflicts);
  g_autofree char *merged_text = mp_json_to_canonical (mp_record_get_content (merged));
  g_autofree char *expected_text = mp_json_to_canonical (mp_record_get_content (expected));
  g_autofree char *text = write_conflicts (conflicts);

  g_test_message ("%s", c->what);
  g_assert_cmpstr (text, ==, c->conflicts);
  g_assert_cmpstr (merged_text, ==, expected_text);
}

static void
test_paths (void)
{
  static const MergeCase cases[] = {
    { "nothing changed", "{}", "{}", "{}", "" },
    { "only mine", "{\"/name\":\"M\"}", "{}", "{\"/name\":\"M\"}", "" },
    { "only theirs", "{}", "{\"/name\":\"T\"}", "{\"/name\":\"T\"}", "" },
    { "different paths", "{\"/name\":\"M\"}", "{\"/crm/event_tag\":\"t\"}",
      "{\"/name\":\"M\",\"/crm/event_tag\":\"t\"}", "" },
    { "different fields of a mapping",
      "{\"/crm/member_fields/email\":\"m\",\"/crm/member_fields/x\":\"x\"}",
      "{\"/crm/member_fields/phone\":null}",
      "{\"/crm/member_fields/email\":\"m\",\"/crm/member_fields/x\":\"x\","
      "\"/crm/member_fields/phone\":null}",
      "" },
    { "the same change", "{\"/name\":\"S\"}", "{\"/name\":\"S\"}", "{\"/name\":\"S\"}", "" },
    { "both unset", "{\"/name\":null}", "{\"/name\":null}", "{\"/name\":null}", "" },
    { "different values", "{\"/name\":\"M\"}", "{\"/name\":\"T\"}", "{\"/name\":\"T\"}",
      "/name \"N\" \"M\" \"T\"" },
    { "mine unset, theirs changed", "{\"/name\":null}", "{\"/name\":\"T\"}", "{\"/name\":\"T\"}",
      "/name \"N\" - \"T\"" },
    { "mine changed, theirs unset", "{\"/name\":\"M\"}", "{\"/name\":null}", "{\"/name\":null}",
      "/name \"N\" \"M\" -" },
    { "both add, differently", "{\"/crm/course_tag\":\"a\"}", "{\"/crm/course_tag\":\"b\"}",
      "{\"/crm/course_tag\":\"b\"}", "/crm/course_tag - \"a\" \"b\"" },
    { "reasons differ", "{\"/crm/member_fields/phone\":{\"not_sent\":\"a\"}}",
      "{\"/crm/member_fields/phone\":{\"not_sent\":\"b\"}}",
      "{\"/crm/member_fields/phone\":{\"not_sent\":\"b\"}}",
      "/crm/member_fields/phone \"phone\" {\"not_sent\":\"a\"} {\"not_sent\":\"b\"}" },
    { "a conflict beside changes of both", "{\"/name\":\"M\",\"/accounting/platform\":\"xero\"}",
      "{\"/name\":\"T\",\"/crm/event_tag\":\"t\"}",
      "{\"/name\":\"T\",\"/accounting/platform\":\"xero\",\"/crm/event_tag\":\"t\"}",
      "/name \"N\" \"M\" \"T\"" },
    { "unknown members merge too", "{\"/new/part/a\":1}", "{\"/new/part/b\":2}",
      "{\"/new/part/a\":1,\"/new/part/b\":2}", "" },
    { "conflicts in path order",
      "{\"/name\":\"M\",\"/accounting/platform\":\"a\",\"/crm/order_object\":\"c\"}",
      "{\"/name\":\"T\",\"/accounting/platform\":\"b\",\"/crm/order_object\":\"d\"}",
      "{\"/name\":\"T\",\"/accounting/platform\":\"b\",\"/crm/order_object\":\"d\"}",
      "/accounting/platform - \"a\" \"b\"; /crm/order_object - \"c\" \"d\"; /name \"N\" \"M\" "
      "\"T\"" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    check_merge (&cases[i]);
}

static void
test_determinants (void)
{
  static const MergeCase cases[] = {
    { "I map a field, they change the object", "{\"/crm/member_fields/email\":\"m\"}",
      "{\"/crm/member_object\":\"leads\"}", "{\"/crm/member_object\":\"leads\"}",
      "/crm/member_fields/email \"email\" \"m\" \"email\"" },
    { "I map a field, they change the platform", "{\"/crm/event_tag\":\"m\"}",
      "{\"/crm/platform\":\"salesforce\"}", "{\"/crm/platform\":\"salesforce\"}",
      "/crm/event_tag \"tag\" \"m\" \"tag\"" },
    { "over two steps: an order field by the order object by the platform",
      "{\"/crm/order_fields/total\":\"m\"}", "{\"/crm/platform\":\"salesforce\"}",
      "{\"/crm/platform\":\"salesforce\"}", "/crm/order_fields/total - \"m\" -" },
    { "I change the object, they map a field", "{\"/crm/member_object\":\"leads\"}",
      "{\"/crm/member_fields/email\":\"t\"}",
      "{\"/crm/member_object\":\"leads\",\"/crm/member_fields/email\":\"t\"}",
      "/crm/member_fields/email \"email\" \"email\" \"t\"" },
    { "I change the platform, they the key", "{\"/crm/platform\":\"salesforce\"}",
      "{\"/crm/api_key\":\"k2\"}", "{\"/crm/platform\":\"salesforce\",\"/crm/api_key\":\"k2\"}",
      "/crm/api_key \"k\" \"k\" \"k2\"" },
    { "both change the object alike, then a field each",
      "{\"/crm/member_object\":\"leads\",\"/crm/member_fields/email\":\"m\"}",
      "{\"/crm/member_object\":\"leads\",\"/crm/member_fields/phone\":\"t\"}",
      "{\"/crm/member_object\":\"leads\",\"/crm/member_fields/email\":\"m\","
      "\"/crm/member_fields/phone\":\"t\"}",
      "" },
    { "both change the object differently",
      "{\"/crm/member_object\":\"leads\",\"/crm/member_fields/email\":\"m\"}",
      "{\"/crm/member_object\":\"people\"}", "{\"/crm/member_object\":\"people\"}",
      "/crm/member_fields/email \"email\" \"m\" \"email\"; "
      "/crm/member_object \"contacts\" \"leads\" \"people\"" },
    { "they change the object and my change is theirs too", "{\"/crm/member_fields/email\":\"x\"}",
      "{\"/crm/member_object\":\"leads\",\"/crm/member_fields/email\":\"x\"}",
      "{\"/crm/member_object\":\"leads\",\"/crm/member_fields/email\":\"x\"}", "" },
    { "another section's platform is no determinant", "{\"/crm/event_tag\":\"m\"}",
      "{\"/accounting/platform\":\"xero\"}",
      "{\"/crm/event_tag\":\"m\",\"/accounting/platform\":\"xero\"}", "" },
    { "the order object does not determine member fields", "{\"/crm/member_fields/email\":\"m\"}",
      "{\"/crm/order_object\":\"deals\"}",
      "{\"/crm/member_fields/email\":\"m\",\"/crm/order_object\":\"deals\"}", "" },
    { "a setting of the connection hangs on the platform",
      "{\"/payment_gateway/connection/site\":\"m\"}", "{\"/payment_gateway/platform\":\"stripe\"}",
      "{\"/payment_gateway/platform\":\"stripe\"}", "/payment_gateway/connection/site - \"m\" -" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    check_merge (&cases[i]);
}

static void
test_archive (void)
{
  static const struct
  {
    gboolean base;
    gboolean mine;
    const char *my_edit;
    gboolean theirs;
    const char *their_edit;
    gboolean merged;
    const char *conflicts;
  } cases[] = {
    { FALSE, TRUE, "{}", FALSE, "{}", TRUE, "" },
    { FALSE, FALSE, "{}", TRUE, "{}", TRUE, "" },
    { FALSE, TRUE, "{}", TRUE, "{}", TRUE, "" },
    { TRUE, FALSE, "{}", TRUE, "{}", FALSE, "" },
    { FALSE, TRUE, "{\"/name\":\"M\"}", FALSE, "{}", TRUE, "" },
    { FALSE, TRUE, "{\"/name\":\"M\"}", TRUE, "{\"/crm/event_tag\":\"t\"}", TRUE, "" },
    { FALSE, TRUE, "{}", FALSE, "{\"/name\":\"T\"}", FALSE, " false true false" },
    { FALSE, FALSE, "{\"/name\":\"M\"}", TRUE, "{}", TRUE, " false false true" },
    { TRUE, FALSE, "{}", TRUE, "{\"/name\":\"T\"}", TRUE, " true false true" },
    { FALSE, FALSE, "{\"/name\":\"M\"}", TRUE, "{\"/name\":\"T\"}", TRUE,
      " false false true; /name \"N\" \"M\" \"T\"" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (MpRecord) base = read_record (BASE, cases[i].base);
      g_autoptr (MpRecord) mine = edit (base, cases[i].my_edit, cases[i].mine);
      g_autoptr (MpRecord) theirs = edit (base, cases[i].their_edit, cases[i].theirs);
      g_autoptr (GPtrArray) conflicts = NULL;
      g_autoptr (MpRecord) merged = mp_merge_three_way (mp_registry_get_default (), base, mine,
                                                        theirs, &conflicts);
      g_autofree char *text = write_conflicts (conflicts);

      g_test_message ("%zu", i);
      g_assert_cmpstr (text, ==, cases[i].conflicts);
      g_assert_cmpint (mp_record_get_archived (merged), ==, cases[i].merged);
    }
}

static void
test_revision (void)
{
  g_autoptr (MpRecord) base = read_record (BASE, FALSE);
  g_autoptr (MpRecord) mine = edit (base, "{\"/name\":\"M\"}", FALSE);
  g_autoptr (MpRecord) theirs = mp_record_with_revision (base, "e.7", (MpStamp){ 7, "ben" });
  g_autoptr (GPtrArray) conflicts = NULL;
  g_autoptr (MpRecord) merged =
                 mp_merge_three_way (mp_registry_get_default (), base, mine, theirs, &conflicts);

  g_assert_cmpstr (mp_record_get_revision (merged), ==, "e.7");
  g_assert_cmpstr (mp_record_get_updated (merged).by, ==, "ben");
  g_assert_cmpstr (mp_record_get_name (merged), ==, "M");
}

/* Whatever both do: each of their edits is in the result or in a conflict. */
static void
test_no_edit_is_lost (void)
{
  static const char *const paths[] = { "/name",
                                       "/crm/platform",
                                       "/crm/member_object",
                                       "/crm/event_tag",
                                       "/crm/member_fields/email",
                                       "/crm/member_fields/phone",
                                       "/accounting/platform" };
  static const char *const values[] = { "a", "b", NULL };
  g_autoptr (GRand) chance = g_rand_new_with_seed (20260501);
  g_autoptr (MpRecord) base = read_record (BASE, FALSE);

  for (unsigned int round = 0; round < 2000; round++)
    {
      g_autoptr (GPtrArray) conflicts = NULL;
      g_autoptr (GHashTable) disputed = g_hash_table_new (g_str_hash, g_str_equal);
      MpRecord *sides[2] = { g_object_ref (base), g_object_ref (base) };
      g_autoptr (MpRecord) merged = NULL;

      for (unsigned int side = 0; side < 2; side++)
        {
          for (int n = g_rand_int_range (chance, 0, 4); n > 0; n--)
            {
              g_autoptr (MpChanges) changes = mp_changes_new ();
              g_autoptr (MpRecord) before = sides[side];

              mp_changes_set_string (changes,
                                     paths[g_rand_int_range (chance, 0, G_N_ELEMENTS (paths))],
                                     values[g_rand_int_range (chance, 0, G_N_ELEMENTS (values))]);
              sides[side] = mp_record_with_changes (before, changes);
            }
        }

      merged =
          mp_merge_three_way (mp_registry_get_default (), base, sides[0], sides[1], &conflicts);
      for (unsigned int i = 0; i < conflicts->len; i++)
        g_hash_table_add (disputed, (char *) mp_conflict_get_path (conflicts->pdata[i]));

      for (size_t i = 0; i < G_N_ELEMENTS (paths); i++)
        {
          JsonNode *before = mp_record_get_value (base, paths[i]);
          JsonNode *mine = mp_record_get_value (sides[0], paths[i]);
          JsonNode *theirs = mp_record_get_value (sides[1], paths[i]);
          JsonNode *after = mp_record_get_value (merged, paths[i]);

          if (g_hash_table_contains (disputed, paths[i]))
            g_assert_true (mp_json_node_equal (after, theirs));
          else if (!mp_json_node_equal (mine, before))
            g_assert_true (mp_json_node_equal (after, mine));
          else
            g_assert_true (mp_json_node_equal (after, theirs));
        }

      g_clear_object (&sides[0]);
      g_clear_object (&sides[1]);
    }
}

static void
test_build_expect (void)
{
  static const struct
  {
    const char *set;
    const char *expect;
  } cases[] = {
    { "{}", "{}" },
    { "{\"/name\":\"M\"}", "{\"/name\":\"N\"}" },
    { "{\"/crm/course_tag\":\"c\"}",
      "{\"/crm/course_tag\":null,\"/crm/member_object\":\"contacts\",\"/crm/"
      "platform\":\"hubspot\"}" },
    { "{\"/crm/order_fields/total\":\"c\"}", "{\"/crm/order_fields/total\":null,\"/crm/"
                                             "order_object\":null,\"/crm/platform\":\"hubspot\"}" },
    { "{\"/crm/platform\":\"salesforce\",\"/crm/api_key\":null}",
      "{\"/crm/api_key\":\"k\",\"/crm/platform\":\"hubspot\"}" },
    { "{\"/crm/member_fields/phone\":null}",
      "{\"/crm/member_fields/phone\":\"phone\",\"/crm/member_object\":\"contacts\","
      "\"/crm/platform\":\"hubspot\"}" },
    { "{\"/unknown/path\":1}", "{\"/unknown/path\":null}" },
  };
  g_autoptr (MpRecord) seen = read_record (BASE, FALSE);

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (MpChanges) set = read_changes (cases[i].set);
      g_autoptr (MpChanges) expect = mp_merge_build_expect (mp_registry_get_default (), seen, set);
      g_autoptr (JsonNode) node = mp_json_node_take_object (mp_changes_to_json (expect));
      g_autofree char *text = mp_json_to_canonical (node);

      g_assert_cmpstr (text, ==, cases[i].expect);
    }
}

static void
test_check_expect (void)
{
  static const struct
  {
    const char *what;
    const char *set;
    const char *expect;
    const char *conflicts;
  } cases[] = {
    { "as seen", "{\"/name\":\"M\"}", "{\"/name\":\"N\"}", "" },
    { "already so", "{\"/name\":\"N\"}", "{\"/name\":\"old\"}", "" },
    { "changed", "{\"/name\":\"M\"}", "{\"/name\":\"old\"}", "/name \"old\" \"M\" \"N\"" },
    { "set meanwhile", "{\"/name\":\"M\"}", "{\"/name\":null}", "/name - \"M\" \"N\"" },
    { "unset meanwhile", "{\"/accounting/platform\":\"a\"}", "{\"/accounting/platform\":\"b\"}",
      "/accounting/platform \"b\" \"a\" -" },
    { "unset already", "{\"/accounting/platform\":null}", "{\"/accounting/platform\":\"b\"}", "" },
    { "I unset what was changed", "{\"/name\":null}", "{\"/name\":\"old\"}",
      "/name \"old\" - \"N\"" },
    { "the platform was changed", "{\"/crm/course_tag\":\"c\"}",
      "{\"/crm/course_tag\":null,\"/crm/member_object\":\"contacts\",\"/crm/"
      "platform\":\"salesforce\"}",
      "/crm/platform \"salesforce\" \"salesforce\" \"hubspot\"" },
    { "the platform was not looked at", "{\"/crm/course_tag\":\"c\"}",
      "{\"/crm/course_tag\":null,\"/crm/member_object\":\"contacts\"}",
      "/crm/platform - - \"hubspot\"" },
    { "nothing was looked at", "{\"/name\":\"M\"}", "{}", "/name - \"M\" \"N\"" },
    { "all of several", "{\"/name\":\"M\",\"/crm/event_tag\":\"e\"}",
      "{\"/name\":\"x\",\"/crm/event_tag\":\"y\",\"/crm/member_object\":\"z\",\"/crm/platform\":"
      "\"hubspot\"}",
      "/crm/event_tag \"y\" \"e\" \"tag\"; /crm/member_object \"z\" \"z\" \"contacts\"; "
      "/name \"x\" \"M\" \"N\"" },
    { "a path beside", "{\"/name\":\"M\"}", "{\"/name\":\"N\",\"/x\":1}", "/x 1 1 -" },
  };
  g_autoptr (MpRecord) current = read_record (BASE, FALSE);

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (MpChanges) set = read_changes (cases[i].set);
      g_autoptr (MpChanges) expect = read_changes (cases[i].expect);
      g_autoptr (GPtrArray) conflicts =
                     mp_merge_check_expect (mp_registry_get_default (), current, set, expect);
      g_autofree char *text = write_conflicts (conflicts);

      g_test_message ("%s", cases[i].what);
      g_assert_cmpstr (text, ==, cases[i].conflicts);
    }
}

static void
test_conflict_json (void)
{
  g_autoptr (JsonNode) mine = mp_json_node_new_string ("m");
  g_autoptr (JsonNode) theirs = mp_mapping_not_sent_new ("r");
  g_autoptr (MpConflict) conflict = mp_conflict_new (RECORD_ID, "/crm/x", NULL, mine, theirs);
  g_autoptr (JsonNode) node = mp_json_node_take_object (mp_conflict_to_json (conflict));
  g_autoptr (GError) error = NULL;
  g_autoptr (MpConflict) again = NULL;
  g_autofree char *text = mp_json_to_canonical (node);

  g_assert_cmpstr (text, ==,
                   "{\"base\":null,\"pointer\":\"/crm/x\",\"record\":\"" RECORD_ID "\","
                   "\"theirs\":{\"not_sent\":\"r\"},\"yours\":\"m\"}");
  again = mp_conflict_new_from_json (json_node_get_object (node), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (mp_conflict_get_record_id (again), ==, RECORD_ID);
  g_assert_cmpstr (mp_conflict_get_path (again), ==, "/crm/x");
  g_assert_null (mp_conflict_get_base (again));
  g_assert_true (mp_json_node_equal (mp_conflict_get_mine (again), mine));
  g_assert_true (mp_json_node_equal (mp_conflict_get_theirs (again), theirs));
}

static void
test_conflict_refuses (void)
{
  static const char *const invalid[] = { "{}", "{\"pointer\":1}", "{\"pointer\":\"x\"}",
                                         "{\"pointer\":\"/a/b/c/d\"}", "{\"pointer\":\"/id\"}" };
  g_autoptr (JsonObject) archived = mp_json_parse_object ("{\"pointer\":\"\"}", -1, NULL);
  g_autoptr (MpConflict) conflict = mp_conflict_new_from_json (archived, NULL);

  g_assert_nonnull (conflict);
  g_assert_null (mp_conflict_get_record_id (conflict));
  for (size_t i = 0; i < G_N_ELEMENTS (invalid); i++)
    {
      g_autoptr (JsonObject) object = mp_json_parse_object (invalid[i], -1, NULL);
      g_autoptr (GError) error = NULL;

      g_assert_null (mp_conflict_new_from_json (object, &error));
      g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/merge/path-by-path", test_paths);
  g_test_add_func ("/core/merge/meaning-changed-is-a-conflict", test_determinants);
  g_test_add_func ("/core/merge/archive-against-edit", test_archive);
  g_test_add_func ("/core/merge/keeps-their-revision", test_revision);
  g_test_add_func ("/core/merge/no-edit-is-lost", test_no_edit_is_lost);
  g_test_add_func ("/core/merge/expect-holds-what-was-seen", test_build_expect);
  g_test_add_func ("/core/merge/expect-finds-what-changed", test_check_expect);
  g_test_add_func ("/core/merge/conflict-reads-back", test_conflict_json);
  g_test_add_func ("/core/merge/conflict-refuses", test_conflict_refuses);
  return g_test_run ();
}
