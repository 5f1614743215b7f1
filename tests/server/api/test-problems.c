/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-test-api.h"

#include "mp-api-message.h"

#define UNKNOWN_ID "018f0000-0000-7000-8000-000000000000"
#define STALE "\"018f0000-0000-7000-8000-000000000001.1\""

/* What the cases' texts may name: {ID} a record, {KEY} a credential, {LONG} 201 letters. */
typedef struct
{
  char *id;
  char *etag;
  char *key;
  char *archived;
  char *archived_etag;
} Things;

static void
clear_things (Things *things)
{
  g_free (things->id);
  g_free (things->etag);
  g_free (things->key);
  g_free (things->archived);
  g_free (things->archived_etag);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Things, clear_things)

static void
add_record (MpTestApi *self, const char *key, char **id, char **etag)
{
  g_autofree char *content = mp_test_content ("A", key);
  g_autoptr (MpTestAnswer) made = mp_test_api_post (self, "/integration-settings",
                                                    g_strdup_printf ("{%s}", content));

  g_assert_cmpuint (made->status, ==, 201);
  *id = g_strdup (mp_test_string (made->body, "/id"));
  *etag = g_strdup (made->etag);
}

static void
make_things (MpTestApi *self, Things *things)
{
  g_autofree char *path = NULL;
  g_autofree char *etag = NULL;
  g_autoptr (MpTestAnswer) archived = NULL;

  things->key = mp_test_api_add_key (self, "stripe", "payment");
  add_record (self, things->key, &things->id, &things->etag);
  add_record (self, things->key, &things->archived, &etag);
  path = g_strconcat ("/integration-settings/", things->archived, NULL);
  archived = mp_test_api_call (
      self,
      &(MpTestRequest){ .token = self->admin, .method = "DELETE", .path = path, .if_match = etag });
  g_assert_cmpuint (archived->status, ==, 200);
  things->archived_etag = g_strdup (archived->etag);
}

static char *
fill_in (const Things *things, const char *text)
{
  g_autofree char *letters = g_strnfill (201, 'x');
  const struct
  {
    const char *name;
    const char *value;
  } values[] = {
    { "{ID}", things->id },   { "{ETAG}", things->etag },
    { "{KEY}", things->key }, { "{ARCHIVED}", things->archived },
    { "{LONG}", letters },    { "{ARCHIVED-ETAG}", things->archived_etag },
  };
  GString *filled;

  if (text == NULL)
    return NULL;
  filled = g_string_new (text);
  for (size_t i = 0; i < G_N_ELEMENTS (values); i++)
    g_string_replace (filled, values[i].name, values[i].value, 0);
  return g_string_free (filled, FALSE);
}

#define SETTINGS "/integration-settings"
#define ONE SETTINGS "/{ID}"

/* Every way to be refused, each with its status, its code and, where a rule is broken, the place.
 */
static const struct
{
  const char *method;
  const char *path;
  const char *body;
  const char *if_match;
  unsigned int status;
  const char *code;
  const char *pointer; /* (nullable) */
  const char *fault; /* (nullable): the field error's code; without a pointer: part of the detail */
} cases[] = {
  /* not JSON: the detail tells where */
  { "POST", SETTINGS, "{\n \"name\": tru}", NULL, 400, "bad-json", NULL, "2" },
  { "POST", SETTINGS, "", NULL, 400, "bad-json", NULL, NULL },
  { "POST", SETTINGS, "[]", NULL, 400, "bad-json", NULL, NULL },
  { "POST", SETTINGS, "{\"name\":\"a\",\"name\":\"b\"}", NULL, 400, "bad-json", NULL, "name" },
  { "POST", SETTINGS, "{\"name\":\"\xc3\x28\"}", NULL, 400, "bad-json", NULL, NULL },
  { "POST", SETTINGS, "{\"name\":\"\\ud800\"}", NULL, 400, "bad-json", NULL, NULL },
  { "POST", SETTINGS, "{\"name\":\"a\"} x", NULL, 400, "bad-json", NULL, NULL },
  { "GET", SETTINGS "?limit=0", NULL, NULL, 400, "invalid", NULL, "limit" },
  { "GET", SETTINGS "?cursor=x", NULL, NULL, 400, "invalid", NULL, "cursor" },
  { "GET", SETTINGS "?archived=maybe", NULL, NULL, 400, "invalid", NULL, "archived" },
  { "GET", "/changes?since=x", NULL, NULL, 400, "invalid", NULL, "since" },
  { "GET", "/changes?wait=51", NULL, NULL, 400, "invalid", NULL, "wait" },
  { "GET", "/test?settings=x", NULL, NULL, 405, "method-not-allowed", NULL, NULL },
  /* not here */
  { "GET", SETTINGS "/" UNKNOWN_ID, NULL, NULL, 404, "not-found", NULL, NULL },
  { "GET", SETTINGS "/x", NULL, NULL, 404, "not-found", NULL, NULL },
  { "PUT", SETTINGS "/" UNKNOWN_ID, "{}", "*", 404, "not-found", NULL, NULL },
  { "DELETE", "/credentials/" UNKNOWN_ID, NULL, NULL, 404, "not-found", NULL, NULL },
  { "GET", "/catalogue/x", NULL, NULL, 404, "not-found", NULL, NULL },
  { "GET", "/nowhere", NULL, NULL, 404, "not-found", NULL, NULL },
  { "DELETE", "/changes", NULL, NULL, 405, "method-not-allowed", NULL, NULL },
  /* another state */
  { "POST", SETTINGS,
    "{\"id\":\"{ID}\",\"name\":\"A\",\"payment_gateway\":{\"platform\":"
    "\"stripe\",\"api_key\":\"{KEY}\"}}",
    NULL, 409, "stale", NULL, NULL },
  { "PUT", SETTINGS "/{ARCHIVED}", "{\"name\":\"B\"}", "{ARCHIVED-ETAG}", 409, "stale", NULL,
    "archived" },
  { "GET", "/changes?since=" UNKNOWN_ID ".1", NULL, NULL, 410, "cursor-expired", NULL, NULL },
  { "PUT", ONE, "{\"name\":\"B\"}", STALE, 412, "stale", NULL, NULL },
  { "PATCH", ONE, "{\"name\":\"B\"}", STALE, 412, "stale", NULL, NULL },
  { "DELETE", ONE, NULL, STALE, 412, "stale", NULL, NULL },
  { "PUT", ONE, "{\"name\":\"B\"}", NULL, 428, "precondition-required", NULL, NULL },
  { "PATCH", ONE, "{\"name\":\"B\"}", NULL, 428, "precondition-required", NULL, NULL },
  { "DELETE", ONE, NULL, NULL, 428, "precondition-required", NULL, NULL },
  { "POST", SETTINGS "/{ARCHIVED}/restore", NULL, NULL, 428, "precondition-required", NULL, NULL },
  /* the registry's rules */
  { "POST", SETTINGS, "{}", NULL, 422, "invalid", "/name", "required" },
  { "POST", SETTINGS, "{}", NULL, 422, "invalid", "/payment_gateway/platform", "required" },
  { "POST", SETTINGS, "{\"name\":7}", NULL, 422, "invalid", "/name", "wrong-type" },
  { "POST", SETTINGS, "{\"name\":\"{LONG}\"}", NULL, 422, "invalid", "/name", "too-long" },
  { "POST", SETTINGS, "{\"crm\":[]}", NULL, 422, "invalid", "/crm", "wrong-type" },
  { "POST", SETTINGS, "{\"crm\":{\"platform\":{\"a\":1}}}", NULL, 422, "invalid", "/crm/platform",
    "wrong-type" },
  { "POST", SETTINGS, "{\"nmae\":\"A\"}", NULL, 422, "invalid", "/nmae", "unknown-member" },
  { "POST", SETTINGS, "{\"crm\":{\"x\":1}}", NULL, 422, "invalid", "/crm/x", "unknown-member" },
  { "POST", SETTINGS, "{\"crm\":{\"platform\":\"stripe\"}}", NULL, 422, "invalid", "/crm/platform",
    "wrong-kind" },
  { "POST", SETTINGS, "{\"crm\":{\"platform\":\"nocrm\"}}", NULL, 422, "invalid", "/crm/platform",
    "unknown-platform" },
  { "PATCH", ONE, "{\"payment_gateway\":{\"api_key\":\"" UNKNOWN_ID "\"}}", "{ETAG}", 422,
    "invalid", "/payment_gateway/api_key", "unknown-credential" },
  { "PATCH", ONE,
    "{\"crm\":{\"platform\":\"hubspot\",\"api_key\":\"{KEY}\",\"member_object\":\"contacts\","
    "\"member_fields\":{\"displayDetails\":\"mail\",\"userRegisterDate\":\"mail\"}}}",
    "{ETAG}", 422, "invalid", "/crm/member_fields/userRegisterDate", "mapped-twice" },
  { "POST", SETTINGS, "{\"id\":\"x\"}", NULL, 422, "invalid", NULL, "id" },
  { "POST", "/changes", "{}", NULL, 422, "invalid", NULL, "operations" },
  { "POST", "/changes", "{\"operations\":[{}]}", NULL, 422, "invalid", NULL, "op" },
  { "POST", "/credentials", "{\"label\":[]}", NULL, 422, "invalid", "/label", "wrong-type" },
  { "POST", "/credentials", "{\"x\":1}", NULL, 422, "invalid", "/x", "unknown-member" },
  { "POST", "/credentials", "{}", NULL, 422, "invalid", "/sealed", "required" },
  { "DELETE", "/credentials/{KEY}", NULL, NULL, 422, "invalid", "", "credential-in-use" },
};

/* A refused request changed nothing and is told in one form. */
static void
test_table (MpTestApi *self, gconstpointer data)
{
  g_auto (Things) things = { 0 };
  g_autofree char *path = NULL;
  g_autoptr (MpTestAnswer) after = NULL;

  make_things (self, &things);
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *case_path = fill_in (&things, cases[i].path);
      g_autofree char *body = fill_in (&things, cases[i].body);
      g_autofree char *if_match = fill_in (&things, cases[i].if_match);
      g_autoptr (MpTestAnswer) answer =
                     mp_test_api_call (self, &(MpTestRequest){ .token = self->admin,
                                                               .method = cases[i].method,
                                                               .path = case_path,
                                                               .body = body,
                                                               .if_match = if_match });

      g_test_message ("case %zu: %s %s -> %s", i, cases[i].method, case_path, answer->text);
      mp_test_assert_problem (answer, cases[i].status, cases[i].code);
      if (cases[i].pointer != NULL)
        mp_test_assert_error (answer->body, cases[i].pointer, cases[i].fault);
      else if (cases[i].fault != NULL)
        g_assert_nonnull (strstr (mp_test_string (answer->body, "/detail"), cases[i].fault));
      g_assert_true ((answer->status == 405) == (answer->allow != NULL));
    }

  path = g_strconcat (SETTINGS "/", things.id, NULL);
  after = mp_test_api_get (self, self->user, path);
  g_assert_cmpstr (after->etag, ==, things.etag);
}

/* All faults are told at once, each at its place. */
static void
test_all_at_once (MpTestApi *self, gconstpointer data)
{
  static const struct
  {
    const char *pointer;
    const char *code;
  } faults[] = {
    { "/name", "wrong-type" },
    { "/crm/platform", "unknown-platform" },
    { "/crm/typo", "unknown-member" },
    { "/accounting", "wrong-type" },
    { "/payment_gateway/platform", "wrong-kind" },
    { "/payment_gateway/api_key", "unknown-credential" },
    { "/other", "unknown-member" },
  };
  g_autoptr (MpTestAnswer) answer = mp_test_api_post (
      self, SETTINGS,
      g_strdup ("{\"name\":[],\"crm\":{\"platform\":\"nocrm\",\"typo\":1},\"accounting\":5,"
                "\"payment_gateway\":{\"platform\":\"hubspot\",\"api_key\":\"" UNKNOWN_ID "\"},"
                "\"other\":true}"));

  mp_test_assert_problem (answer, 422, "invalid");
  for (size_t i = 0; i < G_N_ELEMENTS (faults); i++)
    mp_test_assert_error (answer->body, faults[i].pointer, faults[i].code);
}

/* Whoever asks for what: the token and the role are judged before anything else is looked at. */
static void
test_before_the_body (MpTestApi *self, gconstpointer data)
{
  const struct
  {
    const char *token;
    const char *body;
    const char *type;
    unsigned int status;
    const char *code;
  } tokens[] = {
    { NULL, "{", NULL, 401, "unauthorized" },
    { "mpt_x", "{", NULL, 401, "unauthorized" },
    { self->stranger, "{", NULL, 404, "not-found" },
    { self->user, "{", "text/plain", 403, "forbidden" },
    { self->staff, "{", NULL, 403, "forbidden" },
    { self->admin, "{", "text/plain", 415, "unsupported-media-type" },
    { self->admin, "{", "application/xml; charset=utf-8", 415, "unsupported-media-type" },
    { self->admin, "{", NULL, 400, "bad-json" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (tokens); i++)
    {
      g_autoptr (MpTestAnswer) answer = mp_test_api_call (self, &(MpTestRequest){
                                                                    .token = tokens[i].token,
                                                                    .method = "POST",
                                                                    .path = SETTINGS,
                                                                    .body = tokens[i].body,
                                                                    .type = tokens[i].type,
                                                                });

      g_test_message ("case %zu", i);
      mp_test_assert_problem (answer, tokens[i].status, tokens[i].code);
    }
}

/* A body over the limit; and one just below it, which is judged by its content. */
static void
test_size (MpTestApi *self, gconstpointer data)
{
  static const struct
  {
    size_t n_bytes;
    unsigned int status;
    const char *code;
  } sizes[] = {
    { MP_API_MAX_BODY_BYTES + 1, 413, "too-large" },
    { MP_API_MAX_BODY_BYTES - 64, 422, "invalid" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree char *filling = g_strnfill (sizes[i].n_bytes - strlen ("{\"name\":\"\"}"), 'a');
      g_autoptr (MpTestAnswer) answer = mp_test_api_post (
          self, SETTINGS, g_strdup_printf ("{\"name\":\"%s\"}", filling));

      mp_test_assert_problem (answer, sizes[i].status, sizes[i].code);
    }
}

#define ADD(path, function)                                                                        \
  g_test_add ("/server/api/problems/" path, MpTestApi, NULL, mp_test_api_set_up, function,         \
              mp_test_api_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  ADD ("tells-each-in-its-words", test_table);
  ADD ("tells-all-faults-at-once", test_all_at_once);
  ADD ("judges-the-token-first", test_before_the_body);
  ADD ("judges-the-size", test_size);

  return g_test_run ();
}
