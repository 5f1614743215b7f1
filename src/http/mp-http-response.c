/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-http-private.h"

struct _MpHttpResponse
{
  GObject parent_instance;

  unsigned int status;
  GHashTable *headers; /* (element-type utf8 utf8): by lower-case name */
  char *content_type;  /* (nullable): without its parameters */
  GBytes *body;
};

G_DEFINE_FINAL_TYPE (MpHttpResponse, mp_http_response, G_TYPE_OBJECT)

static void
copy_header (const char *name, const char *value, gpointer user_data)
{
  GHashTable *headers = user_data;
  g_autofree char *key = g_ascii_strdown (name, -1);
  const char *earlier = g_hash_table_lookup (headers, key);
  char *joined;

  joined = earlier != NULL ? g_strconcat (earlier, ", ", value, NULL) : g_strdup (value);
  g_hash_table_replace (headers, g_steal_pointer (&key), joined);
}

static void
mp_http_response_finalize (GObject *object)
{
  MpHttpResponse *self = MP_HTTP_RESPONSE (object);

  g_hash_table_unref (self->headers);
  g_free (self->content_type);
  g_bytes_unref (self->body);

  G_OBJECT_CLASS (mp_http_response_parent_class)->finalize (object);
}

static void
mp_http_response_class_init (MpHttpResponseClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mp_http_response_finalize;
}

static void
mp_http_response_init (MpHttpResponse *self)
{
  self->headers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

MpHttpResponse *
mp_http_response_new (unsigned int status, SoupMessageHeaders *headers, GBytes *body)
{
  MpHttpResponse *self = g_object_new (MP_TYPE_HTTP_RESPONSE, NULL);

  self->status = status;
  self->body = g_bytes_ref (body);
  soup_message_headers_foreach (headers, copy_header, self->headers);
  self->content_type = g_strdup (soup_message_headers_get_content_type (headers, NULL));
  return self;
}

/**
 * mp_http_response_get_status:
 * @self: a response
 *
 * Returns: the HTTP status, 200 to 599
 */
unsigned int
mp_http_response_get_status (MpHttpResponse *self)
{
  g_return_val_if_fail (MP_IS_HTTP_RESPONSE (self), 0);

  return self->status;
}

/**
 * mp_http_response_get_header:
 * @self: a response
 * @name: a header's name, in any case
 *
 * Returns: (nullable): its value; several of one name are joined by a comma
 */
const char *
mp_http_response_get_header (MpHttpResponse *self, const char *name)
{
  g_autofree char *key = NULL;

  g_return_val_if_fail (MP_IS_HTTP_RESPONSE (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  key = g_ascii_strdown (name, -1);
  return g_hash_table_lookup (self->headers, key);
}

/**
 * mp_http_response_get_body:
 * @self: a response
 *
 * Returns: (transfer none): the body, decompressed; empty when there was none
 */
GBytes *
mp_http_response_get_body (MpHttpResponse *self)
{
  g_return_val_if_fail (MP_IS_HTTP_RESPONSE (self), NULL);

  return self->body;
}

/**
 * mp_http_response_get_content_type:
 * @self: a response
 *
 * Returns: (nullable): the media type without parameters, such as `application/json`
 */
const char *
mp_http_response_get_content_type (MpHttpResponse *self)
{
  g_return_val_if_fail (MP_IS_HTTP_RESPONSE (self), NULL);

  return self->content_type;
}

/**
 * mp_http_response_get_retry_after_seconds:
 * @self: a response
 *
 * How long the other side asks to wait (RFC 9110, section 10.2.3: seconds or a date).
 *
 * Returns: seconds from now, 0 or more; -1 when it did not say, or not readably
 */
int64_t
mp_http_response_get_retry_after_seconds (MpHttpResponse *self)
{
  const char *value;
  guint64 seconds = 0;
  g_autoptr (GDateTime) date = NULL;
  g_autoptr (GDateTime) now = NULL;

  g_return_val_if_fail (MP_IS_HTTP_RESPONSE (self), -1);

  value = mp_http_response_get_header (self, "retry-after");
  if (value == NULL)
    return -1;
  if (g_ascii_string_to_unsigned (value, 10, 0, G_MAXINT32, &seconds, NULL))
    return (int64_t) seconds;
  date = soup_date_time_new_from_http_string (value);
  if (date == NULL)
    return -1;
  now = g_date_time_new_now_utc ();
  return MAX (0, g_date_time_difference (date, now) / G_TIME_SPAN_SECOND);
}
