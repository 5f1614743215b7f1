/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-api-handlers.h"

#include "mp-api-rest.h"

#define DEFAULT_LIMIT 100
#define MAX_LIMIT 1000

/**
 * mp_api_list_audit:
 * @self: the API
 * @request: `?since=SEQUENCE&limit=&actor=&action=&resource=`
 * @error: return location
 *
 * Returns: (transfer full) (nullable): a page of the trail, with the entries' hashes
 */
MpApiReply *
mp_api_list_audit (MpApi *self, MpApiRequest *request, GError **error)
{
  MpAuditFilter filter = {
    .actor = mp_api_request_get_query (request, "actor"),
    .action = mp_api_request_get_query (request, "action"),
    .resource = mp_api_request_get_query (request, "resource"),
  };
  g_autoptr (GPtrArray) entries = NULL;
  JsonArray *array;
  JsonObject *body;
  int64_t limit;
  int64_t next = 0;

  if (!mp_api_request_get_query_int (request, "since", 0, 0, G_MAXINT64, &filter.since))
    return mp_api_refuse_query ("since");
  if (!mp_api_request_get_query_int (request, "limit", DEFAULT_LIMIT, 1, MAX_LIMIT, &limit))
    return mp_api_refuse_query ("limit");

  entries = mp_audit_log_list (mp_api_get_services (self)->audit, request->tenant, &filter,
                               (unsigned int) limit, &next, error);
  if (entries == NULL)
    return NULL;

  array = json_array_new ();
  for (unsigned int i = 0; i < entries->len; i++)
    json_array_add_object_element (array, mp_audit_entry_to_json (g_ptr_array_index (entries, i)));
  body = json_object_new ();
  json_object_set_array_member (body, "entries", array);
  if (next > 0)
    json_object_set_int_member (body, "next", next);
  else
    json_object_set_null_member (body, "next");
  return mp_api_reply_new (200, body);
}

/**
 * mp_api_get_audit_head:
 * @self: the API
 * @request: the head's address
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the trail's signed head
 */
MpApiReply *
mp_api_get_audit_head (MpApi *self, MpApiRequest *request, GError **error)
{
  g_autoptr (MpAuditHead) head =
                 mp_audit_log_get_head (mp_api_get_services (self)->audit, request->tenant, error);

  return head != NULL ? mp_api_reply_new (200, mp_audit_head_to_json (head)) : NULL;
}

/**
 * mp_api_get_audit_proof:
 * @self: the API
 * @request: `?from=SEQUENCE&limit=`
 * @error: return location
 *
 * For a witness that kept an earlier head: with the digests of the entries behind it, the chain is
 * computed up to the head of today. Nothing of an entry can be read from them, so every role of the
 * tenant may ask.
 *
 * Returns: (transfer full) (nullable): the digests, the epoch and the signed head; the digests end
 *   with the head unless there are more than `limit`
 */
MpApiReply *
mp_api_get_audit_proof (MpApi *self, MpApiRequest *request, GError **error)
{
  MpAuditLog *audit = mp_api_get_services (self)->audit;
  g_autoptr (MpAuditHead) head = NULL;
  g_autoptr (GPtrArray) digests = NULL;
  g_autofree char *epoch = NULL;
  JsonArray *array;
  JsonObject *body;
  int64_t from;
  int64_t limit;

  if (!mp_api_request_get_query_int (request, "from", 0, 0, G_MAXINT64, &from))
    return mp_api_refuse_query ("from");
  if (!mp_api_request_get_query_int (request, "limit", MAX_LIMIT, 1, MAX_LIMIT, &limit))
    return mp_api_refuse_query ("limit");

  epoch = mp_db_dup_epoch (mp_api_get_services (self)->db, error);
  head = epoch != NULL ? mp_audit_log_get_head (audit, request->tenant, error) : NULL;
  if (head == NULL)
    return NULL;
  digests = mp_audit_log_list_digests (audit, request->tenant, from, head->sequence,
                                       (unsigned int) limit, error);
  if (digests == NULL)
    return NULL;

  array = json_array_new ();
  for (unsigned int i = 0; i < digests->len; i++)
    json_array_add_string_element (array, g_ptr_array_index (digests, i));
  body = json_object_new ();
  json_object_set_string_member (body, "epoch", epoch);
  json_object_set_int_member (body, "from", from);
  json_object_set_array_member (body, "digests", array);
  json_object_set_object_member (body, "head", mp_audit_head_to_json (head));
  return mp_api_reply_new (200, body);
}
