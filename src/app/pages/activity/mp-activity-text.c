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
  { "settings.refused", N_ ("Was refused a change of the record") },
  { "settings.export", N_ ("Exported settings") },
  { "credential.add", N_ ("Added the key") },
  { "credential.replace", N_ ("Replaced the key") },
  { "credential.rename", N_ ("Renamed the key") },
  { "credential.revoke", N_ ("Revoked the key") },
  { "credential.use", N_ ("Used the key") },
  { "credential.refused", N_ ("Was refused a change of the key") },
  { "token.add", N_ ("Made a sign-in token") },
  { "token.revoke", N_ ("Revoked a sign-in token") },
  { "audit.export", N_ ("Exported the audit trail") },
  { "server.restored", N_ ("Put the server back from a copy") },
};

/* Members of a key as the trail names them; those without a text say nothing to people. */
static const struct
{
  const char *path;
  const char *text;
} key_members[] = {
  { "/account", N_ ("Account") },
  { "/hint", N_ ("Ends in") },
  { "/label", N_ ("Name") },
  { "/mode", N_ ("Mode") },
};

/* What a key was used for, as the session names it. */
static const struct
{
  const char *purpose;
  const char *text;
} purposes[] = {
  { "test", N_ ("to test the connection") },
  { "crm.objects", N_ ("to read the CRM's objects") },
  { "crm.fields", N_ ("to read the CRM's fields") },
  { "crm.sample", N_ ("to look at records of the CRM") },
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

/* (nullable): the name a record or key has here; an identifier alone says nothing. */
static const char *
find_resource_name (MpContext *context, const char *resource)
{
  MpSession *session = mp_context_get_session (context);
  const char *id = strchr (resource, '/');

  if (session == NULL || id == NULL)
    return NULL;

  id++;
  if (g_str_has_prefix (resource, "settings/"))
    {
      MpRecordModel *record = mp_session_find_record (session, id);

      return record != NULL ? mp_record_model_get_name (record) : NULL;
    }
  if (g_str_has_prefix (resource, "credential/"))
    {
      MpCredential *credential = mp_session_find_credential (session, id);

      return credential != NULL ? mp_credential_get_label (credential) : NULL;
    }
  return NULL;
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
  const char *name;

  g_return_val_if_fail (MP_IS_CONTEXT (context), NULL);
  g_return_val_if_fail (MP_IS_AUDIT_ENTRY (entry), NULL);

  init = mp_audit_entry_get_init (entry);
  action = mp_activity_text_get_action (init->action);
  name = init->resource != NULL ? find_resource_name (context, init->resource) : NULL;
  if (name == NULL)
    return g_strdup (action);
  /* Translators: 1 is what was done, 2 the record or key. */
  return g_strdup_printf (C_ ("activity", "%s: %s"), action, name);
}

static const char *
get_detail (const char *detail)
{
  for (size_t i = 0; i < G_N_ELEMENTS (purposes); i++)
    {
      if (g_str_equal (purposes[i].purpose, detail))
        return _ (purposes[i].text);
    }
  return detail;
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
    g_string_append_printf (text, " · %s", get_detail (init->detail));
  return g_string_free (text, FALSE);
}

/* (nullable): the change says nothing to people */
static char *
dup_change_label (MpContext *context, gboolean is_key, const char *path)
{
  if (!is_key)
    return mp_value_text_dup_label (context, NULL, path);

  for (size_t i = 0; i < G_N_ELEMENTS (key_members); i++)
    {
      if (g_str_equal (key_members[i].path, path))
        return g_strdup (_ (key_members[i].text));
    }
  return NULL;
}

static gboolean
is_set (JsonNode *value)
{
  return value != NULL && !JSON_NODE_HOLDS_NULL (value);
}

static void
append_change (
    GString *text, MpContext *context, gboolean is_key, const char *path, JsonNode *change)
{
  g_autofree char *label = dup_change_label (context, is_key, path);
  g_autofree char *old_text = NULL;
  g_autofree char *new_text = NULL;
  JsonNode *old_value;
  JsonNode *new_value;

  if (label == NULL || !JSON_NODE_HOLDS_OBJECT (change))
    return;

  old_value = json_object_get_member (json_node_get_object (change), "old");
  new_value = json_object_get_member (json_node_get_object (change), "new");
  old_text = mp_value_text_dup_value (context, path, old_value);
  new_text = mp_value_text_dup_value (context, path, new_value);
  if (text->len > 0)
    g_string_append_c (text, '\n');
  if (is_set (old_value))
    g_string_append_printf (text, "%s: %s → %s", label, old_text, new_text);
  else
    g_string_append_printf (text, "%s: %s", label, new_text);
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
  const MpAuditEntryInit *init;
  JsonObjectIter iter;
  const char *path;
  JsonNode *change;
  GString *text;

  g_return_val_if_fail (MP_IS_CONTEXT (context), NULL);
  g_return_val_if_fail (MP_IS_AUDIT_ENTRY (entry), NULL);

  text = g_string_new (NULL);
  init = mp_audit_entry_get_init (entry);
  if (init->changes != NULL)
    {
      gboolean is_key = g_str_has_prefix (init->action, "credential.");

      json_object_iter_init_ordered (&iter, init->changes);
      while (json_object_iter_next_ordered (&iter, &path, &change))
        append_change (text, context, is_key, path, change);
    }
  return g_string_free (text, FALSE);
}
