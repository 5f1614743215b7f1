/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-store-rows-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "mp-error.h"
#include "mp-json.h"
#include "mp-revision.h"
#include "mp-store-names.h"
#include "mp-stored-record-private.h"

/* What lies between the tables and the objects. Everything here runs in the worker thread. */

static const char *const lifecycle_names[] = {
  [MP_LIFECYCLE_NONE] = "none",
  [MP_LIFECYCLE_ARCHIVE] = "archive",
  [MP_LIFECYCLE_RESTORE] = "restore",
};

static char *
digest_text (const char *text)
{
  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
}

static MpLifecycle
read_lifecycle (const char *name)
{
  for (unsigned int i = MP_LIFECYCLE_NONE; i < G_N_ELEMENTS (lifecycle_names); i++)
    {
      if (g_strcmp0 (lifecycle_names[i], name) == 0)
        return (MpLifecycle) i;
    }
  return MP_LIFECYCLE_NONE;
}

static JsonObject *
pending_to_json (MpPending *pending, const char *id)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "record", id);
  json_object_set_boolean_member (object, "create", pending->create);
  json_object_set_object_member (object, "set", mp_changes_to_json (pending->set));
  json_object_set_object_member (object, "expect", mp_changes_to_json (pending->expect));
  json_object_set_string_member (object, "lifecycle", lifecycle_names[pending->lifecycle]);
  if (pending->seen_digest != NULL)
    json_object_set_string_member (object, "seen", pending->seen_digest);
  return object;
}

static gboolean
pending_from_json (MpPending *pending, JsonObject *object)
{
  JsonObject *set = mp_json_get_object (object, "set");
  JsonObject *expect = mp_json_get_object (object, "expect");
  g_autoptr (MpChanges) set_changes = set != NULL ? mp_changes_new_from_json (set, NULL) : NULL;
  g_autoptr (MpChanges) expect_changes =
                 expect != NULL ? mp_changes_new_from_json (expect, NULL) : NULL;

  if (set_changes == NULL || expect_changes == NULL)
    return FALSE;

  mp_changes_unref (pending->set);
  mp_changes_unref (pending->expect);
  pending->set = g_steal_pointer (&set_changes);
  pending->expect = g_steal_pointer (&expect_changes);
  pending->create = mp_json_get_boolean (object, "create", FALSE);
  pending->lifecycle = read_lifecycle (mp_json_get_string (object, "lifecycle", NULL));
  pending->seen_digest = g_strdup (mp_json_get_string (object, "seen", NULL));
  return TRUE;
}

static void
mark_damaged (MpStoreConnection *connection, const char *id)
{
  g_message ("the stored state of record %s is damaged; it will be read from the server again", id);
  g_hash_table_add (connection->damaged_records, g_strdup (id));
}

/* Until the next edit the person reads of it where the server's errors stand. */
static void
add_notice (MpRecordEntry *entry, const char *text)
{
  if (entry->errors == NULL)
    entry->errors = mp_field_errors_new ();
  mp_field_errors_add (entry->errors, MP_SEVERITY_ERROR, "", MP_FIELD_SERVER, "message", text,
                       NULL);
}

static void
note_lost_change (MpStoreConnection *connection, MpRecordEntry *entry)
{
  mark_damaged (connection, entry->id);
  g_clear_pointer (&entry->errors, mp_field_errors_unref);
  add_notice (entry, _ ("A change kept on this computer was damaged and is lost: please look "
                        "through this"));
}

static gboolean
read_outbox_row (MpRecordEntry *entry, sqlite3_stmt *statement)
{
  const int64_t position = sqlite3_column_int64 (statement, 0);
  const char *state = mp_store_sql_text (statement, 1);
  g_autoptr (JsonObject) body = mp_store_body_read (mp_store_sql_text (statement, 2),
                                                    mp_store_sql_text (statement, 3));

  if (body == NULL)
    return FALSE;

  if (g_str_equal (state, "in-flight"))
    {
      entry->in_flight = mp_operation_new_from_json (body, NULL);
      entry->in_flight_order = position;
      return entry->in_flight != NULL;
    }
  entry->pending.held = g_str_equal (state, "held");
  entry->pending.order = position;
  return pending_from_json (&entry->pending, body);
}

static gboolean
load_outbox (MpStoreConnection *connection, MpRecordEntry *entry, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = mp_store_sql_query (
      connection->db, error,
      "SELECT position, state, body, digest FROM outbox WHERE kind = 'settings' AND target = ?1",
      "t", entry->id);
  MpStoreStep step;

  while ((step = mp_store_sql_step (statement, error)) == MP_STORE_ROW)
    {
      if (!read_outbox_row (entry, statement))
        note_lost_change (connection, entry);
    }
  return step == MP_STORE_DONE;
}

static gboolean
load_conflicts (MpStoreConnection *connection, MpRecordEntry *entry, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = mp_store_sql_query (
      connection->db, error,
      "SELECT body, mark IS mp_digest (record, path, body) FROM conflicts"
      " WHERE record = ?1 ORDER BY path",
      "t", entry->id);
  MpStoreStep step;

  while ((step = mp_store_sql_step (statement, error)) == MP_STORE_ROW)
    {
      g_autoptr (JsonObject) body = NULL;
      MpConflict *conflict;

      if (!sqlite3_column_int (statement, 1))
        {
          note_lost_change (connection, entry);
          continue;
        }
      body = mp_json_parse_object (mp_store_sql_text (statement, 0), -1, error);
      conflict = body != NULL ? mp_conflict_new_from_json (body, error) : NULL;
      if (conflict == NULL)
        return FALSE;
      g_ptr_array_add (entry->conflicts, conflict);
    }
  return step == MP_STORE_DONE;
}

static MpFieldErrors *
read_errors (const char *text)
{
  g_autoptr (JsonNode) node = text != NULL ? mp_json_parse (text, -1, NULL) : NULL;

  if (node == NULL || !JSON_NODE_HOLDS_ARRAY (node))
    return NULL;
  return mp_field_errors_new_from_json (json_node_get_array (node), NULL);
}

static char *
write_errors (MpFieldErrors *errors)
{
  g_autoptr (JsonNode) node = NULL;

  if (errors == NULL)
    return NULL;
  node = json_node_init_array (json_node_alloc (), NULL);
  json_node_take_array (node, mp_field_errors_to_json (errors));
  return mp_json_to_text (node);
}

#define RECORD_COLUMNS                                                                             \
  "id, created_at, created_by, base, digest, errors, version,"                                     \
  " mark IS mp_digest (id, created_at, created_by, base_revision, errors)"

static MpRecordEntry *
read_record_row (MpStoreConnection *connection, sqlite3_stmt *statement)
{
  const char *id = mp_store_sql_text (statement, 0);
  const char *base = mp_store_sql_text (statement, 3);
  MpRecordEntry *entry = mp_record_entry_new (
      id, (MpStamp){ sqlite3_column_int64 (statement, 1), mp_store_sql_text (statement, 2) });

  if (base != NULL)
    {
      entry->base = mp_store_base_read (base, mp_store_sql_text (statement, 4));
      /* The record that it is about is in the body: the id beside it may be what is damaged. */
      if (entry->base != NULL && !g_str_equal (mp_record_get_id (entry->base), id))
        g_clear_object (&entry->base);
      if (entry->base == NULL)
        mark_damaged (connection, id);
    }
  if (sqlite3_column_int (statement, 7))
    entry->errors = read_errors (mp_store_sql_text (statement, 5));
  else
    {
      mark_damaged (connection, id);
      entry->created.at_unix_us = 0;
      g_clear_pointer (&entry->created_by, g_free);
    }
  entry->version = sqlite3_column_int64 (statement, 6);
  return entry;
}

static gboolean
insert_outbox (MpStoreConnection *connection,
               int64_t position,
               const char *op,
               const char *target,
               const char *action,
               const char *state,
               JsonObject *body,
               GError **error)
{
  g_autofree char *digest = NULL;
  g_autofree char *text = mp_store_body_new (body, &digest);

  return mp_store_sql_run (
      connection->db, error,
      "INSERT INTO outbox (position, op, kind, target, action, state, body, digest, mark)"
      " VALUES (nullif (?1, 0), ?2, 'settings', ?3, ?4, ?5, ?6, ?7,"
      " mp_digest (?2, 'settings', ?3, ?4, ?5))",
      "itttttt", position, op, target, action, state, text, digest);
}

static gboolean
save_outbox (MpStoreConnection *connection, MpRecordEntry *entry, GError **error)
{
  if (!mp_store_sql_run (connection->db, error,
                         "DELETE FROM outbox WHERE kind = 'settings' AND target = ?1", "t",
                         entry->id))
    return FALSE;

  if (entry->in_flight != NULL)
    {
      g_autoptr (JsonObject) body = mp_operation_to_json (entry->in_flight);

      if (!insert_outbox (connection, entry->in_flight_order,
                          mp_operation_get_op (entry->in_flight), entry->id,
                          mp_action_to_string (mp_operation_get_action (entry->in_flight)),
                          "in-flight", body, error))
        return FALSE;
    }
  if (mp_record_entry_has_pending (entry))
    {
      g_autoptr (JsonObject) body = pending_to_json (&entry->pending, entry->id);

      return insert_outbox (connection, entry->pending.order, NULL, entry->id, "pending",
                            entry->pending.held ? "held" : "pending", body, error);
    }
  return TRUE;
}

static gboolean
save_conflicts (MpStoreConnection *connection, MpRecordEntry *entry, GError **error)
{
  if (!mp_store_sql_run (connection->db, error, "DELETE FROM conflicts WHERE record = ?1", "t",
                         entry->id))
    return FALSE;

  for (unsigned int i = 0; i < entry->conflicts->len; i++)
    {
      MpConflict *conflict = g_ptr_array_index (entry->conflicts, i);
      g_autoptr (JsonObject) body = mp_conflict_to_json (conflict);
      g_autofree char *text = mp_store_body_new (body, NULL);

      if (!mp_store_sql_run (connection->db, error,
                             "INSERT INTO conflicts (record, path, body, mark)"
                             " VALUES (?1, ?2, ?3, mp_digest (?1, ?2, ?3))",
                             "ttt", entry->id, mp_conflict_get_path (conflict), text))
        return FALSE;
    }
  return TRUE;
}

static gboolean
delete_entry (MpStoreConnection *connection, const char *id, GError **error)
{
  return mp_store_sql_run (connection->db, error,
                           "DELETE FROM outbox WHERE kind = 'settings' AND target = ?1", "t", id) &&
         mp_store_sql_run (connection->db, error, "DELETE FROM records WHERE id = ?1", "t", id);
}

static void
touch_record (MpStoreConnection *connection, const char *id)
{
  g_hash_table_insert (connection->touched_records, g_strdup (id), NULL);
}

static gboolean
add_record (MpStoreConnection *connection,
            MpStoreDelta *delta,
            const char *id,
            MpStoredRecord *stored,
            GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (MpRecordEntry) entry =
                 stored == NULL ? mp_store_rows_load_entry (connection, id, &local_error) : NULL;

  if (stored != NULL)
    g_ptr_array_add (delta->records, g_object_ref (stored));
  else if (entry != NULL && !mp_record_entry_is_void (entry))
    g_ptr_array_add (delta->records, mp_stored_record_new (entry));
  else if (entry != NULL || g_error_matches (local_error, MP_ERROR, MP_ERROR_NOT_FOUND))
    g_ptr_array_add (delta->removed_records, g_strdup (id));
  else
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  return TRUE;
}

static gboolean
add_credential (MpStoreConnection *connection, MpStoreDelta *delta, const char *id, GError **error)
{
  g_autofree char *base = NULL;
  g_autofree char *local = NULL;
  g_autoptr (JsonObject) object = NULL;
  MpCredential *credential;

  if (!mp_store_rows_load_credential (connection, id, &base, &local, error))
    return FALSE;
  if (base == NULL && local == NULL)
    {
      g_ptr_array_add (delta->removed_credentials, g_strdup (id));
      return TRUE;
    }

  object = mp_json_parse_object (local != NULL ? local : base, -1, error);
  credential = object != NULL ? mp_credential_new_from_json (object, error) : NULL;
  if (credential == NULL)
    return FALSE;
  g_ptr_array_add (delta->credentials, credential);
  return TRUE;
}

static gboolean
add_keys (MpStoreConnection *connection, MpStoreDelta *delta, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = mp_store_sql_query (
      connection->db, error,
      "SELECT credential, version FROM keys WHERE mark IS mp_digest (credential, version)", "");
  MpStoreStep step;

  while ((step = mp_store_sql_step (statement, error)) == MP_STORE_ROW)
    g_hash_table_insert (delta->keys, g_strdup (mp_store_sql_text (statement, 0)),
                         GINT_TO_POINTER (sqlite3_column_int (statement, 1)));
  return step == MP_STORE_DONE;
}

static gboolean
add_counts (MpStoreConnection *connection, MpStoreDelta *delta, GError **error)
{
  int64_t pending;
  int64_t conflicts;
  int64_t unsealed;
  int64_t done;
  int64_t undone;

  if (!mp_store_sql_get_int (connection->db,
                             "SELECT count(DISTINCT target) FROM outbox WHERE action <> 'use'",
                             &pending, error) ||
      !mp_store_sql_get_int (connection->db, "SELECT count(*) FROM conflicts", &conflicts, error) ||
      !mp_store_sql_get_int (connection->db, "SELECT count(*) FROM outbox WHERE state = 'unsealed'",
                             &unsealed, error) ||
      !mp_store_sql_get_int (connection->db, "SELECT EXISTS (SELECT 1 FROM edits WHERE undone = 0)",
                             &done, error) ||
      !mp_store_sql_get_int (connection->db, "SELECT EXISTS (SELECT 1 FROM edits WHERE undone = 1)",
                             &undone, error))
    return FALSE;

  delta->pending_count = (unsigned int) pending;
  delta->conflict_count = (unsigned int) conflicts;
  delta->has_unsealed = unsealed > 0;
  delta->can_undo = done != 0;
  delta->can_redo = undone != 0;
  return TRUE;
}

static gboolean
touch_everything (MpStoreConnection *connection, GError **error)
{
  g_autoptr (GPtrArray) records =
                 mp_store_rows_list_ids (connection, "SELECT id FROM records", error);
  g_autoptr (GPtrArray) credentials = NULL;

  if (records == NULL)
    return FALSE;
  credentials = mp_store_rows_list_ids (connection, "SELECT id FROM credentials", error);
  if (credentials == NULL)
    return FALSE;

  for (unsigned int i = 0; i < records->len; i++)
    touch_record (connection, records->pdata[i]);
  for (unsigned int i = 0; i < credentials->len; i++)
    g_hash_table_add (connection->touched_credentials, g_strdup (credentials->pdata[i]));
  return TRUE;
}

/*
 * mp_store_rows_load_entry:
 *
 * Fails with %MP_ERROR_NOT_FOUND when there is no such record.
 */
MpRecordEntry *
mp_store_rows_load_entry (MpStoreConnection *connection, const char *id, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = mp_store_sql_query (
      connection->db, error, "SELECT " RECORD_COLUMNS " FROM records WHERE id = ?1", "t", id);
  g_autoptr (MpRecordEntry) entry = NULL;

  switch (mp_store_sql_step (statement, error))
    {
    case MP_STORE_ROW:
      entry = read_record_row (connection, statement);
      break;
    case MP_STORE_DONE:
      g_set_error (error, MP_ERROR, MP_ERROR_NOT_FOUND, "there is no record %s here", id);
      return NULL;
    case MP_STORE_FAILED:
    default:
      return NULL;
    }

  if (!load_outbox (connection, entry, error) || !load_conflicts (connection, entry, error))
    return NULL;
  return g_steal_pointer (&entry);
}

/*
 * mp_store_rows_save_entry:
 *
 * Stores all of it, or deletes it when nothing is left of it.
 */
gboolean
mp_store_rows_save_entry (MpStoreConnection *connection, MpRecordEntry *entry, GError **error)
{
  g_autofree char *text = NULL;
  g_autofree char *digest = NULL;
  g_autofree char *errors = write_errors (entry->errors);

  touch_record (connection, entry->id);
  if (mp_record_entry_is_void (entry))
    return delete_entry (connection, entry->id, error);

  if (entry->base != NULL)
    {
      text = mp_record_dup_text (entry->base);
      digest = digest_text (text);
    }
  if (!mp_store_sql_run (
          connection->db, error,
          "INSERT INTO records"
          " (id, created_at, created_by, base, base_revision, digest, errors, mark)"
          " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, mp_digest (?1, ?2, ?3, ?5, ?7))"
          " ON CONFLICT (id) DO UPDATE SET created_at = ?2, created_by = ?3, base = ?4,"
          " base_revision = ?5, digest = ?6, errors = ?7, version = version + 1,"
          " mark = excluded.mark",
          "tittttt", entry->id, entry->created.at_unix_us, entry->created_by, text,
          entry->base != NULL ? mp_record_get_revision (entry->base) : NULL, digest, errors))
    return FALSE;

  return save_outbox (connection, entry, error) && save_conflicts (connection, entry, error);
}

/* What is known of a record that only the server changes. */
typedef struct
{
  gboolean is_new;
  gboolean is_plain; /* nothing was changed here, and nothing is wrong with it */
  char *revision;    /* (nullable) */
  int64_t version;
} PlainState;

static gboolean
read_plain_state (MpStoreConnection *connection, const char *id, PlainState *state, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = mp_store_sql_query (
      connection->db, error,
      "SELECT base_revision, version, errors IS NULL"
      " AND mark IS mp_digest (id, created_at, created_by, base_revision, errors)"
      " AND NOT EXISTS (SELECT 1 FROM outbox WHERE target = ?1)"
      " AND NOT EXISTS (SELECT 1 FROM conflicts WHERE record = ?1)"
      " FROM records WHERE id = ?1",
      "t", id);
  MpStoreStep step = mp_store_sql_step (statement, error);

  *state = (PlainState){ .is_new = step == MP_STORE_DONE };
  if (step == MP_STORE_ROW)
    {
      state->revision = g_strdup (mp_store_sql_text (statement, 0));
      state->version = sqlite3_column_int64 (statement, 1);
      state->is_plain = state->revision != NULL && sqlite3_column_int (statement, 2) != 0;
    }
  return step != MP_STORE_FAILED;
}

static gboolean
save_plain (MpStoreConnection *connection, MpRecord *record, const char *text, GError **error)
{
  const MpStamp created = mp_record_get_created (record);
  g_autofree char *digest = digest_text (text);

  return mp_store_sql_run (
      connection->db, error,
      "INSERT INTO records (id, created_at, created_by, base, base_revision, digest, mark)"
      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, mp_digest (?1, ?2, ?3, ?5, NULL))"
      " ON CONFLICT (id) DO UPDATE SET base = ?4, base_revision = ?5, digest = ?6,"
      " version = version + 1, listed = 1,"
      " mark = mp_digest (id, created_at, created_by, ?5, NULL)",
      "titttt", mp_record_get_id (record), created.at_unix_us, created.by, text,
      mp_record_get_revision (record), digest);
}

/*
 * mp_store_rows_pull_plain:
 * @record: the server's state, from its feed
 * @done: (out): whether it is stored; where not, mp_record_entry_pull () has to judge
 *
 * What mp_record_entry_pull () does, outside a listing after a restore, to a record in which
 * nothing was changed here: without it, since a first pull brings thousands.
 */
gboolean
mp_store_rows_pull_plain (MpStoreConnection *connection,
                          MpRecord *record,
                          gboolean *done,
                          GError **error)
{
  const char *id = mp_record_get_id (record);
  const char *revision = mp_record_get_revision (record);
  g_autofree char *text = NULL;
  g_autofree char *known = NULL;
  PlainState state;

  *done = FALSE;
  if (!read_plain_state (connection, id, &state, error))
    return FALSE;
  known = state.revision;
  if (revision == NULL ||
      (!state.is_new && (!state.is_plain || !mp_revision_is_newer (revision, known))))
    return TRUE;

  text = mp_record_dup_text (record);
  if (!save_plain (connection, record, text, error))
    return FALSE;
  g_hash_table_insert (connection->touched_records, g_strdup (id),
                       mp_stored_record_new_plain (record, state.version + 1));
  *done = TRUE;
  return TRUE;
}

/*
 * mp_store_rows_list_ids:
 *
 * Returns: (transfer full) (element-type utf8): the first column of @sql, which takes no values
 */
GPtrArray *
mp_store_rows_list_ids (MpStoreConnection *connection, const char *sql, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = mp_store_sql_query (connection->db, error, sql, "");
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  MpStoreStep step;

  while ((step = mp_store_sql_step (statement, error)) == MP_STORE_ROW)
    g_ptr_array_add (ids, g_strdup (mp_store_sql_text (statement, 0)));
  return step == MP_STORE_DONE ? g_steal_pointer (&ids) : NULL;
}

/*
 * mp_store_rows_build_delta:
 *
 * Returns: (transfer full): what was touched, or all
 */
MpStoreDelta *
mp_store_rows_build_delta (MpStoreConnection *connection, gboolean complete, GError **error)
{
  g_autoptr (MpStoreDelta) delta = mp_store_delta_new (complete);
  g_autoptr (GList) credentials = NULL;
  GHashTableIter iter;
  gpointer id;
  gpointer stored;

  if (complete && !touch_everything (connection, error))
    return NULL;

  g_hash_table_iter_init (&iter, connection->touched_records);
  while (g_hash_table_iter_next (&iter, &id, &stored))
    {
      if (!add_record (connection, delta, id, stored, error))
        return NULL;
    }
  credentials = g_hash_table_get_keys (connection->touched_credentials);
  for (GList *item = credentials; item != NULL; item = item->next)
    {
      if (!add_credential (connection, delta, item->data, error))
        return NULL;
    }
  if (!add_keys (connection, delta, error) ||
      !mp_store_rows_list_meta (connection, delta->meta, error) ||
      !add_counts (connection, delta, error))
    return NULL;
  return g_steal_pointer (&delta);
}

/*
 * mp_store_rows_load_credential:
 *
 * Both are NULL when there is none.
 */
gboolean
mp_store_rows_load_credential (
    MpStoreConnection *connection, const char *id, char **base, char **local, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = mp_store_sql_query (
      connection->db, error,
      "SELECT base, local FROM credentials WHERE id = ?1 AND mark IS mp_digest (id, base, local)",
      "t", id);
  MpStoreStep step = mp_store_sql_step (statement, error);

  *base = step == MP_STORE_ROW ? g_strdup (mp_store_sql_text (statement, 0)) : NULL;
  *local = step == MP_STORE_ROW ? g_strdup (mp_store_sql_text (statement, 1)) : NULL;
  return step != MP_STORE_FAILED;
}

/*
 * mp_store_rows_save_credential:
 * @base: (nullable): as the server has it
 * @local: (nullable): as it is shown instead
 *
 * With neither, it is deleted.
 */
gboolean
mp_store_rows_save_credential (MpStoreConnection *connection,
                               const char *id,
                               const char *base,
                               const char *local,
                               GError **error)
{
  g_hash_table_add (connection->touched_credentials, g_strdup (id));
  if (base == NULL && local == NULL)
    return mp_store_sql_run (connection->db, error, "DELETE FROM credentials WHERE id = ?1", "t",
                             id);
  return mp_store_sql_run (connection->db, error,
                           "INSERT INTO credentials (id, base, local, mark)"
                           " VALUES (?1, ?2, ?3, mp_digest (?1, ?2, ?3))"
                           " ON CONFLICT (id) DO UPDATE SET base = ?2, local = ?3,"
                           " mark = excluded.mark",
                           "ttt", id, base, local);
}

/*
 * mp_store_rows_add_operation:
 * @operation: an operation on a credential
 */
gboolean
mp_store_rows_add_operation (MpStoreConnection *connection, MpOperation *operation, GError **error)
{
  g_autoptr (JsonObject) object = mp_operation_to_json (operation);
  g_autofree char *digest = NULL;
  g_autofree char *body = mp_store_body_new (object, &digest);

  return mp_store_sql_run (connection->db, error,
                           "INSERT INTO outbox"
                           " (op, kind, target, action, state, body, digest, mark)"
                           " VALUES (?1, 'credential', ?2, ?3, 'pending', ?4, ?5,"
                           " mp_digest (?1, 'credential', ?2, ?3, 'pending'))",
                           "ttttt", mp_operation_get_op (operation),
                           mp_operation_get_target (operation),
                           mp_action_to_string (mp_operation_get_action (operation)), body, digest);
}

gboolean
mp_store_rows_has_operations (MpStoreConnection *connection,
                              const char *target,
                              gboolean *has,
                              GError **error)
{
  g_autoptr (sqlite3_stmt) statement = mp_store_sql_query (
      connection->db, error, "SELECT 1 FROM outbox WHERE target = ?1 LIMIT 1", "t", target);
  MpStoreStep step = mp_store_sql_step (statement, error);

  *has = step == MP_STORE_ROW;
  return step != MP_STORE_FAILED;
}

gboolean
mp_store_rows_get_meta (MpStoreConnection *connection,
                        const char *name,
                        char **value,
                        GError **error)
{
  g_autoptr (sqlite3_stmt) statement = mp_store_sql_query (
      connection->db, error,
      "SELECT value FROM meta WHERE name = ?1 AND mark IS mp_digest (name, value)", "t", name);
  MpStoreStep step = mp_store_sql_step (statement, error);

  *value = step == MP_STORE_ROW ? g_strdup (mp_store_sql_text (statement, 0)) : NULL;
  return step != MP_STORE_FAILED;
}

/*
 * mp_store_rows_list_meta:
 * @values: (element-type utf8 utf8): gets all
 */
gboolean
mp_store_rows_list_meta (MpStoreConnection *connection, GHashTable *values, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = mp_store_sql_query (connection->db, error,
                                                           "SELECT name, value FROM meta"
                                                           " WHERE mark IS mp_digest (name, value)",
                                                           "");
  MpStoreStep step;

  while ((step = mp_store_sql_step (statement, error)) == MP_STORE_ROW)
    g_hash_table_insert (values, g_strdup (mp_store_sql_text (statement, 0)),
                         g_strdup (mp_store_sql_text (statement, 1)));
  return step == MP_STORE_DONE;
}

/*
 * mp_store_rows_set_meta:
 * @value: (nullable): %NULL forgets it
 */
gboolean
mp_store_rows_set_meta (MpStoreConnection *connection,
                        const char *name,
                        const char *value,
                        GError **error)
{
  if (value == NULL)
    return mp_store_sql_run (connection->db, error, "DELETE FROM meta WHERE name = ?1", "t", name);
  return mp_store_sql_run (connection->db, error,
                           "INSERT INTO meta (name, value, mark)"
                           " VALUES (?1, ?2, mp_digest (?1, ?2))"
                           " ON CONFLICT (name) DO UPDATE SET value = ?2, mark = excluded.mark",
                           "tt", name, value);
}

/*
 * mp_store_rows_add_lost:
 *
 * Changes that could not be read any more, and of which nothing else tells the person.
 */
gboolean
mp_store_rows_add_lost (MpStoreConnection *connection, unsigned int n_changes, GError **error)
{
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  guint64 count = 0;

  if (!mp_store_rows_get_meta (connection, MP_META_LOST_CHANGES, &before, error))
    return FALSE;
  if (before != NULL)
    g_ascii_string_to_unsigned (before, 10, 0, G_MAXUINT32, &count, NULL);
  after = g_strdup_printf ("%" G_GUINT64_FORMAT, count + n_changes);
  return mp_store_rows_set_meta (connection, MP_META_LOST_CHANGES, after, error);
}

/*
 * mp_store_rows_begin_listing:
 * @why: an MP_LISTING_
 *
 * From now on pages of the whole feed are expected; what they leave out is gone.
 */
gboolean
mp_store_rows_begin_listing (MpStoreConnection *connection, const char *why, GError **error)
{
  return mp_store_sql_run (connection->db, error, "UPDATE records SET listed = 0", "") &&
         mp_store_sql_run (connection->db, error, "UPDATE credentials SET listed = 0", "") &&
         mp_store_rows_set_meta (connection, MP_META_CURSOR, NULL, error) &&
         mp_store_rows_set_meta (connection, MP_META_LISTING, why, error);
}

/*
 * mp_store_body_new:
 * @object: (transfer none): what to store
 * @digest: (out) (optional): of its canonical form
 */
char *
mp_store_body_new (JsonObject *object, char **digest)
{
  g_autoptr (JsonNode) node = mp_json_node_take_object (json_object_ref (object));
  char *text = digest != NULL ? mp_json_to_canonical (node) : mp_json_to_text (node);

  if (digest != NULL)
    *digest = digest_text (text);
  return text;
}

/*
 * mp_store_base_read:
 * @text: (nullable): the server's state of a record, as stored
 *
 * Returns: (transfer full) (nullable): %NULL when it is not what was stored
 */
MpRecord *
mp_store_base_read (const char *text, const char *digest)
{
  g_autofree char *found = text != NULL ? digest_text (text) : NULL;
  g_autoptr (JsonObject) body = NULL;

  /* It was stored in its canonical form, over which the digest is made, unless by a version of
   * before. */
  if (found != NULL && g_strcmp0 (found, digest) == 0)
    return mp_record_new_unparsed (text, strlen (text), NULL);
  body = mp_store_body_read (text, digest);
  return body != NULL ? mp_record_new_from_json (body, NULL) : NULL;
}

/*
 * mp_store_body_read:
 *
 * Returns: (transfer full) (nullable): %NULL when it is not what was stored
 */
JsonObject *
mp_store_body_read (const char *text, const char *digest)
{
  g_autofree char *as_it_is = text != NULL ? digest_text (text) : NULL;
  g_autoptr (JsonNode) node = text != NULL ? mp_json_parse (text, -1, NULL) : NULL;
  g_autofree char *found = NULL;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return NULL;
  /* A version of before stored another form than the canonical one. */
  if (g_strcmp0 (as_it_is, digest) != 0)
    {
      found = mp_json_digest (node);
      if (g_strcmp0 (found, digest) != 0)
        return NULL;
    }
  return json_node_dup_object (node);
}
