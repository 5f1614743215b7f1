/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-api-rest.h"

#include <string.h>

#include "mp-api-problem.h"
#include "mp-api-stored.h"
#include "mp-json.h"

/**
 * mp_api_read_object:
 * @request: a request with a body
 * @object: (out) (nullable) (transfer full): the body
 *
 * Returns: (transfer full) (nullable): the refusal when the body is no JSON object
 */
MpApiReply *
mp_api_read_object (const MpApiRequest *request, JsonObject **object)
{
  size_t size = 0;
  const char *text = request->body != NULL ? g_bytes_get_data (request->body, &size) : NULL;
  g_autoptr (GError) error = NULL;

  *object = mp_json_parse_object (text != NULL ? text : "", (gssize) size, &error);
  return *object != NULL ? NULL : mp_api_problem_new (MP_PROBLEM_BAD_JSON, error->message);
}

static MpApiReply *
new_stale (MpRecord *current)
{
  MpApiReply *reply = mp_api_problem_new (MP_PROBLEM_STALE, NULL);

  mp_api_reply_set_etag (reply, mp_record_get_revision (current));
  return reply;
}

/* A list of strong entity tags, or a star (RFC 9110, 13.1.1). */
static gboolean
names_revision (const char *if_match, const char *revision)
{
  g_auto (GStrv) tags = g_strsplit (if_match, ",", -1);
  g_autofree char *wanted = g_strdup_printf ("\"%s\"", revision);

  for (unsigned int i = 0; tags[i] != NULL; i++)
    {
      const char *tag = g_strstrip (tags[i]);

      if (g_str_equal (tag, "*") || g_str_equal (tag, wanted))
        return TRUE;
    }
  return FALSE;
}

/**
 * mp_api_check_if_match:
 * @request: a request that changes a record
 * @current: the record as it is
 *
 * Returns: (transfer full) (nullable): the refusal when the client has not seen this state
 */
MpApiReply *
mp_api_check_if_match (const MpApiRequest *request, MpRecord *current)
{
  if (request->if_match == NULL)
    return mp_api_problem_new (MP_PROBLEM_PRECONDITION_REQUIRED, NULL);
  if (!names_revision (request->if_match, mp_record_get_revision (current)))
    return new_stale (current);
  return NULL;
}

static gboolean
has_error (JsonArray *errors, const char *code)
{
  for (unsigned int i = 0; i < json_array_get_length (errors); i++)
    {
      JsonObject *error = mp_json_array_get_object (errors, i);

      if (g_str_equal (mp_json_get_string (error, "code", ""), code))
        return TRUE;
    }
  return FALSE;
}

static MpApiReply *
refuse_invalid (JsonObject *result)
{
  JsonArray *errors = mp_json_get_array (result, "errors");
  const char *code =
      has_error (errors, MP_PROBLEM_KEY_RETIRED) ? MP_PROBLEM_KEY_RETIRED : MP_PROBLEM_INVALID;

  return mp_api_problem_new_with_errors (code, NULL, json_array_ref (errors));
}

/* To create what exists already is a conflict with the address, not with a revision. */
static MpApiReply *
refuse_conflict (const MpApiRequest *request, JsonObject *result)
{
  JsonObject *record = mp_json_get_object (result, "record");
  MpApiReply *reply =
      request->target != NULL
          ? mp_api_problem_new (MP_PROBLEM_STALE, NULL)
          : mp_api_problem_new_with_status (MP_PROBLEM_STALE, 409, "The id is taken.");

  if (record != NULL)
    mp_api_reply_set_etag (reply, mp_json_get_string (record, "revision", NULL));
  return reply;
}

static MpApiReply *
reply_with_result (const MpApiRequest *request, JsonObject *result, unsigned int success)
{
  const char *status = mp_json_get_string (result, "status", "");
  JsonObject *record = mp_json_get_object (result, "record");
  JsonObject *credential = mp_json_get_object (result, "credential");
  MpApiReply *reply;

  if (g_str_equal (status, "invalid"))
    return refuse_invalid (result);
  if (g_str_equal (status, "conflict"))
    return refuse_conflict (request, result);
  if (g_str_equal (status, MP_API_STATUS_REUSED))
    return mp_api_problem_new (MP_PROBLEM_KEY_REUSED,
                               "Another request was sent with this Idempotency-Key. A new request "
                               "needs a new key.");
  if (g_str_equal (status, "gone"))
    return mp_api_problem_new (MP_PROBLEM_NOT_FOUND, NULL);
  if (g_str_equal (status, "denied"))
    return mp_api_problem_new (MP_PROBLEM_FORBIDDEN, NULL);

  reply = mp_api_reply_new (success, json_object_ref (record != NULL ? record : credential));
  if (record != NULL)
    mp_api_reply_set_etag (reply, mp_json_get_string (record, "revision", NULL));
  if (record != NULL && success == 201)
    {
      g_autofree char *location =
          g_strdup_printf ("/v1/tenants/%s/integration-settings/%s", request->tenant,
                           mp_json_get_string (record, "id", ""));

      mp_api_reply_set_header (reply, "Location", location);
    }
  return reply;
}

/* The key is a UUID, bare or as a structured string ("..."). */
static char *
dup_key (const char *header)
{
  g_autofree char *key = g_strstrip (g_strdup (header));
  size_t length = strlen (key);

  if (length >= 2 && key[0] == '"' && key[length - 1] == '"')
    return g_strndup (key + 1, length - 2);
  return g_steal_pointer (&key);
}

/* What a second request with the same key has to be like: the same method, target and body. */
static char *
dup_digest (const MpApiRequest *request)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  size_t size = 0;
  const void *body = request->body != NULL ? g_bytes_get_data (request->body, &size) : NULL;
  g_autofree char *head =
      g_strdup_printf ("%s %s\n", request->method, request->target != NULL ? request->target : "");

  g_checksum_update (checksum, (const unsigned char *) head, (gssize) strlen (head));
  if (size > 0)
    g_checksum_update (checksum, body, (gssize) size);
  return g_strdup (g_checksum_get_string (checksum));
}

/**
 * mp_api_start_operation:
 * @self: the API
 * @request: a request that changes something; gets its digest
 * @success: the status of success
 * @op: (out) (transfer full): the operation's id: the Idempotency-Key, or a new one
 * @refusal: (out) (nullable) (transfer full): what to answer at once: the first answer to this key,
 *   or a refusal
 * @error: return location
 *
 * Returns: whether the handler may go on; else it answers @refusal, or %NULL with @error set
 */
gboolean
mp_api_start_operation (MpApi *self,
                        MpApiRequest *request,
                        unsigned int success,
                        char **op,
                        MpApiReply **refusal,
                        GError **error)
{
  g_autoptr (JsonObject) known = NULL;

  *refusal = NULL;
  if (request->idempotency_key == NULL)
    {
      *op = mp_clock_dup_uuid (mp_api_get_services (self)->clock);
      return TRUE;
    }

  *op = dup_key (request->idempotency_key);
  if (!mp_uuid_is_valid (*op))
    {
      *refusal = mp_api_problem_new_with_status (MP_PROBLEM_INVALID, 400,
                                                 "The Idempotency-Key is not a UUID.");
      return FALSE;
    }
  g_free (request->digest);
  request->digest = dup_digest (request);
  if (!mp_api_find_result (self, request, *op, request->digest, &known, error))
    return FALSE;
  if (known != NULL)
    *refusal = reply_with_result (request, known, success);
  return *refusal == NULL;
}

/**
 * mp_api_finish_operation:
 * @self: the API
 * @request: a request that changes something
 * @operation: what is to be done
 * @success: the status of success
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the reply
 */
MpApiReply *
mp_api_finish_operation (MpApi *self,
                         const MpApiRequest *request,
                         MpOperation *operation,
                         unsigned int success,
                         GError **error)
{
  g_autoptr (JsonObject) result = mp_api_apply (self, request, operation, MP_API_SEEN_REVISION,
                                                request->digest, error);

  return result != NULL ? reply_with_result (request, result, success) : NULL;
}

/**
 * mp_api_load_record:
 * @self: the API
 * @request: a request whose target is a record
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the record; %MP_ERROR_NOT_FOUND when there is none
 */
MpRecord *
mp_api_load_record (MpApi *self, const MpApiRequest *request, GError **error)
{
  return mp_api_stored_get_record (mp_api_get_services (self)->db, request->tenant, request->target,
                                   error);
}

/**
 * mp_api_reply_new_record:
 * @status: the status
 * @record: a record
 *
 * Returns: (transfer full): the reply with the record and its ETag
 */
MpApiReply *
mp_api_reply_new_record (unsigned int status, MpRecord *record)
{
  MpApiReply *reply = mp_api_reply_new (status, mp_record_to_json (record));

  mp_api_reply_set_etag (reply, mp_record_get_revision (record));
  return reply;
}

/**
 * mp_api_refuse_query:
 * @name: a parameter of the query
 *
 * Returns: (transfer full): the refusal of its value
 */
MpApiReply *
mp_api_refuse_query (const char *name)
{
  g_autofree char *detail =
      g_strdup_printf ("The parameter “%s” of the query has a value that is not allowed.", name);

  return mp_api_problem_new_with_status (MP_PROBLEM_INVALID, 400, detail);
}
