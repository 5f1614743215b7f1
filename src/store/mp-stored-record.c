/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-stored-record-private.h"

#include <glib/gi18n-lib.h>

struct _MpStoredRecord
{
  GObject parent_instance;

  MpRecord *record;
  MpRecord *base; /* (nullable): the server does not have it, as far as is known */
  gboolean waiting;
  gboolean refused;
  MpFieldErrors *errors;
  GPtrArray *conflicts; /* (element-type MpConflict) */
  int64_t version;
};

G_DEFINE_FINAL_TYPE (MpStoredRecord, mp_stored_record, G_TYPE_OBJECT)

static void
mp_stored_record_finalize (GObject *object)
{
  MpStoredRecord *self = MP_STORED_RECORD (object);

  g_clear_object (&self->record);
  g_clear_object (&self->base);
  g_clear_pointer (&self->errors, mp_field_errors_unref);
  g_clear_pointer (&self->conflicts, g_ptr_array_unref);

  G_OBJECT_CLASS (mp_stored_record_parent_class)->finalize (object);
}

static void
mp_stored_record_class_init (MpStoredRecordClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mp_stored_record_finalize;
}

static void
mp_stored_record_init (MpStoredRecord *self)
{
}

static gpointer
ref_conflict (gconstpointer conflict, gpointer unused)
{
  return g_object_ref ((gpointer) conflict);
}

/* What was changed here is kept, but on what it was changed has to be asked for again. */
static gboolean
is_waiting_for_base (MpRecordEntry *entry)
{
  const gboolean is_new =
      entry->pending.create ||
      (entry->in_flight != NULL && mp_operation_get_action (entry->in_flight) == MP_ACTION_CREATE);
  const gboolean is_lost_there =
      entry->conflicts->len > 0 &&
      *mp_conflict_get_path (g_ptr_array_index (entry->conflicts, 0)) == '\0';

  return entry->base == NULL && !is_new && !is_lost_there;
}

static MpFieldErrors *
new_errors (MpRecordEntry *entry)
{
  MpFieldErrors *errors;

  if (entry->errors != NULL)
    return mp_field_errors_ref (entry->errors);

  errors = mp_field_errors_new ();
  if (is_waiting_for_base (entry))
    mp_field_errors_add (errors, MP_SEVERITY_ERROR, "", MP_FIELD_SERVER, "message",
                         _ ("This computer’s copy of the record was damaged. What you changed is "
                            "kept; the rest is read from the server again with the next sync"),
                            NULL);
  return errors;
}

/*
 * mp_stored_record_new:
 * @entry: all that is known of a record
 *
 * Returns: (transfer full): what others may know of it
 */
MpStoredRecord *
mp_stored_record_new (MpRecordEntry *entry)
{
  MpStoredRecord *self = g_object_new (MP_TYPE_STORED_RECORD, NULL);

  self->record = mp_record_entry_dup_shown (entry);
  self->base = entry->base != NULL ? g_object_ref (entry->base) : NULL;
  self->waiting =
      entry->in_flight != NULL || (mp_record_entry_has_pending (entry) && !entry->pending.held);
  self->refused = entry->errors != NULL;
  self->errors = new_errors (entry);
  self->conflicts = g_ptr_array_copy (entry->conflicts, ref_conflict, NULL);
  g_ptr_array_set_free_func (self->conflicts, g_object_unref);
  self->version = entry->version;
  return self;
}

/*
 * mp_stored_record_new_plain:
 * @record: the server's state, in which nothing was changed here
 * @version: as of mp_stored_record_get_version ()
 *
 * Returns: (transfer full): what others may know of it
 */
MpStoredRecord *
mp_stored_record_new_plain (MpRecord *record, int64_t version)
{
  MpStoredRecord *self = g_object_new (MP_TYPE_STORED_RECORD, NULL);

  self->record = g_object_ref (record);
  self->base = g_object_ref (record);
  self->errors = mp_field_errors_new ();
  self->conflicts = g_ptr_array_new_with_free_func (g_object_unref);
  self->version = version;
  return self;
}

/*
 * mp_stored_record_get_version:
 *
 * Returns: a number that changes whenever the stored record does
 */
int64_t
mp_stored_record_get_version (MpStoredRecord *self)
{
  return self->version;
}

/**
 * mp_stored_record_get_id:
 * @self: a stored record
 *
 * Returns: (transfer none): its UUID
 */
const char *
mp_stored_record_get_id (MpStoredRecord *self)
{
  g_return_val_if_fail (MP_IS_STORED_RECORD (self), NULL);

  return mp_record_get_id (self->record);
}

/**
 * mp_stored_record_get_record:
 * @self: a stored record
 *
 * Returns: (transfer none): the record as the person sees it, with all that was changed here;
 *   where there is a conflict, mine
 */
MpRecord *
mp_stored_record_get_record (MpStoredRecord *self)
{
  g_return_val_if_fail (MP_IS_STORED_RECORD (self), NULL);

  return self->record;
}

/**
 * mp_stored_record_get_base:
 * @self: a stored record
 *
 * Returns: (transfer none) (nullable): the server's state as last seen, or %NULL when it has none
 */
MpRecord *
mp_stored_record_get_base (MpStoredRecord *self)
{
  g_return_val_if_fail (MP_IS_STORED_RECORD (self), NULL);

  return self->base;
}

/**
 * mp_stored_record_get_waiting:
 * @self: a stored record
 *
 * Returns: whether something is under way to the server, or goes with the next sync unless the
 *   record has faults
 */
gboolean
mp_stored_record_get_waiting (MpStoredRecord *self)
{
  g_return_val_if_fail (MP_IS_STORED_RECORD (self), FALSE);

  return self->waiting;
}

/**
 * mp_stored_record_get_refused:
 * @self: a stored record
 *
 * Returns: whether the server refused the last change; until the next edit
 */
gboolean
mp_stored_record_get_refused (MpStoredRecord *self)
{
  g_return_val_if_fail (MP_IS_STORED_RECORD (self), FALSE);

  return self->refused;
}

/**
 * mp_stored_record_get_server_errors:
 * @self: a stored record
 *
 * Returns: (transfer none): why the server refused it; empty when it did not
 */
MpFieldErrors *
mp_stored_record_get_server_errors (MpStoredRecord *self)
{
  g_return_val_if_fail (MP_IS_STORED_RECORD (self), NULL);

  return self->errors;
}

/**
 * mp_stored_record_get_n_conflicts:
 * @self: a stored record
 *
 * Returns: on how many paths the person has to choose
 */
unsigned int
mp_stored_record_get_n_conflicts (MpStoredRecord *self)
{
  g_return_val_if_fail (MP_IS_STORED_RECORD (self), 0);

  return self->conflicts->len;
}

/**
 * mp_stored_record_get_conflict:
 * @self: a stored record
 * @index: less than the number of conflicts
 *
 * Returns: (transfer none): the conflict; its path is "" when it is about the whole record
 */
MpConflict *
mp_stored_record_get_conflict (MpStoredRecord *self, unsigned int index)
{
  g_return_val_if_fail (MP_IS_STORED_RECORD (self), NULL);
  g_return_val_if_fail (index < self->conflicts->len, NULL);

  return g_ptr_array_index (self->conflicts, index);
}
