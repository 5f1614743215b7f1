/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-validation.h"

#include <string.h>

#include "mp-json.h"

#define RECORD "0191f5a0-0000-7000-8000-000000000001"
#define OTHER "0191f5a0-0000-7000-8000-000000000002"

typedef struct
{
  MpPlatformSpec *acme;
  MpPlatformSpec *books;
  MpPlatformSpec *ledger;
  MpPlatformSpec *pay;
  GPtrArray *credentials; /* (element-type MpCredential) */
  MpValidationContext context;
  MpRecord *record; /* one without a fault */
} Fixture;

/* Changes to the faultless record, and the faults that follow: E or W, pointer, code, arguments. */
typedef struct
{
  const char *changes;
  const char *faults;
} Case;

static MpPlatformSpec *
make_platform (const char *document)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) object = mp_json_parse_object (document, -1, &error);
  MpPlatformSpec *platform;

  g_assert_no_error (error);
  platform = mp_platform_spec_new_from_json (object, &error);
  g_assert_no_error (error);
  return platform;
}

static MpPlatformSpec *
find_platform (const char *id, gpointer user_data)
{
  Fixture *fixture = user_data;

  if (g_str_equal (id, "acme"))
    return fixture->acme;
  if (g_str_equal (id, "books"))
    return fixture->books;
  if (g_str_equal (id, "ledger"))
    return fixture->ledger;
  return g_str_equal (id, "pay") ? fixture->pay : NULL;
}

static MpCredential *
find_credential (const char *id, gpointer user_data)
{
  Fixture *fixture = user_data;

  for (unsigned int i = 0; i < fixture->credentials->len; i++)
    {
      MpCredential *credential = g_ptr_array_index (fixture->credentials, i);

      if (g_str_equal (mp_credential_get_id (credential), id))
        return credential;
    }
  return NULL;
}

static void
add_credential (
    Fixture *fixture, const char *id, const char *platform, const char *record_id, gboolean revoked)
{
  MpCredentialInit init = {
    .id = id,
    .kind = g_str_equal (platform, "pay") ? "payment" : "crm",
    .platform = platform,
    .label = id,
    .record_id = record_id,
    .revoked = revoked,
  };

  if (g_str_equal (platform, "books"))
    init.kind = "accounting";
  g_ptr_array_add (fixture->credentials, mp_credential_new (&init));
}

static void
add_field (
    GListStore *fields, const char *name, MpFieldType type, gboolean required, gboolean read_only)
{
  g_autoptr (MpCrmField) field = mp_crm_field_new (&(MpCrmFieldInit){
      .name = name, .type = type, .required = required, .read_only = read_only });

  g_list_store_append (fields, field);
}

static void
add_choice (GListStore *fields, const char *name, gboolean restricted)
{
  g_autoptr (GPtrArray) options = g_ptr_array_new_with_free_func ((GDestroyNotify) mp_option_free);
  g_autoptr (MpCrmField) field = NULL;

  g_ptr_array_add (options, mp_option_new ("M", "Male"));
  g_ptr_array_add (options, mp_option_new ("F", "Female"));
  field = mp_crm_field_new (&(MpCrmFieldInit){
      .name = name, .type = MP_FIELD_TYPE_ENUM, .restricted = restricted, .options = options });
  g_list_store_append (fields, field);
}

static void
add_short_text (GListStore *fields)
{
  g_autoptr (MpCrmField) field = mp_crm_field_new (
      &(MpCrmFieldInit){ .name = "Short", .type = MP_FIELD_TYPE_TEXT, .max_length = 8 });

  g_list_store_append (fields, field);
}

/* A field F_NAME for each of the catalogue's, of just its type. */
static GListStore *
make_fields (const char *catalogue_name)
{
  GListStore *fields = g_list_store_new (MP_TYPE_CRM_FIELD);
  MpCatalogue *catalogue = mp_catalogue_get (catalogue_name);

  for (unsigned int i = 0; i < mp_catalogue_get_size (catalogue); i++)
    {
      MpCatalogueField *field = mp_catalogue_get_field (catalogue, i);
      g_autofree char *name = g_strconcat ("F_", mp_catalogue_field_get_name (field), NULL);

      add_field (fields, name, mp_catalogue_field_get_field_type (field), FALSE, FALSE);
    }
  return fields;
}

static MpCrmMetadata *
make_metadata (void)
{
  g_autoptr (MpCrmMetadata) empty = mp_crm_metadata_new ();
  g_autoptr (MpCrmMetadata) objects_only = NULL;
  g_autoptr (MpCrmMetadata) member_only = NULL;
  g_autoptr (GListStore) objects = g_list_store_new (MP_TYPE_CRM_OBJECT);
  g_autoptr (GListStore) member = make_fields ("member");
  g_autoptr (GListStore) order = make_fields ("order");
  static const char *const names[] = { "Contact", "Order", "Lead" };

  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (MpCrmObject) object = mp_crm_object_new (names[i], NULL, FALSE);

      g_list_store_append (objects, object);
    }
  add_field (member, "Tags", MP_FIELD_TYPE_MULTIENUM, TRUE, FALSE);
  add_field (member, "Other", MP_FIELD_TYPE_MULTIENUM, FALSE, FALSE);
  add_field (member, "Formula", MP_FIELD_TYPE_TEXT, TRUE, TRUE);
  add_field (member, "Notes", MP_FIELD_TYPE_LONGTEXT, FALSE, FALSE);
  add_field (member, "Flag", MP_FIELD_TYPE_BOOLEAN, FALSE, FALSE);
  add_field (member, "Title", MP_FIELD_TYPE_TEXT, FALSE, FALSE);
  add_field (member, "Wants_Mail", MP_FIELD_TYPE_BOOLEAN, FALSE, FALSE);
  add_choice (member, "Sex", TRUE);
  add_choice (member, "Free", FALSE);
  add_short_text (member);
  objects_only = mp_crm_metadata_with_objects (empty, G_LIST_MODEL (objects));
  member_only = mp_crm_metadata_with_fields (objects_only, "Contact", G_LIST_MODEL (member));
  return mp_crm_metadata_with_fields (member_only, "Order", G_LIST_MODEL (order));
}

static void
map_required_fields (MpChanges *changes, const char *catalogue_name, const char *path)
{
  MpCatalogue *catalogue = mp_catalogue_get (catalogue_name);

  for (unsigned int i = 0; i < mp_catalogue_get_size (catalogue); i++)
    {
      MpCatalogueField *field = mp_catalogue_get_field (catalogue, i);
      const char *name = mp_catalogue_field_get_name (field);
      g_autofree char *row = mp_pointer_append (path, name);
      g_autofree char *target = g_strconcat ("F_", name, NULL);

      if (mp_catalogue_field_get_required (field) && !g_str_equal (name, "crmId") &&
          !g_str_equal (name, "accountingId"))
        mp_changes_set_string (changes, row, target);
    }
}

static MpRecord *
change_record (MpRecord *record, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) object = mp_json_parse_object (text, -1, &error);
  g_autoptr (MpChanges) changes = NULL;

  g_assert_no_error (error);
  changes = mp_changes_new_from_json (object, &error);
  g_assert_no_error (error);
  return mp_record_with_changes (record, changes);
}

static MpRecord *
make_record (void)
{
  static const char *const values[][2] = {
    { "/name", "Main" },
    { "/crm/platform", "acme" },
    { "/crm/connection/site", "https://a.example" },
    { "/crm/api_key", "crm-key" },
    { "/crm/member_object", "Contact" },
    { "/crm/event_tag", "Tags" },
    { "/crm/order_object", "Order" },
    { "/accounting/platform", "books" },
    { "/accounting/api_key", "books-key" },
    { "/payment_gateway/platform", "pay" },
    { "/payment_gateway/api_key", "pay-key" },
  };
  g_autoptr (MpRecord) blank = mp_record_new (RECORD, (MpStamp){ 1, "anna" });
  g_autoptr (MpChanges) changes = mp_changes_new ();

  for (size_t i = 0; i < G_N_ELEMENTS (values); i++)
    mp_changes_set_string (changes, values[i][0], values[i][1]);
  map_required_fields (changes, "member", "/crm/member_fields");
  map_required_fields (changes, "order", "/crm/order_fields");
  return mp_record_with_changes (blank, changes);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->acme = make_platform (
      "{\"id\":\"acme\",\"version\":1,\"kind\":\"crm\",\"label\":\"Acme\",\"connection\":["
      "{\"id\":\"site\",\"label\":\"Site address\",\"required\":true,\"pattern\":\"https://.+\","
      "\"example\":\"https://x.example\"},"
      "{\"id\":\"region\",\"label\":\"Region\",\"required\":true,\"default\":\"eu\",\"choices\":["
      "\"eu\",\"us\"]},"
      "{\"id\":\"team\",\"label\":\"Team\"}],"
      "\"credential\":[{\"id\":\"key\",\"label\":\"Key\",\"secret\":true}]}");
  fixture->books =
      make_platform ("{\"id\":\"books\",\"version\":1,\"kind\":\"accounting\",\"label\":\"Books\","
                     "\"credential\":[{\"id\":\"key\",\"label\":\"Key\"}]}");
  fixture->ledger = make_platform ("{\"id\":\"ledger\",\"version\":1,\"kind\":\"accounting\","
                                   "\"label\":\"Ledger\",\"unavailable\":\"It has no keys.\"}");
  fixture->pay =
      make_platform ("{\"id\":\"pay\",\"version\":1,\"kind\":\"payment\",\"label\":\"Pay\","
                     "\"credential\":[{\"id\":\"key\",\"label\":\"Key\"}]}");
  fixture->credentials = g_ptr_array_new_with_free_func (g_object_unref);
  add_credential (fixture, "crm-key", "acme", RECORD, FALSE);
  add_credential (fixture, "books-key", "books", RECORD, FALSE);
  add_credential (fixture, "pay-key", "pay", NULL, FALSE);
  add_credential (fixture, "revoked-key", "pay", NULL, TRUE);
  add_credential (fixture, "foreign-key", "acme", OTHER, FALSE);
  fixture->context = (MpValidationContext){
    .find_platform = find_platform,
    .find_credential = find_credential,
    .user_data = fixture,
    .metadata = make_metadata (),
  };
  fixture->record = make_record ();
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_assert_finalize_object (fixture->record);
  g_assert_finalize_object (fixture->context.metadata);
  g_ptr_array_unref (fixture->credentials);
  g_assert_finalize_object (fixture->pay);
  g_assert_finalize_object (fixture->books);
  g_assert_finalize_object (fixture->ledger);
  g_assert_finalize_object (fixture->acme);
}

static char *
describe (MpFieldErrors *errors)
{
  GString *text = g_string_new (NULL);

  for (unsigned int i = 0; i < mp_field_errors_get_size (errors); i++)
    {
      const MpFieldError *error = mp_field_errors_get (errors, i);
      g_autoptr (GList) names = g_list_sort (g_hash_table_get_keys (error->arguments),
                                             (GCompareFunc) g_strcmp0);
      g_autofree char *words = mp_field_error_dup_text (error);

      g_string_append_printf (text, "%s %s %s", error->severity == MP_SEVERITY_ERROR ? "E" : "W",
                              error->pointer, error->code);
      for (GList *name = names; name != NULL; name = name->next)
        g_string_append_printf (text, " %s=%s", (const char *) name->data,
                                (const char *) g_hash_table_lookup (error->arguments, name->data));
      g_string_append_c (text, '\n');
      g_test_message ("  %s", words);
      g_assert_null (strchr (words, '{'));
    }
  return g_string_free (text, FALSE);
}

static void
check_cases (MpRecord *record,
             const MpValidationContext *context,
             const Case *cases,
             size_t n_cases)
{
  for (size_t i = 0; i < n_cases; i++)
    {
      g_autoptr (MpRecord) changed = NULL;
      g_autoptr (MpFieldErrors) errors = NULL;
      g_autofree char *faults = NULL;

      g_test_message ("%s", cases[i].changes);
      changed = change_record (record, cases[i].changes);
      errors = mp_validate_record (mp_registry_get_default (), changed, context);
      faults = describe (errors);
      g_assert_cmpstr (faults, ==, cases[i].faults);
    }
}

static void
test_rows (Fixture *fixture, gconstpointer data)
{
  static const Case cases[] = {
    { "{}", "" },
    { "{\"/name\":null}", "E /name required\n" },
    { "{\"/name\":\"  \"}", "E /name required\n" },
    { "{\"/name\":7}", "E /name wrong-type expected=text\n" },
    { "{\"/crm/event_tag\":null}",
      "W /crm/member_fields required-at-crm name=Tags\nE /crm/event_tag required\n" },
    { "{\"/crm/event_tag\":null,\"/crm/course_tag\":\"Tags\"}", "E /crm/event_tag required\n" },
    { "{\"/crm/member_object\":null,\"/name\":null}",
      "E /name required\nE /crm/member_object required\n" },
    { "{\"/crm/member_object\":[]}", "E /crm/member_object wrong-type expected=text\n" },
    { "{\"/payment_gateway/platform\":null,\"/payment_gateway/api_key\":null}",
      "E /payment_gateway/platform required\n" },
    { "{\"/payment_gateway/api_key\":\"\"}", "E /payment_gateway/api_key required\n" },
    /* Neither a CRM nor accounting is obligatory. */
    { "{\"/accounting/platform\":null,\"/accounting/api_key\":null,"
      "\"/crm/member_fields/accountingId\":{\"not_sent\":\"no books\"}}",
      "" },
  };

  check_cases (fixture->record, &fixture->context, cases, G_N_ELEMENTS (cases));
}

static void
test_hidden_values (Fixture *fixture, gconstpointer data)
{
  static const Case cases[] = {
    { "{\"/crm/api_key\":null}", "W /crm/member_object not-applicable needs=/crm/api_key\n"
                                 "W /crm/member_fields not-applicable needs=/crm/api_key\n"
                                 "W /crm/event_tag not-applicable needs=/crm/api_key\n"
                                 "W /crm/order_object not-applicable needs=/crm/api_key\n"
                                 "W /crm/order_fields not-applicable needs=/crm/api_key\n" },
    { "{\"/crm/order_object\":null}",
      "W /crm/order_fields not-applicable needs=/crm/order_object\n" },
    { "{\"/accounting/platform\":null}",
      "W /accounting/api_key not-applicable needs=/accounting/platform\n" },
    /* The whole chain: the key is there, but not what it is for. */
    { "{\"/crm/platform\":null,\"/crm/order_object\":null,\"/crm/event_tag\":null,"
      "\"/crm/member_object\":null,\"/crm/order_fields\":null,\"/crm/member_fields\":null}",
      "W /crm/connection not-applicable needs=/crm/platform\n"
      "W /crm/api_key not-applicable needs=/crm/platform\n" },
    /* A shape that nothing can read is an error even there. */
    { "{\"/crm/order_object\":null,\"/crm/order_fields\":\"all\"}",
      "E /crm/order_fields wrong-type expected=object\n" },
  };

  check_cases (fixture->record, &fixture->context, cases, G_N_ELEMENTS (cases));
}

static void
test_members (Fixture *fixture, gconstpointer data)
{
  static const Case cases[] = {
    { "{\"/nmae\":\"x\"}", "E /nmae unknown-member name=nmae\n" },
    { "{\"/crm/colour\":\"red\"}", "E /crm/colour unknown-member name=colour\n" },
    { "{\"/crm/connection/pod\":\"p\"}", "W /crm/connection/pod unknown-member name=pod\n" },
    { "{\"/crm/member_fields/emial\":\"Title\"}",
      "W /crm/member_fields/emial unknown-member name=emial\n" },
  };

  check_cases (fixture->record, &fixture->context, cases, G_N_ELEMENTS (cases));
}

/* A section that is no object has nothing of what its rows need. */
static void
test_section_is_no_object (Fixture *fixture, gconstpointer data)
{
  static const Case cases[] = {
    { "{\"/accounting\":5,\"/crm/member_fields/accountingId\":\"F_accountingId\"}",
      "E /accounting wrong-type expected=object\n" },
  };

  check_cases (fixture->record, &fixture->context, cases, G_N_ELEMENTS (cases));
}

static void
test_too_long (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *path;
    unsigned int limit;
  } cases[] = {
    { "/name", 200 },
    { "/crm/connection/team", 4000 },
    { "/crm/member_fields/bio", 4000 },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      for (unsigned int over = 0; over < 2; over++)
        {
          g_autoptr (MpChanges) changes = mp_changes_new ();
          g_autoptr (GString) value = g_string_new (NULL);
          g_autoptr (MpRecord) record = NULL;
          g_autoptr (MpFieldErrors) errors = NULL;
          MpValidationContext context = fixture->context;

          /* Two bytes a character: the limit counts characters. */
          for (unsigned int j = 0; j < cases[i].limit + over; j++)
            g_string_append (value, "é");
          context.metadata = NULL;
          mp_changes_set_string (changes, cases[i].path, value->str);
          record = mp_record_with_changes (fixture->record, changes);
          errors = mp_validate_record (mp_registry_get_default (), record, &context);

          g_assert_cmpuint (mp_field_errors_get_size (errors), ==, over);
          if (over == 1)
            g_assert_cmpstr (mp_field_errors_get (errors, 0)->code, ==, MP_FIELD_TOO_LONG);
        }
    }
}

/* What is hidden, or not known, is not held to its row's rules, but all of it has to stay small. */
static void
test_record_too_long (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MpChanges) changes = mp_changes_new ();
  g_autofree char *long_text = g_strnfill (MP_RECORD_MAX_LENGTH, 'x');
  g_autoptr (MpRecord) record = NULL;
  g_autoptr (MpFieldErrors) errors = NULL;
  const MpFieldError *error;
  g_autofree char *words = NULL;

  mp_changes_set_string (changes, "/crm/order_object", "");
  mp_changes_set_string (changes, "/crm/order_fields/unknown", long_text);
  record = mp_record_with_changes (fixture->record, changes);
  errors = mp_validate_record (mp_registry_get_default (), record, &fixture->context);

  error = mp_field_errors_find (errors, "");
  g_assert_nonnull (error);
  g_assert_cmpstr (error->code, ==, MP_FIELD_TOO_LONG);
  words = mp_field_error_dup_text (error);
  g_assert_true (g_str_has_prefix (words, "The record is "));
}

static void
test_platforms (Fixture *fixture, gconstpointer data)
{
  static const Case cases[] = {
    { "{\"/accounting/platform\":\"bokos\"}",
      "E /accounting/platform unknown-platform platform=bokos\n"
      "E /accounting/api_key credential-platform label=books-key platform=Books\n" },
    { "{\"/accounting/platform\":\"ledger\",\"/accounting/api_key\":null,"
      "\"/accounting/connection/site\":\"kept\","
      "\"/crm/member_fields/accountingId\":\"F_accountingId\"}",
      "E /accounting/platform unavailable-platform platform=Ledger reason=It has no keys.\n" },
    { "{\"/accounting/platform\":\"pay\",\"/accounting/api_key\":null,"
      "\"/crm/member_fields/accountingId\":\"F_accountingId\"}",
      "E /accounting/platform wrong-kind kind=accounting platform=Pay\n" },
    { "{\"/crm/connection/site\":null}", "E /crm/connection/site required label=Site address\n" },
    { "{\"/crm/connection/site\":\"http://a.example\"}",
      "E /crm/connection/site bad-format example=https://x.example label=Site address\n" },
    { "{\"/crm/connection/site\":true}",
      "E /crm/connection/site wrong-type expected=text label=Site address\n" },
    { "{\"/crm/connection\":\"x\"}", "E /crm/connection wrong-type expected=object\n" },
    { "{\"/crm/connection/region\":\"us\"}", "" },
    { "{\"/crm/connection/region\":\"mars\"}",
      "E /crm/connection/region bad-format choices=eu, us label=Region\n" },
  };

  check_cases (fixture->record, &fixture->context, cases, G_N_ELEMENTS (cases));
}

static void
test_credentials (Fixture *fixture, gconstpointer data)
{
  static const Case cases[] = {
    { "{\"/payment_gateway/api_key\":\"lost\"}",
      "E /payment_gateway/api_key unknown-credential credential=lost\n" },
    { "{\"/payment_gateway/api_key\":\"revoked-key\"}",
      "E /payment_gateway/api_key credential-revoked label=revoked-key\n" },
    { "{\"/payment_gateway/api_key\":\"crm-key\"}",
      "E /payment_gateway/api_key credential-platform label=crm-key platform=Acme\n" },
    { "{\"/crm/api_key\":\"foreign-key\"}",
      "E /crm/api_key credential-private label=foreign-key\n" },
    { "{\"/crm/api_key\":false}", "E /crm/api_key wrong-type expected=text\n"
                                  "W /crm/member_object not-applicable needs=/crm/api_key\n"
                                  "W /crm/member_fields not-applicable needs=/crm/api_key\n"
                                  "W /crm/event_tag not-applicable needs=/crm/api_key\n"
                                  "W /crm/order_object not-applicable needs=/crm/api_key\n"
                                  "W /crm/order_fields not-applicable needs=/crm/api_key\n" },
  };

  check_cases (fixture->record, &fixture->context, cases, G_N_ELEMENTS (cases));
}

static void
test_mapping (Fixture *fixture, gconstpointer data)
{
  static const Case cases[] = {
    { "{\"/crm/member_fields/email\":null}", "E /crm/member_fields/email unmapped field=email\n" },
    { "{\"/crm/member_fields/email\":\"\"}", "E /crm/member_fields/email unmapped field=email\n" },
    { "{\"/crm/member_fields/email\":{\"not_sent\":\"kept elsewhere\"}}", "" },
    { "{\"/crm/member_fields/email\":{\"not_sent\":\" \"}}",
      "E /crm/member_fields/email no-reason field=email\n" },
    { "{\"/crm/member_fields/email\":7}",
      "E /crm/member_fields/email wrong-type expected=mapping\n" },
    { "{\"/crm/member_fields/email\":{\"target\":\"x\"}}",
      "E /crm/member_fields/email wrong-type expected=mapping\n" },
    { "{\"/crm/member_fields/email\":{\"field\":\"F_email\",\"values\":{\"a\":7}}}",
      "E /crm/member_fields/email wrong-type expected=mapping\n" },
    { "{\"/crm/member_fields/email\":{\"field\":\"F_email\",\"not_sent\":\"x\"}}",
      "E /crm/member_fields/email wrong-type expected=mapping\n" },
    { "{\"/crm/member_fields/email\":{\"field\":\"F_email\",\"rest\":\"a@example.com\"}}", "" },
    /* Optional: nothing, a target, or not sent without a reason. */
    { "{\"/crm/member_fields/bio\":{\"not_sent\":\"\"}}", "" },
    { "{\"/crm/member_fields/bio\":\"Notes\"}", "" },
    /* The second of two is the one that is refused, and names the first. */
    { "{\"/crm/member_fields/lastName\":\"F_firstName\"}",
      "E /crm/member_fields/lastName mapped-twice other=firstName target=F_firstName\n" },
    { "{\"/crm/order_fields/total\":null}", "E /crm/order_fields/total unmapped field=total\n" },
  };

  check_cases (fixture->record, &fixture->context, cases, G_N_ELEMENTS (cases));
}

/* One error for each required row, and none for the mapping as a whole. */
static void
test_empty_mapping (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MpRecord) record = change_record (fixture->record, "{\"/crm/order_fields\":null}");
  g_autoptr (MpFieldErrors) errors =
                 mp_validate_record (mp_registry_get_default (), record, &fixture->context);
  MpCatalogue *catalogue = mp_catalogue_get ("order");
  unsigned int next = 0;

  for (unsigned int i = 0; i < mp_catalogue_get_size (catalogue); i++)
    {
      MpCatalogueField *field = mp_catalogue_get_field (catalogue, i);
      g_autofree char *pointer =
          mp_pointer_append ("/crm/order_fields", mp_catalogue_field_get_name (field));

      if (!mp_catalogue_field_get_required (field))
        continue;
      g_assert_cmpstr (mp_field_errors_get (errors, next)->pointer, ==, pointer);
      g_assert_cmpstr (mp_field_errors_get (errors, next)->code, ==, MP_FIELD_UNMAPPED);
      next++;
    }
  g_assert_cmpuint (next, >, 5);
  g_assert_cmpuint (mp_field_errors_get_size (errors), ==, next);
}

static void
test_locked_fields (Fixture *fixture, gconstpointer data)
{
  static const Case cases[] = {
    /* While connected they are nobody's to map, and what stands there does not count. */
    { "{\"/crm/member_fields/crmId\":\"F_email\"}", "" },
    { "{\"/crm/member_fields/accountingId\":\"Nowhere\"}", "" },
    { "{\"/accounting/api_key\":null}",
      "E /crm/member_fields/accountingId unmapped field=accountingId\n" },
    { "{\"/accounting/api_key\":null,\"/crm/member_fields/accountingId\":\"F_accountingId\"}", "" },
  };
  MpRegistry *registry = mp_registry_get_default ();
  const MpFieldSpec *member = mp_registry_find (registry, "/crm/member_fields");
  const MpFieldSpec *order = mp_registry_find (registry, "/crm/order_fields");

  check_cases (fixture->record, &fixture->context, cases, G_N_ELEMENTS (cases));
  g_assert_true (mp_validation_is_locked (fixture->record, member, "crmId"));
  g_assert_true (mp_validation_is_locked (fixture->record, member, "accountingId"));
  g_assert_false (mp_validation_is_locked (fixture->record, member, "email"));
  g_assert_false (mp_validation_is_locked (fixture->record, order, "crmId"));
}

static void
test_metadata (Fixture *fixture, gconstpointer data)
{
  static const Case cases[] = {
    { "{\"/crm/order_object\":\"Gone\"}", "E /crm/order_object missing-at-crm name=Gone\n" },
    /* An object whose fields were not read yet: nothing is said of them. */
    { "{\"/crm/member_object\":\"Lead\",\"/crm/event_tag\":\"Unread\"}", "" },
    { "{\"/crm/event_tag\":\"Gone\",\"/crm/course_tag\":\"Tags\"}",
      "E /crm/event_tag missing-at-crm name=Gone\n" },
    { "{\"/crm/course_tag\":\"Formula\"}", "E /crm/course_tag read-only-at-crm name=Formula\n" },
    { "{\"/crm/member_fields/company\":\"Gone\"}",
      "E /crm/member_fields/company missing-at-crm name=Gone\n" },
    { "{\"/crm/member_fields/company\":\"Formula\"}",
      "E /crm/member_fields/company read-only-at-crm name=Formula\n" },
    { "{\"/crm/member_fields/company\":\"Flag\"}",
      "E /crm/member_fields/company type-impossible from=text to=boolean\n" },
    { "{\"/crm/member_fields/interestedIn\":\"Title\"}",
      "W /crm/member_fields/interestedIn type-lossy from=multienum to=text\n" },
    /* Choices: the CRM's own only, where it says so. */
    { "{\"/crm/member_fields/gender\":\"Free\"}", "" },
    { "{\"/crm/member_fields/gender\":\"Sex\"}",
      "W /crm/member_fields/gender choices-lacking name=Sex values=Male, Female, Other, Not "
      "Specified\n" },
    { "{\"/crm/member_fields/gender\":{\"field\":\"Sex\",\"values\":{\"Male\":\"M\"}}}",
      "W /crm/member_fields/gender choices-lacking name=Sex values=Female, Other, Not "
      "Specified\n" },
    { "{\"/crm/member_fields/gender\":{\"field\":\"Sex\",\"values\":{\"Male\":\"M\","
      "\"Female\":\"F\"},\"rest\":\"\"}}",
      "" },
    { "{\"/crm/member_fields/gender\":{\"field\":\"Sex\",\"values\":{\"Male\":\"man\"},"
      "\"rest\":\"none\"}}",
      "E /crm/member_fields/gender choice-gone name=Sex value=man\n"
      "E /crm/member_fields/gender choice-gone name=Sex value=none\n" },
    { "{\"/crm/member_fields/gender\":{\"field\":\"F_firstName\"}}",
      "E /crm/member_fields/gender mapped-twice other=firstName target=F_firstName\n" },
    /* A yes that is a no there. */
    { "{\"/crm/member_fields/emailOptOut\":\"Wants_Mail\"}",
      "W /crm/member_fields/emailOptOut inverted name=Wants_Mail\n" },
    { "{\"/crm/member_fields/emailOptOut\":{\"field\":\"Wants_Mail\","
      "\"values\":{\"true\":\"false\",\"false\":\"true\"}}}",
      "" },
    { "{\"/crm/member_fields/emailOptOut\":{\"field\":\"Wants_Mail\","
      "\"values\":{\"true\":\"N\"}}}",
      "E /crm/member_fields/emailOptOut choice-gone name=Wants_Mail value=N\n" },
    /* A choice becomes a yes or no by rules only. */
    { "{\"/crm/member_fields/accountStatus\":\"Flag\"}",
      "E /crm/member_fields/accountStatus type-impossible from=enum to=boolean\n" },
    { "{\"/crm/member_fields/accountStatus\":{\"field\":\"Flag\","
      "\"values\":{\"active\":\"true\"},\"rest\":\"false\"}}",
      "" },
    { "{\"/crm/member_fields/department\":\"Short\"}",
      "W /crm/member_fields/department may-be-cut limit=8 name=Short\n" },
    { "{\"/crm/event_tag\":\"Other\"}", "W /crm/member_fields required-at-crm name=Tags\n" },
    { "{\"/crm/event_tag\":\"Other\",\"/crm/member_fields/interestedIn\":\"Tags\"}", "" },
  };

  check_cases (fixture->record, &fixture->context, cases, G_N_ELEMENTS (cases));
}

/* What is not known is not checked: a server knows no metadata, a test no credential. */
static void
test_without_context (Fixture *fixture, gconstpointer data)
{
  static const Case cases[] = {
    { "{\"/crm/platform\":\"unknown\",\"/crm/connection/x\":\"y\",\"/crm/api_key\":\"lost\","
      "\"/crm/event_tag\":\"Gone\",\"/crm/member_fields/company\":\"Flag\"}",
      "" },
    { "{\"/crm/member_fields/lastName\":\"F_firstName\"}",
      "E /crm/member_fields/lastName mapped-twice other=firstName target=F_firstName\n" },
  };
  const MpValidationContext nothing = { 0 };

  check_cases (fixture->record, NULL, cases, G_N_ELEMENTS (cases));
  check_cases (fixture->record, &nothing, cases, G_N_ELEMENTS (cases));
}

static void
test_new_record (void)
{
  g_autoptr (MpRecord) record = mp_record_new (RECORD, (MpStamp){ 1, "anna" });
  static const Case cases[] = {
    { "{}", "E /name required\nE /payment_gateway/platform required\n" },
  };

  check_cases (record, NULL, cases, G_N_ELEMENTS (cases));
}

/* Something else than an id where a key is chosen may be the key: it is told without its value,
 * however deep in a change it stands. */
static void
test_credential_ids (void)
{
  static const struct
  {
    const char *changes;
    const char *faults;
  } cases[] = {
    { "{\"/name\":\"x\",\"/crm/api_key\":null}", "" },
    { "{\"/crm/api_key\":\"0192f000-0000-7000-8000-000000000001\"}", "" },
    { "{\"/crm/api_key\":\"pat-na1-secret\"}", "E /crm/api_key unknown-credential\n" },
    { "{\"/crm/api_key\":{\"key\":\"pat-na1-secret\"}}", "E /crm/api_key unknown-credential\n" },
    { "{\"/crm\":{\"platform\":\"hubspot\",\"api_key\":\"pat-na1-secret\"}}",
      "E /crm/api_key unknown-credential\n" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (JsonObject) object = mp_json_parse_object (cases[i].changes, -1, NULL);
      g_autoptr (MpChanges) changes = mp_changes_new_from_json (object, NULL);
      g_autoptr (MpFieldErrors) errors =
                     mp_validate_credential_ids (mp_registry_get_default (), changes);
      g_autofree char *found = describe (errors);

      g_assert_cmpstr (found, ==, cases[i].faults);
    }
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/validation/new-record-lacks-what-is-always-shown", test_new_record);
  g_test_add_func ("/core/validation/key-is-chosen-by-id", test_credential_ids);
  ADD ("/core/validation/each-row-keeps-its-rule", test_rows);
  ADD ("/core/validation/hidden-values-are-warnings", test_hidden_values);
  ADD ("/core/validation/unknown-members-are-reported", test_members);
  ADD ("/core/validation/section-is-an-object", test_section_is_no_object);
  ADD ("/core/validation/length-is-in-characters", test_too_long);
  ADD ("/core/validation/record-stays-small", test_record_too_long);
  ADD ("/core/validation/platform-and-its-settings", test_platforms);
  ADD ("/core/validation/credential-fits-the-record", test_credentials);
  ADD ("/core/validation/mapping-is-complete", test_mapping);
  ADD ("/core/validation/empty-mapping-has-an-error-a-row", test_empty_mapping);
  ADD ("/core/validation/locked-fields-are-complete", test_locked_fields);
  ADD ("/core/validation/mapping-fits-the-crm", test_metadata);
  ADD ("/core/validation/unknown-is-not-checked", test_without_context);
  return g_test_run ();
}
