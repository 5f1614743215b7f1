/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-conflict-record.h"

#include "mp-app-text.h"
#include "mp-conflict-group.h"
#include "mp-conflict-text.h"
#include "mp-error.h"
#include "mp-toast.h"
#include "mp-value-text.h"

#include <glib/gi18n-lib.h>

/* More differences of two whole records than anybody reads. */
#define MAX_OUTCOME_ROWS 30

struct _MpConflictRecord
{
  GtkBox parent_instance;

  AdwPreferencesGroup *head;
  GtkWidget *all_box;
  GtkBox *conflicts_box;
  GtkListBox *outcome_list;
  GtkLabel *faults_label;
  GtkWidget *apply_button;

  MpContext *context;    /* (owned) */
  MpRecordModel *record; /* (owned) */
  GtkWidget *window;     /* (unowned) (nullable): below the dialog: it outlives this */
};

G_DEFINE_FINAL_TYPE (MpConflictRecord, mp_conflict_record, GTK_TYPE_BOX)

static GPtrArray *
list_choices (MpConflictRecord *self)
{
  GPtrArray *choices = g_ptr_array_new_with_free_func ((GDestroyNotify) mp_choice_free);

  for (GtkWidget *group = gtk_widget_get_first_child (GTK_WIDGET (self->conflicts_box));
       group != NULL; group = gtk_widget_get_next_sibling (group))
    {
      MpChoice *choice = mp_conflict_group_dup_choice (MP_CONFLICT_GROUP (group));

      if (choice != NULL)
        g_ptr_array_add (choices, choice);
    }
  return choices;
}

static void
clear_outcome (MpConflictRecord *self)
{
  GtkWidget *row;

  while ((row = gtk_widget_get_first_child (GTK_WIDGET (self->outcome_list))) != NULL)
    gtk_list_box_remove (self->outcome_list, row);
}

static void
add_row (MpConflictRecord *self, const char *title, const char *subtitle)
{
  GtkWidget *row = adw_action_row_new ();
  g_autofree char *title_markup = g_markup_escape_text (title, -1);
  g_autofree char *subtitle_markup = subtitle != NULL ? g_markup_escape_text (subtitle, -1) : NULL;

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title_markup);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 0);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
  if (subtitle_markup != NULL)
    adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle_markup);
  gtk_list_box_append (self->outcome_list, row);
}

static void
add_value_row (MpConflictRecord *self, MpRecord *outcome, const char *path)
{
  g_autofree char *label = mp_value_text_dup_label (self->context, outcome, path);
  g_autofree char *value =
      mp_value_text_dup_value (self->context, path, mp_record_get_value (outcome, path));

  add_row (self, label, value);
}

/* Of a whole record, what is other than on the server or than with the person. */
static void
add_differences (MpConflictRecord *self, MpRecord *outcome)
{
  MpRecord *mine = mp_record_model_get_record (self->record);
  MpRecord *theirs = mp_record_model_get_base (self->record);
  g_autoptr (MpChanges) differences = mp_record_diff (theirs != NULL ? theirs : outcome, mine);

  add_row (self, mp_record_get_archived (outcome) ? _ ("It is in the archive")
                                                  : _ ("It is in use, not archived"), NULL);
  for (unsigned int i = 0; i < MIN (mp_changes_get_size (differences), MAX_OUTCOME_ROWS); i++)
    add_value_row (self, outcome, mp_changes_get_path (differences, i));
}

static void
show_outcome (MpConflictRecord *self, GPtrArray *choices, MpRecord *outcome)
{
  if (outcome == NULL)
    {
      add_row (self, _ ("The record is gone from this computer"), NULL);
      return;
    }

  for (unsigned int i = 0; i < choices->len; i++)
    {
      const MpChoice *choice = g_ptr_array_index (choices, i);
      const char *path = mp_conflict_get_path (choice->conflict);

      if (*path == '\0')
        add_differences (self, outcome);
      else
        add_value_row (self, outcome, path);
    }
}

/* The rules are asked again: two changes that are right by themselves may not fit together. */
static void
show_faults (MpConflictRecord *self, MpFieldErrors *errors)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (unsigned int i = 0; i < mp_field_errors_get_size (errors); i++)
    {
      const MpFieldError *fault = mp_field_errors_get (errors, i);
      g_autofree char *words = NULL;
      g_autofree char *label = NULL;

      if (fault->severity != MP_SEVERITY_ERROR || g_str_equal (fault->code, MP_FIELD_REQUIRED))
        continue;
      words = mp_field_error_dup_text (fault);
      label = mp_value_text_dup_label (self->context, mp_record_model_get_record (self->record),
                                       fault->pointer);
      g_string_append_printf (text, "%s%s: %s", text->len > 0 ? "\n" : "", label, words);
    }
  gtk_label_set_label (self->faults_label, text->str);
  gtk_widget_set_visible (GTK_WIDGET (self->faults_label), text->len > 0);
}

static void
update (MpConflictRecord *self)
{
  MpSession *session = mp_context_get_session (self->context);
  g_autoptr (GPtrArray) choices = list_choices (self);
  g_autoptr (MpFieldErrors) errors = NULL;
  g_autoptr (MpRecord) outcome = NULL;

  clear_outcome (self);
  gtk_widget_set_sensitive (self->apply_button, choices->len > 0 && session != NULL &&
                                                    mp_session_can (session, MP_PERMISSION_EDIT));
  if (choices->len == 0 || session == NULL)
    {
      add_row (self, _ ("Choose above, and see here what comes of it before anything is changed"),
                        NULL);
      return;
    }

  outcome = mp_session_preview_resolution (session, choices, &errors);
  show_outcome (self, choices, outcome);
  show_faults (self, errors);
}

static void
chosen_cb (MpConflictRecord *self)
{
  update (self);
}

static void
choose_all (MpConflictRecord *self, gboolean mine)
{
  for (GtkWidget *group = gtk_widget_get_first_child (GTK_WIDGET (self->conflicts_box));
       group != NULL; group = gtk_widget_get_next_sibling (group))
    mp_conflict_group_choose (MP_CONFLICT_GROUP (group), mine);
}

static void
all_mine_clicked_cb (MpConflictRecord *self)
{
  choose_all (self, TRUE);
}

static void
all_theirs_clicked_cb (MpConflictRecord *self)
{
  choose_all (self, FALSE);
}

static void
resolved_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MpConflictRecord) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  /* The last one settled closes the dialog. */
  if (mp_session_resolve_finish (MP_SESSION (source), result, &error))
    {
      if (self->window != NULL)
        mp_toast_show_action (self->window, _ ("The conflict is settled"), _ ("Undo"), "win.undo");
      return;
    }

  if (g_error_matches (error, MP_ERROR, MP_ERROR_CONFLICT) ||
      g_error_matches (error, MP_ERROR, MP_ERROR_NOT_FOUND))
    text = g_strdup (_ ("The server’s side changed meanwhile. Nothing was applied: look again."));
  else
    text = mp_app_text_dup_error (error, NULL);
  gtk_widget_set_sensitive (GTK_WIDGET (self), TRUE);
  mp_toast_show (GTK_WIDGET (self), text);
}

static void
apply_clicked_cb (MpConflictRecord *self)
{
  MpSession *session = mp_context_get_session (self->context);
  g_autoptr (GPtrArray) choices = list_choices (self);

  if (session == NULL || choices->len == 0)
    return;

  gtk_widget_set_sensitive (GTK_WIDGET (self), FALSE);
  mp_session_resolve_async (session, choices, NULL, resolved_cb, g_object_ref (self));
}

static void
show_head (MpConflictRecord *self)
{
  g_autofree char *name = g_markup_escape_text (mp_record_model_get_name (self->record), -1);
  g_autofree char *other = mp_conflict_text_dup_other (self->record);

  adw_preferences_group_set_title (self->head, name);
  if (other != NULL)
    {
      /* Translators: %s is who changed something, and when: "bert, 3 March 2026, 14:05". */
      g_autofree char *text = g_strdup_printf (_ ("Changed on the server by %s"), other);
      g_autofree char *markup = g_markup_escape_text (text, -1);

      adw_preferences_group_set_description (self->head, markup);
    }
  gtk_widget_set_visible (self->all_box, mp_record_model_get_n_conflicts (self->record) > 1);
}

static void
mp_conflict_record_dispose (GObject *object)
{
  MpConflictRecord *self = MP_CONFLICT_RECORD (object);

  g_clear_object (&self->context);
  g_clear_object (&self->record);
  g_clear_weak_pointer (&self->window);
  G_OBJECT_CLASS (mp_conflict_record_parent_class)->dispose (object);
}

static void
mp_conflict_record_class_init (MpConflictRecordClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mp_conflict_record_dispose;

  gtk_widget_class_set_template_from_resource (
      widget_class, "/org/memberpulse/Integrations/ui/mp-conflict-record.ui");
  gtk_widget_class_bind_template_child (widget_class, MpConflictRecord, head);
  gtk_widget_class_bind_template_child (widget_class, MpConflictRecord, all_box);
  gtk_widget_class_bind_template_child (widget_class, MpConflictRecord, conflicts_box);
  gtk_widget_class_bind_template_child (widget_class, MpConflictRecord, outcome_list);
  gtk_widget_class_bind_template_child (widget_class, MpConflictRecord, faults_label);
  gtk_widget_class_bind_template_child (widget_class, MpConflictRecord, apply_button);
  gtk_widget_class_bind_template_callback (widget_class, all_mine_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, all_theirs_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, apply_clicked_cb);
}

static void
mp_conflict_record_init (MpConflictRecord *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * mp_conflict_record_new:
 * @context: what the pages share; signed in
 * @record: a record with conflicts
 * @window: the window that tells of what was done
 *
 * Returns: (transfer floating): its conflicts as they are now
 */
GtkWidget *
mp_conflict_record_new (MpContext *context, MpRecordModel *record, GtkWindow *window)
{
  MpConflictRecord *self;

  g_return_val_if_fail (MP_IS_CONTEXT (context), NULL);
  g_return_val_if_fail (MP_IS_RECORD_MODEL (record), NULL);
  g_return_val_if_fail (GTK_IS_WINDOW (window), NULL);

  self = g_object_new (MP_TYPE_CONFLICT_RECORD, NULL);
  g_set_weak_pointer (&self->window, GTK_WIDGET (window));
  self->context = g_object_ref (context);
  self->record = g_object_ref (record);
  show_head (self);
  for (unsigned int i = 0; i < mp_record_model_get_n_conflicts (record); i++)
    {
      GtkWidget *group =
          mp_conflict_group_new (context, record, mp_record_model_get_conflict (record, i));

      g_signal_connect_object (group, "chosen", G_CALLBACK (chosen_cb), self, G_CONNECT_SWAPPED);
      gtk_box_append (self->conflicts_box, group);
    }
  update (self);
  return GTK_WIDGET (self);
}
