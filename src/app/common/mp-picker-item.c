/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-picker-item.h"

#include "mp-search.h"

struct _MpPickerItem
{
  GObject parent_instance;

  char *id;     /* (owned) */
  char *label;  /* (owned) */
  char *detail; /* (owned) (nullable) */
  gboolean available;
  char *folded; /* (owned) (nullable): not searched yet */
};

G_DEFINE_FINAL_TYPE (MpPickerItem, mp_picker_item, G_TYPE_OBJECT)

static void
mp_picker_item_finalize (GObject *object)
{
  MpPickerItem *self = MP_PICKER_ITEM (object);

  g_free (self->id);
  g_free (self->label);
  g_free (self->detail);
  g_free (self->folded);
  G_OBJECT_CLASS (mp_picker_item_parent_class)->finalize (object);
}

static void
mp_picker_item_class_init (MpPickerItemClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mp_picker_item_finalize;
}

static void
mp_picker_item_init (MpPickerItem *self)
{
}

/**
 * mp_picker_item_new:
 * @id: what is stored when it is chosen
 * @label: what people read
 * @detail: (nullable): a second line that tells it apart
 *
 * Returns: (transfer full): the choice
 */
MpPickerItem *
mp_picker_item_new (const char *id, const char *label, const char *detail)
{
  MpPickerItem *self;

  g_return_val_if_fail (id != NULL, NULL);
  g_return_val_if_fail (label != NULL, NULL);

  self = g_object_new (MP_TYPE_PICKER_ITEM, NULL);
  self->id = g_strdup (id);
  self->label = g_strdup (label);
  self->detail = g_strdup (detail);
  self->available = TRUE;
  return self;
}

/**
 * mp_picker_item_new_unavailable:
 * @id: what would be stored
 * @label: what people read
 * @reason: why it cannot be chosen
 *
 * Returns: (transfer full): something that is only listed
 */
MpPickerItem *
mp_picker_item_new_unavailable (const char *id, const char *label, const char *reason)
{
  MpPickerItem *self;

  g_return_val_if_fail (reason != NULL, NULL);

  self = mp_picker_item_new (id, label, reason);
  self->available = FALSE;
  return self;
}

/**
 * mp_picker_item_get_id:
 * @self: a choice
 *
 * Returns: (transfer none): what is stored when it is chosen
 */
const char *
mp_picker_item_get_id (MpPickerItem *self)
{
  g_return_val_if_fail (MP_IS_PICKER_ITEM (self), NULL);

  return self->id;
}

/**
 * mp_picker_item_get_label:
 * @self: a choice
 *
 * Returns: (transfer none): what people read
 */
const char *
mp_picker_item_get_label (MpPickerItem *self)
{
  g_return_val_if_fail (MP_IS_PICKER_ITEM (self), NULL);

  return self->label;
}

/**
 * mp_picker_item_get_detail:
 * @self: a choice
 *
 * Returns: (transfer none) (nullable): the second line
 */
const char *
mp_picker_item_get_detail (MpPickerItem *self)
{
  g_return_val_if_fail (MP_IS_PICKER_ITEM (self), NULL);

  return self->detail;
}

/**
 * mp_picker_item_get_available:
 * @self: a choice
 *
 * Returns: whether it can be chosen
 */
gboolean
mp_picker_item_get_available (MpPickerItem *self)
{
  g_return_val_if_fail (MP_IS_PICKER_ITEM (self), FALSE);

  return self->available;
}

/**
 * mp_picker_item_matches:
 * @self: a choice
 * @folded_query: from mp_search_fold ()
 *
 * Returns: whether label, detail or id hold each word of the query
 */
gboolean
mp_picker_item_matches (MpPickerItem *self, const char *folded_query)
{
  g_return_val_if_fail (MP_IS_PICKER_ITEM (self), FALSE);
  g_return_val_if_fail (folded_query != NULL, FALSE);

  if (self->folded == NULL)
    {
      g_autofree char *all =
          g_strjoin ("\n", self->label, self->id, self->detail != NULL ? self->detail : "", NULL);

      self->folded = mp_search_fold (all);
    }
  return mp_search_matches (self->folded, folded_query);
}

/**
 * mp_picker_item_find:
 * @model: (nullable): a list of #MpPickerItem
 * @id: (nullable): what is stored
 *
 * Returns: (transfer none) (nullable): the choice that is stored so; alive while @model holds it
 */
MpPickerItem *
mp_picker_item_find (GListModel *model, const char *id)
{
  unsigned int n_items;

  if (model == NULL || id == NULL)
    return NULL;

  n_items = g_list_model_get_n_items (model);
  for (unsigned int i = 0; i < n_items; i++)
    {
      g_autoptr (MpPickerItem) item = g_list_model_get_item (model, i);

      if (g_str_equal (item->id, id))
        return item;
    }
  return NULL;
}
