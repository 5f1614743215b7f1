/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-row-caption.h"

struct _MpRowCaption
{
  AdwPreferencesRow parent_instance;

  GtkLabel *label;
  GtkWidget *row; /* (unowned): weak pointer */
};

G_DEFINE_FINAL_TYPE (MpRowCaption, mp_row_caption, ADW_TYPE_PREFERENCES_ROW)

static const char *const css_classes[] = {
  [MP_CAPTION_NONE] = NULL,
  [MP_CAPTION_INFO] = "dim-label",
  [MP_CAPTION_WARNING] = "warning",
  [MP_CAPTION_ERROR] = "error",
};

static void
update_visible (MpRowCaption *self)
{
  gboolean shown = *mp_row_caption_get_text (self) != '\0' && self->row != NULL &&
                   gtk_widget_get_visible (self->row);

  gtk_widget_set_visible (GTK_WIDGET (self), shown);
  if (self->row == NULL)
    return;

  if (shown)
    gtk_widget_add_css_class (self->row, "has-caption");
  else
    gtk_widget_remove_css_class (self->row, "has-caption");
}

static void
row_visible_changed_cb (MpRowCaption *self)
{
  update_visible (self);
}

static void
tell_screen_readers (MpRowCaption *self, MpCaptionKind kind)
{
  GtkAccessible *row = GTK_ACCESSIBLE (self->row);

  /* DESCRIBED_BY and not ERROR_MESSAGE, whose form differs between GTK 4.8 and 4.18. */
  if (kind == MP_CAPTION_NONE)
    gtk_accessible_reset_relation (row, GTK_ACCESSIBLE_RELATION_DESCRIBED_BY);
  else
    gtk_accessible_update_relation (row, GTK_ACCESSIBLE_RELATION_DESCRIBED_BY, self->label, NULL,
                                    -1);

  gtk_accessible_update_state (
      row, GTK_ACCESSIBLE_STATE_INVALID,
      kind == MP_CAPTION_ERROR ? GTK_ACCESSIBLE_INVALID_TRUE : GTK_ACCESSIBLE_INVALID_FALSE, -1);
}

static void
mp_row_caption_dispose (GObject *object)
{
  MpRowCaption *self = MP_ROW_CAPTION (object);

  g_clear_weak_pointer (&self->row);
  G_OBJECT_CLASS (mp_row_caption_parent_class)->dispose (object);
}

static void
mp_row_caption_class_init (MpRowCaptionClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mp_row_caption_dispose;

  gtk_widget_class_set_template_from_resource (
      widget_class, "/org/memberpulse/Integrations/ui/mp-row-caption.ui");
  gtk_widget_class_bind_template_child (widget_class, MpRowCaption, label);
}

static void
mp_row_caption_init (MpRowCaption *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * mp_row_caption_get:
 * @row: a row that stands in a list box
 *
 * Finds the caption under @row; makes it, without a text, when there is none.
 *
 * Returns: (transfer none): the caption
 */
MpRowCaption *
mp_row_caption_get (GtkWidget *row)
{
  GtkWidget *next;
  GtkWidget *list;
  MpRowCaption *self;

  g_return_val_if_fail (GTK_IS_LIST_BOX_ROW (row), NULL);
  list = gtk_widget_get_parent (row);
  g_return_val_if_fail (GTK_IS_LIST_BOX (list), NULL);

  next = gtk_widget_get_next_sibling (row);
  if (MP_IS_ROW_CAPTION (next))
    return MP_ROW_CAPTION (next);

  self = g_object_new (MP_TYPE_ROW_CAPTION, NULL);
  g_set_weak_pointer (&self->row, row);
  g_signal_connect_object (row, "notify::visible", G_CALLBACK (row_visible_changed_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_list_box_insert (GTK_LIST_BOX (list), GTK_WIDGET (self),
                       gtk_list_box_row_get_index (GTK_LIST_BOX_ROW (row)) + 1);
  return self;
}

/**
 * mp_row_caption_set:
 * @self: a caption
 * @kind: how serious it is; %MP_CAPTION_NONE hides it
 * @text: (nullable): the text
 *
 * Shows @text under the row and marks the row accordingly.
 */
void
mp_row_caption_set (MpRowCaption *self, MpCaptionKind kind, const char *text)
{
  g_return_if_fail (MP_IS_ROW_CAPTION (self));

  if (text == NULL)
    kind = MP_CAPTION_NONE;
  for (size_t i = MP_CAPTION_INFO; i < G_N_ELEMENTS (css_classes); i++)
    gtk_widget_remove_css_class (GTK_WIDGET (self->label), css_classes[i]);
  if (css_classes[kind] != NULL)
    gtk_widget_add_css_class (GTK_WIDGET (self->label), css_classes[kind]);
  gtk_label_set_label (self->label, kind == MP_CAPTION_NONE ? "" : text);

  if (self->row != NULL)
    {
      if (kind == MP_CAPTION_ERROR)
        gtk_widget_add_css_class (self->row, "error");
      else
        gtk_widget_remove_css_class (self->row, "error");
      tell_screen_readers (self, kind);
    }
  update_visible (self);
}

/**
 * mp_row_caption_get_text:
 * @self: a caption
 *
 * Returns: (transfer none): the text; empty when there is none
 */
const char *
mp_row_caption_get_text (MpRowCaption *self)
{
  g_return_val_if_fail (MP_IS_ROW_CAPTION (self), NULL);

  return gtk_label_get_label (self->label);
}
