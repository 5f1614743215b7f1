/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-overview-page.h"

#include "mp-credential-text.h"
#include "mp-section-row.h"
#include "mp-sync-text.h"
#include "mp-value-text.h"

#include <glib/gi18n-lib.h>

struct _MpOverviewPage
{
  MpPage parent_instance;

  GtkWidget *name_row;
  AdwActionRow *state_row;
  AdwActionRow *updated_row;
  AdwPreferencesGroup *sections_group;
  AdwPreferencesGroup *keys_group;
  AdwActionRow *sync_row;
  AdwActionRow *conflicts_row;

  GPtrArray *section_rows; /* (owned) (element-type MpSectionRow) */
  GPtrArray *key_rows;     /* (owned) (element-type AdwActionRow): one a credential field */
};

G_DEFINE_FINAL_TYPE (MpOverviewPage, mp_overview_page, MP_TYPE_PAGE)

static MpRegistry *
get_registry (MpOverviewPage *self)
{
  MpContext *context = mp_page_get_context (MP_PAGE (self));

  return mp_services_get_registry (mp_context_get_services (context));
}

static void
set_subtitle (AdwActionRow *row, const char *text)
{
  g_autofree char *markup = g_markup_escape_text (text, -1);

  adw_action_row_set_subtitle (row, markup);
}

static void
add_section_rows (MpOverviewPage *self)
{
  MpContext *context = mp_page_get_context (MP_PAGE (self));
  MpRegistry *registry = get_registry (self);

  for (unsigned int i = 0; i < mp_registry_get_n_sections (registry); i++)
    {
      const MpSectionSpec *section = mp_registry_get_section (registry, i);

      if (section->kind != NULL)
        {
          GtkWidget *row = mp_section_row_new (context, section);

          adw_preferences_group_add (self->sections_group, row);
          g_ptr_array_add (self->section_rows, row);
        }
    }
}

static void
add_key_rows (MpOverviewPage *self)
{
  MpContext *context = mp_page_get_context (MP_PAGE (self));
  MpRegistry *registry = get_registry (self);

  for (unsigned int i = 0; i < mp_registry_get_n_fields (registry); i++)
    {
      const MpFieldSpec *field = mp_registry_get_field (registry, i);

      if (field->input == MP_INPUT_CREDENTIAL)
        {
          GtkWidget *row = adw_action_row_new ();
          g_autofree char *title = mp_value_text_dup_label (context, NULL, field->path);

          adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
          adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
          g_object_set_data (G_OBJECT (row), "path", field->path); /* the registry outlives it */
          adw_preferences_group_add (self->keys_group, row);
          g_ptr_array_add (self->key_rows, row);
        }
    }
}

static char *
dup_key_text (MpSession *session, const char *id)
{
  MpCredential *credential = mp_session_find_credential (session, id);

  if (credential == NULL)
    return g_strdup (_ ("A key that is not known here"));
  if (mp_credential_get_revoked (credential))
    /* Translators: %s is the name of a key. */
    return g_strdup_printf (_ ("%s was revoked: choose another"),
                               mp_credential_get_label (credential));

  return mp_credential_text_dup_details (credential, mp_session_has_key (session, id));
}

static void
update_keys (MpOverviewPage *self, MpRecordModel *record)
{
  MpSession *session = mp_page_get_session (MP_PAGE (self));

  for (unsigned int i = 0; i < self->key_rows->len; i++)
    {
      AdwActionRow *row = g_ptr_array_index (self->key_rows, i);
      const char *path = g_object_get_data (G_OBJECT (row), "path");
      const char *id = mp_record_get_string (mp_record_model_get_record (record), path);
      g_autofree char *text =
          id != NULL ? dup_key_text (session, id) : g_strdup (C_ ("value", "Not set"));

      set_subtitle (row, text);
    }
}

static void
update_sync (MpOverviewPage *self, MpRecordModel *record)
{
  MpSession *session = mp_page_get_session (MP_PAGE (self));
  unsigned int n_conflicts = mp_record_model_get_n_conflicts (record);
  g_autofree char *state = mp_sync_text_dup_short (session);
  g_autofree char *details = mp_sync_text_dup_details (session);
  g_autofree char *sync = g_strdup_printf ("%s\n%s", state, details);
  g_autofree char *conflicts =
      g_strdup_printf (ngettext ("%u value was changed by somebody else too",
                                 "%u values were changed by somebody else too", n_conflicts),
                       n_conflicts);

  set_subtitle (self->sync_row, sync);
  set_subtitle (self->conflicts_row, conflicts);
  gtk_widget_set_visible (GTK_WIDGET (self->conflicts_row), n_conflicts > 0);
}

static void
update_state (MpOverviewPage *self, MpRecordModel *record)
{
  MpRecord *base = mp_record_model_get_base (record);
  g_autofree char *updated = NULL;

  set_subtitle (self->state_row, mp_record_state_get_text (mp_record_model_get_state (record)));
  if (base == NULL)
    updated = g_strdup (_ ("The server does not have it yet"));
  else
    updated = mp_value_text_dup_stamp (mp_record_get_updated (base));
  set_subtitle (self->updated_row, updated);
}

static void
mp_overview_page_update (MpPage *page)
{
  MpOverviewPage *self = MP_OVERVIEW_PAGE (page);
  MpRecordModel *record = mp_page_get_record (page);

  if (record == NULL || mp_page_get_session (page) == NULL)
    return;

  for (unsigned int i = 0; i < self->section_rows->len; i++)
    mp_section_row_update (g_ptr_array_index (self->section_rows, i), record);
  update_state (self, record);
  update_keys (self, record);
  update_sync (self, record);
}

static void
mp_overview_page_constructed (GObject *object)
{
  MpOverviewPage *self = MP_OVERVIEW_PAGE (object);

  G_OBJECT_CLASS (mp_overview_page_parent_class)->constructed (object);

  add_section_rows (self);
  add_key_rows (self);
  mp_page_bind_field (MP_PAGE (self), self->name_row, "/name");
  mp_page_update (MP_PAGE (self));
}

static void
mp_overview_page_finalize (GObject *object)
{
  MpOverviewPage *self = MP_OVERVIEW_PAGE (object);

  g_ptr_array_unref (self->section_rows);
  g_ptr_array_unref (self->key_rows);
  G_OBJECT_CLASS (mp_overview_page_parent_class)->finalize (object);
}

static void
mp_overview_page_class_init (MpOverviewPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->constructed = mp_overview_page_constructed;
  G_OBJECT_CLASS (klass)->finalize = mp_overview_page_finalize;
  MP_PAGE_CLASS (klass)->update = mp_overview_page_update;

  gtk_widget_class_set_template_from_resource (
      widget_class, "/org/memberpulse/Integrations/ui/mp-overview-page.ui");
  gtk_widget_class_bind_template_child (widget_class, MpOverviewPage, name_row);
  gtk_widget_class_bind_template_child (widget_class, MpOverviewPage, state_row);
  gtk_widget_class_bind_template_child (widget_class, MpOverviewPage, updated_row);
  gtk_widget_class_bind_template_child (widget_class, MpOverviewPage, sections_group);
  gtk_widget_class_bind_template_child (widget_class, MpOverviewPage, keys_group);
  gtk_widget_class_bind_template_child (widget_class, MpOverviewPage, sync_row);
  gtk_widget_class_bind_template_child (widget_class, MpOverviewPage, conflicts_row);
}

static void
mp_overview_page_init (MpOverviewPage *self)
{
  self->section_rows = g_ptr_array_new ();
  self->key_rows = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}
