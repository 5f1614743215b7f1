/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-test-api.h"

#define UNKNOWN_ID "018f0000-0000-7000-8000-000000000000"

static MpTestAnswer *
send (MpTestApi *self, const char *method, const char *path, char *body)
{
  g_autofree char *owned = body;

  return mp_test_api_call (
      self,
      &(MpTestRequest){ .token = self->admin, .method = method, .path = path, .body = owned });
}

/* What the server keeps of a credential: what may be known, and the secret for itself alone. */
static void
test_add (MpTestApi *self, gconstpointer data)
{
  g_autofree char *id = mp_test_api_add_key (self, "stripe", "payment");
  g_autoptr (MpTestAnswer) listed = mp_test_api_get (self, self->user, "/credentials");
  JsonObject *credential = mp_json_array_get_object (mp_json_get_array (listed->body, "items"), 0);
  const MpVaultUse use = { .actor = "test", .role = MP_ROLE_CLIENT_ADMIN, .purpose = "test" };
  g_autoptr (GError) error = NULL;
  g_autoptr (MpSecret) secret = mp_vault_open_secret (self->vault, "demo", id, &use, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (mp_secret_get (secret, "key"), ==, MP_TEST_KEY);
  g_assert_cmpstr (mp_test_string (credential, "/id"), ==, id);
  g_assert_cmpstr (mp_test_string (credential, "/label"), ==, "Shop");
  g_assert_cmpstr (mp_test_string (credential, "/mode"), ==, "test");
  g_assert_cmpstr (mp_test_string (credential, "/hint"), ==, "0815");
  g_assert_cmpstr (mp_test_string (credential, "/created/by"), ==, "anna");
  g_assert_cmpint (mp_json_get_int (credential, "version", 0), ==, 1);
  g_assert_false (json_object_has_member (credential, "sealed"));
}

static void
test_replace_and_revoke (MpTestApi *self, gconstpointer data)
{
  g_autofree char *id = mp_test_api_add_key (self, "stripe", "payment");
  g_autofree char *sealed = mp_test_seal (self, "sk_test_another");
  g_autofree char *secret_path = g_strdup_printf ("/credentials/%s/secret", id);
  g_autofree char *path = g_strdup_printf ("/credentials/%s", id);
  g_autoptr (MpTestAnswer) replaced = send (self, "PUT", secret_path,
                                            g_strdup_printf ("{%s,\"account\":\"Acme\"}", sealed));
  g_autofree char *content = mp_test_content ("Main", id);
  g_autoptr (MpTestAnswer) record = mp_test_api_post (self, "/integration-settings",
                                                      g_strdup_printf ("{%s}", content));
  g_autoptr (MpTestAnswer) in_use = send (self, "DELETE", path, NULL);
  g_autofree char *record_path =
      g_strdup_printf ("/integration-settings/%s", mp_test_string (record->body, "/id"));
  g_autoptr (MpTestAnswer) archived =
                 mp_test_api_call (self, &(MpTestRequest){ .token = self->admin,
                                                           .method = "DELETE",
                                                           .path = record_path,
                                                           .if_match = record->etag });
  g_autoptr (MpTestAnswer) revoked = send (self, "DELETE", path, NULL);
  g_autoptr (MpTestAnswer) again = send (self, "DELETE", path, NULL);
  g_autoptr (MpTestAnswer) too_late =
                 send (self, "PUT", secret_path, g_strdup_printf ("{%s}", sealed));
  g_autoptr (GError) error = NULL;
  g_autoptr (MpDbSecret) row = NULL;

  g_assert_cmpuint (replaced->status, ==, 200);
  g_assert_cmpint (mp_json_get_int (replaced->body, "version", 0), ==, 2);
  g_assert_cmpstr (mp_test_string (replaced->body, "/rotated/by"), ==, "anna");
  g_assert_cmpstr (mp_test_string (replaced->body, "/account"), ==, "Acme");
  g_assert_false (json_object_has_member (replaced->body, "hint"));

  mp_test_assert_problem (in_use, 422, "invalid");
  mp_test_assert_error (in_use->body, "", "credential-in-use");
  g_assert_cmpuint (archived->status, ==, 200);
  g_assert_cmpuint (revoked->status, ==, 200);
  g_assert_true (mp_json_get_boolean (revoked->body, "revoked", FALSE));
  g_assert_cmpuint (again->status, ==, 200);
  mp_test_assert_problem (too_late, 422, "invalid");
  mp_test_assert_error (too_late->body, "", "credential-revoked");

  row = mp_db_get_secret (self->db, "demo", id, &error);
  g_assert_null (row);
}

/* Bad metadata, bad boxes, bad keys: each with its pointer, none with the value. */
static void
test_refusals (MpTestApi *self, gconstpointer data)
{
  g_autofree char *good = mp_test_seal (self, MP_TEST_KEY);
  g_autofree char *wrong_key = mp_test_seal (self, "pk_test_publishable");
  const char *retired = "\"sealed\":\"AAAA\",\"key_id\":\"" UNKNOWN_ID "\"";
  g_autofree char *damaged = g_strdup (good);
  const struct
  {
    const char *metadata;
    const char *sealed;
    unsigned int status;
    const char *code;
    const char *pointer;
    const char *error;
  } cases[] = {
    { "\"kind\":\"payment\",\"platform\":\"stripe\",\"label\":\"x\"", retired, 409, "key-retired",
      "/key_id", "key-retired" },
    { "\"kind\":\"payment\",\"platform\":\"stripe\",\"label\":\"x\"", damaged, 422, "invalid",
      "/sealed", "bad-format" },
    { "\"kind\":\"payment\",\"platform\":\"stripe\",\"label\":\"x\"", wrong_key, 422, "invalid",
      "/sealed", "bad-format" },
    { "\"kind\":\"payment\",\"platform\":\"stripe\",\"label\":\"x\"", "\"x\":1", 422, "invalid",
      "/sealed", "required" },
    { "\"kind\":\"crm\",\"platform\":\"stripe\",\"label\":\"x\"", good, 422, "invalid", "/platform",
      "wrong-kind" },
    { "\"kind\":\"crm\",\"platform\":\"nocrm\",\"label\":\"x\"", good, 422, "invalid", "/platform",
      "unknown-platform" },
    { "\"kind\":\"accounting\",\"platform\":\"ledger\",\"label\":\"x\"", good, 422, "invalid",
      "/platform", "unavailable-platform" },
    { "\"kind\":\"toy\",\"platform\":\"stripe\",\"label\":\"x\"", good, 422, "invalid", "/kind",
      "bad-format" },
    { "\"kind\":\"payment\",\"platform\":\"stripe\"", good, 422, "invalid", "/label", "required" },
    { "\"kind\":\"payment\",\"platform\":\"stripe\",\"label\":\"  \"", good, 422, "invalid",
      "/label", "bad-format" },
    { "\"kind\":\"payment\",\"platform\":\"stripe\",\"label\":5", good, 422, "invalid", "/label",
      "wrong-type" },
    { "\"kind\":[],\"platform\":\"stripe\",\"label\":\"x\"", good, 422, "invalid", "/kind",
      "wrong-type" },
    { "\"kind\":\"payment\",\"platform\":\"stripe\",\"label\":\"x\",\"hnit\":\"0815\"", good, 422,
      "invalid", "/hnit", "unknown-member" },
    { "\"kind\":\"payment\",\"platform\":\"stripe\",\"label\":\"a\\nb\"", good, 422, "invalid",
      "/label", "bad-format" },
    { "\"kind\":\"payment\",\"platform\":\"stripe\",\"label\":\"x\",\"hint\":\"12345\"", good, 422,
      "invalid", "/hint", "too-long" },
    { "\"kind\":\"payment\",\"platform\":\"stripe\",\"label\":\"x\",\"record_id\":\"1\"", good, 422,
      "invalid", "/record_id", "bad-format" },
  };
  g_autoptr (MpTestAnswer) listed = NULL;
  g_autoptr (MpTestAnswer) unknown = NULL;
  g_autoptr (MpTestAnswer) no_uuid = NULL;

  damaged[20] = damaged[20] == 'A' ? 'B' : 'A';
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (MpTestAnswer) answer = mp_test_api_post (
          self, "/credentials", g_strdup_printf ("{%s,%s}", cases[i].metadata, cases[i].sealed));

      g_test_message ("%s %s", cases[i].metadata, cases[i].error);
      mp_test_assert_problem (answer, cases[i].status, cases[i].code);
      mp_test_assert_error (answer->body, cases[i].pointer, cases[i].error);
    }

  unknown =
      send (self, "PUT", "/credentials/" UNKNOWN_ID "/secret", g_strdup_printf ("{%s}", good));
  mp_test_assert_problem (unknown, 404, "not-found");
  no_uuid = send (self, "DELETE", "/credentials/7", NULL);
  mp_test_assert_problem (no_uuid, 404, "not-found");
  listed = mp_test_api_get (self, self->admin, "/credentials");
  g_assert_cmpuint (json_array_get_length (mp_json_get_array (listed->body, "items")), ==, 0);
}

/* The same by batch push: add, use it in a record, rename, note its use, revoke. */
static void
test_push (MpTestApi *self, gconstpointer data)
{
  g_autofree char *sealed = mp_test_seal (self, MP_TEST_KEY);
  g_autofree char *id = mp_test_uuid (self);
  g_autofree char *owner = mp_test_uuid (self);
  g_autofree char *add = g_strdup_printf (
      "\"action\":\"add\",\"target\":\"%s\",\"payload\":{\"kind\":\"crm\",\"platform\":\"hubspot\","
      "\"label\":\"CRM\",\"mode\":\"live\",\"record_id\":\"%s\",%s}",
      id, owner, sealed);
  g_autofree char *rename = g_strdup_printf (
      "\"action\":\"rename\",\"target\":\"%s\",\"payload\":{\"label\":\"New\"}", id);
  g_autofree char *use = g_strdup_printf (
      "\"action\":\"use\",\"target\":\"%s\",\"payload\":{\"purpose\":\"crm.objects\","
      "\"at\":\"2026-05-28T00:00:00Z\"}",
      id);
  g_autofree char *no_purpose =
      g_strdup_printf ("\"action\":\"use\",\"target\":\"%s\",\"payload\":{\"at\":\"x\"}", id);
  g_autofree char *revoke =
      g_strdup_printf ("\"action\":\"revoke\",\"target\":\"%s\",\"payload\":{}", id);
  const struct
  {
    const char *members;
    const char *status;
    const char *pointer;
    const char *value;
  } steps[] = {
    { add, "applied", "/credential/record_id", owner },
    { rename, "applied", "/credential/label", "New" },
    { use, "applied", "/credential/used/by", "anna" },
    { no_purpose, "invalid", "/credential/id", NULL },
    { revoke, "applied", "/credential/id", id },
  };
  g_autoptr (MpTestAnswer) uses = NULL;
  JsonObject *entry;

  for (size_t i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_autofree char *op = mp_test_uuid (self);
      g_autoptr (JsonObject) result = mp_test_push (self, self->admin, op, steps[i].members);

      g_test_message ("%s", steps[i].members);
      g_assert_cmpstr (mp_test_string (result, "/status"), ==, steps[i].status);
      g_assert_cmpstr (mp_test_string (result, steps[i].pointer), ==, steps[i].value);
    }

  uses = mp_test_api_get (self, self->auditor, "/audit?action=credential.use");
  entry = mp_json_array_get_object (mp_json_get_array (uses->body, "entries"), 0);
  g_assert_cmpstr (mp_test_string (entry, "/entry/detail"), ==, "crm.objects");
}

/* A key that is private to one record is not for another. */
static void
test_private (MpTestApi *self, gconstpointer data)
{
  g_autofree char *sealed = mp_test_seal (self, MP_TEST_KEY);
  g_autoptr (MpTestAnswer) key = mp_test_api_post (
      self, "/credentials",
      g_strdup_printf ("{\"kind\":\"payment\",\"platform\":\"stripe\",\"label\":\"x\","
                       "\"record_id\":\"" UNKNOWN_ID "\",%s}",
                       sealed));
  g_autofree char *content = mp_test_content ("Main", mp_test_string (key->body, "/id"));
  g_autoptr (MpTestAnswer) other = mp_test_api_post (self, "/integration-settings",
                                                     g_strdup_printf ("{%s}", content));
  g_autoptr (MpTestAnswer) own = mp_test_api_post (
      self, "/integration-settings", g_strdup_printf ("{\"id\":\"" UNKNOWN_ID "\",%s}", content));

  mp_test_assert_problem (other, 422, "invalid");
  mp_test_assert_error (other->body, "/payment_gateway/api_key", "credential-private");
  g_assert_cmpuint (own->status, ==, 201);
}

/* A secret typed where an id belongs is refused, and kept nowhere: tear-down looks for it. */
static void
test_secret_as_id (MpTestApi *self, gconstpointer data)
{
  g_autofree char *content = mp_test_content ("Main", MP_TEST_KEY);
  g_autofree char *op = mp_test_uuid (self);
  g_autofree char *target = mp_test_uuid (self);
  g_autofree char *members = g_strdup_printf (
      "\"action\":\"create\",\"target\":\"%s\",\"set\":{\"/crm/api_key\":\"" MP_TEST_KEY "\"}",
      target);
  g_autoptr (MpTestAnswer) answer = mp_test_api_post (self, "/integration-settings",
                                                      g_strdup_printf ("{%s}", content));
  g_autoptr (JsonObject) result = mp_test_push (self, self->admin, op, members);

  mp_test_assert_problem (answer, 422, "invalid");
  mp_test_assert_error (answer->body, "/payment_gateway/api_key", "unknown-credential");
  g_assert_cmpstr (mp_test_string (result, "/status"), ==, "invalid");
  mp_test_assert_error (result, "/crm/api_key", "unknown-credential");
}

#define ADD(path, function)                                                                        \
  g_test_add ("/server/api/credentials/" path, MpTestApi, NULL, mp_test_api_set_up, function,      \
              mp_test_api_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  ADD ("keeps-the-secret-to-itself", test_add);
  ADD ("replaces-and-revokes", test_replace_and_revoke);
  ADD ("says-why-not", test_refusals);
  ADD ("takes-operations", test_push);
  ADD ("keeps-private-keys-private", test_private);
  ADD ("keeps-no-secret-in-the-wrong-place", test_secret_as_id);

  return g_test_run ();
}
