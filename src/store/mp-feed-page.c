/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-feed-page.h"

#include <string.h>

#include "mp-error.h"
#include "mp-json-text.h"
#include "mp-json.h"

/* The newest form of the feed that this program understands. */
#define SCHEMA 1
#define MAX_CHANGES 10000
/* Of a page or a change, as our server writes them; one with more is read by its tree. */
#define MAX_MEMBERS 16

struct _MpFeedPage
{
  GObject parent_instance;

  gboolean expired;
  gboolean unchanged;
  char *epoch;
  char *cursor;
  gboolean more;
  GPtrArray *records;      /* (element-type MpRecord) */
  GPtrArray *credentials;  /* (element-type MpCredential) */
  MpAuditHead *audit_head; /* (nullable) */
  char *about;             /* (nullable) */
  char *tag;               /* (nullable) */
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
  g_free (self->about);
  g_free (self->tag);

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

/* One change of a plain page: FALSE without an error when it is to be read by its tree. */
static gboolean
read_plain_change (MpFeedPage *self, const MpJsonSpan *change, GError **error)
{
  MpJsonSpan members[MAX_MEMBERS];
  int n_members = mp_json_text_split (change->value, change->value_length, members, MAX_MEMBERS);
  const MpJsonSpan *kind = mp_json_text_find (members, n_members, "kind");
  const MpJsonSpan *body = mp_json_text_find (members, n_members, "record");
  MpRecord *record;

  if (*change->value != '{' || kind == NULL || !mp_json_text_has_unique_names (members, n_members))
    return FALSE;
  if (!mp_json_span_is (kind, "\"settings\""))
    {
      g_autoptr (JsonObject) object =
                     mp_json_parse_object (change->value, (gssize) change->value_length, error);

      return object != NULL && read_change (self, object, error);
    }
  if (body == NULL || *body->value != '{')
    return FALSE;
  record = mp_record_new_unparsed (body->value, body->value_length, error);
  if (record == NULL)
    return FALSE;
  g_ptr_array_add (self->records, record);
  return TRUE;
}

static gboolean
read_plain_changes (MpFeedPage *self, const MpJsonSpan *changes, GError **error)
{
  g_autofree MpJsonSpan *items = g_new (MpJsonSpan, MP_JSON_TEXT_MAX_MEMBERS);
  int n_items = changes != NULL && *changes->value == '['
                    ? mp_json_text_split (changes->value, changes->value_length, items,
                                          MP_JSON_TEXT_MAX_MEMBERS)
                    : -1;

  for (int i = 0; i < n_items; i++)
    {
      if (!read_plain_change (self, &items[i], error))
        return FALSE;
    }
  return n_items >= 0;
}

/* The rest of a plain page; what is not as our server writes it is read by its tree. */
static gboolean
read_plain_rest (MpFeedPage *self, const MpJsonSpan *members, int n_members, GError **error)
{
  const MpJsonSpan *about = mp_json_text_find (members, n_members, "about");
  const MpJsonSpan *head = mp_json_text_find (members, n_members, "audit_head");
  const MpJsonSpan *more = mp_json_text_find (members, n_members, "more");
  g_autoptr (JsonObject) object = NULL;

  self->epoch = mp_json_span_dup_string (mp_json_text_find (members, n_members, "epoch"));
  self->cursor = mp_json_span_dup_string (mp_json_text_find (members, n_members, "cursor"));
  if (self->epoch == NULL || self->cursor == NULL || head == NULL || *head->value != '{' ||
      !mp_json_span_is (mp_json_text_find (members, n_members, "schema"), G_STRINGIFY (SCHEMA)) ||
      (!mp_json_span_is (more, "true") && !mp_json_span_is (more, "false")))
    return FALSE;

  self->more = mp_json_span_is (more, "true");
  if (about != NULL)
    self->about = g_strndup (about->value, about->value_length);
  object = mp_json_parse_object (head->value, (gssize) head->value_length, error);
  self->audit_head = object != NULL ? mp_audit_head_new_from_json (object, error) : NULL;
  return self->audit_head != NULL;
}

static MpFeedPage *
read_plain_page (const char *text, size_t length)
{
  g_autoptr (MpFeedPage) self = g_object_new (MP_TYPE_FEED_PAGE, NULL);
  MpJsonSpan members[MAX_MEMBERS];
  int n_members = mp_json_text_split (text, length, members, MAX_MEMBERS);
  g_autoptr (GError) error = NULL;

  if (n_members < 0 || *text != '{' || !mp_json_text_has_unique_names (members, n_members) ||
      !read_plain_rest (self, members, n_members, &error) ||
      !read_plain_changes (self, mp_json_text_find (members, n_members, "changes"), &error))
    return NULL;
  return g_steal_pointer (&self);
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

  if (json_object_has_member (object, "about"))
    self->about = mp_json_to_text (json_object_get_member (object, "about"));

  changes = mp_json_require_array (object, "changes", error);
  if (changes == NULL || !read_changes (self, changes, error))
    return NULL;
  return g_steal_pointer (&self);
}

/**
 * mp_feed_page_new_from_text:
 * @text: the server's answer
 * @length: its bytes
 * @tag: (nullable): the answer's ETag
 * @error: return location
 *
 * The same page that mp_feed_page_new_from_json () makes of the parsed text, without the trees of
 * its records where the text is plain (mp-json-text.h). Any thread.
 *
 * Returns: (transfer full): the page, or %NULL with @error set
 */
MpFeedPage *
mp_feed_page_new_from_text (const char *text, size_t length, const char *tag, GError **error)
{
  MpFeedPage *self;

  g_return_val_if_fail (text != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  self = read_plain_page (text, length);
  if (self == NULL)
    {
      g_autoptr (JsonObject) object = mp_json_parse_object (text, (gssize) length, error);

      self = object != NULL ? mp_feed_page_new_from_json (object, error) : NULL;
    }
  if (self != NULL)
    self->tag = g_strdup (tag);
  return self;
}

/**
 * mp_feed_page_new_unchanged:
 *
 * Returns: (transfer full): what a pull answers when nothing changed since the one whose tag it
 *   was asked with
 */
MpFeedPage *
mp_feed_page_new_unchanged (void)
{
  MpFeedPage *self = g_object_new (MP_TYPE_FEED_PAGE, NULL);

  self->unchanged = TRUE;
  return self;
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

/**
 * mp_feed_page_get_unchanged:
 * @self: a page
 *
 * Returns: whether the server has nothing to tell; the page has neither epoch nor cursor then
 */
gboolean
mp_feed_page_get_unchanged (MpFeedPage *self)
{
  g_return_val_if_fail (MP_IS_FEED_PAGE (self), FALSE);

  return self->unchanged;
}

/**
 * mp_feed_page_get_about:
 * @self: a page
 *
 * Returns: (transfer none) (nullable): the JSON of what the server says of the tenant and the
 *   token, on the last page
 */
const char *
mp_feed_page_get_about (MpFeedPage *self)
{
  g_return_val_if_fail (MP_IS_FEED_PAGE (self), NULL);

  return self->about;
}

/**
 * mp_feed_page_get_tag:
 * @self: a page
 *
 * Returns: (transfer none) (nullable): what to ask the next time with, whether anything changed
 */
const char *
mp_feed_page_get_tag (MpFeedPage *self)
{
  g_return_val_if_fail (MP_IS_FEED_PAGE (self), NULL);

  return self->tag;
}
