/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-api-replace.h"

#include "mp-api-apply-private.h"
#include "mp-api-handlers.h"
#include "mp-api-problem.h"
#include "mp-api-stored.h"

/* A PUT that was read and judged beside others. It holds as long as nothing of what was read has
 * changed when its turn comes. */
typedef struct
{
  MpOperation *operation;
  MpRecord *before;
  MpRecord *after;
  int64_t sequence;       /* of the record, as it was read */
  GPtrArray *credentials; /* (element-type MpCredential): those that the rules looked at */
  JsonObject *changes;    /* for the trail */
  gboolean keeps_references;
} Replacement;

static void
replacement_free (Replacement *self)
{
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

/* @refusal: (out) (nullable) (transfer full) */
static gboolean
read_both (MpApi *self,
           Replacement *replacement,
           MpApiRequest *request,
           MpApiReply **refusal,
           GError **error)
{
  g_autoptr (JsonObject) body = NULL;
  g_autoptr (MpDbRecord) row = NULL;

  *refusal = mp_api_read_object (request, &body);
  if (*refusal != NULL)
    return FALSE;
  row = mp_db_get_record (mp_api_get_services (self)->db, request->tenant, request->target, error);
  if (row == NULL)
    return FALSE;
  replacement->sequence = row->sequence;
  replacement->before = mp_api_stored_read_record (row->json, error);
  if (replacement->before == NULL)
    return FALSE;
  *refusal = mp_api_check_if_match (request, replacement->before);
  if (*refusal != NULL)
    return FALSE;
  replacement->after = mp_record_take_content (replacement->before, g_steal_pointer (&body), error);
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
 * Reads what is there and what is to come, and judges it by the rules, so that the turn among those
 * who write is short. What is not clear now is left to mp_api_put_settings (): a request with an
 * Idempotency-Key, one that changes nothing, or breaks a rule.
 *
 * Returns: (transfer full) (nullable): a refusal
 */
MpApiReply *
mp_api_prepare_replacement (MpApi *self, MpApiRequest *request, GError **error)
{
  g_autoptr (Replacement) replacement = NULL;
  MpApiReply *refusal = NULL;

  if (request->idempotency_key != NULL)
    return NULL;
  replacement = g_new0 (Replacement, 1);
  if (!read_both (self, replacement, request, &refusal, error))
    return refusal;
  if (!judge (self, replacement, request, error))
    return NULL;
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
  const Replacement *replacement = request->prepared;
  g_autoptr (MpDbTransaction) transaction = NULL;
  MpApiTask task;
  gboolean holds = FALSE;

  *reply = NULL;
  if (replacement == NULL)
    return FALSE;
  task = new_task (self, request, replacement->operation);
  transaction = mp_db_begin (task.services->db, error);
  if (transaction == NULL || !still_holds (&task, replacement, &holds, error))
    return TRUE;
  if (!holds)
    return FALSE;
  *reply = save (&task, replacement, error);
  if (*reply != NULL && !mp_db_commit (transaction, error))
    g_clear_pointer (reply, mp_api_reply_free);
  return TRUE;
}
