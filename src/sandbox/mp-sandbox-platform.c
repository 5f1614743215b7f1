/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-sandbox.h"

#include "mp-json.h"

#include <glib/gstdio.h>

/**
 * mp_sandbox_write_platform:
 * @folder: where to write; made when it is missing
 * @address: the sandbox's own address
 * @error: return location
 *
 * Writes a platform document "sandbox-crm.json": HubSpot's, directed to this sandbox.
 *
 * Returns: whether it was written
 */
gboolean
mp_sandbox_write_platform (const char *folder, const char *address, GError **error)
{
  g_autoptr (GBytes) hubspot = g_resources_lookup_data ("/org/memberpulse/Sandbox/hubspot.json",
                                                        G_RESOURCE_LOOKUP_FLAGS_NONE, error);
  g_autofree char *path = g_build_filename (folder, "sandbox-crm.json", NULL);
  g_autoptr (JsonObject) document = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *text = NULL;
  JsonArray *hosts = json_array_new ();

  json_array_add_string_element (hosts, "127.0.0.1");
  if (hubspot != NULL)
    document = mp_json_parse_object (g_bytes_get_data (hubspot, NULL),
                                     (gssize) g_bytes_get_size (hubspot), error);
  if (document == NULL)
    {
      json_array_unref (hosts);
      return FALSE;
    }
  json_object_set_string_member (document, "id", "sandbox-crm");
  json_object_set_string_member (document, "label", "Sandbox CRM");
  json_object_set_string_member (document, "base", address);
  json_object_set_string_member (
      document, "key_help",
      "Any key of the form pat-na1-sandbox-… is accepted; others are refused, as HubSpot does.");
  json_object_remove_member (document, "key_address");
  json_object_set_array_member (document, "hosts", hosts);
  node = json_node_init_object (json_node_alloc (), document);
  text = mp_json_to_pretty_text (node);
  if (g_mkdir_with_parents (folder, 0700) != 0)
    {
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s cannot be made", folder);
      return FALSE;
    }
  return g_file_set_contents (path, text, -1, error);
}
