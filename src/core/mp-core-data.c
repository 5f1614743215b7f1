/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-core-data-private.h"

#include <gio/gio.h>

#include "mp-core-resources.h"

#define PREFIX "/org/memberpulse/Integrations/"

/*
 * Calling the generated accessor is what keeps the object with the data in a program that links
 * the static library; the library's own registration alone would be left out by the linker.
 */
GBytes *
mp_core_data_lookup (const char *name)
{
  g_autofree char *path = g_strconcat (PREFIX, name, NULL);
  g_autoptr (GError) error = NULL;
  GBytes *bytes;

  bytes =
      g_resource_lookup_data (mp_core_get_resource (), path, G_RESOURCE_LOOKUP_FLAGS_NONE, &error);
  if (bytes == NULL)
    g_critical ("The built-in data lacks %s: %s", name, error->message);
  return bytes;
}
