/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-key-group.h"

#include "mp-app-text.h"
#include "mp-credential-dialog.h"
#include "mp-credential-text.h"
#include "mp-mnemonics.h"
#include "mp-row-caption.h"
#include "mp-toast.h"

#include "mp-error.h"

#include <glib/gi18n-lib.h>

/* A pasted key is complete at once; a typed one when the person rests. */
#define REST_MS 1000

struct _MpKeyGroup
{
  AdwPreferencesGroup parent_instance;

  AdwActionRow *key_row;
  GtkSpinner *key_spinner;
  GtkWidget *test_button;
  GtkWidget *replace_button;
  GtkWidget *remove_button;
  AdwActionRow *untested_row;
  GtkButton *untested_button;

  MpPage *page;             /* (unowned): this group is in it */
  MpSecretEditor *editor;   /* (unowned): in the same page */
  const MpFieldSpec *field; /* (unowned): of the registry */
  char *shown_key;          /* (owned) (nullable): record and platform for which the rows stand */
  unsigned int rest_source;
  gboolean saving;
};

G_DEFINE_FINAL_TYPE (MpKeyGroup, mp_key_group, ADW_TYPE_PREFERENCES_GROUP)

/* One key on its way into the record, or out of it. */
typedef struct
{
  MpKeyGroup *self;   /* (owned) */
  MpSession *session; /* (owned) */
  char *record_id;
  char *platform;       /* its label */
  char *old_credential; /* (nullable) */
  MpTestResult *tested; /* (owned) (nullable) */
} KeyChange;

static void
key_change_free (KeyChange *change)
{
  g_object_unref (change->self);
  g_object_unref (change->session);
  g_free (change->record_id);
  g_free (change->platform);
  g_free (change->old_credential);
  g_clear_object (&change->tested);
  g_free (change);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KeyChange, key_change_free)

static MpRecord *
get_record (MpKeyGroup *self)
{
  MpRecordModel *model = mp_page_get_record (self->page);

  return model != NULL ? mp_record_model_get_record (model) : NULL;
}

static MpPlatform *
get_platform (MpKeyGroup *self)
{
  MpRecord *record = get_record (self);
  const char *id =
      record != NULL ? mp_record_get_string (record, self->field->platform_path) : NULL;

  if (id == NULL)
    return NULL;
  return mp_platforms_find (
      mp_services_get_platforms (mp_context_get_services (mp_page_get_context (self->page))), id);
}

/* The record's key, where it is one of the platform chosen now. */
static MpCredential *
get_credential (MpKeyGroup *self)
{
  MpRecord *record = get_record (self);
  MpSession *session = mp_page_get_session (self->page);
  const char *id = record != NULL ? mp_record_get_string (record, self->field->path) : NULL;
  MpCredential *credential = id != NULL ? mp_session_find_credential (session, id) : NULL;

  if (credential == NULL || mp_credential_get_revoked (credential) ||
      g_strcmp0 (mp_credential_get_platform (credential),
                 mp_record_get_string (record, self->field->platform_path)) != 0)
    return NULL;
  return credential;
}

static JsonObject *
get_connection (MpKeyGroup *self)
{
  g_autofree char *path = g_strdup_printf ("/%s/connection", self->field->section);
  JsonNode *node = mp_record_get_value (get_record (self), path);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static gboolean
may_change (MpKeyGroup *self)
{
  return mp_page_get_editable (self->page) &&
         mp_session_can (mp_page_get_session (self->page), MP_PERMISSION_CREDENTIALS);
}

static KeyChange *
key_change_new (MpKeyGroup *self, MpPlatform *platform)
{
  KeyChange *change = g_new0 (KeyChange, 1);

  change->self = g_object_ref (self);
  change->session = g_object_ref (mp_page_get_session (self->page));
  change->record_id = g_strdup (mp_record_get_id (get_record (self)));
  change->platform = g_strdup (mp_platform_get_label (platform));
  change->old_credential = g_strdup (mp_record_get_string (get_record (self), self->field->path));
  return change;
}

static void
offer_saving (MpKeyGroup *self, const char *label)
{
  gtk_button_set_label (self->untested_button, label);
  mp_mnemonics_name_buttons (GTK_WIDGET (self->untested_button));
  gtk_widget_set_visible (GTK_WIDGET (self->untested_row), TRUE);
}

static void
show_failure (MpKeyGroup *self, const GError *error)
{
  g_autofree char *text = NULL;

  self->saving = FALSE;
  if (mp_error_is_cancelled (error))
    return;
  text = mp_app_text_dup_error (error, NULL);
  adw_action_row_set_subtitle (self->untested_row, "");
  offer_saving (self, _ ("_Save again"));
  mp_row_caption_set (mp_row_caption_get (GTK_WIDGET (self->untested_row)), MP_CAPTION_ERROR, text);
}

static void
hide_failure (MpKeyGroup *self)
{
  gtk_widget_set_visible (GTK_WIDGET (self->untested_row), FALSE);
  mp_row_caption_set (mp_row_caption_get (GTK_WIDGET (self->untested_row)), MP_CAPTION_NONE, NULL);
}

static void
old_revoked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!mp_session_revoke_credential_finish (MP_SESSION (source), result, &error))
    g_debug ("The key before could not be revoked: %s", error->message);
}

static void
path_edited_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyChange) change = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  if (!mp_session_edit_finish (MP_SESSION (source), result, &error))
    {
      show_failure (change->self, error);
      return;
    }
  if (change->old_credential != NULL)
    mp_session_revoke_credential_async (change->session, change->old_credential, NULL,
                                        old_revoked_cb, NULL);
  change->self->saving = FALSE;
  text = change->tested != NULL ? mp_credential_text_dup_result (change->tested, change->platform)
                                : g_strdup (_ ("The key is saved, untested"));
  mp_toast_show (GTK_WIDGET (change->self), text);
  mp_page_update (change->self->page);
}

static void
added_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyChange) change = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MpCredential) credential =
                 mp_session_add_credential_finish (MP_SESSION (source), result, &error);
  g_autoptr (MpChanges) changes = mp_changes_new ();
  const char *record_id = change->record_id;
  MpSession *session = change->session;

  if (credential == NULL)
    {
      show_failure (change->self, error);
      return;
    }
  /* Only now: a key that the keyring does not take must not be lost. */
  mp_secret_editor_clear (change->self->editor);
  mp_changes_set_string (changes, change->self->field->path, mp_credential_get_id (credential));
  mp_session_edit_async (session, record_id, changes, NULL, path_edited_cb,
                         g_steal_pointer (&change));
}

static void
save_key (MpKeyGroup *self)
{
  MpPlatform *platform = get_platform (self);
  g_autoptr (MpSecret) secret = NULL;
  MpNewCredential credential = { 0 };
  KeyChange *change;

  g_clear_handle_id (&self->rest_source, g_source_remove);
  if (self->saving || platform == NULL || !may_change (self) ||
      !mp_secret_editor_check (self->editor))
    return;

  self->saving = TRUE;
  hide_failure (self);
  change = key_change_new (self, platform);
  g_set_object (&change->tested, mp_secret_editor_get_tested (self->editor));
  secret = mp_secret_editor_dup_secret (self->editor);
  credential.platform = mp_platform_get_id (platform);
  credential.label = mp_platform_get_label (platform);
  credential.mode = mp_secret_editor_get_mode (self->editor);
  credential.account = change->tested != NULL ? mp_test_result_get_account (change->tested) : NULL;
  credential.record_id = change->record_id;
  mp_session_add_credential_async (change->session, &credential, secret, NULL, added_cb, change);
}

static void
tested_cb (MpKeyGroup *self)
{
  MpTestResult *tested = mp_secret_editor_get_tested (self->editor);

  if (tested != NULL && mp_test_result_get_outcome (tested) != MP_TEST_REJECTED)
    save_key (self);
}

static void
test_ended_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MpKeyGroup) self = user_data;
  g_autoptr (GError) error = NULL;

  /* What came of a test that was made is told by "tested"; here only that none could be made. */
  if (!mp_secret_editor_test_finish (MP_SECRET_EDITOR (source), result, &error) &&
      !mp_error_is_cancelled (error) && !g_error_matches (error, MP_ERROR, MP_ERROR_UNAUTHORIZED))
    {
      adw_action_row_set_subtitle (self->untested_row,
                                   _ ("It can be kept as it is and tested later."));
      offer_saving (self, _ ("_Save untested"));
    }
}

static gboolean
is_complete (MpKeyGroup *self, MpPlatform *platform)
{
  MpPlatformSpec *spec = mp_platform_get_spec (platform);
  g_autoptr (MpSecret) secret = mp_secret_editor_dup_secret (self->editor);

  for (unsigned int i = 0; i < mp_platform_spec_get_n_parts (spec); i++)
    {
      const MpPartSpec *part = mp_platform_spec_get_part (spec, i);
      g_autofree char *fault = mp_part_spec_dup_fault (part, mp_secret_get (secret, part->id));

      if (fault != NULL)
        return FALSE;
    }
  return TRUE;
}

static gboolean
rested_cb (gpointer user_data)
{
  MpKeyGroup *self = user_data;
  MpPlatform *platform = get_platform (self);

  self->rest_source = 0;
  if (platform != NULL && !self->saving && may_change (self) && is_complete (self, platform))
    mp_secret_editor_test_async (self->editor, test_ended_cb, g_object_ref (self));
  return G_SOURCE_REMOVE;
}

static void
typed_cb (MpKeyGroup *self)
{
  hide_failure (self);
  g_clear_handle_id (&self->rest_source, g_source_remove);
  self->rest_source = g_timeout_add (REST_MS, rested_cb, self);
}

static void
untested_clicked_cb (MpKeyGroup *self)
{
  save_key (self);
}

static void
show_busy (MpKeyGroup *self, gboolean busy)
{
  gtk_widget_set_sensitive (self->test_button, !busy);
  gtk_widget_set_visible (GTK_WIDGET (self->key_spinner), busy);
  gtk_spinner_set_spinning (self->key_spinner, busy);
}

static void
stored_tested_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyChange) change = user_data;
  MpKeyGroup *self = change->self;
  g_autoptr (GError) error = NULL;
  g_autoptr (MpTestResult) tested =
                 mp_session_test_credential_finish (MP_SESSION (source), result, &error);
  MpCaptionKind kind = MP_CAPTION_ERROR;
  g_autofree char *text = NULL;

  if (mp_error_is_cancelled (error))
    return;
  show_busy (self, FALSE);
  if (tested == NULL)
    text = mp_app_text_dup_error (error, change->platform);
  else
    text = mp_credential_text_dup_result (tested, change->platform);
  if (tested != NULL && mp_test_result_get_outcome (tested) == MP_TEST_CONNECTED)
    kind = MP_CAPTION_INFO;
  else if (tested != NULL && mp_test_result_get_outcome (tested) == MP_TEST_LIMITED)
    kind = MP_CAPTION_WARNING;
  mp_row_caption_set (mp_row_caption_get (GTK_WIDGET (self->key_row)), kind, text);
}

static void
test_clicked_cb (MpKeyGroup *self)
{
  MpCredential *credential = get_credential (self);
  MpPlatform *platform = get_platform (self);

  if (credential == NULL || platform == NULL)
    return;
  show_busy (self, TRUE);
  mp_row_caption_set (mp_row_caption_get (GTK_WIDGET (self->key_row)), MP_CAPTION_NONE, NULL);
  mp_session_test_credential_async (
      mp_page_get_session (self->page), mp_credential_get_id (credential), get_connection (self),
      mp_page_get_cancellable (self->page), stored_tested_cb, key_change_new (self, platform));
}

static void
replace_clicked_cb (MpKeyGroup *self)
{
  MpCredential *credential = get_credential (self);

  if (credential != NULL)
    gtk_window_present (mp_credential_dialog_new_replace (
        GTK_WIDGET (self), mp_page_get_context (self->page), credential));
}

static void
removed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyChange) change = user_data;
  g_autoptr (GError) error = NULL;

  if (!mp_session_edit_finish (MP_SESSION (source), result, &error))
    {
      g_autofree char *text = mp_app_text_dup_error (error, NULL);

      mp_toast_show (GTK_WIDGET (change->self), text);
      return;
    }
  mp_session_revoke_credential_async (change->session, change->old_credential, NULL, old_revoked_cb,
                                      NULL);
  mp_toast_show (GTK_WIDGET (change->self),
                 _ ("The key is removed. Revoke it at the platform as well."));
}

static void
remove_answered_cb (MpKeyGroup *self, const char *response)
{
  g_autoptr (MpChanges) changes = NULL;
  MpPlatform *platform = get_platform (self);
  KeyChange *change;

  if (!g_str_equal (response, "remove") || platform == NULL || get_credential (self) == NULL)
    return;
  changes = mp_changes_new ();
  mp_changes_unset (changes, self->field->path);
  change = key_change_new (self, platform);
  mp_session_edit_async (change->session, change->record_id, changes, NULL, removed_cb, change);
}

static void
remove_clicked_cb (MpKeyGroup *self)
{
  GtkWidget *dialog = adw_message_dialog_new (
      GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))),
      _ ("Remove this key?"), _ ("It is deleted from this computer's keyring and from the server, and cannot be brought back. What is mapped "
         "stays."));

  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel",
                                    _ ("_Cancel"), "remove", _ ("_Remove"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "remove",
                                              ADW_RESPONSE_DESTRUCTIVE);
  g_signal_connect_object (dialog, "response", G_CALLBACK (remove_answered_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
show_key (MpKeyGroup *self, MpCredential *credential)
{
  gboolean here =
      mp_session_has_key (mp_page_get_session (self->page), mp_credential_get_id (credential));
  g_autofree char *text = mp_credential_text_dup_details (credential, here);

  adw_action_row_set_subtitle (self->key_row, text);
  gtk_widget_set_visible (self->test_button, here && may_change (self));
  gtk_widget_set_visible (self->replace_button, may_change (self));
  gtk_widget_set_visible (self->remove_button, may_change (self));
}

/* To somebody who may not change it. */
static void
show_no_key (MpKeyGroup *self)
{
  adw_action_row_set_subtitle (self->key_row, C_ ("key", "Not set"));
  gtk_widget_set_visible (self->test_button, FALSE);
  gtk_widget_set_visible (self->replace_button, FALSE);
  gtk_widget_set_visible (self->remove_button, FALSE);
}

static void
show_editor (MpKeyGroup *self, MpPlatform *platform)
{
  mp_secret_editor_set_platform (self->editor, mp_page_get_session (self->page), platform);
  mp_secret_editor_set_connection (self->editor, platform != NULL ? get_connection (self) : NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->editor), platform != NULL);
}

/* Another record or platform: what was typed for the one before goes. */
static void
start_anew (MpKeyGroup *self, MpPlatform *platform)
{
  MpRecord *record = get_record (self);
  g_autofree char *key = platform == NULL ? NULL
                                          : g_strdup_printf ("%s %s", mp_record_get_id (record),
                                                             mp_platform_get_id (platform));

  if (g_strcmp0 (key, self->shown_key) == 0)
    return;
  g_free (self->shown_key);
  self->shown_key = g_steal_pointer (&key);
  mp_secret_editor_set_platform (self->editor, NULL, NULL);
  g_clear_handle_id (&self->rest_source, g_source_remove);
  hide_failure (self);
  show_busy (self, FALSE);
  mp_row_caption_set (mp_row_caption_get (GTK_WIDGET (self->key_row)), MP_CAPTION_NONE, NULL);
}

static void
mp_key_group_dispose (GObject *object)
{
  MpKeyGroup *self = MP_KEY_GROUP (object);

  g_clear_handle_id (&self->rest_source, g_source_remove);
  G_OBJECT_CLASS (mp_key_group_parent_class)->dispose (object);
}

static void
mp_key_group_finalize (GObject *object)
{
  g_free (MP_KEY_GROUP (object)->shown_key);
  G_OBJECT_CLASS (mp_key_group_parent_class)->finalize (object);
}

static gboolean
is_either (MpKeyGroup *self, gboolean a, gboolean b)
{
  return a || b;
}

static void
mp_key_group_class_init (MpKeyGroupClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = mp_key_group_dispose;
  object_class->finalize = mp_key_group_finalize;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/memberpulse/Integrations/ui/mp-key-group.ui");
  gtk_widget_class_bind_template_child (widget_class, MpKeyGroup, key_row);
  gtk_widget_class_bind_template_child (widget_class, MpKeyGroup, key_spinner);
  gtk_widget_class_bind_template_child (widget_class, MpKeyGroup, test_button);
  gtk_widget_class_bind_template_child (widget_class, MpKeyGroup, replace_button);
  gtk_widget_class_bind_template_child (widget_class, MpKeyGroup, remove_button);
  gtk_widget_class_bind_template_child (widget_class, MpKeyGroup, untested_row);
  gtk_widget_class_bind_template_child (widget_class, MpKeyGroup, untested_button);
  gtk_widget_class_bind_template_callback (widget_class, is_either);
  gtk_widget_class_bind_template_callback (widget_class, test_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, replace_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, remove_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, untested_clicked_cb);
}

static void
mp_key_group_init (MpKeyGroup *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * mp_key_group_set_up:
 * @self: a group
 * @page: the page it stands in
 * @section: the registry's section, such as "crm"
 * @editor: where the key is typed; in the same page
 *
 * Says which key it edits; once.
 */
void
mp_key_group_set_up (MpKeyGroup *self, MpPage *page, const char *section, MpSecretEditor *editor)
{
  g_autofree char *path = g_strdup_printf ("/%s/api_key", section);

  g_return_if_fail (MP_IS_KEY_GROUP (self));
  g_return_if_fail (MP_IS_PAGE (page));
  g_return_if_fail (MP_IS_SECRET_EDITOR (editor));
  g_return_if_fail (self->page == NULL);

  self->page = page;
  self->editor = editor;
  self->field = mp_registry_find (
      mp_services_get_registry (mp_context_get_services (mp_page_get_context (page))), path);
  g_signal_connect_object (editor, "typed", G_CALLBACK (typed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (editor, "notify::tested", G_CALLBACK (tested_cb), self,
                           G_CONNECT_SWAPPED);
}

/**
 * mp_key_group_update:
 * @self: a group that was set up
 *
 * Shows the key that the record has now, or where to type one. What is being typed for the same
 * record and platform stays.
 */
void
mp_key_group_update (MpKeyGroup *self)
{
  MpPlatform *platform;
  MpCredential *credential;
  gboolean types_key;

  g_return_if_fail (MP_IS_KEY_GROUP (self));

  platform = get_platform (self);
  start_anew (self, platform);
  credential = platform != NULL ? get_credential (self) : NULL;
  types_key = platform != NULL && credential == NULL && may_change (self);
  gtk_widget_set_visible (GTK_WIDGET (self->key_row), platform != NULL && !types_key);
  if (credential != NULL)
    show_key (self, credential);
  else if (!types_key)
    show_no_key (self);
  show_editor (self, types_key ? platform : NULL);
}

/**
 * mp_key_group_reveal:
 * @self: a group that was set up
 *
 * Focuses the key, or where it is typed.
 *
 * Returns: %TRUE when there is something to focus
 */
gboolean
mp_key_group_reveal (MpKeyGroup *self)
{
  g_return_val_if_fail (MP_IS_KEY_GROUP (self), FALSE);

  if (gtk_widget_get_visible (GTK_WIDGET (self->editor)))
    return !mp_secret_editor_check (self->editor);
  return gtk_widget_grab_focus (GTK_WIDGET (self->key_row));
}
