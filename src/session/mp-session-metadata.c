/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-session-private.h"

#include "mp-error.h"
#include "mp-json.h"
#include "mp-record-model-private.h"

#include <glib/gi18n-lib.h>

/*
 * What a CRM answered about its objects and fields: kept in the store's cache under the CRM it came
 * from (record, platform, connection, key), shown by the record's model, judged by the rules.
 */

/* The CRM is asked again for what is older. */
#define OLD_AFTER_US (24 * G_TIME_SPAN_HOUR)

/* One answer: the objects, or the fields of one object. */
typedef struct
{
  char *record_id;
  char *source;        /* the CRM that is asked */
  char *object;        /* (nullable): the objects are asked for */
  char *cache_key;     /* under which the answer is kept */
  char *credential_id; /* the key it is asked with */
  MpPlatform *platform;
  JsonObject *connection; /* (nullable) */
  gboolean is_refresh;
} Load;

/* What a model restores from the cache, one after the other. */
typedef struct
{
  MpSession *session;
  MpRecordModel *model;
  char *source;
  GQueue objects; /* (element-type utf8): whose fields; an empty text: the objects themselves */
} Restoring;

static void
load_free (Load *load)
{
  g_free (load->record_id);
  g_free (load->source);
  g_free (load->object);
  g_free (load->cache_key);
  g_free (load->credential_id);
  g_clear_object (&load->platform);
  g_clear_pointer (&load->connection, json_object_unref);
  g_free (load);
}

static void
restoring_free (Restoring *restoring)
{
  g_queue_clear_full (&restoring->objects, g_free);
  g_free (restoring->source);
  g_object_unref (restoring->model);
  g_object_unref (restoring->session);
  g_free (restoring);
}

/* The CRM whose metadata a record is about; NULL while it has none. */
char *
mp_session_dup_metadata_source (MpRecord *record)
{
  const char *platform = mp_record_get_string (record, "/crm/platform");
  const char *credential = mp_record_get_string (record, "/crm/api_key");
  JsonNode *connection = mp_record_get_value (record, "/crm/connection");
  g_autofree char *digest = NULL;

  if (platform == NULL || *platform == '\0' || credential == NULL || *credential == '\0')
    return NULL;

  digest = connection != NULL ? mp_json_digest (connection) : g_strdup ("");
  return g_strjoin ("/", "crm", mp_record_get_id (record), platform, credential, digest, NULL);
}

static char *
dup_cache_key (const char *source, const char *object)
{
  return object != NULL ? g_strconcat (source, "/fields/", object, NULL)
                        : g_strconcat (source, "/objects", NULL);
}

/* Adds to the model's metadata what @part has of @object's fields, or of the objects. */
static gboolean
add_part (MpRecordModel *model,
          const char *object,
          MpCrmMetadata *part,
          int64_t read_unix_us,
          gboolean is_live)
{
  MpCrmMetadata *known = mp_record_model_get_metadata (model);
  GListModel *list = object != NULL ? mp_crm_metadata_get_fields (part, object)
                                    : mp_crm_metadata_get_objects (part);
  g_autoptr (MpCrmMetadata) added = NULL;
  g_autoptr (MpCrmMetadata) metadata = NULL;

  if (list == NULL)
    return FALSE;

  added = object != NULL ? mp_crm_metadata_with_fields (known, object, list)
                         : mp_crm_metadata_with_objects (known, list);
  metadata =
      mp_crm_metadata_with_validator (added, object, mp_crm_metadata_get_validator (part, object));
  mp_record_model_set_metadata (model, mp_record_model_get_source (model), metadata);
  mp_record_model_note_metadata (model, object, read_unix_us, is_live);
  return TRUE;
}

/* (nullable): nothing is kept, or what cannot be read any more */
static MpCrmMetadata *
take_kept (MpStore *store, GAsyncResult *result, int64_t *read_unix_us)
{
  g_autoptr (GError) error = NULL;
  MpCrmMetadata *part = mp_store_get_cache_finish (store, result, read_unix_us, &error);

  if (part == NULL)
    g_debug ("kept metadata: %s", error->message);
  return part;
}

static gboolean
model_knows (MpRecordModel *model, const char *object)
{
  MpCrmMetadata *metadata = mp_record_model_get_metadata (model);

  return object != NULL ? mp_crm_metadata_get_fields (metadata, object) != NULL
                        : mp_crm_metadata_get_objects (metadata) != NULL;
}

static void
finish_restoring (Restoring *restoring)
{
  MpSession *self = restoring->session;

  mp_session_validate_model (self, restoring->model);
  self->n_restoring--;
  if (self->n_restoring == 0 && self->opening != NULL)
    {
      g_autoptr (GTask) opening = g_steal_pointer (&self->opening);

      g_task_return_boolean (opening, TRUE);
    }
  restoring_free (restoring);
}

static void restore_next (Restoring *restoring);

static void
restored_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Restoring *restoring = user_data;
  g_autofree char *name = g_queue_pop_head (&restoring->objects);
  const char *object = *name != '\0' ? name : NULL;
  int64_t read_unix_us;
  g_autoptr (MpCrmMetadata) part = take_kept (MP_STORE (source), result, &read_unix_us);

  if (part != NULL && !model_knows (restoring->model, object) &&
      g_strcmp0 (restoring->source, mp_record_model_get_source (restoring->model)) == 0)
    add_part (restoring->model, object, part, read_unix_us, FALSE);
  restore_next (restoring);
}

static void
restore_next (Restoring *restoring)
{
  const char *name = g_queue_peek_head (&restoring->objects);
  g_autofree char *key = NULL;

  if (name == NULL || restoring->session->store == NULL)
    {
      finish_restoring (restoring);
      return;
    }

  key = dup_cache_key (restoring->source, *name != '\0' ? name : NULL);
  mp_store_get_cache_async (restoring->session->store, key, restoring->session->cancellable,
                            restored_cb, restoring);
}

static void
push_object (Restoring *restoring, const char *path)
{
  const char *object = mp_record_get_string (mp_record_model_get_record (restoring->model), path);

  if (object != NULL && *object != '\0' && !model_knows (restoring->model, object))
    g_queue_push_tail (&restoring->objects, g_strdup (object));
}

/* Reads what is cached of the model's CRM, so that the rules know it without asking the CRM. */
void
mp_session_restore_metadata (MpSession *self, MpRecordModel *model)
{
  Restoring *restoring = g_new0 (Restoring, 1);

  restoring->session = g_object_ref (self);
  restoring->model = g_object_ref (model);
  restoring->source = g_strdup (mp_record_model_get_source (model));
  g_queue_init (&restoring->objects);
  if (!model_knows (model, NULL))
    g_queue_push_tail (&restoring->objects, g_strdup (""));
  push_object (restoring, "/crm/member_object");
  push_object (restoring, "/crm/order_object");

  self->n_restoring++;
  restore_next (restoring);
}

/* Shows what was loaded, unless the record has another CRM by now. */
static void
show_part (MpSession *self, Load *load, MpCrmMetadata *part, int64_t read_unix_us, gboolean is_live)
{
  MpRecordModel *model = mp_session_find_record (self, load->record_id);

  if (model == NULL || g_strcmp0 (mp_record_model_get_source (model), load->source) != 0)
    return;

  if (add_part (model, load->object, part, read_unix_us, is_live))
    mp_session_validate_model (self, model);
}

static void
cached_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;

  /* What cannot be cached is shown all the same; the next start asks the CRM again. */
  if (!mp_store_put_cache_finish (MP_STORE (source), result, &error))
    g_message ("metadata are not cached: %s", error->message);

  if (!g_task_return_error_if_cancelled (task))
    g_task_return_boolean (task, TRUE);
}

static void
keep_part (GTask *task_ /* (transfer full) */, MpCrmMetadata *part)
{
  g_autoptr (GTask) task = task_;
  MpSession *self = g_task_get_source_object (task);
  Load *load = g_task_get_task_data (task);

  show_part (self, load, part, mp_clock_get_now_unix_us (mp_services_get_clock (self->services)),
             TRUE);
  if (self->store == NULL)
    g_task_return_boolean (task, TRUE);
  else
    mp_store_put_cache_async (self->store, load->cache_key, part, NULL, cached_cb,
                              g_steal_pointer (&task));
}

static MpCrmMetadata *
make_part (const char *object, GListModel *list, const char *validator)
{
  g_autoptr (MpCrmMetadata) none = mp_crm_metadata_new ();
  g_autoptr (MpCrmMetadata) part = object != NULL ? mp_crm_metadata_with_fields (none, object, list)
                                                  : mp_crm_metadata_with_objects (none, list);

  return mp_crm_metadata_with_validator (part, object, validator);
}

/* (nullable): what the model knows of the CRM that is asked */
static MpCrmMetadata *
get_known (MpSession *self, Load *load)
{
  MpRecordModel *model = mp_session_find_record (self, load->record_id);

  if (model == NULL || g_strcmp0 (mp_record_model_get_source (model), load->source) != 0 ||
      !model_knows (model, load->object))
    return NULL;
  return mp_record_model_get_metadata (model);
}

/* What is known still holds, as of now. */
static void
keep_known (GTask *task_ /* (transfer full) */)
{
  g_autoptr (GTask) task = task_;
  Load *load = g_task_get_task_data (task);
  MpCrmMetadata *known = get_known (g_task_get_source_object (task), load);
  g_autoptr (MpCrmMetadata) part = NULL;

  /* Nobody asks any more: the record has another CRM by now. */
  if (known == NULL)
    {
      g_task_return_boolean (task, TRUE);
      return;
    }
  part = make_part (load->object,
                    load->object != NULL ? mp_crm_metadata_get_fields (known, load->object)
                                         : mp_crm_metadata_get_objects (known),
                    mp_crm_metadata_get_validator (known, load->object));
  keep_part (g_steal_pointer (&task), part);
}

static void
renewed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Load *load = g_task_get_task_data (task);
  g_autoptr (MpCrmMetadata) part = NULL;
  g_autofree char *validator = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) list =
                 mp_platform_renew_finish (MP_PLATFORM (source), result, &validator, &error);

  if (g_error_matches (error, MP_ERROR, MP_ERROR_UNCHANGED))
    {
      keep_known (g_steal_pointer (&task));
      return;
    }
  if (list == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  part = make_part (load->object, list, validator);
  keep_part (g_steal_pointer (&task), part);
}

static void
key_opened_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  MpSession *self = MP_SESSION (source);
  Load *load = g_task_get_task_data (task);
  MpCrmMetadata *known;
  GError *error = NULL;
  g_autoptr (MpSecret) secret = mp_session_open_key_finish (self, result, &error);

  if (secret == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  known = get_known (self, load);
  mp_platform_renew_async (
      load->platform, load->object,
      known != NULL ? mp_crm_metadata_get_validator (known, load->object) : NULL, secret,
      load->connection, g_task_get_cancellable (task), renewed_cb, g_object_ref (task));
}

static void
ask_platform (GTask *task)
{
  MpSession *self = g_task_get_source_object (task);
  Load *load = g_task_get_task_data (task);

  mp_session_open_key_async (self, load->credential_id,
                             load->object != NULL ? "crm.fields" : "crm.objects",
                             g_task_get_cancellable (task), key_opened_cb, task);
}

static void
cache_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  MpSession *self = g_task_get_source_object (task);
  int64_t read_unix_us;
  g_autoptr (MpCrmMetadata) part = take_kept (MP_STORE (source), result, &read_unix_us);

  if (g_task_return_error_if_cancelled (task))
    return;

  if (part == NULL)
    {
      ask_platform (g_steal_pointer (&task));
      return;
    }

  show_part (self, g_task_get_task_data (task), part, read_unix_us, FALSE);
  g_task_return_boolean (task, TRUE);
}

/* What is to be asked of which CRM; NULL with an error when that is not known yet. */
static Load *
prepare_load (MpSession *self, const char *record_id, const char *object, GError **error)
{
  MpRecordModel *model = mp_session_find_record (self, record_id);
  MpRecord *record = model != NULL ? mp_record_model_get_record (model) : NULL;
  g_autofree char *source = record != NULL ? mp_session_dup_metadata_source (record) : NULL;
  MpPlatform *platform;
  JsonNode *connection;
  Load *load;

  if (model == NULL)
    {
      g_set_error_literal (error, MP_ERROR, MP_ERROR_NOT_FOUND,
                           _ ("These settings do not exist any more."));
      return NULL;
    }

  if (source == NULL)
    {
      g_set_error_literal (error, MP_ERROR, MP_ERROR_INVALID,
                           _ ("Choose a CRM and enter its API key first."));
      return NULL;
    }

  platform = mp_platforms_find (mp_services_get_platforms (self->services),
                                mp_record_get_string (record, "/crm/platform"));
  if (platform == NULL)
    {
      g_set_error (error, MP_ERROR, MP_ERROR_NOT_FOUND,
                   _ ("This program does not know the platform “%s”."),
                      mp_record_get_string (record, "/crm/platform"));
      return NULL;
    }

  connection = mp_record_get_value (record, "/crm/connection");
  load = g_new0 (Load, 1);
  load->record_id = g_strdup (record_id);
  load->cache_key = dup_cache_key (source, object);
  load->source = g_steal_pointer (&source);
  load->object = g_strdup (object);
  load->credential_id = g_strdup (mp_record_get_string (record, "/crm/api_key"));
  load->platform = g_object_ref (platform);
  load->connection = connection != NULL && JSON_NODE_HOLDS_OBJECT (connection)
                         ? json_node_dup_object (connection)
                         : NULL;

  return load;
}

static void
load_async (MpSession *self,
            const char *record_id,
            const char *object,
            gboolean refresh,
            gpointer tag,
            GCancellable *cancellable,
            GAsyncReadyCallback callback,
            gpointer user_data)
{
  g_autoptr (GTask) task = mp_session_begin (self, 0, tag, cancellable, callback, user_data);
  GError *error = NULL;
  Load *load;

  if (task == NULL)
    return;

  load = prepare_load (self, record_id, object, &error);
  if (load == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  g_task_set_task_data (task, load, (GDestroyNotify) load_free);
  if (refresh)
    ask_platform (g_steal_pointer (&task));
  else if (model_knows (mp_session_find_record (self, record_id), object))
    g_task_return_boolean (task, TRUE);
  else
    mp_store_get_cache_async (self->store, load->cache_key, cancellable, cache_read_cb,
                              g_steal_pointer (&task));
}

/**
 * mp_session_load_objects_async:
 * @self: a session
 * @record_id: a record's id
 * @refresh: ask the CRM even when its answer is known
 * @cancellable: (nullable): a #GCancellable
 * @callback: called in the caller's main context
 * @user_data: data for @callback
 *
 * Fills the model's metadata with the objects of the record's CRM: from the cache, or from the CRM
 * with the record's key, whose opening is an audit entry committed before.
 */
void
mp_session_load_objects_async (MpSession *self,
                               const char *record_id,
                               gboolean refresh,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  g_return_if_fail (MP_IS_SESSION (self));
  g_return_if_fail (record_id != NULL);

  load_async (self, record_id, NULL, refresh, mp_session_load_objects_async, cancellable, callback,
              user_data);
}

/**
 * mp_session_load_objects_finish:
 * @self: a session
 * @result: the result given to the callback
 * @error: return location
 *
 * Fails with %MP_ERROR_INVALID when the record has no CRM or key yet, %MP_ERROR_NOT_FOUND when
 * there is no such record or this computer has no such key, %MP_ERROR_FORBIDDEN for a role that may
 * not use keys, as #MpSecretStore does, as #MpPlatform does, %G_IO_ERROR_CANCELLED.
 *
 * Returns: %TRUE when the model's metadata has the objects
 */
gboolean
mp_session_load_objects_finish (MpSession *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * mp_session_load_fields_async:
 * @self: a session
 * @record_id: a record's id
 * @object: name of one of the CRM's objects
 * @refresh: ask the CRM even when its answer is known
 * @cancellable: (nullable): a #GCancellable
 * @callback: called in the caller's main context
 * @user_data: data for @callback
 *
 * As mp_session_load_objects_async(), for the fields of @object.
 */
void
mp_session_load_fields_async (MpSession *self,
                              const char *record_id,
                              const char *object,
                              gboolean refresh,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_return_if_fail (MP_IS_SESSION (self));
  g_return_if_fail (record_id != NULL && object != NULL && *object != '\0');

  load_async (self, record_id, object, refresh, mp_session_load_fields_async, cancellable, callback,
              user_data);
}

/**
 * mp_session_load_fields_finish:
 * @self: a session
 * @result: the result given to the callback
 * @error: return location
 *
 * Fails as mp_session_load_objects_finish() does.
 *
 * Returns: %TRUE when the model's metadata has the object's fields
 */
gboolean
mp_session_load_fields_finish (MpSession *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * mp_session_is_metadata_old:
 * @self: a session
 * @record_id: a record's id
 * @object: (nullable): whose fields; %NULL: the objects themselves
 *
 * Should the CRM be asked again by itself? What is kept stays in use meanwhile.
 *
 * Returns: whether what the record's model has of its CRM is older than a day
 */
gboolean
mp_session_is_metadata_old (MpSession *self, const char *record_id, const char *object)
{
  MpRecordModel *model;
  int64_t read_unix_us;

  g_return_val_if_fail (MP_IS_SESSION (self), FALSE);
  g_return_val_if_fail (record_id != NULL, FALSE);

  model = mp_session_find_record (self, record_id);
  read_unix_us = model != NULL ? mp_record_model_get_metadata_unix_us (model, object) : 0;
  return read_unix_us > 0 &&
         mp_clock_get_now_unix_us (mp_services_get_clock (self->services)) - read_unix_us >
             OLD_AFTER_US;
}
