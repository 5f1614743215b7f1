/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-engine-fixture.h"

#include <string.h>

#include "mp-error.h"
#include "mp-json.h"
#include "mp-test-wait.h"

static const char head[] =
    "{\"id\": \"own\", \"version\": 1, \"kind\": \"crm\", \"label\": \"Own\","
    " \"connection\": [{\"id\": \"site\", \"label\": \"Site\", \"default\": \"SITE\"}],"
    " \"hosts\": [\"{site}\"], \"base\": \"{site}/api/\", \"types\": {\"*\": \"text\"},";

/* Of what a test's document is not about. */
static const char one_part[] = ", \"credential\": [{\"id\": \"key\", \"label\": \"Key\"}]";
static const char plain_test[] = ", \"test\": {\"request\": {\"path\": \"/me\"}}";
static const char no_objects[] = ", \"objects\": {\"static\": [{\"name\": \"o\"}]}";
static const char no_fields[] =
    ", \"fields\": {\"static\": [{\"name\": \"a\", \"type\": \"text\"}]}";

static void
set_up (MpEngineFixture *fixture, gconstpointer data)
{
  fixture->server = mp_test_server_new ();
  fixture->http = mp_http_client_new ();
}

static void
tear_down (MpEngineFixture *fixture, gconstpointer data)
{
  g_assert_finalize_object (fixture->http);
  g_assert_finalize_object (fixture->server);
}

/* What stands in for a member that the test's document does not have. */
static const char *
get_missing (const char *rest, const char *member, const char *stand_in)
{
  return strstr (rest, member) != NULL ? "" : stand_in;
}

MpPlatform *
mp_engine_make_platform (MpEngineFixture *fixture, const char *auth, const char *rest)
{
  g_autoptr (GString) text = g_string_new (head);
  g_autoptr (MpFieldErrors) faults = mp_field_errors_new ();
  g_autoptr (JsonObject) object = NULL;
  g_autoptr (MpPlatformDocument) document = NULL;
  g_autoptr (GError) error = NULL;

  g_string_append_printf (
      text, "%s %s%s%s%s%s}", auth, rest, get_missing (rest, "\"credential\"", one_part),
      get_missing (rest, "\"test\"", plain_test), get_missing (rest, "\"objects\"", no_objects),
      get_missing (rest, "\"fields\"", no_fields));
  g_string_replace (text, "SITE", mp_test_server_get_address (fixture->server), 0);
  object = mp_json_parse_object (text->str, -1, &error);
  g_assert_no_error (error);
  document = mp_platform_document_new (object, faults);
  for (unsigned int i = 0; i < mp_field_errors_get_size (faults); i++)
    {
      const MpFieldError *fault = mp_field_errors_get (faults, i);
      g_autofree char *message = mp_field_error_dup_text (fault);

      g_test_message ("%s: %s", fault->pointer, message);
    }
  g_assert_nonnull (document);
  return mp_platform_new (document, fixture->http);
}

GListModel *
mp_engine_load_objects (MpPlatform *platform, GError **error)
{
  g_autoptr (MpSecret) secret = mp_secret_new ();
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  mp_secret_set (secret, "key", MP_ENGINE_KEY);
  mp_platform_load_objects_async (platform, secret, NULL, NULL, mp_test_wait_cb, &place);
  result = mp_test_wait (&place);
  return mp_platform_load_objects_finish (platform, result, error);
}

GListModel *
mp_engine_load_fields (MpPlatform *platform, const char *object, GError **error)
{
  g_autoptr (MpSecret) secret = mp_secret_new ();
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  mp_secret_set (secret, "key", MP_ENGINE_KEY);
  mp_platform_load_fields_async (platform, object, secret, NULL, NULL, mp_test_wait_cb, &place);
  result = mp_test_wait (&place);
  return mp_platform_load_fields_finish (platform, result, error);
}

MpTestResult *
mp_engine_test (MpPlatform *platform, MpSecret *secret, GError **error)
{
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  mp_platform_test_async (platform, secret, NULL, NULL, mp_test_wait_cb, &place);
  result = mp_test_wait (&place);
  return mp_platform_test_finish (platform, result, error);
}

void
mp_engine_add_reply (MpEngineFixture *fixture,
                     const char *path,
                     const char *query,
                     const char *body)
{
  mp_test_server_add (fixture->server,
                      &(MpTestReply){ .path = path, .query = query, .body = body });
}

char *
mp_engine_join_names (GListModel *items)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (unsigned int i = 0; i < g_list_model_get_n_items (items); i++)
    {
      g_autoptr (GObject) item = g_list_model_get_item (items, i);

      g_string_append_printf (names, "%s%s", i > 0 ? "," : "",
                              MP_IS_CRM_OBJECT (item)
                                  ? mp_crm_object_get_name (MP_CRM_OBJECT (item))
                                  : mp_crm_field_get_name (MP_CRM_FIELD (item)));
    }
  return g_string_free (g_steal_pointer (&names), FALSE);
}

void
mp_engine_assert_objects (MpEngineFixture *fixture,
                          const char *auth,
                          const char *rest,
                          const char *expected)
{
  g_autoptr (MpPlatform) platform = mp_engine_make_platform (fixture, auth, rest);
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) objects = mp_engine_load_objects (platform, &error);
  g_autofree char *names = NULL;

  g_assert_no_error (error);
  names = mp_engine_join_names (objects);
  g_assert_cmpstr (names, ==, expected);
}

void
mp_engine_add_test (const char *path, void (*test) (MpEngineFixture *, gconstpointer))
{
  g_test_add (path, MpEngineFixture, NULL, set_up, test, tear_down);
}
