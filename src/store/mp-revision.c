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
