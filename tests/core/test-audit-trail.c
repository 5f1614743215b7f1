/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-audit-trail.h"

#include <string.h>

#include "mp-error.h"
#include "mp-json.h"

#define N_ENTRIES 6

static MpAuditEntry *
new_entry (int64_t sequence, const char *actor)
{
  g_autoptr (JsonObject) changes =
                 mp_json_parse_object ("{\"/name\":{\"old\":null,\"new\":\"N\"}}", -1, NULL);

  return mp_audit_entry_new (&(MpAuditEntryInit){
      .sequence = sequence,
      .at_unix_us = 1777629600123456 + sequence,
      .actor = actor,
      .role = "client_admin",
      .action = "settings.update",
      .resource = "settings/1",
      .changes = sequence % 2 == 0 ? changes : NULL,
  });
}

static void
append_entry (GPtrArray *trail, const char *actor)
{
  MpAuditEntry *last = trail->len > 0 ? trail->pdata[trail->len - 1] : NULL;
  g_autoptr (MpAuditEntry) entry = new_entry ((int64_t) trail->len + 1, actor);
  g_autofree char *hash =
      mp_audit_entry_compute_hash (entry, last != NULL ? mp_audit_entry_get_hash (last) : NULL);

  g_ptr_array_add (trail, mp_audit_entry_with_hash (entry, hash));
}

static GPtrArray *
new_trail (unsigned int length)
{
  GPtrArray *trail = g_ptr_array_new_with_free_func (g_object_unref);

  while (trail->len < length)
    append_entry (trail, "anna");
  return trail;
}

static const char *
hash_at (GPtrArray *trail, unsigned int sequence)
{
  return mp_audit_entry_get_hash (trail->pdata[sequence - 1]);
}

static void
swap (GPtrArray *trail, unsigned int i, unsigned int j)
{
  void *entry = trail->pdata[i];

  trail->pdata[i] = trail->pdata[j];
  trail->pdata[j] = entry;
}

/* Another entry in the place of one, with the hash that the place had. */
static void
falsify (GPtrArray *trail, unsigned int sequence)
{
  g_autoptr (MpAuditEntry) entry = new_entry (sequence, "mallory");
  MpAuditEntry *false_entry = mp_audit_entry_with_hash (entry, hash_at (trail, sequence));

  g_object_unref (trail->pdata[sequence - 1]);
  trail->pdata[sequence - 1] = false_entry;
}

static void
assert_verdict (GPtrArray *trail,
                int64_t head_sequence,
                const char *head_hash,
                int64_t seen_sequence,
                const char *seen_hash,
                MpAuditState state,
                int64_t sequence)
{
  g_autoptr (MpAuditVerdict) verdict =
                 mp_audit_verify (trail, head_sequence, head_hash, seen_sequence, seen_hash);
  g_autofree char *text = mp_audit_verdict_dup_text (verdict);

  g_assert_cmpint (mp_audit_verdict_get_state (verdict), ==, state);
  g_assert_cmpint (mp_audit_verdict_get_sequence (verdict), ==, sequence);
  g_assert_cmpstr (text, !=, "");
}

static void
test_entry (void)
{
  g_autoptr (MpAuditEntry) entry = new_entry (2, "anna");
  const MpAuditEntryInit *init = mp_audit_entry_get_init (entry);
  g_autoptr (JsonNode) node = mp_json_node_take_object (mp_audit_entry_to_json (entry));
  g_autofree char *text = mp_json_to_canonical (node);

  g_assert_cmpint (init->sequence, ==, 2);
  g_assert_cmpint (init->at_unix_us, ==, 1777629600123458);
  g_assert_cmpstr (init->actor, ==, "anna");
  g_assert_cmpstr (init->resource, ==, "settings/1");
  g_assert_null (init->detail);
  g_assert_null (mp_audit_entry_get_hash (entry));
  g_assert_cmpstr (text, ==,
                   "{\"entry\":{\"action\":\"settings.update\",\"actor\":\"anna\","
                   "\"at\":\"2026-05-01T10:00:00.123458Z\","
                   "\"changes\":{\"/name\":{\"new\":\"N\",\"old\":null}},"
                   "\"resource\":\"settings/1\",\"role\":\"client_admin\",\"sequence\":2}}");
}

static void
test_hash (void)
{
  /* the chain's rule, computed by hand on raw bytes */
  g_autoptr (GPtrArray) trail = new_trail (2);
  uint8_t bytes[65] = { 0x01 };

  for (unsigned int i = 0; i < 2; i++)
    {
      g_autoptr (JsonNode) node =
                     mp_json_node_take_object (mp_audit_entry_to_json (trail->pdata[i]));
      g_autofree char *body = mp_json_to_canonical (mp_pointer_get (node, "/entry"));
      g_autoptr (GChecksum) digest = g_checksum_new (G_CHECKSUM_SHA256);
      g_autoptr (GChecksum) link = g_checksum_new (G_CHECKSUM_SHA256);
      size_t length = 32;

      g_checksum_update (digest, (const unsigned char *) body, (gssize) strlen (body));
      g_checksum_get_digest (digest, bytes + 33, &length);
      g_checksum_update (link, bytes, sizeof bytes);
      g_assert_cmpstr (hash_at (trail, i + 1), ==, g_checksum_get_string (link));

      g_checksum_free (g_steal_pointer (&link));
      link = g_checksum_new (G_CHECKSUM_SHA256);
      g_checksum_update (link, bytes, sizeof bytes);
      g_checksum_get_digest (link, bytes + 1, &length);
    }
}

static void
test_json_keeps_unknown (void)
{
  g_autoptr (GPtrArray) trail = new_trail (1);
  g_autoptr (JsonObject) object = mp_audit_entry_to_json (trail->pdata[0]);
  g_autoptr (GError) error = NULL;
  g_autoptr (MpAuditEntry) same = mp_audit_entry_new_from_json (object, &error);
  g_autofree char *hash = mp_audit_entry_compute_hash (same, NULL);
  g_autoptr (MpAuditEntry) newer = NULL;
  g_autofree char *newer_hash = NULL;

  g_assert_no_error (error);
  g_assert_cmpstr (hash, ==, hash_at (trail, 1));
  g_assert_cmpstr (mp_audit_entry_get_hash (same), ==, hash);

  json_object_set_string_member (mp_json_get_object (object, "entry"), "from_a_newer_server", "x");
  newer = mp_audit_entry_new_from_json (object, &error);
  g_assert_no_error (error);
  newer_hash = mp_audit_entry_compute_hash (newer, NULL);
  g_assert_cmpstr (newer_hash, !=, hash);
}

static void
test_json_refuses (void)
{
  static const char hash[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  static const char good[] = "\"sequence\":1,\"at\":\"2026-05-01T10:00:00Z\",\"actor\":\"a\","
                             "\"role\":\"r\",\"action\":\"x\"";
  static const char *const bad_bodies[] = {
    "",
    "\"sequence\":1",
    "\"sequence\":0,\"at\":\"2026-05-01T10:00:00Z\",\"actor\":\"a\",\"role\":\"r\",\"action\":"
    "\"x\"",
    "\"sequence\":-1,\"at\":\"2026-05-01T10:00:00Z\",\"actor\":\"a\",\"role\":\"r\",\"action\":"
    "\"x\"",
    "\"sequence\":\"1\",\"at\":\"2026-05-01T10:00:00Z\",\"actor\":\"a\",\"role\":\"r\",\"action\":"
    "\"x\"",
    "\"sequence\":1,\"at\":\"today\",\"actor\":\"a\",\"role\":\"r\",\"action\":\"x\"",
    "\"sequence\":1,\"at\":\"2026-05-01T10:00:00Z\",\"role\":\"r\",\"action\":\"x\"",
    "\"sequence\":1,\"at\":\"2026-05-01T10:00:00Z\",\"actor\":\"a\",\"action\":\"x\"",
    "\"sequence\":1,\"at\":\"2026-05-01T10:00:00Z\",\"actor\":\"a\",\"role\":\"r\"",
  };
  static const char *const bad_hashes[] = {
    "",
    "e3b0",
    "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855",
    "g3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b8550",
  };
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);

  g_ptr_array_add (texts, g_strdup ("{}"));
  g_ptr_array_add (texts, g_strdup_printf ("{\"hash\":\"%s\"}", hash));
  g_ptr_array_add (texts, g_strdup_printf ("{\"entry\":{%s}}", good));
  g_ptr_array_add (texts, g_strdup_printf ("{\"entry\":[],\"hash\":\"%s\"}", hash));
  for (size_t i = 0; i < G_N_ELEMENTS (bad_bodies); i++)
    g_ptr_array_add (texts,
                     g_strdup_printf ("{\"entry\":{%s},\"hash\":\"%s\"}", bad_bodies[i], hash));
  for (size_t i = 0; i < G_N_ELEMENTS (bad_hashes); i++)
    g_ptr_array_add (texts,
                     g_strdup_printf ("{\"entry\":{%s},\"hash\":\"%s\"}", good, bad_hashes[i]));

  for (unsigned int i = 0; i < texts->len; i++)
    {
      g_autoptr (JsonObject) object = mp_json_parse_object (texts->pdata[i], -1, NULL);
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", (const char *) texts->pdata[i]);
      g_assert_null (mp_audit_entry_new_from_json (object, &error));
      g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
    }
}

static void
test_intact (void)
{
  g_autoptr (GPtrArray) trail = new_trail (N_ENTRIES);
  g_autoptr (GPtrArray) none = new_trail (0);

  assert_verdict (trail, 6, hash_at (trail, 6), 0, NULL, MP_AUDIT_INTACT, 6);
  assert_verdict (trail, 6, hash_at (trail, 6), 4, hash_at (trail, 4), MP_AUDIT_INTACT, 6);
  assert_verdict (trail, 6, hash_at (trail, 6), 6, hash_at (trail, 6), MP_AUDIT_INTACT, 6);
  assert_verdict (none, 0, NULL, 0, NULL, MP_AUDIT_INTACT, 0);
}

static void
test_after_head (void)
{
  g_autoptr (GPtrArray) trail = new_trail (N_ENTRIES);

  assert_verdict (trail, 4, hash_at (trail, 4), 2, hash_at (trail, 2), MP_AUDIT_INTACT, 4);
  falsify (trail, 6);
  assert_verdict (trail, 4, hash_at (trail, 4), 2, hash_at (trail, 2), MP_AUDIT_CHANGED, 6);
}

static void
test_changed (void)
{
  for (unsigned int i = 1; i <= N_ENTRIES; i++)
    {
      g_autoptr (GPtrArray) trail = new_trail (N_ENTRIES);

      falsify (trail, i);
      assert_verdict (trail, 6, hash_at (trail, 6), 0, NULL, MP_AUDIT_CHANGED, i);
    }
}

static void
test_unhashed (void)
{
  g_autoptr (GPtrArray) trail = new_trail (2);

  g_ptr_array_add (trail, new_entry (3, "anna"));
  assert_verdict (trail, 2, hash_at (trail, 2), 0, NULL, MP_AUDIT_CHANGED, 3);
}

static void
test_missing (void)
{
  for (unsigned int i = 0; i < N_ENTRIES - 1; i++)
    {
      g_autoptr (GPtrArray) trail = new_trail (N_ENTRIES);
      g_autofree char *head = g_strdup (hash_at (trail, 6));

      g_ptr_array_remove_index (trail, i);
      assert_verdict (trail, 6, head, 0, NULL, MP_AUDIT_MISSING, i + 1);
    }
}

static void
test_reordered (void)
{
  g_autoptr (GPtrArray) trail = new_trail (N_ENTRIES);
  g_autoptr (GPtrArray) twice = new_trail (3);

  swap (trail, 1, 4);
  assert_verdict (trail, 6, hash_at (trail, 6), 0, NULL, MP_AUDIT_REORDERED, 2);

  g_ptr_array_add (twice, g_object_ref (twice->pdata[1]));
  assert_verdict (twice, 3, hash_at (twice, 3), 0, NULL, MP_AUDIT_REORDERED, 4);
}

static void
test_truncated (void)
{
  g_autoptr (GPtrArray) trail = new_trail (N_ENTRIES);
  g_autoptr (GPtrArray) shorter = new_trail (4);
  g_autoptr (GPtrArray) none = new_trail (0);

  assert_verdict (shorter, 6, hash_at (trail, 6), 0, NULL, MP_AUDIT_TRUNCATED, 5);
  assert_verdict (shorter, 4, hash_at (trail, 4), 6, hash_at (trail, 6), MP_AUDIT_TRUNCATED, 5);
  assert_verdict (trail, 4, hash_at (trail, 4), 6, hash_at (trail, 6), MP_AUDIT_TRUNCATED, 5);
  assert_verdict (none, 0, NULL, 6, hash_at (trail, 6), MP_AUDIT_TRUNCATED, 1);
}

static void
test_forked (void)
{
  /* all hashes anew from the third entry on: only a head tells */
  g_autoptr (GPtrArray) trail = new_trail (N_ENTRIES);
  g_autoptr (GPtrArray) other = new_trail (2);

  while (other->len < N_ENTRIES)
    append_entry (other, "mallory");

  assert_verdict (other, 6, hash_at (other, 6), 0, NULL, MP_AUDIT_INTACT, 6);
  assert_verdict (other, 6, hash_at (other, 6), 2, hash_at (trail, 2), MP_AUDIT_INTACT, 6);
  assert_verdict (other, 6, hash_at (other, 6), 4, hash_at (trail, 4), MP_AUDIT_FORKED, 4);
  assert_verdict (other, 6, hash_at (trail, 6), 0, NULL, MP_AUDIT_FORKED, 6);
  assert_verdict (other, 6, NULL, 0, NULL, MP_AUDIT_FORKED, 6);
}

static void
test_verdict_texts (void)
{
  for (MpAuditState state = MP_AUDIT_INTACT; state <= MP_AUDIT_RESTORED; state++)
    {
      g_autoptr (MpAuditVerdict) verdict = mp_audit_verdict_new (state, 17);
      g_autofree char *text = mp_audit_verdict_dup_text (verdict);

      g_assert_cmpint (strstr (text, "17") != NULL, ==, state != MP_AUDIT_UNSIGNED);
    }
}

static void
test_verdict_is_kept (void)
{
  static const char *const broken[] = { "", "intact", "forked x", "forked -1", "other 3", "1" };

  for (MpAuditState state = MP_AUDIT_INTACT; state <= MP_AUDIT_RESTORED; state++)
    {
      g_autoptr (MpAuditVerdict) verdict = mp_audit_verdict_new (state, 17);
      g_autofree char *text = mp_audit_verdict_to_string (verdict);
      g_autoptr (MpAuditVerdict) again = mp_audit_verdict_new_from_string (text);

      g_assert_cmpint (mp_audit_verdict_get_state (again), ==, state);
      g_assert_cmpint (mp_audit_verdict_get_sequence (again), ==, 17);
    }
  for (size_t i = 0; i < G_N_ELEMENTS (broken); i++)
    g_assert_null (mp_audit_verdict_new_from_string (broken[i]));
}

/* With its digest alone, an entry has the same place in the chain. */
static void
test_link (void)
{
  g_autoptr (GPtrArray) trail = new_trail (2);
  g_autoptr (JsonObject) object = mp_audit_entry_to_json (trail->pdata[1]);
  g_autofree char *digest = mp_json_digest (json_object_get_member (object, "entry"));
  g_autofree char *hash = mp_audit_link (hash_at (trail, 1), digest);

  g_assert_cmpstr (hash, ==, hash_at (trail, 2));
  g_assert_null (mp_audit_link (NULL, "no digest"));
  g_assert_null (mp_audit_link ("no hash", digest));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/audit/entry", test_entry);
  g_test_add_func ("/core/audit/hash-is-the-documented-one", test_hash);
  g_test_add_func ("/core/audit/unknown-members-are-hashed", test_json_keeps_unknown);
  g_test_add_func ("/core/audit/refuses-broken-entries", test_json_refuses);
  g_test_add_func ("/core/audit/intact", test_intact);
  g_test_add_func ("/core/audit/entries-after-the-head", test_after_head);
  g_test_add_func ("/core/audit/changed", test_changed);
  g_test_add_func ("/core/audit/without-a-hash", test_unhashed);
  g_test_add_func ("/core/audit/missing", test_missing);
  g_test_add_func ("/core/audit/reordered", test_reordered);
  g_test_add_func ("/core/audit/truncated", test_truncated);
  g_test_add_func ("/core/audit/forked", test_forked);
  g_test_add_func ("/core/audit/verdict-names-the-entry", test_verdict_texts);
  g_test_add_func ("/core/audit/verdict-is-kept", test_verdict_is_kept);
  g_test_add_func ("/core/audit/link-by-the-digest", test_link);
  return g_test_run ();
}
