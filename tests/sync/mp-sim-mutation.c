/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-sim-mutation.h"

#include <sqlite3.h>

#include "mp-json.h"
#include "mp-operation.h"
#include "mp-revision.h"
#include "mp-store-names.h"

static const char *const names[MP_SIM_N_MUTATIONS] = {
  [MP_SIM_SOUND] = "sound",
  [MP_SIM_NO_EXPECT] = "1-no-expect",
  [MP_SIM_NO_DETERMINANTS] = "2-no-determinants",
  [MP_SIM_NO_OPERATION_LOG] = "3-no-operation-log",
  [MP_SIM_SHORT_OPERATION_LOG] = "4-short-operation-log",
  [MP_SIM_PULL_DROPS_PENDING] = "5-pull-drops-pending",
  [MP_SIM_EDIT_IN_FLIGHT] = "6-edit-in-flight",
  [MP_SIM_CURSOR_BEFORE_PAGE] = "7-cursor-before-page",
  [MP_SIM_OLD_ANSWER_INSTALLED] = "8-old-answer-installed",
  [MP_SIM_REVISION_PER_RECORD] = "9-revision-per-record",
  [MP_SIM_ARCHIVE_OF_ANYTHING] = "10-archive-of-anything",
  [MP_SIM_NO_TOMBSTONES] = "11-no-tombstones",
  [MP_SIM_PURGE_WITHOUT_LISTING] = "12-purge-without-listing",
  [MP_SIM_SAME_EPOCH] = "13-same-epoch",
  [MP_SIM_RESTORED_IS_TRUSTED] = "14-restored-is-trusted",
  [MP_SIM_EARLY_ANSWER] = "15-early-answer",
  [MP_SIM_NEW_OPERATION_ID] = "16-new-operation-id",
  [MP_SIM_CONFLICT_DROPPED] = "17-conflict-dropped",
};

const char *
mp_sim_mutation_get_name (MpSimMutation mutation)
{
  return names[mutation];
}

/* @revision, counted per record */
static char *
count_per_record (MpSimServer *server, const char *id, const char *revision)
{
  g_autofree char *epoch = NULL;
  int64_t sequence;

  g_assert_true (mp_revision_parse (revision, &epoch, &sequence));
  return g_strdup_printf ("%s.%" G_GINT64_FORMAT, epoch,
                          mp_sim_server_count_changes (server, id, sequence));
}

static char *
count_per_tenant (MpSimServer *server, const char *id, const char *revision)
{
  g_autofree char *epoch = NULL;
  int64_t number;

  g_assert_true (mp_revision_parse (revision, &epoch, &number));
  return g_strdup_printf ("%s.%" G_GINT64_FORMAT, epoch,
                          mp_sim_server_find_change (server, id, number));
}

/* The operation says to have seen what is there now. */
static void
expect_anything (JsonObject *operation, MpRecord *now, gboolean only_determinants)
{
  JsonObject *set = mp_json_get_object (operation, "set");
  JsonObject *expect = mp_json_get_object (operation, "expect");
  g_autoptr (GList) paths = expect != NULL ? json_object_get_members (expect) : NULL;

  for (GList *path = paths; now != NULL && path != NULL; path = path->next)
    {
      JsonNode *value = mp_record_get_value (now, path->data);

      if (!only_determinants || !json_object_has_member (set, path->data))
        json_object_set_member (expect, path->data,
                                value != NULL ? mp_json_node_copy (value)
                                              : mp_json_node_new_null ());
    }
}

static void
renew_id (JsonObject *operation, GHashTable *ids)
{
  const char *op = mp_json_get_string (operation, "op", "");
  g_autofree char *id = g_uuid_string_random ();

  g_hash_table_insert (ids, g_strdup (id), g_strdup (op));
  json_object_set_string_member (operation, "op", id);
}

static void
break_operation (MpSimMutation mutation,
                 MpSimServer *server,
                 JsonObject *operation,
                 GHashTable *ids)
{
  const char *id = mp_json_get_string (operation, "target", "");
  const char *base = mp_json_get_string (operation, "base", NULL);
  const char *action = mp_json_get_string (operation, "action", "");
  g_autoptr (MpRecord) now = mp_sim_server_dup_record (server, id);
  g_autofree char *revision = NULL;

  if (mutation == MP_SIM_NO_EXPECT || mutation == MP_SIM_NO_DETERMINANTS)
    expect_anything (operation, now, mutation == MP_SIM_NO_DETERMINANTS);
  else if (mutation == MP_SIM_NEW_OPERATION_ID)
    renew_id (operation, ids);
  else if (mutation == MP_SIM_ARCHIVE_OF_ANYTHING && now != NULL && g_str_equal (action, "archive"))
    json_object_set_string_member (operation, "base", mp_record_get_revision (now));
  else if (mutation == MP_SIM_REVISION_PER_RECORD && base != NULL)
    {
      revision = count_per_tenant (server, id, base);
      json_object_set_string_member (operation, "base", revision);
    }
}

void
mp_sim_break_request (MpSimMutation mutation,
                      MpSimServer *server,
                      JsonObject *body,
                      GHashTable *ids)
{
  JsonArray *operations = mp_json_get_array (body, "operations");

  for (unsigned int i = 0; i < json_array_get_length (operations); i++)
    break_operation (mutation, server, mp_json_array_get_object (operations, i), ids);
}

static void
break_record (MpSimMutation mutation, MpSimServer *server, JsonObject *record)
{
  g_autofree char *revision = NULL;

  if (mutation != MP_SIM_REVISION_PER_RECORD || record == NULL)
    return;
  revision = count_per_record (server, mp_json_get_string (record, "id", ""),
                               mp_json_get_string (record, "revision", ""));
  json_object_set_string_member (record, "revision", revision);
}

void
mp_sim_break_answer (MpSimMutation mutation, MpSimServer *server, JsonObject *body, GHashTable *ids)
{
  JsonArray *results = mp_json_get_array (body, "results");
  JsonArray *changes = mp_json_get_array (body, "changes");

  for (unsigned int i = 0; results != NULL && i < json_array_get_length (results); i++)
    {
      JsonObject *result = mp_json_array_get_object (results, i);
      const char *op = g_hash_table_lookup (ids, mp_json_get_string (result, "op", ""));

      if (op != NULL)
        json_object_set_string_member (result, "op", op);
      break_record (mutation, server, mp_json_get_object (result, "record"));
    }
  for (unsigned int i = changes != NULL ? json_array_get_length (changes) : 0; i > 0; i--)
    {
      JsonObject *record = mp_json_get_object (mp_json_array_get_object (changes, i - 1), "record");

      break_record (mutation, server, record);
      if (mutation == MP_SIM_NO_TOMBSTONES && record != NULL &&
          mp_json_get_boolean (record, "archived", FALSE))
        json_array_remove_element (changes, i - 1);
    }
}

JsonObject *
mp_sim_answer_early (MpSimServer *server, JsonObject *body)
{
  JsonArray *operations = mp_json_get_array (body, "operations");
  JsonArray *results = json_array_new ();
  JsonObject *answer = json_object_new ();
  g_autofree char *cursor = mp_sim_server_dup_cursor (server);

  for (unsigned int i = 0; i < json_array_get_length (operations); i++)
    {
      g_autoptr (MpOperation) operation =
                     mp_operation_new_from_json (mp_json_array_get_object (operations, i), NULL);
      MpChanges *set = mp_operation_get_set (operation);
      g_autoptr (MpRecord) now =
                     mp_sim_server_dup_record (server, mp_operation_get_target (operation));
      JsonObject *result = json_object_new ();

      if (now == NULL)
        now = mp_record_new (mp_operation_get_target (operation), (MpStamp){ 1, "x" });
      if (set != NULL)
        {
          g_autoptr (MpRecord) before = g_steal_pointer (&now);
          g_autoptr (MpRecord) changed = mp_record_with_changes (before, set);

          now = mp_record_with_revision (changed, cursor, (MpStamp){ 1, "x" });
        }
      json_object_set_string_member (result, "op", mp_operation_get_op (operation));
      json_object_set_string_member (result, "status", "applied");
      json_object_set_object_member (result, "record", mp_record_to_json (now));
      json_array_add_object_element (results, result);
    }
  json_object_set_array_member (answer, "results", results);
  return answer;
}

/* @values: NULL-terminated texts for ?1, ?2, ...; what is found: (nullable) (transfer full) */
static char *
run_sql (MpSimPerson *person, const char *sql, const char *const *values)
{
  g_autofree char *path = g_build_filename (person->folder, MP_STORE_FILE, NULL);
  sqlite3 *db = NULL;
  sqlite3_stmt *statement = NULL;
  char *found = NULL;
  int code;

  g_assert_cmpint (sqlite3_open_v2 (path, &db, SQLITE_OPEN_READWRITE, NULL), ==, SQLITE_OK);
  sqlite3_busy_timeout (db, 1000);
  g_assert_cmpint (sqlite3_prepare_v2 (db, sql, -1, &statement, NULL), ==, SQLITE_OK);
  for (int i = 0; values[i] != NULL; i++)
    sqlite3_bind_text (statement, i + 1, values[i], -1, SQLITE_TRANSIENT);
  code = sqlite3_step (statement);
  if (code == SQLITE_ROW)
    found = g_strdup ((const char *) sqlite3_column_text (statement, 0));
  else
    g_assert_cmpint (code, ==, SQLITE_DONE);
  sqlite3_finalize (statement);
  sqlite3_close (db);
  return found;
}

#define RUN(person, sql, ...)                                                                      \
  g_free (run_sql (person, sql, (const char *const[]){ __VA_ARGS__, NULL }))

static char *
write_body (JsonObject *object, char **digest)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), object);

  *digest = mp_json_digest (node);
  return mp_json_to_text (node);
}

static void
install (MpSimPerson *person, MpRecord *record)
{
  g_autoptr (JsonObject) object = mp_record_to_json (record);
  g_autofree char *digest = NULL;
  g_autofree char *text = write_body (object, &digest);

  RUN (person,
       "UPDATE records SET base = ?2, digest = ?3, base_revision = ?4"
       " WHERE id = ?1 AND base IS NOT NULL",
       mp_record_get_id (record), text, digest, mp_record_get_revision (record));
}

void
mp_sim_break_store (MpSimMutation mutation,
                    MpSimPerson *person,
                    GHashTable *pulled,
                    GPtrArray *stale,
                    const char *lost_cursor)
{
  GHashTableIter iter;
  gpointer id;

  g_hash_table_iter_init (&iter, pulled);
  while (mutation == MP_SIM_PULL_DROPS_PENDING && g_hash_table_iter_next (&iter, &id, NULL))
    RUN (person, "DELETE FROM outbox WHERE target = ?1 AND state = 'pending'", id);
  for (unsigned int i = 0; mutation == MP_SIM_OLD_ANSWER_INSTALLED && i < stale->len; i++)
    install (person, stale->pdata[i]);
  if (mutation == MP_SIM_CURSOR_BEFORE_PAGE && lost_cursor != NULL)
    RUN (person, "UPDATE meta SET value = ?2 WHERE name = ?1", MP_META_CURSOR, lost_cursor);
  if (mutation == MP_SIM_CONFLICT_DROPPED)
    RUN (person, "DELETE FROM conflicts WHERE ?1 = ?1", "");
}

void
mp_sim_break_listing (MpSimPerson *person)
{
  RUN (person, "UPDATE meta SET value = ?2 WHERE name = ?1", MP_META_LISTING, MP_LISTING_EXPIRED);
}

/* What was edited behind an operation under way goes into it. */
void
mp_sim_break_edit (MpSimPerson *person, const char *id)
{
  const char *const target[] = { id, NULL };
  g_autofree char *sent =
      run_sql (person, "SELECT body FROM outbox WHERE target = ?1 AND state = 'in-flight'", target);
  g_autofree char *later =
      run_sql (person, "SELECT body FROM outbox WHERE target = ?1 AND state = 'pending'", target);
  g_autoptr (JsonObject) operation = sent != NULL ? mp_json_parse_object (sent, -1, NULL) : NULL;
  g_autoptr (JsonObject) pending = later != NULL ? mp_json_parse_object (later, -1, NULL) : NULL;
  g_autoptr (GList) paths = NULL;
  g_autofree char *text = NULL;
  g_autofree char *digest = NULL;
  JsonObject *set;

  if (operation == NULL || pending == NULL || !json_object_has_member (operation, "set"))
    return;
  set = mp_json_get_object (pending, "set");
  paths = json_object_get_members (set);
  for (GList *path = paths; path != NULL; path = path->next)
    {
      JsonObject *expect = mp_json_get_object (operation, "expect");
      JsonObject *seen = mp_json_get_object (pending, "expect");
      JsonObject *wishes = mp_json_get_object (operation, "set");

      if (expect != NULL && !json_object_has_member (expect, path->data) &&
          json_object_has_member (seen, path->data))
        json_object_set_member (expect, path->data,
                                mp_json_node_copy (json_object_get_member (seen, path->data)));
      json_object_set_member (wishes, path->data,
                              mp_json_node_copy (json_object_get_member (set, path->data)));
    }
  text = write_body (operation, &digest);
  RUN (person, "UPDATE outbox SET body = ?2, digest = ?3 WHERE target = ?1 AND state = 'in-flight'",
       id, text, digest);
  RUN (person, "DELETE FROM outbox WHERE target = ?1 AND state = 'pending'", id);
}
