/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-api-outbound.h"

#include "mp-error.h"

/* A call holds a thread of the listener: those that only read the database keep theirs. */
#define MAX_CALLS 32

struct _MpApiOutbound
{
  GObject parent_instance;

  GThread *thread;       /* (owned) */
  GMainContext *context; /* (owned): the thread's */
  GMainLoop *loop;       /* (owned) */
  char *platform_dir;    /* (owned) (nullable) */
  GStrv base_addresses;  /* (owned) (nullable) */
  GError *setup_error;   /* (owned) (nullable) */
  unsigned int timeout_ms;
  gboolean calls_private;

  GMutex lock;
  GCond changed;
  MpPlatforms *platforms; /* (owned): set once, before the constructor returns */
  gboolean is_ready;      /* under the lock */
  unsigned int n_calls;   /* under the lock */
};

G_DEFINE_FINAL_TYPE (MpApiOutbound, mp_api_outbound, G_TYPE_OBJECT)

/* One call. Lives on the stack of the one that asks, who waits until it is done. */
typedef struct
{
  MpApiOutbound *outbound;
  const MpApiQuestion *question;
  MpPlatform *platform;
  GCancellable *cancellable;
  GSource *deadline;
  gboolean is_late;
  JsonObject *answer; /* (nullable) */
  GError *error;      /* (nullable) */
  gboolean is_done;   /* under the outbound's lock */
} Call;

/* The platforms are made on the thread that uses them, as the HTTP session wants it. */
static MpPlatforms *
make_platforms (MpApiOutbound *self)
{
  g_autoptr (MpHttpClient) http = mp_http_client_new ();
  MpPlatforms *platforms = mp_platforms_new (http, self->platform_dir);

  mp_http_client_set_public_only (http, !self->calls_private);
  for (unsigned int i = 0; self->base_addresses != NULL && self->base_addresses[i] != NULL; i++)
    {
      if (!mp_platforms_set_base_address (platforms, self->base_addresses[i], &self->setup_error))
        break;
    }
  return platforms;
}

static gpointer
run_thread (gpointer data)
{
  MpApiOutbound *self = data;

  g_main_context_push_thread_default (self->context);
  self->platforms = make_platforms (self);
  g_mutex_lock (&self->lock);
  self->is_ready = TRUE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);

  g_main_loop_run (self->loop);
  g_clear_object (&self->platforms);
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

static gboolean
quit_cb (gpointer user_data)
{
  g_main_loop_quit (user_data);
  return G_SOURCE_REMOVE;
}

static void
mp_api_outbound_finalize (GObject *object)
{
  MpApiOutbound *self = MP_API_OUTBOUND (object);
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_callback (source, quit_cb, self->loop, NULL);
  g_source_attach (source, self->context);
  g_thread_join (self->thread);
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  g_free (self->platform_dir);
  g_strfreev (self->base_addresses);
  g_clear_error (&self->setup_error);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);

  G_OBJECT_CLASS (mp_api_outbound_parent_class)->finalize (object);
}

static void
mp_api_outbound_class_init (MpApiOutboundClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mp_api_outbound_finalize;
}

static void
mp_api_outbound_init (MpApiOutbound *self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->timeout_ms = MP_API_OUTBOUND_TIMEOUT_S * 1000;
}

static JsonObject *
describe_test (MpTestResult *tested)
{
  static const char *const outcomes[] = {
    [MP_TEST_CONNECTED] = "connected",
    [MP_TEST_LIMITED] = "limited",
    [MP_TEST_REJECTED] = "rejected",
  };
  const struct
  {
    const char *name;
    const char *value;
  } members[] = {
    { "account", mp_test_result_get_account (tested) },
    { "account_id", mp_test_result_get_account_id (tested) },
    { "details", mp_test_result_get_details (tested) },
    { "message", mp_test_result_get_message (tested) },
  };
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "outcome", outcomes[mp_test_result_get_outcome (tested)]);
  json_object_set_string_member (object, "mode",
                                 mp_mode_to_string (mp_test_result_get_mode (tested)));
  for (size_t i = 0; i < G_N_ELEMENTS (members); i++)
    {
      if (members[i].value != NULL)
        json_object_set_string_member (object, members[i].name, members[i].value);
    }
  return object;
}

/* @list: of objects, or of the fields of @object */
static JsonObject *
describe_list (GListModel *list, const char *object)
{
  g_autoptr (MpCrmMetadata) empty = mp_crm_metadata_new ();
  g_autoptr (MpCrmMetadata) metadata = object != NULL
                                           ? mp_crm_metadata_with_fields (empty, object, list)
                                           : mp_crm_metadata_with_objects (empty, list);

  return mp_crm_metadata_to_json (metadata);
}

static void
finish_call (Call *call)
{
  MpApiOutbound *self = call->outbound;

  g_source_destroy (call->deadline);
  if (call->is_late && call->error != NULL)
    {
      g_clear_error (&call->error);
      g_set_error (&call->error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
                   "%s did not answer within %.3g seconds", mp_platform_get_label (call->platform),
                   self->timeout_ms / 1000.0);
    }
  g_mutex_lock (&self->lock);
  call->is_done = TRUE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

static void
tested_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;
  g_autoptr (MpTestResult) tested =
                 mp_platform_test_finish (MP_PLATFORM (source), result, &call->error);

  if (tested != NULL)
    call->answer = describe_test (tested);
  finish_call (call);
}

static void
objects_loaded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;
  g_autoptr (GListModel) objects =
                 mp_platform_load_objects_finish (MP_PLATFORM (source), result, &call->error);

  if (objects != NULL)
    call->answer = describe_list (objects, NULL);
  finish_call (call);
}

static void
fields_loaded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;
  g_autoptr (GListModel) fields =
                 mp_platform_load_fields_finish (MP_PLATFORM (source), result, &call->error);

  if (fields != NULL)
    call->answer = describe_list (fields, call->question->object);
  finish_call (call);
}

static gboolean
deadline_cb (gpointer user_data)
{
  Call *call = user_data;

  call->is_late = TRUE;
  g_cancellable_cancel (call->cancellable);
  return G_SOURCE_REMOVE;
}

static gboolean
start_cb (gpointer user_data)
{
  Call *call = user_data;
  const MpApiQuestion *question = call->question;

  g_source_set_callback (call->deadline, deadline_cb, call, NULL);
  g_source_attach (call->deadline, call->outbound->context);
  if (question->ask == MP_API_ASK_TEST)
    mp_platform_test_async (call->platform, question->secret, question->connection,
                            call->cancellable, tested_cb, call);
  else if (question->ask == MP_API_ASK_OBJECTS)
    mp_platform_load_objects_async (call->platform, question->secret, question->connection,
                                    call->cancellable, objects_loaded_cb, call);
  else
    mp_platform_load_fields_async (call->platform, question->object, question->secret,
                                   question->connection, call->cancellable, fields_loaded_cb, call);
  return G_SOURCE_REMOVE;
}

/**
 * mp_api_outbound_new:
 * @platform_dir: (nullable): folder of documents beside the shipped ones
 * @base_addresses: (nullable): for tests: see mp_platforms_set_base_address ()
 * @calls_private: whether a tenant's platform may stand in a private network, this server's own:
 *   what its setting says is called with this server's reach
 * @error: return location for %MP_ERROR_WRONG_HOST and %MP_ERROR_INVALID: a base address
 *
 * Returns: (transfer full) (nullable): the object, its thread running
 */
MpApiOutbound *
mp_api_outbound_new (const char *platform_dir,
                     const char *const *base_addresses,
                     gboolean calls_private,
                     GError **error)
{
  g_autoptr (MpApiOutbound) self = g_object_new (MP_TYPE_API_OUTBOUND, NULL);

  self->platform_dir = g_strdup (platform_dir);
  self->calls_private = calls_private;
  self->base_addresses = g_strdupv ((GStrv) base_addresses);
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  self->thread = g_thread_new ("mp-platforms", run_thread, self);

  g_mutex_lock (&self->lock);
  while (!self->is_ready)
    g_cond_wait (&self->changed, &self->lock);
  g_mutex_unlock (&self->lock);

  if (self->setup_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&self->setup_error));
      return NULL;
    }
  return g_steal_pointer (&self);
}

/**
 * mp_api_outbound_set_timeout_ms:
 * @self: the object
 * @timeout_ms: how long a call may take in place of %MP_API_OUTBOUND_TIMEOUT_S seconds
 *
 * Before the first call.
 */
void
mp_api_outbound_set_timeout_ms (MpApiOutbound *self, unsigned int timeout_ms)
{
  g_return_if_fail (MP_IS_API_OUTBOUND (self) && timeout_ms > 0);

  self->timeout_ms = timeout_ms;
}

/**
 * mp_api_outbound_get_platforms:
 * @self: the object
 *
 * Returns: (transfer none): the platforms that are known here; their documents may be read from any
 *   thread
 */
MpPlatforms *
mp_api_outbound_get_platforms (MpApiOutbound *self)
{
  g_return_val_if_fail (MP_IS_API_OUTBOUND (self), NULL);

  return self->platforms;
}

/**
 * mp_api_outbound_enter:
 * @self: the object
 *
 * Takes a place for a call, before its key is opened.
 *
 * Returns: %FALSE when all are taken; else mp_api_outbound_leave () gives it back
 */
gboolean
mp_api_outbound_enter (MpApiOutbound *self)
{
  gboolean has_room;

  g_return_val_if_fail (MP_IS_API_OUTBOUND (self), FALSE);

  g_mutex_lock (&self->lock);
  has_room = self->n_calls < MAX_CALLS;
  if (has_room)
    self->n_calls++;
  g_mutex_unlock (&self->lock);
  return has_room;
}

/**
 * mp_api_outbound_leave:
 * @self: the object
 *
 * Gives the place back that mp_api_outbound_enter () took.
 */
void
mp_api_outbound_leave (MpApiOutbound *self)
{
  g_return_if_fail (MP_IS_API_OUTBOUND (self));

  g_mutex_lock (&self->lock);
  self->n_calls--;
  g_mutex_unlock (&self->lock);
}

/**
 * mp_api_outbound_ask:
 * @self: the object
 * @question: what is asked
 * @error: return location
 *
 * Waits for the answer, at most %MP_API_OUTBOUND_TIMEOUT_S seconds.
 *
 * Fails as the platform's calls do (mp-platform.h), with %MP_ERROR_NOT_FOUND when the platform is
 * not known, and with %G_IO_ERROR_TIMED_OUT.
 *
 * Returns: (transfer full) (nullable): the answer as on the wire
 */
JsonObject *
mp_api_outbound_ask (MpApiOutbound *self, const MpApiQuestion *question, GError **error)
{
  Call call = { .outbound = self, .question = question };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GSource) deadline = g_timeout_source_new (self->timeout_ms);
  g_autoptr (GSource) start = g_idle_source_new ();

  g_return_val_if_fail (MP_IS_API_OUTBOUND (self) && question != NULL, NULL);

  call.platform = mp_platforms_find (self->platforms, question->platform);
  if (call.platform == NULL)
    {
      g_set_error (error, MP_ERROR, MP_ERROR_NOT_FOUND, "The platform “%s” is not known here",
                   question->platform);
      return NULL;
    }
  call.cancellable = cancellable;
  call.deadline = deadline;
  g_source_set_callback (start, start_cb, &call, NULL);
  g_source_attach (start, self->context);

  g_mutex_lock (&self->lock);
  while (!call.is_done)
    g_cond_wait (&self->changed, &self->lock);
  g_mutex_unlock (&self->lock);

  if (call.error != NULL)
    g_propagate_error (error, call.error);
  return call.answer;
}
