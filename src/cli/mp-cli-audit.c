/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-cli.h"

#include "mp-error.h"
#include "mp-json.h"
#include "mp-witness.h"

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

/* What a file holds. The server's own export ends with the signed head of the trail. */
typedef struct
{
  GPtrArray *entries; /* (element-type MpAuditEntry) */
  char *tenant;       /* (nullable) */
  MpAuditHead *head;  /* (nullable) */
} Trail;

static void
clear_trail (Trail *trail)
{
  g_clear_pointer (&trail->entries, g_ptr_array_unref);
  g_clear_pointer (&trail->tenant, g_free);
  g_clear_object (&trail->head);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Trail, clear_trail)

static gboolean
read_line (Trail *trail, const char *line, GError **error)
{
  g_autoptr (JsonObject) object = mp_json_parse_object (line, -1, error);
  JsonObject *head = object != NULL ? mp_json_get_object (object, "head") : NULL;
  MpAuditEntry *entry;

  if (head != NULL)
    {
      g_clear_object (&trail->head);
      g_free (trail->tenant);
      trail->tenant = g_strdup (mp_json_get_string (object, "tenant", ""));
      trail->head = mp_audit_head_new_from_json (head, error);
      return trail->head != NULL;
    }
  entry = object == NULL ? NULL : mp_audit_entry_new_from_json (object, error);
  if (entry != NULL)
    g_ptr_array_add (trail->entries, entry);
  return entry != NULL;
}

static gboolean
read_trail (Trail *trail, const char *file, GError **error)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  trail->entries = g_ptr_array_new_with_free_func (g_object_unref);
  if (!g_file_get_contents (file, &text, NULL, error))
    return FALSE;
  lines = g_strsplit (text, "\n", -1);
  for (unsigned int i = 0; lines[i] != NULL; i++)
    {
      if (*lines[i] != '\0' && !read_line (trail, lines[i], error))
        {
          g_prefix_error (error, "%s, line %u: ", file, i + 1);
          return FALSE;
        }
    }
  return TRUE;
}

/* The key that was given, or that this computer has known since it signed in to that tenant. */
static const char *
find_key (MpCli *cli, const Trail *trail)
{
  if (cli->key != NULL || trail->head == NULL)
    return cli->key;
  if (!mp_cli_open_session (cli, NULL) ||
      !g_str_equal (mp_session_get_tenant (cli->session), trail->tenant))
    return NULL;
  return mp_session_get_audit_key (cli->session);
}

/* @note: (out) (nullable): what the verdict does not say */
static MpAuditVerdict *
verify_file (MpCli *cli, const char *file, const char **note, GError **error)
{
  g_auto (Trail) trail = { 0 };
  const char *key;
  MpAuditEntry *last;

  if (!read_trail (&trail, file, error))
    return NULL;
  /* The list is printed newest first; whether a number is missing does not depend on the order of
   * the lines. */
  g_ptr_array_sort (trail.entries, compare_sequence);
  key = find_key (cli, &trail);
  if (trail.head == NULL)
    *note = "There is no signed head in the file: that entries were cut off at its end would not "
            "be seen.";
  else if (key == NULL)
    *note = "The signature was not checked: this computer does not know the server's key; give it "
            "with --key.";
  else if (!mp_witness_is_signed (trail.head, trail.tenant, key))
    return mp_audit_verdict_new (MP_AUDIT_UNSIGNED, mp_audit_head_get_sequence (trail.head));

  if (trail.head != NULL)
    return mp_audit_verify (trail.entries, mp_audit_head_get_sequence (trail.head),
                            mp_audit_head_get_hash (trail.head), 0, NULL);
  if (trail.entries->len == 0)
    return mp_audit_verify (trail.entries, 0, NULL, 0, NULL);
  last = g_ptr_array_index (trail.entries, trail.entries->len - 1);
  return mp_audit_verify (trail.entries, mp_audit_entry_get_init (last)->sequence,
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
  const char *note = NULL;

  verdict = arguments[0] != NULL ? verify_file (cli, arguments[0], &note, error)
                                 : verify_server (cli, error);
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
      if (note != NULL)
        json_object_set_string_member (object, "note", note);
      mp_cli_print_json (node);
    }
  else
    {
      g_print ("%s\n", text);
      if (note != NULL)
        g_print ("%s\n", note);
    }
  return mp_audit_verdict_get_state (verdict) == MP_AUDIT_INTACT ? MP_EXIT_DONE : MP_EXIT_INVALID;
}

const MpCommand mp_cli_audit_commands[] = {
  { "audit", "list", "[--actor] [--action] [--resource]",
    "The tenant's audit trail, newest first; --json: JSON Lines", 0, 0, TRUE, run_list },
  { "audit", "verify", "[FILE] [--key]",
    "Verify the server's trail, or that of a file and its signature", 0, 1, FALSE, run_verify },
  { NULL },
};
