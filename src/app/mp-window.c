/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-window-private.h"

#include "mp-accounting-page.h"
#include "mp-activity-page.h"
#include "mp-app-text.h"
#include "mp-credentials-page.h"
#include "mp-crm-page.h"
#include "mp-message-bar.h"
#include "mp-overview-page.h"
#include "mp-payment-page.h"
#include "mp-record-chooser.h"
#include "mp-section-list-row.h"
#include "mp-settings-names.h"
#include "mp-sign-in-link.h"
#include "mp-sign-in-page.h"
#include "mp-sync-button.h"
#include "mp-toast.h"

#include "config.h"

#include <glib/gi18n-lib.h>

/* How long a sync before the end may take; the window is gone from the screen meanwhile. */
#define QUIT_WAIT_MS 5000

struct _MpWindow
{
  AdwApplicationWindow parent_instance;

  GtkStack *root_stack;
  MpSignInPage *sign_in_page;
  AdwStatusPage *failed_page;
  AdwLeaflet *leaflet;
  GtkWidget *content;
  GtkWidget *sidebar;
  GtkMenuButton *tenant_button;
  MpRecordChooser *record_chooser;
  GtkListBox *section_list;
  AdwWindowTitle *title;
  MpSyncButton *sync_button;
  MpMessageBar *session_bar;
  GtkStack *page_stack;

  MpContext *context;           /* (owned) */
  GSignalGroup *record_signals; /* (owned): of the record chosen */
  GSignalGroup *editor_signals; /* (owned): of the session's editor */
  unsigned int n_opening;       /* sessions being opened */
  gboolean closing;             /* the session is being closed, then the window goes */
  unsigned int quit_id;         /* ends the wait for the last sync */
};

G_DEFINE_FINAL_TYPE (MpWindow, mp_window, ADW_TYPE_APPLICATION_WINDOW)

/* The sections, in their order. A name that is also a section of the registry gets its faults. */
static const struct
{
  const char *name;
  GType (*get_type) (void);
} sections[] = {
  { "overview", mp_overview_page_get_type },       { "crm", mp_crm_page_get_type },
  { "accounting", mp_accounting_page_get_type },   { "payment_gateway", mp_payment_page_get_type },
  { "credentials", mp_credentials_page_get_type }, { "activity", mp_activity_page_get_type },
};

static GSettings *
get_settings (MpWindow *self)
{
  return mp_context_get_settings (self->context);
}

static void
save_setting (MpWindow *self, const char *key, const char *value)
{
  if (get_settings (self) != NULL)
    g_settings_set_string (get_settings (self), key, value);
}

static char *
load_setting (MpWindow *self, const char *key)
{
  return get_settings (self) != NULL ? g_settings_get_string (get_settings (self), key)
                                     : g_strdup ("");
}

static MpSectionListRow *
get_section_row (MpWindow *self, unsigned int index)
{
  return MP_SECTION_LIST_ROW (gtk_list_box_get_row_at_index (self->section_list, (int) index));
}

static unsigned int
count_conflicts (MpRecordModel *record, const char *prefix)
{
  unsigned int count = 0;

  for (unsigned int i = 0; i < mp_record_model_get_n_conflicts (record); i++)
    {
      const char *path = mp_conflict_get_path (mp_record_model_get_conflict (record, i));

      if (g_str_has_prefix (path, prefix))
        count++;
    }
  return count;
}

static void
update_badges (MpWindow *self)
{
  MpRecordModel *record = mp_context_get_record (self->context);

  for (unsigned int i = 0; i < G_N_ELEMENTS (sections); i++)
    {
      g_autofree char *prefix = g_strdup_printf ("/%s", sections[i].name);
      unsigned int n_errors = 0;
      unsigned int n_conflicts = 0;

      if (record != NULL)
        {
          n_errors = mp_field_errors_count (mp_record_model_get_errors (record), MP_SEVERITY_ERROR,
                                            prefix);
          n_conflicts = count_conflicts (record, i == 0 ? "" : prefix);
        }
      mp_section_list_row_set_counts (get_section_row (self, i), n_errors, n_conflicts);
    }
}

static void
update_title (MpWindow *self)
{
  MpRecordModel *record = mp_context_get_record (self->context);
  MpPage *page = mp_window_get_page (self);

  if (page != NULL)
    adw_window_title_set_title (self->title, mp_page_get_title (page));
  adw_window_title_set_subtitle (self->title,
                                 record != NULL ? mp_record_model_get_name (record) : "");
}

static GMenuItem *
new_profile_item (const MpProfile *profile)
{
  g_autofree char *label = g_strdup_printf ("%s – %s", profile->tenant, profile->server);
  GMenuItem *item = g_menu_item_new (label, NULL);

  g_menu_item_set_action_and_target (item, "win.open-tenant", "(ss)", profile->server,
                                     profile->tenant);
  return item;
}

static gboolean
is_open (MpSession *session, const MpProfile *profile)
{
  return session != NULL && g_str_equal (mp_session_get_server (session), profile->server) &&
         g_str_equal (mp_session_get_tenant (session), profile->tenant);
}

static void
update_tenant_menu (MpWindow *self)
{
  MpSession *session = mp_context_get_session (self->context);
  const char *data_dir = mp_services_get_data_dir (mp_context_get_services (self->context));
  g_autoptr (GPtrArray) profiles = mp_profile_list (data_dir, NULL);
  g_autoptr (GMenu) menu = g_menu_new ();
  g_autoptr (GMenu) tenants = g_menu_new ();
  g_autoptr (GMenu) doors = g_menu_new ();

  for (unsigned int i = 0; profiles != NULL && i < profiles->len; i++)
    {
      const MpProfile *profile = g_ptr_array_index (profiles, i);

      if (!is_open (session, profile))
        {
          g_autoptr (GMenuItem) item = new_profile_item (profile);

          g_menu_append_item (tenants, item);
        }
    }
  g_menu_append_section (menu, _ ("Other tenants on this computer"), G_MENU_MODEL (tenants));
  g_menu_append (doors, _ ("Sign in to _another…"), "win.sign-in-other");
  g_menu_append (doors, _ ("Sign _out…"), "win.sign-out");
  g_menu_append_section (menu, NULL, G_MENU_MODEL (doors));
  gtk_menu_button_set_menu_model (self->tenant_button, G_MENU_MODEL (menu));
  if (session != NULL)
    {
      g_autofree char *spoken =
          /* Translators: %s is the tenant's short name. */
          g_strdup_printf (_ ("Tenant: %s"), mp_session_get_tenant (session));

      gtk_menu_button_set_label (self->tenant_button, mp_session_get_tenant (session));
      gtk_accessible_update_property (GTK_ACCESSIBLE (self->tenant_button),
                                      GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
    }
}

static char *
dup_conflict_text (MpRecordModel *record)
{
  unsigned int n_conflicts = record != NULL ? mp_record_model_get_n_conflicts (record) : 0;

  if (n_conflicts == 0)
    return NULL;
  if (*mp_conflict_get_path (mp_record_model_get_conflict (record, 0)) == '\0')
    return g_strdup (_ ("This record is another one on the server than with you. Both are kept "
                        "until you choose."));
  return g_strdup_printf (
      ngettext ("Somebody else changed this record too, and %u value is another one on the server. "
                "Both are kept until you choose.",
                "Somebody else changed this record too, and %u values are others on the server. "
                "Both are kept until you choose.",
                n_conflicts),
      n_conflicts);
}

static void
update_session_bar (MpWindow *self)
{
  MpSession *session = mp_context_get_session (self->context);
  g_autofree char *damage = session != NULL ? mp_session_dup_damage (session) : NULL;
  g_autofree char *conflict = NULL;

  if (damage != NULL)
    {
      mp_message_bar_set_button (self->session_bar, _ ("Understood"), "win.forget-damage");
      mp_message_bar_show (self->session_bar, MP_MESSAGE_WARNING, damage);
      return;
    }
  conflict = dup_conflict_text (mp_context_get_record (self->context));
  if (conflict != NULL)
    {
      mp_message_bar_set_button (self->session_bar, _ ("Settle conflict…"), "win.show-conflicts");
      mp_message_bar_show (self->session_bar, MP_MESSAGE_WARNING, conflict);
      return;
    }
  if (session == NULL || mp_session_get_sync_state (session) != MP_SYNC_STATE_SIGNED_OUT)
    {
      mp_message_bar_hide (self->session_bar);
      return;
    }
  mp_message_bar_set_button (self->session_bar, _ ("Sign in again…"), "win.sign-in-again");
  mp_message_bar_show (self->session_bar, MP_MESSAGE_WARNING,
                       _ ("You are signed out: the server refused the token, or the keyring does "
                          "not give it. You can go on working; your changes stay on this computer "
                          "until you sign in again."));
}

static void
session_refreshed_cb (MpWindow *self)
{
  update_session_bar (self);
  mp_window_update_actions (self);
}

static void
record_changed_cb (MpWindow *self)
{
  update_badges (self);
  update_title (self);
  update_session_bar (self);
  mp_window_update_actions (self);
}

static void
record_chosen_cb (MpWindow *self)
{
  MpRecordModel *record = mp_context_get_record (self->context);

  g_signal_group_set_target (self->record_signals, record);
  if (record != NULL)
    save_setting (self, MP_SETTING_LAST_RECORD, mp_record_model_get_id (record));
  record_changed_cb (self);
}

/* Until a person chooses: the record of the last time, else the only reasonable one, the first. */
static MpRecordModel *
find_first_record (MpWindow *self, MpSession *session)
{
  g_autofree char *last = load_setting (self, MP_SETTING_LAST_RECORD);
  GListModel *records = mp_session_get_records (session);
  MpRecordModel *found = *last != '\0' ? mp_session_find_record (session, last) : NULL;

  for (unsigned int i = 0; found == NULL && i < g_list_model_get_n_items (records); i++)
    {
      g_autoptr (MpRecordModel) record = g_list_model_get_item (records, i);

      if (!mp_record_get_archived (mp_record_model_get_record (record)))
        found = record; /* the list keeps it */
    }
  return found;
}

static void
records_changed_cb (GListModel *records,
                    unsigned int at,
                    unsigned int n_removed,
                    unsigned int n_added,
                    MpWindow *self)
{
  MpSession *session = mp_context_get_session (self->context);
  MpRecordModel *record = mp_context_get_record (self->context);

  if (session == NULL)
    return;
  if (record == NULL || mp_session_find_record (session, mp_record_model_get_id (record)) == NULL)
    mp_context_set_record (self->context, find_first_record (self, session));
}

static void
closed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!mp_session_close_finish (MP_SESSION (source), result, &error))
    g_message ("Closing the store: %s", error->message);
}

static void
use_session (MpWindow *self, MpSession *session)
{
  g_autofree char *section = load_setting (self, MP_SETTING_LAST_SECTION);

  mp_context_set_session (self->context, session);
  mp_context_set_record (self->context, find_first_record (self, session));
  g_signal_connect_object (mp_session_get_records (session), "items-changed",
                           G_CALLBACK (records_changed_cb), self, 0);
  save_setting (self, MP_SETTING_SERVER, mp_session_get_server (session));
  update_tenant_menu (self);
  session_refreshed_cb (self);
  gtk_stack_set_visible_child_name (self->root_stack, "main");
  mp_window_show_section (self, *section != '\0' ? section : sections[0].name);
  mp_session_start_background_sync (session);
}

static void
last_closed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MpWindow) self = user_data;

  closed_cb (source, result, NULL);
  gtk_window_destroy (GTK_WINDOW (self));
}

/* The window was closed before the session was open. @session: (nullable): it could not be */
static void
end_opening (MpWindow *self, MpSession *session)
{
  if (session != NULL)
    mp_session_close_async (session, last_closed_cb, g_object_ref (self));
  else
    gtk_window_destroy (GTK_WINDOW (self));
}

static void
opened_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MpWindow) self = user_data;
  g_autoptr (MpSession) session = NULL;
  g_autofree char *text = NULL;
  g_autofree char *markup = NULL;
  g_autoptr (GError) error = NULL;
  gboolean is_signing_in;

  session = mp_session_open_finish (result, &error);
  self->n_opening--;
  if (self->closing)
    {
      end_opening (self, session);
      return;
    }
  if (session != NULL)
    {
      /* Somebody followed a link to another tenant meanwhile. */
      is_signing_in =
          gtk_stack_get_visible_child (self->root_stack) == GTK_WIDGET (self->sign_in_page);
      use_session (self, session);
      if (is_signing_in)
        gtk_stack_set_visible_child_name (self->root_stack, "sign-in");
      return;
    }

  text = mp_app_text_dup_error (error, NULL);
  markup = g_markup_escape_text (text, -1);
  adw_status_page_set_description (self->failed_page, markup);
  gtk_stack_set_visible_child_name (self->root_stack, "failed");
}

static void
signed_in_cb (MpWindow *self, MpSession *session)
{
  mp_window_leave_session (self);
  use_session (self, session);
}

static void
open_requested_cb (MpWindow *self, const char *server, const char *tenant)
{
  mp_window_open_profile (self, server, tenant);
}

static void
sign_in_left_cb (MpWindow *self)
{
  gtk_stack_set_visible_child_name (self->root_stack, "main");
}

static void
enter_section (MpWindow *self, MpSectionListRow *row)
{
  const char *name = mp_section_list_row_get_name (row);

  gtk_stack_set_visible_child_name (self->page_stack, name);
  save_setting (self, MP_SETTING_LAST_SECTION, name);
  update_title (self);
  mp_page_enter (mp_section_list_row_get_page (row));
}

static void
section_selected_cb (MpWindow *self, GtkListBoxRow *row)
{
  if (row != NULL && mp_context_get_session (self->context) != NULL)
    enter_section (self, MP_SECTION_LIST_ROW (row));
}

static void
section_activated_cb (MpWindow *self)
{
  adw_leaflet_set_visible_child (self->leaflet, self->content);
}

static void
back_clicked_cb (MpWindow *self)
{
  adw_leaflet_set_visible_child (self->leaflet, self->sidebar);
}

static void
add_pages (MpWindow *self)
{
  for (unsigned int i = 0; i < G_N_ELEMENTS (sections); i++)
    {
      MpPage *page = g_object_new (sections[i].get_type (), "context", self->context, NULL);

      gtk_stack_add_named (self->page_stack, GTK_WIDGET (page), sections[i].name);
      gtk_list_box_append (self->section_list, mp_section_list_row_new (sections[i].name, page));
    }
}

static void
flush_pages (MpWindow *self)
{
  for (unsigned int i = 0; i < G_N_ELEMENTS (sections); i++)
    mp_page_flush (mp_section_list_row_get_page (get_section_row (self, i)));
}

static void
restore_size (MpWindow *self)
{
  GSettings *settings = get_settings (self);

  gtk_window_set_default_size (GTK_WINDOW (self), 1000, 720);
  if (settings == NULL)
    return;

  g_settings_bind (settings, MP_SETTING_WINDOW_WIDTH, self, "default-width",
                   G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, MP_SETTING_WINDOW_HEIGHT, self, "default-height",
                   G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, MP_SETTING_WINDOW_MAXIMIZED, self, "maximized",
                   G_SETTINGS_BIND_DEFAULT);
}

/* Closes the session once: after the last sync, or when that took too long. */
static void
end_session (MpWindow *self)
{
  if (self->quit_id == 0)
    return;

  g_clear_handle_id (&self->quit_id, g_source_remove);
  mp_session_close_async (mp_context_get_session (self->context), last_closed_cb,
                          g_object_ref (self));
}

static void
last_synced_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MpWindow) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!mp_session_sync_finish (MP_SESSION (source), result, &error))
    g_debug ("the sync before the end: %s", error->message);
  end_session (self);
}

static gboolean
quit_waited_cb (gpointer user_data)
{
  end_session (MP_WINDOW (user_data));
  return G_SOURCE_REMOVE;
}

/* The window goes when the store is closed: what was typed last is saved by then, and sent where
 * the server answers. */
static gboolean
mp_window_close_request (GtkWindow *window)
{
  MpWindow *self = MP_WINDOW (window);
  MpSession *session = mp_context_get_session (self->context);

  if (self->closing)
    return GDK_EVENT_STOP;
  if (session == NULL && self->n_opening == 0)
    return GTK_WINDOW_CLASS (mp_window_parent_class)->close_request (window);

  self->closing = TRUE;
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
  if (session == NULL)
    return GDK_EVENT_STOP;

  flush_pages (self);
  self->quit_id = g_timeout_add_full (G_PRIORITY_DEFAULT, QUIT_WAIT_MS, quit_waited_cb,
                                      g_object_ref (self), g_object_unref);
  /* Where the server did not answer just now, it is not waited for. */
  if (mp_session_get_sync_state (session) == MP_SYNC_STATE_SYNCED ||
      mp_session_get_sync_state (session) == MP_SYNC_STATE_SYNCING)
    mp_session_sync_async (session, NULL, last_synced_cb, g_object_ref (self));
  else
    end_session (self);
  return GDK_EVENT_STOP;
}

static void
mp_window_dispose (GObject *object)
{
  MpWindow *self = MP_WINDOW (object);

  g_clear_object (&self->record_signals);
  g_clear_object (&self->editor_signals);
  g_clear_object (&self->context);
  G_OBJECT_CLASS (mp_window_parent_class)->dispose (object);
}

static void
mp_window_class_init (MpWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mp_window_dispose;
  GTK_WINDOW_CLASS (klass)->close_request = mp_window_close_request;

  g_type_ensure (MP_TYPE_MESSAGE_BAR);
  g_type_ensure (MP_TYPE_RECORD_CHOOSER);
  g_type_ensure (MP_TYPE_SIGN_IN_PAGE);
  g_type_ensure (MP_TYPE_SYNC_BUTTON);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/memberpulse/Integrations/ui/mp-window.ui");
  gtk_widget_class_bind_template_child (widget_class, MpWindow, root_stack);
  gtk_widget_class_bind_template_child (widget_class, MpWindow, sign_in_page);
  gtk_widget_class_bind_template_child (widget_class, MpWindow, failed_page);
  gtk_widget_class_bind_template_child (widget_class, MpWindow, leaflet);
  gtk_widget_class_bind_template_child (widget_class, MpWindow, content);
  gtk_widget_class_bind_template_child (widget_class, MpWindow, sidebar);
  gtk_widget_class_bind_template_child (widget_class, MpWindow, tenant_button);
  gtk_widget_class_bind_template_child (widget_class, MpWindow, record_chooser);
  gtk_widget_class_bind_template_child (widget_class, MpWindow, section_list);
  gtk_widget_class_bind_template_child (widget_class, MpWindow, title);
  gtk_widget_class_bind_template_child (widget_class, MpWindow, sync_button);
  gtk_widget_class_bind_template_child (widget_class, MpWindow, session_bar);
  gtk_widget_class_bind_template_child (widget_class, MpWindow, page_stack);
  gtk_widget_class_bind_template_callback (widget_class, signed_in_cb);
  gtk_widget_class_bind_template_callback (widget_class, open_requested_cb);
  gtk_widget_class_bind_template_callback (widget_class, sign_in_left_cb);
  gtk_widget_class_bind_template_callback (widget_class, section_selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, section_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, back_clicked_cb);
  mp_window_install_actions (widget_class);
}

static void
mp_window_init (MpWindow *self)
{
  self->record_signals = g_signal_group_new (MP_TYPE_RECORD_MODEL);
  g_signal_group_connect_swapped (self->record_signals, "changed", G_CALLBACK (record_changed_cb),
                                  self);
  self->editor_signals = g_signal_group_new (MP_TYPE_EDITOR);
  g_signal_group_connect_swapped (self->editor_signals, "notify",
                                  G_CALLBACK (mp_window_update_actions), self);
  gtk_widget_init_template (GTK_WIDGET (self));
  if (g_str_equal (MP_PROFILE, "development"))
    gtk_widget_add_css_class (GTK_WIDGET (self), "devel");
}

static void
editor_changed_cb (MpWindow *self)
{
  g_signal_group_set_target (self->editor_signals, mp_context_get_editor (self->context));
}

/**
 * mp_window_new:
 * @application: the program
 * @context: what the pages share
 *
 * Returns: (transfer none): the window, not presented yet
 */
GtkWidget *
mp_window_new (AdwApplication *application, MpContext *context)
{
  MpWindow *self;

  g_return_val_if_fail (ADW_IS_APPLICATION (application), NULL);
  g_return_val_if_fail (MP_IS_CONTEXT (context), NULL);

  self = g_object_new (MP_TYPE_WINDOW, "application", application, NULL);
  self->context = g_object_ref (context);
  restore_size (self);
  add_pages (self);
  mp_sign_in_page_set_context (self->sign_in_page, context);
  mp_record_chooser_set_context (self->record_chooser, context);
  mp_sync_button_set_context (self->sync_button, context);
  g_signal_connect_object (context, "refreshed", G_CALLBACK (session_refreshed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (context, "notify::record", G_CALLBACK (record_chosen_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (context, "notify::editor", G_CALLBACK (editor_changed_cb), self,
                           G_CONNECT_SWAPPED);
  mp_window_update_actions (self);
  return GTK_WIDGET (self);
}

/**
 * mp_window_start:
 * @self: a window
 *
 * Opens the tenant used last; on the first start asks to sign in.
 */
void
mp_window_start (MpWindow *self)
{
  g_autoptr (GPtrArray) profiles = NULL;
  g_autoptr (GError) error = NULL;

  g_return_if_fail (MP_IS_WINDOW (self));

  profiles =
      mp_profile_list (mp_services_get_data_dir (mp_context_get_services (self->context)), &error);
  if (profiles != NULL && profiles->len > 0)
    {
      const MpProfile *last = g_ptr_array_index (profiles, 0);

      mp_window_open_profile (self, last->server, last->tenant);
      return;
    }
  mp_window_show_sign_in (self, NULL, NULL);
}

/* (transfer none) (nullable) */
static const MpProfile *
find_profile (GPtrArray *profiles, const MpSignInLink *link)
{
  for (unsigned int i = 0; profiles != NULL && i < profiles->len; i++)
    {
      const MpProfile *profile = profiles->pdata[i];

      if (g_str_equal (profile->server, link->server) &&
          g_str_equal (profile->tenant, link->tenant))
        return profile;
    }
  return NULL;
}

/**
 * mp_window_open_link:
 * @self: a window
 * @link: a sign-in link that was opened from outside
 *
 * Opens the link's tenant; where this computer is not signed in to it, asks for the token. A token
 * in the link is not used: on its way here it may have stood in a process's arguments.
 */
void
mp_window_open_link (MpWindow *self, const char *link)
{
  g_autoptr (MpSignInLink) parts = NULL;
  g_autoptr (GPtrArray) profiles = NULL;
  g_autoptr (GError) error = NULL;
  const MpProfile *profile;
  MpSession *session;

  g_return_if_fail (MP_IS_WINDOW (self) && link != NULL);

  session = mp_context_get_session (self->context);
  parts = mp_sign_in_link_parse (link, &error);
  if (parts == NULL)
    {
      if (session == NULL)
        mp_window_start (self);
      mp_toast_show (GTK_WIDGET (self), error->message);
      return;
    }

  profiles =
      mp_profile_list (mp_services_get_data_dir (mp_context_get_services (self->context)), NULL);
  profile = find_profile (profiles, parts);
  if (profile == NULL)
    mp_window_show_sign_in (self, parts->server, parts->tenant);
  else if (session == NULL || !is_open (session, profile))
    mp_window_open_profile (self, profile->server, profile->tenant);
}

MpContext *
mp_window_get_context (MpWindow *self)
{
  return self->context;
}

MpPage *
mp_window_get_page (MpWindow *self)
{
  GtkWidget *page = gtk_stack_get_visible_child (self->page_stack);

  return page != NULL ? MP_PAGE (page) : NULL;
}

void
mp_window_open_record_chooser (MpWindow *self)
{
  mp_record_chooser_open (self->record_chooser);
}

/* Saves what is typed and closes the session, if there is one. */
void
mp_window_leave_session (MpWindow *self)
{
  g_autoptr (MpSession) session = mp_context_get_session (self->context);

  if (session == NULL)
    return;

  g_object_ref (session);
  flush_pages (self);
  g_signal_handlers_disconnect_by_func (mp_session_get_records (session), records_changed_cb, self);
  mp_context_set_session (self->context, NULL);
  mp_session_close_async (session, closed_cb, NULL);
}

void
mp_window_open_profile (MpWindow *self, const char *server, const char *tenant)
{
  mp_window_leave_session (self);
  gtk_stack_set_visible_child_name (self->root_stack, "opening");
  self->n_opening++;
  mp_session_open_async (mp_context_get_services (self->context), server, tenant, NULL, opened_cb,
                         g_object_ref (self));
}

void
mp_window_show_sign_in (MpWindow *self, const char *server, const char *tenant)
{
  g_autofree char *last_server = load_setting (self, MP_SETTING_SERVER);

  gtk_stack_set_visible_child_name (self->root_stack, "sign-in");
  mp_sign_in_page_start (self->sign_in_page, server != NULL ? server : last_server, tenant,
                         mp_context_get_session (self->context) != NULL);
}

void
mp_window_show_section (MpWindow *self, const char *name)
{
  MpSectionListRow *row = get_section_row (self, 0);

  for (unsigned int i = 0; i < G_N_ELEMENTS (sections); i++)
    {
      if (g_str_equal (sections[i].name, name))
        row = get_section_row (self, i);
    }

  /* The section that is selected already is entered again: the tenant may be another one. */
  if (gtk_list_box_get_selected_row (self->section_list) == GTK_LIST_BOX_ROW (row))
    enter_section (self, row);
  else
    gtk_list_box_select_row (self->section_list, GTK_LIST_BOX_ROW (row));
  adw_leaflet_set_visible_child (self->leaflet, self->content);
}

void
mp_window_show_field (MpWindow *self, const char *path)
{
  MpServices *services = mp_context_get_services (self->context);
  const MpFieldSpec *spec = mp_registry_find (mp_services_get_registry (services), path);

  mp_window_show_section (self, spec != NULL ? spec->section : sections[0].name);
  mp_page_reveal (mp_window_get_page (self), path);
}
