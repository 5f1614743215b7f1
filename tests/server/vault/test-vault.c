/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-error.h"
#include "mp-server-fixture.h"
#include "mp-test-db.h"
#include "mp-test-folder.h"
#include "mp-vault.h"

#include <glib/gstdio.h>
#include <sodium.h>
#include <string.h>

#define SECRET "sk_test_MarkerOfTheVaultTest42"

typedef struct
{
  ServerFixture server;
  char *key_path;
  MpVault *vault;
} VaultFixture;

static const MpVaultUse use = {
  .actor = "anna",
  .role = MP_ROLE_CLIENT_ADMIN,
  .purpose = "crm.objects",
  .request = "q-7",
  .address = "192.0.2.1",
};

static MpVault *
open_vault (VaultFixture *fixture, const char *key_path, GError **error)
{
  return mp_vault_new (fixture->server.db, fixture->server.audit, key_path, error);
}

static void
set_up (VaultFixture *fixture, const void *data)
{
  g_autoptr (GError) error = NULL;

  server_fixture_set_up (&fixture->server, data);
  fixture->key_path = server_fixture_path (&fixture->server, "master.key");
  mp_vault_create_key_file (fixture->key_path, &error);
  g_assert_no_error (error);
  fixture->vault = open_vault (fixture, fixture->key_path, &error);
  g_assert_no_error (error);
}

static void
tear_down (VaultFixture *fixture, const void *data)
{
  g_assert_finalize_object (fixture->vault);
  server_fixture_tear_down (&fixture->server, data);
  g_free (fixture->key_path);
}

static MpSecret *
new_secret (const char *value)
{
  MpSecret *secret = mp_secret_new ();

  mp_secret_set (secret, "key", value);
  return secret;
}

static void
store (VaultFixture *fixture, const char *tenant, const char *id, const char *value)
{
  g_autoptr (MpSecret) secret = new_secret (value);
  g_autoptr (MpDbTransaction) transaction = NULL;
  g_autoptr (GError) error = NULL;

  server_fixture_add_credential (&fixture->server, tenant, id);
  transaction = mp_db_begin (fixture->server.db, &error);
  mp_vault_store_secret (fixture->vault, tenant, id, 1, secret, &error);
  g_assert_no_error (error);
  mp_db_commit (transaction, &error);
  g_assert_no_error (error);
}

static void
assert_opens (VaultFixture *fixture, const char *tenant, const char *id, const char *value)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MpSecret) secret = mp_vault_open_secret (fixture->vault, tenant, id, &use, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (mp_secret_get (secret, "key"), ==, value);
}

static void
assert_closed (VaultFixture *fixture, const char *tenant, const char *id, MpError code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (mp_vault_open_secret (fixture->vault, tenant, id, &use, &error));
  g_assert_error (error, MP_ERROR, (int) code);
  g_assert_null (strstr (error->message, SECRET));
}

static char *
seal_bytes (MpVault *vault, const void *bytes, size_t size)
{
  g_autofree char *key_id = NULL;
  g_autofree char *public_key = NULL;
  g_autofree unsigned char *key = NULL;
  g_autofree unsigned char *box = g_malloc (size + crypto_box_SEALBYTES);
  size_t key_size;

  g_assert_true (mp_vault_get_sealing_key (vault, &key_id, &public_key, NULL));
  key = g_base64_decode (public_key, &key_size);
  g_assert_cmpuint (key_size, ==, crypto_box_PUBLICKEYBYTES);
  crypto_box_seal (box, bytes, size, key);
  return g_base64_encode (box, size + crypto_box_SEALBYTES);
}

static char *
seal_text (MpVault *vault, const char *text)
{
  return seal_bytes (vault, text, strlen (text));
}

static char *
dup_key_id (MpVault *vault)
{
  g_autofree char *public_key = NULL;
  char *key_id = NULL;

  g_assert_true (mp_vault_get_sealing_key (vault, &key_id, &public_key, NULL));
  return key_id;
}

static void
test_round_trip (VaultFixture *fixture, const void *data)
{
  MpAuditFilter filter = { .action = "credential.use" };
  g_autoptr (GPtrArray) entries = NULL;
  g_autofree char *found = NULL;
  const MpAuditEntryInit *entry;

  store (fixture, SERVER_TENANT, "c", SECRET);
  assert_opens (fixture, SERVER_TENANT, "c", SECRET);

  entries = mp_audit_log_list (fixture->server.audit, SERVER_TENANT, &filter, 10, NULL, NULL);
  g_assert_cmpuint (entries->len, ==, 1);
  entry = mp_audit_entry_get_init (entries->pdata[0]);
  g_assert_cmpstr (entry->actor, ==, "anna");
  g_assert_cmpstr (entry->role, ==, "client_admin");
  g_assert_cmpstr (entry->resource, ==, "credential/c");
  g_assert_cmpstr (entry->detail, ==, "crm.objects");
  g_assert_cmpstr (entry->request, ==, "q-7");
  g_assert_cmpstr (entry->address, ==, "192.0.2.1");

  found = mp_test_folder_find_bytes (fixture->server.folder, SECRET);
  g_assert_cmpstr (found, ==, NULL);
}

/* No entry, no secret. */
static void
test_no_entry_no_secret (VaultFixture *fixture, const void *data)
{
  store (fixture, SERVER_TENANT, "c", SECRET);
  server_fixture_run_sql (
      &fixture->server,
      mp_test_db_is_postgresql ()
          ? "CREATE FUNCTION fill () RETURNS trigger LANGUAGE plpgsql AS"
            " $$BEGIN RAISE EXCEPTION 'the disk is full' USING ERRCODE = 'disk_full'; END$$;"
            "CREATE TRIGGER filled BEFORE INSERT ON audit EXECUTE FUNCTION fill ()"
          : "CREATE TRIGGER filled BEFORE INSERT ON audit"
            " BEGIN SELECT RAISE (ABORT, 'the disk is full'); END");
  assert_closed (fixture, SERVER_TENANT, "c", MP_ERROR_STORAGE);
  server_fixture_run_sql (&fixture->server, mp_test_db_is_postgresql ()
                                                ? "DROP TRIGGER filled ON audit"
                                                : "DROP TRIGGER filled");
  assert_opens (fixture, SERVER_TENANT, "c", SECRET);
}

static void
test_wrong_tenant (VaultFixture *fixture, const void *data)
{
  store (fixture, SERVER_TENANT, "c", SECRET);
  assert_closed (fixture, SERVER_OTHER_TENANT, "c", MP_ERROR_NOT_FOUND);
  assert_closed (fixture, SERVER_TENANT, "d", MP_ERROR_NOT_FOUND);
  g_assert_cmpuint (
      server_fixture_count_entries (&fixture->server, SERVER_OTHER_TENANT, "credential.use"), ==,
      0);
}

/* A ciphertext opens in its own row alone. */
static void
test_moved (VaultFixture *fixture, const void *data)
{
  const gboolean is_postgresql = mp_test_db_is_postgresql ();
  const char *const moves[] = {
    "UPDATE secret SET ciphertext = (SELECT ciphertext FROM saved WHERE credential = 'd')"
    " WHERE tenant = 'demo' AND credential = 'c'",
    "UPDATE secret SET ciphertext = (SELECT ciphertext FROM saved WHERE tenant = 'other')"
    " WHERE tenant = 'demo' AND credential = 'c'",
    "UPDATE secret SET version = 2 WHERE credential = 'c'",
    "UPDATE secret SET key_id = 'feedfeedfeedfeed' WHERE credential = 'c'",
    "UPDATE secret SET ciphertext = substr (ciphertext, 1, length (ciphertext) - 1)"
    " WHERE credential = 'c'",
    is_postgresql ? "UPDATE secret SET ciphertext = '' WHERE credential = 'c'"
                  : "UPDATE secret SET ciphertext = x'' WHERE credential = 'c'",
    is_postgresql
        ? "UPDATE secret SET ciphertext = decode (repeat ('00', length (ciphertext)), 'hex')"
          " WHERE credential = 'c'"
        : "UPDATE secret SET ciphertext = zeroblob (length (ciphertext)) WHERE credential = 'c'",
  };

  store (fixture, SERVER_TENANT, "c", SECRET);
  store (fixture, SERVER_TENANT, "d", "another");
  store (fixture, SERVER_OTHER_TENANT, "c", "the other tenant's");
  server_fixture_run_sql (&fixture->server, "CREATE TABLE saved AS SELECT * FROM secret");
  for (size_t i = 0; i < G_N_ELEMENTS (moves); i++)
    {
      g_test_message ("%s", moves[i]);
      server_fixture_run_sql (&fixture->server, moves[i]);
      assert_closed (fixture, SERVER_TENANT, "c", MP_ERROR_INVALID);
      server_fixture_run_sql (&fixture->server, "DELETE FROM secret;"
                                                "INSERT INTO secret SELECT * FROM saved");
      assert_opens (fixture, SERVER_TENANT, "c", SECRET);
    }
}

static void
test_destroy (VaultFixture *fixture, const void *data)
{
  g_autoptr (GError) error = NULL;

  store (fixture, SERVER_TENANT, "c", SECRET);
  {
    g_autoptr (MpDbTransaction) transaction = mp_db_begin (fixture->server.db, &error);

    g_assert_true (mp_vault_destroy_secret (fixture->vault, SERVER_TENANT, "c", &error));
    g_assert_true (mp_db_commit (transaction, &error));
  }
  assert_closed (fixture, SERVER_TENANT, "c", MP_ERROR_NOT_FOUND);
}

static void
test_unseal (VaultFixture *fixture, const void *data)
{
  g_autoptr (MpSecret) secret = mp_secret_new ();
  g_autoptr (MpSecret) opened = NULL;
  g_autofree char *key_id = dup_key_id (fixture->vault);
  g_autofree char *sealed = NULL;
  g_autoptr (GError) error = NULL;
  char *text;

  mp_secret_set (secret, "client_id", "abc");
  mp_secret_set (secret, "client_secret", SECRET);
  text = mp_secret_to_text (secret);
  sealed = seal_text (fixture->vault, text);
  mp_secret_wipe_text (text);

  opened = mp_vault_unseal (fixture->vault, key_id, sealed, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (mp_secret_get (opened, "client_id"), ==, "abc");
  g_assert_cmpstr (mp_secret_get (opened, "client_secret"), ==, SECRET);
}

static void
assert_not_unsealed (VaultFixture *fixture, const char *key_id, const char *sealed, MpError code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (mp_vault_unseal (fixture->vault, key_id, sealed, &error));
  g_assert_error (error, MP_ERROR, (int) code);
  g_assert_null (strstr (error->message, SECRET));
}

static void
test_unseal_refusals (VaultFixture *fixture, const void *data)
{
  g_autofree char *key_id = dup_key_id (fixture->vault);
  g_autofree char *good = seal_text (fixture->vault, "{\"key\":\"" SECRET "\"}");
  g_autofree char *plain = seal_text (fixture->vault, SECRET);
  g_autofree char *empty = seal_text (fixture->vault, "");
  g_autofree char *nul = seal_bytes (fixture->vault, "{\"key\":\"x\"}\0" SECRET, 12 + 10);
  g_autofree char *large = g_strnfill (100000, 'A');
  g_autofree char *changed = g_strdup (good);

  changed[strlen (changed) / 2] ^= 1;
  assert_not_unsealed (fixture, key_id, "", MP_ERROR_INVALID);
  assert_not_unsealed (fixture, key_id, "not base64 %", MP_ERROR_INVALID);
  assert_not_unsealed (fixture, key_id, "AAAA", MP_ERROR_INVALID);
  assert_not_unsealed (fixture, key_id, large, MP_ERROR_INVALID);
  assert_not_unsealed (fixture, key_id, changed, MP_ERROR_INVALID);
  assert_not_unsealed (fixture, key_id, plain, MP_ERROR_INVALID);
  assert_not_unsealed (fixture, key_id, empty, MP_ERROR_INVALID);
  assert_not_unsealed (fixture, key_id, nul, MP_ERROR_INVALID);
  assert_not_unsealed (fixture, "feedfeedfeedfeed", good, MP_ERROR_NOT_FOUND);
}

/* What was sealed to the old key is refused in a way the desktop knows, then sealed again. */
static void
test_rotate_sealing_key (VaultFixture *fixture, const void *data)
{
  g_autofree char *old_id = dup_key_id (fixture->vault);
  g_autofree char *old_box = seal_text (fixture->vault, "{\"key\":\"x\"}");
  g_autofree char *new_id = NULL;
  g_autofree char *new_box = NULL;
  g_autoptr (MpSecret) opened = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (mp_vault_rotate_sealing_key (fixture->vault, &error));
  g_assert_no_error (error);
  new_id = dup_key_id (fixture->vault);
  g_assert_cmpstr (new_id, !=, old_id);
  assert_not_unsealed (fixture, old_id, old_box, MP_ERROR_NOT_FOUND);
  assert_not_unsealed (fixture, new_id, old_box, MP_ERROR_INVALID);
  new_box = seal_text (fixture->vault, "{\"key\":\"x\"}");
  opened = mp_vault_unseal (fixture->vault, new_id, new_box, &error);
  g_assert_no_error (error);
}

static void
test_keys (VaultFixture *fixture, const void *data)
{
  g_autofree char *other = server_fixture_path (&fixture->server, "other.key");
  g_autofree char *missing = server_fixture_path (&fixture->server, "missing.key");
  g_autoptr (MpVault) again = NULL;
  g_autoptr (GError) error = NULL;

  again = open_vault (fixture, fixture->key_path, &error);
  g_assert_no_error (error);
  g_assert_true (mp_vault_create_key_file (other, NULL));
  g_assert_null (open_vault (fixture, other, &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (open_vault (fixture, missing, &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_cmpint (g_chmod (fixture->key_path, 0644), ==, 0);
  g_assert_null (open_vault (fixture, fixture->key_path, &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
}

static void
test_default_path (VaultFixture *fixture, const void *data)
{
  g_autofree char *plain = mp_vault_dup_default_key_path ("/var/lib/mp");
  g_autofree char *credential = server_fixture_path (&fixture->server, "mp-master-key");
  g_autofree char *given = NULL;
  g_autofree char *not_given = NULL;

  g_assert_cmpstr (plain, ==, "/var/lib/mp/master.key");
  g_assert_true (g_setenv ("CREDENTIALS_DIRECTORY", fixture->server.folder, TRUE));
  not_given = mp_vault_dup_default_key_path ("/var/lib/mp");
  g_assert_cmpstr (not_given, ==, plain);
  g_assert_true (mp_vault_create_key_file (credential, NULL));
  given = mp_vault_dup_default_key_path ("/var/lib/mp");
  g_assert_cmpstr (given, ==, credential);
  g_unsetenv ("CREDENTIALS_DIRECTORY");
}

static void
store_many (VaultFixture *fixture, unsigned int count)
{
  for (unsigned int i = 0; i < count; i++)
    {
      g_autofree char *id = g_strdup_printf ("c%u", i);

      store (fixture, i % 2 == 0 ? SERVER_TENANT : SERVER_OTHER_TENANT, id, id);
    }
}

static void
assert_many (VaultFixture *fixture, unsigned int count)
{
  for (unsigned int i = 0; i < count; i++)
    {
      g_autofree char *id = g_strdup_printf ("c%u", i);

      assert_opens (fixture, i % 2 == 0 ? SERVER_TENANT : SERVER_OTHER_TENANT, id, id);
    }
}

/* The operator's command rotates in one process while the server runs in another. */
static void
test_rotate (VaultFixture *fixture, const void *data)
{
  g_autoptr (MpVault) operator_vault = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autofree char *key_id = dup_key_id (fixture->vault);
  g_autofree char *sealed = seal_text (fixture->vault, "{\"key\":\"x\"}");
  g_autofree char *new_path = g_strconcat (fixture->key_path, ".new", NULL);
  g_autoptr (MpSecret) opened = NULL;
  g_autoptr (GError) error = NULL;
  unsigned int n_secrets = 0;
  size_t size;

  store_many (fixture, 5);
  g_assert_true (g_file_get_contents (fixture->key_path, &before, &size, NULL));
  operator_vault = open_vault (fixture, fixture->key_path, &error);
  g_assert_true (mp_vault_rotate_master_key (operator_vault, NULL, &n_secrets, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (n_secrets, ==, 5);
  g_assert_true (g_file_get_contents (fixture->key_path, &after, &size, NULL));
  g_assert_cmpint (memcmp (before, after, size), !=, 0);
  g_assert_false (g_file_test (new_path, G_FILE_TEST_EXISTS));

  assert_many (fixture, 5);
  opened = mp_vault_unseal (fixture->vault, key_id, sealed, &error);
  g_assert_no_error (error);
  store (fixture, SERVER_TENANT, "later", SECRET);
  assert_opens (fixture, SERVER_TENANT, "later", SECRET);
}

#define N_ROTATIONS 8
#define N_KEEPERS 4

typedef struct
{
  VaultFixture *fixture;
  unsigned int index;
  const char *key_id;
  const char *sealed;
  int *is_over; /* (atomic) */
} Keeper;

/* Stores, opens and unseals, as the server does, while the keys change. */
static void *
run_keeper (void *data)
{
  Keeper *keeper = data;

  for (unsigned int i = 0; i == 0 || !g_atomic_int_get (keeper->is_over); i++)
    {
      g_autofree char *id = g_strdup_printf ("k%u-%u", keeper->index, i);
      const char *tenant = keeper->index % 2 == 0 ? SERVER_TENANT : SERVER_OTHER_TENANT;
      g_autoptr (MpSecret) unsealed = NULL;
      g_autoptr (GError) error = NULL;

      store (keeper->fixture, tenant, id, id);
      assert_opens (keeper->fixture, tenant, id, id);
      assert_opens (keeper->fixture, SERVER_TENANT, "c0", "c0");
      unsealed = mp_vault_unseal (keeper->fixture->vault, keeper->key_id, keeper->sealed, &error);
      g_assert_no_error (error);
    }
  return NULL;
}

/* No secret is left under a key that is gone, however the rotation and the server meet. */
static void
test_rotate_while_serving (VaultFixture *fixture, const void *data)
{
  g_autoptr (MpDb) operator_db = mp_test_db_open (fixture->server.folder);
  g_autofree char *audit_key = server_fixture_path (&fixture->server, "audit.key");
  g_autoptr (GError) error = NULL;
  g_autoptr (MpAuditLog) operator_audit =
                 mp_audit_log_new (operator_db, fixture->server.clock, audit_key, &error);
  g_autoptr (MpVault) operator_vault =
                 mp_vault_new (operator_db, operator_audit, fixture->key_path, &error);
  g_autofree char *key_id = dup_key_id (fixture->vault);
  g_autofree char *sealed = seal_text (fixture->vault, "{\"key\":\"x\"}");
  Keeper keepers[N_KEEPERS];
  GThread *threads[N_KEEPERS];
  int is_over = 0;

  g_assert_no_error (error);
  store_many (fixture, 20);
  for (unsigned int i = 0; i < N_KEEPERS; i++)
    {
      keepers[i] = (Keeper){ fixture, i, key_id, sealed, &is_over };
      threads[i] = g_thread_new ("keeper", run_keeper, &keepers[i]);
    }
  for (int i = 0; i < N_ROTATIONS; i++)
    {
      g_assert_true (mp_vault_rotate_master_key (operator_vault, NULL, NULL, &error));
      g_assert_no_error (error);
    }
  g_atomic_int_set (&is_over, 1);
  for (unsigned int i = 0; i < N_KEEPERS; i++)
    g_thread_join (threads[i]);

  assert_many (fixture, 20);
  for (unsigned int i = 0; i < N_KEEPERS; i++)
    {
      g_autofree char *id = g_strdup_printf ("k%u-0", i);

      assert_opens (fixture, i % 2 == 0 ? SERVER_TENANT : SERVER_OTHER_TENANT, id, id);
    }
}

/* Cut off after the commit: the new key still stands beside the old one. */
static void
test_rotate_cut_off (VaultFixture *fixture, const void *data)
{
  g_autofree char *new_path = g_strconcat (fixture->key_path, ".new", NULL);
  g_autoptr (MpVault) operator_vault = NULL;
  g_autoptr (GError) error = NULL;

  store_many (fixture, 3);
  g_assert_true (mp_vault_create_key_file (new_path, NULL));
  operator_vault = open_vault (fixture, fixture->key_path, &error);
  g_assert_true (mp_vault_rotate_master_key (operator_vault, new_path, NULL, &error));
  g_assert_no_error (error);

  assert_many (fixture, 3);
  g_assert_finalize_object (fixture->vault);
  fixture->vault = open_vault (fixture, fixture->key_path, &error);
  g_assert_no_error (error);
  g_assert_false (g_file_test (new_path, G_FILE_TEST_EXISTS));
  assert_many (fixture, 3);
}

/* A secret that does not open is not lost by a rotation, nor is any other. */
static void
test_rotate_fails_whole (VaultFixture *fixture, const void *data)
{
  g_autoptr (GError) error = NULL;

  store_many (fixture, 4);
  server_fixture_run_sql (&fixture->server,
                          "CREATE TABLE saved AS SELECT * FROM secret;"
                          "UPDATE secret SET version = 9 WHERE credential = 'c3'");
  g_assert_false (mp_vault_rotate_master_key (fixture->vault, NULL, NULL, &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
  g_clear_error (&error);
  assert_many (fixture, 3);

  server_fixture_run_sql (&fixture->server,
                          "UPDATE secret SET version = 1 WHERE credential = 'c3'");
  g_assert_true (mp_vault_rotate_master_key (fixture->vault, NULL, NULL, &error));
  g_assert_no_error (error);
  assert_many (fixture, 4);
}

#define ADD(name, function)                                                                        \
  g_test_add ("/server/vault/" name, VaultFixture, NULL, set_up, function, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("opening-is-recorded", test_round_trip);
  ADD ("without-an-entry-it-stays-closed", test_no_entry_no_secret);
  ADD ("tenants-do-not-open-each-others", test_wrong_tenant);
  ADD ("moved-ciphertext-does-not-open", test_moved);
  ADD ("destroyed-is-gone", test_destroy);
  ADD ("sealed-box-opens", test_unseal);
  ADD ("bad-boxes-are-refused", test_unseal_refusals);
  ADD ("retired-sealing-key-is-told", test_rotate_sealing_key);
  ADD ("wrong-master-key-is-refused", test_keys);
  ADD ("systemd-credential-comes-first", test_default_path);
  ADD ("rotation-is-followed", test_rotate);
  ADD ("rotation-goes-on-beside-the-server", test_rotate_while_serving);
  ADD ("rotation-cut-off-is-ended", test_rotate_cut_off);
  ADD ("rotation-is-whole-or-not", test_rotate_fails_whole);
  return g_test_run ();
}
