/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-db-conformance.h"

#include "mp-error.h"
#include "mp-test-folder.h"

#define NOW INT64_C (1700000000000000)
#define DAY (INT64_C (86400) * G_USEC_PER_SEC)
#define HASH "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

/* Runs a call in a transaction of its own. */
#define IN_TRANSACTION(db, call)                                                                   \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autoptr (GError) local_error = NULL;                                                         \
    g_autoptr (MpDbTransaction) own_transaction = mp_db_begin ((db), &local_error);                \
    GError **failure = &local_error;                                                               \
                                                                                                   \
    g_assert_no_error (local_error);                                                               \
    call;                                                                                          \
    g_assert_no_error (local_error);                                                               \
    mp_db_commit (own_transaction, failure);                                                       \
    g_assert_no_error (local_error);                                                               \
  }                                                                                                \
  G_STMT_END

void
db_fixture_set_up (DbFixture *fixture, const void *opener)
{
  static const MpDbTenant tenants[] = { { "a", "First", NOW }, { "b", "Second", NOW } };

  fixture->folder = mp_test_folder_new ();
  fixture->db = ((DbOpener) opener) (fixture->folder);
  for (size_t i = 0; i < G_N_ELEMENTS (tenants); i++)
    IN_TRANSACTION (fixture->db, mp_db_add_tenant (fixture->db, &tenants[i], failure));
}

void
db_fixture_tear_down (DbFixture *fixture, const void *opener)
{
  g_assert_finalize_object (fixture->db);
  mp_test_folder_remove (fixture->folder);
  g_free (fixture->folder);
}

static int64_t
put_record (DbFixture *fixture,
            const char *tenant,
            const char *id,
            gboolean archived,
            const char *json,
            const char *const *credentials)
{
  MpDbRecord record = { .id = id, .archived = archived, .json = json };

  IN_TRANSACTION (fixture->db, {
    mp_db_next_sequence (fixture->db, tenant, &record.sequence, failure);
    g_assert_no_error (*failure);
    mp_db_put_record (fixture->db, tenant, &record, credentials, "anna", NOW, failure);
  });
  return record.sequence;
}

int64_t
db_fixture_put_record (DbFixture *fixture, const char *tenant, const char *id)
{
  return put_record (fixture, tenant, id, FALSE, "{}", NULL);
}

static int64_t
put_credential (DbFixture *fixture, const char *tenant, const char *id, unsigned int version)
{
  MpDbCredential credential = { .id = id, .version = version, .json = "{\"label\":\"x\"}" };

  IN_TRANSACTION (fixture->db, {
    mp_db_next_sequence (fixture->db, tenant, &credential.sequence, failure);
    g_assert_no_error (*failure);
    mp_db_put_credential (fixture->db, tenant, &credential, failure);
  });
  return credential.sequence;
}

static void
test_tenants (DbFixture *fixture, const void *data)
{
  static const char *const bad_ids[] = { "", "-a", "A", "a b", "a|b", "a/b", "ä", "a.b", NULL };
  g_autoptr (GPtrArray) tenants = NULL;
  g_autoptr (MpDbTenant) tenant = NULL;
  g_autoptr (MpDbTenant) none = NULL;
  g_autoptr (GError) error = NULL;
  MpDbTenant taken = { "a", "Again", NOW };

  tenants = mp_db_list_tenants (fixture->db, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (tenants->len, ==, 2);
  tenant = mp_db_get_tenant (fixture->db, "b", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (tenant->name, ==, "Second");
  g_assert_cmpint (tenant->created_unix_us, ==, NOW);

  none = mp_db_get_tenant (fixture->db, "c", &error);
  g_assert_error (error, MP_ERROR, MP_ERROR_NOT_FOUND);
  g_assert_null (none);
  g_clear_error (&error);

  {
    g_autoptr (MpDbTransaction) transaction = mp_db_begin (fixture->db, NULL);

    g_assert_false (mp_db_add_tenant (fixture->db, &taken, &error));
    g_assert_error (error, MP_ERROR, MP_ERROR_CONFLICT);
    g_clear_error (&error);
    for (size_t i = 0; i < G_N_ELEMENTS (bad_ids); i++)
      {
        MpDbTenant bad = { bad_ids[i], "Bad", NOW };

        g_test_message ("%s", bad_ids[i]);
        g_assert_false (mp_db_add_tenant (fixture->db, &bad, &error));
        g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
        g_clear_error (&error);
      }
  }
  g_assert_true (mp_db_tenant_id_is_valid ("0a-b"));
}

static void
test_tokens (DbFixture *fixture, const void *data)
{
  MpDbToken token = {
    .id = "t1",
    .tenant = "a",
    .hash = HASH,
    .actor = "anna",
    .role = MP_ROLE_AUDITOR,
    .created_unix_us = NOW,
    .expires_unix_us = NOW + DAY,
  };
  g_autoptr (MpDbToken) found = NULL;
  g_autoptr (GPtrArray) listed = NULL;
  g_autoptr (GError) error = NULL;

  IN_TRANSACTION (fixture->db, mp_db_add_token (fixture->db, &token, failure));
  IN_TRANSACTION (fixture->db, mp_db_touch_token (fixture->db, "a", "t1", NOW + 1, failure));
  IN_TRANSACTION (fixture->db, mp_db_revoke_token (fixture->db, "a", "t1", NOW + 2, failure));
  IN_TRANSACTION (fixture->db, mp_db_revoke_token (fixture->db, "a", "t1", NOW + 3, failure));

  found = mp_db_find_token (fixture->db, HASH, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (found->id, ==, "t1");
  g_assert_cmpstr (found->tenant, ==, "a");
  g_assert_cmpstr (found->actor, ==, "anna");
  g_assert_cmpint (found->role, ==, MP_ROLE_AUDITOR);
  g_assert_cmpint (found->expires_unix_us, ==, NOW + DAY);
  g_assert_cmpint (found->used_unix_us, ==, NOW + 1);
  g_assert_cmpint (found->revoked_unix_us, ==, NOW + 2);

  listed = mp_db_list_tokens (fixture->db, "b", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (listed->len, ==, 0);
}

/* Another tenant's token is not revoked, and a token of no tenant is not made. */
static void
test_token_refusals (DbFixture *fixture, const void *data)
{
  MpDbToken token = {
    .id = "t1", .tenant = "a", .hash = HASH, .actor = "anna", .role = MP_ROLE_AUDITOR
  };
  MpDbToken lost = {
    .id = "t2", .tenant = "c", .hash = "00", .actor = "anna", .role = MP_ROLE_AUDITOR
  };
  g_autoptr (MpDbTransaction) transaction = NULL;
  g_autoptr (GError) error = NULL;

  IN_TRANSACTION (fixture->db, mp_db_add_token (fixture->db, &token, failure));

  transaction = mp_db_begin (fixture->db, &error);
  g_assert_no_error (error);
  g_assert_false (mp_db_add_token (fixture->db, &lost, &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (mp_db_revoke_token (fixture->db, "b", "t1", NOW, &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (mp_db_touch_token (fixture->db, "a", "t2", NOW, &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (mp_db_touch_token (fixture->db, "b", "t1", NOW, &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (mp_db_find_token (fixture->db, "00", &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_NOT_FOUND);
}

static void
test_record_states (DbFixture *fixture, const void *data)
{
  g_autoptr (MpDbRecord) record = NULL;
  g_autoptr (GPtrArray) history = NULL;
  g_autoptr (GPtrArray) page = NULL;
  g_autoptr (GError) error = NULL;
  const MpDbRevision *newest;

  put_record (fixture, "a", "r", FALSE, "{\"n\":1}", NULL);
  put_record (fixture, "a", "r", FALSE, "{\"n\":2}", NULL);
  put_record (fixture, "a", "r", TRUE, "{\"n\":3}", NULL);

  record = mp_db_get_record (fixture->db, "a", "r", &error);
  g_assert_no_error (error);
  g_assert_cmpint (record->sequence, ==, 3);
  g_assert_true (record->archived);
  g_assert_cmpstr (record->json, ==, "{\"n\":3}");

  history = mp_db_list_history (fixture->db, "a", "r", 0, 2, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (history->len, ==, 2);
  newest = history->pdata[0];
  g_assert_cmpint (newest->sequence, ==, 3);
  g_assert_cmpint (newest->at_unix_us, ==, NOW);
  g_assert_cmpstr (newest->actor, ==, "anna");
  g_assert_cmpstr (newest->json, ==, "{\"n\":3}");

  page = mp_db_list_history (fixture->db, "a", "r", 2, 2, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (page->len, ==, 1);
  g_assert_cmpint (((MpDbRevision *) page->pdata[0])->sequence, ==, 1);
}

static void
assert_record_ids (DbFixture *fixture,
                   gboolean archived,
                   const char *after,
                   unsigned int limit,
                   const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) records =
                 mp_db_list_records (fixture->db, "a", archived, after, limit, &error);
  g_autoptr (GString) ids = g_string_new (NULL);

  g_assert_no_error (error);
  for (unsigned int i = 0; i < records->len; i++)
    g_string_append (ids, ((MpDbRecord *) records->pdata[i])->id);
  g_assert_cmpstr (ids->str, ==, expected);
}

static void
test_record_list (DbFixture *fixture, const void *data)
{
  put_record (fixture, "a", "z", FALSE, "{}", NULL);
  put_record (fixture, "a", "x", FALSE, "{}", NULL);
  put_record (fixture, "a", "y", TRUE, "{}", NULL);
  put_record (fixture, "a", "w", FALSE, "{}", NULL);
  put_record (fixture, "b", "v", FALSE, "{}", NULL);

  assert_record_ids (fixture, FALSE, NULL, 10, "wxz");
  assert_record_ids (fixture, FALSE, NULL, 2, "wx");
  assert_record_ids (fixture, FALSE, "x", 2, "z");
  assert_record_ids (fixture, TRUE, NULL, 10, "y");
}

/* The same id at two tenants is two records; neither sees the other's. */
static void
test_other_tenant (DbFixture *fixture, const void *data)
{
  g_autoptr (MpDbRecord) record = NULL;
  g_autoptr (GPtrArray) changes = NULL;
  g_autoptr (GPtrArray) history = NULL;
  g_autoptr (GError) error = NULL;

  put_record (fixture, "a", "r", FALSE, "{\"of\":\"a\"}", NULL);
  put_record (fixture, "a", "only", FALSE, "{}", NULL);
  put_credential (fixture, "a", "c", 1);
  put_record (fixture, "b", "r", FALSE, "{\"of\":\"b\"}", NULL);

  record = mp_db_get_record (fixture->db, "b", "r", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (record->json, ==, "{\"of\":\"b\"}");
  g_assert_cmpint (record->sequence, ==, 1);
  changes = mp_db_list_changes (fixture->db, "b", 0, 10, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (changes->len, ==, 1);
  history = mp_db_list_history (fixture->db, "b", "only", 0, 10, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (history->len, ==, 0);

  g_assert_null (mp_db_get_record (fixture->db, "b", "only", &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (mp_db_get_credential (fixture->db, "b", "c", &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_NOT_FOUND);
}

static void
assert_changes (DbFixture *fixture, int64_t after, unsigned int limit, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) changes = mp_db_list_changes (fixture->db, "a", after, limit, &error);
  g_autoptr (GString) text = g_string_new (NULL);

  g_assert_no_error (error);
  for (unsigned int i = 0; i < changes->len; i++)
    {
      const MpDbChange *change = changes->pdata[i];

      g_string_append_printf (text, "%s%s%" G_GINT64_FORMAT " ",
                              change->kind == MP_DB_CHANGE_CREDENTIAL ? "+" : "", change->id,
                              change->sequence);
    }
  g_assert_cmpstr (text->str, ==, expected);
}

static void
test_feed (DbFixture *fixture, const void *data)
{
  put_record (fixture, "a", "r", FALSE, "{}", NULL);
  put_credential (fixture, "a", "c", 1);
  put_record (fixture, "a", "s", FALSE, "{}", NULL);
  put_record (fixture, "a", "r", TRUE, "{}", NULL);
  assert_changes (fixture, 0, 10, "+c2 s3 r4 ");
  put_credential (fixture, "a", "c", 2);

  assert_changes (fixture, 0, 10, "s3 r4 +c5 ");
  assert_changes (fixture, 0, 2, "s3 r4 ");
  assert_changes (fixture, 4, 10, "+c5 ");
  assert_changes (fixture, 5, 10, "");
}

static void
test_credentials (DbFixture *fixture, const void *data)
{
  static const char *const both[] = { "c", "c", "d", NULL };
  static const char *const one[] = { "d", NULL };
  g_autoptr (GPtrArray) users = NULL;
  g_autoptr (GPtrArray) all = NULL;
  g_autoptr (MpDbCredential) credential = NULL;
  g_autoptr (GError) error = NULL;

  put_credential (fixture, "a", "c", 3);
  put_credential (fixture, "a", "d", 1);
  put_record (fixture, "a", "r", FALSE, "{}", both);
  put_record (fixture, "a", "s", TRUE, "{}", both);
  put_record (fixture, "b", "t", FALSE, "{}", both);

  users = mp_db_list_credential_users (fixture->db, "a", "c", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (users->len, ==, 2);
  g_clear_pointer (&users, g_ptr_array_unref);
  put_record (fixture, "a", "r", FALSE, "{}", one);
  users = mp_db_list_credential_users (fixture->db, "a", "c", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (users->len, ==, 1);
  g_assert_cmpstr (((MpDbRecord *) users->pdata[0])->id, ==, "s");

  credential = mp_db_get_credential (fixture->db, "a", "c", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (credential->version, ==, 3);
  g_assert_false (credential->revoked);
  g_assert_cmpstr (credential->json, ==, "{\"label\":\"x\"}");
  all = mp_db_list_credentials (fixture->db, "a", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (all->len, ==, 2);
}

static void
test_secrets (DbFixture *fixture, const void *data)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("\0\xff\0cipher", 9);
  MpDbSecret secret = {
    .tenant = "a", .credential = "c", .version = 2, .key_id = "k1", .ciphertext = bytes
  };
  MpDbSecret lost = secret;
  g_autoptr (MpDbSecret) stored = NULL;
  g_autoptr (GPtrArray) others = NULL;
  g_autoptr (GError) error = NULL;

  put_credential (fixture, "a", "c", 2);
  IN_TRANSACTION (fixture->db, mp_db_put_secret (fixture->db, &secret, failure));
  stored = mp_db_get_secret (fixture->db, "a", "c", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (stored->version, ==, 2);
  g_assert_cmpstr (stored->key_id, ==, "k1");
  g_assert_true (g_bytes_equal (stored->ciphertext, bytes));

  others = mp_db_list_secrets_not_under (fixture->db, "k2", 10, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (others->len, ==, 1);
  g_clear_pointer (&others, g_ptr_array_unref);
  others = mp_db_list_secrets_not_under (fixture->db, "k1", 10, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (others->len, ==, 0);

  g_assert_null (mp_db_get_secret (fixture->db, "b", "c", &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_NOT_FOUND);
  g_clear_error (&error);
  lost.tenant = "b";
  {
    g_autoptr (MpDbTransaction) transaction = mp_db_begin (fixture->db, NULL);

    g_assert_false (mp_db_put_secret (fixture->db, &lost, &error));
    g_assert_error (error, MP_ERROR, MP_ERROR_NOT_FOUND);
    g_clear_error (&error);
  }

  IN_TRANSACTION (fixture->db, mp_db_remove_secret (fixture->db, "a", "c", failure));
  IN_TRANSACTION (fixture->db, mp_db_remove_secret (fixture->db, "a", "c", failure));
  g_assert_null (mp_db_get_secret (fixture->db, "a", "c", &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_NOT_FOUND);
}

static char *
get_result (DbFixture *fixture, const char *tenant, const char *op)
{
  g_autoptr (GError) error = NULL;
  char *result = NULL;

  g_assert_true (mp_db_get_operation_result (fixture->db, tenant, op, &result, &error));
  g_assert_no_error (error);
  return result;
}

static void
test_operations (DbFixture *fixture, const void *data)
{
  g_autofree char *kept = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (get_result (fixture, "a", "o1"));
  IN_TRANSACTION (fixture->db,
                  mp_db_put_operation_result (fixture->db, "a", "o1", "{\"n\":1}", NOW, failure));
  IN_TRANSACTION (fixture->db, mp_db_put_operation_result (fixture->db, "a", "o2", "{}",
                                                           NOW + 2 * DAY, failure));
  {
    g_autoptr (MpDbTransaction) transaction = mp_db_begin (fixture->db, NULL);

    g_assert_false (mp_db_put_operation_result (fixture->db, "a", "o1", "{\"n\":2}", NOW, &error));
    g_assert_error (error, MP_ERROR, MP_ERROR_CONFLICT);
  }
  kept = get_result (fixture, "a", "o1");
  g_assert_cmpstr (kept, ==, "{\"n\":1}");
  g_assert_null (get_result (fixture, "b", "o1"));

  IN_TRANSACTION (fixture->db, mp_db_purge_operation_results (
                                   fixture->db, NOW + (MP_DB_OPERATION_DAYS + 1) * DAY, failure));
  g_assert_null (get_result (fixture, "a", "o1"));
  g_free (kept);
  kept = get_result (fixture, "a", "o2");
  g_assert_nonnull (kept);
}

static void
test_audit_rows (DbFixture *fixture, const void *data)
{
  MpAuditEntryInit init = { .actor = "anna", .action = "sign-in", .resource = "settings/r" };
  MpDbAuditRow row = { .sequence = 1, .entry = "{}", .hash = HASH };
  MpAuditFilter filter = { .actor = "anna", .action = "sign-in", .resource = "settings/r" };
  MpAuditFilter nobody = { .actor = "otto" };
  g_autoptr (MpDbAuditHead) head = NULL;
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (GPtrArray) none = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (mp_db_get_audit_head (fixture->db, "a", &head, &error));
  g_assert_null (head);
  IN_TRANSACTION (fixture->db, mp_db_append_audit (fixture->db, "a", &row, &init, "sig", failure));

  g_assert_true (mp_db_get_audit_head (fixture->db, "a", &head, &error));
  g_assert_no_error (error);
  g_assert_cmpint (head->sequence, ==, 1);
  g_assert_cmpstr (head->hash, ==, HASH);
  g_assert_cmpstr (head->signature, ==, "sig");
  rows = mp_db_list_audit (fixture->db, "a", &filter, 10, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (rows->len, ==, 1);
  none = mp_db_list_audit (fixture->db, "a", &nobody, 10, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (none->len, ==, 0);

  {
    g_autoptr (MpDbTransaction) transaction = mp_db_begin (fixture->db, NULL);

    g_assert_false (mp_db_append_audit (fixture->db, "a", &row, &init, "sig", &error));
    g_assert_error (error, MP_ERROR, MP_ERROR_CONFLICT);
  }
}

static void
test_meta (DbFixture *fixture, const void *data)
{
  g_autofree char *value = NULL;
  g_autofree char *epoch = NULL;
  g_autofree char *renewed = NULL;
  g_autoptr (GError) error = NULL;
  static const char next[] = "01234567-89ab-cdef-0123-456789abcdef";

  g_assert_true (mp_db_get_meta (fixture->db, "fact", &value, &error));
  g_assert_null (value);
  IN_TRANSACTION (fixture->db, mp_db_set_meta (fixture->db, "fact", "1", failure));
  IN_TRANSACTION (fixture->db, mp_db_set_meta (fixture->db, "fact", "2", failure));
  g_assert_true (mp_db_get_meta (fixture->db, "fact", &value, &error));
  g_assert_cmpstr (value, ==, "2");

  epoch = mp_db_dup_epoch (fixture->db, &error);
  g_assert_no_error (error);
  g_assert_true (g_uuid_string_is_valid (epoch));
  IN_TRANSACTION (fixture->db, mp_db_set_epoch (fixture->db, next, failure));
  renewed = mp_db_dup_epoch (fixture->db, &error);
  g_assert_cmpstr (renewed, ==, next);
}

static void
test_revisions (void)
{
  static const char *const bad[] = {
    NULL,
    "",
    "12",
    "01234567-89ab-cdef-0123-456789abcdef",
    "01234567-89ab-cdef-0123-456789abcdef.",
    "01234567-89ab-cdef-0123-456789abcdef.-1",
    "01234567-89ab-cdef-0123-456789abcdef.1x",
    "01234567-89ab-cdef-0123-456789abcdef.1.2",
    "01234567-89ab-cdef-0123-456789abcdef.99999999999999999999",
    "01234567.89ab-cdef-0123-456789abcdef.1",
  };
  g_autofree char *text = mp_db_format_revision ("01234567-89ab-cdef-0123-456789abcdef", 42);
  g_autofree char *epoch = NULL;
  int64_t sequence = 0;

  g_assert_true (mp_db_parse_revision (text, &epoch, &sequence));
  g_assert_cmpstr (epoch, ==, "01234567-89ab-cdef-0123-456789abcdef");
  g_assert_cmpint (sequence, ==, 42);
  for (size_t i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      char *unset = NULL;

      g_test_message ("%s", bad[i]);
      g_assert_false (mp_db_parse_revision (bad[i], &unset, &sequence));
      g_assert_null (unset);
    }
}

/* What is not committed never was, and its number is taken again. */
static void
test_rollback (DbFixture *fixture, const void *data)
{
  g_autoptr (GError) error = NULL;
  int64_t sequence;

  {
    g_autoptr (MpDbTransaction) transaction = mp_db_begin (fixture->db, &error);
    MpDbRecord record = { .id = "r", .json = "{}" };
    g_autoptr (MpDbRecord) own = NULL;

    g_assert_true (mp_db_in_transaction (fixture->db));
    g_assert_true (mp_db_next_sequence (fixture->db, "a", &record.sequence, &error));
    g_assert_cmpint (record.sequence, ==, 1);
    mp_db_put_record (fixture->db, "a", &record, NULL, "anna", NOW, &error);
    g_assert_no_error (error);
    own = mp_db_get_record (fixture->db, "a", "r", &error);
    g_assert_no_error (error);
  }
  g_assert_false (mp_db_in_transaction (fixture->db));
  g_assert_null (mp_db_get_record (fixture->db, "a", "r", &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_true (mp_db_get_sequence (fixture->db, "a", &sequence, &error));
  g_assert_cmpint (sequence, ==, 0);
  g_assert_false (mp_db_get_sequence (fixture->db, "c", &sequence, &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_NOT_FOUND);
}

/* What is known of the tenant's sequence to another thread. */
static gpointer
read_sequence_elsewhere (gpointer data)
{
  DbFixture *fixture = data;
  int64_t sequence = 0;

  g_assert_true (mp_db_get_sequence (fixture->db, "a", &sequence, NULL));
  return GSIZE_TO_POINTER ((size_t) sequence);
}

static void
expect_rows (DbFixture *fixture)
{
  static const char *const none[] = { NULL };
  static const char *const credentials[] = { "c1", "c2", NULL };
  MpDbGroup *group = mp_db_group_new (fixture->db);
  g_autoptr (GError) error = NULL;
  g_autoptr (MpDbCredential) credential = NULL;
  g_autoptr (MpDbRecord) before = NULL;
  g_autoptr (MpDbRecord) after = NULL;
  gboolean is_undone = FALSE;

  mp_db_group_expect (group, "a", "r1", credentials);
  mp_db_group_expect (group, "a", "r9", none);
  mp_db_group_expect (group, "b", "r1", none);
  {
    g_autoptr (MpDbTransaction) transaction = mp_db_begin (fixture->db, &error);

    g_assert_no_error (error);
    before = mp_db_get_record (fixture->db, "a", "r1", &error);
    g_assert_no_error (error);
    credential = mp_db_get_credential (fixture->db, "a", "c1", &error);
    g_assert_no_error (error);
    g_assert_cmpuint (credential->version, ==, 3);
    g_assert_null (mp_db_get_credential (fixture->db, "a", "c2", &error));
    g_assert_error (error, MP_ERROR, MP_ERROR_NOT_FOUND);
    g_clear_error (&error);
    g_assert_null (mp_db_get_record (fixture->db, "b", "r1", &error));
    g_assert_error (error, MP_ERROR, MP_ERROR_NOT_FOUND);
    g_clear_error (&error);
    g_assert_true (mp_db_commit (transaction, &error));
  }
  /* What was read ahead is not what was written since. */
  db_fixture_put_record (fixture, "a", "r1");
  after = mp_db_get_record (fixture->db, "a", "r1", &error);
  g_assert_no_error (error);
  g_assert_cmpint (after->sequence, >, before->sequence);
  g_assert_true (mp_db_group_commit (group, &is_undone, &error));
  g_assert_no_error (error);
}

/* What is said to be read soon is read as it is. */
static void
test_expectation (DbFixture *fixture, const void *data)
{
  put_credential (fixture, "a", "c1", 3);
  db_fixture_put_record (fixture, "a", "r1");
  expect_rows (fixture);
}

/* Transactions of a group see what those before them wrote, and after the group's commit everybody
 * does, and is told. */
static void
test_group (DbFixture *fixture, const void *data)
{
  MpDbGroup *group = mp_db_group_new (fixture->db);
  g_autoptr (GError) error = NULL;
  g_autoptr (MpDbRecord) first = NULL;
  gboolean is_undone = TRUE;
  int64_t sequence = 0;

  db_fixture_put_record (fixture, "a", "r1");
  first = mp_db_get_record (fixture->db, "a", "r1", &error);
  g_assert_no_error (error);
  db_fixture_put_record (fixture, "b", "r1");
  g_assert_cmpint (db_fixture_put_record (fixture, "a", "r3"), ==, 2);
  g_assert_true (mp_db_group_commit (group, &is_undone, &error));
  g_assert_no_error (error);

  sequence = (int64_t) GPOINTER_TO_SIZE (
      g_thread_join (g_thread_new ("reader", read_sequence_elsewhere, fixture)));
  g_assert_cmpint (sequence, ==, 2);
  g_assert_true (mp_db_wait_for_change (fixture->db, "a", 1, g_get_monotonic_time ()));
}

/* What one of a group rolls back is not there, whether the others are or have to be tried again. */
static void
test_rollback_in_group (DbFixture *fixture, const void *data)
{
  MpDbGroup *group = mp_db_group_new (fixture->db);
  g_autoptr (GError) error = NULL;
  g_autoptr (MpDbRecord) first = NULL;
  gboolean is_undone = FALSE;
  gboolean is_committed;

  db_fixture_put_record (fixture, "a", "r1");
  {
    g_autoptr (MpDbTransaction) transaction = mp_db_begin (fixture->db, &error);
    MpDbRecord record = { .id = "r2", .json = "{}" };

    g_assert_no_error (error);
    g_assert_true (mp_db_next_sequence (fixture->db, "a", &record.sequence, &error));
    g_assert_true (mp_db_put_record (fixture->db, "a", &record, NULL, "anna", NOW, &error));
  }
  is_committed = mp_db_group_commit (group, &is_undone, &error);
  g_assert_true (is_committed || is_undone);
  g_assert_true (is_committed == (error == NULL));
  g_clear_error (&error);

  first = mp_db_get_record (fixture->db, "a", "r1", NULL);
  g_assert_true (is_committed == (first != NULL));
  g_assert_null (mp_db_get_record (fixture->db, "a", "r2", &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_NOT_FOUND);
  g_assert_cmpint (db_fixture_put_record (fixture, "a", "r4"), ==, is_committed ? 2 : 1);
}

/* A group without a transaction is none. */
static void
test_empty_group (DbFixture *fixture, const void *data)
{
  MpDbGroup *group = mp_db_group_new (fixture->db);
  g_autoptr (GError) error = NULL;
  gboolean is_undone = FALSE;

  g_assert_true (mp_db_group_commit (group, &is_undone, &error));
  g_assert_no_error (error);
}

/* A thread that began twice would wait for itself; a write outside a transaction would stand
 * without its audit entry. Both are faults of the program. */
static void
test_misuse (DbFixture *fixture, const void *data)
{
  if (g_test_subprocess ())
    {
      g_autoptr (MpDbTransaction) first = mp_db_begin (fixture->db, NULL);
      g_autoptr (MpDbTransaction) second = NULL;

      mp_test_folder_remove (fixture->folder);
      second = mp_db_begin (fixture->db, NULL);
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr ("*mp_db_in_transaction*");
}

static void
test_write_without_transaction (DbFixture *fixture, const void *data)
{
  if (g_test_subprocess ())
    {
      mp_test_folder_remove (fixture->folder);
      mp_db_set_meta (fixture->db, "fact", "1", NULL);
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr ("*mp_db_in_transaction*");
}

#define ADD(name, function)                                                                        \
  g_test_add ("/server/db/" name, DbFixture, (const void *) open, db_fixture_set_up, function,     \
              db_fixture_tear_down)

void
db_conformance_add_tests (DbOpener open)
{
  ADD ("tenants-have-narrow-ids", test_tenants);
  ADD ("tokens-are-found-by-hash", test_tokens);
  ADD ("tokens-belong-to-one-tenant", test_token_refusals);
  ADD ("records-keep-every-state", test_record_states);
  ADD ("records-are-listed-in-pages", test_record_list);
  ADD ("tenants-do-not-see-each-other", test_other_tenant);
  ADD ("feed-has-each-thing-once", test_feed);
  ADD ("credentials-know-their-users", test_credentials);
  ADD ("secrets-belong-to-a-credential", test_secrets);
  ADD ("operations-keep-the-first-result", test_operations);
  ADD ("audit-rows-are-filtered", test_audit_rows);
  ADD ("facts-and-epoch", test_meta);
  ADD ("rollback-leaves-nothing", test_rollback);
  ADD ("group-is-committed-together", test_group);
  ADD ("group-may-be-empty", test_empty_group);
  ADD ("group-forgets-what-is-rolled-back", test_rollback_in_group);
  ADD ("group-reads-ahead", test_expectation);
  ADD ("second-begin-aborts", test_misuse);
  ADD ("write-without-transaction-aborts", test_write_without_transaction);
  g_test_add_func ("/server/db/revisions-are-parsed-strictly", test_revisions);
  db_conformance_add_wait_tests (open);
}
