/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-store-private.h"

#include "mp-error.h"
#include "mp-json.h"

/* The cache of platforms' answers, and named values. */

typedef struct
{
  char *name;
  MpCrmMetadata *metadata; /* (nullable) */
  GHashTable *values;      /* (nullable) (element-type utf8 utf8) */
} ValueInput;

typedef struct
{
  MpCrmMetadata *metadata;
  int64_t fetched_unix_us;
} Cached;

static void
value_input_free (ValueInput *input)
{
  g_free (input->name);
  g_clear_object (&input->metadata);
  g_clear_pointer (&input->values, g_hash_table_unref);
  g_free (input);
}

static ValueInput *
value_input_new (const char *name)
{
  ValueInput *input = g_new0 (ValueInput, 1);

  input->name = g_strdup (name);
  return input;
}

static void
cached_free (Cached *cached)
{
  g_clear_object (&cached->metadata);
  g_free (cached);
}

static gboolean
put_cache (MpStoreConnection *connection, gpointer data, gpointer *output, GError **error)
{
  const ValueInput *input = data;
  g_autoptr (JsonNode) node = mp_json_node_take_object (mp_crm_metadata_to_json (input->metadata));
  g_autofree char *body = mp_json_to_text (node);

  return mp_store_sql_run (connection->db, error,
                           "INSERT INTO cache (name, body, fetched_at, mark)"
                           " VALUES (?1, ?2, ?3, mp_digest (?1, ?2, ?3))"
                           " ON CONFLICT (name) DO UPDATE SET body = ?2, fetched_at = ?3,"
                           " mark = excluded.mark",
                           "tti", input->name, body, mp_clock_get_now_unix_us (connection->clock));
}

static MpCrmMetadata *
read_metadata (const char *body, GError **error)
{
  g_autoptr (JsonObject) object = mp_json_parse_object (body, -1, error);

  return object != NULL ? mp_crm_metadata_new_from_json (object, error) : NULL;
}

static gboolean
get_cache (MpStoreConnection *connection, gpointer data, gpointer *output, GError **error)
{
  const ValueInput *input = data;
  g_autoptr (sqlite3_stmt) statement = mp_store_sql_query (
      connection->db, error,
      "SELECT body, fetched_at FROM cache"
      " WHERE name = ?1 AND mark IS mp_digest (name, body, fetched_at)",
      "t", input->name);
  Cached *cached;

  switch (mp_store_sql_step (statement, error))
    {
    case MP_STORE_ROW:
      cached = g_new0 (Cached, 1);
      *output = cached;
      cached->metadata = read_metadata (mp_store_sql_text (statement, 0), error);
      cached->fetched_unix_us = sqlite3_column_int64 (statement, 1);
      return cached->metadata != NULL;
    case MP_STORE_DONE:
      g_set_error (error, MP_ERROR, MP_ERROR_NOT_FOUND, "nothing is kept of “%s”", input->name);
      return FALSE;
    case MP_STORE_FAILED:
    default:
      return FALSE;
    }
}

static gboolean
set_meta (MpStoreConnection *connection, gpointer data, gpointer *output, GError **error)
{
  const ValueInput *input = data;
  GHashTableIter iter;
  gpointer name;
  gpointer value;

  g_hash_table_iter_init (&iter, input->values);
  while (g_hash_table_iter_next (&iter, &name, &value))
    {
      if (!mp_store_rows_set_meta (connection, name, value, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
list_meta (MpStoreConnection *connection, gpointer input, gpointer *output, GError **error)
{
  g_autoptr (GHashTable) values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  if (!mp_store_rows_list_meta (connection, values, error))
    return FALSE;
  *output = g_steal_pointer (&values);
  return TRUE;
}

static gboolean
get_meta (MpStoreConnection *connection, gpointer data, gpointer *output, GError **error)
{
  const ValueInput *input = data;

  return mp_store_rows_get_meta (connection, input->name, (char **) output, error);
}

/**
 * mp_store_put_cache_async:
 * @self: a store
 * @key: under which name
 * @metadata: (transfer none): what a platform answered
 * @cancellable: (nullable): to cancel it with, before it has begun
 * @callback: called when it is on disk
 * @user_data: for @callback
 *
 * Keeps an answer, with the present time. It is written in the store's own thread.
 */
void
mp_store_put_cache_async (MpStore *self,
                          const char *key,
                          MpCrmMetadata *metadata,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  ValueInput *input;
  MpStoreCall call = {
    .source_tag = mp_store_put_cache_async,
    .access = MP_STORE_WRITES_QUIETLY,
    .work = put_cache,
    .free_input = (GDestroyNotify) value_input_free,
  };

  g_return_if_fail (MP_IS_STORE (self));
  g_return_if_fail (key != NULL);
  g_return_if_fail (MP_IS_CRM_METADATA (metadata));

  input = value_input_new (key);
  input->metadata = g_object_ref (metadata);
  call.input = input;
  mp_store_push (self, &call, cancellable, callback, user_data);
}

/**
 * mp_store_put_cache_finish:
 * @self: a store
 * @result: the result given to the callback
 * @error: return location
 *
 * Returns: %TRUE, or %FALSE with @error set
 */
gboolean
mp_store_put_cache_finish (MpStore *self, GAsyncResult *result, GError **error)
{
  return mp_store_take_success (self, result, mp_store_put_cache_async, error);
}

/**
 * mp_store_get_cache_async:
 * @self: a store
 * @key: under which name
 * @cancellable: (nullable): to cancel it with
 * @callback: called when it is read
 * @user_data: for @callback
 *
 * Reads what was kept.
 */
void
mp_store_get_cache_async (MpStore *self,
                          const char *key,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  MpStoreCall call = {
    .source_tag = mp_store_get_cache_async,
    .access = MP_STORE_READS,
    .work = get_cache,
    .free_input = (GDestroyNotify) value_input_free,
    .free_output = (GDestroyNotify) cached_free,
  };

  g_return_if_fail (MP_IS_STORE (self));
  g_return_if_fail (key != NULL);

  call.input = value_input_new (key);
  mp_store_push (self, &call, cancellable, callback, user_data);
}

/**
 * mp_store_get_cache_finish:
 * @self: a store
 * @result: the result given to the callback
 * @fetched_unix_us: (out) (optional): when it was kept
 * @error: return location
 *
 * Fails with %MP_ERROR_NOT_FOUND when nothing was kept, %MP_ERROR_INVALID when it cannot be read
 * any more, %MP_ERROR_STORAGE.
 *
 * Returns: (transfer full): the metadata, or %NULL with @error set
 */
MpCrmMetadata *
mp_store_get_cache_finish (MpStore *self,
                           GAsyncResult *result,
                           int64_t *fetched_unix_us,
                           GError **error)
{
  Cached *cached = mp_store_take_output (self, result, mp_store_get_cache_async, error);
  MpCrmMetadata *metadata;

  if (cached == NULL)
    return NULL;

  if (fetched_unix_us != NULL)
    *fetched_unix_us = cached->fetched_unix_us;
  metadata = g_steal_pointer (&cached->metadata);
  cached_free (cached);
  return metadata;
}

/**
 * mp_store_set_meta_async:
 * @self: a store
 * @values: (element-type utf8 utf8) (transfer none): values by the names of mp-store-names.h; a
 *   %NULL value forgets it
 * @cancellable: (nullable): to cancel it with, before it has begun
 * @callback: called when they are on disk
 * @user_data: for @callback
 *
 * Stores named values; nothing secret.
 */
void
mp_store_set_meta_async (MpStore *self,
                         GHashTable *values,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  ValueInput *input;
  MpStoreCall call = {
    .source_tag = mp_store_set_meta_async,
    .access = MP_STORE_WRITES,
    .work = set_meta,
    .free_input = (GDestroyNotify) value_input_free,
  };
  GHashTableIter iter;
  gpointer name;
  gpointer value;

  g_return_if_fail (MP_IS_STORE (self));
  g_return_if_fail (values != NULL);

  input = value_input_new (NULL);
  input->values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_hash_table_iter_init (&iter, values);
  while (g_hash_table_iter_next (&iter, &name, &value))
    g_hash_table_insert (input->values, g_strdup (name), g_strdup (value));
  call.input = input;
  mp_store_push (self, &call, cancellable, callback, user_data);
}

/**
 * mp_store_set_meta_finish:
 * @self: a store
 * @result: the result given to the callback
 * @error: return location
 *
 * Returns: %TRUE, or %FALSE with @error set
 */
gboolean
mp_store_set_meta_finish (MpStore *self, GAsyncResult *result, GError **error)
{
  return mp_store_take_success (self, result, mp_store_set_meta_async, error);
}

/**
 * mp_store_get_meta_async:
 * @self: a store
 * @name: one of mp-store-names.h
 * @cancellable: (nullable): to cancel it with
 * @callback: called when it is read
 * @user_data: for @callback
 *
 * Reads a named value.
 */
void
mp_store_get_meta_async (MpStore *self,
                         const char *name,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  MpStoreCall call = {
    .source_tag = mp_store_get_meta_async,
    .access = MP_STORE_READS,
    .work = get_meta,
    .free_input = (GDestroyNotify) value_input_free,
    .free_output = g_free,
  };

  g_return_if_fail (MP_IS_STORE (self));
  g_return_if_fail (name != NULL);

  call.input = value_input_new (name);
  mp_store_push (self, &call, cancellable, callback, user_data);
}

/**
 * mp_store_get_meta_finish:
 * @self: a store
 * @result: the result given to the callback
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the value; %NULL without an error when there is none
 */
char *
mp_store_get_meta_finish (MpStore *self, GAsyncResult *result, GError **error)
{
  return mp_store_take_output (self, result, mp_store_get_meta_async, error);
}

/**
 * mp_store_list_meta_async:
 * @self: a store
 * @cancellable: (nullable): to cancel it with
 * @callback: called when they are read
 * @user_data: for @callback
 *
 * Reads all named values.
 */
void
mp_store_list_meta_async (MpStore *self,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  const MpStoreCall call = {
    .source_tag = mp_store_list_meta_async,
    .access = MP_STORE_READS,
    .work = list_meta,
    .free_output = (GDestroyNotify) g_hash_table_unref,
  };

  g_return_if_fail (MP_IS_STORE (self));

  mp_store_push (self, &call, cancellable, callback, user_data);
}

/**
 * mp_store_list_meta_finish:
 * @self: a store
 * @result: the result given to the callback
 * @error: return location
 *
 * Returns: (transfer full) (element-type utf8 utf8): the values by their names, or %NULL with
 *   @error set
 */
GHashTable *
mp_store_list_meta_finish (MpStore *self, GAsyncResult *result, GError **error)
{
  return mp_store_take_output (self, result, mp_store_list_meta_async, error);
}
