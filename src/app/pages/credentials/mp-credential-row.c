/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-credential-row.h"

#include "mp-app-text.h"
#include "mp-connection.h"
#include "mp-credential-dialog.h"
#include "mp-credential-text.h"
#include "mp-error.h"
#include "mp-mnemonics.h"
#include "mp-toast.h"
#include "mp-value-text.h"

#include <glib/gi18n-lib.h>

struct _MpCredentialRow
{
  AdwExpanderRow parent_instance;

  GtkLabel *mode_label;
  AdwActionRow *created_row;
  AdwActionRow *rotated_row;
  AdwActionRow *used_row;
  AdwActionRow *here_row;
  AdwActionRow *users_row;
  AdwActionRow *result_row;
  GtkWidget *buttons_row;
  GtkSpinner *spinner;
  GtkWidget *test_button;
  GtkWidget *rename_button;
  GtkWidget *replace_button;
  GtkWidget *revoke_button;

  MpContext *context;        /* (owned) */
  MpCredential *credential;  /* (owned) */
  GCancellable *cancellable; /* (owned) (nullable): of the test that runs */
};

G_DEFINE_FINAL_TYPE (MpCredentialRow, mp_credential_row, ADW_TYPE_EXPANDER_ROW)

static MpSession *
get_session (MpCredentialRow *self)
{
  return mp_context_get_session (self->context);
}

static const char *
get_id (MpCredentialRow *self)
{
  return mp_credential_get_id (self->credential);
}

static const char *
get_platform_label (MpCredentialRow *self)
{
  MpServices *services = mp_context_get_services (self->context);
  MpPlatform *platform = mp_platforms_find (mp_services_get_platforms (services),
                                            mp_credential_get_platform (self->credential));

  return platform != NULL ? mp_platform_get_label (platform)
                          : mp_credential_get_platform (self->credential);
}

static void
set_subtitle (AdwActionRow *row, const char *text)
{
  g_autofree char *markup = g_markup_escape_text (text, -1);

  adw_action_row_set_subtitle (row, markup);
}

static char *
dup_user_names (GPtrArray *users)
{
  GString *names = g_string_new (NULL);

  for (unsigned int i = 0; i < users->len; i++)
    g_string_append_printf (names, "%s%s", i == 0 ? "" : ", ",
                            mp_record_model_get_name (g_ptr_array_index (users, i)));
  return g_string_free (names, FALSE);
}

static void
show_stamp (AdwActionRow *row, MpStamp stamp)
{
  g_autofree char *text = mp_value_text_dup_stamp (stamp);

  set_subtitle (row, text);
  gtk_widget_set_visible (GTK_WIDGET (row), stamp.at_unix_us != 0);
}

/* (nullable): any record may use it */
static char *
dup_owner_text (MpCredentialRow *self)
{
  const char *record_id = mp_credential_get_record_id (self->credential);
  MpRecordModel *record;

  if (record_id == NULL)
    return NULL;

  record = mp_session_find_record (get_session (self), record_id);
  if (record == NULL)
    return g_strdup (_ ("for a record that is not here"));
  /* Translators: %s is the record that alone may use the key. */
  return g_strdup_printf (_ ("for %s alone"), mp_record_model_get_name (record));
}

static void
show_summary (MpCredentialRow *self)
{
  const char *account = mp_credential_get_account (self->credential);
  g_autofree char *masked = mp_credential_dup_masked (self->credential);
  g_autofree char *owner = dup_owner_text (self);
  g_autofree char *title = g_markup_escape_text (mp_credential_get_label (self->credential), -1);
  g_autoptr (GString) summary = g_string_new (get_platform_label (self));
  g_autofree char *subtitle = NULL;
  gboolean revoked = mp_credential_get_revoked (self->credential);

  if (account != NULL)
    g_string_append_printf (summary, " · %s", account);
  g_string_append_printf (summary, " · %s", masked);
  if (owner != NULL)
    g_string_append_printf (summary, " · %s", owner);
  subtitle = g_markup_escape_text (summary->str, -1);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), title);
  adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (self), subtitle);
  gtk_label_set_label (
      self->mode_label,
      revoked       ? C_ ("key", "Revoked")
                    : mp_credential_text_get_mode (mp_credential_get_mode (self->credential)));
  if (!revoked && mp_credential_get_mode (self->credential) == MP_MODE_LIVE)
    gtk_widget_add_css_class (GTK_WIDGET (self->mode_label), "live");
}

static void
show_details (MpCredentialRow *self)
{
  g_autoptr (GPtrArray) users =
                 mp_session_list_credential_users (get_session (self), get_id (self));
  g_autofree char *names = dup_user_names (users);
  gboolean here = mp_session_has_key (get_session (self), get_id (self));

  show_stamp (self->created_row, mp_credential_get_created (self->credential));
  show_stamp (self->rotated_row, mp_credential_get_rotated (self->credential));
  show_stamp (self->used_row, mp_credential_get_used (self->credential));
  set_subtitle (self->here_row,
                here ? _ ("Yes, in the keyring")
                     : _ ("No. It was typed on another computer; replace it to use it here."));
  set_subtitle (self->users_row, users->len > 0 ? names : _ ("No record"));
  gtk_widget_set_sensitive (self->test_button, here);
}

static void
tested_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MpCredentialRow) self = user_data;
  g_autoptr (MpTestResult) tested = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  tested = mp_session_test_credential_finish (MP_SESSION (source), result, &error);
  if (mp_error_is_cancelled (error))
    return;

  gtk_spinner_set_spinning (self->spinner, FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->spinner), FALSE);
  gtk_widget_set_sensitive (self->test_button, TRUE);
  text = tested != NULL ? mp_credential_text_dup_result (tested, get_platform_label (self))
                        : mp_app_text_dup_error (error, get_platform_label (self));
  set_subtitle (self->result_row, text);
  gtk_widget_set_visible (GTK_WIDGET (self->result_row), TRUE);
}

static void
test_clicked_cb (MpCredentialRow *self)
{
  MpServices *services = mp_context_get_services (self->context);
  g_autoptr (GPtrArray) users =
                 mp_session_list_credential_users (get_session (self), get_id (self));
  MpRecord *record =
      users->len > 0 ? mp_record_model_get_record (g_ptr_array_index (users, 0)) : NULL;
  JsonObject *connection = mp_connection_get (mp_services_get_registry (services), record,
                                              mp_credential_get_kind (self->credential));

  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  gtk_widget_set_visible (GTK_WIDGET (self->spinner), TRUE);
  gtk_spinner_set_spinning (self->spinner, TRUE);
  gtk_widget_set_sensitive (self->test_button, FALSE);
  mp_session_test_credential_async (get_session (self), get_id (self), connection,
                                    self->cancellable, tested_cb, g_object_ref (self));
}

static void
renamed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MpCredentialRow) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!mp_session_rename_credential_finish (MP_SESSION (source), result, &error))
    {
      g_autofree char *text = mp_app_text_dup_error (error, NULL);

      mp_toast_show (GTK_WIDGET (self), text);
    }
}

static void
rename_response_cb (AdwMessageDialog *dialog, const char *response, MpCredentialRow *self)
{
  GtkWidget *entry = adw_message_dialog_get_extra_child (dialog);
  g_autofree char *label = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (entry))));

  if (g_str_equal (response, "rename") && *label != '\0')
    mp_session_rename_credential_async (get_session (self), get_id (self), label, NULL, renamed_cb,
                                        g_object_ref (self));
}

static void
rename_clicked_cb (MpCredentialRow *self)
{
  GtkWidget *dialog = adw_message_dialog_new (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))),
                                              _ ("Rename the key"), NULL);
  GtkWidget *entry = gtk_entry_new ();

  gtk_editable_set_text (GTK_EDITABLE (entry), mp_credential_get_label (self->credential));
  gtk_entry_set_activates_default (GTK_ENTRY (entry), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Name"), -1);
  adw_message_dialog_set_extra_child (ADW_MESSAGE_DIALOG (dialog), entry);
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel",
                                    _ ("_Cancel"), "rename", _ ("_Rename"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "rename",
                                              ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "rename");
  g_signal_connect_object (dialog, "response", G_CALLBACK (rename_response_cb), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
replace_clicked_cb (MpCredentialRow *self)
{
  gtk_window_present (
      mp_credential_dialog_new_replace (GTK_WIDGET (self), self->context, self->credential));
}

static void
revoked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MpCredentialRow) self = user_data;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  if (mp_session_revoke_credential_finish (MP_SESSION (source), result, &error))
    /* Translators: %s is a platform, such as Stripe. */
    text =
        g_strdup_printf (_ ("Revoked here. Revoke it at %s as well."), get_platform_label (self));
  else
    text = mp_app_text_dup_error (error, NULL);
  mp_toast_show (GTK_WIDGET (self), text);
}

static void
revoke_response_cb (AdwMessageDialog *dialog, const char *response, MpCredentialRow *self)
{
  if (g_str_equal (response, "revoke"))
    mp_session_revoke_credential_async (get_session (self), get_id (self), NULL, revoked_cb,
                                        g_object_ref (self));
}

static void
refuse_to_revoke (MpCredentialRow *self, GPtrArray *users)
{
  GtkWidget *dialog;
  g_autofree char *names = dup_user_names (users);
  g_autofree char *body = g_strdup_printf (
      /* Translators: %s are names of records. */
      _ ("These records use it: %s. Choose another key there first, or replace this one."), names);

  dialog = adw_message_dialog_new (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))),
                                   _ ("The key is in use"), body);
  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "close", _ ("_Close"));
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
revoke_clicked_cb (MpCredentialRow *self)
{
  g_autoptr (GPtrArray) users =
                 mp_session_list_credential_users (get_session (self), get_id (self));
  GtkWidget *dialog;

  if (users->len > 0)
    {
      refuse_to_revoke (self, users);
      return;
    }

  dialog = adw_message_dialog_new (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), NULL,
                                   _ ("It is removed from this computer and from the server. This "
                                      "cannot be undone."));
  adw_message_dialog_format_heading (
      ADW_MESSAGE_DIALOG (dialog), _ ("Revoke “%s”?"), mp_credential_get_label (self->credential));
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel",
                                    _ ("_Cancel"), "revoke", _ ("_Revoke"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "revoke",
                                              ADW_RESPONSE_DESTRUCTIVE);
  g_signal_connect_object (dialog, "response", G_CALLBACK (revoke_response_cb), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
mp_credential_row_unroot (GtkWidget *widget)
{
  g_cancellable_cancel (MP_CREDENTIAL_ROW (widget)->cancellable);
  GTK_WIDGET_CLASS (mp_credential_row_parent_class)->unroot (widget);
}

static void
mp_credential_row_dispose (GObject *object)
{
  MpCredentialRow *self = MP_CREDENTIAL_ROW (object);

  g_clear_object (&self->cancellable);
  g_clear_object (&self->credential);
  g_clear_object (&self->context);
  G_OBJECT_CLASS (mp_credential_row_parent_class)->dispose (object);
}

static void
mp_credential_row_class_init (MpCredentialRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mp_credential_row_dispose;
  widget_class->unroot = mp_credential_row_unroot;

  gtk_widget_class_set_template_from_resource (
      widget_class, "/org/memberpulse/Integrations/ui/mp-credential-row.ui");
  gtk_widget_class_bind_template_child (widget_class, MpCredentialRow, mode_label);
  gtk_widget_class_bind_template_child (widget_class, MpCredentialRow, created_row);
  gtk_widget_class_bind_template_child (widget_class, MpCredentialRow, rotated_row);
  gtk_widget_class_bind_template_child (widget_class, MpCredentialRow, used_row);
  gtk_widget_class_bind_template_child (widget_class, MpCredentialRow, here_row);
  gtk_widget_class_bind_template_child (widget_class, MpCredentialRow, users_row);
  gtk_widget_class_bind_template_child (widget_class, MpCredentialRow, result_row);
  gtk_widget_class_bind_template_child (widget_class, MpCredentialRow, buttons_row);
  gtk_widget_class_bind_template_child (widget_class, MpCredentialRow, spinner);
  gtk_widget_class_bind_template_child (widget_class, MpCredentialRow, test_button);
  gtk_widget_class_bind_template_child (widget_class, MpCredentialRow, rename_button);
  gtk_widget_class_bind_template_child (widget_class, MpCredentialRow, replace_button);
  gtk_widget_class_bind_template_child (widget_class, MpCredentialRow, revoke_button);
  gtk_widget_class_bind_template_callback (widget_class, test_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, rename_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, replace_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, revoke_clicked_cb);
}

static void
mp_credential_row_init (MpCredentialRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  mp_mnemonics_name_buttons (GTK_WIDGET (self));
}

/**
 * mp_credential_row_new:
 * @context: what the pages share; signed in
 * @credential: the key; a row shows one for good
 * @editable: whether the role may change keys
 *
 * Returns: (transfer floating): the row
 */
GtkWidget *
mp_credential_row_new (MpContext *context, MpCredential *credential, gboolean editable)
{
  MpCredentialRow *self;

  g_return_val_if_fail (MP_IS_CONTEXT (context), NULL);
  g_return_val_if_fail (MP_IS_CREDENTIAL (credential), NULL);

  self = g_object_new (MP_TYPE_CREDENTIAL_ROW, NULL);
  self->context = g_object_ref (context);
  self->credential = g_object_ref (credential);
  show_summary (self);
  show_details (self);
  gtk_widget_set_visible (self->buttons_row, editable && !mp_credential_get_revoked (credential));
  return GTK_WIDGET (self);
}
