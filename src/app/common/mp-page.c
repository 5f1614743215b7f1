/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-page.h"

#include "mp-app-text.h"
#include "mp-field-binding.h"
#include "mp-message-bar.h"
#include "mp-toast.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  MpMessageBar *read_only_bar;
  GtkStack *stack;
  AdwBin *content_bin;
  GtkWidget *new_record_button;

  MpContext *context;        /* (owned) */
  char *title;               /* (owned) (nullable) */
  char *icon_name;           /* (owned) (nullable) */
  GtkWidget *content;        /* (unowned) (nullable) */
  GSignalGroup *signals;     /* (owned): of the record chosen */
  GPtrArray *bindings;       /* (owned) (element-type MpFieldBinding) */
  GCancellable *cancellable; /* (owned) */
  MpPermission permission;
  gboolean needs_record;
  gboolean editable;
} MpPagePrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (MpPage, mp_page, ADW_TYPE_BIN)

typedef enum
{
  PROP_CONTEXT = 1,
  PROP_TITLE,
  PROP_ICON_NAME,
  PROP_CONTENT,
  PROP_NEEDS_RECORD,
  PROP_PERMISSION,
  PROP_EDITABLE,
} MpPageProperty;

static GParamSpec *properties[PROP_EDITABLE + 1];

static MpPagePrivate *
get_private (MpPage *self)
{
  return mp_page_get_instance_private (self);
}

static void
set_editable (MpPage *self, gboolean editable)
{
  MpPagePrivate *priv = get_private (self);

  if (priv->editable == editable)
    return;

  priv->editable = editable;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_EDITABLE]);
}

static void
show_why_read_only (MpPage *self, gboolean permitted, gboolean archived)
{
  MpPagePrivate *priv = get_private (self);
  MpSession *session = mp_page_get_session (self);

  if (session != NULL && !permitted)
    {
      const char *role = mp_role_get_label (mp_session_get_role (session));
      /* Translators: %s is a role, such as "Client user". */
      g_autofree char *text = g_strdup_printf (_ ("Your role (%s) may only read: everything is shown, and nothing can be changed."), role);

      mp_message_bar_set_button (priv->read_only_bar, NULL, NULL);
      mp_message_bar_show (priv->read_only_bar, MP_MESSAGE_INFO, text);
    }
  else if (archived && priv->needs_record)
    {
      mp_message_bar_set_button (priv->read_only_bar, _ ("Restore"), "win.restore-record");
      mp_message_bar_show (priv->read_only_bar, MP_MESSAGE_INFO,
                           _ ("This record is archived. Restore it to change it."));
    }
  else
    {
      mp_message_bar_hide (priv->read_only_bar);
    }
}

static void
edited_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MpPage) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!mp_editor_edit_finish (MP_EDITOR (source), result, &error))
    {
      g_autofree char *text = mp_app_text_dup_error (error, NULL);

      mp_toast_show (GTK_WIDGET (self), text);
      mp_page_update (self); /* the rows show again what is saved */
    }
}

static void
record_chosen_cb (MpPage *self)
{
  MpPagePrivate *priv = get_private (self);

  mp_page_flush (self);
  g_signal_group_set_target (priv->signals, mp_context_get_record (priv->context));
  mp_page_update (self);
}

static void
mp_page_root (GtkWidget *widget)
{
  MpPage *self = MP_PAGE (widget);
  MpPagePrivate *priv = get_private (self);

  GTK_WIDGET_CLASS (mp_page_parent_class)->root (widget);
  if (g_cancellable_is_cancelled (priv->cancellable))
    {
      g_clear_object (&priv->cancellable);
      priv->cancellable = g_cancellable_new ();
    }
  mp_page_update (self);
}

static void
mp_page_unroot (GtkWidget *widget)
{
  MpPagePrivate *priv = get_private (MP_PAGE (widget));

  mp_page_flush (MP_PAGE (widget));
  g_cancellable_cancel (priv->cancellable);
  GTK_WIDGET_CLASS (mp_page_parent_class)->unroot (widget);
}

static void
mp_page_real_update (MpPage *self)
{
}

static void
mp_page_real_entered (MpPage *self)
{
}

static gboolean
mp_page_real_reveal (MpPage *self, const char *path)
{
  MpPagePrivate *priv = get_private (self);

  for (unsigned int i = 0; i < priv->bindings->len; i++)
    {
      MpFieldBinding *binding = g_ptr_array_index (priv->bindings, i);

      if (g_str_equal (mp_field_binding_get_path (binding), path))
        {
          mp_field_binding_touch (binding);
          return gtk_widget_grab_focus (mp_field_binding_get_row (binding));
        }
    }
  return FALSE;
}

static void
mp_page_constructed (GObject *object)
{
  MpPage *self = MP_PAGE (object);
  MpPagePrivate *priv = get_private (self);

  G_OBJECT_CLASS (mp_page_parent_class)->constructed (object);

  g_assert (priv->context != NULL);
  g_signal_connect_object (priv->context, "notify::record", G_CALLBACK (record_chosen_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (priv->context, "notify::session", G_CALLBACK (mp_page_update), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (priv->context, "refreshed", G_CALLBACK (mp_page_update), self,
                           G_CONNECT_SWAPPED);
  g_signal_group_set_target (priv->signals, mp_context_get_record (priv->context));
}

static void
mp_page_dispose (GObject *object)
{
  MpPagePrivate *priv = get_private (MP_PAGE (object));

  g_cancellable_cancel (priv->cancellable);
  g_ptr_array_set_size (priv->bindings, 0);
  g_clear_object (&priv->signals);
  g_clear_object (&priv->context);
  G_OBJECT_CLASS (mp_page_parent_class)->dispose (object);
}

static void
mp_page_finalize (GObject *object)
{
  MpPagePrivate *priv = get_private (MP_PAGE (object));

  g_ptr_array_unref (priv->bindings);
  g_clear_object (&priv->cancellable);
  g_free (priv->title);
  g_free (priv->icon_name);
  G_OBJECT_CLASS (mp_page_parent_class)->finalize (object);
}

static void
mp_page_get_property (GObject *object, unsigned int prop_id, GValue *value, GParamSpec *pspec)
{
  MpPagePrivate *priv = get_private (MP_PAGE (object));

  switch ((MpPageProperty) prop_id)
    {
    case PROP_CONTEXT:
      g_value_set_object (value, priv->context);
      break;
    case PROP_TITLE:
      g_value_set_string (value, priv->title);
      break;
    case PROP_ICON_NAME:
      g_value_set_string (value, priv->icon_name);
      break;
    case PROP_CONTENT:
      g_value_set_object (value, priv->content);
      break;
    case PROP_NEEDS_RECORD:
      g_value_set_boolean (value, priv->needs_record);
      break;
    case PROP_PERMISSION:
      g_value_set_uint (value, priv->permission);
      break;
    case PROP_EDITABLE:
      g_value_set_boolean (value, priv->editable);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
set_content (MpPage *self, GtkWidget *content)
{
  MpPagePrivate *priv = get_private (self);

  if (priv->content == content)
    return;

  priv->content = content;
  adw_bin_set_child (priv->content_bin, content);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CONTENT]);
}

/* Title, icon, needs-record and permission are written once, by the subclass's template. */
static void
mp_page_set_property (GObject *object, unsigned int prop_id, const GValue *value, GParamSpec *pspec)
{
  MpPage *self = MP_PAGE (object);
  MpPagePrivate *priv = get_private (self);

  switch ((MpPageProperty) prop_id)
    {
    case PROP_CONTEXT:
      priv->context = g_value_dup_object (value);
      break;
    case PROP_TITLE:
      g_free (priv->title);
      priv->title = g_value_dup_string (value);
      break;
    case PROP_ICON_NAME:
      g_free (priv->icon_name);
      priv->icon_name = g_value_dup_string (value);
      break;
    case PROP_CONTENT:
      set_content (self, g_value_get_object (value));
      break;
    case PROP_NEEDS_RECORD:
      priv->needs_record = g_value_get_boolean (value);
      break;
    case PROP_PERMISSION:
      priv->permission = g_value_get_uint (value);
      break;
    case PROP_EDITABLE:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
mp_page_class_init (MpPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  object_class->constructed = mp_page_constructed;
  object_class->dispose = mp_page_dispose;
  object_class->finalize = mp_page_finalize;
  object_class->get_property = mp_page_get_property;
  object_class->set_property = mp_page_set_property;
  widget_class->root = mp_page_root;
  widget_class->unroot = mp_page_unroot;
  klass->update = mp_page_real_update;
  klass->entered = mp_page_real_entered;
  klass->reveal = mp_page_real_reveal;

  properties[PROP_CONTEXT] =
      g_param_spec_object ("context", NULL, NULL, MP_TYPE_CONTEXT, flags | G_PARAM_CONSTRUCT_ONLY);
  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);
  properties[PROP_ICON_NAME] = g_param_spec_string ("icon-name", NULL, NULL, NULL, flags);
  properties[PROP_CONTENT] =
      g_param_spec_object ("content", NULL, NULL, GTK_TYPE_WIDGET, flags | G_PARAM_EXPLICIT_NOTIFY);
  properties[PROP_NEEDS_RECORD] = g_param_spec_boolean ("needs-record", NULL, NULL, TRUE, flags);
  properties[PROP_PERMISSION] =
      g_param_spec_uint ("permission", NULL, NULL, 0, G_MAXUINT, MP_PERMISSION_EDIT, flags);
  properties[PROP_EDITABLE] =
      g_param_spec_boolean ("editable", NULL, NULL, FALSE,
                            G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);

  g_type_ensure (MP_TYPE_MESSAGE_BAR);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/memberpulse/Integrations/ui/mp-page.ui");
  gtk_widget_class_bind_template_child_private (widget_class, MpPage, read_only_bar);
  gtk_widget_class_bind_template_child_private (widget_class, MpPage, stack);
  gtk_widget_class_bind_template_child_private (widget_class, MpPage, content_bin);
  gtk_widget_class_bind_template_child_private (widget_class, MpPage, new_record_button);
}

static void
mp_page_init (MpPage *self)
{
  MpPagePrivate *priv = get_private (self);

  priv->needs_record = TRUE;
  priv->permission = MP_PERMISSION_EDIT;
  priv->cancellable = g_cancellable_new ();
  priv->bindings = g_ptr_array_new_with_free_func (g_object_unref);
  priv->signals = g_signal_group_new (MP_TYPE_RECORD_MODEL);
  g_signal_group_connect_swapped (priv->signals, "changed", G_CALLBACK (mp_page_update), self);
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * mp_page_get_context:
 * @self: a page
 *
 * Returns: (transfer none): what the pages share
 */
MpContext *
mp_page_get_context (MpPage *self)
{
  g_return_val_if_fail (MP_IS_PAGE (self), NULL);

  return get_private (self)->context;
}

/**
 * mp_page_get_session:
 * @self: a page
 *
 * Returns: (transfer none) (nullable): the tenant signed in to
 */
MpSession *
mp_page_get_session (MpPage *self)
{
  g_return_val_if_fail (MP_IS_PAGE (self), NULL);

  return mp_context_get_session (get_private (self)->context);
}

/**
 * mp_page_get_record:
 * @self: a page
 *
 * Returns: (transfer none) (nullable): the record chosen
 */
MpRecordModel *
mp_page_get_record (MpPage *self)
{
  g_return_val_if_fail (MP_IS_PAGE (self), NULL);

  return mp_context_get_record (get_private (self)->context);
}

/**
 * mp_page_get_title:
 * @self: a page
 *
 * Returns: (transfer none): the section's name, translated
 */
const char *
mp_page_get_title (MpPage *self)
{
  g_return_val_if_fail (MP_IS_PAGE (self), NULL);

  return get_private (self)->title;
}

/**
 * mp_page_get_icon_name:
 * @self: a page
 *
 * Returns: (transfer none): the section's icon
 */
const char *
mp_page_get_icon_name (MpPage *self)
{
  g_return_val_if_fail (MP_IS_PAGE (self), NULL);

  return get_private (self)->icon_name;
}

/**
 * mp_page_get_editable:
 * @self: a page
 *
 * Returns: whether the role may change what the page shows, and the record is not archived
 */
gboolean
mp_page_get_editable (MpPage *self)
{
  g_return_val_if_fail (MP_IS_PAGE (self), FALSE);

  return get_private (self)->editable;
}

/**
 * mp_page_get_cancellable:
 * @self: a page
 *
 * Returns: (transfer none): cancelled when the page leaves its window
 */
GCancellable *
mp_page_get_cancellable (MpPage *self)
{
  g_return_val_if_fail (MP_IS_PAGE (self), NULL);

  return get_private (self)->cancellable;
}

/**
 * mp_page_bind_field:
 * @self: a page
 * @row: a row of it
 * @path: the value it shows and changes
 *
 * Ties the row to the value of the record chosen, until the page or mp_page_unbind_field () ends
 * it.
 */
void
mp_page_bind_field (MpPage *self, GtkWidget *row, const char *path)
{
  MpPagePrivate *priv;

  g_return_if_fail (MP_IS_PAGE (self));
  g_return_if_fail (GTK_IS_WIDGET (row));
  g_return_if_fail (path != NULL);

  priv = get_private (self);
  g_ptr_array_add (priv->bindings, mp_field_binding_new (self, row, path));
}

/**
 * mp_page_unbind_field:
 * @self: a page
 * @row: a bound row
 *
 * Saves what is typed in the row and lets go of it.
 */
void
mp_page_unbind_field (MpPage *self, GtkWidget *row)
{
  MpPagePrivate *priv;

  g_return_if_fail (MP_IS_PAGE (self));

  priv = get_private (self);
  for (unsigned int i = 0; i < priv->bindings->len; i++)
    {
      MpFieldBinding *binding = g_ptr_array_index (priv->bindings, i);

      if (mp_field_binding_get_row (binding) == row)
        {
          mp_field_binding_flush (binding);
          g_ptr_array_remove_index (priv->bindings, i);
          return;
        }
    }
}

/**
 * mp_page_edit:
 * @self: a page
 * @changes: the new values
 *
 * Sets values in the record chosen. When that fails a toast says why and the page shows again what
 * is saved.
 */
void
mp_page_edit (MpPage *self, MpChanges *changes)
{
  MpPagePrivate *priv;
  MpRecordModel *record;

  g_return_if_fail (MP_IS_PAGE (self));
  g_return_if_fail (changes != NULL);

  priv = get_private (self);
  record = mp_page_get_record (self);
  if (record == NULL || mp_changes_get_size (changes) == 0)
    return;

  mp_editor_edit_async (mp_context_get_editor (priv->context), record, changes, edited_cb,
                        g_object_ref (self));
}

/**
 * mp_page_edit_string:
 * @self: a page
 * @path: the value's path
 * @value: (nullable): the text; %NULL or empty unsets it
 *
 * mp_page_edit () for one text.
 */
void
mp_page_edit_string (MpPage *self, const char *path, const char *value)
{
  g_autoptr (MpChanges) changes = mp_changes_new ();

  g_return_if_fail (path != NULL);

  if (value != NULL && *value != '\0')
    mp_changes_set_string (changes, path, value);
  else
    mp_changes_unset (changes, path);
  mp_page_edit (self, changes);
}

/**
 * mp_page_update:
 * @self: a page
 *
 * Shows what holds now; called by itself whenever something shown may have changed.
 */
void
mp_page_update (MpPage *self)
{
  MpPagePrivate *priv;
  MpSession *session;
  MpRecordModel *record;
  gboolean permitted;
  gboolean archived;

  g_return_if_fail (MP_IS_PAGE (self));

  priv = get_private (self);
  session = mp_page_get_session (self);
  record = mp_page_get_record (self);
  permitted = session != NULL && mp_session_can (session, priv->permission);
  archived = record != NULL && mp_record_get_archived (mp_record_model_get_record (record));

  set_editable (self, permitted && !(archived && priv->needs_record));
  show_why_read_only (self, permitted, archived);
  gtk_widget_set_visible (priv->new_record_button, permitted);
  gtk_stack_set_visible_child_name (priv->stack,
                                    priv->needs_record && record == NULL ? "none" : "content");
  for (unsigned int i = 0; i < priv->bindings->len; i++)
    mp_field_binding_update (g_ptr_array_index (priv->bindings, i));
  MP_PAGE_GET_CLASS (self)->update (self);
}

/**
 * mp_page_enter:
 * @self: a page
 *
 * Tells the page that the person opened it.
 */
void
mp_page_enter (MpPage *self)
{
  g_return_if_fail (MP_IS_PAGE (self));

  MP_PAGE_GET_CLASS (self)->entered (self);
}

/**
 * mp_page_reveal:
 * @self: a page
 * @path: a path of the record
 *
 * Brings the row of @path to the person's eyes, with its fault.
 *
 * Returns: whether the page has such a row
 */
gboolean
mp_page_reveal (MpPage *self, const char *path)
{
  g_return_val_if_fail (MP_IS_PAGE (self), FALSE);
  g_return_val_if_fail (path != NULL, FALSE);

  return MP_PAGE_GET_CLASS (self)->reveal (self, path);
}

/**
 * mp_page_flush:
 * @self: a page
 *
 * Saves what is typed and not saved yet: another record is chosen, or the window closes.
 */
void
mp_page_flush (MpPage *self)
{
  MpPagePrivate *priv;

  g_return_if_fail (MP_IS_PAGE (self));

  priv = get_private (self);
  for (unsigned int i = 0; i < priv->bindings->len; i++)
    mp_field_binding_flush (g_ptr_array_index (priv->bindings, i));
}
