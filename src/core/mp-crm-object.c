/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-crm-object.h"

struct _MpCrmObject
{
  GObject parent_instance;

  char *name;  /* (owned) */
  char *label; /* (owned) */
  gboolean custom;
};

G_DEFINE_FINAL_TYPE (MpCrmObject, mp_crm_object, G_TYPE_OBJECT)

static void
mp_crm_object_finalize (GObject *object)
{
  MpCrmObject *self = MP_CRM_OBJECT (object);

  g_free (self->name);
  g_free (self->label);

  G_OBJECT_CLASS (mp_crm_object_parent_class)->finalize (object);
}

static void
mp_crm_object_class_init (MpCrmObjectClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mp_crm_object_finalize;
}

static void
mp_crm_object_init (MpCrmObject *self)
{
}

/**
 * mp_crm_object_new:
 * @name: the name its API uses
 * @label: (nullable): what people call it; %NULL for the name
 * @custom: whether the customer made it
 *
 * Returns: (transfer full): the object
 */
MpCrmObject *
mp_crm_object_new (const char *name, const char *label, gboolean custom)
{
  MpCrmObject *self;

  g_return_val_if_fail (name != NULL, NULL);

  self = g_object_new (MP_TYPE_CRM_OBJECT, NULL);
  self->name = g_strdup (name);
  self->label = g_strdup (label != NULL ? label : name);
  self->custom = custom;
  return self;
}

/**
 * mp_crm_object_get_name:
 * @self: an object of a CRM
 *
 * Returns: (transfer none): the name its API uses
 */
const char *
mp_crm_object_get_name (MpCrmObject *self)
{
  g_return_val_if_fail (MP_IS_CRM_OBJECT (self), NULL);
  return self->name;
}

/**
 * mp_crm_object_get_label:
 * @self: an object of a CRM
 *
 * Returns: (transfer none): what people call it
 */
const char *
mp_crm_object_get_label (MpCrmObject *self)
{
  g_return_val_if_fail (MP_IS_CRM_OBJECT (self), NULL);
  return self->label;
}

/**
 * mp_crm_object_get_custom:
 * @self: an object of a CRM
 *
 * Returns: whether the customer made it
 */
gboolean
mp_crm_object_get_custom (MpCrmObject *self)
{
  g_return_val_if_fail (MP_IS_CRM_OBJECT (self), FALSE);
  return self->custom;
}
