/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-test-api.h"

#include "mp-api-router.h"

static JsonObject *
find_operation (JsonObject *document, const MpApiRoute *route)
{
  JsonObject *paths = mp_json_get_object (document, "paths");
  JsonObject *path = mp_json_get_object (paths, route->pattern);
  g_autofree char *method = g_ascii_strdown (route->method, -1);

  return path != NULL ? mp_json_get_object (path, method) : NULL;
}

/* Each route is described, with its body and whether it needs a token; and nothing else is. */
static void
test_routes (MpTestApi *self, gconstpointer data)
{
  g_autoptr (MpTestAnswer) answer = mp_test_api_get (self, NULL, "!/v1/openapi.json");
  size_t n_routes;
  const MpApiRoute *routes = mp_api_list_routes (&n_routes);
  unsigned int n_described = 0;
  JsonObjectIter paths;
  const char *name;
  JsonNode *path;

  g_assert_cmpuint (answer->status, ==, 200);
  g_assert_cmpstr (mp_test_string (answer->body, "/openapi"), ==, "3.1.0");
  for (size_t i = 0; i < n_routes; i++)
    {
      JsonObject *operation = find_operation (answer->body, &routes[i]);
      JsonArray *security;

      g_test_message ("%s %s", routes[i].method, routes[i].pattern);
      g_assert_nonnull (operation);
      g_assert_true (((routes[i].flags & MP_API_ROUTE_BODY) != 0) ==
                     json_object_has_member (operation, "requestBody"));
      security = mp_json_get_array (operation, "security");
      g_assert_true (((routes[i].flags & MP_API_ROUTE_PUBLIC) != 0) ==
                     (security != NULL && json_array_get_length (security) == 0));
    }

  json_object_iter_init (&paths, mp_json_get_object (answer->body, "paths"));
  while (json_object_iter_next (&paths, &name, &path))
    n_described += json_object_get_size (json_node_get_object (path)) -
                   json_object_has_member (json_node_get_object (path), "parameters");
  g_assert_cmpuint (n_described, ==, n_routes);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add ("/server/api/openapi/describes-the-routes", MpTestApi, NULL, mp_test_api_set_up,
              test_routes, mp_test_api_tear_down);

  return g_test_run ();
}
