/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-sandbox.h"

#include <string.h>

static void
answer_token (MpSandboxAnswer *answer)
{
  SoupMessageBody *body = soup_server_message_get_request_body (answer->message);
  g_autoptr (GBytes) bytes = soup_message_body_flatten (body);
  g_autofree char *form = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_autoptr (GHashTable) values = soup_form_decode (form);
  const char *secret = g_hash_table_lookup (values, "client_secret");
  g_autoptr (JsonObject) object = json_object_new ();

  if (secret == NULL || strstr (secret, "sandbox") == NULL)
    {
      mp_sandbox_answer_text (
          answer, 400,
          "{\"error\":\"invalid_client\",\"error_description\":\"invalid client credentials\"}");
      return;
    }
  json_object_set_string_member (object, "access_token", "sandbox-salesforce-access");
  json_object_set_string_member (object, "token_type", "Bearer");
  answer->status = 200;
  answer->body = json_node_init_object (json_node_alloc (), object);
}

/**
 * mp_sandbox_salesforce:
 * @answer: what was asked; gets the answer
 *
 * Salesforce's token endpoint, limits, sobjects and describe of Contact. Accepts a consumer secret
 * that says "sandbox".
 *
 * Returns: whether the path is one of Salesforce's
 */
gboolean
mp_sandbox_salesforce (MpSandboxAnswer *answer)
{
  if (g_str_equal (answer->path, "/services/oauth2/token"))
    {
      answer_token (answer);
      return TRUE;
    }
  if (!g_str_has_prefix (answer->path, "/services/data/"))
    return FALSE;
  if (!mp_sandbox_is_key (answer->token, "sandbox-salesforce"))
    mp_sandbox_answer_text (
        answer, 401,
        "[{\"message\":\"Session expired or invalid\",\"errorCode\":\"INVALID_SESSION_ID\"}]");
  else if (g_str_has_suffix (answer->path, "/limits"))
    mp_sandbox_answer_text (answer, 200,
                            "{\"DailyApiRequests\":{\"Max\":15000,\"Remaining\":14998}}");
  else if (g_str_has_suffix (answer->path, "/sobjects"))
    mp_sandbox_answer_text (answer, 200,
                            "{\"encoding\":\"UTF-8\",\"sobjects\":[{\"name\":\"Contact\",\"label\":"
                            "\"Contact\",\"labelPlural\":\"Contacts\","
                            "\"custom\":false,\"createable\":true,\"updateable\":true,"
                            "\"searchable\":true,\"queryable\":true,"
                            "\"deprecatedAndHidden\":false},{\"name\":\"ApexClass\",\"label\":"
                            "\"Apex Class\",\"labelPlural\":\"Apex Classes\","
                            "\"custom\":false,\"createable\":false,\"updateable\":false,"
                            "\"searchable\":false,\"queryable\":true,"
                            "\"deprecatedAndHidden\":false}]}");
  else if (g_str_has_suffix (answer->path, "/sobjects/Contact/describe"))
    mp_sandbox_answer_text (answer, 200,
                            "{\"name\":\"Contact\",\"fields\":[{\"name\":\"LastName\",\"label\":"
                            "\"Last Name\",\"type\":\"string\","
                            "\"length\":80,\"nillable\":false,\"createable\":true,\"updateable\":"
                            "true,\"defaultedOnCreate\":false,"
                            "\"custom\":false,\"picklistValues\":[]},{\"name\":\"Email\",\"label\":"
                            "\"Email\",\"type\":\"email\",\"length\":80,"
                            "\"nillable\":true,\"createable\":true,\"updateable\":true,"
                            "\"defaultedOnCreate\":false,\"custom\":false,"
                            "\"picklistValues\":[]}]}");
  else
    mp_sandbox_answer_text (
        answer, 404,
        "[{\"message\":\"The requested resource does not exist\",\"errorCode\":\"NOT_FOUND\"}]");
  return TRUE;
}
