/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-crm-field.h"
#include "mp-crm-object.h"

G_BEGIN_DECLS

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
