/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-picker-row.h"

#include "mp-picker-popover.h"

#include <glib/gi18n-lib.h>

struct _MpPickerRow
{
  AdwActionRow parent_instance;

  GtkLabel *mark_label;
  GtkSpinner *spinner;
  GtkWidget *retry_button;
  GtkWidget *arrow;

  GListModel *model;  /* (owned) (nullable): not read yet */
  char *selected;     /* (owned) (nullable): nothing chosen */
  char *placeholder;  /* (owned) (nullable) */
  char *missing_text; /* (owned) (nullable) */
  char *failure;      /* (owned) (nullable) */
  GtkWidget *footer;  /* (owned) (nullable) */
  GtkWidget *popover; /* (nullable): made when it is opened first; a child of this row */
  gboolean required;
  gboolean editable;
  gboolean show_detail;
  gboolean loading;
};

G_DEFINE_FINAL_TYPE (MpPickerRow, mp_picker_row, ADW_TYPE_ACTION_ROW)

typedef enum
{
  PROP_MODEL = 1,
  PROP_SELECTED,
  PROP_PLACEHOLDER,
  PROP_MISSING_TEXT,
  PROP_REQUIRED,
  PROP_EDITABLE,
  PROP_LOADING,
  PROP_SHOW_DETAIL,
  PROP_FAILURE,
} MpPickerRowProperty;

static GParamSpec *properties[PROP_FAILURE + 1];

enum
{
  CHOSEN,
  RETRY,
  N_SIGNALS,
};

static unsigned int signals[N_SIGNALS];

static void
set_mark (MpPickerRow *self, const char *text, const char *css_class)
{
  gtk_label_set_label (self->mark_label, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (self->mark_label), text != NULL);
  gtk_widget_remove_css_class (GTK_WIDGET (self->mark_label), "error");
  gtk_widget_remove_css_class (GTK_WIDGET (self->mark_label), "dim-label");
  if (css_class != NULL)
    gtk_widget_add_css_class (GTK_WIDGET (self->mark_label), css_class);
}

/* @item: (nullable): nothing that the list has is chosen */
static void
update_mark (MpPickerRow *self, MpPickerItem *item, gboolean missing)
{
  if (missing)
    set_mark (self,
              self->missing_text != NULL ? self->missing_text : _ ("No longer there"), "error");
  else if (item != NULL && !mp_picker_item_get_available (item))
    set_mark (self, _ ("Cannot be used"), "error");
  else if (self->required && self->selected == NULL)
    set_mark (self, C_ ("field", "Required"), "dim-label");
  else
    set_mark (self, NULL, NULL);
}

static char *
dup_subtitle (MpPickerRow *self, MpPickerItem *item)
{
  const char *detail = item != NULL && self->show_detail ? mp_picker_item_get_detail (item) : NULL;

  if (detail != NULL)
    return g_strdup_printf ("%s\n%s", mp_picker_item_get_label (item), detail);
  if (item != NULL)
    return g_strdup (mp_picker_item_get_label (item));
  if (self->selected != NULL)
    return g_strdup (self->selected);
  return g_strdup (self->placeholder != NULL ? self->placeholder : _ ("Not chosen"));
}

static void
update (MpPickerRow *self)
{
  MpPickerItem *item = mp_picker_item_find (self->model, self->selected);
  gboolean missing = self->selected != NULL && self->model != NULL && item == NULL &&
                     !self->loading && self->failure == NULL;
  g_autofree char *subtitle = dup_subtitle (self, item);
  g_autofree char *markup = g_markup_escape_text (subtitle, -1);

  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), markup);
  update_mark (self, item, missing);
  gtk_widget_set_visible (GTK_WIDGET (self->spinner), self->loading);
  gtk_spinner_set_spinning (self->spinner, self->loading);
  gtk_widget_set_visible (self->retry_button, self->failure != NULL && !self->loading);
  gtk_widget_set_visible (self->arrow, self->editable);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (self), self->editable);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  subtitle, GTK_ACCESSIBLE_PROPERTY_REQUIRED, self->required,
                                  GTK_ACCESSIBLE_PROPERTY_READ_ONLY, !self->editable, -1);
}

static void
chosen_cb (MpPickerRow *self, const char *id)
{
  gtk_widget_grab_focus (GTK_WIDGET (self));
  if (g_strcmp0 (id, self->selected) == 0)
    return;

  mp_picker_row_set_selected (self, id);
  g_signal_emit (self, signals[CHOSEN], 0);
}

static void
retry_clicked_cb (MpPickerRow *self)
{
  g_signal_emit (self, signals[RETRY], 0);
}

static void
model_changed_cb (MpPickerRow *self)
{
  update (self);
}

static GtkWidget *
get_popover (MpPickerRow *self)
{
  if (self->popover == NULL)
    {
      self->popover = mp_picker_popover_new ();
      gtk_widget_set_parent (self->popover, GTK_WIDGET (self));
      g_signal_connect_swapped (self->popover, "chosen", G_CALLBACK (chosen_cb), self);
      if (self->footer != NULL)
        mp_picker_popover_set_footer (MP_PICKER_POPOVER (self->popover), self->footer);
    }
  return self->popover;
}

static void
mp_picker_row_activate (AdwActionRow *row)
{
  mp_picker_row_open (MP_PICKER_ROW (row));
  ADW_ACTION_ROW_CLASS (mp_picker_row_parent_class)->activate (row);
}

static void
mp_picker_row_dispose (GObject *object)
{
  MpPickerRow *self = MP_PICKER_ROW (object);

  if (self->model != NULL)
    g_signal_handlers_disconnect_by_func (self->model, model_changed_cb, self);
  g_clear_object (&self->model);
  g_clear_pointer (&self->popover, gtk_widget_unparent);
  g_clear_object (&self->footer);
  G_OBJECT_CLASS (mp_picker_row_parent_class)->dispose (object);
}

static void
mp_picker_row_finalize (GObject *object)
{
  MpPickerRow *self = MP_PICKER_ROW (object);

  g_free (self->selected);
  g_free (self->placeholder);
  g_free (self->missing_text);
  g_free (self->failure);
  G_OBJECT_CLASS (mp_picker_row_parent_class)->finalize (object);
}

static void
mp_picker_row_get_property (GObject *object, unsigned int prop_id, GValue *value, GParamSpec *pspec)
{
  MpPickerRow *self = MP_PICKER_ROW (object);

  switch ((MpPickerRowProperty) prop_id)
    {
    case PROP_MODEL:
      g_value_set_object (value, self->model);
      break;
    case PROP_SELECTED:
      g_value_set_string (value, self->selected);
      break;
    case PROP_PLACEHOLDER:
      g_value_set_string (value, self->placeholder);
      break;
    case PROP_MISSING_TEXT:
      g_value_set_string (value, self->missing_text);
      break;
    case PROP_REQUIRED:
      g_value_set_boolean (value, self->required);
      break;
    case PROP_EDITABLE:
      g_value_set_boolean (value, self->editable);
      break;
    case PROP_LOADING:
      g_value_set_boolean (value, self->loading);
      break;
    case PROP_SHOW_DETAIL:
      g_value_set_boolean (value, self->show_detail);
      break;
    case PROP_FAILURE:
      g_value_set_string (value, self->failure);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
set_text (MpPickerRow *self, char **place, const GValue *value, MpPickerRowProperty property)
{
  if (g_strcmp0 (*place, g_value_get_string (value)) == 0)
    return;

  g_free (*place);
  *place = g_value_dup_string (value);
  update (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

static void
mp_picker_row_set_property (GObject *object,
                            unsigned int prop_id,
                            const GValue *value,
                            GParamSpec *pspec)
{
  MpPickerRow *self = MP_PICKER_ROW (object);

  switch ((MpPickerRowProperty) prop_id)
    {
    case PROP_MODEL:
      mp_picker_row_set_model (self, g_value_get_object (value));
      break;
    case PROP_SELECTED:
      mp_picker_row_set_selected (self, g_value_get_string (value));
      break;
    case PROP_PLACEHOLDER:
      set_text (self, &self->placeholder, value, PROP_PLACEHOLDER);
      break;
    case PROP_MISSING_TEXT:
      set_text (self, &self->missing_text, value, PROP_MISSING_TEXT);
      break;
    case PROP_REQUIRED:
      mp_picker_row_set_required (self, g_value_get_boolean (value));
      break;
    case PROP_EDITABLE:
      mp_picker_row_set_editable (self, g_value_get_boolean (value));
      break;
    case PROP_LOADING:
      mp_picker_row_set_loading (self, g_value_get_boolean (value));
      break;
    case PROP_SHOW_DETAIL:
      self->show_detail = g_value_get_boolean (value);
      break;
    case PROP_FAILURE:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
mp_picker_row_class_init (MpPickerRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->dispose = mp_picker_row_dispose;
  object_class->finalize = mp_picker_row_finalize;
  object_class->get_property = mp_picker_row_get_property;
  object_class->set_property = mp_picker_row_set_property;
  ADW_ACTION_ROW_CLASS (klass)->activate = mp_picker_row_activate;

  properties[PROP_MODEL] = g_param_spec_object ("model", NULL, NULL, G_TYPE_LIST_MODEL, flags);
  properties[PROP_SELECTED] = g_param_spec_string ("selected", NULL, NULL, NULL, flags);
  properties[PROP_PLACEHOLDER] = g_param_spec_string ("placeholder", NULL, NULL, NULL, flags);
  properties[PROP_MISSING_TEXT] = g_param_spec_string ("missing-text", NULL, NULL, NULL, flags);
  properties[PROP_REQUIRED] = g_param_spec_boolean ("required", NULL, NULL, FALSE, flags);
  properties[PROP_EDITABLE] = g_param_spec_boolean ("editable", NULL, NULL, TRUE, flags);
  properties[PROP_LOADING] = g_param_spec_boolean ("loading", NULL, NULL, FALSE, flags);
  properties[PROP_SHOW_DETAIL] =
      g_param_spec_boolean ("show-detail", NULL, NULL, FALSE, flags | G_PARAM_CONSTRUCT_ONLY);
  properties[PROP_FAILURE] =
      g_param_spec_string ("failure", NULL, NULL, NULL,
                           G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);

  signals[CHOSEN] = g_signal_new ("chosen", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 0);
  signals[RETRY] = g_signal_new ("retry", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_COMBO_BOX);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/memberpulse/Integrations/ui/mp-picker-row.ui");
  gtk_widget_class_bind_template_child (widget_class, MpPickerRow, mark_label);
  gtk_widget_class_bind_template_child (widget_class, MpPickerRow, spinner);
  gtk_widget_class_bind_template_child (widget_class, MpPickerRow, retry_button);
  gtk_widget_class_bind_template_child (widget_class, MpPickerRow, arrow);
  gtk_widget_class_bind_template_callback (widget_class, retry_clicked_cb);
}

static void
mp_picker_row_init (MpPickerRow *self)
{
  self->editable = TRUE;
  gtk_widget_init_template (GTK_WIDGET (self));
  update (self);
}

/**
 * mp_picker_row_new:
 *
 * Returns: (transfer floating): a row without choices
 */
GtkWidget *
mp_picker_row_new (void)
{
  return g_object_new (MP_TYPE_PICKER_ROW, NULL);
}

/**
 * mp_picker_row_get_model:
 * @self: a picker row
 *
 * Returns: (transfer none) (nullable): the choices
 */
GListModel *
mp_picker_row_get_model (MpPickerRow *self)
{
  g_return_val_if_fail (MP_IS_PICKER_ROW (self), NULL);

  return self->model;
}

/**
 * mp_picker_row_set_model:
 * @self: a picker row
 * @model: (nullable): a list of #MpPickerItem; %NULL: not known yet, so nothing is missing in it
 *
 * Sets the choices.
 */
void
mp_picker_row_set_model (MpPickerRow *self, GListModel *model)
{
  g_return_if_fail (MP_IS_PICKER_ROW (self));
  g_return_if_fail (model == NULL || G_IS_LIST_MODEL (model));

  if (self->model == model)
    return;

  if (self->model != NULL)
    g_signal_handlers_disconnect_by_func (self->model, model_changed_cb, self);
  g_set_object (&self->model, model);
  if (model != NULL)
    g_signal_connect_swapped (model, "items-changed", G_CALLBACK (model_changed_cb), self);
  update (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MODEL]);
}

/**
 * mp_picker_row_get_selected:
 * @self: a picker row
 *
 * Returns: (transfer none) (nullable): id of what is chosen
 */
const char *
mp_picker_row_get_selected (MpPickerRow *self)
{
  g_return_val_if_fail (MP_IS_PICKER_ROW (self), NULL);

  return self->selected;
}

/**
 * mp_picker_row_set_selected:
 * @self: a picker row
 * @id: (nullable): what is chosen; it need not be among the choices
 *
 * Shows a value; "chosen" is not emitted.
 */
void
mp_picker_row_set_selected (MpPickerRow *self, const char *id)
{
  g_return_if_fail (MP_IS_PICKER_ROW (self));

  if (g_strcmp0 (self->selected, id) == 0)
    return;

  g_free (self->selected);
  self->selected = g_strdup (id);
  update (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SELECTED]);
}

/**
 * mp_picker_row_set_required:
 * @self: a picker row
 * @required: whether something must be chosen
 *
 * A required row says so while it is empty, and offers no way to choose nothing.
 */
void
mp_picker_row_set_required (MpPickerRow *self, gboolean required)
{
  g_return_if_fail (MP_IS_PICKER_ROW (self));

  if (self->required == required)
    return;

  self->required = required;
  update (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_REQUIRED]);
}

/**
 * mp_picker_row_set_editable:
 * @self: a picker row
 * @editable: whether the person may choose
 *
 * A row that is not editable still shows its value.
 */
void
mp_picker_row_set_editable (MpPickerRow *self, gboolean editable)
{
  g_return_if_fail (MP_IS_PICKER_ROW (self));

  if (self->editable == editable)
    return;

  self->editable = editable;
  update (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_EDITABLE]);
}

/**
 * mp_picker_row_set_loading:
 * @self: a picker row
 * @loading: whether the choices are being read
 *
 * Shows that the choices are on their way; takes an earlier failure away.
 */
void
mp_picker_row_set_loading (MpPickerRow *self, gboolean loading)
{
  g_return_if_fail (MP_IS_PICKER_ROW (self));

  if (self->loading == loading)
    return;

  self->loading = loading;
  if (loading)
    g_clear_pointer (&self->failure, g_free);
  update (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOADING]);
}

/**
 * mp_picker_row_set_failure:
 * @self: a picker row
 * @text: (nullable): why the choices could not be read; %NULL: they could
 *
 * With a text the row has a button to try again ("retry"). The text itself stands under the row:
 * its field's binding puts it there.
 */
void
mp_picker_row_set_failure (MpPickerRow *self, const char *text)
{
  g_return_if_fail (MP_IS_PICKER_ROW (self));

  if (g_strcmp0 (self->failure, text) == 0)
    return;

  g_free (self->failure);
  self->failure = g_strdup (text);
  gtk_widget_set_tooltip_text (self->retry_button, text);
  update (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FAILURE]);
}

/**
 * mp_picker_row_get_failure:
 * @self: a picker row
 *
 * Returns: (nullable): why the choices could not be read
 */
const char *
mp_picker_row_get_failure (MpPickerRow *self)
{
  g_return_val_if_fail (MP_IS_PICKER_ROW (self), NULL);

  return self->failure;
}

/**
 * mp_picker_row_set_footer:
 * @self: a picker row
 * @footer: (nullable): what stands under the choices
 *
 * Sets the footer of the popover; close it with mp_picker_row_close ().
 */
void
mp_picker_row_set_footer (MpPickerRow *self, GtkWidget *footer)
{
  g_return_if_fail (MP_IS_PICKER_ROW (self));

  if (footer != NULL)
    g_object_ref_sink (footer);
  g_clear_object (&self->footer);
  self->footer = footer;
  if (self->popover != NULL)
    mp_picker_popover_set_footer (MP_PICKER_POPOVER (self->popover), footer);
}

/**
 * mp_picker_row_open:
 * @self: a picker row
 *
 * Opens the choices, as activating the row does; nothing happens while there are none to show.
 */
void
mp_picker_row_open (MpPickerRow *self)
{
  g_return_if_fail (MP_IS_PICKER_ROW (self));

  if (!self->editable || self->model == NULL)
    return;

  mp_picker_popover_open (MP_PICKER_POPOVER (get_popover (self)), self->model, self->selected,
                          self->required ? NULL : _ ("Choose nothing"));
}

/**
 * mp_picker_row_close:
 * @self: a picker row
 *
 * Closes the choices.
 */
void
mp_picker_row_close (MpPickerRow *self)
{
  g_return_if_fail (MP_IS_PICKER_ROW (self));

  if (self->popover != NULL)
    gtk_popover_popdown (GTK_POPOVER (self->popover));
}
