/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz-driver.h"

#include "mp-feed-page.h"
#include "mp-json.h"
#include "mp-push-result.h"

/* What a tenant server may answer: read or refused with a reason, never half of it. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (JsonObject) object = mp_json_parse_object ((const char *) data, (gssize) size, NULL);
  g_autoptr (GError) page_error = NULL;
  g_autoptr (GError) result_error = NULL;
  g_autoptr (GError) head_error = NULL;
  g_autoptr (MpFeedPage) page = NULL;
  g_autoptr (MpPushResult) result = NULL;
  g_autoptr (MpAuditHead) head = NULL;

  if (object == NULL)
    return 0;

  page = mp_feed_page_new_from_json (object, &page_error);
  g_assert_true ((page == NULL) == (page_error != NULL));
  result = mp_push_result_new_from_json (object, &result_error);
  g_assert_true ((result == NULL) == (result_error != NULL));
  head = mp_audit_head_new_from_json (object, &head_error);
  g_assert_true ((head == NULL) == (head_error != NULL));
  return 0;
}
