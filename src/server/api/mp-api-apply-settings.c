/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-api-apply-private.h"
#include "mp-api-problem.h"
#include "mp-api-stored.h"
#include "mp-error.h"
#include "mp-json.h"
#include "mp-merge.h"
#include "mp-validation.h"

/* What the rules may look up while a record is checked. */
typedef struct
{
  const MpApiTask *task;
  GPtrArray *credentials; /* (element-type MpCredential): those answered, kept alive */
  GError *error;          /* (nullable): why one could not be read */
} Lookup;

static MpPlatformSpec *
find_platform (const char *id, gpointer user_data)
{
  const MpApiServices *services = ((Lookup *) user_data)->task->services;

  return services->find_platform (id, services->find_platform_data);
}

static MpCredential *
find_credential (const char *id, gpointer user_data)
{
  Lookup *lookup = user_data;
  const MpApiTask *task = lookup->task;
  MpCredential *credential;

  if (lookup->error != NULL)
    return NULL;

  credential =
      mp_api_stored_get_credential (task->services->db, task->request->tenant, id, &lookup->error);
  if (credential == NULL)
    {
      if (g_error_matches (lookup->error, MP_ERROR, MP_ERROR_NOT_FOUND))
        g_clear_error (&lookup->error);
      return NULL;
    }

  g_ptr_array_add (lookup->credentials, credential);
  return credential;
}

/**
 * mp_api_task_validate:
 * @task: an operation on its way
 * @record: what it would make
 * @credentials: (element-type MpCredential): gets those that the rules looked at
 * @error: return location
 *
 * Returns: (transfer full) (nullable): all faults of the record; %NULL when they cannot be found
 * out
 */
MpFieldErrors *
mp_api_task_validate (const MpApiTask *task,
                      MpRecord *record,
                      GPtrArray *credentials,
                      GError **error)
{
  Lookup lookup = { .task = task, .credentials = credentials };
  MpValidationContext context = {
    .find_platform = find_platform,
    .find_credential = find_credential,
    .user_data = &lookup,
  };
  g_autoptr (MpFieldErrors) errors = NULL;

  errors = mp_validate_record (mp_registry_get_default (), record, &context);
  if (lookup.error != NULL)
    {
      g_propagate_error (error, lookup.error);
      return NULL;
    }
  if (mp_record_count_values (record) > MP_CHANGES_MAX_SIZE)
    mp_field_errors_add (errors, MP_SEVERITY_ERROR, "", MP_FIELD_TOO_LONG, "message",
                         "The record has too many values.", NULL);
  return g_steal_pointer (&errors);
}

/* The stored record; %NULL without an error when there is none. */
static gboolean
load_current (const MpApiTask *task, MpRecord **current, GError **error)
{
  g_autoptr (GError) failure = NULL;

  *current = mp_api_stored_get_record (task->services->db, task->request->tenant,
                                       mp_operation_get_target (task->operation), &failure);
  if (*current != NULL || g_error_matches (failure, MP_ERROR, MP_ERROR_NOT_FOUND))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static JsonObject *
new_result_with_record (const MpApiTask *task, const char *status, MpRecord *record)
{
  JsonObject *result = mp_api_result_new (task, status);

  json_object_set_object_member (result, "record", mp_record_to_json (record));
  return result;
}

static void
set_value_or_null (JsonObject *object, const char *name, JsonNode *value)
{
  json_object_set_member (object, name,
                          value != NULL ? mp_json_node_copy (value) : mp_json_node_new_null ());
}

/* @conflicts: (nullable) (element-type MpConflict); %NULL: the record as a whole */
static JsonObject *
new_conflict (const MpApiTask *task, MpRecord *current, GPtrArray *conflicts)
{
  JsonObject *result = new_result_with_record (task, "conflict", current);
  JsonArray *array = json_array_new ();

  for (unsigned int i = 0; i < (conflicts != NULL ? conflicts->len : 1); i++)
    {
      MpConflict *conflict = conflicts != NULL ? g_ptr_array_index (conflicts, i) : NULL;
      JsonObject *object = json_object_new ();

      json_object_set_string_member (object, "pointer",
                                     conflict != NULL ? mp_conflict_get_path (conflict) : "");
      set_value_or_null (object, "base", conflict != NULL ? mp_conflict_get_base (conflict) : NULL);
      set_value_or_null (object, "yours",
                         conflict != NULL ? mp_conflict_get_mine (conflict) : NULL);
      set_value_or_null (object, "theirs",
                         conflict != NULL ? mp_conflict_get_theirs (conflict) : NULL);
      json_array_add_object_element (array, object);
    }
  json_object_set_array_member (result, "conflicts", array);
  return result;
}

/**
 * mp_api_list_references:
 * @record: a record
 *
 * Returns: (transfer full): the ids of the credentials that it refers to
 */
GStrv
mp_api_list_references (MpRecord *record)
{
  MpRegistry *registry = mp_registry_get_default ();
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (unsigned int i = 0; i < mp_registry_get_n_fields (registry); i++)
    {
      const MpFieldSpec *field = mp_registry_get_field (registry, i);
      const char *id = NULL;

      if (field->input == MP_INPUT_CREDENTIAL)
        id = mp_record_get_string (record, field->path);
      if (id != NULL && *id != '\0')
        g_strv_builder_add (builder, id);
    }
  return g_strv_builder_end (builder);
}

/**
 * mp_api_describe_changes:
 * @from: a record
 * @to: what became of it
 *
 * Returns: (transfer full): the changed paths with their values, for the trail
 */
JsonObject *
mp_api_describe_changes (MpRecord *from, MpRecord *to)
{
  g_autoptr (MpChanges) difference = mp_record_diff (from, to);
  JsonObject *changes = json_object_new ();

  for (unsigned int i = 0; i < mp_changes_get_size (difference); i++)
    {
      const char *path = mp_changes_get_path (difference, i);

      mp_api_add_change (changes, path, mp_record_get_value (from, path),
                         mp_record_get_value (to, path));
    }
  if (mp_record_get_archived (from) != mp_record_get_archived (to))
    {
      g_autoptr (JsonNode) old = json_node_new (JSON_NODE_VALUE);
      g_autoptr (JsonNode) now = json_node_new (JSON_NODE_VALUE);

      json_node_set_boolean (old, mp_record_get_archived (from));
      json_node_set_boolean (now, mp_record_get_archived (to));
      mp_api_add_change (changes, "/archived", old, now);
    }
  return changes;
}

/* Writes @record's new state, its place in the feed and its audit entry. */
static JsonObject *
save (const MpApiTask *task, MpRecord *before, MpRecord *after, const char *action, GError **error)
{
  const MpIdentity *identity = task->request->identity;
  g_auto (GStrv) credentials = mp_api_list_references (after);
  g_autoptr (JsonObject) changes = mp_api_describe_changes (before, after);
  g_autoptr (MpRecord) record = NULL;
  g_autofree char *revision = NULL;
  g_autofree char *json = NULL;
  MpDbRecord row = { .id = mp_record_get_id (after), .archived = mp_record_get_archived (after) };

  revision = mp_api_task_next_revision (task, &row.sequence, error);
  if (revision == NULL)
    return NULL;

  record = mp_record_with_revision (after, revision, mp_api_task_get_stamp (task));
  json = mp_record_to_text (record);
  row.json = json;
  if (!mp_db_put_record (task->services->db, task->request->tenant, &row,
                         (const char *const *) credentials, identity->actor, task->now_unix_us,
                         error) ||
      !mp_api_task_audit (task, action, changes, NULL, error))
    return NULL;
  return new_result_with_record (task, "applied", record);
}

/* Checks the record that comes out, and saves it when it keeps the rules. */
static JsonObject *
save_valid (
    const MpApiTask *task, MpRecord *before, MpRecord *after, const char *action, GError **error)
{
  g_autoptr (GPtrArray) credentials = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (MpFieldErrors) errors = mp_api_task_validate (task, after, credentials, error);

  if (errors == NULL)
    return NULL;
  if (mp_field_errors_count (errors, MP_SEVERITY_ERROR, NULL) > 0)
    return mp_api_result_new_invalid (task, errors);
  return save (task, before, after, action, error);
}

static JsonObject *
create (const MpApiTask *task, MpRecord *current, MpChanges *set, GError **error)
{
  g_autoptr (MpRecord) empty = NULL;
  g_autoptr (MpRecord) record = NULL;

  if (current != NULL)
    return new_conflict (task, current, NULL);

  empty = mp_record_new (mp_operation_get_target (task->operation), mp_api_task_get_stamp (task));
  record = mp_record_with_changes (empty, set);
  return save_valid (task, empty, record, "settings.create", error);
}

static gboolean
is_current (const MpApiTask *task, MpRecord *current)
{
  return g_strcmp0 (mp_operation_get_base (task->operation), mp_record_get_revision (current)) == 0;
}

static JsonObject *
update (const MpApiTask *task, MpRecord *current, MpChanges *set, GError **error)
{
  g_autoptr (MpRecord) record = NULL;

  if (mp_record_get_archived (current) ||
      (task->seen == MP_API_SEEN_REVISION && !is_current (task, current)))
    return new_conflict (task, current, NULL);
  if (task->seen == MP_API_SEEN_PATHS)
    {
      g_autoptr (GPtrArray) conflicts = mp_merge_check_expect (
          mp_registry_get_default (), current, set, mp_operation_get_expect (task->operation));

      if (conflicts->len > 0)
        return new_conflict (task, current, conflicts);
    }

  record = mp_record_with_changes (current, set);
  if (mp_record_equal_content (current, record))
    return new_result_with_record (task, "applied", current);
  return save_valid (task, current, record, "settings.update", error);
}

/* Archiving keeps what is there, and restoring brings it back as it was: neither asks the rules,
 * which may have changed meanwhile. */
static JsonObject *
set_archived (const MpApiTask *task, MpRecord *current, gboolean archived, GError **error)
{
  g_autoptr (MpRecord) record = NULL;

  if (!is_current (task, current))
    return new_conflict (task, current, NULL);
  if (mp_record_get_archived (current) == archived)
    return new_result_with_record (task, "applied", current);

  record = mp_record_with_archived (current, archived);
  return save (task, current, record, archived ? "settings.archive" : "settings.restore", error);
}

/**
 * mp_api_apply_settings:
 * @task: an operation on a record, within the transaction
 * @error: return location
 *
 * Returns: (transfer full): its result, or %NULL when the server failed
 */
JsonObject *
mp_api_apply_settings (MpApiTask *task, GError **error)
{
  MpAction action = mp_operation_get_action (task->operation);
  g_autoptr (MpRecord) current = NULL;
  MpChanges *set = mp_operation_get_set (task->operation);
  g_autoptr (MpFieldErrors) errors = NULL;

  /* Before anything of it comes into a result, which is kept. */
  if (set != NULL)
    errors = mp_validate_credential_ids (mp_registry_get_default (), set);
  if (errors != NULL && mp_field_errors_get_size (errors) > 0)
    return mp_api_result_new_invalid (task, errors);
  if (!load_current (task, &current, error))
    return NULL;
  if (action == MP_ACTION_CREATE)
    return create (task, current, set, error);
  if (current == NULL)
    return mp_api_result_new (task, "gone");
  if (action == MP_ACTION_UPDATE)
    return update (task, current, set, error);
  return set_archived (task, current, action == MP_ACTION_ARCHIVE, error);
}
