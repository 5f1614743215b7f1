/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-context.h"

struct _MpContext
{
  GObject parent_instance;

  MpServices *services;  /* (owned) */
  GSettings *settings;   /* (owned) (nullable) */
  MpSession *session;    /* (owned) (nullable): not signed in */
  MpEditor *editor;      /* (owned) (nullable): not signed in */
  MpRecordModel *record; /* (owned) (nullable): none chosen */
};

G_DEFINE_FINAL_TYPE (MpContext, mp_context, G_TYPE_OBJECT)

typedef enum
{
  PROP_SESSION = 1,
  PROP_EDITOR,
  PROP_RECORD,
} MpContextProperty;

static GParamSpec *properties[PROP_RECORD + 1];

enum
{
  REFRESHED,
  N_SIGNALS,
};

static unsigned int signals[N_SIGNALS];

static void
session_changed_cb (MpContext *self)
{
  g_signal_emit (self, signals[REFRESHED], 0);
}

static void
watch_session (MpContext *self)
{
  g_signal_connect_object (self->session, "notify", G_CALLBACK (session_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (mp_session_get_credentials (self->session), "items-changed",
                           G_CALLBACK (session_changed_cb), self, G_CONNECT_SWAPPED);
}

static void
unwatch_session (MpContext *self)
{
  g_signal_handlers_disconnect_by_func (self->session, session_changed_cb, self);
  g_signal_handlers_disconnect_by_func (mp_session_get_credentials (self->session),
                                        session_changed_cb, self);
}

static void
mp_context_get_property (GObject *object, unsigned int prop_id, GValue *value, GParamSpec *pspec)
{
  MpContext *self = MP_CONTEXT (object);

  switch ((MpContextProperty) prop_id)
    {
    case PROP_SESSION:
      g_value_set_object (value, self->session);
      break;
    case PROP_EDITOR:
      g_value_set_object (value, self->editor);
      break;
    case PROP_RECORD:
      g_value_set_object (value, self->record);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
mp_context_dispose (GObject *object)
{
  MpContext *self = MP_CONTEXT (object);

  if (self->session != NULL)
    unwatch_session (self);
  g_clear_object (&self->record);
  g_clear_object (&self->editor);
  g_clear_object (&self->session);
  g_clear_object (&self->settings);
  g_clear_object (&self->services);
  G_OBJECT_CLASS (mp_context_parent_class)->dispose (object);
}

static void
mp_context_class_init (MpContextClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->dispose = mp_context_dispose;
  object_class->get_property = mp_context_get_property;

  properties[PROP_SESSION] = g_param_spec_object ("session", NULL, NULL, MP_TYPE_SESSION, flags);
  properties[PROP_EDITOR] = g_param_spec_object ("editor", NULL, NULL, MP_TYPE_EDITOR, flags);
  properties[PROP_RECORD] = g_param_spec_object ("record", NULL, NULL, MP_TYPE_RECORD_MODEL, flags);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);

  signals[REFRESHED] = g_signal_new ("refreshed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                     NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
mp_context_init (MpContext *self)
{
}

/**
 * mp_context_new:
 * @services: what every part shares
 * @settings: (nullable): this computer's preferences; %NULL where the schema is not installed
 *
 * Returns: (transfer full): a context that is not signed in
 */
MpContext *
mp_context_new (MpServices *services, GSettings *settings)
{
  MpContext *self;

  g_return_val_if_fail (MP_IS_SERVICES (services), NULL);
  g_return_val_if_fail (settings == NULL || G_IS_SETTINGS (settings), NULL);

  self = g_object_new (MP_TYPE_CONTEXT, NULL);
  self->services = g_object_ref (services);
  g_set_object (&self->settings, settings);
  return self;
}

/**
 * mp_context_get_services:
 * @self: a context
 *
 * Returns: (transfer none): what every part shares
 */
MpServices *
mp_context_get_services (MpContext *self)
{
  g_return_val_if_fail (MP_IS_CONTEXT (self), NULL);

  return self->services;
}

/**
 * mp_context_get_settings:
 * @self: a context
 *
 * Returns: (transfer none) (nullable): this computer's preferences
 */
GSettings *
mp_context_get_settings (MpContext *self)
{
  g_return_val_if_fail (MP_IS_CONTEXT (self), NULL);

  return self->settings;
}

/**
 * mp_context_get_session:
 * @self: a context
 *
 * Returns: (transfer none) (nullable): the tenant signed in to
 */
MpSession *
mp_context_get_session (MpContext *self)
{
  g_return_val_if_fail (MP_IS_CONTEXT (self), NULL);

  return self->session;
}

/**
 * mp_context_set_session:
 * @self: a context
 * @session: (nullable): the tenant signed in to
 *
 * Changes the tenant; no record of it is chosen yet.
 */
void
mp_context_set_session (MpContext *self, MpSession *session)
{
  g_return_if_fail (MP_IS_CONTEXT (self));
  g_return_if_fail (session == NULL || MP_IS_SESSION (session));

  if (self->session == session)
    return;

  mp_context_set_record (self, NULL);
  if (self->session != NULL)
    unwatch_session (self);
  g_set_object (&self->session, session);
  g_clear_object (&self->editor);
  if (session != NULL)
    {
      self->editor = mp_editor_new (session);
      watch_session (self);
    }
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_EDITOR]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SESSION]);
}

/**
 * mp_context_get_editor:
 * @self: a context
 *
 * Returns: (transfer none) (nullable): what makes the edits of the session
 */
MpEditor *
mp_context_get_editor (MpContext *self)
{
  g_return_val_if_fail (MP_IS_CONTEXT (self), NULL);

  return self->editor;
}

/**
 * mp_context_get_record:
 * @self: a context
 *
 * Returns: (transfer none) (nullable): the record chosen
 */
MpRecordModel *
mp_context_get_record (MpContext *self)
{
  g_return_val_if_fail (MP_IS_CONTEXT (self), NULL);

  return self->record;
}

/**
 * mp_context_set_record:
 * @self: a context
 * @record: (nullable): a record of the session
 *
 * Chooses the record that the pages show.
 */
void
mp_context_set_record (MpContext *self, MpRecordModel *record)
{
  g_return_if_fail (MP_IS_CONTEXT (self));
  g_return_if_fail (record == NULL || MP_IS_RECORD_MODEL (record));

  if (g_set_object (&self->record, record))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RECORD]);
}
