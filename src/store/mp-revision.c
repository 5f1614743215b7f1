/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-revision.h"

#include <string.h>

/**
 * mp_revision_parse:
 * @revision: (nullable): a revision or cursor, "EPOCH.SEQ"
 * @epoch: (out): its epoch
 * @sequence: (out): its sequence number
 *
 * Returns: whether it is one
 */
gboolean
mp_revision_parse (const char *revision, char **epoch, int64_t *sequence)
{
  const char *dot = revision != NULL ? strrchr (revision, '.') : NULL;
  int64_t number;

  if (dot == NULL || dot == revision ||
      !g_ascii_string_to_signed (dot + 1, 10, 0, G_MAXINT64, &number, NULL))
    return FALSE;

  *epoch = g_strndup (revision, dot - revision);
  *sequence = number;
  return TRUE;
}

/**
 * mp_revision_is_newer:
 * @revision: (nullable): a record's revision
 * @than: (nullable): another one of the same record
 *
 * Their epochs say nothing here: a server that was restored from a backup is noticed otherwise.
 *
 * Returns: whether @revision came later, or one of the two is no revision
 */
gboolean
mp_revision_is_newer (const char *revision, const char *than)
{
  g_autofree char *epoch = NULL;
  g_autofree char *than_epoch = NULL;
  int64_t sequence;
  int64_t than_sequence;

  return !mp_revision_parse (revision, &epoch, &sequence) ||
         !mp_revision_parse (than, &than_epoch, &than_sequence) || sequence > than_sequence;
}
