/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-session-private.h"

#include "mp-error.h"

#include <glib/gi18n-lib.h>

typedef enum
{
  PROP_SYNC_STATE = 1,
  PROP_SYNC_MESSAGE,
  PROP_PENDING_COUNT,
  PROP_CONFLICT_COUNT,
  PROP_LAST_SYNCED_UNIX_US,
  PROP_ROLE,
  PROP_CAN_UNDO,
  PROP_CAN_REDO,
  PROP_DAMAGE,
} MpSessionProperty;

static GParamSpec *properties[PROP_DAMAGE + 1];

G_DEFINE_FINAL_TYPE (MpSession, mp_session, G_TYPE_OBJECT)

/* Each of these takes no delta, of a session that was not loaded yet, for an empty one. */
static const char *
get_meta (MpStoreDelta *delta, const char *name)
{
  return delta != NULL ? mp_store_delta_get_meta (delta, name) : NULL;
}

static unsigned int
get_pending_count (MpStoreDelta *delta)
{
  return delta != NULL ? mp_store_delta_get_pending_count (delta) : 0;
}

static unsigned int
get_conflict_count (MpStoreDelta *delta)
{
  return delta != NULL ? mp_store_delta_get_conflict_count (delta) : 0;
}

static gboolean
get_can_undo (MpStoreDelta *delta)
{
  return delta != NULL && mp_store_delta_get_can_undo (delta);
}

static gboolean
get_can_redo (MpStoreDelta *delta)
{
  return delta != NULL && mp_store_delta_get_can_redo (delta);
}

static gboolean
is_damage_other (MpStoreDelta *a, MpStoreDelta *b)
{
  return g_strcmp0 (get_meta (a, MP_META_SET_ASIDE), get_meta (b, MP_META_SET_ASIDE)) != 0 ||
         g_strcmp0 (get_meta (a, MP_META_LOST_CHANGES), get_meta (b, MP_META_LOST_CHANGES)) != 0;
}

static int64_t
get_last_synced (MpStoreDelta *delta)
{
  const char *text = get_meta (delta, MP_META_SYNCED_AT);
  gint64 value = 0;

  if (text == NULL || !g_ascii_string_to_signed (text, 10, 0, G_MAXINT64, &value, NULL))
    return 0;

  return value;
}

static char *
dup_local_time (int64_t unix_us)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (unix_us / G_USEC_PER_SEC);

  return g_date_time_format (time, "%H:%M");
}

static char *
dup_offline_message (MpSession *self)
{
  g_autofree char *time = dup_local_time (self->offline_since_unix_us);
  unsigned int pending = get_pending_count (self->latest);

  if (pending == 0)
    /* Translators: %s is a time of day, such as 14:02 */
    return g_strdup_printf (_ ("Offline since %s"), time);

  /* Translators: %s is a time of day, such as 14:02; %u is how many changes wait */
  return g_strdup_printf (ngettext ("Offline since %s, %u change waiting",
                                    "Offline since %s, %u changes waiting", pending),
                          time, pending);
}

static char *
dup_synced_message (MpSession *self)
{
  unsigned int refused = mp_session_count_refused_fields (self);
  unsigned int conflicts = get_conflict_count (self->latest);
  unsigned int pending = get_pending_count (self->latest);

  if (self->notice != NULL)
    return g_strdup (self->notice);

  if (refused > 0)
    return g_strdup_printf (
        ngettext ("The server refused %u field", "The server refused %u fields", refused), refused);

  if (conflicts > 0)
    return g_strdup_printf (
        ngettext ("%u conflict to resolve", "%u conflicts to resolve", conflicts), conflicts);

  if (pending > 0)
    return g_strdup_printf (ngettext ("%u change waiting", "%u changes waiting", pending), pending);

  return g_strdup (_ ("Synced"));
}

static char *
dup_message (MpSession *self)
{
  switch (self->sync_state)
    {
    case MP_SYNC_STATE_NEVER:
      return g_strdup (_ ("Not synced yet"));
    case MP_SYNC_STATE_SYNCING:
      return self->offline_since_unix_us != 0 ? dup_offline_message (self)
                                              : g_strdup (_ ("Syncing…"));
    case MP_SYNC_STATE_SYNCED:
      return dup_synced_message (self);
    case MP_SYNC_STATE_OFFLINE:
      return dup_offline_message (self);
    case MP_SYNC_STATE_SIGNED_OUT:
    case MP_SYNC_STATE_FAILED:
    default:
      return g_strdup (self->failure != NULL ? self->failure : _ ("Sign in again to sync"));
    }
}

static void
update_message (MpSession *self)
{
  g_autofree char *message = dup_message (self);

  if (g_strcmp0 (self->sync_message, message) == 0)
    return;

  g_free (self->sync_message);
  self->sync_message = g_steal_pointer (&message);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SYNC_MESSAGE]);
}

static void
update_role (MpSession *self)
{
  const char *text = get_meta (self->latest, MP_META_ROLE);
  MpRole role;

  /* A role of a newer server may at least read here. */
  if (text == NULL || !mp_role_from_string (text, &role))
    role = MP_ROLE_CLIENT_USER;
  if (self->role == role)
    return;

  self->role = role;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ROLE]);
}

static void
store_changed_cb (MpStore *store, MpStoreDelta *delta, gpointer user_data)
{
  mp_session_apply_delta (MP_SESSION (user_data), delta);
}

static void
mp_session_get_property (GObject *object, unsigned int prop_id, GValue *value, GParamSpec *pspec)
{
  MpSession *self = MP_SESSION (object);

  switch ((MpSessionProperty) prop_id)
    {
    case PROP_SYNC_STATE:
      g_value_set_int (value, (int) self->sync_state);
      break;
    case PROP_SYNC_MESSAGE:
      g_value_set_string (value, self->sync_message);
      break;
    case PROP_PENDING_COUNT:
      g_value_set_uint (value, mp_session_get_pending_count (self));
      break;
    case PROP_CONFLICT_COUNT:
      g_value_set_uint (value, mp_session_get_conflict_count (self));
      break;
    case PROP_LAST_SYNCED_UNIX_US:
      g_value_set_int64 (value, mp_session_get_last_synced_unix_us (self));
      break;
    case PROP_ROLE:
      g_value_set_int (value, (int) self->role);
      break;
    case PROP_CAN_UNDO:
      g_value_set_boolean (value, mp_session_get_can_undo (self));
      break;
    case PROP_CAN_REDO:
      g_value_set_boolean (value, mp_session_get_can_redo (self));
      break;
    case PROP_DAMAGE:
      g_value_take_string (value, mp_session_dup_damage (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
mp_session_dispose (GObject *object)
{
  MpSession *self = MP_SESSION (object);

  mp_session_background_stop (self);
  g_cancellable_cancel (self->cancellable);
  mp_session_forget_store (self);
  g_clear_object (&self->client);
  g_clear_object (&self->services);

  G_OBJECT_CLASS (mp_session_parent_class)->dispose (object);
}

static void
mp_session_finalize (GObject *object)
{
  MpSession *self = MP_SESSION (object);

  g_clear_pointer (&self->profile, mp_profile_free);
  g_object_unref (self->cancellable);
  g_object_unref (self->records);
  g_object_unref (self->credentials);
  g_hash_table_unref (self->models);
  g_hash_table_unref (self->credentials_by_id);
  g_clear_object (&self->latest);
  g_ptr_array_unref (self->sync_waiters);
  g_free (self->sync_message);
  g_free (self->failure);
  g_free (self->notice);

  G_OBJECT_CLASS (mp_session_parent_class)->finalize (object);
}

static void
mp_session_class_init (MpSessionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = mp_session_get_property;
  object_class->dispose = mp_session_dispose;
  object_class->finalize = mp_session_finalize;

  properties[PROP_SYNC_STATE] = g_param_spec_int ("sync-state", NULL, NULL, MP_SYNC_STATE_NEVER,
                                                  MP_SYNC_STATE_FAILED, MP_SYNC_STATE_NEVER, flags);
  properties[PROP_SYNC_MESSAGE] = g_param_spec_string ("sync-message", NULL, NULL, NULL, flags);
  properties[PROP_PENDING_COUNT] =
      g_param_spec_uint ("pending-count", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_CONFLICT_COUNT] =
      g_param_spec_uint ("conflict-count", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_LAST_SYNCED_UNIX_US] =
      g_param_spec_int64 ("last-synced-unix-us", NULL, NULL, 0, G_MAXINT64, 0, flags);
  properties[PROP_ROLE] = g_param_spec_int ("role", NULL, NULL, MP_ROLE_CLIENT_USER,
                                            MP_ROLE_PLATFORM_ADMIN, MP_ROLE_CLIENT_USER, flags);
  properties[PROP_CAN_UNDO] = g_param_spec_boolean ("can-undo", NULL, NULL, FALSE, flags);
  properties[PROP_CAN_REDO] = g_param_spec_boolean ("can-redo", NULL, NULL, FALSE, flags);
  properties[PROP_DAMAGE] = g_param_spec_string ("damage", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
mp_session_init (MpSession *self)
{
  self->records = g_list_store_new (MP_TYPE_RECORD_MODEL);
  self->credentials = g_list_store_new (MP_TYPE_CREDENTIAL);
  self->models = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  self->credentials_by_id = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  self->cancellable = g_cancellable_new ();
  self->sync_waiters = g_ptr_array_new_with_free_func (g_object_unref);
  self->role = MP_ROLE_CLIENT_USER;
  self->sync_state = MP_SYNC_STATE_NEVER;
  self->sync_message = dup_message (self);
}

/* A session on an open store, still empty. @profile: (transfer full) */
MpSession *
mp_session_new (MpServices *services, MpProfile *profile, MpTenantClient *client, MpStore *store)
{
  MpSession *self = g_object_new (MP_TYPE_SESSION, NULL);

  self->services = g_object_ref (services);
  self->profile = profile;
  self->client = g_object_ref (client);
  self->store = g_object_ref (store);
  self->store_handler = g_signal_connect (store, "changed", G_CALLBACK (store_changed_cb), self);
  self->sync = mp_sync_new (store, client, mp_services_get_clock (services));

  return self;
}

static char *
dup_refusal (MpSession *self, MpPermission permission)
{
  const char *role = mp_role_get_label (self->role);

  /* Translators: %s is the name of a role, such as “client user” */
  if (permission == MP_PERMISSION_CREDENTIALS)
    return g_strdup_printf (_ ("Your role (%s) may not use or change keys."), role);

  if (permission == MP_PERMISSION_AUDIT)
    return g_strdup_printf (_ ("Your role (%s) may not read the audit trail."), role);

  return g_strdup_printf (_ ("Your role (%s) may read the settings, but not change them."), role);
}

GTask *
mp_session_begin (MpSession *self,
                  MpPermission permission,
                  gpointer tag,
                  GCancellable *cancellable,
                  GAsyncReadyCallback callback,
                  gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, tag);
  g_task_set_check_cancellable (task, FALSE);

  if (self->store == NULL)
    {
      g_task_return_new_error (task, MP_ERROR, MP_ERROR_FAILED, _ ("This tenant was closed."));
      return NULL;
    }

  if (permission != 0 && !mp_session_can (self, permission))
    {
      g_autofree char *refusal = dup_refusal (self, permission);

      g_task_return_new_error (task, MP_ERROR, MP_ERROR_FORBIDDEN, "%s", refusal);
      return NULL;
    }

  return g_steal_pointer (&task);
}

void
mp_session_forget_store (MpSession *self)
{
  if (self->store != NULL)
    g_clear_signal_handler (&self->store_handler, self->store);
  g_clear_object (&self->sync);
  g_clear_object (&self->store);
}

/* Tells what differs from @before (nullable) in self->latest; the models are told already. */
void
mp_session_notify_delta (MpSession *self, MpStoreDelta *before)
{
  GObject *object = G_OBJECT (self);

  g_object_freeze_notify (object);
  if (get_pending_count (before) != get_pending_count (self->latest))
    g_object_notify_by_pspec (object, properties[PROP_PENDING_COUNT]);
  if (get_conflict_count (before) != get_conflict_count (self->latest))
    g_object_notify_by_pspec (object, properties[PROP_CONFLICT_COUNT]);
  if (get_last_synced (before) != get_last_synced (self->latest))
    g_object_notify_by_pspec (object, properties[PROP_LAST_SYNCED_UNIX_US]);
  if (get_can_undo (before) != get_can_undo (self->latest))
    g_object_notify_by_pspec (object, properties[PROP_CAN_UNDO]);
  if (get_can_redo (before) != get_can_redo (self->latest))
    g_object_notify_by_pspec (object, properties[PROP_CAN_REDO]);
  if (is_damage_other (before, self->latest))
    g_object_notify_by_pspec (object, properties[PROP_DAMAGE]);
  update_role (self);
  update_message (self);
  g_object_thaw_notify (object);
}

/* @error: (nullable): why it is offline, signed out or failed */
void
mp_session_set_sync_state (MpSession *self, MpSyncState state, const GError *error)
{
  gboolean was_offline =
      self->sync_state == MP_SYNC_STATE_OFFLINE ||
      (self->sync_state == MP_SYNC_STATE_SYNCING && self->offline_since_unix_us != 0);

  g_object_freeze_notify (G_OBJECT (self));

  g_free (self->failure);
  self->failure = error != NULL ? g_strdup (error->message) : NULL;
  if (state == MP_SYNC_STATE_OFFLINE && !was_offline)
    self->offline_since_unix_us = mp_clock_get_now_unix_us (mp_services_get_clock (self->services));
  else if (state != MP_SYNC_STATE_OFFLINE && state != MP_SYNC_STATE_SYNCING)
    self->offline_since_unix_us = 0;

  if (self->sync_state != state)
    {
      self->sync_state = state;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SYNC_STATE]);
    }
  update_message (self);

  g_object_thaw_notify (G_OBJECT (self));
}

/* @notice: (transfer full) (nullable): replaces the one before */
void
mp_session_take_notice (MpSession *self, char *notice)
{
  g_free (self->notice);
  self->notice = notice;
  update_message (self);
}

/* The names live as long as the session. */
MpSecretName
mp_session_name_secret (MpSession *self, const char *item)
{
  return (MpSecretName){ self->profile->server, self->profile->tenant, item };
}

/**
 * mp_session_get_server:
 * @self: a session
 *
 * Returns: the address of the tenant server
 */
const char *
mp_session_get_server (MpSession *self)
{
  g_return_val_if_fail (MP_IS_SESSION (self), NULL);

  return self->profile->server;
}

/**
 * mp_session_get_tenant:
 * @self: a session
 *
 * Returns: the tenant's id
 */
const char *
mp_session_get_tenant (MpSession *self)
{
  g_return_val_if_fail (MP_IS_SESSION (self), NULL);

  return self->profile->tenant;
}

/**
 * mp_session_get_actor:
 * @self: a session
 *
 * Returns: (nullable): as whom the token acts, as the server said last
 */
const char *
mp_session_get_actor (MpSession *self)
{
  g_return_val_if_fail (MP_IS_SESSION (self), NULL);

  return get_meta (self->latest, MP_META_ACTOR);
}

/**
 * mp_session_get_role:
 * @self: a session
 *
 * Returns: the role of the token, as the server said last
 */
MpRole
mp_session_get_role (MpSession *self)
{
  g_return_val_if_fail (MP_IS_SESSION (self), MP_ROLE_CLIENT_USER);

  return self->role;
}

/**
 * mp_session_can:
 * @self: a session
 * @permission: a permission
 *
 * The server decides by itself in the end; this is what it said last.
 *
 * Returns: whether the role has @permission
 */
gboolean
mp_session_can (MpSession *self, MpPermission permission)
{
  g_return_val_if_fail (MP_IS_SESSION (self), FALSE);

  return mp_role_can (self->role, permission);
}

/**
 * mp_session_get_services:
 * @self: a session
 *
 * Returns: (transfer none): the services it works with
 */
MpServices *
mp_session_get_services (MpSession *self)
{
  g_return_val_if_fail (MP_IS_SESSION (self), NULL);

  return self->services;
}

/**
 * mp_session_get_sync_state:
 * @self: a session
 *
 * Returns: how this computer's copy stands to the server
 */
MpSyncState
mp_session_get_sync_state (MpSession *self)
{
  g_return_val_if_fail (MP_IS_SESSION (self), MP_SYNC_STATE_NEVER);

  return self->sync_state;
}

/**
 * mp_session_get_sync_message:
 * @self: a session
 *
 * Returns: the sync state in a few translated words, with what waits or was refused
 */
const char *
mp_session_get_sync_message (MpSession *self)
{
  g_return_val_if_fail (MP_IS_SESSION (self), NULL);

  return self->sync_message;
}

/**
 * mp_session_get_pending_count:
 * @self: a session
 *
 * Returns: how many records and credentials have changes that the server does not have
 */
unsigned int
mp_session_get_pending_count (MpSession *self)
{
  g_return_val_if_fail (MP_IS_SESSION (self), 0);

  return get_pending_count (self->latest);
}

/**
 * mp_session_get_conflict_count:
 * @self: a session
 *
 * Returns: how many conflicts wait for the person's choice
 */
unsigned int
mp_session_get_conflict_count (MpSession *self)
{
  g_return_val_if_fail (MP_IS_SESSION (self), 0);

  return get_conflict_count (self->latest);
}

/**
 * mp_session_get_last_synced_unix_us:
 * @self: a session
 *
 * Returns: when all was last in step with the server; 0: never
 */
int64_t
mp_session_get_last_synced_unix_us (MpSession *self)
{
  g_return_val_if_fail (MP_IS_SESSION (self), 0);

  return get_last_synced (self->latest);
}

/**
 * mp_session_get_can_undo:
 * @self: a session
 *
 * Returns: whether there is an edit to take back
 */
gboolean
mp_session_get_can_undo (MpSession *self)
{
  g_return_val_if_fail (MP_IS_SESSION (self), FALSE);

  return get_can_undo (self->latest);
}

/**
 * mp_session_get_can_redo:
 * @self: a session
 *
 * Returns: whether an edit was taken back and can be made again
 */
gboolean
mp_session_get_can_redo (MpSession *self)
{
  g_return_val_if_fail (MP_IS_SESSION (self), FALSE);

  return get_can_redo (self->latest);
}

/**
 * mp_session_get_offline_since_unix_us:
 * @self: a session
 *
 * Returns: since when the server cannot be reached; 0: it can, or nobody tried
 */
int64_t
mp_session_get_offline_since_unix_us (MpSession *self)
{
  g_return_val_if_fail (MP_IS_SESSION (self), 0);

  return self->offline_since_unix_us;
}

/**
 * mp_session_count_refused_fields:
 * @self: a session
 *
 * Returns: how many fields of its records the server refused
 */
unsigned int
mp_session_count_refused_fields (MpSession *self)
{
  GHashTableIter iter;
  gpointer model;
  unsigned int count = 0;

  g_return_val_if_fail (MP_IS_SESSION (self), 0);

  g_hash_table_iter_init (&iter, self->models);
  while (g_hash_table_iter_next (&iter, NULL, &model))
    if (mp_record_model_get_state (model) == MP_RECORD_STATE_REFUSED)
      count += MAX (
          mp_field_errors_count (mp_record_model_get_errors (model), MP_SEVERITY_ERROR, NULL), 1);

  return count;
}

/**
 * mp_session_dup_damage:
 * @self: a session
 *
 * Returns: (transfer full) (nullable): what was found damaged on this computer, what became of it
 *   and what to do; %NULL: nothing that was not read of
 */
char *
mp_session_dup_damage (MpSession *self)
{
  const char *set_aside;
  const char *lost;
  guint64 n_lost = 0;
  g_autoptr (GString) text = NULL;

  g_return_val_if_fail (MP_IS_SESSION (self), NULL);

  set_aside = get_meta (self->latest, MP_META_SET_ASIDE);
  lost = get_meta (self->latest, MP_META_LOST_CHANGES);
  if (set_aside == NULL && lost == NULL)
    return NULL;

  text = g_string_new (NULL);
  if (set_aside != NULL)
    g_string_append_printf (
        text,
        /* Translators: %s is a file's name */
        _ ("The settings file on this computer was damaged. It was set aside as “%s”; what could "
           "be read of it is kept, and what the server has is read again with the next sync."),
           set_aside);
  if (lost != NULL && g_ascii_string_to_unsigned (lost, 10, 1, G_MAXUINT32, &n_lost, NULL))
    {
      g_autofree char *sentence = g_strdup_printf (
          ngettext ("%u change made on this computer was damaged and is lost: look through your "
                    "records and keys.",
                    "%u changes made on this computer were damaged and are lost: look through "
                    "your records and keys.",
                    (unsigned long) n_lost),
          (unsigned int) n_lost);

      g_string_append_printf (text, "%s%s", text->len > 0 ? " " : "", sentence);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
damage_forgotten_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!mp_store_set_meta_finish (MP_STORE (source), result, &error))
    g_message ("what was damaged will be told again: %s", error->message);
}

/**
 * mp_session_forget_damage:
 * @self: a session
 *
 * The person has read mp_session_dup_damage ().
 */
void
mp_session_forget_damage (MpSession *self)
{
  g_autoptr (GHashTable) meta = g_hash_table_new (g_str_hash, g_str_equal);

  g_return_if_fail (MP_IS_SESSION (self));

  if (self->store == NULL)
    return;

  g_hash_table_insert (meta, (gpointer) MP_META_SET_ASIDE, NULL);
  g_hash_table_insert (meta, (gpointer) MP_META_LOST_CHANGES, NULL);
  mp_store_set_meta_async (self->store, meta, NULL, damage_forgotten_cb, NULL);
}

/**
 * mp_session_get_records:
 * @self: a session
 *
 * Returns: (transfer none): the records as #MpRecordModel, by name, archived ones too
 */
GListModel *
mp_session_get_records (MpSession *self)
{
  g_return_val_if_fail (MP_IS_SESSION (self), NULL);

  return G_LIST_MODEL (self->records);
}

/**
 * mp_session_get_credentials:
 * @self: a session
 *
 * Returns: (transfer none): the credentials as #MpCredential, by label, revoked ones too
 */
GListModel *
mp_session_get_credentials (MpSession *self)
{
  g_return_val_if_fail (MP_IS_SESSION (self), NULL);

  return G_LIST_MODEL (self->credentials);
}

/**
 * mp_session_find_record:
 * @self: a session
 * @id: a record's id
 *
 * Returns: (transfer none) (nullable): the record's model
 */
MpRecordModel *
mp_session_find_record (MpSession *self, const char *id)
{
  g_return_val_if_fail (MP_IS_SESSION (self), NULL);
  g_return_val_if_fail (id != NULL, NULL);

  return g_hash_table_lookup (self->models, id);
}

/**
 * mp_session_find_credential:
 * @self: a session
 * @id: a credential's id
 *
 * Returns: (transfer none) (nullable): the credential as it is now
 */
MpCredential *
mp_session_find_credential (MpSession *self, const char *id)
{
  g_return_val_if_fail (MP_IS_SESSION (self), NULL);
  g_return_val_if_fail (id != NULL, NULL);

  return g_hash_table_lookup (self->credentials_by_id, id);
}

/**
 * mp_session_has_key:
 * @self: a session
 * @credential_id: a credential's id
 *
 * After somebody replaced the key on another computer, what this one keeps is no longer the key.
 *
 * Returns: whether this computer keeps the credential's present secret
 */
gboolean
mp_session_has_key (MpSession *self, const char *credential_id)
{
  MpCredential *credential;

  g_return_val_if_fail (MP_IS_SESSION (self), FALSE);
  g_return_val_if_fail (credential_id != NULL, FALSE);

  credential = mp_session_find_credential (self, credential_id);
  if (credential == NULL || mp_credential_get_revoked (credential) || self->latest == NULL)
    return FALSE;

  return mp_store_delta_get_key_version (self->latest, credential_id) ==
         mp_credential_get_version (credential);
}
