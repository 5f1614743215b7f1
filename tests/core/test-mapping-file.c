/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-mapping-file.h"

#include <string.h>

#include "mp-error.h"
#include "mp-json.h"

static const MpFieldSpec *
get_mapping (void)
{
  return mp_registry_find (mp_registry_get_default (), "/crm/member_fields");
}

static JsonObject *
make_entries (void)
{
  return mp_json_parse_object (
      "{\"firstName\": \"Given, \\\"Name\\\"\", \"email\": \"Email\", \"company\": {\"not_sent\": "
      "\"two\\nlines\"}, \"gender\": {\"field\": \"Sex\", \"values\": {\"Male\": \"M\", \"Other\": "
      "\"\"}, \"rest\": \"X\"}}",
      -1, NULL);
}

static char *
describe (MpChanges *changes)
{
  g_autoptr (JsonObject) object = mp_changes_to_json (changes);
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), object);

  return mp_json_to_canonical (node);
}

/* What was written is read again, in both forms. */
static void
test_round_trip (void)
{
  g_autoptr (JsonObject) entries = make_entries ();
  char *texts[] = { mp_mapping_file_to_json (get_mapping (), entries),
                    mp_mapping_file_to_csv (get_mapping (), entries) };

  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MpChanges) changes = mp_mapping_file_read (get_mapping (), texts[i], &error);

      g_assert_no_error (error);
      g_assert_cmpuint (mp_changes_get_size (changes), ==, 4);
      for (unsigned int j = 0; j < mp_changes_get_size (changes); j++)
        {
          g_autofree char *name = mp_pointer_dup_last (mp_changes_get_path (changes, j));

          g_assert_true (mp_json_node_equal (mp_changes_get_value (changes, j),
                                             json_object_get_member (entries, name)));
        }
      g_free (texts[i]);
    }
}

/* As a spreadsheet saves it: other columns too, other line ends, a mark before all. */
static void
test_csv (void)
{
  static const struct
  {
    const char *text;
    const char *changes;
  } cases[] = {
    { "field,target\nemail,Email\n", "{\"/crm/member_fields/email\":\"Email\"}" },
    { "\xEF\xBB\xBF"
      "Target,Comment,Field\r\nEmail,\"a, b\",email\r\n,,city\r\n",
      "{\"/crm/member_fields/email\":\"Email\"}" },
    { "field,target\n\nemail,\n", "{}" },
    { "field,target,value,sent\ngender,Sex,Male,M\ngender,Sex,*,\n",
      "{\"/crm/member_fields/gender\":{\"field\":\"Sex\",\"rest\":\"\",\"values\":{\"Male\":"
      "\"M\"}}}" },
    { "field,not_sent\nbio,no room", "{\"/crm/member_fields/bio\":{\"not_sent\":\"no room\"}}" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MpChanges) changes = mp_mapping_file_read (get_mapping (), cases[i].text, &error);
      g_autofree char *text = NULL;

      g_test_message ("%s", cases[i].text);
      g_assert_no_error (error);
      text = describe (changes);
      g_assert_cmpstr (text, ==, cases[i].changes);
    }
}

/* A fault names its line or member, and nothing of the file is used. */
static void
test_refusals (void)
{
  static const struct
  {
    const char *text;
    const char *words;
  } cases[] = {
    { "", NULL },
    { "a,b\n", "line 1" },
    { "field,target\nemail,Email\nemial,X\n", "line 3" },
    { "field,target\n\"email,Email\n", "line 2" },
    { "{", "" },
    { "{\"fields\": []}", "fields" },
    { "{\"fields\": {\"emial\": \"X\"}}", "emial" },
    { "{\"fields\": {\"email\": 5}}", "/fields/email" },
    { "field\xff", "UTF-8" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MpChanges) changes = mp_mapping_file_read (get_mapping (), cases[i].text, &error);

      g_test_message ("%s", cases[i].text);
      if (cases[i].words == NULL)
        {
          g_assert_cmpuint (mp_changes_get_size (changes), ==, 0);
          continue;
        }
      g_assert_null (changes);
      g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
      g_assert_nonnull (strstr (error->message, cases[i].words));
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/mapping-file/both-forms-are-read-again", test_round_trip);
  g_test_add_func ("/core/mapping-file/csv-of-a-spreadsheet", test_csv);
  g_test_add_func ("/core/mapping-file/faults-are-named", test_refusals);
  return g_test_run ();
}
