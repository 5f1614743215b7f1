/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz-driver.h"

#include "mp-api-rest.h"

#define ID "018f0000-0000-7000-8000-000000000000"
#define REVISION "018f0000-0000-7000-8000-000000000001.7"

/* A client's cursor, number or entity tag. What is taken means the same when it is given out again.
 */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup (size > 0 ? (const char *) data : "", size);
  g_autofree char *epoch = NULL;
  g_autoptr (MpApiRequest) request = mp_api_request_new ();
  g_autoptr (MpRecord) blank = mp_record_new (ID, (MpStamp){ 0 });
  g_autoptr (MpRecord) record = mp_record_with_revision (blank, REVISION, (MpStamp){ 0 });
  MpApiReply *refusal;
  int64_t sequence;
  int64_t number;

  if (mp_db_parse_revision (text, &epoch, &sequence))
    {
      g_autofree char *same_epoch = NULL;
      int64_t same_sequence;
      g_autofree char *again = mp_db_format_revision (epoch, sequence);

      g_assert_true (mp_db_parse_revision (again, &same_epoch, &same_sequence));
      g_assert_cmpstr (same_epoch, ==, epoch);
      g_assert_cmpint (same_sequence, ==, sequence);
      g_assert_cmpint (sequence, >=, 0);
    }

  mp_api_request_set_query (request, "limit", text);
  if (mp_api_request_get_query_int (request, "limit", 100, 1, 500, &number))
    g_assert_true (number >= 1 && number <= 500);

  request->if_match = text;
  refusal = mp_api_check_if_match (request, record);
  if (refusal != NULL)
    g_assert_cmpuint (refusal->status, ==, 412);
  else
    g_assert_true (strstr (text, REVISION) != NULL || strchr (text, '*') != NULL);
  mp_api_reply_free (refusal);
  return 0;
}
