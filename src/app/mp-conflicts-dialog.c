/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-conflicts-dialog.h"

#include "mp-conflict-record.h"

struct _MpConflictsDialog
{
  AdwWindow parent_instance;

  GtkBox *records_box;

  MpContext *context; /* (owned) */
};

G_DEFINE_FINAL_TYPE (MpConflictsDialog, mp_conflicts_dialog, ADW_TYPE_WINDOW)

static void fill (MpConflictsDialog *self);

static GtkWidget *
find_block (MpConflictsDialog *self, MpRecordModel *record)
{
  GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self->records_box));

  while (child != NULL && g_object_get_data (G_OBJECT (child), "record") != (gpointer) record)
    child = gtk_widget_get_next_sibling (child);
  return child;
}

/* The server's side of one changed, or it was settled elsewhere: what was chosen is of before. */
static void
record_changed_cb (MpRecordModel *record, MpConflictsDialog *self)
{
  GtkWidget *block = find_block (self, record);

  if (block != NULL)
    gtk_box_remove (self->records_box, block);
  fill (self);
  if (gtk_widget_get_first_child (GTK_WIDGET (self->records_box)) == NULL)
    gtk_window_close (GTK_WINDOW (self));
}

static void
add_record (MpConflictsDialog *self, MpRecordModel *record)
{
  GtkWidget *block = mp_conflict_record_new (self->context, record,
                                             gtk_window_get_transient_for (GTK_WINDOW (self)));

  g_object_set_data (G_OBJECT (block), "record", record);
  gtk_box_append (self->records_box, block);
}

static void
fill (MpConflictsDialog *self)
{
  MpSession *session = mp_context_get_session (self->context);
  GListModel *records = session != NULL ? mp_session_get_records (session) : NULL;

  for (unsigned int i = 0; records != NULL && i < g_list_model_get_n_items (records); i++)
    {
      g_autoptr (MpRecordModel) record = g_list_model_get_item (records, i);

      if (mp_record_model_get_n_conflicts (record) == 0 || find_block (self, record) != NULL)
        continue;
      add_record (self, record);
      g_signal_handlers_disconnect_by_func (record, record_changed_cb, self);
      g_signal_connect_object (record, "changed", G_CALLBACK (record_changed_cb), self, 0);
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
  gtk_widget_class_bind_template_child (widget_class, MpConflictsDialog, records_box);
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

  g_return_val_if_fail (GTK_IS_WINDOW (parent), NULL);
  g_return_val_if_fail (MP_IS_CONTEXT (context), NULL);

  self = g_object_new (MP_TYPE_CONFLICTS_DIALOG, "transient-for", parent, NULL);
  self->context = g_object_ref (context);
  fill (self);
  return GTK_WINDOW (self);
}
