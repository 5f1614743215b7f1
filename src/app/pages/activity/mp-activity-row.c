/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-activity-row.h"

#include "mp-activity-text.h"

struct _MpActivityRow
{
  AdwBin parent_instance;

  GtkLabel *title_label;
  GtkLabel *origin_label;
  GtkLabel *changes_label;
};

G_DEFINE_FINAL_TYPE (MpActivityRow, mp_activity_row, ADW_TYPE_BIN)

static void
mp_activity_row_class_init (MpActivityRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_template_from_resource (
      widget_class, "/org/memberpulse/Integrations/ui/mp-activity-row.ui");
  gtk_widget_class_bind_template_child (widget_class, MpActivityRow, title_label);
  gtk_widget_class_bind_template_child (widget_class, MpActivityRow, origin_label);
  gtk_widget_class_bind_template_child (widget_class, MpActivityRow, changes_label);
}

static void
mp_activity_row_init (MpActivityRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * mp_activity_row_new:
 *
 * Returns: (transfer floating): a row without an entry
 */
GtkWidget *
mp_activity_row_new (void)
{
  return g_object_new (MP_TYPE_ACTIVITY_ROW, NULL);
}

/**
 * mp_activity_row_show:
 * @self: a row
 * @context: what the pages share
 * @entry: the entry
 *
 * Shows @entry in the place of an earlier one.
 */
void
mp_activity_row_show (MpActivityRow *self, MpContext *context, MpAuditEntry *entry)
{
  g_autofree char *title = NULL;
  g_autofree char *origin = NULL;
  g_autofree char *changes = NULL;

  g_return_if_fail (MP_IS_ACTIVITY_ROW (self));

  title = mp_activity_text_dup_title (context, entry);
  origin = mp_activity_text_dup_origin (entry);
  changes = mp_activity_text_dup_changes (context, entry);
  gtk_label_set_label (self->title_label, title);
  gtk_label_set_label (self->origin_label, origin);
  gtk_label_set_label (self->changes_label, changes);
  gtk_widget_set_visible (GTK_WIDGET (self->changes_label), *changes != '\0');
}
