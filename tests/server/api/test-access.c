/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-test-api.h"

#define UNKNOWN_ID "018f0000-0000-7000-8000-000000000000"

static void
test_health (MpTestApi *self, gconstpointer data)
{
  g_autoptr (MpTestAnswer) answer = mp_test_api_get (self, NULL, "!/healthz");
  g_autoptr (MpTestAnswer) ready = mp_test_api_get (self, NULL, "!/readyz");

  g_assert_cmpuint (answer->status, ==, 200);
  g_assert_cmpstr (mp_test_string (answer->body, "/status"), ==, "ok");
  g_assert_cmpuint (ready->status, ==, 200);
  g_assert_cmpstr (mp_test_string (ready->body, "/status"), ==, "ready");
}

/* A sample's value; its name and labels are up to there. */
static double
read_sample (const char *line)
{
  char *end;
  const char *space = strrchr (line, ' ');
  double value;

  g_assert_nonnull (space);
  value = g_ascii_strtod (space + 1, &end);
  g_assert_true (end != space + 1 && *end == '\0');
  return value;
}

/* The text form of Prometheus: a family's help and type come before its samples, a name and its
 * labels stand once, and a histogram's buckets add up. */
static void
test_metrics (MpTestApi *self, gconstpointer data)
{
  g_autoptr (MpTestAnswer) refused = mp_test_api_get (self, NULL, "");
  g_autoptr (MpTestAnswer) answer = mp_test_api_get (self, NULL, "!/metrics");
  g_auto (GStrv) lines = g_strsplit (answer->text, "\n", -1);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *family = g_strdup ("-");
  double bucket = 0;

  g_assert_cmpuint (answer->status, ==, 200);
  g_assert_true (g_str_has_suffix (answer->text, "\n"));
  for (unsigned int i = 0; lines[i] != NULL && *lines[i] != '\0'; i++)
    {
      g_test_message ("%s", lines[i]);
      if (g_str_has_prefix (lines[i], "# HELP "))
        {
          g_auto (GStrv) words = g_strsplit (lines[i], " ", 4);
          g_autofree char *type = g_strdup_printf ("# TYPE %s ", words[2]);

          g_free (family);
          family = g_strdup (words[2]);
          g_assert_true (g_hash_table_add (seen, g_strdup (lines[i])));
          g_assert_true (g_str_has_prefix (lines[i + 1], type));
          bucket = 0;
        }
      else if (*lines[i] != '#')
        {
          double value = read_sample (lines[i]);

          g_assert_true (g_regex_match_simple (
              "^[a-z_]+(\\{([a-z]+=\"[^\"\\\\]*\",?)+\\})? [0-9.e+-]+$", lines[i], 0, 0));
          g_assert_true (g_str_has_prefix (lines[i], family));
          g_assert_true (
              g_hash_table_add (seen, g_strndup (lines[i], strrchr (lines[i], ' ') - lines[i])));
          if (strstr (lines[i], "_bucket{") == NULL && strstr (lines[i], "_count ") == NULL)
            continue;
          g_assert_cmpfloat (value, >=, bucket);
          if (strstr (lines[i], "_count ") != NULL)
            g_assert_cmpfloat (value, ==, bucket);
          bucket = value;
        }
    }
  g_assert_nonnull (strstr (answer->text, "mp_http_requests_total{route=\"/v1/tenants/{tenant}\","
                                          "method=\"GET\",status=\"401\"} 1\n"));
  g_assert_nonnull (strstr (answer->text, "\nmp_http_requests_in_flight 1\n"));
}

/* What a rule refuses stands in the trail by the rule's name and place, without the value. */
static void
test_refusals_by_rule (MpTestApi *self, gconstpointer data)
{
  g_autoptr (MpTestAnswer) settings = mp_test_api_post (
      self, "/integration-settings",
      g_strdup ("{\"crm\":{\"platform\":\"nocrm\"},\"made up\":\"a value\"}"));
  g_autoptr (MpTestAnswer) key =
                 mp_test_api_post (self, "/credentials", g_strdup ("{\"made up\":\"a value\"}"));
  g_autoptr (MpTestAnswer) trail = mp_test_api_get (self, self->auditor, "/audit");
  JsonArray *entries = mp_json_get_array (trail->body, "entries");
  JsonObject *last = mp_json_array_get_object (entries, json_array_get_length (entries) - 1);
  JsonObject *first = mp_json_array_get_object (entries, json_array_get_length (entries) - 2);

  g_assert_cmpuint (settings->status, ==, 422);
  g_assert_cmpuint (key->status, ==, 422);
  g_assert_cmpstr (mp_test_string (first, "/entry/action"), ==, "settings.refused");
  g_assert_nonnull (
      strstr (mp_test_string (first, "/entry/detail"), "/crm/platform unknown-platform"));
  g_assert_cmpstr (mp_test_string (last, "/entry/action"), ==, "credential.refused");
  g_assert_nonnull (strstr (mp_test_string (last, "/entry/detail"), "/sealed required"));
  g_assert_null (strstr (mp_test_string (first, "/entry/detail"), "made up"));
  g_assert_null (strstr (mp_test_string (last, "/entry/detail"), "made up"));
}

/* Each role is told what it may do; a sign-in is on the trail, any other look is not. */
static void
test_tenant (MpTestApi *self, gconstpointer data)
{
  const struct
  {
    const char *token;
    const char *role;
    unsigned int n_permissions;
  } cases[] = {
    { self->user, "client_user", 2 },
    { self->admin, "client_admin", 0 },
    { self->auditor, "auditor", 0 },
    { self->staff, "platform_admin", 0 },
  };
  g_autoptr (MpTestAnswer) signed_in = mp_test_api_get (self, self->user, "/?purpose=sign-in");
  g_autoptr (MpTestAnswer) trail = NULL;
  JsonArray *entries;

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (MpTestAnswer) answer = mp_test_api_get (self, cases[i].token, "");

      g_assert_cmpuint (answer->status, ==, 200);
      g_assert_cmpstr (mp_test_string (answer->body, "/tenant/id"), ==, "demo");
      g_assert_cmpstr (mp_test_string (answer->body, "/role"), ==, cases[i].role);
      g_assert_cmpint (mp_json_get_int (answer->body, "schema", 0), ==, 1);
      g_assert_nonnull (mp_test_string (answer->body, "/sealing_key/public_key"));
      g_assert_nonnull (mp_test_string (answer->body, "/sealing_key/key_id"));
      g_assert_nonnull (mp_test_string (answer->body, "/audit_key"));
      g_assert_nonnull (mp_test_string (answer->body, "/epoch"));
      if (cases[i].n_permissions > 0)
        g_assert_cmpuint (json_array_get_length (mp_json_get_array (answer->body, "permissions")),
                          ==, cases[i].n_permissions);
    }

  g_assert_cmpstr (mp_test_string (signed_in->body, "/actor"), ==, "uwe");
  trail = mp_test_api_get (self, self->auditor, "/audit?action=sign-in");
  entries = mp_json_get_array (trail->body, "entries");
  g_assert_cmpuint (json_array_get_length (entries), ==, 1);
  g_assert_cmpstr (mp_test_string (mp_json_array_get_object (entries, 0), "/entry/actor"), ==,
                   "uwe");
}

static char *
find_token_id (MpTestApi *self, const char *actor)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) tokens = mp_db_list_tokens (self->db, "demo", &error);

  g_assert_no_error (error);
  for (unsigned int i = 0; i < tokens->len; i++)
    {
      const MpDbToken *token = g_ptr_array_index (tokens, i);

      if (g_str_equal (token->actor, actor))
        return g_strdup (token->id);
    }
  g_assert_not_reached ();
}

/* Each way of not being let in is told from the others, with a body or without. */
static void
test_tokens (MpTestApi *self, gconstpointer data)
{
  static const char *const wrong[] = {
    NULL,
    "x",
    "mpt_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
  };
  g_autofree char *id = find_token_id (self, "uwe");
  g_autoptr (GError) error = NULL;
  g_autoptr (MpTestAnswer) revoked = NULL;
  g_autoptr (MpTestAnswer) expired = NULL;

  for (size_t i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (MpTestAnswer) get = mp_test_api_get (self, wrong[i], "/changes");
      g_autoptr (MpTestAnswer) post =
                     mp_test_api_call (self, &(MpTestRequest){ .token = wrong[i],
                                                               .method = "POST",
                                                               .path = "/changes",
                                                               .body = "{\"operations\":[]}" });

      mp_test_assert_problem (get, 401, "unauthorized");
      mp_test_assert_problem (post, 401, "unauthorized");
    }

  g_assert_true (mp_auth_revoke_token (self->auth, "demo", id, "test", &error));
  revoked = mp_test_api_get (self, self->user, "");
  mp_test_assert_problem (revoked, 401, "token-revoked");
  mp_clock_advance (self->clock, INT64_C (7200) * G_USEC_PER_SEC);
  expired = mp_test_api_get (self, self->auditor, "");
  mp_test_assert_problem (expired, 401, "token-expired");
}

/* Who guesses has to wait. */
static void
test_guessing (MpTestApi *self, gconstpointer data)
{
  for (unsigned int i = 0; i < 50; i++)
    {
      g_autoptr (MpTestAnswer) answer = mp_test_api_get (self, "mpt_guess", "");

      if (answer->status == 401)
        continue;
      mp_test_assert_problem (answer, 429, "rate-limited");
      g_assert_nonnull (answer->retry_after);
      return;
    }
  g_assert_not_reached ();
}

/* What each role may do, and nothing else; a refusal is on the trail. */
static void
test_roles (MpTestApi *self, gconstpointer data)
{
  static const struct
  {
    const char *method;
    const char *path;
    unsigned int user;
    unsigned int auditor;
    unsigned int staff;
  } cases[] = {
    { "GET", "/", 200, 200, 200 },
    { "GET", "/integration-settings", 200, 200, 403 },
    { "GET", "/integration-settings/" UNKNOWN_ID, 404, 404, 403 },
    { "GET", "/credentials", 200, 200, 403 },
    { "GET", "/changes", 200, 200, 403 },
    { "GET", "/sealing-key", 200, 200, 403 },
    { "GET", "/catalogue/member", 200, 200, 403 },
    { "GET", "/audit", 403, 200, 403 },
    { "GET", "/audit/head", 403, 200, 403 },
    { "GET", "/audit/proof", 200, 200, 403 },
    { "POST", "/integration-settings", 403, 403, 403 },
    { "PUT", "/integration-settings/" UNKNOWN_ID, 403, 403, 403 },
    { "PATCH", "/integration-settings/" UNKNOWN_ID, 403, 403, 403 },
    { "DELETE", "/integration-settings/" UNKNOWN_ID, 403, 403, 403 },
    { "POST", "/integration-settings/" UNKNOWN_ID "/restore", 403, 403, 403 },
    { "POST", "/credentials", 403, 403, 403 },
    { "PUT", "/credentials/" UNKNOWN_ID "/secret", 403, 403, 403 },
    { "DELETE", "/credentials/" UNKNOWN_ID, 403, 403, 403 },
    { "POST", "/changes", 200, 200, 403 },
  };
  g_autoptr (MpTestAnswer) trail = NULL;

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const char *const tokens[] = { self->user, self->auditor, self->staff };
      const unsigned int statuses[] = { cases[i].user, cases[i].auditor, cases[i].staff };

      for (size_t role = 0; role < G_N_ELEMENTS (tokens); role++)
        {
          g_autoptr (MpTestAnswer) answer = mp_test_api_call (
              self, &(MpTestRequest){ .token = tokens[role],
                                      .method = cases[i].method,
                                      .path = cases[i].path,
                                      .body = g_str_equal (cases[i].method, "GET")
                                                  ? NULL
                                                  : "{\"operations\":[]}" });

          g_test_message ("%s %s %zu", cases[i].method, cases[i].path, role);
          g_assert_cmpuint (answer->status, ==, statuses[role]);
        }
    }

  trail =
      mp_test_api_get (self, self->auditor,
                       "/audit?action=access.refused&actor=staff&resource=settings/" UNKNOWN_ID);
  g_assert_cmpuint (json_array_get_length (mp_json_get_array (trail->body, "entries")), ==, 5);
}

static const char *const guessed_paths[] = {
  "",
  "/integration-settings",
  "/integration-settings/%s",
  "/integration-settings/%s/history",
  "/integration-settings/%s/restore",
  "/credentials",
  "/credentials/%s",
  "/credentials/%s/secret",
  "/changes",
  "/changes?since=%s.0",
  "/audit",
  "/audit?resource=settings/%s",
  "/audit/head",
  "/audit/proof?from=0",
  "/sealing-key",
  "/crm/objects?settings=%s",
  "/test?section=payment_gateway&settings=%s",
};

/* A thousand requests of another tenant's administrator, for this tenant's paths or with its ids
 * under the own ones: nothing of it is answered, and nothing changed. */
static void
test_other_tenants (MpTestApi *self, gconstpointer data)
{
  static const char *const methods[] = { "GET", "POST", "PUT", "PATCH", "DELETE" };
  g_autoptr (GRand) chance = g_rand_new_with_seed (20261127);
  g_autofree char *key = mp_test_api_add_key (self, "stripe", "payment");
  g_autofree char *content = mp_test_content ("Nobody else's", key);
  g_autofree char *body = g_strdup_printf ("{%s}", content);
  g_autoptr (MpTestAnswer) made = mp_test_api_post (self, "/integration-settings", g_strdup (body));
  const char *id = mp_test_string (made->body, "/id");
  g_autofree char *path = g_strconcat ("/integration-settings/", id, NULL);
  g_autoptr (MpTestAnswer) after = NULL;
  unsigned int n_refused = 0;

  for (unsigned int i = 0; i < 1000; i++)
    {
      const char *method = methods[g_rand_int_range (chance, 0, G_N_ELEMENTS (methods))];
      const char *format =
          guessed_paths[g_rand_int_range (chance, 0, G_N_ELEMENTS (guessed_paths))];
      gboolean is_own = g_rand_boolean (chance);
      g_auto (GStrv) parts = g_strsplit (format, "%s", 2);
      g_autofree char *tail = g_strjoinv (g_rand_boolean (chance) ? id : key, parts);
      g_autofree char *target =
          g_strdup_printf ("!/v1/tenants/%s%s", is_own ? "other" : "demo", tail);
      g_autoptr (MpTestAnswer) answer = mp_test_api_call (
          self, &(MpTestRequest){ .token = self->stranger,
                                  .method = method,
                                  .path = target,
                                  .body = g_str_equal (method, "GET") ? NULL : body,
                                  .if_match = g_rand_boolean (chance) ? made->etag : "*" });

      /* The guesses of one address slow it down; this is another address each minute. */
      if (i % 8 == 0)
        mp_clock_advance (self->clock, INT64_C (61) * G_USEC_PER_SEC / 40);
      if (!is_own)
        {
          g_assert_true (answer->status == 404 || answer->status == 405 || answer->status == 429);
          n_refused++;
        }
      g_assert_null (strstr (answer->text, "Nobody else's"));
      g_assert_null (strstr (answer->text, "\"Shop\""));
    }
  g_assert_cmpuint (n_refused, >, 400);

  after = mp_test_api_get (self, self->admin, path);
  g_assert_cmpuint (after->status, ==, 200);
  g_assert_cmpstr (after->etag, ==, made->etag);
}

/* In a batch each operation is refused by itself. */
static void
test_denied_operation (MpTestApi *self, gconstpointer data)
{
  g_autofree char *op = mp_test_uuid (self);
  g_autofree char *target = mp_test_uuid (self);
  g_autofree char *members =
      g_strdup_printf ("\"action\":\"create\",\"target\":\"%s\",\"set\":{\"/name\":\"x\"}", target);
  g_autoptr (JsonObject) result = mp_test_push (self, self->user, op, members);
  g_autoptr (MpTestAnswer) trail =
                 mp_test_api_get (self, self->auditor, "/audit?action=access.refused");

  g_assert_cmpstr (mp_test_string (result, "/status"), ==, "denied");
  g_assert_cmpuint (json_array_get_length (mp_json_get_array (trail->body, "entries")), ==, 1);
}

/* The trail tells each change with old and new, in pages, under a head that verifies. */
static void
test_trail (MpTestApi *self, gconstpointer data)
{
  g_autofree char *key = mp_test_api_add_key (self, "stripe", "payment");
  g_autofree char *content = mp_test_content ("A", key);
  g_autoptr (MpTestAnswer) made = mp_test_api_post (self, "/integration-settings",
                                                    g_strdup_printf ("{%s}", content));
  g_autofree char *path =
      g_strdup_printf ("/integration-settings/%s", mp_test_string (made->body, "/id"));
  g_autoptr (MpTestAnswer) patched =
                 mp_test_api_call (self, &(MpTestRequest){ .token = self->admin,
                                                           .method = "PATCH",
                                                           .path = path,
                                                           .body = "{\"name\":\"B\"}",
                                                           .if_match = made->etag });
  g_autoptr (MpTestAnswer) updates =
                 mp_test_api_get (self, self->auditor, "/audit?action=settings.update&actor=anna");
  g_autoptr (MpTestAnswer) page = mp_test_api_get (self, self->auditor, "/audit?limit=2");
  g_autoptr (MpTestAnswer) head = mp_test_api_get (self, self->auditor, "/audit/head");
  g_autoptr (MpTestAnswer) bad = mp_test_api_get (self, self->auditor, "/audit?since=-1");
  JsonObject *entry = mp_json_array_get_object (mp_json_get_array (updates->body, "entries"), 0);
  JsonObject *change = mp_json_get_object (
      mp_json_get_object (mp_json_get_object (entry, "entry"), "changes"), "/name");
  const MpAuditHead signed_head = {
    .sequence = mp_json_get_int (head->body, "sequence", 0),
    .hash = (char *) mp_test_string (head->body, "/hash"),
    .signature = (char *) mp_test_string (head->body, "/signature"),
    .key = (char *) mp_test_string (head->body, "/key"),
  };

  g_assert_cmpuint (patched->status, ==, 200);
  g_assert_cmpstr (mp_test_string (change, "/old"), ==, "A");
  g_assert_cmpstr (mp_test_string (change, "/new"), ==, "B");
  g_assert_nonnull (mp_test_string (entry, "/hash"));
  g_assert_nonnull (mp_test_string (entry, "/entry/request"));
  g_assert_cmpstr (mp_test_string (entry, "/entry/address"), ==, "127.0.0.1");
  g_assert_cmpuint (json_array_get_length (mp_json_get_array (page->body, "entries")), ==, 2);
  g_assert_cmpint (mp_json_get_int (page->body, "next", 0), ==, 2);
  g_assert_true (
      mp_audit_head_verify (&signed_head, "demo", mp_audit_log_get_public_key (self->audit)));
  mp_test_assert_problem (bad, 400, "invalid");
}

/* Whoever kept a head computes the newest one, from digests that say nothing else. */
static void
test_proof (MpTestApi *self, gconstpointer data)
{
  g_autofree char *key = mp_test_api_add_key (self, "stripe", "payment");
  g_autofree char *content = mp_test_content ("Secretive Club", key);
  g_autoptr (MpTestAnswer) before = mp_test_api_get (self, self->auditor, "/audit/head");
  g_autoptr (MpTestAnswer) made = mp_test_api_post (self, "/integration-settings",
                                                    g_strdup_printf ("{%s}", content));
  g_autoptr (MpTestAnswer) sign_in = mp_test_api_get (self, self->user, "?purpose=sign-in");
  int64_t from = mp_json_get_int (before->body, "sequence", 0);
  g_autofree char *path = g_strdup_printf ("/audit/proof?from=%" G_GINT64_FORMAT, from);
  g_autofree char *short_path = g_strconcat (path, "&limit=1", NULL);
  g_autoptr (MpTestAnswer) proof = mp_test_api_get (self, self->user, path);
  g_autoptr (MpTestAnswer) one = mp_test_api_get (self, self->user, short_path);
  g_autoptr (MpTestAnswer) ahead = mp_test_api_get (self, self->user, "/audit/proof?from=1000");
  g_autoptr (MpTestAnswer) bad = mp_test_api_get (self, self->user, "/audit/proof?from=-1");
  JsonArray *digests = mp_json_get_array (proof->body, "digests");
  g_autofree char *hash = g_strdup (mp_test_string (before->body, "/hash"));

  g_assert_cmpuint (made->status, ==, 201);
  g_assert_cmpuint (proof->status, ==, 200);
  g_assert_null (strstr (proof->text, "Secretive"));
  g_assert_null (strstr (proof->text, "anna"));
  for (unsigned int i = 0; i < json_array_get_length (digests); i++)
    {
      char *next = mp_audit_link (hash, json_array_get_string_element (digests, i));

      g_free (hash);
      hash = next;
    }
  g_assert_cmpint (from + json_array_get_length (digests), ==,
                   mp_json_get_int (mp_json_get_object (proof->body, "head"), "sequence", 0));
  g_assert_cmpstr (hash, ==, mp_test_string (proof->body, "/head/hash"));
  g_assert_cmpuint (json_array_get_length (digests), >, 1);

  g_assert_cmpuint (json_array_get_length (mp_json_get_array (one->body, "digests")), ==, 1);
  g_assert_cmpuint (json_array_get_length (mp_json_get_array (ahead->body, "digests")), ==, 0);
  g_assert_cmpstr (mp_test_string (ahead->body, "/head/hash"), ==, hash);
  mp_test_assert_problem (bad, 400, "invalid");
}

#define ADD(path, function)                                                                        \
  g_test_add ("/server/api/access/" path, MpTestApi, NULL, mp_test_api_set_up, function,           \
              mp_test_api_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  ADD ("tells-that-it-runs", test_health);
  ADD ("counts-for-the-operator", test_metrics);
  ADD ("records-what-the-rules-refuse", test_refusals_by_rule);
  ADD ("tells-who-asks", test_tenant);
  ADD ("refuses-wrong-tokens", test_tokens);
  ADD ("slows-down-guessing", test_guessing);
  ADD ("keeps-to-the-roles", test_roles);
  ADD ("keeps-tenants-apart", test_other_tenants);
  ADD ("denies-single-operations", test_denied_operation);
  ADD ("keeps-the-trail", test_trail);
  ADD ("proves-the-trail", test_proof);

  return g_test_run ();
}
