/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-mapping-values.h"

#include "mp-field-fit.h"
#include "mp-json.h"
#include "mp-mapping-entry.h"
#include "mp-mnemonics.h"

#include <glib/gi18n-lib.h>

/* The first choices of each row; those of the CRM follow. */
#define AS_IT_IS 0
#define NOTHING 1
#define FIRST_OPTION 2

struct _MpMappingValues
{
  AdwWindow parent_instance;

  AdwPreferencesGroup *group;
  GtkWidget *match_button;

  MpPage *page;            /* (nullable): a weak pointer: it opened this */
  char *path;              /* (owned): of the mapping's entry */
  MpCatalogueField *field; /* (owned) */
  MpCrmField *target;      /* (owned) */
  GPtrArray *sent;   /* (owned) (element-type utf8): what each choice from FIRST_OPTION sends */
  GPtrArray *rows;   /* (element-type AdwComboRow): the group owns them */
  GStrv values;      /* (owned): of the rows; the one after the last is for any other value */
  gboolean updating; /* the rows are being filled, not chosen from */
};

G_DEFINE_FINAL_TYPE (MpMappingValues, mp_mapping_values, ADW_TYPE_WINDOW)

/* (nullable): the entry as it is now, if it still goes to the field */
static JsonNode *
get_entry (MpMappingValues *self)
{
  MpRecordModel *model = self->page != NULL ? mp_page_get_record (self->page) : NULL;
  JsonNode *entry =
      model != NULL ? mp_record_get_value (mp_record_model_get_record (model), self->path) : NULL;

  return g_strcmp0 (mp_mapping_get_target (entry), mp_crm_field_get_name (self->target)) == 0
             ? entry
             : NULL;
}

static void
save (MpMappingValues *self, JsonNode *entry)
{
  g_autoptr (MpChanges) changes = mp_changes_new ();

  mp_changes_set (changes, self->path, entry);
  mp_page_edit (self->page, changes);
}

/* (nullable): the value of the row; %NULL: any other one */
static const char *
get_value (MpMappingValues *self, unsigned int index)
{
  return self->values[index];
}

/* (nullable): the rule of the row; %NULL: as it is */
static const char *
get_rule (MpMappingValues *self, JsonNode *entry, unsigned int index)
{
  const char *value = get_value (self, index);
  JsonObject *rules = mp_mapping_get_values (entry);

  if (value == NULL)
    return mp_mapping_get_rest (entry);
  return rules != NULL ? mp_json_get_string (rules, value, NULL) : NULL;
}

static unsigned int
find_choice (MpMappingValues *self, const char *rule)
{
  unsigned int index;

  if (rule == NULL)
    return AS_IT_IS;
  if (*rule == '\0')
    return NOTHING;
  return g_ptr_array_find_with_equal_func (self->sent, rule, g_str_equal, &index)
             ? FIRST_OPTION + index
             : GTK_INVALID_LIST_POSITION;
}

/* What the CRM would refuse is marked. */
static void
show_row (MpMappingValues *self, JsonNode *entry, unsigned int index)
{
  AdwComboRow *row = g_ptr_array_index (self->rows, index);
  const char *value = get_value (self, index);
  gboolean refused =
      value != NULL && !mp_field_fit_accepts (self->target, mp_mapping_get_sent (entry, value));

  adw_combo_row_set_selected (row, find_choice (self, get_rule (self, entry, index)));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row),
                               refused ? _ ("The CRM does not have this choice") : NULL);
  if (refused)
    gtk_widget_add_css_class (GTK_WIDGET (row), "warning");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (row), "warning");
}

static void
update (MpMappingValues *self)
{
  JsonNode *entry = get_entry (self);

  if (entry == NULL)
    {
      gtk_window_close (GTK_WINDOW (self));
      return;
    }
  self->updating = TRUE;
  for (unsigned int i = 0; i < self->rows->len; i++)
    show_row (self, entry, i);
  self->updating = FALSE;
}

static void
choice_selected_cb (MpMappingValues *self, GParamSpec *pspec, AdwComboRow *row)
{
  JsonNode *entry = get_entry (self);
  unsigned int choice = adw_combo_row_get_selected (row);
  g_autoptr (JsonNode) changed = NULL;
  const char *sent;
  unsigned int index;

  if (self->updating || entry == NULL || choice == GTK_INVALID_LIST_POSITION ||
      !g_ptr_array_find (self->rows, row, &index))
    return;
  sent = choice == AS_IT_IS  ? NULL
         : choice == NOTHING ? ""
                             : g_ptr_array_index (self->sent, choice - FIRST_OPTION);
  changed = get_value (self, index) != NULL
                ? mp_mapping_with_value (entry, get_value (self, index), sent)
                : mp_mapping_with_rest (entry, sent);
  save (self, changed);
}

static void
match_clicked_cb (MpMappingValues *self)
{
  JsonNode *entry = get_entry (self);
  g_autoptr (JsonNode) paired =
                 entry != NULL ? mp_field_fit_pair_values (self->field, self->target, entry) : NULL;

  if (paired != NULL)
    save (self, paired);
}

/* What the CRM's field takes, as choices for every row. */
static GListModel *
make_choices (MpMappingValues *self)
{
  GtkStringList *choices = gtk_string_list_new (NULL);

  gtk_string_list_append (choices, _ ("The value as it is"));
  gtk_string_list_append (choices, _ ("Nothing"));
  if (mp_crm_field_get_field_type (self->target) == MP_FIELD_TYPE_BOOLEAN)
    {
      gtk_string_list_append (choices, C_ ("value", "Yes"));
      gtk_string_list_append (choices, C_ ("value", "No"));
      g_ptr_array_add (self->sent, g_strdup ("true"));
      g_ptr_array_add (self->sent, g_strdup ("false"));
      return G_LIST_MODEL (choices);
    }
  for (unsigned int i = 0; i < mp_crm_field_get_n_options (self->target); i++)
    {
      const MpOption *option = mp_crm_field_get_option (self->target, i);

      gtk_string_list_append (choices, option->label);
      g_ptr_array_add (self->sent, g_strdup (option->value));
    }
  return G_LIST_MODEL (choices);
}

static const char *
get_value_label (MpMappingValues *self, const char *value)
{
  if (value == NULL)
    return _ ("Any other value");
  if (mp_catalogue_field_get_field_type (self->field) != MP_FIELD_TYPE_BOOLEAN)
    return value;
  return g_str_equal (value, "true") ? C_ ("value", "Yes") : C_ ("value", "No");
}

static void
add_rows (MpMappingValues *self)
{
  gboolean is_truth = mp_catalogue_field_get_field_type (self->field) == MP_FIELD_TYPE_BOOLEAN;
  unsigned int n = g_strv_length (self->values) + (is_truth ? 0 : 1);
  g_autoptr (GListModel) choices = make_choices (self);

  for (unsigned int i = 0; i < n; i++)
    {
      GtkWidget *row = adw_combo_row_new ();

      adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row),
                                     get_value_label (self, get_value (self, i)));
      adw_combo_row_set_model (ADW_COMBO_ROW (row), choices);
      gtk_widget_set_sensitive (row, mp_page_get_editable (self->page));
      g_signal_connect_object (row, "notify::selected", G_CALLBACK (choice_selected_cb), self,
                               G_CONNECT_SWAPPED);
      adw_preferences_group_add (self->group, row);
      g_ptr_array_add (self->rows, row);
    }
}

static void
mp_mapping_values_finalize (GObject *object)
{
  MpMappingValues *self = MP_MAPPING_VALUES (object);

  g_clear_weak_pointer (&self->page);
  g_free (self->path);
  g_object_unref (self->field);
  g_object_unref (self->target);
  g_ptr_array_unref (self->sent);
  g_ptr_array_unref (self->rows);
  g_strfreev (self->values);
  G_OBJECT_CLASS (mp_mapping_values_parent_class)->finalize (object);
}

static void
mp_mapping_values_class_init (MpMappingValuesClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = mp_mapping_values_finalize;

  gtk_widget_class_set_template_from_resource (
      widget_class, "/org/memberpulse/Integrations/ui/mp-mapping-values.ui");
  gtk_widget_class_bind_template_child (widget_class, MpMappingValues, group);
  gtk_widget_class_bind_template_child (widget_class, MpMappingValues, match_button);
  gtk_widget_class_bind_template_callback (widget_class, match_clicked_cb);
}

static void
mp_mapping_values_init (MpMappingValues *self)
{
  self->sent = g_ptr_array_new_with_free_func (g_free);
  self->rows = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  mp_mnemonics_name_buttons (GTK_WIDGET (self->match_button));
}

/**
 * mp_mapping_values_new:
 * @page: the page that opens it
 * @path: path of the mapping's entry
 * @field: the Member Pulse field of that entry
 * @target: the CRM's field it goes to
 *
 * Returns: (transfer floating): the dialog, not shown yet
 */
GtkWidget *
mp_mapping_values_new (MpPage *page, const char *path, MpCatalogueField *field, MpCrmField *target)
{
  MpMappingValues *self;
  g_autofree char *description = NULL;

  g_return_val_if_fail (MP_IS_PAGE (page), NULL);

  self = g_object_new (MP_TYPE_MAPPING_VALUES, "transient-for",
                       gtk_widget_get_root (GTK_WIDGET (page)), NULL);
  g_set_weak_pointer (&self->page, page);
  self->path = g_strdup (path);
  self->field = g_object_ref (field);
  self->target = g_object_ref (target);
  self->values = mp_field_fit_list_values (field);
  /* Translators: a Member Pulse field and a CRM field */
  description = g_markup_printf_escaped (_ ("What is sent for each value of %s to %s"),
                                            mp_catalogue_field_get_label (field),
                                            mp_crm_field_get_label (target));
  adw_preferences_group_set_description (self->group, description);
  add_rows (self);
  g_signal_connect_object (mp_page_get_record (page), "changed", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
  update (self);
  return GTK_WIDGET (self);
}

/**
 * mp_mapping_values_are_few:
 * @field: a Member Pulse field
 * @target: the CRM's field it goes to
 *
 * Returns: whether both have values that can be set side by side
 */
gboolean
mp_mapping_values_are_few (MpCatalogueField *field, MpCrmField *target)
{
  g_auto (GStrv) values = mp_field_fit_list_values (field);

  return values[0] != NULL && (mp_crm_field_get_n_options (target) > 0 ||
                               mp_crm_field_get_field_type (target) == MP_FIELD_TYPE_BOOLEAN);
}
