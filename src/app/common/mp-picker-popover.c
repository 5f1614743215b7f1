/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-picker-popover.h"

#include "mp-mnemonics.h"
#include "mp-search.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>

/* Shorter lists are read at a glance and get no search entry. */
#define MIN_ITEMS_TO_SEARCH 8
/* A detail can be a sentence. */
#define DETAIL_WIDTH_CHARS 46
#define DETAIL_LINES 3

struct _MpPickerPopover
{
  GtkPopover parent_instance;

  GtkWidget *search_entry;
  GtkStack *stack;
  GtkListView *list_view;
  GtkLabel *empty_label;
  GtkWidget *refresh_button;
  GtkButton *clear_button;
  AdwBin *footer_bin;

  GtkCustomFilter *filter;
  GtkSingleSelection *selection; /* (owned) (nullable): while it is open */
  char *query;                   /* (owned): folded */
  char *selected;                /* (owned) (nullable) */
};

G_DEFINE_FINAL_TYPE (MpPickerPopover, mp_picker_popover, GTK_TYPE_POPOVER)

enum
{
  CHOSEN,
  REFRESH,
  N_SIGNALS,
};

static unsigned int signals[N_SIGNALS];

static gboolean
item_matches (gpointer item, gpointer user_data)
{
  MpPickerPopover *self = user_data;

  return *self->query == '\0' || mp_picker_item_matches (item, self->query);
}

static void
show_empty_or_list (MpPickerPopover *self)
{
  gboolean empty =
      self->selection == NULL || g_list_model_get_n_items (G_LIST_MODEL (self->selection)) == 0;

  gtk_label_set_label (self->empty_label, *self->query != '\0' ? _ ("Nothing found")
                                                               : _ ("There is nothing to choose"));
  gtk_stack_set_visible_child_name (self->stack, empty ? "empty" : "list");
}

static void
choose (MpPickerPopover *self, const char *id)
{
  g_autofree char *chosen = g_strdup (id);

  gtk_popover_popdown (GTK_POPOVER (self));
  g_signal_emit (self, signals[CHOSEN], 0, chosen);
}

static void
choose_position (MpPickerPopover *self, unsigned int position)
{
  g_autoptr (MpPickerItem) item = NULL;

  if (self->selection == NULL)
    return;

  item = g_list_model_get_item (G_LIST_MODEL (self->selection), position);
  if (item != NULL && mp_picker_item_get_available (item))
    choose (self, mp_picker_item_get_id (item));
}

static void
focus_list (MpPickerPopover *self)
{
  unsigned int position = gtk_single_selection_get_selected (self->selection);

  if (position != GTK_INVALID_LIST_POSITION)
    gtk_widget_activate_action (GTK_WIDGET (self->list_view), "list.scroll-to-item", "u", position);
  gtk_widget_grab_focus (GTK_WIDGET (self->list_view));
}

static void
setup_item_cb (GtkSignalListItemFactory *factory, GtkListItem *list_item, gpointer user_data)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *label = gtk_label_new (NULL);
  GtkWidget *detail = gtk_label_new (NULL);
  GtkWidget *check = gtk_image_new_from_icon_name ("object-select-symbolic");

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_xalign (GTK_LABEL (detail), 0);
  gtk_label_set_wrap (GTK_LABEL (detail), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (detail), DETAIL_WIDTH_CHARS);
  gtk_widget_add_css_class (detail, "caption");
  gtk_widget_add_css_class (detail, "dim-label");
  gtk_widget_set_hexpand (texts, TRUE);
  gtk_box_append (GTK_BOX (texts), label);
  gtk_box_append (GTK_BOX (texts), detail);
  gtk_box_append (GTK_BOX (row), texts);
  gtk_box_append (GTK_BOX (row), check);
  gtk_list_item_set_child (list_item, row);
}

/* What cannot be chosen is read all the same: its reason is neither cut nor greyed. */
static void
show_available (GtkListItem *list_item, GtkWidget *label, GtkWidget *detail, gboolean available)
{
  GtkWidget *row = gtk_list_item_get_child (list_item);

  gtk_list_item_set_activatable (list_item, available);
  gtk_list_item_set_selectable (list_item, available);
  gtk_widget_set_sensitive (label, available);
  gtk_label_set_lines (GTK_LABEL (detail), available ? DETAIL_LINES : -1);
  gtk_label_set_ellipsize (GTK_LABEL (detail),
                           available ? PANGO_ELLIPSIZE_END : PANGO_ELLIPSIZE_NONE);
  gtk_accessible_update_state (GTK_ACCESSIBLE (gtk_widget_get_parent (row)),
                               GTK_ACCESSIBLE_STATE_DISABLED, !available, -1);
}

static void
bind_item_cb (GtkSignalListItemFactory *factory, GtkListItem *list_item, gpointer user_data)
{
  MpPickerPopover *self = MP_PICKER_POPOVER (user_data);
  MpPickerItem *item = gtk_list_item_get_item (list_item);
  GtkWidget *row = gtk_list_item_get_child (list_item);
  GtkWidget *texts = gtk_widget_get_first_child (row);
  GtkWidget *label = gtk_widget_get_first_child (texts);
  GtkWidget *detail = gtk_widget_get_next_sibling (label);
  GtkWidget *check = gtk_widget_get_next_sibling (texts);
  const char *detail_text = mp_picker_item_get_detail (item);

  gtk_label_set_label (GTK_LABEL (label), mp_picker_item_get_label (item));
  gtk_label_set_label (GTK_LABEL (detail), detail_text != NULL ? detail_text : "");
  gtk_widget_set_visible (detail, detail_text != NULL);
  gtk_widget_set_tooltip_text (row, detail_text);
  show_available (list_item, label, detail, mp_picker_item_get_available (item));
  /* The list item itself is the row's parent; GTK 4.8 has no other way to name it. */
  gtk_accessible_update_property (GTK_ACCESSIBLE (gtk_widget_get_parent (row)),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, mp_picker_item_get_label (item),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  detail_text != NULL ? detail_text : "", -1);
  gtk_widget_set_opacity (
      check, g_strcmp0 (mp_picker_item_get_id (item), self->selected) == 0 ? 1.0 : 0.0);
}

static void
item_activate_cb (MpPickerPopover *self, unsigned int position)
{
  choose_position (self, position);
}

static void
search_changed_cb (MpPickerPopover *self)
{
  g_autofree char *query =
      mp_search_fold (gtk_editable_get_text (GTK_EDITABLE (self->search_entry)));

  if (g_str_equal (query, self->query))
    return;

  g_free (self->query);
  self->query = g_steal_pointer (&query);
  gtk_filter_changed (GTK_FILTER (self->filter), GTK_FILTER_CHANGE_DIFFERENT);
  if (self->selection != NULL)
    gtk_single_selection_set_selected (self->selection, 0);
  show_empty_or_list (self);
}

static void
search_activate_cb (MpPickerPopover *self)
{
  if (self->selection != NULL)
    choose_position (self, gtk_single_selection_get_selected (self->selection));
}

static void
stop_search_cb (MpPickerPopover *self)
{
  gtk_popover_popdown (GTK_POPOVER (self));
}

static gboolean
search_key_pressed_cb (MpPickerPopover *self,
                       unsigned int keyval,
                       unsigned int keycode,
                       GdkModifierType state)
{
  if ((keyval != GDK_KEY_Down && keyval != GDK_KEY_KP_Down) || self->selection == NULL)
    return GDK_EVENT_PROPAGATE;

  focus_list (self);
  return GDK_EVENT_STOP;
}

static void
refresh_clicked_cb (MpPickerPopover *self)
{
  gtk_popover_popdown (GTK_POPOVER (self));
  g_signal_emit (self, signals[REFRESH], 0);
}

static void
clear_clicked_cb (MpPickerPopover *self)
{
  choose (self, NULL);
}

static void
show_cb (MpPickerPopover *self)
{
  if (gtk_widget_get_visible (self->search_entry))
    gtk_widget_grab_focus (self->search_entry);
  else if (self->selection != NULL)
    focus_list (self);
}

static void
closed_cb (MpPickerPopover *self)
{
  gtk_list_view_set_model (self->list_view, NULL);
  g_clear_object (&self->selection);
}

static void
mp_picker_popover_dispose (GObject *object)
{
  MpPickerPopover *self = MP_PICKER_POPOVER (object);

  g_clear_object (&self->selection);
  g_clear_object (&self->filter);
  G_OBJECT_CLASS (mp_picker_popover_parent_class)->dispose (object);
}

static void
mp_picker_popover_finalize (GObject *object)
{
  MpPickerPopover *self = MP_PICKER_POPOVER (object);

  g_free (self->query);
  g_free (self->selected);
  G_OBJECT_CLASS (mp_picker_popover_parent_class)->finalize (object);
}

static void
mp_picker_popover_class_init (MpPickerPopoverClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = mp_picker_popover_dispose;
  object_class->finalize = mp_picker_popover_finalize;

  signals[CHOSEN] = g_signal_new ("chosen", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  signals[REFRESH] = g_signal_new ("refresh", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (
      widget_class, "/org/memberpulse/Integrations/ui/mp-picker-popover.ui");
  gtk_widget_class_bind_template_child (widget_class, MpPickerPopover, search_entry);
  gtk_widget_class_bind_template_child (widget_class, MpPickerPopover, stack);
  gtk_widget_class_bind_template_child (widget_class, MpPickerPopover, list_view);
  gtk_widget_class_bind_template_child (widget_class, MpPickerPopover, empty_label);
  gtk_widget_class_bind_template_child (widget_class, MpPickerPopover, refresh_button);
  gtk_widget_class_bind_template_child (widget_class, MpPickerPopover, clear_button);
  gtk_widget_class_bind_template_child (widget_class, MpPickerPopover, footer_bin);
  gtk_widget_class_bind_template_callback (widget_class, setup_item_cb);
  gtk_widget_class_bind_template_callback (widget_class, bind_item_cb);
  gtk_widget_class_bind_template_callback (widget_class, item_activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, stop_search_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_key_pressed_cb);
  gtk_widget_class_bind_template_callback (widget_class, clear_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, refresh_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, show_cb);
  gtk_widget_class_bind_template_callback (widget_class, closed_cb);
}

static void
mp_picker_popover_init (MpPickerPopover *self)
{
  self->query = g_strdup ("");
  self->filter = gtk_custom_filter_new (item_matches, self, NULL);
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * mp_picker_popover_new:
 *
 * Returns: (transfer floating): a picker that has no parent yet
 */
GtkWidget *
mp_picker_popover_new (void)
{
  return g_object_new (MP_TYPE_PICKER_POPOVER, NULL);
}

/**
 * mp_picker_popover_open:
 * @self: a picker with a parent
 * @model: a list of #MpPickerItem
 * @selected: (nullable): id of the item chosen now
 * @clear_label: (nullable): what choosing nothing is called; %NULL when something must be chosen
 *
 * Opens the list; "chosen" follows when the person chooses.
 */
void
mp_picker_popover_open (MpPickerPopover *self,
                        GListModel *model,
                        const char *selected,
                        const char *clear_label)
{
  GtkFilterListModel *filtered;
  unsigned int n_items;

  g_return_if_fail (MP_IS_PICKER_POPOVER (self));
  g_return_if_fail (G_IS_LIST_MODEL (model));

  g_free (self->selected);
  self->selected = g_strdup (selected);
  g_free (self->query);
  self->query = g_strdup ("");
  gtk_editable_set_text (GTK_EDITABLE (self->search_entry), "");
  n_items = g_list_model_get_n_items (model);
  gtk_widget_set_visible (self->search_entry, n_items >= MIN_ITEMS_TO_SEARCH);

  filtered =
      gtk_filter_list_model_new (g_object_ref (model), GTK_FILTER (g_object_ref (self->filter)));
  g_clear_object (&self->selection);
  self->selection = gtk_single_selection_new (G_LIST_MODEL (filtered));
  for (unsigned int i = 0; selected != NULL && i < n_items; i++)
    {
      g_autoptr (MpPickerItem) item = g_list_model_get_item (model, i);

      if (g_str_equal (mp_picker_item_get_id (item), selected))
        {
          gtk_single_selection_set_selected (self->selection, i);
          break;
        }
    }
  gtk_list_view_set_model (self->list_view, GTK_SELECTION_MODEL (self->selection));

  gtk_widget_set_visible (GTK_WIDGET (self->clear_button), clear_label != NULL && selected != NULL);
  gtk_button_set_label (self->clear_button, clear_label != NULL ? clear_label : "");
  show_empty_or_list (self);
  gtk_popover_popup (GTK_POPOVER (self));
}

/**
 * mp_picker_popover_set_footer:
 * @self: a picker
 * @footer: (nullable): what stands under the list, such as a button that adds something to it
 *
 * Sets the footer; it is no choice and is never filtered out.
 */
void
mp_picker_popover_set_footer (MpPickerPopover *self, GtkWidget *footer)
{
  g_return_if_fail (MP_IS_PICKER_POPOVER (self));

  adw_bin_set_child (self->footer_bin, footer);
  gtk_widget_set_visible (GTK_WIDGET (self->footer_bin), footer != NULL);
  mp_mnemonics_name_buttons (GTK_WIDGET (self->footer_bin));
}

/**
 * mp_picker_popover_set_can_refresh:
 * @self: a picker
 * @can_refresh: whether the choices are of the CRM, which may have others by now
 *
 * Offers to read the choices again where none fits; "refresh" follows when the person wants that.
 */
void
mp_picker_popover_set_can_refresh (MpPickerPopover *self, gboolean can_refresh)
{
  g_return_if_fail (MP_IS_PICKER_POPOVER (self));

  gtk_widget_set_visible (self->refresh_button, can_refresh);
  mp_mnemonics_name_buttons (self->refresh_button);
}
