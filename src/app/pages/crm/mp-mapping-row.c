/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-mapping-row.h"

#include <glib/gi18n-lib.h>

/* A reason is saved once typing has rested. */
#define REST_MS 500

struct _MpMappingRow
{
  AdwPreferencesRow parent_instance;

  GtkWidget *member_button;
  GtkLabel *member_label;
  GtkLabel *member_detail;
  GtkWidget *member_arrow;
  GtkWidget *target_button;
  GtkLabel *target_label;
  GtkLabel *target_detail;
  GtkWidget *target_arrow;
  GtkWidget *suggestion_box;
  GtkLabel *suggestion_label;
  GtkWidget *accept_button;
  GtkWidget *refuse_button;
  GtkWidget *reason_entry;
  GtkLabel *fault_label;
  GtkWidget *values_button;

  MpCatalogueField *field; /* (owned) */
  unsigned int rest_source;
  gboolean open;
  gboolean suggested;
  gboolean updating; /* the entry is being filled, not typed into */
};

G_DEFINE_FINAL_TYPE (MpMappingRow, mp_mapping_row, ADW_TYPE_PREFERENCES_ROW)

enum
{
  MEMBER_CLICKED,
  TARGET_CLICKED,
  REASON_CHANGED,
  SUGGESTION_ANSWERED,
  VALUES_CLICKED,
  N_SIGNALS,
};

static unsigned int signals[N_SIGNALS];

static void
member_clicked_cb (MpMappingRow *self)
{
  g_signal_emit (self, signals[MEMBER_CLICKED], 0, self->member_button);
}

static void
target_clicked_cb (MpMappingRow *self)
{
  g_signal_emit (self, signals[TARGET_CLICKED], 0, self->target_button);
}

static void
accept_clicked_cb (MpMappingRow *self)
{
  g_signal_emit (self, signals[SUGGESTION_ANSWERED], 0, TRUE);
}

static void
refuse_clicked_cb (MpMappingRow *self)
{
  g_signal_emit (self, signals[SUGGESTION_ANSWERED], 0, FALSE);
}

static void
values_clicked_cb (MpMappingRow *self)
{
  g_signal_emit (self, signals[VALUES_CLICKED], 0);
}

static void
reason_finished_cb (MpMappingRow *self)
{
  if (self->rest_source == 0)
    return;
  g_clear_handle_id (&self->rest_source, g_source_remove);
  g_signal_emit (self, signals[REASON_CHANGED], 0,
                 gtk_editable_get_text (GTK_EDITABLE (self->reason_entry)));
}

static gboolean
reason_rested_cb (gpointer user_data)
{
  reason_finished_cb (user_data);
  return G_SOURCE_REMOVE;
}

static void
reason_typed_cb (MpMappingRow *self)
{
  if (self->updating)
    return;
  g_clear_handle_id (&self->rest_source, g_source_remove);
  self->rest_source = g_timeout_add (REST_MS, reason_rested_cb, self);
}

static void
mp_mapping_row_dispose (GObject *object)
{
  MpMappingRow *self = MP_MAPPING_ROW (object);

  g_clear_handle_id (&self->rest_source, g_source_remove);
  g_clear_object (&self->field);
  G_OBJECT_CLASS (mp_mapping_row_parent_class)->dispose (object);
}

static void
mp_mapping_row_class_init (MpMappingRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mp_mapping_row_dispose;

  signals[MEMBER_CLICKED] =
      g_signal_new ("member-clicked", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                    NULL, G_TYPE_NONE, 1, GTK_TYPE_WIDGET);
  signals[TARGET_CLICKED] =
      g_signal_new ("target-clicked", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                    NULL, G_TYPE_NONE, 1, GTK_TYPE_WIDGET);
  signals[REASON_CHANGED] =
      g_signal_new ("reason-changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                    NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SUGGESTION_ANSWERED] =
      g_signal_new ("suggestion-answered", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                    NULL, NULL, G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
  signals[VALUES_CLICKED] = g_signal_new ("values-clicked", G_TYPE_FROM_CLASS (klass),
                                          G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (
      widget_class, "/org/memberpulse/Integrations/ui/mp-mapping-row.ui");
  gtk_widget_class_bind_template_child (widget_class, MpMappingRow, member_button);
  gtk_widget_class_bind_template_child (widget_class, MpMappingRow, member_label);
  gtk_widget_class_bind_template_child (widget_class, MpMappingRow, member_detail);
  gtk_widget_class_bind_template_child (widget_class, MpMappingRow, member_arrow);
  gtk_widget_class_bind_template_child (widget_class, MpMappingRow, target_button);
  gtk_widget_class_bind_template_child (widget_class, MpMappingRow, target_label);
  gtk_widget_class_bind_template_child (widget_class, MpMappingRow, target_detail);
  gtk_widget_class_bind_template_child (widget_class, MpMappingRow, target_arrow);
  gtk_widget_class_bind_template_child (widget_class, MpMappingRow, suggestion_box);
  gtk_widget_class_bind_template_child (widget_class, MpMappingRow, suggestion_label);
  gtk_widget_class_bind_template_child (widget_class, MpMappingRow, accept_button);
  gtk_widget_class_bind_template_child (widget_class, MpMappingRow, refuse_button);
  gtk_widget_class_bind_template_child (widget_class, MpMappingRow, reason_entry);
  gtk_widget_class_bind_template_child (widget_class, MpMappingRow, fault_label);
  gtk_widget_class_bind_template_child (widget_class, MpMappingRow, values_button);
  gtk_widget_class_bind_template_callback (widget_class, member_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, target_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, accept_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, refuse_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, values_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, reason_typed_cb);
  gtk_widget_class_bind_template_callback (widget_class, reason_finished_cb);
}

static void
mp_mapping_row_init (MpMappingRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

static void
fill_names (MpMappingRow *self)
{
  const char *label = mp_catalogue_field_get_label (self->field);
  const char *type = mp_field_type_get_label (mp_catalogue_field_get_field_type (self->field));
  /* Translators: %s is the type of a field; the row must be filled in */
  g_autofree char *detail =
      mp_catalogue_field_get_required (self->field) ? g_strdup_printf (_ ("%s · required"), type)
                                                    : g_strdup (type);
  /* Translators: %s is the name of a Member Pulse field; read by screen readers */
  g_autofree char *member_name = g_strdup_printf (_ ("Member Pulse field %s"), label);
  /* Translators: %s is the name of a Member Pulse field; read by screen readers */
  g_autofree char *target_name = g_strdup_printf (_ ("CRM field for %s"), label);
  /* Translators: %s is the name of a Member Pulse field; read by screen readers */
  g_autofree char *reason_name = g_strdup_printf (_ ("Why %s is not sent"), label);
  /* Translators: %s is the name of a Member Pulse field; read by screen readers */
  g_autofree char *values_name = g_strdup_printf (_ ("Values of %s"), label);

  gtk_label_set_label (self->member_label, label);
  gtk_label_set_label (self->member_detail, detail);
  gtk_widget_set_tooltip_text (self->member_button,
                               mp_catalogue_field_get_description (self->field));
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->member_button),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, member_name, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->target_button),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, target_name, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->reason_entry),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, reason_name, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->values_button),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, values_name, -1);
}

/**
 * mp_mapping_row_new:
 * @field: a Member Pulse field
 *
 * Returns: (transfer floating): a row that shows nothing chosen yet
 */
GtkWidget *
mp_mapping_row_new (MpCatalogueField *field)
{
  MpMappingRow *self;

  g_return_val_if_fail (MP_IS_CATALOGUE_FIELD (field), NULL);

  self = g_object_new (MP_TYPE_MAPPING_ROW, NULL);
  self->field = g_object_ref (field);
  fill_names (self);
  return GTK_WIDGET (self);
}

/**
 * mp_mapping_row_get_field:
 * @self: a row
 *
 * Returns: (transfer none): the Member Pulse field it is for
 */
MpCatalogueField *
mp_mapping_row_get_field (MpMappingRow *self)
{
  g_return_val_if_fail (MP_IS_MAPPING_ROW (self), NULL);

  return self->field;
}

static void
show_target (MpMappingRow *self, const MpMappingRowState *state)
{
  const char *text;
  const char *detail = state->target_type;

  if (state->locked)
    {
      text = _ ("Filled in by the connected system");
      detail = NULL;
    }
  else if (state->not_sent != NULL)
    text = _ ("Not sent");
  else if (state->target_label != NULL)
    text = state->target_label;
  else
    text = _ ("Choose a field");
  gtk_label_set_label (self->target_label, text);
  gtk_label_set_label (self->target_detail, detail != NULL ? detail : "");
  gtk_widget_set_visible (GTK_WIDGET (self->target_detail), detail != NULL);
  if (self->open || state->locked || state->target_label == NULL)
    gtk_widget_add_css_class (GTK_WIDGET (self->target_label), "dim-label");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->target_label), "dim-label");
}

/* Is a suggestion of any use in this state? */
static gboolean
wants_suggestion (const MpMappingRowState *state)
{
  return state->editable && !state->locked && state->suggested != NULL &&
         state->target_label == NULL && state->not_sent == NULL;
}

static void
show_suggestion (MpMappingRow *self, const MpMappingRowState *state)
{
  const char *label = mp_catalogue_field_get_label (self->field);
  gboolean shown = wants_suggestion (state);
  g_autofree char *text = NULL;
  g_autofree char *accept_name = NULL;
  g_autofree char *refuse_name = NULL;

  self->suggested = shown && state->is_sure;
  gtk_widget_set_visible (self->suggestion_box, shown);
  gtk_widget_set_visible (self->accept_button, self->suggested);
  gtk_widget_set_visible (self->refuse_button, self->suggested);
  if (!shown)
    return;
  text = state->is_sure
      /* Translators: the label of a CRM field, and why it is the one */
      ? g_strdup_printf (_ ("Suggested: %s (%s)"), state->suggested, state->reasons)
      /* Translators: the labels of some CRM fields, none of which is sure to be the one */
      : g_strdup_printf (_ ("Perhaps: %s"), state->suggested);
  /* Translators: %s are a CRM field and a Member Pulse field; read by screen readers */
  accept_name = g_strdup_printf (_ ("Accept %s for %s"), state->suggested, label);
  /* Translators: %s are a CRM field and a Member Pulse field; read by screen readers */
  refuse_name = g_strdup_printf (_ ("Refuse %s for %s"), state->suggested, label);
  gtk_label_set_label (self->suggestion_label, text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->accept_button),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, accept_name, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->refuse_button),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, refuse_name, -1);
}

/* What happens to the field, as a part of a sentence. */
static char *
dup_spoken_state (const MpMappingRowState *state)
{
  if (state->locked)
    return g_strdup (_ ("filled in by the connected system"));
  if (state->not_sent != NULL)
    /* Translators: %s is a reason */
    return g_strdup_printf (_ ("not sent, because %s"), state->not_sent);
  if (state->target_label != NULL && state->reasons != NULL)
    /* Translators: a CRM field, and why: "same label, same type" */
    return g_strdup_printf (_ ("mapped to %s, suggested because of: %s"), state->target_label,
                               state->reasons);
  if (state->target_label != NULL)
    return g_strdup_printf (_ ("mapped to %s"), state->target_label);
  if (wants_suggestion (state) && state->is_sure)
    /* Translators: a CRM field, and why: "same label, same type" */
    return g_strdup_printf (_ ("not mapped; %s is suggested because of: %s"), state->suggested,
                               state->reasons);
  if (wants_suggestion (state))
    return g_strdup_printf (_ ("not mapped; perhaps %s"), state->suggested);
  return g_strdup (_ ("not mapped"));
}

/* The whole row in a sentence, for those who hear it. */
static void
speak (MpMappingRow *self, const MpMappingRowState *state)
{
  g_autofree char *what = dup_spoken_state (state);
  /* Translators: a Member Pulse field, what happens to it, and how much is left to do */
  g_autofree char *sentence =
      g_strdup_printf (_ ("%s, %s; %s"), mp_catalogue_field_get_label (self->field), what,
                          state->progress != NULL ? state->progress : "");

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, sentence,
                                  -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->target_button),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, sentence, -1);
}

static void
show_reason (MpMappingRow *self, const MpMappingRowState *state)
{
  gboolean shown = state->not_sent != NULL && !state->locked;

  gtk_widget_set_visible (self->reason_entry, shown);
  gtk_editable_set_editable (GTK_EDITABLE (self->reason_entry), state->editable);
  /* What is being typed is newer than what is saved. */
  if (self->rest_source != 0 ||
      (shown &&
       g_str_equal (gtk_editable_get_text (GTK_EDITABLE (self->reason_entry)), state->not_sent)))
    return;
  self->updating = TRUE;
  gtk_editable_set_text (GTK_EDITABLE (self->reason_entry), shown ? state->not_sent : "");
  self->updating = FALSE;
}

static void
show_fault (MpMappingRow *self, const MpMappingRowState *state)
{
  gboolean is_error = state->fault != NULL && state->is_error;

  gtk_label_set_label (self->fault_label, state->fault != NULL ? state->fault : "");
  gtk_widget_set_visible (GTK_WIDGET (self->fault_label), state->fault != NULL);
  gtk_widget_remove_css_class (GTK_WIDGET (self->fault_label), is_error ? "warning" : "error");
  gtk_widget_add_css_class (GTK_WIDGET (self->fault_label), is_error ? "error" : "warning");
  gtk_accessible_update_state (
      GTK_ACCESSIBLE (self->target_button), GTK_ACCESSIBLE_STATE_INVALID,
      is_error ? GTK_ACCESSIBLE_INVALID_TRUE : GTK_ACCESSIBLE_INVALID_FALSE, -1);
}

/**
 * mp_mapping_row_set_state:
 * @self: a row
 * @state: how it stands
 *
 * Shows @state; a reason that is being typed stays.
 */
void
mp_mapping_row_set_state (MpMappingRow *self, const MpMappingRowState *state)
{
  gboolean editable;

  g_return_if_fail (MP_IS_MAPPING_ROW (self));

  editable = state->editable && !state->locked;
  self->open = mp_catalogue_field_get_required (self->field) && !state->locked &&
               state->target_label == NULL && state->not_sent == NULL;
  show_target (self, state);
  show_suggestion (self, state);
  speak (self, state);
  show_reason (self, state);
  show_fault (self, state);
  gtk_widget_set_visible (self->values_button, state->has_values);
  gtk_widget_set_sensitive (self->member_button, editable);
  gtk_widget_set_sensitive (self->target_button, editable);
  gtk_widget_set_visible (self->member_arrow, editable);
  gtk_widget_set_visible (self->target_arrow, editable);
}

/**
 * mp_mapping_row_get_open:
 * @self: a row
 *
 * Returns: whether the field is required and nothing was chosen for it
 */
gboolean
mp_mapping_row_get_open (MpMappingRow *self)
{
  g_return_val_if_fail (MP_IS_MAPPING_ROW (self), FALSE);

  return self->open;
}

/**
 * mp_mapping_row_get_suggested:
 * @self: a row
 *
 * Returns: whether a suggestion is shown that can be accepted
 */
gboolean
mp_mapping_row_get_suggested (MpMappingRow *self)
{
  g_return_val_if_fail (MP_IS_MAPPING_ROW (self), FALSE);

  return self->suggested;
}

/**
 * mp_mapping_row_focus_target:
 * @self: a row
 *
 * Focuses the button of the CRM field.
 */
void
mp_mapping_row_focus_target (MpMappingRow *self)
{
  g_return_if_fail (MP_IS_MAPPING_ROW (self));

  gtk_widget_grab_focus (self->target_button);
}

/**
 * mp_mapping_row_focus_reason:
 * @self: a row
 *
 * Focuses the reason of a field that is not sent.
 */
void
mp_mapping_row_focus_reason (MpMappingRow *self)
{
  g_return_if_fail (MP_IS_MAPPING_ROW (self));

  gtk_widget_grab_focus (self->reason_entry);
}
