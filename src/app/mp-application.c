/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-application.h"

#include "mp-context.h"
#include "mp-mnemonics.h"
#include "mp-settings-names.h"
#include "mp-window.h"

#include "config.h"

#include <glib/gi18n-lib.h>

struct _MpApplication
{
  AdwApplication parent_instance;

  char *data_dir;       /* (owned) (nullable): XDG's */
  GStrv base_addresses; /* (owned) (nullable): platforms on test servers */
  MpContext *context;   /* (owned) (nullable): from start-up on */
};

G_DEFINE_FINAL_TYPE (MpApplication, mp_application, ADW_TYPE_APPLICATION)

/* Preferences are a comfort: a program that runs without its schema installed still works. */
static GSettings *
load_settings (void)
{
  GSettingsSchemaSource *source = g_settings_schema_source_get_default ();
  g_autoptr (GSettingsSchema) schema = NULL;

  if (source != NULL)
    schema = g_settings_schema_source_lookup (source, MP_APPLICATION_ID, TRUE);
  if (schema == NULL)
    {
      g_message ("The settings schema %s is not installed: nothing is remembered",
                 MP_APPLICATION_ID);
      return NULL;
    }
  return g_settings_new (MP_APPLICATION_ID);
}

static gboolean
make_context (MpApplication *self, GError **error)
{
  g_autoptr (MpServices) services = NULL;
  g_autoptr (GSettings) settings = NULL;

  services =
      mp_services_new_default (self->data_dir, (const char *const *) self->base_addresses, error);
  if (services == NULL)
    return FALSE;

  settings = load_settings ();
  self->context = mp_context_new (services, settings);
  return TRUE;
}

static void
activate_quit (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (user_data));

  if (window != NULL)
    gtk_window_close (window);
}

static void
activate_about (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (user_data));

  adw_show_about_window (window, "application-name",
                         _ ("Member Pulse Integrations"), "application-icon", MP_APPLICATION_ID,
                            "version", MP_VERSION, "developer-name",
                            _ ("The Member Pulse Integrations developers"), "license-type",
                               GTK_LICENSE_GPL_3_0, "comments",
                               _ ("Connects Member Pulse to a CRM, an accounting system and "
                                        "a payment gateway"),
                                  NULL);
}

static void
add_show_archived (MpApplication *self, GtkWidget *window)
{
  GSettings *settings = mp_context_get_settings (self->context);
  g_autoptr (GAction) action = NULL;

  if (settings == NULL)
    return;

  action = g_settings_create_action (settings, MP_SETTING_SHOW_ARCHIVED);
  g_action_map_add_action (G_ACTION_MAP (window), action);
}

static void
add_accelerators (GtkApplication *application)
{
  static const struct
  {
    const char *action;
    const char *keys[3];
  } accelerators[] = {
    { "app.quit", { "<Control>q", NULL } },
    { "window.close", { "<Control>w", NULL } },
    { "win.new-record", { "<Control>n", NULL } },
    { "win.choose-record", { "<Control>o", NULL } },
    { "win.undo", { "<Control>z", NULL } },
    { "win.redo", { "<Control><Shift>z", NULL } },
    { "win.sync", { "<Control>r", "F5", NULL } },
    { "win.show-section::overview", { "<Alt>1", NULL } },
    { "win.show-section::crm", { "<Alt>2", NULL } },
    { "win.show-section::accounting", { "<Alt>3", NULL } },
    { "win.show-section::payment_gateway", { "<Alt>4", NULL } },
    { "win.show-section::credentials", { "<Alt>5", NULL } },
    { "win.show-section::activity", { "<Alt>6", NULL } },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (accelerators); i++)
    gtk_application_set_accels_for_action (application, accelerators[i].action,
                                           accelerators[i].keys);
}

/* Dialogs are windows of their own, and not all of them are the application's. */
static void
windows_changed_cb (GListModel *windows,
                    unsigned int position,
                    unsigned int n_removed,
                    unsigned int n_added,
                    gpointer user_data)
{
  for (unsigned int i = position; i < position + n_added; i++)
    {
      g_autoptr (GtkWidget) window = g_list_model_get_item (windows, i);

      g_signal_connect (window, "map", G_CALLBACK (mp_mnemonics_name_buttons), NULL);
    }
}

static void
mp_application_startup (GApplication *application)
{
  static const GActionEntry actions[] = {
    { .name = "quit", .activate = activate_quit },
    { .name = "about", .activate = activate_about },
  };

  G_APPLICATION_CLASS (mp_application_parent_class)->startup (application);

  g_action_map_add_action_entries (G_ACTION_MAP (application), actions, G_N_ELEMENTS (actions),
                                   application);
  g_signal_connect_object (gtk_window_get_toplevels (), "items-changed",
                           G_CALLBACK (windows_changed_cb), application, 0);
  add_accelerators (GTK_APPLICATION (application));
  gtk_window_set_default_icon_name (MP_APPLICATION_ID);
}

static MpWindow *
find_window (MpApplication *self)
{
  GList *windows = gtk_application_get_windows (GTK_APPLICATION (self));

  while (windows != NULL && !MP_IS_WINDOW (windows->data))
    windows = windows->next;
  return windows != NULL ? windows->data : NULL;
}

static MpWindow *
add_window (MpApplication *self)
{
  GtkWidget *window = mp_window_new (ADW_APPLICATION (self), self->context);

  add_show_archived (self, window);
  return MP_WINDOW (window);
}

static void
mp_application_activate (GApplication *application)
{
  MpApplication *self = MP_APPLICATION (application);
  MpWindow *window = find_window (self);

  if (window != NULL)
    {
      gtk_window_present (GTK_WINDOW (window));
      return;
    }

  window = add_window (self);
  gtk_window_present (GTK_WINDOW (window));
  mp_window_start (window);
}

/* Sign-in links; the program takes no files. */
static void
mp_application_open (GApplication *application, GFile **files, int n_files, const char *hint)
{
  MpApplication *self = MP_APPLICATION (application);
  MpWindow *window = find_window (self);
  g_autofree char *link = g_file_get_uri (files[n_files - 1]);

  if (window == NULL)
    window = add_window (self);
  gtk_window_present (GTK_WINDOW (window));
  mp_window_open_link (window, link);
}

/* The services are made here, where a wrong option can still end the program with its reason. */
static int
mp_application_handle_local_options (GApplication *application, GVariantDict *options)
{
  MpApplication *self = MP_APPLICATION (application);
  g_autoptr (GError) error = NULL;

  g_variant_dict_lookup (options, "data-dir", "^ay", &self->data_dir);
  g_variant_dict_lookup (options, "base-url", "^as", &self->base_addresses);

  /* Another data folder, or other servers, are another program as far as the session bus goes. */
  if (self->data_dir != NULL || self->base_addresses != NULL)
    g_application_set_flags (application,
                             g_application_get_flags (application) | G_APPLICATION_NON_UNIQUE);

  if (make_context (self, &error))
    return -1;

  g_printerr ("mp-integrations: %s\n", error->message);
  return 1;
}

static void
mp_application_finalize (GObject *object)
{
  MpApplication *self = MP_APPLICATION (object);

  g_free (self->data_dir);
  g_strfreev (self->base_addresses);
  g_clear_object (&self->context);
  G_OBJECT_CLASS (mp_application_parent_class)->finalize (object);
}

static void
mp_application_class_init (MpApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = mp_application_finalize;
  application_class->startup = mp_application_startup;
  application_class->activate = mp_application_activate;
  application_class->open = mp_application_open;
  application_class->handle_local_options = mp_application_handle_local_options;
}

static void
mp_application_init (MpApplication *self)
{
  static const GOptionEntry entries[] = {
    { "data-dir", 0, 0, G_OPTION_ARG_FILENAME, NULL, N_ ("Keep this computer’s copy in DIR"),
      N_ ("DIR") },
    { "base-url", 0, 0, G_OPTION_ARG_STRING_ARRAY, NULL,
      N_ ("Ask a test server on this computer in the place of a platform’s own"),
      N_ ("PLATFORM=URL") },
    { NULL },
  };

  g_application_add_main_option_entries (G_APPLICATION (self), entries);
}

/**
 * mp_application_new:
 *
 * Returns: (transfer full): the program, not running yet
 */
MpApplication *
mp_application_new (void)
{
  return g_object_new (MP_TYPE_APPLICATION, "application-id", MP_APPLICATION_ID, "flags",
                       G_APPLICATION_HANDLES_OPEN, "resource-base-path",
                       "/org/memberpulse/Integrations", NULL);
}
