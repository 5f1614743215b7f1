/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-catalogue.h"

G_BEGIN_DECLS

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

G_END_DECLS
