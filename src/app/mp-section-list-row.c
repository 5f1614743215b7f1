/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-section-list-row.h"

#include <glib/gi18n-lib.h>

struct _MpSectionListRow
{
  GtkListBoxRow parent_instance;

  GtkImage *icon;
  GtkLabel *title_label;
  GtkLabel *badge_label;

  char *name;   /* (owned): of the section */
  MpPage *page; /* (unowned): the window owns both */
};

G_DEFINE_FINAL_TYPE (MpSectionListRow, mp_section_list_row, GTK_TYPE_LIST_BOX_ROW)

static void
mp_section_list_row_finalize (GObject *object)
{
  g_free (MP_SECTION_LIST_ROW (object)->name);
  G_OBJECT_CLASS (mp_section_list_row_parent_class)->finalize (object);
}

static void
mp_section_list_row_class_init (MpSectionListRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = mp_section_list_row_finalize;

  gtk_widget_class_set_template_from_resource (
      widget_class, "/org/memberpulse/Integrations/ui/mp-section-list-row.ui");
  gtk_widget_class_bind_template_child (widget_class, MpSectionListRow, icon);
  gtk_widget_class_bind_template_child (widget_class, MpSectionListRow, title_label);
  gtk_widget_class_bind_template_child (widget_class, MpSectionListRow, badge_label);
}

static void
mp_section_list_row_init (MpSectionListRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * mp_section_list_row_new:
 * @name: the section's name in the window
 * @page: the section's page
 *
 * Returns: (transfer floating): the row
 */
GtkWidget *
mp_section_list_row_new (const char *name, MpPage *page)
{
  MpSectionListRow *self;

  g_return_val_if_fail (name != NULL, NULL);
  g_return_val_if_fail (MP_IS_PAGE (page), NULL);

  self = g_object_new (MP_TYPE_SECTION_LIST_ROW, NULL);
  self->name = g_strdup (name);
  self->page = page;
  gtk_image_set_from_icon_name (self->icon, mp_page_get_icon_name (page));
  gtk_label_set_label (self->title_label, mp_page_get_title (page));
  mp_section_list_row_set_counts (self, 0, 0);
  return GTK_WIDGET (self);
}

/**
 * mp_section_list_row_get_name:
 * @self: a row
 *
 * Returns: (transfer none): the section's name in the window
 */
const char *
mp_section_list_row_get_name (MpSectionListRow *self)
{
  g_return_val_if_fail (MP_IS_SECTION_LIST_ROW (self), NULL);

  return self->name;
}

/**
 * mp_section_list_row_get_page:
 * @self: a row
 *
 * Returns: (transfer none): the section's page
 */
MpPage *
mp_section_list_row_get_page (MpSectionListRow *self)
{
  g_return_val_if_fail (MP_IS_SECTION_LIST_ROW (self), NULL);

  return self->page;
}

/**
 * mp_section_list_row_set_counts:
 * @self: a row
 * @n_errors: things to be done in the section
 * @n_conflicts: conflicts to be settled there
 *
 * Shows the counts: as a number, and in words for the pointer and for screen readers.
 */
void
mp_section_list_row_set_counts (MpSectionListRow *self,
                                unsigned int n_errors,
                                unsigned int n_conflicts)
{
  const char *title;
  g_autofree char *number = NULL;
  g_autofree char *words = NULL;
  g_autofree char *spoken = NULL;

  g_return_if_fail (MP_IS_SECTION_LIST_ROW (self));

  title = mp_page_get_title (self->page);
  gtk_widget_set_visible (GTK_WIDGET (self->badge_label), n_errors + n_conflicts > 0);
  if (n_errors + n_conflicts == 0)
    {
      gtk_widget_set_tooltip_text (GTK_WIDGET (self), NULL);
      gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, title,
                                      -1);
      return;
    }

  number = g_strdup_printf ("%u", n_errors + n_conflicts);
  if (n_conflicts > 0)
    words = g_strdup_printf (
        ngettext ("%u conflict to be settled", "%u conflicts to be settled", n_conflicts),
        n_conflicts);
  else
    words = g_strdup_printf (ngettext ("%u thing to be done", "%u things to be done", n_errors),
                             n_errors);
  gtk_label_set_label (self->badge_label, number);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), words);
  spoken = g_strdup_printf ("%s, %s", title, words);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
}
