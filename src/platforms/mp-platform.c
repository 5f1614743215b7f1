/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-platform-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "mp-data-text.h"
#include "mp-error.h"
#include "mp-platform-call.h"
#include "mp-platform-test.h"

struct _MpPlatform
{
  GObject parent_instance;

  MpPlatformDocument *document;
  MpHttpClient *http;
  MpAccessCache *accesses;
  char *origin; /* (nullable): calls go to a test server */
  unsigned int deadline_ms;
  unsigned int call_deadline_ms;
};

G_DEFINE_FINAL_TYPE (MpPlatform, mp_platform, G_TYPE_OBJECT)

static void
call_done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GObject) answer = NULL;

  answer = mp_platform_call_run_finish (MP_PLATFORM_CALL (source), result, &error);
  g_task_set_task_data (task, g_strdup (mp_platform_call_get_validator (MP_PLATFORM_CALL (source))),
                        g_free);
  if (answer == NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_pointer (task, g_steal_pointer (&answer), g_object_unref);
}

static gboolean
check_has_lists (MpPlatform *self, GTask *task, GPtrArray *lists)
{
  if (lists != NULL)
    return TRUE;
  g_task_return_new_error (task, MP_ERROR, MP_ERROR_NOT_FOUND,
                           _ ("%s has no fields to map."), mp_platform_get_label (self));
  return FALSE;
}

static void
run (MpPlatform *self,
     GTask *task /* (transfer full) */,
     MpCallKind kind,
     const char *object,
     const char *const *fields,
     const char *validator,
     MpSecret *secret,
     JsonObject *connection)
{
  MpCallContext context = {
    .document = self->document,
    .http = self->http,
    .accesses = self->accesses,
    .origin = self->origin,
    .deadline_ms = self->deadline_ms,
    .call_deadline_ms = self->call_deadline_ms,
    .validator = validator,
  };
  g_autoptr (MpPlatformCall) call = mp_platform_call_new (&context, kind, object, fields);

  mp_platform_call_run_async (call, secret, connection, g_task_get_cancellable (task), call_done_cb,
                              task);
}

static void
mp_platform_finalize (GObject *object)
{
  MpPlatform *self = MP_PLATFORM (object);

  mp_platform_document_unref (self->document);
  g_object_unref (self->http);
  mp_access_cache_free (self->accesses);
  g_free (self->origin);

  G_OBJECT_CLASS (mp_platform_parent_class)->finalize (object);
}

static void
mp_platform_class_init (MpPlatformClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mp_platform_finalize;
}

static void
mp_platform_init (MpPlatform *self)
{
  self->accesses = mp_access_cache_new ();
  self->deadline_ms = MP_PLATFORM_DEADLINE_MS;
  self->call_deadline_ms = MP_PLATFORM_DEADLINE_MS * MP_PLATFORM_DEADLINES;
}

MpPlatform *
mp_platform_new (MpPlatformDocument *document, MpHttpClient *http)
{
  MpPlatform *self = g_object_new (MP_TYPE_PLATFORM, NULL);

  self->document = mp_platform_document_ref (document);
  self->http = g_object_ref (http);
  return self;
}

MpPlatformDocument *
mp_platform_get_document (MpPlatform *self)
{
  return self->document;
}

void
mp_platform_set_origin (MpPlatform *self, const char *origin)
{
  g_free (self->origin);
  self->origin = g_strdup (origin);
}

/* How long one request may take; for tests. */
void
mp_platform_set_deadline_ms (MpPlatform *self, unsigned int deadline_ms)
{
  self->deadline_ms = deadline_ms;
}

/* How long a call with all its requests may take; for tests. */
void
mp_platform_set_call_deadline_ms (MpPlatform *self, unsigned int deadline_ms)
{
  self->call_deadline_ms = deadline_ms;
}

/**
 * mp_platform_get_spec:
 * @self: a platform
 *
 * Returns: (transfer none): what the pages and the rules need of its document
 */
MpPlatformSpec *
mp_platform_get_spec (MpPlatform *self)
{
  g_return_val_if_fail (MP_IS_PLATFORM (self), NULL);

  return self->document->spec;
}

/**
 * mp_platform_get_id:
 * @self: a platform
 *
 * Returns: the document's id
 */
const char *
mp_platform_get_id (MpPlatform *self)
{
  g_return_val_if_fail (MP_IS_PLATFORM (self), NULL);

  return mp_platform_spec_get_id (self->document->spec);
}

/**
 * mp_platform_get_label:
 * @self: a platform
 *
 * Returns: the platform's name
 */
const char *
mp_platform_get_label (MpPlatform *self)
{
  g_return_val_if_fail (MP_IS_PLATFORM (self), NULL);

  return mp_platform_spec_get_label (self->document->spec);
}

/**
 * mp_platform_get_unverified:
 * @self: a platform
 *
 * Returns: (nullable): why the facts of its document are not verified, translated; %NULL
 *   when they are
 */
const char *
mp_platform_get_unverified (MpPlatform *self)
{
  g_return_val_if_fail (MP_IS_PLATFORM (self), NULL);

  return mp_data_text_translate (self->document->unverified);
}

/**
 * mp_platform_get_write:
 * @self: a platform
 *
 * Returns: (transfer none) (nullable): how values are written into its records; %NULL when its
 *   document does not say
 */
const MpWriteSpec *
mp_platform_get_write (MpPlatform *self)
{
  g_return_val_if_fail (MP_IS_PLATFORM (self), NULL);

  return self->document->write;
}

/**
 * mp_platform_test_async:
 * @self: a platform
 * @secret: the parts of the key
 * @connection: (nullable): the settings of the connection
 * @cancellable: (nullable): ends the call
 * @callback: called in the caller's main context
 * @user_data: for @callback
 *
 * Asks the platform whose key it is. Only reads, and one try.
 */
void
mp_platform_test_async (MpPlatform *self,
                        MpSecret *secret,
                        JsonObject *connection,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (MP_IS_PLATFORM (self));
  g_return_if_fail (secret != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, mp_platform_test_async);
  run (self, g_steal_pointer (&task), MP_CALL_TEST, NULL, NULL, NULL, secret, connection);
}

/**
 * mp_platform_test_finish:
 * @self: a platform
 * @result: the result given to the callback
 * @error: return location
 *
 * A key that the platform refuses is a result (%MP_TEST_REJECTED), one that may not do everything
 * too (%MP_TEST_LIMITED). Fails as every call does, with %MP_ERROR_INVALID also when a part or a
 * setting is missing or has not the right form; nothing was sent then.
 *
 * Returns: (transfer full): what the platform said
 */
MpTestResult *
mp_platform_test_finish (MpPlatform *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (MP_IS_PLATFORM (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * mp_platform_load_objects_async:
 * @self: a platform
 * @secret: the parts of the key
 * @connection: (nullable): the settings of the connection
 * @cancellable: (nullable): ends the call
 * @callback: called in the caller's main context
 * @user_data: for @callback
 *
 * Reads the objects (record types) of a CRM.
 */
void
mp_platform_load_objects_async (MpPlatform *self,
                                MpSecret *secret,
                                JsonObject *connection,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (MP_IS_PLATFORM (self));
  g_return_if_fail (secret != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, mp_platform_load_objects_async);
  if (check_has_lists (self, task, self->document->objects))
    run (self, g_steal_pointer (&task), MP_CALL_OBJECTS, NULL, NULL, NULL, secret, connection);
}

/**
 * mp_platform_load_objects_finish:
 * @self: a platform
 * @result: the result given to the callback
 * @error: return location
 *
 * Fails as every call does, and with %MP_ERROR_NOT_FOUND for a platform that has no objects.
 *
 * Returns: (transfer full): a list of #MpCrmObject that nobody changes any more
 */
GListModel *
mp_platform_load_objects_finish (MpPlatform *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (MP_IS_PLATFORM (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * mp_platform_load_fields_async:
 * @self: a platform
 * @object: the name of one of its objects
 * @secret: the parts of the key
 * @connection: (nullable): the settings of the connection
 * @cancellable: (nullable): ends the call
 * @callback: called in the caller's main context
 * @user_data: for @callback
 *
 * Reads the fields of one object of a CRM.
 */
void
mp_platform_load_fields_async (MpPlatform *self,
                               const char *object,
                               MpSecret *secret,
                               JsonObject *connection,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (MP_IS_PLATFORM (self));
  g_return_if_fail (object != NULL);
  g_return_if_fail (secret != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, mp_platform_load_fields_async);
  if (check_has_lists (self, task, self->document->fields))
    run (self, g_steal_pointer (&task), MP_CALL_FIELDS, object, NULL, NULL, secret, connection);
}

/**
 * mp_platform_load_fields_finish:
 * @self: a platform
 * @result: the result given to the callback
 * @error: return location
 *
 * Fails as every call does, and with %MP_ERROR_NOT_FOUND for an object that does not exist or a
 * platform that has none.
 *
 * Returns: (transfer full): a list of #MpCrmField that nobody changes any more
 */
GListModel *
mp_platform_load_fields_finish (MpPlatform *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (MP_IS_PLATFORM (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Names stand in a query language, a path or a list with commas: what could end a name there, or
 * lead elsewhere, is no part of one. */
static gboolean
is_name (const char *name)
{
  gunichar first = g_utf8_validate (name, -1, NULL) ? g_utf8_get_char (name) : 0;

  if (!g_unichar_isalnum (first) && first != '_')
    return FALSE;
  for (const char *at = name; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);

      if (!g_unichar_isalnum (c) && (c > 0x7f || strchr ("_.:-", (int) c) == NULL))
        return FALSE;
    }
  return TRUE;
}

static gboolean
check_names (MpPlatform *self, GTask *task, const char *object, const char *const *fields)
{
  const char *wrong = is_name (object) ? NULL : object;

  for (unsigned int i = 0; fields[i] != NULL && wrong == NULL; i++)
    {
      if (!is_name (fields[i]))
        wrong = fields[i];
    }
  if (wrong == NULL)
    return TRUE;
  g_task_return_new_error (task, MP_ERROR, MP_ERROR_INVALID,
                           /* Translators: a platform, then what somebody wants to read of it. */
                           _ ("%s has no object or field that is called “%s”."),
                              mp_platform_get_label (self), wrong);
  return FALSE;
}

/**
 * mp_platform_renew_async:
 * @self: a platform
 * @object: (nullable): the name of one of its objects, whose fields are read; %NULL: its objects
 * @validator: (nullable): what mp_platform_renew_finish() gave with the list that is kept
 * @secret: the parts of the key
 * @connection: (nullable): the settings of the connection
 * @cancellable: (nullable): ends the call
 * @callback: called in the caller's main context
 * @user_data: for @callback
 *
 * Reads a list that may be known already: where the platform can say that it still holds, it is not
 * sent again. A validator of another document, or of one that was changed, counts as none.
 */
void
mp_platform_renew_async (MpPlatform *self,
                         const char *object,
                         const char *validator,
                         MpSecret *secret,
                         JsonObject *connection,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (MP_IS_PLATFORM (self));
  g_return_if_fail (secret != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, mp_platform_renew_async);
  if (check_has_lists (self, task,
                       object != NULL ? self->document->fields : self->document->objects))
    run (self, g_steal_pointer (&task), object != NULL ? MP_CALL_FIELDS : MP_CALL_OBJECTS, object,
         NULL, validator, secret, connection);
}

/**
 * mp_platform_renew_finish:
 * @self: a platform
 * @result: the result given to the callback
 * @validator: (out) (optional) (nullable): of the list, to ask by the next time
 * @error: return location
 *
 * Fails as mp_platform_load_fields_finish() does, and with %MP_ERROR_UNCHANGED when the list that
 * the validator was of still holds.
 *
 * Returns: (transfer full): a list of #MpCrmObject or #MpCrmField that nobody changes any more
 */
GListModel *
mp_platform_renew_finish (MpPlatform *self, GAsyncResult *result, char **validator, GError **error)
{
  g_return_val_if_fail (MP_IS_PLATFORM (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (validator != NULL)
    *validator = g_strdup (g_task_get_task_data (G_TASK (result)));
  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * mp_platform_load_sample_async:
 * @self: a platform
 * @object: the name of one of its objects
 * @fields: names of its fields
 * @secret: the parts of the key
 * @connection: (nullable): the settings of the connection
 * @cancellable: (nullable): ends the call
 * @callback: called in the caller's main context
 * @user_data: for @callback
 *
 * Reads what some records of an object hold in these fields, and nothing else of them.
 */
void
mp_platform_load_sample_async (MpPlatform *self,
                               const char *object,
                               const char *const *fields,
                               MpSecret *secret,
                               JsonObject *connection,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (MP_IS_PLATFORM (self));
  g_return_if_fail (object != NULL);
  g_return_if_fail (fields != NULL && *fields != NULL);
  g_return_if_fail (secret != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, mp_platform_load_sample_async);
  if (self->document->samples == NULL)
    g_task_return_new_error (task, MP_ERROR, MP_ERROR_NOT_FOUND,
                             _ ("How to read records of %s is not known."),
                                mp_platform_get_label (self));
  else if (check_names (self, task, object, fields))
    run (self, g_steal_pointer (&task), MP_CALL_SAMPLE, object, fields, NULL, secret, connection);
}

/**
 * mp_platform_load_sample_finish:
 * @self: a platform
 * @result: the result given to the callback
 * @error: return location
 *
 * Fails as every call does, and with %MP_ERROR_NOT_FOUND for an object that does not exist or a
 * platform whose document does not say how its records are read, %MP_ERROR_INVALID for what cannot
 * be a name; nothing was sent then.
 *
 * Returns: (transfer full): at most three #MpSampleRecord
 */
GListModel *
mp_platform_load_sample_finish (MpPlatform *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (MP_IS_PLATFORM (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * mp_platform_guess_mode:
 * @self: a platform
 * @secret: the parts of a key
 *
 * Returns: the mode that the key shows by itself, without any call; else %MP_MODE_UNKNOWN
 */
MpMode
mp_platform_guess_mode (MpPlatform *self, MpSecret *secret)
{
  g_return_val_if_fail (MP_IS_PLATFORM (self), MP_MODE_UNKNOWN);
  g_return_val_if_fail (secret != NULL, MP_MODE_UNKNOWN);

  return mp_platform_document_guess_mode (self->document, secret, NULL);
}
