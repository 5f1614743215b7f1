/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-catalogue.h"

#include <string.h>

#include "mp-error.h"
#include "mp-json.h"

static void
test_default (void)
{
  MpCatalogue *member = mp_catalogue_get ("member");
  MpCatalogue *order = mp_catalogue_get ("order");
  MpCatalogueField *email = mp_catalogue_find (member, "email");
  MpCatalogueField *state = mp_catalogue_find (member, "state");

  g_assert_cmpuint (mp_catalogue_get_size (member), ==, 65);
  g_assert_cmpuint (mp_catalogue_get_size (order), ==, 40);
  g_assert_null (mp_catalogue_get ("course"));
  g_assert_null (mp_catalogue_get (NULL));
  g_assert_null (mp_catalogue_find (member, "Email"));
  g_assert_null (mp_catalogue_find (member, NULL));

  g_assert_cmpstr (mp_catalogue_field_get_name (mp_catalogue_get_field (member, 0)), ==,
                   "membershipId");
  g_assert_cmpstr (mp_catalogue_field_get_label (email), ==, "Email");
  g_assert_cmpint (mp_catalogue_field_get_field_type (email), ==, MP_FIELD_TYPE_EMAIL);
  g_assert_true (mp_catalogue_field_get_required (email));
  g_assert_null (mp_catalogue_field_get_options (email)[0]);
  g_assert_cmpint (mp_catalogue_field_get_field_type (state), ==, MP_FIELD_TYPE_ENUM);
  g_assert_cmpstr (mp_catalogue_field_get_options (state)[0], ==, "ACT");
  g_assert_false (mp_catalogue_field_get_required (mp_catalogue_find (member, "bio")));
}

static void
test_list_model (void)
{
  GListModel *model = G_LIST_MODEL (mp_catalogue_get ("order"));
  g_autoptr (MpCatalogueField) first = g_list_model_get_item (model, 0);

  g_assert_true (g_list_model_get_item_type (model) == MP_TYPE_CATALOGUE_FIELD);
  g_assert_cmpuint (g_list_model_get_n_items (model), ==, 40);
  g_assert_cmpstr (mp_catalogue_field_get_name (first), ==, "orderId");
  g_assert_null (g_list_model_get_item (model, 40));
}

static void
test_round_trip (void)
{
  MpCatalogue *member = mp_catalogue_get ("member");
  g_autoptr (JsonNode) node = json_node_init_array (json_node_alloc (), NULL);
  g_autoptr (MpCatalogue) copy = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autofree char *again = NULL;

  json_node_take_array (node, mp_catalogue_to_json (member));
  text = mp_json_to_text (node);
  copy = mp_catalogue_new_from_json (text, -1, &error);
  g_assert_no_error (error);
  json_node_take_array (node, mp_catalogue_to_json (copy));
  again = mp_json_to_text (node);
  g_assert_cmpstr (again, ==, text);
  g_assert_nonnull (strstr (text, "\"interestedIn\""));
}

static void
test_refused (void)
{
  static const char *const texts[] = {
    "",
    "{}",
    "[7]",
    "[{}]",
    "[{\"name\":\"a\"}]",
    "[{\"name\":\"a\",\"label\":\"A\"}]",
    "[{\"name\":\"a\",\"label\":\"A\",\"type\":\"colour\"}]",
    "[{\"name\":\"\",\"label\":\"A\",\"type\":\"text\"}]",
    "[{\"name\":\"a\",\"label\":\"A\",\"type\":\"text\"},"
    "{\"name\":\"a\",\"label\":\"B\",\"type\":\"date\"}]",
  };

  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MpCatalogue) catalogue = mp_catalogue_new_from_json (texts[i], -1, &error);

      g_test_message ("%s", texts[i]);
      g_assert_null (catalogue);
      g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
    }
}

static void
test_type_names (void)
{
  MpFieldType type = MP_FIELD_TYPE_TEXT;

  for (int i = MP_FIELD_TYPE_TEXT; i <= MP_FIELD_TYPE_OTHER; i++)
    {
      const char *label = mp_field_type_get_label ((MpFieldType) i);

      g_assert_true (mp_field_type_from_string (mp_field_type_to_string ((MpFieldType) i), &type));
      g_assert_cmpint (type, ==, i);
      g_assert_true (label != NULL && *label != '\0');
    }
  g_assert_true (mp_field_type_from_string ("select", &type));
  g_assert_cmpint (type, ==, MP_FIELD_TYPE_ENUM);
  g_assert_true (mp_field_type_from_string ("multiselect", &type));
  g_assert_cmpint (type, ==, MP_FIELD_TYPE_MULTIENUM);
  g_assert_false (mp_field_type_from_string ("Text", &type));
  g_assert_false (mp_field_type_from_string ("", &type));
  g_assert_false (mp_field_type_from_string (NULL, &type));
  g_assert_cmpint (type, ==, MP_FIELD_TYPE_MULTIENUM);
}

static void
test_type_table (void)
{
  static const struct
  {
    MpFieldType from;
    MpFieldType to;
    MpCompatibility fit;
  } cases[] = {
    { MP_FIELD_TYPE_EMAIL, MP_FIELD_TYPE_TEXT, MP_COMPATIBILITY_SAFE },
    { MP_FIELD_TYPE_PHONE, MP_FIELD_TYPE_TEXT, MP_COMPATIBILITY_SAFE },
    { MP_FIELD_TYPE_URL, MP_FIELD_TYPE_LONGTEXT, MP_COMPATIBILITY_SAFE },
    { MP_FIELD_TYPE_ENUM, MP_FIELD_TYPE_TEXT, MP_COMPATIBILITY_SAFE },
    { MP_FIELD_TYPE_DATE, MP_FIELD_TYPE_TEXT, MP_COMPATIBILITY_SAFE },
    { MP_FIELD_TYPE_TEXT, MP_FIELD_TYPE_LONGTEXT, MP_COMPATIBILITY_SAFE },
    { MP_FIELD_TYPE_INTEGER, MP_FIELD_TYPE_DECIMAL, MP_COMPATIBILITY_SAFE },
    { MP_FIELD_TYPE_MONEY, MP_FIELD_TYPE_DECIMAL, MP_COMPATIBILITY_SAFE },
    { MP_FIELD_TYPE_DATE, MP_FIELD_TYPE_DATETIME, MP_COMPATIBILITY_SAFE },
    { MP_FIELD_TYPE_ENUM, MP_FIELD_TYPE_MULTIENUM, MP_COMPATIBILITY_SAFE },
    { MP_FIELD_TYPE_ID, MP_FIELD_TYPE_TEXT, MP_COMPATIBILITY_SAFE },
    { MP_FIELD_TYPE_LONGTEXT, MP_FIELD_TYPE_TEXT, MP_COMPATIBILITY_LOSSY },
    { MP_FIELD_TYPE_DECIMAL, MP_FIELD_TYPE_INTEGER, MP_COMPATIBILITY_LOSSY },
    { MP_FIELD_TYPE_DATETIME, MP_FIELD_TYPE_DATE, MP_COMPATIBILITY_LOSSY },
    { MP_FIELD_TYPE_MULTIENUM, MP_FIELD_TYPE_TEXT, MP_COMPATIBILITY_LOSSY },
    { MP_FIELD_TYPE_MULTIENUM, MP_FIELD_TYPE_ENUM, MP_COMPATIBILITY_LOSSY },
    { MP_FIELD_TYPE_TEXT, MP_FIELD_TYPE_EMAIL, MP_COMPATIBILITY_LOSSY },
    { MP_FIELD_TYPE_TEXT, MP_FIELD_TYPE_ENUM, MP_COMPATIBILITY_LOSSY },
    { MP_FIELD_TYPE_TEXT, MP_FIELD_TYPE_INTEGER, MP_COMPATIBILITY_LOSSY },
    { MP_FIELD_TYPE_ID, MP_FIELD_TYPE_REFERENCE, MP_COMPATIBILITY_LOSSY },
    { MP_FIELD_TYPE_TEXT, MP_FIELD_TYPE_OTHER, MP_COMPATIBILITY_LOSSY },
    { MP_FIELD_TYPE_TEXT, MP_FIELD_TYPE_BOOLEAN, MP_COMPATIBILITY_IMPOSSIBLE },
    { MP_FIELD_TYPE_TEXT, MP_FIELD_TYPE_DATE, MP_COMPATIBILITY_IMPOSSIBLE },
    { MP_FIELD_TYPE_TEXT, MP_FIELD_TYPE_REFERENCE, MP_COMPATIBILITY_IMPOSSIBLE },
    { MP_FIELD_TYPE_URL, MP_FIELD_TYPE_FILE, MP_COMPATIBILITY_IMPOSSIBLE },
    { MP_FIELD_TYPE_BOOLEAN, MP_FIELD_TYPE_DATE, MP_COMPATIBILITY_IMPOSSIBLE },
    { MP_FIELD_TYPE_EMAIL, MP_FIELD_TYPE_INTEGER, MP_COMPATIBILITY_IMPOSSIBLE },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("%s to %s", mp_field_type_to_string (cases[i].from),
                      mp_field_type_to_string (cases[i].to));
      g_assert_cmpint (mp_field_type_check (cases[i].from, cases[i].to), ==, cases[i].fit);
    }
}

/* What holds of the whole table, whatever a single cell says. */
static void
test_type_table_as_a_whole (void)
{
  for (int from = MP_FIELD_TYPE_TEXT; from <= MP_FIELD_TYPE_OTHER; from++)
    {
      for (int to = MP_FIELD_TYPE_TEXT; to <= MP_FIELD_TYPE_OTHER; to++)
        {
          const MpCompatibility fit = mp_field_type_check ((MpFieldType) from, (MpFieldType) to);

          g_test_message ("%d to %d", from, to);
          g_assert_cmpint (fit == MP_COMPATIBILITY_EXACT, ==, from == to);
          if (from != to && to == MP_FIELD_TYPE_FILE)
            g_assert_cmpint (fit, ==, MP_COMPATIBILITY_IMPOSSIBLE);
          if (to == MP_FIELD_TYPE_LONGTEXT)
            g_assert_cmpint (fit, !=, MP_COMPATIBILITY_IMPOSSIBLE);
          if (from != to && to == MP_FIELD_TYPE_OTHER)
            g_assert_cmpint (fit, ==, MP_COMPATIBILITY_LOSSY);
        }
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/catalogue/default-has-all-fields", test_default);
  g_test_add_func ("/core/catalogue/is-a-list-model", test_list_model);
  g_test_add_func ("/core/catalogue/json-and-back-is-the-same", test_round_trip);
  g_test_add_func ("/core/catalogue/refuses-bad-documents", test_refused);
  g_test_add_func ("/core/catalogue/types-have-names-and-labels", test_type_names);
  g_test_add_func ("/core/catalogue/types-fit-as-their-values-do", test_type_table);
  g_test_add_func ("/core/catalogue/type-table-has-no-odd-cell", test_type_table_as_a_whole);
  return g_test_run ();
}
