/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-section-row.h"

#include "mp-value-text.h"

#include <glib/gi18n-lib.h>

struct _MpSectionRow
{
  AdwExpanderRow parent_instance;

  GtkImage *icon;
  GtkWidget *go_button;

  MpContext *context; /* (owned) */
  char *prefix;       /* (owned): "/crm" */
  GPtrArray *rows;    /* (owned) (element-type GtkWidget): one a fault */
  char *shown;        /* (owned) (nullable): the faults shown, to leave them alone when
                         nothing changed */
};

G_DEFINE_FINAL_TYPE (MpSectionRow, mp_section_row, ADW_TYPE_EXPANDER_ROW)

static gboolean
is_here (MpSectionRow *self, const MpFieldError *error)
{
  return g_str_has_prefix (error->pointer, self->prefix) &&
         error->pointer[strlen (self->prefix)] == '/';
}

static char *
dup_signature (MpSectionRow *self, MpFieldErrors *errors)
{
  GString *text = g_string_new (NULL);

  for (unsigned int i = 0; i < mp_field_errors_get_size (errors); i++)
    {
      const MpFieldError *error = mp_field_errors_get (errors, i);
      g_autofree char *words = mp_field_error_dup_text (error);

      if (is_here (self, error))
        g_string_append_printf (text, "%s\n%s\n", error->pointer, words);
    }
  return g_string_free (text, FALSE);
}

static void
fault_activated_cb (GtkWidget *row, const char *pointer)
{
  gtk_widget_activate_action (row, "win.show-field", "s", pointer);
}

static void
add_fault (MpSectionRow *self, MpRecord *record, const MpFieldError *error)
{
  GtkWidget *row = adw_action_row_new ();
  g_autofree char *title = mp_value_text_dup_label (self->context, record, error->pointer);
  g_autofree char *text = mp_field_error_dup_text (error);
  g_autofree char *subtitle = g_markup_escape_text (text, -1);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row),
                             gtk_image_new_from_icon_name ("go-next-symbolic"));
  g_signal_connect_data (row, "activated", G_CALLBACK (fault_activated_cb),
                         g_strdup (error->pointer), (GClosureNotify) (GCallback) g_free, 0);
  adw_expander_row_add_row (ADW_EXPANDER_ROW (self), row);
  g_ptr_array_add (self->rows, row);
}

static void
remove_faults (MpSectionRow *self)
{
  for (unsigned int i = 0; i < self->rows->len; i++)
    adw_expander_row_remove (ADW_EXPANDER_ROW (self), g_ptr_array_index (self->rows, i));
  g_ptr_array_set_size (self->rows, 0);
}

static void
show_faults (MpSectionRow *self, MpRecordModel *record)
{
  MpFieldErrors *errors = mp_record_model_get_errors (record);
  g_autofree char *signature = dup_signature (self, errors);

  if (g_strcmp0 (signature, self->shown) == 0)
    return;

  g_free (self->shown);
  self->shown = g_steal_pointer (&signature);
  remove_faults (self);
  for (unsigned int i = 0; i < mp_field_errors_get_size (errors); i++)
    {
      const MpFieldError *error = mp_field_errors_get (errors, i);

      if (is_here (self, error))
        add_fault (self, mp_record_model_get_record (record), error);
    }
}

static char *
dup_state_text (gboolean is_empty, unsigned int n_errors, unsigned int n_warnings)
{
  g_autofree char *missing = NULL;

  if (n_errors > 0)
    {
      missing = g_strdup_printf (ngettext ("%u thing to be done", "%u things to be done", n_errors),
                                 n_errors);
      if (is_empty)
        /* Translators: %s is "3 things to be done". */
        return g_strdup_printf (_ ("Not set up: %s"), missing);
      return g_steal_pointer (&missing);
    }
  if (is_empty)
    return g_strdup (C_ ("section", "Not set up"));
  if (n_warnings > 0)
    return g_strdup_printf (ngettext ("Ready, %u warning", "Ready, %u warnings", n_warnings),
                            n_warnings);
  return g_strdup (C_ ("section", "Ready"));
}

/* libadwaita opens a row whose expansion is enabled; here the person opens it. */
static void
set_expandable (MpSectionRow *self, gboolean expandable)
{
  AdwExpanderRow *row = ADW_EXPANDER_ROW (self);

  if (adw_expander_row_get_enable_expansion (row) == expandable)
    return;

  adw_expander_row_set_enable_expansion (row, expandable);
  adw_expander_row_set_expanded (row, FALSE);
}

static void
show_state (MpSectionRow *self, MpRecordModel *record)
{
  MpFieldErrors *errors = mp_record_model_get_errors (record);
  g_auto (GStrv) paths = mp_record_list_paths (mp_record_model_get_record (record), self->prefix);
  unsigned int n_errors = mp_field_errors_count (errors, MP_SEVERITY_ERROR, self->prefix);
  unsigned int n_warnings = mp_field_errors_count (errors, MP_SEVERITY_WARNING, self->prefix);
  gboolean is_empty = *paths == NULL;
  g_autofree char *text = dup_state_text (is_empty, n_errors, n_warnings);

  adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (self), text);
  set_expandable (self, n_errors + n_warnings > 0);
  if (n_errors > 0)
    gtk_image_set_from_icon_name (self->icon, "dialog-warning-symbolic");
  else
    gtk_image_set_from_icon_name (self->icon,
                                  is_empty ? "list-add-symbolic" : "object-select-symbolic");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text,
                                  -1);
}

static void
mp_section_row_dispose (GObject *object)
{
  g_clear_object (&MP_SECTION_ROW (object)->context);
  G_OBJECT_CLASS (mp_section_row_parent_class)->dispose (object);
}

static void
mp_section_row_finalize (GObject *object)
{
  MpSectionRow *self = MP_SECTION_ROW (object);

  g_free (self->prefix);
  g_free (self->shown);
  g_ptr_array_unref (self->rows);
  G_OBJECT_CLASS (mp_section_row_parent_class)->finalize (object);
}

static void
mp_section_row_class_init (MpSectionRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mp_section_row_dispose;
  G_OBJECT_CLASS (klass)->finalize = mp_section_row_finalize;

  gtk_widget_class_set_template_from_resource (
      widget_class, "/org/memberpulse/Integrations/ui/mp-section-row.ui");
  gtk_widget_class_bind_template_child (widget_class, MpSectionRow, icon);
  gtk_widget_class_bind_template_child (widget_class, MpSectionRow, go_button);
}

static void
mp_section_row_init (MpSectionRow *self)
{
  self->rows = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

static void
name_go_button (MpSectionRow *self, const MpSectionSpec *section)
{
  /* Translators: %s is a section, such as CRM. */
  g_autofree char *text = g_strdup_printf (_ ("Go to %s"), mp_section_spec_get_label (section));

  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->go_button), "s", section->id);
  gtk_widget_set_tooltip_text (self->go_button, text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->go_button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  text, -1);
}

/**
 * mp_section_row_new:
 * @context: what the pages share
 * @section: a section of the registry
 *
 * Returns: (transfer floating): the row
 */
GtkWidget *
mp_section_row_new (MpContext *context, const MpSectionSpec *section)
{
  MpSectionRow *self;

  g_return_val_if_fail (MP_IS_CONTEXT (context), NULL);
  g_return_val_if_fail (section != NULL, NULL);

  self = g_object_new (MP_TYPE_SECTION_ROW, "title", mp_section_spec_get_label (section), NULL);
  self->context = g_object_ref (context);
  self->prefix = g_strconcat ("/", section->id, NULL);
  name_go_button (self, section);
  return GTK_WIDGET (self);
}

/**
 * mp_section_row_update:
 * @self: a section row
 * @record: the record chosen
 *
 * Shows how the section of @record stands.
 */
void
mp_section_row_update (MpSectionRow *self, MpRecordModel *record)
{
  g_return_if_fail (MP_IS_SECTION_ROW (self));
  g_return_if_fail (MP_IS_RECORD_MODEL (record));

  show_faults (self, record);
  show_state (self, record);
}
