/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-sandbox.h"

#include <string.h>

typedef struct
{
  const char *name;
  const char *label;
  const char *type;
  unsigned int length;
  gboolean required;
  gboolean read_only;
  const char *values[6];
} SalesforceField;

static const SalesforceField contact_fields[] = {
  { "Id", "Contact ID", "id", 18, FALSE, TRUE, { NULL } },
  { "Salutation", "Salutation", "picklist", 40, FALSE, FALSE, { "Mr", "Mrs", "Ms", "Dr", "Prof" } },
  { "FirstName", "First Name", "string", 40, FALSE, FALSE, { NULL } },
  { "LastName", "Last Name", "string", 80, TRUE, FALSE, { NULL } },
  { "Email", "Email", "email", 80, FALSE, FALSE, { NULL } },
  { "Phone", "Business Phone", "phone", 40, FALSE, FALSE, { NULL } },
  { "MobilePhone", "Mobile Phone", "phone", 40, FALSE, FALSE, { NULL } },
  { "Birthdate", "Birthdate", "date", 0, FALSE, FALSE, { NULL } },
  { "MailingStreet", "Mailing Street", "textarea", 255, FALSE, FALSE, { NULL } },
  { "MailingCity", "Mailing City", "string", 40, FALSE, FALSE, { NULL } },
  { "MailingState", "Mailing State/Province", "string", 80, FALSE, FALSE, { NULL } },
  { "MailingPostalCode", "Mailing Zip/Postal Code", "string", 20, FALSE, FALSE, { NULL } },
  { "MailingCountry", "Mailing Country", "string", 80, FALSE, FALSE, { NULL } },
  { "Title", "Title", "string", 128, FALSE, FALSE, { NULL } },
  { "Department", "Department", "string", 80, FALSE, FALSE, { NULL } },
  { "AccountId", "Account ID", "reference", 18, FALSE, FALSE, { NULL } },
  { "HasOptedOutOfEmail", "Email Opt Out", "boolean", 0, FALSE, FALSE, { NULL } },
  { "CreatedDate", "Created Date", "datetime", 0, FALSE, TRUE, { NULL } },
  { "Member_Level__c", "Member Level", "picklist", 0, FALSE, FALSE, { "Gold", "Silver" } },
  { "Events__c", "Events Attended", "textarea", 32768, FALSE, FALSE, { NULL } },
  { "Courses__c", "Completed Courses", "multipicklist", 0, FALSE, FALSE, { "First Aid" } },
  { "Total_Spent__c", "Total Spent", "currency", 0, FALSE, FALSE, { NULL } },
};

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

/* One field of a describe answer; the rest of its members do not matter to anybody here. */
static void
add_field (JsonArray *fields, const SalesforceField *field)
{
  JsonObject *object = json_object_new ();
  JsonArray *values = json_array_new ();

  for (unsigned int i = 0; i < G_N_ELEMENTS (field->values) && field->values[i] != NULL; i++)
    {
      JsonObject *value = json_object_new ();

      json_object_set_boolean_member (value, "active", TRUE);
      json_object_set_string_member (value, "label", field->values[i]);
      json_object_set_string_member (value, "value", field->values[i]);
      json_array_add_object_element (values, value);
    }
  json_object_set_string_member (object, "name", field->name);
  json_object_set_string_member (object, "label", field->label);
  json_object_set_string_member (object, "type", field->type);
  json_object_set_int_member (object, "length", field->length);
  json_object_set_boolean_member (object, "nillable", !field->required);
  json_object_set_boolean_member (object, "createable", !field->read_only);
  json_object_set_boolean_member (object, "updateable", !field->read_only);
  json_object_set_boolean_member (object, "defaultedOnCreate", field->read_only);
  json_object_set_boolean_member (object, "custom", g_str_has_suffix (field->name, "__c"));
  json_object_set_boolean_member (object, "restrictedPicklist", field->values[0] != NULL);
  json_object_set_boolean_member (object, "deprecatedAndHidden", FALSE);
  json_object_set_array_member (object, "picklistValues", values);
  json_array_add_object_element (fields, object);
}

static void
answer_describe (MpSandboxAnswer *answer, const char *name)
{
  g_autoptr (JsonObject) object = json_object_new ();
  JsonArray *fields = json_array_new ();

  for (size_t i = 0; i < G_N_ELEMENTS (contact_fields); i++)
    add_field (fields, &contact_fields[i]);
  json_object_set_string_member (object, "name", name);
  json_object_set_array_member (object, "fields", fields);
  answer->status = 200;
  answer->body = json_node_init_object (json_node_alloc (), object);
}

static void
answer_sobjects (MpSandboxAnswer *answer)
{
  static const struct
  {
    const char *name;
    const char *label;
    const char *plural;
    gboolean is_data;
  } objects[] = {
    { "Account", "Account", "Accounts", TRUE },
    { "ApexClass", "Apex Class", "Apex Classes", FALSE },
    { "Contact", "Contact", "Contacts", TRUE },
    { "ContactHistory", "Contact History", "Contact History", FALSE },
    { "Membership__c", "Membership", "Memberships", TRUE },
    { "Order", "Order", "Orders", TRUE },
  };
  g_autoptr (JsonObject) object = json_object_new ();
  JsonArray *array = json_array_new ();

  for (size_t i = 0; i < G_N_ELEMENTS (objects); i++)
    {
      JsonObject *item = json_object_new ();

      json_object_set_string_member (item, "name", objects[i].name);
      json_object_set_string_member (item, "label", objects[i].label);
      json_object_set_string_member (item, "labelPlural", objects[i].plural);
      json_object_set_boolean_member (item, "custom", g_str_has_suffix (objects[i].name, "__c"));
      json_object_set_boolean_member (item, "createable", objects[i].is_data);
      json_object_set_boolean_member (item, "updateable", objects[i].is_data);
      json_object_set_boolean_member (item, "searchable", objects[i].is_data);
      json_object_set_boolean_member (item, "queryable", TRUE);
      json_object_set_boolean_member (item, "deprecatedAndHidden", FALSE);
      json_array_add_object_element (array, item);
    }
  json_object_set_string_member (object, "encoding", "UTF-8");
  json_object_set_array_member (object, "sobjects", array);
  answer->status = 200;
  answer->body = json_node_init_object (json_node_alloc (), object);
}

/* The name between "/sobjects/" and "/describe"; NULL: another path. */
static char *
dup_described (const char *path)
{
  const char *start = strstr (path, "/sobjects/");
  const char *end = start != NULL ? strstr (start, "/describe") : NULL;

  if (end == NULL)
    return NULL;
  start += strlen ("/sobjects/");
  return g_strndup (start, (size_t) (end - start));
}

/**
 * mp_sandbox_salesforce:
 * @answer: what was asked; gets the answer
 *
 * Salesforce's token endpoint, limits, organisation, objects and their fields. Accepts a consumer
 * secret that says "sandbox".
 *
 * Returns: whether the path is one of Salesforce's
 */
gboolean
mp_sandbox_salesforce (MpSandboxAnswer *answer)
{
  g_autofree char *described = dup_described (answer->path);

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
  else if (g_str_has_suffix (answer->path, "/query"))
    mp_sandbox_answer_text (answer, 200,
                            "{\"totalSize\":1,\"done\":true,\"records\":[{\"Id\":"
                            "\"00D000000000001EAA\",\"Name\":\"Example Association Inc\","
                            "\"OrganizationType\":\"Developer Edition\",\"IsSandbox\":true}]}");
  else if (g_str_has_suffix (answer->path, "/sobjects"))
    answer_sobjects (answer);
  else if (described != NULL)
    answer_describe (answer, described);
  else
    mp_sandbox_answer_text (
        answer, 404,
        "[{\"message\":\"The requested resource does not exist\",\"errorCode\":\"NOT_FOUND\"}]");
  return TRUE;
}
