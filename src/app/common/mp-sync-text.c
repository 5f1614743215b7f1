/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-sync-text.h"

#include "mp-app-text.h"

#include <glib/gi18n-lib.h>

static char *
dup_offline_text (MpSession *session)
{
  int64_t since = mp_session_get_offline_since_unix_us (session);
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (since / G_USEC_PER_SEC);
  g_autofree char *clock = time != NULL && since != 0 ? g_date_time_format (time, "%H:%M") : NULL;

  if (clock == NULL)
    return g_strdup (C_ ("sync", "Offline"));
  /* Translators: %s is a time of day, such as 14:02. */
  return g_strdup_printf (_ ("Offline since %s"), clock);
}

/* @n_unsent: changes and drafts that are on this computer alone */
static char *
dup_state_text (MpSession *session, unsigned int n_unsent)
{
  switch (mp_session_get_sync_state (session))
    {
    case MP_SYNC_STATE_SYNCING:
      /* It is tried again and again, and nobody wants to hear of each. */
      return mp_session_get_offline_since_unix_us (session) != 0
                 ? dup_offline_text (session)
                 : g_strdup (C_ ("sync", "Syncing…"));
    case MP_SYNC_STATE_SYNCED:
      return g_strdup (n_unsent > 0 ? C_ ("sync", "Saved here") : C_ ("sync", "Synced"));
    case MP_SYNC_STATE_OFFLINE:
      return dup_offline_text (session);
    case MP_SYNC_STATE_SIGNED_OUT:
      return g_strdup (C_ ("sync", "Signed out"));
    case MP_SYNC_STATE_FAILED:
      return g_strdup (C_ ("sync", "Sync failed"));
    case MP_SYNC_STATE_NEVER:
    default:
      return g_strdup (C_ ("sync", "Not synced yet"));
    }
}

/* Records that the server does not get yet: something is missing in them, or it refused them. */
static unsigned int
count_drafts (MpSession *session)
{
  GListModel *records = mp_session_get_records (session);
  unsigned int n_drafts = 0;

  for (unsigned int i = 0; i < g_list_model_get_n_items (records); i++)
    {
      g_autoptr (MpRecordModel) model = g_list_model_get_item (records, i);
      MpRecordState state = mp_record_model_get_state (model);

      if (state == MP_RECORD_STATE_DRAFT || state == MP_RECORD_STATE_REFUSED)
        n_drafts++;
    }
  return n_drafts;
}

/**
 * mp_sync_text_dup_short:
 * @session: a session
 *
 * Returns: (transfer full): the state in a few words: "Offline since 14:02, 3 changes waiting"
 */
char *
mp_sync_text_dup_short (MpSession *session)
{
  unsigned int n_conflicts;
  unsigned int n_refused;
  unsigned int n_pending;
  unsigned int n_drafts;
  g_autofree char *state = NULL;

  g_return_val_if_fail (MP_IS_SESSION (session), NULL);

  n_conflicts = mp_session_get_conflict_count (session);
  n_refused = mp_session_count_refused_fields (session);
  n_pending = mp_session_get_pending_count (session);
  n_drafts = count_drafts (session);
  state = dup_state_text (session, n_conflicts + n_refused == 0 ? n_pending + n_drafts : 0);
  if (n_conflicts > 0)
    /* Translators: 1 is the state of the sync, such as "Synced". */
    return g_strdup_printf (ngettext ("%s, %u conflict", "%s, %u conflicts", n_conflicts), state,
                            n_conflicts);
  if (n_refused > 0)
    return g_strdup_printf (
        ngettext ("The server refused %u field", "The server refused %u fields", n_refused),
        n_refused);
  if (n_drafts > 0 && mp_session_get_sync_state (session) == MP_SYNC_STATE_SYNCED)
    /* Translators: 1 is the state of the sync, such as "Saved here". */
    return g_strdup_printf (ngettext ("%s, %u draft", "%s, %u drafts", n_drafts), state, n_drafts);
  if (n_pending > 0)
    /* Translators: 1 is the state of the sync, such as "Offline since 14:02". */
    return g_strdup_printf (ngettext ("%s, %u change waiting", "%s, %u changes waiting", n_pending),
                            state, n_pending);
  return g_steal_pointer (&state);
}

static const char *
get_explanation (MpSyncState state)
{
  switch (state)
    {
    case MP_SYNC_STATE_OFFLINE:
      return _ ("The server cannot be reached. Everything you change is kept on this computer and "
                "goes to the server by itself once it answers.");
    case MP_SYNC_STATE_SIGNED_OUT:
      return _ ("The server does not accept the token, or the keyring does not give it. Your "
                "changes are kept on this computer; sign in again to send them.");
    case MP_SYNC_STATE_FAILED:
      return _ ("Something went wrong. Your changes are kept on this computer.");
    case MP_SYNC_STATE_NEVER:
    case MP_SYNC_STATE_SYNCING:
    case MP_SYNC_STATE_SYNCED:
    default:
      return NULL;
    }
}

/**
 * mp_sync_text_dup_details:
 * @session: a session
 *
 * Returns: (transfer full): what a bad state means with its message, and the time of the last sync
 */
char *
mp_sync_text_dup_details (MpSession *session)
{
  g_autoptr (GString) text = NULL;
  g_autofree char *age = NULL;
  const char *explanation;
  const char *message;

  g_return_val_if_fail (MP_IS_SESSION (session), NULL);

  text = g_string_new (NULL);
  explanation = get_explanation (mp_session_get_sync_state (session));
  message = mp_session_get_sync_message (session);
  if (explanation != NULL)
    g_string_append_printf (text, "%s\n", explanation);
  if (explanation != NULL && message != NULL && *message != '\0')
    g_string_append_printf (text, "%s\n", message);
  if (count_drafts (session) > 0)
    g_string_append_printf (text, "%s\n",
                            _ ("A draft goes to the server once nothing is missing in it."));
  age = mp_app_text_dup_age (mp_session_get_last_synced_unix_us (session), g_get_real_time ());
  /* Translators: %s is a time ago, such as "5 minutes ago". */
  g_string_append_printf (text, _ ("Last sync: %s"), age);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/**
 * mp_sync_text_get_icon_name:
 * @session: a session
 *
 * Returns: (transfer none): the icon of its sync state
 */
const char *
mp_sync_text_get_icon_name (MpSession *session)
{
  g_return_val_if_fail (MP_IS_SESSION (session), NULL);

  if (mp_session_get_conflict_count (session) > 0)
    return "dialog-warning-symbolic";
  switch (mp_session_get_sync_state (session))
    {
    case MP_SYNC_STATE_SYNCED:
      return "object-select-symbolic";
    case MP_SYNC_STATE_OFFLINE:
      return "network-offline-symbolic";
    case MP_SYNC_STATE_SIGNED_OUT:
      return "system-users-symbolic";
    case MP_SYNC_STATE_FAILED:
      return "dialog-warning-symbolic";
    case MP_SYNC_STATE_NEVER:
    case MP_SYNC_STATE_SYNCING:
    default:
      return "view-refresh-symbolic";
    }
}

/**
 * mp_record_state_get_text:
 * @state: how a record stands
 *
 * Returns: (transfer none): the same in words, translated
 */
const char *
mp_record_state_get_text (MpRecordState state)
{
  switch (state)
    {
    case MP_RECORD_STATE_SYNCED:
      return _ ("Saved on the server");
    case MP_RECORD_STATE_DRAFT:
      return _ ("Draft: saved on this computer; it goes to the server once nothing is missing");
    case MP_RECORD_STATE_WAITING:
      return _ ("Saved on this computer; goes to the server with the next sync");
    case MP_RECORD_STATE_REFUSED:
      return _ ("Saved on this computer; the server refused it for the faults below");
    case MP_RECORD_STATE_CONFLICT:
    default:
      return _ ("Somebody changed the same: choose what to keep");
    }
}
