/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-window-private.h"

#include "mp-app-text.h"
#include "mp-conflicts-dialog.h"
#include "mp-error.h"
#include "mp-history-dialog.h"
#include "mp-toast.h"

#include <glib/gi18n-lib.h>

static MpSession *
get_session (MpWindow *self)
{
  return mp_context_get_session (mp_window_get_context (self));
}

static void
tell_failure (MpWindow *self, const GError *error)
{
  g_autofree char *text = NULL;

  if (mp_error_is_cancelled (error))
    return;

  text = mp_app_text_dup_error (error, NULL);
  mp_toast_show (GTK_WIDGET (self), text);
}

/* Records */

static void
created_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MpWindow) self = user_data;
  g_autoptr (MpRecordModel) record = NULL;
  g_autoptr (GError) error = NULL;

  record = mp_session_create_record_finish (MP_SESSION (source), result, &error);
  if (record == NULL)
    {
      tell_failure (self, error);
      return;
    }
  mp_context_set_record (mp_window_get_context (self), record);
}

static void
new_record_response_cb (AdwMessageDialog *dialog, const char *response, MpWindow *self)
{
  GtkWidget *entry = adw_message_dialog_get_extra_child (dialog);
  g_autofree char *name = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (entry))));

  if (g_str_equal (response, "create") && *name != '\0' && get_session (self) != NULL)
    mp_session_create_record_async (get_session (self), name, NULL, created_cb,
                                    g_object_ref (self));
}

static void
new_name_typed_cb (GtkEditable *entry, AdwMessageDialog *dialog)
{
  g_autofree char *name = g_strstrip (g_strdup (gtk_editable_get_text (entry)));

  adw_message_dialog_set_response_enabled (dialog, "create", *name != '\0');
}

static void
new_record (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  GtkWidget *dialog = adw_message_dialog_new (
      GTK_WINDOW (widget), _ ("New Integration Settings record"),
                              _ ("Give it a name by which your colleagues know it."));
  GtkWidget *entry = gtk_entry_new ();

  gtk_entry_set_activates_default (GTK_ENTRY (entry), TRUE);
  gtk_entry_set_max_length (GTK_ENTRY (entry), 200);
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Name"), -1);
  adw_message_dialog_set_extra_child (ADW_MESSAGE_DIALOG (dialog), entry);
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel",
                                    _ ("_Cancel"), "create", _ ("C_reate"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "create",
                                              ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "create");
  adw_message_dialog_set_response_enabled (ADW_MESSAGE_DIALOG (dialog), "create", FALSE);
  g_signal_connect_object (entry, "changed", G_CALLBACK (new_name_typed_cb), dialog, 0);
  g_signal_connect_object (dialog, "response", G_CALLBACK (new_record_response_cb), widget, 0);
  gtk_window_present (GTK_WINDOW (dialog));
  gtk_widget_grab_focus (entry);
}

static void
archived_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MpWindow) self = user_data;
  MpRecordModel *record = mp_context_get_record (mp_window_get_context (self));
  g_autoptr (GError) error = NULL;

  if (!mp_session_set_archived_finish (MP_SESSION (source), result, &error))
    tell_failure (self, error);
  else if (record != NULL && mp_record_get_archived (mp_record_model_get_record (record)))
    mp_toast_show_action (GTK_WIDGET (self), _ ("The record is archived"), _ ("Restore"),
                                                                              "win.restore-record");
  else
    mp_toast_show (GTK_WIDGET (self), _ ("The record is restored"));
}

static void
set_archived (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MpWindow *self = MP_WINDOW (widget);
  MpRecordModel *record = mp_context_get_record (mp_window_get_context (self));

  if (record == NULL)
    return;

  mp_session_set_archived_async (get_session (self), mp_record_model_get_id (record),
                                 g_str_equal (action_name, "win.archive-record"), NULL, archived_cb,
                                 g_object_ref (self));
}

static void
show_history (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MpContext *context = mp_window_get_context (MP_WINDOW (widget));
  MpRecordModel *record = mp_context_get_record (context);

  if (record != NULL)
    gtk_window_present (mp_history_dialog_new (GTK_WINDOW (widget), context, record));
}

static void
choose_record (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  mp_window_open_record_chooser (MP_WINDOW (widget));
}

/* Undo */

static void
undone_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MpWindow) self = user_data;
  g_autoptr (MpRecordModel) record = NULL;
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;

  record = mp_editor_undo_finish (MP_EDITOR (source), result, &path, &error);
  if (record == NULL)
    {
      tell_failure (self, error);
      return;
    }

  mp_context_set_record (mp_window_get_context (self), record);
  if (path != NULL)
    mp_window_show_field (self, path);
}

static void
undo (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MpWindow *self = MP_WINDOW (widget);
  MpEditor *editor = mp_context_get_editor (mp_window_get_context (self));

  if (g_str_equal (action_name, "win.undo"))
    mp_editor_undo_async (editor, undone_cb, g_object_ref (self));
  else
    mp_editor_redo_async (editor, undone_cb, g_object_ref (self));
}

/* Sync */

static void
synced_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MpWindow) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!mp_session_sync_finish (MP_SESSION (source), result, &error))
    tell_failure (self, error);
}

static void
sync_now (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  mp_session_sync_async (get_session (MP_WINDOW (widget)), NULL, synced_cb, g_object_ref (widget));
}

static void
show_conflicts (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  gtk_window_present (
      mp_conflicts_dialog_new (GTK_WINDOW (widget), mp_window_get_context (MP_WINDOW (widget))));
}

static void
forget_damage (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  mp_session_forget_damage (get_session (MP_WINDOW (widget)));
}

/* Tenants */

static void
open_tenant (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  const char *server;
  const char *tenant;

  g_variant_get (parameter, "(&s&s)", &server, &tenant);
  mp_window_open_profile (MP_WINDOW (widget), server, tenant);
}

static void
sign_in_other (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  mp_window_show_sign_in (MP_WINDOW (widget), NULL, NULL);
}

/* The same tenant is opened anew by the sign-in, so its store must be free. */
static void
sign_in_again (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MpWindow *self = MP_WINDOW (widget);
  g_autofree char *server = g_strdup (mp_session_get_server (get_session (self)));
  g_autofree char *tenant = g_strdup (mp_session_get_tenant (get_session (self)));

  mp_window_leave_session (self);
  mp_window_show_sign_in (self, server, tenant);
}

static void
signed_out_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MpWindow) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!mp_session_sign_out_finish (MP_SESSION (source), result, &error))
    {
      tell_failure (self, error);
      return;
    }
  mp_context_set_session (mp_window_get_context (self), NULL);
  mp_window_show_sign_in (self, NULL, NULL);
}

static void
sign_out_response_cb (AdwMessageDialog *dialog, const char *response, MpWindow *self)
{
  if (g_str_equal (response, "cancel") || get_session (self) == NULL)
    return;

  mp_session_sign_out_async (get_session (self), g_str_equal (response, "remove"), NULL,
                             signed_out_cb, g_object_ref (self));
}

static void
sign_out (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MpSession *session = get_session (MP_WINDOW (widget));
  unsigned int n_pending = mp_session_get_pending_count (session);
  GtkWidget *dialog = adw_message_dialog_new (GTK_WINDOW (widget), NULL, NULL);

  adw_message_dialog_format_heading (ADW_MESSAGE_DIALOG (dialog),
                                     _ ("Sign out of %s?"), mp_session_get_tenant (session));
  if (n_pending > 0)
    adw_message_dialog_format_body (
        ADW_MESSAGE_DIALOG (dialog),
        ngettext ("%u change has not reached the server yet. It is lost if this computer’s copy "
                  "is removed.",
                  "%u changes have not reached the server yet. They are lost if this computer’s "
                  "copy is removed.",
                  n_pending),
        n_pending);
  else
    adw_message_dialog_set_body (ADW_MESSAGE_DIALOG (dialog),
                                 _ ("This computer’s copy of the records and its keys can stay for "
                                    "the next time, or be removed."));
  adw_message_dialog_add_responses (
      ADW_MESSAGE_DIALOG (dialog), "cancel",
      _ ("_Cancel"), "remove", _ ("Sign out and _remove the copy"), "keep", _ ("_Sign out"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "remove",
                                              ADW_RESPONSE_DESTRUCTIVE);
  g_signal_connect_object (dialog, "response", G_CALLBACK (sign_out_response_cb), widget, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* Sections */

static void
show_section (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  mp_window_show_section (MP_WINDOW (widget), g_variant_get_string (parameter, NULL));
}

static void
show_field (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  mp_window_show_field (MP_WINDOW (widget), g_variant_get_string (parameter, NULL));
}

/* Enables what can be done now. */
void
mp_window_update_actions (MpWindow *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  MpContext *context = mp_window_get_context (self);
  MpSession *session = mp_context_get_session (context);
  MpRecordModel *record = mp_context_get_record (context);
  MpEditor *editor = mp_context_get_editor (context);
  gboolean may_edit = session != NULL && mp_session_can (session, MP_PERMISSION_EDIT);
  gboolean archived =
      record != NULL && mp_record_get_archived (mp_record_model_get_record (record));

  gtk_widget_action_set_enabled (widget, "win.new-record", may_edit);
  gtk_widget_action_set_enabled (widget, "win.archive-record",
                                 may_edit && record != NULL && !archived);
  gtk_widget_action_set_enabled (widget, "win.restore-record", may_edit && archived);
  gtk_widget_action_set_enabled (widget, "win.choose-record", session != NULL);
  gtk_widget_action_set_enabled (widget, "win.show-history",
                                 record != NULL && mp_record_model_get_base (record) != NULL);
  gtk_widget_action_set_enabled (widget, "win.undo",
                                 may_edit && editor != NULL && mp_editor_get_can_undo (editor));
  gtk_widget_action_set_enabled (widget, "win.redo",
                                 may_edit && editor != NULL && mp_editor_get_can_redo (editor));
  gtk_widget_action_set_enabled (widget, "win.sync",
                                 session != NULL &&
                                     mp_session_get_sync_state (session) != MP_SYNC_STATE_SYNCING);
  gtk_widget_action_set_enabled (widget, "win.show-conflicts",
                                 session != NULL && mp_session_get_conflict_count (session) > 0);
  gtk_widget_action_set_enabled (widget, "win.sign-in-again", session != NULL);
  gtk_widget_action_set_enabled (widget, "win.sign-out", session != NULL);
  gtk_widget_action_set_enabled (widget, "win.show-section", session != NULL);
}

/* The window's actions: everything that has a menu entry, a shortcut or several buttons. */
void
mp_window_install_actions (GtkWidgetClass *widget_class)
{
  static const struct
  {
    const char *name;
    const char *parameter_type; /* (nullable) */
    GtkWidgetActionActivateFunc activate;
  } actions[] = {
    { "win.new-record", NULL, new_record },
    { "win.archive-record", NULL, set_archived },
    { "win.restore-record", NULL, set_archived },
    { "win.show-history", NULL, show_history },
    { "win.choose-record", NULL, choose_record },
    { "win.undo", NULL, undo },
    { "win.redo", NULL, undo },
    { "win.sync", NULL, sync_now },
    { "win.show-conflicts", NULL, show_conflicts },
    { "win.forget-damage", NULL, forget_damage },
    { "win.open-tenant", "(ss)", open_tenant },
    { "win.sign-in-other", NULL, sign_in_other },
    { "win.sign-in-again", NULL, sign_in_again },
    { "win.sign-out", NULL, sign_out },
    { "win.show-section", "s", show_section },
    { "win.show-field", "s", show_field },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (widget_class, actions[i].name, actions[i].parameter_type,
                                     actions[i].activate);
}
