/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-engine-fixture.h"

#include <string.h>

#include "mp-error.h"
#include "mp-test-wait.h"

/* A list that is known already is asked for on the condition that it has changed. */

static const char conditional[] =
    "\"objects\": {\"request\": {\"path\": \"/objects\"}, \"conditional\": true,"
    " \"items\": \"@item\", \"name\": \"n\"}";

static GListModel *
renew (MpPlatform *platform, const char *given, char **validator, GError **error)
{
  g_autoptr (MpSecret) secret = mp_secret_new ();
  g_autoptr (GAsyncResult) answer = NULL;
  GAsyncResult *result = NULL;

  mp_secret_set (secret, "key", MP_ENGINE_KEY);
  mp_platform_renew_async (platform, NULL, given, secret, NULL, NULL, mp_test_wait_cb, &result);
  answer = mp_test_wait (&result);
  return mp_platform_renew_finish (platform, answer, validator, error);
}

static void
add_reply (MpEngineFixture *fixture, unsigned int status, const char *name, const char *value)
{
  mp_test_server_clear (fixture->server);
  mp_test_server_add (fixture->server, &(MpTestReply){ .path = "/api/objects",
                                                       .status = status,
                                                       .body = "[{\"n\": \"a\"}]",
                                                       .headers = { name, value } });
}

static const char *
get_header (MpEngineFixture *fixture, const char *name)
{
  return mp_test_request_get_header (mp_test_server_get_request (fixture->server, 0), name);
}

/* What came with the list is sent back, and the platform's word that it holds is passed on. */
static void
test_unchanged (MpEngineFixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *answered;
    const char *asked;
    const char *value;
  } cases[] = {
    { "ETag", "if-none-match", "W/\"a b\"" },
    { "Last-Modified", "if-modified-since", "Fri, 27 Nov 2026 10:00:00 GMT" },
  };
  g_autoptr (MpPlatform) platform =
                 mp_engine_make_platform (fixture, MP_ENGINE_BEARER, conditional);

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *validator = NULL;
      g_autofree char *none = NULL;
      g_autoptr (GListModel) list = NULL;
      g_autoptr (GListModel) again = NULL;
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", cases[i].answered);
      add_reply (fixture, 200, cases[i].answered, cases[i].value);
      list = renew (platform, NULL, &validator, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (g_list_model_get_n_items (list), ==, 1);
      g_assert_nonnull (validator);
      g_assert_null (get_header (fixture, cases[i].asked));

      add_reply (fixture, 304, NULL, NULL);
      again = renew (platform, validator, &none, &error);
      g_assert_null (again);
      g_assert_error (error, MP_ERROR, MP_ERROR_UNCHANGED);
      g_assert_cmpstr (get_header (fixture, cases[i].asked), ==, cases[i].value);
    }
}

/* Another state comes with its own validator. */
static void
test_changed (MpEngineFixture *fixture, gconstpointer data)
{
  g_autoptr (MpPlatform) platform =
                 mp_engine_make_platform (fixture, MP_ENGINE_BEARER, conditional);
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autoptr (GListModel) list = NULL;
  g_autoptr (GListModel) again = NULL;
  g_autoptr (GError) error = NULL;

  add_reply (fixture, 200, "ETag", "\"1\"");
  list = renew (platform, NULL, &first, &error);
  add_reply (fixture, 200, "ETag", "\"2\"");
  again = renew (platform, first, &second, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (g_list_model_get_n_items (again), ==, 1);
  g_assert_cmpstr (second, !=, first);
}

/* What another document read, or nobody, is no condition; nor is anything for a list that the
 * document does not call conditional. */
static void
test_other_validators (MpEngineFixture *fixture, gconstpointer data)
{
  static const char *const documents[] = {
    "\"objects\": {\"request\": {\"path\": \"/objects\"}, \"conditional\": true,"
    " \"items\": \"@item\", \"name\": \"n\", \"keep\": \"n != 'b'\"}",
    "\"objects\": {\"request\": {\"path\": \"/objects\"}, \"items\": \"@item\", \"name\": \"n\"}",
  };
  g_autoptr (MpPlatform) platform =
                 mp_engine_make_platform (fixture, MP_ENGINE_BEARER, conditional);
  g_autofree char *validator = NULL;
  g_autofree char *broken = NULL;
  g_autoptr (GListModel) list = NULL;
  g_autoptr (GListModel) again = NULL;
  g_autoptr (GError) error = NULL;

  add_reply (fixture, 200, "ETag", "\"1\"");
  list = renew (platform, NULL, &validator, &error);
  for (size_t i = 0; i < G_N_ELEMENTS (documents); i++)
    {
      g_autoptr (MpPlatform) other =
                     mp_engine_make_platform (fixture, MP_ENGINE_BEARER, documents[i]);
      g_autoptr (GListModel) items = NULL;

      add_reply (fixture, 200, "ETag", "\"1\"");
      items = renew (other, validator, NULL, &error);
      g_assert_no_error (error);
      g_assert_null (get_header (fixture, "if-none-match"));
    }

  broken = g_strconcat (validator, "\r\nX-Evil: 1", NULL);
  add_reply (fixture, 200, "ETag", "\"1\"");
  again = renew (platform, broken, NULL, &error);
  g_assert_no_error (error);
  g_assert_null (get_header (fixture, "if-none-match"));
}

/* Nobody asked on a condition: the answer is a fault of the platform. */
static void
test_unasked_not_modified (MpEngineFixture *fixture, gconstpointer data)
{
  g_autoptr (MpPlatform) platform =
                 mp_engine_make_platform (fixture, MP_ENGINE_BEARER, conditional);
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) list = NULL;

  add_reply (fixture, 304, NULL, NULL);
  list = renew (platform, NULL, NULL, &error);
  g_assert_null (list);
  g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  mp_engine_add_test ("/platforms/renew/unchanged", test_unchanged);
  mp_engine_add_test ("/platforms/renew/changed", test_changed);
  mp_engine_add_test ("/platforms/renew/other-validators", test_other_validators);
  mp_engine_add_test ("/platforms/renew/unasked-not-modified", test_unasked_not_modified);
  return g_test_run ();
}
