/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-request-queue.h"

/* One request; it lives until its answer was given out and it is not under way any more. */
typedef struct
{
  MpRequestQueue *queue;    /* (unowned) (nullable): the queue was freed meanwhile */
  MpHttpRequest *request;   /* (owned) */
  MpHttpResponse *response; /* (owned) (nullable) */
  GError *error;            /* (owned) (nullable) */
  gboolean is_sent;
  gboolean is_answered;
} Entry;

struct _MpRequestQueue
{
  MpHttpClient *http;        /* (owned) */
  GCancellable *cancellable; /* (owned): of the requests */
  GCancellable *outer;       /* (owned) (nullable): whoever cancels this one, cancels them */
  gulong outer_handler;
  GQueue entries;       /* (element-type Entry): the oldest first */
  GPtrArray *under_way; /* (element-type Entry): sent and not answered */
  GTask *popping;       /* (owned) (nullable) */
  GTask *closing;       /* (owned) (nullable) */
};

static void
entry_free (Entry *entry)
{
  g_object_unref (entry->request);
  g_clear_object (&entry->response);
  g_clear_error (&entry->error);
  g_free (entry);
}

/* Gives out the oldest answer, if it is there and somebody waits for it. */
static void
give_out (MpRequestQueue *self)
{
  Entry *oldest = g_queue_peek_head (&self->entries);
  g_autoptr (GTask) task = NULL;

  if (self->popping == NULL || oldest == NULL || !oldest->is_answered)
    return;
  task = g_steal_pointer (&self->popping);
  g_queue_pop_head (&self->entries);
  if (oldest->response != NULL)
    g_task_return_pointer (task, g_steal_pointer (&oldest->response), g_object_unref);
  else
    g_task_return_error (task, g_steal_pointer (&oldest->error));
  entry_free (oldest);
}

static void send_next (MpRequestQueue *self);

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Entry *entry = user_data;
  MpRequestQueue *self = entry->queue;

  entry->response = mp_http_client_send_finish (MP_HTTP_CLIENT (source), result, &entry->error);
  entry->is_answered = TRUE;
  if (self == NULL)
    {
      entry_free (entry);
      return;
    }
  g_ptr_array_remove (self->under_way, entry);
  if (self->closing != NULL)
    {
      if (self->under_way->len == 0)
        {
          g_autoptr (GTask) closing = g_steal_pointer (&self->closing);

          g_task_return_boolean (closing, TRUE);
        }
      return;
    }
  send_next (self);
  give_out (self);
}

static void
send_next (MpRequestQueue *self)
{
  for (GList *item = self->entries.head;
       item != NULL && self->under_way->len < MP_REQUEST_QUEUE_WIDTH; item = item->next)
    {
      Entry *entry = item->data;

      if (entry->is_sent)
        continue;
      entry->is_sent = TRUE;
      g_ptr_array_add (self->under_way, entry);
      mp_http_client_send_async (self->http, entry->request, self->cancellable, answered_cb, entry);
    }
}

static void
outer_cancelled_cb (GCancellable *outer, gpointer user_data)
{
  g_cancellable_cancel (user_data);
}

MpRequestQueue *
mp_request_queue_new (MpHttpClient *http, GCancellable *cancellable)
{
  MpRequestQueue *self = g_new0 (MpRequestQueue, 1);

  self->http = g_object_ref (http);
  self->cancellable = g_cancellable_new ();
  g_queue_init (&self->entries);
  self->under_way = g_ptr_array_new ();
  if (cancellable != NULL)
    {
      self->outer = g_object_ref (cancellable);
      self->outer_handler =
          g_cancellable_connect (cancellable, G_CALLBACK (outer_cancelled_cb),
                                 g_object_ref (self->cancellable), g_object_unref);
    }
  return self;
}

void
mp_request_queue_free (MpRequestQueue *self)
{
  Entry *entry;

  if (self == NULL)
    return;
  g_assert (self->popping == NULL && self->closing == NULL);
  if (self->outer != NULL)
    g_cancellable_disconnect (self->outer, self->outer_handler);
  for (unsigned int i = 0; i < self->under_way->len; i++)
    ((Entry *) g_ptr_array_index (self->under_way, i))->queue = NULL;
  while ((entry = g_queue_pop_head (&self->entries)) != NULL)
    {
      if (!entry->is_sent || entry->is_answered)
        entry_free (entry);
    }
  g_cancellable_cancel (self->cancellable);
  g_ptr_array_unref (self->under_way);
  g_clear_object (&self->outer);
  g_object_unref (self->cancellable);
  g_object_unref (self->http);
  g_free (self);
}

void
mp_request_queue_push (MpRequestQueue *self, MpHttpRequest *request)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->queue = self;
  entry->request = g_object_ref (request);
  g_queue_push_tail (&self->entries, entry);
  send_next (self);
}

unsigned int
mp_request_queue_get_length (MpRequestQueue *self)
{
  return self->entries.length;
}

void
mp_request_queue_pop_async (MpRequestQueue *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_assert (self->popping == NULL && self->entries.length > 0);

  self->popping = g_task_new (NULL, NULL, callback, user_data);
  g_task_set_source_tag (self->popping, mp_request_queue_pop_async);
  give_out (self);
}

MpHttpResponse *
mp_request_queue_pop_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
mp_request_queue_close_async (MpRequestQueue *self,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, user_data);

  g_assert (self->popping == NULL && self->closing == NULL);
  g_task_set_source_tag (task, mp_request_queue_close_async);
  if (self->under_way->len == 0)
    {
      g_task_return_boolean (task, TRUE);
      return;
    }
  self->closing = g_steal_pointer (&task);
  g_cancellable_cancel (self->cancellable);
}
