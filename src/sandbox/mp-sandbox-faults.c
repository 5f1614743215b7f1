/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-sandbox.h"

#include "mp-json.h"

#include <string.h>

struct _MpSandboxFaults
{
  char *mode; /* (owned) (nullable): none */
  char *path; /* (owned): only paths that begin so */
  unsigned int status;
  int64_t retry_after;
  int64_t delay_ms;
  int64_t remaining; /* how many requests still fail */
};

/**
 * mp_sandbox_faults_new:
 *
 * Returns: (transfer full): faults, none yet
 */
MpSandboxFaults *
mp_sandbox_faults_new (void)
{
  return g_new0 (MpSandboxFaults, 1);
}

/**
 * mp_sandbox_faults_clear:
 * @self: faults
 *
 * From now on nothing fails.
 */
void
mp_sandbox_faults_clear (MpSandboxFaults *self)
{
  g_clear_pointer (&self->mode, g_free);
  g_clear_pointer (&self->path, g_free);
  self->remaining = 0;
}

/**
 * mp_sandbox_faults_free:
 * @self: (transfer full): faults
 */
void
mp_sandbox_faults_free (MpSandboxFaults *self)
{
  mp_sandbox_faults_clear (self);
  g_free (self);
}

/**
 * mp_sandbox_faults_set:
 * @self: faults
 * @body: JSON: `mode` (status, html, cut, drop, hang, slow), `status`, `retry_after`, `delay_ms`,
 * `path`, `count`
 * @error: return location
 *
 * From now on `count` requests fail so.
 *
 * Returns: whether @body could be read
 */
gboolean
mp_sandbox_faults_set (MpSandboxFaults *self, GBytes *body, GError **error)
{
  g_autoptr (JsonObject) object = mp_json_parse_object (g_bytes_get_data (body, NULL),
                                                        (gssize) g_bytes_get_size (body), error);

  if (object == NULL)
    return FALSE;
  mp_sandbox_faults_clear (self);
  self->mode = g_strdup (mp_json_get_string (object, "mode", "status"));
  self->path = g_strdup (mp_json_get_string (object, "path", "/"));
  self->status = (unsigned int) CLAMP (mp_json_get_int (object, "status", 500), 200, 599);
  self->retry_after = mp_json_get_int (object, "retry_after", -1);
  self->delay_ms = mp_json_get_int (object, "delay_ms", 1500);
  self->remaining = mp_json_get_int (object, "count", 1);
  return TRUE;
}

static void
answer_status (MpSandboxFaults *self, MpSandboxAnswer *answer)
{
  g_autofree char *body = g_strdup_printf (
      "{\"status\":\"error\",\"message\":\"The sandbox was told to answer %u\"}", self->status);

  if (self->retry_after >= 0)
    {
      g_autofree char *seconds = g_strdup_printf ("%" G_GINT64_FORMAT, self->retry_after);

      soup_message_headers_replace (soup_server_message_get_response_headers (answer->message),
                                    "Retry-After", seconds);
    }
  mp_sandbox_answer_text (answer, self->status, body);
}

static void
answer_raw (MpSandboxAnswer *answer, const char *content_type, const char *text)
{
  soup_server_message_set_status (answer->message, 200, NULL);
  soup_server_message_set_response (answer->message, content_type, SOUP_MEMORY_COPY, text,
                                    strlen (text));
  answer->status = 0;
}

static void
drop_connection (MpSandboxAnswer *answer)
{
  g_autoptr (GIOStream) stream = soup_server_message_steal_connection (answer->message);
  const char *half = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
                     "5000\r\n\r\n{\"results\":[";

  g_output_stream_write_all (g_io_stream_get_output_stream (stream), half, strlen (half), NULL,
                             NULL, NULL);
  g_io_stream_close (stream, NULL, NULL);
  answer->status = 0;
}

static gboolean
resume_cb (gpointer user_data)
{
  soup_server_message_unpause (user_data);
  return G_SOURCE_REMOVE;
}

/**
 * mp_sandbox_faults_apply:
 * @self: faults
 * @answer: what was asked
 *
 * Answers with the fault that is set, if there is one for this path. A status of 0 says that
 * @answer was answered already.
 *
 * Returns: whether the fault is the whole answer
 */
gboolean
mp_sandbox_faults_apply (MpSandboxFaults *self, MpSandboxAnswer *answer)
{
  if (self->mode == NULL || self->remaining <= 0 || !g_str_has_prefix (answer->path, self->path))
    return FALSE;

  self->remaining--;
  if (g_str_equal (self->mode, "html"))
    answer_raw (answer, "text/html", "<!DOCTYPE html><html><body>Please sign in</body></html>");
  else if (g_str_equal (self->mode, "cut"))
    answer_raw (answer, "application/json", "{\"results\":[{\"name\":\"fir");
  else if (g_str_equal (self->mode, "drop"))
    drop_connection (answer);
  else if (g_str_equal (self->mode, "hang"))
    {
      soup_server_message_pause (answer->message);
      answer->status = 0;
    }
  else if (g_str_equal (self->mode, "slow"))
    {
      soup_server_message_pause (answer->message);
      g_timeout_add_full (G_PRIORITY_DEFAULT, (unsigned int) self->delay_ms, resume_cb,
                          g_object_ref (answer->message), g_object_unref);
      return FALSE;
    }
  else
    answer_status (self, answer);
  return TRUE;
}
