/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-api-replace.h"

#include "mp-api-apply-private.h"
#include "mp-api-handlers.h"
#include "mp-api-problem.h"
#include "mp-api-stored.h"
#include "mp-json.h"
#include "mp-registry.h"

/* A PUT between its body and its turn. Where a read is quick it was judged by then: that holds as
 * long as nothing of what was read has changed. */
typedef struct
{
  JsonObject *body;   /* (owned) (nullable): it is the content of the record by now */
  GStrv references;   /* (owned): the credentials that the body names */
  gboolean is_judged; /* before its turn */

  MpOperation *operation; /* (owned) (nullable) */
  MpRecord *before;       /* (owned) (nullable) */
  MpRecord *after;        /* (owned) (nullable) */
  int64_t sequence;       /* of the record, as it was read */
  GPtrArray *credentials; /* (element-type MpCredential): those that the rules looked at */
  JsonObject *changes;    /* (owned) (nullable): for the trail */
  gboolean keeps_references;
} Replacement;

static void
replacement_free (Replacement *self)
{
  g_clear_pointer (&self->body, json_object_unref);
  g_strfreev (self->references);
  g_clear_object (&self->operation);
  g_clear_object (&self->before);
  g_clear_object (&self->after);
  g_clear_pointer (&self->credentials, g_ptr_array_unref);
  g_clear_pointer (&self->changes, json_object_unref);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Replacement, replacement_free)

static MpApiTask
new_task (MpApi *self, const MpApiRequest *request, MpOperation *operation)
{
  const MpApiServices *services = mp_api_get_services (self);

  return (MpApiTask){
    .services = services,
    .request = request,
    .operation = operation,
    .seen = MP_API_SEEN_REVISION,
    .now_unix_us = mp_clock_get_now_unix_us (services->clock),
  };
}

static GStrv
list_references (JsonObject *content)
{
  MpRegistry *registry = mp_registry_get_default ();
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), content);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (unsigned int i = 0; i < mp_registry_get_n_fields (registry); i++)
    {
      const MpFieldSpec *field = mp_registry_get_field (registry, i);
      JsonNode *value =
          field->input == MP_INPUT_CREDENTIAL ? mp_pointer_get (node, field->path) : NULL;
      const char *id = value != NULL ? mp_json_node_get_string (value) : NULL;

      if (mp_uuid_is_valid (id))
        g_strv_builder_add (builder, id);
    }
  return g_strv_builder_end (builder);
}

/* Reads the record, and makes what it is to become. @refusal: (out) (nullable) (transfer full) */
static gboolean
read_record (MpApi *self,
             Replacement *replacement,
             const MpApiRequest *request,
             MpApiReply **refusal,
             GError **error)
{
  g_autoptr (MpDbRecord) row = mp_db_get_record (mp_api_get_services (self)->db, request->tenant,
                                                 request->target, error);

  *refusal = NULL;
  if (row == NULL)
    return FALSE;
  replacement->sequence = row->sequence;
  replacement->before = mp_api_stored_read_record (row->json, error);
  if (replacement->before == NULL)
    return FALSE;
  *refusal = mp_api_check_if_match (request, replacement->before);
  if (*refusal != NULL)
    return FALSE;
  replacement->after =
      mp_record_take_content (replacement->before, g_steal_pointer (&replacement->body), error);
  return replacement->after != NULL;
}

static gboolean
have_same_references (MpRecord *before, MpRecord *after)
{
  g_auto (GStrv) old = mp_api_list_references (before);
  g_auto (GStrv) now = mp_api_list_references (after);

  return g_strv_equal ((const char *const *) old, (const char *const *) now);
}

/* Would it be applied, as far as one can see now? */
static gboolean
judge (MpApi *self, Replacement *replacement, const MpApiRequest *request, GError **error)
{
  g_autofree char *op = mp_clock_dup_uuid (mp_api_get_services (self)->clock);
  MpApiTask task;
  g_autoptr (MpFieldErrors) errors = NULL;

  if (mp_record_get_archived (replacement->before))
    return FALSE;
  replacement->changes = mp_api_describe_changes (replacement->before, replacement->after);
  if (json_object_get_size (replacement->changes) == 0)
    return FALSE;
  replacement->operation =
      mp_operation_new (op, MP_ACTION_UPDATE, request->target,
                        mp_record_get_revision (replacement->before), NULL, NULL, NULL);
  replacement->credentials = g_ptr_array_new_with_free_func (g_object_unref);
  replacement->keeps_references = have_same_references (replacement->before, replacement->after);
  task = new_task (self, request, replacement->operation);
  errors = mp_api_task_validate (&task, replacement->after, replacement->credentials, error);
  return errors != NULL && mp_field_errors_count (errors, MP_SEVERITY_ERROR, NULL) == 0;
}

/**
 * mp_api_prepare_replacement:
 * @self: the API
 * @request: a PUT of a record
 * @error: return location
 *
 * Reads what is to come, and where a read is quick, what is there, and judges it by the rules, so
 * that the turn among those who write is short. What is not clear now is left to
 * mp_api_put_settings (): a request with an Idempotency-Key, one that changes nothing, or breaks a
 * rule.
 *
 * Returns: (transfer full) (nullable): a refusal
 */
MpApiReply *
mp_api_prepare_replacement (MpApi *self, MpApiRequest *request, GError **error)
{
  g_autoptr (Replacement) replacement = NULL;
  MpApiReply *refusal;

  if (request->idempotency_key != NULL)
    return NULL;
  replacement = g_new0 (Replacement, 1);
  refusal = mp_api_read_object (request, &replacement->body);
  if (refusal != NULL)
    return refusal;
  replacement->references = list_references (replacement->body);
  if (mp_db_is_embedded (mp_api_get_services (self)->db))
    {
      if (!read_record (self, replacement, request, &refusal, error))
        return refusal;
      if (!judge (self, replacement, request, error))
        return NULL;
      replacement->is_judged = TRUE;
    }
  request->prepared = g_steal_pointer (&replacement);
  request->free_prepared = (GDestroyNotify) replacement_free;
  return NULL;
}

/* Is everything that it was judged by as it was? Of a credential nothing that the rules ask for
 * changes but that it is revoked. */
static gboolean
still_holds (const MpApiTask *task, const Replacement *replacement, gboolean *holds, GError **error)
{
  MpDb *db = task->services->db;
  const char *tenant = task->request->tenant;
  g_autoptr (MpDbRecord) row = mp_db_get_record (db, tenant, task->request->target, error);

  *holds = row != NULL && row->sequence == replacement->sequence;
  for (unsigned int i = 0; *holds && i < replacement->credentials->len; i++)
    {
      g_autoptr (MpDbCredential) credential = mp_db_get_credential (
          db, tenant, mp_credential_get_id (replacement->credentials->pdata[i]), error);

      if (credential == NULL)
        return FALSE;
      *holds = !credential->revoked;
    }
  return row != NULL;
}

static MpApiReply *
save (const MpApiTask *task, const Replacement *replacement, GError **error)
{
  const MpApiRequest *request = task->request;
  g_auto (GStrv) references = mp_api_list_references (replacement->after);
  g_autoptr (MpRecord) record = NULL;
  g_autofree char *revision = NULL;
  g_autofree char *json = NULL;
  MpDbRecord row = { .id = request->target, .keeps_references = replacement->keeps_references };
  MpApiReply *reply;

  revision = mp_api_task_next_revision (task, &row.sequence, error);
  if (revision == NULL)
    return NULL;
  record = mp_record_with_revision (replacement->after, revision, mp_api_task_get_stamp (task));
  json = mp_record_to_text (record);
  row.json = json;
  if (!mp_db_put_record (task->services->db, request->tenant, &row,
                         (const char *const *) references, request->identity->actor,
                         task->now_unix_us, error) ||
      !mp_api_task_audit (task, "settings.update", replacement->changes, NULL, error))
    return NULL;
  reply = mp_api_reply_new_text (200, "application/json", g_steal_pointer (&json));
  mp_api_reply_set_etag (reply, revision);
  return reply;
}

/* %FALSE: it is decided, by a refusal or an error. */
static gboolean
judge_in_turn (MpApi *self,
               Replacement *replacement,
               const MpApiRequest *request,
               gboolean *holds,
               MpApiReply **refusal,
               GError **error)
{
  g_autoptr (GError) failure = NULL;

  if (replacement->is_judged)
    {
      const MpApiTask task = new_task (self, request, replacement->operation);

      return still_holds (&task, replacement, holds, error);
    }
  /* It comes here again when its group was not committed, whose state it was judged by. */
  if (replacement->body == NULL)
    {
      *holds = FALSE;
      return TRUE;
    }
  if (!read_record (self, replacement, request, refusal, error))
    return FALSE;
  *holds = judge (self, replacement, request, &failure);
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/**
 * mp_api_apply_replacement:
 * @self: the API
 * @request: a PUT that was prepared
 * @reply: (out) (nullable) (transfer full): the reply
 * @error: return location
 *
 * Writes the record, its place in the feed and its audit entry. The operation has no name that
 * anybody could ask for again, so no result of it is kept.
 *
 * Returns: whether that decided the request; %FALSE without an error when what it was prepared on
 *   has changed since
 */
gboolean
mp_api_apply_replacement (MpApi *self, MpApiRequest *request, MpApiReply **reply, GError **error)
{
  Replacement *replacement = request->prepared;
  g_autoptr (MpDbTransaction) transaction = NULL;
  gboolean holds = FALSE;
  MpApiTask task;

  *reply = NULL;
  if (replacement == NULL)
    return FALSE;
  transaction = mp_db_begin (mp_api_get_services (self)->db, error);
  if (transaction == NULL || !judge_in_turn (self, replacement, request, &holds, reply, error))
    return TRUE;
  if (!holds)
    return FALSE;
  task = new_task (self, request, replacement->operation);
  *reply = save (&task, replacement, error);
  if (*reply != NULL && !mp_db_commit (transaction, error))
    g_clear_pointer (reply, mp_api_reply_free);
  return TRUE;
}

/**
 * mp_api_expect_replacement:
 * @request: any request
 * @group: the group that it will be answered in
 *
 * Says what mp_api_apply_replacement () will read.
 */
void
mp_api_expect_replacement (const MpApiRequest *request, MpDbGroup *group)
{
  const Replacement *replacement = request->prepared;

  if (replacement != NULL)
    mp_db_group_expect (group, request->tenant, request->target,
                        (const char *const *) replacement->references);
}
