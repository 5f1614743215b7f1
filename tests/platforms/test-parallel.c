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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  mp_engine_add_test ("/platforms/parallel/order-is-kept", test_order_is_kept);
  mp_engine_add_test ("/platforms/parallel/optional-is-left-out", test_optional_is_left_out);
  mp_engine_add_test ("/platforms/parallel/failure-ends-all", test_failure_ends_all);
  mp_engine_add_test ("/platforms/parallel/cancelled", test_cancelled);
  mp_engine_add_test ("/platforms/parallel/throttled", test_throttled);
  return g_test_run ();
}
