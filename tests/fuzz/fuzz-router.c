/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz-driver.h"

#include <string.h>

#include "mp-api-router.h"

/* "METHOD PATH": there is a route, with what its pattern names, or a refusal in words. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const char *const methods[] = { "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OTHER" };
  g_autofree char *path = g_strndup (size > 0 ? (const char *) data : "", size);
  g_autoptr (MpApiRequest) request = mp_api_request_new ();
  MpApiReply *refusal = NULL;
  const MpApiRoute *route;

  request->method = methods[size > 0 ? data[size - 1] % G_N_ELEMENTS (methods) : 0];
  route = mp_api_route (path, request, &refusal);
  g_assert_true ((route == NULL) == (refusal != NULL));
  if (route == NULL)
    {
      g_assert_true (refusal->status == 404 || refusal->status == 405);
      g_assert_true ((refusal->status == 405) ==
                     (mp_api_reply_get_header (refusal, "Allow") != NULL));
      mp_api_reply_free (refusal);
      return 0;
    }

  g_assert_true ((strstr (route->pattern, "{tenant}") != NULL) == (request->tenant != NULL));
  g_assert_true ((strstr (route->pattern, "{id}") != NULL) == (request->target != NULL));
  return 0;
}
