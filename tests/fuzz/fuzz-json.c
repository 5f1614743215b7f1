/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz-driver.h"

#include "mp-json.h"

/* What is accepted is JSON to json-glib too, and the same after it was written. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = mp_json_parse ((const char *) data, (gssize) size, &error);
  g_autoptr (JsonNode) copy = NULL;
  g_autoptr (JsonNode) again = NULL;
  g_autoptr (JsonNode) from_canonical = NULL;
  g_autofree char *text = NULL;
  g_autofree char *canonical = NULL;
  g_autofree char *digest = NULL;
  g_autofree char *digest_again = NULL;

  g_assert_true ((node == NULL) == (error != NULL));
  if (node == NULL)
    return 0;

  copy = mp_json_node_copy (node);
  g_assert_true (mp_json_node_equal (copy, node));

  text = mp_json_to_text (node);
  again = mp_json_parse (text, -1, NULL);
  g_assert_nonnull (again);
  g_assert_true (mp_json_node_equal (again, node));

  canonical = mp_json_to_canonical (node);
  from_canonical = mp_json_parse (canonical, -1, NULL);
  g_assert_nonnull (from_canonical);

  digest = mp_json_digest (node);
  digest_again = mp_json_digest (again);
  g_assert_cmpstr (digest, ==, digest_again);
  return 0;
}
