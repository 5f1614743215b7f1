/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-api-handlers.h"

#include <string.h>

#include "mp-api-problem.h"
#include "mp-api-rest.h"
#include "mp-api-router.h"
#include "mp-api-stored.h"
#include "mp-error.h"
#include "mp-json-text.h"
#include "mp-json.h"

#define SCHEMA 1
#define MAX_LIMIT 500
#define MAX_OPERATIONS 500
/* Of a digest: 64 bits tell apart what one client sees one after the other. */
#define TAG_DIGITS 16

static JsonObject *
get_audit_head (MpApi *self, const char *tenant, GError **error)
{
  g_autoptr (MpAuditHead) head =
                 mp_audit_log_get_head (mp_api_get_services (self)->audit, tenant, error);

  return head != NULL ? mp_audit_head_to_json (head) : NULL;
}

/* Where the client stands. @refusal: (out) set when that is not known here any more: another epoch,
 * or a number that this database, perhaps an older copy, has not reached. */
static gboolean
read_cursor (MpApi *self,
             const MpApiRequest *request,
             const char *epoch,
             int64_t *after,
             MpApiReply **refusal,
             GError **error)
{
  const char *text = mp_api_request_get_query (request, "since");
  g_autofree char *client_epoch = NULL;
  int64_t newest = 0;

  *after = 0;
  if (text == NULL)
    return TRUE;
  if (!mp_db_parse_revision (text, &client_epoch, after))
    {
      *refusal = mp_api_refuse_query ("since");
      return FALSE;
    }
  if (!mp_db_get_sequence (mp_api_get_services (self)->db, request->tenant, &newest, error))
    return FALSE;
  if (!g_str_equal (client_epoch, epoch) || *after > newest)
    {
      *refusal = mp_api_problem_new (MP_PROBLEM_CURSOR_EXPIRED, NULL);
      return FALSE;
    }
  return TRUE;
}

/* A stored text as it is, unless it would spoil the page. */
static gboolean
append_stored (GString *page, const char *json, GError **error)
{
  const size_t length = strlen (json);

  if (!mp_json_text_is_plain (json, length))
    {
      g_autoptr (JsonObject) object = mp_api_stored_parse (json, error);

      if (object == NULL)
        return FALSE;
    }
  g_string_append_len (page, json, (gssize) length);
  return TRUE;
}

static gboolean
append_change (GString *page, const MpDbChange *change, GError **error)
{
  g_string_append (page, change->kind == MP_DB_CHANGE_SETTINGS
                             ? "{\"kind\":\"settings\",\"record\":"
                             : "{\"kind\":\"credential\",\"credential\":");
  if (!append_stored (page, change->json, error))
    return FALSE;
  g_string_append_c (page, '}');
  return TRUE;
}

static void
append_object (GString *page, const char *name, JsonObject *object)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), object);
  g_autofree char *text = mp_json_to_text (node);

  g_string_append_printf (page, ",\"%s\":%s", name, text);
}

/* What a client that has read all knows: where the feed and the trail stand, and who it is. Where
 * nothing of it changed, there is nothing to tell. */
static char *
dup_tag (const char *cursor, JsonObject *about, JsonObject *head)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), about);
  g_autofree char *text = mp_json_to_text (node);
  g_autofree char *whole =
      g_strdup_printf ("%s %s %s", cursor, mp_json_get_string (head, "hash", ""), text);
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, whole, -1);

  return g_strdup_printf ("\"%.*s\"", TAG_DIGITS, digest);
}

/* @rows holds one more than @limit when there is more. The page's text is put together of the
 * stored ones: no tree is made of thousands of records that are only passed on. */
static char *
write_page (const char *epoch,
            const char *cursor,
            GPtrArray *rows,
            unsigned int limit,
            JsonObject *head,
            JsonObject *about,
            GError **error)
{
  g_autoptr (GString) page = g_string_sized_new (2048 * (MIN (rows->len, limit) + 1));

  g_string_append_printf (page, "{\"schema\":%d,\"epoch\":\"%s\",\"changes\":[", SCHEMA, epoch);
  for (unsigned int i = 0; i < MIN (rows->len, limit); i++)
    {
      if (i > 0)
        g_string_append_c (page, ',');
      if (!append_change (page, g_ptr_array_index (rows, i), error))
        return NULL;
    }
  g_string_append_printf (page, "],\"cursor\":\"%s\",\"more\":%s", cursor,
                          rows->len > limit ? "true" : "false");
  append_object (page, "audit_head", head);
  if (about != NULL)
    append_object (page, "about", about);
  g_string_append_c (page, '}');
  return g_string_free (g_steal_pointer (&page), FALSE);
}

static MpApiReply *
new_page (MpApi *self,
          const MpApiRequest *request,
          const char *epoch,
          int64_t after,
          GPtrArray *rows,
          unsigned int limit,
          GError **error)
{
  const unsigned int length = MIN (rows->len, limit);
  g_autoptr (JsonObject) head = get_audit_head (self, request->tenant, error);
  g_autoptr (JsonObject) about = NULL;
  g_autofree char *cursor = NULL;
  g_autofree char *tag = NULL;
  char *text;
  MpApiReply *reply;

  if (head == NULL)
    return NULL;
  if (length > 0)
    after = ((const MpDbChange *) g_ptr_array_index (rows, length - 1))->sequence;
  cursor = mp_db_format_revision (epoch, after);
  if (rows->len <= limit)
    {
      about = mp_api_describe_tenant (self, request, error);
      if (about == NULL)
        return NULL;
      tag = dup_tag (cursor, about, head);
    }
  if (tag != NULL && length == 0 && g_strcmp0 (request->if_none_match, tag) == 0)
    reply = mp_api_reply_new_text (304, "application/json", g_strdup (""));
  else
    {
      text = write_page (epoch, cursor, rows, limit, head, about, error);
      if (text == NULL)
        return NULL;
      reply = mp_api_reply_new_text (200, "application/json", text);
    }
  if (tag != NULL)
    mp_api_reply_set_header (reply, "ETag", tag);
  return reply;
}

/* Waits for news; then the token may be another day's. */
static gboolean
wait_for_change (
    MpApi *self, MpApiRequest *request, int64_t after, int64_t wait_s, MpApiReply **refusal)
{
  int64_t deadline_us = g_get_monotonic_time () + wait_s * G_USEC_PER_SEC;

  mp_db_wait_for_change (mp_api_get_services (self)->db, request->tenant, after, deadline_us);
  *refusal = mp_api_authenticate (self, request);
  return *refusal == NULL;
}

/**
 * mp_api_get_changes:
 * @self: the API
 * @request: `?since=CURSOR&limit=&wait=SECONDS`
 * @error: return location
 *
 * Returns: (transfer full) (nullable): a page of the feed; with `wait`, as soon as there is one
 */
MpApiReply *
mp_api_get_changes (MpApi *self, MpApiRequest *request, GError **error)
{
  MpDb *db = mp_api_get_services (self)->db;
  g_autofree char *epoch = mp_db_dup_epoch (db, error);
  g_autoptr (GPtrArray) rows = NULL;
  MpApiReply *refusal = NULL;
  int64_t after;
  int64_t limit;
  int64_t wait_s;

  if (!mp_api_request_get_query_int (request, "limit", MAX_LIMIT, 1, MAX_LIMIT, &limit))
    return mp_api_refuse_query ("limit");
  if (!mp_api_request_get_query_int (request, "wait", 0, 0, MP_API_MAX_WAIT_S, &wait_s))
    return mp_api_refuse_query ("wait");
  if (epoch == NULL || !read_cursor (self, request, epoch, &after, &refusal, error))
    return refusal;

  rows = mp_db_list_changes (db, request->tenant, after, (unsigned int) limit + 1, error);
  if (rows != NULL && rows->len == 0 && wait_s > 0)
    {
      if (!wait_for_change (self, request, after, wait_s, &refusal))
        return refusal;
      g_clear_pointer (&rows, g_ptr_array_unref);
      rows = mp_db_list_changes (db, request->tenant, after, (unsigned int) limit + 1, error);
    }
  if (rows == NULL)
    return NULL;
  return new_page (self, request, epoch, after, rows, (unsigned int) limit, error);
}

/* Whatever the order of its members: an operation that is sent again may be written anew. */
static char *
dup_digest (JsonObject *operation)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), operation);

  return mp_json_digest (node);
}

/* A result as the client is told it. */
static JsonObject *
explain (JsonObject *result)
{
  if (!g_str_equal (mp_json_get_string (result, "status", ""), MP_API_STATUS_REUSED))
    return json_object_ref (result);
  return mp_api_result_new_unreadable (mp_json_get_string (result, "op", ""),
                                       MP_API_FIELD_OP_REUSED,
                                       "Another operation was sent with this id before. A new "
                                       "operation needs a new id.");
}

/* An operation that cannot be read is its own fault: the others are done. */
static JsonObject *
push_one (MpApi *self, const MpApiRequest *request, JsonObject *object, GError **error)
{
  g_autoptr (GError) fault = NULL;
  g_autoptr (MpOperation) operation = mp_operation_new_from_json (object, &fault);
  g_autoptr (JsonObject) result = NULL;
  g_autofree char *digest = NULL;

  if (operation == NULL)
    return mp_api_result_new_unreadable (mp_json_get_string (object, "op", ""), MP_FIELD_SERVER,
                                         fault->message);
  digest = dup_digest (object);
  result = mp_api_apply (self, request, operation, MP_API_SEEN_PATHS, digest, error);
  return result != NULL ? explain (result) : NULL;
}

/* Can all be done in one transaction: are they readable, of settings alone, and allowed? What is
 * denied or opens a secret has entries of its own in the audit trail, before anything is done.
 * @digests: gets one for each */
static GPtrArray *
read_batch (const MpApiRequest *request, JsonArray *array, GPtrArray *digests)
{
  g_autoptr (GPtrArray) operations = g_ptr_array_new_with_free_func (g_object_unref);

  if (!mp_role_can (request->identity->role, MP_PERMISSION_EDIT))
    return NULL;
  for (unsigned int i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *object = mp_json_array_get_object (array, i);
      MpOperation *operation = mp_operation_new_from_json (object, NULL);

      if (operation == NULL)
        return NULL;
      g_ptr_array_add (operations, operation);
      if (mp_action_is_credential (mp_operation_get_action (operation)))
        return NULL;
      g_ptr_array_add (digests, dup_digest (object));
    }
  return g_steal_pointer (&operations);
}

static JsonArray *
push_batch (MpApi *self,
            const MpApiRequest *request,
            GPtrArray *operations,
            GPtrArray *digests,
            GError **error)
{
  g_autoptr (JsonArray) results = mp_api_apply_batch (self, request, operations, digests, error);
  JsonArray *explained;

  if (results == NULL)
    return NULL;
  explained = json_array_new ();
  for (unsigned int i = 0; i < json_array_get_length (results); i++)
    json_array_add_object_element (explained, explain (mp_json_array_get_object (results, i)));
  return explained;
}

/* Each by itself. When the server fails on the way, those before stay done. */
static JsonArray *
push_each (MpApi *self, const MpApiRequest *request, JsonArray *operations, GError **error)
{
  g_autoptr (JsonArray) results = json_array_new ();

  for (unsigned int i = 0; i < json_array_get_length (operations); i++)
    {
      JsonObject *result =
          push_one (self, request, mp_json_array_get_object (operations, i), error);

      if (result == NULL)
        return NULL;
      json_array_add_object_element (results, result);
    }
  return g_steal_pointer (&results);
}

/* Without an id there is nothing to answer to, and nothing is begun. */
static MpApiReply *
check_operations (JsonArray *operations)
{
  unsigned int length = json_array_get_length (operations);

  if (length > MAX_OPERATIONS)
    return mp_api_problem_new (MP_PROBLEM_TOO_LARGE, "At most 500 operations go into one request.");

  for (unsigned int i = 0; i < length; i++)
    {
      JsonObject *object = mp_json_array_get_object (operations, i);
      const char *op = object != NULL ? mp_json_get_string (object, "op", NULL) : NULL;

      if (op == NULL || !mp_uuid_is_valid (op))
        return mp_api_problem_new (MP_PROBLEM_INVALID,
                                   "Each operation needs an “op” that is a UUID.");
    }
  return NULL;
}

/**
 * mp_api_post_changes:
 * @self: the API
 * @request: `{"operations": [...]}`
 * @error: return location
 *
 * Each operation is judged by itself, in order. When the server fails on the way, the same request
 * is sent again: those that were done get their results.
 *
 * Returns: (transfer full) (nullable): a result for each operation
 */
MpApiReply *
mp_api_post_changes (MpApi *self, MpApiRequest *request, GError **error)
{
  g_autoptr (JsonObject) input = NULL;
  g_autoptr (GPtrArray) digests = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) batch = NULL;
  g_autoptr (JsonArray) results = NULL;
  g_autoptr (GError) fault = NULL;
  MpApiReply *refusal = mp_api_read_object (request, &input);
  JsonArray *operations;
  JsonObject *head;
  JsonObject *body;

  if (refusal != NULL)
    return refusal;
  operations = mp_json_require_array (input, "operations", &fault);
  if (operations == NULL)
    return mp_api_problem_new (MP_PROBLEM_INVALID, fault->message);
  refusal = check_operations (operations);
  if (refusal != NULL)
    return refusal;

  batch = read_batch (request, operations, digests);
  results = batch != NULL ? push_batch (self, request, batch, digests, error)
                          : push_each (self, request, operations, error);
  if (results == NULL)
    return NULL;

  head = get_audit_head (self, request->tenant, error);
  if (head == NULL)
    return NULL;
  body = json_object_new ();
  json_object_set_array_member (body, "results", g_steal_pointer (&results));
  json_object_set_object_member (body, "audit_head", head);
  return mp_api_reply_new (200, body);
}
