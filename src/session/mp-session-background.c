/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-session-private.h"

#include "mp-error.h"

/*
 * What runs by itself: a sync at the start, after an edit has rested, when the server has news,
 * when the network changed, and again and again (with full jitter) while it fails.
 */

#define EDIT_REST_MS 1000
#define CHECK_SECONDS 2
#define LONG_POLL_SECONDS 50
#define RETRY_FIRST_MS 500
#define RETRY_LONGEST_MS (5 * 60 * 1000)
/* A server on this computer is started and stopped by its person, who waits for it. */
#define RETRY_LONGEST_LOOPBACK_MS (15 * 1000)
#define RETRY_SHORTEST_MS 100

static void
start_sync (MpSession *self)
{
  mp_session_sync_async (self, NULL, NULL, NULL);
}

static gboolean
edit_rested_cb (gpointer user_data)
{
  MpSession *self = MP_SESSION (user_data);

  self->background.edit_id = 0;
  /* Edited while a sync runs: it may have missed that. */
  if (self->is_syncing)
    {
      mp_session_note_edit (self);
      return G_SOURCE_REMOVE;
    }

  start_sync (self);
  return G_SOURCE_REMOVE;
}

static gboolean
retry_cb (gpointer user_data)
{
  MpSession *self = MP_SESSION (user_data);

  self->background.retry_id = 0;
  start_sync (self);

  return G_SOURCE_REMOVE;
}

static unsigned int
get_longest_ms (MpSession *self)
{
  g_autoptr (GUri) uri = g_uri_parse (self->profile->server, G_URI_FLAGS_NONE, NULL);
  const char *host = uri != NULL ? g_uri_get_host (uri) : NULL;

  return host != NULL && mp_http_host_is_loopback (host) ? RETRY_LONGEST_LOOPBACK_MS
                                                         : RETRY_LONGEST_MS;
}

static void
schedule_retry (MpSession *self)
{
  unsigned int longest_ms = get_longest_ms (self);
  unsigned int limit_ms = RETRY_FIRST_MS;

  for (unsigned int i = 0; i < self->background.failures && limit_ms < longest_ms; i++)
    limit_ms *= 2;
  limit_ms = MIN (limit_ms, longest_ms);
  self->background.failures++;

  g_clear_handle_id (&self->background.retry_id, g_source_remove);
  /* Those who were told to wait until the same moment do not come all at once. */
  self->background.retry_id =
      g_timeout_add (mp_tenant_client_get_rest_ms (self->client) +
                         (unsigned int) g_random_int_range (RETRY_SHORTEST_MS, (int) limit_ms + 1),
                     retry_cb, self);
}

static void start_long_poll (MpSession *self);

static void
long_poll_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MpSession) self = MP_SESSION (user_data);
  g_autoptr (GError) error = NULL;
  gboolean has_news = FALSE;

  if (mp_sync_wait_finish (MP_SYNC (source), result, &has_news, &error))
    {
      g_clear_object (&self->background.wait);
      if (has_news)
        start_sync (self);
      else
        start_long_poll (self);
      return;
    }

  if (mp_error_is_cancelled (error))
    return;

  g_clear_object (&self->background.wait);
  /* The sync finds out what is wrong, and says so. */
  if (mp_tenant_client_get_rest_ms (self->client) > 0)
    schedule_retry (self);
  else
    start_sync (self);
}

static void
token_looked_up_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MpSession) self = MP_SESSION (user_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (MpSecret) token =
                 mp_secret_store_lookup_finish (MP_SECRET_STORE (source), result, &error);

  if (mp_error_is_cancelled (error) || self->sync == NULL || self->background.wait == NULL)
    return;

  if (token == NULL)
    {
      g_clear_object (&self->background.wait);
      start_sync (self);
      return;
    }

  mp_sync_wait_async (self->sync, token, LONG_POLL_SECONDS, self->background.wait, long_poll_cb,
                      g_object_ref (self));
}

static void
start_long_poll (MpSession *self)
{
  MpSecretName name = mp_session_name_secret (self, MP_SESSION_TOKEN_ITEM);

  if (!self->background.is_on || self->is_syncing || self->background.wait != NULL)
    return;

  self->background.wait = g_cancellable_new ();
  mp_secret_store_lookup_async (mp_services_get_secrets (self->services), &name,
                                self->background.wait, token_looked_up_cb, g_object_ref (self));
}

static void
checked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MpSession) self = MP_SESSION (user_data);
  g_autoptr (GError) error = NULL;
  gboolean has_changed = FALSE;

  if (!mp_store_check_finish (MP_STORE (source), result, &has_changed, &error))
    {
      if (!mp_error_is_cancelled (error))
        g_debug ("look for other programs' changes: %s", error->message);
      return;
    }

  if (has_changed && mp_session_get_pending_count (self) > 0)
    mp_session_note_edit (self);
}

/* mpctl may work on the same tenant. */
static gboolean
check_cb (gpointer user_data)
{
  MpSession *self = MP_SESSION (user_data);

  if (!self->is_syncing && self->store != NULL)
    mp_store_check_async (self->store, self->cancellable, checked_cb, g_object_ref (self));

  return G_SOURCE_CONTINUE;
}

static void
network_changed_cb (GNetworkMonitor *monitor, gboolean is_available, gpointer user_data)
{
  MpSession *self = MP_SESSION (user_data);

  if (self->is_syncing || mp_tenant_client_get_rest_ms (self->client) > 0)
    return;

  if (self->sync_state == MP_SYNC_STATE_OFFLINE)
    {
      self->background.failures = 0;
      schedule_retry (self);
    }
  /* The long poll may hang on a connection of the network that was: ask on the new one. */
  else if (is_available && self->sync_state == MP_SYNC_STATE_SYNCED)
    start_sync (self);
}

/* An edit of this session is on disk. */
void
mp_session_note_edit (MpSession *self)
{
  if (!self->background.is_on)
    return;

  g_clear_handle_id (&self->background.edit_id, g_source_remove);
  self->background.edit_id = g_timeout_add (EDIT_REST_MS, edit_rested_cb, self);
}

/* A sync has ended; @error: (nullable): how */
void
mp_session_background_synced (MpSession *self, const GError *error)
{
  if (!self->background.is_on)
    return;

  if (error == NULL)
    {
      self->background.failures = 0;
      start_long_poll (self);
    }
  else if (self->sync_state != MP_SYNC_STATE_SIGNED_OUT)
    schedule_retry (self);
}

/* A sync begins: it is what the long poll or the next try would have led to. */
void
mp_session_background_pause (MpSession *self)
{
  g_clear_handle_id (&self->background.retry_id, g_source_remove);
  if (self->background.wait != NULL)
    g_cancellable_cancel (self->background.wait);
  g_clear_object (&self->background.wait);
}

void
mp_session_background_stop (MpSession *self)
{
  MpSessionBackground *background = &self->background;

  background->is_on = FALSE;
  mp_session_background_pause (self);
  g_clear_handle_id (&background->edit_id, g_source_remove);
  g_clear_handle_id (&background->check_id, g_source_remove);
  if (background->monitor != NULL)
    g_clear_signal_handler (&background->monitor_handler, background->monitor);
  g_clear_object (&background->monitor);
}

/**
 * mp_session_start_background_sync:
 * @self: a session
 *
 * From now on it syncs by itself: at once, after each edit has rested for a second, on the server's
 * news, and again when the server could not be reached, until the session is closed or signed out.
 */
void
mp_session_start_background_sync (MpSession *self)
{
  MpSessionBackground *background;

  g_return_if_fail (MP_IS_SESSION (self));

  background = &self->background;
  if (background->is_on || self->store == NULL)
    return;

  background->is_on = TRUE;
  background->monitor = g_object_ref (g_network_monitor_get_default ());
  background->monitor_handler = g_signal_connect (background->monitor, "network-changed",
                                                  G_CALLBACK (network_changed_cb), self);
  background->check_id = g_timeout_add_seconds (CHECK_SECONDS, check_cb, self);
  start_sync (self);
}
