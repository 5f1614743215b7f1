/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-registry.h"

#include "mp-error.h"

static MpRecord *
make_record (const char *const *paths)
{
  g_autoptr (MpRecord) blank =
                 mp_record_new ("0191f5a0-0000-7000-8000-000000000001", (MpStamp){ 1, "anna" });
  g_autoptr (MpChanges) changes = mp_changes_new ();

  for (size_t i = 0; paths[i] != NULL; i++)
    mp_changes_set_string (changes, paths[i], "x");
  return mp_record_with_changes (blank, changes);
}

/* The design's table of rows, in its order. */
static void
test_default_rows (void)
{
  static const struct
  {
    const char *path;
    const char *label;
    MpInput input;
    gboolean required;
    const char *shown_path;
  } rows[] = {
    { "/name", "Name", MP_INPUT_TEXT, TRUE, NULL },
    { "/crm/platform", "Platform", MP_INPUT_PLATFORM, FALSE, NULL },
    { "/crm/connection", "Connection", MP_INPUT_CONNECTION, FALSE, "/crm/platform" },
    { "/crm/api_key", "API Key", MP_INPUT_CREDENTIAL, FALSE, "/crm/platform" },
    { "/crm/member_object", "Member Object", MP_INPUT_OBJECT, TRUE, "/crm/api_key" },
    { "/crm/member_fields", "All Member Fields", MP_INPUT_MAPPING, TRUE, "/crm/api_key" },
    { "/crm/event_tag", "Event Tag", MP_INPUT_FIELD, TRUE, "/crm/api_key" },
    { "/crm/course_tag", "Course Tag", MP_INPUT_FIELD, FALSE, "/crm/api_key" },
    { "/crm/order_object", "Order Object", MP_INPUT_OBJECT, FALSE, "/crm/api_key" },
    { "/crm/order_fields", "All Order Fields", MP_INPUT_MAPPING, TRUE, "/crm/order_object" },
    { "/accounting/platform", "Platform", MP_INPUT_PLATFORM, FALSE, NULL },
    { "/accounting/connection", "Connection", MP_INPUT_CONNECTION, FALSE, "/accounting/platform" },
    { "/accounting/api_key", "API Key", MP_INPUT_CREDENTIAL, FALSE, "/accounting/platform" },
    { "/payment_gateway/platform", "Platform", MP_INPUT_PLATFORM, TRUE, NULL },
    { "/payment_gateway/connection", "Connection", MP_INPUT_CONNECTION, FALSE,
      "/payment_gateway/platform" },
    { "/payment_gateway/api_key", "API Key", MP_INPUT_CREDENTIAL, TRUE,
      "/payment_gateway/platform" },
  };
  MpRegistry *registry = mp_registry_get_default ();

  g_assert_cmpuint (mp_registry_get_n_fields (registry), ==, G_N_ELEMENTS (rows));
  for (unsigned int i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const MpFieldSpec *field = mp_registry_get_field (registry, i);

      g_assert_cmpstr (field->path, ==, rows[i].path);
      g_assert_cmpstr (mp_field_spec_get_label (field), ==, rows[i].label);
      g_assert_cmpint (field->input, ==, rows[i].input);
      g_assert_cmpint (field->required, ==, rows[i].required);
      g_assert_cmpstr (field->shown_path, ==, rows[i].shown_path);
    }
}

static void
test_default_details (void)
{
  MpRegistry *registry = mp_registry_get_default ();
  const MpFieldSpec *member = mp_registry_find (registry, "/crm/member_fields");
  const MpFieldSpec *tag = mp_registry_find (registry, "/crm/event_tag");

  g_assert_true (mp_registry_get_default () == registry);
  g_assert_cmpuint (mp_registry_find (registry, "/name")->max_length, ==, 200);
  g_assert_cmpstr (mp_registry_find (registry, "/accounting/platform")->kind, ==, "accounting");
  g_assert_true (mp_registry_find (registry, "/crm/api_key")->is_private);
  g_assert_false (mp_registry_find (registry, "/payment_gateway/api_key")->is_private);
  g_assert_cmpstr (mp_registry_find (registry, "/crm/api_key")->platform_path, ==, "/crm/platform");
  g_assert_cmpstr (member->catalogue, ==, "member");
  g_assert_cmpstr (member->object_path, ==, "/crm/member_object");
  g_assert_cmpstr (tag->object_path, ==, "/crm/member_object");
  g_assert_cmpuint (g_strv_length (tag->determined_by), ==, 2);
  g_assert_cmpstr (tag->determined_by[1], ==, "/crm/member_object");
  g_assert_cmpuint (mp_registry_get_n_sections (registry), ==, 4);
  g_assert_cmpstr (mp_registry_get_section (registry, 3)->id, ==, "payment_gateway");
  g_assert_cmpstr (mp_section_spec_get_label (mp_registry_get_section (registry, 3)), ==,
                   "Payment Gateway");
}

static void
test_find (void)
{
  static const struct
  {
    const char *path;
    const char *row;
  } cases[] = {
    { "/name", "/name" },
    { "/crm/member_fields", "/crm/member_fields" },
    { "/crm/member_fields/email", "/crm/member_fields" },
    { "/crm/connection/site", "/crm/connection" },
    { "/crm/member_fields_2", NULL },
    { "/name/first", NULL },
    { "/crm/api_key/x", NULL },
    { "/crm", NULL },
    { "", NULL },
    { "/unknown", NULL },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const MpFieldSpec *field = mp_registry_find (mp_registry_get_default (), cases[i].path);

      g_test_message ("%s", cases[i].path);
      g_assert_cmpstr (field != NULL ? field->path : NULL, ==, cases[i].row);
    }
}

/* A row appears when everything on the way to it is filled in. */
static void
test_shown (void)
{
  static const struct
  {
    const char *path;
    const char *set[4];
    const char *hiding;
    gboolean required;
  } cases[] = {
    { "/name", { NULL }, NULL, TRUE },
    { "/crm/platform", { NULL }, NULL, FALSE },
    { "/crm/api_key", { NULL }, "/crm/platform", FALSE },
    { "/crm/api_key", { "/crm/platform" }, NULL, FALSE },
    { "/crm/event_tag", { "/crm/platform" }, "/crm/api_key", FALSE },
    { "/crm/event_tag", { "/crm/api_key" }, "/crm/platform", FALSE },
    { "/crm/event_tag", { NULL }, "/crm/platform", FALSE },
    { "/crm/event_tag", { "/crm/platform", "/crm/api_key" }, NULL, TRUE },
    { "/crm/course_tag", { "/crm/platform", "/crm/api_key" }, NULL, FALSE },
    { "/crm/order_fields", { "/crm/platform", "/crm/api_key" }, "/crm/order_object", FALSE },
    { "/crm/order_fields", { "/crm/platform", "/crm/order_object" }, "/crm/api_key", FALSE },
    { "/crm/order_fields", { "/crm/platform", "/crm/api_key", "/crm/order_object" }, NULL, TRUE },
    { "/payment_gateway/api_key", { "/payment_gateway/platform" }, NULL, TRUE },
  };
  MpRegistry *registry = mp_registry_get_default ();

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (MpRecord) record = make_record (cases[i].set);
      const MpFieldSpec *field = mp_registry_find (registry, cases[i].path);

      g_test_message ("%zu %s", i, cases[i].path);
      g_assert_cmpstr (mp_registry_find_hiding_path (registry, field, record), ==, cases[i].hiding);
      g_assert_cmpint (mp_registry_is_shown (registry, field, record), ==, cases[i].hiding == NULL);
      g_assert_cmpint (mp_registry_is_required (registry, field, record), ==, cases[i].required);
    }
}

#define HEAD "{\"version\":1,\"sections\":[{\"id\":\"s\",\"label\":\"S\"}],\"fields\":["
#define FIELD(path, rest) "{\"path\":\"" path "\",\"section\":\"s\",\"label\":\"L\"," rest "}"

static void
test_refused (void)
{
  static const struct
  {
    const char *text;
    MpError code;
  } cases[] = {
    { "", MP_ERROR_INVALID },
    { "[]", MP_ERROR_INVALID },
    { "{\"version\":2,\"sections\":[],\"fields\":[]}", MP_ERROR_NEWER },
    { "{\"version\":1,\"fields\":[]}", MP_ERROR_INVALID },
    { "{\"version\":1,\"sections\":[]}", MP_ERROR_INVALID },
    { "{\"version\":1,\"sections\":[{\"id\":\"x\"}],\"fields\":[]}", MP_ERROR_INVALID },
    { HEAD "7]}", MP_ERROR_INVALID },
    { HEAD "{\"path\":\"/a\"}]}", MP_ERROR_INVALID },
    { HEAD FIELD ("a", "\"input\":\"text\"") "]}", MP_ERROR_INVALID },
    { HEAD FIELD ("/a", "\"input\":\"colour\"") "]}", MP_ERROR_INVALID },
    { HEAD FIELD ("/a", "\"input\":\"text\",\"max_length\":-1") "]}", MP_ERROR_INVALID },
    { HEAD FIELD ("/a", "\"input\":\"text\"") "," FIELD ("/a", "\"input\":\"text\"") "]}",
      MP_ERROR_INVALID },
    { HEAD FIELD ("/a", "\"input\":\"text\",\"shown\":\"/b\"") "]}", MP_ERROR_INVALID },
    { HEAD FIELD ("/a", "\"input\":\"text\",\"shown\":\"/a\"") "]}", MP_ERROR_INVALID },
    { HEAD FIELD ("/a", "\"input\":\"platform\"") "]}", MP_ERROR_INVALID },
    { HEAD FIELD ("/a", "\"input\":\"credential\"") "]}", MP_ERROR_INVALID },
    { HEAD FIELD ("/a", "\"input\":\"connection\"") "]}", MP_ERROR_INVALID },
    { HEAD FIELD ("/a", "\"input\":\"field\"") "]}", MP_ERROR_INVALID },
    { HEAD FIELD ("/a", "\"input\":\"mapping\",\"object\":\"/o\"") "]}", MP_ERROR_INVALID },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MpRegistry) registry = mp_registry_new_from_json (cases[i].text, -1, &error);

      g_test_message ("%s", cases[i].text);
      g_assert_null (registry);
      g_assert_error (error, MP_ERROR, (int) cases[i].code);
    }
}

static gpointer
get_default_thread (gpointer data)
{
  return mp_registry_get_default ();
}

static void
test_threads (void)
{
  GThread *threads[8];

  for (size_t i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("registry", get_default_thread, NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (threads); i++)
    g_assert_true (g_thread_join (threads[i]) == mp_registry_get_default ());
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/registry/default-is-one-for-all-threads", test_threads);
  g_test_add_func ("/core/registry/default-has-the-rows-of-the-design", test_default_rows);
  g_test_add_func ("/core/registry/default-rows-have-their-details", test_default_details);
  g_test_add_func ("/core/registry/finds-the-row-that-governs-a-path", test_find);
  g_test_add_func ("/core/registry/shows-what-the-chain-leads-to", test_shown);
  g_test_add_func ("/core/registry/refuses-bad-documents", test_refused);
  return g_test_run ();
}
