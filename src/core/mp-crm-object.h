/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* An object (record type) of a CRM. Immutable. */
#define MP_TYPE_CRM_OBJECT (mp_crm_object_get_type ())
G_DECLARE_FINAL_TYPE (MpCrmObject, mp_crm_object, MP, CRM_OBJECT, GObject)
MpCrmObject *
mp_crm_object_new (const char *name, const char *label, gboolean custom) G_GNUC_WARN_UNUSED_RESULT;
const char *mp_crm_object_get_name (MpCrmObject *self);
const char *mp_crm_object_get_label (MpCrmObject *self);
gboolean mp_crm_object_get_custom (MpCrmObject *self);

G_END_DECLS
