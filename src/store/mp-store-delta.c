/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-store-delta-private.h"

G_DEFINE_FINAL_TYPE (MpStoreDelta, mp_store_delta, G_TYPE_OBJECT)

static void
mp_store_delta_finalize (GObject *object)
{
  MpStoreDelta *self = MP_STORE_DELTA (object);

  g_clear_pointer (&self->records, g_ptr_array_unref);
  g_clear_pointer (&self->removed_records, g_ptr_array_unref);
  g_clear_pointer (&self->credentials, g_ptr_array_unref);
  g_clear_pointer (&self->removed_credentials, g_ptr_array_unref);
  g_clear_pointer (&self->keys, g_hash_table_unref);
  g_clear_pointer (&self->meta, g_hash_table_unref);

  G_OBJECT_CLASS (mp_store_delta_parent_class)->finalize (object);
}

static void
mp_store_delta_class_init (MpStoreDeltaClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mp_store_delta_finalize;
}

static void
mp_store_delta_init (MpStoreDelta *self)
{
  self->records = g_ptr_array_new_with_free_func (g_object_unref);
  self->removed_records = g_ptr_array_new_with_free_func (g_free);
  self->credentials = g_ptr_array_new_with_free_func (g_object_unref);
  self->removed_credentials = g_ptr_array_new_with_free_func (g_free);
  self->keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->meta = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

/*
 * mp_store_delta_new:
 * @complete: whether it will hold everything
 *
 * Returns: (transfer full): an empty one, for the worker to fill
 */
MpStoreDelta *
mp_store_delta_new (gboolean complete)
{
  MpStoreDelta *self = g_object_new (MP_TYPE_STORE_DELTA, NULL);

  self->complete = complete;
  return self;
}

/**
 * mp_store_delta_get_complete:
 * @self: a delta
 *
 * Returns: whether it holds everything, so that what is not in it does not exist
 */
gboolean
mp_store_delta_get_complete (MpStoreDelta *self)
{
  g_return_val_if_fail (MP_IS_STORE_DELTA (self), FALSE);

  return self->complete;
}

/**
 * mp_store_delta_get_records:
 * @self: a delta
 *
 * Returns: (transfer none) (element-type MpStoredRecord): the records that are new or changed
 */
GPtrArray *
mp_store_delta_get_records (MpStoreDelta *self)
{
  g_return_val_if_fail (MP_IS_STORE_DELTA (self), NULL);

  return self->records;
}

/**
 * mp_store_delta_get_removed_records:
 * @self: a delta
 *
 * Returns: (transfer none) (element-type utf8): the ids of records that are no more
 */
GPtrArray *
mp_store_delta_get_removed_records (MpStoreDelta *self)
{
  g_return_val_if_fail (MP_IS_STORE_DELTA (self), NULL);

  return self->removed_records;
}

/**
 * mp_store_delta_get_credentials:
 * @self: a delta
 *
 * Returns: (transfer none) (element-type MpCredential): the credentials that are new or changed
 */
GPtrArray *
mp_store_delta_get_credentials (MpStoreDelta *self)
{
  g_return_val_if_fail (MP_IS_STORE_DELTA (self), NULL);

  return self->credentials;
}

/**
 * mp_store_delta_get_removed_credentials:
 * @self: a delta
 *
 * Returns: (transfer none) (element-type utf8): the ids of credentials that are no more
 */
GPtrArray *
mp_store_delta_get_removed_credentials (MpStoreDelta *self)
{
  g_return_val_if_fail (MP_IS_STORE_DELTA (self), NULL);

  return self->removed_credentials;
}

/**
 * mp_store_delta_get_key_version:
 * @self: a delta; each one, complete or not, knows all keys
 * @credential_id: a credential's id
 *
 * Returns: of which version this computer keeps the secret; 0: none
 */
unsigned int
mp_store_delta_get_key_version (MpStoreDelta *self, const char *credential_id)
{
  g_return_val_if_fail (MP_IS_STORE_DELTA (self), 0);
  g_return_val_if_fail (credential_id != NULL, 0);

  return GPOINTER_TO_UINT (g_hash_table_lookup (self->keys, credential_id));
}

/**
 * mp_store_delta_get_meta:
 * @self: a delta; each one, complete or not, knows all of it
 * @name: one of mp-store-names.h
 *
 * Returns: (transfer none) (nullable): the value, or %NULL when there is none
 */
const char *
mp_store_delta_get_meta (MpStoreDelta *self, const char *name)
{
  g_return_val_if_fail (MP_IS_STORE_DELTA (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  return g_hash_table_lookup (self->meta, name);
}

/**
 * mp_store_delta_get_pending_count:
 * @self: a delta
 *
 * Returns: how many records and credentials of the whole store have changes that the server does
 *   not have
 */
unsigned int
mp_store_delta_get_pending_count (MpStoreDelta *self)
{
  g_return_val_if_fail (MP_IS_STORE_DELTA (self), 0);

  return self->pending_count;
}

/**
 * mp_store_delta_get_conflict_count:
 * @self: a delta
 *
 * Returns: how many conflicts the whole store has
 */
unsigned int
mp_store_delta_get_conflict_count (MpStoreDelta *self)
{
  g_return_val_if_fail (MP_IS_STORE_DELTA (self), 0);

  return self->conflict_count;
}

/**
 * mp_store_delta_get_has_unsealed:
 * @self: a delta
 *
 * Returns: whether a secret must be sealed again before it can go to the server
 */
gboolean
mp_store_delta_get_has_unsealed (MpStoreDelta *self)
{
  g_return_val_if_fail (MP_IS_STORE_DELTA (self), FALSE);

  return self->has_unsealed;
}

/**
 * mp_store_delta_get_can_undo:
 * @self: a delta
 *
 * Returns: whether there is an edit to take back
 */
gboolean
mp_store_delta_get_can_undo (MpStoreDelta *self)
{
  g_return_val_if_fail (MP_IS_STORE_DELTA (self), FALSE);

  return self->can_undo;
}

/**
 * mp_store_delta_get_can_redo:
 * @self: a delta
 *
 * Returns: whether there is an edit that was taken back and can be made again
 */
gboolean
mp_store_delta_get_can_redo (MpStoreDelta *self)
{
  g_return_val_if_fail (MP_IS_STORE_DELTA (self), FALSE);

  return self->can_redo;
}
