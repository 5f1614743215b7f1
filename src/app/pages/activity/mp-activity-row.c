/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-activity-row.h"

#include "mp-activity-text.h"

#include <glib/gi18n-lib.h>

/* A record's first entry lists all its values; no more of them are read at a glance. */
#define SHORT_LINES 6

struct _MpActivityRow
{
  AdwBin parent_instance;

  GtkLabel *title_label;
  GtkLabel *origin_label;
  GtkLabel *changes_label;
  GtkButton *more_button;

  char *changes; /* (owned) (nullable): all of them; a line each */
};

G_DEFINE_FINAL_TYPE (MpActivityRow, mp_activity_row, ADW_TYPE_BIN)

static unsigned int
count_lines (const char *text)
{
  unsigned int n_lines = *text != '\0';

  for (const char *at = text; (at = strchr (at, '\n')) != NULL; at++)
    n_lines++;
  return n_lines;
}

static char *
dup_first_lines (const char *text)
{
  const char *end = text;

  for (unsigned int i = 0; i < SHORT_LINES; i++)
    end = strchr (end, '\n') + 1;
  return g_strndup (text, (size_t) (end - text - 1));
}

static void
show_changes (MpActivityRow *self)
{
  unsigned int n_lines = count_lines (self->changes);
  gboolean is_long = n_lines > SHORT_LINES + 1;

  gtk_widget_set_visible (GTK_WIDGET (self->changes_label), n_lines > 0);
  gtk_widget_set_visible (GTK_WIDGET (self->more_button), is_long);
  if (is_long)
    {
      g_autofree char *shown = dup_first_lines (self->changes);
      g_autofree char *more = g_strdup_printf (
          ngettext ("Show %u more", "Show %u more", n_lines - SHORT_LINES), n_lines - SHORT_LINES);

      gtk_label_set_label (self->changes_label, shown);
      gtk_button_set_label (self->more_button, more);
    }
  else
    {
      gtk_label_set_label (self->changes_label, self->changes);
    }
}

static void
more_clicked_cb (MpActivityRow *self)
{
  gtk_label_set_label (self->changes_label, self->changes);
  gtk_widget_set_visible (GTK_WIDGET (self->more_button), FALSE);
}

static void
mp_activity_row_finalize (GObject *object)
{
  g_free (MP_ACTIVITY_ROW (object)->changes);
  G_OBJECT_CLASS (mp_activity_row_parent_class)->finalize (object);
}

static void
mp_activity_row_class_init (MpActivityRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = mp_activity_row_finalize;

  gtk_widget_class_set_template_from_resource (
      widget_class, "/org/memberpulse/Integrations/ui/mp-activity-row.ui");
  gtk_widget_class_bind_template_child (widget_class, MpActivityRow, title_label);
  gtk_widget_class_bind_template_child (widget_class, MpActivityRow, origin_label);
  gtk_widget_class_bind_template_child (widget_class, MpActivityRow, changes_label);
  gtk_widget_class_bind_template_child (widget_class, MpActivityRow, more_button);
  gtk_widget_class_bind_template_callback (widget_class, more_clicked_cb);
}

static void
mp_activity_row_init (MpActivityRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * mp_activity_row_new:
 *
 * Returns: (transfer floating): a row without an entry
 */
GtkWidget *
mp_activity_row_new (void)
{
  return g_object_new (MP_TYPE_ACTIVITY_ROW, NULL);
}

/**
 * mp_activity_row_show:
 * @self: a row
 * @context: what the pages share
 * @entry: the entry
 *
 * Shows @entry in the place of an earlier one.
 */
void
mp_activity_row_show (MpActivityRow *self, MpContext *context, MpAuditEntry *entry)
{
  g_autofree char *title = NULL;
  g_autofree char *origin = NULL;

  g_return_if_fail (MP_IS_ACTIVITY_ROW (self));

  title = mp_activity_text_dup_title (context, entry);
  origin = mp_activity_text_dup_origin (entry);
  g_free (self->changes);
  self->changes = mp_activity_text_dup_changes (context, entry);
  gtk_label_set_label (self->title_label, title);
  gtk_label_set_label (self->origin_label, origin);
  show_changes (self);
}
