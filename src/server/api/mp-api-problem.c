/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-api-problem.h"

#include "mp-error.h"

#define STORAGE_RETRY_AFTER "10"
#define TYPE_BASE "https://memberpulse.org/problems/"

static const struct
{
  const char *code;
  unsigned int status;
  const char *title;
} problems[] = {
  { MP_PROBLEM_INTERNAL, 500, "The server failed" },
  { MP_PROBLEM_BAD_JSON, 400, "The body is not valid JSON" },
  { MP_PROBLEM_INVALID, 422, "The request breaks a rule" },
  { "unauthorized", 401, "A valid token is needed" },
  { "token-expired", 401, "The token has expired" },
  { "token-revoked", 401, "The token was revoked" },
  { MP_PROBLEM_FORBIDDEN, 403, "The token's role may not do this" },
  { MP_PROBLEM_NOT_FOUND, 404, "There is nothing here" },
  { MP_PROBLEM_METHOD_NOT_ALLOWED, 405, "This address does not know the method" },
  { MP_PROBLEM_STALE, 412, "There is a newer state" },
  { MP_PROBLEM_PRECONDITION_REQUIRED, 428, "If-Match is needed to change what exists" },
  { MP_PROBLEM_TOO_LARGE, 413, "The body is too large" },
  { MP_PROBLEM_HEAD_TOO_LARGE, 431, "The head of the request is too large" },
  { MP_PROBLEM_UNSUPPORTED_MEDIA_TYPE, 415, "The body has to be JSON" },
  { MP_PROBLEM_RATE_LIMITED, 429, "Too many requests" },
  { MP_PROBLEM_CURSOR_EXPIRED, 410, "The cursor is not known any more" },
  { MP_PROBLEM_KEY_RETIRED, 409, "The secret was sealed to a key that is not in use any more" },
  { MP_PROBLEM_KEY_NEEDED, 400, "An Idempotency-Key is needed to make something" },
  { MP_PROBLEM_KEY_IN_PROGRESS, 409, "A request with this Idempotency-Key is being answered" },
  { MP_PROBLEM_KEY_REUSED, 422, "The Idempotency-Key was used for another request" },
  { MP_PROBLEM_UNAVAILABLE, 503, "The server cannot read or store anything at the moment" },
  { MP_PROBLEM_PLATFORM_UNAUTHORIZED, 502, "The platform refused the key" },
  { MP_PROBLEM_PLATFORM_FORBIDDEN, 502, "The platform does not allow the key to do this" },
  { MP_PROBLEM_PLATFORM_BUSY, 503, "The platform wants a pause" },
  { MP_PROBLEM_PLATFORM_FAILED, 502, "The platform gave no answer that can be used" },
  { MP_PROBLEM_PLATFORM_TIMEOUT, 504, "The platform did not answer in time" },
};

static size_t
find_problem (const char *code)
{
  for (size_t i = 0; i < G_N_ELEMENTS (problems); i++)
    {
      if (g_str_equal (problems[i].code, code))
        return i;
    }
  return 0;
}

/* @errors: (transfer full) (nullable) */
static MpApiReply *
new_problem (const char *code, unsigned int status, const char *detail, JsonArray *errors)
{
  size_t index = find_problem (code);
  g_autofree char *type = g_strconcat (TYPE_BASE, problems[index].code, NULL);
  JsonObject *body = json_object_new ();
  MpApiReply *reply;

  if (status == 0)
    status = problems[index].status;
  json_object_set_string_member (body, "type", type);
  json_object_set_string_member (body, "title", problems[index].title);
  json_object_set_int_member (body, "status", status);
  if (detail != NULL)
    json_object_set_string_member (body, "detail", detail);
  if (errors != NULL)
    json_object_set_array_member (body, "errors", errors);

  reply = mp_api_reply_new (status, body);
  reply->content_type = "application/problem+json";
  if (status == 401)
    mp_api_reply_set_header (reply, "WWW-Authenticate", "Bearer");
  return reply;
}

/**
 * mp_api_problem_new:
 * @code: a problem's code; one that is not known becomes `internal`
 * @detail: (nullable): what exactly is wrong, for the developer of the client
 *
 * Returns: (transfer full): an `application/problem+json` reply (RFC 9457)
 */
MpApiReply *
mp_api_problem_new (const char *code, const char *detail)
{
  return new_problem (code, 0, detail, NULL);
}

/**
 * mp_api_problem_new_with_errors:
 * @code: a problem's code
 * @detail: (nullable): what exactly is wrong, for the developer of the client
 * @errors: (transfer full): the field errors, as on the wire
 *
 * Returns: (transfer full): an `application/problem+json` reply (RFC 9457)
 */
MpApiReply *
mp_api_problem_new_with_errors (const char *code, const char *detail, JsonArray *errors)
{
  return new_problem (code, 0, detail, errors);
}

/**
 * mp_api_problem_new_with_status:
 * @code: a problem's code
 * @status: an HTTP status other than the code's own
 * @detail: (nullable): what exactly is wrong, for the developer of the client
 *
 * Returns: (transfer full): an `application/problem+json` reply (RFC 9457)
 */
MpApiReply *
mp_api_problem_new_with_status (const char *code, unsigned int status, const char *detail)
{
  return new_problem (code, status, detail, NULL);
}

/**
 * mp_api_problem_new_from_error:
 * @error: why a handler failed
 *
 * What is not the client's doing is logged, not told.
 *
 * Returns: (transfer full): the reply
 */
MpApiReply *
mp_api_problem_new_from_error (const GError *error)
{
  MpApiReply *reply;

  if (g_error_matches (error, MP_ERROR, MP_ERROR_NOT_FOUND))
    return mp_api_problem_new (MP_PROBLEM_NOT_FOUND, NULL);
  if (g_error_matches (error, MP_ERROR, MP_ERROR_FORBIDDEN))
    return mp_api_problem_new (MP_PROBLEM_FORBIDDEN, error->message);
  if (g_error_matches (error, MP_ERROR, MP_ERROR_INVALID))
    return mp_api_problem_new (MP_PROBLEM_INVALID, error->message);

  /* The disk is full or the database away: the operator's fault to mend, and not for ever. */
  if (g_error_matches (error, MP_ERROR, MP_ERROR_STORAGE) ||
      g_error_matches (error, MP_ERROR, MP_ERROR_UNAVAILABLE))
    {
      reply = mp_api_problem_new (MP_PROBLEM_UNAVAILABLE, "Nothing was changed. Try again later.");
      mp_api_reply_set_header (reply, "Retry-After", STORAGE_RETRY_AFTER);
      g_message ("A request failed: %s", error->message);
      return reply;
    }

  g_warning ("A request failed: %s", error->message);
  return mp_api_problem_new (MP_PROBLEM_INTERNAL, NULL);
}
