/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-connection-group.h"

#include "mp-picker-row.h"

#include "mp-json.h"
#include "mp-registry.h"

#include <glib/gi18n-lib.h>

struct _MpConnectionGroup
{
  AdwPreferencesGroup parent_instance;

  MpPickerRow *platform_row;
  AdwActionRow *problems_row;

  MpPage *page;         /* (unowned): this group is in it */
  char *section;        /* (owned) */
  char *shown_platform; /* (owned) (nullable): whose settings the rows show */
  GPtrArray *rows;      /* (element-type GtkWidget): one a setting; the list box owns them */
};

G_DEFINE_FINAL_TYPE (MpConnectionGroup, mp_connection_group, ADW_TYPE_PREFERENCES_GROUP)

static const char *
find_kind (MpConnectionGroup *self, MpRegistry *registry)
{
  for (unsigned int i = 0; i < mp_registry_get_n_sections (registry); i++)
    if (g_str_equal (mp_registry_get_section (registry, i)->id, self->section))
      return mp_registry_get_section (registry, i)->kind;
  g_return_val_if_reached (NULL);
}

static MpPickerItem *
make_item (MpPlatform *platform)
{
  const char *unverified = mp_platform_get_unverified (platform);
  g_autofree char *detail = NULL;

  if (unverified != NULL)
    /* Translators: %s is a sentence: which of what is known of a platform nobody has seen */
    detail = g_strdup_printf (_ ("Not verified: %s"), unverified);
  return mp_picker_item_new (mp_platform_get_id (platform), mp_platform_get_label (platform),
                             detail);
}

/* What cannot be connected yet stands behind the others, with the reason. */
static void
add_unavailable (MpPlatforms *platforms, const char *kind, GListStore *items)
{
  for (unsigned int i = 0; i < mp_platforms_get_n_unavailable (platforms); i++)
    {
      MpPlatformSpec *spec = mp_platforms_get_unavailable (platforms, i);
      g_autoptr (MpPickerItem) item = NULL;
      g_autofree char *reason = NULL;

      if (g_strcmp0 (mp_platform_spec_get_kind (spec), kind) != 0)
        continue;
      /* Translators: %s is a sentence: why a platform cannot be connected */
      reason =
          g_strdup_printf (_ ("Not yet possible: %s"), mp_platform_spec_get_unavailable (spec));
      item = mp_picker_item_new_unavailable (mp_platform_spec_get_id (spec),
                                             mp_platform_spec_get_label (spec), reason);
      g_list_store_append (items, item);
    }
}

static GListModel *
list_platforms (MpConnectionGroup *self)
{
  MpServices *services = mp_context_get_services (mp_page_get_context (self->page));
  MpPlatforms *platforms = mp_services_get_platforms (services);
  const char *kind = find_kind (self, mp_services_get_registry (services));
  GListStore *items = g_list_store_new (MP_TYPE_PICKER_ITEM);

  for (unsigned int i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (platforms)); i++)
    {
      g_autoptr (MpPlatform) platform = g_list_model_get_item (G_LIST_MODEL (platforms), i);
      g_autoptr (MpPickerItem) item = NULL;

      if (g_strcmp0 (mp_platform_spec_get_kind (mp_platform_get_spec (platform)), kind) != 0)
        continue;
      item = make_item (platform);
      g_list_store_append (items, item);
    }
  add_unavailable (platforms, kind, items);
  return G_LIST_MODEL (items);
}

/* A document of the user's own that cannot be used is missed here, among the platforms. */
static void
show_problems (MpConnectionGroup *self)
{
  MpPlatforms *platforms =
      mp_services_get_platforms (mp_context_get_services (mp_page_get_context (self->page)));
  g_autoptr (GString) text = g_string_new (NULL);

  for (unsigned int i = 0; i < mp_platforms_get_n_problems (platforms); i++)
    {
      const MpPlatformProblem *problem = mp_platforms_get_problem (platforms, i);
      g_autofree char *name = g_path_get_basename (problem->file);

      g_string_append_printf (text, "%s%s: %s", text->len > 0 ? "\n" : "", name, problem->message);
    }
  gtk_widget_set_visible (GTK_WIDGET (self->problems_row), text->len > 0);
  adw_action_row_set_subtitle (self->problems_row, text->str);
}

static GtkWidget *
new_choice_row (const MpSettingSpec *setting)
{
  GtkWidget *row = mp_picker_row_new ();
  g_autoptr (GListStore) items = g_list_store_new (MP_TYPE_PICKER_ITEM);

  for (unsigned int i = 0; setting->choices[i] != NULL; i++)
    {
      g_autoptr (MpPickerItem) item =
                     mp_picker_item_new (setting->choices[i], setting->choices[i], NULL);

      g_list_store_append (items, item);
    }
  mp_picker_row_set_model (MP_PICKER_ROW (row), G_LIST_MODEL (items));
  mp_picker_row_set_required (MP_PICKER_ROW (row), setting->required);
  return row;
}

static void
add_setting (MpConnectionGroup *self, const MpSettingSpec *setting)
{
  GtkWidget *row = setting->choices != NULL ? new_choice_row (setting) : adw_entry_row_new ();
  g_autofree char *parent = g_strdup_printf ("/%s/connection", self->section);
  g_autofree char *path = mp_pointer_append (parent, setting->id);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), setting->label);
  if (setting->help != NULL || setting->example != NULL)
    {
      g_autofree char *tooltip =
          setting->example == NULL
              ? g_strdup (setting->help)
              /* Translators: %s is an example of what to type, such as example.my.salesforce.com */
              : setting->help == NULL
              ? g_strdup_printf (_ ("For example %s"), setting->example)
              : g_strdup_printf ("%s (%s)", setting->help, setting->example);

      gtk_widget_set_tooltip_text (row, tooltip);
    }
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), row);
  g_ptr_array_add (self->rows, row);
  mp_page_bind_field (self->page, row, path);
}

static void
remove_settings (MpConnectionGroup *self)
{
  for (unsigned int i = 0; i < self->rows->len; i++)
    {
      GtkWidget *row = g_ptr_array_index (self->rows, i);

      mp_page_unbind_field (self->page, row);
      adw_preferences_group_remove (ADW_PREFERENCES_GROUP (self), row);
    }
  g_ptr_array_set_size (self->rows, 0);
}

static void
mp_connection_group_finalize (GObject *object)
{
  MpConnectionGroup *self = MP_CONNECTION_GROUP (object);

  g_free (self->section);
  g_free (self->shown_platform);
  g_ptr_array_unref (self->rows);
  G_OBJECT_CLASS (mp_connection_group_parent_class)->finalize (object);
}

static void
mp_connection_group_class_init (MpConnectionGroupClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = mp_connection_group_finalize;
  g_type_ensure (MP_TYPE_PICKER_ROW);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/org/memberpulse/Integrations/ui/mp-connection-group.ui");
  gtk_widget_class_bind_template_child (widget_class, MpConnectionGroup, platform_row);
  gtk_widget_class_bind_template_child (widget_class, MpConnectionGroup, problems_row);
}

static void
mp_connection_group_init (MpConnectionGroup *self)
{
  self->rows = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * mp_connection_group_set_up:
 * @self: a group
 * @page: the page it stands in
 * @section: the registry's section, such as "crm"
 *
 * Fills the platforms and binds the rows; once.
 */
void
mp_connection_group_set_up (MpConnectionGroup *self, MpPage *page, const char *section)
{
  g_autofree char *path = g_strdup_printf ("/%s/platform", section);
  g_autoptr (GListModel) platforms = NULL;

  g_return_if_fail (MP_IS_CONNECTION_GROUP (self));
  g_return_if_fail (MP_IS_PAGE (page));
  g_return_if_fail (self->page == NULL);

  self->page = page;
  self->section = g_strdup (section);
  platforms = list_platforms (self);
  mp_picker_row_set_model (self->platform_row, platforms);
  mp_page_bind_field (page, GTK_WIDGET (self->platform_row), path);
  show_problems (self);
}

/**
 * mp_connection_group_update:
 * @self: a group that was set up
 *
 * Shows the settings of the platform that the record has now.
 */
void
mp_connection_group_update (MpConnectionGroup *self)
{
  g_autofree char *path = NULL;
  MpRecordModel *model;
  MpPlatform *platform = NULL;
  const char *id = NULL;

  g_return_if_fail (MP_IS_CONNECTION_GROUP (self));

  model = mp_page_get_record (self->page);
  path = g_strdup_printf ("/%s/platform", self->section);
  if (model != NULL)
    id = mp_record_get_string (mp_record_model_get_record (model), path);
  if (g_strcmp0 (id, self->shown_platform) == 0)
    return;

  g_free (self->shown_platform);
  self->shown_platform = g_strdup (id);
  remove_settings (self);
  if (id != NULL)
    platform = mp_platforms_find (
        mp_services_get_platforms (mp_context_get_services (mp_page_get_context (self->page))), id);
  if (platform != NULL)
    {
      MpPlatformSpec *spec = mp_platform_get_spec (platform);

      for (unsigned int i = 0; i < mp_platform_spec_get_n_settings (spec); i++)
        add_setting (self, mp_platform_spec_get_setting (spec, i));
    }
}
