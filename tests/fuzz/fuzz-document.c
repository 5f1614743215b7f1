/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz-driver.h"

#include "mp-platforms.h"

/* A platform document is either used or has a fault that is told; none does harm. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MpFieldErrors) faults =
                 mp_platform_check_document ((const char *) data, (gssize) size, &error);

  g_assert_true ((faults == NULL) == (error != NULL));
  for (unsigned int i = 0; faults != NULL && i < mp_field_errors_get_size (faults); i++)
    {
      g_autofree char *text = mp_field_error_dup_text (mp_field_errors_get (faults, i));

      g_assert_nonnull (text);
    }
  return 0;
}
