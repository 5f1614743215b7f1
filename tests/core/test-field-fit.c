/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-field-fit.h"

#include <string.h>

#include "mp-json.h"
#include "mp-mapping-entry.h"

/* "value=label, value": options */
static MpCrmField *
make_field (const char *name, MpFieldType type, const char *options, unsigned int max_length)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) mp_option_free);
  g_auto (GStrv) texts = g_strsplit (options, ", ", -1);
  MpCrmFieldInit init = { .name = name,
                          .type = type,
                          .max_length = max_length,
                          .restricted = list != NULL && *options != '\0',
                          .options = list };

  for (unsigned int i = 0; texts[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (texts[i], "=", 2);

      g_ptr_array_add (list, mp_option_new (parts[0], parts[1]));
    }
  return mp_crm_field_new (&init);
}

static MpCatalogueField *
find (const char *name)
{
  MpCatalogueField *field = mp_catalogue_find (mp_catalogue_get ("member"), name);

  g_assert_nonnull (field);
  return field;
}

static JsonNode *
parse (const char *text)
{
  return text != NULL ? mp_json_parse (text, -1, NULL) : NULL;
}

/* A yes where the CRM means no sends mail to those who asked for none. */
static void
test_inversion (void)
{
  static const struct
  {
    const char *from;
    const char *to;
    const char *entry;
    gboolean is_inverted;
  } cases[] = {
    { "emailOptOut", "HasOptedOutOfEmail", NULL, FALSE },
    { "emailOptOut", "hs_email_optout", NULL, FALSE },
    { "emailOptOut", "do_not_email", NULL, FALSE },
    { "emailOptOut", "DoNotEMail", NULL, FALSE },
    { "emailOptOut", "EmailOptIn", NULL, TRUE },
    { "emailOptOut", "accepts_marketing", NULL, TRUE },
    { "emailOptOut", "Subscribed", NULL, TRUE },
    { "emailOptOut", "Newsletter", NULL, TRUE },
    { "smsOptIn", "SMS_Opt_Out__c", NULL, TRUE },
    { "smsOptIn", "do_not_sms", NULL, TRUE },
    { "smsOptIn", "sms_consent", NULL, FALSE },
    { "makeProfilePublic", "Hide_Profile__c", NULL, TRUE },
    { "makeProfilePublic", "Show_In_Directory__c", NULL, FALSE },
    /* Not a word: “no” in Notify. */
    { "smsOptIn", "NotifyBySms", NULL, FALSE },
    { "smsOptIn", "do_not_sms",
      "{\"field\":\"do_not_sms\",\"values\":{\"true\":\"false\",\"false\":\"true\"}}", FALSE },
    { "smsOptIn", "do_not_sms", "{\"field\":\"do_not_sms\",\"values\":{\"true\":\"false\"}}",
      TRUE },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (MpCrmField) to = make_field (cases[i].to, MP_FIELD_TYPE_BOOLEAN, "", 0);
      g_autoptr (JsonNode) entry = parse (cases[i].entry);

      g_test_message ("%s to %s", cases[i].from, cases[i].to);
      g_assert_cmpint (mp_field_fit_is_inverted (find (cases[i].from), to, entry), ==,
                       cases[i].is_inverted);
    }
}

static void
test_length (void)
{
  static const struct
  {
    const char *from;
    MpFieldType type;
    unsigned int max_length;
    gboolean may_be_cut;
  } cases[] = {
    { "firstName", MP_FIELD_TYPE_TEXT, 40, FALSE },
    { "firstName", MP_FIELD_TYPE_TEXT, 20, TRUE },
    { "firstName", MP_FIELD_TYPE_TEXT, 0, FALSE },
    { "email", MP_FIELD_TYPE_EMAIL, 80, FALSE },
    { "email", MP_FIELD_TYPE_TEXT, 50, TRUE },
    { "bio", MP_FIELD_TYPE_LONGTEXT, 255, TRUE },
    { "bio", MP_FIELD_TYPE_LONGTEXT, 32000, FALSE },
    /* A choice is as long as the longest of its values: “Not Specified”. */
    { "gender", MP_FIELD_TYPE_TEXT, 13, FALSE },
    { "gender", MP_FIELD_TYPE_TEXT, 12, TRUE },
    /* Several are written one after the other: 76 characters and what is between them. */
    { "interestedIn", MP_FIELD_TYPE_TEXT, 255, FALSE },
    { "interestedIn", MP_FIELD_TYPE_TEXT, 60, TRUE },
    { "interestedIn", MP_FIELD_TYPE_MULTIENUM, 10, FALSE },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (MpCrmField) to = make_field ("F", cases[i].type, "", cases[i].max_length);

      g_test_message ("%s to %u", cases[i].from, cases[i].max_length);
      g_assert_cmpint (mp_field_fit_may_be_cut (find (cases[i].from), to), ==, cases[i].may_be_cut);
    }
}

static void
test_values (void)
{
  static const struct
  {
    const char *from;
    const char *options;
    const char *entry;
    const char *refused;
    const char *paired;
  } cases[] = {
    { "gender", "Male, Female, Other, Not Specified", "\"G\"", NULL, "\"G\"" },
    { "gender", "", "\"G\"", NULL, "\"G\"" },
    { "gender", "M=Male, F=Female, other=Other", "\"G\"", "Male, Female, Other, Not Specified",
      "{\"field\":\"G\",\"values\":{\"Female\":\"F\",\"Male\":\"M\",\"Other\":\"other\"}}" },
    { "gender", "M=Male, F=Female", "{\"field\":\"G\",\"values\":{\"Male\":\"\"},\"rest\":\"F\"}",
      NULL, "{\"field\":\"G\",\"rest\":\"F\",\"values\":{\"Female\":\"F\",\"Male\":\"\"}}" },
    { "gender", "MALE, FEMALE", "{\"field\":\"G\",\"rest\":\"\"}", NULL,
      "{\"field\":\"G\",\"rest\":\"\",\"values\":{\"Female\":\"FEMALE\",\"Male\":\"MALE\"}}" },
    { "emailOptOut", "Y=true, N=false", "\"G\"", "true, false",
      "{\"field\":\"G\",\"values\":{\"false\":\"N\",\"true\":\"Y\"}}" },
    { "firstName", "A, B", "\"G\"", NULL, "\"G\"" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (MpCrmField) to = make_field ("G", MP_FIELD_TYPE_ENUM, cases[i].options, 0);
      g_autoptr (JsonNode) entry = parse (cases[i].entry);
      g_autofree char *refused = mp_field_fit_list_refused (find (cases[i].from), to, entry);
      g_autoptr (JsonNode) paired = mp_field_fit_pair_values (find (cases[i].from), to, entry);
      g_autofree char *text = mp_json_to_canonical (paired);

      g_test_message ("%s to %s", cases[i].from, cases[i].options);
      g_assert_cmpstr (refused, ==, cases[i].refused);
      g_assert_cmpstr (text, ==, cases[i].paired);
    }
}

/* A choice is no yes or no, unless a rule says for each value which of both it is. */
static void
test_choice_as_boolean (void)
{
  static const struct
  {
    const char *entry;
    MpCompatibility fit;
  } cases[] = {
    { NULL, MP_COMPATIBILITY_IMPOSSIBLE },
    { "\"Active\"", MP_COMPATIBILITY_IMPOSSIBLE },
    { "{\"field\":\"Active\",\"values\":{\"active\":\"true\"}}", MP_COMPATIBILITY_IMPOSSIBLE },
    { "{\"field\":\"Active\",\"values\":{\"active\":\"true\"},\"rest\":\"no\"}",
      MP_COMPATIBILITY_IMPOSSIBLE },
    { "{\"field\":\"Active\",\"values\":{\"active\":\"true\"},\"rest\":\"false\"}",
      MP_COMPATIBILITY_SAFE },
  };
  g_autoptr (MpCrmField) to = make_field ("Active", MP_FIELD_TYPE_BOOLEAN, "", 0);

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (JsonNode) entry = parse (cases[i].entry);

      g_assert_cmpint (mp_field_fit_check_types (find ("accountStatus"), to, entry), ==,
                       cases[i].fit);
    }
}

/* Every pair of types that changes a value says how; a pair that cannot be says nothing. */
static void
test_conventions (void)
{
  static const struct
  {
    MpFieldType from;
    MpFieldType to;
    const char *words; /* (nullable): as it is */
  } cases[] = {
    { MP_FIELD_TYPE_DATE, MP_FIELD_TYPE_DATE, "no time zone" },
    { MP_FIELD_TYPE_DATE, MP_FIELD_TYPE_DATETIME, "beginning of that day in UTC" },
    { MP_FIELD_TYPE_DATE, MP_FIELD_TYPE_TEXT, "2026-03-31;" },
    { MP_FIELD_TYPE_DATETIME, MP_FIELD_TYPE_DATETIME, "in UTC" },
    { MP_FIELD_TYPE_DATETIME, MP_FIELD_TYPE_DATE, "the time of day is left out" },
    { MP_FIELD_TYPE_DATETIME, MP_FIELD_TYPE_TIME, "the day is left out" },
    { MP_FIELD_TYPE_BOOLEAN, MP_FIELD_TYPE_BOOLEAN, "true or false" },
    { MP_FIELD_TYPE_BOOLEAN, MP_FIELD_TYPE_INTEGER, "1 for yes" },
    { MP_FIELD_TYPE_MULTIENUM, MP_FIELD_TYPE_ENUM, "first choice" },
    { MP_FIELD_TYPE_MULTIENUM, MP_FIELD_TYPE_TEXT, "semicolons" },
    { MP_FIELD_TYPE_MONEY, MP_FIELD_TYPE_TEXT, "without the currency" },
    { MP_FIELD_TYPE_DECIMAL, MP_FIELD_TYPE_INTEGER, "Rounded" },
    { MP_FIELD_TYPE_PHONE, MP_FIELD_TYPE_INTEGER, "leading zeros" },
    { MP_FIELD_TYPE_TEXT, MP_FIELD_TYPE_INTEGER, "anything else is left out" },
    { MP_FIELD_TYPE_INTEGER, MP_FIELD_TYPE_INTEGER, NULL },
    { MP_FIELD_TYPE_TEXT, MP_FIELD_TYPE_TEXT, NULL },
    { MP_FIELD_TYPE_TEXT, MP_FIELD_TYPE_DATE, NULL },
    { MP_FIELD_TYPE_DATE, MP_FIELD_TYPE_BOOLEAN, NULL },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const char *text = mp_field_fit_get_convention (cases[i].from, cases[i].to);

      g_test_message ("%u to %u", cases[i].from, cases[i].to);
      if (cases[i].words == NULL)
        g_assert_null (text);
      else
        {
          g_assert_nonnull (text);
          g_assert_nonnull (strstr (text, cases[i].words));
        }
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/field-fit/opposites-are-noticed", test_inversion);
  g_test_add_func ("/core/field-fit/short-fields-are-noticed", test_length);
  g_test_add_func ("/core/field-fit/values-side-by-side", test_values);
  g_test_add_func ("/core/field-fit/choice-as-boolean", test_choice_as_boolean);
  g_test_add_func ("/core/field-fit/conventions-are-said", test_conventions);
  return g_test_run ();
}
