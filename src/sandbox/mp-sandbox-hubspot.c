/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-sandbox.h"

#include "mp-catalogue.h"

#include <string.h>

/* How a property of HubSpot's is made up: GET /crm/v3/properties/{object}. */
typedef struct
{
  const char *name;
  const char *label;
  const char *type;
  const char *field_type;
} Property;

/* Of the properties that every portal has, those a membership organisation meets first. */
static const Property contact_properties[] = {
  { "firstname", "First Name", "string", "text" },
  { "lastname", "Last Name", "string", "text" },
  { "email", "Email", "string", "text" },
  { "phone", "Phone Number", "string", "phonenumber" },
  { "mobilephone", "Mobile Phone Number", "string", "phonenumber" },
  { "address", "Street Address", "string", "text" },
  { "city", "City", "string", "text" },
  { "state", "State/Region", "string", "text" },
  { "zip", "Postal Code", "string", "text" },
  { "country", "Country/Region", "string", "text" },
  { "company", "Company Name", "string", "text" },
  { "jobtitle", "Job Title", "string", "text" },
  { "website", "Website URL", "string", "text" },
  { "event_tags", "Events attended", "string", "textarea" },
  { "course_tags", "Courses attended", "string", "textarea" },
  { "annualrevenue", "Annual Revenue", "string", "text" },
};

static const Property membership_properties[] = {
  { "membership_name", "Membership Name", "string", "text" },
  { "membership_level", "Membership Level", "string", "text" },
};

static const Property order_properties[] = {
  { "hs_order_name", "Order Name", "string", "text" },
  { "hs_currency_code", "Currency Code", "string", "text" },
  { "hs_total_price", "Total Price", "number", "number" },
  { "hs_source_store", "Source Store", "string", "text" },
};

static JsonObject *
new_property (const Property *property, gboolean hubspot_defined, gboolean read_only)
{
  JsonObject *object = json_object_new ();
  JsonObject *modification = json_object_new ();

  json_object_set_string_member (object, "name", property->name);
  json_object_set_string_member (object, "label", property->label);
  json_object_set_string_member (object, "type", property->type);
  json_object_set_string_member (object, "fieldType", property->field_type);
  json_object_set_string_member (object, "description", "");
  json_object_set_string_member (object, "groupName", "contactinformation");
  json_object_set_array_member (object, "options", json_array_new ());
  json_object_set_boolean_member (object, "calculated", FALSE);
  json_object_set_boolean_member (object, "hidden", FALSE);
  json_object_set_boolean_member (object, "archived", FALSE);
  json_object_set_boolean_member (object, "hubspotDefined", hubspot_defined);
  json_object_set_boolean_member (modification, "readOnlyValue", read_only);
  json_object_set_object_member (object, "modificationMetadata", modification);
  return object;
}

static void
set_options (JsonObject *property, const char *const *options)
{
  JsonArray *array = json_array_new ();

  for (unsigned int i = 0; options != NULL && options[i] != NULL; i++)
    {
      JsonObject *option = json_object_new ();

      json_object_set_string_member (option, "label", options[i]);
      json_object_set_string_member (option, "value", options[i]);
      json_object_set_int_member (option, "displayOrder", i);
      json_object_set_boolean_member (option, "hidden", FALSE);
      json_array_add_object_element (array, option);
    }
  json_object_set_array_member (property, "options", array);
}

static void
set_type (Property *property, MpFieldType type)
{
  property->type = "string";
  property->field_type = "text";
  switch (type)
    {
    case MP_FIELD_TYPE_LONGTEXT:
      property->field_type = "textarea";
      break;
    case MP_FIELD_TYPE_INTEGER:
    case MP_FIELD_TYPE_DECIMAL:
    case MP_FIELD_TYPE_MONEY:
      property->type = "number";
      property->field_type = "number";
      break;
    case MP_FIELD_TYPE_BOOLEAN:
      property->type = "bool";
      property->field_type = "booleancheckbox";
      break;
    case MP_FIELD_TYPE_DATE:
      property->type = "date";
      property->field_type = "date";
      break;
    case MP_FIELD_TYPE_DATETIME:
      property->type = "datetime";
      property->field_type = "date";
      break;
    case MP_FIELD_TYPE_PHONE:
      property->field_type = "phonenumber";
      break;
    case MP_FIELD_TYPE_ENUM:
      property->type = "enumeration";
      property->field_type = "select";
      break;
    case MP_FIELD_TYPE_MULTIENUM:
      property->type = "enumeration";
      property->field_type = "checkbox";
      break;
    case MP_FIELD_TYPE_TEXT:
    case MP_FIELD_TYPE_TIME:
    case MP_FIELD_TYPE_EMAIL:
    case MP_FIELD_TYPE_URL:
    case MP_FIELD_TYPE_REFERENCE:
    case MP_FIELD_TYPE_ID:
    case MP_FIELD_TYPE_FILE:
    case MP_FIELD_TYPE_OTHER:
    default:
      break;
    }
}

static char *
dup_snake_case (const char *prefix, const char *camel)
{
  GString *text = g_string_new (prefix);

  for (const char *c = camel; *c != '\0'; c++)
    {
      if (g_ascii_isupper (*c))
        g_string_append_c (text, '_');
      g_string_append_c (text, g_ascii_tolower (*c));
    }
  return g_string_free (text, FALSE);
}

/* What somebody who moved to this CRM before will have made: a custom property for each Member
 * Pulse field. */
static void
add_custom (JsonArray *results, const char *catalogue_name, const char *prefix)
{
  MpCatalogue *catalogue = mp_catalogue_get (catalogue_name);

  for (unsigned int i = 0; i < mp_catalogue_get_size (catalogue); i++)
    {
      MpCatalogueField *field = mp_catalogue_get_field (catalogue, i);
      g_autofree char *name = dup_snake_case (prefix, mp_catalogue_field_get_name (field));
      Property property = { name, mp_catalogue_field_get_plain_label (field), NULL, NULL };
      JsonObject *object;

      set_type (&property, mp_catalogue_field_get_field_type (field));
      object = new_property (&property, FALSE, FALSE);
      set_options (object, mp_catalogue_field_get_options (field));
      json_array_add_object_element (results, object);
    }
}

/* Real portals have thousands: years of campaigns, imports and integrations. */
static void
add_filler (JsonArray *results, unsigned int n_fields)
{
  static const char *const subjects[] = { "Campaign", "Webinar",    "Survey", "Donation",
                                          "Chapter",  "Newsletter", "Import" };
  static const char *const notes[] = { "source", "score", "date", "notes", "owner", "status" };

  for (unsigned int i = json_array_get_length (results); i < n_fields; i++)
    {
      const char *subject = subjects[i % G_N_ELEMENTS (subjects)];
      const char *note = notes[(i / G_N_ELEMENTS (subjects)) % G_N_ELEMENTS (notes)];
      g_autofree char *label = g_strdup_printf ("%s %u %s", subject, i, note);
      g_autofree char *name = g_ascii_strdown (label, -1);
      Property property = { g_strdelimit (name, " ", '_'), label, "string", "text" };

      if (g_str_equal (note, "date"))
        set_type (&property, MP_FIELD_TYPE_DATE);
      else if (g_str_equal (note, "score"))
        set_type (&property, MP_FIELD_TYPE_DECIMAL);
      json_array_add_object_element (results, new_property (&property, FALSE, FALSE));
    }
}

static void
add_table (JsonArray *results, const Property *table, size_t length)
{
  const Property record_id = { "hs_object_id", "Record ID", "number", "number" };

  for (size_t i = 0; i < length; i++)
    json_array_add_object_element (results, new_property (&table[i], TRUE, FALSE));
  json_array_add_object_element (results, new_property (&record_id, TRUE, TRUE));
}

static void
answer_results (MpSandboxAnswer *answer, JsonArray *results)
{
  JsonObject *object = json_object_new ();

  json_object_set_array_member (object, "results", results);
  answer->status = 200;
  answer->body = json_node_init_object (json_node_alloc (), object);
  json_object_unref (object);
}

static void
answer_properties (MpSandboxAnswer *answer, const char *object_type, unsigned int n_fields)
{
  JsonArray *results = json_array_new ();

  if (g_str_equal (object_type, "contacts"))
    {
      add_table (results, contact_properties, G_N_ELEMENTS (contact_properties));
      add_custom (results, "member", "member_");
      add_filler (results, n_fields);
    }
  else if (g_str_equal (object_type, "orders"))
    {
      add_table (results, order_properties, G_N_ELEMENTS (order_properties));
      add_custom (results, "order", "mp_");
    }
  else
    {
      add_table (results, membership_properties, G_N_ELEMENTS (membership_properties));
      add_filler (results, 40);
    }
  answer_results (answer, results);
}

/* The standard types of an account, each with its labels and its use. */
static void
answer_records (MpSandboxAnswer *answer)
{
  mp_sandbox_answer_text (
      answer, 200,
      "{\"hubspotDefinedObjectTypes\":["
      "{\"objectTypeId\":\"0-1\",\"singularLabel\":\"Contact\",\"pluralLabel\":\"Contacts\","
      "\"limit\":15000000,\"usage\":42,\"percentage\":0.0},"
      "{\"objectTypeId\":\"0-123\",\"singularLabel\":\"Order\",\"pluralLabel\":\"Orders\","
      "\"limit\":1000000,\"usage\":7,\"percentage\":0.0}],"
      "\"customObjectTypes\":{\"byObjectType\":["
      "{\"objectTypeId\":\"2-3465404\",\"singularLabel\":\"Membership\","
      "\"pluralLabel\":\"Memberships\",\"limit\":500000,\"usage\":7,\"percentage\":0.0}],"
      "\"overallLimit\":500000,\"overallUsage\":7,\"overallPercentage\":0.0}}");
}

/**
 * mp_sandbox_hubspot:
 * @answer: what was asked; gets the answer
 * @n_fields: how many properties contacts have
 *
 * HubSpot's metadata: account, schemas, properties. Accepts any token that says "sandbox".
 *
 * Returns: whether the path is one of HubSpot's
 */
gboolean
mp_sandbox_hubspot (MpSandboxAnswer *answer, unsigned int n_fields)
{
  const char *properties = "/crm/v3/properties/";

  if (!g_str_has_prefix (answer->path, "/crm") &&
      !g_str_has_prefix (answer->path, "/account-info/"))
    return FALSE;
  if (!mp_sandbox_is_key (answer->token, "pat-"))
    mp_sandbox_answer_text (answer, 401,
                            "{\"status\":\"error\",\"message\":\"Authentication credentials not "
                            "found. This API supports OAuth 2.0 "
                            "authentication and you can find more details at "
                            "https://developers.hubspot.com/docs/methods/auth/oauth-overview\","
                            "\"correlationId\":\"00000000-0000-0000-0000-000000000000\","
                            "\"category\":\"INVALID_AUTHENTICATION\"}");
  else if (g_str_equal (answer->path, "/account-info/v3/details"))
    mp_sandbox_answer_text (
        answer, 200,
        "{\"portalId\":1234567,\"accountType\":\"SANDBOX\",\"timeZone\":\"Australia/Melbourne\","
        "\"companyCurrency\":\"AUD\",\"uiDomain\":\"app.hubspot.com\"}");
  else if (g_str_equal (answer->path, "/crm/v3/limits/records"))
    answer_records (answer);
  else if (g_str_equal (answer->path, "/crm-object-schemas/v3/schemas"))
    mp_sandbox_answer_text (answer, 200,
                            "{\"results\":[{\"id\":\"3465404\",\"objectTypeId\":\"2-3465404\","
                            "\"fullyQualifiedName\":\"p1234567_membership\","
                            "\"name\":\"membership\",\"labels\":{\"singular\":\"Membership\","
                            "\"plural\":\"Memberships\"},"
                            "\"requiredProperties\":[\"membership_name\"],\"archived\":false}]}");
  else if (g_str_equal (answer->path, "/crm-object-schemas/v3/schemas/p1234567_membership"))
    mp_sandbox_answer_text (
        answer, 200, "{\"name\":\"membership\",\"requiredProperties\":[\"membership_name\"]}");
  else if (g_str_equal (answer->path, "/crm-object-schemas/v3/schemas/contacts"))
    mp_sandbox_answer_text (answer, 200,
                            "{\"name\":\"contacts\",\"requiredProperties\":[\"email\"]}");
  else if (g_str_equal (answer->path, "/crm-object-schemas/v3/schemas/orders"))
    mp_sandbox_answer_text (answer, 200,
                            "{\"name\":\"orders\",\"requiredProperties\":[\"hs_order_name\"]}");
  else if (g_str_has_prefix (answer->path, properties))
    answer_properties (answer, answer->path + strlen (properties), n_fields);
  else
    mp_sandbox_answer_text (answer, 404,
                            "{\"status\":\"error\",\"message\":\"resource not "
                            "found\",\"category\":\"OBJECT_NOT_FOUND\"}");
  return TRUE;
}
