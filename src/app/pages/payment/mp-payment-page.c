/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-payment-page.h"

#include "mp-connection-group.h"
#include "mp-credential-dialog.h"
#include "mp-credential-text.h"
#include "mp-mnemonics.h"
#include "mp-picker-row.h"

#include <glib/gi18n-lib.h>

#define PLATFORM_PATH "/payment_gateway/platform"
#define KEY_PATH "/payment_gateway/api_key"

struct _MpPaymentPage
{
  MpPage parent_instance;

  MpConnectionGroup *connection_group;
  AdwPreferencesGroup *key_group;
  MpPickerRow *key_row;
  GtkWidget *add_button; /* under the list of keys */
};

G_DEFINE_FINAL_TYPE (MpPaymentPage, mp_payment_page, MP_TYPE_PAGE)

static const char *
get_platform_id (MpPaymentPage *self)
{
  MpRecordModel *model = mp_page_get_record (MP_PAGE (self));

  return model != NULL ? mp_record_get_string (mp_record_model_get_record (model), PLATFORM_PATH)
                       : NULL;
}

static MpPlatform *
get_platform (MpPaymentPage *self)
{
  const char *id = get_platform_id (self);

  if (id == NULL)
    return NULL;
  return mp_platforms_find (
      mp_services_get_platforms (mp_context_get_services (mp_page_get_context (MP_PAGE (self)))),
      id);
}

static MpPickerItem *
new_item (MpPaymentPage *self, MpCredential *credential)
{
  const char *id = mp_credential_get_id (credential);
  g_autofree char *details = mp_credential_text_dup_details (
      credential, mp_session_has_key (mp_page_get_session (MP_PAGE (self)), id));

  return mp_picker_item_new (id, mp_credential_get_label (credential), details);
}

/* The tenant's keys for the platform chosen; @n_others: how many there are for other payment
 * platforms. */
static GListModel *
list_keys (MpPaymentPage *self, unsigned int *n_others)
{
  GListModel *credentials = mp_session_get_credentials (mp_page_get_session (MP_PAGE (self)));
  GListStore *items = g_list_store_new (MP_TYPE_PICKER_ITEM);

  *n_others = 0;
  for (unsigned int i = 0; i < g_list_model_get_n_items (credentials); i++)
    {
      g_autoptr (MpCredential) credential = g_list_model_get_item (credentials, i);
      g_autoptr (MpPickerItem) item = NULL;

      if (mp_credential_get_revoked (credential) ||
          mp_credential_get_record_id (credential) != NULL ||
          !g_str_equal (mp_credential_get_kind (credential), "payment"))
        continue;
      if (g_strcmp0 (mp_credential_get_platform (credential), get_platform_id (self)) != 0)
        {
          (*n_others)++;
          continue;
        }
      item = new_item (self, credential);
      g_list_store_append (items, item);
    }
  return G_LIST_MODEL (items);
}

static gboolean
same_items (GListModel *one, GListModel *two)
{
  unsigned int n_items = g_list_model_get_n_items (two);

  if (one == NULL || g_list_model_get_n_items (one) != n_items)
    return FALSE;
  for (unsigned int i = 0; i < n_items; i++)
    {
      g_autoptr (MpPickerItem) a = g_list_model_get_item (one, i);
      g_autoptr (MpPickerItem) b = g_list_model_get_item (two, i);

      if (!g_str_equal (mp_picker_item_get_id (a), mp_picker_item_get_id (b)) ||
          !g_str_equal (mp_picker_item_get_label (a), mp_picker_item_get_label (b)) ||
          g_strcmp0 (mp_picker_item_get_detail (a), mp_picker_item_get_detail (b)) != 0)
        return FALSE;
    }
  return TRUE;
}

static void
key_saved_cb (MpPaymentPage *self, MpCredential *credential)
{
  if (g_strcmp0 (mp_credential_get_platform (credential), get_platform_id (self)) == 0)
    mp_page_edit_string (MP_PAGE (self), KEY_PATH, mp_credential_get_id (credential));
  gtk_widget_grab_focus (GTK_WIDGET (self->key_row));
}

static void
add_clicked_cb (MpPaymentPage *self)
{
  GtkWindow *dialog;

  mp_picker_row_close (self->key_row);
  dialog =
      mp_credential_dialog_new_add (GTK_WIDGET (self), mp_page_get_context (MP_PAGE (self)),
                                    get_platform_id (self), mp_page_get_record (MP_PAGE (self)));
  g_signal_connect_object (dialog, "saved", G_CALLBACK (key_saved_cb), self, G_CONNECT_SWAPPED);
  gtk_window_present (dialog);
}

static void
show_hidden_keys (MpPaymentPage *self, unsigned int n_others)
{
  g_autofree char *text = NULL;

  if (n_others > 0)
    text = g_strdup_printf (ngettext ("%u key for another platform is not listed",
                                      "%u keys for other platforms are not listed", n_others),
                            n_others);
  adw_preferences_group_set_description (self->key_group, text);
}

static void
mp_payment_page_update (MpPage *page)
{
  MpPaymentPage *self = MP_PAYMENT_PAGE (page);
  MpPlatform *platform = get_platform (self);
  g_autoptr (GListModel) keys = NULL;
  g_autofree char *placeholder = NULL;
  unsigned int n_others;

  mp_connection_group_update (self->connection_group);
  gtk_widget_set_visible (GTK_WIDGET (self->key_group), platform != NULL);
  if (platform == NULL)
    return;

  keys = list_keys (self, &n_others);
  if (!same_items (mp_picker_row_get_model (self->key_row), keys))
    mp_picker_row_set_model (self->key_row, keys);
  show_hidden_keys (self, n_others);
  /* Translators: %s is the name of a platform, such as Stripe */
  placeholder = g_strdup_printf (_ ("Choose or add a %s key"), mp_platform_get_label (platform));
  g_object_set (self->key_row, "placeholder", placeholder, NULL);
  gtk_widget_set_visible (
      self->add_button, mp_page_get_editable (page) &&
                            mp_session_can (mp_page_get_session (page), MP_PERMISSION_CREDENTIALS));
}

static void
mp_payment_page_constructed (GObject *object)
{
  MpPaymentPage *self = MP_PAYMENT_PAGE (object);

  G_OBJECT_CLASS (mp_payment_page_parent_class)->constructed (object);
  mp_connection_group_set_up (self->connection_group, MP_PAGE (self), "payment_gateway");
  mp_page_bind_field (MP_PAGE (self), GTK_WIDGET (self->key_row), KEY_PATH);
  mp_page_update (MP_PAGE (self));
}

static void
mp_payment_page_class_init (MpPaymentPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->constructed = mp_payment_page_constructed;
  MP_PAGE_CLASS (klass)->update = mp_payment_page_update;

  g_type_ensure (MP_TYPE_CONNECTION_GROUP);
  g_type_ensure (MP_TYPE_PICKER_ROW);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/org/memberpulse/Integrations/ui/mp-payment-page.ui");
  gtk_widget_class_bind_template_child (widget_class, MpPaymentPage, connection_group);
  gtk_widget_class_bind_template_child (widget_class, MpPaymentPage, key_group);
  gtk_widget_class_bind_template_child (widget_class, MpPaymentPage, key_row);
}

static void
mp_payment_page_init (MpPaymentPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->add_button = gtk_button_new_with_mnemonic (_ ("_Add a key…"));
  gtk_widget_add_css_class (self->add_button, "flat");
  g_signal_connect_object (self->add_button, "clicked", G_CALLBACK (add_clicked_cb), self,
                           G_CONNECT_SWAPPED);
  mp_mnemonics_name_buttons (self->add_button);
  mp_picker_row_set_footer (self->key_row, self->add_button);
}
