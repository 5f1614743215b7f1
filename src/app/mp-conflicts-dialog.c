/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-conflicts-dialog.h"

#include "mp-conflict-group.h"

struct _MpConflictsDialog
{
  AdwWindow parent_instance;

  AdwPreferencesPage *page;

  MpContext *context; /* (owned) */
  unsigned int n_open;
};

G_DEFINE_FINAL_TYPE (MpConflictsDialog, mp_conflicts_dialog, ADW_TYPE_WINDOW)

static void
settled_cb (MpConflictGroup *group, MpConflictsDialog *self)
{
  adw_preferences_page_remove (self->page, ADW_PREFERENCES_GROUP (group));
  self->n_open--;
  if (self->n_open == 0)
    gtk_window_close (GTK_WINDOW (self));
}

static void
add_conflicts (MpConflictsDialog *self, MpRecordModel *record)
{
  for (unsigned int i = 0; i < mp_record_model_get_n_conflicts (record); i++)
    {
      GtkWidget *group =
          mp_conflict_group_new (self->context, record, mp_record_model_get_conflict (record, i));

      g_signal_connect_object (group, "settled", G_CALLBACK (settled_cb), self, 0);
      adw_preferences_page_add (self->page, ADW_PREFERENCES_GROUP (group));
      self->n_open++;
    }
}

static void
mp_conflicts_dialog_dispose (GObject *object)
{
  g_clear_object (&MP_CONFLICTS_DIALOG (object)->context);
  G_OBJECT_CLASS (mp_conflicts_dialog_parent_class)->dispose (object);
}

static void
mp_conflicts_dialog_class_init (MpConflictsDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mp_conflicts_dialog_dispose;

  gtk_widget_class_set_template_from_resource (
      widget_class, "/org/memberpulse/Integrations/ui/mp-conflicts-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, MpConflictsDialog, page);
}

static void
mp_conflicts_dialog_init (MpConflictsDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * mp_conflicts_dialog_new:
 * @parent: the window it belongs to
 * @context: what the pages share; signed in
 *
 * Returns: (transfer none): the dialog, not presented yet
 */
GtkWindow *
mp_conflicts_dialog_new (GtkWindow *parent, MpContext *context)
{
  MpConflictsDialog *self;
  GListModel *records;

  g_return_val_if_fail (GTK_IS_WINDOW (parent), NULL);
  g_return_val_if_fail (MP_IS_CONTEXT (context), NULL);

  self = g_object_new (MP_TYPE_CONFLICTS_DIALOG, "transient-for", parent, NULL);
  self->context = g_object_ref (context);
  records = mp_session_get_records (mp_context_get_session (context));
  for (unsigned int i = 0; i < g_list_model_get_n_items (records); i++)
    {
      g_autoptr (MpRecordModel) record = g_list_model_get_item (records, i);

      add_conflicts (self, record);
    }
  return GTK_WINDOW (self);
}
