/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-field-binding.h"

#include "mp-app-text.h"
#include "mp-picker-row.h"
#include "mp-row-caption.h"

#include <glib/gi18n-lib.h>

/* Typed text is saved once it has rested so long. */
#define REST_MS 400

struct _MpFieldBinding
{
  GObject parent_instance;

  MpPage *page;            /* (unowned): owns this */
  GtkWidget *row;          /* (owned) */
  GtkWidget *mark;         /* (unowned) (nullable): "Required", in an entry row */
  char *path;              /* (owned) */
  MpRecordModel *typed_in; /* (owned) (nullable): whose value was typed and is not saved yet */
  char *failure;           /* (owned) (nullable): why the last edit was not saved */
  unsigned int rest_id;
  gboolean updating; /* the row is being filled: that is no edit */
  gboolean touched;
};

G_DEFINE_FINAL_TYPE (MpFieldBinding, mp_field_binding, G_TYPE_OBJECT)

static const MpFieldSpec *
get_spec (MpFieldBinding *self)
{
  MpServices *services = mp_context_get_services (mp_page_get_context (self->page));

  return mp_registry_find (mp_services_get_registry (services), self->path);
}

static const char *
get_row_value (MpFieldBinding *self)
{
  if (MP_IS_PICKER_ROW (self->row))
    return mp_picker_row_get_selected (MP_PICKER_ROW (self->row));
  return gtk_editable_get_text (GTK_EDITABLE (self->row));
}

static void
set_row_value (MpFieldBinding *self, const char *value)
{
  self->updating = TRUE;
  if (MP_IS_PICKER_ROW (self->row))
    mp_picker_row_set_selected (MP_PICKER_ROW (self->row), value);
  else if (g_strcmp0 (gtk_editable_get_text (GTK_EDITABLE (self->row)), value) != 0)
    gtk_editable_set_text (GTK_EDITABLE (self->row), value != NULL ? value : "");
  self->updating = FALSE;
}

/* An empty value of a field nobody has been at yet is marked "Required", not scolded. */
static gboolean
is_quiet (MpFieldBinding *self, const MpFieldError *error)
{
  return g_str_equal (error->code, MP_FIELD_REQUIRED) && !self->touched;
}

static gboolean
is_in_conflict (MpFieldBinding *self, MpRecordModel *record)
{
  for (unsigned int i = 0; i < mp_record_model_get_n_conflicts (record); i++)
    if (g_str_equal (mp_conflict_get_path (mp_record_model_get_conflict (record, i)), self->path))
      return TRUE;
  return FALSE;
}

static void
show_fault (MpFieldBinding *self, MpRecordModel *record)
{
  MpRowCaption *caption = mp_row_caption_get (self->row);
  const MpFieldError *error = NULL;
  g_autofree char *text = NULL;

  if (self->failure != NULL)
    {
      mp_row_caption_set (caption, MP_CAPTION_ERROR, self->failure);
      return;
    }
  if (MP_IS_PICKER_ROW (self->row) && mp_picker_row_get_failure (MP_PICKER_ROW (self->row)) != NULL)
    {
      /* No fault of the value: what is chosen may well be right. */
      mp_row_caption_set (caption, MP_CAPTION_WARNING,
                          mp_picker_row_get_failure (MP_PICKER_ROW (self->row)));
      return;
    }

  if (record != NULL && is_in_conflict (self, record))
    {
      mp_row_caption_set (caption, MP_CAPTION_WARNING,
                          _ ("Somebody else changed this too. Yours is shown; settle the conflict "
                             "with the button above."));
      return;
    }

  if (record != NULL)
    error = mp_field_errors_find (mp_record_model_get_errors (record), self->path);
  if (error == NULL || is_quiet (self, error))
    {
      mp_row_caption_set (caption, MP_CAPTION_NONE, NULL);
      return;
    }

  text = mp_field_error_dup_text (error);
  mp_row_caption_set (
      caption, error->severity == MP_SEVERITY_ERROR ? MP_CAPTION_ERROR : MP_CAPTION_WARNING, text);
}

static void
show_required (MpFieldBinding *self, MpRecordModel *record)
{
  const MpFieldSpec *spec = get_spec (self);
  MpServices *services = mp_context_get_services (mp_page_get_context (self->page));
  gboolean required;

  if (spec == NULL || !g_str_equal (spec->path, self->path))
    return; /* a member of an object: its page knows */

  required = mp_registry_is_required (mp_services_get_registry (services), spec,
                                      mp_record_model_get_record (record));
  if (MP_IS_PICKER_ROW (self->row))
    {
      mp_picker_row_set_required (MP_PICKER_ROW (self->row), required);
      return;
    }
  if (self->mark != NULL)
    gtk_widget_set_visible (self->mark, required && *get_row_value (self) == '\0');
}

static void
show_visible (MpFieldBinding *self, MpRecordModel *record)
{
  const MpFieldSpec *spec = get_spec (self);
  MpServices *services = mp_context_get_services (mp_page_get_context (self->page));

  if (spec != NULL)
    gtk_widget_set_visible (self->row,
                            mp_registry_is_shown (mp_services_get_registry (services), spec,
                                                  mp_record_model_get_record (record)));
}

static void
edited_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MpFieldBinding) self = user_data;
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&self->failure, g_free);
  if (!mp_editor_edit_finish (MP_EDITOR (source), result, &error))
    self->failure = mp_app_text_dup_error (error, NULL);
  if (self->page != NULL)
    show_fault (self, mp_page_get_record (self->page));
}

/* Blanks at the ends are never meant. */
static void
save (MpFieldBinding *self)
{
  g_autoptr (MpRecordModel) record = g_steal_pointer (&self->typed_in);
  g_autoptr (MpChanges) changes = NULL;
  g_autofree char *value = NULL;
  const char *saved;

  g_clear_handle_id (&self->rest_id, g_source_remove);
  if (record == NULL)
    return;

  value = g_strdup (get_row_value (self));
  if (value != NULL)
    g_strstrip (value);
  saved = mp_record_get_string (mp_record_model_get_record (record), self->path);
  if (g_strcmp0 (value != NULL && *value != '\0' ? value : NULL, saved) == 0)
    {
      show_fault (self, record);
      return;
    }

  changes = mp_changes_new ();
  if (value != NULL && *value != '\0')
    mp_changes_set_string (changes, self->path, value);
  else
    mp_changes_unset (changes, self->path);
  mp_editor_edit_async (mp_context_get_editor (mp_page_get_context (self->page)), record, changes,
                        edited_cb, g_object_ref (self));
}

static gboolean
rested_cb (gpointer user_data)
{
  MpFieldBinding *self = user_data;

  self->rest_id = 0;
  save (self);
  return G_SOURCE_REMOVE;
}

static void
typed_cb (MpFieldBinding *self)
{
  if (self->updating || mp_page_get_record (self->page) == NULL)
    return;

  self->touched = TRUE;
  g_set_object (&self->typed_in, mp_page_get_record (self->page));
  g_clear_handle_id (&self->rest_id, g_source_remove);
  self->rest_id = g_timeout_add (REST_MS, rested_cb, self);
  show_required (self, self->typed_in);
}

static void
applied_cb (MpFieldBinding *self)
{
  self->touched = TRUE;
  save (self);
}

static void
chosen_cb (MpFieldBinding *self)
{
  self->touched = TRUE;
  g_set_object (&self->typed_in, mp_page_get_record (self->page));
  save (self);
}

static void
focus_left_cb (MpFieldBinding *self)
{
  save (self);
}

static void
choices_failed_cb (MpFieldBinding *self)
{
  if (self->page != NULL)
    show_fault (self, mp_page_get_record (self->page));
}

static void
connect_picker (MpFieldBinding *self)
{
  g_signal_connect_object (self->row, "chosen", G_CALLBACK (chosen_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->row, "notify::failure", G_CALLBACK (choices_failed_cb), self,
                           G_CONNECT_SWAPPED);
}

/* libadwaita's entry rows do not tell screen readers by themselves. */
static void
editable_changed_cb (MpFieldBinding *self)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->row), GTK_ACCESSIBLE_PROPERTY_READ_ONLY,
                                  !gtk_editable_get_editable (GTK_EDITABLE (self->row)), -1);
}

static void
connect_entry (MpFieldBinding *self)
{
  GtkEventController *focus = gtk_event_controller_focus_new ();

  g_signal_connect_object (focus, "leave", G_CALLBACK (focus_left_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (self->row, focus);
  g_signal_connect_object (self->row, "changed", G_CALLBACK (typed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->row, "notify::editable", G_CALLBACK (editable_changed_cb), self,
                           G_CONNECT_SWAPPED);
  if (!ADW_IS_ENTRY_ROW (self->row))
    return;

  g_signal_connect_object (self->row, "entry-activated", G_CALLBACK (applied_cb), self,
                           G_CONNECT_SWAPPED);
  self->mark = gtk_label_new (C_ ("field", "Required"));
  gtk_widget_add_css_class (self->mark, "caption");
  gtk_widget_add_css_class (self->mark, "dim-label");
  gtk_widget_set_visible (self->mark, FALSE);
  adw_entry_row_add_suffix (ADW_ENTRY_ROW (self->row), self->mark);
}

static void
mp_field_binding_dispose (GObject *object)
{
  MpFieldBinding *self = MP_FIELD_BINDING (object);

  g_clear_handle_id (&self->rest_id, g_source_remove);
  g_clear_object (&self->typed_in);
  g_clear_weak_pointer (&self->page);
  g_clear_object (&self->row);
  G_OBJECT_CLASS (mp_field_binding_parent_class)->dispose (object);
}

static void
mp_field_binding_finalize (GObject *object)
{
  MpFieldBinding *self = MP_FIELD_BINDING (object);

  g_free (self->path);
  g_free (self->failure);
  G_OBJECT_CLASS (mp_field_binding_parent_class)->finalize (object);
}

static void
mp_field_binding_class_init (MpFieldBindingClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = mp_field_binding_dispose;
  object_class->finalize = mp_field_binding_finalize;
}

static void
mp_field_binding_init (MpFieldBinding *self)
{
}

/**
 * mp_field_binding_new:
 * @page: the page; it must outlive the binding
 * @row: a row in a list box
 * @path: the value's path
 *
 * Returns: (transfer full): the binding
 */
MpFieldBinding *
mp_field_binding_new (MpPage *page, GtkWidget *row, const char *path)
{
  MpFieldBinding *self;

  g_return_val_if_fail (MP_IS_PAGE (page), NULL);
  g_return_val_if_fail (MP_IS_PICKER_ROW (row) || GTK_IS_EDITABLE (row), NULL);
  g_return_val_if_fail (path != NULL, NULL);

  self = g_object_new (MP_TYPE_FIELD_BINDING, NULL);
  g_set_weak_pointer (&self->page, page);
  self->row = g_object_ref (row);
  self->path = g_strdup (path);
  if (MP_IS_PICKER_ROW (row))
    connect_picker (self);
  else
    connect_entry (self);
  g_object_bind_property (page, "editable", row, "editable", G_BINDING_SYNC_CREATE);
  mp_field_binding_update (self);
  return self;
}

/**
 * mp_field_binding_get_row:
 * @self: a binding
 *
 * Returns: (transfer none): the row
 */
GtkWidget *
mp_field_binding_get_row (MpFieldBinding *self)
{
  g_return_val_if_fail (MP_IS_FIELD_BINDING (self), NULL);

  return self->row;
}

/**
 * mp_field_binding_get_path:
 * @self: a binding
 *
 * Returns: (transfer none): the value's path
 */
const char *
mp_field_binding_get_path (MpFieldBinding *self)
{
  g_return_val_if_fail (MP_IS_FIELD_BINDING (self), NULL);

  return self->path;
}

/**
 * mp_field_binding_update:
 * @self: a binding
 *
 * Shows the value of the record chosen, unless something else is being typed there.
 */
void
mp_field_binding_update (MpFieldBinding *self)
{
  MpRecordModel *record;

  g_return_if_fail (MP_IS_FIELD_BINDING (self));

  record = mp_page_get_record (self->page);
  if (record == NULL)
    {
      set_row_value (self, NULL);
      return;
    }

  if (self->typed_in != record)
    set_row_value (self, mp_record_get_string (mp_record_model_get_record (record), self->path));
  show_visible (self, record);
  show_required (self, record);
  show_fault (self, record);
}

/**
 * mp_field_binding_flush:
 * @self: a binding
 *
 * Saves what is typed now, into the record it was typed in.
 */
void
mp_field_binding_flush (MpFieldBinding *self)
{
  g_return_if_fail (MP_IS_FIELD_BINDING (self));

  save (self);
}

/**
 * mp_field_binding_touch:
 * @self: a binding
 *
 * From now on an empty required value is shown as a fault.
 */
void
mp_field_binding_touch (MpFieldBinding *self)
{
  g_return_if_fail (MP_IS_FIELD_BINDING (self));

  self->touched = TRUE;
  mp_field_binding_update (self);
}
