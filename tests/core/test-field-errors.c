/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-field-errors.h"

#include <string.h>

#include "mp-error.h"
#include "mp-json.h"

static void
test_list (void)
{
  g_autoptr (MpFieldErrors) errors = mp_field_errors_new ();
  const MpFieldError *first;

  mp_field_errors_add (errors, MP_SEVERITY_WARNING, "/crm/event_tag", MP_FIELD_REQUIRED_AT_CRM,
                       "name", "Tags", NULL);
  mp_field_errors_add (errors, MP_SEVERITY_WARNING, "/crm/event_tag", MP_FIELD_NOT_APPLICABLE,
                       "needs", "/crm/api_key", NULL);
  mp_field_errors_add (errors, MP_SEVERITY_ERROR, "/crm/event_tag", MP_FIELD_MISSING_AT_CRM, "name",
                       "Tags", NULL);
  mp_field_errors_add (errors, MP_SEVERITY_ERROR, "/crm/event", MP_FIELD_BAD_FORMAT, "example",
                       NULL, "label", "Event", NULL);

  g_assert_cmpuint (mp_field_errors_get_size (errors), ==, 4);
  g_assert_cmpuint (mp_field_errors_count (errors, MP_SEVERITY_ERROR, NULL), ==, 2);
  g_assert_cmpuint (mp_field_errors_count (errors, MP_SEVERITY_WARNING, "/crm"), ==, 2);
  g_assert_cmpuint (mp_field_errors_count (errors, MP_SEVERITY_ERROR, "/crm/event"), ==, 1);
  g_assert_cmpuint (mp_field_errors_count (errors, MP_SEVERITY_ERROR, "/accounting"), ==, 0);

  /* An error goes before the warnings of its row, and an argument without a value is left out. */
  g_assert_cmpstr (mp_field_errors_find (errors, "/crm/event_tag")->code, ==,
                   MP_FIELD_MISSING_AT_CRM);
  g_assert_null (mp_field_errors_find (errors, "/crm"));
  first = mp_field_errors_get (errors, 3);
  g_assert_cmpuint (g_hash_table_size (first->arguments), ==, 1);
  g_assert_cmpstr (g_hash_table_lookup (first->arguments, "label"), ==, "Event");
}

/* Each code with its arguments gives whole sentences: no name in braces is left, none is empty. */
static void
test_texts (void)
{
  static const struct
  {
    const char *pointer;
    const char *code;
    const char *arguments[5];
    const char *text;
  } cases[] = {
    { "/name", MP_FIELD_REQUIRED, { NULL }, "Name is required. Enter or choose a value." },
    { "/crm/connection/site",
      MP_FIELD_REQUIRED,
      { "label", "Site address" },
      "Site address is required. Enter or choose a value." },
    { "/name",
      MP_FIELD_WRONG_TYPE,
      { "expected", "text" },
      "Name should be text. Enter it again." },
    { "/crm",
      MP_FIELD_WRONG_TYPE,
      { "expected", "object" },
      "CRM should be a group of settings. Enter it again." },
    { "/name",
      MP_FIELD_TOO_LONG,
      { "limit", "200", "length", "201" },
      "Name is 201 characters long, and at most 200 are allowed. Shorten it." },
    { "/nmae",
      MP_FIELD_UNKNOWN_MEMBER,
      { "name", "nmae" },
      "There is no setting “nmae” here. Check its spelling or remove it." },
    { "/crm/platform",
      MP_FIELD_UNKNOWN_PLATFORM,
      { "platform", "acme" },
      "The platform “acme” is not known here. Choose another one, or add its document." },
    { "/accounting/platform",
      MP_FIELD_UNAVAILABLE_PLATFORM,
      { "platform", "Ledger", "reason", "It has no keys." },
      "Ledger cannot be connected yet. It has no keys. Choose another one." },
    { "/crm/platform",
      MP_FIELD_WRONG_KIND,
      { "platform", "Stripe", "kind", "crm" },
      "“Stripe” is not a platform for this section. Choose another one." },
    { "/crm/connection/site",
      MP_FIELD_BAD_FORMAT,
      { "label", "Site", "example", "https://x" },
      "Site does not have the right form, for example https://x. Correct it." },
    { "/crm/connection/site",
      MP_FIELD_BAD_FORMAT,
      { "label", "Region", "choices", "eu, us" },
      "Region should be one of eu, us. Choose one." },
    { "/crm/connection/site",
      MP_FIELD_BAD_FORMAT,
      { NULL },
      "site does not have the right form. Correct it." },
    { "/crm/event_tag",
      MP_FIELD_NOT_APPLICABLE,
      { "needs", "/crm/api_key" },
      "Event Tag is not used as long as API Key is empty. Its value is kept." },
    { "/crm/api_key",
      MP_FIELD_UNKNOWN_CREDENTIAL,
      { "credential", "c1" },
      "The key chosen here no longer exists. Choose or enter another one." },
    { "/crm/api_key",
      MP_FIELD_CREDENTIAL_REVOKED,
      { "label", "Main" },
      "The key “Main” was revoked. Choose or enter another one." },
    { "/crm/api_key",
      MP_FIELD_CREDENTIAL_PLATFORM,
      { "label", "Main", "platform", "Stripe" },
      "The key “Main” is for Stripe, not for the platform chosen here. Choose or enter another "
      "one." },
    { "/crm/api_key",
      MP_FIELD_CREDENTIAL_PRIVATE,
      { "label", "Main" },
      "The key “Main” belongs to another record. Choose or enter another one." },
    { "/crm/member_fields/email",
      MP_FIELD_UNMAPPED,
      { "field", "email" },
      "Email is required, but nothing is chosen for it. Choose a field of the CRM, or “Not sent” "
      "with a reason." },
    { "/crm/member_fields/email",
      MP_FIELD_NO_REASON,
      { "field", "email" },
      "Email is not sent, but is required. Say why it is not sent." },
    { "/crm/order_fields/total",
      MP_FIELD_MAPPED_TWICE,
      { "target", "Amount", "other", "subtotal" },
      "“Amount” already takes Subtotal. Choose another field of the CRM for one of them." },
    { "/crm/event_tag",
      MP_FIELD_MISSING_AT_CRM,
      { "name", "Tags" },
      "The CRM does not have “Tags” (any more). Choose another one." },
    { "/crm/event_tag",
      MP_FIELD_READ_ONLY_AT_CRM,
      { "name", "Tags" },
      "“Tags” cannot be written in the CRM. Choose another field." },
    { "/crm/member_fields/email",
      MP_FIELD_TYPE_IMPOSSIBLE,
      { "from", "email", "to", "date" },
      "A field of type “Date” cannot hold Email, which is of type “E-mail address”. Choose another "
      "field." },
    { "/crm/member_fields/bio",
      MP_FIELD_TYPE_LOSSY,
      { "from", "longtext", "to", "text" },
      "A field of type “Text” may shorten or refuse Bio Description, which is of type “Long text”. "
      "Check that this is meant." },
    { "/crm/member_fields",
      MP_FIELD_REQUIRED_AT_CRM,
      { "name", "Tags" },
      "The CRM requires “Tags”, but nothing is sent to it. Map a field to it, or give it a default "
      "value in the CRM." },
    { "/name",
      MP_FIELD_DUPLICATE_NAME,
      { "name", "{label}" },
      "Another record is already called “{label}”. Choose another name." },
    { "",
      MP_FIELD_SERVER,
      { "message", "No more today." },
      "The server refuses The record: No more today." },
    /* From elsewhere, without its arguments or with unknown ones. */
    { "/name", MP_FIELD_TOO_LONG, { NULL }, "Name is not right. Check it." },
    { "/crm/member_fields/hat",
      MP_FIELD_MAPPED_TWICE,
      { "target", "A", "other", "shoe" },
      "“A” already takes shoe. Choose another field of the CRM for one of them." },
    { "/crm/member_fields/hat",
      MP_FIELD_TYPE_LOSSY,
      { "from", "vector", "to", "text" },
      "A field of type “Text” may shorten or refuse hat, which is of type “vector”. Check that "
      "this "
      "is meant." },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (MpFieldErrors) errors = mp_field_errors_new ();
      g_autofree char *text = NULL;

      g_test_message ("%s %s", cases[i].pointer, cases[i].code);
      mp_field_errors_add (errors, MP_SEVERITY_ERROR, cases[i].pointer, cases[i].code,
                           cases[i].arguments[0], cases[i].arguments[1], cases[i].arguments[2],
                           cases[i].arguments[3], NULL);
      text = mp_field_error_dup_text (mp_field_errors_get (errors, 0));
      g_assert_cmpstr (text, ==, cases[i].text);
    }
}

static MpFieldErrors *
parse (const char *text, GError **error)
{
  g_autoptr (JsonNode) node = mp_json_parse (text, -1, NULL);

  return mp_field_errors_new_from_json (json_node_get_array (node), error);
}

static void
test_round_trip (void)
{
  g_autoptr (MpFieldErrors) errors = mp_field_errors_new ();
  g_autoptr (MpFieldErrors) copy = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonArray) array = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *text = NULL;

  mp_field_errors_add (errors, MP_SEVERITY_WARNING, "/crm/event_tag", MP_FIELD_NOT_APPLICABLE,
                       "needs", "/crm/api_key", NULL);
  array = mp_field_errors_to_json (errors);
  node = json_node_init_array (json_node_alloc (), array);
  text = mp_json_to_canonical (node);
  g_assert_cmpstr (text, ==,
                   "[{\"arguments\":{\"needs\":\"/crm/api_key\"},\"code\":\"not-applicable\","
                   "\"message\":\"Event Tag is not used as long as API Key is empty. Its value is "
                   "kept.\",\"pointer\":\"/crm/event_tag\",\"severity\":\"warning\"}]");

  copy = mp_field_errors_new_from_json (array, &error);
  g_assert_no_error (error);
  g_assert_cmpint (mp_field_errors_get (copy, 0)->severity, ==, MP_SEVERITY_WARNING);
  g_assert_cmpstr (g_hash_table_lookup (mp_field_errors_get (copy, 0)->arguments, "needs"), ==,
                   "/crm/api_key");
}

static void
test_newer_code (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MpFieldErrors) errors =
                 parse ("[{\"pointer\":\"/name\",\"code\":\"rude\",\"message\":\"Be polite.\","
                        "\"arguments\":{\"word\":\"x\",\"count\":3}},"
                        "{\"pointer\":\"/name\",\"code\":\"ruder\"}]",
                        &error);
  g_autofree char *text = NULL;
  g_autofree char *wordless = NULL;

  g_assert_no_error (error);
  g_assert_cmpstr (mp_field_errors_get (errors, 0)->code, ==, MP_FIELD_SERVER);
  g_assert_cmpint (mp_field_errors_get (errors, 0)->severity, ==, MP_SEVERITY_ERROR);
  text = mp_field_error_dup_text (mp_field_errors_get (errors, 0));
  g_assert_cmpstr (text, ==, "The server refuses Name: Be polite.");
  wordless = mp_field_error_dup_text (mp_field_errors_get (errors, 1));
  g_assert_cmpstr (wordless, ==, "The server refuses Name: ruder");
}

static void
test_refused (void)
{
  static const char *const texts[] = {
    "[7]",
    "[{}]",
    "[{\"pointer\":\"/name\"}]",
    "[{\"code\":\"required\"}]",
    "[{\"pointer\":3,\"code\":\"required\"}]",
  };

  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MpFieldErrors) errors = parse (texts[i], &error);

      g_test_message ("%s", texts[i]);
      g_assert_null (errors);
      g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/field-errors/list-finds-and-counts", test_list);
  g_test_add_func ("/core/field-errors/each-code-has-its-sentences", test_texts);
  g_test_add_func ("/core/field-errors/json-and-back-is-the-same", test_round_trip);
  g_test_add_func ("/core/field-errors/newer-code-keeps-the-server-s-words", test_newer_code);
  g_test_add_func ("/core/field-errors/refuses-bad-lists", test_refused);
  return g_test_run ();
}
