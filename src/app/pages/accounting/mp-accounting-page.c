/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-accounting-page.h"

#include "mp-connection-group.h"
#include "mp-key-group.h"

struct _MpAccountingPage
{
  MpPage parent_instance;

  MpConnectionGroup *connection_group;
  MpKeyGroup *key_group;
  MpSecretEditor *secret_editor;
};

G_DEFINE_FINAL_TYPE (MpAccountingPage, mp_accounting_page, MP_TYPE_PAGE)

static void
mp_accounting_page_update (MpPage *page)
{
  MpAccountingPage *self = MP_ACCOUNTING_PAGE (page);

  mp_connection_group_update (self->connection_group);
  mp_key_group_update (self->key_group);
}

static gboolean
mp_accounting_page_reveal (MpPage *page, const char *path)
{
  if (g_str_equal (path, "/accounting/api_key"))
    return mp_key_group_reveal (MP_ACCOUNTING_PAGE (page)->key_group);
  return MP_PAGE_CLASS (mp_accounting_page_parent_class)->reveal (page, path);
}

static void
mp_accounting_page_constructed (GObject *object)
{
  MpAccountingPage *self = MP_ACCOUNTING_PAGE (object);

  G_OBJECT_CLASS (mp_accounting_page_parent_class)->constructed (object);
  mp_connection_group_set_up (self->connection_group, MP_PAGE (self), "accounting");
  mp_key_group_set_up (self->key_group, MP_PAGE (self), "accounting", self->secret_editor);
  mp_page_update (MP_PAGE (self));
}

static void
mp_accounting_page_class_init (MpAccountingPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->constructed = mp_accounting_page_constructed;
  MP_PAGE_CLASS (klass)->update = mp_accounting_page_update;
  MP_PAGE_CLASS (klass)->reveal = mp_accounting_page_reveal;

  g_type_ensure (MP_TYPE_CONNECTION_GROUP);
  g_type_ensure (MP_TYPE_KEY_GROUP);
  g_type_ensure (MP_TYPE_SECRET_EDITOR);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/org/memberpulse/Integrations/ui/mp-accounting-page.ui");
  gtk_widget_class_bind_template_child (widget_class, MpAccountingPage, connection_group);
  gtk_widget_class_bind_template_child (widget_class, MpAccountingPage, key_group);
  gtk_widget_class_bind_template_child (widget_class, MpAccountingPage, secret_editor);
}

static void
mp_accounting_page_init (MpAccountingPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
