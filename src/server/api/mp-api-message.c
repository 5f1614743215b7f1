/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-api-message.h"

#include "mp-json.h"

/**
 * mp_api_request_new:
 *
 * Returns: (transfer full): an empty request
 */
MpApiRequest *
mp_api_request_new (void)
{
  return g_new0 (MpApiRequest, 1);
}

/**
 * mp_api_request_free:
 * @request: (transfer full) (nullable): a request
 */
void
mp_api_request_free (MpApiRequest *request)
{
  if (request == NULL)
    return;

  g_free (request->id);
  g_free (request->tenant);
  g_free (request->target);
  g_free (request->address);
  g_free (request->digest);
  g_clear_pointer (&request->query, g_hash_table_unref);
  g_clear_pointer (&request->body, g_bytes_unref);
  g_clear_pointer (&request->identity, mp_identity_free);
  if (request->prepared != NULL)
    request->free_prepared (request->prepared);
  g_free (request);
}

/**
 * mp_api_request_set_query:
 * @request: a request
 * @name: a parameter of its query
 * @value: its value
 */
void
mp_api_request_set_query (MpApiRequest *request, const char *name, const char *value)
{
  if (request->query == NULL)
    request->query = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_hash_table_insert (request->query, g_strdup (name), g_strdup (value));
}

/**
 * mp_api_request_get_query:
 * @request: a request
 * @name: a parameter of its query
 *
 * Returns: (transfer none) (nullable): the value, valid UTF-8
 */
const char *
mp_api_request_get_query (const MpApiRequest *request, const char *name)
{
  return request->query != NULL ? g_hash_table_lookup (request->query, name) : NULL;
}

/**
 * mp_api_request_get_query_int:
 * @request: a request
 * @name: a parameter of its query
 * @fallback: the value when it is not given
 * @least: the smallest value allowed
 * @most: the largest value allowed
 * @value: (out): the value
 *
 * Returns: %FALSE when the parameter is not a number between @least and @most
 */
gboolean
mp_api_request_get_query_int (const MpApiRequest *request,
                              const char *name,
                              int64_t fallback,
                              int64_t least,
                              int64_t most,
                              int64_t *value)
{
  const char *text = mp_api_request_get_query (request, name);

  *value = fallback;
  if (text == NULL)
    return TRUE;
  return g_ascii_string_to_signed (text, 10, least, most, value, NULL);
}

/**
 * mp_api_request_get_auth:
 * @request: a request
 *
 * Returns: what the token's check needs of it; its members are borrowed
 */
MpAuthRequest
mp_api_request_get_auth (const MpApiRequest *request)
{
  return (MpAuthRequest){
    .authorization = request->authorization,
    .tenant = request->tenant,
    .address = request->address,
    .request = request->id,
  };
}

/**
 * mp_api_reply_new:
 * @status: an HTTP status
 * @body: (transfer full): the body
 *
 * Returns: (transfer full): the reply, as `application/json`
 */
MpApiReply *
mp_api_reply_new (unsigned int status, JsonObject *body)
{
  g_autoptr (JsonNode) node = mp_json_node_take_object (body);

  return mp_api_reply_new_text (status, "application/json", mp_json_to_text (node));
}

/**
 * mp_api_reply_new_text:
 * @status: an HTTP status
 * @content_type: the body's type; static
 * @text: (transfer full): the body
 *
 * Returns: (transfer full): the reply
 */
MpApiReply *
mp_api_reply_new_text (unsigned int status, const char *content_type, char *text)
{
  MpApiReply *reply = g_new0 (MpApiReply, 1);

  reply->status = status;
  reply->content_type = content_type;
  reply->body = g_bytes_new_take (text, strlen (text));
  return reply;
}

/**
 * mp_api_reply_free:
 * @reply: (transfer full) (nullable): a reply
 */
void
mp_api_reply_free (MpApiReply *reply)
{
  if (reply == NULL)
    return;

  for (unsigned int i = 0; i < reply->n_headers; i++)
    g_free (reply->headers[i].value);
  g_bytes_unref (reply->body);
  g_free (reply);
}

/**
 * mp_api_reply_set_header:
 * @reply: a reply
 * @name: a header's name; static
 * @value: its value, which takes the place of an earlier one
 */
void
mp_api_reply_set_header (MpApiReply *reply, const char *name, const char *value)
{
  unsigned int i = 0;

  while (i < reply->n_headers && !g_str_equal (reply->headers[i].name, name))
    i++;
  g_assert (i < MP_API_REPLY_MAX_HEADERS);
  if (i == reply->n_headers)
    reply->n_headers++;
  g_free (reply->headers[i].value);
  reply->headers[i].name = name;
  reply->headers[i].value = g_strdup (value);
}

/**
 * mp_api_reply_get_header:
 * @reply: a reply
 * @name: a header's name
 *
 * Returns: (transfer none) (nullable): its value
 */
const char *
mp_api_reply_get_header (const MpApiReply *reply, const char *name)
{
  for (unsigned int i = 0; i < reply->n_headers; i++)
    {
      if (g_str_equal (reply->headers[i].name, name))
        return reply->headers[i].value;
    }
  return NULL;
}

/**
 * mp_api_reply_set_etag:
 * @reply: a reply
 * @revision: (nullable): a record's revision; %NULL sets nothing
 */
void
mp_api_reply_set_etag (MpApiReply *reply, const char *revision)
{
  g_autofree char *etag = NULL;

  if (revision == NULL)
    return;
  etag = g_strdup_printf ("\"%s\"", revision);
  mp_api_reply_set_header (reply, "ETag", etag);
}
