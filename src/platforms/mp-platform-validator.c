/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-platform-validator.h"

#include <string.h>

#define MAX_VALUE_BYTES 1000

/* An entity tag is surer than a time of whole seconds. */
static const struct
{
  const char *answered;
  const char *asked;
} headers[] = {
  { "ETag", "If-None-Match" },
  { "Last-Modified", "If-Modified-Since" },
};

char *
mp_platform_dup_validator (const MpPlatformDocument *document,
                           const MpListSpec *list,
                           MpHttpResponse *response)
{
  for (size_t i = 0; list->is_conditional && i < G_N_ELEMENTS (headers); i++)
    {
      const char *value = mp_http_response_get_header (response, headers[i].answered);

      if (value != NULL && *value != '\0' && strlen (value) <= MAX_VALUE_BYTES)
        return g_strdup_printf ("%s %s %s", document->digest, headers[i].asked, value);
    }
  return NULL;
}

gboolean
mp_platform_set_condition (const MpPlatformDocument *document,
                           const MpListSpec *list,
                           const char *validator,
                           MpHttpRequest *request)
{
  g_auto (GStrv) pieces = g_strsplit (validator, " ", 3);

  if (!list->is_conditional || g_strv_length (pieces) != 3 ||
      !g_str_equal (pieces[0], document->digest) || strpbrk (pieces[2], "\r\n") != NULL)
    return FALSE;
  for (size_t i = 0; i < G_N_ELEMENTS (headers); i++)
    {
      if (!g_str_equal (pieces[1], headers[i].asked))
        continue;
      mp_http_request_set_header (request, pieces[1], pieces[2]);
      return TRUE;
    }
  return FALSE;
}
