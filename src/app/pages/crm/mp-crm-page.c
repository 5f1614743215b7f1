/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-crm-page.h"

#include "mp-app-text.h"
#include "mp-connection-group.h"
#include "mp-key-group.h"
#include "mp-mapping-editor.h"
#include "mp-picker-row.h"
#include "mp-row-caption.h"

#include "mp-error.h"
#include "mp-json.h"

#include <glib/gi18n-lib.h>

/* Where one of the CRM's lists stands. A list is asked for once; then the person asks. */
typedef struct
{
  char *key;     /* (owned) (nullable): for what it was asked: record, key and object */
  char *failure; /* (owned) (nullable): why it could not be read */
  gboolean loading;
} ListState;

struct _MpCrmPage
{
  MpPage parent_instance;

  GtkStack *stack;
  MpConnectionGroup *connection_group;
  MpKeyGroup *key_group;
  MpSecretEditor *secret_editor;
  GtkWidget *member_group;
  GtkWidget *refresh_spinner;
  GtkWidget *refresh_button;
  MpPickerRow *member_object_row;
  AdwActionRow *member_fields_row;
  GtkWidget *tag_group;
  MpPickerRow *event_tag_row;
  MpPickerRow *course_tag_row;
  GtkWidget *order_group;
  MpPickerRow *order_object_row;
  AdwActionRow *order_fields_row;
  MpMappingEditor *member_editor;
  MpMappingEditor *order_editor;

  ListState objects;
  ListState member_fields;
  ListState order_fields;
  MpCrmMetadata *shown_metadata; /* (owned) (nullable): from which the items below were made */
  char *shown_member_object;     /* (owned) (nullable) */
  char *shown_order_object;      /* (owned) (nullable) */
  GListModel *object_items;      /* (owned) (nullable): MpPickerItem; not read yet */
  GListModel *member_items;      /* (owned) (nullable) */
  GListModel *order_items;       /* (owned) (nullable) */
};

G_DEFINE_FINAL_TYPE (MpCrmPage, mp_crm_page, MP_TYPE_PAGE)

/* One list on its way. */
typedef struct
{
  MpCrmPage *self; /* (owned) */
  ListState *list; /* (unowned): a member of self */
  char *key;
  char *object; /* (nullable): the objects are read */
  gboolean refresh;
} ListLoad;

static void
list_load_free (ListLoad *load)
{
  g_object_unref (load->self);
  g_free (load->key);
  g_free (load->object);
  g_free (load);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ListLoad, list_load_free)

static const char *
get_string (MpCrmPage *self, const char *path)
{
  MpRecordModel *model = mp_page_get_record (MP_PAGE (self));

  return model != NULL ? mp_record_get_string (mp_record_model_get_record (model), path) : NULL;
}

static GListModel *
new_object_items (GListModel *objects)
{
  GListStore *items = g_list_store_new (MP_TYPE_PICKER_ITEM);

  for (unsigned int i = 0; i < g_list_model_get_n_items (objects); i++)
    {
      g_autoptr (MpCrmObject) object = g_list_model_get_item (objects, i);
      g_autoptr (MpPickerItem) item = mp_picker_item_new (mp_crm_object_get_name (object),
                                                          mp_crm_object_get_label (object),
                                                          mp_crm_object_get_name (object));

      g_list_store_append (items, item);
    }
  return G_LIST_MODEL (items);
}

static GListModel *
new_field_items (GListModel *fields)
{
  g_autoptr (GPtrArray) array = g_ptr_array_new_with_free_func (g_object_unref);
  GListStore *items = g_list_store_new (MP_TYPE_PICKER_ITEM);

  for (unsigned int i = 0; i < g_list_model_get_n_items (fields); i++)
    {
      g_autoptr (MpCrmField) field = g_list_model_get_item (fields, i);
      const char *type = mp_field_type_get_label (mp_crm_field_get_field_type (field));
      g_autofree char *detail = NULL;

      if (mp_crm_field_get_read_only (field))
        continue;
      detail = mp_crm_field_get_required (field)
          /* Translators: the name of a CRM field, its type; the CRM requires it */
          ? g_strdup_printf (_ ("%s · %s · required at the CRM"), mp_crm_field_get_name (field),
                                type)
          : g_strdup_printf ("%s · %s", mp_crm_field_get_name (field), type);
      g_ptr_array_add (array, mp_picker_item_new (mp_crm_field_get_name (field),
                                                  mp_crm_field_get_label (field), detail));
    }
  /* One splice: one items-changed, however many fields a CRM has. */
  g_list_store_splice (items, 0, 0, array->pdata, array->len);
  return G_LIST_MODEL (items);
}

static GListModel *
new_items_of (MpCrmMetadata *metadata, const char *object)
{
  GListModel *fields = object != NULL ? mp_crm_metadata_get_fields (metadata, object) : NULL;

  return fields != NULL ? new_field_items (fields) : NULL;
}

/* Makes the pickers' items anew where the CRM's lists or the objects chosen have changed. */
static void
update_items (MpCrmPage *self, MpRecordModel *model)
{
  MpCrmMetadata *metadata = mp_record_model_get_metadata (model);
  const char *member_object = get_string (self, "/crm/member_object");
  const char *order_object = get_string (self, "/crm/order_object");
  gboolean same = metadata == self->shown_metadata;

  if (!same)
    {
      GListModel *objects = mp_crm_metadata_get_objects (metadata);

      g_clear_object (&self->object_items);
      self->object_items = objects != NULL ? new_object_items (objects) : NULL;
      mp_picker_row_set_model (self->member_object_row, self->object_items);
      mp_picker_row_set_model (self->order_object_row, self->object_items);
    }
  if (!same || g_strcmp0 (member_object, self->shown_member_object) != 0)
    {
      g_clear_object (&self->member_items);
      self->member_items = new_items_of (metadata, member_object);
      mp_picker_row_set_model (self->event_tag_row, self->member_items);
      mp_picker_row_set_model (self->course_tag_row, self->member_items);
    }
  if (!same || g_strcmp0 (order_object, self->shown_order_object) != 0)
    {
      g_clear_object (&self->order_items);
      self->order_items = new_items_of (metadata, order_object);
    }
  g_set_object (&self->shown_metadata, metadata);
  g_free (self->shown_member_object);
  self->shown_member_object = g_strdup (member_object);
  g_free (self->shown_order_object);
  self->shown_order_object = g_strdup (order_object);
}

static void
show_list_state (MpPickerRow *row, const ListState *list)
{
  mp_picker_row_set_loading (row, list->loading);
  mp_picker_row_set_failure (row, list->loading ? NULL : list->failure);
}

static gboolean
is_loading (MpCrmPage *self)
{
  return self->objects.loading || self->member_fields.loading || self->order_fields.loading;
}

/* Of which moment the lists are: the CRM may have others by now. */
static void
show_age (MpCrmPage *self)
{
  MpRecordModel *model = mp_page_get_record (MP_PAGE (self));
  int64_t read_unix_us =
      self->object_items != NULL ? mp_record_model_get_metadata_unix_us (model, NULL) : 0;
  g_autofree char *time = NULL;
  g_autofree char *text = NULL;
  g_autofree char *markup = NULL;

  gtk_widget_set_visible (self->refresh_spinner, is_loading (self));
  gtk_widget_set_sensitive (self->refresh_button, !is_loading (self));
  if (read_unix_us > 0)
    {
      time = mp_app_text_dup_time (read_unix_us);
      /* Translators: %s is a date and time. */
      text = g_strdup_printf (_ ("The CRM's objects and fields as of %s"), time);
      markup = g_markup_escape_text (text, -1);
    }
  adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (self->member_group), markup);
}

static void
show_list_states (MpCrmPage *self)
{
  const ListState *order_list =
      self->order_fields.failure != NULL ? &self->order_fields : &self->objects;

  show_list_state (self->member_object_row, &self->objects);
  show_list_state (self->order_object_row, order_list);
  show_list_state (self->event_tag_row, &self->member_fields);
  show_list_state (self->course_tag_row, &self->member_fields);
  show_age (self);
}

static char *
dup_load_failure (MpCrmPage *self, const GError *error)
{
  const char *id = get_string (self, "/crm/platform");
  MpPlatforms *platforms =
      mp_services_get_platforms (mp_context_get_services (mp_page_get_context (MP_PAGE (self))));
  MpPlatform *platform = id != NULL ? mp_platforms_find (platforms, id) : NULL;

  return mp_app_text_dup_error (error, platform != NULL ? mp_platform_get_label (platform) : id);
}

static void load_list (MpCrmPage *self, ListState *list, const char *object, gboolean refresh);

/* The list came, or not. What is old is shown, and read again. */
static void
list_loaded (ListLoad *load, gboolean loaded, GError *error)
{
  /* Another record, key or object was chosen meanwhile: its own answer is on its way. */
  if (g_strcmp0 (load->key, load->list->key) != 0 || mp_error_is_cancelled (error))
    return;
  load->list->loading = FALSE;
  g_clear_pointer (&load->list->failure, g_free);
  if (!loaded)
    load->list->failure = dup_load_failure (load->self, error);
  else if (!load->refresh &&
           mp_session_is_metadata_old (
               mp_page_get_session (MP_PAGE (load->self)),
               mp_record_model_get_id (mp_page_get_record (MP_PAGE (load->self))), load->object))
    load_list (load->self, load->list, load->object, TRUE);
  mp_page_update (MP_PAGE (load->self));
}

static void
objects_loaded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ListLoad) load = user_data;
  g_autoptr (GError) error = NULL;
  gboolean loaded = mp_session_load_objects_finish (MP_SESSION (source), result, &error);

  list_loaded (load, loaded, error);
}

static void
fields_loaded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ListLoad) load = user_data;
  g_autoptr (GError) error = NULL;
  gboolean loaded = mp_session_load_fields_finish (MP_SESSION (source), result, &error);

  list_loaded (load, loaded, error);
}

static void
load_list (MpCrmPage *self, ListState *list, const char *object, gboolean refresh)
{
  MpSession *session = mp_page_get_session (MP_PAGE (self));
  const char *record_id = mp_record_model_get_id (mp_page_get_record (MP_PAGE (self)));
  GCancellable *cancellable = mp_page_get_cancellable (MP_PAGE (self));
  ListLoad *load = g_new0 (ListLoad, 1);

  load->self = g_object_ref (self);
  load->list = list;
  load->key = g_strdup (list->key);
  load->object = g_strdup (object);
  load->refresh = refresh;
  list->loading = TRUE;
  if (object == NULL)
    mp_session_load_objects_async (session, record_id, refresh, cancellable, objects_loaded_cb,
                                   load);
  else
    mp_session_load_fields_async (session, record_id, object, refresh, cancellable,
                                  fields_loaded_cb, load);
}

static char *
dup_list_key (MpCrmPage *self, const char *object)
{
  const char *id = get_string (self, "/crm/api_key");
  MpCredential *credential =
      id != NULL ? mp_session_find_credential (mp_page_get_session (MP_PAGE (self)), id) : NULL;

  if (credential == NULL)
    return NULL;
  return g_strdup_printf ("%s\n%s\n%s\n%u\n%s",
                          mp_record_model_get_id (mp_page_get_record (MP_PAGE (self))),
                          get_string (self, "/crm/platform"), id,
                          mp_credential_get_version (credential), object != NULL ? object : "");
}

/* Asks for a list that the record needs and that was not asked for yet. */
static void
want_list (MpCrmPage *self, ListState *list, const char *object, gboolean needed)
{
  g_autofree char *key = needed ? dup_list_key (self, object) : NULL;

  if (g_strcmp0 (key, list->key) == 0)
    return;
  g_free (list->key);
  list->key = g_steal_pointer (&key);
  list->loading = FALSE;
  g_clear_pointer (&list->failure, g_free);
  if (list->key != NULL)
    load_list (self, list, object, FALSE);
}

static void
want_lists (MpCrmPage *self)
{
  const char *member_object = get_string (self, "/crm/member_object");
  const char *order_object = get_string (self, "/crm/order_object");

  want_list (self, &self->objects, NULL, TRUE);
  want_list (self, &self->member_fields, member_object, member_object != NULL);
  want_list (self, &self->order_fields, order_object, order_object != NULL);
}

static void
reload_lists (MpCrmPage *self)
{
  if (self->objects.key != NULL)
    load_list (self, &self->objects, NULL, TRUE);
  if (self->member_fields.key != NULL)
    load_list (self, &self->member_fields, get_string (self, "/crm/member_object"), TRUE);
  if (self->order_fields.key != NULL)
    load_list (self, &self->order_fields, get_string (self, "/crm/order_object"), TRUE);
  show_list_states (self);
}

static void
refresh_clicked_cb (MpCrmPage *self)
{
  reload_lists (self);
}

static void
retry_cb (MpCrmPage *self)
{
  reload_lists (self);
}

static void
member_fields_activated_cb (MpCrmPage *self)
{
  gtk_stack_set_visible_child_name (self->stack, "member");
}

static void
order_fields_activated_cb (MpCrmPage *self)
{
  gtk_stack_set_visible_child_name (self->stack, "order");
}

static void
back_cb (MpCrmPage *self)
{
  gtk_stack_set_visible_child_name (self->stack, "settings");
}

/* A whole mapping in one row: how far it is, and whether something is wrong in it. */
static void
show_mapping (MpCrmPage *self,
              AdwActionRow *row,
              MpMappingEditor *editor,
              const char *path,
              const char *object)
{
  MpRecordModel *model = mp_page_get_record (MP_PAGE (self));
  unsigned int n_errors =
      mp_field_errors_count (mp_record_model_get_errors (model), MP_SEVERITY_ERROR, path);
  g_autofree char *progress = mp_mapping_editor_dup_progress (editor);

  adw_action_row_set_subtitle (row, object != NULL ? progress : _ ("Choose the object first"));
  gtk_widget_set_sensitive (GTK_WIDGET (row), object != NULL);
  if (object != NULL && n_errors > 0)
    gtk_widget_add_css_class (GTK_WIDGET (row), "warning");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (row), "warning");
}

static gboolean
is_shown (MpCrmPage *self, const char *path)
{
  MpRegistry *registry =
      mp_services_get_registry (mp_context_get_services (mp_page_get_context (MP_PAGE (self))));
  MpRecordModel *model = mp_page_get_record (MP_PAGE (self));

  return mp_registry_is_shown (registry, mp_registry_find (registry, path),
                               mp_record_model_get_record (model));
}

static void
mp_crm_page_update (MpPage *page)
{
  MpCrmPage *self = MP_CRM_PAGE (page);
  MpRecordModel *model = mp_page_get_record (page);

  mp_connection_group_update (self->connection_group);
  mp_key_group_update (self->key_group);
  if (model == NULL)
    return;

  want_lists (self);
  update_items (self, model);
  show_list_states (self);
  mp_mapping_editor_update (self->member_editor, self->member_items);
  mp_mapping_editor_update (self->order_editor, self->order_items);
  gtk_widget_set_visible (self->member_group, is_shown (self, "/crm/member_object"));
  gtk_widget_set_visible (self->tag_group, is_shown (self, "/crm/event_tag"));
  gtk_widget_set_visible (self->order_group, is_shown (self, "/crm/order_object"));
  gtk_widget_set_visible (GTK_WIDGET (self->order_fields_row),
                          is_shown (self, "/crm/order_fields"));
  show_mapping (self, self->member_fields_row, self->member_editor, "/crm/member_fields",
                get_string (self, "/crm/member_object"));
  show_mapping (self, self->order_fields_row, self->order_editor, "/crm/order_fields",
                get_string (self, "/crm/order_object"));
  if (!is_shown (self, "/crm/member_fields"))
    gtk_stack_set_visible_child_name (self->stack, "settings");
}

static gboolean
mp_crm_page_reveal (MpPage *page, const char *path)
{
  MpCrmPage *self = MP_CRM_PAGE (page);

  if (mp_pointer_has_prefix (path, "/crm/member_fields"))
    {
      gtk_stack_set_visible_child_name (self->stack, "member");
      return mp_mapping_editor_reveal (self->member_editor, path);
    }
  if (mp_pointer_has_prefix (path, "/crm/order_fields"))
    {
      gtk_stack_set_visible_child_name (self->stack, "order");
      return mp_mapping_editor_reveal (self->order_editor, path);
    }
  gtk_stack_set_visible_child_name (self->stack, "settings");
  if (g_str_equal (path, "/crm/api_key"))
    return mp_key_group_reveal (self->key_group);
  return MP_PAGE_CLASS (mp_crm_page_parent_class)->reveal (page, path);
}

static void
clear_list_state (ListState *list)
{
  g_clear_pointer (&list->key, g_free);
  g_clear_pointer (&list->failure, g_free);
}

static void
mp_crm_page_constructed (GObject *object)
{
  MpCrmPage *self = MP_CRM_PAGE (object);
  MpPage *page = MP_PAGE (self);

  G_OBJECT_CLASS (mp_crm_page_parent_class)->constructed (object);
  mp_connection_group_set_up (self->connection_group, page, "crm");
  mp_key_group_set_up (self->key_group, page, "crm", self->secret_editor);
  mp_mapping_editor_set_up (self->member_editor, page, "/crm/member_fields");
  mp_mapping_editor_set_up (self->order_editor, page, "/crm/order_fields");
  mp_page_bind_field (page, GTK_WIDGET (self->member_object_row), "/crm/member_object");
  mp_page_bind_field (page, GTK_WIDGET (self->event_tag_row), "/crm/event_tag");
  mp_page_bind_field (page, GTK_WIDGET (self->course_tag_row), "/crm/course_tag");
  mp_page_bind_field (page, GTK_WIDGET (self->order_object_row), "/crm/order_object");
  mp_page_update (page);
}

static void
mp_crm_page_finalize (GObject *object)
{
  MpCrmPage *self = MP_CRM_PAGE (object);

  clear_list_state (&self->objects);
  clear_list_state (&self->member_fields);
  clear_list_state (&self->order_fields);
  g_clear_object (&self->shown_metadata);
  g_free (self->shown_member_object);
  g_free (self->shown_order_object);
  g_clear_object (&self->object_items);
  g_clear_object (&self->member_items);
  g_clear_object (&self->order_items);
  G_OBJECT_CLASS (mp_crm_page_parent_class)->finalize (object);
}

static void
mp_crm_page_class_init (MpCrmPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  MpPageClass *page_class = MP_PAGE_CLASS (klass);

  object_class->constructed = mp_crm_page_constructed;
  object_class->finalize = mp_crm_page_finalize;
  page_class->update = mp_crm_page_update;
  page_class->reveal = mp_crm_page_reveal;

  g_type_ensure (MP_TYPE_CONNECTION_GROUP);
  g_type_ensure (MP_TYPE_KEY_GROUP);
  g_type_ensure (MP_TYPE_SECRET_EDITOR);
  g_type_ensure (MP_TYPE_MAPPING_EDITOR);
  g_type_ensure (MP_TYPE_PICKER_ROW);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/memberpulse/Integrations/ui/mp-crm-page.ui");
  gtk_widget_class_bind_template_child (widget_class, MpCrmPage, stack);
  gtk_widget_class_bind_template_child (widget_class, MpCrmPage, connection_group);
  gtk_widget_class_bind_template_child (widget_class, MpCrmPage, key_group);
  gtk_widget_class_bind_template_child (widget_class, MpCrmPage, secret_editor);
  gtk_widget_class_bind_template_child (widget_class, MpCrmPage, member_group);
  gtk_widget_class_bind_template_child (widget_class, MpCrmPage, refresh_spinner);
  gtk_widget_class_bind_template_child (widget_class, MpCrmPage, refresh_button);
  gtk_widget_class_bind_template_child (widget_class, MpCrmPage, member_object_row);
  gtk_widget_class_bind_template_child (widget_class, MpCrmPage, member_fields_row);
  gtk_widget_class_bind_template_child (widget_class, MpCrmPage, tag_group);
  gtk_widget_class_bind_template_child (widget_class, MpCrmPage, event_tag_row);
  gtk_widget_class_bind_template_child (widget_class, MpCrmPage, course_tag_row);
  gtk_widget_class_bind_template_child (widget_class, MpCrmPage, order_group);
  gtk_widget_class_bind_template_child (widget_class, MpCrmPage, order_object_row);
  gtk_widget_class_bind_template_child (widget_class, MpCrmPage, order_fields_row);
  gtk_widget_class_bind_template_child (widget_class, MpCrmPage, member_editor);
  gtk_widget_class_bind_template_child (widget_class, MpCrmPage, order_editor);
  gtk_widget_class_bind_template_callback (widget_class, refresh_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, retry_cb);
  gtk_widget_class_bind_template_callback (widget_class, member_fields_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, order_fields_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, back_cb);
}

static void
mp_crm_page_init (MpCrmPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
