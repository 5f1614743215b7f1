/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz-driver.h"

#include "mp-feed-page.h"
#include "mp-json.h"
#include "mp-push-result.h"

/* A page whose records are read without their trees is the same, or is refused as well. */
static void
check_text (const uint8_t *data, size_t size, MpFeedPage *page)
{
  g_autoptr (MpFeedPage) same = mp_feed_page_new_from_text ((const char *) data, size, NULL, NULL);
  GPtrArray *records = page != NULL ? mp_feed_page_get_records (page) : NULL;

  g_assert_true ((page == NULL) == (same == NULL));
  if (page == NULL)
    return;
  g_assert_cmpstr (mp_feed_page_get_cursor (same), ==, mp_feed_page_get_cursor (page));
  g_assert_cmpuint (mp_feed_page_get_records (same)->len, ==, records->len);
  g_assert_cmpuint (mp_feed_page_get_credentials (same)->len, ==,
                    mp_feed_page_get_credentials (page)->len);
  for (unsigned int i = 0; i < records->len; i++)
    {
      g_autofree char *text = mp_record_dup_text (records->pdata[i]);
      g_autofree char *same_text = mp_record_dup_text (mp_feed_page_get_records (same)->pdata[i]);

      g_assert_cmpstr (same_text, ==, text);
    }
}

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
  check_text (data, size, page);
  result = mp_push_result_new_from_json (object, &result_error);
  g_assert_true ((result == NULL) == (result_error != NULL));
  head = mp_audit_head_new_from_json (object, &head_error);
  g_assert_true ((head == NULL) == (head_error != NULL));
  return 0;
}
