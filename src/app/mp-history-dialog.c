/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-history-dialog.h"

#include "mp-app-text.h"
#include "mp-error.h"
#include "mp-toast.h"
#include "mp-value-text.h"

#include <glib/gi18n-lib.h>

/* What a revision is compared with: these two, then every revision. */
enum
{
  COMPARE_BEFORE,
  COMPARE_NOW,
  COMPARE_FIRST_REVISION,
};

struct _MpHistoryDialog
{
  AdwWindow parent_instance;

  GtkStack *stack;
  AdwStatusPage *failed_page;
  AdwComboRow *revision_row;
  AdwComboRow *other_row;
  GtkListBox *differences_list;
  GtkWidget *restore_button;

  MpContext *context;        /* (owned) */
  MpRecordModel *record;     /* (owned) */
  GListModel *revisions;     /* (owned) (nullable): not read yet; MpRecord, newest first */
  GCancellable *cancellable; /* (owned) */
};

G_DEFINE_FINAL_TYPE (MpHistoryDialog, mp_history_dialog, ADW_TYPE_WINDOW)

static MpRecord *
get_revision (MpHistoryDialog *self, unsigned int index)
{
  g_autoptr (MpRecord) revision = g_list_model_get_item (self->revisions, index);

  return revision; /* the list keeps it */
}

/* (nullable): nothing was there before */
static MpRecord *
get_other (MpHistoryDialog *self, unsigned int index)
{
  unsigned int other = adw_combo_row_get_selected (self->other_row);

  if (other == COMPARE_NOW)
    return mp_record_model_get_record (self->record);
  if (other == COMPARE_BEFORE)
    return get_revision (self, index + 1);
  return get_revision (self, other - COMPARE_FIRST_REVISION);
}

static void
add_row (MpHistoryDialog *self, const char *title, const char *subtitle)
{
  GtkWidget *row = adw_action_row_new ();
  g_autofree char *title_markup = g_markup_escape_text (title, -1);
  g_autofree char *subtitle_markup = subtitle != NULL ? g_markup_escape_text (subtitle, -1) : NULL;

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title_markup);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 0);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
  if (subtitle_markup != NULL)
    adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle_markup);
  gtk_list_box_append (self->differences_list, row);
}

static char *
dup_value (MpHistoryDialog *self, MpRecord *record, const char *path)
{
  return mp_value_text_dup_value (self->context, path,
                                  record != NULL ? mp_record_get_value (record, path) : NULL);
}

static void
add_difference (MpHistoryDialog *self, MpRecord *from, MpRecord *to, const char *path)
{
  g_autofree char *label = mp_value_text_dup_label (self->context, to, path);
  g_autofree char *before = dup_value (self, from, path);
  g_autofree char *after = dup_value (self, to, path);
  /* Translators: a value that was changed: 1 is what it was, 2 what it is in this revision. */
  g_autofree char *text = g_strdup_printf (_ ("%s → %s"), before, after);

  add_row (self, label, text);
}

static void
add_differences (MpHistoryDialog *self, MpRecord *from, MpRecord *to)
{
  g_autoptr (MpRecord) empty = mp_record_new (mp_record_get_id (to), (MpStamp){ 0 });
  g_autoptr (MpChanges) changes = mp_record_diff (from != NULL ? from : empty, to);
  const gboolean was_archived = from != NULL && mp_record_get_archived (from);

  if (was_archived != mp_record_get_archived (to))
    add_row (self, was_archived ? _ ("Brought back from the archive") : _ ("Archived"), NULL);
  else if (mp_changes_get_size (changes) == 0)
    add_row (self, _ ("Nothing differs"), NULL);
  for (unsigned int i = 0; i < mp_changes_get_size (changes); i++)
    add_difference (self, from, to, mp_changes_get_path (changes, i));
}

static gboolean
can_restore (MpHistoryDialog *self, MpRecord *revision)
{
  MpSession *session = mp_context_get_session (self->context);

  return session != NULL && mp_session_can (session, MP_PERMISSION_EDIT) &&
         !mp_record_equal_content (revision, mp_record_model_get_record (self->record));
}

static void
show_differences (MpHistoryDialog *self)
{
  unsigned int index = adw_combo_row_get_selected (self->revision_row);
  MpRecord *revision;
  GtkWidget *row;

  if (self->revisions == NULL || index == GTK_INVALID_LIST_POSITION ||
      adw_combo_row_get_selected (self->other_row) == GTK_INVALID_LIST_POSITION)
    return;

  while ((row = gtk_widget_get_first_child (GTK_WIDGET (self->differences_list))) != NULL)
    gtk_list_box_remove (self->differences_list, row);
  revision = get_revision (self, index);
  add_differences (self, get_other (self, index), revision);
  gtk_widget_set_sensitive (self->restore_button, can_restore (self, revision));
}

static void
fill_rows (MpHistoryDialog *self)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  g_autoptr (GtkStringList) others = gtk_string_list_new (NULL);

  gtk_string_list_append (others, _ ("The revision before it"));
  gtk_string_list_append (others, _ ("What is here now"));
  for (unsigned int i = 0; i < g_list_model_get_n_items (self->revisions); i++)
    {
      g_autofree char *name =
          mp_value_text_dup_stamp (mp_record_get_updated (get_revision (self, i)));

      gtk_string_list_append (names, name);
      gtk_string_list_append (others, name);
    }
  adw_combo_row_set_model (self->revision_row, G_LIST_MODEL (names));
  adw_combo_row_set_model (self->other_row, G_LIST_MODEL (others));
  show_differences (self);
}

static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MpHistoryDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  GListModel *revisions = mp_session_load_history_finish (MP_SESSION (source), result, &error);

  if (mp_error_is_cancelled (error) || g_cancellable_is_cancelled (self->cancellable))
    {
      g_clear_object (&revisions);
      return;
    }
  if (revisions == NULL)
    {
      g_autofree char *text = mp_app_text_dup_error (error, NULL);
      g_autofree char *markup = g_markup_escape_text (text, -1);

      adw_status_page_set_description (self->failed_page, markup);
      gtk_stack_set_visible_child_name (self->stack, "failed");
      return;
    }

  g_clear_object (&self->revisions);
  self->revisions = revisions;
  fill_rows (self);
  gtk_stack_set_visible_child_name (self->stack, "ready");
}

static void
load (MpHistoryDialog *self)
{
  MpSession *session = mp_context_get_session (self->context);

  if (session == NULL)
    return;

  gtk_stack_set_visible_child_name (self->stack, "loading");
  mp_session_load_history_async (session, mp_record_model_get_id (self->record), self->cancellable,
                                 loaded_cb, g_object_ref (self));
}

static void
restored_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MpHistoryDialog) self = user_data;
  GtkWindow *parent = gtk_window_get_transient_for (GTK_WINDOW (self));
  g_autoptr (GError) error = NULL;

  if (!mp_editor_edit_finish (MP_EDITOR (source), result, &error))
    {
      g_autofree char *text = mp_app_text_dup_error (error, NULL);

      mp_toast_show (GTK_WIDGET (self), text);
      return;
    }

  if (parent == NULL)
    return;
  mp_toast_show_action (GTK_WIDGET (parent), _ ("The revision’s values are back"), _ ("Undo"),
                                                                                      "win.undo");
  gtk_window_close (GTK_WINDOW (self));
}

static void
restore_clicked_cb (MpHistoryDialog *self)
{
  MpRecord *revision = get_revision (self, adw_combo_row_get_selected (self->revision_row));
  g_autoptr (MpChanges) changes =
                 mp_record_diff (mp_record_model_get_record (self->record), revision);

  if (mp_changes_get_size (changes) > 0)
    mp_editor_edit_async (mp_context_get_editor (self->context), self->record, changes, restored_cb,
                          g_object_ref (self));
}

static void
mp_history_dialog_unroot (GtkWidget *widget)
{
  g_cancellable_cancel (MP_HISTORY_DIALOG (widget)->cancellable);
  GTK_WIDGET_CLASS (mp_history_dialog_parent_class)->unroot (widget);
}

static void
mp_history_dialog_dispose (GObject *object)
{
  MpHistoryDialog *self = MP_HISTORY_DIALOG (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->context);
  g_clear_object (&self->record);
  g_clear_object (&self->revisions);
  G_OBJECT_CLASS (mp_history_dialog_parent_class)->dispose (object);
}

static void
mp_history_dialog_finalize (GObject *object)
{
  g_object_unref (MP_HISTORY_DIALOG (object)->cancellable);
  G_OBJECT_CLASS (mp_history_dialog_parent_class)->finalize (object);
}

static void
mp_history_dialog_class_init (MpHistoryDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mp_history_dialog_dispose;
  G_OBJECT_CLASS (klass)->finalize = mp_history_dialog_finalize;
  widget_class->unroot = mp_history_dialog_unroot;

  gtk_widget_class_set_template_from_resource (
      widget_class, "/org/memberpulse/Integrations/ui/mp-history-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, MpHistoryDialog, stack);
  gtk_widget_class_bind_template_child (widget_class, MpHistoryDialog, failed_page);
  gtk_widget_class_bind_template_child (widget_class, MpHistoryDialog, revision_row);
  gtk_widget_class_bind_template_child (widget_class, MpHistoryDialog, other_row);
  gtk_widget_class_bind_template_child (widget_class, MpHistoryDialog, differences_list);
  gtk_widget_class_bind_template_child (widget_class, MpHistoryDialog, restore_button);
  gtk_widget_class_bind_template_callback (widget_class, load);
  gtk_widget_class_bind_template_callback (widget_class, show_differences);
  gtk_widget_class_bind_template_callback (widget_class, restore_clicked_cb);
}

static void
mp_history_dialog_init (MpHistoryDialog *self)
{
  self->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * mp_history_dialog_new:
 * @parent: the window it belongs to
 * @context: what the pages share; signed in
 * @record: whose revisions
 *
 * Returns: (transfer none): the dialog, not presented yet; it reads the revisions
 */
GtkWindow *
mp_history_dialog_new (GtkWindow *parent, MpContext *context, MpRecordModel *record)
{
  MpHistoryDialog *self;

  g_return_val_if_fail (GTK_IS_WINDOW (parent), NULL);
  g_return_val_if_fail (MP_IS_CONTEXT (context), NULL);
  g_return_val_if_fail (MP_IS_RECORD_MODEL (record), NULL);

  self = g_object_new (MP_TYPE_HISTORY_DIALOG, "transient-for", parent, NULL);
  self->context = g_object_ref (context);
  self->record = g_object_ref (record);
  load (self);
  return GTK_WINDOW (self);
}
