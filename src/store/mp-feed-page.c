/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-feed-page.h"

#include "mp-error.h"
#include "mp-json.h"

/* The newest form of the feed that this program understands. */
#define SCHEMA 1
#define MAX_CHANGES 10000

struct _MpFeedPage
{
  GObject parent_instance;

  gboolean expired;
  char *epoch;
  char *cursor;
  gboolean more;
  GPtrArray *records;      /* (element-type MpRecord) */
  GPtrArray *credentials;  /* (element-type MpCredential) */
  MpAuditHead *audit_head; /* (nullable) */
};

G_DEFINE_FINAL_TYPE (MpFeedPage, mp_feed_page, G_TYPE_OBJECT)

static void
mp_feed_page_finalize (GObject *object)
{
  MpFeedPage *self = MP_FEED_PAGE (object);

  g_free (self->epoch);
  g_free (self->cursor);
  g_clear_pointer (&self->records, g_ptr_array_unref);
  g_clear_pointer (&self->credentials, g_ptr_array_unref);
  g_clear_object (&self->audit_head);

  G_OBJECT_CLASS (mp_feed_page_parent_class)->finalize (object);
}

static void
mp_feed_page_class_init (MpFeedPageClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mp_feed_page_finalize;
}

static void
mp_feed_page_init (MpFeedPage *self)
{
  self->records = g_ptr_array_new_with_free_func (g_object_unref);
  self->credentials = g_ptr_array_new_with_free_func (g_object_unref);
}

static gboolean
read_record (MpFeedPage *self, JsonObject *change, GError **error)
{
  JsonObject *body = mp_json_require_object (change, "record", error);
  MpRecord *record = body != NULL ? mp_record_new_from_json (body, error) : NULL;

  if (record == NULL)
    return FALSE;
  g_ptr_array_add (self->records, record);
  return TRUE;
}

static gboolean
read_credential (MpFeedPage *self, JsonObject *change, GError **error)
{
  JsonObject *body = mp_json_require_object (change, "credential", error);
  MpCredential *credential = body != NULL ? mp_credential_new_from_json (body, error) : NULL;

  if (credential == NULL)
    return FALSE;
  g_ptr_array_add (self->credentials, credential);
  return TRUE;
}

/* A kind that this version does not know is left out. */
static gboolean
read_change (MpFeedPage *self, JsonObject *change, GError **error)
{
  const char *kind = mp_json_get_string (change, "kind", "");

  if (g_str_equal (kind, "settings"))
    return read_record (self, change, error);
  if (g_str_equal (kind, "credential"))
    return read_credential (self, change, error);
  return TRUE;
}

static gboolean
read_changes (MpFeedPage *self, JsonArray *changes, GError **error)
{
  const unsigned int length = json_array_get_length (changes);

  if (length > MAX_CHANGES)
    {
      g_set_error (error, MP_ERROR, MP_ERROR_TOO_LARGE, "a page of %u changes", length);
      return FALSE;
    }

  for (unsigned int i = 0; i < length; i++)
    {
      JsonObject *change = mp_json_array_get_object (changes, i);

      if (change == NULL)
        {
          g_set_error_literal (error, MP_ERROR, MP_ERROR_INVALID, "a change is no object");
          return FALSE;
        }
      if (!read_change (self, change, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * mp_feed_page_new_from_json:
 * @object: the server's answer
 * @error: return location
 *
 * Fails with %MP_ERROR_INVALID when it cannot be read, %MP_ERROR_TOO_LARGE for an absurd page, and
 * %MP_ERROR_NEWER when it has a form that this version would read wrongly. Any thread.
 *
 * Returns: (transfer full): the page, or %NULL with @error set
 */
MpFeedPage *
mp_feed_page_new_from_json (JsonObject *object, GError **error)
{
  g_autoptr (MpFeedPage) self = g_object_new (MP_TYPE_FEED_PAGE, NULL);
  JsonObject *head;
  JsonArray *changes;

  g_return_val_if_fail (object != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (mp_json_get_int (object, "schema", SCHEMA) > SCHEMA)
    {
      g_set_error_literal (error, MP_ERROR, MP_ERROR_NEWER,
                           "the server's settings have a newer form than this version knows");
      return NULL;
    }

  self->epoch = g_strdup (mp_json_require_string (object, "epoch", error));
  if (self->epoch == NULL)
    return NULL;
  self->cursor = g_strdup (mp_json_require_string (object, "cursor", error));
  if (self->cursor == NULL)
    return NULL;
  self->more = mp_json_get_boolean (object, "more", FALSE);

  head = mp_json_get_object (object, "audit_head");
  self->audit_head = head != NULL ? mp_audit_head_new_from_json (head, error) : NULL;
  if (head != NULL && self->audit_head == NULL)
    return NULL;

  changes = mp_json_require_array (object, "changes", error);
  if (changes == NULL || !read_changes (self, changes, error))
    return NULL;
  return g_steal_pointer (&self);
}

/**
 * mp_feed_page_new_expired:
 *
 * Returns: (transfer full): what a pull answers when the server no longer knows the cursor
 */
MpFeedPage *
mp_feed_page_new_expired (void)
{
  MpFeedPage *self = g_object_new (MP_TYPE_FEED_PAGE, NULL);

  self->expired = TRUE;
  return self;
}

/**
 * mp_feed_page_get_expired:
 * @self: a page
 *
 * Returns: whether the server no longer knows the cursor: everything must be read anew
 */
gboolean
mp_feed_page_get_expired (MpFeedPage *self)
{
  g_return_val_if_fail (MP_IS_FEED_PAGE (self), FALSE);

  return self->expired;
}

/**
 * mp_feed_page_get_epoch:
 * @self: a page
 *
 * Returns: (transfer none): the server's epoch; another one after it was restored from a backup
 */
const char *
mp_feed_page_get_epoch (MpFeedPage *self)
{
  g_return_val_if_fail (MP_IS_FEED_PAGE (self), NULL);

  return self->epoch;
}

/**
 * mp_feed_page_get_cursor:
 * @self: a page
 *
 * Returns: (transfer none): where the next page begins
 */
const char *
mp_feed_page_get_cursor (MpFeedPage *self)
{
  g_return_val_if_fail (MP_IS_FEED_PAGE (self), NULL);

  return self->cursor;
}

/**
 * mp_feed_page_get_more:
 * @self: a page
 *
 * Returns: whether there is a next page already
 */
gboolean
mp_feed_page_get_more (MpFeedPage *self)
{
  g_return_val_if_fail (MP_IS_FEED_PAGE (self), FALSE);

  return self->more;
}

/**
 * mp_feed_page_get_records:
 * @self: a page
 *
 * Returns: (transfer none) (element-type MpRecord): the records, in the feed's order
 */
GPtrArray *
mp_feed_page_get_records (MpFeedPage *self)
{
  g_return_val_if_fail (MP_IS_FEED_PAGE (self), NULL);

  return self->records;
}

/**
 * mp_feed_page_get_credentials:
 * @self: a page
 *
 * Returns: (transfer none) (element-type MpCredential): the credentials, in the feed's order
 */
GPtrArray *
mp_feed_page_get_credentials (MpFeedPage *self)
{
  g_return_val_if_fail (MP_IS_FEED_PAGE (self), NULL);

  return self->credentials;
}

/**
 * mp_feed_page_get_audit_head:
 * @self: a page
 *
 * Returns: (transfer none) (nullable): the head of the audit trail
 */
MpAuditHead *
mp_feed_page_get_audit_head (MpFeedPage *self)
{
  g_return_val_if_fail (MP_IS_FEED_PAGE (self), NULL);

  return self->audit_head;
}
