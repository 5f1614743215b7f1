/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-test-store.h"

#include "mp-json.h"
#include "mp-test-records.h"
#include "mp-test-wait.h"

MpStore *
mp_test_store_open (const char *directory, GError **error)
{
  g_autoptr (MpClock) clock = mp_clock_new ();
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  mp_store_open_async (directory, mp_registry_get_default (), clock, NULL, mp_test_wait_cb, &place);
  result = mp_test_wait (&place);
  return mp_store_open_finish (result, error);
}

void
mp_test_store_close (MpStore *store)
{
  g_autoptr (MpStore) taken = store;
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  mp_store_close_async (store, mp_test_wait_cb, &place);
  result = mp_test_wait (&place);
  g_assert_true (mp_store_close_finish (store, result, NULL));
}

MpStoreDelta *
mp_test_store_load (MpStore *store)
{
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  MpStoreDelta *delta;

  mp_store_load_async (store, NULL, mp_test_wait_cb, &place);
  result = mp_test_wait (&place);
  delta = mp_store_load_finish (store, result, &error);
  g_assert_no_error (error);
  return delta;
}

/* (nullable) (transfer full) */
MpStoredRecord *
mp_test_store_find (MpStore *store, const char *id)
{
  g_autoptr (MpStoreDelta) delta = mp_test_store_load (store);
  GPtrArray *records = mp_store_delta_get_records (delta);

  for (unsigned int i = 0; i < records->len; i++)
    {
      if (g_str_equal (mp_stored_record_get_id (records->pdata[i]), id))
        return g_object_ref (records->pdata[i]);
    }
  return NULL;
}

gboolean
mp_test_store_check (MpStore *store)
{
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  gboolean changed = FALSE;

  mp_store_check_async (store, NULL, mp_test_wait_cb, &place);
  result = mp_test_wait (&place);
  g_assert_true (mp_store_check_finish (store, result, &changed, &error));
  g_assert_no_error (error);
  return changed;
}

void
mp_test_store_create (MpStore *store, MpRecord *record)
{
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (MpStoredRecord) stored = NULL;

  mp_store_create_async (store, record, NULL, mp_test_wait_cb, &place);
  result = mp_test_wait (&place);
  stored = mp_store_create_finish (store, result, &error);
  g_assert_no_error (error);
  g_assert_nonnull (stored);
}

gboolean
mp_test_store_edit (MpStore *store, const char *id, MpChanges *changes, GError **error)
{
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (MpStoredRecord) stored = NULL;

  mp_store_edit_async (store, id, changes, NULL, mp_test_wait_cb, &place);
  result = mp_test_wait (&place);
  stored = mp_store_edit_finish (store, result, error);
  return stored != NULL;
}

void
mp_test_store_set (MpStore *store, const char *id, const char *path, const char *value)
{
  g_autoptr (MpChanges) changes = mp_test_changes (path, value, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (mp_test_store_edit (store, id, changes, &error));
  g_assert_no_error (error);
}

void
mp_test_store_archive (MpStore *store, const char *id, gboolean archived)
{
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (MpStoredRecord) stored = NULL;

  mp_store_set_archived_async (store, id, archived, NULL, mp_test_wait_cb, &place);
  result = mp_test_wait (&place);
  stored = mp_store_set_archived_finish (store, result, &error);
  g_assert_no_error (error);
}

gboolean
mp_test_store_resolve (MpStore *store, MpConflict *conflict, JsonNode *value, GError **error)
{
  g_autoptr (GPtrArray) choices = g_ptr_array_new_with_free_func ((GDestroyNotify) mp_choice_free);
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (MpStoredRecord) stored = NULL;
  gboolean failed;

  g_ptr_array_add (choices, mp_choice_new (conflict, value));
  mp_store_resolve_async (store, choices, NULL, mp_test_wait_cb, &place);
  result = mp_test_wait (&place);
  failed = g_task_had_error (G_TASK (result));
  stored = mp_store_resolve_finish (store, result, error);
  return !failed;
}

gboolean
mp_test_store_put_credential (MpStore *store,
                              MpCredential *credential,
                              MpAction action,
                              JsonObject *payload,
                              MpKeyChange key,
                              GError **error)
{
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  mp_store_put_credential_async (store, credential, action, payload, key, NULL, mp_test_wait_cb,
                                 &place);
  result = mp_test_wait (&place);
  return mp_store_put_credential_finish (store, result, error);
}

void
mp_test_store_use (MpStore *store, const char *credential_id)
{
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  mp_store_record_use_async (store, credential_id, "test", NULL, mp_test_wait_cb, &place);
  result = mp_test_wait (&place);
  g_assert_true (mp_store_record_use_finish (store, result, &error));
  g_assert_no_error (error);
}

GPtrArray *
mp_test_store_list_waiting (MpStore *store)
{
  int64_t last;
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GPtrArray *waiting;

  mp_store_list_waiting_async (store, 0, NULL, mp_test_wait_cb, &place);
  result = mp_test_wait (&place);
  waiting = mp_store_list_waiting_finish (store, result, &last, &error);
  g_assert_no_error (error);
  return waiting;
}

GPtrArray *
mp_test_store_freeze (MpStore *store, GPtrArray *records)
{
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GPtrArray *operations;

  mp_store_freeze_async (store, records, NULL, mp_test_wait_cb, &place);
  result = mp_test_wait (&place);
  operations = mp_store_freeze_finish (store, result, &error);
  g_assert_no_error (error);
  return operations;
}

GPtrArray *
mp_test_store_freeze_all (MpStore *store)
{
  g_autoptr (GPtrArray) waiting = mp_test_store_list_waiting (store);

  return mp_test_store_freeze (store, waiting);
}

void
mp_test_store_answer (MpStore *store, MpPushResult *answer)
{
  GPtrArray *results = g_ptr_array_new_with_free_func (g_object_unref);
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (results, answer);
  mp_store_apply_results_async (store, results, NULL, mp_test_wait_cb, &place);
  result = mp_test_wait (&place);
  g_assert_true (mp_store_apply_results_finish (store, result, &error));
  g_assert_no_error (error);
}

gboolean
mp_test_store_apply_page (MpStore *store, const char *since, const char *json, GError **error)
{
  g_autoptr (GError) read_error = NULL;
  g_autoptr (JsonObject) object = mp_json_parse_object (json, -1, &read_error);
  MpFeedPage *page = NULL;
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  g_assert_no_error (read_error);
  page = mp_feed_page_new_from_json (object, &read_error);
  g_assert_no_error (read_error);
  g_clear_pointer (&object, json_object_unref);
  mp_store_apply_page_async (store, since, page, NULL, mp_test_wait_cb, &place);
  result = mp_test_wait (&place);
  return mp_store_apply_page_finish (store, result, error);
}

void
mp_test_store_begin_listing (MpStore *store, gboolean restored)
{
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  mp_store_begin_listing_async (store, restored, NULL, mp_test_wait_cb, &place);
  result = mp_test_wait (&place);
  g_assert_true (mp_store_begin_listing_finish (store, result, NULL));
}

/* (nullable) (transfer full) */
char *
mp_test_store_get_meta (MpStore *store, const char *name)
{
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  mp_store_get_meta_async (store, name, NULL, mp_test_wait_cb, &place);
  result = mp_test_wait (&place);
  return mp_store_get_meta_finish (store, result, NULL);
}

void
mp_test_store_set_meta (MpStore *store, const char *name, const char *value)
{
  g_autoptr (GHashTable) values = g_hash_table_new (g_str_hash, g_str_equal);
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  g_hash_table_insert (values, (gpointer) name, (gpointer) value);
  mp_store_set_meta_async (store, values, NULL, mp_test_wait_cb, &place);
  result = mp_test_wait (&place);
  g_assert_true (mp_store_set_meta_finish (store, result, NULL));
}
