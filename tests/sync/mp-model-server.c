/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-model-server.h"

#include <libsoup/soup.h>

#include "mp-audit-trail.h"
#include "mp-credential.h"
#include "mp-json.h"
#include "mp-merge.h"
#include "mp-revision.h"

#define TENANT "/v1/tenants/demo"

typedef struct
{
  JsonObject *body; /* of a record or a credential */
  gboolean is_record;
  int64_t sequence;
} Item;

/* All that a backup holds. */
typedef struct
{
  int64_t sequence;
  int64_t purged;
  int64_t audit_sequence;
  GHashTable *items;   /* (element-type utf8 Item) */
  GHashTable *results; /* (element-type utf8 JsonObject): by operation */
} State;

struct _MpModelServer
{
  GObject parent_instance;

  SoupServer *server;
  char *address;
  State *state;
  State *backup; /* (nullable) */
  unsigned int epoch;
  unsigned int page_size;
  unsigned int n_applied;
  unsigned int n_requests;
  GHashTable *listing;  /* (element-type utf8): cursors of listings begun since the last purge */
  GHashTable *faults;   /* (element-type utf8 utf8): "METHOD path" -> "request" or "answer" */
  GHashTable *refusals; /* (element-type utf8 utf8): target -> "status code" */
  gboolean token_refused;
  MpModelApplied applied; /* (nullable) */
  gpointer applied_data;
};

G_DEFINE_FINAL_TYPE (MpModelServer, mp_model_server, G_TYPE_OBJECT)

static void
item_free (Item *item)
{
  json_object_unref (item->body);
  g_free (item);
}

static State *
state_new (void)
{
  State *state = g_new0 (State, 1);

  state->items =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) item_free);
  state->results =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) json_object_unref);
  return state;
}

static void
state_free (State *state)
{
  g_hash_table_unref (state->items);
  g_hash_table_unref (state->results);
  g_free (state);
}

static void
state_put (State *state, const char *id, JsonObject *body, gboolean is_record, int64_t sequence)
{
  Item *item = g_new0 (Item, 1);

  item->body = json_object_ref (body);
  item->is_record = is_record;
  item->sequence = sequence;
  g_hash_table_replace (state->items, g_strdup (id), item);
}

static State *
state_copy (const State *from)
{
  State *copy = state_new ();
  GHashTableIter iter;
  gpointer name;
  gpointer value;

  copy->sequence = from->sequence;
  copy->purged = from->purged;
  copy->audit_sequence = from->audit_sequence;
  g_hash_table_iter_init (&iter, from->items);
  while (g_hash_table_iter_next (&iter, &name, &value))
    {
      const Item *item = value;

      state_put (copy, name, item->body, item->is_record, item->sequence);
    }
  g_hash_table_iter_init (&iter, from->results);
  while (g_hash_table_iter_next (&iter, &name, &value))
    g_hash_table_insert (copy->results, g_strdup (name), json_object_ref (value));
  return copy;
}

static char *
dup_epoch (MpModelServer *self)
{
  return g_strdup_printf ("5f0e9d3a-0000-4000-8000-%012u", self->epoch);
}

static char *
dup_revision (MpModelServer *self, int64_t sequence)
{
  g_autofree char *epoch = dup_epoch (self);

  return g_strdup_printf ("%s.%" G_GINT64_FORMAT, epoch, sequence);
}

/* Of an entry about nothing. */
static char *
dup_digest (int64_t sequence)
{
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const uint8_t *) &sequence,
                                      sizeof sequence);
}

static JsonObject *
new_audit_head (MpModelServer *self)
{
  JsonObject *head = json_object_new ();
  g_autofree char *hash = g_strnfill (64, '0');

  for (int64_t i = 1; i <= self->state->audit_sequence; i++)
    {
      g_autofree char *digest = dup_digest (i);
      char *next = mp_audit_link (hash, digest);

      g_free (hash);
      hash = next;
    }
  json_object_set_int_member (head, "sequence", self->state->audit_sequence);
  json_object_set_string_member (head, "hash", hash);
  json_object_set_string_member (head, "signature", "");
  json_object_set_string_member (head, "key", "");
  return head;
}

static JsonObject *
new_result (MpOperation *operation, const char *status)
{
  JsonObject *result = json_object_new ();

  json_object_set_string_member (result, "op", mp_operation_get_op (operation));
  json_object_set_string_member (result, "status", status);
  return result;
}

static JsonObject *
new_record_result (MpOperation *operation, const char *status, MpRecord *record)
{
  JsonObject *result = new_result (operation, status);

  json_object_set_object_member (result, "record", mp_record_to_json (record));
  return result;
}

/* @conflicts: (nullable): about the whole record */
static JsonObject *
new_conflict (MpOperation *operation, MpRecord *current, GPtrArray *conflicts)
{
  JsonObject *result = new_record_result (operation, "conflict", current);
  JsonArray *array = json_array_new ();

  if (conflicts == NULL)
    {
      JsonObject *whole = json_object_new ();

      json_object_set_string_member (whole, "pointer", "");
      json_array_add_object_element (array, whole);
    }
  for (unsigned int i = 0; conflicts != NULL && i < conflicts->len; i++)
    json_array_add_object_element (array, mp_conflict_to_json (conflicts->pdata[i]));
  json_object_set_array_member (result, "conflicts", array);
  return result;
}

/* @record: (transfer full): its content and archived are new */
static MpRecord *
save_record (MpModelServer *self, MpRecord *record)
{
  g_autoptr (MpRecord) taken = record;
  g_autofree char *revision = dup_revision (self, ++self->state->sequence);
  MpRecord *saved = mp_record_with_revision (taken, revision, (MpStamp){ 1000000, "server" });
  g_autoptr (JsonObject) body = mp_record_to_json (saved);

  self->state->audit_sequence++;
  state_put (self->state, mp_record_get_id (saved), body, TRUE, self->state->sequence);
  return saved;
}

static JsonObject *
apply_record (MpModelServer *self, MpOperation *operation, MpRecord *before, MpRecord *wanted)
{
  g_autoptr (MpRecord) after = save_record (self, wanted);

  self->n_applied++;
  if (self->applied != NULL)
    self->applied (operation, before, after, self->applied_data);
  return new_record_result (operation, "applied", after);
}

static JsonObject *
update_record (MpModelServer *self, MpOperation *operation, MpRecord *current)
{
  MpChanges *set = mp_operation_get_set (operation);
  g_autoptr (GPtrArray) conflicts = NULL;
  g_autoptr (MpRecord) wanted = NULL;

  if (mp_record_get_archived (current))
    return new_conflict (operation, current, NULL);
  conflicts = mp_merge_check_expect (mp_registry_get_default (), current, set,
                                     mp_operation_get_expect (operation));
  if (conflicts->len > 0)
    return new_conflict (operation, current, conflicts);

  wanted = mp_record_with_changes (current, set);
  if (mp_record_equal_content (current, wanted))
    return new_record_result (operation, "applied", current);
  return apply_record (self, operation, current, g_steal_pointer (&wanted));
}

static JsonObject *
apply_to_record (MpModelServer *self, MpOperation *operation)
{
  const MpAction action = mp_operation_get_action (operation);
  g_autoptr (MpRecord) current =
          mp_model_server_find (self, mp_operation_get_target (operation)) != NULL
              ? g_object_ref (mp_model_server_find (self, mp_operation_get_target (operation)))
              : NULL;

  if (action == MP_ACTION_CREATE)
    {
      g_autoptr (MpRecord) empty = mp_record_new (mp_operation_get_target (operation),
                                                  (MpStamp){ 1000000, "server" });

      if (current != NULL)
        return new_conflict (operation, current, NULL);
      return apply_record (self, operation, NULL,
                           mp_record_with_changes (empty, mp_operation_get_set (operation)));
    }
  if (current == NULL)
    return new_result (operation, "gone");
  if (action == MP_ACTION_UPDATE)
    return update_record (self, operation, current);

  if (g_strcmp0 (mp_operation_get_base (operation), mp_record_get_revision (current)) != 0)
    return new_conflict (operation, current, NULL);
  return apply_record (self, operation, current,
                       mp_record_with_archived (current, action == MP_ACTION_ARCHIVE));
}

static JsonObject *
apply_to_credential (MpModelServer *self, MpOperation *operation)
{
  const char *id = mp_operation_get_target (operation);
  Item *item = g_hash_table_lookup (self->state->items, id);
  g_autoptr (JsonObject) body = NULL;
  JsonObject *result;

  if (mp_operation_get_action (operation) == MP_ACTION_ADD)
    {
      body = mp_json_object_copy (mp_operation_get_payload (operation));
      json_object_remove_member (body, "sealed");
      json_object_remove_member (body, "key_id");
      json_object_set_string_member (body, "id", id);
      json_object_set_int_member (body, "version", 1);
      json_object_set_boolean_member (body, "revoked", FALSE);
    }
  else if (item == NULL)
    return new_result (operation, "gone");
  else
    body = mp_json_object_copy (item->body);
  if (mp_operation_get_action (operation) == MP_ACTION_REVOKE)
    json_object_set_boolean_member (body, "revoked", TRUE);

  self->state->audit_sequence++;
  self->n_applied++;
  state_put (self->state, id, body, FALSE, ++self->state->sequence);
  result = new_result (operation, "applied");
  json_object_set_object_member (result, "credential", json_object_ref (body));
  return result;
}

static JsonObject *
new_refusal (MpOperation *operation, const char *refusal)
{
  g_auto (GStrv) parts = g_strsplit (refusal, " ", 2);
  JsonObject *result = new_result (operation, parts[0]);
  JsonArray *errors = json_array_new ();
  JsonObject *error = json_object_new ();

  json_object_set_string_member (error, "pointer", "/name");
  json_object_set_string_member (error, "code", parts[1]);
  json_array_add_object_element (errors, error);
  json_object_set_array_member (result, "errors", errors);
  return result;
}

/* Rule 3: a known operation has its first result. */
static JsonObject *
apply_once (MpModelServer *self, MpOperation *operation)
{
  JsonObject *known = g_hash_table_lookup (self->state->results, mp_operation_get_op (operation));
  const char *refusal = g_hash_table_lookup (self->refusals, mp_operation_get_target (operation));
  JsonObject *result;

  if (known != NULL)
    {
      result = mp_json_object_copy (known);
      json_object_set_boolean_member (result, "duplicate", TRUE);
      return result;
    }

  if (refusal != NULL)
    result = new_refusal (operation, refusal);
  else if (mp_action_is_credential (mp_operation_get_action (operation)))
    result = apply_to_credential (self, operation);
  else
    result = apply_to_record (self, operation);
  g_hash_table_insert (self->state->results, g_strdup (mp_operation_get_op (operation)),
                       json_object_ref (result));
  return result;
}

static int
compare_items (gconstpointer a, gconstpointer b)
{
  const Item *first = a;
  const Item *second = b;

  return first->sequence < second->sequence ? -1 : 1;
}

static JsonArray *
list_changes (MpModelServer *self, int64_t since, int64_t *last, gboolean *more)
{
  g_autoptr (GList) items =
                 g_list_sort (g_hash_table_get_values (self->state->items), compare_items);
  JsonArray *changes = json_array_new ();

  *last = since;
  *more = FALSE;
  for (GList *link = items; link != NULL && !*more; link = link->next)
    {
      const Item *item = link->data;
      JsonObject *change;

      if (item->sequence <= since)
        continue;
      if (json_array_get_length (changes) == self->page_size)
        {
          *more = TRUE;
          break;
        }
      change = json_object_new ();
      json_object_set_string_member (change, "kind", item->is_record ? "settings" : "credential");
      json_object_set_object_member (change, item->is_record ? "record" : "credential",
                                     mp_json_object_copy (item->body));
      json_array_add_object_element (changes, change);
      *last = item->sequence;
    }
  if (!*more)
    *last = MAX (*last, self->state->sequence);
  return changes;
}

static void
answer (SoupServerMessage *message, unsigned int status, JsonObject *body)
{
  g_autoptr (JsonObject) taken = body;
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), taken);
  char *text = mp_json_to_text (node);

  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message,
                                    status == 200 ? "application/json" : "application/problem+json",
                                    SOUP_MEMORY_TAKE, text, strlen (text));
}

static JsonObject *
new_info (MpModelServer *self)
{
  g_autofree char *epoch = dup_epoch (self);
  JsonObject *info = json_object_new ();
  JsonObject *tenant = json_object_new ();

  json_object_set_string_member (tenant, "id", "demo");
  json_object_set_string_member (tenant, "name", "Demo");
  json_object_set_object_member (info, "tenant", tenant);
  json_object_set_string_member (info, "actor", "anna");
  json_object_set_string_member (info, "role", "client_admin");
  json_object_set_int_member (info, "schema", 1);
  json_object_set_string_member (info, "epoch", epoch);
  return info;
}

/* @since: (nullable). Answers whether the cursor is known. */
static gboolean
read_since (MpModelServer *self, const char *since, int64_t *sequence)
{
  g_autofree char *epoch = NULL;
  g_autofree char *own = dup_epoch (self);

  *sequence = 0;
  if (since == NULL)
    return TRUE;
  return mp_revision_parse (since, &epoch, sequence) && g_str_equal (epoch, own) &&
         (*sequence >= self->state->purged || g_hash_table_contains (self->listing, since));
}

static void
handle_pull (MpModelServer *self, SoupServerMessage *message, GHashTable *query)
{
  g_autofree char *epoch = dup_epoch (self);
  g_autofree char *cursor = NULL;
  const char *since_text = query != NULL ? g_hash_table_lookup (query, "since") : NULL;
  JsonObject *page;
  int64_t since;
  int64_t last;
  gboolean more;

  if (!read_since (self, since_text, &since))
    {
      answer (message, 410, json_object_new ());
      return;
    }
  page = json_object_new ();
  json_object_set_int_member (page, "schema", 1);
  json_object_set_string_member (page, "epoch", epoch);
  json_object_set_array_member (page, "changes", list_changes (self, since, &last, &more));
  cursor = dup_revision (self, last);
  if (!more)
    {
      g_autofree char *tag =
          g_strdup_printf ("\"%s+%" G_GINT64_FORMAT "\"", cursor, self->state->audit_sequence);
      const char *known = soup_message_headers_get_one (
          soup_server_message_get_request_headers (message), "If-None-Match");

      soup_message_headers_append (soup_server_message_get_response_headers (message), "ETag", tag);
      if (g_strcmp0 (known, tag) == 0)
        {
          json_object_unref (page);
          soup_server_message_set_status (message, 304, NULL);
          return;
        }
      json_object_set_object_member (page, "about", new_info (self));
    }
  if (since_text == NULL || g_hash_table_contains (self->listing, since_text))
    g_hash_table_add (self->listing, g_strdup (cursor));
  json_object_set_string_member (page, "cursor", cursor);
  json_object_set_boolean_member (page, "more", more);
  json_object_set_object_member (page, "audit_head", new_audit_head (self));
  answer (message, 200, page);
}

static GBytes *
unpack (SoupServerMessage *message, GBytes *sent)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  g_autoptr (GConverter) converter =
                 G_CONVERTER (g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP));
  g_autoptr (GOutputStream) memory = g_memory_output_stream_new_resizable ();
  g_autoptr (GOutputStream) unpacking = g_converter_output_stream_new (memory, converter);
  g_autoptr (GError) error = NULL;

  if (soup_message_headers_get_one (headers, "Content-Encoding") == NULL)
    return g_bytes_ref (sent);
  g_output_stream_write_all (unpacking, g_bytes_get_data (sent, NULL), g_bytes_get_size (sent),
                             NULL, NULL, &error);
  g_assert_no_error (error);
  g_output_stream_close (unpacking, NULL, NULL);
  return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (memory));
}

static void
handle_push (MpModelServer *self, SoupServerMessage *message)
{
  SoupMessageBody *body = soup_server_message_get_request_body (message);
  g_autoptr (GBytes) sent = soup_message_body_flatten (body);
  g_autoptr (GBytes) bytes = unpack (message, sent);
  g_autoptr (JsonObject) request = mp_json_parse_object (g_bytes_get_data (bytes, NULL),
                                                         (gssize) g_bytes_get_size (bytes), NULL);
  JsonArray *operations = mp_json_get_array (request, "operations");
  JsonArray *results = json_array_new ();
  JsonObject *reply = json_object_new ();

  for (unsigned int i = 0; i < json_array_get_length (operations); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MpOperation) operation =
                     mp_operation_new_from_json (mp_json_array_get_object (operations, i), &error);

      g_assert_no_error (error);
      json_array_add_object_element (results, apply_once (self, operation));
    }
  json_object_set_array_member (reply, "results", results);
  json_object_set_object_member (reply, "audit_head", new_audit_head (self));
  answer (message, 200, reply);
}

static void
handle_proof (MpModelServer *self, SoupServerMessage *message, GHashTable *query)
{
  int64_t from = g_ascii_strtoll (g_hash_table_lookup (query, "from"), NULL, 10);
  g_autofree char *epoch = dup_epoch (self);
  JsonArray *digests = json_array_new ();
  JsonObject *proof = json_object_new ();

  /* Few at a time, so that it takes several answers. */
  for (int64_t i = from + 1; i <= MIN (from + 3, self->state->audit_sequence); i++)
    {
      g_autofree char *digest = dup_digest (i);

      json_array_add_string_element (digests, digest);
    }
  json_object_set_string_member (proof, "epoch", epoch);
  json_object_set_int_member (proof, "from", from);
  json_object_set_array_member (proof, "digests", digests);
  json_object_set_object_member (proof, "head", new_audit_head (self));
  answer (message, 200, proof);
}

static void
handle (MpModelServer *self, SoupServerMessage *message, const char *path, GHashTable *query)
{
  const char *method = soup_server_message_get_method (message);

  if (self->token_refused)
    answer (message, 401, json_object_new ());
  else if (g_str_equal (path, TENANT))
    answer (message, 200, new_info (self));
  else if (g_str_equal (path, TENANT "/changes") && g_str_equal (method, "GET"))
    handle_pull (self, message, query);
  else if (g_str_equal (path, TENANT "/changes"))
    handle_push (self, message);
  else if (g_str_equal (path, TENANT "/audit/proof"))
    handle_proof (self, message, query);
  else
    answer (message, 404, json_object_new ());
}

/* A fault is "request", "answer" or "restore". A lost request or answer is 501 here: the client
 * cannot know what was done either way, and it is no status that is tried again at once. */
static void
handle_cb (SoupServer *server,
           SoupServerMessage *message,
           const char *path,
           GHashTable *query,
           gpointer user_data)
{
  MpModelServer *self = user_data;
  g_autofree char *name = g_strconcat (soup_server_message_get_method (message), " ", path, NULL);
  g_autofree char *fault_name = NULL;
  g_autofree char *fault = NULL;

  self->n_requests++;
  g_hash_table_steal_extended (self->faults, name, (gpointer *) &fault_name, (gpointer *) &fault);
  if (g_strcmp0 (fault, "restore") == 0)
    mp_model_server_restore (self);
  if (g_strcmp0 (fault, "request") != 0)
    handle (self, message, path, query);
  if (fault != NULL && !g_str_equal (fault, "restore"))
    answer (message, 501, json_object_new ());
}

static void
mp_model_server_finalize (GObject *object)
{
  MpModelServer *self = MP_MODEL_SERVER (object);

  soup_server_disconnect (self->server);
  g_clear_object (&self->server);
  g_free (self->address);
  g_clear_pointer (&self->state, state_free);
  g_clear_pointer (&self->backup, state_free);
  g_clear_pointer (&self->listing, g_hash_table_unref);
  g_clear_pointer (&self->faults, g_hash_table_unref);
  g_clear_pointer (&self->refusals, g_hash_table_unref);

  G_OBJECT_CLASS (mp_model_server_parent_class)->finalize (object);
}

static void
mp_model_server_class_init (MpModelServerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mp_model_server_finalize;
}

static void
mp_model_server_init (MpModelServer *self)
{
  g_autoptr (GError) error = NULL;
  g_autoslist (GUri) uris = NULL;

  self->state = state_new ();
  self->epoch = 1;
  self->page_size = 500;
  self->listing = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->faults = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->refusals = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->server = soup_server_new (NULL, NULL);
  soup_server_add_handler (self->server, NULL, handle_cb, self, NULL);
  soup_server_listen_local (self->server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (self->server);
  self->address = g_strdup_printf ("http://127.0.0.1:%d", g_uri_get_port (uris->data));
}

MpModelServer *
mp_model_server_new (void)
{
  return g_object_new (MP_TYPE_MODEL_SERVER, NULL);
}

const char *
mp_model_server_get_address (MpModelServer *self)
{
  return self->address;
}

void
mp_model_server_watch (MpModelServer *self, MpModelApplied applied, gpointer user_data)
{
  self->applied = applied;
  self->applied_data = user_data;
}

static void
add_fault (MpModelServer *self, const char *method, const char *path, const char *fault)
{
  g_hash_table_insert (self->faults, g_strconcat (method, " " TENANT, path, NULL),
                       g_strdup (fault));
}

void
mp_model_server_lose_request (MpModelServer *self, const char *method, const char *path)
{
  add_fault (self, method, path, "request");
}

void
mp_model_server_lose_answer (MpModelServer *self, const char *method, const char *path)
{
  add_fault (self, method, path, "answer");
}

/* Rule 13: between what the client asked before and this. */
void
mp_model_server_restore_before (MpModelServer *self, const char *method, const char *path)
{
  add_fault (self, method, path, "restore");
}

void
mp_model_server_clear_faults (MpModelServer *self)
{
  g_hash_table_remove_all (self->faults);
}

void
mp_model_server_set_page_size (MpModelServer *self, unsigned int size)
{
  self->page_size = size;
}

void
mp_model_server_refuse (MpModelServer *self,
                        const char *target,
                        const char *status,
                        const char *code)
{
  if (status == NULL)
    g_hash_table_remove (self->refusals, target);
  else
    g_hash_table_insert (self->refusals, g_strdup (target), g_strconcat (status, " ", code, NULL));
}

void
mp_model_server_set_token_refused (MpModelServer *self, gboolean refused)
{
  self->token_refused = refused;
}

void
mp_model_server_set (MpModelServer *self, const char *id, const char *path, const char *value)
{
  g_autoptr (MpRecord) current = mp_model_server_find (self, id) != NULL
                                     ? g_object_ref (mp_model_server_find (self, id))
                                     : mp_record_new (id, (MpStamp){ 1000000, "ben" });
  g_autoptr (MpChanges) changes = mp_changes_new ();
  g_autoptr (MpRecord) saved = NULL;

  mp_changes_set_string (changes, path, value);
  saved = save_record (self, mp_record_with_changes (current, changes));
}

void
mp_model_server_archive (MpModelServer *self, const char *id)
{
  g_autoptr (MpRecord) saved = save_record (
      self, mp_record_with_archived (mp_model_server_find (self, id), TRUE));
}

/* Rule 12: from now on older cursors are not known any more. */
void
mp_model_server_purge (MpModelServer *self)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_remove_all (self->listing);
  g_hash_table_iter_init (&iter, self->state->items);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const Item *item = value;

      if (mp_json_get_boolean (item->body, "archived", FALSE))
        {
          self->state->purged = MAX (self->state->purged, item->sequence);
          g_hash_table_iter_remove (&iter);
        }
    }
}

void
mp_model_server_back_up (MpModelServer *self)
{
  g_clear_pointer (&self->backup, state_free);
  self->backup = state_copy (self->state);
}

/* Rule 13: with a new epoch. */
void
mp_model_server_restore (MpModelServer *self)
{
  state_free (self->state);
  self->state = state_copy (self->backup);
  self->epoch++;
}

void
mp_model_server_cut_audit (MpModelServer *self)
{
  self->state->audit_sequence--;
}

/* (transfer full) (element-type MpRecord) */
GList *
mp_model_server_list (MpModelServer *self)
{
  GList *records = NULL;
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->state->items);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const Item *item = value;

      if (item->is_record)
        records = g_list_prepend (records, mp_record_new_from_json (item->body, NULL));
    }
  return records;
}

/* (nullable) (transfer none): until the next call */
MpRecord *
mp_model_server_find (MpModelServer *self, const char *id)
{
  const Item *item = g_hash_table_lookup (self->state->items, id);
  MpRecord *record;

  if (item == NULL || !item->is_record)
    return NULL;
  record = mp_record_new_from_json (item->body, NULL);
  g_object_set_data_full (G_OBJECT (self), "found", record, g_object_unref);
  return record;
}

unsigned int
mp_model_server_get_n_applied (MpModelServer *self)
{
  return self->n_applied;
}

unsigned int
mp_model_server_get_n_requests (MpModelServer *self)
{
  return self->n_requests;
}
