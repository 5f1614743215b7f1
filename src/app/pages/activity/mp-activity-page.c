/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-activity-page.h"

#include "mp-activity-row.h"
#include "mp-activity-text.h"
#include "mp-app-text.h"
#include "mp-error.h"
#include "mp-message-bar.h"
#include "mp-search.h"

#include <glib/gi18n-lib.h>

struct _MpActivityPage
{
  MpPage parent_instance;

  MpMessageBar *verdict_bar;
  GtkWidget *tools;
  GtkEditable *search_entry;
  GtkWidget *verify_button;
  GtkStack *stack;
  GtkListView *list_view;
  AdwStatusPage *message_page;
  GtkWidget *retry_button;

  GtkFilterListModel *shown; /* (owned) */
  GtkCustomFilter *filter;   /* (owned) */
  char *query;               /* (owned): folded */
  MpSession *session;        /* (unowned) (nullable): whose trail is shown */
};

G_DEFINE_FINAL_TYPE (MpActivityPage, mp_activity_page, MP_TYPE_PAGE)

/* Everything that is read in an entry can be looked for; folded once. */
static const char *
get_folded (MpActivityPage *self, MpAuditEntry *entry)
{
  const char *folded = g_object_get_data (G_OBJECT (entry), "mp-folded");
  MpContext *context = mp_page_get_context (MP_PAGE (self));

  if (folded == NULL)
    {
      g_autofree char *title = mp_activity_text_dup_title (context, entry);
      g_autofree char *origin = mp_activity_text_dup_origin (entry);
      g_autofree char *changes = mp_activity_text_dup_changes (context, entry);
      g_autofree char *all = g_strjoin ("\n", title, origin, changes, NULL);

      folded = mp_search_fold (all);
      g_object_set_data_full (G_OBJECT (entry), "mp-folded", (gpointer) folded, g_free);
    }
  return folded;
}

static gboolean
is_shown (gpointer item, gpointer user_data)
{
  MpActivityPage *self = user_data;

  return *self->query == '\0' || mp_search_matches (get_folded (self, item), self->query);
}

/* What the witness found stays to be read until a verification finds the trail intact. */
static void
show_alarm (MpActivityPage *self, MpSession *session)
{
  g_autofree char *text = session != NULL ? mp_session_dup_audit_alarm (session) : NULL;

  if (text != NULL)
    mp_message_bar_show (self->verdict_bar, MP_MESSAGE_ERROR, text);
  else
    mp_message_bar_hide (self->verdict_bar);
}

static void
show_message (MpActivityPage *self,
              const char *icon_name,
              const char *title,
              const char *description,
              gboolean may_retry)
{
  g_autofree char *markup = description != NULL ? g_markup_escape_text (description, -1) : NULL;

  adw_status_page_set_icon_name (self->message_page, icon_name);
  adw_status_page_set_title (self->message_page, title);
  adw_status_page_set_description (self->message_page, markup);
  gtk_widget_set_visible (self->retry_button, may_retry);
  gtk_stack_set_visible_child_name (self->stack, "message");
}

static void
show_failure (MpActivityPage *self, const GError *error)
{
  g_autofree char *text = mp_app_text_dup_error (error, NULL);

  if (mp_error_is_offline (error))
    show_message (self, "network-offline-symbolic",
                  _ ("The server cannot be reached"),
                     _ ("The audit trail is kept on the server and read from there."), TRUE);
  else
    show_message (self, "dialog-error-symbolic",
                  _ ("The audit trail could not be read"), text, TRUE);
}

static void
show_list_or_empty (MpActivityPage *self)
{
  if (g_list_model_get_n_items (G_LIST_MODEL (self->shown)) > 0)
    gtk_stack_set_visible_child_name (self->stack, "list");
  else if (*self->query != '\0')
    show_message (self, "edit-find-symbolic",
                  _ ("Nothing found"), _ ("No entry has these words. Change the filter."), FALSE);
  else
    show_message (self, "document-open-recent-symbolic", _ ("Nothing happened yet"), NULL, FALSE);
}

static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MpActivityPage) self = user_data;
  g_autoptr (GListModel) entries = NULL;
  g_autoptr (GError) error = NULL;

  entries = mp_session_load_audit_finish (MP_SESSION (source), result, &error);
  if (mp_error_is_cancelled (error))
    return;

  if (entries == NULL)
    {
      show_failure (self, error);
      return;
    }

  gtk_filter_list_model_set_model (self->shown, entries);
  show_list_or_empty (self);
}

static void
load (MpActivityPage *self)
{
  MpSession *session = mp_page_get_session (MP_PAGE (self));
  const MpAuditFilter all = { 0 };

  self->session = session;
  show_alarm (self, session); /* an older verdict was about what was read before */
  if (session == NULL || !mp_session_can (session, MP_PERMISSION_AUDIT))
    return;

  gtk_stack_set_visible_child_name (self->stack, "loading");
  mp_session_load_audit_async (session, &all, mp_page_get_cancellable (MP_PAGE (self)), loaded_cb,
                               g_object_ref (self));
}

static void
reload_cb (MpActivityPage *self)
{
  load (self);
}

static void
verified_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MpActivityPage) self = user_data;
  g_autoptr (MpAuditVerdict) verdict = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  verdict = mp_session_verify_audit_finish (MP_SESSION (source), result, &error);
  if (mp_error_is_cancelled (error))
    return;

  gtk_widget_set_sensitive (self->verify_button, TRUE);
  if (verdict == NULL)
    {
      text = mp_app_text_dup_error (error, NULL);
      mp_message_bar_show (self->verdict_bar, MP_MESSAGE_WARNING, text);
      return;
    }

  text = mp_audit_verdict_dup_text (verdict);
  mp_message_bar_show (self->verdict_bar,
                       mp_audit_verdict_get_state (verdict) == MP_AUDIT_INTACT ? MP_MESSAGE_INFO
                                                                               : MP_MESSAGE_ERROR,
                       text);
}

static void
verify_clicked_cb (MpActivityPage *self)
{
  MpSession *session = mp_page_get_session (MP_PAGE (self));

  if (session == NULL)
    return;

  gtk_widget_set_sensitive (self->verify_button, FALSE);
  mp_session_verify_audit_async (session, mp_page_get_cancellable (MP_PAGE (self)), verified_cb,
                                 g_object_ref (self));
}

static void
search_changed_cb (MpActivityPage *self)
{
  g_free (self->query);
  self->query = mp_search_fold (gtk_editable_get_text (self->search_entry));
  gtk_filter_changed (GTK_FILTER (self->filter), GTK_FILTER_CHANGE_DIFFERENT);
  show_list_or_empty (self);
}

static void
setup_entry_cb (GtkSignalListItemFactory *factory, GtkListItem *list_item, gpointer user_data)
{
  gtk_list_item_set_child (list_item, mp_activity_row_new ());
  gtk_list_item_set_activatable (list_item, FALSE);
}

static void
bind_entry_cb (GtkSignalListItemFactory *factory, GtkListItem *list_item, gpointer user_data)
{
  mp_activity_row_show (MP_ACTIVITY_ROW (gtk_list_item_get_child (list_item)),
                        mp_page_get_context (MP_PAGE (user_data)),
                        gtk_list_item_get_item (list_item));
}

static void
show_forbidden (MpActivityPage *self)
{
  const char *role = mp_role_get_label (mp_session_get_role (self->session));
  /* Translators: %s is a role, such as "Client user". */
  g_autofree char *text = g_strdup_printf (
      _ ("Your role (%s) may not read the audit trail. Ask an administrator or auditor."), role);

  show_message (self, "dialog-password-symbolic", _ ("Not for your role"), text, FALSE);
}

static void
mp_activity_page_update (MpPage *page)
{
  MpActivityPage *self = MP_ACTIVITY_PAGE (page);
  MpSession *session = mp_page_get_session (page);
  gboolean may_read = session != NULL && mp_session_can (session, MP_PERMISSION_AUDIT);

  gtk_widget_set_visible (self->tools, may_read);
  if (session == self->session && may_read)
    return;

  show_alarm (self, session);
  gtk_filter_list_model_set_model (self->shown, NULL);
  self->session = session;
  if (session != NULL && !may_read)
    show_forbidden (self);
  else if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    load (self);
}

static void
mp_activity_page_entered (MpPage *page)
{
  load (MP_ACTIVITY_PAGE (page));
}

static void
mp_activity_page_dispose (GObject *object)
{
  MpActivityPage *self = MP_ACTIVITY_PAGE (object);

  g_clear_object (&self->shown);
  g_clear_object (&self->filter);
  G_OBJECT_CLASS (mp_activity_page_parent_class)->dispose (object);
}

static void
mp_activity_page_finalize (GObject *object)
{
  g_free (MP_ACTIVITY_PAGE (object)->query);
  G_OBJECT_CLASS (mp_activity_page_parent_class)->finalize (object);
}

static void
mp_activity_page_class_init (MpActivityPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = mp_activity_page_dispose;
  object_class->finalize = mp_activity_page_finalize;
  MP_PAGE_CLASS (klass)->update = mp_activity_page_update;
  MP_PAGE_CLASS (klass)->entered = mp_activity_page_entered;

  gtk_widget_class_set_template_from_resource (
      widget_class, "/org/memberpulse/Integrations/ui/mp-activity-page.ui");
  gtk_widget_class_bind_template_child (widget_class, MpActivityPage, verdict_bar);
  gtk_widget_class_bind_template_child (widget_class, MpActivityPage, tools);
  gtk_widget_class_bind_template_child (widget_class, MpActivityPage, search_entry);
  gtk_widget_class_bind_template_child (widget_class, MpActivityPage, verify_button);
  gtk_widget_class_bind_template_child (widget_class, MpActivityPage, stack);
  gtk_widget_class_bind_template_child (widget_class, MpActivityPage, list_view);
  gtk_widget_class_bind_template_child (widget_class, MpActivityPage, message_page);
  gtk_widget_class_bind_template_child (widget_class, MpActivityPage, retry_button);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, reload_cb);
  gtk_widget_class_bind_template_callback (widget_class, verify_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, setup_entry_cb);
  gtk_widget_class_bind_template_callback (widget_class, bind_entry_cb);
}

static void
mp_activity_page_init (MpActivityPage *self)
{
  GtkNoSelection *selection;

  self->query = g_strdup ("");
  self->filter = gtk_custom_filter_new (is_shown, self, NULL);
  self->shown = gtk_filter_list_model_new (NULL, g_object_ref (GTK_FILTER (self->filter)));
  gtk_widget_init_template (GTK_WIDGET (self));
  g_object_set (self, "permission", (unsigned int) MP_PERMISSION_READ, NULL);
  selection = gtk_no_selection_new (g_object_ref (G_LIST_MODEL (self->shown)));
  gtk_list_view_set_model (self->list_view, GTK_SELECTION_MODEL (selection));
  g_object_unref (selection);
}
