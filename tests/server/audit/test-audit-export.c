/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-server-fixture.h"

#include "mp-error.h"

#include <string.h>

#define N_ENTRIES 12

/* A trail in a file, as lines: the entries and the head. */
typedef struct
{
  ServerFixture server;
  char *path;
  GStrv lines; /* N_ENTRIES + 1 of them */
} Fixture;

static void
append (Fixture *fixture, const char *tenant, const char *actor)
{
  const MpAuditEntryInit init = { .actor = actor, .role = "auditor", .action = "sign-in" };
  g_autoptr (GError) error = NULL;

  g_assert_true (mp_audit_log_append_alone (fixture->server.audit, tenant, &init, &error));
}

static void export(Fixture *fixture, const char *tenant)
{
  g_autoptr (GFile) file = g_file_new_for_path (fixture->path);
  g_autoptr (GError) error = NULL;
  g_autoptr (GFileOutputStream) stream =
                 g_file_replace (file, NULL, FALSE, G_FILE_CREATE_PRIVATE, NULL, &error);
  g_autofree char *text = NULL;

  g_assert_no_error (error);
  g_assert_true (
      mp_audit_log_export (fixture->server.audit, tenant, G_OUTPUT_STREAM (stream), &error));
  g_assert_true (g_output_stream_close (G_OUTPUT_STREAM (stream), NULL, NULL));
  g_assert_true (g_file_get_contents (fixture->path, &text, NULL, NULL));
  g_strfreev (fixture->lines);
  fixture->lines = g_strsplit (g_strchomp (text), "\n", -1);
}

static void
set_up (Fixture *fixture, const void *data)
{
  server_fixture_set_up (&fixture->server, data);
  fixture->path = server_fixture_path (&fixture->server, "trail.jsonl");
  for (unsigned int i = 0; i < N_ENTRIES; i++)
    append (fixture, SERVER_TENANT, "anna");
  append (fixture, SERVER_OTHER_TENANT, "otto");
  export(fixture, SERVER_TENANT);
  g_assert_cmpuint (g_strv_length (fixture->lines), ==, N_ENTRIES + 1);
}

static void
tear_down (Fixture *fixture, const void *data)
{
  g_strfreev (fixture->lines);
  g_free (fixture->path);
  server_fixture_tear_down (&fixture->server, data);
}

static MpAuditVerdict *
verify (Fixture *fixture, const char *key, GError **error)
{
  g_autofree char *tenant = NULL;
  MpAuditVerdict *verdict = mp_audit_export_verify (
      fixture->path, key != NULL ? key : mp_audit_log_get_public_key (fixture->server.audit),
      &tenant, error);

  g_assert_true (verdict == NULL || g_str_equal (tenant, SERVER_TENANT));
  return verdict;
}

/* Writes these lines of the trail, in this order; 0 ends them. Lines count from 1. */
static void
write_lines (Fixture *fixture, const unsigned int *numbers)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (unsigned int i = 0; numbers[i] != 0; i++)
    g_string_append_printf (text, "%s\n", fixture->lines[numbers[i] - 1]);
  g_assert_true (g_file_set_contents (fixture->path, text->str, -1, NULL));
}

static void
assert_verdict (Fixture *fixture, MpAuditState state, int64_t sequence)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MpAuditVerdict) verdict = verify (fixture, NULL, &error);
  g_autofree char *text = NULL;

  g_assert_no_error (error);
  text = mp_audit_verdict_dup_text (verdict);
  g_test_message ("%s", text);
  g_assert_cmpint (mp_audit_verdict_get_state (verdict), ==, state);
  g_assert_cmpint (mp_audit_verdict_get_sequence (verdict), ==, sequence);
}

static void
test_intact (Fixture *fixture, const void *data)
{
  assert_verdict (fixture, MP_AUDIT_INTACT, N_ENTRIES);
}

/* Removal, reorder, truncation and insertion are each found, and where. */
static void
test_order (Fixture *fixture, const void *data)
{
  static const struct
  {
    unsigned int lines[N_ENTRIES + 3];
    MpAuditState state;
    int64_t sequence;
  } cases[] = {
    { { 1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 13 }, MP_AUDIT_MISSING, 6 },
    { { 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13 }, MP_AUDIT_MISSING, 1 },
    { { 1, 2, 3, 5, 4, 6, 7, 8, 9, 10, 11, 12, 13 }, MP_AUDIT_REORDERED, 4 },
    { { 12, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13 }, MP_AUDIT_REORDERED, 1 },
    { { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13 }, MP_AUDIT_TRUNCATED, 12 },
    { { 13 }, MP_AUDIT_TRUNCATED, 1 },
    { { 1, 2, 3, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13 }, MP_AUDIT_REORDERED, 4 },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("case %zu", i);
      write_lines (fixture, cases[i].lines);
      assert_verdict (fixture, cases[i].state, cases[i].sequence);
    }
}

static void
replace_line (Fixture *fixture, unsigned int number, const char *from, const char *to)
{
  g_autoptr (GString) line = g_string_new (fixture->lines[number - 1]);
  g_autofree char *text = NULL;

  g_assert_cmpuint (g_string_replace (line, from, to, 1), ==, 1);
  g_free (fixture->lines[number - 1]);
  fixture->lines[number - 1] = g_strdup (line->str);
  text = g_strjoinv ("\n", fixture->lines);
  g_assert_true (g_file_set_contents (fixture->path, text, -1, NULL));
}

/* A value, a name or the form of a line: what was changed is found, and where. */
static void
test_changed (Fixture *fixture, const void *data)
{
  static const struct
  {
    const char *from;
    const char *to;
  } cases[] = {
    { "\"anna\"", "\"otto\"" },
    { "\"role\"", "\"rule\"" },
    { "\"hash\":\"", "\"hash\":\"x" },
    { "{", "" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      export(fixture, SERVER_TENANT);
      replace_line (fixture, 8, cases[i].from, cases[i].to);
      assert_verdict (fixture, MP_AUDIT_CHANGED, 8);
    }
}

/* An entry added at the end with a hash that fits, and a head made up for it, lack the signature.
 */
static void
test_added (Fixture *fixture, const void *data)
{
  g_auto (GStrv) before = g_strdupv (fixture->lines);
  g_autofree char *text = NULL;

  append (fixture, SERVER_TENANT, "mallory");
  export(fixture, SERVER_TENANT);
  g_free (fixture->lines[N_ENTRIES + 1]);
  fixture->lines[N_ENTRIES + 1] = g_strdup (before[N_ENTRIES]);
  text = g_strjoinv ("\n", fixture->lines);
  g_assert_true (g_file_set_contents (fixture->path, text, -1, NULL));
  assert_verdict (fixture, MP_AUDIT_UNSIGNED, N_ENTRIES + 1);

  replace_line (fixture, N_ENTRIES + 2, "\"sequence\":12", "\"sequence\":13");
  assert_verdict (fixture, MP_AUDIT_UNSIGNED, N_ENTRIES + 1);
}

/* Another tenant's head, another server's key, and a file without a head prove nothing. */
static void
test_heads (Fixture *fixture, const void *data)
{
  static const unsigned int no_head[] = { 1, 2, 3, 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (MpAuditVerdict) verdict =
                 verify (fixture, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", &error);
  g_autoptr (MpAuditVerdict) none = NULL;

  g_assert_no_error (error);
  g_assert_cmpint (mp_audit_verdict_get_state (verdict), ==, MP_AUDIT_UNSIGNED);

  export(fixture, SERVER_OTHER_TENANT);
  replace_line (fixture, 2, "\"tenant\":\"other\"", "\"tenant\":\"demo\"");
  assert_verdict (fixture, MP_AUDIT_UNSIGNED, 1);

  export(fixture, SERVER_TENANT);
  write_lines (fixture, no_head);
  none = verify (fixture, NULL, &error);
  g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
  g_assert_null (none);
}

#define ADD(path, function)                                                                        \
  g_test_add ("/server/audit/export/" path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  ADD ("verifies-by-itself", test_intact);
  ADD ("finds-what-is-not-in-its-place", test_order);
  ADD ("finds-what-was-changed", test_changed);
  ADD ("finds-what-was-added", test_added);
  ADD ("trusts-no-other-head", test_heads);

  return g_test_run ();
}
