/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-secret-editor.h"

#include "mp-app-text.h"
#include "mp-credential-text.h"
#include "mp-row-caption.h"

#include <glib/gi18n-lib.h>

struct _MpSecretEditor
{
  AdwPreferencesGroup parent_instance;

  GtkSpinner *spinner;
  GtkWidget *test_button;
  AdwActionRow *result_row;
  GtkImage *result_icon;

  MpSession *session;        /* (owned) (nullable) */
  MpPlatform *platform;      /* (owned) (nullable) */
  JsonObject *connection;    /* (owned) (nullable) */
  GPtrArray *rows;           /* (owned) (element-type AdwEntryRow): one a part, in their order */
  MpTestResult *tested;      /* (owned) (nullable): of what is typed now */
  GCancellable *cancellable; /* (owned) (nullable): of the test that runs */
};

G_DEFINE_FINAL_TYPE (MpSecretEditor, mp_secret_editor, ADW_TYPE_PREFERENCES_GROUP)

typedef enum
{
  PROP_TESTED = 1,
} MpSecretEditorProperty;

static GParamSpec *properties[PROP_TESTED + 1];

enum
{
  TYPED,
  N_SIGNALS,
};

static unsigned int signals[N_SIGNALS];

static MpPlatformSpec *
get_spec (MpSecretEditor *self)
{
  return mp_platform_get_spec (self->platform);
}

static const char *
get_part_value (MpSecretEditor *self, unsigned int index)
{
  return gtk_editable_get_text (GTK_EDITABLE (g_ptr_array_index (self->rows, index)));
}

static void
set_tested (MpSecretEditor *self, MpTestResult *result)
{
  if (g_set_object (&self->tested, result))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TESTED]);
}

static void
show_result (MpSecretEditor *self, const char *icon_name, const char *text)
{
  g_autofree char *markup =
      g_markup_escape_text (text != NULL ? text : C_ ("key", "Not tested yet"), -1);

  gtk_widget_set_visible (GTK_WIDGET (self->result_icon), icon_name != NULL);
  gtk_image_set_from_icon_name (self->result_icon, icon_name);
  adw_action_row_set_subtitle (self->result_row, markup);
}

static void
show_busy (MpSecretEditor *self, gboolean busy)
{
  gtk_widget_set_visible (GTK_WIDGET (self->spinner), busy);
  gtk_spinner_set_spinning (self->spinner, busy);
  gtk_widget_set_sensitive (self->test_button, !busy);
}

/* What the key shows by itself, before any test. */
static void
show_guessed_mode (MpSecretEditor *self)
{
  switch (mp_secret_editor_get_mode (self))
    {
    case MP_MODE_TEST:
      show_result (self, "dialog-information-symbolic",
                   _ ("This is a key of the test mode: nothing real happens with it."));
      break;
    case MP_MODE_LIVE:
      show_result (self, "dialog-information-symbolic", _ ("This is a key of the live mode."));
      break;
    case MP_MODE_UNKNOWN:
    default:
      show_result (self, NULL, NULL);
      break;
    }
}

static gboolean
show_part_fault (MpSecretEditor *self, unsigned int index)
{
  const MpPartSpec *part = mp_platform_spec_get_part (get_spec (self), index);
  GtkWidget *row = g_ptr_array_index (self->rows, index);
  g_autofree char *fault = mp_part_spec_dup_fault (part, get_part_value (self, index));

  mp_row_caption_set (mp_row_caption_get (row), fault != NULL ? MP_CAPTION_ERROR : MP_CAPTION_NONE,
                      fault);
  return fault != NULL;
}

static void
part_typed_cb (GtkEditable *row, MpSecretEditor *self)
{
  unsigned int index;

  if (!g_ptr_array_find (self->rows, row, &index))
    return;

  g_cancellable_cancel (self->cancellable);
  set_tested (self, NULL);
  if (*gtk_editable_get_text (row) != '\0')
    show_part_fault (self, index);
  else
    mp_row_caption_set (mp_row_caption_get (GTK_WIDGET (row)), MP_CAPTION_NONE, NULL);
  show_guessed_mode (self);
  g_signal_emit (self, signals[TYPED], 0);
}

static void
add_part_row (MpSecretEditor *self, const MpPartSpec *part)
{
  GtkWidget *row = part->secret ? adw_password_entry_row_new () : adw_entry_row_new ();

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), part->label);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  if (part->help != NULL)
    gtk_widget_set_tooltip_text (row, part->help);
  g_ptr_array_add (self->rows, row);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), row);
  g_signal_connect_object (row, "changed", G_CALLBACK (part_typed_cb), self, 0);
}

static void
remove_part_rows (MpSecretEditor *self)
{
  for (unsigned int i = 0; i < self->rows->len; i++)
    {
      GtkWidget *row = g_ptr_array_index (self->rows, i);
      MpRowCaption *caption = mp_row_caption_get (row);

      gtk_editable_set_text (GTK_EDITABLE (row), "");
      adw_preferences_group_remove (ADW_PREFERENCES_GROUP (self), GTK_WIDGET (caption));
      adw_preferences_group_remove (ADW_PREFERENCES_GROUP (self), row);
    }
  g_ptr_array_set_size (self->rows, 0);
}

/* The result comes last, under the parts. */
static void
move_result_row_last (MpSecretEditor *self)
{
  g_autoptr (GtkWidget) row = g_object_ref (GTK_WIDGET (self->result_row));

  adw_preferences_group_remove (ADW_PREFERENCES_GROUP (self), row);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), row);
}

/* What the platform's document says on where the key is found, and the vendor's page on it. */
static void
show_help (MpSecretEditor *self, MpPlatformSpec *spec)
{
  const char *help = mp_platform_spec_get_key_help (spec);
  const char *address = mp_platform_spec_get_key_address (spec);
  g_autofree char *text = g_markup_escape_text (help != NULL ? help : "", -1);
  g_autofree char *markup = NULL;

  if (address != NULL)
    markup = g_markup_printf_escaped ("<a href=\"%s\">%s</a>", address, _ ("Where to get it"));
  if (markup != NULL && *text != '\0')
    {
      g_autofree char *link = g_steal_pointer (&markup);

      markup = g_strconcat (text, "\n", link, NULL);
    }
  adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (self),
                                         markup != NULL ? markup : text);
}

static const char *
get_result_icon (MpTestOutcome outcome)
{
  switch (outcome)
    {
    case MP_TEST_CONNECTED:
      return "object-select-symbolic";
    case MP_TEST_LIMITED:
      return "dialog-warning-symbolic";
    case MP_TEST_REJECTED:
    default:
      return "dialog-error-symbolic";
    }
}

/* A refusal stands at the row that can mend it. */
static void
show_tested (MpSecretEditor *self, MpTestResult *tested, const char *platform_label)
{
  MpTestOutcome outcome = mp_test_result_get_outcome (tested);
  g_autofree char *text = mp_credential_text_dup_result (tested, platform_label);

  if (outcome == MP_TEST_REJECTED && self->rows->len > 0)
    {
      mp_row_caption_set (mp_row_caption_get (g_ptr_array_index (self->rows, self->rows->len - 1)),
                          MP_CAPTION_ERROR, text);
      show_result (self, get_result_icon (outcome), C_ ("key", "Not accepted"));
      return;
    }
  show_result (self, get_result_icon (outcome), text);
}

static void
tested_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  MpSecretEditor *self = g_task_get_source_object (task);
  const char *label = mp_platform_get_label (g_task_get_task_data (task));
  g_autoptr (MpTestResult) tested = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  tested = mp_session_test_secret_finish (MP_SESSION (source), result, &error);
  if (g_task_return_error_if_cancelled (task))
    {
      show_busy (self, FALSE);
      return;
    }

  show_busy (self, FALSE);
  if (tested == NULL)
    {
      text = mp_app_text_dup_error (error, label);
      show_result (self, "dialog-error-symbolic", text);
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }

  show_tested (self, tested, label);
  set_tested (self, tested);
  g_task_return_boolean (task, TRUE);
}

static void
test_clicked_cb (MpSecretEditor *self)
{
  if (mp_secret_editor_check (self))
    mp_secret_editor_test_async (self, NULL, NULL);
}

static gboolean
mp_secret_editor_grab_focus (GtkWidget *widget)
{
  MpSecretEditor *self = MP_SECRET_EDITOR (widget);

  return self->rows->len > 0 && gtk_widget_grab_focus (g_ptr_array_index (self->rows, 0));
}

static void
mp_secret_editor_unroot (GtkWidget *widget)
{
  MpSecretEditor *self = MP_SECRET_EDITOR (widget);

  g_cancellable_cancel (self->cancellable);
  GTK_WIDGET_CLASS (mp_secret_editor_parent_class)->unroot (widget);
}

static void
mp_secret_editor_get_property (GObject *object,
                               unsigned int prop_id,
                               GValue *value,
                               GParamSpec *pspec)
{
  MpSecretEditor *self = MP_SECRET_EDITOR (object);

  switch ((MpSecretEditorProperty) prop_id)
    {
    case PROP_TESTED:
      g_value_set_object (value, self->tested);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
mp_secret_editor_dispose (GObject *object)
{
  MpSecretEditor *self = MP_SECRET_EDITOR (object);

  g_cancellable_cancel (self->cancellable);
  g_ptr_array_set_size (self->rows, 0);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->tested);
  g_clear_object (&self->session);
  g_clear_object (&self->platform);
  g_clear_pointer (&self->connection, json_object_unref);
  G_OBJECT_CLASS (mp_secret_editor_parent_class)->dispose (object);
}

static void
mp_secret_editor_finalize (GObject *object)
{
  g_ptr_array_unref (MP_SECRET_EDITOR (object)->rows);
  G_OBJECT_CLASS (mp_secret_editor_parent_class)->finalize (object);
}

static void
mp_secret_editor_class_init (MpSecretEditorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = mp_secret_editor_dispose;
  object_class->finalize = mp_secret_editor_finalize;
  object_class->get_property = mp_secret_editor_get_property;
  widget_class->grab_focus = mp_secret_editor_grab_focus;
  widget_class->unroot = mp_secret_editor_unroot;

  properties[PROP_TESTED] =
      g_param_spec_object ("tested", NULL, NULL, MP_TYPE_TEST_RESULT,
                           G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);

  signals[TYPED] = g_signal_new ("typed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (
      widget_class, "/org/memberpulse/Integrations/ui/mp-secret-editor.ui");
  gtk_widget_class_bind_template_child (widget_class, MpSecretEditor, spinner);
  gtk_widget_class_bind_template_child (widget_class, MpSecretEditor, test_button);
  gtk_widget_class_bind_template_child (widget_class, MpSecretEditor, result_row);
  gtk_widget_class_bind_template_child (widget_class, MpSecretEditor, result_icon);
  gtk_widget_class_bind_template_callback (widget_class, test_clicked_cb);
}

static void
mp_secret_editor_init (MpSecretEditor *self)
{
  self->rows = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * mp_secret_editor_set_platform:
 * @self: a secret editor
 * @session: (nullable): who makes the test
 * @platform: (nullable): whose key is typed
 *
 * Shows the rows that the platform's key has, empty. The same platform again changes nothing.
 */
void
mp_secret_editor_set_platform (MpSecretEditor *self, MpSession *session, MpPlatform *platform)
{
  MpPlatformSpec *spec;

  g_return_if_fail (MP_IS_SECRET_EDITOR (self));

  g_set_object (&self->session, session);
  if (!g_set_object (&self->platform, platform))
    return;

  g_cancellable_cancel (self->cancellable);
  remove_part_rows (self);
  set_tested (self, NULL);
  show_result (self, NULL, NULL);
  gtk_widget_set_visible (GTK_WIDGET (self), platform != NULL);
  if (platform == NULL)
    return;

  spec = get_spec (self);
  for (unsigned int i = 0; i < mp_platform_spec_get_n_parts (spec); i++)
    add_part_row (self, mp_platform_spec_get_part (spec, i));
  move_result_row_last (self);
  show_help (self, spec);
}

/**
 * mp_secret_editor_set_connection:
 * @self: a secret editor
 * @connection: (nullable): the connection's settings; not changed afterwards
 *
 * Sets what the key is tested with.
 */
void
mp_secret_editor_set_connection (MpSecretEditor *self, JsonObject *connection)
{
  g_return_if_fail (MP_IS_SECRET_EDITOR (self));

  g_clear_pointer (&self->connection, json_object_unref);
  if (connection != NULL)
    self->connection = json_object_ref (connection);
}

/**
 * mp_secret_editor_check:
 * @self: a secret editor
 *
 * Shows the fault of each part, the empty ones too, and focuses the first.
 *
 * Returns: whether there is none
 */
gboolean
mp_secret_editor_check (MpSecretEditor *self)
{
  gboolean faultless = TRUE;

  g_return_val_if_fail (MP_IS_SECRET_EDITOR (self), FALSE);

  for (unsigned int i = 0; i < self->rows->len; i++)
    {
      if (show_part_fault (self, i))
        {
          if (faultless)
            gtk_widget_grab_focus (g_ptr_array_index (self->rows, i));
          faultless = FALSE;
        }
    }
  return faultless && self->rows->len > 0;
}

/**
 * mp_secret_editor_dup_secret:
 * @self: a secret editor
 *
 * Returns: (transfer full): what is typed
 */
MpSecret *
mp_secret_editor_dup_secret (MpSecretEditor *self)
{
  MpSecret *secret;

  g_return_val_if_fail (MP_IS_SECRET_EDITOR (self), NULL);

  secret = mp_secret_new ();
  for (unsigned int i = 0; i < self->rows->len; i++)
    mp_secret_set (secret, mp_platform_spec_get_part (get_spec (self), i)->id,
                   get_part_value (self, i));
  return secret;
}

/**
 * mp_secret_editor_get_mode:
 * @self: a secret editor
 *
 * Returns: the mode, as tested or as the typed key shows it by itself
 */
MpMode
mp_secret_editor_get_mode (MpSecretEditor *self)
{
  g_autoptr (MpSecret) secret = NULL;

  g_return_val_if_fail (MP_IS_SECRET_EDITOR (self), MP_MODE_UNKNOWN);

  if (self->tested != NULL && mp_test_result_get_mode (self->tested) != MP_MODE_UNKNOWN)
    return mp_test_result_get_mode (self->tested);
  if (self->platform == NULL)
    return MP_MODE_UNKNOWN;

  secret = mp_secret_editor_dup_secret (self);
  return mp_platform_guess_mode (self->platform, secret);
}

/**
 * mp_secret_editor_get_tested:
 * @self: a secret editor
 *
 * Returns: (transfer none) (nullable): what the test of the typed key found
 */
MpTestResult *
mp_secret_editor_get_tested (MpSecretEditor *self)
{
  g_return_val_if_fail (MP_IS_SECRET_EDITOR (self), NULL);

  return self->tested;
}

/**
 * mp_secret_editor_test_async:
 * @self: a secret editor with a platform
 * @callback: called when the answer is shown
 * @user_data: for @callback
 *
 * Asks the platform whether it accepts what is typed. Typing, and leaving the window, cancel it.
 */
void
mp_secret_editor_test_async (MpSecretEditor *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (MpSecret) secret = NULL;

  g_return_if_fail (MP_IS_SECRET_EDITOR (self));
  g_return_if_fail (self->platform != NULL && self->session != NULL);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  set_tested (self, NULL);
  show_result (self, NULL, NULL);
  show_busy (self, TRUE);

  task = g_task_new (self, self->cancellable, callback, user_data);
  g_task_set_source_tag (task, mp_secret_editor_test_async);
  g_task_set_task_data (task, g_object_ref (self->platform), g_object_unref);
  secret = mp_secret_editor_dup_secret (self);
  mp_session_test_secret_async (self->session, mp_platform_get_id (self->platform),
                                self->connection, secret, self->cancellable, tested_cb,
                                g_steal_pointer (&task));
}

/**
 * mp_secret_editor_test_finish:
 * @self: a secret editor
 * @result: the result given to the callback
 * @error: return location
 *
 * Fails as mp_session_test_secret_finish () does.
 *
 * Returns: whether the platform answered; mp_secret_editor_get_tested () says what
 */
gboolean
mp_secret_editor_test_finish (MpSecretEditor *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * mp_secret_editor_clear:
 * @self: a secret editor
 *
 * Empties the entries: the secret went where it belongs.
 */
void
mp_secret_editor_clear (MpSecretEditor *self)
{
  g_return_if_fail (MP_IS_SECRET_EDITOR (self));

  for (unsigned int i = 0; i < self->rows->len; i++)
    gtk_editable_set_text (GTK_EDITABLE (g_ptr_array_index (self->rows, i)), "");
}
