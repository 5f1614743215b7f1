/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-record-chooser.h"

#include "mp-picker-popover.h"
#include "mp-settings-names.h"

#include <glib/gi18n-lib.h>

struct _MpRecordChooser
{
  AdwBin parent_instance;

  GtkWidget *button;
  GtkLabel *label;

  MpContext *context;    /* (owned) (nullable): not set yet */
  GtkWidget *popover;    /* a child of the button */
  GSignalGroup *signals; /* (owned): of the record chosen */
};

G_DEFINE_FINAL_TYPE (MpRecordChooser, mp_record_chooser, ADW_TYPE_BIN)

static const char *
get_shown_name (MpRecordModel *record)
{
  const char *name = mp_record_model_get_name (record);

  return name != NULL && *name != '\0' ? name : _ ("Record without a name");
}

static gboolean
is_archived (MpRecordModel *record)
{
  return mp_record_get_archived (mp_record_model_get_record (record));
}

static void
update_label (MpRecordChooser *self)
{
  MpRecordModel *record = mp_context_get_record (self->context);
  g_autofree char *spoken = NULL;
  g_autofree char *text = NULL;

  if (record == NULL)
    text = g_strdup (_ ("No record chosen"));
  else if (is_archived (record))
    /* Translators: %s is a record's name. */
    text = g_strdup_printf (_ ("%s (archived)"), get_shown_name (record));
  else
    text = g_strdup (get_shown_name (record));
  gtk_label_set_label (self->label, text);
  /* Translators: %s is the name of the record chosen. */
  spoken = g_strdup_printf (_ ("Record: %s"), text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  spoken, -1);
}

static void
record_chosen_cb (MpRecordChooser *self)
{
  g_signal_group_set_target (self->signals, mp_context_get_record (self->context));
  update_label (self);
}

static GListModel *
list_choices (MpRecordChooser *self)
{
  GSettings *settings = mp_context_get_settings (self->context);
  gboolean with_archived =
      settings != NULL && g_settings_get_boolean (settings, MP_SETTING_SHOW_ARCHIVED);
  GListModel *records = mp_session_get_records (mp_context_get_session (self->context));
  GListStore *choices = g_list_store_new (MP_TYPE_PICKER_ITEM);

  for (unsigned int i = 0; i < g_list_model_get_n_items (records); i++)
    {
      g_autoptr (MpRecordModel) record = g_list_model_get_item (records, i);
      g_autoptr (MpPickerItem) item = NULL;

      if (is_archived (record) && !with_archived)
        continue;

      item = mp_picker_item_new (mp_record_model_get_id (record), get_shown_name (record),
                                 is_archived (record) ? C_ ("record", "Archived") : NULL);
      g_list_store_append (choices, item);
    }
  return G_LIST_MODEL (choices);
}

static void
button_clicked_cb (MpRecordChooser *self)
{
  mp_record_chooser_open (self);
}

static void
chosen_cb (MpRecordChooser *self, const char *id)
{
  MpSession *session = mp_context_get_session (self->context);

  gtk_widget_grab_focus (self->button);
  if (session != NULL && id != NULL)
    mp_context_set_record (self->context, mp_session_find_record (session, id));
}

static void
new_clicked_cb (MpRecordChooser *self)
{
  gtk_popover_popdown (GTK_POPOVER (self->popover));
  gtk_widget_activate_action (GTK_WIDGET (self), "win.new-record", NULL);
}

static void
mp_record_chooser_dispose (GObject *object)
{
  MpRecordChooser *self = MP_RECORD_CHOOSER (object);

  g_clear_pointer (&self->popover, gtk_widget_unparent);
  g_clear_object (&self->signals);
  g_clear_object (&self->context);
  G_OBJECT_CLASS (mp_record_chooser_parent_class)->dispose (object);
}

static void
mp_record_chooser_class_init (MpRecordChooserClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mp_record_chooser_dispose;

  gtk_widget_class_set_template_from_resource (
      widget_class, "/org/memberpulse/Integrations/ui/mp-record-chooser.ui");
  gtk_widget_class_bind_template_child (widget_class, MpRecordChooser, button);
  gtk_widget_class_bind_template_child (widget_class, MpRecordChooser, label);
  gtk_widget_class_bind_template_callback (widget_class, button_clicked_cb);
}

static void
mp_record_chooser_init (MpRecordChooser *self)
{
  GtkWidget *new_button;

  gtk_widget_init_template (GTK_WIDGET (self));

  self->signals = g_signal_group_new (MP_TYPE_RECORD_MODEL);
  g_signal_group_connect_swapped (self->signals, "changed", G_CALLBACK (update_label), self);

  new_button = gtk_button_new_with_mnemonic (_ ("_New record…"));
  gtk_widget_add_css_class (new_button, "flat");
  g_signal_connect_swapped (new_button, "clicked", G_CALLBACK (new_clicked_cb), self);
  self->popover = mp_picker_popover_new ();
  mp_picker_popover_set_footer (MP_PICKER_POPOVER (self->popover), new_button);
  gtk_widget_set_parent (self->popover, self->button);
  g_signal_connect_swapped (self->popover, "chosen", G_CALLBACK (chosen_cb), self);
}

/**
 * mp_record_chooser_set_context:
 * @self: a record chooser
 * @context: what the pages share
 *
 * Says whose records are chosen; once.
 */
void
mp_record_chooser_set_context (MpRecordChooser *self, MpContext *context)
{
  g_return_if_fail (MP_IS_RECORD_CHOOSER (self));
  g_return_if_fail (MP_IS_CONTEXT (context) && self->context == NULL);

  self->context = g_object_ref (context);
  g_signal_connect_object (context, "notify::record", G_CALLBACK (record_chosen_cb), self,
                           G_CONNECT_SWAPPED);
  record_chosen_cb (self);
}

/**
 * mp_record_chooser_open:
 * @self: a record chooser
 *
 * Opens the list of records.
 */
void
mp_record_chooser_open (MpRecordChooser *self)
{
  g_autoptr (GListModel) choices = NULL;
  MpRecordModel *record;

  g_return_if_fail (MP_IS_RECORD_CHOOSER (self));

  if (mp_context_get_session (self->context) == NULL)
    return;

  record = mp_context_get_record (self->context);
  choices = list_choices (self);
  mp_picker_popover_open (MP_PICKER_POPOVER (self->popover), choices,
                          record != NULL ? mp_record_model_get_id (record) : NULL, NULL);
}
