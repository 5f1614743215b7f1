/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-store-rows-private.h"

#include "mp-error.h"
#include "mp-json.h"
#include "mp-store-names.h"

/*
 * What is not as it was written, found when a file is opened. The bodies of the outbox say
 * themselves what they are, so a damaged column beside one is written anew. What cannot be read is
 * counted, for the person to be told; what the server has is asked for again.
 */

/* A row of the outbox of which something beside the body is damaged. */
typedef struct
{
  int64_t position;
  char *state;
  JsonObject *body; /* (nullable): damaged as well */
} OutboxRow;

static void
outbox_row_free (OutboxRow *row)
{
  g_free (row->state);
  g_clear_pointer (&row->body, json_object_unref);
  g_free (row);
}

static gboolean
find_any (MpStoreConnection *connection, const char *sql, gboolean *found, GError **error)
{
  int64_t value;

  if (!mp_store_sql_get_int (connection->db, sql, &value, error))
    return FALSE;
  *found = value != 0;
  return TRUE;
}

/* Records are not among it: each is judged when it is read. */
static gboolean
is_intact (MpStoreConnection *connection, gboolean *intact, GError **error)
{
  gboolean found;

  if (!find_any (connection,
                 "SELECT EXISTS (SELECT 1 FROM outbox"
                 "  WHERE mark IS NOT mp_digest (op, kind, target, action, state))"
                 " OR EXISTS (SELECT 1 FROM conflicts"
                 "  WHERE mark IS NOT mp_digest (record, path, body))"
                 " OR EXISTS (SELECT 1 FROM edits WHERE mark IS NOT"
                 "  mp_digest (record, at, before, after, archived, undone))"
                 " OR EXISTS (SELECT 1 FROM credentials"
                 "  WHERE mark IS NOT mp_digest (id, base, local))"
                 " OR EXISTS (SELECT 1 FROM keys WHERE mark IS NOT mp_digest (credential, version))"
                 " OR EXISTS (SELECT 1 FROM cache"
                 "  WHERE mark IS NOT mp_digest (name, body, fetched_at))"
                 " OR EXISTS (SELECT 1 FROM meta WHERE mark IS NOT mp_digest (name, value))"
                 " OR EXISTS (SELECT 1 FROM outbox"
                 "  WHERE kind = 'settings' AND target NOT IN (SELECT id FROM records))"
                 " OR EXISTS (SELECT 1 FROM conflicts"
                 "  WHERE record NOT IN (SELECT id FROM records))",
                 &found, error))
    return FALSE;
  *intact = !found;
  return TRUE;
}

static GPtrArray *
list_damaged_outbox (MpStoreConnection *connection, GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) outbox_row_free);
  g_autoptr (sqlite3_stmt) statement = mp_store_sql_query (
      connection->db, error,
      "SELECT position, state, body, digest FROM outbox"
      " WHERE mark IS NOT mp_digest (op, kind, target, action, state)",
      "");
  MpStoreStep step;

  while ((step = mp_store_sql_step (statement, error)) == MP_STORE_ROW)
    {
      OutboxRow *row = g_new0 (OutboxRow, 1);

      row->position = sqlite3_column_int64 (statement, 0);
      row->state = g_strdup (mp_store_sql_text (statement, 1));
      row->body =
          mp_store_body_read (mp_store_sql_text (statement, 2), mp_store_sql_text (statement, 3));
      g_ptr_array_add (rows, row);
    }
  return step == MP_STORE_DONE ? g_steal_pointer (&rows) : NULL;
}

static gboolean
write_outbox_row (MpStoreConnection *connection,
                  int64_t position,
                  const char *op,
                  const char *kind,
                  const char *target,
                  const char *action,
                  const char *state)
{
  return mp_store_sql_run (connection->db, NULL,
                           "UPDATE outbox SET op = ?2, kind = ?3, target = ?4, action = ?5,"
                           " state = ?6, mark = mp_digest (?2, ?3, ?4, ?5, ?6)"
                           " WHERE position = ?1",
                           "ittttt", position, op, kind, target, action, state);
}

/* Returns whether the row could be written anew from its body. */
static gboolean
restore_outbox_row (MpStoreConnection *connection, const OutboxRow *row)
{
  const char *target = row->body != NULL ? mp_json_get_string (row->body, "record", NULL) : NULL;
  g_autoptr (MpOperation) operation = NULL;
  MpAction action;

  if (row->body == NULL)
    return FALSE;
  if (mp_json_get_string (row->body, "op", NULL) == NULL)
    return target != NULL &&
           write_outbox_row (connection, row->position, NULL, "settings", target, "pending",
                             g_str_equal (row->state, "held") ? "held" : "pending");

  operation = mp_operation_new_from_json (row->body, NULL);
  if (operation == NULL)
    return FALSE;
  action = mp_operation_get_action (operation);
  if (!mp_action_is_credential (action))
    return write_outbox_row (connection, row->position, mp_operation_get_op (operation), "settings",
                             mp_operation_get_target (operation), mp_action_to_string (action),
                             "in-flight");
  /* Sent once more at worst: the server knows it by its op. */
  return write_outbox_row (connection, row->position, mp_operation_get_op (operation), "credential",
                           mp_operation_get_target (operation), mp_action_to_string (action),
                           g_str_equal (row->state, "unsealed") ? "unsealed" : "pending");
}

static gboolean
restore_outbox (MpStoreConnection *connection, unsigned int *n_lost, GError **error)
{
  g_autoptr (GPtrArray) rows = list_damaged_outbox (connection, error);

  if (rows == NULL)
    return FALSE;

  for (unsigned int i = 0; i < rows->len; i++)
    {
      const OutboxRow *row = rows->pdata[i];

      if (restore_outbox_row (connection, row))
        continue;
      (*n_lost)++;
      if (!mp_store_sql_run (connection->db, error, "DELETE FROM outbox WHERE position = ?1", "i",
                             row->position))
        return FALSE;
    }
  return TRUE;
}

/* A conflict's body says on what it is, too. */
static gboolean
restore_conflicts (MpStoreConnection *connection, unsigned int *n_lost, GError **error)
{
  if (!mp_store_sql_run (connection->db, error,
                         "UPDATE OR REPLACE conflicts SET record = json_extract (body, '$.record'),"
                         " path = json_extract (body, '$.pointer')"
                         " WHERE mark IS NOT mp_digest (record, path, body) AND json_valid (body)"
                         " AND mark IS mp_digest (json_extract (body, '$.record'),"
                         " json_extract (body, '$.pointer'), body)",
                         "") ||
      !mp_store_sql_run (connection->db, error,
                         "DELETE FROM conflicts WHERE mark IS NOT mp_digest (record, path, body)"
                         " AND record NOT IN (SELECT id FROM records)",
                         ""))
    return FALSE;
  *n_lost += (unsigned int) sqlite3_changes (connection->db);
  return TRUE;
}

/* Records of which only what was changed here is left. */
static gboolean
add_missing_records (MpStoreConnection *connection, GError **error)
{
  return mp_store_sql_run (connection->db, error,
                           "INSERT OR IGNORE INTO records (id, created_at, mark)"
                           " SELECT target, 0, mp_digest (target, 0, NULL, NULL, NULL)"
                           " FROM outbox WHERE kind = 'settings'"
                           " UNION SELECT record, 0, mp_digest (record, 0, NULL, NULL, NULL)"
                           " FROM conflicts",
                           "");
}

static gboolean
delete_damaged (MpStoreConnection *connection, GError **error)
{
  static const char *const statements[] = {
    "DELETE FROM edits"
    " WHERE mark IS NOT mp_digest (record, at, before, after, archived, undone)"
    " OR record NOT IN (SELECT id FROM records)",
    "DELETE FROM credentials WHERE mark IS NOT mp_digest (id, base, local)",
    "DELETE FROM keys WHERE mark IS NOT mp_digest (credential, version)",
    "DELETE FROM cache WHERE mark IS NOT mp_digest (name, body, fetched_at)",
    "DELETE FROM meta WHERE mark IS NOT mp_digest (name, value)",
  };

  for (size_t i = 0; i < G_N_ELEMENTS (statements); i++)
    {
      if (!mp_store_sql_run (connection->db, error, statements[i], ""))
        return FALSE;
    }
  return TRUE;
}

static gboolean
restore (MpStoreConnection *connection, const char *set_aside, GError **error)
{
  unsigned int n_lost = 0;

  if (!restore_outbox (connection, &n_lost, error) ||
      !restore_conflicts (connection, &n_lost, error) || !add_missing_records (connection, error) ||
      !delete_damaged (connection, error) ||
      !mp_store_rows_begin_listing (connection, MP_LISTING_EXPIRED, error))
    return FALSE;

  if (set_aside != NULL &&
      !mp_store_rows_set_meta (connection, MP_META_SET_ASIDE, set_aside, error))
    return FALSE;
  return n_lost == 0 || mp_store_rows_add_lost (connection, n_lost, error);
}

/*
 * mp_store_verify:
 * @connection: a file just opened
 * @set_aside: (nullable): the name of the damaged file that it was read from
 * @error: return location
 */
gboolean
mp_store_verify (MpStoreConnection *connection, const char *set_aside, GError **error)
{
  gboolean intact;

  if (!is_intact (connection, &intact, error))
    return FALSE;
  if (intact && set_aside == NULL)
    return TRUE;

  if (!mp_store_sql_exec (connection->db, "BEGIN IMMEDIATE", error))
    return FALSE;
  if (restore (connection, set_aside, error) && mp_store_sql_exec (connection->db, "COMMIT", error))
    return TRUE;

  mp_store_sql_exec (connection->db, "ROLLBACK", NULL);
  return FALSE;
}
