/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-engine-fixture.h"

#include "mp-error.h"
#include "mp-test-wait.h"

/* Requests that do not depend on each other: a few at once, and the same result in any order. */

#define N_FIELDS 8

static const char by_field[] =
    "\"fields\": {\"request\": {\"path\": \"/fields\"}, \"items\": \"@item\", \"name\": \"n\","
    " \"type\": \"'x'\", \"options\": {\"request\": {\"path\": \"/options/{field}\"},"
    " \"optional\": true, \"items\": \"@item\", \"value\": \"@item\"}}";

/* The later a field, the sooner its options come. */
static void
add_fields (MpEngineFixture *fixture)
{
  g_autoptr (GString) fields = g_string_new ("[");

  for (unsigned int i = 0; i < N_FIELDS; i++)
    {
      g_autofree char *path = g_strdup_printf ("/api/options/f%u", i);
      g_autofree char *body = g_strdup_printf ("[\"o%u\"]", i);

      g_string_append_printf (fields, "%s{\"n\": \"f%u\"}", i > 0 ? ", " : "", i);
      mp_test_server_add (
          fixture->server,
          &(MpTestReply){ .path = path, .body = body, .delay_ms = 5 * (N_FIELDS - i) });
    }
  g_string_append (fields, "]");
  mp_engine_add_reply (fixture, "/api/fields", NULL, fields->str);
}

static void
test_order_is_kept (MpEngineFixture *fixture, gconstpointer data)
{
  g_autoptr (MpPlatform) platform = mp_engine_make_platform (fixture, MP_ENGINE_BEARER, by_field);
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) fields = NULL;

  add_fields (fixture);
  fields = mp_engine_load_fields (platform, "contacts", &error);

  g_assert_no_error (error);
  g_assert_cmpuint (g_list_model_get_n_items (fields), ==, N_FIELDS);
  for (unsigned int i = 0; i < N_FIELDS; i++)
    {
      g_autoptr (MpCrmField) field = g_list_model_get_item (fields, i);
      g_autofree char *option = g_strdup_printf ("o%u", i);

      g_assert_cmpuint (mp_crm_field_get_n_options (field), ==, 1);
      g_assert_cmpstr (mp_crm_field_get_option (field, 0)->value, ==, option);
    }
  g_assert_cmpuint (mp_test_server_get_most_at_once (fixture->server), >, 1);
  g_assert_cmpuint (mp_test_server_get_most_at_once (fixture->server), <=, 4);
}

/* What the document calls optional is left out, wherever it stands. */
static void
test_optional_is_left_out (MpEngineFixture *fixture, gconstpointer data)
{
  g_autoptr (MpPlatform) platform = mp_engine_make_platform (fixture, MP_ENGINE_BEARER, by_field);
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) fields = NULL;

  mp_test_server_add (fixture->server,
                      &(MpTestReply){ .path = "/api/options/f2", .status = 404, .body = "{}" });
  add_fields (fixture);
  fields = mp_engine_load_fields (platform, "contacts", &error);

  g_assert_no_error (error);
  for (unsigned int i = 0; i < N_FIELDS; i++)
    {
      g_autoptr (MpCrmField) field = g_list_model_get_item (fields, i);

      g_assert_cmpuint (mp_crm_field_get_n_options (field), ==, i == 2 ? 0 : 1);
    }
}

/* The first failure ends the call once, and the other requests with it. */
static void
test_failure_ends_all (MpEngineFixture *fixture, gconstpointer data)
{
  g_autoptr (MpPlatform) platform = mp_engine_make_platform (fixture, MP_ENGINE_BEARER, by_field);
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) fields = NULL;

  mp_test_server_add (fixture->server,
                      &(MpTestReply){ .path = "/api/options/f0", .status = 400, .body = "{}" });
  mp_test_server_add (fixture->server, &(MpTestReply){ .path = "/api/options/f2", .hangs = TRUE });
  add_fields (fixture);
  fields = mp_engine_load_fields (platform, "contacts", &error);

  g_assert_null (fields);
  g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
}

static gboolean
cancel_cb (gpointer user_data)
{
  g_cancellable_cancel (user_data);
  return G_SOURCE_REMOVE;
}

static void
test_cancelled (MpEngineFixture *fixture, gconstpointer data)
{
  g_autoptr (MpPlatform) platform = mp_engine_make_platform (fixture, MP_ENGINE_BEARER, by_field);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (MpSecret) secret = mp_secret_new ();
  g_autoptr (GAsyncResult) answer = NULL;
  g_autoptr (GListModel) fields = NULL;
  g_autoptr (GError) error = NULL;
  GAsyncResult *result = NULL;

  mp_engine_add_reply (fixture, "/api/fields", NULL, "[{\"n\": \"f0\"}, {\"n\": \"f1\"}]");
  mp_test_server_add (fixture->server, &(MpTestReply){ .hangs = TRUE });
  mp_secret_set (secret, "key", MP_ENGINE_KEY);
  mp_platform_load_fields_async (platform, "contacts", secret, NULL, cancellable, mp_test_wait_cb,
                                 &result);
  g_timeout_add (50, cancel_cb, cancellable);
  answer = mp_test_wait (&result);
  fields = mp_platform_load_fields_finish (platform, answer, &error);

  g_assert_null (fields);
  g_assert_true (mp_error_is_cancelled (error));
}

/* Too many requests is waited out, for as long as the platform says. */
static void
test_throttled (MpEngineFixture *fixture, gconstpointer data)
{
  g_autoptr (MpPlatform) platform = mp_engine_make_platform (fixture, MP_ENGINE_BEARER, by_field);
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) fields = NULL;

  mp_test_server_add (fixture->server, &(MpTestReply){ .path = "/api/options/f1",
                                                       .status = 429,
                                                       .headers = { "Retry-After", "0" },
                                                       .body = "{}",
                                                       .times = 1 });
  add_fields (fixture);
  fields = mp_engine_load_fields (platform, "contacts", &error);

  g_assert_no_error (error);
  g_assert_cmpuint (g_list_model_get_n_items (fields), ==, N_FIELDS);
}

/* A platform that is short of patience is asked one thing at a time. */
static void
test_one_at_a_time (MpEngineFixture *fixture, gconstpointer data)
{
  g_autofree char *document = g_strconcat (
      by_field,
      ", \"limits\": {\"remaining\": {\"header\": \"left\"}, \"reset\": {\"header\": \"wait\","
      " \"unit\": \"seconds\"}}",
      NULL);
  g_autoptr (MpPlatform) platform = mp_engine_make_platform (fixture, MP_ENGINE_BEARER, document);
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) fields = NULL;

  mp_test_server_add (fixture->server, &(MpTestReply){ .path = "/api/fields",
                                                       .body = "[{\"n\": \"a\"}, {\"n\": \"b\"}]",
                                                       .headers = { "left", "0", "wait", "99" } });
  mp_test_server_add (fixture->server, &(MpTestReply){ .body = "[\"o\"]",
                                                       .headers = { "left", "0", "wait", "99" },
                                                       .delay_ms = 20 });
  fields = mp_engine_load_fields (platform, "contacts", &error);

  g_assert_no_error (error);
  g_assert_cmpuint (g_list_model_get_n_items (fields), ==, 2);
  g_assert_cmpuint (mp_test_server_get_n_requests (fixture->server), ==, 3);
  g_assert_cmpuint (mp_test_server_get_most_at_once (fixture->server), ==, 1);
}

#define N_JOINS 8

/* Eight answers that a list is made of, without one of its own; each names itself and “same”. */
static const char by_joins[] =
    "\"objects\": {\"joins\": {"
    " \"a\": {\"request\": {\"path\": \"/j0\"}}, \"b\": {\"request\": {\"path\": \"/j1\"}},"
    " \"c\": {\"request\": {\"path\": \"/j2\"}}, \"d\": {\"request\": {\"path\": \"/j3\"}},"
    " \"e\": {\"request\": {\"path\": \"/j4\"}}, \"f\": {\"request\": {\"path\": \"/j5\"}},"
    " \"g\": {\"request\": {\"path\": \"/j6\"}}, \"h\": {\"request\": {\"path\": \"/j7\"}}},"
    " \"items\": [\"@a\", \"@b\", \"@c\", \"@d\", \"@e\", \"@f\", \"@g\", \"@h\"],"
    " \"name\": \"n\", \"label\": \"l\"}";

static void
add_join (MpEngineFixture *fixture, unsigned int index, unsigned int delay_ms)
{
  g_autofree char *path = g_strdup_printf ("/api/j%u", index);
  g_autofree char *body =
      g_strdup_printf ("[{\"n\": \"same\", \"l\": \"of %u\"}, {\"n\": \"o%u\"}]", index, index);

  mp_test_server_add (fixture->server,
                      &(MpTestReply){ .path = path, .body = body, .delay_ms = delay_ms });
}

/* The joins are asked for at once and their answers come in whatever order; the list is the same as
 * if they had come one after the other. */
static void
test_joins (MpEngineFixture *fixture, gconstpointer data)
{
  static const unsigned int delays[][N_JOINS] = {
    { 5, 10, 15, 20, 25, 30, 35, 40 },
    { 40, 35, 30, 25, 20, 15, 10, 5 },
    { 20, 5, 40, 5, 30, 5, 20, 5 },
  };
  g_autoptr (MpPlatform) platform = mp_engine_make_platform (fixture, MP_ENGINE_BEARER, by_joins);

  for (size_t i = 0; i < G_N_ELEMENTS (delays); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GListModel) objects = NULL;
      g_autoptr (MpCrmObject) same = NULL;
      g_autofree char *names = NULL;

      mp_test_server_clear (fixture->server);
      for (unsigned int j = 0; j < N_JOINS; j++)
        add_join (fixture, j, delays[i][j]);
      objects = mp_engine_load_objects (platform, &error);

      g_assert_no_error (error);
      names = mp_engine_join_names (objects);
      g_assert_cmpstr (names, ==, "same,o0,o1,o2,o3,o4,o5,o6,o7");
      same = g_list_model_get_item (objects, 0);
      g_assert_cmpstr (mp_crm_object_get_label (same), ==, "of 0");
      g_assert_cmpuint (mp_test_server_get_n_requests (fixture->server), ==, N_JOINS);
    }
  g_assert_cmpuint (mp_test_server_get_most_at_once (fixture->server), >, 1);
  g_assert_cmpuint (mp_test_server_get_most_at_once (fixture->server), <=, 4);
}

/* A list is asked for when all is there that its items are read with. */
static void
test_joins_come_first (MpEngineFixture *fixture, gconstpointer data)
{
  g_autoptr (MpPlatform) platform = mp_engine_make_platform (
      fixture, MP_ENGINE_BEARER,
      "\"objects\": {\"request\": {\"path\": \"/list\"}, \"joins\": {"
      " \"one\": {\"request\": {\"path\": \"/one\"}},"
      " \"two\": {\"request\": {\"path\": \"/two\"}}},"
      " \"items\": \"@item\", \"name\": \"@one[@item]\", \"label\": \"@two[@item]\"}");
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) objects = NULL;
  g_autofree char *names = NULL;
  const MpTestRequest *last;

  mp_test_server_add (
      fixture->server,
      &(MpTestReply){ .path = "/api/one", .body = "{\"a\": \"contacts\"}", .delay_ms = 60 });
  mp_test_server_add (
      fixture->server,
      &(MpTestReply){ .path = "/api/two", .body = "{\"a\": \"Contacts\"}", .delay_ms = 20 });
  mp_engine_add_reply (fixture, "/api/list", NULL, "[\"a\"]");
  objects = mp_engine_load_objects (platform, &error);

  g_assert_no_error (error);
  names = mp_engine_join_names (objects);
  g_assert_cmpstr (names, ==, "contacts");
  g_assert_cmpuint (mp_test_server_get_n_requests (fixture->server), ==, 3);
  last = mp_test_server_get_request (fixture->server, 2);
  g_assert_cmpstr (last->path, ==, "/api/list");
  for (unsigned int i = 0; i < 2; i++)
    {
      const MpTestRequest *join = mp_test_server_get_request (fixture->server, i);
      unsigned int delay_ms = g_str_equal (join->path, "/api/one") ? 60 : 20;

      g_assert_cmpint (last->arrived_us - join->arrived_us, >=, delay_ms * 1000);
    }
}

/* Of several refusals that of the first request counts, whichever came first; what is under way
 * then ends with it. */
static void
test_refusal_is_of_the_first (MpEngineFixture *fixture, gconstpointer data)
{
  static const struct
  {
    unsigned int delays[2];
    unsigned int statuses[2];
    int code;
  } cases[] = {
    { { 40, 0 }, { 403, 400 }, MP_ERROR_FORBIDDEN },
    { { 0, 40 }, { 403, 400 }, MP_ERROR_FORBIDDEN },
    { { 40, 0 }, { 400, 403 }, MP_ERROR_INVALID },
    { { 0, 40 }, { 400, 403 }, MP_ERROR_INVALID },
    { { 40, 0 }, { 404, 401 }, MP_ERROR_NOT_FOUND },
  };
  g_autoptr (MpPlatform) platform = mp_engine_make_platform (fixture, MP_ENGINE_BEARER, by_joins);

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GListModel) objects = NULL;

      mp_test_server_clear (fixture->server);
      for (unsigned int j = 0; j < 2; j++)
        mp_test_server_add (fixture->server, &(MpTestReply){ .path = j == 0 ? "/api/j1" : "/api/j2",
                                                             .status = cases[i].statuses[j],
                                                             .body = "{}",
                                                             .delay_ms = cases[i].delays[j] });
      mp_test_server_add (fixture->server, &(MpTestReply){ .path = "/api/j3", .hangs = TRUE });
      for (unsigned int j = 0; j < N_JOINS; j++)
        add_join (fixture, j, 0);
      objects = mp_engine_load_objects (platform, &error);

      g_assert_null (objects);
      g_assert_error (error, MP_ERROR, cases[i].code);
      for (unsigned int j = 0; j < mp_test_server_get_n_requests (fixture->server); j++)
        g_assert_cmpstr (mp_test_server_get_request (fixture->server, j)->path, !=, "/api/j7");
    }
}

static void
test_joins_cancelled (MpEngineFixture *fixture, gconstpointer data)
{
  g_autoptr (MpPlatform) platform = mp_engine_make_platform (fixture, MP_ENGINE_BEARER, by_joins);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (MpSecret) secret = mp_secret_new ();
  g_autoptr (GAsyncResult) answer = NULL;
  g_autoptr (GListModel) objects = NULL;
  g_autoptr (GError) error = NULL;
  GAsyncResult *result = NULL;

  mp_test_server_add (fixture->server, &(MpTestReply){ .hangs = TRUE });
  mp_secret_set (secret, "key", MP_ENGINE_KEY);
  mp_platform_load_objects_async (platform, secret, NULL, cancellable, mp_test_wait_cb, &result);
  while (mp_test_server_get_n_requests (fixture->server) < 4)
    g_main_context_iteration (NULL, TRUE);
  g_cancellable_cancel (cancellable);
  answer = mp_test_wait (&result);
  objects = mp_platform_load_objects_finish (platform, answer, &error);

  g_assert_null (objects);
  g_assert_true (mp_error_is_cancelled (error));
  g_assert_cmpuint (mp_test_server_get_n_requests (fixture->server), ==, 4);
}

/* One of those under way is asked for patience: all of them have it. */
static void
test_patience_is_shared (MpEngineFixture *fixture, gconstpointer data)
{
  g_autoptr (MpPlatform) platform = mp_engine_make_platform (fixture, MP_ENGINE_BEARER, by_joins);
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) objects = NULL;
  g_autofree char *names = NULL;
  int64_t refused_us = 0;
  unsigned int n_before = 0;

  mp_test_server_add (fixture->server, &(MpTestReply){ .path = "/api/j1",
                                                       .status = 429,
                                                       .headers = { "Retry-After", "1" },
                                                       .times = 1 });
  for (unsigned int j = 0; j < N_JOINS; j++)
    add_join (fixture, j, 200);
  objects = mp_engine_load_objects (platform, &error);

  g_assert_no_error (error);
  names = mp_engine_join_names (objects);
  g_assert_cmpstr (names, ==, "same,o0,o1,o2,o3,o4,o5,o6,o7");
  g_assert_cmpuint (mp_test_server_get_n_requests (fixture->server), ==, N_JOINS + 1);
  for (unsigned int i = 0; i < N_JOINS + 1; i++)
    {
      const MpTestRequest *request = mp_test_server_get_request (fixture->server, i);

      if (refused_us == 0 && g_str_equal (request->path, "/api/j1"))
        refused_us = request->arrived_us;
    }
  /* Those that were under way, and no other before the second is over. */
  for (unsigned int i = 0; i < N_JOINS + 1; i++)
    n_before +=
        mp_test_server_get_request (fixture->server, i)->arrived_us - refused_us < G_USEC_PER_SEC;
  g_assert_cmpuint (n_before, ==, 4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  mp_engine_add_test ("/platforms/parallel/order-is-kept", test_order_is_kept);
  mp_engine_add_test ("/platforms/parallel/optional-is-left-out", test_optional_is_left_out);
  mp_engine_add_test ("/platforms/parallel/failure-ends-all", test_failure_ends_all);
  mp_engine_add_test ("/platforms/parallel/cancelled", test_cancelled);
  mp_engine_add_test ("/platforms/parallel/throttled", test_throttled);
  mp_engine_add_test ("/platforms/parallel/one-at-a-time", test_one_at_a_time);
  mp_engine_add_test ("/platforms/parallel/joins", test_joins);
  mp_engine_add_test ("/platforms/parallel/joins-come-first", test_joins_come_first);
  mp_engine_add_test ("/platforms/parallel/refusal-is-of-the-first", test_refusal_is_of_the_first);
  mp_engine_add_test ("/platforms/parallel/joins-cancelled", test_joins_cancelled);
  mp_engine_add_test ("/platforms/parallel/patience-is-shared", test_patience_is_shared);
  return g_test_run ();
}
