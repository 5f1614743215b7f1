/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-tenant-client.h"

#include <string.h>

#include "mp-error.h"
#include "mp-json.h"
#include "mp-tenant-info-private.h"

struct _MpTenantClient
{
  GObject parent_instance;

  MpHttpClient *http;
  char *tenant;
  char *base;         /* the tenant's address, without a slash at its end */
  int64_t free_at_us; /* monotonic: the server asked to be left alone until then; 0: it did not */
};

G_DEFINE_FINAL_TYPE (MpTenantClient, mp_tenant_client, G_TYPE_OBJECT)

/* How often a request is repeated when the server could not be reached or is busy. All of them may
 * be: a push carries the ids by which the server knows its operations again. */
/* A server that asks for more than an hour is asked again after one. */
#define LONGEST_REST_S 3600
#define RETRIES 2
/* With all its repetitions a call has ended within a minute. */
#define SHORT_TIMEOUT_MS 55000
/* How much longer than the server's own time to wait for its answer. */
#define WAIT_SLACK_MS 15000
#define MAX_DETAIL_CHARS 300
/* Of zlib: the next ones take much more time for few bytes less. */
#define PACK_LEVEL 4
#define LEAST_PACKED_BYTES 1024

/* Reads the JSON of a good answer; runs in another thread. @call: what was asked */
typedef struct _Call Call;
typedef gpointer (*ReadAnswer) (JsonObject *object, const Call *call, GError **error);
/* The same for an answer of thousands of records, of which no tree is made. */
typedef gpointer (*ReadText) (const char *text, size_t length, const Call *call, GError **error);

struct _Call
{
  ReadAnswer read;
  ReadText read_text; /* (nullable): in place of .read */
  GDestroyNotify free_answer;
  gboolean is_pull; /* 304 and 410 are answers */
  char *tag;        /* (nullable): the answer's ETag */
  GStrv ops;        /* (nullable): the operations pushed, in their order */
  GBytes *body;     /* (nullable): of the answer */
};

typedef struct
{
  GPtrArray *entries;
  int64_t next;
} AuditPage;

typedef struct
{
  GPtrArray *records; /* (element-type MpRecord) */
  int64_t next;
} HistoryPage;

typedef struct
{
  char *key_id;
  char *public_key;
} SealingKey;

static Call *
call_new (ReadAnswer read, GDestroyNotify free_answer)
{
  Call *call = g_new0 (Call, 1);

  call->read = read;
  call->free_answer = free_answer;
  return call;
}

static void
call_free (Call *call)
{
  g_free (call->tag);
  g_clear_pointer (&call->ops, g_strfreev);
  g_clear_pointer (&call->body, g_bytes_unref);
  g_free (call);
}

static void
audit_page_free (AuditPage *page)
{
  g_clear_pointer (&page->entries, g_ptr_array_unref);
  g_free (page);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AuditPage, audit_page_free)

static void
history_page_free (HistoryPage *page)
{
  g_clear_pointer (&page->records, g_ptr_array_unref);
  g_free (page);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HistoryPage, history_page_free)

/**
 * mp_audit_proof_free:
 * @proof: (transfer full) (nullable): a proof
 */
void
mp_audit_proof_free (MpAuditProof *proof)
{
  if (proof == NULL)
    return;
  g_free (proof->epoch);
  g_strfreev (proof->digests);
  g_clear_object (&proof->head);
  g_free (proof);
}

static void
sealing_key_free (SealingKey *key)
{
  g_free (key->key_id);
  g_free (key->public_key);
  g_free (key);
}

static gpointer
read_info (JsonObject *object, const Call *call, GError **error)
{
  return mp_tenant_info_new_from_json (object, error);
}

static gpointer
read_page (const char *text, size_t length, const Call *call, GError **error)
{
  return mp_feed_page_new_from_text (text, length, call->tag, error);
}

static gpointer
read_head (JsonObject *object, const Call *call, GError **error)
{
  return mp_audit_head_new_from_json (object, error);
}

static gpointer
read_proof (JsonObject *object, const Call *call, GError **error)
{
  g_autoptr (MpAuditProof) proof = g_new0 (MpAuditProof, 1);
  g_autoptr (GPtrArray) digests = g_ptr_array_new_with_free_func (g_free);
  const char *epoch = mp_json_require_string (object, "epoch", error);
  JsonArray *array = epoch != NULL ? mp_json_require_array (object, "digests", error) : NULL;
  JsonObject *head = array != NULL ? mp_json_require_object (object, "head", error) : NULL;

  if (head == NULL)
    return NULL;
  proof->head = mp_audit_head_new_from_json (head, error);
  if (proof->head == NULL)
    return NULL;

  for (unsigned int i = 0; i < json_array_get_length (array); i++)
    {
      const char *digest = mp_json_node_get_string (json_array_get_element (array, i));

      g_ptr_array_add (digests, g_strdup (digest != NULL ? digest : ""));
    }
  g_ptr_array_add (digests, NULL);
  proof->digests = (GStrv) g_ptr_array_free (g_steal_pointer (&digests), FALSE);
  proof->epoch = g_strdup (epoch);
  return g_steal_pointer (&proof);
}

static gpointer
read_sealing_key (JsonObject *object, const Call *call, GError **error)
{
  const char *key_id = mp_json_require_string (object, "key_id", error);
  const char *public_key =
      key_id != NULL ? mp_json_require_string (object, "public_key", error) : NULL;
  SealingKey *key;

  if (public_key == NULL)
    return NULL;

  key = g_new0 (SealingKey, 1);
  key->key_id = g_strdup (key_id);
  key->public_key = g_strdup (public_key);
  return key;
}

static gpointer
read_audit (JsonObject *object, const Call *call, GError **error)
{
  g_autoptr (AuditPage) page = g_new0 (AuditPage, 1);
  JsonArray *entries = mp_json_require_array (object, "entries", error);

  if (entries == NULL)
    return NULL;

  page->entries = g_ptr_array_new_with_free_func (g_object_unref);
  page->next = mp_json_get_int (object, "next", 0);
  for (unsigned int i = 0; i < json_array_get_length (entries); i++)
    {
      JsonObject *item = mp_json_array_get_object (entries, i);
      MpAuditEntry *entry;

      if (item == NULL)
        {
          g_set_error (error, MP_ERROR, MP_ERROR_INVALID, "audit entry %u is no object", i);
          return NULL;
        }
      entry = mp_audit_entry_new_from_json (item, error);
      if (entry == NULL)
        return NULL;
      g_ptr_array_add (page->entries, entry);
    }
  return g_steal_pointer (&page);
}

static gpointer
read_history (JsonObject *object, const Call *call, GError **error)
{
  g_autoptr (HistoryPage) page = g_new0 (HistoryPage, 1);
  JsonArray *items = mp_json_require_array (object, "items", error);

  if (items == NULL)
    return NULL;

  page->records = g_ptr_array_new_with_free_func (g_object_unref);
  page->next = mp_json_get_int (object, "next", 0);
  for (unsigned int i = 0; i < json_array_get_length (items); i++)
    {
      JsonObject *item = mp_json_array_get_object (items, i);
      JsonObject *revision = item != NULL ? mp_json_require_object (item, "record", error) : NULL;
      MpRecord *record = revision != NULL ? mp_record_new_from_json (revision, error) : NULL;

      if (item == NULL)
        g_set_error (error, MP_ERROR, MP_ERROR_INVALID, "revision %u is no object", i);
      if (record == NULL)
        return NULL;
      g_ptr_array_add (page->records, record);
    }
  return g_steal_pointer (&page);
}

static gpointer
read_results (JsonObject *object, const Call *call, GError **error)
{
  g_autoptr (GPtrArray) results = g_ptr_array_new_with_free_func (g_object_unref);
  JsonArray *array = mp_json_require_array (object, "results", error);

  if (array == NULL)
    return NULL;
  if (json_array_get_length (array) != g_strv_length (call->ops))
    {
      g_set_error (error, MP_ERROR, MP_ERROR_INVALID, "%u results for %u operations",
                   json_array_get_length (array), g_strv_length (call->ops));
      return NULL;
    }

  for (unsigned int i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *item = mp_json_array_get_object (array, i);
      MpPushResult *result = item != NULL ? mp_push_result_new_from_json (item, error) : NULL;

      if (result == NULL)
        {
          if (item == NULL)
            g_set_error (error, MP_ERROR, MP_ERROR_INVALID, "result %u is no object", i);
          return NULL;
        }
      g_ptr_array_add (results, result);
      if (!g_str_equal (mp_push_result_get_op (result), call->ops[i]))
        {
          g_set_error (error, MP_ERROR, MP_ERROR_INVALID, "result %u is of another operation", i);
          return NULL;
        }
    }
  return g_steal_pointer (&results);
}

static gboolean
is_json (MpHttpResponse *response)
{
  const char *type = mp_http_response_get_content_type (response);

  return type != NULL && (g_str_has_prefix (type, "application/json") ||
                          g_str_has_prefix (type, "application/problem+json"));
}

static MpError
code_of_status (unsigned int status)
{
  switch (status)
    {
    case 401:
      return MP_ERROR_UNAUTHORIZED;
    case 403:
      return MP_ERROR_FORBIDDEN;
    case 404:
    case 410:
      return MP_ERROR_NOT_FOUND;
    case 409:
    case 412:
      return MP_ERROR_CONFLICT;
    case 413:
      return MP_ERROR_TOO_LARGE;
    case 422:
      return MP_ERROR_REFUSED;
    case 429:
      return MP_ERROR_RATE_LIMITED;
    default:
      return status >= 500 ? MP_ERROR_UNAVAILABLE : MP_ERROR_INVALID;
    }
}

static void
append_limited (GString *message, const char *text)
{
  g_autofree char *part = NULL;

  if (text == NULL || text[0] == '\0')
    return;
  part = g_utf8_substring (text, 0, MIN (g_utf8_strlen (text, -1), MAX_DETAIL_CHARS));
  g_string_append_printf (message, ": %s", part);
}

/* What a problem says, for the log: its detail, and where something was wrong. */
static void
append_problem (GString *message, MpHttpResponse *response)
{
  GBytes *body = mp_http_response_get_body (response);
  g_autoptr (JsonObject) problem = mp_json_parse_object (g_bytes_get_data (body, NULL),
                                                         (gssize) g_bytes_get_size (body), NULL);
  JsonArray *errors;

  if (problem == NULL)
    return;

  append_limited (message, mp_json_get_string (problem, "title", NULL));
  append_limited (message, mp_json_get_string (problem, "detail", NULL));
  errors = mp_json_get_array (problem, "errors");
  for (unsigned int i = 0; errors != NULL && i < MIN (json_array_get_length (errors), 5); i++)
    {
      JsonObject *item = mp_json_array_get_object (errors, i);

      if (item == NULL)
        continue;
      append_limited (message, mp_json_get_string (item, "pointer", NULL));
      append_limited (message, mp_json_get_string (item, "message", NULL));
    }
}

static GError *
new_status_error (MpTenantClient *self, MpHttpResponse *response)
{
  const unsigned int status = mp_http_response_get_status (response);
  const int64_t retry_after_s = mp_http_response_get_retry_after_seconds (response);
  g_autoptr (GString) message = g_string_new (NULL);

  /* Not from the tenant server at all. */
  if (!is_json (response) && (status == 404 || (status >= 200 && status < 400)))
    return g_error_new (MP_ERROR, MP_ERROR_INVALID,
                        "the address does not lead to a tenant server: it answered %u %s", status,
                        mp_http_response_get_content_type (response) != NULL
                            ? mp_http_response_get_content_type (response)
                            : "without a type");

  g_string_append_printf (message, "the tenant server answered %u", status);
  if (is_json (response))
    append_problem (message, response);
  if (retry_after_s >= 0)
    {
      self->free_at_us =
          g_get_monotonic_time () + MIN (retry_after_s, LONGEST_REST_S) * G_USEC_PER_SEC;
      g_string_append_printf (message, " (again in %" G_GINT64_FORMAT " s)", retry_after_s);
    }
  return g_error_new_literal (MP_ERROR, code_of_status (status), message->str);
}

static void
read_answer_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Call *call = data;
  const char *text = g_bytes_get_data (call->body, NULL);
  const size_t length = g_bytes_get_size (call->body);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) object = NULL;
  gpointer answer;

  if (call->read_text != NULL)
    answer = call->read_text (text != NULL ? text : "", length, call, &error);
  else
    {
      object = mp_json_parse_object (text, (gssize) length, &error);
      answer = object != NULL ? call->read (object, call, &error) : NULL;
    }

  g_clear_pointer (&object, json_object_unref);
  if (answer == NULL)
    {
      g_prefix_error (&error, "the tenant server's answer: ");
      g_task_return_error (task, g_steal_pointer (&error));
    }
  else
    g_task_return_pointer (task, answer, call->free_answer);
}

static void
answer_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  const Call *call = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  gpointer answer = g_task_propagate_pointer (G_TASK (result), &error);

  if (answer == NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_pointer (task, answer, call->free_answer);
}

/*
 * A page may be large: it is not read on the thread that draws. That thread has a task of its own,
 * because it may be the last to let go of it, and the HTTP client is not to be freed there.
 */
static void
read_answer (GTask *task, MpHttpResponse *response)
{
  const Call *asked = g_task_get_task_data (task);
  g_autoptr (GTask) reading = g_task_new (NULL, g_task_get_cancellable (task), answer_read_cb,
                                          g_object_ref (task));
  Call *call = call_new (asked->read, asked->free_answer);

  call->read_text = asked->read_text;
  call->tag = g_strdup (mp_http_response_get_header (response, "etag"));
  call->ops = g_strdupv (asked->ops);
  call->body = g_bytes_ref (mp_http_response_get_body (response));
  g_task_set_task_data (reading, call, (GDestroyNotify) call_free);
  g_task_run_in_thread (reading, read_answer_in_thread);
}

static void
sent_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Call *call = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (MpHttpResponse) response =
                 mp_http_client_send_finish (MP_HTTP_CLIENT (source), result, &error);
  unsigned int status;

  if (response == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }

  status = mp_http_response_get_status (response);
  if (call->is_pull && (status == 304 || status == 410))
    {
      g_task_return_pointer (
          task, status == 304 ? mp_feed_page_new_unchanged () : mp_feed_page_new_expired (),
          g_object_unref);
      return;
    }
  if (status < 200 || status >= 300 || !is_json (response))
    {
      g_task_return_error (task, new_status_error (g_task_get_source_object (task), response));
      return;
    }

  read_answer (task, response);
}

/* @call: (transfer full) */
static void
send (MpTenantClient *self, GTask *task, Call *call, MpHttpRequest *request, MpSecret *token)
{
  const char *text = mp_secret_get (token, MP_TOKEN_PART);
  char *authorization = NULL;

  g_task_set_task_data (task, call, (GDestroyNotify) call_free);
  if (text == NULL)
    {
      g_task_return_new_error (task, MP_ERROR, MP_ERROR_UNAUTHORIZED, "there is no token");
      return;
    }

  authorization = g_strconcat ("Bearer ", text, NULL);
  mp_http_request_set_header (request, "Authorization", authorization);
  mp_secret_wipe_text (authorization);
  mp_http_request_set_header (request, "Accept", "application/json");
  mp_http_request_set_max_retries (request, RETRIES);
  mp_http_client_send_async (self->http, request, g_task_get_cancellable (task), sent_cb,
                             g_object_ref (task));
}

/* @path: with its query */
static MpHttpRequest *
new_request (MpTenantClient *self, const char *method, const char *path)
{
  g_autofree char *address = g_strconcat (self->base, path, NULL);
  MpHttpRequest *request = mp_http_request_new (method, address);

  mp_http_request_set_total_timeout_ms (request, SHORT_TIMEOUT_MS);
  return request;
}

static void
get (MpTenantClient *self,
     MpSecret *token,
     const char *path,
     gpointer source_tag,
     Call *call,
     GCancellable *cancellable,
     GAsyncReadyCallback callback,
     gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (MpHttpRequest) request = new_request (self, "GET", path);

  g_task_set_source_tag (task, source_tag);
  send (self, task, call, request, token);
}

static gpointer
take_answer (MpTenantClient *self, GAsyncResult *result, gpointer source_tag, GError **error)
{
  g_return_val_if_fail (MP_IS_TENANT_CLIENT (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, source_tag), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
append_parameter (GString *path, const char *name, const char *value)
{
  g_autofree char *escaped = value != NULL ? g_uri_escape_string (value, NULL, FALSE) : NULL;

  if (escaped != NULL)
    g_string_append_printf (path, "%c%s=%s", strchr (path->str, '?') == NULL ? '?' : '&', name,
                            escaped);
}

static GBytes *
operations_to_bytes (GPtrArray *operations)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (JsonNode) node = json_node_alloc ();
  JsonArray *array = json_array_new ();
  char *text;

  for (unsigned int i = 0; i < operations->len; i++)
    json_array_add_object_element (array, mp_operation_to_json (operations->pdata[i]));
  json_object_set_array_member (object, "operations", array);
  json_node_init_object (node, object);
  text = mp_json_to_text (node);
  return g_bytes_new_take (text, strlen (text));
}

/* In gzip, which leaves a sixth of what so many alike paths are. */
static void
set_packed_body (MpHttpRequest *request, GBytes *plain)
{
  g_autoptr (GConverter) compressor =
                 G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, PACK_LEVEL));
  g_autoptr (GOutputStream) memory = g_memory_output_stream_new_resizable ();
  g_autoptr (GOutputStream) packing = g_converter_output_stream_new (memory, compressor);
  g_autoptr (GBytes) packed = NULL;
  size_t size;
  const void *data = g_bytes_get_data (plain, &size);

  if (size < LEAST_PACKED_BYTES ||
      !g_output_stream_write_all (packing, data, size, NULL, NULL, NULL) ||
      !g_output_stream_close (packing, NULL, NULL))
    {
      mp_http_request_set_body (request, "application/json", plain);
      return;
    }
  packed = g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (memory));
  mp_http_request_set_header (request, "Content-Encoding", "gzip");
  mp_http_request_set_body (request, "application/json", packed);
}

static void
mp_tenant_client_finalize (GObject *object)
{
  MpTenantClient *self = MP_TENANT_CLIENT (object);

  g_clear_object (&self->http);
  g_free (self->tenant);
  g_free (self->base);

  G_OBJECT_CLASS (mp_tenant_client_parent_class)->finalize (object);
}

static void
mp_tenant_client_class_init (MpTenantClientClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mp_tenant_client_finalize;
}

static void
mp_tenant_client_init (MpTenantClient *self)
{
}

/**
 * mp_tenant_client_new:
 * @http: the process' HTTP client
 * @server: the tenant server's address
 * @tenant: the tenant's id
 *
 * Returns: (transfer full): a client of that tenant; nothing is sent yet
 */
MpTenantClient *
mp_tenant_client_new (MpHttpClient *http, const char *server, const char *tenant)
{
  MpTenantClient *self;
  g_autofree char *address = NULL;
  g_autofree char *escaped = NULL;

  g_return_val_if_fail (MP_IS_HTTP_CLIENT (http), NULL);
  g_return_val_if_fail (server != NULL, NULL);
  g_return_val_if_fail (tenant != NULL, NULL);

  address = g_strdup (server);
  while (g_str_has_suffix (address, "/"))
    address[strlen (address) - 1] = '\0';
  escaped = g_uri_escape_string (tenant, NULL, FALSE);

  self = g_object_new (MP_TYPE_TENANT_CLIENT, NULL);
  self->http = g_object_ref (http);
  self->tenant = g_strdup (tenant);
  self->base = g_strconcat (address, "/v1/tenants/", escaped, NULL);
  return self;
}

/**
 * mp_tenant_client_get_tenant:
 * @self: a client
 *
 * Returns: (transfer none): the tenant's id
 */
const char *
mp_tenant_client_get_tenant (MpTenantClient *self)
{
  g_return_val_if_fail (MP_IS_TENANT_CLIENT (self), NULL);

  return self->tenant;
}

/**
 * mp_tenant_client_get_rest_ms:
 * @self: a client
 *
 * Returns: how long the server asked to be left alone from now on (Retry-After), at most an hour; 0
 *   when it did not
 */
unsigned int
mp_tenant_client_get_rest_ms (MpTenantClient *self)
{
  int64_t rest_us;

  g_return_val_if_fail (MP_IS_TENANT_CLIENT (self), 0);

  rest_us = self->free_at_us - g_get_monotonic_time ();
  return self->free_at_us != 0 && rest_us > 0 ? (unsigned int) (rest_us / 1000 + 1) : 0;
}

/**
 * mp_tenant_client_identify_async:
 * @self: a client
 * @token: the token, its part %MP_TOKEN_PART
 * @sign_in: whether the server shall note it in the audit trail
 * @cancellable: (nullable): to cancel it with
 * @callback: called with the answer
 * @user_data: for @callback
 *
 * Asks whom the token belongs to.
 */
void
mp_tenant_client_identify_async (MpTenantClient *self,
                                 MpSecret *token,
                                 gboolean sign_in,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  g_return_if_fail (MP_IS_TENANT_CLIENT (self));
  g_return_if_fail (token != NULL);

  get (self, token, sign_in ? "?purpose=sign-in" : "", mp_tenant_client_identify_async,
       call_new (read_info, g_object_unref), cancellable, callback, user_data);
}

/**
 * mp_tenant_client_identify_finish:
 * @self: a client
 * @result: the result given to the callback
 * @error: return location
 *
 * Returns: (transfer full): the answer, or %NULL with @error set
 */
MpTenantInfo *
mp_tenant_client_identify_finish (MpTenantClient *self, GAsyncResult *result, GError **error)
{
  return take_answer (self, result, mp_tenant_client_identify_async, error);
}

/**
 * mp_tenant_client_pull_async:
 * @self: a client
 * @token: the token
 * @since: (nullable): the cursor; %NULL: from the start
 * @tag: (nullable): of the page that brought @since, when that was the last one
 * @limit: how many changes at most
 * @wait_seconds: how long the server shall wait for news, at most 50; 0: not at all
 * @cancellable: (nullable): to cancel it with
 * @callback: called with the answer
 * @user_data: for @callback
 *
 * Asks for a page of the feed.
 */
void
mp_tenant_client_pull_async (MpTenantClient *self,
                             MpSecret *token,
                             const char *since,
                             const char *tag,
                             unsigned int limit,
                             unsigned int wait_seconds,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (GString) path = g_string_new ("/changes");
  g_autoptr (MpHttpRequest) request = NULL;
  Call *call;

  g_return_if_fail (MP_IS_TENANT_CLIENT (self));
  g_return_if_fail (token != NULL);

  g_string_append_printf (path, "?limit=%u", limit);
  append_parameter (path, "since", since);
  if (wait_seconds > 0)
    g_string_append_printf (path, "&wait=%u", wait_seconds);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, mp_tenant_client_pull_async);
  call = call_new (NULL, g_object_unref);
  call->read_text = read_page;
  call->is_pull = TRUE;
  request = new_request (self, "GET", path->str);
  if (tag != NULL)
    mp_http_request_set_header (request, "If-None-Match", tag);
  if (wait_seconds > 0)
    mp_http_request_set_total_timeout_ms (request, wait_seconds * 1000 + WAIT_SLACK_MS);
  send (self, task, call, request, token);
}

/**
 * mp_tenant_client_pull_finish:
 * @self: a client
 * @result: the result given to the callback
 * @error: return location
 *
 * Returns: (transfer full): the page, which is an expired one when the server no longer knows the
 *   cursor, an unchanged one when there is nothing new; or %NULL with @error set
 */
MpFeedPage *
mp_tenant_client_pull_finish (MpTenantClient *self, GAsyncResult *result, GError **error)
{
  return take_answer (self, result, mp_tenant_client_pull_async, error);
}

/**
 * mp_tenant_client_push_async:
 * @self: a client
 * @token: the token
 * @operations: (element-type MpOperation): the operations, at most 500
 * @cancellable: (nullable): to cancel it with
 * @callback: called with the answer
 * @user_data: for @callback
 *
 * Has operations done. When it fails it is not known which were: send the same ones again.
 */
void
mp_tenant_client_push_async (MpTenantClient *self,
                             MpSecret *token,
                             GPtrArray *operations,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (GStrvBuilder) ops = g_strv_builder_new ();
  g_autoptr (GBytes) body = NULL;
  g_autoptr (MpHttpRequest) request = NULL;
  Call *call;

  g_return_if_fail (MP_IS_TENANT_CLIENT (self));
  g_return_if_fail (token != NULL);
  g_return_if_fail (operations != NULL && operations->len > 0);

  for (unsigned int i = 0; i < operations->len; i++)
    g_strv_builder_add (ops, mp_operation_get_op (operations->pdata[i]));
  body = operations_to_bytes (operations);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, mp_tenant_client_push_async);
  call = call_new (read_results, (GDestroyNotify) g_ptr_array_unref);
  call->ops = g_strv_builder_end (ops);
  request = new_request (self, "POST", "/changes");
  set_packed_body (request, body);
  send (self, task, call, request, token);
}

/**
 * mp_tenant_client_push_finish:
 * @self: a client
 * @result: the result given to the callback
 * @error: return location
 *
 * Returns: (transfer full) (element-type MpPushResult): a result for each operation, in their
 *   order; or %NULL with @error set
 */
GPtrArray *
mp_tenant_client_push_finish (MpTenantClient *self, GAsyncResult *result, GError **error)
{
  return take_answer (self, result, mp_tenant_client_push_async, error);
}

/**
 * mp_tenant_client_get_sealing_key_async:
 * @self: a client
 * @token: the token
 * @cancellable: (nullable): to cancel it with
 * @callback: called with the answer
 * @user_data: for @callback
 *
 * Asks to which key secrets are sealed.
 */
void
mp_tenant_client_get_sealing_key_async (MpTenantClient *self,
                                        MpSecret *token,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data)
{
  g_return_if_fail (MP_IS_TENANT_CLIENT (self));
  g_return_if_fail (token != NULL);

  get (self, token, "/sealing-key", mp_tenant_client_get_sealing_key_async,
       call_new (read_sealing_key, (GDestroyNotify) sealing_key_free), cancellable, callback,
       user_data);
}

/**
 * mp_tenant_client_get_sealing_key_finish:
 * @self: a client
 * @result: the result given to the callback
 * @key_id: (out) (transfer full): the key's id
 * @public_key: (out) (transfer full): the key in base64
 * @error: return location
 *
 * Returns: %TRUE, or %FALSE with @error set
 */
gboolean
mp_tenant_client_get_sealing_key_finish (
    MpTenantClient *self, GAsyncResult *result, char **key_id, char **public_key, GError **error)
{
  SealingKey *key = take_answer (self, result, mp_tenant_client_get_sealing_key_async, error);

  if (key == NULL)
    return FALSE;

  *key_id = g_steal_pointer (&key->key_id);
  *public_key = g_steal_pointer (&key->public_key);
  sealing_key_free (key);
  return TRUE;
}

/**
 * mp_tenant_client_list_history_async:
 * @self: a client
 * @token: the token
 * @record_id: a record's id
 * @before: the number in a revision: those before it; 0: from the newest
 * @limit: how many at most
 * @cancellable: (nullable): to cancel it with
 * @callback: called with the answer
 * @user_data: for @callback
 *
 * Asks for a page of a record's revisions.
 */
void
mp_tenant_client_list_history_async (MpTenantClient *self,
                                     MpSecret *token,
                                     const char *record_id,
                                     int64_t before,
                                     unsigned int limit,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data)
{
  g_autoptr (GString) path = g_string_new ("/integration-settings/");

  g_return_if_fail (MP_IS_TENANT_CLIENT (self));
  g_return_if_fail (token != NULL);
  g_return_if_fail (record_id != NULL);

  g_string_append_uri_escaped (path, record_id, NULL, FALSE);
  g_string_append_printf (path, "/history?limit=%u", limit);
  if (before > 0)
    g_string_append_printf (path, "&before=%" G_GINT64_FORMAT, before);
  get (self, token, path->str, mp_tenant_client_list_history_async,
       call_new (read_history, (GDestroyNotify) history_page_free), cancellable, callback,
       user_data);
}

/**
 * mp_tenant_client_list_history_finish:
 * @self: a client
 * @result: the result given to the callback
 * @next: (out) (optional): before of the next page; 0 at the end
 * @error: return location
 *
 * Returns: (transfer full) (element-type MpRecord): the record as it was, newest first; or %NULL
 *   with @error set
 */
GPtrArray *
mp_tenant_client_list_history_finish (MpTenantClient *self,
                                      GAsyncResult *result,
                                      int64_t *next,
                                      GError **error)
{
  g_autoptr (HistoryPage) page =
                 take_answer (self, result, mp_tenant_client_list_history_async, error);

  if (page == NULL)
    return NULL;
  if (next != NULL)
    *next = page->next;
  return g_steal_pointer (&page->records);
}

/**
 * mp_tenant_client_list_audit_async:
 * @self: a client
 * @token: the token
 * @filter: which entries, after .since
 * @limit: how many at most
 * @cancellable: (nullable): to cancel it with
 * @callback: called with the answer
 * @user_data: for @callback
 *
 * Asks for a page of the audit trail.
 */
void
mp_tenant_client_list_audit_async (MpTenantClient *self,
                                   MpSecret *token,
                                   const MpAuditFilter *filter,
                                   unsigned int limit,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  g_autoptr (GString) path = g_string_new ("/audit");

  g_return_if_fail (MP_IS_TENANT_CLIENT (self));
  g_return_if_fail (token != NULL);
  g_return_if_fail (filter != NULL);

  g_string_append_printf (path, "?since=%" G_GINT64_FORMAT "&limit=%u", filter->since, limit);
  append_parameter (path, "actor", filter->actor);
  append_parameter (path, "action", filter->action);
  append_parameter (path, "resource", filter->resource);
  get (self, token, path->str, mp_tenant_client_list_audit_async,
       call_new (read_audit, (GDestroyNotify) audit_page_free), cancellable, callback, user_data);
}

/**
 * mp_tenant_client_list_audit_finish:
 * @self: a client
 * @result: the result given to the callback
 * @next: (out) (optional): .since of the next page; 0 at the end
 * @error: return location
 *
 * Returns: (transfer full) (element-type MpAuditEntry): the entries, oldest first; or %NULL with
 *   @error set
 */
GPtrArray *
mp_tenant_client_list_audit_finish (MpTenantClient *self,
                                    GAsyncResult *result,
                                    int64_t *next,
                                    GError **error)
{
  g_autoptr (AuditPage) page = take_answer (self, result, mp_tenant_client_list_audit_async, error);

  if (page == NULL)
    return NULL;
  if (next != NULL)
    *next = page->next;
  return g_steal_pointer (&page->entries);
}

/**
 * mp_tenant_client_get_audit_head_async:
 * @self: a client
 * @token: the token
 * @cancellable: (nullable): to cancel it with
 * @callback: called with the answer
 * @user_data: for @callback
 *
 * Asks for the head of the audit trail.
 */
void
mp_tenant_client_get_audit_head_async (MpTenantClient *self,
                                       MpSecret *token,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data)
{
  g_return_if_fail (MP_IS_TENANT_CLIENT (self));
  g_return_if_fail (token != NULL);

  get (self, token, "/audit/head", mp_tenant_client_get_audit_head_async,
       call_new (read_head, g_object_unref), cancellable, callback, user_data);
}

/**
 * mp_tenant_client_get_audit_head_finish:
 * @self: a client
 * @result: the result given to the callback
 * @error: return location
 *
 * Returns: (transfer full): the head, or %NULL with @error set
 */
MpAuditHead *
mp_tenant_client_get_audit_head_finish (MpTenantClient *self, GAsyncResult *result, GError **error)
{
  return take_answer (self, result, mp_tenant_client_get_audit_head_async, error);
}

/**
 * mp_tenant_client_get_audit_proof_async:
 * @self: a client
 * @token: the token
 * @from: the number of an entry
 * @cancellable: (nullable): to cancel it with
 * @callback: called with the answer
 * @user_data: for @callback
 *
 * Asks for what leads from that entry to the head of the audit trail.
 */
void
mp_tenant_client_get_audit_proof_async (MpTenantClient *self,
                                        MpSecret *token,
                                        int64_t from,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data)
{
  g_autofree char *path = g_strdup_printf ("/audit/proof?from=%" G_GINT64_FORMAT, from);

  g_return_if_fail (MP_IS_TENANT_CLIENT (self));
  g_return_if_fail (token != NULL);

  get (self, token, path, mp_tenant_client_get_audit_proof_async,
       call_new (read_proof, (GDestroyNotify) mp_audit_proof_free), cancellable, callback,
       user_data);
}

/**
 * mp_tenant_client_get_audit_proof_finish:
 * @self: a client
 * @result: the result given to the callback
 * @error: return location
 *
 * Returns: (transfer full): the digests of the entries that come next, or %NULL with @error set
 */
MpAuditProof *
mp_tenant_client_get_audit_proof_finish (MpTenantClient *self, GAsyncResult *result, GError **error)
{
  return take_answer (self, result, mp_tenant_client_get_audit_proof_async, error);
}
