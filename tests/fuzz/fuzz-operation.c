/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz-driver.h"

#include "mp-json.h"
#include "mp-operation.h"

/* An operation that is accepted is the same after it was written. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) object = mp_json_parse_object ((const char *) data, (gssize) size, NULL);
  g_autoptr (MpOperation) operation = NULL;
  g_autoptr (MpOperation) again = NULL;
  g_autoptr (JsonNode) written = NULL;
  g_autoptr (JsonNode) rewritten = NULL;

  if (object == NULL)
    return 0;

  operation = mp_operation_new_from_json (object, &error);
  g_assert_true ((operation == NULL) == (error != NULL));
  if (operation == NULL)
    return 0;

  written = mp_json_node_take_object (mp_operation_to_json (operation));
  again = mp_operation_new_from_json (json_node_get_object (written), &error);
  g_assert_no_error (error);
  rewritten = mp_json_node_take_object (mp_operation_to_json (again));
  g_assert_true (mp_json_node_equal (rewritten, written));
  return 0;
}
