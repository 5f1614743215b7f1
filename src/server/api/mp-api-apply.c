/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-api-apply.h"

#include "mp-api-apply-private.h"
#include "mp-api-stored.h"
#include "mp-error.h"
#include "mp-json.h"
#include "mp-registry.h"

#define STATUS_INVALID "invalid"
/* Of a stored result: the request that it answered. */
#define DIGEST_MEMBER "request"
/* So many faults are named in the trail. */
#define MAX_AUDITED_FAULTS 10

static void
clear_task (MpApiTask *task)
{
  g_clear_pointer (&task->secret, mp_secret_unref);
  g_clear_pointer (&task->errors, mp_field_errors_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MpApiTask, clear_task)

static JsonObject *
new_result (const char *op, const char *status)
{
  JsonObject *result = json_object_new ();

  json_object_set_string_member (result, "op", op);
  json_object_set_string_member (result, "status", status);
  return result;
}

/* Codes that only the server knows bring their text as an argument. */
static void
complete_message (JsonArray *array, unsigned int index, JsonNode *node, gpointer user_data)
{
  JsonObject *object = json_node_get_object (node);
  JsonObject *arguments = mp_json_get_object (object, "arguments");
  const char *message = arguments != NULL ? mp_json_get_string (arguments, "message", NULL) : NULL;

  if (message != NULL)
    json_object_set_string_member (object, "message", message);
}

static JsonArray *
errors_to_json (MpFieldErrors *errors)
{
  JsonArray *array = mp_field_errors_to_json (errors);

  json_array_foreach_element (array, complete_message, NULL);
  return array;
}

/**
 * mp_api_result_new:
 * @task: an operation on its way
 * @status: `applied`, `conflict`, `denied` or `gone`
 *
 * Returns: (transfer full): a result as on the wire
 */
JsonObject *
mp_api_result_new (const MpApiTask *task, const char *status)
{
  return new_result (mp_operation_get_op (task->operation), status);
}

/**
 * mp_api_result_new_invalid:
 * @task: an operation on its way
 * @errors: why it is refused
 *
 * Returns: (transfer full): a result as on the wire
 */
JsonObject *
mp_api_result_new_invalid (const MpApiTask *task, MpFieldErrors *errors)
{
  JsonObject *result = mp_api_result_new (task, STATUS_INVALID);

  json_object_set_array_member (result, "errors", errors_to_json (errors));
  return result;
}

/**
 * mp_api_result_new_unreadable:
 * @op: the operation's id
 * @code: the error's code
 * @message: what is wrong with it
 *
 * Returns: (transfer full): the result of an operation that was not begun
 */
JsonObject *
mp_api_result_new_unreadable (const char *op, const char *code, const char *message)
{
  g_autoptr (MpFieldErrors) errors = mp_field_errors_new ();
  JsonObject *result = new_result (op, STATUS_INVALID);

  mp_field_errors_add (errors, MP_SEVERITY_ERROR, "", code, "message", message, NULL);
  json_object_set_array_member (result, "errors", errors_to_json (errors));
  return result;
}

/**
 * mp_api_task_get_stamp:
 * @task: an operation on its way
 *
 * Returns: now, by the caller; borrowed from the task
 */
MpStamp
mp_api_task_get_stamp (const MpApiTask *task)
{
  return (MpStamp){ .at_unix_us = task->now_unix_us, .by = task->request->identity->actor };
}

/**
 * mp_api_task_next_revision:
 * @task: an operation on its way
 * @sequence: (out): the number that it takes
 * @error: return location
 *
 * Returns: (transfer full): the revision, or %NULL
 */
char *
mp_api_task_next_revision (const MpApiTask *task, int64_t *sequence, GError **error)
{
  g_autofree char *epoch = mp_db_dup_epoch (task->services->db, error);

  if (epoch == NULL ||
      !mp_db_next_sequence (task->services->db, task->request->tenant, sequence, error))
    return NULL;
  return mp_db_format_revision (epoch, *sequence);
}

static MpAuditEntryInit
make_entry (const MpApiRequest *request, int64_t at_unix_us)
{
  return (MpAuditEntryInit){
    .at_unix_us = at_unix_us,
    .actor = request->identity->actor,
    .role = mp_role_to_string (request->identity->role),
    .request = request->id,
    .address = request->address,
  };
}

static void
trail_entry_free (MpApiTrailEntry *entry)
{
  g_free (entry->action);
  g_free (entry->resource);
  g_clear_pointer (&entry->changes, json_object_unref);
  g_free (entry->detail);
  g_free (entry);
}

/* What a batch did, in one go. */
static gboolean
write_trail (const MpApiServices *services,
             const MpApiRequest *request,
             GPtrArray *trail,
             int64_t at_unix_us,
             GError **error)
{
  g_autofree MpAuditEntryInit *inits = g_new0 (MpAuditEntryInit, trail->len + 1);

  for (unsigned int i = 0; i < trail->len; i++)
    {
      const MpApiTrailEntry *entry = g_ptr_array_index (trail, i);

      inits[i] = make_entry (request, at_unix_us);
      inits[i].action = entry->action;
      inits[i].resource = entry->resource;
      inits[i].changes = entry->changes;
      inits[i].detail = entry->detail;
    }
  return trail->len == 0 ||
         mp_audit_log_append_many (services->audit, request->tenant, inits, trail->len, error);
}

/**
 * mp_api_task_audit:
 * @task: an operation on its way
 * @action: what was done, for the trail
 * @changes: (nullable): the changed paths
 * @detail: (nullable): a purpose
 * @error: return location
 *
 * Appends the operation's entry within the transaction; one of a batch at its end.
 *
 * Returns: whether it was written
 */
gboolean
mp_api_task_audit (const MpApiTask *task,
                   const char *action,
                   JsonObject *changes,
                   const char *detail,
                   GError **error)
{
  g_autofree char *resource = mp_api_dup_resource (mp_operation_get_action (task->operation),
                                                   mp_operation_get_target (task->operation));
  MpAuditEntryInit init = make_entry (task->request, task->now_unix_us);

  if (task->trail != NULL)
    {
      MpApiTrailEntry *entry = g_new0 (MpApiTrailEntry, 1);

      entry->action = g_strdup (action);
      entry->resource = g_steal_pointer (&resource);
      entry->changes = changes != NULL ? json_object_ref (changes) : NULL;
      entry->detail = g_strdup (detail);
      g_ptr_array_add (task->trail, entry);
      return TRUE;
    }
  init.action = action;
  init.resource = resource;
  init.changes = changes;
  init.detail = detail;
  return mp_audit_log_append (task->services->audit, task->request->tenant, &init, error);
}

/**
 * mp_api_add_change:
 * @changes: the changes of an audit entry
 * @path: what changed
 * @old: (nullable): its earlier value
 * @new_value: (nullable): its new value
 */
void
mp_api_add_change (JsonObject *changes, const char *path, JsonNode *old, JsonNode *new_value)
{
  JsonObject *change = json_object_new ();

  json_object_set_member (change, "old",
                          old != NULL ? mp_json_node_copy (old) : mp_json_node_new_null ());
  json_object_set_member (
      change, "new", new_value != NULL ? mp_json_node_copy (new_value) : mp_json_node_new_null ());
  json_object_set_object_member (changes, path, change);
}

/**
 * mp_api_get_permission:
 * @action: what an operation does
 *
 * Returns: the permission that it needs
 */
MpPermission
mp_api_get_permission (MpAction action)
{
  return mp_action_is_credential (action) ? MP_PERMISSION_CREDENTIALS : MP_PERMISSION_EDIT;
}

/**
 * mp_api_dup_resource:
 * @action: what an operation does
 * @target: to which record or credential
 *
 * Returns: (transfer full): the audit trail's name of the target
 */
char *
mp_api_dup_resource (MpAction action, const char *target)
{
  return g_strconcat (mp_action_is_credential (action) ? "credential/" : "settings/", target, NULL);
}

/**
 * mp_api_find_result:
 * @self: the API
 * @request: who asks
 * @op: an operation's id
 * @digest: (nullable): of what was sent; the first time it must have been the same
 * @result: (out) (nullable) (transfer full): its first result, marked as a duplicate; one with the
 *   status %MP_API_STATUS_REUSED when the first request was another; %NULL when the operation is
 *   not known
 * @error: return location
 *
 * Returns: %FALSE on failure
 */
gboolean
mp_api_find_result (MpApi *self,
                    const MpApiRequest *request,
                    const char *op,
                    const char *digest,
                    JsonObject **result,
                    GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (JsonObject) stored = NULL;

  *result = NULL;
  if (!mp_db_get_operation_result (mp_api_get_services (self)->db, request->tenant, op, &text,
                                   error))
    return FALSE;
  if (text == NULL)
    return TRUE;

  stored = mp_api_stored_parse (text, error);
  if (stored == NULL)
    return FALSE;
  if (digest != NULL && !g_str_equal (digest, mp_json_get_string (stored, DIGEST_MEMBER, "")))
    {
      *result = new_result (op, MP_API_STATUS_REUSED);
      return TRUE;
    }
  if (json_object_has_member (stored, DIGEST_MEMBER))
    json_object_remove_member (stored, DIGEST_MEMBER);
  json_object_set_boolean_member (stored, "duplicate", TRUE);
  *result = g_steal_pointer (&stored);
  return TRUE;
}

static gboolean
store_result (const MpApiTask *task, JsonObject *result, GError **error)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), result);
  g_autofree char *text = NULL;

  if (task->digest != NULL)
    json_object_set_string_member (result, DIGEST_MEMBER, task->digest);
  text = mp_json_to_text (node);
  if (task->digest != NULL)
    json_object_remove_member (result, DIGEST_MEMBER);
  return mp_db_put_operation_result (task->services->db, task->request->tenant,
                                     mp_operation_get_op (task->operation), text, task->now_unix_us,
                                     error);
}

/* Is the caller allowed to? Sets @error only when that cannot be found out. */
static gboolean
check_permission (const MpApiTask *task, GError **error)
{
  MpAction action = mp_operation_get_action (task->operation);
  g_autofree char *resource =
      mp_api_dup_resource (action, mp_operation_get_target (task->operation));
  MpAuthRequest auth = mp_api_request_get_auth (task->request);
  g_autoptr (GError) refusal = NULL;

  if (mp_auth_check (task->services->auth, task->request->identity, mp_api_get_permission (action),
                     resource, &auth, &refusal))
    return TRUE;
  if (!g_error_matches (refusal, MP_ERROR, MP_ERROR_FORBIDDEN))
    g_propagate_error (error, g_steal_pointer (&refusal));
  return FALSE;
}

/* Where the fault is, by our own names alone: a name that the client made up is not for the trail.
 */
static const char *
name_place (const MpApiTask *task, const char *pointer)
{
  const MpFieldSpec *field;

  if (mp_action_is_credential (mp_operation_get_action (task->operation)))
    return mp_api_names_credential_member (pointer) ? pointer : "";
  field = mp_registry_find (mp_registry_get_default (), pointer);
  return field != NULL ? field->path : "";
}

/* What the rules refused stands in the trail: where and which rule, no value. */
static gboolean
audit_refusal (const MpApiTask *task, JsonObject *result, GError **error)
{
  JsonArray *errors = mp_json_get_array (result, "errors");
  gboolean is_credential = mp_action_is_credential (mp_operation_get_action (task->operation));
  g_autoptr (GString) detail = g_string_new (NULL);

  for (unsigned int i = 0; i < MIN (json_array_get_length (errors), MAX_AUDITED_FAULTS); i++)
    {
      JsonObject *fault = mp_json_array_get_object (errors, i);
      const char *place = name_place (task, mp_json_get_string (fault, "pointer", ""));

      g_string_append_printf (detail, "%s%s%s%s", i > 0 ? ", " : "", place,
                              *place != '\0' ? " " : "", mp_json_get_string (fault, "code", ""));
    }
  return mp_api_task_audit (task, is_credential ? "credential.refused" : "settings.refused", NULL,
                            detail->str, error);
}

/* Within the transaction. */
static JsonObject *
apply_once (MpApi *self, MpApiTask *task, gboolean allowed, GError **error)
{
  g_autoptr (JsonObject) result = NULL;

  /* Asked now that nobody else writes: the same operation may have come twice at once. */
  if (!mp_api_find_result (self, task->request, mp_operation_get_op (task->operation), task->digest,
                           &result, error))
    return NULL;
  if (result != NULL)
    return g_steal_pointer (&result);

  if (!allowed)
    result = mp_api_result_new (task, "denied");
  else if (mp_action_is_credential (mp_operation_get_action (task->operation)))
    result = mp_api_apply_credential (task, error);
  else
    result = mp_api_apply_settings (task, error);

  if (result != NULL && g_str_equal (mp_json_get_string (result, "status", ""), STATUS_INVALID) &&
      !audit_refusal (task, result, error))
    return NULL;
  if (result == NULL || !store_result (task, result, error))
    return NULL;
  return g_steal_pointer (&result);
}

/* A known result, too, is told after a commit: it may be another thread's that is not on the disk
 * yet. */
static JsonObject *
apply_in_transaction (MpApi *self, MpApiTask *task, gboolean allowed, GError **error)
{
  g_autoptr (MpDbTransaction) transaction = mp_db_begin (task->services->db, error);
  g_autoptr (JsonObject) result =
                 transaction != NULL ? apply_once (self, task, allowed, error) : NULL;

  if (result == NULL || !mp_db_commit (transaction, error))
    return NULL;
  return g_steal_pointer (&result);
}

/**
 * mp_api_apply:
 * @self: the API
 * @request: who asks
 * @operation: what is to be done
 * @seen: how the operation says what it was made on
 * @digest: (nullable): of what was sent: under the same id, nothing else is the same operation
 * @error: return location
 *
 * Does an operation exactly once: the change, its place in the feed, its audit entry and its result
 * are committed together, or nothing is. An operation done before answers its first result; one
 * with the id of another, %MP_API_STATUS_REUSED.
 *
 * Returns: (transfer full): the result as on the wire, or %NULL when the server failed
 */
JsonObject *
mp_api_apply (MpApi *self,
              const MpApiRequest *request,
              MpOperation *operation,
              MpApiSeen seen,
              const char *digest,
              GError **error)
{
  const MpApiServices *services = mp_api_get_services (self);
  g_auto (MpApiTask) task = {
    .services = services,
    .request = request,
    .operation = operation,
    .seen = seen,
    .digest = digest,
    .now_unix_us = mp_clock_get_now_unix_us (services->clock),
  };
  JsonObject *known = NULL;
  g_autoptr (GError) failure = NULL;
  gboolean allowed;

  if (!mp_api_find_result (self, request, mp_operation_get_op (operation), digest, &known, error))
    return NULL;
  if (known != NULL)
    return known;

  allowed = check_permission (&task, &failure);
  if (failure == NULL && allowed && mp_action_is_credential (mp_operation_get_action (operation)))
    mp_api_prepare_credential (&task, &failure);
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }
  return apply_in_transaction (self, &task, allowed, error);
}

/**
 * mp_api_apply_batch:
 * @self: the API
 * @request: who asks; their role allows the change of settings
 * @operations: (element-type MpOperation): operations on settings
 * @digests: (element-type utf8): of what was sent for each
 * @error: return location
 *
 * What mp_api_apply () does with each of them, in order, but in one transaction: it waits for the
 * disk once, and signs the audit trail once. Each is still judged by itself; when the server fails,
 * none is done.
 *
 * Returns: (transfer full): their results, or %NULL when the server failed
 */
JsonArray *
mp_api_apply_batch (MpApi *self,
                    const MpApiRequest *request,
                    GPtrArray *operations,
                    GPtrArray *digests,
                    GError **error)
{
  const MpApiServices *services = mp_api_get_services (self);
  const int64_t now_unix_us = mp_clock_get_now_unix_us (services->clock);
  g_autoptr (GPtrArray) trail = g_ptr_array_new_with_free_func ((GDestroyNotify) trail_entry_free);
  g_autoptr (MpDbTransaction) transaction = mp_db_begin (services->db, error);
  g_autoptr (JsonArray) results = json_array_new ();

  if (transaction == NULL)
    return NULL;
  for (unsigned int i = 0; i < operations->len; i++)
    {
      g_auto (MpApiTask) task = {
        .services = services,
        .request = request,
        .operation = g_ptr_array_index (operations, i),
        .seen = MP_API_SEEN_PATHS,
        .digest = g_ptr_array_index (digests, i),
        .trail = trail,
        .now_unix_us = now_unix_us,
      };
      JsonObject *result = apply_once (self, &task, TRUE, error);

      if (result == NULL)
        return NULL;
      json_array_add_object_element (results, result);
    }
  if (!write_trail (services, request, trail, now_unix_us, error) ||
      !mp_db_commit (transaction, error))
    return NULL;
  return g_steal_pointer (&results);
}
