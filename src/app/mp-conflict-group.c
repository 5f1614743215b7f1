/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-conflict-group.h"

#include "mp-app-text.h"
#include "mp-json.h"
#include "mp-toast.h"
#include "mp-value-text.h"

#include <glib/gi18n-lib.h>

struct _MpConflictGroup
{
  AdwPreferencesGroup parent_instance;

  AdwActionRow *base_row;
  AdwActionRow *mine_row;
  AdwActionRow *theirs_row;
  GtkWidget *mine_button;
  GtkWidget *theirs_button;

  MpContext *context;   /* (owned) */
  MpConflict *conflict; /* (owned) */
};

G_DEFINE_FINAL_TYPE (MpConflictGroup, mp_conflict_group, ADW_TYPE_PREFERENCES_GROUP)

enum
{
  SETTLED,
  N_SIGNALS,
};

static unsigned int signals[N_SIGNALS];

static void
set_sensitive (MpConflictGroup *self, gboolean sensitive)
{
  gtk_widget_set_sensitive (self->mine_button, sensitive);
  gtk_widget_set_sensitive (self->theirs_button, sensitive);
}

static void
resolved_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MpConflictGroup) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!mp_session_resolve_finish (MP_SESSION (source), result, &error))
    {
      g_autofree char *text = mp_app_text_dup_error (error, NULL);

      set_sensitive (self, TRUE);
      mp_toast_show (GTK_WIDGET (self), text);
      return;
    }
  g_signal_emit (self, signals[SETTLED], 0);
}

static void
resolve (MpConflictGroup *self, JsonNode *value)
{
  MpSession *session = mp_context_get_session (self->context);
  g_autoptr (GPtrArray) choices = g_ptr_array_new_with_free_func ((GDestroyNotify) mp_choice_free);

  if (session == NULL)
    return;

  set_sensitive (self, FALSE);
  g_ptr_array_add (choices, mp_choice_new (self->conflict, value));
  mp_session_resolve_async (session, choices, NULL, resolved_cb, g_object_ref (self));
}

static void
mine_clicked_cb (MpConflictGroup *self)
{
  resolve (self, mp_conflict_get_mine (self->conflict));
}

static void
theirs_clicked_cb (MpConflictGroup *self)
{
  resolve (self, mp_conflict_get_theirs (self->conflict));
}

static void
show_value (MpConflictGroup *self, AdwActionRow *row, JsonNode *value)
{
  g_autofree char *text =
      mp_value_text_dup_value (self->context, mp_conflict_get_path (self->conflict), value);
  g_autofree char *markup = g_markup_escape_text (text, -1);

  adw_action_row_set_subtitle (row, markup);
}

static gboolean
is_archived (JsonNode *record)
{
  return JSON_NODE_HOLDS_OBJECT (record) &&
         mp_json_get_boolean (json_node_get_object (record), "archived", FALSE);
}

/* A conflict of the record as a whole has no values to compare: it is there, archived or lost. */
static void
show_whole_record (MpConflictGroup *self)
{
  JsonNode *mine = mp_conflict_get_mine (self->conflict);
  JsonNode *theirs = mp_conflict_get_theirs (self->conflict);
  const char *text;

  if (theirs == NULL)
    text = _ ("The server lost this record");
  else if (is_archived (theirs))
    text = _ ("This record was archived on the server");
  else
    text = _ ("The record as it is on the server");
  gtk_widget_set_visible (GTK_WIDGET (self->base_row), FALSE);
  adw_action_row_set_subtitle (self->theirs_row, text);
  adw_action_row_set_subtitle (self->mine_row, mine != NULL && is_archived (mine)
                               ? _ ("The record, archived by you")
                               : _ ("The record with your changes"));
}

static void
mp_conflict_group_dispose (GObject *object)
{
  MpConflictGroup *self = MP_CONFLICT_GROUP (object);

  g_clear_object (&self->context);
  g_clear_object (&self->conflict);
  G_OBJECT_CLASS (mp_conflict_group_parent_class)->dispose (object);
}

static void
mp_conflict_group_class_init (MpConflictGroupClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mp_conflict_group_dispose;

  signals[SETTLED] = g_signal_new ("settled", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (
      widget_class, "/org/memberpulse/Integrations/ui/mp-conflict-group.ui");
  gtk_widget_class_bind_template_child (widget_class, MpConflictGroup, base_row);
  gtk_widget_class_bind_template_child (widget_class, MpConflictGroup, mine_row);
  gtk_widget_class_bind_template_child (widget_class, MpConflictGroup, theirs_row);
  gtk_widget_class_bind_template_child (widget_class, MpConflictGroup, mine_button);
  gtk_widget_class_bind_template_child (widget_class, MpConflictGroup, theirs_button);
  gtk_widget_class_bind_template_callback (widget_class, mine_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, theirs_clicked_cb);
}

static void
mp_conflict_group_init (MpConflictGroup *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * mp_conflict_group_new:
 * @context: what the pages share; signed in
 * @record: the record
 * @conflict: one of its conflicts
 *
 * Returns: (transfer floating): the group
 */
GtkWidget *
mp_conflict_group_new (MpContext *context, MpRecordModel *record, MpConflict *conflict)
{
  MpConflictGroup *self;
  g_autofree char *label = NULL;
  g_autofree char *markup = NULL;

  g_return_val_if_fail (MP_IS_CONTEXT (context), NULL);
  g_return_val_if_fail (MP_IS_RECORD_MODEL (record), NULL);
  g_return_val_if_fail (MP_IS_CONFLICT (conflict), NULL);

  self = g_object_new (MP_TYPE_CONFLICT_GROUP, NULL);
  self->context = g_object_ref (context);
  self->conflict = g_object_ref (conflict);

  label = mp_value_text_dup_label (context, mp_record_model_get_record (record),
                                   mp_conflict_get_path (conflict));
  markup = g_markup_printf_escaped ("%s: %s", mp_record_model_get_name (record), label);
  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (self), markup);
  if (*mp_conflict_get_path (conflict) == '\0')
    {
      show_whole_record (self);
    }
  else
    {
      show_value (self, self->base_row, mp_conflict_get_base (conflict));
      show_value (self, self->mine_row, mp_conflict_get_mine (conflict));
      show_value (self, self->theirs_row, mp_conflict_get_theirs (conflict));
    }
  set_sensitive (self, mp_session_can (mp_context_get_session (context), MP_PERMISSION_EDIT));
  return GTK_WIDGET (self);
}
