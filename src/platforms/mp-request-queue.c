/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-request-queue.h"

/* Somebody looks at the screen: a longer wait is said, not sat out. */
#define LONGEST_WAIT_S 5

/* One request; it lives until its answer was given out and it is not under way any more. */
typedef struct
{
  MpRequestQueue *queue;    /* (unowned) (nullable): the queue was freed meanwhile */
  MpHttpResponse *response; /* (owned) (nullable) */
  GError *error;            /* (owned) (nullable) */
  gboolean is_answered;
} Entry;

struct _MpRequestQueue
{
  MpHttpClient *http; /* (owned) */
  unsigned int deadline_ms;
  unsigned int max_retries;
  MpHttpGate *gate;          /* (owned) */
  gboolean is_pressed;       /* the platform wanted a pause: one request at a time */
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
  give_out (self);
}

static void
outer_cancelled_cb (GCancellable *outer, gpointer user_data)
{
  g_cancellable_cancel (user_data);
}

MpRequestQueue *
mp_request_queue_new (MpHttpClient *http,
                      unsigned int deadline_ms,
                      unsigned int max_retries,
                      GCancellable *cancellable)
{
  MpRequestQueue *self = g_new0 (MpRequestQueue, 1);

  self->http = g_object_ref (http);
  self->deadline_ms = deadline_ms;
  self->max_retries = max_retries;
  self->gate = mp_http_gate_new ();
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
      if (entry->is_answered)
        entry_free (entry);
    }
  g_cancellable_cancel (self->cancellable);
  g_ptr_array_unref (self->under_way);
  g_clear_object (&self->outer);
  g_object_unref (self->cancellable);
  g_object_unref (self->gate);
  g_object_unref (self->http);
  g_free (self);
}

void
mp_request_queue_pause (MpRequestQueue *self, int64_t seconds)
{
  self->is_pressed = seconds > 0;
  if (seconds > 0 && seconds <= LONGEST_WAIT_S)
    mp_http_gate_close (self->gate, (unsigned int) seconds * 1000);
}

gboolean
mp_request_queue_has_room (MpRequestQueue *self)
{
  return self->entries.length < (self->is_pressed ? 1 : MP_REQUEST_QUEUE_WIDTH);
}

void
mp_request_queue_push (MpRequestQueue *self, MpHttpRequest *request)
{
  Entry *entry = g_new0 (Entry, 1);

  g_assert (mp_request_queue_has_room (self));
  entry->queue = self;
  g_queue_push_tail (&self->entries, entry);
  g_ptr_array_add (self->under_way, entry);
  mp_http_request_set_total_timeout_ms (request, self->deadline_ms);
  mp_http_request_set_longest_wait_s (request, LONGEST_WAIT_S);
  mp_http_request_set_max_retries (request, self->max_retries);
  mp_http_request_set_gate (request, self->gate);
  mp_http_client_send_async (self->http, request, self->cancellable, answered_cb, entry);
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
