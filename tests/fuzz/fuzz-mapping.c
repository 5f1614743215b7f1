/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz-driver.h"

#include "mp-json.h"
#include "mp-mapping-file.h"

static JsonObject *
collect_entries (MpChanges *changes)
{
  JsonObject *entries = json_object_new ();

  for (unsigned int i = 0; i < mp_changes_get_size (changes); i++)
    {
      g_autofree char *name = mp_pointer_dup_last (mp_changes_get_path (changes, i));

      json_object_set_member (entries, name, mp_json_node_copy (mp_changes_get_value (changes, i)));
    }
  return entries;
}

static MpChanges *
read_again (const MpFieldSpec *mapping, char *text /* (transfer full) */)
{
  g_autofree char *owned = text;
  g_autoptr (GError) error = NULL;
  MpChanges *changes = mp_mapping_file_read (mapping, owned, &error);

  g_assert_no_error (error);
  return changes;
}

/* What was read of a mapping's file can be written in both forms, and read from them. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const MpFieldSpec *mapping = mp_registry_find (mp_registry_get_default (), "/crm/member_fields");
  g_autofree char *text = g_strndup (size > 0 ? (const char *) data : "", size);
  g_autoptr (GError) error = NULL;
  g_autoptr (MpChanges) changes = mp_mapping_file_read (mapping, text, &error);
  g_autoptr (JsonObject) entries = NULL;
  g_autoptr (MpChanges) from_json = NULL;
  g_autoptr (MpChanges) from_csv = NULL;

  g_assert_true ((changes == NULL) == (error != NULL));
  if (changes == NULL)
    return 0;
  entries = collect_entries (changes);
  from_json = read_again (mapping, mp_mapping_file_to_json (mapping, entries));
  from_csv = read_again (mapping, mp_mapping_file_to_csv (mapping, entries));
  g_assert_cmpuint (mp_changes_get_size (from_json), ==, mp_changes_get_size (changes));
  g_assert_cmpuint (mp_changes_get_size (from_csv), <=, mp_changes_get_size (changes));
  return 0;
}
