/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-platform-call.h"

#include <glib/gi18n-lib.h>

#include "mp-error.h"
#include "mp-platform-listing.h"
#include "mp-platform-paging.h"
#include "mp-platform-reading.h"
#include "mp-platform-sign-in.h"
#include "mp-platform-test.h"
#include "mp-platform-validator.h"
#include "mp-request-builder.h"
#include "mp-request-queue.h"
#include "mp-sample-record.h"

/* One for each field with options that the platform answers no other way. */
#define MAX_OPTION_REQUESTS 500
#define MAX_RETRIES 2
#define HTTP_NOT_MODIFIED 304

typedef enum
{
  STEP_SIGN_IN = 1,
  STEP_JOIN,
  STEP_MAIN,
  STEP_JOINED, /* the items of the joins, where there is no answer of the list's own */
  STEP_OPTIONS,
} Step;

struct _MpPlatformCall
{
  GObject parent_instance;

  MpPlatformDocument *document;
  MpHttpClient *http;
  MpAccessCache *accesses; /* (unowned) */
  char *origin;            /* (nullable) */
  unsigned int deadline_ms;
  unsigned int call_deadline_ms;
  MpCallKind kind;
  char *object; /* (nullable) */
  GStrv fields; /* (nullable): of a sample */
  char *kept;   /* (nullable): the validator of what is kept */

  /* In progress */
  const MpListSpec *list;    /* (unowned) (nullable): of the document; none for a test */
  GTask *task;               /* (owned) (nullable): not running */
  MpSecret *secret;          /* (owned) (nullable) */
  MpRequestBuilder *builder; /* (owned) (nullable) */
  MpSignIn sign_in;
  Step step;
  GHashTable *joins; /* (element-type utf8 JsonNode) */
  unsigned int next_join;
  GPtrArray *items;   /* (element-type GObject) */
  GHashTable *names;  /* (element-type utf8) */
  GPtrArray *pending; /* (element-type MpPendingOptions) */
  unsigned int next_pending;
  gboolean is_listed;    /* there are no more pages */
  gboolean is_found;     /* a page had a place with items */
  gboolean is_refused;   /* the list's own answer, which is optional */
  GError *refusal;       /* (owned) (nullable): of the last optional join */
  MpPaging paging;       /* of a list */
  MpRequestQueue *queue; /* (owned) (nullable): not running */
  GError *failure;       /* (owned) (nullable): waits for what is under way to end */
  GListModel *listing;   /* (owned) (nullable): the whole list, once all of it is read */

  gboolean is_on_condition; /* the last request asks for what changed only */
  char *validator;          /* (owned) (nullable): of what was read */

  int64_t started_us; /* monotonic */

  /* The last answer */
  MpHttpResponse *response; /* (owned) (nullable) */
  JsonNode *root;           /* (owned) (nullable) */
  char *said;               /* (owned) (nullable) */
  char *missing;            /* (owned) (nullable) */
  char *account;            /* (owned) (nullable): whose a limited key is */

  gboolean is_asked;   /* a test: its own request has its answer */
  JsonNode *main_root; /* (owned) (nullable): that answer, where there is such a request */
};

G_DEFINE_FINAL_TYPE (MpPlatformCall, mp_platform_call, G_TYPE_OBJECT)

static void advance (MpPlatformCall *self);
static void send (MpPlatformCall *self, Step step, MpHttpRequest *request);
static void start (MpPlatformCall *self);

static GType
get_item_type (MpPlatformCall *self)
{
  return self->kind == MP_CALL_FIELDS   ? MP_TYPE_CRM_FIELD
         : self->kind == MP_CALL_SAMPLE ? MP_TYPE_SAMPLE_RECORD
                                        : MP_TYPE_CRM_OBJECT;
}

static GPtrArray *
get_joins (MpPlatformCall *self)
{
  return self->kind == MP_CALL_TEST ? self->document->test.joins : self->list->joins;
}

static const MpJoin *
get_next_join (MpPlatformCall *self)
{
  return g_ptr_array_index (get_joins (self), self->next_join);
}

static const MpPendingOptions *
get_next_pending (MpPlatformCall *self)
{
  return g_ptr_array_index (self->pending, self->next_pending);
}

static void
forget_answer (MpPlatformCall *self)
{
  g_clear_object (&self->response);
  g_clear_pointer (&self->root, json_node_unref);
  g_clear_pointer (&self->said, g_free);
  g_clear_pointer (&self->missing, g_free);
  g_clear_pointer (&self->account, g_free);
}

/* Ends the call; returns the task to answer through. The secret goes with the builder. */
static GTask *
stop (MpPlatformCall *self)
{
  forget_answer (self);
  g_clear_pointer (&self->queue, mp_request_queue_free);
  g_clear_pointer (&self->builder, mp_request_builder_free);
  g_clear_pointer (&self->secret, mp_secret_unref);
  return g_steal_pointer (&self->task);
}

static void
fail_now (MpPlatformCall *self, GError *error /* (transfer full) */)
{
  g_autoptr (GError) owned = error;
  g_autofree char *message = NULL;
  g_autoptr (GTask) task = NULL;

  if (self->builder != NULL)
    {
      g_autoptr (MpRedaction) redaction = mp_request_builder_make_redaction (self->builder);

      message = mp_redaction_apply (redaction, error->message);
    }
  else
    {
      message = g_strdup (error->message);
    }
  task = stop (self);
  g_task_return_error (task, g_error_new_literal (error->domain, error->code, message));
}

static void
closed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MpPlatformCall) self = user_data;

  fail_now (self, g_steal_pointer (&self->failure));
}

/* The first failure ends the other requests, too, and is told when they have ended. */
static void
fail (MpPlatformCall *self, GError *error /* (transfer full) */)
{
  self->failure = error;
  mp_request_queue_close_async (self->queue, closed_cb, g_object_ref (self));
}

static void
succeed (MpPlatformCall *self, gpointer object /* (transfer full) */)
{
  g_autoptr (GTask) task = stop (self);

  g_task_return_pointer (task, object, g_object_unref);
}

static void
finish_test (MpPlatformCall *self, MpTestOutcome outcome)
{
  MpScope scope = { .item = self->main_root, .joins = self->joins };
  g_autofree char *message = outcome == MP_TEST_REJECTED
                                 ? mp_platform_document_dup_rejection (self->document, self->secret,
                                                                       self->builder, self->said)
                                 : g_strdup (self->said);
  g_autoptr (GError) error = NULL;
  MpTestResultInit known = {
    .outcome = outcome,
    .mode = mp_platform_document_guess_mode (self->document, self->secret, self->builder),
    .message = message,
    .missing = self->missing,
    .account = self->account,
    .account_id = self->account,
  };
  MpTestResult *result = mp_platform_make_test_result (self->document, &known, &scope, &error);

  if (result != NULL)
    succeed (self, result);
  else
    fail (self, g_steal_pointer (&error));
}

static void
finish_list (MpPlatformCall *self)
{
  GListModel *listing = g_steal_pointer (&self->listing);

  /* Not made yet: there was nothing to be read. */
  if (listing == NULL)
    listing = mp_platform_make_listing (self->list, get_item_type (self), self->items, self->names);
  succeed (self, listing);
}

static void
closed_for_new_access_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MpPlatformCall) self = user_data;

  start (self);
}

/* Forgotten before its time: a token can end early, so one signs in anew, once. */
static gboolean
renew_access (MpPlatformCall *self, const GError *error)
{
  if (!g_error_matches (error, MP_ERROR, MP_ERROR_UNAUTHORIZED) ||
      !mp_sign_in_forget (&self->sign_in))
    return FALSE;
  forget_answer (self);
  mp_request_queue_close_async (self->queue, closed_for_new_access_cb, g_object_ref (self));
  return TRUE;
}

static gboolean
is_ignorable (MpPlatformCall *self, const GError *error)
{
  /* The key was accepted already when a test looks at the rest. */
  if (self->kind == MP_CALL_TEST && self->step == STEP_JOIN &&
      g_error_matches (error, MP_ERROR, MP_ERROR_UNAUTHORIZED))
    return TRUE;
  return g_error_matches (error, MP_ERROR, MP_ERROR_FORBIDDEN) ||
         g_error_matches (error, MP_ERROR, MP_ERROR_NOT_FOUND);
}

/* Goes on without an answer that the document calls optional. */
static gboolean
do_without (MpPlatformCall *self, const GError *error)
{
  if (!is_ignorable (self, error))
    return FALSE;
  if (self->step == STEP_JOIN && get_next_join (self)->optional)
    {
      g_clear_error (&self->refusal);
      self->refusal = g_error_copy (error);
      self->next_join++;
      forget_answer (self);
      advance (self);
      return TRUE;
    }
  if (self->step == STEP_OPTIONS && get_next_pending (self)->spec->optional)
    {
      self->next_pending++;
      forget_answer (self);
      advance (self);
      return TRUE;
    }
  if (self->step == STEP_MAIN && self->kind != MP_CALL_TEST && self->list->optional)
    {
      forget_answer (self);
      self->is_refused = TRUE;
      advance (self);
      return TRUE;
    }
  return FALSE;
}

static void
answer_failed (MpPlatformCall *self, GError *error /* (transfer full) */)
{
  g_autoptr (GError) owned = error;

  if (renew_access (self, error) || do_without (self, error))
    return;
  if (self->kind == MP_CALL_TEST && g_error_matches (error, MP_ERROR, MP_ERROR_UNAUTHORIZED))
    finish_test (self, MP_TEST_REJECTED);
  else if (self->kind == MP_CALL_TEST && self->step != STEP_JOIN &&
           g_error_matches (error, MP_ERROR, MP_ERROR_FORBIDDEN))
    finish_test (self, MP_TEST_LIMITED);
  else
    fail (self, g_steal_pointer (&owned));
}

static void
sign_in (MpPlatformCall *self)
{
  g_autoptr (MpHttpRequest) request = NULL;
  g_autoptr (GError) error = NULL;

  if (mp_sign_in_is_done (&self->sign_in))
    {
      mp_sign_in_finish (&self->sign_in, self->joins);
      advance (self);
      return;
    }
  request = mp_sign_in_make_request (&self->sign_in, self->builder, &error);
  if (request == NULL)
    fail (self, g_steal_pointer (&error));
  else
    send (self, STEP_SIGN_IN, request);
}

static void
sign_in_answered (MpPlatformCall *self)
{
  g_autoptr (GError) error = NULL;

  if (!mp_sign_in_read (&self->sign_in, g_steal_pointer (&self->root), self->builder, &error))
    {
      answer_failed (self, g_steal_pointer (&error));
      return;
    }
  forget_answer (self);
  sign_in (self);
}

static void
join_answered (MpPlatformCall *self)
{
  g_hash_table_insert (self->joins, get_next_join (self)->name, g_steal_pointer (&self->root));
  self->next_join++;
  forget_answer (self);
  advance (self);
}

static void
page_answered (MpPlatformCall *self, gboolean has_next)
{
  g_autoptr (GError) error = NULL;

  forget_answer (self);
  self->is_listed = !has_next;
  if (self->is_listed && !self->is_found)
    {
      mp_platform_set_lacking_error (self->document, self->list, &error);
      fail (self, g_steal_pointer (&error));
      return;
    }
  if (self->pending->len > MAX_OPTION_REQUESTS)
    fail (self, g_error_new (MP_ERROR, MP_ERROR_TOO_LARGE, "%s %s/options: more than %u requests",
                             mp_platform_document_get_id (self->document), self->list->pointer,
                             MAX_OPTION_REQUESTS));
  else
    advance (self);
}

static MpPlatformReading *
reading_new (MpPlatformCall *self)
{
  MpPlatformReading *reading = g_new0 (MpPlatformReading, 1);

  reading->document = mp_platform_document_ref (self->document);
  reading->response = self->response != NULL ? g_object_ref (self->response) : NULL;
  reading->redaction = mp_request_builder_make_redaction (self->builder);
  reading->is_secret = self->step == STEP_SIGN_IN;
  reading->is_token = reading->is_secret && mp_sign_in_wants_token (&self->sign_in);
  if (self->step == STEP_MAIN && self->kind == MP_CALL_TEST)
    reading->test = &self->document->test;
  if (self->step >= STEP_MAIN && self->kind != MP_CALL_TEST)
    reading->list = self->list;
  if (self->step == STEP_MAIN)
    reading->paging = &self->paging;
  if (self->step == STEP_OPTIONS)
    {
      reading->options = get_next_pending (self);
      reading->is_last = self->next_pending + 1 == self->pending->len;
    }
  reading->is_found = self->is_found;
  reading->item_type = get_item_type (self);
  reading->fields = g_strdupv (self->fields);
  reading->joins = g_hash_table_ref (self->joins);
  reading->items = g_ptr_array_ref (self->items);
  reading->names = g_hash_table_ref (self->names);
  reading->pending = g_ptr_array_ref (self->pending);
  reading->object = g_strdup (self->object);
  return reading;
}

static void
joined_read (MpPlatformCall *self)
{
  self->is_listed = TRUE;
  forget_answer (self);
  /* Without a list of its own the last refusal is why there is nothing to show. */
  if (self->list->request == NULL && !self->is_found && self->refusal != NULL)
    fail (self, g_steal_pointer (&self->refusal));
  else
    advance (self);
}

static void
answer_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MpPlatformCall) self = user_data;
  MpPlatformReading *reading;
  g_autoptr (GError) error = NULL;
  gboolean is_read = mp_platform_reading_run_finish (result, &reading, &error);

  self->root = g_steal_pointer (&reading->answer.root);
  self->said = g_steal_pointer (&reading->answer.said);
  self->missing = g_steal_pointer (&reading->answer.missing);
  self->account = g_steal_pointer (&reading->answer.account);
  self->listing = g_steal_pointer (&reading->listing);
  self->is_found = reading->is_found;
  if (!is_read)
    {
      answer_failed (self, g_steal_pointer (&error));
      return;
    }
  switch (self->step)
    {
    case STEP_SIGN_IN:
      sign_in_answered (self);
      break;
    case STEP_JOIN:
      join_answered (self);
      break;
    case STEP_JOINED:
      joined_read (self);
      break;
    case STEP_OPTIONS:
      self->next_pending++;
      forget_answer (self);
      advance (self);
      break;
    case STEP_MAIN:
    default:
      if (self->kind != MP_CALL_TEST)
        page_answered (self, reading->has_next);
      else
        {
          self->is_asked = TRUE;
          self->main_root = g_steal_pointer (&self->root);
          forget_answer (self);
          advance (self);
        }
      break;
    }
}

/* @response: (transfer full) (nullable): there is an error */
static void
take_response (MpPlatformCall *self,
               MpHttpResponse *response,
               GError *failure /* (transfer full) (nullable) */)
{
  g_autoptr (GError) error = failure;

  self->response = response;
  if (response == NULL)
    {
      if (!mp_error_is_cancelled (error))
        g_prefix_error (&error, "%s: ", mp_platform_spec_get_label (self->document->spec));
      fail (self, g_steal_pointer (&error));
      return;
    }
  if (self->step == STEP_MAIN && self->is_on_condition &&
      mp_http_response_get_status (self->response) == HTTP_NOT_MODIFIED)
    {
      fail (self, g_error_new (MP_ERROR, MP_ERROR_UNCHANGED, "%s: nothing has changed",
                               mp_platform_spec_get_label (self->document->spec)));
      return;
    }
  if (self->step == STEP_MAIN && self->list != NULL)
    {
      g_free (self->validator);
      self->validator = mp_platform_dup_validator (self->document, self->list, self->response);
    }
  mp_request_queue_pause (self->queue,
                          mp_platform_answer_find_pause (self->document, self->response));
  mp_platform_reading_run_async (reading_new (self), g_task_get_cancellable (self->task),
                                 answer_read_cb, g_object_ref (self));
}

static void
popped_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MpPlatformCall) self = user_data;
  GError *error = NULL;
  MpHttpResponse *response = mp_request_queue_pop_finish (result, &error);

  take_response (self, response, error);
}

/* Waits for the answer to the oldest request that has none yet. */
static void
receive (MpPlatformCall *self, Step step)
{
  self->step = step;
  mp_request_queue_pop_async (self->queue, popped_cb, g_object_ref (self));
}

static void
send (MpPlatformCall *self, Step step, MpHttpRequest *request)
{
  mp_request_queue_push (self->queue, request);
  receive (self, step);
}

static MpHttpRequest *
make_page_request (MpPlatformCall *self, GError **error)
{
  g_auto (MpPageQuery) query = { 0 };
  MpHttpRequest *request;

  mp_paging_make_query (&self->paging, &query);
  if (query.name != NULL)
    mp_request_builder_set_page (self->builder, query.name, query.place, query.is_number);
  mp_request_builder_set_page (self->builder, "size", query.size, TRUE);
  request = mp_request_builder_make_request (self->builder, self->list->request,
                                             self->paging.address, query.query, error);
  if (request != NULL && self->kept != NULL)
    self->is_on_condition =
        mp_platform_set_condition (self->document, self->list, self->kept, request);
  return request;
}

static MpHttpRequest *
make_options_request (MpPlatformCall *self, unsigned int index, GError **error)
{
  const MpPendingOptions *pending = g_ptr_array_index (self->pending, index);

  mp_request_builder_set_field (self->builder, pending->name);
  return mp_request_builder_make_request (self->builder, pending->spec->request, NULL, NULL, error);
}

static MpHttpRequest *
make_join_request (MpPlatformCall *self, unsigned int index, GError **error)
{
  const MpJoin *join = g_ptr_array_index (get_joins (self), index);

  return mp_request_builder_make_request (self->builder, join->request, NULL, NULL, error);
}

/* Joins do not depend on each other, nor do the options of fields: requests are sent before their
 * turn, as many as there is room for.
 * @next: whose answer is to be read, of @length */
static void
send_ahead (MpPlatformCall *self,
            Step step,
            unsigned int next,
            unsigned int length,
            MpHttpRequest *(*make_request) (MpPlatformCall *, unsigned int, GError **) )
{
  unsigned int first = next + mp_request_queue_get_length (self->queue);
  g_autoptr (GError) error = NULL;

  for (unsigned int i = first; i < length && mp_request_queue_has_room (self->queue); i++)
    {
      g_autoptr (MpHttpRequest) request = make_request (self, i, &error);

      if (request == NULL)
        {
          fail (self, g_steal_pointer (&error));
          return;
        }
      mp_request_queue_push (self->queue, request);
    }
  receive (self, step);
}

/* A test asks first and looks at the rest then; a list needs the rest to read its items. */
static gboolean
is_join_next (MpPlatformCall *self)
{
  return self->next_join < get_joins (self)->len && (self->kind != MP_CALL_TEST || self->is_asked);
}

/* Items may stand in the joins, too. */
static void
read_joined (MpPlatformCall *self)
{
  if (self->list->joins->len == 0 || self->list->items->len == 0)
    {
      finish_list (self);
      return;
    }
  self->step = STEP_JOINED;
  mp_platform_reading_run_async (reading_new (self), g_task_get_cancellable (self->task),
                                 answer_read_cb, g_object_ref (self));
}

/* Each request has a deadline of its own; a thousand of them in time would still be a day. */
static gboolean
check_time (MpPlatformCall *self, GError **error)
{
  int64_t taken_ms = (g_get_monotonic_time () - self->started_us) / 1000;

  if (taken_ms <= (int64_t) self->call_deadline_ms)
    return TRUE;
  g_set_error (error, MP_ERROR, MP_ERROR_OFFLINE,
               _ ("%s took too long to answer everything. Try again later."),
                  mp_platform_spec_get_label (self->document->spec));
  return FALSE;
}

/* The list itself: its pages, then the options of its fields. */
static void
advance_list (MpPlatformCall *self)
{
  g_autoptr (MpHttpRequest) request = NULL;
  g_autoptr (GError) error = NULL;

  if (self->is_listed && self->next_pending < self->pending->len)
    send_ahead (self, STEP_OPTIONS, self->next_pending, self->pending->len, make_options_request);
  else if (self->is_listed)
    finish_list (self);
  else if (self->list->request == NULL || self->is_refused)
    read_joined (self);
  else if ((request = make_page_request (self, &error)) != NULL)
    send (self, STEP_MAIN, request);
  else
    fail (self, g_steal_pointer (&error));
}

static void
advance_test (MpPlatformCall *self)
{
  g_autoptr (MpHttpRequest) request = NULL;
  g_autoptr (GError) error = NULL;

  if (self->is_asked)
    {
      finish_test (self, MP_TEST_CONNECTED);
      return;
    }
  request = mp_request_builder_make_request (self->builder, self->document->test.request, NULL,
                                             NULL, &error);
  if (request != NULL)
    send (self, STEP_MAIN, request);
  else
    fail (self, g_steal_pointer (&error));
}

static void
advance (MpPlatformCall *self)
{
  g_autoptr (GError) error = NULL;

  if (!check_time (self, &error))
    fail (self, g_steal_pointer (&error));
  else if (is_join_next (self))
    send_ahead (self, STEP_JOIN, self->next_join, get_joins (self)->len, make_join_request);
  else if (self->kind == MP_CALL_TEST)
    advance_test (self);
  else
    advance_list (self);
}

/* Begins with signing in, where the document wants it. Where that is the test, it is done anew. */
static void
start (MpPlatformCall *self)
{
  gboolean anew = self->kind == MP_CALL_TEST && self->document->test.request == NULL;
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&self->queue, mp_request_queue_free);
  /* A test is one try: somebody wants to know how it is now. */
  self->queue = mp_request_queue_new (self->http, self->deadline_ms,
                                      self->kind == MP_CALL_TEST ? 0 : MAX_RETRIES,
                                      g_task_get_cancellable (self->task));
  if (mp_sign_in_begin (&self->sign_in, anew, self->builder, &error))
    sign_in (self);
  else
    fail (self, g_steal_pointer (&error));
}

static void
mp_platform_call_dispose (GObject *object)
{
  MpPlatformCall *self = MP_PLATFORM_CALL (object);

  g_assert (self->task == NULL);
  g_clear_object (&self->http);

  G_OBJECT_CLASS (mp_platform_call_parent_class)->dispose (object);
}

static void
mp_platform_call_finalize (GObject *object)
{
  MpPlatformCall *self = MP_PLATFORM_CALL (object);

  mp_platform_document_unref (self->document);
  g_free (self->origin);
  g_free (self->object);
  g_strfreev (self->fields);
  g_free (self->kept);
  g_free (self->validator);
  mp_sign_in_clear (&self->sign_in);
  mp_paging_clear (&self->paging);
  g_clear_object (&self->listing);
  g_hash_table_unref (self->joins);
  g_hash_table_unref (self->names);
  g_ptr_array_unref (self->items);
  g_ptr_array_unref (self->pending);
  g_clear_pointer (&self->main_root, json_node_unref);
  g_clear_error (&self->refusal);

  G_OBJECT_CLASS (mp_platform_call_parent_class)->finalize (object);
}

static void
mp_platform_call_class_init (MpPlatformCallClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = mp_platform_call_dispose;
  G_OBJECT_CLASS (klass)->finalize = mp_platform_call_finalize;
}

static void
mp_platform_call_init (MpPlatformCall *self)
{
  self->joins =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) json_node_unref);
  self->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->items = g_ptr_array_new_with_free_func (g_object_unref);
  self->pending = g_ptr_array_new_with_free_func ((GDestroyNotify) mp_pending_options_free);
}

MpPlatformCall *
mp_platform_call_new (const MpCallContext *context,
                      MpCallKind kind,
                      const char *object,
                      const char *const *fields)
{
  MpPlatformCall *self = g_object_new (MP_TYPE_PLATFORM_CALL, NULL);

  self->document = mp_platform_document_ref (context->document);
  self->http = g_object_ref (context->http);
  self->accesses = context->accesses;
  self->origin = g_strdup (context->origin);
  self->deadline_ms = context->deadline_ms;
  self->call_deadline_ms = context->call_deadline_ms;
  self->started_us = g_get_monotonic_time ();
  self->kind = kind;
  self->object = g_strdup (object);
  self->fields = g_strdupv ((char **) fields);
  self->kept = g_strdup (context->validator);
  return self;
}

static GPtrArray *
get_lists (MpPlatformCall *self)
{
  switch (self->kind)
    {
    case MP_CALL_FIELDS:
      return self->document->fields;
    case MP_CALL_SAMPLE:
      return self->document->samples;
    case MP_CALL_OBJECTS:
    case MP_CALL_TEST:
    default:
      return self->document->objects;
    }
}

static gboolean
choose_list (MpPlatformCall *self, JsonNode *settings, GError **error)
{
  MpScope scope = { .item = settings, .object = self->object };

  if (self->kind == MP_CALL_TEST)
    return TRUE;
  self->list = mp_platform_document_choose_list (self->document, get_lists (self), &scope, error);
  self->paging = (MpPaging){ .document = self->document, .list = self->list };
  return self->list != NULL;
}

/* What a record has beside its fields, such as its id, may not be asked for by name. */
static void
set_asked_fields (MpPlatformCall *self)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) asked = NULL;

  for (unsigned int i = 0; self->fields[i] != NULL; i++)
    {
      if (!g_strv_contains ((const char *const *) self->list->without, self->fields[i]))
        g_strv_builder_add (builder, self->fields[i]);
    }
  asked = g_strv_builder_end (builder);
  mp_request_builder_set_fields (self->builder, (const char *const *) asked);
}

void
mp_platform_call_run_async (MpPlatformCall *self,
                            MpSecret *secret,
                            JsonObject *connection,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (JsonNode) settings = NULL;
  g_autoptr (GError) error = NULL;

  g_task_set_source_tag (task, mp_platform_call_run_async);
  self->builder = mp_request_builder_new (self->document, self->origin, secret, connection,
                                          self->object, &error);
  if (self->builder == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  settings = mp_request_builder_make_settings (self->builder);
  if (!mp_platform_document_check_mode (self->document, secret, self->builder, &error) ||
      !choose_list (self, settings, &error))
    {
      g_clear_pointer (&self->builder, mp_request_builder_free);
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  if (self->fields != NULL)
    set_asked_fields (self);
  mp_sign_in_init (&self->sign_in, self->document, self->accesses, secret, settings);
  self->is_asked = self->document->test.request == NULL;
  self->secret = mp_secret_ref (secret);
  self->task = g_steal_pointer (&task);
  start (self);
}

GObject *
mp_platform_call_run_finish (MpPlatformCall *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

const char *
mp_platform_call_get_validator (MpPlatformCall *self)
{
  return self->validator;
}
