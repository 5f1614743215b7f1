/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-catalogue.h"

G_BEGIN_DECLS

/* An object (record type) of a CRM. Immutable. */
#define MP_TYPE_CRM_OBJECT (mp_crm_object_get_type ())
G_DECLARE_FINAL_TYPE (MpCrmObject, mp_crm_object, MP, CRM_OBJECT, GObject)
MpCrmObject *
mp_crm_object_new (const char *name, const char *label, gboolean custom) G_GNUC_WARN_UNUSED_RESULT;
const char *mp_crm_object_get_name (MpCrmObject *self);
const char *mp_crm_object_get_label (MpCrmObject *self);
gboolean mp_crm_object_get_custom (MpCrmObject *self);

typedef struct
{
  char *value;
  char *label;
} MpOption;

/* A field of a CRM's object. Immutable. */
#define MP_TYPE_CRM_FIELD (mp_crm_field_get_type ())
G_DECLARE_FINAL_TYPE (MpCrmField, mp_crm_field, MP, CRM_FIELD, GObject)
typedef struct
{
  const char *name;
  const char *label; /* (nullable): the name */
  MpFieldType type;
  const char *vendor_type; /* (nullable): as the CRM calls it */
  gboolean required;
  gboolean read_only;
  gboolean custom;
  gboolean restricted;     /* only the options are allowed */
  unsigned int max_length; /* characters; 0: not known */
  GPtrArray *options;      /* (nullable) (element-type MpOption) */
} MpCrmFieldInit;
MpCrmField *mp_crm_field_new (const MpCrmFieldInit *init) G_GNUC_WARN_UNUSED_RESULT;
const char *mp_crm_field_get_name (MpCrmField *self);
const char *mp_crm_field_get_label (MpCrmField *self);
MpFieldType mp_crm_field_get_field_type (MpCrmField *self);
const char *mp_crm_field_get_vendor_type (MpCrmField *self);
gboolean mp_crm_field_get_required (MpCrmField *self);
gboolean mp_crm_field_get_read_only (MpCrmField *self);
gboolean mp_crm_field_get_custom (MpCrmField *self);
gboolean mp_crm_field_get_restricted (MpCrmField *self);
unsigned int mp_crm_field_get_max_length (MpCrmField *self);
unsigned int mp_crm_field_get_n_options (MpCrmField *self);
const MpOption *mp_crm_field_get_option (MpCrmField *self, unsigned int index);
MpOption *mp_option_new (const char *value, const char *label) G_GNUC_WARN_UNUSED_RESULT;
void mp_option_free (MpOption *option);

/*
 * MpCrmMetadata: what is known of one CRM: its objects and, for some of them, their fields.
 * Immutable: adding returns a new one. A GListModel here is a GListStore that nobody changes any
 * more.
 */
#define MP_TYPE_CRM_METADATA (mp_crm_metadata_get_type ())
G_DECLARE_FINAL_TYPE (MpCrmMetadata, mp_crm_metadata, MP, CRM_METADATA, GObject)
MpCrmMetadata *mp_crm_metadata_new (void) G_GNUC_WARN_UNUSED_RESULT;
MpCrmMetadata *mp_crm_metadata_new_from_json (JsonObject *object,
                                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
JsonObject *mp_crm_metadata_to_json (MpCrmMetadata *self) G_GNUC_WARN_UNUSED_RESULT;
MpCrmMetadata *mp_crm_metadata_with_objects (MpCrmMetadata *self,
                                             GListModel *objects) G_GNUC_WARN_UNUSED_RESULT;
MpCrmMetadata *mp_crm_metadata_with_fields (MpCrmMetadata *self,
                                            const char *object,
                                            GListModel *fields) G_GNUC_WARN_UNUSED_RESULT;
MpCrmMetadata *mp_crm_metadata_with_validator (MpCrmMetadata *self,
                                               const char *object,
                                               const char *validator) G_GNUC_WARN_UNUSED_RESULT;
const char *mp_crm_metadata_get_validator (MpCrmMetadata *self, const char *object);
GListModel *mp_crm_metadata_get_objects (MpCrmMetadata *self); /* (nullable): not read yet */
GListModel *mp_crm_metadata_get_fields (MpCrmMetadata *self,
                                        const char *object); /* (nullable): not read yet */
MpCrmObject *mp_crm_metadata_find_object (MpCrmMetadata *self, const char *name);
MpCrmField *mp_crm_metadata_find_field (MpCrmMetadata *self, const char *object, const char *name);

G_END_DECLS
