/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-crm-field.h"

#include <string.h>

struct _MpCrmField
{
  GObject parent_instance;

  char *name;        /* (owned) */
  char *label;       /* (owned) */
  char *vendor_type; /* (owned) (nullable): the CRM does not say */
  MpOption *options; /* (owned) (nullable): no fixed list; their texts are in the same block */
  unsigned int n_options;
  MpFieldType type;
  unsigned int max_length;
  gboolean required;
  gboolean read_only;
  gboolean custom;
  gboolean restricted;
};

G_DEFINE_FINAL_TYPE (MpCrmField, mp_crm_field, G_TYPE_OBJECT)

static char *
append_text (char **end, const char *text)
{
  const size_t size = strlen (text) + 1;
  char *copy = memcpy (*end, text, size);

  *end += size;
  return copy;
}

/* A CRM's object can have a hundred thousand options: each field keeps its own in one block, which
 * takes the least memory and no time to free. */
static MpOption *
pack_options (GPtrArray *options)
{
  size_t size = options->len * sizeof (MpOption);
  MpOption *packed;
  char *end;

  for (unsigned int i = 0; i < options->len; i++)
    {
      const MpOption *option = g_ptr_array_index (options, i);

      size += strlen (option->value) + 1 + strlen (option->label) + 1;
    }

  packed = g_malloc (size);
  end = (char *) (packed + options->len);
  for (unsigned int i = 0; i < options->len; i++)
    {
      const MpOption *option = g_ptr_array_index (options, i);

      packed[i].value = append_text (&end, option->value);
      packed[i].label = append_text (&end, option->label);
    }
  return packed;
}

static void
mp_crm_field_finalize (GObject *object)
{
  MpCrmField *self = MP_CRM_FIELD (object);

  g_free (self->name);
  g_free (self->label);
  g_free (self->vendor_type);
  g_free (self->options);

  G_OBJECT_CLASS (mp_crm_field_parent_class)->finalize (object);
}

static void
mp_crm_field_class_init (MpCrmFieldClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mp_crm_field_finalize;
}

static void
mp_crm_field_init (MpCrmField *self)
{
}

/**
 * mp_crm_field_new:
 * @init: its members, which are copied
 *
 * Returns: (transfer full): the field
 */
MpCrmField *
mp_crm_field_new (const MpCrmFieldInit *init)
{
  MpCrmField *self;

  g_return_val_if_fail (init != NULL && init->name != NULL, NULL);
  g_return_val_if_fail (init->type >= MP_FIELD_TYPE_TEXT && init->type <= MP_FIELD_TYPE_OTHER,
                        NULL);

  self = g_object_new (MP_TYPE_CRM_FIELD, NULL);
  self->name = g_strdup (init->name);
  self->label = g_strdup (init->label != NULL ? init->label : init->name);
  self->type = init->type;
  self->vendor_type = g_strdup (init->vendor_type);
  self->required = init->required;
  self->read_only = init->read_only;
  self->custom = init->custom;
  self->restricted = init->restricted;
  self->max_length = init->max_length;
  if (init->options != NULL && init->options->len > 0)
    {
      self->options = pack_options (init->options);
      self->n_options = init->options->len;
    }
  return self;
}

/**
 * mp_option_new:
 * @value: what the CRM stores
 * @label: (nullable): what it shows; %NULL for the value
 *
 * Returns: (transfer full): the option; free with mp_option_free()
 */
MpOption *
mp_option_new (const char *value, const char *label)
{
  MpOption *option;

  g_return_val_if_fail (value != NULL, NULL);

  option = g_new0 (MpOption, 1);
  option->value = g_strdup (value);
  option->label = g_strdup (label != NULL ? label : value);
  return option;
}

/**
 * mp_option_free:
 * @option: (transfer full) (nullable): an option
 */
void
mp_option_free (MpOption *option)
{
  if (option == NULL)
    return;
  g_free (option->value);
  g_free (option->label);
  g_free (option);
}

/**
 * mp_crm_field_get_name:
 * @self: a field of a CRM
 *
 * Returns: (transfer none): the name its API uses
 */
const char *
mp_crm_field_get_name (MpCrmField *self)
{
  g_return_val_if_fail (MP_IS_CRM_FIELD (self), NULL);
  return self->name;
}

/**
 * mp_crm_field_get_label:
 * @self: a field of a CRM
 *
 * Returns: (transfer none): what people call it
 */
const char *
mp_crm_field_get_label (MpCrmField *self)
{
  g_return_val_if_fail (MP_IS_CRM_FIELD (self), NULL);
  return self->label;
}

/**
 * mp_crm_field_get_field_type:
 * @self: a field of a CRM
 *
 * Returns: the type of its values
 */
MpFieldType
mp_crm_field_get_field_type (MpCrmField *self)
{
  g_return_val_if_fail (MP_IS_CRM_FIELD (self), MP_FIELD_TYPE_OTHER);
  return self->type;
}

/**
 * mp_crm_field_get_vendor_type:
 * @self: a field of a CRM
 *
 * Returns: (transfer none) (nullable): the type as the CRM calls it
 */
const char *
mp_crm_field_get_vendor_type (MpCrmField *self)
{
  g_return_val_if_fail (MP_IS_CRM_FIELD (self), NULL);
  return self->vendor_type;
}

/**
 * mp_crm_field_get_required:
 * @self: a field of a CRM
 *
 * Returns: whether the CRM refuses a new record without it
 */
gboolean
mp_crm_field_get_required (MpCrmField *self)
{
  g_return_val_if_fail (MP_IS_CRM_FIELD (self), FALSE);
  return self->required;
}

/**
 * mp_crm_field_get_read_only:
 * @self: a field of a CRM
 *
 * Returns: whether nobody can write it
 */
gboolean
mp_crm_field_get_read_only (MpCrmField *self)
{
  g_return_val_if_fail (MP_IS_CRM_FIELD (self), FALSE);
  return self->read_only;
}

/**
 * mp_crm_field_get_custom:
 * @self: a field of a CRM
 *
 * Returns: whether the customer made it
 */
gboolean
mp_crm_field_get_custom (MpCrmField *self)
{
  g_return_val_if_fail (MP_IS_CRM_FIELD (self), FALSE);
  return self->custom;
}

/**
 * mp_crm_field_get_restricted:
 * @self: a field of a CRM
 *
 * Returns: whether only its options are allowed
 */
gboolean
mp_crm_field_get_restricted (MpCrmField *self)
{
  g_return_val_if_fail (MP_IS_CRM_FIELD (self), FALSE);
  return self->restricted;
}

/**
 * mp_crm_field_get_max_length:
 * @self: a field of a CRM
 *
 * Returns: the most characters it takes; 0: not known
 */
unsigned int
mp_crm_field_get_max_length (MpCrmField *self)
{
  g_return_val_if_fail (MP_IS_CRM_FIELD (self), 0);
  return self->max_length;
}

/**
 * mp_crm_field_get_n_options:
 * @self: a field of a CRM
 *
 * Returns: how many options it has; 0 for none
 */
unsigned int
mp_crm_field_get_n_options (MpCrmField *self)
{
  g_return_val_if_fail (MP_IS_CRM_FIELD (self), 0);
  return self->n_options;
}

/**
 * mp_crm_field_get_option:
 * @self: a field of a CRM
 * @index: less than mp_crm_field_get_n_options()
 *
 * Returns: (transfer none): the option
 */
const MpOption *
mp_crm_field_get_option (MpCrmField *self, unsigned int index)
{
  g_return_val_if_fail (MP_IS_CRM_FIELD (self), NULL);
  g_return_val_if_fail (index < self->n_options, NULL);
  return &self->options[index];
}
