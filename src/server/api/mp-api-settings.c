/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-api-handlers.h"

#include "mp-api-problem.h"
#include "mp-api-replace.h"
#include "mp-api-rest.h"
#include "mp-api-stored.h"
#include "mp-error.h"
#include "mp-json.h"

#define DEFAULT_LIMIT 100
#define MAX_LIMIT 500
/* Others that may be faster than one request, one after the other. */
#define MAX_RACES 20

/**
 * mp_api_list_settings:
 * @self: the API
 * @request: `?archived=true&limit=&cursor=`
 * @error: return location
 *
 * Returns: (transfer full) (nullable): a page of records
 */
MpApiReply *
mp_api_list_settings (MpApi *self, MpApiRequest *request, GError **error)
{
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (JsonArray) items = json_array_new ();
  JsonObject *body;
  const char *archived = mp_api_request_get_query (request, "archived");
  const char *cursor = mp_api_request_get_query (request, "cursor");
  int64_t limit;

  if (archived != NULL && !g_str_equal (archived, "true") && !g_str_equal (archived, "false"))
    return mp_api_refuse_query ("archived");
  if (cursor != NULL && !mp_uuid_is_valid (cursor))
    return mp_api_refuse_query ("cursor");
  if (!mp_api_request_get_query_int (request, "limit", DEFAULT_LIMIT, 1, MAX_LIMIT, &limit))
    return mp_api_refuse_query ("limit");

  rows = mp_db_list_records (mp_api_get_services (self)->db, request->tenant,
                             g_strcmp0 (archived, "true") == 0, cursor, (unsigned int) limit + 1,
                             error);
  if (rows == NULL)
    return NULL;

  for (unsigned int i = 0; i < MIN (rows->len, limit); i++)
    {
      const MpDbRecord *row = g_ptr_array_index (rows, i);
      JsonObject *object = mp_api_stored_parse (row->json, error);

      if (object == NULL)
        return NULL;
      json_array_add_object_element (items, object);
    }

  body = json_object_new ();
  json_object_set_array_member (body, "items", g_steal_pointer (&items));
  if (rows->len > limit)
    json_object_set_string_member (body, "next",
                                   ((MpDbRecord *) g_ptr_array_index (rows, limit - 1))->id);
  else
    json_object_set_null_member (body, "next");
  return mp_api_reply_new (200, body);
}

/**
 * mp_api_get_settings:
 * @self: the API
 * @request: a record's address
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the record
 */
MpApiReply *
mp_api_get_settings (MpApi *self, MpApiRequest *request, GError **error)
{
  g_autoptr (MpDbRecord) row = mp_db_get_record (mp_api_get_services (self)->db, request->tenant,
                                                 request->target, error);
  g_autofree char *revision = NULL;
  MpApiReply *reply;

  if (row == NULL)
    return NULL;
  /* As it is stored it goes out: what wrote it had read it before. */
  revision = mp_api_stored_dup_member (row->json, "revision");
  if (revision == NULL)
    {
      g_autoptr (MpRecord) record = mp_api_load_record (self, request, error);

      return record != NULL ? mp_api_reply_new_record (200, record) : NULL;
    }
  reply = mp_api_reply_new_text (200, "application/json", (char *) g_steal_pointer (&row->json));
  mp_api_reply_set_etag (reply, revision);
  return reply;
}

/**
 * mp_api_post_settings:
 * @self: the API
 * @request: a new record; without an `id` it gets one
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the record as it was made
 */
MpApiReply *
mp_api_post_settings (MpApi *self, MpApiRequest *request, GError **error)
{
  MpClock *clock = mp_api_get_services (self)->clock;
  g_autoptr (JsonObject) body = NULL;
  g_autoptr (MpRecord) empty = NULL;
  g_autoptr (MpRecord) record = NULL;
  g_autoptr (MpChanges) set = NULL;
  g_autoptr (MpOperation) operation = NULL;
  g_autofree char *op = NULL;
  MpApiReply *refusal = NULL;
  MpStamp unknown = { 0 };

  if (!mp_api_start_operation (self, request, 201, &op, &refusal, error))
    return refusal;
  refusal = mp_api_read_object (request, &body);
  if (refusal != NULL)
    return refusal;

  if (!json_object_has_member (body, "id"))
    {
      g_autofree char *id = mp_clock_dup_uuid (clock);

      json_object_set_string_member (body, "id", id);
    }
  if (!mp_uuid_is_valid (mp_json_get_string (body, "id", "")))
    return mp_api_problem_new (MP_PROBLEM_INVALID, "The id is not a UUID.");

  empty = mp_record_new (mp_json_get_string (body, "id", NULL), unknown);
  record = mp_record_with_content (empty, body, error);
  if (record == NULL)
    return NULL;
  set = mp_record_diff (empty, record);
  operation =
      mp_operation_new (op, MP_ACTION_CREATE, mp_record_get_id (record), NULL, set, NULL, NULL);
  return mp_api_finish_operation (self, request, operation, 201, error);
}

/* Applies @patch to @target as RFC 7396 says: a null removes, an object goes into the object. */
static void
merge_patch (JsonObject *target, JsonObject *patch)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  json_object_iter_init (&iter, patch);
  while (json_object_iter_next (&iter, &name, &value))
    {
      JsonObject *member = mp_json_get_object (target, name);

      if (JSON_NODE_HOLDS_NULL (value))
        {
          if (json_object_has_member (target, name))
            json_object_remove_member (target, name);
          continue;
        }
      if (!JSON_NODE_HOLDS_OBJECT (value))
        {
          json_object_set_member (target, name, mp_json_node_copy (value));
          continue;
        }
      if (member == NULL)
        {
          member = json_object_new ();
          json_object_set_object_member (target, name, member);
        }
      merge_patch (member, json_node_get_object (value));
    }
}

/* @patch: whether the body is a merge patch or the whole content */
static MpApiReply *
change_content (MpApi *self, MpApiRequest *request, gboolean patch, GError **error)
{
  g_autoptr (JsonObject) body = NULL;
  g_autoptr (JsonObject) content = NULL;
  g_autoptr (MpRecord) current = NULL;
  g_autoptr (MpRecord) record = NULL;
  g_autoptr (MpChanges) set = NULL;
  g_autoptr (MpOperation) operation = NULL;
  g_autofree char *op = NULL;
  MpApiReply *refusal = NULL;

  if (!mp_api_start_operation (self, request, 200, &op, &refusal, error))
    return refusal;
  refusal = mp_api_read_object (request, &body);
  if (refusal != NULL)
    return refusal;
  current = mp_api_load_record (self, request, error);
  if (current == NULL)
    return NULL;
  refusal = mp_api_check_if_match (request, current);
  if (refusal != NULL)
    return refusal;
  if (mp_record_get_archived (current))
    return mp_api_problem_new_with_status (MP_PROBLEM_STALE, 409,
                                           "The record is archived; restore it first.");

  if (patch)
    {
      content = mp_record_to_json (current);
      merge_patch (content, body);
    }
  record = mp_record_with_content (current, patch ? content : body, error);
  if (record == NULL)
    return NULL;
  set = mp_record_diff (current, record);
  operation = mp_operation_new (op, MP_ACTION_UPDATE, request->target,
                                mp_record_get_revision (current), set, NULL, NULL);
  return mp_api_finish_operation (self, request, operation, 200, error);
}

/* Who writes whatever the state is (If-Match: *) is not told that somebody else was faster. */
static MpApiReply *
change_again (MpApi *self, MpApiRequest *request, gboolean patch, GError **error)
{
  MpApiReply *reply = change_content (self, request, patch, error);

  for (unsigned int i = 0;
       i < MAX_RACES && reply != NULL && reply->status == 412 &&
       g_strcmp0 (request->if_match, "*") == 0 && request->idempotency_key == NULL;
       i++)
    {
      mp_api_reply_free (reply);
      reply = change_content (self, request, patch, error);
    }
  return reply;
}

/**
 * mp_api_put_settings:
 * @self: the API
 * @request: the whole content; the members that the server sets are ignored
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the record as it is now
 */
MpApiReply *
mp_api_put_settings (MpApi *self, MpApiRequest *request, GError **error)
{
  MpApiReply *reply;

  if (mp_api_apply_replacement (self, request, &reply, error))
    return reply;
  return change_again (self, request, FALSE, error);
}

/**
 * mp_api_patch_settings:
 * @self: the API
 * @request: a merge patch (RFC 7396)
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the record as it is now
 */
MpApiReply *
mp_api_patch_settings (MpApi *self, MpApiRequest *request, GError **error)
{
  return change_again (self, request, TRUE, error);
}

static MpApiReply *
set_archived (MpApi *self, MpApiRequest *request, MpAction action, GError **error)
{
  g_autoptr (MpRecord) current = NULL;
  g_autoptr (MpOperation) operation = NULL;
  g_autofree char *op = NULL;
  MpApiReply *refusal = NULL;

  if (!mp_api_start_operation (self, request, 200, &op, &refusal, error))
    return refusal;
  current = mp_api_load_record (self, request, error);
  if (current == NULL)
    return NULL;
  refusal = mp_api_check_if_match (request, current);
  if (refusal != NULL)
    return refusal;

  operation = mp_operation_new (op, action, request->target, mp_record_get_revision (current), NULL,
                                NULL, NULL);
  return mp_api_finish_operation (self, request, operation, 200, error);
}

/**
 * mp_api_delete_settings:
 * @self: the API
 * @request: a record's address
 * @error: return location
 *
 * Archives the record: nothing is ever thrown away.
 *
 * Returns: (transfer full) (nullable): the record as it is now
 */
MpApiReply *
mp_api_delete_settings (MpApi *self, MpApiRequest *request, GError **error)
{
  return set_archived (self, request, MP_ACTION_ARCHIVE, error);
}

/**
 * mp_api_restore_settings:
 * @self: the API
 * @request: an archived record's address
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the record as it is now
 */
MpApiReply *
mp_api_restore_settings (MpApi *self, MpApiRequest *request, GError **error)
{
  return set_archived (self, request, MP_ACTION_RESTORE, error);
}

static JsonObject *
describe_revision (const MpDbRevision *revision, GError **error)
{
  g_autofree char *at = mp_time_format (revision->at_unix_us);
  JsonObject *record = mp_api_stored_parse (revision->json, error);
  JsonObject *object;

  if (record == NULL)
    return NULL;
  object = json_object_new ();
  json_object_set_int_member (object, "sequence", revision->sequence);
  json_object_set_string_member (object, "at", at);
  json_object_set_string_member (object, "by", revision->actor);
  json_object_set_object_member (object, "record", record);
  return object;
}

/**
 * mp_api_list_history:
 * @self: the API
 * @request: `?before=SEQUENCE&limit=`
 * @error: return location
 *
 * Returns: (transfer full) (nullable): a page of the record's revisions, newest first
 */
MpApiReply *
mp_api_list_history (MpApi *self, MpApiRequest *request, GError **error)
{
  g_autoptr (MpRecord) record = NULL;
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (JsonArray) items = json_array_new ();
  JsonObject *body;
  int64_t before;
  int64_t limit;

  if (!mp_api_request_get_query_int (request, "before", 0, 1, G_MAXINT64, &before))
    return mp_api_refuse_query ("before");
  if (!mp_api_request_get_query_int (request, "limit", DEFAULT_LIMIT, 1, MAX_LIMIT, &limit))
    return mp_api_refuse_query ("limit");

  record = mp_api_load_record (self, request, error);
  if (record == NULL)
    return NULL;
  rows = mp_db_list_history (mp_api_get_services (self)->db, request->tenant, request->target,
                             before, (unsigned int) limit + 1, error);
  if (rows == NULL)
    return NULL;

  for (unsigned int i = 0; i < MIN (rows->len, limit); i++)
    {
      JsonObject *object = describe_revision (g_ptr_array_index (rows, i), error);

      if (object == NULL)
        return NULL;
      json_array_add_object_element (items, object);
    }
  body = json_object_new ();
  json_object_set_array_member (body, "items", g_steal_pointer (&items));
  if (rows->len > limit)
    json_object_set_int_member (body, "next",
                                ((MpDbRevision *) g_ptr_array_index (rows, limit - 1))->sequence);
  else
    json_object_set_null_member (body, "next");
  return mp_api_reply_new (200, body);
}
