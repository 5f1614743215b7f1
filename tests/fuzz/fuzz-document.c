/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz-driver.h"

#include "mp-json.h"
#include "mp-platforms.h"
#include "mp-request-builder.h"

static void
make_requests (MpRequestBuilder *builder, GPtrArray *lists)
{
  for (unsigned int i = 0; lists != NULL && i < lists->len; i++)
    {
      const MpListSpec *list = g_ptr_array_index (lists, i);
      g_autoptr (MpHttpRequest) request = NULL;
      g_autoptr (GError) error = NULL;

      if (list->request == NULL)
        continue;
      request = mp_request_builder_make_request (builder, list->request, NULL, NULL, &error);
      g_assert_true ((request == NULL) == (error != NULL));
    }
}

/* As if its key had been exchanged. */
static MpAccess *
make_access (MpPlatformDocument *document)
{
  static const MpValue value = { .kind = MP_VALUE_STRING, .string = "7" };
  g_autoptr (MpAccess) access = mp_access_new ();

  mp_access_set_token (access, "t0ken", NULL);
  for (unsigned int i = 0; i < document->prepare->len; i++)
    {
      const MpPrepareSpec *step = g_ptr_array_index (document->prepare, i);

      for (unsigned int j = 0; j < step->values->len; j++)
        {
          const MpPreparedSpec *prepared = g_ptr_array_index (step->values, j);

          mp_access_add_value (access, prepared->name, &value);
        }
    }
  return g_steal_pointer (&access);
}

/* What it asks with a key: requests, or errors that say what is missing. */
static void
use_document (MpPlatformDocument *document)
{
  g_autoptr (MpSecret) secret = mp_secret_new ();
  g_autoptr (MpAccess) access = make_access (document);
  g_autoptr (MpRequestBuilder) builder = NULL;
  g_autoptr (MpHttpRequest) request = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) test_error = NULL;

  for (unsigned int i = 0; i < mp_platform_spec_get_n_parts (document->spec); i++)
    mp_secret_set (secret, mp_platform_spec_get_part (document->spec, i)->id, "0123456789");
  builder = mp_request_builder_new (document, NULL, secret, NULL, "contacts", &error);
  g_assert_true ((builder == NULL) == (error != NULL));
  if (builder == NULL || !mp_request_builder_set_access (builder, access, &error))
    return;
  if (document->test.request != NULL)
    {
      request = mp_request_builder_make_request (builder, document->test.request, NULL, NULL,
                                                 &test_error);
      g_assert_true ((request == NULL) == (test_error != NULL));
    }
  make_requests (builder, document->objects);
  make_requests (builder, document->fields);
}

/* A platform document is either used or has a fault that is told; none does harm. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MpFieldErrors) faults =
                 mp_platform_check_document ((const char *) data, (gssize) size, &error);
  g_autoptr (JsonObject) object = NULL;
  g_autoptr (MpFieldErrors) again = mp_field_errors_new ();
  g_autoptr (MpPlatformDocument) document = NULL;

  g_assert_true ((faults == NULL) == (error != NULL));
  for (unsigned int i = 0; faults != NULL && i < mp_field_errors_get_size (faults); i++)
    {
      g_autofree char *text = mp_field_error_dup_text (mp_field_errors_get (faults, i));

      g_assert_nonnull (text);
    }
  if (faults == NULL || mp_field_errors_get_size (faults) > 0)
    return 0;

  object = mp_json_parse_object ((const char *) data, (gssize) size, NULL);
  document = mp_platform_document_new (object, again);
  g_assert_nonnull (document);
  if (mp_platform_spec_get_unavailable (document->spec) == NULL)
    use_document (document);
  return 0;
}
