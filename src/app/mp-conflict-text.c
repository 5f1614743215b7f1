/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-conflict-text.h"

#include "mp-app-text.h"
#include "mp-json.h"
#include "mp-value-text.h"

#include <glib/gi18n-lib.h>

static gboolean
is_archived (JsonNode *record)
{
  return record != NULL && JSON_NODE_HOLDS_OBJECT (record) &&
         mp_json_get_boolean (json_node_get_object (record), "archived", FALSE);
}

/**
 * mp_conflict_text_get_words:
 * @conflict: a conflict about a whole record: its path is ""
 *
 * Returns: what is asked, and the answers
 */
MpConflictWords
mp_conflict_text_get_words (MpConflict *conflict)
{
  JsonNode *theirs = mp_conflict_get_theirs (conflict);
  const gboolean mine_archived = is_archived (mp_conflict_get_mine (conflict));
  const gboolean theirs_archived = is_archived (theirs);

  if (theirs == NULL)
    return (MpConflictWords){
      _ ("The server lost this record: it was removed there, or the server was restored from an "
         "older backup. Yours is whole."),
         _ ("Send yours to the server again"), _ ("Remove it here too; that cannot be undone"),
         };
  if (theirs_archived && !mine_archived && is_archived (mp_conflict_get_base (conflict)))
    return (MpConflictWords){
      _ ("You brought this record back from the archive, and somebody changed it there."),
         _ ("Bring it back, as it is with you"),
            _ ("Leave it in the archive, as it is on the server"),
         };
  if (theirs_archived && !mine_archived)
    return (MpConflictWords){
      _ ("Somebody archived this record while you changed it."),
         _ ("Bring it back, with your changes"), _ ("Leave it archived, without your changes"),
         };
  if (mine_archived && !theirs_archived)
    return (MpConflictWords){
      _ ("You archived this record while somebody changed it."),
         _ ("Archive it all the same, as it is with you"), _ ("Keep it in use, with their changes"),
         };
  return (MpConflictWords){
    _ ("This record is another one on the server than with you."), _ ("Send yours to the server"),
                                                                      _ ("Take the server’s"),
    };
}

/**
 * mp_conflict_text_dup_label:
 * @context: what the pages share
 * @record: the record
 * @conflict: one of its conflicts
 *
 * Returns: (transfer full): what the conflict is about
 */
char *
mp_conflict_text_dup_label (MpContext *context, MpRecordModel *record, MpConflict *conflict)
{
  return mp_value_text_dup_label (context, mp_record_model_get_record (record),
                                  mp_conflict_get_path (conflict));
}

/**
 * mp_conflict_text_dup_other:
 * @record: the record
 *
 * Returns: (transfer full) (nullable): who changed the record on the server last, and when; %NULL:
 *   the server does not have it, or does not say
 */
char *
mp_conflict_text_dup_other (MpRecordModel *record)
{
  MpRecord *base = mp_record_model_get_base (record);
  MpStamp stamp = base != NULL ? mp_record_get_updated (base) : (MpStamp){ 0 };
  g_autofree char *time = NULL;

  if (stamp.by == NULL || stamp.at_unix_us == 0)
    return NULL;

  time = mp_app_text_dup_time (stamp.at_unix_us);
  /* Translators: 1 is a person's name, 2 a date and time. */
  return g_strdup_printf (_ ("%s, %s"), stamp.by, time);
}
