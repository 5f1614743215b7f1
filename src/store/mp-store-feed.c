/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-store-private.h"

#include "mp-error.h"
#include "mp-json.h"
#include "mp-revision.h"

/* What pages of the server's feed do to the store. */

typedef struct
{
  char *since;      /* (nullable) */
  MpFeedPage *page; /* (nullable) */
  gboolean restored;
} FeedInput;

static void
feed_input_free (FeedInput *input)
{
  g_free (input->since);
  g_clear_object (&input->page);
  g_free (input);
}

static gboolean
check_cursor (MpStoreConnection *connection, const char *since, GError **error)
{
  g_autofree char *cursor = NULL;

  if (!mp_store_rows_get_meta (connection, MP_META_CURSOR, &cursor, error))
    return FALSE;

  if (g_strcmp0 (cursor, since) != 0)
    {
      g_set_error_literal (error, MP_ERROR, MP_ERROR_CONFLICT,
                           "another program has read on in the feed");
      return FALSE;
    }
  return TRUE;
}

static gboolean
mark_listed (MpStoreConnection *connection, const char *sql, const char *id, GError **error)
{
  return mp_store_sql_run (connection->db, error, sql, "t", id);
}

static gboolean
apply_record (MpStoreConnection *connection, MpRecord *record, gboolean restored, GError **error)
{
  const char *id = mp_record_get_id (record);
  g_autoptr (GError) local_error = NULL;
  g_autoptr (MpRecordEntry) entry = NULL;
  gboolean done = FALSE;

  if (!restored && !mp_store_rows_pull_plain (connection, record, &done, error))
    return FALSE;
  if (done)
    return TRUE;

  entry = mp_store_rows_load_entry (connection, id, &local_error);
  if (entry == NULL && !g_error_matches (local_error, MP_ERROR, MP_ERROR_NOT_FOUND))
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (entry == NULL)
    entry = mp_record_entry_new (id, mp_record_get_created (record));

  if (mp_record_entry_pull (entry, connection->registry, record, restored) &&
      !mp_store_rows_save_entry (connection, entry, error))
    return FALSE;
  return mark_listed (connection, "UPDATE records SET listed = 1 WHERE id = ?1", id, error);
}

static gboolean
apply_credential (MpStoreConnection *connection, MpCredential *credential, GError **error)
{
  const char *id = mp_credential_get_id (credential);
  g_autoptr (JsonObject) object = mp_credential_to_json (credential);
  g_autofree char *text = mp_store_body_new (object, NULL);
  g_autofree char *base = NULL;
  g_autofree char *local = NULL;
  gboolean has_operations;

  if (!mp_store_rows_load_credential (connection, id, &base, &local, error) ||
      !mp_store_rows_has_operations (connection, id, &has_operations, error) ||
      !mp_store_rows_save_credential (connection, id, text, has_operations ? local : NULL, error))
    return FALSE;
  return mark_listed (connection, "UPDATE credentials SET listed = 1 WHERE id = ?1", id, error);
}

static gboolean
end_records (MpStoreConnection *connection, gboolean restored, GError **error)
{
  g_autoptr (GPtrArray) ids = mp_store_rows_list_ids (
      connection, "SELECT id FROM records WHERE listed = 0", error);

  if (ids == NULL)
    return FALSE;

  for (unsigned int i = 0; i < ids->len; i++)
    {
      g_autoptr (MpRecordEntry) entry = mp_store_rows_load_entry (connection, ids->pdata[i], error);

      if (entry == NULL)
        return FALSE;
      if (mp_record_entry_unlisted (entry, restored) &&
          !mp_store_rows_save_entry (connection, entry, error))
        return FALSE;
    }
  return TRUE;
}

/* A credential that the server lost is shown on only while something is to be done with it. */
static gboolean
end_credentials (MpStoreConnection *connection, GError **error)
{
  g_autoptr (GPtrArray) ids = mp_store_rows_list_ids (
      connection, "SELECT id FROM credentials WHERE listed = 0", error);

  if (ids == NULL)
    return FALSE;

  for (unsigned int i = 0; i < ids->len; i++)
    {
      const char *id = ids->pdata[i];
      g_autofree char *base = NULL;
      g_autofree char *local = NULL;
      gboolean has_operations;

      if (!mp_store_rows_load_credential (connection, id, &base, &local, error) ||
          !mp_store_rows_has_operations (connection, id, &has_operations, error) ||
          !mp_store_rows_save_credential (connection, id, NULL, has_operations ? local : NULL,
                                          error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
end_listing (MpStoreConnection *connection, gboolean restored, GError **error)
{
  return end_records (connection, restored, error) && end_credentials (connection, error) &&
         mp_store_sql_run (connection->db, error, "UPDATE records SET listed = 1", "") &&
         mp_store_sql_run (connection->db, error, "UPDATE credentials SET listed = 1", "") &&
         mp_store_rows_set_meta (connection, MP_META_LISTING, NULL, error);
}

/* The page and its cursor, together. */
static gboolean
apply_page (MpStoreConnection *connection, gpointer data, gpointer *output, GError **error)
{
  const FeedInput *input = data;
  GPtrArray *records = mp_feed_page_get_records (input->page);
  GPtrArray *credentials = mp_feed_page_get_credentials (input->page);
  g_autofree char *listing = NULL;
  gboolean restored;

  if (!check_cursor (connection, input->since, error) ||
      !mp_store_rows_get_meta (connection, MP_META_LISTING, &listing, error))
    return FALSE;
  restored = g_strcmp0 (listing, MP_LISTING_RESTORED) == 0;

  for (unsigned int i = 0; i < credentials->len; i++)
    {
      if (!apply_credential (connection, credentials->pdata[i], error))
        return FALSE;
    }
  for (unsigned int i = 0; i < records->len; i++)
    {
      if (!apply_record (connection, records->pdata[i], restored, error))
        return FALSE;
    }
  if (listing != NULL && !mp_feed_page_get_more (input->page) &&
      !end_listing (connection, restored, error))
    return FALSE;

  return mp_store_rows_set_meta (connection, MP_META_CURSOR, mp_feed_page_get_cursor (input->page),
                                 error) &&
         mp_store_rows_set_meta (connection, MP_META_EPOCH, mp_feed_page_get_epoch (input->page),
                                 error);
}

static gboolean
begin_listing (MpStoreConnection *connection, gpointer data, gpointer *output, GError **error)
{
  const FeedInput *input = data;
  g_autofree char *why = NULL;

  if (!mp_store_rows_get_meta (connection, MP_META_LISTING, &why, error))
    return FALSE;
  /* Begun again before it was done: it is still the first one after the backup. */
  return mp_store_rows_begin_listing (connection,
                                      input->restored || g_strcmp0 (why, MP_LISTING_RESTORED) == 0
                                          ? MP_LISTING_RESTORED
                                          : MP_LISTING_EXPIRED,
                                      error);
}

static void
push_call (MpStore *self,
           gpointer source_tag,
           MpStoreWork work,
           FeedInput *input,
           GCancellable *cancellable,
           GAsyncReadyCallback callback,
           gpointer user_data)
{
  const MpStoreCall call = {
    .source_tag = source_tag,
    .access = MP_STORE_WRITES,
    .work = work,
    .input = input,
    .free_input = (GDestroyNotify) feed_input_free,
  };

  mp_store_push (self, &call, cancellable, callback, user_data);
}

/**
 * mp_store_apply_page_async:
 * @self: a store
 * @since: (nullable): the cursor that the page was asked with
 * @page: (transfer full): a page that is not expired; it goes to another thread
 * @cancellable: (nullable): to cancel it with, before it has begun
 * @callback: called when it is on disk
 * @user_data: for @callback
 *
 * Takes in the server's news together with the cursor behind them. Changes made here stay: those
 * that fit the news, as they are; the others as conflicts.
 */
void
mp_store_apply_page_async (MpStore *self,
                           const char *since,
                           MpFeedPage *page,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  FeedInput *input;

  g_return_if_fail (MP_IS_STORE (self));
  g_return_if_fail (MP_IS_FEED_PAGE (page));
  g_return_if_fail (!mp_feed_page_get_expired (page));

  input = g_new0 (FeedInput, 1);
  input->since = g_strdup (since);
  input->page = page;
  push_call (self, mp_store_apply_page_async, apply_page, input, cancellable, callback, user_data);
}

/**
 * mp_store_apply_page_finish:
 * @self: a store
 * @result: the result given to the callback
 * @error: return location
 *
 * Fails with %MP_ERROR_CONFLICT when the stored cursor is no longer the page's, because another
 * process has read on; %MP_ERROR_STORAGE.
 *
 * Returns: %TRUE, or %FALSE with @error set and nothing applied
 */
gboolean
mp_store_apply_page_finish (MpStore *self, GAsyncResult *result, GError **error)
{
  return mp_store_take_success (self, result, mp_store_apply_page_async, error);
}

/**
 * mp_store_begin_listing_async:
 * @self: a store
 * @restored: whether the server was restored from a backup; otherwise it no longer knows the cursor
 * @cancellable: (nullable): to cancel it with, before it has begun
 * @callback: called when it is on disk
 * @user_data: for @callback
 *
 * Forgets the cursor. The next pages list everything; what they leave out by the last one is gone
 * from the server, and what was changed in it here becomes a conflict. After a restore that holds
 * for everything that the server had and lost.
 */
void
mp_store_begin_listing_async (MpStore *self,
                              gboolean restored,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  FeedInput *input;

  g_return_if_fail (MP_IS_STORE (self));

  input = g_new0 (FeedInput, 1);
  input->restored = restored;
  push_call (self, mp_store_begin_listing_async, begin_listing, input, cancellable, callback,
             user_data);
}

/**
 * mp_store_begin_listing_finish:
 * @self: a store
 * @result: the result given to the callback
 * @error: return location
 *
 * Returns: %TRUE, or %FALSE with @error set
 */
gboolean
mp_store_begin_listing_finish (MpStore *self, GAsyncResult *result, GError **error)
{
  return mp_store_take_success (self, result, mp_store_begin_listing_async, error);
}
