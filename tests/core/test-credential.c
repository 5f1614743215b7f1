/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-credential.h"

#include "mp-error.h"
#include "mp-json.h"

#define FULL                                                                                       \
  "{\"id\":\"c1\",\"kind\":\"crm\",\"platform\":\"hubspot\",\"label\":\"Main\",\"mode\":\"test\"," \
  "\"account\":\"Acme\",\"hint\":\"1234\",\"record_id\":\"r1\",\"version\":3,\"revoked\":true,"    \
  "\"created\":{\"at\":\"2026-01-02T03:04:05Z\",\"by\":\"anna\"},"                                 \
  "\"rotated\":{\"at\":\"2026-01-03T03:04:05Z\",\"by\":\"ben\"},\"used\":{\"by\":\"cid\"}}"

static MpCredential *
parse (const char *text, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (JsonObject) object = mp_json_parse_object (text, -1, &local_error);

  g_assert_no_error (local_error);
  return mp_credential_new_from_json (object, error);
}

static char *
to_text (MpCredential *credential)
{
  g_autoptr (JsonNode) node = mp_json_node_take_object (mp_credential_to_json (credential));

  return mp_json_to_canonical (node);
}

static void
test_round_trip (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MpCredential) credential = parse (FULL, &error);
  g_autoptr (MpCredential) again = NULL;
  g_autofree char *text = NULL;
  g_autofree char *text_again = NULL;

  g_assert_no_error (error);
  g_assert_cmpstr (mp_credential_get_id (credential), ==, "c1");
  g_assert_cmpstr (mp_credential_get_kind (credential), ==, "crm");
  g_assert_cmpstr (mp_credential_get_platform (credential), ==, "hubspot");
  g_assert_cmpstr (mp_credential_get_label (credential), ==, "Main");
  g_assert_cmpint (mp_credential_get_mode (credential), ==, MP_MODE_TEST);
  g_assert_cmpstr (mp_credential_get_account (credential), ==, "Acme");
  g_assert_cmpstr (mp_credential_get_hint (credential), ==, "1234");
  g_assert_cmpstr (mp_credential_get_record_id (credential), ==, "r1");
  g_assert_cmpuint (mp_credential_get_version (credential), ==, 3);
  g_assert_true (mp_credential_get_revoked (credential));
  g_assert_cmpint (mp_credential_get_created (credential).at_unix_us, ==,
                   G_GINT64_CONSTANT (1767323045000000));
  g_assert_cmpstr (mp_credential_get_created (credential).by, ==, "anna");
  g_assert_cmpstr (mp_credential_get_rotated (credential).by, ==, "ben");
  g_assert_cmpint (mp_credential_get_used (credential).at_unix_us, ==, 0);
  g_assert_cmpstr (mp_credential_get_used (credential).by, ==, "cid");

  text = to_text (credential);
  again = parse (text, &error);
  g_assert_no_error (error);
  text_again = to_text (again);
  g_assert_cmpstr (text, ==, text_again);
}

static void
test_least (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MpCredential) credential = parse (
      "{\"id\":\"c1\",\"kind\":\"crm\",\"platform\":\"p\",\"used\":null,\"mode\":\"beta\"}",
      &error);
  g_autofree char *text = NULL;

  g_assert_no_error (error);
  g_assert_cmpstr (mp_credential_get_label (credential), ==, "");
  g_assert_cmpint (mp_credential_get_mode (credential), ==, MP_MODE_UNKNOWN);
  g_assert_null (mp_credential_get_account (credential));
  g_assert_null (mp_credential_get_hint (credential));
  g_assert_null (mp_credential_get_record_id (credential));
  g_assert_cmpuint (mp_credential_get_version (credential), ==, 1);
  g_assert_false (mp_credential_get_revoked (credential));
  text = to_text (credential);
  g_assert_cmpstr (text, ==,
                   "{\"id\":\"c1\",\"kind\":\"crm\",\"label\":\"\",\"mode\":\"unknown\","
                   "\"platform\":\"p\",\"revoked\":false,\"version\":1}");
}

static void
test_changed_copy (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MpCredential) credential = parse (FULL, &error);
  g_autoptr (MpCredential) copy = NULL;
  MpCredentialInit init;

  g_assert_no_error (error);
  init = mp_credential_get_init (credential);
  init.label = "Other";
  init.version++;
  copy = mp_credential_new (&init);
  g_assert_finalize_object (g_steal_pointer (&credential));

  g_assert_cmpstr (mp_credential_get_label (copy), ==, "Other");
  g_assert_cmpuint (mp_credential_get_version (copy), ==, 4);
  g_assert_cmpstr (mp_credential_get_created (copy).by, ==, "anna");
  g_assert_cmpstr (mp_credential_get_hint (copy), ==, "1234");
}

static void
test_masked (void)
{
  MpCredentialInit init = { .id = "c", .kind = "crm", .platform = "p", .hint = "1234" };
  g_autoptr (MpCredential) with_hint = mp_credential_new (&init);
  g_autoptr (MpCredential) without = NULL;
  g_autofree char *masked = mp_credential_dup_masked (with_hint);
  g_autofree char *masked_without = NULL;

  init.hint = NULL;
  without = mp_credential_new (&init);
  masked_without = mp_credential_dup_masked (without);
  g_assert_cmpstr (masked, ==, "••••1234");
  g_assert_cmpstr (masked_without, ==, "••••");
}

static void
test_refused (void)
{
  static const char *const texts[] = {
    "{}",
    "{\"id\":\"c\",\"kind\":\"crm\"}",
    "{\"id\":\"c\",\"platform\":\"p\"}",
    "{\"id\":7,\"kind\":\"crm\",\"platform\":\"p\"}",
    "{\"id\":\"c\",\"kind\":\"crm\",\"platform\":\"p\",\"version\":0}",
    "{\"id\":\"c\",\"kind\":\"crm\",\"platform\":\"p\",\"version\":99999999999}",
    "{\"id\":\"c\",\"kind\":\"crm\",\"platform\":\"p\",\"created\":\"now\"}",
    "{\"id\":\"c\",\"kind\":\"crm\",\"platform\":\"p\",\"created\":{\"at\":\"now\"}}",
    "{\"id\":\"c\",\"kind\":\"crm\",\"platform\":\"p\",\"used\":{\"by\":\"x\",\"at\":\"now\"}}",
  };

  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MpCredential) credential = parse (texts[i], &error);

      g_test_message ("%s", texts[i]);
      g_assert_null (credential);
      g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
    }
}

static void
test_modes (void)
{
  for (int i = MP_MODE_UNKNOWN; i <= MP_MODE_LIVE; i++)
    g_assert_cmpint (mp_mode_from_string (mp_mode_to_string ((MpMode) i)), ==, i);
  g_assert_cmpint (mp_mode_from_string (NULL), ==, MP_MODE_UNKNOWN);
  g_assert_cmpint (mp_mode_from_string ("Live"), ==, MP_MODE_UNKNOWN);
}

/* A name is one line that can be read; the desktop and the server ask the same. */
static void
test_labels (void)
{
  g_autofree char *longest = g_strnfill (MP_CREDENTIAL_MAX_LABEL_LENGTH, 'x');
  g_autofree char *longer = g_strnfill (MP_CREDENTIAL_MAX_LABEL_LENGTH + 1, 'x');

  g_assert_true (mp_credential_label_is_valid ("Büro €"));
  g_assert_true (mp_credential_label_is_valid (longest));
  g_assert_false (mp_credential_label_is_valid (longer));
  g_assert_false (mp_credential_label_is_valid (NULL));
  g_assert_false (mp_credential_label_is_valid (""));
  g_assert_false (mp_credential_label_is_valid (" \u00a0"));
  g_assert_false (mp_credential_label_is_valid ("a\nb"));
  g_assert_false (mp_credential_label_is_valid ("a\x1b[31m"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/credential/json-and-back-is-the-same", test_round_trip);
  g_test_add_func ("/core/credential/least-has-sensible-members", test_least);
  g_test_add_func ("/core/credential/changed-copy-owns-its-members", test_changed_copy);
  g_test_add_func ("/core/credential/mask-shows-the-hint-alone", test_masked);
  g_test_add_func ("/core/credential/refuses-bad-metadata", test_refused);
  g_test_add_func ("/core/credential/modes-have-names", test_modes);
  g_test_add_func ("/core/credential/label-is-one-line", test_labels);
  return g_test_run ();
}
