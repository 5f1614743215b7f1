/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-cli.h"

#include "mp-error.h"

#include <string.h>

#define USAGE "platform try ID test|objects|fields [OBJECT]"

/* Whoever writes a platform's document asks the system with it, without a record or a server. */

/* (nullable): a setting that the platform does not have */
static JsonObject *
make_connection (MpCli *cli, MpPlatformSpec *spec, GError **error)
{
  g_autoptr (JsonObject) connection = json_object_new ();

  for (unsigned int i = 0; cli->connection != NULL && cli->connection[i] != NULL; i++)
    {
      g_auto (GStrv) sides = g_strsplit (cli->connection[i], "=", 2);

      if (g_strv_length (sides) != 2 || mp_platform_spec_find_setting (spec, sides[0]) == NULL)
        {
          g_set_error (error, MP_ERROR, MP_ERROR_INVALID,
                       "“%s” is no SETTING=VALUE of %s: see mpctl platform show %s",
                       cli->connection[i], mp_platform_spec_get_label (spec),
                       mp_platform_spec_get_id (spec));
          return NULL;
        }
      json_object_set_string_member (connection, sides[0], sides[1]);
    }
  return g_steal_pointer (&connection);
}

static MpExit
try_test (
    MpCli *cli, MpPlatform *platform, MpSecret *secret, JsonObject *connection, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (MpTestResult) tested = NULL;
  GAsyncResult *slot = NULL;

  mp_platform_test_async (platform, secret, connection, NULL, mp_cli_ready_cb, &slot);
  result = mp_cli_wait (&slot);
  tested = mp_platform_test_finish (platform, result, error);
  return tested != NULL ? mp_cli_print_tested (cli, tested) : MP_EXIT_FAILED;
}

/* @object: (nullable): the objects are asked for */
static GListModel *
load (MpPlatform *platform,
      const char *object,
      MpSecret *secret,
      JsonObject *connection,
      GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;

  if (object == NULL)
    mp_platform_load_objects_async (platform, secret, connection, NULL, mp_cli_ready_cb, &slot);
  else
    mp_platform_load_fields_async (platform, object, secret, connection, NULL, mp_cli_ready_cb,
                                   &slot);
  result = mp_cli_wait (&slot);
  return object == NULL ? mp_platform_load_objects_finish (platform, result, error)
                        : mp_platform_load_fields_finish (platform, result, error);
}

static MpExit
try_list (MpCli *cli,
          MpPlatform *platform,
          const char *object,
          MpSecret *secret,
          JsonObject *connection,
          GError **error)
{
  g_autoptr (GListModel) list = load (platform, object, secret, connection, error);
  g_autoptr (JsonArray) array = NULL;

  if (list == NULL)
    return MP_EXIT_FAILED;
  array = object == NULL ? mp_cli_list_objects (cli, list) : mp_cli_list_fields (cli, list);
  if (cli->json)
    {
      g_autoptr (JsonNode) node = json_node_init_array (json_node_alloc (), array);

      mp_cli_print_json (node);
    }
  return MP_EXIT_DONE;
}

MpExit
mp_cli_try_platform (
    MpCli *cli, const char *id, const char *what, const char *object, GError **error)
{
  static const char *const words[] = { "test", "objects", "fields", NULL };
  MpServices *services = mp_cli_get_services (cli, error);
  gboolean of_fields = g_str_equal (what, "fields");
  g_autoptr (JsonObject) connection = NULL;
  g_autoptr (MpSecret) secret = NULL;
  MpPlatform *platform;

  if (services == NULL)
    return MP_EXIT_FAILED;
  if (!g_strv_contains (words, what) || of_fields != (object != NULL))
    {
      mp_cli_set_usage_error (error, USAGE);
      return MP_EXIT_USAGE;
    }
  platform = mp_platforms_find (mp_services_get_platforms (services), id);
  if (platform == NULL)
    {
      mp_cli_set_no_platform_error (cli, id, error);
      return MP_EXIT_FAILED;
    }
  connection = make_connection (cli, mp_platform_get_spec (platform), error);
  if (connection != NULL)
    secret = mp_cli_read_secret (cli->secret_fd, mp_platform_get_spec (platform), NULL, error);
  if (secret == NULL)
    return MP_EXIT_FAILED;
  return g_str_equal (what, "test") ? try_test (cli, platform, secret, connection, error)
                                    : try_list (cli, platform, object, secret, connection, error);
}
