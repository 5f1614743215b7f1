/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-activity-text.h"
#include "mp-app-fixture.h"
#include "mp-app-text.h"
#include "mp-value-text.h"

/* Each failure says who did not do what, and what to do. */
static void
test_errors (void)
{
  static const struct
  {
    int code;
    const char *who;
    const char *part;
  } cases[] = {
    { MP_ERROR_OFFLINE, "HubSpot", "HubSpot could not be reached" },
    { MP_ERROR_OFFLINE, NULL, "The tenant server could not be reached" },
    { MP_ERROR_UNAUTHORIZED, "Stripe", "Stripe did not accept the key" },
    { MP_ERROR_RATE_LIMITED, NULL, "asks to wait before the next request: the details" },
    { MP_ERROR_RATE_LIMITED, "HubSpot", "the details" },
    { MP_ERROR_INVALID, NULL, "cannot be read: the details" },
    { MP_ERROR_INVALID, "HubSpot", "the details" },
    { MP_ERROR_KEYRING_LOCKED, NULL, "Unlock it" },
    { MP_ERROR_KEYRING_MISSING, NULL, "Install and start one" },
    { MP_ERROR_STORAGE, NULL, "could not be saved" },
    { MP_ERROR_FAILED, NULL, "the details" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = g_error_new_literal (MP_ERROR, cases[i].code, "the details");
      g_autofree char *text = mp_app_text_dup_error (error, cases[i].who);

      g_test_message ("%s", text);
      g_assert_nonnull (strstr (text, cases[i].part));
    }
}

static void
test_ages (void)
{
  static const struct
  {
    int64_t seconds;
    const char *text;
  } cases[] = {
    { 0, "Just now" },
    { 59, "Just now" },
    { 60, "1 minute ago" },
    { 3599, "59 minutes ago" },
    { 3600, "1 hour ago" },
    { 86400 * 3, "3 days ago" },
    { 86400 * 30, "1 February 2026, 12:00" },
  };
  g_autoptr (GDateTime) time = g_date_time_new_utc (2026, 3, 3, 12, 0, 0);
  const int64_t now_us = g_date_time_to_unix (time) * G_USEC_PER_SEC;

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text =
          mp_app_text_dup_age (now_us - cases[i].seconds * G_USEC_PER_SEC, now_us);

      g_assert_cmpstr (text, ==, cases[i].text);
    }
}

/* Conflicts and the audit trail name values as the pages do. */
static void
test_values (MpAppFixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *path;
    const char *json; /* (nullable) */
    const char *label;
    const char *text;
  } cases[] = {
    { "/name", "\"Main\"", "Name", "Main" },
    { "/crm/platform", "\"hubspot\"", "CRM › Platform", "HubSpot" },
    { "/crm/platform", "\"gone\"", "CRM › Platform", "gone" },
    { "/crm/platform", NULL, "CRM › Platform", "Not set" },
    { "/crm/api_key", "\"no-such-id\"", "CRM › API Key", "A key that is not known here" },
    { "/crm/member_fields/email", "\"email\"", "CRM › All Member Fields › Email", "email" },
    { "/crm/member_fields/email", "{\"not_sent\": \"no e-mail there\"}",
      "CRM › All Member Fields › Email", "Not sent: no e-mail there" },
    { "", "null", "The whole record", "Not set" },
    { "/of/the/future", "7", "/of/the/future", "7" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (JsonNode) value =
                     cases[i].json != NULL ? mp_json_parse (cases[i].json, -1, NULL) : NULL;
      g_autofree char *label = mp_value_text_dup_label (
          fixture->context, mp_record_model_get_record (fixture->record), cases[i].path);
      g_autofree char *text = mp_value_text_dup_value (fixture->context, cases[i].path, value);

      g_assert_cmpstr (label, ==, cases[i].label);
      g_assert_cmpstr (text, ==, cases[i].text);
    }
}

static MpAuditEntry *
new_entry (const char *action, const char *resource, const char *changes)
{
  g_autoptr (JsonObject) object = mp_json_parse_object (changes, -1, NULL);
  const MpAuditEntryInit init = {
    .sequence = 1,
    .at_unix_us = G_USEC_PER_SEC,
    .actor = "anna",
    .role = "client_admin",
    .action = action,
    .resource = resource,
    .changes = object,
  };

  return mp_audit_entry_new (&init);
}

/* An entry reads as a sentence; an action of a newer server is shown as it is. */
static void
test_activity (MpAppFixture *fixture, gconstpointer data)
{
  g_autofree char *resource =
      g_strdup_printf ("settings/%s", mp_record_model_get_id (fixture->record));
  g_autoptr (MpAuditEntry) update =
                 new_entry ("settings.update", resource,
                            "{\"/crm/platform\": {\"old\": \"hubspot\", \"new\": \"salesforce\"},"
                            " \"/name\": {\"new\": \"Main\"}}");
  g_autoptr (MpAuditEntry) key = new_entry ("credential.add", "credential/x",
                                            "{\"/label\": {\"old\": null, \"new\": \"Stripe\"},"
                                            " \"/version\": {\"old\": null, \"new\": 1}}");
  g_autoptr (MpAuditEntry) future = new_entry ("settings.fly", NULL, "{}");
  g_autofree char *title = mp_activity_text_dup_title (fixture->context, update);
  g_autofree char *changes = mp_activity_text_dup_changes (fixture->context, update);
  g_autofree char *key_changes = mp_activity_text_dup_changes (fixture->context, key);
  g_autofree char *future_title = mp_activity_text_dup_title (fixture->context, future);

  g_assert_cmpstr (title, ==, "Changed the record: Main");
  g_assert_cmpstr (changes, ==, "CRM › Platform: HubSpot → Salesforce\nName: Main");
  g_assert_cmpstr (key_changes, ==, "Name: Stripe");
  g_assert_cmpstr (future_title, ==, "settings.fly");
}

int
main (int argc, char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add_func ("/app/texts/an-error-says-what-to-do", test_errors);
  g_test_add_func ("/app/texts/an-age-is-told-in-words", test_ages);
  MP_APP_TEST ("/app/texts/values-read-as-in-the-pages", test_values);
  MP_APP_TEST ("/app/texts/the-trail-reads-as-sentences", test_activity);
  return g_test_run ();
}
