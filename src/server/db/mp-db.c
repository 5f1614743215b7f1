/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-db.h"

#include "mp-db-private.h"

#define EPOCH_LENGTH 36 /* a UUID */

/* How often those who wait look for what other processes committed. */
#define LOOK_AGAIN_US (G_USEC_PER_SEC / 2)

/* A tenant's newest committed sequence, and those who wait for the next. Lives as long as the
 * database; there are as many as tenants that anybody waited for or changed. */
typedef struct
{
  int64_t sequence;
  GCond news;
} Topic;

typedef struct
{
  GMutex threads_lock;
  GHashTable *threads; /* (element-type GThread MpDbTransaction): who has which open */
  GHashTable *groups;  /* (element-type GThread MpDbGroup): the same, of groups */

  GMutex topics_lock;
  GHashTable *topics; /* (element-type utf8 Topic) */
  gboolean waiting_ended;
} MpDbPrivate;

struct _MpDbTransaction
{
  MpDb *db;
  gpointer state;       /* (nullable): the driver's */
  GHashTable *advanced; /* (element-type utf8 gint64): its new sequences */
  gboolean is_open;
};

struct _MpDbGroup
{
  MpDb *db;
  gpointer state;       /* the driver's */
  GHashTable *advanced; /* (element-type utf8 gint64): the new sequences of its transactions */
};

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (MpDb, mp_db, G_TYPE_OBJECT)

static void
topic_free (void *data)
{
  Topic *topic = data;

  g_cond_clear (&topic->news);
  g_free (topic);
}

/* With topics_lock held. */
static Topic *
ensure_topic (MpDbPrivate *priv, const char *tenant)
{
  Topic *topic = g_hash_table_lookup (priv->topics, tenant);

  if (topic == NULL)
    {
      topic = g_new0 (Topic, 1);
      g_cond_init (&topic->news);
      g_hash_table_insert (priv->topics, g_strdup (tenant), topic);
    }
  return topic;
}

static void
announce (MpDbPrivate *priv, GHashTable *advanced)
{
  GHashTableIter iter;
  void *tenant;
  void *sequence;

  g_mutex_lock (&priv->topics_lock);
  g_hash_table_iter_init (&iter, advanced);
  while (g_hash_table_iter_next (&iter, &tenant, &sequence))
    {
      Topic *topic = ensure_topic (priv, tenant);

      topic->sequence = MAX (topic->sequence, *(int64_t *) sequence);
      g_cond_broadcast (&topic->news);
    }
  g_mutex_unlock (&priv->topics_lock);
}

static MpDbTransaction *
find_transaction (MpDb *self)
{
  MpDbPrivate *priv = mp_db_get_instance_private (self);
  MpDbTransaction *transaction;

  g_mutex_lock (&priv->threads_lock);
  transaction = g_hash_table_lookup (priv->threads, g_thread_self ());
  g_mutex_unlock (&priv->threads_lock);
  return transaction;
}

/* @transaction: (nullable): what the calling thread has open from now on */
static void
note_transaction (MpDb *self, MpDbTransaction *transaction)
{
  MpDbPrivate *priv = mp_db_get_instance_private (self);

  g_mutex_lock (&priv->threads_lock);
  if (transaction != NULL)
    g_hash_table_insert (priv->threads, g_thread_self (), transaction);
  else
    g_hash_table_remove (priv->threads, g_thread_self ());
  g_mutex_unlock (&priv->threads_lock);
}

static MpDbGroup *
find_group (MpDb *self)
{
  MpDbPrivate *priv = mp_db_get_instance_private (self);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&priv->threads_lock);

  return g_hash_table_lookup (priv->groups, g_thread_self ());
}

/* What is told of a group's transaction waits for the group's end. */
static void
note_advanced (MpDbGroup *group, GHashTable *advanced)
{
  GHashTableIter iter;
  void *tenant;
  void *sequence;

  g_hash_table_iter_init (&iter, advanced);
  while (g_hash_table_iter_next (&iter, &tenant, &sequence))
    {
      g_hash_table_iter_steal (&iter);
      g_hash_table_replace (group->advanced, tenant, sequence);
    }
}

static void
assert_transaction (MpDb *self)
{
  g_assert (mp_db_in_transaction (self));
}

/**
 * mp_db_get_transaction_state:
 * @self: a database
 *
 * For drivers.
 *
 * Returns: (transfer none) (nullable): what the driver's begin handed out to the calling thread;
 *   %NULL outside a transaction
 */
gpointer
mp_db_get_transaction_state (MpDb *self)
{
  MpDbTransaction *transaction = find_transaction (self);

  return transaction == NULL ? NULL : transaction->state;
}

/**
 * mp_db_get_group_state:
 * @self: a database
 *
 * For drivers.
 *
 * Returns: (transfer none) (nullable): what the driver's begin_group handed out to the calling
 *   thread; %NULL outside a group
 */
gpointer
mp_db_get_group_state (MpDb *self)
{
  MpDbGroup *group = find_group (self);

  return group == NULL ? NULL : group->state;
}

static void
mp_db_finalize (GObject *object)
{
  MpDbPrivate *priv = mp_db_get_instance_private (MP_DB (object));

  g_assert (g_hash_table_size (priv->threads) == 0 && g_hash_table_size (priv->groups) == 0);
  g_clear_pointer (&priv->groups, g_hash_table_unref);
  g_clear_pointer (&priv->threads, g_hash_table_unref);
  g_clear_pointer (&priv->topics, g_hash_table_unref);
  g_mutex_clear (&priv->threads_lock);
  g_mutex_clear (&priv->topics_lock);
  G_OBJECT_CLASS (mp_db_parent_class)->finalize (object);
}

static void
mp_db_class_init (MpDbClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mp_db_finalize;
}

static void
mp_db_init (MpDb *self)
{
  MpDbPrivate *priv = mp_db_get_instance_private (self);

  g_mutex_init (&priv->threads_lock);
  g_mutex_init (&priv->topics_lock);
  priv->threads = g_hash_table_new (NULL, NULL);
  priv->groups = g_hash_table_new (NULL, NULL);
  priv->topics = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, topic_free);
}

/**
 * mp_db_begin:
 * @self: a database
 * @error: return location
 *
 * Waits for the driver's turn, then starts a transaction for the calling thread, which alone may
 * use and end it. A thread that holds one already aborts: it would wait for itself.
 *
 * Returns: (transfer full): the transaction; freeing it rolls back what was not committed
 */
MpDbTransaction *
mp_db_begin (MpDb *self, GError **error)
{
  MpDbTransaction *transaction;
  gpointer state = NULL;

  g_return_val_if_fail (MP_IS_DB (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  g_assert (!mp_db_in_transaction (self));
  if (!MP_DB_GET_CLASS (self)->begin (self, &state, error))
    return NULL;
  transaction = g_new0 (MpDbTransaction, 1);
  transaction->db = g_object_ref (self);
  transaction->state = state;
  transaction->advanced = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  transaction->is_open = TRUE;
  note_transaction (self, transaction);
  return transaction;
}

/**
 * mp_db_commit:
 * @transaction: the calling thread's transaction
 * @error: return location
 *
 * Makes the transaction durable, together with those that other threads commit at the same time,
 * and wakes those who wait for its changes. What it read was durable before or is now. Whatever the
 * outcome, it is only left to free the transaction. A failed commit may have reached the disk all
 * the same; an operation sent again finds its stored result then. Within the calling thread's
 * group all that is left to the group's commit.
 *
 * Returns: whether everything is on the disk
 */
gboolean
mp_db_commit (MpDbTransaction *transaction, GError **error)
{
  MpDb *self = transaction->db;
  MpDbGroup *group;

  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  g_assert (transaction->is_open && find_transaction (self) == transaction);
  transaction->is_open = FALSE;
  note_transaction (self, NULL);
  if (!MP_DB_GET_CLASS (self)->commit (self, transaction->state, error))
    return FALSE;
  group = find_group (self);
  if (group != NULL)
    note_advanced (group, transaction->advanced);
  else
    announce (mp_db_get_instance_private (self), transaction->advanced);
  return TRUE;
}

/**
 * mp_db_transaction_free:
 * @transaction: (transfer full) (nullable): the calling thread's transaction
 *
 * Ends the transaction: rolls it back unless it was committed.
 */
void
mp_db_transaction_free (MpDbTransaction *transaction)
{
  if (transaction == NULL)
    return;

  if (transaction->is_open)
    {
      g_assert (find_transaction (transaction->db) == transaction);
      note_transaction (transaction->db, NULL);
      MP_DB_GET_CLASS (transaction->db)->rollback (transaction->db, transaction->state);
    }
  g_hash_table_unref (transaction->advanced);
  g_object_unref (transaction->db);
  g_free (transaction);
}

/**
 * mp_db_in_transaction:
 * @self: a database
 *
 * Returns: whether the calling thread has a transaction open
 */
gboolean
mp_db_in_transaction (MpDb *self)
{
  g_return_val_if_fail (MP_IS_DB (self), FALSE);

  return find_transaction (self) != NULL;
}

/**
 * mp_db_group_new:
 * @self: a database
 *
 * Begins a group: the calling thread's transactions until mp_db_group_commit () become durable
 * together, and what it reads meanwhile, inside them and between them, is as they left it. Not
 * inside a transaction, nor a group.
 *
 * Returns: (transfer full): the group
 */
MpDbGroup *
mp_db_group_new (MpDb *self)
{
  MpDbPrivate *priv = mp_db_get_instance_private (self);
  MpDbGroup *group;

  g_return_val_if_fail (MP_IS_DB (self), NULL);

  g_assert (!mp_db_in_transaction (self) && find_group (self) == NULL);
  group = g_new0 (MpDbGroup, 1);
  group->db = g_object_ref (self);
  group->advanced = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  group->state = MP_DB_GET_CLASS (self)->begin_group (self);
  g_mutex_lock (&priv->threads_lock);
  g_hash_table_insert (priv->groups, g_thread_self (), group);
  g_mutex_unlock (&priv->threads_lock);
  return group;
}

/**
 * mp_db_group_expect:
 * @group: the calling thread's group, in which no transaction began yet
 * @tenant: a tenant
 * @record: a record of it that will be read
 * @credentials: ids of credentials of it that will be read
 *
 * Lets the driver read ahead, where it waits for each answer. To be called for tenants in the order
 * of their ids.
 */
void
mp_db_group_expect (MpDbGroup *group,
                    const char *tenant,
                    const char *record,
                    const char *const *credentials)
{
  MpDbClass *db_class = MP_DB_GET_CLASS (group->db);

  g_return_if_fail (tenant != NULL && record != NULL && credentials != NULL);

  if (db_class->expect != NULL)
    db_class->expect (group->db, group->state, tenant, record, credentials);
}

/**
 * mp_db_group_commit:
 * @group: (transfer full): the calling thread's group
 * @is_undone: (out): on failure, whether nothing of the group is in the database for sure, so that
 *   its transactions can be tried again
 * @error: return location
 *
 * Returns: whether everything that its transactions committed is on the disk
 */
gboolean
mp_db_group_commit (MpDbGroup *group, gboolean *is_undone, GError **error)
{
  MpDb *self = group->db;
  MpDbPrivate *priv = mp_db_get_instance_private (self);
  gboolean is_committed;

  g_return_val_if_fail (is_undone != NULL && (error == NULL || *error == NULL), FALSE);

  g_assert (find_group (self) == group && !mp_db_in_transaction (self));
  g_mutex_lock (&priv->threads_lock);
  g_hash_table_remove (priv->groups, g_thread_self ());
  g_mutex_unlock (&priv->threads_lock);
  *is_undone = FALSE;
  is_committed = MP_DB_GET_CLASS (self)->commit_group (self, group->state, is_undone, error);
  if (is_committed)
    announce (priv, group->advanced);
  g_hash_table_unref (group->advanced);
  g_free (group);
  g_object_unref (self);
  return is_committed;
}

/**
 * mp_db_is_embedded:
 * @self: a database
 *
 * Returns: whether a read outside a transaction is answered by this process, without waiting for
 *   anybody; else it is a server's answer
 */
gboolean
mp_db_is_embedded (MpDb *self)
{
  g_return_val_if_fail (MP_IS_DB (self), FALSE);

  return MP_DB_GET_CLASS (self)->is_embedded;
}

/**
 * mp_db_dup_epoch:
 * @self: a database
 * @error: return location
 *
 * Returns: (transfer full): the database's epoch, a UUID
 */
char *
mp_db_dup_epoch (MpDb *self, GError **error)
{
  g_autofree char *epoch = NULL;

  if (!mp_db_get_meta (self, MP_DB_META_EPOCH, &epoch, error))
    return NULL;
  g_assert (epoch != NULL);
  return g_steal_pointer (&epoch);
}

/**
 * mp_db_set_epoch:
 * @self: a database
 * @epoch: a new UUID
 * @error: return location
 *
 * After a restore from a backup: makes every cursor and revision handed out before invalid, since
 * what they count may be lost. Within the calling thread's transaction.
 *
 * Returns: whether it is written
 */
gboolean
mp_db_set_epoch (MpDb *self, const char *epoch, GError **error)
{
  g_return_val_if_fail (epoch != NULL && strlen (epoch) == EPOCH_LENGTH, FALSE);

  return mp_db_set_meta (self, MP_DB_META_EPOCH, epoch, error);
}

/**
 * mp_db_format_revision:
 * @epoch: the database's epoch
 * @sequence: the tenant's sequence
 *
 * Returns: (transfer full): the revision or cursor "EPOCH.SEQUENCE"
 */
char *
mp_db_format_revision (const char *epoch, int64_t sequence)
{
  return g_strdup_printf ("%s.%" G_GINT64_FORMAT, epoch, sequence);
}

/**
 * mp_db_parse_revision:
 * @text: (nullable): text from outside
 * @epoch: (out): the epoch
 * @sequence: (out): the sequence
 *
 * Returns: whether @text has the form of a revision; %FALSE leaves the results unset
 */
gboolean
mp_db_parse_revision (const char *text, char **epoch, int64_t *sequence)
{
  gint64 number;

  if (text == NULL || strlen (text) <= EPOCH_LENGTH + 1 || text[EPOCH_LENGTH] != '.' ||
      strchr (text, '.') != text + EPOCH_LENGTH ||
      !g_ascii_string_to_signed (text + EPOCH_LENGTH + 1, 10, 0, INT64_MAX, &number, NULL))
    return FALSE;

  *epoch = g_strndup (text, EPOCH_LENGTH);
  *sequence = number;
  return TRUE;
}

/**
 * mp_db_next_sequence:
 * @self: a database
 * @tenant: a tenant's id
 * @sequence: (out): the number taken
 * @error: return location
 *
 * Takes the tenant's next number for one change, within the calling thread's transaction; a
 * rollback gives it back. Fails with %MP_ERROR_NOT_FOUND when there is no such tenant.
 *
 * Returns: whether a number was taken
 */
gboolean
mp_db_next_sequence (MpDb *self, const char *tenant, int64_t *sequence, GError **error)
{
  g_return_val_if_fail (MP_IS_DB (self) && tenant != NULL && sequence != NULL, FALSE);

  assert_transaction (self);
  if (!MP_DB_GET_CLASS (self)->next_sequence (self, tenant, sequence, error))
    return FALSE;
  g_hash_table_replace (find_transaction (self)->advanced, g_strdup (tenant),
                        g_memdup2 (sequence, sizeof *sequence));
  return TRUE;
}

/**
 * mp_db_get_sequence:
 * @self: a database
 * @tenant: a tenant's id
 * @sequence: (out): its newest number; 0 before the first change
 * @error: return location
 *
 * Fails with %MP_ERROR_NOT_FOUND when there is no such tenant.
 *
 * Returns: whether it could be read
 */
gboolean
mp_db_get_sequence (MpDb *self, const char *tenant, int64_t *sequence, GError **error)
{
  g_return_val_if_fail (MP_IS_DB (self) && tenant != NULL && sequence != NULL, FALSE);

  return MP_DB_GET_CLASS (self)->get_sequence (self, tenant, sequence, error);
}

/* Until the topic is beyond @after. %FALSE at the deadline, or at the end of all waiting. */
static gboolean
wait_for_topic (MpDbPrivate *priv, Topic *topic, int64_t after, int64_t deadline_monotonic_us)
{
  while (topic->sequence <= after && !priv->waiting_ended)
    {
      if (!g_cond_wait_until (&topic->news, &priv->topics_lock, deadline_monotonic_us))
        break;
    }
  return topic->sequence > after;
}

/* Waits up to @deadline_monotonic_us for what this process commits beyond @committed. */
static gboolean
wait_once (
    MpDb *self, const char *tenant, int64_t committed, int64_t after, int64_t deadline_monotonic_us)
{
  MpDbPrivate *priv = mp_db_get_instance_private (self);
  gboolean news;
  Topic *topic;

  /* A commit between that reading and this lock is announced to the topic. */
  g_mutex_lock (&priv->topics_lock);
  topic = ensure_topic (priv, tenant);
  topic->sequence = MAX (topic->sequence, committed);
  news = wait_for_topic (priv, topic, after, deadline_monotonic_us);
  g_mutex_unlock (&priv->topics_lock);
  return news;
}

static gboolean
has_waiting_ended (MpDb *self)
{
  MpDbPrivate *priv = mp_db_get_instance_private (self);
  gboolean ended;

  g_mutex_lock (&priv->topics_lock);
  ended = priv->waiting_ended;
  g_mutex_unlock (&priv->topics_lock);
  return ended;
}

/**
 * mp_db_wait_for_change:
 * @self: a database
 * @tenant: a tenant's id
 * @after: a sequence
 * @deadline_monotonic_us: when to give up, as g_get_monotonic_time () counts
 *
 * Blocks until a change of the tenant beyond @after is committed: at once when this process
 * commits it, within a second when another process of the same database does. Not inside a
 * transaction, which no other could then pass.
 *
 * Returns: whether there is one; %FALSE at the deadline, after mp_db_end_waiting (), or when the
 *   database cannot be read
 */
gboolean
mp_db_wait_for_change (MpDb *self, const char *tenant, int64_t after, int64_t deadline_monotonic_us)
{
  g_return_val_if_fail (MP_IS_DB (self) && tenant != NULL, FALSE);

  g_assert (!mp_db_in_transaction (self));
  do
    {
      int64_t look_again_us = g_get_monotonic_time () + LOOK_AGAIN_US;
      int64_t committed;

      if (!mp_db_get_sequence (self, tenant, &committed, NULL))
        return FALSE;
      if (wait_once (self, tenant, committed, after, MIN (deadline_monotonic_us, look_again_us)))
        return TRUE;
    }
  while (g_get_monotonic_time () < deadline_monotonic_us && !has_waiting_ended (self));
  return FALSE;
}

/**
 * mp_db_end_waiting:
 * @self: a database
 *
 * Ends every mp_db_wait_for_change (), those running and those to come: the server shuts down.
 */
void
mp_db_end_waiting (MpDb *self)
{
  MpDbPrivate *priv = mp_db_get_instance_private (self);
  GHashTableIter iter;
  void *topic;

  g_return_if_fail (MP_IS_DB (self));

  g_mutex_lock (&priv->topics_lock);
  priv->waiting_ended = TRUE;
  g_hash_table_iter_init (&iter, priv->topics);
  while (g_hash_table_iter_next (&iter, NULL, &topic))
    g_cond_broadcast (&((Topic *) topic)->news);
  g_mutex_unlock (&priv->topics_lock);
}
