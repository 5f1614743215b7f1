/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-mapping-editor.h"

#include "mp-mapping-row.h"
#include "mp-mapping-suggestions.h"
#include "mp-mapping-values.h"
#include "mp-mnemonics.h"
#include "mp-picker-popover.h"
#include "mp-search.h"

#include "mp-json.h"
#include "mp-mapping-entry.h"
#include "mp-validation.h"

#include <glib/gi18n-lib.h>

struct _MpMappingEditor
{
  AdwBin parent_instance;

  GtkLabel *title_label;
  GtkLabel *progress_label;
  GtkButton *accept_all_button;
  GtkDropDown *filter_dropdown;
  GtkSearchEntry *search_entry;
  GtkListBox *list_box;
  GtkWidget *back_button;

  GtkWidget *member_popover; /* one for all rows: a child of the button that opened it last */
  GtkWidget *target_popover;

  MpPage *page;               /* (unowned): this editor is in it */
  const MpFieldSpec *mapping; /* (unowned): of the registry */
  MpCatalogue *catalogue;     /* (unowned): a constant table */
  GPtrArray *rows;            /* (element-type MpMappingRow): the list box owns them */
  GListModel *members;        /* (owned): MpPickerItem of the Member Pulse fields */
  GListModel *targets; /* (owned) (nullable): MpPickerItem of the CRM's fields; not read yet */
  MpMappingSuggestions *suggestions; /* (owned) (nullable): not set up */
  MpMappingRow *choosing;            /* (unowned) (nullable): the row whose list is open */
  char *query;                       /* (owned): folded */
};

/* The choices of the filter, in its order. */
typedef enum
{
  FILTER_ALL,
  FILTER_TO_DO,
  FILTER_PROBLEMS,
  FILTER_SUGGESTED,
} Filter;

G_DEFINE_FINAL_TYPE (MpMappingEditor, mp_mapping_editor, ADW_TYPE_BIN)

enum
{
  BACK,
  REFRESH,
  N_SIGNALS,
};

static unsigned int signals[N_SIGNALS];

static MpRecord *
get_record (MpMappingEditor *self)
{
  MpRecordModel *model = mp_page_get_record (self->page);

  return model != NULL ? mp_record_model_get_record (model) : NULL;
}

static char *
dup_path (MpMappingEditor *self, MpMappingRow *row)
{
  return mp_pointer_append (self->mapping->path,
                            mp_catalogue_field_get_name (mp_mapping_row_get_field (row)));
}

static gboolean
is_locked (MpMappingEditor *self, MpRecord *record, MpMappingRow *row)
{
  return mp_validation_is_locked (record, self->mapping,
                                  mp_catalogue_field_get_name (mp_mapping_row_get_field (row)));
}

static void
edit (MpMappingEditor *self, MpMappingRow *row, JsonNode *value)
{
  g_autoptr (MpChanges) changes = mp_changes_new ();
  g_autofree char *path = dup_path (self, row);

  if (value != NULL)
    mp_changes_set (changes, path, value);
  else
    mp_changes_unset (changes, path);
  mp_page_edit (self->page, changes);
}

static void
open_popover (MpMappingEditor *self,
              GtkWidget *popover,
              MpMappingRow *row,
              GtkWidget *button,
              GListModel *model,
              const char *selected,
              const char *clear_label)
{
  self->choosing = row;
  if (gtk_widget_get_parent (popover) != button)
    {
      g_object_ref (popover);
      gtk_widget_unparent (popover);
      gtk_widget_set_parent (popover, button);
      g_object_unref (popover);
    }
  mp_picker_popover_open (MP_PICKER_POPOVER (popover), model, selected, clear_label);
}

static void
member_clicked_cb (MpMappingEditor *self, GtkWidget *button, MpMappingRow *row)
{
  open_popover (self, self->member_popover, row, button, self->members,
                mp_catalogue_field_get_name (mp_mapping_row_get_field (row)), NULL);
}

static void
target_clicked_cb (MpMappingEditor *self, GtkWidget *button, MpMappingRow *row)
{
  g_autoptr (GListModel) none = NULL;
  g_autofree char *path = dup_path (self, row);
  JsonNode *entry = mp_record_get_value (get_record (self), path);

  if (self->targets == NULL)
    none = G_LIST_MODEL (g_list_store_new (MP_TYPE_PICKER_ITEM));
  open_popover (self, self->target_popover, row, button,
                self->targets != NULL ? self->targets : none,
                entry != NULL ? mp_mapping_get_target (entry) : NULL, _ ("Not mapped"));
}

static MpMappingRow *
find_row (MpMappingEditor *self, const char *name)
{
  for (unsigned int i = 0; i < self->rows->len; i++)
    {
      MpMappingRow *row = g_ptr_array_index (self->rows, i);

      if (g_str_equal (mp_catalogue_field_get_name (mp_mapping_row_get_field (row)), name))
        return row;
    }
  return NULL;
}

/* Another Member Pulse field was chosen for a row: the two exchange what they go to. */
static void
member_chosen_cb (MpMappingEditor *self, const char *name)
{
  MpMappingRow *row = g_steal_pointer (&self->choosing);
  MpMappingRow *other = name != NULL ? find_row (self, name) : NULL;
  g_autoptr (MpChanges) changes = mp_changes_new ();
  g_autofree char *path = NULL;
  g_autofree char *other_path = NULL;
  JsonNode *value;
  JsonNode *other_value;

  if (row == NULL || other == NULL || other == row)
    return;
  path = dup_path (self, row);
  other_path = dup_path (self, other);
  value = mp_record_get_value (get_record (self), path);
  other_value = mp_record_get_value (get_record (self), other_path);
  if (value != NULL)
    mp_changes_set (changes, other_path, value);
  else
    mp_changes_unset (changes, other_path);
  if (other_value != NULL)
    mp_changes_set (changes, path, other_value);
  else
    mp_changes_unset (changes, path);
  mp_page_edit (self->page, changes);
  mp_mapping_row_focus_target (other);
}

static void
target_chosen_cb (MpMappingEditor *self, const char *name)
{
  MpMappingRow *row = g_steal_pointer (&self->choosing);
  g_autoptr (JsonNode) value = name != NULL ? mp_json_node_new_string (name) : NULL;

  if (row == NULL)
    return;
  edit (self, row, value);
  mp_mapping_row_focus_target (row);
}

static void
not_sent_clicked_cb (MpMappingEditor *self)
{
  MpMappingRow *row = g_steal_pointer (&self->choosing);
  g_autoptr (JsonNode) value = mp_mapping_not_sent_new ("");

  gtk_popover_popdown (GTK_POPOVER (self->target_popover));
  if (row == NULL)
    return;
  edit (self, row, value);
  mp_mapping_row_focus_reason (row);
}

static void
reason_changed_cb (MpMappingEditor *self, const char *reason, MpMappingRow *row)
{
  g_autoptr (JsonNode) value = mp_mapping_not_sent_new (reason);

  edit (self, row, value);
}

static void
refresh_cb (MpMappingEditor *self)
{
  g_signal_emit (self, signals[REFRESH], 0);
}

static void
back_clicked_cb (MpMappingEditor *self)
{
  g_signal_emit (self, signals[BACK], 0);
}

static void
filter_changed_cb (MpMappingEditor *self)
{
  g_free (self->query);
  self->query = mp_search_fold (gtk_editable_get_text (GTK_EDITABLE (self->search_entry)));
  gtk_list_box_invalidate_filter (self->list_box);
}

/* (nullable): the gravest one that is not merely that nothing was chosen yet */
static const MpFieldError *
find_fault (MpMappingEditor *self, MpMappingRow *row)
{
  MpRecordModel *model = mp_page_get_record (self->page);
  MpFieldErrors *errors = model != NULL ? mp_record_model_get_errors (model) : NULL;
  g_autofree char *path = dup_path (self, row);
  const MpFieldError *found = NULL;

  for (unsigned int i = 0; errors != NULL && i < mp_field_errors_get_size (errors); i++)
    {
      const MpFieldError *error = mp_field_errors_get (errors, i);

      if (g_str_equal (error->pointer, path) && !g_str_equal (error->code, MP_FIELD_UNMAPPED) &&
          (found == NULL || error->severity < found->severity))
        found = error;
    }
  return found;
}

static gboolean
has_fault (MpMappingEditor *self, MpMappingRow *row)
{
  const MpFieldError *error = find_fault (self, row);

  return error != NULL && error->severity == MP_SEVERITY_ERROR;
}

static gboolean
passes_filter (MpMappingEditor *self, MpMappingRow *row)
{
  switch ((Filter) gtk_drop_down_get_selected (self->filter_dropdown))
    {
    case FILTER_TO_DO:
      return mp_mapping_row_get_open (row) || has_fault (self, row);
    case FILTER_PROBLEMS:
      return find_fault (self, row) != NULL;
    case FILTER_SUGGESTED:
      return mp_mapping_row_get_suggested (row);
    case FILTER_ALL:
    default:
      return TRUE;
    }
}

static gboolean
row_is_shown (GtkListBoxRow *list_row, gpointer user_data)
{
  MpMappingEditor *self = user_data;
  MpMappingRow *row = MP_MAPPING_ROW (list_row);
  MpCatalogueField *field = mp_mapping_row_get_field (row);
  g_autofree char *label = NULL;

  if (!passes_filter (self, row))
    return FALSE;
  label = mp_search_fold (mp_catalogue_field_get_label (field));
  return mp_search_matches (label, self->query);
}

static const MpMappingSuggestion *
find_suggestion (MpMappingEditor *self, MpMappingRow *row)
{
  return mp_mapping_suggestions_find (self->suggestions,
                                      mp_catalogue_field_get_name (mp_mapping_row_get_field (row)));
}

/* Maps the rows to what is suggested for them, in one step, and remembers that it was right. */
static void
accept (MpMappingEditor *self, GPtrArray *rows)
{
  g_autoptr (MpChanges) changes = mp_changes_new ();
  g_autoptr (GPtrArray) fields = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) targets = g_ptr_array_new_with_free_func (g_free);

  for (unsigned int i = 0; i < rows->len; i++)
    {
      MpMappingRow *row = g_ptr_array_index (rows, i);
      const MpMappingSuggestion *suggestion = find_suggestion (self, row);
      g_autofree char *path = dup_path (self, row);

      mp_changes_set_string (changes, path, suggestion->target);
      g_ptr_array_add (fields,
                       g_strdup (mp_catalogue_field_get_name (mp_mapping_row_get_field (row))));
      g_ptr_array_add (targets, g_strdup (suggestion->target));
    }
  mp_page_edit (self->page, changes);
  mp_mapping_suggestions_answer (self->suggestions, fields, targets, TRUE);
}

static void
accept_all_clicked_cb (MpMappingEditor *self)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new ();

  for (unsigned int i = 0; i < self->rows->len; i++)
    {
      MpMappingRow *row = g_ptr_array_index (self->rows, i);

      if (mp_mapping_row_get_suggested (row) && find_suggestion (self, row) != NULL)
        g_ptr_array_add (rows, row);
    }
  accept (self, rows);
}

static MpCrmField *
find_target (MpMappingEditor *self, MpRecord *record, const char *name)
{
  MpCrmMetadata *metadata = mp_record_model_get_metadata (mp_page_get_record (self->page));
  const char *object = mp_record_get_string (record, self->mapping->object_path);

  return object != NULL && name != NULL ? mp_crm_metadata_find_field (metadata, object, name)
                                        : NULL;
}

static void
values_clicked_cb (MpMappingEditor *self, MpMappingRow *row)
{
  g_autofree char *path = dup_path (self, row);
  MpRecord *record = get_record (self);
  MpCrmField *target =
      find_target (self, record, mp_mapping_get_target (mp_record_get_value (record, path)));

  if (target != NULL)
    gtk_window_present (GTK_WINDOW (
        mp_mapping_values_new (self->page, path, mp_mapping_row_get_field (row), target)));
}

static void
suggestion_answered_cb (MpMappingEditor *self, gboolean accepted, MpMappingRow *row)
{
  const MpMappingSuggestion *suggestion = find_suggestion (self, row);
  g_autoptr (GPtrArray) rows = g_ptr_array_new ();
  g_autoptr (GPtrArray) targets = NULL;

  if (suggestion == NULL)
    return;
  mp_mapping_row_focus_target (row);
  if (accepted)
    {
      g_ptr_array_add (rows, row);
      accept (self, rows);
      return;
    }
  targets = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (rows, (gpointer) mp_catalogue_field_get_name (mp_mapping_row_get_field (row)));
  g_ptr_array_add (targets, g_strdup (suggestion->target));
  mp_mapping_suggestions_answer (self->suggestions, rows, targets, FALSE);
}

static void
add_row (MpMappingEditor *self, MpCatalogueField *field)
{
  GtkWidget *row = mp_mapping_row_new (field);

  g_signal_connect_object (row, "member-clicked", G_CALLBACK (member_clicked_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (row, "target-clicked", G_CALLBACK (target_clicked_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (row, "reason-changed", G_CALLBACK (reason_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (row, "values-clicked", G_CALLBACK (values_clicked_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (row, "suggestion-answered", G_CALLBACK (suggestion_answered_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_list_box_append (self->list_box, row);
  g_ptr_array_add (self->rows, row);
}

static void
add_rows (MpMappingEditor *self)
{
  GListStore *members = g_list_store_new (MP_TYPE_PICKER_ITEM);

  /* Required ones first, each kind in the catalogue's order. */
  for (int required = TRUE; required >= FALSE; required--)
    for (unsigned int i = 0; i < mp_catalogue_get_size (self->catalogue); i++)
      {
        MpCatalogueField *field = mp_catalogue_get_field (self->catalogue, i);
        g_autoptr (MpPickerItem) item = NULL;

        if (mp_catalogue_field_get_required (field) != required)
          continue;
        item = mp_picker_item_new (
            mp_catalogue_field_get_name (field), mp_catalogue_field_get_label (field),
            mp_field_type_get_label (mp_catalogue_field_get_field_type (field)));
        g_list_store_append (members, item);
        add_row (self, field);
      }
  self->members = G_LIST_MODEL (members);
}

static GtkWidget *
new_popover (MpMappingEditor *self, GCallback chosen)
{
  GtkWidget *popover = mp_picker_popover_new ();

  gtk_widget_set_parent (popover, GTK_WIDGET (self));
  g_signal_connect_object (popover, "chosen", chosen, self, G_CONNECT_SWAPPED);
  return popover;
}

static void
mp_mapping_editor_dispose (GObject *object)
{
  MpMappingEditor *self = MP_MAPPING_EDITOR (object);

  g_clear_pointer (&self->member_popover, gtk_widget_unparent);
  g_clear_pointer (&self->target_popover, gtk_widget_unparent);
  if (self->list_box != NULL)
    gtk_list_box_set_filter_func (self->list_box, NULL, NULL, NULL);
  self->list_box = NULL;
  g_clear_object (&self->members);
  g_clear_object (&self->targets);
  g_clear_object (&self->suggestions);
  G_OBJECT_CLASS (mp_mapping_editor_parent_class)->dispose (object);
}

static void
mp_mapping_editor_finalize (GObject *object)
{
  MpMappingEditor *self = MP_MAPPING_EDITOR (object);

  g_ptr_array_unref (self->rows);
  g_free (self->query);
  G_OBJECT_CLASS (mp_mapping_editor_parent_class)->finalize (object);
}

static void
mp_mapping_editor_class_init (MpMappingEditorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = mp_mapping_editor_dispose;
  object_class->finalize = mp_mapping_editor_finalize;

  signals[BACK] = g_signal_new ("back", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                NULL, G_TYPE_NONE, 0);
  signals[REFRESH] = g_signal_new ("refresh", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (
      widget_class, "/org/memberpulse/Integrations/ui/mp-mapping-editor.ui");
  gtk_widget_class_bind_template_child (widget_class, MpMappingEditor, title_label);
  gtk_widget_class_bind_template_child (widget_class, MpMappingEditor, progress_label);
  gtk_widget_class_bind_template_child (widget_class, MpMappingEditor, accept_all_button);
  gtk_widget_class_bind_template_child (widget_class, MpMappingEditor, filter_dropdown);
  gtk_widget_class_bind_template_child (widget_class, MpMappingEditor, search_entry);
  gtk_widget_class_bind_template_child (widget_class, MpMappingEditor, list_box);
  gtk_widget_class_bind_template_child (widget_class, MpMappingEditor, back_button);
  gtk_widget_class_bind_template_callback (widget_class, back_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, filter_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, accept_all_clicked_cb);
}

static void
mp_mapping_editor_init (MpMappingEditor *self)
{
  GtkWidget *not_sent_button;

  self->rows = g_ptr_array_new ();
  self->query = g_strdup ("");
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_list_box_set_filter_func (self->list_box, row_is_shown, self, NULL);
  self->member_popover = new_popover (self, G_CALLBACK (member_chosen_cb));
  self->target_popover = new_popover (self, G_CALLBACK (target_chosen_cb));
  mp_picker_popover_set_can_refresh (MP_PICKER_POPOVER (self->target_popover), TRUE);
  g_signal_connect_object (self->target_popover, "refresh", G_CALLBACK (refresh_cb), self,
                           G_CONNECT_SWAPPED);
  not_sent_button = gtk_button_new_with_mnemonic (_ ("_Not Sent, Because…"));
  gtk_widget_add_css_class (not_sent_button, "flat");
  g_signal_connect_object (not_sent_button, "clicked", G_CALLBACK (not_sent_clicked_cb), self,
                           G_CONNECT_SWAPPED);
  mp_mnemonics_name_buttons (not_sent_button);
  mp_picker_popover_set_footer (MP_PICKER_POPOVER (self->target_popover), not_sent_button);
}

/* The CRM's fields that are written already, by this mapping or by a tag. */
static GHashTable *
collect_used (MpMappingEditor *self, MpRecord *record)
{
  GHashTable *used = g_hash_table_new (g_str_hash, g_str_equal);
  MpRegistry *registry =
      mp_services_get_registry (mp_context_get_services (mp_page_get_context (self->page)));

  for (unsigned int i = 0; i < self->rows->len; i++)
    {
      g_autofree char *path = dup_path (self, g_ptr_array_index (self->rows, i));
      const char *target = mp_mapping_get_target (mp_record_get_value (record, path));

      if (target != NULL)
        g_hash_table_add (used, (gpointer) target);
    }
  for (unsigned int i = 0; i < mp_registry_get_n_fields (registry); i++)
    {
      const MpFieldSpec *spec = mp_registry_get_field (registry, i);
      const char *target = spec->input == MP_INPUT_FIELD &&
                                   g_strcmp0 (spec->object_path, self->mapping->object_path) == 0
                               ? mp_record_get_string (record, spec->path)
                               : NULL;

      if (target != NULL)
        g_hash_table_add (used, (gpointer) target);
    }
  return used;
}

/* What is suggested, unless something else has it by now; why, too, where it was followed. */
static void
fill_suggestion (MpMappingEditor *self,
                 MpMappingRow *row,
                 const char *target,
                 GHashTable *used,
                 MpMappingRowState *state)
{
  const MpMappingSuggestion *suggestion = find_suggestion (self, row);

  if (suggestion == NULL)
    return;
  if (target != NULL)
    {
      if (suggestion->is_sure && g_str_equal (suggestion->target, target))
        state->reasons = suggestion->reasons;
      return;
    }
  if (suggestion->is_sure && g_hash_table_contains (used, suggestion->target))
    return;
  state->suggested = suggestion->label;
  state->reasons = suggestion->reasons;
  state->is_sure = suggestion->is_sure;
}

static void
update_row (MpMappingEditor *self,
            MpRecord *record,
            MpMappingRow *row,
            GHashTable *used,
            const char *progress)
{
  MpMappingRowState state = { .progress = progress };
  g_autofree char *path = dup_path (self, row);
  g_autofree char *fault = NULL;
  JsonNode *entry = mp_record_get_value (record, path);
  const char *name = entry != NULL ? mp_mapping_get_target (entry) : NULL;
  MpCrmField *target = find_target (self, record, name);
  const MpFieldError *error = find_fault (self, row);

  state.locked = is_locked (self, record, row);
  state.editable = mp_page_get_editable (self->page);
  state.not_sent = entry != NULL ? mp_mapping_get_not_sent (entry) : NULL;
  state.target_label = target != NULL ? mp_crm_field_get_label (target) : name;
  state.target_type =
      target != NULL ? mp_field_type_get_label (mp_crm_field_get_field_type (target)) : NULL;
  state.has_values =
      target != NULL && mp_mapping_values_are_few (mp_mapping_row_get_field (row), target);
  fill_suggestion (self, row, name, used, &state);
  if (error != NULL)
    {
      fault = mp_field_error_dup_text (error);
      state.fault = fault;
      state.is_error = error->severity == MP_SEVERITY_ERROR;
    }
  mp_mapping_row_set_state (row, &state);
}

static void
show_accept_all (MpMappingEditor *self)
{
  g_autofree char *label = NULL;
  unsigned int n = 0;

  for (unsigned int i = 0; i < self->rows->len; i++)
    n += mp_mapping_row_get_suggested (g_ptr_array_index (self->rows, i));
  /* Translators: a button; %u is how many suggestions there are */
  label = g_strdup_printf (ngettext ("_Accept %u Suggestion", "_Accept %u Suggestions", n), n);
  gtk_button_set_label (self->accept_all_button, label);
  gtk_widget_set_visible (GTK_WIDGET (self->accept_all_button), n > 0);
  mp_mnemonics_name_buttons (GTK_WIDGET (self->accept_all_button));
}

/* How much is left, as the record stands. */
static char *
dup_left (MpMappingEditor *self, MpRecord *record)
{
  unsigned int required = 0;
  unsigned int left = 0;

  for (unsigned int i = 0; i < self->rows->len; i++)
    {
      MpMappingRow *row = g_ptr_array_index (self->rows, i);
      g_autofree char *path = dup_path (self, row);
      JsonNode *entry = mp_record_get_value (record, path);

      if (!mp_catalogue_field_get_required (mp_mapping_row_get_field (row)) ||
          is_locked (self, record, row))
        continue;
      required++;
      left += (mp_mapping_get_target (entry) == NULL && mp_mapping_get_not_sent (entry) == NULL) ||
              has_fault (self, row);
    }
  /* Translators: the first %u is how many are left, the second how many there are */
  return g_strdup_printf (ngettext ("%u of %u required left", "%u of %u required left", required),
                          left, required);
}

static void
show_record (MpMappingEditor *self)
{
  MpRecord *record = get_record (self);
  g_autoptr (GHashTable) used = NULL;
  g_autofree char *left = NULL;
  g_autofree char *progress = NULL;

  if (record == NULL)
    return;
  used = collect_used (self, record);
  left = dup_left (self, record);
  for (unsigned int i = 0; i < self->rows->len; i++)
    update_row (self, record, g_ptr_array_index (self->rows, i), used, left);
  progress = mp_mapping_editor_dup_progress (self);
  gtk_label_set_label (self->progress_label, progress);
  show_accept_all (self);
  gtk_list_box_invalidate_filter (self->list_box);
}

/**
 * mp_mapping_editor_set_up:
 * @self: an editor
 * @page: the page it stands in
 * @path: path of the mapping, such as "/crm/member_fields"
 *
 * Makes the rows; once.
 */
void
mp_mapping_editor_set_up (MpMappingEditor *self, MpPage *page, const char *path)
{
  g_return_if_fail (MP_IS_MAPPING_EDITOR (self));
  g_return_if_fail (MP_IS_PAGE (page));
  g_return_if_fail (self->page == NULL);

  self->page = page;
  self->mapping = mp_registry_find (
      mp_services_get_registry (mp_context_get_services (mp_page_get_context (page))), path);
  self->catalogue = mp_catalogue_get (self->mapping->catalogue);
  gtk_label_set_label (self->title_label, mp_field_spec_get_label (self->mapping));
  add_rows (self);
  self->suggestions = mp_mapping_suggestions_new (page, self->mapping);
  g_signal_connect_object (self->suggestions, "changed", G_CALLBACK (show_record), self,
                           G_CONNECT_SWAPPED);
}

/**
 * mp_mapping_editor_update:
 * @self: an editor that was set up
 * @items: (nullable): #MpPickerItem of the CRM's fields; %NULL while they are not known
 *
 * Shows the record's mapping as it is now.
 */
void
mp_mapping_editor_update (MpMappingEditor *self, GListModel *items)
{
  g_return_if_fail (MP_IS_MAPPING_EDITOR (self));

  g_set_object (&self->targets, items);
  mp_mapping_suggestions_update (self->suggestions);
  show_record (self);
}

/**
 * mp_mapping_editor_reveal:
 * @self: an editor that was set up
 * @path: path of one field, or of the mapping
 *
 * Shows and focuses the row of @path, or the first open one.
 *
 * Returns: %TRUE when there is one
 */
gboolean
mp_mapping_editor_reveal (MpMappingEditor *self, const char *path)
{
  g_return_val_if_fail (MP_IS_MAPPING_EDITOR (self), FALSE);

  gtk_editable_set_text (GTK_EDITABLE (self->search_entry), "");
  for (unsigned int i = 0; i < self->rows->len; i++)
    {
      MpMappingRow *row = g_ptr_array_index (self->rows, i);
      g_autofree char *row_path = dup_path (self, row);

      if (g_str_equal (row_path, path) ||
          (g_str_equal (path, self->mapping->path) &&
           (mp_mapping_row_get_open (row) || has_fault (self, row))))
        {
          mp_mapping_row_focus_target (row);
          return TRUE;
        }
    }
  return FALSE;
}

/**
 * mp_mapping_editor_dup_progress:
 * @self: an editor that was set up and updated
 *
 * Returns: (transfer full): how many of the required fields are done, in words
 */
char *
mp_mapping_editor_dup_progress (MpMappingEditor *self)
{
  MpRecord *record;
  unsigned int required = 0;
  unsigned int done = 0;

  g_return_val_if_fail (MP_IS_MAPPING_EDITOR (self), NULL);

  record = get_record (self);
  for (unsigned int i = 0; record != NULL && i < self->rows->len; i++)
    {
      MpMappingRow *row = g_ptr_array_index (self->rows, i);

      if (!mp_catalogue_field_get_required (mp_mapping_row_get_field (row)) ||
          is_locked (self, record, row))
        continue;
      required++;
      if (!mp_mapping_row_get_open (row) && !has_fault (self, row))
        done++;
    }
  /* Translators: the first %u is how many are done, the second how many there are */
  return g_strdup_printf (
      ngettext ("%u of %u required is done", "%u of %u required are done", required), done,
      required);
}
