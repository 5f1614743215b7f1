/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-credential-dialog.h"

#include "mp-app-text.h"
#include "mp-connection.h"
#include "mp-error.h"
#include "mp-message-bar.h"
#include "mp-mnemonics.h"
#include "mp-picker-row.h"
#include "mp-row-caption.h"
#include "mp-secret-editor.h"

#include <glib/gi18n-lib.h>

struct _MpCredentialDialog
{
  AdwWindow parent_instance;

  MpMessageBar *message_bar;
  MpPickerRow *platform_row;
  GtkEditable *label_row;
  MpSecretEditor *editor;
  GtkButton *save_button;

  MpContext *context;       /* (owned) */
  MpCredential *credential; /* (owned) (nullable): the one that is replaced */
  MpRecordModel *record;    /* (owned) (nullable): whose connection the key is tested with */
  MpPlatform *platform;     /* (owned) (nullable): not chosen yet */
  gboolean label_typed;     /* the person's own name, not ours */
  gboolean label_filling;
  gboolean anyway; /* the person saw what is wrong with the key; Save keeps it as it is */
};

G_DEFINE_FINAL_TYPE (MpCredentialDialog, mp_credential_dialog, ADW_TYPE_WINDOW)

enum
{
  SAVED,
  N_SIGNALS,
};

static unsigned int signals[N_SIGNALS];

static MpSession *
get_session (MpCredentialDialog *self)
{
  return mp_context_get_session (self->context);
}

static void
set_anyway (MpCredentialDialog *self, gboolean anyway)
{
  self->anyway = anyway;
  gtk_button_set_label (self->save_button, anyway ? _ ("_Save anyway") : _ ("_Save"));
  mp_mnemonics_name_buttons (GTK_WIDGET (self->save_button));
}

static void
set_busy (MpCredentialDialog *self, gboolean busy)
{
  gtk_widget_set_sensitive (GTK_WIDGET (self->save_button), !busy);
}

static void
propose_label (MpCredentialDialog *self)
{
  MpTestResult *tested = mp_secret_editor_get_tested (self->editor);
  const char *account = tested != NULL ? mp_test_result_get_account (tested) : NULL;
  g_autofree char *label = NULL;

  if (self->label_typed || self->platform == NULL)
    return;

  if (account != NULL)
    /* Translators: the name proposed for a key: 1 is the platform, 2 the account. */
    label =
        g_strdup_printf (C_ ("key", "%s – %s"), mp_platform_get_label (self->platform), account);
  else
    label = g_strdup (mp_platform_get_label (self->platform));
  self->label_filling = TRUE;
  gtk_editable_set_text (self->label_row, label);
  self->label_filling = FALSE;
}

static void
use_platform (MpCredentialDialog *self, const char *id)
{
  MpServices *services = mp_context_get_services (self->context);
  MpRegistry *registry = mp_services_get_registry (services);
  MpPlatform *platform = mp_platforms_find (mp_services_get_platforms (services), id);

  g_set_object (&self->platform, platform);
  mp_secret_editor_set_platform (self->editor, get_session (self), platform);
  if (platform == NULL)
    return;

  if (self->record != NULL)
    mp_secret_editor_set_connection (
        self->editor,
        mp_connection_get (registry, mp_record_model_get_record (self->record),
                           mp_platform_spec_get_kind (mp_platform_get_spec (platform))));
  propose_label (self);
}

static gboolean
is_shareable (MpRegistry *registry, MpPlatform *platform)
{
  const char *kind = mp_platform_spec_get_kind (mp_platform_get_spec (platform));
  const MpFieldSpec *spec = mp_connection_find_spec (registry, MP_INPUT_CREDENTIAL, kind);

  return spec != NULL && !spec->is_private;
}

static void
fill_platforms (MpCredentialDialog *self, const char *only)
{
  MpServices *services = mp_context_get_services (self->context);
  GListModel *platforms = G_LIST_MODEL (mp_services_get_platforms (services));
  g_autoptr (GListStore) choices = g_list_store_new (MP_TYPE_PICKER_ITEM);

  for (unsigned int i = 0; i < g_list_model_get_n_items (platforms); i++)
    {
      g_autoptr (MpPlatform) platform = g_list_model_get_item (platforms, i);
      g_autoptr (MpPickerItem) item = mp_picker_item_new (mp_platform_get_id (platform),
                                                          mp_platform_get_label (platform), NULL);

      if (only != NULL ? g_str_equal (mp_platform_get_id (platform), only)
                       : is_shareable (mp_services_get_registry (services), platform))
        g_list_store_append (choices, item);
    }
  mp_picker_row_set_model (self->platform_row, G_LIST_MODEL (choices));
  if (only != NULL)
    {
      mp_picker_row_set_selected (self->platform_row, only);
      mp_picker_row_set_editable (self->platform_row, FALSE);
      use_platform (self, only);
    }
}

static void
show_failure (MpCredentialDialog *self, const GError *error)
{
  g_autofree char *text = mp_app_text_dup_error (error, NULL);

  set_busy (self, FALSE);
  mp_message_bar_show (self->message_bar, MP_MESSAGE_ERROR, text);
}

static void
finish_saved (MpCredentialDialog *self, MpCredential *credential)
{
  mp_secret_editor_clear (self->editor);
  g_signal_emit (self, signals[SAVED], 0, credential);
  gtk_window_destroy (GTK_WINDOW (self));
}

static void
added_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MpCredentialDialog) self = user_data;
  g_autoptr (MpCredential) credential = NULL;
  g_autoptr (GError) error = NULL;

  credential = mp_session_add_credential_finish (MP_SESSION (source), result, &error);
  if (credential == NULL)
    show_failure (self, error);
  else
    finish_saved (self, credential);
}

static void
replaced_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MpCredentialDialog) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!mp_session_replace_credential_finish (MP_SESSION (source), result, &error))
    show_failure (self, error);
  else
    finish_saved (self, mp_session_find_credential (MP_SESSION (source),
                                                    mp_credential_get_id (self->credential)));
}

static void
save (MpCredentialDialog *self)
{
  g_autoptr (MpSecret) secret = mp_secret_editor_dup_secret (self->editor);
  MpTestResult *tested = mp_secret_editor_get_tested (self->editor);

  set_busy (self, TRUE);
  if (self->credential != NULL)
    {
      mp_session_replace_credential_async (get_session (self),
                                           mp_credential_get_id (self->credential), secret, tested,
                                           NULL, replaced_cb, g_object_ref (self));
    }
  else
    {
      const MpNewCredential new_credential = {
        .platform = mp_platform_get_id (self->platform),
        .label = gtk_editable_get_text (self->label_row),
        .mode = mp_secret_editor_get_mode (self->editor),
        .account = tested != NULL ? mp_test_result_get_account (tested) : NULL,
      };

      mp_session_add_credential_async (get_session (self), &new_credential, secret, NULL, added_cb,
                                       g_object_ref (self));
    }
}

/* Another account's key in the place of this one is rarely meant. */
static gboolean
is_other_account (MpCredentialDialog *self, MpTestResult *tested)
{
  const char *before =
      self->credential != NULL ? mp_credential_get_account (self->credential) : NULL;
  const char *after = mp_test_result_get_account (tested);

  return before != NULL && after != NULL && !g_str_equal (before, after);
}

static void
judge_test (MpCredentialDialog *self, MpTestResult *tested)
{
  switch (mp_test_result_get_outcome (tested))
    {
    case MP_TEST_CONNECTED:
      if (is_other_account (self, tested))
        {
          /* Translators: both are names of accounts at a platform. */
          g_autofree char *text = g_strdup_printf (_ ("This key belongs to the account %s, the stored one to %s. Everything that uses it "
                 "would work with the other account."),
              mp_test_result_get_account (tested), mp_credential_get_account (self->credential));

          mp_message_bar_show (self->message_bar, MP_MESSAGE_WARNING, text);
          set_anyway (self, TRUE);
          return;
        }
      save (self);
      return;
    case MP_TEST_LIMITED:
      mp_message_bar_show (self->message_bar, MP_MESSAGE_WARNING,
                           _ ("The key works, but not for everything. You can save it and widen "
                              "its permissions at the platform later."));
      set_anyway (self, TRUE);
      return;
    case MP_TEST_REJECTED:
    default:
      mp_message_bar_show (self->message_bar, MP_MESSAGE_ERROR,
                           _ ("The platform refused this key, so it is not saved. Type another."));
      return;
    }
}

static void
tested_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MpCredentialDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean answered;

  answered = mp_secret_editor_test_finish (MP_SECRET_EDITOR (source), result, &error);
  set_busy (self, FALSE);
  if (mp_error_is_cancelled (error))
    return;

  if (answered)
    {
      judge_test (self, mp_secret_editor_get_tested (self->editor));
    }
  else if (g_error_matches (error, MP_ERROR, MP_ERROR_UNAUTHORIZED))
    {
      mp_message_bar_show (self->message_bar, MP_MESSAGE_ERROR,
                           _ ("The platform refused this key, so it is not saved. Type another."));
    }
  else
    {
      mp_message_bar_show (self->message_bar, MP_MESSAGE_WARNING,
                           _ ("The key could not be tested. You can save it untested and test it "
                              "later."));
      set_anyway (self, TRUE);
    }
}

static gboolean
check_label (MpCredentialDialog *self)
{
  gboolean named = *gtk_editable_get_text (self->label_row) != '\0';

  mp_row_caption_set (mp_row_caption_get (GTK_WIDGET (self->label_row)),
                      named ? MP_CAPTION_NONE : MP_CAPTION_ERROR,
                      named ? NULL : _ ("Give the key a name that tells it apart."));
  return named;
}

static void
save_clicked_cb (MpCredentialDialog *self)
{
  MpTestResult *tested = mp_secret_editor_get_tested (self->editor);

  if (self->platform == NULL)
    {
      gtk_widget_grab_focus (GTK_WIDGET (self->platform_row));
      mp_row_caption_set (mp_row_caption_get (GTK_WIDGET (self->platform_row)), MP_CAPTION_ERROR,
                          _ ("Choose the platform first."));
      return;
    }
  if (!check_label (self) || !mp_secret_editor_check (self->editor))
    return;

  mp_message_bar_hide (self->message_bar);
  if (self->anyway)
    {
      save (self);
    }
  else if (tested != NULL)
    {
      judge_test (self, tested);
    }
  else
    {
      set_busy (self, TRUE);
      mp_secret_editor_test_async (self->editor, tested_cb, g_object_ref (self));
    }
}

static void
platform_chosen_cb (MpCredentialDialog *self)
{
  mp_row_caption_set (mp_row_caption_get (GTK_WIDGET (self->platform_row)), MP_CAPTION_NONE, NULL);
  use_platform (self, mp_picker_row_get_selected (self->platform_row));
}

static void
label_typed_cb (MpCredentialDialog *self)
{
  if (!self->label_filling)
    self->label_typed = TRUE;
}

static void
secret_typed_cb (MpCredentialDialog *self)
{
  mp_message_bar_hide (self->message_bar);
  set_anyway (self, FALSE);
}

static void
tested_changed_cb (MpCredentialDialog *self)
{
  propose_label (self);
}

static void
mp_credential_dialog_map (GtkWidget *widget)
{
  MpCredentialDialog *self = MP_CREDENTIAL_DIALOG (widget);

  GTK_WIDGET_CLASS (mp_credential_dialog_parent_class)->map (widget);
  gtk_widget_grab_focus (self->platform != NULL ? GTK_WIDGET (self->editor)
                                                : GTK_WIDGET (self->platform_row));
}

static void
mp_credential_dialog_dispose (GObject *object)
{
  MpCredentialDialog *self = MP_CREDENTIAL_DIALOG (object);

  g_clear_object (&self->context);
  g_clear_object (&self->credential);
  g_clear_object (&self->record);
  g_clear_object (&self->platform);
  G_OBJECT_CLASS (mp_credential_dialog_parent_class)->dispose (object);
}

static void
mp_credential_dialog_class_init (MpCredentialDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mp_credential_dialog_dispose;
  widget_class->map = mp_credential_dialog_map;

  signals[SAVED] = g_signal_new ("saved", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 1, MP_TYPE_CREDENTIAL);

  g_type_ensure (MP_TYPE_MESSAGE_BAR);
  g_type_ensure (MP_TYPE_PICKER_ROW);
  g_type_ensure (MP_TYPE_SECRET_EDITOR);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/org/memberpulse/Integrations/ui/mp-credential-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, MpCredentialDialog, message_bar);
  gtk_widget_class_bind_template_child (widget_class, MpCredentialDialog, platform_row);
  gtk_widget_class_bind_template_child (widget_class, MpCredentialDialog, label_row);
  gtk_widget_class_bind_template_child (widget_class, MpCredentialDialog, editor);
  gtk_widget_class_bind_template_child (widget_class, MpCredentialDialog, save_button);
  gtk_widget_class_bind_template_callback (widget_class, save_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, platform_chosen_cb);
  gtk_widget_class_bind_template_callback (widget_class, label_typed_cb);
  gtk_widget_class_bind_template_callback (widget_class, secret_typed_cb);
  gtk_widget_class_bind_template_callback (widget_class, tested_changed_cb);
}

static void
mp_credential_dialog_init (MpCredentialDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

static MpCredentialDialog *
new_dialog (GtkWidget *parent, MpContext *context, MpRecordModel *record, const char *title)
{
  MpCredentialDialog *self = g_object_new (MP_TYPE_CREDENTIAL_DIALOG, "transient-for",
                                           gtk_widget_get_root (parent), "title", title, NULL);

  self->context = g_object_ref (context);
  g_set_object (&self->record, record);
  return self;
}

/**
 * mp_credential_dialog_new_add:
 * @parent: a widget of the window it belongs to
 * @context: what the pages share; signed in
 * @platform: (nullable): whose key is added; %NULL: the person chooses
 * @record: (nullable): whose connection the key is tested with
 *
 * Returns: (transfer none): the dialog, not presented yet
 */
GtkWindow *
mp_credential_dialog_new_add (GtkWidget *parent,
                              MpContext *context,
                              const char *platform,
                              MpRecordModel *record)
{
  MpCredentialDialog *self;

  g_return_val_if_fail (GTK_IS_WIDGET (parent), NULL);
  g_return_val_if_fail (MP_IS_CONTEXT (context), NULL);

  self = new_dialog (parent, context, record, _ ("Add a key"));
  fill_platforms (self, platform);
  return GTK_WINDOW (self);
}

/**
 * mp_credential_dialog_new_replace:
 * @parent: a widget of the window it belongs to
 * @context: what the pages share; signed in
 * @credential: the credential whose secret is replaced; its id, name and users stay
 *
 * Returns: (transfer none): the dialog, not presented yet
 */
GtkWindow *
mp_credential_dialog_new_replace (GtkWidget *parent, MpContext *context, MpCredential *credential)
{
  MpCredentialDialog *self;
  g_autoptr (GPtrArray) users = NULL;

  g_return_val_if_fail (GTK_IS_WIDGET (parent), NULL);
  g_return_val_if_fail (MP_IS_CONTEXT (context), NULL);
  g_return_val_if_fail (MP_IS_CREDENTIAL (credential), NULL);

  users = mp_session_list_credential_users (mp_context_get_session (context),
                                            mp_credential_get_id (credential));
  self = new_dialog (parent, context, users->len > 0 ? g_ptr_array_index (users, 0) : NULL,
                     _ ("Replace the key"));
  self->credential = g_object_ref (credential);
  self->label_typed = TRUE;
  self->label_filling = TRUE;
  gtk_editable_set_text (self->label_row, mp_credential_get_label (credential));
  self->label_filling = FALSE;
  gtk_editable_set_editable (self->label_row, FALSE);
  fill_platforms (self, mp_credential_get_platform (credential));
  return GTK_WINDOW (self);
}
