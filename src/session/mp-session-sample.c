/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-session-private.h"

#include "mp-error.h"
#include "mp-record-model-private.h"

#include <glib/gi18n-lib.h>

/* Records of a record's CRM, to be looked at: nothing of them is kept. */
typedef struct
{
  MpPlatform *platform;
  JsonObject *connection; /* (nullable) */
  char *object;
  GStrv fields;
} Sample;

static void
sample_free (gpointer data)
{
  Sample *sample = data;

  g_object_unref (sample->platform);
  g_clear_pointer (&sample->connection, json_object_unref);
  g_free (sample->object);
  g_strfreev (sample->fields);
  g_free (sample);
}

static void
sample_loaded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  GListModel *records = mp_platform_load_sample_finish (MP_PLATFORM (source), result, &error);

  if (records != NULL)
    g_task_return_pointer (task, records, g_object_unref);
  else
    g_task_return_error (task, error);
}

static void
key_opened_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Sample *sample = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  GError *error = NULL;
  g_autoptr (MpSecret) secret = mp_session_open_key_finish (MP_SESSION (source), result, &error);

  if (secret == NULL)
    g_task_return_error (task, error);
  else
    mp_platform_load_sample_async (sample->platform, sample->object,
                                   (const char *const *) sample->fields, secret, sample->connection,
                                   cancellable, sample_loaded_cb, g_steal_pointer (&task));
}

/* (nullable): the record's CRM, with @error when there is none */
static MpPlatform *
find_platform (MpSession *self, MpRecordModel *model, GError **error)
{
  MpRecord *record = model != NULL ? mp_record_model_get_record (model) : NULL;
  g_autofree char *source = record != NULL ? mp_session_dup_metadata_source (record) : NULL;
  MpPlatform *platform = NULL;

  if (source != NULL)
    platform = mp_platforms_find (mp_services_get_platforms (self->services),
                                  mp_record_get_string (record, "/crm/platform"));
  if (platform == NULL)
    g_set_error_literal (error, MP_ERROR, source != NULL ? MP_ERROR_NOT_FOUND : MP_ERROR_INVALID,
                         _ ("Choose a CRM and enter its API key first."));
  return platform;
}

/**
 * mp_session_load_sample_async:
 * @self: a session
 * @record_id: a record's id
 * @object: name of one of the CRM's objects
 * @fields: names of its fields
 * @cancellable: (nullable): a #GCancellable
 * @callback: called in the caller's main context
 * @user_data: data for @callback
 *
 * Reads what some records of the record's CRM hold in these fields, with the record's key, whose
 * opening is an audit entry committed before.
 */
void
mp_session_load_sample_async (MpSession *self,
                              const char *record_id,
                              const char *object,
                              const char *const *fields,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autoptr (GTask) task = mp_session_begin (self, 0, mp_session_load_sample_async, cancellable,
                                             callback, user_data);
  MpRecordModel *model = mp_session_find_record (self, record_id);
  g_autofree char *key = NULL;
  GError *error = NULL;
  MpPlatform *platform;
  JsonNode *connection;
  Sample *sample;

  if (task == NULL)
    return;
  platform = find_platform (self, model, &error);
  if (platform == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  connection = mp_record_get_value (mp_record_model_get_record (model), "/crm/connection");
  key = g_strdup (mp_record_get_string (mp_record_model_get_record (model), "/crm/api_key"));
  sample = g_new0 (Sample, 1);
  sample->platform = g_object_ref (platform);
  sample->connection = connection != NULL && JSON_NODE_HOLDS_OBJECT (connection)
                           ? json_node_dup_object (connection)
                           : NULL;
  sample->object = g_strdup (object);
  sample->fields = g_strdupv ((char **) fields);
  g_task_set_task_data (task, sample, sample_free);
  mp_session_open_key_async (self, key, "crm.sample", cancellable, key_opened_cb,
                             g_steal_pointer (&task));
}

/**
 * mp_session_load_sample_finish:
 * @self: a session
 * @result: the result given to the callback
 * @error: return location
 *
 * Fails as mp_session_load_objects_finish() does.
 *
 * Returns: (transfer full): at most three #MpSampleRecord
 */
GListModel *
mp_session_load_sample_finish (MpSession *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
