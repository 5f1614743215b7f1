/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-witness.h"

#include "mp-error.h"
#include "mp-signature.h"

/* A server that always has a further page ends it: with pages of 1,000, a trail of 10 millions. */
#define MAX_PAGES 10000

/* What the store knows of the trail, in the order in which it is read. */
typedef enum
{
  KNOWN_SEQUENCE = 0,
  KNOWN_HASH,
  KNOWN_EPOCH,
  KNOWN_KEY,
  N_KNOWN,
} Known;

static const char *const known_names[N_KNOWN] = {
  [KNOWN_SEQUENCE] = MP_META_AUDIT_SEQUENCE,
  [KNOWN_HASH] = MP_META_AUDIT_HASH,
  [KNOWN_EPOCH] = MP_META_AUDIT_EPOCH,
  [KNOWN_KEY] = MP_META_PINNED_AUDIT_KEY,
};

/* One check; the data of its task. */
typedef struct
{
  MpTenantClient *client;
  MpSecret *token;
  MpAuditHead *head; /* (nullable): the newest that was shown */
  char *epoch;       /* (nullable): of .head */

  char *known[N_KNOWN]; /* (nullable) */
  Known reading;
  int64_t seen;     /* the number of the entry that was seen last; 0: none was */
  int64_t sequence; /* as far as the chain was followed */
  char *hash;       /* (nullable): there */
  unsigned int n_pages;
  MpAuditVerdict *verdict; /* (nullable): while it is being kept */
} Check;

static void
check_free (Check *check)
{
  g_object_unref (check->client);
  mp_secret_unref (check->token);
  g_clear_object (&check->head);
  g_free (check->epoch);
  for (unsigned int i = 0; i < N_KNOWN; i++)
    g_free (check->known[i]);
  g_free (check->hash);
  g_clear_object (&check->verdict);
  g_free (check);
}

/**
 * mp_witness_is_signed:
 * @head: the head of a trail
 * @tenant: whose trail
 * @key: the public key that should have signed it, base64; the head's own says nothing
 *
 * Returns: whether it did
 */
gboolean
mp_witness_is_signed (MpAuditHead *head, const char *tenant, const char *key)
{
  g_autofree char *text = NULL;

  g_return_val_if_fail (MP_IS_AUDIT_HEAD (head), FALSE);
  g_return_val_if_fail (tenant != NULL && key != NULL, FALSE);

  text = g_strdup_printf ("member-pulse/%s\n%" G_GINT64_FORMAT "\n%s\n", tenant,
                          mp_audit_head_get_sequence (head), mp_audit_head_get_hash (head));
  return mp_signature_is_valid (text, mp_audit_head_get_signature (head), key);
}

static void
kept_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Check *check = g_task_get_task_data (task);
  GError *error = NULL;

  if (mp_store_set_meta_finish (MP_STORE (source), result, &error))
    g_task_return_pointer (task, g_steal_pointer (&check->verdict), g_object_unref);
  else
    g_task_return_error (task, error);
}

/* A head that goes on from the one before takes its place; so does one after a restore, which the
 * person is told of. Any other leaves the witness where it was. */
static void
conclude (GTask *task, MpAuditState state, int64_t sequence)
{
  MpStore *store = g_task_get_source_object (task);
  Check *check = g_task_get_task_data (task);
  g_autoptr (GHashTable) meta = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);

  if ((state == MP_AUDIT_TRUNCATED || state == MP_AUDIT_FORKED) &&
      check->known[KNOWN_EPOCH] != NULL && !g_str_equal (check->known[KNOWN_EPOCH], check->epoch))
    {
      state = MP_AUDIT_RESTORED;
      sequence = check->seen;
    }
  check->verdict = mp_audit_verdict_new (state, sequence);
  if (state == MP_AUDIT_INTACT || state == MP_AUDIT_RESTORED)
    {
      g_hash_table_insert (
          meta, (gpointer) MP_META_AUDIT_SEQUENCE,
          g_strdup_printf ("%" G_GINT64_FORMAT, mp_audit_head_get_sequence (check->head)));
      g_hash_table_insert (meta, (gpointer) MP_META_AUDIT_HASH,
                           g_strdup (mp_audit_head_get_hash (check->head)));
      g_hash_table_insert (meta, (gpointer) MP_META_AUDIT_EPOCH, g_strdup (check->epoch));
    }
  if (state != MP_AUDIT_INTACT)
    g_hash_table_insert (meta, (gpointer) MP_META_AUDIT_SUSPECT,
                         mp_audit_verdict_to_string (check->verdict));

  mp_store_set_meta_async (store, meta, NULL, kept_cb, task);
}

/* The chain was followed as far as it goes: does it end where the head says? */
static void
judge (GTask *task)
{
  const Check *check = g_task_get_task_data (task);
  const char *tenant = mp_tenant_client_get_tenant (check->client);
  const int64_t end = mp_audit_head_get_sequence (check->head);

  if (check->known[KNOWN_KEY] != NULL &&
      !mp_witness_is_signed (check->head, tenant, check->known[KNOWN_KEY]))
    conclude (task, MP_AUDIT_UNSIGNED, end);
  else if (end < check->seen)
    conclude (task, MP_AUDIT_TRUNCATED, end + 1);
  else if (check->sequence < end)
    conclude (task, MP_AUDIT_MISSING, check->sequence + 1);
  else if (check->hash != NULL && !g_str_equal (check->hash, mp_audit_head_get_hash (check->head)))
    conclude (task, MP_AUDIT_FORKED, MAX (check->seen, 1));
  else
    conclude (task, MP_AUDIT_INTACT, end);
}

/* Goes on along the chain; %FALSE when a digest is none. */
static gboolean
follow (Check *check, const char *const *digests)
{
  for (unsigned int i = 0; digests[i] != NULL; i++)
    {
      char *hash = mp_audit_link (check->hash, digests[i]);

      if (hash == NULL)
        return FALSE;
      g_free (check->hash);
      check->hash = hash;
      check->sequence++;
    }
  return TRUE;
}

static void ask (GTask *task);

static void
proof_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Check *check = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (MpAuditProof) proof = mp_tenant_client_get_audit_proof_finish (
      MP_TENANT_CLIENT (source), result, &error);

  if (proof == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  g_set_object (&check->head, proof->head);
  g_free (check->epoch);
  check->epoch = g_strdup (proof->epoch);

  if (!follow (check, (const char *const *) proof->digests))
    conclude (g_steal_pointer (&task), MP_AUDIT_CHANGED, check->sequence + 1);
  else if (check->sequence >= mp_audit_head_get_sequence (check->head) ||
           proof->digests[0] == NULL || ++check->n_pages >= MAX_PAGES)
    judge (g_steal_pointer (&task));
  else
    ask (g_steal_pointer (&task));
}

static void
ask (GTask *task)
{
  const Check *check = g_task_get_task_data (task);

  mp_tenant_client_get_audit_proof_async (check->client, check->token, check->sequence,
                                          g_task_get_cancellable (task), proof_read_cb, task);
}

static gboolean
shows_what_was_seen (const Check *check)
{
  return mp_audit_head_get_sequence (check->head) == check->seen &&
         g_strcmp0 (mp_audit_head_get_hash (check->head), check->hash) == 0 &&
         g_strcmp0 (check->epoch, check->known[KNOWN_EPOCH]) == 0;
}

/* All that the store knows is read. */
static void
begin (GTask *task)
{
  Check *check = g_task_get_task_data (task);

  if (check->known[KNOWN_SEQUENCE] != NULL && check->known[KNOWN_HASH] != NULL &&
      g_ascii_string_to_signed (check->known[KNOWN_SEQUENCE], 10, 0, G_MAXINT64, &check->seen,
                                NULL))
    check->hash = g_strdup (check->known[KNOWN_HASH]);
  check->sequence = check->seen;

  if (check->head == NULL)
    {
      ask (task);
    }
  else if (check->hash == NULL)
    {
      /* The first one that is shown is believed, as the server's key is. */
      check->sequence = mp_audit_head_get_sequence (check->head);
      judge (task);
    }
  else if (shows_what_was_seen (check))
    {
      g_task_return_pointer (task, mp_audit_verdict_new (MP_AUDIT_INTACT, check->seen),
                             g_object_unref);
      g_object_unref (task);
    }
  else
    {
      ask (task);
    }
}

static void read_next (GTask *task);

static void
known_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Check *check = g_task_get_task_data (task);
  GError *error = NULL;

  check->known[check->reading] = mp_store_get_meta_finish (MP_STORE (source), result, &error);
  if (error != NULL)
    g_task_return_error (task, error);
  else if (++check->reading < N_KNOWN)
    read_next (g_steal_pointer (&task));
  else
    begin (g_steal_pointer (&task));
}

static void
read_next (GTask *task)
{
  const Check *check = g_task_get_task_data (task);

  mp_store_get_meta_async (g_task_get_source_object (task), known_names[check->reading],
                           g_task_get_cancellable (task), known_read_cb, task);
}

/**
 * mp_witness_check_async:
 * @store: where the newest head that was followed is kept
 * @client: the tenant's server
 * @token: the token
 * @shown: (nullable): a head that the server has just shown; %NULL: it is asked for one
 * @epoch: (nullable): the server's epoch then; with @shown
 * @cancellable: (nullable): to cancel it with
 * @callback: called with the verdict
 * @user_data: for @callback
 *
 * Follows the chain from the head that was kept to the newest one, by the digests of the entries
 * between them. That the server shows what was seen already costs no request.
 */
void
mp_witness_check_async (MpStore *store,
                        MpTenantClient *client,
                        MpSecret *token,
                        MpAuditHead *shown,
                        const char *epoch,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  GTask *task;
  Check *check;

  g_return_if_fail (MP_IS_STORE (store) && MP_IS_TENANT_CLIENT (client) && token != NULL);
  g_return_if_fail (shown == NULL || (MP_IS_AUDIT_HEAD (shown) && epoch != NULL));

  check = g_new0 (Check, 1);
  check->client = g_object_ref (client);
  check->token = mp_secret_ref (token);
  g_set_object (&check->head, shown);
  check->epoch = g_strdup (epoch);
  task = g_task_new (store, cancellable, callback, user_data);
  g_task_set_source_tag (task, mp_witness_check_async);
  /* What is kept has been said. */
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, check, (GDestroyNotify) check_free);
  read_next (task);
}

/**
 * mp_witness_check_finish:
 * @store: where the head is kept
 * @result: the result given to the callback
 * @error: return location
 *
 * Fails as #MpTenantClient and #MpStore do. A trail that does not go on is no failure but the
 * verdict.
 *
 * Returns: (transfer full): the verdict
 */
MpAuditVerdict *
mp_witness_check_finish (MpStore *store, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, store), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, mp_witness_check_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
