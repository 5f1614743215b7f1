/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-conflict-group.h"

#include "mp-conflict-text.h"
#include "mp-value-text.h"

#include <glib/gi18n-lib.h>

struct _MpConflictGroup
{
  AdwPreferencesGroup parent_instance;

  AdwActionRow *base_row;
  AdwActionRow *mine_row;
  AdwActionRow *theirs_row;
  GtkCheckButton *mine_check;
  GtkCheckButton *theirs_check;

  MpContext *context;   /* (owned) */
  MpConflict *conflict; /* (owned) */
};

G_DEFINE_FINAL_TYPE (MpConflictGroup, mp_conflict_group, ADW_TYPE_PREFERENCES_GROUP)

enum
{
  CHOSEN,
  N_SIGNALS,
};

static unsigned int signals[N_SIGNALS];

static void
toggled_cb (MpConflictGroup *self, GtkCheckButton *check)
{
  /* Of the two that change, the one that is on now tells. */
  if (gtk_check_button_get_active (check))
    g_signal_emit (self, signals[CHOSEN], 0);
}

/* A screen reader hears with the choice what is chosen. */
static void
name_choice (GtkCheckButton *check, const char *name)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (check), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

static void
show_value (MpConflictGroup *self, AdwActionRow *row, JsonNode *value, GtkCheckButton *check)
{
  g_autofree char *text =
      mp_value_text_dup_value (self->context, mp_conflict_get_path (self->conflict), value);
  g_autofree char *markup = g_markup_escape_text (text, -1);

  adw_action_row_set_subtitle (row, markup);
  if (check != NULL)
    {
      g_autofree char *name = g_strdup_printf (
          "%s: %s", adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row)), text);

      name_choice (check, name);
    }
}

static void
show_values (MpConflictGroup *self, const char *other)
{
  if (other != NULL)
    {
      /* Translators: %s is who changed something, and when: "bert, 3 March 2026, 14:05". */
      g_autofree char *title = g_strdup_printf (_ ("On the server, by %s"), other);
      g_autofree char *markup = g_markup_escape_text (title, -1);

      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->theirs_row), markup);
    }
  show_value (self, self->base_row, mp_conflict_get_base (self->conflict), NULL);
  show_value (self, self->mine_row, mp_conflict_get_mine (self->conflict), self->mine_check);
  show_value (self, self->theirs_row, mp_conflict_get_theirs (self->conflict), self->theirs_check);
}

/* A conflict of the record as a whole has no values to compare: it is a question with answers. */
static void
show_question (MpConflictGroup *self)
{
  MpConflictWords words = mp_conflict_text_get_words (self->conflict);

  adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (self), words.question);
  gtk_widget_set_visible (GTK_WIDGET (self->base_row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->mine_row), words.mine);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->theirs_row), words.theirs);
  name_choice (self->mine_check, words.mine);
  name_choice (self->theirs_check, words.theirs);
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

  signals[CHOSEN] = g_signal_new ("chosen", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (
      widget_class, "/org/memberpulse/Integrations/ui/mp-conflict-group.ui");
  gtk_widget_class_bind_template_child (widget_class, MpConflictGroup, base_row);
  gtk_widget_class_bind_template_child (widget_class, MpConflictGroup, mine_row);
  gtk_widget_class_bind_template_child (widget_class, MpConflictGroup, theirs_row);
  gtk_widget_class_bind_template_child (widget_class, MpConflictGroup, mine_check);
  gtk_widget_class_bind_template_child (widget_class, MpConflictGroup, theirs_check);
  gtk_widget_class_bind_template_callback (widget_class, toggled_cb);
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
  g_autofree char *other = NULL;
  g_autofree char *label = NULL;
  g_autofree char *markup = NULL;

  g_return_val_if_fail (MP_IS_CONTEXT (context), NULL);
  g_return_val_if_fail (MP_IS_RECORD_MODEL (record), NULL);
  g_return_val_if_fail (MP_IS_CONFLICT (conflict), NULL);

  self = g_object_new (MP_TYPE_CONFLICT_GROUP, NULL);
  self->context = g_object_ref (context);
  self->conflict = g_object_ref (conflict);

  label = mp_conflict_text_dup_label (context, record, conflict);
  markup = g_markup_escape_text (label, -1);
  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (self), markup);
  other = mp_conflict_text_dup_other (record);
  if (*mp_conflict_get_path (conflict) == '\0')
    show_question (self);
  else
    show_values (self, other);
  return GTK_WIDGET (self);
}

/**
 * mp_conflict_group_choose:
 * @self: a group
 * @mine: the value here; else the server's
 *
 * Chooses as the person would.
 */
void
mp_conflict_group_choose (MpConflictGroup *self, gboolean mine)
{
  g_return_if_fail (MP_IS_CONFLICT_GROUP (self));

  gtk_check_button_set_active (mine ? self->mine_check : self->theirs_check, TRUE);
}

/**
 * mp_conflict_group_dup_choice:
 * @self: a group
 *
 * Returns: (transfer full) (nullable): what was chosen; %NULL: nothing yet
 */
MpChoice *
mp_conflict_group_dup_choice (MpConflictGroup *self)
{
  g_return_val_if_fail (MP_IS_CONFLICT_GROUP (self), NULL);

  if (gtk_check_button_get_active (self->mine_check))
    return mp_choice_new (self->conflict, mp_conflict_get_mine (self->conflict));
  if (gtk_check_button_get_active (self->theirs_check))
    return mp_choice_new (self->conflict, mp_conflict_get_theirs (self->conflict));
  return NULL;
}
