/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-validation.h"

#include "mp-catalogue.h"
#include "mp-clock.h"
#include "mp-field-fit.h"
#include "mp-json.h"
#include "mp-mapping-entry.h"

#define GENERAL_MAX_LENGTH 4000
#define NIL_UUID "00000000-0000-0000-0000-000000000000"

/* What one validation works on. */
typedef struct
{
  MpRegistry *registry;
  MpRecord *record;
  const MpValidationContext *context;
  MpFieldErrors *errors;
} Validation;

/* One mapping while its rows are checked. */
typedef struct
{
  const MpFieldSpec *spec;
  MpCatalogue *catalogue;
  const char *object;  /* (nullable): no object is chosen */
  GHashTable *targets; /* (owned): CRM field -> name of the Member Pulse field */
} Mapping;

/* Member fields that are the remote record's own id: the program fills them in while connected. */
static const struct
{
  const char *field;
  const char *key_path;
} locked_fields[] = {
  { "crmId", "/crm/api_key" },
  { "accountingId", "/accounting/api_key" },
};

static gboolean
is_blank (const char *text)
{
  g_autofree char *copy = g_strdup (text);

  return copy == NULL || *g_strstrip (copy) == '\0';
}

static void
add_simple (
    Validation *self, const char *pointer, const char *code, const char *name, const char *value)
{
  mp_field_errors_add (self->errors, MP_SEVERITY_ERROR, pointer, code, name, value, NULL);
}

static void
add_wrong_type (Validation *self, const char *pointer, const char *expected)
{
  add_simple (self, pointer, MP_FIELD_WRONG_TYPE, "expected", expected);
}

static void
add_required (Validation *self, const char *pointer, const char *label)
{
  mp_field_errors_add (self->errors, MP_SEVERITY_ERROR, pointer, MP_FIELD_REQUIRED, "label", label,
                       NULL);
}

/* Is @text short enough? Says so when it is not. */
static gboolean
check_length (Validation *self, const char *pointer, const char *text, unsigned int max_length)
{
  const unsigned int limit = max_length > 0 ? max_length : GENERAL_MAX_LENGTH;
  const long length = g_utf8_strlen (text, -1);
  g_autofree char *limit_text = NULL;
  g_autofree char *length_text = NULL;

  if (length <= (long) limit)
    return TRUE;
  limit_text = g_strdup_printf ("%u", limit);
  length_text = g_strdup_printf ("%ld", length);
  mp_field_errors_add (self->errors, MP_SEVERITY_ERROR, pointer, MP_FIELD_TOO_LONG, "limit",
                       limit_text, "length", length_text, NULL);
  return FALSE;
}

static gboolean
is_object_input (MpInput input)
{
  return input == MP_INPUT_CONNECTION || input == MP_INPUT_MAPPING;
}

/* Is @value of the JSON type and length of its row? */
static gboolean
check_shape (Validation *self, const MpFieldSpec *spec, JsonNode *value)
{
  const char *text = mp_json_node_get_string (value);

  if (is_object_input (spec->input))
    {
      if (JSON_NODE_HOLDS_OBJECT (value))
        return TRUE;
      add_wrong_type (self, spec->path, "object");
      return FALSE;
    }
  if (text == NULL)
    {
      add_wrong_type (self, spec->path, "text");
      return FALSE;
    }
  return check_length (self, spec->path, text, spec->max_length);
}

static MpPlatformSpec *
find_platform (Validation *self, const char *id)
{
  const MpValidationContext *context = self->context;

  if (context == NULL || context->find_platform == NULL || id == NULL)
    return NULL;
  return context->find_platform (id, context->user_data);
}

static MpCrmMetadata *
get_metadata (Validation *self)
{
  return self->context != NULL ? self->context->metadata : NULL;
}

static void
check_platform (Validation *self, const MpFieldSpec *spec, const char *id)
{
  MpPlatformSpec *platform = find_platform (self, id);

  if (self->context == NULL || self->context->find_platform == NULL)
    return;
  if (platform == NULL)
    add_simple (self, spec->path, MP_FIELD_UNKNOWN_PLATFORM, "platform", id);
  else if (g_strcmp0 (mp_platform_spec_get_kind (platform), spec->kind) != 0)
    mp_field_errors_add (self->errors, MP_SEVERITY_ERROR, spec->path, MP_FIELD_WRONG_KIND,
                         "platform", mp_platform_spec_get_label (platform), "kind", spec->kind,
                         NULL);
  else if (mp_platform_spec_get_unavailable (platform) != NULL)
    mp_field_errors_add (self->errors, MP_SEVERITY_ERROR, spec->path, MP_FIELD_UNAVAILABLE_PLATFORM,
                         "platform", mp_platform_spec_get_label (platform), "reason",
                         mp_platform_spec_get_unavailable (platform), NULL);
}

static void
add_bad_format (Validation *self, const char *pointer, const MpSettingSpec *setting)
{
  g_autofree char *choices = setting->choices != NULL ? g_strjoinv (", ", setting->choices) : NULL;

  mp_field_errors_add (self->errors, MP_SEVERITY_ERROR, pointer, MP_FIELD_BAD_FORMAT, "label",
                       setting->label, choices != NULL ? "choices" : "example",
                       choices != NULL ? choices : setting->example, NULL);
}

static void
check_setting (Validation *self,
               const MpFieldSpec *spec,
               const MpSettingSpec *setting,
               JsonNode *value)
{
  g_autofree char *pointer = mp_pointer_append (spec->path, setting->id);
  const char *text = value != NULL ? mp_json_node_get_string (value) : NULL;

  if (value != NULL && text == NULL)
    mp_field_errors_add (self->errors, MP_SEVERITY_ERROR, pointer, MP_FIELD_WRONG_TYPE, "label",
                         setting->label, "expected", "text", NULL);
  else if (is_blank (text) && setting->required && setting->fallback == NULL)
    add_required (self, pointer, setting->label);
  else if (text != NULL && check_length (self, pointer, text, 0) &&
           !mp_setting_spec_accepts (setting, text))
    add_bad_format (self, pointer, setting);
}

/* A setting of another platform, or a field of another catalogue, is kept but has no effect. */
static void
warn_unknown_member (Validation *self, const char *parent, const char *name)
{
  g_autofree char *pointer = mp_pointer_append (parent, name);

  mp_field_errors_add (self->errors, MP_SEVERITY_WARNING, pointer, MP_FIELD_UNKNOWN_MEMBER, "name",
                       name, NULL);
}

static void
check_connection (Validation *self, const MpFieldSpec *spec, JsonObject *connection)
{
  MpPlatformSpec *platform =
      find_platform (self, mp_record_get_string (self->record, spec->platform_path));
  g_autoptr (GList) names = NULL;

  if (platform == NULL || mp_platform_spec_get_unavailable (platform) != NULL)
    return;

  for (unsigned int i = 0; i < mp_platform_spec_get_n_settings (platform); i++)
    {
      const MpSettingSpec *setting = mp_platform_spec_get_setting (platform, i);

      check_setting (self, spec, setting,
                     connection != NULL ? json_object_get_member (connection, setting->id) : NULL);
    }

  names = connection != NULL ? json_object_get_members (connection) : NULL;
  for (GList *name = names; name != NULL; name = name->next)
    {
      if (mp_platform_spec_find_setting (platform, name->data) == NULL)
        warn_unknown_member (self, spec->path, name->data);
    }
}

static gboolean
is_for_platform (Validation *self, const MpFieldSpec *spec, MpCredential *credential)
{
  const MpFieldSpec *platform = mp_registry_find (self->registry, spec->platform_path);
  const char *id = mp_record_get_string (self->record, spec->platform_path);

  return g_strcmp0 (mp_credential_get_platform (credential), id) == 0 &&
         (platform == NULL || g_strcmp0 (mp_credential_get_kind (credential), platform->kind) == 0);
}

static const char *
get_platform_label (Validation *self, const char *id)
{
  MpPlatformSpec *platform = find_platform (self, id);

  return platform != NULL ? mp_platform_spec_get_label (platform) : id;
}

static void
check_credential (Validation *self, const MpFieldSpec *spec, const char *id)
{
  const MpValidationContext *context = self->context;
  MpCredential *credential;
  const char *label;
  const char *owner;

  if (context == NULL || context->find_credential == NULL)
    return;
  credential = context->find_credential (id, context->user_data);
  if (credential == NULL)
    {
      add_simple (self, spec->path, MP_FIELD_UNKNOWN_CREDENTIAL, "credential", id);
      return;
    }

  label = mp_credential_get_label (credential);
  owner = mp_credential_get_record_id (credential);
  if (mp_credential_get_revoked (credential))
    add_simple (self, spec->path, MP_FIELD_CREDENTIAL_REVOKED, "label", label);
  else if (owner != NULL && g_strcmp0 (owner, mp_record_get_id (self->record)) != 0)
    add_simple (self, spec->path, MP_FIELD_CREDENTIAL_PRIVATE, "label", label);
  else if (!is_for_platform (self, spec, credential))
    mp_field_errors_add (self->errors, MP_SEVERITY_ERROR, spec->path, MP_FIELD_CREDENTIAL_PLATFORM,
                         "label", label, "platform",
                         get_platform_label (self, mp_credential_get_platform (credential)), NULL);
}

static void
check_object (Validation *self, const MpFieldSpec *spec, const char *name)
{
  MpCrmMetadata *metadata = get_metadata (self);

  if (metadata != NULL && mp_crm_metadata_get_objects (metadata) != NULL &&
      mp_crm_metadata_find_object (metadata, name) == NULL)
    add_simple (self, spec->path, MP_FIELD_MISSING_AT_CRM, "name", name);
}

/* (nullable): the CRM's field @target, if it is known there and may be written */
static MpCrmField *
check_target (Validation *self, const char *pointer, const char *object, const char *target)
{
  MpCrmMetadata *metadata = get_metadata (self);
  MpCrmField *field;

  if (metadata == NULL || mp_crm_metadata_get_fields (metadata, object) == NULL)
    return NULL;

  field = mp_crm_metadata_find_field (metadata, object, target);
  if (field == NULL)
    {
      add_simple (self, pointer, MP_FIELD_MISSING_AT_CRM, "name", target);
      return NULL;
    }
  if (mp_crm_field_get_read_only (field))
    {
      add_simple (self, pointer, MP_FIELD_READ_ONLY_AT_CRM, "name", mp_crm_field_get_label (field));
      return NULL;
    }
  return field;
}

static MpCompatibility
check_types (
    Validation *self, const char *pointer, MpCatalogueField *from, MpCrmField *to, JsonNode *entry)
{
  const MpCompatibility fit = mp_field_fit_check_types (from, to, entry);

  if (fit == MP_COMPATIBILITY_LOSSY || fit == MP_COMPATIBILITY_IMPOSSIBLE)
    mp_field_errors_add (
        self->errors, fit == MP_COMPATIBILITY_LOSSY ? MP_SEVERITY_WARNING : MP_SEVERITY_ERROR,
        pointer, fit == MP_COMPATIBILITY_LOSSY ? MP_FIELD_TYPE_LOSSY : MP_FIELD_TYPE_IMPOSSIBLE,
        "from", mp_field_type_to_string (mp_catalogue_field_get_field_type (from)), "to",
        mp_field_type_to_string (mp_crm_field_get_field_type (to)), NULL);
  return fit;
}

/* What a rule sends was chosen from the CRM's list, and is not there (any more). */
static void
check_rules (Validation *self, const char *pointer, MpCrmField *to, JsonNode *entry)
{
  JsonObject *values = mp_mapping_get_values (entry);
  g_autoptr (GList) names = values != NULL ? json_object_get_members (values) : NULL;
  const char *rest = mp_mapping_get_rest (entry);
  const char *name = mp_crm_field_get_label (to);

  for (GList *item = names; item != NULL; item = item->next)
    {
      const char *sent = mp_json_get_string (values, item->data, "");

      if (!mp_field_fit_accepts (to, sent))
        mp_field_errors_add (self->errors, MP_SEVERITY_ERROR, pointer, MP_FIELD_CHOICE_GONE, "name",
                             name, "value", sent, NULL);
    }
  if (rest != NULL && !mp_field_fit_accepts (to, rest))
    mp_field_errors_add (self->errors, MP_SEVERITY_ERROR, pointer, MP_FIELD_CHOICE_GONE, "name",
                         name, "value", rest, NULL);
}

static void
check_fit (
    Validation *self, const char *pointer, MpCatalogueField *from, MpCrmField *to, JsonNode *entry)
{
  const char *name = mp_crm_field_get_label (to);
  unsigned int n_faults = mp_field_errors_get_size (self->errors);
  g_autofree char *refused = NULL;

  if (check_types (self, pointer, from, to, entry) == MP_COMPATIBILITY_IMPOSSIBLE)
    return;
  check_rules (self, pointer, to, entry);
  if (mp_field_errors_get_size (self->errors) > n_faults)
    return;
  refused = mp_field_fit_list_refused (from, to, entry);
  if (refused != NULL)
    mp_field_errors_add (self->errors, MP_SEVERITY_WARNING, pointer, MP_FIELD_CHOICES_LACKING,
                         "name", name, "values", refused, NULL);
  if (mp_field_fit_is_inverted (from, to, entry))
    mp_field_errors_add (self->errors, MP_SEVERITY_WARNING, pointer, MP_FIELD_INVERTED, "name",
                         name, NULL);
  if (mp_field_fit_may_be_cut (from, to))
    {
      g_autofree char *limit = g_strdup_printf ("%u", mp_crm_field_get_max_length (to));

      mp_field_errors_add (self->errors, MP_SEVERITY_WARNING, pointer, MP_FIELD_MAY_BE_CUT, "limit",
                           limit, "name", name, NULL);
    }
}

static void
check_mapped (Validation *self,
              Mapping *mapping,
              const char *pointer,
              MpCatalogueField *field,
              JsonNode *entry)
{
  const char *name = mp_catalogue_field_get_name (field);
  const char *target = mp_mapping_get_target (entry);
  const char *other = g_hash_table_lookup (mapping->targets, target);
  MpCrmField *crm_field;

  if (!check_length (self, pointer, target, 0))
    return;
  if (other != NULL)
    mp_field_errors_add (self->errors, MP_SEVERITY_ERROR, pointer, MP_FIELD_MAPPED_TWICE, "target",
                         target, "other", other, NULL);
  else
    g_hash_table_insert (mapping->targets, (gpointer) target, (gpointer) name);

  crm_field = check_target (self, pointer, mapping->object, target);
  if (crm_field != NULL)
    check_fit (self, pointer, field, crm_field, entry);
}

static void
check_row (Validation *self, Mapping *mapping, MpCatalogueField *field, JsonNode *entry)
{
  const char *name = mp_catalogue_field_get_name (field);
  g_autofree char *pointer = mp_pointer_append (mapping->spec->path, name);
  const char *target = mp_mapping_get_target (entry);
  const char *reason = mp_mapping_get_not_sent (entry);
  const gboolean required = mp_catalogue_field_get_required (field);

  if (entry != NULL && !mp_mapping_is_well_formed (entry))
    add_wrong_type (self, pointer, "mapping");
  else if (!is_blank (target))
    check_mapped (self, mapping, pointer, field, entry);
  else if (reason != NULL)
    {
      if (required && is_blank (reason))
        add_simple (self, pointer, MP_FIELD_NO_REASON, "field", name);
      else
        check_length (self, pointer, reason, 0);
    }
  else if (required)
    add_simple (self, pointer, MP_FIELD_UNMAPPED, "field", name);
}

/* What the tags write to is sent to as well as what the mapping names. */
static gboolean
is_written (Validation *self, Mapping *mapping, const char *target)
{
  if (g_hash_table_contains (mapping->targets, target))
    return TRUE;

  for (unsigned int i = 0; i < mp_registry_get_n_fields (self->registry); i++)
    {
      const MpFieldSpec *spec = mp_registry_get_field (self->registry, i);

      if (spec->input == MP_INPUT_FIELD &&
          g_strcmp0 (spec->object_path, mapping->spec->object_path) == 0 &&
          g_strcmp0 (mp_record_get_string (self->record, spec->path), target) == 0)
        return TRUE;
    }
  return FALSE;
}

static void
warn_of_required_targets (Validation *self, Mapping *mapping)
{
  MpCrmMetadata *metadata = get_metadata (self);
  GListModel *fields =
      metadata != NULL ? mp_crm_metadata_get_fields (metadata, mapping->object) : NULL;

  for (unsigned int i = 0; fields != NULL && i < g_list_model_get_n_items (fields); i++)
    {
      g_autoptr (MpCrmField) field = g_list_model_get_item (fields, i);

      if (mp_crm_field_get_required (field) && !mp_crm_field_get_read_only (field) &&
          !is_written (self, mapping, mp_crm_field_get_name (field)))
        mp_field_errors_add (self->errors, MP_SEVERITY_WARNING, mapping->spec->path,
                             MP_FIELD_REQUIRED_AT_CRM, "name", mp_crm_field_get_label (field),
                             NULL);
    }
}

static void
check_mapping (Validation *self, const MpFieldSpec *spec, JsonObject *rows)
{
  Mapping mapping = {
    .spec = spec,
    .catalogue = mp_catalogue_get (spec->catalogue),
    .object = mp_record_get_string (self->record, spec->object_path),
  };
  g_autoptr (GHashTable) targets = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GList) names = rows != NULL ? json_object_get_members (rows) : NULL;

  if (mapping.catalogue == NULL)
    return;

  mapping.targets = targets;
  for (unsigned int i = 0; i < mp_catalogue_get_size (mapping.catalogue); i++)
    {
      MpCatalogueField *field = mp_catalogue_get_field (mapping.catalogue, i);
      const char *name = mp_catalogue_field_get_name (field);

      if (!mp_validation_is_locked (self->record, spec, name))
        check_row (self, &mapping, field,
                   rows != NULL ? json_object_get_member (rows, name) : NULL);
    }
  for (GList *name = names; name != NULL; name = name->next)
    {
      if (mp_catalogue_find (mapping.catalogue, name->data) == NULL)
        warn_unknown_member (self, spec->path, name->data);
    }
  warn_of_required_targets (self, &mapping);
}

static void
check_text (Validation *self, const MpFieldSpec *spec, const char *text)
{
  switch (spec->input)
    {
    case MP_INPUT_PLATFORM:
      check_platform (self, spec, text);
      break;
    case MP_INPUT_CREDENTIAL:
      check_credential (self, spec, text);
      break;
    case MP_INPUT_OBJECT:
      check_object (self, spec, text);
      break;
    case MP_INPUT_FIELD:
      check_target (self, spec->path, mp_record_get_string (self->record, spec->object_path), text);
      break;
    case MP_INPUT_TEXT:
    case MP_INPUT_CONNECTION:
    case MP_INPUT_MAPPING:
      break;
    }
}

/* A value of a right shape, or none, on a row that is shown. */
static void
check_shown (Validation *self, const MpFieldSpec *spec, JsonNode *value)
{
  JsonObject *object =
      value != NULL && JSON_NODE_HOLDS_OBJECT (value) ? json_node_get_object (value) : NULL;
  const char *text = value != NULL ? mp_json_node_get_string (value) : NULL;

  if (spec->input == MP_INPUT_CONNECTION)
    check_connection (self, spec, object);
  else if (spec->input == MP_INPUT_MAPPING)
    check_mapping (self, spec, object);
  else if (is_blank (text))
    {
      if (spec->required)
        add_required (self, spec->path, NULL);
    }
  else
    check_text (self, spec, text);
}

static void
check_field (Validation *self, const MpFieldSpec *spec)
{
  JsonNode *value = mp_record_get_value (self->record, spec->path);
  const char *hiding = mp_registry_find_hiding_path (self->registry, spec, self->record);

  if (value != NULL && !check_shape (self, spec, value))
    return;
  if (hiding == NULL)
    check_shown (self, spec, value);
  else if (value != NULL && !mp_json_node_is_empty (value))
    mp_field_errors_add (self->errors, MP_SEVERITY_WARNING, spec->path, MP_FIELD_NOT_APPLICABLE,
                         "needs", hiding, NULL);
}

/* Is there a row at @path, or one that lies below it? */
static gboolean
leads_to_field (MpRegistry *registry, const char *path)
{
  for (unsigned int i = 0; i < mp_registry_get_n_fields (registry); i++)
    {
      if (mp_pointer_has_prefix (mp_registry_get_field (registry, i)->path, path))
        return TRUE;
    }
  return FALSE;
}

static void
check_members (Validation *self, JsonObject *object, const char *parent)
{
  g_autoptr (GList) names = json_object_get_members (object);

  for (GList *name = names; name != NULL; name = name->next)
    {
      g_autofree char *path = mp_pointer_append (parent, name->data);
      JsonNode *value = json_object_get_member (object, name->data);

      if (!leads_to_field (self->registry, path))
        add_simple (self, path, MP_FIELD_UNKNOWN_MEMBER, "name", name->data);
      else if (mp_registry_find (self->registry, path) != NULL)
        continue;
      else if (JSON_NODE_HOLDS_OBJECT (value))
        check_members (self, json_node_get_object (value), path);
      else
        add_wrong_type (self, path, "object");
    }
}

static void
check_size (Validation *self, JsonNode *content)
{
  g_autofree char *text = mp_json_to_text (content);

  check_length (self, "", text, MP_RECORD_MAX_LENGTH);
}

/**
 * mp_validate_record:
 * @registry: what a record is
 * @record: a record
 * @context: (nullable): what is known beside it; what is not known is not checked
 *
 * Finds all faults of @record: those of the rows in the registry's order, then members that do not
 * belong into a record. A value on a row that is hidden is a warning, as is a connection setting of
 * another platform: they are kept, so that a change and its reversal lose nothing.
 *
 * Returns: (transfer full): the errors and warnings
 */
MpFieldErrors *
mp_validate_record (MpRegistry *registry, MpRecord *record, const MpValidationContext *context)
{
  Validation self = { registry, record, context, NULL };
  JsonNode *content;

  g_return_val_if_fail (MP_IS_REGISTRY (registry), NULL);
  g_return_val_if_fail (MP_IS_RECORD (record), NULL);

  self.errors = mp_field_errors_new ();
  for (unsigned int i = 0; i < mp_registry_get_n_fields (registry); i++)
    check_field (&self, mp_registry_get_field (registry, i));

  content = mp_record_get_content (record);
  if (content != NULL && JSON_NODE_HOLDS_OBJECT (content))
    {
      check_members (&self, json_node_get_object (content), "");
      check_size (&self, content);
    }
  return self.errors;
}

/**
 * mp_validate_credential_ids:
 * @registry: what a record is
 * @changes: what shall be changed
 *
 * What stands in place of a credential's id and is none may be a secret in the wrong field: such
 * changes must not be kept, not even as a draft. The errors do not hold the value.
 *
 * Returns: (transfer full): an error for each such value; empty when @changes may be kept
 */
MpFieldErrors *
mp_validate_credential_ids (MpRegistry *registry, MpChanges *changes)
{
  g_autoptr (MpFieldErrors) errors = mp_field_errors_new ();
  g_autoptr (MpRecord) empty = NULL;
  g_autoptr (MpRecord) changed = NULL;

  g_return_val_if_fail (MP_IS_REGISTRY (registry), NULL);
  g_return_val_if_fail (changes != NULL, NULL);

  /* A change may set a whole section, so it is looked at as a record. */
  empty = mp_record_new (NIL_UUID, (MpStamp){ 0 });
  changed = mp_record_with_changes (empty, changes);
  for (unsigned int i = 0; i < mp_registry_get_n_fields (registry); i++)
    {
      const MpFieldSpec *field = mp_registry_get_field (registry, i);
      JsonNode *value = mp_record_get_value (changed, field->path);

      if (field->input == MP_INPUT_CREDENTIAL && value != NULL && !JSON_NODE_HOLDS_NULL (value) &&
          !mp_uuid_is_valid (mp_json_node_get_string (value)))
        mp_field_errors_add (errors, MP_SEVERITY_ERROR, field->path, MP_FIELD_UNKNOWN_CREDENTIAL,
                             NULL);
    }
  return g_steal_pointer (&errors);
}

/**
 * mp_validation_is_locked:
 * @record: a record
 * @mapping: the registry's row of a mapping
 * @catalogue_field: a Member Pulse field's name
 *
 * Is the field the remote record's own id, which the connection fills in? Then nobody maps it, and
 * it counts as complete.
 *
 * Returns: whether it is
 */
gboolean
mp_validation_is_locked (MpRecord *record, const MpFieldSpec *mapping, const char *catalogue_field)
{
  g_return_val_if_fail (MP_IS_RECORD (record), FALSE);
  g_return_val_if_fail (mapping != NULL, FALSE);

  if (g_strcmp0 (mapping->catalogue, "member") != 0)
    return FALSE;
  for (size_t i = 0; i < G_N_ELEMENTS (locked_fields); i++)
    {
      if (g_strcmp0 (catalogue_field, locked_fields[i].field) == 0)
        return !is_blank (mp_record_get_string (record, locked_fields[i].key_path));
    }
  return FALSE;
}
