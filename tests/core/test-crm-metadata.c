/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-crm-metadata.h"

#include "mp-error.h"
#include "mp-json.h"

static GListModel *
make_objects (const char *name)
{
  GListStore *objects = g_list_store_new (MP_TYPE_CRM_OBJECT);
  g_autoptr (MpCrmObject) object = mp_crm_object_new (name, NULL, TRUE);

  g_list_store_append (objects, object);
  return G_LIST_MODEL (objects);
}

static GListModel *
make_fields (const char *name)
{
  GListStore *fields = g_list_store_new (MP_TYPE_CRM_FIELD);
  g_autoptr (GPtrArray) options = g_ptr_array_new_with_free_func ((GDestroyNotify) mp_option_free);
  MpCrmFieldInit init = {
    .name = name,
    .label = "Colour of the hat",
    .type = MP_FIELD_TYPE_ENUM,
    .vendor_type = "picklist",
    .required = TRUE,
    .read_only = TRUE,
    .custom = TRUE,
    .restricted = TRUE,
    .max_length = 40,
    .options = options,
  };
  g_autoptr (MpCrmField) field = NULL;
  g_autoptr (MpCrmField) plain = NULL;

  g_ptr_array_add (options, mp_option_new ("r", "Red"));
  g_ptr_array_add (options, mp_option_new ("g", NULL));
  field = mp_crm_field_new (&init);
  plain = mp_crm_field_new (&(MpCrmFieldInit){ .name = "plain", .type = MP_FIELD_TYPE_TEXT });
  g_list_store_append (fields, field);
  g_list_store_append (fields, plain);
  return G_LIST_MODEL (fields);
}

static MpCrmMetadata *
make_metadata (void)
{
  g_autoptr (MpCrmMetadata) empty = mp_crm_metadata_new ();
  g_autoptr (MpCrmMetadata) objects_only = NULL;
  g_autoptr (GListModel) objects = make_objects ("Contact");
  g_autoptr (GListModel) fields = make_fields ("hat");

  objects_only = mp_crm_metadata_with_objects (empty, objects);
  return mp_crm_metadata_with_fields (objects_only, "Contact", fields);
}

static void
assert_hat (MpCrmField *field)
{
  g_assert_cmpstr (mp_crm_field_get_name (field), ==, "hat");
  g_assert_cmpstr (mp_crm_field_get_label (field), ==, "Colour of the hat");
  g_assert_cmpint (mp_crm_field_get_field_type (field), ==, MP_FIELD_TYPE_ENUM);
  g_assert_cmpstr (mp_crm_field_get_vendor_type (field), ==, "picklist");
  g_assert_true (mp_crm_field_get_required (field));
  g_assert_true (mp_crm_field_get_read_only (field));
  g_assert_true (mp_crm_field_get_custom (field));
  g_assert_true (mp_crm_field_get_restricted (field));
  g_assert_cmpuint (mp_crm_field_get_max_length (field), ==, 40);
  g_assert_cmpuint (mp_crm_field_get_n_options (field), ==, 2);
  g_assert_cmpstr (mp_crm_field_get_option (field, 0)->label, ==, "Red");
  g_assert_cmpstr (mp_crm_field_get_option (field, 1)->value, ==, "g");
  g_assert_cmpstr (mp_crm_field_get_option (field, 1)->label, ==, "g");
}

static void
test_lookup (void)
{
  g_autoptr (MpCrmMetadata) metadata = make_metadata ();
  MpCrmField *plain = mp_crm_metadata_find_field (metadata, "Contact", "plain");

  assert_hat (mp_crm_metadata_find_field (metadata, "Contact", "hat"));
  g_assert_cmpstr (mp_crm_field_get_label (plain), ==, "plain");
  g_assert_null (mp_crm_field_get_vendor_type (plain));
  g_assert_cmpuint (mp_crm_field_get_n_options (plain), ==, 0);
  g_assert_null (mp_crm_metadata_find_field (metadata, "Contact", "coat"));
  g_assert_null (mp_crm_metadata_find_field (metadata, "Contact", NULL));
  g_assert_null (mp_crm_metadata_find_field (metadata, "Order", "hat"));
  g_assert_null (mp_crm_metadata_find_field (metadata, NULL, "hat"));
  g_assert_true (mp_crm_object_get_custom (mp_crm_metadata_find_object (metadata, "Contact")));
  g_assert_null (mp_crm_metadata_find_object (metadata, "contact"));
  g_assert_null (mp_crm_metadata_find_object (metadata, NULL));
  g_assert_null (mp_crm_metadata_get_fields (metadata, "Order"));
  g_assert_null (mp_crm_metadata_get_fields (metadata, NULL));
}

/* Nothing read is not the same as read and empty. */
static void
test_not_read (void)
{
  g_autoptr (MpCrmMetadata) metadata = mp_crm_metadata_new ();
  g_autoptr (GListModel) none = G_LIST_MODEL (g_list_store_new (MP_TYPE_CRM_OBJECT));
  g_autoptr (MpCrmMetadata) read = mp_crm_metadata_with_objects (metadata, none);

  g_assert_null (mp_crm_metadata_get_objects (metadata));
  g_assert_null (mp_crm_metadata_find_object (metadata, "Contact"));
  g_assert_nonnull (mp_crm_metadata_get_objects (read));
  g_assert_cmpuint (g_list_model_get_n_items (mp_crm_metadata_get_objects (read)), ==, 0);
}

static void
test_immutable (void)
{
  MpCrmMetadata *first = make_metadata ();
  g_autoptr (GListModel) objects = make_objects ("Lead");
  g_autoptr (GListModel) fields = make_fields ("shoe");
  MpCrmMetadata *second = mp_crm_metadata_with_objects (first, objects);
  MpCrmMetadata *third = mp_crm_metadata_with_fields (second, "Contact", fields);

  g_assert_nonnull (mp_crm_metadata_find_object (first, "Contact"));
  g_assert_null (mp_crm_metadata_find_object (second, "Contact"));
  g_assert_nonnull (mp_crm_metadata_find_field (second, "Contact", "hat"));
  g_assert_null (mp_crm_metadata_find_field (third, "Contact", "hat"));
  g_assert_nonnull (mp_crm_metadata_find_field (third, "Contact", "shoe"));
  g_assert_nonnull (mp_crm_metadata_find_object (third, "Lead"));

  g_assert_finalize_object (first);
  g_assert_nonnull (mp_crm_metadata_find_field (second, "Contact", "hat"));
  g_assert_finalize_object (second);
  g_assert_finalize_object (third);
}

static void
test_round_trip (void)
{
  g_autoptr (MpCrmMetadata) metadata = make_metadata ();
  g_autoptr (JsonObject) object = mp_crm_metadata_to_json (metadata);
  g_autoptr (GError) error = NULL;
  g_autoptr (MpCrmMetadata) copy = mp_crm_metadata_new_from_json (object, &error);
  g_autoptr (JsonNode) node = mp_json_node_take_object (json_object_ref (object));
  g_autoptr (JsonNode) again = NULL;

  g_assert_no_error (error);
  assert_hat (mp_crm_metadata_find_field (copy, "Contact", "hat"));
  g_assert_nonnull (mp_crm_metadata_find_object (copy, "Contact"));
  again = mp_json_node_take_object (mp_crm_metadata_to_json (copy));
  g_assert_true (mp_json_node_equal (node, again));
}

static void
test_refused (void)
{
  static const struct
  {
    const char *text;
    gboolean valid;
  } cases[] = {
    { "{}", TRUE },
    { "{\"objects\":[7]}", FALSE },
    { "{\"objects\":[{}]}", FALSE },
    { "{\"fields\":{\"Contact\":7}}", FALSE },
    { "{\"fields\":{\"Contact\":[null]}}", FALSE },
    { "{\"fields\":{\"Contact\":[{\"label\":\"x\"}]}}", FALSE },
    /* A newer type, and an option of another form: the rest can be used. */
    { "{\"fields\":{\"Contact\":[{\"name\":\"x\",\"type\":\"vector\",\"max_length\":-4,"
      "\"options\":[7,{\"label\":\"y\"}]}]}}",
      TRUE },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonObject) object = mp_json_parse_object (cases[i].text, -1, NULL);
      g_autoptr (MpCrmMetadata) metadata = mp_crm_metadata_new_from_json (object, &error);

      g_test_message ("%s", cases[i].text);
      g_assert_cmpint (metadata != NULL, ==, cases[i].valid);
      if (!cases[i].valid)
        g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
    }
}

/* A validator belongs to one list, and goes the way of the rest. */
static void
test_validators (void)
{
  g_autoptr (MpCrmMetadata) none = mp_crm_metadata_new ();
  g_autoptr (MpCrmMetadata) objects = mp_crm_metadata_with_validator (none, NULL, "a");
  g_autoptr (MpCrmMetadata) both = mp_crm_metadata_with_validator (objects, "Contact", "b");
  g_autoptr (JsonObject) json = mp_crm_metadata_to_json (both);
  g_autoptr (MpCrmMetadata) read = mp_crm_metadata_new_from_json (json, NULL);
  g_autoptr (MpCrmMetadata) less = mp_crm_metadata_with_validator (read, NULL, NULL);

  g_assert_null (mp_crm_metadata_get_validator (none, NULL));
  g_assert_cmpstr (mp_crm_metadata_get_validator (read, NULL), ==, "a");
  g_assert_cmpstr (mp_crm_metadata_get_validator (read, "Contact"), ==, "b");
  g_assert_null (mp_crm_metadata_get_validator (read, "Lead"));
  g_assert_null (mp_crm_metadata_get_validator (less, NULL));
  g_assert_cmpstr (mp_crm_metadata_get_validator (less, "Contact"), ==, "b");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/crm-metadata/finds-by-name", test_lookup);
  g_test_add_func ("/core/crm-metadata/not-read-is-not-empty", test_not_read);
  g_test_add_func ("/core/crm-metadata/adding-leaves-the-old-alone", test_immutable);
  g_test_add_func ("/core/crm-metadata/json-and-back-is-the-same", test_round_trip);
  g_test_add_func ("/core/crm-metadata/validators", test_validators);
  g_test_add_func ("/core/crm-metadata/refuses-bad-json", test_refused);
  return g_test_run ();
}
