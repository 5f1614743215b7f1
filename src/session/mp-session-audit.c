/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-session-private.h"

#include "mp-audit-head.h"
#include "mp-error.h"
#include "mp-witness.h"

#include <glib/gi18n-lib.h>

#define PAGE_SIZE 500
/* Beyond this a page could not be shown; a filter makes it less. A verification has no limit. */
#define MAX_SHOWN 20000

/* The trail, or what a filter leaves of it, read page by page. */
typedef struct
{
  char *actor;    /* (nullable) */
  char *action;   /* (nullable) */
  char *resource; /* (nullable) */
  int64_t since;
  MpSecret *token;        /* (nullable): not read yet */
  GPtrArray *entries;     /* (element-type MpAuditEntry): ascending */
  gboolean is_verified;   /* up to the head */
  MpAuditHead *head;      /* (nullable) */
  MpAuditVerdict *proven; /* (nullable): what the witness found */
} Reading;

static void
reading_free (Reading *reading)
{
  g_free (reading->actor);
  g_free (reading->action);
  g_free (reading->resource);
  g_clear_pointer (&reading->token, mp_secret_unref);
  g_clear_pointer (&reading->entries, g_ptr_array_unref);
  g_clear_object (&reading->head);
  g_clear_object (&reading->proven);
  g_free (reading);
}

/* Was the head signed with the key of the first sign-in? */
static gboolean
head_is_signed (MpSession *self, MpAuditHead *head)
{
  const char *pinned = mp_session_get_audit_key (self);

  return pinned != NULL && mp_witness_is_signed (head, self->profile->tenant, pinned);
}

static int64_t
get_seen_sequence (MpSession *self)
{
  const char *text = mp_store_delta_get_meta (self->latest, MP_META_AUDIT_SEQUENCE);
  gint64 sequence = 0;

  if (text == NULL || !g_ascii_string_to_signed (text, 10, 0, G_MAXINT64, &sequence, NULL))
    return 0;

  return sequence;
}

static MpAuditVerdict *
verify (MpSession *self, Reading *reading)
{
  int64_t sequence = mp_audit_head_get_sequence (reading->head);
  int64_t seen = get_seen_sequence (self);

  if (!head_is_signed (self, reading->head))
    return mp_audit_verdict_new (MP_AUDIT_UNSIGNED, sequence);

  return mp_audit_verify (reading->entries, sequence, mp_audit_head_get_hash (reading->head), seen,
                          mp_store_delta_get_meta (self->latest, MP_META_AUDIT_HASH));
}

static void
head_remembered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Reading *reading = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  if (!mp_store_set_meta_finish (MP_STORE (source), result, &error))
    g_message ("the audit trail's head is not remembered: %s", error->message);
  g_task_return_pointer (
      task, mp_audit_verdict_new (MP_AUDIT_INTACT, mp_audit_head_get_sequence (reading->head)),
      g_object_unref);
}

/* This computer is a witness: whoever cuts the trail later must come past this head. */
static void
remember_head (GTask *task)
{
  MpSession *self = g_task_get_source_object (task);
  Reading *reading = g_task_get_task_data (task);
  g_autoptr (GHashTable) meta = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);

  g_hash_table_insert (
      meta, (gpointer) MP_META_AUDIT_SEQUENCE,
      g_strdup_printf ("%" G_GINT64_FORMAT, mp_audit_head_get_sequence (reading->head)));
  g_hash_table_insert (meta, (gpointer) MP_META_AUDIT_HASH,
                       g_strdup (mp_audit_head_get_hash (reading->head)));
  g_hash_table_insert (meta, (gpointer) MP_META_AUDIT_SUSPECT, NULL);
  mp_store_set_meta_async (self->store, meta, NULL, head_remembered_cb, task);
}

static void
finish_verifying (GTask *task)
{
  MpSession *self = g_task_get_source_object (task);
  g_autoptr (MpAuditVerdict) verdict = verify (self, g_task_get_task_data (task));

  if (mp_audit_verdict_get_state (verdict) == MP_AUDIT_INTACT && self->store != NULL)
    {
      remember_head (task);
      return;
    }

  g_task_return_pointer (task, g_steal_pointer (&verdict), g_object_unref);
  g_object_unref (task);
}

static void
finish_listing (GTask *task)
{
  Reading *reading = g_task_get_task_data (task);
  GListStore *list = g_list_store_new (MP_TYPE_AUDIT_ENTRY);

  for (unsigned int i = reading->entries->len; i > 0; i--)
    g_list_store_append (list, g_ptr_array_index (reading->entries, i - 1));

  g_task_return_pointer (task, list, g_object_unref);
  g_object_unref (task);
}

static void read_page (GTask *task);

static void
page_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Reading *reading = g_task_get_task_data (task);
  GError *error = NULL;
  int64_t next = 0;
  g_autoptr (GPtrArray) page = mp_tenant_client_list_audit_finish (MP_TENANT_CLIENT (source),
                                                                   result, &next, &error);

  if (page == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  for (unsigned int i = 0; i < page->len; i++)
    g_ptr_array_add (reading->entries, g_object_ref (g_ptr_array_index (page, i)));
  if (!reading->is_verified && reading->entries->len > MAX_SHOWN)
    g_ptr_array_remove_range (reading->entries, 0, reading->entries->len - MAX_SHOWN);

  /* A server that does not get on would be asked for ever. */
  if (next > reading->since)
    {
      reading->since = next;
      read_page (g_steal_pointer (&task));
    }
  else if (reading->is_verified)
    finish_verifying (g_steal_pointer (&task));
  else
    finish_listing (g_steal_pointer (&task));
}

static void
read_page (GTask *task)
{
  MpSession *self = g_task_get_source_object (task);
  Reading *reading = g_task_get_task_data (task);
  const MpAuditFilter filter = { reading->actor, reading->action, reading->resource,
                                 reading->since };

  mp_tenant_client_list_audit_async (self->client, reading->token, &filter, PAGE_SIZE,
                                     g_task_get_cancellable (task), page_read_cb, task);
}

static void
head_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Reading *reading = g_task_get_task_data (task);
  GError *error = NULL;

  reading->head =
      mp_tenant_client_get_audit_head_finish (MP_TENANT_CLIENT (source), result, &error);
  if (reading->head != NULL)
    read_page (g_steal_pointer (&task));
  else
    g_task_return_error (task, error);
}

static void
alarm_ended_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (mp_store_set_meta_finish (MP_STORE (source), result, &error))
    g_task_return_pointer (task, g_object_ref (((Reading *) g_task_get_task_data (task))->proven),
                           g_object_unref);
  else
    g_task_return_error (task, error);
}

/* Whoever may not read the entries knows all that can be known without. */
static void
end_alarm (GTask *task)
{
  MpSession *self = g_task_get_source_object (task);
  g_autoptr (GHashTable) meta = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);

  g_hash_table_insert (meta, (gpointer) MP_META_AUDIT_SUSPECT, NULL);
  mp_store_set_meta_async (self->store, meta, NULL, alarm_ended_cb, task);
}

static void
witnessed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  MpSession *self = g_task_get_source_object (task);
  Reading *reading = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  GError *error = NULL;

  reading->proven = mp_witness_check_finish (MP_STORE (source), result, &error);
  if (reading->proven == NULL)
    g_task_return_error (task, error);
  else if (mp_audit_verdict_get_state (reading->proven) != MP_AUDIT_INTACT || self->store == NULL)
    g_task_return_pointer (task, g_object_ref (reading->proven), g_object_unref);
  else if (!mp_session_can (self, MP_PERMISSION_AUDIT))
    end_alarm (g_steal_pointer (&task));
  else
    mp_tenant_client_get_audit_head_async (self->client, reading->token, cancellable, head_read_cb,
                                           g_steal_pointer (&task));
}

static void
token_looked_up_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  MpSession *self = g_task_get_source_object (task);
  Reading *reading = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  GError *error = NULL;

  reading->token = mp_secret_store_lookup_finish (MP_SECRET_STORE (source), result, &error);
  if (reading->token == NULL)
    g_task_return_error (task, error);
  else if (reading->is_verified && self->store != NULL)
    mp_witness_check_async (self->store, self->client, reading->token, NULL, NULL, cancellable,
                            witnessed_cb, g_steal_pointer (&task));
  else
    read_page (g_steal_pointer (&task));
}

static void
start_reading (MpSession *self,
               const MpAuditFilter *filter,
               gboolean is_verified,
               gpointer tag,
               GCancellable *cancellable,
               GAsyncReadyCallback callback,
               gpointer user_data)
{
  MpSecretName name = mp_session_name_secret (self, MP_SESSION_TOKEN_ITEM);
  GTask *task = mp_session_begin (self, is_verified ? MP_PERMISSION_READ : MP_PERMISSION_AUDIT, tag,
                                  cancellable, callback, user_data);
  Reading *reading;

  if (task == NULL)
    return;

  reading = g_new0 (Reading, 1);
  reading->entries = g_ptr_array_new_with_free_func (g_object_unref);
  reading->is_verified = is_verified;
  if (filter != NULL)
    {
      reading->actor = g_strdup (filter->actor);
      reading->action = g_strdup (filter->action);
      reading->resource = g_strdup (filter->resource);
      reading->since = filter->since;
    }
  g_task_set_task_data (task, reading, (GDestroyNotify) reading_free);
  mp_secret_store_lookup_async (mp_services_get_secrets (self->services), &name, cancellable,
                                token_looked_up_cb, task);
}

/**
 * mp_session_load_audit_async:
 * @self: a session
 * @filter: (nullable): which entries; %NULL: all
 * @cancellable: (nullable): a #GCancellable
 * @callback: called in the caller's main context
 * @user_data: data for @callback
 *
 * Reads the tenant's audit trail from the server, at most its newest 20,000 entries.
 */
void
mp_session_load_audit_async (MpSession *self,
                             const MpAuditFilter *filter,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_return_if_fail (MP_IS_SESSION (self));

  start_reading (self, filter, FALSE, mp_session_load_audit_async, cancellable, callback,
                 user_data);
}

/**
 * mp_session_load_audit_finish:
 * @self: a session
 * @result: the result given to the callback
 * @error: return location
 *
 * Fails with %MP_ERROR_FORBIDDEN, as #MpSecretStore does for the token, as #MpTenantClient does.
 *
 * Returns: (transfer full): the entries as #MpAuditEntry, newest first
 */
GListModel *
mp_session_load_audit_finish (MpSession *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * mp_session_verify_audit_async:
 * @self: a session
 * @cancellable: (nullable): a #GCancellable
 * @callback: called in the caller's main context
 * @user_data: data for @callback
 *
 * Verifies that the trail goes on from the last head that this computer followed, by the digests of
 * the entries since, and that its head is signed by the key of the first sign-in. A role that may
 * read the trail reads all of it and verifies the whole chain, too.
 */
void
mp_session_verify_audit_async (MpSession *self,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  g_return_if_fail (MP_IS_SESSION (self));

  start_reading (self, NULL, TRUE, mp_session_verify_audit_async, cancellable, callback, user_data);
}

/**
 * mp_session_verify_audit_finish:
 * @self: a session
 * @result: the result given to the callback
 * @error: return location
 *
 * Fails as mp_session_load_audit_finish() does. A trail that is not intact is no failure but the
 * verdict.
 *
 * Returns: (transfer full): the verdict
 */
MpAuditVerdict *
mp_session_verify_audit_finish (MpSession *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * mp_session_get_audit_key:
 * @self: a session
 *
 * Returns: (transfer none) (nullable): the public key that signs the server's audit trail, as of
 * the first sign-in; base64
 */
const char *
mp_session_get_audit_key (MpSession *self)
{
  g_return_val_if_fail (MP_IS_SESSION (self), NULL);

  return self->latest != NULL ? mp_store_delta_get_meta (self->latest, MP_META_PINNED_AUDIT_KEY)
                              : NULL;
}

/**
 * mp_session_dup_audit_alarm:
 * @self: a session
 *
 * Returns: (transfer full) (nullable): how the server's audit trail is not the one seen before, in
 *   a sentence, translated; %NULL while it is. A verification that finds it intact ends the alarm.
 */
char *
mp_session_dup_audit_alarm (MpSession *self)
{
  const char *text;
  g_autoptr (MpAuditVerdict) verdict = NULL;

  g_return_val_if_fail (MP_IS_SESSION (self), NULL);

  text =
      self->latest != NULL ? mp_store_delta_get_meta (self->latest, MP_META_AUDIT_SUSPECT) : NULL;
  verdict = text != NULL ? mp_audit_verdict_new_from_string (text) : NULL;
  return verdict != NULL ? mp_audit_verdict_dup_text (verdict) : NULL;
}
