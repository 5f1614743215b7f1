/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-sync-run-private.h"

#include "mp-error.h"
#include "mp-json.h"
#include "mp-revision.h"
#include "mp-tenant-info-private.h"
#include "mp-witness.h"

/*
 * The steps of a run; each is one call, whose callback chooses the next:
 *
 *  begin        does the store know all that identify would find out? → push
 *  identify     who are we, and is it the server that we know?
 *    another epoch than the store's: it was restored from a backup → list everything, then push
 *    a listing was cut off → go on with it, then push
 *    else → push
 *  push         list what waits → freeze a batch → send it → store the answers → again, until
 *               nothing is left that may go; → pull
 *    an answer of another epoch: restored meanwhile → identify
 *  pull         ask for a page → store it with its cursor, and ask for the next → while there is
 *               more
 *    nothing changed since the last time → finish
 *    the cursor expired → identify, then list everything
 *  witness      does the audit trail go on from where it was seen last?
 *  finish       note the time
 *
 * Everything that matters is in the store, in one transaction each: a run may end anywhere.
 *
 * The rules that it rests on, and who keeps them. What each local state becomes with each answer is
 * the table in mp-record-entry.c.
 *
 *   1  an operation expects what was seen at every path that it sets         store, server
 *   2  and at what gives these paths their meaning                           store, server
 *   3  its result is stored in the transaction that does it                  server
 *   4  for 180 days                                                          server
 *   5  a page never changes what is pending, but into a question             store
 *   6  what was sent once stays as it is; later edits wait behind it         store
 *   7  the cursor is stored with its page                                    store
 *   8  an answer is taken in only where it is beyond the cursor              store
 *   9  revisions are numbers of the tenant, not of the record                server
 *  10  archiving needs the revision that was seen                            store, server
 *  11  what is archived stays in the feed                                    server
 *  12  a cursor that is not known any more: everything is listed             here, store
 *  13  cursors and revisions name the server's epoch                         server
 *  14  what a restored server lost is offered again                          here, store
 *  15  an answer comes after the commit                                      server
 *  16  what is sent again has the same id                                    store
 *  17  a conflict stays until somebody chooses; that is a new operation      store
 */

#define PAGE_SIZE 500
/* More than any real run needs: a server that never gets done ends it. */
#define MAX_BATCHES 10000
/* So often a batch may end in nothing but disagreement before the feed is read, which may say why:
 * a server that was restored meanwhile answers with what is older than what is known here. */
#define MAX_FRUITLESS 3
#define MAX_RESTARTS 3

struct _MpSyncRun
{
  GObject parent_instance;

  GTask *task; /* (nullable): returned */
  MpStore *store;
  MpTenantClient *client;
  MpClock *clock;
  MpSecret *token;
  MpSyncEligibleFunc eligible; /* (nullable): all are */
  gpointer eligible_data;

  MpSyncReport *report;
  GPtrArray *batch; /* (nullable) (element-type MpOperation): under way */
  char *since;      /* (nullable): the cursor of the page that is pulled, or waits to be stored */
  MpFeedPage *page; /* (nullable): pulled; waits to be stored */
  char *tag;        /* (nullable): of the newest answer, with which nothing new is asked for */
  gboolean is_pulling;
  gboolean is_applying;
  gboolean is_overtaken; /* by another program: what is being pulled is not asked for any more */
  gboolean is_last;      /* the page that is being stored */
  MpAuditHead *head;     /* (nullable): of the newest page */
  char *head_epoch;      /* (nullable) */
  gboolean expired;
  gboolean pushed;     /* the push is behind us */
  int64_t after;       /* the place in the outbox behind which is looked for what may go */
  int64_t listed;      /* the place up to which it was; 0: nothing was left there */
  gboolean has_frozen; /* something, since the outbox was looked through from its start */
  unsigned int n_batches;
  unsigned int n_fruitless; /* of them, the last ones */
  unsigned int n_restarts;
};

G_DEFINE_FINAL_TYPE (MpSyncRun, mp_sync_run, G_TYPE_OBJECT)

static void identify (MpSyncRun *self);
static void list_waiting (MpSyncRun *self);
static void read_cursor (MpSyncRun *self);
static void use_page (MpSyncRun *self);
static void page_pulled_cb (GObject *source, GAsyncResult *result, gpointer user_data);

static GCancellable *
get_cancellable (MpSyncRun *self)
{
  return g_task_get_cancellable (self->task);
}

/* @error: (transfer full) */
static void
fail (MpSyncRun *self, GError *error)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->task);

  g_task_return_error (task, error);
}

static void
audit_suspect_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MpSyncRun) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *suspect = mp_store_get_meta_finish (self->store, result, &error);
  g_autoptr (GTask) task = NULL;

  if (error != NULL)
    {
      fail (self, g_steal_pointer (&error));
      return;
    }
  if (suspect != NULL)
    self->report->audit_alarm = mp_audit_verdict_new_from_string (suspect);
  task = g_steal_pointer (&self->task);
  g_task_return_pointer (task, g_steal_pointer (&self->report), g_object_unref);
}

static void
time_noted_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MpSyncRun) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!mp_store_set_meta_finish (self->store, result, &error))
    {
      fail (self, g_steal_pointer (&error));
      return;
    }
  mp_store_get_meta_async (self->store, MP_META_AUDIT_SUSPECT, get_cancellable (self),
                           audit_suspect_read_cb, g_object_ref (self));
}

static void
finish (MpSyncRun *self)
{
  g_autoptr (GHashTable) values = mp_tenant_info_to_meta (self->report->info);

  g_hash_table_insert (
      values, (gpointer) MP_META_SYNCED_AT,
      g_strdup_printf ("%" G_GINT64_FORMAT, mp_clock_get_now_unix_us (self->clock)));
  g_hash_table_insert (values, (gpointer) MP_META_FEED_TAG, g_strdup (self->tag));
  mp_store_set_meta_async (self->store, values, get_cancellable (self), time_noted_cb,
                           g_object_ref (self));
}

static void
witnessed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MpSyncRun) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MpAuditVerdict) verdict = mp_witness_check_finish (self->store, result, &error);

  /* What it found stands in the store, from where finish () tells it. */
  if (verdict == NULL)
    fail (self, g_steal_pointer (&error));
  else
    finish (self);
}

static void
witness (MpSyncRun *self)
{
  mp_witness_check_async (self->store, self->client, self->token, self->head, self->head_epoch,
                          get_cancellable (self), witnessed_cb, g_object_ref (self));
}

static void
restart (MpSyncRun *self)
{
  g_clear_pointer (&self->tag, g_free);
  self->after = 0;
  self->has_frozen = FALSE;
  if (++self->n_restarts > MAX_RESTARTS)
    {
      fail (self, g_error_new_literal (MP_ERROR, MP_ERROR_UNAVAILABLE,
                                       "the tenant server forgets its own cursors"));
      return;
    }
  identify (self);
}

/* A page is on the disk, or another program was faster: then its cursor is the one to go on from.
 */
static void
page_applied_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MpSyncRun) self = user_data;
  g_autoptr (GError) error = NULL;
  const gboolean applied = mp_store_apply_page_finish (self->store, result, &error);

  self->is_applying = FALSE;
  if (self->task == NULL)
    return;
  if (!applied && !g_error_matches (error, MP_ERROR, MP_ERROR_CONFLICT))
    fail (self, g_steal_pointer (&error));
  else if (!applied && self->is_pulling)
    self->is_overtaken = TRUE;
  else if (!applied)
    {
      g_clear_object (&self->page);
      read_cursor (self);
    }
  else if (self->is_last && self->pushed)
    witness (self);
  else if (self->is_last)
    list_waiting (self);
  else if (self->page != NULL)
    use_page (self);
}

static void
pull (MpSyncRun *self, const char *since, const char *tag)
{
  g_free (self->since);
  self->since = g_strdup (since);
  self->is_pulling = TRUE;
  mp_tenant_client_pull_async (self->client, self->token, since, tag, PAGE_SIZE, 0,
                               get_cancellable (self), page_pulled_cb, g_object_ref (self));
}

/* While a page is being stored the next one is on its way; no third one is asked for. */
static void
apply_page (MpSyncRun *self)
{
  g_autoptr (MpFeedPage) page = g_steal_pointer (&self->page);
  g_autofree char *since = g_steal_pointer (&self->since);

  self->report->n_pulled +=
      mp_feed_page_get_records (page)->len + mp_feed_page_get_credentials (page)->len;
  self->is_last = !mp_feed_page_get_more (page);
  self->is_applying = TRUE;
  if (!self->is_last)
    pull (self, mp_feed_page_get_cursor (page), NULL);
  mp_store_apply_page_async (self->store, since, g_steal_pointer (&page), get_cancellable (self),
                             page_applied_cb, g_object_ref (self));
}

/* What the last page says beside the feed; it is kept when all is done. */
static gboolean
take_about (MpSyncRun *self, MpFeedPage *page, GError **error)
{
  const char *text = mp_feed_page_get_about (page);
  g_autoptr (JsonObject) object = text != NULL ? mp_json_parse_object (text, -1, error) : NULL;
  g_autoptr (MpTenantInfo) info =
                 object != NULL ? mp_tenant_info_new_from_json (object, error) : NULL;

  if (text != NULL && info == NULL)
    return FALSE;
  if (info != NULL)
    g_set_object (&self->report->info, info);
  g_free (self->tag);
  self->tag = g_strdup (mp_feed_page_get_tag (page));
  g_set_object (&self->head, mp_feed_page_get_audit_head (page));
  g_free (self->head_epoch);
  self->head_epoch = g_strdup (mp_feed_page_get_epoch (page));
  return TRUE;
}

/* The page that was pulled, once the one before it is stored. */
static void
use_page (MpSyncRun *self)
{
  GError *error = NULL;

  if (mp_feed_page_get_expired (self->page))
    {
      g_clear_object (&self->page);
      self->expired = TRUE;
      restart (self);
    }
  else if (mp_feed_page_get_unchanged (self->page))
    {
      g_clear_object (&self->page);
      finish (self);
    }
  else if (take_about (self, self->page, &error))
    apply_page (self);
  else
    fail (self, error);
}

static void
page_pulled_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MpSyncRun) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MpFeedPage) page = mp_tenant_client_pull_finish (self->client, result, &error);

  self->is_pulling = FALSE;
  if (self->task == NULL)
    return;
  if (self->is_overtaken)
    {
      self->is_overtaken = FALSE;
      read_cursor (self);
    }
  else if (page == NULL)
    fail (self, g_steal_pointer (&error));
  else
    {
      g_set_object (&self->page, page);
      if (!self->is_applying)
        use_page (self);
    }
}

static void
cursor_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MpSyncRun) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *since = mp_store_get_meta_finish (self->store, result, &error);

  if (error != NULL)
    fail (self, g_steal_pointer (&error));
  else
    pull (self, since, self->pushed ? self->tag : NULL);
}

static void
read_cursor (MpSyncRun *self)
{
  mp_store_get_meta_async (self->store, MP_META_CURSOR, get_cancellable (self), cursor_read_cb,
                           g_object_ref (self));
}

/*
 * Was this done by a server that was restored since we asked who it is? A record that an operation
 * did not change keeps the epoch of its last change, which is its base's.
 */
static gboolean
is_of_other_epoch (MpSyncRun *self, MpOperation *operation, MpPushResult *result)
{
  MpRecord *record = mp_push_result_get_record (result);
  g_autofree char *epoch = NULL;
  g_autofree char *base_epoch = NULL;
  int64_t sequence;

  if (record == NULL || mp_push_result_get_status (result) != MP_PUSH_APPLIED ||
      mp_push_result_get_duplicate (result) ||
      !mp_revision_parse (mp_record_get_revision (record), &epoch, &sequence))
    return FALSE;

  return !g_str_equal (epoch, mp_tenant_info_get_epoch (self->report->info)) &&
         !(mp_revision_parse (mp_operation_get_base (operation), &base_epoch, &sequence) &&
           g_str_equal (epoch, base_epoch));
}

static gboolean
has_other_epoch (MpSyncRun *self, GPtrArray *results)
{
  for (unsigned int i = 0; i < results->len; i++)
    {
      if (is_of_other_epoch (self, self->batch->pdata[i], results->pdata[i]))
        return TRUE;
    }
  return FALSE;
}

static void
end_pushing (MpSyncRun *self)
{
  self->pushed = TRUE;
  read_cursor (self);
}

static void
note_results (MpSyncRun *self, GPtrArray *results)
{
  MpSyncReport *report = self->report;
  gboolean disagrees = FALSE;
  gboolean applied = FALSE;

  report->n_pushed += results->len;
  for (unsigned int i = 0; i < results->len; i++)
    {
      MpOperation *operation = g_ptr_array_index (self->batch, i);
      MpPushResult *result = g_ptr_array_index (results, i);
      const MpAction action = mp_operation_get_action (operation);
      const MpPushStatus status = mp_push_result_get_status (result);

      disagrees = disagrees || status == MP_PUSH_CONFLICT;
      applied = applied || status == MP_PUSH_APPLIED;
      if (!mp_action_is_credential (action) || status == MP_PUSH_APPLIED)
        continue;
      if (mp_push_result_has_error (result, MP_PUSH_KEY_RETIRED))
        report->needs_sealing = TRUE;
      else if (action != MP_ACTION_USE && !(action == MP_ACTION_ADD && status == MP_PUSH_CONFLICT))
        {
          g_ptr_array_add (report->refused, g_object_ref (operation));
          g_ptr_array_add (report->refusals, g_object_ref (result));
        }
    }
  self->n_fruitless = disagrees && !applied ? self->n_fruitless + 1 : 0;
}

static void
results_applied_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MpSyncRun) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!mp_store_apply_results_finish (self->store, result, &error))
    fail (self, g_steal_pointer (&error));
  else if (self->n_fruitless > MAX_FRUITLESS)
    end_pushing (self);
  else
    list_waiting (self);
}

static void
results_applied_of_other_epoch_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MpSyncRun) self = user_data;
  g_autoptr (GError) error = NULL;

  if (mp_store_apply_results_finish (self->store, result, &error))
    restart (self);
  else
    fail (self, g_steal_pointer (&error));
}

static void
batch_pushed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MpSyncRun) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) results = mp_tenant_client_push_finish (self->client, result, &error);
  gboolean other_epoch;

  if (results == NULL)
    {
      fail (self, g_steal_pointer (&error));
      return;
    }

  note_results (self, results);
  other_epoch = has_other_epoch (self, results);
  g_clear_pointer (&self->batch, g_ptr_array_unref);
  /* The server did it: the answer is stored although the caller may have cancelled meanwhile. */
  mp_store_apply_results_async (
      self->store, g_steal_pointer (&results), NULL,
      other_epoch ? results_applied_of_other_epoch_cb : results_applied_cb, g_object_ref (self));
}

/* Nothing of what was listed may go: on to the next ones; at the end once more from the start,
 * since answers may have let something go. */
static void
list_further (MpSyncRun *self)
{
  const gboolean is_done = self->listed == 0 && !self->has_frozen;

  self->after = self->listed;
  if (self->listed == 0)
    self->has_frozen = FALSE;
  if (!is_done)
    {
      list_waiting (self);
      return;
    }
  end_pushing (self);
}

static void
batch_frozen_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MpSyncRun) self = user_data;
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&self->batch, g_ptr_array_unref);
  self->batch = mp_store_freeze_finish (self->store, result, &error);
  if (self->batch == NULL)
    fail (self, g_steal_pointer (&error));
  else if (self->batch->len == 0)
    list_further (self);
  else if (++self->n_batches > MAX_BATCHES)
    {
      end_pushing (self);
    }
  else
    {
      self->has_frozen = TRUE;
      mp_tenant_client_push_async (self->client, self->token, self->batch, get_cancellable (self),
                                   batch_pushed_cb, g_object_ref (self));
    }
}

static void
waiting_listed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MpSyncRun) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) waiting =
                 mp_store_list_waiting_finish (self->store, result, &self->listed, &error);
  g_autoptr (GPtrArray) fit = g_ptr_array_new ();

  if (waiting == NULL)
    {
      fail (self, g_steal_pointer (&error));
      return;
    }

  for (unsigned int i = 0; i < waiting->len; i++)
    {
      if (self->eligible == NULL || self->eligible (waiting->pdata[i], self->eligible_data))
        g_ptr_array_add (fit, waiting->pdata[i]);
    }
  mp_store_freeze_async (self->store, fit, get_cancellable (self), batch_frozen_cb,
                         g_object_ref (self));
}

static void
list_waiting (MpSyncRun *self)
{
  mp_store_list_waiting_async (self->store, self->after, get_cancellable (self), waiting_listed_cb,
                               g_object_ref (self));
}

static void
listing_begun_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MpSyncRun) self = user_data;
  g_autoptr (GError) error = NULL;

  if (mp_store_begin_listing_finish (self->store, result, &error))
    read_cursor (self);
  else
    fail (self, g_steal_pointer (&error));
}

static void
begin_listing (MpSyncRun *self, gboolean restored)
{
  self->expired = FALSE;
  mp_store_begin_listing_async (self->store, restored, get_cancellable (self), listing_begun_cb,
                                g_object_ref (self));
}

static void
listing_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MpSyncRun) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *listing = mp_store_get_meta_finish (self->store, result, &error);

  if (error != NULL)
    fail (self, g_steal_pointer (&error));
  else if (listing != NULL)
    read_cursor (self);
  else
    list_waiting (self);
}

static void
epoch_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MpSyncRun) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *epoch = mp_store_get_meta_finish (self->store, result, &error);

  if (error != NULL)
    fail (self, g_steal_pointer (&error));
  else if (epoch != NULL && !g_str_equal (epoch, mp_tenant_info_get_epoch (self->report->info)))
    begin_listing (self, TRUE);
  else if (self->expired)
    begin_listing (self, FALSE);
  else
    mp_store_get_meta_async (self->store, MP_META_LISTING, get_cancellable (self), listing_read_cb,
                             g_object_ref (self));
}

static void
info_stored_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MpSyncRun) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!mp_store_set_meta_finish (self->store, result, &error))
    {
      fail (self, g_steal_pointer (&error));
      return;
    }
  mp_store_get_meta_async (self->store, MP_META_EPOCH, get_cancellable (self), epoch_read_cb,
                           g_object_ref (self));
}

static void
identified_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MpSyncRun) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MpTenantInfo) info = mp_tenant_client_identify_finish (self->client, result, &error);
  g_autoptr (GHashTable) meta = NULL;

  if (info == NULL)
    {
      fail (self, g_steal_pointer (&error));
      return;
    }

  g_set_object (&self->report->info, info);
  meta = mp_tenant_info_to_meta (info);
  mp_store_set_meta_async (self->store, meta, get_cancellable (self), info_stored_cb,
                           g_object_ref (self));
}

static void
identify (MpSyncRun *self)
{
  mp_tenant_client_identify_async (self->client, self->token, FALSE, get_cancellable (self),
                                   identified_cb, g_object_ref (self));
}

/* A store that has read all once knows who we are, and notices on its own when that changes. */
static void
state_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MpSyncRun) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) meta = mp_store_list_meta_finish (self->store, result, &error);
  const char *tag = meta != NULL ? g_hash_table_lookup (meta, MP_META_FEED_TAG) : NULL;

  if (meta == NULL)
    {
      fail (self, g_steal_pointer (&error));
      return;
    }
  if (tag != NULL && g_hash_table_contains (meta, MP_META_CURSOR) &&
      !g_hash_table_contains (meta, MP_META_LISTING))
    self->report->info = mp_tenant_info_new_from_meta (meta);
  if (self->report->info == NULL)
    {
      identify (self);
      return;
    }
  self->tag = g_strdup (tag);
  list_waiting (self);
}

static void
mp_sync_run_dispose (GObject *object)
{
  MpSyncRun *self = MP_SYNC_RUN (object);

  /* Every step hands the task on or returns through it. */
  g_assert (self->task == NULL);
  g_clear_object (&self->store);
  g_clear_object (&self->client);
  g_clear_object (&self->clock);
  g_clear_object (&self->report);
  g_clear_object (&self->head);
  g_clear_object (&self->page);

  G_OBJECT_CLASS (mp_sync_run_parent_class)->dispose (object);
}

static void
mp_sync_run_finalize (GObject *object)
{
  MpSyncRun *self = MP_SYNC_RUN (object);

  g_clear_pointer (&self->token, mp_secret_unref);
  g_clear_pointer (&self->batch, g_ptr_array_unref);
  g_free (self->since);
  g_free (self->tag);
  g_free (self->head_epoch);

  G_OBJECT_CLASS (mp_sync_run_parent_class)->finalize (object);
}

static void
mp_sync_run_class_init (MpSyncRunClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = mp_sync_run_dispose;
  object_class->finalize = mp_sync_run_finalize;
}

static void
mp_sync_run_init (MpSyncRun *self)
{
}

/*
 * mp_sync_run_start:
 * @task: (transfer full): returns the report
 */
void
mp_sync_run_start (GTask *task,
                   MpStore *store,
                   MpTenantClient *client,
                   MpClock *clock,
                   MpSecret *token,
                   MpSyncEligibleFunc eligible,
                   gpointer eligible_data)
{
  g_autoptr (MpSyncRun) self = g_object_new (MP_TYPE_SYNC_RUN, NULL);

  self->task = task;
  self->store = g_object_ref (store);
  self->client = g_object_ref (client);
  self->clock = g_object_ref (clock);
  self->token = mp_secret_ref (token);
  self->eligible = eligible;
  self->eligible_data = eligible_data;
  self->report = g_object_new (MP_TYPE_SYNC_REPORT, NULL);
  mp_store_list_meta_async (self->store, get_cancellable (self), state_read_cb,
                            g_object_ref (self));
}
