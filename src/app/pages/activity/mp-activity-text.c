/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-activity-text.h"

#include "mp-app-text.h"
#include "mp-value-text.h"

#include <glib/gi18n-lib.h>

static const struct
{
  const char *action;
  const char *text;
} actions[] = {
  { "sign-in", N_ ("Signed in") },
  { "access.refused", N_ ("Was refused") },
  { "settings.create", N_ ("Created the record") },
  { "settings.update", N_ ("Changed the record") },
  { "settings.archive", N_ ("Archived the record") },
  { "settings.restore", N_ ("Restored the record") },
  { "settings.export", N_ ("Exported settings") },
  { "credential.add", N_ ("Added the key") },
  { "credential.replace", N_ ("Replaced the key") },
  { "credential.rename", N_ ("Renamed the key") },
  { "credential.revoke", N_ ("Revoked the key") },
  { "credential.use", N_ ("Used the key") },
};

/**
 * mp_activity_text_get_action:
 * @action: an action of the audit trail
 *
 * Returns: (transfer none): what was done, translated; an action this program does not know as it
 *   is
 */
const char *
mp_activity_text_get_action (const char *action)
{
  for (size_t i = 0; i < G_N_ELEMENTS (actions); i++)
    {
      if (g_str_equal (actions[i].action, action))
        return _ (actions[i].text);
    }
  return action;
}

/* The name a record or key has here, for an identifier that says nothing. */
static const char *
find_resource_name (MpContext *context, const char *resource)
{
  MpSession *session = mp_context_get_session (context);
  const char *id = strchr (resource, '/');

  if (session == NULL || id == NULL)
    return resource;

  id++;
  if (g_str_has_prefix (resource, "settings/"))
    {
      MpRecordModel *record = mp_session_find_record (session, id);

      return record != NULL ? mp_record_model_get_name (record) : resource;
    }
  if (g_str_has_prefix (resource, "credential/"))
    {
      MpCredential *credential = mp_session_find_credential (session, id);

      return credential != NULL ? mp_credential_get_label (credential) : resource;
    }
  return resource;
}

/**
 * mp_activity_text_dup_title:
 * @context: what the pages share
 * @entry: an entry
 *
 * Returns: (transfer full): what was done, to what: "Changed the record: Main"
 */
char *
mp_activity_text_dup_title (MpContext *context, MpAuditEntry *entry)
{
  const MpAuditEntryInit *init;
  const char *action;

  g_return_val_if_fail (MP_IS_CONTEXT (context), NULL);
  g_return_val_if_fail (MP_IS_AUDIT_ENTRY (entry), NULL);

  init = mp_audit_entry_get_init (entry);
  action = mp_activity_text_get_action (init->action);
  if (init->resource == NULL)
    return g_strdup (action);
  /* Translators: 1 is what was done, 2 the record or key. */
  return g_strdup_printf (C_ ("activity", "%s: %s"), action,
                              find_resource_name (context, init->resource));
}

/**
 * mp_activity_text_dup_origin:
 * @entry: an entry
 *
 * Returns: (transfer full): who, when and from where
 */
char *
mp_activity_text_dup_origin (MpAuditEntry *entry)
{
  const MpAuditEntryInit *init;
  g_autofree char *time = NULL;
  GString *text;

  g_return_val_if_fail (MP_IS_AUDIT_ENTRY (entry), NULL);

  init = mp_audit_entry_get_init (entry);
  time = mp_app_text_dup_time (init->at_unix_us);
  text = g_string_new (NULL);
  g_string_append_printf (text, "%s · %s", init->actor, time);
  if (init->address != NULL)
    g_string_append_printf (text, " · %s", init->address);
  if (init->detail != NULL)
    g_string_append_printf (text, " · %s", init->detail);
  return g_string_free (text, FALSE);
}

static void
append_change (GString *text, MpContext *context, const char *path, JsonNode *change)
{
  g_autofree char *label = mp_value_text_dup_label (context, NULL, path);
  g_autofree char *old_text = NULL;
  g_autofree char *new_text = NULL;
  JsonObject *values;

  if (!JSON_NODE_HOLDS_OBJECT (change))
    return;

  values = json_node_get_object (change);
  old_text = mp_value_text_dup_value (context, path, json_object_get_member (values, "old"));
  new_text = mp_value_text_dup_value (context, path, json_object_get_member (values, "new"));
  g_string_append_printf (text, "%s%s: %s → %s", text->len > 0 ? "\n" : "", label, old_text,
                          new_text);
}

/**
 * mp_activity_text_dup_changes:
 * @context: what the pages share
 * @entry: an entry
 *
 * Returns: (transfer full): a line for each value that was changed; empty when there is none
 */
char *
mp_activity_text_dup_changes (MpContext *context, MpAuditEntry *entry)
{
  JsonObject *changes;
  JsonObjectIter iter;
  const char *path;
  JsonNode *change;
  GString *text;

  g_return_val_if_fail (MP_IS_CONTEXT (context), NULL);
  g_return_val_if_fail (MP_IS_AUDIT_ENTRY (entry), NULL);

  text = g_string_new (NULL);
  changes = mp_audit_entry_get_init (entry)->changes;
  if (changes != NULL)
    {
      json_object_iter_init_ordered (&iter, changes);
      while (json_object_iter_next_ordered (&iter, &path, &change))
        append_change (text, context, path, change);
    }
  return g_string_free (text, FALSE);
}
