/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-api-apply-private.h"
#include "mp-api-problem.h"
#include "mp-api-stored.h"
#include "mp-credential.h"
#include "mp-error.h"
#include "mp-json.h"

#define MAX_ACCOUNT_LENGTH 200
#define MAX_PURPOSE_LENGTH 200
/* The last four characters of a secret; more would give it away. */
#define MAX_HINT_LENGTH 4

static const char *const kinds[] = { "crm", "accounting", "payment", NULL };

#define IN(action) (1u << MP_ACTION_##action)

/* The members of a payload, all texts, and the actions that take them. */
static const struct
{
  const char *name;
  unsigned int actions;
} members[] = {
  { "id", IN (ADD) },
  { "kind", IN (ADD) },
  { "platform", IN (ADD) },
  { "record_id", IN (ADD) },
  { "label", IN (ADD) | IN (RENAME) },
  { "mode", IN (ADD) | IN (REPLACE) },
  { "account", IN (ADD) | IN (REPLACE) },
  { "hint", IN (ADD) | IN (REPLACE) },
  { "key_id", IN (ADD) | IN (REPLACE) },
  { "sealed", IN (ADD) | IN (REPLACE) },
  { "purpose", IN (USE) },
  { "at", IN (USE) },
};

static const char *
get_member (const MpApiTask *task, const char *name)
{
  JsonObject *payload = mp_operation_get_payload (task->operation);
  const char *value = payload != NULL ? mp_json_get_string (payload, name, NULL) : NULL;

  return value != NULL && *value != '\0' ? value : NULL;
}

static void
add_error (MpApiTask *task, const char *member, const char *code, const char *message)
{
  g_autofree char *pointer = g_strconcat ("/", member, NULL);

  mp_field_errors_add (task->errors, MP_SEVERITY_ERROR, pointer, code, "message", message, NULL);
}

static gboolean
takes_member (MpAction action, const char *name)
{
  for (size_t i = 0; i < G_N_ELEMENTS (members); i++)
    {
      if (g_str_equal (members[i].name, name))
        return (members[i].actions & (1u << action)) != 0;
    }
  return FALSE;
}

/* Nothing is taken that is not understood: a member that is misspelt would be missed silently. */
static void
check_members (MpApiTask *task)
{
  JsonObject *payload = mp_operation_get_payload (task->operation);
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  if (payload == NULL)
    return;
  json_object_iter_init_ordered (&iter, payload);
  while (json_object_iter_next_ordered (&iter, &name, &value))
    {
      g_autofree char *pointer = mp_pointer_append ("", name);

      if (!takes_member (mp_operation_get_action (task->operation), name))
        mp_field_errors_add (task->errors, MP_SEVERITY_ERROR, pointer, MP_FIELD_UNKNOWN_MEMBER,
                             "name", name, NULL);
      else if (mp_json_node_get_string (value) == NULL && !JSON_NODE_HOLDS_NULL (value))
        mp_field_errors_add (task->errors, MP_SEVERITY_ERROR, pointer, MP_FIELD_WRONG_TYPE,
                             "expected", "text", NULL);
    }
}

/* Is @pointer's member missing, rather than of the wrong type? */
static gboolean
is_missing (const MpApiTask *task, const char *member)
{
  JsonObject *payload = mp_operation_get_payload (task->operation);
  JsonNode *value = payload != NULL ? json_object_get_member (payload, member) : NULL;

  return value == NULL || JSON_NODE_HOLDS_NULL (value) || mp_json_node_get_string (value) != NULL;
}

/* A text of the payload: there when it is required, and not longer than @limit characters. */
static void
check_text (MpApiTask *task, const char *member, gboolean required, size_t limit)
{
  const char *value = get_member (task, member);

  if (value == NULL && required && is_missing (task, member))
    add_error (task, member, MP_FIELD_REQUIRED, "A value is needed.");
  else if (value != NULL && (size_t) g_utf8_strlen (value, -1) > limit)
    add_error (task, member, MP_FIELD_TOO_LONG, "The text is too long.");
}

static void
check_label (MpApiTask *task)
{
  const char *label = get_member (task, "label");

  check_text (task, "label", TRUE, MP_CREDENTIAL_MAX_LABEL_LENGTH);
  if (mp_field_errors_find (task->errors, "/label") == NULL &&
      !mp_credential_label_is_valid (label))
    add_error (task, "label", MP_FIELD_BAD_FORMAT, "A name on one line is needed.");
}

/* The document of the credential's platform; %NULL when there is none (an error was added). */
static MpPlatformSpec *
check_platform (MpApiTask *task)
{
  const char *kind = get_member (task, "kind");
  const char *id = get_member (task, "platform");
  MpPlatformSpec *platform = NULL;

  if (kind == NULL ? is_missing (task, "kind") : !g_strv_contains (kinds, kind))
    add_error (task, "kind", MP_FIELD_BAD_FORMAT, "One of crm, accounting, payment is needed.");
  if (id != NULL)
    platform = task->services->find_platform (id, task->services->find_platform_data);

  if (id == NULL && !is_missing (task, "platform"))
    return NULL;
  if (platform == NULL)
    mp_field_errors_add (task->errors, MP_SEVERITY_ERROR, "/platform", MP_FIELD_UNKNOWN_PLATFORM,
                         "platform", id != NULL ? id : "", NULL);
  else if (g_strcmp0 (kind, mp_platform_spec_get_kind (platform)) != 0)
    mp_field_errors_add (task->errors, MP_SEVERITY_ERROR, "/platform", MP_FIELD_WRONG_KIND,
                         "platform", id, "kind", kind != NULL ? kind : "", NULL);
  else if (mp_platform_spec_get_unavailable (platform) != NULL)
    mp_field_errors_add (task->errors, MP_SEVERITY_ERROR, "/platform",
                         MP_FIELD_UNAVAILABLE_PLATFORM, "platform",
                         mp_platform_spec_get_label (platform), "reason",
                         mp_platform_spec_get_unavailable (platform), NULL);
  return platform;
}

/* The parts that the platform's document names, each in its form. A fault's text has no value. */
static void
check_parts (MpApiTask *task, MpPlatformSpec *platform)
{
  for (unsigned int i = 0; i < mp_platform_spec_get_n_parts (platform); i++)
    {
      const MpPartSpec *part = mp_platform_spec_get_part (platform, i);
      const char *value = mp_secret_get (task->secret, part->id);
      g_autofree char *fault = mp_part_spec_dup_fault (part, value != NULL ? value : "");

      if (fault != NULL)
        add_error (task, "sealed", MP_FIELD_BAD_FORMAT, fault);
    }
}

static gboolean
open_box (MpApiTask *task, GError **error)
{
  const char *key_id = get_member (task, "key_id");
  const char *sealed = get_member (task, "sealed");
  g_autoptr (GError) failure = NULL;

  if (key_id == NULL && is_missing (task, "key_id"))
    add_error (task, "key_id", MP_FIELD_REQUIRED, "The sealing key's id is needed.");
  if (sealed == NULL && is_missing (task, "sealed"))
    add_error (task, "sealed", MP_FIELD_REQUIRED, "The sealed secret is needed.");
  if (key_id == NULL || sealed == NULL)
    return TRUE;

  task->secret = mp_vault_unseal (task->services->vault, key_id, sealed, &failure);
  if (task->secret != NULL)
    return TRUE;

  if (g_error_matches (failure, MP_ERROR, MP_ERROR_NOT_FOUND))
    add_error (task, "key_id", MP_PROBLEM_KEY_RETIRED,
               "The secret was sealed to a key that is not in use any more.");
  else if (g_error_matches (failure, MP_ERROR, MP_ERROR_INVALID))
    add_error (task, "sealed", MP_FIELD_BAD_FORMAT, "This is not a secret sealed to the key.");
  else
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  return TRUE;
}

/**
 * mp_api_prepare_credential:
 * @task: an operation on a credential, before the transaction
 * @error: return location
 *
 * Checks the payload and opens the sealed box; what is wrong with them is in the task's errors.
 *
 * Returns: %FALSE when the server failed
 */
gboolean
mp_api_prepare_credential (MpApiTask *task, GError **error)
{
  MpAction action = mp_operation_get_action (task->operation);
  gboolean has_secret = action == MP_ACTION_ADD || action == MP_ACTION_REPLACE;
  const char *record_id = get_member (task, "record_id");

  task->errors = mp_field_errors_new ();
  check_members (task);
  if (action == MP_ACTION_ADD || action == MP_ACTION_RENAME)
    check_label (task);
  if (action == MP_ACTION_USE)
    check_text (task, "purpose", TRUE, MAX_PURPOSE_LENGTH);
  if (!has_secret)
    return TRUE;

  check_text (task, "account", FALSE, MAX_ACCOUNT_LENGTH);
  check_text (task, "hint", FALSE, MAX_HINT_LENGTH);
  if (action == MP_ACTION_ADD && record_id != NULL && !mp_uuid_is_valid (record_id))
    add_error (task, "record_id", MP_FIELD_BAD_FORMAT, "The id is not a UUID.");
  if (!open_box (task, error))
    return FALSE;
  if (action == MP_ACTION_ADD)
    {
      MpPlatformSpec *platform = check_platform (task);

      if (platform != NULL && task->secret != NULL)
        check_parts (task, platform);
    }
  return TRUE;
}

/**
 * mp_api_names_credential_member:
 * @pointer: a JSON Pointer, perhaps of a client's making
 *
 * Returns: whether it points to a member that some payload has
 */
gboolean
mp_api_names_credential_member (const char *pointer)
{
  for (size_t i = 0; *pointer == '/' && i < G_N_ELEMENTS (members); i++)
    {
      if (g_str_equal (members[i].name, pointer + 1))
        return TRUE;
    }
  return FALSE;
}

static JsonObject *
new_result_with_credential (const MpApiTask *task, const char *status, MpCredential *credential)
{
  JsonObject *result = mp_api_result_new (task, status);

  json_object_set_object_member (result, "credential", mp_credential_to_json (credential));
  return result;
}

/* Paths of a credential that differ; the stamps and the version tell themselves. */
static JsonObject *
describe_changes (MpCredential *before, MpCredential *after)
{
  static const char *const compared[] = { "kind", "platform",  "label",   "mode",   "account",
                                          "hint", "record_id", "version", "revoked" };
  g_autoptr (JsonObject) old = before != NULL ? mp_credential_to_json (before) : json_object_new ();
  g_autoptr (JsonObject) now = mp_credential_to_json (after);
  JsonObject *changes = json_object_new ();

  for (size_t i = 0; i < G_N_ELEMENTS (compared); i++)
    {
      JsonNode *old_value = json_object_get_member (old, compared[i]);
      JsonNode *new_value = json_object_get_member (now, compared[i]);
      g_autofree char *path = g_strconcat ("/", compared[i], NULL);

      if (old_value == NULL && new_value == NULL)
        continue;
      if (old_value == NULL || new_value == NULL || !mp_json_node_equal (old_value, new_value))
        mp_api_add_change (changes, path, old_value, new_value);
    }
  return changes;
}

static gboolean
save_secret (const MpApiTask *task, MpCredential *credential, GError **error)
{
  const char *tenant = task->request->tenant;
  const char *id = mp_credential_get_id (credential);

  if (mp_credential_get_revoked (credential))
    return mp_vault_destroy_secret (task->services->vault, tenant, id, error);
  if (task->secret == NULL)
    return TRUE;
  return mp_vault_store_secret (task->services->vault, tenant, id,
                                mp_credential_get_version (credential), task->secret, error);
}

/* Writes the credential's new state with its secret, its place in the feed and its audit entry. */
static JsonObject *
save (const MpApiTask *task, MpCredential *before, const MpCredentialInit *init, GError **error)
{
  MpAction action = mp_operation_get_action (task->operation);
  g_autofree char *entry = g_strconcat ("credential.", mp_action_to_string (action), NULL);
  g_autoptr (MpCredential) after = mp_credential_new (init);
  g_autoptr (JsonObject) changes = describe_changes (before, after);
  g_autoptr (JsonNode) node = mp_json_node_take_object (mp_credential_to_json (after));
  g_autofree char *json = mp_json_to_text (node);
  g_autofree char *revision = NULL;
  MpDbCredential row = {
    .id = init->id,
    .version = init->version,
    .revoked = init->revoked,
    .json = json,
  };

  revision = mp_api_task_next_revision (task, &row.sequence, error);
  if (revision == NULL ||
      !mp_db_put_credential (task->services->db, task->request->tenant, &row, error) ||
      !save_secret (task, after, error) ||
      !mp_api_task_audit (task, entry, changes, get_member (task, "purpose"), error))
    return NULL;
  return new_result_with_credential (task, "applied", after);
}

static JsonObject *
add_key (const MpApiTask *task, GError **error)
{
  MpCredentialInit init = {
    .id = mp_operation_get_target (task->operation),
    .kind = get_member (task, "kind"),
    .platform = get_member (task, "platform"),
    .label = get_member (task, "label"),
    .mode = mp_mode_from_string (get_member (task, "mode")),
    .account = get_member (task, "account"),
    .hint = get_member (task, "hint"),
    .record_id = get_member (task, "record_id"),
    .version = 1,
    .created = mp_api_task_get_stamp (task),
  };

  return save (task, NULL, &init, error);
}

/* The hint belongs to the old secret, so it goes with it; mode and account stay unless told. */
static JsonObject *
replace_secret (MpApiTask *task, MpCredential *current, GError **error)
{
  MpCredentialInit init = mp_credential_get_init (current);
  MpPlatformSpec *platform =
      task->services->find_platform (init.platform, task->services->find_platform_data);

  if (platform != NULL)
    check_parts (task, platform);
  if (mp_field_errors_get_size (task->errors) > 0)
    return mp_api_result_new_invalid (task, task->errors);

  init.version++;
  init.rotated = mp_api_task_get_stamp (task);
  init.hint = get_member (task, "hint");
  if (get_member (task, "mode") != NULL)
    init.mode = mp_mode_from_string (get_member (task, "mode"));
  if (get_member (task, "account") != NULL)
    init.account = get_member (task, "account");
  return save (task, current, &init, error);
}

static JsonObject *
rename_key (const MpApiTask *task, MpCredential *current, GError **error)
{
  MpCredentialInit init = mp_credential_get_init (current);

  init.label = get_member (task, "label");
  return save (task, current, &init, error);
}

/* The desktop used it while it may have been offline: its own time counts, but not the future. */
static JsonObject *
use_key (const MpApiTask *task, MpCredential *current, GError **error)
{
  MpCredentialInit init = mp_credential_get_init (current);
  MpStamp stamp = mp_api_task_get_stamp (task);
  const char *text = get_member (task, "at");
  int64_t at_unix_us = 0;

  if (text != NULL && mp_time_parse (text, &at_unix_us, NULL))
    stamp.at_unix_us = MIN (at_unix_us, task->now_unix_us);
  if (stamp.at_unix_us >= init.used.at_unix_us)
    init.used = stamp;
  return save (task, current, &init, error);
}

/* The names of the records that use the credential; %NULL: none does. */
static gboolean
find_users (const MpApiTask *task, char **names, GError **error)
{
  g_autoptr (GPtrArray) rows = mp_db_list_credential_users (
      task->services->db, task->request->tenant, mp_operation_get_target (task->operation), error);
  g_autoptr (GString) text = g_string_new (NULL);

  *names = NULL;
  if (rows == NULL)
    return FALSE;

  for (unsigned int i = 0; i < rows->len; i++)
    {
      const MpDbRecord *row = g_ptr_array_index (rows, i);
      g_autoptr (JsonObject) object = NULL;

      if (row->archived)
        continue;
      object = mp_api_stored_parse (row->json, error);
      if (object == NULL)
        return FALSE;
      g_string_append_printf (text, "%s“%s”", text->len > 0 ? ", " : "",
                              mp_json_get_string (object, "name", row->id));
    }
  if (text->len > 0)
    *names = g_string_free (g_steal_pointer (&text), FALSE);
  return TRUE;
}

static JsonObject *
revoke_key (const MpApiTask *task, MpCredential *current, GError **error)
{
  MpCredentialInit init = mp_credential_get_init (current);
  g_autofree char *names = NULL;
  g_autofree char *message = NULL;

  if (init.revoked)
    return new_result_with_credential (task, "applied", current);
  if (!find_users (task, &names, error))
    return NULL;
  if (names != NULL)
    {
      message = g_strdup_printf ("The key is used by %s.", names);
      mp_field_errors_add (task->errors, MP_SEVERITY_ERROR, "", MP_API_FIELD_CREDENTIAL_IN_USE,
                           "records", names, "message", message, NULL);
      return mp_api_result_new_invalid (task, task->errors);
    }

  init.revoked = TRUE;
  return save (task, current, &init, error);
}

static JsonObject *
change (MpApiTask *task, MpCredential *current, GError **error)
{
  MpAction action = mp_operation_get_action (task->operation);

  if (action == MP_ACTION_REVOKE)
    return revoke_key (task, current, error);
  if (action == MP_ACTION_USE)
    return use_key (task, current, error);

  if (mp_credential_get_revoked (current))
    {
      mp_field_errors_add (task->errors, MP_SEVERITY_ERROR, "", MP_FIELD_CREDENTIAL_REVOKED,
                           "label", mp_credential_get_label (current), NULL);
      return mp_api_result_new_invalid (task, task->errors);
    }
  if (action == MP_ACTION_RENAME)
    return rename_key (task, current, error);
  return replace_secret (task, current, error);
}

/**
 * mp_api_apply_credential:
 * @task: an operation on a credential, prepared, within the transaction
 * @error: return location
 *
 * Returns: (transfer full): its result, or %NULL when the server failed
 */
JsonObject *
mp_api_apply_credential (MpApiTask *task, GError **error)
{
  gboolean is_new = mp_operation_get_action (task->operation) == MP_ACTION_ADD;
  g_autoptr (MpCredential) current = NULL;
  g_autoptr (GError) failure = NULL;

  if (mp_field_errors_get_size (task->errors) > 0)
    return mp_api_result_new_invalid (task, task->errors);

  current = mp_api_stored_get_credential (task->services->db, task->request->tenant,
                                          mp_operation_get_target (task->operation), &failure);
  if (current == NULL && !g_error_matches (failure, MP_ERROR, MP_ERROR_NOT_FOUND))
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }
  if (current == NULL)
    return is_new ? add_key (task, error) : mp_api_result_new (task, "gone");
  if (is_new)
    return new_result_with_credential (task, "conflict", current);
  return change (task, current, error);
}
