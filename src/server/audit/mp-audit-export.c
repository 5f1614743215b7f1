/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-audit-log-private.h"

#include "mp-error.h"
#include "mp-json.h"

/* Rows read at once. */
#define PAGE 1000
/* The members of the last line. */
#define MEMBER_TENANT "tenant"
#define MEMBER_HEAD "head"

static gboolean
write_line (GOutputStream *stream, JsonObject *object, GError **error)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), object);
  g_autofree char *text = mp_json_to_canonical (node);

  return g_output_stream_printf (stream, NULL, NULL, error, "%s\n", text);
}

/* The entries after *@last up to the head. */
static gboolean
write_page (MpAuditLog *self,
            const char *tenant,
            int64_t head,
            GOutputStream *stream,
            int64_t *last,
            GError **error)
{
  MpAuditFilter filter = { .since = *last };
  g_autoptr (GPtrArray) rows =
                 mp_db_list_audit (mp_audit_log_get_db (self), tenant, &filter, PAGE, error);

  if (rows == NULL)
    return FALSE;
  if (rows->len == 0)
    {
      *last = head;
      return TRUE;
    }
  for (unsigned int i = 0; i < rows->len; i++)
    {
      const MpDbAuditRow *row = rows->pdata[i];
      g_autoptr (MpAuditEntry) entry = NULL;
      g_autoptr (JsonObject) object = NULL;

      *last = row->sequence;
      if (row->sequence > head)
        return TRUE;
      entry = mp_audit_log_read_row (row, error);
      if (entry == NULL)
        return FALSE;
      object = mp_audit_entry_to_json (entry);
      if (!write_line (stream, object, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * mp_audit_log_export:
 * @self: the log
 * @tenant: whose trail
 * @stream: where to
 * @error: return location
 *
 * Writes the trail as JSON Lines: an entry with its hash each, ascending; the last line is the
 * signed head. mp_audit_export_verify () needs nothing but that, and the key.
 *
 * Fails with %MP_ERROR_INVALID when a stored entry cannot be read: see mp_audit_log_verify ().
 *
 * Returns: whether all of it is written
 */
gboolean
mp_audit_log_export (MpAuditLog *self, const char *tenant, GOutputStream *stream, GError **error)
{
  g_autoptr (MpAuditHead) head = NULL;
  g_autoptr (JsonObject) end = json_object_new ();
  int64_t last = 0;

  g_return_val_if_fail (MP_IS_AUDIT_LOG (self) && tenant != NULL, FALSE);
  g_return_val_if_fail (G_IS_OUTPUT_STREAM (stream), FALSE);

  head = mp_audit_log_get_head (self, tenant, error);
  if (head == NULL)
    return FALSE;
  while (last < head->sequence)
    {
      if (!write_page (self, tenant, head->sequence, stream, &last, error))
        return FALSE;
    }
  json_object_set_string_member (end, MEMBER_TENANT, tenant);
  json_object_set_object_member (end, MEMBER_HEAD, mp_audit_head_to_json (head));
  return write_line (stream, end, error);
}

/* What a file holds. */
typedef struct
{
  GPtrArray *entries; /* (element-type MpAuditEntry) */
  int64_t damaged;    /* the place of the first line that is no entry; 0: none */
  char *tenant;       /* (nullable) */
  MpAuditHead *head;  /* (nullable) */
} Export;

static void
clear_export (Export *export)
{
  g_clear_pointer (&export->entries, g_ptr_array_unref);
  g_clear_pointer (&export->tenant, g_free);
  g_clear_pointer (&export->head, mp_audit_head_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Export, clear_export)

static gboolean
take_head (Export *export, JsonObject *line)
{
  JsonObject *head = mp_json_get_object (line, MEMBER_HEAD);
  const char *tenant = mp_json_get_string (line, MEMBER_TENANT, NULL);

  if (head == NULL || tenant == NULL)
    return FALSE;
  g_clear_pointer (&export->head, mp_audit_head_free);
  g_free (export->tenant);
  export->tenant = g_strdup (tenant);
  export->head = mp_audit_head_new (
      mp_json_get_int (head, "sequence", 0), mp_json_get_string (head, "hash", ""),
      mp_json_get_string (head, "signature", ""), mp_json_get_string (head, "key", ""));
  return TRUE;
}

static void
take_line (Export *export, const char *text)
{
  g_autoptr (JsonObject) line = mp_json_parse_object (text, -1, NULL);
  MpAuditEntry *entry = NULL;

  if (line != NULL && take_head (export, line))
    return;
  if (export->damaged != 0)
    return;
  if (line != NULL)
    entry = mp_audit_entry_new_from_json (line, NULL);
  if (entry != NULL)
    g_ptr_array_add (export->entries, entry);
  else
    export->damaged = (int64_t) export->entries->len + 1;
}

static gboolean
read_export (Export *export, const char *path, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) stream = g_file_read (file, NULL, error);
  g_autoptr (GDataInputStream) lines = NULL;
  g_autoptr (GError) fault = NULL;
  char *line;

  if (stream == NULL)
    return FALSE;
  lines = g_data_input_stream_new (G_INPUT_STREAM (stream));
  while ((line = g_data_input_stream_read_line (lines, NULL, NULL, &fault)) != NULL)
    {
      if (*line != '\0')
        take_line (export, line);
      g_free (line);
    }
  if (fault != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&fault));
      return FALSE;
    }
  if (export->head == NULL)
    {
      g_set_error (error, MP_ERROR, MP_ERROR_INVALID,
                   "%s has no signed head: its end is cut off, or it is no export of a trail",
                   path);
      return FALSE;
    }
  return TRUE;
}

/**
 * mp_audit_export_verify:
 * @path: a file of mp_audit_log_export ()
 * @key: the public key that signs the server's trails, base64; kept since before the file was made
 * @tenant: (out) (nullable) (transfer full): whose trail the file says it is
 * @error: return location: the file cannot be read, or %MP_ERROR_INVALID: it has no head
 *
 * Needs no database: recomputes the chain of the file against its head, and that against the key.
 *
 * Returns: (transfer full) (nullable): what was found
 */
MpAuditVerdict *
mp_audit_export_verify (const char *path, const char *key, char **tenant, GError **error)
{
  g_auto (Export) export = { .entries = g_ptr_array_new_with_free_func (g_object_unref) };
  g_autoptr (MpAuditVerdict) verdict = NULL;
  MpAuditState state;
  int64_t sequence;

  g_return_val_if_fail (path != NULL && key != NULL && tenant != NULL, NULL);

  *tenant = NULL;
  if (!read_export (&export, path, error))
    return NULL;
  *tenant = g_strdup (export.tenant);
  /* A head that is not the key's says nothing about the entries. */
  if (!mp_audit_head_verify (export.head, export.tenant, key))
    return mp_audit_verdict_new (MP_AUDIT_UNSIGNED, export.head->sequence);

  verdict = mp_audit_verify (export.entries, export.head->sequence, export.head->hash, 0, NULL);
  state = mp_audit_verdict_get_state (verdict);
  sequence = mp_audit_verdict_get_sequence (verdict);
  if (export.damaged != 0 &&
      (state == MP_AUDIT_INTACT || state == MP_AUDIT_TRUNCATED || sequence >= export.damaged))
    return mp_audit_verdict_new (MP_AUDIT_CHANGED, export.damaged);
  if (state == MP_AUDIT_INTACT && export.entries->len > export.head->sequence)
    return mp_audit_verdict_new (MP_AUDIT_UNSIGNED, export.head->sequence + 1);
  return g_steal_pointer (&verdict);
}
