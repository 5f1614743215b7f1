/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-connection.h"

static const char *
get_section_kind (MpRegistry *registry, const char *id)
{
  for (unsigned int i = 0; i < mp_registry_get_n_sections (registry); i++)
    {
      const MpSectionSpec *section = mp_registry_get_section (registry, i);

      if (g_str_equal (section->id, id))
        return section->kind;
    }
  return NULL;
}

/**
 * mp_connection_find_spec:
 * @registry: what a record is
 * @input: the input looked for, such as %MP_INPUT_CONNECTION or %MP_INPUT_CREDENTIAL
 * @kind: a kind of platform: crm, accounting, payment
 *
 * Finds the row of the section for platforms of @kind.
 *
 * Returns: (transfer none) (nullable): the row
 */
const MpFieldSpec *
mp_connection_find_spec (MpRegistry *registry, MpInput input, const char *kind)
{
  g_return_val_if_fail (MP_IS_REGISTRY (registry), NULL);

  for (unsigned int i = 0; i < mp_registry_get_n_fields (registry); i++)
    {
      const MpFieldSpec *field = mp_registry_get_field (registry, i);

      if (field->input == input &&
          g_strcmp0 (get_section_kind (registry, field->section), kind) == 0)
        return field;
    }
  return NULL;
}

/**
 * mp_connection_get:
 * @registry: what a record is
 * @record: (nullable): a record
 * @kind: a kind of platform
 *
 * Returns: (transfer none) (nullable): the settings of the connection to the record's platform of
 *   that kind, alive as long as @record
 */
JsonObject *
mp_connection_get (MpRegistry *registry, MpRecord *record, const char *kind)
{
  const MpFieldSpec *spec = mp_connection_find_spec (registry, MP_INPUT_CONNECTION, kind);
  JsonNode *node;

  if (record == NULL || spec == NULL)
    return NULL;

  node = mp_record_get_value (record, spec->path);
  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}
