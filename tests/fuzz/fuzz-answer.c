/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz-driver.h"

#include "mp-json.h"
#include "mp-platform-decode.h"

/* An expression with every operator, over what an answer may hold. */
static const char document_text[] =
    "{\"id\": \"own\", \"version\": 1, \"kind\": \"crm\", \"label\": \"Own\","
    " \"credential\": [{\"id\": \"key\", \"label\": \"Key\"}],"
    " \"hosts\": [\"api.example.org\"], \"base\": \"https://api.example.org\","
    " \"auth\": {\"kind\": \"bearer\", \"token\": \"{key}\"},"
    " \"test\": {\"request\": {\"path\": \"/me\"}},"
    " \"objects\": {\"static\": [{\"name\": \"a\"}]},"
    " \"types\": {\"string\": {\"textarea\": \"longtext\", \"*\": \"text\"}, \"*\": \"other\"},"
    " \"fields\": {\"request\": {\"path\": \"/f\"}, \"items\": [\"results\", \"fields\"],"
    " \"keep\": \"!hidden && (archived == false || archived == null)\","
    " \"name\": [\"name\", \"id\"], \"label\": [\"labels.0\", \"label\"],"
    " \"type\": \"type\", \"subtype\": \"fieldType\","
    " \"required\": \"name in required || type in [a, 'b', 3]\","
    " \"read_only\": \"length > 3 && length <= 80\", \"custom\": \"custom != true\","
    " \"max_length\": \"length\","
    " \"options\": {\"items\": \"options\", \"keep\": \"!hidden\", \"value\": [\"value\", "
    "\"@key\"],"
    " \"label\": \"label\"}}}";

static MpPlatformDocument *
read_document (void)
{
  g_autoptr (JsonObject) object = mp_json_parse_object (document_text, -1, NULL);
  g_autoptr (MpFieldErrors) faults = mp_field_errors_new ();
  MpPlatformDocument *document = mp_platform_document_new (object, faults);

  g_assert_nonnull (document);
  return document;
}

/* Whatever a CRM answers: fields, or an error that names the pointer. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (JsonNode) root = mp_json_parse ((const char *) data, (gssize) size, NULL);
  g_autoptr (MpPlatformDocument) document = NULL;
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GError) error = NULL;
  unsigned int count;
  gboolean decoded;
  MpPlatformDecoder decoder = {
    .of_fields = TRUE,
    .items = items,
    .names = names,
    .most = 100,
  };

  if (root == NULL)
    return 0;
  document = read_document ();
  decoder.document = document;
  decoder.list = g_ptr_array_index (document->fields, 0);
  decoded = mp_platform_decode_page (&decoder, root, &count, &error);
  g_assert_true (decoded == (error == NULL));
  g_assert_cmpuint (items->len, ==, g_hash_table_size (names));
  return 0;
}
