/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-http-private.h"

#include <string.h>

#define DEFAULT_TOTAL_TIMEOUT_MS 60000
#define DEFAULT_LONGEST_WAIT_S 30

typedef struct
{
  char *name;
  char *value; /* may be a credential: wiped when it goes */
} Header;

struct _MpHttpRequest
{
  GObject parent_instance;

  char *method;
  char *address;      /* may have a credential in its query: wiped when it goes */
  GPtrArray *headers; /* (element-type Header) */
  char *content_type; /* (nullable): no body */
  GBytes *body;       /* (nullable) */
  unsigned int total_timeout_ms;
  unsigned int max_retries;
  unsigned int longest_wait_s;
  MpHttpGate *gate; /* (nullable) */
  size_t max_body_bytes;
};

G_DEFINE_FINAL_TYPE (MpHttpRequest, mp_http_request, G_TYPE_OBJECT)

static void
header_free (gpointer data)
{
  Header *header = data;

  explicit_bzero (header->value, strlen (header->value));
  g_free (header->value);
  g_free (header->name);
  g_free (header);
}

static void
mp_http_request_finalize (GObject *object)
{
  MpHttpRequest *self = MP_HTTP_REQUEST (object);

  g_free (self->method);
  explicit_bzero (self->address, strlen (self->address));
  g_free (self->address);
  g_ptr_array_unref (self->headers);
  g_free (self->content_type);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_clear_object (&self->gate);

  G_OBJECT_CLASS (mp_http_request_parent_class)->finalize (object);
}

static void
mp_http_request_class_init (MpHttpRequestClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mp_http_request_finalize;
}

static void
mp_http_request_init (MpHttpRequest *self)
{
  self->headers = g_ptr_array_new_with_free_func (header_free);
  self->total_timeout_ms = DEFAULT_TOTAL_TIMEOUT_MS;
  self->longest_wait_s = DEFAULT_LONGEST_WAIT_S;
  self->max_body_bytes = MP_HTTP_MAX_BODY_BYTES;
}

/**
 * mp_http_request_new:
 * @method: GET, POST, ...
 * @address: an absolute address; checked when the request is sent
 *
 * Returns: (transfer full): a request without headers and body
 */
MpHttpRequest *
mp_http_request_new (const char *method, const char *address)
{
  MpHttpRequest *self;

  g_return_val_if_fail (method != NULL, NULL);
  g_return_val_if_fail (address != NULL, NULL);

  self = g_object_new (MP_TYPE_HTTP_REQUEST, NULL);
  self->method = g_strdup (method);
  self->address = g_strdup (address);
  return self;
}

/**
 * mp_http_request_set_header:
 * @self: a request
 * @name: the header's name
 * @value: its value; the request's copy is wiped with the request
 *
 * Sets the header, in place of an earlier one of that name.
 */
void
mp_http_request_set_header (MpHttpRequest *self, const char *name, const char *value)
{
  Header *header;

  g_return_if_fail (MP_IS_HTTP_REQUEST (self));
  g_return_if_fail (name != NULL);
  g_return_if_fail (value != NULL);

  for (unsigned int i = 0; i < self->headers->len; i++)
    {
      const Header *other = g_ptr_array_index (self->headers, i);

      if (g_ascii_strcasecmp (other->name, name) == 0)
        {
          g_ptr_array_remove_index (self->headers, i);
          break;
        }
    }
  header = g_new0 (Header, 1);
  header->name = g_strdup (name);
  header->value = g_strdup (value);
  g_ptr_array_add (self->headers, header);
}

/**
 * mp_http_request_set_body:
 * @self: a request
 * @content_type: the body's media type
 * @body: the body; whoever made it wipes it when it holds a secret (g_bytes_new_with_free_func ())
 */
void
mp_http_request_set_body (MpHttpRequest *self, const char *content_type, GBytes *body)
{
  g_return_if_fail (MP_IS_HTTP_REQUEST (self));
  g_return_if_fail (content_type != NULL);
  g_return_if_fail (body != NULL);

  g_free (self->content_type);
  self->content_type = g_strdup (content_type);
  g_clear_pointer (&self->body, g_bytes_unref);
  self->body = g_bytes_ref (body);
}

/**
 * mp_http_request_set_total_timeout_ms:
 * @self: a request
 * @timeout_ms: how long the whole call may take, redirects, retries and waits included
 */
void
mp_http_request_set_total_timeout_ms (MpHttpRequest *self, unsigned int timeout_ms)
{
  g_return_if_fail (MP_IS_HTTP_REQUEST (self));
  g_return_if_fail (timeout_ms > 0);

  self->total_timeout_ms = timeout_ms;
}

/**
 * mp_http_request_set_max_retries:
 * @self: a request that may be repeated: it changes nothing, or the same thing once
 * @retries: how often it may be sent again after the first time
 */
void
mp_http_request_set_max_retries (MpHttpRequest *self, unsigned int retries)
{
  g_return_if_fail (MP_IS_HTTP_REQUEST (self));

  self->max_retries = retries;
}

/**
 * mp_http_request_set_longest_wait_s:
 * @self: a request
 * @seconds: the longest Retry-After that is waited for before a retry; an answer that asks for more
 *   is given back at once, so that somebody who waits for it learns the time
 */
void
mp_http_request_set_longest_wait_s (MpHttpRequest *self, unsigned int seconds)
{
  g_return_if_fail (MP_IS_HTTP_REQUEST (self));

  self->longest_wait_s = seconds;
}

/**
 * mp_http_request_set_gate:
 * @self: a request
 * @gate: what it goes through, each time that it is sent
 *
 * While the gate is closed, the request waits; its own time begins when it is sent first. An answer
 * that asks for patience, and is waited for, closes it.
 */
void
mp_http_request_set_gate (MpHttpRequest *self, MpHttpGate *gate)
{
  g_return_if_fail (MP_IS_HTTP_REQUEST (self));
  g_return_if_fail (MP_IS_HTTP_GATE (gate));

  g_set_object (&self->gate, gate);
}

/**
 * mp_http_request_set_max_body_bytes:
 * @self: a request
 * @bytes: the largest answer that is read, after decompression
 */
void
mp_http_request_set_max_body_bytes (MpHttpRequest *self, size_t bytes)
{
  g_return_if_fail (MP_IS_HTTP_REQUEST (self));

  self->max_body_bytes = bytes;
}

/* A message for one attempt. libsoup's copy of a credential header lives as long as the message. */
SoupMessage *
mp_http_request_make_message (MpHttpRequest *self, GUri *uri)
{
  SoupMessage *message = soup_message_new_from_uri (self->method, uri);
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);

  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT | SOUP_MESSAGE_DO_NOT_USE_AUTH_CACHE);
  /* What may be repeated, libsoup asks again by itself when a kept connection breaks, and 3.2.3 may
   * then crash in run_until_read_done (): it reads an answer of what it has let go of. A connection
   * of its own is never asked again but by us. */
  if (!g_str_equal (self->method, "POST"))
    soup_message_add_flags (message, SOUP_MESSAGE_NEW_CONNECTION);
  for (unsigned int i = 0; i < self->headers->len; i++)
    {
      const Header *header = g_ptr_array_index (self->headers, i);

      soup_message_headers_replace (headers, header->name, header->value);
    }
  if (self->body != NULL)
    soup_message_set_request_body_from_bytes (message, self->content_type, self->body);
  return message;
}

const char *
mp_http_request_get_method (MpHttpRequest *self)
{
  return self->method;
}

const char *
mp_http_request_get_address (MpHttpRequest *self)
{
  return self->address;
}

unsigned int
mp_http_request_get_total_timeout_ms (MpHttpRequest *self)
{
  return self->total_timeout_ms;
}

unsigned int
mp_http_request_get_max_retries (MpHttpRequest *self)
{
  return self->max_retries;
}

unsigned int
mp_http_request_get_longest_wait_s (MpHttpRequest *self)
{
  return self->longest_wait_s;
}

/* (nullable) */
MpHttpGate *
mp_http_request_get_gate (MpHttpRequest *self)
{
  return self->gate;
}

size_t
mp_http_request_get_max_body_bytes (MpHttpRequest *self)
{
  return self->max_body_bytes;
}
