/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-sample-record.h"

struct _MpSampleRecord
{
  GObject parent_instance;

  GHashTable *values; /* (element-type utf8 utf8): by field; none for what is empty */
};

G_DEFINE_FINAL_TYPE (MpSampleRecord, mp_sample_record, G_TYPE_OBJECT)

static void
mp_sample_record_finalize (GObject *object)
{
  MpSampleRecord *self = MP_SAMPLE_RECORD (object);

  g_hash_table_unref (self->values);
  G_OBJECT_CLASS (mp_sample_record_parent_class)->finalize (object);
}

static void
mp_sample_record_class_init (MpSampleRecordClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mp_sample_record_finalize;
}

static void
mp_sample_record_init (MpSampleRecord *self)
{
  self->values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

/**
 * mp_sample_record_new:
 * @fields: names of fields
 * @values: (element-type utf8): as many texts, each may be empty: the record has no value there
 *
 * Returns: (transfer full): a record
 */
MpSampleRecord *
mp_sample_record_new (const char *const *fields, GStrv values)
{
  MpSampleRecord *self = g_object_new (MP_TYPE_SAMPLE_RECORD, NULL);

  for (unsigned int i = 0; fields[i] != NULL && values[i] != NULL; i++)
    {
      if (*values[i] != '\0')
        g_hash_table_replace (self->values, g_strdup (fields[i]), g_strdup (values[i]));
    }
  return self;
}

/**
 * mp_sample_record_get_value:
 * @self: a record
 * @field: the name of a field that was asked for
 *
 * Returns: (nullable): what the record holds there, as text
 */
const char *
mp_sample_record_get_value (MpSampleRecord *self, const char *field)
{
  g_return_val_if_fail (MP_IS_SAMPLE_RECORD (self), NULL);
  g_return_val_if_fail (field != NULL, NULL);

  return g_hash_table_lookup (self->values, field);
}
