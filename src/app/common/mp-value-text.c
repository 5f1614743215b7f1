/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-value-text.h"

#include "mp-app-text.h"
#include "mp-json.h"
#include "mp-mapping-entry.h"

#include <glib/gi18n-lib.h>

static MpRegistry *
get_registry (MpContext *context)
{
  return mp_services_get_registry (mp_context_get_services (context));
}

static MpPlatform *
find_platform (MpContext *context, const char *id)
{
  return mp_platforms_find (mp_services_get_platforms (mp_context_get_services (context)), id);
}

static const char *
get_section_label (MpRegistry *registry, const char *id)
{
  for (unsigned int i = 0; i < mp_registry_get_n_sections (registry); i++)
    {
      const MpSectionSpec *section = mp_registry_get_section (registry, i);

      if (g_str_equal (section->id, id))
        return mp_section_spec_get_label (section);
    }
  return id;
}

/* What a member of a mapping or of a connection is called. */
static char *
dup_member_label (MpContext *context, MpRecord *record, const MpFieldSpec *spec, const char *path)
{
  g_autofree char *name = mp_pointer_dup_last (path);

  if (spec->catalogue != NULL)
    {
      MpCatalogueField *field = mp_catalogue_find (mp_catalogue_get (spec->catalogue), name);

      if (field != NULL)
        return g_strdup (mp_catalogue_field_get_label (field));
    }
  else if (spec->platform_path != NULL && record != NULL)
    {
      const char *id = mp_record_get_string (record, spec->platform_path);
      MpPlatform *platform = id != NULL ? find_platform (context, id) : NULL;
      const MpSettingSpec *setting =
          platform != NULL ? mp_platform_spec_find_setting (mp_platform_get_spec (platform), name)
                           : NULL;

      if (setting != NULL)
        return g_strdup (setting->label);
    }
  return g_steal_pointer (&name);
}

/**
 * mp_value_text_dup_label:
 * @context: what the pages share
 * @record: (nullable): the record the value stands in
 * @path: the value's path; empty: the whole record
 *
 * Returns: (transfer full): what people call the value: "CRM › Member Object"
 */
char *
mp_value_text_dup_label (MpContext *context, MpRecord *record, const char *path)
{
  const MpFieldSpec *spec;
  const char *section;
  g_autofree char *member = NULL;

  g_return_val_if_fail (MP_IS_CONTEXT (context), NULL);
  g_return_val_if_fail (path != NULL, NULL);

  if (*path == '\0')
    return g_strdup (_ ("The whole record"));
  spec = *path == '/' ? mp_registry_find (get_registry (context), path) : NULL;
  if (spec == NULL)
    return g_strdup (path);
  if (g_str_equal (spec->section, "general"))
    return g_strdup (mp_field_spec_get_label (spec));

  section = get_section_label (get_registry (context), spec->section);
  if (g_str_equal (spec->path, path))
    return g_strdup_printf ("%s › %s", section, mp_field_spec_get_label (spec));

  member = dup_member_label (context, record, spec, path);
  return g_strdup_printf ("%s › %s › %s", section, mp_field_spec_get_label (spec), member);
}

static char *
dup_mapping_text (JsonNode *value)
{
  const char *reason = mp_mapping_get_not_sent (value);

  if (reason != NULL && *reason != '\0')
    /* Translators: a field of Member Pulse is not sent to the CRM; %s is the reason. */
    return g_strdup_printf (_ ("Not sent: %s"), reason);
  if (reason != NULL)
    return g_strdup (_ ("Not sent"));
  return g_strdup (mp_mapping_get_target (value));
}

static char *
dup_credential_name (MpContext *context, const char *id)
{
  MpSession *session = mp_context_get_session (context);
  MpCredential *credential = session != NULL ? mp_session_find_credential (session, id) : NULL;
  g_autofree char *masked = NULL;

  if (credential == NULL)
    return g_strdup (_ ("A key that is not known here"));

  masked = mp_credential_dup_masked (credential);
  return g_strdup_printf ("%s (%s)", mp_credential_get_label (credential), masked);
}

/**
 * mp_value_text_dup_value:
 * @context: what the pages share
 * @path: the value's path
 * @value: (nullable): the value; %NULL: not set
 *
 * Returns: (transfer full): the value as people read it
 */
char *
mp_value_text_dup_value (MpContext *context, const char *path, JsonNode *value)
{
  const MpFieldSpec *spec;
  const char *text;

  g_return_val_if_fail (MP_IS_CONTEXT (context), NULL);
  g_return_val_if_fail (path != NULL, NULL);

  if (value == NULL || JSON_NODE_HOLDS_NULL (value))
    return g_strdup (C_ ("value", "Not set"));

  spec = *path == '/' ? mp_registry_find (get_registry (context), path) : NULL;
  text = mp_json_node_get_string (value);
  if (spec != NULL && spec->input == MP_INPUT_MAPPING && !g_str_equal (spec->path, path))
    {
      char *mapping = dup_mapping_text (value);

      if (mapping != NULL)
        return mapping;
    }
  if (text == NULL)
    return mp_json_to_text (value);
  if (spec != NULL && spec->input == MP_INPUT_PLATFORM && find_platform (context, text) != NULL)
    return g_strdup (mp_platform_get_label (find_platform (context, text)));
  if (spec != NULL && spec->input == MP_INPUT_CREDENTIAL)
    return dup_credential_name (context, text);
  return g_strdup (text);
}

/**
 * mp_value_text_dup_stamp:
 * @stamp: when and by whom
 *
 * Returns: (transfer full): "3 March 2026, 14:05, by anna"
 */
char *
mp_value_text_dup_stamp (MpStamp stamp)
{
  g_autofree char *time = mp_app_text_dup_time (stamp.at_unix_us);

  if (stamp.by == NULL || stamp.at_unix_us == 0)
    return g_steal_pointer (&time);
  /* Translators: 1 is a date and time, 2 a person's name. */
  return g_strdup_printf (_ ("%s, by %s"), time, stamp.by);
}
