/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz-driver.h"

#include "mp-json.h"
#include "mp-merge.h"

static void
check_changes (MpRecord *record)
{
  g_autoptr (MpRecord) empty = mp_record_new (mp_record_get_id (record), (MpStamp){ 0 });
  g_autoptr (MpChanges) diff = mp_record_diff (empty, record);
  g_autoptr (MpChanges) back = mp_record_diff (record, empty);
  g_autoptr (MpRecord) filled = mp_record_with_changes (empty, diff);
  g_autoptr (MpRecord) emptied = mp_record_with_changes (record, back);

  g_assert_true (mp_record_equal_content (filled, record));
  g_assert_true (mp_record_equal_content (emptied, empty));
}

static void
check_merge (MpRecord *record)
{
  MpRegistry *registry = mp_registry_get_default ();
  g_autoptr (MpRecord) empty = mp_record_new (mp_record_get_id (record), (MpStamp){ 0 });
  g_autoptr (MpChanges) set = mp_record_diff (empty, record);
  g_autoptr (MpChanges) expect = mp_merge_build_expect (registry, empty, set);
  g_autoptr (GPtrArray) refusals = mp_merge_check_expect (registry, empty, set, expect);
  g_autoptr (GPtrArray) conflicts = NULL;
  g_autoptr (MpRecord) merged = mp_merge_three_way (registry, empty, record, empty, &conflicts);

  g_assert_cmpuint (refusals->len, ==, 0);
  if (conflicts->len == 0)
    g_assert_true (mp_record_equal_content (merged, record));
}

/* A record that is accepted is the same after it was written, and its differences are complete. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) object = mp_json_parse_object ((const char *) data, (gssize) size, NULL);
  g_autoptr (JsonObject) written = NULL;
  g_autoptr (MpRecord) record = NULL;
  g_autoptr (MpRecord) again = NULL;

  if (object == NULL)
    return 0;

  record = mp_record_new_from_json (object, &error);
  g_assert_true ((record == NULL) == (error != NULL));
  if (record == NULL)
    return 0;

  written = mp_record_to_json (record);
  again = mp_record_new_from_json (written, &error);
  g_assert_no_error (error);
  g_assert_true (mp_record_equal_content (again, record));
  g_assert_cmpint (mp_record_get_archived (again), ==, mp_record_get_archived (record));

  check_changes (record);
  check_merge (record);
  return 0;
}
