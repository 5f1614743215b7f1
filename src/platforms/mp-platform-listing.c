/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-platform-listing.h"

#include <gio/gio.h>

static const char *
get_item_name (gpointer item)
{
  return MP_IS_CRM_OBJECT (item) ? mp_crm_object_get_name (item) : mp_crm_field_get_name (item);
}

/* Moves those of @items that @names lists, in its order. */
static void
take_first (GStrv names, GPtrArray *items, GPtrArray *taken)
{
  for (unsigned int i = 0; names[i] != NULL; i++)
    {
      for (unsigned int j = 0; j < items->len; j++)
        {
          if (!g_str_equal (get_item_name (g_ptr_array_index (items, j)), names[i]))
            continue;
          g_ptr_array_add (taken, g_ptr_array_remove_index (items, j));
          break;
        }
    }
}

GListModel *
mp_platform_make_listing (const MpListSpec *list,
                          GType item_type,
                          GPtrArray *items,
                          GHashTable *names)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new ();
  g_autoptr (GPtrArray) sorted = g_ptr_array_new ();
  GListStore *store = g_list_store_new (item_type);

  for (unsigned int i = 0; i < list->static_items->len; i++)
    {
      gpointer item = g_ptr_array_index (list->static_items, i);

      if (!g_hash_table_contains (names, get_item_name (item)))
        g_ptr_array_add (all, item);
    }
  g_ptr_array_extend (all, items, NULL, NULL);
  take_first (list->first, all, sorted);
  g_ptr_array_extend (sorted, all, NULL, NULL);
  g_list_store_splice (store, 0, 0, sorted->pdata, sorted->len);
  return G_LIST_MODEL (store);
}
