/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-cli.h"

#include "mp-error.h"
#include "mp-json.h"

#include <stdio.h>
#include <string.h>

static MpExit
run_list (MpCli *cli, char **arguments, GError **error)
{
  const unsigned int widths[] = { 6, 27, 16, 20, 0 };
  const MpAuditFilter filter = { cli->actor, cli->action, cli->resource, 0 };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GListModel) entries = NULL;
  GAsyncResult *slot = NULL;

  mp_session_load_audit_async (cli->session, &filter, NULL, mp_cli_ready_cb, &slot);
  result = mp_cli_wait (&slot);
  entries = mp_session_load_audit_finish (cli->session, result, error);
  if (entries == NULL)
    return MP_EXIT_FAILED;
  for (unsigned int i = 0; i < g_list_model_get_n_items (entries); i++)
    {
      g_autoptr (MpAuditEntry) entry = g_list_model_get_item (entries, i);
      const MpAuditEntryInit *init = mp_audit_entry_get_init (entry);
      g_autofree char *sequence = g_strdup_printf ("%" G_GINT64_FORMAT, init->sequence);
      g_autofree char *at = mp_time_format (init->at_unix_us);

      if (cli->json)
        {
          g_autoptr (JsonNode) node = mp_json_node_take_object (mp_audit_entry_to_json (entry));
          g_autofree char *text = mp_json_to_text (node);

          /* JSON Lines, which audit verify reads again */
          g_print ("%s\n", text);
          continue;
        }
      mp_cli_print_row (widths, sequence, at, init->actor, init->action,
                        init->resource != NULL ? init->resource : "", NULL);
    }
  return MP_EXIT_DONE;
}

static int
compare_sequence (gconstpointer a, gconstpointer b)
{
  const MpAuditEntryInit *one = mp_audit_entry_get_init (*(MpAuditEntry *const *) a);
  const MpAuditEntryInit *two = mp_audit_entry_get_init (*(MpAuditEntry *const *) b);

  return (one->sequence > two->sequence) - (one->sequence < two->sequence);
}

/* @head: (out) (nullable): the last line of the server's own export, whose signature
 * “mp-tenant-server audit verify-file” verifies */
static GPtrArray *
read_entries (const char *file, JsonObject **head, GError **error)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (g_object_unref);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents (file, &text, NULL, error))
    return NULL;
  lines = g_strsplit (text, "\n", -1);
  for (unsigned int i = 0; lines[i] != NULL; i++)
    {
      g_autoptr (JsonObject) object = NULL;
      MpAuditEntry *entry;

      if (*lines[i] == '\0')
        continue;
      object = mp_json_parse_object (lines[i], -1, error);
      if (object != NULL && mp_json_get_object (object, "head") != NULL)
        {
          g_clear_pointer (head, json_object_unref);
          *head = json_object_ref (mp_json_get_object (object, "head"));
          continue;
        }
      entry = object == NULL ? NULL : mp_audit_entry_new_from_json (object, error);
      if (entry == NULL)
        {
          g_prefix_error (error, "%s, line %u: ", file, i + 1);
          return NULL;
        }
      g_ptr_array_add (entries, entry);
    }
  return g_steal_pointer (&entries);
}

static MpAuditVerdict *
verify_file (const char *file, GError **error)
{
  g_autoptr (JsonObject) head = NULL;
  g_autoptr (GPtrArray) entries = read_entries (file, &head, error);
  MpAuditEntry *last;

  if (entries == NULL)
    return NULL;
  /* The list is printed newest first; whether a number is missing does not depend on the order of
   * the lines. */
  g_ptr_array_sort (entries, compare_sequence);
  if (head != NULL)
    return mp_audit_verify (entries, mp_json_get_int (head, "sequence", 0),
                            mp_json_get_string (head, "hash", NULL), 0, NULL);
  if (entries->len == 0)
    return mp_audit_verify (entries, 0, NULL, 0, NULL);
  last = g_ptr_array_index (entries, entries->len - 1);
  return mp_audit_verify (entries, mp_audit_entry_get_init (last)->sequence,
                          mp_audit_entry_get_hash (last), 0, NULL);
}

static MpAuditVerdict *
verify_server (MpCli *cli, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;

  if (!mp_cli_open_session (cli, error))
    return NULL;
  mp_session_verify_audit_async (cli->session, NULL, mp_cli_ready_cb, &slot);
  result = mp_cli_wait (&slot);
  return mp_session_verify_audit_finish (cli->session, result, error);
}

static MpExit
run_verify (MpCli *cli, char **arguments, GError **error)
{
  g_autoptr (MpAuditVerdict) verdict = NULL;
  g_autofree char *text = NULL;

  verdict = arguments[0] != NULL ? verify_file (arguments[0], error) : verify_server (cli, error);
  if (verdict == NULL)
    return MP_EXIT_FAILED;
  text = mp_audit_verdict_dup_text (verdict);
  if (cli->json)
    {
      JsonObject *object = json_object_new ();
      g_autoptr (JsonNode) node = mp_json_node_take_object (object);

      json_object_set_boolean_member (object, "intact",
                                      mp_audit_verdict_get_state (verdict) == MP_AUDIT_INTACT);
      json_object_set_int_member (object, "sequence", mp_audit_verdict_get_sequence (verdict));
      json_object_set_string_member (object, "text", text);
      mp_cli_print_json (node);
    }
  else
    {
      g_print ("%s\n", text);
    }
  return mp_audit_verdict_get_state (verdict) == MP_AUDIT_INTACT ? MP_EXIT_DONE : MP_EXIT_INVALID;
}

const MpCommand mp_cli_audit_commands[] = {
  { "audit", "list", "[--actor] [--action] [--resource]",
    "The tenant's audit trail, newest first; --json: JSON Lines", 0, 0, TRUE, run_list },
  { "audit", "verify", "[FILE]", "Verify the server's trail, or that of a file", 0, 1, FALSE,
    run_verify },
  { NULL },
};
