/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-platform-reading.h"

#include "mp-platform-listing.h"

#include <string.h>

#define MAX_OBJECTS 5000
#define MAX_FIELDS 20000

static void
reading_free (gpointer data)
{
  MpPlatformReading *self = data;

  mp_platform_document_unref (self->document);
  g_clear_object (&self->response);
  mp_redaction_unref (self->redaction);
  g_hash_table_unref (self->joins);
  g_ptr_array_unref (self->items);
  g_hash_table_unref (self->names);
  g_ptr_array_unref (self->pending);
  g_free (self->object);
  g_strfreev (self->fields);
  mp_platform_answer_clear (&self->answer);
  g_clear_object (&self->listing);
  g_free (self);
}

/* What signs in must not be found in memory later. Nobody else has this answer. */
static void
wipe_body (MpHttpResponse *response)
{
  size_t length;
  gconstpointer data = g_bytes_get_data (mp_http_response_get_body (response), &length);

  if (length > 0)
    explicit_bzero ((gpointer) data, length);
}

static gboolean
read_answer (MpPlatformReading *self, GError **error)
{
  MpPlatformAnswerSource given = {
    .document = self->document,
    .response = self->response,
    .redaction = self->redaction,
    .is_token = self->is_token,
    .is_of_key = self->is_secret || self->test != NULL,
    .list = self->options == NULL ? self->list : NULL,
    .test = self->test,
  };
  gboolean is_read;

  if (self->response == NULL)
    {
      self->answer.root = json_node_new (JSON_NODE_NULL);
      return TRUE;
    }
  is_read = mp_platform_answer_read (&given, &self->answer, error);
  if (self->is_secret)
    wipe_body (self->response);
  return is_read;
}

static MpPlatformDecoder
make_decoder (MpPlatformReading *self)
{
  return (MpPlatformDecoder){
    .document = self->document,
    .list = self->list,
    .of_fields = self->item_type == MP_TYPE_CRM_FIELD,
    .fields = (const char *const *) self->fields,
    .joins = self->joins,
    .items = self->items,
    .names = self->names,
    .most = self->item_type == MP_TYPE_CRM_FIELD ? MAX_FIELDS : MAX_OBJECTS,
    .object = self->object,
    .pending = self->pending,
    .may_lack = self->response == NULL || self->list->paging.kind != MP_PAGING_NONE,
  };
}

static gboolean
turn_page (MpPlatformReading *self, unsigned int count, GError **error)
{
  JsonNode *root = self->answer.root;
  MpScope scope = { .item = root, .joins = self->joins, .page = root, .object = self->object };

  return self->paging == NULL ||
         mp_paging_advance (self->paging, &scope, self->response, count, &self->has_next, error);
}

static gboolean
read_page (MpPlatformReading *self, GError **error)
{
  MpPlatformDecoder decoder = make_decoder (self);
  unsigned int count = 0;

  if (!self->answer.is_empty &&
      !mp_platform_decode_page (&decoder, self->answer.root, &count, error))
    return FALSE;
  self->is_found = self->is_found || decoder.is_found || self->answer.is_empty;
  return turn_page (self, count, error);
}

static gboolean
read_options (MpPlatformReading *self, GError **error)
{
  MpPlatformDecoder decoder = make_decoder (self);

  return mp_platform_decode_options (&decoder, self->options, self->answer.root, error);
}

/* A tree of some megabytes is freed here, and a list of thousands made: both would hold up the main
 * loop. */
static void
read_list (MpPlatformReading *self, GError **error)
{
  gboolean is_read = self->options != NULL ? read_options (self, error) : read_page (self, error);
  gboolean is_complete = self->options != NULL
                             ? self->is_last
                             : !self->has_next && self->pending->len == 0 && self->is_found;

  g_clear_pointer (&self->answer.root, json_node_unref);
  if (is_read && is_complete)
    self->listing =
        mp_platform_make_listing (self->list, self->item_type, self->items, self->names);
}

/* In a worker thread: json-glib and thousands of items take long enough to be felt. */
static void
read_answer_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  MpPlatformReading *self = task_data;
  g_autoptr (GError) error = NULL;

  if (read_answer (self, &error) && self->list != NULL)
    read_list (self, &error);
  if (error != NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_boolean (task, TRUE);
}

void
mp_platform_reading_run_async (MpPlatformReading *self,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  /* Not the call itself is given to the thread, which may hold on to the task a moment longer. */
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, mp_platform_reading_run_async);
  g_task_set_task_data (task, self, reading_free);
  g_task_run_in_thread (task, read_answer_thread);
}

gboolean
mp_platform_reading_run_finish (GAsyncResult *result, MpPlatformReading **reading, GError **error)
{
  *reading = g_task_get_task_data (G_TASK (result));
  return g_task_propagate_boolean (G_TASK (result), error);
}
