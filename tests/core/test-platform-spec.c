/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-platform-spec.h"

#include <string.h>

#include "mp-error.h"
#include "mp-json.h"

#define HEAD "\"id\":\"acme\",\"version\":1,\"kind\":\"crm\",\"label\":\"Acme\""
#define KEY "\"credential\":[{\"id\":\"key\",\"label\":\"Key\"}]"

static MpPlatformSpec *
parse (const char *text, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (JsonObject) object = mp_json_parse_object (text, -1, &local_error);

  g_assert_no_error (local_error);
  return mp_platform_spec_new_from_json (object, error);
}

static MpPlatformSpec *
parse_good (const char *text)
{
  g_autoptr (GError) error = NULL;
  MpPlatformSpec *spec = parse (text, &error);

  g_assert_no_error (error);
  return spec;
}

static void
test_members (void)
{
  g_autoptr (MpPlatformSpec) spec = parse_good (
      "{" HEAD ",\"key_help\":\"Ask\",\"key_address\":\"https://a.example\",\"auth\":{\"x\":1},"
      "\"connection\":[{\"id\":\"site\",\"label\":\"Site\",\"help\":\"H\",\"pattern\":\"a+\","
      "\"example\":\"aa\",\"default\":\"a\",\"required\":true},"
      "{\"id\":\"env\",\"label\":\"Environment\",\"choices\":[\"live\",\"test\"]}],"
      "\"credential\":[{\"id\":\"client_id\",\"label\":\"Client ID\",\"secret\":false,"
      "\"help\":\"H\",\"pattern\":\"i.*\",\"example\":\"i1\"},"
      "{\"id\":\"client_secret\",\"label\":\"Client secret\","
      "\"refuse\":[{\"pattern\":\"pk_.*\",\"message\":\"Publishable\"}]}]}");
  const MpSettingSpec *site = mp_platform_spec_get_setting (spec, 0);
  const MpPartSpec *id = mp_platform_spec_get_part (spec, 0);
  const MpPartSpec *secret = mp_platform_spec_get_part (spec, 1);
  const MpRefusal *refusal = g_ptr_array_index (secret->refusals, 0);

  g_assert_cmpstr (mp_platform_spec_get_id (spec), ==, "acme");
  g_assert_cmpstr (mp_platform_spec_get_kind (spec), ==, "crm");
  g_assert_cmpstr (mp_platform_spec_get_label (spec), ==, "Acme");
  g_assert_cmpstr (mp_platform_spec_get_key_help (spec), ==, "Ask");
  g_assert_cmpstr (mp_platform_spec_get_key_address (spec), ==, "https://a.example");
  g_assert_cmpuint (mp_platform_spec_get_n_settings (spec), ==, 2);
  g_assert_cmpstr (site->help, ==, "H");
  g_assert_cmpstr (site->example, ==, "aa");
  g_assert_cmpstr (site->fallback, ==, "a");
  g_assert_true (site->required);
  g_assert_null (site->choices);
  g_assert_cmpstr (mp_platform_spec_find_setting (spec, "env")->choices[1], ==, "test");
  g_assert_null (mp_platform_spec_find_setting (spec, "pod"));
  g_assert_cmpuint (mp_platform_spec_get_n_parts (spec), ==, 2);
  g_assert_false (id->secret);
  g_assert_cmpstr (id->example, ==, "i1");
  /* What a document does not say is not shown. */
  g_assert_true (secret->secret);
  g_assert_cmpstr (refusal->message, ==, "Publishable");
}

static void
test_refused (void)
{
  static const struct
  {
    const char *text;
    MpError code;
  } cases[] = {
    { "{}", MP_ERROR_INVALID },
    { "{\"version\":2}", MP_ERROR_NEWER },
    { "{" HEAD "}", MP_ERROR_INVALID },
    { "{" HEAD ",\"credential\":[]}", MP_ERROR_INVALID },
    { "{\"id\":\"../acme\",\"kind\":\"crm\",\"label\":\"A\"," KEY "}", MP_ERROR_INVALID },
    { "{\"id\":\"Acme\",\"kind\":\"crm\",\"label\":\"A\"," KEY "}", MP_ERROR_INVALID },
    { "{\"id\":\"acme\",\"kind\":\"shop\",\"label\":\"A\"," KEY "}", MP_ERROR_INVALID },
    { "{\"id\":\"acme\",\"kind\":\"crm\"," KEY "}", MP_ERROR_INVALID },
    { "{" HEAD ",\"credential\":[7]}", MP_ERROR_INVALID },
    { "{" HEAD ",\"credential\":[{\"id\":\"key\"}]}", MP_ERROR_INVALID },
    { "{" HEAD ",\"credential\":[{\"id\":\"key\",\"label\":\"K\",\"pattern\":\"(\"}]}",
      MP_ERROR_INVALID },
    { "{" HEAD ",\"credential\":[{\"id\":\"key\",\"label\":\"K\",\"pattern\":\"a)(b\"}]}",
      MP_ERROR_INVALID },
    { "{" HEAD ",\"credential\":[{\"id\":\"key\",\"label\":\"K\",\"refuse\":[{}]}]}",
      MP_ERROR_INVALID },
    { "{" HEAD ",\"credential\":[{\"id\":\"key\",\"label\":\"K\","
      "\"refuse\":[{\"pattern\":\"[\",\"message\":\"m\"}]}]}",
      MP_ERROR_INVALID },
    { "{" HEAD
      ",\"credential\":[{\"id\":\"key\",\"label\":\"K\"},{\"id\":\"key\",\"label\":\"K\"}]}",
      MP_ERROR_INVALID },
    { "{" HEAD ",\"connection\":[{\"id\":\"a\"}]," KEY "}", MP_ERROR_INVALID },
    { "{" HEAD ",\"connection\":[{\"id\":\"a/b\",\"label\":\"A\"}]," KEY "}", MP_ERROR_INVALID },
    { "{" HEAD ",\"connection\":[{\"id\":\"a\",\"label\":\"A\",\"pattern\":\"*\"}]," KEY "}",
      MP_ERROR_INVALID },
    { "{" HEAD ",\"connection\":[{\"id\":\"a\",\"label\":\"A\",\"choices\":[\"x\"],"
      "\"default\":\"y\"}]," KEY "}",
      MP_ERROR_INVALID },
    { "{" HEAD
      ",\"connection\":[{\"id\":\"a\",\"label\":\"A\"},{\"id\":\"a\",\"label\":\"B\"}]," KEY "}",
      MP_ERROR_INVALID },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MpPlatformSpec) spec = parse (cases[i].text, &error);

      g_test_message ("%s", cases[i].text);
      g_assert_null (spec);
      g_assert_error (error, MP_ERROR, (int) cases[i].code);
    }
}

static void
test_part_faults (void)
{
  g_autoptr (MpPlatformSpec) spec = parse_good (
      "{" HEAD ",\"credential\":[{\"id\":\"key\",\"label\":\"Secret key\","
      "\"pattern\":\"(sk|rk)_[a-z0-9]+\",\"example\":\"sk_...\","
      "\"refuse\":[{\"pattern\":\"pk_.*\",\"message\":\"That is a publishable key.\"}]},"
      "{\"id\":\"any\",\"label\":\"Token\"},"
      "{\"id\":\"either\",\"label\":\"Code\",\"pattern\":\"a|bb\"}]}");
  static const struct
  {
    unsigned int part;
    const char *value;
    const char *fault; /* (nullable): some words of it */
  } cases[] = {
    { 0, "sk_abc1", NULL },
    { 0, "  rk_abc1\n", NULL },
    { 0, NULL, "is empty" },
    { 0, " \t", "is empty" },
    { 0, "pk_live_zzz", "That is a publishable key." },
    { 0, "zzz", "This does not look right: “Secret key” is something like sk_..." },
    { 0, "zzz_sk_abc1", "does not look right" },
    { 0, "sk_abc1zzz!", "does not look right" },
    { 0, "sk_zzz\nsk_zzz", "line break" },
    { 0, "sk_zzz\x01", "invisible" },
    { 0, "sk_zzz\xff", "does not look right" },
    { 1, "anything at all", NULL },
    { 1, "zzz\rzzz", "line break" },
    { 2, "a", NULL },
    { 2, "bb", NULL },
    { 2, "abb", "This does not look right for “Code”. Copy" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *fault =
          mp_part_spec_dup_fault (mp_platform_spec_get_part (spec, cases[i].part), cases[i].value);

      g_test_message ("%zu", i);
      g_assert_cmpint (fault == NULL, ==, cases[i].fault == NULL);
      if (fault == NULL)
        continue;
      g_assert_nonnull (strstr (fault, cases[i].fault));
      /* Nothing of what was typed is repeated. */
      g_assert_null (strstr (fault, "zzz"));
    }
}

/* A pattern that would take for ever gives up, and the value is refused. */
static void
test_costly_pattern (void)
{
  g_autoptr (MpPlatformSpec) spec = parse_good (
      "{" HEAD ",\"credential\":[{\"id\":\"key\",\"label\":\"K\",\"pattern\":\"(a+)+\"}]}");
  g_autofree char *value = g_strconcat (
      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "!",
      NULL);
  g_autofree char *fault = mp_part_spec_dup_fault (mp_platform_spec_get_part (spec, 0), value);

  g_assert_nonnull (fault);
}

static void
test_settings (void)
{
  g_autoptr (MpPlatformSpec) spec = parse_good (
      "{" HEAD ",\"connection\":[{\"id\":\"must\",\"label\":\"M\",\"required\":true,"
      "\"pattern\":\"[a-z]+\"},"
      "{\"id\":\"may\",\"label\":\"M\",\"pattern\":\"[a-z]+\"},"
      "{\"id\":\"given\",\"label\":\"G\",\"required\":true,\"default\":\"x\"},"
      "{\"id\":\"one\",\"label\":\"O\",\"choices\":[\"eu\",\"us\"]}]," KEY "}");
  static const struct
  {
    const char *id;
    const char *value;
    gboolean accepted;
  } cases[] = {
    { "must", NULL, FALSE },    { "must", "", FALSE },     { "must", "abc", TRUE },
    { "must", "abc\n", FALSE }, { "must", "Abc", FALSE },  { "may", NULL, TRUE },
    { "may", "", TRUE },        { "may", "1", FALSE },     { "given", NULL, TRUE },
    { "given", "y", TRUE },     { "given", "y\n", FALSE }, { "given", "\xff", FALSE },
    { "one", "eu", TRUE },      { "one", "EU", FALSE },    { "one", NULL, TRUE },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const MpSettingSpec *setting = mp_platform_spec_find_setting (spec, cases[i].id);

      g_test_message ("%zu %s", i, cases[i].id);
      g_assert_cmpint (mp_setting_spec_accepts (setting, cases[i].value), ==, cases[i].accepted);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/platform-spec/reads-all-members", test_members);
  g_test_add_func ("/core/platform-spec/refuses-bad-documents", test_refused);
  g_test_add_func ("/core/platform-spec/part-faults-never-repeat-the-value", test_part_faults);
  g_test_add_func ("/core/platform-spec/costly-pattern-refuses", test_costly_pattern);
  g_test_add_func ("/core/platform-spec/settings-accept-their-form", test_settings);
  return g_test_run ();
}
