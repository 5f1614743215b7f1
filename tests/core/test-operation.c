/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-operation.h"

#include <string.h>

#include "mp-error.h"
#include "mp-json.h"

#define OP_ID "01890000-0000-7000-8000-0000000000aa"
#define TARGET_ID "01890000-0000-7000-8000-000000000001"
#define HEAD "\"op\":\"" OP_ID "\",\"target\":\"" TARGET_ID "\""

static MpOperation *
read_operation (const char *text, GError **error)
{
  g_autoptr (JsonObject) object = mp_json_parse_object (text, -1, error);

  g_assert_nonnull (object);
  return mp_operation_new_from_json (object, error);
}

static char *
write_operation (MpOperation *operation)
{
  g_autoptr (JsonNode) node = mp_json_node_take_object (mp_operation_to_json (operation));

  return mp_json_to_canonical (node);
}

static void
test_round_trip (void)
{
  static const char *const texts[] = {
    "{\"action\":\"create\"," HEAD "}",
    "{\"action\":\"create\"," HEAD ",\"set\":{\"/crm/platform\":\"hubspot\",\"/name\":\"N\"}}",
    "{\"action\":\"update\",\"base\":\"e.4\",\"expect\":{\"/crm/platform\":\"hubspot\",\"/"
    "name\":null},"
    "" HEAD ",\"set\":{\"/name\":{\"not_sent\":\"r\"}}}",
    "{\"action\":\"update\",\"expect\":{\"/name\":\"N\"}," HEAD ",\"set\":{\"/name\":null}}",
    "{\"action\":\"archive\",\"base\":\"e.4\"," HEAD "}",
    "{\"action\":\"restore\",\"base\":\"e.4\"," HEAD "}",
    "{\"action\":\"add\"," HEAD ",\"payload\":{\"key_id\":\"k\",\"kind\":\"crm\",\"label\":\"L\","
    "\"mode\":\"live\",\"platform\":\"hubspot\",\"sealed\":\"c2VhbGVk\",\"unknown\":[1]}}",
    "{\"action\":\"replace\"," HEAD ",\"payload\":{\"key_id\":\"k\",\"sealed\":\"c2VhbGVk\"}}",
    "{\"action\":\"rename\"," HEAD ",\"payload\":{\"label\":\"L\"}}",
    "{\"action\":\"revoke\"," HEAD "}",
    "{\"action\":\"use\"," HEAD
    ",\"payload\":{\"at\":\"2026-05-01T10:00:00Z\",\"purpose\":\"test\"}}",
  };

  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MpOperation) operation = read_operation (texts[i], &error);
      g_autoptr (MpOperation) again = NULL;
      g_autofree char *text = NULL;
      g_autofree char *sorted = NULL;
      g_autoptr (JsonNode) node = mp_json_parse (texts[i], -1, NULL);

      g_test_message ("%s", texts[i]);
      g_assert_no_error (error);
      text = write_operation (operation);
      sorted = mp_json_to_canonical (node);
      g_assert_cmpstr (text, ==, sorted);

      again =
          mp_operation_new (mp_operation_get_op (operation), mp_operation_get_action (operation),
                            mp_operation_get_target (operation), mp_operation_get_base (operation),
                            mp_operation_get_set (operation), mp_operation_get_expect (operation),
                            mp_operation_get_payload (operation));
      g_free (sorted);
      sorted = write_operation (again);
      g_assert_cmpstr (text, ==, sorted);
    }
}

static void
test_refuses (void)
{
  static const struct
  {
    const char *text;
    const char *names; /* what the message names */
  } cases[] = {
    { "{}", "“op” is missing" },
    { "{\"op\":\"1\",\"action\":\"create\",\"target\":\"" TARGET_ID "\"}", "“op”" },
    { "{\"op\":7,\"action\":\"create\",\"target\":\"" TARGET_ID "\"}", "“op”" },
    { "{\"op\":\"" OP_ID "\",\"action\":\"create\"}", "“target”" },
    { "{\"op\":\"" OP_ID "\",\"action\":\"create\",\"target\":\"x\"}", "“target”" },
    { "{" HEAD "}", "“action”" },
    { "{\"action\":\"\"," HEAD "}", "no action “”" },
    { "{\"action\":\"delete\"," HEAD "}", "“delete”" },
    { "{\"action\":\"Create\"," HEAD "}", "“Create”" },
    { "{\"action\":null," HEAD "}", "“action”" },
    { "{\"action\":\"create\"," HEAD ",\"set\":[]}", "“set”" },
    { "{\"action\":\"create\"," HEAD ",\"set\":{\"name\":1}}", "“name”" },
    { "{\"action\":\"create\"," HEAD ",\"set\":{\"/revision\":\"e.9\"}}", "“/revision”" },
    { "{\"action\":\"create\"," HEAD ",\"set\":{\"/a/b/c/d\":1}}", "“/a/b/c/d”" },
    { "{\"action\":\"update\"," HEAD "}", "changes nothing" },
    { "{\"action\":\"update\"," HEAD ",\"set\":{}}", "changes nothing" },
    { "{\"action\":\"update\"," HEAD ",\"set\":{\"/name\":1}}", "lacks “/name”" },
    { "{\"action\":\"update\"," HEAD ",\"set\":{\"/name\":1,\"/b\":2},\"expect\":{\"/name\":1}}",
      "lacks “/b”" },
    { "{\"action\":\"update\"," HEAD ",\"set\":{\"/name\":1},\"expect\":\"/name\"}", "“expect”" },
    { "{\"action\":\"update\"," HEAD ",\"set\":{\"/name\":1},\"expect\":{\"/name\":1,\"x\":1}}",
      "“expect”" },
    { "{\"action\":\"archive\"," HEAD "}", "“base”" },
    { "{\"action\":\"archive\"," HEAD ",\"base\":5}", "“base”" },
    { "{\"action\":\"restore\"," HEAD "}", "“base”" },
    { "{\"action\":\"add\"," HEAD "}", "payload is missing" },
    { "{\"action\":\"add\"," HEAD ",\"payload\":[]}", "“payload”" },
    { "{\"action\":\"add\"," HEAD
      ",\"payload\":{\"kind\":\"crm\",\"platform\":\"p\",\"label\":\"l\","
      "\"mode\":\"live\",\"key_id\":\"k\"}}",
      "“sealed”" },
    { "{\"action\":\"add\"," HEAD
      ",\"payload\":{\"kind\":\"crm\",\"platform\":\"p\",\"label\":\"l\","
      "\"mode\":\"live\",\"key_id\":\"k\",\"sealed\":1}}",
      "“sealed”" },
    { "{\"action\":\"replace\"," HEAD ",\"payload\":{\"sealed\":\"x\"}}", "“key_id”" },
    { "{\"action\":\"rename\"," HEAD ",\"payload\":{}}", "“label”" },
    { "{\"action\":\"use\"," HEAD ",\"payload\":{\"at\":\"x\"}}", "“purpose”" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MpOperation) operation = read_operation (cases[i].text, &error);

      g_test_message ("%s", cases[i].text);
      g_assert_null (operation);
      g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
      if (strstr (error->message, cases[i].names) == NULL)
        g_assert_cmpstr (error->message, ==, cases[i].names);
    }
}

static void
test_copies (void)
{
  g_autoptr (MpChanges) set = mp_changes_new ();
  g_autoptr (JsonObject) payload = json_object_new ();
  g_autoptr (MpOperation) operation = NULL;
  g_autofree char *text = NULL;

  mp_changes_set_string (set, "/name", "N");
  json_object_set_string_member (payload, "label", "L");
  operation = mp_operation_new (OP_ID, MP_ACTION_CREATE, TARGET_ID, NULL, set, NULL, payload);
  mp_changes_set_string (set, "/name", "M");
  json_object_set_string_member (payload, "label", "M");

  text = write_operation (operation);
  g_assert_cmpstr (text, ==,
                   "{\"action\":\"create\",\"op\":\"" OP_ID "\",\"payload\":{\"label\":\"L\"},"
                   "\"set\":{\"/name\":\"N\"},\"target\":\"" TARGET_ID "\"}");
  g_assert_cmpuint (mp_changes_get_size (mp_operation_get_expect (operation)), ==, 0);
}

static void
test_actions (void)
{
  for (MpAction action = MP_ACTION_CREATE; action <= MP_ACTION_USE; action++)
    {
      MpAction read;

      g_assert_true (mp_action_from_string (mp_action_to_string (action), &read));
      g_assert_cmpint (read, ==, action);
      g_assert_cmpint (mp_action_is_credential (action), ==, action >= MP_ACTION_ADD);
    }
}

static void
test_unknown_action (void)
{
  MpAction action = MP_ACTION_USE;

  g_assert_false (mp_action_from_string (NULL, &action));
  g_assert_false (mp_action_from_string ("", &action));
  g_assert_false (mp_action_from_string ("destroy", &action));
  g_assert_cmpint (action, ==, MP_ACTION_USE);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/operation/round-trip", test_round_trip);
  g_test_add_func ("/core/operation/refuses-what-is-incomplete", test_refuses);
  g_test_add_func ("/core/operation/copies-what-it-is-given", test_copies);
  g_test_add_func ("/core/operation/actions-have-names", test_actions);
  g_test_add_func ("/core/operation/unknown-action", test_unknown_action);
  return g_test_run ();
}
