/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-record-model-private.h"

/* When a part of the metadata came from the CRM. */
typedef struct
{
  int64_t unix_us;
  gboolean is_live; /* this program asked; else it was kept */
} Reading;

struct _MpRecordModel
{
  GObject parent_instance;

  MpStoredRecord *stored;  /* (owned) */
  MpFieldErrors *errors;   /* (owned) */
  MpCrmMetadata *metadata; /* (owned) */
  GHashTable *readings;    /* (owned) (element-type utf8 Reading): by object; "": the objects */
  char *source;            /* (owned) (nullable) */

  /* What was told last, to notify only what changed. */
  MpRecord *told_record; /* (owned) (nullable) */
  char *told_name;       /* (owned) (nullable) */
  gboolean told_archived;
  MpRecordState state;
};

typedef enum
{
  PROP_ID = 1,
  PROP_NAME,
  PROP_RECORD,
  PROP_STATE,
  PROP_ERRORS,
  PROP_ARCHIVED,
} MpRecordModelProperty;

static GParamSpec *properties[PROP_ARCHIVED + 1];

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS,
};

static unsigned int signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MpRecordModel, mp_record_model, G_TYPE_OBJECT)

static gboolean
errors_contain (MpFieldErrors *errors, const MpFieldError *sought)
{
  for (unsigned int i = 0; i < mp_field_errors_get_size (errors); i++)
    {
      const MpFieldError *error = mp_field_errors_get (errors, i);

      if (g_str_equal (error->pointer, sought->pointer) && g_str_equal (error->code, sought->code))
        return TRUE;
    }

  return FALSE;
}

/* The faults found here, then what the server alone knows. */
static MpFieldErrors *
merge_errors (MpFieldErrors *local, MpFieldErrors *server)
{
  g_autoptr (JsonArray) all = NULL;
  g_autoptr (JsonArray) told = NULL;

  if (server == NULL || mp_field_errors_get_size (server) == 0)
    return mp_field_errors_ref (local);

  all = mp_field_errors_to_json (local);
  told = mp_field_errors_to_json (server);
  for (unsigned int i = 0; i < mp_field_errors_get_size (server); i++)
    if (!errors_contain (local, mp_field_errors_get (server, i)))
      json_array_add_element (all, json_array_dup_element (told, i));

  return mp_field_errors_new_from_json (all, NULL);
}

static MpRecordState
compute_state (MpStoredRecord *stored, MpFieldErrors *local)
{
  if (mp_stored_record_get_n_conflicts (stored) > 0)
    return MP_RECORD_STATE_CONFLICT;

  if (mp_stored_record_get_refused (stored))
    return MP_RECORD_STATE_REFUSED;

  if (!mp_stored_record_get_waiting (stored))
    return MP_RECORD_STATE_SYNCED;

  if (mp_field_errors_count (local, MP_SEVERITY_ERROR, NULL) > 0)
    return MP_RECORD_STATE_DRAFT;

  return MP_RECORD_STATE_WAITING;
}

static void
notify_record (MpRecordModel *self)
{
  GObject *object = G_OBJECT (self);
  MpRecord *record = mp_stored_record_get_record (self->stored);
  const char *name = mp_record_get_name (record);
  gboolean is_archived = mp_record_get_archived (record);

  if (g_set_object (&self->told_record, record))
    g_object_notify_by_pspec (object, properties[PROP_RECORD]);

  if (g_strcmp0 (self->told_name, name) != 0)
    {
      g_free (self->told_name);
      self->told_name = g_strdup (name);
      g_object_notify_by_pspec (object, properties[PROP_NAME]);
    }

  if (self->told_archived != is_archived)
    {
      self->told_archived = is_archived;
      g_object_notify_by_pspec (object, properties[PROP_ARCHIVED]);
    }
}

static void
mp_record_model_get_property (GObject *object,
                              unsigned int prop_id,
                              GValue *value,
                              GParamSpec *pspec)
{
  MpRecordModel *self = MP_RECORD_MODEL (object);

  switch ((MpRecordModelProperty) prop_id)
    {
    case PROP_ID:
      g_value_set_string (value, mp_record_model_get_id (self));
      break;
    case PROP_NAME:
      g_value_set_string (value, mp_record_model_get_name (self));
      break;
    case PROP_RECORD:
      g_value_set_object (value, mp_record_model_get_record (self));
      break;
    case PROP_STATE:
      g_value_set_int (value, (int) self->state);
      break;
    case PROP_ERRORS:
      g_value_set_boxed (value, self->errors);
      break;
    case PROP_ARCHIVED:
      g_value_set_boolean (value, mp_record_get_archived (mp_record_model_get_record (self)));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
mp_record_model_finalize (GObject *object)
{
  MpRecordModel *self = MP_RECORD_MODEL (object);

  g_clear_object (&self->stored);
  g_clear_pointer (&self->errors, mp_field_errors_unref);
  g_clear_object (&self->metadata);
  g_clear_pointer (&self->readings, g_hash_table_unref);
  g_clear_object (&self->told_record);
  g_free (self->told_name);
  g_free (self->source);

  G_OBJECT_CLASS (mp_record_model_parent_class)->finalize (object);
}

static void
mp_record_model_class_init (MpRecordModelClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = mp_record_model_get_property;
  object_class->finalize = mp_record_model_finalize;

  properties[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  properties[PROP_RECORD] = g_param_spec_object ("record", NULL, NULL, MP_TYPE_RECORD, flags);
  properties[PROP_STATE] =
      g_param_spec_int ("state", NULL, NULL, MP_RECORD_STATE_SYNCED, MP_RECORD_STATE_CONFLICT,
                        MP_RECORD_STATE_SYNCED, flags);
  properties[PROP_ERRORS] = g_param_spec_boxed ("errors", NULL, NULL, MP_TYPE_FIELD_ERRORS, flags);
  properties[PROP_ARCHIVED] = g_param_spec_boolean ("archived", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);

  /**
   * MpRecordModel::changed:
   *
   * Emitted after any of the record's values changed; when it runs, all of them are new.
   */
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", MP_TYPE_RECORD_MODEL, G_SIGNAL_RUN_LAST, 0,
                                          NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
mp_record_model_init (MpRecordModel *self)
{
  self->errors = mp_field_errors_new ();
  self->metadata = mp_crm_metadata_new ();
  self->readings = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->state = MP_RECORD_STATE_SYNCED;
}

/* The model of a record that is in the store. */
MpRecordModel *
mp_record_model_new (MpStoredRecord *stored)
{
  MpRecordModel *self = g_object_new (MP_TYPE_RECORD_MODEL, NULL);

  mp_record_model_set_stored (self, stored);
  return self;
}

MpStoredRecord *
mp_record_model_get_stored (MpRecordModel *self)
{
  return self->stored;
}

void
mp_record_model_set_stored (MpRecordModel *self, MpStoredRecord *stored)
{
  g_set_object (&self->stored, stored);
}

void
mp_record_model_set_metadata (MpRecordModel *self, const char *source, MpCrmMetadata *metadata)
{
  g_autofree char *copy = g_strdup (source);

  if (g_strcmp0 (source, self->source) != 0)
    g_hash_table_remove_all (self->readings);
  g_free (self->source);
  self->source = g_steal_pointer (&copy);
  g_set_object (&self->metadata, metadata);
}

void
mp_record_model_note_metadata (MpRecordModel *self,
                               const char *object,
                               int64_t read_unix_us,
                               gboolean is_live)
{
  Reading *reading = g_new0 (Reading, 1);

  reading->unix_us = read_unix_us;
  reading->is_live = is_live;
  g_hash_table_replace (self->readings, g_strdup (object != NULL ? object : ""), reading);
}

void
mp_record_model_set_errors (MpRecordModel *self, MpFieldErrors *local)
{
  MpRecordState state = compute_state (self->stored, local);

  g_object_freeze_notify (G_OBJECT (self));

  mp_field_errors_unref (self->errors);
  self->errors = merge_errors (local, mp_stored_record_get_server_errors (self->stored));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ERRORS]);

  if (self->state != state)
    {
      self->state = state;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
    }
  notify_record (self);

  g_object_thaw_notify (G_OBJECT (self));
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

const char *
mp_record_model_get_source (MpRecordModel *self)
{
  return self->source;
}

/**
 * mp_record_model_get_id:
 * @self: a record model
 *
 * Returns: the record's id
 */
const char *
mp_record_model_get_id (MpRecordModel *self)
{
  g_return_val_if_fail (MP_IS_RECORD_MODEL (self), NULL);

  return mp_stored_record_get_id (self->stored);
}

/**
 * mp_record_model_get_name:
 * @self: a record model
 *
 * Returns: (nullable): the record's name, valid until it changes
 */
const char *
mp_record_model_get_name (MpRecordModel *self)
{
  g_return_val_if_fail (MP_IS_RECORD_MODEL (self), NULL);

  return mp_record_get_name (mp_stored_record_get_record (self->stored));
}

/**
 * mp_record_model_get_record:
 * @self: a record model
 *
 * Returns: (transfer none): the record with all that was changed here
 */
MpRecord *
mp_record_model_get_record (MpRecordModel *self)
{
  g_return_val_if_fail (MP_IS_RECORD_MODEL (self), NULL);

  return mp_stored_record_get_record (self->stored);
}

/**
 * mp_record_model_get_base:
 * @self: a record model
 *
 * Returns: (transfer none) (nullable): the record as the server was last seen to have it
 */
MpRecord *
mp_record_model_get_base (MpRecordModel *self)
{
  g_return_val_if_fail (MP_IS_RECORD_MODEL (self), NULL);

  return mp_stored_record_get_base (self->stored);
}

/**
 * mp_record_model_get_state:
 * @self: a record model
 *
 * Returns: how the record stands to the server's
 */
MpRecordState
mp_record_model_get_state (MpRecordModel *self)
{
  g_return_val_if_fail (MP_IS_RECORD_MODEL (self), MP_RECORD_STATE_SYNCED);

  return self->state;
}

/**
 * mp_record_model_get_errors:
 * @self: a record model
 *
 * Returns: (transfer none): the faults by the rules here and, until their paths are edited, those
 *   the server refused the record for
 */
MpFieldErrors *
mp_record_model_get_errors (MpRecordModel *self)
{
  g_return_val_if_fail (MP_IS_RECORD_MODEL (self), NULL);

  return self->errors;
}

/**
 * mp_record_model_get_n_conflicts:
 * @self: a record model
 *
 * Returns: the number of conflicts that wait for the person's choice
 */
unsigned int
mp_record_model_get_n_conflicts (MpRecordModel *self)
{
  g_return_val_if_fail (MP_IS_RECORD_MODEL (self), 0);

  return mp_stored_record_get_n_conflicts (self->stored);
}

/**
 * mp_record_model_get_conflict:
 * @self: a record model
 * @index: less than mp_record_model_get_n_conflicts()
 *
 * Returns: (transfer none): a conflict
 */
MpConflict *
mp_record_model_get_conflict (MpRecordModel *self, unsigned int index)
{
  g_return_val_if_fail (MP_IS_RECORD_MODEL (self), NULL);

  return mp_stored_record_get_conflict (self->stored, index);
}

/**
 * mp_record_model_get_metadata:
 * @self: a record model
 *
 * Returns: (transfer none): what is known of the record's CRM; empty until it was loaded
 */
MpCrmMetadata *
mp_record_model_get_metadata (MpRecordModel *self)
{
  g_return_val_if_fail (MP_IS_RECORD_MODEL (self), NULL);

  return self->metadata;
}

static const Reading *
find_reading (MpRecordModel *self, const char *object)
{
  return g_hash_table_lookup (self->readings, object != NULL ? object : "");
}

/**
 * mp_record_model_get_metadata_unix_us:
 * @self: a record's model
 * @object: (nullable): whose fields; %NULL: the objects themselves
 *
 * Returns: when the CRM answered what stands in the metadata, in microseconds since 1970; 0 when
 *   that was not read yet
 */
int64_t
mp_record_model_get_metadata_unix_us (MpRecordModel *self, const char *object)
{
  const Reading *reading;

  g_return_val_if_fail (MP_IS_RECORD_MODEL (self), 0);

  reading = find_reading (self, object);
  return reading != NULL ? reading->unix_us : 0;
}

/**
 * mp_record_model_is_metadata_live:
 * @self: a record's model
 * @object: (nullable): whose fields; %NULL: the objects themselves
 *
 * Returns: whether this program asked the CRM itself; else it shows what was kept, or nothing
 */
gboolean
mp_record_model_is_metadata_live (MpRecordModel *self, const char *object)
{
  const Reading *reading;

  g_return_val_if_fail (MP_IS_RECORD_MODEL (self), FALSE);

  reading = find_reading (self, object);
  return reading != NULL && reading->is_live;
}
