/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-session-private.h"

#include "mp-record-model-private.h"
#include "mp-validation.h"

/*
 * What the store says, made into models: each record and credential keeps its place among the
 * others, is judged by the rules, and tells its widgets.
 */

static int
compare_texts (const char *a, const char *b, const char *id_a, const char *id_b)
{
  int order = g_utf8_collate (a != NULL ? a : "", b != NULL ? b : "");

  return order != 0 ? order : g_strcmp0 (id_a, id_b);
}

static int
compare_models (gconstpointer a, gconstpointer b, gpointer user_data)
{
  MpRecordModel *first = MP_RECORD_MODEL ((gpointer) a);
  MpRecordModel *second = MP_RECORD_MODEL ((gpointer) b);

  return compare_texts (mp_record_model_get_name (first), mp_record_model_get_name (second),
                        mp_record_model_get_id (first), mp_record_model_get_id (second));
}

static int
compare_credentials (gconstpointer a, gconstpointer b, gpointer user_data)
{
  MpCredential *first = MP_CREDENTIAL ((gpointer) a);
  MpCredential *second = MP_CREDENTIAL ((gpointer) b);

  return compare_texts (mp_credential_get_label (first), mp_credential_get_label (second),
                        mp_credential_get_id (first), mp_credential_get_id (second));
}

/* Is @item, put at @position, in order with its neighbours there? */
static gboolean
fits (GListModel *list, unsigned int position, gpointer item, GCompareDataFunc compare)
{
  g_autoptr (GObject) before = position > 0 ? g_list_model_get_item (list, position - 1) : NULL;
  g_autoptr (GObject) after = g_list_model_get_item (list, position + 1);

  return (before == NULL || compare (before, item, NULL) < 0) &&
         (after == NULL || compare (item, after, NULL) < 0);
}

static void
remove_item (GListStore *list, gpointer item)
{
  unsigned int position;

  if (g_list_store_find (list, item, &position))
    g_list_store_remove (list, position);
}

static MpPlatformSpec *
find_platform (const char *id, gpointer user_data)
{
  MpSession *self = MP_SESSION (user_data);

  return mp_platforms_find_spec (mp_services_get_platforms (self->services), id);
}

static MpCredential *
find_credential (const char *id, gpointer user_data)
{
  return mp_session_find_credential (MP_SESSION (user_data), id);
}

/* What the rules say of a record. */
MpFieldErrors *
mp_session_validate (MpSession *self, MpRecord *record, MpCrmMetadata *metadata)
{
  const MpValidationContext context = { find_platform, find_credential, self, metadata };

  return mp_validate_record (mp_services_get_registry (self->services), record, &context);
}

/* Judges the record anew, and tells. */
void
mp_session_validate_model (MpSession *self, MpRecordModel *model)
{
  g_autoptr (MpFieldErrors) errors = mp_session_validate (self, mp_record_model_get_record (model),
                                                          mp_record_model_get_metadata (model));

  mp_record_model_set_errors (model, errors);
}

/* MpSyncEligibleFunc: a record with faults stays here. */
gboolean
mp_session_is_eligible (MpStoredRecord *stored, gpointer session)
{
  MpSession *self = MP_SESSION (session);
  MpRecord *record = mp_stored_record_get_record (stored);
  MpRecordModel *model = mp_session_find_record (self, mp_stored_record_get_id (stored));
  g_autoptr (MpFieldErrors) errors = mp_session_validate (
      self, record, model != NULL ? mp_record_model_get_metadata (model) : NULL);

  return mp_field_errors_count (errors, MP_SEVERITY_ERROR, NULL) == 0;
}

/* Returns whether the CRM, or the objects that are used of it, are others now. */
static gboolean
update_source (MpRecordModel *model, MpRecord *before)
{
  MpRecord *record = mp_record_model_get_record (model);
  g_autofree char *source = mp_session_dup_metadata_source (record);

  if (g_strcmp0 (source, mp_record_model_get_source (model)) != 0)
    {
      g_autoptr (MpCrmMetadata) none = mp_crm_metadata_new ();

      mp_record_model_set_metadata (model, source, none);
      return source != NULL;
    }

  return source != NULL && before != NULL &&
         (g_strcmp0 (mp_record_get_string (before, "/crm/member_object"),
                     mp_record_get_string (record, "/crm/member_object")) != 0 ||
          g_strcmp0 (mp_record_get_string (before, "/crm/order_object"),
                     mp_record_get_string (record, "/crm/order_object")) != 0);
}

static void
place_model (MpSession *self, MpRecordModel *model)
{
  unsigned int position;

  if (g_list_store_find (self->records, model, &position))
    {
      if (fits (G_LIST_MODEL (self->records), position, model, compare_models))
        return;
      g_list_store_remove (self->records, position);
    }
  g_list_store_insert_sorted (self->records, model, compare_models, NULL);
}

static void
apply_record (MpSession *self, MpStoredRecord *stored)
{
  const char *id = mp_stored_record_get_id (stored);
  MpRecordModel *known = mp_session_find_record (self, id);
  g_autoptr (MpRecordModel) model =
                 known != NULL ? g_object_ref (known) : mp_record_model_new (stored);
  g_autoptr (MpRecord) before =
                 known != NULL ? g_object_ref (mp_record_model_get_record (known)) : NULL;
  gboolean has_new_source;

  mp_record_model_set_stored (model, stored);
  has_new_source = update_source (model, before);
  if (known == NULL)
    g_hash_table_insert (self->models, g_strdup (id), g_object_ref (model));
  mp_session_validate_model (self, model);
  place_model (self, model);
  if (has_new_source)
    mp_session_restore_metadata (self, model);
}

static void
remove_record (MpSession *self, const char *id)
{
  MpRecordModel *model = mp_session_find_record (self, id);

  if (model == NULL)
    return;

  remove_item (self->records, model);
  g_hash_table_remove (self->models, id);
}

static void
apply_credential (MpSession *self, MpCredential *credential)
{
  const char *id = mp_credential_get_id (credential);
  MpCredential *known = mp_session_find_credential (self, id);
  g_autoptr (MpCredential) before = known != NULL ? g_object_ref (known) : NULL;
  unsigned int position;

  g_hash_table_replace (self->credentials_by_id, g_strdup (id), g_object_ref (credential));

  if (before != NULL && g_list_store_find (self->credentials, before, &position))
    {
      if (fits (G_LIST_MODEL (self->credentials), position, credential, compare_credentials))
        {
          gpointer additions[] = { credential };

          g_list_store_splice (self->credentials, position, 1, additions, 1);
          return;
        }
      g_list_store_remove (self->credentials, position);
    }
  g_list_store_insert_sorted (self->credentials, credential, compare_credentials, NULL);
}

static void
remove_credential (MpSession *self, const char *id)
{
  MpCredential *credential = mp_session_find_credential (self, id);

  if (credential == NULL)
    return;

  remove_item (self->credentials, credential);
  g_hash_table_remove (self->credentials_by_id, id);
}

/* A complete delta: what is not in it is no more. */
static void
remove_missing (MpSession *self, MpStoreDelta *delta)
{
  GPtrArray *records = mp_store_delta_get_records (delta);
  GPtrArray *credentials = mp_store_delta_get_credentials (delta);
  g_autoptr (GHashTable) ids = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) known = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gpointer id;

  for (unsigned int i = 0; i < records->len; i++)
    g_hash_table_add (ids, (gpointer) mp_stored_record_get_id (g_ptr_array_index (records, i)));
  for (unsigned int i = 0; i < credentials->len; i++)
    g_hash_table_add (ids, (gpointer) mp_credential_get_id (g_ptr_array_index (credentials, i)));

  g_hash_table_iter_init (&iter, self->models);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    g_ptr_array_add (known, g_strdup (id));
  g_hash_table_iter_init (&iter, self->credentials_by_id);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    g_ptr_array_add (known, g_strdup (id));

  for (unsigned int i = 0; i < known->len; i++)
    if (!g_hash_table_contains (ids, g_ptr_array_index (known, i)))
      {
        remove_record (self, g_ptr_array_index (known, i));
        remove_credential (self, g_ptr_array_index (known, i));
      }
}

static void
apply_credentials (MpSession *self, MpStoreDelta *delta)
{
  GPtrArray *changed = mp_store_delta_get_credentials (delta);
  GPtrArray *removed = mp_store_delta_get_removed_credentials (delta);

  for (unsigned int i = 0; i < changed->len; i++)
    apply_credential (self, g_ptr_array_index (changed, i));
  for (unsigned int i = 0; i < removed->len; i++)
    remove_credential (self, g_ptr_array_index (removed, i));
}

static void
apply_records (MpSession *self, MpStoreDelta *delta)
{
  GPtrArray *changed = mp_store_delta_get_records (delta);
  GPtrArray *removed = mp_store_delta_get_removed_records (delta);

  for (unsigned int i = 0; i < changed->len; i++)
    apply_record (self, g_ptr_array_index (changed, i));
  for (unsigned int i = 0; i < removed->len; i++)
    remove_record (self, g_ptr_array_index (removed, i));
}

/* A record's faults depend on the credentials it refers to. */
static void
validate_all (MpSession *self)
{
  g_autoptr (GPtrArray) models = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter iter;
  gpointer model;

  g_hash_table_iter_init (&iter, self->models);
  while (g_hash_table_iter_next (&iter, NULL, &model))
    g_ptr_array_add (models, g_object_ref (model));
  for (unsigned int i = 0; i < models->len; i++)
    mp_session_validate_model (self, g_ptr_array_index (models, i));
}

/* Brings the models in step with the store. */
void
mp_session_apply_delta (MpSession *self, MpStoreDelta *delta)
{
  g_autoptr (MpStoreDelta) before = g_steal_pointer (&self->latest);

  self->latest = g_object_ref (delta);
  if (mp_store_delta_get_complete (delta))
    remove_missing (self, delta);
  apply_credentials (self, delta);
  apply_records (self, delta);
  if (mp_store_delta_get_credentials (delta)->len > 0 ||
      mp_store_delta_get_removed_credentials (delta)->len > 0)
    validate_all (self);
  mp_session_notify_delta (self, before);
}
